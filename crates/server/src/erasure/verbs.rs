//! Rows of the authorization table for destructions.

use mingjing_domain::cite::Citation;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

const APPRAISAL: Citation = Citation::of("档案法实施条例", "第二十四条");
const NOT_AT_WILL: Citation = Citation::of("档案法", "第二十一条");

/// 查看销毁事项.
pub const READ: &Verb = &Verb { name: "erasure.read", label: "查看销毁事项", basis: APPRAISAL };
/// 呈请销毁.
pub const PROPOSE: &Verb = &Verb { name: "erasure.propose", label: "呈请销毁", basis: APPRAISAL };
/// 审批销毁.
pub const DECIDE: &Verb = &Verb { name: "erasure.decide", label: "审批销毁", basis: NOT_AT_WILL };
/// 执行销毁.
pub const CARRY_OUT: &Verb = &Verb { name: "erasure.carry_out", label: "执行销毁", basis: NOT_AT_WILL };

/// 撤回销毁呈请: by the archives, or by the head who approved.
pub const WITHDRAW: &Verb =
    &Verb { name: "erasure.withdraw", label: "撤回销毁呈请", basis: NOT_AT_WILL };

/// The rows.
pub const ROWS: &[Grant] = &[
    Grant { verb: READ, role: Role::Head, relation: Relation::OwnOrgan },
    Grant { verb: READ, role: Role::Archivist, relation: Relation::OwnOrgan },
    Grant { verb: PROPOSE, role: Role::Archivist, relation: Relation::OwnOrgan },
    Grant { verb: DECIDE, role: Role::Head, relation: Relation::OwnOrgan },
    Grant { verb: WITHDRAW, role: Role::Head, relation: Relation::OwnOrgan },
    Grant { verb: WITHDRAW, role: Role::Archivist, relation: Relation::OwnOrgan },
    Grant { verb: CARRY_OUT, role: Role::Archivist, relation: Relation::OwnOrgan },
];
