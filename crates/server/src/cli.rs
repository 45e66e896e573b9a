//! The command line: one subcommand a job of operation.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use mingjing_domain::calendar::Calendar;
use mingjing_domain::due;
use mingjing_domain::matter::MatterId;
use mingjing_ledger::note::VerifierKey;

use crate::calendar;
use crate::case::{lists, policies};
use crate::cli_verify::{verify, verify_proofs};
use crate::erasure::service::{self as erasure, Destroyer};
use crate::evidence::config::{self as evidence_config, EvidenceConfig};
use crate::evidence::hooks::Hooks;
use crate::evidence::rekey;
use crate::evidence::scrub::Scrub;
use crate::evidence::service::Store;
use crate::evidence::{console, copy};
use crate::kit::blob::Blobs;
use crate::kit::clock::SystemClock;
use crate::kit::config::Config;
use crate::kit::db::{Db, Location};
use crate::kit::limits::WebConfig;
use crate::ledger::fsck::Report;
use crate::ledger::keys::{LogKeys, key_file};
use crate::ledger::outside::{Place, check};
use crate::ledger::{fsck, store};
use crate::machine_text::config::MachineConfig;
use crate::ops::{self, OpsError, backup, doctor, erase, rebuild, restore, serve};
use crate::record::files;
use crate::recording::readback;

/// 明镜：行政执法公示、全过程记录、法制审核.
#[derive(Debug, Parser)]
#[command(name = "mingjing", version, about = "明镜：行政执法三项制度系统")]
pub struct Cli {
    /// Settings that every subcommand knows.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Settings that every subcommand knows; they overrule file and environment.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// 配置文件（TOML）
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// 数据文件夹
    #[arg(long, global = true)]
    pub data: Option<PathBuf>,
    /// 数据库地址 postgres://…（缺省为数据文件夹内的 SQLite）
    #[arg(long, global = true)]
    pub database: Option<String>,
    /// 锚定文件夹
    #[arg(long, global = true)]
    pub anchor: Option<PathBuf>,
    /// 账本已经签名而锚定文件夹尚空的，从现有检查点起锚定
    #[arg(long, global = true)]
    pub anchor_init: bool,
    /// 签名密钥文件夹（缺省在数据文件夹旁）
    #[arg(long, global = true)]
    pub keys: Option<PathBuf>,
}

/// Sections of the settings besides those of the store.
const SECTIONS: [&str; 4] = ["documents", "evidence", "machine", "web"];

fn unknown_setting(source: &Path, name: &str) -> OpsError {
    OpsError::Refused(format!("配置文件 {} 中有不认识的设置项“{name}”，请核对拼写", source.display()))
}

fn wrong_setting(section: &str, error: &figment::Error) -> OpsError {
    let figment::error::Kind::UnknownField(name, _) = &error.kind else {
        return OpsError::Refused(format!("配置有误：{error}"));
    };
    let name = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
    let source = error.metadata.as_ref().and_then(|it| it.source.as_ref()).and_then(|it| it.file_path());
    match source {
        Some(file) => unknown_setting(file, &name),
        None => OpsError::Refused(format!("有不认识的设置项“{name}”，请核对拼写")),
    }
}

impl Global {
    /// The settings of one section, from file and environment.
    ///
    /// # Errors
    /// Names the setting that cannot be read.
    pub fn section<T: serde::de::DeserializeOwned + Default>(&self, name: &str) -> Result<T, OpsError> {
        let figment = Config::figment(self.config.as_deref());
        if figment.find_value(name).is_err() {
            return Ok(T::default());
        }
        figment.extract_inner(name).map_err(|e| wrong_setting(name, &e))
    }

