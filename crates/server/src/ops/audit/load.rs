//! Reads families of matters, some at a time, with everything that belongs to them.

use std::collections::HashMap;

use mingjing_domain::matter::{Actor, MatterId, MatterKind, Moment, OrganId, StaffId};
use mingjing_domain::staff::Role;
use mingjing_domain::text::TextKey;
use serde_json::Value;
use uuid::Uuid;

use super::command::{Command, Number};
use super::report::Finding;
use super::stream::Audited;
use crate::kit::db::{DbError, Row as DbRow, Sql, Tx};
use crate::kit::event::{Content, KEY_SLOT};
use crate::kit::projection::Row;
use crate::ledger::service::read_content;
use crate::params;

/// Families read at a time: few enough that what was read is still near when it is replayed.
pub const PAGE: i64 = 12;

/// Head of a matter as stored.
#[derive(Clone, Debug)]
pub struct HeadRow {
    pub kind: Option<MatterKind>,
    pub organ: OrganId,
    pub version: u64,
    pub entry: Vec<u8>,
    pub erased: bool,
}

/// An event as stored, with its leaf.
pub struct EventRow {
    pub seq: u64,
    pub matter: MatterId,
    pub version: u64,
    pub kind: String,
    pub organ: OrganId,
    pub family: MatterId,
    pub type_name: String,
    pub type_version: i64,
    pub envelope: Vec<u8>,
    pub body: Vec<u8>,
    pub salt: [u8; 32],
    pub content_leaves: Vec<u8>,
    pub root_sha256: Vec<u8>,
    pub root_sm3: Vec<u8>,
    pub prev: Option<Vec<u8>>,
    pub command: Uuid,
    pub recorded_at: i64,
    pub happened_at: i64,
    pub leaf: Option<Vec<u8>>,
}

/// One family.
#[derive(Default)]
pub struct Family {
    pub id: Option<MatterId>,
    pub key: Option<TextKey>,
    pub matters: Vec<(MatterId, HeadRow)>,
    /// In the order of matters and versions.
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
    commands(tx, range(), &mut page).await?;
    for audited in kinds {
        if !page.families.iter().any(|f| f.matters.iter().any(|(_, it)| it.kind == Some(audited.kind))) {
            continue;
        }
        for table in audited.tables {
            for (matter, row) in table.stored_of_families(tx, after, last).await? {
                page.rows.entry(matter).or_default().push(row);
            }
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
        "SELECT m.id, m.kind, m.organ_id, m.family, m.version, m.head, m.erased_at FROM matter m \
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
         ON l.matter_id = e.matter_id AND l.version = e.version \
         WHERE {OF_PAGE} ORDER BY e.matter_id, e.version"
    );
    for row in tx.all("event", sql, range).await? {
        let event = match event_row(&row) {
            Ok(event) => event,
            Err(error) => {
                let place = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
                page.faults.push(Finding::new("event.altered", error.to_string()).at(place.0, place.1));
                continue;
            }
        };
        if let Some(at) = matters.get(&event.matter) {
            page.families[*at].events.push(event);
        }
    }
    Ok(())
}

fn event_row(row: &DbRow) -> Result<EventRow, DbError> {
    Ok(EventRow {
        seq: row.uint("seq")?,
        matter: MatterId(row.uuid("matter_id")?),
        version: row.uint("version")?,
        kind: row.text("kind")?,
        organ: OrganId(row.uuid("organ_id")?),
        family: MatterId(row.uuid("family")?),
        type_name: row.text("type")?,
        type_version: row.int("type_version")?,
        envelope: row.bytes("envelope")?,
        body: row.bytes("body")?,
        salt: row.bytes32("salt")?,
        content_leaves: row.bytes("content_leaves")?,
        root_sha256: row.bytes("root_sha256")?,
        root_sm3: row.bytes("root_sm3")?,
        prev: row.opt_bytes("prev")?,
        command: row.uuid("command_id")?,
        recorded_at: row.int("recorded_at")?,
        happened_at: row.int("happened_at")?,
        leaf: row.opt_bytes("entry")?,
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
         JOIN event_content c ON c.matter_id = m.id WHERE {OF_PAGE} \
         ORDER BY c.matter_id, c.version, c.slot"
    );
    for row in tx.all("event_content", sql, range).await? {
        let (id, version) = (MatterId(row.uuid("matter_id")?), row.uint("version")?);
        let Some(at) = matters.get(&id) else { continue };
        let family = &mut page.families[*at];
        if row.int("slot")? == KEY_SLOT {
            if family.id == Some(id) && version == 1 {
                family.key = Some(row.bytes32("text")?);
            }
            continue;
        }
        match read_content(&row) {
            Ok(content) => family.contents.entry((id, version)).or_default().push(content),
            Err(error) => {
                page.faults.push(Finding::new("content.altered", error.to_string()).at(id, version));
            }
        }
    }
    Ok(())
}

async fn commands(tx: &Tx, range: Vec<sea_orm::Value>, page: &mut Page) -> Result<(), DbError> {
    let sql = format!(
        "SELECT c.id, c.name, c.actor, c.organ_id, c.roles, c.purpose, c.body, c.moment, c.context, \
         c.read_set, c.recorded_at FROM command c WHERE c.id IN (SELECT e.command_id FROM matter m \
         JOIN event e ON e.matter_id = m.id WHERE {OF_PAGE})"
    );
    for row in tx.all("command", sql, range.clone()).await? {
        let parsed = command(&row);
        page.commands.insert(row.uuid("id")?, parsed.map_err(|e| e.to_string()));
    }
    let sql = format!(
        "SELECT n.organ_id, n.character, n.year, n.n, n.command_id FROM issued_number n \
         WHERE n.command_id IN (SELECT e.command_id FROM matter m \
         JOIN event e ON e.matter_id = m.id WHERE {OF_PAGE})"
    );
    for row in tx.all("issued_number", sql, range).await? {
        let whole = |name: &'static str| row.int(name);
        let number = (
            OrganId(row.uuid("organ_id")?),
            row.text("character")?,
            i32::try_from(whole("year")?).unwrap_or(0),
            u32::try_from(whole("n")?).unwrap_or(0),
        );
        page.numbers.entry(row.uuid("command_id")?).or_default().push(number);
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
    fn json<T: serde::de::DeserializeOwned>(column: &str, bytes: &[u8]) -> Result<T, DbError> {
        serde_json::from_slice(bytes).map_err(|e| DbError::row("command", column, e))
    }
    json::<serde::de::IgnoredAny>("body", &row.bytes("body")?)?;
    let roles: Vec<Role> = json("roles", row.text("roles")?.as_bytes())?;
    let moment: Moment = json("moment", row.text("moment")?.as_bytes())?;
    let context: Context = json("context", row.text("context")?.as_bytes())?;
    Ok(Command {
        id: row.uuid("id")?,
        name: row.text("name")?,
        actor: Actor { id: StaffId(row.uuid("actor")?), organ: OrganId(row.uuid("organ_id")?), roles },
        purpose: row.text("purpose")?,
        body: row.bytes("body")?,
        moment,
        ids: context.ids,
        nonces: context.nonces,
        numbers: context.numbers,
        notes: context.notes,
        read_set: json("read_set", row.text("read_set")?.as_bytes())?,
        recorded_at: row.instant("recorded_at")?,
    })
}
