//! One publication: original beside the copy, what may be done, what is due.

use axum::extract::{Path, State};
use maud::{Markup, html};
use mingjing_domain::disclosure::{
    Inspection, Masked, Progress, PublicDecision, Publication, Timeliness, Uncovered, Verb, rail,
};
use mingjing_domain::matter::{Moment, civil_day};
use mingjing_domain::period::{self, Start};
use mingjing_domain::refusal::Refusal;

use super::{address, open};
use crate::disclosure::service::Subject;
use crate::disclosure::view::View;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::act::{self, Action, Door};
use crate::kit::ui::due::{self, Due, Run};
use crate::kit::ui::rail::{Standing, Stop, rail as rail_bar};
use crate::kit::ui::show::{self, Tone};

pub(super) async fn page(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<String>,
) -> Result<Markup, Failure> {
    let (subject, view) = open(&shell, &who, &id).await?;
    let number = number(&view);
    let gates = view.actions(&who.actor(), &Moment::now(shell.app.now()));
    let body = html! {
        (page::heading(Some(html! { (number) }), &title(&view), Some(html! { "公示事项" }), public_link(&view)))
        (rail_bar("公示的各个环节", &stops(&view)))
        div.two {
            div.stack {
                @if let Some(content) = content(&view) { (beside(content, view.inspection.as_ref())) }
                @else { (show::notice(Tone::Plain, "没有可以显示的公示文本", html! { p { "公示内容已经撤下、到期，或者决定尚未送达。" } })) }
            }
            div.stack { (act::actions(&actions(&gates, subject))) (due::dues(&dues(&view, &shell))) }
        }
    };
    let office = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: &number,
        current: "/publications",
        crumbs: vec![("公示", "/publications".to_owned())],
        width: Width::Wide,
    };
    Ok(page::office(&office, body))
}

pub(super) fn number(view: &View) -> String {
    let known = view.publication.as_ref().map(|p| p.source.number.clone());
    known
        .or_else(|| view.source.as_ref().map(|s| s.source.number.clone()))
        .unwrap_or_else(|| "未编号".to_owned())
}

pub(super) fn title(view: &View) -> String {
    content(view).map_or_else(|| "公示".to_owned(), crate::disclosure::tables::public_party)
}

fn public_link(view: &View) -> Option<Markup> {
    let public = view.publication.as_ref()?.public_id.as_ref()?;
    Some(html! { a.btn.quiet href=(format!("/decisions/{public}")) { "看公示页" } })
}

/// The copy on its way, the public one, or the proposal.
pub(super) fn content(view: &View) -> Option<&PublicDecision> {
    match view.publication.as_ref() {
        Some(p) => p
            .draft
            .as_ref()
            .map(|d| d.content.as_ref())
            .or_else(|| p.live.as_ref().map(|l| l.content.as_ref()))
            .or_else(|| p.exemption.as_ref().and(view.proposal.as_ref())),
        None => view.proposal.as_ref(),
    }
}

fn stops(view: &View) -> Vec<Stop<'static>> {
    let state: Option<&Publication> = view.publication.as_ref().map(|p| p.state.as_ref());
    rail(state)
        .into_iter()
        .map(|s| {
            let on = s.on.map(show::short_date);
            let note = match (on, s.note) {
                (Some(on), Some(note)) => format!("{on} {note}"),
                (Some(one), None) | (None, Some(one)) => one,
                (None, None) => String::new(),
            };
            let standing = match s.progress {
                Progress::Done => Standing::Done,
                Progress::Now => Standing::Now,
                Progress::Ahead => Standing::Ahead,
            };
            Stop { label: s.title, standing, note }
        })
        .collect()
}

type Gates = Vec<(Verb, Result<(), Refusal>)>;

fn actions(gates: &Gates, subject: Subject) -> Vec<Action<'_>> {
    let base = address(subject);
    gates
        .iter()
        .filter_map(|(verb, gate)| {
            let name = mingjing_domain::case::form::wire_name(verb);
            let door = match gate {
                Ok(()) => Door::Open {
                    href: format!("{base}/{name}"),
                    button: "办理",
                    first: matches!(verb, Verb::Prepare | Verb::Check | Verb::Publish),
                    basis: &crate::disclosure::verbs::of(*verb).basis,
                },
                // Verbs of other people's roles would only fill the page.
                Err(refusal) if refusal.code == "disclosure.role" => return None,
                Err(refusal) => Door::Shut(refusal),
            };
            Some(Action { label: verb.label(), help: "", door })
        })
        .collect()
}

fn dues(view: &View, shell: &Shell) -> Vec<Due<'static>> {
    let today = civil_day(shell.app.now());
    let mut out = Vec::new();
    let calendar = &view.day_rules.calendar;
    let of = |t: &Timeliness, label: &'static str| Due {
        label,
        run: Run::Kept(t.done_on),
        end: t.limit.due.latest(),
        latest: None,
        derivation: t.limit.derivation.sentences(),
    };
    let running = |rule, day, what: &'static str, label: &'static str| {
        let limit = period::limit(calendar, rule, &Start::new(day, what), &[]).ok()?;
        let (end, latest) = (limit.due.earliest(), limit.due.latest());
        let derivation = limit.derivation.sentences();
        Some(Due {
            label,
            run: Run::on(today, end),
            end,
            latest: (latest != end).then_some(latest),
            derivation,
        })
    };
    match view.publication.as_ref().and_then(|p| p.first_published.as_deref()) {
        Some(t) => out.push(of(t, "公开处罚决定")),
        None => {
            if let Some(source) = view.source.as_ref().filter(|s| s.ended.is_none() && !s.minor) {
                out.extend(running(
                    &view.rules.publish,
                    source.source.decided_on,
                    "作出处罚决定",
                    "公开处罚决定",
                ));
            }
        }
    }
    match view.publication.as_ref().and_then(|p| p.tombstone.as_ref()) {
        Some(tomb) => out.push(of(&tomb.timeliness, "撤回并公开说明理由")),
        None => {
            if let Some(end) = view.source.as_ref().and_then(|s| s.ended).filter(|_| view.is_public()) {
                out.extend(running(&view.rules.withdraw, end.known_on, "知道应当撤下", "撤回并公开说明理由"));
            }
        }
    }
    out
}

