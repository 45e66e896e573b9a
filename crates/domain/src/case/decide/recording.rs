//! Recordings of acts: attached, or the reason why there is none stated and decided.

use super::{Outcome, required};
use crate::case::command::CaseCommand as C;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::procedure::Verb;
use crate::case::recorded::{ActState, Attached, Settled, Stated};
use crate::case::state::Case;
use crate::cite::{Citation, penalty_law};
use crate::matter::{MatterId, shanghai};
use crate::recording::RecordingFact;
use crate::recording::event::ActNo;
use crate::recording::list::{Requirement, TEXT_SUFFICES};
use crate::recording::procedure::order_244;
use crate::recording::words::Manner;
use crate::refusal::Refusal;
use crate::staff::Role;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

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
    shown(state, fact, facts)?;
    let asked = state.requirement(facts.law);
    if asked.must() && asked.manner == Manner::Full {
        full(state, &asked, fact)?;
    }
    let roots = fact.roots.clone();
    Ok(vec![CaseEvent::RecordingAttached(Attached { act, recording, roots })])
}

/// The recording is one of that act: of its link, and of its day.
fn shown(state: &ActState, fact: &RecordingFact, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (first, last) = fact.days;
    let on = |wanted: &dyn Fn(Date) -> bool| match fact.recorded_on.as_slice() {
        // Read of a command of before the days were noted: its first and last day alone.
        [] => first <= state.on && state.on <= last,
        days => days.iter().any(|day| wanted(*day)),
    };
    if !state.by_approval() && !on(&|day| day == state.on) {
        return Err(refuse(
            "recording.other_day",
            TEXT_SUFFICES,
            format!("该事项办理于{}，所选音像记录不是当日录制", crate::period::long(state.on)),
            "请选择该事项的音像记录。",
        )
        .field("recording", "不是当日录制"));
    }
    // What was noted before the times were was decided without what follows.
    if fact.ran.is_none() {
        return Ok(());
    }
    // An approved measure is carried out on that day or later; where it could not wait, it
    // was approved within twenty-four hours of being carried out.
    let earliest = state.on.yesterday().unwrap_or(state.on);
    if state.by_approval() && !on(&|day| earliest <= day) {
        return Err(refuse(
            "recording.before_approval",
            Citation::of("行政强制法", "第十九条"),
            format!(
                "该事项于{}批准；情况紧急当场实施的，应当在二十四小时内补办批准手续，所选音像记录早于此时",
                crate::period::long(state.on)
            ),
            "请选择实施该项措施时的音像记录；没有录制的，说明未作音像记录的原因。",
        )
        .field("recording", "早于批准之日"));
    }
    let links = facts.law.recordings.links(state.of.verb, state.on, state.recorded_at);
    // A film of an inspection may show what else was done on the spot; a hearing is held apart.
    let shows = state.of.verb != Verb::HoldHearing && fact.link.on_the_spot();
    if !links.is_empty() && !links.contains(&fact.link) && !shows {
        let asked = state.requirement(facts.law);
        let named: Vec<_> = links.iter().map(|it| it.label()).collect();
        return Err(refuse(
            "recording.other_link",
            asked.source,
            format!("所选音像记录的环节是“{}”，该事项的环节是“{}”", fact.link.label(), named.join("”或者“")),
            "请选择该环节的音像记录。",
        )
        .field("recording", "不是该环节的音像记录"));
    }
    Ok(())
}

/// Times in a record are written to the minute: its beginning and its end may each lie so far
/// from those of the recording. A reading of this system; the rules give no number.
const WRITTEN_TO: SignedDuration = SignedDuration::from_mins(1);

/// From the beginning of the act to its end, without a break that nobody explained
/// (自治区人民政府令第244号第十九条).
fn full(state: &ActState, asked: &Requirement, fact: &RecordingFact) -> Result<(), Refusal> {
    const OTHERWISE: &str = "没有录制的，说明未作音像记录的原因。";
    let no = |code, message: String, first: &str, field: &str| {
        let remedy = format!("{first}{OTHERWISE}");
        Err(refuse(code, asked.source.clone(), message, &remedy).field("recording", field))
    };
    if !fact.runs {
        let message = "该事项应当全程音像记录，照片不能代替".to_owned();
        return no("recording.not_full", message, "请关联录像、录音；", "只有照片");
    }
    if fact.unexplained > 0 {
        let message = format!("该事项应当全程音像记录，所选记录有{}处中断没有说明", fact.unexplained);
        return no("recording.broken", message, "请先在音像记录中说明中断原因；", "有没有说明的中断");
    }
    // Beside one of the whole act, others may show a part of it.
    let (Some((began, ended)), Some(ran), true) = (state.during, &fact.ran, state.recordings.is_empty())
    else {
        return Ok(());
    };
    let (Some(first), Some(last)) = (ran.first(), ran.last()) else {
        let message = "该事项应当全程音像记录，所选记录的起止时间不能确定".to_owned();
        return no("recording.not_whole", message, "请关联有起止时间的录像、录音；", "没有起止时间");
    };
    let late = !first.begin_explained && first.from.duration_since(began) > WRITTEN_TO;
    let early = !last.end_explained && ended.duration_since(last.to) > WRITTEN_TO;
    // Of an act of a minute or two the tolerance alone would be the whole.
    let run = last.to.min(ended).duration_since(first.from.max(began));
    let explained = first.begin_explained || last.end_explained;
    let little = !explained && run.saturating_mul(2) < ended.duration_since(began);
    if !(late || early || little) {
        return Ok(());
    }
    let clock = |at: Timestamp| at.to_zoned(shanghai()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let message = format!(
        "该事项自{}至{}办理，应当全程音像记录；所选记录自{}至{}",
        clock(began),
        clock(ended),
        clock(first.from),
        clock(last.to)
    );
    let first = "请关联自开始至结束的音像记录；因故中断的，先在音像记录中说明中断原因；";
    no("recording.not_whole", message, first, "没有覆盖办理的全过程")
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
