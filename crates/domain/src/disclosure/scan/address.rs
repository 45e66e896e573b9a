//! Addresses finer than a street: 室, 单元, 号楼, 栋 after a number.

use super::fold::Glyph;
use super::{Hit, ScanRule};

/// Words that, after a number, name a door.
const DOORS: [&str; 4] = ["单元", "号楼", "室", "栋"];

/// Words of places finer than a street office: an address that has one and no
/// administrative name goes whole.
const ROADS: &str = "路街巷村组区苑园弄里庄寨胡";

/// Farthest an address reaches back from its door, in characters.
const REACH: usize = 40;

/// Finds door details. The range begins where the address gets finer than
/// county or street, so withholding it leaves an address cut to that level.
pub(super) fn addresses(glyphs: &[Glyph], hits: &mut Vec<Hit>) {
    for door in DOORS {
        for at in super::shapes::places(glyphs, door) {
            let mut number = at;
            while number > 0 && glyphs[number - 1].ch == ' ' {
                number -= 1;
            }
            if number == 0 || !numeral(glyphs[number - 1].ch) {
                continue;
            }
            let from = cut(glyphs, number - 1);
            let to = at + door.chars().count();
            hits.push(Hit { from: glyphs[from].at, to: glyphs[to - 1].at + 1, rule: ScanRule::Address });
        }
    }
}

const fn numeral(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(
            c,
            '一' | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '百'
                | '〇'
                | '零'
                | '甲'
                | '乙'
                | '丙'
                | '丁'
                | '#'
                | '-'
        )
}

/// First glyph of what must go: after the last county, town or street name, or
/// after the word that leads the address in, or the number itself.
fn cut(glyphs: &[Glyph], number: usize) -> usize {
    let mut start = number;
    while start > 0 && number - start < REACH && !breaks(glyphs[start - 1].ch) {
        start -= 1;
    }
    // A number is never cut in two: its rest could read as another number.
    while start > 0 && glyphs[start - 1].ch.is_ascii_alphanumeric() {
        start -= 1;
    }
    let fine = (start..number).rev().find(|&p| administrative(glyphs, p) || lead(glyphs[p].ch));
    match fine {
        Some(p) => p + 1,
        None if (start..number).any(|p| ROADS.contains(glyphs[p].ch)) => start,
        None => first_numeral(glyphs, number),
    }
}

/// Where the number itself begins.
fn first_numeral(glyphs: &[Glyph], number: usize) -> usize {
    let mut p = number;
    while p > 0 && numeral(glyphs[p - 1].ch) {
        p -= 1;
    }
    p
}

const fn breaks(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '；'
            | '：'
            | '、'
            | ','
            | ';'
            | ':'
            | '（'
            | '）'
            | '('
            | ')'
            | '“'
            | '”'
            | '〔'
            | '〕'
            | '《'
            | '》'
            | '\n'
            | '?'
            | '!'
    )
}

/// A name that may stay: county, district, banner, town, township, street office.
fn administrative(glyphs: &[Glyph], p: usize) -> bool {
    let before = p.checked_sub(1).map(|b| glyphs[b].ch);
    match glyphs[p].ch {
        // 小区, 社区, 园区 are finer than a street or are estates.
        '区' => !matches!(before, Some('小' | '社' | '园')),
        '县' | '旗' | '镇' | '乡' => true,
        '道' => before == Some('街'),
        _ => false,
    }
}

const fn lead(c: char) -> bool {
    matches!(c, '住' | '于' | '在' | '址' | '居')
}