/// Original beside the public copy, field by field, with what is withheld and why.
pub(super) fn beside(content: &PublicDecision, inspection: Option<&Inspection>) -> Markup {
    html! {
        section.card {
            h2 { "原文与公示文本" }
            @if let Some(found) = inspection {
                @if found.clean() { p { (show::tag(Tone::Ok, "个人信息检查通过")) } }
                @else { p { (show::tag(Tone::Seal, "个人信息检查发现问题，见各栏")) } }
            }
            @for (path, masked) in content.masked() { (field(&path, masked, inspection)) }
            @if let Some(found) = inspection { (plain_findings(content, found)) }
            dl.facts {
                dt { "违反的规定" } dd { (content.violated.join("；")) }
                dt { "处罚依据" } dd { (content.basis.join("；")) }
                dt { "执法人员" } dd { @for o in &content.officers { (o.name.or_erased()) "（" (o.certificate) "） " } }
            }
        }
    }
}

/// What the scan found in fields that are shown as they are.
fn plain_findings(content: &PublicDecision, found: &Inspection) -> Markup {
    let masked = content.masked();
    let plain = found.findings.iter().filter(|f| !masked.iter().any(|(path, _)| *path == f.field));
    html! { @for f in plain {
        p.leak { (show::tag(Tone::Seal, f.rule.label())) " " (plain_label(&f.field)) "第" (f.from + 1) "至" (f.to) "字 " (show::law(&f.citation)) }
    } }
}

fn plain_label(path: &str) -> &'static str {
    match path.split('/').next().unwrap_or("") {
        "credit_code" => "统一社会信用代码",
        "organ" => "执法机关",
        "number" => "文号",
        "category" => "执法类别",
        "violated" => "违反的规定",
        "basis" => "处罚依据",
        "results" => "处罚结果",
        "officers" => "执法人员",
        _ => "公示文本",
    }
}

fn label(path: &str) -> String {
    match path {
        "party" => "当事人".to_owned(),
        "representative" => "法定代表人（负责人）".to_owned(),
        "facts" => "违法事实".to_owned(),
        "evidence" => "主要证据".to_owned(),
        "terms" => "履行方式和期限".to_owned(),
        "remedies" => "救济途径".to_owned(),
        _ => {
            let no = path.split('/').nth(1).and_then(|n| n.parse::<usize>().ok()).map_or(1, |n| n + 1);
            format!("处罚结果第{no}项")
        }
    }
}

/// Fields that a person may withhold more of: path and words.
pub(super) fn fields(content: &PublicDecision) -> Vec<(String, String)> {
    content.masked().into_iter().map(|(path, _)| (path.clone(), label(&path))).collect()
}

fn field(path: &str, masked: &Masked, inspection: Option<&Inspection>) -> Markup {
    let findings = inspection
        .map(|i| i.findings.iter().filter(|f| f.field == path).collect::<Vec<_>>())
        .unwrap_or_default();
    let uncovered: Vec<&Uncovered> =
        inspection.map(|i| i.uncovered.iter().filter(|u| u.field == path).collect()).unwrap_or_default();
    html! {
        h3 { (label(path)) }
        div.pair {
            div { p.meta.small { "决定书原文" } p { (original(masked)) } }
            div { p.meta.small { "公示文本" } p { (crate::disclosure::portal::masked(masked)) } }
        }
        @if !masked.withheld.is_empty() {
            p.meta.small { "隐去：" @for (i, w) in masked.withheld.iter().enumerate() {
                @if i > 0 { "；" } "第" (w.from + 1) "至" (w.to) "字 " (w.ground.label()) " " (show::law(&w.ground.citation()))
            } }
        }
        @for f in findings { p.leak { (show::tag(Tone::Seal, f.rule.label())) " 公示文本第" (f.from + 1) "至" (f.to) "字 " (show::law(&f.citation)) } }
        @for u in uncovered { p.leak { (show::tag(Tone::Seal, u.ground.label())) " 原文第" (u.from + 1) "至" (u.to) "字应当隐去 " (show::law(&u.citation)) } }
    }
}

/// The original with the withheld characters marked.
fn original(masked: &Masked) -> Markup {
    let Some(text) = masked.original.value() else { return html! { "〔已依法销毁〕" } };
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut parts = Vec::new();
    for w in &masked.withheld {
        let (from, to) = ((w.from as usize).min(chars.len()), (w.to as usize).min(chars.len()));
        parts.push(html! { (chars[at.min(from)..from].iter().collect::<String>()) });
        parts.push(html! { mark title=(w.ground.label()) { (chars[from..to.max(from)].iter().collect::<String>()) } });
        at = to;
    }
    parts.push(html! { (chars[at.min(chars.len())..].iter().collect::<String>()) });
    html! { @for p in parts { (p) } }
}
