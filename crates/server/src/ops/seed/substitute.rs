//! 代履行 in synthetic cases: rubble tipped beside a road is cleared at once.

use mingjing_domain::case::command::*;
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::state::Case;
use mingjing_domain::case::substitute::{ClearedPlace, CostEntry};
use mingjing_domain::case::{CaseCommand as Do, Proposal};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;

use super::SeedError;
use super::next::{Act, View, act, propose, session};
use super::plan::Plan;

/// The violation whose traces lie in a road.
const TIPPED: &str = "urban.construction_waste";
/// What clearing it costs, fen.
const COST: i64 = 120_000;

fn t(words: &str) -> Text {
    Text::closed(words)
}

/// The next act of clearing what lies in the road; none where nothing does, or all is done.
///
/// # Errors
/// When nobody of the organ could do it.
pub fn clear(case: &Case, plan: &Plan, view: &View<'_>) -> Result<Option<Act>, SeedError> {
    // Most parties clear it themselves.
    if plan.violation.id != TIPPED || !plan.penalises() || !plan.index.is_multiple_of(4) {
        return Ok(None);
    }
    let Some((substitution, it)) = case.numbered_substitutions().next() else {
        let week = view.today.checked_add(jiff::Span::new().days(7)).unwrap_or(view.today);
        let substituting = Substituting {
            party: 1,
            order: None,
            harm: None,
            immediate: Some(ClearedPlace::Road),
            subject: t("倾倒在道路旁的建筑垃圾"),
            reasons: t("建筑垃圾占据部分车行道，当事人没有清运车辆，不能清除"),
            manner: t("机械清运至建筑垃圾消纳场，清扫路面"),
            planned_on: week,
            budget_fen: COST,
            performer: t("示例县环境卫生服务中心"),
            disinterested: true,
        };
        return propose(plan, view, 0, Proposal::Substitute(substituting));
    };
    if it.done.is_none() {
        let session = session(plan, view)?;
        let Some(supervisor) = session.officers.first().copied() else { return Ok(None) };
        let done = SubstituteDone {
            substitution,
            supervisor,
            session,
            urgent: t("占据车行道，影响通行安全，须立即清除"),
            record: t("清运建筑垃圾六立方米，路面恢复通行"),
            performer_signed: true,
            presence: SamplingPresence::Signed,
            witness: t(""),
            cost_fen: COST,
            cost_basis: t("六立方米，按环境卫生作业定额计算"),
        };
        return act(plan, view, Role::Officer, 0, Do::CarryOutSubstitute(done));
    }
    let amount_fen = it.owed_fen(case);
    if amount_fen == 0 {
        return Ok(None);
    }
    let receipt = format!("SYNC{:09}", plan.index + 1);
    let (entry, on) = (CostEntry::Paid, view.today);
    let paid = CostPayment { substitution, entry, receipt, amount_fen, on };
    act(plan, view, Role::Cashier, 5, Do::RecordCost(paid))
}
