//! Acts of small matters, by form and by program: the rows of the authorization table from
//! the table of the domain, one set of fields for page and API, one command from both.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mingjing_domain::act_table::Act;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::cite::Citation;
use mingjing_domain::matter::{Matter, MatterId, OrganId};
use mingjing_domain::refusal::{FieldError, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::app::App;
use super::auth::Identity;
use super::authz::{Grant, Relation, Verb};
use super::body;
use super::error::WriteError;
use super::form::{self as forms, Choice, FieldSpec, Intent, Kind, Posted};
use super::http::Shell;
use super::openapi::{Operation, key};
use super::page::{self, Office, Width};
use super::problem::Failure;
use super::projection::Projects;
use super::ui::field::{Sheet, sheet};
use super::ui::show;
use super::write::{Loaded, Write};

/// Verbs and rows that come from one table of acts.
pub struct ActVerbs<A: Act> {
    verbs: Vec<(A, &'static Verb)>,
    /// Rows of the authorization table.
    pub rows: Vec<Grant>,
}

impl<A: Act + Serialize> ActVerbs<A> {
    /// The verbs `prefix.act` of a table, each for its roles in this relation.
    pub fn new(prefix: &str, relation: Relation) -> Self {
        let (mut verbs, mut rows) = (Vec::new(), Vec::new());
        for act in A::ACTS {
            let row = act.row();
            // Made once for the life of the program, like the table itself.
            let name: &'static str = Box::leak(format!("{prefix}.{}", wire_name(act)).into_boxed_str());
            let verb: &'static Verb =
                Box::leak(Box::new(Verb { name, label: act.word(), basis: row.article.clone() }));
            verbs.push((*act, verb));
            rows.extend(row.who.iter().map(|role| Grant { verb, role: *role, relation }));
        }
        Self { verbs, rows }
    }

    /// The verb of an act.
    pub fn of(&self, act: A) -> Option<&'static Verb> {
        self.verbs.iter().find(|(it, _)| *it == act).map(|(_, verb)| *verb)
    }
}

/// The act that a part of an address names.
pub fn named<A: DeserializeOwned>(name: &str) -> Option<A> {
    serde_json::from_value(name.into()).ok()
}

/// The words of an enumeration as a field.
pub fn choices<T: Serialize + Copy>(all: &[T], label: impl Fn(T) -> &'static str) -> Kind {
    Kind::Choice(all.iter().map(|it| Choice::new(wire_name(it), label(*it))).collect())
}

/// Yes or no in two sentences.
pub fn either(yes: &str, no: &str) -> Kind {
    Kind::Choice(vec![
        Choice::new("true", yes).json(Value::Bool(true)),
        Choice::new("false", no).json(Value::Bool(false)),
    ])
}

/// Longest words of an opinion or reason, in characters.
pub const MAX_WORDS: usize = 2_000;

/// Some lines of words that come into no document.
pub fn words(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, Kind::Paragraph).max(MAX_WORDS)
}