    /// The settings of the store.
    ///
    /// # Errors
    /// Names the setting that cannot be read.
    pub fn load(&self) -> Result<Config, OpsError> {
        let mut config: Config =
            Config::figment(self.config.as_deref()).extract().map_err(|e| wrong_setting("", &e))?;
        if let Some(file) = &self.config
            && let Some(name) = Config::unknown(file, &SECTIONS).map_err(|e| wrong_setting("", &e))?
        {
            return Err(unknown_setting(file, &name));
        }
        if self.config.is_some() {
            // Every job says so, not only the one that needs the section.
            self.section::<WebConfig>("web")?;
            self.section::<serve::DocumentConfig>("documents")?;
            self.section::<EvidenceConfig>("evidence")?;
            self.section::<MachineConfig>("machine")?;
        }
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        for (given, slot) in [(&self.anchor, &mut config.anchor), (&self.keys, &mut config.keys)] {
            if given.is_some() {
                slot.clone_from(given);
            }
        }
        if self.database.is_some() {
            config.database.clone_from(&self.database);
        }
        if self.anchor_init && config.anchor.is_none() {
            return Err(OpsError::Refused("--anchor-init 须与 --anchor 一起给出".to_owned()));
        }
        config.anchor_init = self.anchor_init;
        Ok(config)
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 显示账本的验证公钥
    Vkey,
    /// 全面核对账本：本机数据，或者从外部地址（--url）
    Fsck {
        /// 已发布账本的地址（http://…/log）或者下载到本机的文件夹
        #[arg(long)]
        url: Option<String>,
        /// 验证公钥，可给多个
        #[arg(long)]
        vkey: Vec<String>,
    },
    /// 备份运行中的系统到空文件夹
    Backup {
        /// 目标文件夹
        folder: PathBuf,
        /// 证据密钥记录另存于此（不得在备份文件夹之内）；不给出的，不备份密钥记录
        #[arg(long)]
        evidence_keys: Option<PathBuf>,
    },
    /// 从备份恢复到空的数据文件夹或者数据库
    Restore {
        /// 备份文件夹
        folder: PathBuf,
        /// 另存的证据密钥记录
        #[arg(long)]
        evidence_keys: Option<PathBuf>,
        /// 备份早于锚定检查点时，另开新账本
        #[arg(long)]
        new_log: bool,
    },
    /// 离线验证证明包、PDF 文书或者卷宗包
    Verify {
        /// 文件或者文件夹
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// 验证公钥，可给多个
        #[arg(long, required = true)]
        vkey: Vec<String>,
    },
    /// 从标准输入逐行核对证明向量（JSON）
    VerifyProofs,
    /// 由事件重算全部查询表
    Rebuild {
        /// 只核对，不改动
        #[arg(long)]
        check: bool,
    },
    /// 巡检：逐份核对证据库，可以中断后接着进行，也可以在服务运行时进行
    Scrub(console::ScrubArgs),
    /// 重做缺少的缩略图、封面，补读文件自述信息；由运行中的服务办理
    Previews(console::PreviewArgs),
    /// 读出长期保存副本：逐个文件计算摘要，与入库的比较，结果记入音像记录；可以在服务运行时进行
    Readback(readback::ReadBackArgs),
    /// 更换证据库主密钥：服务停止时进行；证据本身不动
    Rekey(rekey::RekeyArgs),
    /// 检查运行状况
    Doctor,
    /// 计算期限：给出参数算一个，或者从标准输入读 CSV；给出 --data 的，用上其中导入的工作日历
    Due {
        /// 起算日 2026-01-31，或者时刻 2026-01-31T17:30:00
        #[arg(long)]
        start: Option<String>,
        /// 长度；负数为倒计
        #[arg(long, allow_hyphen_values = true, default_value = "0")]
        n: String,
        /// working、calendar、months、years、hours、fixed_date
        #[arg(long, default_value = "working")]
        unit: String,
        /// forward、none
        #[arg(long, default_value = "none")]
        roll: String,
    },
    /// 提供服务
    Serve {
        /// 监听地址
        #[arg(long)]
        listen: Option<String>,
    },
    /// 为一个登录名建立接口令牌，只显示这一次
    Token {
        /// 登录名
        user: String,
        /// 用途
        #[arg(long, default_value = "命令行建立")]
        label: String,
        /// 有效天数
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3650))]
        days: i64,
    },
    /// 由存储的依据重新决定每一个事件，并核对全部记录
    Audit {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 生成虚构的县和案件（合成数据，不制作文书）
    Seed(ops::making::SeedArgs),
    /// 演示：在空文件夹中生成虚构的县，然后提供服务
    Demo {
        /// 监听地址
        #[arg(long)]
        listen: Option<String>,
    },
    /// 测量运行中的程序（在预置的数据上）
    #[command(hide = true)]
    Bench(ops::bench::Asked),
    /// 导入和列出工作日历
    #[command(subcommand)]
    Calendar(calendar::console::Act),
    /// 执行已批准的销毁
    Erase {
        /// 销毁呈请的事项编号
        #[arg(long)]
        event: uuid::Uuid,
    },
}

/// What a subcommand found: everything holds, or something was named.
pub type Outcome = Result<bool, OpsError>;

