//! Rows of the authorization table for the field page.

use mingjing_domain::cite::Citation;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

/// 使用现场页. What may be recorded of which case is decided with the recording.
pub const USE: &Verb =
    &Verb {
        name: "field.use", label: "使用现场页", basis: Citation::of("国办发〔2018〕118号", "（八）")
    };

/// The rows: those who enforce, and those who hold hearings, which are recorded too.
pub const ROWS: &[Grant] = &[
    Grant { verb: USE, role: Role::Officer, relation: Relation::OwnOrgan },
    Grant { verb: USE, role: Role::UnitHead, relation: Relation::OwnOrgan },
    Grant { verb: USE, role: Role::HearingHost, relation: Relation::OwnOrgan },
];
