//! The page of one recording: what, where, who, with which device; its way into the
//! store; what is not in order; what holds it.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::Uri;
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::Device;
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::event::{Explanation, Subject};
use mingjing_domain::recording::procedure::recording_step;
use mingjing_domain::recording::retention::{Keeping, ending, standing, suggested};
use mingjing_domain::recording::state::{CopyRead, Segment};
use mingjing_domain::recording::upload::{Lateness, lateness};
use mingjing_domain::recording::words::RecordingVerb;
use mingjing_domain::recording::{CustodyRules, Recording};
use uuid::Uuid;

use super::super::access::{Seen, opened};
use super::super::api::{keeping_of, of_organ};
use super::super::shape::{kept_words, limit_of};
use super::super::tables::Overall;
use super::super::{holds, sheet, taken, verbs};
use super::list::tone;
use super::reading;
use super::timeline::{clock, drawn, length, moment_of};
use crate::case::access::People;
use crate::case::tables;
use crate::evidence::damage;
use crate::evidence::preview::{self, Previews};
use crate::evidence::tus::Opened;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::page::{self, Width};
use crate::kit::problem::Failure;
use crate::kit::ui::show::{self, ProofState, Tone};
use crate::kit::ui::stream::{Entry, stream};
use crate::ledger;
use crate::machine_text::show::{self as machine, Standing};
use crate::viewing::recording as looked;
use crate::viewing_grant::masks;

struct Shown<'a> {
    seen: &'a Seen,
    it: &'a Recording,
    who: &'a Identity,
    people: &'a People,
    custody: &'a CustodyRules,
    keeping: Option<Keeping>,
    devices: BTreeMap<MatterId, String>,
    previews: Previews,
    machine: Standing,
    now: jiff::Timestamp,
}

/// GET /recordings/{id}
pub(super) async fn page(
    State(shell): State<Shell>,
    store: Opened,
    who: Identity,
    Path(id): Path<Uuid>,
    _: Uri,
) -> Result<Markup, Failure> {
    let seen = opened(&shell, &who, MatterId(id)).await?;
    let gathered = of_organ(&shell, &who, seen.it.organ).await?;
    let now = shell.app.now();
    let people = People::of(&shell, seen.it.organ).await?;
    let mut devices = BTreeMap::new();
    for id in seen.it.segments.iter().filter_map(|s| s.capture.device) {
        if !devices.contains_key(&id)
            && let Some(device) = shell.app.load::<Device>(id).await?
        {
            let of = &device.registration;
            devices.insert(id, format!("{} {}", of.number, of.kind.label()));
        }
    }
    let of = (seen.it.id, seen.it.state.as_ref(), seen.handlers.as_slice());
    let damage = damage::of_recording(&store, &seen.it.state);
    let previews = preview::of_recording(&shell, store, &who, of).await?;
    let machine = machine::standing(&shell, &who, &seen).await?;
    let shown = Shown {
        previews,
        machine,
        it: &seen.it.state,
        who: &who,
        people: &people,
        custody: gathered.rules.custody().map_err(Failure::from)?,
        keeping: keeping_of(&seen, &gathered.rules, now),
        devices,
        now,
        seen: &seen,
    };
    let entries = entries(&shell, &shown).await?;
    let looks = looked::card(&shell, &seen, &people).await?;
    let masks = masks::of_recording(&shell, shown.seen.it.id).await?;
    let body = html! {
        (heading(&shown))
        (damage)
        div.cols {
            div.stack { (what(&shown)) (acts(&shown)) }
            div.stack {
                section.card { h2 { "时间线" } (drawn(shown.it, shown.custody.tolerance_s.value)) }
                (custody(&shown))
                (papers(&shown))
                (marks(&shown))
                (masks)
                @if matches!(shown.it.registration.of, Subject::Patrol) { (log(&shown)) }
            }
            div.stack {
                (upload(&shown))
                (findings(shown.it))
                (kept(&shown))
                (looks)
                section.card #stream { h2 { "经过 " span.meta.small { "第" (shown.it.version) "版" } }
                    div.scroll.tall tabindex="0" role="region" aria-label="经过" { (stream(&entries, |_| None)) } }
            }
        }
        div.after { (reading::table(shown.it)) }
    };
    Ok(sheet::frame(&shell, &who, "音像记录", "/recordings", Width::Wide, body))
}

