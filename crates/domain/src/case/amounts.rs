//! Whether the amounts of a draft keep within the law (《行政处罚法》第四条、第三十二条、第三十八条).

use super::law::Law;
use super::state::Case;
use super::substance::{DecisionSubstance, PartyDisposal, StatedRange};
use super::types::{Grade, PartyKind, PenaltyKind};
use crate::cite::{Citation, penalty_law};
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
pub fn lawful(case: &Case, substance: &DecisionSubstance, law: &Law, today: Date) -> Result<(), Refusal> {
    lowered(case, substance, today)?;
    known(case, substance, law, today)
}

/// As [`lawful`], for a decision that the organ only lowers: what it was decided by stands.
///
/// # Errors
/// As [`lawful`].
pub fn lowered(case: &Case, substance: &DecisionSubstance, today: Date) -> Result<(), Refusal> {
    for (index, disposal) in substance.disposals.iter().enumerate() {
        goods_valued(disposal)
            .map_err(|r| r.field(format!("disposals/{index}/goods_fen"), "种类与价值不一致"))?;
    }
    stated(substance)?;
    fines(case, substance, today)
}

/// Longest wording of a range, in characters.
const WORDS: usize = 200;

/// What is stated of ranges is complete, once for each party that is fined.
fn stated(substance: &DecisionSubstance) -> Result<(), Refusal> {
    for (index, it) in substance.stated.iter().enumerate() {
        let fault = if substance.disposal(it.party).is_none_or(|d| d.fine_fen <= 0) {
            Some(("party", "不是拟处罚款的当事人"))
        } else if substance.stated[..index].iter().any(|other| other.party == it.party) {
            Some(("party", "同一当事人的法定幅度写了两次"))
        } else if it.law.trim().is_empty() || it.article.trim().is_empty() {
            Some(("article", "应写明法律、法规、规章的名称和条款"))
        } else if it.words.trim().is_empty() || it.words.chars().count() > WORDS {
            Some(("words", "应写明条款规定的幅度，不超过200字"))
        } else if it.min_fen < 0 || it.max_fen <= 0 || it.min_fen > it.max_fen {
            Some(("max_fen", "最高数额应为正数，且不低于最低数额"))
        } else {
            None
        };
        if let Some((field, what)) = fault {
            return Err(Refusal::new(
                "draft.range_stated",
                penalty_law("第四条"),
                format!("写明的法定幅度有误：{what}"),
                "请逐名写明拟处罚款的法定依据条款、条款规定的幅度和按本案计算的最低、最高数额。",
            )
            .field(format!("stated/{index}/{field}"), what));
        }
    }
    Ok(())
}

/// Every fine of the draft lies within the range of the item it names, and within the one that
/// is stated: never above the highest tier, below the lowest only where it is mitigated.
fn fines(case: &Case, substance: &DecisionSubstance, today: Date) -> Result<(), Refusal> {
    let id = substance.range.trim();
    if !id.is_empty() && Ranges::built_in().get(id).is_none() {
        return Err(Refusal::new(
            "draft.range",
            penalty_law("第四条"),
            format!("裁量基准中没有编号为“{id}”的违法行为"),
            "请填写本系统裁量基准中的编号；没有的留空，逐名写明法定幅度及其条款。",
        )
        .field("range", "没有该编号"));
    }
    for (index, disposal) in substance.disposals.iter().enumerate() {
        let field = |r: Refusal| r.field(format!("disposals/{index}/fine_fen"), "不在法定幅度之内");
        if let Some(range) = of_base(case, substance, disposal, today)? {
            fine(&range, disposal).map_err(field)?;
        }
        if let Some(it) = substance.stated_for(disposal.party) {
            fine(&Widest::from(it), disposal).map_err(field)?;
        }
    }
    Ok(())
}

/// The range that the base gives for the fine of a disposal; none without a fine or an item.
fn of_base(
    case: &Case,
    substance: &DecisionSubstance,
    disposal: &PartyDisposal,
    today: Date,
) -> Result<Option<Widest>, Refusal> {
    let id = substance.range.trim();
    let Some(state) = case.party(disposal.party).filter(|_| disposal.fine_fen > 0 && !id.is_empty()) else {
        return Ok(None);
    };
    // Gains are confiscated (第二十八条第二款): what the draft confiscates is what was gained.
    let gains = substance.disposals.iter().map(|d| d.confiscated_fen).max();
    let facts = Facts { illegal_gains: gains, ..Facts::default() };
    let acted = case.filed.as_ref().map_or(today, |f| f.filing.violation_on);
    lawful_range(id, state.party.kind, &facts, acted, today).map(Some)
}

/// The fine of each party has a range: by the base, or stated with its article.
fn known(case: &Case, substance: &DecisionSubstance, law: &Law, today: Date) -> Result<(), Refusal> {
    if !law.range_stated.value {
        return Ok(());
    }
    for disposal in substance.disposals.iter().filter(|d| d.fine_fen > 0) {
        let of_base = of_base(case, substance, disposal, today)?;
        if of_base.is_none_or(|it| it.max.is_none()) && substance.stated_for(disposal.party).is_none() {
            let lacks = format!("缺少第{}名当事人的法定幅度", disposal.party);
            return Err(unstated(law).field("stated", lacks));
        }
    }
    Ok(())
}

fn unstated(law: &Law) -> Refusal {
    Refusal::new(
        "draft.range_unknown",
        law.range_stated.citation.clone(),
        "本系统的裁量基准得不出这项罚款的法定幅度，处理意见中也没有写明",
        "请填写裁量基准中的编号；没有收录的，或者按造价、收入等计算的，逐名写明法定幅度及其条款。",
    )
}

impl From<&StatedRange> for Widest {
    fn from(it: &StatedRange) -> Self {
        let citation = Citation { law: it.law.clone().into(), article: it.article.clone().into() };
        Self { min: it.min_fen, max: Some(it.max_fen), citation }
    }
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
    本系统没有收录的，编号留空，逐名写明当时的法定幅度及其条款。";
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
