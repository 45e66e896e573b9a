//! One function for every command on a destruction: look at what is named, decide,
//! append; and to carry it out.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::archive::{CaseFile, outgrown};
use mingjing_domain::case::Case;
use mingjing_domain::disclosure::Publication;
use mingjing_domain::erasure::{
    self, Erasure, ErasureCommand, ErasureFacts, Progress, Retention, Subject, kept_until,
};
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, MatterId, StaffId};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::retention::standing;
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::archive::service::{file_of, recorded};
use crate::kit::app::{App, Request, Written};
use crate::kit::blob::Blobs;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Handler, JobError};
use crate::kit::write::{Loaded, Write};
use crate::ops::OpsError;
use crate::ops::erase::{approval_of, erase};
use crate::recording::view as recordings;

/// What carries out an approved destruction.
#[derive(Clone)]
pub struct Destroyer {
    /// Files of matters.
    pub blobs: Blobs,
    /// The list kept outside data and backups.
    pub list: PathBuf,
}

/// Carries out a command. `matter` is none for a proposal. Gives the destruction.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    actor: &Actor,
    matter: Option<MatterId>,
    command: ErasureCommand,
    command_id: Uuid,
) -> Result<Written<MatterId>, WriteError> {
    let purpose = match &command {
        ErasureCommand::Propose { .. } => "呈请销毁",
        ErasureCommand::Decide { .. } => "审批销毁",
        ErasureCommand::Withdraw { .. } => "撤回销毁呈请",
        ErasureCommand::CarryOut {} => "执行销毁",
    };
    let request = Request {
        actor: actor.clone(),
        purpose: purpose.to_owned(),
        command_id,
        name: "erasure.act",
        body: json!({ "matter": matter, "do": command }),
        moment: None,
    };
    let command = Arc::new(command);
    app.write(request, move |w: &mut Write| {
        let command = Arc::clone(&command);
        Box::pin(async move { decide(w, matter, &command).await }) as BoxFuture<'_, _>
    })
    .await
}

async fn decide(
    w: &mut Write,
    matter: Option<MatterId>,
    command: &ErasureCommand,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match matter {
        Some(id) => Some(w.load::<Erasure>(id).await?.ok_or(WriteError::NotFound("销毁事项"))?),
        None => None,
    };
    let mut facts = ErasureFacts { today: w.moment().recorded_day(), subjects: Vec::new() };
    let named = match (command, &loaded) {
        (ErasureCommand::Propose { matters, .. }, _) => matters.clone(),
        (ErasureCommand::Decide { .. } | ErasureCommand::CarryOut {}, Some(it)) => it.matters.clone(),
        // What is taken back needs no look at what there is.
        (
            ErasureCommand::Withdraw { .. } | ErasureCommand::Decide { .. } | ErasureCommand::CarryOut {},
            _,
        ) => Vec::new(),
    };
    for id in named {
        facts.subjects.extend(subject(w, id).await?);
    }
    // What was looked at stands in other families: the audit decides on it as noted.
    w.note("subjects", serde_json::to_value(&facts.subjects)?);
    let event = erasure::decide(loaded.as_deref(), command, &actor, &facts)?;
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            if matches!(command, ErasureCommand::CarryOut {}) {
                w.enqueue_at(ERASE, it.id.to_string(), &json!({ "erasure": it.id }), Some(it.id), w.now());
            }
            Ok(it.id)
        }
        None => {
            let id = MatterId(w.new_id());
            w.create::<Erasure>(id, actor.organ, None, event).await?;
            Ok(id)
        }
    }
}

