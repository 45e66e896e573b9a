//! The table derived from devices.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "device_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("number", Text),
        ("kind", Text),
        ("model", Text),
        ("serial", Text),
        ("unit", Text),
        ("state", Text),
        ("holder", Blob),
        ("place", Text),
        ("checked_at", Int),
        ("check_passed", Int),
        ("published_on", Text),
    ],
    key: &["matter_id"],
};

/// How a device stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Sound, held by nobody.
    Available,
    /// Held by a person.
    Assigned,
    /// Stands at its place.
    Fixed,
    /// A fault was reported.
    Faulty,
    /// Being repaired.
    InRepair,
    /// Scrapped.
    Scrapped,
}

impl Standing {
    /// Every value.
    pub const ALL: [Self; 6] =
        [Self::Available, Self::Assigned, Self::Fixed, Self::Faulty, Self::InRepair, Self::Scrapped];

    /// Of a device.
    pub fn of(it: &Device) -> Self {
        match (it.scrapped_at, &it.in_repair) {
            (Some(_), _) => Self::Scrapped,
            (None, Some(_)) => Self::InRepair,
            (None, None) if it.faulty() => Self::Faulty,
            (None, None) if it.registration.kind.fixed() => Self::Fixed,
            (None, None) if it.holder().is_some() => Self::Assigned,
            (None, None) => Self::Available,
        }
    }

    /// Stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Assigned => "assigned",
            Self::Fixed => "fixed",
            Self::Faulty => "faulty",
            Self::InRepair => "in_repair",
            Self::Scrapped => "scrapped",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Available => "在库",
            Self::Assigned => "已配发",
            Self::Fixed => "固定设置",
            Self::Faulty => "故障停用",
            Self::InRepair => "维修中",
            Self::Scrapped => "已报废",
        }
    }
}

impl Projects for Device {
    const TABLES: &'static [TableSpec] = &[ROW];

    fn rows(id: MatterId, organ: OrganId, _: u64, it: &Self) -> Vec<Row> {
        let of = &it.registration;
        let check = it.checks.last();
        vec![Row {
            table: ROW.name,
            values: params![
                id,
                organ,
                of.number.clone(),
                wire_name(&of.kind),
                of.model.clone(),
                of.serial.clone(),
                of.unit.clone(),
                Standing::of(it).name(),
                it.holder(),
                of.site.as_ref().map(|site| site.place.or_erased().to_owned()),
                check.map(|it| it.at.as_microsecond()),
                check.map(|it| i64::from(it.problems.is_empty())),
                it.published_on.map(|day| day.to_string()),
            ],
        }]
    }
}
