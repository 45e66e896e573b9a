//! One decision: the masked copy, its timeliness, its proof; or what is left of it.

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use mingjing_domain::disclosure::{Live, Publication, Stage, Timeliness, Tombstone};
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::Bundle;

use super::{HTML, REVALIDATED, cached_as, json, masked, shell_key, tag_of, timing};
use crate::disclosure::service::name_of;
use crate::disclosure::store::{self, Page};
use crate::disclosure::{proof, tables};
use crate::kit::app::App;
use crate::kit::error::ReadError;
use crate::kit::http::Shell;
use crate::kit::page::{self, Site, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, ProofState, Tone};
use crate::kit::write::Loaded;
use crate::ledger::LedgerError;
use crate::ledger::service::Ledger;

const JSON: &str = "application/json; charset=utf-8";

/// `/decisions/{id}`, and the same with `.json`, `.proof.json`, `.original.json`.
pub(super) async fn any(
    State(shell): State<Shell>,
    ledger: Option<Extension<Ledger>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let key = shell_key(&shell.site);
    let (id, form) = name.split_once('.').map_or((name.as_str(), None), |(id, form)| (id, Some(form)));
    let found = store::page(shell.app.db(), id, &key).await?.ok_or(Failure::NotFound)?;
    let ledger = ledger.map(|Extension(it)| it);
    match form {
        None => html_page(&shell, ledger, found, &headers, &key, id).await,
        Some("json") => {
            let state = load(&shell.app, found.matter).await?;
            let body = json::one(&shell.app, &state).await?;
            let body = serde_json::to_vec_pretty(&body).map_err(|e| Failure::Broken(e.to_string()))?;
            Ok(super::cached(&headers, JSON, REVALIDATED, body))
        }
        Some("proof.json") => bundle(&shell, ledger, &found, &headers, false).await,
        Some("original.json") => bundle(&shell, ledger, &found, &headers, true).await,
        Some(_) => Err(Failure::NotFound),
    }
}

pub(super) async fn load(app: &App, id: MatterId) -> Result<Loaded<Publication>, Failure> {
    app.load::<Publication>(id).await?.ok_or(Failure::NotFound)
}

async fn html_page(
    shell: &Shell,
    ledger: Option<Ledger>,
    found: Page,
    headers: &HeaderMap,
    key: &str,
    public_id: &str,
) -> Result<Response, Failure> {
    if let Some((tag, body)) = found.stored {
        return Ok(cached_as(headers, HTML, REVALIDATED, &tag, || body));
    }
    let state = load(&shell.app, found.matter).await?;
    // The rows and the state may be one act apart: what the state says counts.
    if let Some(ledger) = ledger.as_ref().filter(|_| state.stage.is_public())
        && let Some(body) = make(shell, ledger, &state, key, public_id).await?
    {
        return Ok(cached_as(headers, HTML, REVALIDATED, &tag_of(&body), || body));
    }
    let proof = proof_state(ledger.as_ref(), &state).await?;
    let body = render(&shell.app, &shell.site, &state, public_id, proof).await?.into_string().into_bytes();
    Ok(cached_as(headers, HTML, REVALIDATED, &tag_of(&body), || body))
}

/// Makes and stores page and proofs once the copy stands under a checkpoint;
/// none while it does not.
///
/// # Errors
/// When the store fails or the log is broken.
pub async fn make(
    shell: &Shell,
    ledger: &Ledger,
    state: &Loaded<Publication>,
    key: &str,
    public_id: &str,
) -> Result<Option<Vec<u8>>, Failure> {
    let bundle = match proof::copy(ledger, state.id, state).await {
        Ok(bundle) => bundle.to_bytes(),
        Err(LedgerError::NotYet(_)) => return Ok(None),
        Err(error) => return Err(broken(&error)),
    };
    let original = match proof::original(ledger, state).await {
        Ok(original) => original.map(|b| b.to_bytes()),
        Err(LedgerError::NotYet(_)) => None,
        Err(error) => return Err(broken(&error)),
    };
    let proof = proof_state(Some(ledger), state).await?;
    let body = render(&shell.app, &shell.site, state, public_id, proof).await?.into_string().into_bytes();
    let (site, at) = (&shell.site, shell.app.now());
    let under =
        store::Surroundings { shell: key.to_owned(), portal_name: site.portal_name.clone(), demo: site.demo };
    let tx = shell.app.db().begin().await?;
    store::keep_surroundings(&tx, &under, at).await?;
    store::put_page(
        &tx,
        &store::Made {
            matter: state.id,
            version: state.version,
            shell: key,
            tag: &tag_of(&body),
            body: &body,
            proof: &bundle,
            original: original.as_deref(),
            at,
        },
    )
    .await?;
    tx.commit().await?;
    Ok(Some(body))
}

fn broken(error: &LedgerError) -> Failure {
    Failure::Broken(error.to_string())
}

async fn proof_state(ledger: Option<&Ledger>, state: &Loaded<Publication>) -> Result<ProofState, Failure> {
    let Some(ledger) = ledger else { return Ok(ProofState::Pending) };
    let version = state.live_version.unwrap_or(state.version);
    Ok(super::list::shown(ledger.proof_state(state.id, version).await.map_err(|e| broken(&e))?))
}

