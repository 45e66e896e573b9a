//! The decision: a command on a check becomes an event or a refusal.

use super::event::{Beacon, CheckCommand, CheckEvent, DeviceUse, Entry, Suspicion};
use super::handling;
use super::sample::{Member, Population};
use super::state::{Check, Drawn, Planned};
use super::words::{BeaconKind, CheckKind, Mark, Phase, Point, Verb, Verdict};
use crate::act_table::{Act, open, ready, required};
use crate::cite::Citation;
use crate::matter::{Actor, MatterId, StaffId, civil_day};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::viewing_grant::recording_rule;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A recording of the time that is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The recording.
    pub recording: MatterId,
    /// The unit that made it.
    pub unit: String,
    /// Who recorded.
    pub collectors: Vec<StaffId>,
}

/// What a decision looks at besides state and command.
#[derive(Clone, Copy, Debug)]
pub struct CheckFacts<'a> {
    /// Who acts, with the roles held now; a nil id is the system.
    pub actor: &'a Actor,
    /// The instant of the recording.
    pub now: Timestamp,
    /// For a plan: the recordings of its days; more than [`MAX_POPULATION`] where there are
    /// more. Else the recordings that the command names.
    pub candidates: &'a [Candidate],
    /// The checkpoint that the value of a draw is the root of.
    pub checkpoint: Option<&'a Checkpoint>,
    /// The use of the devices in the time of the check.
    pub devices: &'a [DeviceUse],
    /// The number of the letter or circular was used before.
    pub number_used: bool,
}

/// A checkpoint of the ledger as the server found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Root hash, hex.
    pub root: String,
    /// When it was signed.
    pub at: Timestamp,
}

impl CheckFacts<'_> {
    pub(super) fn today(&self) -> Date {
        civil_day(self.now)
    }
}

pub(super) fn playback() -> Citation {
    recording_rule("第二十二条")
}

fn refuse(code: &'static str, message: impl Into<String>, remedy: &str) -> Refusal {
    Refusal::new(code, playback(), message, remedy)
}

/// Decides a command.
///
/// # Errors
/// A refusal with its article.
pub fn decide(
    state: Option<&Check>,
    command: &CheckCommand,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let verb = command.verb();
    // What the data tell is registered by the system, which holds no role.
    if facts.actor.id.0.is_nil() && verb == Verb::Find {
        ready(&verb.row(), state.map(|s| s.stage))?;
    } else {
        open(verb, state.map(|s| (s.stage, s.organ)), facts.actor)?;
    }
    let Some(state) = state else { return begin(command, facts) };
    match command {
        CheckCommand::Draw { value, published_at } => draw(state, value, *published_at, facts),
        CheckCommand::Enter { entry } => enter(state, entry, facts),
        CheckCommand::Report { opinion } => report(state, opinion, facts),
        CheckCommand::Find { suspicion } => find(suspicion, facts),
        CheckCommand::Conclude { summary } => conclude(state, summary),
        CheckCommand::Circulate { number, units } => {
            if units.is_empty() || units.iter().any(|u| u.trim().is_empty()) {
                return Err(refuse("check.units", "没有写明通报的单位", "请列明通报的单位")
                    .field("units", "至少一个"));
            }
            if facts.number_used {
                return Err(number_used());
            }
            Ok(CheckEvent::Circulated { number: number.clone(), units: units.clone() })
        }
        CheckCommand::Close {} => close(state),
        CheckCommand::Verify { .. }
        | CheckCommand::Order { .. }
        | CheckCommand::Rectify { .. }
        | CheckCommand::Recheck { .. }
        | CheckCommand::Refer { .. }
        | CheckCommand::Discipline { .. }
        | CheckCommand::Transfer { .. }
        | CheckCommand::Receipt { .. } => handling::decide(state, command, facts),
        CheckCommand::Plan { .. } | CheckCommand::Open { .. } => {
            Err(refuse("check.exists", "该记录检查已经存在", "请另行制定计划"))
        }
    }
}

pub(super) fn number_used() -> Refusal {
    Refusal::new(
        "check.number",
        Citation::of("党政机关公文处理工作条例", "第九条"),
        "该文号已经使用",
        "请另取文号",
    )
    .field("number", "已经使用")
}

