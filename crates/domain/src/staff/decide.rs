//! What may be done to a person's record.

use super::{LegalQualification, Role, StaffEvent, StaffState};
use crate::cite::Citation;
use crate::matter::{Actor, StaffId};
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum StaffCommand {
    /// 建立账户.
    Register {
        /// Name.
        name: Text,
        /// Post.
        title: Text,
        /// Unit inside the organ; empty for none.
        #[serde(default)]
        unit: Option<String>,
    },
    /// 安排机构.
    Assign {
        /// Unit inside the organ; none takes the person out of all.
        #[serde(default)]
        unit: Option<String>,
    },
    /// 授予角色.
    GrantRole {
        /// Role.
        role: Role,
    },
    /// 收回角色.
    RevokeRole {
        /// Role.
        role: Role,
    },
    /// 核发证件.
    IssueCertificate {
        /// Number.
        number: String,
        /// Categories of enforcement.
        categories: Vec<String>,
        /// GB/T 2260 code of the region.
        region: String,
        /// First day.
        valid_from: Date,
        /// Last day.
        valid_to: Date,
    },
    /// 暂扣证件.
    SuspendCertificate {
        /// Number.
        number: String,
        /// First day; not before the day of recording.
        from: Date,
        /// Why.
        reason: Text,
    },
    /// 发还证件.
    RestoreCertificate {
        /// Number.
        number: String,
        /// First day on which it is valid again; not before the day of recording.
        on: Date,
        /// Why.
        reason: Text,
    },
    /// 吊销证件.
    RevokeCertificate {
        /// Number.
        number: String,
        /// First day on which it is void; not before the day of recording.
        on: Date,
        /// Why.
        reason: Text,
    },
    /// 登记法律职业资格.
    RecordLegalQualification {
        /// Number of the certificate of 国家统一法律职业资格; empty without one.
        #[serde(default)]
        number: String,
        /// First day of reviewing penalties, for who reviewed before it was asked for.
        #[serde(default)]
        reviewing_since: Option<Date>,
    },
    /// 停用账户.
    Disable {
        /// Why.
        reason: Text,
    },
    /// 启用账户.
    Enable {
        /// Why.
        reason: Text,
    },
}

/// What else the decision looks at.
#[derive(Clone, Debug)]
pub struct StaffFacts {
    /// Who asks.
    pub actor: Actor,
    /// Civil day of the recording.
    pub today: Date,
    /// Units of the organ.
    pub units: Vec<String>,
    /// The organ has no staff with roles yet: the system itself may set up the
    /// first administrators.
    pub founding: bool,
}

/// Separation of system, security and audit administration.
const THREE: Citation = Citation::of("信息安全技术 网络安全等级保护基本要求（GB/T 22239—2019）", "8.1.5");
/// Qualification and oversight of enforcement staff.
const OVERSIGHT: Citation = Citation::of("行政执法监督条例", "第三十二条");

/// Who reviews penalties for the first time holds the legal qualification.
const REVIEWERS: Citation = Citation::of("行政处罚法", "第五十八条第二款");
/// The first day on which that was law (行政处罚法2017年修正第三十八条第三款).
const ASKED_FROM: Date = Date::constant(2018, 1, 1);

fn field(code: &'static str, name: &str, message: &str) -> Refusal {
    Refusal::new(code, THREE, message, "更正后重新提交").field(name, message)
}

/// Decides a command on a person's record.
///
/// # Errors
/// When the record does not stand so, the actor may not, or a value is wrong.
pub fn decide(
    state: Option<&StaffState>,
    command: &StaffCommand,
    facts: &StaffFacts,
) -> Result<Vec<StaffEvent>, Refusal> {
    let Some(state) = state else { return register(command, facts) };
    match command {
        StaffCommand::Register { .. } => Err(field("staff.exists", "", "该人员已有账户")),
        StaffCommand::Assign { unit } => assign(state, unit.as_deref(), facts),
        StaffCommand::GrantRole { role } => grant(state, *role, facts),
        StaffCommand::RevokeRole { role } => revoke(state, *role, facts),
        StaffCommand::IssueCertificate { number, categories, region, valid_from, valid_to } => {
            not_oneself(state.id, facts)?;
            issue(state, number, categories, region, *valid_from, *valid_to)
        }
        StaffCommand::SuspendCertificate { number, from, reason } => {
            held(state, number, *from, reason, facts)?;
            Ok(vec![StaffEvent::CertificateSuspended {
                number: number.clone(),
                from: *from,
                reason: reason.clone(),
            }])
        }
        StaffCommand::RestoreCertificate { number, on, reason } => restore(state, number, *on, reason, facts),
        StaffCommand::RevokeCertificate { number, on, reason } => {
            voidable(state, number, *on, reason, facts)?;
            Ok(vec![StaffEvent::CertificateRevoked {
                number: number.clone(),
                on: *on,
                reason: reason.clone(),
            }])
        }
        StaffCommand::RecordLegalQualification { number, reviewing_since } => {
            not_oneself(state.id, facts)?;
            qualify(state, number, *reviewing_since)
        }
        StaffCommand::Disable { reason } => {
            not_oneself(state.id, facts)?;
            needs_reason(reason)?;
            if !state.enabled {
                return Err(Refusal::new("staff.disabled", THREE, "账户已经停用", "无须再办"));
            }
            Ok(vec![StaffEvent::Disabled { reason: reason.clone() }])
        }
        StaffCommand::Enable { reason } => {
            not_oneself(state.id, facts)?;
            needs_reason(reason)?;
            if state.enabled {
                return Err(Refusal::new("staff.enabled", THREE, "账户没有停用", "无须再办"));
            }
            Ok(vec![StaffEvent::Enabled { reason: reason.clone() }])
        }
    }
}

