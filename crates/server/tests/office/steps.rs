//! The whole life of a case, step by step, through the forms or through the API.

use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::types::{DocumentKind, PartyNo, Point, Stage};
use mingjing_domain::matter::shanghai;
use serde_json::{Value, json};

use crate::office::Office;

/// How the steps are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Api,
    Form,
}

pub fn clue(today: &str) -> Value {
    json!({
        "source": "inspection", "received_on": today, "subject": "示例化工有限公司",
        "summary": "检查发现特种作业人员未持证上岗",
    })
}

pub fn filing(office: &Office) -> Value {
    json!({
        "title": "示例化工有限公司特种作业人员无证上岗案", "cause": "特种作业人员未取得相应资格上岗作业",
        "category": "安全生产", "region": "990101", "violation_on": "2026-02-27",
        "parties": [
            {"kind": "legal_person", "name": "示例化工有限公司", "code": "915113000000000192", "address": "示例县示例路1号",
             "representative": "示范甲", "post": "总经理"},
            {"kind": "person", "name": "示范甲", "code": "999999190001010015", "address": "示例县示例路2号"},
        ],
        "officers": [office.id("a"), office.id("b")], "opinion": "符合立案标准",
    })
}

fn officers(office: &Office) -> Value {
    json!([office.id("a"), office.id("b")])
}

pub fn inquiry(office: &Office) -> Value {
    let before =
        |minutes| office.app.now().checked_sub(jiff::SignedDuration::from_mins(minutes)).unwrap().to_string();
    json!({
        "started_at": before(30), "ended_at": before(2), "place": "会议室", "officers": officers(office),
        "certificates_shown": true, "rights_told": true, "person": "示范甲，总经理", "record": "问：……\n答：……", "signed": true,
    })
}

pub fn evidence(office: &Office) -> Value {
    json!({
        "kind": "documentary", "name": "特种作业人员名册", "source": "当事人提供", "collected_on": office.today(),
        "collectors": officers(office), "proves": "特种作业人员未取得资格", "signed": true,
    })
}

/// The range of a fine as the officers write it down.
pub fn stated(party: u16, max_fen: i64) -> Value {
    json!({
        "party": party, "law": "安全生产法", "article": "第九十七条",
        "words": "可以处十万元以下的罚款；逾期未改正的，并处十万元以上二十万元以下的罚款",
        "min_fen": 0, "max_fen": max_fen,
    })
}

pub fn draft(first_fen: i64, second_fen: i64) -> Value {
    json!({
        "facts": "二名特种作业人员未取得相应资格上岗作业", "evidence": [1],
        "violated": [{"law": "安全生产法", "article": "第三十条第一款"}],
        "basis": [{"law": "安全生产法", "article": "第九十七条第七项"}],
        "stated": [stated(1, 20_000_000), stated(2, 5_000_000)],
        "corrections": [
            {"party": 1, "corrective": "corrected", "details": "无证人员已经离岗，见复查照片"},
            {"party": 2, "corrective": "corrected", "details": "已经取得资格，见证书复印件"},
        ],
        "discretion": "适用一般阶次", "reasoning": "事实清楚，证据确凿", "terms": "十五日内缴纳",
        "disposals": [
            {"party": 1, "kinds": ["fine"], "fine_fen": first_fen, "grade": "ordinary"},
            {"party": 2, "kinds": ["fine"], "fine_fen": second_fen, "grade": "ordinary"},
        ],
    })
}

pub fn opinion() -> Value {
    let findings: Vec<Value> = Point::asked(false)
        .iter()
        .map(|it| json!({"point": wire_name(it), "pass": true, "finding": "经审核，符合要求"}))
        .collect();
    json!({"findings": findings, "opinion": "agree", "reasons": "同意处理意见"})
}

pub fn discussion(office: &Office) -> Value {
    let heads: Vec<Value> = ["deputy", "second_deputy", "head"]
        .iter()
        .map(|it| json!({"head": office.id(it), "agrees": true, "opinion": "同意处理意见"}))
        .collect();
    json!({"place": "三楼会议室", "chair": office.id("head"), "opinions": heads, "outcome": "approve_draft", "conclusion": "同意"})
}

pub fn service(office: &Office, document: usize) -> Value {
    json!({
        "document": document, "method": "direct", "on": office.today(), "recipient": "示范甲，本人",
        "place": "示例路1号", "officers": officers(office),
    })
}

/// What a person would type for the body of a command.
fn typed(prefix: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let Value::Object(object) = value else { panic!("an object") };
    for (name, value) in object {
        let full = format!("{prefix}{name}");
        match (name.as_str(), value) {
            ("findings", Value::Array(items)) => named(&full, items, "point", out),
            ("opinions", Value::Array(items)) => named(&full, items, "head", out),
            (_, Value::Array(items)) if items.iter().all(Value::is_object) => {
                for (at, item) in items.iter().enumerate() {
                    out.push((format!("{full}[{at}]"), String::new()));
                    typed(&format!("{full}[{at}]."), item, out);
                }
            }
            (_, Value::Array(items)) => out.extend(items.iter().map(|it| (full.clone(), plain(name, it)))),
            (_, it) => out.push((full, plain(name, it))),
        }
    }
}

