//! Files, batches and the records of a party for programs.

use axum::extract::{Path, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use mingjing_domain::archive::transfer::{Proof, Signature, Transfer, Verb as BatchVerb};
use mingjing_domain::archive::{Verb, extent};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::MatterId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::form::{Around, code, lack_code, specs};
use super::transfer::{act as act_batch, prove};
use super::transfer_form::{Around as BatchAround, digest_of, read as read_batch, specs as batch_specs};
use super::web::{Running, Shown, carry_out, package, shown};
use super::{growth, party, transfer_web, verbs};
use crate::kit::acts::{self, object_of, operation, schema_of};
use crate::kit::ask::{self, Ask};
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::authz_case::CASE_READ;
use crate::kit::body;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::openapi::{Operation, key, needed, query, schema, words};
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::record::job::Records;

const TAG: &str = "归档";

/// Routes of the API.
pub fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    let batches = Access::Verb(verbs::TRANSFERS);
    Routes::new()
        .get("/api/v1/cases/{id}/file", read, one)
        .post("/api/v1/cases/{id}/file/{act}", read, post)
        .get("/api/v1/cases/{id}/packages/{file}", read, package)
        .get("/api/v1/parties/records", read, records)
        .get("/api/v1/transfers", batches, list)
        .post("/api/v1/transfers", Access::Verb(verbs::of_batch(BatchVerb::Propose)), propose)
        .get("/api/v1/transfers/{id}", batches, batch)
        .post("/api/v1/transfers/{id}/{act}", batches, post_batch)
        .describe(described())
}

fn around() -> Around {
    Around { program: true, ..Around::default() }
}

/// A file as data.
async fn whole(shell: &Shell, who: &Identity, it: &Shown) -> Result<Value, Failure> {
    let due = growth::due(shell, who, it).await?;
    let mut out = shape(it);
    if let Value::Object(members) = &mut out {
        members.extend(growth::data(it, due.as_ref()).map(|(name, value)| (name.to_owned(), value)));
    }
    Ok(out)
}

fn shape(it: &Shown) -> Value {
    let rows: Vec<Value> = it
        .rows
        .iter()
        .map(|row| {
            json!({
                "no": row.no, "volume": row.volume, "list": row.list, "heading": row.heading, "item": code(row.item),
                "title": row.shown_title(), "number": row.number, "dated": row.dated, "pages": row.page_words(),
                "remark": row.remark, "secrecy": row.secrecy.map(|it| wire_name(&it)), "digest": row.digest,
            })
        })
        .collect();
    let lacks: Vec<Value> = it
        .lacks
        .iter()
        .map(|it| json!({ "finding": lack_code(it), "message": it.message, "article": it.article.to_string() }))
        .collect();
    let (volumes, pages) = extent(&it.rows);
    let packages: Vec<Value> = it
        .file
        .packages
        .iter()
        .map(|(it, version, on)| json!({ "sha256": it.sha256, "files": it.files, "bytes": it.bytes, "version": version, "on": on }))
        .collect();
    json!({
        "case": it.filed.case.id, "begun": it.filed.file.is_some(),
        "version": it.filed.file.as_ref().map_or(0, |it| it.version),
        "stage": wire_name(&it.file.stage), "label": it.file.stage.label(),
        "archive_no": it.file.accepted.as_ref().map(|it| &it.0), "order": wire_name(&it.filed.order),
        "volumes": volumes, "pages": pages, "rows": rows, "lacks": lacks, "packages": packages,
    })
}

/// GET /api/v1/cases/{id}/file
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = shown(&shell, &who, id).await?;
    Ok(Json(whole(&shell, &who, &it).await?))
}

/// POST /api/v1/cases/{id}/file/{act}
#[allow(clippy::too_many_arguments)] // what a request brings along
async fn post(
    State(shell): State<Shell>,
    who: Identity,
    running: Running,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb: Verb = acts::named(&name).ok_or(Failure::NotFound)?;
    let it = shown(&shell, &who, id).await?;
    who.may(verbs::of(verb), &Target::organ(it.filed.case.organ))?;
    let basis = &verbs::of(verb).basis;
    let value = body::read(&specs(verb, &around()), given.0, basis)?;
    let done = carry_out(&shell, &who, running, verb, id, value, command).await?;
    done.map_err(|errors| body::refused(errors, basis))?;
    let it = shown(&shell, &who, id).await?;
    Ok(Json(whole(&shell, &who, &it).await?))
}

