//! The penalty case from outside: lives, the transition matrix, attempts to get
//! around the guards, and properties.

mod after_decision;
mod agreement;
mod amendment;
mod archive;
mod bypass_gate;
mod bypass_law;
mod bypass_money;
mod bypass_people;
mod bypass_time;
mod consistency;
mod correction;
mod enforcement;
mod errata;
mod faults;
mod golden;
mod instalments;
mod late_money;
mod life;
mod money_walk;
mod performance;
mod properties;
mod recording;
mod review_course;
mod running;
mod sampling;
mod steps;
mod substitute;
mod supplement;
mod world;
