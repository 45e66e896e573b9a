//! The catalogue of documents: which papers there are, their characters in the
//! number, stage, seal and service.
//!
//! Numbers 0 to 48 are the safety supervision set of 2016 to 2017 under the
//! names of today, 49 to 75 come from later rules, those from 76 on are ours. The seal
//! is the usual one; an organ may rule otherwise.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Where in a procedure a document belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 线索.
    Clue,
    /// 立案.
    Filing,
    /// 检查.
    Inspection,
    /// 责令改正与复查.
    Rectification,
    /// 行政强制.
    Coercion,
    /// 调查取证.
    Investigation,
    /// 证据保存.
    Preservation,
    /// 法制审核.
    Review,
    /// 告知与陈述申辩.
    Notice,
    /// 听证.
    Hearing,
    /// 呈批与集体讨论.
    Deliberation,
    /// 决定.
    Decision,
    /// 送达.
    Service,
    /// 执行.
    Execution,
    /// 移送.
    Transfer,
    /// 期限: extension, suspension.
    Term,
    /// 结案.
    Closing,
    /// 归档.
    Archive,
    /// 程序: recusal.
    Procedure,
    /// 城市管理.
    Urban,
    /// 许可.
    Licence,
    /// 监督.
    Supervision,
}

/// Which seal a document carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// No seal.
    None,
    /// 机关印章.
    Organ,
    /// 执法专用章.
    Enforcement,
    /// 许可专用章.
    Licence,
    /// The supervising body's seal.
    Supervisor,
    /// The government's seal.
    Government,
}

/// To whom a document goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Served {
    /// It stays in the file.
    No,
    /// It is served on the party.
    Party,
    /// It is handed to the party on the spot.
    OnTheSpot,
    /// It goes to another body.
    Body,
    /// It is published to reach the party.
    Public,
    /// It is itself the proof of service.
    Receipt,
}

impl Served {
    /// Whether the party receives it.
    #[must_use]
    pub const fn reaches_party(self) -> bool {
        match self {
            Self::Party | Self::OnTheSpot | Self::Public => true,
            Self::No | Self::Body | Self::Receipt => false,
        }
    }
}

/// A document of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its number in the catalogue.
    pub id: u16,
    /// Its stable key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its characters in the document number; empty when it is not numbered,
    /// several where one entry covers several papers.
    pub words: Vec<String>,
    /// Its stage.
    pub stage: Stage,
    /// Its seal.
    pub seal: Seal,
    /// Its service.
    pub served: Served,
    /// Whether the party (or its man on the spot) signs it.
    pub party_signs: bool,
    /// Whether it needs an approval before use.
    pub approved: bool,
}

impl Document {
    /// Whether it carries a number of its own.
    #[must_use]
    pub fn numbered(&self) -> bool {
        !self.words.is_empty()
    }
}

/// Why a catalogue was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("文书目录：{0}")]
pub struct CatalogueError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    document: Vec<Document>,
}

/// The catalogue.
#[derive(Clone, Debug)]
pub struct Catalogue {
    documents: Vec<Document>,
}

impl Catalogue {
    /// The catalogue shipped with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        CATALOGUE.get_or_init(|| match Self::parse(include_str!("../data/documents.toml")) {
            Ok(catalogue) => catalogue,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in catalogue: {error}"),
        })
    }

    /// Reads a catalogue.
    ///
    /// # Errors
    /// When it is malformed or a number or key repeats.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let raw: Raw = toml::from_str(text).map_err(|e| CatalogueError(e.to_string()))?;
        let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for d in &raw.document {
            if !ids.insert(d.id) || !keys.insert(d.key.clone()) {
                return Err(CatalogueError(format!("编号 {} 或标识 {} 重复", d.id, d.key)));
            }
            if d.name.is_empty() || d.words.iter().any(|w| w.is_empty() || w.chars().count() > 8) {
                return Err(CatalogueError(format!("编号 {} 的名称或代字不成立", d.id)));
            }
        }
        Ok(Self { documents: raw.document })
    }

    /// All documents, in catalogue order.
    #[must_use]
    pub fn all(&self) -> &[Document] {
        &self.documents
    }

    /// The document with this number.
    #[must_use]
    pub fn by_id(&self, id: u16) -> Option<&Document> {
        self.documents.iter().find(|d| d.id == id)
    }

    /// The document with this key.
    #[must_use]
    pub fn by_key(&self, key: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.key == key)
    }

    /// The documents of a stage.
    pub fn of_stage(&self, stage: Stage) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(move |d| d.stage == stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let all = Catalogue::built_in();
        assert_eq!(all.all().len(), 84);
        let ids: Vec<u16> = all.all().iter().map(|d| d.id).collect();
        assert_eq!(ids, (0..84).collect::<Vec<_>>());
        let decision = all.by_key("penalty_decision_unit").unwrap();
        assert_eq!(
            (decision.id, decision.words.as_slice(), decision.seal),
            (33, &["罚".to_owned()][..], Seal::Organ)
        );
        assert!(decision.served.reaches_party() && decision.numbered());
        let record = all.by_id(15).unwrap();
        assert!(!record.numbered() && record.party_signs && !record.served.reaches_party());
        assert_eq!(all.of_stage(Stage::Review).count(), 4);
    }

    #[test]
    fn faults_are_refused() {
        let one = "[[document]]\nid = 0\nkey = \"a\"\nname = \"甲\"\nwords = []\nstage = \"filing\"\nseal = \"none\"\nserved = \"no\"\nparty_signs = false\napproved = false\n";
        assert!(Catalogue::parse(one).is_ok());
        assert!(Catalogue::parse(&one.repeat(2)).unwrap_err().to_string().contains("重复"));
        assert!(Catalogue::parse(&one.replace("filing", "party")).is_err());
        assert!(Catalogue::parse(&one.replace("\"甲\"", "\"\"")).is_err());
    }

    /// Agreement with the reference table, where it is present.
    #[test]
    fn agrees_with_the_reference_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/documents.csv");
        let Ok(bytes) = std::fs::read(path) else { return };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let mut seen = 0;
        for row in reader.records() {
            let row = row.unwrap();
            let ours = Catalogue::built_in().by_id(row[0].parse().unwrap()).unwrap();
            let words: Vec<&str> = row[2].split('/').filter(|w| !w.is_empty()).collect();
            assert_eq!(ours.words, words, "{}", &row[1]);
            seen += 1;
        }
        assert_eq!(seen, 76);
    }
}
