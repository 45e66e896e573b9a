//! Guards that need nothing beyond the case and the moment. They close the
//! action cards with their reason, and hold again when the command comes.

use super::clock;
use super::command::Proposal;
use super::facts::Facts;
use super::law::{Law, coercion_law, construction_rules};
use super::state::*;
use super::substance::PartyDisposal;
use super::types::*;
use crate::cite::{Citation, penalty_law};
use crate::period;
use crate::refusal::Refusal;
use crate::staff::Role;
use jiff::civil::Date;

type Gate = Result<(), Refusal>;

fn no(code: &'static str, article: Citation, message: impl Into<String>, remedy: impl Into<String>) -> Gate {
    Err(Refusal::new(code, article, message, remedy))
}

/// Nothing beyond stage and role.
pub fn open(_: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    Ok(())
}

/// The investigation is not suspended.
pub fn running(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.suspended() {
        return no("case.suspended", construction_rules("第三十条"), "案件已中止调查", "中止情形消除后，先呈请恢复调查。");
    }
    Ok(())
}

/// For any party (or the one named), `check` holds; otherwise the first refusal.
fn any_party(case: &Case, party: Option<PartyNo>, check: impl Fn(PartyNo, &PartyState) -> Gate) -> Gate {
    if let Some(number) = party {
        let Some(state) = case.party(number) else {
            return Err(Refusal::new("party.unknown", penalty_law("第五十四条"), "案件中没有该当事人", "请选择案件中的当事人。").field("party", "没有该当事人"));
        };
        return check(number, state);
    }
    let mut first = None;
    for (number, state) in case.numbered_parties() {
        match check(number, state) {
            Ok(()) => return Ok(()),
            Err(refusal) => first = first.or(Some(refusal)),
        }
    }
    match first {
        Some(refusal) => Err(refusal),
        None => no("party.none", penalty_law("第五十四条"), "案件还没有当事人", "请先立案并确定当事人。"),
    }
}

fn pending(case: &Case, same: impl Fn(&Proposal) -> bool) -> bool {
    case.proposals.iter().any(|p| same(&p.body) && matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed))
}

fn no_pending(case: &Case, same: impl Fn(&Proposal) -> bool) -> Gate {
    if pending(case, same) {
        return no("proposal.pending", penalty_law("第五十七条"), "同一事项已在审批中", "请等待审批结果，不必重复呈请。");
    }
    Ok(())
}

/// One proposal at a time, and the check may be extended once.
pub fn extend_check(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::ExtendCheck))?;
    if case.check_extended {
        return no("check.extended", facts.law.check.citation.clone(), "核查期限已经延长过一次", "请在期限内作出立案或者不予立案的决定。");
    }
    Ok(())
}

/// One filing at a time, and the act is not time-barred.
pub fn file(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::File(_) | Proposal::NotFile))?;
    if !facts.organ.confirmed {
        return no("organ.unconfirmed", penalty_law("第十七条"), "本机关未经确认公告为行政执法主体", "请先由司法行政部门确认并公告执法主体。");
    }
    Ok(())
}

/// One decision about filing at a time.
pub fn single_proposal_not_file(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::File(_) | Proposal::NotFile))
}

/// One withdrawal at a time.
pub fn single_proposal_withdraw(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Withdraw))
}

/// One transfer at a time.
pub fn single_proposal_transfer(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Transfer(_)))
}

/// Something waits for review by the unit's head.
pub fn review_proposal(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.proposals.iter().any(|p| p.stage == ApprovalStage::Proposed) {
        return Ok(());
    }
    no("proposal.none", penalty_law("第五十七条"), "没有待审核的呈批事项", "承办人呈请后再审核。")
}

/// Something waits for approval.
pub fn approve_proposal(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.proposals.iter().any(|p| p.stage == ApprovalStage::Reviewed) {
        return Ok(());
    }
    no("proposal.none", penalty_law("第五十七条"), "没有经审核待审批的呈批事项", "承办机构负责人审核后再审批。")
}

/// A recusal was asked for.
pub fn decide_recusal(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.recusals_open.is_empty() {
        return no("recusal.none", penalty_law("第四十三条"), "没有待决定的回避申请", "当事人或者执法人员提出后再决定。");
    }
    Ok(())
}

