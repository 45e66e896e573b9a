//! The fields of the organ's own enforcement and of 代履行.

use super::{Field, Kind, choice, f, flag, line, paragraph, party, session};
use crate::case::enforcement::{EndGround, EnforcementManner, PauseGround};
use crate::case::procedure::Verb;
use crate::case::sampling::SamplingPresence;
use crate::case::substitute::{ClearedPlace, CostEntry, SubstituteHarm};
use crate::case::types::Adoption;

fn order() -> Field {
    f("order", "第几次责令改正", Kind::Ordinal)
}

fn substitution() -> Field {
    f("substitution", "第几次代履行", Kind::Ordinal)
}

fn urgent() -> Field {
    paragraph("urgent", "紧急情况").optional().hint("夜间、法定节假日实施的必填（强制法第四十三条第一款）")
}

/// Who signed what was done.
fn signed() -> [Field; 2] {
    [
        choice::<SamplingPresence>("presence", "当事人到场情况"),
        line("witness", "见证人").optional().hint("当事人没有到场或者拒绝签名的必填，由见证人签名"),
    ]
}

pub(super) fn fields(verb: Verb) -> Vec<Field> {
    match verb {
        Verb::StateObjection => {
            vec![party(), f("on", "陈述申辩日期", Kind::Date), paragraph("statement", "事实、理由和证据")]
        }
        Verb::AnswerObjection => {
            vec![party(), choice::<Adoption>("adoption", "是否采纳"), paragraph("reasons", "复核意见和理由")]
        }
        Verb::ProposeEnforce => enforce(),
        Verb::CarryOutEnforcement => {
            let mut all = vec![party()];
            all.extend(session());
            all.extend([urgent(), paragraph("record", "实施经过和结果")]);
            all.extend(signed());
            all
        }
        Verb::ProposePauseEnforcement => vec![
            party(),
            choice::<PauseGround>("ground", "中止情形"),
            paragraph("basis", "情况和证明材料").hint("依法停止执行的，写明复议机关、人民法院的文书"),
        ],
        Verb::ProposeResumeEnforcement => vec![party()],
        Verb::ProposeEndEnforcement => {
            vec![party(), choice::<EndGround>("ground", "终结情形"), paragraph("basis", "情况和证明材料")]
        }
        Verb::ProposeAgree => agree(),
        Verb::RecordBreach => vec![party(), paragraph("details", "没有履行的内容和证明材料")],
        _ => substitute(verb),
    }
}

fn enforce() -> Vec<Field> {
    vec![
        party(),
        choice::<EnforcementManner>("manner", "强制执行的方式")
            .hint("不得对居民生活停止供水、供电、供热、供燃气（强制法第四十三条第二款）"),
        order().optional().hint("排除妨碍、恢复原状、强制拆除的填写"),
        f("planned_on", "实施日期", Kind::Date),
        paragraph("reasons", "强制执行的理由").hint("经催告逾期不履行的情况，没有正当理由"),
        paragraph("details", "执行的标的、措施"),
        paragraph("hiding", "转移、隐匿财物的证据")
            .optional()
            .hint("催告期间有证据证明的，可以立即强制执行（强制法第三十七条第三款）"),
        line("announced", "限期拆除公告的载体和日期").optional().hint("强制拆除的必填（强制法第四十四条）"),
        f("leave_until", "公告的自行拆除期限", Kind::Date).optional(),
    ]
}

fn agree() -> Vec<Field> {
    vec![
        party(),
        f(
            "stages",
            "分阶段履行",
            Kind::List(vec![
                f("due_on", "最后履行日", Kind::Date),
                f("amount_fen", "缴纳金额", Kind::Money).optional(),
                paragraph("duty", "其他应当履行的内容").optional(),
            ]),
        )
        .hint("各期金额之和为减免后尚欠的全部款项"),
        f("waived_fen", "减免的加处罚款", Kind::Money).optional().hint("只能减免加处罚款，不得减免罚款"),
        paragraph("remedial", "当事人采取的补救措施").optional().hint("减免加处罚款的必填"),
        paragraph("harmless", "不损害公共利益和他人合法权益的情况"),
    ]
}

fn substitute(verb: Verb) -> Vec<Field> {
    match verb {
        Verb::DemandOrder => vec![
            order(),
            f("due_on", "履行义务的期限", Kind::Date)
                .hint("代履行决定送达后再催告的，留足三个工作日（强制法第五十一条）"),
            paragraph("manner", "履行义务的方式"),
        ],
        Verb::ProposeSubstitute => vec![
            party(),
            order().optional().hint("立即清除遗洒物、障碍物、污染物的不填"),
            choice::<SubstituteHarm>("harm", "不履行的后果")
                .optional()
                .hint("强制法第五十条；立即清除的不填"),
            choice::<ClearedPlace>("immediate", "需要立即清除的地点")
                .optional()
                .hint("当事人不能清除的，可以立即实施（强制法第五十二条）"),
            paragraph("subject", "代履行的标的"),
            paragraph("reasons", "理由和依据"),
            paragraph("manner", "代履行的方式"),
            f("planned_on", "代履行的日期", Kind::Date),
            f("budget_fen", "费用预算", Kind::Money),
            line("performer", "代履行人"),
            flag("disinterested", "代履行人为本机关，或者与本案没有利害关系"),
        ],
        Verb::CarryOutSubstitute => {
            let mut all = vec![substitution()];
            all.extend(session());
            all.extend([
                f("supervisor", "到场监督的工作人员", Kind::Staff),
                urgent(),
                paragraph("record", "代履行的经过和结果"),
                flag("performer_signed", "监督的工作人员、代履行人已签名或者盖章"),
            ]);
            all.extend(signed());
            all.extend([
                f("cost_fen", "代履行费用", Kind::Money).hint("按照成本合理确定，由当事人承担"),
                paragraph("cost_basis", "费用的计算依据").optional().hint("有费用的必填"),
            ]);
            all
        }
        Verb::RecordCost => vec![
            substitution(),
            choice::<CostEntry>("entry", "收付"),
            line("receipt", "票据号"),
            f("amount_fen", "金额", Kind::Money),
            f("on", "日期", Kind::Date),
        ],
        _ => Vec::new(),
    }
}
