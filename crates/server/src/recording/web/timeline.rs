//! The pieces of a recording on one line of time: gaps, overlaps, marks. Drawn as SVG
//! by the server, with the same in a table for those who cannot see it.

use jiff::Timestamp;
use maud::{Markup, html};
use mingjing_domain::matter::shanghai;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::timeline::Joint;

use crate::kit::ui::show::{self, Tone};

/// Width and height of the drawing in its own units.
const WIDTH: i64 = 1000;
const HEIGHT: i64 = 86;

/// `10:02:03`, civil time in Shanghai.
pub fn clock(at: Timestamp) -> String {
    let it = at.to_zoned(shanghai());
    format!("{:02}:{:02}:{:02}", it.hour(), it.minute(), it.second())
}

/// So many hours, minutes and seconds.
pub fn length(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs().max(0);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}秒"),
        (0, _) => format!("{minutes}分{seconds}秒"),
        (_, _) => format!("{hours}小时{minutes}分{seconds}秒"),
    }
}

struct Scale {
    from: i64,
    span: i64,
}

impl Scale {
    fn x(&self, at: Timestamp) -> i64 {
        ((at.as_millisecond() - self.from) * (WIDTH - 20) / self.span + 10).clamp(10, WIDTH - 10)
    }

    fn width(&self, from: Timestamp, to: Timestamp) -> i64 {
        (self.x(to) - self.x(from)).max(2)
    }
}

/// The picture with its table; nothing where no piece was recorded.
pub fn drawn(it: &Recording, tolerance_s: u32) -> Markup {
    let (Some(from), Some(to)) =
        (it.segments.iter().map(|s| s.started()).min(), it.segments.iter().map(|s| s.ended()).max())
    else {
        return html! { p.meta { "还没有采集。" } };
    };
    let scale =
        Scale { from: from.as_millisecond(), span: (to.as_millisecond() - from.as_millisecond()).max(1) };
    let joints = it.joints(tolerance_s);
    let label =
        format!("共{}段，{}处中断或者重叠，{}处标记", it.segments.len(), joints.len(), it.marks.len());
    html! {
        div.chart tabindex="0" role="region" aria-label="时间线" {
            svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(label) {
                line x1="10" y1="40" x2=(WIDTH - 10) y2="40" stroke="currentColor" stroke-opacity="0.3" {}
                @for (no, s) in (1..).zip(&it.segments) {
                    rect x=(scale.x(s.started())) y="26" width=(scale.width(s.started(), s.ended())) height="28" rx="3"
                        fill="currentColor" fill-opacity=(if no % 2 == 1 { "0.32" } else { "0.20" }) {
                        title { "第" (no) "段 " (s.capture.kind.label()) " " (clock(s.started())) "—" (clock(s.ended())) }
                    }
                    @if scale.width(s.started(), s.ended()) > 24 {
                        text x=(scale.x(s.started()) + 5) y="45" font-size="14" fill="currentColor" { (no) }
                    }
                }
                @for joint in &joints {
                    @let (from, to, words, dash) = match joint {
                        Joint::Gap { from, to, .. } => (*from, *to, "中断", "4 3"),
                        Joint::Overlap { from, to, .. } => (*from, *to, "重叠", "1 0"),
                    };
                    rect x=(scale.x(from)) y="20" width=(scale.width(from, to)) height="40" fill="none" stroke="#a8201a" stroke-dasharray=(dash) {
                        title { (words) " " (clock(from)) "—" (clock(to)) }
                    }
                }
                @for mark in &it.marks {
                    @if let Some(at) = moment_of(it, mark.segment, mark.offset_ms) {
                        path d={ "M" (scale.x(at)) " 22 l-5 -9 h10 z" } fill="#a8201a" { title { (mark.kind.label()) " " (clock(at)) } }
                    }
                }
                text x="10" y="78" font-size="14" fill="currentColor" { (clock(from)) }
                text x=(WIDTH - 10) y="78" font-size="14" text-anchor="end" fill="currentColor" { (clock(to)) }
            }
        }
        p.meta.small { (label) "，自" (show::moment(from)) "起，历时" (length(from, to)) "。时间已按设备时钟偏差换算为服务器时间。" }
        (breaks(it, &joints))
    }
}

/// The instant of a mark on the server's clock.
pub fn moment_of(it: &Recording, segment: u16, offset_ms: u64) -> Option<Timestamp> {
    let at = it.segment(segment)?.started();
    at.checked_add(jiff::SignedDuration::from_millis(i64::try_from(offset_ms).ok()?)).ok()
}

fn breaks(it: &Recording, joints: &[Joint]) -> Markup {
    html! {
        @if !joints.is_empty() {
            ul {
                @for joint in joints {
                    @match joint {
                        Joint::Gap { after, before, from, to } => li {
                            "第" (after) "段与第" (before) "段之间中断" (length(*from, *to)) "（" (clock(*from)) "—" (clock(*to)) "） "
                            @if it.explained(*after) { (show::tag(Tone::Ok, "已说明")) } @else { (show::tag(Tone::Seal, "没有说明")) }
                        },
                        Joint::Overlap { first, second, from, to } => li {
                            "第" (first) "段与第" (second) "段重叠" (length(*from, *to)) "（" (clock(*from)) "—" (clock(*to)) "）"
                        },
                    }
                }
            }
        }
    }
}
