//! What a command asks for, and of whom: its row of the procedure and its party.

use crate::case::command::{CaseCommand, Proposal};
use crate::case::procedure::Verb;
use crate::case::types::PartyNo;

impl CaseCommand {
    /// The row of the procedure it asks for.
    pub fn verb(&self) -> Verb {
        use CaseCommand as C;
        match self {
            C::RegisterClue(_) => Verb::RegisterClue,
            C::StartCheck { .. } => Verb::StartCheck,
            C::Propose { proposal, .. } => proposal.verb(),
            C::ReviewProposal { .. } => Verb::ReviewProposal,
            C::ApproveProposal { .. } => Verb::ApproveProposal,
            C::ChangeOfficers { .. } => Verb::ChangeOfficers,
            C::RequestRecusal { .. } => Verb::RequestRecusal,
            C::DecideRecusal { .. } => Verb::DecideRecusal,
            C::NotifyInquiry { .. } => Verb::NotifyInquiry,
            C::RecordInquiry { .. } => Verb::RecordInquiry,
            C::RecordScene { .. } => Verb::RecordScene,
            C::AddEvidence(_) => Verb::AddEvidence,
            C::TakeSample(_) => Verb::TakeSample,
            C::CommissionExpert { .. } => Verb::CommissionExpert,
            C::ReceiveExpert { .. } => Verb::ReceiveExpert,
            C::OrderCorrection { .. } => Verb::OrderCorrection,
            C::RecheckCorrection { .. } => Verb::RecheckCorrection,
            C::Conclude(_) => Verb::Conclude,
            C::PrepareDraft { .. } => Verb::PrepareDraft,
            C::Reinvestigate { .. } => Verb::Reinvestigate,
            C::SubmitReview { .. } => Verb::SubmitReview,
            C::ReturnSubmission { .. } => Verb::ReturnSubmission,
            C::SupplementSubmission { .. } => Verb::SupplementSubmission,
            C::FirstReview(_) => Verb::FirstReview,
            C::GiveOpinion { .. } => Verb::GiveOpinion,
            C::ExtendReview { .. } => Verb::ExtendReview,
            C::SignOpinion { .. } => Verb::SignOpinion,
            C::AnswerOpinion { .. } => Verb::AnswerOpinion,
            C::RequestReReview { .. } => Verb::RequestReReview,
            C::GiveReReview { .. } => Verb::GiveReReview,
            C::Coordinate { .. } => Verb::Coordinate,
            C::IssueNotice { .. } => Verb::IssueNotice,
            C::AnnounceService(_) => Verb::AnnounceService,
            C::ServeDocument { .. } => Verb::ServeDocument,
            C::ConfirmAddress { .. } => Verb::ConfirmAddress,
            C::StateDefence { .. } => Verb::StateDefence,
            C::WaiveDefence { .. } => Verb::WaiveDefence,
            C::AnswerDefence { .. } => Verb::AnswerDefence,
            C::RequestHearing { .. } => Verb::RequestHearing,
            C::WithdrawHearing { .. } => Verb::WithdrawHearing,
            C::ScheduleHearing(_) => Verb::ScheduleHearing,
            C::HoldHearing(_) => Verb::HoldHearing,
            C::ReportHearing { .. } => Verb::ReportHearing,
            C::Discuss(_) => Verb::Discuss,
            C::RecordPayment(_) => Verb::RecordPayment,
            C::RecordPerformance(_) => Verb::RecordPerformance,
            C::RecordRefund(_) => Verb::RecordRefund,
            C::RecordRestitution(_) => Verb::RecordRestitution,
            C::DemandFine { .. } => Verb::DemandFine,
            C::ImposeAdditionalFine { .. } => Verb::ImposeAdditionalFine,
            C::DemandEnforcement { .. } => Verb::DemandEnforcement,
            C::ApplyToCourt { .. } => Verb::ApplyToCourt,
            C::StateObjection(_) => Verb::StateObjection,
            C::AnswerObjection(_) => Verb::AnswerObjection,
            C::CarryOutEnforcement(_) => Verb::CarryOutEnforcement,
            C::RecordBreach(_) => Verb::RecordBreach,
            C::DemandOrder(_) => Verb::DemandOrder,
            C::CarryOutSubstitute(_) => Verb::CarryOutSubstitute,
            C::RecordCost(_) => Verb::RecordCost,
            C::RecordRemedy { .. } => Verb::RecordRemedy,
            C::ConcludeRemedy { .. } => Verb::ConcludeRemedy,
            C::RecordRuling { .. } => Verb::RecordRuling,
            C::RevokeDecision { .. } => Verb::RevokeDecision,
            C::CorrectDocument { .. } => Verb::CorrectDocument,
            C::Archive { .. } => Verb::Archive,
            C::ArchiveSupplement(_) => Verb::ArchiveSupplement,
            C::NoteErrata { .. } => Verb::NoteErrata,
            C::AnswerErratum(_) => Verb::AnswerErratum,
            C::MarkMade { .. } => Verb::MarkMade,
            C::AttachRecording { .. } => Verb::AttachRecording,
            C::StateNoRecording { .. } => Verb::StateNoRecording,
            C::DecideNoRecording { .. } => Verb::DecideNoRecording,
        }
    }

