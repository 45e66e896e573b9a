use super::*;
use jiff::civil::Date;
use proptest::prelude::*;

fn cases(text: &str) -> usize {
    let mut seen = 0;
    for line in text.lines().skip(1).filter(|l| !l.is_empty()) {
        let mut fields = line.split(',');
        let (kind, value, expect) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
        let verdict = match kind {
            "uscc" => Uscc::parse(value).map(String::from),
            "idcard" => CitizenId::parse(value).map(String::from),
            other => panic!("{other}"),
        };
        match expect {
            "valid" => assert_eq!(verdict.as_deref(), Ok(value)),
            "valid_after_upper" => assert_eq!(verdict.unwrap(), value.to_uppercase()),
            "invalid" => assert!(verdict.is_err(), "{value}"),
            other => panic!("{other}"),
        }
        seen += 1;
    }
    seen
}

#[test]
fn all_check_digit_cases_hold() {
    assert_eq!(cases(include_str!("../../tests/data/check_digit_cases.csv")), 19);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/check_digit_cases.csv");
    if let Ok(text) = std::fs::read_to_string(path) {
        assert_eq!(cases(&text), 19);
    }
}

#[test]
fn refusals_say_what_is_wrong() {
    let uscc = |t: &str| Uscc::parse(t).unwrap_err().to_string();
    assert_eq!(
        uscc("91511300000000019I"),
        "统一社会信用代码：第18位“I”不是允许的字符（不使用字母I、O、S、V、Z）"
    );
    assert_eq!(uscc("91511300000000019"), "统一社会信用代码：应为18位，现为17位");
    assert!(uscc("915113000000000190").contains("校验码"));
    let id = |t: &str| CitizenId::parse(t).unwrap_err().to_string();
    assert_eq!(id("999999190002300014"), "公民身份号码：第7至14位“19000230”不是存在的日期");
    assert!(id("99999919000101001").contains("17位"));
    assert!(id("9999991900010100１Ｙ").contains("末位"));
    assert!(id("公民身份号码公民身份号码公民身份号码").contains("数字"));
}

#[test]
fn a_citizen_id_tells_birth_sex_and_age() {
    let id = CitizenId::parse("99999920000229003５").unwrap();
    assert_eq!(id.birth(), Date::constant(2000, 2, 29));
    assert_eq!(id.sex(), Sex::Male);
    assert_eq!(CitizenId::parse("999999190001010023").unwrap().sex(), Sex::Female);
    assert_eq!(id.full_years(Date::constant(2018, 2, 28)), 17);
    assert_eq!(id.full_years(Date::constant(2018, 3, 1)), 18);
    assert_eq!(id.full_years(Date::constant(2020, 2, 29)), 19);
    assert!(!format!("{id:?}").contains('9'), "an ID must not leak through Debug");
}

#[test]
fn org_code_inside_the_credit_code() {
    assert!(Uscc::parse("915113000000000192").unwrap().org_code().is_ok());
    assert_eq!(Uscc::parse("915113000000000192").unwrap().region(), "511300");
    assert!(OrgCode::parse("00000001-9").is_ok());
    assert!(OrgCode::parse("00000001-8").is_err());
    assert!(OrgCode::parse("0000001").is_err());
}

