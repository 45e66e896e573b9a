//! From the clue to the filing.

use super::TemplateSpec;
use super::shared::*;
use crate::field::{group, list, minute, paragraphs, text};

const FILING: &str = "《中华人民共和国行政处罚法》第五十四条";

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::form("complaint_register", 0, "举报登记表").unlisted().under(
        FULL_RECORD,
        &[
            text("source_kind", "线索来源"),
            minute("received_at", "登记时间"),
            text("informant_code", "举报人代号").optional(),
            text("subject_name", "被举报对象"),
            text("subject_address", "被举报对象地址").optional(),
            paragraphs("contents", "举报内容"),
            paragraphs("materials", "随附材料").optional(),
            text("registrar", "登记人"),
            group("handling", "拟办意见", OPINION).optional(),
            group("approval", "审批意见", OPINION).optional(),
        ],
    ),
    TemplateSpec::form("case_filing_approval", 0, "立案审批表").series(&["立"]).under(
        FILING,
        &[
            CAUSE,
            text("clue_source", "案件来源"),
            minute("occurred_at", "案件发生时间").optional(),
            CASE_NAME,
            list("parties", "当事人", PARTY),
            CASE_SUMMARY,
            group("handling", "承办人意见", HANDLERS_OPINION).law("《中华人民共和国行政处罚法》第四十二条"),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("no_filing_approval", 55, "不予立案审批表").series(&["不立"]).under(
        FILING,
        &[
            text("clue_source", "线索来源"),
            list("parties", "被核查对象", SUBJECT),
            paragraphs("verification_result", "核查情况"),
            paragraphs("reasons", "不予立案理由及依据"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
];
