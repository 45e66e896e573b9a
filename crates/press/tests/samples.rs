//! Every form with its complete sample, checked from outside with qpdf and poppler.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_press::{FieldKind, FieldSpec, Orientation, PressError, catalogue};
use serde_json::Value;
use support::{pdfinfo, press, qpdf_check, sample, text_of};

#[test]
fn every_form_renders_its_sample_to_a_sound_archival_file_twice_alike() {
    for spec in catalogue() {
        let job = sample(spec.id);
        let made = press().render(&job).unwrap_or_else(|error| panic!("{}: {error}", spec.id));
        let again = press().render(&job).unwrap();
        assert!(made.pdf == again.pdf, "{} differs from itself", spec.id);
        assert_eq!(made.template_digest.len(), 64);
        qpdf_check(spec.id, &made.pdf);
        let info = pdfinfo(&made.pdf);
        let metadata = support::metadata(&made.pdf);
        assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"), "{}: {metadata}", spec.id);
        assert!(metadata.contains("<pdfaid:conformance>B</pdfaid:conformance>"), "{}: {metadata}", spec.id);
        assert!(metadata.contains("zh"), "{}: {metadata}", spec.id);
        assert!(info.contains(&format!("Pages:           {}", made.pages)), "{}: {info}", spec.id);
        assert!(info.contains("CreationDate:    Wed Apr 15 02:30:00 2026 UTC"), "{}: {info}", spec.id);
        assert!(info.contains(&format!("Title:           {}", spec.name)), "{}: {info}", spec.id);
        let text = text_of(&made.pdf);
        assert!(text.contains(&support::squeeze(spec.name)), "{}: {text}", spec.id);
        assert!(text.contains(&support::squeeze(&job.organ_name)), "{}", spec.id);
        for needed in
            [&job.number, &job.verification.as_ref().map(|v| v.check_code.clone())].into_iter().flatten()
        {
            assert!(text.contains(&support::squeeze(needed)), "{}: {needed} not in {text}", spec.id);
        }
    }
}

/// A form that forgets to print a field it demands would pass every other test.
#[test]
fn every_value_of_a_sample_is_printed() {
    for spec in catalogue() {
        let mut job = sample(spec.id);
        job.watermark = None;
        // A4 in points less the lower margin of 35 mm.
        let text_bottom = match spec.orientation {
            Orientation::Portrait => 744,
            Orientation::Landscape => 497,
        };
        let text = support::body_text_of(&press().render(&job).unwrap().pdf, text_bottom);
        let mut wanted = Vec::new();
        collect(spec.fields, &job.data, &mut wanted);
        assert!(!wanted.is_empty());
        for value in wanted {
            for line in value.lines() {
                assert!(text.contains(&support::squeeze(line)), "{}: “{line}” is not in\n{text}", spec.id);
            }
        }
    }
}

/// The strings of `data` that a form of these fields must show.
fn collect(fields: &[FieldSpec], data: &Value, out: &mut Vec<String>) {
    for field in fields {
        let Some(value) = data.get(field.name) else {
            continue;
        };
        match field.kind {
            FieldKind::Text | FieldKind::Paragraphs => out.extend(value.as_str().map(str::to_owned)),
            FieldKind::Date => out.push(chinese_date(value.as_str().unwrap())),
            FieldKind::DateTime => out.push(chinese_date(value.as_str().unwrap().split('T').next().unwrap())),
            FieldKind::Money => {
                let fen = value.as_u64().unwrap();
                out.push(mingjing_press::money::capital(fen));
                out.push(mingjing_press::money::figures(fen));
            }
            FieldKind::Count => out.push(value.to_string()),
            FieldKind::Flag => {}
            FieldKind::Group(inner) => collect(inner, value, out),
            FieldKind::List(inner) => {
                value.as_array().unwrap().iter().for_each(|item| collect(inner, item, out))
            }
        }
    }
}

fn chinese_date(iso: &str) -> String {
    let parts: Vec<u32> = iso.split('-').map(|part| part.parse().unwrap()).collect();
    format!("{}年{}月{}日", parts[0], parts[1], parts[2])
}

#[test]
fn each_required_field_is_missed_by_name() {
    let mut removed = 0;
    for spec in catalogue() {
        let job = sample(spec.id);
        let mut paths = Vec::new();
        required_paths(spec.fields, &job.data, "", &mut paths);
        for (pointer, field, label) in paths {
            for blank in [None, Some(Value::Null), Some(Value::from("  "))] {
                let mut job = job.clone();
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                let object = job.data.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                match blank {
                    None => drop(object.shift_remove(name)),
                    Some(value) => drop(object.insert(name.to_owned(), value)),
                }
                let error = press().render(&job).unwrap_err();
                let wanted = PressError::MissingField { field: field.clone(), label: label.to_owned() };
                assert_eq!(error, wanted, "{} without {field}", spec.id);
                removed += 1;
            }
        }
    }
    assert!(removed > 1_000, "only {removed} removals tried");
}

/// JSON pointer, field path and label of everything required under `data`.
fn required_paths(
    fields: &[FieldSpec],
    data: &Value,
    at: &str,
    out: &mut Vec<(String, String, &'static str)>,
) {
    for field in fields {
        let pointer = format!("{at}/{}", field.name);
        let path = path_of(&pointer);
        if field.required {
            out.push((pointer.clone(), path, field.label));
        }
        let Some(value) = data.get(field.name) else {
            continue;
        };
        match field.kind {
            FieldKind::Group(inner) => required_paths(inner, value, &pointer, out),
            FieldKind::List(inner) => {
                let Some(last) = value.as_array().unwrap().len().checked_sub(1) else {
                    continue;
                };
                required_paths(inner, &value[last], &format!("{pointer}/{last}"), out);
            }
            FieldKind::Text
            | FieldKind::Paragraphs
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Money
            | FieldKind::Count
            | FieldKind::Flag => {}
        }
    }
}

fn path_of(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.trim_start_matches('/').split('/') {
        match part.parse::<usize>() {
            Ok(index) => path.push_str(&format!("[{index}]")),
            Err(_) if path.is_empty() => path.push_str(part),
            Err(_) => path.push_str(&format!(".{part}")),
        }
    }
    path
}

#[test]
fn number_and_verification_are_required_where_the_form_has_them() {
    for spec in catalogue() {
        if spec.numbered {
            let mut job = sample(spec.id);
            job.number = None;
            let error = press().render(&job).unwrap_err();
            assert!(
                matches!(&error, PressError::MissingField { field, .. } if field == "number"),
                "{error:?}"
            );
        }
        if spec.served {
            let mut job = sample(spec.id);
            job.verification = None;
            let error = press().render(&job).unwrap_err();
            let named = matches!(&error, PressError::MissingField { field, .. } if field == "verification.check_code");
            assert!(named, "{error:?}");
        }
    }
}
