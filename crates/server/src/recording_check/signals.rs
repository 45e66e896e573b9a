//! What the data of the checked days tell of the prohibited acts, for those who check: a
//! person looks into each and registers what is one.

use jiff::civil::Date;
use mingjing_domain::device::Device;
use mingjing_domain::matter::{OrganId, shanghai};
use mingjing_domain::period::hours_after;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::event::Subject;
use mingjing_domain::recording::words::Finding;
use mingjing_domain::recording_check::detect::{
    ActTrace, DamageTrace, ExportTrace, RecordingTrace, SegmentTrace, Traces, detect,
};
use mingjing_domain::recording_check::stats::Kept;
use mingjing_domain::recording_check::{About, Check, Suspicion};
use mingjing_domain::viewing_grant::{Grant, Material, UseKind};

use crate::case::access::rules;
use crate::case::service::rules_today;
use crate::device::view as devices;
use crate::kit::app::App;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::recording_view::service as recordings;
use crate::viewing_grant::service::{self as grants, thing_now};

/// Devices that one look takes in.
const DEVICES: u32 = 500;

/// Recordings that one look takes in, but never less than a day.
const RECORDINGS: usize = 200;

/// What the data of some days tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portion {
    /// First and last civil day.
    pub days: (Date, Date),
    /// The signals.
    pub found: Vec<Suspicion>,
    /// Where the next days begin; none at the end of the check.
    pub next: Option<Date>,
}

/// The signals of the days of a check from a day on, as many days as one look takes in, that
/// are not registered in it; the same each time for the same data. Copies and exports leave no signal: none leaves but by the door that asks
/// for the approval first.
///
/// # Errors
/// When no list of recording holds for the organ, or the store fails.
pub async fn of(shell: &Shell, check: &Loaded<Check>, from: Option<Date>) -> Result<Portion, Failure> {
    let (app, now) = (&shell.app, shell.app.now());
    let (first, last) = check.period;
    let from = from.unwrap_or(first).clamp(first, last);
    let beyond = recordings::day_of_nth(app.db(), check.organ, (from, last), RECORDINGS).await?;
    // Whole days: the day on which the look is full is left to the next, unless it is the first.
    let to = match beyond {
        Some(day) if day > from => day.yesterday().unwrap_or(from),
        Some(_) => from,
        None => last,
    };
    let days = (from, to);
    let of_day = rules_today(app, rules(), check.organ).await?;
    let custody = of_day.custody()?;
    let acts: Vec<ActTrace> = recordings::acts(app.db(), check.organ, days, &of_day.law.recordings)
        .await?
        .into_iter()
        .map(|it| ActTrace {
            case: it.case,
            version: it.version,
            officers: it.row.officers,
            recorded: it.row.kept == Kept::Recorded,
            excused: it.row.kept == Kept::Excused,
            // The term of the upload has passed since the act was entered.
            due: hours_after(&custody.upload, it.at, "登记", &[]).is_ok_and(|until| until.due < now),
        })
        .collect();
    let mut traces = Vec::new();
    for filed in recordings::in_days(app.db(), check.organ, days, now, usize::MAX).await? {
        if let Some(it) = app.load::<Recording>(filed.recording).await? {
            traces.push(trace(&it, custody.tolerance_s.value));
        }
    }
    let mut damage = Vec::new();
    let filter = devices::Filter { organs: vec![check.organ], ..devices::Filter::default() };
    for line in devices::list(app.db(), &filter, DEVICES).await? {
        let Some(device) = app.load::<Device>(line.id).await? else { continue };
        let in_days = |at| {
            let on = mingjing_domain::matter::civil_day(at);
            days.0 <= on && on <= days.1
        };
        if device.faults.iter().any(|(from, _)| in_days(*from)) {
            damage.push(DamageTrace { device: line.id, holder: device.holder() });
        }
    }
    let exports = copies(app, check.organ, days).await?;
    let all = detect(&Traces { acts: &acts, recordings: &traces, exports: &exports, damage: &damage });
    let known = |it: &Suspicion| {
        check
            .findings
            .iter()
            .any(|found| found.suspicion.signal == it.signal && found.suspicion.about == it.about)
    };
    let found = all.into_iter().filter(|it| !known(it)).collect();
    Ok(Portion { days, found, next: to.tomorrow().ok().filter(|next| *next <= last) })
}

/// The copies and exports of the days, and whether the approval under which each stands covered it.
async fn copies(app: &App, organ: OrganId, days: (Date, Date)) -> Result<Vec<ExportTrace>, Failure> {
    let begins = |day: Date| day.to_zoned(shanghai()).map(|it| it.timestamp());
    let broken = |e: jiff::Error| Failure::Broken(e.to_string());
    let (from, to) = (begins(days.0).map_err(broken)?, days.1.tomorrow().and_then(begins).map_err(broken)?);
    let mut out = Vec::new();
    for id in grants::taken_between(app.db(), organ, (from, to)).await? {
        let Some(grant) = app.load::<Grant>(id).await? else { continue };
        for used in grant.uses.iter().filter(|it| it.kind != UseKind::View && from <= it.at && it.at < to) {
            let thing = thing_now(app, used.material).await?;
            let about = match used.material {
                Material::Recording { recording } => About::Recording { recording },
                Material::File { case }
                | Material::Document { case, .. }
                | Material::Evidence { case, .. } => About::File { case },
            };
            let covered = thing.is_some_and(|thing| grant.covered(used, &thing));
            out.push(ExportTrace { about, by: used.by, covered });
        }
    }
    Ok(out)
}

fn trace(it: &Loaded<Recording>, tolerance_s: u32) -> RecordingTrace {
    let segments = (1_u16..)
        .zip(&it.segments)
        .filter_map(|(no, s)| {
            let stored = s.identity.as_ref().or_else(|| s.mismatches.last())?;
            Some(SegmentTrace {
                no,
                device_root: s.sealing.as_ref().map_or_else(String::new, |it| it.sha256_root.clone()),
                stored_root: stored.sha256_root.clone(),
            })
        })
        .collect();
    RecordingTrace {
        recording: it.id,
        collectors: it.registration.collectors.iter().map(|one| one.staff).collect(),
        linked: !it.cases.is_empty() || it.registration.of == Subject::Patrol,
        declared: u16::try_from(it.segments.len()).unwrap_or(u16::MAX),
        segments,
        complete: it.uploaded_at().is_some(),
        unexplained_gaps: u16::try_from(it.unexplained(tolerance_s).len()).unwrap_or(u16::MAX),
        custody_broken: it.flagged(Finding::DeviceNotAssigned),
    }
}
