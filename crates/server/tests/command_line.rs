//! The program as an operator runs it: exit codes and named reasons.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn mingjing(data: &Path, args: &[&str], input: &str) -> Output {
    mingjing_at(Some("https://example.org"), data, args, input)
}

/// `base_url` is what is printed on documents.
fn mingjing_at(base_url: Option<&str>, data: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mingjing"))
        .envs(base_url.map(|it| ("MINGJING_DOCUMENTS__BASE_URL", it)))
        .arg("--data")
        .arg(data)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

fn code(out: &Output) -> i32 {
    out.status.code().unwrap()
}

#[test]
fn a_fresh_folder_verifies_backs_up_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let keys = mingjing(&data, &["vkey"], "");
    assert_eq!((code(&keys), text(&keys).lines().count()), (0, 2), "{}", text(&keys));
    let mode = std::fs::metadata(dir.path().join("data-keys/log.key")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
    assert_eq!(text(&mingjing(&data, &["vkey"], "")), text(&keys), "the key stays");
    for args in [&["fsck"][..], &["rebuild", "--check"], &["rebuild"]] {
        let out = mingjing(&data, args, "");
        assert_eq!(code(&out), 0, "{args:?}: {}", text(&out));
    }
    let doctor = mingjing(&data, &["doctor"], "");
    assert_eq!(code(&doctor), 1);
    assert!(text(&doctor).contains("--anchor"), "{}", text(&doctor));
    let anchor = dir.path().join("anchor").display().to_string();
    let doctor = mingjing(&data, &["doctor", "--anchor", &anchor], "");
    assert_eq!(code(&doctor), 0, "{}", text(&doctor));
    assert!(text(&doctor).contains("正常 语音转写：没有设置引擎，不识别"), "{}", text(&doctor));
    let engines = dir.path().join("engines.toml").display().to_string();
    std::fs::write(&engines, "[machine.ocr]\nkind = \"command\"\nargv = [\"/nowhere/read\"]\n").unwrap();
    let doctor = mingjing(&data, &["doctor", "--anchor", &anchor, "--config", &engines], "");
    assert_eq!(code(&doctor), 1);
    assert!(text(&doctor).contains("注意 图片文字识别：程序 read 不能使用"), "{}", text(&doctor));
    let doctor = mingjing_at(None, &data, &["doctor", "--anchor", &anchor], "");
    assert_eq!(code(&doctor), 1);
    assert!(text(&doctor).contains("注意 没有设置 documents.base_url"), "{}", text(&doctor));
    let backup = dir.path().join("backup").display().to_string();
    assert_eq!(code(&mingjing(&data, &["backup", &backup], "")), 0);
    assert_eq!(code(&mingjing(&data, &["backup", &backup], "")), 2, "the folder is in use");
    let other = dir.path().join("other");
    let orphan = mingjing(&other, &["restore", &backup], "");
    assert_eq!(code(&orphan), 2);
    assert!(text(&orphan).contains("--keys"), "{}", text(&orphan));
    let folder = dir.path().join("data-keys").display().to_string();
    let back = mingjing(&other, &["restore", &backup, "--keys", &folder], "");
    assert_eq!(code(&back), 0, "{}", text(&back));
    std::fs::remove_file(dir.path().join("data-keys/log.key")).unwrap();
    assert_eq!(code(&mingjing(&data, &["fsck"], "")), 2, "no key to verify with");
}

#[test]
fn a_wrong_folder_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let backup = dir.path().join("backup").display().to_string();
    let nil = uuid::Uuid::nil().to_string();
    let absent = dir.path().join("absent");
    let foreign = dir.path().join("foreign");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("notes.txt"), "x").unwrap();
    let commands: [&[&str]; 9] = [
        &["fsck"],
        &["audit"],
        &["doctor"],
        &["rebuild"],
        &["backup", &backup],
        &["token", "somebody"],
        &["calendar", "list"],
        &["erase", "--event", &nil],
        &["bench"],
    ];
    for args in commands {
        for data in [&absent, &foreign] {
            let out = mingjing(data, args, "");
            assert_eq!(code(&out), 2, "{args:?}: {}", text(&out));
            assert!(text(&out).contains("没有明镜的数据"), "{args:?}: {}", text(&out));
        }
    }
    assert_eq!(code(&mingjing(&foreign, &["vkey"], "")), 2, "no log is begun beside foreign files");
    let mut left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["foreign"]);
    assert_eq!(std::fs::read_dir(&foreign).unwrap().count(), 1);
}