/// An expert's answer is outstanding.
pub fn receive_expert(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.experts.iter().any(|e| e.span.1.is_none()) {
        return Ok(());
    }
    no("expert.none", construction_rules("第十八条"), "没有未收到意见的鉴定、检测委托", "请先委托鉴定、检测。")
}

/// Something is preserved and not yet handled.
pub fn dispose_preservation(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::DisposePreservation(_)))?;
    if case.preservations.iter().any(|p| p.disposed.is_none()) {
        return Ok(());
    }
    no("preservation.none", penalty_law("第五十六条"), "没有待处理的先行登记保存", "请先呈请先行登记保存。")
}

/// An order to correct waits for its re-check.
pub fn recheck(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.corrections.iter().any(|c| c.rechecked != Some(true)) {
        return Ok(());
    }
    no("correction.none", penalty_law("第二十八条第一款"), "没有待复查的责令改正", "请先责令改正。")
}

/// Not yet suspended.
pub fn suspend(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Suspend { .. }))
}

/// Suspended.
pub fn resume(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Resume))?;
    if !case.suspended() {
        return no("case.not_suspended", construction_rules("第三十条"), "案件没有中止", "案件正在办理，不需要恢复。");
    }
    Ok(())
}

/// The term still runs and an extension is left.
pub fn extend(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Extend { .. }))?;
    if case.extensions.len() >= 2 {
        return no("clock.extended_twice", facts.law.second_extension.citation.clone(), "办案期限已经延长两次", "不得再延长，请在期限内作出决定。");
    }
    if let Some(limit) = clock::decision_limit(case, facts)?
        && facts.today() > limit.due.latest()
    {
        return no("clock.expired", penalty_law("第六十条"), "办案期限已经届满，不能事后延长", "请尽快作出决定；逾期情况将如实记录。");
    }
    Ok(())
}

/// Facts were investigated: an inquiry or scene record, and evidence.
pub fn conclude(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    if case.evidence.is_empty() {
        return no("evidence.none", penalty_law("第四十六条第二款"), "卷内没有证据", "证据须经查证属实方可作为认定事实的根据，请先收集证据。");
    }
    if case.inquiries == 0 && case.scenes == 0 {
        return no("record.none", penalty_law("第五十五条第二款"), "没有询问笔录或者现场、勘验笔录", "询问或者检查应当制作笔录，请先记录。");
    }
    if let Some(index) = case.preservations.iter().position(|p| p.disposed.is_none() && !clock::preservation_lapsed(p, facts)) {
        return no("preservation.open", penalty_law("第五十六条"), format!("第{}次先行登记保存尚未处理", index + 1), "请在七个工作日内作出处理决定。");
    }
    if !case.recusals_open.is_empty() {
        return no("recusal.open", penalty_law("第四十三条第三款"), "回避申请尚未决定", "请先由负责人决定是否回避。");
    }
    Ok(())
}

/// A draft may be written (again) until the decision.
pub fn draft(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Dispose))
}

fn current_draft<'c>(case: &'c Case) -> Result<&'c Draft, Refusal> {
    let Some(draft) = &case.draft else {
        return Err(Refusal::new("draft.none", penalty_law("第五十七条"), "还没有拟定处理意见", "请先拟定处理意见（决定书代拟稿）。"));
    };
    if draft.evidence != case.evidence.len() {
        return Err(Refusal::new("draft.stale", penalty_law("第四十条"), "拟定处理意见之后补充了证据", "请重新拟定处理意见。"));
    }
    Ok(draft)
}

/// The draft as it stands, with every item of evidence in the file before it.
pub fn submit_review(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    match case.review.phase {
        ReviewPhase::Submitted | ReviewPhase::Returned | ReviewPhase::Opined => {
            no("review.running", penalty_law("第五十八条"), "案件正在法制审核中", "请等待审核意见。")
        }
        ReviewPhase::Contested => no("review.contested", penalty_law("第五十八条"), "复核尚未完成", "请等待共同复核的结果。"),
        ReviewPhase::Signed => no("review.unanswered", penalty_law("第五十八条"), "审核意见尚未书面反馈", "请先书面反馈审核意见，再改正报送。"),
        ReviewPhase::Cleared if case.clearance().is_some() => no("review.cleared", penalty_law("第五十八条"), "当前处理意见已经审核通过", "可以继续办理下一步。"),
        ReviewPhase::Answered | ReviewPhase::ReReviewed
            if draft.digest == case.review.digest && !matches!(case.review.opinion, Some((Opinion::Agree, _))) =>
        {
            no("review.unchanged", penalty_law("第五十八条"), "处理意见与上次送审相同，没有改正", "请按审核意见改正后再次报送；有异议的申请复核。")
        }
        ReviewPhase::Idle | ReviewPhase::Cleared | ReviewPhase::Answered | ReviewPhase::ReReviewed => Ok(()),
    }
}

