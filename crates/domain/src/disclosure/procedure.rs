//! The procedure of publication as one table: from it come the machine's
//! gates, the chart, the rail and the authorization rows.

use super::rules::Timeliness;
use super::state::Publication;
use super::words::{DraftPhase, Stage, Verb, open_information, order_244, three_systems};
use crate::cite::{Citation, penalty_law};
use crate::staff::Role;
use jiff::civil::Date;
use serde::Serialize;

/// One row: who may do what, from where to where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What.
    pub verb: Verb,
    /// Who: any one of these roles.
    pub who: &'static [Role],
    /// May begin a publication.
    pub begins: bool,
    /// From which stages.
    pub from: &'static [Stage],
    /// In which phase the copy on its way must be; empty when none is needed.
    pub draft: &'static [DraftPhase],
    /// The stage after; `None` when it stays.
    pub to: Option<Stage>,
    /// The stage after when the copy corrects a public one; equal to `to` otherwise.
    pub to_when_public: Option<Stage>,
    /// Papers it leaves.
    pub documents: &'static [&'static str],
    /// Id of the rule that limits it, as in [`super::DisclosureRules`].
    pub limit: Option<&'static str>,
    /// Where it stands.
    pub article: Citation,
}

const PUBLIC: &[Stage] = &[Stage::Published, Stage::Corrected, Stage::Annotated];
const CHECKABLE: &[Stage] = &[Stage::Drafted, Stage::Published, Stage::Corrected, Stage::Annotated];
const PUBLISHABLE: &[Stage] = &[Stage::Checked, Stage::Published, Stage::Corrected, Stage::Annotated];
const PREPARABLE: &[Stage] = &[Stage::Drafted, Stage::Checked, Stage::Returned, Stage::Exempt];
const UNPUBLISHED: &[Stage] = &[Stage::Drafted, Stage::Checked, Stage::Returned];
const HANDLING: &[Role] = &[Role::Officer, Role::UnitHead];

fn step(
    verb: Verb,
    who: &'static [Role],
    from: &'static [Stage],
    to: Option<Stage>,
    article: Citation,
) -> Step {
    Step {
        verb,
        who,
        begins: false,
        from,
        draft: &[],
        to,
        to_when_public: to,
        documents: &[],
        limit: None,
        article,
    }
}

/// The row of a verb.
pub fn row(verb: Verb) -> Step {
    let opinion = three_systems("二、全面推行行政执法公示制度");
    match verb {
        Verb::Prepare => Step {
            begins: true,
            documents: &["公示文本"],
            ..step(verb, HANDLING, PREPARABLE, Some(Stage::Drafted), opinion)
        },
        Verb::Check => Step {
            draft: &[DraftPhase::Drafted],
            to_when_public: None,
            documents: &["公示审核意见"],
            ..step(verb, &[Role::ReviewHead], CHECKABLE, Some(Stage::Checked), opinion)
        },
        Verb::Publish => Step {
            draft: &[DraftPhase::Checked],
            to_when_public: Some(Stage::Corrected),
            limit: Some("disclosure.publish"),
            ..step(verb, &[Role::Publicity], PUBLISHABLE, Some(Stage::Published), three_systems("（六）"))
        },
        Verb::Return => Step {
            draft: &[DraftPhase::Checked],
            to_when_public: None,
            ..step(verb, &[Role::Publicity], PUBLISHABLE, Some(Stage::Returned), opinion)
        },
        Verb::Correct => {
            Step { documents: &["更正公示文本"], ..step(verb, HANDLING, PUBLIC, None, opinion) }
        }
        Verb::Annotate => {
            step(verb, &[Role::ReviewHead], PUBLIC, Some(Stage::Annotated), three_systems("（六）"))
        }
        Verb::Withdraw => Step {
            documents: &["撤回说明"],
            limit: Some("disclosure.withdraw"),
            ..step(
                verb,
                &[Role::Publicity, Role::ReviewHead, Role::Head],
                PUBLIC,
                Some(Stage::Withdrawn),
                penalty_law("第四十八条第二款"),
            )
        },
        Verb::Replace => step(
            verb,
            &[Role::Publicity, Role::ReviewHead],
            &[Stage::Withdrawn],
            None,
            three_systems("（六）"),
        ),
        Verb::ApproveExpiry => step(verb, &[Role::Head], PUBLIC, None, three_systems("（六）")),
        Verb::Expire => Step {
            limit: Some("disclosure.term.maximum"),
            ..step(
                verb,
                &[Role::Publicity],
                PUBLIC,
                Some(Stage::Expired),
                Citation::of("信用修复管理办法", ""),
            )
        },
        Verb::Exempt => Step {
            begins: true,
            documents: &["不予公开审查意见", "备案材料"],
            ..step(verb, &[Role::ReviewHead], UNPUBLISHED, Some(Stage::Exempt), order_244("第十一条"))
        },
    }
}

