//! Tables derived from recordings.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::event::Subject;
use mingjing_domain::recording::state::Phase;
use mingjing_domain::recording::words::Finding;

use crate::case::tables::{pairs, terms};
use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;
use crate::recording_view::service::{FILED, Filed, filed_row};

use ColumnType::{Blob, Int, Text};

const ROW: TableSpec = TableSpec {
    name: "recording_row",
    columns: &[
        ("matter_id", Blob),
        ("organ_id", Blob),
        ("number", Text),
        ("subject", Text),
        ("link", Text),
        ("unit", Text),
        ("place", Text),
        ("party", Text),
        ("cause", Text),
        ("class", Text),
        ("registered_on", Text),
        ("made_on", Text),
        ("state", Text),
        ("segments", Int),
        ("findings", Int),
        ("pending_since", Int),
        ("uploaded_at", Int),
        ("late", Int),
        ("held", Int),
        ("accepted_on", Text),
        ("centralised_on", Text),
        ("destroyed_on", Text),
    ],
    key: &["matter_id"],
};

const SEGMENT: TableSpec = TableSpec {
    name: "recording_segment",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("device_id", Blob),
        ("piece_id", Blob),
        ("kind", Text),
        ("phase", Text),
        ("started_at", Int),
        ("ended_at", Int),
        ("bytes", Int),
        ("sha256_root", Text),
    ],
    key: &["matter_id", "no"],
};

const MISMATCH: TableSpec = TableSpec {
    name: "recording_mismatch",
    columns: &[("matter_id", Blob), ("no", Int), ("organ_id", Blob), ("sha256_root", Text)],
    key: &["matter_id", "no"],
};

const CASE: TableSpec = TableSpec {
    name: "recording_case",
    columns: &[("matter_id", Blob), ("case_id", Blob), ("organ_id", Blob)],
    key: &["matter_id", "case_id"],
};

const COLLECTOR: TableSpec = TableSpec {
    name: "recording_collector",
    columns: &[("matter_id", Blob), ("staff_id", Blob), ("organ_id", Blob), ("pending_since", Int)],
    key: &["matter_id", "staff_id"],
};

const TERM: TableSpec = TableSpec {
    name: "recording_term",
    columns: &[("matter_id", Blob), ("term", Text), ("organ_id", Blob)],
    key: &["matter_id", "term"],
};

/// Pairs of neighbouring characters of what a machine wrote down of a piece.
const WORD: TableSpec = TableSpec {
    name: "recording_word",
    columns: &[("matter_id", Blob), ("no", Int), ("term", Text), ("organ_id", Blob)],
    key: &["matter_id", "no", "term"],
};

const MARK: TableSpec = TableSpec {
    name: "recording_mark",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("segment", Int),
        ("offset_ms", Int),
        ("kind", Text),
    ],
    key: &["matter_id", "no"],
};

const FINDING: TableSpec = TableSpec {
    name: "recording_finding",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("segment", Int),
        ("finding", Text),
        ("found_on", Text),
    ],
    key: &["matter_id", "no"],
};

const HOLD: TableSpec = TableSpec {
    name: "recording_hold",
    columns: &[
        ("matter_id", Blob),
        ("no", Int),
        ("organ_id", Blob),
        ("cause", Text),
        ("placed_on", Text),
        ("until_on", Text),
        ("released_on", Text),
    ],
    key: &["matter_id", "no"],
};

/// How far a recording has come as a whole: as far as its last piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overall {
    /// Nothing was recorded yet.
    Registered,
    /// A piece is still open on the device.
    Captured,
    /// A piece waits for its upload.
    Sealed,
    /// What came is not what the device sealed.
    Mismatch,
    /// All came; a piece is not compared yet.
    Uploaded,
    /// All of it is stored.
    Accepted,
    /// The content went by an approved list.
    Destroyed,
}

impl Overall {
    /// Every value, in the order of its way.
    pub const ALL: [Self; 7] = [
        Self::Registered,
        Self::Captured,
        Self::Sealed,
        Self::Mismatch,
        Self::Uploaded,
        Self::Accepted,
        Self::Destroyed,
    ];

    /// Of a recording.
    pub fn of(it: &Recording) -> Self {
        if it.destroyed.is_some() {
            return Self::Destroyed;
        }
        match it.segments.iter().map(|segment| segment.phase).min() {
            None => Self::Registered,
            Some(Phase::Captured) => Self::Captured,
            Some(_) if it.segments.iter().any(|s| s.phase == Phase::Mismatched) => Self::Mismatch,
            Some(Phase::Sealed) => Self::Sealed,
            Some(Phase::Mismatched) => Self::Mismatch,
            Some(Phase::Uploaded) => Self::Uploaded,
            Some(Phase::Accepted) => Self::Accepted,
        }
    }

    /// Stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Captured => "captured",
            Self::Sealed => "sealed",
            Self::Mismatch => "mismatch",
            Self::Uploaded => "uploaded",
            Self::Accepted => "accepted",
            Self::Destroyed => "destroyed",
        }
    }

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Registered => "已登记，尚未采集",
            Self::Captured => "已采集，待封存",
            Self::Sealed => "已封存，待上传",
            Self::Mismatch => "入库不符，待重新上传",
            Self::Uploaded => "已上传，待核对",
            Self::Accepted => "已入库",
            Self::Destroyed => "内容已销毁",
        }
    }

    /// By its stored name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// Stored name of a piece's phase.
pub const fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Captured => "captured",
        Phase::Sealed => "sealed",
        Phase::Mismatched => "mismatch",
        Phase::Uploaded => "uploaded",
        Phase::Accepted => "accepted",
    }
}

