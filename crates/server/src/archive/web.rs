//! The page of a case's file, its acts, and the download of packages.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::act_table::{Act as _, open, ready};
use mingjing_domain::archive::{
    self, CaseFile, FileCommand, Lack, Row, Stage, Verb, back_sheet, check, unfiled,
};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::law::construction_rules;
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::viewing_grant::{Material, UseKind};
use uuid::Uuid;

use super::form::{Around, items, lack_code, read, specs};
use super::pack::{Makers, download, pack};
use super::service::{Acceptance, Filed, accept, act, at_stage, file_of, filed, take_in};
use super::{growth, party, show, transfer_web, verbs};
use crate::case::access::{People, rules, seen};
use crate::case::tables;
use crate::evidence::service::Store;
use crate::kit::acts::{self, Doing, Step, doing};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::authz_case::CASE_READ;
use crate::kit::error::WriteError;
use crate::kit::form::{Choice, FieldSpec, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::act::{Action, Door, actions};
use crate::kit::ui::show as ui;
use crate::ledger::service::Ledger;
use crate::record::job::Records;
use crate::viewing_grant::look::{Wish, look, may};

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    Routes::new()
        .get("/cases/{id}/file", read, one)
        .get("/cases/{id}/file/{verb}", read, act_page)
        .post("/cases/{id}/file/{verb}", read, act_post)
        .get("/cases/{id}/packages/{file}", read, package)
        .get("/parties", read, party::page)
        .merge(transfer_web::routes())
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// A file with what its page shows.
pub(super) struct Shown {
    /// Case, file, recordings, order.
    pub filed: Filed,
    /// The file's state; empty before it is begun.
    pub file: CaseFile,
    /// The catalogue.
    pub rows: Vec<Row>,
    /// What it lacks.
    pub lacks: Vec<Lack>,
}

/// The file of a case that the person may see.
///
/// # Errors
/// Not found; or the refusal that names the row of the authorization table.
pub(super) async fn shown(shell: &Shell, who: &Identity, id: Uuid) -> Result<Shown, Failure> {
    let case = seen(shell, who, MatterId(id)).await?;
    let filed = filed(&shell.app, rules(), case).await?;
    let file = filed.state();
    let rows = archive::rows(&filed.case.state, &file, &filed.recordings, filed.order, &[]);
    let lacks = match file.stage {
        Stage::Assembling | Stage::Assembled => check(&filed.case.state, &file, &filed.recordings),
        Stage::Accepted | Stage::Supplementing => {
            archive::lacking(&filed.case.state, &file, &filed.recordings, filed.order)
        }
    };
    Ok(Shown { filed, file, rows, lacks })
}

/// What the forms choose from.
pub(super) fn around(it: &Shown) -> Around {
    let unfiled = unfiled(&it.filed.case.state, &it.file.with_pending(), &it.filed.recordings);
    let words = |item| {
        let label = match item {
            archive::Item::Document { no } => crate::case::words::document(&it.filed.case.state, no),
            archive::Item::Evidence { no } => format!("第{no}号证据"),
            archive::Item::Paper { no } => format!("第{no}件外来材料"),
            archive::Item::Recording { recording } => format!("音像记录 {recording}"),
        };
        Choice::new(super::form::code(item), label)
    };
    Around {
        items: items(&it.rows),
        unfiled: unfiled.into_iter().map(words).collect(),
        lacks: it.lacks.iter().map(|lack| Choice::new(lack_code(lack), lack.message.clone())).collect(),
        archived: it.filed.case.archived.is_some(),
        program: false,
    }
}

async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    if let Some(told) = transfer_web::told(shell, who, path).await {
        return Some(told);
    }
    let (id, name) = path.strip_prefix("/cases/")?.split_once("/file/")?;
    let verb: Verb = acts::named(name)?;
    let it = shown(shell, who, id.parse().ok()?).await.ok()?;
    let about = tables::title(&it.filed.case.state);
    Some(Told { title: verb.label().to_owned(), about, specs: specs(verb, &around(&it)) })
}

