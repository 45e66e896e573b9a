//! 遮蔽件: how far each is, its page with the player, its bytes; and whether one can be made.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing_grant::{
    Edit, Grant, GrantCommand, Mask, MaskOutcome, Material, Original, Shape, UseKind, recording_rule,
};
use mingjing_media::mask::Masker;
use mingjing_vault::{Evidence, parse_root};
use serde_json::{Value, json};
use uuid::Uuid;

use super::look::{Looked, Wish, foreseen, look, recorded};
use super::mask_form::{seconds, shape};
use super::service::{MaskRow, mask_name, masks_of};
use super::tables::outcome;
use super::taking::{Asked, Taking, asked, given};
use super::verbs::SEE_MASK;
use crate::case::access::{People, target_region};
use crate::evidence::content::{Plan, alarm, planned, sent};
use crate::evidence::hooks::Place;
use crate::evidence::service::Store;
use crate::evidence::tus::{Opened, opened};
use crate::kit::ask;
use crate::kit::assets;
use crate::kit::auth::{CommandId, Identity};
use crate::kit::authz::Target;
use crate::kit::form::Posted;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::write::Loaded;

/// Address of the bytes of a derivative.
pub const CONTENT: &str = "/api/v1/grants/{id}/masks/{no}/content";
/// Address at which a derivative is taken away, for programs.
pub const EXPORT: &str = "/api/v1/grants/{id}/masks/{no}/export";
const TAKE: &str = "/grants/{id}/masks/{no}/export";
/// Address of a derivative for programs.
pub const ONE: &str = "/api/v1/grants/{id}/masks/{no}";

/// Routes of page and API.
pub fn routes() -> Routes {
    let see = Access::Verb(SEE_MASK);
    Routes::new()
        .get("/grants/{id}/masks/{no}", see, page)
        .get(ONE, see, one)
        .get(CONTENT, see, content)
        .get(TAKE, see, sheet)
        .post(TAKE, see, post)
        .post(EXPORT, see, export)
        .long(CONTENT)
        .long(TAKE)
        .long(EXPORT)
}

/// A derivative that the person may see: as the recording that it was made from.
struct Shown {
    grant: Loaded<Grant>,
    mask: Mask,
    looked: Looked,
}

/// Finds it, and judges whether the person may look.
///
/// # Errors
/// Not found, also for those of other organs who may not look; the refusal that says how to
/// ask for an approval.
async fn shown(shell: &Shell, who: &Identity, id: Uuid, no: u16) -> Result<Shown, Failure> {
    let grant = shell.app.load::<Grant>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    let mask = grant.mask(no).cloned().ok_or(Failure::NotFound)?;
    let recording = mask.original.recording;
    let region = target_region(shell, who, grant.organ).await?;
    let it = shell.app.load::<Recording>(recording).await?.ok_or(Failure::NotFound)?;
    let collectors: Vec<_> = it.registration.collectors.iter().map(|one| one.staff).collect();
    let target = Target { region: &region, handlers: &collectors, ..Target::organ(grant.organ) };
    let own = grant.organ == who.person.organ;
    let hidden = |failure: Failure| if own { failure } else { Failure::NotFound };
    who.may(SEE_MASK, &target).map_err(|refusal| hidden(refusal.into()))?;
    let looked =
        foreseen(shell, who, &Wish::view(Material::Recording { recording })).await.map_err(hidden)?;
    Ok(Shown { grant, mask, looked })
}

/// What was done, in words.
fn words(edit: &Edit) -> String {
    let when = edit.span().map(|it| format!("{}—{}秒", seconds(it.from_ms), seconds(it.to_ms)));
    let at = edit.region().map(|it| format!("左{}、上{}起，宽{}、高{}像素", it.x, it.y, it.width, it.height));
    let how = match edit {
        Edit::Mute { .. } => "消音",
        Edit::Disguise { .. } => "变声",
        Edit::Blur { .. } => "模糊",
        Edit::Cover { .. } => "遮盖",
        Edit::Crop { .. } => "裁切，只留",
    };
    let rest: Vec<String> = when.into_iter().chain(at).collect();
    format!("{how} {}", rest.join("，"))
}

