//! The sandbox with programs that misbehave, and ffprobe and ffmpeg as they are installed.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_media::metadata::{Source, TrackKind};
use mingjing_media::picture::{Ffmpeg, SIDE};
use mingjing_media::probe::Ffprobe;
use mingjing_media::sandbox::{Call, Limits, Sandbox};
use mingjing_media::spool::Spool;
use mingjing_media::{Bound, MediaError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use support::{Script, sandbox, short, spool};

fn fake(body: &str) -> (Script, Ffprobe) {
    let script = Script::new(body);
    let ffprobe = Ffprobe::find(&sandbox(), Some(&script.path)).unwrap().with_limits(short());
    (script, ffprobe)
}

#[test]
fn a_program_that_sleeps_for_ever_is_stopped_with_its_children() {
    // Two processes that hold the output open, one of them in a session of its own.
    let (_script, ffprobe) = fake("sleep 1000 & setsid sleep 1000 & sleep 1000");
    let start = Instant::now();
    let refused = ffprobe.probe(&spool(b"x")).unwrap_err();
    assert_eq!(refused, MediaError::TimedOut { program: "ffprobe".into(), millis: 2000 });
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn a_program_that_ends_and_leaves_a_child_behind_is_not_waited_for() {
    let (_script, ffprobe) = fake(r#"sleep 1000 & echo '{"format":{"format_name":"wav"}}'"#);
    let start = Instant::now();
    assert_eq!(ffprobe.probe(&spool(b"x")).unwrap().container.unwrap().value, "wav");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_program_that_prints_without_end_is_cut_off() {
    let (_script, ffprobe) = fake("head -c 104857600 /dev/zero");
    let refused = ffprobe.probe(&spool(b"x")).unwrap_err();
    assert_eq!(refused, MediaError::TooLarge { bound: Bound::Answer, limit: 1024 * 1024 });
    // What it complains of is drained and not kept.
    let (_script, ffprobe) =
        fake("head -c 104857600 /dev/zero >&2; echo '{\"format\":{\"format_name\":\"wav\"}}'");
    assert!(ffprobe.probe(&spool(b"x")).is_ok());
}

#[test]
fn a_program_that_fails_or_talks_nonsense_is_an_error() {
    let (_script, ffprobe) = fake("echo first >&2; echo 'moov atom not found' >&2; exit 1");
    let refused = ffprobe.probe(&spool(b"x")).unwrap_err();
    let reason = "退出码 1：moov atom not found".to_owned();
    assert_eq!(refused, MediaError::Failed { program: "ffprobe".into(), reason });
    for nonsense in ["echo nonsense", "echo '[1]'", "true", "printf '\\377\\376'"] {
        let (_script, ffprobe) = fake(nonsense);
        let refused = ffprobe.probe(&spool(b"x")).unwrap_err();
        assert!(matches!(refused, MediaError::Nonsense { .. }), "{nonsense}: {refused:?}");
    }
    let (_script, ffprobe) = fake("kill -SEGV $$");
    assert!(matches!(
        ffprobe.probe(&spool(b"x")),
        Err(MediaError::Failed { .. } | MediaError::Nonsense { .. })
    ));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let refused = Ffprobe::find(&sandbox(), Some(Path::new("/nowhere/ffprobe"))).unwrap_err();
    assert_eq!(refused, MediaError::NotPresent { program: "ffprobe".into() });
    let refused = Ffmpeg::find(&sandbox(), Some(Path::new("/nowhere/ffmpeg"))).unwrap_err();
    assert_eq!(refused, MediaError::NotPresent { program: "ffmpeg".into() });
}

fn said(sandbox: &Sandbox, body: &str, limits: &Limits, input: &Spool) -> (bool, String) {
    let script = Script::new(body);
    let output = sandbox
        .run(&Call {
            name: "script",
            program: &script.path,
            arguments: &[],
            environment: &BTreeMap::new(),
            readable: None,
            input,
            limits,
        })
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_child_has_limits_an_empty_environment_and_its_input() {
    let (sandbox, input) = (sandbox(), spool(b"the bytes"));
    let limits = Limits { memory_bytes: 1 << 30, cpu_seconds: 3, ..short() };
    let (_, text) = said(&sandbox, "ulimit -v; ulimit -t; ulimit -f; ulimit -c; ulimit -n", &limits, &input);
    assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["1048576", "3", "0", "0", "256"]);
    // Cargo and the harness set many; PWD and the like are the shell's own.
    let (_, text) = said(&sandbox, "env", &limits, &input);
    let names: Vec<&str> = text.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(
        names.iter().all(|name| ["PATH", "LANG", "PWD", "SHLVL", "_", "OLDPWD"].contains(name)),
        "{names:?}"
    );
    let twice = "cat /proc/self/fd/0; echo; cat; pwd";
    let (well, text) = said(&sandbox, twice, &limits, &input);
    assert!(well);
    assert_eq!(text, "the bytes\nthe bytes/\n");
}

#[test]
fn a_child_writes_no_file_and_uses_no_more_processor_than_allowed() {
    let (sandbox, input) = (sandbox(), spool(b""));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("written");
    let (well, _) = said(&sandbox, &format!("echo content > {}", target.display()), &short(), &input);
    assert!(!well && std::fs::read(&target).unwrap_or_default().is_empty());
    let start = Instant::now();
    let long = Limits { wall: Duration::from_secs(60), ..short() };
    let (well, _) = said(&sandbox, "while :; do :; done", &long, &input);
    assert!(!well && start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn isolation_is_what_it_says() {
    let (sandbox, input) = (sandbox(), spool(b""));
    let isolation = sandbox.isolation();
    let (_, text) =
        said(&sandbox, "cat /proc/self/net/dev; grep NoNewPrivs /proc/self/status", &short(), &input);
    if isolation.namespaces {
        let interfaces: Vec<&str> =
            text.lines().filter_map(|line| line.split_once(':')).map(|(n, _)| n.trim()).collect();
        assert!(interfaces.iter().all(|name| ["lo", "NoNewPrivs"].contains(name)), "{interfaces:?}");
        let (_, own) = said(&sandbox, "echo $$", &short(), &input);
        assert_eq!(own.trim(), "1");
    } else {
        println!("这台机器不允许名称空间：子进程能看到网络和其他进程");
    }
    assert_eq!(text.contains("NoNewPrivs:\t1"), isolation.no_new_privileges);
}

/// The real programs; `cargo xtask test` installs them.
fn real(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("MINGJING_TEST_MEDIA_PYTHON").is_none(), "the rings install {name}");
        println!("未运行：本机没有 {name}；cargo xtask test 会安装");
    }
    found
}

/// Two seconds of a test picture and a tone, made by ffmpeg itself, tables at the end.
fn recording(ffmpeg: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("recording.mp4");
    let made = Command::new(ffmpeg)
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=2"])
        .args(["-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:v", "mpeg4", "-c:a", "aac"])
        .args(["-metadata", "creation_time=2026-03-05T01:30:00Z", "-metadata", "location=+31.1312+121.4442/"])
        .arg(&target)
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::read(&target).unwrap()
}

#[test]
fn the_real_ffprobe_tells_what_a_recording_is() {
    let (Some(ffmpeg), Some(_)) = (real("ffmpeg"), real("ffprobe")) else { return };
    let file = recording(&ffmpeg);
    let ffprobe = Ffprobe::find(&sandbox(), None).unwrap();
    let start = Instant::now();
    let found = ffprobe.probe(&spool(&file)).unwrap();
    println!("ffprobe {} ms", start.elapsed().as_millis());
    let captured = found.captured_at.unwrap();
    assert_eq!(captured.source, Source::Ffprobe);
    assert_eq!(captured.value.instant().unwrap().to_string(), "2026-03-05T01:30:00Z");
    assert_eq!((found.width.unwrap().value, found.height.unwrap().value), (1280, 720));
    assert!((1900..2200).contains(&found.duration_ms.unwrap().value));
    assert_eq!(found.position.unwrap().value.longitude, 121.4442);
    let tracks: Vec<_> =
        found.tracks.unwrap().value.into_iter().map(|t| (t.kind, t.codec.unwrap())).collect();
    assert_eq!(tracks, [(TrackKind::Video, "mpeg4".into()), (TrackKind::Audio, "aac".into())]);
    let broken = ffprobe.probe(&spool(&file[..file.len() / 2])).unwrap_err();
    assert!(matches!(broken, MediaError::Failed { .. }), "{broken:?}");
}

#[test]
fn the_real_ffmpeg_makes_a_poster_from_the_two_ends() {
    let Some(ffmpeg) = real("ffmpeg") else { return };
    let file = recording(&ffmpeg);
    let tables = file.windows(4).rposition(|window| window == b"moov").unwrap() - 4;
    let (head, tail, length) = (file.len() as u64 / 2, (file.len() - tables) as u64, file.len() as u64);
    let ends = Spool::ends(&mut std::io::Cursor::new(&file), &std::env::temp_dir(), head, tail).unwrap();
    assert!(head + tail < length);
    let poster = Ffmpeg::find(&sandbox(), None).unwrap();
    let start = Instant::now();
    let small = poster.poster(&ends).unwrap();
    // The beginning is there in either: the same picture.
    assert_eq!(small, poster.poster(&spool(&file)).unwrap());
    println!("two posters {} ms", start.elapsed().as_millis());
    assert_eq!((small.width, small.height), (SIDE, 270));
    assert!(small.jpeg.starts_with(&[0xFF, 0xD8]));
    assert!(matches!(poster.poster(&spool(b"no video")), Err(MediaError::Failed { .. })));
}

/// A playlist, and a list of files, that name a file of this machine: neither is opened.
#[test]
fn files_that_name_other_files_are_not_followed() {
    let (Some(_), Some(_)) = (real("ffmpeg"), real("ffprobe")) else { return };
    let ffprobe = Ffprobe::find(&sandbox(), None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.wav");
    std::fs::write(&other, [0; 4096]).unwrap();
    let list = format!("ffconcat version 1.0\nfile '{}'\n", other.display());
    let playlist =
        format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{}\n#EXT-X-ENDLIST\n", other.display());
    for text in [list, playlist] {
        let refused = ffprobe.probe(&spool(text.as_bytes())).unwrap_err();
        assert!(matches!(refused, MediaError::Failed { .. }), "{refused:?}");
    }
}
