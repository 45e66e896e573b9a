//! The program is killed in the middle, or its disk is full: nothing acknowledged is lost.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use axum::Extension;
use mingjing::evidence::config::EvidenceConfig;
use mingjing::evidence::hooks::{Held, Piece, Place};
use mingjing::features;
use mingjing::kit::db::Location;
use mingjing::kit::limits::WebConfig;
use mingjing::kit::{http, registry};
use mingjing_domain::matter::StaffId;

use crate::house::{House, MIB, RECORDING, Shared, bytes, open, serve, settings};
use crate::office::ORGAN;
use crate::support::Bench;

const FOLDER: &str = "MINGJING_TEST_EVIDENCE_AT";
const OFFICER: &str = "MINGJING_TEST_EVIDENCE_OFFICER";

/// The program: serves until its standard input closes. Run by itself it serves nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server() {
    let Ok(folder) = std::env::var(FOLDER) else {
        let house = House::new().await;
        let address = house.serve().await;
        assert!(TcpStream::connect(address).is_ok());
        return;
    };
    let folder = Path::new(&folder);
    let officer = StaffId(std::env::var(OFFICER).unwrap().parse().unwrap());
    let mut bench = Bench::sqlite();
    bench.location = Location::File(folder.join("mingjing.db"));
    let app = bench.app_with(registry::all()).await;
    let book = Shared::default();
    let piece =
        Piece { organ: ORGAN, handlers: vec![officer], held: Held::Awaited, name: "a.mp4".to_owned() };
    book.lock().unwrap().pieces.insert(Place { recording: RECORDING, segment: 1 }, piece);
    let own = EvidenceConfig::default();
    let store = open(&settings(folder), own, &book, &app);
    let web = WebConfig { argon2_memory_kib: 64, argon2_passes: 1, ..WebConfig::default() };
    let (router, _) = http::build(app, web.clone(), features::routes(&web)).unwrap();
    let address = serve(router.layer(Extension(store))).await;
    println!("serving {address}");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
}

struct Program {
    child: Child,
    address: String,
    _stdin: ChildStdin,
}

impl Program {
    /// Starts it on a folder; `blocks` bounds each file, in blocks of 512 bytes.
    fn start(folder: &Path, officer: &str, blocks: Option<u32>) -> Self {
        let limit = blocks.map_or(String::new(), |it| format!("trap '' XFSZ; ulimit -f {it}; "));
        let script = format!("{limit}exec \"$0\" --exact crash::server --nocapture --test-threads 1");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .env(FOLDER, folder)
            .env(OFFICER, officer)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|it| it.contains("serving ")).expect("the program serves");
        let address = line.rsplit(' ').next().unwrap().to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        let stdin = child.stdin.take().unwrap();
        Self { child, address, _stdin: stdin }
    }

    fn connect(&self, token: &str, line: &str, headers: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n\
             Connection: close\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// The head of the answer.
    fn ask(&self, token: &str, line: &str, headers: &str, body: &[u8]) -> String {
        let mut stream = self.connect(token, line, headers);
        // A server that has answered may close before it has read all.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).split("\r\n\r\n").next().unwrap().to_ascii_lowercase()
    }

    fn patch(&self, token: &str, at: &str, offset: usize, body: &[u8]) -> String {
        let headers = format!(
            "Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\n\
             Content-Length: {}\r\n",
            body.len()
        );
        self.ask(token, &format!("PATCH {at}"), &headers, body)
    }

    fn offset(&self, token: &str, at: &str) -> usize {
        let head = self.ask(token, &format!("HEAD {at}"), "", b"");
        value(&head, "upload-offset").parse().unwrap()
    }

    /// SIGKILL: no destructor, no flush, no goodbye.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn value<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name}: {head}"))
}

/// People and tokens in a folder, without anything open.
async fn people() -> (Bench, String, String) {
    let house = House::new().await;
    let (token, officer) = (house.office.token("a").to_owned(), house.office.uuid("a"));
    house.office.app.db().clone().close().await.unwrap();
    let House { office, store, router, .. } = house;
    drop((store, router));
    (office.bench, token, officer)
}

fn create(program: &Program, token: &str, length: usize) -> String {
    let headers = format!("Upload-Length: {length}\r\nUpload-Metadata: {}\r\n", crate::house::metadata(1));
    let head = program.ask(token, "POST /api/v1/uploads", &headers, b"");
    assert!(head.starts_with("http/1.1 201"), "{head}");
    value(&head, "location").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_and_gone_on_with() {
    let (bench, token, officer) = people().await;
    let data = bytes(20 * MIB + 123, 8);
    let mut program = Program::start(bench.dir.path(), &officer, None);
    let at = create(&program, &token, data.len());
    let mut acknowledged = 0;
    for round in 0..3 {
        let until = acknowledged + 3 * MIB + round * 777;
        let head = program.patch(&token, &at, acknowledged, &data[acknowledged..until]);
        assert!(head.starts_with("http/1.1 204"), "{head}");
        acknowledged = until;
        // Half of a request is on its way when it dies.
        let headers = format!(
            "Upload-Offset: {acknowledged}\r\nContent-Type: application/offset+octet-stream\r\n\
             Content-Length: {}\r\n",
            data.len() - acknowledged
        );
        let mut stream = program.connect(&token, &format!("PATCH {at}"), &headers);
        stream.write_all(&data[acknowledged..acknowledged + 2 * MIB]).unwrap();
        program.kill();
        program = Program::start(bench.dir.path(), &officer, None);
        let offset = program.offset(&token, &at);
        assert!(offset >= acknowledged, "acknowledged {acknowledged}, kept {offset}");
        assert!(offset <= acknowledged + 2 * MIB);
        acknowledged = offset;
    }
    let head = program.patch(&token, &at, acknowledged, &data[acknowledged..]);
    assert!(head.starts_with("http/1.1 204"), "{head}");
    assert_eq!(value(&head, "upload-offset"), data.len().to_string());
    program.kill();
    let store = open_again(&bench);
    let root = store.roots(None, 9).await.unwrap();
    let mut hasher = mingjing_ledger::commit::EvidenceHasher::new();
    hasher.update(&data);
    assert_eq!(root, [hasher.finish().root.sha256]);
    assert_eq!(store.evidence(&root[0]).await.unwrap().bytes(u64::MAX).await.unwrap(), data);
}

fn open_again(bench: &Bench) -> mingjing_vault::Vault {
    let config = settings(bench.dir.path());
    mingjing::evidence::config::open(&config, &EvidenceConfig::default(), crate::support::start()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_keeps_what_was_acknowledged() {
    let (bench, token, officer) = people().await;
    let data = bytes(20 * MIB, 9);
    // 12 MiB a file.
    let program = Program::start(bench.dir.path(), &officer, Some(24_576));
    let at = create(&program, &token, data.len());
    assert!(program.patch(&token, &at, 0, &data[..8 * MIB]).starts_with("http/1.1 204"));
    let full = program.patch(&token, &at, 8 * MIB, &data[8 * MIB..]);
    assert!(full.starts_with("http/1.1 507"), "{full}");
    let offset = program.offset(&token, &at);
    assert!(offset >= 8 * MIB);
    program.kill();
    let program = Program::start(bench.dir.path(), &officer, None);
    assert_eq!(program.offset(&token, &at), offset);
    let head = program.patch(&token, &at, offset, &data[offset..]);
    assert!(head.starts_with("http/1.1 204"), "{head}");
    program.kill();
}
