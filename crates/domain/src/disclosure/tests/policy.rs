//! The policy set mapped to the rules of publication.

use crate::disclosure::*;
use crate::period::Unit;
use crate::policy::{Jurisdiction, PolicyBook, PublicationScope, System};
use jiff::Timestamp;
use jiff::civil::{Date, date};

fn rules(region: &str, system: System, day: Date) -> DisclosureRules {
    let jurisdiction = Jurisdiction { region: region.into(), system, organ: None };
    let set = PolicyBook::built_in().resolve(&jurisdiction, day, Timestamp::MAX).unwrap();
    DisclosureRules::of(&set)
}

#[test]
fn the_national_default_of_2026_is_what_stands_in_code() {
    let found = rules("110000", System::General, date(2026, 6, 1));
    let known = DisclosureRules::national_2026();
    assert_eq!((found.publish.period.n, found.publish.period.unit), (7, Unit::WorkingDays));
    assert_eq!((found.withdraw.period.n, found.withdraw.period.unit), (3, Unit::WorkingDays));
    assert_eq!(found.withdraw.citation, known.withdraw.citation);
    assert_eq!(found.expiry_approval, None);
    for kind in [PartyKind::Person, PartyKind::LegalPerson] {
        for grade in [CreditGrade::Slight, CreditGrade::Ordinary, CreditGrade::Serious] {
            let (a, b) = (found.term(kind, grade).unwrap(), known.term(kind, grade).unwrap());
            assert_eq!(a.only_if_needed, b.only_if_needed, "{kind:?} {grade:?}");
            assert_eq!(a.maximum.citation.law, b.maximum.citation.law);
            assert_eq!(a.minimum.is_some(), b.minimum.is_some());
        }
    }
}

#[test]
fn before_the_grades_every_decision_stays_three_years() {
    let found = rules("110000", System::General, date(2026, 3, 2));
    let term = found.term(PartyKind::LegalPerson, CreditGrade::Slight).unwrap();
    assert!(!term.only_if_needed);
    assert_eq!((term.maximum.period.n, term.maximum.period.unit), (3, Unit::Years));
}

#[test]
fn the_scope_of_publication_is_the_policys() {
    let scope = |region, system| rules(region, system, date(2026, 6, 1)).scope.unwrap().0;
    assert_eq!(scope("110000", System::General), PublicationScope::SocialImpact);
    assert_eq!(scope("511300", System::Emergency), PublicationScope::All);
    assert_eq!(scope("431023", System::Urban), PublicationScope::AllButListed);
}

#[test]
fn a_policy_may_ask_for_an_approval() {
    let found = rules("990101", System::Emergency, date(2026, 6, 1));
    assert!(found.expiry_approval.is_some_and(|c| !c.law.is_empty()));
}
