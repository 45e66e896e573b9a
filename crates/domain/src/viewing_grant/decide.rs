//! The decision: a command on an approval of viewing becomes an event or a refusal.

use super::event::{Asked, Delivery, GrantCommand, GrantEvent, Granted, Lent, Requester, Use};
use super::may_view::{Viewer, ViewingLaw, may_use};
use super::redact::{self, Derivative, MaskOrder, Original};
use super::scope::{Covered, Material, Thing};
use super::state::{Grant, Mask, MaskOutcome};
use super::words::{
    Body, CALL_UP, CUSTODY, EndGround, HEADS, LEGAL_HEAD, Medium, ORDER_244, RefusalGround, Verb,
    recording_rule,
};
use crate::act_table::{Act as _, is_digest, open, ready, required};
use crate::matter::{Actor, MatterId, civil_day};
use crate::refusal::Refusal;
use crate::secrecy::MARKED;
use crate::staff::Role;
use crate::text::Text;
use jiff::Timestamp;
use jiff::civil::Date;

/// What a decision looks at besides state and command.
#[derive(Clone, Copy, Debug)]
pub struct GrantFacts<'a> {
    /// The matter itself.
    pub matter: MatterId,
    /// Who acts, with the roles held now.
    pub actor: &'a Actor,
    /// The instant of the recording.
    pub now: Timestamp,
    /// Rules in force.
    pub law: &'a ViewingLaw,
    /// The things that the command names, as they stand: for a request those that its
    /// scope names one by one; for a use the thing; for a delivery each copy's.
    pub things: &'a [Thing],
    /// The segment that a derivative was made from.
    pub original: Option<&'a Original>,
    /// The number of the letter was used before.
    pub number_used: bool,
    /// Volumes in the file of the case that is lent; none when it is not in the archives.
    pub volumes: Option<u16>,
    /// The volumes are out under another approval.
    pub lent_elsewhere: bool,
}

impl GrantFacts<'_> {
    fn today(&self) -> Date {
        civil_day(self.now)
    }

    fn thing(&self, material: Material) -> Result<&Thing, Refusal> {
        self.things
            .iter()
            .find(|it| it.material == material)
            .ok_or_else(|| refuse("grant.unknown_thing", "没有所列的文书、证据或者音像记录", "请核对后再办"))
    }
}

fn refuse(code: &'static str, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, CALL_UP, message, remedy)
}

