//! The file of a case: catalogue in the legal order, pages, completeness, acceptance.

use crate::steps::*;
use crate::supplement::{hand_in, handed};
use crate::world::*;
use mingjing_domain::act_table::Act;
use mingjing_domain::archive::*;
use mingjing_domain::archive::{Row, Stage, Verb, check, decide};
use mingjing_domain::case::CaseCommand as Do;
use mingjing_domain::case::clock;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{Case, Proposal};
use mingjing_domain::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId};
use mingjing_domain::policy::FileOrder;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::secrecy::Secrecy;
use mingjing_domain::staff::Role;
use proptest::prelude::*;
use uuid::Uuid;

pub const CASE_ID: MatterId = MatterId(Uuid::from_u128(7));
pub const FILM: MatterId = MatterId(Uuid::from_u128(71));

/// A file beside a case.
#[derive(Clone)]
pub struct Desk {
    pub world: World,
    pub file: Option<CaseFile>,
    version: u64,
    pub recordings: Vec<Recorded>,
    pub order: FileOrder,
    number_used: bool,
}

pub fn film(root: &str) -> Recorded {
    Recorded {
        recording: FILM,
        number: "（示）应急音〔2026〕1-1号".into(),
        title: t("现场检查录像"),
        on: day("2026-03-05"),
        collectors: vec![A],
        root: root.into(),
        carrier: "证据库".into(),
        came_on: Some(day("2026-03-05")),
    }
}

pub fn paper(kind: PaperKind, title: &str, pages: u32) -> Paper {
    Paper {
        kind,
        title: t(title),
        number: String::new(),
        dated: day("2026-03-20"),
        responsible: t("示例银行"),
        pages,
        digest: String::new(),
    }
}

impl Desk {
    fn of(world: World) -> Self {
        let recordings = vec![film(&"11".repeat(32))];
        let order = FileOrder::EightClasses;
        Self { world, file: None, version: 0, recordings, order, number_used: false }
    }

    pub fn ask(&self, who: &Actor, command: &FileCommand) -> Result<FileEvent, Refusal> {
        let facts = FileFacts {
            case_id: CASE_ID,
            case: self.world.case(),
            recordings: &self.recordings,
            order: self.order,
            actor: who,
            archive_no_used: self.number_used,
        };
        decide(self.file.as_ref(), command, &facts)
    }

    #[track_caller]
    pub fn ok(&mut self, who: &Actor, command: FileCommand) -> FileEvent {
        let event = self.ask(who, &command).unwrap_or_else(|r| panic!("{command:?}: {} {r:?}", r.code));
        self.version += 1;
        let moment = Moment::now(self.world.now);
        let meta = Meta { matter: FILM, organ: ORGAN, version: self.version, actor: who.id, moment };
        let (name, version) = CaseFile::type_of(&event);
        let body = serde_json::to_value(&event).expect("events serialise");
        let read = CaseFile::decode(name, version, body).expect("a stored event decodes");
        assert_eq!(read, event, "the store's round trip");
        self.file = Some(CaseFile::evolve(self.file.take(), &meta, &read));
        event
    }

    #[track_caller]
    pub fn no(&self, who: &Actor, command: FileCommand, code: &str) -> Refusal {
        let refusal = self.ask(who, &command).expect_err("refused");
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(!refusal.article.law.is_empty() && !refusal.remedy.is_empty());
        refusal
    }

    pub fn file(&self) -> &CaseFile {
        self.file.as_ref().expect("a file")
    }

    pub fn rows(&self) -> Vec<Row> {
        rows(self.world.case(), self.file(), &self.recordings, self.order, &[])
    }

