//! `mingjing demo`: a synthetic county with real documents on an empty folder,
//! then the running program. On a folder that holds data it only serves.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use mingjing_domain::matter::civil_day;
use mingjing_domain::staff::Role;

use super::seed::county::Account;
use super::seed::{self, Order, Press};
use super::serve::{self, Parts};
use super::{OpsError, making};
use crate::case::policies;
use crate::cli::Global;
use crate::evidence::config::{self as evidence_config, EvidenceConfig};
use crate::kit::clock::{Clock, ManualClock, SystemClock};
use crate::kit::config::Config;
use crate::kit::db::{Db, DbError, Sql};
use crate::kit::entropy::OsEntropy;
use crate::kit::limits::WebConfig;
use crate::kit::password::Hasher;
use crate::kit::token;
use crate::ledger::service::Ledger;

/// The one password of all demonstration accounts. It protects nothing: the data
/// is made up, and the pages say so.
pub const PASSWORD: &str = "mingjing-shows-2026";
/// Name of the portal, unless the settings give one.
const PORTAL: &str = "示例县行政执法公示";
/// Cases of a demonstration.
const CASES: u64 = 60;
/// Days over which their clues are registered.
const SPAN_DAYS: u32 = 130;
/// Days for which the printed token holds.
const TOKEN_DAYS: i64 = 30;

fn say(line: impl std::fmt::Display) -> Result<(), OpsError> {
    writeln!(std::io::stdout(), "{line}").map_err(|e| OpsError::io(Path::new("stdout"), e))
}

/// Makes the county if there is none, and serves.
///
/// # Errors
/// When a command is refused, a document cannot be made, or it cannot serve.
pub async fn demo(global: &Global, listen: Option<String>) -> Result<bool, OpsError> {
    let mut config = global.load()?;
    if let Some(listen) = listen {
        config.listen = listen;
    }
    let mut web = WebConfig { demo: true, ..global.section("web")? };
    if web.portal_name == WebConfig::default().portal_name {
        PORTAL.clone_into(&mut web.portal_name);
    }
    let documents = global.section("documents")?;
    policies::install(&config)?;
    if is_new(&config).await? {
        say("正在生成虚构的县：四个机关、各岗位人员、处于各阶段的案件和文书，请稍候……")?;
        let accounts = county(&config, &documents, &global.section("evidence")?, &web).await?;
        table(&accounts)?;
    }
    let ledger = super::open_checked(&config).await?;
    say(format!("接口令牌（应急管理局执法人员甲，{TOKEN_DAYS} 天）：{}", demo_token(&ledger).await?))?;
    say(format!("地址：http://{}", config.listen))?;
    let parts = Parts::new(ledger, &config, &documents, web.demo)?;
    let store = crate::cli::evidence(global, &config, parts.ledger.app().now())?;
    serve::serve(parts, &config, web, store, global.section("machine")?).await?;
    Ok(true)
}

/// Whether the folder holds no matter yet.
async fn is_new(config: &Config) -> Result<bool, OpsError> {
    if config.database.is_none() && !config.data.join("mingjing.db").exists() {
        return Ok(true);
    }
    let db = Db::open(&config.location()).await?;
    let found = db.one("matter", "SELECT 1 AS n FROM matter LIMIT 1", vec![]).await;
    let empty = match found {
        Ok(row) => row.is_none(),
        // A database without tables is as empty as can be.
        Err(DbError::Engine(_) | DbError::Lite(_)) => true,
        Err(error) => return Err(error.into()),
    };
    db.close().await?;
    Ok(empty)
}

/// Makes the county up to yesterday, each document rendered as soon as it is issued.
///
/// # Errors
/// When a command is refused or a document cannot be made.
pub async fn county(
    config: &Config,
    documents: &serve::DocumentConfig,
    evidence: &EvidenceConfig,
    web: &WebConfig,
) -> Result<Vec<Account>, OpsError> {
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    let app = making::making_app(config, Arc::clone(&clock), Arc::new(OsEntropy)).await?;
    making::must_be_empty(&app).await?;
    let hasher = Hasher::new(web, &OsEntropy).map_err(|e| OpsError::Refused(e.to_string()))?;
    let phc = hasher.hash(PASSWORD, &OsEntropy).await.map_err(|e| OpsError::Refused(e.to_string()))?;
    let ledger = super::ledger(&app, config).await?;
    let worker = Arc::new(Parts::new(ledger.clone(), config, documents, true)?.worker());
    let press: Press = Arc::new(move || {
        let worker = Arc::clone(&worker);
        Box::pin(async move { worker.drain().await.map(drop) })
    });
    // Films and photographs go into the store; they are read once the program serves.
    let vault = evidence_config::open(config, evidence, SystemClock.now())?;
    let yesterday = civil_day(SystemClock.now());
    let yesterday = yesterday.checked_sub(1.days()).unwrap_or(yesterday);
    let order = Order {
        cases: CASES,
        first: 0,
        until: yesterday,
        span_days: SPAN_DAYS,
        seed: 1,
        phc,
        press: Some(press),
        vault: Some(vault),
        batch: 1,
    };
    let done = seed::seed(&app, &clock, &order).await.map_err(making::refused)?;
    ledger.checkpoint().await?;
    let mut stages: Vec<String> =
        done.stages.iter().map(|(stage, count)| format!("{stage} {count}")).collect();
    stages.sort();
    say(format!("案件 {}：{}", done.cases, stages.join("，")))?;
    drop(ledger);
    app.db().clone().close().await?;
    Ok(done.accounts)
}

/// One account for each role, a second officer besides, since two must act
/// together; then how the others are called.
fn table(accounts: &[Account]) -> Result<(), OpsError> {
    say("机关\t岗位\t登录名\t密码")?;
    let (mut shown, mut others) = (BTreeMap::new(), BTreeMap::new());
    for account in accounts {
        let roles: Vec<&str> = account.roles.iter().map(|it| it.label()).collect();
        let most = if account.roles.contains(&Role::Officer) { 2 } else { 1 };
        let before = shown.entry(roles.join("、")).or_insert(0);
        if *before < most {
            *before += 1;
            say(format!("{}\t{}\t{}\t{PASSWORD}", account.organ, roles.join("、"), account.login))?;
        } else {
            others.entry(account.organ.as_str()).or_insert_with(Vec::new).push(account.login.as_str());
        }
    }
    say("其余账号（密码相同）：")?;
    for (organ, logins) in others {
        say(format!("{organ}\t{}", logins.join(" ")))?;
    }
    Ok(())
}

async fn demo_token(ledger: &Ledger) -> Result<String, OpsError> {
    let app = ledger.app();
    let row = app
        .db()
        .one("credential", "SELECT staff_id FROM credential WHERE login = 'yj-officer1'", vec![])
        .await?
        .ok_or_else(|| OpsError::Refused("文件夹中不是演示数据，请用 serve 启动".to_owned()))?;
    let id = mingjing_domain::matter::StaffId(row.uuid("staff_id")?);
    Ok(token::issue(app, id, "演示", TOKEN_DAYS).await?)
}