fn begin(command: &CheckCommand, facts: &CheckFacts<'_>) -> Result<CheckEvent, Refusal> {
    match command {
        CheckCommand::Plan { kind, from, to, sizes, beacon } => {
            if !kind.drawn() {
                return Err(refuse("check.kind", format!("{}不抽取样本", kind.label()), "请直接开展检查"));
            }
            days(*from, *to, facts.today())?;
            plan(*kind, (*from, *to), sizes, beacon, facts)
        }
        CheckCommand::Open { kind, from, to, reason, recordings } => {
            if kind.drawn() {
                return Err(refuse(
                    "check.kind",
                    format!("{}的样本须抽取，不能指定", kind.label()),
                    "请先制定抽查计划；针对线索的检查请选择专项核查",
                ));
            }
            days(*from, *to, facts.today())?;
            required(reason, "check.reason", &recording_rule("第二十一条"), "reason", "检查的事由")?;
            let known = |id: &MatterId| facts.candidates.iter().any(|c| c.recording == *id);
            if !recordings.iter().all(known) {
                return Err(unknown_recording());
            }
            let mut named = recordings.clone();
            named.sort_unstable();
            named.dedup();
            Ok(CheckEvent::Opened {
                kind: *kind,
                from: *from,
                to: *to,
                reason: reason.clone(),
                recordings: named,
            })
        }
        CheckCommand::Draw { .. }
        | CheckCommand::Enter { .. }
        | CheckCommand::Report { .. }
        | CheckCommand::Find { .. }
        | CheckCommand::Verify { .. }
        | CheckCommand::Order { .. }
        | CheckCommand::Rectify { .. }
        | CheckCommand::Recheck { .. }
        | CheckCommand::Refer { .. }
        | CheckCommand::Discipline { .. }
        | CheckCommand::Transfer { .. }
        | CheckCommand::Receipt { .. }
        | CheckCommand::Conclude { .. }
        | CheckCommand::Circulate { .. }
        | CheckCommand::Close {} => Err(refuse("check.unknown", "没有该记录检查", "请先制定计划")),
    }
}

/// Recordings that one draw may be from: each stands in the plan by name.
pub const MAX_POPULATION: usize = 10_000;

fn too_many() -> Refusal {
    let message = format!("检查期间的音像记录超过{MAX_POPULATION}件");
    refuse("check.too_many", &message, "请缩短检查期间，分次抽取").field("to", message)
}

fn unknown_recording() -> Refusal {
    refuse("check.recording", "没有所列的音像记录", "请核对音像记录")
}

fn days(from: Date, to: Date, today: Date) -> Result<(), Refusal> {
    if from <= to && to <= today {
        return Ok(());
    }
    Err(refuse("check.days", "检查的起止日期不成立", "请填写今日以前的起止日期")
        .field("to", "不早于开始日期，不晚于今日"))
}

/// The population of these recordings: by unit, or as one stratum.
///
/// # Errors
/// A refusal when the list is not sound.
pub fn population(candidates: &[Candidate], by_unit: bool) -> Result<Population, Refusal> {
    let member = |c: &Candidate| Member {
        stratum: if by_unit { c.unit.clone() } else { String::new() },
        recording: c.recording,
    };
    Population::new(candidates.iter().map(member).collect())
        .map_err(|e| refuse("check.population", e.to_string(), "请核对音像记录的清单"))
}

/// A draw is stratified when its plan names a unit.
fn by_unit<'s>(mut names: impl Iterator<Item = &'s str>) -> bool {
    names.any(|name| !name.is_empty())
}

fn plan(
    kind: CheckKind,
    period: (Date, Date),
    sizes: &BTreeMap<String, u32>,
    beacon: &Beacon,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    if beacon.not_before <= facts.now {
        return Err(refuse(
            "check.beacon_known",
            "用作种子的公开数值须在计划制定之后产生",
            "请指定今后产生的公开数值",
        )
        .field("beacon/not_before", "应晚于现在"));
    }
    if beacon.source.trim().is_empty() || beacon.source.chars().any(char::is_control) {
        return Err(refuse("check.beacon", "没有写明用哪一个公开数值", "请写明名称、期号或者时点")
            .field("beacon/source", "不能为空"));
    }
    if facts.candidates.len() > MAX_POPULATION {
        return Err(too_many());
    }
    let population = population(facts.candidates, by_unit(sizes.keys().map(String::as_str)))?;
    let strata = population
        .plan(sizes)
        .map_err(|e| refuse("check.sizes", e.to_string(), "请调整抽取数量").field("sizes", e.to_string()))?;
    Ok(CheckEvent::Planned {
        kind,
        from: period.0,
        to: period.1,
        population_digest: population.digest().to_owned(),
        strata,
        beacon: beacon.clone(),
        members: population.members().to_vec(),
    })
}

