//! Machine-made text on the pages of a recording, always marked.

use std::collections::BTreeSet;

use maud::{Markup, html};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::machine::{LinePlace, MachineState, MachineTask, MachineText};
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::words::RecordingVerb;

use super::NOTICE;
use super::jobs::{kind_of, waiting};
use super::service::{Sight, any, sight};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::recording::access::Seen;

/// What a page shows of the texts of a recording.
#[derive(Clone, Debug)]
pub struct Standing {
    id: MatterId,
    sight: Sight,
    /// May ask for it.
    asks: bool,
    /// Tasks whose engine is set.
    served: Vec<MachineTask>,
    /// Pieces that wait.
    waiting: BTreeSet<SegmentNo>,
}

impl Standing {
    /// Whether an engine is set for any of the pieces.
    pub fn serves(&self, it: &Recording) -> bool {
        it.segments
            .iter()
            .any(|s| s.identity.is_some() && self.served.contains(&MachineTask::of(s.capture.kind)))
    }
}

/// How the person and the program stand to the texts of a recording.
///
/// # Errors
/// When the store fails.
pub async fn standing(shell: &Shell, who: &Identity, seen: &Seen) -> Result<Standing, Failure> {
    let served = MachineTask::ALL.iter().copied().filter(|it| shell.app.serves_jobs(kind_of(*it)));
    Ok(Standing {
        id: seen.it.id,
        sight: if any(&seen.it) { sight(shell, who, seen).await? } else { Sight::Shut },
        asks: seen.may(who, RecordingVerb::AskMachineText).is_ok(),
        served: served.collect(),
        waiting: waiting(&shell.app, seen.it.id).await?.into_iter().collect(),
    })
}

/// The mark of a machine.
pub fn mark() -> Markup {
    html! { p.small { (show::tag(Tone::Near, "机器识别")) " " (NOTICE) } }
}

/// Beside the pieces: how far each has come, and its text for those who handle it.
pub fn pieces(it: &Recording, to: &Standing) -> Markup {
    let stored: Vec<_> = (1_u16..).zip(&it.segments).filter(|(_, s)| s.identity.is_some()).collect();
    let shown = it.destroyed.is_none() && !stored.is_empty();
    html! {
        @if shown {
            section #machine {
                h3 { "识别文字" }
                (mark())
                @if to.served.is_empty() { p.meta { "本系统没有设置识别引擎，不自动识别。" } }
                ul.plain {
                    @for (no, s) in &stored {
                        @let task = MachineTask::of(s.capture.kind);
                        li {
                            "第" (no) "段 " (s.capture.kind.label()) "，" (task.label()) "："
                            (state(&s.machine, to.waiting.contains(no), to.served.contains(&task)))
                            @if to.asks && to.served.contains(&task) && !to.waiting.contains(no) {
                                " " a href={ "/recordings/" (to.id) "/do/ask_machine_text?no=" (no) } {
                                    @if s.machine.settled() { "再次识别第" } @else { "要求识别第" } (no) "段"
                                }
                            }
                            @if let (Sight::Open, Some((made, _))) = (to.sight, &s.machine.made) {
                                details.more { summary { "查看识别文字" } (text(to.id, *no, made)) }
                            }
                        }
                    }
                }
                @match to.sight {
                    Sight::Recorded => p { a href={ "/recordings/" (to.id) "/words" } { "查看识别文字（记入查阅记录）" } },
                    Sight::Open => p { a href={ "/recordings/" (to.id) "/words" } { "全部识别文字" } },
                    Sight::Shut => {},
                }
            }
        }
    }
}

/// How far a piece has come, in words.
fn state(it: &MachineState, waits: bool, served: bool) -> Markup {
    html! {
        @if let Some((made, at)) = &it.made {
            "已识别 " (show::time(*at)) " " span.meta.small { (made.engine) " " (made.engine_version) }
            @if made.text.is_blank() { " " (show::tag(Tone::Plain, "没有识别出文字")) }
            @if made.cut { " " (show::tag(Tone::Near, "文字过长，只保存前一部分")) }
        }
        @if let Some((why, at)) = &it.fault { " " (show::tag(Tone::Seal, "没有成功")) " " (why.label()) " " (show::time(*at)) }
        @if waits { " " (show::tag(Tone::Info, "等待识别")) }
        @else if it.made.is_none() && it.fault.is_none() {
            @if served { "还没有识别" } @else { "没有设置引擎" }
        }
    }
}

/// A text line by line; times lead into the player.
pub fn text(id: MatterId, no: SegmentNo, it: &MachineText) -> Markup {
    html! {
        @if it.text.value().is_none() { p.meta { "〔已依法销毁〕" } }
        @else if it.text.is_blank() { p.meta { "没有识别出文字。" } }
        ol.spoken {
            @for (line, place) in it.lines() { li { (whereabouts(id, no, place)) (line) } }
        }
        @if it.cut { p.meta { "识别的文字过长，以下没有保存。" } }
    }
}

/// Where a line stands: a way into the player, or a page.
pub fn whereabouts(id: MatterId, no: SegmentNo, place: LinePlace) -> Markup {
    html! {
        @if let Some(ms) = place.start_ms {
            a.nowrap href={ "/recordings/" (id) "/play#piece-" (no) "@" (seconds(ms)) } aria-label={ "回放第" (no) "段" (at(ms)) } { (at(ms)) } " "
        } @else if let Some(page) = place.page { span.meta.nowrap { "第" (page) "页 " } }
    }
}

/// The lines with a time as places to go to, for the player of somebody who handles it.
pub fn cues(no: SegmentNo, it: &MachineText) -> Markup {
    let timed: Vec<_> = it.lines().filter_map(|(line, place)| place.start_ms.map(|ms| (line, ms))).collect();
    html! {
        @if !timed.is_empty() {
            details.more {
                summary { "识别文字" }
                (mark())
                ul.cues {
                    @for (line, ms) in timed {
                        li { button.btn.quiet type="button" data-seek=(seconds(ms)) data-piece=(no) { (at(ms)) } " " (line) }
                    }
                }
            }
        }
    }
}

/// Seconds with milliseconds, for the player.
pub fn seconds(offset_ms: u64) -> String {
    format!("{}.{:03}", offset_ms / 1_000, offset_ms % 1_000)
}

/// `00:20`, or `1:02:03` from an hour on.
pub fn at(offset_ms: u64) -> String {
    let whole = offset_ms / 1_000;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::{at, seconds};

    #[test]
    fn offsets_read_as_clocks() {
        assert_eq!((at(20_000), seconds(20_050)), ("00:20".to_owned(), "20.050".to_owned()));
        assert_eq!(at(3_723_999), "1:02:03");
    }
}
