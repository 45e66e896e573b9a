//! Every list of the program, page and API, in a large county against a small one: none may
//! take more than twice as long where there is a hundred times as much.
//!
//! The lists are read off the routes: each address without a variable part is measured unless
//! it is named here as something else. A list that is added is measured with the others.

use axum::http::Method;
use mingjing_domain::matter::MatterId;
use mingjing_domain::staff::{Role, StaffState};

use super::program::Server;
use super::{Figure, fail};
use crate::features;
use crate::kit::app::App;
use crate::kit::authz;
use crate::kit::config::Config;
use crate::kit::http::{Access, Listed};
use crate::kit::limits::WebConfig;
use crate::kit::token;
use crate::ops::OpsError;
use crate::staff::store;

/// Most times as long as in the small county.
const TIMES: f64 = 2.0;
/// Of the requests of a figure, the share that each list is asked: there are many lists.
const SHARE: u32 = 10;

/// Addresses without a variable part that are no lists of stored matters, and why.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "表单",
        &[
            "/cases/new",
            "/staff/new",
            "/devices/new",
            "/disposals/new",
            "/erasures/new",
            "/grants/new",
            "/recordings/new",
            "/transfers/new",
            "/sign-in",
            "/verify",
            "/api/v1/drafts/register_clue",
        ],
    ),
    (
        "程序自带的内容",
        &[
            "/healthz",
            "/readyz",
            "/metrics",
            "/procedure",
            "/api/docs",
            "/api/openapi.json",
            "/api/v1/procedures/penalty",
            "/field",
            "/field/manifest.webmanifest",
            "/field/worker.js",
            "/api/v1/field",
            "/api/v1/field/session",
            "/api/v1/public/verify",
            "/api/v1/public/log",
        ],
    ),
    ("本人的账户", &["/account", "/api/v1/me", "/api/v1/me/tokens"]),
    (
        "按需要的全部内容导出、统计，用时随内容增长",
        &[
            "/cases/export.csv",
            "/api/v1/cases.csv",
            "/checks/assessment.csv",
            "/api/v1/checks/assessment.csv",
            "/checks/statistics",
            "/api/v1/checks/statistics",
        ],
    ),
];

/// What is asked of a list that answers only to words.
const ASKED: &[(&str, &str)] = &[
    ("/search", "q=%E7%A4%BA%E4%BE%8B"),
    ("/parties", "name=%E7%A4%BA%E4%BE%8B"),
    ("/api/v1/parties/records", "name=%E7%A4%BA%E4%BE%8B"),
    ("/recordings/search", "q=%E7%A4%BA%E4%BE%8B"),
    ("/api/v1/recording-search", "q=%E7%A4%BA%E4%BE%8B"),
];

/// Accounts of the seeded county that lists are asked with, in the order in which they are tried.
const LOGINS: [&str; 8] = [
    "yj-officer1",
    "yj-archivist",
    "yj-publicity",
    "yj-reviewhead",
    "yj-head",
    "sf-supervisor",
    "yj-sysadmin",
    "yj-auditor",
];

/// A list to be measured.
struct List {
    /// Its address with what is asked.
    path: String,
    /// Who may open it; none for everybody.
    login: Option<&'static str>,
}

