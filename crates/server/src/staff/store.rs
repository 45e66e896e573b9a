//! Tables of people and organs, and the queries on them.

use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::{Role, StaffState};
use uuid::Uuid;

use crate::kit::authz::{Columns, Scope};
use crate::kit::db::{DbError, Sql};
use crate::kit::projection::{ColumnType, Projects, Row, TableSpec};
use crate::params;

use ColumnType::{Blob, Int, Text};

impl Projects for OrganState {
    const TABLES: &'static [TableSpec] = &[TableSpec {
        name: "organ",
        columns: &[
            ("matter_id", Blob),
            ("name", Text),
            ("short_name", Text),
            ("system", Text),
            ("region", Text),
            ("kind", Text),
            ("category", Text),
            ("confirmed_from", Text),
            ("version", Int),
        ],
        key: &["matter_id"],
    }];

    fn rows(id: MatterId, _: OrganId, version: u64, state: &Self) -> Vec<Row> {
        let it = &state.profile;
        let open = state.confirmed.iter().find(|(_, end)| end.is_none());
        let confirmed = open.map(|(from, _)| from.to_string());
        let values = params![
            id,
            it.name.as_str(),
            it.short_name.as_str(),
            it.system.as_str(),
            it.region.as_str(),
            it.kind.label(),
            it.category.as_str(),
            confirmed,
            version,
        ];
        vec![Row { table: "organ", values }]
    }
}

impl Projects for StaffState {
    const TABLES: &'static [TableSpec] = &[
        TableSpec {
            name: "staff_member",
            columns: &[
                ("matter_id", Blob),
                ("organ_id", Blob),
                ("name", Text),
                ("title", Text),
                ("unit", Text),
                ("enabled", Int),
                ("version", Int),
            ],
            key: &["matter_id"],
        },
        TableSpec {
            name: "staff_role",
            columns: &[("matter_id", Blob), ("role", Text), ("organ_id", Blob)],
            key: &["matter_id", "role"],
        },
        TableSpec {
            name: "staff_certificate",
            columns: &[
                ("matter_id", Blob),
                ("number", Text),
                ("organ_id", Blob),
                ("categories", Text),
                ("region", Text),
                ("valid_from", Text),
                ("valid_to", Text),
                ("standing", Text),
            ],
            key: &["matter_id", "number"],
        },
    ];

    fn rows(id: MatterId, organ: OrganId, version: u64, state: &Self) -> Vec<Row> {
        let (name, title) = (state.name.value(), state.title.value());
        let mut rows = vec![Row {
            table: "staff_member",
            values: params![id, organ, name, title, state.unit.as_str(), state.enabled, version],
        }];
        for role in &state.roles {
            rows.push(Row { table: "staff_role", values: params![id, role.name(), organ] });
        }
        for it in &state.certificates {
            let suspended = it.blocked.iter().any(|(_, until)| until.is_none());
            let standing = if it.revoked_on.is_some() {
                "revoked"
            } else if suspended {
                "suspended"
            } else {
                "held"
            };
            let values = params![
                id,
                it.number.as_str(),
                organ,
                it.categories.join("、"),
                it.region.as_str(),
                it.valid_from.to_string(),
                it.valid_to.to_string(),
                standing,
            ];
            rows.push(Row { table: "staff_certificate", values });
        }
        rows
    }
}

/// How the list of staff tells a scope.
pub const COLUMNS: Columns =
    Columns { organ: "s.organ_id", unit: "s.unit", region: "o.region", handles: "", person: "s.matter_id" };

/// One person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: StaffId,
    /// Name; none after erasure.
    pub name: Option<String>,
    /// Post; none after erasure.
    pub title: Option<String>,
    /// Unit; empty for none.
    pub unit: String,
    /// Name of the organ; none when the organ is not recorded.
    pub organ_name: Option<String>,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Roles, by label.
    pub roles: Vec<&'static str>,
}

/// What a list of staff is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name.
    pub name: Option<String>,
    /// A role.
    pub role: Option<Role>,
    /// Enabled or not.
    pub enabled: Option<bool>,
    /// Continue after this person.
    pub after: Option<Uuid>,
}

