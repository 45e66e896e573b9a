//! The fields of each act on a file, for page and API, and the command they make.

use mingjing_domain::archive::{FileCommand, Item, Lack, PaperKind, Row, Verb};
use mingjing_domain::matter::MatterId;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::secrecy::Secrecy;
use serde_json::{Map, Value, json};

use crate::kit::acts::{choices, command, words};
use crate::kit::form::{Choice, FieldSpec, Kind};

/// What the choices of a form are taken from; a program names things by their codes.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// What is in the file, by its code.
    pub items: Vec<Choice>,
    /// What belongs into the file and is not in it, by its code.
    pub unfiled: Vec<Choice>,
    /// What the file lacks, by its code.
    pub lacks: Vec<Choice>,
    /// The case is in the archives: its retention is known.
    pub archived: bool,
    /// Fields for a program.
    pub program: bool,
}

/// The code of a thing in the file: `document-3`, `recording-…`.
pub fn code(item: Item) -> String {
    match item {
        Item::Document { no } => format!("document-{no}"),
        Item::Evidence { no } => format!("evidence-{no}"),
        Item::Paper { no } => format!("paper-{no}"),
        Item::Recording { recording } => format!("recording-{recording}"),
    }
}

/// The thing of a code.
pub fn item(code: &str) -> Option<Item> {
    let (kind, which) = code.split_once('-')?;
    Some(match kind {
        "document" => Item::Document { no: which.parse().ok()? },
        "evidence" => Item::Evidence { no: which.parse().ok()? },
        "paper" => Item::Paper { no: which.parse().ok()? },
        "recording" => Item::Recording { recording: MatterId(which.parse().ok()?) },
        _ => return None,
    })
}

/// The code of a finding: its code, and where it is.
pub fn lack_code(lack: &Lack) -> String {
    match lack.at {
        Some(at) => format!("{}@{}", lack.code, code(at)),
        None => lack.code.to_owned(),
    }
}

/// The things of a file as choices.
pub fn items(rows: &[Row]) -> Vec<Choice> {
    let one = |row: &Row| Choice::new(code(row.item), format!("{}．{}", row.no, row.shown_title()));
    rows.iter().map(one).collect()
}

fn picked(name: &'static str, label: &'static str, from: &[Choice], program: bool) -> FieldSpec {
    let kind = if program { Kind::Line } else { Kind::Choice(from.to_vec()) };
    let hint = if program { "document-3、evidence-1、paper-2、recording-事项编号" } else { "" };
    FieldSpec::new(name, label, kind).hint(hint).max(60).off_paper()
}

const PAGES: Kind = Kind::Number { min: 0, max: 99_999, unit: "页" };

fn paper() -> Vec<FieldSpec> {
    vec![
        FieldSpec::new("kind", "材料种类", choices(PaperKind::ALL, PaperKind::label)),
        FieldSpec::new("title", "题名", Kind::Line),
        FieldSpec::new("number", "文号、票据号", Kind::Line).max(60).optional(),
        FieldSpec::new("dated", "日期", Kind::Date),
        FieldSpec::new("responsible", "责任者", Kind::Line).hint("制作材料的机关、单位、个人"),
        FieldSpec::new("pages", "页数", PAGES),
        FieldSpec::new("digest", "扫描件的摘要（SHA-256）", Kind::Line).max(64).off_paper().optional(),
    ]
}

/// The mark that lifts a mark.
const LIFT: &str = "none";

