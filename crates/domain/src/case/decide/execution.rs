//! Payment, execution, remedies, correction, archive.

use super::performance::reduced;
use super::{Issue, Outcome, punctual_on, required};
use crate::case::command::CaseCommand as C;
use crate::case::event::{CaseEvent, Lodging, Ruling};
use crate::case::facts::Facts;
use crate::case::law::Ruled;
use crate::case::performance::Performed;
use crate::case::state::{Case, PartyState, Remedy};
use crate::case::types::*;
use crate::case::{clock, gate};
use crate::cite::{Citation, penalty_law};
use crate::codes::format_yuan;
use crate::refusal::Refusal;
use jiff::civil::Date;

fn refuse(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::DemandFine { party } => {
            let document = issue.document(DocumentKind::FineDemand, Some(*party))?;
            issue.push(CaseEvent::FineDemanded { party: *party, document });
        }
        C::ImposeAdditionalFine { party, amount_fen } => {
            let Some(state) = case.party(*party) else { return Ok(Vec::new()) };
            let taken = state.additional_fen + state.enforcement.waived_fen;
            let left = clock::additional_cap(case, facts, *party, state)? - taken;
            if *amount_fen <= 0 || *amount_fen > left {
                return Err(refuse(
                    "additional.amount",
                    penalty_law("第七十二条第一款第一项"),
                    format!("加处罚款至今不得超过{}元", format_yuan(left)),
                    "每日按罚款数额的百分之三加处，总额不得超出罚款数额。",
                )
                .field("amount_fen", format!("不超过{}元", format_yuan(left))));
            }
            let document = issue.document(DocumentKind::AdditionalFineDecision, Some(*party))?;
            issue.push(CaseEvent::AdditionalFineImposed { party: *party, document, amount_fen: *amount_fen });
        }
        C::DemandEnforcement { party } => {
            let document = issue.document(DocumentKind::EnforcementDemand, Some(*party))?;
            issue.push(CaseEvent::EnforcementDemanded { party: *party, document });
        }
        C::ApplyToCourt { party, court } => {
            required(court, "court", "受理法院")?;
            issue.document(DocumentKind::CourtApplication, None)?;
            issue.push(CaseEvent::CourtApplied { party: *party, court: court.clone() });
        }
        _ => return afterwards(case, command, facts),
    }
    issue.done()
}

