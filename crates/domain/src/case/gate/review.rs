//! Guards of the draft and of its legal review.

use super::{Gate, at_issue, no, no_pending, running};
use crate::case::clock;
use crate::case::command::Proposal;
use crate::case::facts::Facts;
use crate::case::law::{Law, Ruled};
use crate::case::state::*;
use crate::case::substance::PartyDisposal;
use crate::case::types::*;
use crate::cite::penalty_law;
use crate::period;
use crate::policy::ReviewStep;
use crate::refusal::Refusal;

/// A draft may be written (again) until the decision.
pub fn draft(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Dispose))
}

pub(super) fn current_draft(case: &Case) -> Result<&Draft, Refusal> {
    let Some(draft) = case.at_hand() else {
        return Err(Refusal::new(
            "draft.none",
            penalty_law("第五十七条"),
            "还没有拟定处理意见",
            "请先拟定处理意见（决定书代拟稿）。",
        ));
    };
    if draft.evidence != case.evidence.len() {
        return Err(Refusal::new(
            "draft.stale",
            penalty_law("第四十条"),
            "拟定处理意见之后补充了证据",
            "请重新拟定处理意见。",
        ));
    }
    Ok(draft)
}

/// The draft as it stands, with every item of evidence in the file before it.
pub fn submit_review(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    at_issue(case)?;
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    match case.review.phase {
        // What was submitted is on the table no more: nobody can go on with it.
        ReviewPhase::Submitted | ReviewPhase::Returned | ReviewPhase::Opined | ReviewPhase::Contested
            if draft.digest != case.review.digest =>
        {
            Ok(())
        }
        ReviewPhase::Submitted | ReviewPhase::Returned | ReviewPhase::Opined => {
            no("review.running", penalty_law("第五十八条"), "案件正在法制审核中", "请等待审核意见。")
        }
        ReviewPhase::Contested => {
            no("review.contested", penalty_law("第五十八条"), "复核尚未完成", "请等待共同复核的结果。")
        }
        ReviewPhase::Signed => no(
            "review.unanswered",
            penalty_law("第五十八条"),
            "审核意见尚未书面反馈",
            "请先书面反馈审核意见，再改正报送。",
        ),
        ReviewPhase::Cleared if case.clearance().is_some() => no(
            "review.cleared",
            penalty_law("第五十八条"),
            "当前处理意见已经审核通过",
            "可以继续办理下一步。",
        ),
        ReviewPhase::Idle | ReviewPhase::Answered | ReviewPhase::ReReviewed
            if draft.digest == case.review.digest
                && case.evidence.len() == case.review.evidence
                && case.last_hearing() < case.review.submitted.map_or(0, |(_, version)| version)
                && case.review.opinion.as_ref().is_some_and(|(opinion, _)| *opinion != Opinion::Agree) =>
        {
            no(
                "review.unchanged",
                penalty_law("第五十八条"),
                "处理意见与上次送审相同，没有改正",
                "请按审核意见改正后再次报送；有异议的申请复核。",
            )
        }
        ReviewPhase::Idle | ReviewPhase::Cleared | ReviewPhase::Answered | ReviewPhase::ReReviewed => Ok(()),
    }
}

fn phase(case: &Case, wanted: ReviewPhase, message: &'static str, remedy: &'static str) -> Gate {
    at_issue(case)?;
    if case.review.phase == wanted {
        return Ok(());
    }
    no(
        "review.phase",
        penalty_law("第五十八条"),
        format!("{message}（现在：{}）", case.review.phase.label()),
        remedy,
    )
}

/// Under review.
pub fn review_running(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Submitted, "案件不在审核中", "承办机构送审后再审核。")
}

/// The chain has a first review and the review after it, by two reviewers.
fn reviewed_twice(facts: &Facts<'_>) -> bool {
    let chain = &facts.law.review_chain.value;
    chain.contains(&ReviewStep::FirstReview) && chain.contains(&ReviewStep::Review)
}

/// Under review, with the first review of this round still to be done.
pub fn first_review(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    if !reviewed_twice(facts) {
        return no(
            "review.no_first",
            facts.law.review_chain.citation.clone(),
            "本地的审核流程没有在审核之前另设初审",
            "请直接提出审核意见。",
        );
    }
    review_running(case, facts, party)?;
    if case.review.first.is_some() {
        return no(
            "review.first_done",
            facts.law.review_chain.citation.clone(),
            "本次送审已经初审",
            "请由另一名审核人员审核。",
        );
    }
    Ok(())
}

