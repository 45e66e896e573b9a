//! 代履行 (行政强制法第五十条至第五十二条).

use super::carrying_out::{rested, unpaused, witnessed};
use super::enforcement::{refuse, served_demand, unknown_order};
use super::investigate::held;
use super::{Issue, Outcome, punctual_on, required};
use crate::case::command::*;
use crate::case::correction::CorrectionOrder;
use crate::case::enforcement::order;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::law::coercion_law;
use crate::case::state::*;
use crate::case::substitute::{CostEntry, OrderDemanded, Substitution};
use crate::case::types::*;
use crate::codes::{MAX_FEN, format_yuan};
use crate::matter::civil_day;
use crate::period::{self, Period, Rule};
use crate::refusal::Refusal;
use jiff::civil::Date;

pub(super) fn decide(case: &Case, command: &CaseCommand, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        CaseCommand::DemandOrder(it) => {
            required(&it.manner, "manner", "履行义务的方式")?;
            let order = order(case, it.order).ok_or_else(|| unknown_order("第三十五条"))?;
            gate::order_demandable(case, facts, order)?;
            if it.due_on <= facts.today() {
                return Err(refuse(
                    "time.demand",
                    "第三十五条第一项",
                    "履行义务的期限应在今天之后",
                    "请留出合理的期限。",
                )
                .field("due_on", "应在今天之后"));
            }
            let document = issue.document(DocumentKind::OrderDemand, Some(order.party))?;
            issue.push(CaseEvent::OrderDemanded(OrderDemanded { document, demand: it.clone() }));
        }
        CaseCommand::CarryOutSubstitute(it) => {
            let found = done(case, it, facts)?;
            issue.document(DocumentKind::EnforcementRecord, Some(found.what.party))?;
            issue.push(CaseEvent::SubstituteCarriedOut(it.clone()));
        }
        CaseCommand::RecordCost(it) => {
            cost(case, it, facts)?;
            issue.push(CaseEvent::SubstituteCostPaid(it.clone()));
        }
        _ => {}
    }
    issue.done()
}

/// What a decision on 代履行 must contain, and the conditions of 第五十条, or those of 第五十二条.
pub(super) fn content(case: &Case, it: &Substituting, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.subject, "subject", "代履行的标的")?;
    required(&it.reasons, "reasons", "理由和依据")?;
    required(&it.manner, "manner", "代履行的方式")?;
    required(&it.performer, "performer", "代履行人")?;
    let Some(state) = case.party(it.party) else {
        return Err(refuse("party.unknown", "第五十条", "案件中没有该当事人", "请选择案件中的当事人。")
            .field("party", "没有该当事人"));
    };
    // What obstructs a road is cleared at once whatever else stands between organ and party.
    if it.immediate.is_none() {
        gate::at_liberty(case, facts, it.party, state)?;
    }
    if !it.disinterested {
        return Err(refuse(
            "substitute.interested",
            "第五十条",
            "代履行人与案件有利害关系",
            "由本机关代履行，或者委托没有利害关系的第三人代履行。",
        )
        .field("disinterested", "应当没有利害关系"));
    }
    if !(0..=MAX_FEN).contains(&it.budget_fen) || it.planned_on < facts.today() {
        return Err(refuse(
            "substitute.plan",
            "第五十一条第一款第一项",
            "代履行的日期、费用预算不正确",
            "日期不早于今天，费用按照成本合理确定，没有的填0。",
        )
        .field("planned_on", "不能早于今天"));
    }
    let Some(no) = it.order else { return at_once(it) };
    let found = order(case, no).filter(|o| o.party == it.party).ok_or_else(|| unknown_order("第五十条"))?;
    if it.immediate.is_some() || it.harm.is_none() {
        return Err(refuse(
            "substitute.harm",
            "第五十条",
            "没有写明不履行的后果，或者与立即清除混填",
            "后果已经或者将危害交通安全、造成环境污染或者破坏自然资源的，才可以代履行；请选择一项。",
        )
        .field("harm", "请选择"));
    }
    let same = |s: &&Substitution| s.done.is_none() && !s.dropped && s.what.order == it.order;
    if case.substitutions.iter().any(|s| same(&s)) {
        return Err(refuse(
            "substitute.repeated",
            "第五十一条",
            "该次责令改正已经决定代履行，尚未实施",
            "请送达、催告后实施。",
        )
        .field("order", "已经决定代履行"));
    }
    overdue(case, found, facts)
}

