//! Forms of recordings, devices and lists for destruction: the domain's fields with the
//! choices at hand; one page, one way to read what was posted.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use mingjing_domain::case::form::{Field, Kind};
use mingjing_domain::cite::Citation;
use mingjing_domain::refusal::{FieldError, Refusal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::case::access::People;
use crate::case::body::bounds;
use crate::case::fields::bare;
use crate::kit::auth::Identity;
use crate::kit::form::{self as forms, Choice, FieldSpec, Intent, Kind as Input, Posted};
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width, office};
use crate::kit::problem::Failure;
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show;

/// What the choices of a form are taken from.
#[derive(Default)]
pub struct Around {
    /// Persons of the organ.
    pub staff: Vec<Choice>,
    /// Other matters, by the name of the field that asks for them.
    pub matters: BTreeMap<&'static str, Vec<Choice>>,
    /// Numbered things, by the name of the field; a field without stays a number.
    pub ordinals: BTreeMap<&'static str, Vec<Choice>>,
}

impl Around {
    /// The enabled persons of an organ who do its business.
    pub fn of(people: &People) -> Self {
        let staff =
            people.all.iter().filter(|it| it.enabled && !it.roles.iter().any(|r| r.is_administrator()));
        let staff = staff.map(|it| Choice::new(it.id.to_string(), format!("{}（{}）", it.name, it.unit)));
        Self { staff: staff.collect(), ..Self::default() }
    }

    /// Offers matters for a field.
    #[must_use]
    pub fn matters(mut self, name: &'static str, choices: Vec<Choice>) -> Self {
        self.matters.insert(name, choices);
        self
    }

    /// Offers numbered things for a field.
    #[must_use]
    pub fn ordinals(mut self, name: &'static str, labels: impl IntoIterator<Item = String>) -> Self {
        let choices = (1..)
            .zip(labels)
            .map(|(no, label): (u32, String)| Choice::new(no.to_string(), label).json(json!(no)));
        self.ordinals.insert(name, choices.collect());
        self
    }
}

/// A question that must be answered with yes or no: a box left empty would answer it
/// by accident.
fn decides(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "agree" => Some(("同意", "不同意")),
        "approve" => Some(("批准", "不批准")),
        "pass" => Some(("通过", "不通过")),
        "fit" => Some(("可以使用", "不能使用")),
        _ => None,
    }
}

/// The form of some fields.
pub fn specs(fields: &[Field], around: &Around) -> Vec<FieldSpec> {
    fields.iter().map(|it| spec(it, around)).collect()
}

fn spec(it: &Field, around: &Around) -> FieldSpec {
    let mut out = FieldSpec::new(it.name, it.label, input(it, around)).hint(it.hint).off_paper();
    out.required = it.required || decides(it.name).is_some();
    out.max_chars = if it.max_chars == 0 { 200 } else { it.max_chars as usize };
    out
}

fn input(it: &Field, around: &Around) -> Input {
    if let Some((yes, no)) = decides(it.name) {
        return Input::Choice(vec![
            Choice::new("true", yes).json(Value::Bool(true)),
            Choice::new("false", no).json(Value::Bool(false)),
        ]);
    }
    let named = |choices: &[(String, &'static str)]| {
        choices.iter().map(|(name, label)| Choice::new(name.clone(), *label)).collect::<Vec<_>>()
    };
    let matters = |name: &str| around.matters.get(name).cloned().unwrap_or_default();
    match &it.kind {
        Kind::Line | Kind::Category | Kind::Region => Input::Line,
        Kind::Paragraph => Input::Paragraph,
        Kind::Date => Input::Date,
        Kind::Instant => Input::DateTime,
        Kind::Money => Input::Money,
        Kind::Number => {
            let (min, max) = bounds(it.name);
            Input::Number { min, max, unit: "" }
        }
        Kind::Flag => Input::Flag,
        Kind::Choice(choices) => Input::Choice(named(choices)),
        Kind::Choices(choices) => Input::MultiChoice(named(choices)),
        Kind::NumberChoice(choices) => Input::Choice(
            choices.iter().map(|(n, label)| Choice::new(n.to_string(), *label).json(json!(n))).collect(),
        ),
        Kind::Staff => Input::Staff(around.staff.clone()),
        Kind::StaffList => Input::MultiChoice(around.staff.clone()),
        Kind::Recording => Input::Choice(matters(it.name)),
        Kind::Ordinal | Kind::Party | Kind::Document | Kind::Proposal | Kind::EvidenceList => {
            match around.ordinals.get(it.name) {
                Some(choices) => Input::Choice(choices.clone()),
                None => Input::Number { min: 1, max: i64::from(u16::MAX), unit: "" },
            }
        }
        Kind::List(fields) => match fields.as_slice() {
            [one] if one.name.is_empty() && one.kind == Kind::Recording => {
                Input::MultiChoice(matters(it.name))
            }
            several => Input::List(several.iter().map(|it| spec(it, around)).collect()),
        },
    }
}

/// A page with one form.
pub struct Form<'a> {
    /// Heading of the page.
    pub title: &'a str,
    /// Above the heading.
    pub above: Option<Markup>,
    /// Rule behind it.
    pub article: &'a Citation,
    /// Entry of the navigation.
    pub current: &'a str,
    /// Where it posts to.
    pub action: String,
    /// Where to go without doing anything.
    pub back: String,
    /// Word on the button.
    pub button: &'a str,
    /// Its fields.
    pub specs: &'a [FieldSpec],
    /// Beside or above the form: what helps to fill it in.
    pub help: Markup,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
pub struct Filled<'a> {
    /// Typed so far.
    pub posted: Posted,
    /// What is wrong.
    pub errors: Vec<FieldError>,
    /// Why the law refuses it.
    pub refusal: Option<&'a Refusal>,
}

