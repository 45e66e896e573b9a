//! Verification: a code or number from a paper, a certificate, or an uploaded proof.

use axum::Extension;
use axum::extract::{Multipart, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::disclosure::Stage;
use mingjing_domain::matter::civil_day;
use mingjing_ledger::VerifyError;
use mingjing_ledger::bundle::{Bundle, StatementLine, Verified, verify_document};

use super::{HTML, REVALIDATED, cached};
use crate::disclosure::store::{self, Listed};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::Query;
use crate::ledger::service::Ledger;
use crate::record::code::CheckCode;

/// Largest upload, in bytes.
pub(super) const MAX_UPLOAD: usize = 20 << 20;
/// Longest code, in characters.
pub(super) const MAX_CODE: usize = 60;

pub(super) async fn page(
    State(shell): State<Shell>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::new("/verify", raw.as_deref());
    let code: String =
        query.get("code").unwrap_or("").chars().filter(|c| !c.is_control()).take(MAX_CODE).collect();
    let found = if code.is_empty() { None } else { Some(look_up(&shell, &code).await?) };
    if let Some(Found::Code(code)) = &found {
        return Ok(Redirect::to(&format!("/v/{code}")).into_response());
    }
    let html =
        page::portal(&shell.site, "核验", "/verify", Width::Middle, None, form(&code, found.map(shown)));
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
            html! { p { "没有这个校验码、文号或者执法证号的公开记录。请逐字核对；文号包括括号和年份。" }
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

fn form(code: &str, result: Option<Markup>) -> Markup {
    html! {
        (page::heading(None, "核验", Some(html! { "一份文书、一件决定或者一名执法人员" }), None))
        @if let Some(result) = result { (result) }
        div.two {
            section.card.decisive {
                h2 { "输入纸面上的编号" }
                form method="get" action="/verify" {
                    div.field {
                        label for="code" { "校验码、决定书文号或者执法证号" }
                        p.hint { "校验码印在二维码旁，如 7K3M-92QF" }
                        input #code type="text" name="code" value=(code) maxlength=(MAX_CODE);
                    }
                    button.btn { "核验" }
                }
            }
            section.card {
                h2 { "核对下载的文件" }
                form method="post" action="/verify" enctype="multipart/form-data" {
                    div.field {
                        label for="file" { "证明（JSON）或者带证明的文书（PDF）" }
                        p.hint { "不超过 20 MB；文件只在核对时使用，不保存" }
                        input #file type="file" name="file" accept=".json,.pdf,application/json,application/pdf" required;
                    }
                    button.btn.quiet { "核对" }
                }
                p.meta.small { "不愿上传的，可以在自己的电脑上离线核对：" code { "mingjing verify 文件" } }
            }
        }
    }
}

pub(super) async fn upload(
    State(shell): State<Shell>,
    ledger: Option<Extension<Ledger>>,
    mut parts: Multipart,
) -> Result<Response, Failure> {
    let Some(Extension(ledger)) = ledger else {
        return Err(Failure::Unavailable("账本尚未就绪".into()));
    };
    let malformed = |e: axum::extract::multipart::MultipartError| {
        if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Failure::TooLarge
        } else {
            Failure::Malformed("上传的内容不完整".into())
        }
    };
    let mut bytes = None;
    while let Some(field) = parts.next_field().await.map_err(malformed)? {
        if field.name() == Some("file") {
            bytes = Some(field.bytes().await.map_err(malformed)?);
        }
    }
    let bytes =
        bytes.filter(|b| !b.is_empty()).ok_or_else(|| Failure::Malformed("请选择要核对的文件".into()))?;
    let keys = ledger.known_verifiers();
    let outcome = tokio::task::spawn_blocking(move || {
        if bytes.starts_with(b"%PDF") {
            verify_document(&bytes, &keys).map(|it| it.proof)
        } else {
            Bundle::from_bytes(&bytes).and_then(|b| b.verify(&keys))
        }
    })
    .await
    .map_err(|e| Failure::Broken(e.to_string()))?;
    let body = form("", Some(verdict(&outcome)));
    Ok(page::portal(&shell.site, "核验结果", "/verify", Width::Middle, None, body).into_response())
}

fn verdict(outcome: &Result<Verified, VerifyError>) -> Markup {
    match outcome {
        Ok(it) => show::notice(
            Tone::Ok,
            "核对通过：内容与公开账本一致",
            html! {
                p { "账本 " code { (it.head.checkpoint.origin) } " 第 " (it.index + 1) " 条记录，受 " (it.head.checkpoint.size) " 条记录的签名检查点覆盖。" }
                @for line in &it.statement { @match line {
                    StatementLine::Field { value, .. } => { p { (value) } },
                    StatementLine::Envelope { pointer, value } => { p { span.meta { (pointer) } " " (value) } },
                } }
                p.meta.small { "■ 表示依法不公开的字。" }
            },
        ),
        Err(error) => show::notice(
            Tone::Seal,
            "核对不通过",
            html! { p { "这个文件不能证明其内容：" (error.to_string()) } p { "请重新下载后再核对，或者向作出决定的机关核实。" } },
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
