//! A text as a detector sees it: characters brought to one width, each with its
//! place in the original.

/// One character of the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glyph {
    /// The character in half width, letters in upper case.
    pub ch: char,
    /// Its index in the original, in characters.
    pub at: usize,
}

/// Brings full-width forms to half width and letters to upper case, and leaves
/// out characters that have no width. Every other character stays itself.
pub(crate) fn fold(text: &str) -> Vec<Glyph> {
    text.chars()
        .enumerate()
        .filter(|(_, c)| !invisible(*c))
        .map(|(at, c)| Glyph { ch: narrow(c), at })
        .collect()
}

fn narrow(c: char) -> char {
    match c {
        // Full-width ASCII lies 0xFEE0 above ASCII.
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFEE0).map_or(c, |c| c.to_ascii_uppercase())
        }
        '\u{3000}' | '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\t' | '\n' | '\r' => ' ',
        '—' | '–' | '‐' | '‑' | '−' | '―' => '-',
        '•' | '・' | '‧' | '･' | '∙' => '·',
        'Ⅹ' | 'ⅹ' | 'Х' | 'х' => 'X',
        _ => c.to_ascii_uppercase(),
    }
}

/// Characters that a reader does not see.
const fn invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{FE00}'..='\u{FE0F}')
}

/// Separators that people put between the groups of a number.
pub(crate) const fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '·' | '_')
}

/// A run of digits without a separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// First glyph.
    pub from: usize,
    /// One past the last glyph.
    pub to: usize,
}

impl Token {
    /// How many digits.
    pub(crate) const fn len(&self) -> usize {
        self.to - self.from
    }
}

/// Digit tokens grouped into chains: neighbours in a chain have only separators
/// (at most [`GAP`]) between them.
pub(crate) fn chains(glyphs: &[Glyph]) -> Vec<Vec<Token>> {
    let mut all: Vec<Vec<Token>> = Vec::new();
    let mut i = 0;
    while i < glyphs.len() {
        if !glyphs[i].ch.is_ascii_digit() {
            i += 1;
            continue;
        }
        let from = i;
        while i < glyphs.len() && glyphs[i].ch.is_ascii_digit() {
            i += 1;
        }
        let token = Token { from, to: i };
        match all.last_mut() {
            Some(chain) if joined(glyphs, chain.last(), from) => chain.push(token),
            Some(_) | None => all.push(vec![token]),
        }
    }
    all
}

/// Most separator characters between two groups of one number.
pub(crate) const GAP: usize = 3;

fn joined(glyphs: &[Glyph], last: Option<&Token>, from: usize) -> bool {
    last.is_some_and(|t| from - t.to <= GAP && glyphs[t.to..from].iter().all(|g| is_separator(g.ch)))
}
