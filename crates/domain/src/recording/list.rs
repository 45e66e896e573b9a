//! 音像记录事项清单: which acts are recorded how, as a table of each jurisdiction.
//!
//! Files (`recordings/*.toml`) hold rows by link and a few settings. A row has its
//! own source, days in force and the moment at which it became known here, so a new
//! row asks nothing of an act that was recorded before. A lower level may be
//! stricter than a wider one, never laxer: [`RecordingBook::parse`] refuses it.

pub use super::governed::{ActOf, ActRef};
use super::settings::{Entry, Settings};
use super::words::{Link, Manner, RetentionClass, Strength};
use crate::case::procedure::Verb;
use crate::cite::Citation;
use crate::policy::{Jurisdiction, Level, System};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// 国办发〔2018〕118号（八）: text suffices where it records fully and effectively.
pub const TEXT_SUFFICES: Citation =
    Citation::of("国务院办公厅关于全面推行三项制度的指导意见（国办发〔2018〕118号）", "（八）");

/// Why a list was refused when it was loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not TOML of the expected shape, or a field is missing.
    #[error("音像记录事项清单 {file} 格式不对：{reason}")]
    File {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Two rows (or settings) of one scope hold on one day and became known together.
    #[error("音像记录事项清单 {file} 中的 {key} 在 {day} 有两行")]
    Duplicate {
        /// The file.
        file: String,
        /// Link or key.
        key: String,
        /// A day on which both hold.
        day: Date,
    },
    /// A row is laxer than that of a wider level.
    #[error("音像记录事项清单 {file} 中的“{link}”宽于 {wider}（{source_text}）")]
    Laxer {
        /// The file.
        file: String,
        /// The link.
        link: &'static str,
        /// The wider file.
        wider: String,
        /// Where the wider row stands.
        source_text: String,
    },
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The link; one row of a link holds for a jurisdiction on a day.
    pub link: Link,
    /// 执法类别.
    pub category: String,
    /// 执法事项.
    pub item: String,
    /// 记录方式.
    pub manner: Manner,
    /// How binding it is.
    pub strength: Strength,
    /// 记录开始.
    pub start: String,
    /// 记录内容.
    pub content: String,
    /// 记录结束.
    pub end: String,
    /// 存储期限.
    pub retention: RetentionClass,
    /// 备注.
    pub note: String,
    /// Where it stands.
    pub source: Citation,
    /// The acts it governs.
    pub acts: Vec<ActRef>,
    /// First day in force.
    pub from: Date,
    /// Last day in force.
    pub to: Option<Date>,
    /// When this installation's rules came to hold it.
    pub recorded_at: Timestamp,
    /// The level it was found on.
    pub level: Level,
    /// The file's id.
    pub file: String,
    /// Limited to one field: a narrower scope than the same level without.
    specific: (bool, bool),
}

impl Row {
    fn holds(&self, day: Date, known_at: Timestamp) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to) && self.recorded_at <= known_at
    }

    /// 记录方式 as the list prints it, with how binding it is.
    pub fn manner_words(&self) -> String {
        words(self.strength, self.manner)
    }

    const fn rank(&self) -> (Level, (bool, bool), Timestamp, Date) {
        (self.level, self.specific, self.recorded_at, self.from)
    }
}

fn words(strength: Strength, manner: Manner) -> String {
    match strength {
        Strength::TextSuffices => "文字记录".to_owned(),
        Strength::AsNeeded | Strength::Must => format!("{}{}记录", strength.label(), manner.label()),
    }
}

/// What the list asks of one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// How binding.
    pub strength: Strength,
    /// In what manner.
    pub manner: Manner,
    /// How long the recording is kept.
    pub retention: RetentionClass,
    /// The row's link; none where no row governs the act.
    pub link: Option<Link>,
    /// Where it stands.
    pub source: Citation,
}

impl Requirement {
    /// What is asked, in words.
    pub fn words(&self) -> String {
        words(self.strength, self.manner)
    }

    /// Whether the act stays open until it is recorded, or the reason is approved.
    pub fn must(&self) -> bool {
        self.strength == Strength::Must && self.manner != Manner::Text
    }
}

/// The head of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scope {
    id: String,
    level: Level,
    region: String,
    system: Option<System>,
    organ: Option<String>,
    shipped: bool,
    digest: String,
}

/// A file of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded<'a> {
    /// Its name among all.
    pub id: &'a str,
    /// Where in the state it stands.
    pub level: Level,
    /// It came with the program.
    pub shipped: bool,
    /// SHA-256 of its text, hexadecimal.
    pub digest: &'a str,
}

impl Scope {
    fn covers(&self, j: &Jurisdiction) -> bool {
        j.region.starts_with(&self.region)
            && self.system.is_none_or(|s| s == j.system)
            && (self.organ.is_none() || self.organ == j.organ)
    }

