//! From the case to the job of the press: nothing is typed a second time.
//!
//! A document is filled from the case as it stood right after the act that
//! issued it, so that a later event, a retry or a rebuilt server gives the same
//! bytes.

mod decision;
mod enforcement;
mod execution;
mod file;
mod filing;
mod inquiry;
mod notice;
mod parts;
mod review;
mod sampling;

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::archive::{CaseFile, Recorded};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::case::facts::{Facts, OrganFact};
use mingjing_domain::case::law::Law;
use mingjing_domain::case::state::{Case, PartyState};
use mingjing_domain::case::types::{Document, DocumentKind, DocumentNo, PartyNo};
use mingjing_domain::case::{CaseEvent, gate};
use mingjing_domain::matter::{Actor, Matter, Meta, OrganId, StaffId};
use mingjing_domain::period::{self, Rule, Start};
use mingjing_domain::policy::FileOrder;
use mingjing_domain::text::Text;
use mingjing_press::{Job, Verification};
use serde_json::{Map, Value, json};

use super::check::{self, MissingContent};
use super::sheet::{OrganSheet, PersonSheet};

/// Fields of a job.
type Fields = Map<String, Value>;

/// Why a document cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// The case has no document of this number.
    #[error("案件中没有第{0}号文书")]
    NoDocument(DocumentNo),
    /// No event of the stream tells why the document was issued.
    #[error("《{}》没有对应的办理事项", kind.label())]
    NoCause {
        /// The document.
        kind: DocumentKind,
    },
    /// A value that the document needs is absent, blank or erased.
    #[error("《{}》缺少{label}（{field}）", kind.label())]
    Missing {
        /// The document.
        kind: DocumentKind,
        /// Path of the field in the form.
        field: String,
        /// Its label.
        label: String,
    },
    /// A limit that the document states cannot be computed.
    #[error("《{}》的{label}不能计算：{reason}", kind.label())]
    Limit {
        /// The document.
        kind: DocumentKind,
        /// What is limited.
        label: String,
        /// Why.
        reason: String,
    },
    /// Content that the law demands is missing; every item with its article.
    #[error("《{}》缺少法定内容：{}", kind.label(), check::list(missing))]
    Incomplete {
        /// The document.
        kind: DocumentKind,
        /// What is missing.
        missing: Vec<MissingContent>,
    },
    /// The document would contradict another one of the case.
    #[error("《{}》与本案其他文书不一致：{}", kind.label(), reasons.join("；"))]
    Inconsistent {
        /// The document.
        kind: DocumentKind,
        /// Each contradiction.
        reasons: Vec<String>,
    },
    /// The catalogue of forms has no form of this name.
    #[error("没有名为“{0}”的文书模板")]
    NoForm(&'static str),
}

/// Everything that a document is filled from.
pub struct Sources<'a> {
    /// The case's stream from its first event, texts opened.
    pub events: &'a [(Meta, CaseEvent)],
    /// The organ.
    pub organ: &'a OrganSheet,
    /// A person of the staff; unknown ones give an empty sheet.
    pub people: &'a (dyn Fn(StaffId) -> PersonSheet + Sync),
    /// Rules in force when the document was issued.
    pub law: &'a Law,
    /// Calendar.
    pub calendar: &'a Calendar,
    /// Text across every page, for demonstrations.
    pub watermark: Option<&'a str>,
    /// The file of the case as it was accepted; none where it has none.
    pub file: Option<&'a CaseFile>,
    /// Recordings of the case.
    pub recordings: &'a [Recorded],
    /// The order of the papers of a file.
    pub order: FileOrder,
}

/// Fills document `no`; `verification` goes on documents that are served.
///
/// # Errors
/// [`FillError`]: what is missing, with field and document, or what contradicts.
pub fn fill(sources: &Sources<'_>, no: DocumentNo, verification: &Verification) -> Result<Job, FillError> {
    let cx = Context::new(sources, no)?;
    let (template, data) = form(&cx)?;
    let spec = mingjing_press::find(template).ok_or(FillError::NoForm(template))?;
    let data = Value::Object(data);
    let missing = check::missing(spec, &data);
    if !missing.is_empty() {
        return Err(FillError::Incomplete { kind: cx.document.kind, missing });
    }
    let reasons = check::contradictions(&cx.case, no, &cx.document);
    if !reasons.is_empty() {
        return Err(FillError::Inconsistent { kind: cx.document.kind, reasons });
    }
    Ok(Job {
        template: template.to_owned(),
        data,
        number: cx.document.number.as_ref().map(ToString::to_string),
        organ_name: sources.organ.name.clone(),
        issue_date: cx.document.issued_on,
        verification: spec.served.then(|| verification.clone()),
        created_at: cx.issued_at,
        watermark: sources.watermark.map(str::to_owned),
        public: false,
    })
}

