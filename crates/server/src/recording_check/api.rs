//! Checks for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use mingjing_domain::recording_check::sample::STATEMENT;
use mingjing_domain::recording_check::stats::{Rate, coverage, lateness};
use mingjing_domain::recording_check::{Check, Verb};
use serde_json::{Value, json};
use uuid::Uuid;

use super::form::{Around, BEGINS, read, specs};
use super::service::act;
use super::statistics::{self, days, ground};
use super::web::{page_of, seen};
use super::{access, signals, verbs};
use crate::evidence::tus::Opened;
use crate::kit::acts::{self, object_of, operation, schema_of};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::body;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, query, schema};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;

const TAG: &str = "记录检查";

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/api/v1/checks", read, list)
        .get("/api/v1/checks/statistics", read, figures)
        .get("/api/v1/checks/assessment.csv", read, assessed)
        .get("/api/v1/checks/{id}", read, one)
        .get("/api/v1/checks/{id}/recomputation", read, draw)
        .get("/api/v1/checks/{id}/signals", read, told_by_data)
        .post("/api/v1/checks/new/{act}", read, begin)
        .post("/api/v1/checks/{id}/{act}", read, post)
        .describe(described())
}

fn around() -> Around {
    Around { program: true, ..Around::default() }
}

fn line(it: &Loaded<Check>) -> Value {
    let findings: Vec<Value> = (1..)
        .zip(&it.findings)
        .map(|(no, f): (u16, _)| {
            json!({
                "no": no, "act": wire_name(&f.suspicion.act), "article": f.suspicion.act.article().to_string(),
                "phase": wire_name(&f.phase()), "gravity": f.gravity.map(|it| wire_name(&it)),
                "about": f.suspicion.about, "facts": f.suspicion.facts.value(), "responsible": f.responsible,
            })
        })
        .collect();
    json!({
        "id": it.id, "version": it.version, "kind": wire_name(&it.kind), "stage": wire_name(&it.stage),
        "label": it.stage.label(), "from": it.period.0, "to": it.period.1, "begun_by": it.begun_by,
        "sample": it.sample, "entries": it.entries.iter().map(|(entry, who, on)| json!({
            "recording": entry.recording, "verdict": wire_name(&entry.verdict), "by": who, "on": on,
        })).collect::<Vec<_>>(),
        "findings": findings, "devices": it.devices,
        "circulated": it.circulated.iter().map(|(number, on)| json!({ "number": number, "on": on })).collect::<Vec<_>>(),
    })
}

/// The organ that is asked for.
async fn asked(shell: &Shell, who: &Identity, ask: &Ask) -> Result<OrganId, Failure> {
    ask.typed::<Uuid>("organ", "应为机关编号")?;
    access::chosen(shell, who, ask.get("organ")).await
}

/// GET /api/v1/checks
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/checks", uri.query(), &["organ", "after"])?;
    let organ = asked(&shell, &who, &ask).await?;
    let after = ask.typed::<Uuid>("after", "应为事项编号")?.map(MatterId);
    let (all, next) = page_of(&shell, organ, after).await?;
    let next = next.map(|id| ask.query().with("after", &id.to_string()));
    Ok(Json(json!({ "items": all.iter().map(line).collect::<Vec<_>>(), "next": next })))
}

/// GET /api/v1/checks/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

/// GET /api/v1/checks/{id}/draw: everything that a stranger needs to draw again.
async fn draw(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = seen(&shell, &who, id).await?;
    let planned = it.planned.as_ref().ok_or(Failure::NotFound)?;
    let holds = super::show::holds(&it.state);
    Ok(Json(json!({
        "statement": STATEMENT, "population": planned.members, "population_digest": planned.population_digest,
        "strata": planned.strata, "beacon": planned.beacon, "planned_at": planned.at,
        "value": it.drawn.as_ref().map(|d| &d.value), "published_at": it.drawn.as_ref().map(|d| d.published_at),
        "seed": it.drawn.as_ref().map(|d| &d.seed), "sample": it.sample, "holds": holds,
    })))
}

