//! A tiny matter for tests of the store: a note with lines.

use futures_util::future::BoxFuture;
use mingjing::kit::app::{App, Request, Written};
use mingjing::kit::error::WriteError;
use mingjing::kit::projection::{ColumnType, Projects, Row, TableSpec};
use mingjing::kit::write::Write;
use mingjing::params;
use mingjing_domain::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId};
use mingjing_domain::text::Text;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const DDL: &str = "CREATE TABLE IF NOT EXISTS sample_note (matter_id {blob} NOT NULL PRIMARY KEY, \
    organ_id {blob} NOT NULL, title TEXT, lines {int} NOT NULL, version {int} NOT NULL){strict};
CREATE TABLE IF NOT EXISTS sample_line (matter_id {blob} NOT NULL, n {int} NOT NULL, chars {int} NOT NULL, \
    PRIMARY KEY (matter_id, n)){clustered};";

#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub title: Text,
    pub lines: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteEvent {
    Opened { title: Text, weight: i64 },
    Line { text: Text, n: usize },
    Cut { n: usize },
}

impl Matter for Note {
    const KIND: MatterKind = MatterKind::Calendar;
    type Event = NoteEvent;
    fn type_of(event: &NoteEvent) -> (&'static str, u16) {
        match event {
            NoteEvent::Opened { .. } => ("note.opened", 1),
            NoteEvent::Line { .. } => ("note.line", 1),
            NoteEvent::Cut { .. } => ("note.cut", 1),
        }
    }
    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<NoteEvent, DecodeError> {
        let fail = |reason: String| DecodeError { type_name: type_name.to_owned(), version, reason };
        let event: NoteEvent = serde_json::from_value(body).map_err(|e| fail(e.to_string()))?;
        if Self::type_of(&event) == (type_name, version) {
            Ok(event)
        } else {
            Err(fail("another type".to_owned()))
        }
    }
    fn evolve(state: Option<Self>, _: &Meta, event: &NoteEvent) -> Self {
        let mut state = state.unwrap_or(Self { title: Text::closed(""), lines: Vec::new() });
        match event {
            NoteEvent::Opened { title, .. } => state.title = title.clone(),
            NoteEvent::Line { text, .. } => state.lines.push(text.clone()),
            NoteEvent::Cut { n } => state.lines.truncate(*n),
        }
        state
    }
}

impl Projects for Note {
    const TABLES: &'static [TableSpec] = &[
        TableSpec {
            name: "sample_note",
            columns: &[
                ("matter_id", ColumnType::Blob),
                ("organ_id", ColumnType::Blob),
                ("title", ColumnType::Text),
                ("lines", ColumnType::Int),
                ("version", ColumnType::Int),
            ],
            key: &["matter_id"],
        },
        TableSpec {
            name: "sample_line",
            columns: &[("matter_id", ColumnType::Blob), ("n", ColumnType::Int), ("chars", ColumnType::Int)],
            key: &["matter_id", "n"],
        },
    ];
    fn rows(id: MatterId, organ: OrganId, version: u64, state: &Self) -> Vec<Row> {
        let mut rows = vec![Row {
            table: "sample_note",
            values: params![id, organ, state.title.value(), state.lines.len(), version],
        }];
        for (n, line) in state.lines.iter().enumerate() {
            rows.push(Row { table: "sample_line", values: params![id, n, line.chars()] });
        }
        rows
    }
}

pub fn organ() -> OrganId {
    OrganId(Uuid::from_u128(0xA))
}

pub fn actor() -> Actor {
    Actor { id: StaffId(Uuid::from_u128(0xB)), organ: organ(), roles: vec![] }
}

pub fn request(name: &'static str, command: u128, body: serde_json::Value) -> Request {
    Request {
        actor: actor(),
        purpose: "办案".to_owned(),
        command_id: Uuid::from_u128(command),
        name,
        body,
        moment: None,
    }
}

/// Opens a note under a command id.
pub async fn open(app: &App, command: u128, title: &str) -> Result<Written<Uuid>, WriteError> {
    let body = serde_json::json!({ "title": Text::closed(title) });
    let title = title.to_owned();
    app.write(request("note.open", command, body), move |write: &mut Write| {
        let title = title.clone();
        Box::pin(async move {
            let id = write.new_id();
            let event = NoteEvent::Opened { title: Text::closed(title), weight: 3 };
            write.create::<Note>(MatterId(id), organ(), None, event).await?;
            Ok(id)
        }) as BoxFuture<'_, _>
    })
    .await
}

/// Adds a line; answers the number of lines.
pub async fn line(app: &App, command: u128, note: Uuid, text: &str) -> Result<Written<usize>, WriteError> {
    let body = serde_json::json!({ "note": note, "text": Text::publishable(text) });
    let text = text.to_owned();
    app.write(request("note.line", command, body), move |write: &mut Write| {
        let text = text.clone();
        Box::pin(async move {
            let mut it = write.load::<Note>(MatterId(note)).await?.ok_or(WriteError::NotFound("note"))?;
            let n = it.lines.len();
            let event = NoteEvent::Line { text: Text::publishable(text), n };
            write.append(&mut it, event).await?;
            Ok(it.lines.len())
        }) as BoxFuture<'_, _>
    })
    .await
}
