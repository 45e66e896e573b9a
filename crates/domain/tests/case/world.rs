//! A small synthetic world: one organ of a fictitious county, its people with
//! roles and certificates, a clock that moves on purpose, and the store's round
//! trip for every event.

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::decide::decide;
use mingjing_domain::case::facts::{CertificateFact, Facts, OrganFact, Person};
use mingjing_domain::case::law::Law;
use mingjing_domain::case::procedure::step;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{Case, CaseCommand, CaseEvent};
use mingjing_domain::matter::{
    Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId, TimeSource, civil_day, shanghai,
};
use mingjing_domain::policy::{Jurisdiction, PolicyBook, System};
use mingjing_domain::recording::RecordingFact;
use mingjing_domain::recording::words::Link;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::Role;
use mingjing_domain::text::{self, Text};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const KEY: [u8; 32] = [9; 32];
pub const SYSTEM: StaffId = StaffId(Uuid::nil());

/// A staff id by its small number.
pub const fn staff(n: u128) -> StaffId {
    StaffId(Uuid::from_u128(n))
}

pub const A: StaffId = staff(1);
pub const B: StaffId = staff(2);
pub const C: StaffId = staff(3);
pub const UNIT_HEAD: StaffId = staff(4);
pub const REVIEWER: StaffId = staff(5);
pub const REVIEW_HEAD: StaffId = staff(6);
pub const DEPUTY: StaffId = staff(7);
pub const HEAD: StaffId = staff(8);
pub const HOST: StaffId = staff(9);
pub const CLERK: StaffId = staff(10);
pub const CASHIER: StaffId = staff(11);
pub const ARCHIVIST: StaffId = staff(12);
pub const DEPUTY_2: StaffId = staff(13);
/// Head of another organ.
pub const STRANGER: StaffId = staff(20);
/// Officers whose certificates have a fault each.
pub const EXPIRED: StaffId = staff(31);
pub const SUSPENDED: StaffId = staff(32);
pub const OTHER_REGION: StaffId = staff(33);
pub const OTHER_CATEGORY: StaffId = staff(34);
pub const DISABLED: StaffId = staff(35);
/// Valid until 2026-03-10 only.
pub const UNTIL_MARCH: StaffId = staff(36);

pub const ORGAN: OrganId = OrganId(Uuid::from_u128(100));
pub const OTHER_ORGAN: OrganId = OrganId(Uuid::from_u128(200));
pub const RECORDING: MatterId = MatterId(Uuid::from_u128(300));
pub const CATEGORY: &str = "安全生产";
pub const REGION: &str = "990101";

/// A day from its text.
pub fn day(text: &str) -> Date {
    text.parse().expect("a date in a test")
}

/// An event as the store keeps it.
pub struct Stored {
    pub meta: Meta,
    pub name: &'static str,
    pub version: u16,
    /// Sealed body, as JSON text.
    pub body: String,
    pub texts: Vec<String>,
}

/// The world.
#[derive(Clone)]
pub struct World {
    pub law: Law,
    pub calendar: Calendar,
    pub organ: OrganFact,
    pub people: BTreeMap<StaffId, Person>,
    pub now: Timestamp,
    pub case: Option<Case>,
    pub stored: std::rc::Rc<std::cell::RefCell<Vec<Stored>>>,
    pub serials: BTreeMap<String, u32>,
    pub receipt_used: bool,
    /// Recordings as the case sees them.
    pub recordings: BTreeMap<MatterId, RecordingFact>,
    /// The claimed time of the next act, when it is not now.
    pub claimed: Option<(Timestamp, TimeSource)>,
}

fn certificate(number: &str) -> CertificateFact {
    CertificateFact {
        number: number.into(),
        categories: vec![CATEGORY.into()],
        region: REGION.into(),
        from: day("2024-01-01"),
        until: day("2027-12-31"),
        blocked: Vec::new(),
    }
}

