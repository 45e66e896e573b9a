//! Just enough of Rust's lexical structure: code without comments and
//! literals, the string literals with their lines, functions, test modules.

/// A Rust file taken apart. Lines count from 1.
pub struct Source {
    /// The code; comments and the insides of literals are blanks, lines stay.
    pub code: String,
    /// String literals: line they begin on, and contents as written.
    pub strings: Vec<(usize, String)>,
    /// Line ranges of `#[cfg(test)]` modules, both ends included.
    tests: Vec<(usize, usize)>,
}

/// A function and the lines it covers.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Name.
    pub name: String,
    /// Line of `fn`.
    pub first: usize,
    /// Line of the closing brace.
    pub last: usize,
}

/// Takes a file apart.
pub fn scan(text: &str, all_test: bool) -> Source {
    let mut lexer =
        Lexer { rest: text, line: 1, code: String::with_capacity(text.len()), strings: Vec::new() };
    while !lexer.rest.is_empty() {
        lexer.step();
    }
    let tests = if all_test { vec![(1, usize::MAX)] } else { test_modules(&lexer.code) };
    Source { code: lexer.code, strings: lexer.strings, tests }
}

impl Source {
    /// Whether the line is test code.
    pub fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// Lines of code, numbered.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(i, l)| (i + 1, l))
    }

    /// All functions with a body.
    pub fn functions(&self) -> Vec<Function> {
        let code = self.code.as_bytes();
        let mut found = Vec::new();
        for at in words(&self.code, "fn") {
            let name: String = self.code[at + 2..]
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            // `fn(u8) -> u8` is a type.
            let Some(open) = body_start(code, at).filter(|_| !name.is_empty()) else { continue };
            let last = line_of(&self.code, block_end(code, open));
            found.push(Function { name, first: line_of(&self.code, at), last });
        }
        found
    }
}

struct Lexer<'t> {
    rest: &'t str,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Lexer<'_> {
    /// Takes one comment, one literal, one word, or one character.
    fn step(&mut self) {
        let rest = self.rest;
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.blank(end);
        } else if rest.starts_with("/*") {
            self.blank(block_comment(rest));
        } else if let Some((open, hashes)) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let inner = rest[open..].find(&close).unwrap_or(rest.len() - open);
            self.string(open, inner, close.len());
        } else if let Some(inner) = rest.strip_prefix('"') {
            self.string(1, quoted(inner, '"'), 1);
        } else if let Some(length) = character(rest) {
            self.blank(length);
        } else {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let length = word.max(rest.chars().next().map_or(1, char::len_utf8));
            // `b"…"` and `c"…"`: the prefix stays, the string is taken next.
            self.keep(length);
        }
    }

    fn string(&mut self, open: usize, inner: usize, close: usize) {
        let rest = self.rest;
        self.strings.push((self.line, rest[open..open + inner].to_owned()));
        self.keep(open);
        self.blank(inner);
        self.keep(close.min(self.rest.len()));
    }

    fn keep(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.code.push_str(taken);
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }

    fn blank(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }
}

/// Length of a block comment, which may nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// `r"`, `br##"`, `cr#"`: bytes up to the contents, and number of hashes.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let after =
        ["r", "br", "cr"].iter().find_map(|p| text.strip_prefix(p).filter(|r| r.starts_with(['"', '#'])))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| (text.len() - after.len() + hashes + 1, hashes))
}

/// Bytes up to the closing quote, minding escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at,
            _ => {}
        }
    }
    text.len()
}

/// Length of a character literal; `None` for a lifetime or anything else.
fn character(text: &str) -> Option<usize> {
    let after = text.strip_prefix('\'')?;
    let mut chars = after.char_indices();
    match chars.next()?.1 {
        '\\' => Some((quoted(after, '\'') + 2).min(text.len())),
        _ => {
            let (at, next) = chars.next()?;
            (next == '\'').then_some(at + 2)
        }
    }
}

/// Where `word` stands as a whole word.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// The `{` of a function's body; `None` when `;` comes first.
fn body_start(code: &[u8], from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth <= 0 => return Some(at),
            b';' if depth <= 0 => return None,
            _ => {}
        }
    }
    None
}

/// The `}` that closes the `{` at `open`, or the last byte.
fn block_end(code: &[u8], open: usize) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count()
}

/// Line ranges of modules under `#[cfg(test)]`.
fn test_modules(code: &str) -> Vec<(usize, usize)> {
    code.match_indices("#[cfg(test)]")
        .filter_map(|(at, _)| {
            Some((
                line_of(code, at),
                line_of(
                    code,
                    block_end(code.as_bytes(), body_start(code.as_bytes(), at + "#[cfg(test)]".len())?),
                ),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Function, scan};

    #[test]
    fn comments_and_literals_leave_the_code() {
        let source = scan(
            "let a = \"fn x() { // no\"; // fn y() {\n/* a /* nested */ fn z() { */ let b = r#\"raw \"q\" {\"#;\nlet c = '{'; let d: &'static str = b\"\\\"}\"; let e = '\\'';\n",
            false,
        );
        assert_eq!(
            source.strings,
            [(1, "fn x() { // no".to_owned()), (2, "raw \"q\" {".to_owned()), (3, "\\\"}".to_owned())]
        );
        assert!(!source.code.contains(['{', '}']), "{}", source.code);
        assert!(source.code.contains("&'static str"));
        assert_eq!(source.code.lines().count(), 3);
    }

    #[test]
    fn measures_functions_and_skips_declarations_and_types() {
        let source = scan(
            "trait T { fn declared(&self, b: [u8; 3]) -> u8; }\nfn one(f: fn(u8) -> u8)\nwhere\n    u8: Copy,\n{\n    let s = \"}\";\n    fn inner() {\n    }\n}\nlet r#fnord = 1;\n",
            false,
        );
        assert_eq!(
            source.functions(),
            [
                Function { name: "one".into(), first: 2, last: 9 },
                Function { name: "inner".into(), first: 7, last: 8 },
            ]
        );
    }

    #[test]
    fn finds_test_modules() {
        let source = scan(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod elsewhere;\n",
            false,
        );
        assert_eq!(
            (1..=8).map(|l| source.is_test(l)).collect::<Vec<_>>(),
            [false, true, true, true, true, false, false, false]
        );
        assert!(scan("fn a() {}", true).is_test(99));
    }
}
