//! Clue, check, investigation, draft.

use super::{Issue, Outcome, pair, required};
use crate::case::amounts;
use crate::case::command::CaseCommand as C;
use crate::case::event::{CaseEvent, RecusalDecision, RecusalRequest};
use crate::case::facts::Facts;
use crate::case::state::Case;
use crate::case::substance::{self, DecisionSubstance};
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::matter::StaffId;
use crate::refusal::Refusal;
use crate::staff::Role;
use std::borrow::Cow;

fn refuse(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

/// The first event of a case.
pub(super) fn register(clue: &Clue, facts: &Facts<'_>) -> Outcome {
    required(&clue.subject, "subject", "涉及对象")?;
    required(&clue.summary, "summary", "线索内容")?;
    if clue.informant.is_some() && !clue.source.has_informant() {
        return Err(refuse(
            "clue.informant",
            crate::informant::SECRECY,
            "只有投诉、举报的线索才登记举报人",
            "请核对线索来源，或者不填举报人。",
        )
        .field("source", "有举报人的线索应为投诉或者举报"));
    }
    if clue.received_on > facts.today() {
        return Err(refuse(
            "time.future",
            penalty_law("第五十四条"),
            "收到线索的日期晚于今天",
            "请核对日期。",
        )
        .field("received_on", "不能晚于今天"));
    }
    if clue.received_on < facts.today()
        && clue.received_on.until(facts.today()).is_ok_and(|s| s.get_days() > 3660)
    {
        return Err(refuse("time.too_old", penalty_law("第五十四条"), "收到线索的日期过早", "请核对日期。")
            .field("received_on", "不早于十年前"));
    }
    Ok(vec![CaseEvent::ClueRegistered(clue.clone())])
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    match command {
        C::StartCheck { officers } => {
            pair(case, officers, facts.day(), facts)?;
            Ok(vec![CaseEvent::CheckStarted { officers: officers.clone() }])
        }
        C::ChangeOfficers { officers, reason } => {
            required(reason, "reason", "调整原因")?;
            pair(case, officers, facts.day(), facts)?;
            apart(case, officers)?;
            Ok(vec![CaseEvent::OfficersChanged { officers: officers.clone(), reason: reason.clone() }])
        }
        C::RequestRecusal { officer, by_party, reason } => {
            required(reason, "reason", "回避理由")?;
            request_recusal(case, *officer, facts)?;
            Ok(vec![CaseEvent::RecusalRequested(RecusalRequest {
                officer: *officer,
                by_party: *by_party,
                reason: reason.clone(),
            })])
        }
        C::DecideRecusal { officer, grant, reason, opinions } => {
            required(reason, "reason", "决定理由")?;
            decide_recusal(case, *officer, facts)?;
            collective_recusal(*officer, opinions, facts)?;
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::RecusalDecision, None)?;
            issue.push(CaseEvent::RecusalDecided(RecusalDecision {
                officer: *officer,
                grant: *grant,
                reason: reason.clone(),
                opinions: opinions.clone(),
            }));
            issue.done()
        }
        C::NotifyInquiry { party, person, details } => {
            required(person, "person", "被询问人")?;
            required(details, "details", "时间、地点和应带材料")?;
            known_party(case, *party)?;
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::InquiryNotice, Some(*party))?;
            issue.push(CaseEvent::InquiryNotified {
                party: *party,
                person: person.clone(),
                details: details.clone(),
            });
            issue.done()
        }
        C::RecordInquiry { session, person, record, signed } => {
            required(person, "person", "被询问人")?;
            required(record, "record", "询问记录")?;
            held(case, session, facts)?;
            signature(*signed)?;
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::InquiryRecord, None)?;
            issue.push(CaseEvent::InquiryRecorded {
                session: session.clone(),
                person: person.clone(),
                record: record.clone(),
                signed: *signed,
            });
            issue.done()
        }
        C::RecordScene { session, record, witnessed } => {
            required(record, "record", "勘验情况")?;
            held(case, session, facts)?;
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::SceneRecord, None)?;
            issue.push(CaseEvent::SceneRecorded {
                session: session.clone(),
                record: record.clone(),
                witnessed: *witnessed,
            });
            issue.done()
        }
        C::AddEvidence(evidence) => add_evidence(case, evidence, facts),
        C::TakeSample(sampling) => super::sampling::take(case, sampling, facts),
        C::CommissionExpert(it) => super::sampling::commission(case, it, facts),
        _ => finish(case, command, facts),
    }
}

