//! What was typed is not lost when the session or the form's key has ended in the
//! meantime. The posted fields come back on a page with a fresh key and one button
//! to send them again, after a sign-in where one is needed. Nothing is done before
//! that button is pressed, and the guards of the address decide then as always.
//!
//! Through a sign-in the fields travel sealed, and only to the person in whose
//! session they were typed: on a shared computer nobody else reads or submits them.

use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use mingjing_domain::matter::StaffId;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::auth::Identity;
use super::form::{FieldSpec, Kind, Posted};
use super::http::Shell;
use super::new_password::{self, Change};
use super::page::{self, Office, Site, Width};
use super::problem::Failure;
use super::ui::show::{self, Tone};

/// The field of the sign-in form that holds what was typed before, sealed.
pub const SEALED: &str = "carried";
/// Largest form that is kept for a person who is not signed in, in bytes.
pub const MOST: usize = 64 * 1024;
/// Minutes within which the sign-in must follow.
const MINUTES: i64 = 30;
/// What the sign-in form holds besides, in bytes.
const ROOM: usize = 8 * 1024;
/// Fields that are never kept, and asked for again.
const SECRETS: [&str; 4] = ["password", "present", "new", "again"];
/// Fields that are not shown: the form's key, the command's identifier, the way on.
const UNSEEN: [&str; 4] = ["_csrf", "_command", "next", SEALED];

/// What a posted form is about, as the person who posted it may know it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The act.
    pub title: String,
    /// The case or the person it concerns; empty for none.
    pub about: String,
    /// The fields of its form.
    pub specs: Vec<FieldSpec>,
}

/// Tells of the forms of one feature by their path; none of those of others.
pub type Teller = fn(Shell, Identity, String) -> BoxFuture<'static, Option<Told>>;

/// Posted fields on their way back to the person who typed them.
#[derive(Clone, Debug)]
pub struct Carried {
    to: String,
    /// In whose session it was typed, when that has ended.
    of: Option<StaffId>,
    kept: Kept,
    told: Told,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    /// Names and values as typed, without the form's key and without secrets.
    Fields(Vec<(String, String)>),
    /// A file: browsers do not let a page choose one.
    File,
    /// More than is kept.
    TooMuch,
    /// It is not known who typed it.
    Nothing,
}

/// What the seal holds.
#[derive(Deserialize, Serialize)]
struct Packed {
    of: StaffId,
    /// Milliseconds since 1970-01-01 UTC.
    until: i64,
    to: String,
    fields: Vec<(String, String)>,
}

/// Why what was typed before a sign-in is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dropped {
    AnotherPerson,
    Late,
    Unreadable,
}

/// Whether a form of so many bytes passes sealed through a sign-in whose body may
/// have `limit` bytes: JSON may double the length, the seal adds a third.
pub const fn fits(form: usize, limit: usize) -> bool {
    form * 3 + ROOM <= limit
}

/// A path on this host, or `home`: no scheme, no `//host`, no backslash, no control.
pub fn local(next: Option<&str>, home: &str) -> String {
    next.filter(|it| it.starts_with('/') && !it.starts_with("//"))
        .filter(|it| !it.contains('\\') && !it.chars().any(char::is_control))
        .unwrap_or(home)
        .to_owned()
}

/// Path and query without the form's key.
fn address(uri: &Uri) -> String {
    let Some(query) = uri.query() else { return uri.path().to_owned() };
    let mut rest = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "_csrf") {
        rest.append_pair(&name, &value);
    }
    let rest = rest.finish();
    if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{rest}", uri.path()) }
}

/// Whether a path is of a template; a segment in braces stands for any one segment.
pub(super) fn is_of(template: &str, path: &str) -> bool {
    let (mut known, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (known.next(), given.next()) {
            (None, None) => return true,
            (Some(known), Some(given)) if known == given => {}
            (Some(known), Some(given)) if known.starts_with('{') && !given.is_empty() => {}
            (_, _) => return false,
        }
    }
}

