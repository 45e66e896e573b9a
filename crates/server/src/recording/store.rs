//! Statements on the tables of recordings.

use jiff::Timestamp;
use mingjing_domain::case::form::{Word as _, wire_name};
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::recording::words::Link;
use sea_orm::Value;
use uuid::Uuid;

use super::tables::Overall;
use crate::case::tables::terms;
use crate::kit::db::{DbError, Engine, Row, Sql, Tx};
use crate::params;

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Recording.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Its number.
    pub number: Option<String>,
    /// Link of the list, stored name.
    pub link: String,
    /// Link in words.
    pub link_label: &'static str,
    /// Unit.
    pub unit: String,
    /// Place.
    pub place: String,
    /// Party; blank for a patrol.
    pub party: String,
    /// Cause; blank for a patrol.
    pub cause: String,
    /// Civil day of the first piece.
    pub made_on: String,
    /// How far it has come, stored name.
    pub state: String,
    /// The same in words.
    pub state_label: &'static str,
    /// Pieces.
    pub segments: i64,
    /// What is not in order.
    pub findings: i64,
    /// From when the term of its upload runs; none once it is uploaded or excused.
    pub pending_since: Option<Timestamp>,
    /// When its last piece came.
    pub uploaded_at: Option<Timestamp>,
    /// It came after its term.
    pub late: bool,
    /// Holds that were not released.
    pub held: i64,
}

/// A link's word by its stored name.
pub fn link_label(name: &str) -> &'static str {
    Link::ALL.iter().find(|it| wire_name(*it) == name).map_or("", |it| it.label())
}

const COLUMNS: &str = "r.matter_id, r.organ_id, r.number, r.link, r.unit, r.place, r.party, r.cause, r.made_on, \
     r.state, r.segments, r.findings, r.pending_since, r.uploaded_at, r.late, r.held";

fn read(row: &Row) -> Result<Line, DbError> {
    let (link, state) = (row.text("link")?, row.text("state")?);
    Ok(Line {
        id: MatterId(row.uuid("matter_id")?),
        organ: OrganId(row.uuid("organ_id")?),
        number: row.opt_text("number")?,
        link_label: link_label(&link),
        link,
        unit: row.text("unit")?,
        place: row.text("place")?,
        party: row.text("party")?,
        cause: row.text("cause")?,
        made_on: row.text("made_on")?,
        state_label: Overall::named(&state).map_or("", Overall::label),
        state,
        segments: row.int("segments")?,
        findings: row.int("findings")?,
        pending_since: row.opt_instant("pending_since")?,
        uploaded_at: row.opt_instant("uploaded_at")?,
        late: row.flag("late")?,
        held: row.int("held")?,
    })
}

/// Recordings of an organ with a hold that was not released and has its last day between two
/// civil days, both included; the soonest first.
///
/// # Errors
/// When the database fails.
pub async fn holds_ending<S: Sql>(
    sql: &S,
    organ: OrganId,
    (from, to): (jiff::civil::Date, jiff::civil::Date),
    limit: u32,
) -> Result<Vec<MatterId>, DbError> {
    let text = format!(
        "SELECT matter_id, MIN(until_on) AS soonest FROM recording_hold \
         WHERE organ_id = $1 AND released_on IS NULL AND until_on >= $2 AND until_on <= $3 \
         GROUP BY matter_id ORDER BY soonest, matter_id LIMIT {limit}"
    );
    let values = params![organ, from.to_string(), to.to_string()];
    let rows = sql.all("recording_hold", text, values).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Organs that may be seen.
    pub organs: Vec<OrganId>,
    /// How far it has come, stored name.
    pub state: Option<String>,
    /// Link, stored name.
    pub link: Option<String>,
    /// Belongs to this case.
    pub case: Option<MatterId>,
    /// Recorded by.
    pub collector: Option<StaffId>,
    /// Made with this device.
    pub device: Option<MatterId>,
    /// Uploaded late, or not uploaded though its term began before this instant.
    pub overdue_before: Option<Timestamp>,
    /// Something holds it.
    pub held: bool,
    /// Words of number, party, cause, place.
    pub words: Option<String>,
    /// Continue below this recording (newest first).
    pub before: Option<MatterId>,
}

