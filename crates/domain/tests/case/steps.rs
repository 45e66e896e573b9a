//! Commands as people give them, and the steps that bring a case to a stage.

use crate::world::*;
use mingjing_domain::case::command::*;
use mingjing_domain::case::correction::{Correcting, Corrective};
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::substance::{DecisionSubstance, PartyDisposal, Provision, StatedRange};
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, CaseEvent};
use mingjing_domain::matter::StaffId;
use mingjing_domain::text::Text;

pub const YUAN: i64 = 100;
pub const WAN: i64 = 10_000 * YUAN;

pub fn clue() -> Clue {
    Clue {
        source: ClueSource::Inspection,
        received_on: day("2026-03-02"),
        subject: t("示例化工有限公司"),
        summary: t("检查发现特种作业人员未持证上岗"),
        informant: None,
    }
}

pub fn unit_party() -> Party {
    Party {
        kind: PartyKind::LegalPerson,
        name: t("示例化工有限公司"),
        code: t("915113000000000192"),
        address: t("示例县示例路1号"),
        phone: t(""),
        representative: t("示范甲"),
        post: t("总经理"),
        minor: false,
    }
}

pub fn responsible_party() -> Party {
    Party {
        kind: PartyKind::Person,
        name: t("示范甲"),
        code: t("999999190001010015"),
        address: t("示例县示例路2号"),
        phone: t(""),
        representative: t(""),
        post: t(""),
        minor: false,
    }
}

pub fn filing(parties: Vec<Party>) -> Filing {
    Filing {
        title: t("示例化工有限公司特种作业人员无证上岗案"),
        cause: t("特种作业人员未取得相应资格上岗作业"),
        category: CATEGORY.into(),
        region: REGION.into(),
        violation_on: day("2026-02-27"),
        grave_harm: false,
        parties,
        officers: vec![A, B],
    }
}

pub fn session(world: &World) -> Session {
    let minutes = |n| world.now.checked_sub(jiff::SignedDuration::from_mins(n)).expect("a minute");
    Session {
        started_at: minutes(30),
        ended_at: minutes(1),
        place: t("示例化工有限公司会议室"),
        officers: vec![A, B],
        certificates_shown: true,
        rights_told: true,
        case_room: false,
        recording: None,
        sha256_root: String::new(),
    }
}

pub fn sampling(world: &World) -> Sampling {
    Sampling {
        party: 1,
        session: session(world),
        items: vec![SampledItem {
            name: t("甲醇"),
            description: t("99.9%，2026年2月批次"),
            quantity: "2瓶（各500毫升）".into(),
            base: "1罐（20吨）".into(),
        }],
        method: t("自罐底、罐中各取一份，分别装瓶"),
        seal: t("一式两份当场加贴封条，一份送检，一份由当事人保管"),
        presence: SamplingPresence::Signed,
        witness: t(""),
    }
}

pub fn evidence(name: &str, on: &str) -> Evidence {
    Evidence {
        kind: EvidenceKind::Documentary,
        name: t(name),
        source: t("当事人提供"),
        collected_on: day(on),
        collectors: vec![A, B],
        proves: t("特种作业人员未取得资格"),
        sha256_root: "ab".repeat(32),
        signed: true,
        recording: None,
    }
}

pub fn fine(party: PartyNo, fen: i64) -> PartyDisposal {
    PartyDisposal {
        party,
        kinds: vec![PenaltyKind::Fine],
        fine_fen: fen,
        confiscated_fen: 0,
        goods_fen: 0,
        grade: Grade::Ordinary,
        no_penalty: None,
    }
}

pub fn spared(party: PartyNo) -> PartyDisposal {
    PartyDisposal {
        kinds: vec![],
        fine_fen: 0,
        no_penalty: Some(NoPenaltyGround::MinorCorrected),
        ..fine(party, 0)
    }
}

/// Whoever is penalised has put the act right already.
pub fn corrected(disposals: &[PartyDisposal]) -> Vec<Correcting> {
    let penalised = disposals.iter().filter(|d| d.no_penalty.is_none());
    let one = |d: &PartyDisposal| Correcting {
        party: d.party,
        corrective: Corrective::Corrected,
        details: t("复查时上岗人员均已持证，见现场照片"),
        days: 0,
    };
    penalised.map(one).collect()
}

