//! Errata: the system notes what it found, a person answers.

use super::{Outcome, required};
use crate::case::command::CaseCommand as C;
use crate::case::errata::{Erratum, ErratumAnswer, known, of_desk};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::state::Case;
use crate::cite::penalty_law;
use crate::refusal::Refusal;

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    match command {
        C::NoteErrata { errata } => noted(case, errata),
        C::AnswerErratum(answer) => answered(case, answer, facts),
        _ => Ok(Vec::new()),
    }
}

fn refuse(code: &'static str, message: impl Into<String>, remedy: &'static str) -> Refusal {
    Refusal::new(code, penalty_law("第七十五条第二款"), message, remedy)
}

/// What is new of what was found; each rests on events that are there.
fn noted(case: &Case, errata: &[Erratum]) -> Outcome {
    let mut out: Vec<&Erratum> = Vec::new();
    for it in errata {
        let ahead =
            |event: &crate::case::errata::Relied| event.kind == "case" && event.version > case.version;
        if it.relied.is_empty() || it.relied.iter().any(ahead) {
            return Err(refuse("erratum.events", "规则勘误没有指明依据它办理的事项", "请系统重新比对。"));
        }
        if it.old == it.new && !it.key.is_empty() {
            return Err(refuse("erratum.same", "更正前后的规则相同", "请系统重新比对。"));
        }
        if !known(case, it) && !out.contains(&it) {
            out.push(it);
        }
    }
    if out.is_empty() {
        return Err(refuse("erratum.known", "这些规则勘误已经登记", "不需要重复登记。"));
    }
    Ok(out.into_iter().map(|it| CaseEvent::ErratumNoted(it.clone())).collect())
}

fn answered(case: &Case, answer: &ErratumAnswer, facts: &Facts<'_>) -> Outcome {
    let at = usize::from(answer.erratum).checked_sub(1);
    let Some(found) = at.and_then(|at| case.errata.get(at)) else {
        return Err(
            refuse("erratum.unknown", "没有这一项规则勘误", "请核对序号。").field("erratum", "没有该项")
        );
    };
    if found.answered.is_some() {
        return Err(refuse("erratum.answered", "这一项规则勘误已经复核", "不需要重复复核。")
            .field("erratum", "已经复核"));
    }
    of_desk(case, facts, found.noted.desk)?;
    required(&answer.answer, "answer", "复核意见")?;
    Ok(vec![CaseEvent::ErratumAnswered(answer.clone())])
}