/// Most words of a search that are looked up.
const MAX_TERMS: usize = 6;

struct Builder {
    values: Vec<Value>,
    from: String,
    conditions: Vec<String>,
}

impl Builder {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn one(&mut self, value: Vec<Value>) -> String {
        let first = value.into_iter().next().unwrap_or(Value::String(None));
        self.bind(first)
    }

    /// Terms, case, collector and device are looked up in tables of their own.
    fn joins(&mut self, filter: &Filter, pairs: Vec<String>) {
        for (at, term) in pairs.into_iter().enumerate() {
            let term = self.bind(term.into());
            self.from.push_str(&format!(
                " JOIN recording_term t{at} ON t{at}.matter_id = r.matter_id AND t{at}.term = {term}"
            ));
        }
        if let Some(case) = filter.case {
            let case = self.one(params![case]);
            self.from.push_str(&format!(
                " JOIN recording_case c ON c.matter_id = r.matter_id AND c.case_id = {case}"
            ));
        }
        if let Some(staff) = filter.collector {
            let staff = self.one(params![staff]);
            self.from.push_str(&format!(
                " JOIN recording_collector w ON w.matter_id = r.matter_id AND w.staff_id = {staff}"
            ));
        }
        if let Some(device) = filter.device {
            let device = self.one(params![device]);
            self.conditions.push(format!(
                "r.matter_id IN (SELECT s.matter_id FROM recording_segment s WHERE s.device_id = {device})"
            ));
        }
    }

    fn narrow(&mut self, filter: &Filter) {
        let organs: Vec<String> = filter.organs.iter().map(|it| self.one(params![*it])).collect();
        self.conditions.push(match organs.as_slice() {
            [] => "1 = 0".to_owned(),
            [one] => format!("r.organ_id = {one}"),
            many => format!("r.organ_id IN ({})", many.join(", ")),
        });
        for (column, value) in [("r.state", &filter.state), ("r.link", &filter.link)] {
            if let Some(value) = value {
                let value = self.bind(value.as_str().into());
                self.conditions.push(format!("{column} = {value}"));
            }
        }
        if let Some(before) = filter.overdue_before {
            let before = self.one(params![before]);
            self.conditions.push(format!("(r.late = 1 OR r.pending_since < {before})"));
        }
        if filter.held {
            self.conditions.push("r.held > 0".to_owned());
        }
        if let Some(before) = filter.before {
            let before = self.one(params![before]);
            self.conditions.push(format!("r.matter_id < {before}"));
        }
    }
}

/// Recordings, newest first; one more than a page says that there are more.
///
/// # Errors
/// When the database fails.
pub async fn list<S: Sql>(sql: &S, filter: &Filter, limit: u32) -> Result<Vec<Line>, DbError> {
    let mut pairs: Vec<String> = Vec::new();
    if let Some(words) = filter.words.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        pairs = terms(words);
        pairs.truncate(MAX_TERMS);
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
    }
    let mut it = Builder { values: Vec::new(), from: "recording_row r".to_owned(), conditions: Vec::new() };
    it.joins(filter, pairs);
    it.narrow(filter);
    let text = format!(
        "SELECT {COLUMNS} FROM {} WHERE {} ORDER BY r.matter_id DESC LIMIT {limit}",
        it.from,
        it.conditions.join(" AND ")
    );
    sql.all("recording_row", text, it.values).await?.iter().map(read).collect()
}

/// Recordings of a case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_case<S: Sql>(sql: &S, case: MatterId, limit: u32) -> Result<Vec<Line>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} FROM recording_case c JOIN recording_row r ON r.matter_id = c.matter_id \
         WHERE c.case_id = $1 ORDER BY c.matter_id DESC LIMIT {limit}"
    );
    sql.all("recording_case", text, params![case]).await?.iter().map(read).collect()
}

/// Whose uploads are overdue.
#[derive(Clone, Copy, Debug)]
pub enum Overdue<'a> {
    /// A collector's own.
    Of(StaffId),
    /// Those of a unit of an organ.
    Unit(OrganId, &'a str),
    /// Those of an organ.
    Organ(OrganId),
}

