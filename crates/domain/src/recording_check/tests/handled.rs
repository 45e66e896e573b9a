//! A finding to its end.

use super::*;

fn with(gravity: Gravity, responsible: &[u128]) -> World {
    let mut w = World::incident();
    w.ok(&checker(), CheckCommand::Find { suspicion: suspicion(ProhibitedAct::PrivateCopy, None) });
    w.ok(&checker(), verify(Some(gravity), responsible));
    w
}

fn verify(gravity: Option<Gravity>, responsible: &[u128]) -> CheckCommand {
    let responsible = responsible.iter().map(|n| staff(*n)).collect();
    CheckCommand::Verify { finding: 1, gravity, responsible, opinion: t("经核实") }
}

fn order(due: &str) -> CheckCommand {
    CheckCommand::Order { finding: 1, due_on: day(due), requirements: t("删除私自保存的复制件") }
}

fn rectify() -> CheckCommand {
    CheckCommand::Rectify { finding: 1, report: t("已删除") }
}

fn recheck(passed: bool) -> CheckCommand {
    CheckCommand::Recheck { finding: 1, passed, opinion: t("经复查") }
}

fn unit_head() -> Actor {
    actor(7, &[Role::UnitHead])
}

fn phase(w: &World) -> Phase {
    w.check().finding(1).unwrap().phase()
}

fn refer() -> CheckCommand {
    CheckCommand::Refer { finding: 1, body: t("示例县监察委员会"), number: number(2) }
}

fn discipline(n: u128, on: &str) -> CheckCommand {
    CheckCommand::Discipline {
        finding: 1,
        person: staff(n),
        outcome: Discipline::Demerit,
        decision: t("示监〔2026〕1号"),
        on: day(on),
    }
}

fn transfer() -> CheckCommand {
    CheckCommand::Transfer { finding: 1, recipient: t("示例县监察委员会"), number: number(3) }
}

fn receipt(on: &str) -> CheckCommand {
    CheckCommand::Receipt { finding: 1, receipt: t("示监受〔2026〕1号，已受理"), on: day(on) }
}

/// Concludes, circulates, and tries to close.
fn close(w: &World) -> Result<CheckEvent, crate::refusal::Refusal> {
    let mut w = w.clone();
    for id in w.check().unplayed().collect::<Vec<_>>() {
        w.ok(&checker(), CheckCommand::Enter { entry: entry(id, None) });
    }
    w.ok(&checker(), CheckCommand::Conclude { summary: t("完毕") });
    w.ok(&head(), CheckCommand::Circulate { number: number(9), units: vec!["一中队".into()] });
    w.ask(&checker(), &CheckCommand::Close {})
}

#[test]
fn a_minor_one_is_put_right_in_a_term_and_rechecked() {
    let mut w = with(Gravity::Minor, &[]);
    assert_eq!(phase(&w), Phase::Established);
    w.no(&head(), order("2026-04-01"), "finding.due");
    w.no(&head(), refer(), "finding.minor");
    w.no(&head(), transfer(), "finding.no_crime");
    w.no(&unit_head(), rectify(), "finding.unordered");
    w.ok(&head(), order("2026-04-10"));
    w.no(&head(), order("2026-04-11"), "finding.ordered");
    assert_eq!(phase(&w), Phase::Handling);
    assert_eq!(close(&w).unwrap_err().code, "check.unsettled");
    w.no(&checker(), recheck(true), "finding.unreported");
    w.no(&checker(), recheck(false), "finding.term");
    w.at("2026-04-11");
    assert!(w.check().finding(1).unwrap().overdue(day("2026-04-11")));
    w.ok(&checker(), recheck(false));
    assert_eq!(phase(&w), Phase::Handling);
    w.ok(&head(), order("2026-04-20"));
    let both = actor(7, &[Role::UnitHead, Role::ReviewHead]);
    w.ok(&both, rectify());
    w.no(&both, recheck(true), "finding.same_person");
    w.ok(&checker(), recheck(true));
    assert_eq!(phase(&w), Phase::Settled);
    assert!(!w.check().finding(1).unwrap().overdue(day("2026-05-11")));
    assert!(close(&w).is_ok());
}

