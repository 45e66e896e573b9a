//! Tables: given a standing, when a command, then an event or a refusal.

mod data;
mod draw;
mod handled;

use super::sample::Population;
use super::*;
use crate::act_table::Act;
use crate::codes::DocumentNumber;
use crate::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId};
use crate::staff::Role;
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) const OWN: OrganId = OrganId(Uuid::from_u128(9));
pub(super) const CHECK: MatterId = MatterId(Uuid::from_u128(70));

pub(super) fn staff(n: u128) -> StaffId {
    StaffId(Uuid::from_u128(n))
}

pub(super) fn film(n: u128) -> MatterId {
    MatterId(Uuid::from_u128(1000 + n))
}

pub(super) fn actor(n: u128, roles: &[Role]) -> Actor {
    Actor { id: staff(n), organ: OWN, roles: roles.to_vec() }
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn t(text: &str) -> Text {
    Text::closed(text)
}

/// Twelve recordings of two units, by the officers 1 and 2.
pub(super) fn candidates() -> Vec<Candidate> {
    let unit = |n: u128| if n.is_multiple_of(3) { "二中队" } else { "一中队" };
    (0..12)
        .map(|n| Candidate { recording: film(n), unit: unit(n).into(), collectors: vec![staff(1 + n % 2)] })
        .collect()
}

pub(super) fn sizes(all: &[(&str, u32)]) -> BTreeMap<String, u32> {
    all.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

pub(super) fn beacon() -> Beacon {
    Beacon {
        kind: BeaconKind::Lottery,
        source: "示例公益彩票第2026031期".into(),
        not_before: instant("2026-04-02T13:00:00Z"),
    }
}

pub(super) fn plan() -> CheckCommand {
    CheckCommand::Plan {
        kind: CheckKind::Playback,
        from: day("2026-03-01"),
        to: day("2026-03-31"),
        sizes: sizes(&[("一中队", 2), ("二中队", 1)]),
        beacon: beacon(),
    }
}

pub(super) fn draw() -> CheckCommand {
    CheckCommand::Draw { value: "03 11 17 22".into(), published_at: instant("2026-04-02T13:30:00Z") }
}

pub(super) fn opened(kind: CheckKind) -> CheckCommand {
    CheckCommand::Open {
        kind,
        from: day("2026-03-01"),
        to: day("2026-03-31"),
        reason: t("定期检查"),
        recordings: if kind == CheckKind::Incident { vec![film(0)] } else { vec![] },
    }
}

pub(super) fn entry(recording: MatterId, failed: Option<Point>) -> Entry {
    let mark = |point: &Point| {
        let fails = failed == Some(*point);
        let mark = if fails { super::Mark::Fail } else { super::Mark::Pass };
        Marked { point: *point, mark, note: t(if fails { "03:10 未出示" } else { "" }) }
    };
    Entry {
        recording,
        watched_ms: 60_000,
        marks: Point::ALL.iter().map(mark).collect(),
        verdict: if failed.is_some() { Verdict::Flawed } else { Verdict::Sound },
        opinion: t("已回放"),
    }
}

pub(super) fn device_line() -> DeviceUse {
    DeviceUse {
        device: film(900),
        unit: "一中队".into(),
        days_assigned: 20,
        days_used: 15,
        recordings: 8,
        minutes: 240,
        unchecked: 1,
        faults: 0,
        late: 1,
        holders: Vec::new(),
    }
}

pub(super) fn suspicion(act: ProhibitedAct, signal: Option<Signal>) -> Suspicion {
    Suspicion {
        act,
        signal,
        about: vec![About::Recording { recording: film(0) }],
        persons: vec![staff(1)],
        facts: t("回放发现"),
    }
}

pub(super) fn number(n: u32) -> DocumentNumber {
    format!("（示）应急督〔2026〕{n}号").parse().unwrap()
}

pub(super) fn checker() -> Actor {
    actor(5, &[Role::ReviewHead])
}

pub(super) fn head() -> Actor {
    actor(6, &[Role::Head])
}

/// Holds every role and is another person than the others.
pub(super) fn anyone() -> Actor {
    actor(99, &Role::ALL)
}

/// A world in which a check lives.
#[derive(Clone)]
pub(super) struct World {
    pub state: Option<Check>,
    pub version: u64,
    pub now: Timestamp,
    pub candidates: Vec<Candidate>,
    pub checkpoint: Option<Checkpoint>,
    pub number_used: bool,
}

impl World {
    pub fn new() -> Self {
        Self {
            state: None,
            version: 0,
            now: instant("2026-04-01T01:00:00Z"),
            candidates: candidates(),
            checkpoint: None,
            number_used: false,
        }
    }

    pub fn at(&mut self, date: &str) -> &mut Self {
        self.now = instant(&format!("{date}T01:00:00Z"));
        self
    }

    pub fn ask(&self, who: &Actor, command: &CheckCommand) -> Result<CheckEvent, crate::refusal::Refusal> {
        let facts = CheckFacts {
            actor: who,
            now: self.now,
            candidates: &self.candidates,
            checkpoint: self.checkpoint.as_ref(),
            devices: &[device_line()],
            number_used: self.number_used,
        };
        decide(self.state.as_ref(), command, &facts)
    }

    #[track_caller]
    pub fn ok(&mut self, who: &Actor, command: CheckCommand) -> CheckEvent {
        let event = self.ask(who, &command).unwrap_or_else(|r| panic!("{command:?}: {} {r}", r.code));
        self.version += 1;
        let moment = Moment::now(self.now);
        let meta = Meta { matter: CHECK, organ: OWN, version: self.version, actor: who.id, moment };
        let (name, version) = Check::type_of(&event);
        let read = Check::decode(name, version, serde_json::to_value(&event).unwrap()).unwrap();
        assert_eq!(read, event, "the store's round trip");
        self.state = Some(Check::evolve(self.state.take(), &meta, &read));
        event
    }

    #[track_caller]
    pub fn no(&self, who: &Actor, command: CheckCommand, code: &str) {
        let refusal = self.ask(who, &command).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
    }

    pub fn check(&self) -> &Check {
        self.state.as_ref().unwrap()
    }

    pub fn planned() -> Self {
        let mut w = Self::new();
        w.ok(&checker(), plan());
        w
    }

    pub fn drawn() -> Self {
        let mut w = Self::planned();
        w.at("2026-04-03");
        w.ok(&checker(), draw());
        w
    }

    pub fn played() -> Self {
        let mut w = Self::drawn();
        for id in w.check().sample.clone() {
            w.ok(&checker(), CheckCommand::Enter { entry: entry(id, None) });
        }
        w
    }

    pub fn concluded() -> Self {
        let mut w = Self::played();
        w.ok(&checker(), CheckCommand::Conclude { summary: t("三件合格") });
        w
    }

    pub fn incident() -> Self {
        let mut w = Self::new();
        w.ok(&checker(), opened(CheckKind::Incident));
        w
    }
}

fn standings() -> Vec<(Option<Stage>, World)> {
    let mut found = World::incident();
    let suspicion = suspicion(ProhibitedAct::Edited, None);
    found.ok(&checker(), CheckCommand::Find { suspicion });
    let mut closed = World::concluded();
    closed.ok(&head(), circulate());
    closed.ok(&checker(), CheckCommand::Close {});
    vec![
        (None, World::new()),
        (Some(Stage::Planned), World::planned()),
        (Some(Stage::Checking), World::drawn()),
        (Some(Stage::Checking), found),
        (Some(Stage::Concluded), World::concluded()),
        (Some(Stage::Closed), closed),
    ]
}

fn circulate() -> CheckCommand {
    CheckCommand::Circulate { number: number(1), units: vec!["一中队".into(), "二中队".into()] }
}

fn commands(w: &World) -> Vec<CheckCommand> {
    let recording = w.state.as_ref().and_then(|s| s.unplayed().next()).unwrap_or(film(0));
    let gravity = Some(Gravity::Crime);
    vec![
        plan(),
        draw(),
        opened(CheckKind::DeviceUse),
        CheckCommand::Enter { entry: entry(recording, None) },
        CheckCommand::Report { opinion: t("正常") },
        CheckCommand::Find { suspicion: suspicion(ProhibitedAct::Unrelated, None) },
        CheckCommand::Verify { finding: 1, gravity, responsible: vec![staff(1)], opinion: t("属实") },
        CheckCommand::Order { finding: 1, due_on: day("2026-05-01"), requirements: t("补录说明") },
        CheckCommand::Rectify { finding: 1, report: t("已补录") },
        CheckCommand::Recheck { finding: 1, passed: true, opinion: t("已整改") },
        CheckCommand::Refer { finding: 1, body: t("示例县监察委员会"), number: number(2) },
        CheckCommand::Discipline {
            finding: 1,
            person: staff(1),
            outcome: Discipline::Warning,
            decision: t("示监〔2026〕1号"),
            on: day("2026-04-03"),
        },
        CheckCommand::Transfer { finding: 1, recipient: t("示例县监察委员会"), number: number(3) },
        CheckCommand::Receipt { finding: 1, receipt: t("已收"), on: day("2026-04-03") },
        CheckCommand::Conclude { summary: t("检查完毕") },
        circulate(),
        CheckCommand::Close {},
    ]
}

#[test]
fn every_state_takes_only_the_acts_of_its_rows() {
    assert_eq!(commands(&World::new()).iter().map(CheckCommand::verb).collect::<Vec<_>>(), Verb::ALL);
    for (stage, world) in standings() {
        for command in commands(&world) {
            let row = command.verb().row();
            let open = stage.map_or(row.begins, |s| row.from.contains(&s));
            let shut = ["check.unknown", "check.exists", "check.stage"];
            match world.ask(&anyone(), &command) {
                Ok(_) => assert!(open, "{stage:?} × {command:?}"),
                Err(refusal) => {
                    assert_eq!(!open, shut.contains(&&*refusal.code), "{stage:?} × {command:?}: {refusal}");
                }
            }
        }
    }
}

#[test]
fn nobody_without_the_role_and_no_other_organ_does_anything() {
    for (stage, world) in standings() {
        for command in commands(&world) {
            let allowed = command.verb().row().who;
            for role in Role::ALL.into_iter().filter(|r| !allowed.contains(r)) {
                assert!(world.ask(&actor(98, &[role]), &command).is_err(), "{stage:?} × {role:?}");
            }
            let stranger = Actor { organ: OrganId(Uuid::from_u128(8)), ..anyone() };
            assert!(stage.is_none() || world.ask(&stranger, &command).is_err());
        }
    }
}

#[test]
fn an_entry_goes_through_every_point_and_agrees_with_itself() {
    let w = World::drawn();
    let id = w.check().sample[0];
    let put = |change: &dyn Fn(&mut Entry)| {
        let mut it = entry(id, None);
        change(&mut it);
        CheckCommand::Enter { entry: it }
    };
    w.no(&checker(), put(&|e| e.recording = film(99)), "check.not_drawn");
    w.no(&checker(), put(&|e| e.opinion = t("")), "check.opinion");
    w.no(
        &checker(),
        put(&|e| {
            e.marks.pop();
        }),
        "check.points",
    );
    w.no(&checker(), put(&|e| e.marks[0] = e.marks[1].clone()), "check.points");
    w.no(&checker(), put(&|e| e.verdict = Verdict::Flawed), "check.verdict");
    w.no(&checker(), put(&|e| e.watched_ms = 0), "check.watched");
    let failed = |note: &str, verdict| {
        let mut it = entry(id, Some(Point::Certificate));
        it.verdict = verdict;
        it.marks.iter_mut().for_each(|m| {
            if m.point == Point::Certificate {
                m.note = t(note);
            }
        });
        CheckCommand::Enter { entry: it }
    };
    w.no(&checker(), failed("", Verdict::Flawed), "check.note");
    w.no(&checker(), failed("03:10", Verdict::Sound), "check.verdict");
    let collector = w.candidates.iter().find(|c| c.recording == id).unwrap().collectors[0];
    let own = Actor { id: collector, ..anyone() };
    w.no(&own, put(&|_| ()), "check.own");
    let broken = put(&|e| {
        e.marks.clear();
        e.watched_ms = 0;
        e.verdict = Verdict::Unplayable;
    });
    let mut w = w.clone();
    w.ok(&checker(), broken);
    w.no(&checker(), put(&|_| ()), "check.entered");
    w.no(&checker(), CheckCommand::Conclude { summary: t("完毕") }, "check.unplayed");
}

#[test]
fn a_check_of_devices_ends_with_its_report_and_every_check_with_a_circular() {
    let mut w = World::new();
    w.ok(&checker(), opened(CheckKind::DeviceUse));
    w.no(&checker(), CheckCommand::Conclude { summary: t("正常") }, "check.unreported");
    w.no(&checker(), CheckCommand::Report { opinion: t("") }, "check.opinion");
    w.ok(&checker(), CheckCommand::Report { opinion: t("正常") });
    assert_eq!(w.check().devices, [device_line()]);
    w.no(&checker(), CheckCommand::Conclude { summary: t("") }, "check.summary");
    w.ok(&checker(), CheckCommand::Conclude { summary: t("正常") });
    w.no(&checker(), CheckCommand::Close {}, "check.uncirculated");
    w.no(&head(), CheckCommand::Circulate { number: number(1), units: vec![] }, "check.units");
    w.number_used = true;
    w.no(&head(), circulate(), "check.number");
    w.number_used = false;
    w.ok(&head(), circulate());
    w.ok(&checker(), CheckCommand::Close {});
    World::drawn().no(&checker(), CheckCommand::Report { opinion: t("正常") }, "check.kind");
    World::new().no(&checker(), opened(CheckKind::Playback), "check.kind");
}

#[test]
fn a_population_has_each_recording_once() {
    let mut twice = candidates();
    twice.push(twice[0].clone());
    assert_eq!(population(&twice, true).unwrap_err().code, "check.population");
    let whole: Population = population(&candidates(), false).unwrap();
    assert_eq!(whole.strata(), BTreeMap::from([("", 12)]));
}
