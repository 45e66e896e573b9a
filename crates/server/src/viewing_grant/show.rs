//! Pieces of the pages of approvals: the right, what was done under it, what went out.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_domain::viewing_grant::{Covered, Entry, Grant, Line, Requester, Stage};

use super::form::covered_words;
use super::tables::{material, requester};
use crate::case::access::People;
use crate::case::tables::title;
use crate::kit::error::ReadError;
use crate::kit::http::Shell;
use crate::kit::ui::show::{self, Tone};
use crate::kit::write::Loaded;

/// Titles of cases.
pub type Titles = BTreeMap<MatterId, String>;

/// The cases that approvals name.
pub fn cases(grants: &[&Grant]) -> Vec<MatterId> {
    let mut out: Vec<MatterId> = Vec::new();
    for grant in grants {
        for covered in &grant.right.scope {
            match covered {
                Covered::Case { case } | Covered::File { case } | Covered::Recordings { case } => {
                    out.push(*case)
                }
                Covered::One { material } => out.extend(material.case()),
                Covered::Period { .. } => {}
            }
        }
        out.extend(grant.loans.iter().map(|loan| loan.case));
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Loads the titles of cases.
///
/// # Errors
/// When the store fails.
pub async fn titles(shell: &Shell, ids: &[MatterId]) -> Result<Titles, ReadError> {
    let mut out = Titles::new();
    for id in ids {
        if let Some(case) = shell.app.load::<Case>(*id).await? {
            let number = case.state.number().map(|it| format!("{it} ")).unwrap_or_default();
            out.insert(*id, format!("{number}{}", title(&case.state)));
        }
    }
    Ok(out)
}

/// The title of a case.
pub fn named(titles: &Titles, id: MatterId) -> String {
    titles.get(&id).cloned().unwrap_or_else(|| "其他案件".to_owned())
}

/// How a stage looks.
pub const fn tone(stage: Stage) -> Tone {
    match stage {
        Stage::Requested => Tone::Near,
        Stage::Approved => Tone::Ok,
        Stage::Refused => Tone::Seal,
        Stage::Ended => Tone::Plain,
    }
}

/// Where an approval stands on a day, in words.
pub fn standing(grant: &Grant, today: jiff::civil::Date) -> Markup {
    match grant.stage {
        Stage::Approved if grant.expired(today) => show::tag(Tone::Plain, "已过期"),
        stage => show::tag(tone(stage), stage.label()),
    }
}

/// For whom, with the name.
pub fn whom(grant: &Grant, people: &People) -> String {
    match &grant.requester {
        Requester::Staff => people.name(grant.requested_by).to_owned(),
        Requester::Body { name, .. } | Requester::Concerned { name, .. } => {
            format!("{}（{}）", name.or_erased(), requester(&grant.requester))
        }
    }
}

/// The facts of an approval.
pub fn facts(grant: &Grant, people: &People, titles: &Titles) -> Markup {
    let title = |id: MatterId| named(titles, id);
    let right = &grant.right;
    let letter = match &grant.requester {
        Requester::Staff => None,
        Requester::Body { letter, persons, .. } => {
            Some(format!("调阅函 {}，来人 {}", letter.or_erased(), persons.or_erased()))
        }
        Requester::Concerned { credential, .. } => Some(format!("证明 {}", credential.or_erased())),
    };
    let mut pairs = vec![(
        "申请人",
        html! { (whom(grant, people)) @if grant.requester.outside() { br; span.meta.small { "由" (people.name(grant.requested_by)) "登记" } } },
    )];
    pairs.extend(letter.map(|it| ("凭据", html! { (it) })));
    pairs.extend([
        ("目的", html! { (grant.purpose.label()) }),
        ("理由", html! { span.typed { (grant.reason.or_erased()) } }),
        ("范围", html! { ul.plain { @for it in &right.scope { li { (covered_words(it, &title)) } } } }),
        ("方式", html! { (right.medium.label()) @if right.restricted { " " (show::tag(Tone::Near, "含限制查阅的材料")) } }),
        ("时间", html! { (show::date(right.from)) "至" (show::date(right.until)) }),
        ("申请日期", html! { (show::date(grant.requested_on)) }),
        ("审批", html! {
            @match &grant.decided {
                Some((by, on, opinion)) => { (people.name(*by)) " " (show::date(*on)) "：" (opinion.or_erased()) },
                None => { "待审批" },
            }
        }),
    ]);
    if let Some((ground, on)) = &grant.ended {
        pairs.push(("终止", html! { (show::date(*on)) " " (ground.label()) }));
    }
    show::facts(&pairs)
}

/// Everything that was done under an approval.
pub fn uses(grant: &Grant, people: &People, titles: &Titles) -> Markup {
    html! {
        @if grant.uses.is_empty() { p.meta { "还没有查阅。每次查阅、复制、导出都记在这里。" } }
        @else {
            div.table.fold tabindex="0" role="region" aria-label="查阅经过" { table {
                thead { tr { th scope="col" { "时间" } th scope="col" { "查阅人" } th scope="col" { "材料" } th scope="col" { "方式" } } }
                tbody { @for it in grant.uses.iter().rev() { tr {
                    th scope="row" { (show::time(it.at)) }
                    td data-label="查阅人" { (people.name(it.by)) }
                    td data-label="材料" { (material(it.material)) @if let Some(case) = it.material.case() { br; span.meta.small { (named(titles, case)) } } }
                    td data-label="方式" { (it.kind.label()) @if let Some(reason) = &it.reason { br; span.meta.small { "用途：" (reason.or_erased()) } } }
                } } }
            } }
        }
    }
}

/// Copies that went outside, each with number, receiver and digests.
pub fn deliveries(grant: &Grant) -> Markup {
    html! {
        @for it in &grant.deliveries {
            div.act {
                b { span.no { (it.number) } }
                span.meta.small { (show::date(it.on)) }
                p {
                    "接收人 " (it.receiver.or_erased()) "，" (it.copies.len()) "件"
                    @for copy in &it.copies { br; (material(copy.material)) " " @if copy.pages > 0 { (copy.pages) "页 " } (show::digest(&copy.digest)) }
                }
            }
        }
    }
}

/// One line of the register of loans and copies.
pub fn entry(it: &Entry, titles: &Titles) -> Vec<Markup> {
    let (what, back) = match &it.line {
        Line::Loan { case, volumes, until, returned, overdue_days } => (
            html! { "借阅 " (named(titles, *case)) " " (volumes) "卷" },
            html! {
                @match returned {
                    Some((day, true)) => { (show::date(*day)) "归还" },
                    Some((day, false)) => { (show::date(*day)) "归还 " (show::tag(Tone::Seal, "有缺损")) },
                    None => { "应于" (show::date(*until)) "归还" },
                }
                @if *overdue_days > 0 { " " (show::tag(Tone::Seal, &format!("超 {overdue_days} 天"))) }
            },
        ),
        Line::Copies { number, pieces, pages } => (
            html! { "复制 " (pieces) "件" @if *pages > 0 { "，" (pages) "页" } },
            html! { span.no { (number) } },
        ),
    };
    vec![
        html! { a href={ "/grants/" (it.grant) } { (show::date(it.out_on)) } },
        what,
        html! { (it.receiver.or_erased()) },
        html! { (it.purpose.label()) },
        back,
    ]
}

/// One approval in a list.
pub fn line(it: &Loaded<Grant>, people: &People, titles: &Titles, today: jiff::civil::Date) -> Markup {
    let title = |id: MatterId| named(titles, id);
    html! {
        div.act {
            b { a href={ "/grants/" (it.id) } { (whom(&it.state, people)) " · " (it.purpose.label()) } }
            (standing(&it.state, today))
            p {
                @for covered in &it.right.scope { (covered_words(covered, &title)) br; }
                (it.right.medium.label()) "，" (show::short_date(it.right.from)) "至" (show::short_date(it.right.until))
                @if !it.uses.is_empty() { "，已查阅" (it.uses.len()) "次" }
            }
        }
    }
}
