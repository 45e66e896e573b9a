//! A case as the API shows it: version 1 of its shape. Texts are plain strings;
//! what was lawfully erased shows as the mark of erasure.

use jiff::civil::Date;
use mingjing_domain::case::command::{Payment, Refund, Restitution};
use mingjing_domain::case::correction::{Correcting, Corrective};
use mingjing_domain::case::errata::{Erratum, ErratumEffect};
use mingjing_domain::case::state::{
    ApprovalStage, Conclusion, Draft, ErratumState, Hearing, PartyState, ProposalState, Review, ReviewPhase,
};
use mingjing_domain::case::substance::{PartyDisposal, Provision, StatedRange};
use mingjing_domain::case::types::*;
use mingjing_domain::case::{Case, gate, procedure::Verb};
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::text::Text;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

use super::access::masked;
use super::shape_enforcement::{EnforcementV1, SubstitutionV1, enforcement, substitutions};

/// A text as the string it holds.
struct Plain<'a>(&'a Text);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.0.or_erased())
    }
}

/// A case.
#[derive(Serialize)]
pub struct CaseV1<'a> {
    id: MatterId,
    organ: OrganId,
    version: u64,
    stage: Stage,
    number: Option<String>,
    title: Option<Plain<'a>>,
    clue: ClueV1<'a>,
    checked_from: Option<Date>,
    officers: &'a [StaffId],
    handled_by: &'a [StaffId],
    filing: Option<FilingV1<'a>>,
    parties: Vec<PartyV1<'a>>,
    proposals: Vec<ProposalV1<'a>>,
    inquiries: u16,
    scenes: u16,
    evidence: Vec<EvidenceV1<'a>>,
    documents: Vec<DocumentV1>,
    suspended: bool,
    extensions: Vec<u16>,
    conclusion: Option<ConclusionV1<'a>>,
    draft: Option<DraftV1<'a>>,
    review: ReviewV1<'a>,
    discussions: Vec<DiscussionV1<'a>>,
    decision: Option<DecisionV1<'a>>,
    substitutions: Vec<SubstitutionV1<'a>>,
    closed: Option<ClosedV1>,
    archived_on: Option<Date>,
    errata: Vec<ErratumV1<'a>>,
}

/// A rule that turned out otherwise than the case was decided by.
#[derive(Serialize)]
struct ErratumV1<'a> {
    no: usize,
    noted: &'a Erratum,
    noted_on: Date,
    effect: Option<ErratumEffect>,
    answer: Option<Plain<'a>>,
    answered_by: Option<StaffId>,
    answered_on: Option<Date>,
}

#[derive(Serialize)]
struct ClueV1<'a> {
    source: ClueSource,
    received_on: Date,
    registered_on: Date,
    registered_by: StaffId,
    subject: Plain<'a>,
    summary: Plain<'a>,
    /// The informant's role in the case; the identity has its own address.
    informant: Option<&'static str>,
}

#[derive(Serialize)]
struct FilingV1<'a> {
    cause: Plain<'a>,
    category: &'a str,
    region: &'a str,
    violation_on: Date,
    filed_on: Date,
}

#[derive(Serialize)]
struct PartyV1<'a> {
    no: usize,
    kind: PartyKind,
    name: Plain<'a>,
    code: Cow<'a, str>,
    address: Plain<'a>,
    phone: Cow<'a, str>,
    representative: Plain<'a>,
    post: Plain<'a>,
    minor: bool,
    notice: Option<DocumentNo>,
    hearing_told: bool,
    defences: usize,
    defences_answered: usize,
    hearing: &'static str,
    hearing_on: Option<Date>,
    paid_fen: i64,
    payments: Vec<PaymentV1<'a>>,
    /// Still to be paid, fen.
    owed_fen: i64,
    /// Still to be given back, fen.
    refundable_fen: i64,
    refunds: &'a [Refund],
    performances: Vec<PerformanceV1<'a>>,
    /// Penalties that wait for their performance.
    unperformed: Vec<PenaltyKind>,
    restitutions: Vec<RestitutionV1<'a>>,
    /// Performed penalties that fell and wait to be undone.
    to_undo: Vec<PenaltyKind>,
    remedy_pending: bool,
    enforcement: EnforcementV1,
    /// The decision on this party was revoked, by its own remedy or for all.
    revoked_on: Option<Date>,
    revoked_by: Option<RevocationGround>,
}

#[derive(Serialize)]
struct PerformanceV1<'a> {
    kind: PenaltyKind,
    on: Date,
    by: Plain<'a>,
    manner: Plain<'a>,
}

#[derive(Serialize)]
struct RestitutionV1<'a> {
    kind: PenaltyKind,
    restored: Restored,
    on: Date,
    details: Plain<'a>,
    compensation_fen: i64,
}

