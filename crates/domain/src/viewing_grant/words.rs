//! The words of an approval of viewing, its citations and its table.

use crate::act_table::{Codes, Row, acts};
use crate::case::types::words;
use crate::cite::Citation;
use crate::staff::Role;
use serde::{Deserialize, Serialize};

/// The rule of Yongxing County on whole-process recording, the most detailed of its kind:
/// copies for outside bodies go through the archives (article 20), files are handed in by
/// year (18), use and conduct are checked (21, 22), six acts are prohibited (23). National
/// documents ask for such rules and leave them open, so that organs without one go by it.
pub const fn recording_rule(article: &'static str) -> Citation {
    Citation::of("永兴县城市管理和综合执法局行政执法全过程记录制度", article)
}

/// 内蒙古自治区人民政府令第244号: state organs, parties and persons concerned are helped
/// to what concerns them; secrets are kept by their own rules.
pub const ORDER_244: Citation =
    Citation::of("内蒙古自治区行政执法公示、执法全过程记录、重大执法决定法制审核办法", "第二十四条");

/// Copies for police, procuratorate, courts, discipline inspection and audit need the
/// consent of the head in charge of legal affairs.
pub const LEGAL_HEAD: Citation = Citation::of("永兴县城市管理和综合执法局行政执法公示制度", "第十二条第三款");

/// Supervisors call up and copy what concerns the matter they supervise (2026-02-01).
pub const SUPERVISION: Citation = Citation::of("行政执法监督条例", "第二十二条第四项");

/// A rule on calling records up and supervising that is kept, and they can be called up in
/// real time. What a jurisdiction rules in detail comes with [`super::ViewingLaw`].
pub const CALL_UP: Citation =
    Citation::of("国务院办公厅关于全面推行三项制度的指导意见（国办发〔2018〕118号）", "（十）");

/// Files are kept together by the archives of the organ (档案法, 2020 text).
pub const CUSTODY: Citation = Citation::of("档案法", "第十四条");

words! {
    /// For what records are looked at. The first uses are those that the assessment counts
    /// (国办发〔2018〕118号（十）).
    Purpose {
        FileEvaluation = "案卷评查",
        Supervision = "执法监督",
        Assessment = "评议考核",
        PublicOpinion = "舆情应对",
        PolicyMaking = "行政决策",
        Credit = "社会信用体系建设",
        CaseHandling = "办理案件",
        Reconsideration = "行政复议",
        Litigation = "行政诉讼",
        Prosecution = "检察监督",
        Discipline = "监察调查、纪律审查",
        Crime = "办理刑事案件",
        Audit = "审计",
        OwnRights = "当事人、利害关系人维护自身权益",
        Publication = "公开、宣传",
        Training = "培训",
    }
}

words! {
    /// How far the right goes; each includes those before it, except that lending is of
    /// the paper volumes alone.
    Medium {
        View = "查阅",
        Copy = "复制",
        Export = "导出",
        Lend = "借阅原件",
    }
}

impl Medium {
    /// Whether a right of this kind allows `use_`.
    pub const fn allows(self, use_: UseKind) -> bool {
        match (self, use_) {
            (Self::View | Self::Copy | Self::Export, UseKind::View) => true,
            (Self::Copy | Self::Export, UseKind::Copy) => true,
            (Self::Export, UseKind::Export) => true,
            (Self::View, UseKind::Copy | UseKind::Export)
            | (Self::Copy, UseKind::Export)
            | (Self::Lend, UseKind::View | UseKind::Copy | UseKind::Export) => false,
        }
    }

    /// Whether an approval may give this where `asked` was asked for.
    pub const fn within(self, asked: Self) -> bool {
        match (self, asked) {
            (Self::View, Self::View | Self::Copy | Self::Export | Self::Lend) => true,
            (Self::Copy, Self::Copy | Self::Export | Self::Lend) => true,
            (Self::Export, Self::Export) | (Self::Lend, Self::Lend) => true,
            (Self::Copy | Self::Export | Self::Lend, Self::View)
            | (Self::Export | Self::Lend, Self::Copy)
            | (Self::Lend, Self::Export)
            | (Self::Export, Self::Lend) => false,
        }
    }
}

words! {
    /// What somebody does with a thing.
    UseKind {
        View = "查阅",
        Copy = "复制",
        Export = "导出",
    }
}

