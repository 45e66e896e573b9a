//! Forms of the commands on a person's record.

use mingjing_domain::staff::{Role, StaffCommand};
use serde_json::{Value, json};

use crate::kit::authz::{self, Verb};
use crate::kit::body::texts;
use crate::kit::form::{Choice, FieldSpec, Kind};

/// One command as a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// 安排机构.
    Assign,
    /// 授予角色.
    Grant,
    /// 收回角色.
    Revoke,
    /// 核发证件.
    Issue,
    /// 暂扣证件.
    Suspend,
    /// 发还证件.
    Restore,
    /// 吊销证件.
    RevokeCertificate,
    /// 登记法律职业资格.
    Qualify,
    /// 停用账户.
    Disable,
    /// 启用账户.
    Enable,
}

impl Act {
    /// Every act, in the order of the page.
    pub const ALL: [Self; 10] = [
        Self::Grant,
        Self::Revoke,
        Self::Assign,
        Self::Issue,
        Self::Suspend,
        Self::Restore,
        Self::RevokeCertificate,
        Self::Qualify,
        Self::Disable,
        Self::Enable,
    ];

    /// Last part of the form's address; the command's own name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Grant => "grant_role",
            Self::Revoke => "revoke_role",
            Self::Issue => "issue_certificate",
            Self::Suspend => "suspend_certificate",
            Self::Restore => "restore_certificate",
            Self::RevokeCertificate => "revoke_certificate",
            Self::Qualify => "record_legal_qualification",
            Self::Disable => "disable",
            Self::Enable => "enable",
        }
    }

    /// Words for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Assign => "安排所在机构",
            Self::Grant => "授予角色",
            Self::Revoke => "收回角色",
            Self::Issue => "核发执法证件",
            Self::Suspend => "暂扣执法证件",
            Self::Restore => "发还执法证件",
            Self::RevokeCertificate => "吊销执法证件",
            Self::Qualify => "登记法律职业资格",
            Self::Disable => "停用账户",
            Self::Enable => "启用账户",
        }
    }

    /// The verb in the authorization table.
    pub const fn verb(self) -> &'static Verb {
        match self {
            Self::Assign => authz::STAFF_ASSIGN,
            Self::Grant | Self::Revoke => authz::STAFF_GRANT,
            Self::Issue | Self::Suspend | Self::Restore | Self::RevokeCertificate | Self::Qualify => {
                authz::CERTIFICATE
            }
            Self::Disable | Self::Enable => authz::STAFF_ENABLE,
        }
    }

    /// The act of an address.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The fields of its form. `units` are those of the organ, `held` the roles
    /// held, `certificates` the numbers on record.
    pub fn specs(self, units: &[String], held: &[Role], certificates: &[String]) -> Vec<FieldSpec> {
        let numbers = || certificates.iter().map(|it| Choice::new(it, it)).collect::<Vec<_>>();
        let reason = || FieldSpec::new("reason", "理由", Kind::Paragraph).max(500);
        let roles = |wanted: bool| {
            Role::ALL
                .iter()
                .filter(|it| held.contains(it) == wanted)
                .map(|it| Choice::new(it.name(), it.label()))
                .collect::<Vec<_>>()
        };
        let certificate = |day: &'static str, label: &'static str| {
            vec![
                FieldSpec::new("number", "证件编号", Kind::Choice(numbers())),
                FieldSpec::new(day, label, Kind::Date),
                reason(),
            ]
        };
        match self {
            Self::Assign => {
                let units = units.iter().map(|it| Choice::new(it, it)).collect();
                vec![
                    FieldSpec::new("unit", "所在机构", Kind::Choice(units))
                        .hint("不选表示不在任何机构")
                        .optional(),
                ]
            }
            Self::Grant => vec![FieldSpec::new("role", "角色", Kind::Choice(roles(false)))],
            Self::Revoke => vec![FieldSpec::new("role", "角色", Kind::Choice(roles(true)))],
            Self::Issue => vec![
                FieldSpec::new("number", "证件编号", Kind::Line).max(40),
                FieldSpec::new("categories", "执法类别", Kind::Line)
                    .hint("多个类别用顿号隔开，如“安全生产、应急管理”"),
                FieldSpec::new("region", "执法区域", Kind::Line).hint("六位行政区划代码（GB/T 2260）").max(6),
                FieldSpec::new("valid_from", "有效期起", Kind::Date),
                FieldSpec::new("valid_to", "有效期止", Kind::Date),
            ],
            Self::Suspend => certificate("from", "暂扣之日"),
            Self::Restore => certificate("on", "发还之日"),
            Self::RevokeCertificate => certificate("on", "吊销之日"),
            Self::Qualify => vec![
                FieldSpec::new("number", "法律职业资格证书编号", Kind::Line)
                    .hint("第五十八条第二款：初次从事行政处罚决定法制审核的人员应当取得")
                    .max(40)
                    .optional(),
                FieldSpec::new("reviewing_since", "从事法制审核的起始日", Kind::Date)
                    .hint("2018年1月1日以前已从事审核、没有证书的填写")
                    .optional(),
            ],
            Self::Disable | Self::Enable => vec![reason()],
        }
    }

    /// The fields of its body for programs: what depends on the person's record is
    /// checked beside the write.
    pub fn fields(self) -> Vec<FieldSpec> {
        let held: &[Role] = if self == Self::Revoke { &Role::ALL } else { &[] };
        let mut specs = self.specs(&[], held, &[]);
        open_choices(&mut specs);
        for it in specs.iter_mut().filter(|it| it.name == "categories") {
            *it = texts("categories", "执法类别", 60);
        }
        specs
    }

    /// The typed command from what the form read.
    ///
    /// # Errors
    /// When schema and command do not agree, which a test excludes.
    pub fn command(self, mut value: Value) -> Result<StaffCommand, serde_json::Error> {
        if self == Self::Issue
            && let Some(typed) = value.get("categories").and_then(Value::as_str)
        {
            let split: Vec<&str> =
                typed.split(['、', ',', '，', ' ']).map(str::trim).filter(|it| !it.is_empty()).collect();
            value["categories"] = json!(split);
        }
        value["command"] = json!(self.name());
        serde_json::from_value(value)
    }
}

