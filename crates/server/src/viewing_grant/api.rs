//! Approvals for programs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mingjing_domain::act_table::Act as _;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::viewing_grant::{Grant, Line, Verb, register};
use serde_json::{Value, json};
use uuid::Uuid;

use super::form::{self, Around, FORMS, specs};
use super::masks;
use super::service::act;
use super::tables::{material, requester};
use super::taking;
use super::verbs;
use super::web::{PAGE, page_of, seen};
use crate::case::access::rules;
use crate::evidence::tus::Opened;
use crate::kit::acts::{self, MAX_WORDS, object_of, operation, schema_of};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::body;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, query, schema};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;

const TAG: &str = "查阅";

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/api/v1/grants", read, list)
        .post("/api/v1/grants", Access::Verb(verbs::of(Verb::Request)), request)
        .get("/api/v1/grants/register", Access::Verb(verbs::REGISTER), loans)
        .get("/api/v1/grants/{id}", read, one)
        .post("/api/v1/grants/{id}/{act}", read, post)
        .describe(described())
}

fn around() -> Around {
    Around { program: true, ..Around::default() }
}

fn line(it: &Loaded<Grant>) -> Value {
    let uses: Vec<Value> = it
        .uses
        .iter()
        .map(|u| json!({ "by": u.by, "at": u.at, "kind": wire_name(&u.kind), "what": u.material, "label": material(u.material), "reason": u.reason.as_ref().and_then(|it| it.value()) }))
        .collect();
    let decided = it.decided.as_ref();
    json!({
        "id": it.id, "version": it.version, "stage": wire_name(&it.stage), "label": it.stage.label(),
        "requested_by": it.requested_by, "requested_on": it.requested_on, "requester": requester(&it.requester),
        "purpose": wire_name(&it.purpose), "reason": it.reason.value(), "scope": it.right.scope,
        "medium": wire_name(&it.right.medium), "restricted": it.right.restricted,
        "from": it.right.from, "until": it.right.until,
        "decided_by": decided.map(|it| it.0), "decided_on": decided.map(|it| it.1),
        "opinion": decided.and_then(|it| it.2.value()), "uses": uses,
        "masks": (1_u16..).zip(&it.masks).map(|(no, mask)| masks::json_of(it.id, no, mask)).collect::<Vec<_>>(),
    })
}

const TABS: [&str; 3] = ["mine", "pending", "all"];

/// GET /api/v1/grants
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/grants", uri.query(), &["tab", "after"])?;
    let tab = ask.one_of("tab", &TABS)?.unwrap_or("mine");
    let after = ask.typed::<Uuid>("after", "应为事项编号")?.map(MatterId);
    let (all, next) = page_of(&shell, &who, tab, after).await?;
    let items: Vec<Value> = all.iter().map(line).collect();
    let next = next.map(|id| ask.query().with("after", &id.to_string()));
    Ok(Json(json!({ "items": items, "next": next })))
}

/// GET /api/v1/grants/register
async fn loans(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/grants/register", uri.query(), &["after"])?;
    who.may(verbs::REGISTER, &Target::organ(who.person.organ))?;
    let after = ask.typed::<Uuid>("after", "应为事项编号")?.map(MatterId);
    let (all, next) = page_of(&shell, &who, "register", after).await?;
    let known: Vec<(MatterId, &Grant)> = all.iter().map(|it| (it.id, it.state.as_ref())).collect();
    let items: Vec<Value> = register(&known, civil_day(shell.app.now()))
        .iter()
        .map(|it| {
            let what = match &it.line {
                Line::Loan { case, volumes, until, returned, overdue_days } => json!({
                    "kind": "loan", "case": case, "volumes": volumes, "until": until,
                    "returned_on": returned.map(|it| it.0), "intact": returned.map(|it| it.1),
                    "overdue_days": overdue_days,
                }),
                Line::Copies { number, pieces, pages } => {
                    json!({ "kind": "copies", "number": number, "pieces": pieces, "pages": pages })
                }
            };
            json!({
                "grant": it.grant, "by": it.by, "purpose": wire_name(&it.purpose), "out_on": it.out_on,
                "receiver": it.receiver.value(), "what": what,
            })
        })
        .collect();
    let next = next.map(|id| ask.query().with("after", &id.to_string()));
    Ok(Json(json!({ "items": items, "next": next })))
}

