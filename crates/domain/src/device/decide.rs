//! May this be done with a device now? Table and function.

use super::{
    CheckProblem, Device, DeviceCommand, DeviceEvent, DeviceRegistration, DeviceVerb, Measured, SiteReview,
};
use crate::case::facts::Person;
use crate::cite::{Citation, penalty_law};
use crate::matter::{Actor, Moment, StaffId};
use crate::recording::procedure::custody_rules;
use crate::recording::settings::CustodyRules;
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::{MAX_CHARS, Text};
use std::collections::BTreeMap;

/// What a decision gives.
pub type Outcome = Result<DeviceEvent, Refusal>;

/// One row: who may do what with a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceStep {
    /// What.
    pub verb: DeviceVerb,
    /// Who: any of these roles.
    pub who: &'static [Role],
    /// Only the person who holds it, where somebody does.
    pub holder: bool,
    /// Where it stands.
    pub article: Citation,
}

const LEDGER: &[Role] = &[Role::UnitHead];
const USERS: &[Role] = &[Role::Officer, Role::HearingHost, Role::UnitHead];
const HEADS: &[Role] = &[Role::Deputy, Role::Head];

/// The row of a verb.
pub fn device_step(verb: DeviceVerb) -> DeviceStep {
    use DeviceVerb as V;
    let row = |who, holder, article| DeviceStep { verb, who, holder, article };
    match verb {
        V::Register => row(LEDGER, false, custody_rules("第十一条")),
        V::Assign => row(LEDGER, false, custody_rules("第十一条")),
        V::Return => row(USERS, true, custody_rules("第十一条")),
        V::Check => row(USERS, true, custody_rules("第十六条")),
        V::ReportFault => row(USERS, true, custody_rules("第十七条")),
        V::SendForRepair | V::Repaired => row(LEDGER, false, custody_rules("第十七条")),
        V::Maintain => row(USERS, false, custody_rules("第十六条")),
        V::PublishSite => row(&[Role::UnitHead, Role::Publicity], false, penalty_law("第四十一条第一款")),
        V::ReviewSite => {
            row(&[Role::Reviewer, Role::ReviewHead, Role::UnitHead], false, penalty_law("第四十一条第一款"))
        }
        V::Scrap => row(HEADS, false, custody_rules("第十七条")),
    }
}

/// The table in Markdown: one row a verb.
pub fn device_markdown() -> String {
    let mut out = String::from(
        "# 执法记录设备\n\n本表由程序生成，与系统执行的是同一张表。\n\n| 事项 | 由谁办理 | 限使用人 | 依据 |\n|---|---|---|---|\n",
    );
    for verb in DeviceVerb::ALL {
        let step = device_step(*verb);
        let who: Vec<_> = step.who.iter().map(|it| it.label()).collect();
        let holder = if step.holder { "是" } else { "—" };
        out.push_str(&format!("| {} | {} | {holder} | {} |\n", verb.label(), who.join("、"), step.article));
    }
    out
}

/// Facts of the moment.
pub struct DeviceFacts<'a> {
    /// Both times.
    pub moment: Moment,
    /// Who asks.
    pub actor: Actor,
    /// Persons that the command names, the actor among them.
    pub people: &'a BTreeMap<StaffId, Person>,
    /// Thresholds of the check before use.
    pub custody: &'a CustodyRules,
    /// Another device of the organ has the number.
    pub number_used: bool,
}

fn no(row: &DeviceStep, code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(code, row.article.clone(), message, remedy)
}

fn required(row: &DeviceStep, text: &Text, field: &'static str, label: &str) -> Result<(), Refusal> {
    if text.is_blank() || text.chars() > MAX_CHARS {
        return Err(no(row, "input.required", format!("请填写{label}"), "补充后重新提交")
            .field(field, format!("{label}不能为空，也不能过长")));
    }
    Ok(())
}

