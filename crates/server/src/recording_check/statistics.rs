//! 统计: coverage, lateness, weak links, with pictures; and the rows of the yearly assessment.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::case::clock::archived_in_time;
use mingjing_domain::case::types::Stage as CaseStage;
use mingjing_domain::matter::{MatterId, Moment, OrganId, StaffId, civil_day};
use mingjing_domain::recording_check::Check;
use mingjing_domain::recording_check::report::{
    AssessmentRow, Measured, Year, assessment, conduct, points, prohibited,
};
use mingjing_domain::recording_check::stats::{
    ActRow, Coverage, Lateness, Rate, UploadRow, by_link, by_officer, by_unit, coverage, full_process,
    lateness, lateness_by_link, lateness_by_officer, lateness_by_unit, weakest,
};
use mingjing_domain::viewing_grant::{Grant, uses};

use super::access;
use super::means;
use super::show::bars;
use super::store;
use crate::case::access::{People, rules};
use crate::case::service::{ended, gather_for_view, rules_today};
use crate::evidence::tus::Opened;
use crate::kit::acts::cell;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::ui::show as ui;
use crate::kit::ui::table::{Filter, FilterKind, Query, filters};
use crate::kit::write::Loaded;
use crate::recording_view::service::{self as recordings, Made};
use crate::viewing_grant::service::used;

/// Checks that one statistic takes in.
const CHECKS: u32 = 500;
/// Fewer acts than this say too little of a group.
const LEAST: u32 = 3;

/// What a statistic is made from.
pub struct Ground {
    /// First and last civil day.
    pub days: (Date, Date),
    /// Acts that must be recorded.
    pub acts: Vec<ActRow>,
    /// Recordings.
    pub uploads: Vec<UploadRow>,
    /// Recordings, as the assessment counts them.
    pub kept: Vec<means::Kept>,
    /// Checks of these days.
    pub checks: Vec<Loaded<Check>>,
}

/// Gathers what the statistics of an organ need.
///
/// # Errors
/// When the store fails.
pub async fn ground(shell: &Shell, organ: OrganId, days: (Date, Date)) -> Result<Ground, Failure> {
    let (db, now) = (shell.app.db(), shell.app.now());
    let of_day = rules_today(&shell.app, rules(), organ).await?;
    let people = People::of(shell, organ).await?;
    let acts = recordings::acts(db, organ, days, &of_day.law.recordings).await?;
    let unit = |by: StaffId| people.get(by).map_or_else(String::new, |it| it.unit.clone());
    let acts = acts.into_iter().map(|it| ActRow { unit: unit(it.by), ..it.row }).collect();
    let made = recordings::made(db, organ, days, now).await?;
    let made: BTreeMap<MatterId, Made> = made.into_iter().map(|it| (it.recording, it)).collect();
    let (mut uploads, mut kept) = (Vec::new(), Vec::new());
    for it in recordings::in_days(db, organ, days, now, usize::MAX).await? {
        let row = it.upload(of_day.custody()?, now).map_err(|e| Failure::Broken(e.to_string()))?;
        let of = made.get(&it.recording);
        uploads.extend(row.map(|row| UploadRow { link: of.map(|it| it.link), ..row }));
        kept.extend(of.map(|of| means::Kept { patrol: of.patrol, case: it.case.is_some() }));
    }
    let mut checks = Vec::new();
    for id in store::page(db, organ, None, CHECKS).await? {
        let found = shell.app.load::<Check>(id).await?;
        checks.extend(found.filter(|it| it.period.0 <= days.1 && days.0 <= it.period.1));
    }
    Ok(Ground { days, acts, uploads, kept, checks })
}

/// The days that are asked for; this year up to today when nothing is asked.
pub(super) fn days(query: &Query, today: Date) -> (Date, Date) {
    let asked = |name: &str| query.get(name).and_then(|it| it.parse::<Date>().ok());
    let from = asked("from").unwrap_or_else(|| Date::new(today.year(), 1, 1).unwrap_or(today));
    (from, asked("to").unwrap_or(today).max(from))
}

fn rates<K: ToString>(groups: impl IntoIterator<Item = (K, Coverage)>) -> Vec<(String, Rate)> {
    groups.into_iter().map(|(key, it)| (key.to_string(), it.lawful_rate())).collect()
}

