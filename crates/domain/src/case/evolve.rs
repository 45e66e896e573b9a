//! The fold: how each event changes the state. No rule is decided here.

use super::command::Proposal;
use super::event::CaseEvent;
use super::state::*;
use super::told;
use super::types::*;
use crate::matter::{Meta, StaffId};

/// State after the first event. Any other first event is a corrupt stream and
/// gives an empty shell at the clue stage, which no command accepts.
pub(super) fn first(meta: &Meta, clue: Clue) -> Case {
    Case {
        organ: meta.organ,
        version: meta.version,
        stage: Stage::Clue,
        clue,
        registered_on: meta.moment.day(),
        registered_by: meta.actor,
        checked_from: None,
        check_extended: false,
        officers: Vec::new(),
        handled_by: Vec::new(),
        apart: Vec::new(),
        filed: None,
        parties: Vec::new(),
        proposals: Vec::new(),
        recusals_open: Vec::new(),
        recused: Vec::new(),
        inquiries: 0,
        scenes: 0,
        evidence: Vec::new(),
        preservations: Vec::new(),
        corrections: Vec::new(),
        experts: Vec::new(),
        suspensions: Vec::new(),
        extensions: Vec::new(),
        conclusion: None,
        draft: None,
        review: Review::default(),
        discussions: Vec::new(),
        documents: Vec::new(),
        announced: Vec::new(),
        decision: None,
        substitutions: Vec::new(),
        amendment: None,
        closed: None,
        ended_on: None,
        acts: Vec::new(),
        archived: None,
        grown: Vec::new(),
        supplements: Vec::new(),
        errata: Vec::new(),
    }
}