/// Every row, in order.
pub fn table() -> Vec<Step> {
    Verb::ALL.iter().map(|&v| row(v)).collect()
}

/// The rule behind keeping something from the public.
pub const NOT_PUBLIC: Citation = open_information("第十四条");

/// How far a step of the rail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Done.
    Done,
    /// What comes next.
    Now,
    /// Later.
    Ahead,
}

/// One step of the rail along the top of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RailStep {
    /// Title.
    pub title: &'static str,
    /// How far.
    pub progress: Progress,
    /// The day it was done.
    pub on: Option<Date>,
    /// A fact beside it: 第5个工作日，按期.
    pub note: Option<String>,
}

/// The rail: made, checked, published, then how it ended.
pub fn rail(state: Option<&Publication>) -> Vec<RailStep> {
    let Some(state) = state else {
        return vec![now("制作公示文本"), ahead("审核"), ahead("公示"), ahead(Stage::Expired.label())];
    };
    if let Some(exemption) = &state.exemption {
        let note = Some(exemption.ground.label().to_owned());
        return vec![done(Stage::Exempt.label(), Some(exemption.on), note)];
    }
    let mut all = vec![done("制作公示文本", state.prepared_on, None)];
    let first = state.first_published.as_ref();
    let (checked, published) = match (state.stage, first) {
        (_, Some(t)) => {
            (done("审核", state.checked_on, None), done("公示", Some(t.done_on), Some(t.sentence())))
        }
        (Stage::Checked, None) => (done("审核", state.checked_on, None), now("公示")),
        (Stage::Drafted, None) => (now("审核"), ahead("公示")),
        (Stage::Returned, None) => {
            all = vec![RailStep { note: Some(Stage::Returned.label().into()), ..now("制作公示文本") }];
            (ahead("审核"), ahead("公示"))
        }
        (
            Stage::Published
            | Stage::Corrected
            | Stage::Annotated
            | Stage::Withdrawn
            | Stage::Expired
            | Stage::Exempt,
            None,
        ) => (done("审核", state.checked_on, None), done("公示", None, None)),
    };
    all.extend([checked, published]);
    all.push(ending(state));
    all
}

fn ending(state: &Publication) -> RailStep {
    let on = state.ended_on;
    match state.stage {
        Stage::Withdrawn => {
            let note = state
                .tombstone
                .as_ref()
                .map(|t| format!("{}；{}", t.ground.label(), t.timeliness.sentence()));
            done(Stage::Withdrawn.label(), on, note)
        }
        Stage::Expired => done(Stage::Expired.label(), on, None),
        Stage::Corrected | Stage::Annotated => {
            RailStep { note: Some(state.stage.label().into()), ..now("公示中") }
        }
        Stage::Published => now("公示中"),
        Stage::Drafted | Stage::Checked | Stage::Returned | Stage::Exempt => ahead(Stage::Expired.label()),
    }
}

const fn now(title: &'static str) -> RailStep {
    RailStep { title, progress: Progress::Now, on: None, note: None }
}

const fn ahead(title: &'static str) -> RailStep {
    RailStep { title, progress: Progress::Ahead, on: None, note: None }
}

const fn done(title: &'static str, on: Option<Date>, note: Option<String>) -> RailStep {
    RailStep { title, progress: Progress::Done, on, note }
}

/// The limit of publication as a page shows it: what it compares with.
pub fn timeliness(state: &Publication) -> Option<&Timeliness> {
    state.first_published.as_deref()
}
