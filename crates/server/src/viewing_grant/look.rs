//! The one door through which a document, evidence or a recording is looked at: the domain
//! judges, the look is recorded, and only then it is shown.

use jiff::Timestamp;
use mingjing_domain::case::Case;
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use mingjing_domain::recording::Recording;
use mingjing_domain::staff::{Role, StaffState};
use mingjing_domain::text::Text;
use mingjing_domain::viewing::{Standing, Thing as Seen, standing, standing_in};
use mingjing_domain::viewing_grant::{
    Basis, Grant, GrantCommand, Material, Requester, Span, Thing, Use, UseKind, Viewer, ViewingLaw, may_view,
    watermark,
};
use uuid::Uuid;

use super::service::{act, held, thing_now};
use crate::case::access::rules;
use crate::case::facts::staff_matter;
use crate::case::service::rules_today;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::write::Loaded;
use crate::viewing::service as viewings;

/// A look that was allowed and recorded.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Why it is allowed.
    pub basis: Basis,
    /// The text to be laid over what is shown, printed or exported.
    pub watermark: String,
    /// The instant that the text names.
    pub at: Timestamp,
}

impl Looked {
    /// Whether what is shown bears the text: whoever handles the case or has it on the desk needs
    /// the document itself, to serve it and to sign it.
    pub const fn marked(&self) -> bool {
        match self.basis {
            Basis::Granted { .. } | Basis::OwnOrgan | Basis::Supervising => true,
            Basis::Handling | Basis::Duty => false,
        }
    }
}

/// What somebody wants to do with a thing.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// Which thing.
    pub material: Material,
    /// What.
    pub kind: UseKind,
    /// The part of a recording that is played; none for the whole.
    pub span: Option<Span>,
    /// SHA-256 of the bytes that leave, hex; empty for a mere look.
    pub digest: &'a str,
    /// Root of the masked derivative that is seen in place of the original; empty for that.
    pub derivative: &'a str,
    /// What a copy is for; empty for a mere look.
    pub reason: &'a str,
    /// The approval under which it is asked: no other is used, and it stands on its stream.
    pub under: Option<MatterId>,
}

impl Wish<'_> {
    /// A look at a thing.
    pub const fn view(material: Material) -> Self {
        Self {
            material,
            kind: UseKind::View,
            span: None,
            digest: "",
            derivative: "",
            reason: "",
            under: None,
        }
    }
}

/// Who the thing belongs to, and how the person stands to it.
async fn standing_to(
    shell: &Shell,
    who: &Identity,
    thing: &Thing,
) -> Result<(OrganId, Option<Standing>, Option<Loaded<Case>>), Failure> {
    let actor = who.actor();
    match thing.of_case() {
        Some(id) => {
            let case = shell.app.load::<Case>(id).await?.ok_or(Failure::NotFound)?;
            Ok((case.organ, standing(&case.state, &actor), Some(case)))
        }
        None => {
            let Material::Recording { recording } = thing.material else { return Err(Failure::NotFound) };
            let organ = crate::recording_view::service::one(shell.app.db(), recording).await?;
            let organ = organ.ok_or(Failure::NotFound)?.organ;
            Ok((organ, standing_in(organ, &actor), None))
        }
    }
}

/// Who looks, as the watermark names one: name and certificate, or the body or person
/// outside for whom the archives look.
async fn viewer_words(shell: &Shell, who: &Identity, grant: Option<&Grant>) -> Result<String, Failure> {
    let name = &who.person.name;
    let outside = grant.and_then(|it| match &it.requester {
        Requester::Staff => None,
        Requester::Body { name, .. } | Requester::Concerned { name, .. } => Some(name.or_erased()),
    });
    if let Some(outside) = outside {
        return Ok(format!("{outside}（经办{name}）"));
    }
    let staff = shell.app.load::<StaffState>(staff_matter(who.person.id)).await?;
    let certificate = staff.and_then(|it| it.certificates.first().map(|it| it.number.clone()));
    Ok(certificate.map_or_else(|| name.clone(), |number| format!("{name}（{number}）")))
}

/// What was judged, to be recorded.
struct Judged {
    thing: Thing,
    basis: Basis,
    standing: Option<Standing>,
    case: Option<Loaded<Case>>,
    grants: Vec<Loaded<Grant>>,
}

/// Judges a look, copy or export without recording it: for what is asked beside a look.
///
/// # Errors
/// Not found, or the refusal that says how to ask for an approval.
pub async fn may(shell: &Shell, who: &Identity, wish: &Wish<'_>) -> Result<(), Failure> {
    judge(shell, who, wish).await.map(|_| ())
}

