//! Parts that several documents share.

use jiff::civil::Date;
use mingjing_domain::case::command::PreservedItem;
use mingjing_domain::case::enforcement::Granted;
use mingjing_domain::case::state::{PartyState, ProposalState};
use mingjing_domain::case::substance::{DecisionSubstance, PartyDisposal, Provision};
use mingjing_domain::case::types::{
    DocumentKind, EvidenceNo, Party, PartyKind, PartyNo, PenaltyKind, ProposalNo,
};
use mingjing_domain::case::{CaseEvent, Proposal};
use mingjing_domain::codes::{CitizenId, Sex, capitals, format_yuan};
use mingjing_domain::matter::StaffId;
use mingjing_domain::text::Text;
use serde_json::{Value, json};

use super::{Context, Fields, FillError, fields, given, one_line, with};

impl Context<'_> {
    /// Name of the case: as filed, or whom the clue concerns.
    pub(super) fn case_name(&self) -> Result<String, FillError> {
        match &self.case.filed {
            Some(filed) => self.line(&filed.filing.title, "case_name", "案件名称"),
            None => self.line(&self.case.clue.subject, "case_name", "案件名称"),
        }
    }

    pub(super) fn cause_words(&self) -> Result<String, FillError> {
        match &self.case.filed {
            Some(filed) => self.line(&filed.filing.cause, "cause", "案由"),
            // A clue that was never filed has no cause; its form says where it came from.
            None => Ok(format!("线索核查（{}），未立案", self.case.clue.source.label())),
        }
    }

    /// Name and cause.
    pub(super) fn head(&self) -> Result<Fields, FillError> {
        Ok(fields(json!({ "case_name": self.case_name()?, "cause": self.cause_words()? })))
    }

    pub(super) fn filed_on(&self) -> Result<Date, FillError> {
        self.case.filed.as_ref().map(|it| it.on).ok_or_else(|| self.missing("filed_on", "立案日期"))
    }

    /// Name and post of a person.
    pub(super) fn person(&self, id: StaffId, field: &str, label: &str) -> Result<Value, FillError> {
        let sheet = (self.sources.people)(id);
        if sheet.name.trim().is_empty() {
            return Err(self.missing(field, label));
        }
        Ok(json!({ "name": sheet.name, "position": given(&sheet.post) }))
    }

    pub(super) fn name_of(&self, id: StaffId, field: &str, label: &str) -> Result<String, FillError> {
        let sheet = (self.sources.people)(id);
        if sheet.name.trim().is_empty() { Err(self.missing(field, label)) } else { Ok(sheet.name) }
    }

    pub(super) fn people(&self, ids: &[StaffId], field: &str, label: &str) -> Result<Value, FillError> {
        ids.iter().map(|id| self.person(*id, field, label)).collect::<Result<Vec<_>, _>>().map(Value::from)
    }

    /// Officers with their certificates.
    pub(super) fn officers(&self, ids: &[StaffId], field: &str) -> Result<Value, FillError> {
        if ids.is_empty() {
            return Err(self.missing(field, "执法人员"));
        }
        let mut out = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            let sheet = (self.sources.people)(*id);
            if sheet.name.trim().is_empty() {
                return Err(self.missing(&format!("{field}[{index}].name"), "执法人员姓名"));
            }
            if sheet.cert_no.trim().is_empty() {
                return Err(self.missing(&format!("{field}[{index}].cert_no"), "执法证号"));
            }
            out.push(json!({ "name": sheet.name, "cert_no": sheet.cert_no }));
        }
        Ok(out.into())
    }

    /// An opinion with its signer and day.
    pub(super) fn signed(
        &self,
        field: &str,
        label: &str,
        opinion: &str,
        who: StaffId,
        on: Date,
    ) -> Result<Value, FillError> {
        let name = self.name_of(who, &format!("{field}.name"), &format!("{label}签名"))?;
        Ok(json!({ "opinion": opinion, "name": name, "date": on }))
    }

    /// The approval form that this act decided.
    pub(super) fn decided_proposal(&self, no: ProposalNo) -> Result<&ProposalState, FillError> {
        self.case.proposal(no).ok_or_else(|| self.no_cause())
    }

    /// Opinions of handlers, unit head and approving head.
    pub(super) fn chain(&self, p: &ProposalState) -> Result<Fields, FillError> {
        let opinion = self.text(&p.opinion, "handling.opinion", "承办人意见")?;
        let officers =
            if self.case.officers.contains(&p.by.0) { self.case.officers.clone() } else { vec![p.by.0] };
        let handling = json!({
            "opinion": opinion, "officers": self.officers(&officers, "handling.officers")?, "date": p.by.1,
        });
        let review = self.step(p.reviewed.as_ref(), "review", "审核意见")?;
        let approval = self.step(p.decided.as_ref(), "approval", "审批意见")?;
        Ok(fields(json!({ "handling": handling, "review": review, "approval": approval })))
    }

    fn step(
        &self,
        step: Option<&(StaffId, Date, Text)>,
        field: &str,
        label: &str,
    ) -> Result<Value, FillError> {
        let (who, on, opinion) = step.ok_or_else(|| self.missing(field, label))?;
        let opinion = self.text(opinion, &format!("{field}.opinion"), label)?;
        self.signed(field, label, &opinion, *who, *on)
    }

    /// A party with everything that is known of it on the day of the document.
    pub(super) fn party_fields(&self, p: &Party, field: &str) -> Result<Value, FillError> {
        let name = self.line(&p.name, &format!("{field}.name"), "当事人姓名或者名称")?;
        let address = self.line(&p.address, &format!("{field}.address"), "当事人地址")?;
        let code =
            self.line(&p.code, &format!("{field}.code"), "当事人的统一社会信用代码或者公民身份号码")?;
        let mut out = fields(json!({
            "name": name,
            "is_person": matches!(p.kind, PartyKind::Person),
            "address": address,
            "phone": given(p.phone.value().unwrap_or_default()),
        }));
        let representative = given(p.representative.value().unwrap_or_default());
        let post = given(p.post.value().unwrap_or_default());
        match p.kind {
            PartyKind::Person => {
                if let Ok(id) = CitizenId::parse(&code) {
                    let gender = match id.sex() {
                        Sex::Male => "男",
                        Sex::Female => "女",
                    };
                    out.insert("gender".to_owned(), gender.into());
                    out.insert("age".to_owned(), format!("{}周岁", id.full_years(self.day())).into());
                }
                out.insert("id_number".to_owned(), code.into());
                out.insert("position".to_owned(), post);
            }
            PartyKind::IndividualBusiness | PartyKind::LegalPerson | PartyKind::Organisation => {
                out.insert("credit_code".to_owned(), code.into());
                out.insert("legal_representative".to_owned(), representative);
                out.insert("legal_representative_position".to_owned(), post);
            }
        }
        Ok(Value::Object(out))
    }

    /// All parties, or only the one that the document concerns.
    pub(super) fn parties(&self) -> Result<Value, FillError> {
        let one = self.document.party;
        let mut out = Vec::new();
        for (no, state) in self.case.numbered_parties().filter(|(no, _)| one.is_none_or(|it| it == *no)) {
            out.push(self.party_fields(&state.party, &format!("parties[{}]", no - 1))?);
        }
        if out.is_empty() && self.case.filed.is_none() {
            // Before the filing there is no party yet, only whom the clue names.
            out.push(json!({ "name": self.line(&self.case.clue.subject, "parties[0].name", "当事人")? }));
        }
        if out.is_empty() { Err(self.missing("parties", "当事人")) } else { Ok(out.into()) }
    }

    /// The one to whom the document is addressed.
    pub(super) fn addressee(&self) -> Result<Value, FillError> {
        let (_, state) = self.party()?;
        let name = self.line(&state.party.name, "party.name", "当事人")?;
        Ok(json!({ "name": name, "is_person": matches!(state.party.kind, PartyKind::Person) }))
    }

    /// How to reach the organ.
    pub(super) fn contact(&self) -> Value {
        let organ = self.sources.organ;
        // Without a person of the organ's own choice the handling officers answer.
        let handling = || {
            let names: Vec<String> =
                self.case.officers.iter().map(|id| (self.sources.people)(*id).name).collect();
            names.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("、")
        };
        let name = if organ.contact.trim().is_empty() { handling() } else { organ.contact.clone() };
        json!({
            "name": given(&name), "phone": given(&organ.phone),
            "address": given(&organ.address), "postcode": given(&organ.postcode),
        })
    }

    /// Where the party can go against the document.
    pub(super) fn remedies(&self) -> Fields {
        let organ = self.sources.organ;
        fields(json!({ "review_body": given(&organ.government), "court": given(&organ.court) }))
    }

    /// Where and how to pay.
    pub(super) fn payment(&self) -> Value {
        let c = &self.sources.organ.collector;
        json!({
            "collector_name": given(&c.name), "collector_address": given(&c.address),
            "account_name": given(&c.account_name), "account": given(&c.account),
            "channel": given(&c.channel), "additional_fine": true,
        })
    }

    /// Number and date of the decision on a party.
    pub(super) fn decision_reference(&self, no: PartyNo) -> Result<Value, FillError> {
        let missing = || self.missing("decision", "行政处罚决定书");
        let decision = self.case.decision.as_ref().ok_or_else(missing)?;
        let document =
            decision.documents.iter().find(|(party, _)| *party == no).map(|(_, document)| *document);
        let number = document.and_then(|it| self.case.document(it)).and_then(|it| it.number.as_ref());
        let number = number.ok_or_else(missing)?.to_string();
        Ok(json!({ "number": number, "date": decision.on }))
    }

    /// Evidence by number, or all of it.
    pub(super) fn evidence(&self, numbers: Option<&[EvidenceNo]>) -> Result<Value, FillError> {
        let mut out = Vec::new();
        for (index, e) in self.case.evidence.iter().enumerate() {
            if numbers.is_some_and(|list| !list.iter().any(|no| usize::from(*no) == index + 1)) {
                continue;
            }
            out.push(json!({
                "name": self.line(&e.name, &format!("evidence[{index}].name"), "证据名称")?,
                "kind": e.kind.label(),
                "proves": self.line(&e.proves, &format!("evidence[{index}].proves"), "证明内容")?.trim_end_matches('。'),
            }));
        }
        Ok(out.into())
    }

    /// Goods under registration.
    pub(super) fn items(&self, items: &[PreservedItem]) -> Result<Value, FillError> {
        let mut out = Vec::new();
        for (index, item) in items.iter().enumerate() {
            out.push(json!({
                "name": self.line(&item.name, &format!("items[{index}].name"), "证据名称")?,
                "model": given(item.description.value().unwrap_or_default()),
                "quantity": given(&item.quantity),
            }));
        }
        Ok(out.into())
    }

    /// Facts, law, benchmark and reasons of a draft or decision.
    pub(super) fn substance(&self, s: &DecisionSubstance) -> Result<Fields, FillError> {
        let discretion = self.text(&s.discretion, "benchmark", "裁量基准适用及理由")?;
        let reasoning = self.text(&s.reasoning, "benchmark", "裁量基准适用及理由")?;
        let mut benchmark = self.stated(s)?;
        benchmark.extend([discretion, reasoning]);
        Ok(fields(json!({
            "facts": self.text(&s.facts, "facts", "违法事实")?,
            "evidence": self.evidence(Some(&s.evidence))?,
            "law_violated": provisions(&s.violated),
            "law_basis": provisions(&s.basis),
            "benchmark": benchmark.join("\n"),
        })))
    }

    /// The ranges that were stated: that of the addressee, or of every party on a form that
    /// is addressed to none.
    fn stated(&self, s: &DecisionSubstance) -> Result<Vec<String>, FillError> {
        let addressee = self.party().ok().map(|(no, _)| no);
        let mut out = Vec::new();
        for it in s.stated.iter().filter(|it| addressee.is_none_or(|no| no == it.party)) {
            let state = self.case.party(it.party).filter(|_| addressee.is_none());
            let whose = match state {
                Some(state) => format!("对{}的", self.line(&state.party.name, "benchmark", "当事人")?),
                None => String::new(),
            };
            out.push(format!("{whose}罚款的法定幅度：{}。", it.sentence()));
        }
        Ok(out)
    }

    /// What is imposed on one party, with the total of its fine.
    pub(super) fn disposal(&self, d: &PartyDisposal) -> Fields {
        let fine = if d.fine_fen > 0 { json!(d.fine_fen) } else { Value::Null };
        let items: Vec<Value> = disposal_words(d).into_iter().map(|text| json!({ "text": text })).collect();
        fields(json!({ "decision_items": items, "fine_fen": fine }))
    }

    /// What is imposed on all parties, each line naming its party.
    pub(super) fn disposals(&self, s: &DecisionSubstance) -> Result<Fields, FillError> {
        let mut items = Vec::new();
        let mut fine = 0;
        for (no, state) in self.case.numbered_parties() {
            let Some(d) = s.disposal(no) else { continue };
            let name = self.line(&state.party.name, "party.name", "当事人")?;
            fine += d.fine_fen;
            items.extend(
                disposal_words(d).into_iter().map(|text| json!({ "text": format!("对{name}：{text}") })),
            );
        }
        let fine = if fine > 0 { json!(fine) } else { Value::Null };
        Ok(fields(json!({ "decision_items": items, "fine_fen": fine })))
    }

    /// Head, parties and approval chain of an approval form.
    pub(super) fn approval_form(&self, p: &ProposalState) -> Result<Fields, FillError> {
        let head = with(self.head()?, fields(json!({ "parties": self.parties()? })));
        Ok(with(head, self.chain(p)?))
    }

    /// How the party was told, heard, and answered.
    pub(super) fn defence_course(&self, no: PartyNo, state: &PartyState) -> Result<String, FillError> {
        super::notice::course(self, no, state)
    }

    /// The proposal of the act and its number.
    pub(super) fn cause_proposal(&self) -> Result<&ProposalState, FillError> {
        let (CaseEvent::Filed { proposal, .. }
        | CaseEvent::NotFiled { proposal }
        | CaseEvent::Preserved { proposal, .. }
        | CaseEvent::PreservationDisposed { proposal, .. }
        | CaseEvent::Suspended { proposal, .. }
        | CaseEvent::Resumed { proposal }
        | CaseEvent::Extended { proposal, .. }
        | CaseEvent::Withdrawn { proposal }
        | CaseEvent::Transferred { proposal, .. }
        | CaseEvent::DeferralGranted { proposal, .. }
        | CaseEvent::DisposalAmended { proposal, .. }
        | CaseEvent::Decided { proposal, .. }
        | CaseEvent::EnforcementDecided(Granted { proposal, .. })
        | CaseEvent::EnforcementPaused(Granted { proposal, .. })
        | CaseEvent::EnforcementResumed(Granted { proposal, .. })
        | CaseEvent::EnforcementEnded(Granted { proposal, .. })
        | CaseEvent::EnforcementAgreed(Granted { proposal, .. })
        | CaseEvent::SubstituteDecided(Granted { proposal, .. })
        | CaseEvent::Closed { proposal, .. }) = &self.cause.1
        else {
            return Err(self.no_cause());
        };
        self.decided_proposal(*proposal)
    }

    /// What a proposal asks for.
    pub(super) fn proposed(&self) -> Result<&Proposal, FillError> {
        self.cause_proposal().map(|it| &it.body)
    }

    /// Number of the document of a kind that came before this one.
    pub(super) fn number_before(
        &self,
        kind: DocumentKind,
        party: Option<PartyNo>,
        field: &str,
    ) -> Result<(String, Date), FillError> {
        let document = self.earlier(kind, party).ok_or_else(|| self.missing(field, kind.label()))?;
        let number = document.number.as_ref().ok_or_else(|| self.missing(field, kind.label()))?;
        Ok((number.to_string(), document.issued_on))
    }
}

