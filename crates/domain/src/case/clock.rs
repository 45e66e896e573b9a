//! The clocks of a case: each limit with its derivation.

mod running;

pub use running::{Running, running};

use super::facts::Facts;
use super::gate;
use super::state::*;
use super::substitute::Substitution;
use super::types::*;
use crate::cite::{Citation, penalty_law};
use crate::period::{Exclusion, Limit, Period, Roll, Rule, Unit};
use crate::policy::Excludable;
use crate::refusal::Refusal;
use jiff::civil::Date;

/// Intervals that do not count against the 90 days: suspensions, and, where the
/// rule says so, time for experts and hearings. Each runs from its first day to
/// the day before its end, on which the case goes on; open ones end today. What
/// overlaps is counted once by [`crate::period::limit`].
pub fn exclusions(case: &Case, facts: &Facts<'_>) -> Vec<Exclusion> {
    let today = facts.today();
    let suspended = super::law::construction_rules("第三十条");
    let mut out: Vec<Exclusion> = case
        .suspensions
        .iter()
        .filter_map(|(from, until)| excluded(*from, until.unwrap_or(today), "中止调查", &suspended))
        .collect();
    let citation = &facts.law.excluded.citation;
    for e in case.experts.iter().filter(|e| facts.law.excludes(e.examination)) {
        let reason = e.examination.map_or("鉴定、检测", Examination::label);
        out.extend(excluded(e.span.0, e.span.1.unwrap_or(today), reason, citation));
    }
    if facts.law.excluded.value.contains(&Excludable::Hearing) {
        for p in &case.parties {
            out.extend(p.heard_spans.iter().filter_map(|(from, to)| excluded(*from, *to, "听证", citation)));
            let pending = match &p.hearing {
                Hearing::Requested { on } => *on,
                Hearing::Scheduled { requested_on, .. } => *requested_on,
                Hearing::None | Hearing::Held { .. } | Hearing::Withdrawn => continue,
            };
            out.extend(excluded(pending, today, "听证", citation));
        }
    }
    out
}

/// `from` up to the day before `until`; nothing when that is empty.
fn excluded(from: Date, until: Date, reason: &'static str, citation: &Citation) -> Option<Exclusion> {
    let to = until.yesterday().ok().filter(|to| *to >= from)?;
    Some(Exclusion { from, to, reason: reason.into(), citation: citation.clone() })
}

/// Days by which today lies after the last day for the decision; 0 in time.
///
/// # Errors
/// When the calendar does not reach.
pub fn overdue_days(case: &Case, facts: &Facts<'_>) -> Result<u32, Refusal> {
    let Some(limit) = decision_limit(case, facts)? else { return Ok(0) };
    let days = limit.due.latest().until(facts.today()).map_or(0, |s| s.get_days());
    Ok(u32::try_from(days).unwrap_or(0))
}

/// The last day for the decision; `None` before filing.
///
/// # Errors
/// When the calendar does not reach.
pub fn decision_limit(case: &Case, facts: &Facts<'_>) -> Result<Option<Limit>, Refusal> {
    let Some(filed) = &case.filed else { return Ok(None) };
    let mut rule = facts.law.decide.clone();
    let more: u32 = case.extensions.iter().map(|(days, _)| u32::from(*days)).sum();
    rule.period.n += more;
    facts.limit(&rule, filed.on, "立案之日", &exclusions(case, facts)).map(Some)
}

/// Whether a preservation lapsed because it was not handled in time.
pub fn preservation_lapsed(preservation: &Preservation, facts: &Facts<'_>) -> bool {
    preservation.disposed.is_none()
        && facts
            .limit(&facts.law.preserve, preservation.on, "先行登记保存之日", &[])
            .is_ok_and(|l| facts.today() > l.due.latest())
}

