//! What the case page shows: the rail, and what may and may not be done now.

use super::decide::available;
use super::facts::Facts;
use super::procedure::{Lane, PROCEDURE, Relation, Step, Verb};
use super::state::*;
use super::types::*;
use super::{clock, gate};
use crate::refusal::Refusal;
use jiff::civil::Date;

/// How far a stop of the rail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Done.
    Done,
    /// Under way.
    Now,
    /// Ahead.
    Ahead,
    /// Does not apply to this case.
    Skipped,
}

/// A stop of the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Name.
    pub title: &'static str,
    /// How far.
    pub progress: Progress,
    /// The date, or the limit of what is ahead, in words.
    pub note: String,
}

/// An action as the page shows it.
pub struct Action {
    /// Row of the procedure.
    pub step: &'static Step,
    /// Why it is shut; `None` when it is open.
    pub shut: Option<Refusal>,
}

/// Actions for this person: open ones, and those of the person's own roles that
/// the case itself closes. Rows of other stages or other people's roles are left out,
/// and those of recordings while nothing asks for one.
pub fn actions(case: &Case, facts: &Facts<'_>) -> Vec<Action> {
    PROCEDURE
        .iter()
        .filter(|s| s.relation != Relation::System && s.from.contains(&case.stage))
        .filter(|s| s.who.iter().any(|r| facts.actor.has(*r)))
        .map(|step| Action { step, shut: available(case, step, facts).err() })
        // A recording is asked for by an act; where none asks, there is nothing to say.
        .filter(|it| it.step.lane != Lane::Recording || it.shut.is_none())
        // After the decision there is nothing to review until an amendment is proposed.
        .filter(|it| it.shut.as_ref().is_none_or(|refusal| refusal.code != "amendment.none"))
        .filter(|it| !it.shut.as_ref().is_some_and(|refusal| idle(it.step.verb, refusal)))
        // Nor anything to answer until a rule turns out otherwise, or to review first where the
        // chain does not ask for it.
        .filter(|it| it.shut.as_ref().is_none_or(|refusal| !UNASKED.contains(&refusal.code.as_ref())))
        .collect()
}

/// An act of enforcement to which nothing in the case gives occasion: no power, no demand, no
/// decision, nothing that pauses. It is shown as soon as there is one.
fn idle(verb: Verb, refusal: &Refusal) -> bool {
    let asked = match verb {
        Verb::StateObjection => "demand.none",
        Verb::AnswerObjection => "objection.none",
        Verb::CarryOutEnforcement | Verb::ProposeAgree => "enforcement.none",
        Verb::ProposeResumeEnforcement => "enforcement.not_paused",
        Verb::RecordBreach => "agreement.none",
        Verb::DemandOrder => "order.none",
        Verb::CarryOutSubstitute => "substitute.none",
        Verb::RecordCost => "cost.none",
        Verb::ProposeEnforce | Verb::ProposePauseEnforcement | Verb::ProposeEndEnforcement => "",
        _ => return false,
    };
    refusal.code == "enforcement.no_power" || refusal.code == asked
}

/// Refusals of what nobody asks for in this case.
const UNASKED: &[&str] = &["erratum.none", "erratum.other_desk", "review.no_first"];

fn on(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}

/// The stages of the procedure as this case went through them.
pub fn rail(case: &Case, facts: &Facts<'_>) -> Vec<Stop> {
    let mut stops =
        vec![stop("线索", case.stage != Stage::Clue, case.stage == Stage::Clue, on(case.registered_on))];
    let filed = case.filed.as_ref();
    let checking = case.stage == Stage::Checking;
    let note = match (filed, case.stage) {
        (Some(f), _) => on(f.on),
        (None, Stage::NotFiled) => "不予立案".into(),
        (None, Stage::Clue | Stage::Checking | Stage::Investigating | Stage::Concluded | Stage::Decided)
        | (None, Stage::Closed | Stage::Archived | Stage::Withdrawn | Stage::Transferred) => "—".into(),
    };
    stops.push(stop("立案", filed.is_some() || case.stage == Stage::NotFiled, checking, note));
    let concluded = case.conclusion.as_ref().filter(|_| case.stage != Stage::Investigating);
    stops.push(stop(
        "调查",
        concluded.is_some(),
        case.stage == Stage::Investigating,
        concluded.map_or("—".into(), |c| format!("{}终结", on(c.on))),
    ));
    stops.extend(deliberation(case, facts, concluded.is_some()));
    stops.extend(afterwards(case, facts));
    // Between two acts the case stands before the next of them.
    let over =
        matches!(case.stage, Stage::Archived | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred);
    if !over
        && !stops.iter().any(|it| it.progress == Progress::Now)
        && let Some(next) = stops.iter_mut().find(|it| it.progress == Progress::Ahead)
    {
        next.progress = Progress::Now;
    }
    stops
}

fn stop(title: &'static str, done: bool, now: bool, note: String) -> Stop {
    let progress = match (done, now) {
        (true, _) => Progress::Done,
        (false, true) => Progress::Now,
        (false, false) => Progress::Ahead,
    };
    Stop { title, progress, note }
}

