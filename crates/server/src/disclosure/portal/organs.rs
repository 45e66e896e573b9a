//! Who may enforce: organs, their officers, and whether a certificate holds today.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::matter::civil_day;
use mingjing_domain::organ::OrganState;

use super::{HTML, STEADY, cached};
use crate::disclosure::store::{self, Officer, OrganLine};
use crate::disclosure::subjects;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{self, Column, Query, Table};

/// Officers of a page.
const PAGE: u32 = 50;

pub(super) async fn all(State(shell): State<Shell>, headers: HeaderMap) -> Result<Response, Failure> {
    let organs = subjects::organs(&shell.app).await?;
    let today = civil_day(shell.app.now());
    let rows = organs.iter().map(|o| cells(o, today)).collect();
    let list = table::table(&Table {
        caption: "执法主体",
        id: "organs",
        columns: ["机关", "性质", "执法类别", "执法主体资格"].into_iter().map(Column::new).collect(),
        rows,
        query: &Query::new("/organs", None),
        next: None,
        empty: ("还没有登记执法主体", html! {}),
    });
    let find = html! {
        form.filters method="get" action="/officers" role="search" {
            label { "查执法人员" input type="search" name="q" placeholder="姓名或者执法证号，须完整"; }
            button.btn.quiet { "查找" }
        }
    };
    let body = html! {
        (page::heading(None, "谁可以执法", Some(html! { "依法确认的执法主体和持证上岗的执法人员" }), None))
        (find)
        section.card { (list) }
    };
    let html = page::portal(&shell.site, "谁可以执法", "/organs", Width::Middle, None, body);
    Ok(cached(&headers, HTML, STEADY, html.into_string().into_bytes()))
}

fn cells(it: &OrganLine, today: Date) -> Vec<Markup> {
    let kind: Option<mingjing_domain::organ::OrganKind> =
        serde_json::from_value(it.kind.as_str().into()).ok();
    let confirmed = match it.confirmed_from {
        Some(from) if from <= today => show::tag(Tone::Ok, "已确认"),
        Some(_) => show::tag(Tone::Near, "尚未生效"),
        None if kind.is_some_and(|k| !k.enforces()) => show::tag(Tone::Plain, "不直接执法"),
        None => show::tag(Tone::Near, "未确认"),
    };
    vec![
        html! { a href=(format!("/organs/{}", subjects::public_name(it.id))) { (it.name) } },
        html! { (kind.map_or("", |k| k.label())) },
        html! { (it.category) },
        confirmed,
    ]
}

pub(super) async fn one(
    State(shell): State<Shell>,
    Path(name): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let organ = subjects::find(&shell.app, &name).await?.ok_or(Failure::NotFound)?;
    let query = Query::new(format!("/organs/{name}"), raw.as_deref());
    let today = civil_day(shell.app.now());
    let officers =
        store::officers(shell.app.db(), Some(organ.state.id), None, query.get("after"), PAGE).await?;
    let next = (officers.len() == PAGE as usize).then(|| officers.last().map(|o| o.number.clone())).flatten();
    let decisions = html! {
        @if organ.profile.kind.enforces() { a.btn.quiet href=(format!("/organs/{name}/recordings")) { "音像记录事项清单" } }
        a.btn.quiet href=(format!("/decisions?organ={name}")) { "看它的决定" }
    };
    let body = html! {
        (page::heading(None, &organ.profile.name, Some(html! { (organ.profile.kind.label()) }), Some(decisions)))
        div.stack {
            section.card { h2 { "机关" } (profile(&organ, today)) }
            section.card { h2 { "执法人员" } (officer_table(&officers, today, &query, next)) }
        }
    };
    let html = page::portal(&shell.site, &organ.profile.name, "/organs", Width::Middle, None, body);
    Ok(cached(&headers, HTML, STEADY, html.into_string().into_bytes()))
}

fn profile(it: &OrganState, today: Date) -> Markup {
    let p = &it.profile;
    let powers = if it.confirmed_on(today) {
        show::tag(Tone::Ok, "今日具有执法主体资格")
    } else {
        show::tag(Tone::Near, "今日没有确认的执法主体资格")
    };
    let mut pairs: Vec<(&str, Markup)> = vec![
        ("执法主体资格", powers),
        ("执法类别", html! { (p.category) }),
        ("行政区划代码", html! { (p.region) }),
        ("地址", html! { (p.address) }),
        ("电话", html! { (p.phone) }),
    ];
    if !p.units.is_empty() {
        pairs.push(("内设机构", html! { (p.units.join("、")) }));
    }
    pairs.push(("行政复议机关", html! { (p.reconsideration) }));
    pairs.push(("行政诉讼管辖法院", html! { (p.court) }));
    if let Some(payee) = &p.payee {
        pairs.push(("罚款缴入", html! { (payee.bank) " " (payee.name) " " (payee.account) " " span.meta { "执法人员不收取现金，依法当场收缴的除外" } }));
    }
    show::facts(&pairs)
}

pub(super) async fn officers(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::new("/officers", raw.as_deref());
    let today = civil_day(shell.app.now());
    let words: Option<String> =
        query.get("q").map(|q| q.chars().filter(|c| !c.is_control()).take(60).collect());
    let all = match &words {
        Some(words) => store::officers(shell.app.db(), None, Some(words), query.get("after"), PAGE).await?,
        None => Vec::new(),
    };
    let next = (all.len() == PAGE as usize).then(|| all.last().map(|o| o.number.clone())).flatten();
    let body = html! {
        (page::heading(None, "执法人员", Some(html! { "输入完整的姓名或者执法证号，核对证件今日是否有效" }), None))
        form.filters method="get" action="/officers" role="search" {
            label { "姓名或者执法证号" input type="search" name="q" value=(words.as_deref().unwrap_or("")); }
            button.btn { "核对" }
        }
        @if words.is_some() { section.card { (officer_table(&all, today, &query, next)) } }
    };
    let html = page::portal(&shell.site, "执法人员", "/organs", Width::Middle, None, body);
    Ok(cached(&headers, HTML, STEADY, html.into_string().into_bytes()))
}

/// Officers with their certificates and whether each holds today.
pub(super) fn officer_table(all: &[Officer], today: Date, query: &Query, next: Option<String>) -> Markup {
    let row = |o: &Officer| {
        let (words, holds) = subjects::standing(o, today);
        vec![
            html! { (o.name) },
            html! { a href=(format!("/organs/{}", subjects::public_name(o.organ))) { (o.organ_name) } },
            html! { (o.number) },
            html! { (o.categories) },
            html! { (show::date(o.valid_from)) "至" (show::date(o.valid_to)) },
            show::tag(if holds { Tone::Ok } else { Tone::Seal }, words),
        ]
    };
    table::table(&Table {
        caption: "执法人员及证件",
        id: "officers",
        columns: ["姓名", "机关", "执法证号", "执法类别", "有效期", "今日"]
            .into_iter()
            .map(Column::new)
            .collect(),
        rows: all.iter().map(row).collect(),
        query,
        next,
        empty: (
            "没有查到持证人员",
            html! { p { "请核对姓名或者证号是否完整。没有有效执法证件的人员不得执法（行政处罚法第四十二条）。" } },
        ),
    })
}