    fn lacks(&self) -> Vec<&'static str> {
        check(self.world.case(), self.file(), &self.recordings).into_iter().map(|l| l.code).collect()
    }

    /// A closed case whose file lacks nothing.
    fn complete() -> Self {
        let mut desk = Self::opened();
        desk.ok(&officer(), FileCommand::CountPages { item: Item::Evidence { no: 1 }, pages: 4 });
        desk.ok(&officer(), FileCommand::AddPaper { paper: paper(PaperKind::Receipt, "缴款票据", 1) });
        desk
    }

    fn opened() -> Self {
        let mut desk = Self::of(closed());
        desk.ok(&officer(), FileCommand::Open { case: CASE_ID });
        desk
    }

    pub fn assembled() -> Self {
        let mut desk = Self::complete();
        desk.ok(&officer(), bind());
        desk
    }

    pub fn accepted() -> Self {
        let mut desk = Self::assembled();
        desk.ok(&archivist(), accept());
        desk
    }

    /// In the archives with its case.
    pub fn archived() -> Self {
        let mut desk = Self::accepted();
        desk.world.ok(A, Do::Archive { volumes: 1, pages: 20, retention_years: 30 });
        desk
    }
}

pub fn actor(id: StaffId, roles: &[Role]) -> Actor {
    Actor { id, organ: ORGAN, roles: roles.to_vec() }
}

pub fn officer() -> Actor {
    actor(A, &[Role::Officer])
}

pub fn archivist() -> Actor {
    actor(ARCHIVIST, &[Role::Archivist])
}

pub fn bind() -> FileCommand {
    FileCommand::Assemble { starts: vec![], explained: vec![] }
}

pub fn accept() -> FileCommand {
    FileCommand::Accept { archive_no: "2026-罚-30-0001".into() }
}

#[test]
fn the_eight_classes_stand_in_order_each_by_date() {
    let desk = Desk::complete();
    let all = desk.rows();
    let places: Vec<u8> = all.iter().map(|r| r.place).collect();
    assert!(places.is_sorted(), "{places:?}");
    for pair in all.windows(2).filter(|p| p[0].place == p[1].place) {
        assert!(pair[0].dated <= pair[1].dated, "{pair:?}");
    }
    let titles: Vec<&str> = all.iter().map(|r| r.title.words()).collect();
    let at = |title: &str| titles.iter().position(|it| *it == title).expect("such a row");
    assert_eq!(at("立案审批表"), all.iter().rposition(|r| r.place == 1).expect("class one"));
    assert!(at("行政处罚决定书") < at("询问笔录") && at("询问笔录") < at("缴款票据"));
    // Cover and catalogue are no rows; everything else stands once.
    let documents = desk.world.case().documents.len();
    assert_eq!(all.len(), documents + 1 + 1 + 1);
    assert!(all.iter().zip(1..).all(|(r, no)| r.no == no && r.heading == EIGHT[usize::from(r.place) - 1]));
}

#[test]
fn the_other_order_begins_with_the_decision() {
    let mut desk = Desk::complete();
    desk.order = FileOrder::DecisionFirst;
    let all = desk.rows();
    assert_eq!(all[0].title.words(), "行政处罚决定书");
    assert!(all.windows(2).all(|p| p[0].place <= p[1].place));
    assert_eq!(all[0].heading, DECISION_FIRST[1]);
}

#[test]
fn every_document_and_paper_has_its_place_in_both_orders() {
    for order in [FileOrder::EightClasses, FileOrder::DecisionFirst] {
        let count = match order {
            FileOrder::EightClasses => EIGHT.len(),
            FileOrder::DecisionFirst => DECISION_FIRST.len(),
        };
        let sorts = DocumentKind::ALL
            .iter()
            .map(|k| Sort::Document(*k))
            .chain(EvidenceKind::ALL.iter().map(|k| Sort::Evidence(*k)))
            .chain(PaperKind::ALL.iter().map(|k| Sort::Paper(*k)))
            .chain([Sort::Recording]);
        let mut used: Vec<u8> = sorts.map(|sort| place(order, sort)).collect();
        assert!(used.iter().all(|p| (1..=count).contains(&usize::from(*p))));
        used.sort_unstable();
        used.dedup();
        assert_eq!(used.len(), count, "no place is idle");
    }
}

