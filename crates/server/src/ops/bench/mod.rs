//! `mingjing bench`: the running program measured from outside, one request after
//! another on one connection, its CPU time taken from the kernel's books.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mingjing_domain::matter::StaffId;
use serde_json::json;
use uuid::Uuid;

use super::seed::{self, Order};
use super::{OpsError, making};
use crate::kit::app::App;
use crate::kit::clock::ManualClock;
use crate::kit::config::Config;
use crate::kit::db::Sql;
use crate::kit::entropy::{Draw, SeededEntropy};
use crate::kit::token;

/// Requests before the measured ones.
const WARM: u32 = 100;
/// Longest wait for the program to be ready.
const READY: Duration = Duration::from_secs(60);
/// Longest wait for it to come to rest.
const SETTLED: Duration = Duration::from_secs(600);
/// Seconds without work in a row that count as rest.
const QUIET_SECONDS: u32 = 3;
/// CPU milliseconds in a second that a program at rest may take.
const REST_MS: f64 = 50.0;
/// Kernel ticks in a second, as `/proc` counts CPU time (USER_HZ is 100 on Linux).
const TICKS: f64 = 100.0;

/// One line of the table.
struct Figure {
    name: &'static str,
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

/// Name of the unfiltered list in the table.
const LIST: &str = "列表 20 条（API）";
/// Name of the filtered list in the table.
const FILTERED: &str = "列表 20 条，按阶段筛选（API）";

/// Measures, prints, and says whether every bar is met. `small` is the folder of a
/// smaller county, whose lists are measured beside.
///
/// # Errors
/// When the folder holds no seeded county or the program does not start.
pub async fn bench(config: &Config, requests: u32, small: Option<&Path>) -> Result<bool, OpsError> {
    let mut figures = Vec::new();
    let (token, case, public) = {
        let app = super::open_existing(config).await?;
        let found = subjects(&app).await?;
        app.db().clone().close().await?;
        found
    };
    let mut server = Server::start(config)?;
    figures.push(Figure {
        name: "启动到就绪",
        value: server.ready_ms,
        bar: Some(1_000.0),
        unit: "ms",
        note: String::new(),
    });
    server.settle()?;
    figures.push(Figure {
        name: "空闲内存",
        value: server.memory_mib()?,
        bar: Some(120.0),
        unit: "MiB",
        note: String::new(),
    });
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n");
    let mut probe = |name, bar, request: &dyn Fn(u32) -> String, times: u32| -> Result<(), OpsError> {
        figures.push(server.measure(name, bar, request, times)?);
        Ok(())
    };
    let one = format!("/api/v1/cases/{case}");
    let (all, filtered) = ("/api/v1/cases?limit=20", "/api/v1/cases?limit=20&stage=decided");
    probe("读取案件（API）", Some(0.15), &|_| get(&one, &bearer), requests)?;
    probe(LIST, Some(0.40), &|_| get(all, &bearer), requests)?;
    probe(FILTERED, Some(0.40), &|_| get(filtered, &bearer), requests)?;
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
    if let Some(small) = small {
        figures.extend(against(config, small, requests, &figures).await?);
    }
    figures.extend(lives(config).await?);
    figures.push(replay(config).await?);
    print(&figures)
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

/// The lists of a smaller county, and how many times longer those of this one take.
async fn against(
    config: &Config,
    small: &Path,
    requests: u32,
    here: &[Figure],
) -> Result<Vec<Figure>, OpsError> {
    let config = Config { data: small.to_path_buf(), keys: None, database: None, ..config.clone() };
    let (token, _, _) = {
        let app = super::open_existing(&config).await?;
        let found = subjects(&app).await?;
        app.db().clone().close().await?;
        found
    };
    let mut server = Server::start(&config)?;
    server.settle()?;
    let mut figures = Vec::new();
    for (name, ratio, path) in [
        (LIST, "列表与小库之比", "/api/v1/cases?limit=20"),
        (FILTERED, "筛选列表与小库之比", "/api/v1/cases?limit=20&stage=decided"),
    ] {
        let asked = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
        let there = server.measure("小库", None, &|_| asked.clone(), requests)?;
        let value = here.iter().find(|it| it.name == name).map_or(f64::NAN, |it| it.value) / there.value;
        let note = format!("小库 {:.3} ms CPU，{}", there.value, there.note);
        figures.push(Figure { name: ratio, value, bar: Some(2.0), unit: "倍", note });
    }
    Ok(figures)
}

/// Cases whose whole lives are led for the figure.
const LIVES: u64 = 60;

/// Whole lives of cases, from the clue to the archive, each command decided and
/// committed on its own. The clock is the seed's, since a life takes months; so
/// this is measured inside the process, without HTTP.
async fn lives(config: &Config) -> Result<Vec<Figure>, OpsError> {
    let folder = config.data.join("bench-lives");
    let config = Config { data: folder.clone(), keys: None, database: None, ..config.clone() };
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let app = making::making_app(&config, Arc::clone(&clock), Arc::new(SeededEntropy::new(1))).await?;
    let order = Order {
        cases: LIVES,
        until: LIVES_UNTIL,
        span_days: 400,
        seed: 1,
        phc: "!".to_owned(),
        press: None,
        vault: None,
        batch: 1,
    };
    let before = cpu_ms(std::process::id())?;
    let done = seed::seed(&app, &clock, &order).await.map_err(fail)?;
    let spent = cpu_ms(std::process::id())? - before;
    app.db().clone().close().await?;
    std::fs::remove_dir_all(&folder).map_err(|e| OpsError::io(&folder, e))?;
    let mut times = done.times_us;
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0);
    #[allow(clippy::cast_precision_loss)] // figures for people to read
    let (lives, commands) = (LIVES as f64, done.commands as f64);
    let note = format!("{} 件，每件平均 {:.1} 个命令", LIVES, commands / lives);
    let each = format!("p50 {} µs，p99 {} µs", at(50), at(99));
    Ok(vec![
        Figure { name: "案件全程", value: spent / lives, bar: None, unit: "ms CPU", note },
        Figure {
            name: "全程中的一个命令",
            value: spent / commands,
            bar: Some(1.0),
            unit: "ms CPU",
            note: each,
        },
    ])
}

/// The day on which the measured lives end: every one has come to its end by then.
const LIVES_UNTIL: jiff::civil::Date = jiff::civil::date(2026, 9, 30);

async fn replay(config: &Config) -> Result<Figure, OpsError> {
    let report = making::audited(config).await?;
    #[allow(clippy::cast_precision_loss)] // a rate for people to read
    let value = report.events_per_second() as f64;
    let note = format!("{} 个事件，{} 处不符", report.events, report.findings.len());
    Ok(Figure { name: "重放审计", value, bar: Some(-50_000.0), unit: "事件/秒", note })
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

/// User and system time of a process so far, in milliseconds.
fn cpu_ms(process: u32) -> Result<f64, OpsError> {
    let path = format!("/proc/{process}/stat");
    let text = std::fs::read_to_string(&path).map_err(|e| OpsError::io(Path::new(&path), e))?;
    // After the name in brackets: field 14 and 15 of the whole line.
    let rest = text.rsplit(')').next().unwrap_or("");
    let ticks: f64 = rest.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<f64>().ok()).sum();
    Ok(ticks * 1_000.0 / TICKS)
}

/// The program under measure, in a process of its own.
struct Server {
    child: Child,
    address: SocketAddr,
    ready_ms: f64,
}

impl Server {
    fn start(config: &Config) -> Result<Self, OpsError> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).map_err(fail)?;
        let program = std::env::current_exe().map_err(fail)?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--data").arg(&config.data).arg("--listen").arg(address.to_string());
        command.arg("--keys").arg(config.key_folder());
        if let Some(database) = &config.database {
            command.arg("--database").arg(database);
        }
        let began = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(fail)?;
        let mut server = Self { child, address, ready_ms: 0.0 };
        while began.elapsed() < READY {
            if server.ready() {
                server.ready_ms = began.elapsed().as_secs_f64() * 1_000.0;
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(fail("程序没有就绪"))
    }

    fn ready(&self) -> bool {
        let request = "GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n";
        Connection::open(self.address).and_then(|mut it| it.ask(request)).is_ok_and(|status| status == 200)
    }

    /// Waits until what the program does at its start is done: it walks the whole log
    /// in the background, and that is no part of a request.
    fn settle(&self) -> Result<(), OpsError> {
        let began = Instant::now();
        let mut before = cpu_ms(self.child.id())?;
        let mut quiet = 0;
        while quiet < QUIET_SECONDS && began.elapsed() < SETTLED {
            std::thread::sleep(Duration::from_secs(1));
            let now = cpu_ms(self.child.id())?;
            quiet = if now - before > REST_MS { 0 } else { quiet + 1 };
            before = now;
        }
        Ok(())
    }

    fn memory_mib(&self) -> Result<f64, OpsError> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&path).map_err(|e| OpsError::io(Path::new(&path), e))?;
        let line = text.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let kib = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kib.map(|it| it / 1_024.0).ok_or_else(|| fail("内核没有给出内存数"))
    }

    fn measure(
        &mut self,
        name: &'static str,
        bar: Option<f64>,
        request: &dyn Fn(u32) -> String,
        times: u32,
    ) -> Result<Figure, OpsError> {
        let mut connection = Connection::open(self.address).map_err(fail)?;
        for n in 0..WARM {
            let status = connection.ask(&request(n)).map_err(fail)?;
            if !(200..300).contains(&status) {
                return Ok(Figure {
                    name,
                    value: f64::NAN,
                    bar,
                    unit: "ms CPU",
                    note: format!("状态 {status}"),
                });
            }
        }
        let before = cpu_ms(self.child.id())?;
        let mut times_us = Vec::with_capacity(times as usize);
        for n in 0..times {
            let began = Instant::now();
            connection.ask(&request(WARM + n)).map_err(fail)?;
            times_us.push(began.elapsed().as_micros());
        }
        let value = (cpu_ms(self.child.id())? - before) / f64::from(times.max(1));
        times_us.sort_unstable();
        let at = |share: usize| times_us.get(times_us.len() * share / 100).copied().unwrap_or(0);
        let note = format!("p50 {} µs，p99 {} µs，{times} 次", at(50), at(99));
        Ok(Figure { name, value, bar, unit: "ms CPU", note })
    }

    fn stop(&mut self) {
        // A server that has ended already is stopped as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One kept-open connection.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and reads the whole answer; gives its status.
    fn ask(&mut self, request: &str) -> std::io::Result<u16> {
        let malformed = || std::io::Error::from(std::io::ErrorKind::InvalidData);
        self.0.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(malformed)?;
        let (mut length, mut chunked) = (0_u64, false);
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(|_| malformed())?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        if chunked {
            self.chunks()?;
        } else {
            std::io::copy(&mut self.0.by_ref().take(length), &mut std::io::sink())?;
        }
        Ok(status)
    }

    fn chunks(&mut self) -> std::io::Result<()> {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16)
                .map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData))?;
            // Each chunk ends with an empty line.
            std::io::copy(&mut self.0.by_ref().take(length + 2), &mut std::io::sink())?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