/// For programs.
pub fn json_of(grant: MatterId, no: u16, it: &Mask) -> Value {
    let (state, label, root) = outcome(&it.outcome);
    let made = match &it.outcome {
        MaskOutcome::Made(derivative) => Some(derivative),
        MaskOutcome::Making | MaskOutcome::Failed(_) => None,
    };
    let reason = match &it.outcome {
        MaskOutcome::Failed(reason) => reason.value(),
        MaskOutcome::Making | MaskOutcome::Made(_) => None,
    };
    json!({
        "no": no, "state": state, "label": label, "reason": reason, "asked_by": it.by, "asked_at": it.at,
        "recording": it.original.recording, "segment": it.original.segment,
        "original_root": it.original.root, "edits": it.edits, "root": root,
        "identity": made.and_then(|it| it.identity.as_ref()), "tool": made.map(|it| &it.tool),
        "content": made.map(|_| format!("/api/v1/grants/{grant}/masks/{no}/content")),
    })
}

/// GET /api/v1/grants/{id}/masks/{no}
async fn one(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
    uri: Uri,
) -> Result<Json<Value>, Failure> {
    ask::nothing(uri.query())?;
    let it = shown(&shell, &who, id, no).await?;
    Ok(Json(json_of(it.grant.id, no, &it.mask)))
}

/// The root of a derivative whose bytes are there.
fn root_of(mask: &Mask) -> Result<[u8; 32], Failure> {
    match &mask.outcome {
        MaskOutcome::Made(derivative) => Ok(parse_root(&derivative.root)?),
        MaskOutcome::Making | MaskOutcome::Failed(_) => Err(Refusal::new(
            "mask.not_made",
            recording_rule("第二十三条第二项"),
            "该遮蔽件没有制成",
            "请等待制成，或者按未能制成的原因重新制作",
        )
        .into()),
    }
}

/// GET and HEAD of the bytes: each look is recorded as one at the derivative before the first
/// byte leaves.
async fn content(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let store = opened(store)?;
    let Shown { grant, mask, .. } = shown(&shell, &who, id, no).await?;
    let root = root_of(&mask)?;
    let evidence = kept(&shell, &store, &mask, &root).await?;
    let plan = match planned(&headers, evidence.length(), &root)? {
        Ok(plan) => plan,
        Err(response) => return Ok(response),
    };
    if method != Method::HEAD {
        let (now, place) = (shell.app.now(), Place { recording: grant.id, segment: no });
        if store.begins_look(who.person.id, place, plan.part.is_some(), now) {
            let hex = hex::encode(root);
            let material = Material::Recording { recording: mask.original.recording };
            look(&shell, &who, &Wish { derivative: &hex, ..Wish::view(material) }).await?;
            store.looked(who.person.id, place, now);
        }
    }
    sent(evidence, &plan, &mask_name(&mask, no), method == Method::HEAD, false)
}

/// The bytes of a derivative whose recording was not destroyed.
async fn kept(shell: &Shell, store: &Store, mask: &Mask, root: &[u8; 32]) -> Result<Evidence, Failure> {
    let gone = shell.app.load::<Recording>(mask.original.recording).await?;
    if gone.is_none_or(|it| it.destroyed.is_some()) {
        return Err(Failure::Gone);
    }
    Ok(store.vault().evidence(root).await.inspect_err(alarm)?)
}

/// A derivative leaves: an export with its digest and purpose, recorded before the first byte.
async fn taken(
    shell: &Shell,
    who: &Identity,
    store: Opened,
    (id, no): (Uuid, u16),
    (reason, command): (&str, Uuid),
) -> Result<Response, Failure> {
    let store = opened(store)?;
    let Shown { mask, .. } = shown(shell, who, id, no).await?;
    let root = root_of(&mask)?;
    let evidence = kept(shell, &store, &mask, &root).await?;
    let hex = hex::encode(root);
    let material = Material::Recording { recording: mask.original.recording };
    let wish = Wish {
        kind: UseKind::Export,
        digest: &hex,
        derivative: &hex,
        reason,
        under: Some(MatterId(id)),
        ..Wish::view(material)
    };
    let looked = foreseen(shell, who, &wish).await?;
    recorded(shell, who, &wish, &looked, command).await?;
    sent(evidence, &Plan::whole(&root), &mask_name(&mask, no), false, true)
}

fn form(id: Uuid, no: u16) -> Taking<'static> {
    Taking {
        current: "/grants",
        crumbs: vec![("查阅", "/grants".to_owned()), ("查阅申请", format!("/grants/{id}"))],
        action: format!("/grants/{id}/masks/{no}/export"),
        back: format!("/grants/{id}/masks/{no}"),
        beside: show::card(
            "遮蔽件",
            html! { p { "第" (no) "件" } p.meta.small { "导出的遮蔽件的摘要和用途记入查阅经过；原件不改动。" } },
        ),
    }
}

