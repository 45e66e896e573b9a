//! Guards that need nothing beyond the case and the moment. They close the
//! action cards with their reason, and hold again when the command comes.

mod amendment;
mod enforcement;
mod errata;
mod execution;
mod notice;
mod recording;
mod review;
mod service;
mod substitute;

pub use amendment::*;
pub use enforcement::*;
pub use errata::*;
pub use execution::*;
pub use notice::*;
pub use recording::*;
pub use review::*;
pub use service::*;
pub use substitute::*;

use super::clock;
use super::command::Proposal;
use super::facts::Facts;
use super::law::{coercion_law, construction_rules};
use super::state::*;
use super::types::*;
use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;
use crate::staff::Role;
use jiff::civil::Date;

type Gate = Result<(), Refusal>;

pub(super) fn no(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Gate {
    Err(Refusal::new(code, article, message, remedy))
}

/// Nothing beyond stage and role.
pub fn open(_: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    Ok(())
}

/// The investigation is not suspended.
pub fn running(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.suspended() {
        return no(
            "case.suspended",
            construction_rules("第三十条"),
            "案件已中止调查",
            "中止情形消除后，先呈请恢复调查。",
        );
    }
    Ok(())
}

/// For any party (or the one named), `check` holds; otherwise the first refusal.
fn any_party(case: &Case, party: Option<PartyNo>, check: impl Fn(PartyNo, &PartyState) -> Gate) -> Gate {
    if let Some(number) = party {
        let Some(state) = case.party(number) else {
            return Err(Refusal::new(
                "party.unknown",
                penalty_law("第五十四条"),
                "案件中没有该当事人",
                "请选择案件中的当事人。",
            )
            .field("party", "没有该当事人"));
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
    case.proposals
        .iter()
        .any(|p| same(&p.body) && matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed))
}

fn no_pending(case: &Case, same: impl Fn(&Proposal) -> bool) -> Gate {
    if pending(case, same) {
        return no(
            "proposal.pending",
            penalty_law("第五十七条"),
            "同一事项已在审批中",
            "请等待审批结果，不必重复呈请。",
        );
    }
    Ok(())
}

/// One proposal at a time, and the check may be extended once.
pub fn extend_check(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::ExtendCheck))?;
    if case.check_extended {
        return no(
            "check.extended",
            facts.law.check.citation.clone(),
            "核查期限已经延长过一次",
            "请在期限内作出立案或者不予立案的决定。",
        );
    }
    Ok(())
}

/// One filing at a time, and the act is not time-barred.
pub fn file(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::File(_) | Proposal::NotFile))?;
    if !facts.organ.confirmed {
        return no(
            "organ.unconfirmed",
            penalty_law("第十七条"),
            "本机关未经确认公告为行政执法主体",
            "请先由司法行政部门确认并公告执法主体。",
        );
    }
    preliminary(case, facts)
}

/// What shows the act at first sight is in the file; also when the approval is given.
pub fn preliminary(case: &Case, facts: &Facts<'_>) -> Gate {
    if !facts.law.revised || !case.evidence.is_empty() {
        return Ok(());
    }
    no(
        "evidence.preliminary",
        construction_rules("第十五条第二款第一项"),
        "卷内没有证明存在违法行为的初步证据",
        "请将核查取得的证据、线索来源移送或者提供的材料补充入卷，再呈请立案；没有证据的，呈请不予立案。",
    )
}

/// One decision about filing at a time.
pub fn single_proposal_not_file(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::File(_) | Proposal::NotFile))
}

/// One withdrawal at a time, with nothing left in registered preservation.
pub fn withdraw(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Withdraw))?;
    goods_disposed(case, facts)
}

/// One transfer at a time, with nothing left in registered preservation.
pub fn transfer(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Transfer(_)))?;
    goods_disposed(case, facts)
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
    no(
        "proposal.none",
        penalty_law("第五十七条"),
        "没有经审核待审批的呈批事项",
        "承办机构负责人审核后再审批。",
    )
}

/// A recusal was asked for.
pub fn decide_recusal(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.recusals_open.is_empty() {
        return no(
            "recusal.none",
            penalty_law("第四十三条"),
            "没有待决定的回避申请",
            "当事人或者执法人员提出后再决定。",
        );
    }
    Ok(())
}

