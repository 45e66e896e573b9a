//! The organ's own enforcement (行政强制法第三十四条至第四十六条).

use super::{Issue, Outcome, required};
use crate::case::command::*;
use crate::case::correction::CorrectionOrder;
use crate::case::enforcement::{self, EndGround, EnforcementManner, Granted, PauseGround};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::law::coercion_law;
use crate::case::state::*;
use crate::case::types::*;
use crate::case::{clock, gate};
use crate::codes::format_yuan;
use crate::period::{self, Period, Roll, Rule};
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;

/// Most stages of an agreement: as of the instalments of a deferral.
const MOST_STAGES: usize = 60;
pub(super) fn refuse(
    code: &'static str,
    article: &'static str,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, coercion_law(article), message, remedy)
}

pub(super) fn decide(case: &Case, command: &CaseCommand, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        CaseCommand::StateObjection(it) => {
            required(&it.statement, "statement", "事实、理由和证据")?;
            if it.on > facts.today() || it.on < case.registered_on {
                return Err(refuse("time.objection", "第三十六条", "日期不正确", "应在催告之后、今天之前。")
                    .field("on", "应在催告之后、今天之前"));
            }
            super::punctual_on(it.on, "on", facts)?;
            issue.push(CaseEvent::EnforcementObjected(it.clone()));
        }
        CaseCommand::AnswerObjection(it) => {
            required(&it.reasons, "reasons", "复核意见和理由")?;
            issue.push(CaseEvent::EnforcementObjectionAnswered(it.clone()));
        }
        CaseCommand::CarryOutEnforcement(it) => {
            super::carrying_out::carried_out(case, it, facts)?;
            issue.document(DocumentKind::EnforcementRecord, Some(it.party))?;
            issue.push(CaseEvent::EnforcementCarriedOut(it.clone()));
        }
        CaseCommand::RecordBreach(it) => {
            required(&it.details, "details", "没有履行的内容和证明材料")?;
            issue.push(CaseEvent::AgreementBroken(it.clone()));
        }
        _ => {}
    }
    issue.done()
}

/// What a proposal about enforcement must contain: when proposed, and again when approved.
pub(super) fn content(case: &Case, proposal: &Proposal, facts: &Facts<'_>) -> Result<(), Refusal> {
    match proposal {
        Proposal::Enforce(it) => enforceable(case, it, facts),
        Proposal::PauseEnforcement(it) => pausable(case, it, facts),
        Proposal::EndEnforcement(it) => endable(case, it, facts),
        Proposal::Agree(it) => agreeable(case, it, facts),
        Proposal::Substitute(it) => super::substitute::content(case, it, facts),
        Proposal::ResumeEnforcement(it) => gate::resumable_now(known(case, it.party, "第三十九条第二款")?),
        _ => Ok(()),
    }
}

/// The effect of the approval.
pub(super) fn effect(
    case: &Case,
    proposal: ProposalNo,
    body: &Proposal,
    issue: &mut Issue<'_, '_>,
) -> Result<(), Refusal> {
    use DocumentKind as D;
    match body {
        Proposal::Enforce(it) => {
            let document = issue.document(D::EnforcementDecision, Some(it.party))?;
            issue.push(CaseEvent::EnforcementDecided(granted(proposal, document, it)));
        }
        Proposal::PauseEnforcement(it) => {
            let document = issue.document(D::EnforcementNotice, Some(it.party))?;
            issue.push(CaseEvent::EnforcementPaused(granted(proposal, document, it)));
        }
        Proposal::ResumeEnforcement(it) => {
            let document = issue.document(D::EnforcementNotice, Some(it.party))?;
            issue.push(CaseEvent::EnforcementResumed(granted(proposal, document, it)));
        }
        Proposal::EndEnforcement(it) => {
            let document = issue.document(D::EnforcementNotice, Some(it.party))?;
            issue.push(CaseEvent::EnforcementEnded(granted(proposal, document, it)));
        }
        Proposal::Agree(it) => {
            // Before the document, which states what is left to pay.
            if it.waived_fen > 0
                && let (Some(decision), Some(state)) = (&case.decision, case.party(it.party))
            {
                let amount_fen = gate::additional_fen(decision, it.party, state) - it.waived_fen;
                issue.push(CaseEvent::AdditionalFineReduced { party: it.party, amount_fen });
            }
            let document = issue.document(D::EnforcementAgreement, Some(it.party))?;
            issue.push(CaseEvent::EnforcementAgreed(granted(proposal, document, it)));
        }
        Proposal::Substitute(it) => {
            let document = issue.document(D::SubstituteDecision, Some(it.party))?;
            issue.push(CaseEvent::SubstituteDecided(granted(proposal, document, it)));
        }
        _ => {}
    }
    Ok(())
}

