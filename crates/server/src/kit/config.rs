//! Settings: defaults, then the file, then `MINGJING_*`, then the command line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use super::db::Location;

/// All settings of the store. Other parts keep theirs in their own section.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Data folder: the SQLite file, uploaded files, documents.
    pub data: PathBuf,
    /// `postgres://…`; none for SQLite in the data folder.
    pub database: Option<String>,
    /// Address to serve on.
    pub listen: String,
    /// Folder for the log's anchors, on another medium than the data.
    pub anchor: Option<PathBuf>,
    /// Begins the anchor of a log that is signed already; from the command line alone.
    #[serde(skip)]
    pub anchor_init: bool,
    /// Folder of the signing keys; by default beside the data folder.
    pub keys: Option<PathBuf>,
    /// Folder of the installation's policy files; by default `policies` in the data folder.
    pub policies: Option<PathBuf>,
    /// Name of a new log, as it stands on its checkpoints.
    pub origin: String,
    /// Folded states kept in memory.
    pub cached_states: std::num::NonZeroUsize,
    /// Largest pause between checkpoints while the log grows, in milliseconds.
    pub checkpoint_every_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("mingjing-data"),
            database: None,
            listen: "127.0.0.1:8080".to_owned(),
            anchor: None,
            anchor_init: false,
            keys: None,
            policies: None,
            origin: "mingjing.local/log".to_owned(),
            cached_states: std::num::NonZeroUsize::new(2_048).unwrap_or(std::num::NonZeroUsize::MIN),
            checkpoint_every_ms: 1_000,
        }
    }
}

impl Config {
    /// The sources in order, without the command line; other parts extract their
    /// own sections from it.
    pub fn figment(file: Option<&Path>) -> Figment {
        let figment = Figment::from(Serialized::defaults(Self::default()));
        let figment = match file {
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment,
        };
        figment.merge(Env::prefixed("MINGJING_").split("__"))
    }

    /// Names the first setting of a file that nobody reads: a misspelt one would
    /// otherwise change nothing without a word. `sections` are kept by other parts,
    /// which look into them themselves. The environment holds names of others too
    /// and is not asked.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn unknown(file: &Path, sections: &[&str]) -> Result<Option<String>, figment::Error> {
        let given: BTreeMap<String, figment::value::Value> =
            Figment::from(Toml::file_exact(file)).extract()?;
        let known = figment::value::Value::serialize(Self::default())?;
        let known = known.as_dict().map(|it| it.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
        let read = |name: &String| known.contains(name) || sections.contains(&name.as_str());
        Ok(given.into_keys().find(|name| !read(name)))
    }

    /// The database that these settings mean.
    pub fn location(&self) -> Location {
        match &self.database {
            Some(url) => Location::Url(url.replacen("postgresql://", "postgres://", 1)),
            None => Location::File(self.data.join("mingjing.db")),
        }
    }

    /// Folder of the signing keys: never inside the data folder.
    pub fn key_folder(&self) -> PathBuf {
        match &self.keys {
            Some(folder) => folder.clone(),
            None => {
                let name = self.data.file_name().map_or("mingjing".into(), |it| it.to_string_lossy());
                self.data.with_file_name(format!("{name}-keys"))
            }
        }
    }

    /// The list of what was erased, kept outside the data folder and its backups.
    pub fn erasure_list(&self) -> PathBuf {
        self.key_folder().join("erasures.jsonl")
    }

    /// Folder of stored files.
    pub fn blobs(&self) -> PathBuf {
        self.data.join("files")
    }
}
