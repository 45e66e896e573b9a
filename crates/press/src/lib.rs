//! Enforcement documents: Typst templates in the layout of GB/T 9704-2012, rendered to PDF/A-2b.
//!
//! A document is made from one [`Job`]: the template's name, the data of the case, the number and the
//! instants. The same job always gives the same bytes. Nothing is ever left blank by accident: a
//! required field that is absent, a character that no font can draw, a control character and every
//! warning of the typesetter are errors ([`PressError`]).
//!
//! Data is data: it reaches a template as JSON values and is never read as markup.
//!
//! Over the pages of a finished document signs can be laid ([`Overlay`]): page numbers of a file, the
//! mark of who reads. That makes a copy for reading; the document itself is never touched.
//!
//! The typesetter is heavy, so the program runs it in a child process of itself ([`child`]).
#![cfg_attr(test, allow(clippy::unwrap_used))] // a panic is how a test fails

pub mod catalogue;
mod check;
pub mod child;
mod error;
mod field;
mod fonts;
pub mod glyphs;
mod job;
pub mod money;
mod overlay;
mod qr;
mod render;
mod sources;
mod world;

pub use catalogue::{Orientation, Seal, TemplateSpec, catalogue, find};
pub use check::printable;
pub use error::PressError;
pub use field::{Condition, FieldKind, FieldSpec};
pub use fonts::FONTS_DIR_VARIABLE;
pub use job::{Job, Overlay, Rendered, Verification};
pub use render::{Press, render};
