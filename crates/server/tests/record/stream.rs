//! A synthetic case as its stream: every document of the procedure is issued once.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use mingjing::record::sheet::{Collector, OrganSheet, PersonSheet};
use mingjing_domain::case::command::*;
use mingjing_domain::case::event::CaseEvent as E;
use mingjing_domain::case::substance::{DecisionSubstance, PartyDisposal, Provision};
use mingjing_domain::case::types::*;
use mingjing_domain::codes::DocumentNumber;
use mingjing_domain::matter::{MatterId, Meta, Moment, OrganId, StaffId, shanghai};
use mingjing_domain::text::Text;
use uuid::Uuid;

pub const A: StaffId = StaffId(Uuid::from_u128(0xa));
pub const B: StaffId = StaffId(Uuid::from_u128(0xb));
pub const UNIT_HEAD: StaffId = StaffId(Uuid::from_u128(0xc));
pub const HEAD: StaffId = StaffId(Uuid::from_u128(0xd));
pub const DEPUTY: StaffId = StaffId(Uuid::from_u128(0xe));
pub const REVIEWER: StaffId = StaffId(Uuid::from_u128(0xf));
pub const REVIEW_HEAD: StaffId = StaffId(Uuid::from_u128(0x10));
pub const HOST: StaffId = StaffId(Uuid::from_u128(0x11));
pub const CLERK: StaffId = StaffId(Uuid::from_u128(0x12));
pub const SYSTEM: StaffId = StaffId(Uuid::nil());
pub const ORGAN: OrganId = OrganId(Uuid::from_u128(0x99));
pub const CASE: MatterId = MatterId(Uuid::from_u128(0x77));

pub const UNIT: &str = "示例化工有限公司";
pub const PERSON: &str = "负责人丙";

pub fn organ() -> OrganSheet {
    OrganSheet {
        name: "示例县应急管理局".into(),
        place: "示".into(),
        address: "示例县示例路1号".into(),
        phone: "000-0000001".into(),
        postcode: "000000".into(),
        contact: String::new(),
        government: "示例县人民政府".into(),
        court: "示例县人民法院".into(),
        procuratorate: "示例县人民检察院".into(),
        collector: Collector {
            name: "示例银行示例县支行".into(),
            address: "示例县示例路3号".into(),
            account_name: "示例县财政局".into(),
            account: "9900880077006600".into(),
            channel: String::new(),
        },
    }
}

pub fn people(id: StaffId) -> PersonSheet {
    let known: BTreeMap<StaffId, (&str, &str, &str)> = BTreeMap::from([
        (A, ("执法人员甲", "一级行政执法员", "示511300001")),
        (B, ("执法人员乙", "二级行政执法员", "示511300002")),
        (UNIT_HEAD, ("队长丁", "执法大队大队长", "")),
        (HEAD, ("局长戊", "局长", "")),
        (DEPUTY, ("副局长己", "副局长", "")),
        (REVIEWER, ("审核员庚", "法规股科员", "")),
        (REVIEW_HEAD, ("股长辛", "法规股股长", "")),
        (HOST, ("主持人壬", "法规股副股长", "")),
        (CLERK, ("书记员癸", "办公室科员", "")),
    ]);
    let Some((name, post, cert)) = known.get(&id) else { return PersonSheet::default() };
    PersonSheet {
        name: (*name).into(),
        unit: "执法大队".into(),
        post: (*post).into(),
        cert_no: (*cert).into(),
        qualification: String::new(),
    }
}

pub fn text(words: &str) -> Text {
    Text::closed(words)
}

pub fn at(day: Date, hour: i8) -> Timestamp {
    day.at(hour, 0, 0, 0).to_zoned(shanghai()).unwrap().timestamp()
}

/// A stream that grows act by act; each act makes its documents at once.
#[derive(Clone, Default)]
pub struct Stream {
    pub events: Vec<(Meta, E)>,
    pub documents: Vec<DocumentKind>,
    serials: BTreeMap<&'static str, u32>,
}

impl Stream {
    fn push(&mut self, actor: StaffId, when: Timestamp, event: E) {
        let version = self.events.len() as u64 + 1;
        let meta = Meta { matter: CASE, organ: ORGAN, version, actor, moment: Moment::now(when) };
        self.events.push((meta, event));
    }

    /// Documents, then the event behind them, then the finished files.
    pub fn act(
        &mut self,
        actor: StaffId,
        day: Date,
        issue: &[(DocumentKind, Option<PartyNo>)],
        event: E,
    ) -> Vec<DocumentNo> {
        self.act_after(actor, day, None, issue, event)
    }