/// Cases whose files wait for the person to accept: words, address, since.
///
/// # Errors
/// When the store fails.
pub async fn waiting(shell: &Shell, who: &Identity) -> Result<Vec<(String, String, String)>, Failure> {
    let organ = who.person.organ;
    let mut out = Vec::new();
    for (stage, verb, words) in [
        (Stage::Assembled, Verb::Accept, "检查接收案卷"),
        (Stage::Supplementing, Verb::TakeIn, "接收补充归档"),
    ] {
        if who.may(verbs::of(verb), &Target::organ(organ)).is_err() {
            continue;
        }
        for case in at_stage(&shell.app, organ, stage, 50).await? {
            let Some(file) = shell.app.load::<CaseFile>(file_of(case)).await? else { continue };
            let handed = file.pending.as_ref().map(|it| it.by.1);
            let since = handed.or(file.sealed.as_ref().map(|it| it.by.1)).map(|on| on.to_string());
            out.push((words.to_owned(), format!("/cases/{case}/file"), since.unwrap_or_default()));
        }
    }
    out.extend(transfer_web::waiting(shell, who).await?);
    Ok(out)
}

/// Whether an act is open now, as far as table and role say.
pub(super) fn door(who: &Identity, it: &Shown, verb: Verb) -> Result<(), Refusal> {
    let standing = it.filed.file.as_ref().map(|file| (file.stage, file.organ));
    open(verb, standing, &who.actor())
}

/// Acts at the file's stage for the person's roles.
fn offered(who: &Identity, it: &Shown) -> Vec<Verb> {
    let stage = it.filed.file.as_ref().map(|file| file.stage);
    let fits = |verb: &&Verb| {
        let row = verb.row();
        ready(&row, stage).is_ok() && row.who.iter().any(|role| who.person.roles.contains(role))
    };
    if it.filed.case.organ == who.person.organ {
        Verb::ALL.iter().filter(fits).copied().collect()
    } else {
        Vec::new()
    }
}

/// GET /cases/{id}/file
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = shown(&shell, &who, id).await?;
    let case = &it.filed.case;
    let people = People::of(&shell, case.organ).await?;
    let organ = shell.app.load::<mingjing_domain::organ::OrganState>(MatterId(case.organ.0)).await?;
    let organ = organ.map_or_else(String::new, |it| it.profile.name.clone());
    let (count, pages) = archive::extent(&it.rows);
    let all = offered(&who, &it);
    let grown = growth::of(&it);
    let due = growth::due(&shell, &who, &it).await?;
    let open: Vec<Action<'_>> = all
        .iter()
        .map(|verb| Action {
            label: verb.label(),
            help: "",
            door: Door::Open {
                href: format!("/cases/{id}/file/{}", wire_name(verb)),
                button: "办理",
                first: matches!(verb, Verb::Open | Verb::Assemble | Verb::Accept | Verb::TakeIn)
                    || (*verb == Verb::HandIn && !grown.is_empty()),
                basis: &verbs::of(*verb).basis,
            },
        })
        .collect();
    let stage = if it.filed.file.is_some() { it.file.stage.label() } else { "尚未立卷" };
    let above = html! {
        a href={ "/cases/" (id) } { (tables::title(&case.state)) } " " (ui::tag(tone(it.file.stage), stage))
    };
    let below = html! { (ui::law(&construction_rules("第四十条"))) " · " (it.filed.order.label()) "排列，" (count) "卷" (pages) "页" };
    let tools = html! {
        a.btn.quiet href={ "/grants/new?case=" (id) } { "申请查阅" }
        button.btn.quiet type="button" data-print hidden { "打印" }
    };
    let came = growth::outstanding(&shell, &it, due.as_ref(), &around(&it).unfiled);
    let body = html! {
        (page::heading(Some(above), "案卷", Some(below), Some(tools)))
        div.two {
            div.stack {
                section.card { h2 { "卷内目录 " span.meta.small { (it.rows.len()) "件" } } (show::catalogue("卷内目录", case.id, &it.rows, &organ, &people)) }
                @if it.file.stage == Stage::Assembling { (show::lacks(case.id, &it.lacks)) }
                (growth::waits(&it, &organ, &people))
                (came)
            }
            div.stack {
                (actions(&open))
                (show::cover(&archive::cover(&case.state, &it.file, &it.rows), &case.state, &people))
                (show::back_sheet(&back_sheet(&it.file, &it.rows), &people))
                @if !it.file.packages.is_empty() { (packages(id, &it.file)) }
            }
        }
    };
    Ok(frame(&shell, &who, id, "案卷", Width::Wide, body))
}

