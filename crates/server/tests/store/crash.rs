//! A writer that is killed loses nothing it had acknowledged.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::Bench;
use crate::support::note::{self, Note};
use mingjing::kit::db::{Location, Sql};
use mingjing::ledger::{check, fsck};
use mingjing::ops::rebuild::rebuild;
use mingjing_domain::matter::MatterId;

mod engines {
    crate::on_both_engines!(nothing_acknowledged_is_lost);
}

const WHERE: &str = "MINGJING_TEST_CRASH_AT";
const NOTE: &str = "MINGJING_TEST_CRASH_NOTE";

/// The writer: adds lines and tells of each one that was acknowledged. Run by
/// itself it adds a few to a note of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer() {
    let mut bench = Bench::sqlite();
    let told = std::env::var(WHERE).ok();
    if let Some(at) = &told {
        bench.location =
            if at.starts_with("postgres://") { Location::Url(at.clone()) } else { Location::File(at.into()) };
    }
    let app = bench.app().await;
    let id = match std::env::var(NOTE) {
        Ok(id) => id.parse().unwrap(),
        Err(_) => note::open(&app, 1, "甲").await.unwrap().value,
    };
    let base = u128::from(std::process::id()) << 64;
    let most = if told.is_some() { u128::MAX } else { 5 };
    let mut n = 0;
    while n < most {
        let written = note::line(&app, base + n, id, &format!("第{n}行")).await.unwrap();
        println!("ack {} {}", base + n, written.value);
        n += 1;
    }
    assert_eq!(crate::writing::count(&app, "event").await, 6);
}

async fn nothing_acknowledged_is_lost(bench: Bench) {
    let app = bench.app().await;
    let ledger = bench.ledger(&app).await;
    let id = note::open(&app, 1, "甲").await.unwrap().value;
    let mut acknowledged: Vec<(u128, usize)> = Vec::new();
    for round in 0..4 {
        let at = match &bench.location {
            Location::File(path) => path.display().to_string(),
            Location::Url(url) => url.clone(),
        };
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::writer", "--nocapture", "--test-threads", "1"])
            .env(WHERE, at)
            .env(NOTE, id.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.lines().map_while(Result::ok);
        let mut heard = 0;
        while heard < 20 + 7 * round {
            let line = lines.next().expect("the writer writes");
            // The test runner's own words may stand before the first line.
            if let Some(at) = line.find("ack ") {
                acknowledged.push(parse(&line[at..]));
                heard += 1;
            }
        }
        // SIGKILL: no destructor, no flush, no goodbye.
        child.kill().unwrap();
        acknowledged.extend(lines.filter(|it| it.starts_with("ack ")).map(|it| parse(&it)));
        child.wait().unwrap();
    }
    let note = app.load::<Note>(MatterId(id)).await.unwrap().unwrap();
    assert!(acknowledged.len() >= 100);
    assert!(note.lines.len() >= acknowledged.len());
    for (command, length) in &acknowledged {
        let row = app
            .db()
            .one(
                "command",
                "SELECT result FROM command WHERE id = $1",
                mingjing::params![uuid::Uuid::from_u128(*command)],
            )
            .await
            .unwrap();
        assert_eq!(row.expect("acknowledged").text("result").unwrap(), length.to_string());
    }
    bench.sequence(&app).await;
    ledger.checkpoint().await.unwrap();
    check::before_ready(app.db(), &ledger.verifiers(), Some(&bench.anchor())).await.unwrap();
    let report = fsck::all(app.db(), &ledger.verifiers()).await.unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert!(rebuild(&app, false).await.unwrap().findings.is_empty());
}

fn parse(line: &str) -> (u128, usize) {
    let mut words = line.split(' ').skip(1);
    (words.next().unwrap().parse().unwrap(), words.next().unwrap().trim().parse().unwrap())
}
