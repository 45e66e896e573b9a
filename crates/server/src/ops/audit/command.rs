//! A stored command as the audit decides it again, and what it compares.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::matter::{Actor, MatterId, Moment, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::{TextKey, keyed_digest, split_sealed};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::reference::Reference;
use super::stream::Stream;
use crate::calendar::service::CALENDAR;
use crate::case::facts::{Noted, Rules, RulesOfDay};
use crate::case::policies;

/// A number that a command took: organ, character, year, serial.
pub type Number = (OrganId, String, i32, u32);

/// A stored command, parsed. Its texts stay sealed: length and keyed digest.
#[derive(Clone, Debug)]
pub struct Command {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Who acted, with the roles held then.
    pub actor: Actor,
    /// Why.
    pub purpose: String,
    /// The typed command, as the JSON that was stored; see [`Command::read`].
    pub body: String,
    /// Both times.
    pub moment: Moment,
    /// Identifiers drawn.
    pub ids: Vec<Uuid>,
    /// Other values drawn.
    pub nonces: Vec<String>,
    /// Numbers taken.
    pub numbers: Vec<Number>,
    /// Versions of policy, calendar and rule set.
    pub notes: HashMap<String, Value>,
    /// Versions of the matters that the decision relied upon.
    pub read_set: Vec<(String, MatterId, u64)>,
    /// Instant of recording.
    pub recorded_at: Timestamp,
}

impl Command {
    /// The body as what it says.
    ///
    /// # Errors
    /// When it is not that.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Objection> {
        serde_json::from_str(&self.body).map_err(|e| Objection::json(&e))
    }

    /// The version at which a matter was read.
    pub fn read_version(&self, id: MatterId) -> Option<u64> {
        self.read_set.iter().find(|it| it.1 == id).map(|it| it.2)
    }

    /// A note's text.
    pub fn note(&self, key: &str) -> Option<&str> {
        self.notes.get(key).and_then(Value::as_str)
    }
}

/// An event that the law gives for a command.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Stream; none when the command opens it.
    pub matter: Option<MatterId>,
    /// Type and its version.
    pub type_of: (&'static str, u16),
    /// Body, as JSON.
    pub body: String,
}

/// Why a stored command cannot stand.
#[derive(Clone, Debug)]
pub struct Objection {
    /// Stable name.
    pub code: &'static str,
    /// Provision.
    pub article: String,
    /// For a person.
    pub what: String,
}

impl Objection {
    /// Something other than the law's refusal.
    pub fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, article: String::new(), what: what.into() }
    }

    /// Serialised form of ours that could not be made or read.
    pub fn json(error: &serde_json::Error) -> Self {
        Self::new("command.unreadable", format!("命令内容不能读出：{error}"))
    }
}

impl From<Refusal> for Objection {
    fn from(it: Refusal) -> Self {
        Self {
            code: "event.unlawful",
            article: format!("《{}》{}", it.article.law, it.article.article),
            what: format!("依法不应发生：{}（{}）", it.message, it.code),
        }
    }
}

/// Decides a stored command again.
pub type Redecide = fn(&Asked<'_>) -> Result<Vec<Expected>, Objection>;

/// One command with everything it read, at the versions it read.
pub struct Asked<'a> {
    /// The command.
    pub command: &'a Command,
    /// Bodies of the events that are stored for it, sealed.
    pub events: &'a [&'a str],
    /// Streams of the family, as they stood when the command came.
    pub streams: &'a HashMap<MatterId, Box<dyn Stream>>,
    /// Organs and people at all versions.
    pub reference: &'a Reference,
    /// Rules, resolved for a day.
    pub rules: &'a Rules,
    /// The family's text key; zeros when it is erased.
    pub key: TextKey,
    /// Place of the command's first event in the order of commits.
    pub seq: u64,
}

