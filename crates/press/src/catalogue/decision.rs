//! Deliberation, decision, transfer, correction.

use super::shared::*;
use super::{Seal, TemplateSpec};
use crate::field::{FieldSpec, count, date, group, list, minute, paragraphs, text};

const DECISION: &str = "《中华人民共和国行政处罚法》第五十七条";
const CONTENT_PARTY: &str = "《中华人民共和国行政处罚法》第五十九条第一款第一项";
const CONTENT_FACTS: &str = "《中华人民共和国行政处罚法》第五十九条第一款第二项";
const CONTENT_PENALTY: &str = "《中华人民共和国行政处罚法》第五十九条第一款第三项";
const CONTENT_PERFORMANCE: &str = "《中华人民共和国行政处罚法》第五十九条第一款第四项";
const CONTENT_REMEDY: &str = "《中华人民共和国行政处罚法》第五十九条第一款第五项";
const COLLECTION: &str = "《罚款决定与罚款收缴分离实施办法》第七条";
const BENCHMARK: &str =
    "国务院办公厅《关于进一步规范行政裁量权基准制定和管理工作的意见》（国办发〔2022〕27号）第十二项";
const TRANSFER: &str = "《住房和城乡建设行政处罚程序规定》第六条";
const CRIMINAL: &str = "《行政执法机关移送涉嫌犯罪案件的规定》第六条";

const HEAD: &[FieldSpec] = &[text("name", "姓名"), text("position", "职务"), paragraphs("opinion", "意见")];
const ATTACHMENT: &[FieldSpec] =
    &[text("name", "材料名称"), count("copies", "份数"), count("pages", "页数").optional()];