    fn act_after(
        &mut self,
        actor: StaffId,
        day: Date,
        before: Option<E>,
        issue: &[(DocumentKind, Option<PartyNo>)],
        event: E,
    ) -> Vec<DocumentNo> {
        let when = at(day, 10);
        if let Some(before) = before {
            self.push(actor, when, before);
        }
        let mut numbers = Vec::new();
        for (kind, party) in issue {
            let no = DocumentNo::try_from(self.documents.len() + 1).unwrap();
            self.documents.push(*kind);
            let number = kind.character().map(|character| {
                let serial = self.serials.entry(character).or_insert(0);
                *serial += 1;
                let word = format!("应急{character}");
                DocumentNumber::new(Some("示"), &word, 2026, *serial, None).unwrap()
            });
            self.push(
                actor,
                when,
                E::DocumentIssued { no, kind: *kind, number, party: *party, issued_on: day },
            );
            numbers.push(no);
        }
        self.push(actor, when, event);
        for no in &numbers {
            let made =
                Made { sha256: "00".repeat(32), sm3: "00".repeat(32), pages: 2, template: "00".repeat(32) };
            let later = when.saturating_add(SignedDuration::from_secs(5)).unwrap();
            self.push(SYSTEM, later, E::DocumentMade { no: *no, made });
        }
        numbers
    }

    /// Proposal, review, approval with its effect.
    pub fn approve(
        &mut self,
        day: Date,
        no: ProposalNo,
        body: Proposal,
        issue: &[(DocumentKind, Option<PartyNo>)],
        effect: E,
    ) -> Vec<DocumentNo> {
        self.push(A, at(day, 8), E::Proposed { no, body, opinion: text("事实清楚，拟办理。请审批。") });
        self.push(
            UNIT_HEAD,
            at(day, 9),
            E::ProposalReviewed { no, agree: true, opinion: text("情况属实，同意呈报。") },
        );
        let decided =
            E::ProposalDecided { no, approve: true, opinion: text("同意。"), opinions: Vec::new() };
        self.act_after(HEAD, day, Some(decided), issue, effect)
    }

    pub fn serve(&mut self, day: Date, no: DocumentNo, party: Option<PartyNo>) {
        let service = Service {
            method: ServiceMethod::Direct,
            on: day,
            recipient: text("收件人丙，系当事人负责人"),
            place: text("示例化工有限公司办公楼"),
            officers: vec![A, B],
            witness: blank(),
        };
        let event = E::DocumentServed { no, service, effective_on: day };
        self.act(A, day, &[(DocumentKind::ServiceReceipt, party)], event);
    }
}

pub fn parties() -> Vec<Party> {
    vec![
        Party {
            kind: PartyKind::LegalPerson,
            name: text(UNIT),
            code: text("91990000MA0000001X"),
            address: text("示例县示例镇工业园区1号"),
            phone: text("000-0000000"),
            representative: text("负责人丙"),
            post: text("总经理"),
            minor: false,
        },
        Party {
            kind: PartyKind::Person,
            name: text(PERSON),
            code: text("110101199003070732"),
            address: text("示例县示例镇示例街2号"),
            phone: blank(),
            representative: blank(),
            post: text("总经理"),
            minor: false,
        },
    ]
}

pub fn filing() -> Filing {
    Filing {
        title: text("示例化工有限公司涉嫌关闭报警设施案"),
        cause: text("涉嫌关闭直接关系生产安全的报警设施"),
        category: "安全生产".into(),
        region: "511300".into(),
        violation_on: date(2026, 3, 2),
        grave_harm: false,
        parties: parties(),
        officers: vec![A, B],
    }
}

fn session(day: Date) -> Session {
    Session {
        started_at: at(day, 14),
        ended_at: at(day, 16),
        place: text("示例化工有限公司会议室"),
        officers: vec![A, B],
        certificates_shown: true,
        rights_told: true,
        case_room: false,
    }
}

/// The clue and its check.
pub fn clue() -> Stream {
    let mut s = Stream::default();
    let clue = Clue {
        source: ClueSource::Report,
        received_on: date(2026, 3, 3),
        subject: text(UNIT),
        summary: text("反映该公司关闭可燃气体报警装置。"),
        informant: Some(MatterId(Uuid::from_u128(0x55))),
    };
    s.push(A, at(date(2026, 3, 3), 9), E::ClueRegistered(clue));
    s.act(A, date(2026, 3, 3), &[], E::CheckStarted { officers: vec![A, B] });
    s
}

/// The register form of a clue stands alone: no act issues it.
pub fn clue_form() -> Stream {
    let mut s = clue();
    let no = 1;
    s.documents.push(DocumentKind::ClueRegister);
    let issued = E::DocumentIssued {
        no,
        kind: DocumentKind::ClueRegister,
        number: None,
        party: None,
        issued_on: date(2026, 3, 3),
    };
    s.push(A, at(date(2026, 3, 3), 11), issued);
    s
}

