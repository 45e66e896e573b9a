//! One function for every command on an approval of viewing.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use mingjing_domain::archive::{CaseFile, Item};
use mingjing_domain::case::Case;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::recording::Recording;
use mingjing_domain::secrecy::Secrecy;
use mingjing_domain::viewing_grant::{
    Covered, Grant, GrantCommand, GrantFacts, Mask, Material, Original, Thing, UseKind, ViewingLaw, decide,
};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::case::facts::Rules;
use crate::case::service::rules_of_day;
use crate::kit::app::{App, Request, Written};
use crate::kit::db::DbError;
use crate::kit::error::{ReadError, WriteError};
use crate::kit::jobs::Claimed;
use crate::kit::write::{Loaded, Write};
use crate::recording_view::service as recordings;
use crate::viewing::service::derived;

pub use super::store::{
    Beside, MaskRow, UsedRow, derived_as, derived_behind, derived_from, masks_failed, masks_of, taken_between,
};

/// The matter of a case's file. It follows from the case, so that a case has one file.
pub fn file_of(case: MatterId) -> MatterId {
    MatterId(derived(case.0, "case_file"))
}

/// A thing of a case as the case and its file say; none where the case has no such thing.
pub fn of_case(case: MatterId, state: &Case, file: Option<&CaseFile>, material: Material) -> Option<Thing> {
    let item = match material {
        Material::File { .. } => None,
        Material::Document { no, .. } => Some(Item::Document { no }),
        Material::Evidence { no, .. } => Some(Item::Evidence { no }),
        Material::Recording { recording } => Some(Item::Recording { recording }),
    };
    let known = match material {
        Material::File { .. } | Material::Recording { .. } => true,
        Material::Document { no, .. } => state.document(no).is_some(),
        Material::Evidence { no, .. } => no > 0 && usize::from(no) <= state.evidence.len(),
    };
    known.then(|| Thing {
        material,
        case: Some(case),
        archived: state.archived.is_some(),
        unit: String::new(),
        recorded_on: None,
        secrecy: item.and_then(|it| file?.marks.get(&it).copied()),
    })
}

/// The heavier of two marks.
fn heavier(one: Option<Secrecy>, two: Option<Secrecy>) -> Option<Secrecy> {
    one.max(two)
}

/// A thing as it stands, inside a write: case and file are in the read set.
///
/// # Errors
/// When the store fails.
pub async fn thing(w: &mut Write, material: Material) -> Result<Option<Thing>, WriteError> {
    let filed = match material {
        Material::Recording { recording } => match recordings::one(w.tx().await?, recording).await? {
            Some(filed) => Some(filed),
            None => return Ok(None),
        },
        Material::File { .. } | Material::Document { .. } | Material::Evidence { .. } => None,
    };
    let id = material.case().or_else(|| filed.as_ref().and_then(|it| it.case));
    let of = match id {
        Some(id) => {
            let Some(case) = w.load::<Case>(id).await? else { return Ok(None) };
            let file = w.load::<CaseFile>(file_of(id)).await?;
            of_case(id, &case.state, file.as_ref().map(|it| it.state.as_ref()), material)
        }
        None => None,
    };
    Ok(match filed {
        None => of,
        Some(filed) => {
            let mut thing = filed.thing(of.as_ref().is_some_and(|it| it.archived));
            thing.secrecy = heavier(thing.secrecy, of.and_then(|it| it.secrecy));
            Some(thing)
        }
    })
}

/// As [`thing`], to look only.
///
/// # Errors
/// When the store fails.
pub async fn thing_now(app: &App, material: Material) -> Result<Option<Thing>, ReadError> {
    let filed = match material {
        Material::Recording { recording } => match recordings::one(app.db(), recording).await? {
            Some(filed) => Some(filed),
            None => return Ok(None),
        },
        Material::File { .. } | Material::Document { .. } | Material::Evidence { .. } => None,
    };
    let id = material.case().or_else(|| filed.as_ref().and_then(|it| it.case));
    let of = match id {
        Some(id) => {
            let Some(case) = app.load::<Case>(id).await? else { return Ok(None) };
            let file = app.load::<CaseFile>(file_of(id)).await?;
            of_case(id, &case.state, file.as_ref().map(|it| it.state.as_ref()), material)
        }
        None => None,
    };
    Ok(match filed {
        None => of,
        Some(filed) => {
            let mut thing = filed.thing(of.as_ref().is_some_and(|it| it.archived));
            thing.secrecy = heavier(thing.secrecy, of.and_then(|it| it.secrecy));
            Some(thing)
        }
    })
}

