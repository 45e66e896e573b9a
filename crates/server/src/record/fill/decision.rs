//! Deliberation and decision.

use mingjing_domain::case::amendment::amended;
use mingjing_domain::case::correction::Corrective;
use mingjing_domain::case::state::PartyState;
use mingjing_domain::case::substance::DecisionSubstance;
use mingjing_domain::case::types::{DiscussionOutcome, NoPenaltyGround, PartyKind, PartyNo};
use mingjing_domain::case::{CaseEvent, Proposal};
use serde_json::json;

use super::parts::{disposal_words, provisions};
use super::{Context, Fields, FillError, fields, given, with, words};

type Form = Result<(&'static str, Fields), FillError>;

/// What the parties said, one after the other.
fn defences(cx: &Context<'_>) -> Result<String, FillError> {
    let mut lines = Vec::new();
    for (no, state) in cx.case.numbered_parties() {
        let name = cx.line(&state.party.name, "defence", "当事人")?;
        let spared = |it: &DecisionSubstance| it.disposal(no).is_some_and(|it| it.no_penalty.is_some());
        let untold = state.notice.is_none() && cx.case.draft.as_ref().is_some_and(|it| spared(&it.substance));
        let course = if untold {
            "拟不予行政处罚，未收到陈述、申辩。".to_owned()
        } else {
            cx.defence_course(no, state)?
        };
        lines.push(format!("{name}：{course}"));
    }
    Ok(lines.join("\n"))
}

pub(super) fn disposal_approval(cx: &Context<'_>) -> Form {
    let draft = cx.case.draft.as_ref().ok_or_else(|| cx.missing("facts", "违法事实"))?;
    let form = with(cx.approval_form(cx.cause_proposal()?)?, cx.substance(&draft.substance)?);
    let own = fields(json!({ "defence": defences(cx)? }));
    Ok(("disposition_request", with(with(form, cx.disposals(&draft.substance)?), own)))
}

pub(super) fn discussion_record(cx: &Context<'_>) -> Form {
    let CaseEvent::Discussed { discussion, .. } = &cx.cause.1 else { return Err(cx.no_cause()) };
    let draft = cx.case.at_hand().ok_or_else(|| cx.missing("subject", "讨论内容"))?;
    let mut opinions = Vec::new();
    for (index, o) in discussion.opinions.iter().enumerate() {
        let field = format!("opinions[{index}]");
        let said = cx.text(&o.opinion, &format!("{field}.opinion"), "负责人意见")?;
        let stand = if o.agrees { "同意结论。" } else { "不同意结论。" };
        opinions.push(json!({
            "name": cx.name_of(o.head, &format!("{field}.name"), "出席人员")?,
            "position": given(&(cx.sources.people)(o.head).post),
            "opinion": format!("{stand}\n{said}"),
        }));
    }
    let proposed: Vec<String> = cx
        .disposals(&draft.substance)?
        .get("decision_items")
        .and_then(|it| it.as_array())
        .into_iter()
        .flatten()
        .filter_map(|it| it["text"].as_str().map(str::to_owned))
        .collect();
    let outcome: DiscussionOutcome = discussion.outcome;
    let conclusion = cx.text(&discussion.conclusion, "conclusion", "结论性意见")?;
    Ok((
        "deliberation_record",
        fields(json!({
            "case_name": cx.case_name()?,
            "started_at": cx.cause.0.moment.day(),
            "place": cx.line(&discussion.place, "place", "地点")?,
            "chair": cx.name_of(discussion.chair, "chair", "主持人")?,
            "recorder": cx.name_of(cx.actor(), "recorder", "记录人")?,
            "subject": format!("{}的处理意见：\n{}", cx.case_name()?, proposed.join("\n")),
            "report": cx.text(&draft.substance.facts, "report", "汇报情况")?,
            "opinions": opinions,
            "conclusion": format!("{}。\n{conclusion}", outcome.label()),
        })),
    ))
}

/// The decision on the addressee: substance, disposal, party.
fn decided<'c>(cx: &'c Context<'_>) -> Result<(PartyNo, &'c PartyState, &'c DecisionSubstance), FillError> {
    let (no, state) = cx.party()?;
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("decision_items", "行政处罚决定"))?;
    Ok((no, state, &decision.substance))
}

