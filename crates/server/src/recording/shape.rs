//! A recording as the API shows it. Texts are plain strings; what was lawfully erased
//! shows as the mark of erasure.

use jiff::Timestamp;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::event::{Explanation, LogEntry, LongTermCopy, Mark, PartyTold, Subject};
use mingjing_domain::recording::machine::MachineTask;
use mingjing_domain::recording::reading::Reading;
use mingjing_domain::recording::retention::{Keeping, Kept};
use mingjing_domain::recording::state::{Flag, Hold, Recording, Segment};
use mingjing_domain::recording::timeline::Joint;
use mingjing_domain::recording::upload::{Lateness, lateness};
use mingjing_domain::recording::{CustodyRules, settings};
use serde_json::{Value, json};

use super::access::Seen;
use super::tables::{Overall, phase_name};

/// What stands beside a recording.
pub struct Beside<'a> {
    /// Custody today.
    pub custody: &'a settings::CustodyRules,
    /// How long it is kept, where that can be computed.
    pub keeping: Option<Keeping>,
    /// Now.
    pub now: Timestamp,
}

/// A recording.
pub fn recording(seen: &Seen, beside: &Beside<'_>) -> Value {
    let it = &seen.it.state;
    let of = &it.registration;
    let (subject, act) = match of.of {
        Subject::Act { act, .. } => ("act", act),
        Subject::Patrol => ("patrol", None),
    };
    let state = Overall::of(it);
    let mut out = json!({
        "id": seen.it.id, "organ": it.organ, "version": seen.it.version,
        "number": it.number.as_ref().map(ToString::to_string),
        "state": state.name(), "state_label": state.label(),
        "subject": subject, "act": act, "link": wire_name(&of.link), "link_label": of.link.label(),
        "cases": it.cases, "unit": of.unit, "documents": of.documents, "place": of.place.or_erased(),
        "position": of.position, "collectors": of.collectors, "proves": of.proves.or_erased(),
        "party": of.party.or_erased(), "cause": of.cause.or_erased(),
        "registered_by": it.registered.0, "registered_on": it.registered.1,
    });
    let parts = [
        ("told", it.told.as_ref().map_or(Value::Null, told)),
        ("segments", (1_u16..).zip(&it.segments).map(|(no, s)| segment(no, s)).collect()),
        (
            "joints",
            it.joints(beside.custody.tolerance_s.value).iter().map(|joint| joint_of(it, joint)).collect(),
        ),
        ("interruptions", it.interruptions.iter().map(interruption).collect()),
        ("marks", it.marks.iter().map(mark).collect()),
        ("findings", it.flags.iter().map(finding).collect()),
        ("work_ended_at", json!(it.work_ended_at)),
        ("lateness", lateness(it, beside.custody, beside.now).map_or(Value::Null, |late| lateness_of(&late))),
        ("class", json!(it.class)),
        ("class_label", json!(it.class.label())),
        ("kept", beside.keeping.as_ref().map_or(Value::Null, keeping_of)),
        ("holds", (1_u16..).zip(&it.holds).map(|(no, it)| hold(no, it)).collect()),
        ("copies", it.copies.iter().map(|one| copy(it, one)).collect()),
        ("log", (1_u16..).zip(&it.log).map(|(no, (entry, case))| logged(no, entry, *case)).collect()),
        ("centralised_on", json!(it.centralised_on)),
        ("destroyed_on", json!(it.destroyed.map(|(_, on)| on))),
        ("destroyed_by", json!(it.destroyed.map(|(list, _)| list))),
    ];
    for (name, value) in parts {
        out[name] = value;
    }
    out
}

fn told(it: &PartyTold) -> Value {
    json!({ "at": it.told_at, "by": it.by, "person": it.person.or_erased(), "wording": it.wording.or_erased() })
}

fn mark(it: &Mark) -> Value {
    json!({
        "segment": it.segment, "offset_ms": it.offset_ms, "kind": wire_name(&it.kind), "label": it.kind.label(),
        "note": it.note.or_erased(),
    })
}

