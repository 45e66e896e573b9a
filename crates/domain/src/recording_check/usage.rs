//! 设备使用情况: what the ledger of devices and the recordings say of the use of one device
//! in the time of a check. Days are civil days.

use super::event::{DeviceUse, HolderUse};
use crate::device::Device;
use crate::matter::{MatterId, civil_day};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// One piece that was recorded with the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// The recording that it belongs to.
    pub recording: MatterId,
    /// When it began, on the server's clock.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// The recording came late without a lawful reason.
    pub late: bool,
}

/// The use of a device between two civil days, both included; none where it was not in the
/// ledger then. `spells` are the pieces that began on those days.
pub fn use_of(id: MatterId, device: &Device, spells: &[Spell], days: (Date, Date)) -> Option<DeviceUse> {
    let scrapped = device.scrapped_at.map(civil_day);
    let first = days.0.max(device.registered_on);
    let last = scrapped.map_or(days.1, |on| days.1.min(on));
    if first > last && spells.is_empty() {
        return None;
    }
    let within = (first, last);
    let assigned: BTreeSet<Date> = if device.registration.kind.fixed() {
        // It stands at its place, held by nobody.
        all_days(within)
    } else {
        device.holders.iter().flat_map(|(_, from, until)| held(*from, *until, within)).collect()
    };
    let used: BTreeSet<Date> = spells.iter().map(|it| civil_day(it.from)).collect();
    let recordings: BTreeSet<MatterId> = spells.iter().map(|it| it.recording).collect();
    let late: BTreeSet<MatterId> = spells.iter().filter(|it| it.late).map(|it| it.recording).collect();
    let bare: BTreeSet<MatterId> =
        spells.iter().filter(|it| unchecked(device, it.from)).map(|it| it.recording).collect();
    let faults = device.faults.iter().filter(|(from, _)| inside(civil_day(*from), days)).count();
    Some(DeviceUse {
        device: id,
        unit: device.registration.unit.clone(),
        days_assigned: count(assigned.len()),
        days_used: count(used.len()),
        recordings: count(recordings.len()),
        minutes: minutes(spells.iter()),
        unchecked: count(bare.len()),
        faults: count(faults),
        late: count(late.len()),
        holders: holders(device, spells, within),
    })
}

/// Each person once, in order of the first day.
fn holders(device: &Device, spells: &[Spell], within: (Date, Date)) -> Vec<HolderUse> {
    let mut out: Vec<HolderUse> = Vec::new();
    for (staff, ..) in &device.holders {
        if out.iter().any(|it| it.staff == *staff) {
            continue;
        }
        let own = || device.holders.iter().filter(|(who, ..)| who == staff);
        let days: BTreeSet<Date> = own().flat_map(|(_, from, until)| held(*from, *until, within)).collect();
        let during =
            |at: Timestamp| own().any(|(_, from, until)| *from <= at && until.is_none_or(|it| at < it));
        let spells: Vec<&Spell> = spells.iter().filter(|it| during(it.from)).collect();
        let recordings: BTreeSet<MatterId> = spells.iter().map(|it| it.recording).collect();
        if !days.is_empty() {
            out.push(HolderUse {
                staff: *staff,
                days: count(days.len()),
                recordings: count(recordings.len()),
                minutes: minutes(spells.into_iter()),
            });
        }
    }
    out
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn minutes<'a>(spells: impl Iterator<Item = &'a Spell>) -> u32 {
    let seconds: i64 = spells.map(|it| it.to.duration_since(it.from).as_secs().max(0)).sum();
    u32::try_from(seconds / 60).unwrap_or(u32::MAX)
}

fn inside(day: Date, days: (Date, Date)) -> bool {
    days.0 <= day && day <= days.1
}

