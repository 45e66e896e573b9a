//! Two persons, the term, and what is taken back.

use super::*;
use crate::matter::Moment;
use uuid::Uuid;

const CASE: MatterId = MatterId(Uuid::from_u128(5));
const COPY: MatterId = MatterId(Uuid::from_u128(6));
const OWN: OrganId = OrganId(Uuid::from_u128(9));

fn actor(id: u128, role: Role) -> Actor {
    Actor { id: StaffId(Uuid::from_u128(id)), organ: OWN, roles: vec![role] }
}

fn facts(retention: Retention) -> ErasureFacts {
    let subject =
        Subject { matter: CASE, organ: OWN, retention, published: false, erased: false, with: vec![COPY] };
    ErasureFacts { today: "2057-01-01".parse().unwrap(), subjects: vec![subject] }
}

fn ended() -> ErasureFacts {
    facts(Retention::Until { day: "2056-12-31".parse().unwrap() })
}

fn propose_case() -> ErasureCommand {
    ErasureCommand::Propose { matters: vec![CASE], grounds: "经鉴定无继续保存价值".into() }
}

fn folded(events: &[(u128, ErasureEvent)]) -> Erasure {
    let mut state = None;
    for (version, (by, event)) in (1..).zip(events) {
        let meta = Meta {
            matter: MatterId(Uuid::from_u128(7)),
            organ: OWN,
            version,
            actor: StaffId(Uuid::from_u128(*by)),
            moment: Moment::now("2057-01-01T01:00:00Z".parse().unwrap()),
        };
        state = Some(Erasure::evolve(state, &meta, event));
    }
    state.unwrap()
}

fn code(outcome: Result<ErasureEvent, Refusal>) -> String {
    let refusal = outcome.unwrap_err();
    assert_eq!(refusal.article.law, "档案法");
    refusal.code.into_owned()
}

#[test]
fn what_cannot_be_carried_out_any_more_is_withdrawn_with_its_reason() {
    let (clerk, head, facts) = (actor(1, Role::Archivist), actor(2, Role::Head), ended());
    let proposed = decide(None, &propose_case(), &clerk, &facts).unwrap();
    let approve = ErasureCommand::Decide { approve: true, opinion: "同意".into() };
    let before = folded(&[(1, proposed.clone())]);
    let approved = decide(Some(&before), &approve, &head, &facts).unwrap();
    let state = folded(&[(1, proposed.clone()), (2, approved.clone())]);
    let mut grown = ended();
    grown.subjects[0].with.push(MatterId(Uuid::from_u128(66)));
    let carry = ErasureCommand::CarryOut {};
    assert_eq!(code(decide(Some(&state), &carry, &clerk, &grown)), "erasure.grown");
    let withdraw = |reason: &str| ErasureCommand::Withdraw { reason: reason.into() };
    let nothing = ErasureFacts { today: grown.today, subjects: Vec::new() };
    let no = |who: &Actor, reason: &str| code(decide(Some(&state), &withdraw(reason), who, &nothing));
    assert_eq!(no(&actor(4, Role::Officer), "案卷有新增内容"), "erasure.withdrawer");
    let stranger = Actor { organ: OrganId(Uuid::from_u128(8)), ..clerk.clone() };
    assert_eq!(no(&stranger, "案卷有新增内容"), "erasure.withdrawer");
    assert_eq!(no(&clerk, ""), "erasure.reason");
    for (who, state) in [(&clerk, &before), (&head, &state)] {
        let event = decide(Some(state), &withdraw("案卷有新增内容"), who, &nothing).unwrap();
        let json = serde_json::to_value(&event).unwrap();
        let (name, version) = Erasure::type_of(&event);
        assert_eq!(Erasure::decode(name, version, json).unwrap(), event);
        let state = folded(&[(1, proposed.clone()), (2, approved.clone()), (2, event)]);
        assert_eq!(state.progress, Progress::Withdrawn);
        assert_eq!(code(decide(Some(&state), &carry, &clerk, &ended())), "erasure.withdrawn");
        assert_eq!(code(decide(Some(&state), &approve, &head, &ended())), "erasure.decided");
        assert_eq!(code(decide(Some(&state), &withdraw("又撤回"), &clerk, &nothing)), "erasure.over");
    }
    assert_eq!(code(decide(None, &withdraw("没有"), &clerk, &nothing)), "erasure.unknown");
}

