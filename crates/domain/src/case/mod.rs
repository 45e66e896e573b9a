//! 案件: one penalty case by the ordinary procedure.
//!
//! [`procedure::PROCEDURE`] is the procedure as one table; [`decide::decide`]
//! is the only judge of what may follow; [`Case`] is folded from [`event::CaseEvent`].

pub mod amendment;
pub mod amounts;
pub mod chart;
pub mod claim;
pub mod clock;
pub mod command;
pub mod concluded;
pub mod consistency;
pub mod correction;
pub mod decide;
pub mod document;
pub mod enforcement;
pub mod errata;
pub mod event;
mod event_words;
mod evolve;
pub mod facts;
pub mod form;
pub(crate) mod form_read;
pub mod gate;
pub mod growth;
mod heard;
pub mod law;
pub mod performance;
pub mod procedure;
pub mod recorded;
mod remedies;
pub mod sampling;
pub mod state;
pub mod substance;
pub mod substitute;
mod told;
pub mod types;
pub mod view;

pub use command::{CaseCommand, Proposal};
pub use event::CaseEvent;
pub use state::Case;

use crate::matter::{DecodeError, Matter, MatterKind, Meta};
use types::{Clue, ClueSource, blank};

impl Matter for Case {
    const KIND: MatterKind = MatterKind::Case;
    type Event = CaseEvent;

    fn type_of(event: &CaseEvent) -> (&'static str, u16) {
        (event.type_name(), 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<CaseEvent, DecodeError> {
        of_type(type_name, version, serde_json::from_value(body))
    }

    fn read(type_name: &str, version: u16, body: &str) -> Result<CaseEvent, DecodeError> {
        of_type(type_name, version, serde_json::from_str(body))
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &CaseEvent) -> Self {
        if let Some(case) = state {
            return evolve::next(case, meta, event);
        }
        if let CaseEvent::ClueRegistered(clue) = event {
            return evolve::first(meta, clue.clone());
        }
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let nothing = Clue {
            source: ClueSource::Report,
            received_on: meta.moment.day(),
            subject: blank(),
            summary: blank(),
            informant: None,
        };
        evolve::next(evolve::first(meta, nothing), meta, event)
    }
}

/// The event that was read, if it is of the stored type and version.
fn of_type(
    type_name: &str,
    version: u16,
    read: serde_json::Result<CaseEvent>,
) -> Result<CaseEvent, DecodeError> {
    let error = |reason: String| DecodeError { type_name: type_name.into(), version, reason };
    if version != 1 {
        return Err(error("没有该版本的读法".into()));
    }
    let event = read.map_err(|e| error(e.to_string()))?;
    if event.type_name() != type_name {
        return Err(error(format!("内容是 {}", event.type_name())));
    }
    Ok(event)
}
