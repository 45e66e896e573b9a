//! Fields that several forms share: one name and one meaning everywhere, so that one set of case data
//! fills them all.

use crate::field::{FieldSpec, date, flag, list, money, paragraphs, text};

pub(super) const CASE_NAME: FieldSpec = text("case_name", "案件名称");
pub(super) const CAUSE: FieldSpec = text("cause", "案由");
pub(super) const FACTS: FieldSpec = paragraphs("facts", "违法事实");
pub(super) const CASE_SUMMARY: FieldSpec = paragraphs("case_summary", "案件基本情况");
pub(super) const LAW_VIOLATED: FieldSpec = text("law_violated", "违反的规定");
pub(super) const LAW_BASIS: FieldSpec = text("law_basis", "处罚依据");
pub(super) const REVIEW_BODY: FieldSpec =
    text("review_body", "行政复议机关").law("《中华人民共和国行政复议法》第二十条");
pub(super) const COURT: FieldSpec =
    text("court", "有管辖权的人民法院").law("《中华人民共和国行政诉讼法》第四十六条");
pub(super) const CONTACT: &[FieldSpec] = &[
    text("name", "联系人"),
    text("phone", "联系电话"),
    text("address", "联系地址"),
    text("postcode", "邮政编码").optional(),
];

/// A party of the case, whether a unit or a person.
pub(super) const PARTY: &[FieldSpec] = &[
    text("name", "姓名或者名称"),
    flag("is_person", "是否自然人").optional(),
    text("credit_code", "统一社会信用代码").optional(),
    text("legal_representative", "法定代表人（负责人）").optional(),
    text("legal_representative_position", "职务").optional(),
    text("gender", "性别").optional(),
    text("age", "年龄").optional(),
    text("id_number", "公民身份号码").optional().private(),
    text("address", "地址"),
    text("employer", "所在单位").optional(),
    text("position", "职务").optional(),
    text("phone", "联系电话").optional().private(),
    text("postcode", "邮政编码").optional(),
];

/// A party where the case may not be filed yet: no more than the name may be known.
pub(super) const PARTY_EARLY: &[FieldSpec] = &[
    PARTY[0],
    PARTY[1],
    PARTY[2],
    PARTY[3],
    PARTY[4],
    PARTY[5],
    PARTY[6],
    PARTY[7],
    PARTY[8].optional(),
    PARTY[9],
    PARTY[10],
    PARTY[11],
    PARTY[12],
];

/// Whom a clue concerns; before the filing no more than the name may be known.
pub(super) const SUBJECT: &[FieldSpec] = &[
    text("name", "姓名或者名称"),
    flag("is_person", "是否自然人").optional(),
    text("address", "地址").optional(),
    text("phone", "联系电话").optional().private(),
];

/// A unit on which a decision is made.
pub(super) const PARTY_UNIT: &[FieldSpec] = &[
    text("name", "名称"),
    flag("is_person", "是否自然人").optional(),
    text("credit_code", "统一社会信用代码"),
    text("legal_representative", "法定代表人（负责人）"),
    text("legal_representative_position", "职务").optional(),
    text("address", "地址"),
    text("phone", "联系电话").optional().private(),
    text("postcode", "邮政编码").optional(),
];

/// A natural person on whom a decision is made.
pub(super) const PARTY_PERSON: &[FieldSpec] = &[
    text("name", "姓名"),
    flag("is_person", "是否自然人").optional(),
    text("gender", "性别"),
    text("age", "年龄").optional(),
    text("id_number", "公民身份号码").private(),
    text("address", "住址").private(),
    text("employer", "所在单位").optional(),
    text("position", "职务").optional(),
    text("employer_address", "单位地址").optional(),
    text("phone", "联系电话").optional().private(),
    text("postcode", "邮政编码").optional(),
];

/// The one to whom a document is addressed.
pub(super) const ADDRESSEE: &[FieldSpec] =
    &[text("name", "当事人"), flag("is_person", "是否自然人").optional()];

/// An enforcement officer. At least two act (行政处罚法 第四十二条).
pub(super) const OFFICER: &[FieldSpec] = &[text("name", "姓名"), text("cert_no", "执法证号")];

/// A person at a proceeding with unit and position.
pub(super) const PERSON: &[FieldSpec] = &[text("name", "姓名"), text("position", "单位及职务").optional()];

/// One piece of evidence.
pub(super) const EVIDENCE: &[FieldSpec] =
    &[text("name", "证据名称"), text("kind", "证据种类"), text("proves", "证明内容")];

/// An opinion with its signer and day.
pub(super) const OPINION: &[FieldSpec] =
    &[paragraphs("opinion", "意见"), text("name", "签名"), date("date", "日期")];

/// The opinion of the handling officers, who sign together.
pub(super) const HANDLERS_OPINION: &[FieldSpec] =
    &[paragraphs("opinion", "意见"), list("officers", "承办人", OFFICER), date("date", "日期")];

/// A line of goods: registered evidence or seized items.
pub(super) const ITEM: &[FieldSpec] = &[
    text("name", "证据名称"),
    text("model", "规格型号").optional(),
    text("origin", "产地").optional(),
    text("condition", "成色").optional(),
    text("unit", "单位").optional(),
    text("price", "价格").optional(),
    text("quantity", "数量"),
    text("remark", "备注").optional(),
];

/// One penalty of a decision; other than fines it states how and until when it is performed.
pub(super) const DECISION_ITEM: &[FieldSpec] = &[text("text", "处罚内容")];

/// Where and how a fine is paid.
pub(super) const PAYMENT: &[FieldSpec] = &[
    text("collector_name", "代收机构名称").law("《罚款决定与罚款收缴分离实施办法》第七条"),
    text("collector_address", "代收机构地址").law("《罚款决定与罚款收缴分离实施办法》第七条"),
    text("account_name", "户名").optional(),
    text("account", "账号").optional(),
    text("channel", "电子支付方式").optional(),
    flag("additional_fine", "逾期是否加处罚款").law("《罚款决定与罚款收缴分离实施办法》第七条"),
];

/// The decision a later document refers to.
pub(super) const DECISION_REFERENCE: &[FieldSpec] =
    &[text("number", "行政处罚决定书文号"), date("date", "行政处罚决定书日期")];

pub(super) const FINE: FieldSpec = money("fine_fen", "罚款金额");

/// The article that every case form serves.
pub(super) const FULL_RECORD: &str = "《中华人民共和国行政处罚法》第四十七条";
