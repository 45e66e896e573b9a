//! The substance of a decision and its digest.
//!
//! A clearance of the legal review binds exactly this: parties, facts, evidence
//! ids and digests, articles, grade, kinds, amounts, reasoning and terms; not
//! number, date, seal or QR code (house rule 2.8).

use super::correction::Correcting;
use super::types::{EvidenceNo, Grade, NoPenaltyGround, PartyNo, PenaltyKind};
use crate::codes::format_yuan;
use crate::text::{Text, TextKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Version of the digest's input. Never edited; a new shape gets a new version.
pub const SUBSTANCE_VERSION: u8 = 1;

/// A provision: instrument and article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// Instrument, without book-title marks.
    pub law: String,
    /// Article, paragraph, item.
    pub article: String,
}

impl std::fmt::Display for Provision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "《{}》{}", self.law, self.article)
    }
}

/// What is to be imposed on one party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyDisposal {
    /// Which party.
    pub party: PartyNo,
    /// Kinds of penalty; empty together with a ground of no penalty.
    #[serde(default)]
    pub kinds: Vec<PenaltyKind>,
    /// Fine in fen; 0 without a fine.
    #[serde(default)]
    pub fine_fen: i64,
    /// Confiscated income in fen.
    #[serde(default)]
    pub confiscated_fen: i64,
    /// Value of confiscated goods in fen, as appraised.
    #[serde(default)]
    pub goods_fen: i64,
    /// Grade of the circumstances.
    pub grade: Grade,
    /// Why nothing is imposed.
    #[serde(default)]
    pub no_penalty: Option<NoPenaltyGround>,
}

impl PartyDisposal {
    /// The kinds of penalty, each once, in the order in which they were decided.
    pub fn named(&self) -> Vec<PenaltyKind> {
        let mut out = Vec::with_capacity(self.kinds.len());
        for kind in &self.kinds {
            if !out.contains(kind) {
                out.push(*kind);
            }
        }
        out
    }

    /// Weight for "not heavier than": rank of the heaviest kind, then money in fen.
    pub fn weight(&self) -> (usize, i64) {
        let rank = self
            .kinds
            .iter()
            .filter_map(|k| PenaltyKind::ALL.iter().position(|x| x == k))
            .max()
            .map_or(0, |p| p + 1);
        (rank, self.fine_fen + self.confiscated_fen + self.goods_fen)
    }

    /// Whether any part of `self` is heavier than `noticed`.
    pub fn heavier_than(&self, noticed: &Self) -> bool {
        self.weight().0 > noticed.weight().0
            || self.fine_fen > noticed.fine_fen
            || self.confiscated_fen > noticed.confiscated_fen
            || self.goods_fen > noticed.goods_fen
            || self.adds_kind(noticed)
    }

    /// Whether a kind was added for which no heavier one was given up.
    fn adds_kind(&self, noticed: &Self) -> bool {
        let only = |a: &[PenaltyKind], b: &[PenaltyKind]| {
            let mut kinds: Vec<PenaltyKind> = a.iter().filter(|k| !b.contains(k)).copied().collect();
            kinds.sort_unstable_by(|x, y| y.cmp(x));
            kinds
        };
        let (added, dropped) = (only(&self.kinds, &noticed.kinds), only(&noticed.kinds, &self.kinds));
        added.iter().enumerate().any(|(i, kind)| dropped.get(i).is_none_or(|gone| kind >= gone))
    }
}

/// The legal range of a fine as whoever drafts states it, where the base of ranges does not
/// know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedRange {
    /// For whom.
    pub party: PartyNo,
    /// The instrument that threatens the fine, without book-title marks.
    pub law: String,
    /// Its article, paragraph, item.
    pub article: String,
    /// What it says of the amount, as it stands there.
    pub words: String,
    /// Lowest fine by it for this act, in fen; 0 where it names none.
    #[serde(default)]
    pub min_fen: i64,
    /// Highest fine by it for this act, in fen.
    pub max_fen: i64,
}

impl StatedRange {
    /// The range in words: the article, what it says, and the amounts for this act.
    pub fn sentence(&self) -> String {
        let (min, max) = (format_yuan(self.min_fen), format_yuan(self.max_fen));
        let from = if self.min_fen > 0 { format!("{min}元以上") } else { String::new() };
        format!("《{}》{}：{}，本案为{from}{max}元以下", self.law, self.article, self.words)
    }
}