/// What was signed in the field is one of the pieces of a recording of this case.
fn original(session: &Session, facts: &Facts<'_>) -> Result<(), Refusal> {
    match session.recording {
        Some(recording) => super::recording::evidence(recording, &session.sha256_root, facts),
        None if session.sha256_root.is_empty() => Ok(()),
        None => Err(Refusal::new(
            "record.original",
            penalty_law("第四十六条"),
            "填写了笔录摘要，没有写明所在的音像记录",
            "请选择音像记录，或者不填摘要。",
        )
        .field("recording", "没有写明音像记录")),
    }
}

/// Answers of experts, correction, and what ends the investigation.
fn finish(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    match command {
        C::ReceiveExpert { commission, conclusion } => {
            required(conclusion, "conclusion", "鉴定、检测意见")?;
            match case.experts.get(usize::from(*commission).wrapping_sub(1)) {
                Some(e) if e.span.1.is_none() => Ok(vec![CaseEvent::ExpertReceived {
                    commission: *commission,
                    conclusion: conclusion.clone(),
                }]),
                Some(_) | None => Err(refuse(
                    "expert.none",
                    super::super::law::construction_rules("第十八条"),
                    "没有该项委托，或者意见已经收到",
                    "请选择尚未收到意见的委托。",
                )
                .field("commission", "没有待收到意见的该项委托")),
            }
        }
        C::OrderCorrection { party, items, due_on } => {
            required(items, "items", "改正内容")?;
            known_party(case, *party)?;
            if *due_on <= facts.today() {
                return Err(refuse(
                    "correction.due",
                    penalty_law("第二十八条第一款"),
                    "改正期限应在今天之后",
                    "请填写合理的改正期限。",
                )
                .field("due_on", "应在今天之后"));
            }
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::CorrectionOrder, Some(*party))?;
            issue.push(CaseEvent::CorrectionOrdered { party: *party, items: items.clone(), due_on: *due_on });
            issue.done()
        }
        C::RecheckCorrection { order, corrected, opinion } => {
            required(opinion, "opinion", "复查意见")?;
            match case.corrections.get(usize::from(*order).wrapping_sub(1)) {
                Some(o) if o.open(case) => {
                    let mut issue = Issue::new(case, facts);
                    issue.document(DocumentKind::CorrectionRecheck, Some(o.party))?;
                    issue.push(CaseEvent::CorrectionRechecked {
                        order: *order,
                        corrected: *corrected,
                        opinion: opinion.clone(),
                    });
                    issue.done()
                }
                Some(_) | None => Err(refuse(
                    "correction.none",
                    penalty_law("第二十八条第一款"),
                    "没有该次责令改正，或者已经复查合格",
                    "请选择待复查的责令改正。",
                )
                .field("order", "没有待复查的该次责令改正")),
            }
        }
        C::Conclude(said) => {
            required(&said.report, "report", "调查终结报告")?;
            let mut issue = Issue::new(case, facts);
            issue.document(DocumentKind::ClosingReport, None)?;
            let said = said.after(case.conclusion.as_ref());
            if said.needs_reason() {
                required(&said.review_reason, "review_reason", "应当法制审核的情形、依据和理由")?;
            }
            issue.push(CaseEvent::Concluded(said));
            issue.done()
        }
        C::PrepareDraft { substance } => prepare(case, substance, facts),
        C::Reinvestigate { reason } => {
            required(reason, "reason", "恢复调查的理由")?;
            Ok(vec![CaseEvent::Reinvestigated { reason: reason.clone() }])
        }
        _ => Ok(Vec::new()),
    }
}

pub(super) fn known_party(case: &Case, party: PartyNo) -> Result<(), Refusal> {
    if case.party(party).is_some() {
        return Ok(());
    }
    Err(refuse("party.unknown", penalty_law("第五十四条"), "案件中没有该当事人", "请选择案件中的当事人。")
        .field("party", "没有该当事人"))
}

fn signature(signed: bool) -> Result<(), Refusal> {
    if signed {
        return Ok(());
    }
    Err(refuse(
        "record.unsigned",
        penalty_law("第五十五条"),
        "笔录没有签名，也没有注明拒绝签名的情况",
        "请由被询问人逐页签名；拒绝的，在笔录中注明原因后勾选。",
    )
    .field("signed", "请确认签名或者已注明拒签"))
}