#[test]
fn pages_run_on_and_what_is_no_paper_takes_none() {
    let desk = Desk::complete();
    let all = desk.rows();
    let mut next = 1;
    for row in &all {
        match row.pages {
            Some((from, to)) => {
                assert_eq!(from, next);
                next = to + 1;
            }
            None => assert_eq!(row.item, Item::Recording { recording: FILM }),
        }
    }
    let words: Vec<String> = all.iter().map(Row::page_words).collect();
    assert_eq!(words[0], "1");
    assert!(words.iter().any(|w| w.contains('-')) && words.iter().any(String::is_empty));
    // Each document of the world has one page, the evidence four, the receipt one.
    let documents = u32::try_from(desk.world.case().documents.len()).expect("few");
    assert_eq!(extent(&all), (1, documents + 4 + 1));
}

#[test]
fn what_the_case_did_must_be_in_the_file() {
    let desk = Desk::opened();
    assert_eq!(desk.lacks(), ["file.paper", "file.pages"]);
    let refusal = desk.no(&officer(), bind(), "file.incomplete");
    assert_eq!(refusal.fields.len(), 2);
    assert_eq!(Desk::complete().lacks(), Vec::<&str>::new());
    // Explained on the back sheet, it may stay.
    let explained = |code: &str, at| Explained { code: code.into(), at, reason: t("实物，拍照存卷") };
    let both = vec![explained("file.paper", None), explained("file.pages", Some(Item::Evidence { no: 1 }))];
    let mut desk = desk;
    desk.no(
        &officer(),
        FileCommand::Assemble { starts: vec![], explained: both[..1].to_vec() },
        "file.incomplete",
    );
    desk.ok(&officer(), FileCommand::Assemble { starts: vec![], explained: both.clone() });
    assert_eq!(back_sheet(desk.file(), &desk.rows()).explained, both);
}

type Change = fn(&mut Case);

#[test]
fn each_missing_document_is_named() {
    let gone: [(&str, Change); 9] = [
        ("立案审批表", |c| c.documents.retain(|d| d.kind != DocumentKind::FilingApproval)),
        ("询问笔录", |c| c.documents.retain(|d| d.kind != DocumentKind::InquiryRecord)),
        ("调查终结报告", |c| c.documents.retain(|d| d.kind != DocumentKind::ClosingReport)),
        ("行政处罚告知书", |c| c.documents.retain(|d| d.kind != DocumentKind::PenaltyNotice)),
        ("案件处理呈批表", |c| c.documents.retain(|d| d.kind != DocumentKind::DisposalApproval)),
        ("行政处罚决定书", |c| c.documents.retain(|d| d.kind != DocumentKind::PenaltyDecision)),
        ("罚款缴款通知书", |c| c.documents.retain(|d| d.kind != DocumentKind::PaymentNotice)),
        ("文书送达回执", |c| {
            let last = c.documents.iter().rposition(|d| d.kind == DocumentKind::ServiceReceipt);
            c.documents.remove(last.expect("a receipt"));
        }),
        ("结案审批表", |c| c.documents.retain(|d| d.kind != DocumentKind::ClosingApproval)),
    ];
    let desk = Desk::complete();
    for (name, change) in gone {
        let mut case = desk.world.case().clone();
        change(&mut case);
        let lacks = check(&case, desk.file(), &desk.recordings);
        let named = |l: &Lack| l.code == "file.document" && l.message.contains(name);
        assert!(lacks.iter().any(named), "{name}: {lacks:?}");
    }
}

