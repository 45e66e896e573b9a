//! The decision: a command on a publication becomes events or a refusal.

use super::command::{Command, Preparing, PublicationEvent};
use super::content::{Inspection, NoteScan, PublicDecision, SourceFacts};
use super::guards;
use super::procedure::row;
use super::rules::{DisclosureRules, Timeliness};
use super::state::{Draft, Publication};
use super::words::{CreditGrade, DraftPhase, ExemptGround, ExpiryGround, MINORS, Stage, Verb, three_systems};
use crate::calendar::Calendar;
use crate::cite::penalty_law;
use crate::matter::{Actor, MatterId, Moment};
use crate::period::{self, PeriodError, Start};
use crate::policy::PublicationScope;
use crate::refusal::Refusal;
use crate::text::{Text, TextKey};
use jiff::civil::Date;

/// Another publication of the same decision on the same party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherPublication {
    /// Which.
    pub matter: MatterId,
    /// Where it stands.
    pub stage: Stage,
}

/// What a decision looks at besides state and command.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The matter itself.
    pub matter: MatterId,
    /// Who acts, with the roles held now. A nil id is the system.
    pub actor: &'a Actor,
    /// Both times of the act.
    pub moment: &'a Moment,
    /// Rules in force.
    pub rules: &'a DisclosureRules,
    /// Working-day calendar.
    pub calendar: &'a Calendar,
    /// Text key of the family of matters; any key once the texts are erased.
    pub key: &'a TextKey,
    /// What the case says of the decision.
    pub source: Option<&'a SourceFacts>,
    /// Inspection of the copy at hand: the command's for `Prepare` and
    /// `Correct`, the stored draft's for `Check` and `Publish`.
    pub inspection: Option<&'a Inspection>,
    /// Scan of the free public text in the command.
    pub note: Option<&'a NoteScan>,
    /// Another publication of the same decision.
    pub other: Option<OtherPublication>,
    /// A random name for the page that a first publication opens.
    pub fresh_id: &'a str,
}

impl Facts<'_> {
    /// The day by which gates and timeliness go.
    pub fn today(&self) -> Date {
        self.moment.recorded_day()
    }
}

/// Whether `verb` is open now, whatever its parameters. Pages show a shut
/// action with the refusal.
///
/// # Errors
/// The first rule that forbids it.
pub fn gate(verb: Verb, state: Option<&Publication>, facts: &Facts<'_>) -> Result<(), Refusal> {
    let step = row(verb);
    guards::stage(&step, state)?;
    guards::role(&step, state, facts)?;
    guards::imported(verb, state, facts)?;
    match verb {
        Verb::Prepare => {
            guards::unique(state, facts)?;
            guards::publishable(facts)
        }
        Verb::Check => {
            guards::publishable(facts)?;
            let draft = guards::draft(state)?;
            guards::same_source(state, facts)?;
            guards::not_preparer(draft, facts)?;
            guards::not_handler(facts)?;
            guards::clean(facts, &draft.digest)
        }
        Verb::Publish => {
            guards::publishable(facts)?;
            let draft = guards::draft(state)?;
            guards::same_source(state, facts)?;
            guards::not_preparer(draft, facts)?;
            guards::not_checker(draft, facts)?;
            guards::clean(facts, &draft.digest)
        }
        Verb::Return => guards::not_preparer(guards::draft(state)?, facts),
        Verb::Correct | Verb::Annotate => guards::publishable(facts),
        Verb::Withdraw => Ok(()),
        Verb::Replace => guards::not_replaced(state),
        Verb::ApproveExpiry => guards::approval_asked(state, facts),
        Verb::Expire => guards::approved(state, facts),
        Verb::Exempt => guards::unique(state, facts),
    }
}

/// Every verb with whether it is open now.
pub fn actions(state: Option<&Publication>, facts: &Facts<'_>) -> Vec<(Verb, Result<(), Refusal>)> {
    Verb::ALL.iter().map(|&v| (v, gate(v, state, facts))).collect()
}

