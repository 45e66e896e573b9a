//! Notice, defence and hearing.

use super::shared::*;
use super::{Seal, TemplateSpec};
use crate::field::{FieldSpec, count, group, list, minute, paragraphs, text};

const NOTICE: &str = "《中华人民共和国行政处罚法》第四十四条";
const DEFENCE: &str = "《中华人民共和国行政处罚法》第四十五条";
const HEARING: &str = "《中华人民共和国行政处罚法》第六十三条";
const HEARING_ORDER: &str = "《中华人民共和国行政处罚法》第六十四条";

const SPEECH: &[FieldSpec] = &[text("speaker", "发言人"), paragraphs("words", "发言内容")];
const PROPOSED: FieldSpec = list("decision_items", "拟作出的行政处罚", DECISION_ITEM);

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::letter("penalty_notice", 23, "行政处罚告知书", Seal::Organ).series(&["罚告"]).under(
        NOTICE,
        &[
            group("party", "当事人", ADDRESSEE),
            FACTS,
            list("evidence", "主要证据", EVIDENCE),
            LAW_VIOLATED,
            LAW_BASIS,
            PROPOSED,
            FINE.optional(),
            paragraphs("benchmark", "裁量基准适用及理由"),
            text("defence_term", "陈述申辩期限").law(DEFENCE),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::letter("hearing_rights_notice", 25, "行政处罚听证告知书", Seal::Organ)
        .series(&["听告"])
        .under(
            HEARING,
            &[
                group("party", "当事人", ADDRESSEE),
                FACTS,
                list("evidence", "主要证据", EVIDENCE),
                LAW_VIOLATED,
                LAW_BASIS,
                PROPOSED,
                FINE.optional(),
                paragraphs("benchmark", "裁量基准适用及理由"),
                paragraphs("hearing_grounds", "可以要求听证的情形").optional().law(HEARING),
                text("hearing_term", "要求听证的期限").law(HEARING_ORDER),
                text("defence_term", "陈述申辩期限").optional().law(DEFENCE),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::form("defence_record", 24, "当事人陈述申辩笔录").under(
        DEFENCE,
        &[
            CASE_NAME,
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间").optional(),
            text("place", "地点").optional(),
            group(
                "speaker",
                "陈述申辩人",
                &[
                    text("name", "姓名"),
                    text("gender", "性别").optional(),
                    text("employer", "工作单位").optional(),
                    text("position", "职务").optional(),
                    text("phone", "电话").optional(),
                    text("address", "联系地址").optional(),
                    text("postcode", "邮政编码").optional(),
                ],
            ),
            list("officers", "承办人", OFFICER).law("《中华人民共和国行政处罚法》第四十二条"),
            group("recorder", "记录人", PERSON),
            paragraphs("statement", "陈述申辩记录"),
        ],
    ),
    TemplateSpec::letter("hearing_notice", 26, "行政处罚听证会通知书", Seal::Enforcement)
        .series(&["听通"])
        .under(
            HEARING_ORDER,
            &[
                group("party", "当事人", ADDRESSEE),
                CASE_NAME,
                minute("hearing_at", "听证时间"),
                text("place", "听证地点"),
                text("openness", "公开方式"),
                group("chair", "听证主持人", PERSON),
                list("members", "听证员", PERSON).optional(),
                group("clerk", "书记员", PERSON),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::form("hearing_record", 27, "听证笔录").under(
        HEARING_ORDER,
        &[
            CASE_NAME,
            text("place", "地点"),
            minute("started_at", "开始时间"),
            minute("ended_at", "结束时间").optional(),
            text("openness", "公开方式"),
            group("chair", "听证主持人", PERSON),
            list("members", "听证员", PERSON).optional(),
            group("clerk", "书记员", PERSON),
            list("officers", "调查人员", OFFICER),
            group("party", "申请听证人", PARTY),
            list("agents", "委托代理人", PERSON).optional(),
            list("third_parties", "第三人", PERSON).optional(),
            list("others", "其他参加人员", PERSON).optional(),
            paragraphs("record", "听证记录").optional(),
            list("speeches", "听证记录", SPEECH).without("record"),
        ],
    ),
    TemplateSpec::form("hearing_report", 28, "听证会报告书").series(&["听报"]).under(
        "《中华人民共和国行政处罚法》第六十五条",
        &[
            CASE_NAME,
            minute("hearing_at", "听证时间"),
            group("chair", "听证主持人", PERSON),
            list("members", "听证员", PERSON).optional(),
            group("clerk", "书记员", PERSON),
            count("attendance", "参加人数").optional(),
            paragraphs("summary", "听证会基本情况"),
            paragraphs("disputes", "争议焦点及质证情况").optional(),
            group("chair_opinion", "主持人意见", OPINION),
            group("review", "负责人审核意见", OPINION).optional(),
        ],
    ),
];
