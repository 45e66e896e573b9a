//! 查阅: who looked at what of a case, and why.
//!
//! One matter of viewings stands beside each case, in the case's family, so that
//! looking never moves the case's version and the audit can ask again whether the
//! person might look. Its events hold no text: they stay when the case's content goes.

use crate::case::Case;
use crate::case::types::{DocumentNo, EvidenceNo, words};
use crate::cite::Citation;
use crate::informant::SECRECY;
use crate::matter::{Actor, DecodeError, Matter, MatterId, MatterKind, Meta, OrganId, StaffId, decode_as};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::viewing_grant::{self, Material, UseKind, Viewer, ViewingLaw};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 个人信息保护法第五十一条: whoever handles personal data keeps unauthorised access
/// away by measures that fit the data.
pub const PROTECTION: Citation = Citation::of("个人信息保护法", "第五十一条");

words! {
    /// For what the identity of an informant is looked at.
    Purpose {
        VerifyClue = "核实举报内容",
        AskFurther = "向举报人补充了解情况",
        Reply = "答复举报人",
        Reward = "办理举报奖励",
        Protect = "保护举报人",
    }
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "thing", rename_all = "snake_case")]
pub enum Thing {
    /// The file of the case, by somebody of another organ.
    CaseFile,
    /// Identity numbers and telephones of the parties, in full.
    PersonalNumbers,
    /// A document, which shows the parties unmasked.
    Document {
        /// Its number in the case.
        no: DocumentNo,
    },
    /// The identity of the informant.
    Informant {
        /// The informant's matter.
        informant: MatterId,
    },
    /// An item of evidence.
    Evidence {
        /// Its number in the case.
        no: EvidenceNo,
    },
    /// A recording, looked at without approval ([`look`]); a look under an approval stands
    /// on the approval's own stream.
    Recording {
        /// The recording's matter.
        recording: MatterId,
    },
}

impl Thing {
    /// Whether each viewing is recorded, not only the first of a person and a day.
    pub const fn each_time(self) -> bool {
        match self {
            Self::Informant { .. } | Self::Recording { .. } => true,
            Self::CaseFile | Self::PersonalNumbers | Self::Document { .. } | Self::Evidence { .. } => false,
        }
    }
}

words! {
    /// How the person stood to the case.
    Standing {
        Handling = "承办人",
        OwnOrgan = "本机关人员",
        Supervising = "监督机关人员",
    }
}

/// Something was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ViewingEvent {
    /// 已查阅.
    Viewed {
        /// Of which case.
        case: MatterId,
        /// What.
        #[serde(flatten)]
        what: Thing,
        /// By somebody who stood to the case like this.
        standing: Standing,
    },
}

/// The viewings of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewings {
    /// The case.
    pub case: MatterId,
    /// Civil day of the newest viewing, by person and thing.
    pub last: BTreeMap<(StaffId, Thing), Date>,
}

impl Viewings {
    /// Whether the person's viewing of the thing is on record for the day.
    pub fn seen(&self, who: StaffId, what: Thing, day: Date) -> bool {
        self.last.get(&(who, what)) == Some(&day)
    }
}

/// Those who handle the case now: its officers, and before there are any, whoever
/// registered the clue.
pub fn handlers(case: &Case) -> Vec<StaffId> {
    if case.officers.is_empty() { vec![case.registered_by] } else { case.officers.clone() }
}

/// How a person stands to a case; none when not at all.
pub fn standing(case: &Case, actor: &Actor) -> Option<Standing> {
    if actor.organ != case.organ {
        return actor.has(Role::Supervisor).then_some(Standing::Supervising);
    }
    Some(if handlers(case).contains(&actor.id) { Standing::Handling } else { Standing::OwnOrgan })
}

/// How a person stands to what belongs to an organ and to no case: a patrol.
pub fn standing_in(organ: OrganId, actor: &Actor) -> Option<Standing> {
    if actor.organ == organ {
        Some(Standing::OwnOrgan)
    } else {
        actor.has(Role::Supervisor).then_some(Standing::Supervising)
    }
}

/// Decides a look that needs no approval: those who handle the case, persons of the organ
/// where nothing restricts them, and supervisors in real time. It is recorded all the same,
/// beside the case or, for a patrol, beside the recording (`beside`).
///
/// # Errors
/// A refusal with its article; an approval is needed then.
pub fn look(
    beside: MatterId,
    standing: Option<Standing>,
    actor: &Actor,
    thing: &viewing_grant::Thing,
    today: Date,
    law: &ViewingLaw,
) -> Result<ViewingEvent, Refusal> {
    let viewer = Viewer::of(actor, standing);
    viewing_grant::may_view(&[], &viewer, thing, UseKind::View, today, law)?;
    let what = match thing.material {
        Material::File { .. } => Thing::CaseFile,
        Material::Document { no, .. } => Thing::Document { no },
        Material::Evidence { no, .. } => Thing::Evidence { no },
        Material::Recording { recording } => Thing::Recording { recording },
    };
    match standing {
        Some(standing) => Ok(ViewingEvent::Viewed { case: beside, what, standing }),
        // Without a standing only an approval helps, and none was given.
        None => Err(stranger()),
    }
}

