//! The durable queue: one job a piece, one kind of job an engine.

use mingjing_domain::cite::Citation;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::machine::MachineTask;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::recording::words::SegmentKind;
use mingjing_domain::refusal::Refusal;
use serde_json::json;

use crate::kit::app::App;
use crate::kit::db::DbError;
use crate::kit::write::Write;

/// Kind of the jobs of a task.
pub const fn kind_of(task: MachineTask) -> &'static str {
    match task {
        MachineTask::Ocr => "machine_ocr",
        MachineTask::Transcript => "machine_transcript",
    }
}

/// Queues a stored piece for its engine; nothing where none is set.
pub fn enqueue(w: &mut Write, recording: MatterId, no: SegmentNo, kind: SegmentKind) {
    let job = kind_of(MachineTask::of(kind));
    if w.serves_jobs(job) {
        let now = w.now();
        w.enqueue_at(job, format!("{recording}/{no}"), &json!({ "no": no }), Some(recording), now);
    }
}

/// Refuses to queue what nothing would carry out.
///
/// # Errors
/// When no engine is set for the kind of piece.
pub fn served(w: &Write, kind: SegmentKind) -> Result<(), Refusal> {
    let task = MachineTask::of(kind);
    if w.serves_jobs(kind_of(task)) {
        return Ok(());
    }
    let article = Citation::of("国办发〔2018〕118号", "（十七）");
    let message = format!("本系统没有设置{}引擎", task.label());
    Err(Refusal::new("machine.no_engine", article, message, "请系统管理员设置识别引擎")
        .field("no", "没有引擎"))
}

/// Pieces of a recording that wait for an engine.
///
/// # Errors
/// When the database fails.
pub async fn waiting(app: &App, recording: MatterId) -> Result<Vec<SegmentNo>, DbError> {
    let mut all = Vec::new();
    for task in MachineTask::ALL {
        for payload in app.waiting_jobs(kind_of(*task), recording).await? {
            all.extend(payload["no"].as_u64().and_then(|no| SegmentNo::try_from(no).ok()));
        }
    }
    Ok(all)
}
