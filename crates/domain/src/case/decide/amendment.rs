//! The organ imposes less by its own decision.

use super::performance::reduced;
use super::{Issue, required};
use crate::case::amendment::{amended, binding, digest};
use crate::case::command::{Amending, Proposal};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::state::{Case, PartyState};
use crate::case::types::*;
use crate::case::{amounts, gate};
use crate::codes::format_yuan;
use crate::refusal::Refusal;

fn refuse(
    code: &'static str,
    message: impl Into<String>,
    remedy: &'static str,
    field: &'static str,
    said: impl Into<String>,
) -> Refusal {
    Refusal::new(code, gate::own_correction(), message, remedy).field(field, said)
}

/// The proposal with the digest of what it asks for, which the review and the heads see.
pub(super) fn with_digest(case: &Case, proposal: &Proposal, facts: &Facts<'_>) -> Proposal {
    let Proposal::Amend(it) = proposal else { return proposal.clone() };
    let substance = amended(case, it);
    let digest = substance.map(|it| digest(case, &it, facts)).unwrap_or_default();
    Proposal::Amend(Amending { digest, ..it.clone() })
}

/// Less than what stands, something of it left, within the law.
pub(super) fn content(case: &Case, it: &Amending, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&it.reasoning, "reasoning", "原决定的错误和变更理由")?;
    let Some(state) = case.party(it.party) else {
        return Err(refuse(
            "party.unknown",
            "案件中没有该当事人",
            "请选择案件中的当事人。",
            "party",
            "没有该当事人",
        ));
    };
    gate::amendable(case, it.party, state)?;
    let decision = gate::made(case)?;
    let (fine, confiscated) = gate::amounts_fen(decision, it.party, state);
    let heavier = "自行纠正不得加重；应当加重的，撤销后依法重新立案、告知、决定。";
    for (field, now, before) in
        [("fine_fen", it.fine_fen, fine), ("confiscated_fen", it.confiscated_fen, confiscated)]
    {
        if now < 0 || now > before {
            let said = format!("0至{}元", format_yuan(before));
            return Err(refuse("amendment.heavier", "变更后的金额多于现在的金额", heavier, field, said));
        }
    }
    let binding = binding(case, it.party);
    if it.lifted.iter().any(|kind| !binding.contains(kind)) {
        return Err(refuse(
            "amendment.lifted",
            "不再执行的处罚种类不在原决定之中",
            "只能选择原决定给予、现在仍然有效的罚款、没收违法所得以外的处罚。",
            "lifted",
            "与原决定不符",
        ));
    }
    if (it.fine_fen, it.confiscated_fen) == (fine, confiscated) && it.lifted.is_empty() {
        return Err(refuse(
            "amendment.nothing",
            "与现在的处罚相同，没有变更",
            "文字差错用“补正、更正文书”；处罚不变的，不需要变更。",
            "fine_fen",
            "没有变更",
        ));
    }
    let Some(substance) = amended(case, it) else {
        return Err(refuse(
            "amendment.all",
            "变更之后不再有处罚",
            "处罚全部不应给予的，撤销处罚决定。",
            "fine_fen",
            "没有剩下的处罚",
        ));
    };
    amounts::lowered(case, &substance, facts.today())
}

/// The decision: reviewed and discussed as the first one was to be, for exactly this.
pub(super) fn amend(
    case: &Case,
    no: ProposalNo,
    it: &Amending,
    facts: &Facts<'_>,
    issue: &mut Issue<'_, '_>,
) -> Result<(), Refusal> {
    let Some(draft) = &case.amendment else { return Err(changed()) };
    if amended(case, it).is_none_or(|substance| digest(case, &substance, facts) != draft.digest) {
        return Err(changed());
    }
    gate::examined(case, facts, draft)?;
    let document = issue.document(DocumentKind::AmendmentDecision, Some(it.party))?;
    issue.push(CaseEvent::DisposalAmended {
        proposal: no,
        party: it.party,
        document,
        fine_fen: it.fine_fen,
        confiscated_fen: it.confiscated_fen,
        lifted: it.lifted.clone(),
    });
    // What was added for each day goes by the fine as it stands now.
    let stands = |p: &mut PartyState| p.changed = Some((it.fine_fen, it.confiscated_fen));
    if let Some(amount_fen) = reduced(case, it.party, facts, stands)? {
        issue.push(CaseEvent::AdditionalFineReduced { party: it.party, amount_fen });
    }
    Ok(())
}

fn changed() -> Refusal {
    Refusal::new(
        "draft.changed",
        gate::own_correction(),
        "呈请之后拟变更的内容已经改变",
        "请退回，由承办人重新呈请。",
    )
}
