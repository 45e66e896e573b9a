//! The rail: statutory stages of a procedure, done, now and ahead.

use maud::{Markup, html};

/// Where a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Completed.
    Done,
    /// The matter stands here.
    Now,
    /// Still to come.
    Ahead,
    /// Not needed in this matter.
    Skipped,
    /// Here, but suspended or blocked.
    Stopped,
}

impl Standing {
    const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Ahead => "ahead",
            Self::Skipped => "skipped",
            Self::Stopped => "stopped",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Done => "已完成",
            Self::Now => "当前",
            Self::Ahead => "未到",
            Self::Skipped => "不适用",
            Self::Stopped => "中止",
        }
    }
}

/// One stage.
#[derive(Clone, Debug)]
pub struct Stop<'a> {
    /// Name of the stage.
    pub label: &'a str,
    /// Where it stands.
    pub standing: Standing,
    /// Date of it, or limit of it, in words; empty for none.
    pub note: String,
}

/// The whole rail. `label` names the procedure for those who cannot see it.
pub fn rail(label: &str, stops: &[Stop<'_>]) -> Markup {
    html! {
        ol.rail aria-label=(label) {
            @for stop in stops {
                li class=(stop.standing.class()) aria-current=[(stop.standing == Standing::Now).then_some("step")] {
                    b { (stop.label) span.visually-hidden { "（" (stop.standing.words()) "）" } }
                    small { @if stop.note.is_empty() { "—" } @else { (stop.note) } }
                }
            }
        }
    }
}