/// GET /api/v1/checks/{id}/signals
async fn told_by_data(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    let path = format!("/api/v1/checks/{id}/signals");
    let ask = Ask::read(&path, uri.query(), &["from"])?;
    let from = ask.typed::<jiff::civil::Date>("from", "应为年-月-日")?;
    let it = seen(&shell, &who, id).await?;
    let portion = signals::of(&shell, &it, from).await?;
    let items: Vec<Value> = portion
        .found
        .iter()
        .map(|it| {
            json!({
                "act": wire_name(&it.act), "article": it.act.article().to_string(), "about": it.about,
                "signal": it.signal.as_ref().map(wire_name), "persons": it.persons, "facts": it.facts.value(),
            })
        })
        .collect();
    let next = portion.next.map(|day| ask.query().with("from", &day.to_string()));
    Ok(Json(json!({ "items": items, "from": portion.days.0, "to": portion.days.1, "next": next })))
}

fn rate(it: Rate) -> Value {
    json!({ "part": it.part, "whole": it.whole, "permille": it.permille() })
}

/// GET /api/v1/checks/statistics
async fn figures(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/checks/statistics", uri.query(), &["organ", "from", "to"])?;
    for name in ["from", "to"] {
        ask.typed::<jiff::civil::Date>(name, "应为年-月-日")?;
    }
    let organ = asked(&shell, &who, &ask).await?;
    let days = days(ask.query(), civil_day(shell.app.now()));
    let it = ground(&shell, organ, days).await?;
    let (all, late) = (coverage(&it.acts), lateness(&it.uploads));
    let group = |groups: Vec<(String, Rate)>| -> Vec<Value> {
        groups.into_iter().map(|(name, it)| json!({ "name": name, "rate": rate(it) })).collect()
    };
    let links = mingjing_domain::recording_check::stats::by_link(&it.acts);
    let units = mingjing_domain::recording_check::stats::by_unit(&it.acts);
    Ok(Json(json!({
        "from": it.days.0, "to": it.days.1, "acts": all.acts(), "recorded": rate(all.recorded_rate()),
        "lawful": rate(all.lawful_rate()), "timely": rate(late.timely_rate()), "worst_hours": late.worst_hours,
        "links": group(links.into_iter().map(|(k, v)| (k.label().to_owned(), v.lawful_rate())).collect()),
        "units": group(units.into_iter().map(|(k, v)| (k, v.lawful_rate())).collect()),
    })))
}

/// GET /api/v1/checks/assessment.csv
async fn assessed(
    State(shell): State<Shell>,
    who: Identity,
    store: Opened,
    uri: Uri,
) -> Result<Response, Failure> {
    let ask = Ask::read("/api/v1/checks/assessment.csv", uri.query(), &["organ", "year"])?;
    ask.typed::<i16>("year", "应为公元年份")?;
    statistics::csv(State(shell), who, store, uri).await
}

/// POST /api/v1/checks/new/{act}
async fn begin(
    State(shell): State<Shell>,
    who: Identity,
    Path(name): Path<String>,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let verb = acts::named::<Verb>(&name).filter(|it| BEGINS.contains(it)).ok_or(Failure::NotFound)?;
    let id = carry_out(&shell, &who, verb, None, given.0, command).await?;
    let it = seen(&shell, &who, id.0).await?;
    Ok((StatusCode::CREATED, Json(line(&it))).into_response())
}

async fn carry_out(
    shell: &Shell,
    who: &Identity,
    verb: Verb,
    it: Option<&Loaded<Check>>,
    given: Value,
    command: Uuid,
) -> Result<MatterId, Failure> {
    let organ = it.map_or(who.person.organ, |it| it.organ);
    who.may(verbs::of(verb), &Target::organ(organ))?;
    let basis = &verbs::of(verb).basis;
    let value = body::read(&specs(verb, &around()), given, basis)?;
    let asked = read(&shell.app, organ, verb, it.map(|it| it.state.as_ref()), value).await?;
    let asked = asked.map_err(|errors| body::refused(errors, basis))?;
    Ok(act(&shell.app, &who.actor(), it.map(|it| it.id), asked, command).await?.value)
}