async fn entries(shell: &Shell, it: &Shown<'_>) -> Result<Vec<Entry>, Failure> {
    let id = it.seen.it.id;
    let proofs = ledger::store::proof_states(shell.app.db(), id).await?;
    let events = shell.app.stream::<Recording>(id).await?;
    let proof = |version: u64| match proofs.get(&version) {
        None | Some(ledger::service::ProofState::Pending) => ProofState::Pending,
        Some(ledger::service::ProofState::Sequenced) => ProofState::Sequenced,
        Some(ledger::service::ProofState::Checkpointed) => ProofState::Checkpointed,
        Some(ledger::service::ProofState::Witnessed) => ProofState::Witnessed,
    };
    Ok(events
        .iter()
        .rev()
        .map(|event| {
            let moment = &event.meta.moment;
            Entry {
                version: event.meta.version,
                recorded_at: moment.recorded_at,
                happened_at: (moment.happened_at != moment.recorded_at).then_some(moment.happened_at),
                sentence: event.event.label().to_owned(),
                who: it.people.name(event.meta.actor).to_owned(),
                key: matches!(
                    event.event.type_name(),
                    "recording.registered" | "recording.accepted" | "recording.content_destroyed"
                ),
                proof: proof(event.meta.version),
            }
        })
        .collect())
}

fn heading(it: &Shown<'_>) -> Markup {
    let state = Overall::of(it.it);
    let above = html! {
        "音像记录 · " (it.it.registration.link.label()) " " (show::tag(tone(state.name()), state.label()))
        @if it.it.holds.iter().any(|hold| hold.released.is_none()) { " " (show::tag(Tone::Info, "长期留存")) }
    };
    let number = it.it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    let below = html! {
        @for case in &it.seen.cases { a href={ "/cases/" (case.id) } { (tables::title(&case.state)) } " · " }
        (it.it.registration.unit) " · 登记 " (show::date(it.it.registered.1)) " " (it.people.name(it.it.registered.0))
    };
    page::heading(Some(above), &number, Some(below), None)
}

fn what(it: &Shown<'_>) -> Markup {
    let of = &it.it.registration;
    let collectors = html! {
        @for one in &of.collectors {
            div { (it.people.name(one.staff)) @if !one.certificate.is_empty() { " " span.no.meta.small { (one.certificate) } } }
        }
    };
    let told = html! {
        @match &it.it.told {
            Some(told) => { (show::time(told.told_at)) " " (it.people.name(told.by)) "告知" (told.person.or_erased())
                @if !told.wording.is_blank() { div.small { (told.wording.or_erased()) } } },
            None => { (show::tag(Tone::Near, "没有登记")) },
        }
    };
    let place = html! {
        (of.place.or_erased())
        @if let Some(at) = of.position { div.meta.small { (degrees(at.latitude_e6)) "，" (degrees(at.longitude_e6)) @if at.accuracy_m > 0 { "（±" (at.accuracy_m) "米）" } } }
    };
    let mut pairs =
        vec![("采集地点", place), ("采集人", collectors), ("证明对象", html! { (of.proves.or_erased()) })];
    if matches!(of.of, Subject::Act { .. }) {
        pairs.push(("当事人", html! { (of.party.or_erased()) }));
        pairs.push(("案由", html! { (of.cause.or_erased()) }));
        pairs.push(("录制前告知", told));
    }
    if !of.documents.is_empty() {
        pairs.push(("文书", html! { (of.documents.join("、")) }));
    }
    html! { section.card { h2 { "记录内容" } (show::facts(&pairs)) } }
}

fn degrees(e6: i32) -> String {
    let (whole, rest) = (e6.unsigned_abs() / 1_000_000, e6.unsigned_abs() % 1_000_000);
    format!("{}{whole}.{rest:06}°", if e6 < 0 { "-" } else { "" })
}

