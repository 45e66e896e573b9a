//! My desk: what waits for me, soonest limit first, and my cases.

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::types::Stage;
use mingjing_domain::case::{Case, clock};
use mingjing_domain::matter::{MatterId, Moment, civil_day};

use super::super::access::{self, rules};
use super::super::desk::Late;
use super::super::{service, store};
use super::parts::run;
use crate::evidence::damage;
use crate::evidence::tus::Opened;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::authz_case::CASE_READ;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::due::Run;
use crate::kit::ui::show::{self, Tone};

/// Most things shown of each kind; beyond that the count says `99+`.
const MOST: u32 = 100;
/// How many of them are looked into for their limits.
const LOOKED: usize = 40;

/// The next limit of a case.
pub struct Next {
    /// What is due.
    pub title: String,
    /// Its last day; the earliest bound where the calendar leaves it open.
    pub due: Date,
    /// How it stands.
    pub run: Run,
}

/// Next limit of each case, as far as one runs; a right of the party counts only
/// when nothing of the organ's is due.
///
/// # Errors
/// When the store fails.
pub async fn next_limits(
    shell: &Shell,
    who: &Identity,
    ids: impl IntoIterator<Item = MatterId>,
) -> Result<BTreeMap<MatterId, Next>, Failure> {
    let actor = who.actor();
    let gathered = service::gather_for_view(&shell.app, rules(), actor.organ, &actor).await?;
    let facts = gathered.facts(Moment::now(shell.app.now()), actor, [0; 32]);
    let mut out = BTreeMap::new();
    for id in ids {
        if out.contains_key(&id) {
            continue;
        }
        let Some(case) = shell.app.load::<Case>(id).await? else { continue };
        let all = clock::running(&case.state, &facts);
        let Some(first) = all.iter().find(|it| !it.window).or_else(|| all.first()) else { continue };
        let (run, due, _) = run(facts.today(), first.limit.due);
        out.insert(id, Next { title: first.title.clone(), due, run });
    }
    Ok(out)
}

fn days(next: &Next) -> Markup {
    let (tone, words) = match next.run {
        Run::Left(0) => (Tone::Near, "今日止".to_owned()),
        Run::Left(n) if n <= crate::kit::ui::due::NEAR_DAYS => (Tone::Near, format!("剩 {n} 天")),
        Run::Left(n) => (Tone::Plain, format!("剩 {n} 天")),
        Run::AtLeast(n) => (Tone::Plain, format!("至少剩 {n} 天")),
        Run::Over(n) => (Tone::Seal, format!("超 {n} 天")),
        Run::Paused => (Tone::Plain, "已中止".to_owned()),
        Run::Kept(_) => (Tone::Plain, "已办".to_owned()),
    };
    html! { (show::tag(tone, &words)) " " span.meta.small { (next.title) "，" (show::short_date(next.due)) "止" } }
}

