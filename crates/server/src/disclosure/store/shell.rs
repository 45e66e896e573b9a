//! What of the settings the stored public pages were made under.

use jiff::Timestamp;

use crate::kit::db::{DbError, Sql, Tx};
use crate::params;

/// Settings that stand in public pages, under the key that their pages carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Key of the pages.
    pub shell: String,
    /// Name of the portal.
    pub portal_name: String,
    /// Pages marked as demonstration data.
    pub demo: bool,
}

/// Notes what a page is made under.
///
/// # Errors
/// When the database fails.
pub async fn keep_surroundings(tx: &Tx, it: &Surroundings, at: Timestamp) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO publication_shell (shell, portal_name, demo, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (shell) DO NOTHING",
        params![it.shell.as_str(), it.portal_name.as_str(), it.demo, at],
    )
    .await?;
    Ok(())
}

/// All that was noted: one for each name the portal ever had.
///
/// # Errors
/// When the database fails.
pub async fn surroundings<S: Sql>(sql: &S) -> Result<Vec<Surroundings>, DbError> {
    let text = "SELECT shell, portal_name, demo FROM publication_shell ORDER BY shell";
    sql.all("publication_shell", text, params![])
        .await?
        .iter()
        .map(|row| {
            Ok(Surroundings {
                shell: row.text("shell")?,
                portal_name: row.text("portal_name")?,
                demo: row.flag("demo")?,
            })
        })
        .collect()
}
