//! Errata of the rules: at the start of the program, what was decided under rules that turned
//! out otherwise is found, and each case that it touches gets its questions (house rule 2.5).
//!
//! Commands note the digest of their rules. There are few digests; for each one and organ only
//! the days on which it was noted are looked at, and only where the same day has other rules
//! now is any command read. Nothing that was computed is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::case::errata::{Erratum, ErratumValue, Relied, decides, desk, known};
use mingjing_domain::case::{Case, CaseCommand};
use mingjing_domain::matter::{Matter as _, MatterId, OrganId, civil_day, shanghai};
use mingjing_domain::organ::OrganState;
use mingjing_domain::policy::{Change, Jurisdiction, Since};
use serde_json::json;

use super::facts::{Rules, jurisdiction};
use super::service::{Options, act};
use super::store::{self, Decided, Used};
use crate::kit::app::App;
use crate::kit::db::DbError;
use crate::kit::entropy::Draw;
use crate::kit::error::WriteError;
use crate::kit::jobs::{Claimed, Handler, JobError};
use crate::kit::work::NewJob;
use crate::recording::service::system;

/// Kind of the job.
pub const ERRATA: &str = "errata";

/// Cases after which the job's lease is asked for anew.
const HELD: usize = 100;

/// Queues the look for the start of the program; one is enough, however often it starts.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(app: &App) -> Result<(), DbError> {
    let payload = json!({}).to_string();
    let job = NewJob { kind: ERRATA, dedupe: "start".to_owned(), matter: None, payload, run_at: app.now() };
    app.queue(vec![job]).await
}

/// Carries the job out.
pub fn handler(rules: Arc<Rules>) -> Handler {
    Arc::new(move |app, job| {
        let rules = Arc::clone(&rules);
        Box::pin(async move {
            let noted = look(&app, &rules, Some(&job)).await?;
            if noted > 0 {
                tracing::warn!(cases = noted, "rules turned out otherwise: cases wait to be looked at");
            }
            app.end_job(&job).await.map_err(JobError::from)
        })
    })
}

/// Compares every rule set that was noted with what its days have now, and notes in each case
/// what changed for it. Gives the number of cases in which something was noted; a second look
/// notes nothing more.
///
/// # Errors
/// When the store fails, or the lease of the job was lost.
pub async fn look(app: &App, rules: &Arc<Rules>, job: Option<&Claimed>) -> Result<usize, WriteError> {
    let mut found: BTreeMap<MatterId, Touched> = BTreeMap::new();
    let mut last: Option<Used> = None;
    while let Some(used) = store::next_used(app.db(), last.as_ref()).await? {
        if let Some(job) = job {
            app.hold_job(job).await?;
        }
        of_rules(app, rules, &used, &mut found).await?;
        last = Some(used);
    }
    let mut cases = 0;
    for (at, (id, touched)) in found.into_iter().enumerate() {
        if let Some(job) = job.filter(|_| at % HELD == HELD - 1) {
            app.hold_job(job).await?;
        }
        cases += usize::from(note(app, rules, id, touched).await?);
    }
    Ok(cases)
}

/// What changed for a case: each question once, with everything that rests on it.
#[derive(Default)]
struct Touched {
    errata: Vec<Erratum>,
}

impl Touched {
    fn add(&mut self, change: Option<&Change>, event: &Decided) {
        let relied = Relied {
            kind: event.kind.clone(),
            version: event.version,
            event: event.event.clone(),
            on: civil_day(event.at),
        };
        let (key, title) = change.map_or(("", "规则版本"), |it| (it.key, it.title));
        let old = change.map(|it| ErratumValue::from(&it.old));
        let new = change.map(|it| ErratumValue::from(&it.new));
        let same = |it: &&mut Erratum| it.key == key && it.old == old && it.new == new;
        match self.errata.iter_mut().find(same) {
            Some(it) => it.relied.push(relied),
            None => self.errata.push(Erratum {
                key: key.to_owned(),
                title: title.to_owned(),
                old,
                new,
                relied: vec![relied],
                desk: desk(key),
            }),
        }
    }
}

