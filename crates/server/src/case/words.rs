//! Events as sentences for a person.

use mingjing_domain::case::CaseEvent as E;
use mingjing_domain::case::command::Proposal;
use mingjing_domain::case::state::Case;
use mingjing_domain::case::types::{DocumentNo, PartyNo, ProposalNo};

use super::access::People;
use crate::kit::ui::show;

/// A party by its number and name.
pub fn party(case: &Case, no: PartyNo) -> String {
    match case.party(no) {
        Some(it) => it.party.name.or_erased().to_owned(),
        None => format!("第{no}当事人"),
    }
}

/// A document by its name and number.
pub fn document(case: &Case, no: DocumentNo) -> String {
    match case.document(no) {
        Some(it) => match &it.number {
            Some(number) => format!("{} {number}", it.kind.label()),
            None => it.kind.label().to_owned(),
        },
        None => format!("第{no}号文书"),
    }
}

/// What was proposed, in the field's words.
pub fn proposal(body: &Proposal) -> &'static str {
    body.verb().label().trim_start_matches("呈请")
}

fn proposed(case: &Case, no: ProposalNo) -> &'static str {
    case.proposal(no).map_or("呈批事项", |it| proposal(&it.body))
}

/// Which part of the case an event belongs to: the filter of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Approval forms.
    Approval,
    /// Investigation and evidence.
    Inquiry,
    /// Legal review.
    Review,
    /// Notice, defence, hearing, discussion, decision.
    Decision,
    /// Documents and their service.
    Document,
    /// Payment, enforcement, remedies, closing.
    Execution,
}

impl Part {
    /// Every part, in the order of the filter.
    pub const ALL: [Self; 6] =
        [Self::Approval, Self::Inquiry, Self::Review, Self::Decision, Self::Document, Self::Execution];

    /// Value in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Inquiry => "inquiry",
            Self::Review => "review",
            Self::Decision => "decision",
            Self::Document => "document",
            Self::Execution => "execution",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Approval => "呈批",
            Self::Inquiry => "调查",
            Self::Review => "审核",
            Self::Decision => "告知决定",
            Self::Document => "文书",
            Self::Execution => "执行",
        }
    }
}

/// The part of an event, and whether it is a turn of the procedure.
pub const fn part(event: &E) -> (Part, bool) {
    match event {
        E::Proposed { .. } | E::ProposalReviewed { .. } | E::ProposalDecided { .. } => {
            (Part::Approval, false)
        }
        E::Filed { .. } | E::NotFiled { .. } | E::Withdrawn { .. } | E::Transferred { .. } => {
            (Part::Approval, true)
        }
        E::CheckExtended { .. } | E::Suspended { .. } | E::Resumed { .. } | E::Extended { .. } => {
            (Part::Approval, false)
        }
        E::ClueRegistered(..) | E::Concluded { .. } => (Part::Inquiry, true),
        E::CheckStarted { .. }
        | E::OfficersChanged { .. }
        | E::RecusalRequested(_)
        | E::RecusalDecided(_)
        | E::InquiryNotified { .. }
        | E::InquiryRecorded { .. }
        | E::SceneRecorded { .. }
        | E::EvidenceAdded { .. }
        | E::Preserved { .. }
        | E::PreservationDisposed { .. }
        | E::Sampled(_)
        | E::ExpertCommissioned { .. }
        | E::ExpertReceived { .. }
        | E::CorrectionOrdered { .. }
        | E::CorrectionRechecked { .. }
        | E::RecordingAttached(..)
        | E::NoRecordingStated(..)
        | E::NoRecordingDecided(..)
        | E::Reinvestigated { .. } => (Part::Inquiry, false),
        E::Cleared { .. } => (Part::Review, true),
        E::ReviewSubmitted { .. }
        | E::SubmissionReturned { .. }
        | E::SubmissionSupplemented { .. }
        | E::FirstReviewed(_)
        | E::ErratumNoted(_)
        | E::ErratumAnswered(_)
        | E::OpinionGiven { .. }
        | E::ReviewExtended(_)
        | E::OpinionSigned { .. }
        | E::OpinionAnswered { .. }
        | E::ReReviewRequested { .. }
        | E::ReReviewed { .. }
        | E::Coordinated { .. } => (Part::Review, false),
        E::Decided { .. } | E::DecisionRevoked { .. } | E::HearingHeld(..) | E::Discussed { .. } => {
            (Part::Decision, true)
        }
        E::DraftPrepared { .. }
        | E::NoticeIssued { .. }
        | E::DefenceStated { .. }
        | E::DefenceWaived { .. }
        | E::DefenceAnswered { .. }
        | E::HearingRequested { .. }
        | E::HearingWithdrawn { .. }
        | E::HearingScheduled { .. }
        | E::HearingReported { .. } => (Part::Decision, false),
        E::DocumentIssued { .. }
        | E::DocumentMade { .. }
        | E::DocumentServed { .. }
        | E::DocumentCorrected { .. }
        | E::ServiceAnnounced(_)
        | E::AddressConfirmed { .. } => (Part::Document, false),
        E::Closed { .. } | E::Archived { .. } | E::SupplementArchived(_) => (Part::Execution, true),
        E::PaymentRecorded(..)
        | E::PerformanceRecorded(..)
        | E::RefundRecorded(..)
        | E::RestitutionRecorded(..)
        | E::AdditionalFineReduced { .. }
        | E::DeferralGranted { .. }
        | E::FineDemanded { .. }
        | E::AdditionalFineImposed { .. }
        | E::EnforcementDemanded { .. }
        | E::CourtApplied { .. }
        | E::RemedyLodged(_)
        | E::RemedyConcluded { .. }
        | E::EnforcementObjected(_)
        | E::EnforcementObjectionAnswered(_)
        | E::EnforcementPaused(_)
        | E::EnforcementResumed(_)
        | E::AgreementBroken(_)
        | E::OrderDemanded(_)
        | E::SubstituteCostPaid(_)
        | E::CourtRuled(_) => (Part::Execution, false),
        E::EnforcementDecided(_)
        | E::EnforcementCarriedOut(_)
        | E::EnforcementEnded(_)
        | E::EnforcementAgreed(_)
        | E::SubstituteDecided(_)
        | E::SubstituteCarriedOut(_)
        | E::DisposalChanged { .. }
        | E::DisposalAmended { .. } => (Part::Execution, true),
    }
}

