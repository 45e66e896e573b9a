//! Every kind of matter with its fold and its tables, so that rebuild, audit and
//! fsck need not know the features.

use mingjing_domain::matter::{Matter, MatterId, MatterKind, OrganId};

use super::error::ReadError;
use super::event;
use super::projection::{Projects, Row, TableSpec};

/// Stored bytes of one event, with the texts that are still held.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Envelope bytes.
    pub envelope: Vec<u8>,
    /// Body bytes.
    pub body: Vec<u8>,
    /// Slot and text.
    pub texts: Vec<(u32, String)>,
}

impl StoredEvent {
    /// The text of a slot, unless erased.
    pub fn text(&self, slot: u32) -> Option<String> {
        self.texts.iter().find(|(it, _)| *it == slot).map(|(_, text)| text.clone())
    }
}

/// Rows of the state that a stream folds to.
pub type RowsOf = fn(MatterId, OrganId, &[StoredEvent]) -> Result<Vec<Row>, ReadError>;

/// One kind of matter, with its type forgotten.
#[derive(Clone, Copy)]
pub struct Registered {
    /// The kind.
    pub kind: MatterKind,
    /// Its tables.
    pub tables: &'static [TableSpec],
    /// Rows of the state that the events fold to; fails when an event cannot be
    /// read or its stored type is not the type of what it decodes to.
    pub rows: RowsOf,
}

/// The entry of a matter type.
pub const fn entry<M: Projects>() -> Registered {
    Registered { kind: M::KIND, tables: M::TABLES, rows: rows::<M> }
}

fn rows<M: Projects>(id: MatterId, organ: OrganId, events: &[StoredEvent]) -> Result<Vec<Row>, ReadError> {
    let opened = open_all::<M>(events)?;
    let version = opened.last().map_or(0, |it| it.meta.version);
    let state: M = event::fold(&opened)?;
    Ok(M::rows(id, organ, version, &state))
}

/// Opens the events of one stream.
///
/// # Errors
/// When an event cannot be read.
pub fn open_all<M: Matter>(events: &[StoredEvent]) -> Result<Vec<event::Opened<M::Event>>, ReadError> {
    events.iter().map(|it| event::open::<M>(&it.envelope, &it.body, |slot| it.text(slot))).collect()
}

/// Every kind of matter the program knows. Each feature adds one line.
pub fn all() -> Vec<Registered> {
    vec![
        entry::<mingjing_domain::case::Case>(),
        entry::<mingjing_domain::disclosure::Publication>(),
        entry::<mingjing_domain::erasure::Erasure>(),
        entry::<mingjing_domain::calendar::import::Imported>(),
        entry::<mingjing_domain::informant::Informant>(),
        entry::<mingjing_domain::viewing::Viewings>(),
        entry::<mingjing_domain::recording::Recording>(),
        entry::<mingjing_domain::device::Device>(),
        entry::<mingjing_domain::recording::disposal::Disposal>(),
        entry::<mingjing_domain::organ::OrganState>(),
        entry::<mingjing_domain::staff::StaffState>(),
        entry::<mingjing_domain::viewing_grant::Grant>(),
        entry::<mingjing_domain::archive::CaseFile>(),
        entry::<mingjing_domain::archive::transfer::Transfer>(),
        entry::<mingjing_domain::recording_check::Check>(),
    ]
}

macro_rules! without_tables {
    ($($matter:ty),* $(,)?) => {
        $(impl Projects for $matter {
            const TABLES: &'static [TableSpec] = &[];
            fn rows(_: MatterId, _: OrganId, _: u64, _: &Self) -> Vec<Row> {
                Vec::new()
            }
        })*
    };
}

// Shown from their streams. Nothing of an informant may stand in a table, so that
// no list, search or export can meet it.
without_tables!(
    mingjing_domain::calendar::import::Imported,
    mingjing_domain::erasure::Erasure,
    mingjing_domain::informant::Informant,
    mingjing_domain::viewing::Viewings,
);
