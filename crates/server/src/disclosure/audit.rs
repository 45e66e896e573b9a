//! Decides a stored command on a publication again.
//!
//! The public copy is taken from the stored event: its texts are commitments to
//! the case's own, and whether it is masked enough is what the noted inspection
//! says. Everything else comes from the versions that were read.

use mingjing_domain::case::Case;
use mingjing_domain::disclosure::{
    Command, DisclosureRules, Facts, Inspection, NoteScan, OtherPublication, Preparing, PublicDecision,
    Publication, SourceFacts, decide,
};
use mingjing_domain::matter::MatterId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::service::Act;
use super::source;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Publications, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Publication>(redecide)
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    publication: Option<MatterId>,
    #[serde(default)]
    case: Option<MatterId>,
    #[serde(default)]
    party: Option<u16>,
    act: Act,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    let known = |id: MatterId| {
        asked
            .state::<Publication>(id)
            .ok_or_else(|| Objection::new("read_set.unknown", format!("公示事项 {id} 不存在")))
    };
    let (matter, case_id, party) = match (body.publication, body.case, body.party) {
        (Some(id), _, _) => (Some(id), known(id)?.source.case, known(id)?.source.party),
        (None, Some(case), Some(party)) => (of_decision(asked, case, party), case, party),
        (None, None, _) | (None, _, None) => {
            return Err(Objection::new("command.altered", "没有写明公示事项"));
        }
    };
    let state = matter.map(known).transpose()?;
    let case = asked.state::<Case>(case_id);
    let case = case.ok_or_else(|| Objection::new("read_set.unknown", format!("案件 {case_id} 不存在")))?;
    if asked.command.read_version(case_id).is_none() {
        return Err(Objection::new("read_set.incomplete", "没有记明所依据的案件版本"));
    }
    let (version, organ) = asked.organ(case.organ)?;
    let imported = asked.imported()?;
    let day_rules = asked.rules_noted(&organ, version, imported.as_deref())?;
    asked.actor_held_roles()?;
    let source = source::facts(case_id, case, party, &asked.key);
    let inspection: Option<Inspection> = noted(asked, "inspection")?;
    let note: Option<NoteScan> = noted(asked, "note_scan")?;
    let other = of_decision(asked, case_id, party).and_then(|id| {
        asked.state::<Publication>(id).map(|it| OtherPublication { matter: id, stage: it.stage })
    });
    let events = decide(
        state,
        command(asked, source.as_ref(), body.act)?,
        &Facts {
            // A new matter takes the identifier that the command drew.
            matter: matter.or_else(|| stored.ids.first().map(|id| MatterId(*id))).unwrap_or(case_id),
            actor: &stored.actor,
            moment: &stored.moment,
            rules: &DisclosureRules::of(&day_rules.policy),
            calendar: &day_rules.calendar,
            key: &asked.key,
            source: source.as_ref(),
            inspection: inspection.as_ref(),
            note: note.as_ref(),
            other,
            fresh_id: stored.nonces.first().map_or("", String::as_str),
        },
    )?;
    events
        .iter()
        .map(|event| {
            let (type_of, shown) = stream::shown::<Publication>(event).map_err(|e| Objection::json(&e))?;
            Ok(Expected { matter, type_of, body: shown })
        })
        .collect()
}

/// The publication of a decision on a party, if there is one.
fn of_decision(asked: &Asked<'_>, case: MatterId, party: u16) -> Option<MatterId> {
    asked.streams.keys().copied().find(|id| {
        asked.state::<Publication>(*id).is_some_and(|it| it.source.case == case && it.source.party == party)
    })
}

fn noted<T: DeserializeOwned>(asked: &Asked<'_>, key: &str) -> Result<Option<T>, Objection> {
    let Some(value) = asked.command.notes.get(key) else { return Ok(None) };
    T::deserialize(value).map(Some).map_err(|e| Objection::json(&e))
}

/// A member of the first stored event.
fn written<T: DeserializeOwned>(asked: &Asked<'_>, pointer: &str) -> Result<T, Objection> {
    let first: Option<Value> = asked.events.first().and_then(|it| serde_json::from_str(it).ok());
    let value = first.as_ref().and_then(|it| it.pointer(pointer));
    let value = value.ok_or_else(|| Objection::new("event.unlawful", "事件没有公示文本"))?;
    T::deserialize(value).map_err(|e| Objection::json(&e))
}

fn command(asked: &Asked<'_>, source: Option<&SourceFacts>, act: Act) -> Result<Command, Objection> {
    let of = || {
        let found = source.map(|it| it.source.clone());
        found.ok_or_else(|| Objection::new("event.unlawful", "案件尚未作出处罚决定"))
    };
    Ok(match act {
        Act::Prepare { grade, necessity, .. } => {
            let content = written::<Box<PublicDecision>>(asked, "/body/content")?;
            Command::Prepare(Preparing { source: of()?, content, grade, necessity })
        }
        Act::Correct { reason, known_on, .. } => {
            Command::Correct { content: written(asked, "/content")?, reason, known_on }
        }
        Act::Check { digest, agree, opinion } => Command::Check { digest, agree, opinion },
        Act::Publish { digest } => Command::Publish { digest },
        Act::Return { opinion } => Command::Return { opinion },
        Act::Annotate { ground, note } => Command::Annotate { ground, note },
        Act::Withdraw { ground, known_on, explanation } => {
            Command::Withdraw { ground, known_on, explanation }
        }
        // The other publication may stand in another family: its number is taken
        // from the event, its version from the read set.
        Act::Replace { by } => Command::Replace { by, number: written(asked, "/number")? },
        Act::ApproveExpiry { opinion } => Command::ApproveExpiry { opinion },
        Act::Expire { ground, note } => Command::Expire { ground, note },
        Act::Exempt { ground, assessment, reason, filing_no } => {
            Command::Exempt { source: of()?, ground, assessment, reason, filing_no }
        }
    })
}
