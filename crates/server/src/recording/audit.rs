//! Decides stored commands on recordings again, from what they had read.

use std::collections::BTreeMap;

use mingjing_domain::case::Case;
use mingjing_domain::matter::{MatterId, TimeSource};
use mingjing_domain::recording::{self, Ordered, RecordedCase, Recording, RecordingCommand};
use serde::Deserialize;

use super::service::{Gathered, counter, named_case, people_of, recorded_case};
use crate::case::facts::person;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Recordings, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Recording>(redecide)
}

#[derive(Deserialize)]
struct Body {
    recording: Option<MatterId>,
    #[serde(default)]
    new: Option<MatterId>,
    #[serde(rename = "do")]
    command: RecordingCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    let state = match body.recording {
        Some(id) => {
            let found = asked.state::<Recording>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("音像记录 {id} 不存在")))?)
        }
        None => None,
    };
    if let Some(id) = body.recording
        && stored.read_version(id).is_none()
    {
        return Err(Objection::new("read_set.incomplete", "没有记明所依据的音像记录版本"));
    }
    let gathered = gather(asked, state, &body.command)?;
    let year = stored.moment.recorded_day().year();
    let counter = counter(&body.command, gathered.case.as_ref(), year);
    let next = number(asked, counter.as_ref())?;
    let facts = gathered
        .facts(stored.moment.clone(), stored.actor.clone(), next)
        .map_err(|e| Objection::new("rules.unnoted", e.to_string()))?;
    recording::decide(state, &body.command, &facts)?
        .iter()
        .map(|event| {
            let (type_of, shown) = stream::shown::<Recording>(event).map_err(|e| Objection::json(&e))?;
            Ok(Expected { matter: body.recording.or(body.new), type_of, body: shown })
        })
        .collect()
}

/// The number that the command took, which must be of the counter that the law names.
fn number(asked: &Asked<'_>, counter: Option<&(String, i32)>) -> Result<Option<u32>, Objection> {
    let taken = asked.command.numbers.as_slice();
    match (counter, taken) {
        (None, []) => Ok(None),
        (Some((character, year)), [(organ, of, in_year, n)])
            if of == character && in_year == year && *organ == asked.command.actor.organ =>
        {
            Ok(Some(*n))
        }
        (Some(_) | None, _) => Err(Objection::new("number.unlawful", "取得的音像记录编号与依法应取的不同")),
    }
}

fn gather(
    asked: &Asked<'_>,
    state: Option<&Recording>,
    command: &RecordingCommand,
) -> Result<Gathered, Objection> {
    let stored = asked.command;
    let organ_id = state.map_or(stored.actor.organ, |it| it.organ);
    let (version, organ) = asked.organ(organ_id)?;
    let imported = asked.imported()?;
    let rules = asked.rules_noted(&organ, version, imported.as_deref())?;
    let known = asked.people()?;
    if !stored.actor.id.0.is_nil() {
        asked.roles_held(&known)?;
    }
    #[derive(Deserialize)]
    struct Doing<'a> {
        #[serde(rename = "do", borrow)]
        command: &'a serde_json::value::RawValue,
    }
    let doing: Doing<'_> = stored.read()?;
    let written = serde_json::from_str(doing.command.get()).map_err(|e| Objection::json(&e))?;
    let mut needed = people_of(stored.actor.id, state, written);
    if let TimeSource::Paper { approver, .. } = &stored.moment.source {
        needed.insert(*approver);
    }
    asked.all_read(needed)?;
    let mut devices = BTreeMap::new();
    if let RecordingCommand::Capture(capture) = command
        && let Some(id) = capture.device
        && let Some(history) = asked.reference.devices.get(&id).filter(|it| it.began() < asked.seq)
    {
        let version = stored.read_version(id);
        let version = version
            .ok_or_else(|| Objection::new("read_set.incomplete", format!("没有记明所依据的设备 {id}")))?;
        devices.extend(history.at(version).map(|it| (id, it.as_ref().clone())));
    }
    let people = known.iter().map(|(id, it)| (*id, person(it))).collect();
    let disposal = ordered(asked, command)?;
    // What was carried out was carried out because no list ran.
    let listed = None;
    Ok(Gathered {
        people,
        rules,
        case: case(asked, state, command)?,
        family: None,
        devices,
        disposal,
        listed,
    })
}

/// What the list orders, as it was noted; the list itself was decided before.
fn ordered(asked: &Asked<'_>, command: &RecordingCommand) -> Result<Option<Ordered>, Objection> {
    let RecordingCommand::MarkDestroyed { disposal, .. } = command else { return Ok(None) };
    let stored = asked.command;
    let Some(noted) = stored.notes.get("disposal") else { return Ok(None) };
    let noted = Ordered::deserialize(noted).map_err(|e| Objection::json(&e))?;
    if noted.list != *disposal || stored.read_version(noted.list).is_none() {
        return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的销毁清册 {disposal}")));
    }
    Ok(Some(noted))
}

/// The case as it was noted; one of the family as it stood.
fn case(
    asked: &Asked<'_>,
    state: Option<&Recording>,
    command: &RecordingCommand,
) -> Result<Option<RecordedCase>, Objection> {
    let stored = asked.command;
    let Some(noted) = stored.notes.get("case") else { return Ok(None) };
    let noted = RecordedCase::deserialize(noted).map_err(|e| Objection::json(&e))?;
    let of = named_case(command)
        .map_or_else(|| state.is_some_and(|it| it.cases.contains(&noted.id)), |named| named == noted.id);
    if !of || stored.read_version(noted.id).is_none() {
        return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的案件 {}", noted.id)));
    }
    if let Some(case) = asked.state::<Case>(noted.id)
        && recorded_case(noted.id, case) != noted
    {
        return Err(Objection::new("read_set.altered", format!("所记的案件 {} 与当时的不同", noted.id)));
    }
    Ok(Some(noted))
}
