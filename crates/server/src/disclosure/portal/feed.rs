//! The feed (RFC 4287): the newest publications and withdrawals.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use mingjing_domain::disclosure::Stage;
use std::fmt::Write as _;

use super::{REVALIDATED, cached, ground_label};
use crate::disclosure::store::{self, Filter, Listed};
use crate::kit::http::Shell;
use crate::kit::problem::Failure;

/// Entries of the feed.
const ENTRIES: u32 = 30;
const ATOM: &str = "application/atom+xml; charset=utf-8";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no place for other control characters.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

pub(super) async fn atom(State(shell): State<Shell>, headers: HeaderMap) -> Result<Response, Failure> {
    let lines = store::list(shell.app.db(), &Filter::default(), ENTRIES).await?;
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost");
    let scheme = if shell.config.secure { "https" } else { "http" };
    let base = escape(&format!("{scheme}://{host}"));
    let updated = lines.first().map_or_else(|| "1970-01-01".to_owned(), |l| l.listed_on.to_string());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n\
         <title>{}</title>\n<id>{base}/feed.atom</id>\n<link rel=\"self\" href=\"{base}/feed.atom\"/>\n\
         <link href=\"{base}/\"/>\n<updated>{updated}T00:00:00+08:00</updated>\n<author><name>{}</name></author>\n",
        escape(&shell.site.portal_name),
        escape(&shell.site.portal_name)
    );
    for line in &lines {
        entry(&mut out, &base, line);
    }
    out.push_str("</feed>\n");
    Ok(cached(&headers, ATOM, REVALIDATED, out.into_bytes()))
}

fn entry(out: &mut String, base: &str, it: &Listed) {
    let (title, summary) = match it.stage {
        Stage::Withdrawn => (
            format!("已撤下：{}", it.number),
            format!(
                "{}；{}",
                ground_label(it.ground.as_deref().unwrap_or("")),
                it.end_timing.as_deref().unwrap_or("")
            ),
        ),
        Stage::Drafted
        | Stage::Checked
        | Stage::Returned
        | Stage::Published
        | Stage::Corrected
        | Stage::Annotated
        | Stage::Expired
        | Stage::Exempt => (
            format!("{} {}", it.party.as_deref().unwrap_or(""), it.number),
            format!(
                "{}；{}；{}",
                it.category.as_deref().unwrap_or(""),
                it.conclusion.as_deref().unwrap_or(""),
                it.timing
            ),
        ),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<entry><title>{}</title><id>{base}/decisions/{id}</id><link href=\"{base}/decisions/{id}\"/>\
         <updated>{}T00:00:00+08:00</updated><author><name>{}</name></author><summary>{}</summary></entry>",
        escape(&title),
        it.listed_on,
        escape(&it.organ),
        escape(&summary),
        id = it.public_id,
    );
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_and_controls_do_not_pass() {
        assert_eq!(escape("a<b>&\"\u{0}\u{1b}c"), "a&lt;b&gt;&amp;&quot;c");
    }
}