/// The range of each fine, written down because the base is not named.
pub fn stated(disposals: &[PartyDisposal]) -> Vec<StatedRange> {
    let fined = disposals.iter().filter(|d| d.fine_fen > 0);
    let one = |d: &PartyDisposal| StatedRange {
        party: d.party,
        law: "安全生产法".into(),
        article: "第九十七条".into(),
        words: "可以处十万元以下的罚款；逾期未改正的，并处十万元以上二十万元以下的罚款".into(),
        min_fen: 0,
        max_fen: 1_000 * WAN,
    };
    fined.map(one).collect()
}

pub fn substance(evidence: &[EvidenceNo], disposals: Vec<PartyDisposal>) -> DecisionSubstance {
    let provision = |article: &str| Provision { law: "安全生产法".into(), article: article.into() };
    DecisionSubstance {
        facts: Text::publishable("二名特种作业人员未取得相应资格上岗作业"),
        evidence: evidence.to_vec(),
        violated: vec![provision("第三十条第一款")],
        basis: vec![provision("第九十七条第七项")],
        range: String::new(),
        stated: stated(&disposals),
        beyond_benchmark: false,
        discretion: t("未取得资格上岗二人，适用一般阶次"),
        reasoning: Text::publishable("事实清楚，证据确凿"),
        corrections: corrected(&disposals),
        disposals,
        terms: t("收到决定书之日起十五日内缴纳"),
    }
}

pub fn draft(evidence: &[EvidenceNo], disposals: Vec<PartyDisposal>) -> Do {
    Do::PrepareDraft { substance: substance(evidence, disposals) }
}

pub fn findings(failed: Option<Point>) -> Vec<Finding> {
    Point::asked(false)
        .iter()
        .map(|p| Finding { point: *p, pass: failed != Some(*p), finding: t("经审核，写明意见") })
        .collect()
}

pub fn opinions(heads: &[StaffId]) -> Vec<HeadOpinion> {
    heads.iter().map(|h| HeadOpinion { head: *h, agrees: true, opinion: t("同意处理意见") }).collect()
}

pub fn discussion() -> Discussion {
    Discussion {
        place: t("三楼会议室"),
        chair: HEAD,
        opinions: opinions(&[HEAD, DEPUTY, DEPUTY_2]),
        outcome: DiscussionOutcome::ApproveDraft,
        conclusion: t("同意处理意见"),
    }
}

pub fn plan(party: PartyNo, on: &str) -> HearingPlan {
    HearingPlan {
        party,
        on: day(on),
        place: t("上午九时，一楼听证室"),
        host: HOST,
        members: vec![],
        clerk: CLERK,
        public: true,
    }
}

pub fn held(party: PartyNo) -> HearingHeld {
    HearingHeld {
        party,
        attended: true,
        agents: vec![t("代理人甲")],
        presenters: vec![A],
        record: t("听证笔录"),
        signed: true,
        case_room: false,
    }
}

pub fn payment(party: PartyNo, receipt: &str, fen: i64, on: &str) -> Do {
    Do::RecordPayment(Payment {
        party,
        receipt: receipt.into(),
        amount_fen: fen,
        paid_on: day(on),
        collector: "示例县农村商业银行".into(),
    })
}

pub fn refund(party: PartyNo, receipt: &str, fen: i64, on: &str) -> Do {
    let (receipt, on) = (receipt.into(), day(on));
    Do::RecordRefund(Refund { party, receipt, amount_fen: fen, interest_fen: 0, on })
}

pub fn performance(party: PartyNo, kind: PenaltyKind, on: &str) -> Do {
    Do::RecordPerformance(Performance {
        party, kind, on: day(on), by: t("当事人"), manner: t("已停业")
    })
}

pub fn restitution(party: PartyNo, kind: PenaltyKind, restored: Restored, on: &str) -> Do {
    let details = t("已通知恢复生产经营，见解除通知书");
    Do::RecordRestitution(Restitution { party, kind, restored, on: day(on), details, compensation_fen: 0 })
}

