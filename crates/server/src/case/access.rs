//! Who may see and do what on a case, and what a page or an answer needs to
//! know around it: the people of its organ, the facts of the moment.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use mingjing_domain::case::Case;
use mingjing_domain::case::procedure::{Relation, Verb, step};
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{Role, region_prefix};
use mingjing_domain::viewing::{Thing, handlers};

use super::facts::Rules;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::authz_case::{CASE_READ, case_verb};
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::staff::store::{self as people, Colleague};
use crate::viewing::service::first_of_day;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::installed()));

/// The rules that pages and API share; what was resolved is remembered.
pub fn rules() -> &'static Arc<Rules> {
    &RULES
}

/// Most organs that one supervisor's list spans.
const MAX_ORGANS: u32 = 500;

/// A case that the person may see.
///
/// # Errors
/// Not found; or the refusal that names the row of the authorization table.
pub async fn seen(shell: &Shell, who: &Identity, id: MatterId) -> Result<Loaded<Case>, Failure> {
    let case = shell.app.load::<Case>(id).await?.ok_or(Failure::NotFound)?;
    if case.organ == who.person.organ {
        who.may(CASE_READ, &Target { handlers: &case.state.officers, ..Target::organ(case.organ) })?;
    } else {
        let region = region(shell, case.organ).await?;
        who.may(CASE_READ, &Target { region: &region, ..Target::organ(case.organ) })?;
    }
    Ok(case)
}

/// As [`seen`], for those who keep its file: whoever may bring it to the archives may
/// have its documents made again.
///
/// # Errors
/// As [`seen`]; or the refusal that names the row of the authorization table.
pub async fn handled(shell: &Shell, who: &Identity, id: MatterId) -> Result<Loaded<Case>, Failure> {
    let case = seen(shell, who, id).await?;
    may(who, Verb::Archive, Some(&case))?;
    Ok(case)
}

/// As [`seen`], to read the file. Whoever looks from another organ leaves a record
/// of it, the first time of each day.
///
/// # Errors
/// As [`seen`]; or the viewing cannot be recorded.
pub async fn opened(shell: &Shell, who: &Identity, id: MatterId) -> Result<Loaded<Case>, Failure> {
    let case = seen(shell, who, id).await?;
    if case.organ != who.person.organ {
        viewed(shell, who, &case, Thing::CaseFile).await?;
    }
    Ok(case)
}

/// Records that the person looks at something of a case, before it is shown.
///
/// # Errors
/// When it cannot be recorded: then nothing is shown.
pub async fn viewed(shell: &Shell, who: &Identity, case: &Loaded<Case>, what: Thing) -> Result<(), Failure> {
    Ok(first_of_day(&shell.app, &who.actor(), case, what, shell.fresh_id()).await?)
}

/// Region of an organ, where the person stands outside it.
///
/// # Errors
/// When the organ cannot be read.
pub async fn target_region(shell: &Shell, who: &Identity, organ: OrganId) -> Result<String, Failure> {
    if organ == who.person.organ { Ok(who.person.region.clone()) } else { region(shell, organ).await }
}

async fn region(shell: &Shell, organ: OrganId) -> Result<String, Failure> {
    let organ = shell.app.load::<OrganState>(MatterId(organ.0)).await?;
    Ok(organ.map_or_else(String::new, |it| it.state.profile.region.clone()))
}

/// Whether the table lets the person do `verb` on this case (or open one).
///
/// # Errors
/// The refusal that names the row of the authorization table.
pub fn may(who: &Identity, verb: Verb, case: Option<&Loaded<Case>>) -> Result<(), Refusal> {
    let Some(case) = case else {
        return who.may(case_verb(verb), &Target::organ(who.person.organ));
    };
    let handlers = match step(verb).relation {
        Relation::Apart => case.state.handled_by.clone(),
        Relation::Organ | Relation::Handling | Relation::System => handlers(&case.state),
    };
    who.may(case_verb(verb), &Target { handlers: &handlers, ..Target::organ(case.organ) })
}

/// Organs whose cases the person may list.
///
/// # Errors
/// When the database fails, or nothing may be listed.
pub async fn organs(shell: &Shell, who: &Identity) -> Result<Vec<(OrganId, String)>, Failure> {
    let it = &who.person;
    let mut out = Vec::new();
    if it.roles.contains(&Role::Supervisor) {
        let prefix = region_prefix(&it.region);
        if !prefix.is_empty() {
            out = people::organs_below(shell.app.db(), prefix, MAX_ORGANS).await?;
        }
    }
    if who.may(CASE_READ, &Target::organ(it.organ)).is_ok() && !out.iter().any(|(id, _)| *id == it.organ) {
        out.push((it.organ, it.organ_name.clone()));
    }
    if out.is_empty() { Err(crate::kit::authz::refusal(CASE_READ).into()) } else { Ok(out) }
}

/// The people of an organ, by id and by name.
pub struct People {
    /// In the order of registration.
    pub all: Vec<Colleague>,
    by_id: BTreeMap<StaffId, usize>,
}

impl People {
    /// Loads the people of an organ.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(shell: &Shell, organ: OrganId) -> Result<Self, Failure> {
        let all = people::colleagues(shell.app.db(), organ).await?;
        let by_id = all.iter().enumerate().map(|(at, it)| (it.id, at)).collect();
        Ok(Self { all, by_id })
    }

    /// One person.
    pub fn get(&self, id: StaffId) -> Option<&Colleague> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    /// The name of a person; `系统` for the program itself.
    pub fn name(&self, id: StaffId) -> &str {
        match self.get(id) {
            Some(it) => &it.name,
            None if id.0.is_nil() => "系统",
            None => "外机关人员",
        }
    }

    /// Names joined by `、`.
    pub fn names(&self, ids: &[StaffId]) -> String {
        ids.iter().map(|id| self.name(*id)).collect::<Vec<_>>().join("、")
    }
}

/// A personal number with its middle hidden; a short one is hidden whole.
pub fn masked(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() < 8 {
        return "*".repeat(chars.len());
    }
    let hidden = "*".repeat(chars.len() - 5);
    let (head, tail): (String, String) =
        (chars[..3].iter().collect(), chars[chars.len() - 2..].iter().collect());
    format!("{head}{hidden}{tail}")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_middle_of_a_number_is_hidden() {
        assert_eq!(masked("999999190001010015"), "999*************15");
        assert_eq!(masked("12345"), "*****");
        assert_eq!(masked(""), "");
    }
}