/// The state after `event`.
pub(super) fn next(mut case: Case, meta: &Meta, event: &CaseEvent) -> Case {
    case.version = meta.version;
    super::recorded::note(&mut case, meta, event);
    super::growth::note(&mut case, meta, event);
    super::errata::note(&mut case, meta, event);
    super::correction::next(&mut case, meta, event);
    match event {
        CaseEvent::ClueRegistered(clue) => case.clue = clue.clone(),
        CaseEvent::CheckStarted { officers } => {
            case.stage = Stage::Checking;
            case.checked_from = Some(meta.moment.day());
            set_officers(&mut case, officers);
        }
        CaseEvent::CheckExtended { .. } => case.check_extended = true,
        CaseEvent::NotFiled { .. } => end(&mut case, Stage::NotFiled, meta),
        CaseEvent::Filed { filing, .. } => {
            case.stage = Stage::Investigating;
            case.parties = filing.parties.iter().cloned().map(PartyState::new).collect();
            set_officers(&mut case, &filing.officers);
            let serial = case.number().map(crate::codes::DocumentNumber::serial);
            case.filed = Some(Filed { filing: filing.clone(), on: meta.moment.day(), serial });
        }
        CaseEvent::OfficersChanged { officers, .. } => set_officers(&mut case, officers),
        CaseEvent::RecusalRequested(it) => case.recusals_open.push(it.officer),
        CaseEvent::RecusalDecided(it) => {
            case.recusals_open.retain(|o| *o != it.officer);
            if it.grant {
                case.officers.retain(|o| *o != it.officer);
                case.recused.push(it.officer);
            }
        }
        CaseEvent::Withdrawn { .. } => end(&mut case, Stage::Withdrawn, meta),
        CaseEvent::Transferred { .. } => end(&mut case, Stage::Transferred, meta),
        CaseEvent::Closed { ground, .. } => {
            end(&mut case, Stage::Closed, meta);
            case.closed = Some((*ground, meta.moment.day()));
        }
        CaseEvent::Archived { retention_years, .. } => {
            case.stage = Stage::Archived;
            // The retention is never cut short by a late entry.
            case.archived = Some((meta.moment.recorded_day(), *retention_years));
        }
        CaseEvent::Proposed { .. }
        | CaseEvent::ProposalReviewed { .. }
        | CaseEvent::ProposalDecided { .. } => approval(&mut case, meta, event),
        CaseEvent::DocumentIssued { .. }
        | CaseEvent::DocumentMade { .. }
        | CaseEvent::DocumentServed { .. }
        | CaseEvent::ServiceAnnounced(_)
        | CaseEvent::DocumentCorrected { .. } => document(&mut case, meta, event),
        CaseEvent::InquiryNotified { .. }
        | CaseEvent::InquiryRecorded { .. }
        | CaseEvent::SceneRecorded { .. }
        | CaseEvent::EvidenceAdded { .. }
        | CaseEvent::Preserved { .. }
        | CaseEvent::PreservationDisposed { .. }
        | CaseEvent::ExpertCommissioned { .. }
        | CaseEvent::ExpertReceived { .. }
        | CaseEvent::Sampled(_)
        | CaseEvent::CorrectionOrdered { .. }
        | CaseEvent::CorrectionRechecked { .. }
        | CaseEvent::Suspended { .. }
        | CaseEvent::Resumed { .. }
        | CaseEvent::Extended { .. }
        | CaseEvent::Concluded { .. }
        | CaseEvent::DraftPrepared { .. }
        | CaseEvent::Reinvestigated { .. } => investigation(&mut case, meta, event),
        CaseEvent::ReviewSubmitted { .. }
        | CaseEvent::SubmissionReturned { .. }
        | CaseEvent::SubmissionSupplemented { .. }
        | CaseEvent::FirstReviewed(_)
        | CaseEvent::OpinionGiven { .. }
        | CaseEvent::ReviewExtended(_)
        | CaseEvent::OpinionSigned { .. }
        | CaseEvent::OpinionAnswered { .. }
        | CaseEvent::ReReviewRequested { .. }
        | CaseEvent::ReReviewed { .. }
        | CaseEvent::Coordinated { .. }
        | CaseEvent::Cleared { .. } => {
            let evidence = case.evidence.len();
            if matches!(
                event,
                CaseEvent::FirstReviewed(_) | CaseEvent::OpinionGiven { .. } | CaseEvent::ReReviewed { .. }
            ) {
                keep_apart(&mut case, meta.actor);
            }
            review(&mut case.review, evidence, meta, event);
        }
        CaseEvent::NoticeIssued { .. }
        | CaseEvent::AddressConfirmed { .. }
        | CaseEvent::DefenceStated { .. }
        | CaseEvent::DefenceWaived { .. }
        | CaseEvent::DefenceAnswered { .. } => defence(&mut case, meta, event),
        CaseEvent::HearingRequested { .. }
        | CaseEvent::HearingWithdrawn { .. }
        | CaseEvent::HearingScheduled { .. }
        | CaseEvent::HearingHeld(_)
        | CaseEvent::HearingReported { .. } => hearing(&mut case, meta, event),
        CaseEvent::Discussed { .. }
        | CaseEvent::Decided { .. }
        | CaseEvent::PaymentRecorded(_)
        | CaseEvent::PerformanceRecorded(_)
        | CaseEvent::RefundRecorded(_)
        | CaseEvent::RestitutionRecorded(_)
        | CaseEvent::DeferralGranted { .. }
        | CaseEvent::FineDemanded { .. }
        | CaseEvent::AdditionalFineImposed { .. }
        | CaseEvent::AdditionalFineReduced { .. }
        | CaseEvent::EnforcementDemanded { .. }
        | CaseEvent::CourtApplied { .. }
        | CaseEvent::RemedyLodged { .. }
        | CaseEvent::RemedyConcluded { .. }
        | CaseEvent::DisposalChanged { .. }
        | CaseEvent::DisposalAmended { .. }
        | CaseEvent::CourtRuled { .. }
        | CaseEvent::DecisionRevoked { .. } => decision(&mut case, meta, event),
        CaseEvent::EnforcementObjected(_)
        | CaseEvent::EnforcementObjectionAnswered(_)
        | CaseEvent::EnforcementDecided(_)
        | CaseEvent::EnforcementCarriedOut(_)
        | CaseEvent::EnforcementPaused(_)
        | CaseEvent::EnforcementResumed(_)
        | CaseEvent::EnforcementEnded(_)
        | CaseEvent::EnforcementAgreed(_)
        | CaseEvent::AgreementBroken(_)
        | CaseEvent::OrderDemanded(_)
        | CaseEvent::SubstituteDecided(_)
        | CaseEvent::SubstituteCarriedOut(_)
        | CaseEvent::SubstituteCostPaid(_) => super::enforcement::next(&mut case, meta, event),
        // Folded beside the acts and the growth, above.
        CaseEvent::SupplementArchived(_)
        | CaseEvent::ErratumNoted(_)
        | CaseEvent::ErratumAnswered(_)
        | CaseEvent::RecordingAttached(_)
        | CaseEvent::NoRecordingStated(_)
        | CaseEvent::NoRecordingDecided(_) => {}
    }
    case
}

fn end(case: &mut Case, stage: Stage, meta: &Meta) {
    case.stage = stage;
    case.ended_on = Some(meta.moment.day());
}

