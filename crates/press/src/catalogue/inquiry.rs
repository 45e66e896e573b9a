//! Investigation: questioning, inspection, preservation of evidence, correction, time limits, report.

use super::shared::*;
use super::{Seal, TemplateSpec};
use crate::field::{FieldSpec, count, date, group, list, minute, paragraphs, text};

const INQUIRY: &str = "《中华人民共和国行政处罚法》第五十五条";
const PRESERVATION: &str = "《中华人民共和国行政处罚法》第五十六条";
const CORRECTION: &str = "《中华人民共和国行政处罚法》第二十八条";
const TERM: &str = "《中华人民共和国行政处罚法》第六十条";
const TWO_OFFICERS: &str = "《中华人民共和国行政处罚法》第四十二条";

const TURN: &[FieldSpec] = &[paragraphs("question", "问"), paragraphs("answer", "答")];
const PROBLEM: &[FieldSpec] =
    &[text("problem", "存在问题"), text("measure", "整改要求").optional(), date("due", "整改期限")];
const SENT: &[FieldSpec] =
    &[text("name", "物品名称"), text("model", "规格型号").optional(), text("quantity", "数量")];
const SAMPLE: &[FieldSpec] = &[
    text("name", "物品名称"),
    text("model", "规格型号、批次").optional(),
    text("quantity", "抽取数量"),
    text("base", "抽样基数").optional(),
];
const REVIEWED: &[FieldSpec] = &[text("problem", "原存在问题"), text("finding", "复查情况")];

