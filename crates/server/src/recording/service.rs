//! One function for every command on a recording: load, decide, append, enqueue; and
//! what several of them make together.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::case::facts::Person;
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::device::Device;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId, TimeSource, civil_day};
use mingjing_domain::organ::OrganState;
use mingjing_domain::recording::disposal::Disposal;
use mingjing_domain::recording::event::{Identity, Registration, Subject};
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::state::Phase;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::upload::centralised_by;
use mingjing_domain::recording::words::UploadVia;
use mingjing_domain::recording::{
    self, Ordered, RecordedCase, Recording, RecordingCommand, RecordingEvent, RecordingFacts,
};
use mingjing_domain::staff::StaffState;
use mingjing_domain::text::Text;
use mingjing_domain::viewing::handlers;
use mingjing_ledger::commit::EvidenceIdentity;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::tables::Overall;
use super::{jobs, store};
use crate::calendar::service::CALENDAR;
use crate::case::body::Claimed;
use crate::case::facts::{Rules, RulesOfDay, Written, person, staff_matter};
use crate::case::service as cases;
use crate::disposal::view as lists;
use crate::kit::app::{App, Batch, Request, Written as Outcome};
use crate::kit::error::WriteError;
use crate::kit::write::{Loaded, Write};
use crate::machine_text::jobs as machine;
use crate::viewing::service::derived;

/// Name of the command as stored.
pub const NAME: &str = "recording.act";

/// How a command is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Identifier chosen by the caller; the same id is carried out once.
    pub command_id: Uuid,
    /// Claimed time; none when it happens as it is recorded.
    pub moment: Option<Claimed>,
    /// Identifier of a recording that begins, where a device made it.
    pub new: Option<MatterId>,
}

