//! 举报人: who informed the organ, in a matter apart from the case.
//!
//! The case knows the matter's identifier and a role (举报人A), nothing else. The
//! matter has a text key of its own, so its content goes by an erasure of its own,
//! and rights of its own: see [`crate::viewing`] for who may look, and what stays.

use crate::case::procedure::{Verb, step};
use crate::case::types::Clue;
use crate::cite::{Citation, penalty_law};
use crate::matter::{Actor, DecodeError, Matter, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How the informant of a case is cited in it. One clue has one informant.
pub const ROLE: &str = "举报人A";

/// 行政处罚法第五十条: what staff learn in a penalty case of a person's privacy stays
/// secret. 危险化学品安全法第十条 says the same of informants in so many words.
pub const SECRECY: Citation = penalty_law("第五十条");

/// Longest name or contact, in characters.
pub const MAX_CHARS: usize = 200;

/// What an informant told of himself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Name; blank when only a way to reach the informant is known.
    pub name: Text,
    /// Telephone, address or account.
    pub contact: Text,
    /// The informant asked that the identity be kept. It is kept in either case;
    /// the wish forbids naming the informant even where the informant is a party.
    pub keep_secret: bool,
    /// The informant wants to hear what came of it.
    pub wants_reply: bool,
}

/// What happened to an informant's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum InformantEvent {
    /// 已登记举报人.
    Registered {
        /// What was told.
        #[serde(flatten)]
        told: Told,
    },
}

/// What may be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum InformantCommand {
    /// 登记举报人.
    Register {
        /// What was told.
        told: Told,
    },
}

/// An informant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Informant {
    /// Organ that was informed.
    pub organ: OrganId,
    /// Who took it down.
    pub registered_by: StaffId,
    /// Civil day of the registration.
    pub registered_on: Date,
    /// What was told; texts are sealed or erased where they are not held.
    pub told: Told,
}

/// Decides a command. It is carried out in the transaction that registers the clue.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Informant>,
    command: &InformantCommand,
    actor: &Actor,
) -> Result<InformantEvent, Refusal> {
    let InformantCommand::Register { told } = command;
    let refuse = |code, message: &str, remedy: &str| Refusal::new(code, SECRECY, message, remedy);
    if state.is_some() {
        return Err(refuse("informant.exists", "该举报人已经登记", "请在案件页继续办理"));
    }
    // Whoever may register a clue registers who brought it.
    let row = step(Verb::RegisterClue);
    if !row.who.iter().any(|role| actor.has(*role)) {
        let who: Vec<_> = row.who.iter().map(|role| role.label()).collect();
        let message = format!("举报人由登记线索的{}登记", who.join("、"));
        return Err(refuse("informant.role", &message, "请交由相应岗位的人员办理"));
    }
    if told.name.is_blank() && told.contact.is_blank() {
        return Err(refuse("informant.blank", "举报人的姓名和联系方式都没有填写", "匿名举报的不登记举报人")
            .field("informant_name", "姓名、联系方式至少填写一项"));
    }
    if told.wants_reply && told.contact.is_blank() {
        return Err(refuse("informant.contact", "要求答复的举报人须有联系方式", "请填写联系方式")
            .field("informant_contact", "要求答复的须填写联系方式"));
    }
    for (text, field) in [(&told.name, "informant_name"), (&told.contact, "informant_contact")] {
        if text.chars() > MAX_CHARS {
            return Err(refuse("informant.too_long", "举报人的姓名或者联系方式过长", "请缩短后重新提交")
                .field(field, format!("最多 {MAX_CHARS} 字")));
        }
    }
    Ok(InformantEvent::Registered { told: told.clone() })
}

/// The texts of a clue say neither the name nor the contact of its informant: they
/// go into documents, lists and the index, where the identity may not stand.
///
/// # Errors
/// A refusal beside the field of the clue.
pub fn apart(told: &Told, clue: &Clue) -> Result<(), Refusal> {
    let bare = |text: &Text| -> String {
        text.value().unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect()
    };
    let secrets = [bare(&told.name), bare(&told.contact)];
    for (text, field) in [(&clue.subject, "subject"), (&clue.summary, "summary")] {
        let said = bare(text);
        // One character is no name; it would be found anywhere.
        if secrets.iter().any(|it| it.chars().count() > 1 && said.contains(it.as_str())) {
            return Err(Refusal::new(
                "informant.named",
                SECRECY,
                "线索内容写有举报人的姓名或者联系方式",
                "请改称“举报人A”；身份只登记在举报人事项中",
            )
            .field(field, "写有举报人的姓名或者联系方式"));
        }
    }
    Ok(())
}

