//! Approval forms: 承办 → 审核 → 审批, three different persons; the approval
//! and its effect are one act.

use super::performance::late_deferral;
use super::{Issue, Outcome, pair, required};
use crate::case::command::*;
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::state::*;
use crate::case::types::*;
use crate::case::{clock, gate};
use crate::cite::penalty_law;
use crate::refusal::Refusal;
use crate::text::Text;

fn refuse(
    code: &'static str,
    article: crate::cite::Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &CaseCommand, facts: &Facts<'_>) -> Outcome {
    match command {
        CaseCommand::Propose { proposal, opinion } => propose(case, proposal, opinion, facts),
        CaseCommand::ReviewProposal { proposal_no, agree, opinion } => {
            review(case, *proposal_no, *agree, opinion, facts)
        }
        CaseCommand::ApproveProposal { proposal_no, approve: yes, opinion, opinions } => {
            approve(case, *proposal_no, *yes, opinion, opinions, facts)
        }
        _ => Ok(Vec::new()),
    }
}

/// A proposal, with what it must contain.
fn propose(case: &Case, proposal: &Proposal, opinion: &Text, facts: &Facts<'_>) -> Outcome {
    required(opinion, "opinion", "承办人意见和理由")?;
    content(case, proposal, facts)?;
    let no = ProposalNo::try_from(case.proposals.len() + 1).map_err(|_| {
        refuse("proposal.too_many", penalty_law("第五十七条"), "呈批事项过多", "请分案办理。")
    })?;
    let body = super::amendment::with_digest(case, proposal, facts);
    Ok(vec![CaseEvent::Proposed { no, body, opinion: opinion.clone() }])
}

/// What a proposal must contain: checked when proposed and again when approved.
fn content(case: &Case, proposal: &Proposal, facts: &Facts<'_>) -> Result<(), Refusal> {
    match proposal {
        Proposal::ExtendCheck
        | Proposal::NotFile
        | Proposal::Resume
        | Proposal::Withdraw
        | Proposal::Dispose => Ok(()),
        Proposal::Suspend { .. } => gate::suspendable(facts),
        Proposal::Close { ground } => closing_ground(case, *ground),
        Proposal::File(filing) => filed(case, filing, facts),
        Proposal::Preserve(p) => {
            required(&p.manner, "manner", "保存方式")?;
            if case.party(p.party).is_none() {
                return Err(refuse(
                    "party.unknown",
                    penalty_law("第五十六条"),
                    "案件中没有该当事人",
                    "请选择案件中的当事人。",
                )
                .field("party", "没有该当事人"));
            }
            if p.items.is_empty() || p.items.len() > 200 || p.items.iter().any(|i| i.name.is_blank()) {
                return Err(refuse(
                    "preservation.items",
                    penalty_law("第五十六条"),
                    "先行登记保存的物品清单不完整",
                    "请逐项填写名称和数量（不超过200项）。",
                )
                .field("items", "至少一项，名称不能为空"));
            }
            Ok(())
        }
        Proposal::DisposePreservation(d) => {
            match case.preservations.get(usize::from(d.preservation).wrapping_sub(1)) {
                Some(p) if p.disposed.is_none() => Ok(()),
                Some(p) if gate::kept(case, p) => only_return(d.disposal),
                Some(_) | None => Err(refuse(
                    "preservation.none",
                    penalty_law("第五十六条"),
                    "没有该次登记保存，或者已经处理",
                    "请选择尚未处理的登记保存。",
                )
                .field("preservation", "没有待处理的该次登记保存")),
            }
        }
        Proposal::Extend { days } => {
            let second = !case.extensions.is_empty();
            let max = if second { &facts.law.second_extension } else { &facts.law.extension };
            if *days == 0 || *days > max.value {
                return Err(refuse(
                    "clock.extension_days",
                    max.citation.clone(),
                    format!("本次延长不得超过{}日", max.value),
                    "请减少延长的天数。",
                )
                .field("days", format!("1至{}", max.value)));
            }
            Ok(())
        }
        Proposal::Transfer(t) => required(&t.recipient, "recipient", "受移送机关"),
        Proposal::Defer(d) => deferral(case, d, facts),
        Proposal::Amend(it) => super::amendment::content(case, it, facts),
        Proposal::Enforce(_)
        | Proposal::PauseEnforcement(_)
        | Proposal::ResumeEnforcement(_)
        | Proposal::EndEnforcement(_)
        | Proposal::Agree(_)
        | Proposal::Substitute(_) => super::enforcement::content(case, proposal, facts),
    }
}

