//! From the draft to the decision, and what follows it.

use super::*;

pub fn substance(no_penalty: bool) -> DecisionSubstance {
    let disposal = |party, fine_fen| PartyDisposal {
        party,
        kinds: if no_penalty { vec![] } else { vec![PenaltyKind::Warning, PenaltyKind::Fine] },
        fine_fen: if no_penalty { 0 } else { fine_fen },
        confiscated_fen: 0,
        goods_fen: 0,
        grade: Grade::Ordinary,
        no_penalty: no_penalty.then_some(NoPenaltyGround::FirstTimeMinor),
    };
    DecisionSubstance {
        facts: Text::publishable("2026年3月2日，该公司甲醇罐区可燃气体报警装置被关闭。"),
        evidence: vec![1, 2],
        violated: vec![Provision {
            law: "中华人民共和国安全生产法".into(),
            article: "第三十六条第四款".into(),
        }],
        basis: vec![Provision {
            law: "中华人民共和国安全生产法".into(), article: "第九十九条第四项".into()
        }],
        range: String::new(),
        stated: Vec::new(),
        beyond_benchmark: false,
        discretion: text("依照本机关裁量基准，属于一般阶次。"),
        reasoning: Text::publishable("案发后主动改正，综合全案情节确定罚款数额。"),
        disposals: vec![disposal(1, 3_050_000), disposal(2, 1_000_050)],
        terms: text("自收到决定书之日起十五日内缴纳罚款。"),
        // The unit was ordered to correct in the case; its person is by the decision.
        corrections: vec![Correcting {
            party: 2,
            corrective: Corrective::WithDecision,
            details: text("建立检修后恢复确认制度。"),
            days: 10,
        }],
    }
}

fn concluding() -> Concluding {
    Concluding {
        report: text("经调查，违法事实清楚，证据充分，建议依法处罚。"),
        complex: true,
        public_interest: false,
        several_relations: false,
        social_impact: false,
        other_by_law: false,
        major_coercion: false,
        review_reason: blank(),
    }
}

pub fn review(s: &mut Stream, digest: &str) {
    use DocumentKind as D;
    let day = |d| date(2026, 4, d);
    s.act(A, day(7), &[(D::ClosingReport, None)], E::Concluded(concluding()));
    s.act(A, day(7), &[], E::DraftPrepared { substance: substance(false), digest: digest.into() });
    s.act(
        UNIT_HEAD,
        day(8),
        &[(D::ReviewSubmission, None)],
        E::ReviewSubmitted {
            round: 1,
            digest: digest.into(),
            triggers: vec![Trigger::LargeFine],
            opinion: text("请审核。"),
        },
    );
    let findings = Point::asked(false)
        .iter()
        .map(|point| Finding {
            point: *point,
            pass: *point != Point::Documents,
            finding: text("经核对卷宗，见逐项说明。"),
        })
        .collect();
    s.act(
        REVIEWER,
        day(9),
        &[],
        E::OpinionGiven {
            findings, opinion: Opinion::Correct, reasons: text("告知书日期有误，应予纠正。")
        },
    );
    s.act(REVIEW_HEAD, day(10), &[(D::ReviewOpinion, None)], E::OpinionSigned { sign: true, note: blank() });
    s.act(
        UNIT_HEAD,
        day(13),
        &[(D::ReviewFeedback, None)],
        E::OpinionAnswered { stand: Stand::Disputed, answer: text("日期无误，附送达回证。") },
    );
    s.act(
        UNIT_HEAD,
        day(13),
        &[(D::ReReviewRequest, None)],
        E::ReReviewRequested { reason: text("对文书日期的意见有异议。") },
    );
    s.act(
        REVIEW_HEAD,
        day(14),
        &[(D::ReReviewOpinion, None)],
        E::ReReviewed {
            members: vec![A, REVIEWER],
            opinion: Opinion::Agree,
            reasons: text("经共同核对，日期无误。"),
            findings: vec![Finding {
                point: Point::Documents,
                pass: true,
                finding: text("日期无误，文书完备、规范。"),
            }],
        },
    );
    s.act(REVIEW_HEAD, day(14), &[], E::Cleared { digest: digest.into() });
}

