//! The recordings of a file in its package: the bytes of each piece, its digests in a list
//! that needs no program, its course and the proof of what was stored.

use std::collections::{BTreeMap, BTreeSet};

use mingjing_domain::archive::{Item, Row, Verb};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::disposal::NOT_AT_WILL;
use mingjing_domain::recording::event::Identity;
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::{Recording, RecordingEvent};
use mingjing_domain::refusal::Refusal;
use mingjing_vault::{Error, parse_root};

use super::bag::{Beyond, Entry, Film};
use super::pack::{broken, lines, plain, proof};
use super::verbs;
use crate::evidence::service::Store;
use crate::kit::app::App;
use crate::kit::problem::Failure;
use crate::ledger::service::Ledger;

/// The list of the pieces in the package.
pub const LIST: &str = "data/音像/目录.csv";
const HEAD: [&str; 12] =
    ["序号", "编号", "分段", "文件", "种类", "起", "止", "字节数", "SHA-256", "SM3", "SHA-256分块根", "记录"];
/// Where path, root and recording stand in a line of the list.
const PATH: usize = 3;
const ROOT: usize = 10;
const RECORDING: usize = 11;

/// What recordings bring into a package.
#[derive(Debug, Default)]
pub struct Films {
    /// Files that are held: the list, courses, proofs.
    pub held: Vec<Entry>,
    /// Files that are not: where they lie, and their SHA-256.
    pub beyond: Vec<Beyond>,
    /// Their bytes together.
    pub bytes: u64,
    /// The folder of each recording that has bytes here.
    pub folders: BTreeMap<MatterId, String>,
}

/// The recordings of a file's rows, as far as they are kept with it and their content is there.
///
/// # Errors
/// When the store is not running, or has not what a recording says it has.
pub async fn of(app: &App, ledger: &Ledger, store: Option<&Store>, rows: &[Row]) -> Result<Films, Failure> {
    let mut out = Films::default();
    let mut list = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    list.write_record(HEAD).map_err(broken)?;
    let mut unheld = false;
    for row in rows {
        let elsewhere = row.secrecy.is_some_and(|mark| mark.kept_elsewhere());
        let Item::Recording { recording } = row.item else { continue };
        if elsewhere {
            continue;
        }
        let Some(it) = app.load::<Recording>(recording).await?.filter(|it| it.destroyed.is_none()) else {
            continue;
        };
        let number = it.number.as_ref().map_or_else(|| recording.to_string(), ToString::to_string);
        let folder = format!("data/音像/{:03} {}", row.no, plain(&number));
        for (no, segment) in (1_u16..).zip(&it.segments) {
            let Some(identity) = &segment.identity else {
                // It is said what is not there.
                list.write_record(awaited(row.no, &number, no, segment, recording)).map_err(broken)?;
                unheld = true;
                continue;
            };
            let store = store.ok_or_else(|| Failure::Unavailable("音像存储没有启动".to_owned()))?;
            there(store, identity, &number, no).await?;
            let path = format!("{folder}/{no:02} {}", file_name(segment.capture.name.or_erased()));
            list.write_record(line(row.no, (&number, no), &path, segment, (identity, recording)))
                .map_err(broken)?;
            out.beyond.push((path, identity.sha256.clone()));
            out.bytes += identity.bytes;
            out.folders.insert(recording, folder.clone());
        }
        course(app, ledger, recording, &format!("音像-{:03}", row.no), &mut out.held).await?;
    }
    if unheld || !out.beyond.is_empty() {
        out.held.push((LIST.to_owned(), list.into_inner().map_err(broken)?));
    }
    Ok(out)
}

/// What is promised in the list must be in the store.
async fn there(store: &Store, identity: &Identity, number: &str, no: u16) -> Result<(), Failure> {
    let root = parse_root(&identity.sha256_root).map_err(broken)?;
    match store.vault().evidence(&root).await {
        Ok(_) => Ok(()),
        Err(Error::NoObject | Error::Destroyed) => Err(Refusal::new(
            "package.film_missing",
            verbs::of(Verb::Pack).basis.clone(),
            format!("音像记录{number}第{no}段的内容不在存储中，不能封装"),
            "请系统管理员核对证据库，恢复内容后再封装",
        )
        .into()),
        Err(other) => Err(other.into()),
    }
}