/// What this person may do with it, and what not.
fn acts(it: &Shown<'_>) -> Markup {
    let gone = it.it.destroyed.is_some();
    let patrol = matches!(it.it.registration.of, Subject::Patrol);
    let fits = |verb: RecordingVerb| match verb {
        RecordingVerb::AddLogEntry | RecordingVerb::RaiseClue => patrol,
        RecordingVerb::AskMachineText => it.machine.serves(it.it),
        RecordingVerb::TellParty => !patrol && it.it.told.is_none(),
        _ => true,
    };
    let open: Vec<RecordingVerb> =
        verbs::acting().filter(|verb| !gone && fits(*verb) && it.seen.may(it.who, *verb).is_ok()).collect();
    html! {
        section.card #next {
            h2 { "现在可以做" }
            @if open.is_empty() { p.meta { "此刻没有等您办理的事项。" } }
            @for verb in &open {
                @let row = recording_step(*verb);
                div.act {
                    b { (verb.label()) }
                    a.btn.quiet href={ "/recordings/" (it.seen.it.id) "/do/" (wire_name(verb)) } aria-label={ "办理：" (verb.label()) } { "办理" }
                    p { (show::law(&row.article)) @if !row.limit.is_empty() { " " (row.limit) } }
                }
            }
        }
    }
}

/// Forms that were signed in the field, with the way into the case.
fn papers(it: &Shown<'_>) -> Markup {
    let all: Vec<_> = taken::signed(it.it).collect();
    let cases = it.seen.cases.iter().filter(|case| case.state.officers.contains(&it.who.person.id));
    let cases: Vec<_> = cases.collect();
    html! {
        @if !all.is_empty() {
            section.card #papers {
                h2 { "现场文书" }
                @for signed in &all {
                    div.act {
                        b { (signed.form.title) }
                        @for case in &cases {
                            @let verb = signed.verb();
                            a.btn.quiet href={ "/cases/" (case.id) "/do/" (wire_name(&verb)) "?sheet=" (signed.name(it.seen.it.id)) } aria-label={ (verb.label()) "：" (signed.form.title) } { (verb.label()) }
                        }
                        p { "第" (signed.no) "段 · " (signed.form.role) " "
                            @if signed.form.refused.is_blank() { "已在屏幕上签名" } @else { "未签名，已注明原因" } }
                    }
                }
            }
        }
    }
}

/// Each piece on its way: captured, sealed, uploaded, accepted.
fn custody(it: &Shown<'_>) -> Markup {
    html! {
        section.card #custody {
            h2 { "保管链 " span.meta.small { (it.it.segments.len()) "段" } }
            @if it.it.segments.is_empty() { p.meta { "还没有采集。" } }
            @else {
                div.table.fold tabindex="0" role="region" aria-label="保管链" { table {
                    thead { tr { th scope="col" { "分段" } th scope="col" { "采集" } th scope="col" { "封存" } th scope="col" { "上传" } th scope="col" { "入库" } } }
                    tbody { @for (no, s) in (1..).zip(&it.it.segments) { (piece(it, no, s)) } }
                } }
                (reading::pictures(it.it, &it.previews))
                (machine::pieces(it.it, &it.machine))
                @if it.it.destroyed.is_none() && it.it.segments.iter().any(|s| s.identity.is_some()) {
                    p { a.btn.quiet href={ "/recordings/" (it.seen.it.id) "/play" } { "回放" } }
                }
                p.meta.small { "内容在证据库中；没有回放入口的，内容尚未存入或者已经销毁。每次回放都记入查阅记录。" }
            }
        }
    }
}

