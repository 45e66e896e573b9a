//! The fields of 制作遮蔽件, and the order that they make: times in seconds, regions in pixels.

use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::refusal::FieldError;
use mingjing_domain::viewing_grant::{Covered, Grant, MAX_EDITS, Material, Original};
use serde_json::{Map, Value, json};

use super::form::Around;
use crate::kit::app::App;
use crate::kit::body;
use crate::kit::error::ReadError;
use crate::kit::form::{Choice, FieldSpec, Kind};
use crate::recording_view::service as recordings;

const HOW: [(&str, &str); 5] = [
    ("mute", "消音"),
    ("disguise", "变声"),
    ("blur", "模糊区域"),
    ("cover", "遮盖区域"),
    ("crop", "裁切画面，只留区域"),
];

/// Most pieces that a form offers.
const PIECES: usize = 100;

/// Largest side of a picture in pixels that a form takes.
const SIDE: i64 = 65_535;

/// The fields.
pub fn specs(around: &Around) -> Vec<FieldSpec> {
    let mut out = if around.program {
        let number = Kind::Number { min: 1, max: i64::from(u16::MAX), unit: "段" };
        vec![body::id("recording", "音像记录"), FieldSpec::new("segment", "段号", number)]
    } else {
        let pieces = Kind::Choice(around.pieces.clone());
        vec![FieldSpec::new("piece", "原件", pieces).hint("已入库并读出时长、画面尺寸的录像、录音、照片")]
    };
    let how = HOW.iter().map(|(value, label)| Choice::new(*value, *label)).collect();
    let moment = |name: &'static str, label: &'static str, hint: &'static str| {
        FieldSpec::new(name, label, Kind::Line).hint(hint).max(20).optional()
    };
    let pixels = |name: &'static str, label: &'static str| {
        FieldSpec::new(name, label, Kind::Number { min: 0, max: SIDE, unit: "像素" }).optional()
    };
    let edits = Kind::List(vec![
        FieldSpec::new("edit", "处理", Kind::Choice(how))
            .hint("变声后的声音可能被还原，须确保不被识别的请消音"),
        moment("from", "始于（秒）", "如 12.5；留空为自开头"),
        moment("to", "止于（秒）", "如 20；留空为到结尾"),
        pixels("x", "区域左边距"),
        pixels("y", "区域上边距"),
        pixels("width", "区域宽"),
        pixels("height", "区域高"),
    ]);
    let hint = format!("区域按画面正放时的像素，从左上角量起；最多{MAX_EDITS}项");
    out.push(FieldSpec::new("edits", "遮蔽处理", edits).hint(hint));
    out
}

fn fault(field: impl Into<String>, message: &str) -> Vec<FieldError> {
    vec![FieldError { field: field.into(), message: message.to_owned() }]
}

/// Seconds with up to three places, or minutes and seconds, in milliseconds.
fn moment(text: &str) -> Option<u64> {
    let (minutes, seconds) = match text.trim().split_once([':', '：']) {
        Some((minutes, seconds)) => (minutes.parse::<u64>().ok().filter(|it| *it < 100_000)?, seconds),
        None => (0, text.trim()),
    };
    let (whole, places) = seconds.split_once('.').unwrap_or((seconds, ""));
    let digits = |it: &str| it.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || places.len() > 3 || !digits(whole) || !digits(places) {
        return None;
    }
    let places: u64 = format!("{places:0<3}").parse().ok()?;
    Some((minutes * 60 + whole.parse::<u64>().ok()?) * 1_000 + places)
}

fn edit(at: usize, line: &Value, length: u64) -> Result<Value, Vec<FieldError>> {
    let how = line["edit"].as_str().unwrap_or("");
    let when = |name: &str, otherwise: u64| match line[name].as_str().filter(|it| !it.trim().is_empty()) {
        None => Ok(otherwise),
        Some(text) => {
            moment(text).ok_or_else(|| fault(format!("edits/{at}/{name}"), "应为秒数，如 12.5，或者 1:02.5"))
        }
    };
    let side = |name: &str| {
        line[name].as_u64().ok_or_else(|| fault(format!("edits/{at}/{name}"), "请填写区域的像素数"))
    };
    let mut out = Map::new();
    out.insert("edit".to_owned(), how.into());
    if how != "crop" {
        out.insert("from_ms".to_owned(), when("from", 0)?.into());
        out.insert("to_ms".to_owned(), when("to", length)?.into());
    }
    if matches!(how, "blur" | "cover" | "crop") {
        let region = json!({
            "x": side("x")?, "y": side("y")?, "width": side("width")?, "height": side("height")?,
        });
        out.insert("region".to_owned(), region);
    }
    Ok(out.into())
}

