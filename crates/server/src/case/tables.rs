//! Tables derived from cases.

use mingjing_domain::case::errata::{self, ErratumDesk};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::case::state::{ApprovalStage, Case, Hearing, ReviewPhase, Unheard};
use mingjing_domain::case::types::Stage;
use mingjing_domain::case::{Proposal, gate, growth, performance};
use mingjing_domain::erasure::kept_until;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::staff::Role;

use crate::disclosure::tables::{SOURCE, source_rows};
use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;
use crate::recording_view::service::{ACT, act_rows};

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "case_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("number", Text),
        ("title", Text),
        ("parties", Text),
        ("category", Text),
        ("source", Text),
        ("stage", Text),
        ("review", Text),
        ("registered_on", Text),
        ("filed_on", Text),
        ("decided_on", Text),
        ("fine_fen", Int),
    ],
    key: &["matter_id"],
};

const OFFICER: TableSpec = TableSpec {
    name: "case_officer",
    columns: &[("matter_id", Blob), ("staff_id", Blob), ("organ_id", Blob), ("stage", Text)],
    key: &["matter_id", "staff_id"],
};

const TASK: TableSpec = TableSpec {
    name: "case_task",
    columns: &[
        ("matter_id", Blob),
        ("task", Text),
        ("organ_id", Blob),
        ("role", Text),
        ("staff_id", Blob),
        ("title", Text),
        ("since", Text),
    ],
    key: &["matter_id", "task"],
};

const TERM: TableSpec = TableSpec {
    name: "case_term",
    columns: &[("matter_id", Blob), ("term", Text), ("organ_id", Blob)],
    key: &["matter_id", "term"],
};

const RECEIPT: TableSpec = TableSpec {
    name: "case_receipt",
    columns: &[("matter_id", Blob), ("receipt", Text)],
    key: &["matter_id", "receipt"],
};

const DOCUMENT: TableSpec = TableSpec {
    name: "case_document",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("kind", Text),
        ("number", Text),
        ("issued_on", Text),
    ],
    key: &["matter_id", "no"],
};

const RETENTION: TableSpec = TableSpec {
    name: "case_retention",
    columns: &[("matter_id", Blob), ("organ_id", Blob), ("kept_until", Text)],
    key: &["matter_id"],
};

/// What waits for somebody.
pub(super) struct Task {
    /// Name, unique within the case.
    pub task: String,
    /// Role that it waits for.
    pub role: Role,
    /// Person that it waits for, where it is one.
    pub staff: Option<StaffId>,
    /// In words.
    pub title: String,
    /// Civil day since which it waits.
    pub since: String,
}

/// Title of a case: as filed, or whom the clue concerns.
pub fn title(case: &Case) -> String {
    match &case.filed {
        Some(filed) => filed.filing.title.or_erased().to_owned(),
        None => format!("{}（线索）", case.clue.subject.or_erased()),
    }
}

/// Names of the parties, for lists.
pub fn parties(case: &Case) -> String {
    let names: Vec<&str> = case.parties.iter().map(|p| p.party.name.or_erased()).collect();
    if names.is_empty() { case.clue.subject.or_erased().to_owned() } else { names.join("、") }
}

/// Characters of a text that are looked at for terms.
const SEARCHED: usize = 400;

/// Terms of a text as [`pairs`], of as much as is looked at.
pub fn terms(text: &str) -> Vec<String> {
    pairs(text, SEARCHED)
}