#[test]
fn limits_are_computed_and_compared() {
    let dir = tempfile::tempdir().unwrap();
    let one = mingjing(dir.path(), &["due", "--start", "2026-02-10", "--n", "5"], "");
    assert_eq!(code(&one), 0, "{}", text(&one));
    assert!(text(&one).starts_with("2026-02-"), "{}", text(&one));
    let head = "id,start,n,unit,roll,expected_due\n";
    let right = format!("{head}a,2026-03-13,15,calendar,forward,2026-03-30\n");
    let out = mingjing(dir.path(), &["due"], &right);
    assert_eq!(code(&out), 0, "{}", text(&out));
    let wrong = format!("{head}a,2026-03-13,15,calendar,forward,2026-03-28\n");
    let out = mingjing(dir.path(), &["due"], &wrong);
    assert_eq!(code(&out), 1);
    assert!(text(&out).contains("mismatch"), "{}", text(&out));
    assert_eq!(code(&mingjing(dir.path(), &["due", "--start", "soon"], "")), 2);
}

#[test]
fn limits_see_the_calendars_imported_into_the_data_that_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let out = mingjing(&data, &["due", "--start", "2026-12-30", "--n", "5"], "");
    assert_eq!(code(&out), 0, "{}", text(&out));
    assert!(text(&out).contains("没有明镜的数据") && text(&out).contains("最早"), "{}", text(&out));
    assert_eq!(code(&mingjing(&data, &["vkey"], "")), 0);
    let days = [
        ("元旦", &["01-01"][..]),
        ("春节", &["02-05", "02-06", "02-07", "02-08", "02-09"]),
        ("清明节", &["04-05"]),
        ("劳动节", &["05-01", "05-02", "05-03", "05-04"]),
        ("端午节", &["06-09"]),
        ("中秋节", &["09-15"]),
        ("国庆节", &["10-01", "10-02", "10-03", "10-04", "10-05"]),
    ];
    let rows =
        days.iter().flat_map(|(name, days)| days.iter().map(move |it| format!("2027-{it},off,{name}\n")));
    let file = dir.path().join("2027.csv");
    std::fs::write(&file, format!("date,kind,name\n{}", rows.collect::<String>())).unwrap();
    let file = file.display().to_string();
    let out = mingjing(&data, &["calendar", "import", &file, "--source", "示例通知"], "");
    assert_eq!(code(&out), 0, "{}", text(&out));
    let out = mingjing(&data, &["due", "--start", "2026-12-30", "--n", "5"], "");
    // 31 December, then 4, 5, 6 and 7 January: the 1st is a holiday, 2 and 3 a weekend.
    assert_eq!((code(&out), text(&out).lines().next()), (0, Some("2027-01-07")), "{}", text(&out));
}

#[test]
fn a_setting_that_nobody_reads_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let file = dir.path().join("mingjing.toml");
    let path = file.display().to_string();
    for (content, name) in [
        ("lissten = \"127.0.0.1:1\"\n", "“lissten”"),
        ("[web]\nportal_nam = \"甲\"\n", "“web.portal_nam”"),
        ("[documents]\nbase = \"https://example.org\"\n", "“documents.base”"),
        ("[machine]\nocrr = 1\n", "“machine.ocrr”"),
        ("[webb]\nportal_name = \"甲\"\n", "“webb”"),
    ] {
        std::fs::write(&file, content).unwrap();
        let out = mingjing(&data, &["serve", "--config", &path], "");
        assert_eq!(code(&out), 2, "{content}: {}", text(&out));
        assert!(text(&out).contains(name) && text(&out).contains("不认识的设置项"), "{}", text(&out));
    }
    assert!(!data.exists(), "nothing was begun");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\n[web]\nportal_name = \"甲\"\n").unwrap();
    assert_eq!(code(&mingjing(&data, &["vkey", "--config", &path], "")), 0);
}