#[test]
fn two_persons_are_needed() {
    let (clerk, head, facts) = (actor(1, Role::Archivist), actor(2, Role::Head), ended());
    assert_eq!(code(decide(None, &propose_case(), &head, &facts)), "erasure.proposer");
    let blank = ErasureCommand::Propose { matters: vec![CASE], grounds: "".into() };
    assert_eq!(code(decide(None, &blank, &clerk, &facts)), "erasure.grounds");
    let proposed = decide(None, &propose_case(), &clerk, &facts).unwrap();
    assert!(matches!(&proposed, ErasureEvent::Proposed { matters, .. } if *matters == [CASE, COPY]));
    let state = folded(&[(1, proposed.clone())]);
    let approve = ErasureCommand::Decide { approve: true, opinion: "同意".into() };
    assert_eq!(code(decide(Some(&state), &approve, &clerk, &facts)), "erasure.approver");
    let mut both = clerk.clone();
    both.roles.push(Role::Head);
    assert_eq!(code(decide(Some(&state), &approve, &both, &facts)), "erasure.same_person");
    let mut stranger = actor(3, Role::Head);
    stranger.organ = OrganId(Uuid::from_u128(8));
    assert_eq!(code(decide(Some(&state), &approve, &stranger, &facts)), "erasure.approver");
    let approved = decide(Some(&state), &approve, &head, &facts).unwrap();
    assert!(matches!(&approved, ErasureEvent::Approved { matters, .. } if *matters == [CASE, COPY]));
    let carry_out = ErasureCommand::CarryOut {};
    assert_eq!(code(decide(Some(&state), &carry_out, &clerk, &facts)), "erasure.not_approved");
    let state = folded(&[(1, proposed.clone()), (2, approved.clone())]);
    assert_eq!(code(decide(Some(&state), &approve, &head, &facts)), "erasure.decided");
    assert_eq!(code(decide(Some(&state), &carry_out, &head, &facts)), "erasure.archivist");
    let done = decide(Some(&state), &carry_out, &clerk, &facts).unwrap();
    let state = folded(&[(1, proposed), (2, approved), (1, done)]);
    assert_eq!(code(decide(Some(&state), &carry_out, &clerk, &facts)), "erasure.done");
    assert_eq!(state.progress, Progress::CarriedOut);
}

#[test]
fn only_what_is_no_longer_kept_may_go() {
    let clerk = actor(1, Role::Archivist);
    let with = |facts: &ErasureFacts| code(decide(None, &propose_case(), &clerk, facts));
    assert_eq!(with(&facts(Retention::NotArchived)), "erasure.not_archived");
    assert_eq!(with(&facts(Retention::Permanent)), "erasure.permanent");
    let day = "2057-01-01".parse().unwrap();
    assert_eq!(with(&facts(Retention::Until { day })), "erasure.retained");
    assert_eq!(with(&facts(Retention::Content)), "erasure.content");
    assert_eq!(with(&facts(Retention::Outgrown)), "erasure.outgrown");
    let held = facts(Retention::Held { trigger: HoldTrigger::Objection });
    let refusal = decide(None, &propose_case(), &clerk, &held).unwrap_err();
    assert_eq!((refusal.code.as_ref(), &refusal.article), ("erasure.held", &custody_rules("第十四条")));
    let informant = |cases: &[bool]| decide(None, &propose_case(), &clerk, &facts(informant_kept(cases)));
    assert!(informant(&[true]).is_ok());
    for going_on in [&[false][..], &[true, false], &[]] {
        let refusal = informant(going_on).unwrap_err();
        assert_eq!((refusal.code.as_ref(), &refusal.article), ("erasure.in_use", &PURPOSE_REACHED));
    }
    let mut it = ended();
    it.subjects[0].published = true;
    assert_eq!(with(&it), "erasure.published");
    it.subjects[0].erased = true;
    assert_eq!(with(&it), "erasure.erased");
    it.subjects[0].organ = OrganId(Uuid::from_u128(8));
    assert_eq!(with(&it), "erasure.no_such_matter");
}

#[test]
fn each_step_asks_again() {
    let (clerk, head, facts) = (actor(1, Role::Archivist), actor(2, Role::Head), ended());
    let proposed = decide(None, &propose_case(), &clerk, &facts).unwrap();
    let approve = |approve| ErasureCommand::Decide { approve, opinion: "同意".into() };
    let state = folded(&[(1, proposed.clone())]);
    let approved = decide(Some(&state), &approve(true), &head, &facts).unwrap();
    let ready = folded(&[(1, proposed), (2, approved)]);
    let mut grown = facts.clone();
    grown.subjects[0].with.push(MatterId(Uuid::from_u128(9)));
    let mut shown = facts.clone();
    shown.subjects[0].published = true;
    let held = self::facts(Retention::Held { trigger: HoldTrigger::Objection });
    let nothing = ErasureFacts { subjects: Vec::new(), ..facts.clone() };
    for (changed, expected) in [
        (&grown, "erasure.grown"),
        (&shown, "erasure.published"),
        (&held, "erasure.held"),
        (&nothing, "erasure.no_such_matter"),
    ] {
        let refusal = decide(Some(&state), &approve(true), &head, changed).unwrap_err();
        assert_eq!(refusal.code, expected);
        let refusal = decide(Some(&ready), &ErasureCommand::CarryOut {}, &clerk, changed).unwrap_err();
        assert_eq!(refusal.code, expected);
        assert!(decide(Some(&state), &approve(false), &head, changed).is_ok(), "it may always be rejected");
    }
    let mut gone = grown;
    gone.subjects[0].erased = true;
    assert!(decide(Some(&ready), &ErasureCommand::CarryOut {}, &clerk, &gone).is_ok());
}

#[test]
fn years_are_whole_and_begin_after_the_year_of_archiving() {
    let archived: Date = "2026-04-10".parse().unwrap();
    assert_eq!(kept_until(archived, 30).unwrap().to_string(), "2056-12-31");
    assert_eq!(kept_until(archived, 10).unwrap().to_string(), "2036-12-31");
    assert_eq!(kept_until(archived, 0), None);
}
