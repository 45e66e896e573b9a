//! 音像记录: recordings of enforcement, their way into the store, what holds them.

pub mod access;
pub mod api;
pub mod audit;
mod describe;
pub mod field;
mod field_notes;
mod field_pieces;
mod field_register;
pub mod holds;
pub mod jobs;
pub mod readback;
pub mod service;
pub mod shape;
pub mod sheet;
pub mod store;
pub mod tables;
pub mod taken;
pub mod verbs;
pub mod view;
pub mod web;
