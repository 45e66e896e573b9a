//! The form of every command: one page, one post, for all rows of the procedure.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Relation, Step, Verb, step};
use mingjing_domain::matter::{MatterId, Moment};
use mingjing_domain::refusal::{FieldError, Refusal};
use uuid::Uuid;

use super::super::access::{self, People, rules, seen};
use super::super::fields::{self, Around};
use super::super::service::{self, Options};
use super::super::{body, findings, prefill, tables, words};
use super::brief;
use crate::kit::auth::Identity;
use crate::kit::draft::{self, Place};
use crate::kit::error::WriteError;
use crate::kit::form::{self as forms, FieldSpec, Intent, Posted};
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::read::carried_out;
use crate::kit::resend::Told;
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::recording::taken;

/// The verb of an address; the system's own have no form.
///
/// # Errors
/// Not found.
pub fn verb(name: &str) -> Result<Verb, Failure> {
    Verb::ALL
        .iter()
        .copied()
        .find(|it| wire_name(it) == name && step(*it).relation != Relation::System)
        .ok_or(Failure::NotFound)
}

/// Commands that answer what a person saw: refused as a conflict when the case
/// has moved on since.
pub const fn answers_what_was_seen(step: &Step) -> bool {
    matches!(
        step.verb,
        Verb::ReviewProposal
            | Verb::ApproveProposal
            | Verb::DecideRecusal
            | Verb::FirstReview
            | Verb::GiveOpinion
            | Verb::SignOpinion
            | Verb::GiveReReview
            | Verb::Coordinate
            | Verb::Discuss
            | Verb::DecideNoRecording
            | Verb::AnswerErratum
            | Verb::ImposeAdditionalFine
            | Verb::RevokeDecision
    )
}

/// Everything a form page is made of.
struct Desk {
    verb: Verb,
    case: Option<Loaded<Case>>,
    people: People,
    specs: Vec<FieldSpec>,
    brief: Markup,
    /// Why the whole form is shut now, if it is.
    shut: Option<Refusal>,
    opened: Posted,
}

impl Desk {
    async fn open(shell: &Shell, who: &Identity, verb: Verb, id: Option<MatterId>) -> Result<Self, Failure> {
        let case = match id {
            Some(id) => Some(seen(shell, who, id).await?),
            None => None,
        };
        access::may(who, verb, case.as_ref())?;
        let organ = case.as_ref().map_or(who.person.organ, |it| it.organ);
        let people = People::of(shell, organ).await?;
        let actor = who.actor();
        let gathered = service::gather_for_view(&shell.app, rules(), organ, &actor).await?;
        let facts = gathered.facts(Moment::now(shell.app.now()), actor, [0; 32]);
        let state = case.as_ref().map(|it| it.state.as_ref());
        let found = state.map_or_else(Vec::new, |it| findings::findings(it, &facts, &people));
        let shut =
            state.and_then(|it| mingjing_domain::case::decide::available(it, step(verb), &facts).err());
        let recordings = match id {
            Some(id) => crate::recording::access::choices(shell, id).await?,
            None => Vec::new(),
        };
        let around = Around {
            recordings: &recordings,
            case: state,
            people: &people,
            organ: &gathered.organ.profile,
            today: facts.today(),
            findings: &found,
        };
        let specs = fields::specs(verb, &around);
        let opened = prefill::opened(verb, &specs, &around, who.person.id);
        let brief = state.map_or_else(|| html! {}, |it| brief::beside(verb, it, &facts, &people, &found));
        Ok(Self { verb, case, people, specs, brief, shut, opened })
    }

    fn id(&self) -> Option<MatterId> {
        self.case.as_ref().map(|it| it.id)
    }

    fn name(&self) -> String {
        wire_name(&self.verb)
    }

    fn back(&self) -> String {
        self.id().map_or_else(|| "/desk".to_owned(), |id| format!("/cases/{id}"))
    }

    fn path(&self) -> String {
        match self.id() {
            Some(id) => format!("/cases/{id}/do/{}", self.name()),
            None => "/cases/new".to_owned(),
        }
    }

    fn place<'a>(&self, who: &Identity, name: &'a str) -> Place<'a> {
        Place { owner: who.person.id, matter: self.id(), form: name }
    }
}

/// What stands above and in a form.
struct Filled<'a> {
    posted: &'a Posted,
    errors: &'a [FieldError],
    refusal: Option<&'a Refusal>,
    said: Option<Markup>,
    command: String,
}

