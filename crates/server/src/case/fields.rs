//! The form of each command: the domain's fields with the choices of this case.

use std::borrow::Cow;

use jiff::civil::Date;
use mingjing_domain::case::form::{self, Field, Kind};
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::case::state::{ApprovalStage, Preservation};
use mingjing_domain::case::types::{DocumentNo, Point};
use mingjing_domain::case::{Case, gate};
use mingjing_domain::codes::{RegionLevel, Regions};
use mingjing_domain::organ::OrganProfile;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::staff::Role;
use serde_json::{Map, Value, json};

use super::access::People;
use super::{body, words};
use crate::kit::form::{Choice, FieldSpec, Kind as Input};
use crate::kit::ui::show;
use crate::staff::store::Colleague;

/// What the choices of a form are taken from.
pub struct Around<'a> {
    /// The case; none before its clue is registered.
    pub case: Option<&'a Case>,
    /// People of the organ.
    pub people: &'a People,
    /// The organ.
    pub organ: &'a OrganProfile,
    /// Today, Shanghai.
    pub today: Date,
    /// Recordings of the case, all of them stored.
    pub recordings: &'a [Choice],
    /// What the machine found on each of the ten points, for the reviewer.
    pub findings: &'a [(Point, bool, String)],
}

/// A question that a person must answer with yes or no: a box left empty would
/// answer it by accident.
fn decides(verb: Verb, name: &str) -> Option<(&'static str, &'static str)> {
    match (verb, name) {
        (Verb::ReviewProposal, "agree") => Some(("同意呈报", "不同意，退回")),
        (Verb::ApproveProposal, "approve") => Some(("批准", "不批准")),
        (Verb::DecideRecusal, "grant") => Some(("准许回避", "驳回申请")),
        (Verb::DecideNoRecording, "approve") => Some(("同意", "不同意")),
        (Verb::SignOpinion, "sign") => Some(("签发", "退回审核人员")),
        (Verb::RecheckCorrection, "corrected") => Some(("已改正", "未改正")),
        (Verb::HoldHearing, "attended") => Some(("当事人到场", "未到场或者擅自退出")),
        (Verb::ScheduleHearing, "public") => {
            Some(("公开举行", "不公开举行（涉及国家秘密、商业秘密或者个人隐私）"))
        }
        (Verb::ProposeTransfer, "crime") => Some(("涉嫌犯罪，移送公安机关", "移送有管辖权的机关")),
        _ => None,
    }
}

/// The form of a verb, with the optional late entry at its end.
pub fn specs(verb: Verb, around: &Around<'_>) -> Vec<FieldSpec> {
    let mut out: Vec<FieldSpec> = form::fields(verb).iter().map(|it| spec(verb, it, around)).collect();
    if verb != Verb::RegisterClue {
        out.extend(late(around));
    }
    out
}

/// 补录: when it happened, why it is entered late, who allowed it.
fn late(around: &Around<'_>) -> [FieldSpec; 3] {
    const LATER: &str = "补录（事项已经发生，现在补记）";
    let boss =
        |it: &Colleague| it.roles.iter().any(|r| matches!(r, Role::UnitHead | Role::Deputy | Role::Head));
    [
        FieldSpec::new("happened_at", "实际发生时间（仅补录填写）", Input::DateTime)
            .hint("现在办理的留空。补录不能满足已经依据过的条件。")
            .optional()
            .fold(LATER),
        FieldSpec::new("late_reason", "补录原因", Input::Line).optional().max(500).fold(LATER),
        FieldSpec::new("late_approver", "同意补录的负责人", Input::Staff(staff(around, boss)))
            .optional()
            .fold(LATER),
    ]
}

fn spec(verb: Verb, it: &Field, around: &Around<'_>) -> FieldSpec {
    let mut out = FieldSpec::new(it.name, it.label, input(verb, it, around)).hint(it.hint);
    out.required = it.required;
    // Who informed stands in no document of the case.
    out.paper = !form::INFORMANT.contains(&it.name);
    out.max_chars = if it.max_chars == 0 { 200 } else { it.max_chars as usize };
    if decides(verb, it.name).is_some() {
        out.required = true;
    }
    match (verb, it.name) {
        (Verb::GiveOpinion, "findings") => ten_points(out, around),
        (Verb::Discuss | Verb::ApproveProposal, "opinions") => each_head(verb, out, around),
        _ => out,
    }
}

fn numbered(no: usize, label: String) -> Choice {
    Choice::new(no.to_string(), label).json(json!(no))
}