/// An inquiry or a look at the scene: two officers, certificates shown, rights told, in the past.
pub(super) fn held(case: &Case, session: &Session, facts: &Facts<'_>) -> Result<(), Refusal> {
    required(&session.place, "place", "地点")?;
    let day = crate::matter::civil_day(session.started_at);
    if session.ended_at < session.started_at || session.ended_at > facts.moment.recorded_at {
        return Err(refuse(
            "session.time",
            penalty_law("第五十五条"),
            "起止时间不正确",
            "结束时间不得早于开始时间，也不得晚于现在。",
        )
        .field("ended_at", "应在开始之后、现在之前"));
    }
    super::punctual(session.ended_at, "ended_at", facts)?;
    let from = case.filed.as_ref().map_or(case.registered_on, |f| f.on);
    if day < from {
        return Err(refuse(
            "session.before_filing",
            penalty_law("第五十四条第二款"),
            "时间早于立案之日",
            "立案之前的材料请作为证据入卷，并写明来源。",
        )
        .field("started_at", "早于立案之日"));
    }
    let (category, region) = case
        .filed
        .as_ref()
        .map_or((None, None), |f| (Some(f.filing.category.as_str()), Some(f.filing.region.as_str())));
    facts.qualified(&session.officers, day, category, region)?;
    if let Some(index) = session.officers.iter().position(|o| !case.officers.contains(o)) {
        return Err(refuse(
            "officers.not_handling",
            penalty_law("第四十二条第一款"),
            "询问、勘验人员不是本案承办人",
            "请由承办人办理，或者先调整办案人员。",
        )
        .field(format!("officers/{index}"), "不是本案承办人"));
    }
    if !session.certificates_shown {
        return Err(refuse(
            "certificate.not_shown",
            penalty_law("第五十五条第一款"),
            "没有出示执法证件",
            "执法人员应当主动出示执法证件；当事人有权拒绝接受调查。",
        )
        .field("certificates_shown", "应当出示"));
    }
    if !session.rights_told {
        return Err(refuse(
            "rights.not_told",
            penalty_law("第四十四条"),
            "没有告知权利义务",
            "请先告知，再询问、检查。",
        )
        .field("rights_told", "应当告知"));
    }
    original(session, facts)
}

fn request_recusal(case: &Case, officer: StaffId, facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.people.get(&officer).is_none_or(|p| p.organ != facts.organ.id) {
        return Err(refuse(
            "recusal.unknown",
            penalty_law("第四十三条"),
            "不是本机关人员",
            "请选择本机关人员。",
        )
        .field("officer", "不是本机关人员"));
    }
    if case.recused.contains(&officer) || case.recusals_open.contains(&officer) {
        return Err(refuse(
            "recusal.repeated",
            penalty_law("第四十三条"),
            "该人员已经回避，或者申请正在处理",
            "不需要重复申请。",
        )
        .field("officer", "已经申请"));
    }
    Ok(())
}

/// The principal head's recusal is decided by the other heads together
/// (第四十三条第三款: 行政机关负责人的回避).
fn collective_recusal(officer: StaffId, opinions: &[HeadOpinion], facts: &Facts<'_>) -> Result<(), Refusal> {
    let article = || penalty_law("第四十三条第三款");
    if !facts.people.get(&officer).is_some_and(|p| p.roles.contains(&Role::Head)) {
        return Ok(());
    }
    if let Some(index) = opinions.iter().position(|o| o.head == officer) {
        return Err(refuse(
            "recusal.own",
            article(),
            "主要负责人不参加对自己回避的讨论",
            "请由其他负责人集体讨论决定。",
        )
        .field(format!("opinions/{index}/head"), "是被申请回避的人"));
    }
    super::hearing::heads_without(opinions, Some(officer), facts)?;
    super::hearing::majority(opinions)
}

/// Nobody who reviewed or heard the case comes to handle it.
fn apart(case: &Case, officers: &[StaffId]) -> Result<(), Refusal> {
    match officers.iter().position(|o| case.apart.contains(o)) {
        None => Ok(()),
        Some(index) => Err(refuse(
            "duty.separate",
            penalty_law("第五十八条"),
            "审核过本案或者主持过听证的人员不能承办本案",
            "请改由其他执法人员办理。",
        )
        .field(format!("officers/{index}"), "审核或者听证人员")),
    }
}