fn stranger() -> Refusal {
    Refusal::new(
        "viewing.stranger",
        PROTECTION,
        "不是本机关或者监督机关的人员，不能查阅",
        "请按规定程序申请查阅",
    )
}

/// Decides whether `actor` may look at `what` of a case.
///
/// # Errors
/// A refusal with its article.
pub fn decide(case: &Case, id: MatterId, what: Thing, actor: &Actor) -> Result<ViewingEvent, Refusal> {
    let Some(standing) = standing(case, actor) else {
        return Err(stranger());
    };
    match what {
        Thing::CaseFile | Thing::PersonalNumbers => {}
        Thing::Recording { .. } => {
            return Err(Refusal::new(
                "viewing.recording",
                PROTECTION,
                "音像记录的查阅另有规定",
                "请在音像记录页查看",
            ));
        }
        Thing::Evidence { no } => {
            if usize::from(no) == 0 || usize::from(no) > case.evidence.len() {
                return Err(Refusal::new("viewing.unknown", PROTECTION, "案件没有这件证据", "请核对证据"));
            }
        }
        Thing::Document { no } => {
            if case.document(no).is_none() {
                return Err(Refusal::new("viewing.unknown", PROTECTION, "案件没有这份文书", "请核对文书"));
            }
        }
        Thing::Informant { informant } => {
            if case.clue.informant != Some(informant) {
                return Err(Refusal::new("viewing.unknown", SECRECY, "本案没有登记这名举报人", "请核对案件"));
            }
            if standing != Standing::Handling {
                return Err(Refusal::new(
                    "viewing.informant",
                    SECRECY,
                    "举报人的身份只供本案承办人在办理需要时查看",
                    "请由承办人办理与举报人有关的事项",
                ));
            }
        }
    }
    Ok(ViewingEvent::Viewed { case: id, what, standing })
}

impl Matter for Viewings {
    const KIND: MatterKind = MatterKind::Access;
    type Event = ViewingEvent;

    fn type_of(event: &ViewingEvent) -> (&'static str, u16) {
        match event {
            ViewingEvent::Viewed { .. } => ("access.viewed", 1),
        }
    }

    fn decode(type_name: &str, version: u16, body: serde_json::Value) -> Result<ViewingEvent, DecodeError> {
        decode_as::<Self>(type_name, version, body)
    }

