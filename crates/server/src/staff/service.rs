//! One function a verb: load, decide, append.

use futures_util::future::BoxFuture;
use mingjing_domain::matter::{Actor, MatterId, OrganId, StaffId};
use mingjing_domain::organ::{self, OrganCommand, OrganFacts, OrganState};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{self, StaffCommand, StaffFacts, StaffState};
use serde_json::json;
use uuid::Uuid;

use super::store;
use crate::kit::app::{App, Batch, Request, Written};
use crate::kit::auth::Identity;
use crate::kit::authz::{self, Target, Verb};
use crate::kit::error::WriteError;
use crate::kit::login;
use crate::kit::write::Write;
use crate::params;

/// Who asks for a write: a signed-in person, or the program itself.
#[derive(Clone, Debug)]
pub enum By {
    /// A person; the authorization table is asked.
    Person(Box<Identity>),
    /// The program, at the console: founding, seeding.
    System(OrganId),
}

impl By {
    fn actor(&self) -> Actor {
        match self {
            Self::Person(identity) => identity.actor(),
            Self::System(organ) => Actor { id: StaffId(Uuid::nil()), organ: *organ, roles: Vec::new() },
        }
    }

    fn may(&self, verb: &Verb, what: &Target<'_>) -> Result<(), Refusal> {
        match self {
            Self::Person(identity) => identity.may(verb, what),
            Self::System(_) => Ok(()),
        }
    }
}

/// What a new account opens with.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// Login name.
    pub login: String,
    /// PHC string of the first password.
    pub phc: String,
    /// Whether the first password must be changed at sign-in.
    pub must_change: bool,
}

/// The verb of a command on a person's record.
pub fn verb_of(command: &StaffCommand) -> &'static Verb {
    match command {
        StaffCommand::Register { .. } => authz::STAFF_REGISTER,
        StaffCommand::Assign { .. } => authz::STAFF_ASSIGN,
        StaffCommand::GrantRole { .. } | StaffCommand::RevokeRole { .. } => authz::STAFF_GRANT,
        StaffCommand::IssueCertificate { .. }
        | StaffCommand::SuspendCertificate { .. }
        | StaffCommand::RestoreCertificate { .. }
        | StaffCommand::RevokeCertificate { .. }
        | StaffCommand::RecordLegalQualification { .. } => authz::CERTIFICATE,
        StaffCommand::Disable { .. } | StaffCommand::Enable { .. } => authz::STAFF_ENABLE,
    }
}

fn request(by: &By, command_id: Uuid, name: &'static str, body: serde_json::Value) -> Request {
    let purpose = "人员和执法主体管理".to_owned();
    Request { actor: by.actor(), purpose, command_id, name, body, moment: None }
}

/// The canonical form of a login name, or what is wrong with it.
///
/// # Errors
/// When it is too short, too long, or holds spaces.
pub fn login_name(typed: &str) -> Result<String, Refusal> {
    let login = typed.trim().to_lowercase();
    let chars = login.chars().count();
    if (2..=32).contains(&chars) && !login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Ok(login);
    }
    let message = "登录名应为 2 至 32 个字符，不含空格";
    Err(Refusal::new("staff.login", authz::THREE_ADMINISTRATORS, message, "更正后重新提交")
        .field("login", message))
}

type Out<'a, T> = BoxFuture<'a, Result<T, WriteError>>;

/// Where commands are carried out: alone, or many in one transaction.
pub enum Path<'a> {
    /// Alone, with retries after lost races.
    App(&'a App),
    /// Within a batch.
    Batch(&'a mut Batch),
}

impl Path<'_> {
    async fn write<T, F>(&mut self, request: Request, f: F) -> Result<Written<T>, WriteError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send,
        F: for<'b> Fn(&'b mut Write) -> Out<'b, T> + Send + Sync,
    {
        match self {
            Path::App(app) => app.write(request, f).await,
            Path::Batch(batch) => batch.write(request, f).await,
        }
    }
}

/// 建立账户. Gives the new person's identifier.
///
/// # Errors
/// What the table or the domain refuses, or a login name in use.
pub async fn register(
    path: &mut Path<'_>,
    by: &By,
    command_id: Uuid,
    organ: OrganId,
    command: &StaffCommand,
    login: &NewLogin,
) -> Result<Written<Uuid>, WriteError> {
    let body = json!({ "organ": organ, "login": login.login, "do": command });
    let request = request(by, command_id, "staff.register", body);
    let (by, command, login) = (by.clone(), command.clone(), login.clone());
    path.write(request, move |write: &mut Write| {
        let (by, command, login) = (by.clone(), command.clone(), login.clone());
        Box::pin(async move { registering(write, &by, organ, &command, &login).await }) as Out<'_, Uuid>
    })
    .await
}

async fn registering(
    write: &mut Write,
    by: &By,
    organ: OrganId,
    command: &StaffCommand,
    login: &NewLogin,
) -> Result<Uuid, WriteError> {
    by.may(authz::STAFF_REGISTER, &Target::organ(organ))?;
    let facts = facts(write, organ).await?;
    let mut events = staff::decide(None, command, &facts)?.into_iter();
    if store::credential(write.tx().await?, &login.login).await?.is_some() {
        let message = "这个登录名已有人使用";
        return Err(Refusal::new("staff.login_taken", authz::THREE_ADMINISTRATORS, message, "换一个登录名")
            .field("login", message)
            .into());
    }
    let id = write.new_id();
    let now = write.now();
    let Some(first) = events.next() else { return Err(WriteError::NotFound("event")) };
    let mut loaded = write.create::<StaffState>(MatterId(id), organ, None, first).await?;
    for event in events {
        write.append(&mut loaded, event).await?;
    }
    write
        .tx()
        .await?
        .run(
            "INSERT INTO credential (staff_id, login, phc, must_change, changed_at) \
             VALUES ($1, $2, $3, $4, $5)",
            params![id, login.login.as_str(), login.phc.as_str(), login.must_change, now],
        )
        .await?;
    Ok(id)
}

