//! Guards of notice, service, defence, hearing, discussion and decision.

use super::{
    Gate, any_party, at_issue, current_draft, discussion_required, experts_answered, hearing_right, next_day,
    no, no_pending, recorded, review_collective, running, triggers, two_officers,
};
use crate::case::command::Proposal;
use crate::case::facts::Facts;
use crate::case::state::*;
use crate::case::substance::{PartyDisposal, Provision};
use crate::case::types::*;
use crate::case::{amounts, clock, correction};
use crate::cite::penalty_law;
use crate::matter::TimeSource;
use crate::period::{self, Limit};
use crate::refusal::Refusal;
use crate::text::Text;
use jiff::civil::Date;

/// A notice of the current draft may go to the party.
pub fn notice(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    any_party(case, party, |no_, state| {
        let Some(disposal) = draft.substance.disposal(no_) else {
            return no(
                "draft.party_missing",
                penalty_law("第四十四条"),
                "处理意见没有写明对该当事人的处理",
                "请补充拟定对该当事人的处理意见。",
            );
        };
        if disposal.no_penalty.is_some() {
            return no(
                "notice.no_penalty",
                penalty_law("第四十四条"),
                "拟不予处罚，不需要告知拟作出的处罚",
                "可以直接呈请作出不予处罚决定。",
            );
        }
        if state.notice.as_ref().is_some_and(|n| n.digest == draft.digest) {
            return no(
                "notice.repeated",
                penalty_law("第四十四条"),
                "对该当事人已按当前处理意见制发告知书",
                "请送达已有的告知书。",
            );
        }
        under_ceilings(draft, state, disposal)
    })
}

/// Nothing heavier than what was told before the party defended itself or asked
/// for a hearing, unless it rests on evidence found since (第四十五条第二款).
fn under_ceilings(draft: &Draft, state: &PartyState, disposal: &PartyDisposal) -> Gate {
    let exceeded = state.ceilings.iter().any(|ceiling| {
        disposal.heavier_than(&ceiling.disposal)
            && !draft.substance.evidence.iter().any(|no| usize::from(*no) > ceiling.evidence)
    });
    if exceeded {
        return no(
            "defence.heavier",
            penalty_law("第四十五条第二款"),
            "当事人陈述、申辩或者申请听证之后，拟作的处罚比原告知的更重，而没有依据新的证据",
            "不得因当事人陈述、申辩而给予更重的处罚，请按不重于原告知的内容重新拟定。",
        );
    }
    Ok(())
}

/// Something issued and made waits for service.
pub fn serve(case: &Case, _: &Facts<'_>, _: Option<PartyNo>) -> Gate {
    if case.documents.iter().any(|d| d.kind.served() && d.service.is_none()) {
        return Ok(());
    }
    no("document.none", penalty_law("第六十一条"), "没有待送达的文书", "文书签发后再送达。")
}

/// The day and limit from which the party's windows run: its last notice was served.
fn served_notice<'c>(case: &'c Case, state: &'c PartyState) -> Result<(&'c Notice, &'c Served), Refusal> {
    let Some(notice) = &state.notice else {
        return Err(Refusal::new(
            "notice.none",
            penalty_law("第四十四条"),
            "尚未向该当事人告知拟作出的处罚",
            "请先制发并送达告知书。",
        ));
    };
    let Some(served) = case.document(notice.document).and_then(|d| d.service.as_ref()) else {
        return Err(Refusal::new(
            "notice.unserved",
            penalty_law("第四十四条"),
            "告知书尚未送达",
            "请先送达告知书。",
        ));
    };
    Ok((notice, served))
}

/// A party may state its defence once it has been told, by whichever notice.
pub fn defence(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if case.served_notices(state).is_empty() {
            return served_notice(case, state).map(|_| ());
        }
        Ok(())
    })
}

/// A party gives up its defence against the last notice once that is served.
pub fn waive_defence(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| served_notice(case, state).map(|_| ()))
}

