//! Gathers the facts that a decision on a case looks at: the organ, the people,
//! the rules in force, the calendar. The same way for a command, for the case
//! page and for the audit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::calendar::{Calendar, CalendarBook, DataError, FIRST_YEAR};
use mingjing_domain::case::facts::{CertificateFact, Facts, OrganFact, Person};
use mingjing_domain::case::law::Law;
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::matter::{Actor, MatterId, Moment, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::policy::{Jurisdiction, PolicyBook, PolicyError, PolicySet, System};
use mingjing_domain::recording::{CustodyRules, RecordingBook, RecordingFact, RecordingRules};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::TextKey;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::kit::clock::lock;

/// Rules in force for one organ on one day.
pub struct RulesOfDay {
    /// As the case domain takes them.
    pub law: Law,
    /// With every source.
    pub policy: PolicySet,
    /// Calendar of the organ's region.
    pub calendar: Arc<Calendar>,
    /// Custody of recordings on the day; none where no setting holds then.
    pub custody: Option<CustodyRules>,
    /// Policy files of the installation that hold for the organ: id and digest.
    pub tables: BTreeMap<String, String>,
}

impl RulesOfDay {
    /// The same rules with no list of what is to be recorded.
    pub fn without_lists(&self) -> Self {
        Self {
            law: self.law.clone().with_recordings(Arc::default()),
            policy: self.policy.clone(),
            calendar: Arc::clone(&self.calendar),
            custody: self.custody.clone(),
            tables: self.tables.clone(),
        }
    }

    /// Custody of recordings on the day.
    ///
    /// # Errors
    /// When no setting of custody holds for the organ on the day.
    pub fn custody(&self) -> Result<&CustodyRules, Refusal> {
        self.custody.as_ref().ok_or_else(|| {
            Refusal::new(
                "list.none",
                mingjing_domain::recording::list::TEXT_SUFFICES,
                "本机关没有音像记录事项清单",
                "请系统管理员核对机关的行政区划和清单文件。",
            )
        })
    }
}

type Cached = (OrganId, Date, u64, String);
/// As [`Cached`], with the noted digests of rules, calendar and list.
type CachedNoted = (Cached, Noted<String>);

/// Digests that a decision noted of what it rested on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Noted<T> {
    /// Of the rules.
    pub rules: T,
    /// Of the calendar.
    pub calendar: T,
    /// Of the list of what is recorded; none where the decision does not ask it.
    pub list: Option<T>,
}

/// Resolves policies and calendars, remembering what it resolved.
pub struct Rules {
    policies: PolicyBook,
    recordings: RecordingBook,
    calendars: CalendarBook,
    by_day: Mutex<BTreeMap<Cached, Arc<RulesOfDay>>>,
    by_note: Mutex<BTreeMap<CachedNoted, Option<Arc<RulesOfDay>>>>,
    by_region: Mutex<BTreeMap<(String, String), Arc<Calendar>>>,
    lists: Mutex<BTreeMap<(String, String, String), Arc<RecordingRules>>>,
}

/// Calendars kept at a time: regions, and versions of what was imported.
const KEPT_CALENDARS: usize = 64;
/// Days kept resolved at a time.
const KEPT: usize = 4_000;

impl Rules {
    /// The shipped policies and calendars.
    pub fn built_in() -> Self {
        Self::by(PolicyBook::built_in().clone())
    }

    /// The policies that this program decides by, with those of the installation.
    pub fn installed() -> Self {
        Self { recordings: super::lists::book().clone(), ..Self::by(super::policies::book().clone()) }
    }

    /// These policies, with the shipped lists and calendars.
    pub fn by(policies: PolicyBook) -> Self {
        Self {
            policies,
            recordings: RecordingBook::built_in().clone(),
            calendars: CalendarBook::built_in().clone(),
            by_day: Mutex::default(),
            by_note: Mutex::default(),
            by_region: Mutex::default(),
            lists: Mutex::default(),
        }
    }

    /// The policies.
    pub const fn policies(&self) -> &PolicyBook {
        &self.policies
    }

