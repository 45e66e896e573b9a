//! Synthetic names and codes: valid in form, of no real person and no real unit.

/// 天干.
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
/// 地支.
const BRANCHES: [&str; 12] = ["子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉", "戌", "亥"];
/// Trades of synthetic units.
const TRADES: [&str; 8] = ["化工", "机械制造", "建材", "商贸", "物流", "餐饮管理", "建筑工程", "新型材料"];

/// One of the sixty pairs.
pub fn pair(n: u64) -> String {
    let at = |list: &[&'static str], n: u64| list[usize::try_from(n).unwrap_or(0) % list.len()];
    format!("{}{}", at(&STEMS, n % 60), at(&BRANCHES, n % 60))
}

/// Name of a synthetic unit.
pub fn unit(n: u64) -> String {
    let trade = TRADES[usize::try_from(n / 60).unwrap_or(0) % TRADES.len()];
    format!("示例{}{trade}有限公司", pair(n))
}

/// Name of a synthetic shop.
pub fn shop(n: u64) -> String {
    format!("示例县{}便民店", pair(n))
}

/// Name of a synthetic person: 示 is no surname in use.
pub fn person(n: u64) -> String {
    format!("示{}", pair(n))
}

/// 统一社会信用代码 of a unit that does not exist, in the fictitious region 990101.
pub fn credit_code(n: u64) -> String {
    const SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut code = format!("91990101{}", organisation_code(n));
    let mut sum = 0;
    let mut weight = 1;
    for byte in code.bytes() {
        sum += SYMBOLS.iter().position(|it| *it == byte).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    code.push(char::from(SYMBOLS[(31 - sum % 31) % 31]));
    code
}

/// Eight digits and the check character of GB 11714.
fn organisation_code(n: u64) -> String {
    let digits = format!("{:08}", n % 100_000_000);
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    match 11 - sum % 11 {
        10 => format!("{digits}X"),
        11 => format!("{digits}0"),
        check => format!("{digits}{check}"),
    }
}

/// 公民身份号码 of nobody: the region 999999 is given to no place.
pub fn citizen_id(n: u64) -> String {
    let (year, month, day) = (1965 + n % 36, 1 + n / 36 % 12, 1 + n / 432 % 28);
    let mut code = format!("999999{year}{month:02}{day:02}{:03}", n / 12_096 % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize =
        code.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    code.push(char::from(b"10X98765432"[sum % 11]));
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_domain::codes::{CitizenId, Uscc};

    #[test]
    fn codes_are_valid_and_differ() {
        let mut seen = std::collections::BTreeSet::new();
        for n in (0..200_000).step_by(97) {
            let code = credit_code(n);
            assert!(Uscc::parse(&code).unwrap().org_code().is_ok(), "{code}");
            assert!(CitizenId::parse(&citizen_id(n)).is_ok(), "{n}");
            assert!(seen.insert(code) && seen.insert(citizen_id(n)), "{n}");
        }
    }
}
