//! One function for every command on a list for destruction; and to carry one out.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::case::Case;
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::{Actor, MatterId, OrganId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::recording::disposal::{
    self, Disposal, DisposalCommand, DisposalFacts, DisposalSubject, Progress,
};
use mingjing_domain::recording::retention::{FileFact, keeping};
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::StaffState;
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::calendar::service::CALENDAR;
use crate::case::facts::{Rules, RulesOfDay, staff_matter};
use crate::kit::app::{App, Batch, Request};
use crate::kit::error::WriteError;
use crate::kit::jobs::{Handler, JobError};
use crate::kit::write::{Loaded, Write};
use crate::recording::service::{self as recordings, Options, system};
use crate::viewing::service::derived;

/// Name of the command as stored.
pub const NAME: &str = "disposal.act";

/// Destroys stored bytes and their keys by the order of a list: the roots of every recording
/// on it. Doing it again is harmless. The evidence store brings its own; without one there
/// are no bytes.
pub type Shredder = Arc<
    dyn Fn(App, MatterId, BTreeMap<MatterId, Vec<String>>) -> BoxFuture<'static, Result<(), String>>
        + Send
        + Sync,
>;

/// The name of an act in the table of the domain.
pub const fn name_of(command: &DisposalCommand) -> &'static str {
    match command {
        DisposalCommand::Propose { .. } => "提出销毁清册",
        DisposalCommand::Review { .. } => "审核销毁清册",
        DisposalCommand::Decide { .. } => "审批销毁清册",
        DisposalCommand::Withdraw { .. } => "撤回销毁清册",
        DisposalCommand::CarryOut { .. } => "执行销毁",
    }
}

/// Carries out a command; `list` is none for a proposal. Gives the list. What is to be
/// destroyed goes by [`carry_out`].
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    list: Option<MatterId>,
    command: DisposalCommand,
    command_id: Uuid,
) -> Result<MatterId, WriteError> {
    let kept = (Arc::clone(rules), actor.clone(), command);
    app.together(move |batch| {
        let (rules, actor, command) = kept.clone();
        Box::pin(async move { act_in(batch, &rules, &actor, list, command, command_id).await })
    })
    .await
}

/// As [`act`], inside a batch. A list that is carried out marks each of its recordings
/// in the same transaction.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    list: Option<MatterId>,
    command: DisposalCommand,
    command_id: Uuid,
) -> Result<MatterId, WriteError> {
    let request = Request {
        actor: actor.clone(),
        purpose: name_of(&command).to_owned(),
        command_id,
        name: NAME,
        body: json!({ "list": list, "do": serde_json::to_value(&command)? }),
        moment: None,
    };
    let carried = matches!(command, DisposalCommand::CarryOut { .. });
    let (of_write, command) = (Arc::clone(rules), Arc::new(command));
    let written = batch
        .write(request, move |w: &mut Write| {
            let (rules, command) = (Arc::clone(&of_write), Arc::clone(&command));
            Box::pin(async move { decide(w, &rules, list, &command).await }) as BoxFuture<'_, _>
        })
        .await?;
    let id = written.value;
    if carried
        && !written.replayed
        && let Some(state) = batch.state::<Disposal>(id)
    {
        for it in &state.list {
            let mark = RecordingCommand::MarkDestroyed { disposal: id, kept: it.kept };
            let options = Options::new(derived(command_id, &it.recording.to_string()));
            recordings::act_in(batch, rules, &system(actor.organ), Some(it.recording), mark, options).await?;
        }
    }
    Ok(id)
}

async fn decide(
    w: &mut Write,
    rules: &Rules,
    list: Option<MatterId>,
    command: &DisposalCommand,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match list {
        Some(id) => Some(w.load::<Disposal>(id).await?.ok_or(WriteError::NotFound("销毁清册"))?),
        None => None,
    };
    let organ = loaded.as_ref().map_or(actor.organ, |it| it.organ);
    let rules = day_rules(w, rules, organ).await?;
    let named: Vec<MatterId> = match (command, &loaded) {
        (DisposalCommand::Propose { recordings, .. }, _) => recordings.clone(),
        (DisposalCommand::Decide { .. } | DisposalCommand::CarryOut { .. }, Some(it)) => {
            it.list.iter().map(|listed| listed.recording).collect()
        }
        (
            DisposalCommand::Review { .. }
            | DisposalCommand::Withdraw { .. }
            | DisposalCommand::Decide { .. }
            | DisposalCommand::CarryOut { .. },
            _,
        ) => Vec::new(),
    };
    let mut subjects = Vec::with_capacity(named.len());
    for id in named {
        subjects.extend(subject(w, &rules, id).await?);
    }
    let mut witness_known = false;
    if let DisposalCommand::CarryOut { certificate } = command {
        let witness = w.load::<StaffState>(staff_matter(certificate.witness)).await?;
        witness_known = witness.is_some_and(|it| it.enabled && it.state.organ == organ);
        if store::certificate_used(w.tx().await?, organ, certificate.number.trim()).await? {
            return Err(certificate_taken().into());
        }
    }
    let facts = DisposalFacts {
        today: w.moment().recorded_day(),
        subjects: &subjects,
        wait: &rules.custody()?.destruction_wait,
        calendar: &rules.calendar,
        witness_known,
    };
    let event = disposal::decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &actor, &facts)?;
    w.note("rules", rules.law.version.clone());
    w.note("calendar", rules.calendar.version().digest.to_string());
    w.note("recordings", rules.law.recordings.digest.clone());
    // They stand in other families: the audit decides on them as noted.
    w.note("subjects", serde_json::to_value(&subjects)?);
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            if matches!(command, DisposalCommand::CarryOut { .. }) {
                w.enqueue_at(SHRED, it.id.to_string(), &json!({ "list": it.id }), Some(it.id), w.now());
            }
            Ok(it.id)
        }
        None => {
            let id = MatterId(w.new_id());
            w.create::<Disposal>(id, organ, None, event).await?;
            Ok(id)
        }
    }
}

