//! A stream being folded, its type forgotten.

use std::any::Any;

use mingjing_domain::matter::{DecodeError, Matter, MatterId, MatterKind, Meta, OrganId};

use super::command::Redecide;
use crate::kit::projection::{Projects, Row, TableSpec};

/// A stream of one matter.
pub trait Stream: Send {
    /// The state as `Option<M>`.
    fn state(&self) -> &dyn Any;
    /// Number of events folded.
    fn version(&self) -> u64;
    /// Reads an opened body and folds it.
    ///
    /// # Errors
    /// When the body is not what its type says.
    fn fold(&mut self, meta: &Meta, type_of: (&str, u16), body: &str) -> Result<(), DecodeError>;
    /// Rows of the state.
    fn rows(&self, id: MatterId, organ: OrganId) -> Vec<Row>;
}

struct Folded<M> {
    state: Option<M>,
    version: u64,
}

impl<M: Projects> Stream for Folded<M> {
    fn state(&self) -> &dyn Any {
        &self.state
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn fold(&mut self, meta: &Meta, (name, version): (&str, u16), body: &str) -> Result<(), DecodeError> {
        let event = M::read(name, version, body)?;
        self.state = Some(M::evolve(self.state.take(), meta, &event));
        self.version += 1;
        Ok(())
    }

    fn rows(&self, id: MatterId, organ: OrganId) -> Vec<Row> {
        match &self.state {
            Some(state) => M::rows(id, organ, self.version, state),
            None => Vec::new(),
        }
    }
}

/// A kind of matter as the audit knows it. Each feature adds one.
#[derive(Clone, Copy)]
pub struct Audited {
    /// Kind.
    pub kind: MatterKind,
    /// Its tables.
    pub tables: &'static [TableSpec],
    /// An empty stream.
    pub stream: fn() -> Box<dyn Stream>,
    /// Decides its commands again.
    pub redecide: Redecide,
}

/// The entry of a matter type.
pub const fn entry<M: Projects>(redecide: Redecide) -> Audited {
    Audited { kind: M::KIND, tables: M::TABLES, stream: empty::<M>, redecide }
}

fn empty<M: Projects>() -> Box<dyn Stream> {
    Box::new(Folded::<M> { state: None, version: 0 })
}

/// Type name and version of an event with its body, as an [`super::command::Expected`] has it.
///
/// # Errors
/// When the event does not serialise.
pub fn shown<M: Matter>(event: &M::Event) -> Result<((&'static str, u16), String), serde_json::Error> {
    Ok((M::type_of(event), serde_json::to_string(event)?))
}
