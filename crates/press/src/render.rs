//! The typesetter behind one function.

use crate::catalogue::{self, TemplateSpec};
use crate::error::PressError;
use crate::fonts::{FONTS_DIR_VARIABLE, Fonts};
use crate::job::{Job, Rendered};
use crate::world::JobWorld;
use crate::{check, qr, sources};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// How many jobs a memoised result survives unused; keeps a warm worker's memory flat.
pub(crate) const CACHE_AGE: usize = 4;
/// UTC+8 in minutes.
const OFFSET_MINUTES: i32 = 8 * 60;

/// A loaded press: fonts in memory, ready to make documents.
pub struct Press {
    pub(crate) fonts: Fonts,
}

impl Press {
    /// Loads the fonts; `fonts_dir` holds the organ's own 仿宋, 小标宋 and 黑体, which then come first.
    ///
    /// # Errors
    /// [`PressError::FontsMissing`] naming the package to install.
    pub fn load(fonts_dir: Option<&Path>) -> Result<Self, PressError> {
        Ok(Self { fonts: Fonts::load(fonts_dir)? })
    }

    /// Makes one document. Equal jobs give equal bytes.
    ///
    /// # Errors
    /// Any [`PressError`] but those of the child process.
    pub fn render(&self, job: &Job) -> Result<Rendered, PressError> {
        let spec = catalogue::find(&job.template)
            .ok_or_else(|| PressError::UnknownTemplate { template: job.template.clone() })?;
        let data = check::prepare(spec, job, &self.fonts)?;
        let data =
            serde_json::to_vec(&data).map_err(|error| PressError::BadJob { reason: error.to_string() })?;
        let world = JobWorld::new(&self.fonts, spec.id, data, verification_code(job)?)
            .ok_or_else(|| PressError::UnknownTemplate { template: job.template.clone() })?;
        let compiled = typst::compile::<PagedDocument>(&world);
        let made = finish(spec, job, compiled.output, &compiled.warnings);
        drop(world);
        comemo::evict(CACHE_AGE);
        made
    }
}

/// Makes one document with the fonts of the system and of the folder named by `MINGJING_FONTS_DIR`,
/// loaded once per process.
///
/// # Errors
/// Any [`PressError`] but those of the child process.
pub fn render(job: &Job) -> Result<Rendered, PressError> {
    shared()?.render(job)
}

/// The press of this process.
pub(crate) fn shared() -> Result<&'static Press, PressError> {
    static PRESS: OnceLock<Result<Press, PressError>> = OnceLock::new();
    let press =
        PRESS.get_or_init(|| Press::load(std::env::var_os(FONTS_DIR_VARIABLE).map(PathBuf::from).as_deref()));
    press.as_ref().map_err(Clone::clone)
}

/// The QR code of the verification address; `None` where the job names none.
fn verification_code(job: &Job) -> Result<Option<String>, PressError> {
    const LABEL: &str = "核验网址";
    const LIMIT: usize = 300;
    let Some(verification) = &job.verification else {
        return Ok(None);
    };
    let url = verification.url.trim();
    if url.is_empty() {
        return Err(PressError::MissingField {
            field: "verification.url".to_owned(),
            label: LABEL.to_owned(),
        });
    }
    let bad = |reason: &str| PressError::BadField {
        field: "verification.url".to_owned(),
        label: LABEL.to_owned(),
        reason: reason.to_owned(),
    };
    if url.len() > LIMIT || !url.is_ascii() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(bad("应为不超过 300 字节、不含空白的网址"));
    }
    qr::svg(url).map(Some).ok_or_else(|| bad("网址过长，不能制成二维码"))
}

fn finish(
    spec: &TemplateSpec,
    job: &Job,
    output: Result<PagedDocument, impl IntoIterator<Item = SourceDiagnostic>>,
    warnings: &[SourceDiagnostic],
) -> Result<Rendered, PressError> {
    let document = output.map_err(typesetting)?;
    if !warnings.is_empty() {
        return Err(typesetting(warnings.iter().cloned()));
    }
    let options = PdfOptions {
        ident: Smart::Custom(identity(spec, job)),
        creator: Smart::Custom(Some("明镜".to_owned())),
        timestamp: Some(timestamp(job.created_at)?),
        page_ranges: None,
        standards: PdfStandards::new(&[PdfStandard::A_2b])
            .map_err(|error| PressError::Typesetting { messages: vec![error.message().to_string()] })?,
        tagged: true,
        pretty: false,
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(typesetting)?;
    let pages = u32::try_from(document.pages().len())
        .map_err(|error| PressError::BadJob { reason: error.to_string() })?;
    Ok(Rendered { pdf, pages, template_digest: template_digest(spec.id) })
}

/// The stable identity of the document, from which the PDF's id is computed.
fn identity(spec: &TemplateSpec, job: &Job) -> String {
    let number = job.number.as_deref().unwrap_or("-");
    let form = if job.public { "public" } else { "original" };
    format!("mingjing|{}|{}|{number}|{form}|{}", job.organ_name, spec.id, job.created_at)
}

pub(crate) fn timestamp(created_at: jiff::Timestamp) -> Result<Timestamp, PressError> {
    let at = check::civil_time(created_at);
    // Each part is in range by the type of the civil time; only the constructors' types differ.
    let part = |value: i8| u8::try_from(value).ok();
    let datetime = || {
        Datetime::from_ymd_hms(
            at.year().into(),
            part(at.month())?,
            part(at.day())?,
            part(at.hour())?,
            part(at.minute())?,
            part(at.second())?,
        )
    };
    datetime()
        .and_then(|datetime| Timestamp::new_local(datetime, OFFSET_MINUTES))
        .ok_or_else(|| PressError::BadJob { reason: "created_at 不是有效的时刻".to_owned() })
}

pub(crate) fn typesetting(diagnostics: impl IntoIterator<Item = SourceDiagnostic>) -> PressError {
    PressError::Typesetting {
        messages: diagnostics
            .into_iter()
            .map(|one| {
                let hints = one.hints.iter().map(|hint| format!("（{}）", hint.v)).collect::<String>();
                format!("{}{hints}", one.message)
            })
            .collect(),
    }
}

/// SHA-256, lower-case hex, over the shared library and the source of template `id`; tells which wording
/// made a stored document.
#[must_use]
pub(crate) fn template_digest(id: &str) -> String {
    let mut hash = Sha256::new();
    for (name, text) in sources::ALL.iter().filter(|(name, _)| *name == "lib" || *name == id) {
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex::encode(hash.finalize())
}
