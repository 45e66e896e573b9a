//! Guards of the organ's own enforcement (行政强制法第三十四条至第四十六条).

use super::{Gate, any_party, made, next_day, no, no_pending, owed_fen, served_decision, unperformed};
use crate::case::claim::enforceable;
use crate::case::command::Proposal;
use crate::case::document::Served;
use crate::case::enforcement::{EnforcementDecision, EnforcementManner};
use crate::case::facts::Facts;
use crate::case::law::coercion_law;
use crate::case::state::*;
use crate::case::types::*;
use crate::period;
use crate::refusal::Refusal;
use jiff::civil::Date;

/// The documents by which a party was demanded to perform, with their numbers: the decision, and
/// the orders to correct.
fn demands<'c>(case: &'c Case, number: PartyNo, state: &PartyState) -> impl Iterator<Item = &'c Document> {
    let orders = case.corrections.iter().filter(move |it| it.party == number);
    let orders = orders.flat_map(|it| it.demands.iter().map(|d| d.document));
    orders.chain(state.enforcement_demand).filter_map(|no| case.document(no))
}

/// A demand was served, against which the party may speak (第三十六条).
pub fn object(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        if demands(case, number, state).any(|d| d.service.is_some()) {
            return Ok(());
        }
        no(
            "demand.none",
            coercion_law("第三十六条"),
            "没有送达该当事人的催告书",
            "催告书送达后，当事人才就催告陈述、申辩；对处罚告知的陈述申辩在“登记陈述申辩”中登记。",
        )
    })
}

/// Something that the party said against a demand waits for its examination.
pub fn answer_objection(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.enforcement.objections.iter().any(|it| it.answer.is_none()) {
            return Ok(());
        }
        no("objection.none", coercion_law("第三十六条"), "没有待复核的陈述申辩", "当事人陈述、申辩后再复核。")
    })
}

/// What the party said against the last demand was found well founded.
pub fn demand_refuted(case: &Case, number: PartyNo, state: &PartyState) -> bool {
    let last = demands(case, number, state).map(|d| d.version).max().unwrap_or(0);
    let founded = |it: &Adoption| matches!(it, Adoption::Adopted);
    let objections = state.enforcement.objections.iter().filter(|it| it.version > last);
    objections.filter_map(|it| it.answer.as_ref()).any(|(adoption, _)| founded(adoption))
}

/// What a party said against a demand was examined, and was not well founded.
pub fn heard(case: &Case, number: PartyNo, state: &PartyState) -> Gate {
    if state.enforcement.objections.iter().any(|it| it.answer.is_none()) {
        return no(
            "objection.unanswered",
            coercion_law("第三十六条"),
            format!("第{number}名当事人就催告提出的陈述、申辩尚未复核"),
            "应当充分听取当事人的意见，对其事实、理由和证据进行复核后再办。",
        );
    }
    if demand_refuted(case, number, state) {
        return no(
            "objection.adopted",
            coercion_law("第三十六条"),
            format!("第{number}名当事人就催告提出的陈述、申辩成立，应当采纳"),
            "不再据此执行：决定有错误的，变更或者撤销；情况变化、仍应履行的，重新催告。",
        );
    }
    Ok(())
}

/// Enforcement against the party neither pauses nor ended, no agreement binds, and what the party
/// said was examined.
pub fn at_liberty(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    running_on(number, state)?;
    agreement_over(facts, number, state)?;
    heard(case, number, state)
}

/// No agreement binds: there is none, it is over, or was broken.
pub fn agreement_over(facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    if let Some(agreed) = state.enforcement.agreed(facts.today()) {
        let last = agreed.what.stages.last().map_or(agreed.on, |it| it.due_on);
        return no(
            "agreement.binds",
            coercion_law("第四十二条第二款"),
            format!("与第{number}名当事人订立的执行协议正在履行，至{}止", period::long(last)),
            "当事人不履行协议的，登记后恢复强制执行。",
        );
    }
    Ok(())
}

/// The court was not asked, or declined.
pub fn not_with_the_court(state: &PartyState) -> Gate {
    if state.court_on.is_some() && !state.enforcement_denied() {
        return no(
            "court.asked",
            coercion_law("第五十三条"),
            "已经申请人民法院强制执行",
            "由人民法院依法执行；其中止、终结登记法院的裁定。",
        );
    }
    Ok(())
}

/// Enforcement against the party neither pauses nor ended.
fn running_on(number: PartyNo, state: &PartyState) -> Gate {
    if let Some((ground, _)) = state.enforcement.ended {
        return no(
            "enforcement.ended",
            coercion_law("第四十条"),
            format!("对第{number}名当事人的执行已经终结：{}", ground.label()),
            "不再执行，可以呈请结案。",
        );
    }
    if let Some(pause) = state.enforcement.paused() {
        return no(
            "enforcement.paused",
            coercion_law("第三十九条"),
            format!("对第{number}名当事人的执行已经中止：{}", pause.ground.label()),
            "中止的情形消失后，先呈请恢复执行。",
        );
    }
    Ok(())
}

