//! The organ's own enforcement: only by a power that a law gives, after demand and hearing, in the
//! day time of a working day; pauses, ends and agreements.

use crate::agreement::agreement;
use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::enforcement::{EndGround, EnforcementManner as Manner, PauseGround};
use mingjing_domain::case::law::Ruled;
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::*;
use mingjing_domain::case::view::rail;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent, clock};
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::shanghai;

pub const FINE: i64 = 3 * WAN;
pub const ADDED: i64 = 9_000 * YUAN;

/// An organ to which a law gives the power for every manner.
pub fn powered(w: &mut World) {
    let given = || Ruled::new(true, Citation::of("税收征收管理法", "第四十条"));
    w.law.own.transfer = given();
    w.law.own.auction = given();
    w.law.own.restore = given();
    w.law.own.demolish = given();
    w.law.own.cease = given();
}

/// Fined 30,000 on 18 March, 9,000 added on 13 April, demanded and served on 14 May: the ten
/// working days are over with 28 May.
pub fn demanded() -> World {
    let mut w = decision_served(FINE);
    powered(&mut w);
    w.at("2026-04-13");
    w.ok(HEAD, Do::ImposeAdditionalFine { party: 1, amount_fen: ADDED });
    w.serve_now(DocumentKind::AdditionalFineDecision, 1);
    w.at("2026-05-14");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    w
}

pub fn enforcing(manner: Manner, planned_on: &str) -> Enforcing {
    Enforcing {
        party: 1,
        manner,
        order: None,
        planned_on: day(planned_on),
        reasons: t("经催告逾期不履行，没有正当理由"),
        details: t("划拨开户银行存款三万九千元"),
        hiding: t(""),
        announced: t(""),
        leave_until: None,
    }
}

fn transfer(planned_on: &str) -> Do {
    propose(Proposal::Enforce(enforcing(Manner::Transfer, planned_on)))
}

/// From nine to half past nine of the day of the world.
pub fn morning(w: &World) -> Session {
    between(w, &w.today().to_string(), (8, 20), (8, 50))
}

pub fn between(w: &World, on: &str, from: (i8, i8), to: (i8, i8)) -> Session {
    let at = |(hour, minute)| {
        day(on).at(hour, minute, 0, 0).to_zoned(shanghai()).expect("a civil time").timestamp()
    };
    Session { started_at: at(from), ended_at: at(to), ..session(w) }
}

pub fn carrying(session: Session) -> CarryingOut {
    CarryingOut {
        party: 1,
        session,
        urgent: t(""),
        record: t("向开户银行送达划拨通知，划拨三万九千元"),
        presence: SamplingPresence::Absent,
        witness: t("见证人甲"),
    }
}

/// Demanded, decided on 29 May for 1 June, and served.
pub fn ordered() -> World {
    let mut w = demanded();
    w.at("2026-05-29");
    w.pass(Proposal::Enforce(enforcing(Manner::Transfer, "2026-06-01")));
    w.serve_now(DocumentKind::EnforcementDecision, 1);
    w
}

/// As [`ordered`], and carried out on 1 June.
pub fn carried_out() -> World {
    let mut w = ordered();
    w.at("2026-06-01");
    let session = morning(&w);
    w.ok(A, Do::CarryOutEnforcement(carrying(session)));
    w
}

#[test]
fn who_has_no_power_by_law_goes_to_the_court() {
    let mut w = demanded();
    let national = World::new("2026-03-02").law.own;
    assert!(!national.any(), "no shipped policy gives the power");
    assert_eq!(national.restore.citation, Citation::of("行政强制法", "第十三条第二款"));
    w.law.own = national.clone();
    w.at("2026-05-29");
    let refusal = w.no(A, transfer("2026-06-01"), "enforcement.no_power");
    assert_eq!(refusal.article, Citation::of("行政强制法", "第十三条第二款"));
    for ask in [
        Proposal::PauseEnforcement(Pausing { party: 1, ground: PauseGround::Hardship, basis: t("困难") }),
        Proposal::EndEnforcement(Ending { party: 1, ground: EndGround::Other, basis: t("其他") }),
        Proposal::Agree(agreement(FINE + ADDED, 0)),
    ] {
        w.no(A, propose(ask), "enforcement.no_power");
    }
    // One power is not another.
    w.law.own.cease.value = true;
    let refusal = w.no(A, transfer("2026-06-01"), "enforcement.no_power");
    assert_eq!(
        refusal.article,
        Citation::of("行政强制法", "第四十七条"),
        "划拨 is for the organs that a law names"
    );
}

