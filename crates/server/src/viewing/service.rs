//! Recording a viewing: before the answer leaves, in the stream of viewings.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::case::Case;
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, MatterId, OrganId, civil_day};
use mingjing_domain::recording::Recording;
use mingjing_domain::viewing::{self, Standing, Thing, ViewingEvent, Viewings};
use mingjing_domain::viewing_grant::{self, ViewingLaw};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::case::facts::Rules;
use crate::case::service::rules_of_day;
use crate::kit::app::{App, Request};
use crate::kit::error::WriteError;
use crate::kit::write::{Loaded, Write};
use crate::viewing_grant::service as grants;

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
pub const fn purpose(standing: Option<Standing>) -> &'static str {
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
    app.write(request, move |w: &mut Write| {
        Box::pin(async move { append(w, case, what).await }) as BoxFuture<'_, _>
    })
    .await?;
    Ok(())
}

/// Records a look that the approval of viewing does not stand for, after the law of viewing
/// allowed it: documents and evidence the first time of a day, recordings each time.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn looked(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: &Loaded<Case>,
    what: Thing,
    thing: &viewing_grant::Thing,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let today = civil_day(app.now());
    let known = app.load::<Viewings>(matter_of(case.id)).await?;
    if !what.each_time() && known.is_some_and(|it| it.state.seen(actor.id, what, today)) {
        return Ok(());
    }
    let request = Request {
        actor: actor.clone(),
        purpose: purpose(viewing::standing(&case.state, actor)).to_owned(),
        command_id,
        name: "case.view",
        body: json!({ "case": case.id, "what": what }),
        moment: None,
    };
    let (rules, thing, id) = (Arc::clone(rules), Arc::new(thing.clone()), case.id);
    let written = app
        .write(request, move |w: &mut Write| {
            let (rules, thing) = (Arc::clone(&rules), Arc::clone(&thing));
            Box::pin(async move { append_looked(w, &rules, id, what, &thing).await }) as BoxFuture<'_, _>
        })
        .await;
    match written {
        Ok(_) => Ok(()),
        // Of an erased case nothing personal is left to look at, but what a recording holds.
        Err(WriteError::Erased) if !matches!(what, Thing::Recording { .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn append_looked(
    w: &mut Write,
    rules: &Rules,
    id: MatterId,
    what: Thing,
    seen: &viewing_grant::Thing,
) -> Result<(), WriteError> {
    let case = w.load::<Case>(id).await?.ok_or(WriteError::NotFound("案件"))?;
    let thing = grants::thing(w, seen.material).await?.ok_or(WriteError::NotFound("材料"))?;
    let of_day = rules_of_day(w, rules, case.organ).await?;
    w.note("thing", serde_json::to_value(&thing)?);
    let actor = w.actor().clone();
    let (standing, today) = (viewing::standing(&case.state, &actor), w.moment().recorded_day());
    let event = viewing::look(id, standing, &actor, &thing, today, &ViewingLaw::of(&of_day.policy))?;
    if !matches!(what, Thing::Recording { .. }) {
        viewing::decide(&case.state, id, what, &actor)?;
    }
    put(w, &case, event).await
}

async fn put(w: &mut Write, case: &Loaded<Case>, event: ViewingEvent) -> Result<(), WriteError> {
    put_beside(w, case.id, (case.organ, case.family), event).await
}

async fn put_beside(
    w: &mut Write,
    beside: MatterId,
    (organ, family): (OrganId, MatterId),
    event: ViewingEvent,
) -> Result<(), WriteError> {
    let viewings = matter_of(beside);
    match w.load::<Viewings>(viewings).await? {
        Some(mut it) => w.append(&mut it, event).await?,
        None => {
            w.create::<Viewings>(viewings, organ, Some(family), event).await?;
        }
    }
    Ok(())
}

/// Records a look at a recording that belongs to no case; the looks stand beside it.
///
/// # Errors
/// As [`looked`].
pub async fn looked_at_patrol(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    (recording, organ): (MatterId, OrganId),
    thing: &viewing_grant::Thing,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let what = Thing::Recording { recording };
    let request = Request {
        actor: actor.clone(),
        purpose: purpose(viewing::standing_in(organ, actor)).to_owned(),
        command_id,
        name: "case.view",
        body: json!({ "case": recording, "what": what }),
        moment: None,
    };
    let (rules, material) = (Arc::clone(rules), thing.material);
    let written = app
        .write(request, move |w: &mut Write| {
            let rules = Arc::clone(&rules);
            Box::pin(async move {
                let it = w.load::<Recording>(recording).await?.ok_or(WriteError::NotFound("音像记录"))?;
                let thing = grants::thing(w, material).await?.ok_or(WriteError::NotFound("材料"))?;
                let of_day = rules_of_day(w, &rules, it.organ).await?;
                w.note("thing", serde_json::to_value(&thing)?);
                let actor = w.actor().clone();
                let standing = viewing::standing_in(it.organ, &actor);
                let (today, law) = (w.moment().recorded_day(), ViewingLaw::of(&of_day.policy));
                let event = viewing::look(recording, standing, &actor, &thing, today, &law)?;
                put_beside(w, recording, (it.organ, it.family), event).await
            }) as BoxFuture<'_, _>
        })
        .await;
    written.map(|_| ())
}

async fn append(w: &mut Write, id: MatterId, what: Thing) -> Result<(), WriteError> {
    let case = w.load::<Case>(id).await?.ok_or(WriteError::NotFound("案件"))?;
    if let Thing::Informant { informant } = what {
        w.load::<Informant>(informant).await?.ok_or(WriteError::NotFound("举报人"))?;
    }
    let event = viewing::decide(&case.state, id, what, &w.actor().clone())?;
    put(w, &case, event).await
}
