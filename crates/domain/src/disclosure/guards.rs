//! The rules that may forbid a step, one function each.

use super::content::{PublicDecision, SourceRef};
use super::decide::{Facts, is_checked};
use super::procedure::Step;
use super::state::{Draft, Publication};
use super::words::{
    DraftPhase, ExemptGround, MINORS, PartyKind, Stage, Verb, WithdrawalGround, order_244,
    personal_information, three_systems,
};
use crate::cite::{Citation, penalty_law};
use crate::matter::MatterId;
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;

type Guard = Result<(), Refusal>;

const OPINION: Citation = three_systems("二、全面推行行政执法公示制度");

/// The stage and the phase of the copy allow the verb.
pub(super) fn stage(step: &Step, state: Option<&Publication>) -> Guard {
    let Some(state) = state else {
        return if step.begins {
            Ok(())
        } else {
            Err(refuse("disclosure.no_copy", step, "还没有公示文本。", "请先制作公示文本。"))
        };
    };
    if !step.from.contains(&state.stage) {
        return Err(wrong_stage(step, state));
    }
    let Some(draft) = &state.draft else {
        return if step.draft.is_empty() {
            Ok(())
        } else {
            Err(refuse(
                "disclosure.already_published",
                step,
                "该决定已经公示，没有待办的公示文本。",
                "如需修改，请办理更正。",
            ))
        };
    };
    if step.draft.is_empty() || step.draft.contains(&draft.phase) {
        return Ok(());
    }
    Err(match draft.phase {
        DraftPhase::Drafted => {
            refuse("disclosure.unchecked", step, "公示文本尚未审核。", "请由法制机构审核后再办理。")
        }
        DraftPhase::Checked => {
            refuse("disclosure.already_checked", step, "公示文本已经审核。", "请由公示人员公示。")
        }
        DraftPhase::Returned => {
            refuse("disclosure.returned", step, "公示文本已退回修改。", "请制作人修改后重新提交。")
        }
    })
}

fn refuse(code: &'static str, step: &Step, message: &str, remedy: &str) -> Refusal {
    Refusal::new(code, step.article.clone(), message, remedy)
}

fn wrong_stage(step: &Step, state: &Publication) -> Refusal {
    let message = format!("公示处于“{}”，不能{}。", state.stage.label(), step.verb.label());
    let (code, remedy) = match state.stage {
        Stage::Drafted => ("disclosure.unchecked", "请先由法制机构审核。"),
        Stage::Checked => ("disclosure.unpublished", "请先公示，或者退回修改。"),
        Stage::Returned => ("disclosure.returned", "请制作人修改后重新提交。"),
        Stage::Published | Stage::Corrected | Stage::Annotated => {
            ("disclosure.already_published", "如需修改，请办理更正；决定不再有效的，请办理撤下。")
        }
        Stage::Withdrawn => ("disclosure.withdrawn", "已撤下的决定不得再公示；重新作出的决定应当另行公示。"),
        Stage::Expired => ("disclosure.expired", "公示期限届满的决定不得再公示。"),
        Stage::Exempt => ("disclosure.exempt", "不予公示的情形消失后，请重新制作公示文本。"),
    };
    Refusal::new(code, step.article.clone(), message, remedy)
}

/// The actor belongs to the organ and holds a fitting role; the system itself
/// may only let a term expire.
pub(super) fn role(step: &Step, state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    if state.is_some_and(|s| s.organ != facts.actor.organ) {
        return Err(refuse("disclosure.other_organ", step, "这是其他机关的公示事项。", "请由该机关办理。"));
    }
    let system = facts.actor.id.0.is_nil() && step.verb == Verb::Expire;
    if system || step.who.iter().any(|&r| facts.actor.has(r)) {
        return Ok(());
    }
    let who: Vec<&str> = step.who.iter().map(|r| r.label()).collect();
    Err(Refusal::new(
        "disclosure.role",
        facts.rules.three_persons.clone(),
        format!("{}由{}办理。", step.verb.label(), who.join("、")),
        "请交由具有该职责的人员办理。",
    ))
}

