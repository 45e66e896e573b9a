//! Tables: given a standing, when a command, then an event or a refusal.

mod look;
mod masks;

use super::*;
use crate::act_table::Act;
use crate::case::law::Ruled;
use crate::codes::DocumentNumber;
use crate::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId};
use crate::secrecy::Secrecy;
use crate::staff::Role;
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

pub(super) const OWN: OrganId = OrganId(Uuid::from_u128(9));
pub(super) const GRANT: MatterId = MatterId(Uuid::from_u128(40));
pub(super) const CASE: MatterId = MatterId(Uuid::from_u128(5));
pub(super) const OTHER_CASE: MatterId = MatterId(Uuid::from_u128(6));
pub(super) const FILM: MatterId = MatterId(Uuid::from_u128(7));

pub(super) fn id(n: u128) -> StaffId {
    StaffId(Uuid::from_u128(n))
}

pub(super) fn actor(n: u128, roles: &[Role]) -> Actor {
    Actor { id: id(n), organ: OWN, roles: roles.to_vec() }
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

pub(super) fn t(text: &str) -> Text {
    Text::closed(text)
}

pub(super) fn law(ask: bool) -> ViewingLaw {
    ViewingLaw { handlers_ask: Ruled::new(ask, recording_rule("第十九条")) }
}

/// The things of the world: a case's file, its documents, its recordings.
pub(super) fn thing(material: Material) -> Thing {
    Thing {
        material,
        case: Some(material.case().unwrap_or(CASE)),
        archived: true,
        unit: "执法大队".into(),
        recorded_on: material.is_recording().then(|| day("2026-03-05")),
        secrecy: None,
    }
}

pub(super) fn things() -> Vec<Thing> {
    let marked =
        |no, secrecy| Thing { secrecy: Some(secrecy), ..thing(Material::Document { case: CASE, no }) };
    vec![
        thing(Material::File { case: CASE }),
        thing(Material::Document { case: CASE, no: 1 }),
        marked(2, Secrecy::TradeSecret),
        marked(3, Secrecy::StateSecret),
        thing(Material::Evidence { case: CASE, no: 1 }),
        thing(Material::Recording { recording: FILM }),
        thing(Material::File { case: OTHER_CASE }),
    ]
}

pub(super) fn asked(medium: Medium) -> Asked {
    Asked {
        requester: Requester::Staff,
        purpose: Purpose::FileEvaluation,
        reason: t("年度案卷评查"),
        scope: vec![Covered::Case { case: CASE }],
        medium,
        restricted: false,
        from: day("2026-04-01"),
        until: day("2026-04-10"),
    }
}

pub(super) fn court(medium: Medium) -> Asked {
    let requester = Requester::Body {
        body: Body::Court,
        name: t("示例县人民法院"),
        letter: t("（示）法调1号"),
        persons: t("书记员甲，工作证"),
    };
    Asked { requester, purpose: usual_purpose(Body::Court), ..asked(medium) }
}

pub(super) fn granted(of: &Asked) -> Granted {
    Granted {
        scope: of.scope.clone(),
        medium: of.medium,
        restricted: of.restricted,
        from: of.from,
        until: of.until,
    }
}

pub(super) fn number() -> DocumentNumber {
    "（示）应急档〔2026〕1号".parse().unwrap()
}

pub(super) fn used(material: Material, kind: UseKind) -> Use {
    let digest = if kind == UseKind::View { String::new() } else { "ab".repeat(32) };
    Use {
        material,
        kind,
        watermark: t("执法人员甲 2026-04-02 09:00 查阅"),
        span: None,
        digest,
        derivative: String::new(),
        reason: None,
    }
}

pub(super) fn delivery() -> Delivery {
    let copy = |material, pages| Copied { material, digest: "cd".repeat(32), pages };
    Delivery {
        number: number(),
        receiver: t("书记员甲"),
        copies: vec![
            copy(Material::Document { case: CASE, no: 1 }, 3),
            copy(Material::Recording { recording: FILM }, 0),
        ],
        carrier: t("纸质3页、光盘A-1"),
    }
}

pub(super) fn original() -> Original {
    Original {
        recording: FILM,
        segment: 1,
        root: "11".repeat(32),
        duration_ms: 60_000,
        frame: Some((1920, 1080)),
        sound: true,
    }
}

pub(super) fn derivative() -> Derivative {
    Derivative {
        original: FILM,
        segment: 1,
        original_root: "11".repeat(32),
        edits: vec![
            Edit::Mute { span: Span { from_ms: 1_000, to_ms: 2_000 } },
            Edit::Blur {
                span: Span { from_ms: 0, to_ms: 60_000 },
                region: Region { x: 0, y: 0, width: 200, height: 100 },
            },
        ],
        root: "22".repeat(32),
        tool: "ffmpeg 7".into(),
        order: Some(1),
        identity: None,
    }
}

pub(super) fn order() -> MaskOrder {
    let it = derivative();
    MaskOrder { recording: it.original, segment: it.segment, edits: it.edits }
}

/// The program itself.
pub(super) fn machine() -> Actor {
    Actor { id: StaffId(uuid::Uuid::nil()), organ: OWN, roles: Vec::new() }
}

pub(super) fn lent() -> Lent {
    Lent { case: CASE, volumes: 1, receiver: t("执法人员甲"), until: day("2026-04-05") }
}

/// A world in which an approval lives.
pub(super) struct World {
    pub state: Option<Grant>,
    pub version: u64,
    pub now: Timestamp,
    pub things: Vec<Thing>,
    pub number_used: bool,
    pub volumes: Option<u16>,
    pub lent_elsewhere: bool,
}

impl World {
    pub fn new() -> Self {
        Self {
            state: None,
            version: 0,
            now: "2026-04-01T01:00:00Z".parse().unwrap(),
            things: things(),
            number_used: false,
            volumes: Some(2),
            lent_elsewhere: false,
        }
    }

    pub fn at(&mut self, date: &str) -> &mut Self {
        self.now = format!("{date}T01:00:00Z").parse().unwrap();
        self
    }

    pub fn ask(&self, who: &Actor, command: &GrantCommand) -> Result<GrantEvent, crate::refusal::Refusal> {
        let (law, original) = (law(false), original());
        let facts = GrantFacts {
            matter: GRANT,
            actor: who,
            now: self.now,
            law: &law,
            things: &self.things,
            original: Some(&original),
            number_used: self.number_used,
            volumes: self.volumes,
            lent_elsewhere: self.lent_elsewhere,
        };
        decide(self.state.as_ref(), command, &facts)
    }

    #[track_caller]
    pub fn ok(&mut self, who: &Actor, command: GrantCommand) -> GrantEvent {
        let event = self.ask(who, &command).unwrap_or_else(|r| panic!("{command:?}: {} {r}", r.code));
        self.version += 1;
        let meta = Meta {
            matter: GRANT,
            organ: OWN,
            version: self.version,
            actor: who.id,
            moment: Moment::now(self.now),
        };
        let (name, version) = Grant::type_of(&event);
        let read = Grant::decode(name, version, serde_json::to_value(&event).unwrap()).unwrap();
        assert_eq!(read, event, "the store's round trip");
        self.state = Some(Grant::evolve(self.state.take(), &meta, &read));
        event
    }

    #[track_caller]
    pub fn no(&self, who: &Actor, command: GrantCommand, code: &str) {
        let refusal = self.ask(who, &command).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
    }

    pub fn grant(&self) -> &Grant {
        self.state.as_ref().unwrap()
    }
}

pub(super) fn officer() -> Actor {
    actor(1, &[Role::Officer])
}

pub(super) fn unit_head() -> Actor {
    actor(2, &[Role::UnitHead])
}

pub(super) fn deputy() -> Actor {
    actor(3, &[Role::Deputy])
}

pub(super) fn archivist() -> Actor {
    actor(4, &[Role::Archivist])
}

/// Holds every role, and is another person than the others.
pub(super) fn anyone() -> Actor {
    actor(99, &Role::ALL)
}

pub(super) fn approve(of: &Asked) -> GrantCommand {
    GrantCommand::Approve { granted: granted(of), opinion: t("同意") }
}

/// An approved right for the officer.
pub(super) fn approved(medium: Medium) -> World {
    let mut w = World::new();
    w.ok(&officer(), GrantCommand::Request { asked: asked(medium) });
    w.ok(&deputy(), approve(&asked(medium)));
    w
}

/// An approved right for the court, entered by the archives.
pub(super) fn for_court() -> World {
    let mut w = World::new();
    w.ok(&archivist(), GrantCommand::Request { asked: court(Medium::Copy) });
    w.ok(&deputy(), approve(&court(Medium::Copy)));
    w
}

fn standings() -> Vec<(Option<Stage>, World)> {
    let mut requested = World::new();
    requested.ok(&officer(), GrantCommand::Request { asked: asked(Medium::Lend) });
    let mut refused = World::new();
    refused.ok(&officer(), GrantCommand::Request { asked: asked(Medium::View) });
    refused.ok(&unit_head(), GrantCommand::Refuse { ground: None, opinion: t("没有必要") });
    let mut ended = approved(Medium::View);
    ended.ok(&officer(), GrantCommand::End {});
    vec![
        (None, World::new()),
        (Some(Stage::Requested), requested),
        (Some(Stage::Approved), approved(Medium::Export)),
        (Some(Stage::Refused), refused),
        (Some(Stage::Ended), ended),
    ]
}

/// One plausible command of each act.
fn commands() -> Vec<GrantCommand> {
    vec![
        GrantCommand::Request { asked: asked(Medium::View) },
        approve(&asked(Medium::View)),
        GrantCommand::Refuse { ground: None, opinion: t("没有必要") },
        GrantCommand::Use { used: used(Material::Document { case: CASE, no: 1 }, UseKind::View) },
        GrantCommand::Deliver { delivery: delivery() },
        GrantCommand::Mask { order: order() },
        GrantCommand::Derive { derivative: derivative() },
        GrantCommand::FailMask { no: 1, reason: t("没有 ffmpeg") },
        GrantCommand::Lend { lent: lent() },
        GrantCommand::Return { case: CASE, intact: true, note: t("") },
        GrantCommand::End {},
        GrantCommand::Revoke { reason: t("用途已变") },
    ]
}

#[test]
fn every_state_takes_only_the_acts_of_its_rows() {
    assert_eq!(commands().iter().map(GrantCommand::verb).collect::<Vec<_>>(), Verb::ALL);
    for (stage, world) in standings() {
        for command in commands() {
            let row = command.verb().row();
            let open = stage.map_or(row.begins, |s| row.from.contains(&s));
            let shut = ["grant.unknown", "grant.exists", "grant.stage"];
            match world.ask(&anyone(), &command) {
                Ok(_) => assert!(open, "{stage:?} × {command:?}"),
                Err(refusal) => {
                    assert_eq!(!open, shut.contains(&&*refusal.code), "{stage:?} × {command:?}: {refusal}");
                }
            }
        }
    }
}

#[test]
fn nobody_without_the_role_and_no_other_organ_does_anything() {
    for (stage, world) in standings() {
        for command in commands() {
            let allowed = command.verb().row().who;
            for role in Role::ALL.into_iter().filter(|r| !allowed.contains(r)) {
                assert!(world.ask(&actor(98, &[role]), &command).is_err(), "{stage:?} × {role:?}");
            }
            let stranger = Actor { organ: OrganId(Uuid::from_u128(8)), ..anyone() };
            assert!(stage.is_none() || world.ask(&stranger, &command).is_err());
        }
    }
}

#[test]
fn a_request_says_what_why_and_when() {
    let w = World::new();
    let ask = |change: &dyn Fn(&mut Asked)| {
        let mut it = asked(Medium::View);
        change(&mut it);
        GrantCommand::Request { asked: it }
    };
    let one = |no| vec![Covered::One { material: Material::Document { case: CASE, no } }];
    let table: [(&str, GrantCommand); 8] = [
        ("grant.reason", ask(&|a| a.reason = t(""))),
        ("grant.scope", ask(&|a| a.scope.clear())),
        ("grant.days", ask(&|a| a.until = day("2026-03-31"))),
        ("grant.days", ask(&|a| a.from = day("2026-04-11"))),
        ("grant.unknown_thing", ask(&|a| a.scope = one(9))),
        ("grant.restricted", ask(&|a| a.scope = one(2))),
        (
            "grant.period",
            ask(&|a| {
                let (from, to) = (day("2026-03-02"), day("2026-03-01"));
                a.scope = vec![Covered::Period { unit: "执法大队".into(), from, to }];
            }),
        ),
        ("grant.archive", GrantCommand::Request { asked: court(Medium::Copy) }),
    ];
    for (code, command) in table {
        w.no(&officer(), command, code);
    }
    let refusal = w.ask(&officer(), &ask(&|a| a.scope = one(9))).unwrap_err();
    assert_eq!(refusal.fields[0].field, "scope/0");
    let mut restricted = asked(Medium::View);
    restricted.scope = one(2);
    restricted.restricted = true;
    assert!(w.ask(&officer(), &GrantCommand::Request { asked: restricted }).is_ok());
}

#[test]
fn a_party_asks_for_its_own_case_and_never_takes_the_originals() {
    let w = World::new();
    let party = |medium, scope| Asked {
        requester: Requester::Concerned {
            concerned: Concerned::Party,
            name: t("示范甲"),
            credential: t("身份证"),
        },
        purpose: Purpose::OwnRights,
        scope,
        ..asked(medium)
    };
    let own = vec![Covered::File { case: CASE }];
    let ask = |asked| GrantCommand::Request { asked };
    assert!(w.ask(&archivist(), &ask(party(Medium::Copy, own.clone()))).is_ok());
    w.no(&archivist(), ask(party(Medium::Lend, own.clone())), "grant.medium");
    w.no(&officer(), ask(party(Medium::View, own)), "grant.archive");
    let (from, to) = (day("2026-03-01"), day("2026-03-31"));
    let period = vec![Covered::Period { unit: "执法大队".into(), from, to }];
    w.no(&archivist(), ask(party(Medium::View, period)), "grant.period");
}

#[test]
fn another_person_approves_and_never_more_than_was_asked() {
    let mut w = World::new();
    let both = actor(1, &[Role::Officer, Role::Deputy]);
    let mut it = asked(Medium::Copy);
    w.ok(&both, GrantCommand::Request { asked: it.clone() });
    w.no(&both, approve(&it), "grant.same_person");
    w.no(&unit_head(), GrantCommand::Approve { granted: granted(&it), opinion: t("") }, "grant.opinion");
    let wider: [&dyn Fn(&mut Asked); 5] = [
        &|a| a.medium = Medium::Export,
        &|a| a.until = day("2026-04-11"),
        &|a| a.restricted = true,
        &|a| a.scope = vec![Covered::Case { case: OTHER_CASE }],
        &|a| a.scope.clear(),
    ];
    for change in wider {
        let mut more = asked(Medium::Copy);
        change(&mut more);
        w.no(&unit_head(), approve(&more), "grant.wider");
    }
    it.scope = vec![Covered::Recordings { case: CASE }];
    it.medium = Medium::View;
    it.until = day("2026-04-05");
    w.ok(&unit_head(), approve(&it));
    assert_eq!(w.grant().right, granted(&it));
}

#[test]
fn what_goes_outside_or_is_restricted_is_for_a_head_in_charge() {
    let mut w = World::new();
    w.ok(&archivist(), GrantCommand::Request { asked: court(Medium::Copy) });
    w.no(&unit_head(), approve(&court(Medium::Copy)), "grant.head");
    w.no(&deputy(), GrantCommand::Refuse { ground: None, opinion: t("不便提供") }, "grant.ground");
    let ground = Some(RefusalGround::NoLetter);
    assert!(w.ask(&deputy(), &GrantCommand::Refuse { ground, opinion: t("请补函件") }).is_ok());
    w.ok(&deputy(), approve(&court(Medium::Copy)));
    let mut w = World::new();
    let restricted = Asked { restricted: true, ..asked(Medium::View) };
    w.ok(&officer(), GrantCommand::Request { asked: restricted.clone() });
    w.no(&unit_head(), approve(&restricted), "grant.head");
}

#[test]
fn what_an_approval_covered_is_told_from_the_approval_alone() {
    let w = approved(Medium::Copy);
    let page = Material::Document { case: CASE, no: 1 };
    let at = w.grant().right.from.at(9, 0, 0, 0).to_zoned(crate::matter::shanghai()).unwrap().timestamp();
    let used = |by, kind, at| Used { by, at, material: page, kind, derived: false, reason: None };
    let day = |days: i64| at + jiff::SignedDuration::from_hours(24 * days);
    let last = i64::from(w.grant().right.from.until(w.grant().right.until).unwrap().get_days());
    let cases = [
        (used(id(1), UseKind::Copy, at), true, "as approved"),
        (used(id(1), UseKind::Copy, day(last)), true, "on its last day"),
        (used(id(1), UseKind::Copy, day(last + 1)), false, "a day after it"),
        (used(id(1), UseKind::Copy, day(-1)), false, "a day before it"),
        (used(id(1), UseKind::Export, at), false, "farther than approved"),
        (used(id(2), UseKind::Copy, at), false, "by another person"),
    ];
    for (used, covered, words) in cases {
        assert_eq!(w.grant().covered(&used, &thing(page)), covered, "{words}");
    }
    let elsewhere = thing(Material::Document { case: OTHER_CASE, no: 1 });
    assert!(!w.grant().covered(&used(id(1), UseKind::Copy, at), &elsewhere));
    let mut open = w.grant().clone();
    (open.stage, open.decided) = (Stage::Requested, None);
    assert!(!open.covered(&used(id(1), UseKind::Copy, at), &thing(page)), "not approved yet");
    let mut over = w.grant().clone();
    over.ended = Some((EndGround::Revoked, over.right.from));
    assert!(!over.covered(&used(id(1), UseKind::Copy, day(1)), &thing(page)), "revoked before");
}

#[test]
fn each_use_is_recorded_with_its_watermark() {
    let mut w = approved(Medium::Copy);
    let page = Material::Document { case: CASE, no: 1 };
    w.ok(&officer(), GrantCommand::Use { used: used(page, UseKind::View) });
    let mut film = used(Material::Recording { recording: FILM }, UseKind::View);
    film.span = Some(Span { from_ms: 0, to_ms: 5_000 });
    w.ok(&officer(), GrantCommand::Use { used: film.clone() });
    let kinds: Vec<_> = w.grant().uses.iter().map(|u| (u.by, u.kind)).collect();
    assert_eq!(kinds, [(id(1), UseKind::View), (id(1), UseKind::View)]);
    let unmarked = Use { watermark: t(""), ..film.clone() };
    w.no(&officer(), GrantCommand::Use { used: unmarked }, "grant.watermark");
    let backwards = Use { span: Some(Span { from_ms: 9, to_ms: 1 }), ..film };
    w.no(&officer(), GrantCommand::Use { used: backwards }, "grant.span");
    let nameless = Use { digest: String::new(), ..used(page, UseKind::Copy) };
    w.no(&officer(), GrantCommand::Use { used: nameless }, "grant.digest");
    let aimless = Use { reason: Some(t("")), ..used(page, UseKind::Copy) };
    w.no(&officer(), GrantCommand::Use { used: aimless }, "grant.use_reason");
    w.no(&officer(), GrantCommand::Use { used: used(page, UseKind::Export) }, "grant.medium");
    w.no(&unit_head(), GrantCommand::Use { used: used(page, UseKind::View) }, "grant.holder");
    let secret = Material::Document { case: CASE, no: 3 };
    w.no(&officer(), GrantCommand::Use { used: used(secret, UseKind::View) }, "grant.state_secret");
    w.at("2026-04-11");
    w.no(&officer(), GrantCommand::Use { used: used(page, UseKind::View) }, "grant.expired");
    let mut ended = approved(Medium::View);
    ended.no(&actor(7, &[Role::Officer]), GrantCommand::End {}, "grant.holder");
    ended.no(&unit_head(), GrantCommand::Revoke { reason: t("") }, "grant.reason");
    ended.ok(&unit_head(), GrantCommand::Revoke { reason: t("用途已变") });
    assert_eq!(ended.grant().ended, Some((EndGround::Revoked, day("2026-04-01"))));
}

#[test]
fn copies_leave_with_number_receiver_and_digests() {
    let mut w = for_court();
    let change = |f: &dyn Fn(&mut Delivery)| {
        let mut it = delivery();
        f(&mut it);
        GrantCommand::Deliver { delivery: it }
    };
    w.no(&archivist(), change(&|d| d.copies.clear()), "delivery.copies");
    w.no(&archivist(), change(&|d| d.receiver = t("")), "delivery.receiver");
    w.no(&archivist(), change(&|d| d.copies[1].digest = "zz".into()), "delivery.digest");
    w.no(
        &archivist(),
        change(&|d| d.copies[0].material = Material::Document { case: CASE, no: 2 }),
        "grant.restricted",
    );
    w.no(
        &archivist(),
        change(&|d| d.copies[0].material = Material::File { case: OTHER_CASE }),
        "grant.outside",
    );
    w.number_used = true;
    w.no(&archivist(), change(&|_| ()), "delivery.number");
    w.number_used = false;
    w.ok(&archivist(), change(&|_| ()));
    let inside = approved(Medium::Copy);
    inside.no(&archivist(), change(&|_| ()), "grant.inside");
    let grants = [(GRANT, w.grant())];
    let lines = register(&grants, day("2026-04-02"));
    assert!(matches!(&lines[..], [Entry { line: Line::Copies { pieces: 2, pages: 3, .. }, .. }]));
}

#[test]
fn volumes_go_out_once_and_come_back() {
    let mut w = approved(Medium::Lend);
    let lend = |f: &dyn Fn(&mut Lent)| {
        let mut it = lent();
        f(&mut it);
        GrantCommand::Lend { lent: it }
    };
    w.no(&archivist(), lend(&|l| l.volumes = 3), "loan.volumes");
    w.no(&archivist(), lend(&|l| l.until = day("2026-04-11")), "loan.until");
    w.no(&archivist(), lend(&|l| l.receiver = t("")), "loan.receiver");
    w.no(&archivist(), lend(&|l| l.case = OTHER_CASE), "grant.outside");
    w.lent_elsewhere = true;
    w.no(&archivist(), lend(&|_| ()), "loan.out");
    w.lent_elsewhere = false;
    w.volumes = None;
    w.no(&archivist(), lend(&|_| ()), "loan.not_archived");
    w.volumes = Some(2);
    let back = |intact, note| GrantCommand::Return { case: CASE, intact, note: t(note) };
    w.no(&archivist(), back(true, ""), "loan.unknown");
    w.ok(&archivist(), lend(&|_| ()));
    w.no(&archivist(), lend(&|_| ()), "loan.out");
    let overdue_on = |w: &World, text| {
        let grants = [(GRANT, w.grant())];
        overdue(&register(&grants, day(text))).count()
    };
    assert_eq!((overdue_on(&w, "2026-04-05"), overdue_on(&w, "2026-04-06")), (0, 1));
    w.ok(&officer(), GrantCommand::End {});
    w.at("2026-05-07");
    w.no(&archivist(), back(false, ""), "loan.damage");
    w.ok(&archivist(), back(false, "第2卷封面破损"));
    assert_eq!(overdue_on(&w, "2026-05-08"), 0);
    let grants = [(GRANT, w.grant())];
    // From 5 April to 7 May are 32 days.
    assert!(matches!(register(&grants, day("2026-05-08"))[0].line, Line::Loan { overdue_days: 32, .. }));
}
