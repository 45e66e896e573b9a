//! 日历: arrangements that were published after the program was made, imported at run
//! time. One matter of the installation holds them all, so every decision can say
//! which version it looked at, and the audit can look at the same one.

use super::{CalendarBook, DataError};
use crate::cite::Citation;
use crate::matter::{Actor, DecodeError, Matter, MatterKind, Meta, StaffId, decode_as};
use crate::refusal::Refusal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 全国年节及纪念日放假办法第七条: the arrangement of a year is published by notice.
const ARRANGED: Citation = Citation::of("全国年节及纪念日放假办法", "第七条");
/// 第四条: local governments of ethnic areas set days of their own.
const LOCAL: Citation = Citation::of("全国年节及纪念日放假办法", "第四条");

/// Longest file, in bytes: a year has some thirty lines.
pub const MAX_BYTES: usize = 100_000;

/// What an import brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Brings {
    /// The arrangement of one year: `date,off|work,name`.
    Year,
    /// Days of regions: `region,date,off|work,name,source`.
    Local,
}

/// One import. Its texts are public notices, not erasable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// What it brings.
    pub brings: Brings,
    /// Number and day of the notice.
    pub source: String,
    /// The lines.
    pub data: String,
}

/// What happened to the calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CalendarEvent {
    /// 已导入工作日历.
    Imported {
        /// What.
        #[serde(flatten)]
        import: Import,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum CalendarCommand {
    /// 导入工作日历.
    Import {
        /// What.
        import: Import,
    },
}

/// Everything imported so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// In the order of import, with who and when.
    pub imports: Vec<(Import, StaffId, Timestamp)>,
    /// SHA-256 over all of them, hexadecimal: names exactly this data.
    pub digest: String,
}

impl Imported {
    /// The shipped book with everything that was imported.
    ///
    /// # Errors
    /// When an import no longer fits the shipped data.
    pub fn book(&self, shipped: &CalendarBook) -> Result<CalendarBook, DataError> {
        self.imports.iter().try_fold(shipped.clone(), |book, (import, _, _)| with(&book, import))
    }
}

fn with(book: &CalendarBook, import: &Import) -> Result<CalendarBook, DataError> {
    match import.brings {
        Brings::Year => book.with_year(&import.data),
        Brings::Local => book.with_overlays(CalendarBook::parse_overlays(&import.data)?),
    }
}

/// Decides an import: by the console of the installation, with its notice, on data
/// that holds together with what is known.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Imported>,
    command: &CalendarCommand,
    actor: &Actor,
    shipped: &CalendarBook,
) -> Result<CalendarEvent, Refusal> {
    let CalendarCommand::Import { import } = command;
    let article = match import.brings {
        Brings::Year => ARRANGED,
        Brings::Local => LOCAL,
    };
    let refuse = |code, message: String, remedy: &str| Refusal::new(code, article.clone(), message, remedy);
    if !actor.id.0.is_nil() {
        return Err(refuse(
            "calendar.console",
            "工作日历在服务器上导入".to_owned(),
            "请系统管理员用 mingjing calendar import 导入",
        ));
    }
    if import.source.trim().is_empty() || import.source.chars().count() > 200 {
        return Err(refuse("calendar.source", "没有写明放假安排的依据".to_owned(), "请写明通知的文号和日期"));
    }
    if import.data.len() > MAX_BYTES {
        return Err(refuse("calendar.too_large", "文件过大".to_owned(), "一次导入一个年份"));
    }
    let wrong = |error: DataError| refuse("calendar.data", error.to_string(), "请核对文件后重新导入");
    let known = match state {
        Some(state) => state.book(shipped).map_err(wrong)?,
        None => shipped.clone(),
    };
    let book = with(&known, import).map_err(wrong)?;
    if import.brings == Brings::Local
        && CalendarBook::parse_overlays(&import.data).is_ok_and(|it| it.is_empty())
        || book.same_days(&known)
    {
        return Err(refuse("calendar.nothing_new", "没有新的安排".to_owned(), "无须重复导入"));
    }
    Ok(CalendarEvent::Imported { import: import.clone() })
}

impl Matter for Imported {
    const KIND: MatterKind = MatterKind::Calendar;
    type Event = CalendarEvent;