fn phase(case: &Case, wanted: ReviewPhase, message: &'static str, remedy: &'static str) -> Gate {
    if case.review.phase == wanted {
        return Ok(());
    }
    no("review.phase", penalty_law("第五十八条"), format!("{message}（现在：{}）", case.review.phase.label()), remedy)
}

/// Under review.
pub fn review_running(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Submitted, "案件不在审核中", "承办机构送审后再审核。")
}

/// Returned for materials.
pub fn review_returned(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Returned, "审核机构没有退回补充材料", "请等待审核意见。")
}

/// An opinion waits for signature by someone other than its author.
pub fn sign_opinion(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Opined, "没有待签发的审核意见", "审核人员提出意见后再签发。")?;
    if case.review.reviewer == Some(facts.actor.id) {
        return no("duty.same_person", penalty_law("第五十八条"), "提出审核意见的人不能自己签发", "请由法制机构负责人签发。");
    }
    Ok(())
}

/// An opinion waits for the unit's answer.
pub fn answer_opinion(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Signed, "没有待反馈的审核意见", "审核意见签发后再反馈。")
}

/// One re-review of an opinion other than agreement.
pub fn request_rereview(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.review.rereview_used {
        return no("review.rereview_once", penalty_law("第五十八条"), "同一审核意见只能申请一次复核", "仍有异议的，由分管负责人协调。");
    }
    phase(case, ReviewPhase::Answered, "没有已反馈而有异议的审核意见", "先书面反馈；对意见有异议的再申请复核。")?;
    if case.review.answer.as_ref().is_none_or(|(stand, _)| *stand == Stand::Adopted) {
        return no("review.adopted", penalty_law("第五十八条"), "审核意见已全部采纳，没有异议可供复核", "请改正后再次报送。");
    }
    Ok(())
}

/// Contested.
pub fn give_rereview(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::Contested, "没有待复核的申请", "承办机构申请复核后再办。")
}

/// Still contested after the re-review.
pub fn coordinate(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    phase(case, ReviewPhase::ReReviewed, "没有经复核仍有异议的事项", "复核之后仍有异议的，才由分管负责人协调。")
}

/// Whether a disposal gives the party the right to a hearing (第六十三条).
pub fn hearing_right(disposal: &PartyDisposal, kind: PartyKind, law: &Law) -> bool {
    let citizen = kind.is_citizen();
    disposal.fine_fen >= Law::pick(law.hearing_fine_fen.value, citizen)
        || disposal.confiscated_fen.max(disposal.goods_fen) >= Law::pick(law.hearing_confiscation_fen.value, citizen)
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
    if let Some(conclusion) = &case.conclusion {
        if conclusion.public_interest {
            add(Trigger::PublicInterest);
        }
        if conclusion.several_relations || conclusion.complex {
            add(Trigger::Complex);
        }
    }
    for (no, party) in case.numbered_parties() {
        if party.hearing_told || matches!(party.hearing, Hearing::Held { .. }) {
            add(Trigger::HeardMajorRights);
        }
        let Some(disposal) = case.draft.as_ref().and_then(|d| d.substance.disposal(no)) else { continue };
        let citizen = party.party.kind.is_citizen();
        if disposal.fine_fen >= Law::pick(law.review_fine_fen.value, citizen) {
            add(Trigger::LargeFine);
        }
        if disposal.confiscated_fen.max(disposal.goods_fen) >= Law::pick(law.hearing_confiscation_fen.value, citizen) {
            add(Trigger::LargeConfiscation);
        }
        if disposal.kinds.iter().any(|k| is_heavy(*k)) {
            add(Trigger::HeavyKind);
        }
        if disposal.grade == Grade::Mitigated && disposal.no_penalty.is_none() {
            add(Trigger::Mitigated);
        }
    }
    if law.review_all.value {
        add(Trigger::Catalogue);
    }
    found.sort_unstable();
    found
}