/// GET /grants/{id}/masks/{no}/export
async fn sheet(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
) -> Result<Response, Failure> {
    shown(&shell, &who, id, no).await?;
    Ok(form(id, no).shown(&shell, &who, &Posted::default(), &[], None))
}

/// POST /grants/{id}/masks/{no}/export
async fn post(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let form = form(id, no);
    let (posted, reason, command) = match asked(&who, &bytes)? {
        Asked::Again(posted, errors) => return Ok(form.shown(&shell, &who, &posted, &errors, None)),
        Asked::Go(posted, reason, command) => (posted, reason, command),
    };
    match taken(&shell, &who, store, (id, no), (&reason, command)).await {
        Err(Failure::Refused(refusal)) => Ok(form.shown(&shell, &who, &posted, &[], Some(&refusal))),
        other => other,
    }
}

/// POST /api/v1/grants/{id}/masks/{no}/export
async fn export(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
    CommandId(command): CommandId,
    uri: Uri,
    json: ask::Json,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let reason = given(json)?;
    taken(&shell, &who, store, (id, no), (&reason, command)).await
}

/// Whether a derivative can be made here at all: a film or a sound needs ffmpeg. Said before it
/// is asked for; the job says the same if it is gone by then.
///
/// # Errors
/// The refusal that says what is missing.
pub async fn possible(shell: &Shell, store: &Opened, command: &GrantCommand) -> Result<(), Failure> {
    let GrantCommand::Mask { order } = command else { return Ok(()) };
    let refuse = |code, message: String, remedy: &str| {
        Refusal::new(code, recording_rule("第二十三条第二项"), message, remedy)
    };
    let Some(store) = store else {
        return Err(refuse(
            "mask.no_store",
            "证据库没有打开，不能制作遮蔽件".to_owned(),
            "请系统管理员启动证据库",
        )
        .into());
    };
    let it = shell.app.load::<Recording>(order.recording).await?;
    let original = it.and_then(|it| Original::of(order.recording, &it.state, order.segment));
    let needs = original.is_some_and(|it| it.shape() != Shape::Picture);
    match Masker::present(store.own().ffmpeg.as_deref()) {
        Err(error) if needs => Err(refuse(
            "mask.no_tool",
            format!("不能制作录像、录音的遮蔽件：{error}"),
            "请系统管理员安装 ffmpeg，或者在配置 evidence.ffmpeg 中写明路径",
        )
        .into()),
        Err(_) | Ok(()) => Ok(()),
    }
}

fn tone(outcome: &MaskOutcome) -> Tone {
    match outcome {
        MaskOutcome::Making => Tone::Near,
        MaskOutcome::Made(_) => Tone::Ok,
        MaskOutcome::Failed(_) => Tone::Seal,
    }
}

/// The derivatives of an approval, newest first.
pub fn listed(id: MatterId, it: &Grant, people: &People) -> Markup {
    html! {
        section.card #masks {
            h2 { "遮蔽件 " span.meta.small { (it.masks.len()) "件" } }
            @for (no, mask) in (1_u16..).zip(&it.masks).collect::<Vec<_>>().into_iter().rev() {
                div.act {
                    b { a href={ "/grants/" (id) "/masks/" (no) } { "第" (no) "件 " (mask.original.shape().label()) } }
                    (show::tag(tone(&mask.outcome), outcome(&mask.outcome).1))
                    p {
                        a href={ "/recordings/" (mask.original.recording) } { "原件" } " 第" (mask.original.segment) "段 · " (people.name(mask.by)) " " (show::time(mask.at))
                        @if let MaskOutcome::Failed(reason) = &mask.outcome { br; "未能制成：" (reason.or_erased()) }
                        @if mask.outcome == MaskOutcome::Making { br; span.meta.small { "制作需要一些时间，重新打开本页查看。" } }
                    }
                }
            }
        }
    }
}

/// The derivatives of a recording, for its page; nothing where there are none.
///
/// # Errors
/// When the database fails.
pub async fn of_recording(shell: &Shell, recording: MatterId) -> Result<Markup, Failure> {
    let rows: Vec<MaskRow> = masks_of(shell.app.db(), recording).await?;
    Ok(html! {
        @if !rows.is_empty() {
            section.card #masks {
                h2 { "遮蔽件" }
                p.meta.small { "依批准由原件另行制作，供公开、提供使用；原件不改动。" }
                ul { @for row in &rows { li {
                    a href={ "/grants/" (row.grant) "/masks/" (row.no) } { "第" (row.segment) "段的遮蔽件" }
                    " " span.meta { (show::time(row.at)) " " (state_words(&row.state)) }
                } } }
            }
        }
    })
}