/// POST /api/v1/checks/{id}/{act}
async fn post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb = acts::named::<Verb>(&name).filter(|it| !BEGINS.contains(it)).ok_or(Failure::NotFound)?;
    let it = seen(&shell, &who, id).await?;
    carry_out(&shell, &who, verb, Some(&it), given.0, command).await?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let (text, day, id) = (schema_of("text"), schema_of("day"), schema_of("id"));
    let list = json!({ "type": "array", "items": { "type": "object" } });
    let check = object_of(&[
        ("id", id.clone()),
        ("version", schema_of("number")),
        ("kind", text.clone()),
        ("stage", text.clone()),
        ("label", text.clone()),
        ("from", day.clone()),
        ("to", day.clone()),
        ("begun_by", id.clone()),
        ("sample", json!({ "type": "array", "items": id })),
        ("entries", list.clone()),
        ("findings", list.clone()),
        ("devices", list.clone()),
        ("circulated", list.clone()),
    ]);
    let page = object_of(&[
        ("items", json!({ "type": "array", "items": schema("Check") })),
        ("next?", text.clone()),
    ]);
    let mut out = reads(page);
    for verb in Verb::ALL {
        let name = wire_name(verb);
        let begins = BEGINS.contains(verb);
        let path = if begins {
            format!("/api/v1/checks/new/{name}")
        } else {
            format!("/api/v1/checks/{{id}}/{name}")
        };
        let fields = specs(*verb, &around());
        let mut it =
            operation(&path, &format!("check_{name}"), TAG, verbs::of(*verb), &fields, schema("Check"));
        if begins {
            it = it.status(201, "已开始").leads("check_read", json!({ "id": "$response.body#/id" }));
        }
        out.push(it);
    }
    (out, vec![("Check", check)])
}

/// What is only read.
fn reads(page: Value) -> Vec<Operation> {
    let (text, day) = (schema_of("text"), schema_of("day"));
    let list = json!({ "type": "array", "items": { "type": "object" } });
    vec![
        Operation::get("/api/v1/checks", "check_list", TAG, verbs::READ.label, page)
            .fails(&[404])
            .with(query("organ", "机关，缺省为本机关", schema_of("id")))
            .with(query("after", "从这个事项之前起", schema_of("id")))
            .leads("check_read", json!({ "id": "$response.body#/items/0/id" })),
        Operation::get(
            "/api/v1/checks/statistics",
            "check_statistics",
            TAG,
            "记录统计",
            json!({ "type": "object" }),
        )
        .fails(&[404])
        .with(query("organ", "机关，缺省为本机关", schema_of("id")))
        .with(query("from", "自", day.clone()))
        .with(query("to", "至", day.clone())),
        Operation::get(
            "/api/v1/checks/assessment.csv",
            "check_assessment",
            TAG,
            "年度考核数据",
            text.clone(),
        )
        .fails(&[404])
        .with(query("organ", "机关，缺省为本机关", schema_of("id")))
        .with(query("year", "年度", json!({ "type": "integer", "minimum": 2000, "maximum": 2199 })))
        .produces("text/csv"),
        Operation::get("/api/v1/checks/{id}", "check_read", TAG, verbs::READ.label, schema("Check")),
        Operation::get(
            "/api/v1/checks/{id}/recomputation",
            "check_draw_read",
            TAG,
            "抽取的依据，供复算",
            object_of(&[("statement", text.clone()), ("population", list.clone())]),
        ),
        Operation::get(
            "/api/v1/checks/{id}/signals",
            "check_signals",
            TAG,
            "检查期间的数据提示",
            object_of(&[("items", list), ("from", day.clone()), ("to", day.clone()), ("next?", text)]),
        )
        .with(query("from", "自", day)),
    ]
}
