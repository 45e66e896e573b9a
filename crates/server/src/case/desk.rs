//! What waits for a person: tasks of cases, and public copies to make, check, publish
//! and take down.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::civil_day;

use super::store::{self, Waiting};
use crate::disclosure::office::{Limits, on_the_way, to_make, to_take_down};
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;

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
        party: Some(decision.party),
        title: "制作公示文本".to_owned(),
        since: decision.served_on.unwrap_or(decision.decided_on).to_string(),
        case: decision.title,
        number: Some(decision.number),
        due: limits.publish(decision.decided_on),
    }));
    all.sort_by(|a, b| (&a.since, a.id).cmp(&(&b.since, b.id)));
    Ok(all)
}