impl Options {
    /// Now.
    pub const fn new(command_id: Uuid) -> Self {
        Self { command_id, moment: None, new: None }
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Recording.
    pub recording: MatterId,
    /// Version of its stream now.
    pub version: u64,
    /// Its number.
    pub number: Option<String>,
    /// How far it has come, stored name.
    pub state: String,
    /// Identity of what came is not what the device sealed.
    pub mismatch: bool,
}

/// Carries out a command; `recording` is none for a registration.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    recording: Option<MatterId>,
    command: RecordingCommand,
    options: Options,
) -> Result<Outcome<Done>, WriteError> {
    let request = request(actor, recording, &command, &options)?;
    let (rules, command, new) = (Arc::clone(rules), Arc::new(command), options.new);
    app.write(request, move |w: &mut Write| {
        let (rules, command) = (Arc::clone(&rules), Arc::clone(&command));
        Box::pin(async move { carry_out(w, &rules, recording, &command, new).await }) as BoxFuture<'_, _>
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
    recording: Option<MatterId>,
    command: RecordingCommand,
    options: Options,
) -> Result<Outcome<Done>, WriteError> {
    let request = request(actor, recording, &command, &options)?;
    let (rules, command, new) = (Arc::clone(rules), Arc::new(command), options.new);
    batch
        .write(request, move |w: &mut Write| {
            let (rules, command) = (Arc::clone(&rules), Arc::clone(&command));
            Box::pin(async move { carry_out(w, &rules, recording, &command, new).await }) as BoxFuture<'_, _>
        })
        .await
}

/// A command as the write path stores it.
fn request(
    actor: &Actor,
    recording: Option<MatterId>,
    command: &RecordingCommand,
    options: &Options,
) -> Result<Request, WriteError> {
    Ok(Request {
        actor: actor.clone(),
        purpose: recording_step(command.verb()).verb.label().to_owned(),
        command_id: options.command_id,
        name: NAME,
        body: json!({
            "recording": recording, "new": options.new, "do": serde_json::to_value(command)?,
        }),
        moment: options.moment.clone(),
    })
}

/// The program itself, on behalf of an organ.
pub const fn system(organ: OrganId) -> Actor {
    Actor { id: StaffId(Uuid::nil()), organ, roles: Vec::new() }
}

/// One command inside a write that its caller began: load, decide, append, enqueue.
///
/// # Errors
/// As [`act`].
pub async fn carry_out(
    w: &mut Write,
    rules: &Rules,
    recording: Option<MatterId>,
    command: &RecordingCommand,
    new: Option<MatterId>,
) -> Result<Done, WriteError> {
    let actor = w.actor().clone();
    let loaded = match recording {
        Some(id) => Some(w.load::<Recording>(id).await?.ok_or(WriteError::NotFound("音像记录"))?),
        None => None,
    };
    let organ = loaded.as_ref().map_or(actor.organ, |it| it.organ);
    let known = loaded.as_ref().map(|it| (it.id, it.state.as_ref()));
    let gathered = gather(w, rules, organ, &actor, known, command).await?;
    let counter = counter(command, gathered.case.as_ref(), w.moment().recorded_day().year());
    let next = match &counter {
        Some((character, year)) => Some(w.peek_number(organ, character, *year).await?),
        None => None,
    };
    let moment = w.moment().clone();
    let events = {
        let facts = gathered.facts(moment, actor, next)?;
        recording::decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &facts)?
    };
    if let Some((character, year)) = &counter {
        w.take_number(organ, character, *year).await?;
    }
    let law = &gathered.rules.law;
    cases::note_rules(w, &gathered.rules);
    w.note("recordings", law.recordings.digest.clone());
    if let Some(case) = &gathered.case {
        // It may stand in another family: the audit decides on what was noted.
        w.note("case", serde_json::to_value(case)?);
    }
    if let Some(ordered) = &gathered.disposal {
        w.note("disposal", serde_json::to_value(ordered)?);
    }
    append(w, loaded, organ, &gathered, events, new).await
}

/// What a decision looks at besides the recording; made the same way for the audit.
pub struct Gathered {
    /// People named by command and recording, the actor among them.
    pub people: BTreeMap<StaffId, Person>,
    /// Rules of the day.
    pub rules: Arc<RulesOfDay>,
    /// The case that the command names, or one that the recording belongs to.
    pub case: Option<RecordedCase>,
    /// Family of the case that a registration names.
    pub family: Option<MatterId>,
    /// Devices that the command names.
    pub devices: BTreeMap<MatterId, Device>,
    /// What the list orders by which the content goes.
    pub disposal: Option<Ordered>,
    /// A list for destruction that names the recording and runs.
    pub listed: Option<MatterId>,
}

impl Gathered {
    /// The facts; `next` is the number that the counter of [`counter`] gives.
    ///
    /// # Errors
    /// When no list of recordings holds for the organ.
    pub fn facts(
        &self,
        moment: mingjing_domain::matter::Moment,
        actor: Actor,
        next: Option<u32>,
    ) -> Result<RecordingFacts<'_>, WriteError> {
        let numbered = self.case.as_ref().is_some_and(|it| it.number.is_some());
        Ok(RecordingFacts {
            moment,
            actor,
            people: &self.people,
            rules: &self.rules.law.recordings,
            custody: self.rules.custody()?,
            case: self.case.clone(),
            devices: &self.devices,
            number_place: &self.rules.law.number_place,
            number_system: &self.rules.law.number_system,
            serial: next.filter(|_| !numbered),
            recordings_of_case: next.filter(|_| numbered).map_or(0, |n| n.saturating_sub(1)),
            disposal: self.disposal.clone(),
            listed: self.listed,
        })
    }
}

/// The counter from which a registration takes its number: that of its filed case, or
/// the organ's of the year.
pub fn counter(command: &RecordingCommand, case: Option<&RecordedCase>, year: i16) -> Option<(String, i32)> {
    let RecordingCommand::Register(registration) = command else { return None };
    let of_case = match registration.of {
        Subject::Act { .. } => case.and_then(|it| it.number.as_ref()),
        Subject::Patrol => None,
    };
    Some(match of_case {
        Some(number) => (format!("音-{}", number.serial()), i32::from(number.year())),
        None => ("音".to_owned(), i32::from(year)),
    })
}

/// A case as a recording sees it.
pub fn recorded_case(id: MatterId, case: &Case) -> RecordedCase {
    RecordedCase { id, organ: case.organ, officers: handlers(case), number: case.number().cloned() }
}

/// The case that a command names.
pub const fn named_case(command: &RecordingCommand) -> Option<MatterId> {
    match command {
        RecordingCommand::Register(Registration { of: Subject::Act { case, .. }, .. })
        | RecordingCommand::LinkCase { case } => Some(*case),
        _ => None,
    }
}

