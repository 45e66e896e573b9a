//! The organ's own enforcement and 代履行.

use super::shared::*;
use super::{Seal, TemplateSpec};
use crate::field::{FieldSpec, date, group, list, minute, money, paragraphs, text};

const DEMAND: &str = "《中华人民共和国行政强制法》第三十五条";
const DECISION: &str = "《中华人民共和国行政强制法》第三十七条第二款";
const SUBSTITUTE: &str = "《中华人民共和国行政强制法》第五十一条第一款第一项";
const SIGNED: &str = "《中华人民共和国行政强制法》第五十一条第一款第四项";
const PAUSE: &str = "《中华人民共和国行政强制法》第三十九条、第四十条";
const TWO_OFFICERS: &str = "《中华人民共和国行政处罚法》第四十二条";
const AGREEMENT: &str = "《中华人民共和国行政强制法》第四十二条";

/// A stage of an agreement: money, something else, or both.
const STAGE: &[FieldSpec] = &[
    date("due", "履行期限"),
    money("amount_fen", "缴纳金额").optional(),
    paragraphs("duty", "其他履行内容").optional(),
];

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::letter("order_demand", 0, "履行义务催告书", Seal::Organ)
        .series(&["履催"])
        .unlisted()
        .under(
            DEMAND,
            &[
                group("party", "当事人", ADDRESSEE),
                date("order_date", "责令改正的日期"),
                text("order_number", "责令改正的文号"),
                text("order_name", "责令改正的文书"),
                paragraphs("duties", "应当履行的义务"),
                date("due", "履行义务的期限"),
                paragraphs("manner", "履行义务的方式"),
                text("article", "催告的依据"),
                text("substitute_number", "代履行决定书文号").optional(),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::letter("execution_decision", 62, "强制执行决定书", Seal::Organ).series(&["强决"]).under(
        DECISION,
        &[
            group("party", "当事人", PARTY),
            group("decision", "行政处罚决定书", DECISION_REFERENCE),
            text("order_number", "责令改正的文号").optional(),
            text("demand_number", "催告书文号"),
            date("demanded_on", "催告书送达日期"),
            paragraphs("reasons", "强制执行的理由"),
            paragraphs("hiding", "转移、隐匿财物的证据").optional(),
            text("article", "强制执行的依据"),
            text("law_basis", "授权的法律").optional(),
            text("manner", "强制执行的方式"),
            date("planned_on", "强制执行的时间"),
            money("total_fen", "执行的款项").optional(),
            paragraphs("details", "执行的标的、措施"),
            text("announced", "限期拆除公告").optional(),
            date("leave_until", "自行拆除的期限").optional(),
            REVIEW_BODY,
            COURT,
        ],
    ),
    TemplateSpec::letter("substitute_performance_decision", 61, "代履行决定书", Seal::Organ)
        .series(&["代"])
        .under(
            SUBSTITUTE,
            &[
                group("party", "当事人", PARTY),
                date("order_date", "责令改正的日期").optional(),
                text("order_number", "责令改正的文号").optional(),
                text("order_name", "责令改正的文书").optional(),
                text("demand_number", "催告书文号").optional(),
                text("harm", "不履行的后果").without("place"),
                text("place", "立即清除的地点").without("harm"),
                paragraphs("reasons", "代履行的理由"),
                text("article", "代履行的依据"),
                paragraphs("subject", "代履行的标的"),
                paragraphs("manner", "代履行的方式"),
                date("planned_on", "代履行的时间"),
                text("performer", "代履行人"),
                money("budget_fen", "费用预算"),
                REVIEW_BODY,
                COURT,
            ],
        ),
    TemplateSpec::form("enforcement_record", 0, "强制执行（代履行）笔录").unlisted().under(
        SIGNED,
        &[
            CASE_NAME,
            text("kind", "事项"),
            text("decision_number", "决定书文号"),
            group("party", "当事人", ADDRESSEE),
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间"),
            text("place", "地点"),
            list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
            text("supervisor", "到场监督人员").optional(),
            text("performer", "代履行人").optional(),
            paragraphs("urgent", "紧急情况").optional(),
            paragraphs("findings", "实施经过和结果"),
            text("presence", "当事人到场情况"),
            text("witness", "见证人").optional(),
            money("cost_fen", "代履行费用").optional(),
            paragraphs("cost_basis", "费用的计算依据").optional(),
        ],
    ),
    TemplateSpec::letter("enforcement_notice", 0, "中止（恢复、终结）执行通知书", Seal::Organ)
        .series(&["执通"])
        .unlisted()
        .under(
            PAUSE,
            &[
                group("party", "当事人", ADDRESSEE),
                group("decision", "行政处罚决定书", DECISION_REFERENCE),
                text("kind", "通知事项"),
                text("ground", "情形").optional(),
                text("article", "依据"),
                date("from", "起始日期"),
                paragraphs("reasons", "情况").optional(),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::letter("enforcement_agreement", 0, "行政强制执行协议书", Seal::Organ)
        .series(&["执协"])
        .unlisted()
        .under(
            AGREEMENT,
            &[
                group("party", "当事人", PARTY),
                group("decision", "行政处罚决定书", DECISION_REFERENCE),
                text("enforcement_number", "强制执行、代履行决定书"),
                list("stages", "分阶段履行", STAGE),
                money("total_fen", "款项合计").optional(),
                money("waived_fen", "减免的加处罚款").optional(),
                paragraphs("remedial", "补救措施").optional(),
                paragraphs("harmless", "不损害公共利益和他人合法权益的情况"),
            ],
        ),
];