impl Asked<'_> {
    /// State of a matter of the family.
    pub fn state<M: Any>(&self, id: MatterId) -> Option<&M> {
        self.streams.get(&id).and_then(|it| it.state().downcast_ref::<Option<M>>()).and_then(Option::as_ref)
    }

    /// The organ at the version that was read.
    ///
    /// # Errors
    /// When it was not read, or does not exist.
    pub fn organ(&self, id: OrganId) -> Result<(u64, Arc<OrganState>), Objection> {
        let matter = MatterId(id.0);
        let version = self
            .command
            .read_version(matter)
            .ok_or_else(|| Objection::new("read_set.incomplete", format!("没有记明所依据的机关 {id}")))?;
        let found = self.reference.organs.get(&matter).and_then(|it| it.at(version));
        found.map(|state| (version, state)).ok_or_else(|| {
            Objection::new("read_set.unknown", format!("所依据的机关 {id} 第 {version} 版不存在"))
        })
    }

    /// What had been imported into the calendar at the version that was read; none
    /// where nothing had been.
    ///
    /// # Errors
    /// When something had been imported and was not read.
    pub fn imported(&self) -> Result<Option<Arc<Imported>>, Objection> {
        let in_force = self.reference.calendar.version_before(self.seq);
        match self.command.read_version(CALENDAR) {
            Some(version) => Ok(self.reference.calendar.at(version)),
            None if in_force == 0 || self.began_before_first_import() => Ok(None),
            None => Err(Objection::new("read_set.incomplete", "没有记明所依据的工作日历")),
        }
    }

    /// A decision that looked before the first import was recorded may be committed
    /// after it: there was no row yet that could have been locked.
    fn began_before_first_import(&self) -> bool {
        let first = self.reference.calendar.at(1);
        first
            .and_then(|it| it.imports.first().map(|(_, _, at)| *at >= self.command.recorded_at))
            .unwrap_or(false)
    }

    /// Everybody in the read set, at the version that was read.
    ///
    /// # Errors
    /// When a version does not exist.
    pub fn people(&self) -> Result<HashMap<StaffId, Arc<StaffState>>, Objection> {
        let mut people = HashMap::new();
        for (kind, id, version) in &self.command.read_set {
            if kind == "staff" {
                let state = self.reference.people.get(id).and_then(|it| it.at(*version));
                let state = state.ok_or_else(|| {
                    Objection::new("read_set.unknown", format!("所依据的人员 {id} 第 {version} 版不存在"))
                })?;
                people.insert(StaffId(id.0), state);
            }
        }
        Ok(people)
    }

    /// Whoever `needed` names and the installation knew then must have been read.
    ///
    /// # Errors
    /// Names the first who was left out.
    pub fn all_read(&self, needed: impl IntoIterator<Item = StaffId>) -> Result<(), Objection> {
        for id in needed {
            let matter = MatterId(id.0);
            let known = self.reference.people.get(&matter).is_some_and(|it| it.began() < self.seq);
            if known && self.command.read_version(matter).is_none() {
                return Err(Objection::new("read_set.incomplete", format!("没有记明所依据的人员 {id}")));
            }
        }
        Ok(())
    }

    /// The rules and the calendar that the command noted, of whatever edition.
    ///
    /// # Errors
    /// When this program knows of no such rules, or none were noted.
    pub fn rules_noted(
        &self,
        organ: &OrganState,
        version: u64,
        imported: Option<&Imported>,
    ) -> Result<Arc<RulesOfDay>, Objection> {
        let noted = |key| {
            let noted = self.command.note(key);
            noted.ok_or_else(|| Objection::new("rules.unnoted", format!("没有记明所依据的规则版本（{key}）")))
        };
        let (rules, calendar) = (noted("rules")?, noted("calendar")?);
        let day = self.command.moment.recorded_day();
        let noted = Noted { rules, calendar, list: self.command.note("recordings") };
        let found = self.rules.noted(organ, version, day, imported, noted)?;
        let changed =
            |what| Objection {
                code: "rules.changed", article: "《行政处罚法》第三十七条".to_owned(), what
            };
        found.ok_or_else(|| {
            let tables = self.command.notes.get("policies").and_then(|it| BTreeMap::deserialize(it).ok());
            let gone = policies::missing(&tables.unwrap_or_default(), self.rules.policies());
            let lacks = if gone.is_empty() {
                String::new()
            } else {
                format!("；缺少政策文件 {}", gone.join("、"))
            };
            let list = noted.list.map_or_else(String::new, |it| format!("、音像记录事项清单版本 {it}"));
            changed(format!(
                "当时所依据的规则版本 {rules}、工作日历版本 {calendar}{list}，本程序就该日不能得出{lacks}"
            ))
        })
    }

    /// The rules for an organ on the day of the command, which must be those that it noted.
    ///
    /// # Errors
    /// When the organ was not read, or another rule set was noted.
    pub fn rules_of_day(&self, organ: OrganId) -> Result<Arc<RulesOfDay>, Objection> {
        let (version, state) = self.organ(organ)?;
        let imported = self.imported()?;
        self.rules_noted(&state, version, imported.as_deref())
    }

    /// A noted value; none where nothing was noted.
    ///
    /// # Errors
    /// When it is not what it should be.
    pub fn noted<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Objection> {
        let noted = self.command.notes.get(key).map(|it| T::deserialize(it));
        noted.transpose().map_err(|e| Objection::json(&e))
    }

    /// Everything that these name must have been read.
    ///
    /// # Errors
    /// Names the first that was left out.
    pub fn matters_read(&self, ids: impl IntoIterator<Item = MatterId>) -> Result<(), Objection> {
        match ids.into_iter().find(|id| self.command.read_version(*id).is_none()) {
            None => Ok(()),
            Some(id) => Err(Objection::new("read_set.incomplete", format!("没有记明所依据的事项 {id}"))),
        }
    }

    /// The person who acted held the claimed roles just before: sessions are
    /// checked against the person's newest record at each request.
    ///
    /// # Errors
    /// When a claimed role was not held, or the account was disabled.
    pub fn actor_held_roles(&self) -> Result<(), Objection> {
        let actor = &self.command.actor;
        if actor.id.0.is_nil() {
            return Ok(());
        }
        let history = self.reference.people.get(&MatterId(actor.id.0));
        let state = history.and_then(|it| it.at(it.version_before(self.seq)));
        let held = state
            .as_ref()
            .is_some_and(|it| it.enabled && actor.roles.iter().all(|role| it.roles.contains(role)));
        if held {
            return Ok(());
        }
        Err(Objection {
            code: "actor.roles",
            article: "《信息安全技术 网络安全等级保护基本要求》8.1.5".to_owned(),
            what: "办理人当时没有所称的角色，或者账户已停用".to_owned(),
        })
    }

    /// The actor held the roles that the command claims.
    ///
    /// # Errors
    /// When a claimed role was not held at the version that was read.
    pub fn roles_held(&self, people: &HashMap<StaffId, Arc<StaffState>>) -> Result<(), Objection> {
        let actor = &self.command.actor;
        let held: &[Role] = match people.get(&actor.id) {
            Some(state) => &state.roles,
            None => &[],
        };
        match actor.roles.iter().find(|role| !held.contains(role)) {
            None => Ok(()),
            Some(role) => Err(Objection {
                code: "actor.roles",
                article: "《行政处罚法》第四十二条".to_owned(),
                what: format!("办理人当时没有“{}”的角色", role.label()),
            }),
        }
    }
}

