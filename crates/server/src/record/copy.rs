//! Copies for reading: the pages of a stored document with signs laid over them, made when they
//! are asked for and kept nowhere. The stored bytes stay the document (house rule 2.11).

use jiff::Timestamp;
use mingjing_domain::case::types::DocumentNo;
use mingjing_domain::matter::MatterId;
use mingjing_press::{Overlay, PressError};

use super::job::Records;
use super::service::RecordError;
use super::store;

/// What is laid over the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signs {
    /// The page numbers of a file, from that of the first page; in which file.
    Pages {
        /// Number of the first page.
        first: u32,
        /// Words on the file and its volume.
        file: String,
    },
    /// Who reads, when and what for.
    Reader {
        /// The mark.
        mark: String,
        /// When, which the copy is dated with.
        at: Timestamp,
    },
}

impl Records {
    /// A copy for reading of a made document. The same signs give the same bytes.
    ///
    /// # Errors
    /// [`RecordError::NotFound`] before it is made; what reading the bytes or the press says.
    pub async fn reading_copy(
        &self,
        matter: MatterId,
        no: DocumentNo,
        signs: Signs,
    ) -> Result<Vec<u8>, RecordError> {
        let stored = store::document(self.app.db(), matter, no).await?.ok_or(RecordError::NotFound)?;
        let file = stored.file.ok_or(RecordError::NotFound)?;
        let pdf = self.stored_bytes(matter, file.sha256).await?;
        let name = stored.number.map_or_else(|| stored.kind.clone(), |it| format!("{} {it}", stored.kind));
        let (first_page, mark, foot, created_at) = match signs {
            Signs::Pages { first, file: of } => (Some(first), None, of, file.made_at),
            Signs::Reader { mark, at } => (None, Some(mark.clone()), mark, at),
        };
        let foot = format!("阅览件 · {foot} · 原件SHA-256 {}", hex::encode(file.sha256));
        let overlay = Overlay {
            pdf,
            pages: file.pages,
            title: format!("{name} 阅览件"),
            first_page,
            mark,
            foot: Some(foot),
            created_at,
        };
        let press = std::sync::Arc::clone(&self.press);
        let laid = tokio::task::spawn_blocking(move || press.overlay(overlay)).await?;
        let laid = laid.map_err(RecordError::Press)?;
        if laid.pages != file.pages {
            let messages = vec![format!("{}页的文书制成了{}页", file.pages, laid.pages)];
            return Err(RecordError::Press(PressError::Typesetting { messages }));
        }
        Ok(laid.pdf)
    }
}
