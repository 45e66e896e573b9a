//! What can be checked mechanically on each of the points of a legal
//! review. It helps the reviewer and decides nothing.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mingjing_domain::case::consistency::consistency;
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::law::Law;
use mingjing_domain::case::state::{ApprovalStage, Hearing, PartyState};
use mingjing_domain::case::substance::StatedRange;
use mingjing_domain::case::types::{ClueSource, PartyNo, Point};
use mingjing_domain::case::{Case, Proposal, clock, gate};
use mingjing_domain::matter::StaffId;

use super::access::People;
use crate::kit::ui::show;

/// One sentence a point, and whether it holds as far as can be seen.
pub fn findings(case: &Case, facts: &Facts<'_>, people: &People) -> Vec<(Point, bool, String)> {
    Point::asked(facts.law.review_other.value)
        .iter()
        .map(|point| {
            let (holds, words) = match point {
                Point::Subject => subject(facts),
                Point::Staff => staff(case, facts, people),
                Point::Procedure => procedure(case, facts),
                Point::Facts => facts_found(case),
                Point::Evidence => evidence(case),
                Point::Law => law(case),
                Point::Discretion => discretion(case),
                Point::Authority => authority(case, facts),
                Point::Documents => documents(case),
                Point::Crime => crime(case, facts),
                Point::Other => (true, "本地规定另行审核的内容，由审核人员写明".to_owned()),
            };
            (*point, holds, words)
        })
        .collect()
}

fn subject(facts: &Facts<'_>) -> (bool, String) {
    let holds = facts.organ.confirmed;
    (
        holds,
        if holds {
            "本机关今日具有已确认公告的执法主体资格"
        } else {
            "本机关的执法主体资格未经确认"
        }
        .to_owned(),
    )
}

/// Each officer's certificate on each day on which the officer did something: what was
/// collected, what was recorded, and today.
fn staff(case: &Case, facts: &Facts<'_>, people: &People) -> (bool, String) {
    if case.officers.len() < 2 {
        return (false, "承办的执法人员少于两人".to_owned());
    }
    let (mut faults, mut unread, mut days) = (Vec::new(), Vec::new(), 0_usize);
    for (id, day) in acted(case, facts.today()) {
        days += 1;
        let Some(person) = facts.people.get(&id) else {
            if !unread.contains(&id) {
                unread.push(id);
            }
            continue;
        };
        let valid = match &case.filed {
            Some(f) => {
                person.certificates.iter().any(|c| c.covers(day, &f.filing.category, &f.filing.region))
            }
            None => person.certificates.iter().any(|c| c.from <= day && day <= c.until),
        };
        if !valid {
            faults.push(format!("{}于{}", people.name(id), show::date(day)));
        }
    }
    if !faults.is_empty() {
        return (false, format!("{}没有该类别、该区域的有效执法证件", faults.join("、")));
    }
    let mut words = format!("{}名承办人在各次办理之日（{days}人次）均持有有效执法证件", case.officers.len());
    if !unread.is_empty() {
        words.push_str(&format!("；此前参加办案的{}须人工核对", people.names(&unread)));
    }
    (unread.is_empty(), words)
}

/// Who acted on which day, each pair once.
fn acted(case: &Case, today: Date) -> BTreeSet<(StaffId, Date)> {
    let mut out: BTreeSet<(StaffId, Date)> = case.officers.iter().map(|id| (*id, today)).collect();
    for e in &case.evidence {
        out.extend(e.collectors.iter().map(|id| (*id, e.collected_on)));
    }
    let handled = |id: &StaffId| case.handled_by.contains(id);
    out.extend(case.acts.iter().filter(|it| handled(&it.by)).map(|it| (it.by, it.on)));
    out.extend(case.conclusion.iter().map(|it| (it.by, it.on)));
    out
}

fn procedure(case: &Case, facts: &Facts<'_>) -> (bool, String) {
    let mut parts = vec![format!("询问{}次，勘验{}次", case.inquiries, case.scenes)];
    let mut holds = case.inquiries + case.scenes > 0;
    if let Ok(Some(limit)) = clock::decision_limit(case, facts) {
        let last = limit.due.latest();
        let late = facts.today() > last;
        holds &= !late;
        parts.push(format!("办案期限{}至{}", if late { "已于届满日届满，截" } else { "" }, show::date(last)));
    }
    if !case.recusals_open.is_empty() {
        holds = false;
        parts.push("有未决定的回避申请".to_owned());
    }
    let open = case.preservations.iter().filter(|p| p.disposed.is_none()).count();
    if open > 0 {
        holds = false;
        parts.push(format!("有{open}次先行登记保存未处理"));
    }
    for (no, party) in case.numbered_parties() {
        let (fine, words) = told(case, facts, no, party);
        holds &= fine;
        parts.push(format!("第{no}名当事人{words}"));
    }
    for it in consistency(case).iter().filter(|it| it.code.starts_with("order.")) {
        holds = false;
        parts.push(it.message.clone());
    }
    (holds, parts.join("；"))
}

/// Notice, defence and hearing of one party.
fn told(case: &Case, facts: &Facts<'_>, no: PartyNo, party: &PartyState) -> (bool, String) {
    let disposal = case.at_hand().and_then(|d| d.substance.disposal(no));
    if disposal.is_some_and(|d| d.no_penalty.is_some()) {
        return (true, "拟不予处罚，不需告知".to_owned());
    }
    let Some(notice) = &party.notice else {
        return (true, "尚未告知，决定之前应当告知".to_owned());
    };
    let due = disposal.is_some_and(|d| gate::hearing_right(d, party.party.kind, facts.law));
    if due && !party.hearing_told {
        return (false, "应当告知听证权利而没有告知".to_owned());
    }
    if case.document(notice.document).is_none_or(|d| d.service.is_none()) {
        return (false, "的告知书尚未送达".to_owned());
    }
    if party.defences.iter().any(|d| d.answer.is_none()) {
        return (false, "的陈述申辩尚未复核".to_owned());
    }
    match &party.hearing {
        Hearing::Requested { .. } | Hearing::Scheduled { .. } => (false, "要求听证，尚未举行".to_owned()),
        Hearing::Held { report: None, .. } => (false, "的听证尚无报告".to_owned()),
        Hearing::Held { .. } => (true, "已告知，已听证".to_owned()),
        Hearing::None | Hearing::Withdrawn => (true, "已告知".to_owned()),
    }
}

