//! The fields of each command: the forms of the pages, the API's schema and its
//! examples all come from here, so they cannot disagree.

mod enforcement;
mod execution;

use super::correction::Corrective;
pub use super::form_read::{read, tags};
use super::procedure::Verb;
use super::sampling::SamplingPresence;
use super::types::*;

/// An enum of the field's words.
pub trait Word {
    /// Stored name and label of each value.
    fn choices() -> Vec<(String, &'static str)>;
}

/// The stored name of a word.
pub fn wire_name(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Several lines of text.
    Paragraph,
    /// A civil day.
    Date,
    /// An instant, entered as Shanghai time.
    Instant,
    /// An amount, entered in yuan, stored in fen.
    Money,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// One of these: stored name, label.
    Choice(Vec<(String, &'static str)>),
    /// Any of these.
    Choices(Vec<(String, &'static str)>),
    /// A number from a closed list, stored as a number.
    NumberChoice(&'static [(u32, &'static str)]),
    /// A person of the organ.
    Staff,
    /// Several persons of the organ.
    StaffList,
    /// A party of the case.
    Party,
    /// An issued document that waits for service.
    Document,
    /// A proposal that waits.
    Proposal,
    /// Items of evidence in the file.
    EvidenceList,
    /// A preservation, expert commission or correction order, by its number.
    Ordinal,
    /// A GB/T 2260 code of a county or below.
    Region,
    /// A category of enforcement.
    Category,
    /// A recording of the case, by its matter.
    Recording,
    /// Repeated groups of fields.
    List(Vec<Field>),
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name in the command's JSON body.
    pub name: &'static str,
    /// Label.
    pub label: &'static str,
    /// Hint below the label; empty for none.
    pub hint: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Must be filled.
    pub required: bool,
    /// Longest text in characters; 0 where the kind bounds itself.
    pub max_chars: u32,
}

impl Field {
    pub(crate) fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }
    pub(crate) fn optional(mut self) -> Self {
        self.required = false;
        self
    }
}

pub(crate) fn f(name: &'static str, label: &'static str, kind: Kind) -> Field {
    let max_chars = match kind {
        Kind::Line => 200,
        Kind::Paragraph => 20_000,
        _ => 0,
    };
    Field { name, label, hint: "", kind, required: true, max_chars }
}

pub(crate) fn line(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Line)
}
pub(crate) fn paragraph(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Paragraph)
}
pub(crate) fn choice<W: Word>(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Choice(W::choices()))
}
pub(crate) fn flag(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Flag).optional()
}
fn party() -> Field {
    f("party", "当事人", Kind::Party)
}
fn officers() -> Field {
    f("officers", "执法人员", Kind::StaffList).hint("两名以上，持有当日有效的执法证件（处罚法第四十二条）")
}

fn session() -> Vec<Field> {
    vec![
        f("started_at", "开始时间", Kind::Instant),
        f("ended_at", "结束时间", Kind::Instant),
        line("place", "地点"),
        officers(),
        flag("certificates_shown", "已出示执法证件").hint("第五十五条第一款"),
        flag("rights_told", "已告知权利义务").hint("第四十四条"),
        case_room(),
        f("recording", "现场签名的笔录所在音像记录", Kind::Recording)
            .optional()
            .hint("在现场页填写、签名的笔录作为原件的填写"),
        line("sha256_root", "笔录摘要").optional().hint("该音像记录中这份笔录的摘要"),
    ]
}

fn case_room() -> Field {
    flag("case_room", "在询问室、听证室等执法办案场所进行")
        .hint("应当全程音像记录（国办发〔2018〕118号（八））")
}

fn party_fields() -> Vec<Field> {
    vec![
        choice::<PartyKind>("kind", "当事人类别"),
        line("name", "名称（姓名）").hint("与营业执照或者身份证一致"),
        line("code", "统一社会信用代码（身份证号）"),
        line("address", "地址（住址）"),
        line("phone", "联系电话").optional(),
        line("representative", "法定代表人（负责人）").optional(),
        line("post", "职务").optional(),
        flag("minor", "行为时不满十八周岁"),
    ]
}

fn provision() -> Vec<Field> {
    vec![line("law", "法律、法规、规章名称"), line("article", "条、款、项")]
}