impl Carried {
    fn new(uri: &Uri, kept: Kept) -> Self {
        Self { to: address(uri), of: None, kept, told: Told::default() }
    }

    /// A posted form's fields.
    pub fn fields(uri: &Uri, body: &[u8]) -> Self {
        let Ok(posted) = Posted::parse(body) else { return Self::too_much(uri) };
        let pairs = posted.pairs().iter().filter(|(name, _)| name != "_csrf");
        let blank = |name: &str, value: &str| if secret(name) { String::new() } else { value.to_owned() };
        let pairs = pairs.map(|(name, value)| (name.clone(), blank(name, value)));
        Self::new(uri, Kept::Fields(pairs.collect()))
    }

    /// The same, typed in this person's session.
    #[must_use]
    pub fn of(mut self, person: StaffId) -> Self {
        self.of = Some(person);
        self
    }

    /// A posted file.
    pub fn file(uri: &Uri) -> Self {
        Self::new(uri, Kept::File)
    }

    /// A form that is too long to be kept.
    pub fn too_much(uri: &Uri) -> Self {
        Self::new(uri, Kept::TooMuch)
    }

    /// A form of nobody who is known: nothing of it is kept.
    pub fn nothing(uri: &Uri) -> Self {
        Self::new(uri, Kept::Nothing)
    }

    /// Adds what the address is about.
    pub async fn tell(&mut self, shell: &Shell, who: &Identity) {
        let path = self.to.split('?').next().unwrap_or_default();
        for teller in &shell.tellers {
            if let Some(told) = teller(shell.clone(), who.clone(), path.to_owned()).await {
                self.told = told;
                return;
            }
        }
        self.told.title = shell.posting(path).map_or_else(String::new, |it| it.label.to_owned());
    }

    /// The fields as only this server reads them; none when they are not anyone's.
    fn sealed(&self, shell: &Shell) -> Option<String> {
        let (Kept::Fields(fields), Some(of)) = (&self.kept, self.of) else { return None };
        let until = shell.app.now().checked_add(SignedDuration::from_mins(MINUTES)).ok()?.as_millisecond();
        let packed = Packed { of, until, to: self.to.clone(), fields: fields.clone() };
        let text = serde_json::to_vec(&packed).ok()?;
        Some(shell.sealer.seal(shell.app.entropy().as_ref(), &text))
    }

    fn open(shell: &Shell, who: &Identity, sealed: &str) -> Result<Self, Dropped> {
        let text = shell.sealer.open(sealed).ok_or(Dropped::Unreadable)?;
        let ours = |path: &str| shell.posting(path).is_some();
        let Packed { of, to, fields, .. } = unpacked(&text, who.person.id, shell.app.now(), ours)?;
        Ok(Self { to, of: Some(of), kept: Kept::Fields(fields), told: Told::default() })
    }

    fn said(&self) -> (&'static str, &'static str) {
        const OVER: &str = "登录已经到期";
        match self.kept {
            Kept::Fields(_) => (OVER, KEPT),
            Kept::File => (OVER, "刚才提交的文件没有收下。登录后请回到原页面，重新选择文件。"),
            Kept::TooMuch => (
                OVER,
                "刚才提交的内容没有办理，而且过长，不能保留。请先用浏览器的“后退”回到原页面，把文字复制出来。",
            ),
            Kept::Nothing => (
                "没有登录",
                "刚才提交的内容没有办理，也没有保留。请先用浏览器的“后退”回到原页面，把文字复制出来；登录后重新打开页面填写。",
            ),
        }
    }
}

/// What became of a form that was posted before the password was changed.
fn said_before_change(kept: &Kept) -> &'static str {
    match kept {
        Kept::Fields(_) => new_password::KEPT,
        Kept::File => "刚才提交的文件没有收下。更改密码后请回到原页面，重新选择文件。",
        Kept::TooMuch | Kept::Nothing => {
            "刚才提交的内容没有办理，也没有保留。请先用浏览器的“后退”回到原页面，把文字复制出来；更改密码后重新打开页面填写。"
        }
    }
}