pub fn amending(party: PartyNo, fen: i64) -> Amending {
    Amending {
        party,
        fine_fen: fen,
        confiscated_fen: 0,
        lifted: Vec::new(),
        grade: Grade::Light,
        reasoning: t("原决定裁量不当，应当从轻"),
        digest: String::new(),
    }
}

pub fn propose(proposal: Proposal) -> Do {
    Do::Propose { proposal, opinion: t("拟同意，理由见报告") }
}

pub fn reviewed(no: ProposalNo) -> Do {
    Do::ReviewProposal { proposal_no: no, agree: true, opinion: t("同意") }
}

pub fn approved(no: ProposalNo) -> Do {
    Do::ApproveProposal { proposal_no: no, approve: true, opinion: t("同意"), opinions: vec![] }
}

pub fn opinion(opinion: Opinion) -> Do {
    let failed = (opinion != Opinion::Agree).then_some(Point::Evidence);
    Do::GiveOpinion { findings: findings(failed), opinion, reasons: t("审核理由") }
}

pub fn sign() -> Do {
    Do::SignOpinion { sign: true, note: t("") }
}

pub fn conclude(complex: bool) -> Do {
    Do::Conclude(concluding(complex))
}

pub fn concluding(complex: bool) -> Concluding {
    Concluding {
        report: t("调查终结报告"),
        complex,
        public_interest: false,
        several_relations: false,
        social_impact: false,
        other_by_law: false,
        major_coercion: false,
        review_reason: t(""),
    }
}

pub fn service(on: &str) -> Service {
    Service {
        method: ServiceMethod::Direct,
        on: day(on),
        recipient: t("示范甲，本人"),
        place: t("示例路1号"),
        officers: vec![A, B],
        witness: t(""),
    }
}

pub fn announce(document: DocumentNo) -> Do {
    Do::AnnounceService(Announcing {
        document,
        ground: AnnouncementGround::Missing,
        course: t("两次上门、一次邮寄未能送达"),
        summary: t("处罚决定的主要内容"),
        medium: t("示例县人民政府网站"),
        collection: t("本机关一楼窗口"),
    })
}

pub fn serve(document: DocumentNo, on: &str) -> Do {
    Do::ServeDocument { document, service: service(on) }
}

pub fn defence(party: PartyNo, on: &str) -> Do {
    Do::StateDefence { party, on: day(on), statement: t("请求从轻处罚") }
}

pub fn ask_hearing(party: PartyNo, on: &str) -> Do {
    Do::RequestHearing { party, on: day(on), request: t("申请听证") }
}

pub fn made(document: DocumentNo) -> Do {
    Do::MarkMade {
        document,
        made: Made { sha256: "cd".repeat(32), sm3: "ef".repeat(32), pages: 1, template: "01".repeat(32) },
    }
}

impl World {
    /// Proposes, reviews and approves.
    pub fn pass(&mut self, proposal: Proposal) -> Vec<CaseEvent> {
        self.ok(A, propose(proposal));
        let no = self.last_proposal();
        self.ok(UNIT_HEAD, reviewed(no));
        self.ok(HEAD, approved(no))
    }

    pub fn last_proposal(&self) -> ProposalNo {
        ProposalNo::try_from(self.case().proposals.len()).expect("few proposals")
    }

    /// The number of the last document of a kind (for a party).
    pub fn document(&self, kind: DocumentKind, party: Option<PartyNo>) -> DocumentNo {
        let found = self
            .case()
            .documents
            .iter()
            .rposition(|d| d.kind == kind && (party.is_none() || d.party == party));
        DocumentNo::try_from(found.expect("such a document") + 1).expect("few documents")
    }

    /// The system makes every document that is not made yet.
    pub fn make_all(&mut self) {
        for no in 1..=self.case().documents.len() {
            if self.case().documents[no - 1].made.is_none() {
                self.ok(SYSTEM, made(DocumentNo::try_from(no).expect("few documents")));
            }
        }
    }

    /// Makes and serves one document today.
    pub fn serve_now(&mut self, kind: DocumentKind, party: PartyNo) {
        self.make_all();
        let (no, today) = (self.document(kind, Some(party)), self.today().to_string());
        self.ok(A, serve(no, &today));
    }

