//! Guards of recording: what had to be recorded holds the next stage.

use super::{Gate, no};
use crate::case::facts::Facts;
use crate::case::recorded;
use crate::case::state::Case;
use crate::case::types::PartyNo;
use crate::recording::list::TEXT_SUFFICES;

/// Something took place that a recording can belong to.
pub fn acts(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if facts.law.recordings.is_empty() {
        return no(
            "list.none",
            TEXT_SUFFICES,
            "本机关没有音像记录事项清单",
            "请系统管理员核对机关的行政区划和清单文件。",
        );
    }
    if case.acts.is_empty() {
        return no("act.none", TEXT_SUFFICES, "还没有可以关联音像记录的办案事项", "请先办理有关事项。");
    }
    Ok(())
}

/// An act waits for its recording, and no reason is being decided.
pub fn acts_open(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if recorded::open(case, facts.law).any(|(_, it, _)| !it.waiting()) {
        return Ok(());
    }
    no("act.none_open", TEXT_SUFFICES, "没有待音像记录的办案事项", "不需要说明原因。")
}

/// A reason waits for its decision.
pub fn reason_waiting(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.acts.iter().any(recorded::ActState::waiting) {
        return Ok(());
    }
    no("reason.none", TEXT_SUFFICES, "没有待审批的原因说明", "承办人说明原因后再审批。")
}

/// Every act that had to be recorded is, or the reason why not is approved.
pub fn recorded(case: &Case, facts: &Facts<'_>) -> Gate {
    let Some((number, act, asked)) = recorded::open(case, facts.law).next() else { return Ok(()) };
    let link = asked.link.map_or("", |it| it.label());
    no(
        "recording.open",
        asked.source,
        format!(
            "第{number}项办案事项（{}，{}，{}）未完成：待音像记录",
            act.of.verb.label(),
            link,
            crate::period::long(act.on)
        ),
        if act.waiting() {
            "未作音像记录的原因待审批，请由负责人审批。"
        } else {
            "请关联音像记录；确因客观原因没有录制的，说明原因并报负责人审批。"
        },
    )
}
