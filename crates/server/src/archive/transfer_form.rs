//! The fields of each act on a batch, for page and API, and the command they make.

use mingjing_domain::archive::transfer::{Transfer, TransferCommand, Verb, list_digest};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::refusal::FieldError;
use serde_json::{Map, Value, json};

use crate::kit::acts::{command, words};
use crate::kit::form::{Choice, FieldSpec, Kind};

/// What the choices of a form are taken from.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Files that can be listed or sent back, by identifier.
    pub files: Vec<Choice>,
    /// Fields for a program.
    pub program: bool,
}

fn signature() -> [FieldSpec; 5] {
    [
        FieldSpec::new(
            "signed",
            "签名方式",
            Kind::Choice(vec![
                Choice::new("by_hand", "在打印的清单上手签，登记扫描件"),
                Choice::new("electronic", "数字证书签名"),
            ]),
        ),
        FieldSpec::new("scan", "手签清单扫描件的摘要（SHA-256）", Kind::Line)
            .hint("先在清单页上传扫描件，摘要由系统计算；只填摘要、没有上传的，标为未核验")
            .max(64)
            .off_paper()
            .optional(),
        FieldSpec::new("certificate", "证书序列号", Kind::Line).max(80).off_paper().optional(),
        FieldSpec::new("value", "签名值（十六进制）", Kind::Line)
            .hint("对清单摘要（64位十六进制文字）的签名；SM2 为 r、s 相连的64字节")
            .max(2_000)
            .off_paper()
            .optional(),
        FieldSpec::new("key", "公钥（十六进制）", Kind::Line)
            .hint("Ed25519 的32字节或者 SM2 的65字节；填写的，由系统核验签名，不符的不能办理；没有填写的，标为未核验")
            .max(200)
            .off_paper()
            .optional(),
    ]
}

/// The fields of an act.
pub fn specs(verb: Verb, around: &Around) -> Vec<FieldSpec> {
    let digest = || FieldSpec::new("list_digest", "清单摘要", Kind::Digest);
    match verb {
        Verb::Propose => {
            let files = if around.program {
                Kind::List(vec![crate::kit::body::id("", "案卷")])
            } else {
                Kind::MultiChoice(around.files.clone())
            };
            vec![
                FieldSpec::new("year", "年度", Kind::Number { min: 2000, max: 2199, unit: "年" })
                    .hint("案卷归档的年度"),
                FieldSpec::new("files", "移交的案卷", files),
            ]
        }
        Verb::Check => vec![
            FieldSpec::new(
                "sent_back",
                "退回的案卷",
                Kind::List(vec![
                    FieldSpec::new("file", "案卷", Kind::Staff(around.files.clone())),
                    words("reason", "退回的理由"),
                ]),
            )
            .optional(),
            words("opinion", "检查意见"),
        ],
        Verb::HandOver => {
            let mut out = vec![digest()];
            out.extend(signature());
            out
        }
        Verb::Receive => {
            let mut out = vec![digest()];
            out.extend(signature());
            out.push(FieldSpec::new("shelf", "存放位置", Kind::Line).hint("库房、柜架号"));
            out
        }
    }
}

/// The digest of the list as it stands: what a person signs.
pub fn digest_of(it: &Transfer) -> String {
    list_digest(it.year, &it.unit, &it.files)
}

fn signed(object: &mut Map<String, Value>) -> Result<Value, Vec<FieldError>> {
    let kind = object.remove("signed").unwrap_or_default();
    let mut take = |name: &str| object.remove(name).filter(|it| !it.is_null());
    let (scan, certificate, value) = (take("scan"), take("certificate"), take("value"));
    let key = take("key").unwrap_or_else(|| "".into());
    let need = |value: Option<Value>, name: &str, message: &str| {
        value.ok_or_else(|| vec![FieldError { field: name.to_owned(), message: message.to_owned() }])
    };
    if kind == "by_hand" {
        return Ok(json!({ "signed": kind, "scan": need(scan, "scan", "请填写扫描件的摘要")? }));
    }
    Ok(json!({
        "signed": kind, "certificate": need(certificate, "certificate", "请填写证书序列号")?,
        "value": need(value, "value", "请填写签名值")?, "key": key,
    }))
}

/// The command that the fields of an act make; a proposal is of the unit that proposes.
///
/// # Errors
/// Faults of fields.
pub fn read(verb: Verb, unit: &str, value: Value) -> Result<TransferCommand, Vec<FieldError>> {
    let Value::Object(mut object) = value else {
        return Err(vec![FieldError { field: String::new(), message: "应为对象".to_owned() }]);
    };
    match verb {
        Verb::Propose => {
            object.insert("unit".to_owned(), unit.into());
        }
        Verb::Check => {}
        Verb::HandOver | Verb::Receive => {
            let signature = signed(&mut object)?;
            object.insert("signature".to_owned(), signature);
        }
    }
    command(&wire_name(&verb), Value::Object(object))
}