/// What a revoked decision no longer holds goes back to its owner.
fn only_return(disposal: PreservationDisposal) -> Result<(), Refusal> {
    if disposal == PreservationDisposal::Return {
        return Ok(());
    }
    Err(refuse(
        "preservation.to_return",
        super::super::law::coercion_law("第二十八条"),
        "处罚决定已被撤销，该次登记保存的财物只能退还当事人",
        "请选择返还当事人。",
    )
    .field("disposal", "只能返还当事人"))
}

fn filed(case: &Case, filing: &Filing, facts: &Facts<'_>) -> Result<(), Refusal> {
    gate::preliminary(case, facts)?;
    required(&filing.title, "title", "案件名称")?;
    required(&filing.cause, "cause", "案由")?;
    if filing.category.trim().is_empty() {
        return Err(refuse(
            "input.required",
            penalty_law("第五十四条"),
            "请选择执法类别",
            "补充后重新提交。",
        )
        .field("category", "不能为空"));
    }
    if filing.region.len() != 6 || !filing.region.starts_with(facts.organ.region.trim_end_matches("00")) {
        return Err(refuse(
            "jurisdiction.region",
            penalty_law("第二十二条"),
            "违法行为发生地不在本机关管辖区域",
            "请移送有管辖权的机关。",
        )
        .field("region", "不在本机关管辖区域"));
    }
    if filing.parties.is_empty() || filing.parties.len() > 200 {
        return Err(refuse(
            "party.none",
            penalty_law("第五十四条"),
            "立案须有当事人",
            "请填写当事人（不超过200名）。",
        )
        .field("parties", "至少一名"));
    }
    for (index, party) in filing.parties.iter().enumerate() {
        let fields = [
            (&party.name, "name", "名称（姓名）"),
            (&party.code, "code", "统一社会信用代码（身份证号）"),
            (&party.address, "address", "地址"),
        ];
        for (text, field, label) in fields {
            if text.is_blank() {
                return Err(refuse(
                    "input.required",
                    penalty_law("第五十九条第一款第一项"),
                    format!("请填写当事人的{label}"),
                    "补充后重新提交。",
                )
                .field(format!("parties/{index}/{field}"), format!("{label}不能为空")));
            }
        }
        code(party, index)?;
        let same = |other: &Party| other.code.digest(&facts.text_key) == party.code.digest(&facts.text_key);
        if filing.parties[..index].iter().any(same) {
            return Err(refuse(
                "party.repeated",
                penalty_law("第二十九条"),
                "同一当事人列了两次",
                "对当事人的同一个违法行为，不得给予两次以上罚款，请删除重复的当事人。",
            )
            .field(format!("parties/{index}/code"), "与前面的当事人相同"));
        }
    }
    if filing.violation_on > facts.day() {
        return Err(refuse(
            "violation.future",
            penalty_law("第三十六条"),
            "违法行为的日期晚于立案之日",
            "请核对日期。",
        )
        .field("violation_on", "不能晚于今天"));
    }
    clock::within_prescription(facts, filing.violation_on, filing.grave_harm, case.discovered_on(), case)?;
    facts.qualified(&filing.officers, facts.day(), Some(&filing.category), Some(&filing.region))?;
    if let Some(index) = filing.officers.iter().position(|o| case.recused.contains(o)) {
        return Err(refuse(
            "officers.recused",
            penalty_law("第四十三条"),
            "所列人员已经回避",
            "请改由其他执法人员办理。",
        )
        .field(format!("officers/{index}"), "已回避"));
    }
    Ok(())
}

/// Checks the party's code while it is held; after erasure only its presence is known.
fn code(party: &Party, index: usize) -> Result<(), Refusal> {
    let Some(value) = party.code.value() else { return Ok(()) };
    let error = match party.kind {
        PartyKind::Person => crate::codes::CitizenId::parse(value).err(),
        PartyKind::IndividualBusiness | PartyKind::LegalPerson | PartyKind::Organisation => {
            crate::codes::Uscc::parse(value).err()
        }
    };
    match error {
        None => Ok(()),
        Some(e) => Err(refuse(
            "party.code",
            penalty_law("第五十九条第一款第一项"),
            format!("当事人的代码不正确：{e}"),
            "请核对证照后重新填写。",
        )
        .field(format!("parties/{index}/code"), e.to_string())),
    }
}

