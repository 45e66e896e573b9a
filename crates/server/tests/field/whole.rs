//! The whole way: taken in without a network, uploaded to the program itself, accepted
//! in the store, shown to whom the law of viewing lets look.

use mingjing::kit::clock::{Clock as _, SystemClock};
use mingjing_domain::matter::MatterId;
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::words::Finding;
use serde_json::json;

use crate::county::County;
use crate::device::Device;
use crate::relay::Relay;
use crate::upload::SEAL;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_without_a_network_is_in_the_store_and_proved() {
    let county = County::new().await;
    // The device keeps the time of this machine.
    county.clock.set(SystemClock.now().checked_add(jiff::SignedDuration::from_mins(30)).unwrap());
    let network = Relay::before(&county.base).await;
    let device = Device::new(&network.base).await;
    device.sign_in("yj-officer1").await;
    device.flight(true).await;
    device.until("#status .tag.near").await;
    let lengths = [2 << 20, 70_000];
    let id = device.within(SEAL, vec![json!(lengths)]).await;
    let id = MatterId(id.as_str().unwrap().parse().unwrap());
    assert!(county.app.load::<Recording>(id).await.unwrap().is_none(), "nothing left the device");
    device.flight(false).await;
    device.open("/field#custody").await;
    device.until("[data-act][data-state=done]").await;
    let it = county.app.load::<Recording>(id).await.unwrap().expect("registered").state;
    assert!(it.accepted() && it.number.is_some());
    // A telephone that is in no ledger is named as what it is, and nothing else is found.
    let found: Vec<Finding> = it.flags.iter().map(|it| it.finding).collect();
    assert!(found.iter().all(|it| *it == Finding::DeviceUnregistered), "{found:?}");
    assert_eq!(it.segments.len(), lengths.len());
    for (segment, length) in it.segments.iter().zip(lengths) {
        let sealed = segment.sealing.as_ref().unwrap();
        let root = mingjing_vault::parse_root(&sealed.sha256_root).unwrap();
        let stored = county.store.vault().evidence(&root).await.unwrap();
        assert_eq!(stored.length(), u64::try_from(length).unwrap());
    }
    county.work().await;
    county.holds().await;
    device.close().await;
}