    /// Whether every organ of `other` is also one of this scope.
    fn contains(&self, other: &Self) -> bool {
        other.region.starts_with(&self.region)
            && (self.system.is_none() || self.system == other.system)
            && (self.organ.is_none() || self.organ == other.organ)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    list: RawHead,
    #[serde(default)]
    row: Vec<RawRow>,
    #[serde(default)]
    value: Vec<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHead {
    id: String,
    title: String,
    level: Level,
    #[serde(default)]
    region: String,
    system: Option<System>,
    organ: Option<String>,
    law: String,
    from: Date,
    to: Option<Date>,
    recorded_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    link: Link,
    category: Option<String>,
    item: Option<String>,
    manner: Manner,
    strength: Strength,
    start: Option<String>,
    content: Option<String>,
    end: Option<String>,
    retention: Option<RetentionClass>,
    note: Option<String>,
    law: Option<String>,
    article: String,
    acts: Option<Vec<String>>,
    from: Option<Date>,
    to: Option<Date>,
    recorded_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    key: String,
    value: toml::Value,
    law: Option<String>,
    article: String,
    #[serde(default)]
    note: String,
    from: Option<Date>,
    to: Option<Date>,
    recorded_at: Option<Timestamp>,
}

/// All loaded lists.
#[derive(Clone, Debug, Default)]
pub struct RecordingBook {
    scopes: Vec<Scope>,
    rows: Vec<(usize, Row)>,
    values: Vec<(usize, Entry)>,
}

const SHIPPED: [(&str, &str); 7] = [
    ("national.toml", include_str!("../../recordings/national.toml")),
    ("pilot-2017.toml", include_str!("../../recordings/pilot-2017.toml")),
    ("511300-emergency.toml", include_str!("../../recordings/511300-emergency.toml")),
    ("610113.toml", include_str!("../../recordings/610113.toml")),
    ("530926-emergency.toml", include_str!("../../recordings/530926-emergency.toml")),
    ("431023-urban.toml", include_str!("../../recordings/431023-urban.toml")),
    ("demo-county.toml", include_str!("../../recordings/demo-county.toml")),
];

impl RecordingBook {
    /// The lists shipped with the program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BOOK: OnceLock<RecordingBook> = OnceLock::new();
        BOOK.get_or_init(|| match Self::parse(&SHIPPED) {
            Ok(book) => book,
            // Compiled in and parsed by a test.
            Err(error) => unreachable!("built-in lists of recording: {error}"),
        })
    }

    /// Loads files, given as (name, text), and checks all of them together. The first
    /// file with a row of a link describes it for all that leave its words out.
    ///
    /// # Errors
    /// Names the file and row of the first fault.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, ListError> {
        let mut book = Self::default();
        for (name, text) in files {
            book.add(name, text, true)?;
        }
        book.check()?;
        Ok(book)
    }

    /// The book with more files, given as (name, text): those of an installation.
    ///
    /// # Errors
    /// Names the file and row of the first fault.
    pub fn with_files(&self, files: &[(String, String)]) -> Result<Self, ListError> {
        let mut book = self.clone();
        for (name, text) in files {
            book.add(name, text, false)?;
        }
        book.check()?;
        Ok(book)
    }