/// A closed matter from elsewhere is published, corrected, withdrawn or
/// expires; nothing else happens to it here (house 2.17).
pub(super) fn imported(verb: Verb, state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    let imported =
        state.is_some_and(|s| s.imported.is_some()) || facts.source.is_some_and(|s| s.imported.is_some());
    let allowed = match verb {
        Verb::Prepare
        | Verb::Check
        | Verb::Publish
        | Verb::Return
        | Verb::Correct
        | Verb::Withdraw
        | Verb::ApproveExpiry
        | Verb::Expire => true,
        Verb::Annotate | Verb::Replace | Verb::Exempt => false,
    };
    if !imported || allowed {
        return Ok(());
    }
    Err(Refusal::new(
        "disclosure.imported",
        OPINION,
        format!("导入的已结案件只能公示、更正、撤下和到期撤下，不能{}。", verb.label()),
        "请在原系统或者以纸质文书办理。",
    ))
}

/// One publication a decision.
pub(super) fn unique(state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    match (state, facts.other) {
        (None, Some(other)) if other.matter != facts.matter => Err(Refusal::new(
            "disclosure.twice",
            OPINION,
            format!("该决定对该当事人已有公示事项（{}）。", other.stage.label()),
            "请在原公示事项中办理。",
        )),
        (None, Some(_) | None) | (Some(_), _) => Ok(()),
    }
}

/// The decision may be shown at all: it exists, is served, still stands, and
/// its party is no minor.
pub(super) fn publishable(facts: &Facts<'_>) -> Guard {
    let Some(source) = facts.source else {
        return Err(Refusal::new(
            "disclosure.no_decision",
            OPINION,
            "没有可以公示的决定。",
            "请先作出决定。",
        ));
    };
    if source.minor {
        return Err(Refusal::new(
            "disclosure.minor",
            MINORS,
            format!("当事人是未成年人，一律不予公示（另见{}）。", order_244("第十一条第一项")),
            format!("请以“{}”为由办理不予公示。", ExemptGround::Minor.label()),
        ));
    }
    if let Some(end) = source.ended {
        return Err(Refusal::new(
            "disclosure.decision_ended",
            end.ground.citation(),
            format!("{}，不得公示。", end.ground.label()),
            "已经公示的，请在期限内撤下并公开说明理由。",
        ));
    }
    match source.source.served_on {
        Some(day) if day <= facts.today() => Ok(()),
        Some(_) | None => Err(Refusal::new(
            "disclosure.not_served",
            penalty_law("第六十一条"),
            "决定书尚未送达当事人，不得公示。",
            "请先送达并登记送达情况。",
        )),
    }
}

/// The state, if there is one.
pub(super) fn existing(state: Option<&Publication>) -> Result<&Publication, Refusal> {
    state.ok_or_else(|| Refusal::new("disclosure.no_copy", OPINION, "还没有公示文本。", "请先制作公示文本。"))
}

/// The copy on its way.
pub(super) fn draft(state: Option<&Publication>) -> Result<&Draft, Refusal> {
    live_or_draft(state).map(|(_, draft)| draft)
}

/// The state with the copy on its way.
pub(super) fn live_or_draft(state: Option<&Publication>) -> Result<(&Publication, &Draft), Refusal> {
    let state = existing(state)?;
    let draft = state.draft.as_ref().ok_or_else(|| {
        Refusal::new("disclosure.no_copy", OPINION, "没有待办的公示文本。", "请先制作公示文本或者更正文本。")
    })?;
    Ok((state, draft))
}

/// The decision is still the one the copy was made from.
pub(super) fn same_source(state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    match (state, facts.source) {
        (Some(state), Some(now)) if now.source.digest != state.source.digest => Err(Refusal::new(
            "disclosure.source_changed",
            OPINION,
            "制作公示文本之后，决定的内容有变化。",
            "请按现在的决定重新制作公示文本。",
        )),
        (_, _) => Ok(()),
    }
}

/// The command names the decision as the case has it, and the same one as before.
pub(super) fn source_of(claimed: &SourceRef, state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    let Some(source) = facts.source else {
        return Err(Refusal::new(
            "disclosure.no_decision",
            OPINION,
            "没有可以公示的决定。",
            "请先作出决定。",
        ));
    };
    let same = state.is_none_or(|s| {
        (s.source.case, s.source.party, &s.source.number) == (claimed.case, claimed.party, &claimed.number)
    });
    if *claimed == source.source && same {
        return Ok(());
    }
    Err(Refusal::new(
        "disclosure.source_differs",
        OPINION,
        "所列决定与案件记载不一致。",
        "请刷新后按案件现在的记载办理。",
    )
    .field("source", "与案件记载不一致"))
}

