//! From the clue to the end of the investigation.

use super::*;
use mingjing_domain::case::event::{RecusalDecision, RecusalRequest};

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

pub fn session(day: Date) -> Session {
    Session {
        started_at: at(day, 14),
        ended_at: at(day, 16),
        place: text("示例化工有限公司会议室"),
        officers: vec![A, B],
        certificates_shown: true,
        rights_told: true,
        case_room: false,
        recording: None,
        sha256_root: String::new(),
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

pub fn investigation(s: &mut Stream) {
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
    records(s);
    sampling(s);
    preservation(s);
    correction(s);
}

/// The records become evidence.
fn records(s: &mut Stream) {
    for (index, (kind, name)) in
        [(EvidenceKind::SceneRecord, "勘验笔录"), (EvidenceKind::PartyStatement, "询问笔录")]
            .into_iter()
            .enumerate()
    {
        let evidence = Evidence {
            kind,
            name: text(name),
            source: text("现场制作"),
            collected_on: date(2026, 3, 10),
            collectors: vec![A, B],
            proves: text("报警装置被关闭的事实。"),
            sha256_root: String::new(),
            signed: true,
            recording: None,
        };
        s.act(
            A,
            date(2026, 3, 11),
            &[],
            E::EvidenceAdded { no: u16::try_from(index + 1).unwrap(), evidence },
        );
    }
}

fn correction(s: &mut Stream) {
    use DocumentKind as D;
    let day = |d| date(2026, 3, d);
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

pub fn sampling(s: &mut Stream) {
    use DocumentKind as D;
    let day = date(2026, 3, 10);
    let item = SampledItem {
        name: text("可燃气体探测器"),
        description: text("TC-02型"),
        quantity: "1只".into(),
        base: "8只".into(),
    };
    let sampling = Sampling {
        party: 1,
        session: session(day),
        items: vec![item],
        method: text("随机拆取1只。"),
        seal: text("当场加贴封条，由执法人员送检。"),
        presence: SamplingPresence::Refused,
        witness: text("示例镇人民政府工作人员到场见证"),
    };
    s.act(A, day, &[(D::SamplingVoucher, Some(1))], E::Sampled(sampling));
    let commission = Commission {
        agency: text("示例检测中心"),
        question: text("探测器能否正常报警。"),
        examination: Some(Examination::Testing),
        items: vec![PreservedItem {
            name: text("可燃气体探测器"),
            description: text("TC-02型"),
            quantity: "1只".into(),
        }],
        due_on: Some(date(2026, 3, 20)),
    };
    s.act(A, date(2026, 3, 11), &[(D::ExpertCommission, None)], E::ExpertCommissioned(commission));
    // Answered on the day: nothing is left out of the term for it.
    let conclusion = text("送检探测器能正常报警。");
    s.act(A, date(2026, 3, 11), &[], E::ExpertReceived { commission: 1, conclusion });
}

pub fn preservation(s: &mut Stream) {
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

pub fn clocks(s: &mut Stream) {
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
        E::RecusalRequested(RecusalRequest {
            officer: B,
            by_party: true,
            reason: text("认为其与本案有利害关系。"),
        }),
    );
    s.act(
        HEAD,
        date(2026, 4, 3),
        &[(D::RecusalDecision, None)],
        E::RecusalDecided(RecusalDecision {
            officer: B,
            grant: false,
            reason: text("经查不存在利害关系。"),
            opinions: Vec::new(),
        }),
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
