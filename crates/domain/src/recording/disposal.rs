//! 销毁清册: the only way the content of recordings goes.
//!
//! A list is proposed by the archives, reviewed by a second person, approved by the
//! principal head; after a waiting period it is carried out before a witness, with a
//! certificate. At each step what is held, or whose term runs, is refused again. The
//! bytes and their keys go; the events, identities and proofs of the recordings stay.
//! Texts go by [`crate::erasure`].

use super::retention::{Keeping, Kept};
use crate::cite::Citation;
use crate::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::period::{Derivation, Rule, Start, limit};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// 档案法第二十一条: nobody destroys archives at will.
pub const NOT_AT_WILL: Citation = Citation::of("档案法", "第二十一条");

/// Recordings that one list may name.
pub const MAX_RECORDINGS: usize = 1_000;

/// One recording of the list, as it stood when the list was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Which.
    pub recording: MatterId,
    /// Its number.
    pub number: String,
    /// How long it was kept.
    pub kept: Kept,
    /// Roots of all that was stored of it, what came altered too, SHA-256, hexadecimal:
    /// what the certificate names.
    pub roots: Vec<String>,
    /// Pieces that were not in the store: those who review and approve it know of them.
    #[serde(default, skip_serializing_if = "nothing")]
    pub awaited: u16,
}

/// For what is not written where it is nought.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn nothing(n: &u16) -> bool {
    *n == 0
}

/// The certificate of a destruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Number of the certificate, unique in the organ.
    pub number: String,
    /// How it was destroyed: keys erased, bytes overwritten, discs shredded.
    pub manner: Text,
    /// Who watched, another person than the one who carried it out.
    pub witness: StaffId,
}

/// What happened to a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DisposalEvent {
    /// 已提出销毁清册.
    Proposed {
        /// The list.
        list: Vec<Listed>,
        /// Appraisal: why nothing of it need be kept.
        grounds: Text,
    },
    /// 已审核.
    Reviewed {
        /// Agreed; otherwise the list ends here.
        agree: bool,
        /// In words.
        opinion: Text,
    },
    /// 已批准: the waiting period runs.
    Approved {
        /// In words.
        opinion: Text,
        /// Last day of the waiting period.
        wait_until: Date,
    },
    /// 不予批准.
    Rejected {
        /// In words.
        opinion: Text,
    },
    /// 已撤回, before anything was destroyed.
    Withdrawn {
        /// Why.
        reason: Text,
    },
    /// 已销毁.
    CarriedOut {
        /// The recordings whose content went.
        recordings: Vec<MatterId>,
        /// Certificate.
        certificate: Certificate,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum DisposalCommand {
    /// 提出销毁清册.
    Propose {
        /// Recordings.
        recordings: Vec<MatterId>,
        /// Appraisal.
        grounds: Text,
    },
    /// 审核.
    Review {
        /// Agreed.
        agree: bool,
        /// In words.
        opinion: Text,
    },
    /// 审批.
    Decide {
        /// Approved.
        approve: bool,
        /// In words.
        opinion: Text,
    },
    /// 撤回.
    Withdraw {
        /// Why.
        reason: Text,
    },
    /// 执行销毁.
    CarryOut {
        /// Certificate.
        #[serde(flatten)]
        certificate: Certificate,
    },
}

/// How far a list has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 待审核.
    Proposed,
    /// 待批准.
    Reviewed,
    /// 已批准，等待期内或者待销毁.
    Approved,
    /// 不予销毁.
    Rejected,
    /// 已撤回.
    Withdrawn,
    /// 已销毁.
    CarriedOut,
}

impl Progress {
    /// Every progress.
    pub const ALL: [Self; 6] =
        [Self::Proposed, Self::Reviewed, Self::Approved, Self::Rejected, Self::Withdrawn, Self::CarriedOut];

    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proposed => "待审核",
            Self::Reviewed => "待批准",
            Self::Approved => "已批准，待销毁",
            Self::Rejected => "不予销毁",
            Self::Withdrawn => "已撤回",
            Self::CarriedOut => "已销毁",
        }
    }
}

