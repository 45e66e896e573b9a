use super::*;
use crate::period::Unit;

fn at(text: &str) -> Date {
    text.parse().unwrap()
}

fn known(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn resolve(region: &str, system: System, day: &str) -> PolicySet {
    let j = Jurisdiction { region: region.into(), system, organ: None };
    PolicyBook::built_in().resolve(&j, at(day), known("2026-11-22T00:00:00Z")).unwrap()
}

const fn term(n: u32, unit: Unit) -> Term {
    Term { n, unit }
}

#[test]
fn the_five_founding_documents_differ_as_written() {
    let day = "2026-06-01";
    let nanchong = resolve("511300", System::Emergency, day);
    assert_eq!(nanchong.publish_licence.value, term(20, Unit::WorkingDays));
    assert_eq!(nanchong.publish_term_unit.value, PublicationTerm::Fixed(term(2, Unit::Years)));
    assert_eq!(nanchong.publish_term_person.value, PublicationTerm::Fixed(term(1, Unit::Years)));
    assert_eq!(nanchong.publish_takedown.value, TakedownApproval::NoApproval);
    assert_eq!(
        (nanchong.publish_licence.level, nanchong.publish_licence.file.as_str()),
        (Level::City, "511300-emergency")
    );
    // A county of the city inherits the city's rule, its urban organs do not.
    assert_eq!(resolve("511302", System::Emergency, day).publish_licence.value, term(20, Unit::WorkingDays));
    assert_eq!(resolve("511302", System::Urban, day).publish_licence.value, term(7, Unit::WorkingDays));
    let yanta = resolve("610113", System::Urban, day);
    assert_eq!(yanta.publish_licence.value, term(7, Unit::WorkingDays));
    assert_eq!(yanta.report_up.value, Optional(Some(term(10, Unit::WorkingDays))));
    let gengma = resolve("530926", System::Emergency, day);
    assert_eq!(gengma.av_required.value.len(), 7);
    assert_eq!(
        gengma.review_chain.value,
        [ReviewStep::FirstReview, ReviewStep::SignOff, ReviewStep::Collective]
    );
    assert!(gengma.review_other_matters.value);
    let yongxing = resolve("431023", System::Urban, day);
    assert_eq!(yongxing.publish_term_unit.value, PublicationTerm::Fixed(term(5, Unit::Years)));
    assert_eq!(yongxing.publish_term_person.value, PublicationTerm::Fixed(term(2, Unit::Years)));
    assert_eq!(yongxing.publish_takedown.value, TakedownApproval::PublisherHead);
    assert_eq!(yongxing.policymaking_comment.value, term(20, Unit::Days));
    assert_eq!(
        yongxing.publish_withdraw.value,
        term(3, Unit::WorkingDays),
        "statute fills what the document leaves open"
    );
}

#[test]
fn the_national_default_follows_the_day() {
    let by_grade = |set: &PolicySet| matches!(set.publish_term_unit.value, PublicationTerm::ByGrade { .. });
    assert!(!by_grade(&resolve("110101", System::General, "2026-03-31")));
    assert!(by_grade(&resolve("110101", System::General, "2026-04-01")));
    let early = PolicyBook::built_in().resolve(
        &Jurisdiction { region: "110101".into(), system: System::General, organ: None },
        at("2021-07-14"),
        known("2026-11-22T00:00:00Z"),
    );
    assert!(matches!(early, Err(PolicyError::NoRule { .. })), "{early:?}");
}

#[test]
fn terms_follow_the_credit_grade() {
    let set = resolve("110101", System::General, "2026-04-01");
    let term_of = |grade| set.publish_term(PartyClass::Unit).value.of(grade);
    assert_eq!(term_of(CreditGrade::Minor), (None, term(3, Unit::Months)));
    assert_eq!(term_of(CreditGrade::Ordinary), (Some(term(3, Unit::Months)), term(1, Unit::Years)));
    assert_eq!(term_of(CreditGrade::Serious), (Some(term(1, Unit::Years)), term(3, Unit::Years)));
    let old = resolve("431023", System::Urban, "2026-04-01");
    assert_eq!(old.publish_term(PartyClass::Person).value.of(CreditGrade::Minor).1, term(2, Unit::Years));
    assert!(set.hearing_fine(PartyClass::Person).value < set.hearing_fine(PartyClass::Unit).value);
}

#[test]
fn a_rule_from_policy_carries_its_article() {
    let set = resolve("990101", System::Emergency, "2026-03-13");
    let rule = set.hearing_request.rule("case.hearing_request", "听证申请期", Roll::None);
    assert_eq!(rule.citation.to_string(), "《行政处罚法》第六十四条第一项");
    assert_eq!(rule.day_citation.unwrap().to_string(), "《行政处罚法》第八十五条");
    assert_eq!(set.numbering_system.value.0, "应急");
    assert_eq!(set.hearing_fine_unit.value.fen(), 5_000_000);
    assert_eq!(set.rule_set, resolve("990101", System::Emergency, "2026-03-13").rule_set);
    assert_ne!(set.rule_set.digest, resolve("431023", System::Urban, "2026-03-13").rule_set.digest);
}

const HEAD: &str = "[policy]\nid = \"x\"\ntitle = \"测试县\"\nlevel = \"county\"\nregion = \"990102\"\nlaw = \"测试规定\"\n\
    from = \"2024-01-01\"\nrecorded_at = \"2024-01-01T00:00:00Z\"\n";

fn load(body: &str) -> Result<PolicyBook, PolicyError> {
    PolicyBook::built_in().with_files(&[("x.toml".into(), format!("{HEAD}{body}"))])
}

fn one(key: &str, value: &str) -> String {
    format!("[[value]]\nkey = \"{key}\"\nvalue = {value}\narticle = \"第一条\"\n")
}

#[test]
fn statute_cannot_be_relaxed_but_can_be_tightened() {
    let relaxed = [
        ("evidence.preservation", "\"8wd\""),
        ("decision.term", "\"91d\""),
        ("hearing.request", "\"4wd\""),
        ("hearing.notice", "\"6wd\""),
        ("payment.term", "\"14d\""),
        ("payment.term", "\"16d\""),
        ("extra_fine.daily_percent", "4"),
        ("review.gate", "false"),
        ("publish.withdraw", "\"4wd\""),
        ("summary.fine_person", "201"),
    ];
    for (key, value) in relaxed {
        match load(&one(key, value)) {
            Err(PolicyError::RelaxesStatute { file, key: named, .. }) => {
                assert_eq!((file.as_str(), named.as_str()), ("x.toml 第10行", key));
            }
            other => panic!("{key} = {value}: {other:?}"),
        }
    }
    let message = load(&one("decision.term", "\"91d\"")).unwrap_err().to_string();
    assert!(message.contains("《行政处罚法》第六十条") && message.contains("x.toml"), "{message}");
    for (key, value) in
        [("evidence.preservation", "\"5wd\""), ("decision.term", "\"60d\""), ("hearing.notice", "\"10wd\"")]
    {
        load(&one(key, value)).unwrap();
    }
}

#[test]
fn faults_name_file_and_key() {
    let refused = |body: &str| load(body).unwrap_err();
    assert!(
        matches!(refused(&one("publish.penalti", "1")), PolicyError::UnknownKey { file, key } if file == "x.toml 第10行" && key == "publish.penalti")
    );
    let twice = one("closing.term", "\"15wd\"").repeat(2);
    assert!(matches!(refused(&twice), PolicyError::Duplicate { key, .. } if key == "closing.term"));
    assert!(
        matches!(refused(&one("closing.term", "\"15 days\"")), PolicyError::BadValue { key, .. } if key == "closing.term")
    );
    assert!(
        matches!(refused(&one("hearing.notice", "\"9d\"")), PolicyError::BadValue { .. }),
        "another unit cannot be compared"
    );
    assert!(matches!(
        refused(&one("publish.chain", "[\"publish\", \"publish\"]")),
        PolicyError::BadValue { .. }
    ));
    assert!(matches!(refused("[[value]]\nkey = \"closing.term\"\n"), PolicyError::File { .. }));
    assert!(matches!(refused("colour = 1\n"), PolicyError::File { .. }));
    let gap = [("a.toml", include_str!("../../policies/national.toml").replace("2026-04-01", "2026-04-02"))];
    let files: Vec<(&str, &str)> = gap.iter().map(|(n, t)| (*n, t.as_str())).collect();
    assert!(matches!(PolicyBook::parse(&files), Err(PolicyError::Gap { key, day, .. })
        if key == "publish.term_unit" && day == at("2026-04-01")));
    assert!(matches!(PolicyBook::parse(&[]), Err(PolicyError::Gap { .. })));
}

#[test]
fn an_erratum_changes_nothing_known_before() {
    let first = "[[value]]\nkey = \"closing.term\"\nvalue = \"12wd\"\narticle = \"第一条\"\n";
    let erratum = "[[value]]\nkey = \"closing.term\"\nvalue = \"10wd\"\narticle = \"第一条（更正）\"\nrecorded_at = \"2026-05-01T00:00:00Z\"\n";
    let book = load(&format!("{first}{erratum}")).unwrap();
    let j = Jurisdiction { region: "990102".into(), system: System::Emergency, organ: None };
    let closing = |instant: &str| book.resolve(&j, at("2026-03-01"), known(instant)).unwrap().closing.value;
    assert_eq!(closing("2026-04-30T00:00:00Z"), term(12, Unit::WorkingDays));
    assert_eq!(closing("2026-05-02T00:00:00Z"), term(10, Unit::WorkingDays));
}

#[test]
fn an_organ_overrides_its_county() {
    let organ = HEAD
        .replace("\"x\"", "\"y\"")
        .replace("county", "organ")
        .replace("from", "organ = \"12990101MB00000016\"\nfrom");
    let organ = format!("{organ}{}", one("closing.term", "\"3wd\""));
    let book =
        load(&one("closing.term", "\"12wd\"")).unwrap().with_files(&[("y.toml".into(), organ)]).unwrap();
    let ask = |organ: Option<&str>| {
        let j =
            Jurisdiction { region: "990102".into(), system: System::Emergency, organ: organ.map(Into::into) };
        book.resolve(&j, at("2026-03-01"), known("2026-04-01T00:00:00Z")).unwrap().closing
    };
    assert_eq!((ask(Some(OWN)).value.n, ask(Some(OWN)).level), (3, Level::Organ));
    assert_eq!((ask(Some("12990101MB00000024")).value.n, ask(None).value.n), (12, 12));
}

/// A code of GB 32100 with a right check character.
const OWN: &str = "12990101MB00000016";

#[test]
fn loaded_files_are_told_from_those_shipped_and_name_organs_by_their_code() {
    let head = HEAD.replace("county", "organ").replace("from", "organ = \"bureau-1\"\nfrom");
    let load = |head: &str| {
        PolicyBook::built_in()
            .with_files(&[("y.toml".into(), format!("{head}{}", one("closing.term", "\"3wd\"")))])
    };
    assert!(
        matches!(load(&head), Err(PolicyError::File { reason, .. }) if reason.contains("统一社会信用代码"))
    );
    let book = load(&head.replace("bureau-1", OWN)).unwrap();
    let of = |organ: Option<&str>| {
        let j =
            Jurisdiction { region: "990102".into(), system: System::General, organ: organ.map(Into::into) };
        book.loaded_for(&j)
    };
    assert_eq!((of(None).len(), of(Some(OWN)).len()), (0, 1));
    assert_eq!(of(Some(OWN))["x"].len(), 64, "SHA-256 in hex");
    assert_eq!(PolicyBook::built_in().scopes().iter().filter(|it| !it.shipped).count(), 0);
}

#[test]
fn every_parameter_has_a_title_and_one_key() {
    let mut keys: Vec<_> = PARAMETERS.iter().map(|p| p.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), PARAMETERS.len());
    assert!(PARAMETERS.iter().all(|p| p.title.chars().count() >= 4));
}