/// A choice whose values are not known beforehand takes any text.
fn open_choices(specs: &mut [FieldSpec]) {
    for it in specs {
        if matches!(&it.kind, Kind::Choice(all) if all.is_empty()) {
            it.kind = Kind::Line;
        }
    }
}

/// The fields of a new account for programs.
pub fn register_fields() -> Vec<FieldSpec> {
    let mut specs = register_specs(&[]);
    open_choices(&mut specs);
    specs
}

/// The form of a new account.
pub fn register_specs(units: &[String]) -> Vec<FieldSpec> {
    let units = units.iter().map(|it| Choice::new(it, it)).collect();
    vec![
        FieldSpec::new("name", "姓名", Kind::Line).max(50),
        FieldSpec::new("title", "职务", Kind::Line).max(50),
        FieldSpec::new("login", "登录名", Kind::Line).hint("2 至 32 个字符，不分大小写").max(32),
        FieldSpec::new("unit", "所在机构", Kind::Choice(units)).optional(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::form::{Posted, read};

    #[test]
    fn every_form_reads_into_its_command() {
        let units = ["执法大队".to_owned()];
        let certificates = ["示00001".to_owned()];
        for act in Act::ALL {
            let specs = act.specs(&units, &[Role::Officer], &certificates);
            let pairs = specs.iter().map(|it| {
                let value = match (&it.kind, it.name.as_ref()) {
                    (Kind::Choice(choices), _) => choices[0].value.clone(),
                    (Kind::Date, _) => "2026-03-11".to_owned(),
                    (_, "region") => "513435".to_owned(),
                    (_, "categories") => "安全生产、应急管理".to_owned(),
                    (_, _) => "示例".to_owned(),
                };
                (it.name.to_string(), value)
            });
            let posted = Posted::from_pairs(pairs.collect());
            let command = act.command(read(&specs, &posted).unwrap()).unwrap();
            assert_eq!(crate::staff::service::verb_of(&command).name, act.verb().name);
            if let StaffCommand::IssueCertificate { categories, .. } = command {
                assert_eq!(categories, ["安全生产", "应急管理"]);
            }
        }
    }
}