fn deliberation(case: &Case, facts: &Facts<'_>, concluded: bool) -> Vec<Stop> {
    let decided = case.decision.is_some();
    let live = concluded && !decided;
    let needs_review = !gate::triggers(case, facts.law).is_empty();
    let cleared = case.decision.as_ref().map_or_else(|| case.clearance().is_some(), |d| d.cleared);
    let mut review = stop(
        "法制审核",
        cleared,
        live && case.draft.is_some() && needs_review,
        case.review.phase.label().into(),
    );
    if decided && !cleared || live && case.draft.is_some() && !needs_review {
        review.progress = Progress::Skipped;
        review.note = "不属重大决定".into();
    }
    let told = !case.parties.is_empty()
        && case.parties.iter().all(|p| {
            p.notice.as_ref().and_then(|n| case.document(n.document)).is_some_and(|d| d.service.is_some())
        });
    let told_on = case
        .parties
        .iter()
        .filter_map(|p| p.notice.as_ref())
        .filter_map(|n| case.document(n.document))
        .filter_map(|d| d.service.as_ref())
        .map(|s| s.effective_on)
        .max();
    let notice = stop(
        "告知",
        told,
        live && case.draft.is_some(),
        told_on.map_or("—".into(), |d| format!("{}送达", on(d))),
    );
    let hearing = hearing(case, facts, told, live);
    let discussed =
        case.draft.as_ref().is_some_and(|d| case.discussions.iter().any(|x| x.digest == d.digest));
    let required = gate::discussion_required(case, facts.law);
    let open = live && told && required && gate::discuss(case, facts, None).is_ok();
    let note = if discussed { "已讨论" } else { "—" };
    let mut discussion = stop("集体讨论", discussed, open, note.into());
    if !discussed && (decided || live && case.draft.is_some() && !required) {
        discussion.progress = Progress::Skipped;
        discussion.note = "无须讨论".into();
    }
    vec![review, notice, hearing, discussion]
}

fn hearing(case: &Case, facts: &Facts<'_>, told: bool, live: bool) -> Stop {
    let decided = case.decision.is_some();
    let hearing_told = case.parties.iter().any(|p| p.hearing_told);
    let held = case.parties.iter().any(|p| matches!(p.hearing, Hearing::Held { .. }));
    let mut hearing = stop("听证", held, live && hearing_told, "—".into());
    let window = case
        .numbered_parties()
        .filter(|(_, p)| p.hearing_told)
        .filter_map(|(_, p)| {
            let served =
                p.notice.as_ref().and_then(|n| case.document(n.document)).and_then(|d| d.service.as_ref())?;
            facts
                .limit(&facts.law.hearing_request, served.effective_on, "听证告知书送达之日", &[])
                .ok()
                .map(|l| l.due.latest())
        })
        .max();
    // The window has passed for everyone, and nobody asked.
    let unasked = window.is_some_and(|day| facts.moment.recorded_day() > day)
        && case.parties.iter().all(|p| p.hearing == Hearing::None);
    hearing.note = match (held, window) {
        (true, _) => "已举行".into(),
        (false, _) if unasked => "期满未申请".into(),
        (false, Some(day)) if live => format!("可申请至{}", on(day)),
        (false, _) => "未举行".into(),
    };
    if told && !hearing_told || decided && !held || unasked {
        hearing.progress = Progress::Skipped;
    }
    hearing
}

fn afterwards(case: &Case, facts: &Facts<'_>) -> Vec<Stop> {
    let decision = case.decision.as_ref();
    let due = clock::decision_limit(case, facts).ok().flatten().map(|l| l.due.latest());
    let note = match (decision, due) {
        (Some(d), _) if d.overdue_days > 0 => format!("{}，超期{}日", on(d.on), d.overdue_days),
        (Some(d), _) => on(d.on),
        (None, Some(day)) => format!("不晚于{}", on(day)),
        (None, None) => "—".into(),
    };
    let mut stops = vec![stop("决定", decision.is_some(), false, note)];
    let served = decision.is_some()
        && case
            .numbered_parties()
            .all(|(n, _)| case.revoked(n).is_some() || gate::served_decision(case, n).is_ok());
    let fallen = decision.is_some() && case.numbered_parties().all(|(n, _)| case.revoked(n).is_some());
    let owes = |n, p| decision.is_some_and(|d| gate::owed_fen(d, n, p) > 0);
    let acts = |n, p| decision.is_some_and(|d| !gate::unperformed(d, n, p).is_empty());
    let paid = decision.is_some() && served && !case.numbered_parties().any(|(n, p)| owes(n, p));
    let refund = gate::refundable(case).is_some();
    let undo = gate::undoable(case).is_some();
    let done = paid && !refund && !undo && !case.numbered_parties().any(|(n, p)| acts(n, p));
    let service = match (fallen, served) {
        (true, _) => "决定已撤销",
        (false, true) => "已送达",
        (false, false) => "决定后7个工作日",
    };
    stops.push(stop("送达", served, case.stage == Stage::Decided && !served, service.into()));
    let any = |of: fn(&PartyState) -> bool| case.parties.iter().any(of);
    let performance = match (fallen, paid) {
        _ if refund => "待返还款项",
        _ if !done && any(|p| p.enforcement.ended.is_some()) => "终结执行",
        _ if !done && any(|p| p.enforcement.paused().is_some()) => "中止执行",
        _ if undo => "待恢复原状",
        (true, _) => "不再执行",
        (false, true) if done => "已执行",
        (false, true) => "已缴清，待执行其他处罚",
        (false, false) => "收到后15日",
    };
    stops.push(stop("执行", done, served && !done, performance.into()));
    let over = matches!(
        case.stage,
        Stage::Closed | Stage::Archived | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred
    );
    let note = if over { case.stage.label() } else { "—" };
    stops.push(stop("结案归档", case.stage == Stage::Archived, over || done, note.into()));
    stops
}