/// Whether the heads must discuss it together (第五十七条第二款).
pub fn discussion_required(case: &Case, law: &Law) -> bool {
    case.conclusion.as_ref().is_some_and(|c| c.complex)
        || case.numbered_parties().any(|(no, party)| {
            party.hearing_told
                || case
                    .draft
                    .as_ref()
                    .and_then(|d| d.substance.disposal(no))
                    .is_some_and(|d| {
                        hearing_right(d, party.party.kind, law)
                            || d.fine_fen >= Law::pick(law.discussion_fine_fen.value, party.party.kind.is_citizen())
                    })
        })
}

/// A notice of the current draft may go to the party.
pub fn notice(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    any_party(case, party, |no_, state| {
        let Some(disposal) = draft.substance.disposal(no_) else {
            return no("draft.party_missing", penalty_law("第四十四条"), "处理意见没有写明对该当事人的处理", "请补充拟定对该当事人的处理意见。");
        };
        if disposal.no_penalty.is_some() {
            return no("notice.no_penalty", penalty_law("第四十四条"), "拟不予处罚，不需要告知拟作出的处罚", "可以直接呈请作出不予处罚决定。");
        }
        if state.notice.as_ref().is_some_and(|n| n.digest == draft.digest) {
            return no("notice.repeated", penalty_law("第四十四条"), "对该当事人已按当前处理意见制发告知书", "请送达已有的告知书。");
        }
        if let Some((ceiling, evidence)) = &state.ceiling
            && disposal.heavier_than(ceiling)
            && case.evidence.len() <= *evidence
        {
            return no("defence.heavier", penalty_law("第四十五条第二款"), "当事人陈述、申辩或者申请听证之后，拟作的处罚比原告知的更重，而没有新的证据", "不得因当事人陈述、申辩而给予更重的处罚。");
        }
        Ok(())
    })
}

/// Something issued and made waits for service.
pub fn serve(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.documents.iter().any(|d| d.kind.served() && d.service.is_none()) {
        return Ok(());
    }
    no("document.none", penalty_law("第六十一条"), "没有待送达的文书", "文书签发后再送达。")
}

/// The day and limit from which the party's windows run: the notice was served.
fn served_notice<'c>(case: &'c Case, state: &'c PartyState) -> Result<(&'c Notice, &'c Served), Refusal> {
    let Some(notice) = &state.notice else {
        return Err(Refusal::new("notice.none", penalty_law("第四十四条"), "尚未向该当事人告知拟作出的处罚", "请先制发并送达告知书。"));
    };
    let Some(served) = case.document(notice.document).and_then(|d| d.service.as_ref()) else {
        return Err(Refusal::new("notice.unserved", penalty_law("第四十四条"), "告知书尚未送达", "请先送达告知书。"));
    };
    Ok((notice, served))
}

/// A party may state its defence once it has been told.
pub fn defence(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| served_notice(case, state).map(|_| ()))
}

/// A defence waits for its written answer.
pub fn answer_defence(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.defences.iter().any(|d| d.answer.is_none()) {
            return Ok(());
        }
        no("defence.none", penalty_law("第四十五条第一款"), "没有待复核的陈述申辩", "当事人陈述、申辩后再复核。")
    })
}

/// The right to a hearing was told and its window is open.
pub fn request_hearing(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        let (_, served) = served_notice(case, state)?;
        if !state.hearing_told {
            return no("hearing.no_right", penalty_law("第六十三条第一款"), "拟作出的处罚不属于应当告知听证权利的情形", "可以登记陈述申辩。");
        }
        match state.hearing {
            Hearing::None | Hearing::Withdrawn => {}
            Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Held { .. } => {
                return no("hearing.requested", penalty_law("第六十四条"), "该当事人已经申请听证", "请按已有的申请办理。");
            }
        }
        let limit = facts.limit(&facts.law.hearing_request, served.effective_on, "听证告知书送达之日", &[])?;
        if period::closes_after(&limit, facts.today()) && period::closes_after(&limit, facts.day()) {
            return no("hearing.too_late", penalty_law("第六十四条第一项"), format!("听证申请期已于{}届满", limit.due.latest()), "逾期未申请的，视为放弃听证权利；可以依申请由机关决定是否听取意见。");
        }
        Ok(())
    })
}

