//! Pages of destructions: what is over, what was proposed, decided and carried out.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::archive::CaseFile;
use mingjing_domain::case::Case;
use mingjing_domain::cite::Citation;
use mingjing_domain::disclosure::Publication;
use mingjing_domain::erasure::{Erasure, ErasureCommand, Progress};
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::refusal::{FieldError, Refusal};
use mingjing_domain::text::Text;
use serde_json::{Value, json};
use uuid::Uuid;

use super::service::{self, Destroyer};
use super::store::{self, Over};
use super::verbs;
use crate::case::access::People;
use crate::case::tables;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::error::WriteError;
use crate::kit::form::{self as forms, Choice, FieldSpec, Kind, Posted};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/erasures", read, list)
        .get("/erasures/new", Access::Verb(verbs::PROPOSE), new_page)
        .post("/erasures/new", Access::Verb(verbs::PROPOSE), new_post)
        .get("/erasures/{id}", read, one)
        .post("/erasures/{id}/decide", Access::Verb(verbs::DECIDE), decide)
        .post("/erasures/{id}/carry_out", Access::Verb(verbs::CARRY_OUT), carry_out)
        .get("/erasures/{id}/withdraw", Access::Verb(verbs::WITHDRAW), withdraw_page)
        .post("/erasures/{id}/withdraw", Access::Verb(verbs::WITHDRAW), withdraw)
        .office_nav("销毁", "/erasures", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

/// What a form of a destruction is about.
async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/erasures/")?;
    if rest == "new" {
        let specs = proposal(&over(shell, who).await.ok()?);
        return Some(Told { title: "呈请销毁".to_owned(), about: String::new(), specs });
    }
    let (id, act) = rest.split_once('/')?;
    let (title, specs) = match act {
        "decide" => ("审批销毁", decision()),
        "carry_out" => ("执行销毁", confirmation()),
        "withdraw" => ("撤回销毁呈请", withdrawal()),
        _ => return None,
    };
    let it = seen(shell, who, id.parse().ok()?).await.ok()?;
    let about = format!("{}个事项：{}", it.matters.len(), it.grounds.or_erased());
    Some(Told { title: title.to_owned(), about, specs })
}

/// Destructions of a page.
pub(super) const PAGE: usize = 20;
/// Cases that one proposal may choose from.
pub(super) const MOST_OVER: u32 = 200;
/// Longest words of grounds and opinions, in characters.
pub(super) const MAX_WORDS: usize = 2_000;

const APPRAISAL: Citation = Citation::of("档案法实施条例", "第二十四条");

fn frame(shell: &Shell, who: &Identity, title: &str, width: Width, body: Markup) -> Markup {
    let page = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title,
        current: "/erasures",
        crumbs: Vec::new(),
        width,
    };
    office(&page, body)
}

/// Cases of one's organ whose retention is over.
pub(super) async fn over(shell: &Shell, who: &Identity) -> Result<Vec<Over>, Failure> {
    let today = civil_day(shell.app.now()).to_string();
    Ok(store::over(shell.app.db(), who.person.organ, &today, MOST_OVER).await?)
}

/// Destructions of one's organ, newest first, and the cursor of the next page.
pub(super) async fn page_of(
    shell: &Shell,
    who: &Identity,
    query: &Query,
) -> Result<(Vec<Loaded<Erasure>>, Option<String>), Failure> {
    let before = match query.get("before") {
        None => None,
        Some(text) => {
            let id =
                text.parse::<Uuid>().map_err(|_| Failure::Malformed("before 应为事项编号".to_owned()))?;
            Some(MatterId(id))
        }
    };
    let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
    let mut ids = store::page(shell.app.db(), who.person.organ, before, limit).await?;
    let more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let next = ids.last().filter(|_| more).map(|id| query.with("before", &id.to_string()));
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.extend(shell.app.load::<Erasure>(id).await?);
    }
    Ok((all, next))
}

