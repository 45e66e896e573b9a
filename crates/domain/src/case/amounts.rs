//! Whether the amounts of a draft keep within the law (《行政处罚法》第四条、第三十二条、第三十八条).

use super::state::Case;
use super::substance::{DecisionSubstance, PartyDisposal};
use super::types::{Grade, PartyKind, PenaltyKind};
use crate::cite::penalty_law;
use crate::codes::format_yuan;
use crate::discretion_base::{DiscretionError, Facts, Ranges, Subject, Widest};
use crate::refusal::Refusal;
use jiff::civil::Date;

/// As whom the law may punish a party. Which of them a natural person is the
/// register of parties does not say, so every one counts.
const fn subjects(kind: PartyKind) -> &'static [Subject] {
    match kind {
        PartyKind::LegalPerson | PartyKind::Organisation => &[Subject::Unit],
        PartyKind::Person => &[Subject::Person, Subject::Head, Subject::Responsible],
        PartyKind::IndividualBusiness => &[Subject::Unit, Subject::Person],
    }
}

/// The amounts of the draft are lawful, as it is drafted and as it is decided.
///
/// # Errors
/// Names the disposal's field, the article and what to do.
pub fn lawful(case: &Case, substance: &DecisionSubstance, today: Date) -> Result<(), Refusal> {
    for (index, disposal) in substance.disposals.iter().enumerate() {
        goods_valued(disposal)
            .map_err(|r| r.field(format!("disposals/{index}/goods_fen"), "种类与价值不一致"))?;
    }
    fines(case, substance, today)
}

/// Every fine of the draft lies within the range of the item it names: never
/// above the highest tier, below the lowest only where it is mitigated. A draft
/// without an item states the range in its reasons.
fn fines(case: &Case, substance: &DecisionSubstance, today: Date) -> Result<(), Refusal> {
    let id = substance.range.trim();
    if id.is_empty() {
        return Ok(());
    }
    if Ranges::built_in().get(id).is_none() {
        return Err(Refusal::new(
            "draft.range",
            penalty_law("第四条"),
            format!("裁量基准中没有编号为“{id}”的违法行为"),
            "请填写本系统裁量基准中的编号；没有的留空，在理由中写明法定幅度。",
        )
        .field("range", "没有该编号"));
    }
    // Gains are confiscated (第二十八条第二款): what the draft confiscates is what was gained.
    let gains = substance.disposals.iter().map(|d| d.confiscated_fen).max();
    let facts = Facts { illegal_gains: gains, ..Facts::default() };
    for (index, disposal) in substance.disposals.iter().enumerate().filter(|(_, d)| d.fine_fen > 0) {
        let Some(state) = case.party(disposal.party) else { continue };
        let acted = case.filed.as_ref().map_or(today, |f| f.filing.violation_on);
        let range = lawful_range(id, state.party.kind, &facts, acted, today)?;
        fine(&range, disposal)
            .map_err(|r| r.field(format!("disposals/{index}/fine_fen"), "不在法定幅度之内"))?;
    }
    Ok(())
}

/// What the fine may lie between: the amounts of the day of the act, or those of now where
/// they are lighter (第三十七条).
fn lawful_range(
    id: &str,
    kind: PartyKind,
    facts: &Facts,
    acted: Date,
    today: Date,
) -> Result<Widest, Refusal> {
    let on = |day| Ranges::built_in().on(id, day).and_then(|it| it.widest(subjects(kind), facts));
    let refused = |error: DiscretionError| {
        let words = error.to_string();
        if matches!(error, DiscretionError::NotInForce { .. }) {
            return Refusal::new("draft.range_of_another_day", penalty_law("第三十七条"), words, ANOTHER_DAY);
        }
        let article =
            if let DiscretionError::NoFine(article) = error { article } else { penalty_law("第四条") };
        Refusal::new("draft.no_fine", article, words, NO_FINE)
    };
    let then = on(acted).map_err(refused)?;
    let Ok(now) = on(today) else { return Ok(then) };
    let max = match (then.max, now.max) {
        (Some(a), Some(b)) => Some(a.min(b)),
        // What it is counted from was not known for the day of the act.
        (then, _) => then,
    };
    let lighter = then.max.zip(now.max).is_some_and(|(a, b)| b < a);
    let citation = if lighter { now.citation } else { then.citation };
    Ok(Widest { min: then.min.min(now.min), max, citation })
}

const ANOTHER_DAY: &str = "适用违法行为发生时的规定：请改用当时的条款；\
    本系统没有收录的，编号留空，在理由中写明当时的法定幅度。";
const NO_FINE: &str = "请核对违法行为和当事人，改用有罚款规定的条款，或者不处罚款。";

fn fine(range: &Widest, disposal: &PartyDisposal) -> Result<(), Refusal> {
    let fen = disposal.fine_fen;
    if let Some(max) = range.max.filter(|max| fen > *max) {
        let (amount, max, citation) = (format_yuan(fen), format_yuan(max), range.citation.clone());
        let error = DiscretionError::AboveMaximum { amount, max, citation };
        return Err(Refusal::new(
            "draft.above_maximum",
            penalty_law("第四条"),
            error.to_string(),
            "罚款不得超过法定最高数额，没有法定依据的处罚无效（第三十八条），请在幅度以内拟定。",
        ));
    }
    if fen < range.min && disposal.grade != Grade::Mitigated {
        let (amount, min, citation) = (format_yuan(fen), format_yuan(range.min), range.citation.clone());
        let error = DiscretionError::BelowMinimum { amount, min, citation };
        return Err(Refusal::new(
            "draft.below_minimum",
            penalty_law("第三十二条"),
            error.to_string(),
            "请在幅度以内拟定；有减轻情形的，裁量等级选“减轻”，并写明依据。",
        ));
    }
    Ok(())
}

/// Confiscated goods have their appraised value: it decides on hearing, review
/// and discussion.
fn goods_valued(disposal: &PartyDisposal) -> Result<(), Refusal> {
    if disposal.kinds.contains(&PenaltyKind::ConfiscateGoods) == (disposal.goods_fen > 0) {
        return Ok(());
    }
    Err(Refusal::new(
        "draft.goods_value",
        penalty_law("第六十三条第一款第二项"),
        "没收非法财物的种类与价值不一致",
        "没收财物的，填写经价格认定或者评估的价值，据以判断应否听证、法制审核和集体讨论；不没收的，价值为零。",
    ))
}
