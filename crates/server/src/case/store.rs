//! Statements on the tables of cases.

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use sea_orm::Value;
use uuid::Uuid;

use super::tables::terms;
use crate::kit::db::{DbError, Engine, Row, Sql};
use crate::params;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Case.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Number of its filing.
    pub number: Option<String>,
    /// Title.
    pub title: String,
    /// Parties.
    pub parties: String,
    /// Category of enforcement.
    pub category: String,
    /// Main stage, stored name.
    pub stage: String,
    /// Legal review, in words.
    pub review: String,
    /// Civil day of registration.
    pub registered_on: String,
    /// Civil day of filing.
    pub filed_on: Option<String>,
    /// Civil day of the decision.
    pub decided_on: Option<String>,
    /// Fines decided, fen.
    pub fine_fen: i64,
}

impl Line {
    const COLUMNS: &'static str = "r.matter_id, r.organ_id, r.number, r.title, r.parties, r.category, r.stage, \
         r.review, r.registered_on, r.filed_on, r.decided_on, r.fine_fen";

    fn read(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: MatterId(row.uuid("matter_id")?),
            organ: OrganId(row.uuid("organ_id")?),
            number: row.opt_text("number")?,
            title: row.text("title")?,
            parties: row.text("parties")?,
            category: row.text("category")?,
            stage: row.text("stage")?,
            review: row.text("review")?,
            registered_on: row.text("registered_on")?,
            filed_on: row.opt_text("filed_on")?,
            decided_on: row.opt_text("decided_on")?,
            fine_fen: row.int("fine_fen")?,
        })
    }
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Organs that may be seen; empty for all.
    pub organs: Vec<OrganId>,
    /// Stage by stored name.
    pub stage: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Handled by.
    pub officer: Option<StaffId>,
    /// Words.
    pub words: Option<String>,
    /// Continue below this case (newest first).
    pub before: Option<MatterId>,
}

/// Most words of a search that are looked up.
const MAX_TERMS: usize = 6;

/// Cases, newest first; one more than `limit` is never returned, a full page
/// says that there may be more.
///
/// # Errors
/// When the database fails.
pub async fn list<S: Sql>(sql: &S, filter: &Filter, limit: u32) -> Result<Vec<Line>, DbError> {
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let mut from = "case_row r".to_owned();
    let mut conditions = Vec::new();
    let mut pairs: Vec<String> = Vec::new();
    if let Some(words) = filter.words.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
        pairs = terms(words);
        pairs.truncate(MAX_TERMS);
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
    }
    let organs: Vec<String> = filter.organs.iter().map(|o| bind(params![*o].remove(0))).collect();
    for (index, term) in pairs.into_iter().enumerate() {
        let term = bind(term.into());
        let inside = if organs.is_empty() {
            String::new()
        } else {
            format!(" AND t{index}.organ_id IN ({})", organs.join(", "))
        };
        from.push_str(&format!(
            " JOIN case_term t{index} ON t{index}.matter_id = r.matter_id AND t{index}.term = {term}{inside}"
        ));
    }
    if let Some(officer) = filter.officer {
        let officer = bind(params![officer].remove(0));
        from.push_str(&format!(
            " JOIN case_officer o ON o.matter_id = r.matter_id AND o.staff_id = {officer}"
        ));
    }
    if !organs.is_empty() {
        conditions.push(match organs.as_slice() {
            [one] => format!("r.organ_id = {one}"),
            many => format!("r.organ_id IN ({})", many.join(", ")),
        });
    }
    if let Some(stage) = &filter.stage {
        conditions.push(format!("r.stage = {}", bind(stage.as_str().into())));
    }
    if let Some(category) = &filter.category {
        conditions.push(format!("r.category = {}", bind(category.as_str().into())));
    }
    if let Some(before) = filter.before {
        conditions.push(format!("r.matter_id < {}", bind(params![before].remove(0))));
    }
    let conditions =
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    let text =
        format!("SELECT {} FROM {from}{conditions} ORDER BY r.matter_id DESC LIMIT {limit}", Line::COLUMNS);
    sql.all("case_row", text, values).await?.iter().map(Line::read).collect()
}

/// Cases of these organs at a stage, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn oldest<S: Sql>(
    sql: &S,
    organs: &[OrganId],
    stage: &str,
    limit: u32,
) -> Result<Vec<Line>, DbError> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![stage];
    let mut places = Vec::new();
    for organ in organs {
        values.push(params![*organ].remove(0));
        places.push(format!("${}", values.len()));
    }
    let text = format!(
        "SELECT {} FROM case_row r WHERE r.stage = $1 AND r.organ_id IN ({}) ORDER BY r.matter_id LIMIT {limit}",
        Line::COLUMNS,
        places.join(", ")
    );
    sql.all("case_row", text, values).await?.iter().map(Line::read).collect()
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Waiting {
    /// Case.
    pub id: MatterId,
    /// Publication, where it waits for something to be done to one.
    pub publication: Option<MatterId>,
    /// Recording, where it waits for its upload.
    pub recording: Option<MatterId>,
    /// Party whose decision waits for its public copy, from 1.
    pub party: Option<u16>,
    /// What waits.
    pub title: String,
    /// Since which civil day.
    pub since: String,
    /// The case.
    pub case: String,
    /// Number of the case.
    pub number: Option<String>,
    /// Its own last day, of a public copy; the case's limits stand with the case.
    pub due: Option<Date>,
}

