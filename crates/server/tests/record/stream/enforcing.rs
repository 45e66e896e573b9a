//! The organ's own enforcement, and 代履行.

use super::*;
use mingjing_domain::case::enforcement::{EndGround, EnforcementManner, Granted, PauseGround};
use mingjing_domain::case::substitute::{ClearedPlace, OrderDemanded, SubstituteHarm};

fn next(s: &Stream) -> DocumentNo {
    DocumentNo::try_from(s.documents.len() + 1).unwrap()
}

fn session(day: Date) -> Session {
    Session {
        started_at: at(day, 8),
        ended_at: at(day, 9),
        place: text("示例县示例镇工业园区1号"),
        officers: vec![A, B],
        certificates_shown: true,
        rights_told: true,
        case_room: false,
        recording: None,
        sha256_root: String::new(),
    }
}

fn granted<T>(s: &Stream, proposal: ProposalNo, what: T) -> Granted<T> {
    Granted { proposal, document: next(s), what }
}

/// Money is taken by the organ itself; then it pauses, resumes, and is agreed upon.
pub fn enforced_alone() -> Stream {
    use DocumentKind as D;
    let mut s = decided();
    let document = next(&s);
    s.act(
        HEAD,
        date(2026, 6, 3),
        &[(D::AdditionalFineDecision, Some(1))],
        E::AdditionalFineImposed { party: 1, document, amount_fen: 549_000 },
    );
    let document = next(&s);
    s.act(
        A,
        date(2026, 7, 20),
        &[(D::EnforcementDemand, Some(1))],
        E::EnforcementDemanded { party: 1, document },
    );
    s.serve(date(2026, 7, 21), document, Some(1));
    let what = Enforcing {
        party: 1,
        manner: EnforcementManner::Transfer,
        order: None,
        planned_on: date(2026, 8, 12),
        reasons: text("经催告逾期仍不履行，没有正当理由。"),
        details: text("自当事人在示例银行示例县支行的账户划拨，上缴国库。"),
        hiding: text("银行流水显示当事人分三次转出存款。"),
        announced: blank(),
        leave_until: None,
    };
    let effect = granted(&s, 8, what.clone());
    let document = effect.document;
    let issue = [(D::EnforcementDecision, Some(1))];
    s.approve(date(2026, 8, 10), 8, Proposal::Enforce(what), &issue, E::EnforcementDecided(effect));
    s.serve(date(2026, 8, 11), document, Some(1));
    let done = CarryingOut {
        party: 1,
        session: session(date(2026, 8, 12)),
        urgent: blank(),
        record: text("向开户银行送达划拨通知，账户没有余额。"),
        presence: SamplingPresence::Absent,
        witness: text("见证人辛"),
    };
    s.act(A, date(2026, 8, 12), &[(D::EnforcementRecord, Some(1))], E::EnforcementCarriedOut(done));
    let what = Pausing {
        party: 1, ground: PauseGround::Hardship, basis: text("当事人停产，账户没有余额。")
    };
    let effect = granted(&s, 9, what.clone());
    let issue = [(D::EnforcementNotice, Some(1))];
    s.approve(date(2026, 8, 20), 9, Proposal::PauseEnforcement(what), &issue, E::EnforcementPaused(effect));
    let what = Resuming { party: 1 };
    let effect = granted(&s, 10, what.clone());
    s.approve(date(2026, 9, 1), 10, Proposal::ResumeEnforcement(what), &issue, E::EnforcementResumed(effect));
    let stage = |day, amount_fen, duty: &str| AgreedStage { due_on: day, amount_fen, duty: text(duty) };
    let what = Agreeing {
        party: 1,
        stages: vec![
            stage(date(2026, 9, 30), 1_500_000, "停止使用该储罐。"),
            stage(date(2026, 10, 30), 2_000_000, ""),
        ],
        waived_fen: 99_000,
        remedial: text("当事人已经更换报警装置。"),
        harmless: text("分两期履行不影响安全生产和他人权益。"),
    };
    s.push(HEAD, at(date(2026, 9, 2), 9), E::AdditionalFineReduced { party: 1, amount_fen: 450_000 });
    let effect = granted(&s, 11, what.clone());
    let issue = [(D::EnforcementAgreement, Some(1))];
    s.approve(date(2026, 9, 2), 11, Proposal::Agree(what), &issue, E::EnforcementAgreed(effect));
    s
}