/// Provisions in one line.
pub(super) fn provisions(list: &[Provision]) -> String {
    one_line(&list.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"))
}

/// An amount in capitals and figures.
pub(super) fn amount(fen: i64) -> String {
    format!("人民币{}（¥{}）", capitals(fen), format_yuan(fen))
}

/// Each penalty in words, with its amount.
pub(super) fn disposal_words(d: &PartyDisposal) -> Vec<String> {
    if let Some(ground) = d.no_penalty {
        return vec![format!("不予行政处罚（{}）。", ground.label())];
    }
    let mut out = Vec::new();
    for kind in d.named() {
        out.push(match kind {
            PenaltyKind::Fine => format!("罚款{}。", amount(d.fine_fen)),
            PenaltyKind::ConfiscateIncome => format!("没收违法所得{}。", amount(d.confiscated_fen)),
            PenaltyKind::ConfiscateGoods if d.goods_fen > 0 => {
                format!("没收非法财物，价值{}。", amount(d.goods_fen))
            }
            PenaltyKind::ConfiscateGoods
            | PenaltyKind::Warning
            | PenaltyKind::PublicCriticism
            | PenaltyKind::SuspendLicence
            | PenaltyKind::LowerGrade
            | PenaltyKind::RevokeLicence
            | PenaltyKind::RestrictBusiness
            | PenaltyKind::OrderStop
            | PenaltyKind::OrderClose
            | PenaltyKind::RestrictEmployment => format!("{}。", kind.label()),
        });
    }
    out
}
