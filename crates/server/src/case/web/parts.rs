//! Pieces of the case page: rail, actions, limits.

use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::calendar::Due as DueDay;
use mingjing_domain::case::Case;
use mingjing_domain::case::clock::{self, Running};
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Lane, Step, Verb};
use mingjing_domain::case::types::Stage;
use mingjing_domain::case::view::{self, Action as Offered, Progress};
use mingjing_domain::disclosure::Stage as Shown;
use mingjing_domain::matter::MatterId;

use super::super::words;
use crate::disclosure::view::Standing as Published;
use crate::kit::ui::act::{Action, Door, action};
use crate::kit::ui::due::{Due, Run, due};
use crate::kit::ui::rail::{Standing, Stop, rail};

/// The stages of the procedure as this case went through them.
/// `published` are its publications; none when the case is shown as it once stood.
pub fn stages(case: &Case, facts: &Facts<'_>, published: Option<&[Published]>) -> Markup {
    let suspended = case.suspended();
    let stops = view::rail(case, facts);
    let mut stops: Vec<Stop<'_>> = stops
        .iter()
        .map(|it| Stop {
            label: it.title,
            standing: match it.progress {
                Progress::Done => Standing::Done,
                Progress::Now if suspended => Standing::Stopped,
                Progress::Now => Standing::Now,
                Progress::Ahead => Standing::Ahead,
                Progress::Skipped => Standing::Skipped,
            },
            note: it.note.clone(),
        })
        .collect();
    if let Some(published) = published {
        // Publication waits for nothing after the decision; the archive comes last.
        let at = stops.len().saturating_sub(1);
        stops.insert(at, publication(case, published));
    }
    rail("法定程序", &stops)
}

/// Where the publication of the decision stands, over all parties.
fn publication(case: &Case, published: &[Published]) -> Stop<'static> {
    let of = |standing, note: &str| Stop { label: "公示", standing, note: note.to_owned() };
    let ended = matches!(
        case.stage,
        Stage::NotFiled | Stage::Withdrawn | Stage::Transferred | Stage::Closed | Stage::Archived
    );
    // Nothing of it is to be published.
    if published.is_empty() && (ended || case.decision.is_some()) {
        return of(Standing::Skipped, "不适用");
    }
    if case.decision.is_none() {
        return of(Standing::Ahead, "决定后7个工作日");
    }
    let stages: Vec<Shown> = published.iter().filter_map(|(stage, _)| *stage).collect();
    let (done, all) = (stages.iter().filter(|it| settled(**it)).count(), published.len());
    if stages.is_empty() {
        return of(Standing::Ahead, "待制作公示文本");
    }
    if done < all {
        let note = if all > 1 { format!("已办理{done}/{all}") } else { "待审核、公示".to_owned() };
        return of(Standing::Now, &note);
    }
    if stages.iter().all(|it| *it == Shown::Exempt) {
        return of(Standing::Skipped, "依法不予公示");
    }
    let note = match published.iter().filter_map(|(_, on)| *on).max() {
        _ if stages.iter().all(|it| *it == Shown::Withdrawn) => "已撤下".to_owned(),
        Some(on) => format!("{}月{}日", on.month(), on.day()),
        None => "已公示".to_owned(),
    };
    of(Standing::Done, &note)
}

/// Whether nothing more is to be done before the public reads it.
const fn settled(stage: Shown) -> bool {
    match stage {
        Shown::Drafted | Shown::Checked | Shown::Returned => false,
        Shown::Published
        | Shown::Corrected
        | Shown::Annotated
        | Shown::Withdrawn
        | Shown::Expired
        | Shown::Exempt => true,
    }
}

/// What is usually next comes first; the rest follows in the order of the procedure.
const FIRST: [Verb; 35] = [
    Verb::ApproveProposal,
    Verb::ReviewProposal,
    Verb::DecideRecusal,
    Verb::GiveOpinion,
    Verb::SignOpinion,
    Verb::GiveReReview,
    Verb::Coordinate,
    Verb::SupplementSubmission,
    Verb::AnswerOpinion,
    Verb::StartCheck,
    Verb::ProposeFile,
    Verb::ProposeNotFile,
    Verb::RecordInquiry,
    Verb::AddEvidence,
    Verb::Conclude,
    Verb::HoldHearing,
    Verb::ReportHearing,
    Verb::ScheduleHearing,
    Verb::AnswerDefence,
    Verb::ServeDocument,
    Verb::ProposeDispose,
    Verb::Discuss,
    Verb::SubmitReview,
    Verb::IssueNotice,
    Verb::PrepareDraft,
    Verb::StateDefence,
    Verb::RequestHearing,
    Verb::RecordRefund,
    Verb::RecordRestitution,
    Verb::RecordPayment,
    Verb::RecordPerformance,
    Verb::RecheckCorrection,
    Verb::ProposeClose,
    Verb::Archive,
    Verb::RecordScene,
];

