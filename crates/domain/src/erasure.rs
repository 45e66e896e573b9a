//! 销毁: the approved destruction of the content of matters.
//!
//! The archives propose with the grounds, the principal head of the organ approves;
//! only the approval lets the store delete the named matters' texts, and what was
//! carried out is said. The events of the matters, and the proof that they happened, stay.

use crate::cite::Citation;
use crate::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::recording::procedure::custody_rules;
use crate::recording::words::HoldTrigger;
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Type name of the approval; the store looks for it before it erases.
pub const APPROVED: &str = "erasure.approved";

/// Nobody destroys archives at will (Archives Law, 2020 text).
pub const NOT_AT_WILL: Citation = Citation::of("档案法", "第二十一条");

/// Personal information is deleted when its purpose is reached (Personal Information
/// Protection Law, 2021 text); an informant's, when the case is in the archives.
pub const PURPOSE_REACHED: Citation = Citation::of("个人信息保护法", "第四十七条第一款第一项");

/// How long the identity of an informant is kept: as long as any case that it founded is
/// not archived, there is somebody to reply to, to reward, to ask again. `cases` says of
/// each whether it is archived.
pub fn informant_kept(cases: &[bool]) -> Retention {
    if !cases.is_empty() && cases.iter().all(|archived| *archived) {
        Retention::Purpose
    } else {
        Retention::InUse
    }
}

/// What happened to a proposed destruction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ErasureEvent {
    /// 已呈请销毁.
    Proposed {
        /// Matters whose content is to go.
        matters: Vec<MatterId>,
        /// Why: the retention that ended, or the law that asks for it.
        grounds: Text,
    },
    /// 已批准销毁.
    Approved {
        /// The same matters again, so that the approval stands alone.
        matters: Vec<MatterId>,
        /// In words.
        opinion: Text,
    },
    /// 不予销毁.
    Rejected {
        /// In words.
        opinion: Text,
    },
    /// 已撤回: it is not carried out any more.
    Withdrawn {
        /// Why.
        reason: Text,
    },
    /// 已销毁: carried out. The contents go with it, by a job that ends only when they have.
    CarriedOut {
        /// The matters whose content went.
        matters: Vec<MatterId>,
    },
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kept", rename_all = "snake_case")]
pub enum Retention {
    /// Not archived yet.
    NotArchived,
    /// 永久.
    Permanent,
    /// Up to and including this civil day.
    Until {
        /// The last day.
        day: Date,
    },
    /// The identity of an informant whose case is in the archives: gone when its purpose
    /// is (个人信息保护法第四十七条).
    Purpose,
    /// The identity of an informant whose case still goes on.
    InUse,
    /// Something came after the last list of the file and is not filed.
    Outgrown,
    /// Content of a recording of the case is still stored; it goes by a list of its own.
    Content,
    /// A recording of the case is kept for long: nothing of the file goes before.
    Held {
        /// Why it is kept.
        trigger: HoldTrigger,
    },
}

/// A matter that is proposed for destruction, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Which.
    pub matter: MatterId,
    /// Whose.
    pub organ: OrganId,
    /// How long it is kept.
    pub retention: Retention,
    /// Something of it is still shown to the public.
    pub published: bool,
    /// Its content went already.
    pub erased: bool,
    /// Matters whose content goes with it: publications, the informant.
    pub with: Vec<MatterId>,
}

/// Facts of the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureFacts {
    /// Civil day.
    pub today: Date,
    /// What the command names; once proposed, every case and informant of the proposal.
    pub subjects: Vec<Subject>,
}

/// The last day on which a file is kept: whole years, counted from the first of
/// January after the file was archived, which is never shorter than the class says.
/// None for a permanent class (0 years), or where the day cannot be told.
pub fn kept_until(archived_on: Date, years: u16) -> Option<Date> {
    let year = archived_on.year().checked_add(i16::try_from(years).ok()?)?;
    if years == 0 { None } else { Date::new(year, 12, 31).ok() }
}