fn finding(it: &Flag) -> Value {
    json!({ "segment": it.no, "finding": wire_name(&it.finding), "label": it.finding.label(), "on": it.on })
}

fn hold(no: u16, it: &Hold) -> Value {
    let released = it.released.as_ref();
    json!({
        "no": no, "trigger": wire_name(&it.trigger), "label": it.trigger.label(), "reason": it.reason.or_erased(),
        "placed_by": it.placed.0, "placed_on": it.placed.1, "until": it.until,
        "released_by": released.map(|it| it.0), "released_on": released.map(|it| it.1),
        "released_for": released.map(|it| it.2.or_erased()),
    })
}

fn copy(of: &Recording, it: &LongTermCopy) -> Value {
    let read = of.last_read(it);
    json!({
        "verified": read.is_some_and(|read| read.missing.is_empty()),
        "read_back": read.map(|read| json!({ "on": read.on, "files": read.files, "missing": read.missing })),
        "medium": wire_name(&it.medium), "label": it.medium.label(), "number": it.number,
        "place": it.place.or_erased(), "pieces": it.pieces,
    })
}

fn logged(no: u16, it: &LogEntry, case: Option<MatterId>) -> Value {
    json!({
        "no": no, "link": wire_name(&it.link), "at": it.at, "place": it.place.or_erased(),
        "subject": it.subject.or_erased(), "words": it.words.or_erased(), "case": case,
    })
}

/// A piece with its custody: `captured`, `sealed`, `uploaded`, `accepted` or `mismatch`.
pub fn segment(no: u16, it: &Segment) -> Value {
    json!({
        "id": it.capture.piece, "no": no, "kind": wire_name(&it.capture.kind), "name": it.capture.name.or_erased(),
        "device": it.capture.device, "by": it.capture.by,
        "state": phase_name(it.phase), "state_label": it.phase.label(),
        "started_at": it.started(), "ended_at": it.sealing.as_ref().map(|_| it.ended()),
        "clock_offset_ms": it.capture.clock_offset_ms,
        "bytes": it.sealing.as_ref().map(|it| it.bytes),
        "sha256_root": it.sealing.as_ref().map(|it| it.sha256_root.clone()),
        "uploaded_at": it.uploaded.map(|(at, _)| at), "via": it.uploaded.map(|(_, via)| wire_name(&via)),
        "identity": it.identity, "mismatches": it.mismatches,
        "reading": it.reading.as_ref().map(reading),
        "machine_text": machine(it),
        "form": it.capture.form.as_ref().map(|form| json!({
            "document": form.document, "title": form.title, "started_at": form.started_at, "ended_at": form.ended_at,
            "role": form.role, "signed": form.refused.is_blank(),
        })),
    })
}

/// How far the piece has come with the machine, without a word of the text.
fn machine(it: &Segment) -> Value {
    let state = &it.machine;
    let (made, fault) = (state.made.as_ref(), state.fault.as_ref());
    json!({
        "task": wire_name(&MachineTask::of(it.capture.kind)), "settled": state.settled(),
        "made_at": made.map(|(_, at)| at), "engine": made.map(|(it, _)| it.engine.as_str()),
        "engine_version": made.map(|(it, _)| it.engine_version.as_str()),
        "chars": made.map(|(it, _)| it.text.chars()), "cut": made.map(|(it, _)| it.cut),
        "fault": fault.map(|(why, _)| wire_name(why)), "fault_label": fault.map(|(why, _)| why.label()),
        "failed_at": fault.map(|(_, at)| at),
    })
}

/// What the stored file says of itself.
fn reading(it: &Reading) -> Value {
    json!({
        "container": it.container, "duration_ms": it.duration_ms, "width": it.width, "height": it.height,
        "tracks": it.tracks, "said_at": it.said_at, "device": it.device.or_erased(), "position": it.position.or_erased(),
        "lacking": it.lacking.iter().map(|why| json!({ "why": why, "label": why.label() })).collect::<Vec<_>>(),
    })
}