fn substituting() -> Substituting {
    Substituting {
        party: 1,
        order: None,
        harm: None,
        immediate: Some(ClearedPlace::Road),
        subject: text("遗洒在道路上的渣土约二十立方米。"),
        reasons: text("渣土占据半幅道路，当事人没有清运能力。"),
        manner: text("机械清运至消纳场。"),
        planned_on: date(2026, 6, 1),
        budget_fen: 800_000,
        performer: text("示例清运有限公司"),
        disinterested: true,
    }
}

fn substituted(s: &mut Stream, day: Date, substitution: u16) {
    let done = SubstituteDone {
        substitution,
        session: session(day),
        supervisor: A,
        urgent: text("暴雨将至，渣土可能冲入河道。"),
        record: text("清运渣土二十立方米，现场恢复原状。"),
        performer_signed: true,
        presence: SamplingPresence::Refused,
        witness: text("见证人辛"),
        cost_fen: 750_000,
        cost_basis: text("二十立方米，按合同单价计算。"),
    };
    let issue = [(DocumentKind::EnforcementRecord, Some(1))];
    s.act(A, day, &issue, E::SubstituteCarriedOut(done));
}

/// What lies in the road is cleared at once; what an order asked for, after two demands; then it
/// is given up.
pub fn substituted_alone() -> Stream {
    use DocumentKind as D;
    let mut s = decided();
    let what = substituting();
    let effect = granted(&s, 8, what.clone());
    let issue = [(D::SubstituteDecision, Some(1))];
    s.approve(date(2026, 6, 1), 8, Proposal::Substitute(what), &issue, E::SubstituteDecided(effect));
    substituted(&mut s, date(2026, 6, 1), 1);
    let document = next(&s);
    let items = text("清除堆放在河道内的渣土，恢复原状。");
    let due_on = date(2026, 6, 10);
    let order = E::CorrectionOrdered { party: 1, items, due_on };
    s.act(A, date(2026, 6, 2), &[(D::CorrectionOrder, Some(1))], order);
    s.serve(date(2026, 6, 3), document, Some(1));
    let order = s.events.iter().filter(|(_, e)| matches!(e, E::CorrectionOrdered { .. })).count();
    // Those that the decision itself orders stand after those of the investigation.
    let order = u16::try_from(order + 1).unwrap();
    let demand = |s: &mut Stream, day, due_on| {
        let document = next(s);
        let demand = OrderDemand {
            order, due_on, manner: text("自行清运至消纳场，告知本机关复查。")
        };
        let demanded = E::OrderDemanded(OrderDemanded { document, demand });
        s.act(A, day, &[(D::OrderDemand, Some(1))], demanded);
        s.serve(day, document, Some(1));
    };
    demand(&mut s, date(2026, 6, 11), date(2026, 6, 16));
    let what = Substituting {
        order: Some(order),
        harm: Some(SubstituteHarm::Pollution),
        immediate: None,
        planned_on: date(2026, 6, 25),
        ..substituting()
    };
    let effect = granted(&s, 9, what.clone());
    s.approve(date(2026, 6, 17), 9, Proposal::Substitute(what), &issue, E::SubstituteDecided(effect));
    demand(&mut s, date(2026, 6, 18), date(2026, 6, 24));
    substituted(&mut s, date(2026, 6, 25), 2);
    let what = Ending {
        party: 1, ground: EndGround::UnitEnded, basis: text("登记机关注销，没有财产。")
    };
    let effect = granted(&s, 10, what.clone());
    let issue = [(D::EnforcementNotice, Some(1))];
    s.approve(date(2026, 7, 1), 10, Proposal::EndEnforcement(what), &issue, E::EnforcementEnded(effect));
    s
}
