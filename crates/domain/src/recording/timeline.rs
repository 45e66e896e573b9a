//! Gaps and overlaps between the pieces of a recording, on the server's clock.
//!
//! 自治区人民政府令第244号第十九条: from the beginning to the end without a break. A gap
//! counts where no device ran; an overlap where one device claims two pieces at once.

use crate::matter::MatterId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Number of a piece inside its recording, from 1.
pub type SegmentNo = u16;

/// A piece as the timeline sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which.
    pub no: SegmentNo,
    /// From, on the server's clock.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
    /// The device that made it, where it is on the ledger.
    pub device: Option<MatterId>,
}

/// Where two pieces do not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "joint", rename_all = "snake_case")]
pub enum Joint {
    /// 中断: nothing ran.
    Gap {
        /// The piece that ended last.
        after: SegmentNo,
        /// The piece that went on.
        before: SegmentNo,
        /// From.
        from: Timestamp,
        /// Until.
        to: Timestamp,
    },
    /// 重叠: one device claims two pieces of the same time.
    Overlap {
        /// The earlier piece.
        first: SegmentNo,
        /// The later piece.
        second: SegmentNo,
        /// From.
        from: Timestamp,
        /// Until.
        to: Timestamp,
    },
}

/// The gaps longer than `tolerance`, then the overlaps, each in order of time. The
/// order in which pieces are given changes nothing.
pub fn joints(pieces: &[Piece], tolerance: SignedDuration) -> Vec<Joint> {
    let mut sorted: Vec<Piece> = pieces.iter().copied().filter(|it| it.from <= it.to).collect();
    sorted.sort_unstable_by_key(|it| (it.from, it.to, it.no));
    let mut out = Vec::new();
    let mut reach: Option<Piece> = None;
    for it in &sorted {
        if let Some(last) = reach
            && it.from.duration_since(last.to) > tolerance
        {
            out.push(Joint::Gap { after: last.no, before: it.no, from: last.to, to: it.from });
        }
        if reach.is_none_or(|last| it.to > last.to) {
            reach = Some(*it);
        }
    }
    for (at, first) in sorted.iter().enumerate() {
        for second in &sorted[at + 1..] {
            // They stand by their beginnings: no later one overlaps either.
            if second.from >= first.to {
                break;
            }
            let same = first.device == second.device;
            let (from, to) = (second.from, first.to.min(second.to));
            if same && to.duration_since(from) > tolerance {
                out.push(Joint::Overlap { first: first.no, second: second.no, from, to });
            }
        }
    }
    out
}

/// Time over which a recording runs as one: breaks up to the tolerance, and those that a note
/// explains, bridged. On the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
    /// A note explains why nothing was recorded before it.
    #[serde(default)]
    pub begin_explained: bool,
    /// A note explains why it did not go on.
    #[serde(default)]
    pub end_explained: bool,
}

/// The stretches in order of time. `explained` says whether a note explains the break after a
/// piece; of 0, why nothing had been recorded before the first.
pub fn stretches(
    pieces: &[Piece],
    tolerance: SignedDuration,
    explained: impl Fn(SegmentNo) -> bool,
) -> Vec<Stretch> {
    let mut sorted: Vec<Piece> = pieces.iter().copied().filter(|it| it.from <= it.to).collect();
    sorted.sort_unstable_by_key(|it| (it.from, it.to, it.no));
    let mut out: Vec<(Stretch, SegmentNo)> = Vec::new();
    for it in sorted {
        let joins = |(last, no): &&mut (Stretch, SegmentNo)| {
            it.from.duration_since(last.to) <= tolerance || explained(*no)
        };
        match out.last_mut().filter(joins) {
            Some((last, no)) if it.to > last.to => (last.to, *no) = (it.to, it.no),
            Some(_) => {}
            None => {
                let begin_explained = out.is_empty() && explained(0);
                let stretch = Stretch { from: it.from, to: it.to, begin_explained, end_explained: false };
                out.push((stretch, it.no));
            }
        }
    }
    out.into_iter().map(|(it, no)| Stretch { end_explained: explained(no), ..it }).collect()
}

/// Time during which anything ran.
pub fn covered(pieces: &[Piece]) -> SignedDuration {
    let mut sorted: Vec<Piece> = pieces.iter().copied().filter(|it| it.from <= it.to).collect();
    sorted.sort_unstable_by_key(|it| (it.from, it.to));
    let mut total = SignedDuration::ZERO;
    let mut reach: Option<Timestamp> = None;
    for it in sorted {
        let from = reach.map_or(it.from, |last| it.from.max(last));
        if it.to > from {
            total = total.saturating_add(it.to.duration_since(from));
        }
        reach = Some(reach.map_or(it.to, |last| last.max(it.to)));
    }
    total
}