/// Members in the order of registration, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn members<S: Sql>(
    sql: &S,
    scope: Scope,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Member>, DbError> {
    let mut values = scope.params;
    let mut text = format!(
        "SELECT s.matter_id, s.name, s.title, s.unit, s.enabled, o.name AS organ_name \
         FROM staff_member s LEFT JOIN organ o ON o.matter_id = s.organ_id WHERE {}",
        scope.clause
    );
    let mut add = |condition: &str, value: sea_orm::Value| {
        values.push(value);
        text.push_str(" AND ");
        text.push_str(&condition.replace("{}", &format!("${}", values.len())));
    };
    if let Some(name) = &filter.name {
        let plain = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        add("s.name LIKE {} ESCAPE '\\'", format!("%{plain}%").into());
    }
    if let Some(role) = filter.role {
        let condition = "EXISTS (SELECT 1 FROM staff_role r WHERE r.matter_id = s.matter_id AND r.role = {})";
        add(condition, role.name().into());
    }
    if let Some(enabled) = filter.enabled {
        add("s.enabled = {}", i64::from(enabled).into());
    }
    if let Some(after) = filter.after {
        add("s.matter_id > {}", after.into_bytes().to_vec().into());
    }
    text.push_str(&format!(" ORDER BY s.matter_id LIMIT {limit}"));
    let rows = sql.all("staff_member", text, values).await?;
    let mut members = Vec::with_capacity(rows.len());
    for row in &rows {
        let id = StaffId(row.uuid("matter_id")?);
        members.push(Member {
            id,
            name: row.opt_text("name")?,
            title: row.opt_text("title")?,
            unit: row.text("unit")?,
            organ_name: row.opt_text("organ_name")?,
            enabled: row.flag("enabled")?,
            roles: roles(sql, id).await?,
        });
    }
    Ok(members)
}

async fn roles<S: Sql>(sql: &S, id: StaffId) -> Result<Vec<&'static str>, DbError> {
    let text = "SELECT role FROM staff_role WHERE matter_id = $1 ORDER BY role";
    let rows = sql.all("staff_role", text, params![id]).await?;
    rows.iter()
        .map(|row| {
            let name = row.text("role")?;
            Role::ALL
                .iter()
                .find(|it| it.name() == name)
                .map(|it| it.label())
                .ok_or_else(|| DbError::row("staff_role", "role", "unknown role"))
        })
        .collect()
}

/// Whether the organ lacks one of the three administrators.
///
/// # Errors
/// When the database fails.
pub async fn is_founding<S: Sql>(sql: &S, organ: OrganId) -> Result<bool, DbError> {
    let text = "SELECT COUNT(DISTINCT role) AS n FROM staff_role \
                WHERE organ_id = $1 AND role IN ('system_admin', 'security_admin', 'auditor')";
    let row = sql.one("staff_role", text, params![organ]).await?;
    Ok(match row {
        Some(row) => row.int("n")? < 3,
        None => true,
    })
}

/// The account behind a login name: person, stored password, whether it must change.
///
/// # Errors
/// When the database fails.
pub async fn credential<S: Sql>(sql: &S, login: &str) -> Result<Option<(StaffId, String)>, DbError> {
    let text = "SELECT staff_id, phc FROM credential WHERE login = $1";
    match sql.one("credential", text, params![login]).await? {
        Some(row) => Ok(Some((StaffId(row.uuid("staff_id")?), row.text("phc")?))),
        None => Ok(None),
    }
}

/// Login name and stored password of a person.
///
/// # Errors
/// When the database fails.
pub async fn credential_of<S: Sql>(sql: &S, staff: StaffId) -> Result<Option<(String, String)>, DbError> {
    let text = "SELECT login, phc FROM credential WHERE staff_id = $1";
    match sql.one("credential", text, params![staff]).await? {
        Some(row) => Ok(Some((row.text("login")?, row.text("phc")?))),
        None => Ok(None),
    }
}