/// Until when the party may ask for a hearing: the window of the last notice
/// served on it that told of the right; one still to be served closes none.
///
/// # Errors
/// When no such notice was served or the calendar does not reach.
pub fn hearing_limit(case: &Case, facts: &Facts<'_>, state: &PartyState) -> Result<Limit, Refusal> {
    let served = match case.served_notices(state).into_iter().rfind(|(notice, ..)| notice.hearing) {
        Some((_, _, served)) => served,
        None => served_notice(case, state)?.1,
    };
    // A late entry of the service shortens nobody's right.
    facts.limit(&facts.law.hearing_request, served.gate_day(), "听证告知书送达之日", &[])
}

/// A defence waits for its written answer.
pub fn answer_defence(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if state.defences.iter().any(|d| d.answer.is_none()) {
            return Ok(());
        }
        no(
            "defence.none",
            penalty_law("第四十五条第一款"),
            "没有待复核的陈述申辩",
            "当事人陈述、申辩后再复核。",
        )
    })
}

/// Every defence that was handed in before the decision and found after it was examined, and
/// one that is well founded led to the correction of the decision.
pub fn heard_late(case: &Case) -> Gate {
    case.numbered_parties().try_for_each(|(number, state)| party_heard_late(case, number, state))
}

/// As [`heard_late`], for one party.
pub fn party_heard_late(case: &Case, number: PartyNo, state: &PartyState) -> Gate {
    match case.unheard(number, state) {
        None => Ok(()),
        Some(Unheard::Unanswered) => no(
            "defence.unanswered",
            penalty_law("第四十五条第一款"),
            format!("第{number}名当事人在决定作出之前提出的陈述、申辩尚未复核"),
            "请复核并写明理由；成立的，由主要负责人撤销决定，或者呈请变更处罚。",
        ),
        Some(Unheard::Adopted) => no(
            "defence.uncorrected",
            penalty_law("第六十二条"),
            format!("第{number}名当事人在决定作出之前提出的陈述、申辩成立，决定尚未纠正"),
            "应当主动改正（第七十五条第二款）：由主要负责人撤销决定，或者呈请变更处罚。",
        ),
    }
}

/// The right to a hearing was told and its window is open.
pub fn request_hearing(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        if case.served_notices(state).is_empty() {
            served_notice(case, state)?;
        }
        if !state.hearing_told {
            return no(
                "hearing.no_right",
                penalty_law("第六十三条第一款"),
                "拟作出的处罚不属于应当告知听证权利的情形",
                "可以登记陈述申辩。",
            );
        }
        match state.hearing {
            Hearing::None | Hearing::Withdrawn => {}
            Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Held { .. } => {
                return no(
                    "hearing.requested",
                    penalty_law("第六十四条"),
                    "该当事人已经申请听证",
                    "请按已有的申请办理。",
                );
            }
        }
        let limit = hearing_limit(case, facts, state)?;
        // What was asked in time may be entered afterwards: the day before without more, an
        // earlier one as a late entry. The command's own day is held to the limit again.
        let late = matches!(facts.moment.source, TimeSource::Paper { .. });
        let latest = facts.today().yesterday().unwrap_or_else(|_| facts.today());
        if period::closes_after(&limit, latest) && !late {
            return no(
                "hearing.too_late",
                penalty_law("第六十四条第一项"),
                format!("听证申请期已于{}届满", period::long(limit.due.latest())),
                "逾期未申请的，视为放弃听证权利；期内已经提出的，补录并写明原因和同意补录的负责人。",
            );
        }
        Ok(())
    })
}

/// A hearing was told, and is not held.
pub fn withdraw_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        served_notice(case, state)?;
        if !state.hearing_told {
            return no(
                "hearing.no_right",
                penalty_law("第六十三条第一款"),
                "没有告知过听证权利",
                "不需要登记放弃。",
            );
        }
        match state.hearing {
            Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } => Ok(()),
            Hearing::Held { .. } | Hearing::Withdrawn => {
                no("hearing.over", penalty_law("第六十四条"), "听证已经举行或者已经放弃", "不能再登记放弃。")
            }
        }
    })
}