fn granted<T: Clone>(proposal: ProposalNo, document: DocumentNo, what: &T) -> Granted<T> {
    Granted { proposal, document, what: what.clone() }
}

pub(super) fn known<'c>(
    case: &'c Case,
    party: PartyNo,
    article: &'static str,
) -> Result<&'c PartyState, Refusal> {
    case.party(party).ok_or_else(|| {
        refuse("party.unknown", article, "案件中没有该当事人", "请选择案件中的当事人。")
            .field("party", "没有该当事人")
    })
}

/// A decision on enforcement may be made: power, demand, term and duty by its manner, and the
/// content that 第三十七条第二款 asks for.
fn enforceable(case: &Case, it: &Enforcing, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.reasons, "reasons", "强制执行的理由")?;
    required(&it.details, "details", "执行的标的、措施")?;
    let state = known(case, it.party, "第三十七条")?;
    gate::served_decision(case, it.party)?;
    gate::at_liberty(case, facts, it.party, state)?;
    if !it.manner.by_order() {
        gate::not_with_the_court(state)?;
    }
    // One after the other: what is carried out is carried out under one decision.
    let before = state.enforcement.standing().filter(|d| d.carried_out.is_empty());
    if let Some(before) = before
        && !gate::performed(case, it.party, state, before)?
    {
        return Err(refuse(
            "enforcement.repeated",
            "第三十七条",
            format!("已经决定{}，尚未实施", before.what.manner.label()),
            "请先送达、实施并登记；标的灭失的，呈请终结执行。",
        )
        .field("manner", "已经决定"));
    }
    if it.planned_on < facts.today() {
        return Err(refuse(
            "time.planned",
            "第三十七条第二款第三项",
            "实施日期早于今天",
            "请填写今天或者以后的日期。",
        )
        .field("planned_on", "不能早于今天"));
    }
    if it.manner.by_order() != it.order.is_some() {
        return Err(refuse(
            "enforcement.order",
            "第三十七条",
            "强制执行的方式与义务不符",
            "排除妨碍、恢复原状、强制拆除的，选择责令改正的次序；其他方式不填。",
        )
        .field("order", "与方式不符"));
    }
    powered(case, it, state, facts)?;
    match it.manner {
        EnforcementManner::Transfer | EnforcementManner::Auction => money(case, it, state, facts),
        EnforcementManner::Restore => ordered(case, it, facts).map(|_| ()),
        EnforcementManner::Demolish => demolish(case, it, state, facts),
        EnforcementManner::Cease => {
            let decision = gate::made(case)?;
            if !gate::unperformed(decision, it.party, state).iter().any(|kind| it.manner.performs(*kind)) {
                return Err(refuse(
                    "enforcement.duty",
                    "第三十七条",
                    "没有待执行的责令停产停业、责令关闭、限制生产经营",
                    "请按决定的内容选择方式。",
                )
                .field("manner", "决定没有给予相应的处罚"));
            }
            decision_demanded(case, it, state, facts)
        }
    }
}

