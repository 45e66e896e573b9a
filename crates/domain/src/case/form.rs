//! The fields of each command: forms, API documentation and validation of
//! shape all come from here.

/// An enum of the field's words.
pub trait Word {
    /// Stored name and label of each value.
    fn choices() -> Vec<(String, &'static str)>;
}

/// The stored name of a word.
pub fn wire_name(word: &impl serde::Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
