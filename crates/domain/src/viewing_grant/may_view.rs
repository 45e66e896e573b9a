//! Whether somebody may look at a thing now, and on what basis. Every look is logged,
//! whatever the basis: under an approval on its own stream, else beside the case
//! ([`crate::viewing`]).

use super::event::Requester;
use super::scope::Thing;
use super::state::Grant;
use super::words::{CALL_UP, SUPERVISION, Stage, UseKind};
use crate::case::law::Ruled;
use crate::cite::Citation;
use crate::matter::{Actor, MatterId, StaffId, shanghai};
use crate::policy::PolicySet;
use crate::refusal::Refusal;
use crate::secrecy::{MARKED, NOT_HERE, Secrecy};
use crate::staff::Role;
use crate::viewing::{PROTECTION, Standing};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Rules in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewingLaw {
    /// Those who handle a case need an approval even for its own recordings.
    pub handlers_ask: Ruled<bool>,
}

impl ViewingLaw {
    /// The rules of a resolved policy set.
    pub fn of(policy: &PolicySet) -> Self {
        let ask = &policy.viewing_handlers_ask;
        Self { handlers_ask: Ruled::new(ask.value, ask.source.clone()) }
    }

    /// The rule of access in the jurisdiction: where it says who needs an approval, it says
    /// that nobody looks without one.
    pub fn rule(&self) -> Citation {
        self.handlers_ask.citation.clone()
    }
}

/// Who wants to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The person.
    pub id: StaffId,
    /// How the person stands to the case or, for a patrol, to the organ; none for a stranger.
    pub standing: Option<Standing>,
    /// Keeps the archives, and so serves those outside.
    pub archivist: bool,
    /// Holds a post of the organ through which its open cases pass.
    pub duty: bool,
}

impl Viewer {
    /// Who looks, from the roles held now.
    pub fn of(actor: &Actor, standing: Option<Standing>) -> Self {
        let duty = standing == Some(Standing::OwnOrgan) && ON_DUTY.iter().any(|role| actor.has(*role));
        Self { id: actor.id, standing, archivist: actor.has(Role::Archivist), duty }
    }
}

/// The posts that check, review, hear and decide: they have to see what the case rests on,
/// marked or not (行政处罚法第五十七条、第五十八条、第六十四条).
const ON_DUTY: &[Role] =
    &[Role::UnitHead, Role::Reviewer, Role::ReviewHead, Role::Deputy, Role::Head, Role::HearingHost];

/// Why it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "snake_case")]
pub enum Basis {
    /// An approval.
    Granted {
        /// Its matter: the use is recorded there.
        grant: MatterId,
    },
    /// The person handles the case, which is not archived.
    Handling,
    /// A person whose post the open case passes through.
    Duty,
    /// A person of the organ, the file not being archived.
    OwnOrgan,
    /// A supervisor, in real time and without approval.
    Supervising,
}

/// Whether `viewer` may do this with the thing on the day.
///
/// # Errors
/// A refusal that says what is missing: the approval that comes nearest is named.
pub fn may_view(
    grants: &[(MatterId, &Grant)],
    viewer: &Viewer,
    thing: &Thing,
    kind: UseKind,
    today: Date,
    law: &ViewingLaw,
) -> Result<Basis, Refusal> {
    not_elsewhere(thing)?;
    if kind == UseKind::View
        && let Some(basis) = by_standing(viewer, thing, law)
    {
        return Ok(basis);
    }
    let mut nearest: Option<(u8, Refusal)> = None;
    for (id, grant) in grants {
        match trial(grant, viewer, thing, kind, today, law) {
            Ok(()) => return Ok(Basis::Granted { grant: *id }),
            Err((rank, refusal)) => {
                if nearest.as_ref().is_none_or(|(best, _)| rank > *best) {
                    nearest = Some((rank, refusal));
                }
            }
        }
    }
    Err(match nearest {
        Some((rank, refusal)) if rank > 0 => refusal,
        Some(_) | None => nothing(viewer, thing, kind, law),
    })
}

/// Without approval: what the person's place in the organ or above it allows.
fn by_standing(viewer: &Viewer, thing: &Thing, law: &ViewingLaw) -> Option<Basis> {
    let recording = thing.material.is_recording();
    match viewer.standing? {
        Standing::Supervising => Some(Basis::Supervising),
        Standing::Handling if thing.archived || thing.of_case().is_none() => None,
        Standing::Handling if recording && law.handlers_ask.value => None,
        Standing::Handling => Some(Basis::Handling),
        Standing::OwnOrgan if thing.archived || thing.of_case().is_none() => None,
        Standing::OwnOrgan if viewer.duty && !(recording && law.handlers_ask.value) => Some(Basis::Duty),
        Standing::OwnOrgan if recording || thing.secrecy.is_some() => None,
        Standing::OwnOrgan => Some(Basis::OwnOrgan),
    }
}

