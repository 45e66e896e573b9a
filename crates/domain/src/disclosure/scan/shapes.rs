//! Shapes of personal data in running text: identity and bank numbers, mobile
//! numbers, e-mail, plates, passports, messenger accounts, title deeds.
//!
//! A shape is found whatever its width and however its digits are spaced. The
//! detectors would rather stop a harmless number than let one through.

use super::fold::{Glyph, Token, chains, is_separator};
use super::{Hit, ScanRule};
use jiff::civil::Date;

/// Every shape in `glyphs`, with ranges in characters of the original.
pub(super) fn detect(glyphs: &[Glyph]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for chain in chains(glyphs) {
        resident_ids(glyphs, &chain, &mut hits);
        aligned(glyphs, &chain, &mut hits);
    }
    emails(glyphs, &mut hits);
    plates(glyphs, &mut hits);
    passports(glyphs, &mut hits);
    keyed_accounts(glyphs, &mut hits);
    title_deeds(glyphs, &mut hits);
    super::address::addresses(glyphs, &mut hits);
    hits
}

fn hit(glyphs: &[Glyph], from: usize, to: usize, rule: ScanRule) -> Hit {
    Hit { from: glyphs[from].at, to: glyphs[to - 1].at + 1, rule }
}

/// 18-character numbers of GB 11643 with a possible birth day and the right
/// check character, at any place in a chain: no token boundary is asked for,
/// because the digits may be split anywhere.
fn resident_ids(glyphs: &[Glyph], chain: &[Token], hits: &mut Vec<Hit>) {
    let mut places: Vec<usize> = chain.iter().flat_map(|t| t.from..t.to).collect();
    let digits: Vec<u32> = places.iter().filter_map(|&p| glyphs[p].ch.to_digit(10)).collect();
    // The check character X ends the chain of digits.
    let end = chain.last().map_or(0, |t| t.to);
    let x = (end..glyphs.len().min(end + super::fold::GAP + 1))
        .take_while(|&p| glyphs[p].ch == 'X' || is_separator(glyphs[p].ch))
        .find(|&p| glyphs[p].ch == 'X');
    if let Some(x) = x {
        places.push(x);
    }
    let mut i = 0;
    while i + 18 <= places.len() {
        let body = &digits[i..i + 17];
        let last = glyphs[places[i + 17]].ch;
        if birth_day(&body[6..14]) && check_character(body) == last {
            // Whole groups go, so that what is left is no other number.
            let from = chain.iter().rfind(|t| t.from <= places[i]).map_or(places[i], |t| t.from);
            let last = places[i + 17];
            let to = chain.iter().find(|t| (t.from..t.to).contains(&last)).map_or(last + 1, |t| t.to);
            hits.push(hit(glyphs, from, to, ScanRule::ResidentId));
        }
        i += 1;
    }
}

/// Check character of GB 11643: weighted sum modulo 11.
fn check_character(body: &[u32]) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    CHECK[(sum % 11) as usize]
}

fn birth_day(digits: &[u32]) -> bool {
    let number = |d: &[u32]| d.iter().fold(0i16, |n, &d| n * 10 + d as i16);
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..8]));
    (1800..2200).contains(&year) && Date::new(year, month as i8, day as i8).is_ok()
}

/// Numbers that begin and end with a group: mobiles, 15-digit identity numbers,
/// bank cards.
fn aligned(glyphs: &[Glyph], chain: &[Token], hits: &mut Vec<Hit>) {
    for start in 0..chain.len() {
        let mut length = 0;
        for end in start..chain.len() {
            length += chain[end].len();
            if length > 19 {
                break;
            }
            let group = &chain[start..=end];
            if length < 11 {
                continue;
            }
            if decimal(glyphs, group) {
                continue;
            }
            let digits: Vec<u32> =
                group.iter().flat_map(|t| t.from..t.to).filter_map(|p| glyphs[p].ch.to_digit(10)).collect();
            if let Some(rule) = number(glyphs, group, &digits) {
                hits.push(hit(glyphs, group[0].from, chain[end].to, rule));
            }
        }
    }
}

/// An amount with a decimal point is no grouped number.
fn decimal(glyphs: &[Glyph], group: &[Token]) -> bool {
    group.len() == 2 && group[1].from - group[0].to == 1 && glyphs[group[0].to].ch == '.'
}