/// A list for destruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposal {
    /// Organ.
    pub organ: OrganId,
    /// Who proposed, and the civil day.
    pub proposed: (StaffId, Date),
    /// The list.
    pub list: Vec<Listed>,
    /// Appraisal.
    pub grounds: Text,
    /// Where it stands.
    pub progress: Progress,
    /// Who reviewed, the civil day, in words.
    pub reviewed: Option<(StaffId, Date, Text)>,
    /// Who decided, the civil day, in words.
    pub decided: Option<(StaffId, Date, Text)>,
    /// Last day of the waiting period.
    pub wait_until: Option<Date>,
    /// Who carried it out, the civil day, the certificate.
    pub carried_out: Option<(StaffId, Date, Certificate)>,
}

/// A recording as it stands when a list is made or carried out; noted with the command,
/// so that the audit decides on the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisposalSubject {
    /// Which.
    pub recording: MatterId,
    /// Whose.
    pub organ: OrganId,
    /// Its number.
    pub number: String,
    /// How long it is kept, with the holds that stand.
    pub keeping: Keeping,
    /// Roots of all that is stored of it.
    pub roots: Vec<String>,
    /// Pieces that are not in the store.
    #[serde(default)]
    pub awaited: u16,
    /// Its content is gone already.
    pub destroyed: bool,
}

/// Facts of the moment.
pub struct DisposalFacts<'a> {
    /// Civil day.
    pub today: Date,
    /// Recordings that the command or the list names, as they stand now.
    pub subjects: &'a [DisposalSubject],
    /// The waiting period.
    pub wait: &'a Rule,
    /// Calendar.
    pub calendar: &'a crate::calendar::Calendar,
    /// The witness is an enabled person of the organ.
    pub witness_known: bool,
}

fn refuse(code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(code, NOT_AT_WILL, message, remedy)
}

/// Decides a command.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Disposal>,
    command: &DisposalCommand,
    actor: &Actor,
    facts: &DisposalFacts<'_>,
) -> Result<DisposalEvent, Refusal> {
    use DisposalCommand as C;
    let Some(state) = state else {
        let C::Propose { recordings, grounds } = command else {
            return Err(refuse("disposal.unknown", "没有该销毁清册", "请先提出"));
        };
        return propose(recordings, grounds, actor, facts);
    };
    if state.organ != actor.organ {
        return Err(refuse("organ.other", "不是本机关的销毁清册", "请由该机关办理"));
    }
    match command {
        C::Propose { .. } => Err(refuse("disposal.exists", "该销毁清册已经提出", "请另行提出")),
        C::Review { agree, opinion } => {
            step(state, Progress::Proposed)?;
            role(actor, &[Role::UnitHead, Role::ReviewHead, Role::Deputy], "审核")?;
            apart(state, actor)?;
            text(opinion, "opinion", "审核意见")?;
            Ok(DisposalEvent::Reviewed { agree: *agree, opinion: opinion.clone() })
        }
        C::Decide { approve, opinion } => {
            step(state, Progress::Reviewed)?;
            role(actor, &[Role::Head], "批准")?;
            apart(state, actor)?;
            text(opinion, "opinion", "审批意见")?;
            if !approve {
                return Ok(DisposalEvent::Rejected { opinion: opinion.clone() });
            }
            unchanged(state, actor, facts)?;
            let (wait_until, _) = waiting(facts)?;
            Ok(DisposalEvent::Approved { opinion: opinion.clone(), wait_until })
        }
        C::Withdraw { reason } => {
            match state.progress {
                Progress::Proposed | Progress::Reviewed | Progress::Approved => {}
                Progress::Rejected | Progress::Withdrawn | Progress::CarriedOut => {
                    return Err(refuse("disposal.over", "该销毁清册已经办结", "无须撤回"));
                }
            }
            role(actor, &[Role::Archivist, Role::Head], "撤回")?;
            text(reason, "reason", "撤回理由")?;
            Ok(DisposalEvent::Withdrawn { reason: reason.clone() })
        }
        C::CarryOut { certificate } => carry_out(state, certificate, actor, facts),
    }
}

/// The last day of the waiting period that begins today, with its derivation.
///
/// # Errors
/// When the calendar does not reach it.
pub fn waiting(facts: &DisposalFacts<'_>) -> Result<(Date, Derivation), Refusal> {
    let start = Start::new(facts.today, "批准销毁");
    let term = limit(facts.calendar, facts.wait, &start, &[]).map_err(|e| {
        Refusal::new(
            "calendar.out_of_range",
            facts.wait.citation.clone(),
            format!("等待期不能计算：{e}"),
            "请系统管理员导入相应年份的工作日历",
        )
    })?;
    Ok((term.due.latest(), term.derivation))
}

