//! 代履行: an order, harm, demand, decision, one more demand, supervision, signatures, cost; and
//! what is cleared at once.

use crate::enforcement::between;
use crate::golden::compare;
use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::enforcement::{EndGround, PauseGround};
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::substitute::{ClearedPlace, CostEntry, SubstituteHarm};
use mingjing_domain::case::types::*;
use mingjing_domain::case::{Case, CaseCommand as Do, CaseEvent, clock};
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::Matter;

pub fn demand(due_on: &str) -> Do {
    Do::DemandOrder(OrderDemand {
        order: 1, due_on: day(due_on), manner: t("清除堆放在河道的渣土")
    })
}

pub fn substituting(planned_on: &str) -> Substituting {
    Substituting {
        party: 1,
        order: Some(1),
        harm: Some(SubstituteHarm::Pollution),
        immediate: None,
        subject: t("堆放在河道的渣土二十立方米"),
        reasons: t("经催告仍不清除，汛期将污染河道"),
        manner: t("机械清运至消纳场"),
        planned_on: day(planned_on),
        budget_fen: 8_000 * YUAN,
        performer: t("示例清运有限公司"),
        disinterested: true,
    }
}

pub fn done(w: &World) -> SubstituteDone {
    SubstituteDone {
        substitution: 1,
        session: between(w, &w.today().to_string(), (8, 20), (8, 50)),
        supervisor: A,
        urgent: t(""),
        record: t("清运渣土二十立方米，现场恢复"),
        performer_signed: true,
        presence: SamplingPresence::Refused,
        witness: t("见证人甲"),
        cost_fen: 7_500 * YUAN,
        cost_basis: t("二十立方米，按合同单价计算"),
    }
}

fn cost(entry: CostEntry, receipt: &str, fen: i64, on: &str) -> Do {
    let (receipt, on) = (receipt.into(), day(on));
    Do::RecordCost(CostPayment { substitution: 1, entry, receipt, amount_fen: fen, on })
}

/// Fined and paid; ordered to clear by 31 March, which it did not.
fn overdue() -> World {
    let mut w = decision_served(3 * WAN);
    w.ok(
        A,
        Do::OrderCorrection {
            party: 1, items: t("清除堆放在河道的渣土"), due_on: day("2026-03-31")
        },
    );
    w.serve_all();
    w.at("2026-04-01");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-04-01"));
    w
}

/// Demanded until 7 April, and 代履行 decided and served on the 8th for the 15th.
fn decided_on() -> World {
    let mut w = overdue();
    w.ok(A, demand("2026-04-07"));
    w.serve_all();
    w.at("2026-04-08");
    w.pass(Proposal::Substitute(substituting("2026-04-15")));
    w.serve_all();
    w
}

