//! Tables derived from approvals of viewing.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::viewing_grant::{Grant, MaskOutcome, Material, Requester, Used};

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

const MASK: TableSpec = TableSpec {
    name: "grant_mask",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("recording_id", Blob),
        ("segment", Int),
        ("state", Text),
        ("sha256_root", Text),
        ("asked_by", Blob),
        ("asked_at", Int),
    ],
    key: &["matter_id", "no"],
};

/// How far a derivative has come: stored name, words, root where it is made.
pub fn outcome(it: &MaskOutcome) -> (&'static str, &'static str, Option<&str>) {
    match it {
        MaskOutcome::Making => ("making", "制作中", None),
        MaskOutcome::Made(derivative) => ("made", "已制成", Some(&derivative.root)),
        MaskOutcome::Failed(_) => ("failed", "未能制成", None),
    }
}

/// What was looked at, in words that name no person.
fn seen(it: &Used) -> String {
    let of = material(it.material);
    if it.derived { format!("{of}（遮蔽件）") } else { of }
}

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
    const TABLES: &'static [TableSpec] = &[ROW, USE, LOAN, DELIVERY, MASK];

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
                seen(used),
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
        rows.extend(it.masks.iter().enumerate().map(|(at, mask)| {
            let (state, _, root) = outcome(&mask.outcome);
            Row {
                table: MASK.name,
                values: params![
                    id,
                    at + 1,
                    organ,
                    mask.original.recording,
                    mask.original.segment,
                    state,
                    root.map(str::to_owned),
                    mask.by,
                    mask.at,
                ],
            }
        }));
        rows.extend(it.deliveries.iter().map(|delivery| Row {
            table: DELIVERY.name,
            values: params![id, delivery.number.to_string(), organ, delivery.on.to_string()],
        }));
        rows
    }
}
