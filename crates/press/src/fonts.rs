//! The fonts of official documents, and the test that every character can be drawn.
//!
//! GB/T 9704-2012 asks for 仿宋 (text), 小标宋 (titles) and 黑体 (headings). The free Noto CJK fonts stand in
//! where an organ has not licensed them.

use crate::error::PressError;
use std::path::{Path, PathBuf};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Environment variable that names a folder with the organ's own fonts.
pub const FONTS_DIR_VARIABLE: &str = "MINGJING_FONTS_DIR";

const PACKAGE: &str = "fonts-noto-cjk";
const SYSTEM_DIRS: [&str; 3] =
    ["/usr/share/fonts/opentype/noto", "/usr/share/fonts", "/usr/local/share/fonts"];
/// The free stand-ins: file and the family inside it.
const STAND_INS: [(&str, &str); 3] =
    [("NotoSerifCJK-Regular.ttc", SERIF), ("NotoSerifCJK-Bold.ttc", SERIF), ("NotoSansCJK-Bold.ttc", SANS)];
const SERIF: &str = "Noto Serif CJK SC";
const SANS: &str = "Noto Sans CJK SC";
/// In a Noto collection the faces are JP, KR, SC, TC, HK: trying the third first saves parsing the others.
const SIMPLIFIED_INDEX: u32 = 2;

/// Families asked for, best first; the stand-in closes each row.
const TEXT: [&str; 5] = ["FangSong_GB2312", "FangSong", "STFangsong", "仿宋", SERIF];
const TITLE: [&str; 5] =
    ["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "FZXBSJW--GB1-0", "方正小标宋简体", SERIF];
const HEADING: [&str; 4] = ["SimHei", "STHeiti", "黑体", SANS];

/// Loaded faces with the chains of families for the three roles.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) faces: Vec<Font>,
    pub(crate) text: Vec<String>,
    pub(crate) title: Vec<String>,
    pub(crate) heading: Vec<String>,
}

impl Fonts {
    /// Loads the organ's fonts from `own` (every .ttf, .otf, .ttc in it) and the stand-ins from the system.
    ///
    /// # Errors
    /// [`PressError::FontsMissing`] when a stand-in is not installed, [`PressError::FontsFolder`] when `own` is
    /// named but not usable.
    pub(crate) fn load(own: Option<&Path>) -> Result<Self, PressError> {
        let mut faces = Vec::new();
        if let Some(dir) = own {
            faces.extend(own_faces(dir)?);
        }
        for (file, family) in STAND_INS {
            faces.push(stand_in(file, family, own)?);
        }
        let book = FontBook::from_fonts(&faces);
        let present = |row: &[&str]| -> Vec<String> {
            row.iter()
                .filter(|name| book.contains_family(&name.to_lowercase()))
                .map(|name| (*name).to_owned())
                .collect()
        };
        let (text, title, heading) = (present(&TEXT), present(&TITLE), present(&HEADING));
        Ok(Self { book: LazyHash::new(book), faces, text, title, heading })
    }

    /// Every code point that one of the families of `row` can draw; some more than once.
    pub(crate) fn points(&self, row: &[String]) -> impl Iterator<Item = u32> {
        let faces =
            row.iter().flat_map(|family| self.book.select_family(&family.to_lowercase()).collect::<Vec<_>>());
        let faces: Vec<usize> = faces.collect();
        faces.into_iter().filter_map(|at| self.faces.get(at)).flat_map(|face| face.info().coverage.iter())
    }

    /// Whether every role can draw `character` with one of its own families.
    pub(crate) fn covers(&self, character: char) -> bool {
        [&self.text, &self.title, &self.heading].into_iter().all(|row| {
            row.iter().any(|family| {
                self.book
                    .select_family(&family.to_lowercase())
                    .filter_map(|index| self.faces.get(index))
                    .any(|face| face.info().coverage.contains(u32::from(character)))
            })
        })
    }
}

fn stand_in(file: &str, family: &str, own: Option<&Path>) -> Result<Font, PressError> {
    let missing = || PressError::FontsMissing { family: family.to_owned(), package: PACKAGE.to_owned() };
    let path = own
        .into_iter()
        .chain(SYSTEM_DIRS.iter().map(Path::new))
        .find_map(|dir| locate(dir, file, 3))
        .ok_or_else(missing)?;
    let data = Bytes::new(std::fs::read(path).map_err(|_| missing())?);
    let right = |face: &Font| face.info().family == family;
    Font::new(data.clone(), SIMPLIFIED_INDEX)
        .filter(right)
        .or_else(|| Font::iter(data).find(right))
        .ok_or_else(missing)
}

/// Finds `file` in `dir` or below it, at most `depth` levels down, in sorted order.
fn locate(dir: &Path, file: &str, depth: usize) -> Option<PathBuf> {
    let direct = dir.join(file);
    if direct.is_file() {
        return Some(direct);
    }
    let depth = depth.checked_sub(1)?;
    let mut below: Vec<PathBuf> = std::fs::read_dir(dir)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    below.sort();
    below.iter().find_map(|path| locate(path, file, depth))
}

/// Every face of every .ttf, .otf and .ttc in `dir`, by file name.
fn own_faces(dir: &Path) -> Result<Vec<Font>, PressError> {
    let unusable =
        |path: &Path, reason: String| PressError::FontsFolder { folder: path.display().to_string(), reason };
    let failed = |error: std::io::Error| unusable(dir, error.to_string());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let ending = ending.map(str::to_ascii_lowercase).unwrap_or_default();
        if ["ttf", "otf", "ttc"].contains(&ending.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    let mut faces = Vec::new();
    for path in files {
        let data = std::fs::read(&path).map_err(|error| unusable(&path, error.to_string()))?;
        let before = faces.len();
        faces.extend(Font::iter(Bytes::new(data)));
        if faces.len() == before {
            return Err(unusable(&path, "不是字体文件".to_owned()));
        }
    }
    Ok(faces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stand_ins_cover_the_common_characters_and_no_private_ones() {
        let fonts = Fonts::load(None).unwrap();
        for character in "明镜〔2026〕1号罚款伍万元整—“”《》①℃×㎡".chars() {
            assert!(fonts.covers(character), "{character}");
        }
        assert!(!fonts.covers('\u{E123}'));
        assert_eq!(fonts.text.last().unwrap(), SERIF);
    }

    #[test]
    fn an_absent_font_names_its_package() {
        let error = stand_in("NoSuchFont.ttc", "No Such Font", None).unwrap_err();
        assert_eq!(
            error,
            PressError::FontsMissing { family: "No Such Font".into(), package: "fonts-noto-cjk".into() }
        );
        assert!(error.to_string().contains("apt-get install fonts-noto-cjk"));
    }

    #[test]
    fn a_folder_of_fonts_that_is_absent_or_holds_no_font_is_refused() {
        let dir = std::env::temp_dir().join(format!("mingjing-press-fonts-{}", std::process::id()));
        assert!(matches!(own_faces(&dir), Err(PressError::FontsFolder { .. })));
        std::fs::create_dir(&dir).unwrap();
        assert!(own_faces(&dir).unwrap().is_empty());
        std::fs::write(dir.join("FangSong.TTF"), b"no font").unwrap();
        let refused = own_faces(&dir);
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(matches!(refused, Err(PressError::FontsFolder { .. })));
    }
}
