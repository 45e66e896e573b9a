//! The front page: find, verify, how timely, what is new.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::matter::civil_day;

use super::list::{self, rows_table};
use super::{HTML, REVALIDATED, cached};
use crate::disclosure::store::{self, Filter, MonthFigures};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::{show, table::Query};
use crate::ledger::service::Ledger;

/// How many of the newest are shown.
const NEWEST: u32 = 10;

pub(super) async fn page(
    State(shell): State<Shell>,
    ledger: Option<Extension<Ledger>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let db = shell.app.db();
    let today = civil_day(shell.app.now());
    let months = store::months(db, &format!("{:04}-01", today.year())).await?;
    let newest = store::list(db, &Filter::default(), NEWEST).await?;
    let marks = list::marks(&shell, &newest).await?;
    let signed = match &ledger {
        Some(Extension(ledger)) => ledger.newest().await.map_err(|e| Failure::Broken(e.to_string()))?,
        None => None,
    };
    let body = html! {
        (figures(&months, today, signed.map(|(size, at)| (size, show::time(at)))))
        section.card {
            div.head {
                h2 { "刚刚公示" }
                span.meta { a href="/feed.atom" { "订阅" } " · " a href="/decisions.json" { "下载" } " · " a href="/decisions" { "全部" } }
            }
            (rows_table(&newest, &marks, &Query::new("/decisions", None), None))
        }
        (bars(&months, today))
    };
    let html = page::portal(
        &shell.site,
        "行政执法公示",
        "/",
        Width::Middle,
        Some(hero()),
        html! { div.stack { (body) } },
    );
    Ok(cached(&headers, HTML, REVALIDATED, html.into_string().into_bytes()))
}

fn hero() -> Markup {
    html! {
        div.hero { div {
            section {
                h1 { "查一个决定，问一个答案" }
                form.find role="search" method="get" action="/decisions" {
                    input type="search" name="q" aria-label="查找" placeholder="单位名称、决定书文号、事项、法条";
                    button.btn { "查找" }
                }
                p.meta {
                    "例如：" a href="/decisions?q=安全生产法第九十七条" { "安全生产法第九十七条" } " "
                    a href="/decisions?q=安全培训" { "安全培训" } " " a href="/decisions?on_time=0" { "逾期公示的" }
                }
            }
            section.card.decisive {
                h2 { "核验一份文书或一个人" }
                p.meta { "扫纸面二维码，或输入核验码、文号、执法证号。不必相信我们：证明可以自己下载核对。" }
                form.find method="get" action="/verify" {
                    input type="text" name="code" aria-label="核验码、文号或者执法证号" placeholder="如 7K3M-92QF";
                    button.btn { "核验" }
                }
            }
        } }
    }
}

fn figures(months: &[MonthFigures], today: Date, signed: Option<(u64, Markup)>) -> Markup {
    let this = format!("{:04}-{:02}", today.year(), today.month());
    let none = MonthFigures { month: this.clone(), ..MonthFigures::default() };
    let it = months.iter().find(|m| m.month == this).unwrap_or(&none);
    let share =
        if it.published > 0 { format!("{}%", it.on_time * 100 / it.published) } else { "—".to_owned() };
    html! {
        div.three {
            div.card.figure {
                strong { (share) }
                @if it.published > 0 { "本月按期公示：" (it.on_time) " / " (it.published) " 件在期限内" }
                @else { "本月尚无公示" }
            }
            div.card.figure {
                strong { (it.withdrawn) }
                @if it.withdrawn == 0 { "本月撤下" }
                @else if it.withdrawn == it.withdrawn_on_time { "本月撤下，均在期限内 " a href="/decisions?withdrawn=1" { "查看原因" } }
                @else { "本月撤下，其中 " (it.withdrawn_on_time) " 件在期限内 " a href="/decisions?withdrawn=1" { "查看原因" } }
            }
            div.card.figure {
                @match signed {
                    Some((size, at)) => { strong { (size) } "条记录在公开账本中，最近签名于 " (at) },
                    None => { strong { "—" } "公开账本尚未签名" },
                }
            }
        }
    }
}

/// Bars of the year with the same figures as a table.
fn bars(months: &[MonthFigures], today: Date) -> Markup {
    let of = |month: i8| {
        let name = format!("{:04}-{month:02}", today.year());
        months.iter().find(|m| m.month == name).cloned().unwrap_or_default()
    };
    let all: Vec<(i8, MonthFigures)> = (1..=today.month()).map(|m| (m, of(m))).collect();
    let top = all.iter().map(|(_, m)| m.published).max().unwrap_or(0).max(1);
    let slot = 1000 / 12;
    let bar = |m: &MonthFigures| 90 * m.published / top;
    html! {
        section.card {
            h2 { (today.year()) "年每月公示的执法决定" }
            div.chart tabindex="0" role="region" aria-label="每月公示的决定数" { svg viewBox="0 0 1040 150" width="100%" role="img" aria-label="每月公示的决定数，数字见下表" {
                line x1="20" x2="1020" y1="112" y2="112" stroke="#dcd7cc" {}
                @for (month, it) in &all {
                    @let x = 20 + slot * (i64::from(*month) - 1) + 12;
                    @let now = *month == today.month();
                    rect x=(x) y=(112 - bar(it)) width=(slot - 24) height=(bar(it)) fill="#1a4f7a" opacity=(if now { ".6" } else { "1" }) {}
                    text x=(x + (slot - 24) / 2) y=(106 - bar(it)) text-anchor="middle" { (it.published) }
                    text x=(x + (slot - 24) / 2) y="132" text-anchor="middle" { (month) "月" @if now { "至今" } }
                }
            } }
            details.why {
                summary { "用数字看" }
                div.table { table {
                    caption.visually-hidden { "每月公示、按期、撤下件数" }
                    thead { tr { th scope="col" { "月份" } th.num scope="col" { "公示" } th.num scope="col" { "按期" } th.num scope="col" { "撤下" } th.num scope="col" { "按期撤下" } } }
                    tbody { @for (month, it) in &all {
                        tr { th scope="row" { (month) "月" } td.num { (it.published) } td.num { (it.on_time) } td.num { (it.withdrawn) } td.num { (it.withdrawn_on_time) } }
                    } }
                } }
            }
        }
    }
}
