//! Amounts in words: the figures and the Chinese capitals of a document are computed from one
//! number, so that they cannot disagree.

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

/// An amount of fen in Chinese capitals, e.g. `3_050_005` → `叁万零伍佰元零伍分`.
///
/// Writing rules of 支付结算办法 附一 (正确填写票据和结算凭证的基本规定): `整` closes an amount without fen,
/// runs of zeros are read once.
#[must_use]
pub fn capital(fen: u64) -> String {
    let (yuan, jiao, cents) = (fen / 100, (fen / 10 % 10) as usize, (fen % 10) as usize);
    let mut out = integer_capital(yuan);
    if !out.is_empty() {
        out.push('元');
    }
    match (jiao, cents) {
        (0, 0) if out.is_empty() => out.push_str("零元整"),
        (0, 0) => out.push('整'),
        (0, c) => {
            if !out.is_empty() {
                out.push('零');
            }
            out.push_str(DIGITS[c]);
            out.push('分');
        }
        (j, c) => {
            // A yuan part that ends in zero is followed by 零 before the jiao.
            if yuan > 0 && yuan.is_multiple_of(10) {
                out.push('零');
            }
            out.push_str(DIGITS[j]);
            out.push('角');
            if c == 0 {
                out.push('整');
            } else {
                out.push_str(DIGITS[c]);
                out.push('分');
            }
        }
    }
    out
}

fn integer_capital(yuan: u64) -> String {
    let mut out = String::new();
    let mut pending_zero = false;
    for group in (0..GROUPS.len()).rev() {
        let value = yuan / 10_000u64.pow(group as u32) % 10_000;
        if value == 0 {
            pending_zero |= !out.is_empty();
            continue;
        }
        for place in (0..PLACES.len()).rev() {
            let digit = (value / 10u64.pow(place as u32) % 10) as usize;
            if digit == 0 {
                pending_zero |= !out.is_empty();
                continue;
            }
            if std::mem::take(&mut pending_zero) {
                out.push('零');
            }
            out.push_str(DIGITS[digit]);
            out.push_str(PLACES[place]);
        }
        out.push_str(GROUPS[group]);
        // Zeros at the end of a group are not read.
        pending_zero = false;
    }
    out
}

/// An amount of fen in figures with thousands separators and two decimals, e.g. `30,500.05`.
#[must_use]
pub fn figures(fen: u64) -> String {
    let yuan = (fen / 100).to_string();
    let mut out = String::new();
    for (index, digit) in yuan.chars().enumerate() {
        if index > 0 && (yuan.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{out}.{:02}", fen % 100)
}

#[cfg(test)]
#[allow(clippy::inconsistent_digit_grouping)] // fen stand apart, as amounts are read
mod tests {
    use super::*;

    #[test]
    fn capitals_follow_the_writing_rules() {
        let cases = [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (105, "壹元零伍分"),
            (1_050, "壹拾元零伍角整"),
            (100_00, "壹佰元整"),
            (101_00, "壹佰零壹元整"),
            (1_000_00, "壹仟元整"),
            (30_500_05, "叁万零伍佰元零伍分"),
            (50_000_00, "伍万元整"),
            (100_100_00, "壹拾万零壹佰元整"),
            (107_000_53, "壹拾万柒仟元零伍角叁分"),
            (168_032, "壹仟陆佰捌拾元零叁角贰分"),
            (1_409_50, "壹仟肆佰零玖元伍角整"),
            (6_007_14, "陆仟零柒元壹角肆分"),
            (20_000_000_00, "贰仟万元整"),
            (100_000_001_00, "壹亿零壹元整"),
            (100_050_000_00, "壹亿零伍万元整"),
        ];
        for (fen, words) in cases {
            assert_eq!(capital(fen), words, "{fen}");
        }
    }

    #[test]
    fn figures_group_by_thousands() {
        assert_eq!(figures(5), "0.05");
        assert_eq!(figures(99_999), "999.99");
        assert_eq!(figures(5_000_000), "50,000.00");
        assert_eq!(figures(123_456_789_00), "123,456,789.00");
    }
}