/// A destruction that the person may see.
///
/// # Errors
/// Not found, for those of other organs as well.
pub(super) async fn seen(shell: &Shell, who: &Identity, id: Uuid) -> Result<Loaded<Erasure>, Failure> {
    let found = shell.app.load::<Erasure>(MatterId(id)).await?.ok_or(Failure::NotFound)?;
    who.may(verbs::READ, &Target::organ(found.organ)).map_err(|_| Failure::NotFound)?;
    Ok(found)
}

const fn tone(progress: Progress) -> Tone {
    match progress {
        Progress::Proposed | Progress::Approved => Tone::Near,
        Progress::Rejected => Tone::Seal,
        Progress::Withdrawn => Tone::Plain,
        Progress::CarriedOut => Tone::Ok,
    }
}

/// GET /erasures
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/erasures", uri.query());
    let over = over(&shell, &who).await?;
    let (all, next) = page_of(&shell, &who, &query).await?;
    let proposes = who.may(verbs::PROPOSE, &Target::organ(who.person.organ)).is_ok();
    let tools = (proposes && !over.is_empty()).then(|| html! { a.btn href="/erasures/new" { "呈请销毁" } });
    let below = html! { (show::law(&APPRAISAL)) " · 保管期限自归档次年一月一日起算" };
    let body = html! {
        (page::heading(None, "销毁", Some(below), tools))
        div.stack {
        section.card {
            h2 { "保管期限届满的案卷 " span.meta.small { (over.len()) "件" } }
            @if over.is_empty() { p.meta { "没有保管期限届满的案卷。" } }
            @for it in over.iter().take(PAGE) {
                div.act { b { a href={ "/cases/" (it.case) } { (it.title) } } p { @if let Some(number) = &it.number { span.no { (number) } " · " } "保管到 " (it.kept_until) } }
            }
        }
        section.card {
            h2 { "销毁呈请" }
            @if all.is_empty() { p.meta { "还没有销毁呈请。" } }
            @for it in &all {
                div.act {
                    b { a href={ "/erasures/" (it.id) } { (show::date(it.proposed_on)) "呈请" } }
                    (show::tag(tone(it.progress), it.progress.label()))
                    p { (it.matters.len()) "个事项：" (it.grounds.or_erased()) }
                }
            }
            @if let Some(next) = next { div.buttons { a.btn.quiet href=(next) { "更早的" } } }
        }
        }
    };
    Ok(frame(&shell, &who, "销毁", Width::Middle, body))
}

fn proposal(over: &[Over]) -> Vec<FieldSpec> {
    let choices = over.iter().map(|it| {
        let number = it.number.as_deref().unwrap_or("");
        Choice::new(it.case.to_string(), format!("{number} {}（保管到 {}）", it.title, it.kept_until))
    });
    vec![
        FieldSpec::new("matters", "要销毁的案卷", Kind::MultiChoice(choices.collect()))
            .hint("案件的公示文本和举报人身份一并销毁；事件记录和证明保留"),
        FieldSpec::new("grounds", "鉴定意见和销毁依据", Kind::Paragraph).max(MAX_WORDS),
    ]
}

fn proposing(
    shell: &Shell,
    who: &Identity,
    over: &[Over],
    posted: &Posted,
    errors: &[FieldError],
    refusal: Option<&Refusal>,
) -> Markup {
    let command = shell.fresh_id().to_string();
    let body = html! {
        (page::heading(None, "呈请销毁", Some(show::law(&APPRAISAL)), None))
        section.card {
            @if let Some(refusal) = refusal { (show::refused(refusal)) }
            (sheet(&Sheet {
                action: "/erasures/new", csrf: &who.csrf, specs: &proposal(over), posted, errors,
                button: "呈请", drafts: false, back: "/erasures", command_id: &command,
            }))
        }
    };
    frame(shell, who, "呈请销毁", Width::Narrow, body)
}

/// GET /erasures/new
async fn new_page(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    Ok(proposing(&shell, &who, &over(&shell, &who).await?, &Posted::default(), &[], None))
}