/// GET /desk
pub(super) async fn page(
    State(shell): State<Shell>,
    who: Identity,
    store: Opened,
) -> Result<Markup, Failure> {
    let damaged = damage::desk(&shell, &who, &store).await?;
    if who.may(CASE_READ, &Target::organ(who.person.organ)).is_err() {
        let late = super::super::desk::late_filings(&shell, &who).await?;
        let errata = super::super::desk::open_errata(&shell, &who).await?;
        return Ok(elsewhere(&shell, &who, &late, &errata, &damaged));
    }
    let it = &who.person;
    let mut waiting = super::super::desk::waiting(&shell, &who, MOST).await?;
    let filter = store::Filter { officer: Some(it.id), organs: vec![it.organ], ..Default::default() };
    let mut mine = store::list(shell.app.db(), &filter, MOST).await?;
    mine.retain(|line| running(&line.stage));
    let ids: Vec<MatterId> =
        waiting.iter().map(|w| w.id).chain(mine.iter().map(|m| m.id)).take(LOOKED).collect();
    let limits = next_limits(&shell, &who, ids).await?;
    let due = |id: &MatterId| limits.get(id).map_or(Date::MAX, |n| n.due);
    let own = |it: &store::Waiting| if copy(it) { it.due.unwrap_or(Date::MAX) } else { due(&it.id) };
    waiting.sort_by(|a, b| (own(a), &a.since).cmp(&(own(b), &b.since)));
    mine.sort_by_key(|m| due(&m.id));
    let today = civil_day(shell.app.now());
    let mut others = crate::viewing_grant::web::waiting(&shell, &who).await?;
    others.extend(crate::archive::web::waiting(&shell, &who).await?);
    others.extend(crate::recording::holds::waiting(&shell, &who).await?);
    let queue = queue(&waiting, &limits, today);
    let body = html! {
        (page::heading(
            Some(html! { (it.organ_name) " · " (it.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join("、")) }),
            "我的桌面",
            Some(html! { (show::long_date(today)) }),
            access::may(&who, Verb::RegisterClue, None).is_ok().then(|| html! { a.btn href="/cases/new" { "登记线索" } }),
        ))
        (counts(&waiting, mine.len()))
        (damaged)
        div.two {
            div.stack { (queue) (besides(&others)) }
            div.stack { (my_cases(&mine, &limits)) }
        }
    };
    Ok(super::shown(&shell, &who, "我的桌面", "/desk", Width::Wide, body))
}

/// For those who see no case of their own organ: supervisors and administrators.
fn elsewhere(
    shell: &Shell,
    who: &Identity,
    late: &[Late],
    errata: &[store::OpenErratum],
    damaged: &Markup,
) -> Markup {
    let it = &who.person;
    let shown = crate::kit::authz::any_grant(CASE_READ, &it.roles);
    let body = html! {
        (page::heading(Some(html! { (it.organ_name) }), "我的桌面", None, None))
        (damaged)
        div.stack {
            section.card {
                @if shown {
                    h2 { "监督" }
                    p { "您可以查看监督区域内各机关的案件、音像记录和记录检查，不能办理。" }
                    div.buttons {
                        a.btn href="/cases" { "看案件" }
                        a.btn.quiet href="/recordings?late=1" { "超期上传的音像记录" }
                        a.btn.quiet href="/checks/statistics" { "记录统计" }
                    }
                } @else {
                    h2 { "没有等您办理的案件事项" }
                    p { "您的岗位不接触业务数据。可以办理的事项在上方导航中。" }
                }
            }
            @if shown { (overdue(late)) (unanswered(errata)) }
        }
    };
    super::shown(shell, who, "我的桌面", "/desk", Width::Middle, body)
}

/// Checks and filings that are overdue, for those who supervise.
fn overdue(late: &[Late]) -> Markup {
    html! {
        section.card {
            h2 { "超期未决定是否立案 " span.meta.small { (capped(late.len())) "件" } }
            @if late.is_empty() { p.meta { "没有超期的核查和立案。" } }
            @for it in late {
                div.act {
                    b { a href={ "/cases/" (it.id) } { (it.case) } }
                    (show::tag(Tone::Seal, "超期"))
                    p { (it.title) "，" (show::date(it.due)) "止" }
                }
            }
        }
    }
}

/// Errata of the rules that nobody answered yet, for those who supervise.
fn unanswered(errata: &[store::OpenErratum]) -> Markup {
    html! {
        section.card {
            h2 { "规则勘误待复核 " span.meta.small { (capped(errata.len())) "项" } }
            @if errata.is_empty() { p.meta { "没有待复核的规则勘误。" } }
            @for it in errata {
                div.act {
                    b { a href={ "/cases/" (it.id) "#errata" } { (it.case) } }
                    p { (it.title) " " span.small { "自" (since(&it.since)) "等候" } }
                }
            }
        }
    }
}

/// Whether a stage is still worked on.
fn running(stage: &str) -> bool {
    let over = [Stage::Archived, Stage::NotFiled, Stage::Withdrawn, Stage::Transferred];
    !over.iter().any(|it| wire_name(it) == stage)
}

fn capped(n: usize) -> String {
    if n >= MOST as usize { "99+".to_owned() } else { n.to_string() }
}

