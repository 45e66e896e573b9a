//! What can be checked mechanically on each of the ten points of a legal
//! review. It helps the reviewer and decides nothing.

use mingjing_domain::case::Case;
use mingjing_domain::case::clock;
use mingjing_domain::case::facts::Facts;
use mingjing_domain::case::types::Point;

use super::access::People;
use crate::kit::ui::show;

/// One sentence a point, and whether it holds as far as can be seen.
pub fn findings(case: &Case, facts: &Facts<'_>, people: &People) -> Vec<(Point, bool, String)> {
    Point::ALL
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
                Point::Crime => (true, "是否涉嫌犯罪须由审核人员判断".to_owned()),
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

fn staff(case: &Case, facts: &Facts<'_>, people: &People) -> (bool, String) {
    let today = facts.today().to_string();
    let filed = case.filed.as_ref();
    let valid = |id| {
        people.get(id).is_some_and(|it| {
            it.certificates.iter().any(|c| {
                let covers =
                    filed.is_none_or(|f| c.categories.split('、').any(|name| name == f.filing.category));
                covers && c.from <= today && today <= c.until
            })
        })
    };
    let without: Vec<_> = case.officers.iter().copied().filter(|id| !valid(*id)).collect();
    if case.officers.len() < 2 {
        return (false, "承办的执法人员少于两人".to_owned());
    }
    if without.is_empty() {
        (true, format!("{}名承办人今日均持有该类别的有效执法证件", case.officers.len()))
    } else {
        (false, format!("{}今日没有该类别的有效执法证件", people.names(&without)))
    }
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
    (holds, parts.join("；"))
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
    let range = if draft.substance.range.is_empty() {
        "未引用裁量基准编号".to_owned()
    } else {
        format!("基准编号 {}", draft.substance.range)
    };
    (!draft.substance.discretion.is_blank(), format!("阶次{}，{range}", grades.join("、")))
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