#[test]
fn unmade_unserved_and_inconsistent_papers_are_named() {
    let desk = Desk::complete();
    let with = |change: Change| {
        let mut case = desk.world.case().clone();
        change(&mut case);
        let lacks = check(&case, desk.file(), &desk.recordings);
        assert!(consistency(&case).iter().all(|i| lacks.iter().any(|l| l.code == i.code)));
        lacks.into_iter().map(|l| l.code).collect::<Vec<_>>()
    };
    assert!(with(|c| c.documents[2].made = None).contains(&"file.unmade"));
    let unserved = with(|c| {
        let decision = c.documents.iter_mut().find(|d| d.kind == DocumentKind::PenaltyDecision);
        decision.expect("a decision").service = None;
    });
    assert!(unserved.contains(&"file.unserved"));
    assert!(with(|c| c.documents[1].number = c.documents[0].number.clone()).contains(&"number.repeated"));
    let mut unstored = desk.clone();
    unstored.recordings = vec![film("")];
    assert_eq!(unstored.lacks(), ["file.recording"]);
}

#[test]
fn lawful_ends_of_every_kind_lack_only_what_comes_from_outside() {
    let mut not_filed = checking();
    not_filed.pass(Proposal::NotFile);
    let mut withdrawn = investigated(vec![unit_party()]);
    withdrawn.pass(Proposal::Withdraw);
    for mut world in [not_filed, withdrawn, decided(7 * WAN), decided(12 * WAN)] {
        world.serve_all();
        let empty = CaseFile::new(ORGAN, CASE_ID);
        let lacks: Vec<_> = check(world.case(), &empty, &[]).into_iter().map(|l| l.code).collect();
        assert!(lacks.iter().all(|code| *code == "file.pages"), "{:?}: {lacks:?}", world.case().stage);
    }
}

#[test]
fn a_file_is_bound_by_its_handler_when_the_case_is_over() {
    let desk = Desk::complete();
    desk.no(&actor(C, &[Role::Officer]), bind(), "file.handler");
    desk.no(&archivist(), bind(), "file.role");
    let starts = |starts: &[u32]| FileCommand::Assemble { starts: starts.to_vec(), explained: vec![] };
    for bad in [&[1][..], &[5, 5], &[9, 4], &[999]] {
        desk.no(&officer(), starts(bad), "file.starts");
    }
    let mut open = Desk::of(decision_served(3 * WAN));
    open.ok(&officer(), FileCommand::Open { case: CASE_ID });
    open.no(&officer(), bind(), "file.open_case");
    open.no(&officer(), FileCommand::Open { case: CASE_ID }, "file.exists");
    Desk::of(closed()).no(&officer(), FileCommand::Open { case: FILM }, "file.case");
    let mut two = Desk::complete();
    let FileEvent::Assembled { volumes, pages, .. } = two.ok(&officer(), starts(&[4])) else {
        panic!("assembled")
    };
    assert_eq!((volumes, pages), (2, extent(&Desk::complete().rows()).1));
    let bound = two.rows();
    assert_eq!((bound[2].volume, bound[3].volume, bound[3].pages), (1, 2, Some((1, 1))));
}

