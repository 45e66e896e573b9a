//! Statements on the tables of publications.

use jiff::civil::Date;
use mingjing_domain::disclosure::{OtherPublication, PublicationEvent, Stage};
use mingjing_domain::matter::{MatterId, OrganId};
use sea_orm::Value;

mod office;
mod shell;
mod subjects;

pub use office::{Queued, Standing, Waits, in_stage, of_case, to_prepare, to_withdraw, waiting};
pub use shell::{Surroundings, keep_surroundings, surroundings};
pub use subjects::{Officer, OrganLine, officers, organs};

use super::tables::pairs;
use crate::kit::db::{DbError, Row, Sql, Tx};
use crate::params;

/// The publication of a decision on a party, if there is one.
///
/// # Errors
/// When the database fails or a row names an unknown stage.
pub async fn of_decision<S: Sql>(
    sql: &S,
    case: MatterId,
    party: u16,
) -> Result<Option<OtherPublication>, DbError> {
    let text = "SELECT matter_id, state FROM publication_row WHERE case_id = $1 AND party_no = $2";
    let Some(row) = sql.one("publication_row", text, params![case, party]).await? else { return Ok(None) };
    Ok(Some(OtherPublication { matter: MatterId(row.uuid("matter_id")?), stage: stage(&row)? }))
}

fn stage(row: &Row) -> Result<Stage, DbError> {
    stage_named(&row.text("state")?)
}

fn stage_named(name: &str) -> Result<Stage, DbError> {
    serde_json::from_value(name.into()).map_err(|e| DbError::row("publication_row", "state", e))
}

fn day(row: &Row, column: &str) -> Result<Option<Date>, DbError> {
    row.opt_text(column)?
        .map(|t| t.parse().map_err(|e| DbError::row("publication_row", column, e)))
        .transpose()
}

/// What an event adds to the figures of its month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    month: String,
    published: i64,
    on_time: i64,
    withdrawn: i64,
    withdrawn_on_time: i64,
}

impl Month {
    /// What `event` adds; none for most.
    pub fn of(event: &PublicationEvent) -> Option<Self> {
        let of = |day: Date| format!("{:04}-{:02}", day.year(), day.month());
        match event {
            PublicationEvent::Published { timeliness, .. } => Some(Self {
                month: of(timeliness.done_on),
                published: 1,
                on_time: i64::from(timeliness.on_time() == Some(true)),
                withdrawn: 0,
                withdrawn_on_time: 0,
            }),
            PublicationEvent::Withdrawn { timeliness, .. } => Some(Self {
                month: of(timeliness.done_on),
                published: 0,
                on_time: 0,
                withdrawn: 1,
                withdrawn_on_time: i64::from(timeliness.on_time() == Some(true)),
            }),
            PublicationEvent::Prepared { .. }
            | PublicationEvent::Checked { .. }
            | PublicationEvent::Returned { .. }
            | PublicationEvent::CorrectionPrepared { .. }
            | PublicationEvent::Corrected { .. }
            | PublicationEvent::Annotated { .. }
            | PublicationEvent::Replaced { .. }
            | PublicationEvent::ExpiryApproved { .. }
            | PublicationEvent::Expired { .. }
            | PublicationEvent::Exempted { .. } => None,
        }
    }
}

/// Adds to the figures of a month.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &Tx, organ: OrganId, it: &Month) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO publication_month (month, organ_id, published, on_time, withdrawn, withdrawn_on_time) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (month, organ_id) DO UPDATE SET \
         published = publication_month.published + excluded.published, \
         on_time = publication_month.on_time + excluded.on_time, \
         withdrawn = publication_month.withdrawn + excluded.withdrawn, \
         withdrawn_on_time = publication_month.withdrawn_on_time + excluded.withdrawn_on_time",
        params![it.month.clone(), organ, it.published, it.on_time, it.withdrawn, it.withdrawn_on_time],
    )
    .await?;
    Ok(())
}

/// Makes the figures of all months again from the rows.
///
/// # Errors
/// When the database fails.
pub async fn recount(tx: &Tx) -> Result<(), DbError> {
    tx.run("DELETE FROM publication_month", vec![]).await?;
    tx.run(
        "INSERT INTO publication_month (month, organ_id, published, on_time, withdrawn, withdrawn_on_time) \
         SELECT month, organ_id, SUM(p), SUM(t), SUM(w), SUM(v) FROM (\
         SELECT substr(published_on, 1, 7) AS month, organ_id, 1 AS p, COALESCE(on_time, 0) AS t, 0 AS w, 0 AS v \
         FROM publication_row WHERE published_on IS NOT NULL UNION ALL \
         SELECT substr(ended_on, 1, 7), organ_id, 0, 0, 1, COALESCE(end_on_time, 0) \
         FROM publication_row WHERE state = 'withdrawn') x GROUP BY month, organ_id",
        vec![],
    )
    .await?;
    Ok(())
}