pub fn heard(s: &mut Stream, digest: &str) {
    use DocumentKind as D;
    let day = |d| date(2026, 4, d);
    for (party, kind, hearing) in [(1, D::HearingRightNotice, true), (2, D::PenaltyNotice, false)] {
        let disposal = substance(false).disposal(party).unwrap().clone();
        let document = DocumentNo::try_from(s.documents.len() + 1).unwrap();
        s.act(
            A,
            day(15),
            &[(kind, Some(party))],
            E::NoticeIssued { party, document, hearing, digest: digest.into(), disposal, rights: Vec::new() },
        );
        s.serve(day(16), document, Some(party));
    }
    s.act(
        A,
        day(20),
        &[(D::DefenceRecord, Some(1))],
        E::DefenceStated {
            party: 1, on: day(20), statement: text("已及时改正，请求从轻处罚。")
        },
    );
    s.act(
        A,
        day(20),
        &[],
        E::DefenceAnswered {
            party: 1,
            adoption: Adoption::PartlyAdopted,
            reasons: text("改正属实，已在裁量时考虑。"),
        },
    );
    s.act(A, day(20), &[], E::HearingRequested { party: 1, on: day(20), request: text("请求听证。") });
    let plan = HearingPlan {
        party: 1,
        on: date(2026, 5, 8),
        place: text("9时，示例县应急管理局听证室"),
        host: HOST,
        members: vec![REVIEWER],
        clerk: CLERK,
        public: true,
    };
    let document = DocumentNo::try_from(s.documents.len() + 1).unwrap();
    s.act(HOST, day(21), &[(D::HearingNotice, Some(1))], E::HearingScheduled { plan, document });
    s.act(
        HOST,
        date(2026, 5, 8),
        &[(D::HearingRecord, Some(1))],
        E::HearingHeld(HearingHeld {
            party: 1,
            attended: true,
            agents: vec![text("代理人子")],
            presenters: vec![A, B],
            record: text("主持人：现在开始听证。\n调查人员：提出事实、证据和处罚建议。\n当事人：请求从轻。"),
            signed: true,
            case_room: false,
        }),
    );
    s.act(
        HOST,
        date(2026, 5, 9),
        &[(D::HearingReport, Some(1))],
        E::HearingReported { party: 1, report: text("建议维持处罚建议。") },
    );
}

/// Up to the decision and its service.
pub fn decided() -> Stream {
    use DocumentKind as D;
    let digest = "ab".repeat(32);
    let mut s = filed();
    investigation(&mut s);
    clocks(&mut s);
    review(&mut s, &digest);
    heard(&mut s, &digest);
    let opinions = [HEAD, DEPUTY]
        .map(|head| HeadOpinion { head, agrees: true, opinion: text("同意处罚建议。") })
        .to_vec();
    s.act(
        CLERK,
        date(2026, 5, 11),
        &[(D::DiscussionRecord, None)],
        E::Discussed {
            discussion: Discussion {
                place: text("9时，局会议室"),
                chair: HEAD,
                opinions,
                outcome: DiscussionOutcome::ApproveDraft,
                conclusion: text("同意按送审稿作出处罚决定。"),
            },
            digest: digest.clone(),
        },
    );
    let first = DocumentNo::try_from(s.documents.len() + 2).unwrap();
    let issue = [
        (D::DisposalApproval, None),
        (D::PenaltyDecision, Some(1)),
        (D::PaymentNotice, Some(1)),
        (D::PenaltyDecision, Some(2)),
        (D::PaymentNotice, Some(2)),
    ];
    let effect = E::Decided {
        proposal: 7,
        digest: digest.clone(),
        clearance: digest,
        documents: vec![(1, first), (2, first + 2)],
        decided_on: date(2026, 5, 12),
        overdue_days: 0,
    };
    s.approve(date(2026, 5, 12), 7, Proposal::Dispose, &issue, effect);
    s.serve(date(2026, 5, 13), first, Some(1));
    announce(&mut s, first + 2);
    s.serve(date(2026, 5, 13), first + 2, Some(2));
    s
}

/// The announcement by which the decision on the second party is served.
fn announce(s: &mut Stream, document: DocumentNo) {
    let of = Announcing {
        document,
        ground: AnnouncementGround::Missing,
        course: text("两次上门、一次邮寄未能送达。"),
        summary: text("罚款一万元零五角，自收到决定书之日起十五日内缴纳。"),
        medium: text("示例县人民政府网站"),
        collection: text("本机关一楼窗口"),
    };
    let announcement = DocumentNo::try_from(s.documents.len() + 1).unwrap();
    s.act(
        A,
        date(2026, 5, 13),
        &[(DocumentKind::ServiceAnnouncement, Some(2))],
        E::ServiceAnnounced(Announced { of, announcement }),
    );
}

