//! The queue: what is to be made, checked, published, taken down.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::disclosure::{DisclosureRules, Stage, Verb, WithdrawalGround, procedure_table};
use mingjing_domain::matter::{MatterId, OrganId, civil_day};
use mingjing_domain::organ::OrganState;
use mingjing_domain::period::{self, Rule, Start};
use mingjing_domain::staff::Role;

use crate::calendar::service::imported;
use crate::case::access::rules;
use crate::disclosure::store::{self, Queued};
use crate::kit::auth::{Identity, Person};
use crate::kit::db::{Db, DbError};
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::kit::ui::table::{self, Column, Query, Table};

/// Lines of a page.
const PAGE: u32 = 50;
/// How far back decisions without a publication are looked for, in days; older
/// ones are found through their case.
const LOOK_BACK_DAYS: i32 = 400;

/// The tabs: value, words.
const TABS: [(&str, &str); 8] = [
    ("prepare", "待制作"),
    ("check", "待审核"),
    ("publish", "待公示"),
    ("returned", "退回修改"),
    ("withdraw", "须撤下"),
    ("public", "公示中"),
    ("ended", "已撤下、已到期"),
    ("exempt", "不予公示"),
];

pub(super) async fn page(
    State(shell): State<Shell>,
    who: Identity,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    let query = Query::new("/publications", raw.as_deref());
    let tab = query.get("tab").unwrap_or("prepare").to_owned();
    let today = civil_day(shell.app.now());
    let after = query.get("after").and_then(|a| a.parse().ok()).map(MatterId);
    let lines = lines(&shell, &who, &tab, today, after).await?;
    let limits = Limits::of(&shell, who.person.organ, today).await?;
    let next = (lines.len() == PAGE as usize).then(|| lines.last().and_then(|l| l.publication)).flatten();
    let body = html! {
        (page::heading(None, "公示", Some(html! { "制作、审核、公示由三个不同的人办理；处罚决定 7 个工作日内公开" }), None))
        nav.crumbs aria-label="公示的各个环节" {
            ol { @for (value, words) in TABS {
                li { a href=(format!("/publications?tab={value}")) aria-current=[(value == tab).then_some("page")] {
                    @if value == tab { b { (words) } } @else { (words) }
                } }
            } }
        }
        section.card { (list(&lines, &query, &limits, next)) }
    };
    let office = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: "公示",
        current: "/publications",
        crumbs: Vec::new(),
        width: Width::Middle,
    };
    Ok(page::office(&office, body))
}

async fn lines(
    shell: &Shell,
    who: &Identity,
    tab: &str,
    today: Date,
    after: Option<MatterId>,
) -> Result<Vec<Queued>, Failure> {
    const PUBLIC: [Stage; 3] = [Stage::Published, Stage::Corrected, Stage::Annotated];
    const MOVING: [Stage; 6] = [
        Stage::Drafted,
        Stage::Checked,
        Stage::Returned,
        Stage::Published,
        Stage::Corrected,
        Stage::Annotated,
    ];
    let (db, organ) = (shell.app.db(), who.person.organ);
    let stage = |stages: &'static [Stage], phase: Option<&'static str>| {
        store::in_stage(db, organ, stages, phase, after, PAGE)
    };
    Ok(match tab {
        "check" => stage(&MOVING, Some("drafted")).await?,
        "publish" => stage(&MOVING, Some("checked")).await?,
        "returned" => stage(&MOVING, Some("returned")).await?,
        "withdraw" => store::to_withdraw(db, organ, PAGE).await?,
        "public" => stage(&PUBLIC, None).await?,
        "ended" => stage(&[Stage::Withdrawn, Stage::Expired], None).await?,
        "exempt" => stage(&[Stage::Exempt], None).await?,
        _ => {
            let from = today.checked_sub(LOOK_BACK_DAYS.days()).unwrap_or(Date::MIN);
            store::to_prepare(db, organ, from, None, PAGE).await?
        }
    })
}

/// The limits of public copies on a day, for one organ.
pub struct Limits {
    rules: DisclosureRules,
    calendar: Arc<Calendar>,
    today: Date,
}

impl Limits {
    /// Those of the organ's rules and calendar.
    ///
    /// # Errors
    /// When the organ is unknown, no rule covers the day, or the store fails.
    pub async fn of(shell: &Shell, organ: OrganId, today: Date) -> Result<Self, Failure> {
        let organ = shell.app.load::<OrganState>(MatterId(organ.0)).await?.ok_or(Failure::NotFound)?;
        let imported = imported(&shell.app).await?;
        let day_rules = rules().on(&organ.state, organ.version, today, imported.as_deref())?;
        Ok(Self {
            rules: DisclosureRules::of(&day_rules.policy),
            calendar: Arc::clone(&day_rules.calendar),
            today,
        })
    }

    /// The last day to publish what was decided on `day`; the earliest bound where the
    /// calendar leaves it open, none where it does not reach.
    pub fn publish(&self, day: Date) -> Option<Date> {
        self.last(&self.rules.publish, day, "作出处罚决定")
    }

    /// The last day to take down what was known on `day` to stand no longer.
    pub fn withdraw(&self, day: Date) -> Option<Date> {
        self.last(&self.rules.withdraw, day, "知道应当撤下")
    }

    fn last(&self, rule: &Rule, day: Date, what: &'static str) -> Option<Date> {
        let limit = period::limit(&self.calendar, rule, &Start::new(day, what), &[]).ok()?;
        Some(limit.due.earliest())
    }

