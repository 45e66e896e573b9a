//! What waits for a person: tasks of cases, and public copies to make, check, publish
//! and take down.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::civil_day;
use mingjing_domain::staff::Role;

use super::service::gather_for_view;
use super::store::{self, Waiting};
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