fn piece(it: &Shown<'_>, no: u16, s: &Segment) -> Markup {
    let device = s.capture.device.and_then(|id| it.devices.get(&id).map(|name| (id, name)));
    html! {
        tr {
            th scope="row" { "第" (no) "段 " (s.capture.kind.label()) br; span.meta.small { (s.capture.name.or_erased()) } }
            td data-label="采集" {
                (clock(s.started())) "—" (clock(s.ended())) br;
                span.meta.small {
                    @match device { Some((id, name)) => { a href={ "/devices/" (id) } { (name) } }, None => { "设备不在台账" } }
                    " · 时钟偏差 " (s.capture.clock_offset_ms) " 毫秒"
                }
            }
            td data-label="封存" {
                @match &s.sealing {
                    Some(it) => { (size(it.bytes)) " " (show::digest(&it.sha256_root)) },
                    None => { (show::tag(Tone::Near, "待封存")) },
                }
            }
            td data-label="上传" {
                @match s.uploaded { Some((at, via)) => { (show::time(at)) br; span.meta.small { (via.label()) } }, None => { "—" } }
            }
            td data-label="入库" {
                (show::tag(tone(super::super::tables::phase_name(s.phase)), s.phase.label()))
                @if let Some(identity) = &s.identity { br; span.meta.small { "国密摘要 " (show::digest(&identity.sm3_root)) } }
                @for other in &s.mismatches { br; span.meta.small { "收到的是 " (size(other.bytes)) " " (show::digest(&other.sha256_root)) } }
            }
        }
    }
}

/// `1.5 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["字节", "KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (bytes.saturating_mul(10), 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} 字节")
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

