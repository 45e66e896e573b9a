//! Whose checks and statistics a person looks into: those of the own organ, and a supervisor
//! also those of the organs below.

use mingjing_domain::matter::OrganId;
use uuid::Uuid;

use super::verbs::READ;
use crate::case::access::{organs, target_region};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::table::{Filter, FilterKind};

/// Checks that the person may look into the checks of an organ.
///
/// # Errors
/// Not found: an organ outside what the person sees does not show what it has.
pub async fn within(shell: &Shell, who: &Identity, organ: OrganId) -> Result<(), Failure> {
    let region = target_region(shell, who, organ).await?;
    who.may(READ, &Target { region: &region, ..Target::organ(organ) }).map_err(|_| Failure::NotFound)
}

/// The organ that is asked for; the own one when none is.
///
/// # Errors
/// The refusal for the own organ; not found for another one that the person does not see.
pub async fn chosen(shell: &Shell, who: &Identity, asked: Option<&str>) -> Result<OrganId, Failure> {
    let Some(asked) = asked else {
        who.may(READ, &Target::organ(who.person.organ))?;
        return Ok(who.person.organ);
    };
    let organ = asked.parse::<Uuid>().map(OrganId);
    let organ = organ.map_err(|_| Failure::Malformed("organ 应为机关编号".to_owned()))?;
    within(shell, who, organ).await?;
    Ok(organ)
}

/// The choice of the organ, for the bar above a list.
pub fn filter(choices: &[(String, String)]) -> Filter<'_> {
    let of = choices.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    Filter { name: "organ", label: "机关（不选为本机关）", kind: FilterKind::OneOf(of) }
}

/// The organs that a person chooses between, by id and name; none where there is no choice.
///
/// # Errors
/// When the store fails.
pub async fn choices(shell: &Shell, who: &Identity) -> Result<Vec<(String, String)>, Failure> {
    let all = match organs(shell, who).await {
        Ok(all) => all,
        // Who may list no case chooses nothing.
        Err(Failure::Refused(_)) => Vec::new(),
        Err(other) => return Err(other),
    };
    Ok(if all.len() > 1 {
        all.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
    } else {
        Vec::new()
    })
}
