//! One function for every command on a case: load, decide, append, enqueue.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::archive::CaseFile;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::case::command::{CostPayment, Payment, Refund};
use mingjing_domain::case::decide::decide;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::step;
use mingjing_domain::case::types::{Clue, DocumentKind, DocumentNo, Stage};
use mingjing_domain::case::{Case, CaseCommand, CaseEvent};
use mingjing_domain::cite::Citation;
use mingjing_domain::informant::{self, Informant, Told};
use mingjing_domain::matter::{Actor, Matter as _, MatterId, Meta, OrganId, StaffId, TimeSource};
use mingjing_domain::organ::OrganState;
use mingjing_domain::recording::{Recording, RecordingFact};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::StaffState;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::facts::{Gathered, Rules, RulesOfDay, is_head, needs_heads, people, recordings_of, staff_matter};
use super::store;
use crate::archive::service::{file_of, fits, recorded};
use crate::calendar::service::CALENDAR;
use crate::informant::service as informants;
use crate::kit::app::{App, Batch, Request, Written};
use crate::kit::db::DbError;
use crate::kit::error::WriteError;
use crate::kit::event::Opened;
use crate::kit::read::stored;
use crate::kit::registry::open_all;
use crate::kit::write::{Loaded, Write};
use crate::record::preflight::{Planned, objection};

/// How a command is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Identifier chosen by the caller; the same id is carried out once.
    pub command_id: Uuid,
    /// Claimed time; none when it happens as it is recorded.
    pub moment: Option<(Timestamp, TimeSource)>,
    /// Version of the case that the person saw: the command is refused as a
    /// conflict when the case has moved on. None to decide on whatever stands.
    pub seen: Option<u64>,
    /// Whether documents are rendered; a seed does without.
    pub render: bool,
    /// The informant of a clue, registered in the same transaction as a matter of
    /// their own.
    pub informant: Option<Told>,
    /// The case's stream as it was read before the write began, so that the write
    /// need not wait for it.
    pub before: Option<Arc<Vec<(Meta, CaseEvent)>>>,
}

impl Options {
    /// Now, on whatever stands, with documents.
    pub const fn new(command_id: Uuid) -> Self {
        Self { command_id, moment: None, seen: None, render: true, informant: None, before: None }
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Case.
    pub case: MatterId,
    /// Version of its stream now.
    pub version: u64,
    /// Main stage now, by its stored name.
    pub stage: String,
    /// Documents issued.
    pub documents: Vec<Issued>,
}

/// A document that a command issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its number in the case.
    pub no: DocumentNo,
    /// What it is.
    pub kind: DocumentKind,
}

/// 行政处罚法第四十七条: the whole course is recorded in writing.
const RECORDED: Citation = Citation::of("行政处罚法", "第四十七条");

/// Kind of the job that renders a document.
pub const RENDER: &str = "render_document";

/// Carries out a command. `case` is none for the registration of a clue.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: Option<MatterId>,
    command: CaseCommand,
    options: Options,
) -> Result<Written<Done>, WriteError> {
    if options.informant.is_some() {
        let kept = (Arc::clone(rules), actor.clone(), command, options);
        return app
            .together(move |batch| {
                let (rules, actor, command, options) = kept.clone();
                Box::pin(async move { act_in(batch, &rules, &actor, case, command, options).await })
            })
            .await;
    }
    let request = request(actor, case, &command, &options)?;
    let before = match case.filter(|_| options.render && may_issue(&command)) {
        Some(id) => Some(Arc::new(plain(app.stream::<Case>(id).await?))),
        None => None,
    };
    let options = Options { before, ..options };
    let (rules, command, options) = (Arc::clone(rules), Arc::new(command), Arc::new(options));
    app.write(request, move |w| {
        let (rules, command, options) = (Arc::clone(&rules), Arc::clone(&command), Arc::clone(&options));
        Box::pin(async move { carry_out(w, &rules, case, &command, &options).await })
    })
    .await
}

/// As [`act`], inside a batch.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    case: Option<MatterId>,
    mut command: CaseCommand,
    options: Options,
) -> Result<Written<Done>, WriteError> {
    if let (Some(told), CaseCommand::RegisterClue(clue)) = (&options.informant, &mut command) {
        informant::apart(told, clue).map_err(WriteError::from)?;
        clue.informant = Some(informants::register_in(batch, actor, options.command_id, told).await?);
    }
    let request = request(actor, case, &command, &options)?;
    let (rules, command, options) = (Arc::clone(rules), Arc::new(command), Arc::new(options));
    batch
        .write(request, move |w| {
            let (rules, command, options) = (Arc::clone(&rules), Arc::clone(&command), Arc::clone(&options));
            Box::pin(async move { carry_out(w, &rules, case, &command, &options).await })
        })
        .await
}

