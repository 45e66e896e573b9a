//! Ways around the gates.

use super::*;

#[test]
fn one_person_with_every_role_cannot_do_two_of_three() {
    let mut w = World::new();
    w.act(&anyone(), prepare()).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&anyone(), check(&digest)), "disclosure.same_person");
    w.act(&law(), check(&digest)).unwrap();
    assert_eq!(w.code(&anyone(), Command::Publish { digest: digest.clone() }), "disclosure.same_person");
    let law_publishes = actor(HEAD_OF_LAW, &Role::ALL);
    assert_eq!(w.code(&law_publishes, Command::Publish { digest }), "disclosure.same_person");
}

#[test]
fn an_earlier_maker_cannot_check_a_later_version() {
    let mut w = World::new();
    w.act(&actor(7, &Role::ALL), prepare()).unwrap();
    w.act(&officer(), prepare()).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&actor(7, &Role::ALL), check(&digest)), "disclosure.same_person");
}

#[test]
fn who_handled_the_case_does_not_check_its_copy() {
    let mut w = World::new();
    w.act(&actor(8, &[Role::UnitHead]), prepare()).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&actor(OFFICER, &Role::ALL), check(&digest)), "disclosure.handler_checks");
}

#[test]
fn nothing_before_service() {
    let mut w = World::new();
    for served in [None, Some(date(2026, 3, 6))] {
        w.facts.source.served_on = served;
        let mut source = source();
        source.served_on = served;
        let Command::Prepare(mut body) = prepare() else { unreachable!() };
        body.source = source;
        assert_eq!(w.code(&officer(), Command::Prepare(body)), "disclosure.not_served");
    }
}

#[test]
fn a_claimed_service_is_not_believed() {
    let mut w = World::new();
    w.facts.source.served_on = Some(date(2026, 3, 5));
    assert_eq!(w.code(&officer(), prepare()), "disclosure.source_differs");
}

#[test]
fn an_ended_decision_is_not_published_at_any_step() {
    let ended = Some(DecisionEnd { ground: WithdrawalGround::Revoked, known_on: date(2026, 3, 5) });
    let mut w = World::new();
    w.facts.ended = ended;
    assert_eq!(w.code(&officer(), prepare()), "disclosure.decision_ended");
    let mut w = World::new().until_checked();
    w.facts.ended = ended;
    let digest = w.digest();
    assert_eq!(w.code(&publisher(), Command::Publish { digest }), "disclosure.decision_ended");
    let mut w = World::new().until_published();
    w.facts.ended = ended;
    assert_eq!(w.code(&officer(), correction()), "disclosure.decision_ended");
    let known = date(2026, 3, 5);
    for other in WithdrawalGround::ALL.iter().filter(|it| **it != WithdrawalGround::Revoked) {
        assert_eq!(w.code(&publisher(), withdraw_for(*other, known)), "disclosure.ground_differs");
    }
    w.act(&publisher(), withdraw_for(WithdrawalGround::Revoked, known)).unwrap();
}

#[test]
fn an_end_that_the_case_does_not_record_is_not_told_to_the_public() {
    for ground in WithdrawalGround::ALL {
        let mut w = World::new().until_published();
        let told = withdraw_for(*ground, date(2026, 3, 5));
        if !ground.ends_decision() {
            w.act(&publisher(), told).unwrap();
            continue;
        }
        let refusal = w.try_it(&publisher(), told.clone()).unwrap_err();
        assert_eq!(refusal.code, "disclosure.ground_differs");
        assert_eq!(refusal.article, ground.citation());
        assert!(refusal.remedy.contains("登记"), "{}", refusal.remedy);
        // The file of a matter from elsewhere is not kept here.
        w.facts.imported =
            Some(Imported { importer: staff(7), approver: staff(8), file_digest: "00".into() });
        w.act(&publisher(), told).unwrap();
    }
}

#[test]
fn a_minor_is_never_shown() {
    let mut w = World::new();
    w.facts.minor = true;
    let refusal = w.try_it(&officer(), prepare()).unwrap_err();
    assert_eq!(refusal.article.law, "未成年人保护法");
    assert!(refusal.message.contains("内蒙古自治区") && refusal.message.contains("第十一条"));
    let mut late = World::new().until_checked();
    late.facts.minor = true;
    let digest = late.digest();
    assert_eq!(late.code(&publisher(), Command::Publish { digest }), "disclosure.minor");
    w.act(&law(), exempt(ExemptGround::Minor)).unwrap();
    assert_eq!(w.code(&officer(), prepare()), "disclosure.minor");
    assert_eq!(World::new().code(&law(), exempt(ExemptGround::Minor)), "disclosure.not_minor");
}

#[test]
fn a_changed_copy_voids_the_check() {
    let mut w = World::new().until_checked();
    let checked = w.digest();
    let mut copy = content();
    copy.evidence = Masked::shown("另一份摘要");
    w.act(&officer(), prepare_with(copy)).unwrap();
    assert_ne!(w.digest(), checked);
    assert_eq!(w.stage(), Some(Stage::Drafted));
    assert_eq!(w.code(&publisher(), Command::Publish { digest: checked.clone() }), "disclosure.unchecked");
    assert_eq!(w.code(&law(), check(&checked)), "disclosure.copy_changed");
}

