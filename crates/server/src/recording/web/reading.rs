//! 文件自述信息 beside what was registered, and the small pictures of the pieces.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::reading::{Reading, SaidAt, TimeBasis};
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::words::Finding;

use super::timeline::{clock, length};
use crate::evidence::preview::Previews;
use crate::kit::ui::show::{self, Tone};

/// What each file says of itself, in a table; nothing while none was read.
pub fn table(it: &Recording) -> Markup {
    let any = it.segments.iter().any(|s| s.reading.is_some());
    html! {
        @if any {
            section.card #readings {
                h2 { "文件自述信息" }
                div.table.fold tabindex="0" role="region" aria-label="文件自述信息" { table {
                    thead { tr { th scope="col" { "分段" } th scope="col" { "时间" } th scope="col" { "时长" } th scope="col" { "画面、编码" } th scope="col" { "设备、位置" } } }
                    tbody { @for (no, s) in (1..).zip(&it.segments) { @if let Some(read) = &s.reading { (row(it, no, s, read)) } } }
                } }
                p.meta.small { "“登记”为采集人登记的设备时间，“文件”为系统从入库文件中读出。文件自述由设备写入，供核对，不代替登记。" }
            }
        }
    }
}

fn row(it: &Recording, no: u16, s: &Segment, read: &Reading) -> Markup {
    let differs = |finding| it.flags.iter().any(|f| f.no == Some(no) && f.finding == finding);
    let warn = |finding| html! { @if differs(finding) { " " (show::tag(Tone::Seal, "不一致")) } };
    let end = s.sealing.as_ref().map(|it| it.ended_at);
    html! {
        tr {
            th scope="row" { "第" (no) "段" }
            td data-label="时间" {
                div { "登记 " (show::date(mingjing_domain::matter::civil_day(s.capture.started_at))) " " (clock(s.capture.started_at))
                    @if let Some(end) = end.filter(|end| *end != s.capture.started_at) { "—" (clock(end)) } }
                div { "文件 " @match &read.said_at { Some(at) => (said(at)), None => "没有写明" } (warn(Finding::FileTimeDiffers)) }
            }
            td data-label="时长" {
                @if s.capture.kind.runs() {
                    div { "登记 " @match end { Some(end) if end != s.capture.started_at => (length(s.capture.started_at, end)), _ => "没有写明" } }
                    div { "文件 " @match read.duration_ms { Some(ms) => (lasting(ms)), None => "没有写明" } (warn(Finding::FileLengthDiffers)) }
                } @else { "—" }
            }
            td data-label="画面、编码" {
                @if let (Some(width), Some(height)) = (read.width, read.height) { div { (width) "×" (height) } }
                @if !read.tracks.is_empty() {
                    div.small { @for (at, track) in read.tracks.iter().enumerate() {
                        @if at > 0 { "、" } (track.kind.label()) @if let Some(codec) = &track.codec { " " (codec) }
                    } }
                }
                @if let Some(container) = &read.container { div.meta.small { (container) } }
                @for why in &read.lacking { div.small { (show::tag(Tone::Near, why.label())) } }
            }
            td data-label="设备、位置" {
                div { @if read.device.is_blank() { span.meta { "没有写明设备" } } @else { (read.device.or_erased()) } }
                @if !read.position.is_blank() { div.small { (read.position.or_erased()) } }
            }
        }
    }
}

/// `2026年3月2日 09:10:00（+08:00）`: as it is written, with what it stands for.
fn said(at: &SaidAt) -> String {
    let it = at.local;
    let zone = match (at.basis, at.offset_s) {
        (TimeBasis::Zoned, Some(offset)) => {
            let minutes = offset.abs() / 60;
            format!("{}{:02}:{:02}", if offset < 0 { "-" } else { "+" }, minutes / 60, minutes % 60)
        }
        (TimeBasis::HeaderUtc, _) => {
            let words = TimeBasis::HeaderUtc.label();
            // Out of the representable range it is shown as it is written.
            let here = TimeZone::UTC.to_timestamp(it);
            here.map_or_else(|_| words.to_owned(), |at| format!("{words}，合北京时间{}", clock(at)))
        }
        (basis, _) => basis.label().to_owned(),
    };
    format!("{} {:02}:{:02}:{:02}（{zone}）", show::date(it.date()), it.hour(), it.minute(), it.second())
}

/// Milliseconds as hours, minutes, seconds; below a minute with tenths.
fn lasting(ms: u64) -> String {
    let (seconds, tenths) = (ms / 1_000, ms / 100 % 10);
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}.{tenths}秒"),
        (0, minutes, seconds) => format!("{minutes}分{seconds}秒"),
        (hours, minutes, seconds) => format!("{hours}小时{minutes}分{seconds}秒"),
    }
}

/// The small pictures. Whoever handles the recording sees them at once; for others they stay
/// shut until they are asked for, since looking is recorded.
pub fn pictures(it: &Recording, previews: &Previews) -> Markup {
    let all = html! {
        ul.previews {
            @for (no, address) in &previews.of {
                @let words = it.segment(*no).map_or("", |s| s.capture.kind.label());
                li { figure { img src=(address) alt={ "第" (no) "段" (words) "的画面" } loading="lazy"; figcaption.small { "第" (no) "段 " (words) } } }
            }
        }
    };
    html! {
        @if !previews.of.is_empty() {
            @if previews.recorded {
                details.more { summary { "查看各段画面（记入查阅记录）" } (all) }
            } @else { (all) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_times_read_as_people_say_them() {
        assert_eq!(
            (lasting(20_050), lasting(61_999), lasting(3_723_000)),
            ("20.0秒".into(), "1分1秒".into(), "1小时2分3秒".into())
        );
        let local = jiff::civil::date(2026, 3, 2).at(9, 10, 0, 0);
        let at = |basis, offset_s| said(&SaidAt { local, offset_s, basis });
        assert_eq!(at(TimeBasis::Zoned, Some(28_800)), "2026年3月2日 09:10:00（+08:00）");
        assert_eq!(at(TimeBasis::Zoned, Some(-12_600)), "2026年3月2日 09:10:00（-03:30）");
        assert_eq!(
            at(TimeBasis::HeaderUtc, Some(0)),
            "2026年3月2日 09:10:00（按格式为协调世界时，合北京时间17:10:00）"
        );
    }
}