fn input(verb: Verb, it: &Field, around: &Around<'_>) -> Input {
    if let Some((yes, no)) = decides(verb, it.name) {
        return Input::Choice(vec![
            Choice::new("true", yes).json(Value::Bool(true)),
            Choice::new("false", no).json(Value::Bool(false)),
        ]);
    }
    let named = |choices: &[(String, &'static str)]| {
        choices.iter().map(|(name, label)| Choice::new(name.clone(), *label)).collect::<Vec<_>>()
    };
    match &it.kind {
        Kind::Line => Input::Line,
        Kind::Paragraph => Input::Paragraph,
        Kind::Date => Input::Date,
        Kind::Instant => Input::DateTime,
        Kind::Money => Input::Money,
        Kind::Number => {
            let unit = match it.name {
                "days" => "日",
                "pages" => "页",
                "volumes" => "卷",
                _ => "",
            };
            Input::Number { min: 0, max: body::MAX_NUMBER, unit }
        }
        Kind::Flag => Input::Flag,
        Kind::Choice(choices) => Input::Choice(named(choices)),
        Kind::Choices(choices) => Input::MultiChoice(named(choices)),
        Kind::NumberChoice(choices) => Input::Choice(
            choices.iter().map(|(n, label)| Choice::new(n.to_string(), *label).json(json!(n))).collect(),
        ),
        Kind::Staff => Input::Staff(who(verb, it.name, around)),
        Kind::StaffList => Input::MultiChoice(who(verb, it.name, around)),
        Kind::Party => Input::Party(parties(around)),
        Kind::Document => Input::Choice(documents(verb, around)),
        Kind::Proposal => Input::Choice(proposals(verb, around)),
        Kind::EvidenceList => Input::MultiChoice(evidence(around)),
        Kind::Ordinal => Input::Choice(ordinals(it.name, around)),
        Kind::Recording => Input::Choice(around.recordings.to_vec()),
        Kind::Region => Input::Choice(regions(around.organ)),
        Kind::Category => Input::Choice(categories(around)),
        Kind::List(fields) => Input::List(fields.iter().map(|it| spec(verb, it, around)).collect()),
    }
}

fn staff(around: &Around<'_>, fits: impl Fn(&Colleague) -> bool) -> Vec<Choice> {
    around
        .people
        .all
        .iter()
        .filter(|it| it.enabled && fits(it))
        .map(|it| {
            let unit = if it.unit.is_empty() { String::new() } else { format!("（{}）", it.unit) };
            Choice::new(it.id.to_string(), format!("{}{unit}", it.name))
        })
        .collect()
}

/// Who may be chosen: officers with a certificate valid today, heads, hosts.
fn who(verb: Verb, name: &str, around: &Around<'_>) -> Vec<Choice> {
    let has = |it: &Colleague, role: Role| it.roles.contains(&role);
    let today = around.today.to_string();
    let recused = |it: &Colleague| around.case.is_some_and(|c| c.recused.contains(&it.id));
    match (verb, name) {
        (Verb::RequestRecusal, "officer") => {
            let case = around.case;
            staff(around, |it| {
                case.is_some_and(|c| c.officers.contains(&it.id))
                    || it.roles.iter().any(|r| !r.is_administrator())
            })
        }
        (Verb::DecideRecusal, "officer") => {
            staff(around, |it| around.case.is_some_and(|c| c.recusals_open.contains(&it.id)))
        }
        (_, "officers" | "collectors" | "presenters" | "supervisor") => around
            .people
            .all
            .iter()
            .filter(|it| it.enabled && has(it, Role::Officer) && !recused(it))
            .filter_map(|it| {
                let held = it.certificates.iter().find(|c| c.from <= today && today <= c.until)?;
                Some(Choice::new(
                    it.id.to_string(),
                    format!("{}（{}，执法证 {}）", it.name, it.unit, held.number),
                ))
            })
            .collect(),
        (_, "host") => staff(around, |it| has(it, Role::HearingHost) && !recused(it)),
        (_, "chair" | "head") => staff(around, |it| has(it, Role::Head) || has(it, Role::Deputy)),
        _ => staff(around, |it| !it.roles.iter().any(|r| r.is_administrator())),
    }
}

fn parties(around: &Around<'_>) -> Vec<Choice> {
    let Some(case) = around.case else { return Vec::new() };
    case.numbered_parties()
        .map(|(no, it)| numbered(usize::from(no), it.party.name.or_erased().to_owned()))
        .collect()
}

fn documents(verb: Verb, around: &Around<'_>) -> Vec<Choice> {
    let Some(case) = around.case else { return Vec::new() };
    let mut out = Vec::new();
    for (at, it) in case.documents.iter().enumerate() {
        let no = DocumentNo::try_from(at + 1).unwrap_or(DocumentNo::MAX);
        let fits = match verb {
            Verb::ServeDocument => it.kind.served() && it.service.is_none() && !case.superseded(no),
            _ => true,
        };
        if fits {
            let party = it.party.map_or_else(String::new, |no| format!(" → {}", words::party(case, no)));
            out.push(numbered(at + 1, format!("{}{party}", words::document(case, no))));
        }
    }
    out
}

fn proposals(verb: Verb, around: &Around<'_>) -> Vec<Choice> {
    let Some(case) = around.case else { return Vec::new() };
    let waits = if verb == Verb::ReviewProposal { ApprovalStage::Proposed } else { ApprovalStage::Reviewed };
    let waiting = case.proposals.iter().enumerate().filter(|(_, it)| it.stage == waits);
    waiting
        .map(|(at, it)| {
            let by = around.people.name(it.by.0);
            numbered(
                at + 1,
                format!("{}（{by}，{}呈请）", words::proposal(&it.body), show::short_date(it.by.1)),
            )
        })
        .collect()
}

fn evidence(around: &Around<'_>) -> Vec<Choice> {
    let Some(case) = around.case else { return Vec::new() };
    let items = case.evidence.iter().enumerate();
    items
        .map(|(at, it)| {
            numbered(at + 1, format!("{}．{}（{}）", at + 1, it.name.or_erased(), it.kind.label()))
        })
        .collect()
}

fn ordinals(name: &str, around: &Around<'_>) -> Vec<Choice> {
    let Some(case) = around.case else { return Vec::new() };
    match name {
        "commission" => {
            let open = case.experts.iter().enumerate().filter(|(_, it)| it.span.1.is_none());
            open.map(|(at, it)| numbered(at + 1, format!("第{}次：{}", at + 1, it.agency.or_erased())))
                .collect()
        }
        "order" => {
            let open = case.corrections.iter().enumerate().filter(|(_, it)| it.open(case));
            open.map(|(at, it)| {
                let party = words::party(case, it.party);
                let until = match (it.due_on, it.days) {
                    (Some(due), _) => format!("{}前改正", show::short_date(due)),
                    (None, Some(days)) => format!("收到决定书之日起{days}日内改正"),
                    (None, None) => "改正".to_owned(),
                };
                numbered(at + 1, format!("第{}次：{party}，{until}", at + 1))
            })
            .collect()
        }
        "erratum" => mingjing_domain::case::errata::open(case)
            .map(|(no, it)| {
                let desk = it.noted.desk.label();
                numbered(usize::from(no), format!("第{no}项：{}（{desk}复核）", it.noted.title))
            })
            .collect(),
        "substitution" => case
            .numbered_substitutions()
            .map(|(no, it)| {
                let what = it.what.subject.or_erased();
                numbered(usize::from(no), format!("第{no}次：{}，{what}", words::party(case, it.what.party)))
            })
            .collect(),
        "act" => {
            let acts = case.acts.iter().enumerate();
            acts.map(|(at, it)| {
                let day = show::short_date(it.on);
                numbered(at + 1, format!("第{}项：{}，{day}", at + 1, it.of.verb.label()))
            })
            .collect()
        }
        "preservation" => {
            let waits = |it: &Preservation| it.disposed.is_none() || gate::kept(case, it);
            let open = case.preservations.iter().enumerate().filter(|(_, it)| waits(it));
            open.map(|(at, it)| numbered(at + 1, format!("第{}次：{}登记", at + 1, show::short_date(it.on))))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// The organ's region and those directly below it.
fn regions(organ: &OrganProfile) -> Vec<Choice> {
    let all = Regions::built_in();
    let code = &organ.region;
    let name = all.full_name(code).unwrap_or_else(|| code.clone());
    let mut out = vec![Choice::new(code.clone(), format!("{name}（{code}）"))];
    if let Some(region) = all.get(code).filter(|it| it.level() != RegionLevel::County) {
        out.extend(
            all.children(region)
                .map(|it| Choice::new(it.code.clone(), format!("{}（{}）", it.name, it.code))),
        );
    }
    out
}

/// Categories that the organ enforces or its certificates cover.
fn categories(around: &Around<'_>) -> Vec<Choice> {
    let mut names: Vec<&str> = vec![around.organ.category.as_str()];
    let held = around.people.all.iter().flat_map(|it| &it.certificates);
    names.extend(held.flat_map(|it| it.categories.split('、')));
    names.retain(|it| !it.is_empty());
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen.into_iter().map(|it| Choice::new(it, it)).collect()
}

/// The ten points as ten groups with their own labels and the machine's finding.
fn ten_points(spec: FieldSpec, around: &Around<'_>) -> FieldSpec {
    // Without findings (the description of the API) every point that any policy may ask for.
    let found: Vec<_> = around.findings.iter().map(|(point, ..)| *point).collect();
    let asked = if found.is_empty() { Point::ALL } else { &found[..] };
    let groups = asked.iter().enumerate().map(|(at, point)| {
        let found = around.findings.iter().find(|(it, ..)| it == point);
        let hint = found.map_or_else(String::new, |(_, holds, words)| {
            format!("系统核对{}：{words}", if *holds { "" } else { "（请注意）" })
        });
        let inner = vec![
            FieldSpec::new(
                "pass",
                "是否符合要求",
                Input::Choice(vec![
                    Choice::new("true", "符合").json(Value::Bool(true)),
                    Choice::new("false", "不符合").json(Value::Bool(false)),
                ]),
            ),
            FieldSpec::new("finding", "意见", Input::Paragraph).max(2_000),
        ];
        FieldSpec::new(form::wire_name(point), format!("{}．{}", at + 1, point.label()), Input::Record(inner))
            .hint(hint)
    });
    FieldSpec { kind: Input::Record(groups.collect()), ..spec }
}

/// One group for each head of the organ.
fn each_head(verb: Verb, spec: FieldSpec, around: &Around<'_>) -> FieldSpec {
    let heads = who(verb, "head", around);
    let groups = heads.into_iter().map(|head| {
        let inner = vec![
            FieldSpec::new(
                "agrees",
                "是否同意结论",
                Input::Choice(vec![
                    Choice::new("true", "同意").json(Value::Bool(true)),
                    Choice::new("false", "不同意").json(Value::Bool(false)),
                ]),
            )
            .optional(),
            FieldSpec::new("opinion", "意见", Input::Paragraph).optional().max(2_000),
        ];
        FieldSpec::new(head.value, head.label, Input::Record(inner))
    });
    let hint = if spec.hint.is_empty() {
        Cow::Borrowed("逐人填写；没有参加的留空")
    } else {
        spec.hint.clone()
    };
    FieldSpec { kind: Input::Record(groups.collect()), hint, ..spec }
}

/// From the JSON that a form gives to the body of the command: groups by name
/// become lists again, blanks are left out.
pub fn to_body(verb: Verb, value: Value) -> Value {
    let Value::Object(mut object) = value else { return value };
    match verb {
        Verb::GiveOpinion => regroup(&mut object, "findings", "point"),
        Verb::Discuss | Verb::ApproveProposal => regroup(&mut object, "opinions", "head"),
        _ => {}
    }
    bare(Value::Object(object))
}

fn regroup(object: &mut Map<String, Value>, list: &str, key: &str) {
    let Some(Value::Object(groups)) = object.shift_remove(list) else { return };
    let mut out = Vec::new();
    for (name, group) in groups {
        let Value::Object(mut group) = group else { continue };
        if group.values().all(Value::is_null) {
            continue;
        }
        group.insert(key.to_owned(), name.into());
        out.push(Value::Object(group));
    }
    object.insert(list.to_owned(), Value::Array(out));
}

/// Without nulls and empty lists; a nameless field is its value.
pub fn bare(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut out = Map::new();
            for (name, value) in object {
                let value = bare(value);
                if name.is_empty() {
                    return value;
                }
                if !value.is_null() && value != json!([]) {
                    out.insert(name, value);
                }
            }
            Value::Object(out)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(bare).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// Errors on the body of the command as errors on its form: lists shown as
/// groups by name, several choices shown as one field.
pub fn to_form(verb: Verb, specs: &[FieldSpec], body: &Value, errors: Vec<FieldError>) -> Vec<FieldError> {
    let list = match verb {
        Verb::GiveOpinion => Some(("findings", "point")),
        Verb::Discuss | Verb::ApproveProposal => Some(("opinions", "head")),
        _ => None,
    };
    let mut out: Vec<FieldError> = Vec::new();
    for mut it in errors {
        let mut parts: Vec<String> = it.field.split('/').map(str::to_owned).collect();
        if let (Some((list, key)), [first, index, ..]) = (list, parts.as_mut_slice())
            && first == list
            && let Some(name) =
                index.parse::<usize>().ok().and_then(|at| body.get(list)?.get(at)?.get(key)?.as_str())
        {
            *index = name.to_owned();
        }
        let whole = specs
            .iter()
            .find(|s| s.name == parts[0])
            .is_some_and(|s| !matches!(s.kind, Input::List(_) | Input::Record(_)));
        it.field = if whole { parts.swap_remove(0) } else { parts.join("/") };
        if !out.contains(&it) {
            out.push(it);
        }
    }
    out
}
