//! Pieces of the page of a file: cover, catalogue, what it lacks, the sheet at its end.

use maud::{Markup, html};
use mingjing_domain::archive::{BackSheet, Cover, Item, Lack, Outcome, Responsible, Row};
use mingjing_domain::case::Case;
use mingjing_domain::matter::MatterId;
use mingjing_domain::secrecy::Secrecy;

use super::form::code;
use crate::case::access::People;
use crate::case::words;
use crate::kit::ui::show::{self, Tone};

/// How a case ended, in words.
pub fn outcome(it: &Outcome, case: &Case) -> String {
    match it {
        Outcome::Open => "正在办理".to_owned(),
        Outcome::NotFiled => "不予立案".to_owned(),
        Outcome::Withdrawn => "撤销立案".to_owned(),
        Outcome::Transferred { crime, recipient } => {
            let what = if *crime { "涉嫌犯罪移送" } else { "移送" };
            format!("{what}{}", recipient.or_erased())
        }
        Outcome::Decided(all) => {
            let one = |it: &mingjing_domain::archive::Disposed| {
                format!("{}：{}", words::party(case, it.party), it.words().join("、"))
            };
            all.iter().map(one).collect::<Vec<_>>().join("；")
        }
    }
}

/// 封面.
pub fn cover(it: &Cover, case: &Case, people: &People) -> Markup {
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "—".to_owned(), show::date);
    let retention = match it.retention_years {
        None => "归档时确定".to_owned(),
        Some(0) => "永久".to_owned(),
        Some(years) => format!("{years}年"),
    };
    let parties: Vec<&str> = it.parties.iter().map(|name| name.or_erased()).collect();
    html! {
        section.card {
            h2 { "案卷封面" }
            (show::facts(&[
                ("案件名称", html! { (it.title.or_erased()) }),
                ("案由", html! { (it.cause.as_ref().map_or("—", |it| it.or_erased())) }),
                ("当事人", html! { (parties.join("、")) }),
                ("处理结果", html! { (outcome(&it.outcome, case)) }),
                ("立案、结案", html! { (day(it.filed_on)) " 至 " (day(it.closed_on)) }),
                ("承办人", html! { (people.names(&it.officers)) }),
                ("归档日期", html! { (day(it.archived_on)) }),
                ("归档号", html! { span.no { (it.archive_no.as_deref().unwrap_or("—")) } }),
                ("保管期限", html! { (retention) @if let Some(day) = it.kept_until { "，到" (show::date(day)) } }),
                ("卷数、页数", html! { (it.volumes) "卷，" (it.pages) "页" }),
            ]))
        }
    }
}

/// 责任者, in words.
pub fn responsible(it: &Responsible, organ: &str, people: &People) -> String {
    match it {
        Responsible::Organ => organ.to_owned(),
        Responsible::Staff(ids) => people.names(ids),
        Responsible::Other(text) => text.or_erased().to_owned(),
    }
}

const fn mark_tone(mark: Secrecy) -> Tone {
    match mark {
        Secrecy::StateSecret => Tone::Seal,
        Secrecy::TradeSecret | Secrecy::Privacy => Tone::Near,
    }
}

/// 卷内目录, or a part of it under a name of its own, with the headings of its places.
pub fn catalogue(name: &str, case: MatterId, rows: &[Row], organ: &str, people: &People) -> Markup {
    html! {
        div.table.fold tabindex="0" role="region" aria-label=(name) { table {
            thead { tr {
                th scope="col" { "序号" } th scope="col" { "题名" } th scope="col" { "文号" } th scope="col" { "日期" }
                th scope="col" { "责任者" } th scope="col" { "页次" } th scope="col" { "备注" }
            } }
            tbody {
                @for group in rows.chunk_by(|a, b| (a.list, a.volume, a.place) == (b.list, b.volume, b.place)) {
                    tr.heading { th scope="colgroup" colspan="7" {
                        @if group[0].list > 0 { "补充归档" (group[0].list) " " }
                        @if group[0].volume > 1 { "第" (group[0].volume) "卷 " }
                        (group[0].heading)
                    } }
                    @for row in group { tr id=(code(row.item)) {
                        td data-label="序号" { (row.no) }
                        th scope="row" { (title(case, row)) @if let Some(mark) = row.secrecy { " " (show::tag(mark_tone(mark), mark.label())) } }
                        td data-label="文号" { span.no { (row.number.as_deref().unwrap_or("")) } }
                        td.nowrap data-label="日期" { (row.dated) }
                        td data-label="责任者" { (responsible(&row.responsible, organ, people)) }
                        td data-label="页次" { (row.page_words()) }
                        td data-label="备注" { (row.remark) }
                    } }
                }
            }
        } }
    }
}

