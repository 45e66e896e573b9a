//! The legal review: its opinion opens the gate for exactly one substance.

use super::{Issue, Outcome, required};
use crate::case::command::CaseCommand as C;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::heard::{Extension, Missing};
use crate::case::state::Case;
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;
use crate::staff::Role;

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::SubmitReview { opinion } => {
            required(opinion, "opinion", "承办机构意见")?;
            let Some(draft) = case.at_hand() else { return Ok(Vec::new()) };
            issue.document(DocumentKind::ReviewSubmission, None)?;
            issue.push(CaseEvent::ReviewSubmitted {
                round: case.review.round + 1,
                digest: draft.digest.clone(),
                triggers: gate::triggers(case, facts.law),
                opinion: opinion.clone(),
            });
        }
        C::ReturnSubmission { missing } => {
            required(missing, "missing", "缺少的材料")?;
            issue.push(CaseEvent::SubmissionReturned(Missing { missing: missing.clone() }));
        }
        C::SupplementSubmission { note } => {
            required(note, "note", "补充情况")?;
            issue.push(CaseEvent::SubmissionSupplemented { note: note.clone() });
        }
        C::FirstReview(it) => {
            other_unit(case, facts)?;
            required(&it.reasons, "reasons", "初审意见和理由")?;
            unchanged(case)?;
            qualified(facts)?;
            issue.push(CaseEvent::FirstReviewed(it.clone()));
        }
        C::GiveOpinion { findings, opinion, reasons } => {
            other_unit(case, facts)?;
            required(reasons, "reasons", "审核理由")?;
            unchanged(case)?;
            qualified(facts)?;
            ten_points(findings, *opinion, facts)?;
            issue.push(CaseEvent::OpinionGiven {
                findings: findings.clone(),
                opinion: *opinion,
                reasons: reasons.clone(),
            });
        }
        C::ExtendReview { reason } => {
            required(reason, "reason", "延长的理由")?;
            issue.push(CaseEvent::ReviewExtended(Extension { reason: reason.clone() }));
        }
        C::SignOpinion { sign, note } => {
            other_unit(case, facts)?;
            unchanged(case)?;
            if *sign {
                issue.document(DocumentKind::ReviewOpinion, None)?;
            } else {
                required(note, "note", "退回理由")?;
            }
            issue.push(CaseEvent::OpinionSigned { sign: *sign, note: note.clone() });
            if *sign && matches!(case.review.opinion, Some((Opinion::Agree, _))) {
                issue.push(CaseEvent::Cleared { digest: case.review.digest.clone() });
            }
        }
        _ => return contest(case, command, facts),
    }
    issue.done()
}

/// The unit's answer and what follows a disputed opinion.
fn contest(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::AnswerOpinion { stand, answer } => {
            required(answer, "answer", "逐项反馈意见")?;
            issue.document(DocumentKind::ReviewFeedback, None)?;
            issue.push(CaseEvent::OpinionAnswered { stand: *stand, answer: answer.clone() });
        }
        C::RequestReReview { reason } => {
            required(reason, "reason", "异议和理由")?;
            issue.document(DocumentKind::ReReviewRequest, None)?;
            issue.push(CaseEvent::ReReviewRequested { reason: reason.clone() });
        }
        C::GiveReReview { members, opinion, reasons, findings } => {
            other_unit(case, facts)?;
            required(reasons, "reasons", "复核理由")?;
            unchanged(case)?;
            both_units(case, members, facts)?;
            found_again(case, findings, *opinion)?;
            issue.document(DocumentKind::ReReviewOpinion, None)?;
            issue.push(CaseEvent::ReReviewed {
                members: members.clone(),
                opinion: *opinion,
                reasons: reasons.clone(),
                findings: findings.clone(),
            });
            if *opinion == Opinion::Agree {
                issue.push(CaseEvent::Cleared { digest: case.review.digest.clone() });
            }
        }
        C::Coordinate { opinion, reasons, findings } => {
            required(reasons, "reasons", "协调意见")?;
            unchanged(case)?;
            found_again(case, findings, *opinion)?;
            issue.push(CaseEvent::Coordinated {
                opinion: *opinion,
                reasons: reasons.clone(),
                findings: findings.clone(),
            });
            if *opinion == Opinion::Agree {
                issue.push(CaseEvent::Cleared { digest: case.review.digest.clone() });
            }
        }
        _ => {}
    }
    issue.done()
}

/// What is being reviewed is still the draft on the table.
fn unchanged(case: &Case) -> Result<(), Refusal> {
    let count = case.evidence.len();
    let same = case.review.evidence == count
        && case.at_hand().is_some_and(|d| d.digest == case.review.digest && d.evidence == count);
    if same {
        return Ok(());
    }
    Err(Refusal::new(
        "review.draft_changed",
        penalty_law("第五十八条"),
        "送审之后处理意见或者证据有变化",
        "请退回承办机构，按现在的处理意见重新送审。",
    ))
}

/// Whoever reviews decisions on penalties for the first time holds the legal qualification
/// (第五十八条第二款); who reviewed before that was law need not.
fn qualified(facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.people.get(&facts.actor.id).is_some_and(|it| it.legal_qualified) {
        return Ok(());
    }
    Err(Refusal::new(
        "review.unqualified",
        penalty_law("第五十八条第二款"),
        "没有登记国家统一法律职业资格，不能审核行政处罚决定",
        "请由取得法律职业资格的人员审核；已经取得，或者此前已从事法制审核的，请系统管理员登记。",
    ))
}