/// A law gives the power; or goods that were seized are auctioned to set off the fine, when the
/// party used no remedy in its term (第四十六条第三款).
fn powered(case: &Case, it: &Enforcing, state: &PartyState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let power = facts.law.own.of_manner(it.manner);
    if power.value {
        return Ok(());
    }
    let refused = |message: &str, remedy: &str| {
        let refusal = Refusal::new("enforcement.no_power", power.citation.clone(), message, remedy);
        refusal.field("manner", "本机关没有该项权力")
    };
    if it.manner != EnforcementManner::Auction {
        return Err(refused(
            &format!("法律没有规定本机关可以自行“{}”", it.manner.label()),
            "请催告后申请人民法院强制执行。",
        ));
    }
    if !gate::seized(case, it.party) {
        return Err(refused(
            "本机关没有行政强制执行权，也没有对该当事人采取查封、扣押措施",
            "请催告后申请人民法院强制执行；在管理过程中已经查封、扣押财物的，才可以依法拍卖抵缴罚款。",
        ));
    }
    let decision = gate::made(case)?;
    let (fine, _) = gate::amounts_fen(decision, it.party, state);
    if fine == 0 {
        return Err(refused("没有罚款，查封、扣押的财物不能拍卖抵缴", "请申请人民法院强制执行。"));
    }
    unused(case, it.party, state, facts, gate::service(case, decision, it.party)?, "第四十六条第三款")
}

/// The terms of the remedies are over and none was used.
fn unused(
    case: &Case,
    party: PartyNo,
    state: &PartyState,
    facts: &Facts<'_>,
    served: &Served,
    article: &'static str,
) -> Result<(), Refusal> {
    if !state.remedies.is_empty() {
        return Err(refuse(
            "enforcement.remedy_used",
            article,
            format!("第{party}名当事人已经申请行政复议或者提起行政诉讼"),
            "只有在法定期限内不申请复议、不提起诉讼的才可以这样执行；请申请人民法院强制执行。",
        ));
    }
    let served = gate::amendment_served(case, state)?.unwrap_or(served);
    let over = clock::remedies_over(facts, served.gate_day(), state)?;
    if facts.today() > over {
        return Ok(());
    }
    let message = format!("申请行政复议、提起行政诉讼的期限到{}才届满", period::long(over));
    Err(refuse("remedy.window_open", article, message, "期限届满后再决定。").after(next_day(over)))
}

/// Money: demanded, its term over, and an additional fine for more than thirty days (第四十六条).
fn money(case: &Case, it: &Enforcing, state: &PartyState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let decision = gate::made(case)?;
    if gate::owed_fen(decision, it.party, state) == 0 {
        return Err(refuse(
            "payment.nothing_owed",
            "第四十六条",
            "该当事人没有欠缴的款项",
            "不需要强制执行。",
        )
        .field("manner", "没有欠缴的款项"));
    }
    // An auction to set off the fine asks for the demand alone (第四十六条第三款).
    if facts.law.own.of_manner(it.manner).value {
        added_long_ago(case, it.party, state, facts)?;
    }
    decision_demanded(case, it, state, facts)?;
    if gate::enforceable(decision, it.party, state, facts.today()).total_fen() == 0 {
        return Err(refuse(
            "demand.none",
            "第三十五条",
            "催告的款项已经缴清，此后到期的款项没有催告",
            "请对此后到期的款项另行制发并送达催告书。",
        ));
    }
    Ok(())
}

