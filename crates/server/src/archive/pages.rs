//! The page numbers of a file in its package: a copy for reading of each document with the number
//! of the file on every page, and a list of pages. The documents themselves carry none, because
//! they were signed and served before the file was bound, and are never altered.

use mingjing_domain::archive::{CaseFile, Item, Row};
use mingjing_domain::matter::MatterId;
use sha2::{Digest, Sha256};

use super::bag::Entry;
use super::pack::{Makers, broken};
use crate::kit::problem::Failure;
use crate::record::copy::Signs;
use crate::record::service::RecordError;

/// The list of pages.
pub const LIST: &str = "data/页码对照.csv";
/// Where the copies lie.
pub const FOLDER: &str = "data/阅览件/";
const HEAD: [&str; 9] =
    ["卷", "起页", "止页", "序号", "题名", "原件", "原件SHA-256（制成时）", "阅览件", "阅览件SHA-256"];

/// Copies and list. `originals` says where the document of a row lies, none where it is not here.
///
/// # Errors
/// When a copy cannot be made.
pub async fn paged(
    makers: Makers<'_>,
    case: MatterId,
    (file, rows): (&CaseFile, &[Row]),
    originals: impl Fn(&Row) -> Option<String>,
) -> Result<Vec<Entry>, Failure> {
    let number = file.accepted.as_ref().map_or("案卷", |(number, ..)| number.as_str());
    let (mut out, mut list) = (Vec::new(), csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec()));
    list.write_record(HEAD).map_err(broken)?;
    for row in rows {
        let Some((first, last)) = row.pages else { continue };
        let original = originals(row).unwrap_or_default();
        let (mut path, mut digest) = (String::new(), String::new());
        if let Item::Document { no } = row.item
            && let Some(name) = original.strip_prefix("data/文书/")
        {
            let signs = Signs::Pages { first, file: format!("归档号{number} 第{}卷", row.volume) };
            let copy = makers.records.reading_copy(case, no, signs).await;
            let copy = copy.map_err(|error| match error {
                RecordError::Press(error) => {
                    Failure::Unavailable(format!("《{}》不能制成阅览件：{error}", row.title.words()))
                }
                other => broken(other),
            })?;
            path = format!("{FOLDER}{name}");
            digest = hex::encode(Sha256::digest(&copy));
            out.push((path.clone(), copy));
        }
        let record = [
            row.volume.to_string(),
            first.to_string(),
            last.to_string(),
            row.no.to_string(),
            row.shown_title().to_owned(),
            original,
            row.digest.clone(),
            path,
            digest,
        ];
        list.write_record(record.iter().map(|it| crate::kit::acts::cell(it))).map_err(broken)?;
    }
    out.push((LIST.to_owned(), list.into_inner().map_err(broken)?));
    Ok(out)
}
