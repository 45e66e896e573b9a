//! What a publication and a decided case show in tables: pure functions of their states.

use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::disclosure::{
    DraftPhase, PublicDecision, Publication, Stage, Timeliness, Verb, WithdrawalGround, procedure_table,
};
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::staff::Role;

use super::source;
use crate::kit::projection::ColumnType::{Blob, Int, Text};
use crate::kit::projection::{Projects, Row, TableSpec};
use crate::params;

const ROW: TableSpec = TableSpec {
    name: "publication_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("case_id", Blob),
        ("party_no", Int),
        ("state", Text),
        ("phase", Text),
        ("number", Text),
        ("organ", Text),
        ("party", Text),
        ("party_kind", Text),
        ("category", Text),
        ("conclusion", Text),
        ("grade", Text),
        ("decided_on", Text),
        ("published_on", Text),
        ("due_on", Text),
        ("on_time", Int),
        ("timing", Text),
        ("public_id", Text),
        ("listed_on", Text),
        ("ended_on", Text),
        ("ground", Text),
        ("end_on_time", Int),
        ("end_timing", Text),
        ("version", Int),
        ("live_version", Int),
    ],
    key: &["matter_id"],
};

const TERM: TableSpec = TableSpec {
    name: "publication_term",
    columns: &[("matter_id", Blob), ("term", Text), ("listed_on", Text), ("public_id", Text)],
    key: &["matter_id", "term"],
};

const TASK: TableSpec = TableSpec {
    name: "publication_task",
    columns: &[
        ("matter_id", Blob),
        ("task", Text),
        ("organ_id", Blob),
        ("role", Text),
        ("title", Text),
        ("since", Text),
    ],
    key: &["matter_id", "task"],
};

/// Decisions of a case, party by party; belongs to the tables of the case.
pub const SOURCE: TableSpec = TableSpec {
    name: "publication_source",
    columns: &[
        ("matter_id", Blob),
        ("party_no", Int),
        ("organ_id", Blob),
        ("number", Text),
        ("title", Text),
        ("decided_on", Text),
        ("served_on", Text),
        ("minor", Int),
        ("ended", Text),
        ("ended_on", Text),
    ],
    key: &["matter_id", "party_no"],
};

/// Characters of the public facts that can be searched.
const SEARCHED_FACTS: usize = 60;