/// The act was discovered within the period of limitation (第三十六条).
///
/// # Errors
/// When it was not.
pub fn prescription(case: &Case, facts: &Facts<'_>) -> Result<(), Refusal> {
    let Some(filed) = &case.filed else { return Ok(()) };
    within_prescription(facts, filed.filing.violation_on, filed.filing.grave_harm, case.discovered_on(), case)
}

/// As [`prescription`], for a filing that is being proposed.
///
/// # Errors
/// When the act was discovered too late and something would be imposed for it.
pub fn within_prescription(
    facts: &Facts<'_>,
    act: Date,
    grave: bool,
    discovered: Date,
    case: &Case,
) -> Result<(), Refusal> {
    let rule = if grave { &facts.law.grave_prescription } else { &facts.law.prescription };
    let limit = facts.limit(rule, act, "违法行为发生或者终了之日", &[])?;
    let only_no_penalty = case.draft.as_ref().is_some_and(|d| !d.substance.penalises());
    if discovered > limit.due.latest() && !only_no_penalty {
        return Err(Refusal::new(
            "prescription.over",
            penalty_law("第三十六条第一款"),
            format!("违法行为在{}之前未被发现，不再给予行政处罚", crate::period::long(limit.due.latest())),
            "依法不予处罚或者不予立案。",
        ));
    }
    Ok(())
}

/// The day after which the organ may act on non-payment: the first unpaid
/// instalment, else 15 days counted from the later of service and its recording,
/// so that a late entry opens nothing early.
///
/// # Errors
/// When the decision is not served or the calendar does not reach.
pub fn payment_gate(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
) -> Result<Date, Refusal> {
    if let Some(due) = next_instalment(state, facts.today()) {
        return Ok(due);
    }
    Ok(payment_limit(case, facts, number)?.due.latest())
}

/// The day of the first instalment of the plan that is not paid in full, or of the one that
/// was missed where the others fell due with it.
fn next_instalment(state: &PartyState, today: Date) -> Option<Date> {
    if let Some(missed) = state.plan()?.missed_on(today, |by| state.kept_by_fen(by)) {
        return Some(missed);
    }
    let mut paid = state.paid_fen() - state.refunded_fen();
    let unpaid = state.plan()?.instalments.iter().find(|it| {
        paid -= it.amount_fen;
        paid < 0
    });
    unpaid.map(|it| it.due_on)
}

/// The day until which the party pays: that of its next instalment where there is a plan
/// (行政处罚法第六十六条第二款), else the end of the term.
///
/// # Errors
/// When the decision is not served or the calendar does not reach.
pub fn pay_until(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
) -> Result<Limit, Refusal> {
    let Some(due) = next_instalment(state, facts.today()) else { return payment_limit(case, facts, number) };
    fixed(facts, ("case.payment", "缴纳罚款"), penalty_law("第六十六条第二款"), due, "批准的缴款期限")
}

/// 15 days from receipt of the decision, or from the recording of the service
/// where that came later: an additional fine counts no day that a late entry made.
///
/// # Errors
/// When the decision is not served or the calendar does not reach.
pub fn payment_limit(case: &Case, facts: &Facts<'_>, number: PartyNo) -> Result<Limit, Refusal> {
    let (_, served) = gate::served_decision(case, number)?;
    facts.limit(&facts.law.payment, served.gate_day(), "决定书送达之日", &[])
}

/// Largest additional fine that has accrued by today, in fen: for each day late
/// 3 % of the part of the fine then due and unpaid, without the days of pending
/// remedies, at most the fine itself (行政强制法第四十五条第二款).
///
/// # Errors
/// When the decision is not served or the calendar does not reach.
pub fn additional_cap(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
) -> Result<i64, Refusal> {
    let (decision, _) = gate::served_decision(case, number)?;
    let (fine, _) = gate::amounts_fen(decision, number, state);
    let cap = fine.saturating_mul(facts.law.additional_cap_percent.value) / 100;
    let mut accrued = 0i64;
    for (_, late) in late_days(case, facts, number, state)? {
        if accrued >= cap {
            break;
        }
        accrued = accrued.saturating_add(late.saturating_mul(facts.law.additional_percent.value) / 100);
    }
    Ok(accrued.min(cap))
}

