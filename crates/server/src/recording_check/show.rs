//! Pieces of the pages of checks: the draw with its recomputation, the ledger, findings,
//! and pictures of rates with a table beside.

use maud::{Markup, html};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording_check::sample::STATEMENT;
use mingjing_domain::recording_check::stats::Rate;
use mingjing_domain::recording_check::{About, Check, Finding, Phase, Stage, redraw};

use super::signals::Portion;
use crate::case::access::People;
use crate::kit::ui::show::{self, Tone};

/// How a stage looks.
pub const fn tone(stage: Stage) -> Tone {
    match stage {
        Stage::Planned | Stage::Checking => Tone::Near,
        Stage::Concluded => Tone::Info,
        Stage::Closed => Tone::Ok,
    }
}

/// Whether the sample follows from plan, value and population, computed here and now; none
/// before the draw.
pub fn holds(check: &Check) -> Option<bool> {
    let (planned, drawn) = (check.planned.as_ref()?, check.drawn.as_ref()?);
    Some(redraw(planned, drawn, &check.sample))
}

/// The plan, the draw, the statement of the method, and the recomputation.
pub fn draw(check: &Check) -> Markup {
    let Some(planned) = &check.planned else { return html! {} };
    html! {
        section.card #draw {
            h2 { "抽取" }
            (show::facts(&[
                ("总体", html! { (planned.strata.iter().map(|it| it.count).sum::<u32>()) "件，摘要 " (show::digest(&planned.population_digest)) }),
                ("抽取数量", html! { @for it in &planned.strata { @if it.size > 0 { @if !it.name.is_empty() { (it.name) " " } (it.size) "/" (it.count) "件 " } } }),
                ("种子", html! { (planned.beacon.source) "（" (planned.beacon.kind.label()) "，不早于" (show::time(planned.beacon.not_before)) "）" }),
                ("计划时间", html! { (show::time(planned.at)) }),
            ]))
            @match &check.drawn {
                None => { p.meta { "公开数值产生后抽取。" } },
                Some(drawn) => {
                    (show::facts(&[
                        ("公开数值", html! { code.typed { (drawn.value) } }),
                        ("产生时间", html! { (show::time(drawn.published_at)) }),
                        ("种子值", html! { code.typed { (drawn.seed) } }),
                    ]))
                    @match holds(check) {
                        Some(true) => { p { (show::tag(Tone::Ok, "复算一致")) " 按下列方法重新计算，抽取结果相同。" } },
                        Some(false) | None => { p { (show::tag(Tone::Seal, "复算不一致")) " 计划所列的音像记录与其摘要不同，请核实。" } },
                    }
                },
            }
            details.why { summary { "抽取的方法，任何人可以复算" } p.typed { (STATEMENT) }
                p { a href="/log/checkpoint" { "账本检查点" } }
            }
        }
    }
}

/// The check ledger: what was drawn, and what was found on each.
pub fn ledger(check: &Check, names: &dyn Fn(MatterId) -> String, people: &People) -> Markup {
    html! {
        section.card #ledger {
            h2 { "检查台账 " span.meta.small { (check.entries.len()) "/" (check.sample.len()) "件" } }
            @if check.sample.is_empty() { p.meta { "没有需要回放的音像记录。" } }
            @else {
                div.table.fold tabindex="0" role="region" aria-label="检查台账" { table {
                    thead { tr { th scope="col" { "音像记录" } th scope="col" { "结论" } th scope="col" { "不符合的项目" } th scope="col" { "检查人" } th scope="col" { "意见" } } }
                    tbody { @for id in &check.sample {
                        @let entry = check.entries.iter().find(|(it, ..)| it.recording == *id);
                        tr {
                            th scope="row" { (names(*id)) }
                            td data-label="结论" { @match entry { Some((it, ..)) => { (it.verdict.label()) }, None => { (show::tag(Tone::Near, "未检查")) } } }
                            td data-label="不符合的项目" { @if let Some((it, ..)) = entry { @for mark in it.marks.iter().filter(|m| m.mark == mingjing_domain::recording_check::Mark::Fail) { (mark.point.label()) "：" (mark.note.or_erased()) br; } } }
                            td data-label="检查人" { @if let Some((_, who, on)) = entry { (people.name(*who)) " " (show::short_date(*on)) } }
                            td data-label="意见" { @if let Some((it, ..)) = entry { (it.opinion.or_erased()) } }
                        }
                    } }
                } }
            }
        }
    }
}