    /// The party it concerns, where it names one.
    pub fn party(&self) -> Option<PartyNo> {
        use CaseCommand as C;
        match self {
            C::NotifyInquiry { party, .. }
            | C::OrderCorrection { party, .. }
            | C::IssueNotice { party, .. }
            | C::ConfirmAddress { party, .. }
            | C::StateDefence { party, .. }
            | C::WaiveDefence { party, .. }
            | C::AnswerDefence { party, .. }
            | C::RequestHearing { party, .. }
            | C::WithdrawHearing { party, .. }
            | C::ReportHearing { party, .. }
            | C::DemandFine { party }
            | C::ImposeAdditionalFine { party, .. }
            | C::DemandEnforcement { party }
            | C::ApplyToCourt { party, .. }
            | C::RecordRemedy { party, .. }
            | C::ConcludeRemedy { party, .. }
            | C::RecordRuling { party, .. } => Some(*party),
            C::TakeSample(it) => Some(it.party),
            C::ScheduleHearing(plan) => Some(plan.party),
            C::HoldHearing(held) => Some(held.party),
            C::RecordPayment(payment) => Some(payment.party),
            C::RecordPerformance(it) => Some(it.party),
            C::RecordRefund(it) => Some(it.party),
            C::RecordRestitution(it) => Some(it.party),
            C::StateObjection(it) => Some(it.party),
            C::AnswerObjection(it) => Some(it.party),
            C::CarryOutEnforcement(it) => Some(it.party),
            C::RecordBreach(it) => Some(it.party),
            C::Propose { proposal, .. } => proposal.party(),
            C::RegisterClue(_)
            | C::StartCheck { .. }
            | C::ReviewProposal { .. }
            | C::ApproveProposal { .. }
            | C::ChangeOfficers { .. }
            | C::RequestRecusal { .. }
            | C::DecideRecusal { .. }
            | C::RecordInquiry { .. }
            | C::RecordScene { .. }
            | C::AddEvidence(_)
            | C::CommissionExpert { .. }
            | C::ReceiveExpert { .. }
            | C::RecheckCorrection { .. }
            | C::Conclude(_)
            | C::PrepareDraft { .. }
            | C::Reinvestigate { .. }
            | C::SubmitReview { .. }
            | C::ReturnSubmission { .. }
            | C::SupplementSubmission { .. }
            | C::FirstReview(_)
            | C::GiveOpinion { .. }
            | C::ExtendReview { .. }
            | C::SignOpinion { .. }
            | C::AnswerOpinion { .. }
            | C::RequestReReview { .. }
            | C::GiveReReview { .. }
            | C::Coordinate { .. }
            | C::DemandOrder(_)
            | C::CarryOutSubstitute(_)
            | C::RecordCost(_)
            | C::AnnounceService(_)
            | C::ServeDocument { .. }
            | C::Discuss(_)
            | C::RevokeDecision { .. }
            | C::CorrectDocument { .. }
            | C::Archive { .. }
            | C::ArchiveSupplement(_)
            | C::NoteErrata { .. }
            | C::AnswerErratum(_)
            | C::MarkMade { .. }
            | C::AttachRecording { .. }
            | C::StateNoRecording { .. }
            | C::DecideNoRecording { .. } => None,
        }
    }
}

impl Proposal {
    /// The row of the procedure it asks for.
    pub fn verb(&self) -> Verb {
        match self {
            Self::ExtendCheck => Verb::ProposeExtendCheck,
            Self::File(_) => Verb::ProposeFile,
            Self::NotFile => Verb::ProposeNotFile,
            Self::Preserve(_) => Verb::ProposePreserve,
            Self::DisposePreservation(_) => Verb::ProposeDisposePreservation,
            Self::Suspend { .. } => Verb::ProposeSuspend,
            Self::Resume => Verb::ProposeResume,
            Self::Extend { .. } => Verb::ProposeExtend,
            Self::Withdraw => Verb::ProposeWithdraw,
            Self::Dispose => Verb::ProposeDispose,
            Self::Transfer(_) => Verb::ProposeTransfer,
            Self::Defer(_) => Verb::ProposeDefer,
            Self::Amend(_) => Verb::ProposeAmend,
            Self::Enforce(_) => Verb::ProposeEnforce,
            Self::PauseEnforcement(_) => Verb::ProposePauseEnforcement,
            Self::ResumeEnforcement(_) => Verb::ProposeResumeEnforcement,
            Self::EndEnforcement(_) => Verb::ProposeEndEnforcement,
            Self::Agree(_) => Verb::ProposeAgree,
            Self::Substitute(_) => Verb::ProposeSubstitute,
            Self::Close { .. } => Verb::ProposeClose,
        }
    }

    /// The party whose gate it passes, where it names one.
    fn party(&self) -> Option<PartyNo> {
        match self {
            Self::Defer(it) => Some(it.party),
            Self::Enforce(it) => Some(it.party),
            Self::PauseEnforcement(it) => Some(it.party),
            Self::ResumeEnforcement(it) => Some(it.party),
            Self::EndEnforcement(it) => Some(it.party),
            Self::Agree(it) => Some(it.party),
            Self::Substitute(it) => Some(it.party),
            Self::ExtendCheck
            | Self::File(_)
            | Self::NotFile
            | Self::Preserve(_)
            | Self::DisposePreservation(_)
            | Self::Suspend { .. }
            | Self::Resume
            | Self::Extend { .. }
            | Self::Withdraw
            | Self::Dispose
            | Self::Transfer(_)
            | Self::Amend(_)
            | Self::Close { .. } => None,
        }
    }
}
