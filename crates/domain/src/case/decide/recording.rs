//! Recordings of acts: attached, or the reason why there is none stated and decided.

use super::{Outcome, required};
use crate::case::command::CaseCommand as C;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::procedure::Verb;
use crate::case::recorded::{ActState, Attached, Settled, Stated};
use crate::case::state::Case;
use crate::cite::{Citation, penalty_law};
use crate::matter::MatterId;
use crate::recording::RecordingFact;
use crate::recording::event::ActNo;
use crate::recording::list::TEXT_SUFFICES;
use crate::recording::procedure::order_244;
use crate::recording::words::Manner;
use crate::refusal::Refusal;
use crate::staff::Role;

fn refuse(code: &'static str, article: Citation, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    match command {
        C::AttachRecording { act, recording } => attach(case, *act, *recording, facts),
        C::StateNoRecording { act, ground, reason } => {
            required(reason, "reason", "情况说明")?;
            let state = known(case, *act)?;
            concerned(case, state, facts)?;
            if !state.requirement(facts.law).must() || state.settled() {
                return Err(refuse(
                    "act.not_open",
                    TEXT_SUFFICES,
                    "该事项不是待音像记录的事项",
                    "不需要说明原因。",
                )
                .field("act", "不是待音像记录的事项"));
            }
            if state.waiting() {
                return Err(refuse(
                    "reason.waiting",
                    TEXT_SUFFICES,
                    "已经说明原因，待审批",
                    "请等待审批结果。",
                ));
            }
            let (act, ground, reason) = (*act, *ground, reason.clone());
            Ok(vec![CaseEvent::NoRecordingStated(Stated { act, ground, reason })])
        }
        C::DecideNoRecording { act, approve, opinion } => {
            required(opinion, "opinion", "审批意见")?;
            let state = known(case, *act)?;
            let Some(reason) = state.reason.as_ref().filter(|_| state.waiting()) else {
                return Err(refuse(
                    "reason.none",
                    TEXT_SUFFICES,
                    "该事项没有待审批的原因说明",
                    "承办人说明原因后再审批。",
                )
                .field("act", "没有待审批的原因说明"));
            };
            if reason.stated.0 == facts.actor.id {
                return Err(refuse(
                    "reason.same_person",
                    order_244("第十九条第二款"),
                    "说明原因的人员不能自行审批",
                    "请由其他负责人审批。",
                ));
            }
            let (act, approve, opinion) = (*act, *approve, opinion.clone());
            Ok(vec![CaseEvent::NoRecordingDecided(Settled { act, approve, opinion })])
        }
        _ => Ok(Vec::new()),
    }
}

fn known(case: &Case, act: ActNo) -> Result<&ActState, Refusal> {
    case.acts.get(usize::from(act).wrapping_sub(1)).ok_or_else(|| {
        refuse("act.unknown", TEXT_SUFFICES, "案件没有该项办案事项", "请选择案件中的事项。")
            .field("act", "没有该项事项")
    })
}

/// The handling officers; of a hearing, its host too.
fn concerned(case: &Case, act: &ActState, facts: &Facts<'_>) -> Result<(), Refusal> {
    let hosts = act.of.verb == Verb::HoldHearing && facts.actor.has(Role::HearingHost);
    if case.officers.contains(&facts.actor.id) || hosts {
        return Ok(());
    }
    Err(refuse(
        "actor.not_handling",
        TEXT_SUFFICES,
        "由本案承办人办理；听证的音像记录也可以由听证主持人办理",
        "请由承办人办理。",
    ))
}

/// The recording as the service found it, of this organ and case, all of it stored.
pub(super) fn stored<'f>(
    id: MatterId,
    field: &'static str,
    facts: &'f Facts<'_>,
) -> Result<&'f RecordingFact, Refusal> {
    let fact = facts.recordings.get(&id).filter(|it| it.in_case && it.organ == facts.organ.id);
    let wrong = |code, message: &str, remedy: &str| {
        refuse(code, TEXT_SUFFICES, message, remedy).field(field, message)
    };
    let Some(fact) = fact else {
        return Err(wrong("recording.unknown", "本案没有该音像记录", "请选择本案的音像记录。"));
    };
    if fact.destroyed {
        return Err(wrong("recording.destroyed", "该音像记录的内容已经销毁", "请选择其他音像记录。"));
    }
    if !fact.accepted {
        return Err(wrong(
            "recording.not_accepted",
            "该音像记录还没有全部入库，或者入库内容与设备摘要不一致",
            "请先上传，核对入库后再办。",
        ));
    }
    Ok(fact)
}

fn attach(case: &Case, act: ActNo, recording: MatterId, facts: &Facts<'_>) -> Outcome {
    let state = known(case, act)?;
    concerned(case, state, facts)?;
    let fact = stored(recording, "recording", facts)?;
    if state.recordings.iter().any(|(it, _)| *it == recording) {
        return Err(refuse(
            "recording.attached",
            TEXT_SUFFICES,
            "该音像记录已经关联到该事项",
            "不需要重复关联。",
        ));
    }
    let (first, last) = fact.days;
    // Read of a command of before the days were noted: its first and last day alone.
    let same_day = match fact.recorded_on.as_slice() {
        [] => first <= state.on && state.on <= last,
        days => days.contains(&state.on),
    };
    if !same_day && !state.by_approval() {
        return Err(refuse(
            "recording.other_day",
            TEXT_SUFFICES,
            format!("该事项办理于{}，所选音像记录不是当日录制", crate::period::long(state.on)),
            "请选择该事项的音像记录。",
        )
        .field("recording", "不是当日录制"));
    }
    let asked = state.requirement(facts.law);
    let full = asked.must() && asked.manner == Manner::Full;
    if full && !fact.runs {
        return Err(refuse(
            "recording.not_full",
            asked.source,
            "该事项应当全程音像记录，照片不能代替",
            "请关联录像、录音；没有录制的，说明未作音像记录的原因。",
        )
        .field("recording", "只有照片"));
    }
    if full && fact.unexplained > 0 {
        return Err(refuse(
            "recording.broken",
            asked.source,
            format!("该事项应当全程音像记录，所选记录有{}处中断没有说明", fact.unexplained),
            "请先在音像记录中说明中断原因；没有录制的，说明未作音像记录的原因。",
        )
        .field("recording", "有没有说明的中断"));
    }
    let roots = fact.roots.clone();
    Ok(vec![CaseEvent::RecordingAttached(Attached { act, recording, roots })])
}

/// An item of evidence is taken from a recording that holds it.
pub(super) fn evidence(recording: MatterId, root: &str, facts: &Facts<'_>) -> Result<(), Refusal> {
    let fact = stored(recording, "recording", facts)?;
    if fact.unfit {
        return Err(refuse(
            "evidence.surveillance",
            penalty_law("第四十一条第二款"),
            "电子技术监控设备没有经过法制和技术审核，其记录不得作为行政处罚的证据",
            "请先审核设备和记录内容。",
        )
        .field("recording", "未经审核"));
    }
    if !fact.roots.iter().any(|it| it == root) {
        return Err(refuse(
            "evidence.other_root",
            penalty_law("第四十六条"),
            "证据摘要不是该音像记录任何一段的摘要",
            "请填写所取分段的摘要。",
        )
        .field("sha256_root", "与音像记录不一致"));
    }
    Ok(())
}