words! {
    /// Bodies that call up records by law.
    Body {
        Court = "人民法院",
        Reconsideration = "行政复议机关",
        Procuratorate = "人民检察院",
        Discipline = "监察机关、纪律检查机关",
        PublicSecurity = "公安机关",
        Audit = "审计机关",
        Supervision = "行政执法监督机构",
        Superior = "上级主管部门",
    }
}

words! {
    /// How a person outside stands to the case.
    Concerned {
        Party = "当事人",
        Agent = "当事人的委托代理人",
        Interested = "利害关系人",
    }
}

words! {
    /// Why a request from outside is refused. The organ is bound to help, so the ground
    /// is one of these.
    RefusalGround {
        NoLetter = "没有调阅函件或者身份、委托证明",
        Unrelated = "与所办案件或者与本人无关",
        Secret = "涉及国家秘密，或者涉及他人商业秘密、个人隐私而依法不能提供",
        TooWide = "超出办理需要的范围",
        NotHeld = "本机关没有该材料",
    }
}

words! {
    /// How a right ended before its time.
    EndGround {
        Done = "查阅完毕",
        Revoked = "撤销批准",
    }
}

words! {
    /// Where an approval of viewing stands. Whether its days are over is computed.
    Stage {
        Requested = "待审批",
        Approved = "已批准",
        Refused = "不予批准",
        Ended = "已终止",
    }
}

words! {
    /// What can be done about an approval of viewing.
    Verb {
        Request = "申请查阅",
        Approve = "批准查阅",
        Refuse = "不予批准查阅",
        Use = "查阅、复制、导出",
        Deliver = "交付复制件",
        Mask = "制作遮蔽件",
        Derive = "登记制成的遮蔽件",
        FailMask = "登记遮蔽件未能制成",
        Lend = "借出案卷",
        Return = "收回案卷",
        End = "结束查阅",
        Revoke = "撤销查阅批准",
    }
}

/// Whoever works in the organ may ask; the three administrators hold no business role.
const STAFF: &[Role] = &[
    Role::Officer,
    Role::UnitHead,
    Role::Reviewer,
    Role::ReviewHead,
    Role::Deputy,
    Role::Head,
    Role::Publicity,
    Role::HearingHost,
    Role::Archivist,
];
const APPROVERS: &[Role] = &[Role::UnitHead, Role::Deputy, Role::Head];
const ARCHIVE: &[Role] = &[Role::Archivist];

/// Who approves what goes outside or is restricted.
pub(super) const HEADS: &[Role] = &[Role::Deputy, Role::Head];

fn row(verb: Verb) -> Row<Verb> {
    const APPROVED: &[Stage] = &[Stage::Approved];
    const ASKED: &[Stage] = &[Stage::Requested];
    let (asks, copies) = (CALL_UP, recording_rule("第二十条"));
    let masks = recording_rule("第二十三条第二项");
    match verb {
        Verb::Request => Row::first(verb, Stage::Requested, STAFF, asks),
        Verb::Approve => Row::then(verb, ASKED, Some(Stage::Approved), APPROVERS, asks),
        Verb::Refuse => Row::then(verb, ASKED, Some(Stage::Refused), APPROVERS, asks),
        Verb::Use => Row::then(verb, APPROVED, None, STAFF, asks),
        Verb::Deliver => Row::then(verb, APPROVED, None, ARCHIVE, copies),
        Verb::Mask => Row::then(
            verb,
            APPROVED,
            None,
            &[Role::Archivist, Role::Publicity, Role::Officer, Role::UnitHead],
            masks,
        ),
        // The system alone, which holds no role. What was asked for in time is told also when
        // the right has ended meanwhile.
        Verb::Derive => Row::then(verb, APPROVED, None, &[], masks),
        Verb::FailMask => Row::then(verb, &[Stage::Approved, Stage::Ended], None, &[], masks),
        Verb::Lend => Row::then(verb, APPROVED, None, ARCHIVE, CUSTODY),
        // What was lent comes back however the right ended.
        Verb::Return => Row::then(verb, &[Stage::Approved, Stage::Ended], None, ARCHIVE, CUSTODY),
        Verb::End => Row::then(verb, APPROVED, Some(Stage::Ended), STAFF, asks),
        Verb::Revoke => Row::then(verb, APPROVED, Some(Stage::Ended), APPROVERS, asks),
    }
}

acts!(Verb on Stage, "查阅申请", Codes {
    unknown: "grant.unknown",
    exists: "grant.exists",
    stage: "grant.stage",
    role: "grant.role",
    organ: "grant.organ",
});