/// Runs a subcommand; 0 when all holds, 1 when something checked does not, 2 when
/// it could not be carried out.
pub async fn run(cli: Cli) -> ExitCode {
    match carry_out(cli).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("错误：{error}");
            ExitCode::from(2)
        }
    }
}

async fn carry_out(cli: Cli) -> Outcome {
    let global = &cli.global;
    match cli.command {
        Command::Vkey => vkey(&global.load()?).await,
        Command::Fsck { url: Some(url), vkey } => fsck_outside(&url, &vkey),
        Command::Fsck { url: None, vkey } => fsck_inside(&global.load()?, &vkey).await,
        Command::Backup { folder, evidence_keys } => {
            make_backup(global, &folder, evidence_keys.as_deref()).await
        }
        Command::Restore { folder, evidence_keys, new_log } => {
            put_back(global, &folder, evidence_keys.as_deref(), new_log).await
        }
        Command::Scrub(args) => console::scrub(&global.load()?, &global.section("evidence")?, &args).await,
        Command::Previews(args) => {
            console::previews(&global.load()?, &global.section("evidence")?, &args).await
        }
        Command::Readback(args) => readback::command(&global.load()?, &args).await,
        Command::Rekey(args) => rekey::command(&global.load()?, &global.section("evidence")?, &args).await,
        Command::Verify { files, vkey } => verify(&files, &vkey),
        Command::VerifyProofs => verify_proofs(),
        Command::Rebuild { check } => rebuild_tables(&global.load()?, check).await,
        Command::Doctor => examine(global).await,
        Command::Due { start, n, unit, roll } => {
            due_answer(&due_calendar(global).await?, start.as_deref(), &n, &unit, &roll)
        }
        Command::Serve { listen } => start(global, listen).await,
        Command::Token { user, label, days } => {
            say(crate::staff::console::token(
                &ops::open_to_write(&global.load()?).await?,
                &user,
                &label,
                days,
            )
            .await?)?;
            Ok(true)
        }
        Command::Audit { json } => ops::making::audit(&global.load()?, json).await,
        Command::Seed(args) => ops::making::seed(&global.load()?, &args).await,
        Command::Bench(asked) => ops::bench::bench(&global.load()?, &asked).await,
        Command::Demo { listen } => ops::demo::demo(global, listen).await,
        Command::Calendar(act) => {
            for line in calendar::console::act(&ops::open_to_write(&global.load()?).await?, act).await? {
                say(line)?;
            }
            Ok(true)
        }
        Command::Erase { event } => destroy(&global.load()?, MatterId(event)).await,
    }
}

pub(crate) fn say(line: impl std::fmt::Display) -> Result<(), OpsError> {
    writeln!(std::io::stdout(), "{line}").map_err(|e| OpsError::io(Path::new("stdout"), e))
}

pub(crate) fn parse_keys(texts: &[String]) -> Result<Vec<VerifierKey>, OpsError> {
    let mut keys = Vec::new();
    for text in texts {
        // A key may be given itself, or by a file that lists keys.
        let lines = if Path::new(text).is_file() {
            std::fs::read_to_string(text).map_err(|e| OpsError::io(Path::new(text), e))?
        } else {
            text.clone()
        };
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            keys.push(line.trim().parse().map_err(|e| OpsError::Refused(format!("公钥 {line}：{e}")))?);
        }
    }
    Ok(keys)
}

async fn vkey(config: &Config) -> Outcome {
    let app = ops::open_or_begin(config).await?;
    for key in ops::ledger(&app, config).await?.known_verifiers() {
        say(key)?;
    }
    Ok(true)
}

fn print_report(report: &Report) -> Outcome {
    for finding in &report.findings {
        say(finding)?;
    }
    say(format!(
        "叶子 {}，事件 {}，文字 {}（已依法销毁 {}），文书文件 {}（合成数据没有文书 {}），检查点 {}，待入账 {}：{}",
        report.leaves,
        report.events,
        report.texts,
        report.erased,
        report.documents,
        report.without_file,
        report.checkpoints,
        report.waiting,
        if report.holds() { "全部相符" } else { "不符" }
    ))?;
    Ok(report.holds())
}

fn fsck_outside(url: &str, vkey: &[String]) -> Outcome {
    if vkey.is_empty() {
        return Err(OpsError::Refused("从外部核对须给出验证公钥（--vkey）".to_owned()));
    }
    print_report(&check(&Place::parse(url)?.followed()?, &parse_keys(vkey)?)?)
}

