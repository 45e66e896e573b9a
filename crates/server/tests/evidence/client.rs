//! A client of the protocol that others wrote: tus-js-client, run by node.

use std::process::Command;

use crate::house::{House, MIB, bytes};

/// The folder that has the client. A run without it is no run.
fn modules() -> String {
    let folder = std::env::var("MINGJING_TEST_TUS");
    folder.expect("MINGJING_TEST_TUS names the folder of tus-js-client; `cargo xtask test` installs it")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_others_uploads_breaks_off_and_goes_on() {
    let house = House::new().await;
    let address = house.serve().await;
    house.piece(2, "b.mp4");
    for (segment, mode) in [(1, "chunks"), (2, "broken")] {
        let data = bytes(9 * MIB + 321, u64::from(segment));
        let file = house.office.bench.dir.path().join(format!("{segment}.mp4"));
        std::fs::write(&file, &data).unwrap();
        let mut node = Command::new("node");
        node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence/client.cjs"))
            .arg(format!("http://{address}/api/v1/uploads"))
            .arg(&file)
            .args([house.office.token("a"), &crate::house::RECORDING.to_string(), &segment.to_string(), mode])
            .env("NODE_PATH", format!("{}/node_modules", modules()))
            .env("no_proxy", "*");
        let out = tokio::task::spawn_blocking(move || node.output().unwrap()).await.unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        assert!(out.status.success(), "{mode}: {said}");
        assert_eq!(said.contains("went on at"), mode == "broken", "{said}");
        let mut hasher = mingjing_ledger::commit::EvidenceHasher::new();
        hasher.update(&data);
        let book = house.book.lock().unwrap();
        let arrived = book.arrived.iter().find(|it| it.place.segment == segment).unwrap();
        assert_eq!(arrived.identity, hasher.finish(), "{mode}");
    }
}
