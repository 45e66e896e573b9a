//! Reads families of matters, some at a time, with everything that belongs to them.

use std::collections::HashMap;

use mingjing_domain::matter::{Actor, MatterId, MatterKind, OrganId, StaffId};
use mingjing_domain::text::TextKey;
use serde_json::Value;
use uuid::Uuid;

use super::command::{Command, Number};
use super::report::Finding;
use super::stream::Audited;
use crate::kit::db::{DbError, Row as DbRow, Sql, Tx, listed};
use crate::kit::event::{Content, KEY_SLOT};
use crate::kit::projection::Row;
use crate::ledger::service::read_content;
use crate::params;

/// Families read at a time: few enough that what was read is still near when it is replayed.
pub const PAGE: i64 = 12;

/// Commands looked for with one statement.
const COMMANDS: usize = 64;

/// Head of a matter as stored.
#[derive(Clone, Debug)]
pub struct HeadRow {
    pub kind: Option<MatterKind>,
    pub organ: OrganId,
    pub version: u64,
    pub entry: Vec<u8>,
    pub erased: bool,
    /// It is a recording whose content was destroyed, and with it what a machine made of it.
    pub destroyed: bool,
}

/// An event as stored, with its leaf. What is of no fixed length stands in one piece.
pub struct EventRow {
    pub seq: u64,
    pub matter: MatterId,
    pub version: u64,
    pub organ: OrganId,
    pub family: MatterId,
    pub type_version: i64,
    pub salt: [u8; 32],
    pub command: Uuid,
    pub recorded_at: i64,
    pub happened_at: i64,
    bytes: Box<[u8]>,
    /// Where each [`Part`] ends.
    ends: [usize; 9],
    prev_there: bool,
    leaf_there: bool,
}

/// The parts of an event's bytes, in their order.
#[derive(Clone, Copy)]
enum Part {
    Kind,
    Type,
    Envelope,
    Body,
    ContentLeaves,
    RootSha256,
    RootSm3,
    Prev,
    Leaf,
}

impl EventRow {
    fn part(&self, part: Part) -> &[u8] {
        let at = part as usize;
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[from..self.ends[at]]
    }

    /// Kind of its matter.
    pub fn kind(&self) -> &[u8] {
        self.part(Part::Kind)
    }

    /// Name of its type.
    pub fn type_name(&self) -> &[u8] {
        self.part(Part::Type)
    }

    /// Its envelope.
    pub fn envelope(&self) -> &[u8] {
        self.part(Part::Envelope)
    }

    /// Its body, texts lifted out.
    pub fn body(&self) -> &[u8] {
        self.part(Part::Body)
    }

    /// Leaves of its texts.
    pub fn content_leaves(&self) -> &[u8] {
        self.part(Part::ContentLeaves)
    }

    /// Roots over everything.
    pub fn roots(&self) -> (&[u8], &[u8]) {
        (self.part(Part::RootSha256), self.part(Part::RootSm3))
    }

    /// Log entry of the stream's previous event.
    pub fn prev(&self) -> Option<&[u8]> {
        self.prev_there.then(|| self.part(Part::Prev))
    }

    /// Its entry in the log.
    pub fn leaf(&self) -> Option<&[u8]> {
        self.leaf_there.then(|| self.part(Part::Leaf))
    }
}

/// One family.
#[derive(Default)]
pub struct Family {
    pub id: Option<MatterId>,
    pub key: Option<TextKey>,
    pub matters: Vec<(MatterId, HeadRow)>,
    /// In no order.
    pub events: Vec<EventRow>,
    pub contents: HashMap<(MatterId, u64), Vec<Content>>,
}

/// Families with what they share.
#[derive(Default)]
pub struct Page {
    pub families: Vec<Family>,
    pub commands: HashMap<Uuid, Result<Command, String>>,
    /// Numbers on record for each command.
    pub numbers: HashMap<Uuid, Vec<Number>>,
    pub rows: HashMap<MatterId, Vec<Row>>,
    /// Events that wait for their place in the log.
    pub waiting: HashMap<(MatterId, u64), Vec<u8>>,
    /// Rows that cannot be read.
    pub faults: Vec<Finding>,
}

const OF_PAGE: &str = "m.family > $1 AND m.family <= $2";

/// Some families in the order of their identifiers.
pub struct Families {
    /// The one before the first.
    after: MatterId,
    ids: Vec<MatterId>,
    /// The last; the next page begins after it.
    pub last: MatterId,
}

/// The next families after `after`; none when there are no more.
///
/// # Errors
/// When the database fails.
pub async fn families(tx: &Tx, after: MatterId) -> Result<Option<Families>, DbError> {
    let sql = "SELECT DISTINCT family FROM matter WHERE family > $1 ORDER BY family LIMIT $2";
    let rows = tx.all("matter", sql, params![after, PAGE]).await?;
    let ids: Vec<MatterId> =
        rows.iter().map(|row| row.uuid("family").map(MatterId)).collect::<Result<_, _>>()?;
    Ok(ids.last().copied().map(|last| Families { after, ids, last }))
}

