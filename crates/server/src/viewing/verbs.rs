//! Rows of the authorization table for viewings and informants.

use mingjing_domain::cite::Citation;
use mingjing_domain::informant::SECRECY;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

/// 查看查阅记录: whether personal data is handled lawfully is audited regularly.
pub const READ: &Verb = &Verb {
    name: "viewing.read",
    label: "查看查阅记录",
    basis: Citation::of("个人信息保护法", "第五十四条"),
};

/// 查看举报人身份. The need to know ends with those who handle the case: no head and
/// no supervisor decides anything by knowing who informed.
pub const INFORMANT: &Verb = &Verb { name: "informant.read", label: "查看举报人身份", basis: SECRECY };

/// The rows.
pub const ROWS: &[Grant] = &[
    Grant { verb: READ, role: Role::Deputy, relation: Relation::OwnOrgan },
    Grant { verb: READ, role: Role::Head, relation: Relation::OwnOrgan },
    Grant { verb: READ, role: Role::Supervisor, relation: Relation::Supervised },
    Grant { verb: READ, role: Role::Auditor, relation: Relation::OwnOrgan },
    Grant { verb: INFORMANT, role: Role::Officer, relation: Relation::Handling },
];