/// Every pair of neighbouring characters of the first `most` characters of a text, each once,
/// letters in lower case; punctuation separates. Single characters would match everything.
pub fn pairs(text: &str, most: usize) -> Vec<String> {
    let mut pairs = Vec::with_capacity(text.len().min(SEARCHED));
    let mut before: Option<char> = None;
    let lower = |c: char| {
        // Most of it is Chinese, which has no case.
        let chinese = ('\u{4e00}'..='\u{9fff}').contains(&c);
        let (same, cased) = if chinese { (Some(c), None) } else { (None, Some(c.to_lowercase())) };
        same.into_iter().chain(cased.into_iter().flatten())
    };
    for c in text.chars().flat_map(lower).take(most) {
        if !('\u{4e00}'..='\u{9fff}').contains(&c) && !c.is_alphanumeric() {
            before = None;
            continue;
        }
        if let Some(b) = before {
            pairs.push((b, c));
        }
        before = Some(c);
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs.into_iter().map(|(b, c)| String::from_iter([b, c])).collect()
}

fn searchable(case: &Case) -> Vec<String> {
    let mut text = format!("{} {}", title(case), parties(case));
    if let Some(filed) = &case.filed {
        text.push(' ');
        text.push_str(filed.filing.cause.or_erased());
    }
    for document in &case.documents {
        if let Some(number) = &document.number {
            text.push(' ');
            text.push_str(&number.to_string());
        }
    }
    terms(&text)
}

pub(super) fn tasks(case: &Case) -> Vec<Task> {
    let mut out = Vec::new();
    for (index, p) in case.proposals.iter().enumerate() {
        let name = p.body.verb().label().trim_start_matches("呈请");
        match p.stage {
            ApprovalStage::Proposed => out.push(Task {
                task: format!("review-{index}"),
                role: Role::UnitHead,
                staff: None,
                title: format!("审核：{name}"),
                since: p.by.1.to_string(),
            }),
            ApprovalStage::Reviewed => {
                let since = p.reviewed.as_ref().map_or(p.by.1, |r| r.1).to_string();
                let task = format!("approve-{index}");
                for_roles(gate::approvers(&p.body).0, &task, &format!("审批：{name}"), &since, &mut out);
            }
            ApprovalStage::Approved | ApprovalStage::Refused => {}
        }
    }
    if !case.recusals_open.is_empty() {
        for_roles(step(Verb::DecideRecusal).who, "recusal", "决定回避", &since(case), &mut out);
    }
    if let Some((no, _)) = performance::refundable(case) {
        let from = case.decision.as_ref().map(|d| performance::refundable_from(case, no, d).to_string());
        let title = "返还已缴款项并登记";
        for_roles(step(Verb::RecordRefund).who, "refund", title, &from.unwrap_or_default(), &mut out);
    }
    if let Some((no, kind)) = performance::undoable(case) {
        let from = case.decision.as_ref().map(|d| performance::refundable_from(case, no, d).to_string());
        out.extend(case.officers.iter().map(|officer| Task {
            task: format!("undo-{}", officer.0),
            role: Role::Officer,
            staff: Some(*officer),
            title: format!("恢复原状并登记：{}", kind.label()),
            since: from.clone().unwrap_or_default(),
        }));
    }
    unheard_tasks(case, &mut out);
    goods_task(case, &mut out);
    review_task(case, &mut out);
    hearing_tasks(case, &mut out);
    handler_tasks(case, &mut out);
    supplement_tasks(case, &mut out);
    erratum_tasks(case, &mut out);
    out
}

/// What the case was decided by turned out otherwise: whoever must look. The names begin as the
/// index of supervisors has it.
fn erratum_tasks(case: &Case, out: &mut Vec<Task>) {
    for (no, it) in errata::open(case) {
        let (title, since) = (format!("复核规则勘误：{}", it.noted.title), it.on.to_string());
        match it.noted.desk {
            ErratumDesk::Legal => {
                let roles = [Role::Reviewer, Role::ReviewHead];
                for_roles(&roles, &format!("erratum-{no}"), &title, &since, out);
            }
            ErratumDesk::Handling if case.officers.is_empty() => {
                for_roles(&[Role::Officer], &format!("erratum-{no}"), &title, &since, out);
            }
            ErratumDesk::Handling => out.extend(case.officers.iter().map(|officer| Task {
                task: format!("erratum-{no}-{}", officer.0),
                role: Role::Officer,
                staff: Some(*officer),
                title: title.clone(),
                since: since.clone(),
            })),
        }
    }
}

/// What grew after the file was archived waits to be filed, once its matter is over.
fn supplement_tasks(case: &Case, out: &mut Vec<Task>) {
    let Some(on) = growth::ended_on(case).filter(|_| growth::over(case).is_ok()) else { return };
    for_roles(&[Role::Archivist], "supplement", "补充归档", &on.to_string(), out);
    let people = if case.officers.is_empty() { vec![case.registered_by] } else { case.officers.clone() };
    out.extend(people.into_iter().map(|staff| Task {
        task: format!("supplement-{staff}"),
        role: Role::Officer,
        staff: Some(staff),
        title: "补充归档".to_owned(),
        since: on.to_string(),
    }));
}

/// A defence from before the decision that was found after it: to be examined, and when it is
/// well founded, to be followed by the correction of the decision.
fn unheard_tasks(case: &Case, out: &mut Vec<Task>) {
    let found = case.numbered_parties().find_map(|(no, p)| Some((case.unheard(no, p)?, p)));
    let Some((unheard, party)) = found else { return };
    let since = party.defences.last().map_or(String::new(), |d| d.on.to_string());
    match unheard {
        Unheard::Unanswered => out.extend(case.officers.iter().map(|officer| Task {
            task: format!("unheard-{}", officer.0),
            role: Role::Officer,
            staff: Some(*officer),
            title: "复核决定之前提出的陈述申辩".into(),
            since: since.clone(),
        })),
        Unheard::Adopted => {
            let title = "陈述申辩成立：撤销或者变更决定";
            for_roles(step(Verb::RevokeDecision).who, "unheard", title, &since, out);
        }
    }
}

/// Goods that a revoked decision no longer holds.
fn goods_task(case: &Case, out: &mut Vec<Task>) {
    let Some(kept) = case.preservations.iter().find(|p| gate::kept(case, p)) else { return };
    let since = case.revoked(kept.preserving.party).map_or(String::new(), |(_, on)| on.to_string());
    out.extend(case.officers.iter().map(|officer| Task {
        task: format!("goods-{}", officer.0),
        role: Role::Officer,
        staff: Some(*officer),
        title: "退还登记保存的财物".into(),
        since: since.clone(),
    }));
}

/// One task for whoever holds one of the roles: it stands on the desk of each.
fn for_roles(roles: &[Role], task: &str, title: &str, since: &str, out: &mut Vec<Task>) {
    out.extend(roles.iter().map(|role| Task {
        task: format!("{task}-{}", wire_name(role)),
        role: *role,
        staff: None,
        title: title.to_owned(),
        since: since.to_owned(),
    }));
}

fn review_task(case: &Case, out: &mut Vec<Task>) {
    let since = case.review.submitted.map_or(String::new(), |(day, _)| day.to_string());
    let (role, title) = match case.review.phase {
        ReviewPhase::Submitted if case.review.first.is_some() => (Role::Reviewer, "法制审核（已初审）"),
        ReviewPhase::Submitted => (Role::Reviewer, "法制审核"),
        ReviewPhase::Opined => (Role::ReviewHead, "签发法制审核意见"),
        ReviewPhase::Contested => (Role::ReviewHead, "组织共同复核"),
        ReviewPhase::ReReviewed
            if !matches!(case.review.opinion, Some((mingjing_domain::case::types::Opinion::Agree, _))) =>
        {
            (Role::Deputy, "协调有异议的审核意见")
        }
        ReviewPhase::Idle
        | ReviewPhase::Returned
        | ReviewPhase::Signed
        | ReviewPhase::Answered
        | ReviewPhase::ReReviewed
        | ReviewPhase::Cleared => return,
    };
    if case.stage == Stage::Concluded || case.amendment.is_some() {
        out.push(Task { task: "legal-review".into(), role, staff: None, title: title.into(), since });
    }
}

fn hearing_tasks(case: &Case, out: &mut Vec<Task>) {
    if case.stage != Stage::Concluded {
        return;
    }
    for (no, party) in case.numbered_parties() {
        let (host, title, since) = match &party.hearing {
            Hearing::Requested { on } => {
                let roles = step(Verb::ScheduleHearing).who;
                for_roles(roles, &format!("hearing-{no}"), "组织听证", &on.to_string(), out);
                continue;
            }
            Hearing::Scheduled { plan, .. } => (plan.host, "主持听证", plan.on.to_string()),
            Hearing::Held { report: None, plan, .. } => (plan.host, "提出听证报告", plan.on.to_string()),
            Hearing::None | Hearing::Held { .. } | Hearing::Withdrawn => continue,
        };
        out.push(Task {
            task: format!("hearing-{no}"),
            role: Role::HearingHost,
            staff: Some(host),
            title: title.into(),
            since,
        });
    }
}

/// What the handling officers have to do next.
fn handler_tasks(case: &Case, out: &mut Vec<Task>) {
    let title = match case.stage {
        Stage::Clue => "核查线索",
        Stage::Checking if !waiting(case) => "核查并呈请是否立案",
        Stage::Investigating if !case.suspended() => "调查取证",
        Stage::Concluded => match case.review.phase {
            ReviewPhase::Returned => "补齐送审材料",
            ReviewPhase::Signed => "反馈审核意见",
            ReviewPhase::Answered | ReviewPhase::ReReviewed => "改正后再次送审",
            ReviewPhase::Idle | ReviewPhase::Cleared if !waiting(case) => "办理告知、听取申辩并呈请决定",
            ReviewPhase::Idle
            | ReviewPhase::Submitted
            | ReviewPhase::Opined
            | ReviewPhase::Contested
            | ReviewPhase::Cleared => return,
        },
        Stage::Decided if !waiting(case) => "送达、督促履行并呈请结案",
        Stage::Closed | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred => {
            for_roles(&[Role::Archivist], "archive", "归档", &since(case), out);
            "归档"
        }
        Stage::Checking | Stage::Investigating | Stage::Decided | Stage::Archived => return,
    };
    let people = if case.officers.is_empty() { vec![case.registered_by] } else { case.officers.clone() };
    for staff in people {
        out.push(Task {
            task: format!("handle-{staff}"),
            role: Role::Officer,
            staff: Some(staff),
            title: title.into(),
            since: since(case),
        });
    }
}

fn waiting(case: &Case) -> bool {
    case.proposals.iter().any(|p| {
        matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed)
            && !matches!(p.body, Proposal::Extend { .. } | Proposal::Preserve(_))
    })
}