/// How far a proposed destruction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// 待批准.
    Proposed,
    /// 已批准.
    Approved,
    /// 不予销毁.
    Rejected,
    /// 已撤回.
    Withdrawn,
    /// 已销毁.
    CarriedOut,
}

impl Progress {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proposed => "待批准",
            Self::Approved => "已批准，待销毁",
            Self::Rejected => "不予销毁",
            Self::Withdrawn => "已撤回",
            Self::CarriedOut => "已销毁",
        }
    }
}

/// A proposed destruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Who proposed it.
    pub proposer: crate::matter::StaffId,
    /// Organ whose matters they are.
    pub organ: crate::matter::OrganId,
    /// Matters named.
    pub matters: Vec<MatterId>,
    /// Where it stands.
    pub progress: Progress,
    /// Civil day of the proposal.
    pub proposed_on: Date,
    /// Grounds of the proposal.
    pub grounds: Text,
    /// Who decided, the civil day, in words.
    pub decided: Option<(StaffId, Date, Text)>,
    /// Who withdrew it, the civil day, why.
    pub withdrawn: Option<(StaffId, Date, Text)>,
    /// Who carried it out, and the civil day.
    pub carried_out: Option<(StaffId, Date)>,
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum ErasureCommand {
    /// 呈请销毁.
    Propose {
        /// Matters.
        matters: Vec<MatterId>,
        /// Grounds.
        grounds: Text,
    },
    /// 审批.
    Decide {
        /// Approved.
        approve: bool,
        /// In words.
        opinion: Text,
    },
    /// 撤回呈请, also after it was approved: what can no longer be carried out as it was
    /// proposed is proposed anew, and what must stay is kept.
    Withdraw {
        /// Why.
        reason: Text,
    },
    /// 登记销毁完毕.
    CarryOut {},
}

/// Decides a command. A case takes its publications and its informant along.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Erasure>,
    command: &ErasureCommand,
    actor: &Actor,
    facts: &ErasureFacts,
) -> Result<ErasureEvent, Refusal> {
    match (state, command) {
        (None, ErasureCommand::Propose { matters, grounds }) => propose(matters, grounds, actor, facts),
        (Some(state), ErasureCommand::Decide { approve, opinion }) => {
            approval(state, actor)?;
            let opinion = opinion.clone();
            Ok(if *approve {
                still(state, facts)?;
                ErasureEvent::Approved { matters: state.matters.clone(), opinion }
            } else {
                ErasureEvent::Rejected { opinion }
            })
        }
        (Some(state), ErasureCommand::Withdraw { reason }) => withdraw(state, reason, actor),
        (Some(state), ErasureCommand::CarryOut {}) => {
            match state.progress {
                Progress::Approved => {}
                Progress::Withdrawn => {
                    return Err(refuse("erasure.withdrawn", "该销毁呈请已经撤回", "请另行呈请"));
                }
                Progress::Proposed | Progress::Rejected => {
                    return Err(refuse("erasure.not_approved", "该销毁呈请没有批准", "请先报主要负责人批准"));
                }
                Progress::CarriedOut => {
                    return Err(refuse("erasure.done", "该销毁已经执行", "无须再次执行"));
                }
            }
            // The console of the installation acts without a person.
            if !actor.id.0.is_nil() && (!actor.has(Role::Archivist) || actor.organ != state.organ) {
                return Err(refuse("erasure.archivist", "销毁由本机关档案管理员执行", "请交档案管理员执行"));
            }
            still(state, facts)?;
            Ok(ErasureEvent::CarriedOut { matters: state.matters.clone() })
        }
        (
            None,
            ErasureCommand::Decide { .. } | ErasureCommand::Withdraw { .. } | ErasureCommand::CarryOut {},
        ) => Err(refuse("erasure.unknown", "没有该销毁呈请", "请先呈请")),
        (Some(_), ErasureCommand::Propose { .. }) => {
            Err(refuse("erasure.exists", "该销毁呈请已经存在", "请另行呈请"))
        }
    }
}

