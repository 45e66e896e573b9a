//! State of a case: one main stage and independent sub-machines beside it.

use super::claim::Deferral;
use super::command::*;
pub use super::concluded::Conclusion;
pub use super::correction::CorrectionOrder;
use super::enforcement::Enforcement;
pub use super::errata::ErratumState;
pub use super::growth::{Grown, Supplement};
pub use super::heard::{Discussed, FirstReview};
use super::performance::Standing;
pub use super::recorded::ActState;
pub use super::remedies::Remedy;
use super::substance::{DecisionSubstance, PartyDisposal, Provision};
use super::substitute::Substitution;
pub use super::told::Unheard;
use super::types::*;
use crate::codes::DocumentNumber;
use crate::matter::{OrganId, StaffId};
use crate::text::Text;
use jiff::civil::Date;

/// Where an approval form stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalStage {
    /// Waits for the unit's head.
    Proposed,
    /// Waits for the approving head.
    Reviewed,
    /// Approved.
    Approved,
    /// Refused, at either step.
    Refused,
}

/// A proposal on its way 承办 → 审核 → 审批.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalState {
    /// What.
    pub body: Proposal,
    /// Grounds.
    pub opinion: Text,
    /// Who proposed, and the day.
    pub by: (StaffId, Date),
    /// Who reviewed, and the day.
    pub reviewed: Option<(StaffId, Date, Text)>,
    /// Who decided, and the day.
    pub decided: Option<(StaffId, Date, Text)>,
    /// Where it stands.
    pub stage: ApprovalStage,
    /// Digest of the draft it carries, for a disposal.
    pub digest: Option<String>,
}

/// A clearance of the legal review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    /// Digest cleared.
    pub digest: String,
    /// Version of the stream at which the review was submitted.
    pub submitted_version: u64,
    /// Version at which it was cleared.
    pub version: u64,
    /// Items of evidence in the file when the review was submitted.
    pub evidence: usize,
}

/// Where the legal review stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewPhase {
    /// 未送审.
    Idle,
    /// 待审.
    Submitted,
    /// 退回补充材料.
    Returned,
    /// 审核意见待签发.
    Opined,
    /// 意见已出具，待反馈.
    Signed,
    /// 已反馈.
    Answered,
    /// 待复核.
    Contested,
    /// 复核后仍有异议可协调.
    ReReviewed,
    /// 已通过.
    Cleared,
}

impl ReviewPhase {
    /// The field's word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Idle => "未送审",
            Self::Submitted => "审核中",
            Self::Returned => "退回补充材料",
            Self::Opined => "意见待签发",
            Self::Signed => "意见已出具，待反馈",
            Self::Answered => "已反馈，待改正后再次报送",
            Self::Contested => "待共同复核",
            Self::ReReviewed => "复核完毕",
            Self::Cleared => "审核通过",
        }
    }
}

/// The legal review sub-machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Phase.
    pub phase: ReviewPhase,
    /// Rounds submitted so far.
    pub round: u16,
    /// Digest under review.
    pub digest: String,
    /// Why in scope.
    pub triggers: Vec<Trigger>,
    /// Day and version of submission.
    pub submitted: Option<(Date, u64)>,
    /// Items of evidence in the file at submission.
    pub evidence: usize,
    /// Days on which materials were being supplemented: from, until.
    pub returned: Vec<(Date, Option<Date>)>,
    /// The first review, where the chain has one before the review.
    pub first: Option<(StaffId, FirstReview)>,
    /// Reviewer who gave the opinion.
    pub reviewer: Option<StaffId>,
    /// Findings of the last opinion.
    pub findings: Vec<Finding>,
    /// Last opinion and its reasons.
    pub opinion: Option<(Opinion, Text)>,
    /// The day it was signed.
    pub signed_on: Option<Date>,
    /// Its term was extended.
    pub extended: bool,
    /// Answer of the unit.
    pub answer: Option<(Stand, Text)>,
    /// The one re-review of this opinion was used.
    pub rereview_used: bool,
    /// The last clearance; valid only for its digest.
    pub clearance: Option<Clearance>,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            phase: ReviewPhase::Idle,
            round: 0,
            digest: String::new(),
            triggers: Vec::new(),
            submitted: None,
            evidence: 0,
            returned: Vec::new(),
            first: None,
            reviewer: None,
            findings: Vec::new(),
            opinion: None,
            signed_on: None,
            extended: false,
            answer: None,
            rereview_used: false,
            clearance: None,
        }
    }
}