fn since(case: &Case) -> String {
    let day = match case.stage {
        Stage::Closed | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred => case.ended_on,
        Stage::Decided => case.decision.as_ref().map(|d| d.on),
        Stage::Concluded => case.conclusion.as_ref().map(|c| c.on),
        Stage::Investigating => case.filed.as_ref().map(|f| f.on),
        Stage::Checking => case.checked_from,
        Stage::Clue | Stage::Archived => None,
    };
    day.unwrap_or(case.registered_on).to_string()
}

impl Projects for Case {
    const TABLES: &'static [TableSpec] =
        &[ROW, OFFICER, TASK, TERM, RECEIPT, DOCUMENT, RETENTION, SOURCE, ACT];

    fn rows(id: MatterId, organ: OrganId, _version: u64, case: &Self) -> Vec<Row> {
        let stage = wire_name(&case.stage);
        let fine: i64 =
            case.decision.as_ref().map_or(0, |d| d.substance.disposals.iter().map(|x| x.fine_fen).sum());
        let mut rows = vec![Row {
            table: ROW.name,
            values: params![
                id,
                organ,
                case.number().map(ToString::to_string),
                title(case),
                parties(case),
                case.filed.as_ref().map_or("", |f| f.filing.category.as_str()),
                wire_name(&case.clue.source),
                stage.clone(),
                case.review.phase.label(),
                case.registered_on.to_string(),
                case.filed.as_ref().map(|f| f.on.to_string()),
                case.decision.as_ref().map(|d| d.on.to_string()),
                fine,
            ],
        }];
        rows.extend(
            case.officers
                .iter()
                .map(|staff| Row { table: OFFICER.name, values: params![id, *staff, organ, stage.clone()] }),
        );
        rows.extend(act_rows(id, case));
        rows.extend(tasks(case).into_iter().map(|t| Row {
            table: TASK.name,
            values: params![id, t.task, organ, wire_name(&t.role), t.staff, t.title, t.since],
        }));
        rows.extend(
            searchable(case)
                .into_iter()
                .map(|term| Row { table: TERM.name, values: params![id, term, organ] }),
        );
        let payments = case.parties.iter().flat_map(|p| &p.payments).map(|p| &p.receipt);
        let refunds = case.parties.iter().flat_map(|p| &p.refunds).map(|r| &r.receipt);
        let costs = case.substitutions.iter().flat_map(|s| &s.payments).map(|p| &p.receipt);
        rows.extend(
            payments
                .chain(refunds)
                .chain(costs)
                .map(|it| Row { table: RECEIPT.name, values: params![id, it.clone()] }),
        );
        rows.extend(case.documents.iter().enumerate().map(|(index, d)| Row {
            table: DOCUMENT.name,
            values: params![
                id,
                index + 1,
                organ,
                wire_name(&d.kind),
                d.number.as_ref().map(ToString::to_string),
                d.issued_on.to_string(),
            ],
        }));
        let kept = case.archived.and_then(|(on, years)| kept_until(on, years));
        rows.extend(
            kept.map(|day| Row { table: RETENTION.name, values: params![id, organ, day.to_string()] }),
        );
        rows.extend(source_rows(id, organ, case));
        rows
    }
}