/// GET /api/v1/grants/{id}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

/// POST /api/v1/grants
async fn request(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let basis = &verbs::of(Verb::Request).basis;
    let value = body::read(&specs(Verb::Request, &around()), given.0, basis)?;
    let asked = form::read(&shell.app, Verb::Request, None, value).await?;
    let asked = asked.map_err(|errors| body::refused(errors, basis))?;
    let done = act(&shell.app, rules(), &who.actor(), None, asked, command).await?;
    let it = seen(&shell, &who, done.value.0).await?;
    Ok((StatusCode::CREATED, Json(line(&it))).into_response())
}

/// POST /api/v1/grants/{id}/{act}
async fn post(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb = acts::named::<Verb>(&name).filter(|it| FORMS.contains(it)).ok_or(Failure::NotFound)?;
    let it = seen(&shell, &who, id).await?;
    who.may(verbs::of(verb), &Target::organ(it.organ))?;
    let basis = &verbs::of(verb).basis;
    let value = body::read(&specs(verb, &around()), given.0, basis)?;
    let asked = form::read(&shell.app, verb, Some(it.state.as_ref()), value).await?;
    let asked = asked.map_err(|errors| body::refused(errors, basis))?;
    masks::possible(&shell, &store, &asked).await?;
    act(&shell.app, rules(), &who.actor(), Some(it.id), asked, command).await?;
    Ok(Json(line(&seen(&shell, &who, id).await?)))
}

fn grant_schema() -> Value {
    let (text, id, day) = (schema_of("text"), schema_of("id"), schema_of("day"));
    let list = json!({ "type": "array", "items": { "type": "object" } });
    object_of(&[
        ("id", id.clone()),
        ("version", schema_of("number")),
        ("stage", text.clone()),
        ("label", text.clone()),
        ("requested_by", id.clone()),
        ("requested_on", day.clone()),
        ("requester", text.clone()),
        ("purpose", text.clone()),
        ("reason?", text.clone()),
        ("scope", list.clone()),
        ("medium", text.clone()),
        ("restricted", schema_of("flag")),
        ("from", day.clone()),
        ("until", day.clone()),
        ("decided_by?", id),
        ("decided_on?", day),
        ("opinion?", json!({ "type": "string", "maxLength": MAX_WORDS })),
        ("uses", list.clone()),
        ("masks", list),
    ])
}