    /// The rules for `organ` on `day`, as this installation knows them, with the
    /// calendars `imported` so far.
    ///
    /// # Errors
    /// When no policy covers the day, or an imported calendar no longer fits.
    pub fn on(
        &self,
        organ: &OrganState,
        version: u64,
        day: Date,
        imported: Option<&Imported>,
    ) -> Result<Arc<RulesOfDay>, Refusal> {
        let key = (organ.id, day, version, imported.map_or_else(String::new, |it| it.digest.clone()));
        if let Some(found) = lock(&self.by_day).get(&key) {
            return Ok(Arc::clone(found));
        }
        let policy = self
            .policies
            .resolve(&jurisdiction(organ), day, Timestamp::MAX)
            .map_err(|e| no_rules(day, &e))?;
        let calendar = self.calendar(&organ.profile.region, imported)?;
        let list = self.list(&jurisdiction(organ), &organ.profile.system);
        let rules = Arc::new(self.of_day(organ, day, policy, calendar, list));
        let mut cache = lock(&self.by_day);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(key, Arc::clone(&rules));
        Ok(rules)
    }

    /// The rules on which a decision of `day` rested, by the digests that it noted: those
    /// of now, or of an earlier edition of the rules and the calendar. None when this
    /// program knows of no such rules.
    ///
    /// # Errors
    /// As [`Self::on`].
    pub fn noted(
        &self,
        organ: &OrganState,
        version: u64,
        day: Date,
        imported: Option<&Imported>,
        noted: Noted<&str>,
    ) -> Result<Option<Arc<RulesOfDay>>, Refusal> {
        let now = self.on(organ, version, day, imported)?;
        let listed = |it: &RulesOfDay| noted.list.is_none_or(|list| it.law.recordings.digest == list);
        let same = now.law.version == noted.rules && *now.calendar.version().digest == *noted.calendar;
        if same && listed(&now) {
            return Ok(Some(now));
        }
        let of_day = (organ.id, day, version, imported.map_or_else(String::new, |it| it.digest.clone()));
        let own = Noted {
            rules: noted.rules.to_owned(),
            calendar: noted.calendar.to_owned(),
            list: noted.list.map(str::to_owned),
        };
        let key = (of_day, own);
        if let Some(found) = lock(&self.by_note).get(&key) {
            return Ok(found.clone());
        }
        let policy = self
            .policies
            .resolve_noted(&jurisdiction(organ), day, noted.rules)
            .map_err(|e| no_rules(day, &e))?;
        let list = self.list(&jurisdiction(organ), &organ.profile.system);
        let list = match noted.list {
            Some(digest) if list.digest != digest => list.noted(digest).map(Arc::new),
            Some(_) | None => Some(list),
        };
        let found = policy
            .zip(self.calendar_noted(&organ.profile.region, imported, noted.calendar))
            .zip(list)
            .map(|((policy, calendar), list)| Arc::new(self.of_day(organ, day, policy, calendar, list)));
        let mut cache = lock(&self.by_note);
        if cache.len() >= KEPT {
            cache.clear();
        }
        cache.insert(key, found.clone());
        Ok(found)
    }

    /// The calendar with this digest: as it is, or as it was when fewer years were published.
    fn calendar_noted(
        &self,
        region: &str,
        imported: Option<&Imported>,
        digest: &str,
    ) -> Option<Arc<Calendar>> {
        (FIRST_YEAR..=self.calendars.last_year()).rev().find_map(|last| {
            let shipped = self.calendars.until(last);
            let book = match imported {
                None => shipped,
                // What was imported then continued what was shipped then.
                Some(it) => it.book(&shipped).ok()?,
            };
            let view = book.view(Some(region));
            (*view.version().digest == *digest).then(|| Arc::new(view))
        })
    }

    /// What holds for an organ on a day by these settings, this calendar and this list.
    fn of_day(
        &self,
        organ: &OrganState,
        day: Date,
        policy: PolicySet,
        calendar: Arc<Calendar>,
        list: Arc<RecordingRules>,
    ) -> RulesOfDay {
        let place = jurisdiction(organ);
        // What the program ships it knows: only the acts of a case ask what was known before.
        let custody = CustodyRules::of(&policy, &list, day, Timestamp::MAX);
        let tables = self.policies.loaded_for(&place);
        RulesOfDay { law: law_of(organ, &policy).with_recordings(list), policy, calendar, custody, tables }
    }