/// A page of families with everything that belongs to them.
///
/// # Errors
/// When the database fails.
pub async fn page(tx: &Tx, kinds: &[Audited], families: Families) -> Result<Page, DbError> {
    let mut page = Page::default();
    let (after, last) = (families.after, families.last);
    let range = || params![after, last];
    let mut place = HashMap::new();
    for id in families.ids {
        place.insert(id, page.families.len());
        page.families.push(Family { id: Some(id), ..Family::default() });
    }
    let matters = heads(tx, range(), &place, &mut page).await?;
    events(tx, range(), &matters, &mut page).await?;
    contents(tx, range(), &matters, &mut page).await?;
    commands(tx, &mut page).await?;
    for audited in kinds {
        let matters = page.families.iter().flat_map(|it| &it.matters);
        let of_kind: Vec<MatterId> =
            matters.filter(|(_, it)| it.kind == Some(audited.kind)).map(|it| it.0).collect();
        for table in audited.tables {
            let rows = &mut page.rows;
            table.stored_of(tx, &of_kind, |matter, row| rows.entry(matter).or_default().push(row)).await?;
        }
    }
    let sql = format!(
        "SELECT o.matter_id, o.version, o.entry FROM matter m JOIN outbox o ON o.matter_id = m.id WHERE {OF_PAGE}"
    );
    for row in tx.all("outbox", sql, range()).await? {
        page.waiting.insert((MatterId(row.uuid("matter_id")?), row.uint("version")?), row.bytes("entry")?);
    }
    Ok(page)
}

type Places = HashMap<MatterId, usize>;

async fn heads(
    tx: &Tx,
    range: Vec<sea_orm::Value>,
    place: &Places,
    page: &mut Page,
) -> Result<Places, DbError> {
    let sql = format!(
        "SELECT m.id, m.kind, m.organ_id, m.family, m.version, m.head, m.erased_at, \
         CAST(CASE WHEN m.kind = 'recording' AND EXISTS (SELECT 1 FROM event d WHERE d.matter_id = m.id \
         AND d.type = 'recording.content_destroyed') THEN 1 ELSE 0 END AS BIGINT) AS destroyed FROM matter m \
         WHERE {OF_PAGE} ORDER BY m.id"
    );
    let mut matters = HashMap::new();
    for row in tx.all("matter", sql, range).await? {
        let (id, family) = (MatterId(row.uuid("id")?), MatterId(row.uuid("family")?));
        let Some(at) = place.get(&family) else { continue };
        let kind = row.text("kind")?;
        let head = HeadRow {
            kind: MatterKind::ALL.into_iter().find(|it| it.name() == kind),
            organ: OrganId(row.uuid("organ_id")?),
            version: row.uint("version")?,
            entry: row.bytes("head")?,
            erased: row.opt_int("erased_at")?.is_some(),
            destroyed: row.int("destroyed")? == 1,
        };
        page.families[*at].matters.push((id, head));
        matters.insert(id, *at);
    }
    Ok(matters)
}

async fn events(
    tx: &Tx,
    range: Vec<sea_orm::Value>,
    matters: &Places,
    page: &mut Page,
) -> Result<(), DbError> {
    let sql = format!(
        "SELECT e.seq, e.matter_id, e.version, e.kind, e.organ_id, e.family, e.type, e.type_version, \
         e.envelope, e.body, e.salt, e.content_leaves, e.root_sha256, e.root_sm3, e.prev, \
         e.command_id, e.recorded_at, e.happened_at, l.entry FROM matter m \
         JOIN event e ON e.matter_id = m.id LEFT JOIN ledger_leaf l \
         ON l.matter_id = e.matter_id AND l.version = e.version WHERE {OF_PAGE}"
    );
    let mut bytes = Vec::new();
    let look = |row: &DbRow| {
        match event_row(row, &mut bytes) {
            Ok(event) => {
                if let Some(at) = matters.get(&event.matter) {
                    page.families[*at].events.push(event);
                }
            }
            Err(error) => {
                let place = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
                page.faults.push(Finding::new("event.altered", error.to_string()).at(place.0, place.1));
            }
        }
        Ok(())
    };
    tx.each("event", &sql, range, look).await
}

