//! Tables derived from checks.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording_check::{Check, Phase};

use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "check_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("kind", Text),
        ("stage", Text),
        ("from_day", Text),
        ("to_day", Text),
        ("sampled", Int),
        ("played", Int),
        ("findings", Int),
        ("unsettled", Int),
    ],
    key: &["matter_id"],
};

const NUMBER: TableSpec = TableSpec {
    name: "check_number",
    columns: &[("matter_id", Blob), ("number", Text), ("organ_id", Blob)],
    key: &["matter_id", "number"],
};

/// Findings that are not at their end.
pub fn unsettled(it: &Check) -> usize {
    let open = |phase: Phase| match phase {
        Phase::Suspected | Phase::Established | Phase::Handling => true,
        Phase::Dismissed | Phase::Settled => false,
    };
    it.findings.iter().filter(|finding| open(finding.phase())).count()
}

impl Projects for Check {
    const TABLES: &'static [TableSpec] = &[ROW, NUMBER];

    fn rows(id: MatterId, organ: OrganId, _version: u64, it: &Self) -> Vec<Row> {
        let mut rows = vec![Row {
            table: ROW.name,
            values: params![
                id,
                organ,
                wire_name(&it.kind),
                wire_name(&it.stage),
                it.period.0.to_string(),
                it.period.1.to_string(),
                it.sample.len(),
                it.entries.len(),
                it.findings.len(),
                unsettled(it),
            ],
        }];
        let letters = it
            .findings
            .iter()
            .flat_map(|finding| finding.referred.iter().chain(&finding.transferred))
            .chain(&it.circulated);
        let mut numbers: Vec<String> = letters.map(|(number, _)| number.to_string()).collect();
        numbers.sort();
        numbers.dedup();
        rows.extend(
            numbers.into_iter().map(|number| Row { table: NUMBER.name, values: params![id, number, organ] }),
        );
        rows
    }
}
