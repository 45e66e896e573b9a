//! What the page in the officer's hand asks: tasks with their wordings, and the
//! registration at once of what a device recorded without a network.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::case::types::{ServiceMethod, Stage};
use mingjing_domain::matter::{MatterId, StaffId, TimeSource, civil_day};
use mingjing_domain::recording::event::{
    Capture, Collector, Mark, PartyTold, Position, Registration, Sealing, Subject,
};
use mingjing_domain::recording::guide::Guide;
use mingjing_domain::recording::list::ActOf;
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::words::{Link, MarkKind, RecordingVerb, SegmentKind, Strength};
use mingjing_domain::recording::{Recording, RecordingCommand};
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::staff::StaffState;
use mingjing_domain::text::Text;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::of_organ;
use super::field_notes::{Broken, breaks, heads, noted};
use super::service::{self, Options};
use super::{shape, verbs};
use crate::case::access::rules;
use crate::case::facts::{RulesOfDay, staff_matter};
use crate::case::{body, store as cases, tables};
use crate::device::view as devices;
use crate::kit::ask;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;
use crate::kit::ui::show;
use crate::viewing::service::derived;

/// Routes of the field.
pub fn routes() -> Routes {
    Routes::new().get("/api/v1/field", Access::Verb(verbs::FIELD), field).post(
        "/api/v1/recordings",
        Access::Verb(verbs::verb_of(RecordingVerb::Register)),
        register,
    )
}

/// Most cases and devices of one person that the field page is given.
const MOST: u32 = 100;

/// GET /api/v1/field
async fn field(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = &who.person;
    who.may(verbs::FIELD, &Target::organ(it.organ))?;
    let gathered = of_organ(&shell, &who, it.organ).await?;
    let now = shell.app.now();
    let certificate = certificate(&shell, it.id, now).await?;
    let held = devices::Filter { organs: vec![it.organ], holder: Some(it.id), ..Default::default() };
    let mut own = devices::list(shell.app.db(), &held, MOST).await?;
    let fixed =
        devices::Filter { organs: vec![it.organ], state: Some("fixed".to_owned()), ..Default::default() };
    own.extend(devices::list(shell.app.db(), &fixed, MOST).await?);
    let filter = cases::Filter { officer: Some(it.id), organs: vec![it.organ], ..Default::default() };
    let mut tasks = Vec::new();
    for line in cases::list(shell.app.db(), &filter, MOST).await? {
        let Some(case) = shell.app.load::<Case>(line.id).await? else { continue };
        let said = Said {
            rules: &gathered.rules,
            organ: &it.organ_name,
            officers: &it.name,
            certificate: certificate.as_ref().map_or("", |it| it.0.as_str()),
            now,
        };
        let acts = acts(&case.state, &said);
        if !acts.is_empty() {
            tasks.push(json!({
                "case": line.id, "title": tables::title(&case.state), "number": line.number,
                "parties": tables::parties(&case.state),
                "cause": case.filed.as_ref().map(|it| it.filing.cause.or_erased()),
                "stage": line.stage, "acts": acts,
            }));
        }
    }
    let guide = Guide::built_in();
    Ok(Json(json!({
        "person": { "id": it.id, "name": it.name, "unit": it.unit },
        "organ": { "id": it.organ, "name": it.organ_name },
        "certificate": certificate.map(|(number, categories, until)| json!({
            "number": number, "categories": categories, "valid_until": until,
        })),
        "server_time": now,
        "devices": own,
        "heads": heads(&shell, &who).await?,
        "tasks": tasks,
        "patrol": act_of(Link::Patrol, None, &Said {
            rules: &gathered.rules, organ: &it.organ_name, officers: &it.name, certificate: "", now,
        }),
        "custody": gathered.rules.custody.as_ref().map(shape::custody),
        "marks": MarkKind::ALL.iter().map(|it| json!({ "what": wire_name(it), "label": it.label() })).collect::<Vec<_>>(),
        "wordings": {
            "before": guide.notice.words, "interruption": guide.notice.interruption, "end": guide.notice.end,
            "basis": guide.notice.source,
        },
    })))
}

