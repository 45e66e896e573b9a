//! The public portal: no sign-in, no cookie, cacheable, useful without script.

mod api;
mod decision;
mod describe;
mod feed;
mod home;
mod json;
mod list;
mod organs;
mod procedure;
mod verify;

pub use decision::{could_be, make, render};
pub use json::copy;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mingjing_domain::disclosure::{Masked, WithdrawalGround};
use sha2::{Digest, Sha256};

use crate::kit::assets;
use crate::kit::http::{Access, Routes, tagged};
use crate::kit::page::Site;
use crate::kit::ui::show::{self, Tone};

/// Routes of the portal.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Access::Public, home::page)
        .get("/decisions", Access::Public, list::page)
        .get("/decisions.json", Access::Public, json::list)
        .get("/decisions/{id}", Access::Public, decision::any)
        .get("/feed.atom", Access::Public, feed::atom)
        .get("/verify", Access::Public, verify::page)
        .get("/organs", Access::Public, organs::all)
        .get("/organs/{id}", Access::Public, organs::one)
        .get("/officers", Access::Public, organs::officers)
        .get("/procedure", Access::Public, procedure::page)
        .merge(api::routes())
        .describe(describe::operations())
        .portal_nav("执法决定", "/decisions")
        .portal_nav("谁可以执法", "/organs")
        .portal_nav("办案流程", "/procedure")
        .portal_nav("核验", "/verify")
}

/// Anything that names a party may be kept by a cache but must be asked about
/// again each time: a withdrawal works at once.
const REVALIDATED: &str = "public, max-age=0, must-revalidate";
/// Pages about organs and procedures.
const STEADY: &str = "public, max-age=300";

/// A body with its tag and caching; 304 when the client holds it.
fn cached(headers: &HeaderMap, media: &'static str, caching: &'static str, body: Vec<u8>) -> Response {
    let tag = tag_of(&body);
    cached_as(headers, media, caching, &tag, || body)
}

/// A page about organs and procedures, as caches may keep it.
pub fn steady(headers: &HeaderMap, body: Vec<u8>) -> Response {
    cached(headers, HTML, STEADY, body)
}

fn cached_as(
    headers: &HeaderMap,
    media: &'static str,
    caching: &'static str,
    tag: &str,
    body: impl FnOnce() -> Vec<u8>,
) -> Response {
    let mut response = tagged(headers, tag, || {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], body()).into_response()
    });
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

pub(crate) fn tag_of(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..12])
}

const HTML: &str = "text/html; charset=utf-8";

/// What a stored page depends on besides its publication: names, addresses of
/// assets, and the form of the page. Raised when the page's form changes.
const PAGE_FORM: &str = "1";

/// Key of the surroundings of a stored page: what the program brings, then what the
/// settings say.
pub fn shell_key(site: &Site) -> String {
    let settings = Sha256::new()
        .chain_update(site.portal_name.as_bytes())
        .chain_update([0, u8::from(site.demo)])
        .finalize();
    format!("{}.{}", program_key(site), hex::encode(&settings[..8]))
}

/// The part of the key that only another program changes. Pages of another program are
/// not served; they are made anew when they are asked for.
pub fn program_key(site: &Site) -> String {
    let mut hash = Sha256::new();
    for part in [PAGE_FORM, assets::url("mingjing.css"), assets::url("mark.svg")] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    for entry in &site.portal_nav {
        hash.update(entry.label.as_bytes());
        hash.update(entry.href.as_bytes());
    }
    hex::encode(&hash.finalize()[..8])
}

/// A text as the public reads it; marks stand out and say why.
pub fn masked(text: &Masked) -> Markup {
    let Some(original) = text.original.value() else { return html! { "〔已依法销毁〕" } };
    let chars: Vec<char> = original.chars().collect();
    let mut at = 0;
    let mut parts: Vec<Markup> = Vec::new();
    for w in &text.withheld {
        let (from, to) = ((w.from as usize).min(chars.len()), (w.to as usize).min(chars.len()));
        if from > at {
            parts.push(html! { (chars[at..from].iter().collect::<String>()) });
        }
        parts.push(
            html! { span.veil title=(format!("依法不公开：{}", w.ground.label())) { (w.mark.text()) } },
        );
        at = to.max(at);
    }
    if at < chars.len() {
        parts.push(html! { (chars[at..].iter().collect::<String>()) });
    }
    html! { @for part in parts { (part) } }
}

/// Timeliness as a tag: 第4个工作日，按期.
fn timing(on_time: Option<bool>, words: &str) -> Markup {
    let tone = match on_time {
        Some(true) => Tone::Ok,
        Some(false) => Tone::Seal,
        None => Tone::Near,
    };
    show::tag(tone, words)
}

fn ground_label(name: &str) -> &'static str {
    WithdrawalGround::ALL
        .iter()
        .find(|g| mingjing_domain::case::form::wire_name(*g) == name)
        .map_or("依法撤下", |g| g.label())
}