#[test]
fn the_archives_check_and_accept_what_did_not_change() {
    let mut desk = Desk::assembled();
    desk.no(&actor(A, &[Role::Archivist]), accept(), "file.same_person");
    for no in ["", " 1", "1\n"] {
        desk.no(&archivist(), FileCommand::Accept { archive_no: no.into() }, "file.archive_no");
    }
    desk.number_used = true;
    desk.no(&archivist(), accept(), "file.archive_no");
    desk.number_used = false;
    let mut more = desk.clone();
    more.recordings.clear();
    more.no(&archivist(), accept(), "file.changed");
    desk.no(&archivist(), FileCommand::Return { reason: t("") }, "file.reason");
    let mut back = desk.clone();
    back.ok(&archivist(), FileCommand::Return { reason: t("缺页号") });
    assert_eq!((back.file().stage, back.file().sealed.is_none()), (Stage::Assembling, true));
    desk.ok(&archivist(), accept());
    assert_eq!(clock::archived_in_time(desk.world.case(), &desk.world.facts(A)), None);
    let mut late = desk.world.fork();
    let limit = clock::archive_limit(late.case(), &late.facts(A)).expect("over").expect("a limit");
    assert_eq!(limit.due.latest(), day("2026-04-22"), "30 days after 23 March");
    late.at("2026-04-23");
    late.ok(A, Do::Archive { volumes: 1, pages: 20, retention_years: 30 });
    assert_eq!(clock::archived_in_time(late.case(), &late.facts(A)), Some(false));
    desk.world.ok(A, Do::Archive { volumes: 1, pages: 20, retention_years: 30 });
    assert_eq!(clock::archived_in_time(desk.world.case(), &desk.world.facts(A)), Some(true));
    let sheet = cover(desk.world.case(), desk.file(), &desk.rows());
    assert_eq!(sheet.archive_no.as_deref(), Some("2026-罚-30-0001"));
    assert_eq!((sheet.filed_on, sheet.closed_on), (Some(day("2026-03-04")), Some(day("2026-03-23"))));
    assert_eq!((sheet.retention_years, sheet.kept_until), (Some(30), Some(day("2056-12-31"))));
    assert_eq!((sheet.parties.len(), sheet.officers.as_slice()), (1, &[A, B][..]));
    let Outcome::Decided(disposed) = &sheet.outcome else { panic!("decided") };
    assert_eq!((disposed[0].fine_fen, disposed[0].revoked), (3 * WAN, None));
    let back = back_sheet(desk.file(), &desk.rows());
    assert_eq!(back.assembled.map(|(who, _)| who), Some(A));
    assert_eq!(back.checked.map(|(who, _)| who), Some(ARCHIVIST));
    assert_eq!(back.elsewhere.len(), 1, "the recording is kept apart");
    // Cover and catalogue, made by archiving, belong to no row: nothing is unfiled.
    assert_eq!(unfiled(desk.world.case(), desk.file(), &desk.recordings), []);
}

#[test]
fn what_comes_later_goes_to_the_end_and_moves_nothing() {
    let mut desk = Desk::accepted();
    let before = desk.rows();
    let bring = |reason: &str| FileCommand::Supplement {
        late: Late::Brought { paper: paper(PaperKind::Remedy, "行政复议决定书", 3) },
        reason: t(reason),
    };
    desk.no(&archivist(), bring(""), "file.reason");
    desk.no(&officer(), bring("复议终结"), "file.role");
    desk.ok(&archivist(), bring("复议终结"));
    let after = desk.rows();
    assert_eq!(after[..before.len()], before[..]);
    let (last, pages) = (after.last().expect("a row"), extent(&before).1);
    assert_eq!(last.pages, Some((pages + 1, pages + 3)));
    assert!(last.remark.contains("补入"));
    let mut later = film(&"22".repeat(32));
    later.recording = CASE_ID;
    desk.recordings.push(later);
    let item = Item::Recording { recording: CASE_ID };
    assert_eq!(unfiled(desk.world.case(), desk.file(), &desk.recordings), [item]);
    let late = |pages| FileCommand::Supplement { late: Late::Of { item, pages }, reason: t("补传") };
    desk.no(&archivist(), late(2), "file.pages");
    desk.ok(&archivist(), late(0));
    desk.no(&archivist(), late(0), "file.filed");
    assert_eq!(desk.file().notes.len(), 2);
}