#[test]
fn money_is_enforced_after_thirty_days_of_additions_a_demand_and_its_term() {
    let mut w = decision_served(FINE);
    powered(&mut w);
    w.at("2026-04-13");
    w.no(A, transfer("2026-06-01"), "demand.none");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    w.no(A, transfer("2026-06-01"), "additional.none");
    w.ok(HEAD, Do::ImposeAdditionalFine { party: 1, amount_fen: ADDED });
    // The party is told first, and the thirty days run from there.
    w.no(A, transfer("2026-06-01"), "additional.unserved");
    w.serve_now(DocumentKind::AdditionalFineDecision, 1);
    let refusal = w.no(A, transfer("2026-06-01"), "additional.running");
    assert_eq!(refusal.after, Some(day("2026-05-14")), "more than thirty days from 13 April");
    w.at("2026-05-14");
    w.no(A, transfer("2026-06-01"), "demand.unserved");
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    let refusal = w.no(A, transfer("2026-06-01"), "demand.running");
    assert_eq!(refusal.after, Some(day("2026-05-29")));
    // What is being hidden does not wait for the term (第三十七条第三款).
    let hiding = |w: &World| Enforcing {
        hiding: t("银行流水显示转移存款"),
        ..enforcing(Manner::Transfer, &w.today().to_string())
    };
    let at_once = propose(Proposal::Enforce(hiding(&w)));
    w.fork().ok(A, at_once);
    w.at("2026-05-29");
    w.no(A, propose(Proposal::Enforce(Enforcing { reasons: t(""), ..hiding(&w) })), "input.required");
    w.no(A, propose(Proposal::Enforce(Enforcing { details: t(""), ..hiding(&w) })), "input.required");
    w.no(A, propose(Proposal::Enforce(Enforcing { order: Some(1), ..hiding(&w) })), "enforcement.order");
    w.no(A, transfer("2026-05-28"), "time.planned");
    w.no(A, propose(Proposal::Enforce(enforcing(Manner::Cease, "2026-06-01"))), "enforcement.duty");
    w.no(A, propose(Proposal::Enforce(Enforcing { party: 2, ..hiding(&w) })), "party.unknown");
    w.no(REVIEWER, transfer("2026-06-01"), "role.missing");
    // By the head alone, after the unit's head.
    w.ok(A, transfer("2026-06-01"));
    w.no(A, transfer("2026-06-01"), "proposal.pending");
    let no = w.last_proposal();
    w.no(HEAD, approved(no), "proposal.none");
    w.ok(UNIT_HEAD, reviewed(no));
    w.no(DEPUTY, approved(no), "role.approver");
    let events = w.ok(HEAD, approved(no));
    assert!(matches!(
        events.as_slice(),
        [
            CaseEvent::ProposalDecided { .. },
            CaseEvent::DocumentIssued { kind: DocumentKind::EnforcementDecision, party: Some(1), .. },
            CaseEvent::EnforcementDecided(_)
        ]
    ));
    w.no(A, transfer("2026-06-01"), "enforcement.repeated");
    // Paid in between: nothing is enforced.
    let mut paid = w.fork();
    paid.serve_now(DocumentKind::EnforcementDecision, 1);
    paid.ok(CASHIER, payment(1, "0001", FINE + ADDED, "2026-05-29"));
    let session = morning(&paid);
    paid.no(A, Do::CarryOutEnforcement(carrying(session)), "enforcement.performed");
    assert_eq!(consistency(paid.case()), []);
}