/// Remedies, correction, archive.
fn afterwards(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    let mut issue = Issue::new(case, facts);
    match command {
        C::RecordRemedy { party, remedy, on, body } => {
            required(body, "body", "复议机关或者人民法院")?;
            lodge(case, *party, *remedy, *on, facts)?;
            issue.push(CaseEvent::RemedyLodged(Lodging {
                party: *party,
                remedy: *remedy,
                on: *on,
                body: body.clone(),
            }));
            let pending = Remedy { kind: *remedy, from: *on, concluded: None, ended: None };
            if let Some(amount_fen) = reduced(case, *party, facts, |p| p.remedies.push(pending))? {
                issue.push(CaseEvent::AdditionalFineReduced { party: *party, amount_fen });
            }
        }
        C::RecordRuling { party, ruling, on, document } => {
            required(document, "document", "裁定书文号")?;
            ruled(case, *party, *ruling, *on, facts)?;
            issue.push(CaseEvent::CourtRuled(Ruling {
                party: *party,
                ruling: *ruling,
                on: *on,
                document: document.clone(),
            }));
        }
        C::ConcludeRemedy {
            party,
            remedy,
            outcome,
            document,
            fine_fen,
            confiscated_fen,
            lifted,
            opposed,
        } => {
            required(document, "document", "文书名称、文号和日期")?;
            concludable(case, *party, *remedy, facts)?;
            issue.push(CaseEvent::RemedyConcluded {
                party: *party,
                remedy: *remedy,
                outcome: *outcome,
                document: document.clone(),
            });
            let stated = (*fine_fen, *confiscated_fen);
            falls(case, *party, *outcome, lifted)?;
            if let Some((fine_fen, confiscated_fen)) =
                changed(case, *party, *remedy, *outcome, stated, *opposed)?
            {
                issue.push(CaseEvent::DisposalChanged {
                    party: *party,
                    remedy: *remedy,
                    fine_fen,
                    confiscated_fen,
                    lifted: lifted.clone(),
                });
                // What was added for each day goes by the fine as it stands now.
                let stands = |p: &mut PartyState| p.changed = Some((fine_fen, confiscated_fen));
                if let Some(amount_fen) = reduced(case, *party, facts, stands)? {
                    issue.push(CaseEvent::AdditionalFineReduced { party: *party, amount_fen });
                }
            }
            // The decision falls as a whole only with the last party that it binds.
            let others = case.numbered_parties().any(|(no, p)| no != *party && p.revoked.is_none());
            if outcome.revokes() && !others && case.decision.as_ref().is_some_and(|d| d.revoked.is_none()) {
                let (ground, document) = (remedy.revocation(*outcome), document.clone());
                issue.push(CaseEvent::DecisionRevoked { ground, document });
            }
        }
        C::RevokeDecision { ground, document } => {
            required(document, "document", "撤销文书和理由")?;
            by_organ(*ground)?;
            issue.push(CaseEvent::DecisionRevoked { ground: *ground, document: document.clone() });
        }
        C::CorrectDocument { document, correction } => {
            required(correction, "correction", "补正、更正内容")?;
            let Some(d) = case.document(*document).filter(|d| d.kind.served()) else {
                return Err(refuse(
                    "document.unknown",
                    super::super::law::construction_rules("第二十八条"),
                    "没有该文书，或者不是送达当事人的文书",
                    "请选择需要补正的文书。",
                )
                .field("document", "没有该文书"));
            };
            let by = issue.document(DocumentKind::Correction, d.party)?;
            issue.push(CaseEvent::DocumentCorrected {
                document: *document,
                by,
                correction: correction.clone(),
            });
        }
        C::Archive { volumes, pages, retention_years } => {
            if *volumes == 0 || *pages == 0 {
                return Err(refuse(
                    "archive.pages",
                    super::super::law::construction_rules("第四十条"),
                    "卷数、页数不正确",
                    "请填写实际卷数和页数。",
                )
                .field("pages", "应大于零"));
            }
            if ![0, 10, 30].contains(retention_years) {
                return Err(refuse(
                    "archive.retention",
                    Citation::of("机关文件材料归档范围和文书档案保管期限规定", "第三条"),
                    "保管期限不正确",
                    "请选择永久、30年或者10年。",
                )
                .field("retention_years", "永久、30年或者10年"));
            }
            let Ruled { value: least, citation } = &facts.law.retention;
            if case.decision.is_some() && !least.met_by(*retention_years) {
                return Err(refuse(
                    "archive.retention",
                    citation.clone(),
                    format!("普通程序案卷的保管期限为{}", least.label()),
                    "请选择规定的保管期限，或者更长的期限。",
                )
                .field("retention_years", format!("不短于{}", least.label())));
            }
            issue.document(DocumentKind::FileCover, None)?;
            issue.document(DocumentKind::FileCatalogue, None)?;
            // What was archived under earlier rules had no back sheet.
            if facts.law.revised {
                issue.document(DocumentKind::FileBackSheet, None)?;
            }
            issue.push(CaseEvent::Archived {
                volumes: *volumes,
                pages: *pages,
                retention_years: *retention_years,
            });
        }
        C::MarkMade { document, made } => {
            match case.document(*document) {
                None => {
                    return Err(refuse(
                        "document.unknown",
                        penalty_law("第四十七条"),
                        "没有该文书",
                        "请核对文书序号。",
                    ));
                }
                Some(d) if d.made.is_some() => {
                    return Err(refuse(
                        "document.made",
                        penalty_law("第四十七条"),
                        "该文书已经制成",
                        "文书一经制成不再重制。",
                    ));
                }
                Some(_) => {}
            }
            issue.push(CaseEvent::DocumentMade { no: *document, made: made.clone() });
        }
        _ => {}
    }
    issue.done()
}

