//! The case page: where it stands, what may be done, what not, what is due,
//! what has happened.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Redirect;
use jiff::Timestamp;
use jiff::civil::DateTime;
use maud::{Markup, html};
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::{Case, CaseEvent, gate};
use mingjing_domain::informant::ROLE;
use mingjing_domain::matter::{MatterId, Moment, shanghai};
use mingjing_domain::viewing::{Thing, handlers};
use uuid::Uuid;

use super::super::access::{self, People, opened, rules};
use super::super::{service, tables, words};
use super::file::Proofs;
use super::{acts, errata, file, parts};
use crate::disclosure::view as publications;
use crate::evidence::{preview, tus};
use crate::informant::service as informants;
use crate::kit::auth::Identity;
use crate::kit::authz::Target;
use crate::kit::event::Opened;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, ProofState, Tone};
use crate::kit::ui::stream::{Entry, stream};
use crate::kit::ui::table::Query;
use crate::kit::write::Loaded;
use crate::ledger;
use crate::record::service as record;
use crate::recording::view as recordings;
use crate::viewing::verbs as viewing_verbs;

/// Most recordings of a case that its page lists.
const RECORDINGS: u32 = 100;
/// Of how many of them, the newest ones, it shows a small picture.
const PICTURES: usize = 12;

/// By which of the two times a case is shown as it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// What had been recorded by then.
    Recorded,
    /// What is known today to have happened by then.
    Happened,
}

/// A moment of the past to show.
#[derive(Clone, Copy, Debug)]
struct AsOf {
    at: Timestamp,
    by: By,
}

fn as_of(query: &Query) -> Result<Option<AsOf>, Failure> {
    let Some(text) = query.get("as_of") else { return Ok(None) };
    let by = if query.get("by") == Some("happened") { By::Happened } else { By::Recorded };
    let local = || {
        let civil: DateTime = text.replace(' ', "T").parse().ok()?;
        shanghai().to_timestamp(civil).ok()
    };
    let at = text.parse::<Timestamp>().ok().or_else(local);
    let at =
        at.ok_or_else(|| Failure::Malformed("时刻应为年-月-日 时:分，如 2026-03-11 15:20".to_owned()))?;
    Ok(Some(AsOf { at, by }))
}

/// POST /cases/{id}/documents/again
pub(super) async fn make_again(
    State(shell): State<Shell>,
    who: Identity,
    Path(id): Path<Uuid>,
) -> Result<Redirect, Failure> {
    let case = access::handled(&shell, &who, MatterId(id)).await?;
    record::try_again(&shell.app, case.id).await?;
    Ok(Redirect::to(&format!("/cases/{id}#documents")))
}

