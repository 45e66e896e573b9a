//! The card of errata of the rules: what was decided by, what it turned out to be, who looks.

use maud::{Markup, html};
use mingjing_domain::case::errata::{ErratumState, ErratumValue, Relied};
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::matter::MatterId;

use super::super::access::People;
use crate::kit::ui::show::{self, Tone};

/// An event in words.
fn event(it: &Relied) -> String {
    let what =
        CaseEvent::label_of(&it.event).filter(|_| it.kind == "case").unwrap_or(match it.kind.as_str() {
            "publication" => "公示",
            "recording" => "音像记录",
            "viewing_grant" => "查阅审批",
            _ => "相关事项",
        });
    format!("{}{what}（第{}版）", show::short_date(it.on), it.version)
}

fn value(it: Option<&ErratumValue>) -> String {
    it.map_or_else(|| "已不能得出".to_owned(), ToString::to_string)
}

fn one(no: usize, it: &ErratumState, people: &People) -> Markup {
    html! {
        div.act {
            b { (no) "．" (it.noted.title) }
            @if it.answered.is_some() { (show::tag(Tone::Ok, "已复核")) } @else { (show::tag(Tone::Seal, "待复核")) }
            p {
                "当时依据：" (value(it.noted.old.as_ref())) br;
                "更正后：" (value(it.noted.new.as_ref())) br;
                "涉及：" (it.noted.relied.iter().map(event).collect::<Vec<_>>().join("；")) br;
                span.small { (show::date(it.on)) "发现，由" (it.noted.desk.label()) "复核" }
                @if let Some((answer, by, on)) = &it.answered {
                    br; (answer.effect.label()) "：" (answer.answer.or_erased()) " "
                    span.small { (people.name(*by)) "，" (show::date(*on)) }
                }
            }
        }
    }
}

/// The card; nothing where no rule turned out otherwise. `acting` adds the way to answer.
pub fn card(id: MatterId, case: &Case, people: &People, acting: bool) -> Markup {
    let open = case.errata.iter().any(|it| it.answered.is_none());
    html! {
        @if !case.errata.is_empty() {
            section.card #errata {
                h2 { "规则勘误 " span.meta.small { (case.errata.len()) "项" } }
                p.meta { "办理时所依据的规则后来更正；已经计算、决定的不自动改变，由人复核并书面写明处理。" }
                @for (at, it) in case.errata.iter().enumerate() { (one(at + 1, it, people)) }
                @if acting && open { div.buttons { a.btn.quiet href={ "/cases/" (id) "/do/answer_erratum" } { "复核" } } }
            }
        }
    }
}
