//! Legal review of major decisions (法制审核).

use super::TemplateSpec;
use super::shared::*;
use crate::field::{FieldSpec, date, flag, group, list, minute, paragraphs, text};

const REVIEW: &str = "《中华人民共和国行政处罚法》第五十八条";
const OPINIONS: &str = "国务院办公厅《关于全面推行行政执法公示制度执法全过程记录制度重大执法决定法制审核制度的指导意见》（国办发〔2018〕118号）第十三项";

const MATERIAL: &[FieldSpec] =
    &[text("name", "材料名称"), text("copies", "份数"), text("remark", "备注").optional()];
const POINT: &[FieldSpec] =
    &[text("point", "审核内容"), text("finding", "审核结果"), paragraphs("opinion", "审核意见")];
const RESPONSE: &[FieldSpec] = &[
    paragraphs("point", "审核意见要点"),
    text("stand", "研究意见（采纳、部分采纳、不采纳）"),
    paragraphs("handling", "处理情况及理由"),
];

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::form("review_submission", 50, "重大执法决定法制审核送审表").series(&["审送"]).under(
        REVIEW,
        &[
            CASE_NAME,
            list("parties", "当事人", PARTY),
            text("decision_kind", "决定类别"),
            list("triggers", "应当审核的情形", &[text("text", "情形")]),
            paragraphs("proposed_decision", "拟作出的决定"),
            text("draft_digest", "送审稿摘要值").optional(),
            list("materials", "送审材料清单", MATERIAL),
            group("unit_opinion", "承办机构意见", OPINION),
            minute("submitted_at", "送审时间"),
            text("receiver", "法制审核机构收件人").optional(),
        ],
    ),
    TemplateSpec::form("review_opinion", 51, "行政处罚法制审核意见书").series(&["法审"]).under(
        REVIEW,
        &[
            CASE_NAME,
            text("handling_unit", "承办机构"),
            text("submission_number", "送审表文号"),
            text("draft_digest", "送审稿摘要值").optional(),
            list("points", "审核内容及意见", POINT).law(OPINIONS),
            text("conclusion", "审核结论").law(OPINIONS),
            paragraphs("reasons", "理由"),
            paragraphs("suggestions", "建议").optional(),
            text("reviewer", "审核人"),
            text("reviewer_qualification", "审核人资格").optional(),
            minute("received_at", "收件时间"),
            minute("finished_at", "完成时间"),
            group("unit_opinion", "法制审核机构负责人意见", OPINION),
        ],
    ),
    TemplateSpec::form("review_feedback", 52, "法制审核意见采纳情况反馈表").series(&["法反"]).under(
        OPINIONS,
        &[
            CASE_NAME,
            text("opinion_number", "法制审核意见书文号"),
            date("opinion_date", "意见书日期"),
            list("responses", "研究意见", RESPONSE),
            flag("resubmitted", "是否再次送审"),
            group("unit_opinion", "承办机构意见", OPINION),
        ],
    ),
    TemplateSpec::form("re_review_request", 0, "法制审核复核申请书").series(&["法申"]).unlisted().under(
        OPINIONS,
        &[
            CASE_NAME,
            text("opinion_number", "法制审核意见书文号"),
            date("opinion_date", "意见书日期"),
            paragraphs("conclusion", "原审核结论和理由"),
            paragraphs("objections", "异议和理由"),
            group("unit_opinion", "承办机构意见", OPINION),
        ],
    ),
    TemplateSpec::form("re_review_opinion", 53, "法制审核复核意见书").series(&["法复"]).under(
        OPINIONS,
        &[
            CASE_NAME,
            text("opinion_number", "原法制审核意见书文号"),
            date("applied_on", "申请复核日期"),
            paragraphs("objections", "异议点"),
            paragraphs("reasons", "申请复核理由").optional(),
            paragraphs("joint_study", "共同研究情况"),
            text("conclusion", "复核结论"),
            group("review", "法制审核机构意见", OPINION),
            group("coordination", "分管负责人协调意见", OPINION).optional(),
        ],
    ),
];