pub(super) async fn bundle(
    shell: &Shell,
    ledger: Option<Ledger>,
    found: &Page,
    headers: &HeaderMap,
    original: bool,
) -> Result<Response, Failure> {
    // A withdrawn copy has no proof to show: its characters went with it.
    if !found.stage.is_public() {
        return Err(Failure::NotFound);
    }
    if let Some((copy, source)) = store::proofs(shell.app.db(), found.matter, found.version).await? {
        let body = if original { source.ok_or(Failure::NotFound)? } else { copy };
        return Ok(super::cached(headers, JSON, REVALIDATED, body));
    }
    let ledger = ledger.ok_or(Failure::NotFound)?;
    let state = load(&shell.app, found.matter).await?;
    let made: Result<Option<Bundle>, LedgerError> = if original {
        proof::original(&ledger, &state).await
    } else {
        proof::copy(&ledger, state.id, &state).await.map(Some)
    };
    match made {
        Ok(Some(bundle)) => Ok(super::cached(headers, JSON, REVALIDATED, bundle.to_bytes())),
        Ok(None) => Err(Failure::NotFound),
        Err(LedgerError::NotYet(_)) => {
            Err(Failure::Unavailable("证明尚未生成：记录正在等待账本签名，请几秒后再下载".into()))
        }
        Err(error) => Err(broken(&error)),
    }
}

/// The page of a publication as it stands.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn render(
    app: &App,
    site: &Site,
    state: &Loaded<Publication>,
    public_id: &str,
    proof: ProofState,
) -> Result<Markup, Failure> {
    let (title, body) = match (&state.live, &state.tombstone, state.stage) {
        (Some(live), _, _) => (
            format!("{} {}", tables::public_party(&live.content), live.content.number),
            shown(state, live, public_id, proof),
        ),
        (None, Some(tomb), _) => {
            let who = name_of(app, tomb.by).await?;
            let replaced = replacement(app, state).await?;
            (format!("已撤下 {}", tomb.number), tombstone(tomb, &who, replaced, proof))
        }
        (None, None, Stage::Expired) => (format!("公示期已满 {}", state.source.number), expired(state)),
        (None, None, _) => return Err(Failure::NotFound),
    };
    Ok(page::portal(site, &title, "/decisions", Width::Middle, None, body))
}

/// Whether these bytes are the page of a publication as it stands, at one of the
/// states of its proof: which of them it was when the page was made is not kept.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn could_be(
    app: &App,
    site: &Site,
    state: &Loaded<Publication>,
    public_id: &str,
    body: &[u8],
) -> Result<bool, ReadError> {
    for proof in [ProofState::Checkpointed, ProofState::Witnessed] {
        match render(app, site, state, public_id, proof).await {
            Ok(page) if page.0.as_bytes() == body => return Ok(true),
            Ok(_) => {}
            // Nothing of a live copy is read from elsewhere.
            Err(_) => return Ok(false),
        }
    }
    Ok(false)
}

async fn replacement(app: &App, state: &Publication) -> Result<Option<Markup>, Failure> {
    let Some((id, number)) = &state.replaced_by else { return Ok(None) };
    let Some(new) = app.load::<Publication>(*id).await? else { return Ok(None) };
    Ok(new.public_id.as_ref().filter(|_| new.stage.is_public()).map(|public| {
        html! {
            a href=(format!("/decisions/{public}")) { (number) }
        }
    }))
}

fn derivation(it: &Timeliness) -> Markup {
    html! {
        details.why {
            summary { "怎样算出" }
            ol { @for step in it.limit.derivation.sentences() { li { (step) } } }
            p.meta.small { "依据：" (show::law(&it.limit.derivation.citation)) }
        }
    }
}

fn shown(state: &Publication, live: &Live, public_id: &str, proof: ProofState) -> Markup {
    let c = &live.content;
    let status = match state.stage {
        Stage::Corrected => Some("本公示内容经过更正，以现在所示为准。"),
        Stage::Annotated => Some("本公示内容有标注，见下。"),
        Stage::Drafted
        | Stage::Checked
        | Stage::Returned
        | Stage::Published
        | Stage::Withdrawn
        | Stage::Expired
        | Stage::Exempt => None,
    };
    html! {
        (page::heading(Some(html! { (c.number) }), &tables::public_party(c), Some(html! { (c.organ) " · " (c.category) }), None))
        @if let Some(words) = status { (show::notice(Tone::Info, words, annotations(state))) }
        div.two {
            div.stack {
                section.card { h2 { "处罚决定" } (facts(state, live)) }
                section.card { h2 { "救济途径" } p { (masked(&c.remedies)) } }
            }
            div.stack {
                @if let Some(t) = &state.first_published { (timeliness(t, c.decided_on)) }
                (proof_card(public_id, live, proof))
            }
        }
    }
}

fn annotations(state: &Publication) -> Markup {
    html! { @for a in &state.annotations { p { b { (a.ground.label()) } "：" (a.note.or_erased()) " " span.meta { (show::date(a.on)) } } } }
}

