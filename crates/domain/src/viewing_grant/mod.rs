//! 查阅审批: the approval that lets somebody look at files and recordings.
//!
//! One matter an approval: asked for with purpose, scope, time and medium, approved by
//! another person, used (each look, copy and export is an event with its watermark), and
//! ended. Bodies outside are served through the archives; what goes to them carries a
//! number, a receiver and digests. Supervisors look in real time without approval, and
//! are logged all the same. [`may_view`] is the one judge of a look.

mod decide;
mod event;
mod may_view;
mod redact;
mod register;
mod scope;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use decide::{GrantFacts, decide, usual_purpose};
pub use event::{Asked, Copied, Delivery, GrantCommand, GrantEvent, Granted, Lent, Requester, Use};
pub use may_view::{Basis, SUPERVISORS, Viewer, ViewingLaw, may_view, watermark};
pub use redact::{
    Derivative, Edit, MAX_EDITS, MaskOrder, Original, Region, SMALLEST, Shape, Span,
    check as check_derivative, muted,
};
pub use register::{Entry, Line, overdue, register, uses};
pub use scope::{Covered, Material, Thing};
pub use state::{Delivered, Grant, Loan, Mask, MaskOutcome, Used};
pub use words::*;