    fn evolve(state: Option<Self>, meta: &Meta, event: &ViewingEvent) -> Self {
        let ViewingEvent::Viewed { case, what, .. } = event;
        let mut state = state.unwrap_or(Self { case: *case, last: BTreeMap::new() });
        state.last.insert((meta.actor, *what), meta.moment.recorded_day());
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::CaseEvent;
    use crate::case::types::{Clue, ClueSource};
    use crate::matter::{Moment, OrganId};
    use uuid::Uuid;

    const CASE: MatterId = MatterId(Uuid::from_u128(5));
    const INFORMANT: MatterId = MatterId(Uuid::from_u128(6));
    const OWN: OrganId = OrganId(Uuid::from_u128(9));

    fn actor(id: u128, organ: u128, role: Role) -> Actor {
        Actor { id: StaffId(Uuid::from_u128(id)), organ: OrganId(Uuid::from_u128(organ)), roles: vec![role] }
    }

    fn meta(version: u64, by: u128) -> Meta {
        Meta {
            matter: CASE,
            organ: OWN,
            version,
            actor: StaffId(Uuid::from_u128(by)),
            moment: Moment::now("2026-03-02T01:00:00Z".parse().unwrap()),
        }
    }

    fn case() -> Case {
        let clue = Clue {
            source: ClueSource::Report,
            received_on: "2026-03-02".parse().unwrap(),
            subject: "示例化工有限公司".into(),
            summary: "示例".into(),
            informant: Some(INFORMANT),
        };
        let case = Case::evolve(None, &meta(1, 1), &CaseEvent::ClueRegistered(clue));
        let officers = vec![StaffId(Uuid::from_u128(2)), StaffId(Uuid::from_u128(3))];
        Case::evolve(Some(case), &meta(2, 1), &CaseEvent::CheckStarted { officers })
    }

    #[test]
    fn the_informant_is_for_those_who_handle_the_case() {
        let (case, what) = (case(), Thing::Informant { informant: INFORMANT });
        let code = |actor: &Actor, what| match decide(&case, CASE, what, actor) {
            Ok(ViewingEvent::Viewed { standing, .. }) => standing.label().to_owned(),
            Err(refusal) => {
                assert!(!refusal.article.law.is_empty());
                refusal.code.into_owned()
            }
        };
        assert_eq!(code(&actor(2, 9, Role::Officer), what), "承办人");
        for (id, role) in [(1, Role::Officer), (4, Role::Head), (7, Role::Auditor)] {
            assert_eq!(code(&actor(id, 9, role), what), "viewing.informant", "{role:?}");
        }
        assert_eq!(code(&actor(8, 4, Role::Supervisor), what), "viewing.informant");
        assert_eq!(code(&actor(2, 4, Role::Officer), what), "viewing.stranger");
        let other = Thing::Informant { informant: CASE };
        assert_eq!(code(&actor(2, 9, Role::Officer), other), "viewing.unknown");
        assert_eq!(code(&actor(8, 4, Role::Supervisor), Thing::CaseFile), "监督机关人员");
        assert_eq!(code(&actor(4, 9, Role::Head), Thing::PersonalNumbers), "本机关人员");
        assert_eq!(code(&actor(4, 9, Role::Head), Thing::Document { no: 1 }), "viewing.unknown");
    }

    #[test]
    fn a_look_without_approval_is_recorded_with_its_standing() {
        let film = MatterId(Uuid::from_u128(7));
        let thing = viewing_grant::Thing {
            material: Material::Recording { recording: film },
            case: Some(CASE),
            archived: false,
            unit: "执法大队".into(),
            recorded_on: None,
            secrecy: None,
        };
        let law = ViewingLaw { handlers_ask: crate::case::law::Ruled::new(false, PROTECTION) };
        let today = "2026-03-02".parse().unwrap();
        let seen = |who: &Actor, thing: &viewing_grant::Thing| {
            look(CASE, standing(&case(), who), who, thing, today, &law).map_err(|r| r.code.into_owned())
        };
        let what = Thing::Recording { recording: film };
        let viewed = |standing| Ok(ViewingEvent::Viewed { case: CASE, what, standing });
        assert_eq!(seen(&actor(2, 9, Role::Officer), &thing), viewed(Standing::Handling));
        assert_eq!(seen(&actor(8, 4, Role::Supervisor), &thing), viewed(Standing::Supervising));
        assert_eq!(seen(&actor(4, 9, Role::Head), &thing), viewed(Standing::OwnOrgan));
        assert_eq!(seen(&actor(4, 9, Role::Publicity), &thing), Err("grant.none".into()));
        assert_eq!(seen(&actor(2, 4, Role::Officer), &thing), Err("grant.stranger".into()));
        assert!(what.each_time());
        // By the ordinary way a recording is not looked at, and evidence must be there.
        let plain = |what| decide(&case(), CASE, what, &actor(2, 9, Role::Officer)).unwrap_err().code;
        assert_eq!(plain(what), "viewing.recording");
        assert_eq!((plain(Thing::Evidence { no: 0 }), plain(Thing::Evidence { no: 1 })).0, "viewing.unknown");
        let patrol = viewing_grant::Thing { case: None, ..thing };
        let own = actor(4, 9, Role::Head);
        let by = |who: &Actor| look(film, standing_in(OWN, who), who, &patrol, today, &law);
        assert_eq!(by(&own).unwrap_err().code, "grant.none");
        assert!(by(&actor(8, 4, Role::Supervisor)).is_ok());
    }

    #[test]
    fn before_the_check_begins_the_registrar_handles_the_clue() {
        let clue = case().clue;
        let fresh = Case::evolve(None, &meta(1, 1), &CaseEvent::ClueRegistered(clue));
        assert_eq!(standing(&fresh, &actor(1, 9, Role::Officer)), Some(Standing::Handling));
        assert_eq!(standing(&fresh, &actor(2, 9, Role::Officer)), Some(Standing::OwnOrgan));
    }

    #[test]
    fn the_first_viewing_of_a_day_is_known_and_the_landed_bytes_read() {
        let landed = serde_json::json!({
            "event": "viewed", "case": CASE, "thing": "document", "no": 3, "standing": "own_organ",
        });
        let event = Viewings::decode("access.viewed", 1, landed.clone()).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), landed);
        let state = Viewings::evolve(None, &meta(1, 4), &event);
        let (who, day) = (StaffId(Uuid::from_u128(4)), "2026-03-02".parse().unwrap());
        assert!(state.seen(who, Thing::Document { no: 3 }, day));
        assert!(!state.seen(who, Thing::Document { no: 3 }, day.tomorrow().unwrap()));
        assert!(!state.seen(who, Thing::Document { no: 2 }, day));
        assert!(!state.seen(StaffId(Uuid::from_u128(5)), Thing::Document { no: 3 }, day));
    }
}