/// What a decision looked at besides state and command, as it is noted.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Noted {
    /// The things.
    pub things: Vec<Thing>,
    /// The segment that a derivative was made from.
    pub original: Option<Original>,
    /// The number of the letter was used before.
    pub number_used: bool,
    /// Volumes in the file that is lent.
    pub volumes: Option<u16>,
    /// The volumes are out under another approval.
    pub lent_elsewhere: bool,
}

impl Noted {
    /// The facts for a decision.
    pub fn facts<'a>(
        &'a self,
        matter: MatterId,
        actor: &'a Actor,
        now: Timestamp,
        law: &'a ViewingLaw,
    ) -> GrantFacts<'a> {
        GrantFacts {
            matter,
            actor,
            now,
            law,
            things: &self.things,
            original: self.original.as_ref(),
            number_used: self.number_used,
            volumes: self.volumes,
            lent_elsewhere: self.lent_elsewhere,
        }
    }
}

/// What a command names.
fn materials(command: &GrantCommand) -> Vec<Material> {
    match command {
        GrantCommand::Request { asked } => asked
            .scope
            .iter()
            .filter_map(|covered| match covered {
                Covered::Case { case } | Covered::File { case } | Covered::Recordings { case } => {
                    Some(Material::File { case: *case })
                }
                Covered::One { material } => Some(*material),
                Covered::Period { .. } => None,
            })
            .collect(),
        GrantCommand::Use { used } => vec![used.material],
        GrantCommand::Deliver { delivery } => delivery.copies.iter().map(|copy| copy.material).collect(),
        GrantCommand::Mask { order } => vec![Material::Recording { recording: order.recording }],
        GrantCommand::Lend { lent } => vec![Material::File { case: lent.case }],
        GrantCommand::Approve { .. }
        | GrantCommand::Refuse { .. }
        | GrantCommand::Derive { .. }
        | GrantCommand::FailMask { .. }
        | GrantCommand::Return { .. }
        | GrantCommand::End {}
        | GrantCommand::Revoke { .. } => Vec::new(),
    }
}

async fn gather(
    w: &mut Write,
    organ: OrganId,
    own: Option<MatterId>,
    command: &GrantCommand,
) -> Result<Noted, WriteError> {
    let mut noted = Noted::default();
    for material in materials(command) {
        // Another organ's things are not there for this one.
        let found = thing(w, material).await?;
        if let Some(it) = found {
            let of = match it.of_case() {
                Some(case) => w.load::<Case>(case).await?.map(|it| it.organ),
                None => Some(organ),
            };
            if of == Some(organ) {
                noted.things.push(it);
            }
        }
    }
    match command {
        GrantCommand::Deliver { delivery } => {
            let number = delivery.number.to_string();
            noted.number_used = store::number_used(w.tx().await?, organ, &number).await?;
        }
        GrantCommand::Lend { lent } => {
            let file = w.load::<CaseFile>(file_of(lent.case)).await?;
            noted.volumes =
                file.filter(|it| it.accepted.is_some()).and_then(|it| Some(it.sealed.as_ref()?.volumes));
            let out = store::lent(w.tx().await?, lent.case).await?;
            noted.lent_elsewhere = out.is_some_and(|it| Some(it) != own);
        }
        GrantCommand::Mask { order } => {
            noted.original = original(w, order.recording, order.segment).await?;
        }
        // The recording is read with the command: nothing is made of what is destroyed meanwhile.
        GrantCommand::Derive { derivative } => {
            noted.original = original(w, derivative.original, derivative.segment).await?;
        }
        GrantCommand::Request { .. }
        | GrantCommand::Approve { .. }
        | GrantCommand::Refuse { .. }
        | GrantCommand::Use { .. }
        | GrantCommand::FailMask { .. }
        | GrantCommand::Return { .. }
        | GrantCommand::End {}
        | GrantCommand::Revoke { .. } => {}
    }
    Ok(noted)
}

/// A piece as it is stored and was read, inside a write.
async fn original(w: &mut Write, recording: MatterId, segment: u16) -> Result<Option<Original>, WriteError> {
    let it = w.load::<Recording>(recording).await?;
    Ok(it.and_then(|it| Original::of(recording, &it.state, segment)))
}

/// Kind of the job that makes a derivative; carried out by the evidence store.
pub const MASK: &str = "make_mask";

