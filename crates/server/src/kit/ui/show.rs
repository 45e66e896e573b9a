//! How dates, money and states are written, and the small pieces around them.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use maud::{Markup, html};
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::shanghai;
use mingjing_domain::refusal::{FieldError, Refusal};

/// `2026年3月11日`.
pub fn date(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// `2026年3月11日（星期三）`.
pub fn long_date(day: Date) -> String {
    format!("{}（{}）", date(day), weekday(day))
}

/// `3月11日`.
pub fn short_date(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}

/// `星期三`.
pub fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "星期一",
        Weekday::Tuesday => "星期二",
        Weekday::Wednesday => "星期三",
        Weekday::Thursday => "星期四",
        Weekday::Friday => "星期五",
        Weekday::Saturday => "星期六",
        Weekday::Sunday => "星期日",
    }
}

/// `2026年3月11日 15:20`, civil time in Shanghai.
pub fn moment(at: Timestamp) -> String {
    let local = at.to_zoned(shanghai());
    format!("{} {:02}:{:02}", date(local.date()), local.hour(), local.minute())
}

/// A `<time>` with the full instant in its attribute.
pub fn time(at: Timestamp) -> Markup {
    let machine = at.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string();
    html! { time datetime=(machine) { (moment(at)) } }
}

/// A `<time>` for a civil day.
pub fn day(day: Date) -> Markup {
    html! { time datetime=(day.to_string()) { (long_date(day)) } }
}

/// `30,000.00` from fen.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let fen = fen.unsigned_abs();
    let digits = (fen / 100).to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}.{:02}", fen % 100)
}

/// `30,000 元`; `30,000.50 元` where there are fen.
pub fn money(fen: i64) -> Markup {
    let words = yuan(fen);
    html! { span.nowrap { (words.strip_suffix(".00").unwrap_or(&words)) " 元" } }
}

/// `《行政处罚法》第六十四条第一项`.
pub fn law(citation: &Citation) -> Markup {
    html! { span.law { (citation) } }
}

/// What a tag says besides its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    Plain,
    /// Verified, kept, in order.
    Ok,
    /// A limit comes near; attention.
    Near,
    /// Decisive: overdue, refused, demonstration.
    Seal,
    /// Information.
    Info,
}

impl Tone {
    /// Class of the style sheet.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Ok => "ok",
            Self::Near => "near",
            Self::Seal => "seal",
            Self::Info => "info",
        }
    }
}

/// A small mark in words.
pub fn tag(tone: Tone, words: &str) -> Markup {
    html! { span class={ "tag " (tone.class()) } { (words) } }
}

/// How far the proof of an event has come (house 2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofState {
    /// Recorded, not yet in the log.
    Pending,
    /// Has its place in the log.
    Sequenced,
    /// Covered by a signed checkpoint.
    Checkpointed,
    /// Covered by a checkpoint that others have signed too.
    Witnessed,
}

impl ProofState {
    /// Its words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "待入账",
            Self::Sequenced => "已入账",
            Self::Checkpointed => "已签验",
            Self::Witnessed => "已见证",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Pending => "tag proof pending near",
            Self::Sequenced => "tag proof sequenced",
            Self::Checkpointed => "tag proof checkpointed ok",
            Self::Witnessed => "tag proof witnessed ok",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Pending => "已记录，尚未排入公开账本",
            Self::Sequenced => "已排入公开账本",
            Self::Checkpointed => "已由签名的账本检查点覆盖",
            Self::Witnessed => "检查点已由见证方共同签名",
        }
    }
}

/// The mark of a proof state.
pub fn proof(state: ProofState) -> Markup {
    html! { span class=(state.class()) title=(state.meaning()) { (state.label()) } }
}

/// A digest, shortened in the middle; the whole stands in the title.
pub fn digest(hex: &str) -> Markup {
    let short = match (hex.get(..8), hex.get(hex.len().saturating_sub(8)..)) {
        (Some(head), Some(tail)) if hex.len() > 20 => format!("{head}…{tail}"),
        (Some(_) | None, Some(_) | None) => hex.to_owned(),
    };
    html! { span.digest title=(hex) { (short) } }
}

/// Pairs of a label and a value.
pub fn facts(pairs: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts { @for (label, value) in pairs { dt { (label) } dd { (value) } } }
    }
}

/// A box of content with a heading.
pub fn card(heading: &str, body: Markup) -> Markup {
    html! { section.card { h2 { (heading) } (body) } }
}

/// Nothing to show: says so, and what to do.
pub fn empty(what: &str, next: Markup) -> Markup {
    html! { div.empty { b { (what) } (next) } }
}

/// What was done, or what needs attention, on top of a page.
pub fn notice(tone: Tone, heading: &str, body: Markup) -> Markup {
    html! {
        section class={ "notice " (tone.class()) } role="status" { h2 { (heading) } (body) }
    }
}

/// What was given up and is still there: a job destroys it, or was put aside and waits for a
/// person. Nothing where it is gone.
pub fn still_there(undone: Option<bool>) -> Markup {
    match undone {
        None => html! {},
        Some(false) => notice(
            Tone::Near,
            "内容待清除",
            html! { p { "销毁已经登记，系统正在清除存储中的内容和密钥；清除完毕后本提示消失。" } },
        ),
        Some(true) => notice(
            Tone::Seal,
            "内容清除未完成",
            html! { p { "销毁已经登记，但存储中的内容多次清除未成功，请系统管理员检查存储后重新执行。" } },
        ),
    }
}

/// A refusal with its rule and what to do next.
pub fn refused(refusal: &Refusal) -> Markup {
    html! {
        section.notice.refused role="alert" {
            h2 { (refusal.message) }
            p.law { "依据：" (refusal.article.to_string()) }
            @if !refusal.remedy.is_empty() { p { (refusal.remedy) } }
            @if let Some(day) = refusal.after { p { (after(day)) } }
        }
    }
}

/// `2026年3月21日（星期六）起可办`.
pub fn after(day: Date) -> String {
    format!("{}起可办", long_date(day))
}

/// Summary of what is wrong in a form, with links to the fields.
pub fn error_summary(errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            section.errors role="alert" tabindex="-1" aria-labelledby="errors-heading" {
                h2 #errors-heading { "有 " (errors.len()) " 处需要更正，已填内容都还在" }
                ul {
                    @for error in errors {
                        li { a href={ "#" (super::field::element_id(&error.field)) } { (error.message) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_separators_and_two_places() {
        let cases = [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (123_456_789, "1,234,567.89"),
            (i64::MIN, "-92,233,720,368,547,758.08"),
        ];
        for (fen, shown) in cases {
            assert_eq!(yuan(fen), shown);
        }
    }

    #[test]
    fn dates_are_written_as_the_law_writes_them() {
        assert_eq!(long_date(jiff::civil::date(2026, 3, 11)), "2026年3月11日（星期三）");
        let at: Timestamp = "2026-03-11T16:05:00Z".parse().unwrap();
        assert_eq!(moment(at), "2026年3月12日 00:05");
    }

    #[test]
    fn digests_shorten_only_when_long() {
        assert!(digest("abc").into_string().contains(">abc<"));
        assert!(digest(&"a".repeat(64)).into_string().contains("aaaaaaaa…aaaaaaaa<"));
        assert!(digest("值值值值值值值值值值").into_string().contains("值值"));
    }
}