fn decide_recusal(case: &Case, officer: StaffId, facts: &Facts<'_>) -> Result<(), Refusal> {
    if !case.recusals_open.contains(&officer) {
        return Err(refuse(
            "recusal.none",
            penalty_law("第四十三条第三款"),
            "没有对该人员的回避申请",
            "请选择待决定的申请。",
        )
        .field("officer", "没有待决定的申请"));
    }
    if officer == facts.actor.id {
        return Err(refuse(
            "recusal.own",
            penalty_law("第四十三条第三款"),
            "不能决定自己的回避",
            "请由其他负责人决定；主要负责人的回避由集体讨论决定。",
        ));
    }
    Ok(())
}

fn add_evidence(case: &Case, evidence: &Evidence, facts: &Facts<'_>) -> Outcome {
    let article = || penalty_law("第四十六条");
    required(&evidence.name, "name", "证据名称")?;
    required(&evidence.source, "source", "证据来源")?;
    required(&evidence.proves, "proves", "证明对象")?;
    if evidence.collected_on > facts.today() {
        return Err(refuse("time.future", article(), "收集日期晚于今天", "请核对日期。")
            .field("collected_on", "不能晚于今天"));
    }
    let root = &evidence.sha256_root;
    if !root.is_empty()
        && (root.len() != 64 || !root.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
    {
        return Err(refuse("evidence.digest", article(), "证据摘要不正确", "应为64位十六进制小写摘要。")
            .field("sha256_root", "应为64位十六进制小写"));
    }
    let bytes = matches!(evidence.kind, EvidenceKind::AudioVisual | EvidenceKind::Electronic);
    if bytes && root.is_empty() {
        return Err(refuse(
            "evidence.digest_missing",
            article(),
            "视听资料、电子数据须有摘要",
            "请上传文件，或者填写文件摘要。",
        )
        .field("sha256_root", "不能为空"));
    }
    pair(case, &evidence.collectors, evidence.collected_on, facts).map_err(|mut refusal| {
        for field in &mut refusal.fields {
            field.field = field.field.replacen("officers", "collectors", 1);
        }
        refusal
    })?;
    if let Some(recording) = evidence.recording {
        super::recording::evidence(recording, root, facts)?;
    }
    if case.evidence.len() >= 2000 {
        return Err(refuse("evidence.too_many", article(), "证据项数过多", "请合并同类证据。"));
    }
    let no = EvidenceNo::try_from(case.evidence.len() + 1).unwrap_or(EvidenceNo::MAX);
    Ok(vec![CaseEvent::EvidenceAdded { no, evidence: evidence.clone() }])
}

/// Checks the draft's content and computes its digest.
fn prepare(case: &Case, s: &DecisionSubstance, facts: &Facts<'_>) -> Outcome {
    for (text, field, label) in [
        (&s.facts, "facts", "认定的事实"),
        (&s.discretion, "discretion", "裁量基准的适用情况"),
        (&s.reasoning, "reasoning", "理由"),
        (&s.terms, "terms", "履行方式和期限"),
    ] {
        required(text, field, label)?;
    }
    if s.evidence.is_empty()
        || s.evidence.iter().any(|no| usize::from(*no) == 0 || usize::from(*no) > case.evidence.len())
    {
        return Err(refuse(
            "draft.evidence",
            penalty_law("第四十六条第二款"),
            "认定事实须有卷内证据",
            "请列出所依据的证据。",
        )
        .field("evidence", "至少一项，且须在卷内"));
    }
    if s.penalises() && (s.violated.is_empty() || s.basis.is_empty()) {
        let field = if s.violated.is_empty() { "violated" } else { "basis" };
        return Err(refuse(
            "draft.law",
            penalty_law("第四条"),
            "没有写明违反的规定和处罚依据",
            "没有法定依据的，处罚无效，请写明条款。",
        )
        .field(field, "至少一条"));
    }
    if let Some(p) =
        s.violated.iter().chain(&s.basis).find(|p| p.law.trim().is_empty() || p.article.trim().is_empty())
    {
        return Err(refuse(
            "draft.law",
            penalty_law("第四条"),
            format!("条款“{p}”不完整"),
            "请写明法律名称和条、款、项。",
        )
        .field("basis", "法律名称和条款都要写明"));
    }
    disposals(case, s, facts)?;
    super::super::correction::complete(case, s)?;
    super::super::clock::prescription(case, facts)
        .or_else(|e| if s.penalises() { Err(e) } else { Ok(()) })?;
    let mut substance = s.clone();
    substance.facts = substance.facts.into_publishable();
    substance.reasoning = substance.reasoning.into_publishable();
    let parties: Vec<Cow<'_, serde_json::Value>> =
        case.parties.iter().map(|p| Cow::Owned(serde_json::to_value(&p.party).unwrap_or_default())).collect();
    let evidence: Vec<_> = substance
        .evidence
        .iter()
        .map(|no| (*no, case.evidence[usize::from(*no) - 1].sha256_root.as_str()))
        .collect();
    let digest = substance::digest(&substance, &parties, &evidence, &facts.text_key);
    Ok(vec![CaseEvent::DraftPrepared { substance, digest }])
}

/// One disposal for each party and nobody else, each consistent and of lawful amount.
fn disposals(case: &Case, s: &DecisionSubstance, facts: &Facts<'_>) -> Result<(), Refusal> {
    for (number, _) in case.numbered_parties() {
        if s.disposals.iter().filter(|d| d.party == number).count() != 1 {
            return Err(refuse(
                "draft.party",
                penalty_law("第五十七条"),
                format!("对第{number}名当事人应当有且只有一份处理意见"),
                "请逐名写明处理意见。",
            )
            .field("disposals", "每名当事人一份"));
        }
    }
    if s.disposals.len() != case.parties.len() {
        return Err(refuse(
            "draft.party",
            penalty_law("第五十七条"),
            "处理意见中有案外人",
            "请删除不属于本案的当事人。",
        )
        .field("disposals", "每名当事人一份"));
    }
    for (index, disposal) in s.disposals.iter().enumerate() {
        check_disposal(disposal, index)?;
    }
    amounts::lawful(case, s, facts.law, facts.today())
}

fn check_disposal(d: &substance::PartyDisposal, index: usize) -> Result<(), Refusal> {
    let at = |f: &str| format!("disposals/{index}/{f}");
    const MAX: i64 = 1_000_000_000_000; // ten thousand million yuan in fen: beyond any statutory range
    if [d.fine_fen, d.confiscated_fen, d.goods_fen].iter().any(|v| !(0..=MAX).contains(v)) {
        return Err(refuse(
            "draft.amount",
            penalty_law("第五十九条第一款第三项"),
            "金额不正确",
            "请核对金额。",
        )
        .field(at("fine_fen"), "金额须为正数"));
    }
    let mut kinds = d.kinds.clone();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() != d.kinds.len() {
        return Err(refuse(
            "draft.same_fine",
            penalty_law("第二十九条"),
            "同一种类的处罚列了两次",
            "对同一个违法行为，不得给予两次以上罚款。",
        )
        .field(at("kinds"), "有重复"));
    }
    match (d.no_penalty, d.kinds.is_empty()) {
        (Some(_), false) => {
            return Err(refuse(
                "draft.no_penalty",
                penalty_law("第五十七条"),
                "不予处罚与处罚种类不能并存",
                "请二者选一。",
            )
            .field(at("no_penalty"), "与处罚种类矛盾"));
        }
        (None, true) => {
            return Err(refuse(
                "draft.kind",
                penalty_law("第九条"),
                "没有选择处罚种类",
                "请选择处罚种类，或者选择不予处罚的情形。",
            )
            .field(at("kinds"), "不能为空"));
        }
        (Some(_), true) | (None, false) => {}
    }
    for (kind, amount, field, label) in [
        (PenaltyKind::Fine, d.fine_fen, "fine_fen", "罚款"),
        (PenaltyKind::ConfiscateIncome, d.confiscated_fen, "confiscated_fen", "没收违法所得"),
    ] {
        if d.kinds.contains(&kind) != (amount > 0) {
            return Err(refuse(
                "draft.amount",
                penalty_law("第五十九条第一款第三项"),
                format!("{label}的种类与金额不一致"),
                "选择该种类须填写金额，未选择则金额为零。",
            )
            .field(at(field), "种类与金额不一致"));
        }
    }
    Ok(())
}
