//! Everything that can stop a document from being made.

use serde::{Deserialize, Serialize};

/// Why a document was not made. Crosses the process boundary as JSON, so the caller sees the same
/// error whether it renders in its own process or in a child.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum PressError {
    /// The job names a template that the catalogue does not hold.
    #[error("没有名为“{template}”的文书模板")]
    UnknownTemplate {
        /// The name given.
        template: String,
    },
    /// A required field is absent, null or blank.
    #[error("文书缺少必填内容：{label}（{field}）")]
    MissingField {
        /// Path of the field, e.g. `evidence[2].proves`.
        field: String,
        /// Its Chinese label.
        label: String,
    },
    /// A field has a value of the wrong kind: a date that is no date, an amount that is no whole number of fen.
    #[error("文书内容不合格式：{label}（{field}）：{reason}")]
    BadField {
        /// Path of the field.
        field: String,
        /// Its Chinese label.
        label: String,
        /// What was expected.
        reason: String,
    },
    /// A control, direction-changing or invisible character, which could make paper and data differ.
    #[error("{field} 中含有不可打印的字符 U+{code:04X}")]
    BadCharacter {
        /// Path of the field.
        field: String,
        /// Code point.
        code: u32,
    },
    /// No installed font can draw a character.
    #[error("{field} 中的“{character}”（U+{:04X}）没有可用字形", u32::from(*character))]
    MissingGlyph {
        /// Path of the field.
        field: String,
        /// The character.
        character: char,
    },
    /// The fonts are not installed.
    #[error(
        "缺少字体 {family}：请安装软件包 {package}（apt-get install {package}），或在字体目录中放入仿宋、小标宋"
    )]
    FontsMissing {
        /// Font family looked for.
        family: String,
        /// Debian package that holds it.
        package: String,
    },
    /// The folder with the organ's own fonts cannot be read, or a file in it is no font.
    #[error("字体目录 {folder} 不可用：{reason}")]
    FontsFolder {
        /// The folder or file.
        folder: String,
        /// What is wrong.
        reason: String,
    },
    /// The job asks for a public copy of a document that is not published.
    #[error("文书“{name}”没有公开副本")]
    NoPublicForm {
        /// Chinese name of the document.
        name: String,
    },
    /// The job as a whole is too large or not readable.
    #[error("无法读取制作文书的请求：{reason}")]
    BadJob {
        /// What is wrong.
        reason: String,
    },
    /// The typesetter refused or warned; a defect of the template, not of the data.
    #[error("排版失败：{}", messages.join("；"))]
    Typesetting {
        /// Every message.
        messages: Vec<String>,
    },
    /// The child process could not be started, died, or answered nonsense.
    #[error("制作文书的子进程出错：{reason}")]
    Child {
        /// What happened.
        reason: String,
    },
    /// The child process did not answer in time and was ended.
    #[error("制作文书超过 {millis} 毫秒，已终止")]
    Timeout {
        /// The limit, milliseconds.
        millis: u64,
    },
}
