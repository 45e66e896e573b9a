//! Every limit that runs is shown with its derivation and article.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::clock;
use mingjing_domain::case::command::*;
use mingjing_domain::case::law::Law;
use mingjing_domain::case::types::*;
use mingjing_domain::matter::TimeSource;
use mingjing_domain::policy::{Jurisdiction, PolicyBook, System};

/// Title, last day, article and whose it is, of each limit that runs.
fn runs(w: &World) -> Vec<(String, String, String, bool)> {
    let all = clock::running(w.case(), &w.facts(A));
    let row = |it: &clock::Running| {
        assert!(!it.limit.derivation.sentences().is_empty(), "{}", it.title);
        let article = it.limit.derivation.citation.to_string();
        (it.title.clone(), it.limit.due.latest().to_string(), article, it.window)
    };
    all.iter().map(row).collect()
}

#[track_caller]
fn one(w: &World, title: &str) -> (String, String, bool) {
    let all = runs(w);
    let found: Vec<_> = all.iter().filter(|it| it.0 == title).collect();
    assert_eq!(found.len(), 1, "{title} in {all:#?}");
    (found[0].1.clone(), found[0].2.clone(), found[0].3)
}

fn silent(w: &World, title: &str) -> bool {
    runs(w).iter().all(|it| it.0 != title)
}

#[test]
fn the_decision_on_the_filing_runs_from_the_end_of_the_check_by_jurisdiction() {
    let mut w = checking();
    assert!(silent(&w, "决定是否立案"), "the check still goes on");
    w.ok(A, propose(Proposal::File(filing(vec![unit_party()]))));
    // The synthetic county leaves five working days from Monday 2 March.
    let (due, article, window) = one(&w, "决定是否立案");
    assert_eq!((due.as_str(), window), ("2026-03-09", false));
    assert!(article.contains("示例县行政执法示范规定"), "{article}");
    w.at("2026-03-20");
    assert_eq!(one(&w, "决定是否立案").0, "2026-03-09", "overdue and still shown");
    w.ok(UNIT_HEAD, reviewed(1));
    w.ok(HEAD, approved(1));
    assert!(silent(&w, "决定是否立案"));
    // 及时: where no number is set, none is counted.
    let county = Jurisdiction { region: "990102".into(), system: System::Urban, organ: None };
    let known = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let policy = PolicyBook::built_in().resolve(&county, day("2026-01-01"), known).expect("national");
    assert_eq!(Law::of(&policy).filing, None);
}

#[test]
fn remedies_demand_and_the_court_run_one_after_the_other() {
    let mut w = decision_served(3 * WAN);
    assert_eq!(one(&w, "申请行政复议"), ("2026-05-18".into(), "《行政复议法》第二十条第一款".into(), true));
    assert_eq!(one(&w, "提起行政诉讼"), ("2026-09-18".into(), "《行政诉讼法》第四十六条第一款".into(), true));
    assert!(silent(&w, "申请人民法院强制执行"));
    w.at("2026-09-01");
    w.ok(A, Do::DemandEnforcement { party: 1 });
    assert!(silent(&w, "催告后履行"), "not served yet");
    w.serve_now(DocumentKind::EnforcementDemand, 1);
    // Ten working days.
    let (due, article, window) = one(&w, "催告后履行");
    assert_eq!((due.as_str(), article.as_str(), window), ("2026-09-15", "《行政强制法》第五十四条", true));
    w.at("2026-09-16");
    assert!(silent(&w, "催告后履行"));
    w.at("2026-09-21");
    assert!(silent(&w, "提起行政诉讼"));
    let (due, article, window) = one(&w, "申请人民法院强制执行");
    assert_eq!((due.as_str(), article.as_str(), window), ("2026-12-18", "《行政强制法》第五十三条", false));
    w.at("2026-12-21");
    assert!(!silent(&w, "申请人民法院强制执行"), "overdue and still shown");
    w.no(HEAD, Do::ApplyToCourt { party: 1, court: t("示例县人民法院") }, "court.too_late");
}

#[test]
fn a_suit_after_a_reconsideration_runs_fifteen_days() {
    let mut w = decision_served(3 * WAN);
    w.at("2026-04-01");
    let remedy = RemedyKind::Reconsideration;
    w.ok(A, Do::RecordRemedy { party: 1, remedy, on: day("2026-04-01"), body: t("县政府") });
    assert!(silent(&w, "申请行政复议") && silent(&w, "提起行政诉讼"));
    w.at("2026-05-11");
    w.ok(
        A,
        Do::ConcludeRemedy {
            party: 1,
            remedy,
            outcome: RemedyOutcome::Upheld,
            document: t("文号"),
            fine_fen: None,
            confiscated_fen: None,
            lifted: vec![],
            opposed: false,
        },
    );
    assert_eq!(one(&w, "提起行政诉讼"), ("2026-05-26".into(), "《行政诉讼法》第四十五条".into(), true));
}

#[test]
fn the_day_of_an_ordered_correction_runs() {
    let mut w = investigated(vec![unit_party()]);
    w.ok(A, Do::OrderCorrection { party: 1, items: t("停止无证作业"), due_on: day("2026-03-16") });
    let (due, article, window) = one(&w, "改正违法行为（第1次责令改正）");
    assert_eq!(
        (due.as_str(), article.as_str(), window),
        ("2026-03-16", "《行政处罚法》第二十八条第一款", true)
    );
    w.at("2026-03-17");
    assert!(!one(&w, "复查整改情况（第1次责令改正）").2, "now it is the organ's");
    w.ok(A, Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已改正") });
    assert!(silent(&w, "复查整改情况（第1次责令改正）"));
}

#[test]
fn the_hours_of_a_late_entry_are_a_parameter() {
    let mut w = investigating(vec![unit_party()]);
    assert_eq!(w.law.late.value, 24);
    w.at("2026-03-05");
    let add = || Do::AddEvidence(evidence("名册", "2026-03-04"));
    w.law.late.value = 48;
    w.claim("2026-03-04", TimeSource::Server);
    assert!(w.ask(A, &add()).is_ok());
    w.law.late.value = 12;
    w.claim("2026-03-04", TimeSource::Server);
    let refusal = w.no(A, add(), "time.late");
    assert!(refusal.message.contains("12小时"), "{refusal}");
    assert_eq!(refusal.article, w.law.late.citation);
}
