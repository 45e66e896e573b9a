//! Citations: where in the law a rule stands.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A place in a law, regulation or policy document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// Name of the instrument without book-title marks, for example `行政处罚法`.
    pub law: Cow<'static, str>,
    /// Article, paragraph and item as the instrument counts them, for example
    /// `第六十四条第一项`; empty when the whole instrument is meant.
    pub article: Cow<'static, str>,
}

impl Citation {
    /// A citation known at compile time.
    pub const fn of(law: &'static str, article: &'static str) -> Self {
        Self { law: Cow::Borrowed(law), article: Cow::Borrowed(article) }
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "《{}》{}", self.law, self.article)
    }
}

/// Administrative Penalty Law (2021 text).
pub const fn penalty_law(article: &'static str) -> Citation {
    Citation::of("行政处罚法", article)
}