fn facts(state: &Publication, live: &Live) -> Markup {
    let c = &live.content;
    let lines = |all: &[String]| html! { @for (i, it) in all.iter().enumerate() { @if i > 0 { br; } (it) } };
    let mut pairs: Vec<(&str, Markup)> =
        vec![("当事人", html! { (masked(&c.party)) " " span.meta { (c.party_kind.label()) } })];
    if let Some(code) = &c.credit_code {
        pairs.push(("统一社会信用代码", html! { (code) }));
    }
    if let Some(r) = &c.representative {
        pairs.push(("法定代表人（负责人）", masked(r)));
    }
    pairs.push(("违法事实", masked(&c.facts)));
    pairs.push(("主要证据", masked(&c.evidence)));
    pairs.push(("违反的规定", lines(&c.violated)));
    pairs.push(("处罚依据", lines(&c.basis)));
    pairs.push(("处罚结果", html! { @for r in &c.results { div { b { (masked(&r.content)) } } } }));
    pairs.push(("履行方式和期限", masked(&c.terms)));
    pairs.push(("决定日期", show::day(c.decided_on)));
    if !c.officers.is_empty() {
        pairs.push(("执法人员", html! { @for (i, o) in c.officers.iter().enumerate() { @if i > 0 { "、" } (o.name.or_erased()) "（" (o.certificate) "）" } }));
    }
    pairs.push(("公示状态", html! { (show::tag(Tone::Info, state.stage.label())) " " span.meta { "当前文本公示于 " (show::date(live.on)) } }));
    show::facts(&pairs)
}

fn timeliness(it: &Timeliness, decided_on: jiff::civil::Date) -> Markup {
    html! {
        section.card {
            h2 { "是否按期公示" }
            p { (timing(it.on_time(), &it.sentence())) }
            p { (show::date(decided_on)) "作出决定，" (show::date(it.done_on)) "公示；应当不晚于" (show::date(it.limit.due.latest())) "公示。" }
            (derivation(it))
        }
    }
}

fn proof_card(public_id: &str, live: &Live, proof: ProofState) -> Markup {
    html! {
        section.card {
            h2 { "可以自己核对" }
            p { (show::proof(proof)) " 公示文本摘要 " (show::digest(&live.digest)) }
            @if proof >= ProofState::Checkpointed {
                ul {
                    li { a href=(format!("/decisions/{public_id}.proof.json")) download { "下载公示文本的证明" } }
                    li { a href=(format!("/decisions/{public_id}.original.json")) download { "下载出自原决定的证明" } }
                    li { a href=(format!("/decisions/{public_id}.json")) { "本页数据" } }
                }
            } @else {
                p.meta { "记录正在等待账本签名，证明几秒后可以下载。" a href=(format!("/decisions/{public_id}.json")) { "本页数据" } }
            }
            details.why {
                summary { "怎样离线核对" }
                ol {
                    li { "从机关公告或者 " a href="/log/keys" { "账本公钥" } " 取得公钥，另行保存。" }
                    li { "断开网络，运行 " code { "mingjing verify --vkey 公钥 证明.json" } "。" }
                    li { "程序逐字显示已公开的内容，未公开的字显示为 ■，并说明该记录在账本中的位置。" }
                }
            }
        }
    }
}

fn tombstone(it: &Tombstone, who: &str, replaced: Option<Markup>, proof: ProofState) -> Markup {
    let mut pairs: Vec<(&str, Markup)> = vec![
        ("文号", html! { (it.number) }),
        ("机关", html! { (it.organ) }),
        ("决定日期", show::day(it.decided_on)),
    ];
    if let Some(on) = it.published_on {
        pairs.push(("公示日期", show::day(on)));
    }
    pairs.push(("撤下日期", html! { (show::day(it.timeliness.done_on)) " " (timing(it.timeliness.on_time(), &it.timeliness.sentence())) }));
    pairs.push(("撤下理由", html! { b { (it.ground.label()) } br; (it.explanation.or_erased()) }));
    pairs.push(("撤下人员", html! { (it.organ) " " (who) }));
    pairs.push(("依据", show::law(&it.ground.citation())));
    if let Some(link) = replaced {
        pairs.push(("重新作出的决定", link));
    }
    pairs.push(("记录", show::proof(proof)));
    html! {
        (page::heading(Some(html! { (it.number) }), "这件公示已经撤下", Some(html! { "原公示内容不再提供；曾经公示和撤下的事实留在公开账本中" }), None))
        section.card.tombstone { (show::facts(&pairs)) (derivation(&it.timeliness)) }
    }
}

fn expired(state: &Publication) -> Markup {
    let mut pairs: Vec<(&str, Markup)> = vec![("文号", html! { (state.source.number) })];
    if let Some(on) = state.ended_on {
        pairs.push(("停止公示", show::day(on)));
    }
    if let Some(ground) = state.expired {
        pairs.push(("原因", html! { (ground.label()) }));
    }
    html! {
        (page::heading(None, "公示期限届满", Some(html! { "按规定公示期满后不再提供内容" }), None))
        section.card.tombstone { (show::facts(&pairs)) }
    }
}
