//! What is entered of performance: money paid, penalties performed, money given back,
//! performed penalties undone.

use super::{Issue, Outcome, punctual_on, required};
use crate::case::claim::Deferral;
use crate::case::command::{CaseCommand as C, Deferring, Payment, Performance, Refund, Restitution};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::performance::{GIVE_BACK, INTEREST, UNDO, refundable_from};
use crate::case::state::{Case, PartyState};
use crate::case::types::*;
use crate::case::{clock, gate};
use crate::cite::{Citation, penalty_law};
use crate::codes::format_yuan;
use crate::refusal::Refusal;

fn refuse(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::RecordPayment(payment) => {
            let left = pay(case, payment, facts)?;
            issue.push(CaseEvent::PaymentRecorded(payment.clone()));
            if let Some(amount_fen) = left {
                issue.push(CaseEvent::AdditionalFineReduced { party: payment.party, amount_fen });
            }
        }
        C::RecordPerformance(it) => {
            perform(case, it, facts)?;
            issue.push(CaseEvent::PerformanceRecorded(it.clone()));
        }
        C::RecordRefund(it) => {
            refund(case, it, facts)?;
            issue.push(CaseEvent::RefundRecorded(it.clone()));
        }
        C::RecordRestitution(it) => {
            undo(case, it, facts)?;
            issue.push(CaseEvent::RestitutionRecorded(it.clone()));
        }
        _ => {}
    }
    issue.done()
}

/// The number of a receipt or voucher: well-formed and never used before.
pub(super) fn voucher(
    case: &Case,
    number: &str,
    article: Citation,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    if number.is_empty()
        || number.len() > 64
        || number != number.trim()
        || number.chars().any(char::is_whitespace)
    {
        return Err(refuse("payment.receipt", article, "票据号不正确", "请填写财政票据号码。")
            .field("receipt", "不能为空、不含空格，不超过64个字符"));
    }
    let used = |p: &PartyState| {
        let refunds = p.refunds.iter().map(|r| &r.receipt);
        p.payments.iter().map(|x| &x.receipt).chain(refunds).any(|it| it.eq_ignore_ascii_case(number))
    };
    let costs = case.substitutions.iter().flat_map(|it| &it.payments).map(|p| &p.receipt);
    let cost = || costs.clone().any(|it| it.eq_ignore_ascii_case(number));
    if facts.receipt_used || case.parties.iter().any(used) || cost() {
        return Err(refuse(
            "payment.receipt_used",
            article,
            "该票据号已经登记过",
            "请核对票据，不要重复登记。",
        )
        .field("receipt", "已经登记"));
    }
    Ok(())
}

/// The payment may be entered; what it leaves of the additional fine, when it takes from it.
fn pay(case: &Case, payment: &Payment, facts: &Facts<'_>) -> Result<Option<i64>, Refusal> {
    let article = || penalty_law("第六十七条");
    let (Some(decision), Some(state)) = (&case.decision, case.party(payment.party)) else { return Ok(None) };
    let served = gate::service(case, decision, payment.party)?;
    // What was paid while the decision stood as it does no longer is measured by what was due then.
    let then = gate::unpaid_then_fen(state, payment.paid_on);
    let since = gate::payable_since_fen(case, payment.party, state);
    let then = then.or((since > 0).then_some(since));
    if then.is_none() {
        gate::owing(case, payment.party, state)?;
    }
    voucher(case, &payment.receipt, article(), facts)?;
    if payment.collector.trim().is_empty() {
        return Err(refuse(
            "payment.collector",
            article(),
            "请填写代收机构",
            "罚款由代收机构收缴，执法机关及其人员不得自行收缴。",
        )
        .field("collector", "不能为空"));
    }
    if payment.paid_on > facts.today() || payment.paid_on < served.effective_on.min(decision.on) {
        return Err(refuse("time.payment", article(), "缴款日期不正确", "应在决定作出之后、今天之前。")
            .field("paid_on", "应在决定作出之后、今天之前"));
    }
    punctual_on(payment.paid_on, "paid_on", facts)?;
    let owing = gate::owing(case, payment.party, state).is_ok();
    let payable = |state: &PartyState| {
        let now = if owing { gate::owed_fen(decision, payment.party, state) } else { 0 };
        now.max(then.unwrap_or(0))
    };
    within(payment.amount_fen, payable(state))?;
    // The day of the payment is not late by it: what that takes from the additional fine is
    // not owed, and not collected to be given back.
    let left = reduced(case, payment.party, facts, |p| p.payments.push(payment.clone()))?;
    let mut after = state.clone();
    after.additional_fen = left.unwrap_or(state.additional_fen);
    within(payment.amount_fen, payable(&after))?;
    Ok(left)
}

/// The amount of a payment, above nothing, is at most what is payable; fen.
fn within(amount_fen: i64, payable: i64) -> Result<(), Refusal> {
    if amount_fen > 0 && amount_fen <= payable {
        return Ok(());
    }
    Err(refuse(
        "payment.amount",
        penalty_law("第六十七条"),
        format!("金额与应缴金额不符，尚欠{}元", format_yuan(payable)),
        "请核对票据金额；多缴的由代收机构退还。",
    )
    .field("amount_fen", format!("不超过{}元", format_yuan(payable))))
}

