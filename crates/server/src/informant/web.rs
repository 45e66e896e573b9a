//! The page of an informant's identity: first the purpose, then the identity.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::informant::{Informant, ROLE, SECRECY};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::viewing::Purpose;
use uuid::Uuid;

use super::service::{case_of, look};
use crate::case::access::People;
use crate::case::tables;
use crate::kit::auth::Identity;
use crate::kit::form::{self as forms, Choice, FieldSpec, Kind, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show;
use crate::kit::write::Loaded;
use crate::viewing::verbs;

/// Routes of the pages.
pub fn routes() -> Routes {
    Routes::new()
        .get("/cases/{id}/informant", Access::Verb(verbs::INFORMANT), ask)
        .post("/cases/{id}/informant", Access::Verb(verbs::INFORMANT), tell)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// What the form is about.
async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let id = path.strip_prefix("/cases/")?.strip_suffix("/informant")?;
    let (case, _) = case_of(shell, who, MatterId(id.parse().ok()?)).await.ok()?;
    let about = tables::title(&case.state).to_string();
    Some(Told { title: format!("查看{ROLE}的身份"), about, specs: specs() })
}

fn specs() -> Vec<FieldSpec> {
    let choices = Purpose::ALL.iter().map(|it| Choice::new(wire_name(it), it.label())).collect();
    vec![FieldSpec::new("purpose", "查看用途", Kind::Choice(choices)).hint("查看的人、时间和用途将被记录")]
}

/// A word of the form as the purpose it names.
pub(super) fn purpose(word: &str) -> Option<Purpose> {
    Purpose::ALL.iter().copied().find(|it| wire_name(it) == word)
}

fn frame(shell: &Shell, who: &Identity, case: &Loaded<Case>, body: Markup) -> Markup {
    let above = html! {
        a href={ "/cases/" (case.id) } { (tables::title(&case.state)) }
        @if let Some(number) = case.state.number() { " " span.no { (number) } }
    };
    let title = format!("{ROLE}的身份");
    let below = html! { (show::law(&SECRECY)) " · 不得写入案卷、文书和公示文本" };
    let body = html! { (page::heading(Some(above), &title, Some(below), None)) (body) };
    let page = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: &title,
        current: "/cases",
        crumbs: Vec::new(),
        width: Width::Narrow,
    };
    office(&page, body)
}

fn form(
    shell: &Shell,
    who: &Identity,
    case: &Loaded<Case>,
    posted: &Posted,
    errors: &[FieldError],
) -> Markup {
    let (action, back) = (format!("/cases/{}/informant", case.id), format!("/cases/{}", case.id));
    let command = shell.fresh_id().to_string();
    let body = html! {
        section.card {
            (sheet(&Sheet {
                action: &action, csrf: &who.csrf, specs: &specs(), posted, errors,
                button: "查看", drafts: false, back: &back, command_id: &command,
            }))
        }
    };
    frame(shell, who, case, body)
}

/// GET /cases/{id}/informant
async fn ask(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let (case, _) = case_of(&shell, &who, MatterId(id)).await?;
    Ok(form(&shell, &who, &case, &Posted::default(), &[]))
}

/// POST /cases/{id}/informant: an answer, not an address, so that no history keeps it.
async fn tell(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let posted = Posted::parse(&bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let chosen = match forms::read(&specs(), &posted) {
        Ok(value) => value["purpose"].as_str().and_then(purpose),
        Err(errors) => {
            let (case, _) = case_of(&shell, &who, MatterId(id)).await?;
            let page = form(&shell, &who, &case, &posted, &errors);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let chosen = chosen.ok_or_else(|| Failure::Malformed("没有这种用途".to_owned()))?;
    // Each press of the button is a viewing of its own.
    let (case, informant) = look(&shell, &who, MatterId(id), chosen, shell.fresh_id()).await?;
    let people = People::of(&shell, case.organ).await?;
    Ok(frame(&shell, &who, &case, identity(&informant.state, &people, chosen)).into_response())
}

fn identity(it: &Informant, people: &People, purpose: Purpose) -> Markup {
    let told = &it.told;
    let shown = |text: &mingjing_domain::text::Text| {
        if text.is_blank() { "未留".to_owned() } else { text.or_erased().to_owned() }
    };
    let yes = |flag: bool| html! { (if flag { "是" } else { "否" }) };
    html! {
        section.card {
            (show::facts(&[
                ("姓名（名称）", html! { (shown(&told.name)) }),
                ("联系方式", html! { (shown(&told.contact)) }),
                ("要求对身份保密", yes(told.keep_secret)),
                ("要求答复", yes(told.wants_reply)),
                ("登记", html! { (show::date(it.registered_on)) " " (people.name(it.registered_by)) }),
            ]))
            p.meta.small { "本次查看已记录，用途：" (purpose.label()) "。" }
        }
    }
}
