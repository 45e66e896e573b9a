//! What was typed is not lost when the session or the form's key has ended in the
//! meantime. The posted fields come back on a page with a fresh key and one button
//! to send them again, after a sign-in where one is needed. Nothing is done before
//! that button is pressed, and the guards of the address decide then as always.

use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::auth::Identity;
use super::form::{MAX_FIELDS, Posted};
use super::page::{self, Office, Site, Width};
use super::problem::Failure;
use super::ui::show::{self, Tone};

/// Fields that are carried through the sign-in start with this.
const PREFIX: &str = "carried.";
/// Where they were posted to.
const TO: &str = "carried-to";
/// What sign-in itself and the address need besides, in bytes.
const ROOM: usize = 8 * 1024;
/// Fields whose content is masked, and asked for again after a sign-in.
const SECRETS: [&str; 4] = ["password", "present", "new", "again"];

/// Posted fields on their way back to the person who typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    to: String,
    kept: Kept,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    /// Names and values as typed, without the form's key.
    Fields(Vec<(String, String)>),
    /// A file: browsers do not let a page choose one.
    File,
    /// More than the sign-in form can hold beside its own fields.
    TooMuch,
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

impl Carried {
    /// A posted form's fields; `limit` is the largest body that is taken, in bytes.
    pub fn fields(uri: &Uri, body: &[u8], limit: usize) -> Self {
        let kept = match Posted::parse(body) {
            Ok(posted) => {
                let pairs: Vec<(String, String)> =
                    posted.pairs().iter().filter(|(name, _)| name != "_csrf").cloned().collect();
                let size = body.len().saturating_add(pairs.len().saturating_mul(PREFIX.len()));
                if size.saturating_add(ROOM) <= limit && pairs.len() + 8 <= MAX_FIELDS {
                    Kept::Fields(pairs)
                } else {
                    Kept::TooMuch
                }
            }
            Err(_) => Kept::TooMuch,
        };
        Self { to: address(uri), kept }
    }

    /// A posted file.
    pub fn file(uri: &Uri) -> Self {
        Self { to: address(uri), kept: Kept::File }
    }

    /// What a sign-in form carried along; none when it carried nothing.
    pub fn from_sign_in(posted: &Posted) -> Option<Self> {
        let to = local(posted.get(TO), "");
        if to.is_empty() {
            return None;
        }
        let carried = posted.pairs().iter();
        let pairs =
            carried.filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())));
        Some(Self { to, kept: Kept::Fields(pairs.collect()) })
    }

    /// Hidden fields of the sign-in form. Passwords are not among them: who signs in
    /// next may be another person.
    fn hidden(&self) -> Markup {
        let Kept::Fields(pairs) = &self.kept else { return html! {} };
        html! {
            input type="hidden" name=(TO) value=(self.to);
            @for (name, value) in pairs {
                @let value = if secret(name) { "" } else { value.as_str() };
                input type="hidden" name={ (PREFIX) (name) } value=(value);
            }
        }
    }

    fn said(&self) -> &'static str {
        match self.kept {
            Kept::Fields(_) => "刚才提交的内容没有办理，也没有丢失：登录后核对一遍，再提交一次。",
            Kept::File => "刚才提交的文件没有收下。登录后请回到原页面，重新选择文件。",
            Kept::TooMuch => {
                "刚才提交的内容没有办理，而且过长，不能随登录带过去。请先用浏览器的“后退”回到原页面，把文字复制出来。"
            }
        }
    }
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
pub fn page(site: &Site, failure: &Failure, who: Option<&Identity>, carried: &Carried) -> Option<Response> {
    match (failure, who) {
        (Failure::SignIn, _) => {
            let door = Door { next: site.home, carried: Some(carried), ..Door::default() };
            Some(([(header::CACHE_CONTROL, "no-store")], sign_in(site, &door)).into_response())
        }
        (Failure::Forged, Some(who)) => Some(confirm(site, who, carried, Cause::Key).into_response()),
        (_, _) => None,
    }
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
    /// Fields posted before the sign-in.
    pub carried: Option<&'a Carried>,
}

