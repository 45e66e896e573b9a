//! Files that a rule spares. An entry that is no longer needed fails the rule.

/// One file spared by one rule.
pub struct Exception {
    /// Rule.
    pub rule: &'static str,
    /// File.
    pub path: &'static str,
    /// Why.
    pub reason: &'static str,
}

/// The list; it only shrinks.
pub const EXCEPTIONS: &[Exception] = &[];