    fn type_of(event: &CalendarEvent) -> (&'static str, u16) {
        match event {
            CalendarEvent::Imported { .. } => ("calendar.imported", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<CalendarEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &CalendarEvent) -> Self {
        let CalendarEvent::Imported { import } = event;
        let mut state = state.unwrap_or(Self { imports: Vec::new(), digest: String::new() });
        let brings = match import.brings {
            Brings::Year => "year",
            Brings::Local => "local",
        };
        let digest = Sha256::new()
            .chain_update(&state.digest)
            .chain_update(brings)
            .chain_update([0])
            .chain_update(&import.data)
            .finalize();
        state.digest = hex::encode(digest);
        state.imports.push((import.clone(), meta.actor, meta.moment.recorded_at));
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matter::{MatterId, Moment, OrganId};
    use uuid::Uuid;

    /// A synthetic arrangement of 2027: the statutory days and what joins them.
    pub(crate) const YEAR_2027: &str = "date,kind,name\n\
        2027-01-01,off,元旦\n2027-02-05,off,春节\n2027-02-06,off,春节\n2027-02-07,off,春节\n\
        2027-02-08,off,春节\n2027-02-09,off,春节\n2027-04-05,off,清明节\n2027-05-01,off,劳动节\n\
        2027-05-02,off,劳动节\n2027-05-03,off,劳动节\n2027-05-04,off,劳动节\n2027-06-09,off,端午节\n2027-09-15,off,中秋节\n\
        2027-10-01,off,国庆节\n2027-10-02,off,国庆节\n2027-10-03,off,国庆节\n2027-10-04,off,国庆节\n2027-10-05,off,国庆节\n";

    fn system() -> Actor {
        let nil = Uuid::nil();
        Actor { id: StaffId(nil), organ: OrganId(nil), roles: Vec::new() }
    }

    fn import(brings: Brings, data: &str) -> CalendarCommand {
        CalendarCommand::Import {
            import: Import { brings, source: "示例通知".to_owned(), data: data.to_owned() },
        }
    }

    fn folded(events: &[CalendarEvent]) -> Option<Imported> {
        let mut state = None;
        for (version, event) in (1..).zip(events) {
            let meta = Meta {
                matter: MatterId(Uuid::from_u128(1)),
                organ: OrganId(Uuid::nil()),
                version,
                actor: StaffId(Uuid::nil()),
                moment: Moment::now("2026-11-22T01:00:00Z".parse().unwrap()),
            };
            state = Some(Imported::evolve(state, &meta, event));
        }
        state
    }

    #[test]
    fn an_imported_year_makes_bounds_exact() {
        let shipped = CalendarBook::built_in();
        let event = decide(None, &import(Brings::Year, YEAR_2027), &system(), shipped).unwrap();
        let state = folded(&[event]).unwrap();
        let start = "2026-12-28".parse().unwrap();
        let before = shipped.view(None).workdays_after(start, 7, &[]).unwrap();
        assert!(before.known().is_none(), "{before:?}");
        let book = state.book(shipped).unwrap();
        let after = book.view(None).workdays_after(start, 7, &[]).unwrap();
        let day = after.known().expect("exact");
        assert!(before.earliest() <= day && day <= before.latest());
        assert_ne!(book.view(None).version(), shipped.view(None).version());
    }

    #[test]
    fn what_does_not_hold_together_is_refused_with_its_article() {
        let shipped = CalendarBook::built_in();
        let code = |state: Option<&Imported>, command: &CalendarCommand, actor: &Actor| {
            let refusal = decide(state, command, actor, shipped).unwrap_err();
            assert_eq!(refusal.article.law, "全国年节及纪念日放假办法");
            refusal.code.into_owned()
        };
        let good = import(Brings::Year, YEAR_2027);
        let person = Actor { id: StaffId(Uuid::from_u128(4)), ..system() };
        assert_eq!(code(None, &good, &person), "calendar.console");
        assert_eq!(code(None, &import(Brings::Year, "2027-01-01,off,元旦"), &system()), "calendar.data");
        let gap = YEAR_2027.replace("2027-", "2029-");
        assert_eq!(code(None, &import(Brings::Year, &gap), &system()), "calendar.data");
        assert_eq!(code(None, &import(Brings::Local, "51,2027-04-14"), &system()), "calendar.data");
        assert_eq!(code(None, &import(Brings::Local, "# 无\n"), &system()), "calendar.nothing_new");
        let event = decide(None, &good, &system(), shipped).unwrap();
        let state = folded(std::slice::from_ref(&event)).unwrap();
        assert_eq!(code(Some(&state), &good, &system()), "calendar.nothing_new");
        let CalendarCommand::Import { import: mut nameless } = good;
        nameless.source.clear();
        assert_eq!(code(None, &CalendarCommand::Import { import: nameless }, &system()), "calendar.source");
    }

    #[test]
    fn days_of_a_region_are_seen_there_alone_and_the_landed_bytes_read() {
        let shipped = CalendarBook::built_in();
        let local = import(Brings::Local, "5134,2026-04-14,off,示例节,示例公告\n");
        let event = decide(None, &local, &system(), shipped).unwrap();
        let book = folded(&[event]).unwrap().book(shipped).unwrap();
        let day = "2026-04-14".parse().unwrap();
        assert_eq!(book.view(Some("513435")).is_workday(day), Some(false));
        assert_eq!(book.view(Some("510100")).is_workday(day), Some(true));
        let landed =
            serde_json::json!({"event": "imported", "brings": "local", "source": "示例通知", "data": "x"});
        let read = Imported::decode("calendar.imported", 1, landed.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), landed);
    }
}
