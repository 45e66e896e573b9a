use super::*;
use crate::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId};
use crate::text::Text;
use jiff::civil::{Date, date};
use uuid::Uuid;

const PERSON: u128 = 7;

fn facts(id: u128, roles: &[Role]) -> StaffFacts {
    StaffFacts {
        actor: Actor {
            id: StaffId(Uuid::from_u128(id)),
            organ: OrganId(Uuid::from_u128(1)),
            roles: roles.to_vec(),
        },
        today: date(2026, 3, 2),
        units: vec!["执法大队".into()],
        founding: false,
    }
}

fn fold(events: &[StaffEvent]) -> StaffState {
    let mut state = None;
    for (version, event) in (1..).zip(events) {
        let meta = Meta {
            matter: MatterId(Uuid::from_u128(PERSON)),
            organ: OrganId(Uuid::from_u128(1)),
            version,
            actor: StaffId(Uuid::nil()),
            moment: Moment::now("2026-03-02T01:00:00Z".parse().unwrap()),
        };
        state = Some(StaffState::evolve(state, &meta, event));
    }
    state.unwrap()
}

fn registered() -> StaffEvent {
    StaffEvent::Registered { name: "执法人员甲".into(), title: "".into(), unit: String::new() }
}

fn issued(from: Date, to: Date) -> StaffEvent {
    StaffEvent::CertificateIssued {
        number: "示00001".into(),
        categories: vec!["安全生产".into()],
        region: "513400".into(),
        valid_from: from,
        valid_to: to,
    }
}

fn reason() -> Text {
    "示例理由".into()
}

fn code(given: &[StaffEvent], command: &StaffCommand, facts: &StaffFacts) -> String {
    match decide(Some(&fold(given)), command, facts) {
        Ok(_) => "ok".to_owned(),
        Err(refusal) => refusal.code.into_owned(),
    }
}

#[test]
fn roles_are_granted_by_security_and_never_to_oneself_or_across_the_separation() {
    let officer = StaffEvent::RoleGranted { role: Role::Officer };
    let auditor = StaffEvent::RoleGranted { role: Role::Auditor };
    let grant = |role| StaffCommand::GrantRole { role };
    let security = [Role::SecurityAdmin];
    let cases: Vec<(Vec<StaffEvent>, StaffCommand, StaffFacts, &str)> = vec![
        (vec![registered()], grant(Role::Officer), facts(9, &security), "ok"),
        (vec![registered()], grant(Role::Officer), facts(9, &[Role::SystemAdmin]), "staff.administrator"),
        (vec![registered()], grant(Role::Officer), facts(PERSON, &security), "staff.oneself"),
        (vec![registered(), officer.clone()], grant(Role::Officer), facts(9, &security), "staff.role_held"),
        (vec![registered(), officer.clone()], grant(Role::UnitHead), facts(9, &security), "ok"),
        (
            vec![registered(), officer.clone()],
            grant(Role::SystemAdmin),
            facts(9, &security),
            "staff.separation",
        ),
        (
            vec![registered(), auditor.clone()],
            grant(Role::SecurityAdmin),
            facts(9, &security),
            "staff.separation",
        ),
        (vec![registered(), auditor], grant(Role::Officer), facts(9, &security), "staff.separation"),
        (
            vec![registered(), officer],
            StaffCommand::RevokeRole { role: Role::Officer },
            facts(9, &security),
            "ok",
        ),
        (
            vec![registered(), StaffEvent::Disabled { reason: reason() }],
            grant(Role::Officer),
            facts(9, &security),
            "staff.disabled",
        ),
    ];
    for (given, command, facts, expected) in cases {
        assert_eq!(code(&given, &command, &facts), expected, "{command:?}");
    }
}

#[test]
fn the_system_founds_only_while_founding() {
    let command = StaffCommand::Register { name: "系统管理员".into(), title: "".into(), unit: None };
    let mut system = facts(0, &[]);
    assert_eq!(decide(None, &command, &system).unwrap_err().code, "staff.administrator");
    system.founding = true;
    assert!(decide(None, &command, &system).is_ok());
    let mut stranger = facts(9, &[]);
    stranger.founding = true;
    assert!(decide(None, &command, &stranger).is_err());
}

#[test]
fn registering_checks_its_fields() {
    let admin = facts(9, &[Role::SystemAdmin]);
    let register = |name: &str, unit: &str| StaffCommand::Register {
        name: name.into(),
        title: "".into(),
        unit: Some(unit.to_owned()),
    };
    for (name, unit, field) in [("", "", "name"), ("甲", "没有的大队", "unit")] {
        let refusal = decide(None, &register(name, unit), &admin).unwrap_err();
        assert_eq!(refusal.fields[0].field, field);
    }
    assert!(decide(None, &register("甲", "执法大队"), &admin).is_ok());
}

#[test]
fn a_certificate_is_valid_inside_its_term_for_its_category_and_region() {
    let state = fold(&[registered(), issued(date(2026, 1, 1), date(2026, 12, 31))]);
    let cases = [
        (date(2026, 1, 1), "安全生产", "513435", None),
        (date(2026, 12, 31), "安全生产", "513400", None),
        (date(2025, 12, 31), "安全生产", "513435", Some("certificate.not_yet")),
        (date(2027, 1, 1), "安全生产", "513435", Some("certificate.expired")),
        (date(2026, 5, 1), "城市管理", "513435", Some("certificate.category")),
        (date(2026, 5, 1), "安全生产", "511300", Some("certificate.region")),
        (date(2026, 5, 1), "安全生产", "510000", Some("certificate.region")),
    ];
    for (day, category, region, expected) in cases {
        let got = state.certificate_on(day, category, region).map_err(|it| it.code.into_owned());
        assert_eq!(got.err().as_deref(), expected, "{day} {category} {region}");
    }
    let bare = fold(&[registered()]);
    assert_eq!(
        bare.certificate_on(date(2026, 5, 1), "安全生产", "513435").unwrap_err().code,
        "certificate.none"
    );
}