fn deferral(case: &Case, d: &Deferring, facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第六十六条第二款");
    let Some(state) = case.party(d.party) else {
        return Err(refuse("party.unknown", article(), "案件中没有该当事人", "请选择案件中的当事人。")
            .field("party", "没有该当事人"));
    };
    let (decision, _) = gate::served_decision(case, d.party)?;
    gate::deferrable(case, facts, d.party, state)?;
    let mut after = state.clone();
    after.additional_fen = late_deferral(case, d, facts)?.unwrap_or(state.additional_fen);
    let owed = gate::owed_fen(decision, d.party, &after);
    // All that is to be paid: what is left of it, and what was paid and kept.
    let total = owed + state.paid_fen() - state.refunded_fen();
    let sum: i64 = d.instalments.iter().map(|i| i.amount_fen).sum();
    let ordered = d.instalments.windows(2).all(|w| w[0].due_on < w[1].due_on);
    let future = d.instalments.iter().all(|i| i.due_on > facts.today() && i.amount_fen > 0);
    if d.instalments.is_empty() || d.instalments.len() > 60 || !ordered || !future || sum != total {
        return Err(refuse(
            "deferral.plan",
            article(),
            "分期计划不完整",
            "各期日期须在今天之后并依次推后，各期金额之和须等于应缴总额。",
        )
        .field("instalments", format!("合计应为{}元", crate::codes::format_yuan(total))));
    }
    Ok(())
}

fn pending(case: &Case, no: ProposalNo, stage: ApprovalStage) -> Result<&ProposalState, Refusal> {
    match case.proposal(no) {
        Some(p) if p.stage == stage => Ok(p),
        Some(p) => Err(refuse(
            "proposal.stage",
            penalty_law("第五十七条"),
            match p.stage {
                ApprovalStage::Proposed => "该事项尚未经承办机构负责人审核",
                ApprovalStage::Reviewed => "该事项已经审核",
                ApprovalStage::Approved => "该事项已经批准",
                ApprovalStage::Refused => "该事项已经退回",
            },
            "请刷新页面查看最新状态。",
        )),
        None => Err(refuse("proposal.none", penalty_law("第五十七条"), "没有该呈批事项", "请刷新页面。")
            .field("proposal_no", "没有该事项")),
    }
}

/// Review by the head of the unit.
fn review(case: &Case, no: ProposalNo, agree: bool, opinion: &Text, facts: &Facts<'_>) -> Outcome {
    required(opinion, "opinion", "审核意见")?;
    let proposal = pending(case, no, ApprovalStage::Proposed)?;
    if proposal.by.0 == facts.actor.id || case.handled_by.contains(&facts.actor.id) {
        return Err(refuse(
            "duty.same_person",
            penalty_law("第五十七条"),
            "承办人不能审核本案呈请的事项",
            "请由承办机构负责人审核。",
        ));
    }
    Ok(vec![CaseEvent::ProposalReviewed { no, agree, opinion: opinion.clone() }])
}

/// Approval, with its effect in the same act.
fn approve(
    case: &Case,
    no: ProposalNo,
    approve: bool,
    opinion: &Text,
    opinions: &[HeadOpinion],
    facts: &Facts<'_>,
) -> Outcome {
    required(opinion, "opinion", "审批意见")?;
    let proposal = pending(case, no, ApprovalStage::Reviewed)?;
    let (roles, article) = gate::approvers(&proposal.body);
    if !roles.iter().any(|r| facts.actor.has(*r)) {
        let who: Vec<_> = roles.iter().map(|r| r.label()).collect();
        return Err(refuse(
            "role.approver",
            article,
            format!("该事项由{}审批", who.join("、")),
            "请交由有权的负责人审批。",
        ));
    }
    let before = [Some(proposal.by.0), proposal.reviewed.as_ref().map(|r| r.0)];
    if before.contains(&Some(facts.actor.id)) || case.handled_by.contains(&facts.actor.id) {
        return Err(refuse(
            "duty.same_person",
            article,
            "承办、审核、审批不能由同一人办理",
            "请由其他负责人审批。",
        ));
    }
    let mut issue = Issue::new(case, facts);
    issue.push(CaseEvent::ProposalDecided {
        no,
        approve,
        opinion: opinion.clone(),
        opinions: opinions.to_vec(),
    });
    if approve {
        super::super::procedure::step(proposal.body.verb())
            .from
            .contains(&case.stage)
            .then_some(())
            .ok_or_else(|| {
                refuse(
                    "stage.wrong",
                    article,
                    format!("案件已处于“{}”阶段", case.stage.label()),
                    "该呈批事项不再适用，请不予批准。",
                )
            })?;
        content(case, &proposal.body, facts)?;
        effect(case, no, proposal, opinions, facts, &mut issue)?;
    }
    issue.done()
}