async fn fsck_inside(config: &Config, vkey: &[String]) -> Outcome {
    let db = ops::existing_db(config).await?;
    let keys = if vkey.is_empty() {
        LogKeys::load(&config.key_folder(), &store::head(&db).await?.origin)?.verifiers()
    } else {
        parse_keys(vkey)?
    };
    let snapshot = db.snapshot().await?;
    let mut report = fsck::all(&snapshot, &keys).await?;
    snapshot.rollback().await?;
    let excused = erase::read_list(&config.erasure_list())?;
    fsck::erasures(&db, &excused.iter().map(|it| it.matter).collect::<Vec<_>>(), &mut report).await?;
    if let Some((code, what)) = ops::anchor_fault(&db, config, &keys).await? {
        report.add(code, what);
    }
    let files = files::compare(&db, &Blobs::new(config.blobs())).await?;
    (report.documents, report.without_file) = (files.read, files.without_file);
    for it in files.faults {
        report.add(it.code, format!("事项 {} 第 {} 版 {}", it.matter, it.version, it.what));
    }
    print_report(&report)
}

async fn make_backup(global: &Global, folder: &Path, keys: Option<&Path>) -> Outcome {
    let (config, own) = (&global.load()?, global.section::<EvidenceConfig>("evidence")?);
    let app = ops::open_existing(config).await?;
    let made = backup::backup(&app, &config.blobs(), folder).await?;
    let rows: u64 = made.tables.iter().map(|it| it.rows).sum();
    say(format!("已备份：{} 行，{} 个文件，账本 {} 条", rows, made.files.len(), made.size))?;
    let copied = copy::backup(config, &own, folder, keys)?;
    if copied != copy::Copied::default() {
        say(copied.words())?;
    }
    Ok(true)
}

async fn put_back(global: &Global, folder: &Path, evidence_keys: Option<&Path>, new_log: bool) -> Outcome {
    let (config, own) = (&global.load()?, global.section::<EvidenceConfig>("evidence")?);
    if config.database.is_none() {
        std::fs::create_dir_all(&config.data).map_err(|e| OpsError::io(&config.data, e))?;
    }
    let db = Db::open(&config.location()).await?;
    let manifest = restore::manifest(folder)?;
    let (origin, signed) = (manifest.origin, manifest.size > 0 && manifest.checkpoint.is_some());
    let keys = if key_file(&config.key_folder()).exists() {
        LogKeys::load(&config.key_folder(), &origin)?.verifiers()
    } else {
        return Err(OpsError::Refused("恢复前请先放回签名密钥（--keys）".to_owned()));
    };
    let anchor = ops::anchor(config);
    if let Some(it) = &anchor
        && !config.anchor_init
        && signed
        && it.all(&origin, &keys)?.is_empty()
    {
        return Err(it.missing().into());
    }
    let target = restore::Target {
        db: &db,
        clock: &SystemClock,
        blobs: &config.blobs(),
        erasures: erase::read_list(&config.erasure_list())?,
        anchor: anchor.as_ref().map(|it| (it, keys.as_slice())),
        new_log,
    };
    let done = restore::restore(folder, &target).await?;
    say(format!("已恢复：{} 行，{} 个文件，重新销毁 {} 项", done.rows, done.files, done.erased))?;
    if let Some(origin) = &done.new_log {
        say(format!("已另开新账本：{origin}"))?;
    }
    let copied = copy::restore(config, &own, folder, evidence_keys)?;
    if copied != copy::Copied::default() {
        say(copied.words())?;
    }
    db.close().await?;
    let app = ops::open(config).await?;
    if done.erased > 0 {
        // Rows made from content that was not put back.
        rebuild::rebuild(&app, true).await?;
    }
    fsck_inside(config, &[]).await
}

async fn rebuild_tables(config: &Config, check: bool) -> Outcome {
    let app = if check { ops::open_existing(config).await? } else { ops::open_to_write(config).await? };
    let done = rebuild::rebuild(&app, !check).await?;
    for finding in &done.findings {
        say(finding)?;
    }
    say(format!("事项 {}，行 {}，不符 {}", done.matters, done.rows, done.findings.len()))?;
    Ok(!check || done.findings.is_empty())
}

