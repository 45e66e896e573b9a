//! What came into a file after the archives took it: shown, with its limit, as page and as data.

use maud::{Markup, html};
use mingjing_domain::archive::{self, Growth, Part};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::matter::{Moment, StaffId};
use mingjing_domain::period::Limit;
use serde_json::{Value, json};

use super::form::code;
use super::show;
use super::web::Shown;
use crate::case::access::{People, rules};
use crate::case::service::gather_for_view;
use crate::case::web::standing;
use crate::kit::auth::Identity;
use crate::kit::form::Choice;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::kit::ui::due::{Due, due as clock};
use crate::kit::ui::show::{self as ui, Tone};
use mingjing_domain::matter::civil_day;

/// What came after the last list of a file.
pub(super) fn of(it: &Shown) -> Growth {
    archive::growth(&it.filed.case.state, &it.file, &it.filed.recordings, it.filed.order)
}

/// The limit for filing what came.
///
/// # Errors
/// When the store fails.
pub(super) async fn due(shell: &Shell, who: &Identity, it: &Shown) -> Result<Option<Limit>, Failure> {
    let actor = who.actor();
    let gathered = gather_for_view(&shell.app, rules(), it.filed.case.organ, &actor).await?;
    let facts = gathered.facts(Moment::now(shell.app.now()), actor, [0; 32]);
    Ok(archive::limit(&it.filed.case.state, &of(it), &facts).and_then(Result::ok))
}

/// What came and is not filed, and until when it is.
pub(super) fn outstanding(shell: &Shell, it: &Shown, due: Option<&Limit>, items: &[Choice]) -> Markup {
    let grown = of(it);
    if grown.is_empty() {
        return html! {};
    }
    ui::notice(
        Tone::Near,
        "归档后有新形成的材料，尚未补充归档",
        html! {
            @if let Some(span) = grown.events { p { "案件新的办理经过：第" (span.from) "至" (span.to) "条。" } }
            @if !items.is_empty() { ul { @for choice in items { li { (choice.label) } } } }
            @match (archive::ready(&it.filed.case.state), due) {
                (Err(refusal), _) => p { "事项尚未办结：" (refusal.message) "。" },
                (Ok(()), Some(limit)) => {
                    @let (run, end, latest) = standing(civil_day(shell.app.now()), limit.due);
                    (clock(&Due { label: "补充归档", run, end, latest, derivation: limit.derivation.sentences() }))
                },
                (Ok(()), None) => {},
            }
        },
    )
}

/// The supplement that waits for the archives.
pub(super) fn waits(it: &Shown, organ: &str, people: &People) -> Markup {
    let Some(part) = &it.file.pending else { return html! {} };
    let case = &it.filed.case;
    let rows = archive::part_rows(&case.state, &it.file, &it.filed.recordings, it.filed.order, &part.handed);
    html! {
        section.card #pending {
            h2 { "补充归档" (part.handed.no) " " span.meta.small { "待档案管理员接收" } }
            (facts(part, people))
            @if !rows.is_empty() { (show::catalogue("待接收的补充材料", case.id, &rows, organ, people)) }
        }
    }
}

fn facts(part: &Part, people: &People) -> Markup {
    let it = &part.handed;
    let signed = |(who, on): (StaffId, jiff::civil::Date)| format!("{} {}", people.name(who), ui::date(on));
    ui::facts(&[
        ("办理的事项", html! { (it.reason.or_erased()) }),
        ("件数、页数", html! { (it.items.len()) "件，" (it.pages) "页" }),
        (
            "办理经过",
            html! { @match it.events { Some(span) => { "案件第" (span.from) "至" (span.to) "条" }, None => "无" } },
        ),
        ("移交", html! { (signed(part.by)) }),
        ("清单摘要", ui::digest(&it.digest)),
    ])
}

fn line(part: &Part) -> Value {
    let it = &part.handed;
    let step = |(by, on): (StaffId, jiff::civil::Date)| json!({ "by": by, "on": on });
    json!({
        "no": it.no, "items": it.items.iter().map(|item| code(*item)).collect::<Vec<_>>(), "pages": it.pages,
        "events": it.events, "digest": it.digest, "reason": it.reason.value(),
        "handed": step(part.by), "taken": part.taken.map(step),
    })
}

/// Growth and supplements as data, to be added to what a file says of itself.
pub(super) fn data(it: &Shown, due: Option<&Limit>) -> [(&'static str, Value); 3] {
    let grown = of(it);
    let open = archive::ready(&it.filed.case.state).err().filter(|_| !grown.is_empty());
    let growth = json!({
        "items": grown.items.iter().map(|item| code(*item)).collect::<Vec<_>>(), "events": grown.events,
        "ended_on": grown.ended_on, "open": open.map(|it| it.message),
        "due": due.map(|limit| limit.due.earliest()), "stage": wire_name(&it.file.stage),
    });
    [
        ("growth", growth),
        ("pending", it.file.pending.as_ref().map_or(Value::Null, line)),
        ("supplements", it.file.parts.iter().map(line).collect()),
    ]
}
