//! Guards of what follows a decision: payment, enforcement, remedies, closing, archive.

use super::{
    Gate, agreement_over, amendment_served, any_party, at_liberty, costs_back, demand_refuted,
    goods_disposed, heard_late, next_day, no, no_pending, party_heard_late, recorded, substituted,
};
pub use crate::case::claim::{applied, demandable, enforceable};
use crate::case::claim::{beyond_application, demanded_fen, fallen_due_fen};
use crate::case::clock;
use crate::case::command::Proposal;
use crate::case::facts::Facts;
use crate::case::law::{coercion_law, construction_rules};
use crate::case::performance::{GIVE_BACK, UNDO};
pub use crate::case::performance::{
    owed_fen, payable_since_fen, payable_then, performable_then, refundable, refundable_fen, to_undo,
    undoable, unpaid_then_fen, unperformed,
};
use crate::case::state::*;
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::codes::format_yuan;
use crate::period;
use crate::refusal::Refusal;

fn revoked(article: Citation) -> Refusal {
    Refusal::new("decision.revoked", article, "处罚决定已被撤销", "不能再据以执行，可以呈请结案。")
}

/// The decision, whether or not it still stands.
///
/// # Errors
/// When there is none.
pub fn made(case: &Case) -> Result<&Decision, Refusal> {
    case.decision.as_ref().ok_or_else(|| {
        Refusal::new("decision.none", penalty_law("第五十七条"), "尚未作出决定", "作出并送达决定后再办。")
    })
}

fn decided(case: &Case) -> Result<&Decision, Refusal> {
    let decision = made(case)?;
    if decision.revoked.is_some() {
        return Err(revoked(penalty_law("第七十五条第二款")));
    }
    Ok(decision)
}

/// A revocable decision exists.
pub fn revoke(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    decided(case).map(|_| ())
}

/// The decision document of a party and its service.
pub fn served_decision(case: &Case, number: PartyNo) -> Result<(&Decision, &Served), Refusal> {
    let decision = decided(case)?;
    if case.party(number).is_some_and(|p| p.revoked.is_some()) {
        return Err(revoked(penalty_law("第七条")));
    }
    Ok((decision, service(case, decision, number)?))
}

/// The service of the decision document of a party, whether or not the decision still stands.
pub fn service<'c>(case: &'c Case, decision: &Decision, number: PartyNo) -> Result<&'c Served, Refusal> {
    let served = decision
        .documents
        .iter()
        .find(|(p, _)| *p == number)
        .and_then(|(_, d)| case.document(*d))
        .and_then(|d| d.service.as_ref());
    served.ok_or_else(|| {
        Refusal::new(
            "decision.unserved",
            penalty_law("第六十一条第一款"),
            "处罚决定书尚未送达该当事人",
            "请先送达决定书。",
        )
    })
}

/// The fine and the confiscated income of a party as they stand: as decided, or as a
/// remedy changed them; fen.
pub fn amounts_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> (i64, i64) {
    let decided = || decision.substance.disposal(number).map_or((0, 0), |d| (d.fine_fen, d.confiscated_fen));
    state.changed.unwrap_or_else(decided)
}

/// Money the decision takes from a party, without additions: fen.
pub fn principal_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    let (fine, confiscated) = amounts_fen(decision, number, state);
    fine + confiscated
}

/// The additional fine that counts: never above the fine as it stands now, fen.
pub fn additional_fen(decision: &Decision, number: PartyNo, state: &PartyState) -> i64 {
    state.additional_fen.min(amounts_fen(decision, number, state).0)
}

/// Something is owed under a served decision, in a case that is not closed.
pub fn owing(case: &Case, number: PartyNo, state: &PartyState) -> Gate {
    let (decision, _) = served_decision(case, number)?;
    if owed_fen(decision, number, state) <= 0 {
        return no(
            "payment.nothing_owed",
            penalty_law("第六十七条"),
            "该当事人没有应缴而未缴的款项",
            "请核对票据所属案件。",
        );
    }
    // What a remedy added after the case was closed is collected still.
    let raised = |closed| state.stood.last().is_some_and(|it| it.until >= closed);
    if case.stage != Stage::Decided && !case.closed.is_some_and(|(_, closed)| raised(closed)) {
        return no(
            "payment.closed",
            penalty_law("第六十七条"),
            "案件已经结案，不再收缴款项",
            "只能补登决定撤销、变更之前缴纳的款项，以便返还。",
        );
    }
    Ok(())
}

/// Something is owed, or something that was owed before the decision was revoked or changed
/// may have been paid then, or came in after the revocation: it is entered, whatever the case
/// has come to, to be given back.
pub fn pay(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        if payable_then(state) || payable_since_fen(case, number, state) > 0 {
            return Ok(());
        }
        owing(case, number, state)
    })
}

