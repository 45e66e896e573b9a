//! Gaps and overlaps, as properties over arbitrary pieces.

use crate::world::{CAMERA, clock};
use jiff::{SignedDuration, Timestamp};
use mingjing_domain::recording::timeline::{Joint, Piece, covered, joints, stretches};
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    clock("00:00:00").checked_add(SignedDuration::from_secs(second)).expect("a second")
}

fn piece(no: u16, from: i64, to: i64) -> Piece {
    Piece { no, from: at(from), to: at(to), device: Some(CAMERA) }
}

fn none() -> SignedDuration {
    SignedDuration::ZERO
}

#[test]
fn neighbours_join_and_breaks_are_named() {
    let pieces = [piece(1, 0, 10), piece(2, 10, 20), piece(3, 25, 30), piece(4, 28, 40)];
    assert_eq!(
        joints(&pieces, none()),
        [
            Joint::Gap { after: 2, before: 3, from: at(20), to: at(25) },
            Joint::Overlap { first: 3, second: 4, from: at(28), to: at(30) },
        ]
    );
    let tolerant = joints(&pieces, SignedDuration::from_secs(5));
    assert!(tolerant.is_empty(), "{tolerant:?}");
    // Two cameras at once overlap nothing, and one bridges the other's break.
    let other = Piece { device: None, ..piece(5, 15, 35) };
    let both = [piece(1, 0, 10), piece(2, 10, 20), piece(3, 25, 30), other];
    assert!(joints(&both, none()).is_empty());
    assert!(joints(&[], none()).is_empty());
}

#[test]
fn a_stretch_goes_on_over_what_a_note_explains() {
    let pieces = [piece(1, 0, 10), piece(2, 11, 20), piece(3, 25, 30), piece(4, 28, 40), piece(5, 60, 70)];
    let second = SignedDuration::from_secs(1);
    let spans = |explained: &[u16]| -> Vec<(Timestamp, Timestamp, bool, bool)> {
        let all = stretches(&pieces, second, |no| explained.contains(&no));
        all.into_iter().map(|it| (it.from, it.to, it.begin_explained, it.end_explained)).collect()
    };
    let apart =
        [(at(0), at(20), false, false), (at(25), at(40), false, false), (at(60), at(70), false, false)];
    assert_eq!(spans(&[]), apart);
    // Piece 3 ended before piece 4 did: a note after it explains nothing of the break after 4.
    assert_eq!(spans(&[3]), apart);
    assert_eq!(spans(&[0, 2, 4, 5]), [(at(0), at(70), true, true)]);
    assert!(stretches(&[], second, |_| true).is_empty());
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec((0i64..5_000, 0i64..600), 0..24).prop_map(|spans| {
        (1..).zip(spans).map(|(no, (from, length))| piece(no, from, from + length)).collect()
    })
}

fn gaps(found: &[Joint]) -> SignedDuration {
    found.iter().fold(none(), |sum, it| match it {
        Joint::Gap { from, to, .. } => sum.saturating_add(to.duration_since(*from)),
        Joint::Overlap { .. } => sum,
    })
}

proptest! {
    #[test]
    fn what_is_covered_and_what_is_missing_make_the_whole(pieces in pieces()) {
        let hull = match (pieces.iter().map(|p| p.from).min(), pieces.iter().map(|p| p.to).max()) {
            (Some(from), Some(to)) => to.duration_since(from),
            _ => none(),
        };
        let found = joints(&pieces, none());
        prop_assert_eq!(covered(&pieces).saturating_add(gaps(&found)), hull);
        let run = stretches(&pieces, none(), |_| false);
        let sum = run.iter().fold(none(), |sum, it| sum.saturating_add(it.to.duration_since(it.from)));
        prop_assert_eq!(sum, covered(&pieces));
    }

    #[test]
    fn the_order_in_which_pieces_come_changes_nothing(pieces in pieces(), seed in any::<u64>()) {
        let mut shuffled = pieces.clone();
        let n = shuffled.len();
        for at in 0..n {
            let other = usize::try_from(seed.rotate_left(u32::try_from(at).unwrap_or(0)) % (n as u64)).unwrap_or(0);
            shuffled.swap(at, other);
        }
        prop_assert_eq!(joints(&pieces, none()), joints(&shuffled, none()));
        prop_assert_eq!(covered(&pieces), covered(&shuffled));
    }

    #[test]
    fn no_overlap_means_the_lengths_add_up(pieces in pieces()) {
        let found = joints(&pieces, none());
        let lengths = pieces.iter().fold(none(), |sum, p| sum.saturating_add(p.to.duration_since(p.from)));
        let overlapping = found.iter().any(|it| matches!(it, Joint::Overlap { .. }));
        prop_assert_eq!(lengths == covered(&pieces), !overlapping);
    }

    #[test]
    fn a_filled_gap_is_gone(pieces in pieces()) {
        let first = joints(&pieces, none()).into_iter().find_map(|it| match it {
            Joint::Gap { from, to, .. } => Some((from, to)),
            Joint::Overlap { .. } => None,
        });
        if let Some((from, to)) = first {
            let mut filled = pieces.clone();
            filled.push(Piece { no: 999, from, to, device: None });
            let still = joints(&filled, none()).into_iter().any(|it| match it {
                Joint::Gap { from: f, .. } => f == from,
                Joint::Overlap { .. } => false,
            });
            prop_assert!(!still);
            prop_assert!(gaps(&joints(&filled, none())) < gaps(&joints(&pieces, none())));
        }
    }
}