    /// A last day with the days left in words.
    fn words(&self, due: Option<Date>) -> Markup {
        let Some(due) = due else {
            return html! { span.meta { "日历未公布" } };
        };
        let run = crate::kit::ui::due::Run::on(self.today, due);
        let tone = match run {
            crate::kit::ui::due::Run::Over(_) => Tone::Seal,
            crate::kit::ui::due::Run::Left(n) if n <= 3 => Tone::Near,
            crate::kit::ui::due::Run::Left(_)
            | crate::kit::ui::due::Run::AtLeast(_)
            | crate::kit::ui::due::Run::Paused
            | crate::kit::ui::due::Run::Kept(_) => Tone::Plain,
        };
        let words = match run {
            crate::kit::ui::due::Run::Over(n) => format!("已超期 {n} 天"),
            crate::kit::ui::due::Run::Left(0) => "今日止".to_owned(),
            crate::kit::ui::due::Run::Left(n) => format!("还有 {n} 天"),
            crate::kit::ui::due::Run::AtLeast(_)
            | crate::kit::ui::due::Run::Paused
            | crate::kit::ui::due::Run::Kept(_) => String::new(),
        };
        html! { (show::short_date(due)) "止 " (show::tag(tone, &words)) }
    }

    fn shown(&self, it: &Queued) -> Markup {
        if let Some((_, known)) = &it.ended
            && it.stage.is_some_and(Stage::is_public)
        {
            return self.words(self.withdraw(*known));
        }
        match it.published_on {
            Some(on) => html! { (show::short_date(on)) "已公示" },
            None if it.stage == Some(Stage::Exempt) => html! { "—" },
            None => self.words(self.publish(it.decided_on)),
        }
    }
}

fn list(lines: &[Queued], query: &Query, limits: &Limits, next: Option<MatterId>) -> Markup {
    let row = |it: &Queued| {
        let href = match it.publication {
            Some(id) => format!("/publications/{id}"),
            None => format!("/publications/{}.{}", it.case, it.party),
        };
        vec![
            html! { a href=(href) { (it.number) } br; span.meta { (it.title) } },
            html! { (show::short_date(it.decided_on)) },
            html! { @match it.served_on { Some(on) => { (show::short_date(on)) }, None => { span.meta { "未送达" } } } },
            limits.shown(it),
            html! {
                (show::tag(Tone::Info, it.stage.map_or("待制作", Stage::label)))
                @if it.minor { " " (show::tag(Tone::Seal, "未成年人，不予公示")) }
                @if let Some((ground, _)) = &it.ended { " " (show::tag(Tone::Seal, ended_words(ground))) }
            },
        ]
    };
    table::table(&Table {
        caption: "公示事项",
        id: "publications",
        columns: ["决定", "决定日", "送达日", "期限", "状态"].into_iter().map(Column::new).collect(),
        rows: lines.iter().map(row).collect(),
        query,
        next: next.map(|id| id.to_string()),
        empty: ("这里没有待办的公示", html! { p { "已决定并送达的案件会自动出现在“待制作”。" } }),
    })
}

/// A public copy whose decision no longer stands as it is shown.
pub struct TakeDown {
    /// Publication.
    pub publication: MatterId,
    /// Its case.
    pub case: MatterId,
    /// 决定书文号.
    pub number: String,
    /// The party as the public reads it.
    pub party: String,
    /// What became of the decision.
    pub ground: &'static str,
    /// Civil day on which the organ knew.
    pub known_on: Date,
}

/// Copies that whoever holds one of these roles takes down (行政处罚法第四十八条第二款: also
/// those whose decision was changed).
///
/// # Errors
/// When the database fails.
pub async fn to_take_down(
    db: &Db,
    organ: OrganId,
    roles: &[Role],
    limit: u32,
) -> Result<Vec<TakeDown>, DbError> {
    let step = procedure_table().into_iter().find(|it| it.verb == Verb::Withdraw);
    if !step.is_some_and(|it| it.who.iter().any(|role| roles.contains(role))) {
        return Ok(Vec::new());
    }
    let all = store::to_withdraw(db, organ, limit).await?;
    Ok(all
        .into_iter()
        .filter_map(|it| {
            let (ground, known_on) = it.ended?;
            Some(TakeDown {
                publication: it.publication?,
                case: it.case,
                number: it.number,
                party: it.title,
                ground: ended_words(&ground),
                known_on,
            })
        })
        .collect())
}

/// Public copies on their way that wait for whoever holds one of the roles.
///
/// # Errors
/// When the database fails.
pub async fn on_the_way(
    db: &Db,
    organ: OrganId,
    roles: &[String],
    limit: u32,
) -> Result<Vec<store::Waits>, DbError> {
    store::waiting(db, organ, roles, limit).await
}

/// Decisions served and not yet taken up: to an officer those of the officer's own
/// cases, to another whose role makes the copy those of the organ.
///
/// # Errors
/// When the database fails.
pub async fn to_make(db: &Db, who: &Person, today: Date, limit: u32) -> Result<Vec<Queued>, DbError> {
    let makers =
        procedure_table().into_iter().find(|it| it.verb == Verb::Prepare).map_or(&[][..], |it| it.who);
    let held: Vec<Role> = makers.iter().copied().filter(|it| who.roles.contains(it)).collect();
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let officer = (held == [Role::Officer]).then_some(who.id);
    let from = today.checked_sub(LOOK_BACK_DAYS.days()).unwrap_or(Date::MIN);
    store::to_prepare(db, who.organ, from, officer, limit).await
}

fn ended_words(name: &str) -> &'static str {
    WithdrawalGround::ALL
        .iter()
        .find(|g| mingjing_domain::case::form::wire_name(*g) == name)
        .map_or("决定不再有效", |g| g.label())
}
