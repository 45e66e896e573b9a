//! One function for every command on a file; its acceptance brings the case to the archives
//! in the same transaction.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use mingjing_domain::act_table::Act as _;
use mingjing_domain::archive::{CaseFile, FileCommand, FileFacts, Part, Recorded, Stage, decide};
use mingjing_domain::case::growth::Supplement;
use mingjing_domain::case::law::construction_rules;
use mingjing_domain::case::types::Stage as CaseStage;
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::policy::FileOrder;
use mingjing_domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::case::facts::Rules;
use crate::case::service::{Options, act_in, rules_of_day, rules_today};
use crate::kit::acts::settle;
use crate::kit::app::{App, Batch, Request};
use crate::kit::db::{DbError, Sql};
use crate::kit::error::{ReadError, WriteError};
use crate::kit::write::{Loaded, Write};
use crate::recording_view::service as recordings;
use crate::viewing::service::derived;
pub use crate::viewing_grant::service::file_of;

/// What a decision on a file looks at that stands outside its family.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Noted {
    /// Recordings of the case.
    pub recordings: Vec<Recorded>,
    /// The number of the archives is taken in the organ.
    pub archive_no_used: bool,
}

/// The recordings of a case as its file needs to know them.
///
/// # Errors
/// When the database fails.
pub async fn recorded<S: Sql>(sql: &S, case: MatterId) -> Result<Vec<Recorded>, DbError> {
    Ok(recordings::of_case(sql, case).await?.iter().map(recordings::Filed::recorded).collect())
}

fn request(
    actor: &Actor,
    case: MatterId,
    command: &FileCommand,
    command_id: Uuid,
    moment: Option<(Timestamp, mingjing_domain::matter::TimeSource)>,
) -> Request {
    Request {
        actor: actor.clone(),
        purpose: command.verb().word().to_owned(),
        command_id,
        name: "file.act",
        body: json!({ "case": case, "do": command }),
        moment,
    }
}

/// Carries out a command on the file of a case. Gives the version of its stream.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: MatterId,
    command: FileCommand,
    command_id: Uuid,
) -> Result<u64, WriteError> {
    let kept = (Arc::clone(rules), Arc::new(command));
    let request = request(actor, case, &kept.1, command_id, None);
    let done = app.write(request, move |w: &mut Write| {
        let (rules, command) = kept.clone();
        Box::pin(async move { carry_out(w, &rules, case, &command).await }) as BoxFuture<'_, _>
    });
    Ok(done.await?.value)
}

/// As [`act`], inside a batch.
///
/// # Errors
/// As [`act`].
pub async fn act_on(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: MatterId,
    command: FileCommand,
    command_id: Uuid,
) -> Result<u64, WriteError> {
    let kept = (Arc::clone(rules), Arc::new(command));
    let request = request(actor, case, &kept.1, command_id, None);
    let done = batch.write(request, move |w: &mut Write| {
        let (rules, command) = kept.clone();
        Box::pin(async move { carry_out(w, &rules, case, &command).await }) as BoxFuture<'_, _>
    });
    Ok(done.await?.value)
}

/// How a file is accepted.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// 归档号.
    pub archive_no: String,
    /// Retention in years; 0 permanent. Not asked again where the case is in the archives.
    pub retention_years: u16,
    /// Whether cover and catalogue are rendered; a seed does without.
    pub render: bool,
}

/// Accepts a file and archives its case: both or neither.
///
/// # Errors
/// What the domain refuses of either, or a fault of the store.
pub async fn accept(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: MatterId,
    how: &Acceptance,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let kept = (Arc::clone(rules), actor.clone(), how.clone());
    app.together(move |batch| {
        let (rules, actor, how) = kept.clone();
        Box::pin(async move { accept_in(batch, &rules, &actor, case, how, command_id).await })
    })
    .await
}

