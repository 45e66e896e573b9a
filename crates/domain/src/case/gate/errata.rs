//! Guards of errata of the rules.

use super::{Gate, no};
use crate::case::errata;
use crate::case::facts::Facts;
use crate::case::state::Case;
use crate::case::types::PartyNo;
use crate::cite::penalty_law;

/// An erratum waits for the desk of this person.
pub fn erratum(case: &Case, facts: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    let mut other = None;
    for (_, it) in errata::open(case) {
        match errata::of_desk(case, facts, it.noted.desk) {
            Ok(()) => return Ok(()),
            Err(refusal) => other = Some(refusal),
        }
    }
    match other {
        Some(refusal) => Err(refusal),
        None => no(
            "erratum.none",
            penalty_law("第七十五条第二款"),
            "本案没有待复核的规则勘误",
            "系统发现所依据的规则有更正时登记。",
        ),
    }
}
