//! The lists of an archived file inside its package: the first, and one of each supplement.
//!
//! - `data/归档清单/NNNN ….txt` is the list whose digest the event NNNN of the file's stream names;
//!   `data/证明/案卷-NNNN.proof.json` is the proof of that event, and opens [`LIST_DIGEST_FIELD`].
//! - The rows of all lists run on from 1 without a gap, and so do the supplements: a list that
//!   was taken out, or slipped in, is seen.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::bundle::Verified;
use crate::hash::sha256;
use crate::package::PackageError;

/// Where the lists lie.
pub(crate) const LISTS: &str = "data/归档清单/";
/// Name of the field that commits to a list: lower-case hex SHA-256 of its text, in quotes.
pub const LIST_DIGEST_FIELD: &str = "guard:/digest";

/// Lists that were found, by path.
pub(crate) type Texts = BTreeMap<String, Vec<u8>>;

/// What holds of the lists of a package.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListReport {
    /// Lists, the first among them.
    pub lists: usize,
    /// Those whose event is proved in the package.
    pub proved: usize,
}

fn member(verified: &Verified, name: &str) -> Option<Value> {
    serde_json::from_str::<Value>(&verified.event.envelope).ok()?.get(name).cloned()
}

/// Checks the lists against each other and against the proofs beside them.
pub(crate) fn check(
    texts: &Texts,
    proofs: &[(String, Verified)],
    seal: Option<&Verified>,
) -> Result<ListReport, PackageError> {
    let mut report = ListReport::default();
    let mut matter = seal.and_then(|it| member(it, "matter"));
    let mut next = 1_u64;
    // Paths begin with the version of the event: their order is that of the stream.
    for (supplement, (path, bytes)) in texts.iter().enumerate() {
        let fault = || PackageError::List(path.clone());
        let name = path.strip_prefix(LISTS).and_then(|it| it.split_once(' ')).map(|(no, _)| no);
        let name = name.filter(|no| no.bytes().all(|b| b.is_ascii_digit())).ok_or_else(fault)?;
        next = rows(bytes, supplement, next).ok_or_else(fault)?;
        report.lists += 1;
        let wanted = format!("data/证明/案卷-{name}.proof.json");
        let Some((_, proof)) = proofs.iter().find(|(at, _)| *at == wanted) else { continue };
        let committed = proof.event.field(LIST_DIGEST_FIELD).and_then(|it| it.rendered());
        let own = hex::encode(sha256(&[bytes]));
        let version = member(proof, "version").and_then(|it| it.as_u64());
        if committed.is_none_or(|it| it.trim_matches('"') != own) || version != name.parse().ok() {
            return Err(fault());
        }
        let of = member(proof, "matter");
        if matter.is_some() && matter != of {
            return Err(fault());
        }
        matter = of;
        report.proved += 1;
    }
    Ok(report)
}

/// The number of the row after a list; none where it is no list, or does not go on from `next`.
fn rows(bytes: &[u8], supplement: usize, mut next: u64) -> Option<u64> {
    let mut lines = std::str::from_utf8(bytes).ok()?.lines();
    match (supplement, lines.next()?) {
        (0, "mingjing-file-catalogue/1") => {}
        (1.., "mingjing-file-supplement/1") => {
            let (no, _) = lines.next()?.split_once('\t')?;
            if no.parse() != Ok(supplement) {
                return None;
            }
        }
        _ => return None,
    }
    for line in lines {
        let mut cells = line.split('\t');
        if cells.next()?.parse() != Ok(next) || cells.count() != 7 {
            return None;
        }
        next += 1;
    }
    Some(next)
}
