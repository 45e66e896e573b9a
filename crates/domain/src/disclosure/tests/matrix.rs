//! Every state × every command.

use super::*;

/// A publication in each standing, the last three with a correction on its way.
fn standings() -> Vec<(&'static str, World)> {
    let fresh = World::new();
    let mut drafted = World::new();
    drafted.act(&officer(), prepare()).unwrap();
    let mut returned = World::new().until_checked();
    returned.act(&publisher(), Command::Return { opinion: Text::closed("请核对") }).unwrap();
    let mut corrected = World::new().until_published();
    corrected.act(&officer(), correction()).unwrap();
    let digest = corrected.digest();
    corrected.act(&law(), check(&digest)).unwrap();
    corrected.act(&publisher(), Command::Publish { digest }).unwrap();
    let mut annotated = World::new().until_published();
    annotated.act(&law(), annotate()).unwrap();
    let mut withdrawn = World::new().until_published();
    withdrawn.act(&publisher(), withdraw(date(2026, 3, 5))).unwrap();
    let mut expired = World::new().until_published();
    expired.day = date(2027, 3, 6);
    expired.act(&publisher(), expire()).unwrap();
    let mut exempted = World::new();
    exempted.act(&law(), exempt(ExemptGround::OtherCase)).unwrap();
    let mut revising = World::new().until_published();
    revising.act(&officer(), correction()).unwrap();
    let mut revised = World::new().until_published();
    revised.act(&officer(), correction()).unwrap();
    let digest = revised.digest();
    revised.act(&law(), check(&digest)).unwrap();
    vec![
        ("无", fresh),
        ("拟公示", drafted),
        ("已审核", World::new().until_checked()),
        ("退回修改", returned),
        ("已公示", World::new().until_published()),
        ("已更正", corrected),
        ("已标注", annotated),
        ("已撤下", withdrawn),
        ("已到期", expired),
        ("不予公示", exempted),
        ("更正待审", revising),
        ("更正待发", revised),
    ]
}

fn annotate() -> Command {
    Command::Annotate {
        ground: AnnotationGround::UnderReconsideration,
        note: Text::closed("当事人已申请行政复议"),
    }
}

fn expire() -> Command {
    Command::Expire { ground: ExpiryGround::Term, note: Text::closed("") }
}

fn commands(world: &World) -> Vec<Command> {
    let digest = world.digest();
    vec![
        prepare(),
        check(&digest),
        Command::Publish { digest },
        Command::Return { opinion: Text::closed("退回") },
        correction(),
        annotate(),
        withdraw(date(2026, 3, 5)),
        Command::Replace { by: MatterId(id(61)), number: "（示例）应急罚〔2026〕9号".into() },
        Command::ApproveExpiry { opinion: Text::closed("同意") },
        expire(),
        exempt(ExemptGround::OtherCase),
    ]
}

/// Which verbs are open where, written by hand from the procedure.
fn open(standing: &str) -> Vec<Verb> {
    use Verb::*;
    match standing {
        "无" => vec![Prepare, Exempt],
        "拟公示" => vec![Prepare, Check, Exempt],
        "已审核" => vec![Prepare, Publish, Return, Exempt],
        "退回修改" => vec![Prepare, Exempt],
        "已公示" | "已标注" => vec![Correct, Annotate, Withdraw, ApproveExpiry, Expire],
        // The same correction again changes nothing, so it is refused there.
        "已更正" => vec![Annotate, Withdraw, ApproveExpiry, Expire],
        "已撤下" => vec![Replace],
        "已到期" => vec![],
        "不予公示" => vec![Prepare],
        "更正待审" => vec![Check, Correct, Annotate, Withdraw, ApproveExpiry, Expire],
        "更正待发" => vec![Publish, Return, Correct, Annotate, Withdraw, ApproveExpiry, Expire],
        other => unreachable!("{other}"),
    }
}