/// Decides a command on a device; `None` is one that does not exist yet.
///
/// # Errors
/// A refusal with its article.
pub fn decide(state: Option<&Device>, command: &DeviceCommand, facts: &DeviceFacts<'_>) -> Outcome {
    use DeviceCommand as C;
    let row = device_step(command.verb());
    if facts.moment.happened_at > facts.moment.recorded_at {
        return Err(no(&row, "time.future", "行为时间晚于现在", "请填写实际发生的时间")
            .field("happened_at", "不能晚于现在"));
    }
    allowed(state, &row, facts)?;
    let Some(device) = state else {
        let C::Register(registration) = command else {
            return Err(no(&row, "device.unknown", "没有该设备", "请先登记"));
        };
        return register(registration, &row, facts);
    };
    if device.scrapped_at.is_some() {
        return Err(no(&row, "device.scrapped", "该设备已经报废", "请使用其他设备"));
    }
    match command {
        C::Register(_) => Err(no(&row, "device.exists", "该设备已经登记", "无须重复登记")),
        C::Assign { to, note } => assign(device, *to, note, &row, facts),
        C::Return { condition } => {
            if device.holder().is_none() {
                return Err(no(&row, "device.not_assigned", "该设备没有配发给任何人", "无须归还"));
            }
            required(&row, condition, "condition", "归还时的状况")?;
            Ok(DeviceEvent::Returned { condition: condition.clone() })
        }
        C::Check(measured) => {
            if measured.battery_percent.is_some_and(|it| it > 100) {
                return Err(
                    no(&row, "device.battery", "电量应为百分数", "请核对").field("battery_percent", "0至100")
                );
            }
            Ok(DeviceEvent::Checked { measured: *measured, problems: problems(measured, facts.custody) })
        }
        C::ReportFault { .. } | C::SendForRepair { .. } | C::Repaired { .. } | C::Maintain { .. } => {
            upkeep(device, command, &row)
        }
        C::PublishSite { .. } | C::ReviewSite { .. } => site(device, command, &row, facts),
        C::Scrap { reason } => {
            required(&row, reason, "reason", "报废理由和存储介质的处理")?;
            Ok(DeviceEvent::Scrapped { reason: reason.clone() })
        }
    }
}

fn allowed(state: Option<&Device>, row: &DeviceStep, facts: &DeviceFacts<'_>) -> Result<(), Refusal> {
    let actor = &facts.actor;
    if !row.who.iter().any(|it| actor.has(*it)) {
        let who: Vec<_> = row.who.iter().map(|it| it.label()).collect();
        let message = format!("“{}”由{}办理", row.verb.label(), who.join("、"));
        return Err(no(row, "role.missing", message, "请交由相应岗位的人员办理"));
    }
    if !facts.people.get(&actor.id).is_some_and(|it| it.enabled && it.organ == actor.organ) {
        return Err(no(row, "actor.disabled", "账号已停用，或者不属于本机关", "请联系系统管理员"));
    }
    let Some(device) = state else { return Ok(()) };
    if device.organ != actor.organ {
        return Err(no(row, "organ.other", "不是本机关的设备", "请由设备所属机关办理"));
    }
    let holder = device.holder().is_none_or(|it| it == actor.id) || actor.has(Role::UnitHead);
    if row.holder && !holder {
        let message = format!("“{}”由使用人办理", row.verb.label());
        return Err(no(row, "device.other_holder", message, "请由使用人或者承办机构负责人办理"));
    }
    Ok(())
}

fn register(it: &DeviceRegistration, row: &DeviceStep, facts: &DeviceFacts<'_>) -> Outcome {
    let fields = [
        (&it.number, "number", "设备编号"),
        (&it.model, "model", "型号"),
        (&it.serial, "serial", "序列号"),
        (&it.unit, "unit", "配发单位"),
    ];
    for (text, field, label) in fields {
        if text.trim().is_empty() || text.chars().count() > 60 {
            return Err(no(row, "device.registration", format!("请填写{label}"), "补充后重新提交")
                .field(field, "1至60字"));
        }
    }
    if facts.number_used {
        return Err(
            no(row, "device.number_used", "设备编号已被使用", "请核对编号").field("number", "已被使用")
        );
    }
    match (&it.site, it.kind.published()) {
        (Some(site), true) => required(row, &site.place, "site_place", "设置地点")?,
        (None, true) => {
            return Err(no(row, "device.site", "固定设备应写明设置地点", "请填写设置地点")
                .field("site_place", "不能为空"));
        }
        (Some(_), false) => {
            return Err(no(row, "device.site", "该类设备没有固定的设置地点", "请删去设置地点")
                .field("site_place", "应为空"));
        }
        (None, false) => {}
    }
    Ok(DeviceEvent::Registered(it.clone()))
}