    /// The list of what is recorded, of all times, for a jurisdiction.
    fn list(&self, jurisdiction: &Jurisdiction, system: &str) -> Arc<RecordingRules> {
        let organ = jurisdiction.organ.clone().unwrap_or_default();
        let key = (jurisdiction.region.clone(), system.to_owned(), organ);
        let mut known = lock(&self.lists);
        if known.len() >= KEPT_CALENDARS {
            known.clear();
        }
        Arc::clone(known.entry(key).or_insert_with(|| Arc::new(self.recordings.of(jurisdiction))))
    }

    /// The calendar of a region, with what was imported.
    ///
    /// # Errors
    /// When an imported calendar no longer fits the shipped data.
    pub fn calendar(&self, region: &str, imported: Option<&Imported>) -> Result<Arc<Calendar>, Refusal> {
        let key = (region.to_owned(), imported.map_or_else(String::new, |it| it.digest.clone()));
        if let Some(made) = lock(&self.by_region).get(&key) {
            return Ok(Arc::clone(made));
        }
        let made = match imported {
            None => self.calendars.view(Some(region)),
            Some(it) => it.book(&self.calendars).map_err(|e| unfit(&e))?.view(Some(region)),
        };
        let mut cache = lock(&self.by_region);
        if cache.len() >= KEPT_CALENDARS {
            cache.clear();
        }
        Ok(Arc::clone(cache.entry(key).or_insert_with(|| Arc::new(made))))
    }
}

/// For whom an organ's rules are asked.
pub(super) fn jurisdiction(organ: &OrganState) -> Jurisdiction {
    let profile = &organ.profile;
    let organ = Some(profile.code.clone()).filter(|it| !it.is_empty());
    Jurisdiction { region: profile.region.clone(), system: system(&profile.system), organ }
}

fn law_of(organ: &OrganState, policy: &PolicySet) -> Law {
    let mut law = Law::of(policy);
    law.number_place.clone_from(&organ.profile.short_name);
    law.number_system.clone_from(&organ.profile.system);
    law
}

fn no_rules(day: Date, error: &PolicyError) -> Refusal {
    Refusal::new(
        "policy.none",
        mingjing_domain::cite::Citation::of("行政处罚法", "第三十七条"),
        format!("没有适用于{day}的规则：{error}"),
        "请系统管理员核对机关的行政区划和政策文件。",
    )
}

fn unfit(error: &DataError) -> Refusal {
    Refusal::new(
        "calendar.data",
        mingjing_domain::cite::Citation::of("全国年节及纪念日放假办法", "第七条"),
        format!("导入的工作日历与程序自带的不能合并：{error}"),
        "请系统管理员核对导入的工作日历。",
    )
}

fn system(words: &str) -> System {
    match words {
        "应急" => System::Emergency,
        "城管" => System::Urban,
        "司法" => System::Justice,
        _ => System::General,
    }
}

/// What was gathered for one decision.
pub struct Gathered {
    /// The organ.
    pub organ: Arc<OrganState>,
    /// The people.
    pub people: BTreeMap<StaffId, Arc<StaffState>>,
    /// Heads of the organ, where the decision needs them.
    pub heads: Vec<StaffId>,
    /// Rules and calendar.
    pub rules: Arc<RulesOfDay>,
    /// Recordings that the command names, as the case sees them.
    pub recordings: BTreeMap<MatterId, RecordingFact>,
}

impl Gathered {
    /// The facts for one decision.
    pub fn facts(&self, moment: Moment, actor: Actor, key: TextKey) -> Facts<'_> {
        let organ = OrganFact {
            id: self.organ.id,
            region: self.organ.profile.region.clone(),
            confirmed: self.organ.confirmed_on(moment.recorded_day()),
            heads: self.heads.clone(),
        };
        let rules = &self.rules;
        let mut facts = Facts::new(moment, actor, organ, &rules.law, &rules.calendar, key);
        facts.people = self.people.iter().map(|(id, state)| (*id, person(state))).collect();
        facts.recordings.clone_from(&self.recordings);
        facts
    }
}

