//! What lies in the file: documents, evidence, parties, people, proposals.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mingjing_domain::case::state::{ApprovalStage, Hearing};
use mingjing_domain::case::types::{DocumentNo, PartyNo};
use mingjing_domain::case::{Case, gate};
use mingjing_domain::matter::MatterId;

use super::super::access::{People, masked};
use super::super::words;
use crate::kit::ui::show::{self, ProofState, Tone};
use crate::record::service::Failure;

/// Proof states of a case's events, by version.
pub type Proofs = BTreeMap<u64, ProofState>;

fn proof(proofs: &Proofs, version: u64) -> Markup {
    show::proof(proofs.get(&version).copied().unwrap_or(ProofState::Pending))
}

/// Documents that could not be made, why, and the way to have them made again.
pub struct Unmade<'a> {
    /// What failed.
    pub failures: &'a [Failure],
    /// The session's token against forged requests.
    pub csrf: &'a str,
}

fn unmade(id: MatterId, case: &Case, it: &Unmade<'_>) -> Markup {
    if it.failures.is_empty() {
        return html! {};
    }
    show::notice(
        Tone::Near,
        "有文书没有制成",
        html! {
            ul { @for failure in it.failures {
                li {
                    @if let Some(document) = case.document(failure.no) { "《" (document.kind.label()) "》：" }
                    (failure.reason) "（已试 " (failure.attempts) " 次）"
                }
            } }
            form method="post" action={ "/cases/" (id) "/documents/again" } {
                input type="hidden" name="_csrf" value=(it.csrf);
                button.btn.quiet type="submit" { "重新制作" }
            }
        },
    )
}

