//! A password that somebody else has set is changed before anything else. Where the
//! person wanted to go, and what was typed, pass through the change as they pass
//! through a sign-in.

use maud::{Markup, html};
use mingjing_domain::refusal::FieldError;

use super::auth::Identity;
use super::http::Shell;
use super::page::{self, Office, Site, Width};
use super::resend::SEALED;
use super::ui::show::{self, Tone};

/// Heading of what is shown to a person who must change the password.
pub const FIRST: &str = "请先更改密码";

/// What became of a form posted before the change.
pub(super) const KEPT: &str =
    "刚才提交的内容没有办理。提交后三十分钟内更改密码的，更改后可以核对并再次提交。";

/// The form of the change as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// Where to go afterwards.
    pub next: &'a str,
    /// What was wrong.
    pub errors: &'a [FieldError],
    /// What became of a form posted before.
    pub said: Option<&'a str>,
    /// Its fields, sealed.
    pub sealed: Option<&'a str>,
}

impl<'a> Change<'a> {
    /// The form of the change with what a form before it carried, when that is a seal of ours.
    #[must_use]
    pub fn with(mut self, shell: &Shell, sealed: Option<&'a str>) -> Self {
        self.sealed = sealed.filter(|it| shell.sealer.open(it).is_some());
        self.said = self.sealed.map(|_| KEPT);
        self
    }
}

/// The address where the password is changed, on the way to `next`.
pub fn address(next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    format!("/account?{query}")
}

/// Why the password must be changed, and what became of a form posted before.
pub fn notice(change: &Change<'_>) -> Markup {
    show::notice(
        Tone::Near,
        FIRST,
        html! {
            p { "现在的密码由他人设定，更改后才能办理其他事项。" }
            @if let Some(said) = change.said { p { (said) } }
        },
    )
}

/// The form itself.
pub fn form(who: &Identity, change: &Change<'_>) -> Markup {
    let error = |name: &str| change.errors.iter().find(|it| it.field == name);
    html! {
        form method="post" action="/account/password" {
            input type="hidden" name="_csrf" value=(who.csrf);
            input type="hidden" name="next" value=(change.next);
            @if let Some(sealed) = change.sealed { input type="hidden" name=(SEALED) value=(sealed); }
            @for (name, label, complete) in [
                ("present", "现在的密码", "current-password"),
                ("new", "新密码", "new-password"),
                ("again", "再输一次新密码", "new-password"),
            ] {
                div.field.wrong[error(name).is_some()] {
                    label for={ "f-" (name) } { (label) }
                    @if name == "new" { p.hint { "至少 10 个字符，不要用常见的词；可以是一句话" } }
                    @if let Some(error) = error(name) { p.error { (error.message) } }
                    input type="password" id={ "f-" (name) } name=(name) autocomplete=(complete) required;
                }
            }
            button.btn { "更改密码" }
        }
    }
}

/// The page on which nothing can be done but to change the password.
pub fn page(site: &Site, who: &Identity, change: &Change<'_>) -> Markup {
    let body = html! {
        (page::heading(None, FIRST, Some(html! { (who.person.organ_name) " · " (who.person.name) }), None))
        (notice(change))
        section.card { (form(who, change)) }
    };
    let (viewer, crumbs) = (who.viewer(), Vec::new());
    page::office(&Office { site, viewer, title: FIRST, current: "", crumbs, width: Width::Narrow }, body)
}
