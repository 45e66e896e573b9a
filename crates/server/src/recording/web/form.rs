//! The forms of recordings: registration, and one form for every verb of the table.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::form;
use mingjing_domain::recording::guide::Guide;
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::words::{Link, RecordingVerb};
use mingjing_domain::refusal::Refusal;
use uuid::Uuid;

use super::super::access::{Seen, devices, seen};
use super::super::api::{carry_out, fields, verb};
use super::super::service::{self, Options};
use super::super::sheet::{self, Around, Filled, Form, Sent};
use super::super::verbs;
use crate::case::access::{People, rules};
use crate::case::{store as cases, tables};
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::error::WriteError;
use crate::kit::form::{Choice, FieldSpec, Posted};
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::table::Query;

const CURRENT: &str = "/recordings";

/// Cases that a form offers: those that the person handles, newest first.
async fn own_cases(shell: &Shell, who: &Identity) -> Result<Vec<Choice>, Failure> {
    let it = &who.person;
    let filter = cases::Filter { officer: Some(it.id), organs: vec![it.organ], ..Default::default() };
    let lines = cases::list(shell.app.db(), &filter, 100).await?;
    Ok(lines
        .into_iter()
        .map(|it| {
            let number = it.number.unwrap_or_default();
            Choice::new(it.id.to_string(), format!("{} {number}", it.title))
        })
        .collect())
}

async fn new_specs(shell: &Shell, who: &Identity, case: Option<MatterId>) -> Result<Vec<FieldSpec>, Failure> {
    let people = People::of(shell, who.person.organ).await?;
    let mut all = own_cases(shell, who).await?;
    if let Some(id) = case
        && !all.iter().any(|it| it.value == id.to_string())
    {
        let found = crate::case::access::seen(shell, who, id).await?;
        all.push(Choice::new(id.to_string(), tables::title(&found.state)));
    }
    Ok(sheet::specs(&form::fields(RecordingVerb::Register), &Around::of(&people).matters("case", all)))
}

fn new_form<'a>(specs: &'a [FieldSpec], article: &'a mingjing_domain::cite::Citation) -> Form<'a> {
    Form {
        title: RecordingVerb::Register.label(),
        above: None,
        article,
        current: CURRENT,
        action: "/recordings/new".to_owned(),
        back: CURRENT.to_owned(),
        button: "登记",
        specs,
        help: html! { p.meta { "登记后编号，再告知当事人、采集、封存、上传。现场用手机采集的，由现场执法页自动登记。" } },
    }
}

fn may_register(who: &Identity) -> Result<(), Failure> {
    let target = Target::organ(who.person.organ);
    Ok(who.may(verbs::verb_of(RecordingVerb::Register), &target)?)
}

/// What the form begins with: the person, the unit, the case that a link names.
async fn opened(shell: &Shell, who: &Identity, query: &Query) -> Result<(Option<MatterId>, Posted), Failure> {
    let case = query.get("case").and_then(|it| it.parse::<Uuid>().ok()).map(MatterId);
    let people = People::of(shell, who.person.organ).await?;
    let today = mingjing_domain::matter::civil_day(shell.app.now()).to_string();
    let held = people.get(who.person.id).and_then(|it| {
        it.certificates.iter().find(|c| c.from <= today && today <= c.until).map(|c| c.number.clone())
    });
    let mut pairs = vec![
        ("unit".to_owned(), who.person.unit.clone()),
        ("collectors[0]".to_owned(), String::new()),
        ("collectors[0].staff".to_owned(), who.person.id.to_string()),
        ("collectors[0].certificate".to_owned(), held.unwrap_or_default()),
        ("subject".to_owned(), if case.is_some() { "act" } else { "patrol" }.to_owned()),
    ];
    if let Some(id) = case {
        let found = crate::case::access::seen(shell, who, id).await?;
        pairs.push(("case".to_owned(), id.to_string()));
        pairs.push(("party".to_owned(), tables::parties(&found.state)));
        if let Some(filed) = &found.state.filed {
            pairs.push(("cause".to_owned(), filed.filing.cause.or_erased().to_owned()));
        }
        pairs.extend(query.get("link").map(|link| ("link".to_owned(), link.to_owned())));
    } else {
        pairs.push(("link".to_owned(), wire_name(&Link::Patrol)));
    }
    Ok((case, Posted::from_pairs(pairs)))
}

