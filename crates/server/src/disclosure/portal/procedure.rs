//! How a penalty case goes, drawn from the procedure's own table.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use mingjing_domain::case::chart::svg_of;
use mingjing_domain::case::procedure::{Lane, PROCEDURE, Step};
use mingjing_domain::disclosure::{procedure_table, redaction_table};

use super::{HTML, STEADY, cached};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show;

pub(super) async fn page(State(shell): State<Shell>, headers: HeaderMap) -> Result<Response, Failure> {
    let body = html! {
        (page::heading(None, "办案流程", Some(html! { "行政处罚普通程序：每一步由谁办、依据哪一条、多长时间。本页出自系统办案所用的同一张表" }), None))
        div.stack { (chart()) (case_steps()) (publication_steps()) (redactions()) }
    };
    let html = page::portal(&shell.site, "办案流程", "/procedure", Width::Middle, None, body);
    Ok(cached(&headers, HTML, STEADY, html.into_string().into_bytes()))
}

const LANES: [Lane; 12] = [
    Lane::Main,
    Lane::Approval,
    Lane::Investigation,
    Lane::Preservation,
    Lane::Clock,
    Lane::Review,
    Lane::Notice,
    Lane::Hearing,
    Lane::Service,
    Lane::Execution,
    Lane::Remedy,
    Lane::Recording,
];

/// The flow chart of the main line; the tables below say the same in words, and
/// those of the other lanes fold.
fn chart() -> Markup {
    html! {
        section.card {
            h2 { "流程图" }
            div.chart tabindex="0" role="region" aria-label="流程图" {
                (PreEscaped(svg_of(&[Lane::Main])))
            }
        }
    }
}

fn case_steps() -> Markup {
    html! {
        @for lane in LANES {
            @let rows: Vec<&Step> = PROCEDURE.iter().filter(|s| s.lane == lane).collect();
            @if !rows.is_empty() {
                details.card.lane open[lane == Lane::Main] {
                    summary { h2 { (lane.label()) } span.meta { (names(&rows)) } }
                    div.table.fold tabindex="0" role="region" aria-label=(lane.label()) {
                        table {
                            thead { tr { th scope="col" { "步骤" } th scope="col" { "由谁办理" } th scope="col" { "文书" } th scope="col" { "期限" } th scope="col" { "依据" } } }
                            tbody { @for s in rows {
                                tr {
                                    th scope="row" { (s.verb.label()) }
                                    td data-label="由谁办理" { (s.who.iter().map(|r| r.label()).collect::<Vec<_>>().join("、")) }
                                    td data-label="文书" { (s.documents.iter().map(|d| d.label()).collect::<Vec<_>>().join("、")) }
                                    td data-label="期限" { (s.limit) }
                                    td data-label="依据" { (show::law(&s.article)) }
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// What a folded lane holds, in a few words.
fn names(rows: &[&Step]) -> String {
    const SOME: usize = 4;
    let some: Vec<&str> = rows.iter().take(SOME).map(|s| s.verb.label()).collect();
    let etc = if rows.len() > SOME { "等" } else { "" };
    format!("{}项：{}{etc}", rows.len(), some.join("、"))
}

fn publication_steps() -> Markup {
    html! {
        section.card {
            h2 { "公示" }
            div.table.fold tabindex="0" role="region" aria-label="公示" {
                table {
                    thead { tr { th scope="col" { "步骤" } th scope="col" { "由谁办理" } th scope="col" { "依据" } } }
                    tbody { @for s in procedure_table() {
                        tr {
                            th scope="row" { (s.verb.label()) }
                            td data-label="由谁办理" { (s.who.iter().map(|r| r.label()).collect::<Vec<_>>().join("、")) }
                            td data-label="依据" { (show::law(&s.article)) }
                        }
                    } }
                }
            }
        }
    }
}

fn redactions() -> Markup {
    html! {
        section.card {
            h2 { "哪些内容不公开" }
            div.table.fold tabindex="0" role="region" aria-label="哪些内容不公开" {
                table {
                    thead { tr { th scope="col" { "内容" } th scope="col" { "处理" } th scope="col" { "依据" } } }
                    tbody { @for r in redaction_table() {
                        tr {
                            th scope="row" { (r.ground.label()) }
                            td data-label="处理" { (r.treatment) }
                            td data-label="依据" { (show::law(&r.citation)) }
                        }
                    } }
                }
            }
        }
    }
}