pub fn not_filed() -> Stream {
    let mut s = clue();
    s.approve(
        date(2026, 3, 6),
        1,
        Proposal::NotFile,
        &[(DocumentKind::NoFilingApproval, None)],
        E::NotFiled { proposal: 1 },
    );
    s
}

pub fn filed() -> Stream {
    let mut s = clue();
    let effect = E::Filed { proposal: 1, filing: filing() };
    s.approve(date(2026, 3, 6), 1, Proposal::File(filing()), &[(DocumentKind::FilingApproval, None)], effect);
    s
}

pub fn withdrawn() -> Stream {
    let mut s = filed();
    s.approve(
        date(2026, 3, 9),
        2,
        Proposal::Withdraw,
        &[(DocumentKind::WithdrawalApproval, None)],
        E::Withdrawn { proposal: 2 },
    );
    s
}

pub fn transferred(crime: bool) -> Stream {
    let mut s = filed();
    let transferring = Transferring {
        crime,
        recipient: text(if crime { "示例县公安局" } else { "示例县消防救援大队" }),
    };
    let letter = if crime { DocumentKind::CrimeTransferLetter } else { DocumentKind::TransferLetter };
    let issue = [(DocumentKind::TransferApproval, None), (letter, None)];
    let effect = E::Transferred { proposal: 2, transferring: transferring.clone() };
    s.approve(date(2026, 3, 9), 2, Proposal::Transfer(transferring), &issue, effect);
    s
}

fn investigation(s: &mut Stream) {
    use DocumentKind as D;
    let day = |d| date(2026, 3, d);
    s.act(
        A,
        day(9),
        &[(D::InquiryNotice, Some(1))],
        E::InquiryNotified {
            party: 1,
            person: text("负责人丙"),
            details: text("时间：2026年3月10日14时\n地点：示例县应急管理局询问室\n材料：营业执照、身份证明"),
        },
    );
    s.act(
        A,
        day(10),
        &[(D::InquiryRecord, None)],
        E::InquiryRecorded {
            session: session(day(10)),
            person: text("负责人丙，系示例化工有限公司总经理"),
            record: text("问：报警装置为什么关闭？\n答：检修时关闭，检修后忘记开启。"),
            signed: true,
        },
    );
    s.act(
        B,
        day(10),
        &[(D::SceneRecord, None)],
        E::SceneRecorded {
            session: session(day(10)),
            record: text("甲醇罐区可燃气体报警控制器电源断开，显示屏无显示。"),
            witnessed: true,
        },
    );
    for (index, (kind, name)) in
        [(EvidenceKind::SceneRecord, "勘验笔录"), (EvidenceKind::PartyStatement, "询问笔录")]
            .into_iter()
            .enumerate()
    {
        let evidence = Evidence {
            kind,
            name: text(name),
            source: text("现场制作"),
            collected_on: day(10),
            collectors: vec![A, B],
            proves: text("报警装置被关闭的事实。"),
            sha256_root: String::new(),
            signed: true,
            recording: None,
        };
        s.act(A, day(11), &[], E::EvidenceAdded { no: u16::try_from(index + 1).unwrap(), evidence });
    }
    preservation(s);
    s.act(
        A,
        day(12),
        &[(D::CorrectionOrder, Some(1))],
        E::CorrectionOrdered {
            party: 1,
            items: text("甲醇罐区报警装置被关闭。\n未建立检修后恢复确认制度。"),
            due_on: day(20),
        },
    );
    s.act(
        A,
        day(23),
        &[(D::CorrectionRecheck, Some(1))],
        E::CorrectionRechecked { order: 1, corrected: true, opinion: text("上述问题已整改完毕。") },
    );
}

fn preservation(s: &mut Stream) {
    use DocumentKind as D;
    let preserving = Preserving {
        party: 1,
        items: vec![PreservedItem {
            name: text("报警控制器"),
            description: text("JB-01型"),
            quantity: "1台".into(),
        }],
        manner: text("就地封存，存放于公司控制室"),
    };
    let issue =
        [(D::PreservationApproval, None), (D::PreservationNotice, Some(1)), (D::PreservationList, Some(1))];
    let effect = E::Preserved { proposal: 2, preserving: preserving.clone() };
    s.approve(date(2026, 3, 11), 2, Proposal::Preserve(preserving), &issue, effect);
    let disposing = PreservationDisposing { preservation: 1, disposal: PreservationDisposal::Return };
    let issue = [(D::PreservationDisposalApproval, None), (D::PreservationDisposal, Some(1))];
    let effect = E::PreservationDisposed { proposal: 3, disposing: disposing.clone() };
    s.approve(date(2026, 3, 17), 3, Proposal::DisposePreservation(disposing), &issue, effect);
}

