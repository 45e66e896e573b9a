//! All features of the program in one list. Each feature adds one line.

use crate::kit::http::{self, Access, Routes};
use crate::kit::limits::WebConfig;
use crate::kit::page::Site;
use crate::kit::{authz, gallery, openapi};
use crate::{
    archive, case, device, disclosure, disposal, erasure, evidence, field, informant, machine_text,
    recording, recording_check, staff, viewing, viewing_grant,
};

/// Every route of the program; the office's navigation comes in this order.
pub fn routes(config: &WebConfig) -> Routes {
    let routes = Routes::new()
        .merge(http::health(config))
        .merge(staff::account::routes())
        .merge(staff::api::routes())
        .merge(case::web::routes())
        .merge(case::api::routes())
        .merge(recording::web::routes())
        .merge(recording::api::routes())
        .merge(machine_text::web::routes())
        .merge(machine_text::api::routes())
        .merge(device::web::routes())
        .merge(device::api::routes())
        .merge(disposal::web::routes())
        .merge(disposal::api::routes())
        .merge(field::web::routes())
        .merge(field::api::routes())
        .merge(erasure::web::routes())
        .merge(erasure::api::routes())
        .merge(evidence::routes())
        .merge(informant::web::routes())
        .merge(informant::api::routes())
        .merge(viewing::web::routes())
        .merge(viewing::api::routes())
        .merge(viewing::recording::routes())
        .merge(viewing_grant::web::routes())
        .merge(viewing_grant::api::routes())
        .merge(viewing_grant::masks::routes())
        .merge(viewing_grant::taking::routes())
        .merge(archive::web::routes())
        .merge(archive::api::routes())
        .merge(archive::scan::routes())
        .merge(recording_check::web::routes())
        .merge(recording_check::api::routes())
        .merge(openapi::routes())
        .merge(disclosure::portal::routes())
        .merge(disclosure::office::routes())
        .merge(staff::web::routes())
        .merge(disclosure::api::routes());
    if config.gallery { routes.merge(gallery_routes()) } else { routes }
}

/// The portal's frame as these settings make it.
pub fn portal_site(config: &WebConfig) -> Site {
    Site {
        portal_name: config.portal_name.clone(),
        demo: config.demo,
        portal_nav: routes(config).portal_nav,
        ..Site::default()
    }
}

fn gallery_routes() -> Routes {
    Routes::new()
        .get("/gallery", Access::Public, gallery::overview)
        .get("/gallery/form", Access::Public, gallery::form)
        .get("/gallery/list", Access::Public, gallery::list)
        .get("/gallery/parts", Access::Public, gallery::parts)
        .get("/gallery/portal", Access::Public, gallery::portal)
        .office_nav("组件", "/gallery", authz::DESK)
}