/// Whether an event that was decided again says what the stored one says. Texts
/// are compared by length and keyed digest, so erasure changes nothing.
pub fn same(expected: &str, stored: &str, key: &TextKey) -> bool {
    if same_to_the_letter(expected, stored) {
        return true;
    }
    match (serde_json::from_str(expected), serde_json::from_str(stored)) {
        (Ok(expected), Ok(stored)) => same_value(&expected, &stored, key),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Whether both are the same letters but for the slots, which only the stored one has.
/// Most are; then neither needs to be taken apart. Each text must show length and digest.
fn same_to_the_letter(expected: &str, stored: &str) -> bool {
    let (mut new, mut parts) = (expected, split_sealed(stored));
    let Some(rest) = parts.next().and_then(|it| new.strip_prefix(it)) else { return false };
    new = rest;
    for part in parts {
        let Some((slot, sealed)) = part.split_once(',') else { return false };
        if slot.parse::<u32>().is_err() {
            return false;
        }
        let Some(rest) = new.strip_prefix('{').and_then(|it| it.strip_prefix(sealed)) else { return false };
        if !shows_digest(sealed) {
            return false;
        }
        new = rest;
    }
    new.is_empty()
}

/// Whether this is the rest of a marker with length and digest, and nothing else in it but
/// that it is publishable: `"n":2,"d":"…"}` or `"n":2,"d":"…","p":true}`.
fn shows_digest(sealed: &str) -> bool {
    let rest = sealed.strip_prefix("\"n\":").map(|it| it.trim_start_matches(|c: char| c.is_ascii_digit()));
    let rest = rest.and_then(|it| it.strip_prefix(",\"d\":\"")).and_then(|it| it.split_once('"'));
    rest.is_some_and(|(digest, end)| {
        !digest.contains('\\') && (end.starts_with('}') || end.starts_with(",\"p\":true}"))
    })
}

fn same_value(expected: &Value, stored: &Value, key: &TextKey) -> bool {
    match (expected, stored) {
        (Value::Object(new), Value::Object(old)) => {
            if old.contains_key("$x") {
                return same_text(new, old, key);
            }
            new.len() == old.len()
                && new.iter().all(|(name, value)| old.get(name).is_some_and(|it| same_value(value, it, key)))
        }
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| same_value(new, old, key))
        }
        (new, old) => new == old,
    }
}

