//! What the operator does at the server's own console.

use super::store;
use crate::kit::app::App;
use crate::kit::auth;
use crate::kit::token;
use crate::ops::OpsError;

/// Makes an API token for a login name; the text is the only copy of the secret.
///
/// # Errors
/// When nobody has the login name, the account is disabled, or the database fails.
pub async fn token(app: &App, login: &str, label: &str, days: i64) -> Result<String, OpsError> {
    let login = login.trim().to_lowercase();
    let refuse = |why: &str| OpsError::Refused(format!("登录名 {login}：{why}"));
    let Some((person, _)) = store::credential(app.db(), &login).await? else {
        return Err(refuse("没有这个账户"));
    };
    let known = auth::load(app, person).await.map_err(|e| OpsError::Refused(e.to_string()))?;
    if known.is_none() {
        return Err(refuse("账户已停用"));
    }
    Ok(token::issue(app, person, label, days).await?)
}
