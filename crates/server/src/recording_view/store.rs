//! The tables of recordings, and of acts that must be recorded.

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::recorded::{ActState, acts as numbered};
use mingjing_domain::case::state::Case;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::list::{ActOf, RecordingRules};
use mingjing_domain::recording::upload::{Course, Excuse};
use mingjing_domain::recording::words::{Link, Manner};
use mingjing_domain::recording::work;
use mingjing_domain::recording_check::stats::{ActRow, Kept};
use mingjing_domain::secrecy::Secrecy;
use serde::de::DeserializeOwned;

use crate::kit::db::{DbError, Row as DbRow, Sql};
use crate::kit::projection::{ColumnType, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

/// Recordings, for the tables of the matter that they are.
pub const FILED: TableSpec = TableSpec {
    name: "recording_filed",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("case_id", Blob),
        ("number", Text),
        ("title", Text),
        ("unit", Text),
        ("recorded_on", Text),
        ("registered_at", Int),
        ("collectors", Text),
        ("root", Text),
        ("carrier", Text),
        ("secrecy", Text),
        ("term_from", Int),
        ("term_source", Text),
        ("uploaded_at", Int),
        ("excuse", Text),
    ],
    key: &["matter_id"],
};

/// Acts that a list may want recorded, for the tables of the case; whether one had to be is
/// asked of the list when it is read. `act` and `officers` are JSON, `kept` is `recorded`,
/// `excused` or `missing`.
pub const ACT: TableSpec = TableSpec {
    name: "recording_act",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("act", Text),
        ("version", Int),
        ("recorded_by", Blob),
        ("recorded_at", Int),
        ("officers", Text),
        ("acted_on", Text),
        ("kept", Text),
    ],
    key: &["matter_id", "no"],
};

/// A recording that belongs to a case or to a patrol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Its matter.
    pub recording: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Case; none for a patrol.
    pub case: Option<MatterId>,
    /// Its number, as documents are numbered.
    pub number: String,
    /// What it shows.
    pub title: String,
    /// The unit that made it.
    pub unit: String,
    /// Civil day on which it began.
    pub recorded_on: Date,
    /// When it was registered.
    pub registered_at: Timestamp,
    /// Who recorded.
    pub collectors: Vec<StaffId>,
    /// Evidence roots of its pieces, SHA-256 in hex, in order with a blank between; empty before
    /// all of it is stored.
    pub root: String,
    /// Where it is kept; empty before it is stored.
    pub carrier: String,
    /// Its mark.
    pub secrecy: Option<Secrecy>,
    /// How far its upload has come.
    pub course: Course,
}

impl Filed {
    /// Of a recording as it stands.
    pub fn of(id: MatterId, it: &Recording) -> Self {
        let of = &it.registration;
        let mut title = of.link.label().to_owned();
        let cause = of.cause.or_erased();
        if !cause.is_empty() {
            title.push('：');
            title.push_str(cause);
        }
        let kept = it.accepted() && it.destroyed.is_none();
        let roots =
            it.segments.iter().filter_map(|it| it.identity.as_ref()).map(|it| it.sha256_root.as_str());
        Self {
            recording: id,
            organ: it.organ,
            case: it.cases.first().copied(),
            number: it.number.as_ref().map_or_else(String::new, ToString::to_string),
            title,
            unit: of.unit.clone(),
            recorded_on: it.made_on(),
            registered_at: it.registered_at,
            collectors: of.collectors.iter().map(|one| one.staff).collect(),
            root: if it.accepted() { roots.collect::<Vec<_>>().join(" ") } else { String::new() },
            carrier: if kept { CARRIER.to_owned() } else { String::new() },
            secrecy: None,
            course: Course::of(it),
        }
    }
}

/// Where bytes of recordings are kept.
const CARRIER: &str = "证据库";

/// The row of a recording.
pub fn filed_row(it: &Filed) -> Row {
    let collectors: Vec<String> = it.collectors.iter().map(|id| id.0.to_string()).collect();
    Row {
        table: FILED.name,
        values: params![
            it.recording,
            it.organ,
            it.case,
            it.number.clone(),
            it.title.clone(),
            it.unit.clone(),
            it.recorded_on.to_string(),
            it.registered_at,
            serde_json::Value::from(collectors).to_string(),
            it.root.clone(),
            it.carrier.clone(),
            it.secrecy.map(|mark| wire_name(&mark)),
            it.course.start.map(|(at, _)| at),
            it.course.start.map(|(_, source)| source),
            it.course.uploaded_at,
            // A word and an instant, which always become JSON.
            it.course.excuse.and_then(|it| serde_json::to_string(&it).ok()),
        ],
    }
}