#[test]
fn rules_of_an_earlier_edition_are_found_by_their_digest() {
    let j = Jurisdiction { region: "990101".into(), system: System::Emergency, organ: None };
    let day = at("2026-11-20");
    let now = resolve("990101", System::Emergency, "2026-11-20");
    // As the first edition resolved the synthetic county on that day; it must stay found.
    let landed = "a8ecd23a3fe2f95329594ce336bb360c41e1537cd6368409a968faf5f48b91f7";
    assert_ne!(now.rule_set.digest, landed);
    let found = PolicyBook::built_in().resolve_noted(&j, day, landed).unwrap().unwrap();
    assert_eq!((found.decision.value, &found.rule_set.digest[..]), (now.decision.value, landed));
    assert_eq!(PolicyBook::built_in().resolve_noted(&j, day, &"00".repeat(32)).unwrap(), None);
}

#[test]
fn what_is_learnt_later_leaves_the_rules_of_then_to_be_found() {
    let j = Jurisdiction { region: "990102".into(), system: System::Emergency, organ: None };
    let day = at("2026-06-01");
    let head = HEAD.replace("recorded_at = \"2024", "recorded_at = \"2027");
    let text = format!("{head}[[value]]\nkey = \"decision.term\"\nvalue = \"60d\"\narticle = \"第一条\"\n");
    let then = PolicyBook::built_in();
    let later = then.with_files(&[("x.toml".into(), text)]).unwrap();
    let before = then.resolve(&j, day, Timestamp::MAX).unwrap();
    let after = later.resolve(&j, day, Timestamp::MAX).unwrap();
    assert_eq!((before.decision.value.n, after.decision.value.n), (90, 60));
    for noted in [&before, &after] {
        let found = later.resolve_noted(&j, day, &noted.rule_set.digest).unwrap().unwrap();
        assert_eq!(found.decision, noted.decision);
    }
    assert_eq!(then.resolve_noted(&j, day, &after.rule_set.digest).unwrap(), None);
}

