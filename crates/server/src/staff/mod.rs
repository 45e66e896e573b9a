//! People (temporary).
pub mod store {
    //! Statements.
    use crate::kit::db::{DbError, Sql};
    use crate::params;
    use mingjing_domain::matter::{OrganId, StaffId};
    /// Heads.
    pub async fn heads<S: Sql>(sql: &S, organ: OrganId) -> Result<Vec<StaffId>, DbError> {
        let rows = sql.all("matter", "SELECT id FROM matter WHERE organ_id = $1 AND kind = 'staff'", params![organ]).await?;
        rows.iter().map(|r| Ok(StaffId(r.uuid("id")?))).collect()
    }
}