/// Pairs of neighbouring letters, digits or characters; anything else separates.
pub fn pairs(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut before: Option<char> = None;
    for c in text.chars().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        if let Some(b) = before {
            out.push(format!("{b}{c}"));
        }
        before = Some(c);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// The result in one line: 警告、罚款 30,000.00 元.
pub fn conclusion(content: &PublicDecision) -> String {
    let items: Vec<String> = content
        .results
        .iter()
        .map(|r| match r.amount_fen {
            Some(fen) => format!("{} {} 元", r.kind, crate::kit::ui::show::yuan(fen)),
            None => r.kind.clone(),
        })
        .collect();
    items.join("、")
}

/// The party as the public reads it.
pub fn public_party(content: &PublicDecision) -> String {
    content.party.public().unwrap_or_else(|| "〔已依法销毁〕".to_owned())
}

fn searchable(content: &PublicDecision) -> Vec<String> {
    let facts = content.facts.public().unwrap_or_default();
    let mut text = vec![
        public_party(content),
        content.number.clone(),
        content.organ.clone(),
        content.category.clone(),
        facts.chars().take(SEARCHED_FACTS).collect(),
    ];
    text.extend(content.results.iter().map(|r| r.kind.clone()));
    text.extend(content.violated.iter().cloned());
    text.extend(content.basis.iter().cloned());
    pairs(&text.join("\n"))
}

fn stage_name(state: &Publication) -> String {
    wire_name(&state.stage)
}

/// The day by which the public list orders it; none when it is not listed.
fn listed_on(state: &Publication) -> Option<String> {
    match state.stage {
        Stage::Published | Stage::Corrected | Stage::Annotated => {
            state.first_published.as_ref().map(|t| t.done_on.to_string())
        }
        Stage::Withdrawn => state.ended_on.map(|d| d.to_string()),
        Stage::Drafted | Stage::Checked | Stage::Returned | Stage::Expired | Stage::Exempt => None,
    }
}

/// Who waits for what, and since when.
fn tasks(state: &Publication) -> Vec<(String, Role, String, String)> {
    let Some(draft) = &state.draft else { return Vec::new() };
    let (name, verb, since) = match draft.phase {
        DraftPhase::Drafted => ("check", Verb::Check, state.prepared_on),
        DraftPhase::Checked => ("publish", Verb::Publish, state.checked_on),
        DraftPhase::Returned => ("prepare", Verb::Prepare, state.prepared_on),
    };
    let title = match (draft.phase, state.live.is_some()) {
        (DraftPhase::Returned, false) => "公示文本退回修改".to_owned(),
        (DraftPhase::Returned, true) => "更正文本退回修改".to_owned(),
        (DraftPhase::Drafted | DraftPhase::Checked, false) => verb.label().to_owned(),
        (DraftPhase::Drafted, true) => "审核更正文本".to_owned(),
        (DraftPhase::Checked, true) => "公示更正文本".to_owned(),
    };
    let since = since.unwrap_or(state.source.decided_on).to_string();
    let roles = procedure_table().into_iter().find(|s| s.verb == verb).map_or(&[][..], |s| s.who);
    roles
        .iter()
        .map(|role| (format!("{name}-{}", wire_name(role)), *role, title.clone(), since.clone()))
        .collect()
}

fn main_row(id: MatterId, organ: OrganId, version: u64, state: &Publication) -> Row {
    let content = state.live.as_ref().map(|l| &l.content).or(state.draft.as_ref().map(|d| &d.content));
    let first = state.first_published.as_deref();
    let end: Option<&Timeliness> = state.tombstone.as_ref().map(|t| t.timeliness.as_ref());
    let ground = state.tombstone.as_ref().map(|t: &_| t.ground).map(|g: WithdrawalGround| wire_name(&g));
    let organ_name = state
        .tombstone
        .as_ref()
        .map(|t| t.organ.clone())
        .or_else(|| content.map(|c| c.organ.clone()))
        .unwrap_or_default();
    Row {
        table: ROW.name,
        values: params![
            id,
            organ,
            state.source.case,
            state.source.party,
            stage_name(state),
            state.draft.as_ref().map(|d| wire_name(&d.phase)),
            state.source.number.clone(),
            organ_name,
            content.map(|c| public_party(c)),
            content.map(|c| wire_name(&c.party_kind)),
            content.map(|c| c.category.clone()),
            content.map(|c| conclusion(c)),
            state.grade.map(|g| wire_name(&g)),
            state.source.decided_on.to_string(),
            first.map(|t| t.done_on.to_string()),
            first.map(|t| t.limit.due.latest().to_string()),
            first.and_then(Timeliness::on_time),
            first.map(Timeliness::sentence),
            state.public_id.clone(),
            listed_on(state),
            state.ended_on.map(|d| d.to_string()),
            ground,
            end.and_then(Timeliness::on_time),
            end.map(Timeliness::sentence),
            version,
            state.live_version,
        ],
    }
}

impl Projects for Publication {
    const TABLES: &'static [TableSpec] = &[ROW, TERM, TASK];

    fn rows(id: MatterId, organ: OrganId, version: u64, state: &Self) -> Vec<Row> {
        let mut rows = vec![main_row(id, organ, version, state)];
        if let (Some(live), Some(on), Some(public)) = (&state.live, listed_on(state), &state.public_id) {
            rows.extend(
                searchable(&live.content).into_iter().map(|term| Row {
                    table: TERM.name,
                    values: params![id, term, on.clone(), public.clone()],
                }),
            );
        } else if let (Some(tomb), Some(on), Some(public)) =
            (&state.tombstone, listed_on(state), &state.public_id)
        {
            // A tombstone is found by its number, which stays public.
            rows.extend(
                pairs(&tomb.number).into_iter().map(|term| Row {
                    table: TERM.name,
                    values: params![id, term, on.clone(), public.clone()],
                }),
            );
        }
        rows.extend(tasks(state).into_iter().map(|(task, role, title, since)| Row {
            table: TASK.name,
            values: params![id, task, organ, wire_name(&role), title, since],
        }));
        rows
    }
}

/// Rows of [`SOURCE`] for a case; the tables of the case add them to their own.
pub fn source_rows(id: MatterId, organ: OrganId, case: &Case) -> Vec<Row> {
    let title = crate::case::tables::title(case);
    case.numbered_parties()
        .filter_map(|(no, party)| {
            let decision = source::decision(case, no)?;
            let ended = source::ended(case, no);
            Some(Row {
                table: SOURCE.name,
                values: params![
                    id,
                    no,
                    organ,
                    decision.number,
                    title.clone(),
                    decision.decided_on.to_string(),
                    decision.served_on.map(|d| d.to_string()),
                    party.party.minor,
                    ended.map(|e| wire_name(&e.ground)),
                    ended.map(|e| e.known_on.to_string()),
                ],
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_join_neighbours_and_stop_at_marks() {
        assert_eq!(pairs("甲乙，丙A1"), ["a1", "丙a", "甲乙"]);
        assert!(pairs("单").is_empty());
        assert!(pairs("%_'\"\u{0}").is_empty());
    }
}