/// The person's certificate in force today: number, categories, last day.
async fn certificate(
    shell: &Shell,
    id: StaffId,
    now: Timestamp,
) -> Result<Option<(String, Vec<String>, jiff::civil::Date)>, Failure> {
    let today = civil_day(now);
    let found = shell.app.load::<StaffState>(staff_matter(id)).await?;
    Ok(found.and_then(|it| {
        let held = it.certificates.iter().find(|c| c.in_force(today))?;
        Some((held.number.clone(), held.categories.clone(), held.valid_to))
    }))
}

/// What wordings are filled in with.
struct Said<'a> {
    rules: &'a RulesOfDay,
    organ: &'a str,
    officers: &'a str,
    certificate: &'a str,
    now: Timestamp,
}

/// The acts of a case that the list knows, as far as its stage allows them.
fn acts(case: &Case, said: &Said<'_>) -> Vec<Value> {
    const VERBS: [(Verb, Option<ServiceMethod>); 8] = [
        (Verb::RecordInquiry, None),
        (Verb::RecordScene, None),
        (Verb::ProposePreserve, None),
        (Verb::ProposeDisposePreservation, None),
        (Verb::HoldHearing, None),
        (Verb::ServeDocument, None),
        (Verb::ServeDocument, Some(ServiceMethod::Left)),
        (Verb::ServeDocument, Some(ServiceMethod::Announcement)),
    ];
    if matches!(case.stage, Stage::Archived | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred) {
        return Vec::new();
    }
    let allowed = |verb: Verb| {
        let from = step(verb).from;
        from.is_empty() || from.contains(&case.stage)
    };
    VERBS
        .iter()
        .filter(|(verb, _)| allowed(*verb))
        .filter_map(|(verb, service)| {
            let act = ActOf { service: *service, clue: Some(case.clue.source), ..ActOf::of(*verb) };
            let asked = said.rules.law.recordings.required(&act, civil_day(said.now), Timestamp::MAX);
            Some(act_of(asked.link?, Some(*verb), said))
        })
        .collect()
}

/// One act: what is asked, what is said before recording, what the link's guide says.
fn act_of(link: Link, verb: Option<Verb>, said: &Said<'_>) -> Value {
    let guide = Guide::built_in();
    let row = said.rules.law.recordings.row(link, civil_day(said.now), Timestamp::MAX);
    let requirement = match row.map(|it| it.strength) {
        Some(Strength::Must) => "must",
        Some(Strength::AsNeeded) => "as_needed",
        Some(Strength::TextSuffices) | None => "text",
    };
    let of = guide.of(link);
    json!({
        "verb": verb.map(|it| wire_name(&it)), "link": wire_name(&link), "label": link.label(),
        "requirement": requirement, "requirement_words": row.map(|it| it.manner_words()),
        "start": row.map(|it| it.start.clone()), "content": row.map(|it| it.content.clone()),
        "end": row.map(|it| it.end.clone()), "basis": row.map(|it| it.source.to_string()),
        "wording_before_recording": guide.notice(link, said.organ, said.officers, said.certificate),
        "wording_guide": of.map(|it| it.say.clone()).unwrap_or_default(),
        "wording_avoid": of.map(|it| it.avoid.clone()).unwrap_or_default(),
        "document_guide": of.map(|it| it.documents.clone()).unwrap_or_default(),
    })
}

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

#[derive(Deserialize)]
struct Tick {
    what: String,
    at: Timestamp,
}

#[derive(Default, Deserialize)]
struct Clock {
    #[serde(default)]
    offset_ms: i64,
}

#[derive(Deserialize)]
pub(super) struct Piece {
    id: Uuid,
    kind: String,
    name: String,
    bytes: u64,
    sha256_root: String,
    pub(super) captured_from: Timestamp,
    pub(super) captured_to: Timestamp,
}

const REGISTER: RecordingVerb = RecordingVerb::Register;

fn wrong(field: impl Into<String>, message: impl Into<String>) -> Refusal {
    let error = FieldError { field: field.into(), message: message.into() };
    body::wrong(&recording_step(REGISTER).article, REGISTER.label(), vec![error])
}

