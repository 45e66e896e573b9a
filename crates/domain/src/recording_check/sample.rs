//! The draw: which recordings are played back, so that a stranger can draw again.
//!
//! The method, in words that are published with each draw:
//!
//! 1. The population is a list of lines `stratum TAB recording id LF` (the id in lower-case
//!    hyphenated form), sorted by bytes. Its digest is SHA-256 over the line
//!    `mingjing-recording-sample/1 LF` and these lines. The plan commits to the digest, to how
//!    many are drawn from each stratum, and to a public value of the future.
//! 2. When the value is known, the seed is SHA-256 over `mingjing-recording-sample/1 seed LF`,
//!    the population digest in hex, LF, the value, LF.
//! 3. The ticket of a recording is SHA-256 over the seed in hex, LF, the stratum, LF, the id,
//!    LF. In each stratum those with the smallest tickets are drawn, as many as planned; equal
//!    tickets are ordered by id.
//!
//! That is drawing without replacement; nobody who fixed the plan could know the seed.

use crate::matter::MatterId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The name of the method, in every digest.
pub const METHOD: &str = "mingjing-recording-sample/1";

/// The method in the words that are published with each draw.
pub const STATEMENT: &str = "\
一、总体：期间内已登记的音像记录，每件一行“分层名称、制表符、音像记录编号、换行符”，按字节排序；分层抽取的以承办单位为\
分层名称，不分层的为空。总体摘要是“mingjing-recording-sample/1”加换行符和以上各行的 SHA-256 值。
二、计划：抽取之前公布总体摘要、各层件数、各层抽取数量和用作种子的公开数值（其时尚未产生）。
三、种子：“mingjing-recording-sample/1 seed”、总体摘要、公开数值，每项后加换行符，合并后的 SHA-256 值。
四、抽取：每件音像记录的签号是种子、分层名称、音像记录编号，每项后加换行符，合并后的 SHA-256 值；各层取签号最小的，\
取足计划数量为止，签号相同的编号小的在前。
摘要、种子均写作小写十六进制，文字均为 UTF-8 编码。";

/// One recording of the population.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Stratum: the unit, or the empty text where the draw is not stratified.
    pub stratum: String,
    /// The recording.
    pub recording: MatterId,
}

/// How many are drawn from a stratum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stratum {
    /// Its name.
    pub name: String,
    /// Recordings in it.
    pub count: u32,
    /// To be drawn.
    pub size: u32,
}

/// Why a population or a plan is not sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// A recording stands twice.
    #[error("音像记录{0}重复")]
    Twice(MatterId),
    /// The name of a stratum holds a control character.
    #[error("单位名称含有控制字符")]
    Name,
    /// More are to be drawn than there are.
    #[error("{name}只有{count}件，不能抽取{size}件")]
    TooMany {
        /// Stratum.
        name: String,
        /// There are.
        count: u32,
        /// To be drawn.
        size: u32,
    },
    /// Nothing is drawn at all.
    #[error("没有可以抽取的音像记录")]
    Nothing,
}

/// A population in its order, with its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    members: Vec<Member>,
    digest: String,
}

