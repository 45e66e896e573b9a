//! 案卷移交: a year's files of one unit handed to the archives of the organ as one batch.
//!
//! Proposed as a list, checked file by file (what is not in order goes back with the
//! reason), handed over and received: two persons sign the same list, whose digest both
//! signatures name.

use super::words::{COLLECTED, HAND_IN};
use crate::act_table::{Codes, Row, acts, is_digest, open, required};
use crate::case::types::words;
use crate::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use crate::viewing_grant::recording_rule;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

words! {
    /// Where a batch stands.
    Stage {
        Proposed = "待检查",
        Checked = "待移交",
        HandedOver = "待接收",
        Received = "已接收",
        Returned = "全部退回",
    }
}

words! {
    /// What can be done with a batch.
    Verb {
        Propose = "拟定移交清单",
        Check = "检查案卷",
        HandOver = "移交",
        Receive = "接收",
    }
}

fn row(verb: Verb) -> Row<Verb> {
    const UNIT: &[Role] = &[Role::Officer, Role::UnitHead];
    const ARCHIVE: &[Role] = &[Role::Archivist];
    match verb {
        Verb::Propose => Row::first(verb, Stage::Proposed, UNIT, recording_rule("第十八条")),
        // Checked, or returned where nothing is in order: the outcome decides. What changes
        // before the hand-over is checked again.
        Verb::Check => Row::then(verb, &[Stage::Proposed, Stage::Checked], None, ARCHIVE, COLLECTED),
        Verb::HandOver => {
            Row::then(verb, &[Stage::Checked], Some(Stage::HandedOver), &[Role::UnitHead], HAND_IN)
        }
        Verb::Receive => Row::then(verb, &[Stage::HandedOver], Some(Stage::Received), ARCHIVE, HAND_IN),
    }
}

acts!(Verb on Stage, "移交清单", Codes {
    unknown: "transfer.unknown",
    exists: "transfer.exists",
    stage: "transfer.stage",
    role: "transfer.role",
    organ: "transfer.organ",
});

/// One file of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The file's matter.
    pub file: MatterId,
    /// Its case.
    pub case: MatterId,
    /// 归档号.
    pub archive_no: String,
    /// Volumes.
    pub volumes: u16,
    /// Pages.
    pub pages: u32,
    /// Retention in years; 0 permanent.
    pub retention_years: u16,
    /// Digest of its catalogue, hex.
    pub digest: String,
}

/// How a person signed the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "signed", rename_all = "snake_case")]
pub enum Signature {
    /// By certificate: over the digest of the list.
    Electronic {
        /// Serial number of the certificate.
        certificate: String,
        /// The signature, hex.
        value: String,
        /// Public key, hex: Ed25519 or an SM2 point; empty where none was given.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        key: String,
        /// The program checked it against key and digest of the list; whose key it is, the
        /// certificate says.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        verified: bool,
    },
    /// By hand on the printed list.
    ByHand {
        /// SHA-256 of the scan, hex.
        scan: String,
        /// Bytes of the scan that is kept with the batch and has this digest, computed anew; none
        /// where only the digest was typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
    },
}

/// What the program itself found of a signature, before it is decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Bytes of the kept scan whose digest was computed anew and is the one that is named.
    #[serde(default)]
    pub scan_bytes: Option<u64>,
    /// Whether key and value stand for the digest of the list; none where no key was given.
    #[serde(default)]
    pub stands: Option<bool>,
}

impl Signature {
    fn sound(&self) -> bool {
        let hex = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit());
        match self {
            Self::Electronic { certificate, value, .. } => !certificate.trim().is_empty() && hex(value),
            Self::ByHand { scan, .. } => is_digest(scan),
        }
    }

    /// Whether the program itself checked it: the scan is kept under its digest, or the value
    /// stands for the list under the key.
    pub const fn verified(&self) -> bool {
        match self {
            Self::Electronic { verified, .. } => *verified,
            Self::ByHand { bytes, .. } => bytes.is_some(),
        }
    }

    /// The signature with what the program found of it; what the command says of that does not
    /// count.
    fn attested(&self, proof: &Proof) -> Result<Self, Refusal> {
        match self {
            Self::ByHand { scan, .. } => Ok(Self::ByHand { scan: scan.clone(), bytes: proof.scan_bytes }),
            Self::Electronic { certificate, value, key, .. } => {
                if proof.stands == Some(false) {
                    let message = "签名值与清单摘要、公钥不符";
                    return Err(refuse(
                        "transfer.signature_wrong",
                        message,
                        "请对本清单的摘要重新签名，核对公钥",
                    )
                    .field("value", message));
                }
                let verified = proof.stands == Some(true) && !key.is_empty();
                let (certificate, value, key) = (certificate.clone(), value.clone(), key.clone());
                Ok(Self::Electronic { certificate, value, key, verified })
            }
        }
    }
}

