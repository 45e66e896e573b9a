//! Values as statements take them.

use jiff::Timestamp;
use mingjing_domain::matter::{MatterId, OrganId, StaffId};
use sea_orm::Value;
use uuid::Uuid;

/// A value bound to a placeholder.
pub trait IntoParam {
    /// The value as the engines take it.
    fn into_param(self) -> Value;
}

macro_rules! param {
    ($($type:ty => |$it:ident| $make:expr),* $(,)?) => {
        $(impl IntoParam for $type {
            fn into_param(self) -> Value {
                let $it = self;
                $make.into()
            }
        }
        impl IntoParam for Option<$type> {
            fn into_param(self) -> Value {
                self.map(|$it| $make).into()
            }
        })*
    };
}

param! {
    i64 => |it| it,
    i32 => |it| i64::from(it),
    u32 => |it| i64::from(it),
    u16 => |it| i64::from(it),
    bool => |it| i64::from(it),
    // No counter of ours comes near 2^63; the database would refuse a negative one.
    u64 => |it| i64::try_from(it).unwrap_or(-1),
    usize => |it| i64::try_from(it).unwrap_or(-1),
    Timestamp => |it| it.as_microsecond(),
    String => |it| it,
    &str => |it| it.to_owned(),
    Vec<u8> => |it| it,
    &[u8] => |it| it.to_vec(),
    [u8; 32] => |it| it.to_vec(),
    Uuid => |it| it.into_bytes().to_vec(),
    MatterId => |it| it.0.into_bytes().to_vec(),
    OrganId => |it| it.0.into_bytes().to_vec(),
    StaffId => |it| it.0.into_bytes().to_vec(),
}

impl IntoParam for Value {
    fn into_param(self) -> Value {
        self
    }
}

/// Parameters of a statement: `params![id, now, "text"]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::kit::db::IntoParam::into_param($value)),*]
    };
}