/// Decides a command.
///
/// # Errors
/// The rule that forbids it, with what to do next.
pub fn decide(
    state: Option<&Publication>,
    command: Command,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    gate(command.verb(), state, facts)?;
    match command {
        Command::Prepare(body) => prepare(state, body, facts),
        Command::Check { digest, agree, opinion } => check(guards::draft(state)?, digest, agree, opinion),
        Command::Publish { digest } => publish(guards::live_or_draft(state)?, digest, facts),
        Command::Return { opinion } => {
            guards::said(&opinion, "opinion", "退回意见")?;
            Ok(vec![PublicationEvent::Returned { by: Verb::Return, opinion }])
        }
        Command::Correct { content, reason, known_on } => {
            correct(guards::existing(state)?, content, reason, known_on, facts)
        }
        Command::Annotate { ground, note } => {
            guards::said(&note, "note", "标注内容")?;
            guards::note(&note, facts)?;
            Ok(vec![PublicationEvent::Annotated { ground, note }])
        }
        Command::Withdraw { ground, known_on, explanation } => {
            let state = guards::existing(state)?;
            guards::said(&explanation, "explanation", "撤回说明")?;
            guards::note(&explanation, facts)?;
            guards::known(known_on, state, facts)?;
            guards::ground_of(ground, facts)?;
            withdraw(ground, known_on, explanation, facts)
        }
        Command::Replace { by, number } => {
            guards::replacement(by, &number, guards::existing(state)?, facts)?;
            Ok(vec![PublicationEvent::Replaced { by, number }])
        }
        Command::ApproveExpiry { opinion } => Ok(vec![PublicationEvent::ExpiryApproved { opinion }]),
        Command::Expire { ground, note } => expire(guards::existing(state)?, ground, note, facts),
        Command::Exempt { source, ground, assessment, reason, filing_no } => {
            guards::source_of(&source, state, facts)?;
            guards::said(&reason, "reason", "不予公开的理由")?;
            exempt_ground(ground, &assessment, &filing_no, facts)?;
            Ok(vec![PublicationEvent::Exempted { source, ground, assessment, reason, filing_no }])
        }
    }
}

fn prepare(
    state: Option<&Publication>,
    body: Preparing,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    guards::source_of(&body.source, state, facts)?;
    let digest = guards::copy(&body.content, facts)?;
    let term = facts.rules.term(body.content.party_kind, body.grade).ok_or_else(|| {
        Refusal::new(
            "disclosure.no_term",
            three_systems("（六）"),
            "公示规则没有规定这类当事人和失信等级的公示期限。",
            "请先补充公示期限规则。",
        )
        .field("grade", "没有对应的公示期限")
    })?;
    if term.only_if_needed && body.necessity.is_blank() {
        return Err(Refusal::new(
            "disclosure.slight",
            term.maximum.citation.clone(),
            format!("{}失信信息一般不公示；确有必要公示的，应当说明理由。", CreditGrade::Slight.label()),
            "请填写公示的必要性，或者办理不予公示。",
        )
        .field("necessity", "请填写公示的必要性"));
    }
    let imported = facts.source.and_then(|s| s.imported.clone());
    Ok(vec![PublicationEvent::Prepared { body, digest, imported }])
}

fn check(
    draft: &Draft,
    digest: String,
    agree: bool,
    opinion: Text,
) -> Result<Vec<PublicationEvent>, Refusal> {
    guards::same_copy(draft, &digest)?;
    if agree {
        return Ok(vec![PublicationEvent::Checked { digest, opinion }]);
    }
    guards::said(&opinion, "opinion", "审核意见")?;
    Ok(vec![PublicationEvent::Returned { by: Verb::Check, opinion }])
}

fn publish(
    (state, draft): (&Publication, &Draft),
    digest: String,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    guards::same_copy(draft, &digest)?;
    if state.live.is_some() {
        return Ok(vec![PublicationEvent::Corrected { digest }]);
    }
    let start = Start::new(state.source.decided_on, "作出处罚决定");
    let timeliness = Timeliness::of(facts.calendar, &facts.rules.publish, &start, facts.today())
        .map_err(calendar_refusal)?;
    Ok(vec![PublicationEvent::Published {
        digest,
        timeliness: Box::new(timeliness),
        public_id: facts.fresh_id.to_owned(),
    }])
}

fn correct(
    state: &Publication,
    content: Box<PublicDecision>,
    reason: Text,
    known_on: Date,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    guards::same_source(Some(state), facts)?;
    guards::said(&reason, "reason", "更正理由")?;
    guards::known(known_on, state, facts)?;
    let digest = guards::copy(&content, facts)?;
    if state.live.as_ref().is_some_and(|l| l.digest == digest) {
        return Err(Refusal::new(
            "disclosure.unchanged",
            three_systems("二、全面推行行政执法公示制度"),
            "更正后的文本与已公示的文本相同。",
            "请修改后再提交。",
        ));
    }
    Ok(vec![PublicationEvent::CorrectionPrepared { content, digest, reason, known_on }])
}

fn withdraw(
    ground: super::words::WithdrawalGround,
    known_on: Date,
    explanation: Text,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    // A later claim does not help: the earliest day on record counts.
    let recorded = facts.source.and_then(|s| s.ended).map(|e| e.known_on);
    let known_on = recorded.map_or(known_on, |r| r.min(known_on));
    let start = Start::new(known_on, "知道应当撤下");
    let timeliness = Timeliness::of(facts.calendar, &facts.rules.withdraw, &start, facts.today())
        .map_err(calendar_refusal)?;
    Ok(vec![PublicationEvent::Withdrawn { ground, known_on, explanation, timeliness: Box::new(timeliness) }])
}