/// A penalty other than money waits for its performance, or fell and may have been performed
/// before that.
pub fn perform(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        if !performable_then(made(case)?, number, state).is_empty() {
            return Ok(());
        }
        let (decision, _) = served_decision(case, number)?;
        if case.stage != Stage::Decided {
            return no(
                "performance.closed",
                penalty_law("第六十六条第一款"),
                "案件已经结案，不再登记执行",
                "只能补登决定撤销、变更之前的执行情况，以便恢复。",
            );
        }
        if unperformed(decision, number, state).is_empty() {
            return no(
                "performance.none",
                penalty_law("第六十六条第一款"),
                "该当事人没有待执行的其他处罚",
                "罚款、没收违法所得登记缴款；警告、通报批评自决定书送达时生效。",
            );
        }
        Ok(())
    })
}

/// More was paid than is due now.
pub fn refund(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        if case.decision.as_ref().is_some_and(|d| refundable_fen(d, number, state) > 0) {
            return Ok(());
        }
        no(
            "refund.none",
            GIVE_BACK,
            "没有应当返还该当事人的款项",
            "决定被撤销、变更后，多缴的款项才需要返还。",
        )
    })
}

/// A penalty was performed, and fell after that.
pub fn undo(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if case.decision.as_ref().is_some_and(|d| !to_undo(d, state).is_empty()) {
            return Ok(());
        }
        no(
            "restitution.none",
            UNDO,
            "没有应当恢复原状的处罚",
            "决定被撤销、变更后，已经执行的罚款、没收违法所得以外的处罚才需要恢复；款项登记返还。",
        )
    })
}

/// No money is left to give back, and nothing performed to be undone.
pub fn undone(case: &Case) -> Gate {
    if let Some((number, kind)) = undoable(case) {
        return no(
            "restitution.owed",
            UNDO,
            format!("对第{number}名当事人已经执行的“{}”尚未恢复原状", kind.label()),
            "请返还财物、恢复许可证件、解除停产停业等限制并登记；当事人请求赔偿的，依法赔偿。",
        );
    }
    costs_back(case)?;
    let Some((number, fen)) = refundable(case) else { return Ok(()) };
    no(
        "refund.owed",
        GIVE_BACK,
        format!("应当返还第{number}名当事人的{}元尚未返还", format_yuan(fen)),
        "请返还并登记票据，返还的罚款应当支付银行同期存款利息（第七项）。",
    )
}

/// A fine is owed and no court was asked yet.
pub fn defer(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Defer(_)))?;
    any_party(case, party, |number, state| deferrable(case, facts, number, state))
}

/// As [`defer`], for the party, also when the approval is given. What the court was asked to
/// enforce is the court's; what it declined is not. What an agreement says is kept or broken.
pub fn deferrable(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    owing(case, number, state)?;
    agreement_over(facts, number, state)?;
    if state.court_on.is_some() && !state.enforcement_denied() {
        return no(
            "court.asked",
            penalty_law("第六十六条第二款"),
            "已经申请人民法院强制执行，不再批准延期、分期缴纳",
            "由人民法院依法执行；裁定不准予执行的，可以再批准。",
        );
    }
    Ok(())
}

fn overdue(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    owing(case, number, state)?;
    // An addition since the plan stands in no instalment, and waits for none.
    if state.plan().is_some() && demandable(decided(case)?, number, state, facts.today()).total_fen() > 0 {
        return Ok(());
    }
    let due = clock::payment_gate(case, facts, number, state)?;
    if facts.today() <= due {
        return Err(Refusal::new(
            "payment.not_due",
            penalty_law("第六十七条第三款"),
            format!("缴款期限到{}才届满", period::long(due)),
            "逾期不缴的，届满后再办。",
        )
        .after(next_day(due)));
    }
    Ok(())
}

/// The term of payment has passed.
pub fn demand_fine(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| overdue(case, facts, number, state))
}

/// An additional fine has accrued.
pub fn additional_fine(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        overdue(case, facts, number, state)?;
        if state.remedy_pending() {
            return no(
                "remedy.pending",
                penalty_law("第七十三条第三款"),
                "申请行政复议或者提起行政诉讼期间，加处罚款不予计算",
                "请等待复议、诉讼结果。",
            );
        }
        // What an agreement waived is not imposed again (行政强制法第四十二条第一款).
        let taken = state.additional_fen + state.enforcement.waived_fen;
        if clock::additional_cap(case, facts, number, state)? <= taken {
            return no(
                "additional.cap",
                coercion_law("第四十五条第二款"),
                "加处罚款已达到罚款本数",
                "加处罚款的数额不得超出罚款的数额。",
            );
        }
        Ok(())
    })
}