/// What is cleared at once: obstacles in a road, a river, a waterway or a public place.
fn at_once(it: &Substituting) -> Result<(), Refusal> {
    if it.immediate.is_some() && it.harm.is_none() {
        return Ok(());
    }
    Err(refuse(
        "substitute.order",
        "第五十条",
        "代履行须以责令排除妨碍、恢复原状的决定为依据",
        "请选择责令改正的次序和不履行的后果；需要立即清除道路、河道、航道或者公共场所的遗洒物、障碍物、\
         污染物，当事人不能清除的，只选择地点（第五十二条）。",
    )
    .field("order", "请选择"))
}

/// The order is overdue, was demanded, and the term of the demand is over (第五十条).
fn overdue(case: &Case, it: &CorrectionOrder, facts: &Facts<'_>) -> Result<(), Refusal> {
    gate::order_overdue(case, facts, it)?;
    let (demand, served) = served_demand(case, it, 0)?;
    let last = demand.due_on.max(served.effective_on);
    if facts.today() > last {
        return Ok(());
    }
    let message = format!("催告的期限到{}才届满", period::long(last));
    Err(refuse("demand.running", "第五十条", message, "经催告仍不履行的，再决定代履行。")
        .after(next_day(last)))
}

/// 代履行 as it was carried out: decision served, demanded three days before and not performed,
/// supervised, signed, at a decent hour, at its cost.
fn done<'c>(case: &'c Case, it: &SubstituteDone, facts: &Facts<'_>) -> Result<&'c Substitution, Refusal> {
    required(&it.record, "record", "代履行的经过和结果")?;
    let Some(found) = case.substitution(it.substitution).filter(|s| s.done.is_none() && !s.dropped) else {
        return Err(refuse(
            "substitute.unknown",
            "第五十一条",
            "没有该次代履行，或者已经实施",
            "请选择待实施的代履行。",
        )
        .field("substitution", "没有待实施的该次代履行"));
    };
    let day = civil_day(it.session.started_at);
    // What was done before the order was found followed is still entered, with its cost.
    let order_of = found.what.order.and_then(|no| order(case, no));
    let since = order_of.and_then(|it| it.rechecked_on).is_some_and(|on| on > day);
    if !found.pending(case) && !since {
        return Err(refuse(
            "substitute.performed",
            "第五十一条第一款第二项",
            "当事人已经履行，停止代履行",
            "不再实施。",
        ));
    }
    let Some(state) = case.party(found.what.party) else { return Ok(found) };
    held(case, &it.session, facts)?;
    if found.what.immediate.is_none() {
        gate::at_liberty(case, facts, found.what.party, state)?;
        unpaused(state, day)?;
    }
    if found.what.immediate.is_none() {
        reminded(case, found, day, facts)?;
    }
    if day < found.on {
        return Err(refuse("time.substitute", "第五十一条", "实施日期早于决定之日", "请核对时间。")
            .field("started_at", "早于决定之日"));
    }
    if !it.session.officers.contains(&it.supervisor) {
        return Err(refuse(
            "substitute.supervisor",
            "第五十一条第一款第三项",
            "到场监督的工作人员不在实施人员之中",
            "代履行时，作出决定的机关应当派员到场监督；请选择到场的执法人员。",
        )
        .field("supervisor", "没有到场"));
    }
    rested(&it.session, &it.urgent, facts)?;
    if !it.performer_signed {
        return Err(refuse(
            "substitute.unsigned",
            "第五十一条第一款第四项",
            "监督的工作人员、代履行人没有签名",
            "完毕后，监督人员、代履行人和当事人或者见证人应当在执行文书上签名或者盖章。",
        )
        .field("performer_signed", "应当签名"));
    }
    witnessed(it.presence, &it.witness, "第五十一条第一款第四项")?;
    if !(0..=MAX_FEN).contains(&it.cost_fen) || it.cost_fen > 0 && it.cost_basis.is_blank() {
        return Err(refuse(
            "substitute.cost",
            "第五十一条第二款",
            "费用不正确，或者没有写明计算依据",
            "费用按照成本合理确定；没有的填0，有的写明依据。",
        )
        .field("cost_basis", "请写明计算依据"));
    }
    Ok(found)
}

