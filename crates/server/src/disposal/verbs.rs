//! Rows of the authorization table for lists for destruction. The domain asks the same
//! roles, and that three different persons act.

use mingjing_domain::recording::disposal::NOT_AT_WILL;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

/// 查看销毁清册.
pub const READ: &Verb = &Verb { name: "disposal.read", label: "查看销毁清册", basis: NOT_AT_WILL };
/// 提出销毁清册.
pub const PROPOSE: &Verb =
    &Verb { name: "disposal.propose", label: "提出销毁清册", basis: NOT_AT_WILL };
/// 审核销毁清册.
pub const REVIEW: &Verb = &Verb { name: "disposal.review", label: "审核销毁清册", basis: NOT_AT_WILL };
/// 审批销毁清册.
pub const DECIDE: &Verb = &Verb { name: "disposal.decide", label: "审批销毁清册", basis: NOT_AT_WILL };
/// 撤回销毁清册.
pub const WITHDRAW: &Verb =
    &Verb { name: "disposal.withdraw", label: "撤回销毁清册", basis: NOT_AT_WILL };
/// 执行销毁.
pub const CARRY_OUT: &Verb =
    &Verb { name: "disposal.carry_out", label: "执行音像销毁", basis: NOT_AT_WILL };

const fn own(verb: &'static Verb, role: Role) -> Grant {
    Grant { verb, role, relation: Relation::OwnOrgan }
}

/// The rows.
pub const ROWS: &[Grant] = &[
    own(READ, Role::UnitHead),
    own(READ, Role::ReviewHead),
    own(READ, Role::Deputy),
    own(READ, Role::Head),
    own(READ, Role::Archivist),
    Grant { verb: READ, role: Role::Supervisor, relation: Relation::Supervised },
    own(PROPOSE, Role::Archivist),
    own(REVIEW, Role::UnitHead),
    own(REVIEW, Role::ReviewHead),
    own(REVIEW, Role::Deputy),
    own(DECIDE, Role::Head),
    own(WITHDRAW, Role::Archivist),
    own(WITHDRAW, Role::Head),
    own(CARRY_OUT, Role::Archivist),
];

/// The verb of an act by its name in the domain; none for another.
pub fn named(act: &str) -> Option<&'static Verb> {
    match act {
        "propose" => Some(PROPOSE),
        "review" => Some(REVIEW),
        "decide" => Some(DECIDE),
        "withdraw" => Some(WITHDRAW),
        "carry_out" => Some(CARRY_OUT),
        _ => None,
    }
}