fn counts(waiting: &[store::Waiting], mine: usize) -> Markup {
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for it in waiting {
        *groups.entry(it.title.split('：').next().unwrap_or("")).or_default() += 1;
    }
    html! {
        ul.counts aria-label="数量" {
            li { strong { (capped(waiting.len())) } "等我办理" }
            @for (name, n) in &groups { li { strong { (capped(*n)) } (name) } }
            li { strong { (capped(mine)) } "我承办的" }
        }
    }
}

/// Whether a public copy waits: its limit is not the case's.
const fn copy(it: &store::Waiting) -> bool {
    it.publication.is_some() || it.party.is_some()
}

/// The limit of what waits.
fn limit(it: &store::Waiting, limits: &BTreeMap<MatterId, Next>, today: Date) -> Option<Markup> {
    if it.recording.is_some() {
        return Some(show::tag(Tone::Seal, "超期"));
    }
    if !copy(it) {
        return limits.get(&it.id).map(days);
    }
    let due = it.due?;
    Some(days(&Next { title: it.title.clone(), due, run: Run::on(today, due) }))
}

fn queue(waiting: &[store::Waiting], limits: &BTreeMap<MatterId, Next>, today: Date) -> Markup {
    html! {
        section.card {
            h2 { "等我办理" }
            @if waiting.is_empty() { (show::empty("都办完了", html! { "没有等您办理的事项。" a href="/cases" { "看全部案件" } })) }
            @for it in waiting {
                div.act {
                    b { (it.title) }
                    a.btn.quiet href=(place(it)) aria-label={ "打开：" (it.title) "，" (it.case) } { "打开" }
                    p {
                        a href=(place(it)) { (it.case) }
                        @if let Some(number) = &it.number { " " span.no { (number) } }
                        br;
                        @if let Some(shown) = limit(it, limits, today) { (shown) " " }
                        @if !it.since.is_empty() { span.small { "自" (since(&it.since)) "等候" } }
                    }
                }
            }
        }
    }
}

/// Where it is done.
fn place(it: &store::Waiting) -> String {
    if let Some(id) = it.recording {
        return format!("/recordings/{id}");
    }
    match (it.publication, it.party) {
        (Some(id), _) => format!("/publications/{id}"),
        (None, Some(party)) => format!("/publications/{}.{party}", it.id),
        (None, None) => format!("/cases/{}", it.id),
    }
}

/// What waits besides cases: approvals of viewing, files, transfers, holds that end.
fn besides(others: &[(String, String, String)]) -> Markup {
    html! {
        @if !others.is_empty() {
            section.card {
                h2 { "查阅、归档、留存待办 " span.meta.small { (capped(others.len())) "件" } }
                @for (words, href, from) in others {
                    div.act {
                        b { (words) }
                        a.btn.quiet href=(href) aria-label={ "打开：" (words) } { "打开" }
                        @if !from.is_empty() { p { span.small { "自" (since(from)) "等候" } } }
                    }
                }
            }
        }
    }
}

fn since(text: &str) -> String {
    text.parse::<Date>().map_or_else(|_| text.to_owned(), show::short_date)
}

fn my_cases(mine: &[store::Line], limits: &BTreeMap<MatterId, Next>) -> Markup {
    html! {
        section.card {
            h2 { "我承办的案件" }
            @if mine.is_empty() { (show::empty("没有在办案件", html! { "登记线索或者被指定承办后列在这里。" })) }
            @for it in mine {
                div.act {
                    b { a href={ "/cases/" (it.id) } { (it.title) } }
                    (show::tag(Tone::Plain, super::list::stage_label(&it.stage)))
                    p {
                        @if let Some(number) = &it.number { span.no { (number) } " " }
                        @if let Some(next) = limits.get(&it.id) { (days(next)) } @else { span.small { "没有正在计算的期限" } }
                    }
                }
            }
            @if mine.len() >= MOST as usize { p { a href="/cases?mine=1" { "看全部" } } }
        }
    }
}
