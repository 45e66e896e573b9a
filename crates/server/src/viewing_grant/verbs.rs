//! Rows of the authorization table for approvals of viewing.

use std::sync::LazyLock;

use mingjing_domain::staff::Role;
use mingjing_domain::viewing_grant::{CALL_UP, Verb as Act};

use crate::kit::acts::ActVerbs;
use crate::kit::authz::{Grant, Relation, Verb};

/// 查看查阅审批: one's own requests; those who approve and the archives see the register.
pub const READ: &Verb = &Verb { name: "grant.read", label: "查看查阅申请", basis: CALL_UP };
/// 查看查阅登记: every approval of the organ with each use.
pub const REGISTER: &Verb =
    &Verb { name: "grant_register.read", label: "查看查阅登记簿", basis: CALL_UP };

/// 查看遮蔽件: whether somebody may look at this one now is the judgment of the approvals.
pub const SEE_MASK: &Verb = &Verb { name: "grant.see_mask", label: "查看遮蔽件", basis: CALL_UP };

const READERS: &[Role] = &[
    Role::Officer,
    Role::UnitHead,
    Role::Reviewer,
    Role::ReviewHead,
    Role::Deputy,
    Role::Head,
    Role::Publicity,
    Role::HearingHost,
    Role::Archivist,
    Role::Auditor,
];
/// Who may come to look at a recording, and those who make public what is masked.
const VIEWERS: &[Role] = &[
    Role::Officer,
    Role::UnitHead,
    Role::Reviewer,
    Role::ReviewHead,
    Role::Deputy,
    Role::Head,
    Role::Publicity,
    Role::HearingHost,
    Role::Archivist,
];
const KEEPERS: &[Role] = &[Role::UnitHead, Role::Deputy, Role::Head, Role::Archivist, Role::Auditor];

static ACTS: LazyLock<ActVerbs<Act>> = LazyLock::new(|| ActVerbs::new("grant", Relation::OwnOrgan));

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let row = |verb: &'static Verb, role: &Role| Grant { verb, role: *role, relation: Relation::OwnOrgan };
    let mut rows: Vec<Grant> = READERS.iter().map(|role| row(READ, role)).collect();
    rows.extend(KEEPERS.iter().map(|role| row(REGISTER, role)));
    rows.extend(VIEWERS.iter().map(|role| row(SEE_MASK, role)));
    rows.push(Grant { verb: SEE_MASK, role: Role::Supervisor, relation: Relation::Supervised });
    rows.extend(ACTS.rows.iter().copied());
    rows
});

/// The rows.
pub fn rows() -> &'static [Grant] {
    &ROWS
}

/// The verb of an act.
pub fn of(act: Act) -> &'static Verb {
    // Every act has exactly one row.
    ACTS.of(act).unwrap_or(READ)
}
