//! Who may look at what, on what basis.

use super::*;
use crate::viewing::Standing;

const PAGE: Material = Material::Document { case: CASE, no: 1 };
const PICTURE: Material = Material::Recording { recording: FILM };

fn viewer(standing: Option<Standing>) -> Viewer {
    Viewer { id: id(1), standing, archivist: false, duty: false }
}

fn code(grants: &[(MatterId, &Grant)], viewer: &Viewer, thing: &Thing, kind: UseKind, ask: bool) -> String {
    match may_view(grants, viewer, thing, kind, day("2026-04-02"), &law(ask)) {
        Ok(Basis::Granted { .. }) => "granted".into(),
        Ok(Basis::Handling) => "handling".into(),
        Ok(Basis::Duty) => "duty".into(),
        Ok(Basis::OwnOrgan) => "own_organ".into(),
        Ok(Basis::Supervising) => "supervising".into(),
        Err(refusal) => {
            assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
            refusal.code.into_owned()
        }
    }
}

#[test]
fn without_approval_the_place_of_the_person_decides() {
    use Standing::{Handling, OwnOrgan, Supervising};
    let of = |material, archived, secrecy| Thing { archived, secrecy, ..thing(material) };
    let privacy = Some(Secrecy::Privacy);
    let table: [(Option<Standing>, Thing, bool, &str); 16] = [
        (Some(Handling), of(PAGE, false, None), true, "handling"),
        (Some(Handling), of(PAGE, false, privacy), false, "handling"),
        (Some(Handling), of(PAGE, true, None), false, "grant.none"),
        (Some(Handling), of(PICTURE, false, None), false, "handling"),
        (Some(Handling), of(PICTURE, false, None), true, "grant.none"),
        (Some(Handling), of(PICTURE, true, None), false, "grant.none"),
        (Some(OwnOrgan), of(PAGE, false, None), false, "own_organ"),
        (Some(OwnOrgan), of(PAGE, false, privacy), false, "grant.none"),
        (Some(OwnOrgan), of(PAGE, true, None), false, "grant.none"),
        (Some(OwnOrgan), of(PICTURE, false, None), false, "grant.none"),
        (Some(Supervising), of(PICTURE, true, None), true, "supervising"),
        (Some(Supervising), of(PAGE, false, privacy), false, "supervising"),
        (Some(Supervising), of(PAGE, false, Some(Secrecy::StateSecret)), false, "grant.state_secret"),
        (Some(Handling), of(PAGE, false, Some(Secrecy::StateSecret)), false, "grant.state_secret"),
        (None, of(PAGE, false, None), false, "grant.stranger"),
        (None, of(PICTURE, true, None), false, "grant.stranger"),
    ];
    for (standing, thing, ask, expected) in table {
        assert_eq!(
            code(&[], &viewer(standing), &thing, UseKind::View, ask),
            expected,
            "{standing:?} {thing:?}"
        );
    }
    // A patrol has no case, so that nobody handles it.
    let patrol = Thing { case: None, archived: false, ..thing(PICTURE) };
    assert_eq!(code(&[], &viewer(Some(Handling)), &patrol, UseKind::View, false), "grant.none");
}