fn register(command: &StaffCommand, facts: &StaffFacts) -> Result<Vec<StaffEvent>, Refusal> {
    let StaffCommand::Register { name, title, unit } = command else {
        return Err(field("staff.absent", "", "没有这个人员"));
    };
    administrator(Role::SystemAdmin, facts)?;
    if name.is_blank() || name.chars() > 50 {
        return Err(field("staff.name", "name", "姓名应为 1 至 50 字"));
    }
    if title.chars() > 50 {
        return Err(field("staff.title", "title", "职务最多 50 字"));
    }
    let unit = known_unit(unit.as_deref(), facts)?;
    Ok(vec![StaffEvent::Registered { name: name.clone(), title: title.clone(), unit }])
}

/// The system itself while the organ is founded, or the administrator of the role.
fn administrator(role: Role, facts: &StaffFacts) -> Result<(), Refusal> {
    if facts.actor.has(role) || (facts.founding && facts.actor.id == StaffId(Uuid::nil())) {
        return Ok(());
    }
    let message = format!("只有{}可以办理", role.label());
    Err(Refusal::new("staff.administrator", THREE, message, "请由该管理员办理"))
}

fn not_oneself(id: StaffId, facts: &StaffFacts) -> Result<(), Refusal> {
    if facts.actor.id == id {
        return Err(Refusal::new(
            "staff.oneself",
            THREE,
            "任何人不得为自己办理授权、证件和账户状态",
            "请由其他管理员办理",
        ));
    }
    Ok(())
}

fn needs_reason(reason: &Text) -> Result<(), Refusal> {
    if reason.is_blank() { Err(field("staff.reason", "reason", "请填写理由")) } else { Ok(()) }
}

fn known_unit(unit: Option<&str>, facts: &StaffFacts) -> Result<String, Refusal> {
    match unit {
        None | Some("") => Ok(String::new()),
        Some(unit) if facts.units.iter().any(|it| it == unit) => Ok(unit.to_owned()),
        Some(_) => Err(field("staff.unit", "unit", "本机关没有这个机构")),
    }
}

fn assign(state: &StaffState, unit: Option<&str>, facts: &StaffFacts) -> Result<Vec<StaffEvent>, Refusal> {
    administrator(Role::SystemAdmin, facts)?;
    not_oneself(state.id, facts)?;
    let unit = known_unit(unit, facts)?;
    if unit == state.unit {
        return Err(field("staff.unit_same", "unit", "已在该机构"));
    }
    Ok(vec![StaffEvent::Assigned { unit }])
}

fn grant(state: &StaffState, role: Role, facts: &StaffFacts) -> Result<Vec<StaffEvent>, Refusal> {
    administrator(Role::SecurityAdmin, facts)?;
    not_oneself(state.id, facts)?;
    if !state.enabled {
        return Err(Refusal::new("staff.disabled", THREE, "账户已停用，不能授予角色", "先启用账户"));
    }
    if state.roles.contains(&role) {
        return Err(field("staff.role_held", "role", "已有该角色"));
    }
    let clash = state.roles.iter().find(|it| role.is_administrator() || it.is_administrator());
    if let Some(held) = clash {
        let message = format!("{}与{}不得由同一人担任", role.label(), held.label());
        return Err(Refusal::new("staff.separation", THREE, message, "由不同人员分别担任")
            .field("role", "与已有角色冲突"));
    }
    Ok(vec![StaffEvent::RoleGranted { role }])
}

fn revoke(state: &StaffState, role: Role, facts: &StaffFacts) -> Result<Vec<StaffEvent>, Refusal> {
    administrator(Role::SecurityAdmin, facts)?;
    not_oneself(state.id, facts)?;
    if !state.roles.contains(&role) {
        return Err(field("staff.role_absent", "role", "没有该角色"));
    }
    Ok(vec![StaffEvent::RoleRevoked { role }])
}

