//! Serves the gallery of components and the staff pages on an empty database in a
//! temporary folder, for people who build pages: `cargo run --example gallery`.
//! Sign in as `system` with the password `vq7-lantern-orbit`.

use std::sync::Arc;

use mingjing::features;
use mingjing::kit::app::{App, Parts};
use mingjing::kit::clock::SystemClock;
use mingjing::kit::db::{Db, Location};
use mingjing::kit::entropy::OsEntropy;
use mingjing::kit::http;
use mingjing::kit::limits::WebConfig;
use mingjing::kit::registry;
use mingjing::kit::serving::{Patience, serve};
use mingjing::staff::service::{self, By, NewLogin, Path};
use mingjing_domain::matter::{OrganId, StaffId};
use mingjing_domain::organ::{OrganCommand, OrganKind, OrganProfile};
use mingjing_domain::staff::{Role, StaffCommand};
use uuid::Uuid;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let app = App::open(Parts {
        db: Db::open(&Location::File(folder.path().join("gallery.db"))).await?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        registry: registry::all(),
        origin: "gallery.example/log".to_owned(),
        cached_states: std::num::NonZeroUsize::MIN,
    })
    .await?;
    let config = WebConfig {
        gallery: true,
        demo: true,
        portal_name: "示例县行政执法公示".to_owned(),
        ..WebConfig::default()
    };
    let routes = features::routes(&config);
    let (router, shell) = http::build(app.clone(), config, routes)?;
    let organ = OrganId(Uuid::from_u128(1));
    let phc = shell.hasher.hash("vq7-lantern-orbit", app.entropy().as_ref()).await?;
    found(&app, organ, &phc).await?;
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{address}/gallery");
    let patience = Patience::from(&shell.config);
    let stop = async {
        // Without a signal handler the program simply runs on.
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(listener, router, stop, patience).await;
    Ok(())
}

async fn found(app: &App, organ: OrganId, phc: &str) -> Result<(), Box<dyn std::error::Error>> {
    let profile = OrganProfile {
        name: "示例县应急管理局".to_owned(),
        code: String::new(),
        short_name: "示".to_owned(),
        system: "应急".to_owned(),
        region: "513435".to_owned(),
        kind: OrganKind::Organ,
        address: String::new(),
        phone: String::new(),
        policy_scope: String::new(),
        category: "安全生产".to_owned(),
        units: vec!["执法大队".to_owned()],
        payee: None,
        reconsideration: String::new(),
        court: String::new(),
    };
    let (by, path) = (By::System(organ), &mut Path::App(app));
    let command = OrganCommand::Register { profile };
    service::organ_command(path, &by, shell_id(app), organ, &command).await?;
    for (login, name, role) in [
        ("system", "系统管理员甲", Role::SystemAdmin),
        ("audit", "安全审计员乙", Role::Auditor),
        ("security", "安全保密管理员丙", Role::SecurityAdmin),
    ] {
        let command = StaffCommand::Register { name: name.into(), title: "科员".into(), unit: None };
        let new = NewLogin { login: login.to_owned(), phc: phc.to_owned(), must_change: false };
        let id = service::register(path, &by, shell_id(app), organ, &command, &new).await?.value;
        let grant = StaffCommand::GrantRole { role };
        service::command(path, &by, shell_id(app), StaffId(id), &grant).await?;
    }
    Ok(())
}

fn shell_id(app: &App) -> Uuid {
    use mingjing::kit::entropy::Draw;
    Draw::new(app.entropy().as_ref()).uuid_v7(app.now().as_millisecond())
}