/// A hearing was told, and is not held.
pub fn withdraw_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if !state.hearing_told {
            return no("hearing.no_right", penalty_law("第六十三条第一款"), "没有告知过听证权利", "不需要登记放弃。");
        }
        match state.hearing {
            Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } => Ok(()),
            Hearing::Held { .. } | Hearing::Withdrawn => no("hearing.over", penalty_law("第六十四条"), "听证已经举行或者已经放弃", "不能再登记放弃。"),
        }
    })
}

/// A hearing was asked for.
pub fn schedule_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| match state.hearing {
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => Ok(()),
        Hearing::None | Hearing::Held { .. } | Hearing::Withdrawn => no("hearing.not_requested", penalty_law("第六十四条"), "没有待组织的听证", "当事人申请后再通知听证。"),
    })
}

/// A hearing is scheduled, notified in time, and its day has come.
pub fn hold_hearing(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        let Hearing::Scheduled { plan, document, .. } = &state.hearing else {
            return no("hearing.not_scheduled", penalty_law("第六十四条第二项"), "听证尚未通知", "请先确定并通知听证的时间、地点。");
        };
        let Some(served) = case.document(*document).and_then(|d| d.service.as_ref()) else {
            return no("hearing.unnotified", penalty_law("第六十四条第二项"), "听证会通知书尚未送达", "请在举行听证的七个工作日前送达通知书。");
        };
        let earliest = earliest_hearing(facts, served.gate_day())?;
        if plan.on < earliest {
            return Err(Refusal::new("hearing.notice_short", penalty_law("第六十四条第二项"), "通知书没有在举行听证的七个工作日前送达", "请改期并重新通知。").after(earliest));
        }
        if facts.today() < plan.on || facts.day() != plan.on {
            return Err(Refusal::new("hearing.not_today", penalty_law("第六十四条第二项"), format!("听证定于{}举行", plan.on), "请在听证当日记录；改期的重新通知。").after(plan.on));
        }
        Ok(())
    })
}

/// The first day a hearing may be held when its notice is served on `served`.
pub fn earliest_hearing(facts: &Facts<'_>, served: Date) -> Result<Date, Refusal> {
    period::not_before(facts.calendar, &facts.law.hearing_notice, &period::Start::new(served, "听证通知送达之日"))
        .map(|l| l.due.latest())
        .map_err(|e| Refusal::new("calendar.out_of_range", penalty_law("第六十四条第二项"), format!("期限不能计算：{e}"), "请系统管理员导入相应年份的工作日历。"))
}

/// A hearing was held and its report is missing.
pub fn report_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| match &state.hearing {
        Hearing::Held { report: None, .. } => Ok(()),
        Hearing::Held { .. } => no("hearing.reported", penalty_law("第六十五条"), "听证报告已经提出", "不需要重复提出。"),
        Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Withdrawn => no("hearing.not_held", penalty_law("第六十五条"), "听证尚未举行", "听证结束后再提出报告。"),
    })
}

