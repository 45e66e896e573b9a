//! Organs: who enforces, where, and with which confirmed powers.

use crate::cite::Citation;
use crate::codes::Uscc;
use crate::matter::{Actor, DecodeError, Matter, MatterKind, Meta, OrganId, StaffId};
use crate::refusal::Refusal;
use crate::staff::Role;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an organ is in the law of enforcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganKind {
    /// 行政执法机关 (行政处罚法第十七条).
    Organ,
    /// 授权组织 (行政处罚法第十九条).
    Authorised,
    /// 受委托组织 (行政处罚法第二十条、第二十一条).
    Entrusted,
    /// 司法行政部门, 行政执法监督机构 (行政执法监督条例第六条).
    Oversight,
    /// 本级人民政府及其办公厅（室）.
    Government,
}

impl OrganKind {
    /// The field's own word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organ => "行政执法机关",
            Self::Authorised => "授权组织",
            Self::Entrusted => "受委托组织",
            Self::Oversight => "行政执法监督机构",
            Self::Government => "人民政府",
        }
    }

    /// Whether it may enforce once confirmed.
    pub const fn enforces(self) -> bool {
        match self {
            Self::Organ | Self::Authorised | Self::Entrusted => true,
            Self::Oversight | Self::Government => false,
        }
    }
}

/// Where fines are paid: never at the organ itself (行政处罚法第六十七条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// Bank.
    pub bank: String,
    /// Address of the bank (罚款决定与罚款收缴分离实施办法第七条).
    #[serde(default)]
    pub address: String,
    /// Account name.
    pub name: String,
    /// Account number.
    pub account: String,
}

/// What is known of an organ besides its confirmation. All of it is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganProfile {
    /// Full name.
    pub name: String,
    /// 统一社会信用代码 (GB 32100), which policy files of the organ itself name it by;
    /// empty where it is not registered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Place word of its document numbers, for example `示` in （示）应急罚〔2026〕9号.
    pub short_name: String,
    /// System word of its document numbers, for example `应急`.
    pub system: String,
    /// GB/T 2260 code of its region.
    pub region: String,
    /// What it is.
    pub kind: OrganKind,
    /// Address.
    pub address: String,
    /// Telephone.
    pub phone: String,
    /// Scope of its policies, for example `sichuan/nanchong/emergency`.
    pub policy_scope: String,
    /// Field of enforcement; the category its officers' certificates must cover.
    pub category: String,
    /// Units inside it.
    pub units: Vec<String>,
    /// Where fines are paid.
    pub payee: Option<Payee>,
    /// Where reconsideration is applied for (行政复议法).
    pub reconsideration: String,
    /// Court for lawsuits (行政诉讼法).
    pub court: String,
}

/// What happened to an organ's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum OrganEvent {
    /// 登记.
    Registered {
        /// What is known of it.
        profile: OrganProfile,
    },
    /// 变更.
    Changed {
        /// What is known of it now.
        profile: OrganProfile,
    },
    /// 确认执法主体资格.
    Confirmed {
        /// First day.
        from: Date,
    },
    /// 停止执法主体资格.
    Ended {
        /// First day without it.
        on: Date,
    },
}

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum OrganCommand {
    /// 登记.
    Register {
        /// What is known of it.
        profile: OrganProfile,
    },
    /// 变更.
    Change {
        /// What is known of it now.
        profile: OrganProfile,
    },
    /// 确认执法主体资格.
    Confirm {
        /// First day; not before the day of recording.
        from: Date,
    },
    /// 停止执法主体资格.
    End {
        /// First day without it; not before the day of recording.
        on: Date,
    },
}

/// One organ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganState {
    /// Which.
    pub id: OrganId,
    /// What is known of it.
    pub profile: OrganProfile,
    /// Terms of its confirmation: first day, and first day after.
    pub confirmed: Vec<(Date, Option<Date>)>,
}

impl OrganState {
    /// Whether its power to enforce was confirmed on `day`.
    pub fn confirmed_on(&self, day: Date) -> bool {
        self.confirmed.iter().any(|(from, end)| *from <= day && end.is_none_or(|end| day < end))
    }
}

/// What else the decision looks at.
#[derive(Clone, Debug)]
pub struct OrganFacts {
    /// Who asks.
    pub actor: Actor,
    /// Civil day of the recording.
    pub today: Date,
}

const CONFIRMATION: Citation = Citation::of("行政执法监督条例", "第十七条");