/// What is decided, without the paper it is written on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionSubstance {
    /// Facts found, for publication in part.
    pub facts: Text,
    /// Evidence relied upon.
    pub evidence: Vec<EvidenceNo>,
    /// Provisions violated.
    pub violated: Vec<Provision>,
    /// Provisions that allow the penalty.
    pub basis: Vec<Provision>,
    /// Item of the discretion base (statutory range) applied; blank when the
    /// range is not in the shipped base and `stated` says it.
    #[serde(default)]
    pub range: String,
    /// The range of each fine that the base does not know; unsaid in older drafts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stated: Vec<StatedRange>,
    /// It departs from the benchmark; why stands in `discretion`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_benchmark: bool,
    /// How the benchmark was applied (国办发〔2022〕27号（十二）).
    pub discretion: Text,
    /// Reasons.
    pub reasoning: Text,
    /// Per party.
    pub disposals: Vec<PartyDisposal>,
    /// How and until when to perform.
    pub terms: Text,
    /// What is said of the correction of the act, by party; unsaid in older drafts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correcting>,
}

impl DecisionSubstance {
    /// The disposal of one party.
    pub fn disposal(&self, party: PartyNo) -> Option<&PartyDisposal> {
        self.disposals.iter().find(|d| d.party == party)
    }

    /// The range that was stated for the fine of one party.
    pub fn stated_for(&self, party: PartyNo) -> Option<&StatedRange> {
        self.stated.iter().find(|it| it.party == party)
    }

    /// Whether any party is penalised.
    pub fn penalises(&self) -> bool {
        self.disposals.iter().any(|d| d.no_penalty.is_none())
    }
}

/// Digest of the substance together with what it refers to: the parties as
/// they stand and the identities of the evidence relied upon. Texts enter by
/// keyed digest, so it can be recomputed after erasure. SHA-256, hex.
pub fn digest(
    substance: &DecisionSubstance,
    parties: &[Cow<'_, Value>],
    evidence: &[(EvidenceNo, &str)],
    key: &TextKey,
) -> String {
    let mut hash = Sha256::new();
    hash.update(b"mingjing decision substance\n");
    hash.update([SUBSTANCE_VERSION]);
    let mut body = serde_json::to_value(substance).unwrap_or(Value::Null);
    crate::text::seal(&mut body, key);
    normalise(&mut body);
    hash.update(body.to_string().as_bytes());
    for party in parties {
        let mut party = party.as_ref().clone();
        crate::text::seal(&mut party, key);
        normalise(&mut party);
        hash.update(b"\nparty ");
        hash.update(party.to_string().as_bytes());
    }
    for (no, root) in evidence {
        hash.update(format!("\nevidence {no} {root}").as_bytes());
    }
    hex::encode(hash.finalize())
}

/// Keeps of a sealed text only what erasure leaves: its keyed digest.
fn normalise(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(digest) = object.get("d").cloned()
                && object.contains_key("n")
            {
                *value = digest;
                return;
            }
            object.values_mut().for_each(normalise);
        }
        Value::Array(items) => items.iter_mut().for_each(normalise),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn substance() -> DecisionSubstance {
        DecisionSubstance {
            facts: Text::publishable("二人无证作业"),
            evidence: vec![1],
            violated: vec![],
            basis: vec![],
            range: String::new(),
            stated: vec![],
            beyond_benchmark: false,
            discretion: Text::closed("一般"),
            reasoning: Text::publishable("理由"),
            disposals: vec![PartyDisposal {
                party: 1,
                kinds: vec![PenaltyKind::Fine],
                fine_fen: 3_000_000,
                confiscated_fen: 0,
                goods_fen: 0,
                grade: Grade::Ordinary,
                no_penalty: None,
            }],
            terms: Text::closed("十五日内"),
            corrections: vec![],
        }
    }

    #[test]
    fn any_change_of_substance_changes_the_digest_and_sealing_does_not() {
        let key = [1; 32];
        let base = digest(&substance(), &[], &[(1, "aa")], &key);
        let mut sealed = serde_json::to_value(substance()).unwrap();
        crate::text::seal(&mut sealed, &key);
        let sealed: DecisionSubstance = serde_json::from_value(sealed).unwrap();
        assert_eq!(base, digest(&sealed, &[], &[(1, "aa")], &key), "erasure keeps the digest");
        assert_ne!(base, digest(&substance(), &[], &[(1, "ab")], &key));
        let mut other = substance();
        other.disposals[0].fine_fen += 1;
        assert_ne!(base, digest(&other, &[], &[(1, "aa")], &key));
        let mut other = substance();
        other.reasoning = Text::publishable("别的理由");
        assert_ne!(base, digest(&other, &[], &[(1, "aa")], &key));
    }

    #[test]
    fn heavier_sees_kind_and_money() {
        let base = substance().disposals[0].clone();
        let mut more = base.clone();
        more.fine_fen += 1;
        assert!(more.heavier_than(&base));
        let mut kind = base.clone();
        kind.kinds.push(PenaltyKind::OrderStop);
        kind.fine_fen = 0;
        assert!(kind.heavier_than(&base));
        let mut less = base.clone();
        less.kinds = vec![PenaltyKind::Warning];
        less.fine_fen = 0;
        assert!(!less.heavier_than(&base));
    }
}