fn separate(message: &str, remedy: &str, facts: &Facts<'_>) -> Refusal {
    Refusal::new("disclosure.same_person", facts.rules.three_persons.clone(), message, remedy)
}

/// Nobody checks, returns or publishes what they had a hand in making.
pub(super) fn not_preparer(draft: &Draft, facts: &Facts<'_>) -> Guard {
    if draft.prepared_by.contains(&facts.actor.id) {
        return Err(separate(
            "公示文本的制作、审核、公示应当由不同的人员办理；您是制作人。",
            "请交由其他人员办理。",
            facts,
        ));
    }
    Ok(())
}

/// The publisher is not the checker.
pub(super) fn not_checker(draft: &Draft, facts: &Facts<'_>) -> Guard {
    if draft.checked_by == Some(facts.actor.id) {
        return Err(separate(
            "公示文本的制作、审核、公示应当由不同的人员办理；您是审核人。",
            "请交由其他人员公示。",
            facts,
        ));
    }
    if !is_checked(draft) {
        return Err(Refusal::new(
            "disclosure.unchecked",
            OPINION,
            "公示文本尚未审核。",
            "请先由法制机构审核。",
        ));
    }
    Ok(())
}

/// The checker did not handle the case.
pub(super) fn not_handler(facts: &Facts<'_>) -> Guard {
    if facts.source.is_some_and(|s| s.handled_by.contains(&facts.actor.id)) {
        return Err(Refusal::new(
            "disclosure.handler_checks",
            order_244("第二十七条"),
            "您是该案的承办人员，不得审核其公示文本。",
            "请交由未参与办案的人员审核。",
        ));
    }
    Ok(())
}

/// The scan of exactly this copy found nothing.
pub(super) fn clean(facts: &Facts<'_>, digest: &str) -> Guard {
    let Some(inspection) = facts.inspection.filter(|i| i.digest == digest) else {
        return Err(not_inspected());
    };
    if inspection.clean() {
        return Ok(());
    }
    if !inspection.complete {
        return Err(not_inspected());
    }
    let article = inspection
        .uncovered
        .first()
        .map(|u| u.citation.clone())
        .or_else(|| inspection.findings.first().map(|f| f.citation.clone()))
        .unwrap_or(personal_information("第十条"));
    let mut kinds: Vec<&str> = inspection.findings.iter().map(|f| f.rule.label()).collect();
    kinds.extend(inspection.uncovered.iter().map(|u| u.ground.label()));
    kinds.sort_unstable();
    kinds.dedup();
    let mut refusal = Refusal::new(
        "disclosure.leak",
        article,
        format!("公示文本中有不得公开的信息：{}。", kinds.join("、")),
        "请退回制作人隐去后重新审核。",
    );
    for f in &inspection.findings {
        refusal = refusal.field(f.field.clone(), format!("第{}至{}字：{}", f.from + 1, f.to, f.rule.label()));
    }
    for u in &inspection.uncovered {
        refusal =
            refusal.field(u.field.clone(), format!("原文第{}至{}字：{}", u.from + 1, u.to, u.ground.label()));
    }
    Err(refusal)
}

fn not_inspected() -> Refusal {
    Refusal::new(
        "disclosure.not_inspected",
        personal_information("第十条"),
        "该公示文本没有经过个人信息检查。",
        "请刷新后重试；原文已依法销毁的，不能再公示。",
    )
}