/// Template and fields of a document.
fn form(cx: &Context<'_>) -> Result<(&'static str, Fields), FillError> {
    use DocumentKind as D;
    match cx.document.kind {
        D::ClueRegister => filing::clue(cx),
        D::FilingApproval => filing::filing(cx),
        D::NoFilingApproval => filing::no_filing(cx),
        D::InquiryNotice => inquiry::notice(cx),
        D::InquiryRecord => inquiry::record(cx),
        D::SceneRecord => inquiry::scene(cx),
        D::SamplingVoucher => sampling::voucher(cx),
        D::ExpertCommission => sampling::commission(cx),
        D::PreservationApproval => inquiry::preservation_approval(cx),
        D::PreservationNotice => inquiry::preservation_notice(cx),
        D::PreservationList => inquiry::preservation_list(cx),
        D::PreservationDisposalApproval => inquiry::preservation_disposal_approval(cx),
        D::PreservationDisposal => inquiry::preservation_disposal(cx),
        D::CorrectionOrder => inquiry::correction_order(cx),
        D::CorrectionRecheck => inquiry::correction_recheck(cx),
        D::SuspensionApproval => filing::suspension(cx),
        D::ExtensionApproval => filing::extension(cx),
        D::ClosingReport => inquiry::closing_report(cx),
        D::ReviewSubmission => review::submission(cx),
        D::ReviewOpinion => review::opinion(cx),
        D::ReviewFeedback => review::feedback(cx),
        D::ReReviewRequest => review::re_review_request(cx),
        D::ReReviewOpinion => review::re_review(cx),
        D::PenaltyNotice => notice::penalty_notice(cx),
        D::HearingRightNotice => notice::hearing_right_notice(cx),
        D::DefenceRecord => notice::defence_record(cx),
        D::HearingNotice => notice::hearing_notice(cx),
        D::HearingRecord => notice::hearing_record(cx),
        D::HearingReport => notice::hearing_report(cx),
        D::DisposalApproval => decision::disposal_approval(cx),
        D::DiscussionRecord => decision::discussion_record(cx),
        D::PenaltyDecision => decision::penalty_decision(cx),
        D::NoPenaltyDecision => decision::no_penalty_decision(cx),
        D::AmendmentDecision => decision::amendment_decision(cx),
        D::ServiceReceipt => execution::service_receipt(cx),
        D::ServiceAnnouncement => execution::service_announcement(cx),
        D::AddressConfirmation => execution::address_confirmation(cx),
        D::PaymentNotice => execution::payment_notice(cx),
        D::DeferralApproval => execution::deferral_approval(cx),
        D::DeferralGrant => execution::deferral_grant(cx),
        D::AdditionalFineDecision => execution::additional_fine(cx),
        D::FineDemand => execution::fine_demand(cx),
        D::EnforcementDemand => execution::enforcement_demand(cx),
        D::CourtApplication => execution::court_application(cx),
        D::OrderDemand => enforcement::order_demand(cx),
        D::EnforcementDecision => enforcement::execution_decision(cx),
        D::SubstituteDecision => enforcement::substitute_decision(cx),
        D::EnforcementRecord => enforcement::enforcement_record(cx),
        D::EnforcementNotice => enforcement::enforcement_notice(cx),
        D::EnforcementAgreement => enforcement::enforcement_agreement(cx),
        D::TransferApproval => filing::transfer_approval(cx),
        D::TransferLetter => filing::transfer_letter(cx),
        D::CrimeTransferLetter => filing::crime_transfer_letter(cx),
        D::WithdrawalApproval => filing::withdrawal(cx),
        D::Correction => file::correction(cx),
        D::RecusalDecision => filing::recusal(cx),
        D::ClosingApproval => file::closing_approval(cx),
        D::FileCover => file::cover(cx),
        D::FileCatalogue => file::catalogue(cx),
        D::FileBackSheet => file::back_sheet(cx),
    }
}

/// One document with the case as the act that issued it left it.
struct Context<'a> {
    sources: &'a Sources<'a>,
    case: Case,
    no: DocumentNo,
    document: Document,
    issued_at: Timestamp,
    cause: &'a (Meta, CaseEvent),
}

