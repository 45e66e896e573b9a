//! How enforcement and 代履行 are carried out: by day, on a working day, signed.

use super::enforcement::{known, refuse};
use super::investigate::held;
use super::required;
use crate::case::command::CarryingOut;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::law::coercion_law;
use crate::case::sampling::SamplingPresence;
use crate::case::state::{Case, PartyState};
use crate::case::types::Session;
use crate::cite::Citation;
use crate::matter::shanghai;
use crate::period;
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::{Date, Time, time};

/// 夜间: from ten in the evening until six in the morning. The law of coercion does not say when
/// night is; this is the night of 噪声污染防治法第八十八条第二项.
const NIGHT: (Time, Time) = (time(22, 0, 0, 0), time(6, 0, 0, 0));
/// Where it stands that enforcement keeps off nights and holidays.
const REST: Citation = coercion_law("第四十三条第一款");

/// Carried out as decided: not before its day, not at night or on a holiday unless urgent,
/// signed by the party or a witness.
pub(super) fn carried_out(case: &Case, it: &CarryingOut, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.record, "record", "实施经过和结果")?;
    let state = known(case, it.party, "第三十七条")?;
    let (decision, served) = gate::to_carry_out(case, facts, it.party, state)?;
    held(case, &it.session, facts)?;
    let day = crate::matter::civil_day(it.session.started_at);
    unpaused(state, day)?;
    let from = decision.what.planned_on.max(served.effective_on);
    if day < from {
        return Err(refuse(
            "enforcement.early",
            "第三十七条第二款第三项",
            format!("决定书载明、送达的日期是{}，不能提前实施", period::long(from)),
            "请在该日或者以后实施。",
        )
        .field("started_at", "早于决定书载明的时间")
        .after(from));
    }
    rested(&it.session, &it.urgent, facts)?;
    witnessed(it.presence, &it.witness, "第三十七条")
}

/// Neither at night nor on a holiday, unless urgent with its reason (第四十三条第一款). A holiday is
/// every day that is no working day: 第六十九条 sets the one against the other.
pub(super) fn rested(session: &Session, urgent: &Text, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (start, end) = (session.started_at.to_zoned(shanghai()), session.ended_at.to_zoned(shanghai()));
    let (first, last) = (start.date(), end.date());
    let night = first != last || start.time() < NIGHT.1 || end.time() > NIGHT.0;
    // What is urgent asks for no calendar.
    if !urgent.is_blank() {
        return Ok(());
    }
    let mut holiday = false;
    for day in [first, last] {
        let works = facts.calendar.is_workday(day).ok_or_else(|| {
            Refusal::new(
                "calendar.out_of_range",
                REST,
                "不能确定实施之日是否为法定节假日",
                "请系统管理员导入相应年份的工作日历。",
            )
        })?;
        holiday |= !works;
    }
    if !night && !holiday {
        return Ok(());
    }
    let when = if night { "夜间（二十二时至次日六时）" } else { "法定节假日" };
    Err(Refusal::new(
        "enforcement.rest",
        REST,
        format!("不得在{when}实施行政强制执行"),
        "请在工作日的白天实施；情况紧急的，写明紧急情况。",
    )
    .field(if night { "started_at" } else { "urgent" }, "不得在夜间、法定节假日实施，情况紧急的写明"))
}

/// It did not pause on the day of the act, whatever holds today (第三十九条).
pub(super) fn unpaused(state: &PartyState, day: Date) -> Result<(), Refusal> {
    if !state.enforcement.paused_on(day) {
        return Ok(());
    }
    Err(refuse(
        "enforcement.paused",
        "第三十九条",
        format!("{}执行处于中止期间", period::long(day)),
        "中止期间不得实施；请核对时间，恢复执行后再实施。",
    )
    .field("started_at", "在中止期间"))
}

/// The party signed, or a witness did.
pub(super) fn witnessed(
    presence: SamplingPresence,
    witness: &Text,
    article: &'static str,
) -> Result<(), Refusal> {
    let alone = match presence {
        SamplingPresence::Signed => false,
        SamplingPresence::Refused | SamplingPresence::Absent => witness.is_blank(),
    };
    if !alone {
        return Ok(());
    }
    Err(refuse(
        "enforcement.unwitnessed",
        article,
        "当事人没有到场或者拒绝签名，没有见证人",
        "请邀请见证人到场，并在执行文书上签名或者盖章。",
    )
    .field("witness", "请写明见证人"))
}