fn rank(step: &Step, case: &Case) -> usize {
    // Once the investigation has ended, more of it is the exception.
    let over = case.stage == Stage::Concluded && step.lane == Lane::Investigation;
    let usual = FIRST.iter().position(|it| *it == step.verb).filter(|_| !over);
    usual.unwrap_or(FIRST.len())
}

/// Actions shown at once; the others unfold.
const SHOWN: usize = 4;

fn label(verb: Verb) -> &'static str {
    verb.label()
}

/// Word on the button of an action.
pub fn button(verb: Verb) -> &'static str {
    match verb.label() {
        it if it.starts_with("登记") => "登记",
        it if it.starts_with("记录") => "记录",
        it if it.starts_with("呈请") => "呈请",
        it if it.starts_with("审核") || it.starts_with("提出审核") => "审核",
        it if it.starts_with("审批") => "审批",
        it if it.starts_with("制发") => "制发",
        it if it.starts_with("补充") => "补充",
        it if it.starts_with("签发") => "签发",
        _ => "办理",
    }
}

fn help(step: &Step) -> String {
    if step.limit.is_empty() { String::new() } else { format!("{}。", step.limit) }
}

/// Both cards: what this person may do now, and what not, with the reason.
pub fn doors(id: MatterId, case: &Case, facts: &Facts<'_>) -> Markup {
    let mut offered = view::actions(case, facts);
    offered.sort_by_key(|it| rank(it.step, case));
    let (open, mut shut): (Vec<_>, Vec<_>) = offered.into_iter().partition(|it| it.shut.is_none());
    // People look for what only waits for its day, then for the next stage.
    shut.sort_by_key(|it| {
        (it.shut.as_ref().is_none_or(|refusal| refusal.after.is_none()), it.step.lane != Lane::Main)
    });
    let expected = |it: &Offered| rank(it.step, case) < FIRST.len();
    html! {
        section.card #next {
            h2 { "现在可以做" }
            @if open.is_empty() { p.meta { "此刻没有等您办理的事项。" } }
            @for (at, it) in open.iter().take(SHOWN).enumerate() { (door(id, it, at == 0 && expected(it))) }
            @if open.len() > SHOWN {
                details.more {
                    summary { "其他可办事项（" (open.len() - SHOWN) "）" }
                    @for it in open.iter().skip(SHOWN) { (door(id, it, false)) }
                }
            }
        }
        @if !shut.is_empty() {
            section.card {
                h2 { "现在不能做" }
                @for it in shut.iter().take(SHOWN - 1) { (door(id, it, false)) }
                @if shut.len() > SHOWN - 1 {
                    details.more {
                        summary { "其他暂不能办的事项（" (shut.len() - (SHOWN - 1)) "）" }
                        @for it in shut.iter().skip(SHOWN - 1) { (door(id, it, false)) }
                    }
                }
            }
        }
    }
}

fn door(id: MatterId, it: &Offered, first: bool) -> Markup {
    let help = help(it.step);
    let door = match &it.shut {
        None => Door::Open {
            href: format!("/cases/{id}/do/{}", wire_name(&it.step.verb)),
            button: button(it.step.verb),
            first,
            basis: &it.step.article,
        },
        Some(refusal) => Door::Shut(refusal),
    };
    action(&Action { label: label(it.step.verb), help: &help, door })
}

/// How a limit stands today, its last day, and the latest where it is open.
pub fn run(today: Date, day: DueDay) -> (Run, Date, Option<Date>) {
    let (earliest, latest) = (day.earliest(), day.latest());
    if earliest == latest {
        return (Run::on(today, earliest), earliest, None);
    }
    let run = match Run::on(today, earliest) {
        Run::Left(days) => Run::AtLeast(days),
        // Past the earliest bound it is over only when the latest is past, too.
        Run::Over(_) if today <= latest => Run::AtLeast(0),
        Run::Over(_) => Run::on(today, latest),
        other @ (Run::AtLeast(_) | Run::Paused | Run::Kept(_)) => other,
    };
    (run, earliest, Some(latest))
}

/// The card of running limits, soonest first, each with its derivation.
pub fn clocks(case: &Case, facts: &Facts<'_>) -> Markup {
    let all = clock::running(case, facts);
    html! {
        section.card #limits {
            h2 { "期限" }
            @if all.is_empty() { p.meta { "没有正在计算的期限。" } }
            @for it in &all { (limit(it, case, facts.today())) }
        }
    }
}

fn limit(it: &Running, case: &Case, today: Date) -> Markup {
    let mut label = match it.party {
        Some(no) if case.parties.len() > 1 => format!("{} · {}", it.title, words::party(case, no)),
        Some(_) | None => it.title.clone(),
    };
    if it.window {
        label.push_str("（当事人的期限）");
    }
    let (standing, end, latest) = run(today, it.limit.due);
    let paused = case.suspended() && !it.window && it.title == "作出决定";
    due(&Due {
        label: &label,
        run: if paused { Run::Paused } else { standing },
        end,
        latest,
        derivation: it.limit.derivation.sentences(),
    })
}