#[test]
fn it_is_carried_out_by_day_on_a_working_day_and_not_before_its_day() {
    let mut w = ordered();
    let mut unserved = demanded();
    let out = |w: &World, on: &str, from, to| Do::CarryOutEnforcement(carrying(between(w, on, from, to)));
    let today = out(&unserved, "2026-05-14", (8, 20), (8, 50));
    unserved.no(A, today, "enforcement.none");
    unserved.at("2026-05-29");
    unserved.pass(Proposal::Enforce(enforcing(Manner::Transfer, "2026-05-29")));
    let today = out(&unserved, "2026-05-29", (8, 20), (8, 50));
    unserved.no(A, today, "enforcement.unserved");
    let refusal = w.no(A, out(&w, "2026-05-29", (8, 20), (8, 50)), "enforcement.early");
    assert_eq!(refusal.after, Some(day("2026-06-01")));
    // Night of 1 June, entered the next morning; a Saturday; 端午, 19 June.
    w.at("2026-06-01");
    w.no(A, out(&w, "2026-06-01", (5, 30), (6, 30)), "enforcement.rest");
    w.at("2026-06-02");
    for (from, to) in [((21, 30), (22, 1)), ((22, 0), (23, 0))] {
        let refusal = w.no(A, out(&w, "2026-06-01", from, to), "enforcement.rest");
        assert_eq!(refusal.article, Citation::of("行政强制法", "第四十三条第一款"));
    }
    w.fork().ok(A, out(&w, "2026-06-01", (21, 30), (22, 0)));
    for holiday in ["2026-06-06", "2026-06-19"] {
        w.at(holiday);
        let refusal = w.no(A, out(&w, holiday, (8, 20), (8, 50)), "enforcement.rest");
        assert!(refusal.message.contains("法定节假日"), "{refusal}");
        let urgent = CarryingOut { urgent: t("当事人正在提取存款"), ..carrying(morning(&w)) };
        w.fork().ok(A, Do::CarryOutEnforcement(urgent));
    }
    w.at("2026-06-22");
    let done = |change: fn(&mut CarryingOut)| {
        let mut it = carrying(morning(&w));
        change(&mut it);
        Do::CarryOutEnforcement(it)
    };
    let cases = [
        (done(|it| it.record = t("")), "input.required"),
        (done(|it| it.witness = t("")), "enforcement.unwitnessed"),
        (done(|it| it.session.certificates_shown = false), "certificate.not_shown"),
        (done(|it| it.session.officers = vec![A, C]), "officers.not_handling"),
        (done(|it| it.party = 2), "party.unknown"),
    ];
    let good = done(|_| {});
    for (command, code) in cases {
        w.no(A, command, code);
    }
    let events = w.ok(A, good);
    assert!(matches!(
        events.as_slice(),
        [
            CaseEvent::DocumentIssued { kind: DocumentKind::EnforcementRecord, .. },
            CaseEvent::EnforcementCarriedOut(_)
        ]
    ));
    // What came in is paid, and the case closes as performed.
    w.ok(CASHIER, payment(1, "0001", FINE + ADDED, "2026-06-22"));
    w.serve_all();
    assert_eq!(consistency(w.case()), []);
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
}

#[test]
fn what_the_party_says_against_the_demand_is_recorded_and_examined() {
    let object = |on: &str| {
        Do::StateObjection(Objecting { party: 1, on: day(on), statement: t("已经部分缴纳") })
    };
    let answer = |adoption| {
        Do::AnswerObjection(AnsweringObjection { party: 1, adoption, reasons: t("经核对收据") })
    };
    decision_served(FINE).no(A, object("2026-03-18"), "demand.none");
    let mut w = demanded();
    w.no(A, answer(Adoption::NotAdopted), "objection.none");
    w.no(A, object("2026-05-15"), "time.objection");
    w.ok(A, object("2026-05-14"));
    w.at("2026-05-29");
    w.no(A, transfer("2026-06-01"), "objection.unanswered");
    w.no(
        A,
        Do::AnswerObjection(AnsweringObjection { party: 1, adoption: Adoption::Adopted, reasons: t("") }),
        "input.required",
    );
    let mut founded = w.fork();
    w.ok(A, answer(Adoption::NotAdopted));
    w.ok(A, transfer("2026-06-01"));
    // Well founded: not on this demand, but on a new one.
    founded.ok(A, answer(Adoption::Adopted));
    founded.no(A, transfer("2026-06-01"), "objection.adopted");
    founded.ok(A, Do::DemandEnforcement { party: 1 });
    founded.serve_now(DocumentKind::EnforcementDemand, 1);
    founded.no(A, transfer("2026-06-30"), "demand.running");
    // Nor is the court asked before it is examined.
    let mut late = demanded();
    late.at("2026-11-10");
    late.ok(A, object("2026-11-09"));
    let court = || Do::ApplyToCourt { party: 1, court: t("示例县人民法院") };
    late.no(HEAD, court(), "objection.unanswered");
    late.ok(A, answer(Adoption::PartlyAdopted));
    late.ok(HEAD, court());
    late.no(A, transfer("2026-11-30"), "court.asked");
}

