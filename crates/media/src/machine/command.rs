//! An engine that is a local program, run in the sandbox.

use super::answer::{Engine, MachineText, Task, from_json, from_text};
use super::{AnswerLimits, Ocr, Request, Transcriber, default_timeout_seconds, timeout};
use crate::error::MediaError;
use crate::sandbox::{Call, INPUT, Limits, Sandbox};
use async_trait::async_trait;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Form of what a program writes to standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputForm {
    /// The JSON of [`crate::machine`].
    #[default]
    Json,
    /// Plain text in UTF-8.
    Text,
}

/// A local program by configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// Program (an absolute path) and arguments; `{input}` becomes the path of the bytes, `{media_type}` their type.
    pub argv: Vec<String>,
    /// Its name, if it does not tell it.
    pub name: Option<String>,
    /// Its version, if it does not tell it.
    pub version: Option<String>,
    /// What it writes.
    #[serde(default)]
    pub output: OutputForm,
    /// Wall clock, seconds; 600 if not given.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
    /// Address space, MiB; 4,096 if not given (runtimes of models reserve much).
    #[serde(default = "default_memory")]
    pub memory_mib: u64,
    /// Files and folders it may read besides the system's and its own folder (its models, its interpreter's modules):
    /// where the kernel allows that it sees no other, and makes no connection. Without the list it sees what the
    /// server's user sees.
    pub readable: Option<Vec<PathBuf>>,
    /// Environment; nothing else is handed down.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

const fn default_memory() -> u64 {
    4096
}

/// The engine.
#[derive(Debug, Clone)]
pub struct CommandEngine {
    program: PathBuf,
    arguments: Vec<String>,
    label: String,
    engine: Option<Engine>,
    output: OutputForm,
    readable: Option<Vec<PathBuf>>,
    environment: BTreeMap<String, String>,
    sandbox: Sandbox,
    limits: Limits,
    answer: AnswerLimits,
}

impl CommandEngine {
    /// Checks the configuration.
    ///
    /// # Errors
    /// [`MediaError::Config`], [`MediaError::NotPresent`].
    pub fn open(config: &CommandConfig, sandbox: &Sandbox) -> Result<Self, MediaError> {
        let refused = |reason: &str| MediaError::Config { reason: reason.to_owned() };
        let (program, arguments) = config.argv.split_first().ok_or_else(|| refused("argv 是空的"))?;
        let program = PathBuf::from(program);
        if !program.is_absolute() {
            return Err(refused("argv 的程序应写绝对路径"));
        }
        let label = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !program.is_file() {
            return Err(MediaError::NotPresent { program: label });
        }
        let engine = match (&config.name, &config.version) {
            (Some(name), Some(version)) => Some(Engine { name: name.clone(), version: version.clone() }),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(refused("name 和 version 应一并写明")),
        };
        if engine.is_none() && config.output == OutputForm::Text {
            return Err(refused("纯文本的程序应写明 name 和 version"));
        }
        let wall = timeout(config.timeout_seconds)?;
        let memory_bytes =
            config.memory_mib.checked_mul(1024 * 1024).ok_or_else(|| refused("memory_mib 过大"))?;
        let answer = AnswerLimits::default();
        let limits = Limits {
            wall,
            // Both cores of a small machine for the whole time.
            cpu_seconds: wall.as_secs() * 2,
            memory_bytes,
            file_bytes: 0,
            output_bytes: answer.bytes,
        };
        let (arguments, environment) = (arguments.to_vec(), config.environment.clone());
        let (output, readable, sandbox) = (config.output, config.readable.clone(), sandbox.clone());
        Ok(Self { program, arguments, label, engine, output, readable, environment, sandbox, limits, answer })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    async fn run(&self, task: Task, request: &Request) -> Result<MachineText, MediaError> {
        let (engine, request) = (self.clone(), request.clone());
        let worked = tokio::task::spawn_blocking(move || engine.run_blocking(task, &request)).await;
        worked.unwrap_or_else(|error| {
            Err(MediaError::Failed { program: self.label.clone(), reason: error.to_string() })
        })
    }

    fn run_blocking(&self, task: Task, request: &Request) -> Result<MachineText, MediaError> {
        let fill = |word: &String| {
            OsString::from(word.replace("{media_type}", request.media_type()).replace("{input}", INPUT))
        };
        let arguments: Vec<OsString> = self.arguments.iter().map(fill).collect();
        let output = self.sandbox.run(&Call {
            name: &self.label,
            program: &self.program,
            arguments: &arguments,
            environment: &self.environment,
            readable: self.readable.as_deref(),
            input: &request.spool,
            limits: &self.limits,
        })?;
        let answer = output.well(&self.label)?;
        match (self.output, &self.engine) {
            (OutputForm::Text, Some(engine)) => {
                from_text(&answer, task, request, engine.clone(), &self.answer)
            }
            (OutputForm::Json, _) | (OutputForm::Text, None) => {
                from_json(&answer, task, request, self.engine.clone(), &self.answer)
            }
        }
    }
}

#[async_trait]
impl Ocr for CommandEngine {
    async fn recognize(&self, request: &Request) -> Result<MachineText, MediaError> {
        self.run(Task::Ocr, request).await
    }
}

#[async_trait]
impl Transcriber for CommandEngine {
    async fn transcribe(&self, request: &Request) -> Result<MachineText, MediaError> {
        self.run(Task::Transcript, request).await
    }
}
