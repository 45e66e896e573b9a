//! Tables derived from lists for destruction.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::disposal::Disposal;

use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "disposal_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("progress", Text),
        ("proposed_on", Text),
        ("wait_until", Text),
        ("recordings", Int),
        ("certificate", Text),
    ],
    key: &["matter_id"],
};

const ITEM: TableSpec = TableSpec {
    name: "disposal_item",
    columns: &[("matter_id", Blob), ("recording_id", Blob), ("organ_id", Blob)],
    key: &["matter_id", "recording_id"],
};

impl Projects for Disposal {
    const TABLES: &'static [TableSpec] = &[ROW, ITEM];

    fn rows(id: MatterId, organ: OrganId, _: u64, it: &Self) -> Vec<Row> {
        let mut rows = vec![Row {
            table: ROW.name,
            values: params![
                id,
                organ,
                wire_name(&it.progress),
                it.proposed.1.to_string(),
                it.wait_until.map(|day| day.to_string()),
                it.list.len(),
                it.carried_out.as_ref().map(|(_, _, it)| it.number.trim().to_owned()),
            ],
        }];
        rows.extend(
            it.list.iter().map(|it| Row { table: ITEM.name, values: params![id, it.recording, organ] }),
        );
        rows
    }
}
