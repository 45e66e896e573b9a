//! Headers of every answer: what a browser may load and use, where it may stand, and
//! how long it is kept.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

use super::auth::Identity;
use super::http::AsItIs;

/// Content security policy of pages that say nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// For bytes that are not ours: opened as a document they may do nothing.
const FOREIGN: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Abilities of the device that pages have unless they say something else: none.
const PERMISSIONS: &str = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";

/// Name of the header that grants abilities of the device.
pub const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Adds them. A handler may have set the two policies and the caching itself. `https`
/// tells browsers to keep to it; `id` is the request's.
pub(super) fn secure(https: bool, response: &mut Response, id: &str) {
    let private = response.extensions().get::<Identity>().is_some();
    let foreign = response.extensions().get::<AsItIs>().is_some();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    if foreign {
        set(header::CONTENT_SECURITY_POLICY, FOREIGN);
    }
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, if private { "no-referrer" } else { "same-origin" });
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    let caching = if private { "no-store" } else { "no-cache" };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (PERMISSIONS_POLICY, PERMISSIONS),
        (header::CACHE_CONTROL, caching),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if private {
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
    }
}