/// Decides a command.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Grant>,
    command: &GrantCommand,
    facts: &GrantFacts<'_>,
) -> Result<GrantEvent, Refusal> {
    let verb = command.verb();
    // What the system made is registered by the system, which holds no role.
    if facts.actor.id.0.is_nil() && matches!(verb, Verb::Derive | Verb::FailMask) {
        ready(&verb.row(), state.map(|s| s.stage))?;
    } else {
        open(verb, state.map(|s| (s.stage, s.organ)), facts.actor)?;
    }
    match (state, command) {
        (None, GrantCommand::Request { asked }) => request(asked, facts),
        (Some(state), GrantCommand::Approve { granted, opinion }) => approve(state, granted, opinion, facts),
        (Some(state), GrantCommand::Refuse { ground, opinion }) => {
            decider(state, facts)?;
            refusing(state, *ground, opinion)
        }
        (Some(state), GrantCommand::Use { used }) => using(state, used, facts),
        (Some(state), GrantCommand::Deliver { delivery }) => deliver(state, delivery, facts),
        (Some(state), GrantCommand::Mask { order }) => mask(state, order, facts),
        (Some(state), GrantCommand::Derive { derivative }) => derive(state, derivative, facts),
        (Some(state), GrantCommand::FailMask { no, reason }) => {
            waiting(state, Some(*no))?;
            required(reason, "mask.reason", &recording_rule("第二十三条第二项"), "reason", "未能制成的原因")?;
            Ok(GrantEvent::MaskFailed { no: *no, reason: reason.clone() })
        }
        (Some(state), GrantCommand::Lend { lent }) => lend(state, lent, facts),
        (Some(state), GrantCommand::Return { case, intact, note }) => {
            if state.out(*case).is_none() {
                return Err(refuse("loan.unknown", "没有借出未还的该案卷", "请核对案卷"));
            }
            if !intact {
                required(note, "loan.damage", &recording_rule("第二十三条第五项"), "note", "缺损情况")?;
            }
            Ok(GrantEvent::Returned { case: *case, intact: *intact, note: note.clone() })
        }
        (Some(state), GrantCommand::End {}) => {
            if facts.actor.id != state.requested_by && !facts.actor.has(Role::Archivist) {
                return Err(refuse("grant.holder", "查阅由申请人或者档案管理员结束", "请交申请人办理"));
            }
            Ok(GrantEvent::Ended { ground: EndGround::Done, reason: Text::closed("") })
        }
        (Some(_), GrantCommand::Revoke { reason }) => {
            required(reason, "grant.reason", &CALL_UP, "reason", "撤销的理由")?;
            Ok(GrantEvent::Ended { ground: EndGround::Revoked, reason: reason.clone() })
        }
        // The table let nothing else pass: only a request begins a matter.
        (Some(_), GrantCommand::Request { .. }) => {
            Err(refuse("grant.exists", "该查阅申请已经存在", "请另行申请"))
        }
        (
            None,
            GrantCommand::Approve { .. }
            | GrantCommand::Refuse { .. }
            | GrantCommand::Use { .. }
            | GrantCommand::Deliver { .. }
            | GrantCommand::Mask { .. }
            | GrantCommand::Derive { .. }
            | GrantCommand::FailMask { .. }
            | GrantCommand::Lend { .. }
            | GrantCommand::Return { .. }
            | GrantCommand::End {}
            | GrantCommand::Revoke { .. },
        ) => Err(refuse("grant.unknown", "没有该查阅申请", "请先申请")),
    }
}

fn request(asked: &Asked, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    let rule = CALL_UP;
    required(&asked.reason, "grant.reason", &rule, "reason", "查阅的理由")?;
    if asked.scope.is_empty() {
        return Err(refuse("grant.scope", "没有写明查阅什么", "请列明案卷、音像记录或者时段")
            .field("scope", "至少一项"));
    }
    days(asked.from, asked.until, facts.today())?;
    for (at, covered) in asked.scope.iter().enumerate() {
        scope_fault(covered, asked, facts).map_err(|refusal| {
            let message = refusal.message.clone();
            refusal.field(format!("scope/{at}"), message)
        })?;
    }
    match &asked.requester {
        Requester::Staff => {}
        Requester::Body { name, letter, persons, .. } => {
            through_archive(facts)?;
            for (text, field, what) in [
                (name, "name", "机关名称"),
                (letter, "letter", "调阅函文号"),
                (persons, "persons", "来人及证件"),
            ] {
                required(text, "grant.requester", &recording_rule("第二十条"), field, what)?;
            }
        }
        Requester::Concerned { name, credential, .. } => {
            through_archive(facts)?;
            for (text, field, what) in
                [(name, "name", "申请人姓名、名称"), (credential, "credential", "身份或者委托证明")]
            {
                required(text, "grant.requester", &ORDER_244, field, what)?;
            }
            // A copy may be given to a person concerned, the organ's own files are not.
            if matches!(asked.medium, Medium::Lend) {
                return Err(Refusal::new(
                    "grant.medium",
                    ORDER_244,
                    "案卷原件不借给当事人、利害关系人",
                    "请申请查阅或者复制",
                ));
            }
        }
    }
    Ok(GrantEvent::Requested { asked: asked.clone() })
}

fn through_archive(facts: &GrantFacts<'_>) -> Result<(), Refusal> {
    if facts.actor.has(Role::Archivist) {
        return Ok(());
    }
    Err(Refusal::new(
        "grant.archive",
        recording_rule("第二十条"),
        "向本机关以外提供案卷、音像资料由档案室办理",
        "请交档案管理员登记申请",
    ))
}