/// What is found anew concerns points of the opinion, each once and in words; a clearance
/// needs a finding that holds on every point that had failed.
fn found_again(case: &Case, findings: &[Finding], opinion: Opinion) -> Result<(), Refusal> {
    let article = || penalty_law("第五十八条");
    let before = &case.review.findings;
    for (index, f) in findings.iter().enumerate() {
        let known = before.iter().any(|it| it.point == f.point && !it.pass);
        let twice = findings[..index].iter().any(|it| it.point == f.point);
        if !known || twice || f.finding.is_blank() {
            return Err(Refusal::new(
                "review.points",
                article(),
                format!("“{}”不是原意见指出不符合的内容，或者重复、没有写明意见", f.point.label()),
                "请对原意见指出不符合的内容逐项写明新的意见。",
            )
            .field(format!("findings/{index}/finding"), "请核对"));
        }
    }
    let open = before
        .iter()
        .filter(|it| !it.pass)
        .find(|it| !findings.iter().any(|f| f.point == it.point && f.pass));
    match (opinion, open) {
        (Opinion::Agree, Some(it)) => Err(Refusal::new(
            "review.agree_with_faults",
            article(),
            format!("原意见认为“{}”不符合要求，没有新的意见说明已经符合", it.point.label()),
            "请对原来不符合的各项写明新的意见；仍不符合的，不能同意。",
        )
        .field("findings", "原来不符合的各项都要有新的意见")),
        (Opinion::DoNotDecide | Opinion::Correct | Opinion::MoreInvestigation | Opinion::Transfer, None)
            if before.iter().any(|it| !it.pass) =>
        {
            Err(Refusal::new(
                "review.fault_without_point",
                article(),
                "各项都已符合要求，与不同意的结论矛盾",
                "请写明哪一项仍不符合要求。",
            )
            .field("opinion", "与逐项意见矛盾"))
        }
        (Opinion::Agree, None)
        | (
            Opinion::DoNotDecide | Opinion::Correct | Opinion::MoreInvestigation | Opinion::Transfer,
            Some(_) | None,
        ) => Ok(()),
    }
}

/// Each point has its own written finding; agreement needs all to hold.
fn ten_points(findings: &[Finding], opinion: Opinion, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第五十八条");
    let asked = Point::asked(facts.law.review_other.value);
    for (index, point) in asked.iter().enumerate() {
        let found: Vec<_> = findings.iter().filter(|f| f.point == *point).collect();
        if !matches!(found.as_slice(), [one] if !one.finding.is_blank()) {
            return Err(Refusal::new(
                "review.points",
                article(),
                format!("“{}”没有书面意见", point.label()),
                "十项内容须逐项写明意见。",
            )
            .field(format!("findings/{index}/finding"), "不能为空"));
        }
    }
    if findings.len() != asked.len() {
        return Err(Refusal::new(
            "review.points",
            article(),
            "审核事项有重复或者不在范围内",
            "每项内容各写一份意见。",
        )
        .field("findings", format!("应为{}项", asked.len())));
    }
    let failed = findings.iter().find(|f| !f.pass);
    match (opinion, failed) {
        (Opinion::Agree, Some(f)) => Err(Refusal::new(
            "review.agree_with_faults",
            article(),
            format!("“{}”不符合要求，不能出具同意意见", f.point.label()),
            "请按情形出具纠正、退回补充调查、不予作出决定或者移送的意见。",
        )
        .field("opinion", "与逐项意见矛盾")),
        (Opinion::DoNotDecide | Opinion::Correct | Opinion::MoreInvestigation | Opinion::Transfer, None) => {
            Err(Refusal::new(
                "review.fault_without_point",
                article(),
                "出具不同意的意见，须在十项中指出问题",
                "请写明哪一项不符合要求。",
            )
            .field("findings", "至少一项不符合"))
        }
        (Opinion::Agree, None)
        | (
            Opinion::DoNotDecide | Opinion::Correct | Opinion::MoreInvestigation | Opinion::Transfer,
            Some(_),
        ) => Ok(()),
    }
}

/// The reviewer belongs to another unit than the officers (案件办理与法制审核相分离).
fn other_unit(case: &Case, facts: &Facts<'_>) -> Result<(), Refusal> {
    let unit =
        |id: &crate::matter::StaffId| facts.people.get(id).map(|p| p.unit.trim()).filter(|u| !u.is_empty());
    let own = unit(&facts.actor.id);
    if own.is_some() && case.officers.iter().any(|o| unit(o) == own) {
        return Err(Refusal::new(
            "duty.same_unit",
            Citation::of("内蒙古自治区行政执法公示执法全过程记录重大执法决定法制审核办法", "第二十七条"),
            "审核人员属于本案承办机构",
            "请由法制审核机构的人员审核。",
        ));
    }
    Ok(())
}

/// A re-review is done by both units together.
fn both_units(case: &Case, members: &[crate::matter::StaffId], facts: &Facts<'_>) -> Result<(), Refusal> {
    let people = |role: &[Role]| {
        members.iter().any(|m| {
            !case.handled_by.contains(m)
                && facts
                    .people
                    .get(m)
                    .is_some_and(|p| p.organ == facts.organ.id && p.roles.iter().any(|r| role.contains(r)))
        })
    };
    let handling = members.iter().any(|m| case.officers.contains(m));
    if handling && people(&[Role::Reviewer, Role::ReviewHead]) {
        return Ok(());
    }
    Err(Refusal::new(
        "review.not_joint",
        penalty_law("第五十八条"),
        "复核须由承办机构和法制审核机构共同进行",
        "请选择双方参加的人员。",
    )
    .field("members", "双方都要有人参加"))
}