/// Nothing is imposed.
pub fn no_penalty() -> Stream {
    use DocumentKind as D;
    let digest = "cd".repeat(32);
    let mut s = filed();
    investigation(&mut s);
    s.act(A, date(2026, 4, 7), &[], E::DraftPrepared { substance: substance(true), digest: digest.clone() });
    for party in [1, 2] {
        let disposal = substance(true).disposal(party).unwrap().clone();
        let document = DocumentNo::try_from(s.documents.len() + 1).unwrap();
        s.act(
            A,
            date(2026, 4, 8),
            &[(D::PenaltyNotice, Some(party))],
            E::NoticeIssued {
                party,
                document,
                hearing: false,
                digest: digest.clone(),
                disposal,
                rights: Vec::new(),
            },
        );
        s.serve(date(2026, 4, 8), document, Some(party));
    }
    let first = DocumentNo::try_from(s.documents.len() + 2).unwrap();
    let issue =
        [(D::DisposalApproval, None), (D::NoPenaltyDecision, Some(1)), (D::NoPenaltyDecision, Some(2))];
    let effect = E::Decided {
        proposal: 4,
        digest,
        clearance: String::new(),
        documents: vec![(1, first), (2, first + 1)],
        decided_on: date(2026, 4, 20),
        overdue_days: 0,
    };
    s.approve(date(2026, 4, 20), 4, Proposal::Dispose, &issue, effect);
    s
}

/// Demands, the additional fine, the court, and a correction of the decision on the way.
fn enforced(s: &mut Stream) {
    use DocumentKind as D;
    let next = |s: &Stream| DocumentNo::try_from(s.documents.len() + 1).unwrap();
    let document = next(s);
    s.act(A, date(2026, 6, 1), &[(D::FineDemand, Some(1))], E::FineDemanded { party: 1, document });
    let document = next(s);
    s.act(
        HEAD,
        date(2026, 6, 3),
        &[(D::AdditionalFineDecision, Some(1))],
        E::AdditionalFineImposed { party: 1, document, amount_fen: 549_000 },
    );
    let document = next(s);
    s.act(
        HEAD,
        date(2026, 11, 16),
        &[(D::EnforcementDemand, Some(1))],
        E::EnforcementDemanded { party: 1, document },
    );
    s.serve(date(2026, 11, 17), document, Some(1));
    s.act(
        HEAD,
        date(2026, 12, 2),
        &[(D::CourtApplication, None)],
        E::CourtApplied { party: 1, court: text("示例县人民法院") },
    );
    let decision = s.documents.iter().position(|it| *it == D::PenaltyDecision).unwrap() + 1;
    let (document, by) = (DocumentNo::try_from(decision).unwrap(), next(s));
    s.act(
        A,
        date(2026, 12, 3),
        &[(D::Correction, Some(1))],
        E::DocumentCorrected {
            document,
            by,
            correction: text("“第九十九条第四项”补正为“第九十九条第（四）项”。"),
        },
    );
}

/// From the decision through execution to the archive.
pub fn archived() -> Stream {
    use DocumentKind as D;
    let mut s = decided();
    let deferring = Deferring {
        party: 2,
        instalments: vec![
            Instalment { due_on: date(2026, 6, 30), amount_fen: 500_000 },
            Instalment { due_on: date(2026, 7, 31), amount_fen: 500_050 },
        ],
        rest_falls_due: false,
    };
    let effect = E::DeferralGranted { proposal: 8, deferring: deferring.clone() };
    s.approve(
        date(2026, 5, 20),
        8,
        Proposal::Defer(deferring),
        &[(D::DeferralApproval, Some(2)), (D::DeferralGrant, Some(2))],
        effect,
    );
    enforced(&mut s);
    for (party, amount_fen, receipt) in [(1, 3_599_000, "示A0000001"), (2, 1_000_050, "示A0000002")] {
        let payment = Payment {
            party,
            receipt: receipt.into(),
            amount_fen,
            paid_on: date(2026, 12, 10),
            collector: "示例银行示例县支行".into(),
        };
        s.act(CLERK, date(2026, 12, 11), &[], E::PaymentRecorded(payment));
    }
    let ground = ClosingGround::Performed;
    s.approve(
        date(2026, 12, 14),
        9,
        Proposal::Close { ground },
        &[(D::ClosingApproval, None)],
        E::Closed { proposal: 9, ground },
    );
    s.act(
        CLERK,
        date(2026, 12, 21),
        &[(D::FileCover, None), (D::FileCatalogue, None), (D::FileBackSheet, None)],
        E::Archived { volumes: 1, pages: 120, retention_years: 30 },
    );
    s
}

/// The organ imposes less on the person by a decision of its own.
pub fn amended() -> Stream {
    let mut s = decided();
    let document = DocumentNo::try_from(s.documents.len() + 1).unwrap();
    let amending = Amending {
        party: 2,
        fine_fen: 500_000,
        confiscated_fen: 0,
        lifted: Vec::new(),
        grade: Grade::Light,
        reasoning: text("当事人在决定作出前已经改正，原决定没有考虑该情节，应当从轻处罚。"),
        digest: String::new(),
    };
    let effect = E::DisposalAmended {
        proposal: 8,
        party: 2,
        document,
        fine_fen: 500_000,
        confiscated_fen: 0,
        lifted: Vec::new(),
    };
    let issue = [(DocumentKind::AmendmentDecision, Some(2))];
    s.approve(date(2026, 5, 20), 8, Proposal::Amend(amending), &issue, effect);
    s
}
