//! What the data tell of the six prohibited acts: signals, to be verified by a person.

use super::event::{About, Suspicion};
use super::words::Signal;
use crate::matter::{MatterId, StaffId};
use crate::text::Text;

/// An act that the list of matters says must be recorded, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActTrace {
    /// Case.
    pub case: MatterId,
    /// Version of the case's stream that recorded the act.
    pub version: u64,
    /// Who acted.
    pub officers: Vec<StaffId>,
    /// A recording is attached.
    pub recorded: bool,
    /// An objective reason was approved instead.
    pub excused: bool,
    /// The act is over, so that a recording could be there by now.
    pub due: bool,
}

/// A segment as the device sealed it and as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentTrace {
    /// Its number, from 1.
    pub no: u16,
    /// Root that the device computed, hex; empty where it could not.
    pub device_root: String,
    /// Root of the stored bytes, hex; empty before they are stored.
    pub stored_root: String,
}

/// A recording as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingTrace {
    /// The recording.
    pub recording: MatterId,
    /// Who recorded.
    pub collectors: Vec<StaffId>,
    /// It belongs to an act of a case, or to a patrol.
    pub linked: bool,
    /// Segments that the device said it made.
    pub declared: u16,
    /// The segments that are stored.
    pub segments: Vec<SegmentTrace>,
    /// The upload is over: nothing more is to come.
    pub complete: bool,
    /// Gaps between segments without a spoken or written explanation.
    pub unexplained_gaps: u16,
    /// A step from device to store was taken by somebody who did not hold the device, or is
    /// not recorded.
    pub custody_broken: bool,
}

/// A copy or export that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportTrace {
    /// The recording or file.
    pub about: About,
    /// Who.
    pub by: StaffId,
    /// An approval covered it then ([`crate::viewing_grant::may_view`]).
    pub covered: bool,
}

/// A device that was damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamageTrace {
    /// The device.
    pub device: MatterId,
    /// Who held it; none in the store.
    pub holder: Option<StaffId>,
}

/// Everything that is looked through.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traces<'a> {
    /// Acts.
    pub acts: &'a [ActTrace],
    /// Recordings.
    pub recordings: &'a [RecordingTrace],
    /// Copies and exports.
    pub exports: &'a [ExportTrace],
    /// Damage.
    pub damage: &'a [DamageTrace],
}

/// The suspicions that the data give rise to, each with its signal in words. The same data
/// give the same list; what was registered before is left out by the caller, who compares
/// signal and thing.
pub fn detect(traces: &Traces<'_>) -> Vec<Suspicion> {
    let mut out = Vec::new();
    for act in traces.acts.iter().filter(|it| it.due && !it.recorded && !it.excused) {
        let about = About::Act { case: act.case, version: act.version };
        out.push(suspicion(Signal::ActWithoutRecord, about, act.officers.clone(), ""));
    }
    for recording in traces.recordings {
        of_recording(recording, &mut out);
    }
    for export in traces.exports.iter().filter(|it| !it.covered) {
        out.push(suspicion(Signal::UnapprovedExport, export.about, vec![export.by], ""));
    }
    for damage in traces.damage {
        let holder = damage.holder.into_iter().collect();
        let about = About::Device { device: damage.device };
        out.push(suspicion(Signal::DeviceDamaged, about, holder, "，是否故意待核实"));
    }
    out
}

fn of_recording(it: &RecordingTrace, out: &mut Vec<Suspicion>) {
    let about = About::Recording { recording: it.recording };
    let mut push = |signal, detail: &str| out.push(suspicion(signal, about, it.collectors.clone(), detail));
    if it.complete {
        let missing: Vec<String> = (1..=it.declared)
            .filter(|no| !it.segments.iter().any(|s| s.no == *no))
            .map(|no| no.to_string())
            .collect();
        if !missing.is_empty() {
            push(Signal::SegmentMissing, &format!("：第{}段", missing.join("、")));
        }
    }
    if it.unexplained_gaps > 0 {
        push(Signal::GapUnexplained, &format!("：{}处", it.unexplained_gaps));
    }
    let differs = |s: &&SegmentTrace| {
        !s.device_root.is_empty() && !s.stored_root.is_empty() && s.device_root != s.stored_root
    };
    for segment in it.segments.iter().filter(differs) {
        push(Signal::DigestMismatch, &format!("：第{}段", segment.no));
    }
    if it.custody_broken {
        push(Signal::CustodyBroken, "");
    }
    if !it.linked {
        push(Signal::NoActLinked, "");
    }
}

fn suspicion(signal: Signal, about: About, persons: Vec<StaffId>, detail: &str) -> Suspicion {
    Suspicion {
        act: signal.act(),
        signal: Some(signal),
        about: vec![about],
        persons,
        facts: Text::closed(format!("{}{detail}", signal.label())),
    }
}
