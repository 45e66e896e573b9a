//! What the forms of one case say of the same thing: cause, parties, filing, the end, figures.

use super::{Inconsistency, found};
use crate::case::command::{Filing, Proposal};
use crate::case::state::{ApprovalStage, Case, ProposalState};
use crate::case::substance::DecisionSubstance;
use crate::case::types::*;
use crate::cite::{Citation, penalty_law};
use crate::codes::{capitals, parse_yuan};
use crate::text::Text;
use jiff::civil::Date;

/// 住房和城乡建设行政处罚程序规定第四十条: one file, complete and in order.
fn filed_together() -> Citation {
    crate::case::law::construction_rules("第四十条")
}

pub(super) fn all(case: &Case, out: &mut Vec<Inconsistency>) {
    filing(case, out);
    ending(case, out);
    let draft = case.draft.as_ref().map(|it| ("代拟稿", &it.substance));
    let decided = case.decision.as_ref().map(|it| ("决定书", &it.substance));
    for (paper, substance) in draft.into_iter().chain(decided) {
        figures(paper, substance, out);
    }
}

/// From the filing to the service of the decision: first inquiry, last notice.
pub(super) fn told(case: &Case) -> Vec<(&'static str, Date)> {
    let issued = |kinds: &[DocumentKind]| {
        let days: Vec<Date> =
            case.documents.iter().filter(|d| kinds.contains(&d.kind)).map(|d| d.issued_on).collect();
        days
    };
    let mut days: Vec<(&'static str, Date)> = case.filed.iter().map(|f| ("立案", f.on)).collect();
    let asked = issued(&[DocumentKind::InquiryRecord]).into_iter().min();
    let notices = issued(&[DocumentKind::PenaltyNotice, DocumentKind::HearingRightNotice]);
    // An inquiry after the notice belongs to a second investigation, which is told anew.
    days.extend(asked.filter(|day| notices.iter().min().is_none_or(|n| day <= n)).map(|d| ("询问", d)));
    let Some(decision) = &case.decision else {
        days.extend(notices.into_iter().max().map(|d| ("告知", d)));
        return days;
    };
    days.extend(notices.into_iter().max().map(|d| ("告知", d)));
    days.push(("决定", decision.on));
    let papers = decision.documents.iter().filter_map(|(_, no)| case.document(*no));
    days.extend(papers.filter_map(|d| d.service.as_ref()).map(|s| s.effective_on).max().map(|d| ("送达", d)));
    days.extend(case.closed.map(|(_, d)| ("结案", d)));
    days
}

/// The approval that filed the case.
fn approval(case: &Case) -> Option<(&ProposalState, &Filing)> {
    case.proposals.iter().rev().find_map(|p| {
        let Proposal::File(filing) = &p.body else { return None };
        (p.stage == ApprovalStage::Approved).then_some((p, filing))
    })
}

/// Cause, parties and day of the filing are those that were approved; every later form
/// (处理呈批、集体讨论、决定、结案、案卷首页) takes them from there.
fn filing(case: &Case, out: &mut Vec<Inconsistency>) {
    let (Some(filed), Some((proposal, approved))) = (&case.filed, approval(case)) else { return };
    let mut say = |code, message: String| out.push(found(code, None, filed_together(), message));
    if filed.filing.cause != approved.cause || filed.filing.title != approved.title {
        say("cause.differs", "案由、案件名称与立案审批表不一致".into());
    }
    let same = |a: &Party, b: &Party| a.name == b.name && a.code == b.code && a.kind == b.kind;
    if case.parties.len() != approved.parties.len() {
        say("party.count", "当事人人数与立案审批表不一致".into());
    }
    for ((index, state), told) in case.parties.iter().enumerate().zip(&approved.parties) {
        if !same(&state.party, told) {
            say("party.differs", format!("第{}名当事人的名称、证件号码与立案审批表不一致", index + 1));
        }
    }
    if let Some((_, day, _)) = &proposal.decided
        && *day != filed.on
    {
        say("filed.signed", format!("立案日期（{}）与立案审批的签批日期（{day}）不一致", filed.on));
    }
    let paper = case.documents.iter().zip(1..).find(|(d, _)| d.kind == DocumentKind::FilingApproval);
    if let Some((d, no)) = paper
        && d.issued_on < filed.on
    {
        out.push(found(
            "filed.paper",
            Some(no),
            filed_together(),
            format!("立案审批表的日期（{}）早于立案日期（{}）", d.issued_on, filed.on),
        ));
    }
}

/// The end on the cover is the decision's: punished or not, revoked or not.
fn ending(case: &Case, out: &mut Vec<Inconsistency>) {
    let Some(decision) = &case.decision else { return };
    for (number, no) in &decision.documents {
        let spared = decision.substance.disposal(*number).is_some_and(|d| d.no_penalty.is_some());
        let wanted = if spared { DocumentKind::NoPenaltyDecision } else { DocumentKind::PenaltyDecision };
        if case.document(*no).is_some_and(|d| d.kind != wanted) {
            out.push(found(
                "decision.kind",
                Some(*no),
                penalty_law("第五十七条第一款"),
                format!("对第{number}名当事人的决定书种类与处理意见不一致"),
            ));
        }
    }
    let Some((ground, closed_on)) = case.closed else { return };
    // What was revoked after the closing did not end the case otherwise.
    let revoked = |no| case.revoked(no).is_some_and(|(_, on)| on < closed_on);
    let same_day = |no| case.revoked(no).is_some_and(|(_, on)| on == closed_on);
    let all_revoked = case.numbered_parties().all(|(no, _)| revoked(no));
    let fits = match ground {
        ClosingGround::NoPenaltyServed => !decision.substance.penalises(),
        ClosingGround::DecisionRevoked => case.numbered_parties().any(|(no, _)| revoked(no) || same_day(no)),
        ClosingGround::Performed | ClosingGround::CourtClosed | ClosingGround::EnforcementEnded => {
            decision.substance.penalises() && !all_revoked
        }
    };
    if !fits {
        out.push(found(
            "closing.result",
            None,
            filed_together(),
            format!("结案情形“{}”与决定的结果不一致", ground.label()),
        ));
    }
}

/// Amounts in figures beside amounts in words (叁万元整) are the same amount.
fn figures(paper: &str, substance: &DecisionSubstance, out: &mut Vec<Inconsistency>) {
    let texts =
        [&substance.facts, &substance.discretion, &substance.reasoning, &substance.terms].map(Text::value);
    for text in texts.into_iter().flatten() {
        for (figure, words) in pairs(text) {
            let same = parse_yuan(&figure).is_ok_and(|fen| capitals(fen) == words);
            if !same {
                out.push(found(
                    "amount.words",
                    None,
                    penalty_law("第五十九条"),
                    format!("{paper}中的金额{figure}元与大写“{words}”不一致"),
                ));
            }
        }
    }
}

/// Figures followed within the same clause by their words: `30000元（大写：叁万元整）`.
fn pairs(text: &str) -> Vec<(String, String)> {
    const WORDS: &str = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整";
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + chars[at..].iter().take_while(|c| c.is_ascii_digit() || ",.".contains(**c)).count();
        let figure: String = chars[at..end].iter().filter(|c| **c != ',').collect();
        at = end;
        if chars.get(end) != Some(&'元') {
            continue;
        }
        // A bracket opens right behind the figure; what it says up to its end are the words.
        let Some(open) = chars.get(end + 1).filter(|c| "（(".contains(**c)) else { continue };
        let close = if *open == '（' { '）' } else { ')' };
        let inside: String = chars[end + 2..].iter().take_while(|c| **c != close).collect();
        let words = inside.trim_start_matches("大写").trim_start_matches(['：', ':']);
        let words = words.trim_start_matches("人民币").trim();
        if words.chars().count() > 1 && words.chars().all(|c| WORDS.contains(c)) {
            out.push((figure, words.to_owned()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn figures_are_paired_with_the_words_in_the_bracket_behind_them() {
        let found =
            pairs("处罚款30,000元（大写：叁万元整），另2.50元（人民币贰元伍角），第99条、5元（含本数）");
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, [("30000", "叁万元整"), ("2.50", "贰元伍角")]);
    }
}