/// The title, leading to the document where it may be opened.
fn title(case: MatterId, row: &Row) -> Markup {
    let open = row.secrecy.is_none_or(|mark| !mark.kept_elsewhere()) && !row.digest.is_empty();
    match row.item {
        Item::Document { no } if open => {
            html! { a href={ "/cases/" (case) "/documents/" (no) ".pdf" } { (row.shown_title()) } }
        }
        Item::Document { .. } | Item::Evidence { .. } | Item::Recording { .. } | Item::Paper { .. } => {
            html! { (row.shown_title()) }
        }
    }
}

/// Where a finding is mended.
fn mend(case: MatterId, lack: &Lack) -> (String, &'static str) {
    match lack.code {
        "file.pages" => (format!("/cases/{case}/file/count_pages"), "登记页数"),
        "file.paper" => (format!("/cases/{case}/file/add_paper"), "补入材料"),
        "file.unmade" => (format!("/cases/{case}#documents"), "查看文书"),
        _ => (format!("/cases/{case}"), "到案件页办理"),
    }
}

/// What the file lacks or where it does not agree, and where to mend it.
pub fn lacks(case: MatterId, all: &[Lack]) -> Markup {
    html! {
        section.card #check {
            h2 { "完整性、一致性检查 " span.meta.small { (all.len()) "处" } }
            @if all.is_empty() { p { (show::tag(Tone::Ok, "齐全一致")) " 卷内材料与办理经过相符。" } }
            @for lack in all {
                @let (href, words) = mend(case, lack);
                div.act {
                    b { (lack.message) }
                    a.btn.quiet href=(href) aria-label={ (words) "：" (lack.message) } { (words) }
                    p { (show::law(&lack.article)) }
                }
            }
        }
    }
}

/// 备考表.
pub fn back_sheet(it: &BackSheet, people: &People) -> Markup {
    let signed = |it: Option<(mingjing_domain::matter::StaffId, jiff::civil::Date)>| match it {
        Some((who, on)) => format!("{} {}", people.name(who), show::date(on)),
        None => "—".to_owned(),
    };
    html! {
        section.card {
            h2 { "备考表" }
            (show::facts(&[
                ("立卷人", html! { (signed(it.assembled)) }),
                ("检查人", html! { (signed(it.checked)) }),
                ("另存材料", html! { @if it.elsewhere.is_empty() { "无" } @else { "第" (it.elsewhere.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")) "件" } }),
            ]))
            @for it in &it.supplements {
                p {
                    "补充归档" (it.no) "：" (it.items) "件" (it.pages) "页。" (it.reason.or_erased()) br;
                    span.meta.small { "移交 " (signed(Some(it.by))) "，接收 " (signed(it.taken)) }
                }
            }
            @for it in &it.explained { p { "未能补齐（" (it.code) "）：" (it.reason.or_erased()) } }
            @for (who, on, words) in &it.notes { p { (words.or_erased()) br; span.meta.small { (people.name(*who)) " " (show::date(*on)) } } }
            @if it.explained.is_empty() && it.notes.is_empty() && it.supplements.is_empty() { p.meta { "没有需要说明的情况。" } }
        }
    }
}