/// GET /cases/{id}
pub(super) async fn page(
    State(shell): State<Shell>,
    store: tus::Opened,
    who: Identity,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Result<Markup, Failure> {
    let id = MatterId(id);
    let query = Query::new(format!("/cases/{id}"), uri.query());
    let loaded = opened(&shell, &who, id).await?;
    let then = as_of(&query)?;
    let past = match then {
        None => None,
        Some(AsOf { at, by: By::Recorded }) => shell.app.as_recorded::<Case>(id, at).await.map_err(broken)?,
        Some(AsOf { at, by: By::Happened }) => shell.app.as_happened::<Case>(id, at).await.map_err(broken)?,
    };
    if then.is_some() && past.is_none() {
        return Ok(not_yet(&shell, &who, id));
    }
    let open = query.get("personal") == Some("show");
    if open {
        access::viewed(&shell, &who, &loaded, Thing::PersonalNumbers).await?;
    }
    let case: &Case = past.as_ref().unwrap_or(&loaded.state);
    let people = People::of(&shell, loaded.organ).await?;
    let actor = who.actor();
    let gathered = service::gather_for_view(&shell.app, rules(), loaded.organ, &actor).await?;
    let moment = Moment::now(then.map_or_else(|| shell.app.now(), |it| it.at));
    let facts = gathered.facts(moment, actor, [0; 32]);
    let events = shell.app.stream::<Case>(id).await.map_err(broken)?;
    let proofs = proofs(&shell, id).await?;
    let region = access::target_region(&shell, &who, loaded.organ).await?;
    let target = Target { region: &region, ..Target::organ(loaded.organ) };
    let viewings = who.may(viewing_verbs::READ, &target).is_ok();
    let tombstone = crate::erasure::web::tombstone(&shell, &who, &loaded).await?;
    let failures = if then.is_none() && case.documents.iter().any(|it| it.made.is_none()) {
        record::failures(&shell.app, id).await?
    } else {
        Vec::new()
    };
    let recorded = recordings::of_case(shell.app.db(), id, RECORDINGS).await?;
    // Whoever handles the case sees what was recorded for it; in this list nobody else does.
    let newest: Vec<MatterId> = recorded.iter().take(PICTURES).map(|it| it.id).collect();
    let pictures = if then.is_none() && handlers(case).contains(&who.person.id) {
        preview::of_list(&shell, store, &who, &newest).await?
    } else {
        BTreeMap::new()
    };
    let seen = Shown {
        recorded: (recorded, pictures),
        unmade: file::Unmade { failures: &failures, csrf: &who.csrf },
        who: &who,
        tombstone,
        viewings,
        id,
        case,
        loaded: &loaded,
        people: &people,
        then,
        query: &query,
        open,
        published: match then {
            None => Some(publications::standings(&shell.app, id).await?),
            Some(_) => None,
        },
    };
    let body = body(&seen, &facts, &events, &proofs);
    Ok(super::shown(&shell, &who, &tables::title(case), "/cases", Width::Wide, body))
}

fn broken(error: crate::kit::error::ReadError) -> Failure {
    Failure::from(error)
}

async fn proofs(shell: &Shell, id: MatterId) -> Result<Proofs, Failure> {
    let states = ledger::store::proof_states(shell.app.db(), id).await?;
    let shown = |it| match it {
        ledger::service::ProofState::Pending => ProofState::Pending,
        ledger::service::ProofState::Sequenced => ProofState::Sequenced,
        ledger::service::ProofState::Checkpointed => ProofState::Checkpointed,
        ledger::service::ProofState::Witnessed => ProofState::Witnessed,
    };
    Ok(states.into_iter().map(|(version, it)| (version, shown(it))).collect())
}

struct Shown<'a> {
    /// Its recordings, newest first.
    recorded: (Vec<recordings::Line>, BTreeMap<MatterId, String>),
    unmade: file::Unmade<'a>,
    who: &'a Identity,
    /// Says so when the content is gone.
    tombstone: Markup,
    /// May see who looked.
    viewings: bool,
    id: MatterId,
    case: &'a Case,
    loaded: &'a Loaded<Case>,
    people: &'a People,
    then: Option<AsOf>,
    query: &'a Query,
    open: bool,
    /// Its publications, unless it is shown as it once stood.
    published: Option<Vec<publications::Standing>>,
}

fn not_yet(shell: &Shell, who: &Identity, id: MatterId) -> Markup {
    let body = html! {
        section.card.said {
            h1 { "那时还没有这个案件" }
            p { "所选时刻早于线索登记。" }
            div.buttons { a.btn.quiet href={ "/cases/" (id) } { "看现在的案件" } }
        }
    };
    super::shown(shell, who, "那时还没有这个案件", "/cases", Width::Middle, body)
}

fn body(it: &Shown<'_>, facts: &Facts<'_>, events: &[Opened<CaseEvent>], proofs: &Proofs) -> Markup {
    html! {
        (heading(it))
        (it.tombstone)
        @if let Some(then) = it.then { (banner(it.id, then)) }
        (parts::stages(it.case, facts, it.published.as_deref()))
        (errata::card(it.id, it.case, it.people, it.then.is_none() && gate::erratum(it.case, facts, None).is_ok()))
        div.cols {
            div.stack {
                @if it.then.is_none() { (parts::doors(it.id, it.case, facts)) }
                @else { section.card { h2 { "当时原貌" } p.meta { "只供查看，不能办理。" } } (file::handlers(it.case, it.people)) }
            }
            div.stack {
                (parts::clocks(it.case, facts))
                (file::documents(it.id, it.case, proofs, &it.unmade))
            }
            div.stack { (happened(it, events, proofs)) }
        }
        div.cols.below {
            div.stack { (file::parties(it.id, it.case, it.open)) @if it.then.is_none() { (file::handlers(it.case, it.people)) (informant(it)) } }
            div.stack { (acts::recorded(it.id, it.case, facts, (&it.recorded.0, &it.recorded.1), it.then.is_none())) (file::evidence(it.case, it.people)) }
            div.stack { (file::proposals(it.case, it.people)) }
        }
    }
}

/// The informant by role alone; the way to the identity is shown to those who may go it.
fn informant(it: &Shown<'_>) -> Markup {
    let may = informants::may(it.who, it.loaded).is_ok();
    html! {
        @if it.case.clue.informant.is_some() {
            section.card #informant {
                h2 { "举报人" }
                div.act {
                    b { (ROLE) }
                    p { "身份另行保密登记。" @if may { a href={ "/cases/" (it.id) "/informant" } { "查看身份" } span.meta { "（查看将被记录）" } } }
                }
            }
        }
    }
}