/// The organ or its superior revokes for all parties; what a remedy revokes it
/// revokes for its own party, by its result.
fn by_organ(ground: RevocationGround) -> Result<(), Refusal> {
    if !ground.by_remedy() {
        return Ok(());
    }
    Err(refuse(
        "revocation.by_remedy",
        penalty_law("第七条"),
        "复议决定、判决只撤销对申请人、原告的处罚",
        "请在该当事人名下登记复议、诉讼结果。",
    )
    .field("ground", "登记复议、诉讼结果"))
}

/// The remedy is pending, and ends no earlier than it began.
fn concludable(case: &Case, party: PartyNo, remedy: RemedyKind, facts: &Facts<'_>) -> Result<(), Refusal> {
    let pending =
        case.party(party).and_then(|p| p.remedies.iter().find(|r| r.kind == remedy && r.concluded.is_none()));
    let Some(pending) = pending else {
        return Err(refuse("remedy.none", penalty_law("第七条"), "没有进行中的该项救济", "请先登记。")
            .field("remedy", "没有进行中的该项救济"));
    };
    if facts.day() < pending.from {
        return Err(refuse(
            "time.remedy",
            penalty_law("第七十三条第三款"),
            format!("结果的日期早于申请、起诉之日{}", crate::period::long(pending.from)),
            "请核对日期：救济的结束不早于开始。",
        )
        .field("happened_at", "早于申请、起诉之日"));
    }
    Ok(())
}

/// What a changed disposal takes from the party: stated with 变更, and with it alone.
/// Who asks for a remedy does not come out worse, unless the other side asked too.
fn changed(
    case: &Case,
    party: PartyNo,
    remedy: RemedyKind,
    outcome: RemedyOutcome,
    stated: (Option<i64>, Option<i64>),
    opposed: bool,
) -> Result<Option<(i64, i64)>, Refusal> {
    let article = || match remedy {
        RemedyKind::Reconsideration => Citation::of("行政复议法", "第六十三条"),
        RemedyKind::Litigation => Citation::of("行政诉讼法", "第七十七条"),
    };
    if outcome != RemedyOutcome::Changed {
        return match stated {
            (None, None) => Ok(None),
            (Some(_), _) | (None, Some(_)) => Err(refuse(
                "remedy.amount",
                article(),
                "只有结果为变更的才填写变更后的金额",
                "请核对结果，或者不填金额。",
            )
            .field("fine_fen", "结果不是变更")),
        };
    }
    let (decision, _) = gate::served_decision(case, party)?;
    let Some(state) = case.party(party) else { return Ok(None) };
    let (fine_before, confiscated_before) = gate::amounts_fen(decision, party, state);
    let (Some(fine), confiscated) = (stated.0, stated.1.unwrap_or(confiscated_before)) else {
        return Err(refuse(
            "remedy.changed_to",
            article(),
            "没有写明变更后的罚款",
            "按复议决定书、判决书填写；不再罚款的填0。",
        )
        .field("fine_fen", "请填写变更后的罚款"));
    };
    if fine < 0 || confiscated < 0 {
        return Err(refuse("remedy.changed_to", article(), "变更后的金额不正确", "金额不能为负。")
            .field("fine_fen", "不能为负"));
    }
    // Each by itself: more of the one is not made good by less of the other.
    let heavier = [("fine_fen", fine, fine_before), ("confiscated_fen", confiscated, confiscated_before)];
    if let Some((field, _, before)) = heavier.into_iter().find(|(_, now, before)| now > before && !opposed) {
        return Err(refuse(
            "remedy.heavier",
            article(),
            "变更后的处罚重于原决定",
            "复议、判决变更不得加重；第三人提出相反请求，或者利害关系人同为原告的，请勾选。",
        )
        .field(field, format!("原为{}元", format_yuan(before))));
    }
    Ok(Some((fine, confiscated)))
}