fn joint_of(it: &Recording, joint: &Joint) -> Value {
    let mut out = json!(joint);
    if let Joint::Gap { after, .. } = joint {
        out["explained"] = it.explained(*after).into();
    }
    out
}

fn interruption(it: &mingjing_domain::recording::event::Interruption) -> Value {
    let mut out = json!({ "after": it.after, "cause": wire_name(&it.cause), "label": it.cause.label() });
    match &it.explanation {
        Explanation::Voice { segment, offset_ms } => {
            out["by"] = "voice".into();
            out["segment"] = (*segment).into();
            out["offset_ms"] = (*offset_ms).into();
        }
        Explanation::Written { reported_to, statement } => {
            out["by"] = "written".into();
            out["reported_to"] = json!(reported_to);
            out["statement"] = statement.or_erased().into();
        }
    }
    out
}

/// Stored name of how an upload stands.
pub const fn lateness_name(it: &Lateness) -> &'static str {
    match it {
        Lateness::Nothing => "nothing",
        Lateness::Pending { .. } => "pending",
        Lateness::InTime { .. } => "in_time",
        Lateness::Excused { .. } => "excused",
        Lateness::Late { .. } => "late",
    }
}

/// The last moment of an upload and how it came about; none where nothing was recorded.
pub fn limit_of(it: &Lateness) -> Option<&mingjing_domain::period::HourLimit> {
    match it {
        Lateness::Nothing => None,
        Lateness::Pending { limit }
        | Lateness::InTime { limit, .. }
        | Lateness::Excused { limit, .. }
        | Lateness::Late { limit, .. } => Some(limit),
    }
}

fn lateness_of(it: &Lateness) -> Value {
    let hours = match it {
        Lateness::Late { hours, .. } => Some(*hours),
        Lateness::Nothing | Lateness::Pending { .. } | Lateness::InTime { .. } | Lateness::Excused { .. } => {
            None
        }
    };
    let limit = limit_of(it);
    json!({
        "state": lateness_name(it), "label": it.label(), "due": limit.map(|it| it.due),
        "hours_late": hours, "derivation": limit.map_or_else(Vec::new, |it| it.sentences()),
    })
}

/// Until when, in words.
pub fn kept_words(kept: Kept) -> String {
    match kept {
        Kept::Until { day } => format!("保存到{}", crate::kit::ui::show::date(day)),
        Kept::WithFile => "与案卷一同保存，案卷尚未归档".to_owned(),
        Kept::Permanent => "永久保存".to_owned(),
    }
}

fn keeping_of(it: &Keeping) -> Value {
    json!({
        "kept": it.kept, "label": kept_words(it.kept),
        "grounds": it.grounds.iter().map(|ground| json!({
            "class": wire_name(&ground.class), "label": ground.class.label(), "case": ground.case, "kept": ground.kept,
            "derivation": ground.derivation.as_ref().map_or_else(Vec::new, |it| it.sentences()),
        })).collect::<Vec<_>>(),
        "holds": it.holds.iter().map(|(no, trigger)| json!({ "no": no, "trigger": wire_name(trigger), "label": trigger.label() })).collect::<Vec<_>>(),
    })
}

/// Custody as an officer needs it: terms and thresholds, each with its source.
pub fn custody(it: &CustodyRules) -> Value {
    json!({
        "upload_hours": it.upload.period.n, "upload_basis": it.upload.citation.to_string(),
        "exceptions": it.exceptions.value.iter().map(|ground| json!({ "ground": wire_name(ground), "label": ground.label() })).collect::<Vec<_>>(),
        "instant": it.instant.value,
        "min_battery_percent": it.min_battery.value, "min_free_mib": it.min_free_mib.value,
        "max_clock_offset_s": it.max_clock_offset_s.value,
    })
}
