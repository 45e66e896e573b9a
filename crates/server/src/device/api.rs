//! The ledger of devices for programs.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::cite::Citation;
use mingjing_domain::device::device_step;
use mingjing_domain::device::form::{fields, read};
use mingjing_domain::device::{Device, DeviceKind, DeviceVerb};
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::refusal::FieldError;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::{self, Filter};
use super::tables::Standing;
use super::{service, verbs};
use crate::case::access::rules;
use crate::case::body;
use crate::case::describe::{example_of, with_time};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, limit, page_of, query, schema};
use crate::kit::problem::Failure;
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::recording::access::device;

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/api/v1/devices", read, list)
        .post("/api/v1/devices", Access::Verb(verbs::verb_of(DeviceVerb::Register)), register)
        .get("/api/v1/devices/{id}", read, one)
        .post("/api/v1/devices/{id}/{verb}", read, act)
        .describe(described())
}

/// What the address asks for, within what the person may see.
///
/// # Errors
/// An unknown standing, kind, organ or cursor.
pub(super) fn filter(who: &Identity, organs: &[(OrganId, String)], query: &Query) -> Result<Filter, Failure> {
    let malformed = |what: &str| Failure::Malformed(what.to_owned());
    let state = query.get("state").map(str::to_owned);
    if state.as_deref().is_some_and(|it| store::state_label(it).is_empty()) {
        return Err(malformed("没有这种设备状态"));
    }
    let kind = query.get("kind").map(str::to_owned);
    if kind.as_deref().is_some_and(|it| store::kind_label(it).is_empty()) {
        return Err(malformed("没有这种设备"));
    }
    let mut own: Vec<OrganId> = organs.iter().map(|(id, _)| *id).collect();
    if let Some(one) = query.get("organ") {
        own.retain(|it| it.to_string() == one);
        if own.is_empty() {
            return Err(Failure::NotFound);
        }
    }
    let after = query.get("after").map(|it| it.parse::<Uuid>().map(MatterId));
    let before = after.transpose().map_err(|_| malformed("翻页标记不对"))?;
    let holder = (query.get("mine") == Some("1")).then_some(who.person.id);
    Ok(Filter { organs: own, state, kind, holder, before })
}

/// GET /api/v1/devices
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let known = ["state", "kind", "organ", "mine", "after", "limit"];
    let ask = Ask::read("/api/v1/devices", uri.query(), &known)?;
    ask.one_of("mine", &["1"])?;
    ask.typed::<Uuid>("organ", "应为机关编号")?;
    let limit = ask.limit()?;
    let organs = crate::recording::access::organs(&shell, &who).await?;
    let filter = filter(&who, &organs, ask.query())?;
    let rows = u32::try_from(limit + 1).unwrap_or(u32::MAX);
    let mut items = store::list(shell.app.db(), &filter, rows).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|it| ask.query().with("after", &it.id.to_string()));
    Ok(Json(json!({ "items": items, "next": next })))
}

