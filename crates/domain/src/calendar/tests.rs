use super::*;

fn d(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn known_days() {
    let cal = Calendar::national();
    assert_eq!(cal.published_until(), 2026);
    assert_eq!(&*cal.version().label, "2026-1");
    for (day, want) in
        [("2026-02-14", true), ("2026-02-17", false), ("2026-10-10", true), ("2026-10-11", false)]
    {
        assert_eq!(cal.is_workday(d(day)), Some(want), "{day}");
    }
    assert_eq!(cal.kind(d("2026-02-14")), DayKind::Makeup("春节".into()));
    assert_eq!(cal.kind(d("2026-06-19")), DayKind::Holiday("端午节".into()));
    assert_eq!(cal.kind(d("2027-03-17")), DayKind::Unpublished);
    assert_eq!(cal.is_workday(d("2027-03-17")), None);
    assert_eq!(cal.is_workday(d("2006-12-29")), None);
}

#[test]
fn epoch_day_agrees_with_jiff() {
    let zero = date(1970, 1, 1);
    for day in all_dates() {
        assert_eq!(i64::from(epoch_day(day)), i64::from(zero.until(day).unwrap().get_days()), "{day}");
    }
}

/// Every published year, treated as not yet published, lies within its bounds.
#[test]
fn history_lies_within_the_bounds() {
    let full = Calendar::national();
    let all = include_str!("../../data/workdays.csv");
    for last in FIRST_YEAR..2026 {
        let known: String = all
            .lines()
            .filter(|l| l.get(..4).and_then(|y| y.parse::<i16>().ok()).is_none_or(|y| y <= last))
            .fold(String::new(), |text, line| text + line + "\n");
        let cut = CalendarBook::parse(&known).unwrap().view(None);
        let (from, to) = (date(last, 11, 1), date(last + 1, 12, 31));
        for start in from.series(jiff::Span::new().days(1)).take_while(|x| *x <= to) {
            for n in [1, 2, 3, 5, 7, 10, 15, 20, 45] {
                if let (Ok(truth), Ok(bound)) =
                    (full.workdays_after(start, n, &[]), cut.workdays_after(start, n, &[]))
                    && let Some(truth) = truth.known().filter(|t| *t <= to)
                {
                    assert!(
                        bound.earliest() <= truth && truth <= bound.latest(),
                        "{start}+{n}: {truth} {bound:?}"
                    );
                }
                let truth = full.workdays_before(start, n).unwrap().known().unwrap();
                let bound = cut.workdays_before(start, n).unwrap();
                assert!(
                    bound.earliest() <= truth && truth <= bound.latest(),
                    "{start}-{n}: {truth} {bound:?}"
                );
            }
            let truth = full.roll_forward(start).unwrap();
            let bound = cut.roll_forward(start).unwrap();
            assert!(bound.earliest() <= truth.earliest(), "{start}");
            if let Some(truth) = truth.known().filter(|t| *t <= to) {
                assert!(truth <= bound.latest(), "{start}: {truth} {bound:?}");
            }
        }
    }
}

#[test]
fn importing_a_year_makes_it_known_and_a_correction_revises() {
    let year = "date,kind,name\n2027-01-01,off,元旦\n2027-02-05,off,春节\n2027-02-08,off,春节\n2027-02-09,off,春节\n\
        2027-02-10,off,春节\n2027-02-11,off,春节\n2027-02-20,work,春节\n2027-04-05,off,清明节\n2027-05-01,off,劳动节\n\
        2027-05-03,off,劳动节\n2027-05-04,off,劳动节\n2027-06-09,off,端午节\n2027-09-15,off,中秋节\n2027-10-01,off,国庆节\n\
        2027-10-02,off,国庆节\n2027-10-03,off,国庆节\n2027-10-04,off,国庆节\n2027-10-05,off,国庆节\n";
    let book = CalendarBook::built_in().with_year(year).unwrap();
    let cal = book.view(None);
    assert_eq!(&*cal.version().label, "2027-1");
    let due = cal.workdays_after(d("2026-12-25"), 10, &[]).unwrap();
    assert_eq!(due, Due::Known(d("2027-01-11")));
    let unknown = Calendar::national().workdays_after(d("2026-12-25"), 10, &[]).unwrap();
    assert!(unknown.known().is_none());
    assert!(unknown.earliest() <= d("2027-01-11") && d("2027-01-11") <= unknown.latest());
    assert_eq!(&*book.with_year(year).unwrap().view(None).version().label, "2027-2");
    assert_ne!(cal.version().digest, Calendar::national().version().digest);
}

#[test]
fn bad_imports_are_named() {
    let book = CalendarBook::built_in();
    let refused = |text: &str| book.with_year(text).unwrap_err().to_string();
    assert!(refused("2028-01-01,off,元旦").contains("2027"));
    assert!(refused("2027-01-01,off,元旦").contains("5月1日"));
    assert!(refused("2027-01-01,free,元旦").contains("第 1 行"));
    assert!(refused("2027-01-32,off,元旦").contains("日期"));
    assert!(refused("2027-01-04,work,元旦").contains("调休上班日"));
    assert!(refused("2027-01-01,off,元旦\n2027-01-01,off,元旦").contains("重复"));
    assert!(refused("2026-01-01,off,元旦\n2027-01-01,off,元旦").contains("一个年份"));
    assert!(refused("").contains("一个年份"));
}

#[test]
fn local_holidays_apply_by_prefix() {
    let text = "region,date,kind,name,source\n5309,2026-04-13,off,示例地方节日,示例市人民政府通知\n";
    let overlays = CalendarBook::parse_overlays(text).unwrap();
    let book = CalendarBook::built_in().with_overlays(overlays).unwrap();
    assert_eq!(book.view(Some("530926")).is_workday(d("2026-04-13")), Some(false));
    assert_eq!(&*book.view(Some("530926")).version().label, "2026-1/530926");
    assert_eq!(book.view(Some("511300")).is_workday(d("2026-04-13")), Some(true));
    assert_eq!(book.view(None).is_workday(d("2026-04-13")), Some(true));
    assert!(
        book.with_overlays(CalendarBook::parse_overlays("53x,2026-04-13,off,某节,依据").unwrap()).is_err()
    );
}

#[test]
fn outside_the_years_is_an_error() {
    let cal = Calendar::national();
    assert!(matches!(cal.workdays_after(d("2006-12-31"), 1, &[]), Err(CalendarError::Outside(_))));
    assert!(matches!(cal.workdays_after(d("2060-12-20"), 50, &[]), Err(CalendarError::RanOut(_))));
}

/// Agreement with the reference table, where it is present.
#[test]
fn agrees_with_the_reference_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/cn_workdays.csv");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let cal = Calendar::national();
    let mut listed = std::collections::BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        listed.insert(d(fields.next().unwrap()), fields.next().unwrap() == "makeup");
    }
    assert_eq!(listed.len(), 684);
    for day in all_dates().into_iter().filter(|x| x.year() <= 2026) {
        let want = listed.get(&day).copied().unwrap_or(!is_weekend(day));
        assert_eq!(cal.is_workday(day), Some(want), "{day}");
    }
}

#[test]
fn a_book_as_it_was_before_a_year_was_published() {
    let book = CalendarBook::built_in();
    let before = book.until(2025);
    assert_eq!((before.last_year(), before.view(None).published_until()), (2025, 2025));
    assert_ne!(before.view(None).version().digest, book.view(None).version().digest);
    let year: String = include_str!("../../data/workdays.csv")
        .lines()
        .filter(|it| it.starts_with("2026-"))
        .collect::<Vec<_>>()
        .join("\n");
    let again = before.with_year(&year).unwrap();
    assert_eq!(again.view(None).version(), book.view(None).version());
    assert_eq!(book.until(2026).view(None).version(), book.view(None).version());
}