/// Figures of one month over all organs.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct MonthFigures {
    /// `2026-03`.
    pub month: String,
    /// Decisions published.
    pub published: i64,
    /// Of these within the limit.
    pub on_time: i64,
    /// Withdrawn.
    pub withdrawn: i64,
    /// Of these within the limit.
    pub withdrawn_on_time: i64,
}

/// Figures of the months from `first` on (`2026-01`), oldest first.
///
/// # Errors
/// When the database fails.
pub async fn months<S: Sql>(sql: &S, first: &str) -> Result<Vec<MonthFigures>, DbError> {
    // PostgreSQL sums integers to NUMERIC, which the row reader does not take.
    let text = "SELECT month, CAST(SUM(published) AS BIGINT) AS published, CAST(SUM(on_time) AS BIGINT) AS on_time, \
         CAST(SUM(withdrawn) AS BIGINT) AS withdrawn, CAST(SUM(withdrawn_on_time) AS BIGINT) AS withdrawn_on_time \
         FROM publication_month WHERE month >= $1 GROUP BY month ORDER BY month";
    let read = |row: &Row| {
        Ok(MonthFigures {
            month: row.text("month")?,
            published: row.int("published")?,
            on_time: row.int("on_time")?,
            withdrawn: row.int("withdrawn")?,
            withdrawn_on_time: row.int("withdrawn_on_time")?,
        })
    };
    sql.all("publication_month", text, params![first]).await?.iter().map(read).collect()
}

/// One line of the public list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Name of its public page.
    pub public_id: String,
    /// Where it stands.
    pub stage: Stage,
    /// 决定书文号.
    pub number: String,
    /// 执法机关.
    pub organ: String,
    /// Party as the public reads it; none for a tombstone.
    pub party: Option<String>,
    /// 执法类别.
    pub category: Option<String>,
    /// Result in one line.
    pub conclusion: Option<String>,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Civil day of publication.
    pub published_on: Option<Date>,
    /// Day by which the list is ordered.
    pub listed_on: Date,
    /// Published within the limit.
    pub on_time: Option<bool>,
    /// Timeliness in words.
    pub timing: String,
    /// Ground of a withdrawal, by its stored name.
    pub ground: Option<String>,
    /// Civil day of a withdrawal.
    pub ended_on: Option<Date>,
    /// Timeliness of a withdrawal in words.
    pub end_timing: Option<String>,
    /// Withdrawn within the limit.
    pub end_on_time: Option<bool>,
    /// The matter; never shown.
    pub matter: MatterId,
    /// Version of its stream.
    pub version: u64,
    /// Version of the event that holds what is shown.
    pub shown: u64,
}

const LISTED: &str = "r.matter_id, r.version, r.public_id, r.state, r.number, r.organ, r.party, r.category, \
    r.conclusion, r.decided_on, r.published_on, r.listed_on, r.on_time, r.timing, r.ground, r.ended_on, \
    r.end_timing, r.end_on_time, COALESCE(r.live_version, r.version) AS shown";

impl Listed {
    fn read(row: &Row) -> Result<Self, DbError> {
        let must = |column: &'static str| {
            day(row, column)?.ok_or_else(|| DbError::row("publication_row", column, "missing"))
        };
        Ok(Self {
            public_id: row.text("public_id")?,
            stage: stage(row)?,
            number: row.text("number")?,
            organ: row.text("organ")?,
            party: row.opt_text("party")?,
            category: row.opt_text("category")?,
            conclusion: row.opt_text("conclusion")?,
            decided_on: must("decided_on")?,
            published_on: day(row, "published_on")?,
            listed_on: must("listed_on")?,
            on_time: row.opt_int("on_time")?.map(|n| n != 0),
            timing: row.opt_text("timing")?.unwrap_or_default(),
            ground: row.opt_text("ground")?,
            ended_on: day(row, "ended_on")?,
            end_timing: row.opt_text("end_timing")?,
            end_on_time: row.opt_int("end_on_time")?.map(|n| n != 0),
            matter: MatterId(row.uuid("matter_id")?),
            version: row.uint("version")?,
            shown: row.uint("shown")?,
        })
    }

    /// Keyset mark after this line.
    pub fn mark(&self) -> String {
        format!("{}.{}", self.listed_on, self.public_id)
    }
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Organ.
    pub organ: Option<OrganId>,
    /// Category.
    pub category: Option<String>,
    /// Civil year of publication.
    pub year: Option<i16>,
    /// Published within the limit, or not.
    pub on_time: Option<bool>,
    /// Words.
    pub words: Option<String>,
    /// Continue after this mark.
    pub after: Option<(String, String)>,
    /// Only withdrawn ones.
    pub withdrawn: bool,
}