/// GET /api/v1/parties/records
async fn records(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/parties/records", uri.query(), &["name", "after"])?;
    let name = ask.words("name").ok_or_else(|| Failure::Malformed("参数 name 应为当事人全称".to_owned()))?;
    let after = ask.typed::<Uuid>("after", "应为案件编号")?.map(MatterId);
    let (all, next) = party::records(&shell, &who, &name, after).await?;
    let next = next.map(|id| ask.query().with("after", &id.to_string()));
    Ok(Json(json!({ "items": all, "next": next })))
}

/// A signature with whether the program checked it.
fn signature(it: &Signature) -> Value {
    json!({ "signature": it, "verified": it.verified() })
}

fn batch_line(it: &Loaded<Transfer>) -> Value {
    let step = |step: Option<(mingjing_domain::matter::StaffId, jiff::civil::Date)>| {
        step.map(|(by, on)| json!({ "by": by, "on": on }))
    };
    json!({
        "id": it.id, "version": it.version, "year": it.year, "unit": it.unit, "stage": wire_name(&it.stage),
        "label": it.stage.label(), "list_digest": digest_of(&it.state), "files": it.files,
        "sent_back": it.sent_back.iter().map(|b| json!({ "file": b.file, "reason": b.reason.value() })).collect::<Vec<_>>(),
        "proposed": step(Some(it.proposed)), "checked": step(it.checked), "handed": step(it.handed),
        "received": step(it.received), "signatures": {
            "handed_over": it.signatures.0.as_ref().map(signature), "received": it.signatures.1.as_ref().map(signature),
        },
    })
}

/// GET /api/v1/transfers
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Json<Value>, Failure> {
    let ask = Ask::read("/api/v1/transfers", uri.query(), &["after"])?;
    let after = ask.typed::<Uuid>("after", "应为事项编号")?.map(MatterId);
    let (all, next) = transfer_web::page_of(&shell, &who, after).await?;
    let next = next.map(|id| ask.query().with("after", &id.to_string()));
    Ok(Json(json!({ "items": all.iter().map(batch_line).collect::<Vec<_>>(), "next": next })))
}

/// GET /api/v1/transfers/{id}
async fn batch(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    Ok(Json(batch_line(&transfer_web::seen(&shell, &who, id).await?)))
}

fn batch_around() -> BatchAround {
    BatchAround { program: true, ..BatchAround::default() }
}

/// POST /api/v1/transfers
async fn propose(
    State(shell): State<Shell>,
    who: Identity,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let basis = &verbs::of_batch(BatchVerb::Propose).basis;
    let value = body::read(&batch_specs(BatchVerb::Propose, &batch_around()), given.0, basis)?;
    let asked = read_batch(BatchVerb::Propose, &who.person.unit, value);
    let asked = asked.map_err(|errors| body::refused(errors, basis))?;
    let done = act_batch(&shell.app, &who.actor(), None, (asked, Proof::default()), command).await?;
    let it = transfer_web::seen(&shell, &who, done.value.0).await?;
    Ok((StatusCode::CREATED, Json(batch_line(&it))).into_response())
}

/// POST /api/v1/transfers/{id}/{act}
async fn post_batch(
    State(shell): State<Shell>,
    who: Identity,
    records: Option<Extension<Records>>,
    Path((id, name)): Path<(Uuid, String)>,
    CommandId(command): CommandId,
    uri: Uri,
    given: ask::Json,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let verb = acts::named::<BatchVerb>(&name).filter(|it| *it != BatchVerb::Propose);
    let verb = verb.ok_or(Failure::NotFound)?;
    let it = transfer_web::seen(&shell, &who, id).await?;
    who.may(verbs::of_batch(verb), &Target::organ(it.organ))?;
    let basis = &verbs::of_batch(verb).basis;
    let value = body::read(&batch_specs(verb, &batch_around()), given.0, basis)?;
    let asked = read_batch(verb, &who.person.unit, value).map_err(|errors| body::refused(errors, basis))?;
    let records = records.map(|Extension(it)| it);
    let proof = prove(records.as_ref(), it.id, &asked).await?;
    act_batch(&shell.app, &who.actor(), Some(it.id), (asked, proof), command).await?;
    Ok(Json(batch_line(&transfer_web::seen(&shell, &who, id).await?)))
}

