//! A person's record: events and the state they fold to.

use super::Role;
use super::certificate::{Certificate, CertificateNumber, certificate_on};
use crate::matter::{Actor, DecodeError, Matter, MatterKind, Meta, OrganId, StaffId};
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What happened to a person's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum StaffEvent {
    /// 建立账户.
    Registered {
        /// Name.
        name: Text,
        /// Post (职务).
        title: Text,
        /// Unit inside the organ; empty for none.
        unit: String,
    },
    /// 安排机构.
    Assigned {
        /// Unit inside the organ; empty for none.
        unit: String,
    },
    /// 授予角色.
    RoleGranted {
        /// Role.
        role: Role,
    },
    /// 收回角色.
    RoleRevoked {
        /// Role.
        role: Role,
    },
    /// 核发证件.
    CertificateIssued {
        /// Number.
        number: CertificateNumber,
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
    CertificateSuspended {
        /// Number.
        number: CertificateNumber,
        /// First day of the suspension.
        from: Date,
        /// Why.
        reason: Text,
    },
    /// 发还证件.
    CertificateRestored {
        /// Number.
        number: CertificateNumber,
        /// First day on which it is valid again.
        on: Date,
        /// Why.
        reason: Text,
    },
    /// 吊销证件.
    CertificateRevoked {
        /// Number.
        number: CertificateNumber,
        /// First day on which it is void.
        on: Date,
        /// Why.
        reason: Text,
    },
    /// 登记法律职业资格.
    LegalQualificationRecorded {
        /// Number of the certificate; empty without one.
        number: String,
        /// First day of reviewing penalties, where it was before the qualification was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reviewing_since: Option<Date>,
    },
    /// 停用账户.
    Disabled {
        /// Why.
        reason: Text,
    },
    /// 启用账户.
    Enabled {
        /// Why.
        reason: Text,
    },
}

/// A person on the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffState {
    /// Who.
    pub id: StaffId,
    /// Organ.
    pub organ: OrganId,
    /// Name.
    pub name: Text,
    /// Post.
    pub title: Text,
    /// Unit inside the organ; empty for none.
    pub unit: String,
    /// Roles held now, in the order of [`Role::ALL`].
    pub roles: Vec<Role>,
    /// Certificates in the order of issue.
    pub certificates: Vec<Certificate>,
    /// Why the person may review penalties; none where nothing is recorded.
    pub qualification: Option<LegalQualification>,
    /// Whether the account is enabled.
    pub enabled: bool,
}

/// Why a person may review penalties (行政处罚法第五十八条第二款).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegalQualification {
    /// Number of the certificate of 国家统一法律职业资格; empty without one.
    pub number: String,
    /// First day of reviewing, where it was before the qualification was asked for.
    pub reviewing_since: Option<Date>,
}

impl LegalQualification {
    /// As a document names it.
    pub fn words(&self) -> String {
        match (self.number.as_str(), self.reviewing_since) {
            ("", None) => String::new(),
            ("", Some(day)) => format!("自{}起从事法制审核", crate::period::long(day)),
            (number, _) => format!("法律职业资格证书 {number}"),
        }
    }
}

impl StaffState {
    /// The person as an actor, with the roles held now.
    pub fn actor(&self) -> Actor {
        Actor { id: self.id, organ: self.organ, roles: self.roles.clone() }
    }

    /// The certificate under which the person may act on `day`.
    ///
    /// # Errors
    /// The nearest reason why there is none (行政处罚法第四十二条第一款).
    pub fn certificate_on(&self, day: Date, category: &str, region: &str) -> Result<&Certificate, Refusal> {
        certificate_on(&self.certificates, day, category, region)
    }

    /// The certificate of a number.
    pub fn certificate(&self, number: &str) -> Option<&Certificate> {
        self.certificates.iter().find(|it| it.number == number)
    }

    fn certificate_mut(&mut self, number: &str, change: impl FnOnce(&mut Certificate)) {
        if let Some(it) = self.certificates.iter_mut().find(|it| it.number == number) {
            change(it);
        }
    }

    fn apply(&mut self, event: &StaffEvent) {
        match event {
            StaffEvent::Registered { name, title, unit } => {
                self.name = name.clone();
                self.title = title.clone();
                self.unit.clone_from(unit);
            }
            StaffEvent::Assigned { unit } => self.unit.clone_from(unit),
            StaffEvent::RoleGranted { role } => {
                if !self.roles.contains(role) {
                    self.roles.push(*role);
                    self.roles.sort_unstable();
                }
            }
            StaffEvent::RoleRevoked { role } => self.roles.retain(|it| it != role),
            StaffEvent::CertificateIssued { number, categories, region, valid_from, valid_to } => {
                self.certificates.push(Certificate {
                    number: number.clone(),
                    categories: categories.clone(),
                    region: region.clone(),
                    valid_from: *valid_from,
                    valid_to: *valid_to,
                    blocked: Vec::new(),
                    revoked_on: None,
                });
            }
            StaffEvent::CertificateSuspended { number, from, .. } => {
                self.certificate_mut(number, |it| it.blocked.push((*from, None)));
            }
            StaffEvent::CertificateRestored { number, on, .. } => {
                self.certificate_mut(number, |it| {
                    for (_, until) in it.blocked.iter_mut().filter(|(_, until)| until.is_none()) {
                        *until = Some(*on);
                    }
                });
            }
            StaffEvent::CertificateRevoked { number, on, .. } => {
                self.certificate_mut(number, |it| {
                    it.blocked.push((*on, None));
                    it.revoked_on = Some(*on);
                });
            }
            StaffEvent::LegalQualificationRecorded { number, reviewing_since } => {
                self.qualification =
                    Some(LegalQualification { number: number.clone(), reviewing_since: *reviewing_since });
            }
            StaffEvent::Disabled { .. } => self.enabled = false,
            StaffEvent::Enabled { .. } => self.enabled = true,
        }
    }
}

impl Matter for StaffState {
    const KIND: MatterKind = MatterKind::Staff;
    type Event = StaffEvent;

    fn type_of(event: &StaffEvent) -> (&'static str, u16) {
        match event {
            StaffEvent::Registered { .. } => ("staff.registered", 1),
            StaffEvent::Assigned { .. } => ("staff.assigned", 1),
            StaffEvent::RoleGranted { .. } => ("staff.role_granted", 1),
            StaffEvent::RoleRevoked { .. } => ("staff.role_revoked", 1),
            StaffEvent::CertificateIssued { .. } => ("staff.certificate_issued", 1),
            StaffEvent::CertificateSuspended { .. } => ("staff.certificate_suspended", 1),
            StaffEvent::CertificateRestored { .. } => ("staff.certificate_restored", 1),
            StaffEvent::CertificateRevoked { .. } => ("staff.certificate_revoked", 1),
            StaffEvent::LegalQualificationRecorded { .. } => ("staff.legal_qualification_recorded", 1),
            StaffEvent::Disabled { .. } => ("staff.disabled", 1),
            StaffEvent::Enabled { .. } => ("staff.enabled", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<StaffEvent, DecodeError> {
        crate::matter::decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &StaffEvent) -> Self {
        let mut state = state.unwrap_or_else(|| Self {
            id: StaffId(meta.matter.0),
            organ: meta.organ,
            name: Text::closed(""),
            title: Text::closed(""),
            unit: String::new(),
            roles: Vec::new(),
            certificates: Vec::new(),
            qualification: None,
            enabled: true,
        });
        state.apply(event);
        state
    }
}