    /// The files of the book.
    pub fn loaded(&self) -> impl Iterator<Item = Loaded<'_>> {
        self.scopes.iter().map(|it| Loaded {
            id: &it.id,
            level: it.level,
            shipped: it.shipped,
            digest: &it.digest,
        })
    }

    /// Everything that ever holds for a jurisdiction.
    #[must_use]
    pub fn of(&self, j: &Jurisdiction) -> RecordingRules {
        let covers = |scope: &usize| self.scopes[*scope].covers(j);
        let rows: Vec<Row> =
            self.rows.iter().filter(|(scope, _)| covers(scope)).map(|(_, row)| row.clone()).collect();
        let settings = Settings(
            self.values.iter().filter(|(scope, _)| covers(scope)).map(|(_, it)| it.clone()).collect(),
        );
        RecordingRules::made(rows, settings)
    }

    fn add(&mut self, name: &str, text: &str, shipped: bool) -> Result<(), ListError> {
        let wrong = |reason: String| ListError::File { file: name.to_owned(), reason };
        let raw: RawFile = toml::from_str(text).map_err(|e| wrong(e.to_string()))?;
        let head = raw.list;
        check_head(&head).map_err(wrong)?;
        if self.scopes.iter().any(|s| s.id == head.id) {
            return Err(wrong(format!("编号 {} 已被另一文件使用", head.id)));
        }
        let scope = self.scopes.len();
        for row in raw.row {
            let described = self.rows.iter().map(|(_, it)| it).find(|it| it.link == row.link);
            let row = complete(row, described, &head).map_err(wrong)?;
            self.rows.push((scope, row));
        }
        for it in raw.value {
            if it.article.trim().is_empty() {
                return Err(wrong(format!("{} 没有出处", it.key)));
            }
            let entry = Entry {
                source: cite(it.law, &head.law, it.article),
                note: it.note,
                from: it.from.unwrap_or(head.from),
                to: it.to.or(head.to),
                recorded_at: it.recorded_at.unwrap_or(head.recorded_at),
                rank: (head.level, (head.organ.is_some(), head.system.is_some())),
                value: Settings::read(&it.key, &it.value).map_err(wrong)?,
            };
            self.values.push((scope, entry));
        }
        let RawHead { id, level, region, system, organ, .. } = head;
        let digest = hex::encode(Sha256::digest(text));
        self.scopes.push(Scope { id, level, region, system, organ, shipped, digest });
        Ok(())
    }

    /// No two rows of a link for one scope and day; none laxer than a wider level's.
    fn check(&self) -> Result<(), ListError> {
        for (at, (scope, row)) in self.rows.iter().enumerate() {
            for (other_scope, other) in &self.rows[at + 1..] {
                self.pair((*scope, row), (*other_scope, other))?;
            }
        }
        for (at, (scope, it)) in self.values.iter().enumerate() {
            let twice = self.values[at + 1..].iter().find(|(other, that)| {
                scope == other && it.value.key() == that.value.key() && it.recorded_at == that.recorded_at
            });
            if let Some((other, that)) = twice {
                let (file, key) = (self.scopes[*other].id.clone(), that.value.key().to_owned());
                return Err(ListError::Duplicate { file, key, day: that.from });
            }
        }
        Ok(())
    }

    fn pair(&self, a: (usize, &Row), b: (usize, &Row)) -> Result<(), ListError> {
        let day = a.1.from.max(b.1.from);
        let meet = a.1.to.is_none_or(|to| day <= to) && b.1.to.is_none_or(|to| day <= to);
        if a.1.link != b.1.link || !meet {
            return Ok(());
        }
        let (one, two) = (&self.scopes[a.0], &self.scopes[b.0]);
        if one.contains(two) && two.contains(one) && a.1.recorded_at == b.1.recorded_at {
            let key = a.1.link.label().to_owned();
            return Err(ListError::Duplicate { file: two.id.clone(), key, day });
        }
        for ((wide, row), (narrow, lower)) in [((one, a.1), (two, b.1)), ((two, b.1), (one, a.1))] {
            let stricter = lower.strength >= row.strength && lower.manner >= row.manner;
            if wide.level < narrow.level && wide.contains(narrow) && !stricter {
                return Err(ListError::Laxer {
                    file: narrow.id.clone(),
                    link: row.link.label(),
                    wider: wide.id.clone(),
                    source_text: row.source.to_string(),
                });
            }
        }
        Ok(())
    }
}

fn cite(own: Option<String>, of_file: &str, article: String) -> Citation {
    Citation { law: own.unwrap_or_else(|| of_file.to_owned()).into(), article: article.into() }
}

fn complete(raw: RawRow, described: Option<&Row>, head: &RawHead) -> Result<Row, String> {
    let link = raw.link.label();
    let words = |own: Option<String>, pick: fn(&Row) -> &String, name: &str| {
        own.or_else(|| described.map(|it| pick(it).clone()))
            .filter(|it| !it.trim().is_empty())
            .ok_or_else(|| format!("“{link}”没有{name}"))
    };
    let acts = match (raw.acts, described) {
        (Some(acts), _) => acts.iter().map(|it| ActRef::parse(it)).collect::<Result<_, _>>()?,
        (None, Some(it)) => it.acts.clone(),
        (None, None) => return Err(format!("“{link}”没有列明对应的办案事项")),
    };
    if raw.article.trim().is_empty() {
        return Err(format!("“{link}”没有出处"));
    }
    let (from, to) = (raw.from.unwrap_or(head.from), raw.to.or(head.to));
    if to.is_some_and(|to| to < from) {
        return Err(format!("“{link}”的失效日早于生效日"));
    }
    Ok(Row {
        link: raw.link,
        category: words(raw.category, |it| &it.category, "执法类别")?,
        item: words(raw.item, |it| &it.item, "执法事项")?,
        manner: raw.manner,
        strength: raw.strength,
        start: words(raw.start, |it| &it.start, "记录开始")?,
        content: words(raw.content, |it| &it.content, "记录内容")?,
        end: words(raw.end, |it| &it.end, "记录结束")?,
        retention: raw
            .retention
            .or_else(|| described.map(|it| it.retention))
            .ok_or_else(|| format!("“{link}”没有存储期限"))?,
        note: raw.note.unwrap_or_default(),
        source: cite(raw.law, &head.law, raw.article),
        acts,
        from,
        to,
        recorded_at: raw.recorded_at.unwrap_or(head.recorded_at),
        level: head.level,
        file: head.id.clone(),
        specific: (head.organ.is_some(), head.system.is_some()),
    })
}