/// The draft decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Substance.
    pub substance: DecisionSubstance,
    /// Digest.
    pub digest: String,
    /// Who prepared it.
    pub by: StaffId,
    /// Version of the stream that holds it.
    pub version: u64,
    /// Items of evidence in the file when it was prepared.
    pub evidence: usize,
}

/// The notice given to a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Document.
    pub document: DocumentNo,
    /// With the right to a hearing.
    pub hearing: bool,
    /// Digest noticed.
    pub digest: String,
    /// Disposal noticed.
    pub disposal: PartyDisposal,
    /// Rights to a hearing that were told beyond amounts and named kinds.
    pub rights: Vec<HearingRight>,
    /// Provisions told: violated, and basis of the penalty.
    pub provisions: (Vec<Provision>, Vec<Provision>),
    /// Facts and reasons told; only their keyed digests are compared.
    pub grounds: (Text, Text),
    /// Evidence relied upon, as told.
    pub relied: Vec<EvidenceNo>,
    /// Version that issued it.
    pub version: u64,
    /// Items of evidence in the file when it was issued.
    pub evidence: usize,
}

/// What may not be exceeded because of a defence (第四十五条第二款).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// The notice that told it.
    pub document: DocumentNo,
    /// Disposal told.
    pub disposal: PartyDisposal,
    /// Items of evidence in the file then; only on a later one may more be imposed.
    pub evidence: usize,
}

/// A defence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defence {
    /// Day.
    pub on: Date,
    /// What was said.
    pub statement: Text,
    /// Version that recorded it.
    pub version: u64,
    /// The written answer.
    pub answer: Option<(Adoption, Text)>,
    /// How often the decision on the party had been changed or revoked when it was recorded.
    pub stood: usize,
}

/// Where a party's hearing stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// Not asked for.
    None,
    /// Asked for.
    Requested {
        /// Day.
        on: Date,
    },
    /// Scheduled and notified.
    Scheduled {
        /// Plan.
        plan: HearingPlan,
        /// Document.
        document: DocumentNo,
        /// Day of the request, kept for the exclusion of hearing time.
        requested_on: Date,
    },
    /// Held, or given up by absence.
    Held {
        /// Plan.
        plan: HearingPlan,
        /// Attended.
        attended: bool,
        /// Record.
        record: Text,
        /// Version that recorded it.
        version: u64,
        /// Report.
        report: Option<Text>,
        /// Day of the request and of the hearing.
        span: (Date, Date),
    },
    /// Withdrawn by the party.
    Withdrawn,
}

/// A party and everything that runs for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyState {
    /// Who.
    pub party: Party,
    /// Address and consent for service.
    pub address: Option<(Text, Text)>,
    /// Last notice.
    pub notice: Option<Notice>,
    /// Notices before it, oldest first.
    pub earlier: Vec<Notice>,
    /// A hearing right was ever told: it cannot be taken back by another notice.
    pub hearing_told: bool,
    /// What had been told when the party defended itself: nothing heavier follows from that.
    pub ceilings: Vec<Ceiling>,
    /// Defences.
    pub defences: Vec<Defence>,
    /// Version of an explicit waiver for the last notice.
    pub waived: Option<u64>,
    /// Hearing.
    pub hearing: Hearing,
    /// Version that recorded the last hearing held for this party, 0 without one.
    pub heard_version: u64,
    /// From request to hearing, for each hearing that was held.
    pub heard_spans: Vec<(Date, Date)>,
    /// Payments.
    pub payments: Vec<Payment>,
    /// Money given back.
    pub refunds: Vec<Refund>,
    /// Penalties other than money as performed.
    pub performances: Vec<Performance>,
    /// Penalties other than money that a remedy took away.
    pub lifted: Vec<PenaltyKind>,
    /// Performed penalties that were undone after they fell.
    pub restitutions: Vec<Restitution>,
    /// Instalments granted, as they stand.
    pub instalments: Vec<Instalment>,
    /// Every plan of payment that was granted, oldest first.
    pub deferrals: Vec<Deferral>,
    /// Demand of the fine.
    pub fine_demand: Option<DocumentNo>,
    /// Demand before enforcement.
    pub enforcement_demand: Option<DocumentNo>,
    /// What of the money was due, paid or not, when that was demanded, in fen.
    pub demanded_fen: i64,
    /// Additional fine imposed, in fen.
    pub additional_fen: i64,
    /// Each additional fine with its day, in fen.
    pub additions: Vec<(Date, i64)>,
    /// Applied to the court on.
    pub court_on: Option<Date>,
    /// What of the money, paid or not, the court was asked for, in fen.
    pub applied_fen: i64,
    /// Remedies.
    pub remedies: Vec<Remedy>,
    /// Decisions by which the organ imposed less: day of the recording, document.
    pub amended: Vec<(Date, DocumentNo)>,
    /// Fine and confiscated income as a remedy or the organ changed them, fen.
    pub changed: Option<(i64, i64)>,
    /// What the decision took before each change and before its revocation, oldest first.
    pub stood: Vec<Standing>,
    /// The decision on this party was revoked by its own remedy: ground and day.
    pub revoked: Option<(RevocationGround, Date)>,
    /// The court's last ruling on enforcement, and its day.
    pub ruling: Option<(CourtRuling, Date)>,
    /// The organ's own enforcement.
    pub enforcement: Enforcement,
}