fn certificate_taken() -> Refusal {
    Refusal::new("disposal.certificate_used", disposal::NOT_AT_WILL, "销毁证明编号已被使用", "请填写另一编号")
        .field("number", "已被使用")
}

async fn day_rules(w: &mut Write, rules: &Rules, organ: OrganId) -> Result<Arc<RulesOfDay>, WriteError> {
    let found = w.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let day = w.moment().recorded_day();
    let imported = w.load::<Imported>(CALENDAR).await?;
    Ok(rules.on(&found.state, found.version, day, imported.as_deref())?)
}

/// The files of a recording's cases, as far as keeping asks.
pub fn file_of(case: &Loaded<Case>) -> FileFact {
    FileFact { case: case.id, archived: case.archived }
}

/// A recording as it stands now.
async fn subject(
    w: &mut Write,
    rules: &RulesOfDay,
    id: MatterId,
) -> Result<Option<DisposalSubject>, WriteError> {
    let Some(it) = w.load::<Recording>(id).await? else { return Ok(None) };
    let mut files = Vec::new();
    for case in &it.cases {
        files.extend(w.load::<Case>(*case).await?.as_ref().map(file_of));
    }
    let today = w.moment().recorded_day();
    let keeping = keeping(&it.state, &files, rules.custody()?, &rules.calendar, today).map_err(|e| {
        Refusal::new(
            "calendar.out_of_range",
            Citation::of("档案法", "第二十一条"),
            format!("保存期限不能计算：{e}"),
            "请系统管理员导入相应年份的工作日历",
        )
    })?;
    Ok(Some(DisposalSubject {
        recording: id,
        organ: it.organ,
        number: it.number.as_ref().map_or_else(String::new, ToString::to_string),
        keeping,
        roots: it.stored_roots(),
        awaited: it.awaited(),
        destroyed: it.destroyed.is_some(),
    }))
}

/// Kind of the job that destroys the bytes of a list that was carried out.
pub const SHRED: &str = "shred_disposal";

/// Carries the job out: by the list as it was carried out, and again until it is done.
pub fn shredding(shred: Shredder) -> Handler {
    Arc::new(move |app, job| {
        let shred = Arc::clone(&shred);
        Box::pin(async move {
            if let Some(id) = job.matter {
                let found = app.load::<Disposal>(id).await.map_err(|e| JobError(e.to_string()))?;
                if let Some(it) = found.filter(|it| it.progress == Progress::CarriedOut) {
                    shred(app.clone(), id, roots(&it)).await.map_err(JobError)?;
                }
            }
            Ok(app.end_job(&job).await?)
        })
    })
}

fn roots(it: &Disposal) -> BTreeMap<MatterId, Vec<String>> {
    it.list.iter().map(|it| (it.recording, it.roots.clone())).collect()
}

/// Carries a list out: what the law asks is decided and committed first, with the job that
/// destroys the bytes, so that nothing is gone that was not lawfully given up, and nothing
/// given up is forgotten. Then the bytes go at once where that is possible.
///
/// # Errors
/// What the domain refuses; a fault of the store, after which nothing is destroyed.
pub async fn carry_out(
    app: &App,
    rules: &Arc<Rules>,
    shredder: Option<&Shredder>,
    actor: &Actor,
    it: &Loaded<Disposal>,
    command: DisposalCommand,
    command_id: Uuid,
) -> Result<(), WriteError> {
    act(app, rules, actor, Some(it.id), command, command_id).await?;
    let Some(shred) = shredder else { return Ok(()) };
    match shred(app.clone(), it.id, roots(it)).await {
        Ok(()) => app.drop_jobs(SHRED, it.id).await?,
        Err(error) => {
            tracing::error!(list = %it.id, error, "content of a list for destruction is still there; tried again")
        }
    }
    Ok(())
}
