//! The rows of recording.

use super::{L, R, Step, V, row};
use crate::case::gate;
use crate::case::types::Stage;
use crate::staff::Role;

/// Where acts may have taken place, as long as the file is open.
const RECORDED: &[Stage] = &[
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Closed,
    Stage::Withdrawn,
    Stage::Transferred,
];

/// An act that the list wants recorded stays open until it is, or the reason is approved.
pub(super) fn rows() -> Vec<Step> {
    let article = || crate::recording::list::TEXT_SUFFICES;
    vec![
        row(V::AttachRecording, L::Recording, RECORDED, article())
            .by(&[Role::Officer, Role::HearingHost], R::Organ)
            .gate(gate::acts),
        row(V::StateNoRecording, L::Recording, RECORDED, article())
            .by(&[Role::Officer, Role::HearingHost], R::Organ)
            .gate(gate::acts_open),
        row(V::DecideNoRecording, L::Recording, RECORDED, article())
            .by(&[Role::UnitHead, Role::Deputy, Role::Head], R::Organ)
            .gate(gate::reason_waiting),
    ]
}