fn number(glyphs: &[Glyph], group: &[Token], digits: &[u32]) -> Option<ScanRule> {
    let mobile = |d: &[u32]| d.len() == 11 && d[0] == 1 && d[1] >= 3;
    let prefixed = match digits.len() {
        12 => digits[0] == 0 && mobile(&digits[1..]),
        13 => digits[..2] == [8, 6] && mobile(&digits[2..]),
        14 => digits[..3] == [0, 8, 6] && mobile(&digits[3..]),
        15 => digits[..4] == [0, 0, 8, 6] && mobile(&digits[4..]),
        _ => mobile(digits),
    };
    if prefixed {
        return Some(ScanRule::Mobile);
    }
    if digits.len() == 15 && old_birth_day(&digits[6..12]) {
        return Some(ScanRule::OldResidentId);
    }
    let card = (15..=19).contains(&digits.len()) && digits.iter().any(|&d| d != 0) && luhn(digits);
    (card && !dates(glyphs, group) && !credit_code(glyphs, group, digits)).then_some(ScanRule::BankCard)
}

fn old_birth_day(digits: &[u32]) -> bool {
    let number = |d: &[u32]| d.iter().fold(0i8, |n, &d| n * 10 + d as i8);
    let year = 1900 + i16::from(number(&digits[..2]));
    Date::new(year, number(&digits[2..4]), number(&digits[4..6])).is_ok()
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| if i % 2 == 0 { d } else { d * 2 / 10 + d * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// Two calendar days written one after the other, `2026-03-12 2026-03-20`: the
/// only grouping that is read as no card although its digits may pass Luhn.
fn dates(glyphs: &[Glyph], group: &[Token]) -> bool {
    let number = |t: &Token| {
        glyphs[t.from..t.to].iter().fold(0i32, |n, g| n * 10 + g.ch.to_digit(10).unwrap_or(0) as i32)
    };
    group.len() == 6
        && group.chunks(3).all(|t| {
            t[0].len() == 4
                && t[1].len() <= 2
                && t[2].len() <= 2
                && (1949..2100).contains(&number(&t[0]))
                && Date::new(number(&t[0]) as i16, number(&t[1]) as i8, number(&t[2]) as i8).is_ok()
        })
}

/// A 统一社会信用代码 (GB 32100) of digits only: public by law, 18 digits in one
/// piece with the right check character and the code of a registering body.
fn credit_code(glyphs: &[Glyph], group: &[Token], digits: &[u32]) -> bool {
    const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let alone =
        |at: Option<usize>| at.and_then(|p| glyphs.get(p)).is_none_or(|g| !g.ch.is_ascii_alphanumeric());
    if group.len() != 1 || digits.len() != 18 || !matches!(digits[0], 1 | 5 | 9) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    (31 - sum % 31) % 31 == digits[17] && alone(group[0].from.checked_sub(1)) && alone(Some(group[0].to))
}

fn emails(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    for (i, _) in glyphs.iter().enumerate().filter(|(_, g)| g.ch == '@') {
        let mut from = i;
        while from > 0 && glyphs[from - 1].ch == ' ' {
            from -= 1;
        }
        let gap = from;
        while from > 0 && local(glyphs[from - 1].ch) {
            from -= 1;
        }
        let Some(to) = domain_end(glyphs, i + 1) else { continue };
        if from < gap {
            hits.push(hit(glyphs, from, to, ScanRule::Email));
        }
    }
}

/// End of a domain name that starts at `at`: labels joined by dots, blanks
/// allowed around the dots; the last label has two letters or more.
fn domain_end(glyphs: &[Glyph], at: usize) -> Option<usize> {
    let skip = |mut p: usize| {
        while p < glyphs.len() && glyphs[p].ch == ' ' {
            p += 1;
        }
        p
    };
    let label = |mut p: usize| {
        while p < glyphs.len() && (glyphs[p].ch.is_ascii_alphanumeric() || glyphs[p].ch == '-') {
            p += 1;
        }
        p
    };
    let mut p = skip(at);
    let mut end = label(p);
    if end == p {
        return None;
    }
    let mut found = None;
    loop {
        let dot = skip(end);
        if !glyphs.get(dot).is_some_and(|g| matches!(g.ch, '.' | '。' | '·')) {
            return found;
        }
        p = skip(dot + 1);
        end = label(p);
        if end < p + 2 || !glyphs[p..end].iter().any(|g| g.ch.is_ascii_alphabetic()) {
            return found;
        }
        found = Some(end);
    }
}

/// Civil plates (GA 36): region character, letter, five or six characters of
/// which one at least is a digit; `·` or a blank may stand between.
fn plates(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    const REGIONS: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领";
    const TAILS: &str = "挂学警港澳领使";
    for (i, _) in glyphs.iter().enumerate().filter(|(_, g)| REGIONS.contains(g.ch)) {
        let letter = (i + 1..glyphs.len()).find(|&p| !is_separator(glyphs[p].ch));
        let Some(letter) = letter.filter(|&p| p <= i + 2 && glyphs[p].ch.is_ascii_uppercase()) else {
            continue;
        };
        let mut found = None;
        let (mut p, mut count, mut digit) = (letter + 1, 0, false);
        while p < glyphs.len() && count < 7 {
            let c = glyphs[p].ch;
            let tail = TAILS.contains(c) && (4..=5).contains(&count);
            if c.is_ascii_digit() || c.is_ascii_uppercase() || tail {
                count += 1;
                digit |= c.is_ascii_digit();
                let ends = tail || !glyphs.get(p + 1).is_some_and(|g| g.ch.is_ascii_alphanumeric());
                if ends && digit && (5..=6).contains(&count) {
                    found = Some(p + 1);
                }
            } else if !is_separator(c) {
                break;
            }
            p += 1;
        }
        if let Some(end) = found {
            hits.push(hit(glyphs, i, end, ScanRule::Plate));
        }
    }
}

/// Passports and travel permits: one or two letters and seven to ten digits,
/// standing apart from other letters and digits.
fn passports(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    let letters = |c: char| matches!(c, 'C' | 'D' | 'E' | 'G' | 'H' | 'K' | 'L' | 'M' | 'P' | 'S' | 'T');
    for i in 0..glyphs.len() {
        let before = i.checked_sub(1).is_some_and(|p| glyphs[p].ch.is_ascii_alphanumeric());
        if before || !letters(glyphs[i].ch) {
            continue;
        }
        let mut p = i + 1;
        let second = glyphs.get(p).is_some_and(|g| g.ch.is_ascii_uppercase());
        if second {
            p += 1;
        }
        let (low, high) = if second { (7, 8) } else { (8, 10) };
        let (mut count, mut found) = (0, None);
        while p < glyphs.len() && count <= high {
            let c = glyphs[p].ch;
            if c.is_ascii_digit() {
                count += 1;
                let ends = !glyphs.get(p + 1).is_some_and(|g| g.ch.is_ascii_alphanumeric());
                if ends && (low..=high).contains(&count) {
                    found = Some(p + 1);
                }
            } else if !is_separator(c) {
                break;
            }
            p += 1;
        }
        if let Some(end) = found {
            hits.push(hit(glyphs, i, end, ScanRule::Passport));
        }
    }
}

/// Accounts that only a word beside them tells: QQ, 微信, 护照.
fn keyed_accounts(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    const KEYS: [(&str, ScanRule); 5] = [
        ("QQ", ScanRule::Messenger),
        ("微信", ScanRule::Messenger),
        ("WECHAT", ScanRule::Messenger),
        ("钉钉", ScanRule::Messenger),
        ("护照", ScanRule::Passport),
    ];
    for (key, rule) in KEYS {
        for at in places(glyphs, key) {
            let mut p = at + key.chars().count();
            let limit = p + 6;
            while p < glyphs.len()
                && p < limit
                && !glyphs[p].ch.is_ascii_alphanumeric()
                && !ends_phrase(glyphs, p)
            {
                p += 1;
            }
            let from = p;
            while p < glyphs.len()
                && (glyphs[p].ch.is_ascii_alphanumeric() || matches!(glyphs[p].ch, '-' | '_'))
            {
                p += 1;
            }
            if p - from >= 5 {
                hits.push(hit(glyphs, from, p, rule));
            }
        }
    }
}

/// Numbers of title deeds: from the word to the closing 号.
fn title_deeds(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    for key in ["不动产权第", "房权证", "房地权证", "土地使用证", "国用"] {
        for at in places(glyphs, key) {
            let from = at + key.chars().count();
            let end = (from..glyphs.len().min(from + 30))
                .take_while(|&p| !ends_phrase(glyphs, p))
                .find(|&p| glyphs[p].ch == '号');
            if let Some(end) = end
                && glyphs[from..end].iter().any(|g| g.ch.is_ascii_digit())
            {
                hits.push(hit(glyphs, from, end + 1, ScanRule::TitleDeed));
            }
        }
    }
}

/// Punctuation that ends a phrase, or a mark that stands for withheld text.
fn ends_phrase(glyphs: &[Glyph], p: usize) -> bool {
    let mark = glyphs[p].ch == '〔' && glyphs.get(p + 1).is_some_and(|g| matches!(g.ch, '略' | '此'));
    mark || matches!(glyphs[p].ch, '。' | '、' | ',' | ';' | '?' | '!')
}

/// Where `key` begins.
pub(super) fn places(glyphs: &[Glyph], key: &str) -> Vec<usize> {
    let key: Vec<char> = key.chars().collect();
    glyphs
        .windows(key.len())
        .enumerate()
        .filter(|(_, w)| w.iter().map(|g| g.ch).eq(key.iter().copied()))
        .map(|(i, _)| i)
        .collect()
}
