//! Settings of custody that stand in the files of the lists, typed and sourced, and
//! the rules that come of them with the terms of the policy.

use super::list::RecordingRules;
use super::words::LateGround;
use crate::case::law::Ruled;
use crate::cite::Citation;
use crate::period::{Roll, Rule};
use crate::policy::{Level, Percent, PolicySet, Term, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;

/// A typed value of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Exceptions(Vec<LateGround>),
    Instant(bool),
    CentraliseDay(u32),
    MinBattery(Percent),
    MinFree(u32),
    MaxClockOffset(u32),
    Tolerance(u32),
    FileTolerance(u32),
    OfficersPerDevice(u32),
    DestructionWait(Term),
    HoldNotice(u32),
}

impl Setting {
    pub(super) const fn key(&self) -> &'static str {
        match self {
            Self::Exceptions(_) => "upload.exceptions",
            Self::Instant(_) => "upload.instant",
            Self::CentraliseDay(_) => "upload.centralise_day",
            Self::MinBattery(_) => "device.min_battery",
            Self::MinFree(_) => "device.min_free",
            Self::MaxClockOffset(_) => "device.max_clock_offset",
            Self::Tolerance(_) => "segment.tolerance",
            Self::FileTolerance(_) => "file.tolerance",
            Self::OfficersPerDevice(_) => "device.officers_per_device",
            Self::DestructionWait(_) => "destruction.wait",
            Self::HoldNotice(_) => "hold.notice",
        }
    }
}

/// A setting in force at a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) value: Setting,
    pub(super) source: Citation,
    pub(super) note: String,
    pub(super) from: Date,
    pub(super) to: Option<Date>,
    pub(super) recorded_at: Timestamp,
    pub(super) rank: (Level, (bool, bool)),
}

/// The settings of one jurisdiction, of all times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings(pub(super) Vec<Entry>);

impl Settings {
    /// Reads a value of a file.
    pub(super) fn read(key: &str, value: &toml::Value) -> Result<Setting, String> {
        let ranged = |range: std::ops::RangeInclusive<u32>| {
            u32::read(value).and_then(|n| {
                if range.contains(&n) { Ok(n) } else { Err(format!("{key} 应在{range:?}之间")) }
            })
        };
        match key {
            "upload.exceptions" => {
                let grounds: Vec<LateGround> =
                    value.clone().try_into().map_err(|_| format!("{key} 应为法定情形的清单"))?;
                Ok(Setting::Exceptions(grounds))
            }
            "upload.instant" => bool::read(value).map(Setting::Instant),
            // A day that every month has.
            "upload.centralise_day" => ranged(1..=28).map(Setting::CentraliseDay),
            "device.min_battery" => Percent::read(value).and_then(|it| {
                if it.0 <= 100 { Ok(Setting::MinBattery(it)) } else { Err(format!("{key} 应为百分数")) }
            }),
            "device.min_free" => ranged(0..=10_000_000).map(Setting::MinFree),
            "device.max_clock_offset" => ranged(1..=3_600).map(Setting::MaxClockOffset),
            "segment.tolerance" => ranged(0..=60).map(Setting::Tolerance),
            "file.tolerance" => ranged(0..=3_600).map(Setting::FileTolerance),
            "device.officers_per_device" => ranged(1..=100).map(Setting::OfficersPerDevice),
            "hold.notice" => ranged(1..=365).map(Setting::HoldNotice),
            "destruction.wait" => match Term::read(value)? {
                term @ Term { unit: crate::period::Unit::Days, .. } => Ok(Setting::DestructionWait(term)),
                Term { .. } => Err(format!("{key} 应以日计")),
            },
            other => Err(format!("{other} 不是已知的设置")),
        }
    }

    fn find<T>(
        &self,
        pick: impl Fn(&Setting) -> Option<T>,
        day: Date,
        known_at: Timestamp,
    ) -> Option<Ruled<T>> {
        self.0
            .iter()
            .filter(|it| it.from <= day && it.to.is_none_or(|to| day <= to) && it.recorded_at <= known_at)
            .filter_map(|it| pick(&it.value).map(|value| (it, value)))
            .max_by_key(|(it, _)| (it.rank, it.recorded_at, it.from))
            .map(|(it, value)| Ruled::new(value, it.source.clone()))
    }
}

/// Rules of custody in force for one organ on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustodyRules {
    /// Hours from the end of the work within which everything is uploaded.
    pub upload: Rule,
    /// Grounds that excuse a later upload.
    pub exceptions: Ruled<Vec<LateGround>>,
    /// The field page uploads at once where there is a network.
    pub instant: Ruled<bool>,
    /// Day of the month on which recordings are stored together.
    pub centralise_day: Ruled<u32>,
    /// How long a recording of a patrol is kept.
    pub patrol: Rule,
    /// Least charge before use, in percent.
    pub min_battery: Ruled<u32>,
    /// Least free space before use, in MiB.
    pub min_free_mib: Ruled<u32>,
    /// Largest difference of a device's clock from the server's, in seconds.
    pub max_clock_offset_s: Ruled<u32>,
    /// A gap between two pieces of up to so many seconds is no interruption.
    pub tolerance_s: Ruled<u32>,
    /// Time and length that a file says of itself may differ from what was registered by up to
    /// so many seconds; none where nothing was settled then, and nothing is compared.
    pub file_tolerance_s: Option<Ruled<u32>>,
    /// 配备标准: one portable device for so many officers; none where no standard was settled.
    pub officers_per_device: Option<Ruled<u32>>,
    /// Days between the approval of a destruction and the destruction.
    pub destruction_wait: Rule,
    /// Days before the last day of a hold from which those who keep it are told; none where
    /// nothing was settled then, and nobody is told.
    pub hold_notice_days: Option<Ruled<u32>>,
}

impl CustodyRules {
    /// The rules of a jurisdiction on a day; none where a setting is not known then.
    pub fn of(policy: &PolicySet, rules: &RecordingRules, day: Date, known_at: Timestamp) -> Option<Self> {
        use Setting as S;
        let all = &rules.settings;
        macro_rules! pick {
            ($variant:ident) => {
                all.find(
                    |it| if let S::$variant(value) = it { Some(value.clone()) } else { None },
                    day,
                    known_at,
                )
            };
        }
        let wait: Ruled<Term> = pick!(DestructionWait)?;
        let battery: Ruled<Percent> = pick!(MinBattery)?;
        Some(Self {
            upload: policy.av_upload.rule("recording.upload", "上传音像记录", Roll::None),
            exceptions: pick!(Exceptions)?,
            instant: pick!(Instant)?,
            centralise_day: pick!(CentraliseDay)?,
            patrol: policy.av_patrol.rule("recording.patrol", "巡查类音像保存", Roll::None),
            min_battery: Ruled::new(battery.value.0, battery.citation),
            min_free_mib: pick!(MinFree)?,
            max_clock_offset_s: pick!(MaxClockOffset)?,
            tolerance_s: pick!(Tolerance)?,
            file_tolerance_s: pick!(FileTolerance),
            officers_per_device: pick!(OfficersPerDevice),
            hold_notice_days: pick!(HoldNotice),
            destruction_wait: Rule {
                id: Cow::Borrowed("recording.destruction"),
                title: Cow::Borrowed("销毁前的等待期"),
                period: wait.value.period(Roll::None),
                citation: wait.citation,
                day_citation: None,
            },
        })
    }
}