#[test]
fn policy_files_of_the_installation_are_decided_by_and_asked_for_again() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir_all(data.join("policies")).unwrap();
    let file = data.join("policies/own.toml");
    let policy = |days: u32| {
        format!(
            "[policy]\nid = \"own\"\ntitle = \"示例县办案期限\"\nlevel = \"county\"\nregion = \"990101\"\n\
             system = \"emergency\"\nlaw = \"示例县行政执法示范规定\"\nfrom = \"2024-01-01\"\n\
             recorded_at = \"2024-01-01T00:00:00Z\"\n\n[[value]]\nkey = \"decision.term\"\n\
             value = \"{days}d\"\narticle = \"第四条\"\n"
        )
    };
    let seed = ["seed", "--cases", "3", "--span-days", "40"];
    std::fs::write(&file, policy(91)).unwrap();
    let refused = mingjing(&data, &seed, "");
    let said = text(&refused);
    assert_eq!(code(&refused), 2, "{said}");
    assert!(said.contains("own.toml 第12行") && said.contains("《行政处罚法》第六十条"), "{said}");
    std::fs::write(&file, policy(88)).unwrap();
    let made = mingjing(&data, &seed, "");
    assert_eq!(code(&made), 0, "{}", text(&made));
    let audit = mingjing(&data, &["audit"], "");
    assert_eq!(code(&audit), 0, "{}", text(&audit));
    let doctor = text(&mingjing(&data, &["doctor"], ""));
    assert!(doctor.contains("政策文件 own（示例县办案期限，县级，本机装入）"), "{doctor}");
    std::fs::remove_file(&file).unwrap();
    let without = mingjing(&data, &["audit"], "");
    let said = text(&without);
    assert_eq!(code(&without), 1, "{said}");
    assert!(said.contains("缺少政策文件 own（"), "{said}");
    let elsewhere = dir.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::write(elsewhere.join("own.toml"), policy(88)).unwrap();
    let settings = dir.path().join("settings.toml");
    std::fs::write(&settings, format!("policies = {:?}\n", elsewhere.display().to_string())).unwrap();
    let audit = mingjing(&data, &["audit", "--config", &settings.display().to_string()], "");
    assert_eq!(code(&audit), 0, "{}", text(&audit));
}

#[test]
fn proofs_and_files_are_judged() {
    let dir = tempfile::tempdir().unwrap();
    let one = r#"{"leafIdx":0,"treeSize":1,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","leafHash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","proof":null}"#;
    let out = mingjing(dir.path(), &["verify-proofs"], &format!("{one}\n"));
    assert_eq!((code(&out), text(&out).as_str()), (0, "ok\n"));
    let bad = one.replace("\"treeSize\":1", "\"treeSize\":2");
    let out = mingjing(dir.path(), &["verify-proofs"], &format!("{one}\n{bad}\nx\n"));
    assert_eq!((code(&out), text(&out).as_str()), (1, "ok\nerr\nerr\n"));
    let keys = text(&mingjing(&dir.path().join("data"), &["vkey"], ""));
    let key = keys.lines().next().unwrap();
    let file = dir.path().join("x.json");
    std::fs::write(&file, "{}").unwrap();
    let file = file.display().to_string();
    let out = mingjing(dir.path(), &["verify", &file, "--vkey", key], "");
    assert_eq!(code(&out), 1);
    assert!(text(&out).contains("验证不通过"), "{}", text(&out));
    assert_eq!(code(&mingjing(dir.path(), &["verify", &file, "--vkey", "x"], "")), 2);
    assert_eq!(code(&mingjing(dir.path(), &["fsck", "--url", "https://example.org", "--vkey", key], "")), 2);
}

/// The main job as anyone starts it: every document is made, and what was made
/// stands before audit, ledger and queries.
#[test]
fn a_demonstration_is_complete_lawful_and_provable() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut demo = Command::new(env!("CARGO_BIN_EXE_mingjing"))
        .arg("--data")
        .arg(&data)
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let printed = std::io::BufReader::new(demo.stdout.take().unwrap());
    let ready = std::io::BufRead::lines(printed).any(|line| line.unwrap().starts_with("地址："));
    demo.kill().unwrap();
    demo.wait().unwrap();
    assert!(ready, "the demonstration did not start");
    let anchor = dir.path().join("anchor").display().to_string();
    let sound = |args: &[&str]| {
        let out = mingjing(&data, args, "");
        assert_eq!(code(&out), 0, "{args:?}: {}", text(&out));
    };
    for args in [&["audit"][..], &["fsck"], &["rebuild", "--check"]] {
        sound(args);
    }
    // The log is signed and was never anchored there: a wrong path, for all anyone knows.
    for (args, exit) in [("doctor", 1), ("fsck", 1), ("audit", 1), ("rebuild", 2), ("serve", 2)] {
        let out = mingjing(&data, &[args, "--anchor", &anchor], "");
        assert_eq!(code(&out), exit, "{args}: {}", text(&out));
        assert!(text(&out).contains("anchor.missing"), "{args}: {}", text(&out));
        assert!(!Path::new(&anchor).exists(), "{args} made the folder");
    }
    sound(&["doctor", "--anchor", &anchor, "--anchor-init"]);
    sound(&["doctor", "--anchor", &anchor]);
    sound(&["fsck", "--anchor", &anchor]);
    // A document that goes is missed.
    let mut files = std::fs::read_dir(data.join("files")).unwrap();
    std::fs::remove_dir_all(files.next().unwrap().unwrap().path()).unwrap();
    for args in ["audit", "fsck"] {
        let out = mingjing(&data, &[args], "");
        assert_eq!(code(&out), 1, "{args}: {}", text(&out));
        assert!(text(&out).contains("document.missing"), "{args}: {}", text(&out));
    }
}
