//! The scan: nothing of the listed shapes gets through; harmless numbers do.

use super::*;
use proptest::prelude::*;

fn rules(text: &str) -> Vec<ScanRule> {
    let mut all: Vec<ScanRule> = shapes(text).into_iter().map(|h| h.rule).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Writes each character in half or full width and puts separators between.
fn dress(text: &str, wide: &[bool], gaps: &[u8]) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i > 0 {
            out.push_str(
                ["", "", "", " ", "\u{3000}", "-", "－", "\u{200B}"][usize::from(gaps[i % gaps.len()]) % 8],
            );
        }
        let full = wide[i % wide.len()] && c.is_ascii_graphic();
        out.push(if full { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c });
    }
    out
}

pub(super) fn resident_id() -> impl Strategy<Value = String> {
    (100_000u32..1_000_000, 1900i16..2025, 1i8..=12, 1i8..=28, 0u32..1000).prop_map(
        |(region, y, m, d, seq)| {
            let body = format!("{region}{y:04}{m:02}{d:02}{seq:03}");
            let weights = [7u32, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
            let sum: u32 = body.bytes().zip(weights).map(|(b, w)| u32::from(b - b'0') * w).sum();
            let check = b"10X98765432"[(sum % 11) as usize] as char;
            format!("{body}{check}")
        },
    )
}

fn old_id() -> impl Strategy<Value = String> {
    (100_000u32..1_000_000, 0u8..100, 1u8..=12, 1u8..=28, 0u32..1000)
        .prop_map(|(region, y, m, d, seq)| format!("{region}{y:02}{m:02}{d:02}{seq:03}"))
}

pub(super) fn mobile() -> impl Strategy<Value = String> {
    (3u8..10, 0u32..1_000_000_000).prop_map(|(second, rest)| format!("1{second}{rest:09}"))
}

pub(super) fn card() -> impl Strategy<Value = String> {
    (14usize..=18, any::<u64>(), 1u8..10).prop_map(|(len, n, first)| {
        let body: String = format!("{first}{n:020}").chars().take(len).collect();
        // The check digit makes the Luhn sum a multiple of ten: each second
        // digit from the right, check digit left out, counts double.
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(i, b)| {
                let d = u32::from(b - b'0');
                if i % 2 == 0 { (d * 2) / 10 + (d * 2) % 10 } else { d }
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    })
}

fn around() -> impl Strategy<Value = (String, String)> {
    let words =
        prop::sample::select(vec!["", "电话", "经查，", "身份证号：", "（", "账号为", "。", "当事人持有"]);
    (words.clone(), words).prop_map(|(a, b)| (a.to_owned(), b.to_owned()))
}

fn found(shape: &str, rule: ScanRule, around: &(String, String)) -> Result<(), TestCaseError> {
    let text = format!("{}{shape}{}", around.0, around.1);
    let from = around.0.chars().count();
    let to = from + shape.chars().count();
    let covered = shapes(&text).iter().any(|h| h.rule == rule && h.from <= from && h.to >= to);
    prop_assert!(covered, "{rule:?} not found in {text:?}: {:?}", shapes(&text));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_identity_number_is_found_however_it_is_written(
        id in resident_id(), lower in any::<bool>(), wide in prop::collection::vec(any::<bool>(), 1..7),
        gaps in prop::collection::vec(0u8..8, 1..9), around in around(),
    ) {
        let id = if lower { id.to_lowercase() } else { id };
        found(&dress(&id, &wide, &gaps), ScanRule::ResidentId, &around)?;
    }

    #[test]
    fn an_old_identity_number_is_found(
        id in old_id(), wide in prop::collection::vec(any::<bool>(), 1..7), around in around(),
        gaps in prop::collection::vec(0u8..8, 1..9),
    ) {
        // 0086 and a mobile is fifteen digits too: found, as the other rule.
        prop_assume!(!id.starts_with("0086"));
        found(&dress(&id, &wide, &gaps), ScanRule::OldResidentId, &around)?;
    }

    #[test]
    fn a_mobile_is_found(
        number in mobile(), prefix in prop::sample::select(vec!["", "86", "+86", "0086", "0"]),
        wide in prop::collection::vec(any::<bool>(), 1..7), around in around(),
        gaps in prop::collection::vec(0u8..8, 1..9),
    ) {
        let from = prefix.trim_start_matches('+');
        let dressed = dress(&format!("{from}{number}"), &wide, &gaps);
        found(&dressed, ScanRule::Mobile, &around)?;
        let plain = format!("{prefix}{number}");
        prop_assert!(rules(&plain).contains(&ScanRule::Mobile));
    }

    #[test]
    fn a_bank_card_is_found(
        number in card(), wide in prop::collection::vec(any::<bool>(), 1..7), around in around(),
        gaps in prop::collection::vec(0u8..8, 1..9),
    ) {
        let text = format!("{}{}{}", around.0, dress(&number, &wide, &gaps), around.1);
        // An all-digit 统一社会信用代码 is public; the odds are one in a few hundred.
        let hits = rules(&text);
        let any = hits.iter().any(|r| matches!(r, ScanRule::BankCard | ScanRule::OldResidentId | ScanRule::Mobile | ScanRule::ResidentId));
        prop_assert!(any || (number.len() == 18 && matches!(&number[..1], "1" | "5" | "9")), "{text}");
    }

    #[test]
    fn a_plate_is_found(
        region in prop::sample::select("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼".chars().collect::<Vec<_>>()),
        letter in prop::char::range('A', 'Z'), tail in "[A-HJ-NP-Z0-9]{4}[0-9][A-HJ-NP-Z0-9]?", lower in any::<bool>(),
        point in prop::sample::select(vec!["", "·", " ", "•", "-"]), wide in prop::collection::vec(any::<bool>(), 1..7),
        around in around(),
    ) {
        let plate = dress(&format!("{region}{letter}{point}{tail}"), &wide, &[0]);
        let plate = if lower { plate.to_lowercase() } else { plate };
        found(&plate, ScanRule::Plate, &around)?;
    }

    #[test]
    fn an_email_is_found(
        local in "[a-z0-9][a-z0-9._-]{0,10}", host in "[a-z][a-z0-9]{1,8}", tld in "(com|cn|com\\.cn|net)",
        wide in prop::collection::vec(any::<bool>(), 1..7), spaced in any::<bool>(), around in around(),
    ) {
        let at = if spaced { " @ " } else { "@" };
        let email = dress(&format!("{local}{at}{host}.{tld}"), &wide, &[0]);
        found(&email, ScanRule::Email, &around)?;
    }

    #[test]
    fn a_passport_is_found(
        letter in prop::sample::select(vec!["E", "G", "D", "S", "P", "EA", "EB", "H", "M"]), n in 0u32..100_000_000,
        wide in prop::collection::vec(any::<bool>(), 1..7), around in around(),
    ) {
        let number = if letter.len() == 1 { format!("{letter}{n:08}") } else { format!("{letter}{:07}", n / 10) };
        found(&dress(&number, &wide, &[0]), ScanRule::Passport, &around)?;
    }

    #[test]
    fn a_door_is_found(
        n in 1u32..2000, door in prop::sample::select(vec!["室", "单元", "号楼", "栋"]), wide in any::<bool>(),
        space in prop::sample::select(vec!["", " ", "\u{3000}"]), around in around(),
    ) {
        let number = dress(&n.to_string(), &[wide], &[0]);
        found(&format!("{number}{space}{door}"), ScanRule::Address, &around)?;
    }

    #[test]
    fn a_name_is_found_with_blanks_inside(
        name in "[\u{4e00}-\u{5000}]{2,4}", gaps in prop::collection::vec(0u8..5, 1..5), around in around(),
    ) {
        prop_assume!(!name.contains('某'));
        let person = [KnownPerson::new(name.as_str(), PersonRole::Party)];
        let text = format!("{}{}{}", around.0, dress(&name, &[false], &gaps), around.1);
        prop_assert!(!scan("facts", &text, &person, false).is_empty(), "{text}");
    }

    #[test]
    fn document_numbers_dates_and_amounts_pass(
        year in 2000u32..2100, n in 1u32..10_000, month in 1u32..=12, day in 1u32..=28, yuan in 0u64..1_000_000_000,
        fen in 0u32..100,
    ) {
        for text in [
            format!("（示例）应急罚〔{year}〕{n}号"),
            format!("{year}年{month}月{day}日"),
            format!("{year}-{month:02}-{day:02}"),
            format!("{year}-{month:02}-{day:02} 14:30"),
            format!("{year}-{month:02}-{day:02} {year}-12-31"),
            format!("罚款人民币{yuan}.{fen:02}元"),
            format!("《安全生产法》第{n}条第{month}款"),
            format!("第{n}页共{year}页"),
        ] {
            prop_assert_eq!(rules(&text), vec![], "{}", text);
        }
    }
}

#[test]
fn credit_codes_pass() {
    for code in [
        "915113000000000192",
        "115113000000000275",
        "92610113MA00000316",
        "125309260000000438",
        "52431023MJ0000050B",
        "91350100M000100Y43",
    ] {
        assert_eq!(rules(&format!("统一社会信用代码{code}。")), vec![], "{code}");
    }
}

#[test]
fn known_numbers_and_harmless_words() {
    for bad in [
        "999999190001010015",
        "11010519491231002x",
        "４４０５２４１８８００１０１００１４",
        "1101051949 1231 002X",
    ] {
        assert!(rules(bad).contains(&ScanRule::ResidentId), "{bad}");
    }
    for good in ["999999190001010016", "999999190002300014"] {
        assert!(!rules(good).contains(&ScanRule::ResidentId), "{good}");
    }
    for good in ["办公室", "会议室内", "湘安委〔2026〕12号", "GB 12345-2020", "鄂州市"] {
        assert_eq!(rules(good), vec![], "{good}");
    }
    assert_eq!(rules("微信号：example_01"), vec![ScanRule::Messenger]);
    assert_eq!(rules("QQ 123456"), vec![ScanRule::Messenger]);
    assert_eq!(rules("川（2020）示例市不动产权第0001234号"), vec![ScanRule::TitleDeed]);
}

#[test]
fn every_rule_has_a_ground_and_a_citation() {
    for rule in ScanRule::ALL {
        assert!(!rule.label().is_empty());
        assert!(!rule.ground().citation().law.is_empty());
    }
}