/// A command on a case as the write path stores it: the form in which the audit
/// reads it again, whoever sends it.
///
/// # Errors
/// When the command cannot be written as JSON.
pub fn request(
    actor: &Actor,
    case: Option<MatterId>,
    command: &CaseCommand,
    options: &Options,
) -> Result<Request, WriteError> {
    let name = step(command.verb()).verb.label();
    Ok(Request {
        actor: actor.clone(),
        purpose: name.to_owned(),
        command_id: options.command_id,
        name: "case.act",
        body: json!({
            "case": case,
            "seen": options.seen,
            "command": serde_json::to_value(command)?,
        }),
        moment: options.moment.clone(),
    })
}

/// One command inside a write that its caller began: load, decide, append, enqueue.
///
/// # Errors
/// As [`act`].
pub async fn carry_out(
    w: &mut Write,
    rules: &Rules,
    case: Option<MatterId>,
    command: &CaseCommand,
    options: &Options,
) -> Result<Done, WriteError> {
    let actor = w.actor().clone();
    let loaded = match case {
        Some(id) => Some(w.load::<Case>(id).await?.ok_or(WriteError::NotFound("案件"))?),
        None => None,
    };
    if let (Some(case), Some(seen)) = (&loaded, options.seen)
        && case.version != seen
    {
        return Err(WriteError::Conflict);
    }
    let organ = loaded.as_ref().map_or(actor.organ, |c| c.organ);
    let state = loaded.as_ref().map(|c| Arc::clone(&c.state));
    let mut gathered = gather(w, rules, organ, &actor, state.as_deref(), command).await?;
    gathered.recordings = recordings(w, case, command, &gathered.rules).await?;
    let key = match &loaded {
        Some(case) => w.text_key(case.family).await?,
        None => [0; 32],
    };
    let mut facts = gathered.facts(w.moment().clone(), actor, key);
    let year = facts.today().year();
    for character in characters(state.as_deref(), command) {
        let last = w.peek_number(organ, character, i32::from(year)).await?;
        facts.serials.insert(character.to_owned(), last);
    }
    if let CaseCommand::RegisterClue(Clue { informant: Some(id), .. }) = command {
        let known = w.load::<Informant>(*id).await?.filter(|it| it.organ == organ && it.version == 1);
        known.ok_or(WriteError::NotFound("举报人"))?;
    }
    if let CaseCommand::RecordPayment(Payment { receipt, .. })
    | CaseCommand::RecordRefund(Refund { receipt, .. })
    | CaseCommand::RecordCost(CostPayment { receipt, .. }) = command
    {
        facts.receipt_used = store::receipt_used(w.tx().await?, receipt.trim()).await?;
    }
    let file = match (&loaded, command) {
        (Some(case), CaseCommand::Archive { .. } | CaseCommand::ArchiveSupplement(_)) => {
            let file = w.load::<CaseFile>(file_of(case.id)).await?.map(|it| it.state);
            fits(Some(&case.state), file.as_deref(), command).map_err(WriteError::from)?;
            file
        }
        (Some(_) | None, _) => None,
    };
    let events = decide(state.as_deref(), command, &facts)?;
    if options.render {
        can_be_made(w, &gathered, loaded.as_ref(), organ, &events, file.as_deref(), options).await?;
    }
    for (character, count) in facts.used_serials() {
        if !(facts.law.case_bound_numbers && state.as_ref().is_some_and(|c| c.filed.is_some())) {
            for _ in 0..count {
                w.take_number(organ, character, i32::from(year)).await?;
            }
        }
    }
    note_rules(w, &gathered.rules);
    w.note("recordings", gathered.rules.law.recordings.digest.clone());
    if !gathered.recordings.is_empty() {
        // They may stand in another family: the audit decides on what was noted.
        w.note("recorded", serde_json::to_value(&gathered.recordings)?);
    }
    append(w, loaded, organ, events, options.render).await
}

/// Recordings that the command names, as the case sees them.
async fn recordings(
    w: &mut Write,
    case: Option<MatterId>,
    command: &CaseCommand,
    rules: &RulesOfDay,
) -> Result<BTreeMap<MatterId, RecordingFact>, WriteError> {
    let mut out = BTreeMap::new();
    if let (Some(case), Some(id)) = (case, recordings_of(command))
        && let Some(it) = w.load::<Recording>(id).await?
    {
        out.insert(id, it.fact(case, rules.custody()?.tolerance_s.value));
    }
    Ok(out)
}

