//! The office's pages of publications: queue, one publication, and its forms.

mod form;
pub(super) use form::api_specs;
mod queue;
pub use queue::{Limits, TakeDown, on_the_way, to_make, to_take_down};
mod show;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mingjing_domain::disclosure::Verb;
use mingjing_domain::matter::{MatterId, Moment};
use mingjing_domain::refusal::Refusal;
use uuid::Uuid;

use super::service::{self, Act, Options, Subject};
use super::verbs;
use super::view::View;
use crate::case::access::rules;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::error::WriteError;
use crate::kit::form::{Intent, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;

/// Routes of the office.
pub fn routes() -> Routes {
    Routes::new()
        .get("/publications", Access::Verb(verbs::READ), queue::page)
        .get("/publications/{id}", Access::Verb(verbs::READ), show::page)
        .get("/publications/{id}/{verb}", Access::Verb(verbs::READ), form::page)
        .post("/publications/{id}/{verb}", Access::Verb(verbs::READ), submit)
        .office_nav("公示", "/publications", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { form::told(&shell, &who, &path).await }))
}

/// A subject in an address: `{publication}`, or `{case}.{party}` of a decision.
pub(super) fn subject(text: &str) -> Option<Subject> {
    match text.split_once('.') {
        None => text.parse::<Uuid>().ok().map(|id| Subject::Publication(MatterId(id))),
        Some((case, party)) => Some(Subject::Decision {
            case: MatterId(case.parse().ok()?),
            party: party.parse().ok().filter(|p| *p > 0)?,
        }),
    }
}

/// The address of a subject.
pub(super) fn address(subject: Subject) -> String {
    match subject {
        Subject::Publication(id) => format!("/publications/{id}"),
        Subject::Decision { case, party } => format!("/publications/{case}.{party}"),
    }
}

/// A verb in an address.
pub(super) fn verb(text: &str) -> Option<Verb> {
    serde_json::from_value(text.into()).ok()
}

/// What one may see of a subject, by the authorization table.
pub(super) async fn open(shell: &Shell, who: &Identity, text: &str) -> Result<(Subject, View), Failure> {
    let subject = subject(text).ok_or(Failure::NotFound)?;
    let view = super::view::view(&shell.app, rules(), subject).await?.ok_or(Failure::NotFound)?;
    // One may not learn that another organ's matter exists.
    who.may(verbs::READ, &Target::organ(view.case.organ)).map_err(|_| Failure::NotFound)?;
    Ok((subject, view))
}

/// The gate of one verb for a person now.
pub(super) fn gate(view: &View, who: &Identity, verb: Verb, shell: &Shell) -> Result<(), Refusal> {
    let moment = Moment::now(shell.app.now());
    view.actions(&who.actor(), &moment).into_iter().find(|(v, _)| *v == verb).map_or(Ok(()), |(_, gate)| gate)
}

async fn submit(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = verb(&name).ok_or(Failure::NotFound)?;
    let (subject, view) = open(&shell, &who, &id).await?;
    who.may(verbs::of(verb), &Target::organ(view.case.organ))?;
    let posted = Posted::parse(&bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let posted = match posted.intent() {
        Intent::Add(list) => {
            // What is typed so far is shown in the copy while the next group is added.
            let typed = form::read(verb, &form::specs(verb, &view), &posted);
            let posted = posted.with_group(&list);
            return match typed {
                Ok(act) => form::preview(&shell, &who, subject, &view, verb, posted, &act).await,
                Err(_) => form::again(&shell, &who, subject, &view, verb, posted, Vec::new()).await,
            };
        }
        Intent::Remove(group) => {
            return form::again(&shell, &who, subject, &view, verb, posted.without_group(&group), Vec::new())
                .await;
        }
        Intent::SaveDraft => {
            return form::again(&shell, &who, subject, &view, verb, posted, Vec::new()).await;
        }
        Intent::Submit => posted,
    };
    let specs = form::specs(verb, &view);
    let act: Act = match form::read(verb, &specs, &posted) {
        Ok(act) => act,
        Err(errors) => return form::again(&shell, &who, subject, &view, verb, posted, errors).await,
    };
    let key = posted.get("_command").unwrap_or("");
    let command_id = if key.is_empty() { shell.fresh_id() } else { who.command_id(key) };
    let options = Options { command_id, moment: None };
    match service::act(&shell.app, rules(), &who.actor(), subject, act, options).await {
        Ok(done) => Ok(Redirect::to(&format!("/publications/{}", done.value.publication)).into_response()),
        // What was typed stays, whatever the refusal is about.
        Err(WriteError::Refused(refusal)) => {
            let fields = refusal.fields.clone();
            form::refused(&shell, &who, subject, &view, verb, posted, fields, &refusal).await
        }
        Err(error) => Err(error.into()),
    }
}
