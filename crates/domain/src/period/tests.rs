use super::*;
use crate::calendar::CalendarBook;
use proptest::prelude::*;

fn d(text: &str) -> Date {
    text.parse().unwrap()
}

fn rule(period: Period) -> Rule {
    let citation = Citation::of("行政处罚法", "第六十四条第一项");
    let day_citation = Some(Citation::of("行政处罚法", "第八十五条"));
    Rule {
        id: "case.hearing_request".into(), title: "听证申请期".into(), period, citation, day_citation
    }
}

fn hearing(from: &str, to: &str) -> Exclusion {
    let citation = Citation::of("住房和城乡建设行政处罚程序规定", "第二十九条");
    Exclusion { from: d(from), to: d(to), reason: "听证".into(), citation }
}

fn due(period: Period, start: &str, exclusions: &[Exclusion]) -> Limit {
    limit(Calendar::national(), &rule(period), &Start::new(d(start), "送达"), exclusions).unwrap()
}

#[test]
fn the_office_page_reads_as_designed() {
    let limit = due(Period::working_days(5), "2026-03-13", &[]);
    let got = limit.derivation.sentences();
    let want = [
        "2026年3月13日送达，当日不计",
        "五个工作日（《行政处罚法》第八十五条）：3月16、17、18、19、20日",
        "日历版本 2026-1，无调休影响",
        "2026年3月20日（星期五）止",
    ];
    assert_eq!(got, want);
}

#[test]
fn holidays_and_makeup_days_are_told() {
    let got = due(Period::working_days(7), "2026-02-13", &[]).derivation.sentences();
    let want = [
        "2026年2月13日送达，当日不计",
        "七个工作日（《行政处罚法》第八十五条）：2月14、24、25、26、27、28日、3月2日",
        "2月15日至2月23日放假（春节），不计",
        "2月14日（星期六）调休上班（春节），计入",
        "2月28日（星期六）调休上班（春节），计入",
        "日历版本 2026-1",
        "2026年3月2日（星期一）止",
    ];
    assert_eq!(got, want);
}

#[test]
fn a_roll_is_told() {
    let limit = due(Period::days(90, Roll::Forward), "2026-01-05", &[]);
    assert_eq!(limit.due, Due::Known(d("2026-04-07")));
    let text = limit.derivation.sentences().join("\n");
    assert!(text.contains("末日4月5日（星期日，清明节放假）为休息日，顺延至4月7日"), "{text}");
    assert!(text.contains("4月5日至4月6日放假（清明节）\n"), "{text}");
}

#[test]
fn a_makeup_last_day_and_a_rule_that_does_not_roll_are_told() {
    let told = |period, start| due(period, start, &[]).derivation.sentences().join("\n");
    let text = told(Period::days(60, Roll::Forward), "2026-03-10");
    assert!(text.contains("末日5月9日（星期六）调休上班（劳动节），不是休息日，不顺延"), "{text}");
    let text = told(Period::days(30, Roll::None), "2026-08-26");
    assert!(text.contains("末日遇休息日不顺延") && text.contains("2026年9月25日（星期五）止"), "{text}");
}

#[test]
fn exclusions_extend_and_overlaps_count_once() {
    let period = Period::days(90, Roll::None);
    let one = due(period, "2026-03-02", &[hearing("2026-04-01", "2026-04-10")]);
    assert_eq!(one.due, Due::Known(d("2026-06-10")));
    let two = due(
        period,
        "2026-03-02",
        &[hearing("2026-04-01", "2026-04-10"), hearing("2026-04-05", "2026-04-12")],
    );
    assert_eq!(two.due, Due::Known(d("2026-06-12")));
    assert_eq!(two.derivation.excluded_days, 12);
    let late = due(period, "2026-03-02", &[hearing("2026-06-01", "2026-06-10")]);
    assert_eq!(
        late.due,
        Due::Known(d("2026-05-31")),
        "an interval after the limit has run out changes nothing"
    );
    let chained = due(
        period,
        "2026-03-02",
        &[hearing("2026-05-31", "2026-06-04"), hearing("2026-06-05", "2026-06-06")],
    );
    assert_eq!(chained.due, Due::Known(d("2026-06-07")));
    let before = due(period, "2026-03-02", &[hearing("2026-02-01", "2026-03-04")]);
    assert_eq!(before.due, Due::Known(d("2026-06-02")));
    let working = due(Period::working_days(10), "2026-03-02", &[hearing("2026-03-04", "2026-03-06")]);
    assert_eq!(working.due, Due::Known(d("2026-03-19")));
    assert_eq!(working.derivation.counted.len(), 10);
}