/// What was posted, and the command that this person's key stands for.
fn parsed(who: &Identity, bytes: &[u8]) -> Result<(Posted, Uuid), Failure> {
    let posted = Posted::parse(bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let command = posted.get("_command").and_then(|it| it.parse::<Uuid>().ok());
    let command = command.ok_or_else(|| Failure::Malformed("表单缺少操作编号，请重新打开页面".to_owned()))?;
    Ok((posted, who.command_id(&command.to_string())))
}

/// POST /erasures/new
async fn new_post(State(shell): State<Shell>, who: Identity, bytes: Bytes) -> Result<Response, Failure> {
    let (posted, command) = parsed(&who, &bytes)?;
    let over = over(&shell, &who).await?;
    let again = |errors: &[FieldError], refusal: Option<&Refusal>| {
        let page = proposing(&shell, &who, &over, &posted, errors, refusal);
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let read = match forms::read(&proposal(&over), &posted) {
        Ok(value) => value,
        Err(errors) => return again(&errors, None),
    };
    let asked = ErasureCommand::Propose { matters: ids(&read["matters"]), grounds: text(&read["grounds"]) };
    match service::act(&shell.app, &who.actor(), None, asked, command).await {
        Ok(written) => Ok(Redirect::to(&format!("/erasures/{}", written.value)).into_response()),
        Err(WriteError::Refused(refusal)) => again(&[], Some(&refusal)),
        Err(other) => Err(other.into()),
    }
}

fn ids(value: &Value) -> Vec<MatterId> {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(|it| it.as_str()?.parse::<Uuid>().ok().map(MatterId)).collect()
}

fn text(value: &Value) -> Text {
    Text::closed(value.as_str().unwrap_or("").trim())
}

/// GET /erasures/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    shown(&shell, &who, &it, &Posted::default(), &[], None).await
}

/// What is next for the person, as a form.
fn next_form(
    shell: &Shell,
    who: &Identity,
    it: &Loaded<Erasure>,
    posted: &Posted,
    errors: &[FieldError],
) -> Option<Markup> {
    let (target, command) = (Target::organ(it.organ), shell.fresh_id().to_string());
    let back = "/erasures";
    match it.progress {
        Progress::Proposed if who.may(verbs::DECIDE, &target).is_ok() => {
            let action = format!("/erasures/{}/decide", it.id);
            Some(sheet(&Sheet {
                action: &action,
                csrf: &who.csrf,
                specs: &decision(),
                posted,
                errors,
                button: "审批",
                drafts: false,
                back,
                command_id: &command,
            }))
        }
        Progress::Approved if who.may(verbs::CARRY_OUT, &target).is_ok() => {
            let action = format!("/erasures/{}/carry_out", it.id);
            let form = sheet(&Sheet {
                action: &action,
                csrf: &who.csrf,
                specs: &confirmation(),
                posted,
                errors,
                button: "执行销毁",
                drafts: false,
                back,
                command_id: &command,
            });
            Some(html! { p { "执行后内容不能恢复；从备份恢复时也会重新销毁。" } (form) })
        }
        Progress::Proposed
        | Progress::Approved
        | Progress::Rejected
        | Progress::Withdrawn
        | Progress::CarriedOut => None,
    }
}

async fn shown(
    shell: &Shell,
    who: &Identity,
    it: &Loaded<Erasure>,
    posted: &Posted,
    errors: &[FieldError],
    refusal: Option<&Refusal>,
) -> Result<Markup, Failure> {
    let people = People::of(shell, it.organ).await?;
    let named = labels(shell, &it.matters).await?;
    let target = Target::organ(it.organ);
    let form = next_form(shell, who, it, posted, errors);
    let running = matches!(it.progress, Progress::Proposed | Progress::Approved);
    let withdraws = running && who.may(verbs::WITHDRAW, &target).is_ok();
    let above =
        html! { a href="/erasures" { "销毁" } " " (show::tag(tone(it.progress), it.progress.label())) };
    let body = html! {
        (page::heading(Some(above), "销毁呈请", Some(show::law(&APPRAISAL)), None))
        div.stack {
        (show::still_there(shell.app.undone_job(service::ERASE, it.id).await?))
        section.card {
            (show::facts(&[
                ("呈请", html! { (show::date(it.proposed_on)) " " (people.name(it.proposer)) }),
                ("依据", html! { (it.grounds.or_erased()) }),
                ("审批", html! { @if let Some((by, on, opinion)) = &it.decided { (show::date(*on)) " " (people.name(*by)) "：" (opinion.or_erased()) } @else { "待审批" } }),
                ("执行", html! { @if let Some((by, on)) = &it.carried_out { (show::date(*on)) " " (people.name(*by)) } @else { "未执行" } }),
            ]))
            @if let Some((by, on, reason)) = &it.withdrawn { p { "撤回：" (show::date(*on)) " " (people.name(*by)) "：" (reason.or_erased()) } }
            @if withdraws { div.buttons { a.btn.quiet href={ "/erasures/" (it.id) "/withdraw" } { "撤回呈请" } } }
            h2 { "所列事项" }
            ul { @for it in &named { li { (it) } } }
        }
        @if let Some(form) = form {
            section.card.decisive {
                @if let Some(refusal) = refusal { (show::refused(refusal)) }
                (form)
            }
        }
        }
    };
    Ok(frame(shell, who, "销毁呈请", Width::Narrow, body))
}

async fn labels(shell: &Shell, matters: &[MatterId]) -> Result<Vec<Markup>, Failure> {
    let mut named = Vec::with_capacity(matters.len());
    for id in matters {
        named.push(label(shell, *id).await?);
    }
    Ok(named)
}

/// A matter that goes, in words that say no more than its page does.
async fn label(shell: &Shell, id: MatterId) -> Result<Markup, Failure> {
    if let Some(case) = shell.app.load::<Case>(id).await? {
        let number = case.state.number().map(ToString::to_string);
        return Ok(
            html! { a href={ "/cases/" (id) } { "案卷 " (tables::title(&case.state)) } " " @if let Some(number) = number { span.no { (number) } } },
        );
    }
    if let Some(copy) = shell.app.load::<Publication>(id).await? {
        return Ok(html! { a href={ "/publications/" (copy.id) } { "公示文本" } });
    }
    if let Some(file) = shell.app.load::<CaseFile>(id).await? {
        return Ok(html! { a href={ "/cases/" (file.case) "/file" } { "案卷的目录、备考表" } });
    }
    Ok(html! { (mingjing_domain::informant::ROLE) "的身份" })
}

fn decision() -> Vec<FieldSpec> {
    vec![
        FieldSpec::new(
            "approve",
            "审批结论",
            Kind::Choice(vec![
                Choice::new("true", "批准销毁").json(Value::Bool(true)),
                Choice::new("false", "不予销毁").json(Value::Bool(false)),
            ]),
        ),
        FieldSpec::new("opinion", "审批意见", Kind::Paragraph).max(MAX_WORDS),
    ]
}

fn confirmation() -> Vec<FieldSpec> {
    let choice = Choice::new("true", "已核对所列事项，立即销毁").json(json!(true));
    vec![FieldSpec::new("confirmed", "确认", Kind::Choice(vec![choice]))]
}

fn withdrawal() -> Vec<FieldSpec> {
    vec![FieldSpec::new("reason", "撤回理由", Kind::Paragraph).max(MAX_WORDS)]
}

fn withdrawing(
    shell: &Shell,
    who: &Identity,
    it: &Loaded<Erasure>,
    posted: &Posted,
    errors: &[FieldError],
    refusal: Option<&Refusal>,
) -> Markup {
    let (command, back) = (shell.fresh_id().to_string(), format!("/erasures/{}", it.id));
    let above =
        html! { a href=(back) { "销毁呈请" } " " (show::tag(tone(it.progress), it.progress.label())) };
    let body = html! {
        (page::heading(Some(above), "撤回销毁呈请", Some(show::law(&verbs::WITHDRAW.basis)), None))
        section.card.decisive {
            p { "撤回后不再执行；所列事项须销毁的，另行呈请。" }
            @if let Some(refusal) = refusal { (show::refused(refusal)) }
            (sheet(&Sheet {
                action: &format!("{back}/withdraw"), csrf: &who.csrf, specs: &withdrawal(), posted, errors,
                button: "撤回", drafts: false, back: &back, command_id: &command,
            }))
        }
    };
    frame(shell, who, "撤回销毁呈请", Width::Narrow, body)
}

/// GET /erasures/{id}/withdraw
async fn withdraw_page(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    Ok(withdrawing(&shell, &who, &it, &Posted::default(), &[], None))
}

/// POST /erasures/{id}/withdraw
async fn withdraw(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let it = seen(&shell, &who, id).await?;
    let (posted, command) = parsed(&who, &bytes)?;
    let read = match forms::read(&withdrawal(), &posted) {
        Ok(value) => value,
        Err(errors) => {
            let page = withdrawing(&shell, &who, &it, &posted, &errors, None);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let asked = ErasureCommand::Withdraw { reason: text(&read["reason"]) };
    match service::act(&shell.app, &who.actor(), Some(it.id), asked, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/erasures/{id}")).into_response()),
        Err(WriteError::Refused(refusal)) => {
            let page = withdrawing(&shell, &who, &it, &posted, &[], Some(&refusal));
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /erasures/{id}/decide
async fn decide(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let it = seen(&shell, &who, id).await?;
    let (posted, command) = parsed(&who, &bytes)?;
    let read = match forms::read(&decision(), &posted) {
        Ok(value) => value,
        Err(errors) => {
            let page = shown(&shell, &who, &it, &posted, &errors, None).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let approve = read["approve"].as_bool().unwrap_or(false);
    let asked = ErasureCommand::Decide { approve, opinion: text(&read["opinion"]) };
    match service::act(&shell.app, &who.actor(), Some(it.id), asked, command).await {
        Ok(_) => Ok(Redirect::to(&format!("/erasures/{id}")).into_response()),
        Err(WriteError::Refused(refusal)) => {
            let page = shown(&shell, &who, &it, &posted, &[], Some(&refusal)).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /erasures/{id}/carry_out
async fn carry_out(
    State(shell): State<Shell>,
    who: Identity,
    destroyer: Option<Extension<Destroyer>>,
    Path(id): Path<Uuid>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let it = seen(&shell, &who, id).await?;
    let (posted, command) = parsed(&who, &bytes)?;
    if let Err(errors) = forms::read(&confirmation(), &posted) {
        let page = shown(&shell, &who, &it, &posted, &errors, None).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    destroy(&shell, &who, destroyer, &it, command).await?;
    Ok(Redirect::to(&format!("/erasures/{id}")).into_response())
}

/// Carries out an approved destruction for page and API.
///
/// # Errors
/// What the domain refuses; a fault of store or files.
pub(super) async fn destroy(
    shell: &Shell,
    who: &Identity,
    destroyer: Option<Extension<Destroyer>>,
    it: &Loaded<Erasure>,
    command: Uuid,
) -> Result<(), Failure> {
    let Some(Extension(destroyer)) = destroyer else {
        return Err(Failure::Unavailable("没有配置销毁登记的位置".to_owned()));
    };
    service::carry_out(&shell.app, &destroyer, &who.actor(), it, command).await.map_err(|error| match error {
        crate::ops::OpsError::Write(error) => error.into(),
        other => Failure::Broken(other.to_string()),
    })
}

/// What stays of a case whose content is gone, above its page.
///
/// # Errors
/// When the database fails.
pub async fn tombstone(shell: &Shell, who: &Identity, case: &Loaded<Case>) -> Result<Markup, Failure> {
    if !case.erased {
        return Ok(html! {});
    }
    let found = store::tombstone(shell.app.db(), case.id).await?;
    let reads = who.may(verbs::READ, &Target::organ(case.organ)).is_ok();
    Ok(show::notice(
        Tone::Near,
        "本案内容已依法销毁",
        html! {
            p {
                @if let Some((_, at)) = &found { "销毁于 " (show::time(*at)) "。" }
                "办理过程的事件、时间、文号和证明保留；文字、文书文件和公示文本不再保存。"
                @if let (Some((matter, _)), true) = (&found, reads) { a href={ "/erasures/" (matter) } { "看销毁呈请" } }
            }
        },
    ))
}