/// What points to a crime, as far as the file shows it; the judgement stays the reviewer's.
fn crime(case: &Case, facts: &Facts<'_>) -> (bool, String) {
    let mut signs = Vec::new();
    if case.filed.as_ref().is_some_and(|f| f.filing.grave_harm) {
        signs.push("涉及生命健康安全、金融安全且有危害后果");
    }
    if case.clue.source == ClueSource::Accident {
        signs.push("来自事故调查");
    }
    let large = |(no, party): (PartyNo, &PartyState)| {
        let at = Law::pick(facts.law.review_fine_fen.value, party.party.kind.is_citizen());
        case.at_hand()
            .and_then(|d| d.substance.disposal(no))
            .is_some_and(|d| d.fine_fen.max(d.confiscated_fen).max(d.goods_fen) >= at)
    };
    if case.numbered_parties().any(large) {
        signs.push("涉案数额较大");
    }
    let proposed = |p: &mingjing_domain::case::state::ProposalState| {
        matches!(&p.body, Proposal::Transfer(it) if it.crime) && p.stage != ApprovalStage::Approved
    };
    if case.proposals.iter().any(proposed) {
        signs.push("曾呈请移送公安机关而未移送");
    }
    if signs.is_empty() {
        return (true, "卷内未见指向犯罪的情形；是否涉嫌犯罪仍由审核人员判断".to_owned());
    }
    (false, format!("{}；请对照立案追诉标准判断是否移送", signs.join("、")))
}

fn facts_found(case: &Case) -> (bool, String) {
    match case.at_hand() {
        Some(draft) => (
            true,
            format!("代拟稿认定的事实{}字，当事人{}名", draft.substance.facts.chars(), case.parties.len()),
        ),
        None => (false, "还没有代拟稿".to_owned()),
    }
}

fn evidence(case: &Case) -> (bool, String) {
    let relied = case.at_hand().map_or(0, |d| d.substance.evidence.len());
    let unsigned = case.evidence.iter().filter(|e| !e.signed).count();
    let later = case.at_hand().is_some_and(|d| d.evidence != case.evidence.len());
    let mut words = format!("卷内证据{}件，代拟稿依据{relied}件", case.evidence.len());
    if unsigned > 0 {
        words.push_str(&format!("，{unsigned}件未签名"));
    }
    if later {
        words.push_str("，代拟后又有新证据");
    }
    (relied > 0 && unsigned == 0 && !later, words)
}

fn law(case: &Case) -> (bool, String) {
    let Some(draft) = case.at_hand() else { return (false, "还没有代拟稿".to_owned()) };
    let join = |all: &[mingjing_domain::case::substance::Provision]| {
        all.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
    };
    let (violated, basis) = (join(&draft.substance.violated), join(&draft.substance.basis));
    (!violated.is_empty() && !basis.is_empty(), format!("违反{violated}，依据{basis}"))
}

fn discretion(case: &Case) -> (bool, String) {
    let Some(draft) = case.at_hand() else { return (false, "还没有代拟稿".to_owned()) };
    let grades: Vec<&str> = draft.substance.disposals.iter().map(|d| d.grade.label()).collect();
    let fined = draft.substance.disposals.iter().any(|d| d.fine_fen > 0);
    let unchecked = draft.substance.range.trim().is_empty();
    let stated: Vec<String> = draft.substance.stated.iter().map(StatedRange::sentence).collect();
    let (range, checked) = match (unchecked, fined) {
        // A person wrote it down: whether the article says so, and holds, a person checks.
        (_, true) if !stated.is_empty() => {
            (format!("法定幅度由承办人写明，条款和计算须人工核对：{}", stated.join("；")), false)
        }
        (false, _) => (format!("基准编号 {}，罚款在法定幅度之内", draft.substance.range), true),
        (true, true) => ("未引用裁量基准编号，罚款是否在法定幅度之内须人工核对".to_owned(), false),
        (true, false) => ("未引用裁量基准编号，没有罚款".to_owned(), true),
    };
    let beyond =
        if draft.substance.beyond_benchmark { "，承办机构注明超出裁量基准" } else { "" };
    let holds = checked && beyond.is_empty() && !draft.substance.discretion.is_blank();
    (holds, format!("阶次{}，{range}{beyond}", grades.join("、")))
}

fn authority(case: &Case, facts: &Facts<'_>) -> (bool, String) {
    let Some(filed) = &case.filed else { return (false, "还没有立案".to_owned()) };
    let code = &filed.filing.region;
    let within = crate::kit::authz::covers(&facts.organ.region, code);
    (
        within,
        format!(
            "违法行为发生地 {code} {}本机关区域内，类别“{}”",
            if within { "在" } else { "不在" },
            filed.filing.category
        ),
    )
}

fn documents(case: &Case) -> (bool, String) {
    let unmade = case.documents.iter().filter(|d| d.made.is_none()).count();
    let words = format!(
        "卷内文书{}件{}",
        case.documents.len(),
        if unmade > 0 { format!("，{unmade}件尚未制成") } else { String::new() }
    );
    (unmade == 0, words)
}
