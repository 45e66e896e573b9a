use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::note::{self, Note, NoteEvent};
use crate::support::{Bench, start};
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use mingjing::kit::app::App;
use mingjing::kit::error::WriteError;
use mingjing::kit::jobs::{Claimed, JobError, LEASE, MAX_ATTEMPTS, Worker};
use mingjing::kit::write::Write;
use mingjing_domain::matter::MatterId;
use mingjing_domain::text::Text;

mod engines {
    crate::on_both_engines!(
        an_effect_happens_once_though_a_worker_dies,
        equal_jobs_are_one,
        a_failing_job_is_put_aside,
        a_job_in_hand_at_the_end_is_given_back,
    );
}

async fn queue(app: &App, command: u128, dedupe: &'static str) {
    app.write(note::request("job", command, serde_json::json!({})), move |write: &mut Write| {
        Box::pin(async move {
            write.enqueue("sample", dedupe, &serde_json::json!({"n": 1}));
            Ok(())
        }) as BoxFuture<'_, _>
    })
    .await
    .unwrap();
}

async fn effect(app: &App, command: u128, job: &Claimed) -> Result<(), WriteError> {
    let job = job.clone();
    app.write(note::request("effect", command, serde_json::json!({})), move |write: &mut Write| {
        let job = job.clone();
        Box::pin(async move {
            let id = MatterId(write.new_id());
            let event = NoteEvent::Opened { title: Text::closed("制成"), weight: 1 };
            write.create::<Note>(id, note::organ(), None, event).await?;
            write.complete(&job);
            Ok(())
        }) as BoxFuture<'_, _>
    })
    .await
    .map(|_| ())
}

async fn an_effect_happens_once_though_a_worker_dies(bench: Bench) {
    let app = bench.app().await;
    queue(&app, 1, "a").await;
    let dead = app.claim_job(&["sample"]).await.unwrap().unwrap();
    assert_eq!((dead.attempts, dead.payload["n"].as_i64()), (1, Some(1)));
    assert!(app.claim_job(&["sample"]).await.unwrap().is_none(), "it is leased");
    assert!(app.claim_job(&["other"]).await.unwrap().is_none());
    bench.clock.advance(LEASE + SignedDuration::from_secs(1));
    let alive = app.claim_job(&["sample"]).await.unwrap().unwrap();
    assert_eq!(alive.attempts, 2);
    effect(&app, 10, &alive).await.unwrap();
    let late = effect(&app, 11, &dead).await.unwrap_err();
    assert!(matches!(late, WriteError::LeaseLost), "{late}");
    assert_eq!(crate::writing::count(&app, "event").await, 1, "the late effect left nothing");
    assert_eq!(crate::writing::count(&app, "job").await, 0);
}

async fn equal_jobs_are_one(bench: Bench) {
    let app = bench.app().await;
    queue(&app, 1, "a").await;
    queue(&app, 2, "a").await;
    queue(&app, 3, "b").await;
    assert_eq!(crate::writing::count(&app, "job").await, 2);
    let running = app.claim_job(&["sample"]).await.unwrap().unwrap();
    queue(&app, 4, "a").await;
    let stale = app.end_job(&running).await.unwrap_err();
    assert!(matches!(stale, WriteError::LeaseLost), "newer facts make the job run again");
    assert_eq!(crate::writing::count(&app, "job").await, 2);
}

async fn a_job_in_hand_at_the_end_is_given_back(bench: Bench) {
    let app = bench.app().await;
    queue(&app, 1, "a").await;
    queue(&app, 2, "b").await;
    let (begun, mut seen) = tokio::sync::watch::channel(0);
    let begun = Arc::new(begun);
    let worker = Worker::new(app.clone()).on(
        "sample",
        Arc::new(move |_, _| {
            begun.send_modify(|it| *it += 1);
            Box::pin(std::future::pending())
        }),
    );
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(worker.run(stopped));
    seen.wait_for(|it| *it == 1).await.unwrap();
    stop.send(true).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(20), running).await.expect("it ended").unwrap();
    assert_eq!(*seen.borrow(), 1, "nothing more was begun");
    let (one, two) = (app.claim_job(&["sample"]).await.unwrap(), app.claim_job(&["sample"]).await.unwrap());
    assert_eq!((one.unwrap().attempts, two.unwrap().attempts), (1, 1), "both are free, as if never claimed");
}

async fn a_failing_job_is_put_aside(bench: Bench) {
    let app = bench.app().await;
    queue(&app, 1, "a").await;
    let tries = Arc::new(AtomicU32::new(0));
    let seen = tries.clone();
    let worker = Worker::new(app.clone()).on(
        "sample",
        Arc::new(move |_, _| {
            seen.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Err(JobError("示例故障".to_owned())) })
        }),
    );
    for attempt in 1..=MAX_ATTEMPTS {
        assert_eq!(worker.drain().await.unwrap(), 1, "attempt {attempt}");
        assert_eq!(worker.drain().await.unwrap(), 0, "a pause follows");
        bench.clock.advance(SignedDuration::from_secs(1 << attempt));
    }
    bench.clock.set(start() + SignedDuration::from_hours(24));
    assert_eq!(worker.drain().await.unwrap(), 0);
    assert_eq!(tries.load(Ordering::Relaxed), MAX_ATTEMPTS);
    queue(&app, 2, "a").await;
    assert_eq!(worker.drain().await.unwrap(), 1, "queued anew, it runs again");
}