#[test]
fn malformed_or_misplaced_exclusions_are_refused() {
    let (cal, start) = (Calendar::national(), Start::new(d("2026-03-02"), "立案"));
    let bad = limit(cal, &rule(Period::working_days(3)), &start, &[hearing("2026-03-05", "2026-03-04")]);
    assert!(matches!(bad, Err(PeriodError::Interval { .. })));
    let back = rule(Period::working_days(3).backward());
    assert_eq!(
        limit(cal, &back, &start, &[hearing("2026-03-05", "2026-03-06")]),
        Err(PeriodError::NotExcludable)
    );
    assert_eq!(limit(cal, &rule(Period::hours(24)), &start, &[]), Err(PeriodError::NeedsMoment));
}

#[test]
fn hearing_notice_and_hearing_day_agree() {
    let cal = Calendar::national();
    let seven = rule(Period::working_days(7));
    let first = |day: &str| not_before(cal, &seven, &Start::new(d(day), "送达通知")).unwrap();
    assert_eq!(first("2026-05-11").due, Due::Known(d("2026-05-20")));
    assert!(first("2026-05-11").derivation.sentences().last().unwrap().contains("不得早于"));
    // Notice on a Sunday: the seven days are all still to come.
    assert_eq!(first("2026-05-10").due, Due::Known(d("2026-05-20")));
    let back =
        limit(cal, &rule(Period::working_days(7).backward()), &Start::new(d("2026-05-20"), "听证"), &[])
            .unwrap();
    assert!(early_enough(&back, d("2026-05-11")) && !early_enough(&back, d("2026-05-12")));
}

#[test]
fn windows_close_late_and_warnings_come_early() {
    let limit = due(Period::working_days(10), "2026-12-25", &[]);
    let Due::Between { earliest, latest } = limit.due else { panic!("2027 is not published") };
    assert!(earliest < latest);
    assert!(!closes_after(&limit, latest) && closes_after(&limit, latest.tomorrow().unwrap()));
    assert_eq!(
        days_left(&limit, d("2026-12-25")),
        crate::calendar::epoch_day(earliest) - crate::calendar::epoch_day(d("2026-12-25"))
    );
    assert_eq!(limit.derivation.unpublished_from, Some(2027));
    assert_eq!(limit.derivation.counted.len(), 4);
    let fixed = due(Period { unit: Unit::FixedDate, ..Period::days(0, Roll::None) }, "2026-01-31", &[]);
    assert_eq!(act_by(Calendar::national(), &fixed).unwrap(), d("2026-01-30"));
}

#[test]
fn hours_run_through_holidays_and_pauses_merge() {
    let t = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let pause = |a: &str, b: &str| Pause { from: t(a), to: t(b), reason: "连续作业".into() };
    let r = rule(Period::hours(24));
    let plain = hours_after(&r, t("2026-09-30T17:30:00+08:00"), "工作结束", &[]).unwrap();
    assert_eq!(plain.due, t("2026-10-01T17:30:00+08:00"));
    let pauses = [
        pause("2026-09-30T18:00:00+08:00", "2026-09-30T20:00:00+08:00"),
        pause("2026-09-30T19:00:00+08:00", "2026-09-30T21:00:00+08:00"),
    ];
    let held = hours_after(&r, t("2026-09-30T17:30:00+08:00"), "工作结束", &pauses).unwrap();
    assert_eq!(held.due, t("2026-10-01T20:30:00+08:00"));
    assert!(held.sentences()[0].contains("2026年9月30日17时30分工作结束之时起算"));
    assert!(hours_after(&rule(Period::working_days(1)), held.due, "", &[]).is_err());
}

#[test]
fn a_derivation_survives_storage() {
    let limit = due(Period::working_days(7), "2026-02-13", &[hearing("2026-02-26", "2026-02-27")]);
    let text = serde_json::to_string(&limit).unwrap();
    assert_eq!(serde_json::from_str::<Limit>(&text).unwrap(), limit);
}

#[test]
fn an_overlay_moves_a_local_limit() {
    let overlays = CalendarBook::parse_overlays("530926,2026-03-16,off,示例节,示例通知").unwrap();
    let cal = CalendarBook::built_in().with_overlays(overlays).unwrap().view(Some("530926"));
    let limit =
        limit(&cal, &rule(Period::working_days(5)), &Start::new(d("2026-03-13"), "送达"), &[]).unwrap();
    assert_eq!(limit.due, Due::Known(d("2026-03-23")));
}

fn day() -> impl Strategy<Value = Date> {
    (0_i64..6_500).prop_map(|n| d("2007-01-10").checked_add(Span::new().days(n)).unwrap())
}

fn spans() -> impl Strategy<Value = Vec<Exclusion>> {
    prop::collection::vec((day(), 0_i64..25), 0..5).prop_map(|list| {
        let make = |(from, len): (Date, i64)| Exclusion {
            from,
            to: from.checked_add(Span::new().days(len)).unwrap(),
            reason: "中止".into(),
            citation: Citation::of("示例", ""),
        };
        list.into_iter().map(make).collect()
    })
}

fn near(start: Date, len: i64, offset: i64) -> Exclusion {
    let from = start.checked_add(Span::new().days(offset)).unwrap();
    let to = from.checked_add(Span::new().days(len)).unwrap();
    Exclusion { from, to, reason: "听证".into(), citation: Citation::of("示例", "") }
}

