//! Pages of lists for destruction: what is over, each list with its three hands, the
//! waiting period, the certificate.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::ToSpan as _;
use maud::{Markup, html};
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::recording::disposal::{Disposal, NOT_AT_WILL, Progress};
use uuid::Uuid;

use super::api::{act_of, carry_out, may, page_of_lists, seen};
use super::service::{SHRED, Shredder};
use super::verbs;
use crate::case::access::People;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::form::{Choice, FieldSpec};
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::show::{self, ProofState, Tone};
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::ledger;
use crate::recording::access as recordings;
use crate::recording::api::{keeping_of, of_organ};
use crate::recording::shape::kept_words;
use crate::recording::sheet::{self, Around, Filled, Form, Sent};
use crate::recording::view as recording_store;

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    Routes::new()
        .get("/disposals", read, list)
        .get("/disposals/new", Access::Verb(verbs::PROPOSE), new_page)
        .post("/disposals/new", Access::Verb(verbs::PROPOSE), new_post)
        .get("/disposals/{id}", read, one)
        .get("/disposals/{id}/do/{act}", read, act_page)
        .post("/disposals/{id}/do/{act}", read, act_post)
        .office_nav("音像销毁", "/disposals", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { told(&shell, &who, &path).await }))
}

const CURRENT: &str = "/disposals";
/// Recordings that one form may choose from.
const MOST: u32 = 200;

const fn tone(progress: Progress) -> Tone {
    match progress {
        Progress::Proposed | Progress::Reviewed | Progress::Approved => Tone::Near,
        Progress::Rejected | Progress::Withdrawn => Tone::Plain,
        Progress::CarriedOut => Tone::Seal,
    }
}

/// GET /disposals
async fn list(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let query = Query::new("/disposals", uri.query());
    let (all, next) = page_of_lists(&shell, &who, &query).await?;
    let proposes = who.may(verbs::PROPOSE, &Target::organ(who.person.organ)).is_ok();
    let tools = proposes.then(|| html! { a.btn href="/disposals/new" { "提出销毁清册" } });
    let below = html! { (show::law(&NOT_AT_WILL)) " · 音像内容只能按清册销毁，登记、经过和证明保留" };
    let body = html! {
        (page::heading(None, "音像销毁", Some(below), tools))
        section.card {
            @if all.is_empty() { (show::empty("还没有销毁清册", html! { "保存期限届满、没有长期留存的，由档案管理员提出。" })) }
            @for it in &all {
                div.act {
                    b { a href={ "/disposals/" (it.id) } { (show::date(it.proposed.1)) "提出" } }
                    (show::tag(tone(it.progress), it.progress.label()))
                    p { (it.list.len()) "份音像记录：" (it.grounds.or_erased()) }
                }
            }
            @if let Some(next) = next { div.buttons { a.btn.quiet href=(next) { "更早的" } } }
        }
    };
    Ok(sheet::frame(&shell, &who, "音像销毁", CURRENT, Width::Middle, body))
}

/// Recordings whose term is over and that nothing holds, as the choices of the form.
async fn over(shell: &Shell, who: &Identity) -> Result<Vec<Choice>, Failure> {
    let gathered = of_organ(shell, who, who.person.organ).await?;
    let now = shell.app.now();
    let today = civil_day(now);
    // No class is kept for less than months; what is younger need not be read.
    let before = today.checked_sub(30.days()).unwrap_or(today).to_string();
    let lines = recording_store::old(shell.app.db(), who.person.organ, &before, MOST).await?;
    let mut out = Vec::new();
    for line in lines {
        let seen = recordings::seen(shell, who, line.id).await?;
        let Some(keeping) = keeping_of(&seen, &gathered.rules, now).filter(|it| it.over(today)) else {
            continue;
        };
        let number = line.number.as_deref().unwrap_or("");
        let label = format!("{number} {}（{}）", line.link_label, kept_words(keeping.kept));
        out.push(Choice::new(line.id.to_string(), label));
    }
    Ok(out)
}

async fn specs(shell: &Shell, who: &Identity, name: &str) -> Result<(Vec<FieldSpec>, &'static str), Failure> {
    let (name, label, fields, _) = act_of(name)?;
    let people = People::of(shell, who.person.organ).await?;
    let mut around = Around::of(&people);
    if name == "propose" {
        around = around.matters("recordings", over(shell, who).await?);
    }
    Ok((sheet::specs(&fields, &around), label))
}

