//! 回放: the pieces that are in the store, with the marks that lead into them. The page
//! judges whether the person may look; each piece that is then played is recorded as a
//! look before its first byte leaves.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::words::SegmentKind;
use mingjing_domain::refusal::Refusal;
use mingjing_domain::viewing_grant::Material;
use uuid::Uuid;

use super::super::access::opened;
use super::super::sheet;
use super::timeline::{clock, length};
use crate::evidence::name::media;
use crate::evidence::preview::{self, Previews};
use crate::evidence::tus::Opened;
use crate::kit::ask;
use crate::kit::assets;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, Tone};
use crate::machine_text::show::{self as machine, at, seconds};
use crate::viewing_grant::look::{Wish, foreseen};

/// GET /recordings/{id}/play
pub(super) async fn page(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Response, Failure> {
    ask::nothing(uri.query())?;
    let id = MatterId(id);
    let seen = opened(&shell, &who, id).await?;
    let it = &seen.it.state;
    let looked = match foreseen(&shell, &who, &Wish::view(Material::Recording { recording: id })).await {
        Ok(looked) => looked,
        Err(Failure::Refused(refusal)) => return Ok(closed(&shell, &who, (id, it), &refusal)),
        Err(other) => return Err(other),
    };
    let previews = preview::of_recording(&shell, store, &who, (id, it, &seen.handlers)).await?;
    // What a machine wrote down is shown in the course of the work alone; others open its page.
    let handles = seen.handlers.contains(&who.person.id);
    let number = it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    let above = html! { a href={ "/recordings/" (id) } { "音像记录 " (number) } };
    let below = html! { "每次播放都记入查阅记录；水印为：" (looked.watermark) };
    let body = html! {
        (page::heading(Some(above), "回放", Some(below), None))
        div.stack {
            @for (no, piece) in (1_u16..).zip(&it.segments) { (shown(id, it, (no, piece), (&previews, &looked.watermark), handles)) }
            @if it.segments.is_empty() { section.card { p.empty { "还没有采集。" } } }
        }
        script type="module" src=(assets::url("player.js")) {}
    };
    Ok(sheet::frame(&shell, &who, "回放", "/recordings", Width::Middle, body).into_response())
}

/// Why it is not played, and the way to an approval.
fn closed(shell: &Shell, who: &Identity, (id, it): (MatterId, &Recording), refusal: &Refusal) -> Response {
    let number = it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    let above = html! { a href={ "/recordings/" (id) } { "音像记录 " (number) } };
    let ask =
        it.cases.first().map_or_else(|| "/grants/new".to_owned(), |case| format!("/grants/new?case={case}"));
    let body = html! {
        (page::heading(Some(above), "回放", None, None))
        section.card { (show::refused(refusal)) div.buttons { a.btn href=(ask) { "申请查阅" } } }
    };
    let page = sheet::frame(shell, who, "回放", "/recordings", Width::Middle, body);
    (StatusCode::CONFLICT, page).into_response()
}

/// Address of a piece's bytes.
fn address(id: MatterId, no: u16) -> String {
    format!("/api/v1/recordings/{id}/segments/{no}/content")
}

fn shown(
    id: MatterId,
    it: &Recording,
    (no, piece): (u16, &Segment),
    (previews, watermark): (&Previews, &str),
    handles: bool,
) -> Markup {
    let name = piece.capture.name.or_erased();
    let gone = it.destroyed.is_some();
    let src = address(id, no);
    let poster = previews.of.get(&no);
    let plays = media(name).map_or("", |it| it.split_once('/').map_or("", |(kind, _)| kind));
    html! {
        section.card id={ "piece-" (no) } {
            h2 { "第" (no) "段 " (piece.capture.kind.label()) " "
                span.meta.small { (name) " · " (clock(piece.started())) "—" (clock(piece.ended())) " · " (length(piece.started(), piece.ended())) } }
            @if gone { p.meta { (show::tag(Tone::Seal, "内容已销毁")) } }
            @else if piece.identity.is_none() { p.meta { (show::tag(Tone::Near, "内容还没有入库")) } }
            @else {
                div.screen data-kind=(plays) {
                    @match (piece.capture.kind, plays) {
                        (SegmentKind::Video | SegmentKind::Surveillance, "video") =>
                            video controls preload="none" controlslist="nodownload nofullscreen noremoteplayback" disablepictureinpicture poster=[poster] src=(src) aria-label={ "第" (no) "段录像" } {},
                        (SegmentKind::Audio, "audio") | (SegmentKind::Video | SegmentKind::Surveillance, "audio") =>
                            audio controls preload="none" src=(src) aria-label={ "第" (no) "段录音" } {},
                        (_, "image") => a.btn.quiet data-picture={ "第" (no) "段" (piece.capture.kind.label()) "：" (name) } href=(src) {
                            @if let Some(poster) = poster { img src=(poster) alt=""; }
                            "查看" (piece.capture.kind.label())
                        },
                        _ => p.meta { "浏览器不能直接播放这种文件。 " a href={ "/recordings/" (id) "/segments/" (no) "/copy" } { "复制、导出" } },
                    }
                    p.watermark aria-hidden="true" { (watermark) }
                }
                (cues(it, no))
                @if let Some((made, _)) = piece.machine.made.as_ref().filter(|_| handles) { (machine::cues(no, made)) }
            }
        }
    }
}

/// Marks as places to go to.
fn cues(it: &Recording, no: u16) -> Markup {
    let marks: Vec<_> = it.marks.iter().filter(|mark| mark.segment == no).collect();
    html! {
        @if !marks.is_empty() {
            h3 { "标记" }
            ul.cues {
                @for mark in marks {
                    li {
                        button.btn.quiet type="button" data-seek=(seconds(mark.offset_ms)) data-piece=(no) {
                            (at(mark.offset_ms)) " " (mark.kind.label())
                        }
                        @if !mark.note.is_blank() { " " span.meta { (mark.note.or_erased()) } }
                    }
                }
            }
        }
    }
}
