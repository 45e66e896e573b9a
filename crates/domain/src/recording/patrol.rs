//! 巡查日志: what was seen on patrol, entry by entry, and how an entry becomes a clue.

use super::decide::{Outcome, RecordingFacts, no, required};
use super::event::{LogEntry, RecordingEvent, Subject};
use super::procedure::RecordingStep;
use super::state::Recording;
use crate::case::types::{Clue, ClueSource};
use crate::matter::{MatterId, civil_day};

/// Entries that one log may have.
const MAX_ENTRIES: usize = 500;

pub(super) fn add(
    it: &Recording,
    entry: &LogEntry,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    if it.registration.of != Subject::Patrol {
        return Err(no(row, "patrol.only", "只有巡查才记巡查日志", "办案情况请记入案卷"));
    }
    required(row, &entry.place, "place", "地点")?;
    required(row, &entry.words, "words", "情况")?;
    if entry.at > facts.moment.recorded_at {
        return Err(no(row, "time.future", "时间晚于现在", "请核对时间").field("at", "不能晚于现在"));
    }
    let n = u16::try_from(it.log.len() + 1).unwrap_or(u16::MAX);
    if usize::from(n) > MAX_ENTRIES {
        return Err(no(row, "patrol.too_many", "巡查日志过长", "请另行登记一次巡查"));
    }
    Ok(vec![RecordingEvent::LogEntryAdded { no: n, entry: entry.clone() }])
}

pub(super) fn raise(it: &Recording, n: u16, case: MatterId, row: &RecordingStep) -> Outcome {
    let Some((entry, raised)) = it.log.get(usize::from(n).wrapping_sub(1)) else {
        return Err(no(row, "patrol.entry", "没有这条巡查日志", "请核对").field("no", "没有这一条"));
    };
    if raised.is_some() {
        return Err(no(row, "patrol.raised", "这条巡查日志已经转为线索", "请在案件页继续办理"));
    }
    required(row, &entry.subject, "subject", "涉及单位或者个人")?;
    Ok(vec![RecordingEvent::ClueRaised { no: n, case }])
}

/// The clue that an entry becomes: the service registers it in the transaction of
/// [`super::RecordingCommand::RaiseClue`]. None where there is no such entry.
pub fn clue(it: &Recording, n: u16) -> Option<Clue> {
    let (entry, _) = it.log.get(usize::from(n).checked_sub(1)?)?;
    Some(Clue {
        source: ClueSource::Inspection,
        received_on: civil_day(entry.at),
        subject: entry.subject.clone(),
        summary: entry.words.clone(),
        informant: None,
    })
}