fn draw(
    state: &Check,
    value: &str,
    published_at: Timestamp,
    facts: &CheckFacts<'_>,
) -> Result<CheckEvent, Refusal> {
    let Some(planned) = &state.planned else {
        return Err(refuse("check.unplanned", "该检查没有抽查计划", "请先制定抽查计划"));
    };
    if value.trim().is_empty() || value != value.trim() || value.chars().any(char::is_control) {
        return Err(refuse("check.value", "公开数值不成立", "请照公布的数值填写").field("value", "不能为空"));
    }
    if published_at < planned.beacon.not_before || published_at > facts.now {
        return Err(refuse("check.early", "该数值不是计划所指定的时点之后公布的", "请在公开数值公布后抽取")
            .after(civil_day(planned.beacon.not_before)));
    }
    let confirmed = match planned.beacon.kind {
        BeaconKind::Checkpoint => {
            facts.checkpoint.is_some_and(|it| it.root == value && it.at == published_at)
        }
        BeaconKind::Lottery | BeaconKind::Market => true,
    };
    if !confirmed {
        return Err(refuse("check.checkpoint", "账本没有这个检查点", "请取计划指定时点之后的第一个检查点"));
    }
    // As it stood at the plan, whatever became of a recording since.
    let population = planned.population().ok().filter(|it| it.digest() == planned.population_digest);
    let Some(population) = population else {
        return Err(refuse(
            "check.population_changed",
            "计划没有列明音像记录，或者与其摘要不一致",
            "请另行制定抽查计划",
        ));
    };
    let seed = population.seed(value);
    let sample = population.draw(&planned.strata, &seed);
    Ok(CheckEvent::Drawn { value: value.to_owned(), published_at, seed, sample })
}

/// What a stranger computes: whether the sample follows from the plan, the value and the
/// population.
pub fn redraw(planned: &Planned, drawn: &Drawn, sample: &[MatterId]) -> bool {
    let Ok(population) = planned.population() else { return false };
    population.digest() == planned.population_digest
        && planned.beacon.not_before > planned.at
        && drawn.published_at >= planned.beacon.not_before
        && population.seed(&drawn.value) == drawn.seed
        && population.draw(&planned.strata, &drawn.seed) == sample
}

fn enter(state: &Check, entry: &Entry, facts: &CheckFacts<'_>) -> Result<CheckEvent, Refusal> {
    if !state.sample.contains(&entry.recording) {
        return Err(refuse(
            "check.not_drawn",
            "该音像记录不在本次检查的范围内",
            "请检查抽取、指定的音像记录",
        ));
    }
    if state.entry(entry.recording).is_some() {
        return Err(refuse("check.entered", "该音像记录已经登记检查情况", "无须重复登记"));
    }
    let Some(candidate) = facts.candidates.iter().find(|c| c.recording == entry.recording) else {
        return Err(unknown_recording());
    };
    if candidate.collectors.contains(&facts.actor.id) {
        return Err(refuse("check.own", "不得检查自己采集的音像记录", "请由其他检查人员回放检查"));
    }
    required(&entry.opinion, "check.opinion", &playback(), "opinion", "检查意见")?;
    let failed = entry.marks.iter().any(|m| m.mark == Mark::Fail);
    let agrees = match entry.verdict {
        Verdict::Unplayable => return Ok(CheckEvent::Entered { entry: entry.clone() }),
        Verdict::Sound => !failed,
        Verdict::Flawed => failed,
    };
    let once = |point: &Point| entry.marks.iter().filter(|m| m.point == *point).count() == 1;
    if !Point::ALL.iter().all(once) {
        return Err(
            refuse("check.points", "检查的各项没有逐项填写", "请逐项填写一次").field("marks", "每项一次")
        );
    }
    if let Some((at, _)) =
        entry.marks.iter().enumerate().find(|(_, m)| m.mark == Mark::Fail && m.note.is_blank())
    {
        return Err(refuse("check.note", "不符合的没有写明情况", "请写明时点和情况")
            .field(format!("marks/{at}/note"), "请写明情况"));
    }
    if !agrees {
        return Err(
            refuse("check.verdict", "结论与各项的检查情况不一致", "请核对结论").field("verdict", "不一致")
        );
    }
    if entry.watched_ms == 0 {
        return Err(refuse("check.watched", "没有回放时长", "请回放后登记").field("watched_ms", "应大于零"));
    }
    Ok(CheckEvent::Entered { entry: entry.clone() })
}

