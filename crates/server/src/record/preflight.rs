//! Documents looked at before they exist: an act that issues a document which could
//! never be made is refused, instead of being on record with its paper missing.

use mingjing_domain::archive::{CaseFile, Recorded};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::law::Law;
use mingjing_domain::matter::{Meta, StaffId, civil_day};
use mingjing_domain::organ::OrganProfile;
use mingjing_domain::policy::FileOrder;
use mingjing_domain::staff::StaffState;
use mingjing_press::{Job, Verification, glyphs};
use serde_json::Value;

use super::fill::{Sources, fill};
use super::sheet::PersonSheet;
use super::wire;

/// What stands behind the documents of an act that is not yet on record.
pub struct Planned<'a> {
    /// The case's stream, then the events of the act.
    pub events: &'a [(Meta, CaseEvent)],
    /// How many of them were there before.
    pub before: usize,
    /// The organ.
    pub organ: &'a OrganProfile,
    /// The people at hand.
    pub people: &'a (dyn Fn(StaffId) -> Option<&'a StaffState> + Sync),
    /// Rules of the day.
    pub law: &'a Law,
    /// Calendar.
    pub calendar: &'a Calendar,
    /// The file of the case as it was accepted; none where it has none.
    pub file: Option<&'a CaseFile>,
    /// Recordings of the case.
    pub recordings: &'a [Recorded],
    /// The order of the papers of a file.
    pub order: FileOrder,
}

/// Why a document of the act could not be made; none when all could.
pub fn objection(planned: &Planned<'_>) -> Option<String> {
    let organ = wire::sheet(planned.organ);
    let day = planned.events.last().map(|(meta, _)| civil_day(meta.moment.recorded_at))?;
    let person = |id: StaffId| match (planned.people)(id) {
        Some(state) => wire::person(state, planned.organ, day),
        // Who took no part in this act was looked at when they did.
        None => elsewhere(),
    };
    let sources = Sources {
        events: planned.events,
        organ: &organ,
        people: &person,
        law: planned.law,
        calendar: planned.calendar,
        watermark: None,
        file: planned.file,
        recordings: planned.recordings,
        order: planned.order,
    };
    let issued = planned.events.iter().skip(planned.before).filter_map(|(_, event)| match event {
        CaseEvent::DocumentIssued { no, .. } => Some(*no),
        _ => None,
    });
    // The codes are drawn when it is made; they are always there.
    let verification = Verification { url: "-".to_owned(), check_code: "-".to_owned() };
    issued.into_iter().find_map(|no| match fill(&sources, no, &verification) {
        Ok(job) => unset(&job),
        Err(error) => Some(error.to_string()),
    })
}

fn elsewhere() -> PersonSheet {
    let there = || "—".to_owned();
    PersonSheet { name: there(), unit: there(), post: there(), cert_no: there(), qualification: there() }
}

/// The first character that the fonts cannot draw: names of organs and people were
/// taken in elsewhere.
fn unset(job: &Job) -> Option<String> {
    let absent = absent(&job.data).or_else(|| first(&job.organ_name))?;
    let point = u32::from(absent);
    Some(format!("“{absent}”（U+{point:04X}）在文书字体中没有字形"))
}

fn absent(value: &Value) -> Option<char> {
    match value {
        Value::String(text) => first(text),
        Value::Array(items) => items.iter().find_map(absent),
        Value::Object(members) => members.values().find_map(absent),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn first(text: &str) -> Option<char> {
    text.chars().find(|c| *c != '\n' && !glyphs::drawable(*c))
}