fn step(state: &Disposal, expected: Progress) -> Result<(), Refusal> {
    if state.progress == expected {
        return Ok(());
    }
    let message = format!("该销毁清册“{}”，不能办理", state.progress.label());
    Err(refuse("disposal.step", message, "请按提出、审核、批准、销毁的次序办理"))
}

fn role(actor: &Actor, who: &[Role], act: &str) -> Result<(), Refusal> {
    if who.iter().any(|it| actor.has(*it)) {
        return Ok(());
    }
    let labels: Vec<_> = who.iter().map(|it| it.label()).collect();
    Err(refuse("role.missing", format!("销毁清册由{}{act}", labels.join("、")), "请交由相应岗位的人员办理"))
}

/// Three different persons.
fn apart(state: &Disposal, actor: &Actor) -> Result<(), Refusal> {
    let reviewer = state.reviewed.as_ref().map(|it| it.0);
    if actor.id == state.proposed.0 || reviewer == Some(actor.id) {
        return Err(refuse(
            "disposal.same_person",
            "提出、审核、批准应由三名不同的人员办理",
            "请由其他有权人员办理",
        ));
    }
    Ok(())
}

fn text(it: &Text, field: &'static str, label: &str) -> Result<(), Refusal> {
    if it.is_blank() {
        return Err(refuse("input.required", format!("请填写{label}"), "补充后重新提交")
            .field(field, format!("{label}不能为空")));
    }
    Ok(())
}

fn propose(
    recordings: &[MatterId],
    grounds: &Text,
    actor: &Actor,
    facts: &DisposalFacts<'_>,
) -> Result<DisposalEvent, Refusal> {
    role(actor, &[Role::Archivist], "提出")?;
    text(grounds, "grounds", "鉴定意见")?;
    let mut named = recordings.to_vec();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() || named.len() > MAX_RECORDINGS {
        return Err(refuse("disposal.list", "没有列明音像记录，或者过多", "请分批提出")
            .field("recordings", format!("一至{MAX_RECORDINGS}项")));
    }
    let found = free(named.into_iter(), actor, facts)?;
    let list = found
        .into_iter()
        .map(|it| Listed {
            recording: it.recording,
            number: it.number.clone(),
            kept: it.keeping.kept,
            roots: it.roots.clone(),
            awaited: it.awaited,
        })
        .collect();
    Ok(DisposalEvent::Proposed { list, grounds: grounds.clone() })
}

/// Each of them may go now: its longest term is over and nothing holds it.
fn free<'f>(
    named: impl Iterator<Item = MatterId>,
    actor: &Actor,
    facts: &'f DisposalFacts<'_>,
) -> Result<Vec<&'f DisposalSubject>, Refusal> {
    let mut out = Vec::new();
    for (at, id) in named.enumerate() {
        let field = |refusal: Refusal| {
            let message = refusal.message.clone();
            refusal.field(format!("recordings/{at}"), message)
        };
        let subject = facts.subjects.iter().find(|it| it.recording == id && it.organ == actor.organ);
        let subject =
            subject.ok_or_else(|| field(refuse("disposal.no_such", "所列不是本机关的音像记录", "请核对")))?;
        freed(subject, facts.today).map_err(field)?;
        out.push(subject);
    }
    Ok(out)
}

/// Each of the list may go now, and is what those who reviewed it had before them.
fn unchanged(state: &Disposal, actor: &Actor, facts: &DisposalFacts<'_>) -> Result<(), Refusal> {
    let now = free(state.list.iter().map(|it| it.recording), actor, facts)?;
    for (at, (listed, it)) in state.list.iter().zip(now).enumerate() {
        if (&listed.roots, listed.awaited) != (&it.roots, it.awaited) {
            let message = format!("{}在提出清册以后又有内容入库", it.number);
            return Err(refuse("disposal.changed", &message, "请撤回清册，鉴定新的内容后另行提出")
                .field(format!("recordings/{at}"), message));
        }
    }
    Ok(())
}