/// Whoever keeps the archives, or the head who approved, takes it back before anything is gone.
fn withdraw(state: &Erasure, reason: &Text, actor: &Actor) -> Result<ErasureEvent, Refusal> {
    match state.progress {
        Progress::Proposed | Progress::Approved => {}
        Progress::Rejected | Progress::Withdrawn | Progress::CarriedOut => {
            return Err(refuse("erasure.over", "该销毁呈请已经办结", "无须撤回"));
        }
    }
    let may = actor.has(Role::Archivist) || actor.has(Role::Head);
    if !may || actor.organ != state.organ {
        return Err(refuse(
            "erasure.withdrawer",
            "销毁呈请由本机关档案管理员或者主要负责人撤回",
            "请交档案管理员撤回",
        ));
    }
    if reason.is_blank() {
        return Err(
            refuse("erasure.reason", "没有写明撤回理由", "请写明撤回理由").field("reason", "请写明撤回理由")
        );
    }
    Ok(ErasureEvent::Withdrawn { reason: reason.clone() })
}

fn propose(
    matters: &[MatterId],
    grounds: &Text,
    actor: &Actor,
    facts: &ErasureFacts,
) -> Result<ErasureEvent, Refusal> {
    if !actor.has(Role::Archivist) {
        return Err(refuse("erasure.proposer", "呈请销毁由档案管理员办理", "请交档案管理员呈请"));
    }
    if matters.is_empty() {
        return Err(
            refuse("erasure.matters", "没有列明要销毁的事项", "请列明事项").field("matters", "至少列明一项")
        );
    }
    if grounds.is_blank() {
        return Err(refuse(
            "erasure.grounds",
            "没有写明销毁依据",
            "请写明鉴定意见、保管期限届满的情况或者法律依据",
        )
        .field("grounds", "请写明销毁依据"));
    }
    let mut named = Vec::new();
    for (at, matter) in matters.iter().enumerate() {
        let subject = facts.subjects.iter().find(|it| it.matter == *matter && it.organ == actor.organ);
        let subject = subject.ok_or_else(|| {
            refuse("erasure.no_such_matter", "所列事项不是本机关的案件或者举报人", "请核对事项")
        });
        let field = |refusal: Refusal| {
            let message = refusal.message.clone();
            refusal.field(format!("matters/{at}"), message)
        };
        let subject = subject.map_err(field)?;
        retained(subject, facts.today).map_err(field)?;
        named.push(*matter);
        named.extend(&subject.with);
    }
    named.sort_unstable();
    named.dedup();
    Ok(ErasureEvent::Proposed { matters: named, grounds: grounds.clone() })
}

/// What held nothing when it was proposed may be held by now, and something more may stand
/// in its family: each step asks again (档案法第二十一条; 永兴县行政执法全过程记录制度第十四条).
fn still(state: &Erasure, facts: &ErasureFacts) -> Result<(), Refusal> {
    if !facts.subjects.iter().any(|it| state.matters.contains(&it.matter)) {
        return Err(refuse("erasure.no_such_matter", "所列事项不是本机关的案件或者举报人", "请核对事项"));
    }
    for subject in &facts.subjects {
        // Two lists may name one informant: what went by the other one is not in the way.
        if subject.erased {
            continue;
        }
        retained(subject, facts.today)?;
        if subject.with.iter().any(|it| !state.matters.contains(it)) {
            return Err(refuse(
                "erasure.grown",
                "呈请以后案件又有了新的内容，不在呈请所列之内",
                "请撤回本呈请，另行呈请，列入现有的全部内容",
            ));
        }
    }
    Ok(())
}

