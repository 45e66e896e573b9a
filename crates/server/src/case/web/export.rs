//! Export of exactly what a list shows.

use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use mingjing_domain::matter::OrganId;

use super::super::access::organs;
use super::super::api::asked;
use super::super::store;
use super::list::{filter, stage_label};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::kit::ui::table::Query;

/// Cases of one page of the list, which is what the export holds.
const PAGE: u32 = 20;

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        Some(_) | None => text.to_owned(),
    }
}

/// GET /cases/export.csv
pub(super) async fn csv(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Response, Failure> {
    let query = Query::new("/cases", uri.query());
    let seen = organs(&shell, &who).await?;
    let filter = filter(&who, &seen, &query)?;
    lines(&shell, &seen, &filter).await
}

/// GET /api/v1/cases.csv: the same with its query read strictly.
///
/// # Errors
/// A wrong filter; or nothing may be listed.
pub async fn api_csv(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Response, Failure> {
    let ask = asked("/api/v1/cases.csv", &uri)?;
    let seen = organs(&shell, &who).await?;
    let mut filter = filter(&who, &seen, ask.query())?;
    filter.words = ask.words("q");
    filter.category = ask.words("category");
    lines(&shell, &seen, &filter).await
}

async fn lines(
    shell: &Shell,
    seen: &[(OrganId, String)],
    filter: &store::Filter,
) -> Result<Response, Failure> {
    let lines = store::list(shell.app.db(), filter, PAGE).await?;
    let broken = |e: csv::Error| Failure::Broken(e.to_string());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
        "文号",
        "案件",
        "当事人",
        "执法类别",
        "阶段",
        "法制审核",
        "登记日期",
        "立案日期",
        "决定日期",
        "罚款（元）",
        "机关",
    ])
    .map_err(broken)?;
    for it in &lines {
        let organ = seen.iter().find(|(id, _)| *id == it.organ).map_or("", |(_, name)| name.as_str());
        let fine = if it.fine_fen > 0 { show::yuan(it.fine_fen) } else { String::new() };
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let row = [
            text(&it.number),
            it.title.clone(),
            it.parties.clone(),
            it.category.clone(),
            stage_label(&it.stage).to_owned(),
            it.review.clone(),
            it.registered_on.clone(),
            text(&it.filed_on),
            text(&it.decided_on),
            fine,
            organ.to_owned(),
        ];
        out.write_record(row.iter().map(|it| cell(it))).map_err(broken)?;
    }
    let body = out.into_inner().map_err(|e| Failure::Broken(e.to_string()))?;
    // The mark at the front makes spreadsheets read the Chinese as UTF-8.
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(body);
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"cases.csv\""));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("示例公司"), "示例公司");
    }
}
