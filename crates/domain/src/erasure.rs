//! 销毁: the approved destruction of the content of matters.
//!
//! One person proposes with the grounds, the principal head of the organ
//! approves; only the approval lets the store delete the named matters' texts.
//! The events of the matters, and the proof that they happened, stay.

use crate::cite::Citation;
use crate::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use serde::{Deserialize, Serialize};

/// Type name of the approval; the store looks for it before it erases.
pub const APPROVED: &str = "erasure.approved";

/// Archives Law (2020 text).
const fn archives_law(article: &'static str) -> Citation {
    Citation::of("档案法", article)
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
}

/// How far a proposed destruction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// 待批准.
    Proposed,
    /// 已批准.
    Approved,
    /// 不予销毁.
    Rejected,
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
}

/// Decides a command. The caller has checked that the named matters belong to
/// the actor's organ and that their retention has ended.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Erasure>,
    command: &ErasureCommand,
    actor: &Actor,
) -> Result<ErasureEvent, Refusal> {
    let article = archives_law("第二十一条");
    match (state, command) {
        (None, ErasureCommand::Propose { matters, grounds }) => {
            if !actor.has(Role::Archivist) {
                return Err(refuse("erasure.proposer", "呈请销毁由档案管理员办理", "请交档案管理员呈请"));
            }
            if matters.is_empty() {
                return Err(refuse("erasure.matters", "没有列明要销毁的事项", "请列明事项")
                    .field("matters", "至少列明一项"));
            }
            if grounds.is_blank() {
                return Err(refuse(
                    "erasure.grounds",
                    "没有写明销毁依据",
                    "请写明保管期限届满的情况或者法律依据",
                )
                .field("grounds", "请写明销毁依据"));
            }
            let mut matters = matters.clone();
            matters.sort_unstable();
            matters.dedup();
            Ok(ErasureEvent::Proposed { matters, grounds: grounds.clone() })
        }
        (Some(state), ErasureCommand::Decide { approve, opinion }) => {
            match state.progress {
                Progress::Proposed => {}
                Progress::Approved | Progress::Rejected => {
                    return Err(refuse("erasure.decided", "该销毁呈请已经审批", "无须再次审批"));
                }
            }
            if !actor.has(Role::Head) || actor.organ != state.organ {
                return Err(refuse("erasure.approver", "销毁须经本机关主要负责人批准", "请交主要负责人审批"));
            }
            if actor.id == state.proposer {
                return Err(refuse(
                    "erasure.same_person",
                    "呈请人不得批准自己的呈请",
                    "请由其他有权人员审批",
                ));
            }
            let opinion = opinion.clone();
            Ok(if *approve {
                ErasureEvent::Approved { matters: state.matters.clone(), opinion }
            } else {
                ErasureEvent::Rejected { opinion }
            })
        }
        (None, ErasureCommand::Decide { .. }) => {
            Err(Refusal::new("erasure.unknown", article, "没有该销毁呈请", "请先呈请"))
        }
        (Some(_), ErasureCommand::Propose { .. }) => {
            Err(Refusal::new("erasure.exists", article, "该销毁呈请已经存在", "请另行呈请"))
        }
    }
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, archives_law("第二十一条"), message, remedy)
}

impl Matter for Erasure {
    const KIND: MatterKind = MatterKind::Erasure;
    type Event = ErasureEvent;

    fn type_of(event: &ErasureEvent) -> (&'static str, u16) {
        match event {
            ErasureEvent::Proposed { .. } => ("erasure.proposed", 1),
            ErasureEvent::Approved { .. } => (APPROVED, 1),
            ErasureEvent::Rejected { .. } => ("erasure.rejected", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<ErasureEvent, DecodeError> {
        let error = |reason: String| DecodeError { type_name: type_name.into(), version, reason };
        let event: ErasureEvent = serde_json::from_value(body).map_err(|e| error(e.to_string()))?;
        if Self::type_of(&event) == (type_name, version) {
            Ok(event)
        } else {
            Err(error("内容是另一类事件".into()))
        }
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &ErasureEvent) -> Self {
        let mut state = state.unwrap_or(Self {
            proposer: meta.actor,
            organ: meta.organ,
            matters: Vec::new(),
            progress: Progress::Proposed,
        });
        match event {
            ErasureEvent::Proposed { matters, .. } => state.matters.clone_from(matters),
            ErasureEvent::Approved { .. } => state.progress = Progress::Approved,
            ErasureEvent::Rejected { .. } => state.progress = Progress::Rejected,
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::{OrganId, StaffId};
    use uuid::Uuid;

    fn actor(id: u128, role: Role) -> Actor {
        Actor { id: StaffId(Uuid::from_u128(id)), organ: OrganId(Uuid::from_u128(9)), roles: vec![role] }
    }

    fn code(outcome: Result<ErasureEvent, Refusal>) -> String {
        outcome.unwrap_err().code.into_owned()
    }

    #[test]
    fn two_persons_are_needed() {
        let matters = vec![MatterId(Uuid::from_u128(5))];
        let propose =
            ErasureCommand::Propose { matters: matters.clone(), grounds: "保管期限届满".into() };
        let clerk = actor(1, Role::Archivist);
        assert_eq!(code(decide(None, &propose, &actor(2, Role::Head))), "erasure.proposer");
        let blank = ErasureCommand::Propose { matters: matters.clone(), grounds: "".into() };
        assert_eq!(code(decide(None, &blank, &clerk)), "erasure.grounds");
        assert!(matches!(decide(None, &propose, &clerk), Ok(ErasureEvent::Proposed { .. })));
        let state = Erasure {
            proposer: clerk.id,
            organ: clerk.organ,
            matters: matters.clone(),
            progress: Progress::Proposed,
        };
        let approve = ErasureCommand::Decide { approve: true, opinion: "同意".into() };
        assert_eq!(code(decide(Some(&state), &approve, &clerk)), "erasure.approver");
        let mut both = clerk.clone();
        both.roles.push(Role::Head);
        assert_eq!(code(decide(Some(&state), &approve, &both)), "erasure.same_person");
        let mut stranger = actor(3, Role::Head);
        stranger.organ = OrganId(Uuid::from_u128(8));
        assert_eq!(code(decide(Some(&state), &approve, &stranger)), "erasure.approver");
        let head = actor(2, Role::Head);
        let Ok(ErasureEvent::Approved { matters: named, .. }) = decide(Some(&state), &approve, &head) else {
            panic!("approved")
        };
        assert_eq!(named, matters);
        let done = Erasure { progress: Progress::Approved, ..state };
        assert_eq!(code(decide(Some(&done), &approve, &head)), "erasure.decided");
    }
}
