//! People: roles, certificates, and whether they were valid on a day.

mod certificate;
mod decide;
mod state;

pub use certificate::{Certificate, CertificateNumber, region_prefix};
pub use decide::{StaffCommand, StaffFacts, decide};
pub use state::{LegalQualification, StaffEvent, StaffState};

use serde::{Deserialize, Serialize};

/// What a person may be trusted with. One person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 执法人员: files, investigates, serves.
    Officer,
    /// 承办机构负责人: checks the unit's forms.
    UnitHead,
    /// 法制审核人员.
    Reviewer,
    /// 法制机构负责人: signs off reviews, checks publications.
    ReviewHead,
    /// 分管负责人: approves measures, coordinates contested reviews.
    Deputy,
    /// 主要负责人: decides.
    Head,
    /// 办公室公示人员: publishes what was checked.
    Publicity,
    /// 听证主持人.
    HearingHost,
    /// 收缴核对人员: matches receipts; never an officer's own case.
    Cashier,
    /// 档案管理员.
    Archivist,
    /// 司法行政监督人员: reads all, changes nothing in a case.
    Supervisor,
    /// 系统管理员: accounts and settings, no business data.
    SystemAdmin,
    /// 安全保密管理员: grants roles.
    SecurityAdmin,
    /// 安全审计员: reads the logs.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 14] = [
        Self::Officer,
        Self::UnitHead,
        Self::Reviewer,
        Self::ReviewHead,
        Self::Deputy,
        Self::Head,
        Self::Publicity,
        Self::HearingHost,
        Self::Cashier,
        Self::Archivist,
        Self::Supervisor,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::Auditor,
    ];

    /// The field's own word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Officer => "执法人员",
            Self::UnitHead => "承办机构负责人",
            Self::Reviewer => "法制审核人员",
            Self::ReviewHead => "法制机构负责人",
            Self::Deputy => "分管负责人",
            Self::Head => "主要负责人",
            Self::Publicity => "公示人员",
            Self::HearingHost => "听证主持人",
            Self::Cashier => "收缴核对人员",
            Self::Archivist => "档案管理员",
            Self::Supervisor => "执法监督人员",
            Self::SystemAdmin => "系统管理员",
            Self::SecurityAdmin => "安全保密管理员",
            Self::Auditor => "安全审计员",
        }
    }
}

impl Role {
    /// The three administrators, who keep each other in check and hold no
    /// business role.
    pub const fn is_administrator(self) -> bool {
        match self {
            Self::SystemAdmin | Self::SecurityAdmin | Self::Auditor => true,
            Self::Officer
            | Self::UnitHead
            | Self::Reviewer
            | Self::ReviewHead
            | Self::Deputy
            | Self::Head
            | Self::Publicity
            | Self::HearingHost
            | Self::Cashier
            | Self::Archivist
            | Self::Supervisor => false,
        }
    }

    /// Stable name, as stored and as in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::UnitHead => "unit_head",
            Self::Reviewer => "reviewer",
            Self::ReviewHead => "review_head",
            Self::Deputy => "deputy",
            Self::Head => "head",
            Self::Publicity => "publicity",
            Self::HearingHost => "hearing_host",
            Self::Cashier => "cashier",
            Self::Archivist => "archivist",
            Self::Supervisor => "supervisor",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::Auditor => "auditor",
        }
    }
}

#[cfg(test)]
mod tests;
