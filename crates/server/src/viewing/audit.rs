//! Decides stored viewings again.

use mingjing_domain::archive::CaseFile;
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::viewing::{self, Thing, ViewingEvent, Viewings};
use mingjing_domain::viewing_grant::{Material, Thing as Noted, ViewingLaw};
use serde::Deserialize;

use super::service::matter_of;
use crate::ops::audit::command::{Asked, Expected, Objection};
use crate::ops::audit::stream::{self, Audited};
use crate::viewing_grant::service::{file_of, of_case};

/// Viewings, for the audit.
pub const fn audited() -> Audited {
    stream::entry::<Viewings>(redecide)
}

#[derive(Deserialize)]
struct Body {
    case: MatterId,
    what: Thing,
}

/// A look by the law of viewing: case and file are of this family, so that what was noted
/// of a document is told again; a recording is taken as noted.
fn look_again(asked: &Asked<'_>, case: &Case, body: &Body, noted: &Noted) -> Result<ViewingEvent, Objection> {
    let stored = asked.command;
    let file = asked.state::<CaseFile>(file_of(body.case));
    if file.is_some() {
        asked.matters_read([file_of(body.case)])?;
    }
    if !noted.material.is_recording()
        && of_case(body.case, case, file, noted.material).as_ref() != Some(noted)
    {
        return Err(Objection::new("notes.unfit", "所记的材料情况与案卷不符"));
    }
    let law = ViewingLaw::of(&asked.rules_of_day(case.organ)?.policy);
    let standing = viewing::standing(case, &stored.actor);
    let today = stored.moment.recorded_day();
    Ok(viewing::look(body.case, standing, &stored.actor, noted, today, &law)?)
}

/// A look at a recording that belongs to no case, beside which it stands.
fn patrol_again(asked: &Asked<'_>, body: &Body) -> Result<Vec<Expected>, Objection> {
    let it = asked
        .state::<Recording>(body.case)
        .ok_or_else(|| Objection::new("read_set.unknown", format!("所查阅的案件 {} 不存在", body.case)))?;
    asked.matters_read([body.case])?;
    let of = Material::Recording { recording: body.case };
    let noted = asked.noted::<Noted>("thing")?.filter(|it| it.material == of && it.case.is_none());
    let noted = noted.ok_or_else(|| Objection::new("notes.unfit", "没有记明所查阅的音像记录"))?;
    let law = ViewingLaw::of(&asked.rules_of_day(it.organ)?.policy);
    let actor = &asked.command.actor;
    let (standing, today) = (viewing::standing_in(it.organ, actor), asked.command.moment.recorded_day());
    let event = viewing::look(body.case, standing, actor, &noted, today, &law)?;
    let (type_of, shown) = stream::shown::<Viewings>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: Some(matter_of(body.case)), type_of, body: shown }])
}

fn redecide(asked: &Asked<'_>) -> Result<Vec<Expected>, Objection> {
    let stored = asked.command;
    let body: Body = stored.read()?;
    asked.actor_held_roles()?;
    let Some(case) = asked.state::<Case>(body.case) else { return patrol_again(asked, &body) };
    let mut read = vec![body.case];
    if let Thing::Informant { informant } = body.what {
        read.push(informant);
    }
    if let Some(missing) = read.iter().find(|id| stored.read_version(**id).is_none()) {
        return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的事项 {missing}")));
    }
    let event = match asked.noted::<Noted>("thing")? {
        None => viewing::decide(case, body.case, body.what, &stored.actor)?,
        Some(thing) => look_again(asked, case, &body, &thing)?,
    };
    let (type_of, shown) = stream::shown::<Viewings>(&event).map_err(|e| Objection::json(&e))?;
    Ok(vec![Expected { matter: Some(matter_of(body.case)), type_of, body: shown }])
}
