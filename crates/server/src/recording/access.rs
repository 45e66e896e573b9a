//! Who may see and do what with a recording.

use mingjing_domain::case::Case;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::words::RecordingVerb;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing::{Thing, handlers};

use super::store;
use super::verbs;
use crate::case::access::{target_region, viewed};
use crate::kit::auth::Identity;
use crate::kit::authz::{self, Target, Verb};
use crate::kit::form::Choice;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;

/// A recording with the cases that it belongs to.
pub struct Seen {
    /// The recording.
    pub it: Loaded<Recording>,
    /// Its cases, the first one first.
    pub cases: Vec<Loaded<Case>>,
    /// Those who recorded, and those who handle its cases.
    pub handlers: Vec<StaffId>,
}

impl Seen {
    /// Whether the table lets the person do `verb` with it.
    ///
    /// # Errors
    /// The refusal that names the row of the authorization table.
    pub fn may(&self, who: &Identity, verb: RecordingVerb) -> Result<(), Refusal> {
        who.may(verbs::verb_of(verb), &Target { handlers: &self.handlers, ..Target::organ(self.it.organ) })
    }
}

/// Checks that the person may look into what belongs to an organ.
///
/// # Errors
/// Not found: an organ outside what the person sees does not show what it has.
pub async fn within(
    shell: &Shell,
    who: &Identity,
    verb: &'static Verb,
    organ: OrganId,
) -> Result<(), Failure> {
    let region = target_region(shell, who, organ).await?;
    who.may(verb, &Target { region: &region, ..Target::organ(organ) }).map_err(|_| Failure::NotFound)
}

/// A recording that the person may see.
///
/// # Errors
/// Not found, for those of organs outside the person's sight as well.
pub async fn seen(shell: &Shell, who: &Identity, id: MatterId) -> Result<Seen, Failure> {
    let it = shell.app.load::<Recording>(id).await?.ok_or(Failure::NotFound)?;
    within(shell, who, verbs::READ, it.organ).await?;
    let mut cases = Vec::with_capacity(it.cases.len());
    for case in &it.cases {
        cases.extend(shell.app.load::<Case>(*case).await?);
    }
    let mut all: Vec<StaffId> = it.registration.collectors.iter().map(|one| one.staff).collect();
    for case in &cases {
        all.extend(handlers(&case.state));
    }
    Ok(Seen { it, cases, handlers: all })
}

/// As [`seen`], to read it. Whoever looks from another organ leaves a record of it
/// beside the case, the first time of each day.
///
/// # Errors
/// As [`seen`]; or the viewing cannot be recorded.
pub async fn opened(shell: &Shell, who: &Identity, id: MatterId) -> Result<Seen, Failure> {
    let seen = seen(shell, who, id).await?;
    if seen.it.organ != who.person.organ
        && let Some(case) = seen.cases.first()
    {
        viewed(shell, who, case, Thing::CaseFile).await?;
    }
    Ok(seen)
}

/// Organs whose recordings the person may list, with their names.
///
/// # Errors
/// The refusal of the authorization table when there is none.
pub async fn organs(shell: &Shell, who: &Identity) -> Result<Vec<(OrganId, String)>, Failure> {
    if !authz::any_grant(verbs::READ, &who.person.roles) {
        return Err(authz::refusal(verbs::READ).into());
    }
    crate::case::access::organs(shell, who).await
}

/// Recordings of a case that are stored whole, as the choices of a form.
///
/// # Errors
/// When the store fails.
pub async fn choices(shell: &Shell, case: MatterId) -> Result<Vec<Choice>, Failure> {
    let lines = store::of_case(shell.app.db(), case, MOST).await?;
    Ok(lines
        .into_iter()
        .filter(|it| it.state == "accepted")
        .map(|it| {
            let number = it.number.unwrap_or_default();
            Choice::new(it.id.to_string(), format!("{number} {}（{}）", it.link_label, it.made_on))
        })
        .collect())
}

/// Most recordings of a case, and devices of an organ, that a form offers.
const MOST: u32 = 200;

/// Devices of the organ that are in use, as the choices of a form.
///
/// # Errors
/// When the store fails.
pub async fn devices(shell: &Shell, organ: OrganId) -> Result<Vec<Choice>, Failure> {
    let filter = crate::device::view::Filter { organs: vec![organ], ..Default::default() };
    let lines = crate::device::view::list(shell.app.db(), &filter, MOST).await?;
    Ok(lines
        .into_iter()
        .filter(|it| it.state != "scrapped")
        .map(|it| Choice::new(it.id.to_string(), format!("{} {}（{}）", it.number, it.kind_label, it.model)))
        .collect())
}

/// A device that the person may see.
///
/// # Errors
/// Not found, for those of organs outside the person's sight as well.
pub async fn device(shell: &Shell, who: &Identity, id: MatterId) -> Result<Loaded<Device>, Failure> {
    let it = shell.app.load::<Device>(id).await?.ok_or(Failure::NotFound)?;
    within(shell, who, crate::device::verbs::READ, it.organ).await?;
    Ok(it)
}