fn marks(it: &Shown<'_>) -> Markup {
    html! {
        @if !it.it.marks.is_empty() || !it.it.interruptions.is_empty() {
            section.card #marks {
                h2 { "标记和说明" }
                ul {
                    @for mark in &it.it.marks {
                        li {
                            b { (mark.kind.label()) } " 第" (mark.segment) "段"
                            @if let Some(at) = moment_of(it.it, mark.segment, mark.offset_ms) { " " (clock(at)) }
                            @if !mark.note.is_blank() { " " span.meta { (mark.note.or_erased()) } }
                        }
                    }
                    @for note in &it.it.interruptions {
                        li {
                            b { "中断说明" } " 第" (note.after) "段之后，" (note.cause.label()) "。"
                            @match &note.explanation {
                                Explanation::Voice { segment, offset_ms } => { "恢复后语音说明：第" (segment) "段" @if let Some(at) = moment_of(it.it, *segment, *offset_ms) { " " (clock(at)) } },
                                Explanation::Written { reported_to, statement } => { "已向" (it.people.name(*reported_to)) "报告：" (statement.or_erased()) },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn log(it: &Shown<'_>) -> Markup {
    html! {
        section.card #log {
            h2 { "巡查日志 " span.meta.small { (it.it.log.len()) "条" } }
            @if it.it.log.is_empty() { p.meta { "还没有日志。" } }
            @for (no, (entry, case)) in (1..).zip(&it.it.log) {
                div.act {
                    b { (no) "．" (entry.link.label()) " " (entry.place.or_erased()) }
                    @if let Some(case) = case { a href={ "/cases/" (case) } { "已转为线索" } }
                    p { (show::time(entry.at)) @if !entry.subject.is_blank() { " " (entry.subject.or_erased()) } br; (entry.words.or_erased()) }
                }
            }
        }
    }
}

/// How the upload stands to its term, with how the last moment came about.
fn upload(it: &Shown<'_>) -> Markup {
    let Ok(late) = lateness(it.it, it.custody, it.now) else { return html! {} };
    let tone = match &late {
        Lateness::Late { .. } => Tone::Seal,
        Lateness::InTime { .. } => Tone::Ok,
        Lateness::Pending { .. } | Lateness::Excused { .. } => Tone::Near,
        Lateness::Nothing => Tone::Plain,
    };
    html! {
        section.card #upload {
            h2 { "上传期限" }
            p {
                (show::tag(tone, late.label()))
                @if let Lateness::Late { hours, .. } = &late { " 超过" (hours) "小时" }
                @if let Lateness::Excused { excuse, .. } = &late { " " (excuse.ground.label()) }
            }
            @if let Some(limit) = limit_of(&late) {
                p { "应在" (show::time(limit.due)) "前上传" @if let Lateness::Pending { .. } = &late { "，还有" (length(it.now, limit.due)) } }
                details { summary { "怎样算出" } ul { @for line in limit.sentences() { li { (line) } } } }
            }
            @if let Some(on) = it.it.centralised_on { p.meta { "统一存储：" (show::date(on)) } }
        }
    }
}

fn findings(it: &Recording) -> Markup {
    html! {
        @if !it.flags.is_empty() {
            section.card #findings {
                h2 { "发现 " span.meta.small { (it.flags.len()) "项" } }
                ul { @for flag in &it.flags { li { (show::tag(Tone::Near, flag.finding.label())) @if let Some(no) = flag.no { " 第" (no) "段" } " " span.meta.small { (show::date(flag.on)) } } } }
                p.meta.small { "发现照实列出，不改变已经录制的内容。" }
            }
        }
    }
}

/// What the program found on the medium of a copy.
fn read_words(read: Option<&CopyRead>) -> Markup {
    match read {
        None => {
            html! { "登记时填写的摘要与入库的一致，载体没有由系统读出；由系统管理员把载体接入服务器，运行 " code { "mingjing readback 载体编号 文件夹" } }
        }
        Some(it) if it.missing.is_empty() => {
            html! { (show::date(it.on)) "由系统读出" (it.files) "个文件，本记录各段与入库的一致" }
        }
        Some(it) => {
            let missing: Vec<String> = it.missing.iter().map(ToString::to_string).collect();
            html! { (show::date(it.on)) "由系统读出" (it.files) "个文件，第" (missing.join("、")) "段没有读出或者与入库的不一致，请重新刻录" }
        }
    }
}

/// How long it is kept and why; holds; long-term copies.
fn kept(it: &Shown<'_>) -> Markup {
    let today = mingjing_domain::matter::civil_day(it.now);
    let notice = it.custody.hold_notice_days.as_ref().map_or(0, |it| it.value);
    let soon = ending(it.it, notice, today);
    let hints = suggested(it.it, it.seen.cases.first().map(|case| case.state.as_ref()));
    html! {
        section.card #kept {
            h2 { "保存" }
            @if let Some((list, on)) = it.it.destroyed {
                p { (show::tag(Tone::Seal, "内容已销毁")) " " (show::date(on)) " " a href={ "/disposals/" (list) } { "销毁清册" } }
                p.meta.small { "登记、经过、摘要和证明仍然保留。" }
            }
            @if let Some(keeping) = &it.keeping {
                p { b { (kept_words(keeping.kept)) } }
                ul { @for ground in &keeping.grounds {
                    li { (ground.class.label()) "：" (kept_words(ground.kept))
                        @if let Some(derivation) = &ground.derivation { details { summary { "怎样算出" } ul { @for line in derivation.sentences() { li { (line) } } } } } }
                } }
            }
            @for (no, hold) in (1..).zip(&it.it.holds) {
                div.act {
                    b { "长期留存" (no) }
                    (show::tag(if standing(hold, today) { Tone::Info } else { Tone::Plain }, if standing(hold, today) { "留存中" } else { "已解除或者到期" }))
                    p {
                        (hold.trigger.label()) "。" (hold.reason.or_erased()) br;
                        span.meta.small {
                            (it.people.name(hold.placed.0)) " " (show::date(hold.placed.1)) "登记"
                            @if let Some(until) = hold.until { "，到" (show::date(until)) }
                            @if let Some(one) = soon.iter().find(|one| one.no == no) { " " (show::tag(Tone::Near, &holds::words(one))) }
                            @if let Some((by, on, why)) = &hold.released { "；" (it.people.name(*by)) " " (show::date(*on)) "解除：" (why.or_erased()) }
                        }
                    }
                }
            }
            @for hint in &hints { p.small { (show::tag(Tone::Near, "建议留存")) " " (hint.label()) } }
            @for copy in &it.it.copies {
                div.act {
                    b { "长期保存副本：" (copy.medium.label()) " " (copy.number) }
                    @match it.it.last_read(copy) {
                        None => (show::tag(Tone::Near, "未核验")),
                        Some(read) if read.missing.is_empty() => (show::tag(Tone::Ok, "已读出核对")),
                        Some(_) => (show::tag(Tone::Seal, "读出不符")),
                    }
                    p {
                        "存于" (copy.place.or_erased()) br;
                        span.meta.small { (read_words(it.it.last_read(copy))) }
                    }
                }
            }
        }
    }
}
