//! What a command asks for, and of whom: its row of the procedure and its party.

use crate::case::command::CaseCommand as C;
use crate::case::command::{CaseCommand, Proposal};
use crate::case::procedure::Verb;
use crate::case::types::PartyNo;

/// The row of the same name; a proposal has that of what it proposes.
macro_rules! row_of {
    ($command:expr, $($name:ident)+) => {
        match $command {
            C::Propose { proposal, .. } => proposal.verb(),
            $(C::$name { .. } => Verb::$name,)+
        }
    };
}

impl CaseCommand {
    /// The row of the procedure it asks for.
    pub fn verb(&self) -> Verb {
        row_of! {
            self,
            RegisterClue StartCheck ReviewProposal ApproveProposal ChangeOfficers RequestRecusal
            DecideRecusal NotifyInquiry RecordInquiry RecordScene AddEvidence TakeSample
            CommissionExpert ReceiveExpert OrderCorrection RecheckCorrection Conclude PrepareDraft
            Reinvestigate SubmitReview ReturnSubmission SupplementSubmission FirstReview GiveOpinion
            ExtendReview SignOpinion AnswerOpinion RequestReReview GiveReReview Coordinate
            IssueNotice AnnounceService ServeDocument ConfirmAddress StateDefence WaiveDefence
            AnswerDefence RequestHearing WithdrawHearing ScheduleHearing HoldHearing ReportHearing
            Discuss RecordPayment RecordPerformance RecordRefund RecordRestitution DemandFine
            ImposeAdditionalFine DemandEnforcement ApplyToCourt StateObjection AnswerObjection
            CarryOutEnforcement RecordBreach DemandOrder CarryOutSubstitute RecordCost RecordRemedy
            ConcludeRemedy RecordRuling RevokeDecision CorrectDocument Archive ArchiveSupplement
            NoteErrata AnswerErratum MarkMade AttachRecording StateNoRecording DecideNoRecording
        }
    }

    /// The party it concerns, where it names one.
    pub fn party(&self) -> Option<PartyNo> {
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
            any! {
                RegisterClue StartCheck ReviewProposal ApproveProposal ChangeOfficers
                RequestRecusal DecideRecusal RecordInquiry RecordScene AddEvidence CommissionExpert
                ReceiveExpert RecheckCorrection Conclude PrepareDraft Reinvestigate SubmitReview
                ReturnSubmission SupplementSubmission FirstReview GiveOpinion ExtendReview SignOpinion
                AnswerOpinion RequestReReview GiveReReview Coordinate DemandOrder
                CarryOutSubstitute RecordCost AnnounceService ServeDocument Discuss RevokeDecision
                CorrectDocument Archive ArchiveSupplement NoteErrata AnswerErratum MarkMade AttachRecording StateNoRecording
                DecideNoRecording
            } => None,
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