/// POST /api/v1/recordings
async fn register(
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

pub(super) type Step = (RecordingCommand, Option<body::Claimed>);

/// A device's clock against the server's.
struct Corrected {
    offset_ms: i64,
    now: Timestamp,
    tolerated: SignedDuration,
}

impl Corrected {
    /// A device's time on the server's clock. What lies ahead by less than clocks may
    /// differ is now; what lies ahead by more stays, and is refused.
    fn at(&self, at: Timestamp) -> Timestamp {
        let it = at.checked_sub(SignedDuration::from_millis(self.offset_ms)).unwrap_or(at);
        if it.duration_since(self.now) <= self.tolerated { it.min(self.now) } else { it }
    }

    fn moment(&self, at: Timestamp) -> Option<body::Claimed> {
        Some((self.at(at), TimeSource::Device { offset_ms: self.offset_ms }))
    }
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
    let party = registration.party.clone();
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
    for (at, piece) in it.segments.iter().enumerate() {
        captured(at, piece, &it.device, who.person.id, &clock, &mut out)?;
    }
    for (at, tick) in it.ticks.iter().enumerate() {
        out.extend(marked(at, tick, &it.segments, &clock)?);
    }
    let last = it.ended_at.or_else(|| it.segments.iter().map(|it| it.captured_to).max());
    let told_late = last.and_then(|at| clock.moment(at));
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
        let of = ActOf { clue: Some(case.clue.source), ..ActOf::of(verb) };
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

/// A piece as captured and sealed by the device.
fn captured(
    at: usize,
    piece: &Piece,
    device: &Option<Uuid>,
    by: StaffId,
    clock: &Corrected,
    out: &mut Vec<Step>,
) -> Result<(), Refusal> {
    let kind = match piece.kind.as_str() {
        // A form signed by hand on the screen is a picture of a paper.
        "photo" | "form" => SegmentKind::Photo,
        "audio" => SegmentKind::Audio,
        "video" => SegmentKind::Video,
        _ => return Err(wrong(format!("segments/{at}/kind"), "应为 photo、audio、video 或者 form")),
    };
    let no = u16::try_from(at + 1).map_err(|_| wrong("segments", "分段过多"))?;
    let capture = Capture {
        kind,
        piece: Some(piece.id),
        name: text(&piece.name),
        started_at: piece.captured_from,
        clock_offset_ms: clock.offset_ms,
        device: device.map(MatterId),
        by,
    };
    out.push((RecordingCommand::Capture(capture), clock.moment(piece.captured_from)));
    let sealing = Sealing {
        ended_at: piece.captured_to,
        bytes: piece.bytes,
        sha256_root: piece.sha256_root.to_lowercase(),
    };
    out.push((RecordingCommand::Seal { no, sealing }, clock.moment(piece.captured_to)));
    Ok(())
}

/// A tick as a mark in the piece that ran then; before the first piece at its
/// beginning. Without any piece there is nothing to mark.
fn marked(at: usize, tick: &Tick, pieces: &[Piece], clock: &Corrected) -> Result<Option<Step>, Refusal> {
    let (kind, words) = match tick.what.as_str() {
        "identity_stated" => (MarkKind::Other, "表明身份，"),
        other => {
            let kind = MarkKind::ALL.iter().copied().find(|it| wire_name(it) == other);
            (kind.ok_or_else(|| wrong(format!("ticks/{at}/what"), "没有这种标记"))?, "")
        }
    };
    let running = pieces.iter().rposition(|it| it.captured_from <= tick.at).unwrap_or(0);
    let Some(piece) = pieces.get(running) else { return Ok(None) };
    let length = piece.captured_to.duration_since(piece.captured_from).as_millis().max(0);
    let since = tick.at.duration_since(piece.captured_from).as_millis();
    let offset_ms = u64::try_from(since.clamp(0, length)).unwrap_or(0);
    let local = clock.at(tick.at).to_zoned(mingjing_domain::matter::shanghai());
    let note = format!(
        "{words}{} {:02}:{:02}:{:02}",
        show::date(local.date()),
        local.hour(),
        local.minute(),
        local.second()
    );
    let segment = u16::try_from(running + 1).map_err(|_| wrong("segments", "分段过多"))?;
    let mark = Mark { segment, offset_ms, kind, note: text(&note) };
    Ok(Some((RecordingCommand::Mark(mark), clock.moment(tick.at))))
}
