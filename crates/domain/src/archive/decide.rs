//! The decision: a command on a file becomes an event or a refusal.

use super::catalogue::{self, Item, Recorded};
use super::check::{Lack, check};
use super::file::{CaseFile, Explained, FileCommand, FileEvent, Late, Package, Paper};
use super::supplement::{self, Counted, outgrown};
use super::words::{COLLECTED, HAND_IN};
use crate::act_table::{is_digest, open, required};
use crate::case::Case;
use crate::case::law::construction_rules;
use crate::case::types::Stage as CaseStage;
use crate::matter::{Actor, MatterId};
use crate::policy::FileOrder;
use crate::refusal::Refusal;
use crate::secrecy::{MARKED, Secrecy};
use crate::staff::Role;
use crate::text::Text;
use crate::viewing::handlers;

/// What a decision looks at besides state and command.
#[derive(Clone, Copy, Debug)]
pub struct FileFacts<'a> {
    /// The case's matter.
    pub case_id: MatterId,
    /// The case as it stands.
    pub case: &'a Case,
    /// Its recordings.
    pub recordings: &'a [Recorded],
    /// The order of the papers by policy.
    pub order: FileOrder,
    /// Who acts, with the roles held now.
    pub actor: &'a Actor,
    /// The number of the archives is taken in the organ.
    pub archive_no_used: bool,
}

/// Decides a command.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&CaseFile>,
    command: &FileCommand,
    facts: &FileFacts<'_>,
) -> Result<FileEvent, Refusal> {
    open(command.verb(), state.map(|s| (s.stage, s.organ)), facts.actor)?;
    let own = facts.case.organ == facts.actor.organ && state.is_none_or(|s| s.case == facts.case_id);
    if !own {
        return Err(refuse("file.organ", "案卷由办理该案的机关管理", "请由所属机关的人员办理"));
    }
    match (state, command) {
        (None, FileCommand::Open { case }) if *case == facts.case_id => Ok(FileEvent::Opened { case: *case }),
        (None | Some(_), FileCommand::Open { .. }) => {
            Err(refuse("file.case", "案卷与案件不一致", "一案一卷，请核对案件"))
        }
        (Some(state), FileCommand::AddPaper { paper }) => {
            sound(state, paper)?;
            Ok(FileEvent::PaperAdded { paper: paper.clone() })
        }
        (Some(state), FileCommand::CountPages { item, pages }) => {
            known(state, *item, facts)?;
            countable(*item, *pages)?;
            Ok(FileEvent::PagesCounted { item: *item, pages: *pages })
        }
        (Some(state), FileCommand::Mark { item, secrecy, basis }) => {
            known(state, *item, facts)?;
            mark(state, *item, *secrecy, basis, facts)
        }
        (Some(_), FileCommand::Note { note }) => {
            required(note, "file.note", &construction_rules("第四十条"), "note", "需要说明的情况")?;
            Ok(FileEvent::Noted { note: note.clone() })
        }
        (Some(state), FileCommand::Assemble { starts, explained }) => {
            assemble(state, starts, explained, facts)
        }
        (Some(state), FileCommand::Accept { archive_no }) => accept(state, archive_no, facts),
        (Some(_), FileCommand::Return { reason }) => {
            required(reason, "file.reason", &COLLECTED, "reason", "退回的理由")?;
            Ok(FileEvent::Returned { reason: reason.clone() })
        }
        (Some(state), FileCommand::Supplement { late, reason }) => {
            required(reason, "file.reason", &construction_rules("第四十条"), "reason", "补入的理由")?;
            supplement(state, late, facts)?;
            Ok(FileEvent::Supplemented { late: late.clone(), reason: reason.clone() })
        }
        (Some(state), FileCommand::Pack { package }) => pack(state, package, facts),
        (Some(state), FileCommand::HandIn { counted, papers, explained, reason }) => {
            hand_in(state, (counted, papers, explained), reason, facts)
        }
        (Some(state), FileCommand::TakeIn { digest }) => take_in(state, digest, facts),
        (Some(state), FileCommand::SendBack { reason }) => send_back(state, reason),
        (
            None,
            FileCommand::AddPaper { .. }
            | FileCommand::CountPages { .. }
            | FileCommand::Mark { .. }
            | FileCommand::Note { .. }
            | FileCommand::Assemble { .. }
            | FileCommand::Accept { .. }
            | FileCommand::Return { .. }
            | FileCommand::Supplement { .. }
            | FileCommand::Pack { .. }
            | FileCommand::HandIn { .. }
            | FileCommand::TakeIn { .. }
            | FileCommand::SendBack { .. },
        ) => Err(refuse("file.unknown", "该案尚未立卷", "请先立卷")),
    }
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, construction_rules("第四十条"), message, remedy)
}