fn retained(subject: &Subject, today: Date) -> Result<(), Refusal> {
    if subject.erased {
        return Err(refuse("erasure.erased", "所列事项的内容已经销毁", "请移除该事项"));
    }
    if subject.published {
        return Err(refuse("erasure.published", "所列案件的公示尚未结束", "请先按规定办理撤下或者到期撤下"));
    }
    match subject.retention {
        Retention::NotArchived => {
            Err(refuse("erasure.not_archived", "所列案件尚未归档", "请在归档并且保管期限届满后呈请"))
        }
        Retention::InUse => Err(Refusal::new(
            "erasure.in_use",
            PURPOSE_REACHED,
            "举报人所在的案件尚未办结归档，处理目的没有实现",
            "请在案件结案（不予立案、撤销立案、移送）并归档后呈请",
        )),
        Retention::Outgrown => Err(refuse(
            "erasure.outgrown",
            "所列案卷归档后新形成的材料尚未补充归档",
            "请先补充归档，再呈请销毁",
        )),
        Retention::Content => Err(refuse(
            "erasure.content",
            "所列案件的音像记录内容还在存储中",
            "请先按销毁清册销毁音像记录的内容，再呈请销毁案卷",
        )),
        Retention::Held { trigger } => Err(Refusal::new(
            "erasure.held",
            custody_rules("第十四条"),
            format!("所列案件有须长期留存的音像记录：{}", trigger.label()),
            "请在留存解除后呈请",
        )),
        Retention::Permanent => {
            Err(refuse("erasure.permanent", "所列案卷永久保管", "永久保管的案卷不得销毁"))
        }
        Retention::Until { day } if today <= day => {
            let refusal = refuse(
                "erasure.retained",
                &format!("所列案卷保管到{day}，期限未满"),
                "请在保管期限届满后呈请",
            );
            Err(match day.tomorrow() {
                Ok(after) => refusal.after(after),
                Err(_) => refusal,
            })
        }
        Retention::Until { .. } | Retention::Purpose => Ok(()),
    }
}

fn approval(state: &Erasure, actor: &Actor) -> Result<(), Refusal> {
    match state.progress {
        Progress::Proposed => {}
        Progress::Approved | Progress::Rejected | Progress::Withdrawn | Progress::CarriedOut => {
            return Err(refuse("erasure.decided", "该销毁呈请已经审批", "无须再次审批"));
        }
    }
    if !actor.has(Role::Head) || actor.organ != state.organ {
        return Err(refuse("erasure.approver", "销毁须经本机关主要负责人批准", "请交主要负责人审批"));
    }
    if actor.id == state.proposer {
        return Err(refuse("erasure.same_person", "呈请人不得批准自己的呈请", "请由其他有权人员审批"));
    }
    Ok(())
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, NOT_AT_WILL, message, remedy)
}

impl Matter for Erasure {
    const KIND: MatterKind = MatterKind::Erasure;
    type Event = ErasureEvent;

    fn type_of(event: &ErasureEvent) -> (&'static str, u16) {
        match event {
            ErasureEvent::Proposed { .. } => ("erasure.proposed", 1),
            ErasureEvent::Approved { .. } => (APPROVED, 1),
            ErasureEvent::Rejected { .. } => ("erasure.rejected", 1),
            ErasureEvent::Withdrawn { .. } => ("erasure.withdrawn", 1),
            ErasureEvent::CarriedOut { .. } => ("erasure.carried_out", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<ErasureEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &ErasureEvent) -> Self {
        let mut state = state.unwrap_or(Self {
            proposer: meta.actor,
            organ: meta.organ,
            matters: Vec::new(),
            progress: Progress::Proposed,
            proposed_on: meta.moment.recorded_day(),
            grounds: Text::closed(""),
            decided: None,
            withdrawn: None,
            carried_out: None,
        });
        let day = meta.moment.recorded_day();
        match event {
            ErasureEvent::Proposed { matters, grounds } => {
                state.matters.clone_from(matters);
                state.grounds = grounds.clone();
            }
            ErasureEvent::Approved { opinion, .. } => {
                state.progress = Progress::Approved;
                state.decided = Some((meta.actor, day, opinion.clone()));
            }
            ErasureEvent::Rejected { opinion } => {
                state.progress = Progress::Rejected;
                state.decided = Some((meta.actor, day, opinion.clone()));
            }
            ErasureEvent::Withdrawn { reason } => {
                state.progress = Progress::Withdrawn;
                state.withdrawn = Some((meta.actor, day, reason.clone()));
            }
            ErasureEvent::CarriedOut { .. } => {
                state.progress = Progress::CarriedOut;
                state.carried_out = Some((meta.actor, day));
            }
        }
        state
    }
}

#[cfg(test)]
mod tests;
