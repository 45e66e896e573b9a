//! Samples as evidence, and what is sent to experts.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::command::*;
use mingjing_domain::case::sampling::SamplingPresence;
use mingjing_domain::case::types::*;

fn take(w: &World, change: impl Fn(&mut Sampling)) -> Do {
    let mut it = sampling(w);
    change(&mut it);
    Do::TakeSample(it)
}

#[test]
fn samples_are_taken_by_two_officers_before_the_party_or_a_witness() {
    let mut w = investigating(vec![unit_party()]);
    for (change, code) in [
        ((|it| it.party = 2) as fn(&mut Sampling), "party.unknown"),
        (|it| it.items.clear(), "sampling.items"),
        (|it| it.items[0].quantity.clear(), "sampling.items"),
        (|it| it.method = t(""), "input.required"),
        (|it| it.seal = t(""), "input.required"),
        (|it| it.presence = SamplingPresence::Absent, "sampling.unwitnessed"),
        (|it| it.presence = SamplingPresence::Refused, "sampling.unwitnessed"),
        (|it| it.session.officers = vec![A], "officers.fewer_than_two"),
        (|it| it.session.officers = vec![A, C], "officers.not_handling"),
        (|it| it.session.certificates_shown = false, "certificate.not_shown"),
        (|it| it.session.rights_told = false, "rights.not_told"),
    ] {
        let command = take(&w, change);
        w.no(A, command, code);
    }
    let command = take(&w, |it| {
        it.presence = SamplingPresence::Absent;
        it.witness = t("示例镇人民政府工作人员到场见证");
    });
    w.ok(A, command);
    let voucher = w.case().documents.last().expect("a voucher").clone();
    assert_eq!((voucher.kind, voucher.party), (DocumentKind::SamplingVoucher, Some(1)));
    assert!(voucher.kind.served(), "the party has its copy");
    assert_eq!(w.case().acts.last().map(|it| it.party), Some(Some(1)));
}

#[test]
fn a_commission_goes_out_as_a_letter() {
    let mut w = investigating(vec![unit_party()]);
    let item = |quantity: &str| PreservedItem {
        name: t("甲醇样品"),
        description: t("500毫升"),
        quantity: quantity.into(),
    };
    let ask = |items, due: Option<&str>| {
        Do::CommissionExpert(Commission {
            agency: t("示例检测中心"),
            question: t("甲醇含量"),
            examination: Some(Examination::Testing),
            items,
            due_on: due.map(day),
        })
    };
    w.no(A, ask(vec![item("")], None), "expert.items");
    w.no(A, ask(vec![item("1瓶")], Some("2026-03-04")), "expert.due");
    w.ok(A, ask(vec![item("1瓶")], Some("2026-03-20")));
    assert_eq!(w.case().documents.last().map(|d| d.kind), Some(DocumentKind::ExpertCommission));
    // Under the earlier edition none was left in the file.
    w.law.revised = false;
    assert_eq!(w.ask(A, &ask(vec![], None)).expect("allowed").len(), 1);
}
