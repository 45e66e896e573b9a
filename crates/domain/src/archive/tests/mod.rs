//! The yearly transfer: given a standing, when a command, then an event or a refusal.

use super::transfer::*;
use crate::act_table::Act;
use crate::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId};
use crate::staff::Role;
use crate::text::Text;
use jiff::civil::Date;
use proptest::prelude::*;
use uuid::Uuid;

const OWN: OrganId = OrganId(Uuid::from_u128(9));
const BATCH: MatterId = MatterId(Uuid::from_u128(80));

fn file(n: u128) -> MatterId {
    MatterId(Uuid::from_u128(200 + n))
}

fn actor(n: u128, roles: &[Role]) -> Actor {
    Actor { id: StaffId(Uuid::from_u128(n)), organ: OWN, roles: roles.to_vec() }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn t(text: &str) -> Text {
    Text::closed(text)
}

fn fact(n: u128) -> FileFact {
    let listed = Listed {
        file: file(n),
        case: MatterId(Uuid::from_u128(300 + n)),
        archive_no: format!("2026-罚-30-{n:04}"),
        volumes: 1,
        pages: 20,
        retention_years: 30,
        digest: "ab".repeat(32),
    };
    FileFact {
        listed,
        organ: OWN,
        unit: "执法大队".into(),
        archived_on: Some(day("2026-05-06")),
        in_batch: None,
        received: false,
        lent: false,
        outgrown: false,
    }
}

#[derive(Clone)]
struct World {
    state: Option<Transfer>,
    version: u64,
    facts: Vec<FileFact>,
    unit: &'static str,
    proof: Proof,
}

impl World {
    fn new() -> Self {
        let facts = (1..=3).map(fact).collect();
        Self { state: None, version: 0, facts, unit: "执法大队", proof: Proof::default() }
    }

    fn ask(&self, who: &Actor, command: &TransferCommand) -> Result<TransferEvent, crate::refusal::Refusal> {
        let facts = TransferFacts { actor: who, unit: self.unit, files: &self.facts, proof: &self.proof };
        decide(self.state.as_ref(), command, &facts)
    }

    #[track_caller]
    fn ok(&mut self, who: &Actor, command: TransferCommand) -> TransferEvent {
        let event = self.ask(who, &command).unwrap_or_else(|r| panic!("{command:?}: {} {r}", r.code));
        self.version += 1;
        let moment = Moment::now("2027-01-10T01:00:00Z".parse().unwrap());
        let meta = Meta { matter: BATCH, organ: OWN, version: self.version, actor: who.id, moment };
        let (name, version) = Transfer::type_of(&event);
        let read = Transfer::decode(name, version, serde_json::to_value(&event).unwrap()).unwrap();
        assert_eq!(read, event, "the store's round trip");
        self.state = Some(Transfer::evolve(self.state.take(), &meta, &read));
        event
    }

    #[track_caller]
    fn no(&self, who: &Actor, command: TransferCommand, code: &str) {
        let refusal = self.ask(who, &command).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
    }

    fn digest(&self) -> String {
        let state = self.state.as_ref();
        state.map_or_else(String::new, |s| list_digest(s.year, &s.unit, &s.files))
    }

    fn proposed() -> Self {
        let mut w = Self::new();
        w.ok(&officer(), propose(&[1, 2, 3]));
        w
    }

    fn checked(back: &[u128]) -> Self {
        let mut w = Self::proposed();
        w.ok(&archivist(), verify(back));
        w
    }

    fn handed() -> Self {
        let mut w = Self::checked(&[2]);
        let digest = w.digest();
        w.ok(&unit_head(), hand_over(&digest));
        w
    }
}

fn officer() -> Actor {
    actor(1, &[Role::Officer])
}

fn unit_head() -> Actor {
    actor(2, &[Role::UnitHead])
}

fn archivist() -> Actor {
    actor(3, &[Role::Archivist])
}

fn propose(files: &[u128]) -> TransferCommand {
    let files = files.iter().map(|n| file(*n)).collect();
    TransferCommand::Propose { year: 2026, unit: "执法大队".into(), files }
}

fn verify(back: &[u128]) -> TransferCommand {
    let sent_back = back.iter().map(|n| SentBack { file: file(*n), reason: t("缺页") }).collect();
    TransferCommand::Check { sent_back, opinion: t("已逐卷检查") }
}

fn signature() -> Signature {
    electronic("01A2", "beef", "")
}

fn electronic(certificate: &str, value: &str, key: &str) -> Signature {
    let (certificate, value, key) = (certificate.into(), value.into(), key.into());
    Signature::Electronic { certificate, value, key, verified: false }
}

fn hand_over(digest: &str) -> TransferCommand {
    TransferCommand::HandOver { list_digest: digest.into(), signature: signature() }
}

fn receive(digest: &str) -> TransferCommand {
    TransferCommand::Receive { list_digest: digest.into(), signature: signature(), shelf: t("3号库2架") }
}

#[test]
fn a_list_holds_the_archived_files_of_one_unit_and_year() {
    let with = |change: &dyn Fn(&mut FileFact)| {
        let mut w = World::new();
        change(&mut w.facts[1]);
        w
    };
    let table: [(&str, World, TransferCommand); 10] = [
        ("transfer.empty", World::new(), propose(&[])),
        ("transfer.twice", World::new(), propose(&[1, 1])),
        ("transfer.file", World::new(), propose(&[1, 9])),
        ("transfer.file", with(&|f| f.organ = OrganId(Uuid::from_u128(8))), propose(&[1, 2])),
        ("transfer.not_archived", with(&|f| f.archived_on = None), propose(&[1, 2])),
        ("transfer.year", with(&|f| f.archived_on = Some(day("2025-12-31"))), propose(&[1, 2])),
        ("transfer.other_unit", with(&|f| f.unit = "二大队".into()), propose(&[1, 2])),
        ("transfer.listed", with(&|f| f.in_batch = Some(BATCH)), propose(&[1, 2])),
        (
            "transfer.unit",
            World::new(),
            TransferCommand::Propose { year: 2026, unit: " ".into(), files: vec![file(1)] },
        ),
        ("transfer.role", World::new(), verify(&[])),
    ];
    for (code, w, command) in table {
        let who = officer();
        if code == "transfer.role" {
            World::proposed().no(&who, command, code);
        } else {
            w.no(&who, command, code);
        }
    }
    assert_eq!(World::new().ask(&officer(), &propose(&[1, 9])).unwrap_err().fields[0].field, "files/1");
}

#[test]
fn what_is_not_in_order_goes_back_with_its_reason() {
    let w = World::proposed();
    w.no(&archivist(), verify(&[9]), "transfer.file");
    w.no(&archivist(), verify(&[1, 1]), "transfer.file");
    let silent = vec![SentBack { file: file(1), reason: t("") }];
    let check = |sent_back, opinion: &str| TransferCommand::Check { sent_back, opinion: t(opinion) };
    w.no(&archivist(), check(silent, "检查"), "transfer.reason");
    w.no(&archivist(), check(vec![], ""), "transfer.opinion");
    let mut own = World::new();
    own.ok(&actor(3, &[Role::Officer, Role::Archivist]), propose(&[1]));
    own.no(&archivist(), verify(&[]), "transfer.same_person");
    let mut changed = w.clone();
    changed.facts[0].listed.pages += 1;
    changed.no(&archivist(), verify(&[]), "transfer.changed");
    assert!(changed.ask(&archivist(), &verify(&[1])).is_ok(), "what changed may go back");
    let some = World::checked(&[2]);
    let state = some.state.as_ref().unwrap();
    assert_eq!((state.stage, state.files.len(), state.sent_back.len()), (Stage::Checked, 2, 1));
    let all = World::checked(&[1, 2, 3]);
    assert_eq!(all.state.as_ref().unwrap().stage, Stage::Returned);
    all.no(&unit_head(), hand_over(&all.digest()), "transfer.stage");
}

#[test]
fn what_the_program_found_of_a_signature_counts_and_what_is_said_of_it_does_not() {
    let by_hand = |bytes| Signature::ByHand { scan: "ab".repeat(32), bytes };
    let claimed = Signature::Electronic {
        certificate: "01".into(),
        value: "beef".into(),
        key: "0a".repeat(32),
        verified: true,
    };
    let with = |scan_bytes, stands| Proof { scan_bytes, stands };
    let table = [
        ("a kept scan", by_hand(None), with(Some(512), None), Ok(true)),
        ("a digest alone", by_hand(None), with(None, None), Ok(false)),
        ("a digest that claims bytes", by_hand(Some(512)), with(None, None), Ok(false)),
        ("no key", signature(), with(None, None), Ok(false)),
        ("a key that stands", electronic("01", "beef", &"0a".repeat(32)), with(None, Some(true)), Ok(true)),
        ("a key that does not", claimed.clone(), with(None, Some(false)), Err("transfer.signature_wrong")),
        ("a claim without a proof", claimed, with(None, None), Ok(false)),
    ];
    for (words, signature, proof, wanted) in table {
        let mut w = World::checked(&[2]);
        w.proof = proof;
        let command = TransferCommand::HandOver { list_digest: w.digest(), signature };
        match wanted {
            Err(code) => w.no(&unit_head(), command, code),
            Ok(verified) => {
                w.ok(&unit_head(), command);
                let signed = w.state.as_ref().unwrap().signatures.0.as_ref().unwrap();
                assert_eq!(signed.verified(), verified, "{words}");
            }
        }
    }
}

#[test]
fn signatures_that_landed_before_are_read_as_not_verified() {
    for old in [
        r#"{"signed":"electronic","certificate":"01","value":"beef"}"#,
        r#"{"signed":"by_hand","scan":"abababababababababababababababababababababababababababababababab"}"#,
    ] {
        let read: Signature = serde_json::from_str(old).unwrap();
        assert!(!read.verified());
        assert_eq!(serde_json::to_string(&read).unwrap(), old);
    }
}

#[test]
fn two_persons_sign_the_same_list() {
    let w = World::checked(&[2]);
    w.no(&unit_head(), hand_over(&World::proposed().digest()), "transfer.digest");
    let unsigned = [
        electronic("", "beef", ""),
        electronic("01", "签", ""),
        Signature::ByHand { scan: "ab".into(), bytes: None },
    ];
    for signature in unsigned {
        let command = TransferCommand::HandOver { list_digest: w.digest(), signature };
        w.no(&unit_head(), command, "transfer.signature");
    }
    let elsewhere = World { unit: "二大队", ..w.clone() };
    elsewhere.no(&unit_head(), hand_over(&w.digest()), "transfer.other_unit");
    World { unit: "二大队", ..World::new() }.no(&officer(), propose(&[1]), "transfer.other_unit");
    let mut lent = w.clone();
    lent.facts[0].lent = true;
    lent.no(&unit_head(), hand_over(&w.digest()), "transfer.lent");
    let mut w = World::handed();
    let digest = w.digest();
    w.no(&actor(2, &[Role::Archivist]), receive(&digest), "transfer.same_person");
    w.no(&archivist(), receive("00"), "transfer.digest");
    let nowhere =
        TransferCommand::Receive { list_digest: digest.clone(), signature: signature(), shelf: t("") };
    w.no(&archivist(), nowhere, "transfer.shelf");
    w.ok(&archivist(), receive(&digest));
    let state = w.state.as_ref().unwrap();
    assert_eq!(state.stage, Stage::Received);
    assert_eq!((state.handed.unwrap().0, state.received.unwrap().0), (unit_head().id, archivist().id));
}

#[test]
fn files_of_past_years_are_outstanding_until_received() {
    let mut files = World::new().facts;
    files[1].received = true;
    files[2].archived_on = None;
    let names = |today| outstanding(&files, day(today)).iter().map(|f| f.listed.file).collect::<Vec<_>>();
    assert_eq!(names("2026-12-31"), []);
    assert_eq!(names("2027-01-01"), [file(1)]);
}

#[test]
fn every_state_takes_exactly_the_acts_of_its_rows() {
    let mut received = World::handed();
    let digest = received.digest();
    received.ok(&archivist(), receive(&digest));
    let standings = [
        (None, World::new()),
        (Some(Stage::Proposed), World::proposed()),
        (Some(Stage::Checked), World::checked(&[2])),
        (Some(Stage::HandedOver), World::handed()),
        (Some(Stage::Received), received),
        (Some(Stage::Returned), World::checked(&[1, 2, 3])),
    ];
    for (stage, w) in standings {
        let commands = [propose(&[1]), verify(&[]), hand_over(&w.digest()), receive(&w.digest())];
        assert_eq!(commands.iter().map(TransferCommand::verb).collect::<Vec<_>>(), Verb::ALL);
        for command in commands {
            let row = command.verb().row();
            let open = stage.map_or(row.begins, |s| row.from.contains(&s));
            let outcome = w.ask(&actor(99, &Role::ALL), &command);
            assert_eq!(outcome.is_ok(), open, "{stage:?} × {command:?}: {outcome:?}");
            for role in Role::ALL.into_iter().filter(|r| !row.who.contains(r)) {
                assert!(w.ask(&actor(98, &[role]), &command).is_err(), "{stage:?} × {role:?}");
            }
            let stranger = Actor { organ: OrganId(Uuid::from_u128(8)), ..actor(99, &Role::ALL) };
            assert!(stage.is_none() || w.ask(&stranger, &command).is_err());
        }
    }
}

proptest! {
    /// Whatever is changed in a list changes what the signatures stand under.
    #[test]
    fn a_list_digest_tells_every_change(at in 0usize..3, field in 0u8..6, year in 2020i16..2030) {
        let list: Vec<Listed> = (1..=3).map(|n| fact(n).listed).collect();
        let mut other = list.clone();
        match field {
            0 => other[at].file = file(99),
            1 => other[at].archive_no.push('1'),
            2 => other[at].volumes += 1,
            3 => other[at].pages += 1,
            4 => other[at].retention_years = 0,
            _ => other[at].digest = "cd".repeat(32),
        }
        prop_assert_ne!(list_digest(year, "甲", &list), list_digest(year, "甲", &other));
        prop_assert_ne!(list_digest(year, "甲", &list), list_digest(year + 1, "甲", &list));
        other.clone_from(&list);
        other.swap(at, (at + 1) % 3);
        prop_assert_ne!(list_digest(year, "甲", &list), list_digest(year, "甲", &other));
    }
}
