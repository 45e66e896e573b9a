//! What a person should have before their eyes when they review or approve:
//! the package on one screen.

use axum::extract::{Path, State};
use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::gate;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::state::{ApprovalStage, Hearing, ReviewPhase};
use mingjing_domain::case::types::Point;
use mingjing_domain::case::view;
use mingjing_domain::discretion_base::Ranges;
use mingjing_domain::matter::{MatterId, Moment};
use uuid::Uuid;

use super::super::access::{People, opened, rules};
use super::super::{findings, service, tables, words};
use super::parts;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};

/// What the machine found on the ten points.
type Found = [(Point, bool, String)];

/// The column beside a form.
pub fn beside(verb: Verb, case: &Case, facts: &Facts<'_>, people: &People, found: &Found) -> Markup {
    match verb {
        Verb::ReviewProposal => waiting(case, people, ApprovalStage::Proposed, found),
        Verb::ApproveProposal => waiting(case, people, ApprovalStage::Reviewed, found),
        Verb::FirstReview
        | Verb::GiveOpinion
        | Verb::SignOpinion
        | Verb::ReturnSubmission
        | Verb::GiveReReview
        | Verb::Coordinate => {
            html! { (review(case, people)) (draft(case)) (report(case)) (evidence(case)) }
        }
        Verb::AnswerErratum => {
            html! { (super::errata::card(MatterId(uuid::Uuid::nil()), case, people, false)) (summary(case, people)) }
        }
        Verb::SubmitReview
        | Verb::Discuss
        | Verb::ProposeDispose
        | Verb::IssueNotice
        | Verb::AnswerOpinion => {
            html! { (draft(case)) (review(case, people)) (voices(case)) (parts::clocks(case, facts)) }
        }
        Verb::PrepareDraft => {
            html! { (report(case)) (evidence(case)) (voices(case)) (parts::clocks(case, facts)) }
        }
        _ => html! { (summary(case, people)) (parts::clocks(case, facts)) },
    }
}

fn summary(case: &Case, people: &People) -> Markup {
    show::card(
        "案件",
        html! {
            (show::facts(&[
                ("案件", html! { (tables::title(case)) }),
                ("当事人", html! { (tables::parties(case)) }),
                ("阶段", html! { (case.stage.label()) }),
                ("承办", html! { (people.names(&case.officers)) }),
            ]))
            p.small { (case.clue.summary.or_erased()) }
        },
    )
}

/// The proposals that wait, with what they ask for; a disposal with its draft.
fn waiting(case: &Case, people: &People, stage: ApprovalStage, found: &Found) -> Markup {
    let mut disposal = false;
    html! {
        @for (at, it) in case.proposals.iter().enumerate().filter(|(_, it)| it.stage == stage) {
            @let dispose = matches!(it.body, mingjing_domain::case::Proposal::Dispose | mingjing_domain::case::Proposal::Amend(_));
            @let () = { disposal |= dispose; };
            section.card.decisive {
                h2 { (at + 1) "．" (words::proposal(&it.body)) }
                p { (people.name(it.by.0)) "、" (show::date(it.by.1)) "呈请：" }
                blockquote { (it.opinion.or_erased()) }
                @if let Some((by, on, opinion)) = &it.reviewed {
                    p { (people.name(*by)) "、" (show::date(*on)) "审核：" }
                    blockquote { (opinion.or_erased()) }
                }
                (asked(it, case, people))
            }
        }
        @if disposal {
            (draft(case)) (voices(case)) (review(case, people))
            @let bad: Vec<_> = found.iter().filter(|(_, holds, _)| !holds).collect();
            @if !bad.is_empty() {
                (show::card("请注意", html! { ul { @for (point, _, words) in bad { li { (point.label()) "：" (words) } } } }))
            }
        } @else { (summary(case, people)) }
    }
}

