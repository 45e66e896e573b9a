//! The sealed package of a file: a bag with the documents and their proofs, the catalogue,
//! the course of the case, and instructions in plain text. It is read without this program.

use std::collections::BTreeSet;

use axum::body::Bytes;
use futures_util::Stream;
use mingjing_domain::archive::{self, CaseFile, FileCommand, FileEvent, Item, Package, Row, back_sheet};
use mingjing_domain::case::{Case, growth};
use mingjing_domain::matter::{Matter, MatterId};
use mingjing_ledger::bundle::StatementLine;
use mingjing_ledger::filed::LIST_DIGEST_FIELD;
use mingjing_ledger::package::{PACKAGE_DIGEST_FIELD, SEAL};
use serde_json::json;
use uuid::Uuid;

use super::bag::{Entry, Film, bag, stream, unzip, zip};
use super::films::{self, Films};
use super::pages;
use super::service::{Filed, act, file_of, filed};
use super::show::{outcome, responsible};
use crate::case::access::{People, rules};
use crate::evidence::service::Store;
use crate::kit::app::App;
use crate::kit::auth::Identity;
use crate::kit::event::Opened;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::ledger::LedgerError;
use crate::ledger::service::{Disclosure, Ledger};
use crate::record::job::Records;
use crate::record::service::RecordError;

/// What makes and keeps packages.
#[derive(Clone, Copy)]
pub struct Makers<'a> {
    /// Documents and their store.
    pub records: &'a Records,
    /// Proofs.
    pub ledger: &'a Ledger,
    /// Recordings, where they are stored here.
    pub store: Option<&'a Store>,
}

pub(super) fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::Broken(error.to_string())
}

/// Builds the package of a file, stores it and seals it on the file's stream.
///
/// # Errors
/// What the domain refuses; a document that cannot be read.
pub async fn pack(
    shell: &Shell,
    who: &Identity,
    makers: Makers<'_>,
    case: Loaded<Case>,
    command: Uuid,
) -> Result<(), Failure> {
    let people = People::of(shell, case.organ).await?;
    let it = filed(&shell.app, rules(), case).await?;
    let file = it.state();
    let rows = archive::rows(&it.case.state, &file, &it.recordings, it.order, &[]);
    let films = films::of(&shell.app, makers.ledger, makers.store, &rows).await?;
    let mut payload =
        payload(shell, makers, &it, &file, (&rows, &films), (&who.person.organ_name, &people)).await?;
    payload.extend(films.held);
    let count = payload.len() + films.beyond.len();
    let size = payload.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>() + films.bytes;
    let instructions = ("核验说明.txt".to_owned(), INSTRUCTIONS.as_bytes().to_vec());
    let (files, sha256) = bag(payload, &films.beyond, vec![instructions]);
    // The films stay where they are; what is stored here names them.
    let bytes = zip(&folder(&file), &files).map_err(broken)?;
    let (blobs, id) = (makers.records.blobs.clone(), it.case.id);
    let stored = tokio::task::spawn_blocking(move || blobs.put(id, &bytes)).await.map_err(broken)?;
    let package = Package {
        sha256,
        stored: hex::encode(stored.map_err(broken)?),
        files: u32::try_from(count).unwrap_or(u32::MAX),
        bytes: size,
        catalogue: archive::catalogue::digest(&rows),
    };
    act(&shell.app, rules(), &who.actor(), it.case.id, FileCommand::Pack { package }, command).await?;
    Ok(())
}

/// The folder inside the package: the number under which the file is kept.
fn folder(file: &CaseFile) -> String {
    let number = file.accepted.as_ref().map_or("案卷", |(number, ..)| number.as_str());
    number
        .chars()
        .map(|c| if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect()
}

/// A name that every computer takes.
pub(super) fn plain(words: &str) -> String {
    let safe = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c };
    words.chars().map(safe).take(60).collect()
}

/// Where the bytes of a row lie in the package; none where it has none here.
fn place(row: &Row, films: &Films) -> Option<String> {
    let here = row.secrecy.is_none_or(|mark| !mark.kept_elsewhere());
    match row.item {
        Item::Document { .. } if here => {
            Some(format!("data/文书/{:03} {}.pdf", row.no, plain(row.title.words())))
        }
        Item::Recording { recording } => films.folders.get(&recording).cloned(),
        Item::Document { .. } | Item::Evidence { .. } | Item::Paper { .. } => None,
    }
}