fn any_period() -> impl Strategy<Value = Period> {
    let roll = prop_oneof![Just(Roll::None), Just(Roll::Forward)];
    prop_oneof![
        (1_u32..60).prop_map(Period::working_days),
        (1_u32..120, roll.clone()).prop_map(|(n, r)| Period::days(n, r)),
        (1_u32..12, roll).prop_map(|(n, r)| Period::months(n, r)),
    ]
}

fn compute(period: Period, start: Date, exclusions: &[Exclusion]) -> Date {
    limit(Calendar::national(), &rule(period), &Start::new(start, "起算"), exclusions)
        .unwrap()
        .due
        .known()
        .unwrap()
}

proptest! {
    #[test]
    fn exclusions_never_shorten(period in any_period(), start in day(), list in spans(), len in 0_i64..20, offset in -5_i64..60) {
        let mut more = list.clone();
        more.push(near(start, len, offset));
        prop_assert!(compute(period, start, &more) >= compute(period, start, &list));
        prop_assert!(compute(period, start, &list) >= compute(period, start, &[]));
    }

    #[test]
    fn overlaps_equal_their_union(period in any_period(), start in day(), a in 0_i64..20, b in 0_i64..20, offset in 0_i64..40) {
        let first = near(start, a + b, offset);
        let second = near(start, a + b, offset + a);
        let union = Exclusion { to: second.to, ..first.clone() };
        let both = compute(period, start, &[second.clone(), first.clone(), first.clone()]);
        prop_assert_eq!(both, compute(period, start, &[union]));
    }

    #[test]
    fn order_of_exclusions_does_not_matter(period in any_period(), start in day(), list in spans()) {
        let mut turned = list.clone();
        turned.reverse();
        prop_assert_eq!(compute(period, start, &list), compute(period, start, &turned));
    }

    #[test]
    fn longer_is_never_earlier(period in any_period(), start in day(), list in spans()) {
        let longer = Period { n: period.n + 1, ..period };
        prop_assert!(compute(longer, start, &list) >= compute(period, start, &list));
    }

    #[test]
    fn working_days_agree_with_a_plain_count(n in 1_u32..60, start in day(), list in spans()) {
        let (cal, due) = (Calendar::national(), compute(Period::working_days(n), start, &list));
        let mut left = n;
        let mut day = start;
        while left > 0 {
            day = day.tomorrow().unwrap();
            let out = list.iter().any(|x| x.from <= day && day <= x.to);
            if !out && cal.is_workday(day) == Some(true) {
                left -= 1;
            }
        }
        prop_assert_eq!(due, day);
    }

    #[test]
    fn back_undoes_forward_on_working_days(n in 1_u32..60, start in day()) {
        let cal = Calendar::national();
        prop_assume!(cal.is_workday(start) == Some(true));
        let there = compute(Period::working_days(n), start, &[]);
        prop_assert_eq!(compute(Period::working_days(n).backward(), there, &[]), start);
    }

    #[test]
    fn first_hearing_day_is_the_first_that_the_back_count_allows(n in 1_u32..15, notice in day()) {
        let cal = Calendar::national();
        let first = not_before(cal, &rule(Period::working_days(n)), &Start::new(notice, "通知")).unwrap().due.known().unwrap();
        let back = |h: Date| cal.workdays_before(h, n).unwrap().known().unwrap();
        prop_assert!(back(first) >= notice);
        prop_assert!(back(first.yesterday().unwrap()) < notice);
    }

    #[test]
    fn calendar_days_count_exclusions_by_day(n in 1_u32..120, start in day(), list in spans()) {
        let due = compute(Period::days(n, Roll::None), start, &list);
        let mut left = n;
        let mut day = start;
        let mut end = start;
        let out = |day: Date| list.iter().any(|x| x.from <= day && day <= x.to);
        while left > 0 {
            day = day.tomorrow().unwrap();
            if !out(day) {
                left -= 1;
                end = day;
            }
        }
        // The limit is the n-th day that counts.
        prop_assert_eq!(due, end);
    }
}

#[test]
fn a_limit_is_cheap() {
    let cal = Calendar::national();
    let (period, start) = (rule(Period::days(90, Roll::Forward)), Start::new(d("2026-03-02"), "立案"));
    let list = [hearing("2026-04-01", "2026-04-10"), hearing("2026-04-05", "2026-04-12")];
    let rounds = 2_000_u32;
    let clock = std::time::Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(limit(cal, &period, &start, &list).unwrap());
    }
    let each = clock.elapsed() / rounds;
    println!("limit of 90 d with exclusions: {each:?}");
    // Far above the 2 µs aimed at in release, so an unoptimised build on a busy
    // machine passes; a linear walk over a database would not.
    assert!(each < std::time::Duration::from_micros(500), "{each:?}");
}