async fn facts(write: &mut Write, organ: OrganId) -> Result<StaffFacts, WriteError> {
    let units = match write.load::<OrganState>(MatterId(organ.0)).await? {
        Some(it) => it.profile.units.clone(),
        None => return Err(WriteError::NotFound("organ")),
    };
    let founding = store::is_founding(write.tx().await?, organ).await?;
    Ok(StaffFacts { actor: write.actor().clone(), today: write.moment().recorded_day(), units, founding })
}

/// Any command on the record of a person who is registered.
///
/// # Errors
/// What the table or the domain refuses.
pub async fn command(
    path: &mut Path<'_>,
    by: &By,
    command_id: Uuid,
    person: StaffId,
    command: &StaffCommand,
) -> Result<Written<u64>, WriteError> {
    let body = json!({ "person": person, "do": command });
    let request = request(by, command_id, verb_of(command).name, body);
    let (by, command) = (by.clone(), command.clone());
    path.write(request, move |write: &mut Write| {
        let (by, command) = (by.clone(), command.clone());
        Box::pin(async move { commanding(write, &by, person, &command).await }) as Out<'_, u64>
    })
    .await
}

async fn commanding(
    write: &mut Write,
    by: &By,
    person: StaffId,
    command: &StaffCommand,
) -> Result<u64, WriteError> {
    let mut loaded =
        write.load::<StaffState>(MatterId(person.0)).await?.ok_or(WriteError::NotFound("staff"))?;
    let region = match write.load::<OrganState>(MatterId(loaded.organ.0)).await? {
        Some(it) => it.profile.region.clone(),
        None => String::new(),
    };
    let target = Target {
        organ: loaded.organ,
        unit: &loaded.state.unit,
        region: &region,
        handlers: &[],
        person: Some(person),
    };
    by.may(verb_of(command), &target)?;
    let facts = facts(write, loaded.organ).await?;
    for event in staff::decide(Some(&loaded.state), command, &facts)? {
        write.append(&mut loaded, event).await?;
    }
    if !loaded.enabled {
        let now = write.now();
        login::shut_out(write.tx().await?, person, now).await?;
    }
    Ok(loaded.version)
}

/// Any command on an organ's record. A registration opens the record under `id`.
///
/// # Errors
/// What the table or the domain refuses.
pub async fn organ_command(
    path: &mut Path<'_>,
    by: &By,
    command_id: Uuid,
    id: OrganId,
    command: &OrganCommand,
) -> Result<Written<u64>, WriteError> {
    let body = json!({ "organ": id, "do": command });
    let request = request(by, command_id, "organ.command", body);
    let (by, command) = (by.clone(), command.clone());
    path.write(request, move |write: &mut Write| {
        let (by, command) = (by.clone(), command.clone());
        Box::pin(async move { organ_commanding(write, &by, id, &command).await }) as Out<'_, u64>
    })
    .await
}

async fn organ_commanding(
    write: &mut Write,
    by: &By,
    id: OrganId,
    command: &OrganCommand,
) -> Result<u64, WriteError> {
    let loaded = write.load::<OrganState>(MatterId(id.0)).await?;
    let verb = match command {
        OrganCommand::Register { .. } | OrganCommand::Change { .. } => authz::ORGAN_SET,
        OrganCommand::Confirm { .. } | OrganCommand::End { .. } => authz::ORGAN_CONFIRM,
    };
    let region = loaded.as_ref().map_or_else(String::new, |it| it.profile.region.clone());
    by.may(verb, &Target { region: &region, ..Target::organ(id) })?;
    let facts = OrganFacts { actor: write.actor().clone(), today: write.moment().recorded_day() };
    let mut events = organ::decide(loaded.as_deref(), command, &facts)?.into_iter();
    let mut loaded = match (loaded, events.next()) {
        (Some(mut loaded), Some(event)) => {
            write.append(&mut loaded, event).await?;
            loaded
        }
        (None, Some(event)) => write.create::<OrganState>(MatterId(id.0), id, None, event).await?,
        (Some(_) | None, None) => return Err(WriteError::NotFound("event")),
    };
    for event in events {
        write.append(&mut loaded, event).await?;
    }
    Ok(loaded.version)
}

/// Sets a new password; ends all sessions of the person. One that must be changed is set
/// by somebody else, while the person may be at work.
///
/// # Errors
/// When the database fails.
pub async fn set_password(
    app: &App,
    person: StaffId,
    phc: &str,
    must_change: bool,
) -> Result<(), WriteError> {
    let tx = app.db().begin().await?;
    tx.run(
        "UPDATE credential SET phc = $2, must_change = $3, changed_at = $4 WHERE staff_id = $1",
        params![person, phc, must_change, app.now()],
    )
    .await?;
    if must_change {
        login::replaced(&tx, person, app.now()).await?;
    } else {
        login::shut_out(&tx, person, app.now()).await?;
    }
    Ok(tx.commit().await?)
}
