//! The synthetic county: four organs, their people, roles and certificates.

use jiff::civil::date;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::organ::{OrganCommand, OrganKind, OrganProfile, OrganState, Payee};
use mingjing_domain::staff::{Role, StaffCommand, StaffState};
use mingjing_domain::text::Text;
use uuid::Uuid;

use super::SeedError;
use crate::kit::app::{App, Batch};
use crate::kit::entropy::Draw;
use crate::staff::service::{self, By, NewLogin, Path};
use crate::staff::store;

/// The fictitious region of the county.
pub const REGION: &str = "990101";

/// An account of the county.
#[derive(Clone, Debug)]
pub struct Account {
    /// Organ.
    pub organ: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Person.
    pub id: StaffId,
}

/// One organ of the county with its people.
#[derive(Clone, Debug)]
pub struct Organ {
    /// Which.
    pub id: OrganId,
    /// Field of enforcement; empty where it does not enforce.
    pub category: String,
    /// Its record, as registered.
    pub state: OrganState,
    /// Version of its record.
    pub version: u64,
    /// People with their roles, in the order of registration.
    pub people: Vec<(StaffId, Vec<Role>)>,
}

impl Organ {
    /// The `n`th person who holds a role; people are taken round and round.
    ///
    /// # Errors
    /// When nobody holds it.
    pub fn with(&self, role: Role, n: u64) -> Result<Actor, SeedError> {
        let holders: Vec<&(StaffId, Vec<Role>)> =
            self.people.iter().filter(|it| it.1.contains(&role)).collect();
        let count = holders.len().max(1) as u64;
        let found = usize::try_from(n % count).ok().and_then(|at| holders.get(at));
        let (id, roles) = found.ok_or_else(|| SeedError::Script(format!("没有{}", role.label())))?;
        Ok(Actor { id: *id, organ: self.id, roles: roles.clone() })
    }
}

/// The county.
#[derive(Clone, Debug)]
pub struct County {
    /// Organs; the first two enforce.
    pub organs: Vec<Organ>,
    /// Accounts, for whoever shows them.
    pub accounts: Vec<Account>,
}

struct Sketch {
    name: &'static str,
    login: &'static str,
    system: &'static str,
    category: &'static str,
    kind: OrganKind,
    policy: &'static str,
}

const SKETCHES: [Sketch; 4] = [
    Sketch {
        name: "示例县应急管理局",
        login: "yj",
        system: "应急",
        category: "安全生产",
        kind: OrganKind::Organ,
        policy: "demo-county/emergency",
    },
    Sketch {
        name: "示例县城市管理局",
        login: "cg",
        system: "城管",
        category: "城市管理",
        kind: OrganKind::Organ,
        policy: "demo-county/urban",
    },
    Sketch {
        name: "示例县司法局",
        login: "sf",
        system: "司法",
        category: "",
        kind: OrganKind::Oversight,
        policy: "demo-county/justice",
    },
    Sketch {
        name: "示例县人民政府办公室",
        login: "zf",
        system: "府办",
        category: "",
        kind: OrganKind::Government,
        policy: "demo-county/government",
    },
];

/// Units of an enforcing organ.
const UNITS: [&str; 6] = ["执法大队", "法规股", "领导班子", "办公室", "财务股", "档案室"];

type Post = (&'static str, &'static str, &'static str, &'static [Role]);

/// Login, name, unit and roles in an enforcing organ. The administrators come last:
/// with them the founding ends.
const POSTS: &[Post] = &[
    ("officer1", "执法人员甲", "执法大队", &[Role::Officer]),
    ("officer2", "执法人员乙", "执法大队", &[Role::Officer]),
    ("officer3", "执法人员丙", "执法大队", &[Role::Officer]),
    ("officer4", "执法人员丁", "执法大队", &[Role::Officer]),
    ("unithead", "大队负责人甲", "执法大队", &[Role::UnitHead]),
    ("reviewer", "审核人员甲", "法规股", &[Role::Reviewer]),
    ("reviewhead", "法制负责人甲", "法规股", &[Role::ReviewHead]),
    ("host", "听证主持人甲", "法规股", &[Role::HearingHost]),
    ("deputy1", "分管负责人甲", "领导班子", &[Role::Deputy]),
    ("deputy2", "分管负责人乙", "领导班子", &[Role::Deputy]),
    ("head", "主要负责人甲", "领导班子", &[Role::Head]),
    ("publicity", "公示人员甲", "办公室", &[Role::Publicity]),
    ("cashier", "收缴核对人员甲", "财务股", &[Role::Cashier]),
    ("archivist", "档案管理员甲", "档案室", &[Role::Archivist]),
    ("sysadmin", "系统管理员甲", "办公室", &[Role::SystemAdmin]),
    ("secadmin", "安全保密管理员甲", "办公室", &[Role::SecurityAdmin]),
    ("auditor", "安全审计员甲", "办公室", &[Role::Auditor]),
];