/// An additional fine runs for more than thirty days (第四十六条第一款).
fn added_long_ago(case: &Case, party: PartyNo, state: &PartyState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let Some((imposed, _)) = state.additions.first() else {
        return Err(refuse(
            "additional.none",
            "第四十六条第一款",
            "没有加处罚款，不能强制执行罚没款",
            "先加处罚款，超过三十日并经催告仍不履行的再强制执行；没有罚款的，申请人民法院强制执行。",
        ));
    };
    // The party must have been told of it (第四十五条第一款), and a late entry satisfies no term.
    let told = case
        .documents
        .iter()
        .filter(|d| d.kind == DocumentKind::AdditionalFineDecision && d.party == Some(party));
    let told = told.filter_map(|d| d.service.as_ref()).map(|it| it.gate_day()).min();
    let Some(imposed) = told.map(|on| on.max(*imposed)) else {
        return Err(refuse(
            "additional.unserved",
            "第四十五条第一款",
            "加处罚款决定书尚未送达当事人",
            "加处罚款的标准应当告知当事人：请先送达，超过三十日后再决定。",
        ));
    };
    let rule = Rule {
        id: "case.additional_before".into(),
        title: "加处罚款后强制执行".into(),
        period: Period::days(30, Roll::None),
        citation: coercion_law("第四十六条第一款"),
        day_citation: None,
    };
    let wait = facts.limit(&rule, imposed, "加处罚款决定书送达之日", &[])?;
    if !period::closes_after(&wait, facts.today()) {
        let last = wait.due.latest();
        let message = format!("实施加处罚款未超过三十日，到{}届满", period::long(last));
        return Err(refuse("additional.running", "第四十六条第一款", message, "超过三十日后再决定。")
            .after(next_day(last)));
    }
    Ok(())
}

/// The decision was demanded, the demand served, and its term over, unless property is being
/// hidden (第三十五条、第三十七条).
fn decision_demanded(
    case: &Case,
    it: &Enforcing,
    state: &PartyState,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let Some(demand) = state.enforcement_demand.and_then(|no| case.document(no)) else {
        return Err(undemanded());
    };
    let Some(served) = &demand.service else { return Err(demand_unserved()) };
    let wait = facts.limit(&facts.law.court_demand, served.gate_day(), "催告书送达之日", &[])?;
    waited(&it.hiding, wait.due.latest(), facts)
}

fn undemanded() -> Refusal {
    refuse("demand.none", "第三十五条", "作出强制执行决定前没有催告", "请先制发并送达催告书。")
}

fn demand_unserved() -> Refusal {
    refuse("demand.unserved", "第三十八条", "催告书尚未送达", "请先送达催告书。")
}

/// The last day of a demand is over, or evidence of hiding is stated.
fn waited(hiding: &Text, last: Date, facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.today() > last || !hiding.is_blank() {
        return Ok(());
    }
    Err(refuse(
        "demand.running",
        "第三十七条第一款",
        format!("催告的期限到{}才届满", period::long(last)),
        "期满仍不履行的再决定；有证据证明转移、隐匿财物的，写明证据，可以立即强制执行（第三款）。",
    )
    .after(next_day(last)))
}

/// The order to correct: of this party, overdue, demanded, the term of the demand over.
fn ordered<'c>(case: &'c Case, it: &Enforcing, facts: &Facts<'_>) -> Result<&'c CorrectionOrder, Refusal> {
    let found = it.order.and_then(|no| enforcement::order(case, no)).filter(|o| o.party == it.party);
    let order = found.ok_or_else(|| unknown_order("第三十七条"))?;
    gate::order_overdue(case, facts, order)?;
    let last = served_demand(case, order, 0)?;
    waited(&it.hiding, last.0.due_on.max(last.1.effective_on), facts)?;
    Ok(order)
}

/// There is no such order to this party.
pub(super) fn unknown_order(article: &'static str) -> Refusal {
    refuse("order.unknown", article, "没有对该当事人的该次责令改正", "请选择责令该当事人改正的次序。")
        .field("order", "没有该次责令改正")
}

/// The last demand of an order since a version, and its service.
pub(super) fn served_demand<'c>(
    case: &'c Case,
    order: &'c CorrectionOrder,
    since: u64,
) -> Result<(&'c crate::case::substitute::Demanded, &'c Served), Refusal> {
    let demand = order.demands.iter().rfind(|d| d.version > since).ok_or_else(undemanded)?;
    let served = case.document(demand.document).and_then(|d| d.service.as_ref());
    served.map(|served| (demand, served)).ok_or_else(demand_unserved)
}