fn shown(shell: &Shell, who: &Identity, desk: &Desk, it: Filled<'_>) -> Markup {
    let row = step(desk.verb);
    let seen = desk.case.as_ref().map(|it| it.version);
    let action = match seen {
        Some(version) => format!("{}?seen={version}", desk.path()),
        None => desk.path(),
    };
    let title = desk.verb.label();
    let above = desk.case.as_ref().map(|case| {
        html! { a href={ "/cases/" (case.id) } { (tables::title(&case.state)) } @if let Some(number) = case.state.number() { " " span.no { (number) } } }
    });
    let below = html! { (show::law(&row.article)) @if !row.limit.is_empty() { " · " (row.limit) } };
    let back = desk.back();
    let form = html! {
        @if let Some(said) = it.said { (said) }
        @if let Some(refusal) = it.refusal { (show::refused(refusal)) }
        @if let (None, Some(shut)) = (it.refusal, &desk.shut) { (show::refused(shut)) }
        @if !row.documents.is_empty() {
            p.meta { "办理后自动编号、制作：" (row.documents.iter().map(|d| d.label()).collect::<Vec<_>>().join("、")) }
        }
        (sheet(&Sheet {
            action: &action, csrf: &who.csrf, specs: &desk.specs, posted: it.posted, errors: it.errors,
            button: super::parts::button(desk.verb), drafts: true, back: &back, command_id: &it.command,
        }))
    };
    let body = html! {
        (page::heading(above, title, Some(below), None))
        @if desk.case.is_some() { div.two.form { section.card { (form) } aside.stack { (desk.brief) } } }
        @else { section.card { (form) } }
    };
    let width = if desk.case.is_some() { Width::Wide } else { Width::Narrow };
    super::shown(shell, who, title, "/cases", width, body)
}

async fn open_page(shell: &Shell, who: &Identity, desk: &Desk, query: &Query) -> Result<Markup, Failure> {
    let name = desk.name();
    let place = desk.place(who, &name);
    let kept = match query.get("fresh") {
        Some(_) => None,
        None => draft::load(shell.app.db(), place).await?,
    };
    let (mut posted, said) = match kept {
        Some((posted, at)) => {
            let said = show::notice(
                Tone::Info,
                "已恢复您的草稿",
                html! {
                    p { "存于 " (show::time(at)) "。" a href={ (desk.path()) "?fresh=1" } { "不用草稿，重新填写" } }
                },
            );
            (posted, Some(said))
        }
        None => (desk.opened.clone(), None),
    };
    // A link may say which proposal or document it is about.
    for name in ["proposal_no", "document", "party"] {
        if let Some(value) = query.get(name)
            && desk.specs.iter().any(|it| it.name == name)
        {
            let mut pairs = posted.typed();
            pairs.retain(|(it, _)| it != name);
            pairs.push((name.to_owned(), value.to_owned()));
            posted = Posted::from_pairs(pairs);
        }
    }
    // Or which form, signed in the field, is the record.
    if let (Some(sheet), Some(case)) = (query.get("sheet"), desk.id())
        && let Some(known) = taken::opened(shell, case, desk.verb, sheet).await?
    {
        let mut pairs = posted.typed();
        pairs.retain(|(it, _)| known.get(it).is_none());
        pairs.extend(forms::fill(&desk.specs, &known).typed());
        posted = Posted::from_pairs(pairs);
    }
    let command = shell.fresh_id().to_string();
    Ok(shown(shell, who, desk, Filled { posted: &posted, errors: &[], refusal: None, said, command }))
}

/// GET /cases/new
pub(super) async fn new_page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    let desk = Desk::open(&shell, &who, Verb::RegisterClue, None).await?;
    open_page(&shell, &who, &desk, &Query::new("/cases/new", uri.query())).await
}

/// POST /cases/new
pub(super) async fn new_post(
    State(shell): State<Shell>,
    who: Identity,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let desk = Desk::open(&shell, &who, Verb::RegisterClue, None).await?;
    post(&shell, &who, &desk, None, &bytes).await
}

/// GET /cases/{id}/do/{verb}
pub(super) async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let desk = Desk::open(&shell, &who, acting(&name)?, Some(MatterId(id))).await?;
    open_page(&shell, &who, &desk, &Query::new(desk.path(), uri.query())).await
}

/// POST /cases/{id}/do/{verb}
pub(super) async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    uri: Uri,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let desk = Desk::open(&shell, &who, acting(&name)?, Some(MatterId(id))).await?;
    let query = Query::new(desk.path(), uri.query());
    let seen = match query.get("seen") {
        None => None,
        Some(text) => Some(text.parse::<u64>().map_err(|_| Failure::Malformed("版本号不对".to_owned()))?),
    };
    post(&shell, &who, &desk, seen, &bytes).await
}

/// What a form of a case is about; of a case that the person may not see, the act alone.
pub(super) async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/cases/")?;
    let (verb, id) = match rest.split_once('/') {
        None if rest == "new" => (Verb::RegisterClue, None),
        Some((id, "documents/again")) => {
            let case = seen(shell, who, MatterId(id.parse().ok()?)).await.ok();
            let about = case.map_or_else(String::new, |it| named(&it));
            return Some(Told { title: "重新制作文书".to_owned(), about, specs: Vec::new() });
        }
        Some((id, act)) => (acting(act.strip_prefix("do/")?).ok()?, Some(MatterId(id.parse().ok()?))),
        None => return None,
    };
    let title = verb.label().to_owned();
    let Ok(desk) = Desk::open(shell, who, verb, id).await else {
        return Some(Told { title, ..Told::default() });
    };
    let about = desk.case.as_ref().map_or_else(String::new, named);
    Some(Told { title, about, specs: desk.specs })
}