/// As [`POSTS`], in an organ that supervises.
const OVERSEERS: &[Post] = &[
    ("supervisor", "执法监督人员甲", "监督股", &[Role::Supervisor]),
    ("sysadmin", "系统管理员乙", "办公室", &[Role::SystemAdmin]),
    ("secadmin", "安全保密管理员乙", "办公室", &[Role::SecurityAdmin]),
    ("auditor", "安全审计员乙", "办公室", &[Role::Auditor]),
];

fn profile(sketch: &Sketch, n: usize) -> OrganProfile {
    let enforces = sketch.kind.enforces();
    let units: &[&str] = if enforces { &UNITS } else { &["监督股", "办公室"] };
    OrganProfile {
        name: sketch.name.to_owned(),
        code: String::new(),
        short_name: "示".to_owned(),
        system: sketch.system.to_owned(),
        region: REGION.to_owned(),
        kind: sketch.kind,
        address: format!("示例县示例大道{}号", n + 1),
        phone: format!("0000-000000{}", n + 1),
        policy_scope: sketch.policy.to_owned(),
        category: sketch.category.to_owned(),
        units: units.iter().map(|it| (*it).to_owned()).collect(),
        payee: enforces.then(|| Payee {
            address: "示例县人民路 1 号（合成数据）".into(),
            bank: "示例县农村商业银行（罚款代收）".to_owned(),
            name: "示例县财政局非税收入专户".to_owned(),
            account: format!("9901010000000{n}"),
        }),
        reconsideration: "示例县人民政府".to_owned(),
        court: "示例县人民法院".to_owned(),
    }
}

/// Founds the county through the domain. `phc` is the stored password of every account.
///
/// # Errors
/// When a command is refused or the database fails.
pub async fn found(app: &App, draw: &mut Draw, phc: &str) -> Result<County, SeedError> {
    let mut batch = app.batch().await?;
    let mut county = County { organs: Vec::new(), accounts: Vec::new() };
    for (n, sketch) in SKETCHES.iter().enumerate() {
        let organ = organ(&mut batch, draw, (n, sketch), phc, &mut county.accounts).await?;
        county.organs.push(organ);
    }
    batch.commit().await?;
    for organ in &mut county.organs {
        let found = app.load::<OrganState>(MatterId(organ.id.0)).await?;
        let found = found.ok_or_else(|| SeedError::Script("机关没有登记".to_owned()))?;
        organ.state = found.state.as_ref().clone();
        organ.version = found.version;
    }
    Ok(county)
}

/// The county as it was founded before, found by its accounts.
///
/// # Errors
/// When there is none, or the database fails.
pub async fn again(app: &App) -> Result<County, SeedError> {
    let mut county = County { organs: Vec::new(), accounts: Vec::new() };
    let lacks = |what: &str| SeedError::Script(format!("没有预置的县：缺少{what}"));
    for sketch in &SKETCHES {
        let posts = if sketch.kind.enforces() { POSTS } else { OVERSEERS };
        let mut people = Vec::new();
        let mut organ = None;
        for post in posts {
            let login = format!("{}-{}", sketch.login, post.0);
            let found = store::credential(app.db(), &login).await?;
            let (id, _) = found.ok_or_else(|| lacks(&login))?;
            let person = app.load::<StaffState>(MatterId(id.0)).await?.ok_or_else(|| lacks(&login))?;
            organ = Some(person.organ);
            people.push((id, person.roles.clone()));
            let roles = person.roles.clone();
            county.accounts.push(Account {
                organ: sketch.name.to_owned(),
                login,
                name: post.1.to_owned(),
                roles,
                id,
            });
        }
        let id = organ.ok_or_else(|| lacks(sketch.name))?;
        let found = app.load::<OrganState>(MatterId(id.0)).await?.ok_or_else(|| lacks(sketch.name))?;
        let (state, version) = (found.state.as_ref().clone(), found.version);
        county.organs.push(Organ { id, category: sketch.category.to_owned(), state, version, people });
    }
    Ok(county)
}

