//! `mingjing bench`: the running program measured from outside, one request after
//! another on one connection, its CPU time taken from the kernel's books.

mod files;
mod lists;
mod program;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use mingjing_domain::matter::StaffId;
use serde_json::json;
use uuid::Uuid;

use super::seed::{self, Order, Seeded};
use super::{OpsError, making};
use crate::kit::app::App;
use crate::kit::clock::ManualClock;
use crate::kit::config::Config;
use crate::kit::db::Sql;
use crate::kit::entropy::{Draw, SeededEntropy};
use crate::kit::token;
use program::{Server, WARM, cpu_ms};

/// One line of the table.
struct Figure {
    name: String,
    value: f64,
    bar: Option<f64>,
    unit: &'static str,
    note: String,
}

fn say(line: impl std::fmt::Display) -> Result<(), OpsError> {
    writeln!(std::io::stdout(), "{line}").map_err(|e| OpsError::io(Path::new("stdout"), e))
}

fn fail(what: impl std::fmt::Display) -> OpsError {
    OpsError::Refused(what.to_string())
}

/// What is measured how often.
#[derive(Clone, Debug, clap::Args)]
pub struct Asked {
    /// 每项请求数
    #[arg(long, default_value_t = 4_000)]
    pub requests: u32,
    /// 较小的合成县，与之比较列表的用时
    #[arg(long)]
    pub small: Option<std::path::PathBuf>,
    /// 上传和读取的一个文件的大小（MiB）
    #[arg(long, default_value_t = 1_024, value_parser = clap::value_parser!(u32).range(16..))]
    pub file_mib: u32,
    /// 只测量上传和读取
    #[arg(long)]
    pub files_only: bool,
    /// 最后在预置的文件夹中也测量案件全程；其记录晚于今天，此后该文件夹不能再提供服务
    #[arg(long)]
    pub spend: bool,
}

/// Measures, prints, and says whether every bar is met. `small` is the folder of a
/// smaller county, whose lists are measured beside.
///
/// # Errors
/// When the folder holds no seeded county or the program does not start.
pub async fn bench(config: &Config, asked: &Asked) -> Result<bool, OpsError> {
    let mut figures = Vec::new();
    let small = asked.small.as_deref();
    if !asked.files_only {
        figures.extend(served(config, asked.requests).await?);
        if let Some(small) = small {
            figures.extend(lists::against(config, &of_folder(config, small), asked.requests).await?);
        }
        figures.extend(lives(config).await?);
    }
    let there = small.map_or_else(|| config.clone(), |it| of_folder(config, it));
    let (token, _, _) = found(&there).await?;
    figures.extend(files::files(&there, &token, asked.file_mib).await?);
    if !asked.files_only {
        figures.push(replay(config).await?);
        if asked.spend {
            figures.extend(lives_beside(config).await?);
        }
    }
    print(&figures)
}

/// The same settings for another folder, whose keys lie in it.
fn of_folder(config: &Config, folder: &Path) -> Config {
    Config { data: folder.to_path_buf(), keys: None, database: None, ..config.clone() }
}

/// What [`subjects`] finds in a folder that nobody has open.
async fn found(config: &Config) -> Result<(String, Uuid, Option<String>), OpsError> {
    let app = super::open_existing(config).await?;
    let found = subjects(&app).await?;
    app.db().clone().close().await?;
    Ok(found)
}