/// A value without the fields that were left blank.
pub fn filled(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(_, it)| !it.is_null())
            .map(|(name, it)| (name, filled(it)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(filled).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// The command of an act from the value of its fields.
///
/// # Errors
/// What cannot be read, as a fault of the whole form.
pub fn command<C: DeserializeOwned>(act: &str, value: Value) -> Result<C, Vec<FieldError>> {
    let mut value = filled(value);
    if let Value::Object(object) = &mut value {
        object.insert("command".to_owned(), act.into());
    }
    serde_json::from_value(value)
        .map_err(|e| vec![FieldError { field: String::new(), message: format!("内容不能读出：{e}") }])
}

/// What was posted: to be shown again, or to be carried out.
pub enum Step {
    /// Another group, a group less, or something is wrong.
    Again(Posted, Vec<FieldError>),
    /// Fields read, and the command's identifier.
    Go(Posted, Value, Uuid),
}

/// Reads a posted form.
///
/// # Errors
/// When the body is no form of ours.
pub fn step(who: &Identity, specs: &[FieldSpec], bytes: &[u8]) -> Result<Step, Failure> {
    let posted = Posted::parse(bytes).map_err(|e| Failure::Malformed(e.to_string()))?;
    Ok(match posted.intent() {
        Intent::Add(list) => Step::Again(posted.with_group(&list), Vec::new()),
        Intent::Remove(group) => Step::Again(posted.without_group(&group), Vec::new()),
        Intent::SaveDraft => Step::Again(posted, Vec::new()),
        Intent::Submit => {
            let command = posted.get("_command").filter(|it| it.parse::<Uuid>().is_ok());
            let missing = || Failure::Malformed("表单缺少操作编号，请重新打开页面".to_owned());
            let command = who.command_id(command.ok_or_else(missing)?);
            match forms::read(specs, &posted) {
                Ok(value) => Step::Go(posted, value, command),
                Err(errors) => Step::Again(posted, errors),
            }
        }
    })
}

/// A page with one act's form.
pub struct Doing<'a> {
    /// The act in words.
    pub title: &'a str,
    /// Navigation entry that it belongs to.
    pub current: &'a str,
    /// Way here.
    pub crumbs: Vec<(&'a str, String)>,
    /// Rule behind it.
    pub basis: &'a Citation,
    /// Where it posts to.
    pub action: String,
    /// Where to go without doing anything.
    pub back: String,
    /// Fields.
    pub specs: &'a [FieldSpec],
    /// What it is about, beside the form.
    pub beside: Markup,
}

/// Shows the form, with what is wrong. A refusal goes to the fields it names.
pub fn doing(
    shell: &Shell,
    who: &Identity,
    it: &Doing<'_>,
    posted: &Posted,
    errors: &[FieldError],
    refusal: Option<&Refusal>,
) -> Response {
    let command = shell.fresh_id().to_string();
    let known = |field: &&FieldError| {
        let first = field.field.split('/').next().unwrap_or("");
        it.specs.iter().any(|spec| spec.name == first)
    };
    let pointed: Vec<FieldError> =
        refusal.map(|it| it.fields.iter().filter(known).cloned().collect()).unwrap_or_default();
    let loose = refusal.map(|it| it.fields.iter().filter(|f| !known(f)).collect::<Vec<_>>());
    let errors = if errors.is_empty() { &pointed } else { errors };
    let form = html! {
        @if let Some(refusal) = refusal {
            (show::refused(refusal))
            @if let Some(loose) = loose.filter(|it| !it.is_empty()) { ul { @for field in loose { li { (field.message) } } } }
        }
        section.card.decisive {
            (sheet(&Sheet {
                action: &it.action, csrf: &who.csrf, specs: it.specs, posted, errors,
                button: it.title, drafts: false, back: &it.back, command_id: &command,
            }))
        }
    };
    let body = html! {
        (page::heading(None, it.title, Some(show::law(it.basis)), None))
        div.two { div.stack { (form) } div.stack { (it.beside) } }
    };
    let office = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: it.title,
        current: it.current,
        crumbs: it.crumbs.clone(),
        width: Width::Middle,
    };
    let status = match (refusal, errors.is_empty() || refusal.is_some()) {
        (Some(refusal), _) if refusal.fields.is_empty() => StatusCode::CONFLICT,
        (Some(_), _) | (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, true) => StatusCode::OK,
    };
    (status, page::office(&office, body)).into_response()
}

/// An operation that carries out an act of these fields on the matter of the address.
pub fn operation(
    path: &str,
    id: &str,
    tag: &'static str,
    verb: &Verb,
    specs: &[FieldSpec],
    answer: Value,
) -> Operation {
    Operation::post(path, id, tag, verb.label, answer)
        .says(format!("依据{}。", verb.basis))
        .with(key())
        .takes(body::schema(specs), body::example(specs))
}

/// Adds an event to the stream of a matter; where there is none yet, begins it with this
/// identifier, organ and family (a family of its own without one). Gives the matter as it
/// stands then.
///
/// # Errors
/// When the event cannot be written.
pub async fn settle<M: Projects>(
    w: &mut Write,
    loaded: Option<Loaded<M>>,
    (id, organ, family): (MatterId, OrganId, Option<MatterId>),
    event: M::Event,
) -> Result<Loaded<M>, WriteError> {
    match loaded {
        Some(mut it) => {
            w.append(&mut it, event).await?;
            Ok(it)
        }
        None => w.create::<M>(id, organ, family, event).await,
    }
}

/// Matters of one page, of identifiers among which is one more than fits where there are more;
/// and the cursor of the next page.
///
/// # Errors
/// When one cannot be read.
pub async fn page_of<M: Matter>(
    app: &App,
    mut ids: Vec<MatterId>,
    page: usize,
) -> Result<(Vec<Loaded<M>>, Option<MatterId>), Failure> {
    let more = ids.len() > page;
    ids.truncate(page);
    let next = ids.last().copied().filter(|_| more);
    let mut out = Vec::with_capacity(ids.len());
    for id in ids {
        out.extend(app.load::<M>(id).await?);
    }
    Ok((out, next))
}

/// A cell that no spreadsheet takes for a formula.
pub fn cell(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        Some(_) | None => text.to_owned(),
    }
}

/// Schema of a civil day, of an identifier, of a text.
pub fn schema_of(kind: &str) -> Value {
    match kind {
        "day" => json!({ "type": "string", "format": "date" }),
        "id" => json!({ "type": "string", "format": "uuid" }),
        "number" => json!({ "type": "integer", "minimum": 0 }),
        "flag" => json!({ "type": "boolean" }),
        _ => json!({ "type": "string" }),
    }
}

/// Schema of an object with these members, all of them there; `?` lets a member be null.
pub fn object_of(members: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    for (name, schema) in members {
        let (name, mut schema) = (name.trim_end_matches('?').to_owned(), schema.clone());
        if members.iter().any(|(it, _)| it.strip_suffix('?') == Some(name.as_str())) {
            super::openapi::or_null(&mut schema);
        }
        properties.insert(name, schema);
    }
    let required: Vec<&str> = members.iter().map(|(name, _)| name.trim_end_matches('?')).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}
