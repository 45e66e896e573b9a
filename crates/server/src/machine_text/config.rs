//! Which engines write down what is in recordings, and whether they are there.

use std::path::PathBuf;

use mingjing_domain::recording::machine::MachineTask;
use mingjing_media::machine::EngineConfig;
use mingjing_media::sandbox::Sandbox;
use serde::Deserialize;

use super::jobs::kind_of;
use crate::kit::app::App;
use crate::ops::doctor::Line;

/// Section `[machine]` of the settings. An engine that is not set does nothing; tokens stand in
/// files of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MachineConfig {
    /// The engine that reads photographs and scanned pages.
    pub ocr: Option<EngineConfig>,
    /// The engine that writes down what is spoken.
    pub transcript: Option<EngineConfig>,
    /// Largest piece that is given to an engine, in bytes: a whole copy of it is made for that.
    pub max_bytes: u64,
    /// Folder for the unnamed copies; by default shared memory, so that nothing is in clear on
    /// disk. It must hold `max_bytes` once for each engine.
    pub spool_dir: Option<PathBuf>,
}

impl Default for MachineConfig {
    fn default() -> Self {
        Self { ocr: None, transcript: None, max_bytes: 256 << 20, spool_dir: None }
    }
}

impl MachineConfig {
    /// The engine of a task; none where none is set.
    pub const fn engine(&self, task: MachineTask) -> Option<&EngineConfig> {
        match task {
            MachineTask::Ocr => self.ocr.as_ref(),
            MachineTask::Transcript => self.transcript.as_ref(),
        }
    }

    /// Lets jobs be queued for the engines that are set.
    pub fn announce(&self, app: &App) {
        for task in MachineTask::ALL.iter().filter(|task| self.engine(**task).is_some()) {
            app.serve_jobs(kind_of(*task));
        }
    }

    /// For the operator: which engines are set, and whether they answer.
    pub async fn examine(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for task in MachineTask::ALL {
            let label = task.label();
            let Some(engine) = self.engine(*task) else {
                lines.push(Line { good: true, text: format!("{label}：没有设置引擎，不识别") });
                continue;
            };
            let (kind, name) = match engine {
                EngineConfig::Http(_) => ("服务", engine.named()),
                EngineConfig::Command(_) => ("程序", engine.named()),
            };
            let found = match sandbox() {
                Ok(sandbox) => engine.present(&sandbox).await,
                Err(error) => Err(error),
            };
            lines.push(match found {
                Ok(()) => Line { good: true, text: format!("{label}：{kind} {name} 可用") },
                Err(error) => {
                    Line { good: false, text: format!("{label}：{kind} {name} 不能使用：{error}") }
                }
            });
        }
        lines
    }
}

/// What keeps programs apart on this machine, confined by this program where it knows its path.
///
/// # Errors
/// When a child cannot be limited here.
pub fn sandbox() -> Result<Sandbox, mingjing_media::MediaError> {
    Ok(Sandbox::detect()?.confined(std::env::current_exe()?))
}