#[test]
fn seized_goods_are_auctioned_for_the_fine_without_a_power_when_no_remedy_was_used() {
    let seized = |with: bool| {
        let mut w = investigated(vec![unit_party()]);
        if with {
            let items =
                vec![PreservedItem { name: t("设备"), description: t(""), quantity: "1台".into() }];
            w.pass(Proposal::Preserve(Preserving { party: 1, items, manner: t("就地保存") }));
            w.pass(Proposal::DisposePreservation(PreservationDisposing {
                preservation: 1,
                disposal: PreservationDisposal::SealOrSeize,
            }));
        }
        w.at("2026-03-06");
        w.ok(A, conclude(false));
        w.ok(A, draft(&[1], vec![fine(1, FINE)]));
        w.at("2026-03-09");
        w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
        w.serve_all();
        w.at("2026-03-17");
        w.pass(Proposal::Dispose);
        w.serve_all();
        w.at("2026-08-20");
        w.ok(A, Do::DemandEnforcement { party: 1 });
        w.serve_all();
        w
    };
    let auction = || propose(Proposal::Enforce(enforcing(Manner::Auction, "2026-12-31")));
    let mut none = seized(false);
    none.no(A, auction(), "enforcement.no_power");
    let mut w = seized(true);
    w.no(A, transfer("2026-12-31"), "enforcement.no_power");
    let mut used = w.fork();
    let refusal = w.no(A, auction(), "remedy.window_open");
    assert_eq!(refusal.after, Some(day("2026-09-18")), "six months from 17 March");
    w.at("2026-09-18");
    w.pass(Proposal::Enforce(enforcing(Manner::Auction, "2026-09-21")));
    let remedy = RemedyKind::Litigation;
    used.ok(A, Do::RecordRemedy { party: 1, remedy, on: used.today(), body: t("示例县人民法院") });
    used.at("2026-09-18");
    used.no(A, auction(), "enforcement.remedy_used");
}

#[test]
fn orders_and_stops_are_enforced_by_their_own_manners() {
    let disposal =
        PartyDisposal { kinds: vec![PenaltyKind::Fine, PenaltyKind::RestrictBusiness], ..fine(1, FINE) };
    let mut w = concluded(vec![unit_party()], false);
    powered(&mut w);
    w.ok(A, draft(&[1], vec![disposal]));
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    w.serve_all();
    w.at("2026-03-17");
    w.pass(Proposal::Dispose);
    w.serve_all();
    w.ok(A, Do::OrderCorrection { party: 1, items: t("拆除违法搭建的棚屋"), due_on: day("2026-03-31") });
    w.serve_all();
    w.at("2026-04-13");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    let demand = |due: &str| {
        Do::DemandOrder(OrderDemand { order: 1, due_on: day(due), manner: t("自行拆除并清运") })
    };
    w.ok(A, demand("2026-04-20"));
    w.serve_all();
    // The stop, after the ten days of its demand.
    let cease = || propose(Proposal::Enforce(enforcing(Manner::Cease, "2026-05-06")));
    w.no(A, cease(), "demand.running");
    // The order, after the days of its own.
    let restore = |manner, change: fn(&mut Enforcing)| {
        let mut it = Enforcing { order: Some(1), ..enforcing(manner, "2026-05-06") };
        change(&mut it);
        propose(Proposal::Enforce(it))
    };
    let refusal = w.no(A, restore(Manner::Restore, |_| {}), "demand.running");
    assert_eq!(refusal.after, Some(day("2026-04-21")));
    w.at("2026-04-28");
    w.fork().ok(A, cease());
    w.no(A, restore(Manner::Restore, |it| it.order = Some(2)), "order.unknown");
    w.fork().ok(A, restore(Manner::Restore, |_| {}));
    // 强制拆除 is announced, and waits for the terms of the remedies (第四十四条).
    w.no(A, restore(Manner::Demolish, |_| {}), "input.required");
    let announced = |it: &mut Enforcing| it.announced = t("张贴于现场并在网站公告");
    w.no(A, restore(Manner::Demolish, announced), "demolition.term");
    let late = |it: &mut Enforcing| {
        it.announced = t("张贴于现场并在网站公告");
        it.leave_until = Some(day("2026-04-30"));
    };
    w.no(A, restore(Manner::Demolish, late), "demolition.running");
    w.at("2026-05-06");
    w.no(A, restore(Manner::Demolish, late), "remedy.window_open");
    let remedy = RemedyKind::Reconsideration;
    let mut used = w.fork();
    used.ok(A, Do::RecordRemedy { party: 1, remedy, on: used.today(), body: t("县政府") });
    used.no(A, restore(Manner::Demolish, late), "enforcement.remedy_used");
    w.at("2026-09-18");
    let planned = |it: &mut Enforcing| {
        it.announced = t("张贴于现场并在网站公告");
        it.leave_until = Some(day("2026-04-30"));
        it.planned_on = day("2026-09-21");
    };
    w.ok(A, restore(Manner::Demolish, planned));
    // What was put right is not enforced.
    let mut right = w.fork();
    right.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已拆除") });
    right.no(A, restore(Manner::Restore, planned), "proposal.pending");
    let no = right.last_proposal();
    right.ok(UNIT_HEAD, reviewed(no));
    right.no(HEAD, approved(no), "order.performed");
}

