//! What a person withholds besides what the rules withhold.

use mingjing_domain::disclosure::{Ground, Masked, PublicDecision, Withheld, three_systems};
use mingjing_domain::refusal::Refusal;

/// Characters of one field.
#[derive(Clone, Copy, Debug)]
pub struct Range<'a> {
    /// Path of the field.
    pub field: &'a str,
    /// The characters as the original has them.
    pub text: &'a str,
    /// Why.
    pub ground: Ground,
}

fn field_mut<'a>(content: &'a mut PublicDecision, path: &str) -> Option<&'a mut Masked> {
    match path {
        "party" => Some(&mut content.party),
        "representative" => content.representative.as_mut(),
        "facts" => Some(&mut content.facts),
        "evidence" => Some(&mut content.evidence),
        "terms" => Some(&mut content.terms),
        "remedies" => Some(&mut content.remedies),
        _ => {
            let no: usize = path.strip_prefix("results/")?.strip_suffix("/content")?.parse().ok()?;
            content.results.get_mut(no).map(|r| &mut r.content)
        }
    }
}

/// Places of `needle` in `text`, in characters.
fn places(text: &str, needle: &str) -> Vec<(u32, u32)> {
    let length = needle.chars().count();
    if length == 0 {
        return Vec::new();
    }
    text.match_indices(needle)
        .filter_map(|(at, _)| {
            let from = u32::try_from(text[..at].chars().count()).ok()?;
            Some((from, from + u32::try_from(length).ok()?))
        })
        .collect()
}

/// Withholds every occurrence of each range.
///
/// # Errors
/// Names the entry whose field or text is not in the copy.
pub fn withhold(content: &mut PublicDecision, ranges: &[Range<'_>]) -> Result<(), Refusal> {
    for (no, range) in ranges.iter().enumerate() {
        let wrong = |part: &str, message: &str| {
            Refusal::new(
                "disclosure.withhold",
                three_systems("（六）"),
                "要隐去的文字不在公示文本中。",
                "请按决定书原文填写要隐去的文字。",
            )
            .field(format!("withhold/{no}/{part}"), message)
        };
        let masked = field_mut(content, range.field).ok_or_else(|| wrong("field", "没有这一栏"))?;
        let found = places(masked.original.value().unwrap_or(""), range.text);
        if found.is_empty() {
            return Err(wrong("text", "原文这一栏没有这些文字"));
        }
        for (from, to) in found {
            *masked = masked.with(Withheld::on(from, to, range.ground));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters() {
        assert_eq!(places("甲乙甲乙丙", "甲乙"), [(0, 2), (2, 4)]);
        assert!(places("甲", "").is_empty());
    }
}
