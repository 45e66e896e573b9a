//! 补充归档: what happens after the file went into the archives is filed with a list of its own.

use crate::archive::{self, *};
use crate::steps::*;
use crate::world::*;
use mingjing_domain::archive::*;
use mingjing_domain::case::growth::Supplement;
use mingjing_domain::case::types::*;
use mingjing_domain::case::{CaseCommand as Do, clock};
use mingjing_domain::matter::MatterId;
use mingjing_domain::staff::Role;
use uuid::Uuid;

/// Hands in what came, with a paper from outside.
pub fn hand_in() -> FileCommand {
    FileCommand::HandIn {
        counted: vec![],
        papers: vec![archive::paper(PaperKind::Receipt, "退款凭证", 2)],
        explained: vec![],
        reason: t("归档后返还款项"),
    }
}

/// A file whose supplement waits for the archives.
pub fn handed() -> Desk {
    let mut desk = Desk::accepted();
    desk.ok(&officer(), hand_in());
    desk
}

fn bare() -> FileCommand {
    FileCommand::HandIn {
        counted: vec![], papers: vec![], explained: vec![], reason: t("归档后更正文书")
    }
}

fn take_in(desk: &Desk) -> FileCommand {
    FileCommand::TakeIn { digest: pending(desk).digest.clone() }
}

fn pending(desk: &Desk) -> &HandedIn {
    &desk.file().pending.as_ref().expect("it waits").handed
}

fn last(desk: &Desk) -> Supplement {
    let part = desk.file().parts.last().expect("taken");
    Supplement {
        no: part.handed.no,
        items: u32::try_from(part.handed.items.len()).expect("few"),
        pages: part.handed.pages,
        through: part.handed.events.map_or(0, |it| it.to),
        by: ARCHIVIST,
    }
}

/// In the archives, and the decision corrected in writing since: a document and its receipt.
fn corrected() -> Desk {
    let mut desk = Desk::archived();
    desk.world.make_all();
    desk.world.at("2026-04-02");
    let decision = desk.world.document(DocumentKind::PenaltyDecision, Some(1));
    desk.world.ok(HEAD, Do::CorrectDocument { document: decision, correction: t("日期有误") });
    desk.world.serve_all();
    desk
}

/// As [`corrected`], taken into the archives as supplement 1.
fn filed() -> Desk {
    let mut desk = corrected();
    desk.ok(&officer(), bare());
    let command = take_in(&desk);
    desk.ok(&archivist(), command);
    desk.world.ok(SYSTEM, Do::ArchiveSupplement(last(&desk)));
    desk.world.make_all();
    desk
}

fn grown(desk: &Desk) -> Growth {
    growth(desk.world.case(), desk.file(), &desk.recordings, desk.order)
}

#[test]
fn what_archiving_leaves_itself_is_nothing_new() {
    let mut desk = Desk::archived();
    assert!(desk.world.case().grown.is_empty() && grown(&desk).is_empty());
    desk.world.make_all();
    assert!(desk.world.case().grown.is_empty(), "cover, catalogue and back sheet");
    assert!(!outgrown(desk.world.case(), desk.file.as_ref(), &desk.recordings));
    desk.no(&officer(), bare(), "file.nothing");
    assert!(clock::supplement_limit(desk.world.case(), &desk.world.facts(A)).is_none());
}