#[test]
fn a_leak_stops_the_check_and_the_publication() {
    let mut copy = content();
    copy.basis.push("联系人电话13800138000".into());
    let mut w = World::new();
    w.act(&officer(), prepare_with(copy)).unwrap();
    let digest = w.digest();
    let refusal = w.try_it(&law(), check(&digest)).unwrap_err();
    assert_eq!(refusal.code, "disclosure.leak");
    assert_eq!(refusal.fields[0].field, "basis/1");
    // A person of the case becomes known after the check: the second scan stops it.
    let w = World::new().until_checked();
    let stored = w.state.as_ref().unwrap().draft.as_ref().unwrap();
    let later = [KnownPerson::new("无证作业", PersonRole::Witness)];
    let found = inspect(&stored.content, &later, false, &KEY);
    let code = w.look(&publisher(), None, None, |f| {
        decide(
            w.state.as_ref(),
            Command::Publish { digest: stored.digest.clone() },
            &Facts { inspection: Some(&found), ..*f },
        )
    });
    assert_eq!(code.unwrap_err().code, "disclosure.leak");
}

#[test]
fn an_inspection_of_another_copy_or_none_does_not_count() {
    let w = World::new().until_checked();
    let digest = w.digest();
    let mut copy = content();
    copy.category = "消防".into();
    for other in [Some(&copy), None] {
        let result = w.look(&publisher(), other, None, |f| {
            decide(w.state.as_ref(), Command::Publish { digest: digest.clone() }, f)
        });
        assert_eq!(result.unwrap_err().code, "disclosure.not_inspected");
    }
}

#[test]
fn a_copy_cannot_rewrite_the_decision() {
    let w = World::new();
    let mut rewritten = content();
    rewritten.facts = Masked::redact("经查，没有违法行为。", &persons(), false);
    let mut renumbered = content();
    renumbered.number = "（示例）应急罚〔2026〕4号".into();
    let mut redated = content();
    redated.decided_on = date(2026, 3, 4);
    for copy in [rewritten, renumbered, redated] {
        assert_eq!(w.code(&officer(), prepare_with(copy)), "disclosure.not_original");
    }
}

#[test]
fn a_copy_that_shows_what_must_be_hidden_is_refused_at_once() {
    let w = World::new();
    let mut shown = content();
    shown.facts.withheld.clear();
    assert_eq!(w.code(&officer(), prepare_with(shown)), "disclosure.mandatory");
    let mut name = content();
    name.party = Masked::shown(PARTY);
    assert_eq!(w.code(&officer(), prepare_with(name)), "disclosure.name_shown");
    let mut code = content();
    code.credit_code = Some("92610113MA00000316".into());
    assert_eq!(w.code(&officer(), prepare_with(code)), "disclosure.name_shown");
    let mut ranges = content();
    ranges.terms.withheld = vec![Withheld::on(3, 900, Ground::Privacy)];
    assert_eq!(w.code(&officer(), prepare_with(ranges)), "disclosure.ranges");
    let mut empty = content();
    empty.basis.clear();
    assert_eq!(w.code(&officer(), prepare_with(empty)), "disclosure.incomplete");
}

#[test]
fn twice_the_same_is_refused() {
    let mut w = World::new();
    w.other = Some(OtherPublication { matter: MatterId(id(61)), stage: Stage::Withdrawn });
    assert_eq!(w.code(&officer(), prepare()), "disclosure.twice");
    let mut w = World::new().until_published();
    let digest = w.state.as_ref().unwrap().live.as_ref().unwrap().digest.clone();
    assert_eq!(
        w.code(&anyone(), Command::Publish { digest: digest.clone() }),
        "disclosure.already_published"
    );
    w.act(&publisher(), withdraw(date(2026, 3, 5))).unwrap();
    assert_eq!(w.code(&anyone(), Command::Publish { digest }), "disclosure.withdrawn");
    assert_eq!(w.code(&anyone(), prepare()), "disclosure.withdrawn");
    assert_eq!(w.code(&anyone(), withdraw(date(2026, 3, 5))), "disclosure.withdrawn");
}

#[test]
fn withdrawal_takes_the_content_and_leaves_the_tombstone() {
    let mut w = World::new().until_published();
    w.act(&officer(), correction()).unwrap();
    w.act(&publisher(), withdraw(date(2026, 3, 5))).unwrap();
    let state = w.state.as_ref().unwrap();
    assert!(state.live.is_none() && state.draft.is_none());
    let stone = state.tombstone.as_ref().unwrap();
    assert_eq!(stone.number, source().number);
    assert_eq!(stone.organ, "示例县应急管理局");
    assert_eq!(stone.by, staff(PUBLISHER));
    assert_eq!(stone.published_on, Some(date(2026, 3, 5)));
    assert!(!format!("{state:?}").contains("无证作业"));
    let itself = Command::Replace { by: MatterId(id(60)), number: "x".into() };
    assert_eq!(w.code(&publisher(), itself), "disclosure.replacement");
    let by = Command::Replace { by: MatterId(id(61)), number: "（示例）应急罚〔2026〕9号".into() };
    w.act(&publisher(), by.clone()).unwrap();
    assert_eq!(w.code(&publisher(), by), "disclosure.replaced");
}