const COLUMNS: &str = "matter_id, organ_id, case_id, number, title, unit, recorded_on, registered_at, \
                       collectors, root, carrier, secrecy, term_from, term_source, uploaded_at, excuse";

fn word<T: DeserializeOwned>(table: &'static str, column: &str, text: String) -> Result<T, DbError> {
    serde_json::from_value(text.into()).map_err(|e| DbError::row(table, column, e))
}

/// The rows of a case's acts.
pub fn act_rows(id: MatterId, case: &Case) -> impl Iterator<Item = Row> {
    let officers: Vec<String> = case.officers.iter().map(|id| id.0.to_string()).collect();
    let officers = serde_json::Value::from(officers).to_string();
    numbered(case).map(move |(no, it)| Row {
        table: ACT.name,
        values: params![
            id,
            i64::from(no),
            case.organ,
            // Words alone, which always become JSON; an empty one would be told when it is read.
            serde_json::to_string(&it.of).unwrap_or_default(),
            it.version,
            it.by,
            it.recorded_at,
            officers.clone(),
            it.on.to_string(),
            kept_name(it),
        ],
    })
}

fn kept_name(it: &ActState) -> &'static str {
    match (it.recordings.is_empty(), it.settled()) {
        (false, _) => "recorded",
        (true, true) => "excused",
        (true, false) => "missing",
    }
}

/// What happened when the term of an upload began, as a recording words it.
fn source(stored: &str) -> &'static str {
    [work::WORK_ENDED, work::LAST_PIECE].into_iter().find(|it| *it == stored).unwrap_or("")
}

fn people(table: &'static str, row: &DbRow, column: &str) -> Result<Vec<StaffId>, DbError> {
    serde_json::from_str(&row.text(column)?).map_err(|e| DbError::row(table, column, e))
}

fn day(table: &'static str, row: &DbRow, column: &str) -> Result<Date, DbError> {
    row.text(column)?.parse().map_err(|e| DbError::row(table, column, e))
}

fn read(row: &DbRow) -> Result<Filed, DbError> {
    Ok(Filed {
        recording: MatterId(row.uuid("matter_id")?),
        organ: OrganId(row.uuid("organ_id")?),
        case: row.opt_uuid("case_id")?.map(MatterId),
        number: row.text("number")?,
        title: row.text("title")?,
        unit: row.text("unit")?,
        recorded_on: day(FILED.name, row, "recorded_on")?,
        registered_at: row.instant("registered_at")?,
        collectors: people(FILED.name, row, "collectors")?,
        root: row.text("root")?,
        carrier: row.text("carrier")?,
        secrecy: row.opt_text("secrecy")?.map(|it| word(FILED.name, "secrecy", it)).transpose()?,
        course: Course {
            start: row.opt_instant("term_from")?.zip(row.opt_text("term_source")?.as_deref().map(source)),
            uploaded_at: row.opt_instant("uploaded_at")?,
            excuse: row
                .opt_text("excuse")?
                .map(|it| {
                    serde_json::from_str::<Excuse>(&it).map_err(|e| DbError::row(FILED.name, "excuse", e))
                })
                .transpose()?,
        },
    })
}

/// A number of recordings that no case, and of acts and recordings that no year of an organ
/// reaches: nothing is cut off unseen.
const MOST: usize = 1_000_000;

/// The recordings of a case, oldest first.
///
/// # Errors
/// When the database fails or a row is not what the program writes; so for all below.
pub async fn of_case<S: Sql>(sql: &S, case: MatterId) -> Result<Vec<Filed>, DbError> {
    let text = format!(
        "SELECT {} FROM recording_case c JOIN recording_filed f ON f.matter_id = c.matter_id \
         WHERE c.case_id = $1 ORDER BY c.case_id, c.matter_id LIMIT {MOST}",
        COLUMNS
            .split(", ")
            .map(|it| format!("f.{} AS {}", it.trim(), it.trim()))
            .collect::<Vec<_>>()
            .join(", ")
    );
    sql.all(FILED.name, text, params![case]).await?.iter().map(read).collect()
}

/// One recording.
///
/// # Errors
/// As [`of_case`].
pub async fn one<S: Sql>(sql: &S, recording: MatterId) -> Result<Option<Filed>, DbError> {
    let text = format!("SELECT {COLUMNS} FROM recording_filed WHERE matter_id = $1");
    sql.one(FILED.name, text, params![recording]).await?.as_ref().map(read).transpose()
}