#[test]
fn what_came_is_handed_in_and_taken_with_its_own_list() {
    let mut desk = corrected();
    let first = desk.file().sealed.clone().expect("bound");
    let before = desk.rows();
    let limit =
        clock::supplement_limit(desk.world.case(), &desk.world.facts(A)).expect("due").expect("a day");
    assert_eq!(limit.due.latest(), day("2026-05-02"), "30 days after 2 April");
    let running = clock::running(desk.world.case(), &desk.world.facts(A));
    assert!(running.iter().any(|it| it.title == "补充归档" && it.limit == limit));
    let new = grown(&desk);
    assert_eq!(new.items.len(), 2, "the correction and the receipt of its service: {new:?}");
    assert!(outgrown(desk.world.case(), desk.file.as_ref(), &desk.recordings));
    desk.no(&actor(C, &[Role::Officer]), bare(), "file.handler");
    desk.no(&archivist(), bare(), "file.role");
    desk.ok(&officer(), bare());
    assert_eq!((desk.file().stage, pending(&desk).no), (mingjing_domain::archive::Stage::Supplementing, 1));
    desk.no(&officer(), bare(), "file.stage");
    desk.no(&actor(A, &[Role::Archivist]), take_in(&desk), "file.same_person");
    desk.no(&archivist(), FileCommand::TakeIn { digest: "00".repeat(32) }, "file.changed");
    let taken = take_in(&desk);
    desk.ok(&archivist(), taken.clone());
    desk.no(&archivist(), taken, "file.stage");
    // The first list stays as it was; rows and pages go on behind it.
    let (now, after) = (desk.file().sealed.clone().expect("bound"), desk.rows());
    assert_eq!((now.digest, now.first), (first.digest, first.first));
    assert_eq!(after[..before.len()], before[..]);
    let own: Vec<_> = after.iter().filter(|row| row.list == 1).collect();
    let pages = extent(&before).1;
    assert_eq!(
        (own.len(), own[0].no as usize, own[0].pages),
        (2, before.len() + 1, Some((pages + 1, pages + 1)))
    );
    assert!(own.iter().all(|row| row.remark.contains("补充归档1")));
    assert_eq!(now.pages, extent(&after).1);
    desk.world.ok(SYSTEM, Do::ArchiveSupplement(last(&desk)));
    assert!(desk.world.case().grown.is_empty() && grown(&desk).is_empty());
    assert!(
        lists(desk.world.case(), desk.file(), &desk.recordings, desk.order).iter().all(|list| list.holds)
    );
}

#[test]
fn nothing_is_filed_while_the_matter_goes_on() {
    let mut desk = Desk::archived();
    desk.world.at("2026-04-02");
    desk.world
        .ok(HEAD, Do::RevokeDecision { ground: RevocationGround::OwnCorrection, document: t("文号和理由") });
    assert!(clock::supplement_limit(desk.world.case(), &desk.world.facts(A)).is_none(), "money is owed");
    desk.no(&officer(), hand_in(), "refund.owed");
    desk.world.at("2026-04-20");
    desk.world.ok(CASHIER, refund(1, "R1", 3 * WAN, "2026-04-20"));
    let limit =
        clock::supplement_limit(desk.world.case(), &desk.world.facts(A)).expect("due").expect("a day");
    assert_eq!(limit.due.latest(), day("2026-05-20"), "30 days after the refund");
    desk.ok(&officer(), hand_in());
    let span = pending(&desk).events.expect("events of the case");
    let grown = &desk.world.case().grown;
    assert_eq!((span.from, span.to), (grown[0].version, grown[grown.len() - 1].version));
    assert_eq!(pending(&desk).pages, 2, "the voucher");
    // A remedy that is pending keeps it open as well.
    let mut sued = corrected();
    sued.world.ok(
        A,
        Do::RecordRemedy {
            party: 1,
            remedy: RemedyKind::Reconsideration,
            on: day("2026-04-02"),
            body: t("示例县人民政府"),
        },
    );
    sued.no(&officer(), bare(), "remedy.pending");
}

