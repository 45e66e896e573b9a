//! The procedure as text and as a drawing, both from [`super::procedure::PROCEDURE`].

use super::procedure::{Lane, PROCEDURE, Relation, Step};
use super::types::Stage;
use std::fmt::Write as _;

/// Every lane in the order it is shown.
pub const LANES: [Lane; 12] = [
    Lane::Main,
    Lane::Approval,
    Lane::Investigation,
    Lane::Preservation,
    Lane::Clock,
    Lane::Review,
    Lane::Notice,
    Lane::Hearing,
    Lane::Service,
    Lane::Execution,
    Lane::Remedy,
    Lane::Recording,
];

/// Main stages in the order a case goes through them.
const LINE: [Stage; 7] = [
    Stage::Clue,
    Stage::Checking,
    Stage::Investigating,
    Stage::Concluded,
    Stage::Decided,
    Stage::Closed,
    Stage::Archived,
];

/// Where a case leaves the line.
const EXITS: [Stage; 3] = [Stage::NotFiled, Stage::Withdrawn, Stage::Transferred];

const BOX: (i32, i32) = (128, 40);
const STEP_X: i32 = 168;
const LEFT: i32 = 132;
const ROW: i32 = 26;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn x_of(stage: Stage) -> i32 {
    let index = LINE.iter().position(|s| *s == stage).or_else(|| {
        // An exit stands below the stage after the first it leaves from.
        EXITS.iter().position(|s| *s == stage).map(|i| i + 1)
    });
    LEFT + i32::try_from(index.unwrap_or(0)).unwrap_or(0) * STEP_X
}

/// Colours stand on the shapes, not in a style sheet: a page whose policy allows
/// no inline style shows the same picture.
fn stage_box(out: &mut String, stage: Stage, y: i32, (fill, stroke): (&str, &str)) {
    let x = x_of(stage);
    let (w, h) = BOX;
    let _ = write!(
        out,
        "<g><rect fill=\"{fill}\" stroke=\"{stroke}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>",
        x + w / 2,
        y + 26,
        escape(stage.label())
    );
}

/// A published flow chart: the main stages with the acts that lead from one to
/// the next, the exits, and below them each lane with its acts at the stage in
/// which they are first open. SVG, 1320 wide, the same bytes every time.
pub fn svg() -> String {
    svg_of(&LANES)
}

/// As [`svg`], with these lanes alone below the main stages.
pub fn svg_of(lanes: &[Lane]) -> String {
    let mut body = String::new();
    for stage in LINE {
        stage_box(&mut body, stage, 40, ("#eef3fa", "#1f4e8c"));
    }
    for stage in EXITS {
        stage_box(&mut body, stage, 128, ("#f6f1e7", "#8a6d1f"));
    }
    for step in PROCEDURE.iter() {
        if let Some(to) = step.to {
            arrow(&mut body, step, to);
        }
    }
    let mut y = 210;
    for lane in lanes {
        y = lane_rows(&mut body, *lane, y);
    }
    let height = y + 16;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1320 {height}\" role=\"img\" aria-labelledby=\"chart-title\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1b1b1b\">\
         <title id=\"chart-title\">行政处罚普通程序流程图</title>\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>\
         {body}</svg>\n"
    )
}

/// An arrow of the main line (between neighbours) or down to an exit.
fn arrow(out: &mut String, step: &Step, to: Stage) {
    let (w, h) = BOX;
    let Some(from) = step.from.first().copied() else { return };
    let place = |s: Stage| LINE.iter().position(|x| *x == s);
    match (place(from), place(to)) {
        (Some(a), Some(b)) if b == a + 1 => {
            let _ = write!(
                out,
                "<path class=\"line\" stroke=\"#1f4e8c\" fill=\"none\" marker-end=\"url(#tip)\" d=\"M{} 60H{}\"/>",
                x_of(from) + w,
                x_of(to)
            );
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"30\" text-anchor=\"middle\">{}</text>",
                (x_of(from) + w + x_of(to)) / 2,
                escape(step.verb.label())
            );
        }
        // Back along the line: 恢复调查.
        (Some(a), Some(b)) if b < a => {
            let (x1, x2) = (x_of(from) + w / 4, x_of(to) + w * 3 / 4);
            let _ = write!(
                out,
                "<path class=\"line\" stroke=\"#1f4e8c\" fill=\"none\" marker-end=\"url(#tip)\" d=\"M{x1} {}V100H{x2}V{}\"/>",
                40 + h,
                40 + h
            );
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"116\" text-anchor=\"middle\">{}</text>",
                (x1 + x2) / 2,
                escape(step.verb.label())
            );
        }
        (Some(_), None) => {
            let x = x_of(to) + w / 2;
            let _ = write!(
                out,
                "<path class=\"line\" stroke=\"#1f4e8c\" fill=\"none\" marker-end=\"url(#tip)\" d=\"M{x} {}V128\"/>",
                40 + h
            );
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"186\" text-anchor=\"middle\">{}</text>",
                x,
                escape(step.verb.label())
            );
        }
        (Some(_) | None, Some(_) | None) => {}
    }
}

