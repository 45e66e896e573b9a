//! The words of the file of a case, its citations and its table.

use crate::act_table::{Codes, Row, acts};
use crate::case::law::construction_rules;
use crate::case::types::words;
use crate::cite::Citation;
use crate::staff::Role;
use serde::{Deserialize, Serialize};

/// What must be filed is handed to the archives of the organ; nobody keeps it back
/// (档案法, 2020 text).
pub const HAND_IN: Citation = Citation::of("档案法", "第十四条");

/// The units collect, arrange in order and hand in at regular times (2024 text).
pub const COLLECTED: Citation = Citation::of("档案法实施条例", "第十九条");

words! {
    /// Papers that come into a file from outside the procedure's own documents.
    PaperKind {
        Source = "案源材料",
        OnSite = "现场检查记录",
        Sample = "抽样取证凭证",
        Coercion = "行政强制文书",
        Expert = "鉴定、检测意见",
        Licence = "营业执照、资质证书、身份证明",
        Evidence = "其他证据材料",
        Defence = "陈述、申辩材料",
        Receipt = "缴款票据",
        Goods = "财物处理单据",
        Performance = "执行情况记录",
        Remedy = "行政复议、行政诉讼材料",
        Other = "其他材料",
    }
}

words! {
    /// Where a file stands.
    Stage {
        Assembling = "整理中",
        Assembled = "待检查接收",
        Accepted = "已归档入库",
        Supplementing = "补充归档待接收",
    }
}

words! {
    /// What can be done with a file.
    Verb {
        Open = "立卷",
        AddPaper = "补入材料",
        CountPages = "登记页数",
        Mark = "标注涉密、限制查阅",
        Note = "填写备考表",
        Assemble = "装订成卷",
        Accept = "检查接收",
        Return = "退回整理",
        Supplement = "归档后补充材料",
        Pack = "封装案卷",
        HandIn = "移交补充材料",
        TakeIn = "接收补充归档",
        SendBack = "退回补充材料",
    }
}

const HANDLING: &[Role] = &[Role::Officer, Role::UnitHead, Role::Archivist];
const ARCHIVE: &[Role] = &[Role::Archivist];

fn row(verb: Verb) -> Row<Verb> {
    const OPEN: &[Stage] = &[Stage::Assembling];
    const ANY: &[Stage] = &[Stage::Assembling, Stage::Assembled, Stage::Accepted, Stage::Supplementing];
    const HANDED: &[Stage] = &[Stage::Supplementing];
    let rule = construction_rules("第四十条");
    match verb {
        Verb::Open => Row::first(verb, Stage::Assembling, HANDLING, rule),
        Verb::AddPaper | Verb::CountPages => Row::then(verb, OPEN, None, HANDLING, rule),
        Verb::Mark => Row::then(verb, ANY, None, HANDLING, crate::secrecy::MARKED),
        Verb::Note => Row::then(verb, ANY, None, HANDLING, rule),
        Verb::Assemble => Row::then(verb, OPEN, Some(Stage::Assembled), &[Role::Officer], rule),
        Verb::Accept => Row::then(verb, &[Stage::Assembled], Some(Stage::Accepted), ARCHIVE, HAND_IN),
        Verb::Return => Row::then(verb, &[Stage::Assembled], Some(Stage::Assembling), ARCHIVE, COLLECTED),
        Verb::Supplement => Row::then(verb, &[Stage::Accepted], None, ARCHIVE, COLLECTED),
        Verb::Pack => Row::then(verb, &[Stage::Accepted], None, ARCHIVE, HAND_IN),
        Verb::HandIn => {
            Row::then(verb, &[Stage::Accepted], Some(Stage::Supplementing), &[Role::Officer], rule)
        }
        Verb::TakeIn => Row::then(verb, HANDED, Some(Stage::Accepted), ARCHIVE, HAND_IN),
        Verb::SendBack => Row::then(verb, HANDED, Some(Stage::Accepted), ARCHIVE, COLLECTED),
    }
}

acts!(Verb on Stage, "案卷", Codes {
    unknown: "file.unknown",
    exists: "file.exists",
    stage: "file.stage",
    role: "file.role",
    organ: "file.organ",
});