/// GET /recordings/new
pub(super) async fn new_page(State(shell): State<Shell>, who: Identity, uri: Uri) -> Result<Markup, Failure> {
    may_register(&who)?;
    let query = Query::new("/recordings/new", uri.query());
    let (case, posted) = opened(&shell, &who, &query).await?;
    let specs = new_specs(&shell, &who, case).await?;
    let article = recording_step(RecordingVerb::Register).article;
    let filled = Filled { posted, ..Filled::default() };
    Ok(sheet::page(&shell, &who, &new_form(&specs, &article), &filled))
}

/// POST /recordings/new
pub(super) async fn new_post(
    State(shell): State<Shell>,
    who: Identity,
    bytes: Bytes,
) -> Result<Response, Failure> {
    may_register(&who)?;
    let posted = Posted::parse(&bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let case = posted.get("case").and_then(|it| it.parse::<Uuid>().ok()).map(MatterId);
    let specs = new_specs(&shell, &who, case).await?;
    let article = recording_step(RecordingVerb::Register).article;
    let form = new_form(&specs, &article);
    let (posted, body, command_id) = match sheet::sent(&who, &specs, &bytes)? {
        Sent::Again(posted) => return Ok(sheet::again(&shell, &who, &form, posted, Vec::new())),
        Sent::Wrong(posted, errors) => return Ok(sheet::again(&shell, &who, &form, posted, errors)),
        Sent::Body(posted, body, command) => (posted, body, command),
    };
    let row = RecordingVerb::Register;
    let command = form::read(row, body).map_err(|reason| {
        Refusal::new("input.invalid", article.clone(), format!("内容不能读出：{reason}"), "更正后重新提交")
            .field("case", "办案事项应选择案件")
    });
    let command = match command {
        Ok(command) => command,
        Err(refusal) => return Ok(sheet::refused(&shell, &who, &form, posted, &refusal)),
    };
    let rules = Arc::clone(rules());
    let options = Options::new(command_id);
    match service::act(&shell.app, &rules, &who.actor(), None, command, options).await {
        Ok(done) => Ok(Redirect::to(&format!("/recordings/{}", done.value.recording)).into_response()),
        Err(WriteError::Refused(refusal)) => Ok(sheet::refused(&shell, &who, &form, posted, &refusal)),
        Err(other) => Err(other.into()),
    }
}

/// What the form of a verb offers.
async fn act_specs(
    shell: &Shell,
    who: &Identity,
    it: &Seen,
    verb: RecordingVerb,
) -> Result<Vec<FieldSpec>, Failure> {
    let people = People::of(shell, it.it.organ).await?;
    let state = &it.it.state;
    let segments = (1..)
        .zip(&state.segments)
        .map(|(no, s): (u16, _)| format!("第{no}段 {} {}", s.capture.kind.label(), s.phase.label()));
    let mut around = Around::of(&people).ordinals("segment", segments.clone());
    around = match verb {
        RecordingVerb::ReleaseHold => around.ordinals(
            "no",
            state.holds.iter().map(|hold| {
                format!("{}{}", hold.trigger.label(), if hold.released.is_some() { "（已解除）" } else { "" })
            }),
        ),
        RecordingVerb::RaiseClue => {
            around.ordinals("no", state.log.iter().map(|(entry, _)| entry.place.or_erased().to_owned()))
        }
        RecordingVerb::Seal | RecordingVerb::Upload | RecordingVerb::AskMachineText => {
            around.ordinals("no", segments)
        }
        _ => around,
    };
    if fields(verb).iter().any(|field| field.name == "device") {
        around = around.matters("device", devices(shell, it.it.organ).await?);
    }
    if fields(verb).iter().any(|field| field.name == "case") {
        around = around.matters("case", own_cases(shell, who).await?);
    }
    Ok(sheet::specs(&fields(verb), &around))
}

fn act_form<'a>(
    it: &Seen,
    verb: RecordingVerb,
    specs: &'a [FieldSpec],
    article: &'a mingjing_domain::cite::Citation,
    help: Markup,
) -> Form<'a> {
    let id = it.it.id;
    let number = it.it.number.as_ref().map_or_else(String::new, ToString::to_string);
    Form {
        title: verb.label(),
        above: Some(html! { a href={ "/recordings/" (id) } { span.no { (number) } } }),
        article,
        current: CURRENT,
        action: format!("/recordings/{id}/do/{}", wire_name(&verb)),
        back: format!("/recordings/{id}"),
        button: "办理",
        specs,
        help,
    }
}

