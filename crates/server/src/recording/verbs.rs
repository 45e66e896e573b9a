//! Rows of the authorization table for recordings; those of acts come from the
//! domain's one table, so that page, API and matrix cannot disagree.

use std::sync::LazyLock;

use mingjing_domain::case::form::wire_name;
use mingjing_domain::cite::Citation;
use mingjing_domain::recording::procedure::{RecordingRelation, recording_step};
use mingjing_domain::recording::words::RecordingVerb;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};
use crate::kit::authz_case::READERS;

/// 查看音像记录.
pub const READ: &Verb = &Verb {
    name: "recording.read",
    label: "查看音像记录",
    basis: Citation::of("国办发〔2018〕118号", "（九）"),
};

/// 现场执法记录: what an officer has to do in the field.
pub const FIELD: &Verb = &Verb {
    name: "recording.field",
    label: "查看现场执法任务",
    basis: Citation::of("国办发〔2018〕118号", "（八）"),
};

static VERBS: LazyLock<Vec<(RecordingVerb, Verb)>> = LazyLock::new(|| {
    RecordingVerb::ALL
        .iter()
        .map(|verb| {
            // Made once for the life of the program, like the table itself.
            let name: &'static str = Box::leak(format!("recording.{}", wire_name(verb)).into_boxed_str());
            (*verb, Verb { name, label: verb.label(), basis: recording_step(*verb).article })
        })
        .collect()
});

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let mut rows: Vec<Grant> =
        READERS.iter().map(|role| Grant { verb: READ, role: *role, relation: Relation::OwnOrgan }).collect();
    rows.push(Grant { verb: READ, role: Role::Supervisor, relation: Relation::Supervised });
    for role in recording_step(RecordingVerb::Register).who {
        rows.push(Grant { verb: FIELD, role: *role, relation: Relation::OwnOrgan });
    }
    for verb in RecordingVerb::ALL {
        let step = recording_step(*verb);
        let relation = match step.relation {
            // Who placed a hold is asked in the domain.
            RecordingRelation::Organ | RecordingRelation::Apart => Relation::OwnOrgan,
            RecordingRelation::Handling => Relation::Handling,
            // Nobody: the system does it itself.
            RecordingRelation::System => continue,
        };
        rows.extend(step.who.iter().map(|role| Grant { verb: verb_of(*verb), role: *role, relation }));
    }
    rows
});

/// The verb of a row of the recording's table.
pub fn verb_of(verb: RecordingVerb) -> &'static Verb {
    // Every verb of the domain is in the list.
    VERBS.iter().find(|(it, _)| *it == verb).map_or(READ, |(_, found)| found)
}

/// The rows.
pub fn rows() -> &'static [Grant] {
    &ROWS
}

/// What a person may do with a registered recording; the acts of the system have no form,
/// and an upload is what comes with its bytes.
pub fn acting() -> impl Iterator<Item = RecordingVerb> {
    RecordingVerb::ALL.iter().copied().filter(|it| {
        !matches!(it, RecordingVerb::Register | RecordingVerb::Upload)
            && recording_step(*it).relation != RecordingRelation::System
    })
}
