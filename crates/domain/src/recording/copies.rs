//! 长期保存副本: copies on media of their own, and what the program found when it read one.

use super::decide::{Outcome, no, required};
use super::event::{LongTermCopy, ReadBack, RecordingEvent};
use super::procedure::RecordingStep;
use super::state::{CopyRead, Recording};

impl Recording {
    /// What the program last found on the medium of a copy; none where it never read it and the
    /// digests are as somebody typed them.
    pub fn last_read(&self, copy: &LongTermCopy) -> Option<&CopyRead> {
        self.read_back.iter().rfind(|it| it.medium == copy.medium && it.number == copy.number)
    }
}

/// A copy holds every piece, and reads back as what is stored.
pub(super) fn registered(it: &Recording, copy: &LongTermCopy, row: &RecordingStep) -> Outcome {
    required(row, &copy.place, "place", "存放地点")?;
    if copy.number.trim().is_empty() || copy.number.chars().count() > 60 {
        return Err(no(row, "copy.number", "没有写明载体编号", "请填写盘号").field("number", "1至60字"));
    }
    if it.copies.iter().any(|c| c.medium == copy.medium && c.number == copy.number) {
        return Err(no(row, "copy.exists", "该载体已经登记", "请核对载体编号").field("number", "已经登记"));
    }
    if !it.accepted() {
        return Err(no(row, "recording.incomplete", "还有分段没有入库", "请先上传并核对入库"));
    }
    for (n, segment) in (1..).zip(&it.segments) {
        let root = segment.identity.as_ref().map(|i| i.sha256_root.as_str());
        let read = copy.pieces.iter().find(|p| p.segment == n).map(|p| p.sha256_root.as_str());
        if read.is_none() || read != root {
            return Err(no(
                row,
                "copy.digest",
                format!("第{n}段在载体上读出的摘要与入库的不一致"),
                "请重新刻录并读出核对",
            )
            .field("pieces", format!("第{n}段不一致或者缺少")));
        }
    }
    Ok(vec![RecordingEvent::CopyRegistered(copy.clone())])
}

/// Only what the program read itself is a reading back: each piece that is in the store must be a
/// file of the medium, byte for byte.
pub(super) fn read_back(it: &Recording, read: &ReadBack, row: &RecordingStep) -> Outcome {
    if !it.copies.iter().any(|c| c.medium == read.medium && c.number == read.number) {
        return Err(
            no(row, "copy.unknown", "没有登记该载体", "请先登记长期保存副本").field("number", "没有登记")
        );
    }
    let found = |n: u16, root: &str| read.pieces.iter().any(|p| p.segment == n && p.sha256_root == root);
    let missing = (1..)
        .zip(&it.segments)
        .filter(|(n, segment)| !segment.identity.as_ref().is_some_and(|i| found(*n, &i.sha256_root)))
        .map(|(n, _)| n)
        .collect();
    let (medium, number, files) = (read.medium, read.number.clone(), read.files);
    Ok(vec![RecordingEvent::CopyReadBack { medium, number, files, missing }])
}
