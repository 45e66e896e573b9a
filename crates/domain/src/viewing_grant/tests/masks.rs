//! Derivatives: parameters as data, the original untouched.

use super::*;
use proptest::prelude::*;

fn code(change: impl Fn(&mut Derivative)) -> String {
    let mut it = derivative();
    change(&mut it);
    match check_derivative(&it, &original()) {
        Ok(()) => "ok".into(),
        Err(refusal) => refusal.code.into_owned(),
    }
}

#[test]
fn the_parameters_fit_the_original_and_the_original_stays() {
    let span = |from_ms, to_ms| Span { from_ms, to_ms };
    let region = |x, y, width, height| Region { x, y, width, height };
    assert_eq!(code(|_| ()), "ok");
    assert_eq!(code(|d| d.original_root = "33".repeat(32)), "derivative.original");
    assert_eq!(code(|d| d.segment = 2), "derivative.original");
    assert_eq!(code(|d| d.root = "11".repeat(32)), "derivative.root");
    assert_eq!(code(|d| d.root.clear()), "derivative.root");
    assert_eq!(code(|d| d.edits.clear()), "derivative.edits");
    let bad = [
        Edit::Mute { span: span(5, 5) },
        Edit::Mute { span: span(0, 60_001) },
        Edit::Crop { region: region(0, 0, 1921, 10) },
        Edit::Crop { region: region(u32::MAX, 0, 2, 10) },
        Edit::Cover { span: span(0, 10), region: region(0, 0, 0, 10) },
    ];
    for edit in bad {
        assert_eq!(code(|d| d.edits = vec![edit.clone()]), "derivative.edit", "{edit:?}");
    }
    let silent = Original { sound: false, ..original() };
    assert_eq!(check_derivative(&derivative(), &silent).unwrap_err().fields[0].field, "edits/0");
    let blind = Original { frame: None, ..original() };
    assert_eq!(check_derivative(&derivative(), &blind).unwrap_err().fields[0].field, "edits/1");
}

#[test]
fn a_derivative_needs_an_approved_export() {
    let derive = || GrantCommand::Derive { derivative: derivative() };
    approved(Medium::Copy).no(&officer(), derive(), "grant.medium");
    let mut w = approved(Medium::Export);
    w.ok(&officer(), derive());
    assert_eq!(w.grant().derivatives, [derivative()]);
    w.at("2026-04-11");
    w.no(&officer(), derive(), "grant.expired");
}

proptest! {
    /// A millisecond is silent exactly when some edit silences it; the spans are sorted and
    /// do not touch.
    #[test]
    fn muted_spans_are_the_union(spans in prop::collection::vec((0u64..200, 1u64..60), 0..12)) {
        let spans: Vec<Span> =
            spans.into_iter().map(|(from_ms, n)| Span { from_ms, to_ms: from_ms + n }).collect();
        let edits: Vec<Edit> = spans.iter().map(|span| Edit::Mute { span: *span }).collect();
        let out = muted(&edits);
        let inside = |all: &[Span], ms| all.iter().any(|s| s.from_ms <= ms && ms < s.to_ms);
        for ms in 0..300 {
            prop_assert_eq!(inside(&out, ms), inside(&spans, ms));
        }
        prop_assert!(out.windows(2).all(|pair| pair[0].to_ms < pair[1].from_ms));
    }
}