#[test]
fn a_power_of_enforcement_is_given_by_a_law_and_by_no_shipped_policy() {
    for (region, system) in [
        ("110101", System::General),
        ("511300", System::Emergency),
        ("431023", System::Urban),
        ("610113", System::Urban),
        ("530926", System::Emergency),
        ("990101", System::Emergency),
    ] {
        let set = resolve(region, system, "2026-06-01");
        let own = [&set.own_transfer, &set.own_auction, &set.own_restore, &set.own_demolish, &set.own_cease];
        assert!(own.iter().all(|it| !it.value && it.source.law == "行政强制法"), "{region}");
    }
    let organ = |law: &str, article: &str| {
        format!(
            "[policy]\nid = \"x\"\ntitle = \"本机关\"\nlevel = \"county\"\nregion = \"990101\"\nlaw = \"{law}\"\n\
             from = \"2026-01-01\"\nrecorded_at = \"2026-01-01T00:00:00+08:00\"\n\
             [[value]]\nkey = \"execution.own_transfer\"\nvalue = true\narticle = \"{article}\"\n"
        )
    };
    let load = |text: &str| PolicyBook::built_in().with_files(&[("x.toml".into(), text.to_owned())]);
    for (law, article) in [("示例县行政执法示范规定", "第三条"), ("城市市容和环境卫生管理条例", "第三十七条")]
    {
        let refused = load(&organ(law, article));
        assert!(matches!(refused, Err(PolicyError::BadValue { .. })), "{law}: {refused:?}");
    }
    assert!(matches!(load(&organ("税收征收管理法", "")), Err(PolicyError::BadValue { .. })));
    let book = load(&organ("税收征收管理法", "第四十条")).unwrap();
    let j = Jurisdiction { region: "990101".into(), system: System::Emergency, organ: None };
    let set = book.resolve(&j, at("2026-06-01"), known("2026-11-22T00:00:00Z")).unwrap();
    assert!(set.own_transfer.value && !set.own_auction.value);
    assert_eq!(set.own_transfer.source, Citation::of("税收征收管理法", "第四十条"));
}