const KEPT: &str =
    "刚才提交的内容没有办理。三十分钟内由同一人登录的，登录后可以核对并再次提交；他人登录的，不会看到。";

/// What was sealed, if it is for this person, in time, and for a path of ours.
fn unpacked(
    text: &[u8],
    person: StaffId,
    now: Timestamp,
    ours: impl Fn(&str) -> bool,
) -> Result<Packed, Dropped> {
    let packed: Packed = serde_json::from_slice(text).map_err(|_| Dropped::Unreadable)?;
    if packed.of != person {
        return Err(Dropped::AnotherPerson);
    }
    if now.as_millisecond() >= packed.until {
        return Err(Dropped::Late);
    }
    let to = local(Some(&packed.to), "");
    if to.is_empty() || !to.split('?').next().is_some_and(ours) {
        return Err(Dropped::Unreadable);
    }
    Ok(packed)
}

fn secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

/// Puts what was posted beside a failure, for the page that shows it.
pub fn turned_away(failure: Failure, carried: Option<Carried>) -> Response {
    let mut response = failure.into_response();
    if let Some(carried) = carried {
        response.extensions_mut().insert(carried);
    }
    response
}

/// The page of a failure that has posted fields beside it, where it has one.
pub fn page(shell: &Shell, failure: &Failure, who: Option<&Identity>, carried: &Carried) -> Option<Response> {
    let site = &shell.site;
    match (failure, who) {
        (Failure::SignIn, _) => {
            let sealed = carried.sealed(shell);
            let (said, sealed) = (Some(carried.said()), sealed.as_deref());
            let door = Door { next: site.home, said, sealed, ..Door::default() };
            Some(([(header::CACHE_CONTROL, "no-store")], sign_in(site, &door)).into_response())
        }
        // A form of an earlier session, too, can be sent only after the change.
        (Failure::ChangePassword, Some(who)) => Some(change(shell, who, carried)),
        (Failure::Forged, Some(who)) if who.must_change => {
            Some(change(shell, who, &carried.clone().of(who.person.id)))
        }
        (Failure::Forged, Some(who)) => Some(confirm(site, who, carried, Cause::Key).into_response()),
        (_, _) => None,
    }
}

/// The change of the password that must come before a posted form.
fn change(shell: &Shell, who: &Identity, carried: &Carried) -> Response {
    let sealed = carried.sealed(shell);
    let (said, sealed) = (Some(said_before_change(&carried.kept)), sealed.as_deref());
    let change = Change { next: shell.site.home, said, sealed, ..Change::default() };
    ([(header::CACHE_CONTROL, "no-store")], new_password::page(&shell.site, who, &change)).into_response()
}

/// The sign-in form as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Door<'a> {
    /// Where to go afterwards.
    pub next: &'a str,
    /// Name typed before.
    pub login: &'a str,
    /// What was wrong, and what to do.
    pub wrong: Option<(&'a str, &'a str)>,
    /// What became of a form posted before: heading and words.
    pub said: Option<(&'a str, &'a str)>,
    /// Its fields, sealed.
    pub sealed: Option<&'a str>,
}

impl<'a> Door<'a> {
    /// The form once more, with what it carried when that is a seal of ours.
    #[must_use]
    pub fn with(mut self, shell: &Shell, sealed: Option<&'a str>) -> Self {
        self.sealed = sealed.filter(|it| shell.sealer.open(it).is_some());
        self.said = self.sealed.map(|_| ("登录已经到期", KEPT));
        self
    }
}

/// The page of the sign-in.
pub fn sign_in(site: &Site, door: &Door<'_>) -> Markup {
    let body = html! {
        @if let Some((message, remedy)) = door.wrong {
            section.errors role="alert" tabindex="-1" { b { (message) } p { (remedy) } }
        }
        @if let Some((heading, words)) = door.said {
            (show::notice(Tone::Near, heading, html! { p { (words) } }))
        }
        form method="post" action="/sign-in" {
            input type="hidden" name="next" value=(door.next);
            @if let Some(sealed) = door.sealed { input type="hidden" name=(SEALED) value=(sealed); }
            div.field {
                label for="login" { "登录名" }
                input #login type="text" name="login" value=(door.login) autocomplete="username" required autofocus;
            }
            div.field {
                label for="password" { "密码" }
                input #password type="password" name="password" autocomplete="current-password" required;
            }
            div.buttons { button.btn { "登录" } }
        }
    };
    page::gate(site, "执法人员登录", body)
}