fn state_words(state: &str) -> &'static str {
    match state {
        "made" => "已制成",
        "failed" => "未能制成",
        _ => "制作中",
    }
}

/// GET /grants/{id}/masks/{no}
async fn page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, no)): Path<(Uuid, u16)>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let title = format!("遮蔽件 第{no}件");
    let crumbs = vec![("查阅", "/grants".to_owned()), ("查阅申请", format!("/grants/{id}"))];
    let frame = |body: Markup| {
        let (site, viewer) = (&shell.site, who.viewer());
        office(
            &Office { site, viewer, title: &title, current: "/grants", crumbs, width: Width::Middle },
            body,
        )
    };
    let it = match shown(&shell, &who, id, no).await {
        Ok(it) => it,
        Err(Failure::Refused(refusal)) => {
            let body = html! { (page::heading(None, &title, None, None)) section.card { (show::refused(&refusal)) div.buttons { a.btn href="/grants/new" { "申请查阅" } } } };
            return Ok((StatusCode::CONFLICT, frame(body)).into_response());
        }
        Err(other) => return Err(other),
    };
    let people = People::of(&shell, it.grant.organ).await?;
    let mask = &it.mask;
    let below =
        html! { "由原件另行制作，原件不改动 · 每次播放都记入查阅记录；水印为：" (it.looked.watermark) };
    let above = html! { (show::tag(Tone::Info, "遮蔽件")) " " (show::tag(tone(&mask.outcome), outcome(&mask.outcome).1)) };
    let body = html! {
        (page::heading(Some(above), &title, Some(below), None))
        div.stack {
            (screen(&it, no))
            section.card { (show::facts(&facts(mask, &people))) }
        }
        script type="module" src=(assets::url("player.js")) {}
    };
    Ok(frame(body).into_response())
}

fn screen(it: &Shown, no: u16) -> Markup {
    let src = format!("/api/v1/grants/{}/masks/{no}/content", it.grant.id);
    let keeps = it.grant.right.medium.allows(UseKind::Export);
    match &it.mask.outcome {
        MaskOutcome::Making => html! { section.card { p { "制作中。重新打开本页查看。" } } },
        MaskOutcome::Failed(reason) => html! {
            section.card { p { (show::tag(Tone::Seal, "未能制成")) " " (reason.or_erased()) }
                div.buttons { a.btn href={ "/grants/" (it.grant.id) "/mask" } { "重新制作" } } }
        },
        MaskOutcome::Made(_) => html! {
            section.card {
                div.screen {
                    @match it.mask.original.shape() {
                        Shape::Film => video controls preload="none" controlslist="nodownload nofullscreen noremoteplayback" disablepictureinpicture src=(src) aria-label="遮蔽件录像" {},
                        Shape::Sound => audio controls preload="none" src=(src) aria-label="遮蔽件录音" {},
                        Shape::Picture => a.btn.quiet data-picture="遮蔽件照片" href=(src) { "查看照片" },
                    }
                    p.watermark aria-hidden="true" { "遮蔽件 " (it.looked.watermark) }
                }
                @if keeps { div.buttons { a.btn.quiet href={ "/grants/" (it.grant.id) "/masks/" (no) "/export" } { "导出遮蔽件" } } }
            }
        },
    }
}

fn facts(mask: &Mask, people: &People) -> Vec<(&'static str, Markup)> {
    let original = &mask.original;
    let mut pairs = vec![
        (
            "原件",
            html! { a href={ "/recordings/" (original.recording) } { "音像记录" } " 第" (original.segment) "段 " (shape(original)) },
        ),
        ("原件摘要", show::digest(&original.root)),
        ("遮蔽处理", html! { ol { @for edit in &mask.edits { li { (words(edit)) } } } }),
        ("要求制作", html! { (people.name(mask.by)) " " (show::time(mask.at)) }),
    ];
    if let MaskOutcome::Made(made) = &mask.outcome {
        pairs.push(("遮蔽件摘要", show::digest(&made.root)));
        if let Some(identity) = &made.identity {
            pairs.push(("国密摘要", show::digest(&identity.sm3_root)));
            pairs.push(("大小", html! { (identity.bytes) "字节" }));
        }
        pairs.push(("制作程序", html! { (made.tool) }));
    }
    pairs
}