/// The recordings of an organ that began between two civil days, both included, as far as
/// they were registered by an instant, and `most` of them.
///
/// # Errors
/// As [`of_case`].
pub async fn in_days<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (Date, Date),
    by: Timestamp,
    most: usize,
) -> Result<Vec<Filed>, DbError> {
    let most = most.min(MOST);
    let text = format!(
        "SELECT {COLUMNS} FROM recording_filed WHERE organ_id = $1 AND recorded_on >= $2 \
         AND recorded_on <= $3 AND registered_at <= $4 ORDER BY recorded_on, matter_id LIMIT {most}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string(), by];
    sql.all(FILED.name, text, values).await?.iter().map(read).collect()
}

/// What a recording was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its matter.
    pub recording: MatterId,
    /// Link of enforcement.
    pub link: Link,
    /// Of a patrol, which has no party.
    pub patrol: bool,
}

/// What the recordings of an organ were made of, of the same days as [`in_days`].
///
/// # Errors
/// As [`of_case`].
pub async fn made<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (Date, Date),
    by: Timestamp,
) -> Result<Vec<Made>, DbError> {
    const OF: &str = "recording_row";
    let text = format!(
        "SELECT f.matter_id AS matter_id, r.link AS link, r.subject AS subject FROM recording_filed f \
         JOIN recording_row r ON r.matter_id = f.matter_id WHERE f.organ_id = $1 AND f.recorded_on >= $2 \
         AND f.recorded_on <= $3 AND f.registered_at <= $4 ORDER BY f.recorded_on, f.matter_id LIMIT {MOST}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string(), by];
    let read = |row: &DbRow| {
        Ok(Made {
            recording: MatterId(row.uuid("matter_id")?),
            link: word(OF, "link", row.text("link")?)?,
            patrol: row.text("subject")? == "patrol",
        })
    };
    sql.all(OF, text, values).await?.iter().map(read).collect()
}

/// The civil day of the recording behind the first `n` of these days; none where there are
/// no more.
///
/// # Errors
/// As [`of_case`].
pub async fn day_of_nth<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (Date, Date),
    n: usize,
) -> Result<Option<Date>, DbError> {
    let text = format!(
        "SELECT recorded_on FROM recording_filed WHERE organ_id = $1 AND recorded_on >= $2 \
         AND recorded_on <= $3 ORDER BY recorded_on, matter_id LIMIT 1 OFFSET {n}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string()];
    let row = sql.one(FILED.name, text, values).await?;
    row.map(|row| day(FILED.name, &row, "recorded_on")).transpose()
}

/// An act that had to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Its case.
    pub case: MatterId,
    /// Version of the case's stream with which it was recorded.
    pub version: u64,
    /// Who entered it.
    pub by: StaffId,
    /// When it was entered.
    pub at: Timestamp,
    /// The row of coverage; its unit is left blank.
    pub row: ActRow,
}

/// The acts of an organ between two civil days, both included, that had to be recorded by the
/// list as it held and was known.
///
/// # Errors
/// As [`of_case`].
pub async fn acts<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (Date, Date),
    lists: &RecordingRules,
) -> Result<Vec<Acted>, DbError> {
    let text = format!(
        "SELECT matter_id, version, act, recorded_by, recorded_at, officers, acted_on, kept FROM recording_act \
         WHERE organ_id = $1 AND acted_on >= $2 AND acted_on <= $3 \
         ORDER BY organ_id, acted_on, matter_id, no LIMIT {MOST}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string()];
    let rows = sql.all(ACT.name, text, values).await?;
    let read = |row: &DbRow| {
        let act: ActOf =
            serde_json::from_str(&row.text("act")?).map_err(|e| DbError::row(ACT.name, "act", e))?;
        let (on, at) = (day(ACT.name, row, "acted_on")?, row.instant("recorded_at")?);
        let asked = lists.required(&act, on, at);
        let kept = match row.text("kept")?.as_str() {
            "recorded" => Kept::Recorded,
            "excused" => Kept::Excused,
            "missing" => Kept::Missing,
            other => return Err(DbError::row(ACT.name, "kept", other)),
        };
        let Some(link) = asked.link.filter(|_| asked.must()) else { return Ok(None) };
        let officers = people(ACT.name, row, "officers")?;
        let version = row.int("version")?;
        Ok(Some(Acted {
            case: MatterId(row.uuid("matter_id")?),
            version: u64::try_from(version).map_err(|e| DbError::row(ACT.name, "version", e))?,
            by: StaffId(row.uuid("recorded_by")?),
            at,
            row: ActRow { link, unit: String::new(), officers, on, kept, full: asked.manner == Manner::Full },
        }))
    };
    rows.iter().filter_map(|row| read(row).transpose()).collect()
}
