//! 日历: working-day calendars imported at run time.

pub mod audit;
pub mod console;
pub mod service;
