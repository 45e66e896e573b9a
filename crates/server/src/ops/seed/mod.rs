//! `mingjing seed`: a synthetic county whose cases are handled through the domain
//! and the one write path, in the order of time, the same for the same seed.

mod check;
pub mod county;
mod decide;
mod film;
pub mod names;
mod next;
mod plan;
mod recording;
mod substitute;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use mingjing_domain::case::Case;
use mingjing_domain::case::types::PartyNo;
use mingjing_domain::disclosure::Publication;
use mingjing_domain::matter::{MatterId, StaffId, civil_day, shanghai};
use mingjing_vault::Vault;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::case::facts::{Rules, RulesOfDay};
use crate::case::service::{self, Options};
use crate::disclosure::service as disclosure;
use crate::kit::app::{App, Batch};
use crate::kit::clock::ManualClock;
use crate::kit::db::DbError;
use crate::kit::entropy::{Draw, SeededEntropy};
use crate::kit::error::WriteError;
use county::{Account, County};
use next::{Act, Task, View};
use plan::Plan;

/// Why a seed stopped.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A command was refused, or the store failed.
    #[error("{0}")]
    Write(#[from] WriteError),
    /// The database failed.
    #[error("{0}")]
    Db(#[from] DbError),
    /// The script does not fit the law: a fault of the script.
    #[error("合成案件的剧本有误：{0}")]
    Script(String),
}

/// What is to be made.
#[derive(Clone)]
pub struct Order {
    /// Cases.
    pub cases: u64,
    /// Number of the first of them: a run beside another begins after its cases, so that
    /// receipts and the like are not drawn twice.
    pub first: u64,
    /// The last day: cases stand as they stood then.
    pub until: Date,
    /// Days over which clues are registered, ending with `until`.
    pub span_days: u32,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Stored password of the accounts; `!` opens to nobody.
    pub phc: String,
    /// Makes the documents that were issued, after each command; none when they are
    /// only to be marked as made, with a stand-in's digest.
    pub press: Option<Press>,
    /// Where the bytes of recordings go; without it nothing is recorded, and where the law asks
    /// for a recording the reason why there is none is stated.
    pub vault: Option<Vault>,
    /// Commands in one transaction.
    pub batch: u64,
}

/// Makes every document that waits to be made.
pub type Press = Arc<dyn Fn() -> BoxFuture<'static, Result<(), WriteError>> + Send + Sync>;

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Seeded {
    /// Cases.
    pub cases: u64,
    /// Commands carried out.
    pub commands: u64,
    /// Cases by stage at the end.
    pub stages: HashMap<String, u64>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// What each command took, in microseconds; only where each is a transaction of
    /// its own.
    pub times_us: Vec<u64>,
}

/// Commands in one transaction, where many are made.
pub const BATCH: u64 = 200;
/// When the day's work ends, in minutes from midnight.
const EVENING: i64 = 17 * 60 + 30;

/// A case under way.
struct Life {
    plan: Plan,
    id: Option<MatterId>,
    case: Option<Arc<Case>>,
    publications: BTreeMap<PartyNo, Arc<Publication>>,
    act: Option<Act>,
}

/// Entry of the queue: the earliest first; ties by the number of the case.
type Due = Reverse<(Timestamp, u64)>;

struct Seeder<'a> {
    app: &'a App,
    clock: &'a ManualClock,
    rules: Arc<Rules>,
    order: &'a Order,
    county: County,
    rng: StdRng,
    draw: Draw,
    queue: BinaryHeap<Due>,
    lives: HashMap<u64, Life>,
    done: Seeded,
    /// Cameras by who has them; none where nothing is recorded.
    cameras: HashMap<StaffId, MatterId>,
}

/// Makes the county and its cases in an empty database.
///
/// # Errors
/// When the database is not empty, a command is refused, or the store fails.
pub async fn seed(app: &App, clock: &ManualClock, order: &Order) -> Result<Seeded, SeedError> {
    let first = order.until.checked_sub(i64::from(order.span_days).days()).unwrap_or(order.until);
    clock.set(at(first.checked_sub(30.days()).unwrap_or(first), 9 * 60));
    let mut draw = Draw::new(&SeededEntropy::new(order.seed));
    let county = county::found(app, &mut draw, &order.phc).await?;
    let mut seeder = lead(app, clock, order, (county, draw)).await?;
    seeder.recordings().await?;
    Ok(seeder.done)
}

/// Leads further cases in a county that was seeded before, all of them after what it holds.
///
/// # Errors
/// As [`seed`]; when there is no seeded county, or the span does not lie after its last entry.
pub async fn beside(app: &App, clock: &ManualClock, order: &Order) -> Result<Seeded, SeedError> {
    let first = order.until.checked_sub(i64::from(order.span_days).days()).unwrap_or(order.until);
    clock.set(at(first, 0));
    let draw = Draw::new(&SeededEntropy::new(order.seed));
    let county = county::again(app).await?;
    Ok(lead(app, clock, order, (county, draw)).await?.done)
}

