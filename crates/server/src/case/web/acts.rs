//! The card of recordings: what each act of the case asks, what is open, what there is.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::recorded::{self, Standing};
use mingjing_domain::matter::MatterId;

use crate::kit::ui::show::{self, Tone};
use crate::recording::view::Line;

const fn tone(it: Standing) -> Tone {
    match it {
        Standing::Recorded | Standing::Excused => Tone::Ok,
        Standing::Waiting => Tone::Near,
        Standing::Open => Tone::Seal,
        Standing::Suggested => Tone::Info,
        Standing::Text => Tone::Plain,
    }
}

/// The card. `acting` adds the ways to do something about it.
pub fn recorded(
    id: MatterId,
    case: &Case,
    facts: &Facts<'_>,
    (lines, pictures): (&[Line], &BTreeMap<MatterId, String>),
    acting: bool,
) -> Markup {
    let registers = acting && case.officers.contains(&facts.actor.id);
    html! {
        section.card #recordings {
            h2 { "音像记录 " span.meta.small { (lines.len()) "份" } }
            @if case.acts.is_empty() && lines.is_empty() { p.meta { "还没有需要音像记录的办案事项。" } }
            @for (no, act) in recorded::acts(case) {
                @let standing = act.standing(facts.law);
                @let asked = act.requirement(facts.law);
                div.act {
                    b { (no) "．" (act.of.verb.label()) }
                    (show::tag(tone(standing), standing.label()))
                    p {
                        (show::date(act.on)) " · " (asked.words())
                        @if asked.must() { " " (show::law(&asked.source)) }
                        @for (recording, _) in &act.recordings { br; a href={ "/recordings/" (recording) } { (name(lines, *recording)) } }
                        @if let Some(reason) = &act.reason { br; span.small { "未作音像记录：" (reason.ground.label()) "，" (reason.reason.or_erased()) } }
                        @if acting && standing == Standing::Open {
                            br; a href={ "/cases/" (id) "/do/attach_recording" } { "关联音像记录" } " "
                            a href={ "/cases/" (id) "/do/state_no_recording" } { "说明没有录制的原因" }
                        }
                        @if acting && standing == Standing::Waiting { br; a href={ "/cases/" (id) "/do/decide_no_recording" } { "审批原因" } }
                    }
                }
            }
            @if !lines.is_empty() {
                ul { @for line in lines {
                    li {
                        @if let Some(picture) = pictures.get(&line.id) { a href={ "/recordings/" (line.id) } aria-hidden="true" tabindex="-1" { img.preview src=(picture) alt="" loading="lazy"; } " " }
                        a.no href={ "/recordings/" (line.id) } { (line.number.as_deref().unwrap_or("未编号")) } " " (line.link_label) " " span.meta.small { (line.state_label) } }
                } }
            }
            @if registers { div.buttons { a.btn.quiet href={ "/recordings/new?case=" (id) } { "登记音像记录" } } }
        }
    }
}

fn name(lines: &[Line], id: MatterId) -> String {
    let known = lines.iter().find(|it| it.id == id).and_then(|it| it.number.clone());
    known.unwrap_or_else(|| "音像记录".to_owned())
}