fn asked(it: &mingjing_domain::case::state::ProposalState, case: &Case, people: &People) -> Markup {
    use mingjing_domain::case::Proposal as P;
    match &it.body {
        P::File(filing) => html! {
            (show::facts(&[
                ("案件名称", html! { (filing.title.or_erased()) }),
                ("案由", html! { (filing.cause.or_erased()) }),
                ("类别、区域", html! { (filing.category) "，" (filing.region) }),
                ("违法行为之日", html! { (show::date(filing.violation_on)) }),
                ("当事人", html! { (filing.parties.iter().map(|p| p.name.or_erased()).collect::<Vec<_>>().join("、")) }),
                ("承办人", html! { (people.names(&filing.officers)) }),
            ]))
        },
        P::Preserve(it) => html! {
            p { "当事人：" (words::party(case, it.party)) "；方式：" (it.manner.or_erased()) }
            ul { @for item in &it.items { li { (item.name.or_erased()) " " (item.description.or_erased()) " " (item.quantity) } } }
        },
        P::DisposePreservation(it) => {
            html! { p { "第" (it.preservation) "次登记保存：" (it.disposal.label()) } }
        }
        P::Suspend { ground } => html! { p { (ground.label()) } },
        P::Extend { days } => html! { p { "延长" (days) "日" } },
        P::Transfer(it) => {
            html! { p { (if it.crime { "涉嫌犯罪，移送公安机关：" } else { "移送：" }) (it.recipient.or_erased()) } }
        }
        P::Defer(it) => html! {
            p { (words::party(case, it.party)) }
            ul { @for part in &it.instalments { li { (show::date(part.due_on)) "前 " (show::money(part.amount_fen)) } } }
            @if it.rest_falls_due { p { "任何一期逾期未缴的，其余各期一并到期" } }
        },
        P::Amend(it) => html! {
            p { (words::party(case, it.party)) "：罚款变更为 " (show::money(it.fine_fen)) }
            p.prose { (it.reasoning.or_erased()) }
        },
        P::Close { ground } => html! { p { (ground.label()) } },
        P::Enforce(_)
        | P::PauseEnforcement(_)
        | P::ResumeEnforcement(_)
        | P::EndEnforcement(_)
        | P::Agree(_)
        | P::Substitute(_) => crate::case::enforcement::asked(case, &it.body),
        P::ExtendCheck | P::NotFile | P::Resume | P::Withdraw | P::Dispose => html! {},
    }
}

/// A range that was stated, as it is read.
fn range(it: &mingjing_domain::case::substance::StatedRange) -> String {
    format!("法定幅度 {}", it.sentence())
}

/// The draft of the decision.
fn draft(case: &Case) -> Markup {
    let Some(draft) = case.at_hand() else { return html! {} };
    let it = &draft.substance;
    let provisions = |all: &[mingjing_domain::case::substance::Provision]| {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
    };
    show::card(
        "拟作处理",
        html! {
            @for d in &it.disposals {
                div.act {
                    b { (words::party(case, d.party)) }
                    span { @if d.fine_fen > 0 { "罚款 " (show::money(d.fine_fen)) } }
                    p {
                        @match d.no_penalty {
                            Some(ground) => { "不予处罚：" (ground.label()) },
                            None => {
                                (d.kinds.iter().map(|k| k.label()).collect::<Vec<_>>().join("、")) "；" (d.grade.label())
                                @if d.confiscated_fen > 0 { "；没收违法所得 " (show::money(d.confiscated_fen)) }
                                @if d.goods_fen > 0 { "；没收物品价值 " (show::money(d.goods_fen)) }
                            },
                        }
                    }
                }
            }
            @for c in &it.corrections {
                div.act {
                    b { (words::party(case, c.party)) }
                    span { (c.corrective.label()) @if c.days > 0 { "：" (c.days) " 日内" } }
                    p { (c.details.or_erased()) }
                }
            }
            h3 { "认定的事实" } p.prose { (it.facts.or_erased()) }
            h3 { "依据" } p { "违反" (provisions(&it.violated)) "，依据" (provisions(&it.basis)) }
            h3 { "裁量" } p.prose { (it.discretion.or_erased()) @if let Some(base) = Ranges::built_in().get(&it.range) { "（裁量基准：" (base.title) "）" } }
            @for s in &it.stated { p { (words::party(case, s.party)) "：" (range(s)) } }
            h3 { "理由" } p.prose { (it.reasoning.or_erased()) }
            p.meta.small { "内容摘要 " (show::digest(&draft.digest)) }
        },
    )
}

fn report(case: &Case) -> Markup {
    match &case.conclusion {
        Some(it) => show::card(
            "调查终结报告",
            html! { p.prose { (it.said.report.or_erased()) @if !it.said.review_reason.is_blank() { br; "应审理由：" (it.said.review_reason.or_erased()) } } p.meta { (show::date(it.on)) } },
        ),
        None => html! {},
    }
}

fn evidence(case: &Case) -> Markup {
    let relied = case.at_hand().map(|d| &d.substance.evidence);
    show::card(
        "证据",
        html! {
            @if case.evidence.is_empty() { p.meta { "没有证据。" } }
            ol {
                @for (at, it) in case.evidence.iter().enumerate() {
                    li {
                        (it.name.or_erased()) "（" (it.kind.label()) "）：" (it.proves.or_erased())
                        @if relied.is_some_and(|all| !all.contains(&u16::try_from(at + 1).unwrap_or(u16::MAX))) { " " (show::tag(Tone::Near, "代拟稿未用")) }
                        @if !it.signed { " " (show::tag(Tone::Near, "未签名")) }
                    }
                }
            }
        },
    )
}

