//! What a collector says in the field of interruptions, and of a party that could not be told.

use std::collections::BTreeMap;

use mingjing_domain::matter::StaffId;
use mingjing_domain::recording::RecordingCommand;
use mingjing_domain::recording::event::{Explanation, Interruption, Mark};
use mingjing_domain::recording::words::{InterruptionCause, MarkKind};
use mingjing_domain::staff::{Role, StaffState};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::field_pieces::{Piece, Step};
use super::field_register::text;
use crate::case::access::People;
use crate::case::body;
use crate::case::facts::staff_matter;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;

/// Why the recording broke off, in the collector's words.
#[derive(Deserialize)]
pub struct Broken {
    /// After which piece; 0 where nothing had been recorded yet.
    pub after: u16,
    /// Why.
    pub cause: InterruptionCause,
    /// In words.
    #[serde(default)]
    pub statement: String,
    /// To whom it was reported.
    #[serde(default)]
    pub reported_to: Option<Uuid>,
}

/// Heads of units to whom an interruption can be reported: of the person's own unit first, the
/// person never. The field page keeps them for when there is no network.
///
/// # Errors
/// When the store fails.
pub async fn heads(shell: &Shell, who: &Identity) -> Result<Vec<Value>, Failure> {
    let people = People::of(shell, who.person.organ).await?;
    let heads = people.all.iter().filter(|it| it.enabled && it.roles.contains(&Role::UnitHead));
    let mut all: Vec<_> = heads.filter(|it| it.id != who.person.id).collect();
    all.sort_by_key(|it| it.unit != who.person.unit);
    Ok(all.iter().map(|it| json!({ "id": it.id, "name": it.name, "unit": it.unit })).collect())
}

/// Those of the organ who may record too, with the numbers of their certificates: of the
/// person's own unit first, the person never.
///
/// # Errors
/// When the store fails.
pub async fn colleagues(shell: &Shell, who: &Identity) -> Result<Vec<Value>, Failure> {
    let people = People::of(shell, who.person.organ).await?;
    let officers = people.all.iter().filter(|it| it.enabled && it.roles.contains(&Role::Officer));
    let mut all: Vec<_> = officers.filter(|it| it.id != who.person.id).collect();
    all.sort_by_key(|it| it.unit != who.person.unit);
    let shown = all.iter().map(|it| {
        let certificate = it.certificates.first().map(|it| it.number.as_str());
        json!({ "id": it.id, "name": it.name, "unit": it.unit, "certificate": certificate })
    });
    Ok(shown.collect())
}

/// Most characters of a note in a mark.
const NOTE: usize = 500;

/// A note that stands with a piece, at its end. None where nothing was recorded.
pub fn noted(
    segment: u16,
    kind: MarkKind,
    words: &str,
    pieces: &[Piece],
    at: Option<body::Claimed>,
) -> Option<Step> {
    let piece = pieces.get(usize::from(segment).checked_sub(1)?)?;
    let length = piece.captured_to.duration_since(piece.captured_from).as_millis().max(0);
    let offset_ms = u64::try_from(length).unwrap_or(0);
    let note: String = words.chars().take(NOTE).collect();
    Some((RecordingCommand::Mark(Mark { segment, offset_ms, kind, note: text(&note) }), at))
}

/// What the collector says of interruptions. Only a report to the head of a unit explains one
/// in law; other words are kept beside the piece, and the gap stays open until it is explained.
/// Nothing that a device says here keeps its recording from being registered.
///
/// # Errors
/// When the store fails.
pub async fn breaks(
    shell: &Shell,
    who: &Identity,
    told: &[Broken],
    pieces: &[Piece],
    at: Option<&body::Claimed>,
) -> Result<Vec<Step>, Failure> {
    let mut by_place: BTreeMap<u16, (InterruptionCause, String, Option<StaffId>)> = BTreeMap::new();
    for one in told.iter().filter(|it| usize::from(it.after) <= pieces.len()) {
        let place = by_place.entry(one.after).or_insert_with(|| (one.cause, String::new(), None));
        let statement = one.statement.trim();
        if !statement.is_empty() && !place.1.contains(statement) {
            if !place.1.is_empty() {
                place.1.push('；');
            }
            place.1.push_str(statement);
        }
        place.2 = place.2.or(one.reported_to.map(StaffId));
    }
    let mut out = Vec::new();
    for (after, (cause, statement, reported_to)) in by_place {
        let head = match reported_to.filter(|it| *it != who.person.id) {
            Some(id) => shell
                .app
                .load::<StaffState>(staff_matter(id))
                .await?
                .filter(|it| {
                    it.enabled && it.state.organ == who.person.organ && it.roles.contains(&Role::UnitHead)
                })
                .map(|_| id),
            None => None,
        };
        match head {
            Some(reported_to) if !statement.is_empty() => {
                let explanation = Explanation::Written { reported_to, statement: text(&statement) };
                let note = Interruption { after, cause, explanation };
                out.push((RecordingCommand::NoteInterruption(note), at.cloned()));
            }
            _ => {
                let words = format!("中断（{}）：{statement}", cause.label());
                out.extend(noted(after.max(1), MarkKind::Explained, &words, pieces, at.cloned()));
            }
        }
    }
    Ok(out)
}