/// The days of one rule set: stretches of days between two turns of the rules are compared once.
async fn of_rules(
    app: &App,
    rules: &Rules,
    used: &Used,
    found: &mut BTreeMap<MatterId, Touched>,
) -> Result<(), WriteError> {
    let book = rules.policies();
    let turns = book.turns();
    let mut places = None;
    let mut from = Timestamp::UNIX_EPOCH;
    while let Some(first) = store::first_use(app.db(), used, from).await? {
        let day = civil_day(first);
        let end = turns.iter().copied().find(|turn| *turn > day).map_or(Timestamp::MAX, begins);
        if places.is_none() {
            places = Some(jurisdictions(app, used.organ).await?);
        }
        let since = since(rules, places.as_deref().unwrap_or_default(), day, &used.rules);
        let changes = match &since {
            Since::Same => Vec::new(),
            Since::Changed(changes) => changes.iter().map(Some).collect(),
            Since::Unknown => vec![None],
        };
        if !changes.is_empty() {
            by_days(app, used, (first, end), &changes, found).await?;
        }
        from = end;
    }
    Ok(())
}

/// Reads what was decided, a day at a time.
async fn by_days(
    app: &App,
    used: &Used,
    (first, end): (Timestamp, Timestamp),
    changes: &[Option<&Change>],
    found: &mut BTreeMap<MatterId, Touched>,
) -> Result<(), WriteError> {
    let mut from = first;
    while let Some(next) = store::first_use(app.db(), used, from).await?.filter(|at| *at < end) {
        let until = civil_day(next).tomorrow().map_or(end, begins).min(end);
        for event in store::decided_by(app.db(), used, (next, until)).await? {
            for change in changes {
                if change.is_none_or(|it| decides(it.key).takes(&event.kind, &event.event)) {
                    found.entry(event.case).or_default().add(*change, &event);
                }
            }
        }
        from = until;
    }
    Ok(())
}

/// The first instant of a civil day.
fn begins(day: Date) -> Timestamp {
    day.to_zoned(shanghai()).map_or(Timestamp::MAX, |it| it.timestamp())
}

/// Where the organ belonged, now and before, the newest first: a command was decided by the
/// rules of the place that the organ had then.
async fn jurisdictions(app: &App, organ: OrganId) -> Result<Vec<Jurisdiction>, WriteError> {
    let mut state: Option<OrganState> = None;
    let mut out: Vec<Jurisdiction> = Vec::new();
    for it in app.stream::<OrganState>(MatterId(organ.0)).await? {
        let next = OrganState::evolve(state.take(), &it.meta, &it.event);
        let place = jurisdiction(&next);
        out.retain(|other| *other != place);
        out.insert(0, place);
        state = Some(next);
    }
    Ok(out)
}

/// What became of the rules of a day, in the first place in which they can be had.
fn since(rules: &Rules, places: &[Jurisdiction], day: Date, digest: &str) -> Since {
    let mut changed = Since::Unknown;
    for place in places {
        match rules.policies().since(place, day, digest) {
            Ok(Since::Same) => return Since::Same,
            Ok(it @ Since::Changed(_)) if changed == Since::Unknown => changed = it,
            // Rules that no longer cover the day cannot be compared.
            Ok(Since::Changed(_) | Since::Unknown) | Err(_) => {}
        }
    }
    changed
}

/// Notes in a case what it was not told yet. False where there is nothing new.
async fn note(app: &App, rules: &Arc<Rules>, id: MatterId, touched: Touched) -> Result<bool, WriteError> {
    let Some(case) = app.load::<Case>(id).await? else { return Ok(false) };
    let mut errata: Vec<Erratum> = touched.errata.into_iter().filter(|it| !known(&case.state, it)).collect();
    // The order in which rule sets are met says nothing: by key, and by the course of the case.
    errata.sort_by(|a, b| a.key.cmp(&b.key));
    errata.iter_mut().for_each(|it| it.relied.sort_by_key(|it| it.version));
    if errata.is_empty() {
        return Ok(false);
    }
    let command_id = Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond());
    let command = CaseCommand::NoteErrata { errata };
    match act(app, rules, &system(case.organ), Some(id), command, Options::new(command_id)).await {
        Ok(_) => Ok(true),
        // Destroyed or told by another program meanwhile.
        Err(WriteError::Erased | WriteError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
