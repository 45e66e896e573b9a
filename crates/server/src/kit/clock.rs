//! The only wall clock of the program.
//!
//! Everything that asks for the time asks a [`Clock`]; `Timestamp::now` stands
//! nowhere else. Waiting inside the process uses the monotonic clock of tokio.

use jiff::{SignedDuration, Timestamp};
use std::sync::Mutex;

/// Gives the current instant, in microseconds UTC.
pub trait Clock: Send + Sync + 'static {
    /// Now, cut to whole microseconds: what the database can hold.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // The one place where the wall clock is read.
        #[allow(clippy::disallowed_methods, reason = "this is the clock")]
        let now = Timestamp::now();
        from_micros(now.as_microsecond())
    }
}

/// A clock that moves only when told to; for tests, seeding and demonstrations.
#[derive(Debug)]
pub struct ManualClock {
    at: Mutex<Timestamp>,
    step: Mutex<SignedDuration>,
}

impl ManualClock {
    /// Starts at `at` and stands still.
    pub fn new(at: Timestamp) -> Self {
        Self { at: Mutex::new(from_micros(at.as_microsecond())), step: Mutex::new(SignedDuration::ZERO) }
    }

    /// Goes on by `step` each time somebody looks, as a real clock would.
    pub fn tick(&self, step: SignedDuration) {
        *lock(&self.step) = step;
    }

    /// Jumps to `at`, forward or back.
    pub fn set(&self, at: Timestamp) {
        *lock(&self.at) = from_micros(at.as_microsecond());
    }

    /// Moves by `by`, forward or back; stays put at the ends of time.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = lock(&self.at);
        *now = now.saturating_add(by).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let mut at = lock(&self.at);
        let now = *at;
        *at = now.saturating_add(*lock(&self.step)).unwrap_or(now);
        now
    }
}

/// Locks a mutex whose data stay valid when another thread panicked.
pub fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// An instant from stored microseconds since 1970-01-01 UTC; instants outside
/// the calendar's range become the nearest end.
pub fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