/// 强制拆除: announced, the term to demolish it oneself over, no remedy used (第四十四条).
fn demolish(case: &Case, it: &Enforcing, state: &PartyState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let order = ordered(case, it, facts)?;
    required(&it.announced, "announced", "限期拆除公告的载体和日期")?;
    let Some(until) = it.leave_until else {
        return Err(refuse(
            "demolition.term",
            "第四十四条",
            "没有写明公告的自行拆除期限",
            "应当公告，限期当事人自行拆除；请填写期限。",
        )
        .field("leave_until", "请填写"));
    };
    if facts.today() <= until {
        let message = format!("公告的自行拆除期限到{}才届满", period::long(until));
        return Err(refuse("demolition.running", "第四十四条", message, "期限届满不拆除的再决定。")
            .after(next_day(until)));
    }
    let served = order.document.and_then(|no| case.document(no)).and_then(|d| d.service.as_ref());
    let served = served.ok_or_else(demand_unserved)?;
    unused(case, it.party, state, facts, served, "第四十四条")
}

/// A decision on enforcement or on 代履行 waits to be carried out.
fn begun(case: &Case, party: PartyNo, state: &PartyState) -> bool {
    state.enforcement.standing().is_some()
        || case.substitutions.iter().any(|s| s.what.party == party && s.done.is_none() && !s.dropped)
}

/// The ground is stated; before a decision on enforcement only a stay by law pauses anything.
fn pausable(case: &Case, it: &Pausing, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.basis, "basis", "情况和证明材料")?;
    let state = known(case, it.party, "第三十九条")?;
    gate::pausable_now(case, facts, it.party, state)?;
    let begun = begun(case, it.party, state);
    let stayed = it.ground == PauseGround::Stayed;
    if stayed && !state.remedy_pending() {
        return Err(refuse(
            "pause.no_remedy",
            "第三十九条第一款第四项",
            "没有进行中的复议、诉讼",
            "复议机关、人民法院决定、裁定停止执行的，先登记复议、诉讼。",
        )
        .field("ground", "没有进行中的复议、诉讼"));
    }
    if begun || stayed {
        return Ok(());
    }
    Err(refuse(
        "enforcement.none",
        "第三十九条",
        "没有正在实施的强制执行",
        "作出强制执行、代履行决定后，才中止执行；复议、诉讼期间依法停止执行的除外。",
    )
    .field("ground", "尚未强制执行"))
}

/// The ground fits the party and the case (第四十条); for the lapse of three years, the pause it
/// rests on (第三十九条第二款).
fn endable(case: &Case, it: &Ending, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.basis, "basis", "情况和证明材料")?;
    let state = known(case, it.party, "第四十条")?;
    let unfit = |message: &str, remedy: &str| {
        Err(refuse("end.ground", "第四十条", message, remedy).field("ground", "与案件情况不符"))
    };
    gate::endable_now(case, facts, it.party, state)?;
    let person = matches!(state.party.kind, PartyKind::Person | PartyKind::IndividualBusiness);
    let owes = case.decision.as_ref().is_some_and(|d| gate::owed_fen(d, it.party, state) > 0);
    // Whose money nobody enforced yet is not let off it: the organ enforces it, or asks the court.
    let manner = state.enforcement.standing().map(|d| d.what.manner);
    let of_money = manner.is_some_and(EnforcementManner::takes_money);
    let acts = case.decision.as_ref().map_or(Vec::new(), |d| gate::unperformed(d, it.party, state));
    let of_acts = acts.iter().all(|kind| manner.is_some_and(|it| it.performs(*kind)));
    let costs = case.substitutions.iter().any(|s| s.what.party == it.party && s.done.is_some());
    match it.ground {
        EndGround::PersonDied if !person => unfit("当事人不是公民", "请选择与当事人相符的情形。"),
        EndGround::UnitEnded if state.party.kind == PartyKind::Person => {
            unfit("当事人不是法人或者其他组织", "请选择与当事人相符的情形。")
        }
        EndGround::DecisionRevoked if case.revoked(it.party).is_none() => {
            unfit("据以执行的决定没有被撤销", "决定撤销并登记后再办。")
        }
        EndGround::Lapsed => lapsed(state, facts),
        EndGround::ObjectGone if !begun(case, it.party, state) => {
            unfit("没有正在实施的强制执行、代履行", "执行标的灭失的，只终结对该标的的执行。")
        }
        EndGround::Other if owes && !of_money => {
            unfit("罚没款尚未强制执行", "请催告后强制执行，或者申请人民法院强制执行。")
        }
        EndGround::Other if !of_acts => {
            unfit("罚款、没收款项以外的处罚尚未强制执行", "请催告后强制执行，或者申请人民法院强制执行。")
        }
        EndGround::Other if !owes && !begun(case, it.party, state) && !costs => {
            unfit("没有正在实施的强制执行、代履行", "没有需要终结的执行。")
        }
        EndGround::PersonDied
        | EndGround::UnitEnded
        | EndGround::ObjectGone
        | EndGround::DecisionRevoked
        | EndGround::Other => Ok(()),
    }
}