/// A case with what goes with it, or an informant alone.
async fn subject(w: &mut Write, id: MatterId) -> Result<Option<Subject>, WriteError> {
    if let Some(it) = w.load::<Informant>(id).await? {
        let (organ, erased) = (it.organ, it.erased);
        let retention = informant_kept(w, id).await?;
        return Ok(Some(Subject {
            matter: id,
            organ,
            retention,
            published: false,
            erased,
            with: Vec::new(),
        }));
    }
    let Some(case) = w.load::<Case>(id).await? else { return Ok(None) };
    let retention = match case.archived {
        None => Retention::NotArchived,
        Some((on, years)) => match kept_until(on, years) {
            None => Retention::Permanent,
            Some(day) => Retention::Until { day },
        },
    };
    let mut with = Vec::new();
    let mut published = false;
    for copy in store::publications(w.tx().await?, case.family).await? {
        if let Some(it) = w.load::<Publication>(copy).await? {
            published |= it.live.is_some();
            with.push(copy);
        }
    }
    let mut retention = retention;
    let today = w.moment().recorded_day();
    for recording in recordings::of_family(w.tx().await?, case.family).await? {
        let Some(it) = w.load::<Recording>(recording).await? else { continue };
        let stored = it.segments.iter().any(|s| s.identity.is_some() || !s.mismatches.is_empty());
        if it.destroyed.is_none() && stored && !matches!(retention, Retention::Held { .. }) {
            retention = Retention::Content;
        }
        if let Some(hold) = it.holds.iter().find(|hold| standing(hold, today)) {
            retention = Retention::Held { trigger: hold.trigger };
        }
        with.push(recording);
    }
    // What was said of the file goes with the case's content: one family, one key.
    let file = w.load::<CaseFile>(file_of(id)).await?;
    if file.is_some() {
        with.push(file_of(id));
    }
    let filed = recorded(w.tx().await?, id).await?;
    let file = file.as_ref().map(|it| it.state.as_ref());
    if case.archived.is_some() && outgrown(&case.state, file, &filed) {
        retention = Retention::Outgrown;
    }
    // One informant may have founded several cases, and stays for those that go on.
    if let Some(informant) = case.clue.informant
        && w.load::<Informant>(informant).await?.is_some_and(|it| !it.erased)
        && informant_kept(w, informant).await? == Retention::Purpose
    {
        with.push(informant);
    }
    Ok(Some(Subject { matter: id, organ: case.organ, retention, published, erased: case.erased, with }))
}

/// How long an informant is kept, by the cases that it founded.
async fn informant_kept(w: &mut Write, id: MatterId) -> Result<Retention, WriteError> {
    let mut archived = Vec::new();
    for case in store::beside(w.tx().await?, id).await? {
        let case = w.load::<Case>(case).await?.filter(|case| case.clue.informant == Some(id));
        archived.extend(case.map(|case| case.archived.is_some()));
    }
    Ok(erasure::informant_kept(&archived))
}

/// Kind of the job that destroys the content of what was carried out.
pub const ERASE: &str = "erase_content";

/// Carries the job out, and again until it is done: what is gone is not missed.
pub fn erasing(destroyer: Destroyer) -> Handler {
    Arc::new(move |app, job| {
        let destroyer = destroyer.clone();
        Box::pin(async move {
            if let Some(id) = job.matter {
                let found = app.load::<Erasure>(id).await.map_err(|e| JobError(e.to_string()))?;
                if found.is_some_and(|it| it.progress == Progress::CarriedOut) {
                    destroy(&app, &destroyer, id).await.map_err(|e| JobError(e.to_string()))?;
                }
            }
            Ok(app.end_job(&job).await?)
        })
    })
}

async fn destroy(app: &App, destroyer: &Destroyer, id: MatterId) -> Result<usize, OpsError> {
    let version = approval_of(app, id).await?;
    Ok(erase(app, &destroyer.blobs, &destroyer.list, (id, version)).await?.len())
}

/// As [`destroy`]; no job is left then.
async fn done(app: &App, destroyer: &Destroyer, id: MatterId) -> Result<usize, OpsError> {
    let gone = destroy(app, destroyer, id).await?;
    app.drop_jobs(ERASE, id).await?;
    Ok(gone)
}

/// Carries an approved destruction out: what the law asks now is decided and committed
/// first, with the job that destroys, so that nothing is gone that was not lawfully given
/// up and nothing given up is forgotten. Then the content goes at once where that is
/// possible.
///
/// # Errors
/// What the domain refuses, before anything is destroyed; a fault of the store.
pub async fn carry_out(
    app: &App,
    destroyer: &Destroyer,
    actor: &Actor,
    it: &Loaded<Erasure>,
    command_id: Uuid,
) -> Result<(), OpsError> {
    act(app, actor, Some(it.id), ErasureCommand::CarryOut {}, command_id).await?;
    if let Err(error) = done(app, destroyer, it.id).await {
        tracing::error!(erasure = %it.id, %error, "content to be destroyed is still there; tried again");
    }
    Ok(())
}

/// As [`carry_out`], by the program itself. A destruction that was carried out before
/// is gone through again, for a data folder that came back from a backup. Gives the
/// number of matters.
///
/// # Errors
/// When it was not approved; a fault of store or files.
pub async fn at_console(app: &App, destroyer: &Destroyer, matter: MatterId) -> Result<usize, OpsError> {
    let found = app.load::<Erasure>(matter).await?;
    let it = found.ok_or(WriteError::NotFound("销毁事项"))?;
    if it.progress == Progress::CarriedOut {
        return done(app, destroyer, matter).await;
    }
    let actor = Actor { id: StaffId(Uuid::nil()), organ: it.organ, roles: Vec::new() };
    let command_id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    act(app, &actor, Some(it.id), ErasureCommand::CarryOut {}, command_id).await?;
    done(app, destroyer, matter).await
}