/// The page after a sign-in or a change of password whose form carried something: what
/// was typed, for the person who typed it, or why it is dropped. A password that must be
/// changed comes first, and the seal goes with it.
pub async fn arrived(shell: &Shell, who: &Identity, sealed: &str, next: &str, cause: Cause) -> Markup {
    match Carried::open(shell, who, sealed) {
        Ok(_) if who.must_change => {
            let change = Change { next, ..Change::default() }.with(shell, Some(sealed));
            new_password::page(&shell.site, who, &change)
        }
        Ok(mut carried) => {
            carried.tell(shell, who).await;
            confirm(&shell.site, who, &carried, cause)
        }
        Err(dropped) => lost(&shell.site, who, dropped, next),
    }
}

fn lost(site: &Site, who: &Identity, dropped: Dropped, next: &str) -> Markup {
    const TITLE: &str = "登录前填写的内容已经丢弃";
    let why = match dropped {
        Dropped::AnotherPerson => "登录前填写内容的是另一人，您不能查看，也不能提交。",
        Dropped::Late => "登录前填写的内容只保留三十分钟，已经过时，请重新填写。",
        Dropped::Unreadable => "登录前填写的内容不能核实（例如服务重新启动过），请重新填写。",
    };
    let body = html! {
        (page::heading(None, TITLE, None, None))
        (show::notice(Tone::Near, "没有办理", html! { p { (why) } }))
        div.buttons { a.btn href=(next) { "继续" } }
    };
    office(site, who, TITLE, body)
}

fn office(site: &Site, who: &Identity, title: &str, body: Markup) -> Markup {
    let (viewer, crumbs) = (who.viewer(), Vec::new());
    page::office(&Office { site, viewer, title, current: "", crumbs, width: Width::Narrow }, body)
}

/// Why a form is shown once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its key is not of this session.
    Key,
    /// The session had ended when it was posted.
    Session,
    /// The password had to be changed first.
    Password,
}

/// The page that shows what was typed and sends it again at a click.
fn confirm(site: &Site, who: &Identity, carried: &Carried, cause: Cause) -> Markup {
    const TITLE: &str = "请核对后重新提交";
    let why = match cause {
        Cause::Key => "原页面是在另一次登录时打开的，所以没有办理。",
        Cause::Session => "刚才提交时登录已经到期，所以没有办理。",
        Cause::Password => "这些内容是在更改密码之前提交的，所以没有办理。",
    };
    let (name, organ) = (&who.person.name, &who.person.organ_name);
    let body = html! {
        (page::heading(None, TITLE, None, None))
        (show::notice(Tone::Near, why, html! {
            p { "现在登录的是" (organ) " " b { (name) } "；重新提交即以此身份办理，能否办理以提交时为准。" }
        }))
        @match &carried.kept {
            Kept::Fields(pairs) => { (again(who, carried, pairs, site.home)) },
            Kept::File | Kept::TooMuch | Kept::Nothing => {
                section.card.decisive {
                    @if carried.kept == Kept::File {
                        p { "文件没有收下，浏览器也不允许代为选择：请回到原页面，重新选择文件后提交。" }
                    } @else {
                        p { "内容过长，不能在这里再现。请用浏览器的“后退”回到原页面，把文字复制出来，重新打开后提交。" }
                    }
                    div.buttons { a.btn.quiet href=(site.home) { "回到办案首页" } }
                }
            },
        }
    };
    office(site, who, TITLE, body)
}

