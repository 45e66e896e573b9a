//! Service, payment, enforcement, closing and archive.

use super::shared::*;
use super::{Seal, TemplateSpec};
use crate::field::{FieldSpec, count, date, flag, group, list, minute, money, paragraphs, text};

const SERVICE: &str = "《中华人民共和国行政处罚法》第六十一条";
const PAYMENT_TERM: &str = "《中华人民共和国行政处罚法》第六十七条";
const HARDSHIP: &str = "《中华人民共和国行政处罚法》第六十六条第二款";
const OVERDUE: &str = "《中华人民共和国行政处罚法》第七十二条第一款第一项";
const DEMAND: &str = "《中华人民共和国行政强制法》第三十五条";
const COURT_DEMAND: &str = "《中华人民共和国行政强制法》第五十四条";
const COURT_APPLICATION: &str = "《中华人民共和国行政强制法》第五十五条";
const ARCHIVE: &str = "《中华人民共和国行政处罚法》第四十七条";

const SERVED: &[FieldSpec] = &[
    text("document", "送达文书名称及文号"),
    text("method", "送达方式"),
    text("place", "送达地点"),
    minute("served_at", "送达时间"),
    text("receiver", "收件人").optional(),
];
const SERVED_PARTY: &[FieldSpec] =
    &[text("name", "受送达人"), flag("is_person", "是否自然人").optional(), text("address", "受送达人地址")];
const INSTALMENT: &[FieldSpec] =
    &[count("number", "期次"), money("amount_fen", "应缴金额"), date("due", "缴纳期限")];
const FILED: &[FieldSpec] = &[
    text("no", "序号").optional(),
    text("name", "文书名称"),
    text("number", "文号").optional(),
    date("date", "日期"),
    text("pages", "页号"),
    text("remark", "备注").optional(),
];

/// A remark on the file: who made it and when.
const REMARK: &[FieldSpec] =
    &[date("date", "日期"), text("name", "记录人"), paragraphs("words", "需要说明的情况")];

/// A finding that the file was left with.
const LEFT: &[FieldSpec] = &[text("what", "缺少、不一致之处"), paragraphs("reason", "原因")];

/// What was filed after the file was archived.
const SUPPLEMENT: &[FieldSpec] = &[
    count("no", "补充归档序号"),
    paragraphs("reason", "归档后办理的事项"),
    count("items", "件数"),
    count("pages", "页数"),
    text("handed_by", "移交人"),
    date("handed_on", "移交日期"),
    text("taken_by", "接收人"),
    date("taken_on", "接收日期"),
];