fn clocks(s: &mut Stream) {
    use DocumentKind as D;
    let ground = SuspensionGround::AwaitOtherDecision;
    s.approve(
        date(2026, 3, 24),
        4,
        Proposal::Suspend { ground },
        &[(D::SuspensionApproval, None)],
        E::Suspended { proposal: 4, ground },
    );
    s.approve(
        date(2026, 3, 30),
        5,
        Proposal::Resume,
        &[(D::SuspensionApproval, None)],
        E::Resumed { proposal: 5 },
    );
    let effect = E::Extended { proposal: 6, days: 30, collective: false };
    s.approve(date(2026, 4, 1), 6, Proposal::Extend { days: 30 }, &[(D::ExtensionApproval, None)], effect);
    s.act(
        A,
        date(2026, 4, 2),
        &[],
        E::RecusalRequested {
            officer: B, by_party: true, reason: text("认为其与本案有利害关系。")
        },
    );
    s.act(
        HEAD,
        date(2026, 4, 3),
        &[(D::RecusalDecision, None)],
        E::RecusalDecided {
            officer: B,
            grant: false,
            reason: text("经查不存在利害关系。"),
            opinions: Vec::new(),
        },
    );
    s.act(
        A,
        date(2026, 4, 3),
        &[(D::AddressConfirmation, Some(1))],
        E::AddressConfirmed {
            party: 1,
            address: text("示例县示例镇工业园区1号办公楼"),
            electronic: text("office@example.org"),
        },
    );
}

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
        discretion: text("依照本机关裁量基准，属于一般阶次。"),
        reasoning: Text::publishable("案发后主动改正，综合全案情节确定罚款数额。"),
        disposals: vec![disposal(1, 3_050_000), disposal(2, 1_000_050)],
        terms: text("自收到决定书之日起十五日内缴纳罚款。"),
    }
}

fn review(s: &mut Stream, digest: &str) {
    use DocumentKind as D;
    let day = |d| date(2026, 4, d);
    s.act(
        A,
        day(7),
        &[(D::ClosingReport, None)],
        E::Concluded {
            report: text("经调查，违法事实清楚，证据充分，建议依法处罚。"),
            complex: true,
            public_interest: false,
            several_relations: false,
        },
    );
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
    let findings = Point::ALL
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
    s.act(UNIT_HEAD, day(13), &[], E::ReReviewRequested { reason: text("对文书日期的意见有异议。") });
    s.act(
        REVIEW_HEAD,
        day(14),
        &[(D::ReReviewOpinion, None)],
        E::ReReviewed {
            members: vec![A, REVIEWER],
            opinion: Opinion::Agree,
            reasons: text("经共同核对，日期无误。"),
        },
    );
    s.act(REVIEW_HEAD, day(14), &[], E::Cleared { digest: digest.into() });
}

fn heard(s: &mut Stream, digest: &str) {
    use DocumentKind as D;
    let day = |d| date(2026, 4, d);
    for (party, kind, hearing) in [(1, D::HearingRightNotice, true), (2, D::PenaltyNotice, false)] {
        let disposal = substance(false).disposal(party).unwrap().clone();
        let document = DocumentNo::try_from(s.documents.len() + 1).unwrap();
        s.act(
            A,
            day(15),
            &[(kind, Some(party))],
            E::NoticeIssued { party, document, hearing, digest: digest.into(), disposal },
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
    s.serve(date(2026, 5, 13), first + 2, Some(2));
    s
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
            E::NoticeIssued { party, document, hearing: false, digest: digest.clone(), disposal },
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
    let next = |s: &Stream| DocumentNo::try_from(s.documents.len() + 1).unwrap();
    let document = next(&s);
    s.act(A, date(2026, 6, 1), &[(D::FineDemand, Some(1))], E::FineDemanded { party: 1, document });
    let document = next(&s);
    s.act(
        HEAD,
        date(2026, 6, 3),
        &[(D::AdditionalFineDecision, Some(1))],
        E::AdditionalFineImposed { party: 1, document, amount_fen: 549_000 },
    );
    let document = next(&s);
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
    let (document, by) = (DocumentNo::try_from(decision).unwrap(), next(&s));
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
        &[(D::FileCover, None), (D::FileCatalogue, None)],
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

/// Every stream with its name.
pub fn all() -> Vec<(&'static str, Stream)> {
    vec![
        ("clue", clue_form()),
        ("not_filed", not_filed()),
        ("withdrawn", withdrawn()),
        ("transferred", transferred(false)),
        ("crime", transferred(true)),
        ("no_penalty", no_penalty()),
        ("amended", amended()),
        ("archived", archived()),
    ]
}
