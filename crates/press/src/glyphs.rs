//! Which characters the fonts of documents can draw, for whoever takes texts in:
//! what could never be set is refused before anything is numbered with it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::error::PressError;
use crate::fonts::{FONTS_DIR_VARIABLE, Fonts};

const BITS: u32 = u64::BITS;
const WORDS: usize = (char::MAX as usize + 1).div_ceil(u64::BITS as usize);

/// One bit for each character that every role of the fonts can draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyphs(Vec<u64>);

impl Glyphs {
    /// Reads the fonts that a document would be set with, and keeps none of them.
    ///
    /// # Errors
    /// [`PressError::FontsMissing`] and [`PressError::FontsFolder`], as when setting.
    pub fn of(own: Option<&Path>) -> Result<Self, PressError> {
        let fonts = Fonts::load(own)?;
        let mut all = vec![u64::MAX; WORDS];
        for row in [&fonts.text, &fonts.title, &fonts.heading] {
            let mut here = vec![0; WORDS];
            for point in fonts.points(row) {
                if let Some(word) = here.get_mut((point / BITS) as usize) {
                    *word |= 1 << (point % BITS);
                }
            }
            for (word, drawn) in all.iter_mut().zip(here) {
                *word &= drawn;
            }
        }
        Ok(Self(all))
    }

    /// Whether a document can show `character`.
    pub fn has(&self, character: char) -> bool {
        let point = u32::from(character);
        self.0.get((point / BITS) as usize).is_some_and(|word| word & (1 << (point % BITS)) != 0)
    }
}

static OWN: OnceLock<Option<PathBuf>> = OnceLock::new();
static GLYPHS: OnceLock<Option<Glyphs>> = OnceLock::new();

/// Names the folder of the organ's own fonts for [`drawable`], before its first
/// use; later calls change nothing.
pub fn use_folder(own: Option<PathBuf>) {
    OWN.get_or_init(|| own);
}

/// Whether the fonts of this program's documents can draw `character`. The fonts
/// are read at the first question and not kept. Without usable fonts nothing is
/// refused here: no document is set then at all, and the reason is named there.
pub fn drawable(character: char) -> bool {
    if character == ' ' || character.is_ascii_graphic() {
        return true;
    }
    let glyphs = GLYPHS.get_or_init(|| {
        let variable = || std::env::var_os(FONTS_DIR_VARIABLE).map(PathBuf::from);
        let own = OWN.get().cloned().unwrap_or_else(variable);
        Glyphs::of(own.as_deref()).ok()
    });
    glyphs.as_ref().is_none_or(|it| it.has(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bits_say_what_the_fonts_say() {
        let (fonts, glyphs) = (Fonts::load(None).unwrap(), Glyphs::of(None).unwrap());
        let some = "明镜〔2026〕1号—“”《》①℃×㎡䶮𠮷\u{E123}😀𰻝ꦀ\u{10FFFF}".chars();
        for character in some.chain((0x20..0x3000).filter_map(char::from_u32)) {
            assert_eq!(glyphs.has(character), fonts.covers(character), "{character}");
        }
        assert!(drawable('镜') && drawable('~') && !drawable('\u{E123}') && !drawable('😀'));
    }
}
