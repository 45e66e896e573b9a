//! State of a device, and what it lacked at a moment.

use super::{CheckProblem, DeviceEvent, DeviceKind, DeviceRegistration, Measured, SiteReview};
use crate::matter::{Meta, OrganId, StaffId, civil_day};
use crate::recording::words::Finding;
use crate::text::Text;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// A check before use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: StaffId,
    /// What was measured.
    pub measured: Measured,
    /// What was not in order then.
    pub problems: Vec<CheckProblem>,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Organ.
    pub organ: OrganId,
    /// Version of the stream.
    pub version: u64,
    /// What is noted.
    pub registration: DeviceRegistration,
    /// Civil day of the registration.
    pub registered_on: Date,
    /// Who held it: from, until.
    pub holders: Vec<(StaffId, Timestamp, Option<Timestamp>)>,
    /// Checks, oldest first.
    pub checks: Vec<Check>,
    /// Faults: from, until it was fit again.
    pub faults: Vec<(Timestamp, Option<Timestamp>)>,
    /// Where it is being repaired.
    pub in_repair: Option<Text>,
    /// Days of maintenance.
    pub maintained_on: Vec<Date>,
    /// The place was published on this day.
    pub published_on: Option<Date>,
    /// Last outcome of each review, with its day.
    pub reviews: Vec<(SiteReview, bool, Date)>,
    /// Scrapped.
    pub scrapped_at: Option<Timestamp>,
}

impl Device {
    /// Who holds it now.
    pub fn holder(&self) -> Option<StaffId> {
        self.holders.last().filter(|(_, _, until)| until.is_none()).map(|(who, _, _)| *who)
    }

    /// Faulty and not repaired now.
    pub fn faulty(&self) -> bool {
        self.faults.last().is_some_and(|(_, until)| until.is_none())
    }

    /// Whether a review stood as passed on a day.
    pub fn reviewed(&self, review: SiteReview, day: Date) -> bool {
        self.reviews.iter().rfind(|(it, _, on)| *it == review && *on <= day).is_some_and(|(_, pass, _)| *pass)
    }

    /// Its clock minus the server's at a time by its own clock, in milliseconds, as the last
    /// check before found it; of the checks after it where there was none.
    pub fn offset_at(&self, at: Timestamp) -> Option<i64> {
        let own = |it: &Check| {
            it.at.checked_add(SignedDuration::from_millis(it.measured.clock_offset_ms)).unwrap_or(it.at)
        };
        let before = self.checks.iter().rfind(|it| own(it) <= at);
        before.or(self.checks.first()).map(|it| it.measured.clock_offset_ms)
    }

    /// What the device lacked when `by` recorded with it at `at`.
    pub fn findings(&self, by: StaffId, at: Timestamp) -> Vec<Finding> {
        let mut out = Vec::new();
        let day = civil_day(at);
        if self.scrapped_at.is_some_and(|since| since <= at) {
            out.push(Finding::DeviceScrapped);
        }
        let inside =
            |from: &Timestamp, until: &Option<Timestamp>| *from <= at && until.is_none_or(|u| at < u);
        if self.faults.iter().any(|(from, until)| inside(from, until)) {
            out.push(Finding::DeviceFaulty);
        }
        let kind = self.registration.kind;
        if !kind.fixed() {
            if !self.holders.iter().any(|(who, from, until)| *who == by && inside(from, until)) {
                out.push(Finding::DeviceNotAssigned);
            }
            let check = self.checks.iter().rfind(|it| it.at <= at && civil_day(it.at) == day);
            match check {
                None => out.push(Finding::DeviceUnchecked),
                Some(it) if !it.problems.is_empty() => out.push(Finding::DeviceCheckFailed),
                Some(_) => {}
            }
        }
        if kind.published() && self.published_on.is_none_or(|on| on > day) {
            out.push(Finding::SiteUnpublished);
        }
        let reviewed = SiteReview::ALL.iter().all(|it| self.reviewed(*it, day));
        if kind == DeviceKind::Surveillance && !reviewed {
            out.push(Finding::SiteUnreviewed);
        }
        out
    }
}

fn first(meta: &Meta, registration: &DeviceRegistration) -> Device {
    Device {
        organ: meta.organ,
        version: meta.version,
        registration: registration.clone(),
        registered_on: meta.moment.recorded_day(),
        holders: Vec::new(),
        checks: Vec::new(),
        faults: Vec::new(),
        in_repair: None,
        maintained_on: Vec::new(),
        published_on: None,
        reviews: Vec::new(),
        scrapped_at: None,
    }
}

/// The fold. A stream that does not begin with a registration is corrupt; it gives a
/// scrapped shell that nothing is done with.
pub(super) fn evolve(state: Option<Device>, meta: &Meta, event: &DeviceEvent) -> Device {
    let at = meta.moment.happened_at;
    let mut it = match (state, event) {
        (Some(it), _) => it,
        (None, DeviceEvent::Registered(registration)) => return first(meta, registration),
        (None, _) => {
            let nothing = DeviceRegistration {
                number: String::new(),
                kind: DeviceKind::Station,
                model: String::new(),
                serial: String::new(),
                unit: String::new(),
                site: None,
            };
            Device { scrapped_at: Some(at), ..first(meta, &nothing) }
        }
    };
    it.version = meta.version;
    match event {
        DeviceEvent::Registered(_) => {}
        DeviceEvent::Assigned { to, .. } => it.holders.push((*to, at, None)),
        DeviceEvent::Returned { .. } => close_holder(&mut it, at),
        DeviceEvent::Checked { measured, problems } => {
            it.checks.push(Check { at, by: meta.actor, measured: *measured, problems: problems.clone() });
            // Checks come in from devices that were without a network.
            it.checks.sort_by_key(|check| check.at);
        }
        DeviceEvent::FaultReported { .. } => it.faults.push((at, None)),
        DeviceEvent::SentForRepair { repairer } => it.in_repair = Some(repairer.clone()),
        DeviceEvent::Repaired { fit, .. } => {
            it.in_repair = None;
            if *fit && let Some(fault) = it.faults.last_mut() {
                fault.1 = Some(at);
            }
        }
        DeviceEvent::Maintained { .. } => it.maintained_on.push(meta.moment.day()),
        DeviceEvent::SitePublished { on, .. } => it.published_on = Some(*on),
        DeviceEvent::SiteReviewed { review, pass, .. } => {
            it.reviews.push((*review, *pass, meta.moment.recorded_day()));
        }
        DeviceEvent::Scrapped { .. } => {
            close_holder(&mut it, at);
            it.scrapped_at = Some(at);
        }
    }
    it
}

fn close_holder(it: &mut Device, at: Timestamp) {
    if let Some(last) = it.holders.last_mut().filter(|(_, _, until)| until.is_none()) {
        last.2 = Some(at);
    }
}