#[test]
fn marks_restrict_and_are_lifted_by_others() {
    let mut desk = Desk::complete();
    let item = Item::Evidence { no: 1 };
    let mark = |secrecy, basis: &str| FileCommand::Mark { item, secrecy, basis: t(basis) };
    desk.no(&officer(), mark(Some(Secrecy::TradeSecret), ""), "file.basis");
    desk.no(&officer(), mark(None, "没有标注"), "file.marked");
    desk.no(
        &officer(),
        FileCommand::Mark { item: Item::Evidence { no: 2 }, secrecy: None, basis: t("依据") },
        "file.item",
    );
    desk.ok(&officer(), mark(Some(Secrecy::TradeSecret), "当事人申明的工艺参数"));
    let marked = |desk: &Desk| desk.rows().iter().find(|r| r.item == item).and_then(|r| r.secrecy);
    assert_eq!(marked(&desk), Some(Secrecy::TradeSecret));
    desk.no(&officer(), mark(Some(Secrecy::Privacy), "降低"), "file.lift");
    desk.no(&officer(), mark(None, "解除"), "file.lift");
    desk.ok(&actor(UNIT_HEAD, &[Role::UnitHead]), mark(None, "当事人书面同意公开"));
    assert_eq!(marked(&desk), None);
    desk.ok(&officer(), mark(Some(Secrecy::StateSecret), "定密通知书"));
    let row = desk.rows().into_iter().find(|r| r.item == item).expect("a row");
    assert!(row.shown_title() != row.title.words() && row.shown_title().contains("国家秘密"));
    // A mark changes nothing of what was bound.
    let mut bound = Desk::assembled();
    let sealed = bound.file().sealed.clone();
    bound.ok(&officer(), mark(Some(Secrecy::Privacy), "病历"));
    assert_eq!(bound.file().sealed, sealed);
    bound.ok(&archivist(), accept());
}

#[test]
fn the_cover_names_each_penalty_once_with_its_amount() {
    let desk = Desk::accepted();
    let mut case = desk.world.case().clone();
    let words = |case: &Case| {
        let Outcome::Decided(all) = cover(case, desk.file(), &desk.rows()).outcome else { panic!("decided") };
        all.iter().map(Disposed::words).collect::<Vec<_>>().concat()
    };
    assert_eq!(words(&case), ["罚款30,000.00元"]);
    let twice = case.decision.as_mut().expect("decided").substance.disposals.first_mut().expect("one party");
    twice.kinds = vec![
        PenaltyKind::Warning,
        PenaltyKind::Fine,
        PenaltyKind::ConfiscateIncome,
        PenaltyKind::Fine,
        PenaltyKind::ConfiscateIncome,
    ];
    twice.confiscated_fen = 17_000 * YUAN;
    assert_eq!(twice.named().len(), 3);
    assert_eq!(words(&case), ["警告", "罚款30,000.00元", "没收违法所得17,000.00元"]);
    // As it stands after a remedy changed it.
    case.parties[0].changed = Some((WAN, 0));
    assert_eq!(words(&case), ["警告", "罚款10,000.00元"]);
}

#[test]
fn counts_and_papers_are_checked() {
    let desk = Desk::opened();
    let count = |item, pages| FileCommand::CountPages { item, pages };
    desk.no(&officer(), count(Item::Document { no: 1 }, 0), "file.pages");
    desk.no(&officer(), count(Item::Recording { recording: FILM }, 2), "file.pages");
    desk.no(&officer(), count(Item::Recording { recording: ORPHAN }, 0), "file.item");
    desk.no(&officer(), count(Item::Paper { no: 1 }, 1), "file.item");
    let mut untitled = paper(PaperKind::Other, "", 1);
    desk.no(&officer(), FileCommand::AddPaper { paper: untitled.clone() }, "file.title");
    untitled.title = t("材料");
    untitled.digest = "xyz".into();
    desk.no(&officer(), FileCommand::AddPaper { paper: untitled }, "file.digest");
    desk.no(&officer(), FileCommand::Note { note: t("") }, "file.note");
    let mut desk = desk;
    desk.ok(&officer(), count(Item::Evidence { no: 1 }, 0));
    let row = desk.rows().into_iter().find(|r| r.item == Item::Evidence { no: 1 }).expect("a row");
    assert!(row.pages.is_none() && row.remark.contains("另存"));
}

const ORPHAN: MatterId = MatterId(Uuid::from_u128(404));