fn set_officers(case: &mut Case, officers: &[StaffId]) {
    case.officers = officers.to_vec();
    for officer in officers {
        if !case.handled_by.contains(officer) {
            case.handled_by.push(*officer);
        }
    }
}

pub(super) fn party(case: &mut Case, no: PartyNo) -> Option<&mut PartyState> {
    case.parties.get_mut(usize::from(no).checked_sub(1)?)
}

fn approval(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::Proposed { body, opinion, .. } => {
            if let Proposal::Amend(it) = body {
                super::amendment::proposed(case, meta, it);
            }
            let digest = matches!(body, Proposal::Dispose | Proposal::Amend(_))
                .then(|| case.at_hand().map(|d| d.digest.clone()))
                .flatten();
            case.proposals.push(ProposalState {
                body: body.clone(),
                opinion: opinion.clone(),
                by: (meta.actor, day),
                reviewed: None,
                decided: None,
                stage: ApprovalStage::Proposed,
                digest,
            });
        }
        CaseEvent::ProposalReviewed { no, agree, opinion } => {
            if let Some(p) = case.proposals.get_mut(usize::from(*no).wrapping_sub(1)) {
                p.reviewed = Some((meta.actor, day, opinion.clone()));
                p.stage = if *agree { ApprovalStage::Reviewed } else { ApprovalStage::Refused };
            }
            super::amendment::refused(case);
        }
        CaseEvent::ProposalDecided { no, approve, opinion, .. } => {
            if let Some(p) = case.proposals.get_mut(usize::from(*no).wrapping_sub(1)) {
                p.decided = Some((meta.actor, day, opinion.clone()));
                p.stage = if *approve { ApprovalStage::Approved } else { ApprovalStage::Refused };
            }
            super::amendment::refused(case);
        }
        _ => {}
    }
}

fn document(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::DocumentIssued { kind, number, party, issued_on, .. } => {
            case.documents.push(Document {
                kind: *kind,
                number: number.clone(),
                party: *party,
                issued_on: *issued_on,
                version: meta.version,
                made: None,
                service: None,
            });
        }
        CaseEvent::DocumentMade { no, made } => {
            if let Some(d) = case.documents.get_mut(usize::from(*no).wrapping_sub(1)) {
                d.made = Some(made.clone());
            }
        }
        CaseEvent::ServiceAnnounced(it) => case.announced.push(it.clone()),
        CaseEvent::DocumentServed { no, service, effective_on } => {
            if let Some(d) = case.documents.get_mut(usize::from(*no).wrapping_sub(1)) {
                d.service = Some(Served {
                    method: service.method,
                    effective_on: *effective_on,
                    recorded_on: meta.moment.recorded_day(),
                });
            }
        }
        _ => {}
    }
}

fn investigation(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::InquiryRecorded { .. } => case.inquiries += 1,
        CaseEvent::SceneRecorded { .. } => case.scenes += 1,
        CaseEvent::EvidenceAdded { evidence, .. } => case.evidence.push(evidence.clone()),
        CaseEvent::Preserved { preserving, .. } => {
            case.preservations.push(Preservation { preserving: preserving.clone(), on: day, disposed: None })
        }
        CaseEvent::PreservationDisposed { disposing, .. } => {
            let index = usize::from(disposing.preservation).wrapping_sub(1);
            if let Some(p) = case.preservations.get_mut(index) {
                p.disposed = Some((disposing.disposal, day));
            }
        }
        CaseEvent::ExpertCommissioned(it) => {
            // Time left out of the organ's term never begins before it was recorded.
            let span = (meta.moment.recorded_day(), None);
            case.experts.push(Expert { agency: it.agency.clone(), examination: it.examination, span });
        }
        CaseEvent::ExpertReceived { commission, .. } => {
            if let Some(e) = case.experts.get_mut(usize::from(*commission).wrapping_sub(1)) {
                e.span.1 = Some(day.max(e.span.0));
            }
        }
        // As with experts: a suspension entered late leaves out no earlier day.
        CaseEvent::Suspended { .. } => case.suspensions.push((meta.moment.recorded_day(), None)),
        CaseEvent::Resumed { .. } => {
            if let Some(last) = case.suspensions.last_mut() {
                last.1 = Some(day.max(last.0));
            }
        }
        CaseEvent::Extended { days, collective, .. } => case.extensions.push((*days, *collective)),
        CaseEvent::Concluded(said) => {
            case.stage = Stage::Concluded;
            case.conclusion = Some(Conclusion { said: said.clone(), by: meta.actor, on: day });
        }
        CaseEvent::DraftPrepared { substance, digest } => {
            case.draft = Some(drafted(case, substance, digest, meta))
        }
        CaseEvent::Reinvestigated { .. } => {
            case.stage = Stage::Investigating;
            if case.review.phase != ReviewPhase::Cleared {
                case.review.phase = ReviewPhase::Idle;
            }
        }
        _ => {}
    }
}

