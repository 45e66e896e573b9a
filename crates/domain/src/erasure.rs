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
        (Some(state), ErasureCommand::CarryOut {}) => {
            match state.progress {
                Progress::Approved => {}
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
        (None, ErasureCommand::Decide { .. } | ErasureCommand::CarryOut {}) => {
            Err(refuse("erasure.unknown", "没有该销毁呈请", "请先呈请"))
        }
        (Some(_), ErasureCommand::Propose { .. }) => {
            Err(refuse("erasure.exists", "该销毁呈请已经存在", "请另行呈请"))
        }
    }
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
                "请另行呈请，列入现有的全部内容",
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
        Progress::Approved | Progress::Rejected | Progress::CarriedOut => {
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
            ErasureEvent::CarriedOut { .. } => {
                state.progress = Progress::CarriedOut;
                state.carried_out = Some((meta.actor, day));
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::Moment;
    use uuid::Uuid;

    const CASE: MatterId = MatterId(Uuid::from_u128(5));
    const COPY: MatterId = MatterId(Uuid::from_u128(6));
    const OWN: OrganId = OrganId(Uuid::from_u128(9));

    fn actor(id: u128, role: Role) -> Actor {
        Actor { id: StaffId(Uuid::from_u128(id)), organ: OWN, roles: vec![role] }
    }

    fn facts(retention: Retention) -> ErasureFacts {
        let subject = Subject {
            matter: CASE,
            organ: OWN,
            retention,
            published: false,
            erased: false,
            with: vec![COPY],
        };
        ErasureFacts { today: "2057-01-01".parse().unwrap(), subjects: vec![subject] }
    }

    fn ended() -> ErasureFacts {
        facts(Retention::Until { day: "2056-12-31".parse().unwrap() })
    }

    fn propose_case() -> ErasureCommand {
        ErasureCommand::Propose { matters: vec![CASE], grounds: "经鉴定无继续保存价值".into() }
    }

    fn folded(events: &[(u128, ErasureEvent)]) -> Erasure {
        let mut state = None;
        for (version, (by, event)) in (1..).zip(events) {
            let meta = Meta {
                matter: MatterId(Uuid::from_u128(7)),
                organ: OWN,
                version,
                actor: StaffId(Uuid::from_u128(*by)),
                moment: Moment::now("2057-01-01T01:00:00Z".parse().unwrap()),
            };
            state = Some(Erasure::evolve(state, &meta, event));
        }
        state.unwrap()
    }

    fn code(outcome: Result<ErasureEvent, Refusal>) -> String {
        let refusal = outcome.unwrap_err();
        assert_eq!(refusal.article.law, "档案法");
        refusal.code.into_owned()
    }

    #[test]
    fn two_persons_are_needed() {
        let (clerk, head, facts) = (actor(1, Role::Archivist), actor(2, Role::Head), ended());
        assert_eq!(code(decide(None, &propose_case(), &head, &facts)), "erasure.proposer");
        let blank = ErasureCommand::Propose { matters: vec![CASE], grounds: "".into() };
        assert_eq!(code(decide(None, &blank, &clerk, &facts)), "erasure.grounds");
        let proposed = decide(None, &propose_case(), &clerk, &facts).unwrap();
        assert!(matches!(&proposed, ErasureEvent::Proposed { matters, .. } if *matters == [CASE, COPY]));
        let state = folded(&[(1, proposed.clone())]);
        let approve = ErasureCommand::Decide { approve: true, opinion: "同意".into() };
        assert_eq!(code(decide(Some(&state), &approve, &clerk, &facts)), "erasure.approver");
        let mut both = clerk.clone();
        both.roles.push(Role::Head);
        assert_eq!(code(decide(Some(&state), &approve, &both, &facts)), "erasure.same_person");
        let mut stranger = actor(3, Role::Head);
        stranger.organ = OrganId(Uuid::from_u128(8));
        assert_eq!(code(decide(Some(&state), &approve, &stranger, &facts)), "erasure.approver");
        let approved = decide(Some(&state), &approve, &head, &facts).unwrap();
        assert!(matches!(&approved, ErasureEvent::Approved { matters, .. } if *matters == [CASE, COPY]));
        let carry_out = ErasureCommand::CarryOut {};
        assert_eq!(code(decide(Some(&state), &carry_out, &clerk, &facts)), "erasure.not_approved");
        let state = folded(&[(1, proposed.clone()), (2, approved.clone())]);
        assert_eq!(code(decide(Some(&state), &approve, &head, &facts)), "erasure.decided");
        assert_eq!(code(decide(Some(&state), &carry_out, &head, &facts)), "erasure.archivist");
        let done = decide(Some(&state), &carry_out, &clerk, &facts).unwrap();
        let state = folded(&[(1, proposed), (2, approved), (1, done)]);
        assert_eq!(code(decide(Some(&state), &carry_out, &clerk, &facts)), "erasure.done");
        assert_eq!(state.progress, Progress::CarriedOut);
    }

    #[test]
    fn only_what_is_no_longer_kept_may_go() {
        let clerk = actor(1, Role::Archivist);
        let with = |facts: &ErasureFacts| code(decide(None, &propose_case(), &clerk, facts));
        assert_eq!(with(&facts(Retention::NotArchived)), "erasure.not_archived");
        assert_eq!(with(&facts(Retention::Permanent)), "erasure.permanent");
        let day = "2057-01-01".parse().unwrap();
        assert_eq!(with(&facts(Retention::Until { day })), "erasure.retained");
        assert_eq!(with(&facts(Retention::Content)), "erasure.content");
        assert_eq!(with(&facts(Retention::Outgrown)), "erasure.outgrown");
        let held = facts(Retention::Held { trigger: HoldTrigger::Objection });
        let refusal = decide(None, &propose_case(), &clerk, &held).unwrap_err();
        assert_eq!((refusal.code.as_ref(), &refusal.article), ("erasure.held", &custody_rules("第十四条")));
        let informant = |cases: &[bool]| decide(None, &propose_case(), &clerk, &facts(informant_kept(cases)));
        assert!(informant(&[true]).is_ok());
        for going_on in [&[false][..], &[true, false], &[]] {
            let refusal = informant(going_on).unwrap_err();
            assert_eq!((refusal.code.as_ref(), &refusal.article), ("erasure.in_use", &PURPOSE_REACHED));
        }
        let mut it = ended();
        it.subjects[0].published = true;
        assert_eq!(with(&it), "erasure.published");
        it.subjects[0].erased = true;
        assert_eq!(with(&it), "erasure.erased");
        it.subjects[0].organ = OrganId(Uuid::from_u128(8));
        assert_eq!(with(&it), "erasure.no_such_matter");
    }

    #[test]
    fn each_step_asks_again() {
        let (clerk, head, facts) = (actor(1, Role::Archivist), actor(2, Role::Head), ended());
        let proposed = decide(None, &propose_case(), &clerk, &facts).unwrap();
        let approve = |approve| ErasureCommand::Decide { approve, opinion: "同意".into() };
        let state = folded(&[(1, proposed.clone())]);
        let approved = decide(Some(&state), &approve(true), &head, &facts).unwrap();
        let ready = folded(&[(1, proposed), (2, approved)]);
        let mut grown = facts.clone();
        grown.subjects[0].with.push(MatterId(Uuid::from_u128(9)));
        let mut shown = facts.clone();
        shown.subjects[0].published = true;
        let held = self::facts(Retention::Held { trigger: HoldTrigger::Objection });
        let nothing = ErasureFacts { subjects: Vec::new(), ..facts.clone() };
        for (changed, expected) in [
            (&grown, "erasure.grown"),
            (&shown, "erasure.published"),
            (&held, "erasure.held"),
            (&nothing, "erasure.no_such_matter"),
        ] {
            let refusal = decide(Some(&state), &approve(true), &head, changed).unwrap_err();
            assert_eq!(refusal.code, expected);
            let refusal = decide(Some(&ready), &ErasureCommand::CarryOut {}, &clerk, changed).unwrap_err();
            assert_eq!(refusal.code, expected);
            assert!(
                decide(Some(&state), &approve(false), &head, changed).is_ok(),
                "it may always be rejected"
            );
        }
        let mut gone = grown;
        gone.subjects[0].erased = true;
        assert!(decide(Some(&ready), &ErasureCommand::CarryOut {}, &clerk, &gone).is_ok());
    }

    #[test]
    fn years_are_whole_and_begin_after_the_year_of_archiving() {
        let archived: Date = "2026-04-10".parse().unwrap();
        assert_eq!(kept_until(archived, 30).unwrap().to_string(), "2056-12-31");
        assert_eq!(kept_until(archived, 10).unwrap().to_string(), "2036-12-31");
        assert_eq!(kept_until(archived, 0), None);
    }
}
