//! Lists of what is recorded that the installation brings: of a province, city, county or of
//! the organ itself, beside those that come with the program. They stand in the folder
//! `recordings` within that of the policies, and are read with them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use mingjing_domain::recording::RecordingBook;

use super::policies::{folder, texts};
use crate::kit::config::Config;
use crate::ops::OpsError;

static BOOK: OnceLock<RecordingBook> = OnceLock::new();

/// Folder of the lists, in that of the policies.
const FOLDER: &str = "recordings";

/// The lists that this program asks.
pub fn book() -> &'static RecordingBook {
    BOOK.get().unwrap_or_else(RecordingBook::built_in)
}

/// Reads the lists of the folder that the settings name and asks them from now on.
///
/// # Errors
/// Names file, row and reason; or other lists were read before.
pub fn install(config: &Config) -> Result<(), OpsError> {
    let read = read(config)?;
    let digests = |book: &RecordingBook| -> BTreeMap<String, String> {
        book.loaded().map(|it| (it.id.to_owned(), it.digest.to_owned())).collect()
    };
    if digests(BOOK.get_or_init(|| read.clone())) == digests(&read) {
        return Ok(());
    }
    Err(OpsError::Refused("音像记录事项清单已经装入；更换清单须重新启动".to_owned()))
}

/// The shipped lists with those of the installation.
///
/// # Errors
/// Names file, row and reason.
pub fn read(config: &Config) -> Result<RecordingBook, OpsError> {
    let own = folder(config).map(|it| it.join(FOLDER)).filter(|it| it.is_dir());
    let Some(own) = own else { return Ok(RecordingBook::built_in().clone()) };
    RecordingBook::built_in().with_files(&texts(&own)?).map_err(|e| OpsError::Refused(e.to_string()))
}

/// What an operator reads of the lists: one line each.
pub fn lines(book: &RecordingBook) -> Vec<String> {
    let line = |it: mingjing_domain::recording::list::Loaded<'_>| {
        let origin = if it.shipped { "随程序提供" } else { "本机装入" };
        format!("音像记录事项清单 {}（{}，{origin}）：{}", it.id, it.level.label(), &it.digest[..12])
    };
    book.loaded().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[list]\nid = \"own\"\ntitle = \"示例局\"\nlevel = \"organ\"\nregion = \"990101\"\n\
        organ = \"12990101MB00000016\"\nlaw = \"示例局规定\"\nfrom = \"2024-01-01\"\n\
        recorded_at = \"2024-01-01T00:00:00Z\"\n";

    fn config(name: &str, row: &str) -> Config {
        let data = std::env::temp_dir().join(format!("mingjing-lists-{name}-{}", std::process::id()));
        let folder = data.join("policies").join(FOLDER);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("own.toml"), format!("{HEAD}{row}")).unwrap();
        Config { data, ..Config::default() }
    }

    #[test]
    fn a_list_of_the_organ_is_read_and_a_laxer_one_refused() {
        let row = |strength, manner| {
            format!(
                "[[row]]\nlink = \"seizure\"\nmanner = \"{manner}\"\nstrength = \"{strength}\"\narticle = \"第一条\"\n"
            )
        };
        let strict = config("strict", &row("must", "full"));
        let book = read(&strict).unwrap();
        assert_eq!(book.loaded().filter(|it| !it.shipped).count(), 1);
        assert!(lines(&book).iter().any(|it| it.contains("own") && it.contains("本机装入")));
        let lax = config("lax", &row("as_needed", "audiovisual"));
        let said = read(&lax).unwrap_err().to_string();
        assert!(said.contains("own"), "{said}");
        for it in [strict, lax] {
            std::fs::remove_dir_all(it.data).unwrap();
        }
        assert!(read(&Config::default()).unwrap().loaded().all(|it| it.shipped));
    }
}