/// Leads the cases that are ordered.
async fn lead<'a>(
    app: &'a App,
    clock: &'a ManualClock,
    order: &'a Order,
    (county, mut draw): (County, Draw),
) -> Result<Seeder<'a>, SeedError> {
    let first = order.until.checked_sub(i64::from(order.span_days).days()).unwrap_or(order.until);
    let (rules, mut cameras) = (Arc::new(Rules::installed()), HashMap::new());
    if order.vault.is_some() {
        for organ in county.organs.iter().filter(|it| !it.category.is_empty()) {
            cameras.extend(film::cameras(app, &rules, &mut draw, organ).await?);
        }
    }
    let mut seeder = Seeder {
        app,
        clock,
        cameras,
        rules,
        order,
        done: Seeded { cases: order.cases, accounts: county.accounts.clone(), ..Seeded::default() },
        county,
        rng: StdRng::seed_from_u64(order.seed),
        draw,
        queue: BinaryHeap::new(),
        lives: HashMap::new(),
    };
    seeder.clues(first);
    seeder.run().await?;
    Ok(seeder)
}

/// An instant of a civil day, in minutes from midnight in Shanghai.
fn at(day: Date, minutes: i64) -> Timestamp {
    let midnight = day.at(0, 0, 0, 0).to_zoned(shanghai()).map_or(Timestamp::UNIX_EPOCH, |it| it.timestamp());
    midnight.checked_add(SignedDuration::from_mins(minutes)).unwrap_or(midnight)
}

