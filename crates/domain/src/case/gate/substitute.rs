//! Guards of 代履行 (行政强制法第五十条至第五十二条).

use super::{Gate, no, no_pending};
use crate::case::command::Proposal;
use crate::case::correction::CorrectionOrder;
use crate::case::facts::Facts;
use crate::case::law::coercion_law;
use crate::case::state::*;
use crate::case::types::*;
use crate::codes::format_yuan;
use crate::period;
use crate::refusal::Refusal;

/// The order binds, its term is over, and it was not followed.
///
/// # Errors
/// When it is not, with the day from which it may be.
pub fn order_overdue(case: &Case, facts: &Facts<'_>, it: &CorrectionOrder) -> Gate {
    if !it.open(case) {
        return no(
            "order.performed",
            coercion_law("第五十一条第一款第二项"),
            "该次责令改正已经复查合格，或者不再有效",
            "当事人已经履行的，不再催告、代履行。",
        );
    }
    let Some(due) = it.due_on else {
        return no(
            "order.unserved",
            coercion_law("第三十五条"),
            "责令改正的决定书尚未送达",
            "请先送达，期限届满后再催告。",
        );
    };
    let document = it.document.and_then(|no| case.document(no));
    if document.is_some_and(|d| d.service.is_none()) {
        return no("order.unserved", coercion_law("第三十五条"), "责令改正的文书尚未送达", "请先送达。");
    }
    if facts.today() <= due {
        let refusal = Refusal::new(
            "order.not_due",
            coercion_law("第三十五条"),
            format!("责令改正的期限到{}才届满", period::long(due)),
            "逾期不改正的，届满后再办。",
        );
        return Err(refusal.after(super::next_day(due)));
    }
    Ok(())
}

/// For any order, `check` holds; otherwise the refusal for the last of them.
fn any_order(case: &Case, check: impl Fn(&CorrectionOrder) -> Gate) -> Gate {
    let mut last = no(
        "order.none",
        coercion_law("第五十条"),
        "没有要求当事人排除妨碍、恢复原状的责令改正",
        "请先责令改正，逾期不改正的再催告。",
    );
    for it in &case.corrections {
        last = check(it);
        if last.is_ok() {
            return last;
        }
    }
    last
}

/// An order is overdue, and no demand of it runs.
pub fn demand_order(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    any_order(case, |it| order_demandable(case, facts, it))
}

/// As [`demand_order`], for the order.
///
/// # Errors
/// When it is not overdue, or is demanded already.
pub fn order_demandable(case: &Case, facts: &Facts<'_>, it: &CorrectionOrder) -> Gate {
    order_overdue(case, facts, it)?;
    // Before 代履行 itself the party is demanded once more (第五十一条第一款第二项).
    let since = case.substitutions.iter().filter(|s| s.done.is_none());
    let since =
        since.filter(|s| s.what.order.and_then(|no| crate::case::enforcement::order(case, no)) == Some(it));
    let since = since.map(|s| s.version).max().unwrap_or(0);
    let running = it.demands.last().filter(|d| d.version > since && facts.today() <= d.due_on);
    if let Some(running) = running {
        let refusal = Refusal::new(
            "demand.repeated",
            coercion_law("第三十五条"),
            format!("已经催告，期限到{}届满", period::long(running.due_on)),
            "期满仍不履行的，再办。",
        );
        return Err(refusal.after(super::next_day(running.due_on)));
    }
    Ok(())
}

/// One 代履行 is proposed at a time; what is cleared at once needs nothing before it.
pub fn substitute(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Substitute(_)))
}

/// A decision on 代履行 waits to be carried out.
pub fn carry_out_substitute(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.substitutions.iter().any(|it| it.pending(case)) {
        return Ok(());
    }
    let performed = case.substitutions.iter().find(|it| it.done.is_none() && !it.dropped);
    // What was done before the order was found followed is still entered.
    let rechecked = |it: &&crate::case::substitute::Substitution| {
        let order = it.what.order.and_then(|no| crate::case::enforcement::order(case, no));
        order.is_some_and(|order| order.rechecked_on.is_some_and(|on| on >= it.on))
    };
    if performed.as_ref().is_some_and(rechecked) {
        return Ok(());
    }
    if performed.is_some() {
        return no(
            "substitute.performed",
            coercion_law("第五十一条第一款第二项"),
            "当事人已经履行，停止代履行",
            "不再实施。",
        );
    }
    no("substitute.none", coercion_law("第五十一条"), "没有待实施的代履行", "请先作出并送达代履行决定。")
}

/// Something of a cost is owed, or is to be given back.
pub fn cost(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.substitutions.iter().any(|it| it.owed_fen(case) > 0 || it.refundable_fen(case) > 0) {
        return Ok(());
    }
    no(
        "cost.none",
        coercion_law("第五十一条第二款"),
        "没有应收、应退的代履行费用",
        "代履行实施完毕并登记费用后再登记收付。",
    )
}

/// No cost is left to give back (第四十一条).
pub fn costs_back(case: &Case) -> Gate {
    let left = case.numbered_substitutions().find(|(_, it)| it.refundable_fen(case) > 0);
    let Some((number, it)) = left else { return Ok(()) };
    no(
        "cost.refund",
        coercion_law("第四十一条"),
        format!("第{number}次代履行的费用应当返还{}元", format_yuan(it.refundable_fen(case))),
        "据以执行的决定被撤销、变更的，退还财物：请登记返还。",
    )
}

/// Every 代履行 is over: carried out and told, or not needed any more, and its cost paid.
pub fn substituted(case: &Case) -> Gate {
    for (number, it) in case.numbered_substitutions() {
        let ended = case.party(it.what.party).is_some_and(|p| p.enforcement.ended.is_some());
        if it.done.is_none() && !it.dropped && it.what.immediate.is_some() && !ended {
            return no(
                "substitute.open",
                coercion_law("第五十二条"),
                format!("第{number}次代履行已经决定，尚未实施"),
                "请实施并登记；标的已经灭失、清除而不再实施的，呈请终结执行。",
            );
        }
        if it.done.is_some() && case.document(it.document).is_some_and(|d| d.service.is_none()) {
            return no(
                "substitute.untold",
                coercion_law("第五十二条"),
                format!("第{number}次代履行的决定书尚未送达当事人"),
                "当事人不在场的，应当在事后立即通知：请送达并登记。",
            );
        }
        // The court ended the enforcement of money against the party.
        let over = case.party(it.what.party).is_some_and(PartyState::enforcement_over);
        if it.owed_fen(case) > 0 && !ended && !over {
            return no(
                "cost.owed",
                coercion_law("第五十一条第二款"),
                format!("第{number}次代履行的费用尚欠{}元", format_yuan(it.owed_fen(case))),
                "请收缴并登记；当事人确无能力的，依法中止、终结执行。",
            );
        }
    }
    Ok(())
}
