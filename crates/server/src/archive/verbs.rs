//! Rows of the authorization table for files and their transfer.

use std::sync::LazyLock;

use mingjing_domain::archive::{COLLECTED, Verb as Act, transfer};
use mingjing_domain::staff::Role;

use crate::kit::acts::ActVerbs;
use crate::kit::authz::{Grant, Relation, Verb};

/// 查看案卷移交清单.
pub const TRANSFERS: &Verb = &Verb { name: "transfer.read", label: "查看案卷移交", basis: COLLECTED };

const READERS: &[Role] =
    &[Role::Officer, Role::UnitHead, Role::Deputy, Role::Head, Role::Archivist, Role::Auditor];

static FILES: LazyLock<ActVerbs<Act>> = LazyLock::new(|| ActVerbs::new("file", Relation::OwnOrgan));
static BATCHES: LazyLock<ActVerbs<transfer::Verb>> =
    LazyLock::new(|| ActVerbs::new("transfer", Relation::OwnOrgan));

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let mut rows = FILES.rows.clone();
    rows.extend(READERS.iter().map(|role| Grant {
        verb: TRANSFERS,
        role: *role,
        relation: Relation::OwnOrgan,
    }));
    rows.extend(BATCHES.rows.iter().copied());
    rows
});

/// The rows.
pub fn rows() -> &'static [Grant] {
    &ROWS
}

/// The verb of an act on a file.
pub fn of(act: Act) -> &'static Verb {
    // Every act has exactly one row.
    FILES.of(act).unwrap_or(TRANSFERS)
}

/// The verb of an act on a batch.
pub fn of_batch(act: transfer::Verb) -> &'static Verb {
    BATCHES.of(act).unwrap_or(TRANSFERS)
}