impl PartyState {
    /// A party at filing.
    pub fn new(party: Party) -> Self {
        Self {
            party,
            address: None,
            notice: None,
            earlier: Vec::new(),
            hearing_told: false,
            ceilings: Vec::new(),
            defences: Vec::new(),
            waived: None,
            hearing: Hearing::None,
            heard_version: 0,
            heard_spans: Vec::new(),
            payments: Vec::new(),
            refunds: Vec::new(),
            performances: Vec::new(),
            lifted: Vec::new(),
            restitutions: Vec::new(),
            instalments: Vec::new(),
            deferrals: Vec::new(),
            fine_demand: None,
            enforcement_demand: None,
            demanded_fen: 0,
            additional_fen: 0,
            additions: Vec::new(),
            court_on: None,
            applied_fen: 0,
            remedies: Vec::new(),
            amended: Vec::new(),
            changed: None,
            stood: Vec::new(),
            revoked: None,
            ruling: None,
            enforcement: Enforcement::default(),
        }
    }
}

/// Registration for preservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preservation {
    /// What.
    pub preserving: Preserving,
    /// Civil day it was ordered.
    pub on: Date,
    /// What became of it, and the day.
    pub disposed: Option<(PreservationDisposal, Date)>,
}

/// A commission to experts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expert {
    /// Agency.
    pub agency: Text,
    /// What was asked for, where it was said.
    pub examination: Option<Examination>,
    /// From, until.
    pub span: (Date, Option<Date>),
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Substance decided.
    pub substance: DecisionSubstance,
    /// Digest.
    pub digest: String,
    /// Day.
    pub on: Date,
    /// Version of the event.
    pub version: u64,
    /// Documents, party by party.
    pub documents: Vec<(PartyNo, DocumentNo)>,
    /// Days by which the decision came after its term (第六十条); 0 in time.
    pub overdue_days: u32,
    /// The legal review had passed it.
    pub cleared: bool,
    /// Revoked for all parties: ground and day.
    pub revoked: Option<(RevocationGround, Date)>,
}

/// What the approval of the filing fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Filing.
    pub filing: Filing,
    /// Day: the 90-day clock starts after it.
    pub on: Date,
    /// Number of the case's serial (文号的序号), for case-bound numbering.
    pub serial: Option<u32>,
}

/// A penalty case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Organ.
    pub organ: OrganId,
    /// Version of the stream.
    pub version: u64,
    /// Main stage.
    pub stage: Stage,
    /// The clue.
    pub clue: Clue,
    /// Civil day the clue was registered.
    pub registered_on: Date,
    /// Who registered it.
    pub registered_by: StaffId,
    /// Civil day the check started.
    pub checked_from: Option<Date>,
    /// The check was extended.
    pub check_extended: bool,
    /// The handling officers now.
    pub officers: Vec<StaffId>,
    /// Everyone who ever handled it: separation of duties looks at all.
    pub handled_by: Vec<StaffId>,
    /// Everyone who ever reviewed or heard it: they never handle it afterwards.
    pub apart: Vec<StaffId>,
    /// Filing.
    pub filed: Option<Filed>,
    /// Parties, number n at index n−1.
    pub parties: Vec<PartyState>,
    /// Proposals, number n at index n−1.
    pub proposals: Vec<ProposalState>,
    /// Requests for recusal still open.
    pub recusals_open: Vec<StaffId>,
    /// Persons recused: they never act in this case again.
    pub recused: Vec<StaffId>,
    /// Inquiries recorded.
    pub inquiries: u16,
    /// Scene records.
    pub scenes: u16,
    /// Evidence, number n at index n−1.
    pub evidence: Vec<Evidence>,
    /// Preservations.
    pub preservations: Vec<Preservation>,
    /// Corrections.
    pub corrections: Vec<CorrectionOrder>,
    /// Experts.
    pub experts: Vec<Expert>,
    /// Suspensions: from, until.
    pub suspensions: Vec<(Date, Option<Date>)>,
    /// Extensions: days, collective.
    pub extensions: Vec<(u16, bool)>,
    /// End of the investigation.
    pub conclusion: Option<Conclusion>,
    /// Draft decision.
    pub draft: Option<Draft>,
    /// Legal review.
    pub review: Review,
    /// Discussions.
    pub discussions: Vec<Discussed>,
    /// Documents, number n at index n−1.
    pub documents: Vec<Document>,
    /// Announcements by which documents are served.
    pub announced: Vec<Announced>,
    /// Decision.
    pub decision: Option<Decision>,
    /// Decisions on 代履行, number n at index n−1.
    pub substitutions: Vec<Substitution>,
    /// The amendment of it that is proposed.
    pub amendment: Option<Draft>,
    /// Closed: ground and day.
    pub closed: Option<(ClosingGround, Date)>,
    /// The day the handling ended: closed, not filed, withdrawn or transferred.
    pub ended_on: Option<Date>,
    /// Acts that took place and may have to be recorded, number n at index n−1.
    pub acts: Vec<ActState>,
    /// Archived: day of the recording and retention in years (0 permanent).
    pub archived: Option<(Date, u16)>,
    /// What grew since and is not filed yet.
    pub grown: Vec<Grown>,
    /// Supplements of the file, with the civil day.
    pub supplements: Vec<(Supplement, Date)>,
    /// Errata of the rules that concern it, number n at index n−1.
    pub errata: Vec<ErratumState>,
}