/// The days by today on which something of the fine was late and no remedy was pending
/// (第七十三条第三款), each with what was late of it, fen.
fn late_days(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
) -> Result<impl Iterator<Item = (Date, i64)>, Refusal> {
    let (decision, _) = gate::served_decision(case, number)?;
    let first = payment_limit(case, facts, number)?.due.latest();
    let (fine, _) = gate::amounts_fen(decision, number, state);
    let planned = state.deferrals.iter().flat_map(|d| &d.instalments).map(|i| i.due_on).min();
    let from = planned.map_or(first, |due| due.min(first));
    let today = facts.today();
    let days = std::iter::successors(from.tomorrow().ok(), |day| day.tomorrow().ok());
    let pending = |day: Date| {
        state.remedies.iter().any(|r| r.from <= day && r.concluded.is_none_or(|(until, _)| day < until))
    };
    Ok(days
        .take_while(move |day| *day <= today)
        .filter(move |day| !pending(*day))
        .map(move |day| (day, late_fen(state, fine, first, day)))
        .filter(|(_, late)| *late > 0))
}

/// The days that an additional fine counts, as its decision states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// The last day on which what is late first could have been paid in time.
    pub due: Date,
    /// First day counted.
    pub from: Date,
    /// Days counted, without those of a pending remedy.
    pub days: u32,
}

/// The days that the latest additional fine of a party counts: late by the first term or by the
/// plan that held, and not used up by an earlier additional fine. `None` when no day is late.
///
/// # Errors
/// When the decision is not served or the calendar does not reach.
pub fn overdue(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
) -> Result<Option<Overdue>, Refusal> {
    let percent = facts.law.additional_percent.value;
    let earlier = state.additions.split_last().map_or(&[][..], |(_, earlier)| earlier);
    let imposed: i64 = earlier.iter().map(|(_, fen)| fen).sum();
    let until = earlier.last().map(|(day, _)| *day);
    let all: Vec<(Date, i64)> = late_days(case, facts, number, state)?.collect();
    // Where the earlier ones took less than their days allowed, those days are counted again.
    let before = all.iter().filter(|(day, _)| until.is_some_and(|until| *day <= until));
    let allowed: i64 = before.map(|(_, late)| late.saturating_mul(percent) / 100).sum();
    let used = until.filter(|_| imposed >= allowed);
    let mut days = all.iter().map(|(day, _)| *day).filter(|day| used.is_none_or(|until| *day > until));
    let Some(from) = days.next() else { return Ok(None) };
    let count = u32::try_from(days.count()).unwrap_or(u32::MAX - 1) + 1;
    let first = payment_limit(case, facts, number)?.due.latest();
    let planned = state.deferrals.iter().rfind(|d| d.granted_on <= from);
    let missed = planned.and_then(|d| d.instalments.iter().rfind(|i| i.due_on < from));
    let due = planned.map_or(first, |_| missed.map_or(first, |i| i.due_on));
    Ok(Some(Overdue { due, from, days: count }))
}

/// The part of the fine that was due before `day` and not paid by it, or paid and given back,
/// fen: by the plan that held on that day, before any by the first term. A deferral undoes no
/// day that was late.
fn late_fen(state: &PartyState, fine: i64, first: Date, day: Date) -> i64 {
    let due = match state.deferrals.iter().rev().find(|d| d.granted_on <= day) {
        None if day > first => fine,
        None => 0,
        Some(plan) => plan.due_before(day, |by| state.kept_by_fen(by)).min(fine),
    };
    (due - state.kept_by_fen(day)).max(0)
}

