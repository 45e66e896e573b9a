//! The rows of errata of the rules.

use super::{L, R, Role, Stage, Step, V, gate, penalty_law, row};

/// An erratum may touch a case wherever it stands, also one that was archived long ago.
pub(super) fn rows() -> Vec<Step> {
    let article = || penalty_law("第七十五条第二款");
    vec![
        row(V::NoteErrata, L::Review, Stage::ALL, article()).by(&[], R::System),
        row(V::AnswerErratum, L::Review, Stage::ALL, article())
            .by(&[Role::Officer, Role::Reviewer, Role::ReviewHead], R::Organ)
            .gate(gate::erratum),
    ]
}