/// GET /checks/statistics
pub(super) async fn page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/checks/statistics", uri.query());
    let today = civil_day(shell.app.now());
    let organ = access::chosen(&shell, &who, query.get("organ")).await?;
    let choices = access::choices(&shell, &who).await?;
    let it = ground(&shell, organ, days(&query, today)).await?;
    let people = People::of(&shell, organ).await?;
    let all = coverage(&it.acts);
    let late = lateness(&it.uploads);
    let checks: Vec<&Check> = it.checks.iter().map(|it| it.state.as_ref()).collect();
    let mut asked = vec![
        Filter { name: "from", label: "自", kind: FilterKind::Day },
        Filter { name: "to", label: "至", kind: FilterKind::Day },
    ];
    if !choices.is_empty() {
        asked.insert(0, access::filter(&choices));
    }
    let body = html! {
        (page::heading(None, "记录统计", Some(html! { (ui::date(it.days.0)) "至" (ui::date(it.days.1)) }), Some(html! {
            a.btn.quiet href={ "/checks/assessment.csv?year=" (it.days.1.year()) "&organ=" (organ) } { "导出年度考核数据" }
        })))
        div.stack {
            section.card { (filters(&asked, &query)) }
            section.card {
                h2 { "总体" }
                (ui::facts(&[
                    ("应当音像记录的执法活动", html! { (all.acts()) "次：已记录" (all.recorded) "，有批准的客观原因" (all.excused) "，没有记录" (all.missing) }),
                    ("音像记录覆盖率", html! { (all.recorded_rate().words()) }),
                    ("依法记录率", html! { (all.lawful_rate().words()) }),
                    ("全程音像记录", html! { (full_process(&it.acts).recorded_rate().words()) }),
                    ("按时上传率", html! { (late.timely_rate().words()) @if late.awaited > 0 { "，另有" (late.awaited) "件尚在期限内" } }),
                    ("最长迟延", html! { @if late.worst_hours > 0 { (late.worst_hours) "小时" } @else { "无" } }),
                    ("抽检规范文明", html! { (conduct(&checks).words()) }),
                ]))
            }
            (weak(&it.acts, &people))
            (pictures(&it, &people, &checks))
            (acts_found(&checks))
        }
    };
    let frame = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: "记录统计",
        current: "/checks",
        crumbs: vec![("记录检查", "/checks".to_owned())],
        width: Width::Middle,
    };
    Ok(office(&frame, body))
}

/// Rates by link, unit and officer, as bars.
fn pictures(it: &Ground, people: &People, checks: &[&Check]) -> Markup {
    let links = by_link(&it.acts).into_iter().map(|(link, it)| (link.label(), it));
    let officers: Vec<(String, Coverage)> =
        by_officer(&it.acts).into_iter().map(|(who, it)| (people.name(who).to_owned(), it)).collect();
    let timely = |(name, it): (String, Lateness)| (name, it.timely_rate());
    let late_units: Vec<_> = lateness_by_unit(&it.uploads).into_iter().map(timely).collect();
    let late_links =
        lateness_by_link(&it.uploads).into_iter().map(|(link, it)| (link.label().to_owned(), it));
    let late_links: Vec<_> = late_links.map(timely).collect();
    let late_officers = lateness_by_officer(&it.uploads).into_iter();
    let late_officers: Vec<_> =
        late_officers.map(|(who, it)| timely((people.name(who).to_owned(), it))).collect();
    let of_points: Vec<(String, Rate)> = points(checks)
        .into_iter()
        .filter(|(_, rate)| rate.whole > 0)
        .map(|(point, rate)| (point.label().to_owned(), rate))
        .collect();
    html! {
        (bars("各环节依法记录率", &rates(links)))
        (bars("各单位依法记录率", &rates(by_unit(&it.acts))))
        (bars("执法人员依法记录率", &rates(officers)))
        (bars("各环节按时上传率", &late_links))
        (bars("各单位按时上传率", &late_units))
        (bars("执法人员按时上传率", &late_officers))
        (bars("回放检查各项符合率", &of_points))
    }
}

/// 薄弱环节.
fn weak(acts: &[ActRow], people: &People) -> Markup {
    let links = weakest(&by_link(acts), LEAST);
    let units = weakest(&by_unit(acts), LEAST);
    let officers = weakest(&by_officer(acts), LEAST);
    let line = |name: &str, it: Coverage| html! { li { (name) "：没有记录" (it.missing) "次，" (it.lawful_rate().words()) } };
    html! {
        section.card {
            h2 { "薄弱环节" }
            @if links.is_empty() && units.is_empty() && officers.is_empty() { p.meta { "没有发现，或者次数太少（不足" (LEAST) "次的不列）。" } }
            @else { ul {
                @for (link, it) in &links { (line(&format!("环节 {}", link.label()), *it)) }
                @for (unit, it) in &units { (line(&format!("单位 {unit}"), *it)) }
                @for (who, it) in &officers { (line(&format!("人员 {}", people.name(*who)), *it)) }
            } }
        }
    }
}

fn acts_found(checks: &[&Check]) -> Markup {
    let found = prohibited(checks);
    html! {
        section.card {
            h2 { "禁止行为" }
            @if found.is_empty() { p.meta { "没有登记问题。" } }
            @else { ul { @for ((act, phase), n) in &found { li { (act.label()) "：" (phase.label()) (n) "项 " (ui::law(&act.article())) } } } }
        }
    }
}