    /// Serves whatever still waits for service, today.
    pub fn serve_all(&mut self) {
        self.make_all();
        let today = self.today().to_string();
        for no in 1..=self.case().documents.len() {
            let no = DocumentNo::try_from(no).expect("few documents");
            let d = self.case().document(no).expect("counted");
            if d.kind.served() && d.service.is_none() && !self.case().superseded(no) {
                self.ok(A, serve(no, &today));
            }
        }
        self.make_all();
    }

    /// The last day for the decision as it stands today.
    pub fn decision_due(&self) -> String {
        let limit = mingjing_domain::case::clock::decision_limit(self.case(), &self.facts(A));
        limit.expect("the calendar reaches").expect("filed").due.latest().to_string()
    }
}

/// A case under check since 2026-03-02, with one item of evidence from it.
pub fn checking() -> World {
    let mut w = World::new("2026-03-02");
    w.ok(A, Do::RegisterClue(clue()));
    w.ok(A, Do::StartCheck { officers: vec![A, B] });
    w.ok(A, Do::AddEvidence(evidence("特种作业人员名册", "2026-03-02")));
    w
}

/// Filed on 2026-03-04 against these parties.
pub fn investigating(parties: Vec<Party>) -> World {
    let mut w = checking();
    w.at("2026-03-04");
    w.pass(Proposal::File(filing(parties)));
    w
}

/// With an inquiry on 2026-03-05.
pub fn investigated(parties: Vec<Party>) -> World {
    let mut w = investigating(parties);
    w.at("2026-03-05");
    let session = session(&w);
    w.ok(A, Do::RecordInquiry { session, person: t("示范甲，总经理"), record: t("问答"), signed: true });
    w
}

/// Concluded on 2026-03-06.
pub fn concluded(parties: Vec<Party>, complex: bool) -> World {
    let mut w = investigated(parties);
    w.at("2026-03-06");
    w.ok(A, conclude(complex));
    w
}

/// One unit, its draft fine in fen, drafted on 2026-03-06.
pub fn drafted(fen: i64) -> World {
    let mut w = concluded(vec![unit_party()], false);
    w.ok(A, draft(&[1], vec![fine(1, fen)]));
    w
}

/// As [`drafted`], the notice served on 2026-03-09, a Monday: windows of five
/// working days close with the 16th.
pub fn noticed(fen: i64) -> World {
    let mut w = drafted(fen);
    w.at("2026-03-09");
    w.ok(A, Do::IssueNotice { party: 1, rights: vec![] });
    let kind = w.case().documents.last().expect("a notice").kind;
    w.serve_now(kind, 1);
    w
}

/// The review passes for the draft as it stands.
pub fn clear(w: &mut World) {
    w.ok(A, Do::SubmitReview { opinion: t("请审核") });
    w.ok(REVIEWER, opinion(Opinion::Agree));
    w.ok(REVIEW_HEAD, sign());
}

/// A fine of 30,000 for one unit, decided on 2026-03-17.
pub fn decided(fen: i64) -> World {
    let mut w = noticed(fen);
    w.at("2026-03-17");
    if fen >= 10 * WAN {
        clear(&mut w);
    }
    if fen >= 5 * WAN {
        if w.case().review.clearance.is_none() {
            clear(&mut w);
        }
        w.ok(HEAD, Do::Discuss(discussion()));
    }
    w.pass(Proposal::Dispose);
    w
}

/// As [`decided`], the decision served on 2026-03-18: payment is due by 2026-04-02.
pub fn decision_served(fen: i64) -> World {
    let mut w = decided(fen);
    w.at("2026-03-18");
    w.serve_now(DocumentKind::PenaltyDecision, 1);
    w
}

/// Paid on 2026-03-20 and closed on 2026-03-23.
pub fn closed() -> World {
    let mut w = decision_served(3 * WAN);
    w.at("2026-03-20");
    w.ok(CASHIER, payment(1, "0001", 3 * WAN, "2026-03-20"));
    w.at("2026-03-23");
    w.pass(Proposal::Close { ground: ClosingGround::Performed });
    w.serve_all();
    w
}
