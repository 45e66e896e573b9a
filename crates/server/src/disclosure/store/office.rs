//! Statements of the office's queue.

use jiff::civil::Date;
use mingjing_domain::disclosure::Stage;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};

use super::{Query, day, stage};
use crate::kit::db::{DbError, Row, Sql};
use crate::params;

/// A line of the office's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Publication; none while nothing was prepared.
    pub publication: Option<MatterId>,
    /// Case.
    pub case: MatterId,
    /// Party, from 1.
    pub party: u16,
    /// Where it stands; none while nothing was prepared.
    pub stage: Option<Stage>,
    /// Where a copy on its way stands, by its stored name.
    pub phase: Option<String>,
    /// 决定书文号.
    pub number: String,
    /// Case title or masked party.
    pub title: String,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Day on which it counts as served.
    pub served_on: Option<Date>,
    /// Civil day of publication.
    pub published_on: Option<Date>,
    /// What ended the decision, by its stored name, and the day the organ knew.
    pub ended: Option<(String, Date)>,
    /// The party is a minor.
    pub minor: bool,
}

/// Decisions served and not yet taken up, oldest first, decided on or after `from`;
/// those of an officer's cases alone where one is named.
///
/// # Errors
/// When the database fails.
pub async fn to_prepare<S: Sql>(
    sql: &S,
    organ: OrganId,
    from: Date,
    officer: Option<StaffId>,
    limit: u32,
) -> Result<Vec<Queued>, DbError> {
    let mut values = params![organ, from.to_string()];
    let mut mine = "";
    if let Some(officer) = officer {
        values.extend(params![officer]);
        mine =
            "AND EXISTS (SELECT 1 FROM case_officer o WHERE o.matter_id = s.matter_id AND o.staff_id = $3) ";
    }
    let text = format!(
        "SELECT s.matter_id, s.party_no, s.number, s.title, s.decided_on, s.served_on, s.minor FROM publication_source s \
         LEFT JOIN publication_row r ON r.case_id = s.matter_id AND r.party_no = s.party_no \
         WHERE s.organ_id = $1 AND s.decided_on >= $2 AND s.served_on IS NOT NULL AND s.ended IS NULL \
         AND r.matter_id IS NULL {mine}ORDER BY s.decided_on, s.matter_id, s.party_no LIMIT {limit}"
    );
    let read = |row: &Row| {
        Ok(Queued {
            publication: None,
            case: MatterId(row.uuid("matter_id")?),
            party: party(row)?,
            stage: None,
            phase: None,
            number: row.text("number")?,
            title: row.text("title")?,
            decided_on: day(row, "decided_on")?
                .ok_or_else(|| DbError::row("publication_source", "decided_on", "missing"))?,
            served_on: day(row, "served_on")?,
            published_on: None,
            ended: None,
            minor: row.flag("minor")?,
        })
    };
    sql.all("publication_source", text, values).await?.iter().map(read).collect()
}

/// Public copies whose decision no longer stands, by the day the organ knew.
///
/// # Errors
/// When the database fails.
pub async fn to_withdraw<S: Sql>(sql: &S, organ: OrganId, limit: u32) -> Result<Vec<Queued>, DbError> {
    let text = format!(
        "SELECT {QUEUED}, s.served_on, s.ended, s.ended_on AS known_on, s.minor FROM publication_source s \
         JOIN publication_row r ON r.case_id = s.matter_id AND r.party_no = s.party_no \
         WHERE s.organ_id = $1 AND s.ended IS NOT NULL AND r.state IN ('published', 'corrected', 'annotated') \
         ORDER BY s.ended_on, r.matter_id LIMIT {limit}"
    );
    sql.all("publication_source", text, params![organ]).await?.iter().map(queued).collect()
}

/// Publications in one stage, oldest first; also those in public whose correction
/// is on its way when `phase` names where it stands.
///
/// # Errors
/// When the database fails.
pub async fn in_stage<S: Sql>(
    sql: &S,
    organ: OrganId,
    stages: &[Stage],
    phase: Option<&str>,
    after: Option<MatterId>,
    limit: u32,
) -> Result<Vec<Queued>, DbError> {
    let mut query = Query { values: Vec::new(), conditions: Vec::new() };
    let at = query.bind(organ);
    query.conditions.push(format!("r.organ_id = {at}"));
    let names: Vec<String> =
        stages.iter().map(|s| query.bind(mingjing_domain::case::form::wire_name(s))).collect();
    query.conditions.push(format!("r.state IN ({})", names.join(", ")));
    if let Some(phase) = phase {
        let at = query.bind(phase);
        query.conditions.push(format!("r.phase = {at}"));
    }
    if let Some(after) = after {
        let at = query.bind(after);
        query.conditions.push(format!("r.matter_id < {at}"));
    }
    let text = format!(
        "SELECT {QUEUED}, s.served_on, s.ended, s.ended_on AS known_on, s.minor FROM publication_row r \
         LEFT JOIN publication_source s ON s.matter_id = r.case_id AND s.party_no = r.party_no \
         WHERE {} ORDER BY r.matter_id DESC LIMIT {limit}",
        query.conditions.join(" AND ")
    );
    sql.all("publication_row", text, query.values).await?.iter().map(queued).collect()
}

