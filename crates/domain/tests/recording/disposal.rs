//! Destruction: three persons, a waiting period, and nothing that is held.

use crate::world::*;
use mingjing_domain::calendar::Calendar;
use mingjing_domain::matter::{Actor, Matter, MatterId, Meta, Moment, StaffId};
use mingjing_domain::recording::disposal::{
    Certificate, Disposal, DisposalCommand as Do, DisposalEvent, DisposalFacts, DisposalSubject, Progress,
    decide,
};
use mingjing_domain::recording::retention::{Keeping, Kept};
use mingjing_domain::recording::words::HoldTrigger;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::Role;
use uuid::Uuid;

struct Room {
    w: World,
    state: Option<Disposal>,
    subjects: Vec<DisposalSubject>,
    today: &'static str,
    witness_known: bool,
}

fn subject(kept: Kept) -> DisposalSubject {
    DisposalSubject {
        recording: RECORDING,
        organ: ORGAN,
        number: "（示）应急音〔2026〕7号".into(),
        keeping: Keeping { kept, grounds: Vec::new(), holds: Vec::new() },
        roots: vec![root(1)],
        awaited: 0,
        destroyed: false,
    }
}

fn over() -> DisposalSubject {
    subject(Kept::Until { day: day("2026-09-02") })
}

impl Room {
    fn new() -> Self {
        Self {
            w: World::new(),
            state: None,
            subjects: vec![over()],
            today: "2026-10-01",
            witness_known: true,
        }
    }

    fn ask(&self, who: StaffId, command: &Do) -> Result<DisposalEvent, Refusal> {
        let facts = DisposalFacts {
            today: day(self.today),
            subjects: &self.subjects,
            wait: &self.w.custody.destruction_wait,
            calendar: Calendar::national(),
            witness_known: self.witness_known,
        };
        decide(self.state.as_ref(), command, &self.w.actor(who), &facts)
    }

    #[track_caller]
    fn ok(&mut self, who: StaffId, command: &Do) -> DisposalEvent {
        let event = self.ask(who, command).unwrap_or_else(|r| panic!("{command:?}: {r}"));
        let meta = Meta {
            matter: MatterId(Uuid::from_u128(80)),
            organ: ORGAN,
            version: 1,
            actor: who,
            moment: Moment::now(format!("{}T01:00:00Z", self.today).parse().expect("an instant")),
        };
        self.state = Some(Disposal::evolve(self.state.take(), &meta, &round_trip::<Disposal>(&event)));
        event
    }

