//! Random lives after a decision: whatever is entered, and in whatever order, the money stays
//! within the law, the stored fold agrees, and every case can be brought to its end.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, clock, gate};
use proptest::prelude::*;

/// A fine of 30,000, confiscated income of 5,000 and a restriction of business, served on
/// 2026-03-18.
fn served() -> World {
    let disposal = PartyDisposal {
        kinds: vec![PenaltyKind::Fine, PenaltyKind::ConfiscateIncome, PenaltyKind::RestrictBusiness],
        confiscated_fen: 5_000 * YUAN,
        ..fine(1, 3 * WAN)
    };
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![disposal]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.at("2026-03-18");
    w.serve_all();
    w
}

struct Money {
    owed: i64,
    back: i64,
    fine: i64,
    confiscated: i64,
    additional: i64,
}

fn money(w: &World) -> Money {
    let (decision, state) = (w.case().decision.as_ref().expect("decided"), &w.case().parties[0]);
    let (fine, confiscated) = gate::amounts_fen(decision, 1, state);
    Money {
        owed: gate::owed_fen(decision, 1, state),
        back: gate::refundable_fen(decision, 1, state),
        fine,
        confiscated,
        additional: gate::additional_fen(decision, 1, state),
    }
}

/// Proposes, reviews, and approves as far as each is allowed.
fn try_pass(w: &mut World, proposal: Proposal) -> bool {
    if w.act(A, propose(proposal)).is_err() {
        return false;
    }
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    if w.act(HEAD, approved(no)).is_ok() {
        return true;
    }
    let refuse =
        Do::ApproveProposal { proposal_no: no, approve: false, opinion: t("不同意"), opinions: vec![] };
    w.ok(HEAD, refuse);
    false
}

fn back(w: &World, days: i64) -> String {
    w.today().checked_sub(jiff::Span::new().days(days)).expect("a day").to_string()
}

/// Enters money that came some days ago, as it is owed, in part, or too much.
fn pay(w: &mut World, n: u32, days: i64, how: i64) {
    let m = money(w);
    let amount = match how % 4 {
        0 => m.owed,
        1 => m.owed / 2,
        2 => m.fine + m.confiscated,
        _ => 3_000 * YUAN,
    };
    let on = back(w, days);
    if days > 0 {
        w.claim(&on, paper());
    }
    let _ = w.act(CASHIER, payment(1, &format!("P{n}"), amount, &on));
    w.claimed = None;
}

fn plan(w: &mut World, days: i64, how: i64) {
    let (m, state) = (money(w), &w.case().parties[0]);
    let total = m.owed + state.paid_fen() - state.refunded_fen();
    let on = |d: i64| w.today().checked_add(jiff::Span::new().days(d)).expect("a day");
    let half = total / 2;
    let instalments = vec![
        Instalment { due_on: on(days + 3), amount_fen: half },
        Instalment { due_on: on(days + 40), amount_fen: total - half },
    ];
    let deferring = Deferring { party: 1, instalments, rest_falls_due: how % 2 == 0 };
    try_pass(w, Proposal::Defer(deferring));
}

fn remedy(w: &mut World, days: i64, how: i64) {
    let kind = if how % 2 == 0 { RemedyKind::Reconsideration } else { RemedyKind::Litigation };
    let m = money(w);
    let outcome = RemedyOutcome::ALL[usize::try_from(days + how).expect("small") % RemedyOutcome::ALL.len()];
    let changed = outcome == RemedyOutcome::Changed;
    let end = Do::ConcludeRemedy {
        party: 1,
        remedy: kind,
        outcome,
        document: t("文号"),
        fine_fen: changed.then_some(if how % 3 == 0 { m.fine + WAN } else { m.fine / 2 }),
        confiscated_fen: None,
        lifted: if changed && how % 5 == 0 { vec![PenaltyKind::RestrictBusiness] } else { vec![] },
        opposed: how % 3 == 0,
    };
    if w.act(A, end).is_err() {
        let on = back(w, days);
        if days > 0 {
            w.claim(&on, paper());
        }
        let lodge =
            Do::RecordRemedy { party: 1, remedy: kind, on: day(&on), body: t("示例县人民法院") };
        let _ = w.act(A, lodge);
        w.claimed = None;
    }
}

fn enforce(w: &mut World, how: i64) {
    let ruling = CourtRuling::ALL[usize::try_from(how).expect("small") % CourtRuling::ALL.len()];
    let on = w.today();
    let _ = w.act(A, Do::DemandEnforcement { party: 1 });
    w.serve_all();
    if w.act(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") }).is_err() {
        let _ = w.act(A, Do::RecordRuling { party: 1, ruling, on, document: t("裁定书") });
    }
}