/// The legal review so far.
fn review(case: &Case, people: &People) -> Markup {
    let it = &case.review;
    if it.phase == ReviewPhase::Idle && it.clearance.is_none() {
        return html! {};
    }
    show::card(
        "法制审核",
        html! {
            (show::facts(&[
                ("状态", html! { (it.phase.label()) "（第" (it.round) "次送审）" }),
                ("应审事由", html! { (it.triggers.iter().map(|t| t.label()).collect::<Vec<_>>().join("；")) }),
                ("审核人员", html! { (it.reviewer.map_or("—", |id| people.name(id))) }),
            ]))
            @if let Some((by, first)) = &it.first { p { "初审（" (people.name(*by)) "）" (first.opinion.label()) "：" (first.reasons.or_erased()) } }
            @if let Some((opinion, reasons)) = &it.opinion {
                p { b { (opinion.label()) } "：" (reasons.or_erased()) }
                ol.points { @for f in &it.findings { li { (f.point.label()) " " (show::tag(if f.pass { Tone::Ok } else { Tone::Seal }, if f.pass { "符合" } else { "不符合" })) br; span.meta.small { (f.finding.or_erased()) } } } }
            }
            @if let Some((stand, answer)) = &it.answer { p { "承办机构" (stand.label()) "：" (answer.or_erased()) } }
            @if case.clearance().is_some() { p { (show::tag(Tone::Ok, "对现在的代拟稿有效")) } }
            @else if it.clearance.is_some() { p { (show::tag(Tone::Seal, "代拟稿或者证据已变，原审核意见失效")) } }
        },
    )
}

/// Defences, hearings and discussions.
fn voices(case: &Case) -> Markup {
    let any = case.parties.iter().any(|p| !p.defences.is_empty() || !matches!(p.hearing, Hearing::None))
        || !case.discussions.is_empty();
    if !any {
        return html! {};
    }
    show::card(
        "陈述申辩、听证、讨论",
        html! {
            @for (no, party) in case.numbered_parties() {
                @for it in &party.defences {
                    p { (words::party(case, no)) "、" (show::date(it.on)) "申辩：" (it.statement.or_erased()) }
                    @match &it.answer {
                        Some((adoption, reasons)) => { p { "复核：" (adoption.label()) "，" (reasons.or_erased()) } },
                        None => { p { (show::tag(Tone::Near, "尚未复核")) } },
                    }
                }
                @if let Hearing::Held { attended, report, plan, .. } = &party.hearing {
                    p { (words::party(case, no)) "、" (show::date(plan.on)) "听证" (if *attended { "" } else { "（未出席）" })
                        @if let Some(report) = report { "：" (report.or_erased()) } @else { "，尚无报告" } }
                }
            }
            @for it in &case.discussions { p { "集体讨论：" (it.discussion.outcome.label()) "，" (it.discussion.conclusion.or_erased()) } }
        },
    )
}

/// GET /cases/{id}/review: the package as it goes to the reviewer.
pub(super) async fn review_page(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Markup, Failure> {
    let id = MatterId(id);
    let loaded = opened(&shell, &who, id).await?;
    let case: &Case = &loaded.state;
    let people = People::of(&shell, loaded.organ).await?;
    let actor = who.actor();
    let gathered = service::gather_for_view(&shell.app, rules(), loaded.organ, &actor).await?;
    let facts = gathered.facts(Moment::now(shell.app.now()), actor, [0; 32]);
    let found = findings::findings(case, &facts, &people);
    let triggers = gate::triggers(case, facts.law);
    let next: Vec<_> = view::actions(case, &facts)
        .into_iter()
        .filter(|it| it.shut.is_none() && it.step.lane == mingjing_domain::case::procedure::Lane::Review)
        .collect();
    let above = html! { a href={ "/cases/" (id) } { (tables::title(case)) } };
    let body = html! {
        (page::heading(Some(above), "法制审核", Some(html! { (case.review.phase.label()) }), Some(html! {
            @for it in &next {
                a.btn href={ "/cases/" (id) "/do/" (mingjing_domain::case::form::wire_name(&it.step.verb)) } { (it.step.verb.label()) }
            }
        })))
        div.two {
            div.stack { (draft(case)) (report(case)) (evidence(case)) (voices(case)) }
            div.stack {
                (show::card("应审事由", html! {
                    @if triggers.is_empty() { p { "不属于应当审核的重大决定。" } }
                    ul { @for it in &triggers { li { (it.label()) } } }
                }))
                (show::card("逐项内容的系统核对", html! {
                    p.meta.small { "供审核人员参考，不代替审核意见。" }
                    ol.points {
                        @for (point, holds, words) in &found {
                            li { (point.label()) " " (show::tag(if *holds { Tone::Plain } else { Tone::Near }, if *holds { "未见问题" } else { "请注意" })) br; span.meta.small { (words) } }
                        }
                    }
                }))
                (review(case, &people))
                (parts::clocks(case, &facts))
            }
        }
    };
    Ok(super::shown(&shell, &who, "法制审核", "/cases", Width::Wide, body))
}