/// Decides a command on an organ's record.
///
/// # Errors
/// When the record does not stand so, the actor may not, or a value is wrong.
pub fn decide(
    state: Option<&OrganState>,
    command: &OrganCommand,
    facts: &OrganFacts,
) -> Result<Vec<OrganEvent>, Refusal> {
    let system = facts.actor.id == StaffId(Uuid::nil());
    match (state, command) {
        (None, OrganCommand::Register { profile }) => {
            if !system {
                return Err(refuse("organ.system_only", "机关由系统初始化时登记", "在服务器上办理"));
            }
            valid(profile)?;
            Ok(vec![OrganEvent::Registered { profile: profile.clone() }])
        }
        (None, OrganCommand::Change { .. } | OrganCommand::Confirm { .. } | OrganCommand::End { .. }) => {
            Err(refuse("organ.absent", "没有这个机关", "先登记机关"))
        }
        (Some(_), OrganCommand::Register { .. }) => Err(refuse("organ.exists", "机关已登记", "无须再办")),
        (Some(state), OrganCommand::Change { profile }) => {
            if !system && !facts.actor.has(Role::SystemAdmin) {
                return Err(refuse("organ.administrator", "只有系统管理员可以变更", "请由系统管理员办理"));
            }
            valid(profile)?;
            if *profile == state.profile {
                return Err(refuse("organ.unchanged", "没有变更的内容", "更正后重新提交"));
            }
            Ok(vec![OrganEvent::Changed { profile: profile.clone() }])
        }
        (Some(state), OrganCommand::Confirm { from }) => confirm(state, *from, system, facts),
        (Some(state), OrganCommand::End { on }) => end(state, *on, system, facts),
    }
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, CONFIRMATION, message, remedy)
}

fn valid(profile: &OrganProfile) -> Result<(), Refusal> {
    let wrong = |name: &str, message: &str| {
        Err(refuse("organ.malformed", message, "更正后重新提交").field(format!("profile/{name}"), message))
    };
    let chars = profile.name.chars().count();
    if profile.name.trim().is_empty() || chars > 60 {
        return wrong("name", "机关名称应为 1 至 60 字");
    }
    if !profile.code.is_empty() {
        match Uscc::parse(&profile.code) {
            Ok(exact) if exact.as_str() == profile.code => {}
            Ok(exact) => return wrong("code", &format!("统一社会信用代码应写作 {}", exact.as_str())),
            Err(error) => return wrong("code", &error.to_string()),
        }
    }
    if profile.short_name.trim().is_empty() || profile.short_name.chars().count() > 10 {
        return wrong("short_name", "文号地区简称应为 1 至 10 字");
    }
    if profile.region.len() != 6 || !profile.region.bytes().all(|b| b.is_ascii_digit()) {
        return wrong("region", "行政区划代码应为六位数字（GB/T 2260）");
    }
    let mut units = profile.units.clone();
    units.sort();
    units.dedup();
    if units.len() != profile.units.len() || units.iter().any(|it| it.trim().is_empty()) {
        return wrong("units", "机构名称不得空白或者重复");
    }
    if profile.kind.enforces() && profile.category.trim().is_empty() {
        return wrong("category", "请填写执法类别");
    }
    Ok(())
}

/// Confirmation is the oversight organ's act, never the organ's own.
fn overseer(state: &OrganState, system: bool, facts: &OrganFacts) -> Result<(), Refusal> {
    if system || (facts.actor.has(Role::Supervisor) && facts.actor.organ != state.id) {
        return Ok(());
    }
    Err(refuse("organ.oversight", "执法主体资格由行政执法监督机构确认", "请由司法行政部门办理"))
}

fn confirm(
    state: &OrganState,
    from: Date,
    system: bool,
    facts: &OrganFacts,
) -> Result<Vec<OrganEvent>, Refusal> {
    overseer(state, system, facts)?;
    if !state.profile.kind.enforces() {
        return Err(refuse("organ.not_enforcing", "该机关不是行政执法主体", "核对机关类别"));
    }
    if state.confirmed.iter().any(|(_, end)| end.is_none_or(|end| from < end)) {
        return Err(refuse("organ.confirmed", "该日已有执法主体资格", "无须再办"));
    }
    if from < facts.today && !system {
        return Err(
            refuse("organ.back_dated", "不得早于登记当日", "更正起始日").field("from", "不得早于登记当日")
        );
    }
    Ok(vec![OrganEvent::Confirmed { from }])
}

fn end(state: &OrganState, on: Date, system: bool, facts: &OrganFacts) -> Result<Vec<OrganEvent>, Refusal> {
    overseer(state, system, facts)?;
    let Some((from, _)) = state.confirmed.iter().find(|(_, end)| end.is_none()) else {
        return Err(refuse("organ.not_confirmed", "没有执法主体资格", "无须再办"));
    };
    if on < facts.today || on < *from {
        return Err(
            refuse("organ.back_dated", "不得早于登记当日和确认之日", "更正日期").field("on", "日期过早")
        );
    }
    Ok(vec![OrganEvent::Ended { on }])
}

impl Matter for OrganState {
    const KIND: MatterKind = MatterKind::Organ;
    type Event = OrganEvent;

