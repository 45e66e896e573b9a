//! Rows of the authorization table that come from the procedure of a case, so
//! that page, API and printed matrix cannot disagree with the machine.

use std::sync::LazyLock;

use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{self, PROCEDURE};
use mingjing_domain::cite::Citation;
use mingjing_domain::staff::Role;

use super::authz::{Grant, Relation, Verb};

/// Looking at cases of one's organ, or of the organs one supervises. The three
/// administrators see no business data.
pub const CASE_READ: &Verb =
    &Verb {
        name: "case.read", label: "查看案件", basis: Citation::of("国办发〔2018〕118号", "（十五）")
    };

/// Those who see the business of their organ.
pub const READERS: [Role; 10] = [
    Role::Officer,
    Role::UnitHead,
    Role::Reviewer,
    Role::ReviewHead,
    Role::Deputy,
    Role::Head,
    Role::Publicity,
    Role::HearingHost,
    Role::Cashier,
    Role::Archivist,
];

/// One verb for each row of the procedure, in its order.
static VERBS: LazyLock<Vec<(procedure::Verb, Verb)>> = LazyLock::new(|| {
    PROCEDURE
        .iter()
        .map(|row| {
            // Made once for the life of the program, like the table itself.
            let name: &'static str = Box::leak(format!("case.{}", wire_name(&row.verb)).into_boxed_str());
            (row.verb, Verb { name, label: row.verb.label(), basis: row.article.clone() })
        })
        .collect()
});

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let mut rows: Vec<Grant> = READERS
        .iter()
        .map(|role| Grant { verb: CASE_READ, role: *role, relation: Relation::OwnOrgan })
        .collect();
    rows.push(Grant { verb: CASE_READ, role: Role::Supervisor, relation: Relation::Supervised });
    for step in PROCEDURE.iter() {
        let relation = match step.relation {
            procedure::Relation::Organ => Relation::OwnOrgan,
            procedure::Relation::Handling => Relation::Handling,
            procedure::Relation::Apart => Relation::NotHandling,
            // Nobody: the system does it itself.
            procedure::Relation::System => continue,
        };
        let verb = case_verb(step.verb);
        rows.extend(step.who.iter().map(|role| Grant { verb, role: *role, relation }));
    }
    rows
});

/// The verb of a row of the procedure.
pub fn case_verb(verb: procedure::Verb) -> &'static Verb {
    // Every verb has exactly one row; the domain tests it.
    VERBS.iter().find(|(it, _)| *it == verb).map_or(CASE_READ, |(_, found)| found)
}

/// Rows of the case procedure, in the order of the printed matrix.
pub fn rows() -> &'static [Grant] {
    &ROWS
}
