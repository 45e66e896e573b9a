//! Every limit that runs now, as the case page, the desk and the API show it.

use super::{
    archive_limit, court_limit, decision_limit, fixed, pause_limit, pay_until, performed_on, remedies_over,
    review_limit, suit_after, supplement_limit,
};
use crate::case::enforcement::AgreedStage;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::law::coercion_law;
use crate::case::state::*;
use crate::case::types::*;
use crate::case::{Case, Proposal};
use crate::cite::penalty_law;
use crate::period::Limit;
use crate::refusal::Refusal;

/// A running limit as the case page shows it.
pub struct Running {
    /// What is due.
    pub title: String,
    /// The party it concerns.
    pub party: Option<PartyNo>,
    /// The limit with its derivation.
    pub limit: Limit,
    /// A right of the party (a window), not a duty of the organ.
    pub window: bool,
}

/// What runs, as it is found. A limit that no calendar covers is left out.
#[derive(Default)]
struct Found(Vec<Running>);

impl Found {
    /// A duty of the organ.
    fn duty(&mut self, title: impl Into<String>, party: Option<PartyNo>, limit: Result<Limit, Refusal>) {
        self.put(title.into(), party, limit, false);
    }

    /// A right or a term of the party; shown until its last day.
    fn window(&mut self, facts: &Facts<'_>, title: &str, party: PartyNo, limit: Result<Limit, Refusal>) {
        let open = limit.as_ref().is_ok_and(|it| facts.today() <= it.due.latest());
        if open {
            self.put(title.into(), Some(party), limit, true);
        }
    }

    fn put(&mut self, title: String, party: Option<PartyNo>, limit: Result<Limit, Refusal>, window: bool) {
        if let Ok(limit) = limit {
            self.0.push(Running { title, party, limit, window });
        }
    }
}

/// Every limit that runs now, soonest first. A limit that no calendar covers is left out.
pub fn running(case: &Case, facts: &Facts<'_>) -> Vec<Running> {
    let mut out = Found::default();
    checking(case, facts, &mut out);
    if matches!(case.stage, Stage::Investigating | Stage::Concluded)
        && let Ok(Some(limit)) = decision_limit(case, facts)
    {
        out.duty("作出决定", None, Ok(limit));
    }
    for (index, p) in case.preservations.iter().enumerate().filter(|(_, p)| p.disposed.is_none()) {
        let limit = facts.limit(&facts.law.preserve, p.on, "先行登记保存之日", &[]);
        out.duty(format!("处理第{}次先行登记保存", index + 1), Some(p.preserving.party), limit);
    }
    corrections(case, facts, &mut out);
    review(case, facts, &mut out);
    for (number, state) in case.numbered_parties() {
        told(case, facts, number, state, &mut out);
        enforced(case, facts, number, state, &mut out);
        decided(case, facts, number, state, &mut out);
    }
    substituted(case, facts, &mut out);
    if case.stage == Stage::Decided
        && let Some(from) = performed_on(case, facts)
    {
        out.duty("结案", None, facts.limit(&facts.law.close, from, "执行完毕之日", &[]));
    }
    if let (Stage::Closed | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred, Some(limit)) =
        (case.stage, archive_limit(case, facts))
    {
        out.duty("归档", None, limit);
    }
    if let Some(limit) = supplement_limit(case, facts) {
        out.duty("补充归档", None, limit);
    }
    out.0.sort_by_key(|r| r.limit.due.earliest());
    out.0
}

/// The check, and after it the decision on the filing that waits for its approval.
fn checking(case: &Case, facts: &Facts<'_>, out: &mut Found) {
    if case.stage != Stage::Checking {
        return;
    }
    if let Some(from) = case.checked_from {
        let mut rule = facts.law.check.clone();
        if case.check_extended {
            rule.period.n += facts.law.check_extension;
        }
        out.duty("核查并决定是否立案", None, facts.limit(&rule, from, "开始核查之日", &[]));
    }
    let waits = |p: &&ProposalState| {
        matches!(p.body, Proposal::File(_) | Proposal::NotFile)
            && matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed)
    };
    if let Some(rule) = &facts.law.filing
        && let Some(proposal) = case.proposals.iter().find(waits)
    {
        out.duty("决定是否立案", None, facts.limit(rule, proposal.by.1, "核查终了、呈请之日", &[]));
    }
}