/// The use of the devices as it was last reported.
pub fn devices(check: &Check, names: &dyn Fn(MatterId) -> String, people: &People) -> Markup {
    html! {
        section.card #devices {
            h2 { "记录设备使用情况 " span.meta.small { (check.devices.len()) "台" } }
            @if check.devices.is_empty() { p.meta { "还没有登记设备使用情况。登记时由系统按设备台账和音像记录得出。" } }
            @else {
                div.table.fold tabindex="0" role="region" aria-label="记录设备使用情况" { table {
                    thead { tr {
                        th scope="col" { "设备" } th scope="col" { "使用人" } th.num scope="col" { "配发天数" } th.num scope="col" { "使用天数" }
                        th.num scope="col" { "记录" } th.num scope="col" { "分钟" } th.num scope="col" { "未经检查使用" } th.num scope="col" { "故障" } th.num scope="col" { "逾期上传" }
                    } }
                    tbody { @for it in &check.devices { tr {
                        th scope="row" { a href={ "/devices/" (it.device) } { (names(it.device)) } br; span.meta.small { (it.unit) } }
                        td data-label="使用人" { @for one in &it.holders { div { (people.name(one.staff)) span.meta.small { " " (one.days) "天，" (one.recordings) "件，" (one.minutes) "分钟" } } } }
                        td.num data-label="配发天数" { (it.days_assigned) }
                        td.num data-label="使用天数" { (it.days_used) }
                        td.num data-label="记录" { (it.recordings) }
                        td.num data-label="分钟" { (it.minutes) }
                        td.num data-label="未经检查使用" { (it.unchecked) }
                        td.num data-label="故障" { (it.faults) }
                        td.num data-label="逾期上传" { (it.late) }
                    } } }
                } }
            }
        }
    }
}

/// What a finding is about, by its number or title, and the way there.
pub fn about(it: About, names: &dyn Fn(MatterId) -> String) -> Markup {
    match it {
        About::Recording { recording } => {
            html! { "音像记录 " a href={ "/recordings/" (recording) } { (names(recording)) } }
        }
        About::Act { case, version } => {
            html! { "案件 " a href={ "/cases/" (case) } { (names(case)) } " 经过第" (version) "项" }
        }
        About::File { case } => html! { "案卷 " a href={ "/cases/" (case) "/file" } { (names(case)) } },
        About::Device { device } => html! { "设备 " a href={ "/devices/" (device) } { (names(device)) } },
    }
}

const fn phase_tone(phase: Phase) -> Tone {
    match phase {
        Phase::Suspected | Phase::Established | Phase::Handling => Tone::Near,
        Phase::Dismissed => Tone::Plain,
        Phase::Settled => Tone::Ok,
    }
}

/// What the data tell and nobody has registered yet.
pub fn signals(
    of: &Portion,
    names: &dyn Fn(MatterId) -> String,
    people: &People,
    next: Option<&str>,
) -> Markup {
    html! {
        section.card #signals {
            h2 { (show::date(of.days.0)) "至" (show::date(of.days.1)) " " span.meta.small { (of.found.len()) "项" } }
            @if of.found.is_empty() { p.meta { "这些日期的数据没有显示六种禁止行为的迹象。" } }
            @for it in &of.found {
                div.act {
                    b { (it.act.label()) }
                    p { (it.facts.or_erased()) " " (show::law(&it.act.article())) " · " @for thing in &it.about { (about(*thing, names)) " " }
                        span.meta { @for who in &it.persons { (people.name(*who)) " " } } }
                }
            }
            p.meta.small { "由系统按记录比对得出，须经检查人员核实；属实的，登记为问题。" }
            @if let Some(next) = next { p { a.btn.quiet href=(next) { "以后的日期" } } }
        }
    }
}

