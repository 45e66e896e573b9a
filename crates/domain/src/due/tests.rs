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
    assert!(out.contains("A,2026-03-02,7,working,-,2026-03-12,2026-03-11,2026-03-11,2026-03-11,mismatch"), "{out}");
    assert!(out.contains("fixed_date 之一"), "{out}");
    assert!(table(Calendar::national(), b"id,start,n\n").unwrap_err().to_string().contains("unit"));
}