/// Whether documents may come of a command; which ones a proposal issues is known
/// only with the case.
fn may_issue(command: &CaseCommand) -> bool {
    matches!(command, CaseCommand::ApproveProposal { .. }) || !step(command.verb()).documents.is_empty()
}

fn plain(events: Vec<Opened<CaseEvent>>) -> Vec<(Meta, CaseEvent)> {
    events.into_iter().map(|it| (it.meta, it.event)).collect()
}

/// Refuses an act whose documents could not be made from what is at hand.
#[allow(clippy::too_many_arguments)] // one look at everything that a document is made from
async fn can_be_made(
    w: &mut Write,
    gathered: &Gathered,
    loaded: Option<&Loaded<Case>>,
    organ: OrganId,
    events: &[CaseEvent],
    file: Option<&CaseFile>,
    options: &Options,
) -> Result<(), WriteError> {
    if !events.iter().any(|it| matches!(it, CaseEvent::DocumentIssued { .. })) {
        return Ok(());
    }
    let (matter, version) = loaded.map_or((MatterId(Uuid::nil()), 0), |it| (it.id, it.version));
    let known =
        options.before.as_ref().filter(|it| it.last().is_some_and(|(meta, _)| meta.version == version));
    let mut all = match (known, loaded) {
        (Some(known), _) => known.as_ref().clone(),
        (None, Some(case)) => plain(open_all::<Case>(&stored(w.tx().await?, case.id, version).await?)?),
        (None, None) => Vec::new(),
    };
    let before = all.len();
    let (actor, moment) = (w.actor().id, w.moment().clone());
    for (event, version) in events.iter().zip(version + 1..) {
        all.push((Meta { matter, organ, version, actor, moment: moment.clone() }, event.clone()));
    }
    let recordings = match file {
        Some(_) => recorded(w.tx().await?, matter).await?,
        None => Vec::new(),
    };
    let planned = Planned {
        events: &all,
        before,
        organ: &gathered.organ.profile,
        people: &|id| gathered.people.get(&id).map(AsRef::as_ref),
        law: &gathered.rules.law,
        calendar: &gathered.rules.calendar,
        file,
        recordings: &recordings,
        order: gathered.rules.policy.archive_order.value,
    };
    match objection(&planned) {
        None => Ok(()),
        Some(reason) => Err(Refusal::new(
            "document.incomplete",
            RECORDED,
            format!("办理这一事项要制作的文书不能制成：{reason}"),
            "补齐后再办理；机关的地址、账户、救济机关等，请系统管理员在机关信息中补齐",
        )
        .into()),
    }
}

/// Characters of the documents that the command may issue.
fn characters(case: Option<&Case>, command: &CaseCommand) -> Vec<&'static str> {
    let row = match (command, case) {
        (CaseCommand::ApproveProposal { proposal_no, .. }, Some(case)) => match case.proposal(*proposal_no) {
            Some(p) => step(p.body.verb()),
            None => step(command.verb()),
        },
        _ => step(command.verb()),
    };
    // A concluded remedy may revoke; no document comes of it. What a row may
    // issue is written in the row.
    let mut out: Vec<_> = row.documents.iter().filter_map(|d| d.character()).collect();
    out.sort_unstable();
    out.dedup();
    out
}

async fn append(
    w: &mut Write,
    mut loaded: Option<Loaded<Case>>,
    organ: OrganId,
    events: Vec<CaseEvent>,
    render: bool,
) -> Result<Done, WriteError> {
    let mut documents = Vec::new();
    for event in events {
        if let CaseEvent::DocumentIssued { no, kind, .. } = &event {
            documents.push(Issued { no: *no, kind: *kind });
        }
        loaded = Some(match loaded {
            Some(mut case) => {
                w.append(&mut case, event).await?;
                case
            }
            None => {
                let id = MatterId(w.new_id());
                w.create::<Case>(id, organ, None, event).await?
            }
        });
    }
    let case = loaded.ok_or(WriteError::NotFound("案件"))?;
    if render {
        for Issued { no, .. } in &documents {
            let payload = json!({ "case": case.id, "document": no });
            w.enqueue_at(RENDER, format!("{}/{no}", case.id), &payload, Some(case.id), w.now());
        }
    }
    Ok(Done { case: case.id, version: case.version, stage: wire_name(&case.stage), documents })
}

