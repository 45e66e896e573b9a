//! The stream: what happened, when, and by whom.

use jiff::Timestamp;
use maud::{Markup, html};

use super::show::{self, ProofState};

/// One event as a person reads it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Place in the stream.
    pub version: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it is said to have happened, if that differs.
    pub happened_at: Option<Timestamp>,
    /// What happened, as a sentence.
    pub sentence: String,
    /// Who acted.
    pub who: String,
    /// A turn of the procedure; gets the seal colour.
    pub key: bool,
    /// How far its proof has come.
    pub proof: ProofState,
}

/// Entries, newest first as given; `as_of` makes the address that shows the
/// matter as it stood after an entry.
pub fn stream(entries: &[Entry], as_of: impl Fn(&Entry) -> Option<String>) -> Markup {
    html! {
        @if entries.is_empty() { (show::empty("还没有记录", html! { "办理后自动记入，不能修改。" })) }
        @else {
            ol.stream {
                @for it in entries {
                    li.key[it.key] id={ "v" (it.version) } {
                        (show::time(it.recorded_at))
                        (it.sentence) " " span.who { (it.who) } " " (show::proof(it.proof))
                        @if let Some(at) = it.happened_at {
                            div.meta.small { "所称发生时间 " (show::time(at)) "，为补录" }
                        }
                        @if let Some(href) = as_of(it) { div.small { a href=(href) { "看当时原貌" } } }
                    }
                }
            }
        }
    }
}