fn issue(
    state: &StaffState,
    number: &str,
    categories: &[String],
    region: &str,
    valid_from: Date,
    valid_to: Date,
) -> Result<Vec<StaffEvent>, Refusal> {
    let wrong = |name: &str, message: &str| {
        Err(Refusal::new("certificate.malformed", OVERSIGHT, message, "按证件填写").field(name, message))
    };
    if number.is_empty() || number.chars().count() > 40 || number.chars().any(char::is_whitespace) {
        return wrong("number", "证件编号应为 1 至 40 字，不含空格");
    }
    if state.certificate(number).is_some() {
        return wrong("number", "已登记这个证件编号");
    }
    if categories.is_empty() || categories.iter().any(|it| it.trim().is_empty()) {
        return wrong("categories", "至少填写一个执法类别");
    }
    let digits = region.len() == 6 && region.bytes().all(|b| b.is_ascii_digit());
    if !digits || region.starts_with("00") {
        return wrong("region", "执法区域应为六位行政区划代码（GB/T 2260）");
    }
    if valid_to < valid_from {
        return wrong("valid_to", "有效期止于起日之前");
    }
    Ok(vec![StaffEvent::CertificateIssued {
        number: number.to_owned(),
        categories: categories.to_vec(),
        region: region.to_owned(),
        valid_from,
        valid_to,
    }])
}

/// A certificate, or work as a reviewer from before one was asked for (行政处罚法第五十八条第二款).
fn qualify(
    state: &StaffState,
    number: &str,
    reviewing_since: Option<Date>,
) -> Result<Vec<StaffEvent>, Refusal> {
    let wrong = |name: &str, message: &str| {
        Err(Refusal::new("qualification.malformed", REVIEWERS, message, "按证书或者任职文件填写")
            .field(name, message))
    };
    let number = number.trim();
    if number.chars().count() > 40 || number.chars().any(char::is_whitespace) {
        return wrong("number", "证书编号最多 40 字，不含空格");
    }
    if reviewing_since.is_some_and(|day| day >= ASKED_FROM) {
        return wrong("reviewing_since", "2018年1月1日以后初次从事审核的，应当取得法律职业资格");
    }
    if number.is_empty() && reviewing_since.is_none() {
        return wrong("number", "请填写法律职业资格证书编号，或者此前从事审核的起始日");
    }
    let qualification = LegalQualification { number: number.to_owned(), reviewing_since };
    if state.qualification.as_ref() == Some(&qualification) {
        return Err(Refusal::new("qualification.same", REVIEWERS, "已登记相同的资格", "无须再办"));
    }
    Ok(vec![StaffEvent::LegalQualificationRecorded { number: qualification.number, reviewing_since }])
}

/// The certificate exists and is not revoked; the day is not back-dated.
fn voidable(
    state: &StaffState,
    number: &str,
    day: Date,
    reason: &Text,
    facts: &StaffFacts,
) -> Result<(), Refusal> {
    not_oneself(state.id, facts)?;
    needs_reason(reason)?;
    let Some(certificate) = state.certificate(number) else {
        return Err(field("certificate.absent", "number", "没有这个证件"));
    };
    if certificate.revoked_on.is_some() {
        return Err(Refusal::new("certificate.revoked", OVERSIGHT, "证件已经吊销", "无须再办"));
    }
    if day < facts.today {
        return Err(field("certificate.back_dated", "on", "不得早于登记当日：已办的行为按当日证件状态认定"));
    }
    Ok(())
}

fn held(
    state: &StaffState,
    number: &str,
    day: Date,
    reason: &Text,
    facts: &StaffFacts,
) -> Result<(), Refusal> {
    voidable(state, number, day, reason, facts)?;
    let open = |it: &super::Certificate| it.blocked.iter().any(|(_, until)| until.is_none());
    if state.certificate(number).is_some_and(open) {
        return Err(Refusal::new("certificate.suspended", OVERSIGHT, "证件已在暂扣期间", "无须再办"));
    }
    Ok(())
}

fn restore(
    state: &StaffState,
    number: &str,
    on: Date,
    reason: &Text,
    facts: &StaffFacts,
) -> Result<Vec<StaffEvent>, Refusal> {
    voidable(state, number, on, reason, facts)?;
    let open = state.certificate(number).and_then(|it| it.blocked.iter().find(|(_, until)| until.is_none()));
    match open {
        None => Err(Refusal::new("certificate.not_suspended", OVERSIGHT, "证件没有暂扣", "无须再办")),
        Some((from, _)) if on < *from => Err(field("certificate.order", "on", "不得早于暂扣之日")),
        Some(_) => Ok(vec![StaffEvent::CertificateRestored {
            number: number.to_owned(),
            on,
            reason: reason.clone(),
        }]),
    }
}