async fn gather(
    w: &mut Write,
    rules: &Rules,
    organ: OrganId,
    actor: &Actor,
    case: Option<&Case>,
    command: &CaseCommand,
) -> Result<Gathered, WriteError> {
    let found = w.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let day = w.moment().recorded_day();
    let imported = w.load::<Imported>(CALENDAR).await?;
    let rules = rules.on(&found.state, found.version, day, imported.as_deref())?;
    let mut ids = people(actor.id, case, Some(command));
    if let TimeSource::Paper { approver, .. } = &w.moment().source {
        ids.insert(*approver);
    }
    let with_heads = needs_heads(command);
    if with_heads {
        ids.extend(crate::staff::store::heads(w.tx_of(StaffState::KIND).await?, organ).await?);
    }
    let mut known = BTreeMap::new();
    for id in ids {
        if let Some(state) = w.load::<StaffState>(staff_matter(id)).await? {
            known.insert(id, state.state);
        }
    }
    let heads: Vec<StaffId> = if with_heads {
        known.values().filter(|p| p.organ == organ && is_head(p)).map(|p| p.id).collect()
    } else {
        Vec::new()
    };
    Ok(Gathered { organ: found.state, people: known, heads, rules, recordings: BTreeMap::new() })
}

/// The rules for an organ on the day of a write; what they come from is in the read set.
///
/// # Errors
/// When the organ is unknown, no policy covers the day, or the store fails.
pub async fn rules_of_day(
    w: &mut Write,
    rules: &Rules,
    organ: OrganId,
) -> Result<Arc<RulesOfDay>, WriteError> {
    let found = w.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let imported = w.load::<Imported>(CALENDAR).await?;
    let day = w.moment().recorded_day();
    let of_day = rules.on(&found.state, found.version, day, imported.as_deref())?;
    note_rules(w, &of_day);
    Ok(of_day)
}

/// Notes which rules a command is decided by: the audit decides by the same.
pub fn note_rules(w: &mut Write, of_day: &RulesOfDay) {
    w.note("rules", of_day.law.version.clone());
    w.note("calendar", of_day.calendar.version().digest.to_string());
    if !of_day.tables.is_empty() {
        let tables = of_day.tables.iter().map(|(id, digest)| (id.clone(), digest.clone().into()));
        w.note("policies", serde_json::Map::from_iter(tables));
    }
}

/// The rules for an organ today, to look only.
///
/// # Errors
/// As [`rules_of_day`].
pub async fn rules_today(app: &App, rules: &Rules, organ: OrganId) -> Result<Arc<RulesOfDay>, WriteError> {
    let found = app.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let imported = app.load::<Imported>(CALENDAR).await?;
    let day = mingjing_domain::matter::civil_day(app.now());
    Ok(rules.on(&found.state, found.version, day, imported.as_deref())?)
}

/// The newest cases of an organ, for choices of forms.
///
/// # Errors
/// When the database fails.
pub async fn newest(app: &App, organ: OrganId, limit: u32) -> Result<Vec<store::Line>, DbError> {
    let filter = store::Filter { organs: vec![organ], ..store::Filter::default() };
    store::list(app.db(), &filter, limit).await
}

/// Cases of these organs in which words are found, newest first, below a case.
///
/// # Errors
/// When the database fails.
pub async fn found(
    app: &App,
    organs: Vec<OrganId>,
    words: &str,
    before: Option<MatterId>,
    limit: u32,
) -> Result<Vec<store::Line>, DbError> {
    let filter = store::Filter { organs, words: Some(words.to_owned()), before, ..store::Filter::default() };
    store::list(app.db(), &filter, limit).await
}

/// Cases that one count of ended cases takes in, of each stage.
const COUNTED: u32 = 2_000;

/// The newest cases of an organ at these stages, loaded.
///
/// # Errors
/// When the store fails.
pub async fn ended(app: &App, organ: OrganId, stages: &[Stage]) -> Result<Vec<Loaded<Case>>, WriteError> {
    let mut out = Vec::new();
    for stage in stages {
        let filter =
            store::Filter { organs: vec![organ], stage: Some(wire_name(stage)), ..store::Filter::default() };
        for line in store::list(app.db(), &filter, COUNTED).await? {
            out.extend(app.load::<Case>(line.id).await?);
        }
    }
    Ok(out)
}

/// Facts for looking at a case without changing it: what its reader may do.
///
/// # Errors
/// When the organ is unknown or the store fails.
pub async fn gather_for_view(
    app: &App,
    rules: &Rules,
    organ: OrganId,
    actor: &Actor,
) -> Result<Gathered, WriteError> {
    let found = app.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let day = mingjing_domain::matter::civil_day(app.now());
    let imported = app.load::<Imported>(CALENDAR).await?;
    let rules = rules.on(&found.state, found.version, day, imported.as_deref())?;
    let mut known = BTreeMap::new();
    if let Some(state) = app.load::<StaffState>(staff_matter(actor.id)).await? {
        known.insert(actor.id, state.state);
    }
    Ok(Gathered { organ: found.state, people: known, heads: Vec::new(), rules, recordings: BTreeMap::new() })
}
