//! What comes out of checks: findings by point, the use of devices, and the rows for the
//! yearly assessment.

use super::event::DeviceUse;
use super::state::Check;
use super::stats::{
    ActRow, Lateness, Rate, UploadRow, by_unit, coverage, full_process, lateness, lateness_by_unit,
};
use super::words::{Mark, Phase, Point, ProhibitedAct, Verdict};
use crate::cite::Citation;
use crate::viewing_grant::Purpose;
use std::collections::BTreeMap;

/// An indicator of the assessment system of the example project of Yanta District.
pub const fn indicator(article: &'static str) -> Citation {
    Citation::of("雁塔区三项制度示范创建方案（雁政办发〔2020〕11号）", article)
}

/// The results of the points over all entries of some checks: passed, of those that applied.
pub fn points(checks: &[&Check]) -> BTreeMap<Point, Rate> {
    let mut out: BTreeMap<Point, Rate> = Point::ALL.iter().map(|p| (*p, Rate::default())).collect();
    for mark in checks.iter().flat_map(|c| &c.entries).flat_map(|(entry, ..)| &entry.marks) {
        let rate = out.entry(mark.point).or_default();
        match mark.mark {
            Mark::Pass => {
                rate.part += 1;
                rate.whole += 1;
            }
            Mark::Fail => rate.whole += 1,
            Mark::NotApplicable => {}
        }
    }
    out
}

/// Conduct: entries in which every point of conduct that applied was passed.
pub fn conduct(checks: &[&Check]) -> Rate {
    let mut rate = Rate::default();
    for (entry, ..) in checks.iter().flat_map(|c| &c.entries) {
        match entry.verdict {
            Verdict::Unplayable => {}
            Verdict::Sound | Verdict::Flawed => {
                rate.whole += 1;
                let failed = entry.marks.iter().any(|m| m.point.conduct() && m.mark == Mark::Fail);
                rate.part += u32::from(!failed);
            }
        }
    }
    rate
}

/// Findings of one prohibited act by where they stand.
pub fn prohibited(checks: &[&Check]) -> BTreeMap<(ProhibitedAct, Phase), u32> {
    let mut out = BTreeMap::new();
    for finding in checks.iter().flat_map(|c| &c.findings) {
        *out.entry((finding.suspicion.act, finding.phase())).or_insert(0) += 1;
    }
    out
}

/// The use of the devices of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitUse {
    /// Devices.
    pub devices: u32,
    /// Days used, of days assigned.
    pub used: Rate,
    /// Devices that recorded nothing.
    pub idle: u32,
    /// Recordings.
    pub recordings: u32,
    /// Their length, whole minutes.
    pub minutes: u32,
    /// Uses without the check before use.
    pub unchecked: u32,
    /// Faults.
    pub faults: u32,
    /// Recordings uploaded late without a lawful reason.
    pub late: u32,
}

/// The use of devices by unit.
pub fn device_use(lines: &[DeviceUse]) -> BTreeMap<String, UnitUse> {
    let mut out: BTreeMap<String, UnitUse> = BTreeMap::new();
    for line in lines {
        let unit = out.entry(line.unit.clone()).or_default();
        unit.devices += 1;
        unit.used.part += line.days_used.min(line.days_assigned);
        unit.used.whole += line.days_assigned;
        unit.idle += u32::from(line.recordings == 0);
        unit.recordings += line.recordings;
        unit.minutes += line.minutes;
        unit.unchecked += line.unchecked;
        unit.faults += line.faults;
        unit.late += line.late;
    }
    out
}

/// What a value of the assessment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// A share.
    Share(Rate),
    /// How often.
    Times(u32),
}

/// One row for the yearly assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentRow {
    /// The indicator.
    pub indicator: Citation,
    /// What is measured.
    pub title: &'static str,
    /// The unit; none for the organ.
    pub unit: Option<String>,
    /// The value.
    pub value: Measured,
}

