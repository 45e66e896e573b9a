//! From the end of the investigation to the end of the case.

use mingjing_domain::case::command::*;
use mingjing_domain::case::gate;
use mingjing_domain::case::state::{Case, Decision, Hearing, PartyState, ReviewPhase};
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, Proposal};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;

use super::SeedError;
use super::next::{Act, View, act, disclose, draft, heads, hearing_open, propose, reviewing};
use super::plan::{Ending, Plan};

type Next = Result<Option<Act>, SeedError>;

fn t(words: &str) -> Text {
    Text::closed(words)
}

/// Notice, defence, hearing, review, discussion, decision.
pub fn concluded(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let Some(now) = &case.draft else {
        let days = plan.days(0, 3);
        return act(plan, view, Role::Officer, days, draft(case, plan, false));
    };
    if reviewing(case) {
        return review(case, plan, view);
    }
    for (no, party) in case.numbered_parties() {
        if let Some(act) = party_next(case, no, party, plan, view)? {
            return Ok(Some(act));
        }
    }
    if case.review.phase == ReviewPhase::Answered && now.digest == case.review.digest {
        // Corrected as the opinion asks: a lighter fine, drafted anew.
        return act(plan, view, Role::Officer, 2, draft(case, plan, true));
    }
    if !gate::triggers(case, view.law).is_empty() && case.clearance().is_none() {
        return act(
            plan,
            view,
            Role::Officer,
            1,
            Do::SubmitReview { opinion: t("请对拟作出的处理意见进行法制审核") },
        );
    }
    let discussed = case.discussions.iter().any(|it| it.digest == now.digest);
    if gate::discussion_required(case, view.law) && !discussed {
        let discussion = Discussion {
            place: t("机关三楼会议室"),
            chair: view.organ.with(Role::Head, 0)?.id,
            opinions: heads(view)?,
            outcome: DiscussionOutcome::ApproveDraft,
            conclusion: t("一致同意承办机构的处理意见"),
        };
        return act(plan, view, Role::Head, 1, Do::Discuss(discussion));
    }
    propose(plan, view, 1, Proposal::Dispose)
}

/// What one party's notice, defence and hearing still ask for.
fn party_next(case: &Case, no: PartyNo, party: &PartyState, plan: &mut Plan, view: &View<'_>) -> Next {
    if !plan.penalises() {
        return Ok(None);
    }
    let Some(notice) = &party.notice else {
        return act(plan, view, Role::Officer, 1, Do::IssueNotice { party: no, rights: Vec::new() });
    };
    if case.document(notice.document).is_none_or(|it| it.service.is_none()) {
        return Ok(None);
    }
    if plan.defence && no == 1 && party.defences.is_empty() {
        let command = Do::StateDefence { party: no, on: view.today, statement: t("请求从轻处理") };
        return act(plan, view, Role::Officer, 2, command);
    }
    if party.defences.iter().any(|it| it.answer.is_none()) {
        let reasons = t("经复核，所述情况已在裁量时考虑");
        return act(
            plan,
            view,
            Role::Officer,
            1,
            Do::AnswerDefence { party: no, adoption: Adoption::NotAdopted, reasons },
        );
    }
    if plan.hearing && no == 1 && party.hearing_told && party.hearing == Hearing::None {
        // Asked for on the day after the service: inside the window.
        let command = Do::RequestHearing { party: no, on: view.today, request: t("要求举行听证") };
        return act(plan, view, Role::Officer, 1, command);
    }
    if hearing_open(party) { hearing(no, party, plan, view) } else { Ok(None) }
}

