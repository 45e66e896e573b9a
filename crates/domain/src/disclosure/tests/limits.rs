//! Limits: publication, withdrawal, term.

use super::*;

fn published_on(day: Date, claimed: Option<Date>) -> Timeliness {
    let mut w = World::new().until_checked();
    w.day = day;
    w.claimed = claimed;
    let digest = w.digest();
    w.act(&publisher(), Command::Publish { digest }).unwrap();
    *w.state.unwrap().first_published.unwrap()
}

#[test]
fn seven_working_days_from_the_decision() {
    // 2026-03-02 is a Monday; the seventh working day after is Wednesday 11 March.
    let last = published_on(date(2026, 3, 11), None);
    assert_eq!((last.on_time(), last.working_day), (Some(true), (7, 7)));
    assert_eq!(last.sentence(), "第7个工作日，按期");
    assert!(!last.limit.derivation.sentences().is_empty());
    let late = published_on(date(2026, 3, 13), None);
    assert_eq!((late.on_time(), late.late_working_days), (Some(false), (2, 2)));
    assert_eq!(late.sentence(), "第9个工作日，逾期2个工作日");
}

#[test]
fn a_back_dated_claim_does_not_help() {
    let late = published_on(date(2026, 3, 13), Some(date(2026, 3, 5)));
    assert_eq!(late.done_on, date(2026, 3, 13));
    assert_eq!(late.on_time(), Some(false));
}

fn withdrawn(known: Date, recorded: Option<Date>, today: Date) -> Timeliness {
    let mut w = World::new().until_published();
    w.day = today;
    w.facts.ended = recorded.map(|known_on| DecisionEnd { ground: WithdrawalGround::Revoked, known_on });
    let ground = recorded.map_or(WithdrawalGround::Inaccurate, |_| WithdrawalGround::Revoked);
    w.act(&publisher(), withdraw_for(ground, known)).unwrap();
    *w.state.unwrap().tombstone.unwrap().timeliness
}

#[test]
fn three_working_days_from_the_day_of_knowledge() {
    // Known on Friday 6 March: the third working day is Wednesday 11 March.
    let ok = withdrawn(date(2026, 3, 6), None, date(2026, 3, 11));
    assert_eq!((ok.on_time(), ok.working_day), (Some(true), (3, 3)));
    let late = withdrawn(date(2026, 3, 6), None, date(2026, 3, 12));
    assert_eq!((late.on_time(), late.late_working_days), (Some(false), (1, 1)));
    assert_eq!(late.limit.derivation.day_citation.as_ref().unwrap().article, "第八十五条");
}

#[test]
fn a_later_claim_than_the_record_does_not_help() {
    let late = withdrawn(date(2026, 3, 12), Some(date(2026, 3, 6)), date(2026, 3, 12));
    assert_eq!(late.on_time(), Some(false));
    let w = World::new().until_published();
    assert_eq!(w.code(&publisher(), withdraw(date(2026, 3, 6))), "disclosure.known_on");
    assert_eq!(w.code(&publisher(), withdraw(date(2026, 3, 1))), "disclosure.known_on");
}

fn expire(ground: ExpiryGround, note: &str) -> Command {
    Command::Expire { ground, note: Text::closed(note) }
}

#[test]
fn the_term_ends_by_grade_and_never_before() {
    let mut w = World::new().until_published();
    w.day = date(2027, 3, 5);
    let refusal = w.try_it(&publisher(), expire(ExpiryGround::Term, "")).unwrap_err();
    assert_eq!(refusal.code, "disclosure.term_running");
    assert_eq!(refusal.after, Some(date(2027, 3, 6)));
    w.day = date(2027, 3, 6);
    // The system may take it down when its day has come, and nothing else.
    let system = Actor { id: StaffId(Uuid::nil()), organ: OrganId(id(90)), roles: Vec::new() };
    assert_eq!(w.code(&system, withdraw(date(2026, 3, 5))), "disclosure.role");
    w.act(&system, expire(ExpiryGround::Term, "")).unwrap();
    let state = w.state.unwrap();
    assert_eq!(state.stage, Stage::Expired);
    assert!(state.live.is_none());
}