fn pausing(ground: PauseGround) -> Proposal {
    Proposal::PauseEnforcement(Pausing { party: 1, ground, basis: t("当事人停业，账户无余额") })
}

fn ending(ground: EndGround) -> Proposal {
    Proposal::EndEnforcement(Ending { party: 1, ground, basis: t("见查询记录") })
}

#[test]
fn enforcement_pauses_resumes_and_after_three_years_is_given_up() {
    let mut w = demanded();
    w.no(A, propose(pausing(PauseGround::Hardship)), "enforcement.none");
    w.no(A, propose(pausing(PauseGround::Stayed)), "pause.no_remedy");
    // A stay by law holds also before the decision on enforcement.
    let mut stayed = w.fork();
    let remedy = RemedyKind::Reconsideration;
    stayed.ok(A, Do::RecordRemedy { party: 1, remedy, on: stayed.today(), body: t("县政府") });
    stayed.pass(pausing(PauseGround::Stayed));
    stayed.at("2026-05-29");
    stayed.no(A, transfer("2026-06-01"), "enforcement.paused");
    w = ordered();
    w.no(A, propose(Proposal::ResumeEnforcement(Resuming { party: 1 })), "enforcement.not_paused");
    w.no(A, propose(ending(EndGround::Lapsed)), "end.not_paused");
    w.no(
        A,
        propose(Proposal::PauseEnforcement(Pausing { party: 1, ground: PauseGround::Other, basis: t("") })),
        "input.required",
    );
    w.at("2026-06-01");
    w.pass(pausing(PauseGround::Hardship));
    w.no(A, propose(pausing(PauseGround::Other)), "enforcement.paused");
    let session = morning(&w);
    w.no(A, Do::CarryOutEnforcement(carrying(session)), "enforcement.paused");
    let stop = |w: &World| {
        rail(w.case(), &w.facts(A)).into_iter().find(|it| it.title == "执行").expect("a stop").note
    };
    assert_eq!(stop(&w), "中止执行");
    let runs = clock::running(w.case(), &w.facts(A));
    let three = runs.iter().find(|it| it.title.starts_with("中止执行满三年")).expect("it runs");
    assert_eq!(three.limit.due.earliest(), day("2029-06-01"));
    let refusal = w.no(A, propose(ending(EndGround::Lapsed)), "end.not_lapsed");
    assert!(refusal.after.is_some_and(|on| on > day("2029-06-01")), "{refusal:?}");
    // Resumed, it goes on.
    let mut resumed = w.fork();
    resumed.pass(Proposal::ResumeEnforcement(Resuming { party: 1 }));
    let session = morning(&resumed);
    resumed.ok(A, Do::CarryOutEnforcement(carrying(session)));
    // Given up after three years, and closed as that.
    w.at("2029-06-06");
    for officer in [A, B] {
        let certificate = &mut w.people.get_mut(&officer).expect("an officer").certificates[0];
        certificate.until = day("2031-12-31");
    }
    w.no(A, propose(Proposal::Close { ground: ClosingGround::EnforcementEnded }), "payment.owed");
    w.pass(ending(EndGround::Lapsed));
    w.no(A, propose(ending(EndGround::Other)), "enforcement.ended");
    w.no(A, transfer("2029-06-07"), "enforcement.ended");
    assert_eq!(stop(&w), "终结执行");
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "closing.ground");
    w.serve_all();
    w.pass(Proposal::Close { ground: ClosingGround::EnforcementEnded });
    assert_eq!(consistency(w.case()), []);
    assert_eq!(w.refold(true).as_ref(), Some(w.case()));
}