/// Paused for want of means, and not resumed for three years.
fn lapsed(state: &PartyState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let pause = state.enforcement.paused().filter(|it| it.ground == PauseGround::Hardship);
    let Some(pause) = pause else {
        return Err(refuse(
            "end.not_paused",
            "第三十九条第二款",
            "没有因当事人暂无履行能力而中止的执行",
            "只有中止执行满三年未恢复、没有明显社会危害、当事人确无能力履行的，才不再执行。",
        )
        .field("ground", "没有这样的中止"));
    };
    let limit = clock::pause_limit(facts, pause.from)?;
    if period::closes_after(&limit, facts.today()) {
        return Ok(());
    }
    let last = limit.due.latest();
    Err(refuse(
        "end.not_lapsed",
        "第三十九条第二款",
        format!("中止执行到{}才满三年", period::long(last)),
        "期间情形消失的，恢复执行。",
    )
    .field("ground", "中止未满三年")
    .after(next_day(last)))
}

/// Stages in order, all that is owed in them, nothing waived but additional fines, nobody harmed.
fn agreeable(case: &Case, it: &Agreeing, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.harmless, "harmless", "不损害公共利益和他人合法权益的情况")?;
    let state = known(case, it.party, "第四十二条")?;
    let (decision, _) = gate::served_decision(case, it.party)?;
    gate::agreeable_now(case, facts, it.party, state)?;
    let most = enforcement::additional_left_fen(decision, it.party, state);
    if it.waived_fen < 0 || it.waived_fen > most {
        return Err(refuse(
            "agreement.waiver",
            "第四十二条第一款",
            "只能减免尚未缴纳的加处罚款，不得减免罚款、没收的款项",
            format!("可以减免的加处罚款不超过{}元。", format_yuan(most)),
        )
        .field("waived_fen", format!("不超过{}元", format_yuan(most))));
    }
    if it.waived_fen > 0 && it.remedial.is_blank() {
        return Err(refuse(
            "agreement.remedial",
            "第四十二条第一款",
            "没有写明当事人采取的补救措施",
            "当事人采取补救措施的，才可以减免加处罚款。",
        )
        .field("remedial", "请写明"));
    }
    let owed = gate::owed_fen(decision, it.party, state) - it.waived_fen;
    let stages = &it.stages;
    let ordered = stages.windows(2).all(|w| w[0].due_on < w[1].due_on);
    let whole = stages
        .iter()
        .all(|s| s.due_on > facts.today() && s.amount_fen >= 0 && (s.amount_fen > 0 || !s.duty.is_blank()));
    let sum = stages.iter().try_fold(0_i64, |sum, s| sum.checked_add(s.amount_fen));
    if stages.is_empty() || stages.len() > MOST_STAGES || !ordered || !whole || sum != Some(owed) {
        return Err(refuse(
            "agreement.stages",
            "第四十二条第一款",
            "分阶段履行的约定不完整",
            "各期日期须在今天之后并依次推后，每期有金额或者其他内容，金额之和须等于减免后尚欠的款项。",
        )
        .field("stages", format!("合计应为{}元", format_yuan(owed))));
    }
    Ok(())
}

fn next_day(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}
