//! 记录: the documents of a case, from the stream to the stored file.

pub mod check;
pub mod code;
pub mod fill;
pub mod sheet;