/// A hearing was asked for.
pub fn schedule_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| match state.hearing {
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => Ok(()),
        Hearing::None | Hearing::Held { .. } | Hearing::Withdrawn => no(
            "hearing.not_requested",
            penalty_law("第六十四条"),
            "没有待组织的听证",
            "当事人申请后再通知听证。",
        ),
    })
}

/// A hearing is scheduled, notified in time, and its day has come.
pub fn hold_hearing(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| {
        let Hearing::Scheduled { plan, document, .. } = &state.hearing else {
            return no(
                "hearing.not_scheduled",
                penalty_law("第六十四条第二项"),
                "听证尚未通知",
                "请先确定并通知听证的时间、地点。",
            );
        };
        let Some(served) = case.document(*document).and_then(|d| d.service.as_ref()) else {
            return no(
                "hearing.unnotified",
                penalty_law("第六十四条第二项"),
                "听证会通知书尚未送达",
                "请在举行听证的七个工作日前送达通知书。",
            );
        };
        let earliest = earliest_hearing(facts, served.gate_day())?;
        if plan.on < earliest {
            return Err(Refusal::new(
                "hearing.notice_short",
                penalty_law("第六十四条第二项"),
                "通知书没有在举行听证的七个工作日前送达",
                "请改期并重新通知。",
            )
            .after(earliest));
        }
        if facts.today() < plan.on || facts.day() != plan.on {
            return Err(Refusal::new(
                "hearing.not_today",
                penalty_law("第六十四条第二项"),
                format!("听证定于{}举行", period::long(plan.on)),
                "请在听证当日记录；改期的重新通知。",
            )
            .after(plan.on));
        }
        Ok(())
    })
}

/// The first day a hearing may be held when its notice is served on `served`.
pub fn earliest_hearing(facts: &Facts<'_>, served: Date) -> Result<Date, Refusal> {
    period::not_before(
        facts.calendar,
        &facts.law.hearing_notice,
        &period::Start::new(served, "听证通知送达之日"),
    )
    .map(|l| l.due.latest())
    .map_err(|e| {
        Refusal::new(
            "calendar.out_of_range",
            penalty_law("第六十四条第二项"),
            format!("期限不能计算：{e}"),
            "请系统管理员导入相应年份的工作日历。",
        )
    })
}

/// A hearing was held and its report is missing.
pub fn report_hearing(case: &Case, _: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    any_party(case, party, |_, state| match &state.hearing {
        Hearing::Held { report: None, .. } => Ok(()),
        Hearing::Held { .. } => {
            no("hearing.reported", penalty_law("第六十五条"), "听证报告已经提出", "不需要重复提出。")
        }
        Hearing::None | Hearing::Requested { .. } | Hearing::Scheduled { .. } | Hearing::Withdrawn => {
            no("hearing.not_held", penalty_law("第六十五条"), "听证尚未举行", "听证结束后再提出报告。")
        }
    })
}

