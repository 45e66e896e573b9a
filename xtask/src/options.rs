//! Command-line options of the commands.

use crate::Fail;

/// Options as given, checked against those the command knows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    values: Vec<(String, String)>,
    flags: Vec<String>,
    passed_on: Vec<String>,
}

impl Options {
    /// Reads `--name value`, `--name=value` and flags; everything after `--`
    /// is passed on.
    ///
    /// # Errors
    /// On an unknown option, a repeated one, or one without its value.
    pub fn parse(arguments: &[String], with_value: &[&str], flags: &[&str]) -> Result<Self, Fail> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                options.passed_on = rest.cloned().collect();
                break;
            }
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            if options.values.iter().any(|(n, _)| n == name) || options.flags.iter().any(|n| n == name) {
                return Err(format!("选项 {name} 重复。"));
            }
            if with_value.contains(&name) {
                let value = inline.or_else(|| rest.next().cloned()).filter(|v| !v.is_empty());
                options.values.push((name.to_owned(), value.ok_or_else(|| format!("选项 {name} 缺少值。"))?));
            } else if flags.contains(&name) && inline.is_none() {
                options.flags.push(name.to_owned());
            } else {
                return Err(format!("不认识的选项：{argument}"));
            }
        }
        Ok(options)
    }

    /// Value of `name`, if given.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether the flag was given.
    pub fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|n| n == name)
    }

    /// What stood after `--`.
    pub fn passed_on(&self) -> &[String] {
        &self.passed_on
    }

    /// For commands that pass nothing on.
    ///
    /// # Errors
    /// When something stood after `--`.
    pub fn refuse_passed_on(&self) -> Result<(), Fail> {
        match self.passed_on.first() {
            None => Ok(()),
            Some(first) => Err(format!("不认识的参数：{first}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words, &["--listen", "--data"], &["--keep"])
    }

    #[test]
    fn reads_both_spellings_flags_and_the_rest() {
        let options = parse("--listen=127.0.0.1:9 --keep --data d -- --nocapture -x").unwrap();
        assert_eq!(options.value("--listen"), Some("127.0.0.1:9"));
        assert_eq!(options.value("--data"), Some("d"));
        assert!(options.flag("--keep"));
        assert_eq!(options.passed_on(), ["--nocapture", "-x"]);
        assert!(options.refuse_passed_on().is_err());
    }

    #[test]
    fn refuses_unknown_repeated_and_unfinished_options() {
        assert!(parse("--nope").unwrap_err().contains("--nope"));
        assert!(parse("--data a --data b").unwrap_err().contains("重复"));
        assert!(parse("--data").unwrap_err().contains("缺少值"));
        assert!(parse("--data=").unwrap_err().contains("缺少值"));
        assert!(parse("--keep=yes").is_err());
        assert!(parse("stray").is_err());
    }
}