fn days(from: Date, until: Date, today: Date) -> Result<(), Refusal> {
    if from <= until && today <= until {
        return Ok(());
    }
    Err(refuse("grant.days", "查阅的起止日期不成立", "请填写今日以后的起止日期")
        .field("until", "不早于开始日期和今日"))
}

fn scope_fault(covered: &Covered, asked: &Asked, facts: &GrantFacts<'_>) -> Result<(), Refusal> {
    match covered {
        Covered::One { material } => {
            let thing = facts.thing(*material)?;
            if thing.secrecy.is_some_and(|s| !s.kept_elsewhere()) && !asked.restricted {
                return Err(Refusal::new(
                    "grant.restricted",
                    MARKED,
                    "所列材料标注为商业秘密或者个人隐私，须单独申请",
                    "请勾选“含限制查阅的材料”并写明必要性",
                ));
            }
            Ok(())
        }
        Covered::Period { unit, from, to } => {
            if unit.trim().is_empty() || from > to {
                return Err(refuse("grant.period", "时段或者单位填写不全", "请填写单位和起止日期"));
            }
            if let Requester::Concerned { .. } = asked.requester {
                return Err(Refusal::new(
                    "grant.period",
                    ORDER_244,
                    "当事人、利害关系人只能查阅与其相关的记录，不能按时段查阅",
                    "请列明案件或者音像记录",
                ));
            }
            Ok(())
        }
        Covered::Case { case } | Covered::File { case } | Covered::Recordings { case } => {
            if facts.things.iter().any(|it| it.of_case() == Some(*case)) {
                Ok(())
            } else {
                Err(refuse("grant.unknown_thing", "没有所列的案件", "请核对案件"))
            }
        }
    }
}

/// The approver is another person, and for what goes outside or is restricted one of the
/// heads in charge.
fn decider(state: &Grant, facts: &GrantFacts<'_>) -> Result<(), Refusal> {
    if facts.actor.id == state.requested_by {
        return Err(refuse("grant.same_person", "申请人不得审批自己的申请", "请由其他有权人员审批"));
    }
    let heads = state.requester.outside() || state.right.restricted;
    if heads && !HEADS.iter().any(|role| facts.actor.has(*role)) {
        return Err(Refusal::new(
            "grant.head",
            LEGAL_HEAD,
            "向本机关以外提供，或者含限制查阅的材料的，由分管负责人或者主要负责人审批",
            "请交分管负责人审批",
        ));
    }
    Ok(())
}

fn approve(
    state: &Grant,
    granted: &Granted,
    opinion: &Text,
    facts: &GrantFacts<'_>,
) -> Result<GrantEvent, Refusal> {
    decider(state, facts)?;
    required(opinion, "grant.opinion", &CALL_UP, "opinion", "审批意见")?;
    days(granted.from, granted.until, facts.today())?;
    let asked = &state.right;
    let within = !granted.scope.is_empty()
        && granted.scope.iter().all(|it| asked.scope.iter().any(|of| it.within(of)))
        && granted.medium.within(asked.medium)
        && granted.from >= asked.from
        && granted.until <= asked.until
        && (asked.restricted || !granted.restricted);
    if !within {
        return Err(refuse("grant.wider", "批准的范围、方式、时间超出申请", "请在申请的范围内批准"));
    }
    Ok(GrantEvent::Approved { granted: granted.clone(), opinion: opinion.clone() })
}

fn refusing(state: &Grant, ground: Option<RefusalGround>, opinion: &Text) -> Result<GrantEvent, Refusal> {
    if state.requester.outside() && ground.is_none() {
        return Err(Refusal::new(
            "grant.ground",
            ORDER_244,
            "依法调阅或者查阅与本人相关的记录，本机关应当协助，不予提供须有法定理由",
            "请选择不予提供的理由",
        )
        .field("ground", "请选择"));
    }
    required(opinion, "grant.opinion", &CALL_UP, "opinion", "不予批准的理由")?;
    Ok(GrantEvent::Refused { ground, opinion: opinion.clone() })
}