async fn accept_in(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: MatterId,
    how: Acceptance,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let command = FileCommand::Accept { archive_no: how.archive_no.clone() };
    act_on(batch, rules, actor, case, command, command_id).await?;
    let state = batch.state::<Case>(case).ok_or(WriteError::NotFound("案件"))?;
    let file = batch.state::<CaseFile>(file_of(case)).ok_or(WriteError::NotFound("案卷"))?;
    let sealed = file.sealed.as_ref().ok_or(WriteError::NotFound("案卷"))?;
    let options = Options { render: how.render, ..Options::new(derived(command_id, "archive")) };
    if state.stage == CaseStage::Archived {
        // A file that was formed only now holds what the case did since it was archived.
        let Some(last) = state.grown.last() else { return Ok(()) };
        let items = u32::try_from(sealed.items.len()).unwrap_or(u32::MAX);
        let whole = Supplement { no: 0, items, pages: sealed.pages, through: last.version, by: actor.id };
        return noted(batch, rules, (case, actor.organ), whole, options).await;
    }
    let archive = CaseCommand::Archive {
        volumes: sealed.volumes,
        pages: sealed.pages,
        retention_years: how.retention_years,
    };
    act_in(batch, rules, actor, Some(case), archive, options).await?;
    Ok(())
}

/// Takes a supplement into the file and notes it in the case: both or neither.
///
/// # Errors
/// What the domain refuses of either, or a fault of the store.
pub async fn take_in(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: MatterId,
    digest: &str,
    command_id: Uuid,
) -> Result<(), WriteError> {
    let kept = (Arc::clone(rules), actor.clone(), digest.to_owned());
    app.together(move |batch| {
        let (rules, actor, digest) = kept.clone();
        Box::pin(async move {
            let command = FileCommand::TakeIn { digest };
            act_on(batch, &rules, &actor, case, command, command_id).await?;
            let file = batch.state::<CaseFile>(file_of(case)).ok_or(WriteError::NotFound("案卷"))?;
            let state = batch.state::<Case>(case).ok_or(WriteError::NotFound("案件"))?;
            let part = file.parts.last().ok_or(WriteError::NotFound("补充归档"))?;
            let supplement = supplement_of(part, &state).ok_or(WriteError::NotFound("补充归档"))?;
            let options = Options::new(derived(command_id, "supplement"));
            noted(batch, &rules, (case, actor.organ), supplement, options).await
        })
    })
    .await
}

/// A supplement of the file as its case notes it. One without events of the case goes as far
/// as the one before it.
fn supplement_of(part: &Part, case: &Case) -> Option<Supplement> {
    let before = case.supplements.iter().rfind(|(it, _)| it.no < part.handed.no);
    let (by, _) = part.taken?;
    Some(Supplement {
        no: part.handed.no,
        items: u32::try_from(part.handed.items.len()).unwrap_or(u32::MAX),
        pages: part.handed.pages,
        through: part.handed.events.map_or_else(|| before.map_or(0, |(it, _)| it.through), |it| it.to),
        by,
    })
}

/// Notes in the case, by the system, what the archives took.
async fn noted(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    (case, organ): (MatterId, OrganId),
    supplement: Supplement,
    options: Options,
) -> Result<(), WriteError> {
    let system = Actor { id: StaffId(Uuid::nil()), organ, roles: Vec::new() };
    act_in(batch, rules, &system, Some(case), CaseCommand::ArchiveSupplement(supplement), options).await?;
    Ok(())
}

async fn carry_out(
    w: &mut Write,
    rules: &Rules,
    id: MatterId,
    command: &FileCommand,
) -> Result<u64, WriteError> {
    let actor = w.actor().clone();
    let case = w.load::<Case>(id).await?.ok_or(WriteError::NotFound("案件"))?;
    let file = w.load::<CaseFile>(file_of(id)).await?;
    let order = rules_of_day(w, rules, case.organ).await?.policy.archive_order.value;
    let mut noted = Noted { recordings: recorded(w.tx().await?, id).await?, archive_no_used: false };
    if let FileCommand::Accept { archive_no } = command {
        noted.archive_no_used = store::number_used(w.tx().await?, case.organ, archive_no).await?;
    }
    w.note("facts", serde_json::to_value(&noted)?);
    let facts = facts(id, &case.state, &noted, order, &actor);
    let event = decide(file.as_ref().map(|it| it.state.as_ref()), command, &facts)?;
    Ok(settle(w, file, (file_of(id), case.organ, Some(case.family)), event).await?.version)
}

/// The facts of a decision.
pub fn facts<'a>(
    case_id: MatterId,
    case: &'a Case,
    noted: &'a Noted,
    order: FileOrder,
    actor: &'a Actor,
) -> FileFacts<'a> {
    FileFacts {
        case_id,
        case,
        recordings: &noted.recordings,
        order,
        actor,
        archive_no_used: noted.archive_no_used,
    }
}

