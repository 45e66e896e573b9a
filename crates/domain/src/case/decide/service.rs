//! Service of documents, and the announcement where no other way is left.

use super::{Issue, Outcome, pair, punctual_on, required};
use crate::case::command::CaseCommand as C;
use crate::case::document::{Announced, Announcing, Document};
use crate::case::event::CaseEvent;
use crate::case::facts::Facts;
use crate::case::gate;
use crate::case::state::Case;
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::refusal::Refusal;
use jiff::civil::Date;

fn refuse(
    code: &'static str,
    article: Citation,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Refusal {
    Refusal::new(code, article, message, remedy)
}

pub(super) fn decide(case: &Case, command: &C, facts: &Facts<'_>) -> Outcome {
    match command {
        C::ServeDocument { document, service } => serve(case, *document, service, facts),
        C::AnnounceService(announcing) => announce(case, announcing, facts),
        _ => Ok(Vec::new()),
    }
}

/// The announcement of one document: why, where, what it says and where it can be fetched.
fn announce(case: &Case, it: &Announcing, facts: &Facts<'_>) -> Outcome {
    let Some(document) = case.document(it.document).filter(|_| gate::announceable(case, it.document)) else {
        return Err(refuse(
            "document.unknown",
            facts.law.announcement.citation.clone(),
            "没有该文书，或者该文书不待送达、已经公告",
            "请选择已经制成、尚未送达的文书。",
        )
        .field("document", "没有待公告送达的该文书"));
    };
    required(&it.course, "course", "采用其他方式未能送达的经过")?;
    required(&it.summary, "summary", "文书主要内容")?;
    required(&it.medium, "medium", "公告载体")?;
    required(&it.collection, "collection", "领取地点")?;
    let mut issue = Issue::new(case, facts);
    let announcement = issue.document(DocumentKind::ServiceAnnouncement, document.party)?;
    issue.push(CaseEvent::ServiceAnnounced(Announced { of: it.clone(), announcement }));
    issue.done()
}

/// The announcement was issued and made before the day on which it is said to have gone out.
fn announced(case: &Case, document: DocumentNo, service: &Service) -> Result<(), Refusal> {
    let article = || Citation::of("民事诉讼法", "第九十五条");
    let paper = case
        .announced
        .iter()
        .rev()
        .find(|it| it.of.document == document)
        .and_then(|it| case.document(it.announcement));
    let Some(paper) = paper else {
        return Err(refuse(
            "service.no_announcement",
            article(),
            "该文书没有制发送达公告",
            "请先制发送达公告，写明原因、经过和公告载体，公告发出后再登记。",
        )
        .field("method", "没有送达公告"));
    };
    if paper.made.is_none() {
        return Err(refuse(
            "document.unmade",
            article(),
            "送达公告尚未制成",
            "请等待公告制成、发出后再登记。",
        )
        .field("method", "送达公告尚未制成"));
    }
    if service.on < paper.issued_on {
        return Err(refuse(
            "time.service",
            article(),
            "公告日期早于送达公告的制发日期",
            "请填写公告发出之日。",
        )
        .field("on", "早于送达公告的日期"));
    }
    Ok(())
}

fn serve(case: &Case, document: DocumentNo, service: &Service, facts: &Facts<'_>) -> Outcome {
    let article = || penalty_law("第六十一条");
    let Some(d) = case.document(document).filter(|d| d.kind.served()) else {
        return Err(refuse(
            "document.unknown",
            article(),
            "没有该文书，或者该文书不需要送达",
            "请选择待送达的文书。",
        )
        .field("document", "没有待送达的该文书"));
    };
    if d.service.is_some() {
        return Err(refuse(
            "document.served",
            article(),
            format!("《{}》已经送达", d.kind.label()),
            "不能重复登记送达。",
        )
        .field("document", "已经送达"));
    }
    if d.made.is_none() {
        return Err(refuse(
            "document.unmade",
            article(),
            format!("《{}》尚未制成", d.kind.label()),
            "请等待文书制成后再送达。",
        )
        .field("document", "尚未制成"));
    }
    required(&service.recipient, "recipient", "收件人")?;
    required(&service.place, "place", "送达地点")?;
    if service.on > facts.today() || service.on < d.issued_on {
        return Err(refuse("time.service", article(), "送达日期不正确", "应在文书签发之后、今天之前。")
            .field("on", "应在签发之后、今天之前"));
    }
    punctual_on(service.on, "on", facts)?;
    pair(case, &service.officers, service.on, facts)?;
    if case.superseded(document) {
        return Err(refuse(
            "document.superseded",
            article(),
            format!("《{}》已被新的文书代替", d.kind.label()),
            "请送达新的文书。",
        )
        .field("document", "已被代替"));
    }
    let effective_on = effective(case, (document, d), service, facts)?;
    let mut issue = Issue::new(case, facts);
    issue.document(DocumentKind::ServiceReceipt, d.party)?;
    issue.push(CaseEvent::DocumentServed { no: document, service: service.clone(), effective_on });
    issue.done()
}

/// The day on which the service takes effect.
fn effective(
    case: &Case,
    (document, d): (DocumentNo, &Document),
    service: &Service,
    facts: &Facts<'_>,
) -> Result<Date, Refusal> {
    let rule = &facts.law.announcement;
    match service.method {
        ServiceMethod::Announcement => {
            announced(case, document, service)?;
            Ok(facts.limit(rule, service.on, "发出公告之日", &[])?.due.latest())
        }
        ServiceMethod::Left => {
            required(&service.witness, "witness", "见证人或者拍照、录像情况")?;
            Ok(service.on)
        }
        ServiceMethod::Electronic => {
            let consent = d
                .party
                .and_then(|p| case.party(p))
                .and_then(|p| p.address.as_ref())
                .is_some_and(|(_, e)| !e.is_blank());
            if !consent {
                return Err(refuse(
                    "service.no_consent",
                    penalty_law("第六十一条第二款"),
                    "当事人没有签订同意电子送达的确认书",
                    "请改用其他方式送达，或者先登记送达地址确认书。",
                )
                .field("method", "没有同意电子送达"));
            }
            Ok(service.on)
        }
        ServiceMethod::Direct | ServiceMethod::Entrusted | ServiceMethod::Mail => Ok(service.on),
    }
}