/// An account with the roles that it holds.
type Account = (&'static str, Vec<Role>);

/// The lists among the routes, each with the first account that may open it.
fn lists(listed: &[Listed], accounts: &[Account]) -> Vec<List> {
    let other = |path: &str| OTHERS.iter().any(|(_, paths)| paths.contains(&path));
    listed
        .iter()
        .filter(|it| it.method == Method::GET && !it.path.contains('{') && !other(it.path))
        .filter_map(|it| {
            let login = match it.access {
                Access::Public => None,
                Access::Verb(verb) => {
                    let may = |account: &&Account| authz::any_grant(verb, &account.1);
                    Some(accounts.iter().find(may)?.0)
                }
            };
            let path = match ASKED.iter().find(|(path, _)| *path == it.path) {
                Some((path, query)) => format!("{path}?{query}"),
                None => it.path.to_owned(),
            };
            Some(List { path, login })
        })
        .collect()
}

/// Roles and tokens of the accounts in a folder that nobody has open.
async fn accounts(config: &Config) -> Result<Vec<(Account, String)>, OpsError> {
    let app: App = crate::ops::open_existing(config).await?;
    let mut out = Vec::new();
    for login in LOGINS {
        let found = store::credential(app.db(), login).await?;
        let (id, _) = found.ok_or_else(|| fail("文件夹中没有预置的县（先运行 seed）"))?;
        let person = app.load::<StaffState>(MatterId(id.0)).await.map_err(fail)?;
        let roles = person.map(|it| it.roles.clone()).unwrap_or_default();
        out.push(((login, roles), token::issue(&app, id, "bench", 1).await?));
    }
    app.db().clone().close().await?;
    Ok(out)
}

/// Every list here and in a smaller county, and how many times longer it takes here.
///
/// # Errors
/// When a folder holds no seeded county or the program does not start.
pub async fn against(config: &Config, small: &Config, requests: u32) -> Result<Vec<Figure>, OpsError> {
    let (ours, theirs) = (accounts(config).await?, accounts(small).await?);
    let known: Vec<Account> = ours.iter().map(|(account, _)| account.clone()).collect();
    let all = lists(&features::routes(&WebConfig::default()).listed, &known);
    let (mut here, mut there) = (Server::start(config)?, Server::start(small)?);
    here.settle()?;
    there.settle()?;
    let mut figures = Vec::new();
    for list in all {
        let one = measured(&mut here, &list, &ours, requests)?;
        let other = measured(&mut there, &list, &theirs, requests)?;
        figures.push(compared(&list.path, &one, &other));
    }
    Ok(figures)
}

fn measured(
    server: &mut Server,
    list: &List,
    accounts: &[(Account, String)],
    requests: u32,
) -> Result<Figure, OpsError> {
    let token = list.login.and_then(|login| accounts.iter().find(|((it, _), _)| *it == login));
    let bearer = token.map_or_else(String::new, |(_, it)| format!("Authorization: Bearer {it}\r\n"));
    let request = format!("GET {} HTTP/1.1\r\nHost: bench\r\n{bearer}\r\n", list.path);
    server.measure(&list.path, None, &|_| request.clone(), (requests / SHARE).max(1))
}

/// The ratio; what did not answer has none, and meets no bar.
fn compared(path: &str, here: &Figure, there: &Figure) -> Figure {
    let note = format!(
        "{:.3} ms CPU，小库 {:.3} ms CPU；{}；小库 {}",
        here.value, there.value, here.note, there.note
    );
    let value = here.value / there.value;
    Figure { name: format!("列表与小库之比 {path}"), value, bar: Some(TIMES), unit: "倍", note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every role, so that every list has somebody.
    fn everybody() -> Vec<Account> {
        vec![("yj-officer1", Role::ALL.to_vec())]
    }

    #[test]
    fn every_address_is_a_list_or_named_as_something_else_once() {
        let listed = features::routes(&WebConfig::default()).listed;
        let fixed: Vec<&str> = listed
            .iter()
            .filter(|it| it.method == Method::GET && !it.path.contains('{'))
            .map(|it| it.path)
            .collect();
        let found = lists(&listed, &everybody());
        let others: Vec<&str> = OTHERS.iter().flat_map(|(_, paths)| paths.iter().copied()).collect();
        assert_eq!(found.len() + others.len(), fixed.len(), "every address is one of the two");
        for path in others.iter().chain(ASKED.iter().map(|(path, _)| path)) {
            assert!(fixed.contains(path), "{path} is no address any more");
        }
        for path in [
            "/cases",
            "/api/v1/cases",
            "/desk",
            "/api/v1/desk",
            "/decisions",
            "/decisions.json",
            "/feed.atom",
            "/publications",
            "/api/v1/publications",
            "/recordings",
            "/api/v1/recordings",
            "/devices",
            "/disposals",
            "/erasures",
            "/grants",
            "/transfers",
            "/checks",
            "/staff",
            "/organs",
            "/officers",
        ] {
            assert!(found.iter().any(|it| it.path == path), "{path} is not measured");
        }
        assert!(found.iter().any(|it| it.path.starts_with("/search?q=")), "a search is asked for something");
    }

    #[test]
    fn a_list_is_asked_by_somebody_who_may_open_it() {
        let listed = features::routes(&WebConfig::default()).listed;
        let accounts = vec![("yj-officer1", vec![Role::Officer]), ("yj-sysadmin", vec![Role::SystemAdmin])];
        let found = lists(&listed, &accounts);
        let who = |path: &str| found.iter().find(|it| it.path == path).map(|it| it.login);
        assert_eq!(who("/cases"), Some(Some("yj-officer1")));
        assert_eq!(who("/staff"), Some(Some("yj-sysadmin")));
        assert_eq!(who("/decisions"), Some(None));
    }

    #[test]
    fn what_does_not_answer_meets_no_bar() {
        let figure = |value| Figure { name: String::new(), value, bar: None, unit: "", note: String::new() };
        let twice = compared("/cases", &figure(0.4), &figure(0.2));
        assert!((twice.value - 2.0).abs() < 1e-9 && twice.bar == Some(2.0));
        assert!(compared("/cases", &figure(f64::NAN), &figure(0.2)).value.is_nan());
    }
}