fn sound(state: &CaseFile, paper: &Paper) -> Result<(), Refusal> {
    let rule = construction_rules("第四十条");
    required(&paper.title, "file.title", &rule, "title", "题名")?;
    required(&paper.responsible, "file.responsible", &rule, "responsible", "责任者")?;
    if !paper.digest.is_empty() && !is_digest(&paper.digest) {
        return Err(
            refuse("file.digest", "扫描件的摘要不成立", "请重新登记扫描件").field("digest", "64位十六进制")
        );
    }
    if state.papers.len() >= usize::from(u16::MAX) {
        return Err(refuse("file.papers", "补入的材料过多", "请合并登记"));
    }
    Ok(())
}

/// The item is there.
fn known(state: &CaseFile, item: Item, facts: &FileFacts<'_>) -> Result<(), Refusal> {
    let within = |no: u16, len: usize| no > 0 && usize::from(no) <= len;
    let found = match item {
        Item::Document { no } => facts.case.document(no).is_some(),
        Item::Evidence { no } => within(no, facts.case.evidence.len()),
        Item::Recording { recording } => facts.recordings.iter().any(|r| r.recording == recording),
        Item::Paper { no } => within(no, state.papers.len()),
    };
    if found { Ok(()) } else { Err(refuse("file.item", "卷内没有该材料", "请核对材料")) }
}

fn countable(item: Item, pages: u32) -> Result<(), Refusal> {
    match item {
        Item::Document { .. } | Item::Paper { .. } if pages == 0 => {
            Err(refuse("file.pages", "文书、材料至少一页", "请登记实际页数").field("pages", "应大于零"))
        }
        Item::Recording { .. } if pages > 0 => {
            Err(refuse("file.pages", "音像记录不编页号", "请在备考表说明存放处").field("pages", "应为零"))
        }
        Item::Document { .. } | Item::Paper { .. } | Item::Evidence { .. } | Item::Recording { .. } => Ok(()),
    }
}

fn mark(
    state: &CaseFile,
    item: Item,
    secrecy: Option<Secrecy>,
    basis: &Text,
    facts: &FileFacts<'_>,
) -> Result<FileEvent, Refusal> {
    required(basis, "file.basis", &MARKED, "basis", "标注的依据")?;
    if state.marks.get(&item).copied() == secrecy {
        return Err(Refusal::new("file.marked", MARKED, "该材料的标注没有变化", "无须重复标注"));
    }
    let held = state.marks.get(&item).copied();
    if held > secrecy && !facts.actor.has(Role::UnitHead) && !facts.actor.has(Role::Archivist) {
        return Err(Refusal::new(
            "file.lift",
            MARKED,
            "降低、解除标注由承办机构负责人或者档案管理员办理",
            "请交承办机构负责人办理",
        ));
    }
    Ok(FileEvent::Marked { item, secrecy, basis: basis.clone() })
}

fn assemble(
    state: &CaseFile,
    starts: &[u32],
    explained: &[Explained],
    facts: &FileFacts<'_>,
) -> Result<FileEvent, Refusal> {
    let case = facts.case;
    match case.stage {
        CaseStage::Closed
        | CaseStage::Archived
        | CaseStage::NotFiled
        | CaseStage::Withdrawn
        | CaseStage::Transferred => {}
        CaseStage::Clue
        | CaseStage::Checking
        | CaseStage::Investigating
        | CaseStage::Concluded
        | CaseStage::Decided => {
            return Err(refuse("file.open_case", "案件尚未办结", "请在结案后装订成卷"));
        }
    }
    handler(facts)?;
    complete(check(case, state, facts.recordings), explained)?;
    let rows = catalogue::rows(case, state, facts.recordings, facts.order, starts);
    let rising = starts.windows(2).all(|pair| pair[0] < pair[1]);
    let inside = starts.iter().all(|no| *no > 1 && *no <= u32::try_from(rows.len()).unwrap_or(u32::MAX));
    if !rising || !inside {
        return Err(refuse("file.starts", "分卷的起始序号不成立", "请填写从小到大的卷内序号")
            .field("starts", "大于1，不大于末件序号"));
    }
    let (volumes, pages) = catalogue::extent(&rows);
    if pages == 0 {
        return Err(refuse("file.empty", "卷内没有编页的材料", "请登记材料和页数"));
    }
    Ok(FileEvent::Assembled {
        items: rows.iter().map(|r| r.item).collect(),
        starts: starts.to_vec(),
        volumes,
        pages,
        digest: catalogue::digest(&rows),
        explained: explained.to_vec(),
    })
}