fn keep_apart(case: &mut Case, who: StaffId) {
    if !case.apart.contains(&who) {
        case.apart.push(who);
    }
}

fn drafted(case: &Case, substance: &super::substance::DecisionSubstance, digest: &str, meta: &Meta) -> Draft {
    Draft {
        substance: substance.clone(),
        digest: digest.to_owned(),
        by: meta.actor,
        version: meta.version,
        evidence: case.evidence.len(),
    }
}

fn review(review: &mut Review, evidence: usize, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::ReviewSubmitted { round, digest, triggers, .. } => {
            *review = Review {
                phase: ReviewPhase::Submitted,
                round: *round,
                digest: digest.clone(),
                triggers: triggers.clone(),
                submitted: Some((day, meta.version)),
                evidence,
                clearance: review.clearance.take(),
                ..Review::default()
            };
        }
        CaseEvent::SubmissionReturned { .. } => {
            review.phase = ReviewPhase::Returned;
            review.returned.push((day, None));
        }
        CaseEvent::SubmissionSupplemented { .. } => {
            review.phase = ReviewPhase::Submitted;
            if let Some(last) = review.returned.last_mut() {
                last.1 = Some(day.max(last.0));
            }
        }
        CaseEvent::FirstReviewed(it) => review.first = Some((meta.actor, it.clone())),
        CaseEvent::OpinionGiven { findings, opinion, reasons } => {
            review.phase = ReviewPhase::Opined;
            review.reviewer = Some(meta.actor);
            review.findings = findings.clone();
            review.opinion = Some((*opinion, reasons.clone()));
        }
        CaseEvent::ReviewExtended(_) => review.extended = true,
        CaseEvent::OpinionSigned { sign, .. } => {
            review.phase = if *sign { ReviewPhase::Signed } else { ReviewPhase::Submitted };
            review.signed_on = sign.then_some(day);
        }
        CaseEvent::OpinionAnswered { stand, answer } => {
            review.phase = ReviewPhase::Answered;
            review.answer = Some((*stand, answer.clone()));
        }
        CaseEvent::ReReviewRequested { .. } => {
            review.phase = ReviewPhase::Contested;
            review.rereview_used = true;
        }
        CaseEvent::ReReviewed { opinion, reasons, findings, .. } => {
            review.phase = ReviewPhase::ReReviewed;
            found_again(&mut review.findings, findings);
            review.opinion = Some((*opinion, reasons.clone()));
        }
        CaseEvent::Coordinated { opinion, reasons, findings } => {
            review.phase = ReviewPhase::Answered;
            found_again(&mut review.findings, findings);
            review.opinion = Some((*opinion, reasons.clone()));
        }
        CaseEvent::Cleared { digest } => {
            review.phase = ReviewPhase::Cleared;
            review.clearance = Some(Clearance {
                digest: digest.clone(),
                submitted_version: review.submitted.map_or(0, |(_, v)| v),
                version: meta.version,
                evidence: review.evidence,
            });
        }
        _ => {}
    }
}

/// New findings take the place of those on the same points.
fn found_again(findings: &mut [Finding], again: &[Finding]) {
    for new in again {
        if let Some(old) = findings.iter_mut().find(|it| it.point == new.point) {
            *old = new.clone();
        }
    }
}