const fn tone(stage: Stage) -> ui::Tone {
    match stage {
        Stage::Assembling => ui::Tone::Plain,
        Stage::Assembled | Stage::Supplementing => ui::Tone::Near,
        Stage::Accepted => ui::Tone::Ok,
    }
}

fn packages(id: Uuid, file: &CaseFile) -> Markup {
    html! {
        section.card {
            h2 { "封装件" }
            p.meta.small { "下载须经批准导出，每次下载都有记录。" }
            @for (package, _, on) in file.packages.iter().rev() {
                div.act {
                    b { a href={ "/cases/" (id) "/packages/" (package.sha256) ".zip" } { (ui::date(*on)) "封装" } }
                    p { (package.files) "个文件，清单摘要 " (ui::digest(&package.sha256)) }
                }
            }
        }
    }
}

fn frame(shell: &Shell, who: &Identity, id: Uuid, title: &str, width: Width, body: Markup) -> Markup {
    let crumbs = vec![("案件", "/cases".to_owned()), ("本案", format!("/cases/{id}"))];
    let page = Office { site: &shell.site, viewer: who.viewer(), title, current: "/cases", crumbs, width };
    office(&page, body)
}

fn of_act<'a>(it: &Shown, verb: Verb, specs: &'a [FieldSpec]) -> Doing<'a> {
    let id = it.filed.case.id;
    Doing {
        title: verb.label(),
        current: "/cases",
        crumbs: vec![
            ("案件", "/cases".to_owned()),
            ("本案", format!("/cases/{id}")),
            ("案卷", format!("/cases/{id}/file")),
        ],
        basis: &verbs::of(verb).basis,
        action: format!("/cases/{id}/file/{}", wire_name(&verb)),
        back: format!("/cases/{id}/file"),
        specs,
        beside: html! {
            @if matches!(verb, Verb::Assemble | Verb::Accept | Verb::HandIn) { (show::lacks(id, &it.lacks)) }
            @else { section.card { h2 { "案件" } p { (tables::title(&it.filed.case.state)) } p.meta { (it.file.stage.label()) "，" (it.rows.len()) "件" } } }
        },
    }
}

/// GET /cases/{id}/file/{verb}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Failure> {
    let verb: Verb = acts::named(&name).ok_or(Failure::NotFound)?;
    let it = shown(&shell, &who, id).await?;
    let specs = specs(verb, &around(&it));
    let refusal = door(&who, &it, verb).err();
    let mut answer =
        doing(&shell, &who, &of_act(&it, verb, &specs), &begun(&it, verb), &[], refusal.as_ref());
    *answer.status_mut() = axum::http::StatusCode::OK;
    Ok(answer)
}

/// What a form holds when it is opened: the list as it was seen, what has no pages yet.
fn begun(it: &Shown, verb: Verb) -> Posted {
    let pairs = match verb {
        Verb::TakeIn => {
            let seen = it.file.pending.as_ref().map(|part| part.handed.digest.clone());
            vec![("digest".to_owned(), seen.unwrap_or_default())]
        }
        Verb::HandIn => {
            let unpaged = it.lacks.iter().filter(|lack| lack.code == "file.pages").filter_map(|lack| lack.at);
            let pair = |(at, item)| (format!("counted[{at}].item"), super::form::code(item));
            unpaged.enumerate().map(pair).collect()
        }
        _ => Vec::new(),
    };
    Posted::from_pairs(pairs)
}

/// POST /cases/{id}/file/{verb}
async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    running: Running,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb: Verb = acts::named(&name).ok_or(Failure::NotFound)?;
    let it = shown(&shell, &who, id).await?;
    who.may(verbs::of(verb), &Target::organ(it.filed.case.organ))?;
    let specs = specs(verb, &around(&it));
    let again = |posted: &Posted, errors: &[FieldError], refusal: Option<&Refusal>| {
        doing(&shell, &who, &of_act(&it, verb, &specs), posted, errors, refusal)
    };
    let (posted, value, command) = match acts::step(&who, &specs, &bytes)? {
        Step::Again(posted, errors) => return Ok(again(&posted, &errors, None)),
        Step::Go(posted, value, command) => (posted, value, command),
    };
    match carry_out(&shell, &who, running, verb, id, value, command).await {
        Ok(Ok(())) => Ok(Redirect::to(&format!("/cases/{id}/file")).into_response()),
        Ok(Err(errors)) => Ok(again(&posted, &errors, None)),
        Err(Failure::Refused(refusal)) => Ok(again(&posted, &[], Some(&refusal))),
        Err(other) => Err(other),
    }
}