/// Everything that the rows come from: one organ, one year.
#[derive(Clone, Copy, Debug)]
pub struct Year<'a> {
    /// Acts that must be recorded.
    pub acts: &'a [ActRow],
    /// Recordings.
    pub uploads: &'a [UploadRow],
    /// Checks that were begun in the year.
    pub checks: &'a [&'a Check],
    /// Looks at records, by purpose.
    pub uses: &'a BTreeMap<Purpose, u32>,
    /// Cases archived in time, of those archived.
    pub archived: Rate,
    /// Cases with a file, of those ended.
    pub filed: Rate,
    /// Analyses of the statistics that were made.
    pub analyses: u32,
    /// Ended cases that use a recording as evidence, of those that have recordings.
    pub cited: Rate,
    /// What the organ has to record with and to keep recordings in.
    pub means: Means,
}

/// What an organ has to record with, and how it keeps what was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Means {
    /// Devices fit for use, of those that the configured standard asks for; nothing to
    /// measure where no standard is configured.
    pub devices: Rate,
    /// Kinds of rooms with cameras that stand ready, of 询问室 and 听证室.
    pub rooms: Rate,
    /// Checks of everything kept that came to an end and found no damage, of those that ended.
    pub sound: Rate,
    /// Recordings that are kept with the case of their party, of all that belong to one.
    pub linked: Rate,
}

/// Devices that a standard of one for so many officers asks for, and how many of them are
/// there and fit for use.
pub fn equipped(officers: u32, officers_per_device: Option<u32>, fit: u32) -> Rate {
    match officers_per_device {
        Some(each) if each > 0 => {
            let whole = officers.div_ceil(each);
            Rate { part: fit.min(whole), whole }
        }
        Some(_) | None => Rate::default(),
    }
}

/// The rows for the yearly assessment: of the organ first, then by unit.
pub fn assessment(year: &Year<'_>) -> Vec<AssessmentRow> {
    let row = |article, title, unit: Option<String>, value| AssessmentRow {
        indicator: indicator(article),
        title,
        unit,
        value,
    };
    let share = |article, title, unit, rate| row(article, title, unit, Measured::Share(rate));
    let timely = |it: Lateness| it.timely_rate();
    let all = coverage(year.acts);
    let mut out = vec![
        share("指标53", "应当音像记录的执法活动有音像记录", None, all.recorded_rate()),
        share("指标54", "有音像记录的办结案件将音像记录作为证据", None, year.cited),
        share(
            "指标57",
            "应当全程音像记录的执法活动有完整记录",
            None,
            full_process(year.acts).recorded_rate(),
        ),
        share("指标59", "应当音像记录的执法活动有音像记录或者批准的客观原因", None, all.lawful_rate()),
        share("指标63", "抽检的音像记录规范文明", None, conduct(year.checks)),
        share("指标64", "按配备标准应有的音像记录设备可以使用", None, year.means.devices),
        share("指标65", "询问室、听证室可以音像记录", None, year.means.rooms),
        share("指标68", "办结案件有案卷", None, year.filed),
        share("指标69", "案卷按期归档", None, year.archived),
        share("指标69", "音像记录按时上传", None, timely(lateness(year.uploads))),
        share("指标70", "执法记录的完整性核对没有发现损坏", None, year.means.sound),
        share("指标71", "音像记录与同一执法对象的案件集中存储", None, year.means.linked),
    ];
    for (article, purpose) in [
        ("指标74", Purpose::FileEvaluation),
        ("指标75", Purpose::Supervision),
        ("指标76", Purpose::Assessment),
        ("指标77", Purpose::PublicOpinion),
        ("指标78", Purpose::PolicyMaking),
        ("指标79", Purpose::Credit),
    ] {
        let times = year.uses.get(&purpose).copied().unwrap_or(0);
        out.push(row(article, purpose.label(), None, Measured::Times(times)));
    }
    out.push(row("指标80", "统计分析执法记录资料信息", None, Measured::Times(year.analyses)));
    for (unit, it) in by_unit(year.acts) {
        let title = "应当音像记录的执法活动有音像记录";
        out.push(share("指标53", title, Some(unit), it.recorded_rate()));
    }
    for (unit, it) in lateness_by_unit(year.uploads) {
        out.push(share("指标69", "音像记录按时上传", Some(unit), timely(it)));
    }
    out
}
