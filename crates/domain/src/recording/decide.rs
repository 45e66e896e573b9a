//! May this be done with a recording now? The one function that decides.

use super::command::RecordingCommand as C;
use super::disposal::{Disposal, Progress};
use super::event::*;
use super::list::RecordingRules;
use super::procedure::{RecordingRelation, RecordingStep, recording_step};
use super::retention::{Kept, standing};
use super::settings::CustodyRules;
use super::state::Recording;
use super::upload::{Course, Excuse};
use super::words::*;
use super::{RecordingCommand, copies, custody, machine, patrol, reading};
use crate::case::facts::Person;
use crate::codes::DocumentNumber;
use crate::device::Device;
use crate::matter::{Actor, MatterId, Moment, OrganId, StaffId};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::{MAX_CHARS, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a decision gives.
pub type Outcome = Result<Vec<RecordingEvent>, Refusal>;

/// The case of a recording, as far as the decision asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedCase {
    /// Which.
    pub id: MatterId,
    /// Whose.
    pub organ: OrganId,
    /// Who handles it now.
    pub officers: Vec<StaffId>,
    /// The number of its filing; none before.
    pub number: Option<DocumentNumber>,
}

/// Everything a decision looks at besides the recording.
pub struct RecordingFacts<'a> {
    /// Both times.
    pub moment: Moment,
    /// Who asks.
    pub actor: Actor,
    /// Persons named in the command or in the recording, the actor among them.
    pub people: &'a BTreeMap<StaffId, Person>,
    /// The list, of all times.
    pub rules: &'a RecordingRules,
    /// Custody on the day of the recording.
    pub custody: &'a CustodyRules,
    /// The case that the command or the recording names.
    pub case: Option<RecordedCase>,
    /// Devices that the command names.
    pub devices: &'a BTreeMap<MatterId, Device>,
    /// Place in document numbers, for example `示`.
    pub number_place: &'a str,
    /// The system's characters in document numbers, for example `应急`.
    pub number_system: &'a str,
    /// Next serial of the character 音 this year, for what belongs to no filed case.
    pub serial: Option<u32>,
    /// How many recordings the case has.
    pub recordings_of_case: u32,
    /// The list by which the content is said to have gone.
    pub disposal: Option<Ordered>,
    /// A list for destruction that names the recording and runs: it is proposed, reviewed or
    /// approved, and not over. Told for a new piece.
    pub listed: Option<MatterId>,
}

/// What a list for destruction orders about one recording; noted with the command, for the
/// list stands in a family of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The list.
    pub list: MatterId,
    /// It was carried out.
    pub carried_out: bool,
    /// How long the recording had been kept, as the list says; none if it is not on it.
    pub kept: Option<Kept>,
}

impl Ordered {
    /// What `list` orders about `recording`.
    pub fn of(list: MatterId, state: &Disposal, recording: MatterId) -> Self {
        let listed = state.list.iter().find(|it| it.recording == recording);
        Self { list, carried_out: state.progress == Progress::CarriedOut, kept: listed.map(|it| it.kept) }
    }
}

/// A piece that came to a listed recording would stop the list, which was drawn up over what
/// there was: nothing is added while it runs.
fn listed(row: &RecordingStep) -> Refusal {
    let remedy = "请登记为另一份音像记录；确须登记在本记录的，请先由提出人撤回销毁清册";
    Refusal::new(
        "disposal.listed",
        super::disposal::NOT_AT_WILL,
        format!("该音像记录已列入销毁清册，清册办结前不能{}", row.verb.label()),
        remedy,
    )
}

