//! Facts of the moment: everything besides the case itself that a decision
//! looks at. The service gathers them and remembers their versions; the audit
//! gathers the same ones again.

use super::law::Law;
use super::state::Case;
use super::types::DocumentKind;
use crate::calendar::Calendar;
use crate::cite::{Citation, penalty_law};
use crate::codes::DocumentNumber;
use crate::matter::{Actor, MatterId, Moment, OrganId, StaffId};
use crate::period::{self, Exclusion, Limit, Rule, Start};
use crate::recording::RecordingFact;
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::TextKey;
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A certificate of enforcement, as far as validity needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFact {
    /// Number.
    pub number: String,
    /// Categories it covers.
    pub categories: Vec<String>,
    /// GB/T 2260 code of the region it covers; trailing zeros stand for all below.
    pub region: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Days on which it was suspended, or from which it is revoked.
    pub blocked: Vec<(Date, Option<Date>)>,
}

impl CertificateFact {
    /// Whether it is valid on `day` for `category` in `region`.
    pub fn covers(&self, day: Date, category: &str, region: &str) -> bool {
        let prefix = self.region.trim_end_matches('0');
        // A code ends in whole pairs of digits: 510000 covers 51…, 511300 covers 5113….
        let prefix = &self.region[..prefix.len().next_multiple_of(2).min(self.region.len())];
        self.from <= day
            && day <= self.until
            && region.starts_with(prefix)
            && self.categories.iter().any(|c| c == category)
            && !self.blocked.iter().any(|(from, until)| *from <= day && until.is_none_or(|u| day < u))
    }
}

/// A person on the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// Organ.
    pub organ: OrganId,
    /// Unit inside the organ.
    pub unit: String,
    /// Account enabled now.
    pub enabled: bool,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Certificates.
    pub certificates: Vec<CertificateFact>,
    /// May review penalties: legal qualification, or reviewer before it was asked for.
    pub legal_qualified: bool,
}

/// The organ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganFact {
    /// Which.
    pub id: OrganId,
    /// GB/T 2260 code of its region.
    pub region: String,
    /// Confirmed as a subject of enforcement now.
    pub confirmed: bool,
    /// Its heads now: those who discuss collectively.
    pub heads: Vec<StaffId>,
}

/// Everything a decision looks at besides the case.
pub struct Facts<'a> {
    /// Both times.
    pub moment: Moment,
    /// Who asks.
    pub actor: Actor,
    /// The organ.
    pub organ: OrganFact,
    /// Persons named in the command or in the case.
    pub people: BTreeMap<StaffId, Person>,
    /// Rules in force at the step.
    pub law: &'a Law,
    /// Calendar.
    pub calendar: &'a Calendar,
    /// Key of the family's texts.
    pub text_key: TextKey,
    /// Next serial per character of document number, this year.
    pub serials: BTreeMap<String, u32>,
    /// The receipt number of the payment is already used in this installation.
    pub receipt_used: bool,
    /// Recordings that the command names.
    pub recordings: BTreeMap<MatterId, RecordingFact>,
    /// How many serials of a character this command has used.
    pub(super) used: RefCell<BTreeMap<&'static str, u32>>,
}

impl<'a> Facts<'a> {
    /// Facts without persons and serials.
    pub fn new(
        moment: Moment,
        actor: Actor,
        organ: OrganFact,
        law: &'a Law,
        calendar: &'a Calendar,
        text_key: TextKey,
    ) -> Self {
        Self {
            moment,
            actor,
            organ,
            people: BTreeMap::new(),
            law,
            calendar,
            text_key,
            serials: BTreeMap::new(),
            receipt_used: false,
            recordings: BTreeMap::new(),
            used: RefCell::new(BTreeMap::new()),
        }
    }

    /// Civil day of the act.
    pub fn day(&self) -> Date {
        self.moment.day()
    }

    /// Civil day of the recording.
    pub fn today(&self) -> Date {
        self.moment.recorded_day()
    }

    /// A limit, or a refusal when no calendar covers it.
    ///
    /// # Errors
    /// When the calendar does not reach.
    pub fn limit(
        &self,
        rule: &Rule,
        start: Date,
        source: &'static str,
        exclusions: &[Exclusion],
    ) -> Result<Limit, Refusal> {
        period::limit(self.calendar, rule, &Start::new(start, source), exclusions).map_err(|e| {
            Refusal::new(
                "calendar.out_of_range",
                rule.citation.clone(),
                format!("期限不能计算：{e}"),
                "请系统管理员导入相应年份的工作日历。",
            )
        })
    }

