//! Enforcement and 代履行 in words: of the stream, of the party, of what waits for approval.

use maud::{Markup, html};
use mingjing_domain::case::CaseEvent as E;
use mingjing_domain::case::command::{
    Agreeing, CarryingOut, Ending, Enforcing, Pausing, Proposal, SubstituteDone, Substituting,
};
use mingjing_domain::case::state::{Case, PartyState};
use mingjing_domain::case::types::PartyNo;

use super::words::party;
use crate::kit::ui::show;

/// What an event of enforcement concerned; none where the event says it all.
pub fn detail(event: &E, case: &Case) -> Option<String> {
    Some(match event {
        E::EnforcementObjected(it) => party(case, it.party),
        E::EnforcementObjectionAnswered(it) => {
            format!("{}，{}", party(case, it.party), it.adoption.label())
        }
        E::EnforcementDecided(it) => format!("{}，{}", party(case, it.what.party), it.what.manner.label()),
        E::EnforcementCarriedOut(CarryingOut { party: no, presence, .. }) => {
            format!("{}，{}", party(case, *no), presence.label())
        }
        E::EnforcementPaused(it) => format!("{}，{}", party(case, it.what.party), it.what.ground.label()),
        E::EnforcementResumed(it) => party(case, it.what.party),
        E::EnforcementEnded(it) => format!("{}，{}", party(case, it.what.party), it.what.ground.label()),
        E::EnforcementAgreed(it) => {
            format!("{}，分{}期履行", party(case, it.what.party), it.what.stages.len())
        }
        E::AgreementBroken(it) => party(case, it.party),
        E::OrderDemanded(it) => {
            format!("第{}次责令改正，{}前", it.demand.order, show::short_date(it.demand.due_on))
        }
        E::SubstituteDecided(it) => {
            format!("{}，{}", party(case, it.what.party), it.what.subject.or_erased())
        }
        E::SubstituteCarriedOut(SubstituteDone { substitution, cost_fen, .. }) => {
            format!("第{substitution}次代履行，费用{}元", show::yuan(*cost_fen))
        }
        E::SubstituteCostPaid(it) => format!("{}，{}元", it.entry.label(), show::yuan(it.amount_fen)),
        _ => return None,
    })
}

/// How the enforcement against a party stands, in lines.
pub fn standing(case: &Case, no: PartyNo, it: &PartyState) -> Vec<String> {
    let mut out = Vec::new();
    let own = &it.enforcement;
    for decision in &own.decisions {
        let state = match (decision.fell, decision.carried_out.last()) {
            (_, Some(on)) => format!("{}已实施", show::short_date(*on)),
            (true, None) => "不再实施".to_owned(),
            (false, None) => format!("定于{}实施", show::short_date(decision.what.planned_on)),
        };
        out.push(format!("强制执行：{}，{state}", decision.what.manner.label()));
    }
    for (n, it) in case.numbered_substitutions().filter(|(_, it)| it.what.party == no) {
        let state = match &it.done {
            Some((_, on)) => {
                format!("{}已实施，费用尚欠{}元", show::short_date(*on), show::yuan(it.owed_fen(case)))
            }
            None if it.pending(case) => format!("定于{}实施", show::short_date(it.what.planned_on)),
            None => "当事人已经履行，停止".to_owned(),
        };
        out.push(format!("第{n}次代履行：{state}"));
        let back = it.refundable_fen(case);
        if back > 0 {
            out.push(format!("第{n}次代履行的费用应当返还{}元", show::yuan(back)));
        }
    }
    if let Some(agreed) = own.agreements.last() {
        let kept = if agreed.broken_on.is_some() { "没有履行" } else { "" };
        out.push(format!("执行协议：分{}期{kept}", agreed.what.stages.len()));
    }
    if let Some(pause) = own.paused() {
        out.push(format!("{}起中止执行：{}", show::short_date(pause.from), pause.ground.label()));
    }
    if let Some((ground, on)) = own.ended {
        out.push(format!("{}终结执行：{}", show::short_date(on), ground.label()));
    }
    out
}

/// What a proposal about enforcement asks for, before it is approved; none for other proposals.
pub fn asked(case: &Case, body: &Proposal) -> Markup {
    match body {
        Proposal::Enforce(it) => enforcing(case, it),
        Proposal::PauseEnforcement(Pausing { party: no, ground, basis }) => {
            stated(case, *no, ground.label(), basis.or_erased())
        }
        Proposal::EndEnforcement(Ending { party: no, ground, basis }) => {
            stated(case, *no, ground.label(), basis.or_erased())
        }
        Proposal::ResumeEnforcement(it) => html! { p { (party(case, it.party)) } },
        Proposal::Agree(it) => agreeing(case, it),
        Proposal::Substitute(it) => substituting(case, it),
        _ => html! {},
    }
}

fn stated(case: &Case, no: PartyNo, ground: &str, basis: &str) -> Markup {
    html! { p { (party(case, no)) "：" (ground) } p.prose { (basis) } }
}

fn enforcing(case: &Case, it: &Enforcing) -> Markup {
    html! {
        p { (party(case, it.party)) "：" (it.manner.label()) "，" (show::date(it.planned_on)) "起" }
        p.prose { (it.reasons.or_erased()) }
        p.prose { (it.details.or_erased()) }
        @if !it.hiding.is_blank() { p.prose { "转移、隐匿财物的证据：" (it.hiding.or_erased()) } }
        @if let Some(until) = it.leave_until {
            p { "公告：" (it.announced.or_erased()) "，自行拆除至" (show::date(until)) }
        }
    }
}

fn agreeing(case: &Case, it: &Agreeing) -> Markup {
    html! {
        p { (party(case, it.party)) }
        ul { @for stage in &it.stages {
            li {
                (show::date(stage.due_on)) "前 "
                @if stage.amount_fen > 0 { (show::money(stage.amount_fen)) " " }
                (stage.duty.or_erased())
            }
        } }
        @if it.waived_fen > 0 { p.prose { "减免加处罚款 " (show::money(it.waived_fen)) "：" (it.remedial.or_erased()) } }
        p.prose { (it.harmless.or_erased()) }
    }
}

fn substituting(case: &Case, it: &Substituting) -> Markup {
    html! {
        p {
            (party(case, it.party)) "："
            @if let Some(harm) = it.harm { (harm.label()) }
            @if let Some(place) = it.immediate { (place.label()) "，立即清除" }
        }
        p.prose { (it.subject.or_erased()) }
        p.prose { (it.manner.or_erased()) }
        p.prose { (it.reasons.or_erased()) }
        p { (show::date(it.planned_on)) "起，代履行人" (it.performer.or_erased()) "，预算 " (show::money(it.budget_fen)) }
    }
}
