//! Commands read from their fields: what a form or an API body says, as a command.

use super::procedure::Verb;

/// The command's tag in JSON, and the proposal's tag for rows that propose.
pub fn tags(verb: Verb) -> (&'static str, Option<&'static str>) {
    let proposal = match verb {
        Verb::ProposeExtendCheck => "extend_check",
        Verb::ProposeFile => "file",
        Verb::ProposeNotFile => "not_file",
        Verb::ProposePreserve => "preserve",
        Verb::ProposeDisposePreservation => "dispose_preservation",
        Verb::ProposeSuspend => "suspend",
        Verb::ProposeResume => "resume",
        Verb::ProposeExtend => "extend",
        Verb::ProposeWithdraw => "withdraw",
        Verb::ProposeDispose => "dispose",
        Verb::ProposeTransfer => "transfer",
        Verb::ProposeDefer => "defer",
        Verb::ProposeAmend => "amend",
        Verb::ProposeEnforce => "enforce",
        Verb::ProposePauseEnforcement => "pause_enforcement",
        Verb::ProposeResumeEnforcement => "resume_enforcement",
        Verb::ProposeEndEnforcement => "end_enforcement",
        Verb::ProposeAgree => "agree",
        Verb::ProposeSubstitute => "substitute",
        Verb::ProposeClose => "close",
        _ => return (plain_tag(verb), None),
    };
    ("propose", Some(proposal))
}

macro_rules! tag_table {
    ($($variant:ident = $tag:literal),+ $(,)?) => {
        fn plain_tag(verb: Verb) -> &'static str {
            match verb { $(Verb::$variant => $tag,)+ _ => "propose" }
        }
    };
}

tag_table! {
    RegisterClue = "register_clue", StartCheck = "start_check", ReviewProposal = "review_proposal",
    ApproveProposal = "approve_proposal", ChangeOfficers = "change_officers", RequestRecusal = "request_recusal",
    DecideRecusal = "decide_recusal", NotifyInquiry = "notify_inquiry", RecordInquiry = "record_inquiry",
    RecordScene = "record_scene", AddEvidence = "add_evidence", TakeSample = "take_sample", CommissionExpert = "commission_expert",
    ReceiveExpert = "receive_expert", OrderCorrection = "order_correction", RecheckCorrection = "recheck_correction",
    Conclude = "conclude", PrepareDraft = "prepare_draft", Reinvestigate = "reinvestigate", SubmitReview = "submit_review",
    ReturnSubmission = "return_submission", SupplementSubmission = "supplement_submission", GiveOpinion = "give_opinion",
    ExtendReview = "extend_review", AnnounceService = "announce_service",
    SignOpinion = "sign_opinion", AnswerOpinion = "answer_opinion", RequestReReview = "request_re_review",
    GiveReReview = "give_re_review", Coordinate = "coordinate", IssueNotice = "issue_notice", ServeDocument = "serve_document",
    ConfirmAddress = "confirm_address", StateDefence = "state_defence", WaiveDefence = "waive_defence",
    AnswerDefence = "answer_defence", RequestHearing = "request_hearing", WithdrawHearing = "withdraw_hearing",
    ScheduleHearing = "schedule_hearing", HoldHearing = "hold_hearing", ReportHearing = "report_hearing", Discuss = "discuss",
    RecordPayment = "record_payment",
    RecordPerformance = "record_performance", RecordRefund = "record_refund", RecordRestitution = "record_restitution", DemandFine = "demand_fine", ImposeAdditionalFine = "impose_additional_fine",
    StateObjection = "state_objection", AnswerObjection = "answer_objection", CarryOutEnforcement = "carry_out_enforcement",
    RecordBreach = "record_breach", DemandOrder = "demand_order", CarryOutSubstitute = "carry_out_substitute", RecordCost = "record_cost",
    DemandEnforcement = "demand_enforcement", ApplyToCourt = "apply_to_court", RecordRemedy = "record_remedy",
    ConcludeRemedy = "conclude_remedy", RecordRuling = "record_ruling", RevokeDecision = "revoke_decision", CorrectDocument = "correct_document",
    Archive = "archive", ArchiveSupplement = "archive_supplement", MarkMade = "mark_made", AttachRecording = "attach_recording",
    StateNoRecording = "state_no_recording", DecideNoRecording = "decide_no_recording",
    FirstReview = "first_review", NoteErrata = "note_errata", AnswerErratum = "answer_erratum",
}

/// Whether an outsider's body carries the store's own marks of sealed text
/// (`$t`, `$x`, or the bare length): they would stand for a text that is not there.
pub(crate) fn forged(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Object(object) => {
            let marked =
                object.keys().any(|k| k.starts_with('$')) || (object.contains_key("n") && object.len() <= 3);
            marked || object.values().any(forged)
        }
        serde_json::Value::Array(items) => items.iter().any(forged),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => false,
    }
}

/// Reads a command from its fields. The body is the JSON object of the fields
/// alone; the tags are added here.
///
/// # Errors
/// What the reader says about the first field that does not fit.
pub fn read(verb: Verb, body: serde_json::Value) -> Result<super::CaseCommand, String> {
    if forged(&body) {
        return Err("字段名不能以“$”开头，文字应为字符串".into());
    }
    let serde_json::Value::Object(mut object) = body else {
        return Err("应为对象".into());
    };
    let (command, proposal) = tags(verb);
    object.insert("command".into(), command.into());
    if let Some(proposal) = proposal {
        object.insert("proposal".into(), proposal.into());
    }
    serde_json::from_value(serde_json::Value::Object(object)).map_err(|e| e.to_string())
}
