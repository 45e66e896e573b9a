//! Tables derived from approvals of viewing.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::viewing_grant::{Grant, Material, Requester};

use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "grant_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("stage", Text),
        ("requested_by", Blob),
        ("requested_on", Text),
        ("requester", Text),
        ("purpose", Text),
        ("medium", Text),
        ("outside", Int),
        ("restricted", Int),
        ("from_day", Text),
        ("until_day", Text),
        ("uses", Int),
    ],
    key: &["matter_id"],
};

const USE: TableSpec = TableSpec {
    name: "grant_use",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("case_id", Blob),
        ("recording_id", Blob),
        ("used_at", Int),
        ("staff_id", Blob),
        ("kind", Text),
        ("what", Text),
    ],
    key: &["matter_id", "no"],
};

const LOAN: TableSpec = TableSpec {
    name: "grant_loan",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("case_id", Blob),
        ("out_on", Text),
        ("until_day", Text),
        ("returned_on", Text),
    ],
    key: &["matter_id", "no"],
};

const DELIVERY: TableSpec = TableSpec {
    name: "grant_delivery",
    columns: &[("matter_id", Blob), ("number", Text), ("organ_id", Blob), ("delivered_on", Text)],
    key: &["matter_id", "number"],
};

/// For whom, in words that name no person.
pub fn requester(it: &Requester) -> &'static str {
    match it {
        Requester::Staff => "本机关人员",
        Requester::Body { body, .. } => body.label(),
        Requester::Concerned { concerned, .. } => concerned.label(),
    }
}

/// A thing in words that name no person.
pub fn material(it: Material) -> String {
    match it {
        Material::File { .. } => "案卷".to_owned(),
        Material::Document { no, .. } => format!("第{no}号文书"),
        Material::Evidence { no, .. } => format!("第{no}号证据"),
        Material::Recording { .. } => "音像记录".to_owned(),
    }
}

const fn recording(it: Material) -> Option<MatterId> {
    match it {
        Material::Recording { recording } => Some(recording),
        Material::File { .. } | Material::Document { .. } | Material::Evidence { .. } => None,
    }
}

impl Projects for Grant {
    const TABLES: &'static [TableSpec] = &[ROW, USE, LOAN, DELIVERY];

    fn rows(id: MatterId, organ: OrganId, _version: u64, it: &Self) -> Vec<Row> {
        let mut rows = vec![Row {
            table: ROW.name,
            values: params![
                id,
                organ,
                wire_name(&it.stage),
                it.requested_by,
                it.requested_on.to_string(),
                requester(&it.requester),
                wire_name(&it.purpose),
                wire_name(&it.right.medium),
                it.requester.outside(),
                it.right.restricted,
                it.right.from.to_string(),
                it.right.until.to_string(),
                it.uses.len() + it.deliveries.len() + it.loans.len(),
            ],
        }];
        rows.extend(it.uses.iter().enumerate().map(|(at, used)| Row {
            table: USE.name,
            values: params![
                id,
                at + 1,
                used.material.case(),
                recording(used.material),
                used.at,
                used.by,
                wire_name(&used.kind),
                material(used.material),
            ],
        }));
        rows.extend(it.loans.iter().enumerate().map(|(at, loan)| Row {
            table: LOAN.name,
            values: params![
                id,
                at + 1,
                organ,
                loan.case,
                loan.out_on.to_string(),
                loan.until.to_string(),
                loan.returned.map(|(day, _)| day.to_string()),
            ],
        }));
        rows.extend(it.deliveries.iter().map(|delivery| Row {
            table: DELIVERY.name,
            values: params![id, delivery.number.to_string(), organ, delivery.on.to_string()],
        }));
        rows
    }
}
