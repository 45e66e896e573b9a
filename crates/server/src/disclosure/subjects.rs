//! Who may enforce: organs and officers as the public may read them
//! (国办发〔2018〕118号（五）: 事前公开执法主体、人员).

use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::organ::OrganState;
use sha2::{Digest, Sha256};

use super::store::{self, Officer};
use crate::kit::app::App;
use crate::kit::error::ReadError;
use crate::kit::write::Loaded;

/// The name of an organ in public addresses: derived, so that no inner
/// identifier shows.
pub fn public_name(organ: OrganId) -> String {
    let digest =
        Sha256::new().chain_update("mingjing organ page\0").chain_update(organ.0.as_bytes()).finalize();
    hex::encode(&digest[..8])
}

/// Every organ, by name.
///
/// # Errors
/// When the database fails.
pub async fn organs(app: &App) -> Result<Vec<store::OrganLine>, ReadError> {
    Ok(store::organs(app.db()).await?)
}

/// The organ of a public name.
///
/// # Errors
/// When the database fails.
pub async fn find(app: &App, name: &str) -> Result<Option<Loaded<OrganState>>, ReadError> {
    let all = store::organs(app.db()).await?;
    match all.into_iter().find(|o| public_name(o.id) == name) {
        Some(line) => app.load::<OrganState>(MatterId(line.id.0)).await,
        None => Ok(None),
    }
}

/// Whether a certificate allows its holder to act today, in words.
pub fn standing(it: &Officer, today: Date) -> (&'static str, bool) {
    match it.standing.as_str() {
        "revoked" => ("已吊销", false),
        "suspended" => ("暂扣中", false),
        _ if !it.enabled => ("不在岗", false),
        _ if today < it.valid_from => ("尚未生效", false),
        _ if today > it.valid_to => ("已过期", false),
        _ => ("今日有效", true),
    }
}