/// The acts of a lane, each under the stage where it is first open; gives the next free y.
fn lane_rows(out: &mut String, lane: Lane, top: i32) -> i32 {
    let _ = write!(
        out,
        "<g class=\"lane\" font-size=\"12\"><path class=\"rule\" stroke=\"#d0d4da\" d=\"M0 {top}H1320\"/>"
    );
    let _ = write!(
        out,
        "<text class=\"name\" font-weight=\"bold\" x=\"8\" y=\"{}\">{}</text>",
        top + 18,
        escape(lane.label())
    );
    let mut used = [0i32; LINE.len()];
    for step in PROCEDURE.iter().filter(|s| s.lane == lane && s.relation != Relation::System) {
        let index = step.from.iter().find_map(|f| LINE.iter().position(|s| s == f)).unwrap_or(0);
        let y = top + 18 + used[index] * ROW;
        used[index] += 1;
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{y}\">{}<title>{}</title></text>",
            x_of(LINE[index]),
            escape(step.verb.label()),
            escape(&step.article.to_string())
        );
    }
    let _ = write!(out, "</g>");
    top + used.iter().max().copied().unwrap_or(1).max(1) * ROW + 6
}

/// The procedure as a table in Markdown: one row an act.
pub fn procedure_markdown() -> String {
    let mut out = String::from(
        "# 行政处罚普通程序\n\n本表由程序生成，与系统执行的是同一张表。\n\n\
         | 事项 | 所属 | 可以办理的阶段 | 办理后 | 由谁办理 | 与案件的关系 | 文书 | 期限 | 依据 |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for step in PROCEDURE.iter() {
        let join = |words: Vec<&str>| if words.is_empty() { "—".to_owned() } else { words.join("、") };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            step.verb.label(),
            step.lane.label(),
            join(step.from.iter().map(|s| s.label()).collect()),
            step.to.map_or("—", Stage::label),
            join(step.who.iter().map(|r| r.label()).collect()),
            relation(step.relation),
            join(step.documents.iter().map(|d| d.label()).collect()),
            if step.limit.is_empty() { "—" } else { step.limit },
            step.article
        );
    }
    out
}

/// The relation in words.
pub const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Organ => "本机关人员",
        Relation::Handling => "本案承办人",
        Relation::Apart => "没有办理过本案的人员",
        Relation::System => "系统",
    }
}

/// The main stages in Markdown: for each, how a case comes to it and what is open in it.
pub fn states_markdown() -> String {
    let mut out = String::from("# 案件的阶段\n\n本表由程序生成。\n\n");
    for stage in Stage::ALL {
        let _ = writeln!(out, "## {}\n", stage.label());
        let into: Vec<_> =
            PROCEDURE.iter().filter(|s| s.to == Some(*stage)).map(|s| s.verb.label()).collect();
        let _ = writeln!(out, "经由：{}\n", if into.is_empty() { "—".into() } else { into.join("、") });
        for lane in LANES {
            let open: Vec<_> = PROCEDURE
                .iter()
                .filter(|s| s.lane == lane && s.from.contains(stage))
                .map(|s| s.verb.label())
                .collect();
            if !open.is_empty() {
                let _ = writeln!(out, "- {}：{}", lane.label(), open.join("、"));
            }
        }
        out.push('\n');
    }
    out
}