/// What waits for a person: by name, or for one of the roles in the organ; once, however
/// many of the roles the person holds.
/// Longest waiting first.
///
/// # Errors
/// When the database fails.
pub async fn waiting<S: Sql>(
    sql: &S,
    organ: OrganId,
    staff: StaffId,
    roles: &[String],
    limit: u32,
) -> Result<Vec<Waiting>, DbError> {
    let mut values = params![staff, organ];
    // Each branch takes its first lines in the order of its index: what else waits is not read.
    let branch = |alias: usize, condition: &str| {
        format!(
            "SELECT * FROM (SELECT matter_id, title, since FROM case_task WHERE {condition} \
             ORDER BY since, matter_id LIMIT {limit}) b{alias}"
        )
    };
    let mut branches = vec![branch(0, "staff_id = $1 AND organ_id = $2")];
    for role in roles {
        values.push(role.as_str().into());
        let condition = format!("organ_id = $2 AND role = ${} AND staff_id IS NULL", values.len());
        branches.push(branch(branches.len(), &condition));
    }
    let text = format!(
        "SELECT t.matter_id, t.title, t.since, r.title AS case_title, r.number FROM ({}) t \
         JOIN case_row r ON r.matter_id = t.matter_id ORDER BY t.since, t.matter_id LIMIT {limit}",
        branches.join(" UNION ")
    );
    let read = |row: &Row| {
        Ok(Waiting {
            id: MatterId(row.uuid("matter_id")?),
            publication: None,
            recording: None,
            party: None,
            title: row.text("title")?,
            since: row.text("since")?,
            case: row.text("case_title")?,
            number: row.opt_text("number")?,
            due: None,
        })
    };
    sql.all("case_task", text, values).await?.iter().map(read).collect()
}

/// Whether a receipt is matched to some case already.
///
/// # Errors
/// When the database fails.
pub async fn receipt_used<S: Sql>(sql: &S, receipt: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM case_receipt WHERE receipt = $1";
    Ok(sql.one("case_receipt", text, params![receipt]).await?.is_some())
}

/// Parses a cursor of the list.
pub fn cursor(text: &str) -> Option<MatterId> {
    text.parse::<Uuid>().ok().map(MatterId)
}

/// Categories of enforcement that occur in these organs.
///
/// # Errors
/// When the database fails.
pub async fn categories<S: Sql>(sql: &S, organs: &[OrganId]) -> Result<Vec<String>, DbError> {
    let mut out: Vec<String> = Vec::new();
    for organ in organs {
        // Skips through the index from one category to the next: its cost is the
        // number of categories, not of cases.
        let mut last = String::new();
        let text =
            "SELECT category FROM case_row WHERE organ_id = $1 AND category > $2 ORDER BY category LIMIT 1";
        while let Some(row) = sql.one("case_row", text, params![*organ, last.as_str()]).await? {
            last = row.text("category")?;
            out.push(last.clone());
        }
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}

/// Document numbers that stand on two documents of an organ.
///
/// # Errors
/// When the database fails.
pub async fn repeated_numbers<S: Sql>(sql: &S) -> Result<Vec<(OrganId, String)>, DbError> {
    let text = "SELECT organ_id, number FROM case_document WHERE number IS NOT NULL \
                GROUP BY organ_id, number HAVING COUNT(*) > 1 LIMIT 1000";
    let rows = sql.all("case_document", text, vec![]).await?;
    rows.iter().map(|row| Ok((OrganId(row.uuid("organ_id")?), row.text("number")?))).collect()
}

/// Receipts that stand in two places.
///
/// # Errors
/// When the database fails.
pub async fn repeated_receipts<S: Sql>(sql: &S) -> Result<Vec<String>, DbError> {
    let text = "SELECT receipt FROM case_receipt GROUP BY receipt HAVING COUNT(*) > 1 LIMIT 1000";
    sql.all("case_receipt", text, vec![]).await?.iter().map(|row| row.text("receipt")).collect()
}

/// The rule set that a command `c` noted, as the index `command_rules` has it.
pub const fn noted(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "json_extract(c.context, '$.notes.rules')",
        Engine::Postgres => "((c.context::json -> 'notes') ->> 'rules')",
    }
}

/// A rule set with an organ that decided by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Digest of the rules.
    pub rules: String,
    /// Organ.
    pub organ: OrganId,
}