fn hearing(no: PartyNo, party: &PartyState, plan: &Plan, view: &View<'_>) -> Next {
    match &party.hearing {
        Hearing::Requested { .. } => {
            let after = view.calendar.workdays_after(view.today, 14, &[]);
            let on = after.map_err(|e| SeedError::Script(e.to_string()))?.latest();
            let scheduled = HearingPlan {
                party: no,
                on,
                place: t("上午九时，机关一楼听证室"),
                host: view.organ.with(Role::HearingHost, 0)?.id,
                members: Vec::new(),
                clerk: view.organ.with(Role::Publicity, 0)?.id,
                public: true,
            };
            act(plan, view, Role::HearingHost, 1, Do::ScheduleHearing(scheduled))
        }
        Hearing::Scheduled { plan: scheduled, .. } => {
            let days = view.today.until(scheduled.on).map_or(0, |span| span.get_days());
            let held = HearingHeld {
                party: no,
                attended: true,
                agents: Vec::new(),
                presenters: super::next::officers(plan, view)?,
                record: t("承办人员提出事实、证据和处罚建议，当事人申辩和质证，双方作最后陈述"),
                signed: true,
                case_room: false,
            };
            act(plan, view, Role::HearingHost, u32::try_from(days).unwrap_or(0), Do::HoldHearing(held))
        }
        Hearing::Held { .. } => act(
            plan,
            view,
            Role::HearingHost,
            1,
            Do::ReportHearing { party: no, report: t("建议维持承办机构的处理意见") },
        ),
        Hearing::None | Hearing::Withdrawn => Ok(None),
    }
}

fn review(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    match case.review.phase {
        ReviewPhase::Submitted => {
            let failed = plan.correction && case.review.round == 1;
            let findings = Point::asked(view.law.review_other.value).iter().map(|point| {
                let pass = !(failed && *point == Point::Discretion);
                let words = if pass {
                    "符合规定"
                } else {
                    "罚款数额与同类案件相比偏重，应予调整"
                };
                Finding { point: *point, pass, finding: t(words) }
            });
            let command = Do::GiveOpinion {
                findings: findings.collect(),
                opinion: if failed { Opinion::Correct } else { Opinion::Agree },
                reasons: t(if failed {
                    "裁量偏重，建议纠正"
                } else {
                    "事实清楚，证据充分，程序合法，裁量适当"
                }),
            };
            let days = plan.days(1, 6);
            act(plan, view, Role::Reviewer, days, command)
        }
        ReviewPhase::Opined => {
            act(plan, view, Role::ReviewHead, 0, Do::SignOpinion { sign: true, note: t("") })
        }
        ReviewPhase::Signed => {
            let command = Do::AnswerOpinion {
                stand: Stand::Adopted,
                answer: t("采纳审核意见，调整罚款数额后再次报送"),
            };
            act(plan, view, Role::Officer, 1, command)
        }
        ReviewPhase::Idle
        | ReviewPhase::Returned
        | ReviewPhase::Answered
        | ReviewPhase::Contested
        | ReviewPhase::ReReviewed
        | ReviewPhase::Cleared => Ok(None),
    }
}

/// Payment, remedies, closing.
pub fn decided(case: &Case, plan: &mut Plan, view: &View<'_>) -> Next {
    let Some(decision) = &case.decision else { return Ok(None) };
    if plan.penalises()
        && let Some(act) = disclose(case, plan, view)?
    {
        return Ok(Some(act));
    }
    if let Some((_, order)) = case.corrections.iter().zip(1..).find(|(it, _)| it.open(case)) {
        let command =
            Do::RecheckCorrection { order, corrected: true, opinion: t("经复查，已经改正") };
        return act(plan, view, Role::Officer, 3, command);
    }
    if decision.revoked.is_some() {
        return propose(plan, view, 5, Proposal::Close { ground: ClosingGround::DecisionRevoked });
    }
    if !plan.penalises() {
        return propose(plan, view, 5, Proposal::Close { ground: ClosingGround::NoPenaltyServed });
    }
    if plan.ending == Ending::Revoked {
        return remedy(case, plan, view);
    }
    for (no, party) in case.numbered_parties() {
        if gate::owed_fen(decision, no, party) > 0 && party.court_on.is_none() {
            return owed(decision, no, party, plan, view);
        }
        if gate::owed_fen(decision, no, party) > 0 && !party.enforcement_over() {
            let document = t("（合成）执行裁定书");
            let ruling = if party.ruling.is_none() { CourtRuling::Granted } else { CourtRuling::Ended };
            let command = Do::RecordRuling { party: no, ruling, on: view.today, document };
            return act(plan, view, Role::Officer, 40, command);
        }
    }
    let ground =
        if plan.ending == Ending::Court { ClosingGround::CourtClosed } else { ClosingGround::Performed };
    let days = if plan.ending == Ending::Court { 20 } else { plan.days(2, 10) };
    propose(plan, view, days, Proposal::Close { ground })
}

