//! Samples and the outside tools. A missing tool fails the test by name.
#![allow(dead_code)] // each test file uses its part

use mingjing_press::{Job, Press};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// One press for all tests of a file.
pub fn press() -> &'static Press {
    static PRESS: LazyLock<Press> =
        LazyLock::new(|| Press::load(None).unwrap_or_else(|error| panic!("{error}")));
    &PRESS
}

/// The complete sample of a form.
pub fn sample(template: &str) -> Job {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(format!("{template}.json"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs `program` with `pdf` on its standard input.
fn tool(program: &str, package: &str, arguments: &[&str], pdf: &[u8]) -> (bool, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} cannot be started ({error}): apt-get install {package}"));
    let mut input = child.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// `qpdf --check`; qpdf reads only files.
pub fn qpdf_check(name: &str, pdf: &[u8]) {
    let path = std::env::temp_dir().join(format!("mingjing-press-{}-{name}.pdf", std::process::id()));
    std::fs::write(&path, pdf).unwrap();
    let output = Command::new("qpdf")
        .arg("--check")
        .arg(&path)
        .output()
        .unwrap_or_else(|error| panic!("qpdf cannot be started ({error}): apt-get install qpdf"));
    std::fs::remove_file(&path).unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The XMP packet.
pub fn metadata(pdf: &[u8]) -> String {
    let (ok, text) = tool("pdfinfo", "poppler-utils", &["-meta", "-"], pdf);
    assert!(ok, "{text}");
    text
}

/// What `pdfinfo` says, with times in UTC.
pub fn pdfinfo(pdf: &[u8]) -> String {
    let (ok, text) = tool("pdfinfo", "poppler-utils", &["-"], pdf);
    assert!(ok, "{text}");
    text
}

/// The text of all pages in drawing order, without white space.
pub fn text_of(pdf: &[u8]) -> String {
    squeeze(&raw_text(pdf))
}

/// The text above the foot of every page, without white space: what runs over pages stays in one piece.
/// `text_bottom` is the lower end of the text block in points from the upper edge.
pub fn body_text_of(pdf: &[u8], text_bottom: u32) -> String {
    let height = text_bottom.to_string();
    let crop = ["-raw", "-r", "72", "-x", "0", "-y", "0", "-W", "900", "-H", &height, "-", "-"];
    let (ok, text) = tool("pdftotext", "poppler-utils", &crop, pdf);
    assert!(ok, "{text}");
    squeeze(&text)
}

/// The text in a rectangle (points from the upper left) of every page.
pub fn crop_text(pdf: &[u8], left: u32, top: u32, width: u32, height: u32) -> String {
    let numbers = [left, top, width, height].map(|number| number.to_string());
    let [x, y, w, h] = &numbers;
    let (ok, text) =
        tool("pdftotext", "poppler-utils", &["-r", "72", "-x", x, "-y", y, "-W", w, "-H", h, "-", "-"], pdf);
    assert!(ok, "{text}");
    text
}

/// The text of all pages in drawing order, line by line.
pub fn raw_text(pdf: &[u8]) -> String {
    let (ok, text) = tool("pdftotext", "poppler-utils", &["-raw", "-", "-"], pdf);
    assert!(ok, "{text}");
    text
}

/// Without white space: lines and justified gaps are layout, not text.
pub fn squeeze(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}