/// The party's windows are over and everything it asked for was done.
pub fn party_heard(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState, disposal: &PartyDisposal) -> Gate {
    let (notice, served) = served_notice(case, state)?;
    if notice.digest != case.draft.as_ref().map_or("", |d| &d.digest) && disposal.heavier_than(&notice.disposal) {
        return no("notice.differs", penalty_law("第四十四条"), format!("对第{number}名当事人的处理重于已告知的内容"), "请按当前处理意见重新告知。");
    }
    if hearing_right(disposal, state.party.kind, facts.law) && !state.hearing_told {
        return no("hearing.untold", penalty_law("第六十三条第一款"), "应当告知听证权利而没有告知", "请制发听证告知书并送达。");
    }
    let limit = facts.limit(&facts.law.defence, served.gate_day(), "告知书送达之日", &[])?;
    if state.waived.is_none_or(|v| v < notice.version) && !period::closes_after(&limit, facts.today()) {
        return Err(Refusal::new("defence.window_open", facts.law.defence.citation.clone(), format!("陈述、申辩期到{}才届满", limit.due.latest()), "请等待期满；当事人明确放弃的可以登记放弃。").after(next_day(limit.due.latest())));
    }
    if state.defences.iter().any(|d| d.answer.is_none()) {
        return no("defence.unanswered", penalty_law("第四十五条第一款"), "当事人的陈述、申辩尚未复核", "对当事人提出的事实、理由和证据，应当进行复核。");
    }
    if !state.hearing_told {
        return Ok(());
    }
    match &state.hearing {
        Hearing::None => {
            let limit = facts.limit(&facts.law.hearing_request, served.gate_day(), "听证告知书送达之日", &[])?;
            if !period::closes_after(&limit, facts.today()) {
                return Err(Refusal::new("hearing.window_open", penalty_law("第六十四条第一项"), format!("听证申请期到{}才届满", limit.due.latest()), "请等待期满；当事人书面放弃的可以登记放弃。").after(next_day(limit.due.latest())));
            }
            Ok(())
        }
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => no("hearing.pending", penalty_law("第六十三条第一款"), "当事人要求听证，听证尚未举行", "请先组织听证。"),
        Hearing::Held { report: None, .. } => no("hearing.unreported", penalty_law("第六十五条"), "听证报告尚未提出", "请由听证主持人提出听证报告。"),
        Hearing::Held { .. } | Hearing::Withdrawn => Ok(()),
    }
}

fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

fn all_heard(case: &Case, facts: &Facts<'_>) -> Gate {
    let draft = current_draft(case)?;
    for (number, state) in case.numbered_parties() {
        let Some(disposal) = draft.substance.disposal(number) else {
            return no("draft.party_missing", penalty_law("第五十七条"), format!("处理意见没有写明对第{number}名当事人的处理"), "每名当事人都应当有处理意见，请补充拟定。");
        };
        if disposal.no_penalty.is_none() {
            party_heard(case, facts, number, state, disposal)?;
        }
    }
    Ok(())
}

/// The heads may discuss the draft: after notice, defence and hearing.
pub fn discuss(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    all_heard(case, facts)?;
    let draft = current_draft(case)?;
    if case.discussions.iter().any(|d| d.digest == draft.digest && d.discussion.outcome == DiscussionOutcome::ApproveDraft) {
        return no("discussion.done", penalty_law("第五十七条第二款"), "当前处理意见已经集体讨论同意", "可以呈请作出决定。");
    }
    Ok(())
}

/// Everything that must stand before a decision on the current draft.
pub fn dispose(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Dispose | Proposal::Withdraw | Proposal::Transfer(_)))?;
    decidable(case, facts, party)
}

/// As [`dispose`], also when the approval is given.
pub fn decidable(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    if !case.recusals_open.is_empty() {
        return no("recusal.open", penalty_law("第四十三条第三款"), "回避申请尚未决定", "请先由负责人决定是否回避。");
    }
    clock::prescription(case, facts)?;
    all_heard(case, facts)?;
    if !triggers(case, facts.law).is_empty() && case.clearance().is_none() {
        let message = if case.review.clearance.is_some() {
            "审核通过的不是当前的处理意见，或者审核之后有了新的证据、听证"
        } else {
            "重大行政处罚决定未经法制审核或者审核未通过的，不得作出"
        };
        return no("review.required", penalty_law("第五十八条第一款"), message, "请将当前处理意见送法制审核，通过后再办。");
    }
    if discussion_required(case, facts.law) {
        let after = case.parties.iter().filter_map(|p| match &p.hearing {
            Hearing::Held { version, .. } => Some(*version),
            Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Withdrawn => None,
        }).max().unwrap_or(0);
        let done = case.discussions.iter().any(|d| d.digest == draft.digest && d.version > after && d.discussion.outcome == DiscussionOutcome::ApproveDraft);
        if !done {
            return no("discussion.required", penalty_law("第五十七条第二款"), "情节复杂或者重大违法行为的处罚，应当由负责人集体讨论决定", "请先集体讨论当前处理意见。");
        }
    }
    Ok(())
}