/// Heads of an organ: enabled persons who hold 主要负责人 or 分管负责人 now, in the
/// order of registration.
///
/// # Errors
/// When the database fails.
pub async fn heads<S: Sql>(sql: &S, organ: OrganId) -> Result<Vec<StaffId>, DbError> {
    let text = "SELECT DISTINCT s.matter_id FROM staff_member s JOIN staff_role r ON r.matter_id = s.matter_id \
                WHERE s.organ_id = $1 AND s.enabled = 1 AND r.role IN ('head', 'deputy') ORDER BY s.matter_id";
    let rows = sql.all("staff_member", text, params![organ]).await?;
    rows.iter().map(|row| Ok(StaffId(row.uuid("matter_id")?))).collect()
}

/// A person of an organ, as forms and pages of other features name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: StaffId,
    /// Name; the mark of erasure when it is no longer held.
    pub name: String,
    /// Post; may be empty.
    pub title: String,
    /// Unit; empty for none.
    pub unit: String,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Roles held now.
    pub roles: Vec<Role>,
    /// Certificates that are held and not suspended.
    pub certificates: Vec<Held>,
}

/// A certificate that is held and not suspended now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Number.
    pub number: String,
    /// Categories, joined by `、`.
    pub categories: String,
    /// GB/T 2260 code.
    pub region: String,
    /// First civil day, ISO.
    pub from: String,
    /// Last civil day, ISO.
    pub until: String,
}

/// Everyone of an organ in the order of registration, also those disabled.
///
/// # Errors
/// When the database fails.
pub async fn colleagues<S: Sql>(sql: &S, organ: OrganId) -> Result<Vec<Colleague>, DbError> {
    let text = "SELECT matter_id, name, title, unit, enabled FROM staff_member WHERE organ_id = $1 ORDER BY matter_id";
    let rows = sql.all("staff_member", text, params![organ]).await?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        out.push(Colleague {
            id: StaffId(row.uuid("matter_id")?),
            name: row.opt_text("name")?.unwrap_or_else(|| "〔已依法销毁〕".to_owned()),
            title: row.opt_text("title")?.unwrap_or_default(),
            unit: row.text("unit")?,
            enabled: row.flag("enabled")?,
            roles: Vec::new(),
            certificates: Vec::new(),
        });
    }
    let place = |out: &[Colleague], id: Uuid| out.binary_search_by_key(&StaffId(id), |it| it.id).ok();
    let text = "SELECT matter_id, role FROM staff_role WHERE organ_id = $1 ORDER BY matter_id, role";
    for row in &sql.all("staff_role", text, params![organ]).await? {
        let name = row.text("role")?;
        let role = Role::ALL.into_iter().find(|it| it.name() == name);
        let role = role.ok_or_else(|| DbError::row("staff_role", "role", "unknown role"))?;
        if let Some(at) = place(&out, row.uuid("matter_id")?) {
            out[at].roles.push(role);
        }
    }
    let text = "SELECT matter_id, number, categories, region, valid_from, valid_to FROM staff_certificate \
                WHERE organ_id = $1 AND standing = 'held' ORDER BY matter_id, number";
    for row in &sql.all("staff_certificate", text, params![organ]).await? {
        let held = Held {
            number: row.text("number")?,
            categories: row.text("categories")?,
            region: row.text("region")?,
            from: row.text("valid_from")?,
            until: row.text("valid_to")?,
        };
        if let Some(at) = place(&out, row.uuid("matter_id")?) {
            out[at].certificates.push(held);
        }
    }
    Ok(out)
}

/// Organs whose region begins with `prefix`: identifier and name, in the order of
/// registration, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn organs_below<S: Sql>(
    sql: &S,
    prefix: &str,
    limit: u32,
) -> Result<Vec<(OrganId, String)>, DbError> {
    let text = format!(
        "SELECT matter_id, name FROM organ WHERE region >= $1 AND region < $2 ORDER BY matter_id LIMIT {limit}"
    );
    let rows = sql.all("organ", text, params![prefix, format!("{prefix}~")]).await?;
    rows.iter().map(|row| Ok((OrganId(row.uuid("matter_id")?), row.text("name")?))).collect()
}