fn assign(device: &Device, to: StaffId, note: &Text, row: &DeviceStep, facts: &DeviceFacts<'_>) -> Outcome {
    if device.registration.kind.fixed() {
        return Err(no(row, "device.fixed", "固定设备不配发给个人", "请在设置地点使用"));
    }
    if device.faulty() {
        return Err(no(row, "device.faulty", "设备有故障，应停止使用", "请先送修"));
    }
    if device.holder().is_some() {
        return Err(no(row, "device.assigned", "该设备已经配发", "请先办理归还"));
    }
    let person = facts.people.get(&to).filter(|p| p.enabled && p.organ == facts.actor.organ);
    let user = person.is_some_and(|p| p.roles.iter().any(|r| matches!(r, Role::Officer | Role::HearingHost)));
    if !user {
        return Err(no(row, "device.user", "使用人不是本机关执法人员或者听证主持人", "请选择使用人")
            .field("to", "应为本机关执法人员"));
    }
    Ok(DeviceEvent::Assigned { to, note: note.clone() })
}

/// What of a check is not as the rules ask.
fn problems(measured: &Measured, rules: &CustodyRules) -> Vec<CheckProblem> {
    let mut out = Vec::new();
    if measured.battery_percent.is_some_and(|it| u32::from(it) < rules.min_battery.value) {
        out.push(CheckProblem::Battery);
    }
    if measured.free_mib < rules.min_free_mib.value {
        out.push(CheckProblem::Space);
    }
    if measured.clock_offset_ms.unsigned_abs() > u64::from(rules.max_clock_offset_s.value) * 1_000 {
        out.push(CheckProblem::Clock);
    }
    out
}

fn upkeep(device: &Device, command: &DeviceCommand, row: &DeviceStep) -> Outcome {
    match command {
        DeviceCommand::ReportFault { description } => {
            required(row, description, "description", "故障情况")?;
            if device.faulty() {
                return Err(no(row, "device.faulty", "故障已经报告", "请停止使用，等待维修"));
            }
            Ok(DeviceEvent::FaultReported { description: description.clone() })
        }
        DeviceCommand::SendForRepair { repairer, professional } => {
            required(row, repairer, "repairer", "维修单位")?;
            if !device.faulty() {
                return Err(no(row, "device.sound", "没有报告故障", "请先报告故障"));
            }
            if device.in_repair.is_some() {
                return Err(no(row, "device.in_repair", "该设备正在维修", "请等待维修结果"));
            }
            if !professional {
                return Err(no(row, "device.private_repair", "不得私自拆装、更换", "请联系专业部门维修")
                    .field("professional", "应由专业部门维修"));
            }
            Ok(DeviceEvent::SentForRepair { repairer: repairer.clone() })
        }
        DeviceCommand::Repaired { fit, result } => {
            required(row, result, "result", "维修结果")?;
            if device.in_repair.is_none() {
                return Err(no(row, "device.not_in_repair", "该设备没有送修", "请先送修"));
            }
            Ok(DeviceEvent::Repaired { fit: *fit, result: result.clone() })
        }
        DeviceCommand::Maintain { work } => {
            required(row, work, "work", "维护保养情况")?;
            Ok(DeviceEvent::Maintained { work: work.clone() })
        }
        _ => Err(no(row, "device.unknown", "没有该设备", "请先登记")),
    }
}

/// The place is published; surveillance is reviewed by law and by technique, by the
/// people of each.
fn site(device: &Device, command: &DeviceCommand, row: &DeviceStep, facts: &DeviceFacts<'_>) -> Outcome {
    if !device.registration.kind.published() {
        return Err(no(row, "device.site", "该类设备没有固定的设置地点", "无须办理"));
    }
    match command {
        DeviceCommand::PublishSite { on, medium } => {
            required(row, medium, "medium", "公布的载体")?;
            if *on > facts.moment.recorded_day() {
                return Err(
                    no(row, "time.future", "公布日期晚于今天", "请核对日期").field("on", "不能晚于今天")
                );
            }
            Ok(DeviceEvent::SitePublished { on: *on, medium: medium.clone() })
        }
        DeviceCommand::ReviewSite { review, pass, opinion } => {
            required(row, opinion, "opinion", "审核意见")?;
            let legal = facts.actor.has(Role::Reviewer) || facts.actor.has(Role::ReviewHead);
            let fits = match review {
                SiteReview::Legal => legal,
                SiteReview::Technical => facts.actor.has(Role::UnitHead),
            };
            if !fits {
                return Err(no(
                    row,
                    "device.review",
                    format!("{}由相应人员办理", review.label()),
                    "法制审核由法制审核人员、技术审核由承办机构负责人组织办理",
                )
                .field("review", "不属于本岗位"));
            }
            Ok(DeviceEvent::SiteReviewed { review: *review, pass: *pass, opinion: opinion.clone() })
        }
        _ => Err(no(row, "device.unknown", "没有该设备", "请先登记")),
    }
}
