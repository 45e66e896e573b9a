//! Tables derived from files and from batches.

use mingjing_domain::archive::CaseFile;
use mingjing_domain::archive::transfer::Transfer;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};

use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

const FILE: TableSpec = TableSpec {
    name: "case_file_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("case_id", Blob),
        ("stage", Text),
        ("archive_no", Text),
        ("accepted_on", Text),
        ("volumes", Int),
        ("pages", Int),
    ],
    key: &["matter_id"],
};

const BATCH: TableSpec = TableSpec {
    name: "transfer_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("year", Int),
        ("unit", Text),
        ("stage", Text),
        ("files", Int),
    ],
    key: &["matter_id"],
};

const LISTED: TableSpec = TableSpec {
    name: "transfer_file",
    columns: &[("matter_id", Blob), ("file_id", Blob), ("stage", Text)],
    key: &["matter_id", "file_id"],
};

impl Projects for CaseFile {
    const TABLES: &'static [TableSpec] = &[FILE];

    fn rows(id: MatterId, organ: OrganId, _version: u64, it: &Self) -> Vec<Row> {
        let sealed = it.sealed.as_ref();
        vec![Row {
            table: FILE.name,
            values: params![
                id,
                organ,
                it.case,
                wire_name(&it.stage),
                it.accepted.as_ref().map(|(no, ..)| no.clone()),
                it.accepted.as_ref().map(|(_, _, on)| on.to_string()),
                sealed.map_or(0, |it| it.volumes),
                sealed.map_or(0, |it| it.pages),
            ],
        }]
    }
}

impl Projects for Transfer {
    const TABLES: &'static [TableSpec] = &[BATCH, LISTED];

    fn rows(id: MatterId, organ: OrganId, _version: u64, it: &Self) -> Vec<Row> {
        let stage = wire_name(&it.stage);
        let mut rows = vec![Row {
            table: BATCH.name,
            values: params![id, organ, i64::from(it.year), it.unit.clone(), stage.clone(), it.files.len(),],
        }];
        rows.extend(
            it.files.iter().map(|f| Row { table: LISTED.name, values: params![id, f.file, stage.clone()] }),
        );
        rows
    }
}