fn named(list: &str, items: &[Value], key: &str, out: &mut Vec<(String, String)>) {
    for item in items {
        let mut item = item.clone();
        let name = item.as_object_mut().unwrap().shift_remove(key).unwrap();
        typed(&format!("{list}.{}.", name.as_str().unwrap()), &item, out);
    }
}

fn plain(name: &str, value: &Value) -> String {
    if let (true, Some(fen)) = (name.ends_with("_fen"), value.as_i64()) {
        return format!("{}.{:02}", fen / 100, fen % 100);
    }
    if let (true, Some(text)) = (name.ends_with("_at"), value.as_str()) {
        let at: jiff::Timestamp = text.parse().unwrap();
        return at.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M").to_string();
    }
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Office {
    /// Takes one step; gives the case.
    pub async fn step(&self, way: Way, login: &str, case: Option<&str>, verb: &str, body: Value) -> String {
        match way {
            Way::Api => {
                let path = case
                    .map_or_else(|| "/api/v1/cases".to_owned(), |id| format!("/api/v1/cases/{id}/{verb}"));
                let answer = self.does(login, &path, body).await;
                answer["case"].as_str().unwrap().to_owned()
            }
            Way::Form => {
                let path =
                    case.map_or_else(|| "/cases/new".to_owned(), |id| format!("/cases/{id}/do/{verb}"));
                self.minute();
                let (action, mut all) = self.filled(login, &path, &[]).await;
                let mut changes = Vec::new();
                typed("", &body, &mut changes);
                // What the body says replaces what the form opened with, list by list.
                let top = |name: &str| name.split(['[', '.']).next().unwrap().to_owned();
                let changed: Vec<String> = changes.iter().map(|(name, _)| top(name)).collect();
                all.retain(|(name, _)| !changed.contains(&top(name)));
                all.extend(changes);
                let answer = self.post(login, &action, &all).await;
                let errors: Vec<&str> = answer
                    .body
                    .split("class=\"error\"")
                    .skip(1)
                    .map(|it| it.split('<').next().unwrap())
                    .collect();
                let refusal = crate::browser::refusal(&answer.body);
                assert_eq!(
                    answer.status,
                    303,
                    "{login} {verb}: {errors:#?} {refusal} {}",
                    if errors.is_empty() { &answer.body } else { "" }
                );
                answer.header("location").rsplit('/').next().unwrap().to_owned()
            }
        }
    }

    /// Proposes, reviews, approves.
    pub async fn pass(&self, way: Way, case: &str, verb: &str, body: Value) {
        self.step(way, "a", Some(case), verb, body).await;
        let no = self.case(case).await.proposals.len();
        let review = json!({"proposal_no": no, "agree": true, "opinion": "同意呈报"});
        self.step(way, "unit_head", Some(case), "review_proposal", review).await;
        let approve = json!({"proposal_no": no, "approve": true, "opinion": "同意"});
        self.step(way, "head", Some(case), "approve_proposal", approve).await;
    }

    pub async fn document(&self, case: &str, kind: DocumentKind, party: Option<PartyNo>) -> usize {
        let case = self.case(case).await;
        let at =
            case.documents.iter().rposition(|it| it.kind == kind && (party.is_none() || it.party == party));
        at.expect("such a document") + 1
    }

    pub async fn serve(&self, way: Way, case: &str, kind: DocumentKind, party: PartyNo) {
        self.make_all(case).await;
        let no = self.document(case, kind, Some(party)).await;
        self.step(way, "a", Some(case), "serve_document", service(self, no)).await;
    }

    /// A registered clue on 2 March.
    pub async fn clue(&self, way: Way) -> String {
        self.step(way, "a", None, "register_clue", clue(&self.today())).await
    }

    pub async fn filed(&self, way: Way) -> String {
        let id = self.clue(way).await;
        self.step(way, "a", Some(&id), "start_check", json!({"officers": officers(self)})).await;
        self.step(way, "b", Some(&id), "add_evidence", evidence(self)).await;
        self.day("2026-03-04");
        self.pass(way, &id, "propose_file", filing(self)).await;
        assert_eq!(self.case(&id).await.stage, Stage::Investigating);
        id
    }

    pub async fn drafted(&self, way: Way, first_fen: i64, second_fen: i64) -> String {
        let id = self.filed(way).await;
        self.day("2026-03-05");
        self.step(way, "a", Some(&id), "record_inquiry", inquiry(self)).await;
        self.day("2026-03-06");
        self.step(way, "a", Some(&id), "conclude", json!({"report": "调查终结报告"})).await;
        self.step(way, "a", Some(&id), "prepare_draft", draft(first_fen, second_fen)).await;
        id
    }

    /// With the notice served on 10 March.
    pub async fn noticed(&self, way: Way, first_fen: i64, second_fen: i64, kind: DocumentKind) -> String {
        let id = self.drafted(way, first_fen, second_fen).await;
        self.day("2026-03-09");
        for party in [1, 2] {
            self.step(way, "a", Some(&id), "issue_notice", json!({"party": party})).await;
        }
        self.day("2026-03-10");
        for party in [1, 2] {
            self.serve(way, &id, kind, party).await;
        }
        id
    }

    pub async fn heard(&self, way: Way, id: &str) {
        self.day("2026-03-11");
        let statement = json!({"party": 2, "on": self.today(), "statement": "请求从轻处罚"});
        self.step(way, "a", Some(id), "state_defence", statement).await;
        let answer = json!({"party": 2, "adoption": "not_adopted", "reasons": "没有从轻情节"});
        self.step(way, "a", Some(id), "answer_defence", answer).await;
        self.day("2026-03-12");
        let request = json!({"party": 1, "on": self.today(), "request": "申请听证"});
        self.step(way, "a", Some(id), "request_hearing", request).await;
        let plan = json!({"party": 1, "on": "2026-03-26", "place": "九时，听证室", "host": self.id("host"), "clerk": self.id("publicity"), "public": true});
        self.step(way, "host", Some(id), "schedule_hearing", plan).await;
        self.serve(way, id, DocumentKind::HearingNotice, 1).await;
        self.day("2026-03-26");
        let held = json!({"party": 1, "attended": true, "presenters": [self.id("a")], "record": "听证笔录", "signed": true});
        self.step(way, "host", Some(id), "hold_hearing", held).await;
        self.step(way, "host", Some(id), "report_hearing", json!({"party": 1, "report": "建议维持"})).await;
    }

    /// With the hearing, and the review of 30 March that clears the draft.
    pub async fn reviewed(&self, way: Way) -> String {
        let id = self.noticed(way, 7_000_000, 2_000_000, DocumentKind::HearingRightNotice).await;
        self.heard(way, &id).await;
        self.day("2026-03-27");
        self.step(way, "a", Some(&id), "submit_review", json!({"opinion": "请审核"})).await;
        self.day("2026-03-30");
        self.step(way, "reviewer", Some(&id), "give_opinion", opinion()).await;
        self.step(way, "review_head", Some(&id), "sign_opinion", json!({"sign": true})).await;
        assert!(self.case(&id).await.clearance().is_some());
        id
    }

    /// With review, discussion and decision of 31 March.
    pub async fn decided(&self, way: Way) -> String {
        let id = self.reviewed(way).await;
        self.step(way, "head", Some(&id), "discuss", discussion(self)).await;
        self.day("2026-03-31");
        self.pass(way, &id, "propose_dispose", json!({"opinion": "拟处罚"})).await;
        assert_eq!(self.case(&id).await.stage, Stage::Decided);
        id
    }

    pub async fn serve_all(&self, way: Way, id: &str) {
        self.make_all(id).await;
        for no in 1..=self.case(id).await.documents.len() {
            let case = self.case(id).await;
            let document = &case.documents[no - 1];
            let superseded = case.superseded(u16::try_from(no).unwrap());
            if document.kind.served() && document.service.is_none() && !superseded {
                self.step(way, "a", Some(id), "serve_document", service(self, no)).await;
            }
        }
        self.make_all(id).await;
    }

    /// Checked and not filed.
    pub async fn not_filed(&self, id: &str) {
        self.step(Way::Api, "a", Some(id), "start_check", json!({"officers": officers(self)})).await;
        self.pass(Way::Api, id, "propose_not_file", json!({"opinion": "违法事实不能成立"})).await;
    }

    /// Paid and closed.
    pub async fn closed(&self, way: Way) -> String {
        let id = self.decided(way).await;
        self.day("2026-04-01");
        self.serve_all(way, &id).await;
        self.day("2026-04-10");
        for (party, fen) in [(1, 7_000_000), (2, 2_000_000)] {
            let payment = json!({
                "party": party, "receipt": format!("示票{way:?}{party}"), "amount_fen": fen, "paid_on": self.today(),
                "collector": "示例银行",
            });
            self.step(way, "cashier", Some(&id), "record_payment", payment).await;
        }
        self.pass(way, &id, "propose_close", json!({"ground": "performed", "opinion": "执行完毕"})).await;
        self.make_all(&id).await;
        id
    }

    /// To the archive.
    pub async fn whole_life(&self, way: Way) -> String {
        let id = self.closed(way).await;
        let archive = json!({"volumes": 1, "pages": 120, "retention_years": 30});
        self.step(way, "archivist", Some(&id), "archive", archive).await;
        assert_eq!(self.case(&id).await.stage, Stage::Archived);
        id
    }
}