fn in_force(state: &Grant, today: Date) -> Result<(), Refusal> {
    if state.in_force(today) {
        return Ok(());
    }
    let (from, until) = (state.right.from, state.right.until);
    let refusal = refuse(
        "grant.expired",
        &format!("批准的查阅时间是{from}至{until}"),
        "请在批准的时间内查阅，或者另行申请",
    );
    Err(if today < from { refusal.after(from) } else { refusal })
}

fn covered(state: &Grant, thing: &Thing) -> Result<(), Refusal> {
    if state.right.scope.iter().any(|it| it.covers(thing)) {
        return Ok(());
    }
    Err(refuse("grant.outside", "不在批准的查阅范围内", "请另行申请"))
}

fn using(state: &Grant, used: &Use, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    let thing = facts.thing(used.material)?;
    let viewer = Viewer::of(facts.actor, None);
    may_use(state, &viewer, thing, used.kind, facts.today(), facts.law)?;
    required(&used.watermark, "grant.watermark", &CALL_UP, "watermark", "水印")?;
    if used.span.is_some_and(|s| s.from_ms > s.to_ms || !used.material.is_recording()) {
        return Err(refuse("grant.span", "播放的时段不成立", "请核对起止时间"));
    }
    let derived = is_digest(&used.derivative) && used.material.is_recording();
    if !used.derivative.is_empty() && !derived {
        return Err(refuse("grant.derivative", "没有该遮蔽件", "请核对遮蔽件"));
    }
    if let Some(reason) = &used.reason {
        required(reason, "grant.use_reason", &CALL_UP, "reason", "用途")?;
    }
    let leaves = match used.kind {
        super::UseKind::View => used.digest.is_empty(),
        super::UseKind::Copy | super::UseKind::Export => is_digest(&used.digest),
    };
    if !leaves {
        return Err(refuse("grant.digest", "复制、导出的材料须有摘要", "请登记复制件的摘要")
            .field("digest", "64位十六进制"));
    }
    Ok(GrantEvent::Used { used: used.clone() })
}

fn deliver(state: &Grant, delivery: &Delivery, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    let rule = recording_rule("第二十条");
    in_force(state, facts.today())?;
    if !state.requester.outside() {
        return Err(refuse("grant.inside", "该申请不是向本机关以外提供", "本机关人员请直接查阅"));
    }
    if delivery.copies.is_empty() {
        return Err(refuse("delivery.copies", "没有列明复制件", "请逐件列明").field("copies", "至少一件"));
    }
    required(&delivery.receiver, "delivery.receiver", &rule, "receiver", "接收人")?;
    required(&delivery.carrier, "delivery.carrier", &rule, "carrier", "载体（纸质、光盘编号）")?;
    if facts.number_used {
        return Err(refuse("delivery.number", "该文号已经使用", "请另取文号").field("number", "已经使用"));
    }
    for (at, copy) in delivery.copies.iter().enumerate() {
        let thing = facts.thing(copy.material)?;
        let viewer = Viewer::of(facts.actor, None);
        may_use(state, &viewer, thing, super::UseKind::Copy, facts.today(), facts.law)?;
        if !is_digest(&copy.digest) {
            return Err(refuse("delivery.digest", "复制件没有摘要", "请登记复制件的摘要")
                .field(format!("copies/{at}/digest"), "64位十六进制"));
        }
    }
    Ok(GrantEvent::Delivered { delivery: delivery.clone() })
}

fn no_original() -> Refusal {
    Refusal::new(
        "derivative.original",
        recording_rule("第二十三条第二项"),
        "没有该段的原件：段号不存在、内容没有入库或者已经销毁，或者没有读出其时长和画面尺寸",
        "请核对音像记录和段号；没有读出的，请系统管理员核对本机读取录像、录音的程序（ffprobe）后重新读取",
    )
}

