//! What the last check of the evidence store found damaged, where those see it who can do something:
//! the desks of the archives and of the administrators, and the page of the recording.

use maud::{Markup, html};
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::Recording;
use mingjing_domain::staff::Role;

use super::scrub::{Found, Summary};
use super::tus::Opened;
use crate::kit::app::App;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::recording::view as recordings;

/// Most of them on a page; the command names them all.
const MOST: usize = 20;

/// One damage, and the recordings of the organ that it is of.
struct Damaged {
    found: Found,
    of: Vec<(MatterId, String)>,
}

/// The recordings of an organ that name a root, with their numbers.
async fn of_root(app: &App, organ: OrganId, root: &str) -> Result<Vec<(MatterId, String)>, Failure> {
    let mut out = Vec::new();
    for id in recordings::holding(app.db(), root).await? {
        if let Some(it) = app.load::<Recording>(id).await?.filter(|it| it.organ == organ) {
            out.push((id, it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string)));
        }
    }
    Ok(out)
}

fn remedy(store_admin: bool) -> Markup {
    html! {
        ol {
            li { "不要销毁、改动这份内容的任何副本：采集设备、采集站、光盘等长期保存副本、备份。" }
            @if store_admin {
                li { "从最近一次完好的备份或者长期保存副本取出同一份内容，核对 SHA-256 摘要后按恢复办法放回证据库；运行 " code { "mingjing scrub --restart" } " 再次核对。" }
                li { "检查磁盘或者存储桶；几份同时损坏的，先停止写入，再查原因。" }
            } @else {
                li { "告知系统管理员从备份或者长期保存副本恢复；有长期保存副本的，向其提供载体编号和存放地点。" }
                li { "恢复以前，该内容不能播放、复制和封装；作为证据的，告知承办人，使用其他副本。" }
            }
        }
    }
}

/// The card of a desk; nothing where nothing is damaged, or for those who can do nothing about it.
///
/// # Errors
/// When the database fails.
pub async fn desk(shell: &Shell, who: &Identity, store: &Opened) -> Result<Markup, Failure> {
    let admin = who.person.roles.contains(&Role::SystemAdmin);
    let Some(last) = last(store).filter(|_| admin || who.person.roles.contains(&Role::Archivist)) else {
        return Ok(html! {});
    };
    let mut all = Vec::new();
    for found in last.found.iter().take(MOST) {
        let of = of_root(&shell.app, who.person.organ, &found.name).await?;
        // The archives see their own; the administrator sees that something is damaged.
        if admin || !of.is_empty() {
            all.push(Damaged { found: found.clone(), of });
        }
    }
    if all.is_empty() {
        return Ok(html! {});
    }
    let on = last.ended_at.map(show::time);
    let shows = who.person.roles.contains(&Role::Archivist);
    let body = html! {
        p { @if let Some(on) = on { (on) " 的核对发现 " } (last.found.len()) " 处不符：" }
        ul { @for it in &all { li {
            @if shows && !it.of.is_empty() {
                @for (id, number) in &it.of { a href={ "/recordings/" (id) } { "音像记录" (number) } " " }
            } @else { (show::digest(&it.found.name)) " " }
            (it.found.words)
        } } }
        @if last.found.len() > all.len() { p.meta.small { "全部见 " code { "mingjing scrub" } " 的结果。" } }
        (remedy(admin))
    };
    Ok(show::notice(Tone::Seal, "证据库有损坏", body))
}

fn last(store: &Opened) -> Option<Summary> {
    store.as_ref().and_then(|it| it.0.last_check()).filter(|it| !it.found.is_empty())
}

/// The notice on the page of a recording: which pieces are damaged, and what to do.
pub fn of_recording(store: &Opened, it: &Recording) -> Markup {
    let Some(last) = last(store) else { return html! {} };
    let mut pieces = Vec::new();
    for (no, segment) in (1_u16..).zip(&it.segments) {
        let root = segment.identity.as_ref().map(|it| it.sha256_root.as_str());
        if let Some(found) = last.found.iter().find(|found| Some(found.name.as_str()) == root) {
            pieces.push((no, found.words.clone()));
        }
    }
    if pieces.is_empty() || it.destroyed.is_some() {
        return html! {};
    }
    let body = html! {
        ul { @for (no, words) in &pieces { li { "第" (no) "段：" (words) } } }
        @for copy in &it.copies { p { "长期保存副本：" (copy.medium.label()) " " (copy.number) "，存于" (copy.place.or_erased()) } }
        (remedy(false))
    };
    show::notice(Tone::Seal, "证据库核对发现内容损坏", body)
}
