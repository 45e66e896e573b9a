//! Statements that read who may enforce.

use jiff::civil::Date;
use mingjing_domain::matter::OrganId;

use super::{Query, day};
use crate::kit::db::{DbError, Row, Sql};

/// An organ as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganLine {
    /// Organ.
    pub id: OrganId,
    /// Full name.
    pub name: String,
    /// What it is, by its stored name.
    pub kind: String,
    /// Field of enforcement.
    pub category: String,
    /// First day of its confirmed powers.
    pub confirmed_from: Option<Date>,
}

/// Every organ of the installation, by region and name.
///
/// # Errors
/// When the database fails.
pub async fn organs<S: Sql>(sql: &S) -> Result<Vec<OrganLine>, DbError> {
    let text = "SELECT matter_id, name, kind, category, confirmed_from FROM organ ORDER BY region, name, matter_id LIMIT 500";
    let read = |row: &Row| {
        Ok(OrganLine {
            id: OrganId(row.uuid("matter_id")?),
            name: row.text("name")?,
            kind: row.text("kind")?,
            category: row.text("category")?,
            confirmed_from: day(row, "confirmed_from")?,
        })
    };
    sql.all("organ", text, vec![]).await?.iter().map(read).collect()
}

/// An officer with one certificate, as the public may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// Name.
    pub name: String,
    /// Organ.
    pub organ: OrganId,
    /// Name of the organ.
    pub organ_name: String,
    /// Certificate number.
    pub number: String,
    /// Categories it covers.
    pub categories: String,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Date,
    /// `held`, `suspended` or `revoked`.
    pub standing: String,
    /// The account is enabled.
    pub enabled: bool,
}

/// Holders of certificates: of one organ, or by a name or certificate number;
/// continued after a certificate number.
///
/// # Errors
/// When the database fails.
pub async fn officers<S: Sql>(
    sql: &S,
    organ: Option<OrganId>,
    words: Option<&str>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<Officer>, DbError> {
    let mut query = Query { values: Vec::new(), conditions: vec!["m.name IS NOT NULL".to_owned()] };
    if let Some(organ) = organ {
        let at = query.bind(organ);
        query.conditions.push(format!("c.organ_id = {at}"));
    }
    if let Some(words) = words {
        let (name, number) = (query.bind(words), query.bind(words));
        query.conditions.push(format!("(m.name = {name} OR c.number = {number})"));
    }
    if let Some(after) = after {
        let at = query.bind(after);
        query.conditions.push(format!("c.number > {at}"));
    }
    let text = format!(
        "SELECT m.name, c.organ_id, o.name AS organ_name, c.number, c.categories, c.valid_from, c.valid_to, c.standing, \
         m.enabled FROM staff_certificate c JOIN staff_member m ON m.matter_id = c.matter_id \
         JOIN organ o ON o.matter_id = c.organ_id WHERE {} ORDER BY c.number LIMIT {limit}",
        query.conditions.join(" AND ")
    );
    let must = |row: &Row, column: &'static str| {
        day(row, column)?.ok_or_else(|| DbError::row("staff_certificate", column, "missing"))
    };
    let read = |row: &Row| {
        Ok(Officer {
            name: row.text("name")?,
            organ: OrganId(row.uuid("organ_id")?),
            organ_name: row.text("organ_name")?,
            number: row.text("number")?,
            categories: row.text("categories")?,
            valid_from: must(row, "valid_from")?,
            valid_to: must(row, "valid_to")?,
            standing: row.text("standing")?,
            enabled: row.flag("enabled")?,
        })
    };
    sql.all("staff_certificate", text, query.values).await?.iter().map(read).collect()
}
