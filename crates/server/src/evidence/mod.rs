//! 证据库: the bytes of recordings on their way in (tus 1.0.0), out (ranges), and under watch.
//!
//! `crates/vault` keeps the bytes; what the law says of a recording stands in the recording's
//! own matter. Between the two stands [`hooks::Hooks`]: which piece may be sent by whom, that a
//! piece has come, that somebody looks at it. Nothing here is a table: an upload is in the
//! vault's own folder, sealed, together with who made it and for which piece.

pub mod config;
pub mod console;
pub mod content;
pub mod copy;
pub mod damage;
mod describe;
pub mod destroy;
pub mod hooks;
pub mod masking;
pub mod name;
pub mod preview;
pub mod range;
pub mod reader;
pub mod reading;
pub mod rekey;
mod said;
pub mod scrub;
pub mod service;
pub mod tus;
pub mod verbs;

use crate::kit::http::{Access, Routes};

/// Routes of uploads and of content.
pub fn routes() -> Routes {
    const ALL: &str = "/api/v1/uploads";
    const ONE: &str = "/api/v1/uploads/{id}";
    let upload = Access::Verb(verbs::UPLOAD);
    let routes = Routes::new()
        .options(ALL, Access::Public, tus::options)
        .post(ALL, upload, tus::create)
        .options(ONE, Access::Public, tus::options)
        .head(ONE, upload, tus::head)
        .patch(ONE, upload, tus::patch)
        .delete(ONE, upload, tus::delete)
        .post(ONE, upload, tus::overridden)
        .get(content::PATH, Access::Verb(verbs::PLAY), content::content)
        .get(content::PAGE, Access::Verb(verbs::PLAY), content::sheet)
        .post(content::PAGE, Access::Verb(verbs::PLAY), content::post)
        .post(content::TAKE, Access::Verb(verbs::PLAY), content::take)
        .get(preview::PATH, Access::Verb(verbs::PLAY), preview::preview)
        .describe(describe::described());
    [ALL, ONE].into_iter().fold(routes, |routes, path| {
        routes.long(path).stamp(path, "tus-resumable", mingjing_vault::tus::VERSION).stamp(
            path,
            "cache-control",
            "no-store",
        )
    })
}