fn freed(it: &DisposalSubject, today: Date) -> Result<(), Refusal> {
    let number = &it.number;
    if it.destroyed {
        return Err(refuse("disposal.destroyed", format!("{number}的内容已经销毁"), "请移出清册"));
    }
    if let Some((_, trigger)) = it.keeping.holds.first() {
        return Err(Refusal::new(
            "disposal.held",
            super::procedure::custody_rules("第十四条"),
            format!("{number}须长期留存：{}", trigger.label()),
            "请移出清册；留存解除后再提出",
        ));
    }
    if it.keeping.over(today) {
        return Ok(());
    }
    match it.keeping.kept {
        Kept::Until { day } => {
            let refusal =
                refuse("disposal.retained", format!("{number}保存到{day}，期限未满"), "请在期满后提出");
            Err(match day.tomorrow() {
                Ok(after) => refusal.after(after),
                Err(_) => refusal,
            })
        }
        Kept::WithFile => Err(refuse(
            "disposal.with_file",
            format!("{number}与案卷一同保存，案卷尚未归档"),
            "请在案卷保管期满后提出",
        )),
        Kept::Permanent => Err(refuse("disposal.permanent", format!("{number}永久保存"), "不得销毁")),
    }
}

fn carry_out(
    state: &Disposal,
    certificate: &Certificate,
    actor: &Actor,
    facts: &DisposalFacts<'_>,
) -> Result<DisposalEvent, Refusal> {
    step(state, Progress::Approved)?;
    role(actor, &[Role::Archivist], "执行")?;
    if let Some(until) = state.wait_until.filter(|until| facts.today <= *until) {
        let refusal = Refusal::new(
            "disposal.waiting",
            facts.wait.citation.clone(),
            format!("等待期到{until}"),
            "请在等待期满后销毁",
        );
        return Err(match until.tomorrow() {
            Ok(after) => refusal.after(after),
            Err(_) => refusal,
        });
    }
    text(&certificate.manner, "manner", "销毁方式")?;
    if certificate.number.trim().is_empty() || certificate.number.chars().count() > 60 {
        return Err(
            refuse("disposal.certificate", "没有销毁证明编号", "请填写编号").field("number", "1至60字")
        );
    }
    if certificate.witness == actor.id || !facts.witness_known {
        return Err(refuse("disposal.witness", "销毁应有另一名本机关人员监销", "请选择监销人")
            .field("witness", "应为另一名本机关人员"));
    }
    // What came to be held, or longer kept, since the approval stops it.
    unchanged(state, actor, facts)?;
    let recordings = state.list.iter().map(|it| it.recording).collect();
    Ok(DisposalEvent::CarriedOut { recordings, certificate: certificate.clone() })
}

impl Matter for Disposal {
    const KIND: MatterKind = MatterKind::Disposal;
    type Event = DisposalEvent;

    fn type_of(event: &DisposalEvent) -> (&'static str, u16) {
        let name = match event {
            DisposalEvent::Proposed { .. } => "disposal.proposed",
            DisposalEvent::Reviewed { .. } => "disposal.reviewed",
            DisposalEvent::Approved { .. } => "disposal.approved",
            DisposalEvent::Rejected { .. } => "disposal.rejected",
            DisposalEvent::Withdrawn { .. } => "disposal.withdrawn",
            DisposalEvent::CarriedOut { .. } => "disposal.carried_out",
        };
        (name, 1)
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<DisposalEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &DisposalEvent) -> Self {
        let day = meta.moment.recorded_day();
        let mut it = state.unwrap_or(Self {
            organ: meta.organ,
            proposed: (meta.actor, day),
            list: Vec::new(),
            grounds: Text::closed(""),
            progress: Progress::Proposed,
            reviewed: None,
            decided: None,
            wait_until: None,
            carried_out: None,
        });
        match event {
            DisposalEvent::Proposed { list, grounds } => {
                it.list.clone_from(list);
                it.grounds = grounds.clone();
            }
            DisposalEvent::Reviewed { agree, opinion } => {
                it.progress = if *agree { Progress::Reviewed } else { Progress::Rejected };
                it.reviewed = Some((meta.actor, day, opinion.clone()));
            }
            DisposalEvent::Approved { opinion, wait_until } => {
                it.progress = Progress::Approved;
                it.wait_until = Some(*wait_until);
                it.decided = Some((meta.actor, day, opinion.clone()));
            }
            DisposalEvent::Rejected { opinion } => {
                it.progress = Progress::Rejected;
                it.decided = Some((meta.actor, day, opinion.clone()));
            }
            DisposalEvent::Withdrawn { .. } => it.progress = Progress::Withdrawn,
            DisposalEvent::CarriedOut { certificate, .. } => {
                it.progress = Progress::CarriedOut;
                it.carried_out = Some((meta.actor, day, certificate.clone()));
            }
        }
        it
    }
}