impl Population {
    /// Puts the recordings in order.
    ///
    /// # Errors
    /// When one stands twice, or a stratum's name would break a line.
    pub fn new(mut members: Vec<Member>) -> Result<Self, SampleError> {
        if members.iter().any(|m| m.stratum.chars().any(char::is_control)) {
            return Err(SampleError::Name);
        }
        let mut ids: Vec<MatterId> = members.iter().map(|m| m.recording).collect();
        ids.sort_unstable();
        if let Some(pair) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(SampleError::Twice(pair[0]));
        }
        // Ids sort by their bytes, which is also the order of their hexadecimal form.
        members.sort_unstable();
        let mut hash = Sha256::new();
        hash.update(format!("{METHOD}\n"));
        for member in &members {
            hash.update(format!("{}\t{}\n", member.stratum, member.recording));
        }
        Ok(Self { members, digest: hex::encode(hash.finalize()) })
    }

    /// Its digest, hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The recordings in order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How many there are, as a plan counts them.
    pub fn count(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// Recordings by stratum.
    pub fn strata(&self) -> BTreeMap<&str, u32> {
        let mut out = BTreeMap::new();
        for member in &self.members {
            *out.entry(member.stratum.as_str()).or_insert(0) += 1;
        }
        out
    }

    /// The plan with these sizes; a stratum that is not named is not drawn from.
    ///
    /// # Errors
    /// When a size is larger than its stratum, or nothing is drawn.
    pub fn plan(&self, sizes: &BTreeMap<String, u32>) -> Result<Vec<Stratum>, SampleError> {
        let strata = self.strata();
        for (name, size) in sizes {
            let count = strata.get(name.as_str()).copied().unwrap_or(0);
            if *size > count {
                return Err(SampleError::TooMany { name: name.clone(), count, size: *size });
            }
        }
        let size = |name: &str| sizes.get(name).copied().unwrap_or(0);
        let plan: Vec<Stratum> = strata
            .into_iter()
            .map(|(name, count)| Stratum { name: name.to_owned(), count, size: size(name) })
            .collect();
        if plan.iter().all(|s| s.size == 0) { Err(SampleError::Nothing) } else { Ok(plan) }
    }

    /// The seed of a public value, hex.
    pub fn seed(&self, value: &str) -> String {
        let text = format!("{METHOD} seed\n{}\n{value}\n", self.digest);
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// The recordings drawn by a plan with a seed: stratum by stratum, each by its tickets.
    pub fn draw(&self, plan: &[Stratum], seed: &str) -> Vec<MatterId> {
        let mut out = Vec::new();
        for stratum in plan {
            let of_stratum = self.members.iter().filter(|m| m.stratum == stratum.name);
            let mut tickets: Vec<([u8; 32], MatterId)> =
                of_stratum.map(|m| (ticket(seed, m), m.recording)).collect();
            tickets.sort_unstable();
            let size = usize::try_from(stratum.size).unwrap_or(usize::MAX);
            out.extend(tickets.into_iter().take(size).map(|(_, id)| id));
        }
        out
    }
}

fn ticket(seed: &str, member: &Member) -> [u8; 32] {
    let text = format!("{seed}\n{}\n{}\n", member.stratum, member.recording);
    Sha256::digest(text.as_bytes()).into()
}

/// Divides `total` draws over strata: one to each that holds anything, the largest first, as
/// far as `total` reaches; each further one to the stratum with the highest quotient of its
/// count and twice its draws plus one (Sainte-Laguë), which keeps to the proportions. None
/// gets more than it holds.
pub fn allocate(strata: &BTreeMap<&str, u32>, total: u32) -> BTreeMap<String, u32> {
    // Name, count, draws.
    let mut all: Vec<(&str, u64, u64)> = strata.iter().map(|(n, c)| (*n, u64::from(*c), 0)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut left = u64::from(total).min(all.iter().map(|it| it.1).sum());
    for it in all.iter_mut().filter(|it| it.1 > 0) {
        let first = left.min(1);
        it.2 = first;
        left -= first;
    }
    for _ in 0..left {
        // Compared crosswise, in whole numbers: 32 bits times 33 fit. The earlier wins a tie.
        let next = all
            .iter_mut()
            .filter(|it| it.2 < it.1)
            .reduce(|best, it| if it.1 * (2 * best.2 + 1) > best.1 * (2 * it.2 + 1) { it } else { best });
        if let Some(it) = next {
            it.2 += 1;
        }
    }
    // A stratum's draws are at most its count, which came from 32 bits.
    all.into_iter().map(|(name, _, n)| (name.to_owned(), u32::try_from(n).unwrap_or(u32::MAX))).collect()
}