/// The fields of an act.
pub fn specs(verb: Verb, around: &Around) -> Vec<FieldSpec> {
    let of_file = |label| picked("item", label, &around.items, around.program);
    match verb {
        Verb::Open | Verb::Pack => Vec::new(),
        Verb::AddPaper => paper(),
        Verb::CountPages => vec![
            of_file("材料"),
            FieldSpec::new("pages", "页数", PAGES).hint("另存的实物、光盘填 0，在目录备注中注明"),
        ],
        Verb::Mark => {
            let Kind::Choice(mut marks) = choices(Secrecy::ALL, Secrecy::label) else { return Vec::new() };
            marks.push(Choice::new(LIFT, "解除标注"));
            vec![
                of_file("材料"),
                FieldSpec::new("secrecy", "标注", Kind::Choice(marks))
                    .hint("涉及国家秘密的不在本系统存储，只在目录留位"),
                words("basis", "依据"),
            ]
        }
        Verb::Note => vec![words("note", "需要说明的情况")],
        Verb::Assemble => {
            vec![
                FieldSpec::new("starts", "分卷的起始序号", Kind::Line)
                    .hint("不分卷的不填；分卷的填第二卷起每卷首件的序号，如 31、58")
                    .off_paper()
                    .optional(),
                explanations(around),
            ]
        }
        Verb::Accept => {
            let mut out = vec![FieldSpec::new("archive_no", "归档号", Kind::Line).max(60)];
            if !around.archived {
                let years = [(0, "永久"), (30, "30年"), (10, "10年")];
                let years = years.map(|(n, label)| Choice::new(n.to_string(), label).json(n.into()));
                out.push(FieldSpec::new("retention_years", "保管期限", Kind::Choice(years.to_vec())));
            }
            out
        }
        Verb::Return => vec![words("reason", "退回的理由")],
        Verb::Supplement => {
            let mut out = vec![
                picked("item", "归档后形成的本案材料", &around.unfiled, around.program).optional(),
                FieldSpec::new("item_pages", "该材料的页数", PAGES).optional(),
            ];
            out.extend(paper().into_iter().map(|it| {
                let it = it.optional();
                if around.program { it } else { it.fold("补入外来材料") }
            }));
            out.push(words("reason", "补入的理由"));
            out
        }
        Verb::HandIn => hand_in(around),
        Verb::TakeIn => vec![FieldSpec::new("digest", "清单摘要", Kind::Digest)],
        Verb::SendBack => vec![words("reason", "退回的理由")],
    }
}

/// The reasons why findings are left as they are.
fn explanations(around: &Around) -> FieldSpec {
    let lacks = vec![
        picked("finding", "缺少、不一致之处", &around.lacks, around.program),
        words("reason", "不能补齐的原因"),
    ];
    FieldSpec::new("explained", "说明", Kind::List(lacks))
        .hint("检查发现而确实不能补齐的，逐项写明原因，记入备考表")
        .optional()
}

fn hand_in(around: &Around) -> Vec<FieldSpec> {
    let counted = vec![
        picked("item", "归档后形成的本案材料", &around.unfiled, around.program),
        FieldSpec::new("pages", "页数", PAGES).hint("另存的实物、光盘填 0"),
    ];
    vec![
        words("reason", "归档后办理的事项").hint("如：撤销处罚决定并返还罚款"),
        FieldSpec::new("counted", "登记页数", Kind::List(counted))
            .hint("系统制作的文书页数已知，不必登记；证据须登记")
            .optional(),
        FieldSpec::new("papers", "一并补入的外来材料", Kind::List(paper())).optional(),
        explanations(around),
    ]
}

fn fault(field: &str, message: &str) -> Vec<FieldError> {
    vec![FieldError { field: field.to_owned(), message: message.to_owned() }]
}

/// Writes a code as what it names.
fn named(object: &mut Map<String, Value>, field: &str) -> Result<(), Vec<FieldError>> {
    let found = object.remove(field).and_then(|it| item(it.as_str()?));
    let found = found.ok_or_else(|| fault(field, "没有该材料"))?;
    if let Ok(Value::Object(parts)) = serde_json::to_value(found) {
        object.extend(parts);
    }
    Ok(())
}

fn starts(text: Option<&Value>) -> Result<Vec<u32>, Vec<FieldError>> {
    let text = text.and_then(Value::as_str).unwrap_or("");
    text.split(['、', '，', ',', ' '])
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(|it| it.parse().map_err(|_| fault("starts", "应为卷内序号，用顿号分开")))
        .collect()
}

fn explained(given: Option<&Value>) -> Result<Vec<Value>, Vec<FieldError>> {
    let given = given.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let one = |(index, it): (usize, &Value)| {
        let finding = it["finding"].as_str().unwrap_or("");
        let (code, at) = match finding.split_once('@') {
            Some((code, at)) => {
                let at = item(at).ok_or_else(|| fault(&format!("explained/{index}/finding"), "没有该处"))?;
                (code, Some(at))
            }
            None => (finding, None),
        };
        Ok(json!({ "code": code, "at": at, "reason": it["reason"] }))
    };
    given.iter().enumerate().map(one).collect()
}