/// Decides `command` on `recording`; `None` is one that does not exist yet.
///
/// # Errors
/// A refusal that names the article and what to do next.
pub fn decide(
    recording: Option<&Recording>,
    command: &RecordingCommand,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    let row = recording_step(command.verb());
    let m = &facts.moment;
    if m.happened_at > m.recorded_at {
        return Err(no(&row, "time.future", "行为时间晚于现在", "请填写实际发生的时间")
            .field("happened_at", "不能晚于现在"));
    }
    let Some(recording) = recording else {
        let C::Register(registration) = command else {
            return Err(no(&row, "recording.unknown", "没有这份音像记录", "请先登记"));
        };
        allowed(None, &row, facts)?;
        return register(registration, &row, facts);
    };
    allowed(Some(recording), &row, facts)?;
    if recording.destroyed.is_some() {
        return Err(no(&row, "recording.destroyed", "该音像记录的内容已依法销毁", "只能查看登记和证明"));
    }
    match command {
        C::Register(_) => Err(no(&row, "recording.exists", "该音像记录已经登记", "请在记录页继续办理")),
        C::AddCollector { collector, reason } => add_collector(recording, collector, reason, &row, facts),
        C::TellParty(told) => tell(recording, told, &row, facts),
        C::Capture(_) if facts.listed.is_some() => Err(listed(&row)),
        C::Capture(capture) => custody::capture(recording, capture, &row, facts),
        C::Seal { no, sealing } => custody::seal(recording, *no, sealing, &row, facts),
        C::Upload { no, via } => custody::upload(recording, *no, *via, &row, facts),
        C::Accept { no, identity } => custody::accept(recording, *no, identity, &row),
        C::ReadMetadata { no, reading } => reading::noted(recording, *no, reading, &row, facts),
        C::AskMachineText { no } => machine::asked(recording, *no, &row),
        C::NoteMachineText { no, text } => machine::noted(recording, *no, text, &row),
        C::NoteMachineFault { no, why } => machine::failed(recording, *no, *why, &row),
        C::NoteInterruption(interruption) => custody::interrupted(recording, interruption, &row, facts),
        C::Mark(mark) => custody::marked(recording, mark, &row),
        C::EndWork { .. } | C::ExplainLateness { .. } | C::Centralise {} => {
            term(recording, command, &row, facts)
        }
        C::LinkCase { .. }
        | C::PlaceHold { .. }
        | C::ReleaseHold { .. }
        | C::RegisterCopy(_)
        | C::ReadBackCopy(_) => keep(recording, command, &row, facts),
        C::AddLogEntry(entry) => patrol::add(recording, entry, &row, facts),
        C::RaiseClue { no, case } => patrol::raise(recording, *no, *case, &row),
        C::MarkDestroyed { disposal, kept } => {
            let today = facts.moment.recorded_day();
            if recording.holds.iter().any(|it| standing(it, today)) {
                return Err(no(&row, "disposal.held", "该音像记录须长期留存", "留存解除后再销毁"));
            }
            let ordered = facts.disposal.as_ref().filter(|it| it.list == *disposal && it.carried_out);
            if ordered.and_then(|it| it.kept) != Some(*kept) {
                return Err(no(
                    &row,
                    "disposal.none",
                    "没有已执行的销毁清册列明该音像记录",
                    "请先按清册办理",
                ));
            }
            Ok(vec![RecordingEvent::ContentDestroyed { disposal: *disposal, kept: *kept }])
        }
    }
}

/// A refusal of a row.
pub(super) fn no(
    row: &RecordingStep,
    code: &'static str,
    message: impl Into<String>,
    remedy: &str,
) -> Refusal {
    Refusal::new(code, row.article.clone(), message, remedy)
}

pub(super) fn required(
    row: &RecordingStep,
    text: &Text,
    field: &'static str,
    label: &str,
) -> Result<(), Refusal> {
    if text.is_blank() {
        return Err(no(row, "input.required", format!("请填写{label}"), "补充后重新提交")
            .field(field, format!("{label}不能为空")));
    }
    if text.chars() > MAX_CHARS {
        return Err(
            no(row, "input.too_long", format!("{label}过长"), "请缩短后重新提交").field(field, "过长")
        );
    }
    Ok(())
}