/// The day after which neither reconsideration nor litigation can be asked for:
/// the later of both terms; after a concluded reconsideration, 15 days more for
/// the suit (行政诉讼法第四十五条); after a suit, its end.
///
/// # Errors
/// When the calendar does not reach.
pub fn remedies_over(facts: &Facts<'_>, served: Date, state: &PartyState) -> Result<Date, Refusal> {
    over(facts, served, state, |r| r.concluded.map(|(on, _)| on))
}

/// As [`remedies_over`], by the days on which the remedies ended: a term of the
/// organ that begins here does not grow by a late entry.
///
/// # Errors
/// When the calendar does not reach.
pub fn remedies_ended(facts: &Facts<'_>, served: Date, state: &PartyState) -> Result<Date, Refusal> {
    over(facts, served, state, |r| r.ended)
}

/// The suit after a reconsideration: fifteen days from its decision.
fn suit_after(facts: &Facts<'_>) -> Rule {
    Rule {
        period: Period::days(15, Roll::Forward),
        citation: Citation::of("行政诉讼法", "第四十五条"),
        ..facts.law.litigation.clone()
    }
}

fn over(
    facts: &Facts<'_>,
    served: Date,
    state: &PartyState,
    end: fn(&Remedy) -> Option<Date>,
) -> Result<Date, Refusal> {
    let reconsideration =
        facts.limit(&facts.law.reconsideration, served, "决定书送达之日", &[])?.due.latest();
    let litigation = facts.limit(&facts.law.litigation, served, "决定书送达之日", &[])?.due.latest();
    let mut last = reconsideration.max(litigation);
    let suit = suit_after(facts);
    for remedy in &state.remedies {
        match (remedy.kind, end(remedy)) {
            (RemedyKind::Reconsideration, Some(on)) => {
                last = last.max(facts.limit(&suit, on, "收到复议决定书之日", &[])?.due.latest());
            }
            // What was sued over is enforced once the suit is over, however long it took.
            (RemedyKind::Litigation, Some(on)) => last = last.max(on),
            (RemedyKind::Reconsideration | RemedyKind::Litigation, None) => {}
        }
    }
    Ok(last)
}

/// The organ's term for asking the court, of three months from the end of the remedies, and
/// after a deferral from its end (行政处罚法第七十二条第二款). It runs from the service as it
/// happened: a late entry makes it no longer.
///
/// # Errors
/// When the calendar does not reach.
pub fn court_limit(facts: &Facts<'_>, served: &Served, state: &PartyState) -> Result<Limit, Refusal> {
    let from = remedies_ended(facts, served.effective_on, state)?;
    let from = state.plan().map_or(from, |plan| from.max(plan.ends_on(facts.today(), state)));
    facts.limit(&facts.law.court, from, "复议、诉讼期限届满之日", &[])
}

/// A day that an act of the case fixed, as a limit.
///
/// # Errors
/// When the calendar does not reach.
fn fixed(
    facts: &Facts<'_>,
    (id, title): (&'static str, &'static str),
    citation: Citation,
    on: Date,
    source: &'static str,
) -> Result<Limit, Refusal> {
    let period = Period { unit: Unit::FixedDate, ..Period::days(0, Roll::None) };
    let rule = Rule { id: id.into(), title: title.into(), period, citation, day_citation: None };
    facts.limit(&rule, on, source, &[])
}