impl Case {
    /// A party by number.
    pub fn party(&self, no: PartyNo) -> Option<&PartyState> {
        self.parties.get(usize::from(no).checked_sub(1)?)
    }

    /// How and when the decision on a party was revoked: by its own remedy, or for
    /// all parties at once.
    pub fn revoked(&self, no: PartyNo) -> Option<(RevocationGround, Date)> {
        let own = self.party(no).and_then(|p| p.revoked);
        own.or_else(|| self.decision.as_ref().and_then(|d| d.revoked))
    }

    /// A document by number.
    pub fn document(&self, no: DocumentNo) -> Option<&Document> {
        self.documents.get(usize::from(no).checked_sub(1)?)
    }

    /// A proposal by number.
    pub fn proposal(&self, no: ProposalNo) -> Option<&ProposalState> {
        self.proposals.get(usize::from(no).checked_sub(1)?)
    }

    /// The parties with their numbers.
    pub fn numbered_parties(&self) -> impl Iterator<Item = (PartyNo, &PartyState)> {
        self.parties.iter().enumerate().map(|(i, p)| (PartyNo::try_from(i + 1).unwrap_or(PartyNo::MAX), p))
    }

    /// The number under which people know the case: that of its filing.
    pub fn number(&self) -> Option<&DocumentNumber> {
        self.documents.iter().find(|d| d.kind == DocumentKind::FilingApproval).and_then(|d| d.number.as_ref())
    }

    /// The open suspension, if the investigation is suspended.
    pub fn suspended(&self) -> bool {
        self.suspensions.last().is_some_and(|(_, until)| until.is_none())
    }

    /// The clearance that holds for the draft as it stands now: same digest, no
    /// later evidence, and submitted after every hearing that was held.
    pub fn clearance(&self) -> Option<&Clearance> {
        let draft = self.at_hand()?;
        let clearance = self.review.clearance.as_ref()?;
        (clearance.digest == draft.digest
            && draft.evidence == self.evidence.len()
            && clearance.evidence == self.evidence.len()
            && clearance.submitted_version > self.last_hearing())
        .then_some(clearance)
    }

    /// Version that recorded the last hearing of any party, 0 without one.
    pub fn last_hearing(&self) -> u64 {
        self.parties.iter().map(|p| p.heard_version).max().unwrap_or(0)
    }

    /// A proposal that waits for review or approval.
    pub fn pending_proposal(&self) -> Option<&ProposalState> {
        self.proposals.iter().find(|p| matches!(p.stage, ApprovalStage::Proposed | ApprovalStage::Reviewed))
    }

    /// The day the act came to be known. A day before the registration counts
    /// only where another organ found it; otherwise the registration decides,
    /// so that an early date put into the form revives nothing (第三十六条).
    pub fn discovered_on(&self) -> Date {
        match self.clue.source {
            ClueSource::TransferredIn | ClueSource::Assigned | ClueSource::Accident => self.clue.received_on,
            ClueSource::Inspection
            | ClueSource::Complaint
            | ClueSource::Report
            | ClueSource::RandomInspection => self.clue.received_on.max(self.registered_on),
        }
    }
}
