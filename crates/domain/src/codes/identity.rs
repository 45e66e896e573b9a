//! Codes of parties: 统一社会信用代码 (GB 32100), 组织机构代码 (GB 11714),
//! 公民身份号码 (GB 11643), bank cards (Luhn), mobile numbers.

use super::CodeError;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Removes spaces and writes letters in upper case and digits in half width.
fn tidy(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
                // Full-width forms lie at a fixed distance from ASCII.
                char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c).to_ascii_uppercase()
            }
            other => other.to_ascii_uppercase(),
        })
        .collect()
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The normalised text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;
            fn try_from(text: String) -> Result<Self, CodeError> {
                Self::parse(&text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                Self::parse(text)
            }
        }
    };
}

code! {
    /// 统一社会信用代码.
    Uscc
}
code! {
    /// 组织机构代码, eight characters and the check character.
    OrgCode
}
code! {
    /// 公民身份号码. Its debug form shows nothing, so it cannot leak into a log.
    CitizenId
}
code! {
    /// A bank card number. Its debug form shows nothing.
    BankCard
}
code! {
    /// A mainland mobile number. Its debug form shows nothing.
    Mobile
}

/// The 31 symbols of GB 32100: no I, O, S, V, Z.
const USCC_SYMBOLS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl Uscc {
    const WHAT: &'static str = "统一社会信用代码";

    /// Reads and checks a code; small letters, full-width characters and spaces
    /// are accepted. The region is never checked against a table: old regions
    /// stay valid.
    ///
    /// # Errors
    /// Says which character or the check character is wrong.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code = tidy(text);
        let chars: Vec<char> = code.chars().collect();
        if chars.len() != 18 {
            return Err(CodeError::new(Self::WHAT, format!("应为18位，现为{}位", chars.len())));
        }
        let mut sum = 0;
        let mut weight = 1;
        for (i, c) in chars.iter().enumerate() {
            let Some(value) = USCC_SYMBOLS.iter().position(|s| char::from(*s) == *c) else {
                let hint = if "IOSVZ".contains(*c) { "（不使用字母I、O、S、V、Z）" } else { "" };
                return Err(CodeError::new(Self::WHAT, format!("第{}位“{c}”不是允许的字符{hint}", i + 1)));
            };
            if i < 17 {
                sum += value * weight;
                weight = weight * 3 % 31;
            } else if value != (31 - sum % 31) % 31 {
                return Err(CodeError::new(Self::WHAT, "校验码（第18位）不符，请核对各位"));
            }
        }
        Ok(Self(code))
    }

    /// The region of registration, six digits.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[2..8]
    }

    /// The organisation code inside, digits 9 to 17, with its own check
    /// character verified.
    ///
    /// # Errors
    /// When those nine characters fail GB 11714, which some issued codes do.
    pub fn org_code(&self) -> Result<OrgCode, CodeError> {
        OrgCode::parse(&self.0[8..17])
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.0)
    }
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl OrgCode {
    const WHAT: &'static str = "组织机构代码";

    /// Reads and checks a code, with or without the hyphen.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code = tidy(text).replace('-', "");
        if code.len() != 9 || !code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            return Err(CodeError::new(Self::WHAT, "应为8位数字或大写字母加1位校验码"));
        }
        let value = |b: u8| u32::from(if b.is_ascii_digit() { b - b'0' } else { b - b'A' + 10 });
        let weights = [3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = code.bytes().zip(weights).map(|(b, w)| value(b) * w).sum();
        let check = match 11 - sum % 11 {
            10 => 'X',
            11 => '0',
            n => char::from_digit(n, 10).unwrap_or('0'),
        };
        if code.ends_with(check) {
            Ok(Self(code))
        } else {
            Err(CodeError::new(Self::WHAT, "校验码（第9位）不符，请核对各位"))
        }
    }
}

impl fmt::Debug for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgCode({})", self.0)
    }
}

/// Sex as the seventeenth digit tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Odd.
    Male,
    /// Even.
    Female,
}

impl Sex {
    /// 男 or 女.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

impl CitizenId {
    const WHAT: &'static str = "公民身份号码";

    /// Reads and checks a number; a small x is normalised. The region is never
    /// checked against a table.
    ///
    /// # Errors
    /// Says whether length, characters, date or check digit is wrong.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code = tidy(text);
        let bytes = code.as_bytes();
        if code.chars().count() != 18 {
            return Err(CodeError::new(Self::WHAT, format!("应为18位，现为{}位", code.chars().count())));
        }
        let digits = bytes.len() == 18 && bytes[..17].iter().all(u8::is_ascii_digit);
        if !digits || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(CodeError::new(Self::WHAT, "前17位应为数字，末位应为数字或X"));
        }
        if date_of(&code).is_none() {
            return Err(CodeError::new(Self::WHAT, format!("第7至14位“{}”不是存在的日期", &code[6..14])));
        }
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: usize = bytes.iter().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
        if b"10X98765432"[sum % 11] != bytes[17] {
            return Err(CodeError::new(Self::WHAT, "校验码（第18位）不符，请核对各位"));
        }
        Ok(Self(code))
    }

    /// The date of birth.
    #[must_use]
    pub fn birth(&self) -> Date {
        // Checked when the number was read.
        date_of(&self.0).unwrap_or(Date::ZERO)
    }

    /// The sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if (self.0.as_bytes()[16] - b'0') % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The region of first registration, six digits.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.0[..6]
    }

    /// Full years of age (周岁) on the day, as 《行政处罚法》第三十条 asks: a year
    /// is full from the day after the birthday.
    #[must_use]
    pub fn full_years(&self, on: Date) -> i16 {
        let birth = self.birth();
        let passed = (on.month(), on.day()) > (birth.month(), birth.day());
        on.year() - birth.year() - i16::from(!passed)
    }
}

fn date_of(code: &str) -> Option<Date> {
    let part = |from: usize, to: usize| code.get(from..to)?.parse::<i16>().ok();
    let (year, month, day) = (part(6, 10)?, part(10, 12)?, part(12, 14)?);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (year >= 1800).then_some(date)
}

impl BankCard {
    const WHAT: &'static str = "银行卡号";

    /// Reads and checks a number of 15 to 19 digits by Luhn; spaces are accepted.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code = tidy(text);
        if !(15..=19).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CodeError::new(Self::WHAT, "应为15至19位数字"));
        }
        let sum: u32 = code
            .bytes()
            .rev()
            .enumerate()
            .map(|(i, b)| match (i % 2, u32::from(b - b'0')) {
                (0, d) => d,
                (_, d) if d > 4 => d * 2 - 9,
                (_, d) => d * 2,
            })
            .sum();
        if sum.is_multiple_of(10) {
            Ok(Self(code))
        } else {
            Err(CodeError::new(Self::WHAT, "校验位不符，请核对各位"))
        }
    }
}

impl Mobile {
    const WHAT: &'static str = "手机号码";

    /// Reads a mainland number: 11 digits from 13 to 19; `+86` is accepted.
    ///
    /// # Errors
    /// Says what is expected.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let code = tidy(text).replace('-', "");
        let code = code.strip_prefix("+86").unwrap_or(&code);
        let form = code.len() == 11 && code.bytes().all(|b| b.is_ascii_digit());
        if form && code.starts_with('1') && code.as_bytes()[1] >= b'3' {
            Ok(Self(code.to_owned()))
        } else {
            Err(CodeError::new(Self::WHAT, "应为以13至19开头的11位数字"))
        }
    }
}

macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}
hidden!(CitizenId, BankCard, Mobile);