/// What a look would show, without recording it: for the page from which things are played,
/// each of which is recorded when it is.
///
/// # Errors
/// As [`may`].
pub async fn foreseen(shell: &Shell, who: &Identity, wish: &Wish<'_>) -> Result<Looked, Failure> {
    let Judged { basis, standing, grants, .. } = judge(shell, who, wish).await?;
    let grant = match basis {
        Basis::Granted { grant } => grants.iter().find(|it| it.id == grant).map(|it| it.state.as_ref()),
        Basis::Handling | Basis::Duty | Basis::OwnOrgan | Basis::Supervising => None,
    };
    let words = viewer_words(shell, who, grant).await?;
    let purpose = grant.map_or_else(|| viewings::purpose(standing), |it| it.purpose.label());
    let at = shell.app.now();
    Ok(Looked { basis, watermark: watermark(&words, at, wish.kind, purpose), at })
}

async fn judge(shell: &Shell, who: &Identity, wish: &Wish<'_>) -> Result<Judged, Failure> {
    let thing = thing_now(&shell.app, wish.material).await?.ok_or(Failure::NotFound)?;
    let (organ, standing, case) = standing_to(shell, who, &thing).await?;
    let law = ViewingLaw::of(&rules_today(&shell.app, rules(), organ).await?.policy);
    let actor = who.actor();
    let today = civil_day(shell.app.now());
    let archives = actor.has(Role::Archivist).then_some(actor.organ);
    let grants = held(&shell.app, actor.id, archives).await?;
    let asked = |it: &&Loaded<Grant>| wish.under.is_none_or(|id| it.id == id);
    let known: Vec<(MatterId, &Grant)> =
        grants.iter().filter(asked).map(|it| (it.id, it.state.as_ref())).collect();
    let basis = may_view(&known, &Viewer::of(&actor, standing), &thing, wish.kind, today, &law)?;
    Ok(Judged { thing, basis, standing, case, grants })
}

/// Judges and records a look, copy or export. Nothing may be shown before this is done.
///
/// # Errors
/// Not found; the refusal that says how to ask for an approval; or it cannot be recorded.
pub async fn look(shell: &Shell, who: &Identity, wish: &Wish<'_>) -> Result<Looked, Failure> {
    let looked = foreseen(shell, who, wish).await?;
    recorded(shell, who, wish, &looked, shell.fresh_id()).await?;
    Ok(looked)
}

/// Records what was foreseen: judged again, with the watermark that the bytes bear, which may
/// be made in between. A command id records once.
///
/// # Errors
/// As [`look`]; also where it would be allowed on another basis now.
pub async fn recorded(
    shell: &Shell,
    who: &Identity,
    wish: &Wish<'_>,
    looked: &Looked,
    command: Uuid,
) -> Result<(), Failure> {
    let Judged { thing, basis, case, .. } = judge(shell, who, wish).await?;
    if basis != looked.basis {
        return Err(Failure::Unavailable("查阅的依据刚刚有变化，请重新打开".to_owned()));
    }
    match basis {
        Basis::Granted { grant } => under(shell, who, wish, (grant, &looked.watermark), command).await,
        Basis::Handling | Basis::Duty | Basis::OwnOrgan | Basis::Supervising => {
            beside(shell, who, &thing, case.as_ref()).await
        }
    }
}

/// A use under an approval, on the approval's own stream.
async fn under(
    shell: &Shell,
    who: &Identity,
    wish: &Wish<'_>,
    (id, watermark): (MatterId, &str),
    command: Uuid,
) -> Result<(), Failure> {
    let used = Use {
        material: wish.material,
        kind: wish.kind,
        watermark: Text::closed(watermark),
        span: wish.span,
        digest: wish.digest.to_owned(),
        derivative: wish.derivative.to_owned(),
        reason: (!wish.reason.is_empty()).then(|| Text::closed(wish.reason)),
    };
    act(&shell.app, rules(), &who.actor(), Some(id), GrantCommand::Use { used }, command).await?;
    Ok(())
}

/// A look without approval, beside the case.
async fn beside(
    shell: &Shell,
    who: &Identity,
    thing: &Thing,
    case: Option<&Loaded<Case>>,
) -> Result<(), Failure> {
    let what = match thing.material {
        Material::File { .. } => Seen::CaseFile,
        Material::Document { no, .. } => Seen::Document { no },
        Material::Evidence { no, .. } => Seen::Evidence { no },
        Material::Recording { recording } => Seen::Recording { recording },
    };
    let actor = who.actor();
    let Some(case) = case else {
        let Material::Recording { recording } = thing.material else { return Err(Failure::NotFound) };
        let it = shell.app.load::<Recording>(recording).await?.ok_or(Failure::NotFound)?;
        let place = (recording, it.organ);
        return Ok(
            viewings::looked_at_patrol(&shell.app, rules(), &actor, place, thing, shell.fresh_id()).await?
        );
    };
    Ok(viewings::looked(&shell.app, rules(), &actor, case, what, thing, shell.fresh_id()).await?)
}