fn named(case: &Loaded<Case>) -> String {
    let title = tables::title(&case.state);
    case.state.number().map_or_else(|| title.to_string(), |number| format!("{title} {number}"))
}

fn acting(name: &str) -> Result<Verb, Failure> {
    match verb(name)? {
        Verb::RegisterClue => Err(Failure::NotFound),
        other => Ok(other),
    }
}

async fn post(
    shell: &Shell,
    who: &Identity,
    desk: &Desk,
    seen: Option<u64>,
    bytes: &[u8],
) -> Result<Response, Failure> {
    let posted = Posted::parse(bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let command = posted.get("_command").and_then(|it| it.parse::<Uuid>().ok());
    let key = command.ok_or_else(|| Failure::Malformed("表单缺少操作编号，请重新打开页面".to_owned()))?;
    let name = desk.name();
    let again = |posted: &Posted, said: Option<Markup>| {
        shown(shell, who, desk, Filled { posted, errors: &[], refusal: None, said, command: key.to_string() })
    };
    match posted.intent() {
        Intent::SaveDraft => {
            draft::save(&shell.app, desk.place(who, &name), &posted).await?;
            let said = show::notice(Tone::Ok, "草稿已保存", html! { p { "只有您能看到；提交后自动清除。" } });
            return Ok(again(&posted, Some(said)).into_response());
        }
        Intent::Add(list) => return Ok(again(&posted.with_group(&list), None).into_response()),
        Intent::Remove(group) => {
            return Ok(again(&posted.without_group(&group).compact(&desk.specs), None).into_response());
        }
        Intent::Submit => {}
    }
    submit(shell, who, desk, seen, posted, key).await
}

async fn submit(
    shell: &Shell,
    who: &Identity,
    desk: &Desk,
    seen: Option<u64>,
    posted: Posted,
    key: Uuid,
) -> Result<Response, Failure> {
    // The key is the browser's; another person's is another command.
    let command = who.command_id(&key.to_string());
    let refused =
        |errors: &[FieldError], refusal: Option<&Refusal>, said: Option<Markup>, status: StatusCode| {
            let filled = Filled { posted: &posted, errors, refusal, said, command: key.to_string() };
            Ok((status, shown(shell, who, desk, filled)).into_response())
        };
    let value = match forms::read(&desk.specs, &posted) {
        Ok(value) => value,
        Err(errors) => {
            // A second click finds the choices gone that the first one took.
            if let Some(id) = desk.id()
                && carried_out(shell.app.db(), command, who.actor().id).await?
            {
                return Ok(Redirect::to(&format!("/cases/{id}")).into_response());
            }
            return refused(&errors, None, None, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let body = fields::to_body(desk.verb, value);
    let read = match body::read(desk.verb, body.clone()) {
        Ok(read) => read,
        Err(refusal) => {
            let errors = fields::to_form(desk.verb, &desk.specs, &body, refusal.fields);
            return refused(&errors, None, None, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let seen = seen.filter(|_| answers_what_was_seen(step(desk.verb)));
    let options = Options { moment: read.moment, seen, informant: read.informant, ..Options::new(command) };
    let done = service::act(&shell.app, rules(), &who.actor(), desk.id(), read.command, options).await;
    match done {
        Ok(written) => {
            let name = desk.name();
            draft::discard(&shell.app, desk.place(who, &name)).await?;
            Ok(Redirect::to(&format!("/cases/{}", written.value.case)).into_response())
        }
        Err(WriteError::Refused(refusal)) => {
            let errors = fields::to_form(desk.verb, &desk.specs, &body, refusal.fields.clone());
            let status = Failure::Refused(refusal.clone()).status();
            refused(&errors, Some(&refusal), None, status)
        }
        Err(WriteError::Conflict) => {
            let said = moved_on(desk);
            refused(&[], None, Some(said), StatusCode::CONFLICT)
        }
        Err(other) => Err(other.into()),
    }
}

/// The case has moved on since the form was opened: says so; what is typed stays,
/// and the next submission answers what stands now.
fn moved_on(desk: &Desk) -> Markup {
    let newest = desk.case.as_ref().map(|case| {
        let last = case.state.documents.len();
        (case.version, last)
    });
    show::notice(
        Tone::Near,
        "您打开页面后，案件已有变化，没有办理",
        html! {
            p {
                "已填内容都还在。请先核对右侧的最新情况"
                @if let Some((version, _)) = newest { "（第" (version) "版）" }
                "，确认后再次提交。"
                @if let Some(id) = desk.id() { a href={ "/cases/" (id) "#stream" } { "看经过" } }
                @if let Some(case) = &desk.case { " 承办：" (desk.people.names(&case.state.officers)) }
            }
            @if let Some(case) = &desk.case {
                @if let Some(waits) = case.state.pending_proposal() { p { "待批事项：" (words::proposal(&waits.body)) } }
            }
        },
    )
}
