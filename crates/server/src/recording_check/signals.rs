//! What the data of the checked days tell of the prohibited acts, for those who check: a
//! person looks into each and registers what is one.

use mingjing_domain::device::Device;
use mingjing_domain::period::hours_after;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::event::Subject;
use mingjing_domain::recording::words::Finding;
use mingjing_domain::recording_check::Check;
use mingjing_domain::recording_check::Suspicion;
use mingjing_domain::recording_check::detect::{
    ActTrace, DamageTrace, RecordingTrace, SegmentTrace, Traces, detect,
};
use mingjing_domain::recording_check::stats::Kept;

use crate::case::access::rules;
use crate::case::service::rules_today;
use crate::device::view as devices;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::recording_view::service as recordings;

/// Devices that one look takes in.
const DEVICES: u32 = 500;

/// The signals of the days of a check that are not registered in it, the same each time for
/// the same data. Copies and exports leave no signal: none leaves but by the door that asks
/// for the approval first.
///
/// # Errors
/// When no list of recording holds for the organ, or the store fails.
pub async fn of(shell: &Shell, check: &Loaded<Check>) -> Result<Vec<Suspicion>, Failure> {
    let (app, now) = (&shell.app, shell.app.now());
    let of_day = rules_today(app, rules(), check.organ).await?;
    let custody = of_day.custody()?;
    let acts: Vec<ActTrace> = recordings::acts(app.db(), check.organ, check.period, &of_day.law.recordings)
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
    for filed in recordings::in_days(app.db(), check.organ, check.period, now).await? {
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
            check.period.0 <= on && on <= check.period.1
        };
        if device.faults.iter().any(|(from, _)| in_days(*from)) {
            damage.push(DamageTrace { device: line.id, holder: device.holder() });
        }
    }
    let all = detect(&Traces { acts: &acts, recordings: &traces, exports: &[], damage: &damage });
    let known = |it: &Suspicion| {
        check
            .findings
            .iter()
            .any(|found| found.suspicion.signal == it.signal && found.suspicion.about == it.about)
    };
    Ok(all.into_iter().filter(|it| !known(it)).collect())
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
