//! 案卷封面 and 备考表.

use super::catalogue::{Row, extent};
use super::file::{CaseFile, Explained};
use crate::case::Case;
use crate::case::gate::amounts_fen;
use crate::case::state::{ApprovalStage, Decision, PartyState};
use crate::case::types::{NoPenaltyGround, PartyNo, PenaltyKind, RevocationGround};
use crate::codes::format_yuan;
use crate::erasure::kept_until;
use crate::matter::StaffId;
use crate::text::Text;
use jiff::civil::Date;

/// How a case ended, party by party where it was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still going on.
    Open,
    /// 不予立案.
    NotFiled,
    /// 撤销立案.
    Withdrawn,
    /// 移送.
    Transferred {
        /// To the police or the procuratorate.
        crime: bool,
        /// To whom.
        recipient: Text,
    },
    /// A decision.
    Decided(Vec<Disposed>),
}

/// What was decided on one party, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposed {
    /// Party.
    pub party: PartyNo,
    /// Kinds of penalty that stand, each once.
    pub kinds: Vec<PenaltyKind>,
    /// Fine, fen.
    pub fine_fen: i64,
    /// Confiscated income, fen.
    pub confiscated_fen: i64,
    /// Value of confiscated goods, fen.
    pub goods_fen: i64,
    /// Why nothing was imposed.
    pub no_penalty: Option<NoPenaltyGround>,
    /// Revoked: ground and civil day.
    pub revoked: Option<(RevocationGround, Date)>,
}

impl Disposed {
    /// Each penalty once, with its amount where it takes money.
    pub fn words(&self) -> Vec<String> {
        let with = |what: &str, fen: i64| match fen {
            0 => what.to_owned(),
            fen => format!("{what}{}元", format_yuan(fen)),
        };
        let mut out: Vec<String> = self
            .kinds
            .iter()
            .map(|kind| match kind {
                PenaltyKind::Fine => with(kind.label(), self.fine_fen),
                PenaltyKind::ConfiscateIncome => with(kind.label(), self.confiscated_fen),
                PenaltyKind::ConfiscateGoods if self.goods_fen > 0 => {
                    format!("{}（价值{}元）", kind.label(), format_yuan(self.goods_fen))
                }
                PenaltyKind::ConfiscateGoods
                | PenaltyKind::Warning
                | PenaltyKind::PublicCriticism
                | PenaltyKind::SuspendLicence
                | PenaltyKind::LowerGrade
                | PenaltyKind::RevokeLicence
                | PenaltyKind::RestrictBusiness
                | PenaltyKind::OrderStop
                | PenaltyKind::OrderClose
                | PenaltyKind::RestrictEmployment => kind.label().to_owned(),
            })
            .collect();
        out.extend(self.no_penalty.map(|ground| format!("不予处罚（{}）", ground.label())));
        out.extend(self.revoked.map(|(_, on)| format!("{on}撤销")));
        out
    }
}

/// The cover of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// 案名; the subject of the clue where the case was never filed.
    pub title: Text,
    /// 案由.
    pub cause: Option<Text>,
    /// Names of the parties.
    pub parties: Vec<Text>,
    /// 处理结果.
    pub outcome: Outcome,
    /// 立案日期.
    pub filed_on: Option<Date>,
    /// 结案日期: the day the handling ended.
    pub closed_on: Option<Date>,
    /// 承办人.
    pub officers: Vec<StaffId>,
    /// 归档日期.
    pub archived_on: Option<Date>,
    /// 归档号.
    pub archive_no: Option<String>,
    /// 保管期限 in years; 0 permanent.
    pub retention_years: Option<u16>,
    /// The last day of the retention; none for a permanent file.
    pub kept_until: Option<Date>,
    /// Volumes.
    pub volumes: u16,
    /// Pages of all volumes.
    pub pages: u32,
}

/// The cover as the file stands.
pub fn cover(case: &Case, file: &CaseFile, rows: &[Row]) -> Cover {
    let filing = case.filed.as_ref().map(|f| &f.filing);
    let (volumes, pages) = extent(rows);
    Cover {
        title: filing.map_or_else(|| case.clue.subject.clone(), |f| f.title.clone()),
        cause: filing.map(|f| f.cause.clone()),
        parties: case.parties.iter().map(|p| p.party.name.clone()).collect(),
        outcome: outcome(case),
        filed_on: case.filed.as_ref().map(|f| f.on),
        closed_on: case.ended_on,
        officers: case.officers.clone(),
        archived_on: case.archived.map(|(day, _)| day),
        archive_no: file.accepted.as_ref().map(|(no, ..)| no.clone()),
        retention_years: case.archived.map(|(_, years)| years),
        kept_until: case.archived.and_then(|(day, years)| kept_until(day, years)),
        volumes,
        pages,
    }
}

