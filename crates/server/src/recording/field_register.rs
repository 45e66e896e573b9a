//! The registration at once of what a device recorded without a network.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::matter::{MatterId, StaffId, TimeSource, civil_day};
use mingjing_domain::recording::event::{Collector, PartyTold, Position, Registration, Subject};
use mingjing_domain::recording::list::ActOf;
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::words::{Link, MarkKind, RecordingVerb};
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::text::Text;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::of_organ;
use super::field::certificate;
use super::field_notes::{Broken, breaks, noted};
use super::field_pieces::{Corrected, Piece, Step, Tick, captured, last, made, marked};
use super::service::{self, Options};
use super::{shape, verbs};
use crate::case::access::rules;
use crate::case::facts::RulesOfDay;
use crate::case::{body, tables};
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::viewing::service::derived;

/// What a device captured, as it tells it.
#[derive(Deserialize)]
struct Incoming {
    id: Uuid,
    #[serde(default)]
    case: Option<Uuid>,
    #[serde(default)]
    act: Option<String>,
    #[serde(default)]
    link: Option<Link>,
    #[serde(default)]
    case_room: bool,
    place: String,
    #[serde(default)]
    coordinates: Option<Coordinates>,
    started_at: Timestamp,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    #[serde(default)]
    device: Option<Uuid>,
    proves: String,
    #[serde(default)]
    party: Option<String>,
    #[serde(default)]
    cause: Option<String>,
    #[serde(default)]
    told: Option<Told>,
    #[serde(default)]
    ticks: Vec<Tick>,
    #[serde(default)]
    clock: Clock,
    #[serde(default)]
    segments: Vec<Piece>,
    #[serde(default)]
    interruptions: Vec<Broken>,
    #[serde(default)]
    not_told_because: Option<String>,
    #[serde(default)]
    collectors: Vec<Collector>,
    #[serde(default)]
    documents: Vec<String>,
    #[serde(default)]
    unit: Option<String>,
}

/// Degrees, WGS 84.
#[derive(Deserialize)]
struct Coordinates {
    latitude: f64,
    longitude: f64,
    #[serde(default)]
    accuracy_m: Option<f64>,
}

#[derive(Deserialize)]
struct Told {
    at: Timestamp,
    #[serde(default)]
    by: Option<Uuid>,
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    wording: Option<String>,
}

#[derive(Default, Deserialize)]
struct Clock {
    #[serde(default)]
    offset_ms: i64,
}

const REGISTER: RecordingVerb = RecordingVerb::Register;

pub(super) fn wrong(field: impl Into<String>, message: impl Into<String>) -> Refusal {
    let error = FieldError { field: field.into(), message: message.into() };
    body::wrong(&recording_step(REGISTER).article, REGISTER.label(), vec![error])
}

/// POST /api/v1/recordings
pub(super) async fn register(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    who.may(verbs::verb_of(REGISTER), &Target::organ(who.person.organ))?;
    if !body.0.is_object() {
        return Err(wrong("", "应为对象").into());
    }
    let incoming: Incoming =
        serde_json::from_value(body.0).map_err(|e| wrong("", format!("内容不能读出：{e}")))?;
    let id = MatterId(incoming.id);
    fits(&incoming)?;
    let pieces: Vec<(Option<Uuid>, String, u64)> =
        incoming.segments.iter().map(|it| (Some(it.id), it.sha256_root.to_lowercase(), it.bytes)).collect();
    let steps = steps(&shell, &who, incoming).await?;
    if let Some(known) = shell.app.load::<Recording>(id).await? {
        let own = known.registration.collectors.iter().any(|it| it.staff == who.person.id);
        if known.organ != who.person.organ || !own || !same(&known.state, &steps, &pieces) {
            return Err(wrong("id", "该编号已经用于另一项内容").into());
        }
        // A device that did not hear the answer asks again: nothing is done twice.
        return Ok(answer(StatusCode::OK, id, &known.state));
    }
    let kept = (Arc::clone(rules()), who.actor(), steps);
    shell
        .app
        .together(move |batch| {
            let (rules, actor, steps) = kept.clone();
            Box::pin(async move {
                for (at, (asked, moment)) in steps.into_iter().enumerate() {
                    let new = (at == 0).then_some(id);
                    let command_id = derived(command, &format!("step-{at}"));
                    let options = Options { command_id, moment, new };
                    let recording = (at > 0).then_some(id);
                    service::act_in(batch, &rules, &actor, recording, asked, options).await?;
                }
                Ok(())
            })
        })
        .await?;
    let made = shell.app.load::<Recording>(id).await?.ok_or(Failure::NotFound)?;
    Ok(answer(StatusCode::CREATED, id, &made.state))
}