/// The decision on each party falls by a remedy of its own.
fn remedy(case: &Case, plan: &Plan, view: &View<'_>) -> Next {
    let remedy = RemedyKind::Reconsideration;
    let Some((party, state)) = case.numbered_parties().find(|(_, it)| it.revoked.is_none()) else {
        return Ok(None);
    };
    if state.remedy_pending() {
        let document = t("示例县人民政府行政复议决定书（合成）");
        let command = Do::ConcludeRemedy {
            party,
            remedy,
            outcome: RemedyOutcome::Revoked,
            document,
            fine_fen: None,
            confiscated_fen: None,
            lifted: Vec::new(),
            opposed: false,
        };
        return act(plan, view, Role::Reviewer, 40, command);
    }
    let command = Do::RecordRemedy { party, remedy, on: view.today, body: t("示例县人民政府") };
    act(plan, view, Role::Officer, 20, command)
}

fn owed(decision: &Decision, no: PartyNo, party: &PartyState, plan: &mut Plan, view: &View<'_>) -> Next {
    let owed = gate::owed_fen(decision, no, party);
    let fine = gate::principal_fen(decision, no, party);
    match plan.ending {
        Ending::Late if party.fine_demand.is_none() => {
            act(plan, view, Role::Officer, 17, Do::DemandFine { party: no })
        }
        Ending::Late if party.additional_fen == 0 => {
            // 3 % a day, for the days that have surely passed.
            let amount_fen = (fine * 3 / 100).max(1);
            act(plan, view, Role::Deputy, 2, Do::ImposeAdditionalFine { party: no, amount_fen })
        }
        Ending::Court if party.enforcement_demand.is_none() => {
            act(plan, view, Role::Officer, 20, Do::DemandEnforcement { party: no })
        }
        Ending::Court => {
            act(plan, view, Role::Head, 12, Do::ApplyToCourt { party: no, court: t("示例县人民法院") })
        }
        Ending::Instalments if party.instalments.is_empty() && fine >= 200_000 => {
            let half = fine / 2;
            let on = |days| view.today.checked_add(jiff::Span::new().days(days)).unwrap_or(view.today);
            let instalments = vec![
                Instalment { due_on: on(40), amount_fen: half },
                Instalment { due_on: on(80), amount_fen: fine - half },
            ];
            propose(
                plan,
                view,
                5,
                Proposal::Defer(Deferring { party: no, instalments, ..Deferring::default() }),
            )
        }
        Ending::Instalments if !party.instalments.is_empty() && party.payments.is_empty() => {
            let first = party.instalments.first().map_or(owed, |it| it.amount_fen);
            pay(no, party, first, 20, plan, view)
        }
        Ending::Late | Ending::Instalments => pay(no, party, owed, 6, plan, view),
        Ending::NotFiled
        | Ending::Withdrawn
        | Ending::Transferred
        | Ending::NoPenalty
        | Ending::Paid
        | Ending::Revoked => {
            let days = plan.days(2, 12);
            pay(no, party, owed, days, plan, view)
        }
    }
}

fn pay(no: PartyNo, party: &PartyState, amount_fen: i64, days: u32, plan: &Plan, view: &View<'_>) -> Next {
    let receipt = format!("SYN{:09}{no}{}", plan.index + 1, party.payments.len() + 1);
    let payment = Payment {
        party: no,
        receipt,
        amount_fen,
        paid_on: view.today,
        collector: "示例县农村商业银行".to_owned(),
    };
    act(plan, view, Role::Cashier, days, Do::RecordPayment(payment))
}
