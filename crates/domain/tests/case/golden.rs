//! What is printed from the table: the transition matrix, the chart, the docs.
//! `BLESS=1` writes them anew.

use crate::enforcement::{carrying, enforcing};
use crate::recording::known_early;
use crate::steps::*;
use crate::substitute::{demand, done, substituting};
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::chart;
use mingjing_domain::case::command::*;
use mingjing_domain::case::enforcement::{EndGround, EnforcementManner, PauseGround};
use mingjing_domain::case::growth::Supplement;
use mingjing_domain::case::procedure::{Relation, Verb, step};
use mingjing_domain::case::state::FirstReview;
use mingjing_domain::case::substitute::{ClearedPlace, CostEntry};
use mingjing_domain::case::types::*;
use mingjing_domain::matter::StaffId;
use mingjing_domain::recording::words::NoRecordingGround;
use mingjing_domain::staff::Role;
use std::path::PathBuf;

pub fn compare(path: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} differs from what the table says; run with BLESS=1 and read the change",
        path.display()
    );
}

/// A world whose case stands at the stage.
fn at(stage: Stage) -> World {
    match stage {
        Stage::Clue => {
            let mut w = World::new("2026-03-02");
            w.ok(A, Do::RegisterClue(clue()));
            w
        }
        Stage::Checking => checking(),
        Stage::Investigating => investigated(vec![unit_party()]),
        Stage::Concluded => noticed(7 * WAN),
        Stage::Decided => decision_served(3 * WAN),
        Stage::Closed => closed(),
        Stage::Archived => {
            let mut w = closed();
            w.ok(A, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
            w
        }
        Stage::NotFiled => {
            let mut w = checking();
            w.pass(Proposal::NotFile);
            w
        }
        Stage::Withdrawn => {
            let mut w = investigated(vec![unit_party()]);
            w.pass(Proposal::Withdraw);
            w
        }
        Stage::Transferred => {
            let mut w = investigated(vec![unit_party()]);
            w.pass(Proposal::Transfer(Transferring { crime: true, recipient: t("示例县公安局") }));
            w
        }
    }
}

/// The person whom the row names.
pub fn actor(verb: Verb) -> StaffId {
    let row = step(verb);
    match (row.relation, row.who.first()) {
        (Relation::System, _) => SYSTEM,
        (Relation::Handling, _) | (_, Some(Role::Officer)) => A,
        (_, Some(Role::UnitHead)) => UNIT_HEAD,
        (_, Some(Role::Reviewer)) => REVIEWER,
        (_, Some(Role::ReviewHead)) => REVIEW_HEAD,
        (_, Some(Role::Deputy)) => DEPUTY,
        (_, Some(Role::Head)) => HEAD,
        (_, Some(Role::HearingHost)) => HOST,
        (_, Some(Role::Cashier)) => CASHIER,
        (_, other) => panic!("nobody for {verb:?}: {other:?}"),
    }
}

/// A plausible command of each verb.
pub fn command(verb: Verb, w: &World) -> Do {
    use Verb as V;
    let today = w.today().to_string();
    let no = ProposalNo::try_from(w.case.as_ref().map_or(1, |c| c.proposals.len().max(1))).expect("few");
    match verb {
        V::RegisterClue => Do::RegisterClue(clue()),
        V::StartCheck => Do::StartCheck { officers: vec![A, B] },
        V::ProposeExtendCheck => propose(Proposal::ExtendCheck),
        V::ProposeFile => propose(Proposal::File(filing(vec![unit_party()]))),
        V::ProposeNotFile => propose(Proposal::NotFile),
        V::ReviewProposal => reviewed(no),
        V::ApproveProposal => approved(no),
        V::ChangeOfficers => Do::ChangeOfficers { officers: vec![A, C], reason: t("调整") },
        V::RequestRecusal => Do::RequestRecusal { officer: B, by_party: true, reason: t("利害关系") },
        V::DecideRecusal => {
            Do::DecideRecusal { officer: B, grant: true, reason: t("应当回避"), opinions: vec![] }
        }
        V::NotifyInquiry => Do::NotifyInquiry { party: 1, person: t("甲"), details: t("到局") },
        V::RecordInquiry => {
            Do::RecordInquiry { session: session(w), person: t("甲"), record: t("问答"), signed: true }
        }
        V::RecordScene => Do::RecordScene { session: session(w), record: t("现场"), witnessed: true },
        V::AddEvidence => Do::AddEvidence(evidence("名册", &today)),
        V::TakeSample => Do::TakeSample(sampling(w)),
        V::CommissionExpert => Do::CommissionExpert(Commission {
            agency: t("中心"),
            question: t("真伪"),
            examination: None,
            items: vec![],
            due_on: None,
        }),
        V::ReceiveExpert => Do::ReceiveExpert { commission: 1, conclusion: t("结论") },
        V::ProposePreserve => propose(Proposal::Preserve(Preserving {
            party: 1,
            items: vec![PreservedItem { name: t("档案"), description: t(""), quantity: "2册".into() }],
            manner: t("就地保存"),
        })),
        V::ProposeDisposePreservation => propose(Proposal::DisposePreservation(PreservationDisposing {
            preservation: 1,
            disposal: PreservationDisposal::Return,
        })),
        V::OrderCorrection => {
            let due_on = w.today().checked_add(jiff::Span::new().days(15)).expect("a day");
            Do::OrderCorrection { party: 1, items: t("改正"), due_on }
        }
        V::RecheckCorrection => Do::RecheckCorrection { order: 1, corrected: true, opinion: t("已改正") },
        V::ProposeSuspend => propose(Proposal::Suspend { ground: SuspensionGround::ForceMajeure }),
        V::ProposeResume => propose(Proposal::Resume),
        V::ProposeExtend => propose(Proposal::Extend { days: 30 }),
        V::Conclude => conclude(false),
        V::PrepareDraft => draft(&[1], vec![fine(1, 3 * WAN)]),
        V::Reinvestigate => Do::Reinvestigate { reason: t("补充") },
        _ => later_command(verb, w),
    }
}

/// As [`command`], from the review on.
fn later_command(verb: Verb, w: &World) -> Do {
    use Verb as V;
    let today = w.today().to_string();
    match verb {
        V::SubmitReview => Do::SubmitReview { opinion: t("请审核") },
        V::ReturnSubmission => Do::ReturnSubmission { missing: t("证据") },
        V::SupplementSubmission => Do::SupplementSubmission { note: t("已补") },
        V::FirstReview => Do::FirstReview(FirstReview { opinion: Opinion::Agree, reasons: t("初审") }),
        V::GiveOpinion => opinion(Opinion::Agree),
        V::ExtendReview => Do::ExtendReview { reason: t("案情复杂") },
        V::SignOpinion => sign(),
        V::AnswerOpinion => Do::AnswerOpinion { stand: Stand::Adopted, answer: t("采纳") },
        V::RequestReReview => Do::RequestReReview { reason: t("异议") },
        V::GiveReReview => Do::GiveReReview {
            members: vec![A, REVIEWER],
            opinion: Opinion::Agree,
            reasons: t("复核"),
            findings: vec![],
        },
        V::Coordinate => Do::Coordinate { opinion: Opinion::Agree, reasons: t("协调"), findings: vec![] },
        V::IssueNotice => Do::IssueNotice { party: 1, rights: vec![] },
        V::AnnounceService => announce(
            w.case.as_ref().map_or(1, |c| DocumentNo::try_from(c.documents.len().max(1)).expect("few")),
        ),
        V::ServeDocument => serve(
            w.case.as_ref().map_or(1, |c| DocumentNo::try_from(c.documents.len().max(1)).expect("few")),
            &today,
        ),
        V::ConfirmAddress => Do::ConfirmAddress { party: 1, address: t("示例路1号"), electronic: t("") },
        V::StateDefence => defence(1, &today),
        V::WaiveDefence => Do::WaiveDefence { party: 1, statement: t("放弃") },
        V::AnswerDefence => {
            Do::AnswerDefence { party: 1, adoption: Adoption::NotAdopted, reasons: t("不成立") }
        }
        V::RequestHearing => ask_hearing(1, &today),
        V::WithdrawHearing => Do::WithdrawHearing { party: 1, statement: t("放弃听证") },
        V::ScheduleHearing => Do::ScheduleHearing(plan(1, "2026-12-01")),
        V::HoldHearing => Do::HoldHearing(held(1)),
        V::ReportHearing => Do::ReportHearing { party: 1, report: t("报告") },
        V::Discuss => Do::Discuss(discussion()),
        V::ProposeDispose => propose(Proposal::Dispose),
        V::RecordPayment => payment(1, "9001", WAN, &today),
        V::RecordPerformance => performance(1, PenaltyKind::OrderStop, &today),
        V::RecordRefund => refund(1, "8001", WAN, &today),
        V::ProposeAmend => propose(Proposal::Amend(amending(1, 2 * WAN))),
        V::RecordRestitution => restitution(1, PenaltyKind::OrderStop, Restored::Lifted, &today),
        V::ProposeDefer => propose(Proposal::Defer(Deferring {
            party: 1,
            instalments: vec![Instalment { due_on: day("2026-12-31"), amount_fen: 3 * WAN }],
            ..Deferring::default()
        })),
        V::DemandFine => Do::DemandFine { party: 1 },
        V::ImposeAdditionalFine => Do::ImposeAdditionalFine { party: 1, amount_fen: 100 },
        V::DemandEnforcement => Do::DemandEnforcement { party: 1 },
        V::ApplyToCourt => Do::ApplyToCourt { party: 1, court: t("示例县人民法院") },
        V::RecordRemedy => Do::RecordRemedy {
            party: 1,
            remedy: RemedyKind::Reconsideration,
            on: w.today(),
            body: t("县政府"),
        },
        V::StateObjection
        | V::AnswerObjection
        | V::ProposeEnforce
        | V::CarryOutEnforcement
        | V::ProposePauseEnforcement
        | V::ProposeResumeEnforcement
        | V::ProposeEndEnforcement
        | V::ProposeAgree
        | V::RecordBreach
        | V::DemandOrder
        | V::ProposeSubstitute
        | V::CarryOutSubstitute
        | V::RecordCost => enforcement_command(verb, w),
        V::RecordRuling => Do::RecordRuling {
            party: 1,
            ruling: CourtRuling::Ended,
            on: w.today(),
            document: t("裁定书文号"),
        },
        V::ConcludeRemedy => Do::ConcludeRemedy {
            party: 1,
            remedy: RemedyKind::Reconsideration,
            outcome: RemedyOutcome::Upheld,
            document: t("文号"),
            fine_fen: None,
            confiscated_fen: None,
            lifted: Vec::new(),
            opposed: false,
        },
        V::RevokeDecision => {
            Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号") }
        }
        V::CorrectDocument => {
            let kind = DocumentKind::PenaltyDecision;
            let found =
                w.case.as_ref().and_then(|c| c.documents.iter().position(|d| d.kind == kind)).unwrap_or(0);
            Do::CorrectDocument {
                document: DocumentNo::try_from(found + 1).expect("few"),
                correction: t("更正日期"),
            }
        }
        V::ProposeWithdraw => propose(Proposal::Withdraw),
        V::ProposeTransfer => {
            propose(Proposal::Transfer(Transferring { crime: true, recipient: t("公安局") }))
        }
        V::ProposeClose => propose(Proposal::Close { ground: ClosingGround::Performed }),
        V::Archive => Do::Archive { volumes: 1, pages: 9, retention_years: 30 },
        V::ArchiveSupplement => Do::ArchiveSupplement(Supplement {
            no: 1,
            items: 1,
            pages: 1,
            through: w.case.as_ref().map_or(0, |c| c.version),
            by: ARCHIVIST,
        }),
        V::AttachRecording => Do::AttachRecording { act: 1, recording: RECORDING },
        V::StateNoRecording => {
            Do::StateNoRecording {
                act: 1, ground: NoRecordingGround::DeviceFailure, reason: t("记录仪故障")
            }
        }
        V::DecideNoRecording => Do::DecideNoRecording { act: 1, approve: true, opinion: t("属实") },
        V::NoteErrata => Do::NoteErrata { errata: vec![crate::errata::erratum("closing.term", 1)] },
        V::AnswerErratum => crate::errata::answer(1),
        _ => {
            made(w.case.as_ref().map_or(1, |c| DocumentNo::try_from(c.documents.len().max(1)).expect("few")))
        }
    }
}

/// As [`command`], of the organ's own enforcement.
fn enforcement_command(verb: Verb, w: &World) -> Do {
    use Verb as V;
    let today = w.today().to_string();
    let statement = || t("经核对");
    match verb {
        V::StateObjection => {
            Do::StateObjection(Objecting { party: 1, on: w.today(), statement: statement() })
        }
        V::AnswerObjection => Do::AnswerObjection(AnsweringObjection {
            party: 1,
            adoption: Adoption::NotAdopted,
            reasons: statement(),
        }),
        V::ProposeEnforce => propose(Proposal::Enforce(enforcing(EnforcementManner::Transfer, &today))),
        V::CarryOutEnforcement => Do::CarryOutEnforcement(carrying(session(w))),
        V::ProposePauseEnforcement => {
            let ground = PauseGround::Hardship;
            propose(Proposal::PauseEnforcement(Pausing { party: 1, ground, basis: statement() }))
        }
        V::ProposeResumeEnforcement => propose(Proposal::ResumeEnforcement(Resuming { party: 1 })),
        V::ProposeEndEnforcement => {
            let ground = EndGround::Other;
            propose(Proposal::EndEnforcement(Ending { party: 1, ground, basis: statement() }))
        }
        V::ProposeAgree => {
            let stages = vec![AgreedStage { due_on: day("2026-12-31"), amount_fen: 3 * WAN, duty: t("") }];
            let (remedial, harmless) = (t(""), statement());
            propose(Proposal::Agree(Agreeing { party: 1, stages, waived_fen: 0, remedial, harmless }))
        }
        V::RecordBreach => Do::RecordBreach(Breach { party: 1, details: statement() }),
        V::DemandOrder => demand("2026-12-31"),
        V::ProposeSubstitute => propose(Proposal::Substitute(Substituting {
            order: None,
            harm: None,
            immediate: Some(ClearedPlace::Road),
            ..substituting(&today)
        })),
        V::CarryOutSubstitute => Do::CarryOutSubstitute(done(w)),
        _ => {
            let (entry, receipt) = (CostEntry::Paid, "7001".into());
            let (amount_fen, on) = (WAN, w.today());
            Do::RecordCost(CostPayment { substitution: 1, entry, receipt, amount_fen, on })
        }
    }
}

#[test]
fn the_transition_matrix_is_as_read() {
    let mut out = String::from(
        "# 转换矩阵：每个阶段 × 每个事项\n# “可”为允许，其余为拒绝的代码；“无”列为案件尚不存在\n",
    );
    let none = World::new("2026-03-02");
    let worlds: Vec<(&str, World)> = Stage::ALL.iter().map(|s| (s.label(), known_early(at(*s)))).collect();
    let mut allowed = 0;
    for verb in Verb::ALL {
        out.push_str(&format!("\n{}\n", verb.label()));
        for (label, w) in std::iter::once(("无", &none)).chain(worlds.iter().map(|(l, w)| (*l, w))) {
            let command = command(*verb, w);
            assert_eq!(command.verb(), *verb);
            match w.ask(actor(*verb), &command) {
                Ok(events) => {
                    assert!(!events.is_empty(), "{verb:?} at {label} does nothing");
                    allowed += 1;
                    out.push_str(&format!("  {label}：可\n"));
                }
                Err(r) => {
                    assert!(!r.article.law.is_empty(), "{verb:?} at {label}: no article");
                    assert!(!r.remedy.is_empty() && !r.message.is_empty(), "{verb:?} at {label}: no remedy");
                    out.push_str(&format!("  {label}：{}\n", r.code));
                }
            }
        }
    }
    out.push_str(&format!("\n# 允许{allowed}，拒绝{}\n", Verb::ALL.len() * (Stage::ALL.len() + 1) - allowed));
    compare("tests/golden/case_matrix.txt", &out);
}

#[test]
fn nobody_but_the_named_roles_may_do_anything() {
    for stage in Stage::ALL {
        let w = at(*stage);
        for verb in Verb::ALL {
            let row = step(*verb);
            for (who, person) in &w.people {
                let named = row.who.iter().any(|r| person.roles.contains(r))
                    && person.organ == ORGAN
                    && person.enabled;
                if !named {
                    let refusal = w.ask(*who, &command(*verb, &w)).expect_err("not theirs");
                    assert!(
                        !refusal.article.law.is_empty() && !refusal.remedy.is_empty(),
                        "{verb:?} {stage:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_chart_and_the_documents_made_from_the_table_are_as_read() {
    let svg = chart::svg();
    for stage in Stage::ALL {
        assert!(svg.contains(stage.label()), "{}", stage.label());
    }
    for verb in Verb::ALL.iter().filter(|v| step(**v).relation != Relation::System) {
        assert!(svg.contains(verb.label()), "{}", verb.label());
    }
    assert_eq!(svg, chart::svg());
    // Every stage but the first is led to by some act.
    for stage in Stage::ALL.iter().filter(|s| **s != Stage::Clue) {
        assert!(Verb::ALL.iter().any(|v| step(*v).to == Some(*stage)), "{stage:?}");
    }
    compare("tests/golden/case_chart.svg", &svg);
    compare("../../docs/generated/procedure.md", &chart::procedure_markdown());
    compare("../../docs/generated/states.md", &chart::states_markdown());
}
