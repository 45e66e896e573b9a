//! A check of recordings of one organ: played back, entered point by point, one problem on its
//! way. Only where there is something to play.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::recording_check::{
    About, CheckCommand as Do, CheckKind, Entry, Gravity, Mark, Marked, Point, ProhibitedAct, Suspicion,
    Verdict,
};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;

use super::county::Organ;
use super::{SeedError, film};
use crate::kit::app::App;
use crate::kit::clock::ManualClock;
use crate::kit::entropy::Draw;
use crate::recording::view::{Filter, list};
use crate::recording_check::service::act;

/// Recordings that are played back.
const PLAYED: u32 = 5;
/// Days that the check goes back.
const DAYS: i64 = 60;

/// What a check is made with.
pub(super) struct Checker<'a> {
    pub app: &'a App,
    pub clock: &'a ManualClock,
    pub draw: &'a mut Draw,
}

impl Checker<'_> {
    async fn does(&mut self, who: &Actor, check: Option<MatterId>, what: Do) -> Result<MatterId, SeedError> {
        self.clock.advance(SignedDuration::from_secs(30));
        let id = self.draw.uuid_v7(self.app.now().as_millisecond());
        Ok(act(self.app, who, check, what, id).await?.value)
    }

    /// The check of an organ, up to a day.
    ///
    /// # Errors
    /// When the law refuses, or the store fails.
    pub async fn organ(&mut self, organ: &Organ, to: Date) -> Result<(), SeedError> {
        let stored =
            Filter { organs: vec![organ.id], state: Some("accepted".to_owned()), ..Filter::default() };
        let lines = list(self.app.db(), &stored, PLAYED).await?;
        let recordings: Vec<MatterId> = lines.iter().map(|it| it.id).collect();
        let Some(first) = recordings.first().copied() else { return Ok(()) };
        let (checker, head) = (organ.with(Role::ReviewHead, 0)?, organ.with(Role::Deputy, 0)?);
        let open = Do::Open {
            kind: CheckKind::Incident,
            from: to.checked_sub(DAYS.days()).unwrap_or(to),
            to,
            reason: Text::closed("季度检查（合成数据）"),
            recordings: recordings.clone(),
        };
        let id = self.does(&checker, None, open).await?;
        for (at, recording) in recordings.iter().enumerate() {
            self.does(&checker, Some(id), Do::Enter { entry: entry(*recording, at) }).await?;
        }
        let suspicion = Suspicion {
            act: ProhibitedAct::Other,
            signal: None,
            about: vec![About::Recording { recording: first }],
            persons: Vec::new(),
            facts: Text::closed("中断没有说明（合成数据）"),
        };
        self.does(&checker, Some(id), Do::Find { suspicion }).await?;
        let verify = Do::Verify {
            finding: 1,
            gravity: Some(Gravity::Minor),
            responsible: Vec::new(),
            opinion: Text::closed("情况属实，情节轻微（合成数据）"),
        };
        self.does(&head, Some(id), verify).await?;
        let order = Do::Order {
            finding: 1,
            due_on: to.checked_add(20.days()).unwrap_or(to),
            requirements: Text::closed("补充说明中断原因，组织学习记录规定（合成数据）"),
        };
        self.does(&head, Some(id), order).await?;
        Ok(())
    }
}

/// What was found on a recording: every second one has a break, one of the others careless words.
fn entry(recording: MatterId, at: usize) -> Entry {
    let fails = |point: Point| match point {
        Point::Continuous => at.is_multiple_of(2),
        Point::Wording => at == 3,
        _ => false,
    };
    let marks: Vec<Marked> = Point::ALL
        .iter()
        .map(|point| {
            let failed = fails(*point);
            let note = if failed { "见回放（合成数据）" } else { "" };
            let mark = if failed { Mark::Fail } else { Mark::Pass };
            Marked { point: *point, mark, note: Text::closed(note) }
        })
        .collect();
    let flawed = marks.iter().any(|it| it.mark == Mark::Fail);
    Entry {
        recording,
        watched_ms: u64::try_from(film::SECONDS * 1_000).unwrap_or(0),
        marks,
        verdict: if flawed { Verdict::Flawed } else { Verdict::Sound },
        opinion: Text::closed(if flawed { "有问题，应当改正" } else { "记录完整、规范" }),
    }
}