/// From when an upload is awaited that is not made.
fn pending_since(it: &Recording) -> Option<i64> {
    let awaited = it.destroyed.is_none().then(|| it.awaited_since()).flatten();
    awaited.map(|at| at.as_microsecond())
}

fn line(id: MatterId, organ: OrganId, it: &Recording) -> Row {
    let of = &it.registration;
    let subject = match of.of {
        Subject::Act { .. } => "act",
        Subject::Patrol => "patrol",
    };
    let accepted = it.accepted().then(|| it.uploaded_at()).flatten().map(civil_day);
    Row {
        table: ROW.name,
        values: params![
            id,
            organ,
            it.number.as_ref().map(ToString::to_string),
            subject,
            wire_name(&of.link),
            of.unit.clone(),
            of.place.or_erased().to_owned(),
            of.party.or_erased().to_owned(),
            of.cause.or_erased().to_owned(),
            wire_name(&it.class),
            it.registered.1.to_string(),
            it.made_on().to_string(),
            Overall::of(it).name(),
            it.segments.len(),
            it.flags.len(),
            pending_since(it),
            it.uploaded_at().map(|at| at.as_microsecond()),
            i64::from(it.flagged(Finding::LateUpload)),
            it.holds.iter().filter(|hold| hold.released.is_none()).count(),
            accepted.map(|day| day.to_string()),
            it.centralised_on.map(|day| day.to_string()),
            it.destroyed.map(|(_, day)| day.to_string()),
        ],
    }
}

fn searchable(it: &Recording) -> Vec<String> {
    let of = &it.registration;
    let number = it.number.as_ref().map_or_else(String::new, ToString::to_string);
    let parts = [&number, of.party.or_erased(), of.cause.or_erased(), of.place.or_erased()];
    terms(&parts.join(" "))
}

/// What machines wrote down, to be found by; nothing once it is erased or the content destroyed.
fn words(id: MatterId, organ: OrganId, it: &Recording) -> Vec<Row> {
    let made = (1_i64..).zip(&it.segments).filter_map(|(no, s)| Some((no, &s.machine.made.as_ref()?.0.text)));
    let text = made.filter_map(|(no, text)| Some((no, text.value()?)));
    text.flat_map(|(no, text)| {
        let row = move |term| Row { table: WORD.name, values: params![id, no, term, organ] };
        pairs(text, usize::MAX).into_iter().map(row)
    })
    .collect()
}

/// The line of the recording, what is filed of it, and what it is found by.
fn head(id: MatterId, organ: OrganId, it: &Recording) -> Vec<Row> {
    let mut rows = vec![line(id, organ, it), filed_row(&Filed::of(id, it))];
    rows.extend(words(id, organ, it));
    rows
}

impl Projects for Recording {
    const TABLES: &'static [TableSpec] =
        &[ROW, SEGMENT, MISMATCH, CASE, COLLECTOR, TERM, WORD, MARK, FINDING, HOLD, FILED];

    fn rows(id: MatterId, organ: OrganId, _: u64, it: &Self) -> Vec<Row> {
        let mut rows = head(id, organ, it);
        rows.extend((1_i64..).zip(&it.segments).map(|(no, s)| Row {
            table: SEGMENT.name,
            values: params![
                id,
                no,
                organ,
                s.capture.device,
                s.capture.piece,
                wire_name(&s.capture.kind),
                phase_name(s.phase),
                s.started().as_microsecond(),
                s.ended().as_microsecond(),
                s.sealing.as_ref().map(|it| i64::try_from(it.bytes).unwrap_or(i64::MAX)),
                s.sealing.as_ref().map(|it| it.sha256_root.clone()),
            ],
        }));
        let mismatches = it.segments.iter().flat_map(|s| &s.mismatches).filter(|_| it.destroyed.is_none());
        rows.extend((1_i64..).zip(mismatches).map(|(no, identity)| Row {
            table: MISMATCH.name,
            values: params![id, no, organ, identity.sha256_root.clone()],
        }));
        rows.extend(it.cases.iter().map(|case| Row { table: CASE.name, values: params![id, *case, organ] }));
        let pending = pending_since(it);
        rows.extend(
            it.registration
                .collectors
                .iter()
                .map(|who| Row { table: COLLECTOR.name, values: params![id, who.staff, organ, pending] }),
        );
        rows.extend(
            searchable(it).into_iter().map(|term| Row { table: TERM.name, values: params![id, term, organ] }),
        );
        rows.extend((1_i64..).zip(&it.marks).map(|(no, mark)| Row {
            table: MARK.name,
            values: params![
                id,
                no,
                organ,
                i64::from(mark.segment),
                i64::try_from(mark.offset_ms).unwrap_or(i64::MAX),
                wire_name(&mark.kind),
            ],
        }));
        rows.extend((1_i64..).zip(&it.flags).map(|(no, flag)| Row {
            table: FINDING.name,
            values: params![
                id,
                no,
                organ,
                flag.no.map(i64::from),
                wire_name(&flag.finding),
                flag.on.to_string(),
            ],
        }));
        rows.extend((1_i64..).zip(&it.holds).map(|(no, hold)| Row {
            table: HOLD.name,
            values: params![
                id,
                no,
                organ,
                wire_name(&hold.trigger),
                hold.placed.1.to_string(),
                hold.until.map(|day| day.to_string()),
                hold.released.as_ref().map(|(_, day, _)| day.to_string()),
            ],
        }));
        rows
    }
}
