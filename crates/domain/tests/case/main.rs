//! The penalty case from outside: lives, the transition matrix, attempts to get
//! around the guards, and properties.

mod bypass_gate;
mod bypass_people;
mod life;
mod steps;
mod world;
