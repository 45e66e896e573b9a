//! Errata of the rules: who is asked, who answers, and what stays as it was.

use crate::steps::*;
use crate::world::*;
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::errata::*;
use mingjing_domain::case::procedure::PROCEDURE;
use mingjing_domain::case::substance::Provision;
use mingjing_domain::policy::PARAMETERS;

fn value(words: &str) -> Option<ErratumValue> {
    let source = Provision { law: "示例规定".into(), article: "第一条".into() };
    Some(ErratumValue { value: words.into(), source })
}

/// An erratum of a parameter on which the case's event of this version relied.
pub fn erratum(key: &str, version: u64) -> Erratum {
    Erratum {
        key: key.into(),
        title: "示例期限".into(),
        old: value("7个工作日"),
        new: value("5个工作日"),
        relied: vec![Relied { kind: "case".into(), version, event: "closed".into(), on: day("2026-03-23") }],
        desk: desk(key),
    }
}

pub fn answer(no: u16) -> Do {
    Do::AnswerErratum(ErratumAnswer {
        erratum: no, effect: ErratumEffect::None, answer: t("期限未届满")
    })
}

fn note(errata: Vec<Erratum>) -> Do {
    Do::NoteErrata { errata }
}

#[test]
fn only_the_system_notes_and_each_erratum_once() {
    let mut w = closed();
    let stage = w.case().stage;
    w.no(REVIEWER, note(vec![erratum("closing.term", 2)]), "role.system");
    w.no(SYSTEM, note(vec![]), "erratum.known");
    w.no(SYSTEM, note(vec![Erratum { relied: vec![], ..erratum("closing.term", 2) }]), "erratum.events");
    w.no(SYSTEM, note(vec![erratum("closing.term", 9_999)]), "erratum.events");
    let same = Erratum { new: value("7个工作日"), ..erratum("closing.term", 2) };
    w.no(SYSTEM, note(vec![same]), "erratum.same");
    let twice = vec![erratum("closing.term", 2), erratum("closing.term", 2), erratum("review.term", 3)];
    assert_eq!(w.ok(SYSTEM, note(twice)).len(), 2);
    w.no(SYSTEM, note(vec![erratum("review.term", 3)]), "erratum.known");
    // Another event, or another correction of the correction, is another question.
    w.ok(SYSTEM, note(vec![erratum("review.term", 4)]));
    w.ok(SYSTEM, note(vec![Erratum { new: value("3个工作日"), ..erratum("review.term", 4) }]));
    assert_eq!((open(w.case()).count(), w.case().stage), (4, stage));
}

#[test]
fn the_desk_that_it_concerns_answers_in_writing() {
    let mut w = closed();
    w.no(A, answer(1), "erratum.none");
    w.ok(SYSTEM, note(vec![erratum("closing.term", 2), erratum("review.term", 3)]));
    w.no(CASHIER, answer(1), "role.missing");
    w.no(C, answer(1), "erratum.other_desk");
    w.no(REVIEWER, answer(1), "erratum.other_desk");
    w.no(A, answer(2), "erratum.other_desk");
    w.no(A, answer(3), "erratum.unknown");
    let blank = Do::AnswerErratum(ErratumAnswer { erratum: 1, effect: ErratumEffect::Other, answer: t("") });
    w.no(A, blank, "input.required");
    w.ok(A, answer(1));
    // What is left is the legal unit's.
    w.no(A, answer(1), "erratum.other_desk");
    w.no(REVIEWER, answer(1), "erratum.answered");
    w.ok(REVIEWER, answer(2));
    assert_eq!(open(w.case()).count(), 0);
    let (said, by, _) = w.case().errata[1].answered.clone().expect("answered");
    assert_eq!((said.effect, by), (ErratumEffect::None, REVIEWER));
}

#[test]
fn a_case_that_was_archived_is_looked_at_too_and_what_was_answered_is_filed() {
    let mut w = closed();
    w.ok(A, Do::Archive { volumes: 1, pages: 9, retention_years: 30 });
    w.ok(SYSTEM, note(vec![erratum("archive.term", 2)]));
    let open_growth = mingjing_domain::case::growth::over(w.case()).expect_err("still to be answered");
    assert_eq!(open_growth.code, "erratum.open");
    w.ok(A, answer(1));
    assert!(mingjing_domain::case::growth::ended_on(w.case()).is_some(), "the answer belongs into the file");
}

#[test]
fn every_parameter_says_what_it_decides_and_names_events_that_there_are() {
    for parameter in PARAMETERS {
        if let Decides::Events(names) = decides(parameter.key) {
            assert!(!names.is_empty(), "{}", parameter.key);
            for name in names {
                let known = mingjing_domain::case::CaseEvent::label_of(name);
                assert!(known.is_some(), "{}: {name} is no event", parameter.key);
            }
        }
    }
    let every: Vec<&str> =
        PARAMETERS.iter().map(|it| it.key).filter(|it| decides(it) == Decides::Every).collect();
    assert_eq!(every, ["entry.late_hours", "roll.authority", "roll.party"], "a new key says what it decides");
    assert_eq!(decides("a.key.to_come"), Decides::Every);
    for (key, kind, event, takes) in [
        ("closing.term", "case", "closed", true),
        ("closing.term", "case", "decided", false),
        ("closing.term", "publication", "closed", false),
        ("publish.scope", "publication", "publication.published", true),
        ("publish.scope", "case", "decided", false),
        ("report.due", "case", "decided", false),
        ("roll.party", "case", "clue_registered", true),
    ] {
        assert_eq!(decides(key).takes(kind, event), takes, "{key} {kind} {event}");
    }
    assert!(PROCEDURE.iter().any(|it| it.verb.label() == "复核规则勘误"));
    assert_eq!(
        (desk("hearing.fine_unit"), desk("service.term")),
        (ErratumDesk::Legal, ErratumDesk::Handling)
    );
}