fn check_head(head: &RawHead) -> Result<(), String> {
    let digits = match head.level {
        Level::National => 0..=0,
        Level::Province => 2..=2,
        Level::City => 4..=4,
        Level::County => 6..=6,
        Level::Organ => 2..=6,
    };
    if !digits.contains(&head.region.len()) || !head.region.bytes().all(|b| b.is_ascii_digit()) {
        return Err("region 的位数应与 level 相符".into());
    }
    if (head.level == Level::Organ) != head.organ.is_some() {
        return Err("level 为 organ 时须有 organ，其他级别不得有".into());
    }
    if head.id.is_empty() || head.title.is_empty() || head.law.is_empty() {
        return Err("id、title、law 不得为空".into());
    }
    Ok(())
}

/// The rules of one jurisdiction, of all times. Empty rules ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingRules {
    rows: Vec<Row>,
    pub(super) settings: Settings,
    /// SHA-256 over rows and settings, hexadecimal: names exactly these rules. A
    /// service notes it beside each command whose decision asks them.
    pub digest: String,
}

impl RecordingRules {
    fn made(rows: Vec<Row>, settings: Settings) -> Self {
        let mut hash = Sha256::new();
        for row in &rows {
            hash.update(format!("{row:?}\n"));
        }
        hash.update(format!("{settings:?}"));
        Self { rows, settings, digest: hex::encode(hash.finalize()) }
    }

    /// The rules that have this digest: these, or what of them was known earlier. None when
    /// nothing that was ever known has it, as when a file is gone or was put in back-dated.
    #[must_use]
    pub fn noted(&self, digest: &str) -> Option<Self> {
        if self.digest == digest {
            return Some(self.clone());
        }
        let rows = self.rows.iter().map(|it| it.recorded_at);
        let mut times: Vec<Timestamp> = rows.chain(self.settings.0.iter().map(|it| it.recorded_at)).collect();
        times.sort_unstable();
        times.dedup();
        times.into_iter().rev().map(|at| self.known_at(at)).find(|it| it.digest == digest)
    }

    /// What of the rules was known at an instant.
    fn known_at(&self, at: Timestamp) -> Self {
        let rows = self.rows.iter().filter(|it| it.recorded_at <= at).cloned().collect();
        let values = self.settings.0.iter().filter(|it| it.recorded_at <= at).cloned().collect();
        Self::made(rows, Settings(values))
    }

    /// The list as it holds on a day, as known at an instant: one row a link, numbered
    /// in the order of [`Link::ALL`] from 1.
    pub fn list(&self, day: Date, known_at: Timestamp) -> Vec<(u16, &Row)> {
        let rows = Link::ALL.iter().filter_map(|link| self.row(*link, day, known_at));
        (1..).zip(rows).collect()
    }

    /// No row at any time: nothing is asked of any act.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of a link.
    pub fn row(&self, link: Link, day: Date, known_at: Timestamp) -> Option<&Row> {
        let holding = self.rows.iter().filter(|it| it.link == link && it.holds(day, known_at));
        holding.max_by_key(|it| it.rank())
    }

    /// Links whose rows name the act of a command, however narrowed.
    pub fn links(&self, verb: Verb, day: Date, known_at: Timestamp) -> Vec<Link> {
        let rows = self.list(day, known_at).into_iter().map(|(_, row)| row);
        rows.filter(|row| row.acts.iter().any(|it| it.verb == verb)).map(|row| row.link).collect()
    }

    /// What is asked of an act of `day`, as known at `known_at`: of the rows that
    /// govern it the most binding, then the fullest.
    pub fn required(&self, act: &ActOf, day: Date, known_at: Timestamp) -> Requirement {
        let governing = self
            .list(day, known_at)
            .into_iter()
            .map(|(_, row)| row)
            .filter(|row| row.acts.iter().any(|it| it.governs(act)));
        let strictest = governing.max_by_key(|row| (row.strength, row.manner));
        strictest.map_or_else(
            || Requirement {
                strength: Strength::TextSuffices,
                manner: Manner::Text,
                retention: RetentionClass::File,
                link: None,
                source: TEXT_SUFFICES,
            },
            |row| Requirement {
                strength: row.strength,
                manner: row.manner,
                retention: row.retention,
                link: Some(row.link),
                source: row.source.clone(),
            },
        )
    }
}
