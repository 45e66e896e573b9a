//! The field page in a browser: taken in without a network, kept through a killed
//! browser, uploaded once and whole when the network is back.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

// The same people and the same program as in the stories.
#[allow(dead_code)]
#[path = "../story/county.rs"]
mod county;

mod contract;
mod device;
mod identity;
mod import;
mod keeping;
mod offline;
mod relay;
mod sheets;
mod upload;
mod whole;

use contract::Contract;
use county::County;
use device::Device;
use relay::Relay;

/// A county, what its server has taken in, the network to it, and a device.
pub struct Field {
    pub county: County,
    pub server: Contract,
    pub network: Relay,
    pub device: Device,
}

impl Field {
    pub async fn new() -> Self {
        let server = Contract::default();
        let before = server.clone();
        let county = County::behind(move |program| before.before(program)).await;
        let network = Relay::before(&county.base).await;
        let device = Device::new(&network.base).await;
        Self { county, server, network, device }
    }

    pub async fn end(self) {
        self.device.close().await;
    }
}