/// The order that the fields make. A blank end is that of the original.
///
/// # Errors
/// Faults of fields; a fault of the store.
pub async fn read(
    app: &App,
    object: &Map<String, Value>,
) -> Result<Result<Value, Vec<FieldError>>, ReadError> {
    let of = object.get("piece").and_then(Value::as_object).unwrap_or(object);
    let recording = of.get("recording").and_then(Value::as_str).and_then(|it| it.parse().ok()).map(MatterId);
    let segment = of.get("segment").and_then(Value::as_u64).and_then(|it| u16::try_from(it).ok());
    let (Some(recording), Some(segment)) = (recording, segment) else {
        return Ok(Err(fault("piece", "没有该段音像记录")));
    };
    let found = app.load::<Recording>(recording).await?;
    let original = found.and_then(|it| Original::of(recording, &it.state, segment));
    // Where there is none the domain says so.
    let length = original.map_or(1, |it| it.duration_ms.max(1));
    let lines = object.get("edits").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let edits: Result<Vec<Value>, _> =
        lines.iter().enumerate().map(|(at, line)| edit(at, line, length)).collect();
    Ok(edits.map(|edits| json!({ "order": { "recording": recording, "segment": segment, "edits": edits } })))
}

/// The pieces that an approval covers and that can be masked, as the choices of a form.
///
/// # Errors
/// When the store fails.
pub async fn pieces(app: &App, grant: &Grant) -> Result<Vec<Choice>, ReadError> {
    let mut all = Vec::new();
    for covered in &grant.right.scope {
        match covered {
            Covered::Case { case } | Covered::Recordings { case } => {
                all.extend(recordings::of_case(app.db(), *case).await?.into_iter().map(|it| it.recording));
            }
            Covered::One { material: Material::Recording { recording } } => all.push(*recording),
            Covered::Period { unit, from, to } => {
                let days = (*from, *to);
                let found = recordings::in_days(app.db(), grant.organ, days, app.now(), PIECES).await?;
                all.extend(found.into_iter().filter(|it| it.unit == *unit).map(|it| it.recording));
            }
            Covered::File { .. } | Covered::One { .. } => {}
        }
    }
    all.sort_unstable();
    all.dedup();
    let mut out = Vec::new();
    for id in all {
        let Some(it) = app.load::<Recording>(id).await? else { continue };
        let number = it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
        for no in (1..).take(it.segments.len()) {
            if let Some(original) = Original::of(id, &it.state, no).filter(|_| out.len() < PIECES) {
                let words = format!("{number} 第{no}段 {}", shape(&original));
                let json = json!({ "recording": id, "segment": no });
                out.push(Choice::new(format!("{id}/{no}"), words).json(json));
            }
        }
    }
    Ok(out)
}

/// What an original is, in words.
pub fn shape(it: &Original) -> String {
    let mut words = vec![it.shape().label().to_owned()];
    if it.duration_ms > 0 {
        words.push(format!("{}秒", seconds(it.duration_ms)));
    }
    if let Some((width, height)) = it.frame {
        words.push(format!("{width}×{height}像素"));
    }
    if it.duration_ms > 0 {
        words.push(if it.sound { "有声" } else { "无声" }.to_owned());
    }
    words.join(" ")
}

/// `12.5`: no more places than there are.
pub fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1_000, ms % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{edit, moment, seconds};
    use serde_json::json;

    #[test]
    fn seconds_are_read_to_the_millisecond_and_nothing_else_is() {
        for (text, ms) in
            [("0", 0), ("12.5", 12_500), (" 7.003 ", 7_003), ("1:02.5", 62_500), ("1：00", 60_000)]
        {
            assert_eq!(moment(text), Some(ms), "{text}");
        }
        for bad in ["", "-1", "1.2345", "1e3", "一", "1:2:3", "12345678", "1.2.3", ".5", "99999999999:1"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
        assert_eq!(
            (seconds(12_500), seconds(60_000), seconds(7_003)),
            ("12.5".into(), "60".into(), "7.003".into())
        );
    }

    #[test]
    fn a_blank_end_is_that_of_the_original_and_a_region_is_whole() {
        let mute = edit(0, &json!({ "edit": "mute", "from": "1.5", "to": null }), 24_000).unwrap();
        assert_eq!(mute, json!({ "edit": "mute", "from_ms": 1_500, "to_ms": 24_000 }));
        let field = |line| edit(2, &line, 1).unwrap_err()[0].field.clone();
        assert_eq!(field(json!({ "edit": "cover", "x": 1, "y": 1, "width": 5 })), "edits/2/height");
        assert_eq!(field(json!({ "edit": "mute", "to": "soon" })), "edits/2/to");
        assert!(edit(0, &json!({ "edit": "crop", "x": 0, "y": 0, "width": 5, "height": 5 }), 1).is_ok());
    }
}
