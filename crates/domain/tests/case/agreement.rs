//! 执行协议: stages, waivers of additions alone, and what follows when it is not kept.

use crate::enforcement::{ADDED, FINE, carrying, demanded, morning, ordered};
use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock, gate};

/// Two stages that together make the amount.
pub fn agreement(fen: i64, waived_fen: i64) -> Agreeing {
    let stage = |on: &str, amount_fen| AgreedStage { due_on: day(on), amount_fen, duty: t("") };
    Agreeing {
        party: 1,
        stages: vec![stage("2026-06-30", fen / 2), stage("2026-07-31", fen - fen / 2)],
        waived_fen,
        remedial: t(if waived_fen > 0 { "已经消除危害后果" } else { "" }),
        harmless: t("分两期履行，不影响他人权益"),
    }
}

#[test]
fn an_agreement_may_waive_additions_and_never_the_fine() {
    let mut early = demanded();
    early.no(A, propose(Proposal::Agree(agreement(FINE + ADDED, 0))), "enforcement.none");
    let mut w = ordered();
    let with = |change: fn(&mut Agreeing)| {
        let mut it = agreement(FINE + ADDED - 4_000 * YUAN, 4_000 * YUAN);
        change(&mut it);
        propose(Proposal::Agree(it))
    };
    for (command, code) in [
        (with(|it| it.harmless = t("")), "input.required"),
        (with(|it| it.waived_fen = ADDED + 1), "agreement.waiver"),
        (with(|it| it.waived_fen = -1), "agreement.waiver"),
        (with(|it| it.remedial = t("")), "agreement.remedial"),
        (with(|it| it.waived_fen = 0), "agreement.stages"),
        (with(|it| it.stages.reverse()), "agreement.stages"),
        (with(|it| it.stages.clear()), "agreement.stages"),
        (with(|it| it.stages[0].due_on = day("2026-05-29")), "agreement.stages"),
        (with(|it| it.party = 2), "party.unknown"),
    ] {
        w.no(A, command, code);
    }
    w.no(A, Do::RecordBreach(Breach { party: 1, details: t("未缴") }), "agreement.none");
    let it = agreement(FINE + ADDED - 4_000 * YUAN, 4_000 * YUAN);
    let events = w.pass(Proposal::Agree(it));
    assert!(matches!(
        events.as_slice(),
        [
            CaseEvent::ProposalDecided { .. },
            CaseEvent::AdditionalFineReduced { party: 1, amount_fen },
            CaseEvent::DocumentIssued { kind: DocumentKind::EnforcementAgreement, .. },
            CaseEvent::EnforcementAgreed(_)
        ] if *amount_fen == ADDED - 4_000 * YUAN
    ));
    let owed =
        |w: &World| gate::owed_fen(w.case().decision.as_ref().expect("decided"), 1, &w.case().parties[0]);
    assert_eq!(owed(&w), FINE + ADDED - 4_000 * YUAN);
    // While it binds nothing is enforced, and nothing is late.
    w.at("2026-06-02");
    let session = morning(&w);
    w.no(A, Do::CarryOutEnforcement(carrying(session)), "agreement.binds");
    w.no(A, Do::DemandFine { party: 1 }, "payment.not_due");
    let instalments = vec![Instalment { due_on: day("2026-12-31"), amount_fen: 35_000 * YUAN }];
    let deferring = Deferring { party: 1, instalments, rest_falls_due: false };
    w.no(A, propose(Proposal::Defer(deferring)), "agreement.binds");
    let refusal = w.no(A, Do::RecordBreach(Breach { party: 1, details: t("未缴") }), "agreement.kept");
    assert_eq!(refusal.after, Some(day("2026-07-01")));
    // Kept, the case closes as performed.
    let mut kept = w.fork();
    kept.at("2026-06-30");
    kept.ok(CASHIER, payment(1, "0001", 17_500 * YUAN, "2026-06-30"));
    kept.at("2026-07-31");
    kept.no(A, Do::RecordBreach(Breach { party: 1, details: t("未缴") }), "agreement.kept");
    kept.ok(CASHIER, payment(1, "0002", 17_500 * YUAN, "2026-07-31"));
    kept.serve_all();
    kept.pass(Proposal::Close { ground: ClosingGround::Performed });
    // Broken, the rest falls due at once and enforcement resumes; the waived part is not imposed again.
    w.at("2026-07-01");
    w.no(A, Do::RecordBreach(Breach { party: 1, details: t("") }), "input.required");
    w.ok(A, Do::RecordBreach(Breach { party: 1, details: t("第一期未缴") }));
    w.no(A, Do::RecordBreach(Breach { party: 1, details: t("再次") }), "agreement.none");
    let session = morning(&w);
    w.ok(A, Do::CarryOutEnforcement(carrying(session)));
    let state = &w.case().parties[0];
    let cap = clock::additional_cap(w.case(), &w.facts(A), 1, state).expect("the calendar reaches");
    let most = cap - state.additional_fen - 4_000 * YUAN;
    w.no(HEAD, Do::ImposeAdditionalFine { party: 1, amount_fen: most + 1 }, "additional.amount");
    assert_eq!(consistency(w.case()), []);
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}

#[test]
fn a_stage_may_ask_for_something_else_than_money() {
    let mut w = ordered();
    let duty = AgreedStage { due_on: day("2026-06-10"), amount_fen: 0, duty: t("停止使用该设备") };
    let paid = AgreedStage { due_on: day("2026-06-30"), amount_fen: FINE + ADDED, duty: t("") };
    let empty = AgreedStage { duty: t(""), ..duty.clone() };
    let with = |stages| Proposal::Agree(Agreeing { stages, ..agreement(FINE + ADDED, 0) });
    w.no(A, propose(with(vec![empty, paid.clone()])), "agreement.stages");
    w.pass(with(vec![duty, paid]));
    w.at("2026-06-10");
    w.no(A, Do::RecordBreach(Breach { party: 1, details: t("仍在使用") }), "agreement.kept");
    w.at("2026-06-11");
    w.ok(A, Do::RecordBreach(Breach { party: 1, details: t("仍在使用") }));
    assert!(w.case().parties[0].enforcement.agreed(w.today()).is_none());
}
