//! Policy files of the installation: what a province, city, county or the organ itself
//! sets, beside the files that come with the program. They are read once, before anything
//! is decided; a file that does not hold stops the start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mingjing_domain::policy::PolicyBook;

use crate::kit::config::Config;
use crate::ops::OpsError;

static BOOK: OnceLock<PolicyBook> = OnceLock::new();

/// The policies that this program decides by.
pub fn book() -> &'static PolicyBook {
    BOOK.get().unwrap_or_else(PolicyBook::built_in)
}

/// Reads the folder that the settings name and decides by it from now on.
///
/// # Errors
/// Names file, line and reason; or another folder was read before.
pub fn install(config: &Config) -> Result<(), OpsError> {
    super::lists::install(config)?;
    let read = read(config)?;
    let digests = |book: &PolicyBook| -> BTreeMap<String, String> {
        book.scopes().iter().map(|it| (it.id.clone(), it.digest.clone())).collect()
    };
    if digests(BOOK.get_or_init(|| read.clone())) == digests(&read) {
        return Ok(());
    }
    Err(OpsError::Refused("政策文件已经装入；更换政策文件须重新启动".to_owned()))
}

/// The shipped policies with the files of the folder that the settings name.
///
/// # Errors
/// Names file, line and reason.
pub fn read(config: &Config) -> Result<PolicyBook, OpsError> {
    let Some(folder) = folder(config) else { return Ok(PolicyBook::built_in().clone()) };
    PolicyBook::built_in().with_files(&texts(&folder)?).map_err(|e| OpsError::Refused(e.to_string()))
}

/// The folder of policy files: as set, or `policies` in the data folder where there is one.
pub fn folder(config: &Config) -> Option<PathBuf> {
    let own = || Some(config.data.join("policies")).filter(|it| it.is_dir());
    config.policies.clone().or_else(own)
}

/// The `*.toml` files of a folder, by name, with what they say.
///
/// # Errors
/// Names the file that cannot be read.
pub fn texts(folder: &Path) -> Result<Vec<(String, String)>, OpsError> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|e| OpsError::io(&path, e))?;
        Ok((path.display().to_string(), text))
    };
    listed(folder)?.into_iter().map(read).collect()
}

/// The `*.toml` files of a folder, by name.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, OpsError> {
    let entries = std::fs::read_dir(folder).map_err(|e| OpsError::io(folder, e))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| OpsError::io(folder, e))?.path();
        if path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What an operator reads of the files: one line each, by level.
pub fn lines(book: &PolicyBook) -> Vec<String> {
    let mut scopes: Vec<_> = book.scopes().iter().collect();
    scopes.sort_by(|a, b| (a.level, &a.id).cmp(&(b.level, &b.id)));
    let line = |it: &&mingjing_domain::policy::Scope| {
        let origin = if it.shipped { "随程序提供" } else { "本机装入" };
        let whom = it.organ.as_ref().map_or_else(String::new, |code| format!("，机关 {code}"));
        let level = it.level.label();
        format!("政策文件 {}（{}，{level}，{origin}{whom}）：{}", it.id, it.title, &it.digest[..12])
    };
    scopes.iter().map(line).collect()
}

/// Tables that a decision noted and that are not among these, each with its digest.
pub fn missing(noted: &BTreeMap<String, String>, book: &PolicyBook) -> Vec<String> {
    let known = |id: &str, digest: &str| book.scopes().iter().any(|it| it.id == id && it.digest == digest);
    noted
        .iter()
        .filter(|(id, digest)| !known(id, digest))
        .map(|(id, digest)| format!("{id}（{digest}）"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, files: &[(&str, &str)]) -> Config {
        let data = std::env::temp_dir().join(format!("mingjing-policies-{name}-{}", std::process::id()));
        let folder = data.join("policies");
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in files {
            std::fs::write(folder.join(file), text).unwrap();
        }
        Config { data, ..Config::default() }
    }

    const HEAD: &str = "[policy]\nid = \"own\"\ntitle = \"示例局\"\nlevel = \"organ\"\nregion = \"990101\"\n\
        organ = \"12990101MB00000016\"\nlaw = \"示例局规定\"\nfrom = \"2024-01-01\"\n\
        recorded_at = \"2024-01-01T00:00:00Z\"\n";

    #[test]
    fn a_folder_is_read_and_a_bad_file_names_line_and_reason() {
        let value =
            |n| format!("{HEAD}[[value]]\nkey = \"decision.term\"\nvalue = \"{n}d\"\narticle = \"第一条\"\n");
        let good = config("good", &[("own.toml", &value(60)), ("note.txt", "不是政策文件")]);
        let book = read(&good).unwrap();
        assert_eq!(book.scopes().iter().filter(|it| !it.shipped).count(), 1);
        assert!(lines(&book).iter().any(|it| it.contains("own") && it.contains("本机装入")));
        let bad = config("bad", &[("own.toml", &value(91))]);
        let said = read(&bad).unwrap_err().to_string();
        assert!(said.contains("own.toml 第11行") && said.contains("《行政处罚法》第六十条"), "{said}");
        for it in [good, bad] {
            std::fs::remove_dir_all(it.data).unwrap();
        }
        let none = Config { policies: Some("/nonexistent/policies".into()), ..Config::default() };
        assert!(read(&none).is_err(), "a folder that was named must be there");
    }

    #[test]
    fn a_table_that_is_gone_is_named() {
        let noted = BTreeMap::from([("own".to_owned(), "00".repeat(32))]);
        assert_eq!(missing(&noted, PolicyBook::built_in()).len(), 1);
        let shipped = &PolicyBook::built_in().scopes()[0];
        let noted = BTreeMap::from([(shipped.id.clone(), shipped.digest.clone())]);
        assert!(missing(&noted, PolicyBook::built_in()).is_empty());
    }
}