async fn payload(
    shell: &Shell,
    makers: Makers<'_>,
    it: &Filed,
    file: &CaseFile,
    (rows, films): (&[Row], &Films),
    (organ, people): (&str, &People),
) -> Result<Vec<Entry>, Failure> {
    let mut out = vec![
        ("data/封面.txt".to_owned(), cover(it, file, rows, people).into_bytes()),
        ("data/卷内目录.csv".to_owned(), catalogue((rows, films), organ, people)?),
        ("data/备考表.txt".to_owned(), sheet(file, rows, people).into_bytes()),
    ];
    for row in rows {
        if let (Item::Document { no }, Some(path)) = (row.item, place(row, films)) {
            let bytes = makers.records.download(makers.ledger, it.case.id, no).await;
            let bytes = bytes.map_err(|error| match error {
                RecordError::NotFound => {
                    Failure::Unavailable(format!("《{}》没有存档的文件，不能封装", row.title.words()))
                }
                other => broken(other),
            })?;
            out.push((path, bytes));
        }
    }
    out.extend(frames(makers, it).await?);
    out.extend(pages::paged(makers, it.case.id, (file, rows), |row| place(row, films)).await?);
    let lists = archive::lists(&it.case.state, file, &it.recordings, it.order);
    out.extend(lists.into_iter().map(|list| {
        let name = if list.no == 0 { "首次归档".to_owned() } else { format!("补充归档{}", list.no) };
        (format!("data/归档清单/{:04} {name}.txt", list.version), list.text.into_bytes())
    }));
    let case = shell.app.stream::<Case>(it.case.id).await?;
    let filed = shell.app.stream::<CaseFile>(file_of(it.case.id)).await?;
    out.push(("data/经过/案件.jsonl".to_owned(), lines::<Case>(&case)?));
    out.push(("data/经过/案卷.jsonl".to_owned(), lines::<CaseFile>(&filed)?));
    for it in &case {
        let shown = ["shape", "guard:/event"];
        out.extend(proof(makers.ledger, it.meta.matter, it.meta.version, &shown, "案件").await?);
    }
    for it in &filed {
        // What names the digest of a list shows it.
        let listed = matches!(it.event, FileEvent::Assembled { .. } | FileEvent::HandedIn(_));
        let shown = ["shape", "guard:/event", LIST_DIGEST_FIELD];
        let shown = if listed { &shown[..] } else { &shown[..2] };
        out.extend(proof(makers.ledger, it.meta.matter, it.meta.version, shown, "案卷").await?);
    }
    let keys: Vec<String> = makers.ledger.known_verifiers().iter().map(ToString::to_string).collect();
    out.push(("data/证明/验证公钥.txt".to_owned(), format!("{}\n", keys.join("\n")).into_bytes()));
    Ok(out)
}

/// One event a line, texts included where they are still held.
pub(super) fn lines<M: Matter>(events: &[Opened<M::Event>]) -> Result<Vec<u8>, Failure> {
    let mut out = String::new();
    for it in events {
        let moment = &it.meta.moment;
        let line = json!({
            "version": it.meta.version, "type": M::type_of(&it.event).0, "actor": it.meta.actor,
            "purpose": it.envelope.purpose, "recorded_at": moment.recorded_at, "happened_at": moment.happened_at,
            "event": serde_json::to_value(&it.event).map_err(broken)?,
        });
        out.push_str(&line.to_string());
        out.push('\n');
    }
    Ok(out.into_bytes())
}

/// Cover, catalogues and back sheets on paper, as they were made. They stand around the pages
/// and have none of their own. A package without them would be no file: it waits for the press.
async fn frames(makers: Makers<'_>, it: &Filed) -> Result<Vec<Entry>, Failure> {
    let mut out = Vec::new();
    for (document, no) in it.case.documents.iter().zip(1..) {
        if !growth::frames(document.kind) {
            continue;
        }
        if document.made.is_none() {
            return Err(Failure::Unavailable(format!(
                "《{}》还没有制成，制成后即可封装",
                document.kind.label()
            )));
        }
        let bytes = makers.records.download(makers.ledger, it.case.id, no).await.map_err(broken)?;
        out.push((format!("data/封面目录备考表/{no:03} {}.pdf", document.kind.label()), bytes));
    }
    Ok(out)
}

/// The proof of an event; none while it is not under a checkpoint: the next package has it.
pub(super) async fn proof(
    ledger: &Ledger,
    id: MatterId,
    version: u64,
    open: &[&str],
    name: &str,
) -> Result<Option<Entry>, Failure> {
    let open = open.iter().map(|it| (*it).to_owned()).collect();
    let disclosure = Disclosure { open, ..Disclosure::default() };
    match ledger.proof_bundle(id, version, &disclosure, Vec::new()).await {
        Ok(bundle) => Ok(Some((format!("data/证明/{name}-{version:04}.proof.json"), bundle.to_bytes()))),
        Err(LedgerError::NotYet(_)) => Ok(None),
        Err(other) => Err(broken(other)),
    }
}

