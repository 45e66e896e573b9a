//! Pages of cases: desk, list, search, the case itself, its forms.

mod acts;
mod brief;
mod desk;
mod errata;
mod export;
mod file;
mod form;
mod list;
mod page;
mod parts;

pub use export::api_csv as csv;
pub use form::verb;
pub use list::filter;
pub use parts::run as standing;

use maud::Markup;

use crate::kit::auth::Identity;
use crate::kit::authz;
use crate::kit::authz_case::CASE_READ;
use crate::kit::http::{Access, Routes, Shell};
use crate::kit::page::{Office, Width, office};

/// Routes of the pages of cases.
pub fn routes() -> Routes {
    let read = Access::Verb(CASE_READ);
    Routes::new()
        .get("/desk", Access::Verb(authz::DESK), desk::page)
        .get("/cases", read, list::page)
        .get("/cases/export.csv", read, export::csv)
        .get("/search", read, list::search)
        .get("/cases/new", read, form::new_page)
        .post("/cases/new", read, form::new_post)
        .get("/cases/{id}", read, page::page)
        .get("/cases/{id}/review", read, brief::review_page)
        .get("/cases/{id}/documents/{file}", read, crate::record::office::pdf)
        .post("/cases/{id}/documents/again", read, page::make_again)
        .get("/cases/{id}/do/{verb}", read, form::act_page)
        .post("/cases/{id}/do/{verb}", read, form::act_post)
        .office_nav("我的桌面", "/desk", authz::DESK)
        .office_nav("案件", "/cases", CASE_READ)
        .teller(|shell, who, path| Box::pin(async move { form::told(&shell, &who, &path).await }))
}

/// A page of the office that belongs to the navigation entry `current`.
fn shown(shell: &Shell, who: &Identity, title: &str, current: &str, width: Width, body: Markup) -> Markup {
    let page = Office { site: &shell.site, viewer: who.viewer(), title, current, crumbs: Vec::new(), width };
    office(&page, body)
}