fn draft() -> Vec<Field> {
    vec![
        paragraph("facts", "认定的事实").hint("时间、地点、行为、情节、后果；公开时可以遮去个人信息"),
        f("evidence", "所依据的证据", Kind::EvidenceList),
        f("violated", "违反的规定", Kind::List(provision())),
        f("basis", "处罚依据", Kind::List(provision())),
        line("range", "法定幅度编号")
            .optional()
            .hint("本系统裁量基准中的编号；没有的留空，在下面写明法定幅度"),
        f(
            "stated",
            "裁量基准没有收录的法定幅度",
            Kind::List(vec![
                party(),
                line("law", "法律、法规、规章"),
                line("article", "条款"),
                line("words", "条款规定的幅度"),
                f("min_fen", "按本案计算的最低罚款", Kind::Money).optional(),
                f("max_fen", "按本案计算的最高罚款", Kind::Money),
            ]),
        )
        .optional()
        .hint("没有编号的罚款，或者按造价、收入等计算的罚款，逐名填写；印在决定书上"),
        flag("beyond_benchmark", "超出裁量基准").hint("在适用情况中写明理由；须法制审核和集体讨论"),
        paragraph("discretion", "裁量基准的适用情况").hint("国办发〔2022〕27号（十二）：应当说明"),
        paragraph("reasoning", "理由"),
        f(
            "disposals",
            "处理意见",
            Kind::List(vec![
                party(),
                f("kinds", "处罚种类", Kind::Choices(PenaltyKind::choices())).optional(),
                f("fine_fen", "罚款", Kind::Money).optional(),
                f("confiscated_fen", "没收违法所得", Kind::Money).optional(),
                f("goods_fen", "没收非法财物价值", Kind::Money).optional(),
                choice::<Grade>("grade", "裁量阶次"),
                choice::<NoPenaltyGround>("no_penalty", "不予处罚的情形").optional(),
            ]),
        ),
        paragraph("terms", "履行方式和期限"),
        f(
            "corrections",
            "责令改正",
            Kind::List(vec![
                party(),
                choice::<Corrective>("corrective", "改正情况"),
                paragraph("details", "改正的内容，或者已经改正、无从改正的情况和证据"),
                f("days", "收到决定书之日起几日内改正", Kind::Number).optional(),
            ]),
        )
        .optional()
        .hint("第二十八条第一款：给予处罚的，应当责令改正；本案已经责令改正的当事人不必填写"),
    ]
}

fn goods(items: Vec<Field>) -> Kind {
    let mut all = vec![line("name", "名称"), line("description", "规格、特征").optional()];
    all.extend(items);
    Kind::List(all)
}

fn sampling() -> Vec<Field> {
    let mut all = vec![party()];
    all.extend(session());
    let counted = vec![line("quantity", "抽取数量"), line("base", "抽样基数").optional()];
    all.extend([
        f("items", "抽取的样品", goods(counted)),
        paragraph("method", "抽样方法"),
        paragraph("seal", "封样和保管情况"),
        choice::<SamplingPresence>("presence", "当事人到场情况"),
        line("witness", "见证人或者录像情况")
            .optional()
            .hint("当事人没有到场或者拒绝签名的必填（住建处罚程序规定第十七条第二款）"),
    ]);
    all
}

fn opinions(name: &'static str) -> Field {
    f(
        name,
        "各负责人意见",
        Kind::List(vec![
            f("head", "负责人", Kind::Staff),
            flag("agrees", "同意结论"),
            paragraph("opinion", "意见"),
        ]),
    )
}

/// Fields of the registration of a clue that never become part of the case: name,
/// contact, wish for secrecy, wish for a reply of the informant. They found a
/// matter of their own ([`crate::informant`]).
pub const INFORMANT: [&str; 4] = ["informant_name", "informant_contact", "keep_secret", "wants_reply"];