/// A file that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBack {
    /// Which.
    pub file: MatterId,
    /// Why.
    pub reason: Text,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum TransferCommand {
    /// 拟定移交清单.
    Propose {
        /// The year in which the files were archived.
        year: i16,
        /// The unit that hands over.
        unit: String,
        /// The files.
        files: Vec<MatterId>,
    },
    /// 检查案卷.
    Check {
        /// What goes back.
        #[serde(default)]
        sent_back: Vec<SentBack>,
        /// In words.
        opinion: Text,
    },
    /// 移交.
    HandOver {
        /// Digest of the list, as the person saw it.
        list_digest: String,
        /// Signature of the person who hands over.
        signature: Signature,
    },
    /// 接收.
    Receive {
        /// Digest of the list, as the person saw it.
        list_digest: String,
        /// Signature of the person who receives.
        signature: Signature,
        /// Where the files are put.
        shelf: Text,
    },
}

impl TransferCommand {
    /// Its row.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Propose { .. } => Verb::Propose,
            Self::Check { .. } => Verb::Check,
            Self::HandOver { .. } => Verb::HandOver,
            Self::Receive { .. } => Verb::Receive,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TransferEvent {
    /// 已拟定移交清单.
    Proposed {
        /// The year in which the files were archived.
        year: i16,
        /// The unit that hands over.
        unit: String,
        /// The list.
        files: Vec<Listed>,
    },
    /// 已检查.
    Checked {
        /// What goes back.
        sent_back: Vec<SentBack>,
        /// Digest of the list that remains; of the empty list where all goes back.
        list_digest: String,
        /// In words.
        opinion: Text,
    },
    /// 已移交.
    HandedOver {
        /// Digest of the list.
        list_digest: String,
        /// Signature.
        signature: Signature,
    },
    /// 已接收.
    Received {
        /// Digest of the list.
        list_digest: String,
        /// Signature.
        signature: Signature,
        /// Where the files are put.
        shelf: Text,
    },
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Organ.
    pub organ: OrganId,
    /// The year in which the files were archived.
    pub year: i16,
    /// The unit that hands over.
    pub unit: String,
    /// The list, without what went back.
    pub files: Vec<Listed>,
    /// What went back.
    pub sent_back: Vec<SentBack>,
    /// Where it stands.
    pub stage: Stage,
    /// Who proposed it, and the civil day.
    pub proposed: (StaffId, Date),
    /// Who checked it, and the civil day.
    pub checked: Option<(StaffId, Date)>,
    /// Who handed over, and the civil day.
    pub handed: Option<(StaffId, Date)>,
    /// Who received, and the civil day.
    pub received: Option<(StaffId, Date)>,
    /// Signatures on the list: of who handed over, and of who received.
    pub signatures: (Option<Signature>, Option<Signature>),
}

/// A file as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFact {
    /// What the list says of it.
    pub listed: Listed,
    /// Its organ.
    pub organ: OrganId,
    /// The unit that handled the case.
    pub unit: String,
    /// Civil day on which the case was archived and its file accepted; none before.
    pub archived_on: Option<Date>,
    /// It stands in another batch that did not send it back.
    pub in_batch: Option<MatterId>,
    /// That batch was received.
    pub received: bool,
    /// Volumes of it are lent.
    pub lent: bool,
    /// Something came after its last list and is not filed.
    #[serde(default)]
    pub outgrown: bool,
}

/// What a decision looks at besides state and command.
#[derive(Clone, Copy, Debug)]
pub struct TransferFacts<'a> {
    /// Who acts, with the roles held now.
    pub actor: &'a Actor,
    /// The unit of that person; empty when in none.
    pub unit: &'a str,
    /// The files that the command or the batch names.
    pub files: &'a [FileFact],
    /// What was found of the signature that the command brings.
    pub proof: &'a Proof,
}

/// SHA-256 over a list, hex: what both signatures stand under.
pub fn list_digest(year: i16, unit: &str, files: &[Listed]) -> String {
    let mut text = format!("mingjing-file-transfer/1\n{year}\t{unit}\n");
    for (it, no) in files.iter().zip(1..) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{no}\t{}\t{}\t{}\t{}\t{}\t{}",
            it.file, it.archive_no, it.volumes, it.pages, it.retention_years, it.digest
        );
    }
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The files of past years that no received batch holds: the yearly transfer is due for
/// them (each year's files are handed over with that year's batch).
pub fn outstanding(files: &[FileFact], today: Date) -> Vec<&FileFact> {
    files
        .iter()
        .filter(|it| !it.received && it.archived_on.is_some_and(|day| day.year() < today.year()))
        .collect()
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, recording_rule("第十八条"), message, remedy)
}