#[test]
fn every_state_takes_exactly_its_commands() {
    for (name, mut world) in standings() {
        world.day = date(2027, 3, 8);
        // So that approval is a step of its own, and already expected.
        for command in commands(&world) {
            let verb = command.verb();
            world.rules.expiry_approval = (verb == Verb::ApproveExpiry).then(|| three_systems("（六）"));
            let outcome = world.code(&anyone(), command);
            assert_eq!(outcome == "ok", open(name).contains(&verb), "{name} × {verb:?}: {outcome}");
        }
    }
}

#[test]
fn a_shut_gate_means_a_refused_command_and_every_state_has_a_label_and_a_rail() {
    for (name, mut world) in standings() {
        world.day = date(2027, 3, 8);
        let state = world.state.clone();
        for command in commands(&world) {
            let draft = state.as_ref().and_then(|s| s.draft.as_ref()).map(|d| d.content.as_ref());
            let who = anyone();
            let gated = world.look(&who, draft, None, |f| gate(command.verb(), state.as_ref(), f));
            if let Err(refusal) = gated {
                assert_eq!(world.code(&who, command), refusal.code, "{name}");
            }
        }
        assert!(!rail(state.as_ref()).is_empty());
        assert_eq!(world.look(&anyone(), None, None, |f| actions(state.as_ref(), f)).len(), Verb::ALL.len());
    }
}

#[test]
fn nobody_without_the_role_does_anything() {
    for (name, mut world) in standings() {
        world.day = date(2027, 3, 8);
        for command in commands(&world) {
            let allowed = row(command.verb()).who;
            for role in Role::ALL.into_iter().filter(|r| !allowed.contains(r)) {
                let code = world.code(&actor(98, &[role]), command.clone());
                assert_ne!(code, "ok", "{name} × {:?} as {role:?}", command.verb());
            }
        }
    }
}

#[test]
fn another_organ_does_nothing() {
    for (name, world) in standings().into_iter().filter(|(_, w)| w.state.is_some()) {
        let stranger = Actor { organ: OrganId(id(91)), ..anyone() };
        for command in commands(&world) {
            assert_ne!(world.code(&stranger, command), "ok", "{name}");
        }
    }
}

#[test]
fn an_import_is_published_corrected_withdrawn_or_expires_and_nothing_else() {
    for (name, mut world) in standings() {
        let imported = Imported { importer: staff(7), approver: staff(8), file_digest: "00".into() };
        world.facts.imported = Some(imported);
        world.day = date(2027, 3, 8);
        for verb in [Verb::Annotate, Verb::Replace, Verb::Exempt] {
            let command = commands(&world).into_iter().find(|c| c.verb() == verb).unwrap();
            let code = world.code(&anyone(), command);
            assert_ne!(code, "ok", "{name} × {verb:?}");
            if open(name).contains(&verb) {
                assert_eq!(code, "disclosure.imported", "{name} × {verb:?}");
            }
        }
    }
    let mut w = World::new();
    w.facts.imported = Some(Imported { importer: staff(7), approver: staff(8), file_digest: "00".into() });
    let mut w = w.until_published();
    w.act(&publisher(), withdraw(date(2026, 3, 5))).unwrap();
    assert_eq!(w.stage(), Some(Stage::Withdrawn));
}

#[test]
fn the_table_agrees_with_the_fold() {
    for step in procedure_table() {
        assert!(!step.who.is_empty());
        assert!(!step.verb.label().is_empty() && !step.article.law.is_empty());
    }
    for (name, world) in standings() {
        for command in commands(&world) {
            let verb = command.verb();
            let mut w = World {
                events: Vec::new(),
                state: world.state.clone(),
                rules: world.rules.clone(),
                facts: world.facts.clone(),
                ..world
            };
            if w.act(&anyone(), command).is_ok() {
                let step = row(verb);
                let public = world.state.as_ref().is_some_and(|s| s.live.is_some());
                let to = if public { step.to_when_public } else { step.to };
                assert_eq!(w.stage(), to.or(world.stage()), "{name} × {verb:?}");
            }
        }
    }
}