    /// Takes the next number of `kind` for the organ and the civil year of the approval.
    ///
    /// # Errors
    /// When the service gave no serial for the character.
    pub(super) fn number(
        &self,
        kind: DocumentKind,
        case_serial: Option<u32>,
        case: &Case,
    ) -> Result<Option<DocumentNumber>, Refusal> {
        let Some(character) = kind.character() else { return Ok(None) };
        let year = self.today().year();
        if self.law.case_bound_numbers
            && let Some(serial) = case_serial
        {
            let mut used = self.used.borrow_mut();
            let sub = used.entry(character).or_insert(0);
            *sub += 1;
            // Documents of the kind that the case already has under its serial count too.
            let before = case.documents.iter().filter(|d| d.kind.character() == Some(character)).count();
            let nth = *sub + u32::try_from(before).unwrap_or(u32::MAX - *sub);
            let sub = (nth > 1).then_some(nth);
            return self.document_number(character, year, serial, sub).map(Some);
        }
        let base = self.serials.get(character).copied().ok_or_else(|| {
            Refusal::new(
                "number.unavailable",
                Citation::of("党政机关公文处理工作条例", "第九条"),
                format!("没有取得“{character}”字文号"),
                "请重试；仍不成功请联系系统管理员。",
            )
        })?;
        let mut used = self.used.borrow_mut();
        let count = used.entry(character).or_insert(0);
        let serial = base + *count;
        *count += 1;
        self.document_number(character, year, serial, None).map(Some)
    }

    fn document_number(
        &self,
        character: &str,
        year: i16,
        serial: u32,
        sub: Option<u32>,
    ) -> Result<DocumentNumber, Refusal> {
        let place = Some(self.law.number_place.as_str()).filter(|p| !p.is_empty());
        DocumentNumber::new(place, &format!("{}{character}", self.law.number_system), year, serial, sub)
            .map_err(|e| {
                Refusal::new(
                    "number.malformed",
                    Citation::of("党政机关公文处理工作条例", "第九条"),
                    format!("文号不能编制：{e}"),
                    "请系统管理员核对文号规则。",
                )
            })
    }

    /// Serials used by this command, by character.
    pub fn used_serials(&self) -> BTreeMap<&'static str, u32> {
        self.used.borrow().clone()
    }

    /// Checks that `officers` may act together on `day`: at least two different
    /// persons of this organ, each enabled, an officer, with a certificate valid
    /// on that day for `category` and `region`.
    ///
    /// # Errors
    /// Names the person's field and the article.
    pub fn qualified(
        &self,
        officers: &[StaffId],
        day: Date,
        category: Option<&str>,
        region: Option<&str>,
    ) -> Result<(), Refusal> {
        let two = penalty_law("第四十二条第一款");
        let mut distinct = officers.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() != officers.len() {
            return Err(Refusal::new(
                "officers.same_person",
                two,
                "同一名执法人员被列了两次",
                "请选择两名以上不同的执法人员。",
            )
            .field("officers", "有重复的人员"));
        }
        if officers.len() < 2 {
            return Err(Refusal::new(
                "officers.fewer_than_two",
                two,
                "执法人员不得少于两人",
                "请选择两名以上执法人员。",
            )
            .field("officers", "至少两人"));
        }
        for (index, id) in officers.iter().enumerate() {
            let field = format!("officers/{index}");
            let person = self.people.get(id).filter(|p| p.organ == self.organ.id);
            let Some(person) = person.filter(|p| p.enabled && p.roles.contains(&Role::Officer)) else {
                return Err(Refusal::new(
                    "officers.not_an_officer",
                    two,
                    "所列人员不是本机关在岗执法人员",
                    "请改选本机关执法人员。",
                )
                .field(field, "不是本机关在岗执法人员"));
            };
            let valid = person.certificates.iter().any(|c| {
                c.covers(
                    day,
                    category.unwrap_or(c.categories.first().map_or("", String::as_str)),
                    region.unwrap_or(&self.organ.region),
                )
            });
            if !valid {
                return Err(Refusal::new(
                    "officers.certificate_invalid",
                    Citation::of("行政处罚法", "第四十二条第一款"),
                    format!("执法人员在{}没有对应执法类别和区域的有效执法证件", period::long(day)),
                    "请改由持有有效执法证件的人员办理。",
                )
                .field(field, "执法证件当日无效，或者不覆盖该类别、区域"));
            }
        }
        Ok(())
    }
}
