//! Properties over random walks: nothing panics, stored and live folds agree,
//! erasure changes no decision, unrelated acts open no gate.

use crate::golden::{actor, command};
use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::command::Proposal;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::types::*;
use mingjing_domain::case::view;
use proptest::prelude::*;

/// Tries a verb as the named person on some day; whatever comes of it.
fn try_out(w: &mut World, verb: usize, days: i64) {
    let verb = Verb::ALL[verb % Verb::ALL.len()];
    let later = w.now.checked_add(jiff::SignedDuration::from_hours(24 * days)).expect("a later day");
    w.now = later;
    let command = command(verb, w);
    if let Err(refusal) = w.act(actor(verb), command) {
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty() && !refusal.message.is_empty());
    }
    if w.case.is_some() {
        let facts = w.facts(A);
        let _ = (view::rail(w.case(), &facts), view::actions(w.case(), &facts));
        let _ = mingjing_domain::case::clock::running(w.case(), &facts);
        let _ = mingjing_domain::case::consistency::consistency(w.case());
    }
}

fn start(which: usize) -> World {
    match which % 7 {
        0 => World::new("2026-03-02"),
        1 => checking(),
        2 => investigated(vec![unit_party()]),
        3 => concluded(vec![unit_party()], true),
        4 => noticed(7 * WAN),
        5 => noticed(3 * WAN),
        _ => decision_served(3 * WAN),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_walks_never_panic_and_fold_alike(
        which in 0usize..7,
        walk in prop::collection::vec((0usize..Verb::ALL.len(), 0i64..6), 1..60),
    ) {
        let mut w = start(which);
        for (verb, days) in walk {
            try_out(&mut w, verb, days);
        }
        if let Some(folded) = w.refold(true) {
            prop_assert_eq!(&folded, w.case());
        }
    }

    #[test]
    fn a_decision_on_a_state_without_its_texts_is_the_same(
        which in 1usize..7,
        walk in prop::collection::vec((0usize..Verb::ALL.len(), 0i64..4), 0..20),
        verb in 0usize..Verb::ALL.len(),
    ) {
        let mut w = start(which);
        for (verb, days) in walk {
            try_out(&mut w, verb, days);
        }
        let verb = Verb::ALL[verb];
        let command = command(verb, &w);
        let live = w.ask(actor(verb), &command);
        let mut erased = w.fork();
        erased.case = w.refold(false);
        let replayed = erased.ask(actor(verb), &command);
        prop_assert_eq!(outline(&live), outline(&replayed));
    }

    #[test]
    fn what_the_law_refused_stays_refused_after_unrelated_acts(
        which in 1usize..7,
        verb in 0usize..Verb::ALL.len(),
        noise in prop::collection::vec(0usize..3, 1..8),
    ) {
        let mut w = start(which);
        let verb = Verb::ALL[verb];
        let before = w.ask(actor(verb), &command(verb, &w)).map_err(|r| r.code);
        for kind in noise {
            // Acts that concern neither notice, window, review, hearing nor payment.
            let _ = match kind {
                0 => w.act(A, Do::ConfirmAddress { party: 1, address: t("新地址"), electronic: t("") }),
                1 => w.act(A, Do::OrderCorrection { party: 1, items: t("改正"), due_on: day("2026-12-31") }),
                _ => w.act(A, propose(Proposal::Transfer(Transferring { crime: false, recipient: t("他局") }))),
            };
        }
        let related = matches!(verb, Verb::RecheckCorrection | Verb::ReviewProposal | Verb::ApproveProposal | Verb::ServeDocument | Verb::MarkMade);
        if before.is_err() && !related {
            prop_assert!(w.ask(actor(verb), &command(verb, &w)).is_err(), "{:?} was {:?}", verb, before);
        }
    }
}

use mingjing_domain::case::command::Transferring;

/// Events with every text reduced to what erasure leaves: its keyed digest. As values:
/// the order in which an object's fields were put in says nothing.
fn outline(
    outcome: &Result<Vec<mingjing_domain::case::CaseEvent>, mingjing_domain::refusal::Refusal>,
) -> Result<Vec<serde_json::Value>, String> {
    match outcome {
        Ok(events) => Ok(events
            .iter()
            .map(|e| {
                let mut body = serde_json::to_value(e).expect("events serialise");
                mingjing_domain::text::seal(&mut body, &KEY);
                strip(&mut body);
                body
            })
            .collect()),
        Err(refusal) => Err(refusal.to_string()),
    }
}

/// A sealed text and an erased one differ in the slot only.
fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            if object.contains_key("n") && object.contains_key("d") {
                object.remove("$x");
            }
            object.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}

#[test]
fn an_erased_stream_folds_to_the_same_gates() {
    let w = decision_served(7 * WAN);
    let erased = w.refold(false).expect("a case");
    assert!(!bare(&erased).contains("示例化工"));
    assert_eq!(erased.clearance().map(|c| c.version), w.case().clearance().map(|c| c.version));
    assert_eq!(erased.stage, Stage::Decided);
    let closing = propose(Proposal::Close { ground: ClosingGround::Performed });
    let mut fork = w.fork();
    fork.case = Some(erased);
    fork.no(A, closing, "payment.owed");
}