fn decided<'c>(case: &'c Case) -> Result<&'c Decision, Refusal> {
    match &case.decision {
        Some(decision) if decision.revoked.is_none() => Ok(decision),
        Some(_) => Err(Refusal::new("decision.revoked", penalty_law("第七十五条第二款"), "处罚决定已被撤销", "不能再据以执行。")),
        None => Err(Refusal::new("decision.none", penalty_law("第五十七条"), "尚未作出决定", "作出并送达决定后再办。")),
    }
}

/// A revocable decision exists.
pub fn revoke(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    decided(case).map(|_| ())
}

/// The decision document of a party and its service.
pub fn served_decision<'c>(case: &'c Case, number: PartyNo) -> Result<(&'c Decision, &'c Served), Refusal> {
    let decision = decided(case)?;
    let served = decision
        .documents
        .iter()
        .find(|(p, _)| *p == number)
        .and_then(|(_, d)| case.document(*d))
        .and_then(|d| d.service.as_ref());
    match served {
        Some(served) => Ok((decision, served)),
        None => Err(Refusal::new("decision.unserved", penalty_law("第六十一条第一款"), "处罚决定书尚未送达该当事人", "请先送达决定书。")),
    }
}

/// Money the decision takes from a party, without additions: fen.
pub fn principal_fen(decision: &Decision, number: PartyNo) -> i64 {
    decision.substance.disposal(number).map_or(0, |d| d.fine_fen + d.confiscated_fen)
}

/// Money still owed.
pub fn owed_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    principal_fen(decision, number) + state.additional_fen - state.paid_fen()
}

/// Something is owed under a served decision.
pub fn pay(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let (decision, _) = served_decision(case, number)?;
        if owed_fen(decision, number, state) <= 0 {
            return no("payment.nothing_owed", penalty_law("第六十七条"), "该当事人没有应缴而未缴的款项", "请核对票据所属案件。");
        }
        Ok(())
    })
}

/// A fine is owed and no court was asked yet.
pub fn defer(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Defer(_)))?;
    pay(case, facts, party)
}

fn overdue(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    pay(case, facts, Some(number))?;
    let due = clock::payment_due(case, facts, number, state)?;
    if facts.today() <= due {
        return Err(Refusal::new("payment.not_due", penalty_law("第六十七条第三款"), format!("缴款期限到{due}才届满"), "逾期不缴的，届满后再办。").after(next_day(due)));
    }
    Ok(())
}

/// The term of payment has passed.
pub fn demand_fine(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| overdue(case, facts, number, state))
}

/// An additional fine has accrued.
pub fn additional_fine(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        overdue(case, facts, number, state)?;
        if state.remedy_pending() {
            return no("remedy.pending", penalty_law("第七十三条第三款"), "申请行政复议或者提起行政诉讼期间，加处罚款不予计算", "请等待复议、诉讼结果。");
        }
        if clock::additional_cap(case, facts, number, state)? <= state.additional_fen {
            return no("additional.cap", coercion_law("第四十五条第二款"), "加处罚款已达到罚款本数", "加处罚款的数额不得超出罚款的数额。");
        }
        Ok(())
    })
}

/// Unperformed, and the remedies' terms are known.
pub fn demand_enforcement(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        overdue(case, facts, number, state)?;
        if state.enforcement_demand.is_some() {
            return no("demand.repeated", coercion_law("第五十四条"), "已经催告过", "催告书送达十日后仍未履行的，可以申请法院强制执行。");
        }
        Ok(())
    })
}