/// Most pieces and marks of one registration, which is one transaction.
const AT_ONCE: usize = 500;

/// Identifiers that a device makes are drawn (UUID 4), so that none is that of another
/// matter which follows from a case; and there are not too many.
fn fits(it: &Incoming) -> Result<(), Refusal> {
    const DRAWN: usize = 4;
    if it.id.get_version_num() != DRAWN {
        return Err(wrong("id", "应为随机编号（UUID 第4版）"));
    }
    if it.segments.len() + it.ticks.len() > AT_ONCE {
        return Err(wrong("segments", format!("分段和标记至多{AT_ONCE}项，请分次登记")));
    }
    Ok(())
}

/// Whether a device tells again what is registered under its identifier. What the
/// server fills in from the case may have changed since, and is not asked.
fn same(known: &Recording, steps: &[Step], pieces: &[(Option<Uuid>, String, u64)]) -> bool {
    let Some((RecordingCommand::Register(told), _)) = steps.first() else { return false };
    let it = &known.registration;
    let captured = known.segments.iter().map(|it| {
        let sealed = it.sealing.as_ref();
        (it.capture.piece, sealed.map_or("", |s| s.sha256_root.as_str()), sealed.map_or(0, |s| s.bytes))
    });
    let told_pieces = pieces.iter().map(|(id, root, bytes)| (*id, root.as_str(), *bytes));
    (it.of, it.link, &it.documents, it.position) == (told.of, told.link, &told.documents, told.position)
        && it.place.value() == told.place.value()
        && it.proves.value() == told.proves.value()
        && captured.eq(told_pieces)
}

fn answer(status: StatusCode, id: MatterId, it: &Recording) -> Response {
    let segments: Vec<Value> =
        (1_u16..).zip(&it.segments).map(|(no, segment)| shape::segment(no, segment)).collect();
    let body = json!({
        "id": id, "number": it.number.as_ref().map(ToString::to_string), "version": it.version, "segments": segments,
    });
    (status, Json(body)).into_response()
}

/// Everything the device tells, as commands in the order in which it happened.
async fn steps(shell: &Shell, who: &Identity, it: Incoming) -> Result<Vec<Step>, Failure> {
    let gathered = of_organ(shell, who, who.person.organ).await?;
    let now = shell.app.now();
    let tolerated = gathered.rules.custody()?.max_clock_offset_s.value;
    let clock = Corrected {
        offset_ms: it.clock.offset_ms,
        now,
        tolerated: SignedDuration::from_secs(i64::from(tolerated)),
    };
    let case = match it.case {
        Some(id) => {
            let found = shell.app.load::<Case>(MatterId(id)).await?.filter(|c| c.organ == who.person.organ);
            Some(found.ok_or_else(|| wrong("case", "没有该案件"))?)
        }
        None => None,
    };
    let registration =
        registration(shell, who, &it, case.as_ref().map(|c| (c.id, c.state.as_ref())), &gathered.rules)
            .await?;
    let (party, named) = (registration.party.clone(), registration.collectors.clone());
    let mut out: Vec<Step> = vec![(RecordingCommand::Register(registration), clock.moment(it.started_at))];
    if let Some(told) = it.told {
        let person = told.person.filter(|it| !it.trim().is_empty());
        let person = person.map_or(party, |it| text(&it));
        let person = if person.is_blank() { text("现场人员") } else { person };
        let command = RecordingCommand::TellParty(PartyTold {
            told_at: clock.at(told.at),
            by: told.by.map_or(who.person.id, StaffId),
            person,
            wording: text(told.wording.as_deref().unwrap_or("")),
        });
        out.push((command, clock.moment(told.at)));
    }
    let own = (it.device.map(MatterId), &clock);
    let made = made(shell, who, &it.segments, own, &named).await?;
    for (at, (piece, made)) in it.segments.iter().zip(&made).enumerate() {
        captured(at, piece, made, &mut out)?;
    }
    for (at, tick) in it.ticks.iter().enumerate() {
        out.extend(marked(at, tick, (&it.segments, &made), &clock)?);
    }
    let source = || TimeSource::Device { offset_ms: it.clock.offset_ms };
    let told_late =
        it.ended_at.map(|at| clock.at(at)).or_else(|| last(&it.segments, &made)).map(|at| (at, source()));
    if let Some(why) = it.not_told_because.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        out.extend(noted(1, MarkKind::Other, &format!("未能告知：{why}"), &it.segments, told_late.clone()));
    }
    out.extend(breaks(shell, who, &it.interruptions, &it.segments, told_late.as_ref()).await?);
    if let Some(ended_at) = it.ended_at.filter(|_| !it.segments.is_empty()) {
        out.push((RecordingCommand::EndWork { ended_at: clock.at(ended_at) }, clock.moment(ended_at)));
    }
    Ok(out)
}