/// What is said and what is asked, beside the form where it is said.
fn help(it: &Seen, verb: RecordingVerb, who: &Identity) -> Markup {
    let guide = Guide::built_in();
    let link = it.it.registration.link;
    match verb {
        RecordingVerb::TellParty => {
            let certificates: Vec<&str> =
                it.it.registration.collectors.iter().map(|one| one.certificate.as_str()).collect();
            let words =
                guide.notice(link, &who.person.organ_name, &who.person.name, &certificates.join("、"));
            html! { section.notice { h2 { "告知用语" } p { (words) } } }
        }
        RecordingVerb::AskMachineText => html! { p.meta { (crate::machine_text::NOTICE) } },
        RecordingVerb::NoteInterruption => {
            html! { section.notice { h2 { "恢复记录时的用语" } p { (guide.notice.interruption) } } }
        }
        _ => html! {},
    }
}

/// GET /recordings/{id}/do/{verb}
pub(super) async fn act_page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let verb = verb(&name)?;
    let it = seen(&shell, &who, MatterId(id)).await?;
    it.may(&who, verb)?;
    let specs = act_specs(&shell, &who, &it, verb).await?;
    let article = recording_step(verb).article;
    let form = act_form(&it, verb, &specs, &article, help(&it, verb, &who));
    // A link from a piece says which one is meant.
    let query = Query::new("", uri.query());
    let no = query.get("no").filter(|_| verb == RecordingVerb::AskMachineText);
    let posted = Posted::from_pairs(no.map(|no| ("no".to_owned(), no.to_owned())).into_iter().collect());
    Ok(sheet::page(&shell, &who, &form, &Filled { posted, ..Filled::default() }))
}

/// POST /recordings/{id}/do/{verb}
pub(super) async fn act_post(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(Uuid, String)>,
    bytes: Bytes,
) -> Result<Response, Failure> {
    let verb = verb(&name)?;
    let it = seen(&shell, &who, MatterId(id)).await?;
    it.may(&who, verb)?;
    let specs = act_specs(&shell, &who, &it, verb).await?;
    let article = recording_step(verb).article;
    let form = act_form(&it, verb, &specs, &article, help(&it, verb, &who));
    let (posted, body, command) = match sheet::sent(&who, &specs, &bytes)? {
        Sent::Again(posted) => return Ok(sheet::again(&shell, &who, &form, posted, Vec::new())),
        Sent::Wrong(posted, errors) => return Ok(sheet::again(&shell, &who, &form, posted, errors)),
        Sent::Body(posted, body, command) => (posted, body, command),
    };
    match carry_out(&shell, &who, &it, verb, body, (command, None)).await {
        Ok(()) => Ok(Redirect::to(&format!("/recordings/{id}")).into_response()),
        Err(Failure::Refused(refusal)) => Ok(sheet::refused(&shell, &who, &form, posted, &refusal)),
        Err(other) => Err(other),
    }
}

/// What a form of a recording is about.
pub(super) async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let rest = path.strip_prefix("/recordings/")?;
    if rest == "new" {
        let specs = new_specs(shell, who, None).await.ok()?;
        let title = RecordingVerb::Register.label().to_owned();
        return Some(Told { title, about: String::new(), specs });
    }
    let (id, name) = rest.split_once("/do/")?;
    let verb = verb(name).ok()?;
    let title = verb.label().to_owned();
    let Ok(it) = seen(shell, who, MatterId(id.parse().ok()?)).await else {
        return Some(Told { title, ..Told::default() });
    };
    let about = it.it.number.as_ref().map_or_else(String::new, ToString::to_string);
    let specs = act_specs(shell, who, &it, verb).await.ok()?;
    Some(Told { title, about, specs })
}
