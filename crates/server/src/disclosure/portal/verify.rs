//! Verification of a code or number from a paper, or of a certificate. Files are
//! handed in to the documents, whose page this is as well.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::disclosure::Stage;
use mingjing_domain::matter::civil_day;

use super::{HTML, REVALIDATED, cached};
use crate::disclosure::store::{self, Listed};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::Query;
use crate::record::code::CheckCode;
use crate::record::web::{self as documents, CODE_CHARS};

pub(super) async fn page(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::new("/verify", raw.as_deref());
    let code: String =
        query.get("code").unwrap_or("").chars().filter(|c| !c.is_control()).take(CODE_CHARS).collect();
    let found = if code.is_empty() { None } else { Some(look_up(&shell, &code).await?) };
    if let Some(Found::Code(code)) = &found {
        return Ok(Redirect::to(&format!("/v/{code}")).into_response());
    }
    let body = documents::forms(&code, found.map(shown));
    let html = page::portal(&shell.site, documents::TITLE, "/verify", Width::Middle, None, body);
    Ok(cached(&headers, HTML, REVALIDATED, html.into_string().into_bytes()))
}

pub(super) enum Found {
    Code(String),
    Decisions(Vec<Listed>),
    Officers(Vec<store::Officer>, jiff::civil::Date),
    Nothing,
}

/// A check code as typed, in the form in which it is kept.
fn check_code(text: &str) -> Option<String> {
    CheckCode::parse(text).ok().map(|it| it.as_str().to_owned())
}

/// A 文号 as typed: half-width brackets are taken for the full ones.
fn number(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '[' | '［' | '【' => '〔',
            ']' | '］' | '】' => '〕',
            '(' => '（',
            ')' => '）',
            other => other,
        })
        .collect()
}

pub(super) async fn look_up(shell: &Shell, code: &str) -> Result<Found, Failure> {
    let db = shell.app.db();
    let lines = store::by_number(db, &number(code)).await?;
    if !lines.is_empty() {
        return Ok(Found::Decisions(lines));
    }
    let officers = store::officers(db, None, Some(code.trim()), None, 20).await?;
    if !officers.is_empty() {
        return Ok(Found::Officers(officers, civil_day(shell.app.now())));
    }
    Ok(check_code(code).map_or(Found::Nothing, Found::Code))
}

fn shown(found: Found) -> Markup {
    match found {
        Found::Decisions(lines) => html! { @for it in &lines { (decision(it)) } },
        Found::Officers(all, today) => {
            super::organs::officer_table(&all, today, &Query::new("/officers", None), None)
        }
        Found::Nothing | Found::Code(_) => show::notice(
            Tone::Seal,
            "没有找到",
            html! { p { "没有这个核验码、文号或者执法证号的公开记录。请逐字核对；文号包括括号和年份。" }
            p { "没有找到不等于文书是假的：依法不公示的决定不在此列。可以向作出决定的机关核实。" } },
        ),
    }
}

fn decision(it: &Listed) -> Markup {
    let link = html! { p { a href=(format!("/decisions/{}", it.public_id)) { "打开公示页" } } };
    match it.stage {
        Stage::Withdrawn => show::notice(
            Tone::Near,
            "曾经公示，已经撤下",
            html! { p { (it.number) "，" (it.organ) "，" (super::ground_label(it.ground.as_deref().unwrap_or(""))) } (link) },
        ),
        Stage::Drafted
        | Stage::Checked
        | Stage::Returned
        | Stage::Published
        | Stage::Corrected
        | Stage::Annotated
        | Stage::Expired
        | Stage::Exempt => show::notice(
            Tone::Ok,
            "有这件决定，正在公示",
            html! { p { (it.number) "，" (it.organ) "，" (it.timing) } (link) },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_are_told_apart() {
        let code = CheckCode::draw(&[7; 32]).as_str().to_owned();
        let plain = code.replace('-', "");
        for typed in [code.to_lowercase(), plain.clone(), code.replace('-', "—"), code.replace('-', " ")] {
            assert_eq!(check_code(&typed).as_deref(), Some(code.as_str()), "{typed}");
        }
        assert_eq!(check_code("（示）应急罚〔2026〕9号"), None);
        assert_eq!(check_code("../../etc-pass"), None);
        assert_eq!(number(" (示)应急罚[2026]9号 "), "（示）应急罚〔2026〕9号");
    }
}