pub(super) fn text(words: &str) -> Text {
    Text::closed(words.trim())
}

async fn registration(
    shell: &Shell,
    who: &Identity,
    it: &Incoming,
    case: Option<(MatterId, &Case)>,
    rules: &RulesOfDay,
) -> Result<Registration, Failure> {
    let (of, link) = match case {
        None => (Subject::Patrol, Link::Patrol),
        Some((id, state)) => {
            let act = it.act.as_deref().and_then(|act| act.parse().ok());
            (Subject::Act { case: id, act }, link_of(it, state, rules)?)
        }
    };
    let filed = case.and_then(|(_, state)| state.filed.as_ref());
    let given =
        |it: &Option<String>| it.as_deref().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned);
    let party = given(&it.party).or_else(|| case.map(|(_, state)| tables::parties(state)));
    let cause = given(&it.cause)
        .or_else(|| filed.map(|it| it.filing.cause.or_erased().to_owned()))
        .or_else(|| case.map(|(_, state)| state.clue.summary.or_erased().chars().take(200).collect()));
    let mut collectors = it.collectors.clone();
    if !collectors.iter().any(|one| one.staff == who.person.id) {
        let held = certificate(shell, who.person.id, it.started_at).await?;
        let certificate = held.map_or_else(String::new, |it| it.0);
        collectors.insert(0, Collector { staff: who.person.id, certificate });
    }
    for one in collectors.iter_mut().filter(|it| it.certificate.is_empty()) {
        let held = certificate(shell, one.staff, it.started_at).await?;
        one.certificate = held.map_or_else(String::new, |it| it.0);
    }
    let unit = given(&it.unit).unwrap_or_else(|| who.person.unit.clone());
    Ok(Registration {
        of,
        link,
        unit,
        documents: it.documents.clone(),
        place: text(&it.place),
        position: it.coordinates.as_ref().map(position).transpose()?,
        collectors,
        proves: text(&it.proves),
        party: text(party.as_deref().unwrap_or("")),
        cause: text(cause.as_deref().unwrap_or("")),
    })
}

/// The link of the list: as given, by its name, or of the act that a verb names.
fn link_of(it: &Incoming, case: &Case, rules: &RulesOfDay) -> Result<Link, Failure> {
    let act = it.act.as_deref().unwrap_or("");
    if let Some(link) = it.link.or_else(|| Link::ALL.iter().copied().find(|it| wire_name(it) == act)) {
        return Ok(link);
    }
    let verb = Verb::ALL.iter().copied().find(|it| wire_name(it) == act);
    let of_verb = verb.and_then(|verb| {
        let of = ActOf { clue: Some(case.clue.source), case_room: it.case_room, ..ActOf::of(verb) };
        rules.law.recordings.required(&of, civil_day(it.started_at), Timestamp::MAX).link
    });
    // An act of the case by its number is of the kind that took place.
    let of_number = act
        .parse::<usize>()
        .ok()
        .and_then(|no| case.acts.get(no.wrapping_sub(1)))
        .and_then(|it| rules.law.recordings.required(&it.of, it.on, Timestamp::MAX).link);
    Ok(of_verb.or(of_number).ok_or_else(|| wrong("act", "没有这个办案事项或者记录环节"))?)
}

/// Degrees as millionths, inside the globe.
fn position(it: &Coordinates) -> Result<Position, Refusal> {
    let micro = |degrees: f64, most: f64| {
        let fits = degrees.is_finite() && degrees.abs() <= most;
        // Inside ±180 the product fits 32 bits.
        if fits {
            Ok((degrees * 1e6).round() as i32)
        } else {
            Err(wrong("coordinates", "坐标超出范围"))
        }
    };
    let accuracy = it.accuracy_m.filter(|it| it.is_finite() && *it >= 0.0).unwrap_or(0.0);
    Ok(Position {
        latitude_e6: micro(it.latitude, 90.0)?,
        longitude_e6: micro(it.longitude, 180.0)?,
        accuracy_m: accuracy.min(1e6).ceil() as u32,
    })
}
