//! What a write and a read cost in CPU. Bounds are wide enough for an unoptimised
//! build under load; the figures are printed for `--nocapture`.

use crate::support::Bench;
use crate::support::note::{self, Note};
use mingjing_domain::matter::MatterId;

/// User and system time of this process, in milliseconds.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after = stat.rsplit(") ").next().unwrap();
    let fields: Vec<f64> = after.split(' ').map(|it| it.parse().unwrap_or(0.0)).collect();
    // Fields 14 and 15 of the file, in ticks of a hundredth of a second.
    (fields[11] + fields[12]) * 10.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_and_a_read_stay_cheap() {
    let bench = Bench::sqlite();
    let app = bench.app().await;
    let mut ids = Vec::new();
    for n in 0..200 {
        ids.push(note::open(&app, n, "示例标题").await.unwrap().value);
    }
    let (before, writes) = (cpu_ms(), 1_000_u32);
    for n in 0..writes {
        let id = ids[n as usize % ids.len()];
        note::line(&app, 10_000 + u128::from(n), id, "二人无证作业，现场已责令停止。").await.unwrap();
    }
    let write = (cpu_ms() - before) / f64::from(writes);
    let (before, reads) = (cpu_ms(), 5_000_u32);
    for n in 0..reads {
        let id = MatterId(ids[n as usize % 64]);
        assert!(app.load::<Note>(id).await.unwrap().is_some());
    }
    let read = (cpu_ms() - before) / f64::from(reads);
    println!("cpu ms: write {write:.3}, read {read:.3}");
    assert!(write < 20.0, "a durable write took {write} ms of CPU");
    assert!(read < 2.0, "a state read took {read} ms of CPU");
}