fn step(w: &mut World, n: u32, act: u8, days: i64, how: i64) {
    let today = w.today().to_string();
    match act {
        0 | 1 => pay(w, n, days, how),
        2 => {
            let fen = money(w).back;
            let _ = w.act(CASHIER, refund(1, &format!("R{n}"), fen, &today));
        }
        3 => {
            let state = &w.case().parties[0];
            let cap = clock::additional_cap(w.case(), &w.facts(A), 1, state).unwrap_or(0);
            let amount_fen = (cap - state.additional_fen) / (1 + how % 2);
            let _ = w.act(DEPUTY, Do::ImposeAdditionalFine { party: 1, amount_fen });
        }
        4 => plan(w, days, how),
        5 => remedy(w, days, how),
        6 if how < 3 => remedy(w, days, how),
        7 => {
            let m = money(w);
            let amending = Amending { confiscated_fen: m.confiscated, ..amending(1, m.fine / 2) };
            try_pass(w, Proposal::Amend(amending));
            w.serve_all();
        }
        8 | 13 => enforce(w, how),
        9 => {
            let _ = w.act(A, performance(1, PenaltyKind::RestrictBusiness, &today));
        }
        10 => {
            let _ = w.act(A, restitution(1, PenaltyKind::RestrictBusiness, Restored::Lifted, &today));
        }
        11 if how == 0 => {
            let document = t("文号和理由");
            let _ = w.act(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document });
        }
        12 => {
            for ground in ClosingGround::ALL {
                try_pass(w, Proposal::Close { ground: *ground });
            }
        }
        _ => {}
    }
}

fn lawful(w: &World) {
    let (m, case) = (money(w), w.case());
    let (decision, state) = (case.decision.as_ref().expect("decided"), &case.parties[0]);
    assert!(m.owed == 0 || m.back == 0, "owed {} and to be given back {}", m.owed, m.back);
    assert!(m.additional <= m.fine, "never above the fine");
    for claim in
        [gate::demandable(decision, 1, state, w.today()), gate::applied(decision, 1, state, w.today())]
    {
        assert!(claim.principal_fen >= 0 && claim.additional_fen >= 0, "{claim:?}");
        assert!(claim.principal_fen <= m.fine + m.confiscated, "{claim:?}");
        let standing = case.revoked(1).is_none();
        assert!(!standing || claim.total_fen() <= m.owed, "{claim:?} of {}", m.owed);
    }
    assert!(state.refunded_fen() <= state.paid_fen());
    let amounts: Vec<_> = consistency(case).into_iter().filter(|it| it.code.starts_with("amount.")).collect();
    assert!(amounts.is_empty(), "{amounts:?}");
    if case.stage == Stage::Closed
        && case.closed.is_some_and(|(_, on)| on == w.today())
        && state.remedies.is_empty()
    {
        let over = m.owed == 0 || state.enforcement_over();
        assert!(over || !state.amended.is_empty(), "closed with {} owed", m.owed);
    }
}

/// Whatever happened, what is left can be done, and the case comes to its end.
fn ends(w: &mut World, n: u32) {
    let today = w.today().to_string();
    w.serve_all();
    if w.case().stage == Stage::Decided {
        let m = money(w);
        if m.owed > 0 {
            let pay = w.act(CASHIER, payment(1, &format!("E{n}"), m.owed, &today));
            // Paid today, today is not late: a part may not be owed any more.
            if pay.is_err() {
                let facts = w.facts(A);
                let state = &w.case().parties[0];
                let mut paid = state.clone();
                paid.payments.push(Payment {
                    party: 1,
                    receipt: "X".into(),
                    amount_fen: m.fine + m.confiscated,
                    paid_on: w.today(),
                    collector: "甲".into(),
                });
                let cap = clock::additional_cap(w.case(), &facts, 1, &paid).expect("served");
                let less = m.additional.saturating_sub(cap).max(0);
                w.ok(CASHIER, payment(1, &format!("F{n}"), m.owed - less, &today));
            }
        }
    }
    if money(w).back > 0 {
        let fen = money(w).back;
        w.ok(CASHIER, refund(1, &format!("G{n}"), fen, &today));
    }
    let _ = w.act(A, performance(1, PenaltyKind::RestrictBusiness, &today));
    if gate::undoable(w.case()).is_some() {
        w.ok(A, restitution(1, PenaltyKind::RestrictBusiness, Restored::Lifted, &today));
    }
    if w.case().stage == Stage::Decided {
        let closed = ClosingGround::ALL.iter().any(|g| try_pass(w, Proposal::Close { ground: *g }));
        let why = w.ask(A, &propose(Proposal::Close { ground: ClosingGround::Performed }));
        assert!(closed, "not closed: {why:?}");
    }
    w.serve_all();
    w.ok(ARCHIVIST, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_life_after_a_decision_keeps_its_money_lawful_and_comes_to_its_end(
        enforced in any::<bool>(),
        walk in prop::collection::vec((0u8..14, 0i64..30, 0i64..12, 0i64..30), 1..24),
    ) {
        let mut w = served();
        if enforced {
            // The terms of the remedies are over, and no remedy is asked for.
            w.at("2026-09-21");
        }
        for (n, (act, days, how, later)) in (0u32..).zip(walk) {
            w.now = w.now.checked_add(jiff::SignedDuration::from_hours(24 * later)).expect("a later day");
            if w.today() > day("2027-06-30") {
                break;
            }
            let act = if enforced && matches!(act, 5 | 6 | 11) { 8 } else { act };
            step(&mut w, n, act, days.min(how * 3), how);
            lawful(&w);
        }
        let folded = w.refold(true);
        prop_assert_eq!(folded.as_ref(), Some(w.case()));
        ends(&mut w, 99);
    }
}