/// The day on which the last duty of the decision was performed, or fell; `None`
/// while something is left to perform.
pub fn performed_on(case: &Case, facts: &Facts<'_>) -> Option<Date> {
    gate::settled(case, case.decision.as_ref()?, facts).ok()?;
    let party = |(no, state): (PartyNo, &PartyState)| {
        let refunded = state.refunds.iter().map(|r| r.on).max();
        let refunded = refunded.max(state.restitutions.iter().map(|r| r.on).max());
        if let Some((_, on)) = case.revoked(no) {
            return refunded.max(Some(on));
        }
        let served = gate::served_decision(case, no).ok().map(|(_, s)| s.effective_on);
        let paid = state.payments.iter().map(|p| p.paid_on).max();
        let ruled = state.ruling.filter(|_| state.enforcement_over()).map(|(_, on)| on);
        let ended = state.enforcement.ended.map(|(_, on)| on);
        let acted = state.performances.iter().map(|p| p.on).max();
        served.max(paid).max(ruled).max(ended).max(acted).max(refunded)
    };
    let parties = case.numbered_parties().filter_map(party);
    let corrected = case.corrections.iter().filter_map(|c| c.rechecked_on);
    let goods = case.preservations.iter().filter_map(|p| p.disposed.map(|(_, on)| on));
    let done = |it: &Substitution| {
        let paid = it.payments.iter().map(|p| p.on).max();
        it.done.as_ref().map(|(_, on)| *on).max(paid)
    };
    let substituted = case.substitutions.iter().filter_map(done);
    parties.chain(corrected).chain(goods).chain(substituted).max()
}

/// Three years of a pause, after which nothing is enforced any more where the party has no means
/// and no harm to society is apparent (行政强制法第三十九条第二款).
///
/// # Errors
/// When the calendar does not reach.
pub fn pause_limit(facts: &Facts<'_>, from: Date) -> Result<Limit, Refusal> {
    let rule = Rule {
        id: "case.pause".into(),
        title: "中止执行满三年".into(),
        period: Period::years(3, Roll::Forward),
        citation: super::law::coercion_law("第三十九条第二款"),
        day_citation: None,
    };
    facts.limit(&rule, from, "中止执行之日", &[])
}

/// The limit of the review in hand: from its submission, without the days on which
/// materials were supplemented, with its extension.
pub fn review_limit(case: &Case, facts: &Facts<'_>) -> Option<Result<Limit, Refusal>> {
    let (from, _) = case.review.submitted?;
    let gap = |(from, until): &(Date, Option<Date>)| Exclusion {
        from: *from,
        to: until.unwrap_or(facts.today()),
        reason: "补充材料".into(),
        citation: facts.law.review.citation.clone(),
    };
    let gaps: Vec<Exclusion> = case.review.returned.iter().map(gap).collect();
    let mut rule = facts.law.review.clone();
    let more = facts.law.review_extension.value.as_ref().filter(|_| case.review.extended);
    if let Some(more) = more.filter(|it| it.period.unit == rule.period.unit) {
        rule.period.n += more.period.n;
        return Some(facts.limit(&rule, from, "送审之日", &gaps));
    }
    let first = facts.limit(&rule, from, "送审之日", &gaps);
    Some(match (first, more) {
        (Ok(first), Some(more)) => facts.limit(more, first.due.latest(), "审核期限届满之日", &[]),
        (first, _) => first,
    })
}

/// The limit for archiving, from the day the handling ended; none while it goes on.
pub fn archive_limit(case: &Case, facts: &Facts<'_>) -> Option<Result<Limit, Refusal>> {
    case.ended_on.map(|on| facts.limit(&facts.law.archive, on, "结案之日", &[]))
}

/// The limit for filing what grew after the file was archived: the term of archiving, from the
/// last day of the matter that made it grow ([`super::growth`]); none while it goes on, or where
/// nothing grew.
pub fn supplement_limit(case: &Case, facts: &Facts<'_>) -> Option<Result<Limit, Refusal>> {
    let on = super::growth::ended_on(case).filter(|_| super::growth::over(case).is_ok())?;
    Some(facts.limit(&facts.law.archive, on, "归档后新的事项办结之日", &[]))
}

/// Whether the case was archived in its term; none before it is archived, or where the term
/// cannot be told.
pub fn archived_in_time(case: &Case, facts: &Facts<'_>) -> Option<bool> {
    let (day, _) = case.archived?;
    let limit = archive_limit(case, facts)?.ok()?;
    Some(day <= limit.due.latest())
}