fn shape(id: MatterId, it: &Device) -> Value {
    let of = &it.registration;
    let state = Standing::of(it);
    json!({
        "id": id, "organ": it.organ, "version": it.version, "number": of.number, "kind": wire_name(&of.kind),
        "kind_label": of.kind.label(), "model": of.model, "serial": of.serial, "unit": of.unit,
        "site": of.site.as_ref().map(|site| json!({ "use": wire_name(&site.of), "place": site.place.or_erased() })),
        "state": state.name(), "state_label": state.label(), "holder": it.holder(), "registered_on": it.registered_on,
        "holders": it.holders.iter().map(|(who, from, until)| json!({ "staff": who, "from": from, "until": until })).collect::<Vec<_>>(),
        "checks": it.checks.iter().map(|check| json!({
            "at": check.at, "by": check.by, "measured": check.measured,
            "problems": check.problems.iter().map(wire_name).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "faults": it.faults.iter().map(|(from, until)| json!({ "from": from, "until": until })).collect::<Vec<_>>(),
        "maintained_on": it.maintained_on, "published_on": it.published_on,
        "reviews": it.reviews.iter().map(|(review, pass, on)| json!({ "review": wire_name(review), "pass": pass, "on": on })).collect::<Vec<_>>(),
        "scrapped_at": it.scrapped_at,
    })
}

/// GET /api/v1/devices/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = device(&shell, &who, MatterId(id)).await?;
    Ok(Json(shape(it.id, &it.state)))
}

/// The verb of an address.
///
/// # Errors
/// Not found.
pub fn verb(name: &str) -> Result<DeviceVerb, Failure> {
    verbs::acting().find(|it| wire_name(it) == name).ok_or(Failure::NotFound)
}

/// Whether the table lets the person do `verb` with a device of an organ.
///
/// # Errors
/// The refusal that names the row of the authorization table.
pub fn may(who: &Identity, verb: DeviceVerb, organ: OrganId) -> Result<(), Failure> {
    Ok(who.may(verbs::verb_of(verb), &Target::organ(organ))?)
}

/// Carries out what page or program asks, from the fields of its verb. Gives the device.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn carry_out(
    shell: &Shell,
    who: &Identity,
    it: Option<&Loaded<Device>>,
    verb: DeviceVerb,
    body: Value,
    sent: (Uuid, Option<body::Claimed>),
) -> Result<MatterId, Failure> {
    let command = read(verb, body).map_err(|reason| {
        let error = FieldError { field: String::new(), message: format!("内容不能读出：{reason}") };
        body::wrong(&device_step(verb).article, verb.label(), vec![error])
    })?;
    let rules = Arc::clone(rules());
    let id = it.map(|it| it.id);
    Ok(service::act(&shell.app, &rules, &who.actor(), id, command, sent).await?.value)
}

fn plain(verb: DeviceVerb, body: Value) -> Result<(Value, Option<body::Claimed>), Failure> {
    let article: Citation = device_step(verb).article;
    let (object, moment) = body::plain(&fields(verb), body, &article, verb.label())?;
    Ok((Value::Object(object), moment))
}

/// POST /api/v1/devices
async fn register(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    may(&who, DeviceVerb::Register, who.person.organ)?;
    let (object, moment) = plain(DeviceVerb::Register, body.0)?;
    let id = carry_out(&shell, &who, None, DeviceVerb::Register, object, (command, moment)).await?;
    let it = device(&shell, &who, id).await?;
    Ok((StatusCode::CREATED, Json(shape(id, &it.state))).into_response())
}

/// POST /api/v1/devices/{id}/{verb}
async fn act(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    body: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb = verb(&name)?;
    let it = device(&shell, &who, MatterId(id)).await?;
    may(&who, verb, it.organ)?;
    let (object, moment) = plain(verb, body.0)?;
    carry_out(&shell, &who, Some(&it), verb, object, (command, moment)).await?;
    let it = device(&shell, &who, MatterId(id)).await?;
    Ok(Json(shape(it.id, &it.state)))
}

const TAG: &str = "执法记录设备";

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let id = || json!({ "type": "string", "format": "uuid" });
    let states: Vec<&str> = Standing::ALL.iter().map(|it| it.name()).collect();
    let kinds: Vec<String> = DeviceKind::ALL.iter().map(wire_name).collect();
    let device = json!({
        "type": "object", "required": ["id", "organ", "number", "kind", "state", "unit"],
        "properties": {
            "id": id(), "organ": id(), "number": { "type": "string" }, "kind": { "type": "string", "enum": kinds },
            "state": { "type": "string", "enum": states }, "unit": { "type": "string" },
            "holder": { "type": ["string", "null"], "format": "uuid" },
        },
    });
    let mut list =
        Operation::get("/api/v1/devices", "device_list", TAG, "执法记录设备台账", page_of(schema("Device")))
            .fails(&[404])
            .leads("device_read", json!({ "id": "$response.body#/items/0/id" }));
    list.parameters = vec![
        query("state", "状态", json!({ "type": "string", "enum": states })),
        query("kind", "类型", json!({ "type": "string", "enum": kinds })),
        query("organ", "机关", id()),
        query("mine", "只看配发给本人的", json!({ "type": "string", "enum": ["1"] })),
        query("after", "从这项之后起", id()),
        limit(),
    ];
    let mut all = vec![list, Operation::new(Method::GET, "/api/v1/devices/{id}", "device_read", TAG)];
    if let Some(read) = all.last_mut() {
        "查看设备".clone_into(&mut read.summary);
        read.success.2 = schema("Device");
    }
    for verb in DeviceVerb::ALL {
        let row = device_step(*verb);
        let path = match verb {
            DeviceVerb::Register => "/api/v1/devices".to_owned(),
            _ => format!("/api/v1/devices/{{id}}/{}", wire_name(verb)),
        };
        let fields = fields(*verb);
        let mut it = Operation::post(
            &path,
            &format!("device_{}", wire_name(verb)),
            TAG,
            verb.label(),
            schema("Device"),
        )
        .says(format!("依据{}。", row.article))
        .with(key())
        .takes(with_time(&fields), Value::Object(example_of(&fields)));
        if *verb == DeviceVerb::Register {
            it = it.status(201, "已登记");
            for other in verbs::acting() {
                it =
                    it.leads(&format!("device_{}", wire_name(&other)), json!({ "id": "$response.body#/id" }));
            }
        }
        all.push(it);
    }
    (all, vec![("Device", device)])
}
