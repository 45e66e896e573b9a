//! Refusals: what the law does not allow now, why, and what to do next.

use crate::cite::Citation;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An error that belongs to one input field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field in the command body, for example `parties/0/id_number`.
    pub field: String,
    /// What is wrong, as a sentence for a person.
    pub message: String,
}

/// The answer "not now" or "never": names the rule and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable machine code, for example `hearing.window_open`.
    pub code: std::borrow::Cow<'static, str>,
    /// The rule that forbids it.
    pub article: Citation,
    /// What is forbidden and why, as a sentence for a person.
    pub message: String,
    /// What to do next.
    pub remedy: String,
    /// First civil day on which the act may become possible, where time alone decides.
    pub after: Option<Date>,
    /// Input fields at fault, if any.
    pub fields: Vec<FieldError>,
}

impl Refusal {
    /// A refusal without a date.
    pub fn new(
        code: &'static str,
        article: Citation,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            article,
            message: message.into(),
            remedy: remedy.into(),
            after: None,
            fields: Vec::new(),
        }
    }

    /// Names the first day on which the act may become possible.
    #[must_use]
    pub fn after(mut self, day: Date) -> Self {
        self.after = Some(day);
        self
    }

    /// Points at an input field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), message: message.into() });
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}）{}", self.message, self.article, self.remedy)
    }
}

impl std::error::Error for Refusal {}