fn list_of(items: Value) -> Value {
    object_of(&[("items", json!({ "type": "array", "items": items })), ("next?", schema_of("text"))])
}

fn schemas() -> Vec<(&'static str, Value)> {
    let (text, number, list) =
        (schema_of("text"), schema_of("number"), json!({ "type": "array", "items": { "type": "object" } }));
    let file = object_of(&[
        ("case", schema_of("id")),
        ("begun", schema_of("flag")),
        ("version", number.clone()),
        ("stage", text.clone()),
        ("label", text.clone()),
        ("archive_no?", text.clone()),
        ("order", text.clone()),
        ("volumes", number.clone()),
        ("pages", number.clone()),
        ("rows", list.clone()),
        ("lacks", list.clone()),
        ("packages", list.clone()),
        ("growth", json!({ "type": "object" })),
        ("pending?", json!({ "type": "object" })),
        ("supplements", list.clone()),
    ]);
    let transfer = object_of(&[
        ("id", schema_of("id")),
        ("version", number.clone()),
        ("year", number),
        ("unit", text.clone()),
        ("stage", text.clone()),
        ("label", text.clone()),
        ("list_digest", text),
        ("files", list.clone()),
        ("sent_back", list),
        ("signatures", json!({ "type": "object" })),
    ]);
    vec![("CaseFile", file), ("Transfer", transfer)]
}

fn described() -> (Vec<Operation>, Vec<(&'static str, Value)>) {
    let mut out = of_files();
    out.extend(of_batches());
    debug_assert!(out.iter().all(|it| it.method == Method::GET || it.parameters.contains(&key())));
    (out, schemas())
}

fn of_files() -> Vec<Operation> {
    let mut out = Vec::new();
    out.push(Operation::get("/api/v1/cases/{id}/file", "file_read", TAG, "案卷", schema("CaseFile")));
    out.push(
        Operation::get(
            "/api/v1/cases/{id}/packages/{file}",
            "file_package",
            TAG,
            "下载案卷的封装件（须经批准导出）",
            json!({ "type": "string" }),
        )
        .at("file", json!({ "type": "string", "pattern": r"^[0-9a-f]{64}\.zip$" }))
        .produces("application/zip")
        .fails(&[409]),
    );
    for verb in Verb::ALL {
        let name = wire_name(verb);
        let path = format!("/api/v1/cases/{{id}}/file/{name}");
        let fields = specs(*verb, &around());
        out.push(operation(
            &path,
            &format!("file_{name}"),
            TAG,
            verbs::of(*verb),
            &fields,
            schema("CaseFile"),
        ));
    }
    out
}

fn of_batches() -> Vec<Operation> {
    let mut out = Vec::new();
    out.push(
        Operation::get(
            "/api/v1/parties/records",
            "party_records",
            TAG,
            "一个当事人的全部记录",
            list_of(json!({ "type": "object" })),
        )
        .with(needed("name", "当事人全称", words()))
        .with(query("after", "从这个案件之前起", schema_of("id"))),
    );
    out.push(
        Operation::get(
            "/api/v1/transfers",
            "transfer_list",
            TAG,
            verbs::TRANSFERS.label,
            list_of(schema("Transfer")),
        )
        .with(query("after", "从这个事项之前起", schema_of("id")))
        .leads("transfer_read", json!({ "id": "$response.body#/items/0/id" })),
    );
    out.push(Operation::get(
        "/api/v1/transfers/{id}",
        "transfer_read",
        TAG,
        verbs::TRANSFERS.label,
        schema("Transfer"),
    ));
    for verb in BatchVerb::ALL {
        let name = wire_name(verb);
        let fields = batch_specs(*verb, &batch_around());
        let begins = *verb == BatchVerb::Propose;
        let path =
            if begins { "/api/v1/transfers".to_owned() } else { format!("/api/v1/transfers/{{id}}/{name}") };
        let mut it = operation(
            &path,
            &format!("transfer_{name}"),
            TAG,
            verbs::of_batch(*verb),
            &fields,
            schema("Transfer"),
        );
        if begins {
            it = it.status(201, "已拟定").leads("transfer_read", json!({ "id": "$response.body#/id" }));
        }
        out.push(it);
    }
    out
}