/// Money is overdue, or nothing but a penalty other than money is left to perform: both papers
/// name all that is owed, so while money is owed they wait until it is overdue.
fn not_performed(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    let (decision, served) = served_decision(case, number)?;
    let money = owed_fen(decision, number, state) > 0;
    let open = !unperformed(decision, number, state).is_empty();
    if !money && open && served.gate_day() <= facts.today() {
        return Ok(());
    }
    overdue(case, facts, number, state)
}

/// Unperformed, and the remedies' terms are known.
pub fn demand_enforcement(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        not_performed(case, facts, number, state)?;
        amendment_served(case, state)?;
        party_heard_late(case, number, state)?;
        // What fell due since the demand is demanded anew.
        let fallen = fallen_due_fen(decided(case)?, number, state, facts.today());
        let again = demand_refuted(case, number, state);
        if state.enforcement_demand.is_some() && fallen <= state.demanded_fen && !again {
            return no(
                "demand.repeated",
                coercion_law("第五十四条"),
                "已经催告过",
                "催告书送达十日后仍未履行的，可以申请法院强制执行。",
            );
        }
        Ok(())
    })
}

/// Demand served ten working days ago, remedies' terms over, within three months.
pub fn court(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let (decision, served) = served_decision(case, number)?;
        not_performed(case, facts, number, state)?;
        party_heard_late(case, number, state)?;
        at_liberty(case, facts, number, state)?;
        let Some(demand) = state.enforcement_demand.and_then(|d| case.document(d)) else {
            return no(
                "demand.none",
                coercion_law("第五十四条"),
                "申请人民法院强制执行前没有催告",
                "请先制发并送达催告书。",
            );
        };
        let Some(demanded) = &demand.service else {
            return no("demand.unserved", coercion_law("第五十四条"), "催告书尚未送达", "请先送达催告书。");
        };
        let money = owed_fen(decision, number, state) > 0;
        if money && enforceable(decision, number, state, facts.today()).total_fen() == 0 {
            return no(
                "demand.none",
                coercion_law("第五十四条"),
                "催告的款项已经缴清，此后到期的款项没有催告",
                "请对此后到期的款项另行制发并送达催告书。",
            );
        }
        let wait = facts.limit(&facts.law.court_demand, demanded.gate_day(), "催告书送达之日", &[])?;
        if !period::closes_after(&wait, facts.today()) {
            return Err(Refusal::new(
                "demand.running",
                coercion_law("第五十四条"),
                format!("催告书送达未满十日，到{}届满", period::long(wait.due.latest())),
                "期满仍未履行的再申请。",
            )
            .after(next_day(wait.due.latest())));
        }
        if state.remedy_pending() {
            return no("remedy.pending", coercion_law("第五十三条"), "复议或者诉讼尚未终结", "请等待结果。");
        }
        let asked = demanded_fen(decision, number, state, facts.today()) <= state.applied_fen;
        if state.court_on.is_some() && !state.enforcement_denied() && asked {
            return no(
                "court.repeated",
                coercion_law("第五十三条"),
                "已经申请人民法院强制执行",
                "请等待法院裁定。",
            );
        }
        in_term(facts, served, amendment_served(case, state)?, state)
    })
}

/// The terms of the remedies are over, and the organ's own three months are not.
/// An amendment opens the remedies anew, from its own service.
fn in_term(facts: &Facts<'_>, served: &Served, amended: Option<&Served>, state: &PartyState) -> Gate {
    let served = amended.unwrap_or(served);
    // The gate opens by the later of service and its recording; the organ's
    // own three months run from the service as it happened.
    let over = clock::remedies_over(facts, served.gate_day(), state)?;
    if facts.today() <= over {
        return Err(Refusal::new(
            "remedy.window_open",
            coercion_law("第五十三条"),
            format!("申请行政复议、提起行政诉讼的期限到{}才届满", period::long(over)),
            "期限届满后再申请。",
        )
        .after(next_day(over)));
    }
    let last = clock::court_limit(facts, served, state)?;
    if period::closes_after(&last, facts.today()) {
        return no(
            "court.too_late",
            coercion_law("第五十三条"),
            format!("申请强制执行的三个月期限已于{}届满", period::long(last.due.latest())),
            "逾期不再受理，请记录原因并报告负责人。",
        );
    }
    Ok(())
}

/// A remedy is pending.
pub fn conclude_remedy(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.remedy_pending() {
            return Ok(());
        }
        no("remedy.none", penalty_law("第七条"), "没有进行中的复议或者诉讼", "请先登记。")
    })
}