/// Renders the page of a form.
pub fn page(shell: &Shell, who: &Identity, it: &Form<'_>, filled: &Filled<'_>) -> Markup {
    let command = filled.posted.get("_command").map_or_else(|| shell.fresh_id().to_string(), str::to_owned);
    let form = html! {
        @if let Some(refusal) = filled.refusal { (show::refused(refusal)) }
        (it.help)
        (sheet(&Sheet {
            action: &it.action, csrf: &who.csrf, specs: it.specs, posted: &filled.posted,
            errors: &filled.errors, button: it.button, drafts: false, back: &it.back, command_id: &command,
        }))
    };
    let body = html! {
        (page::heading(it.above.clone(), it.title, Some(show::law(it.article)), None))
        section.card { (form) }
    };
    frame(shell, who, it.title, it.current, Width::Narrow, body)
}

/// A page of the office under an entry of the navigation.
pub fn frame(
    shell: &Shell,
    who: &Identity,
    title: &str,
    current: &str,
    width: Width,
    body: Markup,
) -> Markup {
    let page = Office { site: &shell.site, viewer: who.viewer(), title, current, crumbs: Vec::new(), width };
    office(&page, body)
}

/// What a browser sent.
pub enum Sent {
    /// A group was added or removed: the form again.
    Again(Posted),
    /// Something is wrong with it.
    Wrong(Posted, Vec<FieldError>),
    /// The body of the command, and the command's identifier.
    Body(Posted, Value, Uuid),
}

/// Reads what a browser sent.
///
/// # Errors
/// [`Failure::Malformed`] for what is no form of ours.
pub fn sent(who: &Identity, specs: &[FieldSpec], bytes: &[u8]) -> Result<Sent, Failure> {
    let posted = Posted::parse(bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    let key = posted.get("_command").and_then(|it| it.parse::<Uuid>().ok());
    let key = key.ok_or_else(|| Failure::Malformed("表单缺少操作编号，请重新打开页面".to_owned()))?;
    match posted.intent() {
        Intent::SaveDraft => return Ok(Sent::Again(posted)),
        Intent::Add(list) => return Ok(Sent::Again(posted.with_group(&list))),
        Intent::Remove(group) => return Ok(Sent::Again(posted.without_group(&group).compact(specs))),
        Intent::Submit => {}
    }
    Ok(match forms::read(specs, &posted) {
        Ok(value) => Sent::Body(posted, bare(value), who.command_id(&key.to_string())),
        Err(errors) => Sent::Wrong(posted, errors),
    })
}

/// The form again, with what the law says against what was sent.
pub fn refused(
    shell: &Shell,
    who: &Identity,
    form: &Form<'_>,
    posted: Posted,
    refusal: &Refusal,
) -> Response {
    let mut errors = Vec::new();
    for it in &refusal.fields {
        let mut it = it.clone();
        let first = it.field.split('/').next().unwrap_or("").to_owned();
        let whole = form.specs.iter().find(|s| s.name == first);
        if whole.is_some_and(|s| !matches!(s.kind, Input::List(_) | Input::Record(_))) {
            it.field = first;
        }
        if !errors.contains(&it) {
            errors.push(it);
        }
    }
    let status = Failure::Refused(Box::new(refusal.clone())).status();
    let filled = Filled { posted, errors, refusal: Some(refusal) };
    (status, page(shell, who, form, &filled)).into_response()
}

/// The form again with what is wrong in it.
pub fn again(
    shell: &Shell,
    who: &Identity,
    form: &Form<'_>,
    posted: Posted,
    errors: Vec<FieldError>,
) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, page(shell, who, form, &Filled { posted, errors, refusal: None })).into_response()
}
