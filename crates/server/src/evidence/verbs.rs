//! Rows of the authorization table for the content of recordings.

use mingjing_domain::cite::Citation;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

/// 上传音像记录内容: those who record, for what they recorded.
pub const UPLOAD: &Verb = &Verb {
    name: "evidence.upload",
    label: "上传音像记录内容",
    basis: Citation::of("国办发〔2018〕118号", "（九）"),
};

/// 播放音像记录: where the table lets a person ask at all; whether the person may look at
/// this recording now is the judgment of the approvals of viewing.
pub const PLAY: &Verb = &Verb {
    name: "evidence.play",
    label: "播放音像记录",
    basis: Citation::of("国办发〔2018〕118号", "（九）"),
};

const fn grant(verb: &'static Verb, role: Role, relation: Relation) -> Grant {
    Grant { verb, role, relation }
}

/// The rows.
pub const ROWS: &[Grant] = &[
    grant(UPLOAD, Role::Officer, Relation::Handling),
    grant(UPLOAD, Role::HearingHost, Relation::Handling),
    grant(PLAY, Role::Officer, Relation::OwnOrgan),
    grant(PLAY, Role::UnitHead, Relation::OwnOrgan),
    grant(PLAY, Role::Reviewer, Relation::OwnOrgan),
    grant(PLAY, Role::ReviewHead, Relation::OwnOrgan),
    grant(PLAY, Role::Deputy, Relation::OwnOrgan),
    grant(PLAY, Role::Head, Relation::OwnOrgan),
    grant(PLAY, Role::HearingHost, Relation::OwnOrgan),
    grant(PLAY, Role::Archivist, Relation::OwnOrgan),
    grant(PLAY, Role::Supervisor, Relation::Supervised),
];