/// Decision served, its day come, and the party demanded once more, three days before
/// (第五十一条第一款第一项、第二项; working days by 第六十九条).
fn reminded(case: &Case, it: &Substitution, day: Date, facts: &Facts<'_>) -> Result<(), Refusal> {
    let served = case.document(it.document).and_then(|d| d.service.as_ref());
    if served.is_none_or(|s| s.effective_on > day) {
        return Err(refuse(
            "substitute.unserved",
            "第五十一条第一款第一项",
            "代履行决定书尚未送达",
            "代履行前应当送达决定书。",
        ));
    }
    let order = it.what.order.and_then(|no| order(case, no)).ok_or_else(|| unknown_order("第五十条"))?;
    let (_, reminder) = served_demand(case, order, it.version)?;
    let limit = facts.limit(&reminder_rule(), reminder.gate_day(), "催告书送达之日", &[])?;
    let last = limit.due.latest();
    if day <= last || day < it.what.planned_on {
        let from = next_day(last).max(it.what.planned_on);
        return Err(refuse(
            "substitute.early",
            "第五十一条第一款第二项",
            format!("代履行三日前应当催告，{}起才可以实施", period::long(from)),
            "催告送达满三个工作日、到决定书载明的日期，当事人仍不履行的，再实施。",
        )
        .field("started_at", "不满三个工作日，或者早于决定书载明的日期")
        .after(from));
    }
    Ok(())
}

/// The demand before 代履行: three days, which are working days.
pub(crate) fn reminder_rule() -> Rule {
    Rule {
        id: "case.substitute_reminder".into(),
        title: "代履行前催告".into(),
        period: Period::working_days(3),
        citation: coercion_law("第五十一条第一款第二项"),
        day_citation: Some(coercion_law("第六十九条")),
    }
}

/// A receipt never used before, for what is owed, or for what is to be given back.
fn cost(case: &Case, it: &CostPayment, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = "第五十一条第二款";
    let Some(found) = case.substitution(it.substitution) else {
        return Err(refuse("substitute.unknown", article, "没有该次代履行", "请选择已经实施的代履行。")
            .field("substitution", "没有该次代履行"));
    };
    super::performance::voucher(case, &it.receipt, coercion_law(article), facts)?;
    let most = match it.entry {
        CostEntry::Paid => found.owed_fen(case),
        CostEntry::Back => found.refundable_fen(case),
    };
    if it.amount_fen <= 0 || it.amount_fen > most {
        let what = match it.entry {
            CostEntry::Paid => "尚欠",
            CostEntry::Back => "应当返还",
        };
        return Err(refuse(
            "cost.amount",
            article,
            format!("金额与{what}的代履行费用不符，{what}{}元", format_yuan(most)),
            "请核对票据金额和收付方向。",
        )
        .field("amount_fen", format!("不超过{}元", format_yuan(most))));
    }
    if it.on > facts.today() || it.on < found.on {
        return Err(refuse("time.cost", article, "日期不正确", "应在代履行决定之后、今天之前。")
            .field("on", "应在代履行决定之后、今天之前"));
    }
    punctual_on(it.on, "on", facts)
}

fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}
