//! 保障: what an organ has to record with and where its recordings are kept, for the yearly
//! assessment.

use std::collections::BTreeSet;

use mingjing_domain::case::types::{EvidenceKind, Stage};
use mingjing_domain::device::{Device, SiteUse};
use mingjing_domain::matter::{OrganId, civil_day};
use mingjing_domain::recording::CustodyRules;
use mingjing_domain::recording_check::report::{Means, equipped};
use mingjing_domain::recording_check::stats::Rate;
use mingjing_domain::staff::Role;

use crate::case::access::People;
use crate::case::service::ended;
use crate::device::view as devices;
use crate::evidence::scrub::Summary;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::recording_view::service as recordings;

/// Devices that one organ's ledger is read up to.
const DEVICES: u32 = 10_000;

/// The kinds of rooms in which what is said must be recordable.
const ROOMS: [SiteUse; 2] = [SiteUse::InquiryRoom, SiteUse::HearingRoom];

/// A recording as the assessment counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Of a patrol.
    pub patrol: bool,
    /// It stands with a case.
    pub case: bool,
}

/// What an organ has to record with now, and how the recordings of a year are kept.
///
/// # Errors
/// When the store fails.
pub async fn of(
    shell: &Shell,
    organ: OrganId,
    custody: &CustodyRules,
    kept: &[Kept],
    (checked, year): (Option<&Summary>, i16),
) -> Result<Means, Failure> {
    let people = People::of(shell, organ).await?;
    let officers = people.all.iter().filter(|it| it.enabled && it.roles.contains(&Role::Officer)).count();
    let filter = devices::Filter { organs: vec![organ], ..devices::Filter::default() };
    let (mut fit, mut rooms) = (0_usize, BTreeSet::new());
    for line in devices::list(shell.app.db(), &filter, DEVICES).await? {
        let Some(device) = shell.app.load::<Device>(line.id).await? else { continue };
        if device.scrapped_at.is_some() || device.faulty() || device.in_repair.is_some() {
            continue;
        }
        let it = &device.registration;
        fit += usize::from(!it.kind.fixed());
        rooms.extend(it.site.as_ref().map(|site| site.of).filter(|it| ROOMS.contains(it)));
    }
    let asked = custody.officers_per_device.as_ref().map(|it| it.value);
    Ok(Means {
        devices: equipped(counted(officers), asked, counted(fit)),
        rooms: Rate { part: counted(rooms.len()), whole: counted(ROOMS.len()) },
        sound: sound(checked, year),
        linked: linked(kept),
    })
}

/// Whether the last check of the evidence store that ended in the year found nothing; nothing to
/// measure where none ended in it.
fn sound(checked: Option<&Summary>, year: i16) -> Rate {
    let ended = checked.filter(|it| it.ended_at.is_some_and(|at| civil_day(at).year() == year));
    ended.map_or_else(Rate::default, |it| Rate { part: u32::from(it.found.is_empty()), whole: 1 })
}

/// Recordings of acts that stand with the case of their party, of all recordings of acts: a
/// patrol has no party.
fn linked(kept: &[Kept]) -> Rate {
    let acts = || kept.iter().filter(|it| !it.patrol);
    Rate { part: counted(acts().filter(|it| it.case).count()), whole: counted(acts().count()) }
}

/// Of the cases that ended in a year and have recordings, those that use one as evidence.
///
/// # Errors
/// When the store fails.
pub async fn cited(shell: &Shell, organ: OrganId, stages: &[Stage], year: i16) -> Result<Rate, Failure> {
    let mut rate = Rate::default();
    for case in ended(&shell.app, organ, stages).await? {
        if case.ended_on.is_none_or(|on| on.year() != year) {
            continue;
        }
        let uses =
            case.evidence.iter().any(|it| it.recording.is_some() || it.kind == EvidenceKind::AudioVisual);
        if uses || !recordings::of_case(shell.app.db(), case.id).await?.is_empty() {
            rate.whole += 1;
            rate.part += u32::from(uses);
        }
    }
    Ok(rate)
}

fn counted(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::scrub::Found;

    #[test]
    fn a_check_of_the_store_counts_in_the_year_in_which_it_ended() {
        let ended = Summary { ended_at: Some("2026-12-31T16:00:00Z".parse().unwrap()), ..Summary::default() };
        assert_eq!(sound(Some(&ended), 2027), Rate { part: 1, whole: 1 }, "by the civil year here");
        assert_eq!(sound(Some(&ended), 2026), Rate::default());
        assert_eq!(sound(None, 2027), Rate::default());
        let found = vec![Found { name: "ab".repeat(32), words: "被改动".into(), foreign: false }];
        assert_eq!(sound(Some(&Summary { found, ..ended }), 2027), Rate { part: 0, whole: 1 });
    }

    #[test]
    fn a_patrol_has_no_party_to_be_kept_with() {
        let it = |patrol, case| Kept { patrol, case };
        let all = [it(false, true), it(false, false), it(true, false)];
        assert_eq!(linked(&all), Rate { part: 1, whole: 2 });
        assert_eq!(linked(&all[2..]), Rate::default());
    }
}