    fn type_of(event: &OrganEvent) -> (&'static str, u16) {
        match event {
            OrganEvent::Registered { .. } => ("organ.registered", 1),
            OrganEvent::Changed { .. } => ("organ.changed", 1),
            OrganEvent::Confirmed { .. } => ("organ.confirmed", 1),
            OrganEvent::Ended { .. } => ("organ.ended", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<OrganEvent, DecodeError> {
        crate::matter::decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &OrganEvent) -> Self {
        let (mut confirmed, before) = match state {
            Some(state) => (state.confirmed, Some(state.profile)),
            None => (Vec::new(), None),
        };
        let profile = match event {
            OrganEvent::Registered { profile } | OrganEvent::Changed { profile } => profile.clone(),
            OrganEvent::Confirmed { from } => {
                confirmed.push((*from, None));
                before.unwrap_or_else(unknown)
            }
            OrganEvent::Ended { on } => {
                for (_, end) in confirmed.iter_mut().filter(|(_, end)| end.is_none()) {
                    *end = Some(*on);
                }
                before.unwrap_or_else(unknown)
            }
        };
        Self { id: meta.organ, profile, confirmed }
    }
}

/// A stream that does not begin with its registration cannot be written here;
/// folding it must still not fail.
fn unknown() -> OrganProfile {
    OrganProfile {
        name: String::new(),
        code: String::new(),
        short_name: String::new(),
        system: String::new(),
        region: String::new(),
        kind: OrganKind::Government,
        address: String::new(),
        phone: String::new(),
        policy_scope: String::new(),
        category: String::new(),
        units: Vec::new(),
        payee: None,
        reconsideration: String::new(),
        court: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::{MatterId, Moment};

    fn profile() -> OrganProfile {
        OrganProfile {
            name: "示例县应急管理局".into(),
            short_name: "示".into(),
            system: "应急".into(),
            region: "513435".into(),
            kind: OrganKind::Organ,
            category: "安全生产".into(),
            units: vec!["执法大队".into()],
            ..unknown()
        }
    }

    fn facts(id: u128, organ: u128, roles: &[Role]) -> OrganFacts {
        let actor = Actor {
            id: StaffId(Uuid::from_u128(id)),
            organ: OrganId(Uuid::from_u128(organ)),
            roles: roles.to_vec(),
        };
        OrganFacts { actor, today: jiff::civil::date(2026, 3, 2) }
    }

    fn fold(events: &[OrganEvent]) -> OrganState {
        let at = "2026-03-02T01:00:00Z".parse().unwrap();
        let organ = OrganId(Uuid::from_u128(1));
        let mut state = None;
        for (version, event) in (1..).zip(events) {
            let meta = Meta {
                matter: MatterId(organ.0),
                organ,
                version,
                actor: StaffId(Uuid::nil()),
                moment: Moment::now(at),
            };
            state = Some(OrganState::evolve(state, &meta, event));
        }
        state.unwrap()
    }

    #[test]
    fn only_oversight_confirms_and_never_back() {
        let day = |d| jiff::civil::date(2026, 3, d);
        let state = fold(&[OrganEvent::Registered { profile: profile() }]);
        let code = |facts: &OrganFacts, from| {
            decide(Some(&state), &OrganCommand::Confirm { from }, facts).map_err(|r| r.code.into_owned())
        };
        assert_eq!(code(&facts(5, 1, &[Role::SystemAdmin]), day(2)), Err("organ.oversight".into()));
        assert_eq!(code(&facts(5, 1, &[Role::Supervisor]), day(2)), Err("organ.oversight".into()));
        assert_eq!(code(&facts(5, 2, &[Role::Supervisor]), day(1)), Err("organ.back_dated".into()));
        let events = code(&facts(5, 2, &[Role::Supervisor]), day(3)).unwrap();
        let mut all = vec![OrganEvent::Registered { profile: profile() }];
        all.extend(events);
        all.push(OrganEvent::Ended { on: day(9) });
        let state = fold(&all);
        let days: Vec<bool> = [2, 3, 8, 9].map(|d| state.confirmed_on(day(d))).to_vec();
        assert_eq!(days, [false, true, true, false]);
    }

    #[test]
    fn profiles_are_checked_by_field() {
        let system = facts(0, 0, &[]);
        let twice = OrganProfile { units: vec!["大队".into(), "大队".into()], ..profile() };
        let region = OrganProfile { region: "51343".into(), ..profile() };
        let code = OrganProfile { code: "11513435MB00000000".into(), ..profile() };
        for (bad, field) in [(twice, "profile/units"), (region, "profile/region"), (code, "profile/code")] {
            let refusal = decide(None, &OrganCommand::Register { profile: bad }, &system).unwrap_err();
            assert_eq!(refusal.fields[0].field, field);
        }
        let refusal =
            decide(None, &OrganCommand::Register { profile: profile() }, &facts(5, 1, &[Role::SystemAdmin]));
        assert_eq!(refusal.unwrap_err().code, "organ.system_only");
        assert!(decide(None, &OrganCommand::Register { profile: profile() }, &system).is_ok());
    }

    #[test]
    fn stored_bodies_decode_and_others_do_not() {
        let event = OrganEvent::Registered { profile: profile() };
        let body = serde_json::to_value(&event).unwrap();
        assert_eq!(OrganState::decode("organ.registered", 1, body.clone()).unwrap(), event);
        assert!(OrganState::decode("organ.confirmed", 1, body.clone()).is_err());
        assert!(OrganState::decode("organ.registered", 2, body).is_err());
    }
}