#[test]
fn cards_and_phones() {
    assert!(BankCard::parse("4111111111111111").is_ok());
    assert!(BankCard::parse("4111111111111112").is_err());
    assert!(BankCard::parse("411111111111").is_err());
    assert_eq!(Mobile::parse("+86 138-0000-0000").unwrap().as_str(), "13800000000");
    for bad in ["12800000000", "1380000000", "138000000000", "phone"] {
        assert!(Mobile::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn capitals_as_bills_write_them() {
    let table = [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (56, "伍角陆分"),
        (100, "壹元整"),
        (1_000, "壹拾元整"),
        (32_504, "叁佰贰拾伍元零肆分"),
        (140_950, "壹仟肆佰零玖元伍角"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (10_005_000, "壹拾万零伍拾元整"),
        (1_000_000_000, "壹仟万元整"),
        (2_000_000_000, "贰仟万元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (10_001_000_000, "壹亿零壹万元整"),
        (1_000_000_000_000, "壹佰亿元整"),
        (12_345_678_901, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
        (-100, "负壹元整"),
    ];
    for (fen, want) in table {
        assert_eq!(capitals(fen), want, "{fen}");
    }
}

/// Reads capitals back, for the tests: independent of the writer.
fn value(text: &str) -> i64 {
    let (mut total, mut group, mut digit) = (0_i64, 0_i64, 0_i64);
    for c in text.chars() {
        match c {
            '零' | '整' => {}
            '拾' => {
                group += digit * 10;
                digit = 0;
            }
            '佰' => {
                group += digit * 100;
                digit = 0;
            }
            '仟' => {
                group += digit * 1_000;
                digit = 0;
            }
            '万' => {
                total += (group + digit) * 10_000;
                group = 0;
                digit = 0;
            }
            '亿' => {
                total = (total + group + digit) * 100_000_000;
                group = 0;
                digit = 0;
            }
            '元' => {
                total = (total + group + digit) * 100;
                group = 0;
                digit = 0;
            }
            '角' => {
                total += digit * 10;
                digit = 0;
            }
            '分' => {
                total += digit;
                digit = 0;
            }
            c => digit = "零壹贰叁肆伍陆柒捌玖".chars().position(|d| d == c).unwrap() as i64,
        }
    }
    total
}

#[test]
fn amounts_read_and_show() {
    assert_eq!(format_yuan(1_234_560), "12,345.60");
    assert_eq!(format_yuan(99), "0.99");
    assert_eq!(format_yuan(-123_456_789_000), "-1,234,567,890.00");
    assert_eq!(format_wan(1_234_560), "1.234560");
    assert_eq!(format_wan(5), "0.000005");
    assert_eq!(parse_yuan("￥12,345.6 元"), Ok(1_234_560));
    assert_eq!(parse_yuan("１２．３４"), Ok(1_234));
    for bad in ["", "-1", "1.234", "1.", ".5", "12元5", "1e3", "9999999999999999"] {
        assert!(parse_yuan(bad).is_err(), "{bad}");
    }
}

#[test]
fn document_numbers() {
    let number = DocumentNumber::parse("（示）应急罚〔2026〕12号").unwrap();
    assert_eq!((number.place(), number.word(), number.year()), (Some("示"), "应急罚", 2026));
    assert_eq!((number.serial(), number.sub()), (12, None));
    assert_eq!(
        number.counter("organ-1"),
        CounterKey { organ: "organ-1".into(), word: "应急罚".into(), year: 2026 }
    );
    let sub = DocumentNumber::parse("（川南充）应急音〔2026〕12-1号").unwrap();
    assert_eq!(
        (sub.serial(), sub.sub(), sub.to_string().as_str()),
        (12, Some(1), "（川南充）应急音〔2026〕12-1号")
    );
    assert!(DocumentNumber::parse("示政监督〔2026〕1号").unwrap().place().is_none());
    let refused = [
        ("（示）应急罚[2026]12号", "六角括号"),
        ("(示)应急罚〔2026〕12号", "全角圆括号"),
        ("（示）应急罚〔2026〕第12号", "第"),
        ("（示）应急罚〔2026〕012号", "虚位"),
        ("（示）应急罚〔2026〕0号", "序号"),
        ("（示）应急罚〔26〕12号", "四位"),
        ("（示）应急罚〔2026〕12", "结尾"),
        ("（示）应急罚〔2026〕十二号", "阿拉伯数字"),
        ("（示应急罚〔2026〕12号", "闭合"),
        ("（示）〔2026〕12号", "机关代字"),
        ("（示）应急 罚〔2026〕12号", "空格"),
        ("川应急函〔2019265号", "闭合"),
    ];
    for (text, reason) in refused {
        let error = DocumentNumber::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let (read, notes) = DocumentNumber::parse_lenient("(示) 应急罚[２０２６] 第012-1号").unwrap();
    assert_eq!(read.to_string(), "（示）应急罚〔2026〕12-1号");
    assert_eq!(notes.len(), 6, "{notes:?}");
    assert!(DocumentNumber::parse_lenient("应急罚2026年12号").is_err());
    assert_eq!(DocumentNumber::parse_lenient("（示）应急罚〔2026〕12号").unwrap().1.len(), 0);
}

#[test]
fn regions_form_a_tree() {
    let regions = Regions::built_in();
    assert_eq!(regions.len(), 3_212);
    assert_eq!(regions.full_name("511300").unwrap(), "四川省南充市");
    assert_eq!(regions.full_name("610113").unwrap(), "陕西省西安市雁塔区");
    assert_eq!(regions.full_name("530926").unwrap(), "云南省临沧市耿马傣族佤族自治县");
    assert_eq!(regions.full_name("429004").unwrap(), "湖北省仙桃市", "directly under the province");
    assert!(regions.get("999999").is_none());
    let count = |level| regions.iter().filter(|r| r.level() == level).count();
    assert_eq!([RegionLevel::Province, RegionLevel::City, RegionLevel::County].map(count), [34, 333, 2_845]);
    let sichuan = regions.get("510000").unwrap();
    assert_eq!(regions.children(sichuan).count(), 21);
    assert!(Regions::parse("110101,某区").unwrap_err().to_string().contains("省级"));
    assert!(Regions::parse("11010,某区").unwrap_err().to_string().contains("第1行"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/regions_gb2260.csv");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    for line in text.lines().skip(1) {
        let f: Vec<&str> = line.split(',').collect();
        let region = regions.get(f[0]).unwrap();
        assert_eq!((region.name.as_str(), regions.parent(region).map_or("", |p| &p.code)), (f[1], f[2]));
    }
}

proptest! {
    #[test]
    fn capitals_read_back(fen in 0_i64..99_999_999_999_999) {
        let text = capitals(fen);
        prop_assert_eq!(value(&text), fen);
        prop_assert!(!text.contains("零零") && !text.contains("零元") && !text.contains("零万") && !text.contains("零亿"), "{}", text);
    }

    #[test]
    fn yuan_read_back(fen in 0_i64..99_999_999_999_999) {
        prop_assert_eq!(parse_yuan(&format_yuan(fen)), Ok(fen));
    }

    #[test]
    fn document_numbers_read_back(place in prop::option::of("[示川雁耿]{1,3}"), word in "[应急罚告听]{1,6}", year in 1949_i16..2999, serial in 1_u32..9_999_999, sub in prop::option::of(1_u32..9_999)) {
        let number = DocumentNumber::new(place.as_deref(), &word, year, serial, sub).unwrap();
        prop_assert_eq!(DocumentNumber::parse(&number.to_string()), Ok(number.clone()));
        let (lenient, notes) = DocumentNumber::parse_lenient(&number.to_string()).unwrap();
        prop_assert_eq!((lenient, notes.len()), (number, 0));
    }

    #[test]
    fn one_wrong_digit_is_found(at in 0_usize..17, digit in 0_u8..10) {
        let good = "999999200002290035";
        let mut bytes = good.as_bytes().to_vec();
        bytes[at] = b'0' + digit;
        let text = String::from_utf8(bytes).unwrap();
        prop_assume!(text != good);
        prop_assert!(CitizenId::parse(&text).is_err());
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,30}") {
        let _ = Uscc::parse(&text);
        let _ = CitizenId::parse(&text);
        let _ = OrgCode::parse(&text);
        let _ = BankCard::parse(&text);
        let _ = Mobile::parse(&text);
        let _ = DocumentNumber::parse_lenient(&text);
        let _ = parse_yuan(&text);
    }
}