#[test]
fn suspension_blocks_its_days_only_and_revocation_all_after() {
    let number = || "示00001".to_owned();
    let given = [
        registered(),
        issued(date(2026, 1, 1), date(2026, 12, 31)),
        StaffEvent::CertificateSuspended { number: number(), from: date(2026, 3, 10), reason: reason() },
        StaffEvent::CertificateRestored { number: number(), on: date(2026, 3, 20), reason: reason() },
        StaffEvent::CertificateRevoked { number: number(), on: date(2026, 6, 1), reason: reason() },
    ];
    let state = fold(&given);
    let on = |month, day| {
        state
            .certificate_on(date(2026, month, day), "安全生产", "513435")
            .map_err(|it| it.code.into_owned())
            .err()
    };
    assert_eq!(on(3, 9), None);
    assert_eq!(on(3, 10).as_deref(), Some("certificate.suspended"));
    assert_eq!(on(3, 19).as_deref(), Some("certificate.suspended"));
    assert_eq!(on(3, 20), None);
    assert_eq!(on(6, 1).as_deref(), Some("certificate.revoked"));
}

#[test]
fn certificates_are_not_back_dated_nor_issued_to_oneself() {
    let supervisor = facts(9, &[Role::Supervisor]);
    let given = [registered(), issued(date(2026, 1, 1), date(2026, 12, 31))];
    let suspend =
        |from| StaffCommand::SuspendCertificate { number: "示00001".into(), from, reason: reason() };
    assert_eq!(code(&given, &suspend(date(2026, 3, 1)), &supervisor), "certificate.back_dated");
    assert_eq!(code(&given, &suspend(date(2026, 3, 2)), &supervisor), "ok");
    assert_eq!(
        code(&given, &suspend(date(2026, 3, 2)), &facts(PERSON, &[Role::Supervisor])),
        "staff.oneself"
    );
    let restore =
        StaffCommand::RestoreCertificate {
            number: "示00001".into(), on: date(2026, 3, 3), reason: reason()
        };
    assert_eq!(code(&given, &restore, &supervisor), "certificate.not_suspended");
    let again = StaffCommand::IssueCertificate {
        number: "示00001".into(),
        categories: vec!["安全生产".into()],
        region: "513400".into(),
        valid_from: date(2026, 1, 1),
        valid_to: date(2026, 1, 1),
    };
    assert_eq!(code(&given, &again, &supervisor), "certificate.malformed");
}

#[test]
fn who_reviewed_before_the_law_asked_for_it_needs_no_certificate() {
    let supervisor = facts(9, &[Role::Supervisor]);
    let record = |number: &str, reviewing_since| StaffCommand::RecordLegalQualification {
        number: number.into(),
        reviewing_since,
    };
    let given = [registered()];
    assert_eq!(code(&given, &record("", None), &supervisor), "qualification.malformed");
    assert_eq!(code(&given, &record("", Some(date(2018, 1, 1))), &supervisor), "qualification.malformed");
    assert_eq!(code(&given, &record("A 1", None), &supervisor), "qualification.malformed");
    assert_eq!(code(&given, &record("", Some(date(2017, 12, 31))), &supervisor), "ok");
    assert_eq!(code(&given, &record("A1", None), &facts(PERSON, &[Role::Supervisor])), "staff.oneself");
    let recorded = StaffEvent::LegalQualificationRecorded { number: "A1".into(), reviewing_since: None };
    let given = [registered(), recorded];
    assert_eq!(fold(&given).qualification.map(|it| it.words()).unwrap(), "法律职业资格证书 A1");
    assert_eq!(code(&given, &record("A1", None), &supervisor), "qualification.same");
}

#[test]
fn every_event_survives_its_body() {
    let number = || "示00001".to_owned();
    let all = [
        registered(),
        StaffEvent::Assigned { unit: "执法大队".into() },
        StaffEvent::RoleGranted { role: Role::Officer },
        StaffEvent::RoleRevoked { role: Role::Officer },
        issued(date(2026, 1, 1), date(2026, 12, 31)),
        StaffEvent::CertificateSuspended { number: number(), from: date(2026, 3, 10), reason: reason() },
        StaffEvent::CertificateRestored { number: number(), on: date(2026, 3, 20), reason: reason() },
        StaffEvent::CertificateRevoked { number: number(), on: date(2026, 6, 1), reason: reason() },
        StaffEvent::LegalQualificationRecorded { number: "A1".into(), reviewing_since: None },
        StaffEvent::LegalQualificationRecorded {
            number: String::new(),
            reviewing_since: Some(date(2016, 5, 1)),
        },
        StaffEvent::Disabled { reason: reason() },
        StaffEvent::Enabled { reason: reason() },
    ];
    for event in all {
        let (name, version) = StaffState::type_of(&event);
        let body = serde_json::to_value(&event).unwrap();
        assert_eq!(StaffState::decode(name, version, body).unwrap(), event);
    }
}

#[test]
fn role_names_are_what_is_stored() {
    for role in Role::ALL {
        assert_eq!(serde_json::to_value(role).unwrap(), role.name());
    }
}