/// What was ordered to be put right, until it is found to be.
fn corrections(case: &Case, facts: &Facts<'_>, out: &mut Found) {
    for (index, it) in case.corrections.iter().enumerate().filter(|(_, it)| it.open(case)) {
        let Some(due) = it.due_on else { continue };
        let named = ("case.correction", "责令改正");
        let limit = fixed(facts, named, penalty_law("第二十八条第一款"), due, "责令改正的期限");
        // Once it is over the re-check is the organ's.
        let window = facts.today() <= due;
        let what = if window { "改正违法行为" } else { "复查整改情况" };
        out.put(format!("{what}（第{}次责令改正）", index + 1), Some(it.party), limit, window);
    }
}

fn review(case: &Case, facts: &Facts<'_>, out: &mut Found) {
    if !matches!(case.review.phase, ReviewPhase::Submitted | ReviewPhase::Opined) {
        return;
    }
    if let Some(limit) = review_limit(case, facts) {
        out.duty("法制审核", None, limit);
    }
}

/// The windows of a party that was told what is to be imposed.
fn told(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState, out: &mut Found) {
    if case.stage != Stage::Concluded {
        return;
    }
    let Some(notice) = &state.notice else { return };
    let Some(served) = case.document(notice.document).and_then(|d| d.service.as_ref()) else { return };
    let limit = facts.limit(&facts.law.defence, served.effective_on, "告知书送达之日", &[]);
    out.window(facts, "陈述、申辩期", number, limit);
    if state.hearing_told && matches!(state.hearing, Hearing::None) {
        let limit = facts.limit(&facts.law.hearing_request, served.effective_on, "听证告知书送达之日", &[]);
        out.window(facts, "听证申请期", number, limit);
    }
}

/// Service, payment, remedies and enforcement of the decision on a party.
fn decided(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState, out: &mut Found) {
    let Some(decision) = &case.decision else { return };
    if case.stage != Stage::Decided || case.revoked(number).is_some() {
        return;
    }
    let Ok((_, served)) = gate::served_decision(case, number) else {
        let limit = facts.limit(&facts.law.service, decision.on, "作出决定之日", &[]);
        return out.duty("送达决定书", Some(number), limit);
    };
    let owed = gate::owed_fen(decision, number, state) > 0;
    if owed {
        out.put("缴纳罚款".into(), Some(number), pay_until(case, facts, number, state), true);
    }
    // An amendment opens the remedies anew, from its own service.
    let served = gate::amendment_served(case, state).ok().flatten().unwrap_or(served);
    remedies(facts, served, number, state, out);
    if owed || !gate::unperformed(decision, number, state).is_empty() {
        enforcement(case, facts, served, number, state, out);
    }
}

/// The organ's own enforcement: the day of its decision, three years of a pause, the stages of an
/// agreement.
fn enforced(case: &Case, facts: &Facts<'_>, number: PartyNo, state: &PartyState, out: &mut Found) {
    let own = &state.enforcement;
    if own.ended.is_some() || case.stage != Stage::Decided {
        return;
    }
    if let Some(pause) = own.paused() {
        return out.duty("中止执行满三年，恢复或者不再执行", Some(number), pause_limit(facts, pause.from));
    }
    if let Some(agreed) = own.agreed(facts.today()) {
        let open = |it: &&AgreedStage| it.due_on >= facts.today();
        if let Some(stage) = agreed.what.stages.iter().find(open) {
            let named = ("case.agreement", "履行执行协议");
            let limit = fixed(facts, named, coercion_law("第四十二条"), stage.due_on, "执行协议约定的期限");
            out.window(facts, "履行执行协议", number, limit);
        }
        return;
    }
    if let Some(it) = own.standing().filter(|it| it.carried_out.is_empty()) {
        let named = ("case.enforcement", "实施强制执行");
        let source = "强制执行决定载明的日期";
        let limit = fixed(facts, named, coercion_law("第三十七条"), it.what.planned_on, source);
        out.duty("实施强制执行", Some(number), limit);
    }
}

