//! Coming in and going out: sign-in, sign-out, passwords.

use mingjing_domain::cite::Citation;
use mingjing_domain::matter::StaffId;
use mingjing_domain::refusal::Refusal;

use super::{service, store};
use crate::kit::auth;
use crate::kit::entropy::Draw;
use crate::kit::http::Shell;
use crate::kit::login::{self, Secret};
use crate::kit::problem::Failure;
use crate::kit::throttle::{self, Subject};
use crate::params;

/// Identification of users and complexity of their secrets.
const IDENTIFICATION: Citation =
    Citation::of("信息安全技术 网络安全等级保护基本要求（GB/T 22239—2019）", "8.1.4.1");

/// The one answer to a wrong name, a wrong password and a disabled account.
fn wrong() -> Failure {
    Failure::from(Refusal::new(
        "auth.wrong",
        IDENTIFICATION,
        "登录名或者密码不正确，或者账户已停用",
        "核对后重试；忘记密码的，请系统管理员重置",
    ))
}

/// Opens a session for a person who knows the password. Every attempt costs the
/// same work, whether the account exists or not.
///
/// # Errors
/// [`Failure::TooMany`] while the account or the source must wait; one refusal for
/// all kinds of wrong.
pub async fn sign_in(
    shell: &Shell,
    typed: &str,
    password: &str,
    source: &str,
    before: Option<&Secret>,
) -> Result<Secret, Failure> {
    let (app, config) = (&shell.app, &shell.config);
    let login = typed.trim().to_lowercase();
    let subjects = [Subject::Account(&login), Subject::Source(source)];
    if let Some(wait) = throttle::begin(app.db(), config, app.now(), &subjects).await? {
        return Err(Failure::TooMany { wait });
    }
    let account = store::credential(app.db(), &login).await?;
    let (person, phc) = match account {
        Some((person, phc)) => (Some(person), Some(phc)),
        None => (None, None),
    };
    let right = shell.hasher.verify(password, phc).await?;
    let Some(person) = person.filter(|_| right) else { return Err(wrong()) };
    if auth::load(app, person).await?.is_none() {
        return Err(wrong());
    }
    let secret = Secret::fresh(app.entropy().as_ref());
    let tx = app.db().begin().await?;
    throttle::succeeded(&tx, &login, source).await?;
    login::open(&tx, person, app.now(), &secret, before).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Ends every session of a person.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(shell: &Shell, person: StaffId) -> Result<u64, Failure> {
    let tx = shell.app.db().begin().await?;
    let ended = login::close_all(&tx, person).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Changes one's own password and opens a fresh session; all others end.
///
/// # Errors
/// When the present password is wrong or the new one is refused.
pub async fn change_password(
    shell: &Shell,
    person: StaffId,
    present: &str,
    new: &str,
    again: &str,
) -> Result<Secret, Failure> {
    let app = &shell.app;
    let (login, phc) = store::credential_of(app.db(), person).await?.ok_or(Failure::NotFound)?;
    // Guessing the present password from an open session is slowed down as well.
    let subjects = [Subject::Account(&login)];
    if let Some(wait) = throttle::begin(app.db(), &shell.config, app.now(), &subjects).await? {
        return Err(Failure::TooMany { wait });
    }
    let refuse = |code, field: &str, message: String| {
        Failure::from(
            Refusal::new(code, IDENTIFICATION, message.clone(), "更正后重新提交").field(field, message),
        )
    };
    if !shell.hasher.verify(present, Some(phc)).await? {
        return Err(refuse("auth.present", "present", "现在的密码不正确".into()));
    }
    let tx = app.db().begin().await?;
    throttle::succeeded(&tx, &login, "").await?;
    tx.commit().await?;
    if let Some(objection) = shell.hasher.objection(new, &login) {
        return Err(refuse("auth.weak", "new", objection));
    }
    if new == present {
        return Err(refuse("auth.same", "new", "新密码与现在的相同".into()));
    }
    if new != again {
        return Err(refuse("auth.mismatch", "again", "两次输入的新密码不一致".into()));
    }
    let phc = shell.hasher.hash(new, app.entropy().as_ref()).await?;
    service::set_password(app, person, &phc, false).await?;
    let secret = Secret::fresh(app.entropy().as_ref());
    let tx = app.db().begin().await?;
    login::open(&tx, person, app.now(), &secret, None).await?;
    tx.commit().await?;
    Ok(secret)
}

/// A first password nobody could guess, with the stored form of it. It is shown
/// once and must be changed at sign-in.
///
/// # Errors
/// When the hashing fails.
pub async fn first_password(shell: &Shell) -> Result<(String, String), Failure> {
    let entropy = shell.app.entropy();
    let password: String = Draw::new(entropy.as_ref()).public_id().chars().take(14).collect();
    let phc = shell.hasher.hash(&password, entropy.as_ref()).await?;
    Ok((password, phc))
}

/// Unlocks an account that has to wait, for example after its owner's call.
///
/// # Errors
/// When the database fails.
pub async fn unlock(shell: &Shell, login: &str) -> Result<(), Failure> {
    let tx = shell.app.db().begin().await?;
    throttle::succeeded(&tx, login, "").await?;
    tx.run("DELETE FROM sign_in_failure WHERE failures = 0", params![]).await?;
    tx.commit().await?;
    Ok(())
}
