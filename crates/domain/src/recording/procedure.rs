//! Who may do what about a recording: one table, from which the check, the
//! authorization matrix and the pages come.

use super::words::RecordingVerb;
use crate::cite::{Citation, penalty_law};
use crate::staff::Role;

/// 永兴县城市管理和综合执法局行政执法全过程记录制度（2019）: the founding document that
/// says most about custody. Where a jurisdiction has its own, its list says so.
pub const fn custody_rules(article: &'static str) -> Citation {
    Citation::of("永兴县城市管理和综合执法局行政执法全过程记录制度", article)
}

/// 内蒙古自治区人民政府令第244号（2020）.
pub const fn order_244(article: &'static str) -> Citation {
    Citation::of(
        "内蒙古自治区行政执法公示执法全过程记录重大执法决定法制审核办法（自治区人民政府令第244号）",
        article,
    )
}

/// What a person must be to the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordingRelation {
    /// Of the same organ.
    Organ,
    /// One of those who recorded, or who handle its case.
    Handling,
    /// Not the person who did what is now undone or taken over.
    Apart,
    /// The system itself.
    System,
}

impl RecordingRelation {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Organ => "本机关人员",
            Self::Handling => "采集人或者本案承办人",
            Self::Apart => "办理过前一步的人员以外的人员",
            Self::System => "系统",
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingStep {
    /// What.
    pub verb: RecordingVerb,
    /// Who: any of these roles.
    pub who: &'static [Role],
    /// What they must be to it.
    pub relation: RecordingRelation,
    /// Its time limit in words; empty for none.
    pub limit: &'static str,
    /// Where it stands.
    pub article: Citation,
}

/// Those who record: officers, and the host of a hearing.
const COLLECTORS: &[Role] = &[Role::Officer, Role::HearingHost];
const HEADS: &[Role] = &[Role::UnitHead, Role::Deputy, Role::Head];
/// 强化智能应用: speech recognition and text analysis of records.
const SMART: Citation = Citation::of("国办发〔2018〕118号", "（十七）");
const KEEPERS: &[Role] =
    &[Role::Officer, Role::UnitHead, Role::ReviewHead, Role::Deputy, Role::Head, Role::Archivist];

/// The row of a verb.
pub fn recording_step(verb: RecordingVerb) -> RecordingStep {
    use RecordingRelation as R;
    use RecordingVerb as V;
    let row = |who: &'static [Role], relation: R, article: Citation| RecordingStep {
        verb,
        who,
        relation,
        limit: "",
        article,
    };
    match verb {
        V::Register => row(COLLECTORS, R::Organ, custody_rules("第十一条")),
        V::AddCollector => row(COLLECTORS, R::Handling, custody_rules("第十一条")),
        V::TellParty => row(COLLECTORS, R::Handling, custody_rules("第九条")),
        V::Capture => row(COLLECTORS, R::Handling, custody_rules("第八条")),
        V::Seal => row(COLLECTORS, R::Handling, custody_rules("第十条")),
        V::Upload => RecordingStep {
            limit: "工作结束后二十四小时内",
            ..row(COLLECTORS, R::Handling, custody_rules("第十条"))
        },
        V::Accept => row(&[], R::System, custody_rules("第二十三条第二项")),
        V::ReadMetadata => row(&[], R::System, Citation::of("国办发〔2018〕118号", "（九）")),
        V::AskMachineText => row(COLLECTORS, R::Handling, SMART),
        V::NoteMachineText | V::NoteMachineFault => row(&[], R::System, SMART),
        V::NoteInterruption => row(COLLECTORS, R::Handling, order_244("第十九条第二款")),
        V::Mark => row(COLLECTORS, R::Handling, order_244("第十八条")),
        V::EndWork => row(COLLECTORS, R::Handling, custody_rules("第十条")),
        V::ExplainLateness => row(COLLECTORS, R::Handling, order_244("第二十条第二款")),
        V::Centralise => RecordingStep {
            limit: "每月定期",
            ..row(&[Role::Archivist, Role::UnitHead], R::Organ, custody_rules("第十条"))
        },
        V::LinkCase => row(&[Role::Officer, Role::UnitHead], R::Organ, custody_rules("第十三条")),
        V::PlaceHold => row(KEEPERS, R::Organ, custody_rules("第十四条")),
        V::ReleaseHold => row(HEADS, R::Apart, custody_rules("第十四条")),
        V::RegisterCopy => row(&[Role::Archivist], R::Organ, custody_rules("第十四条")),
        V::ReadBackCopy => row(&[], R::System, custody_rules("第十四条")),
        V::AddLogEntry => row(&[Role::Officer], R::Handling, custody_rules("第六条")),
        V::RaiseClue => row(&[Role::Officer], R::Handling, penalty_law("第五十四条第一款")),
        V::MarkDestroyed => row(&[], R::System, Citation::of("档案法", "第二十一条")),
    }
}

/// The table in Markdown: one row a verb.
pub fn recording_markdown() -> String {
    let mut out = String::from(
        "# 音像记录\n\n本表由程序生成，与系统执行的是同一张表。\n\n\
         | 事项 | 由谁办理 | 与记录的关系 | 期限 | 依据 |\n|---|---|---|---|---|\n",
    );
    for verb in RecordingVerb::ALL {
        let step = recording_step(*verb);
        let who: Vec<_> = step.who.iter().map(|it| it.label()).collect();
        let who = if who.is_empty() { "—".to_owned() } else { who.join("、") };
        let limit = if step.limit.is_empty() { "—" } else { step.limit };
        out.push_str(&format!(
            "| {} | {who} | {} | {limit} | {} |\n",
            verb.label(),
            step.relation.label(),
            step.article
        ));
    }
    out
}