/// The command that the fields of an act make; those of opening name the case.
///
/// # Errors
/// Faults of fields.
pub fn read(verb: Verb, case: MatterId, value: Value) -> Result<FileCommand, Vec<FieldError>> {
    let Value::Object(mut object) = value else { return Err(fault("", "应为对象")) };
    let shaped = match verb {
        Verb::Open => json!({ "case": case }),
        Verb::AddPaper => json!({ "paper": object }),
        Verb::CountPages => {
            named(&mut object, "item")?;
            Value::Object(object)
        }
        Verb::Mark => {
            named(&mut object, "item")?;
            if object.get("secrecy").and_then(Value::as_str) == Some(LIFT) {
                object.remove("secrecy");
            }
            Value::Object(object)
        }
        Verb::Assemble => {
            json!({ "starts": starts(object.get("starts"))?, "explained": explained(object.get("explained"))? })
        }
        Verb::Accept => json!({ "archive_no": object.get("archive_no") }),
        Verb::Supplement => supplement(object)?,
        Verb::HandIn => {
            let told = explained(object.get("explained"))?;
            object.insert("explained".to_owned(), told.into());
            if let Some(Value::Array(counted)) = object.get_mut("counted") {
                for (at, it) in counted.iter_mut().enumerate() {
                    let Value::Object(one) = it else {
                        return Err(fault(&format!("counted/{at}"), "应为对象"));
                    };
                    named(one, "item").map_err(|_| fault(&format!("counted/{at}/item"), "没有该材料"))?;
                }
            }
            Value::Object(object)
        }
        Verb::Note | Verb::Return | Verb::Pack | Verb::TakeIn | Verb::SendBack => Value::Object(object),
    };
    command(&mingjing_domain::case::form::wire_name(&verb), shaped)
}

fn supplement(mut object: Map<String, Value>) -> Result<Value, Vec<FieldError>> {
    let reason = object.remove("reason");
    let pages = object.remove("item_pages").filter(|it| !it.is_null());
    if object.get("item").is_some_and(|it| !it.is_null()) {
        let mut late = Map::new();
        late.insert("item".to_owned(), object.remove("item").unwrap_or_default());
        named(&mut late, "item")?;
        let pages = pages.ok_or_else(|| fault("item_pages", "请填写页数"))?;
        late.extend([("late".to_owned(), json!("of")), ("pages".to_owned(), pages)]);
        late.insert("reason".to_owned(), reason.unwrap_or_default());
        return Ok(Value::Object(late));
    }
    object.remove("item");
    if let Some(spec) =
        paper().iter().find(|it| it.required && object.get(&*it.name).is_none_or(Value::is_null))
    {
        return Err(fault(&spec.name, &format!("没有选择本案材料的，请填写外来材料的{}", spec.label)));
    }
    Ok(json!({ "late": "brought", "paper": object, "reason": reason }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_domain::archive::Late;
    use uuid::Uuid;

    const CASE: MatterId = MatterId(Uuid::from_u128(7));

    #[test]
    fn every_thing_has_a_code_and_comes_back_from_it() {
        for it in [
            Item::Document { no: 3 },
            Item::Evidence { no: 1 },
            Item::Paper { no: 2 },
            Item::Recording { recording: CASE },
        ] {
            assert_eq!(item(&code(it)), Some(it));
        }
        for wrong in ["", "document", "document-x", "file-1", "document-70000"] {
            assert_eq!(item(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_fields_make_the_command() {
        let count = read(Verb::CountPages, CASE, json!({ "item": "evidence-2", "pages": 4 })).unwrap();
        assert_eq!(count, FileCommand::CountPages { item: Item::Evidence { no: 2 }, pages: 4 });
        let lift = read(Verb::Mark, CASE, json!({ "item": "paper-1", "secrecy": "none", "basis": "已公开" }));
        assert!(matches!(lift.unwrap(), FileCommand::Mark { secrecy: None, .. }));
        let bound = json!({
            "starts": "31、58",
            "explained": [{ "finding": "file.pages@evidence-1", "reason": "实物另存" }, { "finding": "file.paper", "reason": "未取得" }],
        });
        let FileCommand::Assemble { starts, explained } = read(Verb::Assemble, CASE, bound).unwrap() else {
            panic!("another command")
        };
        assert_eq!((starts, explained.len()), (vec![31, 58], 2));
        assert_eq!((explained[0].at, explained[1].at), (Some(Item::Evidence { no: 1 }), None));
        let late = json!({ "item": "document-9", "item_pages": 2, "reason": "结案后送达" });
        let FileCommand::Supplement { late, .. } = read(Verb::Supplement, CASE, late).unwrap() else {
            panic!("another command")
        };
        assert_eq!(late, Late::Of { item: Item::Document { no: 9 }, pages: 2 });
        let missing = read(Verb::Supplement, CASE, json!({ "reason": "补" })).unwrap_err();
        assert_eq!(missing[0].field, "kind");
        assert_eq!(read(Verb::Assemble, CASE, json!({ "starts": "一" })).unwrap_err()[0].field, "starts");
    }
}
