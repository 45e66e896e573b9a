//! What waits for a person: tasks of cases, and public copies to make, check, publish
//! and take down.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::civil::Date;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::types::Stage;
use mingjing_domain::case::{Case, clock};
use mingjing_domain::matter::{MatterId, Moment, OrganId, civil_day};
use mingjing_domain::staff::Role;

use super::service::gather_for_view;
use super::store::{self, OpenErratum, Waiting};
use crate::disclosure::office::{Limits, on_the_way, to_make, to_take_down};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::recording::api::started_before;
use crate::recording::view::{self as recordings, Overdue};

/// Everything that waits for the person, at most `limit` of each kind; longest first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(shell: &Shell, who: &Identity, limit: u32) -> Result<Vec<Waiting>, Failure> {
    let (it, db) = (&who.person, shell.app.db());
    let roles: Vec<String> = it.roles.iter().map(wire_name).collect();
    let mut all = store::waiting(db, it.organ, it.id, &roles, limit).await?;
    let today = civil_day(shell.app.now());
    let limits = Limits::of(shell, it.organ, today).await?;
    all.extend(to_take_down(db, it.organ, &it.roles, limit).await?.into_iter().map(|copy| Waiting {
        id: copy.case,
        publication: Some(copy.publication),
        recording: None,
        party: None,
        title: format!("撤下公示：{}", copy.ground),
        since: copy.known_on.to_string(),
        case: copy.party,
        number: Some(copy.number),
        due: limits.withdraw(copy.known_on),
    }));
    all.extend(on_the_way(db, it.organ, &roles, limit).await?.into_iter().map(|copy| Waiting {
        id: copy.case,
        publication: Some(copy.publication),
        recording: None,
        party: None,
        title: copy.task,
        since: copy.since,
        case: copy.party.unwrap_or_default(),
        number: Some(copy.number),
        due: if copy.public { None } else { limits.publish(copy.decided_on) },
    }));
    all.extend(to_make(db, it, today, limit).await?.into_iter().map(|decision| Waiting {
        id: decision.case,
        publication: None,
        recording: None,
        party: Some(decision.party),
        title: "制作公示文本".to_owned(),
        since: decision.served_on.unwrap_or(decision.decided_on).to_string(),
        case: decision.title,
        number: Some(decision.number),
        due: limits.publish(decision.decided_on),
    }));
    all.extend(uploads(shell, who, limit).await?);
    all.sort_by(|a, b| (&a.since, a.id).cmp(&(&b.since, b.id)));
    Ok(all)
}

/// A case whose check or filing was not decided in time, as a supervisor sees it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Late {
    /// Case.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// The case.
    pub case: String,
    /// What is overdue.
    pub title: String,
    /// Its last day.
    pub due: Date,
}

/// Most cases under check that are looked into.
const LOOKED: u32 = 200;

/// Checks and filings that are overdue in the organs that a supervisor sees; none for others,
/// on whose own desks they stand. Oldest first.
///
/// # Errors
/// When the store fails.
pub async fn late_filings(shell: &Shell, who: &Identity) -> Result<Vec<Late>, Failure> {
    let organs = supervised(shell, who).await?;
    let lines = store::oldest(shell.app.db(), &organs, &wire_name(&Stage::Checking), LOOKED).await?;
    let (actor, now) = (who.actor(), Moment::now(shell.app.now()));
    let mut of = BTreeMap::new();
    let mut out = Vec::new();
    for line in lines {
        if let Entry::Vacant(entry) = of.entry(line.organ) {
            entry.insert(gather_for_view(&shell.app, super::access::rules(), line.organ, &actor).await?);
        }
        let (Some(gathered), Some(case)) = (of.get(&line.organ), shell.app.load::<Case>(line.id).await?)
        else {
            continue;
        };
        let facts = gathered.facts(now.clone(), actor.clone(), [0; 32]);
        let over = clock::running(&case.state, &facts)
            .into_iter()
            .find(|it| !it.window && it.limit.due.latest() < facts.today());
        out.extend(over.map(|it| Late {
            id: line.id,
            organ: line.organ,
            case: line.title,
            title: it.title,
            due: it.limit.due.latest(),
        }));
    }
    Ok(out)
}

/// Errata of the rules that wait for an answer in the organs that a supervisor sees; none for
/// others, on whose own desks they stand. Longest waiting first.
///
/// # Errors
/// When the store fails.
pub async fn open_errata(shell: &Shell, who: &Identity) -> Result<Vec<OpenErratum>, Failure> {
    Ok(store::open_errata(shell.app.db(), &supervised(shell, who).await?, LOOKED).await?)
}

/// The organs that a supervisor sees; none for others.
async fn supervised(shell: &Shell, who: &Identity) -> Result<Vec<OrganId>, Failure> {
    if !who.person.roles.contains(&Role::Supervisor) {
        return Ok(Vec::new());
    }
    match super::access::organs(shell, who).await {
        Ok(seen) => Ok(seen.into_iter().map(|(id, _)| id).collect()),
        // A supervisor without a region sees no organ, and has an empty desk.
        Err(Failure::Refused(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// Uploads that are overdue: one's own, those of one's unit for its head, those of the
/// organ for its heads.
async fn uploads(shell: &Shell, who: &Identity, limit: u32) -> Result<Vec<Waiting>, Failure> {
    let (it, db) = (&who.person, shell.app.db());
    let gathered = gather_for_view(&shell.app, super::access::rules(), it.organ, &who.actor()).await?;
    let before = started_before(&gathered.rules, shell.app.now());
    let mut lines = recordings::overdue(db, Overdue::Of(it.id), before, limit).await?;
    if it.roles.contains(&Role::UnitHead) {
        lines.extend(recordings::overdue(db, Overdue::Unit(it.organ, &it.unit), before, limit).await?);
    }
    if it.roles.iter().any(|role| matches!(role, Role::Deputy | Role::Head)) {
        lines.extend(recordings::overdue(db, Overdue::Organ(it.organ), before, limit).await?);
    }
    lines.sort_by_key(|line| line.id);
    lines.dedup_by_key(|line| line.id);
    Ok(lines
        .into_iter()
        .map(|line| Waiting {
            id: line.id,
            publication: None,
            recording: Some(line.id),
            party: None,
            title: "超期未上传：音像记录".to_owned(),
            since: line.pending_since.map_or_else(String::new, |at| civil_day(at).to_string()),
            case: if line.party.is_empty() { line.place } else { line.party },
            number: line.number,
            due: None,
        })
        .collect())
}