/// An expert's answer is outstanding.
pub fn receive_expert(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.experts.iter().any(|e| e.span.1.is_none()) {
        return Ok(());
    }
    no(
        "expert.none",
        construction_rules("第十八条"),
        "没有未收到意见的鉴定、检测委托",
        "请先委托鉴定、检测。",
    )
}

/// One registration for preservation is proposed at a time.
pub fn preserve(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Preserve(_)))
}

/// Something is preserved and not yet handled.
pub fn dispose_preservation(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::DisposePreservation(_)))?;
    if case.preservations.iter().any(|p| p.disposed.is_none() || kept(case, p)) {
        return Ok(());
    }
    no("preservation.none", penalty_law("第五十六条"), "没有待处理的先行登记保存", "请先呈请先行登记保存。")
}

/// An order to correct waits for its re-check.
pub fn recheck(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.corrections.iter().any(|c| c.open(case)) {
        return Ok(());
    }
    no("correction.none", penalty_law("第二十八条第一款"), "没有待复查的责令改正", "请先责令改正。")
}

/// Not yet suspended, where the rules know a suspension.
pub fn suspend(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    suspendable(facts)?;
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Suspend { .. }))
}

/// The jurisdiction lets an investigation be suspended; also when the approval is given.
pub fn suspendable(facts: &Facts<'_>) -> Gate {
    let rule = &facts.law.suspension;
    if rule.value {
        return Ok(());
    }
    no(
        "case.no_suspension",
        rule.citation.clone(),
        format!("本机关适用的规定（{}）不允许中止调查", rule.citation),
        "请在办案期限内办理；期限不足的，依法呈请延长。",
    )
}

/// Suspended.
pub fn resume(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Resume))?;
    if !case.suspended() {
        return no(
            "case.not_suspended",
            construction_rules("第三十条"),
            "案件没有中止",
            "案件正在办理，不需要恢复。",
        );
    }
    Ok(())
}

/// The term still runs and an extension is left.
pub fn extend(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    no_pending(case, |p| matches!(p, Proposal::Extend { .. }))?;
    if case.extensions.len() >= 2 {
        return no(
            "clock.extended_twice",
            facts.law.second_extension.citation.clone(),
            "办案期限已经延长两次",
            "不得再延长，请在期限内作出决定。",
        );
    }
    if let Some(limit) = clock::decision_limit(case, facts)?
        && facts.today() > limit.due.latest()
    {
        return no(
            "clock.expired",
            penalty_law("第六十条"),
            "办案期限已经届满，不能事后延长",
            "请尽快作出决定；逾期情况将如实记录。",
        );
    }
    Ok(())
}

/// Facts were investigated: an inquiry or scene record, and evidence.
pub fn conclude(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    if case.evidence.is_empty() {
        return no(
            "evidence.none",
            penalty_law("第四十六条第二款"),
            "卷内没有证据",
            "证据须经查证属实方可作为认定事实的根据，请先收集证据。",
        );
    }
    if case.inquiries == 0 && case.scenes == 0 {
        return no(
            "record.none",
            penalty_law("第五十五条第二款"),
            "没有询问笔录或者现场、勘验笔录",
            "询问或者检查应当制作笔录，请先记录。",
        );
    }
    goods_disposed(case, facts)?;
    if !case.recusals_open.is_empty() {
        return no(
            "recusal.open",
            penalty_law("第四十三条第三款"),
            "回避申请尚未决定",
            "请先由负责人决定是否回避。",
        );
    }
    two_officers(case)?;
    experts_answered(case)?;
    recorded(case, facts)
}

/// What was registered was kept, sealed or confiscated, and the decision on its owner was
/// revoked since: nothing holds it any more. Confiscated goods that were given back with the
/// penalty are not given back twice.
pub fn kept(case: &Case, preservation: &Preservation) -> bool {
    let party = preservation.preserving.party;
    let undone = |kind| case.party(party).is_some_and(|p| p.restitutions.iter().any(|r| r.kind == kind));
    case.revoked(party).is_some()
        && preservation.disposed.is_some_and(|(disposal, _)| match disposal {
            PreservationDisposal::Return | PreservationDisposal::HandOver => false,
            PreservationDisposal::Confiscate => !undone(PenaltyKind::ConfiscateGoods),
            PreservationDisposal::Examine
            | PreservationDisposal::SealOrSeize
            | PreservationDisposal::KeepAsEvidence => true,
        })
}