#[test]
fn the_grounds_of_the_end_fit_the_party() {
    let mut w = ordered();
    for (ground, code) in [
        (EndGround::PersonDied, "end.ground"),
        (EndGround::DecisionRevoked, "end.ground"),
        (EndGround::Lapsed, "end.not_paused"),
    ] {
        w.no(A, propose(ending(ground)), code);
    }
    for ground in [EndGround::UnitEnded, EndGround::ObjectGone, EndGround::Other] {
        w.fork().ok(A, propose(ending(ground)));
    }
    // A revoked decision ends its enforcement: it is not carried out, and may be ended.
    let revoke =
        Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") };
    w.ok(HEAD, revoke);
    let session = morning(&w);
    w.no(A, Do::CarryOutEnforcement(carrying(session)), "decision.revoked");
    w.ok(A, propose(ending(EndGround::DecisionRevoked)));
}

#[test]
fn a_changed_decision_is_enforced_by_a_new_one() {
    let mut w = ordered();
    w.pass(Proposal::Amend(amending(1, 2 * WAN)));
    w.serve_now(DocumentKind::AmendmentDecision, 1);
    w.at("2026-06-01");
    let session = morning(&w);
    w.no(A, Do::CarryOutEnforcement(carrying(session)), "enforcement.fell");
    w.no(A, transfer("2026-06-02"), "demand.none");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    // What was taken in excess goes back (第四十一条).
    w.ok(CASHIER, payment(1, "0001", 2 * WAN, "2026-06-01"));
    w.pass(Proposal::Amend(amending(1, WAN)));
    w.no(A, propose(Proposal::Close { ground: ClosingGround::Performed }), "refund.owed");
}

#[test]
fn only_what_has_an_occasion_is_shown() {
    use mingjing_domain::case::view::actions;
    let shown = |w: &World, label: &str| {
        actions(w.case(), &w.facts(A)).into_iter().find(|it| it.step.verb.label() == label).map(|it| it.shut)
    };
    let plain = decision_served(FINE);
    for label in
        ["呈请强制执行", "呈请中止执行", "呈请终结执行", "登记强制执行实施情况", "登记不履行执行协议"]
    {
        assert!(shown(&plain, label).is_none(), "{label}");
    }
    let w = ordered();
    assert!(shown(&w, "登记强制执行实施情况").is_some_and(|shut| shut.is_none()));
    assert!(shown(&w, "呈请中止执行").is_some_and(|shut| shut.is_none()));
    assert!(shown(&w, "登记催告后的陈述申辩").is_some_and(|shut| shut.is_none()));
}

/// Nobody is let off a fine by the end of an enforcement that never was.
#[test]
fn an_end_needs_what_it_ends() {
    let mut w = decision_served(FINE);
    powered(&mut w);
    w.at("2026-04-13");
    let end = |ground| propose(Proposal::EndEnforcement(Ending { party: 1, ground, basis: t("情况") }));
    w.no(A, end(EndGround::Other), "end.ground");
    w.no(A, end(EndGround::ObjectGone), "end.ground");
    // Nor by that of an enforcement which fell.
    let mut w = demanded();
    w.at("2026-05-29");
    w.pass(Proposal::Enforce(enforcing(Manner::Transfer, "2026-06-01")));
    w.pass(Proposal::EndEnforcement(Ending { party: 1, ground: EndGround::ObjectGone, basis: t("灭失") }));
    w.no(A, end(EndGround::Other), "end.ground");
    assert!(w.case().party(1).unwrap().enforcement.ended.is_none(), "the fine is still to be enforced");
    w.ok(A, transfer("2026-06-01"));
}

/// What is agreed on is judged again when it is approved.
#[test]
fn a_proposal_is_judged_again_when_it_is_approved() {
    let mut w = demanded();
    w.at("2026-05-29");
    w.ok(A, transfer("2026-06-01"));
    let enforce = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(enforce));
    w.ok(HEAD, approved(enforce));
    // One decision after the other.
    w.no(A, transfer("2026-06-01"), "enforcement.repeated");
    w.ok(
        A,
        propose(Proposal::PauseEnforcement(Pausing {
            party: 1,
            ground: PauseGround::Hardship,
            basis: t("停产"),
        })),
    );
    let pause = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(pause));
    let end = Ending { party: 1, ground: EndGround::Other, basis: t("其他") };
    w.ok(A, propose(Proposal::EndEnforcement(end)));
    let end = w.last_proposal();
    w.ok(UNIT_HEAD, reviewed(end));
    w.ok(HEAD, approved(end));
    w.no(HEAD, approved(pause), "enforcement.ended");
}