/// Recordings whose upload term began before an instant and that are neither uploaded
/// nor excused, the longest waiting first.
///
/// # Errors
/// When the database fails.
pub async fn overdue<S: Sql>(
    sql: &S,
    whose: Overdue<'_>,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    let (text, values) = match whose {
        Overdue::Of(staff) => (
            format!(
                "SELECT {COLUMNS} FROM recording_collector w JOIN recording_row r ON r.matter_id = w.matter_id \
                 WHERE w.staff_id = $1 AND w.pending_since < $2 ORDER BY w.pending_since, w.matter_id LIMIT {limit}"
            ),
            params![staff, before],
        ),
        Overdue::Unit(organ, unit) => (
            format!(
                "SELECT {COLUMNS} FROM recording_row r WHERE r.organ_id = $1 AND r.pending_since < $2 \
                 AND r.unit = $3 ORDER BY r.pending_since, r.matter_id LIMIT {limit}"
            ),
            params![organ, before, unit],
        ),
        Overdue::Organ(organ) => (
            format!(
                "SELECT {COLUMNS} FROM recording_row r WHERE r.organ_id = $1 AND r.pending_since < $2 \
                 ORDER BY r.pending_since, r.matter_id LIMIT {limit}"
            ),
            params![organ, before],
        ),
    };
    sql.all("recording_row", text, values).await?.iter().map(read).collect()
}

/// The number of a piece by the identifier that its device gave it.
///
/// # Errors
/// When the database fails.
pub async fn piece<S: Sql>(sql: &S, recording: MatterId, piece: Uuid) -> Result<Option<u16>, DbError> {
    let text = "SELECT no FROM recording_segment WHERE matter_id = $1 AND piece_id = $2";
    let row = sql.one("recording_segment", text, params![recording, piece]).await?;
    row.map(|row| u16::try_from(row.int("no")?).map_err(|e| DbError::row("recording_segment", "no", e)))
        .transpose()
}

/// Recordings that stand in a case's family.
///
/// # Errors
/// When the database fails.
pub async fn of_family<S: Sql>(sql: &S, family: MatterId) -> Result<Vec<MatterId>, DbError> {
    let text = "SELECT id FROM matter WHERE family = $1 AND kind = 'recording' ORDER BY id";
    let rows = sql.all("matter", text, params![family]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("id")?))).collect()
}

/// Recordings of an organ that may be proposed for destruction as far as tables can
/// tell: stored or never uploaded, older than a civil day, held by nothing.
///
/// # Errors
/// When the database fails.
pub async fn old<S: Sql>(sql: &S, organ: OrganId, before: &str, limit: u32) -> Result<Vec<Line>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} FROM recording_row r WHERE r.organ_id = $1 AND r.state = 'accepted' \
         AND r.held = 0 AND r.made_on < $2 ORDER BY r.matter_id LIMIT {limit}"
    );
    sql.all("recording_row", text, params![organ, before]).await?.iter().map(read).collect()
}

/// Words of every link, for a filter.
pub fn links() -> Vec<(String, &'static str)> {
    Link::choices()
}

/// Roots of pieces that must be in the store, what came altered too, ordered, behind `after`;
/// each once.
///
/// # Errors
/// When the database fails.
pub async fn roots_behind<S: Sql>(sql: &S, after: Option<&str>, most: usize) -> Result<Vec<String>, DbError> {
    let text = "SELECT s.sha256_root FROM recording_segment s \
         JOIN recording_row r ON r.matter_id = s.matter_id \
         WHERE s.sha256_root > $1 AND s.phase = 'accepted' AND r.state <> 'destroyed' \
         UNION SELECT sha256_root FROM recording_mismatch WHERE sha256_root > $1 \
         ORDER BY sha256_root LIMIT $2";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = sql.all("recording_segment", text, params![after.unwrap_or(""), most]).await?;
    rows.iter().map(|row| row.text("sha256_root")).collect()
}

