//! Copies for reading: signs over finished pages, checked from outside with qpdf and poppler.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_press::{Overlay, PressError};
use support::{crop_text, pdfinfo, press, qpdf_check, raw_text, sample, squeeze, text_of};

fn laid(template: &str) -> (mingjing_press::Rendered, Overlay) {
    let job = sample(template);
    let made = press().render(&job).unwrap();
    let overlay = Overlay {
        pdf: made.pdf.clone(),
        pages: made.pages,
        title: "阅览件".to_owned(),
        first_page: None,
        mark: None,
        foot: None,
        created_at: job.created_at,
    };
    (made, overlay)
}

#[test]
fn every_page_carries_its_number_in_the_upper_right_corner_and_keeps_its_text() {
    // Upright and across, one page and many.
    for template in ["penalty_decision_unit", "file_index", "preservation_list", "file_cover"] {
        let (made, overlay) = laid(template);
        let size = |pdf: &[u8]| {
            pdfinfo(pdf).lines().find(|it| it.starts_with("Page size:")).map(str::to_owned).unwrap()
        };
        let job = Overlay { first_page: Some(88), ..overlay };
        let copy = press().overlay(&job).unwrap_or_else(|error| panic!("{template}: {error}"));
        assert_eq!(copy.pages, made.pages, "{template}");
        qpdf_check(template, &copy.pdf);
        assert_eq!(size(&copy.pdf), size(&made.pdf), "{template}");
        let width: f64 = size(&made.pdf).split_whitespace().nth(2).unwrap().parse().unwrap();
        // Whole points are enough to find the corner.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let corner = crop_text(&copy.pdf, width as u32 - 90, 0, 90, 70);
        let pages: Vec<String> = corner.split('\u{c}').map(squeeze).filter(|it| !it.is_empty()).collect();
        let wanted: Vec<String> = (88..88 + made.pages).map(|no| no.to_string()).collect();
        assert_eq!(pages, wanted, "{template}");
        // Nothing of the document is lost; the numbers come besides.
        let mut left = raw_text(&copy.pdf);
        for no in &wanted {
            assert!(left.contains(no.as_str()));
        }
        left.retain(|c| !c.is_whitespace());
        for line in raw_text(&made.pdf).lines().map(squeeze).filter(|it| it.chars().count() > 3) {
            assert!(left.contains(&line), "{template}: “{line}” is not in {left}");
        }
    }
}

#[test]
fn the_mark_of_who_reads_stands_on_every_page_and_the_original_stays() {
    let (made, overlay) = laid("penalty_decision_unit");
    let before = made.pdf.clone();
    let mark = "示例甲（示执0001） 2026-04-15 10:30:00 导出（案卷评查）";
    let job = Overlay { mark: Some(mark.to_owned()), foot: Some("阅览件".to_owned()), ..overlay };
    let copy = press().overlay(&job).unwrap();
    let again = press().overlay(&job).unwrap();
    assert!(copy.pdf == again.pdf, "the same signs over the same pages are the same bytes");
    assert!(before == made.pdf && copy.pdf != made.pdf);
    let marks = text_of(&copy.pdf).matches(&squeeze(mark)).count();
    assert!(marks >= 4 * made.pages as usize, "{marks} marks on {} pages", made.pages);
    let other = Overlay { mark: Some(mark.replace("30:00", "30:01")), ..job };
    assert!(press().overlay(&other).unwrap().pdf != copy.pdf);
}

#[test]
fn what_cannot_be_laid_is_named() {
    let (_, overlay) = laid("file_cover");
    let none = Overlay { pages: 0, ..overlay.clone() };
    assert!(matches!(press().overlay(&none), Err(PressError::BadJob { .. })));
    let more = Overlay { pages: overlay.pages + 1, ..overlay.clone() };
    assert!(matches!(press().overlay(&more), Err(PressError::Typesetting { .. })));
    let broken = Overlay { pdf: b"%PDF-1.7 no".to_vec(), ..overlay.clone() };
    assert!(matches!(press().overlay(&broken), Err(PressError::Typesetting { .. })));
    let unseen = Overlay { mark: Some("甲\u{202e}乙".to_owned()), ..overlay };
    assert!(matches!(press().overlay(&unseen), Err(PressError::BadCharacter { .. })));
}