/// What was ordered of the act itself, in the case before and by this decision (第二十八条第一款).
fn correction(
    cx: &Context<'_>,
    no: PartyNo,
    substance: &DecisionSubstance,
) -> Result<Option<String>, FillError> {
    let mut lines = Vec::new();
    for it in cx.case.corrections.iter().filter(|it| it.party == no && it.days.is_none()) {
        let items = cx.line(&it.items, "correction", "责令改正的内容")?;
        let order = it.document.and_then(|it| cx.case.document(it));
        let by = order.map_or_else(String::new, |d| {
            let number = d.number.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("以{number}《{}》", d.kind.label())
        });
        let until = it.due_on.map_or_else(String::new, |day| format!("于{}前", words(day)));
        let found = match it.rechecked {
            Some(true) => "；经复查，已经改正",
            Some(false) => "；经复查，没有改正，应当继续改正",
            None => "",
        };
        lines.push(format!("本机关已{by}责令{until}改正：{}{found}。", items.trim_end_matches('。')));
    }
    if let Some(it) = substance.corrections.iter().find(|it| it.party == no) {
        let details = cx.text(&it.details, "correction", "责令改正的内容")?;
        lines.push(match it.corrective {
            Corrective::WithDecision => {
                format!("责令自收到本决定书之日起{}日内改正：{details}", it.days)
            }
            Corrective::Corrected | Corrective::Impossible => {
                format!("{}：{details}", it.corrective.label())
            }
        });
    }
    Ok(if lines.is_empty() { None } else { Some(lines.join("\n")) })
}

pub(super) fn penalty_decision(cx: &Context<'_>) -> Form {
    let (no, state, substance) = decided(cx)?;
    let disposal = substance.disposal(no).ok_or_else(|| cx.missing("decision_items", "行政处罚的种类"))?;
    let mut own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "defence_review": cx.defence_course(no, state)?,
        "performance": cx.text(&substance.terms, "performance", "履行方式和期限")?,
    }));
    if let Some(words) = correction(cx, no, substance)? {
        own.insert("correction".to_owned(), words.into());
    }
    if disposal.fine_fen > 0 {
        own.insert("payment".to_owned(), cx.payment());
    }
    let template = match state.party.kind {
        PartyKind::Person => "penalty_decision_person",
        PartyKind::IndividualBusiness | PartyKind::LegalPerson | PartyKind::Organisation => {
            "penalty_decision_unit"
        }
    };
    let form = with(cx.substance(substance)?, cx.disposal(disposal));
    Ok((template, with(with(form, own), cx.remedies())))
}

/// Where the ground of no penalty stands.
const fn ground_article(ground: NoPenaltyGround) -> &'static str {
    match ground {
        NoPenaltyGround::Under14 => "《中华人民共和国行政处罚法》第三十条",
        NoPenaltyGround::Incapable => "《中华人民共和国行政处罚法》第三十一条",
        NoPenaltyGround::MinorCorrected => "《中华人民共和国行政处罚法》第三十三条第一款前半段",
        NoPenaltyGround::FirstTimeMinor => "《中华人民共和国行政处罚法》第三十三条第一款后半段",
        NoPenaltyGround::NoFault => "《中华人民共和国行政处罚法》第三十三条第二款",
        NoPenaltyGround::Expired => "《中华人民共和国行政处罚法》第三十六条",
        NoPenaltyGround::NotEstablished => "《中华人民共和国行政处罚法》第五十七条第一款第三项",
    }
}

pub(super) fn no_penalty_decision(cx: &Context<'_>) -> Form {
    let (no, state, substance) = decided(cx)?;
    let ground = substance.disposal(no).and_then(|it| it.no_penalty);
    let ground = ground.ok_or_else(|| cx.missing("no_penalty_basis", "不予处罚的依据"))?;
    let violated = if substance.violated.is_empty() {
        // Nothing was found to be violated: the file says so, in the ground's own words.
        ground.label().to_owned()
    } else {
        provisions(&substance.violated)
    };
    let own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "facts": cx.text(&substance.facts, "facts", "事实")?,
        "evidence": cx.evidence(Some(&substance.evidence))?,
        "law_violated": violated,
        "no_penalty_basis": ground_article(ground),
        "reasons": cx.text(&substance.reasoning, "reasons", "不予处罚的理由")?,
        "education": cx.text(&substance.terms, "education", "教育内容")?,
    }));
    Ok(("no_penalty_decision", with(own, cx.remedies())))
}

/// The organ's own decision to impose less: what was imposed, what is left, and why.
pub(super) fn amendment_decision(cx: &Context<'_>) -> Form {
    let (no, state, original) = decided(cx)?;
    let Proposal::Amend(it) = cx.proposed()? else { return Err(cx.no_cause()) };
    let substance = amended(&cx.case, it).ok_or_else(|| cx.missing("decision_items", "变更后的行政处罚"))?;
    let items = |of: &DecisionSubstance| -> Vec<_> {
        let words = of.disposal(no).map(disposal_words).unwrap_or_default();
        words.into_iter().map(|text| json!({ "text": text })).collect()
    };
    let own = fields(json!({
        "party": cx.party_fields(&state.party, "party")?,
        "decision": cx.decision_reference(no)?,
        "original_items": items(original),
        "reasons": cx.text(&it.reasoning, "reasons", "变更的理由")?,
        "law_basis": provisions(&substance.basis),
        "decision_items": items(&substance),
    }));
    Ok(("amendment_decision", with(own, cx.remedies())))
}
