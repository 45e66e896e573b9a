//! Enforcement certificates (行政执法证).

use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Number printed on a certificate.
pub type CertificateNumber = String;

/// One certificate of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Number.
    pub number: CertificateNumber,
    /// Categories of enforcement (执法类别) it covers.
    pub categories: Vec<String>,
    /// GB/T 2260 code of the region it covers; trailing zero pairs stand for all below.
    pub region: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Date,
    /// From the first day of each pair until before the second it is suspended;
    /// without a second day it is suspended still, or revoked.
    pub blocked: Vec<(Date, Option<Date>)>,
    /// Revoked for good on this day.
    pub revoked_on: Option<Date>,
}

/// The digits of a GB/T 2260 code that count: whole pairs without trailing `00`.
pub fn region_prefix(code: &str) -> &str {
    let mut prefix = code;
    while let Some(shorter) = prefix.strip_suffix("00").filter(|it| it.len() % 2 == 0) {
        prefix = shorter;
    }
    prefix
}

impl Certificate {
    /// Whether it is inside its term and neither suspended nor revoked on `day`.
    pub fn in_force(&self, day: Date) -> bool {
        self.valid_from <= day && day <= self.valid_to && !self.blocked_on(day)
    }

    /// Whether it is suspended or revoked on `day`.
    pub fn blocked_on(&self, day: Date) -> bool {
        self.blocked.iter().any(|(from, until)| *from <= day && until.is_none_or(|end| day < end))
    }

    /// Whether it covers the category.
    pub fn covers_category(&self, category: &str) -> bool {
        self.categories.iter().any(|it| it == category)
    }

    /// Whether its region contains the region of that code.
    pub fn covers_region(&self, region: &str) -> bool {
        let prefix = region_prefix(&self.region);
        !prefix.is_empty() && region.starts_with(prefix)
    }
}

/// The certificate under which a person may act on `day`: for this category, in
/// this region. Among several the one that lasts longest.
///
/// # Errors
/// The nearest reason why none fits (行政处罚法第四十二条第一款).
pub fn certificate_on<'a>(
    certificates: &'a [Certificate],
    day: Date,
    category: &str,
    region: &str,
) -> Result<&'a Certificate, Refusal> {
    let fits =
        |it: &&Certificate| it.in_force(day) && it.covers_category(category) && it.covers_region(region);
    if let Some(best) = certificates.iter().filter(fits).max_by_key(|it| it.valid_to) {
        return Ok(best);
    }
    Err(reason(certificates, day, category, region))
}

fn reason(certificates: &[Certificate], day: Date, category: &str, region: &str) -> Refusal {
    let qualified = penalty_law("第四十二条第一款");
    if certificates.is_empty() {
        return Refusal::new(
            "certificate.none",
            qualified,
            "没有行政执法证件",
            "由持有有效证件的执法人员办理，或者先依法取得执法资格",
        );
    }
    let Some(here) = certificates.iter().find(|it| it.covers_category(category)) else {
        return Refusal::new(
            "certificate.category",
            qualified,
            format!("执法证件不含执法类别“{category}”"),
            "由持有该类别证件的执法人员办理",
        );
    };
    if !certificates.iter().any(|it| it.covers_category(category) && it.covers_region(region)) {
        return Refusal::new(
            "certificate.region",
            penalty_law("第二十二条"),
            format!("执法证件的执法区域 {} 不含 {region}", here.region),
            "由执法区域包含违法行为发生地的执法人员办理",
        );
    }
    let near = certificates
        .iter()
        .filter(|it| it.covers_category(category) && it.covers_region(region))
        .max_by_key(|it| it.valid_to)
        .unwrap_or(here);
    let (code, message) = if near.revoked_on.is_some_and(|it| it <= day) {
        ("certificate.revoked", "执法证件已被吊销".to_owned())
    } else if near.blocked_on(day) {
        ("certificate.suspended", "执法证件在该日处于暂扣期间".to_owned())
    } else if day < near.valid_from {
        ("certificate.not_yet", format!("执法证件自 {} 起有效", near.valid_from))
    } else {
        ("certificate.expired", format!("执法证件有效期至 {}", near.valid_to))
    };
    let basis = Citation::of(
        "国务院办公厅关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见（国办发〔2018〕118号）",
        "（二十三）",
    );
    Refusal::new(code, basis, message, "由证件在行为当日有效的执法人员办理")
}