/// Goods of the party were sealed or seized in this case: they may be auctioned to set off the
/// fine by an organ without power of its own (第四十六条第三款).
pub fn seized(case: &Case, number: PartyNo) -> bool {
    let held = |it: &Preservation| matches!(it.disposed, Some((PreservationDisposal::SealOrSeize, _)));
    case.preservations.iter().any(|it| it.preserving.party == number && held(it))
}

/// The organ enforces by itself in this case: a law gives it a power, or it does so already.
fn own_course(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    let begun = !state.enforcement.decisions.is_empty()
        || case.substitutions.iter().any(|it| it.what.party == number);
    if begun || facts.law.own.any() {
        return Ok(());
    }
    Err(no_power())
}

/// No law gives the organ the power.
fn no_power() -> Refusal {
    Refusal::new(
        "enforcement.no_power",
        coercion_law("第十三条第二款"),
        "法律没有规定本机关可以自行强制执行",
        "请催告后申请人民法院强制执行；法律另有授权的，由系统管理员在本机关的规则中写明法律和条文。",
    )
}

/// A law gives a power of enforcement or goods were seized, and a demand was made.
pub fn enforce(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let same = |p: &Proposal| matches!(p, Proposal::Enforce(it) if it.party == number);
        no_pending(case, same)?;
        served_decision(case, number)?;
        if !facts.law.own.any() && !seized(case, number) {
            return Err(no_power());
        }
        at_liberty(case, facts, number, state)?;
        if demands(case, number, state).next().is_none() {
            return no(
                "demand.none",
                coercion_law("第三十五条"),
                "作出强制执行决定前没有催告",
                "请先制发并送达催告书。",
            );
        }
        Ok(())
    })
}

/// The decision on enforcement that is to be carried out, and its service.
///
/// # Errors
/// When there is none, it fell, was not served, or something stands in the way.
pub fn to_carry_out<'c>(
    case: &'c Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &'c PartyState,
) -> Result<(&'c EnforcementDecision, &'c Served), Refusal> {
    served_decision(case, number)?;
    let Some(decision) = state.enforcement.decisions.last() else {
        return Err(Refusal::new(
            "enforcement.none",
            coercion_law("第三十七条"),
            "没有对该当事人的强制执行决定",
            "请先催告，经负责人批准作出并送达强制执行决定。",
        ));
    };
    if decision.fell {
        return Err(Refusal::new(
            "enforcement.fell",
            coercion_law("第四十一条"),
            "据以执行的处罚决定已经变更，原强制执行决定不再实施",
            "请按变更后的决定重新催告、决定；已经执行的，恢复原状或者退还。",
        ));
    }
    at_liberty(case, facts, number, state)?;
    if !decision.what.manner.by_order() {
        not_with_the_court(state)?;
    }
    let served = case.document(decision.document).and_then(|d| d.service.as_ref());
    let served = served.filter(|it| it.effective_on <= facts.today()).ok_or_else(|| {
        Refusal::new(
            "enforcement.unserved",
            coercion_law("第三十八条"),
            "强制执行决定书尚未送达该当事人",
            "请先送达。",
        )
    })?;
    let punished = made(case)?;
    let takes_money = decision.what.manner.takes_money();
    let owed = owed_fen(punished, number, state);
    // What was put off since is not taken before its day (行政处罚法第六十六条第二款).
    if takes_money && owed > 0 && enforceable(punished, number, state, facts.today()).total_fen() == 0 {
        return Err(Refusal::new(
            "payment.not_due",
            crate::cite::penalty_law("第六十六条第二款"),
            "没有已经到期并经催告的款项",
            "已经批准延期、分期缴纳的，到期不缴并经催告后再实施；此后到期的款项，另行催告。",
        ));
    }
    if performed(case, number, state, decision)? {
        return Err(Refusal::new(
            "enforcement.performed",
            coercion_law("第三十七条"),
            "当事人已经履行，没有需要强制执行的",
            "不再实施；请登记缴款、执行或者复查的情况。",
        ));
    }
    Ok((decision, served))
}

/// What the decision on enforcement enforces is performed.
///
/// # Errors
/// When there is no decision.
pub fn performed(
    case: &Case,
    number: PartyNo,
    state: &PartyState,
    it: &EnforcementDecision,
) -> Result<bool, Refusal> {
    let decision = made(case)?;
    Ok(match it.what.manner {
        EnforcementManner::Transfer | EnforcementManner::Auction => owed_fen(decision, number, state) == 0,
        EnforcementManner::Restore | EnforcementManner::Demolish => {
            let order = it.what.order.and_then(|no| crate::case::enforcement::order(case, no));
            order.is_none_or(|order| !order.open(case))
        }
        EnforcementManner::Cease => {
            !unperformed(decision, number, state).iter().any(|kind| it.what.manner.performs(*kind))
        }
    })
}

/// A served decision on enforcement waits to be carried out.
pub fn carry_out(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| to_carry_out(case, facts, number, state).map(|_| ()))
}