fn person(
    id: StaffId,
    organ: OrganId,
    unit: &str,
    roles: &[Role],
    certificates: Vec<CertificateFact>,
) -> (StaffId, Person) {
    (
        id,
        Person {
            id,
            organ,
            unit: unit.into(),
            enabled: true,
            roles: roles.to_vec(),
            certificates,
            legal_qualified: true,
        },
    )
}

fn people() -> BTreeMap<StaffId, Person> {
    use Role as R;
    let mut all: BTreeMap<StaffId, Person> = [
        person(UNIT_HEAD, ORGAN, "执法大队", &[R::UnitHead], vec![]),
        person(REVIEWER, ORGAN, "法规股", &[R::Reviewer], vec![]),
        person(REVIEW_HEAD, ORGAN, "法规股", &[R::ReviewHead], vec![]),
        person(DEPUTY, ORGAN, "领导班子", &[R::Deputy], vec![]),
        person(DEPUTY_2, ORGAN, "领导班子", &[R::Deputy], vec![]),
        person(HEAD, ORGAN, "领导班子", &[R::Head], vec![]),
        person(HOST, ORGAN, "法规股", &[R::HearingHost], vec![]),
        person(CLERK, ORGAN, "办公室", &[R::Publicity], vec![]),
        person(CASHIER, ORGAN, "财务股", &[R::Cashier], vec![]),
        person(ARCHIVIST, ORGAN, "档案室", &[R::Archivist], vec![]),
        person(
            STRANGER,
            OTHER_ORGAN,
            "领导班子",
            &[R::Head, R::Deputy, R::UnitHead, R::Officer],
            vec![certificate("外1")],
        ),
    ]
    .into();
    for (n, id) in [A, B, C].into_iter().enumerate() {
        all.extend([person(id, ORGAN, "执法大队", &[R::Officer], vec![certificate(&format!("证{n}"))])]);
    }
    let mut faulty = |id, change: &dyn Fn(&mut CertificateFact)| {
        let mut one = certificate("瑕");
        change(&mut one);
        all.extend([person(id, ORGAN, "执法大队", &[R::Officer], vec![one])]);
    };
    faulty(EXPIRED, &|c| c.until = day("2025-12-31"));
    faulty(SUSPENDED, &|c| c.blocked = vec![(day("2026-01-01"), Some(day("2026-12-01")))]);
    faulty(OTHER_REGION, &|c| c.region = "990102".into());
    faulty(OTHER_CATEGORY, &|c| c.categories = vec!["城市管理".into()]);
    faulty(UNTIL_MARCH, &|c| c.until = day("2026-03-10"));
    faulty(DISABLED, &|_| {});
    all.get_mut(&DISABLED).expect("just put in").enabled = false;
    all
}

/// A recording of the case, all of it stored.
pub fn recording_fact() -> RecordingFact {
    RecordingFact {
        organ: ORGAN,
        in_case: true,
        link: Link::Evidence,
        roots: vec!["ab".repeat(32)],
        accepted: true,
        unexplained: 0,
        runs: true,
        days: (day("2026-03-01"), day("2026-12-31")),
        recorded_on: Vec::new(),
        ran: None,
        unfit: false,
        destroyed: false,
    }
}

impl World {
    /// A world at nine in the morning of `at`, without a case.
    pub fn new(at: &str) -> Self {
        let jurisdiction = Jurisdiction { region: REGION.into(), system: System::Emergency, organ: None };
        let known: Timestamp = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let policy =
            PolicyBook::built_in().resolve(&jurisdiction, day("2026-01-01"), known).expect("a demo county");
        let mut world = Self {
            law: Law::of(&policy),
            calendar: Calendar::national().clone(),
            organ: OrganFact {
                id: ORGAN,
                region: REGION.into(),
                confirmed: true,
                heads: vec![HEAD, DEPUTY, DEPUTY_2],
            },
            people: people(),
            now: known,
            case: None,
            stored: Default::default(),
            serials: BTreeMap::new(),
            receipt_used: false,
            recordings: [(RECORDING, recording_fact())].into(),
            claimed: None,
        };
        world.at(at);
        world
    }

