//! The fields of a document as data: what the server must fill, and which law asks for it.

/// What a field holds and how it is written in the job's JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line: a JSON string without line breaks.
    Text,
    /// Running text: a JSON string; each line is a paragraph.
    Paragraphs,
    /// A day: ISO `2026-03-11`, printed 2026年3月11日.
    Date,
    /// A minute: ISO `2026-03-11T09:30` (local, or with an offset, then shown in UTC+8), printed 2026年3月11日9时30分.
    DateTime,
    /// An amount: a whole number of fen ≥ 0, printed in figures and in Chinese capitals.
    Money,
    /// A whole number ≥ 0.
    Count,
    /// Yes or no: a JSON boolean; absent means no.
    Flag,
    /// One object with the given fields.
    Group(&'static [FieldSpec]),
    /// An array of objects with the given fields.
    List(&'static [FieldSpec]),
}

/// One field of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    /// Key in the job's data.
    pub name: &'static str,
    /// Label as printed and as shown in forms.
    pub label: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether the document must not be made without it.
    pub required: bool,
    /// A field that is not always required, but is so in view of another one.
    pub condition: Option<Condition>,
    /// Personal data that a public copy never shows (个人信息保护法; 国办发〔2018〕118号).
    pub private: bool,
    /// The article that asks for the field, where it is not the template's own basis.
    pub citation: Option<&'static str>,
}

/// When a field becomes required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// If the named field beside it is given (a flag: is true).
    With(&'static str),
    /// If the named field beside it is not given (a flag: is not true).
    Without(&'static str),
}

impl FieldSpec {
    const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, kind, required: true, condition: None, private: false, citation: None }
    }

    /// The same field, may be absent.
    pub(crate) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// The same field, required exactly if the field `other` beside it is given.
    pub(crate) const fn with(mut self, other: &'static str) -> Self {
        self.required = false;
        self.condition = Some(Condition::With(other));
        self
    }

    /// The same field, required exactly if the field `other` beside it is not given.
    pub(crate) const fn without(mut self, other: &'static str) -> Self {
        self.required = false;
        self.condition = Some(Condition::Without(other));
        self
    }

    /// The same field, never printed in a public copy.
    pub(crate) const fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The same field with the article that asks for it.
    pub(crate) const fn law(mut self, citation: &'static str) -> Self {
        self.citation = Some(citation);
        self
    }
}

pub(crate) const fn text(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Text)
}

pub(crate) const fn paragraphs(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Paragraphs)
}

pub(crate) const fn date(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Date)
}

pub(crate) const fn minute(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::DateTime)
}

pub(crate) const fn money(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Money)
}

pub(crate) const fn count(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Count)
}

pub(crate) const fn flag(name: &'static str, label: &'static str) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Flag)
}

pub(crate) const fn group(name: &'static str, label: &'static str, of: &'static [FieldSpec]) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::Group(of))
}

pub(crate) const fn list(name: &'static str, label: &'static str, of: &'static [FieldSpec]) -> FieldSpec {
    FieldSpec::new(name, label, FieldKind::List(of))
}