/// The next rule set and organ after these, in order; skips through the index, so that its
/// cost is the number of rule sets and not of commands.
///
/// # Errors
/// When the database fails.
pub async fn next_used<S: Sql>(sql: &S, after: Option<&Used>) -> Result<Option<Used>, DbError> {
    let noted = noted(sql.engine());
    let read = |row: &Row| Ok(Used { rules: row.text("rules")?, organ: OrganId(row.uuid("organ_id")?) });
    if let Some(it) = after {
        let text = format!(
            "SELECT {noted} AS rules, c.organ_id FROM command c WHERE {noted} = $1 AND c.organ_id > $2 \
             ORDER BY c.organ_id LIMIT 1"
        );
        let row = sql.one("command", text, params![it.rules.as_str(), it.organ]).await?;
        if let Some(row) = row {
            return read(&row).map(Some);
        }
    }
    let text = format!(
        "SELECT {noted} AS rules, c.organ_id FROM command c WHERE {noted} > $1 \
         ORDER BY {noted}, c.organ_id LIMIT 1"
    );
    let row = sql.one("command", text, params![after.map_or("", |it| it.rules.as_str())]).await?;
    row.as_ref().map(read).transpose()
}

/// The first instant from `from` on at which the organ decided by the rules.
///
/// # Errors
/// When the database fails.
pub async fn first_use<S: Sql>(sql: &S, of: &Used, from: Timestamp) -> Result<Option<Timestamp>, DbError> {
    let text = format!(
        "SELECT c.recorded_at FROM command c WHERE {} = $1 AND c.organ_id = $2 AND c.recorded_at >= $3 \
         ORDER BY c.recorded_at LIMIT 1",
        noted(sql.engine())
    );
    let row = sql.one("command", text, params![of.rules.as_str(), of.organ, from]).await?;
    row.map(|row| row.instant("recorded_at")).transpose()
}

/// An event of a case or of its family that was decided under a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The case.
    pub case: MatterId,
    /// Kind of the matter whose event it is.
    pub kind: String,
    /// Version of the event.
    pub version: u64,
    /// Stored name of the event.
    pub event: String,
    /// Instant of recording.
    pub at: Timestamp,
}

/// What the organ decided by the rules from `from` until before `to`, in the cases that are
/// not erased; the notes of errata themselves are left out.
///
/// # Errors
/// When the database fails.
pub async fn decided_by<S: Sql>(
    sql: &S,
    of: &Used,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Decided>, DbError> {
    let text = format!(
        "SELECT e.family, e.kind, e.version, e.type, e.recorded_at FROM command c \
         JOIN event e ON e.command_id = c.id JOIN matter m ON m.id = e.family \
         WHERE {} = $1 AND c.organ_id = $2 AND c.recorded_at >= $3 AND c.recorded_at < $4 \
         AND m.kind = 'case' AND m.erased_at IS NULL AND e.type NOT IN ('erratum_noted', 'erratum_answered') \
         ORDER BY e.recorded_at, e.matter_id, e.version",
        noted(sql.engine())
    );
    let read = |row: &Row| {
        Ok(Decided {
            case: MatterId(row.uuid("family")?),
            kind: row.text("kind")?,
            version: row.uint("version")?,
            event: row.text("type")?,
            at: row.instant("recorded_at")?,
        })
    };
    let rows = sql.all("event", text, params![of.rules.as_str(), of.organ, from, to]).await?;
    rows.iter().map(read).collect()
}

/// An erratum that waits for an answer, as a supervisor sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct OpenErratum {
    /// Case.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// The case.
    pub case: String,
    /// What waits.
    pub title: String,
    /// Since which civil day.
    pub since: String,
}

/// Errata of these organs that wait for an answer, longest waiting first.
///
/// # Errors
/// When the database fails.
pub async fn open_errata<S: Sql>(
    sql: &S,
    organs: &[OrganId],
    limit: u32,
) -> Result<Vec<OpenErratum>, DbError> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=organs.len()).map(|at| format!("${at}")).collect();
    // One row a question, however many people it waits for.
    let text = format!(
        "SELECT DISTINCT t.matter_id, t.organ_id, t.title, t.since, r.title AS case_title FROM case_task t \
         JOIN case_row r ON r.matter_id = t.matter_id \
         WHERE t.organ_id IN ({}) AND t.task LIKE 'erratum-%' ORDER BY t.since, t.matter_id, t.title LIMIT {limit}",
        places.join(", ")
    );
    let values = organs.iter().flat_map(|it| params![*it]).collect();
    let read = |row: &Row| {
        Ok(OpenErratum {
            id: MatterId(row.uuid("matter_id")?),
            organ: OrganId(row.uuid("organ_id")?),
            case: row.text("case_title")?,
            title: row.text("title")?,
            since: row.text("since")?,
        })
    };
    sql.all("case_task", text, values).await?.iter().map(read).collect()
}