fn cover(it: &Filed, file: &CaseFile, rows: &[Row], people: &People) -> String {
    let cover = archive::cover(&it.case.state, file, rows);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "—".to_owned(), |it| it.to_string());
    let parties: Vec<&str> = cover.parties.iter().map(|name| name.or_erased()).collect();
    let retention = match cover.retention_years {
        None => "—".to_owned(),
        Some(0) => "永久".to_owned(),
        Some(years) => format!("{years}年"),
    };
    format!(
        "案件名称：{}\n案由：{}\n当事人：{}\n处理结果：{}\n立案日期：{}\n结案日期：{}\n承办人：{}\n归档日期：{}\n\
         归档号：{}\n保管期限：{retention}\n卷数：{}\n页数：{}\n",
        cover.title.or_erased(),
        cover.cause.as_ref().map_or("—", |it| it.or_erased()),
        parties.join("、"),
        outcome(&cover.outcome, &it.case.state),
        day(cover.filed_on),
        day(cover.closed_on),
        people.names(&cover.officers),
        day(cover.archived_on),
        cover.archive_no.as_deref().unwrap_or("—"),
        cover.volumes,
        cover.pages,
    )
}

fn catalogue((rows, films): (&[Row], &Films), organ: &str, people: &People) -> Result<Vec<u8>, Failure> {
    let mut out = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let head = ["序号", "卷", "题名", "文号", "日期", "责任者", "页次", "备注", "标注", "文件", "摘要"];
    out.write_record(head).map_err(broken)?;
    for row in rows {
        let record = [
            row.no.to_string(),
            row.volume.to_string(),
            row.shown_title().to_owned(),
            row.number.clone().unwrap_or_default(),
            row.dated.to_string(),
            responsible(&row.responsible, organ, people),
            row.page_words(),
            row.remark.clone(),
            row.secrecy.map_or("", |mark| mark.label()).to_owned(),
            place(row, films).unwrap_or_default(),
            row.digest.clone(),
        ];
        out.write_record(record.iter().map(|it| crate::kit::acts::cell(it))).map_err(broken)?;
    }
    out.into_inner().map_err(broken)
}

fn sheet(file: &CaseFile, rows: &[Row], people: &People) -> String {
    let it = back_sheet(file, rows);
    let mut out = String::from("备考表\n");
    let signed = |it: Option<(mingjing_domain::matter::StaffId, jiff::civil::Date)>| {
        it.map_or_else(|| "—".to_owned(), |(who, on)| format!("{} {on}", people.name(who)))
    };
    out.push_str(&format!("立卷人：{}\n检查人：{}\n", signed(it.assembled), signed(it.checked)));
    for it in &it.supplements {
        out.push_str(&format!(
            "补充归档{}：{}件{}页。{}（移交 {}，接收 {}）\n",
            it.no,
            it.items,
            it.pages,
            it.reason.or_erased(),
            signed(Some(it.by)),
            signed(it.taken)
        ));
    }
    for it in &it.explained {
        out.push_str(&format!("未能补齐（{}）：{}\n", it.code, it.reason.or_erased()));
    }
    for (who, on, words) in &it.notes {
        out.push_str(&format!("{on} {}：{}\n", people.name(*who), words.or_erased()));
    }
    let elsewhere: Vec<String> = it.elsewhere.iter().map(ToString::to_string).collect();
    if !elsewhere.is_empty() {
        out.push_str(&format!("另存材料：第{}件\n", elsewhere.join("、")));
    }
    out
}

/// A stored package, ready to be sent.
pub struct Sending {
    folder: String,
    files: Vec<Entry>,
    films: Vec<Film>,
    /// The recordings whose films leave with it.
    pub recordings: BTreeSet<MatterId>,
}

impl Sending {
    /// Whether the document of a row lies in it.
    pub fn holds(&self, row: &Row) -> bool {
        let begins = format!("data/文书/{:03} ", row.no);
        self.files.iter().any(|(path, _)| path.starts_with(&begins))
    }

    /// Its bytes, made while they are sent, however long the films are.
    ///
    /// # Errors
    /// When too many are sent just now.
    pub fn bytes(
        self,
        store: Option<&Store>,
    ) -> Result<impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static, Failure> {
        let vault = store.map(|it| it.vault().clone());
        stream(self.folder, self.files, (vault, self.films))
            .ok_or_else(|| Failure::Unavailable("正在下载的封装件过多，请稍后再试".to_owned()))
    }
}

