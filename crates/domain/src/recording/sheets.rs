//! 现场文书: forms that are filled in and signed by hand on the spot, link by link. Data
//! (`recordings/sheets.toml`); names come from the catalogue of documents.

use super::words::Link;
use crate::documents::Catalogue;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// A field above the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetField {
    /// Its name in the data: `place`, `subject`, `officers` are known beforehand.
    pub name: String,
    /// What it asks for.
    pub label: String,
    /// May be left out.
    #[serde(default)]
    pub optional: bool,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// Key of the document in the catalogue.
    pub document: String,
    /// In which links it is filled in; the first form of a link is the one offered first.
    pub links: Vec<Link>,
    /// What is told before, in the words of the form. Braces stand for what the service fills in:
    /// `{organ}`, `{officers}`, `{certificates}`.
    pub told: String,
    /// What the signer confirms.
    pub closing: String,
    /// Name of the text.
    pub text: String,
    /// What the text needs.
    pub hint: String,
    /// As what somebody signs.
    pub signers: Vec<String>,
    /// Fields above the text.
    pub fields: Vec<SheetField>,
}

impl Sheet {
    /// Its name by the catalogue.
    pub fn name(&self) -> &str {
        Catalogue::built_in().by_key(&self.document).map_or("", |it| it.name.as_str())
    }

    /// What is told before, filled in.
    pub fn told(&self, organ: &str, officers: &str, certificates: &str) -> String {
        self.told
            .replace("{organ}", organ)
            .replace("{officers}", officers)
            .replace("{certificates}", certificates)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sheet: Vec<Sheet>,
}

/// The forms shipped with the program.
pub fn built_in() -> &'static [Sheet] {
    static SHEETS: OnceLock<Vec<Sheet>> = OnceLock::new();
    SHEETS.get_or_init(|| match parse(include_str!("../../recordings/sheets.toml")) {
        Ok(sheets) => sheets,
        // Compiled in and parsed by a test.
        Err(error) => unreachable!("built-in forms of the field: {error}"),
    })
}

/// The forms of a link.
pub fn of(link: Link) -> impl Iterator<Item = &'static Sheet> {
    built_in().iter().filter(move |it| it.links.contains(&link))
}

/// Reads forms; each names a document of the catalogue, once, and leaves nothing empty.
///
/// # Errors
/// Says what is wrong.
pub fn parse(text: &str) -> Result<Vec<Sheet>, String> {
    let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
    for (at, it) in file.sheet.iter().enumerate() {
        let of = |what: &str| format!("现场文书 {}：{what}", it.document);
        if it.name().is_empty() {
            return Err(of("文书目录中没有"));
        }
        if file.sheet[..at].iter().any(|before| before.document == it.document) {
            return Err(of("列了两次"));
        }
        let words = [&it.told, &it.closing, &it.text, &it.hint];
        let empty = words.iter().any(|it| it.trim().is_empty());
        if empty || it.links.is_empty() || it.signers.is_empty() || it.fields.is_empty() {
            return Err(of("不完整"));
        }
        let twice = |n: usize, one: &SheetField| it.fields[..n].iter().any(|f| f.name == one.name);
        if it.fields.iter().enumerate().any(|(n, one)| one.label.is_empty() || twice(n, one)) {
            return Err(of("字段没有名称，或者重复"));
        }
    }
    Ok(file.sheet)
}
