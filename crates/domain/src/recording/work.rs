//! When the work ended that a recording is of: the term of the upload runs from there.
//!
//! One recording may hold the pieces of several days. Pieces between which hours lie, or that
//! begin more than a day after the first, are of different works, each with a term of its own:
//! neither a late photograph nor a late word about the end of the work gives what lay on a
//! device for a week a new day.

use super::state::{Phase, Recording, Segment};
use super::timeline::SegmentNo;
use jiff::{SignedDuration, Timestamp};

/// Longest span of one work from its first piece on; and what is said of the end of a work
/// counts when it is said within this of its last piece.
///
/// The rules give hours from “工作结束” and do not say what one work is; a day is the
/// measure that they use themselves (永兴县行政执法全过程记录制度第十条：二十四小时内).
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// A longer pause than this between two pieces ends the work before it: the hours of a
/// working day (国务院关于职工工作时间的规定第三条). A reading of this system.
const PAUSE: SignedDuration = SignedDuration::from_hours(8);

/// Source of a term: the end of the work, as it was said in time.
pub const WORK_ENDED: &str = "工作结束";
/// Source of a term: the end of the last piece.
pub const LAST_PIECE: &str = "最后一段结束";

/// One work: pieces that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// When it ended.
    pub ended: Timestamp,
    /// By what that is known: [`WORK_ENDED`] or [`LAST_PIECE`].
    pub source: &'static str,
    /// Its pieces, in the order of their beginning.
    pub pieces: Vec<SegmentNo>,
    /// When the last of them had come; none while one is missing.
    pub uploaded_at: Option<Timestamp>,
}

/// When a piece had come.
pub(super) fn come(it: &Segment) -> Option<Timestamp> {
    match it.phase {
        Phase::Uploaded | Phase::Accepted => it.uploaded.map(|(at, _)| at),
        Phase::Captured | Phase::Sealed | Phase::Mismatched => None,
    }
}

/// The works of a recording, the earliest first.
pub fn works(it: &Recording) -> Vec<Work> {
    let mut order: Vec<(SegmentNo, &Segment)> = (1..).zip(&it.segments).collect();
    order.sort_by_key(|(no, segment)| (segment.started(), *no));
    let mut works: Vec<Work> = Vec::new();
    for (no, segment) in order {
        let joins = |work: &&mut Work| {
            let began = work.pieces.first().and_then(|no| it.segment(*no)).map(Segment::started);
            let within = began.is_some_and(|began| segment.started().duration_since(began) <= DAY);
            within && segment.started().duration_since(work.ended) <= PAUSE
        };
        match works.last_mut().filter(joins) {
            Some(work) => {
                work.ended = work.ended.max(segment.ended());
                work.uploaded_at = work.uploaded_at.zip(come(segment)).map(|(a, b)| a.max(b));
                work.pieces.push(no);
            }
            None => works.push(Work {
                ended: segment.ended(),
                source: LAST_PIECE,
                pieces: vec![no],
                uploaded_at: come(segment),
            }),
        }
    }
    let Some((ended_at, said_at)) = it.work_ended_at.zip(it.work_end_said_at) else {
        return works;
    };
    for work in &mut works {
        let follows = ended_at > work.ended && ended_at.duration_since(work.ended) <= DAY;
        if follows && said_at.duration_since(work.ended) <= DAY {
            (work.ended, work.source) = (ended_at, WORK_ENDED);
        }
    }
    works
}

/// The work by which the upload of the whole is judged: the earliest of which something is
/// missing, and where nothing is, the one that came last after its term began, a ground of
/// lateness counted where it holds for it.
pub fn decisive(it: &Recording) -> Option<Work> {
    let works = works(it);
    let missing = works.iter().find(|work| work.uploaded_at.is_none());
    let taken = |work: &Work| {
        let at = work.uploaded_at?;
        let able = it.excuse.and_then(|excuse| excuse.holding(at));
        Some(at.duration_since(able.map_or(work.ended, |able| able.max(work.ended))))
    };
    missing.or_else(|| works.iter().max_by_key(|work| taken(work))).cloned()
}