/// A case whose file was begun goes to the archives by the acceptance of that file, with the
/// volumes and pages that were bound; a supplement is noted as the archives took it.
///
/// # Errors
/// A refusal that says where it is done.
pub fn fits(case: Option<&Case>, file: Option<&CaseFile>, command: &CaseCommand) -> Result<(), Refusal> {
    let refuse = |code, message: &str, remedy: &str| {
        Err(Refusal::new(code, construction_rules("第四十条"), message, remedy))
    };
    let bound = file.and_then(|it| it.sealed.as_ref().filter(|_| it.stage == Stage::Accepted));
    match command {
        CaseCommand::Archive { volumes, pages, .. } if file.is_some() => {
            if bound.is_some_and(|it| it.volumes == *volumes && it.pages == *pages) {
                return Ok(());
            }
            refuse(
                "archive.file",
                "本案已经立卷，归档以案卷的检查接收为准",
                "请在案卷页装订成卷，由档案管理员检查接收",
            )
        }
        CaseCommand::ArchiveSupplement(told) => {
            let taken = match told.no {
                0 => bound.is_some_and(|it| it.pages == told.pages),
                _ => {
                    let part = file.and_then(|it| it.parts.last());
                    let as_taken = part.zip(case).and_then(|(part, case)| supplement_of(part, case));
                    bound.is_some() && as_taken.as_ref() == Some(told)
                }
            };
            if taken {
                return Ok(());
            }
            refuse("supplement.file", "补充归档以案卷的接收为准", "请在案卷页移交补充材料，由档案管理员接收")
        }
        _ => Ok(()),
    }
}

/// A file beside its case, to look at.
pub struct Filed {
    /// The case.
    pub case: Loaded<Case>,
    /// The file; none before it is begun.
    pub file: Option<Loaded<CaseFile>>,
    /// Recordings of the case.
    pub recordings: Vec<Recorded>,
    /// The order of the papers.
    pub order: FileOrder,
}

impl Filed {
    /// The file's state, an empty one before it is begun.
    pub fn state(&self) -> CaseFile {
        self.file
            .as_ref()
            .map_or_else(|| CaseFile::new(self.case.organ, self.case.id), |it| it.state.as_ref().clone())
    }
}

/// The file of a case with what it is computed from.
///
/// # Errors
/// When the store fails.
pub async fn filed(app: &App, rules: &Rules, case: Loaded<Case>) -> Result<Filed, WriteError> {
    let file = app.load::<CaseFile>(file_of(case.id)).await?;
    let recordings = recorded(app.db(), case.id).await?;
    let order = rules_today(app, rules, case.organ).await?.policy.archive_order.value;
    Ok(Filed { case, file, recordings, order })
}

/// The file of a case as it was when the archives accepted it (0) or took supplement n, at an
/// instant at most: what cover, catalogue and back sheet show.
///
/// # Errors
/// When an event cannot be read.
pub async fn accepted(
    app: &App,
    case: MatterId,
    list: u16,
    by: Timestamp,
) -> Result<Option<CaseFile>, ReadError> {
    use mingjing_domain::archive::FileEvent;
    use mingjing_domain::matter::Matter as _;
    if app.load::<CaseFile>(file_of(case)).await?.is_none() {
        return Ok(None);
    }
    let (mut state, mut found) = (None, None);
    for it in app.stream::<CaseFile>(file_of(case)).await? {
        if it.meta.moment.recorded_at > by {
            break;
        }
        let next = CaseFile::evolve(state.take(), &it.meta, &it.event);
        let wanted = match &it.event {
            FileEvent::Accepted { .. } => list == 0,
            FileEvent::TakenIn { no, .. } => *no == list,
            _ => false,
        };
        if wanted {
            found = Some(next.clone());
        }
        state = Some(next);
    }
    Ok(found)
}

/// Cases whose files stand at a stage.
///
/// # Errors
/// When the database fails.
pub async fn at_stage(app: &App, organ: OrganId, stage: Stage, limit: u32) -> Result<Vec<MatterId>, DbError> {
    let stage = mingjing_domain::case::form::wire_name(&stage);
    store::at_stage(app.db(), organ, &stage, limit).await
}