#[test]
fn an_erratum_names_what_changed_since_a_decision_and_nothing_else() {
    let j = Jurisdiction { region: "990102".into(), system: System::Emergency, organ: None };
    let day = at("2026-03-01");
    let first = "[[value]]\nkey = \"closing.term\"\nvalue = \"12wd\"\narticle = \"第一条\"\n";
    let erratum = "[[value]]\nkey = \"closing.term\"\nvalue = \"10wd\"\narticle = \"第一条（更正）\"\nfrom = \"2026-02-01\"\nto = \"2026-03-31\"\nrecorded_at = \"2026-05-01T00:00:00Z\"\n";
    let (then, now) = (load(first).unwrap(), load(&format!("{first}{erratum}")).unwrap());
    let digest = |day| then.resolve(&j, day, Timestamp::MAX).unwrap().rule_set.digest;
    let Since::Changed(changes) = now.since(&j, day, &digest(day)).unwrap() else { panic!("changed") };
    let [change] = changes.as_slice() else { panic!("one change: {changes:?}") };
    assert_eq!((change.key, change.title), ("closing.term", "结案审批期限"));
    assert_eq!((change.old.value.as_str(), change.new.value.as_str()), ("12个工作日", "10个工作日"));
    assert_eq!(change.old.source.to_string(), "《测试规定》第一条");
    assert_eq!((change.new.source.article.as_ref(), change.new.file.as_str()), ("第一条（更正）", "x"));
    assert_eq!(change.new.level, Level::County);
    // Before and after the days that it concerns, and for whom it does not hold, nothing changed.
    for day in [at("2026-01-31"), at("2026-04-01")] {
        assert_eq!(now.since(&j, day, &digest(day)).unwrap(), Since::Same, "{day}");
    }
    let other = Jurisdiction { region: "990101".into(), ..j.clone() };
    let theirs = then.resolve(&other, day, Timestamp::MAX).unwrap().rule_set.digest;
    assert_eq!(now.since(&other, day, &theirs).unwrap(), Since::Same);
    // A file that was altered in place leaves nothing to compare with.
    let altered = load(&first.replace("12wd", "11wd")).unwrap();
    assert_eq!(altered.since(&j, day, &digest(day)).unwrap(), Since::Unknown);
    assert!(now.turns().contains(&at("2026-04-01")) && now.turns().is_sorted());
}

