//! Forms that were filled in and signed in the field, taken into the case as the record of an
//! act: nothing is typed twice, and the signed sheet is named as the original.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::types::EvidenceKind;
use mingjing_domain::matter::{MatterId, StaffId, civil_day};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::event::FieldForm;
use mingjing_domain::recording::state::{Phase, Segment};
use mingjing_domain::recording::words::MarkKind;
use serde_json::{Value, json};

use crate::kit::http::Shell;
use crate::kit::problem::Failure;

/// A signed form of a recording that is in the store.
pub struct Signed<'a> {
    /// Number of its piece, from 1.
    pub no: u16,
    /// The piece.
    pub segment: &'a Segment,
    /// Its words.
    pub form: &'a FieldForm,
}

impl Signed<'_> {
    /// The act of a case whose record it is; of other papers, the taking of evidence.
    pub fn verb(&self) -> Verb {
        match self.form.document.as_str() {
            "inquiry_record" => Verb::RecordInquiry,
            "inspection_record" | "site_inspection_record" => Verb::RecordScene,
            _ => Verb::AddEvidence,
        }
    }

    /// How an address names it.
    pub fn name(&self, recording: MatterId) -> String {
        format!("{recording}_{}", self.no)
    }
}

/// The signed forms of a recording that are in the store as the device sealed them.
pub fn signed(it: &Recording) -> impl Iterator<Item = Signed<'_>> {
    (1..).zip(&it.segments).filter_map(|(no, segment)| {
        let form = segment.capture.form.as_deref()?;
        (segment.phase == Phase::Accepted).then_some(Signed { no, segment, form })
    })
}

/// What a form of the case opens with, where its address names a signed form of one of the
/// case's recordings; none where it names nothing of the kind.
///
/// # Errors
/// When the store fails.
pub async fn opened(shell: &Shell, case: MatterId, verb: Verb, name: &str) -> Result<Option<Value>, Failure> {
    let parsed = name.rsplit_once('_').and_then(|(id, no)| Some((id.parse().ok()?, no.parse::<u16>().ok()?)));
    let Some((id, no)) = parsed else { return Ok(None) };
    let id = MatterId(id);
    let Some(it) = shell.app.load::<Recording>(id).await? else { return Ok(None) };
    if !it.cases.contains(&case) || it.destroyed.is_some() {
        return Ok(None);
    }
    let found = signed(&it.state).find(|it| it.no == no && it.verb() == verb);
    Ok(found.map(|signed| filled(id, &it.state, &signed)))
}

/// The fields of the case's form.
fn filled(id: MatterId, it: &Recording, signed: &Signed<'_>) -> Value {
    let form = signed.form;
    let root = signed.segment.identity.as_ref().map_or("", |it| it.sha256_root.as_str());
    let collectors: Vec<StaffId> = it.registration.collectors.iter().map(|one| one.staff).collect();
    let done = |kind: MarkKind| it.marks.iter().any(|mark| mark.kind == kind);
    let signature = form.refused.is_blank();
    let text = match form.refused.value().filter(|it| !it.trim().is_empty()) {
        Some(why) => format!("{}\n（{}未签名，原因：{why}）", form.text.or_erased(), form.role),
        None => form.text.or_erased().to_owned(),
    };
    match signed.verb() {
        Verb::AddEvidence => json!({
            "kind": wire_name(&EvidenceKind::Documentary), "name": form.title, "source": form.signer.or_erased(),
            "collected_on": civil_day(form.started_at), "collectors": collectors,
            "proves": it.registration.proves.or_erased(), "sha256_root": root, "recording": id, "signed": signature,
        }),
        _ => json!({
            "started_at": form.started_at, "ended_at": form.ended_at, "place": it.registration.place.or_erased(),
            "officers": collectors, "certificates_shown": done(MarkKind::CertificateShown),
            "rights_told": done(MarkKind::RightsTold), "person": person(form), "record": text,
            // A refusal is written in the record: that is what the form asks.
            "signed": true, "witnessed": signature, "recording": id, "sha256_root": root,
        }),
    }
}

/// Whom the record is of: the field that asks it, else who signed.
fn person(form: &FieldForm) -> String {
    let field = form.fields.iter().find(|it| it.label.starts_with("被询问人") && !it.value.is_blank());
    field.map_or_else(|| form.signer.or_erased().to_owned(), |it| it.value.or_erased().to_owned())
}