/// The card of documents, newest first.
pub fn documents(id: MatterId, case: &Case, proofs: &Proofs, failed: &Unmade<'_>) -> Markup {
    html! {
        section.card #documents {
            h2 { "卷内文书 " span.meta.small { (case.documents.len()) "件" } }
            (unmade(id, case, failed))
            @if case.documents.is_empty() { p.meta { "还没有文书，办理后自动制发。" } }
            @else {
                div.table.scroll tabindex="0" role="region" aria-label="卷内文书" {
                    table {
                        thead { tr { th scope="col" { "文书" } th scope="col" { "日期" } th scope="col" { "状态" } th scope="col" { "证明" } } }
                        tbody {
                            @for (at, it) in case.documents.iter().enumerate().rev() {
                                @let no = DocumentNo::try_from(at + 1).unwrap_or(DocumentNo::MAX);
                                tr {
                                    th scope="row" {
                                        @if it.made.is_some() { a href={ "/cases/" (id) "/documents/" (no) ".pdf" } { (it.kind.label()) } }
                                        @else { (it.kind.label()) }
                                        @if let Some(number) = &it.number { br; span.no.meta.small { (number) } }
                                        @if let (Some(party), true) = (it.party, case.parties.len() > 1) {
                                            br; span.meta.small { (words::party(case, party)) }
                                        }
                                    }
                                    td.nowrap { (show::short_date(it.issued_on)) }
                                    td { (state(case, no)) }
                                    td { (proof(proofs, it.version)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn state(case: &Case, no: DocumentNo) -> Markup {
    let Some(it) = case.document(no) else { return html! {} };
    if let Some(served) = &it.service {
        return html! { (show::tag(Tone::Ok, "已送达")) br; span.meta.small.nowrap { (show::short_date(served.effective_on)) } };
    }
    if case.superseded(no) {
        return show::tag(Tone::Plain, "已被替代");
    }
    match (&it.made, it.kind.served()) {
        (None, _) => show::tag(Tone::Near, "制作中"),
        (Some(_), true) => show::tag(Tone::Info, "待送达"),
        (Some(_), false) => show::tag(Tone::Plain, "已制成"),
    }
}

/// The card of evidence.
pub fn evidence(case: &Case, people: &People) -> Markup {
    html! {
        section.card #evidence {
            h2 { "证据 " span.meta.small { (case.evidence.len()) "件" } }
            @if case.evidence.is_empty() { p.meta { "还没有证据。" } }
            @for (at, it) in case.evidence.iter().enumerate() {
                div.act {
                    b { (at + 1) "．" (it.name.or_erased()) }
                    (show::tag(Tone::Plain, it.kind.label()))
                    p {
                        (show::date(it.collected_on)) " " (people.names(&it.collectors)) "收集，来源：" (it.source.or_erased()) "。证明：" (it.proves.or_erased())
                        @if !it.signed { " " (show::tag(Tone::Near, "未签名")) }
                        @if !it.sha256_root.is_empty() { br; "摘要 " (show::digest(&it.sha256_root)) }
                    }
                }
            }
        }
    }
}

/// The card of parties; personal numbers are hidden unless `open`.
pub fn parties(id: MatterId, case: &Case, open: bool) -> Markup {
    let hides = case.parties.iter().any(|p| p.party.kind.is_citizen());
    html! {
        section.card #parties {
            h2 { "当事人" }
            @if case.parties.is_empty() { p.meta { "立案后确定。线索涉及：" (case.clue.subject.or_erased()) } }
            @for (no, state) in case.numbered_parties() {
                @let it = &state.party;
                @let code = it.code.or_erased();
                div.act {
                    b { (it.name.or_erased()) }
                    (show::tag(Tone::Plain, it.kind.label()))
                    p {
                        span.digest { (if it.kind.is_citizen() && !open { masked(code) } else { code.to_owned() }) }
                        br; (it.address.or_erased())
                        @if !it.phone.is_blank() { br; "电话 " (if open { it.phone.or_erased().to_owned() } else { masked(it.phone.or_erased()) }) }
                        @if !it.representative.is_blank() { br; "法定代表人（负责人）" (it.representative.or_erased()) " " (it.post.or_erased()) }
                        @for line in standing(case, no) { br; (line) }
                    }
                }
            }
            @if hides && !open { p.small { a href={ "/cases/" (id) "?personal=show#parties" } { "显示证件号码和电话" } span.meta { "（查看将被记录）" } } }
        }
    }
}

/// Where a party stands: notice, defence, hearing, payment.
fn standing(case: &Case, no: PartyNo) -> Vec<String> {
    let Some(it) = case.party(no) else { return Vec::new() };
    let mut out = Vec::new();
    if let Some(notice) = &it.notice {
        out.push(format!("已告知（{}）", if notice.hearing { "含听证权利" } else { "陈述申辩权利" }));
    }
    if !it.defences.is_empty() {
        let answered = it.defences.iter().filter(|d| d.answer.is_some()).count();
        out.push(format!("陈述申辩{}次，已复核{answered}次", it.defences.len()));
    }
    match &it.hearing {
        Hearing::None => {}
        Hearing::Requested { on } => out.push(format!("{}申请听证", show::short_date(*on))),
        Hearing::Scheduled { plan, .. } => out.push(format!("听证定于{}", show::short_date(plan.on))),
        Hearing::Held { plan, .. } => out.push(format!("{}举行听证", show::short_date(plan.on))),
        Hearing::Withdrawn => out.push("撤回听证申请".to_owned()),
    }
    if let Some((ground, on)) = case.revoked(no) {
        out.push(format!("对其处罚于{}撤销：{}", show::short_date(on), ground.label()));
    }
    let fine = case.decision.as_ref().map_or(0, |d| gate::amounts_fen(d, no, it).0);
    if it.changed.is_some() {
        out.push(if it.amended.is_empty() { "处罚已被变更" } else { "处罚已自行变更" }.to_owned());
    }
    if let Some((ruling, on)) = it.ruling {
        out.push(format!("{}法院裁定{}", show::short_date(on), ruling.label()));
    }
    if fine > 0 {
        out.push(format!("罚款{}元，已缴{}元", show::yuan(fine), show::yuan(it.paid_fen())));
    }
    if it.refunded_fen() > 0 {
        out.push(format!("已返还{}元", show::yuan(it.refunded_fen())));
    }
    if let Some(decision) = &case.decision {
        let left = gate::refundable_fen(decision, no, it);
        if left > 0 {
            out.push(format!("应当返还{}元", show::yuan(left)));
        }
        for done in &it.performances {
            out.push(format!("{}：{}执行", done.kind.label(), show::short_date(done.on)));
        }
        for done in &it.restitutions {
            out.push(format!(
                "{}：{}{}",
                done.kind.label(),
                show::short_date(done.on),
                done.restored.label()
            ));
        }
        for kind in gate::to_undo(decision, it) {
            out.push(format!("{}：应当恢复原状", kind.label()));
        }
        for kind in gate::unperformed(decision, no, it) {
            out.push(format!("{}：尚未执行", kind.label()));
        }
    }
    out.extend(crate::case::enforcement::standing(case, no, it));
    out
}

/// How far the decision is revoked, in the words of a tag.
pub fn revoked(case: &Case) -> Option<&'static str> {
    let fallen = case.numbered_parties().filter(|(no, _)| case.revoked(*no).is_some()).count();
    match fallen {
        0 => None,
        n if n == case.parties.len() => Some("决定已撤销"),
        _ => Some("对部分当事人的决定已撤销"),
    }
}

/// The card of the people who handle the case.
pub fn handlers(case: &Case, people: &People) -> Markup {
    let former: Vec<_> = case.handled_by.iter().copied().filter(|id| !case.officers.contains(id)).collect();
    html! {
        section.card #people {
            h2 { "办案人员" }
            @if case.officers.is_empty() { p.meta { "开始核查时确定两名执法人员。" } }
            @for id in &case.officers {
                div.act {
                    b { (people.name(*id)) }
                    span.meta.small { (people.get(*id).map_or("", |it| it.unit.as_str())) }
                    @if let Some(it) = people.get(*id).and_then(|it| it.certificates.first()) {
                        p { "执法证 " (it.number) "，有效期至 " (it.until) }
                    } @else { p { "没有有效的执法证件" } }
                }
            }
            @if !former.is_empty() { p.meta.small { "曾办理：" (people.names(&former)) } }
        }
    }
}

/// The card of approval forms, newest first.
pub fn proposals(case: &Case, people: &People) -> Markup {
    html! {
        @if !case.proposals.is_empty() {
            section.card #proposals {
                h2 { "呈批" }
                @for (at, it) in case.proposals.iter().enumerate().rev() {
                    @let (tone, words) = approval(it.stage);
                    div.act {
                        b { (at + 1) "．" (words::proposal(&it.body)) }
                        (show::tag(tone, words))
                        p {
                            (people.name(it.by.0)) " " (show::short_date(it.by.1)) "呈请：" (it.opinion.or_erased())
                            @for (step, word) in [(&it.reviewed, "审核"), (&it.decided, "审批")] {
                                @if let Some((by, on, opinion)) = step {
                                    br; (people.name(*by)) " " (show::short_date(*on)) (word) "：" (opinion.or_erased())
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where an approval form stands, in words.
pub const fn approval(stage: ApprovalStage) -> (Tone, &'static str) {
    match stage {
        ApprovalStage::Proposed => (Tone::Near, "待审核"),
        ApprovalStage::Reviewed => (Tone::Near, "待审批"),
        ApprovalStage::Approved => (Tone::Ok, "已批准"),
        ApprovalStage::Refused => (Tone::Seal, "未批准"),
    }
}
