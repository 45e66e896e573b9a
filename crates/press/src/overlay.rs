//! Signs over the pages of a finished PDF: a copy for reading, made beside the document.
//!
//! The pages are set as pictures of the typesetter, which keeps their text and lines as they are. It
//! does so in plain PDF only, so that the copy is no archival file; that is the document it was made of.

use crate::check;
use crate::error::PressError;
use crate::job::{Overlay, Rendered};
use crate::render::{CACHE_AGE, Press, shared, template_digest, timestamp, typesetting};
use crate::world::JobWorld;
use sha2::{Digest, Sha256};
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandards};

/// Most pages of one copy.
const PAGES_LIMIT: u32 = 2_000;

/// Makes one copy with the press of this process.
///
/// # Errors
/// As [`Press::overlay`].
pub(crate) fn overlay(job: &Overlay) -> Result<Rendered, PressError> {
    shared()?.overlay(job)
}

impl Press {
    /// Lays signs over the pages of a finished PDF. Equal jobs give equal bytes.
    ///
    /// # Errors
    /// [`PressError::BadJob`] without pages or with too many; [`PressError::Typesetting`] where the PDF
    /// cannot be read or has fewer pages; what cannot be printed.
    pub fn overlay(&self, job: &Overlay) -> Result<Rendered, PressError> {
        if job.pages == 0 || job.pages > PAGES_LIMIT {
            return Err(PressError::BadJob { reason: format!("页数应为 1 至 {PAGES_LIMIT}") });
        }
        let data = check::prepare_overlay(job, &self.fonts)?;
        let bad = |reason: String| PressError::BadJob { reason };
        let data = serde_json::to_vec(&data).map_err(|error| bad(error.to_string()))?;
        let mut identity = Sha256::new_with_prefix(b"mingjing overlay\n").chain_update(&data);
        identity.update(Sha256::digest(&job.pdf));
        let world = JobWorld::over(&self.fonts, data, job.pdf.clone())
            .ok_or_else(|| PressError::UnknownTemplate { template: "overlay".to_owned() })?;
        let compiled = typst::compile::<PagedDocument>(&world);
        let options = PdfOptions {
            ident: Smart::Custom(hex::encode(identity.finalize())),
            creator: Smart::Custom(Some("明镜".to_owned())),
            timestamp: Some(timestamp(job.created_at)?),
            page_ranges: None,
            standards: PdfStandards::default(),
            tagged: false,
            pretty: false,
        };
        let made = match compiled.output {
            Ok(document) if compiled.warnings.is_empty() => {
                let pages = u32::try_from(document.pages().len()).map_err(|error| bad(error.to_string()))?;
                let pdf = typst_pdf::pdf(&document, &options).map_err(typesetting)?;
                Ok(Rendered { pdf, pages, template_digest: template_digest("overlay") })
            }
            Ok(_) => Err(typesetting(compiled.warnings)),
            Err(errors) => Err(typesetting(errors)),
        };
        drop(world);
        comemo::evict(CACHE_AGE);
        made
    }
}