/// The fields of a command, in the order of its form.
pub fn fields(verb: Verb) -> Vec<Field> {
    if let Some(fields) = proposal_fields(verb) {
        return fields;
    }
    match verb {
        Verb::RegisterClue => vec![
            choice::<ClueSource>("source", "线索来源"),
            f("received_on", "收到日期", Kind::Date),
            line("subject", "涉及单位或者个人"),
            paragraph("summary", "线索内容").hint("不要写举报人的身份信息，在下面填写"),
            line(INFORMANT[0], "举报人姓名（名称）")
                .optional()
                .hint("只在投诉、举报时填写，匿名的留空；另行保密登记，案卷中只称“举报人A”"),
            line(INFORMANT[1], "举报人联系方式").optional(),
            flag(INFORMANT[2], "举报人要求对身份保密"),
            flag(INFORMANT[3], "举报人要求答复"),
        ],
        Verb::StartCheck => vec![officers()],
        Verb::ReviewProposal => vec![
            f("proposal_no", "呈批事项", Kind::Proposal),
            flag("agree", "同意呈报"),
            paragraph("opinion", "审核意见"),
        ],
        Verb::ApproveProposal => vec![
            f("proposal_no", "呈批事项", Kind::Proposal),
            flag("approve", "批准"),
            paragraph("opinion", "审批意见"),
            opinions("opinions").optional().hint("再次延长办案期限等依法须集体讨论的事项，填写各负责人意见"),
        ],
        Verb::ChangeOfficers => vec![officers(), paragraph("reason", "调整原因")],
        Verb::RequestRecusal => vec![
            f("officer", "被申请回避人", Kind::Staff),
            flag("by_party", "由当事人提出"),
            paragraph("reason", "理由"),
        ],
        Verb::DecideRecusal => vec![
            f("officer", "被申请回避人", Kind::Staff),
            flag("grant", "准许回避"),
            paragraph("reason", "决定理由"),
        ],
        Verb::NotifyInquiry => {
            vec![party(), line("person", "被询问人"), paragraph("details", "时间、地点和应带材料")]
        }
        Verb::RecordInquiry => {
            let mut all = session();
            all.extend([
                line("person", "被询问人及其与本案的关系"),
                paragraph("record", "询问记录").hint("一问一答；逐页签名"),
                flag("signed", "已逐页签名，或者已注明拒签情况"),
            ]);
            all
        }
        Verb::RecordScene => {
            let mut all = session();
            all.extend([paragraph("record", "勘验、检查情况"), flag("witnessed", "当事人或者见证人在场")]);
            all
        }
        Verb::AddEvidence => vec![
            choice::<EvidenceKind>("kind", "证据种类"),
            line("name", "证据名称"),
            line("source", "来源"),
            f("collected_on", "收集日期", Kind::Date),
            f("collectors", "收集人", Kind::StaffList),
            paragraph("proves", "证明对象"),
            line("sha256_root", "文件摘要").optional().hint("视听资料、电子数据必填：64位十六进制"),
            flag("signed", "提供人已签名、盖章，或者已注明原因"),
            f("recording", "出自音像记录", Kind::Recording)
                .optional()
                .hint("取自音像记录的，摘要应为其中一段的摘要"),
        ],
        Verb::TakeSample => sampling(),
        Verb::CommissionExpert => vec![
            line("agency", "鉴定、检测机构"),
            paragraph("question", "委托事项"),
            choice::<Examination>("examination", "委托类别")
                .optional()
                .hint("决定哪些时间不计入办案期限；不填的，检测、检验、鉴定都不计入时才扣除"),
            f("items", "送检物品", goods(vec![line("quantity", "数量")])).optional(),
            f("due_on", "提交意见的期限", Kind::Date).optional(),
        ],
        Verb::ReceiveExpert => {
            vec![f("commission", "第几次委托", Kind::Ordinal), paragraph("conclusion", "鉴定、检测意见")]
        }
        Verb::OrderCorrection => {
            vec![party(), paragraph("items", "责令改正的内容"), f("due_on", "改正期限", Kind::Date)]
        }
        Verb::RecheckCorrection => vec![
            f("order", "第几次责令改正", Kind::Ordinal),
            flag("corrected", "已改正"),
            paragraph("opinion", "复查意见"),
        ],
        Verb::Conclude => vec![
            paragraph("report", "调查终结报告")
                .hint("案件来源与经过、认定事实、证据、处罚依据、裁量基准运用、处理建议"),
            flag("complex", "情节复杂或者重大违法行为").hint("第五十七条第二款：应当集体讨论"),
            flag("public_interest", "涉及重大公共利益").hint("第五十八条第一款第一项"),
            flag("several_relations", "疑难复杂、涉及多个法律关系").hint("第五十八条第一款第三项"),
            flag("social_impact", "可能造成重大社会影响或者引发社会风险"),
            flag("major_coercion", "涉及强制拆除、查封扣押重大财产等重大强制"),
            flag("other_by_law", "法律、法规规定应当进行法制审核的其他情形").hint("第五十八条第一款第四项"),
            paragraph("review_reason", "上述三种情形的依据和理由").optional().hint("勾选上述三种情形的必填"),
        ],
        Verb::PrepareDraft => draft(),
        Verb::Reinvestigate => vec![paragraph("reason", "补充调查的理由")],
        Verb::MarkMade => vec![
            f("document", "文书", Kind::Document),
            line("sha256", "摘要（SHA-256）"),
            line("sm3", "摘要（SM3）"),
            f("pages", "页数", Kind::Number),
            line("template", "模板摘要"),
        ],
        _ => later(verb),
    }
}