fn defence(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let evidence = case.evidence.len();
    match event {
        CaseEvent::NoticeIssued { party: no, document, hearing, digest, disposal, rights } => {
            let told = case.draft.as_ref().map(|d| d.substance.clone());
            let (provisions, grounds, relied) = told.map_or_else(
                || (Default::default(), (blank(), blank()), Vec::new()),
                |it| ((it.violated, it.basis), (it.facts, it.reasoning), it.evidence),
            );
            let Some(p) = party(case, *no) else { return };
            p.hearing_told |= *hearing;
            p.waived = None;
            if *hearing && told::renews_hearing(p, disposal, evidence) {
                p.hearing = Hearing::None;
            }
            p.earlier.extend(p.notice.take());
            p.notice = Some(Notice {
                document: *document,
                hearing: *hearing,
                digest: digest.clone(),
                disposal: disposal.clone(),
                rights: rights.clone(),
                provisions,
                grounds,
                relied,
                version: meta.version,
                evidence,
            });
        }
        CaseEvent::AddressConfirmed { party: no, address, electronic } => {
            if let Some(p) = party(case, *no) {
                p.address = Some((address.clone(), electronic.clone()));
            }
        }
        CaseEvent::DefenceStated { party: no, on, statement } => {
            told::cap(case, *no, *on);
            let Some(p) = party(case, *no) else { return };
            p.defences.push(Defence {
                on: *on,
                statement: statement.clone(),
                version: meta.version,
                answer: None,
                stood: p.stood.len(),
            });
        }
        CaseEvent::DefenceWaived { party: no, .. } => {
            if let Some(p) = party(case, *no) {
                p.waived = Some(meta.version);
            }
        }
        CaseEvent::DefenceAnswered { party: no, adoption, reasons } => {
            if let Some(p) = party(case, *no) {
                for d in p.defences.iter_mut().filter(|d| d.answer.is_none()) {
                    d.answer = Some((*adoption, reasons.clone()));
                }
            }
        }
        _ => {}
    }
}

fn hearing(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::HearingRequested { party: no, on, .. } => {
            told::cap(case, *no, *on);
            let Some(p) = party(case, *no) else { return };
            // Time left out of the organ's term never begins before it was recorded.
            p.hearing = Hearing::Requested { on: (*on).max(meta.moment.recorded_day()) };
        }
        CaseEvent::HearingWithdrawn { party: no, .. } => {
            if let Some(p) = party(case, *no) {
                p.hearing = Hearing::Withdrawn;
            }
        }
        CaseEvent::HearingScheduled { plan, document } => {
            if let Some(p) = party(case, plan.party) {
                let requested_on = match &p.hearing {
                    Hearing::Requested { on } => *on,
                    Hearing::Scheduled { requested_on, .. } => *requested_on,
                    Hearing::None | Hearing::Held { .. } | Hearing::Withdrawn => meta.moment.day(),
                };
                p.hearing = Hearing::Scheduled { plan: plan.clone(), document: *document, requested_on };
            }
        }
        CaseEvent::HearingHeld(held) => {
            keep_apart(case, meta.actor);
            if let Some(p) = party(case, held.party)
                && let Hearing::Scheduled { plan, requested_on, .. } = &p.hearing
            {
                let span = (*requested_on, plan.on);
                p.heard_version = meta.version;
                p.heard_spans.push(span);
                p.hearing = Hearing::Held {
                    plan: plan.clone(),
                    attended: held.attended,
                    record: held.record.clone(),
                    version: meta.version,
                    report: None,
                    span,
                };
            }
        }
        CaseEvent::HearingReported { party: no, report } => {
            if let Some(p) = party(case, *no)
                && let Hearing::Held { report: slot, .. } = &mut p.hearing
            {
                *slot = Some(report.clone());
            }
        }
        _ => {}
    }
}

fn decision(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    let day = meta.moment.day();
    match event {
        CaseEvent::Discussed { discussion, digest } => case.discussions.push(Discussed {
            discussion: discussion.clone(),
            digest: digest.clone(),
            version: meta.version,
        }),
        CaseEvent::Decided { digest, documents, decided_on, overdue_days, clearance, .. } => {
            let Some(draft) = &case.draft else { return };
            case.stage = Stage::Decided;
            case.decision = Some(Decision {
                substance: draft.substance.clone(),
                digest: digest.clone(),
                on: *decided_on,
                version: meta.version,
                documents: documents.clone(),
                overdue_days: *overdue_days,
                cleared: !clearance.is_empty(),
                revoked: None,
            });
        }
        CaseEvent::PaymentRecorded(_)
        | CaseEvent::PerformanceRecorded(_)
        | CaseEvent::RefundRecorded(_)
        | CaseEvent::RestitutionRecorded(_)
        | CaseEvent::AdditionalFineReduced { .. } => super::performance::next(case, event),
        CaseEvent::DeferralGranted { .. }
        | CaseEvent::EnforcementDemanded { .. }
        | CaseEvent::CourtApplied { .. } => super::claim::next(case, meta, event),
        CaseEvent::FineDemanded { party: no, document } => {
            if let Some(p) = party(case, *no) {
                p.fine_demand = Some(*document);
            }
        }
        CaseEvent::AdditionalFineImposed { party: no, amount_fen, .. } => {
            if let Some(p) = party(case, *no) {
                p.additional_fen += *amount_fen;
                p.additions.push((day, *amount_fen));
            }
        }
        _ => super::remedies::next(case, meta, event),
    }
}