/// Everything registered for preservation was disposed of, and given back where the decision
/// was revoked. A lapsed registration frees the goods and gives nothing back by itself.
pub fn goods_disposed(case: &Case, facts: &Facts<'_>) -> Gate {
    if let Some(index) = case.preservations.iter().position(|p| kept(case, p)) {
        return no(
            "preservation.to_return",
            coercion_law("第二十八条"),
            format!("处罚决定已被撤销，第{}次登记保存的财物尚未退还当事人", index + 1),
            "请呈请处理，返还当事人；已经变卖的退还所得款项，损坏、灭失的依法赔偿。",
        );
    }
    let Some((index, open)) = case.preservations.iter().enumerate().find(|(_, p)| p.disposed.is_none())
    else {
        return Ok(());
    };
    let lapsed = clock::preservation_lapsed(open, facts);
    no(
        "preservation.open",
        penalty_law("第五十六条"),
        format!("第{}次先行登记保存尚未处理", index + 1),
        if lapsed {
            "保存已自动解除，请呈请返还当事人。"
        } else {
            "请在七个工作日内呈请作出处理决定。"
        },
    )
}

/// Two officers are left to handle the case.
pub(super) fn two_officers(case: &Case) -> Gate {
    if case.officers.len() < 2 {
        return no(
            "officers.fewer_than_two",
            penalty_law("第四十二条第一款"),
            "本案承办的执法人员少于两人",
            "请先由承办机构负责人调整办案人员。",
        );
    }
    Ok(())
}

/// No commission to experts is left open, whose time would never count.
pub(super) fn experts_answered(case: &Case) -> Gate {
    if let Some(index) = case.experts.iter().position(|e| e.span.1.is_none()) {
        return no(
            "expert.open",
            construction_rules("第十八条"),
            format!("第{}项鉴定、检测意见尚未收到", index + 1),
            "请登记鉴定、检测意见；不再鉴定的，登记撤回委托的情况。",
        );
    }
    Ok(())
}

/// Roles that may approve a proposal of this kind.
pub fn approvers(proposal: &Proposal) -> (&'static [Role], Citation) {
    const ANY: &[Role] = &[Role::Deputy, Role::Head];
    const HEAD: &[Role] = &[Role::Head];
    match proposal {
        Proposal::ExtendCheck | Proposal::NotFile | Proposal::File(_) => {
            (ANY, penalty_law("第五十四条第二款"))
        }
        Proposal::Preserve(_) | Proposal::DisposePreservation(_) => (ANY, penalty_law("第五十六条")),
        Proposal::Suspend { .. } | Proposal::Resume => (ANY, construction_rules("第三十条")),
        Proposal::Extend { .. } => (HEAD, construction_rules("第二十九条")),
        Proposal::Withdraw | Proposal::Close { .. } => (ANY, construction_rules("第三十一条")),
        Proposal::Amend(_) => (HEAD, own_correction()),
        Proposal::Dispose => (HEAD, penalty_law("第五十七条第一款")),
        Proposal::Transfer(_) => (HEAD, Citation::of("行政执法机关移送涉嫌犯罪案件的规定", "第五条")),
        Proposal::Enforce(_) => (HEAD, coercion_law("第三十七条")),
        Proposal::EndEnforcement(_) => (HEAD, coercion_law("第四十条")),
        Proposal::Agree(_) => (HEAD, coercion_law("第四十二条第一款")),
        Proposal::Substitute(_) => (HEAD, coercion_law("第五十条")),
        Proposal::PauseEnforcement(_) | Proposal::ResumeEnforcement(_) => (ANY, coercion_law("第三十九条")),
        Proposal::Defer(_) => (ANY, penalty_law("第六十六条第二款")),
    }
}

fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}