/// Of several cases of a recording, the one whose handlers the actor is one of.
pub fn picked(cases: Vec<RecordedCase>, actor: StaffId) -> Option<RecordedCase> {
    let own = cases.iter().position(|it| it.officers.contains(&actor));
    cases.into_iter().nth(own.unwrap_or(0))
}

/// Persons that a decision may look at.
pub fn people_of(
    actor: StaffId,
    recording: Option<&Recording>,
    written: Written,
) -> std::collections::BTreeSet<StaffId> {
    let mut ids = written.into_ids();
    ids.insert(actor);
    if let Some(it) = recording {
        ids.extend(it.registration.collectors.iter().map(|one| one.staff));
    }
    ids.retain(|id| !id.0.is_nil());
    ids
}

async fn gather(
    w: &mut Write,
    rules: &Rules,
    organ: OrganId,
    actor: &Actor,
    known: Option<(MatterId, &Recording)>,
    command: &RecordingCommand,
) -> Result<Gathered, WriteError> {
    let (id, recording) = known.unzip();
    let found = w.load::<OrganState>(MatterId(organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let day = w.moment().recorded_day();
    let imported = w.load::<Imported>(CALENDAR).await?;
    let rules = rules.on(&found.state, found.version, day, imported.as_deref())?;
    let mut ids = people_of(actor.id, recording, Written::of(command));
    if let TimeSource::Paper { approver, .. } = &w.moment().source {
        ids.insert(*approver);
    }
    let mut people = BTreeMap::new();
    for id in ids {
        if let Some(state) = w.load::<StaffState>(staff_matter(id)).await? {
            people.insert(id, person(&state));
        }
    }
    let (mut all, mut family) = (Vec::new(), None);
    let wanted: Vec<MatterId> = match (named_case(command), recording) {
        (Some(case), _) => vec![case],
        (None, Some(it)) => it.cases.clone(),
        (None, None) => Vec::new(),
    };
    for id in wanted {
        if let Some(case) = w.load::<Case>(id).await? {
            family = Some(case.family);
            all.push(recorded_case(id, &case.state));
        }
    }
    let mut devices = BTreeMap::new();
    if let RecordingCommand::Capture(capture) = command
        && let Some(id) = capture.device
        && let Some(it) = w.load::<Device>(id).await?
    {
        devices.insert(id, it.state.as_ref().clone());
    }
    let mut disposal = None;
    if let (RecordingCommand::MarkDestroyed { disposal: list, .. }, Some(id)) = (command, id) {
        disposal = w.load::<Disposal>(*list).await?.map(|it| Ordered::of(*list, &it.state, id));
    }
    let mut listed = None;
    if let (RecordingCommand::Capture(_), Some(id)) = (command, id) {
        // A list that is proposed at this moment has read the recording: whoever comes second
        // waits for the first here, and sees what it did.
        let tx = w.tx().await?;
        store::lock(tx, id).await?;
        listed = lists::running(tx, id).await?;
    }
    Ok(Gathered { people, rules, case: picked(all, actor.id), family, devices, disposal, listed })
}

async fn append(
    w: &mut Write,
    mut loaded: Option<Loaded<Recording>>,
    organ: OrganId,
    gathered: &Gathered,
    events: Vec<RecordingEvent>,
    new: Option<MatterId>,
) -> Result<Done, WriteError> {
    let mismatch = events.iter().any(|it| matches!(it, RecordingEvent::Mismatched { .. }));
    let accepted: Vec<SegmentNo> = events
        .iter()
        .filter_map(|it| if let RecordingEvent::Accepted { no, .. } = it { Some(*no) } else { None })
        .collect();
    let asked: Vec<SegmentNo> = events
        .iter()
        .filter_map(|it| if let RecordingEvent::MachineTextAsked { no } = it { Some(*no) } else { None })
        .collect();
    for event in events {
        loaded = Some(match loaded {
            Some(mut it) => {
                w.append(&mut it, event).await?;
                it
            }
            None => {
                let id = new.unwrap_or_else(|| MatterId(w.new_id()));
                // A patrol founds a family of its own.
                let family = match &event {
                    RecordingEvent::Registered { registration, .. } => match registration.of {
                        Subject::Act { .. } => gathered.family,
                        Subject::Patrol => None,
                    },
                    _ => None,
                };
                w.create::<Recording>(id, organ, family, event).await?
            }
        });
    }
    let it = loaded.ok_or(WriteError::NotFound("音像记录"))?;
    for no in &accepted {
        jobs::enqueue_reading(w, it.id, *no);
    }
    for (no, kind) in
        accepted.iter().chain(&asked).filter_map(|no| Some((*no, it.segment(*no)?.capture.kind)))
    {
        if asked.contains(&no) {
            machine::served(w, kind)?;
        }
        machine::enqueue(w, it.id, no, kind);
    }
    if !accepted.is_empty() && it.accepted() && it.centralised_on.is_none() {
        jobs::enqueue(
            w,
            it.id,
            gathered.rules.custody().ok().and_then(|custody| centralised_by(custody, civil_day(w.now()))),
        );
    }
    Ok(Done {
        recording: it.id,
        version: it.version,
        number: it.number.as_ref().map(ToString::to_string),
        state: Overall::of(&it).name().to_owned(),
        mismatch,
    })
}

/// Everything of a piece has come and was stored under `identity`: 上传 by the person,
/// 核对入库 by the program, both or neither. The same command id does it once.
///
/// # Errors
/// The refusal of the law (unknown, unsealed or accepted piece), or a fault of the store.
pub async fn uploaded(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    (recording, no): (MatterId, SegmentNo),
    via: UploadVia,
    identity: &EvidenceIdentity,
    command_id: Uuid,
) -> Result<Done, WriteError> {
    let identity = identity_of(identity);
    let known = app.load::<Recording>(recording).await?.ok_or(WriteError::NotFound("音像记录"))?;
    // Said to have come, and compared with nothing yet: only the comparison is left.
    let come = known.segment(no).is_some_and(|it| it.phase == Phase::Uploaded);
    let kept = (Arc::clone(rules), actor.clone(), identity);
    app.together(move |batch| {
        let (rules, actor, identity) = kept.clone();
        Box::pin(async move {
            if !come {
                let upload = RecordingCommand::Upload { no, via };
                let options = Options::new(derived(command_id, "upload"));
                act_in(batch, &rules, &actor, Some(recording), upload, options).await?;
            }
            let accept = RecordingCommand::Accept { no, identity };
            let options = Options::new(derived(command_id, "accept"));
            let system = system(actor.organ);
            Ok(act_in(batch, &rules, &system, Some(recording), accept, options).await?.value)
        })
    })
    .await
}

/// The identity of stored bytes as events hold it.
pub fn identity_of(it: &EvidenceIdentity) -> Identity {
    Identity {
        bytes: it.length,
        sha256_root: hex::encode(it.root.sha256),
        sm3_root: hex::encode(it.root.sm3),
        sha256: hex::encode(it.file.sha256),
        sm3: hex::encode(it.file.sm3),
    }
}

/// Turns an entry of a patrol log into a clue: the clue is registered and the entry
/// says so, both or neither. Gives the case.
///
/// # Errors
/// As [`act`].
pub async fn raise_clue(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    it: &Loaded<Recording>,
    no: u16,
    command_id: Uuid,
) -> Result<MatterId, WriteError> {
    let clue = recording::clue(&it.state, no).map(|mut clue| {
        // Sealed anew under the key of the case that it founds.
        clue.subject = Text::closed(clue.subject.value().unwrap_or(""));
        clue.summary = Text::closed(clue.summary.value().unwrap_or(""));
        clue
    });
    let clue = clue.ok_or(WriteError::NotFound("巡查日志"))?;
    let kept = (Arc::clone(rules), actor.clone(), clue);
    let recording = it.id;
    app.together(move |batch| {
        let (rules, actor, clue) = kept.clone();
        Box::pin(async move {
            let options = cases::Options::new(derived(command_id, "clue"));
            let register = CaseCommand::RegisterClue(clue);
            let case = cases::act_in(batch, &rules, &actor, None, register, options).await?.value.case;
            let raise = RecordingCommand::RaiseClue { no, case };
            let options = Options::new(derived(command_id, "raise"));
            act_in(batch, &rules, &actor, Some(recording), raise, options).await?;
            Ok(case)
        })
    })
    .await
}
