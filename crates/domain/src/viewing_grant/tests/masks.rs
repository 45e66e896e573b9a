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
fn a_derivative_is_asked_for_under_an_approved_export() {
    let mask = || GrantCommand::Mask { order: order() };
    approved(Medium::Copy).no(&officer(), mask(), "grant.medium");
    let mut w = approved(Medium::Export);
    w.ok(&officer(), mask());
    assert_eq!(w.grant().mask(1).unwrap().outcome, MaskOutcome::Making);
    let of = |segment, edits| GrantCommand::Mask { order: MaskOrder { segment, edits, ..order() } };
    w.no(&officer(), of(2, order().edits), "derivative.original");
    w.no(&officer(), of(1, vec![]), "derivative.edits");
    w.no(&officer(), of(1, vec![order().edits[0].clone(); MAX_EDITS + 1]), "derivative.edits");
    let crop = Edit::Crop { region: Region { x: 0, y: 0, width: 100, height: 100 } };
    w.no(&officer(), of(1, vec![crop.clone(), crop]), "derivative.edits");
    let thin = Edit::Crop { region: Region { x: 0, y: 0, width: 100, height: SMALLEST - 1 } };
    w.no(&officer(), of(1, vec![thin]), "derivative.edit");
    w.at("2026-04-11");
    w.no(&officer(), mask(), "grant.expired");
}

#[test]
fn the_system_alone_says_what_came_of_it_and_once() {
    let derive = || GrantCommand::Derive { derivative: derivative() };
    let fail = || GrantCommand::FailMask { no: 1, reason: t("没有 ffmpeg") };
    let mut w = approved(Medium::Export);
    w.no(&machine(), derive(), "mask.order");
    w.no(&machine(), fail(), "mask.order");
    w.ok(&officer(), GrantCommand::Mask { order: order() });
    w.no(&anyone(), derive(), "grant.role");
    w.no(&anyone(), fail(), "grant.role");
    let other = |change: fn(&mut Derivative)| {
        let mut it = derivative();
        change(&mut it);
        GrantCommand::Derive { derivative: it }
    };
    w.no(&machine(), other(|it| it.order = None), "mask.order");
    w.no(&machine(), other(|it| it.edits.truncate(1)), "mask.differs");
    w.no(&machine(), other(|it| it.original_root = "33".repeat(32)), "derivative.original");
    // It was asked for in time: that the time is over meanwhile takes nothing from it.
    w.at("2026-04-11");
    w.ok(&machine(), derive());
    assert_eq!(w.grant().derivatives, [derivative()]);
    assert_eq!(w.grant().mask(1).unwrap().outcome, MaskOutcome::Made(derivative()));
    w.no(&machine(), derive(), "mask.order");
    w.no(&machine(), fail(), "mask.order");
}

#[test]
fn what_cannot_be_made_is_said_also_when_the_right_has_ended() {
    let mut w = approved(Medium::Export);
    w.ok(&officer(), GrantCommand::Mask { order: order() });
    w.ok(&officer(), GrantCommand::End {});
    w.no(&machine(), GrantCommand::Derive { derivative: derivative() }, "grant.stage");
    w.no(&machine(), GrantCommand::FailMask { no: 1, reason: t("") }, "mask.reason");
    w.ok(&machine(), GrantCommand::FailMask { no: 1, reason: t("查阅已经终止") });
    assert!(matches!(w.grant().mask(1).unwrap().outcome, MaskOutcome::Failed(_)));
}

#[test]
fn what_a_derivative_is_follows_from_its_original() {
    let of = |frame, duration_ms| Original { frame, duration_ms, ..original() }.shape();
    assert_eq!(of(Some((640, 360)), 24_000), Shape::Film);
    assert_eq!(of(Some((640, 360)), 0), Shape::Picture);
    assert_eq!(of(None, 24_000), Shape::Sound);
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
