use super::*;
use std::collections::HashSet;
use uuid::Uuid;

const ORGAN: OrganId = OrganId(Uuid::from_u128(1));
const OTHER: OrganId = OrganId(Uuid::from_u128(2));
const ME: StaffId = StaffId(Uuid::from_u128(11));
const YOU: StaffId = StaffId(Uuid::from_u128(12));

fn me(roles: &[Role]) -> Subject<'_> {
    Subject { id: ME, organ: ORGAN, unit: "执法大队", region: "513400", roles }
}

fn thing(organ: OrganId) -> Target<'static> {
    Target { organ, unit: "执法大队", region: "513435", handlers: &[ME], person: Some(YOU) }
}

#[test]
fn relations_hold_only_where_they_should() {
    let cases = [
        (Relation::Any, ORGAN, true),
        (Relation::Any, OTHER, true),
        (Relation::OwnOrgan, ORGAN, true),
        (Relation::OwnOrgan, OTHER, false),
        (Relation::OwnUnit, ORGAN, true),
        (Relation::OwnUnit, OTHER, false),
        (Relation::Handling, ORGAN, true),
        (Relation::Handling, OTHER, false),
        (Relation::NotHandling, ORGAN, false),
        (Relation::NotHandling, OTHER, false),
        (Relation::Supervised, OTHER, true),
        (Relation::Oneself, ORGAN, false),
        (Relation::Another, ORGAN, true),
        (Relation::Another, OTHER, false),
    ];
    for (relation, organ, expected) in cases {
        assert_eq!(holds(relation, &me(&[]), &thing(organ)), expected, "{relation:?} {organ}");
    }
    let nobody = Subject { unit: "", ..me(&[]) };
    let unowned = Target { unit: "", ..thing(ORGAN) };
    assert!(!holds(Relation::OwnUnit, &nobody, &unowned), "no unit is not a common unit");
}

#[test]
fn regions_contain_by_prefix() {
    assert!(covers("510000", "513435"));
    assert!(covers("513400", "513435"));
    assert!(covers("513435", "513435"));
    assert!(!covers("513435", "513400"));
    assert!(!covers("520000", "513435"));
    assert!(!covers("", "513435") && !covers("000000", "513435"));
}

#[test]
fn a_refusal_names_its_row() {
    let refusal = check(STAFF_GRANT, &me(&[Role::SystemAdmin]), &thing(ORGAN)).unwrap_err();
    assert_eq!(refusal.code, "authz.denied");
    assert!(refusal.message.contains("“授予与收回角色”一行"));
    assert!(refusal.message.contains("安全保密管理员（本机关他人）"), "{}", refusal.message);
}

#[test]
fn nobody_grants_to_oneself() {
    let own = Target { person: Some(ME), ..thing(ORGAN) };
    assert!(check(STAFF_GRANT, &me(&[Role::SecurityAdmin]), &own).is_err());
    assert!(check(STAFF_GRANT, &me(&[Role::SecurityAdmin]), &thing(ORGAN)).is_ok());
}

#[test]
fn the_auditor_only_reads() {
    let reading = [DESK, ACCOUNT, STAFF_READ, ORGAN_READ];
    for row in rows().filter(|it| it.role == Role::Auditor) {
        assert!(reading.contains(&row.verb) || row.verb.name.ends_with(".read"), "{row:?}");
    }
}

#[test]
fn names_and_rows_are_unique() {
    let names: HashSet<_> = VERBS.iter().map(|it| it.name).collect();
    assert_eq!(names.len(), VERBS.len());
    for verb in VERBS {
        assert!(rows_of(verb).next().is_some(), "{} is granted to nobody", verb.name);
    }
    let all: Vec<_> = rows().map(|it| (it.verb.name, it.role, it.relation)).collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
}

#[test]
fn scopes_say_in_sql_what_checks_say_in_memory() {
    let columns = Columns {
        organ: "c.organ_id",
        unit: "c.unit",
        region: "c.region",
        handles: "EXISTS (SELECT 1 FROM handler h WHERE h.staff_id = {})",
        person: "c.staff_id",
    };
    let roles = [Role::SystemAdmin, Role::Supervisor];
    let scope = super::scope(STAFF_READ, &me(&roles), &columns, 3).unwrap();
    assert_eq!(scope.clause, "(c.organ_id = $3 OR (c.region >= $4 AND c.region < $5))");
    assert_eq!(scope.params.len(), 3);
    assert_eq!(super::scope(STAFF_READ, &me(&[Role::Publicity]), &columns, 1), None);
    let all = super::scope(ORGAN_READ, &me(&[Role::Officer]), &columns, 1).unwrap();
    assert_eq!((all.clause.as_str(), all.params.len()), ("(1 = 1)", 0));
    let mut builder = Builder { next: 1, params: Vec::new() };
    assert_eq!(
        builder.term(Relation::NotHandling, &me(&[]), &columns).unwrap(),
        "(c.organ_id = $1 AND NOT (EXISTS (SELECT 1 FROM handler h WHERE h.staff_id = $2)))"
    );
    let bare = Columns { organ: "organ_id", unit: "", region: "", handles: "", person: "" };
    assert_eq!(builder.term(Relation::Supervised, &me(&[]), &bare), None);
}

#[test]
fn the_printed_matrix_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/generated/roles.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(std::path::Path::new(path).parent().unwrap()).unwrap();
        std::fs::write(path, matrix()).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap();
    assert_eq!(stored, matrix(), "run the test with BLESS=1");
}
