use super::*;
use proptest::prelude::*;
use serde_json::json;

fn specs() -> Vec<FieldSpec> {
    vec![
        FieldSpec::new("cause", "案由", Kind::Line).max(20),
        FieldSpec::new("facts", "事实", Kind::Paragraph).optional(),
        FieldSpec::new("day", "日期", Kind::Date),
        FieldSpec::new("at", "时间", Kind::DateTime).optional(),
        FieldSpec::new("fine", "罚款", Kind::Money),
        FieldSpec::new("copies", "份数", Kind::Number { min: 1, max: 9, unit: "份" }),
        FieldSpec::new(
            "grade",
            "阶次",
            Kind::Choice(vec![Choice::new("light", "从轻"), Choice::new("2", "一般").json(json!(2))]),
        ),
        FieldSpec::new(
            "kinds",
            "种类",
            Kind::MultiChoice(vec![Choice::new("warning", "警告"), Choice::new("fine", "罚款")]),
        ),
        FieldSpec::new("urgent", "紧急", Kind::Flag).optional(),
        FieldSpec::new(
            "parties",
            "当事人",
            Kind::List(vec![
                FieldSpec::new("name", "名称", Kind::Line),
                FieldSpec::new("phones", "电话", Kind::List(vec![FieldSpec::new("no", "号码", Kind::Line)]))
                    .optional(),
            ]),
        ),
    ]
}