impl<'a> Context<'a> {
    fn new(sources: &'a Sources<'a>, no: DocumentNo) -> Result<Self, FillError> {
        let issued = sources
            .events
            .iter()
            .position(|(_, event)| matches!(event, CaseEvent::DocumentIssued { no: it, .. } if *it == no));
        let at = issued.ok_or(FillError::NoDocument(no))?;
        let after =
            sources.events[at..].iter().position(|(_, e)| !matches!(e, CaseEvent::DocumentIssued { .. }));
        let issued_at = sources.events[at].0.moment.recorded_at;
        // The act stands behind the documents it issues; the clue's form has no act but the clue.
        let (until, cause) = match after {
            Some(n) if sources.events[at + n].0.moment.recorded_at == issued_at => (at + n, at + n),
            Some(_) | None => (at, 0),
        };
        let mut case: Option<Case> = None;
        for (meta, event) in &sources.events[..=until] {
            case = Some(Case::evolve(case, meta, event));
        }
        let case = case.ok_or(FillError::NoDocument(no))?;
        let document = case.document(no).cloned().ok_or(FillError::NoDocument(no))?;
        Ok(Self { sources, case, no, document, issued_at, cause: &sources.events[cause] })
    }

    fn kind(&self) -> DocumentKind {
        self.document.kind
    }

    fn day(&self) -> Date {
        self.document.issued_on
    }

    /// Who carried out the act.
    fn actor(&self) -> StaffId {
        self.cause.0.actor
    }

    fn no_cause(&self) -> FillError {
        FillError::NoCause { kind: self.kind() }
    }

    fn missing(&self, field: &str, label: &str) -> FillError {
        FillError::Missing { kind: self.kind(), field: field.to_owned(), label: label.to_owned() }
    }

    /// A text that must be there.
    fn text(&self, text: &Text, field: &str, label: &str) -> Result<String, FillError> {
        let value = text.value().map(str::trim).filter(|it| !it.is_empty());
        value.map(str::to_owned).ok_or_else(|| self.missing(field, label))
    }

    /// The organ whose case it is.
    fn issued_organ(&self) -> OrganId {
        self.case.organ
    }

    /// A text that must be there, on one line.
    fn line(&self, text: &Text, field: &str, label: &str) -> Result<String, FillError> {
        self.text(text, field, label).map(|it| one_line(&it))
    }

    /// The party to whom the document is addressed.
    fn party(&self) -> Result<(PartyNo, &PartyState), FillError> {
        let no = self.document.party.ok_or_else(|| self.missing("party", "当事人"))?;
        self.case.party(no).map(|state| (no, state)).ok_or_else(|| self.missing("party", "当事人"))
    }

    /// The last day of a limit that runs from `day`; of bounds the one that
    /// `pick` takes.
    fn limit(
        &self,
        rule: &Rule,
        day: Date,
        source: &'static str,
        pick: fn(&mingjing_domain::calendar::Due) -> Date,
    ) -> Result<Date, FillError> {
        let limit = period::limit(self.sources.calendar, rule, &Start::new(day, source), &[]);
        limit.map(|it| pick(&it.due)).map_err(|error| FillError::Limit {
            kind: self.kind(),
            label: rule.title.to_string(),
            reason: error.to_string(),
        })
    }

    /// Facts at the moment of the act, as far as limits need them.
    fn facts(&self) -> Facts<'_> {
        let organ =
            OrganFact { id: self.case.organ, region: String::new(), confirmed: true, heads: Vec::new() };
        let actor = Actor { id: self.actor(), organ: self.case.organ, roles: Vec::new() };
        let moment = self.cause.0.moment.clone();
        Facts::new(moment, actor, organ, self.sources.law, self.sources.calendar, [0; 32])
    }

    fn limit_error(&self, label: &str, reason: &dyn std::fmt::Display) -> FillError {
        FillError::Limit { kind: self.kind(), label: label.to_owned(), reason: reason.to_string() }
    }

    /// The newest document of a kind issued before this one, for a party if one is named.
    fn earlier(&self, kind: DocumentKind, party: Option<PartyNo>) -> Option<&Document> {
        let fits = |d: &&Document| d.kind == kind && (party.is_none() || d.party == party);
        self.case.documents.iter().take(usize::from(self.no)).rev().find(fits)
    }

    /// Money that a party still owes, in fen.
    fn owed(&self, no: PartyNo, state: &PartyState) -> i64 {
        self.case.decision.as_ref().map_or(0, |d| gate::owed_fen(d, no, state)).max(0)
    }
}

/// Line breaks inside a one-line field become spaces.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join("　")
}

/// A day as documents write it.
fn words(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// A field that may be blank.
fn given(text: &str) -> Value {
    if text.trim().is_empty() { Value::Null } else { json!(one_line(text)) }
}

/// Fields from a JSON object literal.
fn fields(value: Value) -> Fields {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// Both sets of fields.
fn with(mut one: Fields, more: Fields) -> Fields {
    one.extend(more);
    one
}