#[test]
fn it_rests_on_an_overdue_order_a_demand_and_the_harm() {
    let mut none = decision_served(3 * WAN);
    none.no(A, demand("2026-04-07"), "order.none");
    none.no(A, propose(Proposal::Substitute(substituting("2026-04-15"))), "order.unknown");
    let mut w = decision_served(3 * WAN);
    w.ok(A, Do::OrderCorrection { party: 1, items: t("清除渣土"), due_on: day("2026-03-31") });
    w.no(A, demand("2026-04-07"), "order.unserved");
    w.serve_all();
    let refusal = w.no(A, demand("2026-04-07"), "order.not_due");
    assert_eq!(refusal.after, Some(day("2026-04-01")));
    let mut w = overdue();
    let with = |change: fn(&mut Substituting)| {
        let mut it = substituting("2026-04-15");
        change(&mut it);
        propose(Proposal::Substitute(it))
    };
    w.no(A, with(|_| {}), "demand.none");
    w.no(A, demand("2026-04-01"), "time.demand");
    w.ok(A, demand("2026-04-07"));
    w.no(A, with(|_| {}), "demand.unserved");
    w.no(A, demand("2026-04-08"), "demand.repeated");
    w.serve_all();
    let refusal = w.no(A, with(|_| {}), "demand.running");
    assert_eq!(refusal.after, Some(day("2026-04-08")));
    w.at("2026-04-08");
    for (command, code) in [
        (with(|it| it.subject = t("")), "input.required"),
        (with(|it| it.reasons = t("")), "input.required"),
        (with(|it| it.manner = t("")), "input.required"),
        (with(|it| it.performer = t("")), "input.required"),
        (with(|it| it.party = 2), "party.unknown"),
        (with(|it| it.order = Some(2)), "order.unknown"),
        (with(|it| it.order = None), "substitute.order"),
        (with(|it| it.harm = None), "substitute.harm"),
        (with(|it| it.immediate = Some(ClearedPlace::River)), "substitute.harm"),
        (with(|it| it.disinterested = false), "substitute.interested"),
        (with(|it| it.budget_fen = -1), "substitute.plan"),
        (with(|it| it.planned_on = day("2026-04-07")), "substitute.plan"),
    ] {
        w.no(A, command, code);
    }
    // What the party says is examined first.
    let mut said = w.fork();
    said.ok(A, Do::StateObjection(Objecting { party: 1, on: day("2026-04-08"), statement: t("正在清除") }));
    said.no(A, with(|_| {}), "objection.unanswered");
    w.ok(A, with(|_| {}));
    let no = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(DEPUTY, approved(no), "role.approver");
    w.ok(HEAD, approved(no));
    w.no(A, with(|_| {}), "substitute.repeated");
}

#[test]
fn three_working_days_after_one_more_demand_supervised_and_signed() {
    let mut w = decided_on();
    w.no(A, Do::CarryOutSubstitute(done(&w)), "demand.none");
    w.at("2026-04-09");
    w.ok(A, demand("2026-04-14"));
    w.serve_all();
    w.at("2026-04-14");
    // 10, 13 and 14 April are the three working days; the decision says the 15th.
    let refusal = w.no(A, Do::CarryOutSubstitute(done(&w)), "substitute.early");
    assert_eq!(refusal.after, Some(day("2026-04-15")));
    assert_eq!(refusal.article, Citation::of("行政强制法", "第五十一条第一款第二项"));
    // The party performs: it stops (第五十一条第一款第二项).
    let mut performed = w.fork();
    performed.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已清除") });
    performed.no(A, Do::CarryOutSubstitute(done(&performed)), "substitute.performed");
    performed.serve_all();
    performed.pass(Proposal::Close { ground: ClosingGround::Performed });
    w.at("2026-04-15");
    let with = |change: fn(&mut SubstituteDone)| {
        let mut it = done(&w);
        change(&mut it);
        Do::CarryOutSubstitute(it)
    };
    let night = between(&w, "2026-04-14", (22, 0), (23, 0));
    let cases = [
        (with(|it| it.record = t("")), "input.required"),
        (with(|it| it.substitution = 2), "substitute.unknown"),
        (with(|it| it.supervisor = C), "substitute.supervisor"),
        (with(|it| it.performer_signed = false), "substitute.unsigned"),
        (with(|it| it.witness = t("")), "enforcement.unwitnessed"),
        (with(|it| it.cost_basis = t("")), "substitute.cost"),
        (with(|it| it.cost_fen = -1), "substitute.cost"),
        (Do::CarryOutSubstitute(SubstituteDone { session: night, ..done(&w) }), "substitute.early"),
    ];
    for (command, code) in cases {
        w.no(A, command, code);
    }
    let mut holiday = w.fork();
    holiday.at("2026-04-18");
    let saturday = done(&holiday);
    holiday.no(A, Do::CarryOutSubstitute(saturday.clone()), "enforcement.rest");
    holiday.ok(A, Do::CarryOutSubstitute(SubstituteDone { urgent: t("暴雨将至"), ..saturday }));
    let good = done(&w);
    w.ok(A, Do::CarryOutSubstitute(good.clone()));
    w.no(A, Do::CarryOutSubstitute(good), "substitute.none");
}

