//! Redaction: what is masked stays masked, and only masking happens.

use super::shapes::{card, mobile, resident_id};
use super::*;
use proptest::prelude::*;

fn public(text: &str, persons: &[KnownPerson]) -> String {
    Masked::redact(text, persons, false).public().unwrap()
}

#[test]
fn names_keep_the_surname() {
    for (name, shown) in [
        ("王平", "王某"),
        ("王小平", "王某某"),
        ("欧阳甲", "欧阳某"),
        ("欧阳甲乙", "欧阳某某"),
        ("司马", "司某"),
        ("阿依甲·买买乙", "阿某某"),
        ("John Example", "J某某"),
        ("王 平", "王某"),
    ] {
        assert_eq!(public_name(name), shown);
        assert_eq!(public(name, &[KnownPerson::new(name, PersonRole::Party)]), shown, "{name}");
    }
}

#[test]
fn persons_named_in_the_facts_appear_by_role() {
    let persons = [
        KnownPerson::new("褚样本", PersonRole::Witness),
        KnownPerson::new("卫样本", PersonRole::Witness),
        KnownPerson::new("蒋样本", PersonRole::Complainant),
        KnownPerson::new("沈样本", PersonRole::Minor),
        KnownPerson::new("韩样本", PersonRole::Representative),
        KnownPerson::new("杨样本", PersonRole::Officer),
    ];
    let text = "褚样本、卫样本作证，蒋样本举报，沈样本在场；法定代表人韩样本，执法人员杨样本。";
    let shown = "证人A、证人B作证，投诉举报人A举报，未成年人A在场；法定代表人韩样本，执法人员杨样本。";
    assert_eq!(public(text, &persons), shown);
}

#[test]
fn an_operator_is_shown_where_policy_says_so() {
    let persons = [KnownPerson::new("王小平", PersonRole::Operator)];
    assert_eq!(public("经营者王小平", &persons), "经营者王某某");
    assert_eq!(Masked::redact("经营者王小平", &persons, true).public().unwrap(), "经营者王小平");
}

#[test]
fn numbers_go_and_addresses_are_cut_to_the_street() {
    let none: [KnownPerson; 0] = [];
    assert_eq!(public("公民身份号码999999190001010015，汉族", &none), "公民身份号码〔略〕，汉族");
    assert_eq!(public("电话：138-0013-8000。", &none), "电话：〔略〕。");
    assert_eq!(public("住示例县城关镇幸福小区3号楼2单元501室。", &none), "住示例县城关镇〔略〕。");
    assert_eq!(
        public("住址：示例市示例区和平街道前进路8号2栋。", &none),
        "住址：示例市示例区和平街道〔略〕。"
    );
    assert_eq!(public("驾驶川A·12345号车", &none), "驾驶〔略〕号车");
    assert_eq!(public("卡号4111 1111 1111 1111", &none), "卡号〔略〕");
}

#[test]
fn a_person_may_add_but_not_take_away_what_a_rule_withholds() {
    let persons = persons();
    let masked = Masked::redact(FACTS, &persons, false);
    let secret = masked.with(Withheld::on(0, 2, Ground::TradeSecret));
    assert!(secret.well_formed());
    assert!(secret.public().unwrap().starts_with("〔此处略〕，"));
    assert_eq!(secret.without(0, &persons, false).unwrap(), masked);
    for range in &masked.withheld {
        let refusal = secret.without(range.from, &persons, false).unwrap_err();
        assert_eq!(refusal.code, "disclosure.mandatory");
        assert_eq!(refusal.article, range.ground.citation());
    }
    let wide = masked.with(Withheld::on(0, 100_000, Ground::Privacy));
    assert!(wide.well_formed() && wide.uncovered("", &persons, false).is_empty());
}