fn proposal_fields(verb: Verb) -> Option<Vec<Field>> {
    let mut fields = match verb {
        Verb::ProposeExtendCheck
        | Verb::ProposeNotFile
        | Verb::ProposeResume
        | Verb::ProposeWithdraw
        | Verb::ProposeDispose => Vec::new(),
        Verb::ProposeFile => vec![
            line("title", "案件名称"),
            line("cause", "案由"),
            f("category", "执法类别", Kind::Category),
            f("region", "违法行为发生地", Kind::Region),
            f("violation_on", "违法行为发生（终了）之日", Kind::Date),
            flag("grave_harm", "涉及公民生命健康安全、金融安全且有危害后果")
                .hint("第三十六条第一款：追责期限五年"),
            f("parties", "当事人", Kind::List(party_fields())),
            officers(),
        ],
        Verb::ProposePreserve => vec![
            party(),
            f("items", "保存物品", goods(vec![line("quantity", "数量")])),
            paragraph("manner", "保存方式和地点"),
        ],
        Verb::ProposeDisposePreservation => vec![
            f("preservation", "第几次登记保存", Kind::Ordinal),
            choice::<PreservationDisposal>("disposal", "处理方式"),
        ],
        Verb::ProposeSuspend => vec![choice::<SuspensionGround>("ground", "中止情形")],
        Verb::ProposeExtend => vec![f("days", "延长天数", Kind::Number)],
        Verb::ProposeTransfer => {
            vec![flag("crime", "涉嫌犯罪，移送公安机关"), line("recipient", "受移送机关")]
        }
        Verb::ProposeDefer => vec![
            party(),
            f(
                "instalments",
                "缴款计划",
                Kind::List(vec![f("due_on", "最后缴款日", Kind::Date), f("amount_fen", "金额", Kind::Money)]),
            )
            .hint("只有一期即为延期"),
            flag("rest_falls_due", "任何一期逾期未缴的，其余各期一并到期")
                .hint("不勾选的，只催告、申请执行已经到期的各期"),
        ],
        Verb::ProposeAmend => execution::amendment(),
        Verb::ProposeEnforce
        | Verb::ProposePauseEnforcement
        | Verb::ProposeResumeEnforcement
        | Verb::ProposeEndEnforcement
        | Verb::ProposeAgree
        | Verb::ProposeSubstitute => enforcement::fields(verb),
        Verb::ProposeClose => vec![choice::<ClosingGround>("ground", "结案情形")],
        _ => return None,
    };
    fields.push(paragraph("opinion", "承办人意见和理由"));
    Some(fields)
}

/// New findings on points that the opinion found wanting.
fn found_again() -> Field {
    let of = vec![
        choice::<Point>("point", "审核内容"),
        flag("pass", "现在符合要求"),
        paragraph("finding", "新的意见"),
    ];
    f("findings", "对原来不符合各项的新意见", Kind::List(of))
        .optional()
        .hint("同意的，原来不符合的各项都要写明")
}

