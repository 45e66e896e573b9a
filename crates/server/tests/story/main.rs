//! The main job as people do it, in a browser: a clue becomes a decision that a
//! stranger can verify. Each page that is met is checked for accessibility at
//! the width of a desk and of a telephone.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod afield;
mod browser;
mod county;
mod destruction;
// The same device and the same network as those of the field page.
#[allow(dead_code)]
#[path = "../field/device.rs"]
mod device;
mod fields;
mod hearing;
mod keeping;
mod look;
mod ordinary;
mod publication;
mod recordings;
#[allow(dead_code)]
#[path = "../field/relay.rs"]
mod relay;
mod rounds;

use browser::Browser;
use county::County;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_job_is_done_by_its_people_in_a_browser() {
    let county = County::new().await;
    let mut browser = Browser::new(&county).await;
    let case = ordinary::to_the_served_decision(&county, &mut browser).await;
    publication::by_three_people(&county, &mut browser, &case).await;
    publication::read_by_a_stranger(&county, &mut browser, &case).await;
    ordinary::to_the_archive(&county, &mut browser, &case).await;
    keeping::carried_off(&county, &mut browser, &case).await;
    keeping::grown(&county, &mut browser, &case).await;
    hearing::to_the_decision(&county, &mut browser).await;
    rounds::everywhere_else(&county, &mut browser, &case).await;
    recordings::everywhere(&county, &mut browser, &case).await;
    destruction::when_its_time_is_over(&county, &mut browser, &case).await;
    county.holds().await;
    browser.close().await;
}