/// Stages in which a case is at its end.
const ENDED: [CaseStage; 5] = [
    CaseStage::Archived,
    CaseStage::Closed,
    CaseStage::NotFiled,
    CaseStage::Withdrawn,
    CaseStage::Transferred,
];

/// How cases were filed in a year: archived in time, of those archived; with a file, of those
/// that ended.
async fn filing(shell: &Shell, who: &Identity, organ: OrganId, year: i16) -> Result<(Rate, Rate), Failure> {
    let actor = who.actor();
    let gathered = gather_for_view(&shell.app, rules(), organ, &actor).await?;
    let facts = gathered.facts(Moment::now(shell.app.now()), actor.clone(), [0; 32]);
    let (mut in_time, mut filed) = (Rate::default(), Rate::default());
    for case in ended(&shell.app, organ, &ENDED).await? {
        if case.archived.is_some_and(|(on, _)| on.year() == year) {
            in_time.whole += 1;
            in_time.part += u32::from(archived_in_time(&case.state, &facts) == Some(true));
        }
        if case.ended_on.is_some_and(|on| on.year() == year) {
            filed.whole += 1;
            filed.part += u32::from(case.archived.is_some());
        }
    }
    Ok((in_time, filed))
}

/// The rows of the assessment of an organ for a year.
///
/// # Errors
/// When the store fails, or there is no such year.
pub async fn rows_of(
    shell: &Shell,
    who: &Identity,
    organ: OrganId,
    year: i16,
    store: &Opened,
) -> Result<Vec<AssessmentRow>, Failure> {
    let bound = |month, day| {
        Date::new(year, month, day).map_err(|_| Failure::Malformed("year 应为公元年份".to_owned()))
    };
    let days = (bound(1, 1)?, bound(12, 31)?);
    let it = ground(shell, organ, days).await?;
    let checks: Vec<&Check> = it.checks.iter().map(|it| it.state.as_ref()).collect();
    let grants = used(&shell.app, organ, &days.0.to_string()).await?;
    let known: Vec<(MatterId, &Grant)> = grants.iter().map(|it| (it.id, it.state.as_ref())).collect();
    let uses: BTreeMap<_, _> = uses(&known, days.0, days.1);
    let (archived, filed) = filing(shell, who, organ, year).await?;
    let of_day = rules_today(&shell.app, rules(), organ).await?;
    let checked = store.as_ref().and_then(|it| it.0.last_check());
    let means = means::of(shell, organ, of_day.custody()?, &it.kept, (checked.as_ref(), year)).await?;
    let cited = means::cited(shell, organ, &ENDED, year).await?;
    let analyses = it.checks.iter().filter(|it| it.concluded.is_some_and(|on| on.year() == year)).count();
    Ok(assessment(&Year {
        acts: &it.acts,
        uploads: &it.uploads,
        checks: &checks,
        uses: &uses,
        archived,
        filed,
        analyses: u32::try_from(analyses).unwrap_or(u32::MAX),
        cited,
        means,
    }))
}

/// GET /checks/assessment.csv, and the same under /api/v1.
pub(super) async fn csv(
    State(shell): State<Shell>,
    who: Identity,
    store: Opened,
    uri: Uri,
) -> Result<Response, Failure> {
    let query = Query::new("/checks/assessment.csv", uri.query());
    let organ = access::chosen(&shell, &who, query.get("organ")).await?;
    let this = civil_day(shell.app.now()).year();
    let year = match query.get("year") {
        None => this,
        Some(text) => text
            .parse::<i16>()
            .ok()
            .filter(|year| (2000..=2199).contains(year))
            .ok_or_else(|| Failure::Malformed("year 应为公元年份".to_owned()))?,
    };
    let rows = rows_of(&shell, &who, organ, year, &store).await?;
    let broken = |e: csv::Error| Failure::Broken(e.to_string());
    // The mark at the front makes spreadsheets read the Chinese as UTF-8.
    let mut out = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    out.write_record(["年度", "指标", "依据", "单位", "符合", "总数", "比例（‰）", "次数"])
        .map_err(broken)?;
    for row in &rows {
        let (part, whole, permille, times) = match row.value {
            Measured::Share(rate) => (
                rate.part.to_string(),
                rate.whole.to_string(),
                rate.permille().map_or_else(|| "无应计数的事项".to_owned(), |it| it.to_string()),
                String::new(),
            ),
            Measured::Times(n) => (String::new(), String::new(), String::new(), n.to_string()),
        };
        let unit = row.unit.clone().unwrap_or_else(|| "本机关".to_owned());
        let record = [
            year.to_string(),
            row.title.to_owned(),
            row.indicator.to_string(),
            unit,
            part,
            whole,
            permille,
            times,
        ];
        out.write_record(record.iter().map(|it| cell(it))).map_err(broken)?;
    }
    let bytes = out.into_inner().map_err(|e| Failure::Broken(e.to_string()))?;
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    let name = HeaderValue::from_static("attachment; filename=\"assessment.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}
