//! Recordings, devices and lists of destruction from outside: the lists of the
//! jurisdictions, custody from device to store, terms, holds, and the tables.

mod custody;
mod devices;
mod disposal;
mod golden;
mod lists;
mod machine;
mod patrol;
mod reading;
mod sheets;
mod terms;
mod timeline;
mod world;