/// Reads an event; its bytes are gathered in `bytes` first, so that they take no more
/// room than they need.
fn event_row(row: &DbRow, bytes: &mut Vec<u8>) -> Result<EventRow, DbError> {
    bytes.clear();
    let (seq, matter, version) = (row.uint("seq")?, MatterId(row.uuid("matter_id")?), row.uint("version")?);
    let mut ends = [0; 9];
    row.with_text("kind", |it| bytes.extend_from_slice(it.as_bytes()))?;
    ends[Part::Kind as usize] = bytes.len();
    let (organ, family) = (OrganId(row.uuid("organ_id")?), MatterId(row.uuid("family")?));
    row.with_text("type", |it| bytes.extend_from_slice(it.as_bytes()))?;
    ends[Part::Type as usize] = bytes.len();
    let type_version = row.int("type_version")?;
    let mut part = |part: Part, column: &str| {
        let there = row.append(column, bytes)?;
        ends[part as usize] = bytes.len();
        Ok::<bool, DbError>(there)
    };
    let must = |there: bool, column| match there {
        true => Ok(()),
        false => Err(DbError::row("event", column, "is NULL")),
    };
    must(part(Part::Envelope, "envelope")?, "envelope")?;
    must(part(Part::Body, "body")?, "body")?;
    let salt = row.bytes32("salt")?;
    must(part(Part::ContentLeaves, "content_leaves")?, "content_leaves")?;
    must(part(Part::RootSha256, "root_sha256")?, "root_sha256")?;
    must(part(Part::RootSm3, "root_sm3")?, "root_sm3")?;
    let prev_there = part(Part::Prev, "prev")?;
    let command = row.uuid("command_id")?;
    let (recorded_at, happened_at) = (row.int("recorded_at")?, row.int("happened_at")?);
    let leaf_there = part(Part::Leaf, "entry")?;
    Ok(EventRow {
        seq,
        matter,
        version,
        organ,
        family,
        type_version,
        salt,
        command,
        recorded_at,
        happened_at,
        bytes: bytes.as_slice().into(),
        ends,
        prev_there,
        leaf_there,
    })
}

async fn contents(
    tx: &Tx,
    range: Vec<sea_orm::Value>,
    matters: &Places,
    page: &mut Page,
) -> Result<(), DbError> {
    let sql = format!(
        "SELECT c.matter_id, c.version, c.slot, c.name, c.class, c.salt, c.text FROM matter m \
         JOIN event_content c ON c.matter_id = m.id WHERE {OF_PAGE}"
    );
    let look = |row: &DbRow| {
        let (id, version) = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
        let Some(at) = matters.get(&id) else { return Ok(()) };
        let family = &mut page.families[*at];
        if row.int("slot")? == KEY_SLOT {
            if family.id == Some(id) && version == 1 {
                family.key = Some(row.bytes32("text")?);
            }
            return Ok(());
        }
        match read_content(row) {
            Ok(content) => family.contents.entry((id, version)).or_default().push(content),
            Err(error) => {
                page.faults.push(Finding::new("content.altered", error.to_string()).at(id, version));
            }
        }
        Ok(())
    };
    tx.each("event_content", &sql, range, look).await
}

/// The commands of the events that were read, and the numbers on record for them.
async fn commands(tx: &Tx, page: &mut Page) -> Result<(), DbError> {
    let events = page.families.iter().flat_map(|it| &it.events);
    let mut ids: Vec<Uuid> = events.map(|it| it.command).collect();
    ids.sort_unstable();
    ids.dedup();
    for (list, some) in listed(&ids, COMMANDS) {
        let sql = format!(
            "SELECT c.id, c.name, c.actor, c.organ_id, c.roles, c.purpose, c.body, c.moment, c.context, \
             c.read_set, c.recorded_at FROM command c WHERE c.id IN {list}"
        );
        let look = |row: &DbRow| {
            page.commands.insert(row.uuid("id")?, command(row).map_err(|e| e.to_string()));
            Ok(())
        };
        tx.each("command", &sql, some.clone(), look).await?;
        let sql = format!(
            "SELECT n.organ_id, n.character, n.year, n.n, n.command_id FROM issued_number n \
             WHERE n.command_id IN {list}"
        );
        let look = |row: &DbRow| {
            let whole = |name: &'static str| row.int(name);
            let number = (
                OrganId(row.uuid("organ_id")?),
                row.text("character")?,
                i32::try_from(whole("year")?).unwrap_or(0),
                u32::try_from(whole("n")?).unwrap_or(0),
            );
            page.numbers.entry(row.uuid("command_id")?).or_default().push(number);
            Ok(())
        };
        tx.each("issued_number", &sql, some, look).await?;
    }
    Ok(())
}

fn command(row: &DbRow) -> Result<Command, DbError> {
    #[derive(serde::Deserialize)]
    struct Context {
        ids: Vec<Uuid>,
        nonces: Vec<String>,
        numbers: Vec<Number>,
        notes: HashMap<String, Value>,
    }
    fn json<T: serde::de::DeserializeOwned>(column: &str, text: &str) -> Result<T, DbError> {
        serde_json::from_str(text).map_err(|e| DbError::row("command", column, e))
    }
    fn of<T: serde::de::DeserializeOwned>(row: &DbRow, column: &str) -> Result<T, DbError> {
        row.with_text(column, |text| json(column, text))?
    }
    let body = String::from_utf8(row.bytes("body")?).map_err(|e| DbError::row("command", "body", e))?;
    json::<serde::de::IgnoredAny>("body", &body)?;
    let context: Context = of(row, "context")?;
    Ok(Command {
        id: row.uuid("id")?,
        name: row.text("name")?,
        actor: Actor {
            id: StaffId(row.uuid("actor")?),
            organ: OrganId(row.uuid("organ_id")?),
            roles: of(row, "roles")?,
        },
        purpose: row.text("purpose")?,
        body,
        moment: of(row, "moment")?,
        ids: context.ids,
        nonces: context.nonces,
        numbers: context.numbers,
        notes: context.notes,
        read_set: of(row, "read_set")?,
        recorded_at: row.instant("recorded_at")?,
    })
}
