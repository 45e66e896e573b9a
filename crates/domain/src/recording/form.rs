//! The fields of each command on a recording or a list for destruction, as those of a
//! case: pages, API schema and examples come from here.

use super::RecordingCommand;
use super::disposal::DisposalCommand;
use super::machine::{MachineFault, MachineTask};
use super::words::*;
use crate::case::form::{Field, Kind, choice, f, flag, line, paragraph};

/// Another matter by its identifier: a recording, a case, a device, a list.
fn matter(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Recording)
}

fn number(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Number)
}

fn ordinal(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Ordinal)
}

fn instant(name: &'static str, label: &'static str) -> Field {
    f(name, label, Kind::Instant)
}

fn words(name: &'static str, label: &'static str, choices: &[(&str, &'static str)]) -> Field {
    f(name, label, Kind::Choice(choices.iter().map(|(word, label)| ((*word).to_owned(), *label)).collect()))
}

fn registration() -> Vec<Field> {
    vec![
        words("subject", "记录对象", &[("act", "办案事项"), ("patrol", "日常巡查")]),
        matter("case", "案件").optional().hint("办案事项必填"),
        ordinal("act", "办案事项").optional(),
        choice::<Link>("link", "记录环节"),
        line("unit", "执法单位"),
        f("documents", "文书编号", Kind::List(vec![line("", "文号")])).optional(),
        line("place", "采集地点"),
        f(
            "collectors",
            "采集人",
            Kind::List(vec![
                f("staff", "采集人", Kind::Staff),
                line("certificate", "执法证件编号").optional(),
            ]),
        ),
        paragraph("proves", "证明对象"),
        line("party", "当事人").optional().hint("办案事项必填"),
        line("cause", "案由").optional().hint("办案事项必填"),
    ]
}

fn identity() -> Vec<Field> {
    vec![
        number("bytes", "字节数"),
        line("sha256_root", "分块摘要（SHA-256）"),
        line("sm3_root", "分块摘要（SM3）"),
        line("sha256", "摘要（SHA-256）"),
        line("sm3", "摘要（SM3）"),
    ]
}

fn capture() -> Vec<Field> {
    vec![
        choice::<SegmentKind>("kind", "类型"),
        line("name", "文件名"),
        instant("started_at", "开始时间（设备时钟）"),
        number("clock_offset_ms", "时钟偏差（毫秒，设备减服务器）"),
        matter("device", "设备").optional(),
        f("by", "使用人", Kind::Staff),
    ]
}

fn interruption() -> Vec<Field> {
    vec![
        number("after", "在第几段之后中断"),
        choice::<InterruptionCause>("cause", "中断原因"),
        words("by", "说明方式", &[("voice", "恢复时语音说明"), ("written", "报告并书面说明")]),
        ordinal("segment", "语音说明在第几段").optional(),
        number("offset_ms", "语音说明的位置（毫秒）").optional(),
        f("reported_to", "报告承办机构负责人", Kind::Staff).optional(),
        paragraph("statement", "书面说明").optional(),
    ]
}

fn copy() -> Vec<Field> {
    vec![
        choice::<Medium>("medium", "载体"),
        line("number", "载体编号"),
        line("place", "存放地点"),
        f(
            "pieces",
            "读出核对",
            Kind::List(vec![ordinal("segment", "第几段"), line("sha256_root", "读出的分块摘要")]),
        ),
    ]
}

fn read_back() -> Vec<Field> {
    vec![
        choice::<Medium>("medium", "载体"),
        line("number", "载体编号"),
        number("files", "读出的文件数"),
        f(
            "pieces",
            "读出的分段",
            Kind::List(vec![ordinal("segment", "第几段"), line("sha256_root", "读出的分块摘要")]),
        ),
    ]
}

fn entry() -> Vec<Field> {
    vec![
        choice::<Link>("link", "环节"),
        instant("at", "时间"),
        line("place", "地点"),
        line("subject", "涉及单位或者个人").optional(),
        paragraph("words", "情况和处理"),
    ]
}

/// The fields of a command on a recording, in the order of its form.
pub fn fields(verb: RecordingVerb) -> Vec<Field> {
    use RecordingVerb as V;
    let no = || ordinal("no", "第几段");
    match verb {
        V::Register => registration(),
        V::AddCollector => vec![
            f("staff", "采集人", Kind::Staff),
            line("certificate", "执法证件编号").optional().hint("执法人员必填"),
            paragraph("reason", "登记时没有写明的原因"),
        ],
        V::TellParty => vec![
            instant("told_at", "告知时间"),
            f("by", "告知人", Kind::Staff),
            line("person", "被告知人"),
            paragraph("wording", "告知内容").optional().hint("不填的为用语指引的告知用语"),
        ],
        V::Capture => capture(),
        V::Seal => vec![
            no(),
            instant("ended_at", "结束时间（设备时钟）"),
            number("bytes", "字节数"),
            line("sha256_root", "分块摘要（SHA-256）"),
        ],
        V::Upload => vec![no(), choice::<UploadVia>("via", "上传方式")],
        V::Accept => [no()].into_iter().chain(identity()).collect(),
        V::ReadMetadata => vec![no(), line("sha256_root", "分块摘要（SHA-256）")],
        V::AskMachineText => vec![no()],
        V::NoteMachineText => vec![
            no(),
            choice::<MachineTask>("task", "识别方式"),
            line("sha256_root", "分块摘要（SHA-256）"),
            line("sha256", "摘要（SHA-256）"),
            line("engine", "识别引擎"),
            line("engine_version", "识别引擎版本"),
            paragraph("text", "识别的文字").optional(),
        ],
        V::NoteMachineFault => vec![no(), choice::<MachineFault>("why", "原因")],
        V::NoteInterruption => interruption(),
        V::Mark => vec![
            ordinal("segment", "第几段"),
            number("offset_ms", "位置（毫秒）"),
            choice::<MarkKind>("kind", "标记"),
            line("note", "说明").optional(),
        ],
        V::EndWork => vec![instant("ended_at", "工作结束时间")],
        V::ExplainLateness => vec![
            choice::<LateGround>("ground", "法定情形"),
            instant("able_at", "具备上传条件的时间").optional(),
            paragraph("statement", "情况说明"),
        ],
        V::Centralise => Vec::new(),
        V::LinkCase => vec![matter("case", "案件")],
        V::PlaceHold => vec![
            choice::<HoldTrigger>("trigger", "留存情形"),
            paragraph("reason", "理由"),
            f("until", "留存到", Kind::Date).optional().hint("不填的，留存到解除"),
        ],
        V::ReleaseHold => vec![ordinal("no", "第几项留存"), paragraph("reason", "解除理由")],
        V::RegisterCopy => copy(),
        V::ReadBackCopy => read_back(),
        V::AddLogEntry => entry(),
        V::RaiseClue => vec![ordinal("no", "第几条日志"), matter("case", "案件")],
        V::MarkDestroyed => vec![
            matter("disposal", "销毁清册"),
            f("kept", "保存期限", Kind::List(vec![line("kept", "保存到")])),
        ],
    }
}

/// What can be asked for about a list for destruction, with its fields.
pub fn disposal_fields() -> [(&'static str, &'static str, Vec<Field>); 5] {
    [
        (
            "propose",
            "提出销毁清册",
            vec![
                f("recordings", "音像记录", Kind::List(vec![matter("", "音像记录")])),
                paragraph("grounds", "鉴定意见"),
            ],
        ),
        ("review", "审核销毁清册", vec![flag("agree", "同意"), paragraph("opinion", "审核意见")]),
        ("decide", "审批销毁清册", vec![flag("approve", "批准"), paragraph("opinion", "审批意见")]),
        ("withdraw", "撤回销毁清册", vec![paragraph("reason", "撤回理由")]),
        (
            "carry_out",
            "执行销毁",
            vec![
                line("number", "销毁证明编号"),
                paragraph("manner", "销毁方式"),
                f("witness", "监销人", Kind::Staff),
            ],
        ),
    ]
}

/// Reads a command on a recording from its fields; the tag is added here.
///
/// # Errors
/// What the reader says about the first field that does not fit.
pub fn read(verb: RecordingVerb, body: serde_json::Value) -> Result<RecordingCommand, String> {
    tagged(crate::case::form::wire_name(&verb), body)
}

/// Reads a command on a list for destruction from its fields.
///
/// # Errors
/// As [`read`].
pub fn read_disposal(name: &str, body: serde_json::Value) -> Result<DisposalCommand, String> {
    tagged(name.to_owned(), body)
}

/// Adds the tag and reads. Marks of the store are refused: they would stand for a text
/// that is not there.
pub(crate) fn tagged<C: serde::de::DeserializeOwned>(
    name: String,
    body: serde_json::Value,
) -> Result<C, String> {
    if crate::case::form_read::forged(&body) {
        return Err("字段名不能以“$”开头，文字应为字符串".into());
    }
    let serde_json::Value::Object(mut object) = body else {
        return Err("应为对象".into());
    };
    object.insert("command".into(), name.into());
    serde_json::from_value(serde_json::Value::Object(object)).map_err(|e| e.to_string())
}
