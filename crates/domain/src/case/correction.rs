//! 责令改正: whoever is penalised is told to put right what is wrong (行政处罚法第二十八条第一款),
//! by an order in the case or by the decision itself.

use super::event::CaseEvent;
use super::facts::Facts;
use super::state::Case;
use super::substance::DecisionSubstance;
use super::substitute::Demanded;
use super::types::*;
use crate::cite::penalty_law;
use crate::matter::Meta;
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

words! {
    /// How a decision itself answers for the correction.
    Corrective {
        WithDecision = "随决定责令限期改正",
        Corrected = "违法行为已经改正",
        Impossible = "违法行为已经终了，无从改正",
    }
}

/// Longest time that a decision may leave for the correction, in days: no law says one, but
/// what takes longer than ten years is a slip of the pen.
const LONGEST_DAYS: u16 = 3_650;

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn no_days(days: &u16) -> bool {
    *days == 0
}

/// What a decision says of the correction by one party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correcting {
    /// Which party.
    pub party: PartyNo,
    /// How it stands.
    pub corrective: Corrective,
    /// What is to be put right; or from what it is known that it is, or cannot be.
    pub details: Text,
    /// Days from the receipt of the decision within which it is to be put right; 0 where
    /// nothing is ordered.
    #[serde(default, skip_serializing_if = "no_days")]
    pub days: u16,
}

/// An order to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectionOrder {
    /// Party.
    pub party: PartyNo,
    /// What.
    pub items: Text,
    /// Last day; `None` until the decision that orders it is served.
    pub due_on: Option<Date>,
    /// The document that orders it.
    pub document: Option<DocumentNo>,
    /// Ordered by the decision: days from its receipt.
    pub days: Option<u16>,
    /// Result of the re-check.
    pub rechecked: Option<bool>,
    /// Day of the last re-check.
    pub rechecked_on: Option<Date>,
    /// Demands that it be followed, oldest first.
    pub demands: Vec<Demanded>,
}

impl CorrectionOrder {
    /// It still binds and was not found to be followed: what a decision ordered falls with it.
    pub fn open(&self, case: &Case) -> bool {
        let fell = self.days.is_some() && case.revoked(self.party).is_some();
        self.rechecked != Some(true) && !fell
    }
}

fn refuse(
    code: &'static str,
    message: impl Into<String>,
    remedy: &'static str,
    field: String,
    fault: &'static str,
) -> Refusal {
    Refusal::new(code, penalty_law("第二十八条第一款"), message, remedy).field(field, fault)
}

/// What a draft says of the correction is whole: known parties once each, in words, and days
/// where it orders something.
///
/// # Errors
/// Names the first field that is not.
pub fn complete(case: &Case, substance: &DecisionSubstance) -> Result<(), Refusal> {
    for (index, it) in substance.corrections.iter().enumerate() {
        let at = |field: &str| format!("corrections/{index}/{field}");
        if case.party(it.party).is_none()
            || substance.corrections[..index].iter().any(|b| b.party == it.party)
        {
            return Err(refuse(
                "correction.party",
                "责令改正的当事人不正确",
                "请逐名填写本案当事人，每名至多一项。",
                at("party"),
                "不是本案当事人，或者已经填写",
            ));
        }
        if it.details.is_blank() || it.details.chars() > crate::text::MAX_CHARS {
            return Err(refuse(
                "correction.details",
                "没有写明改正的内容，或者已经改正、无从改正的情况",
                "请写明改正的内容；已经改正、无从改正的，写明所依据的事实和证据。",
                at("details"),
                "不能为空，也不能过长",
            ));
        }
        let fits = match it.corrective {
            Corrective::WithDecision => (1..=LONGEST_DAYS).contains(&it.days),
            Corrective::Corrected | Corrective::Impossible => it.days == 0,
        };
        if !fits {
            return Err(refuse(
                "correction.days",
                "改正的天数不正确",
                "随决定责令限期改正的，填写收到决定书之日起改正的合理天数；其他情形不填。",
                at("days"),
                "与改正情况不符",
            ));
        }
    }
    Ok(())
}

/// For every party that is penalised a correction was ordered in the case, or the decision
/// answers for it.
///
/// # Errors
/// Names the first party for whom neither is so.
pub fn ordered(case: &Case, substance: &DecisionSubstance, facts: &Facts<'_>) -> Result<(), Refusal> {
    if !facts.law.revised {
        return Ok(());
    }
    let missing = case.numbered_parties().find(|(number, _)| {
        substance.disposal(*number).is_some_and(|d| d.no_penalty.is_none())
            && !case.corrections.iter().any(|it| it.party == *number)
            && !substance.corrections.iter().any(|it| it.party == *number)
    });
    let Some((number, _)) = missing else { return Ok(()) };
    Err(Refusal::new(
        "correction.missing",
        penalty_law("第二十八条第一款"),
        format!("对第{number}名当事人给予处罚，没有责令其改正或者限期改正违法行为"),
        "请先责令改正；或者在处理意见中写明随决定责令限期改正，已经改正、无从改正的写明情况。",
    ))
}

/// The state after an order, its re-check, the decision that orders, and its service.
pub(super) fn next(case: &mut Case, meta: &Meta, event: &CaseEvent) {
    match event {
        CaseEvent::CorrectionOrdered { party, items, due_on } => {
            let fits = |d: &Document| d.kind == DocumentKind::CorrectionOrder && d.party == Some(*party);
            let at = case.documents.iter().rposition(fits);
            case.corrections.push(CorrectionOrder {
                party: *party,
                items: items.clone(),
                due_on: Some(*due_on),
                document: at.and_then(|at| DocumentNo::try_from(at + 1).ok()),
                days: None,
                rechecked: None,
                rechecked_on: None,
                demands: Vec::new(),
            });
        }
        CaseEvent::CorrectionRechecked { order, corrected, .. } => {
            if let Some(it) = case.corrections.get_mut(usize::from(*order).wrapping_sub(1)) {
                it.rechecked = Some(*corrected);
                it.rechecked_on = Some(meta.moment.day());
            }
        }
        CaseEvent::Decided { documents, .. } => {
            let said = case.draft.as_ref().map_or(&[][..], |it| &it.substance.corrections);
            let by_decision = said.iter().filter(|it| it.corrective == Corrective::WithDecision);
            let orders = by_decision.map(|it| CorrectionOrder {
                party: it.party,
                items: it.details.clone(),
                due_on: None,
                document: documents.iter().find(|(party, _)| *party == it.party).map(|(_, no)| *no),
                days: Some(it.days),
                rechecked: None,
                rechecked_on: None,
                demands: Vec::new(),
            });
            let orders: Vec<_> = orders.collect();
            case.corrections.extend(orders);
        }
        CaseEvent::DocumentServed { no, effective_on, .. } => {
            for it in case.corrections.iter_mut().filter(|it| it.document == Some(*no)) {
                if let Some(days) = it.days {
                    it.due_on = effective_on.checked_add(jiff::Span::new().days(days)).ok();
                }
            }
        }
        _ => {}
    }
}