fn ruled(
    case: &Case,
    party: PartyNo,
    ruling: CourtRuling,
    on: Date,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let Some(state) = case.party(party) else { return Ok(()) };
    // A ruling follows the application, and the end of enforcement the leave for it.
    let after = state.ruling.map(|(_, on)| on).or(state.court_on);
    if on > facts.today() || after.is_none_or(|after| on < after) {
        return Err(refuse(
            "time.ruling",
            super::super::law::coercion_law("第五十七条"),
            "裁定日期不正确",
            "应在申请强制执行、前一裁定之后、今天之前。",
        )
        .field("on", "应在申请强制执行、前一裁定之后、今天之前"));
    }
    punctual_on(on, "on", facts)?;
    let granted = state.ruling.is_some_and(|(it, _)| it == CourtRuling::Granted);
    // Of an instalment that was asked for, not of those that follow it.
    let owed =
        case.decision.as_ref().map_or(0, |d| gate::applied(d, party, state, facts.today()).total_fen());
    let open = case.decision.as_ref().map_or(Vec::new(), |d| gate::unperformed(d, party, state));
    match ruling {
        CourtRuling::Granted | CourtRuling::Denied if granted => Err(refuse(
            "court.granted",
            super::super::law::coercion_law("第五十八条"),
            "人民法院已裁定准予强制执行",
            "执行有结果的，登记终结执行或者执行完毕的裁定。",
        )
        .field("ruling", "已经准予强制执行")),
        CourtRuling::Ended | CourtRuling::Performed if !granted => Err(refuse(
            "court.not_granted",
            super::super::law::coercion_law("第五十七条"),
            "人民法院尚未裁定准予强制执行",
            "请先登记准予或者不准予强制执行的裁定。",
        )
        .field("ruling", "尚未准予强制执行")),
        CourtRuling::Performed if owed > 0 || !open.is_empty() => Err(refuse(
            "court.not_performed",
            super::super::law::coercion_law("第五十七条"),
            match open.first() {
                Some(kind) if owed == 0 => format!("“{}”没有登记执行，没有执行完毕", kind.label()),
                Some(_) | None => format!("该当事人尚欠{}元，没有执行完毕", format_yuan(owed)),
            },
            "请先登记执行到位的款项、执行情况；不能执行的，登记终结执行的裁定。",
        )
        .field("ruling", "没有执行完毕")),
        CourtRuling::Granted | CourtRuling::Denied | CourtRuling::Ended | CourtRuling::Performed => Ok(()),
    }
}

/// Penalties other than money that a changed disposal takes away: of those imposed.
fn falls(case: &Case, party: PartyNo, outcome: RemedyOutcome, lifted: &[PenaltyKind]) -> Result<(), Refusal> {
    if lifted.is_empty() {
        return Ok(());
    }
    let imposed = case.decision.as_ref().and_then(|d| d.substance.disposal(party));
    let known = |kind: &PenaltyKind| {
        kind.performed() == Performed::Act && imposed.is_some_and(|d| d.kinds.contains(kind))
    };
    if outcome == RemedyOutcome::Changed && lifted.iter().all(known) {
        return Ok(());
    }
    Err(refuse(
        "remedy.lifted",
        penalty_law("第七条"),
        "不再执行的处罚种类与结果、原决定不符",
        "只有结果为变更的才填写，并且只能是原决定给予的罚款、没收违法所得以外的处罚；金额的变更填在金额中。",
    )
    .field("lifted", "与结果或者原决定不符"))
}

fn lodge(
    case: &Case,
    party: PartyNo,
    remedy: RemedyKind,
    on: Date,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let article = || penalty_law("第七条");
    // Whoever was revoked against may have it confirmed unlawful still (行政诉讼法第七十四条
    // 第二款第二项), and what was lodged before the revocation is entered after it.
    let decision = gate::made(case)?;
    gate::service(case, decision, party)?;
    if on > facts.today() || on < decision.on {
        return Err(refuse("time.remedy", article(), "日期不正确", "应在决定作出之后、今天之前。")
            .field("on", "应在决定作出之后、今天之前"));
    }
    punctual_on(on, "on", facts)?;
    if case.party(party).is_some_and(|p| p.remedies.iter().any(|r| r.kind == remedy && r.concluded.is_none()))
    {
        return Err(refuse("remedy.repeated", article(), "该项救济正在进行", "不需要重复登记。")
            .field("remedy", "正在进行"));
    }
    Ok(())
}
