//! The fields of what follows a decision.

use super::{Field, Kind, choice, f, flag, line, paragraph, party, wire_name};
use crate::case::errata::ErratumEffect;
use crate::case::procedure::Verb;
use crate::case::types::*;
use crate::recording::words::NoRecordingGround;

/// Penalties whose performance is an act of its own.
fn acts() -> Vec<(String, &'static str)> {
    let all =
        PenaltyKind::ALL.iter().filter(|kind| kind.performed() == crate::case::performance::Performed::Act);
    all.map(|kind| (wire_name(kind), kind.label())).collect()
}

/// An act of the case, by its number.
fn act() -> Field {
    f("act", "办案事项", Kind::Ordinal)
}

pub(super) fn fields(verb: Verb) -> Vec<Field> {
    match verb {
        Verb::RecordPayment => vec![
            party(),
            line("receipt", "财政票据号"),
            f("amount_fen", "金额", Kind::Money),
            f("paid_on", "缴款日期", Kind::Date),
            line("collector", "代收机构"),
        ],
        Verb::RecordPerformance => vec![
            party(),
            f("kind", "处罚种类", Kind::Choice(acts())),
            f("on", "执行日期", Kind::Date),
            line("by", "执行人").hint("当事人、许可证件登记机关、本机关等"),
            paragraph("manner", "执行情况"),
        ],
        Verb::RecordRefund => vec![
            party(),
            line("receipt", "退付凭证号"),
            f("amount_fen", "返还金额", Kind::Money),
            f("interest_fen", "同期存款利息", Kind::Money).optional(),
            f("on", "返还日期", Kind::Date),
        ],
        Verb::RecordRestitution => restitution(),
        Verb::DemandFine | Verb::DemandEnforcement => vec![party()],
        Verb::ImposeAdditionalFine => vec![party(), f("amount_fen", "加处罚款", Kind::Money)],
        Verb::ApplyToCourt => vec![party(), line("court", "人民法院")],
        Verb::RecordRemedy => vec![
            party(),
            choice::<RemedyKind>("remedy", "救济途径"),
            f("on", "申请（起诉）日期", Kind::Date),
            line("body", "复议机关或者人民法院"),
        ],
        Verb::ConcludeRemedy => vec![
            party(),
            choice::<RemedyKind>("remedy", "救济途径"),
            choice::<RemedyOutcome>("outcome", "结果"),
            line("document", "文书名称、文号和日期"),
            f("fine_fen", "变更后的罚款", Kind::Money).optional().hint("结果为变更的填写；不再罚款的填 0"),
            f("confiscated_fen", "变更后的没收违法所得", Kind::Money).optional().hint("没有变更的留空"),
            f("lifted", "变更后不再执行的处罚", Kind::Choices(acts())).optional(),
            flag("opposed", "第三人提出相反请求，或者利害关系人同为原告"),
        ],
        Verb::RecordRuling => vec![
            party(),
            choice::<CourtRuling>("ruling", "裁定结果"),
            f("on", "裁定日期", Kind::Date),
            line("document", "裁定书文号"),
        ],
        Verb::RevokeDecision => {
            // What a remedy revokes is its result's to say, for its party.
            let grounds = [RevocationGround::OwnCorrection, RevocationGround::Superior];
            let grounds = grounds.map(|it| (wire_name(&it), it.label())).to_vec();
            vec![f("ground", "撤销情形", Kind::Choice(grounds)), paragraph("document", "撤销文书和理由")]
        }
        Verb::CorrectDocument => {
            vec![f("document", "文书", Kind::Document), paragraph("correction", "补正、更正内容")]
        }
        Verb::Archive => vec![
            f("volumes", "卷数", Kind::Number),
            f("pages", "页数", Kind::Number),
            f("retention_years", "保管期限", Kind::NumberChoice(&[(0, "永久"), (30, "30年"), (10, "10年")])),
        ],
        _ => recorded(verb),
    }
}

/// What is recorded of an act, or why nothing is; what the archives took since; enforcement.
fn recorded(verb: Verb) -> Vec<Field> {
    match verb {
        Verb::AttachRecording => vec![act(), f("recording", "音像记录", Kind::Recording)],
        Verb::StateNoRecording => {
            vec![act(), choice::<NoRecordingGround>("ground", "客观原因"), paragraph("reason", "情况说明")]
        }
        Verb::ArchiveSupplement => vec![
            f("no", "补充归档序号", Kind::Number),
            f("items", "件数", Kind::Number),
            f("pages", "页数", Kind::Number),
            f("through", "办理经过截至", Kind::Number),
            f("by", "接收人", Kind::Staff),
        ],
        Verb::AnswerErratum => vec![
            f("erratum", "规则勘误", Kind::Ordinal),
            choice::<ErratumEffect>("effect", "对本案的影响"),
            paragraph("answer", "复核意见").hint("不影响的写明理由；有影响的写明已经作出的处理、文书和日期"),
        ],
        Verb::DecideNoRecording => vec![act(), flag("approve", "同意"), paragraph("opinion", "审批意见")],
        _ => super::enforcement::fields(verb),
    }
}
fn restitution() -> Vec<Field> {
    vec![
        party(),
        f("kind", "处罚种类", Kind::Choice(acts())).hint("撤销、变更之前已经执行的"),
        choice::<Restored>("restored", "恢复方式"),
        f("on", "恢复日期", Kind::Date),
        paragraph("details", "恢复情况").hint("返还、恢复、解除的内容，接收人和文书"),
        f("compensation_fen", "给付的价款、赔偿金", Kind::Money)
            .optional()
            .hint("含停产停业期间必要的经常性费用开支（国家赔偿法第三十六条第六项）；没有的留空"),
    ]
}

pub(super) fn amendment() -> Vec<Field> {
    vec![
        party(),
        f("fine_fen", "变更后的罚款", Kind::Money).hint("不多于现在的罚款；不再罚款的填 0"),
        f("confiscated_fen", "变更后的没收违法所得", Kind::Money).hint("没有的填 0"),
        f("lifted", "变更后不再执行的处罚", Kind::Choices(acts())).optional(),
        choice::<Grade>("grade", "裁量等级"),
        paragraph("reasoning", "原决定的错误和变更理由")
            .hint("属于法制审核、集体讨论范围的，呈请后先审核、讨论，再审批"),
    ]
}
