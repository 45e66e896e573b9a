//! The program `mingjing`.

fn main() {}