fn again(who: &Identity, carried: &Carried, pairs: &[(String, String)], home: &str) -> Markup {
    let Carried { to, told, .. } = carried;
    let seen = |it: &&(String, String)| !UNSEEN.contains(&it.0.as_str()) && !secret(&it.0);
    let (blank, typed): (Vec<_>, Vec<_>) = pairs.iter().filter(seen).partition(|it| it.1.trim().is_empty());
    html! {
        section.card.decisive {
            h2 { "将要提交：" @if told.title.is_empty() { (to) } @else { (told.title) } }
            dl.facts {
                @if !told.about.is_empty() { dt { "事项" } dd { (told.about) } }
                dt { "地址" } dd { code { (to) } }
                @for (name, value) in &typed {
                    @let (label, value) = in_words(&told.specs, name, value);
                    dt { (label) } dd.typed { (value) }
                }
            }
            @if typed.is_empty() { p.meta { "没有填写内容。" } }
            @else if !blank.is_empty() { p.meta { "另有" (blank.len()) "项没有填写。" } }
            form method="post" action=(to) {
                input type="hidden" name="_csrf" value=(who.csrf);
                @for (name, value) in pairs {
                    @if secret(name) {
                        div.field {
                            label for={ "again-" (name) } { (secret_label(name)) }
                            p.hint { "密码不保留，请再输一次" }
                            input type="password" id={ "again-" (name) } name=(name) value="" autocomplete="off" required;
                        }
                    } @else { input type="hidden" name=(name) value=(value); }
                }
                div.buttons {
                    button.btn type="submit" { "重新提交" }
                    a href=(home) { "返回，不提交" }
                }
            }
        }
    }
}

fn secret_label(name: &str) -> &'static str {
    match name {
        "present" => "现在的密码",
        "new" => "新密码",
        "again" => "再输一次新密码",
        _ => "密码",
    }
}

/// A field's label and value as the form showed them; as they were sent where the
/// form is not known.
fn in_words<'a>(specs: &'a [FieldSpec], name: &'a str, value: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    let list = |words: &str| match labelled(specs, value) {
        Some((label, _)) => format!("{words}：{label}"),
        None => format!("{words}：{value}"),
    };
    match name {
        "save_draft" => return ("按钮".into(), "存为草稿".into()),
        "_add" => return ("按钮".into(), list("再加一组").into()),
        "_remove" => return ("按钮".into(), list("去掉这一组").into()),
        _ => {}
    }
    let Some((label, spec)) = labelled(specs, name) else { return (name.into(), value.into()) };
    let chosen = match &spec.kind {
        Kind::Choice(choices) | Kind::MultiChoice(choices) | Kind::Staff(choices) | Kind::Party(choices) => {
            choices.iter().find(|it| it.value == value).map(|it| it.label.as_str())
        }
        Kind::Flag => match value {
            "true" | "on" => Some("是"),
            "false" => Some("否"),
            _ => None,
        },
        Kind::Line
        | Kind::Paragraph
        | Kind::Date
        | Kind::DateTime
        | Kind::Money
        | Kind::Number { .. }
        | Kind::List(_)
        | Kind::Record(_)
        | Kind::Digest => None,
    };
    (label.into(), chosen.unwrap_or(value).into())
}