#[test]
fn a_serious_one_is_decided_for_each_person() {
    let mut w = with(Gravity::Serious, &[1, 2, 2]);
    assert_eq!(w.check().finding(1).unwrap().responsible, [staff(1), staff(2)]);
    w.no(&checker(), discipline(1, "2026-04-01"), "finding.unreferred");
    // Putting right is not enough.
    w.ok(&head(), order("2026-04-10"));
    w.ok(&unit_head(), rectify());
    w.ok(&checker(), recheck(true));
    assert_eq!(phase(&w), Phase::Handling);
    w.number_used = true;
    w.no(&head(), refer(), "check.number");
    w.number_used = false;
    w.ok(&head(), refer());
    w.no(&head(), refer(), "finding.referred");
    w.no(&checker(), discipline(3, "2026-04-01"), "finding.person");
    w.no(&checker(), discipline(1, "2026-03-31"), "finding.on");
    w.no(&checker(), discipline(1, "2026-04-02"), "finding.on");
    w.ok(&checker(), discipline(1, "2026-04-01"));
    w.no(&checker(), discipline(1, "2026-04-01"), "finding.person");
    assert_eq!(phase(&w), Phase::Handling);
    w.ok(&checker(), discipline(2, "2026-04-01"));
    assert_eq!(phase(&w), Phase::Settled);
    assert!(close(&w).is_ok());
}

#[test]
fn a_crime_is_transferred_and_received() {
    let mut w = with(Gravity::Crime, &[1]);
    w.no(&checker(), receipt("2026-04-01"), "finding.untransferred");
    w.ok(&head(), transfer());
    w.no(&head(), transfer(), "finding.transferred");
    assert_eq!(close(&w).unwrap_err().code, "check.unsettled");
    w.no(&checker(), receipt("2026-04-02"), "finding.on");
    w.ok(&checker(), receipt("2026-04-01"));
    assert_eq!(phase(&w), Phase::Settled);
    // What is begun besides must come to its end too.
    w.ok(&head(), refer());
    assert_eq!(phase(&w), Phase::Handling);
    w.ok(&checker(), discipline(1, "2026-04-01"));
    assert_eq!(phase(&w), Phase::Settled);
}

#[test]
fn verification_names_whom_and_only_grows_graver() {
    let mut w = World::incident();
    w.ok(&checker(), CheckCommand::Find { suspicion: suspicion(ProhibitedAct::Other, None) });
    assert_eq!(phase(&w), Phase::Suspected);
    w.no(&head(), order("2026-04-10"), "finding.unverified");
    w.no(&checker(), verify(Some(Gravity::Serious), &[]), "finding.responsible");
    w.no(&checker(), verify(None, &[1]), "finding.responsible");
    let oneself = Actor { id: staff(1), ..anyone() };
    w.no(&oneself, verify(Some(Gravity::Minor), &[]), "finding.oneself");
    w.no(&anyone(), verify(Some(Gravity::Serious), &[99]), "finding.oneself");
    let mut dismissed = w.clone();
    dismissed.ok(&checker(), verify(None, &[]));
    assert_eq!(phase(&dismissed), Phase::Dismissed);
    dismissed.no(&head(), order("2026-04-10"), "finding.dismissed");
    dismissed.no(&checker(), verify(Some(Gravity::Minor), &[]), "finding.verified");
    assert!(close(&dismissed).is_ok());
    w.ok(&checker(), verify(Some(Gravity::Minor), &[1]));
    w.no(&checker(), verify(Some(Gravity::Minor), &[1]), "finding.verified");
    w.no(&checker(), verify(None, &[]), "finding.verified");
    w.ok(&checker(), verify(Some(Gravity::Serious), &[1]));
    assert_eq!(w.check().finding(1).unwrap().gravity, Some(Gravity::Serious));
    let missing = CheckCommand::Rectify { finding: 2, report: t("已改") };
    w.no(&unit_head(), missing, "finding.unknown");
}

#[test]
fn what_the_data_tell_is_registered_by_the_system_with_its_signal() {
    let system = Actor { id: StaffId(Uuid::nil()), organ: OWN, roles: vec![] };
    let find = |act, signal| CheckCommand::Find { suspicion: suspicion(act, signal) };
    let mut w = World::incident();
    w.no(&system, find(ProhibitedAct::Edited, None), "finding.signal");
    w.no(&system, find(ProhibitedAct::Unrelated, Some(Signal::DigestMismatch)), "finding.act");
    w.no(&system, CheckCommand::Close {}, "check.stage");
    w.no(&system, CheckCommand::Conclude { summary: t("完毕") }, "check.role");
    World::planned().no(&system, find(ProhibitedAct::Edited, Some(Signal::DigestMismatch)), "check.stage");
    w.ok(&system, find(ProhibitedAct::Edited, Some(Signal::DigestMismatch)));
    assert_eq!(phase(&w), Phase::Suspected);
    let mut vague = suspicion(ProhibitedAct::Edited, None);
    vague.about.clear();
    w.no(&checker(), CheckCommand::Find { suspicion: vague }, "finding.about");
}
