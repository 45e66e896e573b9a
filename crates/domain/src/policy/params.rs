//! Every parameter: its key, type, meaning, which way is stricter, and what
//! statute fixes.

use super::book::{Found, PolicyError, RuleSetVersion};
use super::value::*;
use super::{Sourced, Value};
use crate::cite::Citation;
use crate::period::Roll;
use serde::Serialize;

/// Which way a value is stricter for the organ (or safer for the party).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Stricter {
    /// A smaller value.
    Lower,
    /// A larger value.
    Higher,
    /// Neither.
    Neither,
}

/// A bound that no policy may relax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statute {
    /// The bound.
    pub limit: Rank,
    /// `true`: the value must equal it; else it may only be stricter.
    pub exact: bool,
    /// The statute.
    pub source: Citation,
}

/// The declaration of a parameter.
pub struct Parameter {
    /// Its key in the files.
    pub key: &'static str,
    /// What it means, for a person.
    pub title: &'static str,
    /// Which way is stricter.
    pub stricter: Stricter,
    /// What statute fixes.
    pub statute: Option<Statute>,
    /// Reads a file's value and tells its magnitude.
    pub(super) read: fn(&toml::Value) -> Result<Option<Rank>, String>,
}

const fn bound(
    unit: &'static str,
    n: i64,
    exact: bool,
    law: &'static str,
    article: &'static str,
) -> Option<Statute> {
    Some(Statute { limit: Rank { unit, n }, exact, source: Citation::of(law, article) })
}

const fn penalty(unit: &'static str, n: i64, article: &'static str) -> Option<Statute> {
    bound(unit, n, false, "行政处罚法", article)
}

const fn fixed(unit: &'static str, n: i64, article: &'static str) -> Option<Statute> {
    bound(unit, n, true, "行政处罚法", article)
}

const FREE: Option<Statute> = None;

/// Parameters that came after the first edition of the program's rules, one list for each
/// edition since. The digest of an edition says nothing of what came later, so that a
/// decision of then is still found to rest on the rules of then. Lists are only added.
const LATER: &[&[&str]] = &[
    &["archive.order", "viewing.handlers_ask"],
    &["entry.late_hours", "review.catalogue", "publish.operator"],
    &OWN_POWER,
    &["draft.range_stated"],
];

/// Powers of an organ to enforce by itself. Only a law (法律) gives one (行政强制法第十三条), so a
/// value that does names the law.
pub(super) const OWN_POWER: [&str; 5] = [
    "execution.own_transfer",
    "execution.own_auction",
    "execution.own_restore",
    "execution.own_demolish",
    "execution.own_cease",
];

/// The newest edition; the first is 0.
pub(super) const fn newest_edition() -> usize {
    LATER.len()
}

/// The edition that a parameter came with.
pub(super) fn edition_of(key: &str) -> usize {
    LATER.iter().position(|keys| keys.contains(&key)).map_or(0, |at| at + 1)
}

macro_rules! parameters {
    ($($field:ident: $ty:ty = $key:literal, $title:literal, $stricter:ident, $statute:expr;)+) => {
        /// Every parameter, resolved for one jurisdiction at one day.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct PolicySet {
            $(#[doc = $title] pub $field: Sourced<$ty>,)+
            /// Which rules these are.
            pub rule_set: RuleSetVersion,
        }

        /// The declarations of all parameters, in the order of their groups.
        pub static PARAMETERS: &[Parameter] = &[$(Parameter {
            key: $key,
            title: $title,
            stricter: Stricter::$stricter,
            statute: $statute,
            read: |value| <$ty>::read(value).map(|v| v.rank()),
        }),+];

        impl PolicySet {
            pub(super) fn assemble<'a>(
                find: impl Fn(&'static str) -> Result<Found<'a>, PolicyError>,
                rule_set: RuleSetVersion,
            ) -> Result<Self, PolicyError> {
                Ok(Self { $($field: find($key)?.typed::<$ty>($key)?,)+ rule_set })
            }
        }
    };
}