fn all_days((first, last): (Date, Date)) -> BTreeSet<Date> {
    let mut out = BTreeSet::new();
    let mut day = first;
    while day <= last {
        out.insert(day);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    out
}

/// The days of a time in which somebody held the device, within the days that are looked at.
fn held(from: Timestamp, until: Option<Timestamp>, within: (Date, Date)) -> BTreeSet<Date> {
    let last = until.map_or(within.1, |it| within.1.min(civil_day(it)));
    all_days((within.0.max(civil_day(from)), last))
}

/// No check before use on the day, for what is carried.
fn unchecked(device: &Device, at: Timestamp) -> bool {
    let day = civil_day(at);
    !device.registration.kind.fixed()
        && !device.checks.iter().any(|it| it.at <= at && civil_day(it.at) == day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DeviceEvent, DeviceKind, DeviceRegistration, Measured};
    use crate::matter::{Matter, Meta, Moment, OrganId, StaffId};
    use crate::text::Text;
    use uuid::Uuid;

    const DEVICE: MatterId = MatterId(Uuid::from_u128(70));
    const A: StaffId = StaffId(Uuid::from_u128(1));
    const B: StaffId = StaffId(Uuid::from_u128(2));

    fn at(day: &str, time: &str) -> Timestamp {
        format!("{day}T{time}:00+08:00").parse().unwrap()
    }

    fn march(first: i8, last: i8) -> (Date, Date) {
        (Date::constant(2026, 3, first), Date::constant(2026, 3, last))
    }

    fn device(kind: DeviceKind, events: &[(&str, &str, DeviceEvent)]) -> Device {
        let registration = DeviceRegistration {
            number: "示记1号".into(),
            kind,
            model: "甲型".into(),
            serial: "SN-1".into(),
            unit: "执法一中队".into(),
            site: None,
        };
        let mut all = vec![("2026-03-01", "08:00", DeviceEvent::Registered(registration))];
        all.extend(events.iter().cloned());
        let mut state = None;
        for (version, (day, time, event)) in (1..).zip(all) {
            let moment = Moment::now(at(day, time));
            let organ = OrganId(Uuid::from_u128(9));
            let meta = Meta { matter: DEVICE, organ, version, actor: A, moment };
            state = Some(Device::evolve(state, &meta, &event));
        }
        state.unwrap()
    }

    fn assigned(to: StaffId) -> DeviceEvent {
        DeviceEvent::Assigned { to, note: Text::closed("") }
    }

    fn returned() -> DeviceEvent {
        DeviceEvent::Returned { condition: "完好".into() }
    }

    fn checked() -> DeviceEvent {
        let measured = Measured { battery_percent: Some(90), free_mib: 9_000, clock_offset_ms: 0 };
        DeviceEvent::Checked { measured, problems: Vec::new() }
    }

    fn spell(recording: u128, day: &str, from: &str, to: &str, late: bool) -> Spell {
        Spell { recording: MatterId(Uuid::from_u128(recording)), from: at(day, from), to: at(day, to), late }
    }

    #[test]
    fn days_recordings_and_minutes_are_told_by_device_and_by_holder() {
        let it = device(
            DeviceKind::BodyCamera,
            &[
                ("2026-03-02", "08:30", assigned(A)),
                ("2026-03-02", "08:40", checked()),
                ("2026-03-04", "17:00", returned()),
                ("2026-03-06", "08:30", assigned(B)),
                ("2026-03-08", "09:00", DeviceEvent::FaultReported { description: "不能开机".into() }),
            ],
        );
        let spells = [
            spell(1, "2026-03-02", "09:00", "09:20", false),
            spell(1, "2026-03-02", "09:30", "09:40", false),
            spell(2, "2026-03-03", "09:00", "09:05", true),
            spell(3, "2026-03-06", "10:00", "10:30", false),
        ];
        let found = use_of(DEVICE, &it, &spells, march(1, 31)).unwrap();
        assert_eq!((found.days_assigned, found.days_used, found.recordings, found.minutes), (29, 3, 3, 65));
        assert_eq!((found.unchecked, found.faults, found.late), (2, 1, 1));
        let of = |staff, days, recordings, minutes| HolderUse { staff, days, recordings, minutes };
        assert_eq!(found.holders, [of(A, 3, 2, 35), of(B, 26, 1, 30)]);
        // Days outside of what is checked are not told.
        let part = use_of(DEVICE, &it, &spells[..3], march(3, 5)).unwrap();
        assert_eq!((part.days_assigned, part.faults, part.holders.len()), (2, 0, 1));
    }

    #[test]
    fn what_was_not_there_is_not_told_and_what_stands_still_is_held_by_nobody() {
        let scrapped = DeviceEvent::Scrapped { reason: "报废".into() };
        let it = device(DeviceKind::BodyCamera, &[("2026-03-05", "10:00", scrapped)]);
        assert_eq!(use_of(DEVICE, &it, &[], (Date::constant(2026, 2, 1), Date::constant(2026, 2, 28))), None);
        assert_eq!(use_of(DEVICE, &it, &[], march(6, 31)), None);
        let idle = use_of(DEVICE, &it, &[], march(1, 31)).unwrap();
        assert_eq!((idle.days_assigned, idle.days_used), (0, 0));
        let fixed = device(DeviceKind::Surveillance, &[]);
        let spells = [spell(1, "2026-03-03", "09:00", "10:00", false)];
        let found = use_of(DEVICE, &fixed, &spells, march(1, 10)).unwrap();
        assert_eq!((found.days_assigned, found.unchecked, found.minutes), (10, 0, 60));
        assert_eq!(found.holders, []);
    }
}
