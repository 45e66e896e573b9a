//! Document numbers (文号): `（示）应急罚〔2026〕12号`, with sub-number `12-1号`.

use super::CodeError;
use serde::{Deserialize, Serialize};
use std::fmt;

const WHAT: &str = "文号";

/// A document number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentNumber {
    /// The place in full-width parentheses, `示`; some bodies use none.
    place: Option<String>,
    /// The system's and document's characters, `应急罚`.
    word: String,
    /// The civil year of approval.
    year: i16,
    /// The serial number, from 1.
    serial: u32,
    /// The sub-number, from 1.
    sub: Option<u32>,
}

/// What a counter runs for; uniqueness is per key, serial and sub-number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CounterKey {
    /// The organ's id.
    pub organ: String,
    /// The system's and document's characters; for case-bound numbering the
    /// system's characters alone.
    pub word: String,
    /// The civil year in Asia/Shanghai.
    pub year: i16,
}

impl DocumentNumber {
    /// Makes a number.
    ///
    /// # Errors
    /// When a part is empty or has characters that a number cannot hold, or the
    /// year or serial is out of range.
    pub fn new(
        place: Option<&str>,
        word: &str,
        year: i16,
        serial: u32,
        sub: Option<u32>,
    ) -> Result<Self, CodeError> {
        if let Some(place) = place {
            check_word("地区简称", place)?;
        }
        check_word("机关代字", word)?;
        if !(1949..=2999).contains(&year) {
            return Err(CodeError::new(WHAT, format!("年份“{year}”应为四位公元年份")));
        }
        if serial == 0 || serial > 9_999_999 || sub.is_some_and(|s| s == 0 || s > 9_999) {
            return Err(CodeError::new(WHAT, "序号从1编起，不编虚位"));
        }
        Ok(Self { place: place.map(str::to_owned), word: word.to_owned(), year, serial, sub })
    }

    /// Reads a number as it must be written.
    ///
    /// # Errors
    /// Explains the first deviation: other brackets, padding zeros, `第`.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let bad = |reason: &str| CodeError::new(WHAT, format!("“{text}”：{reason}"));
        if text.contains(['[', ']', '［', '］', '【', '】', '﹝', '﹞', '{', '}']) {
            return Err(bad("年份应使用六角括号〔〕"));
        }
        if text.contains(['(', ')']) {
            return Err(bad("地区简称应使用全角圆括号（）"));
        }
        if text.chars().any(char::is_whitespace) {
            return Err(bad("不得有空格"));
        }
        let (place, rest) = match text.strip_prefix('（') {
            Some(rest) => {
                let (place, rest) = rest.split_once('）').ok_or_else(|| bad("全角圆括号没有闭合"))?;
                (Some(place), rest)
            }
            None => (None, text),
        };
        let (word, rest) = rest.split_once('〔').ok_or_else(|| bad("缺少六角括号〔年份〕"))?;
        let (year, rest) = rest.split_once('〕').ok_or_else(|| bad("六角括号没有闭合"))?;
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad("年份应为四位阿拉伯数字"));
        }
        let year = year.parse().map_err(|_| bad("年份应为四位阿拉伯数字"))?;
        let serial = rest.strip_suffix('号').ok_or_else(|| bad("应以“号”结尾"))?;
        if serial.starts_with('第') {
            return Err(bad("序号前不加“第”字"));
        }
        let (serial, sub) = match serial.split_once('-') {
            Some((serial, sub)) => (serial, Some(count(sub).map_err(bad)?)),
            None => (serial, None),
        };
        let serial = count(serial).map_err(bad)?;
        Self::new(place, word, year, serial, sub).map_err(|e| bad(&e.reason))
    }

    /// Reads a number that a person typed or an old system wrote: other
    /// brackets, full-width digits, spaces, `第` and padding zeros are put right,
    /// and each correction is told.
    ///
    /// # Errors
    /// When it still is no number.
    pub fn parse_lenient(text: &str) -> Result<(Self, Vec<&'static str>), CodeError> {
        let mut notes = Vec::new();
        let mut note = |text: &'static str| {
            if !notes.contains(&text) {
                notes.push(text);
            }
        };
        let mut tidy = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '[' | '［' | '【' | '﹝' | '{' => {
                    note("年份括号改为〔〕");
                    tidy.push('〔');
                }
                ']' | '］' | '】' | '﹞' | '}' => {
                    note("年份括号改为〔〕");
                    tidy.push('〕');
                }
                '(' => {
                    note("圆括号改为全角");
                    tidy.push('（');
                }
                ')' => {
                    note("圆括号改为全角");
                    tidy.push('）');
                }
                '０'..='９' => {
                    note("数字改为半角");
                    tidy.push(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c));
                }
                '－' | '—' | '–' | '−' => {
                    note("连接号改为半角");
                    tidy.push('-');
                }
                c if c.is_whitespace() => note("删去空格"),
                c => tidy.push(c),
            }
        }
        if tidy.contains("〕第") {
            note("删去“第”字");
            tidy = tidy.replace("〕第", "〕");
        }
        if let Some(at) = tidy.find('〕').map(|i| i + '〕'.len_utf8()) {
            let bare = tidy[at..].trim_start_matches('0').to_owned();
            if bare.len() < tidy.len() - at && bare.starts_with(|c: char| c.is_ascii_digit()) {
                note("删去序号前的0");
                tidy = format!("{}{bare}", &tidy[..at]);
            }
        }
        Self::parse(&tidy).map(|number| (number, notes))
    }

    /// The place, without parentheses.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// The system's and document's characters.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The year.
    #[must_use]
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// The serial number.
    #[must_use]
    pub const fn serial(&self) -> u32 {
        self.serial
    }

    /// The sub-number.
    #[must_use]
    pub const fn sub(&self) -> Option<u32> {
        self.sub
    }

    /// The counter this number belongs to.
    #[must_use]
    pub fn counter(&self, organ: &str) -> CounterKey {
        CounterKey { organ: organ.to_owned(), word: self.word.clone(), year: self.year }
    }
}

fn check_word(what: &str, text: &str) -> Result<(), CodeError> {
    let allowed = |c: char| c.is_alphanumeric() && !c.is_ascii_digit();
    if text.is_empty() || text.chars().count() > 20 || !text.chars().all(allowed) {
        return Err(CodeError::new(WHAT, format!("{what}“{text}”应为1至20个汉字或字母")));
    }
    Ok(())
}

fn count(text: &str) -> Result<u32, &'static str> {
    if text.len() > 1 && text.starts_with('0') {
        return Err("序号不编虚位（不写前面的0）");
    }
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("序号应为阿拉伯数字");
    }
    text.parse().map_err(|_| "序号过大")
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "（{place}）")?;
        }
        write!(f, "{}〔{}〕{}", self.word, self.year, self.serial)?;
        if let Some(sub) = self.sub {
            write!(f, "-{sub}")?;
        }
        f.write_str("号")
    }
}

impl From<DocumentNumber> for String {
    fn from(number: DocumentNumber) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for DocumentNumber {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl std::str::FromStr for DocumentNumber {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        Self::parse(text)
    }
}
