//! Counts in Chinese numerals, as laws write them.

const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A count up to 99,999,999 in the law's numerals: `七`, `十五`, `九十`, `二百零三`;
/// larger ones in digits.
#[must_use]
pub fn numeral(n: u32) -> String {
    match n {
        0 => "零".into(),
        1..=9_999 => section(n),
        10_000..=99_999_999 => {
            let (high, low) = (n / 10_000, n % 10_000);
            let gap = if low > 0 && low < 1_000 { "零" } else { "" };
            let low = if low == 0 { String::new() } else { full(low) };
            format!("{}万{gap}{low}", section(high))
        }
        100_000_000.. => n.to_string(),
    }
}

/// 1 to 9,999; ten to nineteen without the leading 一.
fn section(n: u32) -> String {
    let text = full(n);
    if (10..20).contains(&n) { text.chars().skip(1).collect() } else { text }
}

fn full(n: u32) -> String {
    let mut text = String::new();
    let mut zero = false;
    for (unit, sign) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = n / unit % 10;
        if digit == 0 {
            zero = !text.is_empty();
        } else {
            if zero {
                text.push('零');
            }
            zero = false;
            text.push(DIGITS[digit as usize]);
            text.push_str(sign);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn numerals_read_as_in_law() {
        let cases =
            [(0, "零"), (7, "七"), (10, "十"), (15, "十五"), (20, "二十"), (90, "九十"), (105, "一百零五")];
        for (n, want) in
            cases.into_iter().chain([(110, "一百一十"), (2021, "二千零二十一"), (100_015, "十万零一十五")])
        {
            assert_eq!(super::numeral(n), want);
        }
    }
}