    #[track_caller]
    fn no(&self, who: StaffId, command: &Do, code: &str) -> Refusal {
        let refusal = self.ask(who, command).expect_err("refused");
        assert_eq!(refusal.code, code, "{command:?}: {refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
        refusal
    }
}

fn propose() -> Do {
    Do::Propose {
        recordings: vec![RECORDING, RECORDING], grounds: t("期满，经鉴定无继续保存价值")
    }
}

fn review(agree: bool) -> Do {
    Do::Review { agree, opinion: t("属实") }
}

fn approve(approve: bool) -> Do {
    Do::Decide { approve, opinion: t("同意") }
}

fn carry_out() -> Do {
    let certificate =
        Certificate {
            number: "销毁〔2026〕1号".into(), manner: t("删除密钥，覆写"), witness: UNIT_HEAD
        };
    Do::CarryOut { certificate }
}

/// At each progress of a list.
fn at(progress: Progress) -> Room {
    let mut room = Room::new();
    room.ok(ARCHIVIST, &propose());
    match progress {
        Progress::Proposed => {}
        Progress::Rejected => {
            room.ok(UNIT_HEAD, &review(false));
        }
        Progress::Withdrawn => {
            room.ok(ARCHIVIST, &Do::Withdraw { reason: t("另有用途") });
        }
        Progress::Reviewed | Progress::Approved | Progress::CarriedOut => {
            room.ok(UNIT_HEAD, &review(true));
        }
    }
    if matches!(progress, Progress::Approved | Progress::CarriedOut) {
        room.ok(HEAD, &approve(true));
        room.today = "2026-11-01";
    }
    if progress == Progress::CarriedOut {
        room.ok(ARCHIVIST, &carry_out());
    }
    assert_eq!(room.state.as_ref().map(|it| it.progress), Some(progress));
    room
}

#[test]
fn a_list_goes_through_three_hands_and_waits() {
    let mut room = Room::new();
    room.no(A, &propose(), "role.missing");
    room.no(ARCHIVIST, &Do::Propose { recordings: vec![], grounds: t("期满") }, "disposal.list");
    room.no(ARCHIVIST, &Do::Propose { recordings: vec![RECORDING], grounds: t("") }, "input.required");
    let DisposalEvent::Proposed { list, .. } = room.ok(ARCHIVIST, &propose()) else { panic!() };
    assert_eq!((list.len(), list[0].roots.clone()), (1, vec![root(1)]), "the certificate names what goes");
    room.no(HEAD, &approve(true), "disposal.step");
    room.w.people.get_mut(&ARCHIVIST).unwrap().roles.extend([Role::UnitHead, Role::Head]);
    room.no(ARCHIVIST, &review(true), "disposal.same_person");
    room.ok(UNIT_HEAD, &review(true));
    room.no(ARCHIVIST, &approve(true), "disposal.same_person");
    room.w.people.get_mut(&UNIT_HEAD).unwrap().roles.push(Role::Head);
    room.no(UNIT_HEAD, &approve(true), "disposal.same_person");
    room.no(DEPUTY, &approve(true), "role.missing");
    let DisposalEvent::Approved { wait_until, .. } = room.ok(HEAD, &approve(true)) else { panic!() };
    assert_eq!(wait_until, day("2026-10-31"));
    let refusal = room.no(ARCHIVIST, &carry_out(), "disposal.waiting");
    assert_eq!(refusal.after, Some(day("2026-11-01")));
    room.today = "2026-10-31";
    room.no(ARCHIVIST, &carry_out(), "disposal.waiting");
    room.today = "2026-11-01";
    room.no(A, &carry_out(), "role.missing");
    room.witness_known = false;
    room.no(ARCHIVIST, &carry_out(), "disposal.witness");
    room.witness_known = true;
    let DisposalEvent::CarriedOut { recordings, .. } = room.ok(ARCHIVIST, &carry_out()) else { panic!() };
    assert_eq!(recordings, [RECORDING]);
}

#[test]
fn what_came_after_the_list_was_made_is_not_destroyed_unseen() {
    let grown: [fn(&mut DisposalSubject); 2] = [|it| it.roots.push(root(2)), |it| it.awaited = 1];
    for (progress, command) in [(Progress::Reviewed, approve(true)), (Progress::Approved, carry_out())] {
        for grow in grown {
            let mut room = at(progress);
            grow(&mut room.subjects[0]);
            let who = if progress == Progress::Reviewed { HEAD } else { ARCHIVIST };
            room.no(who, &command, "disposal.changed");
            room.ok(ARCHIVIST, &Do::Withdraw { reason: t("另有内容入库") });
        }
    }
}

#[test]
fn what_is_held_or_runs_is_refused_at_every_step() {
    let faults: [(&str, DisposalSubject); 6] = [
        ("disposal.retained", subject(Kept::Until { day: day("2099-12-31") })),
        ("disposal.with_file", subject(Kept::WithFile)),
        ("disposal.permanent", subject(Kept::Permanent)),
        ("disposal.no_such", DisposalSubject { organ: OTHER_ORGAN, ..over() }),
        ("disposal.destroyed", DisposalSubject { destroyed: true, ..over() }),
        ("disposal.held", {
            let mut it = over();
            it.keeping.holds = vec![(1, HoldTrigger::Objection)];
            it
        }),
    ];
    for (code, fault) in faults {
        for (progress, who, command) in [
            (None, ARCHIVIST, propose()),
            (Some(Progress::Reviewed), HEAD, approve(true)),
            (Some(Progress::Approved), ARCHIVIST, carry_out()),
        ] {
            let mut room = progress.map_or_else(Room::new, at);
            room.subjects = vec![fault.clone()];
            let refusal = room.no(who, &command, code);
            assert_eq!(refusal.fields.first().map(|it| it.field.as_str()), Some("recordings/0"));
        }
    }
    // The last day of the term is still of the term.
    let mut room = Room::new();
    room.today = "2026-09-02";
    assert_eq!(room.no(ARCHIVIST, &propose(), "disposal.retained").after, Some(day("2026-09-03")));
}

#[test]
fn the_one_who_watches_is_another() {
    let room = at(Progress::Approved);
    let mut certificate = Certificate { number: "1".into(), manner: t("覆写"), witness: ARCHIVIST };
    room.no(ARCHIVIST, &Do::CarryOut { certificate: certificate.clone() }, "disposal.witness");
    certificate.witness = UNIT_HEAD;
    certificate.number = " ".into();
    room.no(ARCHIVIST, &Do::CarryOut { certificate: certificate.clone() }, "disposal.certificate");
    certificate.manner = t("");
    room.no(ARCHIVIST, &Do::CarryOut { certificate }, "input.required");
}

#[test]
fn every_progress_times_every_command() {
    let withdraw = Do::Withdraw { reason: t("另有用途") };
    // 可 in the order propose, review, approve, withdraw, carry out.
    let table = [
        (Progress::Proposed, [false, true, false, true, false]),
        (Progress::Reviewed, [false, false, true, true, false]),
        (Progress::Approved, [false, false, false, true, true]),
        (Progress::Rejected, [false; 5]),
        (Progress::Withdrawn, [false; 5]),
        (Progress::CarriedOut, [false; 5]),
    ];
    assert_eq!(table.len(), Progress::ALL.len());
    for (progress, expected) in table {
        let room = at(progress);
        let commands = [
            (ARCHIVIST, propose()),
            (UNIT_HEAD, review(true)),
            (HEAD, approve(true)),
            (ARCHIVIST, withdraw.clone()),
            (ARCHIVIST, carry_out()),
        ];
        let got = commands.map(|(who, command)| room.ask(who, &command).is_ok());
        assert_eq!(got, expected, "{progress:?}");
    }
    let none = Room::new();
    for (who, command) in [(UNIT_HEAD, review(true)), (HEAD, approve(true)), (ARCHIVIST, carry_out())] {
        none.no(who, &command, "disposal.unknown");
    }
    let stranger: Actor = none.w.actor(STRANGER);
    assert_eq!(stranger.organ, OTHER_ORGAN);
    at(Progress::Proposed).no(STRANGER, &review(true), "organ.other");
}