/// The derivative that a job of [`MASK`] is about: approval and number.
pub fn mask_of(job: &Claimed) -> Option<(MatterId, u16)> {
    let no = job.payload["no"].as_u64().and_then(|no| u16::try_from(no).ok())?;
    job.matter.map(|grant| (grant, no))
}

/// How the bytes of a derivative are named: by its recording and piece, and for what it is.
pub fn mask_name(mask: &Mask, no: u16) -> String {
    format!("遮蔽件-第{}段-{no}.{}", mask.original.segment, mask.original.shape().ending())
}

/// Carries out a command. `grant` is none for a request. Gives the approval's matter.
///
/// # Errors
/// What the domain refuses, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    grant: Option<MatterId>,
    command: GrantCommand,
    command_id: Uuid,
) -> Result<Written<MatterId>, WriteError> {
    use mingjing_domain::act_table::Act as _;
    let request = Request {
        actor: actor.clone(),
        purpose: command.verb().word().to_owned(),
        command_id,
        name: "grant.act",
        body: json!({ "matter": grant, "do": command }),
        moment: None,
    };
    let (rules, command) = (Arc::clone(rules), Arc::new(command));
    app.write(request, move |w: &mut Write| {
        let (rules, command) = (Arc::clone(&rules), Arc::clone(&command));
        Box::pin(async move { carry_out(w, &rules, grant, &command).await }) as BoxFuture<'_, _>
    })
    .await
}

async fn carry_out(
    w: &mut Write,
    rules: &Rules,
    grant: Option<MatterId>,
    command: &GrantCommand,
) -> Result<MatterId, WriteError> {
    let actor = w.actor().clone();
    let loaded = match grant {
        Some(id) => Some(w.load::<Grant>(id).await?.ok_or(WriteError::NotFound("查阅申请"))?),
        None => None,
    };
    let organ = loaded.as_ref().map_or(actor.organ, |it| it.organ);
    let law = ViewingLaw::of(&rules_of_day(w, rules, organ).await?.policy);
    let noted = gather(w, organ, grant, command).await?;
    w.note("facts", serde_json::to_value(&noted)?);
    let matter = grant.unwrap_or(MatterId(Uuid::nil()));
    let facts = noted.facts(matter, &actor, w.now(), &law);
    let event = decide(loaded.as_ref().map(|it| it.state.as_ref()), command, &facts)?;
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            if matches!(command, GrantCommand::Mask { .. }) {
                let no = it.masks.len();
                let now = w.now();
                w.enqueue_at(MASK, format!("{}/{no}", it.id), &json!({ "no": no }), Some(it.id), now);
            }
            Ok(it.id)
        }
        None => {
            let id = MatterId(w.new_id());
            w.create::<Grant>(id, organ, None, event).await?;
            Ok(id)
        }
    }
}

/// Approvals under which a person may come to look, the newest first.
///
/// # Errors
/// When the store fails.
pub async fn held(
    app: &App,
    person: StaffId,
    archives: Option<OrganId>,
) -> Result<Vec<Loaded<Grant>>, ReadError> {
    let mut out = Vec::new();
    for id in store::held(app.db(), person, archives).await? {
        out.extend(app.load::<Grant>(id).await?);
    }
    Ok(out)
}

/// Approvals with uses since a civil day, for counting.
///
/// # Errors
/// When the store fails.
pub async fn used(app: &App, organ: OrganId, since: &str) -> Result<Vec<Loaded<Grant>>, ReadError> {
    let mut out = Vec::new();
    for id in store::used(app.db(), organ, since).await? {
        out.extend(app.load::<Grant>(id).await?);
    }
    Ok(out)
}

/// Whether the volumes of a case are out.
///
/// # Errors
/// When the database fails.
pub async fn is_lent<S: crate::kit::db::Sql>(sql: &S, case: MatterId) -> Result<bool, DbError> {
    Ok(store::lent(sql, case).await?.is_some())
}

/// Uses under approvals of what belongs to a case, or of a recording, newest first.
///
/// # Errors
/// When the database fails.
pub async fn uses(
    app: &App,
    beside: Beside,
    before: Option<Timestamp>,
    limit: u32,
) -> Result<Vec<UsedRow>, DbError> {
    store::uses(app.db(), beside, before, limit).await
}

/// The stored name of a kind of use, in words.
pub fn kind_label(name: &str) -> &'static str {
    use mingjing_domain::case::form::wire_name;
    UseKind::ALL.iter().find(|it| wire_name(*it) == name).map_or("", |it| it.label())
}