#[derive(Serialize)]
struct PaymentV1<'a> {
    receipt: &'a str,
    amount_fen: i64,
    paid_on: Date,
    collector: &'a str,
}

#[derive(Serialize)]
struct ProposalV1<'a> {
    no: usize,
    verb: Verb,
    opinion: Plain<'a>,
    proposed_by: StaffId,
    proposed_on: Date,
    reviewed_by: Option<StaffId>,
    decided_by: Option<StaffId>,
    stage: &'static str,
}

#[derive(Serialize)]
struct EvidenceV1<'a> {
    no: usize,
    kind: EvidenceKind,
    name: Plain<'a>,
    source: Plain<'a>,
    collected_on: Date,
    collectors: &'a [StaffId],
    proves: Plain<'a>,
    sha256_root: &'a str,
    signed: bool,
}

#[derive(Serialize)]
struct DocumentV1 {
    no: usize,
    kind: DocumentKind,
    label: &'static str,
    number: Option<String>,
    party: Option<PartyNo>,
    issued_on: Date,
    version: u64,
    sha256: Option<String>,
    served_on: Option<Date>,
    superseded: bool,
}

#[derive(Serialize)]
struct ConclusionV1<'a> {
    report: Plain<'a>,
    on: Date,
    complex: bool,
    public_interest: bool,
    several_relations: bool,
    social_impact: bool,
    other_by_law: bool,
    major_coercion: bool,
    review_reason: Plain<'a>,
    found_by: StaffId,
}

#[derive(Serialize)]
struct DraftV1<'a> {
    digest: &'a str,
    prepared_by: StaffId,
    facts: Plain<'a>,
    evidence: &'a [EvidenceNo],
    violated: &'a [Provision],
    basis: &'a [Provision],
    range: &'a str,
    stated: &'a [StatedRange],
    beyond_benchmark: bool,
    discretion: Plain<'a>,
    reasoning: Plain<'a>,
    disposals: &'a [PartyDisposal],
    terms: Plain<'a>,
    corrections: Vec<CorrectingV1<'a>>,
}

#[derive(Serialize)]
struct CorrectingV1<'a> {
    party: PartyNo,
    corrective: Corrective,
    details: Plain<'a>,
    days: u16,
}

#[derive(Serialize)]
struct ReviewV1<'a> {
    phase: &'static str,
    round: u16,
    triggers: &'a [Trigger],
    submitted_on: Option<Date>,
    first_reviewer: Option<StaffId>,
    first_opinion: Option<Opinion>,
    first_reasons: Option<Plain<'a>>,
    reviewer: Option<StaffId>,
    opinion: Option<Opinion>,
    reasons: Option<Plain<'a>>,
    findings: Vec<FindingV1<'a>>,
    cleared: bool,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    point: Point,
    pass: bool,
    finding: Plain<'a>,
}

#[derive(Serialize)]
struct DiscussionV1<'a> {
    outcome: DiscussionOutcome,
    conclusion: Plain<'a>,
    digest: &'a str,
}

#[derive(Serialize)]
struct DecisionV1<'a> {
    digest: &'a str,
    decided_on: Date,
    documents: Vec<DecisionDocumentV1>,
    disposals: &'a [PartyDisposal],
    revoked_on: Option<Date>,
}

#[derive(Serialize)]
struct DecisionDocumentV1 {
    party: PartyNo,
    document: DocumentNo,
}

#[derive(Serialize)]
struct ClosedV1 {
    ground: ClosingGround,
    on: Date,
}