/// The field behind a name such as `parties[0].name`, and its label with those of
/// the lists around it.
fn labelled<'a>(specs: &'a [FieldSpec], name: &str) -> Option<(String, &'a FieldSpec)> {
    let (head, rest) = name.split_once('.').map_or((name, None), |(head, rest)| (head, Some(rest)));
    let (base, index) = head.split_once('[').map_or((head, None), |(base, index)| (base, Some(index)));
    let spec = specs.iter().find(|it| it.name == base)?;
    let label = match index {
        None => spec.label.to_string(),
        Some(index) => {
            let at: usize = index.strip_suffix(']')?.parse().ok()?;
            format!("{} {}", spec.label, at.checked_add(1)?)
        }
    };
    match (rest, &spec.kind) {
        (None, _) => Some((label, spec)),
        (Some(rest), Kind::List(inner) | Kind::Record(inner)) => {
            let (inside, spec) = labelled(inner, rest)?;
            Some((format!("{label} · {inside}"), spec))
        }
        (Some(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::form::Choice;

    #[test]
    fn only_addresses_of_this_host_are_followed() {
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "", "/a\r\nb"]
        {
            assert_eq!(local(Some(bad), "/account"), "/account", "{bad}");
        }
        assert_eq!(local(Some("/staff?q=a"), "/account"), "/staff?q=a");
    }

    #[test]
    fn a_path_is_of_a_template_segment_by_segment() {
        assert!(is_of("/cases/{id}/do/{verb}", "/cases/1/do/x") && is_of("/staff/new", "/staff/new"));
        for other in ["/cases/1/do", "/cases/1/do/", "/cases//do/x", "/cases/1/do/x/y", "/x/1/do/x", ""] {
            assert!(!is_of("/cases/{id}/do/{verb}", other), "{other}");
        }
    }

    #[test]
    fn fields_are_kept_without_key_and_secrets() {
        let uri: Uri = "/cases/1/do?_csrf=x&a=%E7%94%B2".parse().unwrap();
        let body = "_csrf=x&reason=%E4%B8%80%0D%0A%E4%BA%8C&present=hunter&_command=7";
        let carried = Carried::fields(&uri, body.as_bytes());
        assert_eq!(carried.to, "/cases/1/do?a=%E7%94%B2");
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let kept = vec![pair("reason", "一\n二"), pair("present", ""), pair("_command", "7")];
        assert_eq!(carried.kept, Kept::Fields(kept));
        assert!(fits(MOST, 2 << 20) && !fits(16 << 10, 16 << 10));
    }

    #[test]
    fn what_was_sealed_is_for_one_person_for_a_while_and_for_a_path_of_ours() {
        let (mine, yours) = (StaffId(uuid::Uuid::from_u128(1)), StaffId(uuid::Uuid::from_u128(2)));
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        let fields = vec![("a".to_owned(), "甲".to_owned())];
        let sealed = |to: &str| {
            let packed = Packed { of: mine, until: 1_000, to: to.to_owned(), fields: fields.clone() };
            serde_json::to_vec(&packed).unwrap()
        };
        let open = |to: &str, person, millis| {
            unpacked(&sealed(to), person, at(millis), |path| path == "/cases/new").map(|it| it.fields)
        };
        assert_eq!(open("/cases/new?a=b", mine, 999), Ok(fields.clone()));
        assert_eq!(open("/cases/new", yours, 999), Err(Dropped::AnotherPerson));
        assert_eq!(open("/cases/new", mine, 1_000), Err(Dropped::Late));
        for other in ["/cases/old", "//evil.example/cases/new", "https://evil.example", "", "/cases/new/"] {
            assert_eq!(open(other, mine, 999), Err(Dropped::Unreadable), "{other}");
        }
        let torn = unpacked(b"{}", mine, at(0), |_| true).map(|it| it.fields);
        assert_eq!(torn, Err(Dropped::Unreadable));
    }

    #[test]
    fn names_and_choices_stand_in_the_words_of_the_form() {
        let kind = Kind::Choice(vec![Choice::new("legal_person", "法人")]);
        let inner = vec![FieldSpec::new("kind", "类别", kind), FieldSpec::new("sure", "确认", Kind::Flag)];
        let specs = [FieldSpec::new("parties", "当事人", Kind::List(inner))];
        let words = |name, value| {
            let (label, value) = in_words(&specs, name, value);
            format!("{label}={value}")
        };
        assert_eq!(words("parties[1].kind", "legal_person"), "当事人 2 · 类别=法人");
        assert_eq!(words("parties[0].kind", "other"), "当事人 1 · 类别=other");
        assert_eq!(words("parties[0].sure", "on"), "当事人 1 · 确认=是");
        assert_eq!(words("_remove", "parties[0]"), "按钮=去掉这一组：当事人 1");
        for name in ["parties[x].kind", "parties[0].kind.more", "other", "parties[0"] {
            assert_eq!(words(name, "v"), format!("{name}=v"));
        }
    }
}