/// Reads a keyset mark; none when it is not one.
pub fn mark(text: &str) -> Option<(String, String)> {
    let (on, id) = text.split_once('.')?;
    let _: Date = on.parse().ok()?;
    let plain = !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    plain.then(|| (on.to_owned(), id.to_owned()))
}

/// Most pairs of a search that are looked up.
const MAX_PAIRS: usize = 6;
/// How far a pair is counted to find the rarest.
const PROBE: i64 = 200;

async fn rarest_first<S: Sql>(sql: &S, words: &str) -> Result<Vec<String>, DbError> {
    let mut all = pairs(words);
    all.truncate(MAX_PAIRS);
    let mut counted = Vec::with_capacity(all.len());
    for term in all {
        let text =
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS x FROM publication_term WHERE term = $1 LIMIT 200) t";
        let n = match sql.one("publication_term", text, params![term.clone()]).await? {
            Some(row) => row.int("n")?.min(PROBE),
            None => 0,
        };
        counted.push((n, term));
    }
    counted.sort();
    Ok(counted.into_iter().map(|(_, term)| term).collect())
}

struct Query {
    values: Vec<Value>,
    conditions: Vec<String>,
}

impl Query {
    fn bind(&mut self, value: impl crate::kit::db::IntoParam) -> String {
        self.values.push(value.into_param());
        format!("${}", self.values.len())
    }

    fn filter(&mut self, filter: &Filter, keys: &str) {
        if let Some(organ) = filter.organ {
            let at = self.bind(organ);
            self.conditions.push(format!("r.organ_id = {at}"));
        }
        if let Some(category) = &filter.category {
            let at = self.bind(category.clone());
            self.conditions.push(format!("r.category = {at}"));
        }
        if let Some(on_time) = filter.on_time {
            let at = self.bind(on_time);
            self.conditions.push(format!("r.on_time = {at}"));
        }
        if let Some(year) = filter.year {
            let (from, to) = (self.bind(format!("{year:04}-01-01")), self.bind(format!("{year:04}-12-31")));
            self.conditions.push(format!("{keys}.listed_on >= {from} AND {keys}.listed_on <= {to}"));
        }
        if filter.withdrawn {
            self.conditions.push("r.state = 'withdrawn'".to_owned());
        }
        if let Some((on, id)) = &filter.after {
            let (on, id) = (self.bind(on.clone()), self.bind(id.clone()));
            self.conditions.push(format!("({keys}.listed_on, {keys}.public_id) < ({on}, {id})"));
        }
    }
}

/// Public lines, newest first. A full page says that there may be more.
///
/// # Errors
/// When the database fails.
pub async fn list<S: Sql>(sql: &S, filter: &Filter, limit: u32) -> Result<Vec<Listed>, DbError> {
    let mut query = Query { values: Vec::new(), conditions: Vec::new() };
    let (from, keys) = match filter.words.as_deref().map(str::trim).filter(|w| !w.is_empty()) {
        None => {
            query.conditions.push("r.listed_on IS NOT NULL".to_owned());
            ("publication_row r".to_owned(), "r")
        }
        Some(words) => {
            let terms = rarest_first(sql, words).await?;
            let Some((first, rest)) = terms.split_first() else { return Ok(Vec::new()) };
            let at = query.bind(first.clone());
            query.conditions.push(format!("t.term = {at}"));
            for term in rest {
                let at = query.bind(term.clone());
                query.conditions.push(format!(
                    "EXISTS (SELECT 1 FROM publication_term o WHERE o.matter_id = t.matter_id AND o.term = {at})"
                ));
            }
            ("publication_term t JOIN publication_row r ON r.matter_id = t.matter_id".to_owned(), "t")
        }
    };
    query.filter(filter, keys);
    let text = format!(
        "SELECT {LISTED} FROM {from} WHERE {} ORDER BY {keys}.listed_on DESC, {keys}.public_id DESC LIMIT {limit}",
        query.conditions.join(" AND ")
    );
    sql.all("publication_row", text, query.values).await?.iter().map(Listed::read).collect()
}

/// Publications under a 文号 that the public may see something of.
///
/// # Errors
/// When the database fails.
pub async fn by_number<S: Sql>(sql: &S, number: &str) -> Result<Vec<Listed>, DbError> {
    let text = format!(
        "SELECT {LISTED} FROM publication_row r WHERE r.number = $1 AND r.listed_on IS NOT NULL ORDER BY r.public_id LIMIT 20"
    );
    sql.all("publication_row", text, params![number]).await?.iter().map(Listed::read).collect()
}

