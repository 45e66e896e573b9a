use super::*;

const CASES: &str = include_str!("../../tests/data/deadline_cases.csv");

#[test]
fn all_given_cases_hold() {
    let (out, summary) = table(Calendar::national(), CASES.as_bytes()).unwrap();
    assert!(summary.ok(), "{out}");
    assert_eq!(summary.matched, 45);
    let unknown = out.lines().find(|l| l.starts_with("D42")).unwrap();
    assert!(unknown.contains("UNKNOWN,2027-01-0") && unknown.contains("尚未公布"), "{unknown}");
}

#[test]
fn the_reference_file_agrees_where_present() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/deadline_cases.csv");
    let Ok(bytes) = std::fs::read(path) else { return };
    let (out, summary) = table(Calendar::national(), &bytes).unwrap();
    assert!(summary.ok() && summary.matched == 45, "{out}");
}

#[test]
fn a_wrong_expectation_and_a_bad_row_are_reported() {
    let text = "id,start,n,unit,roll,expected_due\nA,2026-03-02,7,working,-,2026-03-12\n\
        B,2026-13-02,7,working,-,\nC,2026-03-02,7,weeks,-,\nD,2026-03-02,x,working,-,\n\
        E,2026-03-02,7,working,-,\nF,2026-03-02,-7,calendar,forward,\nG,2026-03-02,-7,hours,-,\n";
    let (out, summary) = table(Calendar::national(), text.as_bytes()).unwrap();
    assert_eq!(summary, Summary { matched: 0, mismatched: 1, unchecked: 1, errors: 5 }, "{out}");
    assert!(
        out.contains("A,2026-03-02,7,working,-,2026-03-12,2026-03-11,2026-03-11,2026-03-11,mismatch"),
        "{out}"
    );
    assert!(out.contains("fixed_date 之一"), "{out}");
    assert!(table(Calendar::national(), b"id,start,n\n").unwrap_err().to_string().contains("unit"));
}

#[test]
fn years_outside_the_data_are_unknown_and_hours_need_a_moment() {
    let text = "id,start,n,unit,roll,expected_due\nA,2005-03-02,7,working,-,UNKNOWN\nB,2027-03-17,30,calendar,forward,UNKNOWN\n\
        C,2027-03-17,30,calendar,none,2027-04-16\nD,2026-03-02,24,hours,none,\n";
    let (out, summary) = table(Calendar::national(), text.as_bytes()).unwrap();
    assert_eq!(summary, Summary { matched: 3, errors: 1, ..Summary::default() }, "{out}");
    assert!(out.contains("须给出时刻"), "{out}");
}

#[test]
fn exclusions_extend_an_answer() {
    let mut query = Query::parse("2026-03-02", "90", "calendar", "none").unwrap();
    let citation = Citation::of("示例规定", "第一条");
    let day = |text: &str| text.parse().unwrap();
    query.exclusions.push(Exclusion {
        from: day("2026-04-01"),
        to: day("2026-04-10"),
        reason: "听证".into(),
        citation,
    });
    assert_eq!(answer(Calendar::national(), &query).unwrap().due, "2026-06-10");
}