/// Requests to the program.
async fn served(config: &Config, requests: u32) -> Result<Vec<Figure>, OpsError> {
    let mut figures = Vec::new();
    let (token, case, public) = found(config).await?;
    let mut server = Server::start(config)?;
    figures.push(Figure {
        name: "启动到就绪".to_owned(),
        value: server.ready_ms,
        bar: Some(1_000.0),
        unit: "ms",
        note: String::new(),
    });
    server.settle()?;
    figures.push(Figure {
        name: "空闲内存".to_owned(),
        value: server.memory_mib()?,
        bar: Some(120.0),
        unit: "MiB",
        note: String::new(),
    });
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n");
    let mut probe = |name: &str, bar, request: &dyn Fn(u32) -> String, times: u32| -> Result<(), OpsError> {
        figures.push(server.measure(name, bar, request, times)?);
        Ok(())
    };
    let one = format!("/api/v1/cases/{case}");
    let (all, filtered) = ("/api/v1/cases?limit=20", "/api/v1/cases?limit=20&stage=decided");
    probe("读取案件（API）", Some(0.15), &|_| get(&one, &bearer), requests)?;
    probe("列表 20 条（API）", Some(0.40), &|_| get(all, &bearer), requests)?;
    probe("列表 20 条，按阶段筛选（API）", Some(0.40), &|_| get(filtered, &bearer), requests)?;
    let page = public.map_or_else(|| "/".to_owned(), |id| format!("/decisions/{id}"));
    probe("公示页面", Some(0.10), &|_| get(&page, ""), requests)?;
    let mut ids = Draw::new(&crate::kit::entropy::OsEntropy);
    let keys: Vec<Uuid> = (0..requests + WARM).map(|_| ids.uuid_v7(0)).collect();
    let clue = json!({ "source": "inspection", "received_on": today(), "subject": "示例单位", "summary": "合成数据：压力测试线索" });
    let clue = clue.to_string();
    let post = |n: u32| {
        let key = keys.get(n as usize).copied().unwrap_or_default();
        format!(
            "POST /api/v1/cases HTTP/1.1\r\nHost: bench\r\n{bearer}Idempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{clue}",
            clue.len()
        )
    };
    probe("登记线索（持久写入）", Some(1.0), &post, requests / 4)?;
    server.stop();
    Ok(figures)
}

fn today() -> String {
    use crate::kit::clock::{Clock, SystemClock};
    mingjing_domain::matter::civil_day(SystemClock.now()).to_string()
}

/// A token of an officer, a case of the same organ, a public page.
async fn subjects(app: &App) -> Result<(String, Uuid, Option<String>), OpsError> {
    let officer = app
        .db()
        .one("credential", "SELECT staff_id FROM credential WHERE login = 'yj-officer1'", vec![])
        .await?
        .ok_or_else(|| fail("文件夹中没有预置的县（先运行 seed）"))?;
    let officer = StaffId(officer.uuid("staff_id")?);
    let token = token::issue(app, officer, "bench", 1).await?;
    let case = app
        .db()
        .one(
            "case_row",
            "SELECT r.matter_id FROM case_row r JOIN staff_member s ON s.organ_id = r.organ_id \
             WHERE s.matter_id = $1 AND r.stage = 'decided' ORDER BY r.matter_id DESC LIMIT 1",
            crate::params![officer],
        )
        .await?
        .ok_or_else(|| fail("没有已作出决定的案件"))?;
    let public =
        "SELECT public_id FROM publication_row WHERE public_id IS NOT NULL ORDER BY matter_id DESC LIMIT 1";
    let public = app.db().one("publication_row", public, vec![]).await?;
    Ok((token, case.uuid("matter_id")?, public.map(|it| it.text("public_id")).transpose()?))
}

/// Cases whose whole lives are led for the figure.
const LIVES: u64 = 60;

/// Whole lives of cases, from the clue to the archive, each command decided and
/// committed on its own, in an empty folder. The clock is the seed's, since a life takes
/// months; so this is measured inside the process, without HTTP.
async fn lives(config: &Config) -> Result<Vec<Figure>, OpsError> {
    let folder = config.data.join("bench-lives");
    let config = of_folder(config, &folder);
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let app = making::making_app(&config, Arc::clone(&clock), Arc::new(SeededEntropy::new(1))).await?;
    let before = cpu_ms(std::process::id())?;
    let done = seed::seed(&app, &clock, &of_lives(0, LIVES_UNTIL)).await.map_err(fail)?;
    let spent = cpu_ms(std::process::id())? - before;
    app.db().clone().close().await?;
    std::fs::remove_dir_all(&folder).map_err(|e| OpsError::io(&folder, e))?;
    Ok(of_seeded(&done, spent, "空文件夹"))
}