fn fresh(draw: &mut Draw, app_millis: i64) -> Uuid {
    draw.uuid_v7(app_millis)
}

async fn organ(
    batch: &mut Batch,
    draw: &mut Draw,
    (n, sketch): (usize, &Sketch),
    phc: &str,
    accounts: &mut Vec<Account>,
) -> Result<Organ, SeedError> {
    let id = OrganId(fresh(draw, 0));
    let by = By::System(id);
    let profile = profile(sketch, n);
    let register = OrganCommand::Register { profile: profile.clone() };
    service::organ_command(&mut Path::Batch(batch), &by, fresh(draw, 0), id, &register).await?;
    if sketch.kind.enforces() {
        let confirm = OrganCommand::Confirm { from: date(2024, 1, 1) };
        service::organ_command(&mut Path::Batch(batch), &by, fresh(draw, 0), id, &confirm).await?;
    }
    let posts = if sketch.kind.enforces() { POSTS } else { OVERSEERS };
    let mut people = Vec::new();
    for (at, post) in posts.iter().enumerate() {
        let login = NewLogin {
            login: format!("{}-{}", sketch.login, post.0),
            phc: phc.to_owned(),
            must_change: false,
        };
        let person = person(batch, draw, (id, sketch, at), post, &login).await?;
        accounts.push(Account {
            organ: sketch.name.to_owned(),
            login: login.login,
            name: post.1.to_owned(),
            roles: post.3.to_vec(),
            id: person,
        });
        people.push((person, post.3.to_vec()));
    }
    // The administrators' roles last: they end the founding.
    for admin in [false, true] {
        for (person, roles) in &people {
            for role in roles.iter().filter(|it| it.is_administrator() == admin) {
                let grant = StaffCommand::GrantRole { role: *role };
                service::command(&mut Path::Batch(batch), &by, fresh(draw, 0), *person, &grant).await?;
            }
        }
    }
    let state = OrganState { id, profile, confirmed: Vec::new() };
    Ok(Organ { id, category: sketch.category.to_owned(), state, version: 0, people })
}

async fn person(
    batch: &mut Batch,
    draw: &mut Draw,
    (organ, sketch, at): (OrganId, &Sketch, usize),
    post: &Post,
    login: &NewLogin,
) -> Result<StaffId, SeedError> {
    let by = By::System(organ);
    let register = StaffCommand::Register {
        name: Text::closed(post.1),
        title: Text::closed(post.1.trim_end_matches(['甲', '乙', '丙', '丁'])),
        unit: Some(post.2.to_owned()),
    };
    let written =
        service::register(&mut Path::Batch(batch), &by, fresh(draw, 0), organ, &register, login).await?;
    let person = StaffId(written.value);
    if post.3.contains(&Role::Officer) {
        let issue = StaffCommand::IssueCertificate {
            number: format!("9901{}{:04}", sketch.login.to_uppercase(), at + 1),
            categories: vec![sketch.category.to_owned()],
            region: REGION.to_owned(),
            valid_from: date(2024, 1, 1),
            valid_to: date(2029, 12, 31),
        };
        service::command(&mut Path::Batch(batch), &by, fresh(draw, 0), person, &issue).await?;
    }
    if post.3.iter().any(|it| matches!(it, Role::Reviewer | Role::ReviewHead)) {
        let qualify = StaffCommand::RecordLegalQualification {
            number: format!("A2019990101{}{:04}", sketch.login.len(), at + 1),
            reviewing_since: None,
        };
        service::command(&mut Path::Batch(batch), &by, fresh(draw, 0), person, &qualify).await?;
    }
    Ok(person)
}
