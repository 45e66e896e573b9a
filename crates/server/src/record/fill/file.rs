//! Correction, closing, and the file.

use jiff::civil::Date;
use mingjing_domain::archive::{self, CaseFile, Item, Row};
use mingjing_domain::case::CaseEvent;
use mingjing_domain::case::growth::Supplement;
use mingjing_domain::case::types::{DocumentKind, ProposalNo};
use mingjing_domain::codes::format_yuan;
use mingjing_domain::matter::MatterId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::parts::disposal_words;
use super::{Context, Fields, FillError, fields, with, words};

type Form = Result<(&'static str, Fields), FillError>;

pub(super) fn correction(cx: &Context<'_>) -> Form {
    let CaseEvent::DocumentCorrected { document, correction, .. } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let corrected = cx.case.document(*document).ok_or_else(|| cx.missing("decision", "原文书"))?;
    let number = corrected.number.as_ref().ok_or_else(|| cx.missing("decision.number", "原文书文号"))?;
    Ok((
        "correction_decision",
        fields(json!({
            "party": cx.addressee()?,
            "decision": { "number": number.to_string(), "date": corrected.issued_on },
            "document_name": corrected.kind.label(),
            "kind": "补正（更正）",
            "correction": cx.text(correction, "correction", "补正（更正）的内容")?,
        })),
    ))
}

/// How the matter ended: the words of the disposal, and the day. A file is kept
/// of every end, also of a clue that was never filed.
fn ending(cx: &Context<'_>) -> Result<(String, Date), FillError> {
    let exit = |proposal: ProposalNo, words: String| -> Result<String, FillError> {
        let opinion = cx.text(&cx.decided_proposal(proposal)?.opinion, "result", "处理结果")?;
        Ok(format!("{words}。\n{opinion}"))
    };
    for (meta, event) in cx.sources.events.iter().rev().filter(|(m, _)| m.version <= cx.cause.0.version) {
        let words = match event {
            CaseEvent::NotFiled { proposal } => exit(*proposal, "决定不予立案".to_owned())?,
            CaseEvent::Withdrawn { proposal } => exit(*proposal, "决定撤销立案".to_owned())?,
            CaseEvent::Transferred { proposal, transferring } => {
                let to = cx.line(&transferring.recipient, "result", "受移送机关")?;
                exit(*proposal, format!("移送{to}处理"))?
            }
            CaseEvent::Closed { .. } => result(cx)?,
            _ => continue,
        };
        return Ok((words, meta.moment.day()));
    }
    Err(cx.missing("closed_on", "结案日期"))
}

/// The number under which the file is kept: that of the filing, else that of the
/// act by which the clue ended.
fn file_number(cx: &Context<'_>, field: &str, label: &str) -> Result<String, FillError> {
    let of = |kind: DocumentKind| {
        cx.case.documents.iter().find(|it| it.kind == kind).and_then(|it| it.number.as_ref())
    };
    cx.case
        .number()
        .or_else(|| of(DocumentKind::NoFilingApproval))
        .or_else(|| of(DocumentKind::TransferApproval))
        .map(ToString::to_string)
        .ok_or_else(|| cx.missing(field, label))
}

/// How the case was disposed of, party by party.
fn result(cx: &Context<'_>) -> Result<String, FillError> {
    let decision = cx.case.decision.as_ref().ok_or_else(|| cx.missing("result", "处理结果"))?;
    let mut lines = Vec::new();
    for (no, state) in cx.case.numbered_parties() {
        let name = cx.line(&state.party.name, "result", "处理结果")?;
        let disposed = decision.substance.disposal(no).map(disposal_words).unwrap_or_default();
        lines.push(format!("{name}：{}", disposed.concat()));
        if let (Some((fine, confiscated)), None) = (state.changed, cx.case.revoked(no)) {
            lines.push(format!(
                "对{name}的处罚已变更，现为罚款{}元、没收违法所得{}元。",
                format_yuan(fine),
                format_yuan(confiscated)
            ));
        }
        if let ([_, ..], None) = (state.lifted.as_slice(), cx.case.revoked(no)) {
            let lifted: Vec<&str> = state.lifted.iter().map(|it| it.label()).collect();
            lines.push(format!("对{name}不再执行{}。", lifted.join("、")));
        }
        if let (Some((ground, on)), None) = (state.revoked, &decision.revoked) {
            lines.push(format!("对{name}的处罚于{}被撤销：{}。", words(on), ground.label()));
        }
    }
    if let Some((ground, on)) = &decision.revoked {
        lines.push(format!("该决定于{}被撤销：{}。", words(*on), ground.label()));
    }
    Ok(lines.join("\n"))
}

/// What was paid and what is still owed.
fn execution(cx: &Context<'_>) -> Result<String, FillError> {
    let (ground, _) = cx.case.closed.ok_or_else(|| cx.missing("execution", "执行情况"))?;
    let mut lines = vec![format!("{}。", ground.label())];
    for (no, state) in cx.case.numbered_parties() {
        let name = cx.line(&state.party.name, "execution", "执行情况")?;
        let owed = cx.owed(no, state);
        for payment in &state.payments {
            lines.push(format!(
                "{name}于{}缴款{}元，票据号{}。",
                words(payment.paid_on),
                format_yuan(payment.amount_fen),
                payment.receipt.trim()
            ));
        }
        for refund in &state.refunds {
            lines.push(format!(
                "{}返还{name}{}元，利息{}元，凭证号{}。",
                words(refund.on),
                format_yuan(refund.amount_fen),
                format_yuan(refund.interest_fen),
                refund.receipt
            ));
        }
        for done in &state.performances {
            let by = cx.line(&done.by, "execution", "执行情况")?;
            lines.push(format!("{name}的{}于{}执行，执行人：{by}。", done.kind.label(), words(done.on)));
        }
        if owed > 0 {
            lines.push(format!("{name}尚有{}元未缴。", format_yuan(owed)));
        }
    }
    Ok(lines.join("\n"))
}

pub(super) fn closing_approval(cx: &Context<'_>) -> Form {
    let decisions: Vec<String> = cx
        .case
        .documents
        .iter()
        .filter(|it| matches!(it.kind, DocumentKind::PenaltyDecision | DocumentKind::NoPenaltyDecision))
        .filter_map(|it| it.number.as_ref().map(ToString::to_string))
        .collect();
    let own = fields(json!({
        "filed_on": cx.filed_on()?,
        "decision_number": if decisions.is_empty() { Value::Null } else { json!(decisions.join("、")) },
        "result": result(cx)?,
        "execution": execution(cx)?,
    }));
    Ok(("closing_approval", with(cx.approval_form(cx.cause_proposal()?)?, own)))
}

pub(super) fn cover(cx: &Context<'_>) -> Form {
    let CaseEvent::Archived { volumes, pages, retention_years } = &cx.cause.1 else {
        return Err(cx.no_cause());
    };
    let mut parties = Vec::new();
    for (index, state) in cx.case.parties.iter().enumerate() {
        parties.push(
            json!({ "name": cx.line(&state.party.name, &format!("parties[{index}].name"), "当事人")? }),
        );
    }
    if parties.is_empty() {
        parties.push(json!({ "name": cx.line(&cx.case.clue.subject, "parties[0].name", "被核查对象")? }));
    }
    let (result, closed_on) = ending(cx)?;
    let number = match cx.sources.file.and_then(|it| it.accepted.as_ref()) {
        Some((number, ..)) => number.clone(),
        None => file_number(cx, "archive_number", "归档号")?,
    };
    let retention = if *retention_years == 0 { "永久".to_owned() } else { format!("{retention_years}年") };
    let volumes = if *volumes == 1 { String::new() } else { format!("（共{volumes}卷）") };
    let own = fields(json!({
        "parties": parties,
        "result": result,
        "filed_on": cx.case.filed.as_ref().map(|it| it.on),
        "closed_on": closed_on,
        "officers": cx.officers(&cx.case.officers, "officers")?,
        "archived_on": cx.cause.0.moment.day(),
        "archive_number": format!("{number}{volumes}"),
        "retention": retention,
        "volume_pages": pages,
    }));
    Ok(("file_cover", with(cx.head()?, own)))
}

/// The rows of the file in the order of the law, with the pages of each: as it was bound, or
/// of the case's own documents where it has no file of its own; those of a supplement alone
/// where it came of one.
pub(super) fn catalogue(cx: &Context<'_>) -> Form {
    let number = file_number(cx, "case_number", "案号")?;
    let list = supplement(cx).map_or(0, |it| it.no);
    let (rows, _) = contents(cx);
    let mut filed = Vec::new();
    for (index, row) in rows.iter().filter(|row| list == 0 || row.list == list).enumerate() {
        // A document without pages is one that was not made.
        if matches!(row.item, Item::Document { .. }) && row.pages.is_none() {
            return Err(cx.missing(&format!("filed[{index}].pages"), "页号"));
        }
        let mut remark = row.remark.clone();
        if row.volume > 1 {
            remark = format!("第{}卷 {remark}", row.volume);
        }
        let pages = row.page_words();
        filed.push(json!({
            "no": row.no.to_string(),
            "name": super::one_line(row.shown_title()),
            "number": row.number,
            "date": row.dated,
            "pages": if pages.is_empty() { "—".to_owned() } else { pages },
            "remark": if remark.trim().is_empty() { Value::Null } else { json!(remark.trim()) },
        }));
    }
    let part = (list > 0).then(|| format!("补充归档{list}"));
    Ok((
        "file_index",
        fields(json!({
            "case_name": cx.case_name()?,
            "case_number": number,
            "part": part,
            "filed": filed,
        })),
    ))
}

/// The supplement that the document came of; none where it came of the archiving itself.
fn supplement<'a>(cx: &'a Context<'_>) -> Option<&'a Supplement> {
    match &cx.cause.1 {
        CaseEvent::SupplementArchived(it) => Some(it),
        _ => None,
    }
}

/// The rows of the file, and the file: an empty one for a case without.
fn contents(cx: &Context<'_>) -> (Vec<Row>, CaseFile) {
    let (file, recordings) = match cx.sources.file {
        Some(file) => (file.clone(), cx.sources.recordings),
        None => (CaseFile::new(cx.issued_organ(), MatterId(Uuid::nil())), &[][..]),
    };
    (archive::rows(&cx.case, &file, recordings, cx.sources.order, &[]), file)
}

/// The sheet behind the last page: what the file holds and lacks, what was filed later, who
/// filed and who checked.
pub(super) fn back_sheet(cx: &Context<'_>) -> Form {
    let (rows, file) = contents(cx);
    let sheet = archive::back_sheet(&file, &rows);
    let (volumes, _) = archive::extent(&rows);
    let name = |staff| (cx.sources.people)(staff).name;
    let at = |field: &str, label: &str| cx.missing(field, label);
    let (number, assembled, checked) = match file.accepted.as_ref().zip(sheet.assembled) {
        Some(((number, by, on), assembled)) => (number.clone(), assembled, (*by, *on)),
        // Without a file of its own the handling officer binds, and who archives checks.
        None => {
            let officer = cx.case.officers.first().copied().unwrap_or(cx.case.registered_by);
            let on = cx.cause.0.moment.day();
            let number = file_number(cx, "archive_number", "归档号")?;
            (number, (officer, on), (cx.actor(), on))
        }
    };
    let mut lacks = Vec::new();
    for (index, it) in sheet.explained.iter().enumerate() {
        let row = it.at.and_then(|at| rows.iter().find(|row| row.item == at));
        let what = row.map_or_else(
            || code_words(&it.code).to_owned(),
            |row| {
                format!("第{}件《{}》：{}", row.no, super::one_line(row.shown_title()), code_words(&it.code))
            },
        );
        lacks.push(json!({ "what": what, "reason": cx.text(&it.reason, &format!("lacks[{index}].reason"), "原因")? }));
    }
    let mut remarks = Vec::new();
    for (index, (by, on, words)) in sheet.notes.iter().enumerate() {
        let words = cx.text(words, &format!("remarks[{index}].words"), "需要说明的情况")?;
        remarks.push(json!({ "date": on, "name": name(*by), "words": words }));
    }
    let mut supplements = Vec::new();
    for (index, it) in sheet.supplements.iter().enumerate() {
        let field = format!("supplements[{index}]");
        let (taken_by, taken_on) = it.taken.ok_or_else(|| at(&format!("{field}.taken_by"), "接收人"))?;
        supplements.push(json!({
            "no": it.no, "items": it.items, "pages": it.pages,
            "reason": cx.text(&it.reason, &format!("{field}.reason"), "归档后办理的事项")?,
            "handed_by": name(it.by.0), "handed_on": it.by.1, "taken_by": name(taken_by), "taken_on": taken_on,
        }));
    }
    let elsewhere: Vec<String> = sheet.elsewhere.iter().map(ToString::to_string).collect();
    let elsewhere = (!elsewhere.is_empty()).then(|| format!("第{}件", elsewhere.join("、")));
    Ok((
        "file_back_sheet",
        fields(json!({
            "case_name": cx.case_name()?,
            "archive_number": number,
            "volumes": volumes, "items": sheet.items, "pages": sheet.pages, "elsewhere": elsewhere,
            "lacks": lacks, "remarks": remarks, "supplements": supplements,
            "assembled_by": name(assembled.0), "assembled_on": assembled.1,
            "checked_by": name(checked.0), "checked_on": checked.1,
        })),
    ))
}

/// A finding of the check, in words for paper.
fn code_words(code: &str) -> &'static str {
    match code {
        "file.document" => "应有的文书不齐",
        "file.pages" => "没有登记页数",
        "file.unmade" => "文书没有制成",
        "file.unserved" => "没有送达回证",
        "file.paper" => "应有的外来材料没有取得",
        "file.recording" => "音像记录没有存储完毕",
        _ => "材料之间不一致",
    }
}