fn accept(state: &CaseFile, archive_no: &str, facts: &FileFacts<'_>) -> Result<FileEvent, Refusal> {
    let Some(sealed) = &state.sealed else {
        return Err(refuse("file.stage", "该案卷尚未装订", "请先装订成卷"));
    };
    other_person(sealed.by.0, "立卷人不得检查接收自己装订的案卷", facts)?;
    let no = archive_no.trim();
    if no.is_empty() || no != archive_no || no.chars().any(char::is_control) {
        return Err(refuse("file.archive_no", "归档号不成立", "请填写归档号").field("archive_no", "不能为空"));
    }
    if facts.archive_no_used {
        return Err(
            refuse("file.archive_no", "归档号已经使用", "请另编归档号").field("archive_no", "已经使用")
        );
    }
    let rows = catalogue::rows(facts.case, state, facts.recordings, facts.order, &[]);
    let late = catalogue::unfiled(facts.case, state, facts.recordings);
    let digest = catalogue::digest(&rows);
    if !late.is_empty() || digest != sealed.digest {
        return Err(refuse("file.changed", "装订之后卷内材料有变化", "请退回承办人重新整理装订"));
    }
    Ok(FileEvent::Accepted { archive_no: archive_no.to_owned(), digest })
}

/// A package is of the file as it stands: everything filed, nothing outstanding.
fn pack(state: &CaseFile, package: &Package, facts: &FileFacts<'_>) -> Result<FileEvent, Refusal> {
    if outgrown(facts.case, Some(state), facts.recordings) {
        return Err(refuse("file.unfiled", "归档后形成的材料尚未补充归档", "请先补充归档再封装"));
    }
    if let Some(list) = supplement::lists(facts.case, state, facts.recordings, facts.order)
        .into_iter()
        .find(|list| !list.holds)
    {
        let which = if list.no == 0 { "首次归档".to_owned() } else { format!("补充归档{}", list.no) };
        return Err(refuse(
            "file.altered",
            &format!("{which}的清单所列材料在归档后有变化"),
            "请核对归档后内容有变化的材料",
        ));
    }
    let rows = catalogue::rows(facts.case, state, facts.recordings, facts.order, &[]);
    let sound = is_digest(&package.sha256) && is_digest(&package.stored) && package.files > 0;
    if !sound || package.catalogue != catalogue::digest(&rows) {
        return Err(refuse("file.package", "封装的内容与案卷不一致", "请重新封装"));
    }
    Ok(FileEvent::Packaged { package: package.clone() })
}

fn supplement(state: &CaseFile, late: &Late, facts: &FileFacts<'_>) -> Result<(), Refusal> {
    match late {
        Late::Brought { paper } => sound(state, paper),
        Late::Of { item, pages } => {
            countable(*item, *pages)?;
            if catalogue::unfiled(facts.case, state, facts.recordings).contains(item) {
                Ok(())
            } else {
                Err(refuse("file.filed", "该材料已经在卷内，或者不属于本案", "请核对材料"))
            }
        }
    }
}

fn handler(facts: &FileFacts<'_>) -> Result<(), Refusal> {
    if handlers(facts.case).contains(&facts.actor.id) {
        return Ok(());
    }
    Err(refuse("file.handler", "案卷由本案承办人立卷", "请交承办人办理"))
}