/// The shape of a case; personal numbers in full only when `open`.
pub fn case(id: MatterId, case: &Case, open: bool) -> CaseV1<'_> {
    CaseV1 {
        id,
        organ: case.organ,
        version: case.version,
        stage: case.stage,
        number: case.number().map(ToString::to_string),
        title: case.filed.as_ref().map(|f| Plain(&f.filing.title)),
        clue: ClueV1 {
            source: case.clue.source,
            received_on: case.clue.received_on,
            registered_on: case.registered_on,
            registered_by: case.registered_by,
            subject: Plain(&case.clue.subject),
            summary: Plain(&case.clue.summary),
            informant: case.clue.informant.map(|_| mingjing_domain::informant::ROLE),
        },
        checked_from: case.checked_from,
        officers: &case.officers,
        handled_by: &case.handled_by,
        filing: case.filed.as_ref().map(|f| FilingV1 {
            cause: Plain(&f.filing.cause),
            category: &f.filing.category,
            region: &f.filing.region,
            violation_on: f.filing.violation_on,
            filed_on: f.on,
        }),
        parties: case.numbered_parties().map(|(no, it)| party(case, no, it, open)).collect(),
        proposals: case.proposals.iter().enumerate().map(|(at, it)| proposal(at + 1, it)).collect(),
        inquiries: case.inquiries,
        scenes: case.scenes,
        evidence: case.evidence.iter().enumerate().map(|(at, it)| evidence(at + 1, it)).collect(),
        documents: (0..case.documents.len()).map(|at| document(case, at)).collect(),
        suspended: case.suspended(),
        extensions: case.extensions.iter().map(|(days, _)| *days).collect(),
        conclusion: case.conclusion.as_ref().map(conclusion),
        draft: case.draft.as_ref().map(draft),
        review: review(case, &case.review),
        discussions: case
            .discussions
            .iter()
            .map(|it| DiscussionV1 {
                outcome: it.discussion.outcome,
                conclusion: Plain(&it.discussion.conclusion),
                digest: &it.digest,
            })
            .collect(),
        decision: case.decision.as_ref().map(|it| DecisionV1 {
            digest: &it.digest,
            decided_on: it.on,
            documents: it
                .documents
                .iter()
                .map(|(party, document)| DecisionDocumentV1 { party: *party, document: *document })
                .collect(),
            disposals: &it.substance.disposals,
            revoked_on: it.revoked.map(|(_, on)| on),
        }),
        substitutions: substitutions(case),
        closed: case.closed.map(|(ground, on)| ClosedV1 { ground, on }),
        archived_on: case.archived.map(|(on, _)| on),
        errata: case.errata.iter().enumerate().map(|(at, it)| erratum(at + 1, it)).collect(),
    }
}

fn erratum(no: usize, it: &ErratumState) -> ErratumV1<'_> {
    let answered = it.answered.as_ref();
    ErratumV1 {
        no,
        noted: &it.noted,
        noted_on: it.on,
        effect: answered.map(|(answer, ..)| answer.effect),
        answer: answered.map(|(answer, ..)| Plain(&answer.answer)),
        answered_by: answered.map(|(_, by, _)| *by),
        answered_on: answered.map(|(.., on)| *on),
    }
}

fn party<'a>(case: &'a Case, number: PartyNo, state: &'a PartyState, open: bool) -> PartyV1<'a> {
    let it = &state.party;
    let decision = case.decision.as_ref();
    let revoked = case.revoked(number);
    let hide = |text: &'_ Text, always: bool| -> String {
        if open || !always { text.or_erased().to_owned() } else { masked(text.or_erased()) }
    };
    let (hearing, hearing_on) = match &state.hearing {
        Hearing::None => ("none", None),
        Hearing::Requested { on } => ("requested", Some(*on)),
        Hearing::Scheduled { plan, .. } => ("scheduled", Some(plan.on)),
        Hearing::Held { plan, .. } => ("held", Some(plan.on)),
        Hearing::Withdrawn => ("withdrawn", None),
    };
    PartyV1 {
        no: usize::from(number),
        kind: it.kind,
        name: Plain(&it.name),
        code: Cow::Owned(hide(&it.code, it.kind.is_citizen())),
        address: Plain(&it.address),
        phone: Cow::Owned(hide(&it.phone, true)),
        representative: Plain(&it.representative),
        post: Plain(&it.post),
        minor: it.minor,
        notice: state.notice.as_ref().map(|n| n.document),
        hearing_told: state.hearing_told,
        defences: state.defences.len(),
        defences_answered: state.defences.iter().filter(|d| d.answer.is_some()).count(),
        hearing,
        hearing_on,
        paid_fen: state.paid_fen(),
        payments: state.payments.iter().map(payment).collect(),
        owed_fen: decision.map_or(0, |d| gate::owed_fen(d, number, state)),
        refundable_fen: decision.map_or(0, |d| gate::refundable_fen(d, number, state)),
        refunds: &state.refunds,
        performances: state
            .performances
            .iter()
            .map(|p| PerformanceV1 { kind: p.kind, on: p.on, by: Plain(&p.by), manner: Plain(&p.manner) })
            .collect(),
        unperformed: decision.map_or_else(Vec::new, |d| gate::unperformed(d, number, state)),
        restitutions: state.restitutions.iter().map(restitution).collect(),
        to_undo: decision.map_or_else(Vec::new, |d| gate::to_undo(d, state)),
        remedy_pending: state.remedy_pending(),
        enforcement: enforcement(state),
        revoked_on: revoked.map(|(_, on)| on),
        revoked_by: revoked.map(|(ground, _)| ground),
    }
}

fn restitution(it: &Restitution) -> RestitutionV1<'_> {
    RestitutionV1 {
        kind: it.kind,
        restored: it.restored,
        on: it.on,
        details: Plain(&it.details),
        compensation_fen: it.compensation_fen,
    }
}

fn payment(it: &Payment) -> PaymentV1<'_> {
    PaymentV1 {
        receipt: &it.receipt,
        amount_fen: it.amount_fen,
        paid_on: it.paid_on,
        collector: &it.collector,
    }
}

