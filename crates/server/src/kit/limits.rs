//! Limits and switches of the web side, all configurable, with sane defaults.

use serde::Deserialize;

/// Settings of pages, API and sign-in.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebConfig {
    /// Name of the public portal.
    pub portal_name: String,
    /// Marks every page as demonstration data.
    pub demo: bool,
    /// Served behind https: cookies carry `Secure` and the `__Host-` prefix, and
    /// browsers are told to keep to https.
    pub secure: bool,
    /// Serves the gallery of components.
    pub gallery: bool,
    /// Takes the client address from the last entry of `X-Forwarded-For`; only
    /// behind a proxy that sets it.
    pub behind_proxy: bool,
    /// Serves `/metrics` on the main address. Otherwise only
    /// [`super::http::metrics_router`] does, on an address of its own.
    pub metrics_here: bool,
    /// Largest body of a form or an API request, in bytes.
    pub body_bytes: usize,
    /// Longest a request may take, in seconds.
    pub request_seconds: u64,
    /// Longest a client may take to send the head of a request, and a connection
    /// may stay idle, in seconds.
    pub head_seconds: u64,
    /// Longest that running requests are waited for at the end, in seconds.
    pub drain_seconds: u64,
    /// A session ends after so many minutes without a request.
    pub session_idle_minutes: i64,
    /// A session ends so many hours after sign-in, whatever happens.
    pub session_hours: i64,
    /// Failures of one account before it has to wait.
    pub account_failures: i64,
    /// Failures from one source before it has to wait.
    pub source_failures: i64,
    /// First wait in seconds; it doubles with each further failure.
    pub first_wait_seconds: i64,
    /// Longest wait in seconds.
    pub longest_wait_seconds: i64,
    /// Failures are forgotten after so many hours without another.
    pub forget_hours: i64,
    /// Shortest password in characters; never below 10.
    pub password_chars: usize,
    /// Argon2id memory in KiB.
    pub argon2_memory_kib: u32,
    /// Argon2id passes.
    pub argon2_passes: u32,
    /// How many passwords are computed at once.
    pub argon2_at_once: usize,
    /// Days for which an API token holds.
    pub token_days: i64,
    /// How many signed-in persons are kept in memory.
    pub cached_persons: usize,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            portal_name: "行政执法公示".to_owned(),
            demo: false,
            secure: false,
            gallery: false,
            behind_proxy: false,
            metrics_here: true,
            body_bytes: 2 * 1024 * 1024,
            request_seconds: 30,
            head_seconds: 10,
            drain_seconds: 30,
            session_idle_minutes: 30,
            session_hours: 12,
            account_failures: 5,
            source_failures: 30,
            first_wait_seconds: 30,
            longest_wait_seconds: 3600,
            forget_hours: 24,
            password_chars: 10,
            argon2_memory_kib: 19 * 1024,
            argon2_passes: 2,
            argon2_at_once: 2,
            token_days: 90,
            cached_persons: 1024,
        }
    }
}