/// Somebody asks for a derivative: within the right, of a piece that is stored and was read.
fn mask(state: &Grant, order: &MaskOrder, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    in_force(state, facts.today())?;
    covered(state, facts.thing(Material::Recording { recording: order.recording })?)?;
    if state.right.medium != Medium::Export {
        return Err(refuse("grant.medium", "批准的方式不包括导出", "请另行申请导出"));
    }
    if state.masks.len() >= redact::MAX_MASKS {
        let message = format!("一次批准最多制作{}件遮蔽件", redact::MAX_MASKS);
        return Err(refuse("mask.many", &message, "请另行申请"));
    }
    let fits = |it: &&Original| it.recording == order.recording && it.segment == order.segment;
    let original = facts.original.filter(fits).ok_or_else(|| no_original().field("segment", "没有该段"))?;
    redact::check_edits(&order.edits, original)?;
    Ok(GrantEvent::MaskOrdered { original: original.clone(), edits: order.edits.clone() })
}

/// The order that is being carried out.
fn waiting(state: &Grant, no: Option<u16>) -> Result<&Mask, Refusal> {
    let found = no.and_then(|no| state.mask(no)).filter(|it| it.outcome == MaskOutcome::Making);
    found.ok_or_else(|| refuse("mask.order", "没有待制作的该件遮蔽件", "请先要求制作"))
}

/// The system has made what was asked for: by exactly these parameters, from exactly this
/// original, which is still there.
fn derive(state: &Grant, derivative: &Derivative, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    let mask = waiting(state, derivative.order)?;
    let original = facts.original.ok_or_else(no_original)?;
    redact::check(derivative, &mask.original)?;
    if *original != mask.original || derivative.edits != mask.edits {
        return Err(refuse("mask.differs", "制成的遮蔽件与所要求的不一致", "请重新制作"));
    }
    Ok(GrantEvent::Derived { derivative: derivative.clone() })
}

fn lend(state: &Grant, lent: &Lent, facts: &GrantFacts<'_>) -> Result<GrantEvent, Refusal> {
    let rule = CUSTODY;
    let today = facts.today();
    in_force(state, today)?;
    if state.right.medium != Medium::Lend {
        return Err(refuse("grant.medium", "批准的方式不是借阅原件", "请另行申请借阅原件"));
    }
    covered(state, facts.thing(Material::File { case: lent.case })?)?;
    if state.out(lent.case).is_some() || facts.lent_elsewhere {
        return Err(Refusal::new("loan.out", rule, "该案卷已经借出，尚未归还", "请在归还后借阅"));
    }
    let Some(volumes) = facts.volumes else {
        return Err(Refusal::new(
            "loan.not_archived",
            rule,
            "该案卷没有归档，不在档案室",
            "请向承办机构查阅",
        ));
    };
    if lent.volumes == 0 || lent.volumes > volumes {
        return Err(Refusal::new("loan.volumes", rule, format!("该案卷共{volumes}卷"), "请核对卷数")
            .field("volumes", "不多于案卷的卷数"));
    }
    if lent.until < today || lent.until > state.right.until {
        return Err(Refusal::new("loan.until", rule, "归还日期超出批准的时间", "请在批准的时间内归还")
            .field("until", "不迟于批准的最后一日"));
    }
    required(&lent.receiver, "loan.receiver", &rule, "receiver", "借阅人")?;
    Ok(GrantEvent::Lent { lent: lent.clone() })
}

/// The purpose for which a body usually calls records up; a page fills it in.
pub const fn usual_purpose(body: Body) -> super::Purpose {
    use super::Purpose as P;
    match body {
        Body::Court => P::Litigation,
        Body::Reconsideration => P::Reconsideration,
        Body::Procuratorate => P::Prosecution,
        Body::Discipline => P::Discipline,
        Body::PublicSecurity => P::Crime,
        Body::Audit => P::Audit,
        Body::Supervision | Body::Superior => P::Supervision,
    }
}