#[test]
fn a_public_note_is_scanned_too() {
    let w = World::new().until_published();
    let leak = Command::Withdraw {
        ground: WithdrawalGround::Other,
        known_on: date(2026, 3, 5),
        explanation: Text::closed("欧阳示例申请复议后撤销"),
    };
    assert_eq!(w.code(&publisher(), leak), "disclosure.leak");
    let blank = Command::Annotate { ground: AnnotationGround::Clarification, note: Text::closed("") };
    assert_eq!(w.code(&law(), blank), "disclosure.blank");
}

#[test]
fn where_all_is_published_no_social_effect_is_no_ground() {
    use crate::policy::PublicationScope as Scope;
    let mut w = World::new();
    let ground = || exempt(ExemptGround::NoSocialEffect);
    assert_eq!(w.code(&law(), ground()), "ok");
    for (scope, code) in [
        (Scope::SocialImpact, "ok"),
        (Scope::All, "disclosure.scope"),
        (Scope::AllButListed, "disclosure.scope"),
    ] {
        w.rules.scope = Some((scope, crate::cite::penalty_law("第四十八条第一款")));
        assert_eq!(w.code(&law(), ground()), code, "{scope:?}");
        assert_eq!(w.code(&law(), exempt(ExemptGround::OtherCase)), "ok");
    }
}

#[test]
fn unsuitable_needs_assessment_reason_and_filing() {
    let w = World::new();
    let make = |assessment: &str, reason: &str, filing: &str| Command::Exempt {
        source: source(),
        ground: ExemptGround::Unsuitable,
        assessment: Text::closed(assessment),
        reason: Text::closed(reason),
        filing_no: filing.into(),
    };
    assert_eq!(w.code(&law(), make("", "理由", "1")), "disclosure.assessment");
    assert_eq!(w.code(&law(), make("已评估", "", "1")), "disclosure.blank");
    assert_eq!(w.code(&law(), make("已评估", "理由", " ")), "disclosure.filing");
    assert_eq!(w.code(&law(), make("已评估", "理由", "1")), "ok");
    assert_eq!(w.code(&law(), exempt(ExemptGround::DecisionEnded)), "disclosure.not_ended");
}

#[test]
fn the_decision_replays_after_its_texts_are_erased() {
    // The read set keeps the inspection; the texts are gone, digests stay.
    let mut w = World::new();
    w.act(&officer(), prepare()).unwrap();
    let digest = w.digest();
    let kept = inspect(&content(), &persons(), false, &KEY);
    let mut body = serde_json::to_value(&w.events[0]).unwrap();
    crate::text::seal(&mut body, &KEY);
    let erased = Publication::decode("prepared", 1, body).unwrap();
    let meta = Meta {
        matter: MatterId(id(60)),
        organ: OrganId(id(90)),
        version: 1,
        actor: staff(OFFICER),
        moment: w.moment(),
    };
    let state = Publication::evolve(None, &meta, &erased);
    let draft = state.draft.as_ref().unwrap();
    assert_eq!(draft.content.facts.public(), None);
    assert_eq!(draft.content.digest(&[0; 32]), digest);
    let again = w.look(&law(), None, None, |f| {
        decide(Some(&state), check(&digest), &Facts { inspection: Some(&kept), key: &[0; 32], ..*f })
    });
    assert!(again.is_ok());
    // But erased texts cannot be inspected anew.
    assert!(!inspect(&draft.content, &persons(), false, &KEY).clean());
}

#[test]
fn a_unit_shows_its_name_code_and_representative_but_no_number_of_theirs() {
    let mut w = World::new();
    let mut copy = content();
    copy.party_kind = PartyKind::LegalPerson;
    copy.party = Masked::shown("示例化工有限公司");
    copy.credit_code = Some("915113000000000192".into());
    copy.representative = Some(Masked::shown("韩样本"));
    w.act(&officer(), prepare_with(copy.clone())).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&law(), check(&digest)), "ok");
    // A code of figures alone that would pass for a card number.
    copy.credit_code = Some("919901010000004655".into());
    w.act(&officer(), prepare_with(copy.clone())).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&law(), check(&digest)), "ok");
    copy.representative = Some(Masked::shown("韩样本（公民身份号码999999190001010015）"));
    assert_eq!(w.code(&officer(), prepare_with(copy.clone())), "disclosure.mandatory");
    copy.representative = None;
    copy.credit_code = Some("999999190001010015".into());
    w.act(&officer(), prepare_with(copy)).unwrap();
    let digest = w.digest();
    assert_eq!(w.code(&law(), check(&digest)), "disclosure.leak");
}