/// Findings, each with what was done about it.
pub fn findings(check: &Check, names: &dyn Fn(MatterId) -> String, people: &People) -> Markup {
    html! {
        section.card #findings {
            h2 { "问题 " span.meta.small { (check.findings.len()) "项" } }
            @if check.findings.is_empty() { p.meta { "没有登记问题。" } }
            @for (no, it) in (1..).zip(&check.findings) {
                div.act {
                    b { (no) "．" (it.suspicion.act.label()) }
                    (show::tag(phase_tone(it.phase()), it.phase().label()))
                    p {
                        (it.suspicion.facts.or_erased()) " " (show::law(&it.suspicion.act.article())) br;
                        @for thing in &it.suspicion.about { (about(*thing, names)) br; }
                        (course(it, people))
                    }
                }
            }
        }
    }
}

fn course(it: &Finding, people: &People) -> Markup {
    html! {
        (people.name(it.found.0)) " " (show::short_date(it.found.1)) "登记"
        @if let Some((who, on)) = it.verified { "；" (people.name(who)) " " (show::short_date(on)) "核实：" (it.gravity.map_or("不成立", |g| g.label())) }
        @if !it.responsible.is_empty() { "，责任人员" (people.names(&it.responsible)) }
        @for order in &it.orders {
            br; (show::short_date(order.on)) "责令于" (show::short_date(order.due_on)) "前整改：" (order.requirements.or_erased())
            @if let Some((who, on)) = order.reported { "；" (people.name(who)) " " (show::short_date(on)) "报告整改" }
            @if let Some((passed, on)) = order.rechecked { "；" (show::short_date(on)) @if passed { "复查已整改" } @else { "复查未整改" } }
        }
        @if let Some((number, on)) = &it.referred { br; (show::short_date(*on)) "移送处分 " span.no { (number) } }
        @for (who, (outcome, on)) in &it.disciplined { br; (people.name(*who)) "：" (outcome.label()) "（" (show::short_date(*on)) "）" }
        @if let Some((number, on)) = &it.transferred { br; (show::short_date(*on)) "移送涉嫌犯罪线索 " span.no { (number) } }
        @if let Some(on) = it.receipt { br; (show::short_date(on)) "收到回执" }
    }
}

/// Rates as bars, with the same figures as a table.
pub fn bars(heading: &str, groups: &[(String, Rate)]) -> Markup {
    let height = 34 * groups.len() + 10;
    html! {
        section.card {
            h2 { (heading) }
            @if groups.is_empty() { p.meta { "这段时间没有应计数的事项。" } }
            @else {
                div.chart tabindex="0" role="region" aria-label=(heading) {
                    svg viewBox={ "0 0 1040 " (height) } width="100%" role="img" aria-label={ (heading) "，数字见下表" } {
                        @for (at, (name, rate)) in groups.iter().enumerate() {
                            @let y = 34 * at + 8;
                            @let wide = rate.permille().unwrap_or(0) * 6 / 10;
                            text x="210" y=(y + 16) text-anchor="end" { (name) }
                            rect x="220" y=(y) width="600" height="22" fill="#eee9df" {}
                            rect x="220" y=(y) width=(wide) height="22" fill="#1a4f7a" {}
                            text x="830" y=(y + 16) { (rate.words()) }
                        }
                    }
                }
                details.why { summary { "用数字看" }
                    div.table { table {
                        caption.visually-hidden { (heading) }
                        thead { tr { th scope="col" { "分组" } th.num scope="col" { "符合" } th.num scope="col" { "总数" } th.num scope="col" { "比例" } } }
                        tbody { @for (name, rate) in groups { tr {
                            th scope="row" { (name) } td.num { (rate.part) } td.num { (rate.whole) } td.num { (rate.words()) }
                        } } }
                    } }
                }
            }
        }
    }
}