fn outcome(case: &Case) -> Outcome {
    use crate::case::command::Proposal as P;
    for proposal in case.proposals.iter().rev().filter(|p| p.stage == ApprovalStage::Approved) {
        match &proposal.body {
            P::NotFile => return Outcome::NotFiled,
            P::Withdraw => return Outcome::Withdrawn,
            P::Transfer(t) => {
                return Outcome::Transferred { crime: t.crime, recipient: t.recipient.clone() };
            }
            P::ExtendCheck
            | P::File(_)
            | P::Preserve(_)
            | P::DisposePreservation(_)
            | P::Suspend { .. }
            | P::Resume
            | P::Extend { .. }
            | P::Dispose
            | P::Amend(_)
            | P::Defer(_)
            | P::Enforce(_)
            | P::PauseEnforcement(_)
            | P::ResumeEnforcement(_)
            | P::EndEnforcement(_)
            | P::Agree(_)
            | P::Substitute(_)
            | P::Close { .. } => {}
        }
    }
    case.decision.as_ref().map_or(Outcome::Open, |decision| Outcome::Decided(disposed(case, decision)))
}

fn disposed(case: &Case, decision: &Decision) -> Vec<Disposed> {
    let one = |(no, state): (PartyNo, &PartyState)| {
        let disposal = decision.substance.disposal(no)?;
        let (fine_fen, confiscated_fen) = amounts_fen(decision, no, state);
        let falls = |kind: &PenaltyKind| match kind {
            PenaltyKind::Fine => fine_fen == 0,
            PenaltyKind::ConfiscateIncome => confiscated_fen == 0,
            other => state.lifted.contains(other),
        };
        Some(Disposed {
            party: no,
            kinds: disposal.named().into_iter().filter(|kind| !falls(kind)).collect(),
            fine_fen,
            confiscated_fen,
            goods_fen: disposal.goods_fen,
            no_penalty: disposal.no_penalty,
            revoked: case.revoked(no),
        })
    };
    case.numbered_parties().filter_map(one).collect()
}

/// 备考表: the sheet at the end of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackSheet {
    /// What was noted: who, civil day, words.
    pub notes: Vec<(StaffId, Date, Text)>,
    /// What the file lacks and why.
    pub explained: Vec<Explained>,
    /// 立卷人 and the civil day.
    pub assembled: Option<(StaffId, Date)>,
    /// 检查人 and the civil day.
    pub checked: Option<(StaffId, Date)>,
    /// Items that are no paper and are kept elsewhere.
    pub elsewhere: Vec<u32>,
    /// Items on the first list.
    pub items: u32,
    /// Pages on the first list.
    pub pages: u32,
    /// Supplements that the archives took.
    pub supplements: Vec<Supplemented>,
}

/// A supplement on the 备考表.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplemented {
    /// Its number, from 1.
    pub no: u16,
    /// Items.
    pub items: u32,
    /// Pages.
    pub pages: u32,
    /// What happened after the file was archived.
    pub reason: Text,
    /// Who handed it in, and the civil day.
    pub by: (StaffId, Date),
    /// Who checked and took it, and the civil day.
    pub taken: Option<(StaffId, Date)>,
}

/// The sheet as the file stands.
pub fn back_sheet(file: &CaseFile, rows: &[Row]) -> BackSheet {
    let sealed = file.sealed.as_ref();
    let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    let first: Vec<Row> = rows.iter().filter(|row| row.list == 0).cloned().collect();
    let supplements = file.parts.iter().map(|it| Supplemented {
        no: it.handed.no,
        items: count(it.handed.items.len()),
        pages: it.handed.pages,
        reason: it.handed.reason.clone(),
        by: it.by,
        taken: it.taken,
    });
    BackSheet {
        notes: file.notes.clone(),
        items: count(first.len()),
        pages: extent(&first).1,
        supplements: supplements.collect(),
        explained: file.told().cloned().collect(),
        assembled: sealed.map(|s| s.by),
        checked: file.accepted.as_ref().map(|(_, who, day)| (*who, *day)),
        elsewhere: rows.iter().filter(|r| r.pages.is_none()).map(|r| r.no).collect(),
    }
}