    /// Moves the clock to nine in the morning of a day, or to a later minute of the same day.
    pub fn at(&mut self, date: &str) -> &mut Self {
        let morning = day(date).at(9, 0, 0, 0).to_zoned(shanghai()).expect("a civil time").timestamp();
        self.now = self.now.max(morning);
        assert_eq!(civil_day(self.now), day(date), "the clock does not run backwards");
        self
    }

    /// Today.
    pub fn today(&self) -> Date {
        civil_day(self.now)
    }

    /// The next act is claimed for `at` (a date, nine o'clock) by `source`.
    pub fn claim(&mut self, at: &str, source: TimeSource) -> &mut Self {
        let when = day(at).at(9, 0, 0, 0).to_zoned(shanghai()).expect("a civil time").timestamp();
        self.claimed = Some((when, source));
        self
    }

    /// The case.
    pub fn case(&self) -> &Case {
        self.case.as_ref().expect("a case exists")
    }

    fn moment(&self) -> Moment {
        match &self.claimed {
            None => Moment::now(self.now),
            Some((happened_at, source)) => {
                Moment { recorded_at: self.now, happened_at: *happened_at, source: source.clone() }
            }
        }
    }

    /// The facts of the moment for `who`.
    pub fn facts(&self, who: StaffId) -> Facts<'_> {
        let roles = self.people.get(&who).map(|p| p.roles.clone()).unwrap_or_default();
        let actor = Actor { id: who, organ: ORGAN, roles };
        let mut facts = Facts::new(self.moment(), actor, self.organ.clone(), &self.law, &self.calendar, KEY);
        facts.people = self.people.clone();
        facts.receipt_used = self.receipt_used;
        facts.recordings = self.recordings.clone();
        for kind in DocumentKind::ALL {
            if let Some(character) = kind.character() {
                facts.serials.insert(character.into(), self.serials.get(character).copied().unwrap_or(1));
            }
        }
        facts
    }

    /// Decides without changing anything.
    pub fn ask(&self, who: StaffId, command: &CaseCommand) -> Result<Vec<CaseEvent>, Refusal> {
        decide(self.case.as_ref(), command, &self.facts(who))
    }

    /// Decides; stores what happened sealed; reads it back; folds it.
    pub fn act(&mut self, who: StaffId, command: CaseCommand) -> Result<Vec<CaseEvent>, Refusal> {
        let (events, used, moment) = {
            let facts = self.facts(who);
            let outcome = decide(self.case.as_ref(), &command, &facts);
            (outcome, facts.used_serials(), facts.moment.clone())
        };
        self.claimed = None;
        let events = events?;
        assert!(!events.is_empty(), "{command:?} was allowed and did nothing");
        for (character, count) in used {
            *self.serials.entry(character.into()).or_insert(1) += count;
        }
        let before = self.case.as_ref().map(|c| c.stage);
        for event in &events {
            self.store(who, &moment, event);
        }
        self.as_the_table_says(before, &command);
        self.now = self.now.checked_add(jiff::SignedDuration::from_mins(1)).expect("a minute later");
        Ok(events)
    }

    /// A stage is left only for the one that the row of the act names.
    fn as_the_table_says(&self, before: Option<Stage>, command: &CaseCommand) {
        let after = self.case().stage;
        let verb = match command {
            CaseCommand::ApproveProposal { proposal_no, approve: true, .. } => {
                self.case().proposal(*proposal_no).expect("approved").body.verb()
            }
            CaseCommand::Propose { .. } | CaseCommand::ApproveProposal { .. } => {
                return assert_eq!(Some(after), before, "{command:?}");
            }
            other => other.verb(),
        };
        let expected = step(verb).to.or(before);
        assert_eq!(Some(after), expected, "{verb:?}");
    }

    fn store(&mut self, who: StaffId, moment: &Moment, event: &CaseEvent) {
        let version = self.case.as_ref().map_or(0, |c| c.version) + 1;
        let meta = Meta {
            matter: MatterId(Uuid::from_u128(7)),
            organ: ORGAN,
            version,
            actor: who,
            moment: moment.clone(),
        };
        let (name, type_version) = Case::type_of(event);
        let mut body = serde_json::to_value(event).expect("events serialise");
        let lifted = text::seal(&mut body, &KEY);
        let stored = Stored {
            meta: meta.clone(),
            name,
            version: type_version,
            body: body.to_string(),
            texts: lifted.into_iter().map(|l| l.value).collect(),
        };
        let read = stored.read(true);
        assert_eq!(bare(&read), bare(event), "the store's round trip");
        self.case = Some(Case::evolve(self.case.take(), &meta, &read));
        self.stored.borrow_mut().push(stored);
    }

    /// Puts an event as an earlier version of the rules left it.
    pub fn put(&mut self, event: &CaseEvent) {
        self.store(A, &Moment::now(self.now), event);
    }

    /// The state folded again from what is stored, with its texts or without.
    pub fn refold(&self, with_texts: bool) -> Option<Case> {
        self.stored
            .borrow()
            .iter()
            .fold(None, |state, s| Some(Case::evolve(state, &s.meta, &s.read(with_texts))))
    }

    /// A copy with a store of its own, to try something that the original must not see.
    pub fn fork(&self) -> Self {
        let mut copy = self.clone();
        copy.stored = Default::default();
        copy
    }

    /// Does what must succeed.
    #[track_caller]
    pub fn ok(&mut self, who: StaffId, command: CaseCommand) -> Vec<CaseEvent> {
        match self.act(who, command.clone()) {
            Ok(events) => events,
            Err(refusal) => panic!("{command:?}\nwas refused: {} {refusal}", refusal.code),
        }
    }

    /// Asks what must be refused, with this code, an article and a remedy; twice, the
    /// second time after the first refusal, and nothing has changed.
    #[track_caller]
    pub fn no(&mut self, who: StaffId, command: CaseCommand, code: &str) -> Refusal {
        let before = self.case.clone();
        let claimed = self.claimed.clone();
        for round in 1..=2 {
            self.claimed.clone_from(&claimed);
            match self.act(who, command.clone()) {
                Ok(events) => panic!("round {round}: {command:?}\nwas allowed: {events:?}"),
                Err(refusal) => {
                    assert_eq!(refusal.code, code, "round {round}: {refusal}");
                    assert!(
                        !refusal.article.law.is_empty()
                            && !refusal.remedy.is_empty()
                            && !refusal.message.is_empty()
                    );
                }
            }
        }
        assert_eq!(self.case, before);
        self.claimed = claimed;
        let refusal = self.ask(who, &command).expect_err("refused twice before");
        self.claimed = None;
        refusal
    }
}

impl Stored {
    /// Reads the event back, its texts put in or left erased.
    pub fn read(&self, with_texts: bool) -> CaseEvent {
        let mut body: serde_json::Value = serde_json::from_str(&self.body).expect("stored JSON");
        text::open(&mut body, |slot| with_texts.then(|| self.texts[slot as usize].clone()));
        Case::decode(self.name, self.version, body).expect("a stored event decodes")
    }
}

/// Debug form without the keyed digests, which only stored texts carry.
pub fn bare(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find("digest: Some([") {
        out.push_str(&rest[..start]);
        out.push_str("digest: None");
        let tail = &rest[start..];
        let end = tail.find("])").expect("a closed array");
        rest = &tail[end + 2..];
    }
    out.push_str(rest);
    out
}

/// A closed text.
pub fn t(value: &str) -> Text {
    Text::closed(value)
}

/// A paper entry allowed by the unit's head.
pub fn paper() -> TimeSource {
    TimeSource::Paper { reason: t("当日停电，事后补录"), approver: UNIT_HEAD }
}