fn minutes_of_day(at: Timestamp) -> i64 {
    let time = at.to_zoned(shanghai()).time();
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

impl Seeder<'_> {
    /// Spreads the registration of clues evenly over the span.
    fn clues(&mut self, first: Date) {
        for index in 0..self.order.cases {
            let days = index * u64::from(self.order.span_days) / self.order.cases.max(1);
            let day = first.checked_add(i64::try_from(days).unwrap_or(0).days()).unwrap_or(first);
            let due = at(self.workday(day), self.rng.random_range(9 * 60..16 * 60));
            self.queue.push(Reverse((due, self.order.first + index)));
        }
    }

    async fn run(&mut self) -> Result<(), SeedError> {
        let end = at(self.order.until, 24 * 60 - 1);
        let mut batch = self.app.batch().await?;
        let mut held = 0;
        while let Some(Reverse((due, index))) = self.queue.pop() {
            if due > end {
                break;
            }
            self.clock.set(due);
            let mut life = match self.lives.remove(&index) {
                Some(life) => life,
                None => Life {
                    plan: Plan::draw(self.order.seed, index, self.order.cases)?,
                    id: None,
                    case: None,
                    publications: BTreeMap::new(),
                    act: None,
                },
            };
            let began = Instant::now();
            let acted = self.step(&mut batch, &mut life, due).await?;
            held += 1;
            if held >= self.order.batch || self.order.press.is_some() {
                batch.commit().await?;
                if self.order.batch == 1 && acted {
                    self.done.times_us.push(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
                self.printed(&mut life).await?;
                batch = self.app.batch().await?;
                held = 0;
            }
            let goes_on = if acted { self.queue_next(&mut life, due)? } else { life.act.is_some() };
            if goes_on {
                self.lives.insert(index, life);
            } else if let Some(case) = &life.case {
                self.count(case);
            }
        }
        batch.commit().await?;
        let left: Vec<Arc<Case>> = self.lives.drain().filter_map(|(_, life)| life.case).collect();
        for case in left {
            self.count(&case);
        }
        Ok(())
    }

    /// Devices and recordings of the organs that enforce, on the evening of the last day.
    async fn recordings(&mut self) -> Result<(), SeedError> {
        self.clock.set(at(self.order.until, EVENING + 30).max(self.app.now()));
        let organs: Vec<_> =
            self.county.organs.iter().filter(|it| !it.category.is_empty()).cloned().collect();
        for organ in &organs {
            let mut maker = recording::Maker {
                app: self.app,
                clock: self.clock,
                rules: &self.rules,
                draw: &mut self.draw,
                vault: self.order.vault.as_ref(),
            };
            maker.organ(organ).await?;
            if self.order.vault.is_some() {
                let mut checker = check::Checker { app: self.app, clock: self.clock, draw: &mut self.draw };
                checker.organ(organ, self.order.until).await?;
            }
        }
        Ok(())
    }

    fn count(&mut self, case: &Case) {
        *self.done.stages.entry(case.stage.label().to_owned()).or_default() += 1;
    }

    /// Makes what was issued, and sees the case with it.
    async fn printed(&self, life: &mut Life) -> Result<(), SeedError> {
        let (Some(press), Some(id)) = (&self.order.press, life.id) else { return Ok(()) };
        press().await?;
        life.case = self.app.load::<Case>(id).await?.map(|it| it.state);
        Ok(())
    }

    /// Queues the next act; false when the case is at its end.
    fn queue_next(&mut self, life: &mut Life, now: Timestamp) -> Result<bool, SeedError> {
        let Some(act) = self.ask(life, now)? else { return Ok(false) };
        if life.plan.waits.is_some_and(|role| act.who.roles.contains(&role)) {
            return Ok(false);
        }
        let due = self.due(now, act.days);
        life.act = Some(act);
        self.queue.push(Reverse((due, life.plan.index)));
        Ok(true)
    }

    /// Carries out the act that is due; false when it was put off, or nothing is left.
    async fn step(&mut self, batch: &mut Batch, life: &mut Life, now: Timestamp) -> Result<bool, SeedError> {
        let mut act = match life.act.take() {
            Some(act) => act,
            None => match self.ask(life, now)? {
                Some(act) => act,
                None => return Ok(false),
            },
        };
        let outcome = self.carry_out(batch, life, &mut act, now).await;
        match outcome {
            Ok(()) => self.done.commands += 1,
            Err(WriteError::Refused(refusal)) if refusal.after.is_some_and(|it| it > civil_day(now)) => {
                // Not yet: the same act again on the first day that allows it.
                let day = refusal.after.unwrap_or(civil_day(now));
                let due = at(self.workday(day), self.rng.random_range(9 * 60..15 * 60));
                self.queue.push(Reverse((due, life.plan.index)));
                life.act = Some(act);
                return Ok(false);
            }
            Err(WriteError::Refused(refusal)) => {
                let what = serde_json::to_string(&act.task).unwrap_or_default();
                return Err(SeedError::Script(format!("{} {refusal} {now} {what}", refusal.code)));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    async fn carry_out(
        &mut self,
        batch: &mut Batch,
        life: &mut Life,
        act: &mut Act,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let id = self.draw.uuid_v7(now.as_millisecond());
        match &mut act.task {
            Task::Case(command) => {
                next::dated(command, now, civil_day(now));
                let informant = next::informant(command, &life.plan);
                let options = Options { render: self.order.press.is_some(), informant, ..Options::new(id) };
                let command = command.clone();
                let done = service::act_in(batch, &self.rules, &act.who, life.id, command, options).await?;
                life.id = Some(done.value.case);
                life.case = batch.state::<Case>(done.value.case);
            }
            Task::Record(no) => {
                let organ = self.county.organs.get(life.plan.organ).ok_or(WriteError::NotFound("机关"))?;
                let (Some(vault), Some(id), Some(case)) = (&self.order.vault, life.id, &life.case) else {
                    return Err(WriteError::NotFound("案件"));
                };
                let mut camera = film::Camera {
                    app: self.app,
                    rules: &self.rules,
                    vault,
                    draw: &mut self.draw,
                    cameras: &self.cameras,
                };
                camera.act(batch, (organ, &act.who), (id, case, *no)).await?;
                life.case = batch.state::<Case>(id);
            }
            Task::Disclose(party, what) => {
                if let disclosure::Act::Withdraw { known_on, .. } = what {
                    *known_on = civil_day(now);
                }
                let case = life.id.ok_or(WriteError::NotFound("案件"))?;
                let subject = disclosure::Subject::Decision { case, party: *party };
                let options = disclosure::Options { command_id: id, moment: None };
                let done =
                    disclosure::act_in(batch, &self.rules, &act.who, subject, what.clone(), options).await?;
                if let Some(state) = batch.state::<Publication>(done.value.publication) {
                    life.publications.insert(*party, state);
                }
            }
        }
        Ok(())
    }

    fn ask(&self, life: &mut Life, now: Timestamp) -> Result<Option<Act>, SeedError> {
        let today = civil_day(now);
        let organ = self
            .county
            .organs
            .get(life.plan.organ)
            .ok_or_else(|| SeedError::Script("没有这个机关".to_owned()))?;
        let rules: Arc<RulesOfDay> =
            self.rules.on(&organ.state, organ.version, today, None).map_err(WriteError::from)?;
        let view = View {
            organ,
            law: &rules.law,
            calendar: &rules.calendar,
            now,
            today,
            synthetic: self.order.press.is_none(),
            films: self.order.vault.is_some(),
            publications: &life.publications,
        };
        next::next(life.case.as_deref(), &mut life.plan, &view)
    }

    /// The moment of an act so many days after `now`: later on the same day while
    /// the office is open, else in office hours of a working day.
    fn due(&mut self, now: Timestamp, days: u32) -> Timestamp {
        let today = civil_day(now);
        if days == 0 {
            let minutes = minutes_of_day(now) + self.rng.random_range(1..20);
            if minutes < EVENING {
                return at(today, minutes);
            }
        }
        let day = today.checked_add(i64::from(days.max(1)).days()).unwrap_or(today);
        at(self.workday(day), self.rng.random_range(9 * 60..15 * 60))
    }

    fn workday(&self, mut day: Date) -> Date {
        // Nothing is imported into a seeded county.
        let found = self.rules.calendar(county::REGION, None).ok();
        let works = |day| found.as_ref().and_then(|it| it.is_workday(day));
        // No run of days off is longer than this.
        for _ in 0..15 {
            if works(day).unwrap_or_else(|| !mingjing_domain::calendar::is_weekend(day)) {
                break;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        day
    }
}