/// Something of a publication that waits for whoever holds a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    /// Publication.
    pub publication: MatterId,
    /// Its case.
    pub case: MatterId,
    /// What waits.
    pub task: String,
    /// Civil day since which it waits.
    pub since: String,
    /// 决定书文号.
    pub number: String,
    /// The party as the public reads it; none while nothing says how.
    pub party: Option<String>,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Whether the copy is public already.
    pub public: bool,
}

/// What waits in an organ for whoever holds one of the roles, longest first.
///
/// # Errors
/// When the database fails.
pub async fn waiting<S: Sql>(
    sql: &S,
    organ: OrganId,
    roles: &[String],
    limit: u32,
) -> Result<Vec<Waits>, DbError> {
    let mut query = Query { values: Vec::new(), conditions: Vec::new() };
    let organ = query.bind(organ);
    let roles: Vec<String> = roles.iter().map(|it| query.bind(it.as_str())).collect();
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    // A person with two of the roles sees it once.
    let text = format!(
        "SELECT DISTINCT t.since, t.matter_id, t.title, r.case_id, r.number, r.party, r.decided_on, r.published_on FROM publication_task t \
         JOIN publication_row r ON r.matter_id = t.matter_id \
         WHERE t.organ_id = {organ} AND t.role IN ({}) ORDER BY t.since, t.matter_id LIMIT {limit}",
        roles.join(", ")
    );
    let read = |row: &Row| {
        Ok(Waits {
            publication: MatterId(row.uuid("matter_id")?),
            case: MatterId(row.uuid("case_id")?),
            task: row.text("title")?,
            since: row.text("since")?,
            number: row.text("number")?,
            party: row.opt_text("party")?,
            decided_on: day(row, "decided_on")?
                .ok_or_else(|| DbError::row("publication_row", "decided_on", "missing"))?,
            public: row.opt_text("published_on")?.is_some(),
        })
    };
    sql.all("publication_task", text, query.values).await?.iter().map(read).collect()
}

const QUEUED: &str =
    "r.matter_id, r.case_id, r.party_no, r.state, r.phase, r.number, r.party, r.decided_on, r.published_on";

fn party(row: &Row) -> Result<u16, DbError> {
    u16::try_from(row.int("party_no")?).map_err(|e| DbError::row("publication_row", "party_no", e))
}

fn queued(row: &Row) -> Result<Queued, DbError> {
    Ok(Queued {
        publication: Some(MatterId(row.uuid("matter_id")?)),
        case: MatterId(row.uuid("case_id")?),
        party: party(row)?,
        stage: Some(stage(row)?),
        phase: row.opt_text("phase")?,
        number: row.text("number")?,
        title: row.opt_text("party")?.unwrap_or_default(),
        decided_on: day(row, "decided_on")?
            .ok_or_else(|| DbError::row("publication_row", "decided_on", "missing"))?,
        served_on: day(row, "served_on")?,
        published_on: day(row, "published_on")?,
        ended: row.opt_text("ended")?.zip(day(row, "known_on")?),
        minor: row.opt_int("minor")? == Some(1),
    })
}

/// Where the publication of a decision on one party stands: none while nothing was
/// prepared; and the civil day on which it was published.
pub type Standing = (Option<Stage>, Option<Date>);

/// A case's decisions that are to be published, party by party, as the rail of the
/// case shows them.
///
/// # Errors
/// When the database fails.
pub async fn of_case<S: Sql>(sql: &S, case: MatterId) -> Result<Vec<Standing>, DbError> {
    let text = "SELECT r.state, r.published_on FROM publication_source s LEFT JOIN publication_row r \
         ON r.case_id = s.matter_id AND r.party_no = s.party_no WHERE s.matter_id = $1 ORDER BY s.party_no";
    let read = |row: &Row| {
        let state = row.opt_text("state")?.map(|_| stage(row)).transpose()?;
        Ok((state, day(row, "published_on")?))
    };
    sql.all("publication_source", text, params![case]).await?.iter().map(read).collect()
}
