//! A synthetic case as its stream: every document of the procedure is issued once.

mod ending;
mod enforcing;
mod opening;

pub use ending::*;
pub use enforcing::*;
pub use opening::*;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use mingjing::record::sheet::{Collector, OrganSheet, PersonSheet};
use mingjing_domain::case::command::*;
use mingjing_domain::case::correction::{Correcting, Corrective};
use mingjing_domain::case::event::CaseEvent as E;
use mingjing_domain::case::sampling::SamplingPresence;
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
        ("enforced", enforced_alone()),
        ("substituted", substituted_alone()),
    ]
}