#[test]
fn a_later_edition_of_the_program_is_no_erratum() {
    let j = Jurisdiction { region: "990101".into(), system: System::Emergency, organ: None };
    let landed = "a8ecd23a3fe2f95329594ce336bb360c41e1537cd6368409a968faf5f48b91f7";
    assert_eq!(PolicyBook::built_in().since(&j, at("2026-11-20"), landed).unwrap(), Since::Same);
}

#[test]
fn values_are_shown_as_people_read_them() {
    let shown = |key: &str, value: &str, article: &str| {
        let then = load(&one(key, value)).unwrap();
        let j = Jurisdiction { region: "990102".into(), system: System::Emergency, organ: None };
        let day = at("2026-03-01");
        let digest = then.resolve(&j, day, Timestamp::MAX).unwrap().rule_set.digest;
        let erratum = format!(
            "[[value]]\nkey = \"{key}\"\nvalue = {value}\narticle = \"{article}\"\nrecorded_at = \"2026-05-01T00:00:00Z\"\n"
        );
        let now = load(&format!("{}{erratum}", one(key, value))).unwrap();
        match now.since(&j, day, &digest).unwrap() {
            Since::Changed(changes) => changes[0].old.value.clone(),
            other => panic!("another article is another rule: {other:?}"),
        }
    };
    for (key, value, words) in [
        ("decision.term", "\"60d\"", "60日"),
        ("hearing.fine_unit", "50000", "50000元"),
        ("extra_fine.daily_percent", "2", "2%"),
        ("decision.suspension", "true", "是"),
        ("discussion.quorum", "3", "3"),
        ("review.extension", "\"none\"", "没有规定"),
        ("review.chain", "[\"review\", \"sign_off\"]", "[\"review\", \"sign_off\"]"),
    ] {
        assert_eq!(shown(key, value, "第二条"), words, "{key}");
    }
}

#[test]
fn a_chain_may_have_a_first_review_before_the_review() {
    for (chain, good) in [
        ("[\"first_review\", \"review\", \"sign_off\", \"collective\"]", true),
        ("[\"first_review\", \"review\"]", true),
        ("[\"first_review\", \"sign_off\"]", true),
        ("[\"review\", \"sign_off\", \"rereview\", \"coordinate\"]", true),
        ("[\"review\", \"first_review\"]", false),
        ("[\"first_review\", \"sign_off\", \"review\"]", false),
        ("[\"first_review\", \"review\", \"collective\", \"sign_off\"]", false),
        ("[\"sign_off\"]", false),
    ] {
        assert_eq!(load(&one("review.chain", chain)).is_ok(), good, "{chain}");
    }
}