/// Decides a command.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Transfer>,
    command: &TransferCommand,
    facts: &TransferFacts<'_>,
) -> Result<TransferEvent, Refusal> {
    open(command.verb(), state.map(|s| (s.stage, s.organ)), facts.actor)?;
    match (state, command) {
        (None, TransferCommand::Propose { year, unit, files }) => propose(*year, unit, files, facts),
        (Some(state), TransferCommand::Check { sent_back, opinion }) => {
            verify(state, sent_back, opinion, facts)
        }
        (Some(state), TransferCommand::HandOver { list_digest, signature }) => {
            signed(state, list_digest, signature)?;
            own_unit(&state.unit, facts)?;
            if state.files.iter().any(|it| fact(facts, it.file).is_none_or(|f| f.lent)) {
                return Err(refuse("transfer.lent", "清单中有借出未还的案卷", "请在归还后移交"));
            }
            unaltered(&state.files, facts)?;
            let signature = signature.attested(facts.proof)?;
            Ok(TransferEvent::HandedOver { list_digest: list_digest.clone(), signature })
        }
        (Some(state), TransferCommand::Receive { list_digest, signature, shelf }) => {
            signed(state, list_digest, signature)?;
            if state.handed.is_some_and(|(who, _)| who == facts.actor.id) {
                return Err(same("移交人不得接收自己移交的案卷"));
            }
            required(shelf, "transfer.shelf", &HAND_IN, "shelf", "存放位置")?;
            Ok(TransferEvent::Received {
                list_digest: list_digest.clone(),
                signature: signature.attested(facts.proof)?,
                shelf: shelf.clone(),
            })
        }
        (Some(_), TransferCommand::Propose { .. }) => {
            Err(refuse("transfer.exists", "该移交清单已经存在", "请另行拟定"))
        }
        (
            None,
            TransferCommand::Check { .. }
            | TransferCommand::HandOver { .. }
            | TransferCommand::Receive { .. },
        ) => Err(refuse("transfer.unknown", "没有该移交清单", "请先拟定移交清单")),
    }
}

fn same(message: &str) -> Refusal {
    Refusal::new("transfer.same_person", HAND_IN, message, "请由其他有权人员办理")
}

fn fact<'a>(facts: &TransferFacts<'a>, file: MatterId) -> Option<&'a FileFact> {
    facts.files.iter().find(|it| it.listed.file == file)
}

/// A unit hands over its own files.
fn own_unit(unit: &str, facts: &TransferFacts<'_>) -> Result<(), Refusal> {
    if facts.unit == unit {
        return Ok(());
    }
    Err(refuse("transfer.other_unit", "案卷由承办单位移交", "请由承办单位的人员办理"))
}

fn propose(
    year: i16,
    unit: &str,
    files: &[MatterId],
    facts: &TransferFacts<'_>,
) -> Result<TransferEvent, Refusal> {
    if unit.trim().is_empty() || unit.chars().any(char::is_control) {
        return Err(refuse("transfer.unit", "没有写明移交单位", "请填写移交单位").field("unit", "不能为空"));
    }
    own_unit(unit, facts)?;
    if files.is_empty() {
        return Err(refuse("transfer.empty", "清单没有案卷", "请列明案卷").field("files", "至少一卷"));
    }
    let mut list = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        let field = |refusal: Refusal| {
            let message = refusal.message.clone();
            refusal.field(format!("files/{at}"), message)
        };
        if files[..at].contains(file) {
            return Err(field(refuse("transfer.twice", "同一案卷列了两次", "请删去重复的案卷")));
        }
        let it = fact(facts, *file)
            .filter(|it| it.organ == facts.actor.organ)
            .ok_or_else(|| field(refuse("transfer.file", "没有该案卷", "请核对案卷")))?;
        movable(it, year, unit).map_err(field)?;
        list.push(it.listed.clone());
    }
    Ok(TransferEvent::Proposed { year, unit: unit.to_owned(), files: list })
}

fn movable(it: &FileFact, year: i16, unit: &str) -> Result<(), Refusal> {
    if it.unit != unit {
        return Err(refuse("transfer.other_unit", "该案卷不是本单位承办的", "请由承办单位移交"));
    }
    match it.archived_on {
        None => Err(refuse("transfer.not_archived", "该案卷没有归档", "请在归档后移交")),
        Some(day) if day.year() != year => {
            Err(refuse("transfer.year", &format!("该案卷{day}归档，不属于本年度"), "请列入相应年度的清单"))
        }
        Some(_) if it.in_batch.is_some() => {
            Err(refuse("transfer.listed", "该案卷已经列入其他移交清单", "请核对移交清单"))
        }
        Some(_) if it.outgrown => {
            Err(refuse("transfer.outgrown", "该案卷归档后新形成的材料尚未补充归档", "请先补充归档"))
        }
        Some(_) => Ok(()),
    }
}