fn expire(
    state: &Publication,
    ground: ExpiryGround,
    note: Text,
    facts: &Facts<'_>,
) -> Result<Vec<PublicationEvent>, Refusal> {
    let live = state.live.as_ref();
    let published = state.first_published.as_ref().map(|t| t.done_on);
    let term = live.zip(state.grade).and_then(|(l, g)| facts.rules.term(l.content.party_kind, g));
    let (Some(published), Some(term)) = (published, term) else {
        return Err(Refusal::new(
            "disclosure.no_term",
            three_systems("（六）"),
            "没有可以适用的公示期限。",
            "请先补充公示期限规则。",
        ));
    };
    let start = Start::new(published, "公示");
    let rule = match ground {
        ExpiryGround::Term => Some(&term.maximum),
        ExpiryGround::Repair => {
            guards::repaired(&note, &term.maximum.citation, facts)?;
            term.minimum.as_ref()
        }
    };
    if let Some(rule) = rule {
        let limit = period::limit(facts.calendar, rule, &start, &[]).map_err(calendar_refusal)?;
        if !period::overdue(&limit, facts.today()) {
            let after = limit.due.latest().tomorrow().unwrap_or(limit.due.latest());
            return Err(Refusal::new(
                "disclosure.term_running",
                rule.citation.clone(),
                format!("自公示之日起{}尚未届满。", rule.period.words()),
                "期限届满后再办理。",
            )
            .after(after));
        }
    }
    Ok(vec![PublicationEvent::Expired { ground, note }])
}

fn exempt_ground(
    ground: ExemptGround,
    assessment: &Text,
    filing_no: &str,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let source = facts.source;
    match ground {
        ExemptGround::Unsuitable => {
            let article = facts.rules.unsuitable.clone();
            if assessment.is_blank() {
                return Err(Refusal::new(
                    "disclosure.assessment",
                    article,
                    "以不宜公开为由不予公示的，应当进行审查评估。",
                    "请填写审查评估情况。",
                )
                .field("assessment", "请填写审查评估情况"));
            }
            if filing_no.trim().is_empty() {
                return Err(Refusal::new(
                    "disclosure.filing",
                    article,
                    "以不宜公开为由不予公示的，应当报本级政府法制机构备案。",
                    "请先备案并填写备案编号。",
                )
                .field("filing_no", "请填写备案编号"));
            }
            Ok(())
        }
        ExemptGround::Minor if !source.is_some_and(|s| s.minor) => Err(Refusal::new(
            "disclosure.not_minor",
            MINORS,
            "案件没有记载当事人是未成年人。",
            "请核对当事人信息，或者选择其他理由。",
        )
        .field("ground", "与案件记载不符")),
        ExemptGround::DecisionEnded if source.is_none_or(|s| s.ended.is_none()) => Err(Refusal::new(
            "disclosure.not_ended",
            penalty_law("第四十八条第二款"),
            "案件没有记载该决定已被撤销、变更、确认违法或者无效。",
            "请先在案件中登记，或者选择其他理由。",
        )
        .field("ground", "与案件记载不符")),
        ExemptGround::Minor
        | ExemptGround::StateSecret
        | ExemptGround::TradeSecret
        | ExemptGround::Privacy
        | ExemptGround::Security
        | ExemptGround::OtherCase
        | ExemptGround::CrimeTransfer
        | ExemptGround::LawForbids
        | ExemptGround::DecisionEnded => Ok(()),
        ExemptGround::NoSocialEffect => match &facts.rules.scope {
            Some((scope @ (PublicationScope::All | PublicationScope::AllButListed), citation)) => {
                Err(Refusal::new(
                    "disclosure.scope",
                    citation.clone(),
                    format!("本地规定处罚决定{}公开，不以有一定社会影响为限。", scope.label()),
                    "请公示；有其他法定不予公开情形的，选择该情形。",
                )
                .field("ground", "本地规定应当公开"))
            }
            Some((PublicationScope::SocialImpact, _)) | None => Ok(()),
        },
    }
}

fn calendar_refusal(error: PeriodError) -> Refusal {
    Refusal::new(
        "disclosure.calendar",
        penalty_law("第八十五条"),
        format!("不能计算期限：{error}。"),
        "请导入相应年份的工作日历。",
    )
}

/// Whether the copy on its way is checked.
pub(super) const fn is_checked(draft: &Draft) -> bool {
    match draft.phase {
        DraftPhase::Checked => true,
        DraftPhase::Drafted | DraftPhase::Returned => false,
    }
}