fn posted(pairs: &[(&str, &str)]) -> Posted {
    Posted::from_pairs(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
}

fn good() -> Vec<(&'static str, &'static str)> {
    vec![
        ("_csrf", "x"),
        ("cause", " 未按规定培训 "),
        ("day", "2026-03-11"),
        ("at", "2026-03-11T09:30"),
        ("fine", "30,000.5"),
        ("copies", "3"),
        ("grade", "2"),
        ("kinds", "fine"),
        ("kinds", "warning"),
        ("parties[0].name", "示例化工有限公司"),
        ("parties[7].name", "负责人甲"),
        ("parties[7].phones[3].no", "1"),
    ]
}

fn without(name: &str) -> Vec<(&'static str, &'static str)> {
    good().into_iter().filter(|(it, _)| *it != name).collect()
}

#[test]
fn a_full_form_becomes_the_command() {
    assert_eq!(
        read(&specs(), &posted(&good())).unwrap(),
        json!({
            "cause": "未按规定培训", "facts": null, "day": "2026-03-11", "at": "2026-03-11T01:30:00Z",
            "fine": 3_000_050, "copies": 3, "grade": 2, "kinds": ["warning", "fine"], "urgent": false,
            "parties": [
                {"name": "示例化工有限公司", "phones": []},
                {"name": "负责人甲", "phones": [{"no": "1"}]},
            ],
        })
    );
}

#[test]
fn each_fault_names_its_field() {
    let cases: [(&str, &str, &str); 13] = [
        ("cause", "", "请填写案由"),
        ("cause", "一二三四五六七八九十一二三四五六七八九十一", "最多 20 字，现有 21 字"),
        ("cause", "甲\u{0}乙", "不能打印"),
        ("day", "2026-02-30", "年-月-日"),
        ("day", "20260311", "年-月-日"),
        ("at", "昨天", "日期和时间"),
        ("fine", "-1", "金额"),
        ("fine", "1.234", "金额"),
        ("fine", "1e9", "金额"),
        ("copies", "10", "1 至 9"),
        ("grade", "heavy", "没有这个选项"),
        ("kinds", "death", "不存在的选项"),
        ("urgent", "maybe", "是或否"),
    ];
    for (name, value, said) in cases {
        let mut pairs = without(name);
        pairs.push((name, value));
        let errors = read(&specs(), &posted(&pairs)).unwrap_err();
        assert_eq!(errors.len(), 1, "{name}={value}: {errors:?}");
        assert_eq!(errors[0].field, name);
        assert!(errors[0].message.contains(said), "{errors:?}");
    }
}

#[test]
fn a_fault_inside_a_list_points_into_it() {
    let mut pairs = good();
    pairs.push(("parties[9].name", ""));
    let errors = read(&specs(), &posted(&pairs)).unwrap_err();
    assert_eq!(errors[0].field, "parties/2/name");
}

#[test]
fn a_required_list_needs_a_group() {
    let pairs: Vec<_> = good().into_iter().filter(|(it, _)| !it.starts_with("parties")).collect();
    let errors = read(&specs(), &posted(&pairs)).unwrap_err();
    assert_eq!(errors[0].field, "parties");
}

#[test]
fn unknown_and_repeated_fields_are_refused() {
    let mut pairs = good();
    pairs.push(("approved_by", "me"));
    assert!(read(&specs(), &posted(&pairs)).unwrap_err()[0].message.contains("approved_by"));
    let mut pairs = good();
    pairs.push(("fine", "1"));
    assert!(read(&specs(), &posted(&pairs)).unwrap_err()[0].message.contains("重复"));
}

#[test]
fn hostile_indices_cost_nothing() {
    let mut pairs = good();
    pairs.push(("parties[18446744073709551615].name", "甲"));
    pairs.push(("parties[99999999999999999999999].name", "乙"));
    pairs.push(("parties[-1].name", "丙"));
    let errors = read(&specs(), &posted(&pairs)).unwrap_err();
    assert!(errors[0].message.contains("未知的字段"), "{errors:?}");
    let many: Vec<(String, String)> =
        (0..=MAX_GROUPS).map(|n| (format!("parties[{n}].name"), "甲".to_owned())).collect();
    let errors = read(&specs()[9..], &Posted::from_pairs(many)).unwrap_err();
    assert!(errors[0].message.contains("最多 200 组"), "{errors:?}");
    let body = "a=1&".repeat(MAX_FIELDS + 1);
    assert_eq!(Posted::parse(body.as_bytes()), Err(TooManyFields));
}

#[test]
fn groups_are_added_and_removed_without_losing_the_rest() {
    let more = posted(&good()).with_group("parties");
    assert_eq!(more.groups("parties"), 3);
    let fewer = more.without_group("parties[0]").compact(&specs());
    assert_eq!(fewer.groups("parties"), 2);
    assert_eq!(fewer.get("parties[0].name"), Some("负责人甲"));
    assert_eq!(fewer.get("parties[0].phones[0].no"), Some("1"));
    assert_eq!(fewer.get("cause"), Some(" 未按规定培训 "));
}

#[test]
fn the_button_says_what_is_wanted() {
    assert_eq!(posted(&[("a", "1")]).intent(), Intent::Submit);
    assert_eq!(posted(&[("save_draft", "1")]).intent(), Intent::SaveDraft);
    assert_eq!(posted(&[("_add", "parties")]).intent(), Intent::Add("parties".into()));
    assert_eq!(posted(&[("_remove", "parties[1]")]).intent(), Intent::Remove("parties[1]".into()));
}

proptest! {
    #[test]
    fn a_command_survives_the_form(
        cause in "[甲-龥a-z]{1,20}",
        facts in proptest::option::of("[甲-龥]{1,10}\n[甲-龥]{1,10}"),
        fine in 0i64..99_999_999_999_999,
        copies in 1i64..=9,
        urgent: bool,
        names in proptest::collection::vec("[甲-龥<>&\"]{1,9}", 1..5),
        phones in proptest::collection::vec("[0-9]{1,11}", 0..3),
    ) {
        let parties: Vec<Value> = names.iter().map(|name| {
            let phones: Vec<Value> = phones.iter().map(|no| json!({"no": no})).collect();
            json!({"name": name, "phones": phones})
        }).collect();
        let command = json!({
            "cause": cause, "facts": facts, "day": "2026-03-11", "at": "2026-03-11T01:30:00Z",
            "fine": fine, "copies": copies, "grade": 2, "kinds": ["fine"], "urgent": urgent,
            "parties": parties,
        });
        let form = fill(&specs(), &command);
        let mut body = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form.typed() {
            body.append_pair(&name, &value);
        }
        let again = Posted::parse(body.finish().as_bytes()).unwrap();
        prop_assert_eq!(read(&specs(), &again).unwrap(), command);
    }

    #[test]
    fn any_body_is_answered(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let form = Posted::parse(&body).unwrap();
        prop_assert!(read(&specs(), &form).is_err());
    }
}