impl Matter for Informant {
    const KIND: MatterKind = MatterKind::Informant;
    type Event = InformantEvent;

    fn type_of(event: &InformantEvent) -> (&'static str, u16) {
        match event {
            InformantEvent::Registered { .. } => ("informant.registered", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<InformantEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(_: Option<Self>, meta: &Meta, event: &InformantEvent) -> Self {
        let InformantEvent::Registered { told } = event;
        Self {
            organ: meta.organ,
            registered_by: meta.actor,
            registered_on: meta.moment.recorded_day(),
            told: told.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::Role;
    use crate::text;
    use uuid::Uuid;

    fn actor(role: Role) -> Actor {
        Actor { id: StaffId(Uuid::from_u128(1)), organ: OrganId(Uuid::from_u128(9)), roles: vec![role] }
    }

    fn told(name: &str, contact: &str, wants_reply: bool) -> InformantCommand {
        let told = Told { name: name.into(), contact: contact.into(), keep_secret: true, wants_reply };
        InformantCommand::Register { told }
    }

    fn code(role: Role, command: &InformantCommand) -> String {
        decide(None, command, &actor(role)).unwrap_err().code.into_owned()
    }

    #[test]
    fn the_clue_does_not_name_its_informant() {
        let told = Told {
            name: "示 庚辛".into(),
            contact: "000-7654321".into(),
            keep_secret: true,
            wants_reply: true,
        };
        let clue = |subject: &str, summary: &str| Clue {
            source: crate::case::types::ClueSource::Report,
            received_on: "2026-03-02".parse().unwrap(),
            subject: subject.into(),
            summary: summary.into(),
            informant: None,
        };
        assert!(apart(&told, &clue("示例化工有限公司", "据举报人A反映，夜间违规作业")).is_ok());
        for (subject, summary, field) in [
            ("示例化工有限公司", "据示庚辛反映，夜间违规作业", "summary"),
            ("示例化工有限公司", "来电 000-765 4321", "summary"),
            ("示庚辛", "夜间违规作业", "subject"),
        ] {
            let refusal = apart(&told, &clue(subject, summary)).unwrap_err();
            assert_eq!((refusal.code.as_ref(), refusal.fields[0].field.as_str()), ("informant.named", field));
        }
    }

    #[test]
    fn an_informant_is_registered_by_whoever_registers_clues() {
        let whole = told("示范举报人", "000-0001", true);
        assert!(decide(None, &whole, &actor(Role::Officer)).is_ok());
        assert_eq!(code(Role::Publicity, &whole), "informant.role");
        assert_eq!(code(Role::Officer, &told("", "", false)), "informant.blank");
        assert_eq!(code(Role::Officer, &told("示范举报人", "", true)), "informant.contact");
        assert_eq!(code(Role::Officer, &told(&"长".repeat(201), "", false)), "informant.too_long");
        let InformantCommand::Register { told } = whole.clone();
        let state = Informant {
            organ: OrganId(Uuid::from_u128(9)),
            registered_by: StaffId(Uuid::from_u128(1)),
            registered_on: "2026-03-02".parse().unwrap(),
            told,
        };
        let again = decide(Some(&state), &whole, &actor(Role::Officer)).unwrap_err();
        assert_eq!(again.code, "informant.exists");
        assert_eq!(again.article, SECRECY);
    }

    #[test]
    fn the_landed_bytes_still_read() {
        let landed = serde_json::json!({
            "event": "registered", "name": {"$x": 0, "n": 5, "d": "00".repeat(32)},
            "contact": {"$x": 1, "n": 8, "d": "11".repeat(32)}, "keep_secret": true, "wants_reply": false,
        });
        let read = Informant::decode("informant.registered", 1, landed).unwrap();
        let InformantEvent::Registered { told } = &read;
        assert_eq!((told.name.chars(), told.contact.chars(), told.keep_secret), (5, 8, true));
        assert!(Informant::decode("informant.registered", 2, serde_json::to_value(&read).unwrap()).is_err());
        let event = decide(None, &told_sample(), &actor(Role::Officer)).unwrap();
        let mut body = serde_json::to_value(&event).unwrap();
        assert_eq!(text::seal(&mut body, &[7; 32]).len(), 2, "both texts are erasable");
        assert!(!body.to_string().contains("示范"));
    }

    fn told_sample() -> InformantCommand {
        told("示范举报人", "000-0001", false)
    }
}