fn later(verb: Verb) -> Vec<Field> {
    match verb {
        Verb::SubmitReview => vec![paragraph("opinion", "承办机构意见")],
        Verb::ReturnSubmission => vec![paragraph("missing", "应补充的材料")],
        Verb::SupplementSubmission => vec![paragraph("note", "补充情况")],
        Verb::FirstReview => {
            vec![choice::<Opinion>("opinion", "初审结论"), paragraph("reasons", "初审意见和理由")]
        }
        Verb::GiveOpinion => vec![
            f(
                "findings",
                "逐项审核意见",
                Kind::List(vec![
                    choice::<Point>("point", "审核内容"),
                    flag("pass", "符合要求"),
                    paragraph("finding", "意见"),
                ]),
            ),
            choice::<Opinion>("opinion", "审核结论"),
            paragraph("reasons", "理由和建议"),
        ],
        Verb::ExtendReview => vec![paragraph("reason", "延长的理由")],
        Verb::SignOpinion => vec![flag("sign", "签发"), paragraph("note", "说明").optional()],
        Verb::AnswerOpinion => {
            vec![choice::<Stand>("stand", "是否采纳"), paragraph("answer", "逐项研究意见")]
        }
        Verb::RequestReReview => vec![paragraph("reason", "异议和理由")],
        Verb::GiveReReview => vec![
            f("members", "参加复核的双方人员", Kind::StaffList),
            choice::<Opinion>("opinion", "复核结论"),
            paragraph("reasons", "理由"),
            found_again(),
        ],
        Verb::Coordinate => {
            vec![choice::<Opinion>("opinion", "协调结论"), paragraph("reasons", "理由"), found_again()]
        }
        Verb::IssueNotice => vec![
            party(),
            f(
                "rights",
                "金额、种类以外的听证权利",
                Kind::List(vec![
                    choice::<HearingGround>("ground", "情形"),
                    line("provision", "依据的条款和理由"),
                ]),
            )
            .optional()
            .hint("第六十三条第一款第五项、第六项；按金额、种类应当告知听证的不必填写"),
        ],
        Verb::AnnounceService => vec![
            f("document", "文书", Kind::Document),
            choice::<AnnouncementGround>("ground", "公告送达的原因"),
            paragraph("course", "采用其他方式未能送达的经过"),
            paragraph("summary", "文书主要内容"),
            line("medium", "公告载体").hint("如机关网站、报纸、受送达人住所地张贴"),
            line("collection", "领取地点"),
        ],
        Verb::ServeDocument => vec![
            f("document", "文书", Kind::Document),
            choice::<ServiceMethod>("method", "送达方式"),
            f("on", "送达日期", Kind::Date)
                .hint("公告送达填公告之日，自公告之日起满三十日视为送达；须先制发送达公告"),
            line("recipient", "收件人及其与当事人的关系"),
            line("place", "送达地点、邮件号、电子地址或者公告载体"),
            officers(),
            line("witness", "留置送达的见证人或者拍照、录像情况").optional(),
        ],
        Verb::ConfirmAddress => vec![
            party(),
            line("address", "送达地址"),
            line("electronic", "电子送达地址").optional().hint("当事人同意电子送达的填写"),
        ],
        Verb::StateDefence => {
            vec![party(), f("on", "陈述申辩日期", Kind::Date), paragraph("statement", "陈述申辩内容")]
        }
        Verb::WaiveDefence => vec![party(), paragraph("statement", "当事人明确放弃的表示")],
        Verb::AnswerDefence => {
            vec![party(), choice::<Adoption>("adoption", "是否采纳"), paragraph("reasons", "复核意见和理由")]
        }
        Verb::RequestHearing => {
            vec![party(), f("on", "申请日期", Kind::Date), paragraph("request", "听证申请")]
        }
        Verb::WithdrawHearing => vec![party(), paragraph("statement", "当事人放弃、撤回的表示")],
        Verb::ScheduleHearing => vec![
            party(),
            f("on", "听证日期", Kind::Date).hint("七个工作日前通知（第六十四条第二项）"),
            line("place", "具体时间和地点"),
            f("host", "听证主持人", Kind::Staff),
            f("members", "听证员", Kind::StaffList).optional(),
            f("clerk", "书记员", Kind::Staff),
            flag("public", "公开举行"),
        ],
        Verb::HoldHearing => vec![
            party(),
            flag("attended", "当事人到场").hint("无正当理由拒不出席或者擅自退出的，视为放弃"),
            f("agents", "代理人", Kind::List(vec![line("", "姓名")])).optional().hint("至多二人"),
            f("presenters", "出席的调查人员", Kind::StaffList),
            paragraph("record", "听证记录"),
            flag("signed", "已核对签字，或者已注明拒签"),
            case_room(),
        ],
        Verb::ReportHearing => vec![party(), paragraph("report", "听证报告和主持人意见")],
        Verb::Discuss => vec![
            line("place", "时间和地点"),
            f("chair", "主持人", Kind::Staff),
            opinions("opinions"),
            choice::<DiscussionOutcome>("outcome", "结论"),
            paragraph("conclusion", "结论性意见"),
        ],
        _ => execution::fields(verb),
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