fn heading(it: &Shown<'_>) -> Markup {
    let case = it.case;
    let above = html! {
        "普通程序 · 行政处罚 " (show::tag(Tone::Seal, case.stage.label()))
        @if case.suspended() { " " (show::tag(Tone::Near, "已中止")) }
        @if let Some(revoked) = file::revoked(case) { " " (show::tag(Tone::Seal, revoked)) }
    };
    let below = html! {
        @if let Some(number) = case.number() { span.no { (number) } " · " }
        @if !case.officers.is_empty() { "承办 " (it.people.names(&case.officers)) " · " }
        @match &case.filed {
            Some(filed) => { "立案 " (show::date(filed.on)) },
            None => { "登记 " (show::date(case.registered_on)) },
        }
    };
    let tools = html! {
        details.menu.past {
            summary.btn.quiet { "某日原貌" }
            div {
                form method="get" action={ "/cases/" (it.id) } {
                    label for="as-of" { "看到这一时刻为止" }
                    input #as-of type="datetime-local" name="as_of" required;
                    div.pick { input type="radio" #by-r name="by" value="recorded" checked; label for="by-r" { "按记录时间：当时系统中已有的" } }
                    div.pick { input type="radio" #by-h name="by" value="happened"; label for="by-h" { "按发生时间：现在所知当时已发生的" } }
                    button.btn.quiet { "查看" }
                }
            }
        }
        @if case.draft.is_some() { a.btn.quiet href={ "/cases/" (it.id) "/review" } { "送审材料" } }
        a.btn.quiet href={ "/cases/" (it.id) "/file" } { "案卷" }
        @if it.viewings { a.btn.quiet href={ "/cases/" (it.id) "/viewings" } { "查阅记录" } }
        button.btn.quiet type="button" data-print hidden { "打印" }
    };
    page::heading(Some(above), &tables::title(case), Some(below), Some(tools))
}

fn banner(id: MatterId, then: AsOf) -> Markup {
    let words = match then.by {
        By::Recorded => "当时系统中已有的记录",
        By::Happened => "按现在所知，当时已经发生的事项",
    };
    let heading = format!("这是 {} 的原貌，不是现在", show::moment(then.at));
    show::notice(
        Tone::Near,
        &heading,
        html! {
            p { (words) "。只供查看，不能办理。" a href={ "/cases/" (id) } { "回到现在" } }
        },
    )
}

fn happened(it: &Shown<'_>, events: &[Opened<CaseEvent>], proofs: &Proofs) -> Markup {
    let only = it.query.get("part").and_then(|name| words::Part::ALL.into_iter().find(|p| p.name() == name));
    let within = |event: &&Opened<CaseEvent>| match it.then {
        None => true,
        Some(AsOf { at, by: By::Recorded }) => event.meta.moment.recorded_at <= at,
        Some(AsOf { at, by: By::Happened }) => event.meta.moment.happened_at <= at,
    };
    let entries: Vec<Entry> = events
        .iter()
        .rev()
        .filter(within)
        .filter(|event| only.is_none_or(|part| words::part(&event.event).0 == part))
        .map(|event| entry(it, event, proofs))
        .collect();
    let link = |entry: &Entry| Some(format!("/cases/{}?as_of={}", it.id, entry.recorded_at));
    html! {
        section.card #stream {
            h2 { "经过 " span.meta.small { "第" (it.loaded.version) "版" } }
            nav.parts aria-label="筛选经过" {
                a href={ (it.query.with("part", "")) "#stream" } aria-current=[only.is_none().then_some("true")] { "全部" }
                @for part in words::Part::ALL {
                    a href={ (it.query.with("part", part.name())) "#stream" } aria-current=[(only == Some(part)).then_some("true")] { (part.label()) }
                }
            }
            div.scroll.tall tabindex="0" role="region" aria-label="经过" { (stream(&entries, link)) }
        }
    }
}

fn entry(it: &Shown<'_>, event: &Opened<CaseEvent>, proofs: &Proofs) -> Entry {
    let moment = &event.meta.moment;
    let actor = event.meta.actor;
    Entry {
        version: event.meta.version,
        recorded_at: moment.recorded_at,
        happened_at: (moment.happened_at != moment.recorded_at).then_some(moment.happened_at),
        // Names and numbers of the newest state: an entry says the same wherever it is read.
        sentence: words::sentence(&event.event, &it.loaded.state, it.people),
        who: it.people.name(actor).to_owned(),
        key: words::part(&event.event).1,
        proof: proofs.get(&event.meta.version).copied().unwrap_or(ProofState::Pending),
    }
}