fn commands() -> Vec<FileCommand> {
    vec![
        FileCommand::Open { case: CASE_ID },
        FileCommand::AddPaper { paper: paper(PaperKind::Other, "材料", 1) },
        FileCommand::CountPages { item: Item::Document { no: 1 }, pages: 2 },
        FileCommand::Mark {
            item: Item::Document { no: 1 },
            secrecy: Some(Secrecy::Privacy),
            basis: t("依据"),
        },
        FileCommand::Note { note: t("说明") },
        bind(),
        accept(),
        FileCommand::Return { reason: t("重新整理") },
        FileCommand::Supplement {
            late: Late::Brought { paper: paper(PaperKind::Other, "材料", 1) },
            reason: t("补充"),
        },
        FileCommand::Pack {
            package: Package {
                sha256: "a".repeat(64),
                stored: "b".repeat(64),
                files: 1,
                bytes: 1,
                // Of the file as it was bound and accepted.
                catalogue: Desk::accepted().file.expect("a file").sealed.expect("bound").digest,
            },
        },
        hand_in(),
        FileCommand::TakeIn { digest: handed().file().pending.clone().expect("handed in").handed.digest },
        FileCommand::SendBack { reason: t("缺页") },
    ]
}

#[test]
fn every_state_takes_exactly_the_acts_of_its_rows() {
    assert_eq!(commands().iter().map(FileCommand::verb).collect::<Vec<_>>(), Verb::ALL);
    let standings = [
        (None, Desk::of(closed())),
        (Some(Stage::Assembling), Desk::complete()),
        (Some(Stage::Assembled), Desk::assembled()),
        (Some(Stage::Accepted), Desk::accepted()),
        (Some(Stage::Supplementing), handed()),
    ];
    for (stage, desk) in standings {
        for command in commands() {
            let row = command.verb().row();
            let open = stage.map_or(row.begins, |s| row.from.contains(&s));
            // Who bound a file, or handed a supplement in, does not accept it.
            let taken = matches!(command.verb(), Verb::Accept | Verb::TakeIn);
            let id = if taken { ARCHIVIST } else { A };
            let outcome = desk.ask(&actor(id, &Role::ALL), &command);
            assert_eq!(outcome.is_ok(), open, "{stage:?} × {command:?}: {outcome:?}");
            for role in Role::ALL.into_iter().filter(|r| !row.who.contains(r)) {
                assert!(desk.ask(&actor(id, &[role]), &command).is_err(), "{stage:?} × {role:?}");
            }
            let organ = OrganId(Uuid::from_u128(200));
            let stranger = Actor { organ, ..actor(id, &Role::ALL) };
            assert!(desk.ask(&stranger, &command).is_err());
        }
    }
}

proptest! {
    /// Pages run on without gap or overlap in every volume, begin with 1, and add up.
    #[test]
    fn page_numbers_have_no_gap(
        counts in prop::collection::vec(prop::option::of(0u32..40), 0..60),
        starts in prop::collection::btree_set(2u32..60, 0..4),
    ) {
        let starts: Vec<u32> = starts.into_iter().filter(|n| (*n as usize) <= counts.len()).collect();
        let out = number(&counts, &starts);
        prop_assert_eq!(out.len(), counts.len());
        let (mut volume, mut next) = (1, 1);
        for ((in_volume, pages), (count, no)) in out.iter().zip(counts.iter().zip(1u32..)) {
            if starts.contains(&no) {
                volume += 1;
                next = 1;
            }
            prop_assert_eq!(*in_volume, volume);
            match (count, pages) {
                (Some(n), Some((from, to))) if *n > 0 => {
                    prop_assert_eq!((*from, to - from + 1), (next, *n));
                    next = to + 1;
                }
                (None | Some(0), None) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
        let last = out.last().map_or(1, |(volume, _)| usize::from(*volume));
        prop_assert_eq!(last, if counts.is_empty() { 1 } else { starts.len() + 1 });
    }
}