/// A copy is complete, well formed, true to the decision, and hides what must
/// be hidden. Gives its digest.
pub(super) fn copy(content: &PublicDecision, facts: &Facts<'_>) -> Result<String, Refusal> {
    let missing = content.missing();
    if !missing.is_empty() {
        let titles: Vec<&str> = missing.iter().map(|(_, t)| *t).collect();
        let base = Refusal::new(
            "disclosure.incomplete",
            three_systems("（六）"),
            format!("公示文本缺少：{}。", titles.join("、")),
            "请补充后再提交。",
        );
        return Err(missing.iter().fold(base, |r, (field, title)| r.field(*field, format!("请填写{title}"))));
    }
    if let Some((field, _)) = content.masked().into_iter().find(|(_, m)| !m.well_formed()) {
        return Err(Refusal::new(
            "disclosure.ranges",
            OPINION,
            "隐去范围超出原文或者相互重叠。",
            "请重新标注隐去范围。",
        )
        .field(field, "隐去范围有误"));
    }
    true_copy(content, facts)?;
    natural_person(content)?;
    let digest = content.digest(facts.key);
    let Some(inspection) = facts.inspection.filter(|i| i.digest == digest && i.complete) else {
        return Err(not_inspected());
    };
    match inspection.uncovered.first() {
        None => Ok(digest),
        Some(u) => Err(Refusal::new(
            "disclosure.mandatory",
            u.citation.clone(),
            format!("{}不得公开。", u.ground.label()),
            "请隐去后再提交。",
        )
        .field(u.field.clone(), format!("原文第{}至{}字应当隐去", u.from + 1, u.to))),
    }
}

/// Number, day and texts are the decision's own.
fn true_copy(content: &PublicDecision, facts: &Facts<'_>) -> Guard {
    let Some(source) = facts.source else { return Ok(()) };
    let differs = |field: String| {
        Refusal::new(
            "disclosure.not_original",
            Citation::of("市场监督管理行政处罚信息公示规定", "第七条"),
            "公示文本与送达当事人的决定书不一致。",
            "公示文本只能隐去，不能改写；请按决定书重新制作。",
        )
        .field(field, "与决定书不一致")
    };
    if content.number != source.source.number {
        return Err(differs("number".into()));
    }
    if content.decided_on != source.source.decided_on {
        return Err(differs("decided_on".into()));
    }
    let texts = content.masked();
    for (field, digest) in &source.originals {
        let same = texts.iter().any(|(f, m)| f == field && m.original.digest(facts.key) == *digest);
        if !same {
            return Err(differs(field.clone()));
        }
    }
    Ok(())
}

/// A natural person shows neither the whole name nor a code.
fn natural_person(content: &PublicDecision) -> Guard {
    match content.party_kind {
        PartyKind::Person => {}
        PartyKind::IndividualBusiness | PartyKind::LegalPerson | PartyKind::Organisation => return Ok(()),
    }
    let base = |message: &str| {
        Refusal::new("disclosure.name_shown", order_244("第十条第二款"), message, "请按规则隐去后再提交。")
    };
    if content.party.withheld.is_empty() {
        return Err(base("自然人的姓名不得全部公开。").field("party", "请隐去名字"));
    }
    if content.credit_code.is_some() {
        return Err(base("自然人的证件号码不得公开。").field("credit_code", "自然人不填"));
    }
    Ok(())
}

/// What the person saw is what is on its way.
pub(super) fn same_copy(draft: &Draft, seen: &str) -> Guard {
    if draft.digest == seen {
        return Ok(());
    }
    Err(Refusal::new(
        "disclosure.copy_changed",
        OPINION,
        "公示文本已有变化，与您看到的不一致。",
        "请重新查看后再办理。",
    )
    .field("digest", "文本已变化"))
}

/// A free text that must not be empty.
pub(super) fn said(text: &Text, field: &'static str, title: &str) -> Guard {
    if text.is_blank() {
        return Err(Refusal::new(
            "disclosure.blank",
            OPINION,
            format!("{title}不能为空。"),
            format!("请填写{title}。"),
        )
        .field(field, format!("请填写{title}")));
    }
    Ok(())
}

/// The free public text was scanned and holds no personal data.
pub(super) fn note(text: &Text, facts: &Facts<'_>) -> Guard {
    let Some(scan) = facts.note.filter(|n| n.digest == text.digest(facts.key)) else {
        return Err(not_inspected());
    };
    match scan.findings.first() {
        None => Ok(()),
        Some(f) => Err(Refusal::new(
            "disclosure.leak",
            f.citation.clone(),
            format!("对外公开的说明中有不得公开的信息：{}。", f.rule.label()),
            "请删去后再提交。",
        )
        .field("note", format!("第{}至{}字：{}", f.from + 1, f.to, f.rule.label()))),
    }
}

