//! The device computes the same identity as the ledger.

use serde_json::{Value, json};

use crate::Field;
use crate::contract::root;

const MIB: usize = 1 << 20;

/// Bytes that both sides can make.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(31).wrapping_add(at >> 8)) as u8).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_computes_the_roots_that_the_ledger_computes() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    let sizes = [0, 1, 1000, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 7, 5 * MIB, 6 * MIB + 1, 7 * MIB];
    let theirs = field
        .device
        .within(
            "const out = []; for (const length of given[0]) { \
                 const whole = Uint8Array.from({ length }, (_, at) => (Math.imul(at, 31) + (at >>> 8)) & 255); \
                 for (const cut of [700001, 1 << 20, 8 << 20]) { \
                     const hasher = new merkle.Hasher(); \
                     for (let at = 0; at < length; at += cut) await hasher.update(whole.subarray(at, at + cut)); \
                     out.push(await hasher.finish()); } } return out",
            vec![json!(sizes)],
        )
        .await;
    let ours: Vec<Value> = sizes.iter().flat_map(|it| vec![json!(root(&bytes(*it))); 3]).collect();
    assert_eq!(theirs, Value::Array(ours));
    field.end().await;
}