pub(super) const FORMS: &[TemplateSpec] = &[
    TemplateSpec::form("service_receipt", 39, "文书送达回证")
        .series(&["回"])
        .sealed(Seal::Enforcement)
        .under(
            SERVICE,
            &[
                CASE_NAME,
                group("party", "受送达人", SERVED_PARTY),
                list("served", "送达情况", SERVED),
                list("officers", "送达人", OFFICER),
                list("witnesses", "见证人", PERSON).optional(),
                paragraphs("remark", "备注").optional(),
            ],
        ),
    TemplateSpec::form("service_address_confirmation", 59, "送达地址（电子送达）确认书")
        .series(&["址"])
        .under(
            SERVICE,
            &[
                CASE_NAME,
                group("party", "当事人", ADDRESSEE),
                text("service_address", "送达地址"),
                text("recipient", "收件人"),
                text("phone", "联系电话").optional(),
                text("postcode", "邮政编码").optional(),
                text("email", "电子邮箱").optional(),
                text("fax", "传真").optional(),
                text("messaging", "即时通讯账号").optional(),
                text("backup_contact", "备用联系人及电话").optional(),
                text("electronic_consent", "是否同意电子送达"),
            ],
        ),
    TemplateSpec::letter("service_announcement", 60, "送达公告", Seal::Organ).series(&["公"]).under(
        "《中华人民共和国民事诉讼法》第九十五条",
        &[
            group("party", "受送达人", ADDRESSEE),
            CAUSE,
            text("document_name", "公告送达的文书"),
            text("document_number", "文号"),
            paragraphs("document_summary", "文书主要内容"),
            text("reason", "公告送达的原因"),
            text("collection_place", "领取地点"),
            text("announced_in", "公告载体"),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::letter("payment_notice", 0, "罚款缴款通知书", Seal::Enforcement).unlisted().under(
        PAYMENT_TERM,
        &[
            group("party", "当事人", ADDRESSEE),
            group("decision", "行政处罚决定书", DECISION_REFERENCE),
            FINE.optional(),
            money("confiscated_fen", "没收违法所得").without("fine_fen"),
            text("payment_code", "缴款码").optional(),
            text("term", "缴款期限").optional(),
            date("due", "缴款期限").without("term"),
            group("payment", "缴款方式", PAYMENT).law("《罚款决定与罚款收缴分离实施办法》第七条"),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::form("deferral_approval", 37, "延期（分期）缴纳罚款审批表").series(&["缴审"]).under(
        HARDSHIP,
        &[
            CASE_NAME,
            group("decision", "行政处罚决定书", DECISION_REFERENCE),
            list("parties", "当事人", PARTY),
            FACTS,
            FINE,
            text("kind", "申请事项"),
            paragraphs("reasons", "当事人申请延期（分期）缴纳罚款的理由"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::letter("deferral_grant", 38, "延期（分期）缴纳罚款批准书", Seal::Organ)
        .series(&["缴批"])
        .under(
            HARDSHIP,
            &[
                group("party", "当事人", ADDRESSEE),
                group("decision", "行政处罚决定书", DECISION_REFERENCE),
                FINE,
                date("deferred_until", "延长到的期限").without("instalments"),
                list("instalments", "分期缴纳", INSTALMENT).without("deferred_until"),
                paragraphs("condition", "批准的条件").optional(),
                money("outstanding_fen", "尚未缴纳的罚款"),
                group("payment", "缴款方式", PAYMENT),
            ],
        ),
    TemplateSpec::letter("additional_fine_decision", 36, "加处罚款决定书", Seal::Organ)
        .series(&["加罚"])
        .under(
            OVERDUE,
            &[
                group("party", "当事人", ADDRESSEE),
                group("decision", "行政处罚决定书", DECISION_REFERENCE),
                FINE,
                date("due", "罚款缴纳期限届满日"),
                date("counted_from", "加处罚款起算日"),
                date("counted_to", "加处罚款截止日"),
                count("overdue_days", "逾期天数"),
                money("additional_fen", "加处罚款金额"),
                group("payment", "缴款方式", PAYMENT),
                REVIEW_BODY,
                COURT,
            ],
        ),
    TemplateSpec::letter("payment_demand", 35, "缴纳罚款催告书", Seal::Enforcement).series(&["催"]).under(
        DEMAND,
        &[
            group("party", "当事人", ADDRESSEE),
            group("decision", "行政处罚决定书", DECISION_REFERENCE),
            FINE,
            money("due_fen", "已经到期、尚未缴纳的数额").optional(),
            text("term", "催告的缴纳期限").optional(),
            date("due", "催告的缴纳期限").without("term"),
            group("payment", "缴款方式", PAYMENT),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::letter("enforcement_demand", 40, "行政强制执行事先催告书", Seal::Organ)
        .series(&["执行催告"])
        .under(
            COURT_DEMAND,
            &[
                group("party", "当事人", ADDRESSEE),
                group("decision", "行政处罚决定书", DECISION_REFERENCE),
                flag("own_power", "本机关有行政强制执行权").optional(),
                FINE.optional(),
                money("additional_fen", "加处罚款").optional(),
                money("total_fen", "合计").without("other_duties"),
                paragraphs("plan", "批准的缴款计划").optional(),
                group("payment", "缴款方式", PAYMENT).with("total_fen"),
                paragraphs("other_duties", "应当履行的其他义务").without("total_fen"),
                group("contact", "联系方式", CONTACT),
            ],
        ),
    TemplateSpec::letter("court_application", 41, "强制执行申请书", Seal::Organ).series(&["强执"]).under(
        COURT_APPLICATION,
        &[
            text("court", "人民法院"),
            group("respondent", "被申请执行人", PARTY),
            group("decision", "行政处罚决定书", DECISION_REFERENCE),
            date("served_on", "决定书送达日期"),
            text("demand_number", "催告书文号"),
            date("demanded_on", "催告书送达日期"),
            money("principal_fen", "尚未缴纳的罚没款").optional(),
            money("additional_fen", "加处罚款").optional(),
            money("total_fen", "合计").without("other_duties"),
            paragraphs("plan", "批准的缴款计划").optional(),
            paragraphs("other_duties", "应当履行的其他义务").without("total_fen"),
            list("attachments", "附有关材料", &[text("name", "材料名称")]),
            text("signatory", "行政机关负责人"),
            group("contact", "联系方式", CONTACT),
        ],
    ),
    TemplateSpec::form("closing_approval", 45, "结案审批表").series(&["结"]).under(
        FULL_RECORD,
        &[
            CASE_NAME,
            CAUSE,
            list("parties", "当事人基本情况", PARTY),
            date("filed_on", "立案日期"),
            text("decision_number", "决定书文号").optional(),
            paragraphs("result", "处理结果"),
            paragraphs("execution", "执行情况"),
            group("handling", "承办人意见", HANDLERS_OPINION),
            group("review", "审核意见", OPINION),
            group("approval", "审批意见", OPINION),
        ],
    ),
    TemplateSpec::form("file_cover", 46, "行政处罚案卷").series(&["案"]).under(
        ARCHIVE,
        &[
            CASE_NAME,
            CAUSE,
            list("parties", "当事人", &[text("name", "名称")]),
            paragraphs("result", "处理结果"),
            date("filed_on", "立案日期").optional(),
            date("closed_on", "结案日期"),
            list("officers", "承办人", OFFICER),
            date("archived_on", "归档日期"),
            text("archive_number", "归档号"),
            text("retention", "保存期限").law("《中华人民共和国档案法实施条例》第十九条"),
            count("volume_pages", "本卷页数"),
        ],
    ),
    TemplateSpec::form("file_index", 47, "卷内目录").under(
        ARCHIVE,
        &[
            CASE_NAME,
            text("case_number", "案号"),
            text("part", "补充归档").optional(),
            list("filed", "卷内文书", FILED).optional(),
        ],
    ),
    TemplateSpec::form("file_back_sheet", 0, "卷内备考表").unlisted().under(
        ARCHIVE,
        &[
            CASE_NAME,
            text("archive_number", "归档号"),
            count("volumes", "卷数"),
            count("items", "件数"),
            count("pages", "页数"),
            text("elsewhere", "另存材料").optional(),
            list("lacks", "缺少、不一致之处", LEFT).optional(),
            list("remarks", "需要说明的情况", REMARK).optional(),
            list("supplements", "补充归档", SUPPLEMENT).optional(),
            text("assembled_by", "立卷人"),
            date("assembled_on", "立卷日期"),
            text("checked_by", "检查人"),
            date("checked_on", "检查日期"),
        ],
    ),
];
