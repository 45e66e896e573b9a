//! 音像记录 as files, viewings and checks need to know them: two tables whose rows come from
//! the recordings and from the acts of cases that must be recorded.

pub mod service;
pub mod store;