type Object = serde_json::Map<String, Value>;

fn same_text(new: &Object, old: &Object, key: &TextKey) -> bool {
    let publishable = |it: &Object| it.get("p") == Some(&Value::Bool(true));
    if publishable(new) != publishable(old) {
        return false;
    }
    let digest = old.get("d").and_then(Value::as_str);
    match (new.get("d").and_then(Value::as_str), new.get("$t").and_then(Value::as_str)) {
        (Some(new_digest), _) => {
            Some(new_digest) == digest
                && new.get("n").unwrap_or(&Value::Null) == old.get("n").unwrap_or(&Value::Null)
        }
        (None, Some(text)) => Some(hex::encode(keyed_digest(key, text)).as_str()) == digest,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(slot: &str, rest: &str) -> String {
        format!(r#"{{"Filed":{{"name":{{{slot}{rest}}},"n":1}}}}"#)
    }

    #[test]
    fn texts_differ_by_slot_alone() {
        let key = [7; 32];
        for rest in [r#""n":2,"d":"aa""#, r#""n":2,"d":"aa","p":true"#] {
            let (new, old) = (sealed("", rest), sealed(r#""$x":12,"#, rest));
            assert!(same_to_the_letter(&new, &old));
            assert!(same(&new, &old, &key));
            for other in [r#""n":3,"d":"aa""#, r#""n":2,"d":"ab""#, r#""n":2"#] {
                assert!(!same(&sealed("", other), &old, &key), "{other}");
                assert!(!same(&new, &sealed(r#""$x":12,"#, other), &key), "{other}");
            }
        }
        let (closed, open) = (r#""n":2,"d":"aa""#, r#""n":2,"d":"aa","p":true"#);
        assert!(!same(&sealed("", closed), &sealed(r#""$x":1,"#, open), &key));
        assert!(!same(&sealed("", open), &sealed(r#""$x":1,"#, closed), &key));
        // A text without a digest is never the same, not even to the letter.
        assert!(!same(&sealed("", r#""n":2"#), &sealed(r#""$x":0,"#, r#""n":2"#), &key));
    }

    #[test]
    fn what_is_written_otherwise_is_compared_by_value() {
        let key = [7; 32];
        let digest = hex::encode(keyed_digest(&key, "甲"));
        let old = sealed(r#""$x":0,"#, &format!(r#""n":1,"d":"{digest}""#));
        assert!(same(&sealed("", r#""$t":"甲""#), &old, &key));
        assert!(!same(&sealed("", r#""$t":"乙""#), &old, &key));
        assert!(same(r#"{"a":1,"b":"\u0041"}"#, r#"{"b":"A","a":1}"#, &key));
        assert!(!same(r#"{"a":1}"#, r#"{"a":1,"b":2}"#, &key));
        assert!(!same(r#"{"a":1}"#, r#"{"a":1"#, &key));
        // Letters inside a string are no marker.
        let text = serde_json::json!({ "a": "{\"$x\":1," }).to_string();
        assert!(same(&text, &text, &key));
        assert!(!same(&serde_json::json!({ "a": "{" }).to_string(), &text, &key));
    }
}
