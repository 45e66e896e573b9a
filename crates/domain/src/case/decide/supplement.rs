//! A supplement of the file: what the archives took is noted in the case.

use super::{Issue, Outcome};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::growth::Supplement;
use crate::case::law::construction_rules;
use crate::case::state::Case;
use crate::case::types::DocumentKind;
use crate::refusal::Refusal;

pub(super) fn decide(case: &Case, it: &Supplement, facts: &Facts<'_>) -> Outcome {
    let refuse = |code, message: &str| {
        Refusal::new(code, construction_rules("第四十条"), message, "请核对案卷的补充归档。")
    };
    let last = case.supplements.last();
    // The file itself, formed after the case was archived, comes before any supplement.
    let fits = last.map_or(it.no <= 1, |(last, _)| last.no.checked_add(1) == Some(it.no));
    if !fits {
        return Err(refuse("supplement.order", "补充归档的次序不连续"));
    }
    let from = last.map_or(0, |(last, _)| last.through);
    if it.through > case.version || it.through < from {
        return Err(refuse("supplement.events", "补充归档的办理经过与案件不一致"));
    }
    let mut issue = Issue::new(case, facts);
    issue.document(DocumentKind::FileCatalogue, None)?;
    issue.document(DocumentKind::FileBackSheet, None)?;
    issue.push(CaseEvent::SupplementArchived(it.clone()));
    issue.done()
}