/// As [`lives`], in the seeded folder itself, among all its cases. A life takes months, so
/// that what is written lies after today: this comes last, and the folder is spent.
async fn lives_beside(config: &Config) -> Result<Vec<Figure>, OpsError> {
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let app = making::making_app(config, Arc::clone(&clock), Arc::new(SeededEntropy::new(2))).await?;
    let text = "SELECT (SELECT COUNT(*) FROM case_row) AS cases, \
                (SELECT recorded_at FROM event ORDER BY seq DESC LIMIT 1) AS last";
    let row = app.db().one("event", text, vec![]).await?.ok_or_else(|| fail("没有记录"))?;
    let (cases, last) = (row.uint("cases")?, row.instant("last")?);
    let span = jiff::Span::new().days(i64::from(LIVES_SPAN) + 2);
    let until = mingjing_domain::matter::civil_day(last).checked_add(span).map_err(fail)?;
    let before = cpu_ms(std::process::id())?;
    let done = seed::beside(&app, &clock, &of_lives(cases, until)).await.map_err(fail)?;
    let spent = cpu_ms(std::process::id())? - before;
    app.db().clone().close().await?;
    Ok(of_seeded(&done, spent, "预置的文件夹"))
}

/// Days over which the measured lives begin.
const LIVES_SPAN: u32 = 400;

/// The lives that are measured, numbered from `first` on.
fn of_lives(first: u64, until: jiff::civil::Date) -> Order {
    Order {
        cases: LIVES,
        first,
        until,
        span_days: LIVES_SPAN,
        seed: 1,
        phc: "!".to_owned(),
        press: None,
        vault: None,
        batch: 1,
    }
}

/// What a life and a command of it took.
fn of_seeded(done: &Seeded, spent: f64, place: &str) -> Vec<Figure> {
    let mut times = done.times_us.clone();
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0);
    #[allow(clippy::cast_precision_loss)] // figures for people to read
    let (lives, commands) = (done.cases as f64, done.commands as f64);
    let note = format!("{} 件，每件平均 {:.1} 个命令", done.cases, commands / lives);
    let each = format!("p50 {} µs，p99 {} µs", at(50), at(99));
    vec![
        Figure {
            name: format!("案件全程（{place}）"),
            value: spent / lives,
            bar: None,
            unit: "ms CPU",
            note,
        },
        Figure {
            name: format!("全程中的一个命令（{place}）"),
            value: spent / commands,
            bar: Some(1.0),
            unit: "ms CPU",
            note: each,
        },
    ]
}

/// The day on which the measured lives end: every one has come to its end by then.
const LIVES_UNTIL: jiff::civil::Date = jiff::civil::date(2026, 9, 30);

async fn replay(config: &Config) -> Result<Figure, OpsError> {
    let report = making::audited(config).await?;
    #[allow(clippy::cast_precision_loss)] // a rate for people to read
    let value = report.events_per_second() as f64;
    let note = format!("{} 个事件，{} 处不符", report.events, report.findings.len());
    Ok(Figure { name: "重放审计".to_owned(), value, bar: Some(-50_000.0), unit: "事件/秒", note })
}

/// Prints the table; a negative bar is a floor.
fn print(figures: &[Figure]) -> Result<bool, OpsError> {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say(format!("平均负载：{}", load.trim()))?;
    let mut all = true;
    for it in figures {
        let met = it.bar.is_none_or(|bar| if bar < 0.0 { it.value >= -bar } else { it.value <= bar });
        all &= met;
        let bar = it.bar.map_or(String::new(), |bar| format!("（标准 {}）", bar.abs()));
        let verdict = if met { "达到" } else { "未达到" };
        say(format!("{}\t{:.3} {}{bar}\t{verdict}\t{}", it.name, it.value, it.unit, it.note))?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_where_the_lives_were_led_and_what_each_command_took() {
        let done = Seeded { cases: 4, commands: 8, times_us: vec![30, 10, 20, 40], ..Seeded::default() };
        let figures = of_seeded(&done, 16.0, "空文件夹");
        assert_eq!((figures[0].value, figures[1].value), (4.0, 2.0));
        assert_eq!(figures[1].name, "全程中的一个命令（空文件夹）");
        assert_eq!(figures[1].note, "p50 30 µs，p99 40 µs");
        let beside = of_lives(100_000, LIVES_UNTIL);
        assert_eq!((beside.first, beside.cases, beside.batch), (100_000, LIVES, 1));
    }
}