/// What is stored of a public page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The matter.
    pub matter: MatterId,
    /// Version of its stream.
    pub version: u64,
    /// Where it stands.
    pub stage: Stage,
    /// The stored body with its tag, while it is of this version and this shell.
    pub stored: Option<(String, Vec<u8>)>,
}

/// Looks up a public page with its stored body: one query.
///
/// # Errors
/// When the database fails.
pub async fn page<S: Sql>(sql: &S, public_id: &str, shell: &str) -> Result<Option<Page>, DbError> {
    let text = "SELECT r.matter_id, r.version, r.state, p.tag, p.body FROM publication_row r \
         LEFT JOIN publication_page p ON p.matter_id = r.matter_id AND p.version = r.version AND p.shell = $2 \
         WHERE r.public_id = $1";
    let Some(row) = sql.one("publication_row", text, params![public_id, shell]).await? else {
        return Ok(None);
    };
    Ok(Some(Page {
        matter: MatterId(row.uuid("matter_id")?),
        version: row.uint("version")?,
        stage: stage(&row)?,
        stored: row.opt_text("tag")?.zip(row.opt_bytes("body")?),
    }))
}

/// The stored proofs of a page: of the copy, and of the decision it comes from.
///
/// # Errors
/// When the database fails.
pub async fn proofs<S: Sql>(
    sql: &S,
    matter: MatterId,
    version: u64,
) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>, DbError> {
    let text = "SELECT proof, original FROM publication_page WHERE matter_id = $1 AND version = $2";
    let Some(row) = sql.one("publication_page", text, params![matter, version]).await? else {
        return Ok(None);
    };
    Ok(Some((row.bytes("proof")?, row.opt_bytes("original")?)))
}

/// A page to store.
pub struct Made<'a> {
    /// The matter.
    pub matter: MatterId,
    /// Version it was made of.
    pub version: u64,
    /// What of the program it depends on.
    pub shell: &'a str,
    /// Tag of the body.
    pub tag: &'a str,
    /// Body.
    pub body: &'a [u8],
    /// Proof of the copy.
    pub proof: &'a [u8],
    /// Proof of the decision it comes from.
    pub original: Option<&'a [u8]>,
    /// Now.
    pub at: jiff::Timestamp,
}

/// Stores a page unless the publication moved on meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn put_page(tx: &Tx, it: &Made<'_>) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO publication_page (matter_id, version, shell, tag, body, proof, original, made_at) \
         SELECT r.matter_id, r.version, $3, $4, $5, $6, $7, $8 FROM publication_row r \
         WHERE r.matter_id = $1 AND r.version = $2 AND r.state IN ('published', 'corrected', 'annotated') \
         ON CONFLICT (matter_id) DO UPDATE SET version = excluded.version, shell = excluded.shell, \
         tag = excluded.tag, body = excluded.body, proof = excluded.proof, original = excluded.original, \
         made_at = excluded.made_at",
        params![
            it.matter,
            it.version,
            it.shell,
            it.tag,
            it.body,
            it.proof,
            it.original.map(<[u8]>::to_vec),
            it.at
        ],
    )
    .await?;
    Ok(())
}

/// A page as it is kept, for comparing.
pub struct Kept {
    /// The matter.
    pub matter: MatterId,
    /// Version it was made of.
    pub version: u64,
    /// What of the program it depends on.
    pub shell: String,
    /// Tag of the body.
    pub tag: String,
    /// Body.
    pub body: Vec<u8>,
    /// Proof of the copy.
    pub proof: Vec<u8>,
    /// Proof of the decision it comes from.
    pub original: Option<Vec<u8>>,
}

/// Kept pages in the order of their matters, some at a time.
///
/// # Errors
/// When the database fails.
pub async fn kept<S: Sql>(sql: &S, after: Option<MatterId>) -> Result<Vec<Kept>, DbError> {
    let text = "SELECT matter_id, version, shell, tag, body, proof, original FROM publication_page \
         WHERE matter_id > $1 ORDER BY matter_id LIMIT 64";
    let after = after.unwrap_or(MatterId(uuid::Uuid::nil()));
    sql.all("publication_page", text, params![after])
        .await?
        .iter()
        .map(|row| {
            Ok(Kept {
                matter: MatterId(row.uuid("matter_id")?),
                version: row.uint("version")?,
                shell: row.text("shell")?,
                tag: row.text("tag")?,
                body: row.bytes("body")?,
                proof: row.bytes("proof")?,
                original: row.opt_bytes("original")?,
            })
        })
        .collect()
}

/// Removes what is stored of a page.
///
/// # Errors
/// When the database fails.
pub async fn drop_page(tx: &Tx, matter: MatterId) -> Result<(), DbError> {
    tx.run("DELETE FROM publication_page WHERE matter_id = $1", params![matter]).await?;
    Ok(())
}
