//! Decides a stored command on a case again, from what it had read.

use std::collections::BTreeMap;
use std::sync::Arc;

use mingjing_domain::archive::CaseFile;
use mingjing_domain::case::decide::decide;
use mingjing_domain::case::types::Clue;
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::matter::{MatterId, OrganId, StaffId, TimeSource};
use mingjing_domain::recording::{Recording, RecordingFact};
use serde::Deserialize;

use super::facts::{Gathered, RulesOfDay, is_head, needs_heads, people_written, recordings_of};
use crate::archive::service::{file_of, fits};
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

#[derive(Deserialize)]
struct Body {
    case: Option<MatterId>,
    command: CaseCommand,
}

/// Cases, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Case>(redecide)
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    let case = match body.case {
        Some(id) => {
            let found = asked.state::<Case>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("案件 {id} 不存在")))?)
        }
        None => None,
    };
    if let (Some(id), Some(_)) = (body.case, case)
        && stored.read_version(id).is_none()
    {
        return Err(Objection::new("read_set.incomplete", "没有记明所依据的案件版本"));
    }
    if let CaseCommand::RegisterClue(Clue { informant: Some(id), .. }) = &body.command
        && stored.read_version(*id) != Some(1)
    {
        return Err(Objection::new("read_set.incomplete", "没有记明线索的举报人"));
    }
    let gathered = gather(asked, body.case, case, &body.command)?;
    let mut facts = gathered.facts(stored.moment.clone(), stored.actor.clone(), asked.key);
    facts.serials = serials(asked, gathered.organ.id)?;
    if let Some(id) = body.case {
        let file = asked.state::<CaseFile>(file_of(id));
        let archives =
            matches!(body.command, CaseCommand::Archive { .. } | CaseCommand::ArchiveSupplement(_));
        if file.is_some() && archives {
            asked.matters_read([file_of(id)])?;
        }
        fits(case, file, &body.command)?;
    }
    let events = decide(case, &body.command, &facts)?;
    if !numbers_fit(asked, case, &facts) {
        return Err(Objection {
            code: "number.unlawful",
            article: "《党政机关公文处理工作条例》第九条".to_owned(),
            what: "取得的文号与依法应取的不同".to_owned(),
        });
    }
    events
        .iter()
        .map(|event| {
            let (type_of, shown) = stream::shown::<Case>(event).map_err(|e| Objection::json(&e))?;
            Ok(Expected { matter: body.case, type_of, body: shown })
        })
        .collect()
}

/// The facts as they were gathered then, at the versions of the read set.
fn gather(
    asked: &Asked<'_>,
    id: Option<MatterId>,
    case: Option<&Case>,
    command: &CaseCommand,
) -> Result<Gathered, Objection> {
    let stored = asked.command;
    let organ_id = case.map_or(stored.actor.organ, |it| it.organ);
    let (version, organ) = asked.organ(organ_id)?;
    let imported = asked.imported()?;
    let rules = asked.rules_noted(&organ, version, imported.as_deref())?;
    // What was decided before lists of recordings were in use asked for none.
    let rules = if stored.note("recordings").is_some() { rules } else { Arc::new(rules.without_lists()) };
    let recordings = recordings(asked, id, command, &rules)?;
    let known = asked.people()?;
    if !stored.actor.id.0.is_nil() {
        asked.roles_held(&known)?;
    }
    let mut needed = people_written(stored.actor.id, case, Some(command), stored.read()?);
    if let TimeSource::Paper { approver, .. } = &stored.moment.source {
        needed.insert(*approver);
    }
    let heads = if needs_heads(command) { heads(asked, organ_id) } else { Vec::new() };
    asked.all_read(needed.into_iter().chain(heads.iter().copied()))?;
    let people = known.into_iter().collect::<BTreeMap<_, _>>();
    Ok(Gathered { organ, people, heads, rules, recordings })
}

/// Recordings as they were noted; those of the case's own family as they stood.
fn recordings(
    asked: &Asked<'_>,
    case: Option<MatterId>,
    command: &CaseCommand,
    rules: &RulesOfDay,
) -> Result<BTreeMap<MatterId, RecordingFact>, Objection> {
    let stored = asked.command;
    let noted: BTreeMap<MatterId, RecordingFact> = match stored.notes.get("recorded") {
        Some(noted) => Deserialize::deserialize(noted).map_err(|e| Objection::json(&e))?,
        None => BTreeMap::new(),
    };
    for (id, fact) in &noted {
        if recordings_of(command) != Some(*id) || stored.read_version(*id).is_none() {
            return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的音像记录 {id}")));
        }
        if let (Some(case), Some(it)) = (case, asked.state::<Recording>(*id))
            && !it.fact(case, rules.custody()?.tolerance_s.value).agrees(fact)
        {
            return Err(Objection::new("read_set.altered", format!("所记的音像记录 {id} 与当时的不同")));
        }
    }
    Ok(noted)
}

/// The organ's heads at that moment, from their own records.
fn heads(asked: &Asked<'_>, organ: OrganId) -> Vec<StaffId> {
    let mut heads: Vec<StaffId> = asked
        .reference
        .staff_before(organ, asked.seq)
        .filter(|(_, state)| is_head(state))
        .map(|(id, _)| id)
        .collect();
    heads.sort_unstable();
    heads
}

/// The serials that were next, by character: the first that the command took.
fn serials(asked: &Asked<'_>, organ: OrganId) -> Result<BTreeMap<String, u32>, Objection> {
    let mut out = BTreeMap::new();
    let year = i32::from(asked.command.moment.recorded_day().year());
    for (of, character, in_year, n) in &asked.command.numbers {
        if *of != organ || *in_year != year {
            return Err(Objection::new("number.unlawful", "取得了别的机关或者别的年份的文号"));
        }
        let next = out.entry(character.clone()).or_insert(*n);
        *next = (*next).min(*n);
    }
    Ok(out)
}

/// As many numbers were taken as the decision uses.
fn numbers_fit(
    asked: &Asked<'_>,
    case: Option<&Case>,
    facts: &mingjing_domain::case::facts::Facts<'_>,
) -> bool {
    let bound = facts.law.case_bound_numbers && case.is_some_and(|it| it.filed.is_some());
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, character, _, _) in &asked.command.numbers {
        *taken.entry(character).or_default() += 1;
    }
    let used = if bound { BTreeMap::new() } else { facts.used_serials() };
    let used: BTreeMap<&str, u32> = used.into_iter().filter(|(_, count)| *count > 0).collect();
    used == taken
}
