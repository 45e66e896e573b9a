//! Where a known name stands in a text, whatever blanks are put inside it.

use super::fold::{Glyph, fold};

/// One occurrence of a name, in characters of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// First character.
    pub from: usize,
    /// One past the last character.
    pub to: usize,
    /// Place of each character of the name (blanks and points left out).
    pub at: Vec<usize>,
}

/// A character that does not count in comparing names.
fn ignored(c: char) -> bool {
    matches!(c, ' ' | '·' | '.' | '-' | '_')
}

fn letters(glyphs: Vec<Glyph>) -> Vec<Glyph> {
    glyphs.into_iter().filter(|g| !ignored(g.ch)).collect()
}

/// Every occurrence of `name` in `text`. Width, blanks and points are ignored.
/// A name of one character is no name and is not looked for; nor is one that
/// already holds 某, because it is masked.
pub fn occurrences(text: &str, name: &str) -> Vec<Occurrence> {
    let name: Vec<char> = letters(fold(name)).iter().map(|g| g.ch).collect();
    if name.len() < 2 || name.contains(&'某') {
        return Vec::new();
    }
    let text = letters(fold(text));
    text.windows(name.len())
        .filter(|w| w.iter().map(|g| g.ch).eq(name.iter().copied()))
        .map(|w| Occurrence {
            from: w[0].at,
            to: w[w.len() - 1].at + 1,
            at: w.iter().map(|g| g.at).collect(),
        })
        .collect()
}