/// Nothing is lacking but what is explained.
fn complete(lacks: Vec<Lack>, explained: &[Explained]) -> Result<(), Refusal> {
    let told = |l: &Lack| explained.iter().any(|e| e.code == l.code && e.at == l.at && !e.reason.is_blank());
    let lacks: Vec<Lack> = lacks.into_iter().filter(|l| !told(l)).collect();
    let Some(first) = lacks.first() else { return Ok(()) };
    let message = format!("案卷不完整，共{}处，第一处：{}", lacks.len(), first.message);
    let mut refusal = Refusal::new(
        "file.incomplete",
        first.article.clone(),
        message,
        "请补齐；确实不能补齐的，逐项写明原因，记入备考表",
    );
    for lack in &lacks {
        refusal = refusal.field(lack.code, lack.message.clone());
    }
    Err(refusal)
}

fn other_person(first: crate::matter::StaffId, message: &str, facts: &FileFacts<'_>) -> Result<(), Refusal> {
    if first != facts.actor.id {
        return Ok(());
    }
    Err(Refusal::new("file.same_person", HAND_IN, message, "请由其他档案管理员检查接收"))
}

/// Everything that came since the last list, and nothing else.
fn hand_in(
    state: &CaseFile,
    (counted, papers, explained): (&[Counted], &[Paper], &[Explained]),
    reason: &Text,
    facts: &FileFacts<'_>,
) -> Result<FileEvent, Refusal> {
    handler(facts)?;
    required(reason, "file.reason", &construction_rules("第四十条"), "reason", "归档后办理的事项")?;
    supplement::ready(facts.case)?;
    for (at, paper) in papers.iter().enumerate() {
        sound(state, paper)?;
        countable(Item::Paper { no: 1 }, paper.pages)
            .map_err(|it| it.field(format!("papers/{at}/pages"), "应大于零"))?;
    }
    if state.papers.len() + papers.len() > usize::from(u16::MAX) {
        return Err(refuse("file.papers", "补入的材料过多", "请合并登记"));
    }
    let unfiled = catalogue::unfiled(facts.case, state, facts.recordings);
    for (at, it) in counted.iter().enumerate() {
        let twice = counted[..at].iter().any(|other| other.item == it.item);
        if twice || !unfiled.contains(&it.item) {
            let message = "该材料已经在卷内、不属于本案，或者登记了两次";
            return Err(refuse("file.filed", message, "请核对材料").field(format!("counted/{at}"), message));
        }
        countable(it.item, it.pages)?;
    }
    let given = (counted, papers);
    let (mut handed, lacks) =
        supplement::gather(facts.case, state, facts.recordings, facts.order, given, reason);
    if handed.items.is_empty() && handed.events.is_none() {
        return Err(refuse("file.nothing", "归档之后没有新形成的材料和办理经过", "无须补充归档"));
    }
    let mut told: Vec<Explained> = state.told().cloned().collect();
    told.extend_from_slice(explained);
    complete(lacks, &told)?;
    handed.explained = explained.to_vec();
    Ok(FileEvent::HandedIn(handed))
}

fn pending(state: &CaseFile) -> Result<&supplement::Part, Refusal> {
    state.pending.as_ref().ok_or_else(|| refuse("file.stage", "没有待接收的补充材料", "请先移交补充材料"))
}

/// What was handed in is taken as it was handed in; what came since goes into the next one.
fn take_in(state: &CaseFile, digest: &str, facts: &FileFacts<'_>) -> Result<FileEvent, Refusal> {
    let part = pending(state)?;
    other_person(part.by.0, "移交人不得接收自己移交的补充材料", facts)?;
    let handed = &part.handed;
    let now = supplement::digest(facts.case, state, facts.recordings, facts.order, handed);
    if digest != handed.digest || now != handed.digest {
        return Err(refuse(
            "file.changed",
            "接收的清单与移交的清单不一致，或者移交之后材料有变化",
            "请打开最新的清单核对；材料有变化的，退回承办人重新移交",
        ));
    }
    Ok(FileEvent::TakenIn { no: handed.no, digest: handed.digest.clone() })
}

fn send_back(state: &CaseFile, reason: &Text) -> Result<FileEvent, Refusal> {
    required(reason, "file.reason", &COLLECTED, "reason", "退回的理由")?;
    Ok(FileEvent::SentBack { no: pending(state)?.handed.no, reason: reason.clone() })
}