fn form<'a>(
    it: Option<&Loaded<Disposal>>,
    (name, label): (&str, &'a str),
    specs: &'a [FieldSpec],
) -> Form<'a> {
    Form {
        title: label,
        above: it.map(|it| html! { a href={ "/disposals/" (it.id) } { "销毁清册" } }),
        article: const { &NOT_AT_WILL },
        current: CURRENT,
        action: it
            .map_or_else(|| "/disposals/new".to_owned(), |it| format!("/disposals/{}/do/{name}", it.id)),
        back: it.map_or_else(|| CURRENT.to_owned(), |it| format!("/disposals/{}", it.id)),
        button: "办理",
        specs,
        help: match name {
            "propose" => {
                html! { p.meta { "只列出保存期限届满、没有长期留存的音像记录；没有列出的，目前没有可以销毁的。提出、审核、批准由三名不同的人员办理。" } }
            }
            "carry_out" => html! { p { "执行后内容和密钥不能恢复；登记、经过、摘要和证明保留。" } },
            _ => html! {},
        },
    }
}

/// GET /disposals/new
async fn new_page(State(shell): State<Shell>, who: Identity) -> Result<Markup, Failure> {
    may(&who, verbs::PROPOSE, who.person.organ)?;
    let (specs, label) = specs(&shell, &who, "propose").await?;
    Ok(sheet::page(&shell, &who, &form(None, ("propose", label), &specs), &Filled::default()))
}

/// POST /disposals/new
async fn new_post(State(shell): State<Shell>, who: Identity, bytes: Bytes) -> Result<Response, Failure> {
    may(&who, verbs::PROPOSE, who.person.organ)?;
    posted(&shell, &who, None, "propose", &bytes, None).await
}

/// Acts that a list waits for.
const fn next_of(progress: Progress) -> &'static [&'static str] {
    match progress {
        Progress::Proposed => &["review", "withdraw"],
        Progress::Reviewed => &["decide", "withdraw"],
        Progress::Approved => &["carry_out", "withdraw"],
        Progress::Rejected | Progress::Withdrawn | Progress::CarriedOut => &[],
    }
}

/// GET /disposals/{id}
async fn one(State(shell): State<Shell>, who: Identity, Path(id): Path<Uuid>) -> Result<Markup, Failure> {
    let it = seen(&shell, &who, id).await?;
    let people = People::of(&shell, it.organ).await?;
    let states = ledger::store::proof_states(shell.app.db(), it.id).await?;
    let proof = match states.values().next_back() {
        None | Some(ledger::service::ProofState::Pending) => ProofState::Pending,
        Some(ledger::service::ProofState::Sequenced) => ProofState::Sequenced,
        Some(ledger::service::ProofState::Checkpointed) => ProofState::Checkpointed,
        Some(ledger::service::ProofState::Witnessed) => ProofState::Witnessed,
    };
    let mut open = Vec::new();
    for name in next_of(it.progress) {
        let (name, label, _, verb) = act_of(name)?;
        if may(&who, verb, it.organ).is_ok() {
            open.push((name, label));
        }
    }
    let today = civil_day(shell.app.now());
    let undone = shell.app.undone_job(SHRED, it.id).await?;
    let above =
        html! { a href="/disposals" { "音像销毁" } " " (show::tag(tone(it.progress), it.progress.label())) };
    let body = html! {
        (page::heading(Some(above), "销毁清册", Some(show::law(&NOT_AT_WILL)), None))
        div.stack {
            (show::still_there(undone))
            @if it.carried_out.is_some() { (certificate(&it.state, &people, proof)) }
            section.card { h2 { "办理" } (hands(&it.state, &people, today))
                @if !open.is_empty() { div.buttons { @for (name, label) in &open { a.btn.quiet href={ "/disposals/" (it.id) "/do/" (name) } { (label) } } } }
            }
            section.card { h2 { "所列音像记录 " span.meta.small { (it.list.len()) "份" } } (listed(&it.state)) }
        }
    };
    Ok(sheet::frame(&shell, &who, "销毁清册", CURRENT, Width::Middle, body))
}

fn hands(it: &Disposal, people: &People, today: jiff::civil::Date) -> Markup {
    let said = |it: &Option<(
        mingjing_domain::matter::StaffId,
        jiff::civil::Date,
        mingjing_domain::text::Text,
    )>| {
        html! {
            @match it { Some((by, on, words)) => { (show::date(*on)) " " (people.name(*by)) "：" (words.or_erased()) }, None => { "—" } }
        }
    };
    let wait = html! {
        @match it.wait_until {
            Some(day) => { "到" (show::long_date(day)) @if today <= day { "，期满后可以销毁" } },
            None => { "批准后起算" },
        }
    };
    show::facts(&[
        (
            "提出",
            html! { (show::date(it.proposed.1)) " " (people.name(it.proposed.0)) "：" (it.grounds.or_erased()) },
        ),
        ("审核", said(&it.reviewed)),
        ("审批", said(&it.decided)),
        ("等待期", wait),
    ])
}