/// Stored name of where an approval form stands.
pub const fn approval_name(stage: ApprovalStage) -> &'static str {
    match stage {
        ApprovalStage::Proposed => "proposed",
        ApprovalStage::Reviewed => "reviewed",
        ApprovalStage::Approved => "approved",
        ApprovalStage::Refused => "refused",
    }
}

/// Stored name of where the legal review stands.
pub const fn phase_name(phase: ReviewPhase) -> &'static str {
    match phase {
        ReviewPhase::Idle => "idle",
        ReviewPhase::Submitted => "submitted",
        ReviewPhase::Returned => "returned",
        ReviewPhase::Opined => "opined",
        ReviewPhase::Signed => "signed",
        ReviewPhase::Answered => "answered",
        ReviewPhase::Contested => "contested",
        ReviewPhase::ReReviewed => "re_reviewed",
        ReviewPhase::Cleared => "cleared",
    }
}

fn proposal(no: usize, it: &ProposalState) -> ProposalV1<'_> {
    ProposalV1 {
        no,
        verb: it.body.verb(),
        opinion: Plain(&it.opinion),
        proposed_by: it.by.0,
        proposed_on: it.by.1,
        reviewed_by: it.reviewed.as_ref().map(|r| r.0),
        decided_by: it.decided.as_ref().map(|r| r.0),
        stage: approval_name(it.stage),
    }
}

fn evidence(no: usize, it: &Evidence) -> EvidenceV1<'_> {
    EvidenceV1 {
        no,
        kind: it.kind,
        name: Plain(&it.name),
        source: Plain(&it.source),
        collected_on: it.collected_on,
        collectors: &it.collectors,
        proves: Plain(&it.proves),
        sha256_root: &it.sha256_root,
        signed: it.signed,
    }
}

fn document(case: &Case, at: usize) -> DocumentV1 {
    let it = &case.documents[at];
    DocumentV1 {
        no: at + 1,
        kind: it.kind,
        label: it.kind.label(),
        number: it.number.as_ref().map(ToString::to_string),
        party: it.party,
        issued_on: it.issued_on,
        version: it.version,
        sha256: it.made.as_ref().map(|m| m.sha256.clone()),
        served_on: it.service.as_ref().map(|s| s.effective_on),
        superseded: case.superseded(DocumentNo::try_from(at + 1).unwrap_or(DocumentNo::MAX)),
    }
}

fn correcting(it: &Correcting) -> CorrectingV1<'_> {
    let (party, corrective, days) = (it.party, it.corrective, it.days);
    CorrectingV1 { party, corrective, details: Plain(&it.details), days }
}

fn conclusion(it: &Conclusion) -> ConclusionV1<'_> {
    ConclusionV1 {
        report: Plain(&it.said.report),
        on: it.on,
        complex: it.said.complex,
        public_interest: it.said.public_interest,
        several_relations: it.said.several_relations,
        social_impact: it.said.social_impact,
        other_by_law: it.said.other_by_law,
        major_coercion: it.said.major_coercion,
        review_reason: Plain(&it.said.review_reason),
        found_by: it.by,
    }
}

fn draft(it: &Draft) -> DraftV1<'_> {
    let s = &it.substance;
    DraftV1 {
        digest: &it.digest,
        prepared_by: it.by,
        facts: Plain(&s.facts),
        evidence: &s.evidence,
        violated: &s.violated,
        basis: &s.basis,
        range: &s.range,
        stated: &s.stated,
        beyond_benchmark: s.beyond_benchmark,
        discretion: Plain(&s.discretion),
        reasoning: Plain(&s.reasoning),
        disposals: &s.disposals,
        terms: Plain(&s.terms),
        corrections: s.corrections.iter().map(correcting).collect(),
    }
}

fn review<'a>(case: &Case, it: &'a Review) -> ReviewV1<'a> {
    ReviewV1 {
        phase: phase_name(it.phase),
        round: it.round,
        triggers: &it.triggers,
        submitted_on: it.submitted.map(|(on, _)| on),
        first_reviewer: it.first.as_ref().map(|(by, _)| *by),
        first_opinion: it.first.as_ref().map(|(_, first)| first.opinion),
        first_reasons: it.first.as_ref().map(|(_, first)| Plain(&first.reasons)),
        reviewer: it.reviewer,
        opinion: it.opinion.as_ref().map(|(opinion, _)| *opinion),
        reasons: it.opinion.as_ref().map(|(_, reasons)| Plain(reasons)),
        findings: it
            .findings
            .iter()
            .map(|f| FindingV1 { point: f.point, pass: f.pass, finding: Plain(&f.finding) })
            .collect(),
        cleared: case.clearance().is_some(),
    }
}