fn verify(
    state: &Transfer,
    sent_back: &[SentBack],
    opinion: &Text,
    facts: &TransferFacts<'_>,
) -> Result<TransferEvent, Refusal> {
    if state.proposed.0 == facts.actor.id {
        return Err(same("拟定清单的人不得检查自己的清单"));
    }
    required(opinion, "transfer.opinion", &COLLECTED, "opinion", "检查意见")?;
    for (at, it) in sent_back.iter().enumerate() {
        if !state.files.iter().any(|l| l.file == it.file) || sent_back[..at].iter().any(|b| b.file == it.file)
        {
            return Err(refuse("transfer.file", "清单没有该案卷，或者重复退回", "请核对案卷")
                .field(format!("sent_back/{at}"), "不在清单内或者重复"));
        }
        required(&it.reason, "transfer.reason", &COLLECTED, &format!("sent_back/{at}/reason"), "退回的理由")?;
    }
    let stays = |it: &&Listed| !sent_back.iter().any(|b| b.file == it.file);
    let kept: Vec<Listed> = state.files.iter().filter(stays).cloned().collect();
    unaltered(&kept, facts)?;
    Ok(TransferEvent::Checked {
        sent_back: sent_back.to_vec(),
        list_digest: list_digest(state.year, &state.unit, &kept),
        opinion: opinion.clone(),
    })
}

/// What changed since it was listed cannot be handed over under the old digest; what grew is
/// filed first.
fn unaltered(files: &[Listed], facts: &TransferFacts<'_>) -> Result<(), Refusal> {
    for it in files {
        let now = fact(facts, it.file);
        if now.is_some_and(|f| f.outgrown) {
            let message = format!("案卷{}归档后新形成的材料尚未补充归档", it.archive_no);
            return Err(refuse("transfer.outgrown", &message, "请先补充归档；或者退回该案卷，重新列入清单"));
        }
        if now.is_none_or(|f| f.listed != *it) {
            return Err(refuse(
                "transfer.changed",
                &format!("案卷{}在列入清单后有变化", it.archive_no),
                "请退回该案卷，重新列入清单",
            ));
        }
    }
    Ok(())
}

fn signed(state: &Transfer, digest: &str, signature: &Signature) -> Result<(), Refusal> {
    if digest != list_digest(state.year, &state.unit, &state.files) {
        return Err(refuse("transfer.digest", "签署的清单与检查后的清单不一致", "请打开最新的清单再签署"));
    }
    if !signature.sound() {
        return Err(refuse("transfer.signature", "没有签名", "请用证书签名，或者上传手签清单的扫描件")
            .field("signature", "须有签名"));
    }
    Ok(())
}

impl Matter for Transfer {
    const KIND: MatterKind = MatterKind::ArchiveTransfer;
    type Event = TransferEvent;

    fn type_of(event: &TransferEvent) -> (&'static str, u16) {
        let name = match event {
            TransferEvent::Proposed { .. } => "archive_transfer.proposed",
            TransferEvent::Checked { .. } => "archive_transfer.checked",
            TransferEvent::HandedOver { .. } => "archive_transfer.handed_over",
            TransferEvent::Received { .. } => "archive_transfer.received",
        };
        (name, 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<TransferEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &TransferEvent) -> Self {
        let here = (meta.actor, meta.moment.recorded_day());
        // A stream that begins otherwise is corrupt; the audit says so. The fold stays total.
        let mut state = state.unwrap_or_else(|| Self {
            organ: meta.organ,
            year: here.1.year(),
            unit: String::new(),
            files: Vec::new(),
            sent_back: Vec::new(),
            stage: Stage::Proposed,
            proposed: here,
            checked: None,
            handed: None,
            received: None,
            signatures: (None, None),
        });
        match event {
            TransferEvent::Proposed { year, unit, files } => {
                state.year = *year;
                state.unit.clone_from(unit);
                state.files.clone_from(files);
            }
            TransferEvent::Checked { sent_back, .. } => {
                state.files.retain(|it| !sent_back.iter().any(|b| b.file == it.file));
                state.sent_back.extend(sent_back.iter().cloned());
                state.checked = Some(here);
                state.stage = if state.files.is_empty() { Stage::Returned } else { Stage::Checked };
            }
            TransferEvent::HandedOver { signature, .. } => {
                state.signatures.0 = Some(signature.clone());
                state.handed = Some(here);
                state.stage = Stage::HandedOver;
            }
            TransferEvent::Received { signature, .. } => {
                state.signatures.1 = Some(signature.clone());
                state.received = Some(here);
                state.stage = Stage::Received;
            }
        }
        state
    }
}