/// What is decided is what the party was told: nothing heavier, no provision, fact,
/// reason or evidence that was not in the notice (第四十四条、第六十二条). Facts, reasons
/// and evidence may differ where the party was heard on them since, by a defence
/// that was adopted or by a hearing, or where less is imposed on no other evidence.
fn as_told(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
    disposal: &PartyDisposal,
) -> Gate {
    let (Some(notice), Some(draft)) = (&state.notice, &case.draft) else { return Ok(()) };
    if notice.digest == draft.digest {
        return Ok(());
    }
    let differs = |article, what: &str| {
        let message = format!("对第{number}名当事人{what}");
        no("notice.differs", penalty_law(article), message, "请按当前处理意见重新告知。")
    };
    if disposal.heavier_than(&notice.disposal) {
        return differs("第四十四条", "的处理重于已告知的内容");
    }
    let now = &draft.substance;
    let told = |now: &[Provision], then: &[Provision]| now.iter().all(|p| then.contains(p));
    if !told(&now.violated, &notice.provisions.0) || !told(&now.basis, &notice.provisions.1) {
        return differs("第四十四条", "适用的条款没有告知过");
    }
    let known = |now: &[EvidenceNo], then: &[EvidenceNo]| now.iter().all(|no| then.contains(no));
    let (fewer, more) = (known(&now.evidence, &notice.relied), known(&notice.relied, &now.evidence));
    let same = |a: &Text, b: &Text| a.digest(&facts.text_key) == b.digest(&facts.text_key);
    let grounds = same(&now.facts, &notice.grounds.0) && same(&now.reasoning, &notice.grounds.1);
    if grounds && fewer && more {
        return Ok(());
    }
    let adopted = state.defences.iter().any(|d| {
        d.version > notice.version
            && matches!(d.answer, Some((Adoption::Adopted | Adoption::PartlyAdopted, _)))
    });
    let lighter = fewer && notice.disposal.heavier_than(disposal);
    if adopted || state.heard_version > notice.version || lighter {
        return Ok(());
    }
    differs("第六十二条", "认定的事实、理由或者所依据的证据与告知的不一致")
}

/// The party's windows are over and everything it asked for was done.
pub fn party_heard(
    case: &Case,
    facts: &Facts<'_>,
    number: PartyNo,
    state: &PartyState,
    disposal: &PartyDisposal,
) -> Gate {
    let (notice, served) = served_notice(case, state)?;
    as_told(case, facts, number, state, disposal)?;
    under_ceilings(current_draft(case)?, state, disposal)?;
    if hearing_right(disposal, state.party.kind, facts.law) && !state.hearing_told {
        return no(
            "hearing.untold",
            penalty_law("第六十三条第一款"),
            "应当告知听证权利而没有告知",
            "请制发听证告知书并送达。",
        );
    }
    let limit = facts.limit(&facts.law.defence, served.gate_day(), "告知书送达之日", &[])?;
    if state.waived.is_none_or(|v| v < notice.version) && !period::closes_after(&limit, facts.today()) {
        return Err(Refusal::new(
            "defence.window_open",
            facts.law.defence.citation.clone(),
            format!("陈述、申辩期到{}才届满", period::long(limit.due.latest())),
            "请等待期满；当事人明确放弃的可以登记放弃。",
        )
        .after(next_day(limit.due.latest())));
    }
    if state.defences.iter().any(|d| d.answer.is_none()) {
        return no(
            "defence.unanswered",
            penalty_law("第四十五条第一款"),
            "当事人的陈述、申辩尚未复核",
            "对当事人提出的事实、理由和证据，应当进行复核。",
        );
    }
    if !state.hearing_told {
        return Ok(());
    }
    match &state.hearing {
        Hearing::None => {
            let limit =
                facts.limit(&facts.law.hearing_request, served.gate_day(), "听证告知书送达之日", &[])?;
            if !period::closes_after(&limit, facts.today()) {
                return Err(Refusal::new(
                    "hearing.window_open",
                    penalty_law("第六十四条第一项"),
                    format!("听证申请期到{}才届满", period::long(limit.due.latest())),
                    "请等待期满；当事人书面放弃的可以登记放弃。",
                )
                .after(next_day(limit.due.latest())));
            }
            Ok(())
        }
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => no(
            "hearing.pending",
            penalty_law("第六十三条第一款"),
            "当事人要求听证，听证尚未举行",
            "请先组织听证。",
        ),
        Hearing::Held { report: None, .. } => no(
            "hearing.unreported",
            penalty_law("第六十五条"),
            "听证报告尚未提出",
            "请由听证主持人提出听证报告。",
        ),
        Hearing::Held { .. } | Hearing::Withdrawn => Ok(()),
    }
}

