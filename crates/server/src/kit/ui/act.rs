//! Actions: what may be done now, and what may not, with the reason.

use maud::{Markup, html};
use mingjing_domain::cite::Citation;
use mingjing_domain::refusal::Refusal;

/// Whether an action is open to this person now.
#[derive(Clone, Debug)]
pub enum Door<'a> {
    /// It may be done.
    Open {
        /// Address of its form.
        href: String,
        /// Word on the button.
        button: &'a str,
        /// The most expected next step; gets the seal colour.
        first: bool,
        /// Rule that governs it.
        basis: &'a Citation,
    },
    /// It may not be done, and why.
    Shut(&'a Refusal),
}

/// One action.
#[derive(Clone, Debug)]
pub struct Action<'a> {
    /// Its name in the law's own words.
    pub label: &'a str,
    /// A sentence of help; may be empty.
    pub help: &'a str,
    /// Open or shut.
    pub door: Door<'a>,
}

/// The row of one action.
pub fn action(it: &Action<'_>) -> Markup {
    match &it.door {
        Door::Open { href, button, first, basis } => html! {
            div.act {
                b { (it.label) }
                a class=(if *first { "btn" } else { "btn quiet" }) href=(href)
                    aria-label={ (button) "：" (it.label) } { (button) }
                p { @if !it.help.is_empty() { (it.help) " " } (super::show::law(basis)) }
            }
        },
        Door::Shut(refusal) => html! {
            div.act.shut {
                b { (it.label) }
                p {
                    (refusal.message) " " (super::show::law(&refusal.article))
                    @if let Some(day) = refusal.after { "。" time datetime=(day.to_string()) { (super::show::after(day)) } }
                    @else if !refusal.remedy.is_empty() { "。" (refusal.remedy) }
                }
            }
        },
    }
}

/// Both cards: what may be done now, then what may not.
pub fn actions(all: &[Action<'_>]) -> Markup {
    let is_open = |it: &&Action<'_>| matches!(it.door, Door::Open { .. });
    let (open, shut): (Vec<_>, Vec<_>) = all.iter().partition(is_open);
    html! {
        section.card {
            h2 { "现在可以做" }
            @if open.is_empty() { p.meta { "此刻没有等您办理的事项。" } }
            @for it in open { (action(it)) }
        }
        @if !shut.is_empty() {
            section.card {
                h2 { "现在不能做" }
                @for it in shut { (action(it)) }
            }
        }
    }
}