parameters! {
    filing_check: Term = "filing.check", "线索核查期限", Lower, FREE;
    filing_check_extension: Term = "filing.check_extension", "线索核查延长期限（本机关负责人批准）", Lower, FREE;
    filing_decide: Optional<Term> = "filing.decide", "核查后决定是否立案的期限；无数字时为及时", Lower, FREE;
    limitation: Term = "limitation.general", "违法行为追究时效", Neither, fixed("y", 2, "第三十六条第一款");
    limitation_safety: Term = "limitation.safety", "涉及公民生命健康安全、金融安全且有危害后果的追究时效", Neither, fixed("y", 5, "第三十六条第一款");
    summary_fine_person: Yuan = "summary.fine_person", "简易程序罚款上限（公民）", Lower, penalty("yuan", 200, "第五十一条");
    summary_fine_unit: Yuan = "summary.fine_unit", "简易程序罚款上限（法人、其他组织）", Lower, penalty("yuan", 3_000, "第五十一条");
    summary_individual_business_as_person: bool = "summary.individual_business_as_person", "个体工商户按公民适用简易程序", Higher, FREE;
    summary_file: Optional<Term> = "summary.file", "当场处罚决定报机关备案的期限", Lower, FREE;
    summary_collect: Yuan = "summary.collect", "当场收缴罚款上限", Lower, penalty("yuan", 100, "第六十八条第一项");
    summary_remit: Term = "summary.remit", "当场收缴的罚款交至行政机关的期限", Lower, penalty("wd", 2, "第七十一条");
    preservation: Term = "evidence.preservation", "先行登记保存的处理期限", Lower, penalty("wd", 7, "第五十六条");
    notice_defence: Term = "notice.defence", "陈述、申辩期限", Higher, FREE;
    hearing_request: Term = "hearing.request", "要求听证的期限", Higher, penalty("wd", 5, "第六十四条第一项");
    hearing_notice: Term = "hearing.notice", "举行听证前的通知期限", Higher, penalty("wd", 7, "第六十四条第二项");
    hearing_fine_person: Yuan = "hearing.fine_person", "较大数额罚款的听证标准（公民）", Lower, FREE;
    hearing_fine_unit: Yuan = "hearing.fine_unit", "较大数额罚款的听证标准（单位）", Lower, FREE;
    hearing_confiscation_person: Yuan = "hearing.confiscation_person", "没收较大数额违法所得、较大价值非法财物的听证标准（公民）", Lower, FREE;
    hearing_confiscation_unit: Yuan = "hearing.confiscation_unit", "没收较大数额违法所得、较大价值非法财物的听证标准（单位）", Lower, FREE;
    decision: Term = "decision.term", "自立案起作出处罚决定的期限", Lower, penalty("d", 90, "第六十条");
    decision_extension: Term = "decision.extension", "经负责人批准延长的期限", Lower, FREE;
    decision_extension_collective: Term = "decision.extension_collective", "经集体讨论再次延长的最长期限", Lower, FREE;
    decision_excluded: Vec<Excludable> = "decision.excluded", "不计入决定期限的时间", Neither, FREE;
    decision_suspension: bool = "decision.suspension", "可以中止调查", Lower, FREE;
    service: Term = "service.term", "送达处罚决定书的期限", Lower, penalty("wd", 7, "第六十一条第一款");
    service_notice: Term = "service.public_notice", "公告送达视为送达的期限", Higher, FREE;
    payment: Term = "payment.term", "缴纳罚款的期限", Neither, fixed("d", 15, "第六十七条第三款");
    extra_fine_daily: Percent = "extra_fine.daily_percent", "逾期每日加处罚款的比例", Lower, penalty("%", 3, "第七十二条第一款第一项");
    extra_fine_cap: Percent = "extra_fine.cap_percent", "加处罚款的上限（占罚款的比例）", Lower, penalty("%", 100, "第七十二条第一款第一项");
    remedy_reconsideration: Term = "remedy.reconsideration", "申请行政复议的期限", Higher, bound("d", 60, false, "行政复议法", "第二十条第一款");
    remedy_suit: Term = "remedy.suit", "提起行政诉讼的期限", Higher, bound("m", 6, true, "行政诉讼法", "第四十六条第一款");
    execution_urge: Term = "execution.urge", "催告后申请法院强制执行的等待期限", Higher, bound("wd", 10, true, "行政强制法", "第五十四条");
    execution_court: Term = "execution.court", "申请法院强制执行的期限", Neither, bound("m", 3, true, "行政强制法", "第五十三条");
    own_transfer: bool = "execution.own_transfer", "本机关有权划拨存款、汇款（由法律规定）", Neither, FREE;
    own_auction: bool = "execution.own_auction", "本机关有权拍卖或者依法处理查封、扣押的财物强制执行（由法律规定）", Neither, FREE;
    own_restore: bool = "execution.own_restore", "本机关有权排除妨碍、恢复原状（由法律规定；代履行不在此列）", Neither, FREE;
    own_demolish: bool = "execution.own_demolish", "本机关有权强制拆除违法的建筑物、构筑物、设施（由法律规定）", Neither, FREE;
    own_cease: bool = "execution.own_cease", "本机关有权强制停止生产经营、关闭场所（由法律规定）", Neither, FREE;
    entry_late_hours: u32 = "entry.late_hours", "行为发生后超过多少小时登记的为补录", Lower, FREE;
    closing: Term = "closing.term", "结案审批期限", Lower, FREE;
    archive: Term = "archive.term", "终结后归档期限", Lower, FREE;
    archive_order: FileOrder = "archive.order", "案卷材料的排列次序", Neither, FREE;
    viewing_handlers_ask: bool = "viewing.handlers_ask", "承办人查阅本案音像记录也须经批准", Higher, FREE;
    retention_ordinary: Retention = "retention.ordinary", "普通程序案卷保管期限", Neither, FREE;
    retention_summary: Retention = "retention.summary", "简易程序案卷保管期限", Neither, FREE;
    publish_penalty: Term = "publish.penalty", "处罚决定公开期限", Lower, FREE;
    publish_licence: Term = "publish.licence", "许可决定公开期限", Lower, FREE;
    publish_other: Term = "publish.other", "其他执法决定公开期限", Lower, FREE;
    publish_withdraw: Term = "publish.withdraw", "撤回已公开处罚决定的期限", Lower, penalty("wd", 3, "第四十八条第二款");
    publish_scope: PublicationScope = "publish.scope", "处罚决定的公开范围", Neither, FREE;
    publish_term_unit: PublicationTerm = "publish.term_unit", "公示期（法人、其他组织）", Neither, FREE;
    publish_term_person: PublicationTerm = "publish.term_person", "公示期（自然人）", Neither, FREE;
    publish_takedown: TakedownApproval = "publish.takedown_approval", "公示期满撤下的批准", Neither, FREE;
    publish_operator: bool = "publish.operator", "公示个体工商户时显示经营者姓名", Neither, FREE;
    publish_chain: Vec<PublishStep> = "publish.chain", "公示审核流程，各步由不同的人办理", Neither, FREE;
    report_due: MonthDay = "report.due", "年度报告公开日", Neither, FREE;
    report_up: Optional<Term> = "report.up", "年度报告公开后报送上级的期限", Lower, FREE;
    catalogue_law_change: Term = "catalogue.law_change", "法律变化后调整公示信息的期限", Lower, FREE;
    catalogue_organ_change: Term = "catalogue.organ_change", "机构职能变化后调整公示信息的期限", Lower, FREE;
    forms_law_change: Term = "forms.law_change", "法律变化后修订文书格式的期限", Lower, FREE;
    review_gate: bool = "review.gate", "重大执法决定未经法制审核或者审核未通过的，不得作出决定", Neither, fixed("bool", 1, "第五十八条第一款");
    review_all: bool = "review.all_ordinary", "简易程序以外的决定一律审核", Higher, FREE;
    review_fine_person: Yuan = "review.fine_person", "法制审核的罚款标准（公民）", Lower, FREE;
    review_fine_unit: Yuan = "review.fine_unit", "法制审核的罚款标准（单位）", Lower, FREE;
    review_term: Term = "review.term", "法制审核期限", Lower, FREE;
    review_extension: Optional<Term> = "review.extension", "法制审核延长期限", Lower, FREE;
    review_chain: Vec<ReviewStep> = "review.chain", "法制审核流程", Neither, FREE;
    review_catalogue: Vec<Text> = "review.catalogue", "法制审核目录：一律审核的执法类别和违法行为（裁量基准编号）", Neither, FREE;
    review_other_matters: bool = "review.other_matters", "在十项之外审核其他内容", Neither, FREE;
    reviewer_ratio: Percent = "review.staff_percent", "法制审核人员占执法人员的最低比例", Higher, FREE;
    draft_range_stated: bool = "draft.range_stated", "裁量基准没有收录的罚款，须在处理意见中写明法定幅度及其条款", Higher, FREE;
    discussion_gate: bool = "discussion.gate", "情节复杂或者重大违法行为的处罚由负责人集体讨论决定", Neither, fixed("bool", 1, "第五十七条第二款");
    discussion_fine_person: Yuan = "discussion.fine_person", "须集体讨论的罚款标准（公民）", Lower, FREE;
    discussion_fine_unit: Yuan = "discussion.fine_unit", "须集体讨论的罚款标准（单位）", Lower, FREE;
    discussion_quorum: u32 = "discussion.quorum", "集体讨论至少到会的负责人数", Higher, FREE;
    numbering_place: Text = "numbering.place", "文号的地区简称", Neither, FREE;
    numbering_system: Text = "numbering.system", "文号的系统代字", Neither, FREE;
    numbering_counters: Counters = "numbering.counters", "文号计数方式", Neither, FREE;
    roll_authority: Roll = "roll.authority", "机关办理期限末日为休息日时", Neither, FREE;
    roll_party: Roll = "roll.party", "当事人期限末日为休息日时", Neither, FREE;
    av_upload: Term = "av.upload", "音像记录上传期限", Lower, FREE;
    av_patrol: Term = "av.patrol_retention", "巡查类音像保存期限", Higher, FREE;
    av_full: Vec<AvLink> = "av.full", "应当全程音像记录的环节", Neither, FREE;
    av_required: Vec<AvLink> = "av.required", "应当音像记录的环节", Neither, FREE;
    av_as_needed: Vec<AvLink> = "av.as_needed", "根据实际情况音像记录的环节", Neither, FREE;
    policymaking_comment: Term = "policymaking.comment", "重大决策征求意见的最短期限", Higher, FREE;
    policymaking_material: Term = "policymaking.hearing_material", "重大决策听证材料提前送达的期限", Higher, FREE;
    policymaking_defer: Term = "policymaking.defer_exit", "暂缓后退出决策程序的期限", Lower, FREE;
}