/// Something is left to enforce by the organ itself, and it does not pause yet.
pub fn pause(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let same = |p: &Proposal| matches!(p, Proposal::PauseEnforcement(it) if it.party == number);
        no_pending(case, same)?;
        pausable_now(case, facts, number, state)
    })
}

/// As [`pause`], for the party, also when the proposal is approved.
///
/// # Errors
/// When there is nothing to pause.
pub fn pausable_now(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    served_decision(case, number)?;
    with_the_organ(case, facts, number, state)?;
    running_on(number, state)
}

/// The enforcement is the organ's, not the court's, and not everything is performed.
fn with_the_organ(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    let pending = case.substitutions.iter().any(|it| it.what.party == number && it.pending(case));
    // What the court ended leaves the organ its own orders and costs to end.
    if state.enforcement.standing().is_none() && !pending && !state.enforcement_over() {
        not_with_the_court(state)?;
    }
    own_course(case, facts, number, state)?;
    if left(case, number, state) {
        return Ok(());
    }
    no("enforcement.performed", coercion_law("第三十七条"), "当事人已经全部履行", "没有需要执行的。")
}

/// Money, a penalty, an order or a cost is left to enforce against the party.
fn left(case: &Case, number: PartyNo, state: &PartyState) -> bool {
    let owes = case
        .decision
        .as_ref()
        .is_some_and(|d| owed_fen(d, number, state) > 0 || !unperformed(d, number, state).is_empty());
    let own = |it: &&crate::case::substitute::Substitution| it.what.party == number;
    let costs = case.substitutions.iter().filter(own).any(|it| it.owed_fen(case) > 0 || it.pending(case));
    owes || costs || case.corrections.iter().any(|it| it.party == number && it.open(case))
}

/// Enforcement pauses.
pub fn resume_enforcement(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let same = |p: &Proposal| matches!(p, Proposal::ResumeEnforcement(it) if it.party == number);
        no_pending(case, same)?;
        resumable_now(state)
    })
}

/// As [`resume_enforcement`], for the party, also when the proposal is approved.
///
/// # Errors
/// When nothing pauses.
pub fn resumable_now(state: &PartyState) -> Gate {
    if state.enforcement.paused().is_some() && state.enforcement.ended.is_none() {
        return Ok(());
    }
    no("enforcement.not_paused", coercion_law("第三十九条第二款"), "对该当事人的执行没有中止", "不需要恢复。")
}

/// Something is left to enforce by the organ itself, whether or not it pauses.
pub fn end(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let same = |p: &Proposal| matches!(p, Proposal::EndEnforcement(it) if it.party == number);
        no_pending(case, same)?;
        endable_now(case, facts, number, state)
    })
}

/// As [`end`], for the party, also when the proposal is approved.
///
/// # Errors
/// When there is nothing to end.
pub fn endable_now(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    if state.enforcement.ended.is_some() {
        return running_on(number, state);
    }
    // A decision that was revoked ends its enforcement too (第四十条第四项).
    if case.revoked(number).is_some() {
        return own_course(case, facts, number, state);
    }
    served_decision(case, number)?;
    with_the_organ(case, facts, number, state)
}

/// An enforcement is under way in which an agreement may be made.
pub fn agree(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |number, state| {
        let same = |p: &Proposal| matches!(p, Proposal::Agree(it) if it.party == number);
        no_pending(case, same)?;
        agreeable_now(case, facts, number, state)
    })
}

/// As [`agree`], for the party, also when the proposal is approved.
///
/// # Errors
/// When no enforcement is under way, or something binds.
pub fn agreeable_now(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState) -> Gate {
    served_decision(case, number)?;
    with_the_organ(case, facts, number, state)?;
    let substituted = case.substitutions.iter().any(|it| it.what.party == number && it.pending(case));
    if state.enforcement.standing().is_none() && !substituted {
        return no(
            "enforcement.none",
            coercion_law("第四十二条第一款"),
            "没有正在实施的强制执行",
            "作出强制执行、代履行决定后，才与当事人订立执行协议；缴款有困难的，呈请延期、分期缴款。",
        );
    }
    at_liberty(case, facts, number, state)
}

/// A stage of an agreement is over and was not kept.
pub fn breach(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        let Some(last) = state.enforcement.agreements.last().filter(|it| it.broken_on.is_none()) else {
            return no(
                "agreement.none",
                coercion_law("第四十二条第二款"),
                "没有正在履行的执行协议",
                "请先订立执行协议。",
            );
        };
        if last.missed(state, facts.today()).is_some() {
            return Ok(());
        }
        let past = |on: &Date| *on >= facts.today();
        let due = last.what.stages.iter().map(|it| it.due_on).find(past);
        let refusal = Refusal::new(
            "agreement.kept",
            coercion_law("第四十二条第二款"),
            "没有到期而未履行的内容",
            "约定的期限届满仍不履行的，再登记。",
        );
        Err(match due {
            Some(on) => refusal.after(next_day(on)),
            None => refusal,
        })
    })
}
