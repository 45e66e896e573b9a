//! 用语指引、文书指引: what is said before recording, link by link, and what the
//! documents of the link need. Data (`recordings/guide.toml`), for the officer's hand.

use super::words::Link;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The wordings that every link shares. Braces stand for what the service fills in:
/// `{organ}`, `{officers}`, `{certificates}`, `{act}`, `{time}`, `{cause}`, `{from}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Said before the recording begins.
    pub words: String,
    /// Said when it goes on after a break.
    pub interruption: String,
    /// Said at the end.
    pub end: String,
    /// Where it stands that the party is told.
    pub source: String,
}

/// What a link asks of the officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkGuide {
    /// The link.
    pub link: Link,
    /// The act as a verb phrase, for `{act}`.
    pub act: String,
    /// What is said, in order.
    pub say: Vec<String>,
    /// What is not said or done.
    pub avoid: Vec<String>,
    /// What the documents of the link need.
    pub documents: Vec<String>,
}

/// The guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Shared wordings.
    pub notice: Notice,
    /// One of each link.
    pub link: Vec<LinkGuide>,
}

impl Guide {
    /// The guide shipped with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static GUIDE: OnceLock<Guide> = OnceLock::new();
        GUIDE.get_or_init(|| match Self::parse(include_str!("../../recordings/guide.toml")) {
            Ok(guide) => guide,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in guide: {error}"),
        })
    }

    /// Reads a guide; each link has exactly one entry with nothing left empty.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let guide: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        for link in Link::ALL {
            let of: Vec<&LinkGuide> = guide.link.iter().filter(|it| it.link == *link).collect();
            let [one] = of.as_slice() else {
                return Err(format!("“{}”应有一条指引", link.label()));
            };
            let lists = [&one.say, &one.avoid, &one.documents];
            if one.act.is_empty() || lists.iter().any(|it| it.is_empty()) {
                return Err(format!("“{}”的指引不完整", link.label()));
            }
        }
        Ok(guide)
    }

    /// The guide of a link.
    pub fn of(&self, link: Link) -> Option<&LinkGuide> {
        self.link.iter().find(|it| it.link == link)
    }

    /// The notice to the party, filled in.
    pub fn notice(&self, link: Link, organ: &str, officers: &str, certificates: &str) -> String {
        let act = self.of(link).map_or("执法", |it| it.act.as_str());
        self.notice
            .words
            .replace("{organ}", organ)
            .replace("{officers}", officers)
            .replace("{certificates}", certificates)
            .replace("{act}", act)
    }
}
