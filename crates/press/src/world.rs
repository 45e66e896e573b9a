//! The closed world a template sees: its own source, the shared library, the job as JSON, the QR
//! code or the pages that signs are laid over. No file system, no network, no clock.

use crate::fonts::Fonts;
use std::collections::HashMap;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Parsed sources of every template, made once: file ids are never freed, so they must be reused.
static SOURCES: LazyLock<HashMap<&'static str, Source>> = LazyLock::new(|| {
    crate::sources::ALL
        .iter()
        .filter_map(|(name, text)| {
            Some((*name, Source::new(file_id(&format!("{name}.typ"))?, (*text).to_owned())))
        })
        .collect()
});
static JOB: LazyLock<Option<FileId>> = LazyLock::new(|| file_id("job.json"));
static CODE: LazyLock<Option<FileId>> = LazyLock::new(|| file_id("code.svg"));
static PAGES: LazyLock<Option<FileId>> = LazyLock::new(|| file_id("pages.pdf"));

fn file_id(path: &str) -> Option<FileId> {
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).ok()?)))
}

/// One job's world.
pub(crate) struct JobWorld<'a> {
    fonts: &'a Fonts,
    main: FileId,
    job: Bytes,
    code: Option<Bytes>,
    pages: Option<Bytes>,
}

impl<'a> JobWorld<'a> {
    /// A world whose main file is `template`; `None` if there is no such source.
    pub(crate) fn new(fonts: &'a Fonts, template: &str, job: Vec<u8>, code: Option<String>) -> Option<Self> {
        let main = SOURCES.get(template)?.id();
        let code = code.map(|svg| Bytes::new(svg.into_bytes()));
        Some(Self { fonts, main, job: Bytes::new(job), code, pages: None })
    }

    /// The world in which signs are laid over the pages of a finished PDF.
    pub(crate) fn over(fonts: &'a Fonts, job: Vec<u8>, pages: Vec<u8>) -> Option<Self> {
        Some(Self { pages: Some(Bytes::new(pages)), ..Self::new(fonts, "overlay", job, None)? })
    }
}

impl World for JobWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        SOURCES.values().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if Some(id) == *JOB {
            Ok(self.job.clone())
        } else if Some(id) == *CODE {
            self.code.clone().ok_or(FileError::AccessDenied)
        } else if Some(id) == *PAGES {
            self.pages.clone().ok_or(FileError::AccessDenied)
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.faces.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