/// What is left of the additional fine when what is entered now counts from its own day: who
/// paid in time owes no addition because the entry came late, nor for the days of a remedy
/// (第七十二条第一款第一项, 第七十三条第三款). Only what the entered fact itself takes away
/// counts: whatever else changed since the addition was imposed leaves it as it is.
pub(super) fn reduced(
    case: &Case,
    party: PartyNo,
    facts: &Facts<'_>,
    enter: impl FnOnce(&mut PartyState),
) -> Result<Option<i64>, Refusal> {
    let standing = case.revoked(party).is_none();
    let Some(before) = case.party(party).filter(|p| standing && p.additional_fen > 0) else {
        return Ok(None);
    };
    let (decision, _) = gate::served_decision(case, party)?;
    let mut state = before.clone();
    enter(&mut state);
    let imposed = gate::additional_fen(decision, party, before);
    let accrued = clock::additional_cap(case, facts, party, before)?;
    let left = clock::additional_cap(case, facts, party, &state)?;
    let removed = (imposed - left).min(accrued - left);
    Ok((removed > 0).then(|| imposed - removed))
}

/// What is left of the additional fine when a deferral granted on an earlier day is entered:
/// the days from its granting on were not late.
pub(super) fn late_deferral(case: &Case, d: &Deferring, facts: &Facts<'_>) -> Result<Option<i64>, Refusal> {
    if facts.day() >= facts.today() {
        return Ok(None);
    }
    reduced(case, d.party, facts, |p| p.deferrals.push(Deferral::new(d, facts.day(), p.additional_fen)))
}

/// A penalty of the decision, performed after it, by whom and how. One that fell since may have
/// been performed until that was recorded, and is entered to be undone.
fn perform(case: &Case, it: &Performance, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第六十六条第一款");
    required(&it.by, "by", "执行人")?;
    required(&it.manner, "manner", "执行情况")?;
    let decision = gate::made(case)?;
    gate::service(case, decision, it.party)?;
    let Some(state) = case.party(it.party) else { return Ok(()) };
    let fell = gate::performable_then(decision, it.party, state).contains(&it.kind);
    if !fell && !gate::unperformed(decision, it.party, state).contains(&it.kind) {
        return Err(refuse(
            "performance.kind",
            article(),
            format!("对该当事人没有待执行的“{}”", it.kind.label()),
            "请选择决定给予、尚未登记执行的处罚种类。",
        )
        .field("kind", "没有待执行的该种处罚"));
    }
    let until = state.stood.last().filter(|_| fell).map_or(facts.today(), |stood| stood.until);
    if it.on > until || it.on < decision.on {
        return Err(refuse(
            "time.performance",
            article(),
            "执行日期不正确",
            "应在决定作出之后、今天之前；处罚已经撤销、变更的，应在撤销、变更之前。",
        )
        .field("on", "应在决定作出之后、今天之前，不晚于撤销、变更"));
    }
    punctual_on(it.on, "on", facts)
}

/// A performed penalty that fell, undone after that, by a way that undoes its kind.
fn undo(case: &Case, it: &Restitution, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.details, "details", "恢复原状的情况")?;
    let decision = gate::made(case)?;
    let Some(state) = case.party(it.party) else { return Ok(()) };
    if !gate::to_undo(decision, state).contains(&it.kind) {
        return Err(refuse(
            "restitution.kind",
            UNDO,
            format!("对该当事人没有已经执行、应当恢复原状的“{}”", it.kind.label()),
            "请选择决定撤销、变更之前已经执行、尚未登记恢复的处罚种类。",
        )
        .field("kind", "没有应当恢复的该种处罚"));
    }
    if !it.restored.undoes(it.kind) {
        return Err(refuse(
            "restitution.manner",
            UNDO,
            format!("“{}”不能以“{}”恢复", it.kind.label(), it.restored.label()),
            "没收的财物返还，或者给付价款、赔偿金；许可证件、资质恢复；停产停业、关闭、限制解除。",
        )
        .field("restored", "与处罚种类不符"));
    }
    if it.compensation_fen < 0 || it.restored.by_money() && it.compensation_fen == 0 {
        return Err(refuse(
            "restitution.compensation",
            UNDO,
            "给付的金额不正确",
            "给付价款、赔偿金的填写金额；停产停业期间必要的经常性费用开支一并填写，没有的填0。",
        )
        .field("compensation_fen", "请核对金额"));
    }
    if it.on > facts.today() || it.on < refundable_from(case, it.party, decision) {
        return Err(refuse("time.restitution", UNDO, "恢复日期不正确", "应在决定撤销、变更之后、今天之前。")
            .field("on", "应在决定撤销、变更之后、今天之前"));
    }
    punctual_on(it.on, "on", facts)
}

/// What was paid and is no longer due, at most.
fn refund(case: &Case, it: &Refund, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (Some(decision), Some(state)) = (&case.decision, case.party(it.party)) else { return Ok(()) };
    voucher(case, &it.receipt, GIVE_BACK, facts)?;
    if it.on > facts.today() || it.on < refundable_from(case, it.party, decision) {
        return Err(refuse("time.refund", GIVE_BACK, "返还日期不正确", "应在决定撤销、变更之后、今天之前。")
            .field("on", "应在决定撤销、变更之后、今天之前"));
    }
    punctual_on(it.on, "on", facts)?;
    let left = gate::refundable_fen(decision, it.party, state);
    if it.amount_fen <= 0 || it.amount_fen > left {
        return Err(refuse(
            "refund.amount",
            GIVE_BACK,
            format!("应当返还的还有{}元", format_yuan(left)),
            "返还的本金不超过已缴、现在不应缴纳的款项；利息另填。",
        )
        .field("amount_fen", format!("不超过{}元", format_yuan(left))));
    }
    if it.interest_fen < 0 {
        return Err(refuse("refund.interest", INTEREST, "利息不能为负", "没有利息的填0。")
            .field("interest_fen", "不能为负"));
    }
    Ok(())
}