fn effect(
    case: &Case,
    no: ProposalNo,
    proposal: &ProposalState,
    opinions: &[HeadOpinion],
    facts: &Facts<'_>,
    issue: &mut Issue<'_, '_>,
) -> Result<(), Refusal> {
    use DocumentKind as D;
    match &proposal.body {
        Proposal::ExtendCheck => {
            issue.push(CaseEvent::CheckExtended { proposal: no });
        }
        Proposal::File(filing) => {
            issue.document(D::FilingApproval, None)?;
            issue.push(CaseEvent::Filed { proposal: no, filing: filing.clone() });
        }
        Proposal::NotFile => {
            issue.document(D::NoFilingApproval, None)?;
            issue.push(CaseEvent::NotFiled { proposal: no });
        }
        Proposal::Preserve(p) => {
            pair(case, &case.officers, facts.day(), facts)?;
            gate::running(case, facts, None)?;
            for kind in [D::PreservationApproval, D::PreservationNotice, D::PreservationList] {
                let party = (kind != D::PreservationApproval).then_some(p.party);
                issue.document(kind, party)?;
            }
            issue.push(CaseEvent::Preserved { proposal: no, preserving: p.clone() });
        }
        Proposal::DisposePreservation(d) => {
            let state = &case.preservations[usize::from(d.preservation) - 1];
            if clock::preservation_lapsed(state, facts) && !matches!(d.disposal, PreservationDisposal::Return)
            {
                return Err(refuse(
                    "preservation.lapsed",
                    penalty_law("第五十六条"),
                    "七个工作日内没有作出处理决定，先行登记保存已自动解除",
                    "只能返还当事人。",
                ));
            }
            issue.document(D::PreservationDisposalApproval, None)?;
            issue.document(D::PreservationDisposal, Some(state.preserving.party))?;
            issue.push(CaseEvent::PreservationDisposed { proposal: no, disposing: d.clone() });
        }
        Proposal::Suspend { ground } => {
            gate::running(case, facts, None)?;
            issue.document(D::SuspensionApproval, None)?;
            issue.push(CaseEvent::Suspended { proposal: no, ground: *ground });
        }
        Proposal::Resume => {
            if !case.suspended() {
                return Err(refuse(
                    "case.not_suspended",
                    super::super::law::construction_rules("第三十条"),
                    "案件没有中止",
                    "不需要恢复。",
                ));
            }
            issue.document(D::SuspensionApproval, None)?;
            issue.push(CaseEvent::Resumed { proposal: no });
        }
        Proposal::Extend { days } => extend(case, no, *days, opinions, facts, issue)?,
        Proposal::Withdraw => {
            gate::goods_disposed(case, facts)?;
            issue.document(D::WithdrawalApproval, None)?;
            issue.push(CaseEvent::Withdrawn { proposal: no });
        }
        Proposal::Dispose => dispose(case, no, proposal, facts, issue)?,
        Proposal::Transfer(t) => {
            gate::goods_disposed(case, facts)?;
            issue.document(D::TransferApproval, None)?;
            issue.document(if t.crime { D::CrimeTransferLetter } else { D::TransferLetter }, None)?;
            issue.push(CaseEvent::Transferred { proposal: no, transferring: t.clone() });
        }
        Proposal::Defer(d) => {
            // Before the documents, which state what is left to pay.
            if let Some(amount_fen) = late_deferral(case, d, facts)? {
                issue.push(CaseEvent::AdditionalFineReduced { party: d.party, amount_fen });
            }
            issue.document(D::DeferralApproval, Some(d.party))?;
            issue.document(D::DeferralGrant, Some(d.party))?;
            issue.push(CaseEvent::DeferralGranted { proposal: no, deferring: d.clone() });
        }
        Proposal::Amend(it) => super::amendment::amend(case, no, it, facts, issue)?,
        Proposal::Enforce(_)
        | Proposal::PauseEnforcement(_)
        | Proposal::ResumeEnforcement(_)
        | Proposal::EndEnforcement(_)
        | Proposal::Agree(_)
        | Proposal::Substitute(_) => super::enforcement::effect(case, no, &proposal.body, issue)?,
        Proposal::Close { ground } => {
            gate::closable(case, facts)?;
            issue.document(D::ClosingApproval, None)?;
            issue.push(CaseEvent::Closed { proposal: no, ground: *ground });
        }
    }
    Ok(())
}