/// Demands of orders, 代履行 that waits, and the party to be told of what was cleared at once.
fn substituted(case: &Case, facts: &Facts<'_>, out: &mut Found) {
    for it in case.corrections.iter().filter(|it| it.open(case)) {
        let demand = it.demands.last();
        if let Some(demand) =
            demand.filter(|d| case.document(d.document).is_some_and(|d| d.service.is_some()))
        {
            let named = ("case.order_demand", "催告后改正");
            let limit = fixed(facts, named, coercion_law("第三十五条"), demand.due_on, "催告书载明的期限");
            out.window(facts, "催告后改正", it.party, limit);
        }
    }
    for it in &case.substitutions {
        let party = Some(it.what.party);
        let untold = case.document(it.document).is_some_and(|d| d.service.is_none());
        if let Some((_, on)) = it.done.as_ref().filter(|_| untold) {
            let named = ("case.substitute_told", "代履行后通知当事人");
            let limit = fixed(facts, named, coercion_law("第五十二条"), *on, "代履行实施之日，立即通知");
            out.duty("通知当事人代履行", party, limit);
        } else if it.pending(case) {
            let named = ("case.substitute", "实施代履行");
            let source = "代履行决定载明的日期";
            let limit = fixed(facts, named, coercion_law("第五十一条"), it.what.planned_on, source);
            out.duty("实施代履行", party, limit);
        }
    }
}

/// What the party may still ask for: reconsideration, and the suit, after a reconsideration
/// within fifteen days of its decision.
fn remedies(facts: &Facts<'_>, served: &Served, number: PartyNo, state: &PartyState, out: &mut Found) {
    let lodged = |kind| state.remedies.iter().rfind(|r| r.kind == kind && r.from >= served.effective_on);
    if lodged(RemedyKind::Litigation).is_some() {
        return;
    }
    let from = served.effective_on;
    match lodged(RemedyKind::Reconsideration) {
        None => {
            let limit = facts.limit(&facts.law.reconsideration, from, "决定书送达之日", &[]);
            out.window(facts, "申请行政复议", number, limit);
            let limit = facts.limit(&facts.law.litigation, from, "决定书送达之日", &[]);
            out.window(facts, "提起行政诉讼", number, limit);
        }
        Some(it) => {
            let Some(on) = it.ended else { return };
            let limit = facts.limit(&suit_after(facts), on, "收到复议决定书之日", &[]);
            out.window(facts, "提起行政诉讼", number, limit);
        }
    }
}

/// The ten days of a demand, and the organ's three months for asking the court.
fn enforcement(
    case: &Case,
    facts: &Facts<'_>,
    served: &Served,
    number: PartyNo,
    state: &PartyState,
    out: &mut Found,
) {
    if state.court_on.is_some() && !state.enforcement_denied() {
        return;
    }
    let demand = state.enforcement_demand.and_then(|it| case.document(it));
    if let Some(demanded) = demand.and_then(|it| it.service.as_ref()) {
        let limit = facts.limit(&facts.law.court_demand, demanded.gate_day(), "催告书送达之日", &[]);
        out.window(facts, "催告后履行", number, limit);
    }
    // It begins with the end of the remedies; a pending one ends at an unknown day.
    let over = remedies_over(facts, served.gate_day(), state).is_ok_and(|it| it < facts.today());
    if over && !state.remedy_pending() {
        out.duty("申请人民法院强制执行", Some(number), court_limit(facts, served, state));
    }
}