/// Whether this approval allows it.
///
/// # Errors
/// A refusal with its article.
pub(super) fn may_use(
    grant: &Grant,
    viewer: &Viewer,
    thing: &Thing,
    kind: UseKind,
    today: Date,
    law: &ViewingLaw,
) -> Result<(), Refusal> {
    not_elsewhere(thing)?;
    trial(grant, viewer, thing, kind, today, law).map_err(|(_, refusal)| refusal)
}

fn not_elsewhere(thing: &Thing) -> Result<(), Refusal> {
    if thing.secrecy.is_some_and(Secrecy::kept_elsewhere) {
        return Err(Refusal::new(
            "grant.state_secret",
            NOT_HERE,
            "该材料涉及国家秘密，不在本系统存储和查阅",
            "请按保密规定到涉密档案保管处办理",
        ));
    }
    Ok(())
}

/// One approval against one use; a refusal carries how near the approval comes.
fn trial(
    grant: &Grant,
    viewer: &Viewer,
    thing: &Thing,
    kind: UseKind,
    today: Date,
    law: &ViewingLaw,
) -> Result<(), (u8, Refusal)> {
    let refuse = |rank: u8, code, message: &str, remedy: &str| {
        Err((rank, Refusal::new(code, law.rule(), message, remedy)))
    };
    let own = match grant.requester {
        Requester::Staff => grant.requested_by == viewer.id,
        Requester::Body { .. } | Requester::Concerned { .. } => viewer.archivist,
    };
    if !own {
        return refuse(0, "grant.holder", "该查阅批准不是给本人的", "请以本人名义申请查阅");
    }
    if !grant.right.scope.iter().any(|it| it.covers(thing)) {
        return refuse(0, "grant.outside", "不在批准的查阅范围内", "请另行申请");
    }
    match grant.stage {
        Stage::Requested => return refuse(1, "grant.pending", "查阅申请尚未批准", "请等待审批"),
        Stage::Refused => return refuse(2, "grant.refused", "查阅申请没有获得批准", "请补充理由后另行申请"),
        Stage::Ended => return refuse(2, "grant.ended", "该查阅已经终止", "请另行申请"),
        Stage::Approved => {}
    }
    if today < grant.right.from {
        let message = format!("批准的查阅自{}起", grant.right.from);
        let refusal = Refusal::new("grant.early", law.rule(), message, "请在批准的时间内查阅");
        return Err((3, refusal.after(grant.right.from)));
    }
    if grant.expired(today) {
        let message = format!("批准的查阅到{}为止", grant.right.until);
        return refuse(3, "grant.expired", &message, "请另行申请");
    }
    if !grant.right.medium.allows(kind) {
        let (has, asks) = (grant.right.medium.label(), kind.label());
        return refuse(4, "grant.medium", &format!("批准的方式是{has}，不能{asks}"), "请另行申请");
    }
    if thing.secrecy.is_some() && !grant.right.restricted {
        let refusal = Refusal::new(
            "grant.restricted",
            MARKED,
            "该材料标注为商业秘密或者个人隐私，批准的范围不含限制查阅的材料",
            "请单独申请并写明必要性",
        );
        return Err((5, refusal));
    }
    Ok(())
}

/// The refusal where no approval comes near.
fn nothing(viewer: &Viewer, thing: &Thing, kind: UseKind, law: &ViewingLaw) -> Refusal {
    let remedy = "请提交查阅申请，写明目的、范围和时间";
    let article = match viewer.standing {
        None => {
            return Refusal::new(
                "grant.stranger",
                PROTECTION,
                "不是本机关或者监督机关的人员，没有查阅批准",
                "请向档案室申请查阅",
            );
        }
        Some(Standing::Supervising) => {
            return Refusal::new(
                "grant.supervisor",
                SUPERVISION,
                "监督人员可以实时查看；复制、导出由档案室办理",
                "请向档案室出具调阅函件",
            );
        }
        Some(Standing::Handling | Standing::OwnOrgan) => law.rule(),
    };
    let what = if thing.material.is_recording() { "音像记录" } else { "案卷材料" };
    Refusal::new("grant.none", article, format!("未经批准，不得{}该{what}", kind.label()), remedy)
}

/// The rules that let supervisors look in real time; both are shown beside the log.
pub const SUPERVISORS: [Citation; 2] = [CALL_UP, SUPERVISION];

/// The text that is laid over what is shown, printed or exported, and stands in the event:
/// who, when by the clock of Shanghai to the second, and what for. `person` is the name with
/// the certificate number, or the body that a copy goes to.
pub fn watermark(person: &str, at: Timestamp, kind: UseKind, purpose: &str) -> String {
    let time = at.to_zoned(shanghai()).strftime("%Y-%m-%d %H:%M:%S");
    format!("{person} {time} {}（{purpose}）", kind.label())
}