/// An extension in time, the second one decided by the heads together.
fn extend(
    case: &Case,
    no: ProposalNo,
    days: u16,
    opinions: &[HeadOpinion],
    facts: &Facts<'_>,
    issue: &mut Issue<'_, '_>,
) -> Result<(), Refusal> {
    let collective = !case.extensions.is_empty();
    if let Some(limit) = clock::decision_limit(case, facts)?
        && facts.today() > limit.due.latest()
    {
        return Err(refuse(
            "clock.expired",
            penalty_law("第六十条"),
            "办案期限已经届满，不能事后延长",
            "请尽快作出决定；逾期情况将如实记录。",
        ));
    }
    if collective {
        super::hearing::heads(opinions, facts)?;
        super::hearing::majority(opinions)?;
    }
    issue.document(DocumentKind::ExtensionApproval, None)?;
    issue.push(CaseEvent::Extended { proposal: no, days, collective });
    Ok(())
}

/// The decision itself. All gates hold again at this moment, for exactly the
/// draft that was proposed.
fn dispose(
    case: &Case,
    no: ProposalNo,
    proposal: &ProposalState,
    facts: &Facts<'_>,
    issue: &mut Issue<'_, '_>,
) -> Result<(), Refusal> {
    use DocumentKind as D;
    gate::decidable(case, facts, None)?;
    let draft =
        case.draft.as_ref().filter(|d| proposal.digest.as_deref() == Some(&d.digest)).ok_or_else(|| {
            refuse(
                "draft.changed",
                penalty_law("第五十八条"),
                "呈请之后处理意见已经改变",
                "请退回，由承办人按现在的处理意见重新呈请。",
            )
        })?;
    issue.document(D::DisposalApproval, None)?;
    let mut documents = Vec::new();
    for (number, _) in case.numbered_parties() {
        let Some(disposal) = draft.substance.disposal(number) else { continue };
        let kind = if disposal.no_penalty.is_some() { D::NoPenaltyDecision } else { D::PenaltyDecision };
        documents.push((number, issue.document(kind, Some(number))?));
        if disposal.fine_fen + disposal.confiscated_fen > 0 {
            issue.document(D::PaymentNotice, Some(number))?;
        }
    }
    issue.push(CaseEvent::Decided {
        proposal: no,
        digest: draft.digest.clone(),
        clearance: case.clearance().map(|c| c.digest.clone()).unwrap_or_default(),
        documents,
        decided_on: facts.today(),
        overdue_days: clock::overdue_days(case, facts)?,
    });
    Ok(())
}

/// A penalty of the decision still binds somebody.
fn bound(case: &Case, decision: &Decision) -> bool {
    let penalised = |no| decision.substance.disposal(no).is_some_and(|d| d.no_penalty.is_none());
    case.numbered_parties().any(|(no, _)| penalised(no) && case.revoked(no).is_none())
}

fn closing_ground(case: &Case, ground: ClosingGround) -> Result<(), Refusal> {
    let article = super::super::law::construction_rules("第三十一条");
    let decision = case.decision.as_ref();
    let fits = match ground {
        ClosingGround::Performed => decision.is_some_and(|d| {
            let left = |n, s| gate::owed_fen(d, n, s) > 0 || !gate::unperformed(d, n, s).is_empty();
            bound(case, d) && !case.numbered_parties().any(|(n, s)| left(n, s))
        }),
        ClosingGround::CourtClosed => case.parties.iter().any(PartyState::enforcement_over),
        ClosingGround::EnforcementEnded => case.parties.iter().any(|p| p.enforcement.ended.is_some()),
        ClosingGround::NoPenaltyServed => decision.is_some_and(|d| !d.substance.penalises()),
        ClosingGround::DecisionRevoked => decision.is_some_and(|d| {
            !bound(case, d) && case.numbered_parties().any(|(n, _)| case.revoked(n).is_some())
        }),
    };
    if fits {
        return Ok(());
    }
    Err(refuse(
        "closing.ground",
        article,
        format!("案件情况与结案情形“{}”不符", ground.label()),
        "请选择与案件情况相符的结案情形。",
    )
    .field("ground", "与案件情况不符"))
}