/// The event as a sentence: what happened, and to what.
pub fn sentence(event: &E, case: &Case, people: &People) -> String {
    match detail(event, case, people) {
        Some(detail) => format!("{}：{detail}", event.label()),
        None => event.label().to_owned(),
    }
}

fn recorded_act(case: &Case, act: u16) -> String {
    let verb = case.acts.get(usize::from(act).wrapping_sub(1)).map_or("", |it| it.of.verb.label());
    format!("第{act}项办案事项 {verb}")
}

fn yes(agreed: bool) -> &'static str {
    if agreed { "同意" } else { "不同意" }
}

fn detail(event: &E, case: &Case, people: &People) -> Option<String> {
    Some(match event {
        E::ClueRegistered(clue) => format!("{}，{}", clue.source.label(), clue.subject.or_erased()),
        E::CheckStarted { officers } | E::OfficersChanged { officers, .. } => people.names(officers),
        E::Proposed { body, .. } => proposal(body).to_owned(),
        E::ProposalReviewed { no, agree, .. } => format!("{}，{}", proposed(case, *no), yes(*agree)),
        E::ProposalDecided { no, approve, .. } => {
            format!("{}，{}", proposed(case, *no), if *approve { "批准" } else { "不批准" })
        }
        E::DocumentIssued { no, .. } | E::DocumentMade { no, .. } => document(case, *no),
        E::DocumentServed { no, service, effective_on } => {
            format!(
                "{}，{}，{}视为送达",
                document(case, *no),
                service.method.label(),
                show::short_date(*effective_on)
            )
        }
        E::ServiceAnnounced(it) => {
            format!("{}，{}", document(case, it.of.document), it.of.medium.or_erased())
        }
        E::DocumentCorrected { .. } => return None,
        E::Filed { filing, .. } => filing.title.or_erased().to_owned(),
        E::RecusalRequested(it) => people.name(it.officer).to_owned(),
        E::RecusalDecided(it) => {
            format!("{}，{}", people.name(it.officer), if it.grant { "准许" } else { "驳回" })
        }
        E::InquiryNotified { person, .. } | E::InquiryRecorded { person, .. } => {
            person.or_erased().to_owned()
        }
        E::EvidenceAdded { no, evidence } => {
            format!("第{no}号 {}（{}）", evidence.name.or_erased(), evidence.kind.label())
        }
        E::Preserved { preserving, .. } => {
            format!("{}，{}件", party(case, preserving.party), preserving.items.len())
        }
        E::PreservationDisposed { disposing, .. } => disposing.disposal.label().to_owned(),
        E::Sampled(it) => format!("{}，{}项", party(case, it.party), it.items.len()),
        E::ExpertCommissioned(it) => it.agency.or_erased().to_owned(),
        E::CorrectionOrdered { party: no, due_on, .. } => {
            format!("{}，{}前", party(case, *no), show::short_date(*due_on))
        }
        E::CorrectionRechecked { corrected, .. } => if *corrected { "已改正" } else { "未改正" }.to_owned(),
        E::Suspended { ground, .. } => ground.label().to_owned(),
        E::Extended { days, .. } => format!("{days}日"),
        E::ReviewSubmitted { round, .. } => format!("第{round}次"),
        E::OpinionGiven { opinion, .. } | E::ReReviewed { opinion, .. } | E::Coordinated { opinion, .. } => {
            opinion.label().to_owned()
        }
        E::FirstReviewed(it) => it.opinion.label().to_owned(),
        E::ErratumNoted(it) => format!("{}，由{}复核", it.title, it.desk.label()),
        E::ErratumAnswered(it) => format!("第{}项，{}", it.erratum, it.effect.label()),
        E::OpinionSigned { sign, .. } => if *sign { "签发" } else { "退回" }.to_owned(),
        E::OpinionAnswered { stand, .. } => stand.label().to_owned(),
        E::NoticeIssued { party: no, hearing, .. } => {
            format!("{}{}", party(case, *no), if *hearing { "（含听证权利）" } else { "" })
        }
        E::AddressConfirmed { party: no, .. }
        | E::DefenceStated { party: no, .. }
        | E::DefenceWaived { party: no, .. }
        | E::HearingRequested { party: no, .. }
        | E::HearingWithdrawn { party: no, .. }
        | E::HearingReported { party: no, .. }
        | E::FineDemanded { party: no, .. }
        | E::EnforcementDemanded { party: no, .. }
        | E::CourtApplied { party: no, .. } => party(case, *no),
        E::DefenceAnswered { party: no, adoption, .. } => {
            format!("{}，{}", party(case, *no), adoption.label())
        }
        E::HearingScheduled { plan, .. } => {
            format!("{}，{}", party(case, plan.party), show::short_date(plan.on))
        }
        E::HearingHeld(held) => {
            format!("{}{}", party(case, held.party), if held.attended { "" } else { "（未出席，视为放弃）" })
        }
        E::Discussed { discussion, .. } => discussion.outcome.label().to_owned(),
        E::Decided { documents, .. } => {
            documents.iter().map(|(_, no)| document(case, *no)).collect::<Vec<_>>().join("、")
        }
        E::PaymentRecorded(it) => format!("{}，{}元", party(case, it.party), show::yuan(it.amount_fen)),
        E::RefundRecorded(it) => format!("{}，{}元", party(case, it.party), show::yuan(it.amount_fen)),
        E::RestitutionRecorded(it) => {
            format!("{}，{}，{}", party(case, it.party), it.kind.label(), it.restored.label())
        }
        E::PerformanceRecorded(it) => {
            format!("{}，{}，{}", party(case, it.party), it.kind.label(), show::short_date(it.on))
        }
        E::AdditionalFineReduced { party: no, amount_fen } => {
            format!("{}，尚余{}元", party(case, *no), show::yuan(*amount_fen))
        }
        E::AdditionalFineImposed { party: no, amount_fen, .. } => {
            format!("{}，{}元", party(case, *no), show::yuan(*amount_fen))
        }
        E::RemedyLodged(it) => format!("{}，{}", party(case, it.party), it.remedy.label()),
        E::RemedyConcluded { remedy, outcome, .. } => format!("{}，{}", remedy.label(), outcome.label()),
        E::DisposalChanged { party: no, remedy, fine_fen, .. } => {
            format!("{}，{}变更，罚款{}元", party(case, *no), remedy.label(), show::yuan(*fine_fen))
        }
        E::DisposalAmended { party: no, fine_fen, .. } => {
            format!("{}，罚款变更为{}元", party(case, *no), show::yuan(*fine_fen))
        }
        E::CourtRuled(it) => format!("{}，{}", party(case, it.party), it.ruling.label()),
        E::EnforcementObjected(_)
        | E::EnforcementObjectionAnswered(_)
        | E::EnforcementDecided(_)
        | E::EnforcementCarriedOut(_)
        | E::EnforcementPaused(_)
        | E::EnforcementResumed(_)
        | E::EnforcementEnded(_)
        | E::EnforcementAgreed(_)
        | E::AgreementBroken(_)
        | E::OrderDemanded(_)
        | E::SubstituteDecided(_)
        | E::SubstituteCarriedOut(_)
        | E::SubstituteCostPaid(_) => return super::enforcement::detail(event, case),
        E::DecisionRevoked { ground, .. } => ground.label().to_owned(),
        E::Closed { ground, .. } => ground.label().to_owned(),
        E::RecordingAttached(it) => recorded_act(case, it.act),
        E::NoRecordingStated(it) => format!("{}，{}", recorded_act(case, it.act), it.ground.label()),
        E::NoRecordingDecided(it) => format!("{}，{}", recorded_act(case, it.act), yes(it.approve)),
        E::CheckExtended { .. }
        | E::NotFiled { .. }
        | E::SceneRecorded { .. }
        | E::ExpertReceived { .. }
        | E::Resumed { .. }
        | E::Concluded { .. }
        | E::DraftPrepared { .. }
        | E::Reinvestigated { .. }
        | E::SubmissionReturned { .. }
        | E::SubmissionSupplemented { .. }
        | E::ReviewExtended(_)
        | E::ReReviewRequested { .. }
        | E::Cleared { .. }
        | E::DeferralGranted { .. }
        | E::Withdrawn { .. }
        | E::Transferred { .. }
        | E::Archived { .. } => return None,
        E::SupplementArchived(it) => {
            let what = if it.no == 0 { "立卷".to_owned() } else { format!("补充归档{}", it.no) };
            format!("{what}，{}件{}页，接收人{}", it.items, it.pages, people.name(it.by))
        }
    })
}