#[test]
fn the_cost_is_the_party_s_and_goes_back_when_the_order_falls() {
    let mut w = decided_on();
    w.no(CASHIER, cost(CostEntry::Paid, "C1", 1, "2026-04-08"), "cost.none");
    w.at("2026-04-09");
    w.ok(A, demand("2026-04-14"));
    w.serve_all();
    w.at("2026-04-15");
    w.ok(A, Do::CarryOutSubstitute(done(&w)));
    let close = |ground| propose(Proposal::Close { ground });
    w.no(A, close(ClosingGround::Performed), "cost.owed");
    w.no(CASHIER, cost(CostEntry::Paid, "C1", 7_500 * YUAN + 1, "2026-04-15"), "cost.amount");
    w.no(CASHIER, cost(CostEntry::Back, "C1", 1, "2026-04-15"), "cost.amount");
    w.no(CASHIER, cost(CostEntry::Paid, "0001", 1, "2026-04-15"), "payment.receipt_used");
    w.no(CASHIER, cost(CostEntry::Paid, "C1", 1, "2026-04-16"), "time.cost");
    w.no(A, cost(CostEntry::Paid, "C1", 1, "2026-04-15"), "role.missing");
    w.ok(CASHIER, cost(CostEntry::Paid, "C1", 7_500 * YUAN, "2026-04-15"));
    w.no(CASHIER, payment(1, "C1", 1, "2026-04-15"), "payment.nothing_owed");
    w.no(CASHIER, cost(CostEntry::Paid, "C2", 1, "2026-04-15"), "cost.none");
    w.no(A, close(ClosingGround::Performed), "correction.open");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已恢复") });
    w.serve_all();
    assert_eq!(consistency(w.case()), []);
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    // An order of its own stands by itself when the decision falls.
    w.ok(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") });
    w.no(CASHIER, cost(CostEntry::Back, "C2", 1, "2026-04-15"), "cost.none");
}

#[test]
fn what_the_decision_ordered_falls_with_it_and_its_cost_goes_back() {
    use mingjing_domain::case::correction::Corrective;
    let mut w = concluded(vec![unit_party()], false);
    let mut substance = substance(&[1], vec![fine(1, 3 * WAN)]);
    substance.corrections[0].corrective = Corrective::WithDecision;
    substance.corrections[0].days = 10;
    w.ok(A, Do::PrepareDraft { substance });
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.at("2026-03-30");
    w.ok(A, demand("2026-04-07"));
    w.serve_all();
    w.at("2026-04-08");
    w.pass(Proposal::Substitute(substituting("2026-04-15")));
    w.serve_all();
    w.at("2026-04-09");
    w.ok(A, demand("2026-04-14"));
    w.serve_all();
    w.at("2026-04-15");
    w.ok(A, Do::CarryOutSubstitute(done(&w)));
    w.ok(CASHIER, cost(CostEntry::Paid, "C1", 7_500 * YUAN, "2026-04-15"));
    w.ok(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") });
    let close = || propose(Proposal::Close { ground: ClosingGround::DecisionRevoked });
    w.no(A, close(), "cost.refund");
    w.ok(CASHIER, cost(CostEntry::Back, "R1", 7_500 * YUAN, "2026-04-15"));
    w.ok(A, close());
}

#[test]
fn what_lies_in_a_road_is_cleared_at_once_and_the_party_is_told() {
    // Also before there is a decision.
    let mut w = investigated(vec![unit_party()]);
    let at_once = |w: &World| Substituting {
        order: None,
        harm: None,
        immediate: Some(ClearedPlace::Road),
        subject: t("遗洒在道路上的渣土"),
        ..substituting(&w.today().to_string())
    };
    let it = at_once(&w);
    w.no(
        A,
        propose(Proposal::Substitute(Substituting { harm: Some(SubstituteHarm::Traffic), ..it.clone() })),
        "substitute.order",
    );
    w.no(A, Do::CarryOutSubstitute(done(&w)), "substitute.none");
    w.pass(Proposal::Substitute(it));
    // No demand and no service before it; the witness signs for the absent party.
    w.ok(A, Do::CarryOutSubstitute(SubstituteDone { presence: SamplingPresence::Absent, ..done(&w) }));
    let told = |w: &World| {
        clock::running(w.case(), &w.facts(A)).into_iter().any(|it| it.title == "通知当事人代履行")
    };
    assert!(told(&w));
    w.ok(CASHIER, cost(CostEntry::Paid, "C1", 7_500 * YUAN, "2026-03-05"));
    w.at("2026-03-06");
    w.ok(A, conclude(false));
    w.ok(A, draft(&[1], vec![fine(1, 3 * WAN)]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_now(DocumentKind::PenaltyNotice, 1);
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-17"));
    let close = || propose(Proposal::Close { ground: ClosingGround::Performed });
    w.no(A, close(), "substitute.untold");
    w.serve_all();
    assert!(!told(&w));
    w.ok(A, close());
    // Decided and not carried out, it holds up the closing.
    let mut open = decision_served(3 * WAN);
    let it = at_once(&open);
    open.pass(Proposal::Substitute(it));
    open.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-18"));
    open.serve_all();
    open.no(A, close(), "substitute.open");
}

#[test]
fn the_events_are_kept_as_read() {
    let mut w = decided_on();
    crate::enforcement::powered(&mut w);
    w.ok(A, Do::StateObjection(Objecting { party: 1, on: day("2026-04-08"), statement: t("正在清除") }));
    let answer = AnsweringObjection { party: 1, adoption: Adoption::NotAdopted, reasons: t("没有清除") };
    w.ok(A, Do::AnswerObjection(answer));
    let basis = || t("账户无余额");
    w.pass(Proposal::PauseEnforcement(Pausing { party: 1, ground: PauseGround::Hardship, basis: basis() }));
    w.pass(Proposal::ResumeEnforcement(Resuming { party: 1 }));
    w.at("2026-04-09");
    w.ok(A, demand("2026-04-14"));
    w.serve_all();
    w.at("2026-04-15");
    let duty = AgreedStage { due_on: day("2026-04-16"), amount_fen: 0, duty: t("自行清除") };
    let (remedial, harmless) = (t(""), t("不影响他人"));
    w.pass(Proposal::Agree(Agreeing { party: 1, stages: vec![duty], waived_fen: 0, remedial, harmless }));
    w.at("2026-04-17");
    w.ok(A, Do::RecordBreach(Breach { party: 1, details: t("仍未清除") }));
    w.ok(A, Do::CarryOutSubstitute(done(&w)));
    w.ok(CASHIER, cost(CostEntry::Paid, "C1", WAN / 2, "2026-04-17"));
    w.pass(Proposal::EndEnforcement(Ending { party: 1, ground: EndGround::UnitEnded, basis: basis() }));
    let mut own = crate::enforcement::carried_out();
    let mut lines = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for world in [&mut w, &mut own] {
        for it in world.stored.borrow().iter() {
            let new = ["enforcement_", "substitute_", "order_demanded", "agreement_broken"];
            let landed = ["enforcement_demanded"];
            let is_new = new.iter().any(|n| it.name.starts_with(n)) && !landed.contains(&it.name);
            if is_new && seen.insert(it.name) {
                lines.push_str(&format!("{}\t{}\t{}\n", it.name, it.version, it.body));
                let read = Case::read(it.name, it.version, &it.body).expect("it decodes");
                assert_eq!(read.type_name(), it.name);
            }
        }
    }
    assert_eq!(seen.len(), 13, "{seen:?}");
    compare("tests/golden/case_enforcement_events.txt", &lines);
    // What was kept still decodes.
    for line in lines.lines() {
        let mut parts = line.split('\t');
        let (name, body) = (parts.next().expect("a name"), parts.nth(1).expect("a body"));
        let event: CaseEvent = serde_json::from_str(body).expect("it decodes");
        assert_eq!(event.type_name(), name);
    }
}