const PRESERVATION_COMMON: &[FieldSpec] = &[
    CASE_NAME,
    list("parties", "当事人及基本情况", PARTY),
    CASE_SUMMARY,
    list("items", "证据名称及数量", ITEM),
    paragraphs("reasons", "提请理由及依据"),
    text("preservation_method", "保存方式"),
    group("handling", "承办人意见", HANDLERS_OPINION),
    group("unit_opinion", "承办机构意见", OPINION),
    group("review", "审核意见", OPINION).optional(),
    group("approval", "审批意见", OPINION),
];

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::letter("inquiry_notice", 14, "询问通知书", Seal::Enforcement).series(&["询"]).under(
        INQUIRY,
        &[
            group("party", "被通知人", ADDRESSEE),
            CAUSE,
            text("person", "被询问人").optional(),
            paragraphs("details", "询问时间、地点和应当携带的材料").optional(),
            minute("inquiry_at", "询问时间").without("details"),
            text("place", "询问地点").without("details"),
            list("materials", "应当携带的材料", &[text("text", "材料")]).without("details"),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::form("inquiry_record", 15, "询问笔录").under(
        INQUIRY,
        &[
            CASE_NAME,
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间"),
            count("session", "第几次询问"),
            text("place", "询问地点"),
            group(
                "subject",
                "被询问人",
                &[
                    text("name", "姓名"),
                    text("gender", "性别").optional(),
                    text("age", "年龄").optional(),
                    text("id_number", "公民身份号码").optional(),
                    text("employer", "工作单位").optional(),
                    text("position", "职务").optional(),
                    text("address", "住址").optional(),
                    text("phone", "电话").optional(),
                ],
            ),
            list("officers", "询问人", OFFICER).law(TWO_OFFICERS),
            group("recorder", "记录人", PERSON),
            list("attendants", "在场人", PERSON).optional(),
            paragraphs("record", "询问记录").optional(),
            list("turns", "询问记录", TURN).without("record"),
        ],
    ),
    TemplateSpec::form("site_inspection_record", 16, "勘验笔录").series(&["勘"]).under(
        INQUIRY,
        &[
            CASE_NAME,
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间"),
            text("place", "勘验场所"),
            text("weather", "天气情况").optional(),
            list("officers", "勘验人", OFFICER).law(TWO_OFFICERS),
            text("presence", "当事人、见证人在场情况").optional(),
            list("parties_present", "当事人", PERSON).without("presence"),
            list("invited", "被邀请人", PERSON).optional(),
            group("recorder", "记录人", PERSON),
            paragraphs("findings", "勘验情况"),
        ],
    ),
    TemplateSpec::letter("sampling_receipt", 17, "抽样取证凭证", Seal::Enforcement).series(&["抽"]).under(
        PRESERVATION,
        &[
            group("party", "被抽样取证人", PARTY),
            CAUSE,
            minute("started_at", "抽样取证开始时间"),
            minute("ended_at", "抽样取证结束时间"),
            text("place", "抽样地点"),
            list("items", "抽取的样品", SAMPLE),
            paragraphs("method", "抽样方法"),
            paragraphs("seal", "封样和保管情况"),
            text("presence", "当事人到场情况"),
            text("witness", "见证人或者录像情况").optional(),
            list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
        ],
    ),
    TemplateSpec::letter("appraisal_commission", 22, "鉴定委托书", Seal::Enforcement).series(&["鉴"]).under(
        "《住房和城乡建设行政处罚程序规定》第十八条",
        &[
            text("agency", "鉴定、检测机构"),
            text("party_names", "当事人"),
            CAUSE,
            text("examination", "委托类别").optional(),
            paragraphs("question", "鉴定要求"),
            list("items", "送检物品", SENT).optional(),
            date("due", "提交意见的期限").optional(),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::form("preservation_approval", 18, "先行登记保存证据审批表")
        .series(&["先保审"])
        .under(PRESERVATION, PRESERVATION_COMMON),
    TemplateSpec::letter("preservation_notice", 19, "先行登记保存证据通知书", Seal::Enforcement)
        .series(&["先保通"])
        .under(
            PRESERVATION,
            &[
                group("party", "被通知人", ADDRESSEE),
                CAUSE,
                text("preservation_method", "保存方式"),
                text("preservation_place", "保存地点").optional(),
                date("disposal_due", "作出处理决定的期限"),
                list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::letter("preservation_list", 48, "先行登记保存证据清单", Seal::None).landscape().under(
        PRESERVATION,
        &[
            text("notice_number", "通知书文号"),
            group("party", "被通知人", ADDRESSEE),
            list("items", "先行登记保存的证据", ITEM),
            list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
        ],
    ),
    TemplateSpec::form("preservation_disposal_approval", 20, "先行登记保存证据处理审批表")
        .series(&["先保处审"])
        .under(PRESERVATION, PRESERVATION_COMMON),
    TemplateSpec::letter("preservation_disposal_decision", 21, "先行登记保存证据处理决定书", Seal::Organ)
        .series(&["先保处"])
        .under(
            PRESERVATION,
            &[
                group("party", "当事人", ADDRESSEE),
                text("notice_number", "先行登记保存证据通知书文号"),
                date("notice_date", "先行登记保存日期"),
                list("items", "先行登记保存的证据", ITEM),
                paragraphs("disposal", "处理决定"),
                REVIEW_BODY,
                COURT,
            ],
        ),
    TemplateSpec::letter("rectification_order", 4, "责令限期整改指令书", Seal::Enforcement).series(&["责改"]).under(
        CORRECTION,
        &[
            group("party", "被检查单位", ADDRESSEE),
            list("problems", "存在的问题", PROBLEM),
            text("law_basis", "责令改正的依据"),
            list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
            REVIEW_BODY,
            COURT,
        ],
    ),
    TemplateSpec::letter("rectification_review", 5, "整改复查意见书", Seal::Enforcement).series(&["复查"]).under(
        CORRECTION,
        &[
            group("party", "被复查单位", ADDRESSEE),
            text("order_number", "原文书文号"),
            date("order_date", "原文书日期"),
            text("order_name", "原文书名称"),
            list("reviewed", "复查情况", REVIEWED),
            paragraphs("conclusion", "复查意见"),
            list("officers", "执法人员", OFFICER).law(TWO_OFFICERS),
        ],
    ),
    TemplateSpec::form("suspension_approval", 57, "中止（恢复）调查审批表").series(&["中止"]).under(
        "《住房和城乡建设行政处罚程序规定》第三十条",
        &[
            CASE_NAME,
            list("parties", "当事人", PARTY),
            text("kind", "审批事项"),
            paragraphs("reasons", "情形及理由"),
            date("from", "起始日期"),
            date("until", "恢复日期").optional(),
            count("excluded_days", "不计入期限的天数").optional(),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("extension_approval", 44, "案件延期审批表").series(&["案延"]).under(
        TERM,
        &[
            CASE_NAME,
            list("parties", "当事人基本情况", PARTY),
            date("filed_on", "立案日期"),
            date("due_before", "原办理期限"),
            date("due_after", "延长后的办理期限"),
            paragraphs("reasons", "延期理由及依据"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("investigation_report", 49, "行政处罚案件调查终结报告").series(&["终报"]).under(
        "《中华人民共和国行政处罚法》第五十七条",
        &[
            CASE_NAME,
            CAUSE,
            list("parties", "当事人", PARTY),
            paragraphs("report", "调查终结报告").optional(),
            paragraphs("course", "案件来源与调查经过").without("report"),
            FACTS.without("report"),
            list("evidence", "证据", EVIDENCE),
            LAW_VIOLATED.without("report"),
            LAW_BASIS.without("report"),
            paragraphs("benchmark", "裁量基准适用及理由").without("report").law("国务院办公厅《关于进一步规范行政裁量权基准制定和管理工作的意见》（国办发〔2022〕27号）第十二项"),
            paragraphs("proposal", "处理建议").without("report"),
            list("officers", "承办人", OFFICER).law(TWO_OFFICERS),
            group("unit_opinion", "承办机构意见", OPINION).optional(),
        ],
    ),
];
