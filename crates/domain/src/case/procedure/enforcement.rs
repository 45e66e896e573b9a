//! Rows of the organ's own enforcement and of 代履行.

use super::*;
use crate::case::law::coercion_law;

/// An obstacle is cleared at once also before there is a decision (行政强制法第五十二条).
const CLEARED: &[Stage] = &[Stage::Investigating, Stage::Concluded, Stage::Decided];
/// Money of a cost comes in and goes back whatever the case has come to.
const COSTS: &[Stage] = &[
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Withdrawn,
    Stage::Transferred,
    Stage::Closed,
    Stage::Archived,
];

pub(super) fn rows() -> Vec<Step> {
    let decided = &[S::Decided];
    vec![
        row(V::StateObjection, L::Execution, CLEARED, coercion_law("第三十六条"))
            .gate(gate::object)
            .within("催告书载明的期限内"),
        row(V::AnswerObjection, L::Execution, CLEARED, coercion_law("第三十六条"))
            .gate(gate::answer_objection),
        row(V::ProposeEnforce, L::Execution, decided, coercion_law("第三十七条"))
            .gate(gate::enforce)
            .makes(&[D::EnforcementDecision]),
        row(V::CarryOutEnforcement, L::Execution, decided, coercion_law("第四十三条"))
            .gate(gate::carry_out)
            .makes(&[D::EnforcementRecord]),
        row(V::ProposePauseEnforcement, L::Execution, decided, coercion_law("第三十九条第一款"))
            .gate(gate::pause)
            .makes(&[D::EnforcementNotice]),
        row(V::ProposeResumeEnforcement, L::Execution, decided, coercion_law("第三十九条第二款"))
            .gate(gate::resume_enforcement)
            .makes(&[D::EnforcementNotice]),
        row(V::ProposeEndEnforcement, L::Execution, decided, coercion_law("第四十条"))
            .gate(gate::end)
            .makes(&[D::EnforcementNotice])
            .within("中止执行满三年，不再执行（第三十九条第二款）"),
        row(V::ProposeAgree, L::Execution, decided, coercion_law("第四十二条第一款"))
            .gate(gate::agree)
            .makes(&[D::EnforcementAgreement]),
        row(V::RecordBreach, L::Execution, decided, coercion_law("第四十二条第二款")).gate(gate::breach),
        row(V::DemandOrder, L::Execution, CLEARED, coercion_law("第三十五条"))
            .gate(gate::demand_order)
            .makes(&[D::OrderDemand])
            .within("代履行的三个工作日前"),
        row(V::ProposeSubstitute, L::Execution, CLEARED, coercion_law("第五十条"))
            .gate(gate::substitute)
            .makes(&[D::SubstituteDecision]),
        row(V::CarryOutSubstitute, L::Execution, CLEARED, coercion_law("第五十一条"))
            .gate(gate::carry_out_substitute)
            .makes(&[D::EnforcementRecord])
            .within("催告送达三个工作日后；当事人不在场的，事后立即通知"),
        row(V::RecordCost, L::Execution, COSTS, coercion_law("第五十一条第二款"))
            .by(&[Role::Cashier], R::Apart)
            .gate(gate::cost),
    ]
}