#[test]
fn an_original_from_outside_is_committed_character_by_character() {
    let masked: Masked = serde_json::from_str(r#"{"original":"经查属实"}"#).unwrap();
    assert_eq!(masked, Masked::shown("经查属实"));
    assert_eq!(masked.original.class(), crate::text::TextClass::Publishable);
}

#[test]
fn a_number_left_alone_by_masking_is_masked_too() {
    // Beside the identity number the letter does not begin a passport; alone it does.
    let shown = public("100000190001010002E00000000经查", &[]);
    assert_eq!(shown, "〔略〕〔略〕经查");
}

#[test]
fn the_table_has_a_row_and_a_source_for_every_ground() {
    let table = redaction_table();
    assert_eq!(table.len(), Ground::ALL.len());
    assert!(table.iter().all(|r| !r.treatment.is_empty() && !r.citation.law.is_empty()));
    for rule in ScanRule::ALL {
        assert!(table.iter().any(|r| r.ground == rule.ground() && r.mandatory));
    }
}

fn name() -> impl Strategy<Value = String> {
    let surname = prop::sample::select(vec!["王", "李", "褚", "卫", "欧阳", "司马", "诸葛", "尉迟"]);
    (surname, "[一二甲乙丙丁安平明样本例]{1,2}").prop_map(|(s, g)| format!("{s}{g}"))
}

fn role() -> impl Strategy<Value = PersonRole> {
    prop::sample::select(vec![
        PersonRole::Party,
        PersonRole::Operator,
        PersonRole::Witness,
        PersonRole::Complainant,
        PersonRole::Expert,
        PersonRole::Minor,
        PersonRole::Bystander,
    ])
}

/// Chinese sentences with names, numbers and doors put into them anywhere.
fn text(names: Vec<String>) -> impl Strategy<Value = String> {
    let plain =
        "(经查|，|。|当事人|于2026年3月2日|在|示例县|城关镇|作业现场|、|电话|：|住|共3人| |12|-|第5条)";
    let part = prop_oneof![
        6 => plain.prop_map(|s| s),
        4 => prop::sample::select(names),
        1 => resident_id(),
        1 => mobile(),
        1 => card(),
        1 => "(川|京)[A-Z][0-9]{5}".prop_map(|s| s),
        1 => "[a-z]{2,6}@[a-z]{2,5}\\.com".prop_map(|s| s),
        1 => "(和平路)?[1-9]{1,3}(号楼|栋|单元|室)".prop_map(|s| s),
        1 => "(E|G|EA)[0-9]{8}".prop_map(|s| s),
    ];
    prop::collection::vec(part, 1..14).prop_map(|parts| parts.concat())
}

fn case() -> impl Strategy<Value = (Vec<KnownPerson>, String)> {
    prop::collection::vec((name(), role()), 1..4).prop_flat_map(|list| {
        let names: Vec<String> = list.iter().map(|(n, _)| n.clone()).collect();
        let persons: Vec<KnownPerson> = list.into_iter().map(|(n, r)| KnownPerson::new(n, r)).collect();
        (Just(persons), text(names))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn what_is_redacted_scans_clean((persons, text) in case()) {
        let masked = Masked::redact(text.as_str(), &persons, false);
        let shown = masked.public().unwrap();
        prop_assert!(masked.well_formed());
        let findings = scan("facts", &shown, &persons, false);
        prop_assert!(findings.is_empty(), "{text}\n{shown}\n{findings:?}");
        for p in &persons {
            prop_assert!(!shown.contains(&p.name), "{text}\n{shown}");
        }
        prop_assert!(masked.uncovered("facts", &persons, false).is_empty());
    }

    #[test]
    fn redaction_is_stable((persons, text) in case()) {
        let once = Masked::redact(text.as_str(), &persons, false);
        prop_assert_eq!(&once, &Masked::redact(text.as_str(), &persons, false));
        let again = Masked::redact(once.public().unwrap(), &persons, false);
        prop_assert!(again.withheld.is_empty());
    }

    /// The public text is the original with ranges replaced by their marks.
    #[test]
    fn every_shown_character_is_the_originals((persons, text) in case()) {
        let masked = Masked::redact(text.as_str(), &persons, false);
        let chars: Vec<char> = text.chars().collect();
        let mut rebuilt = String::new();
        let mut at = 0;
        for w in &masked.withheld {
            rebuilt.extend(&chars[at..w.from as usize]);
            rebuilt.push_str(&w.mark.text());
            at = w.to as usize;
        }
        rebuilt.extend(&chars[at..]);
        prop_assert_eq!(rebuilt, masked.public().unwrap());
    }

    #[test]
    fn added_ranges_stay_sorted_disjoint_and_inside(
        (persons, text) in case(), ranges in prop::collection::vec((0u32..80, 0u32..80), 0..6),
    ) {
        let mut masked = Masked::redact(text.as_str(), &persons, false);
        for (a, b) in ranges {
            masked = masked.with(Withheld::on(a.min(b), a.max(b), Ground::TradeSecret));
            prop_assert!(masked.well_formed());
            prop_assert!(masked.uncovered("facts", &persons, false).is_empty());
        }
        let shown = masked.public().unwrap();
        for p in &persons {
            prop_assert!(!shown.contains(&p.name));
        }
    }
}
