use super::*;

const WAN: i64 = 1_000_000;

fn find(id: &str, subject: Subject, facts: &Facts) -> BaseRange {
    Ranges::built_in().range_for(id, subject, facts).unwrap().clone()
}

fn stage(correction: Correction) -> Facts {
    Facts { correction: Some(correction), ..Facts::default() }
}

fn accident(class: Accident) -> Facts {
    Facts { accident: Some(class), ..Facts::default() }
}

#[test]
fn the_statutory_ranges_are_as_the_articles_say() {
    use Correction::{First, Overdue};
    use Subject::{Head, Person, Responsible, Unit};
    let cases = [
        ("safety.head_duty", Head, stage(First), 2, 5, "第九十四条第一款"),
        ("safety.head_duty", Head, stage(Overdue), 5, 10, "第九十四条第一款"),
        ("safety.training", Unit, stage(First), 0, 10, "第九十七条"),
        ("safety.training", Unit, stage(Overdue), 10, 20, "第九十七条"),
        ("safety.training", Responsible, stage(Overdue), 2, 5, "第九十七条"),
        ("safety.facility_review", Unit, stage(First), 10, 50, "第九十八条"),
        ("safety.facility_review", Responsible, stage(Overdue), 5, 10, "第九十八条"),
        ("safety.facility_review", Unit, stage(Overdue), 50, 100, "第九十八条"),
        ("safety.signs_equipment", Unit, stage(First), 0, 5, "第九十九条"),
        ("safety.signs_equipment", Responsible, stage(Overdue), 1, 2, "第九十九条"),
        ("safety.dangerous_work", Unit, stage(Overdue), 10, 20, "第一百零一条"),
        ("safety.hidden_danger", Responsible, stage(Overdue), 5, 10, "第一百零二条"),
        ("safety.accident", Unit, accident(Accident::Ordinary), 30, 100, "第一百一十四条第一款第一项"),
        ("safety.accident", Unit, accident(Accident::Larger), 100, 200, "第一百一十四条第一款第二项"),
        ("safety.accident", Unit, accident(Accident::Major), 200, 1_000, "第一百一十四条第一款第三项"),
        (
            "safety.accident",
            Unit,
            accident(Accident::Exceptional),
            1_000,
            2_000,
            "第一百一十四条第一款第四项",
        ),
        ("hazchem.no_permit", Person, Facts::default(), 10, 50, "第一百条第三款"),
        ("fireworks.no_permit", Unit, Facts::default(), 2, 10, "第三十六条第一款"),
        ("urban.road", Unit, Facts::default(), 0, 2, "第四十二条"),
        ("gas.no_permit", Unit, Facts::default(), 5, 50, "第四十五条第一款"),
        ("gas.user", Unit, stage(Overdue), 0, 10, "第四十九条第一款"),
    ];
    for (id, subject, facts, min, max, article) in cases {
        let range = find(id, subject, &facts);
        assert_eq!(range.bounds(&facts), Ok((min * WAN, max * WAN)), "{id} {subject:?}");
        assert_eq!(range.citation.article, article, "{id}");
    }
    let waste =
        |subject| find("urban.construction_waste", subject, &Facts::default()).bounds(&Facts::default());
    assert_eq!((waste(Unit), waste(Person)), (Ok((500_000, 5 * WAN)), Ok((0, 20_000))));
}

#[test]
fn relative_and_conditional_shapes() {
    let facts = Facts { aggravated: true, ..accident(Accident::Ordinary) };
    assert_eq!(find("safety.accident", Subject::Unit, &facts).bounds(&facts), Ok((60 * WAN, 500 * WAN)));
    let income = Facts { annual_income: Some(30 * WAN), ..accident(Accident::Larger) };
    let head = find("safety.accident", Subject::Head, &income);
    assert_eq!(head.bounds(&income), Ok((18 * WAN, 18 * WAN)));
    assert_eq!(head.words(), "处上一年年收入60%罚款");
    assert_eq!(head.bounds(&accident(Accident::Larger)), Err(DiscretionError::MissingFact("上一年年收入")));
    let cost = Facts { project_cost: Some(1_000 * WAN), correctable: Some(true), ..Facts::default() };
    let plan = find("planning.no_permit", Subject::Unit, &cost);
    assert_eq!(plan.bounds(&cost), Ok((50 * WAN, 100 * WAN)));
    assert_eq!(plan.words(), "处建设工程造价5%以上10%以下罚款");
    let lost = Facts { correctable: Some(false), ..cost };
    assert!(find("planning.no_permit", Subject::Unit, &lost).optional);
    let gains = |fen| Facts { illegal_gains: Some(fen), ..Facts::default() };
    let much = gains(10 * WAN);
    assert_eq!(find("safety.contracting", Subject::Unit, &much).bounds(&much), Ok((20 * WAN, 50 * WAN)));
    let little = gains(10 * WAN - 1);
    assert_eq!(find("safety.contracting", Subject::Unit, &little).bounds(&little), Ok((10 * WAN, 20 * WAN)));
}

