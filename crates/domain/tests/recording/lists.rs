//! The lists of the jurisdictions, as their documents write them.

use crate::world::*;
use jiff::Timestamp;
use mingjing_domain::case::enforcement::EnforcementManner;
use mingjing_domain::case::procedure::{Verb, step};
use mingjing_domain::case::types::{ClueSource, PreservationDisposal, ServiceMethod};
use mingjing_domain::policy::{AvLink, PolicyBook, System};
use mingjing_domain::recording::guide::Guide;
use mingjing_domain::recording::list::{ActOf, ListError};
use mingjing_domain::recording::words::*;
use mingjing_domain::recording::{CustodyRules, RecordingBook, RecordingRules};

fn rules(region: &str, system: System) -> RecordingRules {
    RecordingBook::built_in().of(&jurisdiction(region, system))
}

fn asked(rules: &RecordingRules, act: ActOf, day_: &str) -> (Strength, Manner) {
    let it = rules.required(&act, day(day_), Timestamp::MAX);
    (it.strength, it.manner)
}

fn acts() -> [(&'static str, ActOf); 8] {
    let of = ActOf::of;
    let serve = |how| ActOf { service: Some(how), ..of(Verb::ServeDocument) };
    let seized = Some(PreservationDisposal::SealOrSeize);
    [
        ("检查", of(Verb::RecordScene)),
        ("抽查", ActOf { clue: Some(ClueSource::RandomInspection), ..of(Verb::RecordScene) }),
        ("询问", of(Verb::RecordInquiry)),
        ("保存", of(Verb::ProposePreserve)),
        ("查封", ActOf { disposal: seized, ..of(Verb::ProposeDisposePreservation) }),
        ("听证", of(Verb::HoldHearing)),
        ("留置", serve(ServiceMethod::Left)),
        ("直接", serve(ServiceMethod::Direct)),
    ]
}

#[test]
fn each_jurisdiction_asks_what_its_document_says() {
    use System::*;
    // 应…全程 F, 应…音像 M, 根据实际 n, 文字 -; in the order of `acts`.
    let table = [
        ("110101", General, "2026-03-02", "nnnnFnn-"),
        ("110101", General, "2018-06-01", "MMMM-MMM"),
        ("511300", Emergency, "2026-03-02", "nnnnFnn-"),
        ("511302", Emergency, "2026-03-02", "nnnnFnn-"),
        ("610113", Urban, "2026-03-02", "nnnnFnn-"),
        ("530926", Emergency, "2026-03-02", "MMMMFMMM"),
        ("530926", Urban, "2026-03-02", "nnnnFnn-"),
        ("431023", Urban, "2026-03-02", "FFFFFFFF"),
        ("990101", Emergency, "2026-03-02", "nnnnFMM-"),
    ];
    for (region, system, on, expected) in table {
        let rules = rules(region, system);
        let got: String = acts()
            .iter()
            .map(|(_, act)| match asked(&rules, *act, on) {
                (Strength::Must, Manner::Full) => 'F',
                (Strength::Must, Manner::Audiovisual) => 'M',
                (Strength::AsNeeded, _) => 'n',
                (Strength::TextSuffices, _) | (Strength::Must, Manner::Text) => '-',
            })
            .collect();
        assert_eq!(got, expected, "{region} {on}");
    }
}

#[test]
fn a_room_for_handling_cases_is_recorded_in_full_everywhere() {
    for (region, system) in [("110101", System::General), ("990101", System::Emergency)] {
        let act = ActOf { case_room: true, ..ActOf::of(Verb::RecordInquiry) };
        assert_eq!(asked(&rules(region, system), act, "2026-03-02"), (Strength::Must, Manner::Full));
    }
}

#[test]
fn enforcement_on_the_spot_is_recorded_in_full_everywhere() {
    let enforced = |manner| ActOf { enforcement: Some(manner), ..ActOf::of(Verb::CarryOutEnforcement) };
    let places = [
        ("110101", System::General),
        ("431023", System::Urban),
        ("530926", System::Emergency),
        ("610113", System::General),
        ("990101", System::Emergency),
    ];
    for (region, system) in places {
        let rules = rules(region, system);
        for manner in EnforcementManner::ALL.iter().copied().filter(|it| *it != EnforcementManner::Transfer) {
            let asked = asked(&rules, enforced(manner), "2026-12-01");
            assert_eq!(asked, (Strength::Must, Manner::Full), "{region} {manner:?}");
        }
        let done = asked(&rules, ActOf::of(Verb::CarryOutSubstitute), "2026-12-01");
        assert_eq!(done, (Strength::Must, Manner::Full), "{region}");
        assert_eq!(asked(&rules, enforced(EnforcementManner::Transfer), "2026-12-01").1, Manner::Text);
        let before = "2026-11-22T00:00:00Z".parse().unwrap();
        let act = enforced(EnforcementManner::Demolish);
        assert!(!rules.required(&act, day("2026-12-01"), before).must(), "nothing before it was known");
        let demolition = rules.required(&act, day("2026-12-01"), Timestamp::MAX).link;
        assert!(matches!(demolition, Some(Link::Demolition | Link::Coercion)), "{region}");
    }
}

#[test]
fn the_list_is_never_laxer_than_the_policy_parameters() {
    let places = [
        ("110101", System::General),
        ("511300", System::Emergency),
        ("610113", System::Urban),
        ("530926", System::Emergency),
        ("431023", System::Urban),
        ("990101", System::Emergency),
    ];
    for (region, system) in places {
        let j = jurisdiction(region, system);
        let policy = PolicyBook::built_in().resolve(&j, day("2026-03-02"), Timestamp::MAX).unwrap();
        let rules = rules(region, system);
        let row = |link: &AvLink| {
            // Both name a link by the same word.
            let word = serde_json::to_value(link).unwrap();
            let link: Link = serde_json::from_value(word).unwrap_or_else(|e| panic!("{link:?}: {e}"));
            let row = rules.row(link, day("2026-03-02"), Timestamp::MAX);
            row.map(|it| (it.strength, it.manner)).unwrap_or_else(|| panic!("{region} {link:?}"))
        };
        for link in &policy.av_full.value {
            assert_eq!(row(link), (Strength::Must, Manner::Full), "{region} {link:?}");
        }
        for link in &policy.av_required.value {
            let (strength, manner) = row(link);
            assert!(strength == Strength::Must && manner >= Manner::Audiovisual, "{region} {link:?}");
        }
        for link in &policy.av_as_needed.value {
            let (strength, manner) = row(link);
            assert!(strength >= Strength::AsNeeded && manner >= Manner::Audiovisual, "{region} {link:?}");
        }
    }
}

const HEAD: &str = "[list]\nid = \"x\"\ntitle = \"测试县\"\nlevel = \"county\"\nregion = \"990102\"\nlaw = \"测试规定\"\n\
    from = \"2024-01-01\"\nrecorded_at = \"2024-01-01T00:00:00Z\"\n";

fn row(link: &str, manner: &str, strength: &str) -> String {
    format!(
        "[[row]]\nlink = \"{link}\"\nmanner = \"{manner}\"\nstrength = \"{strength}\"\narticle = \"第一条\"\n"
    )
}

fn load(body: &str) -> Result<RecordingBook, ListError> {
    RecordingBook::built_in().with_files(&[("x.toml".to_owned(), format!("{HEAD}{body}"))])
}

#[test]
fn a_lower_level_may_be_stricter_and_never_laxer() {
    for (manner, strength) in [("audiovisual", "must"), ("full", "as_needed"), ("text", "text_suffices")] {
        let error = load(&row("seizure", manner, strength)).unwrap_err();
        assert!(
            matches!(&error, ListError::Laxer { file, wider, .. } if file == "x" && wider == "national"),
            "{error}"
        );
    }
    load(&row("seizure", "full", "must")).unwrap();
    load(&row("hearing", "full", "must")).unwrap();
    assert!(load(&row("hearing", "text", "text_suffices")).is_err());
    // Below a county stands its organ.
    let county = load(&row("hearing", "audiovisual", "must")).unwrap();
    let organ = HEAD
        .replace("\"x\"", "\"y\"")
        .replace("county", "organ")
        .replace("from", "organ = \"bureau-1\"\nfrom");
    let lax = {
        let text = format!("{organ}{}", row("hearing", "audiovisual", "as_needed"));
        county.with_files(&[("y.toml".to_owned(), text)])
    };
    assert!(matches!(lax, Err(ListError::Laxer { wider, .. }) if wider == "x"));
}

#[test]
fn faults_of_a_file_are_named() {
    let twice = row("hearing", "full", "must").repeat(2);
    assert!(matches!(load(&twice), Err(ListError::Duplicate { file, .. }) if file == "x"));
    let faults = [
        row("hearing", "full", "must") + "acts = [\"hold_court\"]\n",
        row("hearing", "full", "must") + "acts = [\"hold_hearing:loudly\"]\n",
        row("hearing", "full", "must").replace("第一条", " "),
        row("hearing", "full", "must") + "to = \"2023-01-01\"\n",
        row("dance", "full", "must"),
        "colour = 1\n".to_owned(),
        "[[value]]\nkey = \"upload.colour\"\nvalue = 1\narticle = \"第一条\"\n".to_owned(),
        "[[value]]\nkey = \"upload.centralise_day\"\nvalue = 31\narticle = \"第一条\"\n".to_owned(),
        "[[value]]\nkey = \"device.min_battery\"\nvalue = 101\narticle = \"第一条\"\n".to_owned(),
        "[[value]]\nkey = \"destruction.wait\"\nvalue = \"1m\"\narticle = \"第一条\"\n".to_owned(),
        "[[value]]\nkey = \"upload.exceptions\"\nvalue = [\"tired\"]\narticle = \"第一条\"\n".to_owned(),
    ];
    for fault in faults {
        assert!(matches!(load(&fault), Err(ListError::File { .. })), "{fault}");
    }
    let value = "[[value]]\nkey = \"upload.centralise_day\"\nvalue = 5\narticle = \"第一条\"\n";
    assert!(matches!(load(&value.repeat(2)), Err(ListError::Duplicate { .. })));
    assert!(load(value).is_ok());
}

#[test]
fn a_row_asks_nothing_before_it_was_known() {
    let act = ActOf::of(Verb::HoldHearing);
    let rules = rules("990101", System::Emergency);
    let ask = |at: &str| rules.required(&act, day("2026-12-01"), at.parse().unwrap());
    assert!(!ask("2026-11-21T15:59:59Z").must());
    assert!(ask("2026-11-21T16:00:00Z").must());
    assert_eq!(ask("2026-11-21T16:00:00Z").source.law, "示例县行政执法示范规定");
    assert!(RecordingRules::default().is_empty());
    assert!(!RecordingRules::default().required(&act, day("2026-12-01"), Timestamp::MAX).must());
}

#[test]
fn what_was_noted_is_found_again_after_files_grew() {
    let j = jurisdiction("990102", System::Emergency);
    let before = RecordingBook::built_in().of(&j);
    let rows = |recorded: &str, body: &str| {
        let text =
            HEAD.replace("recorded_at = \"2024-01-01T00:00:00Z\"", &format!("recorded_at = \"{recorded}\""));
        RecordingBook::built_in()
            .with_files(&[("x.toml".to_owned(), format!("{text}{body}"))])
            .unwrap()
            .of(&j)
    };
    let body = row("hearing", "full", "must");
    let later = rows("2027-01-01T00:00:00Z", &body);
    assert_ne!(later.digest, before.digest);
    assert_eq!(later.noted(&before.digest).as_ref(), Some(&before));
    assert_eq!(later.noted(&later.digest).as_ref(), Some(&later));
    assert_eq!(before.noted(&later.digest), None, "a file that is gone is missed");
    let backdated = rows("2024-01-01T00:00:00Z", &body);
    assert_eq!(backdated.noted(&before.digest), None, "nothing is put in back-dated unseen");
}

#[test]
fn settings_resolve_and_the_digest_names_them() {
    let at = |region: &str, system| {
        let j = jurisdiction(region, system);
        let policy = PolicyBook::built_in().resolve(&j, day("2026-03-02"), Timestamp::MAX).unwrap();
        CustodyRules::of(&policy, &rules(region, system), day("2026-03-02"), Timestamp::MAX).unwrap()
    };
    let demo = at("990101", System::Emergency);
    assert_eq!((demo.upload.period.n, demo.patrol.period.n), (24, 6));
    assert_eq!(demo.destruction_wait.period.n, 30);
    assert_eq!(demo.exceptions.value, LateGround::ALL);
    assert!(!demo.instant.value && at("530926", System::Emergency).instant.value);
    assert_eq!(rules("990101", System::Emergency), rules("990101", System::Emergency));
    assert_ne!(rules("990101", System::Emergency).digest, rules("431023", System::Urban).digest);
    let policy = policy();
    assert_eq!(
        CustodyRules::of(&policy, &RecordingRules::default(), day("2026-03-02"), Timestamp::MAX),
        None
    );
}

#[test]
fn every_row_is_complete_and_governs_acts_of_the_procedure() {
    for (region, system) in
        [("110101", System::General), ("431023", System::Urban), ("990101", System::Emergency)]
    {
        let rules = rules(region, system);
        let list = rules.list(day("2026-03-02"), Timestamp::MAX);
        assert_eq!(list.len(), Link::ALL.len(), "{region}");
        for (at, (number, row)) in list.iter().enumerate() {
            assert_eq!(usize::from(*number), at + 1);
            assert!(!row.source.article.is_empty() && !row.item.is_empty());
            for act in &row.acts {
                assert_eq!(step(act.verb).verb, act.verb);
            }
        }
    }
}

#[test]
fn the_guide_speaks_for_every_link() {
    let guide = Guide::built_in();
    for link in Link::ALL {
        let said = guide.notice(*link, "示例县应急管理局", "甲、乙", "证1、证2");
        assert!(said.contains("全程录音录像") && !said.contains('{'), "{said}");
        assert!(guide.of(*link).is_some());
    }
    assert!(Guide::parse("").is_err());
    let text = include_str!("../../recordings/guide.toml");
    assert!(Guide::parse(&text.replace("link = \"hearing\"", "link = \"seizure\"")).is_err());
}
