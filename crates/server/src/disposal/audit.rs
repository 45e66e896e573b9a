//! Decides stored commands on lists for destruction again.

use mingjing_domain::matter::MatterId;
use mingjing_domain::matter::StaffId;
use mingjing_domain::recording::disposal::{self, Disposal, DisposalCommand, DisposalFacts, DisposalSubject};
use serde::Deserialize;

use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};

/// Lists for destruction, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Disposal>(redecide)
}

#[derive(Deserialize)]
struct Body {
    list: Option<MatterId>,
    #[serde(rename = "do")]
    command: DisposalCommand,
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let state = match body.list {
        Some(id) => {
            let found = asked.state::<Disposal>(id);
            Some(found.ok_or_else(|| Objection::new("read_set.unknown", format!("销毁清册 {id} 不存在")))?)
        }
        None => None,
    };
    let (version, organ) = asked.organ(state.map_or(stored.actor.organ, |it| it.organ))?;
    let imported = asked.imported()?;
    let rules = asked.rules_noted(&organ, version, imported.as_deref())?;
    let subjects = match stored.notes.get("subjects") {
        Some(noted) => Vec::<DisposalSubject>::deserialize(noted).map_err(|e| Objection::json(&e))?,
        None => Vec::new(),
    };
    if let Some(missing) = subjects.iter().find(|it| stored.read_version(it.recording).is_none()) {
        let what = format!("没有记明所依据的音像记录 {}", missing.recording);
        return Err(Objection::new("read_set.incomplete", what));
    }
    let facts = DisposalFacts {
        today: stored.moment.recorded_day(),
        subjects: &subjects,
        wait: &rules.custody()?.destruction_wait,
        calendar: &rules.calendar,
        witness_known: witness_known(asked, &body.command)?,
    };
    let event = disposal::decide(state, &body.command, &stored.actor, &facts)?;
    let (type_of, shown) = stream::shown::<Disposal>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: body.list, type_of, body: shown }])
}

/// The witness was an enabled person of the organ.
fn witness_known(asked: &Asked<'_>, command: &DisposalCommand) -> Result<bool, Objection> {
    let DisposalCommand::CarryOut { certificate } = command else { return Ok(false) };
    let witness: StaffId = certificate.witness;
    asked.all_read([witness])?;
    let people = asked.people()?;
    Ok(people.get(&witness).is_some_and(|it| it.enabled && it.organ == asked.command.actor.organ))
}