/// The certificate of a destruction, made from what is on record, with its proof.
fn certificate(it: &Disposal, people: &People, proof: ProofState) -> Markup {
    let Some((by, on, certificate)) = &it.carried_out else { return html! {} };
    html! {
        section.card.decisive #certificate {
            h2 { "销毁证明 " span.no { (certificate.number) } " " (show::proof(proof)) }
            p { "下列音像记录经提出、审核、批准，等待期满，于" (show::date(*on)) "销毁内容和密钥。" }
            (show::facts(&[
                ("销毁方式", html! { (certificate.manner.or_erased()) }),
                ("执行", html! { (people.name(*by)) }),
                ("监销", html! { (people.name(certificate.witness)) }),
            ]))
            button.btn.quiet type="button" data-print hidden { "打印" }
        }
    }
}

fn listed(it: &Disposal) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label="所列音像记录" { table {
            thead { tr { th scope="col" { "编号" } th scope="col" { "保存期限" } th scope="col" { "内容摘要" } } }
            tbody { @for one in &it.list {
                tr {
                    th scope="row" { a.no href={ "/recordings/" (one.recording) } { (one.number) } }
                    td data-label="保存期限" { (kept_words(one.kept)) }
                    td data-label="内容摘要" {
                        @for root in &one.roots { (show::digest(root)) " " }
                        @if one.awaited > 0 { span.warn { "另有" (one.awaited) "段未入库，销毁后不再接收" } }
                    }
                }
            } }
        } }
    }
}

/// GET /disposals/{id}/do/{act}
async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
) -> Result<Markup, Failure> {
    let it = doing(&shell, &who, id, &name).await?;
    let (specs, label) = specs(&shell, &who, &name).await?;
    Ok(sheet::page(&shell, &who, &form(Some(&it), (&name, label), &specs), &Filled::default()))
}

async fn doing(shell: &Shell, who: &Identity, id: Uuid, name: &str) -> Result<Loaded<Disposal>, Failure> {
    let (name, _, _, verb) = act_of(name)?;
    if name == "propose" {
        return Err(Failure::NotFound);
    }
    let it = seen(shell, who, id).await?;
    may(who, verb, it.organ)?;
    Ok(it)
}

/// POST /disposals/{id}/do/{act}
async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    shredder: Option<Extension<Shredder>>,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let it = doing(&shell, &who, id, &name).await?;
    posted(&shell, &who, Some(&it), &name, &bytes, shredder.as_ref().map(|it| &it.0)).await
}

async fn posted(
    shell: &Shell,
    who: &Identity,
    it: Option<&Loaded<Disposal>>,
    name: &str,
    bytes: &[u8],
    shredder: Option<&Shredder>,
) -> Result<Response, Failure> {
    let (specs, label) = specs(shell, who, name).await?;
    let form = form(it, (name, label), &specs);
    let (posted, body, command) = match sheet::sent(who, &specs, bytes)? {
        Sent::Again(posted) => return Ok(sheet::again(shell, who, &form, posted, Vec::new())),
        Sent::Wrong(posted, errors) => return Ok(sheet::again(shell, who, &form, posted, errors)),
        Sent::Body(posted, body, command) => (posted, body, command),
    };
    match carry_out(shell, who, it, (name, label), body, (command, shredder)).await {
        Ok(MatterId(id)) => Ok(Redirect::to(&format!("/disposals/{id}")).into_response()),
        Err(Failure::Refused(refusal)) => Ok(sheet::refused(shell, who, &form, posted, &refusal)),
        Err(other) => Err(other),
    }
}

/// What a form of a list is about.
async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/disposals/")?;
    let (id, name) = match rest.split_once("/do/") {
        None if rest == "new" => (None, "propose"),
        None => return None,
        Some((id, name)) => (Some(id.parse::<Uuid>().ok()?), name),
    };
    let (specs, label) = specs(shell, who, name).await.ok()?;
    let about = match id {
        Some(id) => {
            let it = seen(shell, who, id).await.ok()?;
            format!("{}份音像记录", it.list.len())
        }
        None => String::new(),
    };
    Some(Told { title: label.to_owned(), about, specs })
}