async fn examine(global: &Global) -> Outcome {
    let config = &global.load()?;
    let documents: serve::DocumentConfig = global.section("documents")?;
    let web: WebConfig = global.section("web")?;
    let app = ops::open_existing(config).await?;
    let ledger = ops::ledger(&app, config).await?;
    let mut lines = doctor::examine(&ledger, config).await?;
    if !web.demo
        && let Some(text) = documents.unreachable(&config.listen)
    {
        lines.push(doctor::Line { good: false, text });
    }
    lines.extend(console::examine(config, &global.section("evidence")?)?);
    lines.extend(global.section::<MachineConfig>("machine")?.examine().await);
    match policies::read(config) {
        Ok(book) => {
            lines.extend(policies::lines(&book).into_iter().map(|text| doctor::Line { good: true, text }));
        }
        Err(error) => lines.push(doctor::Line { good: false, text: error.to_string() }),
    }
    match lists::read(config) {
        Ok(book) => {
            lines.extend(lists::lines(&book).into_iter().map(|text| doctor::Line { good: true, text }));
        }
        Err(error) => lines.push(doctor::Line { good: false, text: error.to_string() }),
    }
    for line in &lines {
        say(format!("{} {}", if line.good { "正常" } else { "注意" }, line.text))?;
    }
    Ok(lines.iter().all(|line| line.good))
}

/// The national calendar, with the years imported into the data that is named.
async fn due_calendar(global: &Global) -> Result<Calendar, OpsError> {
    if global.data.is_none() && global.database.is_none() {
        return Ok(Calendar::national().clone());
    }
    let config = global.load()?;
    match config.location() {
        Location::File(path) if !path.is_file() => {
            eprintln!("文件夹 {} 中没有明镜的数据，只用程序自带的日历", config.data.display());
            Ok(Calendar::national().clone())
        }
        Location::File(_) | Location::Url(_) => {
            calendar::console::national(&ops::open_existing(&config).await?).await
        }
    }
}

fn due_answer(calendar: &Calendar, start: Option<&str>, n: &str, unit: &str, roll: &str) -> Outcome {
    let refused = |e: due::QueryError| OpsError::Refused(e.to_string());
    if let Some(start) = start {
        let query = due::Query::parse(start, n, unit, roll).map_err(refused)?;
        let answer = due::answer(calendar, &query).map_err(refused)?;
        say(&answer.due)?;
        if answer.due == due::UNKNOWN
            && let Some((earliest, latest)) = answer.bounds
        {
            say(format!("最早 {earliest}，最迟 {latest}"))?;
        }
        for step in &answer.why {
            say(format!("  {step}"))?;
        }
        return Ok(true);
    }
    if std::io::stdin().is_terminal() {
        return Err(OpsError::Refused("请给出 --start，或者从标准输入给出 CSV".to_owned()));
    }
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).map_err(|e| OpsError::io(Path::new("stdin"), e))?;
    let (table, summary) = due::table(calendar, &input).map_err(refused)?;
    let mut out = std::io::stdout();
    out.write_all(table.as_bytes()).map_err(|e| OpsError::io(Path::new("stdout"), e))?;
    Ok(summary.mismatched == 0 && summary.errors == 0)
}

async fn start(global: &Global, listen: Option<String>) -> Outcome {
    let mut config = global.load()?;
    if let Some(listen) = listen {
        config.listen = listen;
    }
    let web: WebConfig = global.section("web")?;
    policies::install(&config)?;
    let ledger = ops::open_checked(&config).await?;
    let parts = serve::Parts::new(ledger, &config, &global.section("documents")?, web.demo)?;
    let store = evidence(global, &config, parts.ledger.app().now())?;
    serve::serve(parts, &config, web, store, global.section("machine")?).await?;
    Ok(true)
}

/// The evidence store for serving, with what it does by itself.
///
/// # Errors
/// A named reason why it cannot be used.
pub(crate) fn evidence(
    global: &Global,
    config: &Config,
    now: jiff::Timestamp,
) -> Result<(Store, Scrub), OpsError> {
    let own: EvidenceConfig = global.section("evidence")?;
    let vault = evidence_config::open(config, &own, now)?;
    Ok((Store::new(vault, Hooks::of_recordings(), own), Scrub::open(config)?))
}

async fn destroy(config: &Config, matter: MatterId) -> Outcome {
    let app = ops::open_to_write(config).await?;
    let destroyer = Destroyer { blobs: Blobs::new(config.blobs()), list: config.erasure_list() };
    let gone = erasure::at_console(&app, &destroyer, matter).await?;
    say(format!("已销毁 {gone} 个事项的内容"))?;
    Ok(true)
}