fn report(state: &Check, opinion: &Text, facts: &CheckFacts<'_>) -> Result<CheckEvent, Refusal> {
    let rule = recording_rule("第二十一条");
    if state.kind != CheckKind::DeviceUse {
        return Err(Refusal::new(
            "check.kind",
            rule,
            "该检查不是记录设备使用管理检查",
            "请另行开展记录设备使用管理检查",
        ));
    }
    if facts.devices.is_empty() {
        return Err(Refusal::new("check.devices", rule, "该期间没有登记在册的设备", "请核对设备台账"));
    }
    required(opinion, "check.opinion", &rule, "opinion", "检查意见")?;
    Ok(CheckEvent::DeviceUseReported { lines: facts.devices.to_vec(), opinion: opinion.clone() })
}

fn find(suspicion: &Suspicion, facts: &CheckFacts<'_>) -> Result<CheckEvent, Refusal> {
    let rule = suspicion.act.article();
    required(&suspicion.facts, "finding.facts", &rule, "facts", "问题的情况")?;
    if suspicion.about.is_empty() {
        return Err(Refusal::new("finding.about", rule, "没有写明涉及的记录、案卷或者设备", "请列明")
            .field("about", "至少一项"));
    }
    if suspicion.signal.is_some_and(|signal| signal.act() != suspicion.act) {
        return Err(Refusal::new(
            "finding.act",
            rule,
            "数据提示的情形与所列行为不一致",
            "请按提示的情形登记",
        ));
    }
    if facts.actor.id.0.is_nil() && suspicion.signal.is_none() {
        return Err(Refusal::new("finding.signal", rule, "系统登记的线索须写明数据提示", "请由检查人员登记"));
    }
    Ok(CheckEvent::Found { suspicion: suspicion.clone() })
}

fn conclude(state: &Check, summary: &Text) -> Result<CheckEvent, Refusal> {
    let left = state.unplayed().count();
    if left > 0 {
        return Err(refuse(
            "check.unplayed",
            format!("还有{left}件音像记录没有登记检查情况"),
            "请逐件检查；不能播放的，登记为不能播放",
        ));
    }
    if state.kind == CheckKind::DeviceUse && state.devices.is_empty() {
        return Err(Refusal::new(
            "check.unreported",
            recording_rule("第二十一条"),
            "没有登记设备使用情况",
            "请先登记设备使用情况",
        ));
    }
    required(summary, "check.summary", &recording_rule("第二十一条"), "summary", "检查结果")?;
    Ok(CheckEvent::Concluded { summary: summary.clone() })
}

fn close(state: &Check) -> Result<CheckEvent, Refusal> {
    if state.circulated.is_empty() {
        return Err(Refusal::new(
            "check.uncirculated",
            recording_rule("第二十一条"),
            "检查情况没有通报",
            "请先通报检查情况",
        ));
    }
    let open = state.findings.iter().zip(1_u16..).find(|(f, _)| match f.phase() {
        Phase::Suspected | Phase::Established | Phase::Handling => true,
        Phase::Dismissed | Phase::Settled => false,
    });
    if let Some((finding, no)) = open {
        return Err(Refusal::new(
            "check.unsettled",
            recording_rule("第二十三条第二款"),
            format!("第{no}项问题{}", finding.phase().label()),
            "请核实处理完毕后办结",
        ));
    }
    Ok(CheckEvent::Closed {})
}
