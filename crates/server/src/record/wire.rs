//! Documents of the running program: organ, people and rules from their own
//! matters, commands through the case's service.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::{OrganProfile, OrganState};
use mingjing_domain::staff::{LegalQualification, StaffState};
use uuid::Uuid;

use crate::calendar::service::imported;
use crate::case::facts::{Rules, staff_matter};
use crate::case::service::{Options, carry_out};
use crate::kit::app::App;
use crate::kit::jobs::JobError;

use super::job::{Carry, Gather, Sheets};
use super::sheet::{Collector, OrganSheet, PersonSheet};

/// Commands on cases, decided under `rules`.
pub fn carry(rules: Arc<Rules>) -> Carry {
    Arc::new(move |w, matter, command| {
        let rules = Arc::clone(&rules);
        Box::pin(async move {
            // Within a write that has its id already: the id of the options is not looked at.
            let options = Options::new(Uuid::nil());
            Ok(carry_out(w, &rules, Some(matter), &command, &options).await?.version)
        })
    })
}

/// Sheets from the matters of the organ and its people; `watermark` marks
/// demonstration data.
pub fn gather(rules: Arc<Rules>, watermark: Option<String>) -> Gather {
    Arc::new(move |app, organ, people, day| {
        let (rules, watermark) = (Arc::clone(&rules), watermark.clone());
        Box::pin(async move { sheets(&app, &rules, organ, people, day, watermark).await })
    })
}

async fn sheets(
    app: &App,
    rules: &Rules,
    organ: OrganId,
    ids: BTreeSet<StaffId>,
    day: Date,
    watermark: Option<String>,
) -> Result<Sheets, JobError> {
    let found = app.load::<OrganState>(MatterId(organ.0)).await?;
    let found = found.ok_or_else(|| JobError("没有文书所属的机关".to_owned()))?;
    let imported = imported(app).await?;
    let of_day = rules
        .on(&found.state, found.version, day, imported.as_deref())
        .map_err(|e| JobError(e.to_string()))?;
    let mut people = BTreeMap::new();
    for id in ids {
        if let Some(state) = app.load::<StaffState>(staff_matter(id)).await? {
            people.insert(id, person(&state.state, &found.profile, day));
        }
    }
    Ok(Sheets {
        organ: sheet(&found.profile),
        people,
        law: of_day.law.clone(),
        calendar: Arc::clone(&of_day.calendar),
        order: of_day.policy.archive_order.value,
        watermark,
    })
}

/// The organ as its documents name it.
pub fn sheet(profile: &OrganProfile) -> OrganSheet {
    let collector = profile.payee.as_ref().map(|payee| Collector {
        name: payee.bank.clone(),
        address: payee.address.clone(),
        account_name: payee.name.clone(),
        account: payee.account.clone(),
        channel: String::new(),
    });
    OrganSheet {
        name: profile.name.clone(),
        place: profile.short_name.clone(),
        address: profile.address.clone(),
        phone: profile.phone.clone(),
        postcode: String::new(),
        contact: String::new(),
        government: profile.reconsideration.clone(),
        court: profile.court.clone(),
        procuratorate: "同级人民检察院".to_owned(),
        collector: collector.unwrap_or_default(),
    }
}

/// A person as documents name them, with the certificate valid on `day`, or the
/// last one where none was.
pub(super) fn person(state: &StaffState, organ: &OrganProfile, day: Date) -> PersonSheet {
    let valid = state.certificate_on(day, &organ.category, &organ.region).ok();
    let certificate = valid.or_else(|| state.certificates.last());
    PersonSheet {
        name: state.name.value().unwrap_or_default().to_owned(),
        unit: state.unit.clone(),
        post: state.title.value().unwrap_or_default().to_owned(),
        cert_no: certificate.map(|it| it.number.to_string()).unwrap_or_default(),
        qualification: state.qualification.as_ref().map(LegalQualification::words).unwrap_or_default(),
    }
}
