//! Rows of the authorization table for checks of recordings.

use std::sync::LazyLock;

use mingjing_domain::recording_check::Verb as Act;
use mingjing_domain::staff::Role;
use mingjing_domain::viewing_grant::recording_rule;

use crate::kit::acts::ActVerbs;
use crate::kit::authz::{Grant, Relation, Verb};

/// 查看记录检查.
pub const READ: &Verb =
    &Verb { name: "check.read", label: "查看记录检查", basis: recording_rule("第二十一条") };

const READERS: &[Role] = &[
    Role::Officer,
    Role::UnitHead,
    Role::ReviewHead,
    Role::Deputy,
    Role::Head,
    Role::Supervisor,
    Role::Auditor,
];

static ACTS: LazyLock<ActVerbs<Act>> = LazyLock::new(|| ActVerbs::new("check", Relation::OwnOrgan));

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let read = |role: &Role| Grant { verb: READ, role: *role, relation: Relation::OwnOrgan };
    let mut rows: Vec<Grant> = READERS.iter().map(read).collect();
    // 司法行政部门 looks into the checks and statistics of every organ that it supervises.
    rows.push(Grant { verb: READ, role: Role::Supervisor, relation: Relation::Supervised });
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