#[test]
fn repair_needs_the_minimum_term_performance_and_a_decision() {
    let mut w = World::new().until_published();
    w.day = date(2026, 6, 5);
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Repair, "1")), "disclosure.repair");
    w.facts.performed = true;
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Repair, "")), "disclosure.repair");
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Repair, "1")), "disclosure.term_running");
    w.day = date(2026, 6, 6);
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Repair, "1")), "ok");
}

#[test]
fn where_policy_asks_the_principal_head_approves_first() {
    let mut w = World::new().until_published();
    w.rules.expiry_approval = Some(three_systems("（六）"));
    w.day = date(2027, 3, 6);
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Term, "")), "disclosure.approval");
    let approve = Command::ApproveExpiry { opinion: Text::closed("同意") };
    assert_eq!(w.code(&publisher(), approve.clone()), "disclosure.role");
    w.act(&head(), approve.clone()).unwrap();
    assert_eq!(w.code(&head(), approve), "disclosure.already_approved");
    assert_eq!(w.code(&actor(HEAD, &Role::ALL), expire(ExpiryGround::Term, "")), "disclosure.same_person");
    assert_eq!(w.code(&publisher(), expire(ExpiryGround::Term, "")), "ok");
    assert_eq!(
        World::new().until_published().code(&head(), Command::ApproveExpiry { opinion: Text::closed("") }),
        "disclosure.approval_not_needed"
    );
}

#[test]
fn a_slight_breach_needs_a_stated_necessity() {
    let w = World::new();
    let make = |necessity: &str| {
        let Command::Prepare(mut body) = prepare() else { unreachable!() };
        body.grade = CreditGrade::Slight;
        body.necessity = Text::closed(necessity);
        Command::Prepare(body)
    };
    assert_eq!(w.code(&officer(), make("")), "disclosure.slight");
    assert_eq!(w.code(&officer(), make("涉及公共安全")), "ok");
    let mut none = World::new();
    none.rules.terms.clear();
    assert_eq!(none.code(&officer(), prepare()), "disclosure.no_term");
}

#[test]
fn an_unpublished_year_gives_bounds() {
    let cal = Calendar::national();
    let rules = DisclosureRules::national_2026();
    let start = crate::period::Start::new(date(2027, 2, 1), "作出处罚决定");
    let due = crate::period::limit(cal, &rules.publish, &start, &[]).unwrap().due;
    assert!(due.earliest() < due.latest());
    let open = Timeliness::of(cal, &rules.publish, &start, due.latest()).unwrap();
    assert_eq!((open.punctuality, open.on_time()), (Punctuality::Unknown, None));
}

#[test]
fn a_correction_keeps_the_first_timeliness_and_runs_through_three_people() {
    let mut w = World::new().until_published();
    w.day = date(2026, 4, 1);
    w.act(&officer(), correction()).unwrap();
    assert_eq!(w.stage(), Some(Stage::Published));
    let digest = w.digest();
    assert_eq!(w.code(&publisher(), Command::Publish { digest: digest.clone() }), "disclosure.unchecked");
    w.act(&law(), check(&digest)).unwrap();
    assert_eq!(
        w.code(&actor(HEAD_OF_LAW, &Role::ALL), Command::Publish { digest: digest.clone() }),
        "disclosure.same_person"
    );
    w.act(&publisher(), Command::Publish { digest }).unwrap();
    let state = w.state.unwrap();
    assert_eq!(state.stage, Stage::Corrected);
    assert_eq!(state.first_published.unwrap().done_on, date(2026, 3, 5));
    assert_eq!(state.live.unwrap().content.evidence.public().as_deref(), Some("现场笔录、询问笔录、照片"));
}