/// Everything Art. 59 asks for, the party excepted.
macro_rules! penalty_decision_fields {
    ($party:expr) => {
        &[
            group("party", "当事人", $party).law(CONTENT_PARTY),
            FACTS.law(CONTENT_FACTS),
            list("evidence", "证据", EVIDENCE).law(CONTENT_FACTS),
            paragraphs("defence_review", "陈述申辩及听证情况")
                .law("《中华人民共和国行政处罚法》第四十五条"),
            LAW_VIOLATED.law(CONTENT_FACTS),
            LAW_BASIS.law(CONTENT_PENALTY),
            paragraphs("benchmark", "裁量基准适用及理由").law(BENCHMARK),
            list("decision_items", "行政处罚的种类", DECISION_ITEM).law(CONTENT_PENALTY),
            paragraphs("correction", "责令改正")
                .optional()
                .law("《中华人民共和国行政处罚法》第二十八条第一款"),
            FINE.optional(),
            group("payment", "缴款方式", PAYMENT)
                .with("fine_fen")
                .law(COLLECTION),
            paragraphs("performance", "履行方式和期限")
                .without("fine_fen")
                .law(CONTENT_PERFORMANCE),
            REVIEW_BODY.law(CONTENT_REMEDY),
            COURT.law(CONTENT_REMEDY),
        ]
    };
}

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::form("disposition_request", 29, "案件处理呈批表").series(&["处呈"]).under(
        DECISION,
        &[
            CASE_NAME,
            list("parties", "当事人基本情况", PARTY),
            FACTS,
            LAW_BASIS,
            paragraphs("defence", "当事人的申辩意见"),
            list("decision_items", "拟作出的处理", DECISION_ITEM),
            FINE.optional(),
            paragraphs("benchmark", "裁量基准适用及理由").law(BENCHMARK),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("deliberation_record", 30, "行政处罚集体讨论记录").series(&["罚集"]).under(
        "《中华人民共和国行政处罚法》第五十七条第二款",
        &[
            CASE_NAME,
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间").optional(),
            text("place", "地点"),
            text("chair", "主持人"),
            text("reporter", "汇报人").optional(),
            text("recorder", "记录人"),
            paragraphs("subject", "讨论内容"),
            paragraphs("report", "汇报情况"),
            list("opinions", "出席人员意见", HEAD),
            paragraphs("conclusion", "结论性意见"),
        ],
    ),
    TemplateSpec::letter("penalty_decision_unit", 33, "行政处罚决定书", Seal::Organ)
        .series(&["罚"])
        .published()
        .under(CONTENT_PENALTY, penalty_decision_fields!(PARTY_UNIT)),
    TemplateSpec::letter("penalty_decision_person", 34, "行政处罚决定书", Seal::Organ)
        .series(&["罚"])
        .published()
        .under(CONTENT_PENALTY, penalty_decision_fields!(PARTY_PERSON)),
    TemplateSpec::letter("no_penalty_decision", 54, "不予行政处罚决定书", Seal::Organ)
        .series(&["不罚"])
        .published()
        .under(
            DECISION,
            &[
                group("party", "当事人", PARTY),
                FACTS,
                list("evidence", "证据", EVIDENCE),
                LAW_VIOLATED,
                text("no_penalty_basis", "不予处罚的依据"),
                paragraphs("reasons", "不予处罚的理由"),
                paragraphs("education", "教育内容").law("《中华人民共和国行政处罚法》第三十三条第三款"),
                REVIEW_BODY,
                COURT,
            ],
        ),
    TemplateSpec::form("case_withdrawal_approval", 56, "撤销立案（终止调查）审批表").series(&["撤"]).under(
        "《住房和城乡建设行政处罚程序规定》第三十一条",
        &[
            CASE_NAME,
            text("kind", "审批事项"),
            text("filing_number", "原立案文号"),
            date("filed_on", "立案日期"),
            list("parties", "当事人", PARTY),
            paragraphs("reasons", "理由及依据"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("transfer_approval", 42, "案件移送审批表").series(&["移审"]).under(
        TRANSFER,
        &[
            CAUSE,
            CASE_NAME,
            list("parties", "当事人", PARTY_EARLY),
            text("receiver", "受移送机关"),
            CASE_SUMMARY,
            paragraphs("reasons", "移送理由及依据"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::letter("transfer_letter", 43, "案件移送书", Seal::Organ).series(&["移"]).under(
        TRANSFER,
        &[
            text("receiver", "受移送机关"),
            CASE_NAME,
            date("investigated_on", "立案或者核查日期"),
            paragraphs("findings", "调查发现的情况"),
            text("law_basis", "移送依据"),
            list("attachments", "随案移送材料", ATTACHMENT),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::letter("criminal_transfer_letter", 68, "涉嫌犯罪案件移送书", Seal::Organ)
        .series(&["涉移"])
        .under(
            CRIMINAL,
            &[
                text("receiver", "受移送的公安机关"),
                text("procuratorate", "抄送的人民检察院"),
                CASE_NAME,
                list("parties", "涉嫌犯罪的单位或者人员", PARTY_EARLY),
                paragraphs("findings", "案件情况"),
                text("suspected_offence", "涉嫌罪名").optional(),
                list("attachments", "随案移送材料", ATTACHMENT),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::letter("amendment_decision", 0, "行政处罚变更决定书", Seal::Organ)
        .series(&["罚变"])
        .unlisted()
        .under(
            "《中华人民共和国行政处罚法》第七十五条第二款",
            &[
                group("party", "当事人", PARTY).law(CONTENT_PARTY),
                group("decision", "原决定书", DECISION_REFERENCE),
                list("original_items", "原决定给予的行政处罚", DECISION_ITEM),
                paragraphs("reasons", "变更的理由").law(CONTENT_FACTS),
                LAW_BASIS.law(CONTENT_PENALTY),
                list("decision_items", "变更后的行政处罚", DECISION_ITEM).law(CONTENT_PENALTY),
                REVIEW_BODY.law(CONTENT_REMEDY),
                COURT.law(CONTENT_REMEDY),
            ],
        ),
    TemplateSpec::letter("correction_decision", 67, "行政处罚决定补正（更正）决定书", Seal::Organ)
        .series(&["补", "更"])
        .published()
        .under(
            "《住房和城乡建设行政处罚程序规定》第二十八条",
            &[
                group("party", "当事人", ADDRESSEE),
                group("decision", "原决定书", DECISION_REFERENCE),
                text("document_name", "原文书名称").optional(),
                text("kind", "补正或者更正"),
                paragraphs("correction", "补正（更正）的内容").optional(),
                list(
                    "corrections",
                    "内容",
                    &[text("original", "原内容"), text("corrected", "补正（更正）后的内容")],
                )
                .without("correction"),
                paragraphs("reasons", "理由").without("correction"),
            ],
        ),
    TemplateSpec::letter("recusal_decision", 58, "回避决定书", Seal::Organ).series(&["避"]).under(
        "《中华人民共和国行政处罚法》第四十三条",
        &[
            group("party", "申请人", ADDRESSEE),
            CASE_NAME,
            text("officer_name", "被申请回避人员"),
            text("officer_position", "被申请回避人员职务"),
            date("applied_on", "申请日期"),
            paragraphs("reasons", "申请回避的理由"),
            text("decision", "决定"),
            paragraphs("decision_reasons", "决定的理由"),
        ],
    ),
];
