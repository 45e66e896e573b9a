//! The procedure of a small matter as one table: which act, by whom, from where to where.
//!
//! A feature declares its acts and stages and one row an act; [`open`] is the guard that
//! every command passes first, and [`print`] makes the matrix that is kept and published.

use crate::cite::Citation;
use crate::matter::{Actor, OrganId};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::Text;
use std::fmt::Write as _;

/// Machine codes of the refusals that come from a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    /// There is no such matter.
    pub unknown: &'static str,
    /// The matter exists already.
    pub exists: &'static str,
    /// The matter stands elsewhere.
    pub stage: &'static str,
    /// The person holds none of the roles.
    pub role: &'static str,
    /// The matter belongs to another organ.
    pub organ: &'static str,
}

/// A stage of a small matter.
pub trait Stage: Copy + Eq + std::fmt::Debug + 'static {
    /// Every stage, in order.
    const STAGES: &'static [Self];
    /// The field's word.
    fn word(self) -> &'static str;
}

/// An act on a small matter.
pub trait Act: Copy + Eq + std::fmt::Debug + 'static {
    /// Where the matter stands.
    type Stage: Stage;
    /// What the matter is called in a sentence.
    const SUBJECT: &'static str;
    /// Codes of its refusals.
    const CODES: Codes;
    /// Every act, in order.
    const ACTS: &'static [Self];
    /// The field's word.
    fn word(self) -> &'static str;
    /// Its row.
    fn row(self) -> Row<Self>;
}

/// One row: who may do what, from where to where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<A: Act> {
    /// What.
    pub act: A,
    /// Begins the matter.
    pub begins: bool,
    /// From which stages.
    pub from: &'static [A::Stage],
    /// The stage after; `None` when it stays, or where the outcome decides.
    pub to: Option<A::Stage>,
    /// Who: any one of these roles.
    pub who: &'static [Role],
    /// Where it stands.
    pub article: Citation,
}

impl<A: Act> Row<A> {
    /// A row that begins the matter.
    pub const fn first(act: A, to: A::Stage, who: &'static [Role], article: Citation) -> Self {
        Self { act, begins: true, from: &[], to: Some(to), who, article }
    }

    /// A row of a matter that exists.
    pub const fn then(
        act: A,
        from: &'static [A::Stage],
        to: Option<A::Stage>,
        who: &'static [Role],
        article: Citation,
    ) -> Self {
        Self { act, begins: false, from, to, who, article }
    }
}

/// Whether the act is open to the person now, whatever its parameters. `standing` is
/// stage and organ of the matter, none before its first event.
///
/// # Errors
/// The first row rule that forbids it: matter, stage, organ, role.
pub fn open<A: Act>(act: A, standing: Option<(A::Stage, OrganId)>, actor: &Actor) -> Result<(), Refusal> {
    let row = act.row();
    ready(&row, standing.map(|(stage, _)| stage))?;
    if standing.is_some_and(|(_, organ)| organ != actor.organ) {
        let message = format!("该{}属于其他机关", A::SUBJECT);
        return Err(Refusal::new(A::CODES.organ, row.article, message, "请由所属机关的人员办理"));
    }
    held(&row, actor)
}

/// Whether the matter stands where the act can be done, whoever does it. The system itself,
/// which holds no role, passes this alone.
///
/// # Errors
/// No such matter, or another stage.
pub fn ready<A: Act>(row: &Row<A>, stage: Option<A::Stage>) -> Result<(), Refusal> {
    let refuse =
        |code, message: String, remedy: &str| Refusal::new(code, row.article.clone(), message, remedy);
    let (codes, subject) = (A::CODES, A::SUBJECT);
    match stage {
        None if row.begins => Ok(()),
        None => Err(refuse(codes.unknown, format!("没有该{subject}"), "请核对后再办")),
        Some(_) if row.begins => {
            Err(refuse(codes.exists, format!("该{subject}已经存在"), "请在原事项上继续办理"))
        }
        Some(stage) if !row.from.contains(&stage) => {
            let message = format!("该{subject}{}，不能{}", stage.word(), row.act.word());
            Err(refuse(codes.stage, message, "请按办理的先后顺序进行"))
        }
        Some(_) => Ok(()),
    }
}

fn held<A: Act>(row: &Row<A>, actor: &Actor) -> Result<(), Refusal> {
    if row.who.iter().any(|role| actor.has(*role)) {
        return Ok(());
    }
    let who: Vec<_> = row.who.iter().map(|role| role.label()).collect();
    let who = if who.is_empty() { "系统".to_owned() } else { who.join("、") };
    let message = format!("{}由{who}办理", row.act.word());
    Err(Refusal::new(A::CODES.role, row.article.clone(), message, "请交由相应岗位的人员办理"))
}

/// The table in words: one line an act with its stages, roles and article.
pub fn print<A: Act>() -> String {
    let mut out = format!("## {}\n\n| 办理 | 从 | 到 | 由谁 | 依据 |\n|---|---|---|---|---|\n", A::SUBJECT);
    for act in A::ACTS {
        let row = act.row();
        let from: Vec<_> = row.from.iter().map(|s| s.word()).collect();
        let who: Vec<_> = row.who.iter().map(|r| r.label()).collect();
        let from = if row.begins { "（开始）".to_owned() } else { from.join("、") };
        let to = row.to.map_or("—", Stage::word);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {} | {from} | {to} | {} | {} |", act.word(), who.join("、"), row.article);
    }
    out
}

/// A text that must be filled in.
///
/// # Errors
/// A refusal that points at the field.
pub(crate) fn required(
    text: &Text,
    code: &'static str,
    article: &Citation,
    field: &str,
    what: &str,
) -> Result<(), Refusal> {
    if text.is_blank() {
        let message = format!("没有填写{what}");
        return Err(Refusal::new(code, article.clone(), message, format!("请写明{what}"))
            .field(field, format!("请写明{what}")));
    }
    Ok(())
}

/// A digest in 64 lower-case hexadecimal characters: SHA-256, SM3, or the root of an
/// evidence identity.
pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Lets the acts and stages of a feature, declared with `words!`, stand in a table.
macro_rules! acts {
    ($act:ident on $stage:ident, $subject:literal, $codes:expr) => {
        impl crate::act_table::Stage for $stage {
            const STAGES: &'static [Self] = Self::ALL;
            fn word(self) -> &'static str {
                self.label()
            }
        }

        impl crate::act_table::Act for $act {
            type Stage = $stage;
            const SUBJECT: &'static str = $subject;
            const CODES: crate::act_table::Codes = $codes;
            const ACTS: &'static [Self] = Self::ALL;
            fn word(self) -> &'static str {
                self.label()
            }
            fn row(self) -> crate::act_table::Row<Self> {
                row(self)
            }
        }
    };
}
pub(crate) use acts;
