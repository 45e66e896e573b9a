//! The fields of each command on a device, as those of a case.

use super::{DeviceCommand, DeviceKind, DeviceVerb, SiteReview, SiteUse};
use crate::case::form::{Field, Kind, choice, f, flag, line, paragraph, wire_name};

/// The fields of a command, in the order of its form.
pub fn fields(verb: DeviceVerb) -> Vec<Field> {
    use DeviceVerb as V;
    match verb {
        V::Register => vec![
            line("number", "设备编号"),
            choice::<DeviceKind>("kind", "类型"),
            line("model", "型号"),
            line("serial", "序列号"),
            line("unit", "配发单位"),
            choice::<SiteUse>("site_use", "固定设备的场所").optional(),
            line("site_place", "固定设备的设置地点").optional(),
        ],
        V::Assign => vec![f("to", "使用人", Kind::Staff), line("note", "备注").optional()],
        V::Return => vec![paragraph("condition", "归还时的状况")],
        V::Check => vec![
            f("battery_percent", "电量（%）", Kind::Number).optional().hint("外接电源的不填"),
            f("free_mib", "剩余空间（MiB）", Kind::Number),
            f("clock_offset_ms", "时钟偏差（毫秒，设备减服务器）", Kind::Number),
        ],
        V::ReportFault => vec![paragraph("description", "故障情况").hint("应立即停止使用")],
        V::SendForRepair => {
            vec![
                line("repairer", "维修单位"),
                flag("professional", "由专业部门维修").hint("不得私自拆装、更换"),
            ]
        }
        V::Repaired => vec![flag("fit", "可以使用"), paragraph("result", "维修结果")],
        V::Maintain => vec![paragraph("work", "维护保养情况")],
        V::PublishSite => vec![f("on", "公布日期", Kind::Date), line("medium", "公布的载体")],
        V::ReviewSite => vec![
            choice::<SiteReview>("review", "审核"),
            flag("pass", "符合标准、设置合理、标志明显"),
            paragraph("opinion", "审核意见"),
        ],
        V::Scrap => vec![paragraph("reason", "报废理由和存储介质的处理")],
    }
}

/// Reads a command from its fields; the tag is added here.
///
/// # Errors
/// What the reader says about the first field that does not fit.
pub fn read(verb: DeviceVerb, body: serde_json::Value) -> Result<DeviceCommand, String> {
    crate::recording::form::tagged(wire_name(&verb), body)
}