/// Role and relation, by the row.
fn allowed(
    recording: Option<&Recording>,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Result<(), Refusal> {
    let actor = &facts.actor;
    let system = actor.id.0.is_nil();
    if row.relation == RecordingRelation::System {
        return if system {
            Ok(())
        } else {
            Err(no(row, "role.system", format!("“{}”由系统办理", row.verb.label()), "不需要人工办理"))
        };
    }
    // Monthly storage is also a job of the system.
    if system && row.verb == RecordingVerb::Centralise {
        return Ok(());
    }
    if !row.who.iter().any(|it| actor.has(*it)) {
        let who: Vec<_> = row.who.iter().map(|it| it.label()).collect();
        let message = format!("“{}”由{}办理", row.verb.label(), who.join("、"));
        return Err(no(row, "role.missing", message, "请交由相应岗位的人员办理"));
    }
    if !facts.people.get(&actor.id).is_some_and(|it| it.enabled && it.organ == actor.organ) {
        return Err(no(row, "actor.disabled", "账号已停用，或者不属于本机关", "请联系系统管理员"));
    }
    let Some(recording) = recording else { return Ok(()) };
    if recording.organ != actor.organ {
        return Err(no(row, "organ.other", "不是本机关的音像记录", "请由记录所属机关办理"));
    }
    let handles = recording.registration.collectors.iter().any(|it| it.staff == actor.id)
        || facts
            .case
            .as_ref()
            .is_some_and(|it| recording.cases.contains(&it.id) && it.officers.contains(&actor.id));
    match row.relation {
        RecordingRelation::Handling if !handles => {
            let message = format!("“{}”由采集人或者本案承办人办理", row.verb.label());
            Err(no(row, "actor.not_handling", message, "请由采集人或者承办人办理"))
        }
        RecordingRelation::Handling
        | RecordingRelation::Organ
        | RecordingRelation::Apart
        | RecordingRelation::System => Ok(()),
    }
}

fn register(it: &Registration, row: &RecordingStep, facts: &RecordingFacts<'_>) -> Outcome {
    required(row, &it.place, "place", "采集地点")?;
    required(row, &it.proves, "proves", "证明对象")?;
    subject(it, row, facts)?;
    if it.unit.trim().is_empty() || it.unit.chars().count() > 100 {
        return Err(no(row, "recording.unit", "没有写明执法单位", "请填写执法单位").field("unit", "1至100字"));
    }
    if it.documents.len() > 20 || it.documents.iter().any(|n| DocumentNumber::parse(n).is_err()) {
        return Err(no(row, "recording.documents", "文书编号不符合编号规则", "请按文书上的文号填写")
            .field("documents", "每个文号应完整，至多二十个"));
    }
    if let Some(p) = it.position
        && (p.latitude_e6.unsigned_abs() > 90_000_000 || p.longitude_e6.unsigned_abs() > 180_000_000)
    {
        return Err(no(row, "recording.position", "坐标超出范围", "请核对坐标").field("position", "超出范围"));
    }
    let invalid = collectors(it, row, facts)?;
    let (day, known_at) = (facts.moment.day(), facts.moment.recorded_at);
    let class = facts.rules.row(it.link, day, known_at).map(|row| row.retention);
    let class = class.unwrap_or(match it.of {
        Subject::Act { .. } => RetentionClass::File,
        Subject::Patrol => RetentionClass::Patrol,
    });
    let mut events = vec![RecordingEvent::Registered {
        registration: Box::new(it.clone()),
        number: number(it, row, facts)?,
        class,
    }];
    if invalid {
        events.push(RecordingEvent::Flagged { no: None, finding: Finding::CertificateInvalid });
    }
    Ok(events)
}

fn subject(it: &Registration, row: &RecordingStep, facts: &RecordingFacts<'_>) -> Result<(), Refusal> {
    let patrol = it.link == Link::Patrol;
    match it.of {
        Subject::Patrol if !patrol => {
            Err(no(row, "recording.link", "没有案件的音像记录只能是日常巡查", "请先登记线索，再按案件登记")
                .field("link", "应为日常巡查"))
        }
        Subject::Patrol => Ok(()),
        Subject::Act { .. } if patrol => {
            Err(no(row, "recording.link", "日常巡查的音像记录不属于案件", "请按巡查登记，或者选择相应环节")
                .field("link", "应为办案环节"))
        }
        Subject::Act { case, .. } => {
            let own = |known: &&RecordedCase| known.id == case && known.organ == facts.actor.organ;
            if facts.case.as_ref().filter(own).is_none() {
                return Err(no(row, "recording.case", "没有该案件，或者不是本机关的案件", "请核对案件")
                    .field("of", "没有该案件"));
            }
            required(row, &it.party, "party", "当事人")?;
            required(row, &it.cause, "cause", "案由")
        }
    }
}

/// Most persons who record together.
const MOST_COLLECTORS: usize = 50;

/// Whether a collector's certificate was not valid on the day.
fn collectors(it: &Registration, row: &RecordingStep, facts: &RecordingFacts<'_>) -> Result<bool, Refusal> {
    if it.collectors.is_empty() || it.collectors.len() > MOST_COLLECTORS {
        return Err(wrong_collector(row, "collectors/0", "recording.collectors", "没有写明采集人"));
    }
    let mut invalid = false;
    for (at, one) in it.collectors.iter().enumerate() {
        let field = format!("collectors/{at}");
        invalid |= collector(&it.collectors[..at], one, &field, facts.moment.day(), row, facts)?;
    }
    Ok(invalid)
}

fn wrong_collector(row: &RecordingStep, field: &str, code: &'static str, message: &str) -> Refusal {
    no(row, code, message, "请核对采集人及其证件编号").field(field.to_owned(), message)
}

/// Whether the certificate of one more collector was not valid on the day.
fn collector(
    known: &[Collector],
    one: &Collector,
    field: &str,
    day: jiff::civil::Date,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Result<bool, Refusal> {
    let wrong = |code, message| Err(wrong_collector(row, field, code, message));
    if known.iter().any(|it| it.staff == one.staff) {
        return wrong("recording.collectors", "同一采集人被列了两次");
    }
    let person = facts.people.get(&one.staff).filter(|p| p.organ == facts.actor.organ);
    let Some(person) = person else {
        return wrong("recording.collectors", "采集人不是本机关人员");
    };
    if one.certificate.is_empty() {
        if person.roles.contains(&Role::Officer) {
            return wrong("recording.certificate", "没有写明执法证件编号");
        }
        return Ok(false);
    }
    let Some(held) = person.certificates.iter().find(|c| c.number == one.certificate) else {
        return wrong("recording.certificate", "该采集人没有这个编号的执法证件");
    };
    let blocked = held.blocked.iter().any(|(from, until)| *from <= day && until.is_none_or(|u| day < u));
    Ok(blocked || day < held.from || held.until < day)
}

/// One who recorded too, and was not named at the registration; the reason stays with it.
fn add_collector(
    it: &Recording,
    one: &Collector,
    reason: &Text,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    required(row, reason, "reason", "登记时没有写明的原因")?;
    let known = &it.registration.collectors;
    if known.len() >= MOST_COLLECTORS {
        return Err(wrong_collector(row, "staff", "recording.collectors", "采集人过多"));
    }
    let invalid = collector(known, one, "staff", it.made_on(), row, facts)?;
    let mut events = vec![RecordingEvent::CollectorAdded { collector: one.clone(), reason: reason.clone() }];
    if invalid && !it.flagged(Finding::CertificateInvalid) {
        events.push(RecordingEvent::Flagged { no: None, finding: Finding::CertificateInvalid });
    }
    Ok(events)
}

/// The number by the documents' rule: the case's serial with a number of its own behind
/// it; without a filed case a serial of the character 音.
fn number(
    it: &Registration,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Result<DocumentNumber, Refusal> {
    let word = format!("{}音", facts.number_system);
    let place = Some(facts.number_place).filter(|it| !it.is_empty());
    let of_case = match it.of {
        Subject::Act { .. } => facts.case.as_ref().and_then(|it| it.number.as_ref()),
        Subject::Patrol => None,
    };
    let made = match (of_case, facts.serial) {
        (Some(n), _) => {
            DocumentNumber::new(place, &word, n.year(), n.serial(), Some(facts.recordings_of_case + 1))
        }
        (None, Some(serial)) => {
            DocumentNumber::new(place, &word, facts.moment.recorded_day().year(), serial, None)
        }
        (None, None) => return Err(no(row, "number.unavailable", "没有取得“音”字编号", "请重试")),
    };
    made.map_err(|e| {
        no(row, "number.malformed", format!("音像记录编号不能编制：{e}"), "请系统管理员核对文号规则")
    })
}

fn tell(it: &Recording, told: &PartyTold, row: &RecordingStep, facts: &RecordingFacts<'_>) -> Outcome {
    required(row, &told.person, "person", "被告知人")?;
    if told.told_at > facts.moment.recorded_at {
        return Err(no(row, "time.future", "告知时间晚于现在", "请核对时间").field("told_at", "不能晚于现在"));
    }
    if it.told.is_some() {
        return Err(no(row, "recording.told", "已经登记告知", "无须重复登记"));
    }
    if !it.registration.collectors.iter().any(|c| c.staff == told.by) {
        return Err(
            no(row, "recording.teller", "告知人不是采集人", "请由采集人告知").field("by", "应为采集人")
        );
    }
    let mut events = vec![RecordingEvent::PartyTold(told.clone())];
    if it.segments.iter().any(|s| s.started() < told.told_at) {
        events.push(RecordingEvent::Flagged { no: None, finding: Finding::ToldAfterStart });
    }
    Ok(events)
}

/// The term of the upload: what it runs from, what excuses it, what comes after it.
fn term(
    it: &Recording,
    command: &RecordingCommand,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    match command {
        C::EndWork { ended_at } => {
            if it.work_ended_at.is_some() {
                return Err(no(row, "work.ended", "已经登记工作结束的时间", "时限自该时间起算，不再改动"));
            }
            let early = it.segments.iter().any(|s| s.started() > *ended_at);
            if *ended_at > facts.moment.recorded_at || early {
                return Err(no(row, "work.time", "结束时间晚于现在，或者早于采集", "请核对时间")
                    .field("ended_at", "应在采集之后、现在之前"));
            }
            Ok(vec![RecordingEvent::WorkEnded { ended_at: *ended_at }])
        }
        C::ExplainLateness { ground, able_at, statement } => {
            required(row, statement, "statement", "情况说明")?;
            let rule = &facts.custody.exceptions;
            if !rule.value.contains(ground) {
                let message = format!("“{}”不是本机关适用的规定所列情形", ground.label());
                return Err(Refusal::new("upload.exception", rule.citation.clone(), message, "请立即上传")
                    .field("ground", "不适用"));
            }
            let Some(ended_at) = it.work_ended_at else {
                return Err(no(row, "work.running", "工作还没有结束", "请先登记工作结束的时间"));
            };
            let come = it.uploaded_at();
            let latest = come.unwrap_or(facts.moment.recorded_at);
            if able_at.is_some_and(|at| at < ended_at || at > latest) || (come.is_some() && able_at.is_none())
            {
                let when = if come.is_some() {
                    "应在工作结束之后、上传之前"
                } else {
                    "应在工作结束之后、现在之前"
                };
                return Err(no(row, "upload.able", "具备条件的时间不正确", when).field("able_at", when));
            }
            let (ground, able_at, statement) = (*ground, *able_at, statement.clone());
            let excuse = Excuse { ground, able_at, stated_at: Some(facts.moment.recorded_at) };
            let mut events = vec![RecordingEvent::LatenessExplained { ground, able_at, statement }];
            // What came while it was not said since when it was possible is judged now.
            let course = Course { excuse: Some(excuse), ..Course::of(it) };
            let late = course.lateness(facts.custody, facts.moment.recorded_at);
            if come.is_some() && !it.flagged(Finding::LateUpload) && late.is_ok_and(|it| it.is_late()) {
                events.push(RecordingEvent::Flagged { no: None, finding: Finding::LateUpload });
            }
            Ok(events)
        }
        C::Centralise {} => {
            if !it.accepted() {
                return Err(no(row, "recording.incomplete", "还有分段没有入库", "请先上传并核对入库"));
            }
            if it.centralised_on.is_some() {
                return Err(no(row, "recording.centralised", "已经统一存储", "无须重复办理"));
            }
            Ok(vec![RecordingEvent::Centralised { on: facts.moment.recorded_day() }])
        }
        _ => Ok(Vec::new()),
    }
}

/// Cases, holds, copies.
fn keep(
    it: &Recording,
    command: &RecordingCommand,
    row: &RecordingStep,
    facts: &RecordingFacts<'_>,
) -> Outcome {
    match command {
        C::LinkCase { case } => {
            let known = facts.case.as_ref().filter(|k| k.id == *case && k.organ == it.organ);
            let Some(known) = known else {
                return Err(no(row, "recording.case", "没有该案件，或者不是本机关的案件", "请核对案件")
                    .field("case", "没有该案件"));
            };
            if it.cases.contains(case) {
                return Err(no(row, "recording.linked", "已经关联该案件", "无须重复关联"));
            }
            // Linked, it is open to all who handle that case. Who was not there may not open
            // it for himself: the head of the unit then does it.
            let own = known.officers.contains(&facts.actor.id)
                && it.registration.collectors.iter().any(|c| c.staff == facts.actor.id);
            if !own && !facts.actor.has(Role::UnitHead) {
                return Err(no(
                    row,
                    "actor.not_handling",
                    "由参加采集的该案承办人关联；没有参加采集的，由承办机构负责人关联",
                    "请交由承办机构负责人办理",
                ));
            }
            Ok(vec![RecordingEvent::CaseLinked { case: *case }])
        }
        C::PlaceHold { trigger, reason, until } => {
            required(row, reason, "reason", "留存理由")?;
            if until.is_some_and(|day| day < facts.moment.recorded_day()) {
                return Err(no(row, "hold.until", "留存到期日已经过去", "请填写今后的日期，或者不填")
                    .field("until", "应在今天以后"));
            }
            let n = u16::try_from(it.holds.len() + 1)
                .map_err(|_| no(row, "hold.too_many", "留存登记过多", "无须再登记"))?;
            let (trigger, reason, until) = (*trigger, reason.clone(), *until);
            Ok(vec![RecordingEvent::HoldPlaced { no: n, trigger, reason, until }])
        }
        C::ReleaseHold { no: n, reason } => {
            required(row, reason, "reason", "解除理由")?;
            let hold = it.holds.get(usize::from(*n).wrapping_sub(1)).filter(|h| h.released.is_none());
            let Some(hold) = hold else {
                return Err(
                    no(row, "hold.none", "没有该项长期留存，或者已经解除", "请核对").field("no", "没有该项")
                );
            };
            if hold.placed.0 == facts.actor.id {
                return Err(no(row, "hold.same_person", "登记留存的人员不能自行解除", "请由其他负责人解除"));
            }
            Ok(vec![RecordingEvent::HoldReleased { no: *n, reason: reason.clone() }])
        }
        C::RegisterCopy(copy) => copies::registered(it, copy, row),
        C::ReadBackCopy(read) => copies::read_back(it, read, row),
        _ => Ok(Vec::new()),
    }
}
