//! A lawful file agrees with itself; each disagreement is named.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::Case;
use mingjing_domain::case::consistency::{consistency, follows_from};
use mingjing_domain::case::types::*;

fn codes(case: &Case) -> Vec<&'static str> {
    consistency(case).into_iter().map(|i| i.code).collect()
}

#[test]
fn lawful_files_are_consistent() {
    for w in
        [checking(), investigated(vec![unit_party()]), noticed(7 * WAN), decision_served(7 * WAN), closed()]
    {
        assert_eq!(consistency(w.case()), vec![]);
    }
}

type Change = fn(&mut Case);

#[test]
fn each_disagreement_is_named() {
    let changes: [(&str, Change); 22] = [
        ("order.milestones", |c| c.closed.as_mut().expect("closed").1 = day("2026-03-16")),
        ("order.served_before_issued", |c| {
            let d = c.documents.iter_mut().find(|d| d.kind == DocumentKind::PenaltyNotice).expect("a notice");
            d.service.as_mut().expect("served").effective_on = day("2026-03-08");
        }),
        ("order.before_filing", |c| {
            c.documents
                .iter_mut()
                .find(|d| d.kind == DocumentKind::InquiryRecord)
                .expect("a record")
                .issued_on = day("2026-03-03");
        }),
        ("order.told_after_decided", |c| {
            let d = c.documents.iter_mut().find(|d| d.kind == DocumentKind::PenaltyNotice).expect("a notice");
            d.service.as_mut().expect("served").effective_on = day("2026-03-18");
        }),
        ("order.paid_before_decided", |c| c.parties[0].payments[0].paid_on = day("2026-03-16")),
        ("prerequisite.missing", |c| c.documents.retain(|d| d.kind != DocumentKind::DisposalApproval)),
        ("prerequisite.later", |c| {
            c.documents
                .iter_mut()
                .find(|d| d.kind == DocumentKind::DisposalApproval)
                .expect("a form")
                .issued_on = day("2026-03-19");
        }),
        ("number.repeated", |c| c.documents[1].number = c.documents[0].number.clone()),
        ("number.year", |c| c.documents[0].issued_on = day("2025-12-31")),
        ("party.unknown", |c| c.documents.last_mut().expect("a document").party = Some(9)),
        ("decision.documents", |c| c.decision.as_mut().expect("decided").documents.clear()),
        ("decision.digest", |c| c.draft.as_mut().expect("a draft").digest = "00".into()),
        ("order.milestones", |c| {
            let d = c.documents.iter_mut().find(|d| d.kind == DocumentKind::InquiryRecord).expect("a record");
            d.issued_on = day("2026-03-02");
        }),
        ("order.milestones", |c| {
            let d = c.documents.iter_mut().find(|d| d.kind == DocumentKind::PenaltyNotice).expect("a notice");
            d.issued_on = day("2026-12-01");
        }),
        ("cause.differs", |c| c.filed.as_mut().expect("filed").filing.cause = t("另一案由")),
        ("party.differs", |c| c.parties[0].party.name = t("另一单位")),
        ("party.count", |c| c.parties.push(c.parties[0].clone())),
        ("filed.signed", |c| c.filed.as_mut().expect("filed").on = day("2026-03-03")),
        ("closing.result", |c| c.closed.as_mut().expect("closed").0 = ClosingGround::NoPenaltyServed),
        ("decision.kind", |c| {
            let d = c.documents.iter_mut().find(|d| d.kind == DocumentKind::PenaltyDecision).expect("one");
            d.kind = DocumentKind::NoPenaltyDecision;
        }),
        ("amount.words", |c| {
            c.draft.as_mut().expect("a draft").substance.reasoning = t("处罚款30000元（大写：叁仟元整）");
        }),
        ("amount.overpaid", |c| c.parties[0].payments[0].amount_fen += 1),
    ];
    let lawful = closed();
    for (code, change) in changes {
        let mut case = lawful.case().clone();
        change(&mut case);
        assert!(codes(&case).contains(&code), "{code}: {:?}", codes(&case));
    }
}

#[test]
fn words_that_fit_the_figures_are_no_fault() {
    let mut case = closed().case().clone();
    let text = t("处罚款30000元（大写：叁万元整）");
    case.draft.as_mut().expect("a draft").substance.reasoning = text.clone();
    case.decision.as_mut().expect("decided").substance.reasoning = text;
    assert_eq!(consistency(&case), vec![]);
}

#[test]
fn nothing_follows_from_itself_and_every_chain_begins_somewhere() {
    for kind in DocumentKind::ALL {
        let mut seen = vec![*kind];
        let mut next = follows_from(*kind).to_vec();
        while let Some(before) = next.pop() {
            assert!(before != *kind, "{kind:?} follows from itself");
            if !seen.contains(&before) {
                seen.push(before);
                next.extend(follows_from(before));
            }
        }
    }
}
