//! Persons of a case and the public form of their names.

use super::words::PersonRole;
use serde::{Deserialize, Serialize};

/// A person whose name may stand in the texts of the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPerson {
    /// Name as on the identity card.
    pub name: String,
    /// As what the person stands in the case.
    pub role: PersonRole,
}

impl KnownPerson {
    /// A person by name and role.
    pub fn new(name: impl Into<String>, role: PersonRole) -> Self {
        Self { name: name.into(), role }
    }
}

/// Surnames of more than one character still in use.
pub const COMPOUND_SURNAMES: [&str; 60] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟",
    "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离",
    "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马", "公西", "颛孙", "壤驷",
    "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐", "段干", "百里", "呼延", "东郭",
    "南门", "羊舌", "微生", "左丘", "东门", "西门", "第五", "纳兰",
];

/// How many characters of a name stay. Blanks and points do not count.
///
/// A compound surname stays whole when a given name follows it; of a name with
/// a point (minority and foreign names) and of a name in letters one character
/// stays.
pub fn kept(name: &str) -> usize {
    let pointed = name.chars().any(|c| matches!(c, '·' | '•' | '・' | '‧' | '．'));
    let bare: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let compound = COMPOUND_SURNAMES.iter().any(|s| bare.starts_with(s)) && bare.chars().count() > 2;
    if compound && !pointed { 2 } else { 1 }
}

/// The public form of a name: 欧阳某某, 王某, 阿某某.
pub fn public_name(name: &str) -> String {
    let bare: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).collect();
    let keep = kept(name).min(bare.len());
    let mark = if bare.len() - keep >= 2 { "某某" } else { "某" };
    bare[..keep].iter().collect::<String>() + mark
}
