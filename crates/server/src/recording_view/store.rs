//! The tables of recordings, and of acts that must be recorded.

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::policy::AvLink;
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
        ("due_at", Int),
        ("arrived_at", Int),
        ("late_excused", Int),
    ],
    key: &["matter_id"],
};

/// Acts that must be recorded, for the tables of the case. `kept` is `recorded`, `excused`
/// or `missing`; `officers` is a JSON array of identifiers.
pub const ACT: TableSpec = TableSpec {
    name: "recording_act",
    columns: &[
        ("matter_id", Blob),
        ("version", Int),
        ("organ_id", Blob),
        ("link", Text),
        ("unit", Text),
        ("officers", Text),
        ("acted_on", Text),
        ("kept", Text),
    ],
    key: &["matter_id", "version"],
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
    /// Evidence identity, hex; empty before it is stored.
    pub root: String,
    /// Where it is kept; empty before it is stored.
    pub carrier: String,
    /// Its mark.
    pub secrecy: Option<Secrecy>,
    /// By when it has to be in the store.
    pub due_at: Timestamp,
    /// When it was accepted in the store.
    pub arrived_at: Option<Timestamp>,
    /// It is late for a lawful reason.
    pub late_excused: bool,
}

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
            it.due_at,
            it.arrived_at,
            it.late_excused,
        ],
    }
}

const COLUMNS: &str = "matter_id, organ_id, case_id, number, title, unit, recorded_on, registered_at, \
                       collectors, root, carrier, secrecy, due_at, arrived_at, late_excused";

fn word<T: DeserializeOwned>(table: &'static str, column: &str, text: String) -> Result<T, DbError> {
    serde_json::from_value(text.into()).map_err(|e| DbError::row(table, column, e))
}

fn link(name: &str) -> Result<AvLink, DbError> {
    let known = AvLink::ALL.iter().find(|it| wire_name(*it) == name);
    known.copied().ok_or_else(|| DbError::row(ACT.name, "link", name))
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
        due_at: row.instant("due_at")?,
        arrived_at: row.opt_instant("arrived_at")?,
        late_excused: row.int("late_excused")? != 0,
    })
}

/// Most recordings that one case, or the days of one check, may have.
const MOST: u32 = 20_000;

/// The recordings of a case, oldest first.
///
/// # Errors
/// When the database fails or a row is not what the program writes; so for all below.
pub async fn of_case<S: Sql>(sql: &S, case: MatterId) -> Result<Vec<Filed>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} FROM recording_filed WHERE case_id = $1 ORDER BY case_id, matter_id LIMIT {MOST}"
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
/// they were registered by an instant.
///
/// # Errors
/// As [`of_case`].
pub async fn in_days<S: Sql>(
    sql: &S,
    organ: OrganId,
    days: (Date, Date),
    by: Timestamp,
) -> Result<Vec<Filed>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} FROM recording_filed WHERE organ_id = $1 AND recorded_on >= $2 \
         AND recorded_on <= $3 AND registered_at <= $4 ORDER BY recorded_on, matter_id LIMIT {MOST}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string(), by];
    sql.all(FILED.name, text, values).await?.iter().map(read).collect()
}

/// The acts of an organ between two civil days, both included, that must be recorded.
///
/// # Errors
/// As [`of_case`].
pub async fn acts<S: Sql>(sql: &S, organ: OrganId, days: (Date, Date)) -> Result<Vec<ActRow>, DbError> {
    let text = format!(
        "SELECT link, unit, officers, acted_on, kept FROM recording_act WHERE organ_id = $1 \
         AND acted_on >= $2 AND acted_on <= $3 ORDER BY acted_on, matter_id, version LIMIT {MOST}"
    );
    let values = params![organ, days.0.to_string(), days.1.to_string()];
    let rows = sql.all(ACT.name, text, values).await?;
    rows.iter()
        .map(|row| {
            let kept = match row.text("kept")?.as_str() {
                "recorded" => Kept::Recorded,
                "excused" => Kept::Excused,
                "missing" => Kept::Missing,
                other => return Err(DbError::row(ACT.name, "kept", other)),
            };
            Ok(ActRow {
                link: link(&row.text("link")?)?,
                unit: row.text("unit")?,
                officers: people(ACT.name, row, "officers")?,
                on: day(ACT.name, row, "acted_on")?,
                kept,
            })
        })
        .collect()
}