#[test]
fn what_is_sent_back_is_handed_in_again_and_what_came_since_goes_into_the_next() {
    let mut desk = corrected();
    desk.no(
        &officer(),
        FileCommand::HandIn { counted: vec![], papers: vec![], explained: vec![], reason: t("") },
        "file.reason",
    );
    desk.ok(&officer(), bare());
    desk.no(&archivist(), FileCommand::SendBack { reason: t("") }, "file.reason");
    desk.ok(&archivist(), FileCommand::SendBack { reason: t("缺送达回证") });
    assert!(desk.file().pending.is_none() && desk.file().parts.is_empty());
    desk.ok(&officer(), bare());
    // While it waits, another recording comes: it is no part of what was handed in.
    let mut film = film(&"22".repeat(32));
    film.recording = MatterId(Uuid::from_u128(72));
    film.came_on = Some(day("2026-04-09"));
    desk.recordings.push(film.clone());
    let command = take_in(&desk);
    desk.ok(&archivist(), command);
    desk.world.ok(SYSTEM, Do::ArchiveSupplement(last(&desk)));
    let next = grown(&desk);
    assert_eq!((next.items.len(), next.events, next.ended_on), (1, None, film.came_on));
    desk.ok(&officer(), bare());
    assert_eq!((pending(&desk).no, pending(&desk).pages), (2, 0));
    let command = take_in(&desk);
    desk.ok(&archivist(), command);
    assert_eq!(lists(desk.world.case(), desk.file(), &desk.recordings, desk.order).len(), 3);
}

#[test]
fn one_by_one_what_the_archives_put_in_comes_onto_the_next_list() {
    let mut desk = corrected();
    let late = Late::Brought { paper: archive::paper(PaperKind::Other, "情况说明", 3) };
    desk.ok(&archivist(), FileCommand::Supplement { late, reason: t("事后送来") });
    let pages = desk.file().sealed.as_ref().expect("bound").pages;
    desk.ok(&officer(), bare());
    assert_eq!((pending(&desk).items[0], pending(&desk).items.len()), (Item::Paper { no: 2 }, 3));
    assert_eq!(pending(&desk).pages, 5);
    let command = take_in(&desk);
    desk.ok(&archivist(), command);
    assert_eq!(desk.file().sealed.as_ref().expect("bound").pages, pages + 2, "counted once");
}

#[test]
fn a_package_needs_every_list_to_hold_and_nothing_outstanding() {
    let pack = |desk: &Desk| FileCommand::Pack {
        package: Package {
            sha256: "a".repeat(64),
            stored: "b".repeat(64),
            files: 1,
            bytes: 1,
            catalogue: catalogue::digest(&desk.rows()),
        },
    };
    let desk = corrected();
    desk.no(&archivist(), pack(&desk), "file.unfiled");
    let mut desk = filed();
    desk.ok(&archivist(), pack(&desk));
    // Bytes of a filed recording that are other ones now.
    desk.recordings[0].root = "33".repeat(32);
    desk.no(&archivist(), pack(&desk), "file.altered");
}

#[test]
fn the_case_takes_supplements_in_order_and_from_the_system_alone() {
    let mut desk = filed();
    let again = last(&desk);
    desk.world.no(SYSTEM, Do::ArchiveSupplement(again.clone()), "supplement.order");
    let next = Supplement { no: 2, ..again };
    desk.world.no(ARCHIVIST, Do::ArchiveSupplement(next.clone()), "role.system");
    desk.world.no(
        SYSTEM,
        Do::ArchiveSupplement(Supplement { through: 9_999, ..next.clone() }),
        "supplement.events",
    );
    desk.world.no(SYSTEM, Do::ArchiveSupplement(Supplement { through: 1, ..next }), "supplement.events");
    let sheets = desk.world.case().documents.iter().filter(|d| d.kind == DocumentKind::FileBackSheet).count();
    assert_eq!(sheets, 2, "one with the file, one with the supplement");
    let sheet = back_sheet(desk.file(), &desk.rows());
    assert_eq!((sheet.supplements.len(), sheet.supplements[0].items, sheet.supplements[0].pages), (1, 2, 2));
    assert_eq!(
        (sheet.items as usize, sheet.pages),
        (
            desk.file().sealed.as_ref().expect("bound").first,
            desk.rows()[sheet.items as usize - 1].pages.expect("paper").1
        )
    );
}
