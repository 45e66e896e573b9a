//! Pages of recordings: list, record, forms, the list of what is recorded.

mod form;
mod list;
mod page;
mod player;
pub mod published;
mod reading;
mod timeline;

use super::verbs;
use crate::kit::http::{Access, Routes};

/// Routes of the pages.
pub fn routes() -> Routes {
    let read = Access::Verb(verbs::READ);
    let register = Access::Verb(verbs::verb_of(mingjing_domain::recording::words::RecordingVerb::Register));
    Routes::new()
        .get("/recordings", read, list::page)
        .get("/recordings/list", read, published::office)
        .get("/recordings/new", register, form::new_page)
        .post("/recordings/new", register, form::new_post)
        .get("/recordings/{id}", read, page::page)
        .get("/recordings/{id}/play", read, player::page)
        .get("/recordings/{id}/do/{verb}", read, form::act_page)
        .post("/recordings/{id}/do/{verb}", read, form::act_post)
        .get("/organs/{id}/recordings", Access::Public, published::public)
        .office_nav("音像记录", "/recordings", verbs::READ)
        .teller(|shell, who, path| Box::pin(async move { form::told(&shell, &who, &path).await }))
}