#[test]
fn the_posts_that_an_open_case_passes_through_see_what_it_rests_on() {
    let open = |material| Thing { archived: false, ..thing(material) };
    let marked = Thing { secrecy: Some(Secrecy::TradeSecret), ..open(PAGE) };
    let look = |role, thing: &Thing, ask| {
        let viewer = Viewer::of(&actor(5, &[role]), Some(Standing::OwnOrgan));
        code(&[], &viewer, thing, UseKind::View, ask)
    };
    for role in
        [Role::UnitHead, Role::Reviewer, Role::ReviewHead, Role::Deputy, Role::Head, Role::HearingHost]
    {
        assert_eq!(look(role, &marked, false), "duty");
        assert_eq!(look(role, &open(PICTURE), false), "duty");
        assert_eq!(look(role, &open(PICTURE), true), "grant.none", "the jurisdiction asks everybody");
        assert_eq!(look(role, &thing(PAGE), false), "grant.none", "archived");
        let patrol = Thing { case: None, ..open(PICTURE) };
        assert_eq!(look(role, &patrol, false), "grant.none");
    }
    for role in [Role::Officer, Role::Publicity, Role::Cashier, Role::SystemAdmin, Role::Archivist] {
        assert_eq!(look(role, &marked, false), "grant.none");
        assert_eq!(look(role, &open(PICTURE), false), "grant.none");
    }
    // A post in another organ is none here.
    assert!(!Viewer::of(&actor(5, &[Role::Head]), None).duty);
}

#[test]
fn copies_and_exports_always_need_an_approval() {
    for kind in [UseKind::Copy, UseKind::Export] {
        for standing in [Standing::Handling, Standing::OwnOrgan] {
            let open = Thing { archived: false, ..thing(PAGE) };
            assert_eq!(code(&[], &viewer(Some(standing)), &open, kind, false), "grant.none");
        }
        let supervisor = viewer(Some(Standing::Supervising));
        assert_eq!(code(&[], &supervisor, &thing(PAGE), kind, false), "grant.supervisor");
    }
    let right = approved(Medium::Copy);
    let grants = [(GRANT, right.grant())];
    let own = viewer(Some(Standing::OwnOrgan));
    assert_eq!(code(&grants, &own, &thing(PICTURE), UseKind::Copy, true), "granted");
    assert_eq!(code(&grants, &own, &thing(PICTURE), UseKind::Export, true), "grant.medium");
}

#[test]
fn the_nearest_approval_explains_the_refusal() {
    let own = viewer(Some(Standing::OwnOrgan));
    let look = |w: &World, thing: &Thing| {
        let grants = [(GRANT, w.grant())];
        code(&grants, &own, thing, UseKind::View, false)
    };
    let mut pending = World::new();
    pending.ok(&officer(), GrantCommand::Request { asked: asked(Medium::View) });
    assert_eq!(look(&pending, &thing(PICTURE)), "grant.pending");
    let right = approved(Medium::View);
    assert_eq!(look(&right, &thing(PICTURE)), "granted");
    assert_eq!(look(&right, &thing(Material::File { case: OTHER_CASE })), "grant.none");
    assert_eq!(look(&right, &things()[2]), "grant.restricted");
    let mut revoked = approved(Medium::View);
    revoked.ok(&unit_head(), GrantCommand::Revoke { reason: t("用途已变") });
    assert_eq!(look(&revoked, &thing(PICTURE)), "grant.ended");
    let grants = [(GRANT, right.grant())];
    let on = |text| may_view(&grants, &own, &thing(PICTURE), UseKind::View, day(text), &law(false));
    assert_eq!(on("2026-04-11").unwrap_err().code, "grant.expired");
    let early = on("2026-03-31").unwrap_err();
    assert_eq!((early.code.as_ref(), early.after), ("grant.early", Some(day("2026-04-01"))));
    assert_eq!(on("2026-04-01").unwrap(), Basis::Granted { grant: GRANT });
    assert_eq!(on("2026-04-10").unwrap(), Basis::Granted { grant: GRANT });
    // Two approvals: the good one wins wherever it stands.
    let both = [(OTHER_CASE, pending.grant()), (GRANT, right.grant())];
    assert_eq!(code(&both, &own, &thing(PICTURE), UseKind::View, false), "granted");
}

#[test]
fn the_right_of_an_outside_body_is_used_through_the_archives() {
    let w = for_court();
    let grants = [(GRANT, w.grant())];
    let look = |viewer: &Viewer| code(&grants, viewer, &thing(PAGE), UseKind::Copy, false);
    assert_eq!(look(&Viewer { archivist: true, ..viewer(Some(Standing::OwnOrgan)) }), "granted");
    assert_eq!(look(&viewer(Some(Standing::OwnOrgan))), "grant.none");
}