/// The court was asked, and has not ended it yet.
pub fn ruling(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.court_on.is_none() {
            return no(
                "court.none",
                coercion_law("第五十三条"),
                "没有申请人民法院强制执行",
                "申请并经法院裁定后再登记。",
            );
        }
        if state.enforcement_denied() {
            return no(
                "court.denied",
                coercion_law("第五十八条"),
                "人民法院已裁定不准予强制执行",
                "可以再次申请；不再申请的，呈请结案。",
            );
        }
        if state.enforcement_over() {
            return no("court.over", coercion_law("第五十七条"), "强制执行已经终结", "不需要重复登记。");
        }
        Ok(())
    })
}

/// Nothing is left to perform.
pub fn close(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Close { .. }))?;
    closable(case, facts)
}

/// As [`close`], also when the approval is given.
pub fn closable(case: &Case, facts: &Facts<'_>) -> Gate {
    let article = || construction_rules("第三十一条");
    let Some(decision) = &case.decision else {
        return no("decision.none", article(), "尚未作出决定", "作出决定后再结案。");
    };
    if let Some(open) = case.proposals.iter().find(|p| {
        matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed)
            && !matches!(p.body, Proposal::Close { .. })
    }) {
        return no(
            "proposal.pending",
            article(),
            format!("“{}”尚未审批完毕", open.body.verb().label()),
            "全部呈批事项审批完毕后再结案。",
        );
    }
    settled(case, decision, facts)?;
    recorded(case, facts)
}

/// Nothing of the decision is left to perform, whatever still waits for approval.
pub fn settled(case: &Case, decision: &Decision, facts: &Facts<'_>) -> Gate {
    let article = || construction_rules("第三十一条");
    goods_disposed(case, facts)?;
    undone(case)?;
    heard_late(case)?;
    for (number, state) in case.numbered_parties() {
        if case.revoked(number).is_some() {
            continue;
        }
        let (_, served) = served_decision(case, number)?;
        if served.effective_on > facts.today() {
            return Err(Refusal::new(
                "decision.unserved",
                penalty_law("第六十一条第一款"),
                format!("公告送达到{}才视为送达", served.effective_on),
                "请等待公告期满。",
            )
            .after(served.effective_on));
        }
        if owed_fen(decision, number, state) > 0 && state.court_on.is_some() && !state.enforcement_over() {
            return no(
                "court.no_ruling",
                article(),
                format!("第{number}名当事人的强制执行尚未终结"),
                "登记人民法院不准予执行、终结执行或者执行完毕的裁定后再结案。",
            );
        }
        amendment_served(case, state)?;
        // What the organ ended is not performed any more (行政强制法第四十条).
        if state.enforcement.ended.is_some() {
            continue;
        }
        let beyond = beyond_application(decision, number, state);
        if owed_fen(decision, number, state) > 0 && (!state.enforcement_over() || beyond) {
            return no(
                "payment.owed",
                article(),
                format!("第{number}名当事人尚有款项未缴"),
                "缴清，或者依法申请强制执行并终结后再结案。",
            );
        }
        if let Some(kind) = unperformed(decision, number, state).first().filter(|_| !state.enforcement_over())
        {
            return no(
                "performance.open",
                penalty_law("第六十六条第一款"),
                format!("对第{number}名当事人的“{}”尚未执行", kind.label()),
                "执行后登记执行情况；当事人不履行的，依法申请强制执行并终结后再结案。",
            );
        }
    }
    substituted(case)?;
    let ended = |no| case.party(no).is_some_and(|p| p.enforcement.ended.is_some());
    if let Some(index) = case.corrections.iter().position(|c| c.open(case) && !ended(c.party)) {
        return no(
            "correction.open",
            penalty_law("第二十八条第一款"),
            format!("第{}次责令改正尚未复查合格", index + 1),
            "请先复查整改情况。",
        );
    }
    Ok(())
}

/// Every issued document was made and served, registered goods were disposed of, and
/// money that is no longer due was given back.
pub fn archive(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    goods_disposed(case, facts)?;
    recorded(case, facts)?;
    undone(case)?;
    heard_late(case)?;
    if let Some(d) = case.documents.iter().find(|d| d.made.is_none()) {
        return no(
            "document.unmade",
            construction_rules("第四十条"),
            format!("《{}》尚未制成", d.kind.label()),
            "等待文书制成；失败的请查看原因。",
        );
    }
    let unserved = case
        .documents
        .iter()
        .zip(1..)
        .find(|(d, no)| d.kind.served() && d.service.is_none() && !case.superseded(*no));
    if let Some((d, _)) = unserved {
        return no(
            "document.unserved",
            construction_rules("第四十条"),
            format!("《{}》没有送达回证", d.kind.label()),
            "请登记送达。",
        );
    }
    Ok(())
}

/// What grew after the file was archived is over, and its acts are recorded.
pub fn supplement(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    crate::case::growth::over(case)?;
    recorded(case, facts)
}