fn page_schema(items: Value) -> Value {
    object_of(&[
        ("items", json!({ "type": "array", "maxItems": PAGE * 10, "items": items })),
        ("next?", schema_of("text")),
    ])
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let after = || query("after", "从这个事项之前起", schema_of("id"));
    let link = json!({ "id": "$response.body#/id" });
    let mut out = vec![
        Operation::get("/api/v1/grants", "grant_list", TAG, verbs::READ.label, page_schema(schema("Grant")))
            .with(query("tab", "我的申请、待审批、全部", json!({ "enum": TABS })))
            .with(after())
            .leads("grant_read", json!({ "id": "$response.body#/items/0/id" })),
        Operation::get(
            "/api/v1/grants/register",
            "grant_register",
            TAG,
            "借阅、复制登记簿",
            page_schema(json!({ "type": "object" })),
        )
        .with(after()),
        Operation::get("/api/v1/grants/{id}", "grant_read", TAG, verbs::READ.label, schema("Grant")),
        Operation::get(taking::SHOW, "grant_file", TAG, "依批准查阅文书", json!({ "type": "string" }))
            .says("逐页标明查阅人、时间和目的的阅览件；存档的原件不改动。每次查阅都登记。")
            .at("case", schema_of("id"))
            .at("file", file())
            .produces("application/pdf")
            .fails(&[409]),
        taken(taking::TAKE, "grant_file_copy", "依批准复制、导出文书")
            .at("case", schema_of("id"))
            .at("file", file())
            .produces("application/pdf"),
        taken(masks::EXPORT, "grant_mask_export", "导出遮蔽件")
            .at("no", json!({ "type": "integer", "minimum": 1, "maximum": 65535 }))
            .produces("application/octet-stream"),
    ];
    out.extend(mask_operations());
    let mut request = Operation::new(Method::POST, "/api/v1/grants", "grant_request", TAG)
        .says(format!("依据{}。", Verb::Request.row().article))
        .with(key())
        .status(201, "已申请")
        .leads("grant_read", link.clone());
    let fields = specs(Verb::Request, &around());
    Verb::Request.label().clone_into(&mut request.summary);
    request.success.2 = schema("Grant");
    request.body = Some((body::schema(&fields), example()));
    for verb in FORMS {
        request = request.leads(&format!("grant_{}", wire_name(verb)), link.clone());
    }
    out.push(request);
    for verb in FORMS {
        let name = wire_name(verb);
        let path = format!("/api/v1/grants/{{id}}/{name}");
        let fields = specs(*verb, &around());
        out.push(operation(&path, &format!("grant_{name}"), TAG, verbs::of(*verb), &fields, schema("Grant")));
    }
    (out, vec![("Grant", grant_schema()), ("GrantMask", mask_schema())])
}

fn file() -> Value {
    json!({ "type": "string", "pattern": r"^[0-9]{1,5}\.pdf$" })
}

/// Bytes that are taken away: an act of its own, with what they are for.
pub fn taken(path: &str, id: &str, summary: &str) -> Operation {
    let specs = taking::specs();
    Operation::post(path, id, TAG, summary, json!({ "type": "string", "format": "binary" }))
        .says("须写明用途；连同复制件的摘要记入查阅记录。")
        .with(key())
        .takes(body::schema(&specs), body::example(&specs))
}

/// What is read of a derivative.
fn mask_operations() -> [Operation; 2] {
    let no = || json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let mut content = Operation::get(
        masks::CONTENT,
        "grant_mask_content",
        TAG,
        "遮蔽件的内容",
        json!({ "type": "string", "format": "binary" }),
    )
    .says("可以只取一部分（Range）；ETag 为遮蔽件的 SHA-256 根。每次查看都登记。")
    .at("no", no())
    .produces("application/octet-stream")
    .fails(&[409, 416]);
    content.also = Some((206, "其中一部分"));
    [
        Operation::get(masks::ONE, "grant_mask_read", TAG, "遮蔽件", schema("GrantMask"))
            .at("no", no())
            .fails(&[409]),
        content,
    ]
}

fn mask_schema() -> Value {
    let (text, id) = (schema_of("text"), schema_of("id"));
    object_of(&[
        ("no", schema_of("number")),
        ("state", json!({ "type": "string", "enum": ["making", "made", "failed"] })),
        ("label", text.clone()),
        ("reason?", text.clone()),
        ("asked_by", id.clone()),
        ("asked_at", json!({ "type": "string", "format": "date-time" })),
        ("recording", id),
        ("segment", schema_of("number")),
        ("original_root", text.clone()),
        ("edits", json!({ "type": "array", "items": { "type": "object" } })),
        ("root?", text.clone()),
        ("identity?", json!({ "type": "object" })),
        ("tool?", text.clone()),
        ("content?", text),
    ])
}

fn example() -> Value {
    json!({
        "requester": "staff", "purpose": "file_evaluation", "reason": "年度案卷评查",
        "scope": [{ "covers": "file", "case": "00000000-0000-7000-8000-000000000001" }],
        "medium": "view", "from": "2026-03-11", "until": "2026-03-20",
    })
}
