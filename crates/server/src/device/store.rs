//! Statements on the ledger of devices.

use jiff::Timestamp;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::device::DeviceKind;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use sea_orm::Value;

use super::tables::Standing;
use crate::kit::db::{DbError, Row, Sql};
use crate::params;

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Device.
    pub id: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// 设备编号.
    pub number: String,
    /// Kind, stored name.
    pub kind: String,
    /// Kind in words.
    pub kind_label: &'static str,
    /// 型号.
    pub model: String,
    /// 序列号.
    pub serial: String,
    /// 配发单位.
    pub unit: String,
    /// How it stands, stored name.
    pub state: String,
    /// The same in words.
    pub state_label: &'static str,
    /// Who holds it.
    pub holder: Option<StaffId>,
    /// Where a fixed one stands.
    pub place: Option<String>,
    /// Last check before use.
    pub checked_at: Option<Timestamp>,
    /// Whether that check found nothing.
    pub check_passed: Option<bool>,
    /// Civil day on which its place was published.
    pub published_on: Option<String>,
}

/// A kind's word by its stored name.
pub fn kind_label(name: &str) -> &'static str {
    DeviceKind::ALL.iter().find(|it| wire_name(*it) == name).map_or("", |it| it.label())
}

/// A standing's word by its stored name.
pub fn state_label(name: &str) -> &'static str {
    Standing::ALL.iter().find(|it| it.name() == name).map_or("", |it| it.label())
}

const COLUMNS: &str = "matter_id, organ_id, number, kind, model, serial, unit, state, holder, place, checked_at, \
     check_passed, published_on";

fn read(row: &Row) -> Result<Line, DbError> {
    let (kind, state) = (row.text("kind")?, row.text("state")?);
    Ok(Line {
        id: MatterId(row.uuid("matter_id")?),
        organ: OrganId(row.uuid("organ_id")?),
        number: row.text("number")?,
        kind_label: kind_label(&kind),
        kind,
        model: row.text("model")?,
        serial: row.text("serial")?,
        unit: row.text("unit")?,
        state_label: state_label(&state),
        state,
        holder: row.opt_uuid("holder")?.map(StaffId),
        place: row.opt_text("place")?,
        checked_at: row.opt_instant("checked_at")?,
        check_passed: row.opt_int("check_passed")?.map(|it| it == 1),
        published_on: row.opt_text("published_on")?,
    })
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Organs that may be seen.
    pub organs: Vec<OrganId>,
    /// How it stands, stored name.
    pub state: Option<String>,
    /// Kind, stored name.
    pub kind: Option<String>,
    /// Held by.
    pub holder: Option<StaffId>,
    /// Continue below this device (newest first).
    pub before: Option<MatterId>,
}

/// Devices, newest first; one more than a page says that there are more.
///
/// # Errors
/// When the database fails.
pub async fn list<S: Sql>(sql: &S, filter: &Filter, limit: u32) -> Result<Vec<Line>, DbError> {
    let mut values: Vec<Value> = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("${}", values.len())
    };
    let organs: Vec<String> = filter.organs.iter().flat_map(|it| params![*it]).map(&mut bind).collect();
    let mut conditions = vec![match organs.as_slice() {
        [] => "1 = 0".to_owned(),
        many => format!("organ_id IN ({})", many.join(", ")),
    }];
    for (column, value) in [("state", &filter.state), ("kind", &filter.kind)] {
        if let Some(value) = value {
            conditions.push(format!("{column} = {}", bind(value.as_str().into())));
        }
    }
    for holder in filter.holder.into_iter().flat_map(|it| params![it]) {
        conditions.push(format!("holder = {}", bind(holder)));
    }
    for before in filter.before.into_iter().flat_map(|it| params![it]) {
        conditions.push(format!("matter_id < {}", bind(before)));
    }
    let text = format!(
        "SELECT {COLUMNS} FROM device_row WHERE {} ORDER BY matter_id DESC LIMIT {limit}",
        conditions.join(" AND ")
    );
    sql.all("device_row", text, values).await?.iter().map(read).collect()
}

/// Whether an organ has a device of this number.
///
/// # Errors
/// When the database fails.
pub async fn number_used<S: Sql>(sql: &S, organ: OrganId, number: &str) -> Result<bool, DbError> {
    let text = "SELECT matter_id FROM device_row WHERE organ_id = $1 AND number = $2";
    Ok(sql.one("device_row", text, params![organ, number]).await?.is_some())
}