/// Under review; after the first review, and by another reviewer, where the chain has one.
pub fn give_opinion(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    review_running(case, facts, party)?;
    if !reviewed_twice(facts) {
        return Ok(());
    }
    let article = || facts.law.review_chain.citation.clone();
    match &case.review.first {
        None => no("review.first", article(), "本地的审核流程要求先初审", "初审后再提出审核意见。"),
        Some((by, _)) if *by == facts.actor.id => {
            no("review.first_same", article(), "初审的人员不能再审核", "请由另一名审核人员提出审核意见。")
        }
        Some(_) => Ok(()),
    }
}

/// Returned for materials.
pub fn review_returned(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Returned, "审核机构没有退回补充材料", "请等待审核意见。")
}

/// An opinion waits for signature by someone other than its author.
pub fn sign_opinion(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Opined, "没有待签发的审核意见", "审核人员提出意见后再签发。")?;
    let first = case.review.first.as_ref().map(|(by, _)| *by);
    if [case.review.reviewer, first].contains(&Some(facts.actor.id)) {
        return no(
            "duty.same_person",
            penalty_law("第五十八条"),
            "初审、提出审核意见的人不能自己签发",
            "请由法制机构负责人签发。",
        );
    }
    Ok(())
}

/// An opinion waits for the unit's answer.
pub fn answer_opinion(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Signed, "没有待反馈的审核意见", "审核意见签发后再反馈。")
}

/// A review in hand may be given more time, once, where the policy allows it.
pub fn extend_review(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    at_issue(case)?;
    let Ruled { value, citation } = &facts.law.review_extension;
    if value.is_none() {
        return no(
            "review.no_extension",
            citation.clone(),
            "本地没有规定法制审核期限可以延长",
            "请在审核期限内提出意见。",
        );
    }
    if !matches!(case.review.phase, ReviewPhase::Submitted | ReviewPhase::Returned | ReviewPhase::Opined) {
        return phase(case, ReviewPhase::Submitted, "案件不在审核中", "承办机构送审后再办。");
    }
    if case.review.extended {
        return no(
            "review.extended_once",
            citation.clone(),
            "本次审核已经延长过",
            "请在延长的期限内提出意见。",
        );
    }
    if let Some(limit) = clock::review_limit(case, facts)
        && period::closes_after(&limit?, facts.today())
    {
        return no(
            "review.extension_late",
            citation.clone(),
            "审核期限已经届满，不能再延长",
            "请尽快提出意见。",
        );
    }
    Ok(())
}

/// The chain of the review holds the step.
fn in_chain(facts: &Facts<'_>, step: ReviewStep) -> Gate {
    let Ruled { value, citation } = &facts.law.review_chain;
    if value.contains(&step) {
        return Ok(());
    }
    let steps: Vec<&str> = value.iter().map(|it| it.label()).collect();
    no(
        "review.chain",
        citation.clone(),
        format!("本地的审核流程是{}，没有“{}”", steps.join("、"), step.label()),
        "请按审核意见改正后再次报送；仍有分歧的，按本地流程办理。",
    )
}

/// One re-review of an opinion other than agreement.
pub fn request_rereview(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    at_issue(case)?;
    in_chain(facts, ReviewStep::Rereview)?;
    if case.review.rereview_used {
        return no(
            "review.rereview_once",
            penalty_law("第五十八条"),
            "同一审核意见只能申请一次复核",
            "仍有异议的，由分管负责人协调。",
        );
    }
    phase(
        case,
        ReviewPhase::Answered,
        "没有已反馈而有异议的审核意见",
        "先书面反馈；对意见有异议的再申请复核。",
    )?;
    if case.review.answer.as_ref().is_none_or(|(stand, _)| *stand == Stand::Adopted) {
        return no(
            "review.adopted",
            penalty_law("第五十八条"),
            "审核意见已全部采纳，没有异议可供复核",
            "请改正后再次报送。",
        );
    }
    Ok(())
}

/// Contested.
pub fn give_rereview(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Contested, "没有待复核的申请", "承办机构申请复核后再办。")
}

