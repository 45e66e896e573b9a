//! Samples as evidence, and what is sent to experts.

use super::investigate::{held, known_party};
use super::{Issue, Outcome, required};
use crate::case::command::PreservedItem;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::law::construction_rules;
use crate::case::sampling::{Commission, Sampling, SamplingPresence};
use crate::case::state::Case;
use crate::case::types::*;
use crate::cite::penalty_law;
use crate::refusal::Refusal;

/// Most kinds of things on one voucher or letter.
const MOST_ITEMS: usize = 200;

/// Two officers, certificates shown, the party told; what was taken, from whom, how sealed.
pub(super) fn take(case: &Case, it: &Sampling, facts: &Facts<'_>) -> Outcome {
    known_party(case, it.party)?;
    required(&it.method, "method", "抽样方法")?;
    required(&it.seal, "seal", "封样和保管情况")?;
    held(case, &it.session, facts)?;
    let whole = |i: &crate::case::sampling::SampledItem| !i.name.is_blank() && !i.quantity.trim().is_empty();
    if it.items.is_empty() || it.items.len() > MOST_ITEMS || !it.items.iter().all(whole) {
        return Err(Refusal::new(
            "sampling.items",
            penalty_law("第五十六条"),
            "抽取的样品不完整",
            "请逐项填写名称和抽取的数量（不超过200项）。",
        )
        .field("items", "至少一项，名称和数量不能为空"));
    }
    let alone = match it.presence {
        SamplingPresence::Signed => false,
        SamplingPresence::Refused | SamplingPresence::Absent => it.witness.is_blank(),
    };
    if alone {
        return Err(Refusal::new(
            "sampling.unwitnessed",
            construction_rules("第十七条第二款"),
            "当事人没有到场或者拒绝签名，没有见证人，也没有录像",
            "请邀请有关基层组织的代表或者无利害关系的人到场见证，或者录像，并写明。",
        )
        .field("witness", "请写明见证人或者录像情况"));
    }
    let mut issue = Issue::new(case, facts);
    issue.document(DocumentKind::SamplingVoucher, Some(it.party))?;
    issue.push(CaseEvent::Sampled(it.clone()));
    issue.done()
}

/// What is asked of an agency goes out as a letter, with what is sent along.
pub(super) fn commission(case: &Case, it: &Commission, facts: &Facts<'_>) -> Outcome {
    required(&it.agency, "agency", "鉴定、检测机构")?;
    required(&it.question, "question", "委托事项")?;
    let whole = |i: &PreservedItem| !i.name.is_blank() && !i.quantity.trim().is_empty();
    if it.items.len() > MOST_ITEMS || !it.items.iter().all(whole) {
        return Err(Refusal::new(
            "expert.items",
            construction_rules("第十八条"),
            "送检的物品不完整",
            "请逐项填写名称和数量（不超过200项），没有送检物品的不填。",
        )
        .field("items", "名称和数量不能为空"));
    }
    if it.due_on.is_some_and(|day| day <= facts.today()) {
        return Err(Refusal::new(
            "expert.due",
            construction_rules("第十八条"),
            "提交意见的期限应在今天之后",
            "请填写合理的期限，或者不填。",
        )
        .field("due_on", "应在今天之后"));
    }
    let mut issue = Issue::new(case, facts);
    // A commission of an earlier edition of the rules left no letter in the file.
    if facts.law.revised {
        issue.document(DocumentKind::ExpertCommission, None)?;
    }
    issue.push(CaseEvent::ExpertCommissioned(it.clone()));
    issue.done()
}
