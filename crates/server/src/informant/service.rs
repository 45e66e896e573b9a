//! Registering an informant with the clue, and looking at one.

use futures_util::future::BoxFuture;
use std::sync::Arc;

use mingjing_domain::case::Case;
use mingjing_domain::informant::{self, Informant, InformantCommand, Told};
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing::{Purpose, Thing, handlers};
use serde_json::json;
use uuid::Uuid;

use crate::case::access::seen;
use crate::kit::app::{Batch, Request};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::error::WriteError;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::{Loaded, Write};
use crate::viewing::service::{derived, record};
use crate::viewing::verbs;

/// Registers an informant inside the transaction of the clue; `command` is the
/// clue's command. The texts stay under the informant's own key: they are part of no
/// other command and no other matter.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn register_in(
    batch: &mut Batch,
    actor: &Actor,
    command: Uuid,
    told: &Told,
) -> Result<MatterId, WriteError> {
    let command_of_it = InformantCommand::Register { told: told.clone() };
    let request = Request {
        actor: actor.clone(),
        purpose: "登记举报人".to_owned(),
        command_id: derived(command, "informant"),
        name: "informant.register",
        body: json!({ "do": command_of_it }),
        moment: None,
    };
    let command_of_it = Arc::new(command_of_it);
    let written = batch
        .write(request, move |w: &mut Write| {
            let asked = Arc::clone(&command_of_it);
            Box::pin(async move {
                let actor = w.actor().clone();
                let event = informant::decide(None, &asked, &actor)?;
                let id = MatterId(w.new_id());
                w.create::<Informant>(id, actor.organ, None, event).await?;
                Ok(id)
            }) as BoxFuture<'_, Result<MatterId, WriteError>>
        })
        .await?;
    Ok(written.value)
}

/// Whether the person may look at the identity of the case's informant.
///
/// # Errors
/// The refusal that names the row of the authorization table.
pub fn may(who: &Identity, case: &Loaded<Case>) -> Result<(), Refusal> {
    who.may(verbs::INFORMANT, &Target { handlers: &handlers(&case.state), ..Target::organ(case.organ) })
}

/// The case, if it has an informant and the person may look.
///
/// # Errors
/// Not found, or the refusal of the authorization table.
pub async fn case_of(
    shell: &Shell,
    who: &Identity,
    id: MatterId,
) -> Result<(Loaded<Case>, MatterId), Failure> {
    let case = seen(shell, who, id).await?;
    // Whether there is an informant at all is told to nobody else.
    may(who, &case)?;
    let informant = case.state.clue.informant.ok_or(Failure::NotFound)?;
    Ok((case, informant))
}

/// Shows the informant of a case for a purpose, after the viewing is on record.
///
/// # Errors
/// Not found; what table or domain refuse; a viewing that cannot be recorded.
pub async fn look(
    shell: &Shell,
    who: &Identity,
    id: MatterId,
    purpose: Purpose,
    command: Uuid,
) -> Result<(Loaded<Case>, Loaded<Informant>), Failure> {
    let (case, informant) = case_of(shell, who, id).await?;
    let what = Thing::Informant { informant };
    record(&shell.app, &who.actor(), id, what, purpose.label(), command).await?;
    let found = shell.app.load::<Informant>(informant).await?.ok_or(Failure::NotFound)?;
    Ok((case, found))
}