/// Still contested after the re-review.
pub fn coordinate(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    in_chain(facts, ReviewStep::Coordinate)?;
    phase(
        case,
        ReviewPhase::ReReviewed,
        "没有经复核仍有异议的事项",
        "复核之后仍有异议的，才由分管负责人协调。",
    )
}

/// Whether a disposal gives the party the right to a hearing (第六十三条).
pub fn hearing_right(disposal: &PartyDisposal, kind: PartyKind, law: &Law) -> bool {
    let citizen = kind.is_citizen();
    disposal.fine_fen >= Law::pick(law.hearing_fine_fen.value, citizen)
        || disposal.confiscated_fen.max(disposal.goods_fen)
            >= Law::pick(law.hearing_confiscation_fen.value, citizen)
        || disposal.kinds.iter().any(|k| is_heavy(*k))
}

/// Kinds named in 第六十三条第一款第三、四、五项.
pub const fn is_heavy(kind: PenaltyKind) -> bool {
    match kind {
        PenaltyKind::LowerGrade
        | PenaltyKind::RevokeLicence
        | PenaltyKind::OrderStop
        | PenaltyKind::OrderClose
        | PenaltyKind::RestrictEmployment => true,
        PenaltyKind::Warning
        | PenaltyKind::PublicCriticism
        | PenaltyKind::Fine
        | PenaltyKind::ConfiscateIncome
        | PenaltyKind::ConfiscateGoods
        | PenaltyKind::SuspendLicence
        | PenaltyKind::RestrictBusiness => false,
    }
}

/// Why the draft must pass the legal review; empty when it need not.
pub fn triggers(case: &Case, law: &Law) -> Vec<Trigger> {
    let mut found = Vec::new();
    let mut add = |t: Trigger| {
        if !found.contains(&t) {
            found.push(t);
        }
    };
    case.conclusion.iter().flat_map(|it| it.said.triggers()).for_each(&mut add);
    if case.at_hand().is_some_and(|d| d.substance.beyond_benchmark) {
        add(Trigger::BeyondBenchmark);
    }
    for (no, party) in case.numbered_parties() {
        if party.hearing_told || party.heard_version > 0 {
            add(Trigger::HeardMajorRights);
        }
        let Some(disposal) = case.at_hand().and_then(|d| d.substance.disposal(no)) else { continue };
        let citizen = party.party.kind.is_citizen();
        if disposal.fine_fen >= Law::pick(law.review_fine_fen.value, citizen) {
            add(Trigger::LargeFine);
        }
        if disposal.confiscated_fen.max(disposal.goods_fen)
            >= Law::pick(law.hearing_confiscation_fen.value, citizen)
        {
            add(Trigger::LargeConfiscation);
        }
        if disposal.kinds.iter().any(|k| is_heavy(*k)) {
            add(Trigger::HeavyKind);
        }
        if disposal.grade == Grade::Mitigated && disposal.no_penalty.is_none() {
            add(Trigger::Mitigated);
        }
    }
    if law.review_all.value || catalogued(case, law) {
        add(Trigger::Catalogue);
    }
    found.sort_unstable();
    found
}

/// The organ's catalogue names the category of the case or the violation of the draft.
fn catalogued(case: &Case, law: &Law) -> bool {
    let named = |word: &str| law.review_catalogue.value.iter().any(|it| it == word);
    case.filed.as_ref().is_some_and(|f| named(&f.filing.category))
        || case.at_hand().is_some_and(|d| named(d.substance.range.trim()))
}

/// The chain of the review ends with the heads: each decision in scope is discussed.
pub fn review_collective(case: &Case, law: &Law) -> bool {
    law.review_chain.value.contains(&ReviewStep::Collective) && !triggers(case, law).is_empty()
}

/// Whether the heads must discuss it together (第五十七条第二款).
pub fn discussion_required(case: &Case, law: &Law) -> bool {
    case.conclusion.as_ref().is_some_and(|c| c.said.complex)
        || review_collective(case, law)
        // 国办发〔2022〕27号（六）: what departs from the benchmark is decided together.
        || case.at_hand().is_some_and(|d| d.substance.beyond_benchmark)
        || case.numbered_parties().any(|(no, party)| {
            party.hearing_told
                || case.at_hand().and_then(|d| d.substance.disposal(no)).is_some_and(|d| {
                    hearing_right(d, party.party.kind, law)
                        || d.fine_fen
                            >= Law::pick(law.discussion_fine_fen.value, party.party.kind.is_citizen())
                })
        })
}
