//! Decides stored commands on files and batches again.

use mingjing_domain::archive::transfer::{self, FileFact, Proof, Transfer, TransferCommand, TransferFacts};
use mingjing_domain::archive::{CaseFile, FileCommand, decide};
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use serde::Deserialize;

use super::service::{Noted, facts, file_of};
use crate::case::facts::staff_matter;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Files, for the audit.
pub const fn files() -> Audited {
    stream::entry::<CaseFile>(of_file)
}

/// Batches, for the audit.
pub const fn transfers() -> Audited {
    stream::entry::<Transfer>(of_batch)
}

#[derive(Deserialize)]
struct FileBody {
    case: MatterId,
    #[serde(rename = "do")]
    command: FileCommand,
}

fn unknown(what: &str) -> Objection {
    Objection::new("read_set.unknown", format!("{what}不存在"))
}

fn of_file(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: FileBody = stored.read()?;
    asked.actor_held_roles()?;
    let id = file_of(body.case);
    let case = asked.state::<Case>(body.case).ok_or_else(|| unknown("案件"))?;
    let file = asked.state::<CaseFile>(id);
    asked.matters_read(std::iter::once(body.case).chain(file.map(|_| id)))?;
    let order = asked.rules_of_day(case.organ)?.policy.archive_order.value;
    let noted: Noted = asked.noted("facts")?.unwrap_or_default();
    let event = decide(file, &body.command, &facts(body.case, case, &noted, order, &stored.actor))?;
    let (type_of, shown) = stream::shown::<CaseFile>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: Some(id), type_of, body: shown }])
}

#[derive(Deserialize)]
struct BatchBody {
    matter: Option<MatterId>,
    #[serde(rename = "do")]
    command: TransferCommand,
}

fn of_batch(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: BatchBody = stored.read()?;
    asked.actor_held_roles()?;
    let state = match body.matter {
        Some(id) => Some(asked.state::<Transfer>(id).ok_or_else(|| unknown("移交清单"))?),
        None => None,
    };
    // The files stand in other families: they are taken as noted, and were read.
    let files: Vec<FileFact> = asked.noted("files")?.unwrap_or_default();
    asked.matters_read(files.iter().flat_map(|it| [it.listed.file, it.listed.case]))?;
    let people = asked.people()?;
    asked.matters_read([staff_matter(stored.actor.id)])?;
    let unit = people.get(&stored.actor.id).map(|it| it.unit.clone()).unwrap_or_default();
    let proof: Proof = asked.noted("proof")?.unwrap_or_default();
    let facts = TransferFacts { actor: &stored.actor, unit: &unit, files: &files, proof: &proof };
    let event = transfer::decide(state, &body.command, &facts)?;
    let (type_of, shown) = stream::shown::<Transfer>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.matter, type_of, body: shown }])
}