fn line(
    row: u32,
    (number, no): (&str, u16),
    path: &str,
    segment: &Segment,
    (identity, recording): (&Identity, MatterId),
) -> [String; HEAD.len()] {
    [
        row.to_string(),
        number.to_owned(),
        no.to_string(),
        path.to_owned(),
        segment.capture.kind.label().to_owned(),
        segment.started().to_string(),
        segment.ended().to_string(),
        identity.bytes.to_string(),
        identity.sha256.clone(),
        identity.sm3.clone(),
        identity.sha256_root.clone(),
        recording.to_string(),
    ]
}

/// A piece that is not in the store as its device sealed it.
fn awaited(row: u32, number: &str, no: u16, segment: &Segment, recording: MatterId) -> [String; HEAD.len()] {
    let mut out: [String; HEAD.len()] = Default::default();
    out[0] = row.to_string();
    out[1] = number.to_owned();
    out[2] = no.to_string();
    out[4] = format!("{}（{}）", segment.capture.kind.label(), segment.phase.label());
    out[5] = segment.started().to_string();
    out[6] = segment.ended().to_string();
    out[RECORDING] = recording.to_string();
    out
}

/// A name that every computer takes, with its ending.
fn file_name(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty() && ending.len() <= 8 && ending.chars().all(|c| c.is_ascii_alphanumeric()) =>
        {
            format!("{}.{ending}", plain(stem))
        }
        _ => plain(name),
    }
}

/// The events of a recording, and a proof of its registration and of each piece that was
/// stored: it opens the piece's digests.
async fn course(
    app: &App,
    ledger: &Ledger,
    recording: MatterId,
    name: &str,
    out: &mut Vec<Entry>,
) -> Result<(), Failure> {
    let events = app.stream::<Recording>(recording).await?;
    out.push((format!("data/经过/{name}.jsonl"), lines::<Recording>(&events)?));
    for it in &events {
        let open: &[&str] = match &it.event {
            RecordingEvent::Registered { .. } => &["shape", "guard:/event", "guard:/number"],
            RecordingEvent::Accepted { .. } => &["shape", "guard:/event", "guard:/no", "guard:/identity"],
            _ => continue,
        };
        out.extend(proof(ledger, recording, it.meta.version, open, name).await?);
    }
    Ok(())
}

/// The films that a stored package lists, and the recordings that they are of. What was
/// destroyed since does not leave the store any more, even where another recording keeps the
/// same bytes.
///
/// # Errors
/// When the content of one was destroyed since, or is damaged.
pub async fn listed(
    app: &App,
    store: Option<&Store>,
    files: &[Entry],
) -> Result<(Vec<Film>, BTreeSet<MatterId>), Failure> {
    let (mut films, mut recordings) = (Vec::new(), BTreeSet::new());
    let Some((_, list)) = files.iter().find(|(path, _)| path == LIST) else { return Ok((films, recordings)) };
    let store = store.ok_or_else(|| Failure::Unavailable("音像存储没有启动".to_owned()))?;
    let gone = || {
        Failure::from(Refusal::new(
            "package.film_destroyed",
            NOT_AT_WILL,
            "封装以后有音像内容依法销毁，该封装件不能再下载",
            "请档案管理员重新封装",
        ))
    };
    for record in csv::Reader::from_reader(list.as_slice()).into_records() {
        let record = record.map_err(broken)?;
        let (Some(path), Some(root), Some(recording)) =
            (record.get(PATH), record.get(ROOT), record.get(RECORDING))
        else {
            return Err(Failure::Broken(format!("{LIST} has a line without path, root and recording")));
        };
        if path.is_empty() {
            continue;
        }
        let recording = MatterId(recording.parse().map_err(broken)?);
        if recordings.insert(recording)
            && app.load::<Recording>(recording).await?.is_none_or(|it| it.destroyed.is_some())
        {
            return Err(gone());
        }
        let root = parse_root(root).map_err(broken)?;
        match store.vault().evidence(&root).await {
            Err(Error::NoObject | Error::Destroyed) => return Err(gone()),
            other => drop(other?),
        }
        films.push(Film { path: path.to_owned(), root });
    }
    Ok((films, recordings))
}
