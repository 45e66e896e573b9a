//! Amounts of money: fen as stored, yuan as shown, capitals as documents write.

use super::CodeError;

const WHAT: &str = "金额";
/// Largest amount accepted: a trillion yuan less a fen.
pub const MAX_FEN: i64 = 99_999_999_999_999;

/// Yuan with separators and two decimals: `1234560` fen → `12,345.60`.
#[must_use]
pub fn format_yuan(fen: i64) -> String {
    let (sign, all) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    let digits = (all / 100).to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("{sign}{grouped}.{:02}", all % 100)
}

/// Ten thousands of yuan with six decimals, as the credit exchange files want
/// it: `1234560` fen → `1.234560`.
#[must_use]
pub fn format_wan(fen: i64) -> String {
    let (sign, all) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    format!("{sign}{}.{:06}", all / 1_000_000, all % 1_000_000)
}

/// Reads an amount in yuan to fen. Accepts separators, `元`, `￥` and full-width
/// digits; refuses negatives and more than two decimals.
///
/// # Errors
/// Says what is wrong.
pub fn parse_yuan(text: &str) -> Result<i64, CodeError> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '￥' | '¥'))
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '．' => '.',
            other => other,
        })
        .collect();
    let plain = plain.strip_suffix('元').unwrap_or(&plain);
    let (whole, part) = plain.split_once('.').unwrap_or((plain, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(CodeError::new(WHAT, format!("“{text}”应为以元计的数字，例如 12,345.60")));
    }
    if part.len() > 2 {
        return Err(CodeError::new(WHAT, "至多两位小数（分）"));
    }
    let fen = format!("{whole}{part:0<2}").parse::<i64>().ok().filter(|fen| *fen <= MAX_FEN);
    fen.ok_or_else(|| CodeError::new(WHAT, "超出可以记录的范围"))
}

const CAPITALS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// An amount in capitals as bills and decisions write it: `壹万贰仟叁佰肆拾伍元陆角`,
/// `整` after whole yuan.
#[must_use]
pub fn capitals(fen: i64) -> String {
    let all = fen.unsigned_abs();
    let (yuan, jiao, fen_digit) = (all / 100, all / 10 % 10, all % 10);
    let mut text = String::new();
    if fen < 0 {
        text.push('负');
    }
    if yuan > 0 || all == 0 {
        push_whole(&mut text, yuan);
        text.push('元');
    }
    match (jiao, fen_digit) {
        (0, 0) => text.push('整'),
        (0, f) => {
            if yuan > 0 {
                text.push('零');
            }
            push_digit(&mut text, f);
            text.push('分');
        }
        (j, f) => {
            push_digit(&mut text, j);
            text.push('角');
            if f > 0 {
                push_digit(&mut text, f);
                text.push('分');
            }
        }
    }
    text
}

fn push_digit(text: &mut String, digit: u64) {
    text.push(CAPITALS[usize::try_from(digit % 10).unwrap_or(0)]);
}

/// Whole yuan; a gap between the groups of four digits is one 零.
fn push_whole(text: &mut String, n: u64) {
    for (base, name) in [(100_000_000, '亿'), (10_000, '万')] {
        if n >= base {
            push_whole(text, n / base);
            text.push(name);
            let rest = n % base;
            if rest > 0 {
                if rest < base / 10 {
                    text.push('零');
                }
                push_whole(text, rest);
            }
            return;
        }
    }
    if n == 0 { text.push('零') } else { push_group(text, n) }
}

/// 1 to 9,999 without a leading zero.
fn push_group(text: &mut String, group: u64) {
    let mut started = false;
    let mut zero = false;
    for (unit, sign) in [(1_000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = group / unit % 10;
        if digit == 0 {
            zero = started;
            continue;
        }
        if zero {
            text.push('零');
        }
        push_digit(text, digit);
        text.push_str(sign);
        started = true;
        zero = false;
    }
}