/// Pieces of these recordings that are in the store: recording, number, SHA-256 root; in order.
///
/// # Errors
/// When the database fails.
pub async fn stored<S: Sql>(sql: &S, ids: &[MatterId]) -> Result<Vec<(MatterId, u16, String)>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
    let text = format!(
        "SELECT matter_id, no, sha256_root FROM recording_segment \
         WHERE matter_id IN ({}) AND phase = 'accepted' ORDER BY matter_id, no",
        places.join(", ")
    );
    let values = ids.iter().flat_map(|id| params![*id]).collect();
    let rows = sql.all("recording_segment", text, values).await?;
    rows.iter().map(stored_piece).collect()
}

fn stored_piece(row: &Row) -> Result<(MatterId, u16, String), DbError> {
    let no = u16::try_from(row.int("no")?).map_err(|e| DbError::row("recording_segment", "no", e))?;
    Ok((MatterId(row.uuid("matter_id")?), no, row.text("sha256_root")?))
}

/// Up to `most` pieces that must be in the store, in order, behind a piece.
///
/// # Errors
/// When the database fails.
pub async fn stored_behind<S: Sql>(
    sql: &S,
    after: (MatterId, u16),
    most: u32,
) -> Result<Vec<(MatterId, u16, String)>, DbError> {
    let text = format!(
        "SELECT s.matter_id, s.no, s.sha256_root FROM recording_segment s \
         JOIN recording_row r ON r.matter_id = s.matter_id \
         WHERE (s.matter_id > $1 OR (s.matter_id = $1 AND s.no > $2)) \
         AND s.phase = 'accepted' AND r.state <> 'destroyed' ORDER BY s.matter_id, s.no LIMIT {most}"
    );
    let values = params![after.0, i64::from(after.1)];
    sql.all("recording_segment", text, values).await?.iter().map(stored_piece).collect()
}

/// Recordings that hold the same bytes, be it as what came altered, and were not destroyed.
///
/// # Errors
/// When the database fails.
pub async fn holding<S: Sql>(sql: &S, root: &str) -> Result<Vec<MatterId>, DbError> {
    let text = "SELECT s.matter_id FROM recording_segment s \
         JOIN recording_row r ON r.matter_id = s.matter_id \
         WHERE s.sha256_root = $1 AND s.phase = 'accepted' AND r.state <> 'destroyed' \
         UNION SELECT matter_id FROM recording_mismatch WHERE sha256_root = $1 ORDER BY matter_id";
    let rows = sql.all("recording_segment", text, params![root]).await?;
    rows.iter().map(|row| Ok(MatterId(row.uuid("matter_id")?))).collect()
}

/// Holds the head of a recording until the end of the transaction, so that what is looked up
/// next is not decided by somebody else meanwhile. SQLite has one writer at a time as it is.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &Tx, recording: MatterId) -> Result<(), DbError> {
    if tx.engine() == Engine::Postgres {
        tx.one("matter", "SELECT id FROM matter WHERE id = $1 FOR UPDATE", params![recording]).await?;
    }
    Ok(())
}

/// A piece that was recorded with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevicePiece {
    /// The device.
    pub device: MatterId,
    /// The recording.
    pub recording: MatterId,
    /// When it began, on the server's clock.
    pub from: Timestamp,
    /// When it ended; its beginning where that is not known.
    pub to: Timestamp,
}

/// The pieces of an organ that were recorded with devices and began from one instant to before
/// another, in order.
///
/// # Errors
/// When the database fails.
pub async fn with_devices<S: Sql>(
    sql: &S,
    organ: OrganId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<DevicePiece>, DbError> {
    let text = "SELECT device_id, matter_id, started_at, ended_at FROM recording_segment \
         WHERE organ_id = $1 AND device_id IS NOT NULL AND started_at >= $2 AND started_at < $3 \
         ORDER BY started_at, matter_id, no";
    let rows = sql.all("recording_segment", text, params![organ, from, to]).await?;
    rows.iter()
        .map(|row| {
            let from = row.instant("started_at")?;
            Ok(DevicePiece {
                device: MatterId(row.uuid("device_id")?),
                recording: MatterId(row.uuid("matter_id")?),
                from,
                to: row.opt_instant("ended_at")?.unwrap_or(from),
            })
        })
        .collect()
}
