//! Organs and people at all their versions: what decisions on other matters read.
//! There are few of them, so they stay in memory while the rest streams past.

use std::collections::HashMap;
use std::sync::Arc;

use mingjing_domain::calendar::import::Imported;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{Matter, MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::{Role, StaffState};

use crate::calendar::service::CALENDAR;
use crate::kit::db::Sql;
use crate::kit::error::ReadError;
use crate::kit::event;
use crate::kit::registry::StoredEvent;
use crate::params;

/// All states of one matter, each with the place of its event in the order of commits.
pub struct History<M>(Vec<(u64, Arc<M>)>);

impl<M> Default for History<M> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<M> History<M> {
    /// The state at a version.
    pub fn at(&self, version: u64) -> Option<Arc<M>> {
        let index = usize::try_from(version).ok()?.checked_sub(1)?;
        self.0.get(index).map(|(_, state)| Arc::clone(state))
    }

    /// The version in force just before a place in the order of commits; 0 before the first.
    pub fn version_before(&self, seq: u64) -> u64 {
        self.0.partition_point(|(it, _)| *it < seq) as u64
    }

    /// Place of the first event.
    pub fn began(&self) -> u64 {
        self.0.first().map_or(u64::MAX, |it| it.0)
    }
}

/// Organs and people.
#[derive(Default)]
pub struct Reference {
    /// Organs.
    pub organs: HashMap<MatterId, History<OrganState>>,
    /// People.
    pub people: HashMap<MatterId, History<StaffState>>,
    /// Devices: what one lacked is a finding on what it recorded.
    pub devices: HashMap<MatterId, History<Device>>,
    /// The calendar's imports.
    pub calendar: History<Imported>,
    by_organ: HashMap<OrganId, Vec<MatterId>>,
}

impl Reference {
    /// Folds all organs and people.
    ///
    /// # Errors
    /// When the database fails or an event cannot be read.
    pub async fn load<S: Sql>(sql: &S) -> Result<Self, ReadError> {
        let organs = histories::<OrganState, S>(sql).await?;
        let people = histories::<StaffState, S>(sql).await?;
        let mut by_organ: HashMap<OrganId, Vec<MatterId>> = HashMap::new();
        for (id, history) in &people {
            if let Some(state) = history.at(1) {
                by_organ.entry(state.organ).or_default().push(*id);
            }
        }
        let calendar = histories::<Imported, S>(sql).await?.remove(&CALENDAR).unwrap_or_default();
        let devices = histories::<Device, S>(sql).await?;
        Ok(Self { organs, people, devices, calendar, by_organ })
    }

    /// The version of a person, an organ, a device or the calendar in force just before `seq`; none when it
    /// is none of these.
    pub fn version_before(&self, id: MatterId, seq: u64) -> Option<u64> {
        match self.people.get(&id) {
            Some(it) => Some(it.version_before(seq)),
            None if id == CALENDAR => Some(self.calendar.version_before(seq)),
            None => match self.organs.get(&id) {
                Some(it) => Some(it.version_before(seq)),
                None => self.devices.get(&id).map(|it| it.version_before(seq)),
            },
        }
    }

    /// Everybody of an organ as of just before `seq`.
    pub fn staff_before(&self, organ: OrganId, seq: u64) -> impl Iterator<Item = (StaffId, Arc<StaffState>)> {
        let ids = self.by_organ.get(&organ).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(move |id| {
            let history = self.people.get(id)?;
            history.at(history.version_before(seq)).map(|state| (StaffId(id.0), state))
        })
    }

    /// Whether one of the three administrators' roles was still unheld in the
    /// organ, so that the system itself may found it.
    pub fn founding(&self, organ: OrganId, seq: u64) -> bool {
        let roles = [Role::SystemAdmin, Role::SecurityAdmin, Role::Auditor];
        let held = |role: &Role| self.staff_before(organ, seq).any(|(_, it)| it.roles.contains(role));
        !roles.iter().all(held)
    }
}

async fn histories<M: Matter, S: Sql>(sql: &S) -> Result<HashMap<MatterId, History<M>>, ReadError> {
    let rows = sql
        .all(
            "event",
            "SELECT e.seq, e.matter_id, e.envelope, e.body FROM matter m JOIN event e \
             ON e.matter_id = m.id WHERE m.kind = $1 ORDER BY e.matter_id, e.version",
            params![M::KIND.name()],
        )
        .await?;
    let mut out: HashMap<MatterId, History<M>> = HashMap::new();
    for row in &rows {
        let id = MatterId(row.uuid("matter_id")?);
        let stored =
            StoredEvent { envelope: row.bytes("envelope")?, body: row.bytes("body")?, texts: Vec::new() };
        // Decisions look at no name of a person: the texts stay sealed.
        let opened = event::open::<M>(&stored.envelope, &stored.body, |_| None)?;
        let history = out.entry(id).or_insert_with(|| History(Vec::new()));
        let before = history.0.last().map(|(_, state)| state.as_ref().clone());
        let state = M::evolve(before, &opened.meta, &opened.event);
        history.0.push((row.uint("seq")?, Arc::new(state)));
    }
    Ok(out)
}
