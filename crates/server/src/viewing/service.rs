//! Recording a viewing: before the answer leaves, in the stream of viewings.

use futures_util::future::BoxFuture;
use mingjing_domain::case::Case;
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, MatterId, civil_day};
use mingjing_domain::viewing::{self, Standing, Thing, Viewings};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::kit::app::{App, Request};
use crate::kit::error::WriteError;
use crate::kit::write::{Loaded, Write};

/// The matter of a case's viewings. It follows from the case, so that two first
/// viewings at once cannot open two.
pub fn matter_of(case: MatterId) -> MatterId {
    MatterId(derived(case.0, "viewings"))
}

/// An identifier that follows from another.
pub fn derived(from: Uuid, what: &str) -> Uuid {
    let digest: [u8; 32] = Sha256::new()
        .chain_update("mingjing derived\0")
        .chain_update(what.as_bytes())
        .chain_update([0])
        .chain_update(from.as_bytes())
        .finalize()
        .into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// For what somebody looks who did not have to say it.
const fn purpose(standing: Option<Standing>) -> &'static str {
    match standing {
        Some(Standing::Handling) => "办理案件",
        Some(Standing::OwnOrgan) => "本机关履行职责",
        Some(Standing::Supervising) | None => "行政执法监督",
    }
}

/// Records a viewing unless the person's viewing of the same thing is on record for
/// today. Nothing is shown that could not be recorded.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn first_of_day(
    app: &App,
    actor: &Actor,
    case: &Loaded<Case>,
    what: Thing,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let today = civil_day(app.now());
    let known = app.load::<Viewings>(matter_of(case.id)).await?;
    if known.is_some_and(|it| it.state.seen(actor.id, what, today)) {
        return Ok(());
    }
    let purpose = purpose(viewing::standing(&case.state, actor));
    match record(app, actor, case.id, what, purpose, command_id).await {
        // Of an erased case nothing personal is left to look at.
        Err(WriteError::Erased) => Ok(()),
        other => other,
    }
}

/// Records a viewing for a purpose.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn record(
    app: &App,
    actor: &Actor,
    case: MatterId,
    what: Thing,
    purpose: &str,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let request = Request {
        actor: actor.clone(),
        purpose: purpose.to_owned(),
        command_id,
        name: "case.view",
        body: json!({ "case": case, "what": what }),
        moment: None,
    };
    let written = app
        .write(request, move |w: &mut Write| {
            Box::pin(async move { append(w, case, what).await }) as BoxFuture<'_, _>
        })
        .await?;
    Ok(written.value)
}

async fn append(w: &mut Write, id: MatterId, what: Thing) -> Result<(), WriteError> {
    let case = w.load::<Case>(id).await?.ok_or(WriteError::NotFound("案件"))?;
    if let Thing::Informant { informant } = what {
        w.load::<Informant>(informant).await?.ok_or(WriteError::NotFound("举报人"))?;
    }
    let event = viewing::decide(&case.state, id, what, &w.actor().clone())?;
    let viewings = matter_of(id);
    match w.load::<Viewings>(viewings).await? {
        Some(mut it) => w.append(&mut it, event).await?,
        None => {
            w.create::<Viewings>(viewings, case.organ, Some(case.family), event).await?;
        }
    }
    Ok(())
}
