//! What the page in the officer's hand asks: tasks with their wordings, forms and people.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use jiff::Timestamp;
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::case::types::{ServiceMethod, Stage};
use mingjing_domain::device::Device;
use mingjing_domain::matter::{StaffId, civil_day};
use mingjing_domain::recording::guide::Guide;
use mingjing_domain::recording::list::ActOf;
use mingjing_domain::recording::sheets::{self, Sheet};
use mingjing_domain::recording::words::{Link, MarkKind, RecordingVerb, Strength};
use mingjing_domain::staff::StaffState;
use serde_json::{Value, json};

use super::api::of_organ;
use super::field_notes::{colleagues, heads};
use super::field_register::register;
use super::{shape, verbs};
use crate::case::facts::{RulesOfDay, staff_matter};
use crate::case::{store as cases, tables};
use crate::device::view as devices;
use crate::kit::ask;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::problem::Failure;

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
                "stage": line.stage, "acts": acts, "officers": case.officers,
                "documents": documents(&case.state),
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
        "devices": with_clocks(&shell, own).await?,
        "colleagues": colleagues(&shell, &who).await?,
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

/// Devices with the difference of their clocks as the last check before use found it.
async fn with_clocks(shell: &Shell, own: Vec<devices::Line>) -> Result<Vec<Value>, Failure> {
    let mut out = Vec::new();
    for line in own {
        let found = shell.app.load::<Device>(line.id).await?;
        let check = found.as_ref().and_then(|it| it.checks.last());
        let clock = check.map(|it| json!({ "offset_ms": it.measured.clock_offset_ms, "at": it.at }));
        let mut line = serde_json::to_value(line).map_err(|e| Failure::Malformed(e.to_string()))?;
        line["clock"] = clock.unwrap_or_default();
        out.push(line);
    }
    Ok(out)
}

/// Numbered documents of a case, the latest first.
fn documents(case: &Case) -> Vec<Value> {
    let numbered = case.documents.iter().rev().filter_map(|it| Some((it, it.number.as_ref()?)));
    numbered.map(|(it, number)| json!({ "number": number.to_string(), "title": it.kind.label() })).collect()
}

/// The person's certificate in force today: number, categories, last day.
pub(super) async fn certificate(
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
    // With how a document is served, and whether it takes place in a room for handling cases.
    const VERBS: [(Verb, Option<ServiceMethod>, bool); 10] = [
        (Verb::RecordInquiry, None, false),
        (Verb::RecordInquiry, None, true),
        (Verb::RecordScene, None, false),
        (Verb::ProposePreserve, None, false),
        (Verb::ProposeDisposePreservation, None, false),
        (Verb::HoldHearing, None, false),
        (Verb::HoldHearing, None, true),
        (Verb::ServeDocument, None, false),
        (Verb::ServeDocument, Some(ServiceMethod::Left), false),
        (Verb::ServeDocument, Some(ServiceMethod::Announcement), false),
    ];
    if matches!(case.stage, Stage::Archived | Stage::NotFiled | Stage::Withdrawn | Stage::Transferred) {
        return Vec::new();
    }
    let allowed = |verb: Verb| {
        let from = step(verb).from;
        from.is_empty() || from.contains(&case.stage)
    };
    let clue = Some(case.clue.source);
    let usual = VERBS.iter().map(|(verb, service, case_room)| ActOf {
        service: *service,
        clue,
        case_room: *case_room,
        ..ActOf::of(*verb)
    });
    usual
        .chain(enforced(case))
        .filter(|act| allowed(act.verb))
        .filter_map(|act| {
            let asked = said.rules.law.recordings.required(&act, civil_day(said.now), Timestamp::MAX);
            let link = asked.link.filter(|it| !act.case_room || *it == Link::CaseRooms)?;
            let mut it = act_of(link, Some(act.verb), said);
            if act.case_room {
                it["case_room"] = true.into();
                it["label"] = format!("{}（{}）", act.verb.label(), link.label()).into();
            }
            Some(it)
        })
        .collect()
}

/// Enforcement that waits to be carried out: as it was decided, and in place of a party.
fn enforced(case: &Case) -> Vec<ActOf> {
    let standing = case.numbered_parties().filter_map(|(_, it)| it.enforcement.standing());
    let manners: BTreeSet<_> = standing.map(|it| it.what.manner).collect();
    let decided =
        manners.into_iter().map(|it| ActOf { enforcement: Some(it), ..ActOf::of(Verb::CarryOutEnforcement) });
    let pending = case.numbered_substitutions().any(|(_, it)| it.pending(case));
    decided.chain(pending.then(|| ActOf::of(Verb::CarryOutSubstitute))).collect()
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
        "sheets": sheets::of(link).map(|it| sheet(it, said)).collect::<Vec<_>>(),
    })
}

/// A form that is filled in on the spot, with what is known beforehand.
fn sheet(it: &Sheet, said: &Said<'_>) -> Value {
    let fields: Vec<Value> = it
        .fields
        .iter()
        .map(|it| {
            let known = match it.name.as_str() {
                "officers" => [said.officers, said.certificate].join(" ").trim().to_owned(),
                "recorder" | "host" => said.officers.to_owned(),
                _ => String::new(),
            };
            json!({ "name": it.name, "label": it.label, "optional": it.optional, "value": known })
        })
        .collect();
    json!({
        "document": it.document, "name": it.name(), "told": it.told(said.organ, said.officers, said.certificate),
        "closing": it.closing, "text": it.text, "hint": it.hint, "signers": it.signers, "fields": fields,
    })
}
