//! The draw: committed first, drawn again by anybody, without replacement, stratified.

use super::*;
use crate::recording_check::sample::{METHOD, Member, STATEMENT, SampleError, allocate};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

type Change<'c> = &'c dyn Fn(&mut CheckKind, &mut BTreeMap<String, u32>, &mut Beacon);

#[test]
fn a_plan_commits_to_population_sizes_and_a_value_of_the_future() {
    let w = World::new();
    let with = |change: Change| {
        let (mut kind, mut all, mut it) = (CheckKind::Playback, sizes(&[("一中队", 2)]), beacon());
        change(&mut kind, &mut all, &mut it);
        let (from, to) = (day("2026-03-01"), day("2026-03-31"));
        CheckCommand::Plan { kind, from, to, sizes: all, beacon: it }
    };
    let now = w.now;
    w.no(&checker(), with(&|_, _, b| b.not_before = now), "check.beacon_known");
    w.no(&checker(), with(&|_, _, b| b.source = " ".into()), "check.beacon");
    w.no(&checker(), with(&|_, s, _| *s = sizes(&[("一中队", 9)])), "check.sizes");
    w.no(&checker(), with(&|_, s, _| *s = sizes(&[("三中队", 1)])), "check.sizes");
    w.no(&checker(), with(&|_, s, _| s.clear()), "check.sizes");
    w.no(&checker(), with(&|k, _, _| *k = CheckKind::Incident), "check.kind");
    let event = w.ask(&checker(), &plan()).unwrap();
    let CheckEvent::Planned { population_digest, strata, .. } = event else { panic!("planned") };
    assert_eq!(population_digest.len(), 64);
    let (mut w, one) = (w, candidates().remove(0));
    w.candidates.resize(MAX_POPULATION + 1, one);
    w.no(&checker(), plan(), "check.too_many");
    let counts: Vec<_> = strata.iter().map(|s| (s.name.as_str(), s.count, s.size)).collect();
    assert_eq!(counts, [("一中队", 8, 2), ("二中队", 4, 1)]);
}

#[test]
fn the_draw_waits_for_the_value_and_takes_the_population_of_the_plan() {
    let mut w = World::planned();
    w.no(&checker(), draw(), "check.early");
    w.at("2026-04-03");
    let value = |value: &str, at: &str| CheckCommand::Draw { value: value.into(), published_at: instant(at) };
    w.no(&checker(), value("", "2026-04-02T13:30:00Z"), "check.value");
    w.no(&checker(), value("03\n11", "2026-04-02T13:30:00Z"), "check.value");
    w.no(&checker(), value("03 11", "2026-04-02T12:59:59Z"), "check.early");
    let event = w.ask(&checker(), &draw()).unwrap();
    let mut moved = w.clone();
    moved.candidates.pop();
    moved.candidates.reverse();
    assert_eq!(moved.ask(&checker(), &draw()).unwrap(), event, "nobody changes it after the value is known");
    let mut altered = w.clone();
    altered.state.as_mut().unwrap().planned.as_mut().unwrap().members.pop();
    altered.no(&checker(), draw(), "check.population_changed");
    w.ok(&checker(), draw());
    let sample = &w.check().sample;
    let of_first = |id: &&MatterId| candidates().iter().any(|c| c.recording == **id && c.unit == "一中队");
    assert_eq!((sample.len(), sample.iter().filter(of_first).count()), (3, 2));
}

#[test]
fn a_stranger_draws_again_and_sees_a_change() {
    let w = World::drawn();
    let (planned, drawn) = (w.check().planned.clone().unwrap(), w.check().drawn.clone().unwrap());
    let sample = w.check().sample.clone();
    assert!(redraw(&planned, &drawn, &sample));
    let mut other = sample.clone();
    other.swap(0, 1);
    assert!(!redraw(&planned, &drawn, &other));
    let value = super::Drawn { value: "03 11 17 23".into(), ..drawn.clone() };
    assert!(!redraw(&planned, &value, &sample));
    let early = super::Drawn { published_at: planned.at, ..drawn.clone() };
    assert!(!redraw(&planned, &early, &sample));
    let whole = population(&candidates(), false).unwrap().members().to_vec();
    assert!(!redraw(&super::Planned { members: whole, ..planned }, &drawn, &sample));
}

/// The method as its words say it, written a second time with nothing of the module.
#[test]
fn the_words_of_the_method_are_enough_to_draw() {
    let mut lines: Vec<String> =
        candidates().iter().map(|c| format!("{}\t{}\n", c.unit, c.recording)).collect();
    lines.sort();
    let hash = |text: String| hex::encode(Sha256::digest(text.as_bytes()));
    let digest = hash(format!("{METHOD}\n{}", lines.concat()));
    let seed = hash(format!("{METHOD} seed\n{digest}\n03 11 17 22\n"));
    let mut drawn = Vec::new();
    for (unit, size) in [("一中队", 2), ("二中队", 1)] {
        let mut tickets: Vec<(String, String)> = candidates()
            .iter()
            .filter(|c| c.unit == unit)
            .map(|c| (hash(format!("{seed}\n{unit}\n{}\n", c.recording)), c.recording.to_string()))
            .collect();
        tickets.sort();
        drawn.extend(tickets.into_iter().take(size).map(|(_, id)| id));
    }
    assert!(STATEMENT.contains(METHOD) && STATEMENT.contains(&format!("{METHOD} seed")));
    let w = World::drawn();
    let ours: Vec<String> = w.check().sample.iter().map(ToString::to_string).collect();
    assert_eq!(ours, drawn);
    assert_eq!(w.check().planned.as_ref().unwrap().population_digest, digest);
}