/// The day of knowledge lies between the decision and today.
pub(super) fn known(known_on: Date, state: &Publication, facts: &Facts<'_>) -> Guard {
    if known_on >= state.source.decided_on && known_on <= facts.today() {
        return Ok(());
    }
    Err(Refusal::new(
        "disclosure.known_on",
        penalty_law("第四十八条第二款"),
        "知道之日不得早于决定之日，也不得晚于今天。",
        "请填写机关实际知道之日。",
    )
    .field("known_on", "日期有误"))
}

/// The ground is the case's own: what the record says became of the decision, and no
/// end that the case does not know of, since pages and proofs would contradict each
/// other. What concerns the publication alone is free, and so is a matter from
/// elsewhere, whose file is not kept here.
pub(super) fn ground_of(ground: WithdrawalGround, facts: &Facts<'_>) -> Guard {
    let differs = |article: Citation, message: String, remedy: &'static str| {
        Err(Refusal::new("disclosure.ground_differs", article, message, remedy)
            .field("ground", "与案件记载不符"))
    };
    if let Some(end) = facts.source.and_then(|s| s.ended) {
        if end.ground == ground {
            return Ok(());
        }
        return differs(
            end.ground.citation(),
            format!("案件记载的是“{}”，公开说明的理由应当一致。", end.ground.label()),
            "请按案件记载选择撤下理由。",
        );
    }
    if ground.ends_decision() && facts.source.is_none_or(|s| s.imported.is_none()) {
        return differs(
            ground.citation(),
            format!("案件没有记载“{}”，不能以此为由撤下。", ground.label()),
            "请先在案件中登记撤销决定或者复议、诉讼结果；只是公示有误的，选择“公示信息不准确”。",
        );
    }
    Ok(())
}

/// No replacement is linked yet.
pub(super) fn not_replaced(state: Option<&Publication>) -> Guard {
    if state.is_some_and(|s| s.replaced_by.is_some()) {
        return Err(Refusal::new("disclosure.replaced", OPINION, "已经关联替换的决定。", "无需重复办理。"));
    }
    Ok(())
}

/// The replacement is another publication of another decision.
pub(super) fn replacement(by: MatterId, number: &str, state: &Publication, facts: &Facts<'_>) -> Guard {
    if by != facts.matter && !number.trim().is_empty() && number != state.source.number {
        return Ok(());
    }
    Err(Refusal::new(
        "disclosure.replacement",
        OPINION,
        "替换的决定应当是另一件已公示的决定。",
        "请选择重新作出的决定的公示事项。",
    )
    .field("by", "应当是另一件公示"))
}

/// The policy asks for an approval that is not given yet.
pub(super) fn approval_asked(state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    if facts.rules.expiry_approval.is_none() {
        return Err(Refusal::new(
            "disclosure.approval_not_needed",
            OPINION,
            "本机关的公示规则不要求到期撤下经过批准。",
            "请直接办理到期撤下。",
        ));
    }
    if state.is_some_and(|s| s.expiry_approved.is_some()) {
        return Err(Refusal::new(
            "disclosure.already_approved",
            OPINION,
            "到期撤下已经批准。",
            "请由公示人员撤下。",
        ));
    }
    Ok(())
}

/// The approval the policy asks for is there, by another person.
pub(super) fn approved(state: Option<&Publication>, facts: &Facts<'_>) -> Guard {
    let Some(article) = &facts.rules.expiry_approval else { return Ok(()) };
    match state.and_then(|s| s.expiry_approved) {
        Some((by, _)) if by != facts.actor.id => Ok(()),
        Some(_) => Err(separate("批准人不得自行办理到期撤下。", "请交由公示人员办理。", facts)),
        None => Err(Refusal::new(
            "disclosure.approval",
            article.clone(),
            "到期撤下须经公示机构主要负责人审核批准。",
            "请先报主要负责人批准。",
        )),
    }
}

/// Repair asks for performance and for the repair decision's number.
pub(super) fn repaired(note: &Text, article: &Citation, facts: &Facts<'_>) -> Guard {
    let refusal = |message: &str, remedy: &str| {
        Err(Refusal::new("disclosure.repair", article.clone(), message, remedy))
    };
    if !facts.source.is_some_and(|s| s.performed) {
        return refusal("决定规定的义务尚未履行完毕，不能提前停止公示。", "履行完毕并登记后再办理。");
    }
    if note.is_blank() {
        return refusal("提前停止公示应当有信用修复决定和公开承诺。", "请填写信用修复决定的编号和承诺情况。");
    }
    Ok(())
}
