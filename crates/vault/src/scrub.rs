//! Scrubbing: every piece is read and compared with its identity, every other file is named.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::error::{Damage, Error};
use crate::record::parse_root;
use crate::vault::Vault;

/// Names fetched at once.
const PAGE: usize = 256;

/// Where a scrub stands; kept by the caller, it goes on there, also after a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase", content = "after")]
pub enum Cursor {
    /// Nothing was checked yet.
    #[default]
    Start,
    /// Evidence up to this root (64 hex digits) was checked.
    Evidence(String),
    /// All evidence was checked, and files up to this name.
    Files(String),
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Root of the evidence (64 hex digits), or name of a file that belongs to none.
    pub name: String,
    /// Length of the evidence in bytes; 0 when not known.
    pub length: u64,
    /// What is wrong with it.
    pub damage: Option<Damage>,
    /// Where to go on after it.
    pub cursor: Cursor,
}

/// What a scrub found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Pieces of evidence checked.
    pub evidence: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Damage, by name.
    pub damaged: Vec<(String, Damage)>,
    /// Whether everything behind the cursor was checked.
    pub complete: bool,
}

impl Vault {
    /// Re-verifies all evidence behind `from`, then names files without evidence. `each` is told
    /// of every piece and may stop the scrub; the cursor it was given goes on behind it.
    ///
    /// # Errors
    /// Only what prevents the scrub itself, such as a store that does not answer; damage is in the
    /// report.
    pub async fn scrub(
        &self,
        from: &Cursor,
        mut each: impl FnMut(&Checked) -> ControlFlow<()>,
    ) -> Result<Report, Error> {
        let mut report = Report::default();
        let mut note = |report: &mut Report, checked: Checked| {
            let flow = each(&checked);
            if let Some(damage) = checked.damage {
                report.damaged.push((checked.name, damage));
            }
            flow
        };
        let (mut after, files) = match from {
            Cursor::Start => (None, None),
            Cursor::Evidence(root) => (Some(parse_root(root)?), None),
            Cursor::Files(name) => (None, Some(name.clone())),
        };
        if files.is_none() {
            let mut page = VecDeque::new();
            loop {
                if page.is_empty() {
                    page.extend(self.roots(after, PAGE).await?);
                }
                let Some(root) = page.pop_front() else { break };
                after = Some(root);
                let checked = self.check(root).await?;
                report.evidence += 1;
                report.bytes += checked.length;
                if note(&mut report, checked).is_break() {
                    return Ok(report);
                }
            }
        }
        let mut after = files;
        loop {
            let names = self.0.objects.names(after.as_deref(), PAGE).await?;
            if names.is_empty() {
                report.complete = true;
                return Ok(report);
            }
            for name in names {
                after = Some(name.clone());
                if self.belongs(&name).await? {
                    continue;
                }
                let cursor = Cursor::Files(name.clone());
                let checked = Checked { name, length: 0, damage: Some(Damage::Foreign), cursor };
                if note(&mut report, checked).is_break() {
                    return Ok(report);
                }
            }
        }
    }

    /// Whether an object still belongs to no evidence. A scrub beside the process that writes may
    /// meet an object in the moment before its key record: what it named is asked again later.
    ///
    /// # Errors
    /// Failures of the disk.
    pub async fn is_foreign(&self, name: &str) -> Result<bool, Error> {
        Ok(!self.belongs(name).await?)
    }

    /// Checks one piece.
    async fn check(&self, root: [u8; 32]) -> Result<Checked, Error> {
        let name = hex::encode(root);
        let cursor = Cursor::Evidence(name.clone());
        let outcome = match self.evidence(&root).await {
            Ok(evidence) => evidence.verify().await.map(|()| evidence.length()),
            Err(error) => Err(error),
        };
        let (length, damage) = match outcome {
            Ok(length) => (length, None),
            Err(Error::Damaged { damage, .. }) => (0, Some(damage)),
            // Destroyed while the scrub was on its way.
            Err(Error::Destroyed | Error::NoObject) => (0, None),
            Err(error) => return Err(error),
        };
        Ok(Checked { name, length, damage, cursor })
    }

    /// Whether a key record names this object.
    async fn belongs(&self, name: &str) -> Result<bool, Error> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let Ok(root) = parse_root(file.split('-').next().unwrap_or(file)) else { return Ok(false) };
        match self.run(move |vault| vault.records.find(&root)).await {
            Ok(record) => Ok(record.is_some_and(|record| record.object() == name)),
            // Named already as a damaged record.
            Err(Error::Damaged { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }
}