#[test]
fn what_cannot_be_answered_is_named() {
    let ranges = Ranges::built_in();
    let none = Facts::default();
    let refuse = |id, subject, facts: &Facts| ranges.range_for(id, subject, facts).unwrap_err();
    assert_eq!(
        refuse("safety.training", Subject::Unit, &none),
        DiscretionError::MissingFact("是否逾期未改正")
    );
    assert_eq!(refuse("safety.accident", Subject::Unit, &none), DiscretionError::MissingFact("事故等级"));
    assert!(matches!(
        refuse("safety.training", Subject::Responsible, &stage(Correction::First)),
        DiscretionError::NoRange { .. }
    ));
    assert!(matches!(refuse("nothing", Subject::Unit, &none), DiscretionError::UnknownViolation(_)));
    let litter = find("urban.appearance", Subject::Person, &none);
    assert!(matches!(litter.check_amount(&none, 100, false), Err(DiscretionError::Undefined(_))));
    let refused = stage(Correction::Overdue);
    let danger = find("safety.hidden_danger", Subject::Unit, &refused);
    assert!(matches!(danger.check_amount(&refused, 100, false), Err(DiscretionError::NoFine(_))));
    assert_eq!(danger.also, [Measure::SuspendProduction]);
}

#[test]
fn amounts_are_held_to_the_range() {
    let facts = stage(Correction::First);
    let range = find("safety.head_duty", Subject::Head, &facts);
    for fen in [2 * WAN, 3 * WAN, 5 * WAN] {
        assert_eq!(range.check_amount(&facts, fen, false), Ok(()));
    }
    let low = range.check_amount(&facts, 2 * WAN - 1, false).unwrap_err().to_string();
    assert!(low.contains("低于法定最低20,000.00元") && low.contains("第三十二条"), "{low}");
    assert_eq!(range.check_amount(&facts, WAN, true), Ok(()), "mitigated below the minimum");
    assert!(matches!(
        range.check_amount(&facts, 5 * WAN + 1, true),
        Err(DiscretionError::AboveMaximum { .. })
    ));
    assert!(range.check_amount(&facts, -1, true).is_err());
}

#[test]
fn malformed_data_is_refused() {
    let head = "[[violation]]\nid = \"a\"\ntitle = \"甲\"\nlaw = \"某法\"\nsystem = \"urban\"\nfrom = \"2020-01-01\"\n[[violation.range]]\nsubjects = [\"unit\"]\narticle = \"第一条\"\n";
    let load = |tail: &str| Ranges::parse(&format!("{head}{tail}"));
    assert!(load("shape = \"range\"\nmin = 1\nmax = 2\n").is_ok());
    for tail in [
        "shape = \"range\"\nmin = 3\nmax = 2\n",
        "shape = \"max_only\"\n",
        "shape = \"percent\"\nmin = 1\nmax = 2\n",
        "shape = \"x\"\n",
    ] {
        assert!(load(tail).is_err(), "{tail}");
    }
}

#[test]
fn amounts_are_those_of_the_day_of_the_act() {
    let ranges = Ranges::built_in();
    let on = |day: &str| ranges.on("hazchem.no_permit", day.parse().unwrap());
    let max = |day: &str| on(day).unwrap().widest(&[Subject::Unit], &Facts::default()).unwrap().max;
    assert_eq!((max("2026-04-30"), max("2026-05-01")), (Some(20 * WAN), Some(50 * WAN)));
    assert!(matches!(on("2011-11-30"), Err(DiscretionError::NotInForce { .. })));
    assert!(matches!(
        ranges.on("safety.training", "2021-08-31".parse().unwrap()),
        Err(DiscretionError::NotInForce { .. })
    ));
    assert!(matches!(
        ranges.on("no", "2026-01-01".parse().unwrap()),
        Err(DiscretionError::UnknownViolation(_))
    ));
    assert!(ranges.all().iter().all(|v| v.from < "2026-11-01".parse().unwrap()));
}

#[test]
fn at_least_fourteen_violations_are_covered() {
    assert!(Ranges::built_in().all().len() >= 14);
}
