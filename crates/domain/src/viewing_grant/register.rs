//! 借阅、复制登记: one line a loan and a delivery of copies.

use super::event::Requester;
use super::state::Grant;
use super::words::Purpose;
use crate::codes::DocumentNumber;
use crate::matter::{MatterId, StaffId, civil_day};
use crate::text::Text;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// 借阅.
    Loan {
        /// Of which case.
        case: MatterId,
        /// Volumes.
        volumes: u16,
        /// Last civil day.
        until: Date,
        /// Civil day it came back, and whether undamaged.
        returned: Option<(Date, bool)>,
        /// Days by which it is or was late; 0 in time.
        overdue_days: u32,
    },
    /// 复制.
    Copies {
        /// Number of the letter.
        number: DocumentNumber,
        /// How many pieces.
        pieces: usize,
        /// Pages on paper.
        pages: u32,
    },
}

/// One line of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The approval.
    pub grant: MatterId,
    /// For whom.
    pub requester: Requester,
    /// Who asked or entered it.
    pub by: StaffId,
    /// For what.
    pub purpose: Purpose,
    /// Who took it.
    pub receiver: Text,
    /// Civil day it left.
    pub out_on: Date,
    /// What.
    pub line: Line,
}

fn late(until: Date, back: Date) -> u32 {
    // Days between two civil dates; a day before the last counts as none.
    until.until(back).map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
}

/// The register on a civil day, oldest first.
pub fn register(grants: &[(MatterId, &Grant)], today: Date) -> Vec<Entry> {
    let mut out = Vec::new();
    for (id, grant) in grants {
        let entry = |receiver: &Text, out_on: Date, line: Line| Entry {
            grant: *id,
            requester: grant.requester.clone(),
            by: grant.requested_by,
            purpose: grant.purpose,
            receiver: receiver.clone(),
            out_on,
            line,
        };
        for loan in &grant.loans {
            let back = loan.returned.map_or(today, |(day, _)| day);
            let line = Line::Loan {
                case: loan.case,
                volumes: loan.volumes,
                until: loan.until,
                returned: loan.returned,
                overdue_days: late(loan.until, back),
            };
            out.push(entry(&loan.receiver, loan.out_on, line));
        }
        for delivery in &grant.deliveries {
            let pages = delivery.copies.iter().map(|c| c.pages).sum();
            let line = Line::Copies { number: delivery.number.clone(), pieces: delivery.copies.len(), pages };
            out.push(entry(&delivery.receiver, delivery.on, line));
        }
    }
    out.sort_by_key(|entry| (entry.out_on, entry.grant));
    out
}

/// The loans that are out longer than they may be.
pub fn overdue(register: &[Entry]) -> impl Iterator<Item = &Entry> {
    register.iter().filter(|entry| match &entry.line {
        Line::Loan { returned: None, overdue_days, .. } => *overdue_days > 0,
        Line::Loan { returned: Some(_), .. } | Line::Copies { .. } => false,
    })
}

/// How often records were used under approvals between two civil days, both included, by
/// purpose: a look, a copy, an export and a delivered piece each count once. Looks without
/// approval stand beside the cases and are counted there.
pub fn uses(grants: &[(MatterId, &Grant)], from: Date, to: Date) -> BTreeMap<Purpose, u32> {
    let inside = |day: Date| from <= day && day <= to;
    let mut out = BTreeMap::new();
    for (_, grant) in grants {
        let used = grant.uses.iter().filter(|u| inside(civil_day(u.at))).count();
        let delivered: usize = grant.deliveries.iter().filter(|d| inside(d.on)).map(|d| d.copies.len()).sum();
        let times = u32::try_from(used + delivered).unwrap_or(u32::MAX);
        if times > 0 {
            let sum = out.entry(grant.purpose).or_insert(0_u32);
            *sum = sum.saturating_add(times);
        }
    }
    out
}