/// Demand served ten working days ago, remedies' terms over, within three months.
pub fn court(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let (_, served) = served_decision(case, number)?;
        pay(case, facts, Some(number))?;
        let Some(demand) = state.enforcement_demand.and_then(|d| case.document(d)) else {
            return no("demand.none", coercion_law("第五十四条"), "申请人民法院强制执行前没有催告", "请先制发并送达催告书。");
        };
        let Some(demanded) = &demand.service else {
            return no("demand.unserved", coercion_law("第五十四条"), "催告书尚未送达", "请先送达催告书。");
        };
        let wait = facts.limit(&facts.law.court_demand, demanded.gate_day(), "催告书送达之日", &[])?;
        if !period::closes_after(&wait, facts.today()) {
            return Err(Refusal::new("demand.running", coercion_law("第五十四条"), format!("催告书送达未满十日，到{}届满", wait.due.latest()), "期满仍未履行的再申请。").after(next_day(wait.due.latest())));
        }
        if state.remedy_pending() {
            return no("remedy.pending", coercion_law("第五十三条"), "复议或者诉讼尚未终结", "请等待结果。");
        }
        if state.court_on.is_some() {
            return no("court.repeated", coercion_law("第五十三条"), "已经申请人民法院强制执行", "请等待法院裁定。");
        }
        let over = clock::remedies_over(facts, served.effective_on, state)?;
        if facts.today() <= over {
            return Err(Refusal::new("remedy.window_open", coercion_law("第五十三条"), format!("申请行政复议、提起行政诉讼的期限到{over}才届满"), "期限届满后再申请。").after(next_day(over)));
        }
        let last = facts.limit(&facts.law.court, over, "复议、诉讼期限届满之日", &[])?;
        if period::closes_after(&last, facts.today()) {
            return no("court.too_late", coercion_law("第五十三条"), format!("申请强制执行的三个月期限已于{}届满", last.due.latest()), "逾期不再受理，请记录原因并报告负责人。");
        }
        Ok(())
    })
}

/// A remedy is pending.
pub fn conclude_remedy(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.remedy_pending() {
            return Ok(());
        }
        no("remedy.none", penalty_law("第七条"), "没有进行中的复议或者诉讼", "请先登记。")
    })
}

/// Nothing is left to perform.
pub fn close(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Close { .. }))?;
    closable(case, facts)
}

/// As [`close`], also when the approval is given.
pub fn closable(case: &Case, _: &Facts<'_>) -> Gate {
    let article = || construction_rules("第三十一条");
    let Some(decision) = &case.decision else {
        return no("decision.none", article(), "尚未作出决定", "作出决定后再结案。");
    };
    if decision.revoked.is_some() {
        return Ok(());
    }
    for (number, state) in case.numbered_parties() {
        served_decision(case, number)?;
        if owed_fen(decision, number, state) > 0 && state.court_on.is_none() {
            return no("payment.owed", article(), format!("第{number}名当事人尚有款项未缴"), "缴清，或者依法申请强制执行并终结后再结案。");
        }
    }
    if let Some(index) = case.corrections.iter().position(|c| c.rechecked != Some(true)) {
        return no("correction.open", penalty_law("第二十八条第一款"), format!("第{}次责令改正尚未复查合格", index + 1), "请先复查整改情况。");
    }
    Ok(())
}

/// Every issued document was made.
pub fn archive(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if let Some(d) = case.documents.iter().find(|d| d.made.is_none()) {
        return no("document.unmade", construction_rules("第四十条"), format!("《{}》尚未制成", d.kind.label()), "等待文书制成；失败的请查看原因。");
    }
    if let Some(d) = case.documents.iter().find(|d| d.kind.served() && d.service.is_none()) {
        return no("document.unserved", construction_rules("第四十条"), format!("《{}》没有送达回证", d.kind.label()), "请登记送达。");
    }
    Ok(())
}

/// Roles that may approve a proposal of this kind.
pub fn approvers(proposal: &Proposal) -> (&'static [Role], Citation) {
    const ANY: &[Role] = &[Role::Deputy, Role::Head];
    const HEAD: &[Role] = &[Role::Head];
    match proposal {
        Proposal::ExtendCheck | Proposal::NotFile | Proposal::File(_) => (ANY, penalty_law("第五十四条第二款")),
        Proposal::Preserve(_) | Proposal::DisposePreservation(_) => (ANY, penalty_law("第五十六条")),
        Proposal::Suspend { .. } | Proposal::Resume => (ANY, construction_rules("第三十条")),
        Proposal::Extend { .. } => (HEAD, construction_rules("第二十九条")),
        Proposal::Withdraw | Proposal::Close { .. } => (ANY, construction_rules("第三十一条")),
        Proposal::Dispose => (HEAD, penalty_law("第五十七条第一款")),
        Proposal::Transfer(_) => (HEAD, Citation::of("行政执法机关移送涉嫌犯罪案件的规定", "第五条")),
        Proposal::Defer(_) => (ANY, penalty_law("第六十六条第二款")),
    }
}
