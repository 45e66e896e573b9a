//! Rows of the authorization table for devices; those of acts come from the domain.

use std::sync::LazyLock;

use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::DeviceVerb;
use mingjing_domain::device::device_step;
use mingjing_domain::recording::procedure::custody_rules;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};
use crate::kit::authz_case::READERS;

/// 查看执法记录设备台账.
pub const READ: &Verb =
    &Verb {
        name: "device.read", label: "查看执法记录设备台账", basis: custody_rules("第十一条")
    };

static VERBS: LazyLock<Vec<(DeviceVerb, Verb)>> = LazyLock::new(|| {
    DeviceVerb::ALL
        .iter()
        .map(|verb| {
            // Made once for the life of the program, like the table itself.
            let name: &'static str = Box::leak(format!("device.{}", wire_name(verb)).into_boxed_str());
            (*verb, Verb { name, label: verb.label(), basis: device_step(*verb).article })
        })
        .collect()
});

static ROWS: LazyLock<Vec<Grant>> = LazyLock::new(|| {
    let mut rows: Vec<Grant> =
        READERS.iter().map(|role| Grant { verb: READ, role: *role, relation: Relation::OwnOrgan }).collect();
    rows.push(Grant { verb: READ, role: Role::Supervisor, relation: Relation::Supervised });
    for verb in DeviceVerb::ALL {
        // Who holds the device is asked in the domain.
        let who = device_step(*verb).who;
        rows.extend(who.iter().map(|role| Grant {
            verb: verb_of(*verb),
            role: *role,
            relation: Relation::OwnOrgan,
        }));
    }
    rows
});

/// The verb of a row of the device's table.
pub fn verb_of(verb: DeviceVerb) -> &'static Verb {
    // Every verb of the domain is in the list.
    VERBS.iter().find(|(it, _)| *it == verb).map_or(READ, |(_, found)| found)
}

/// The rows.
pub fn rows() -> &'static [Grant] {
    &ROWS
}

/// What may be done with a registered device.
pub fn acting() -> impl Iterator<Item = DeviceVerb> {
    DeviceVerb::ALL.iter().copied().filter(|it| *it != DeviceVerb::Register)
}
