//! Every form the press can make: its fields, who gets it, whose seal it bears, and the law that asks
//! for each field.

mod decision;
mod enforcement;
mod execution;
mod filing;
mod inquiry;
mod notice;
mod review;
mod shared;

use crate::field::FieldSpec;
use std::sync::LazyLock;

/// Whose seal a document bears. Organs may decide otherwise; this is the customary one of the 2016 forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// No seal: internal forms and records.
    None,
    /// 机关印章.
    Organ,
    /// 执法专用章.
    Enforcement,
}

/// Page orientation; A4 always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// Upright.
    Portrait,
    /// Lying.
    Landscape,
}

/// One form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateSpec {
    /// Stable English id, also the file name of the template.
    pub id: &'static str,
    /// Row of the list of enforcement documents this form stands for (numbers 0–75), if it has one.
    pub document_id: Option<u16>,
    /// Chinese name, printed as the title.
    pub name: &'static str,
    /// The 字 of its number, first the usual one; empty if it has none of its own.
    pub series: &'static [&'static str],
    /// Whether it must bear a number of its own.
    pub numbered: bool,
    /// Whether it is served on a party, and so bears the red head, the QR code and the check code.
    pub served: bool,
    /// Whose seal it bears.
    pub seal: Seal,
    /// How it lies.
    pub orientation: Orientation,
    /// Whether it has a public copy.
    pub public_copy: bool,
    /// The article under which it is made; the basis of every field without its own citation.
    pub basis: &'static str,
    /// What it prints.
    pub fields: &'static [FieldSpec],
}

/// One item a document must by law contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MandatoryContent {
    /// Field name.
    pub field: &'static str,
    /// Its label.
    pub label: &'static str,
    /// The article that asks for it.
    pub citation: &'static str,
}

impl TemplateSpec {
    /// An internal form without seal: the common case, from which the others differ.
    const fn form(id: &'static str, document_id: u16, name: &'static str) -> Self {
        Self {
            id,
            document_id: Some(document_id),
            name,
            series: &[],
            numbered: false,
            served: false,
            seal: Seal::None,
            orientation: Orientation::Portrait,
            public_copy: false,
            basis: "",
            fields: &[],
        }
    }

    /// A document served under the organ's name with its seal and a number.
    const fn letter(id: &'static str, document_id: u16, name: &'static str, seal: Seal) -> Self {
        let mut spec = Self::form(id, document_id, name);
        spec.served = true;
        spec.seal = seal;
        spec
    }

    const fn series(mut self, series: &'static [&'static str]) -> Self {
        self.series = series;
        self.numbered = true;
        self
    }

    const fn unlisted(mut self) -> Self {
        self.document_id = None;
        self
    }

    const fn landscape(mut self) -> Self {
        self.orientation = Orientation::Landscape;
        self
    }

    const fn published(mut self) -> Self {
        self.public_copy = true;
        self
    }

    const fn sealed(mut self, seal: Seal) -> Self {
        self.seal = seal;
        self
    }

    const fn under(mut self, basis: &'static str, fields: &'static [FieldSpec]) -> Self {
        self.basis = basis;
        self.fields = fields;
        self
    }

    /// The content that the law demands of this document: each required field with its citation.
    pub fn mandatory_content(&self) -> impl Iterator<Item = MandatoryContent> {
        let basis = self.basis;
        self.fields.iter().filter(|field| field.required || field.condition.is_some()).map(move |field| {
            MandatoryContent {
                field: field.name,
                label: field.label,
                citation: field.citation.unwrap_or(basis),
            }
        })
    }
}

/// Every form, in the order of the procedure.
#[must_use]
pub fn catalogue() -> &'static [TemplateSpec] {
    static ALL: LazyLock<Vec<TemplateSpec>> = LazyLock::new(|| {
        [
            filing::FORMS,
            inquiry::FORMS,
            review::FORMS,
            notice::FORMS,
            decision::FORMS,
            execution::FORMS,
            enforcement::FORMS,
        ]
        .concat()
    });
    &ALL
}

/// The form with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static TemplateSpec> {
    catalogue().iter().find(|spec| spec.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_and_every_form_has_its_source() {
        let mut seen = HashSet::new();
        for spec in catalogue() {
            assert!(seen.insert(spec.id), "{} twice", spec.id);
            assert!(
                crate::sources::ALL.iter().any(|(name, _)| *name == spec.id),
                "{} has no source",
                spec.id
            );
        }
        // Beside the shared library and the signs laid over finished pages.
        assert_eq!(crate::sources::ALL.len(), catalogue().len() + 2, "a source without a form");
    }

    #[test]
    fn every_required_field_has_a_citation() {
        for spec in catalogue() {
            assert!(!spec.fields.is_empty(), "{}", spec.id);
            for content in spec.mandatory_content() {
                assert!(content.citation.contains('《'), "{}.{} cites nothing", spec.id, content.field);
            }
        }
    }

    /// Where the list of enforcement documents lies beside the project, the forms are checked against it.
    #[test]
    fn the_series_are_those_of_the_list_of_documents() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/spec/data/documents.csv");
        let Ok(list) = std::fs::read_to_string(path) else {
            return;
        };
        let mut seen = 0;
        for row in list.lines().skip(1) {
            let columns: Vec<&str> = row.splitn(4, ',').collect();
            let id: u16 = columns[0].parse().unwrap();
            for spec in catalogue().iter().filter(|spec| spec.document_id == Some(id)) {
                let series: Vec<&str> = columns[2].split('/').filter(|part| !part.is_empty()).collect();
                assert_eq!(spec.series, series, "{} and row {id} {}", spec.id, columns[1]);
                seen += 1;
            }
        }
        assert_eq!(seen, catalogue().iter().filter(|spec| spec.document_id.is_some()).count());
    }

    #[test]
    fn served_documents_bear_a_seal_or_are_lists_to_one() {
        for spec in catalogue().iter().filter(|spec| spec.served && spec.seal == Seal::None) {
            assert_eq!(spec.id, "preservation_list");
        }
    }
}