#[test]
fn a_checkpoint_of_the_ledger_must_be_there() {
    let mut w = World::new();
    let at = instant("2026-04-02T13:30:00Z");
    let CheckCommand::Plan { kind, from, to, sizes, beacon } = plan() else { panic!("a plan") };
    let beacon = Beacon { kind: BeaconKind::Checkpoint, ..beacon };
    w.ok(&checker(), CheckCommand::Plan { kind, from, to, sizes, beacon });
    w.at("2026-04-03");
    let root = "ab".repeat(32);
    let draw = CheckCommand::Draw { value: root.clone(), published_at: at };
    w.no(&checker(), draw.clone(), "check.checkpoint");
    w.checkpoint = Some(Checkpoint { root: "cd".repeat(32), at });
    w.no(&checker(), draw.clone(), "check.checkpoint");
    w.checkpoint = Some(Checkpoint { root, at });
    w.ok(&checker(), draw);
}

#[test]
fn names_cannot_break_a_line() {
    let member = Member { stratum: "一\t队".into(), recording: film(1) };
    assert_eq!(Population::new(vec![member]).unwrap_err(), SampleError::Name);
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    prop::collection::btree_map(0u128..500, 0u8..4, 1..60).prop_map(|all| {
        all.into_iter().map(|(n, unit)| Member { stratum: format!("{unit}队"), recording: film(n) }).collect()
    })
}

proptest! {
    /// Without replacement, from the stratum, as many as planned; the same again from any order.
    #[test]
    fn a_draw_is_sound((all, total, value) in (members(), 1u32..40, "[0-9]{4,8}")) {
        let population = Population::new(all.clone()).unwrap();
        let sizes = allocate(&population.strata(), total);
        let plan = population.plan(&sizes).unwrap();
        let seed = population.seed(&value);
        let sample = population.draw(&plan, &seed);
        let mut once = sample.clone();
        once.sort_unstable();
        once.dedup();
        prop_assert_eq!(once.len(), sample.len());
        for stratum in &plan {
            let inside = |id: &&MatterId| {
                all.iter().any(|m| m.recording == **id && m.stratum == stratum.name)
            };
            prop_assert_eq!(sample.iter().filter(inside).count(), stratum.size as usize);
        }
        let mut reversed = all;
        reversed.reverse();
        let again = Population::new(reversed).unwrap();
        prop_assert_eq!(again.digest(), population.digest());
        prop_assert_eq!(again.draw(&plan, &seed), sample);
    }

    /// Drawing more only adds: what is drawn first stays drawn.
    #[test]
    fn a_larger_draw_holds_the_smaller(all in members(), value in "[0-9]{4}") {
        let population = Population::new(all).unwrap();
        let seed = population.seed(&value);
        let strata = population.strata();
        let some: BTreeMap<String, u32> =
            strata.iter().map(|(name, n)| ((*name).to_owned(), n.div_ceil(2))).collect();
        let every: BTreeMap<String, u32> = strata.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let few = population.draw(&population.plan(&some).unwrap(), &seed);
        let many = population.draw(&population.plan(&every).unwrap(), &seed);
        prop_assert!(few.iter().all(|id| many.contains(id)));
        prop_assert_eq!(many.len(), population.members().len());
    }

    /// The sizes add up to the total, none is larger than its stratum, and where the total
    /// reaches every stratum gets one.
    #[test]
    fn an_allocation_adds_up(counts in prop::collection::vec(0u32..300, 1..8), total in 0u32..600) {
        let names: Vec<String> = (0..counts.len()).map(|n| format!("{n}队")).collect();
        let strata: BTreeMap<&str, u32> =
            names.iter().map(String::as_str).zip(counts.iter().copied()).collect();
        let out = allocate(&strata, total);
        let all: u32 = counts.iter().sum();
        prop_assert_eq!(out.values().sum::<u32>(), total.min(all));
        let filled = strata.values().filter(|n| **n > 0).count();
        for (name, count) in &strata {
            let size = out[*name];
            prop_assert!(size <= *count);
            if total as usize >= filled && all > 0 {
                prop_assert_eq!(size > 0, *count > 0, "{} of {:?}", name, strata);
            }
        }
    }
}

/// Over many values each recording is drawn about as often as any other.
#[test]
fn the_draw_favours_nobody() {
    let all = population(&candidates(), false).unwrap();
    let plan = all.plan(&sizes(&[("", 3)])).unwrap();
    let mut times: BTreeMap<MatterId, u32> = BTreeMap::new();
    for value in 0..4000 {
        for id in all.draw(&plan, &all.seed(&value.to_string())) {
            *times.entry(id).or_insert(0) += 1;
        }
    }
    // 3 of 12 in 4000 draws: 1000 expected, standard deviation about 27.
    assert_eq!(times.len(), 12);
    assert!(times.values().all(|n| n.abs_diff(1000) < 140), "{times:?}");
}