/// A person as decisions see them.
pub fn person(state: &StaffState) -> Person {
    let certificates = state.certificates.iter().map(|c| CertificateFact {
        number: c.number.clone(),
        categories: c.categories.clone(),
        region: c.region.clone(),
        from: c.valid_from,
        until: c.valid_to,
        blocked: c.blocked.clone(),
    });
    Person {
        id: state.id,
        organ: state.organ,
        unit: state.unit.clone(),
        enabled: state.enabled,
        roles: state.roles.clone(),
        certificates: certificates.collect(),
        legal_qualified: state.qualification.is_some(),
    }
}

/// People whose record the decision may look at: whoever acts, whoever the
/// command names, and who handles the case.
pub fn people(actor: StaffId, case: Option<&Case>, command: Option<&CaseCommand>) -> BTreeSet<StaffId> {
    people_written(actor, case, command, command.map(Written::of).unwrap_or_default())
}

/// As [`people`], with the command as it is written.
pub fn people_written(
    actor: StaffId,
    case: Option<&Case>,
    command: Option<&CaseCommand>,
    written: Written,
) -> BTreeSet<StaffId> {
    let mut ids = BTreeSet::from([actor]);
    if let Some(case) = case {
        ids.extend(case.officers.iter().copied());
        // An approval decides on what was proposed: the people named there count.
        if matches!(command, Some(CaseCommand::ApproveProposal { .. })) {
            for p in &case.proposals {
                ids.extend(Written::of(&p.body).0);
            }
        }
    }
    ids.extend(written.0);
    ids.retain(|id| !id.0.is_nil());
    ids
}

/// Recordings that a command relies upon.
pub fn recordings_of(command: &CaseCommand) -> Option<MatterId> {
    match command {
        CaseCommand::AttachRecording { recording, .. } => Some(*recording),
        CaseCommand::AddEvidence(evidence) => evidence.recording,
        CaseCommand::RecordInquiry { session, .. } | CaseCommand::RecordScene { session, .. } => {
            session.recording
        }
        CaseCommand::CarryOutEnforcement(it) => it.session.recording,
        CaseCommand::CarryOutSubstitute(it) => it.session.recording,
        // No other command names one.
        _ => None,
    }
}

/// Whether the decision needs to know the heads of the organ.
pub const fn needs_heads(command: &CaseCommand) -> bool {
    matches!(
        command,
        CaseCommand::Discuss(_) | CaseCommand::ApproveProposal { .. } | CaseCommand::DecideRecusal { .. }
    )
}

/// Identifiers anywhere in a body. Those of other matters are harmless: no
/// person is found under them.
#[derive(Default)]
pub struct Written(BTreeSet<StaffId>);

impl Written {
    /// Those in what a value serialises as.
    pub fn of(value: &impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        Self::deserialize(&value).unwrap_or_default()
    }

    /// The identifiers.
    pub fn into_ids(self) -> BTreeSet<StaffId> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut ids = BTreeSet::new();
        Collector(&mut ids).deserialize(deserializer)?;
        Ok(Self(ids))
    }
}

/// Walks a body without building it.
struct Collector<'a>(&'a mut BTreeSet<StaffId>);

impl<'de> DeserializeSeed<'de> for Collector<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Collector<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.len() == 36
            && let Ok(id) = text.parse::<Uuid>()
        {
            self.0.insert(StaffId(id));
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Collector(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key::<IgnoredAny>()?.is_some() {
            members.next_value_seed(Collector(self.0))?;
        }
        Ok(())
    }
}

/// Whether a person is one of the organ's heads.
pub fn is_head(state: &StaffState) -> bool {
    state.enabled && state.roles.iter().any(|r| matches!(r, Role::Deputy | Role::Head))
}

/// The matter of a person.
pub const fn staff_matter(id: StaffId) -> MatterId {
    MatterId(id.0)
}