#[test]
fn a_scope_covers_by_case_by_thing_and_by_period() {
    let page = thing(PAGE);
    let picture = thing(PICTURE);
    let period = |from, to| Covered::Period { unit: "执法大队".into(), from: day(from), to: day(to) };
    let table = [
        (Covered::Case { case: CASE }, true, true),
        (Covered::Case { case: OTHER_CASE }, false, false),
        (Covered::File { case: CASE }, true, false),
        (Covered::Recordings { case: CASE }, false, true),
        (Covered::One { material: PAGE }, true, false),
        (Covered::One { material: PICTURE }, false, true),
        (period("2026-03-05", "2026-03-05"), false, true),
        (period("2026-03-06", "2026-03-31"), false, false),
    ];
    for (covered, a, b) in table {
        assert_eq!((covered.covers(&page), covered.covers(&picture)), (a, b), "{covered:?}");
        assert!(covered.within(&covered));
        let body = serde_json::to_value(&covered).unwrap();
        assert_eq!(serde_json::from_value::<Covered>(body).unwrap(), covered);
    }
    assert!(period("2026-03-02", "2026-03-03").within(&period("2026-03-01", "2026-03-05")));
    assert!(!period("2026-02-28", "2026-03-03").within(&period("2026-03-01", "2026-03-05")));
}

#[test]
fn media_nest() {
    for asked in Medium::ALL {
        assert!(asked.within(*asked) && Medium::View.within(*asked));
        for granted in Medium::ALL.iter().filter(|g| g.within(*asked) && *asked != Medium::Lend) {
            for use_ in UseKind::ALL {
                assert!(!granted.allows(*use_) || asked.allows(*use_), "{granted:?} ⊄ {asked:?}");
            }
        }
    }
}

#[test]
fn a_jurisdiction_may_ask_its_handlers_too() {
    use crate::policy::{Jurisdiction, PolicyBook, System};
    let of = |region: &str| {
        let j = Jurisdiction { region: region.into(), system: System::Urban, organ: None };
        let known = "2026-11-22T00:00:00Z".parse().unwrap();
        ViewingLaw::of(&PolicyBook::built_in().resolve(&j, day("2026-06-01"), known).unwrap())
    };
    assert!(of("431023").handlers_ask.value && !of("110101").handlers_ask.value);
    assert_eq!(of("431023").handlers_ask.citation, recording_rule("第十九条"));
}

#[test]
fn the_watermark_names_person_time_and_purpose() {
    let text =
        watermark("示范甲（证00001）", "2026-04-01T16:00:05Z".parse().unwrap(), UseKind::View, "案卷评查");
    assert_eq!(text, "示范甲（证00001） 2026-04-02 00:00:05 查阅（案卷评查）");
}

#[test]
fn uses_are_counted_by_purpose_and_day() {
    let mut own = approved(Medium::Copy);
    own.ok(&officer(), GrantCommand::Use { used: used(PAGE, UseKind::View) });
    own.at("2026-04-02");
    own.ok(&officer(), GrantCommand::Use { used: used(PAGE, UseKind::Copy) });
    let mut court = for_court();
    court.ok(&archivist(), GrantCommand::Deliver { delivery: delivery() });
    let grants = [(GRANT, own.grant()), (OTHER_CASE, court.grant())];
    let counted = |from, to| uses(&grants, day(from), day(to)).into_iter().collect::<Vec<_>>();
    let (evaluation, court) = (Purpose::FileEvaluation, Purpose::Litigation);
    assert_eq!(counted("2026-04-01", "2026-04-02"), [(evaluation, 2), (court, 2)]);
    assert_eq!(counted("2026-04-02", "2026-04-02"), [(evaluation, 1)]);
    assert_eq!(counted("2026-05-01", "2026-05-31"), []);
}