fn all_heard(case: &Case, facts: &Facts<'_>) -> Gate {
    let draft = current_draft(case)?;
    for (number, state) in case.numbered_parties() {
        let Some(disposal) = draft.substance.disposal(number) else {
            return no(
                "draft.party_missing",
                penalty_law("第五十七条"),
                format!("处理意见没有写明对第{number}名当事人的处理"),
                "每名当事人都应当有处理意见，请补充拟定。",
            );
        };
        if disposal.no_penalty.is_none() {
            party_heard(case, facts, number, state, disposal)?;
        }
    }
    Ok(())
}

/// The heads may discuss the draft: after notice, defence and hearing.
pub fn discuss(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    at_issue(case)?;
    running(case, facts, party)?;
    // Who gets less needs no new notice; the party was heard before the decision.
    if case.amendment.is_none() {
        all_heard(case, facts)?;
    }
    let draft = current_draft(case)?;
    if case
        .discussions
        .iter()
        .any(|d| d.digest == draft.digest && d.discussion.outcome == DiscussionOutcome::ApproveDraft)
    {
        return no(
            "discussion.done",
            penalty_law("第五十七条第二款"),
            "当前处理意见已经集体讨论同意",
            "可以呈请作出决定。",
        );
    }
    Ok(())
}

/// Everything that must stand before a decision on the current draft.
pub fn dispose(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    no_pending(case, |p| matches!(p, Proposal::Dispose | Proposal::Withdraw | Proposal::Transfer(_)))?;
    decidable(case, facts, party)
}

/// As [`dispose`], also when the approval is given.
pub fn decidable(case: &Case, facts: &Facts<'_>, party: Option<PartyNo>) -> Gate {
    running(case, facts, party)?;
    let draft = current_draft(case)?;
    if !case.recusals_open.is_empty() {
        return no(
            "recusal.open",
            penalty_law("第四十三条第三款"),
            "回避申请尚未决定",
            "请先由负责人决定是否回避。",
        );
    }
    two_officers(case)?;
    experts_answered(case)?;
    recorded(case, facts)?;
    clock::prescription(case, facts)?;
    amounts::lawful(case, &draft.substance, facts.law, facts.today())?;
    correction::ordered(case, &draft.substance, facts)?;
    all_heard(case, facts)?;
    examined(case, facts, draft)
}

/// The legal review passed it where it is in scope, and the heads agreed where they must.
pub fn examined(case: &Case, facts: &Facts<'_>, draft: &Draft) -> Gate {
    if !triggers(case, facts.law).is_empty() && case.clearance().is_none() {
        let message = if case.review.clearance.is_some() {
            "审核通过的不是当前的处理意见，或者审核之后有了新的证据、听证"
        } else {
            "重大行政处罚决定未经法制审核或者审核未通过的，不得作出"
        };
        return no(
            "review.required",
            penalty_law("第五十八条第一款"),
            message,
            "请将当前处理意见送法制审核，通过后再办。",
        );
    }
    if discussion_required(case, facts.law) {
        let after = case.last_hearing();
        let done = case.discussions.iter().any(|d| {
            d.digest == draft.digest
                && d.version > after
                && d.discussion.outcome == DiscussionOutcome::ApproveDraft
        });
        if !done {
            if review_collective(case, facts.law) {
                return no(
                    "discussion.required",
                    facts.law.review_chain.citation.clone(),
                    "本地的审核流程规定，法制审核的决定由领导班子集体讨论",
                    "请先集体讨论当前处理意见。",
                );
            }
            return no(
                "discussion.required",
                penalty_law("第五十七条第二款"),
                "情节复杂或者重大违法行为的处罚，应当由负责人集体讨论决定",
                "请先集体讨论当前处理意见。",
            );
        }
    }
    Ok(())
}