/// A package for download: as it was stored, with the films that it names and the seal once
/// its event is under a checkpoint.
///
/// # Errors
/// Not found; what is stored does not hold; a film was destroyed since.
pub async fn download(
    app: &App,
    makers: Makers<'_>,
    case: MatterId,
    file: &CaseFile,
    sha256: &str,
) -> Result<Sending, Failure> {
    let found = file.packages.iter().find(|(it, ..)| it.sha256 == sha256);
    let (package, version, _) = found.ok_or(Failure::NotFound)?;
    let stored: [u8; 32] =
        hex::decode(&package.stored).ok().and_then(|it| it.try_into().ok()).ok_or(Failure::NotFound)?;
    let blobs = makers.records.blobs.clone();
    let bytes = tokio::task::spawn_blocking(move || blobs.get(case, &stored)).await.map_err(broken)?;
    let mut files = unzip(&bytes.map_err(broken)?).map_err(broken)?;
    let open = ["shape", "guard:/event", "guard:/package", PACKAGE_DIGEST_FIELD].map(str::to_owned).to_vec();
    let disclosure = Disclosure { open, ..Disclosure::default() };
    let statement =
        vec![StatementLine::Field { name: PACKAGE_DIGEST_FIELD.to_owned(), value: package.sha256.clone() }];
    match makers.ledger.proof_bundle(file_of(case), *version, &disclosure, statement).await {
        Ok(bundle) => files.push((SEAL.to_owned(), bundle.to_bytes())),
        Err(LedgerError::NotYet(_)) => {}
        Err(other) => return Err(broken(other)),
    }
    let (films, recordings) = films::listed(app, makers.store, &files).await?;
    Ok(Sending { folder: folder(file), files, films, recordings })
}

const INSTRUCTIONS: &str = "\
核验说明

一、这是一份行政处罚案卷的电子封装件，按照 BagIt 1.0（RFC 8493）的格式组织。不用任何专门软件即可阅读：
    data/封面.txt、data/备考表.txt 是文本；data/卷内目录.csv 可用表格软件打开；data/文书 下是 PDF/A 文书，按卷内序号排列；
    data/阅览件 下是各件文书标有案卷页号的副本，仅供翻阅；原件制成在前，不改动，页号不标在原件上；
    data/页码对照.csv 写明每一页号是哪一件、在哪个文件，以及原件、阅览件的摘要；目录“页次”即这一页号；
    data/封面目录备考表 下是制成的案卷首页、卷内目录、卷内备考表；data/归档清单 下是首次归档和各次补充归档的清单，每行一件；
    data/音像 下是音像记录，按卷内序号、分段排列，data/音像/目录.csv 写明各段的起止时间和摘要；
    data/经过 下是案件、案卷和音像记录的全部记录，每行一条，为 JSON 文本；data/证明 下是各条记录在公开账本中的证明。

二、检查文件有没有损坏：manifest-sha256.txt 列出 data 下每个文件的 SHA-256 摘要，逐一计算比较即可。
    Linux、macOS：在本文件所在的文件夹运行 sha256sum -c manifest-sha256.txt（macOS 为 shasum -a 256 -c）。
    Windows：在 PowerShell 中用 Get-FileHash 逐个计算。

三、检查内容有没有被替换：package.proof.json 是封装证明，证明 manifest-sha256.txt 的摘要在封装时已记入公开账本；
    data/证明 下的 .proof.json 和文书 PDF 自带的证明，证明各条记录、各份文书当时的内容。
    用公开的验证程序运行：mingjing verify 本文件夹或者压缩包 --vkey 验证公钥。验证不需要联网，也不需要本系统。
    验证公钥应当从机关公示的账本公钥取得，与 data/证明/验证公钥.txt 核对，不要只用封装件内的公钥。
    没有 package.proof.json 的，是封装时账本尚未签名；可在签名后重新下载。

    各份归档清单的 SHA-256 摘要，分别记在同一编号的案卷证明（data/证明/案卷-编号）中：首次归档的清单没有因补充归档而改变。

四、音像记录的证明（data/证明/音像-*）出示了各段入库时的摘要，与 data/音像/目录.csv 和文件本身核对，即可确认内容没有改动。
    摘要有整件的 SHA-256、SM3，和按 1 MiB 分块计算的散列树的根。

五、目录“文件”一栏为空的，是另存的证据和纸质材料、依法销毁了内容的音像记录，或者按保密规定另行保管的材料；其摘要见“摘要”一栏。
";
