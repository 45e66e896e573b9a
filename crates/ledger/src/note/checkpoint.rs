//! Checkpoints: the signed head of the log.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Note, NoteError};
use crate::tlog::Hash;

/// Head of a log at one size. `Display` gives the note text, with its final newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Identity of the log, e.g. `example.gov.cn/mingjing/log`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Further lines, each non-empty; C2SP advises against them.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// The note to sign.
    ///
    /// # Errors
    /// [`NoteError::Checkpoint`] when a line is empty or spans lines.
    pub fn to_note(&self) -> Result<Note, NoteError> {
        let text = self.to_string();
        if Self::parse(&text)? == *self {
            Note::new(&text)
        } else {
            Err(NoteError::Checkpoint("行内有换行"))
        }
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// [`NoteError::Checkpoint`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let body = text.strip_suffix('\n').ok_or(NoteError::Checkpoint("末行不完整"))?;
        let mut lines = body.split('\n');
        let mut next = |what| lines.next().filter(|line| !line.is_empty()).ok_or(NoteError::Checkpoint(what));
        let origin = next("缺账本名称")?.to_owned();
        let digits = next("缺大小")?;
        let encoded = next("缺根")?;
        let size: u64 = digits.parse().map_err(|_| NoteError::Checkpoint("大小"))?;
        let root = STANDARD.decode(encoded).map_err(|_| NoteError::Checkpoint("根"))?;
        let root: Hash = root.try_into().map_err(|_| NoteError::Checkpoint("根"))?;
        // "007" and "+7" parse as 7; only the plain spelling is allowed.
        if size.to_string() != digits {
            return Err(NoteError::Checkpoint("大小"));
        }
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(NoteError::Checkpoint("空行"));
        }
        Ok(Self { origin, size, root, extensions })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}
