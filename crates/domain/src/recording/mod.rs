//! 音像记录: audio-visual recordings of enforcement.
//!
//! The list ([`list::RecordingBook`]) says which acts are recorded how; a recording
//! ([`Recording`]) is a matter of its own, one act or one patrol, with its pieces and
//! their way from the device into the store; [`disposal`] is the only way its content
//! goes. A patrol stands in a family of its own; any other recording in its case's.

pub mod command;
mod copies;
mod custody;
pub mod decide;
pub mod disposal;
pub mod event;
pub mod form;
mod governed;
pub mod guide;
pub mod list;
pub mod machine;
mod patrol;
pub mod procedure;
pub mod reading;
pub mod retention;
pub mod settings;
pub mod sheets;
pub mod state;
pub mod timeline;
pub mod upload;
pub mod words;
pub mod work;

pub use command::RecordingCommand;
pub use decide::{Ordered, RecordedCase, RecordingFacts, decide};
pub use event::RecordingEvent;
pub use list::{ActOf, RecordingBook, RecordingRules, Requirement};
pub use patrol::clue;
pub use settings::CustodyRules;
pub use state::{Recording, RecordingFact};

use crate::case::types::blank;
use crate::matter::{DecodeError, Matter, MatterKind, Meta, decode_as};
use event::{Registration, Subject};
use words::{Link, RetentionClass};

impl Matter for Recording {
    const KIND: MatterKind = MatterKind::Recording;
    type Event = RecordingEvent;

    fn type_of(event: &RecordingEvent) -> (&'static str, u16) {
        (event.type_name(), 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<RecordingEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &RecordingEvent) -> Self {
        if let Some(recording) = state {
            return state::next(recording, meta, event);
        }
        if let RecordingEvent::Registered { registration, number, class } = event {
            return state::first(meta, registration, Some(number), *class);
        }
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let nothing = Registration {
            of: Subject::Patrol,
            link: Link::Patrol,
            unit: String::new(),
            documents: Vec::new(),
            place: blank(),
            position: None,
            collectors: Vec::new(),
            proves: blank(),
            party: blank(),
            cause: blank(),
        };
        state::next(state::first(meta, &nothing, None, RetentionClass::Permanent), meta, event)
    }
}