/// The page of the sign-in.
pub fn sign_in(site: &Site, door: &Door<'_>) -> Markup {
    let body = html! {
        @if let Some((message, remedy)) = door.wrong {
            section.errors role="alert" tabindex="-1" { b { (message) } p { (remedy) } }
        }
        @if let Some(carried) = door.carried {
            (show::notice(Tone::Near, "登录已经到期", html! { p { (carried.said()) } }))
        }
        form method="post" action="/sign-in" {
            input type="hidden" name="next" value=(door.next);
            @if let Some(carried) = door.carried { (carried.hidden()) }
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

/// Why a form is shown once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its key is not of this session.
    Key,
    /// There was no session when it was posted.
    Session,
}

/// The page that shows what was typed and sends it again at a click.
pub fn confirm(site: &Site, who: &Identity, carried: &Carried, cause: Cause) -> Markup {
    const TITLE: &str = "请核对后重新提交";
    let why = match cause {
        Cause::Key => "原页面是在另一次登录时打开的，所以没有办理。",
        Cause::Session => "刚才提交时登录已经到期，所以没有办理。",
    };
    let (name, organ) = (&who.person.name, &who.person.organ_name);
    let body = html! {
        (page::heading(None, TITLE, None, None))
        (show::notice(Tone::Near, why, html! {
            p { "现在登录的是" (organ) " " b { (name) } "；重新提交即以此身份办理，能否办理以提交时为准。" }
        }))
        @match &carried.kept {
            Kept::Fields(pairs) => { (again(who, &carried.to, pairs, site.home)) },
            Kept::File | Kept::TooMuch => {
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
    let (viewer, crumbs) = (who.viewer(), Vec::new());
    page::office(&Office { site, viewer, title: TITLE, current: "", crumbs, width: Width::Narrow }, body)
}

fn again(who: &Identity, to: &str, pairs: &[(String, String)], home: &str) -> Markup {
    let typed = |it: &&(String, String)| !it.0.starts_with('_') && !secret(&it.0) && !it.1.trim().is_empty();
    let (words, chosen): (Vec<_>, Vec<_>) = pairs.iter().filter(typed).partition(|it| !machine(&it.1));
    html! {
        section.card.decisive {
            h2 { "您填写的内容" }
            @if words.is_empty() { p.meta { "没有填写文字。" } }
            @else { ol.typed { @for (_, value) in &words { li { (value) } } } }
            @if !chosen.is_empty() { p.meta { "另有" (chosen.len()) "项选择，一并保留。" } }
            form method="post" action=(to) {
                input type="hidden" name="_csrf" value=(who.csrf);
                @for (name, value) in pairs {
                    @if secret(name) {
                        div.field {
                            label for={ "again-" (name) } { (secret_label(name)) }
                            @if value.is_empty() { p.hint { "密码不随登录保留，请再输一次" } }
                            input type="password" id={ "again-" (name) } name=(name) value=(value)
                                autocomplete="off" required;
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

/// Words of a choice or an identifier: nobody typed them.
fn machine(value: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
    value.bytes().all(word) && value.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn fields_pass_through_the_sign_in_form_but_passwords_do_not() {
        let uri: Uri = "/cases/1/do?_csrf=x&a=%E7%94%B2".parse().unwrap();
        let body = "_csrf=x&reason=%E4%B8%80%0D%0A%E4%BA%8C&present=hunter&_command=7";
        let carried = Carried::fields(&uri, body.as_bytes(), 1 << 20);
        assert_eq!(carried.to, "/cases/1/do?a=%E7%94%B2");
        let Kept::Fields(pairs) = &carried.kept else { panic!("{carried:?}") };
        assert_eq!(pairs[0], ("reason".to_owned(), "一\n二".to_owned()));
        let form = carried.hidden().into_string();
        assert!(form.contains("carried._command") && !form.contains("hunter") && !form.contains("_csrf"));
        let sent = Posted::from_pairs(vec![
            (TO.to_owned(), carried.to.clone()),
            ("carried.reason".to_owned(), "一\n二".to_owned()),
            ("login".to_owned(), "a".to_owned()),
        ]);
        let back = Carried::from_sign_in(&sent).unwrap();
        assert_eq!(back.kept, Kept::Fields(vec![("reason".to_owned(), "一\n二".to_owned())]));
        assert_eq!(Carried::from_sign_in(&Posted::default()), None);
        let elsewhere = Posted::from_pairs(vec![(TO.to_owned(), "//evil.example".to_owned())]);
        assert_eq!(Carried::from_sign_in(&elsewhere), None);
    }

    #[test]
    fn what_does_not_fit_beside_the_sign_in_is_said_to_be_too_much() {
        let uri: Uri = "/a".parse().unwrap();
        let body = format!("a={}", "x".repeat(ROOM));
        assert_eq!(Carried::fields(&uri, body.as_bytes(), body.len()).kept, Kept::TooMuch);
        let many = "a=&".repeat(MAX_FIELDS);
        assert_eq!(Carried::fields(&uri, many.as_bytes(), 1 << 20).kept, Kept::TooMuch);
    }

    #[test]
    fn choices_are_told_from_words() {
        assert!(machine("legal_person") && machine("true") && machine("0199-ab"));
        assert!(!machine("甲") && !machine("2026-03-11") && !machine("Abc d") && !machine("30000.00"));
    }
}
