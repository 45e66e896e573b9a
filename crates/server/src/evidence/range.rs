//! Which bytes are asked for (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// The part of a piece that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that are not there.
    Outside,
}

/// Reads `Range` and `If-Range`; `tag` is the strong entity tag, with its quotes. What cannot be
/// read, several ranges, and a condition that does not hold ask for all, as the RFC lets a
/// server answer.
pub fn asked(headers: &HeaderMap, length: u64, tag: &str) -> Asked {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    let Some(range) = text(header::RANGE) else { return Asked::Whole };
    // A date says nothing of what never changes; only the tag is strong.
    if headers.contains_key(header::IF_RANGE) && text(header::IF_RANGE).map(str::trim) != Some(tag) {
        return Asked::Whole;
    }
    let Some((unit, set)) = range.trim().split_once('=') else { return Asked::Whole };
    if !unit.eq_ignore_ascii_case("bytes") || set.contains(',') {
        return Asked::Whole;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // More than a u64 holds is behind every end.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (None, Some(0)) if first.is_empty() => Asked::Outside,
        (None, Some(_)) if first.is_empty() && length == 0 => Asked::Outside,
        (None, Some(suffix)) if first.is_empty() => Asked::Part(length.saturating_sub(suffix)..length),
        (Some(first), None) if last.is_empty() => part(first, u64::MAX, length),
        (Some(first), Some(last)) if first <= last => part(first, last, length),
        (Some(_) | None, Some(_) | None) => Asked::Whole,
    }
}

fn part(first: u64, last: u64, length: u64) -> Asked {
    if first >= length { Asked::Outside } else { Asked::Part(first..last.saturating_add(1).min(length)) }
}

#[cfg(test)]
mod tests {
    use super::{Asked, asked};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn of(range: &str, condition: Option<&str>, length: u64) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        if let Some(it) = condition {
            headers.insert(header::IF_RANGE, HeaderValue::from_str(it).unwrap());
        }
        asked(&headers, length, "\"t\"")
    }

    #[test]
    fn ranges_are_read_as_the_rfc_says() {
        let cases = [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-4", Asked::Part(2..5)),
            ("bytes=5-", Asked::Part(5..10)),
            ("bytes=5-99", Asked::Part(5..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("BYTES=9-18446744073709551615", Asked::Part(9..10)),
            ("bytes=9-99999999999999999999999", Asked::Part(9..10)),
            ("bytes=10-", Asked::Outside),
            ("bytes=99999999999999999999999-", Asked::Outside),
            ("bytes=-0", Asked::Outside),
            ("bytes=4-2", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes", Asked::Whole),
        ];
        for (text, expected) in cases {
            assert_eq!(of(text, None, 10), expected, "{text}");
        }
        assert_eq!(of("bytes=0-", None, 0), Asked::Outside);
        assert_eq!(of("bytes=-1", None, 0), Asked::Outside);
        assert_eq!(asked(&HeaderMap::new(), 10, "\"t\""), Asked::Whole);
    }

    #[test]
    fn a_condition_that_does_not_hold_asks_for_all() {
        assert_eq!(of("bytes=0-1", Some("\"t\""), 10), Asked::Part(0..2));
        for other in ["\"u\"", "W/\"t\"", "Sun, 22 Nov 2026 00:00:00 GMT", ""] {
            assert_eq!(of("bytes=0-1", Some(other), 10), Asked::Whole, "{other}");
        }
    }
}