/// What makes documents and proofs, where it runs.
pub(super) type Running = (Option<Extension<Records>>, Option<Extension<Ledger>>, Option<Extension<Store>>);

/// Carries out an act for page and API: packing and accepting are more than one command.
///
/// # Errors
/// Faults of fields inside; the refusal; a fault of the store.
pub(super) async fn carry_out(
    shell: &Shell,
    who: &Identity,
    running: Running,
    verb: Verb,
    id: Uuid,
    value: serde_json::Value,
    command: Uuid,
) -> Result<Result<(), Vec<FieldError>>, Failure> {
    let case = MatterId(id);
    if verb == Verb::Pack {
        let (Some(Extension(records)), Some(Extension(ledger)), store) = running else {
            return Err(Failure::Unavailable("文书服务没有启动".to_owned()));
        };
        let it = shown(shell, who, id).await?;
        door(who, &it, verb)?;
        pack(
            shell,
            who,
            Makers { records: &records, ledger: &ledger, store: store.as_ref().map(|it| &it.0) },
            it.filed.case,
            command,
        )
        .await?;
        return Ok(Ok(()));
    }
    let retention = value["retention_years"].as_u64().and_then(|it| u16::try_from(it).ok());
    let asked = match read(verb, case, value) {
        Ok(asked) => asked,
        Err(errors) => return Ok(Err(errors)),
    };
    let actor = who.actor();
    let done = match asked {
        FileCommand::Accept { archive_no } => {
            let how = Acceptance { archive_no, retention_years: retention.unwrap_or(0), render: true };
            accept(&shell.app, rules(), &actor, case, &how, command).await
        }
        FileCommand::TakeIn { digest } => take_in(&shell.app, rules(), &actor, case, &digest, command).await,
        other => act(&shell.app, rules(), &actor, case, other, command).await.map(|_| ()),
    };
    match done {
        Ok(()) => Ok(Ok(())),
        Err(WriteError::Refused(refusal)) => Err(Failure::Refused(refusal)),
        Err(other) => Err(other.into()),
    }
}

/// GET /cases/{id}/packages/{sha256}.zip: by an approved export, and recorded.
pub(super) async fn package(
    State(shell): State<Shell>,
    who: Identity,
    running: Running,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Response, Failure> {
    let sha256 = name.strip_suffix(".zip").ok_or(Failure::NotFound)?;
    let it = shown(&shell, &who, id).await?;
    let case = it.filed.case.id;
    let (Some(Extension(records)), Some(Extension(ledger)), store) = running else {
        return Err(Failure::Unavailable("文书服务没有启动".to_owned()));
    };
    let makers = Makers { records: &records, ledger: &ledger, store: store.as_ref().map(|it| &it.0) };
    // The digest of its manifest, which names every file of it.
    let export = |material| Wish { kind: UseKind::Export, digest: sha256, ..Wish::view(material) };
    let file = Material::File { case };
    may(&shell, &who, &export(file)).await?;
    let sending = download(&shell.app, makers, case, &it.file, sha256).await?;
    // Whoever exports the whole exports each recording in it, and what is restricted in it.
    let films: Vec<Material> =
        sending.recordings.iter().map(|recording| Material::Recording { recording: *recording }).collect();
    for row in it.rows.iter().filter(|row| row.secrecy.is_some()) {
        if let archive::Item::Document { no } = row.item
            && sending.holds(row)
        {
            may(&shell, &who, &export(Material::Document { case, no })).await?;
        }
    }
    for material in &films {
        may(&shell, &who, &export(*material)).await?;
    }
    // Nothing is recorded that cannot begin; nothing leaves that is not recorded.
    let bytes = sending.bytes(makers.store)?;
    for material in std::iter::once(file).chain(films) {
        look(&shell, &who, &export(material)).await?;
    }
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{sha256}.zip\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, axum::body::Body::from_stream(bytes)).into_response())
}
