//! This crate's readers as a child. This test program starts itself with the argument `media`, as the real program
//! does, so it has its own `main`.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

#[path = "support/masks.rs"]
mod masks;
mod support;

use mingjing_media::child::{self, Client};
use mingjing_media::picture::SIDE;
use mingjing_media::probe::Ffprobe;
use mingjing_media::sandbox::{Call, Limits, Sandbox};
use mingjing_media::spool::Spool;
use mingjing_media::{Bound, MediaError};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use support::{CREATED, Script, heavy, jpeg, moov, mp4, phone, sandbox, spool};

const TESTS: &[(&str, fn())] = &[
    ("metadata_comes_through_the_child", metadata_comes_through_the_child),
    ("a_recording_is_read_from_its_two_ends", a_recording_is_read_from_its_two_ends),
    ("a_thumbnail_comes_through_the_child", a_thumbnail_comes_through_the_child),
    ("reasons_come_through_the_child", reasons_come_through_the_child),
    ("memory_is_the_kernels_to_limit", memory_is_the_kernels_to_limit),
    ("a_library_that_works_without_end_is_ended", a_library_that_works_without_end_is_ended),
    ("a_confined_program_sees_no_files_but_those_named", a_confined_program_sees_no_files_but_those_named),
    ("a_confined_ffprobe_still_works", a_confined_ffprobe_still_works),
    ("an_unknown_task_is_refused", an_unknown_task_is_refused),
    (
        "a_film_is_masked_where_and_when_it_was_asked_and_says_nothing_else",
        masks::a_film_is_masked_where_and_when_it_was_asked_and_says_nothing_else,
    ),
    (
        "a_film_is_cropped_and_a_disguised_voice_is_another_sound",
        masks::a_film_is_cropped_and_a_disguised_voice_is_another_sound,
    ),
    (
        "what_lies_otherwise_than_it_was_measured_is_not_masked_in_the_wrong_place",
        masks::what_lies_otherwise_than_it_was_measured_is_not_masked_in_the_wrong_place,
    ),
    (
        "a_photograph_is_masked_upright_and_without_its_metadata",
        masks::a_photograph_is_masked_upright_and_without_its_metadata,
    ),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == child::ARGUMENT) {
        let arguments: Vec<_> = arguments.into_iter().skip(1).map(Into::into).collect();
        return child::run(&arguments, std::io::stdout().lock());
    }
    if arguments.iter().any(|argument| argument == "--list") {
        TESTS.iter().for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let chosen = TESTS
        .iter()
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|part| name.contains(*part)));
    let (mut passed, mut failed) = (0, 0);
    for (name, test) in chosen {
        match std::panic::catch_unwind(test) {
            Ok(()) => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Err(_) => {
                failed += 1;
                println!("test {name} ... FAILED");
            }
        }
    }
    // The words of the standard harness, which the rings read.
    let word = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn client() -> Client {
    Client::current_program(&sandbox()).unwrap()
}

fn metadata_comes_through_the_child() {
    let file = jpeg(64, 48, &phone(Some("+08:00"), 1));
    let start = Instant::now();
    let found = client().metadata(&spool(&file)).unwrap();
    println!("{} ms with the start of the process", start.elapsed().as_millis());
    let here = mingjing_media::metadata::read(Cursor::new(&file), &Default::default()).unwrap();
    assert_eq!(found, here);
    assert_eq!(found.model.unwrap().value, "DSJ-A1");
}

fn a_recording_is_read_from_its_two_ends() {
    let tables = moov(CREATED, 1000, 61_000, (1280, 720), None);
    let mut file = Cursor::new(mp4(8 << 20, &tables));
    let ends = Spool::ends(&mut file, &std::env::temp_dir(), 64 * 1024, 64 * 1024).unwrap();
    assert_eq!(client().metadata(&ends).unwrap().duration_ms.unwrap().value, 61_000);
}

fn a_thumbnail_comes_through_the_child() {
    let small = client().thumbnail(&spool(&jpeg(1000, 500, &phone(None, 1)))).unwrap();
    assert_eq!((small.width, small.height), (SIDE, 240));
    assert!(small.jpeg.starts_with(&[0xFF, 0xD8]) && small.jpeg.ends_with(&[0xFF, 0xD9]));
}

fn reasons_come_through_the_child() {
    let text = spool("现场检查笔录".as_bytes());
    assert_eq!(client().metadata(&text).unwrap_err(), MediaError::Unsupported);
    assert_eq!(client().thumbnail(&text).unwrap_err(), MediaError::Unsupported);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xEA\x60\0\0\xEA\x60\x08\x02\0\0\0".to_vec();
    png.extend_from_slice(&[0x9A, 0x2C, 0x4F, 0x5B, 0, 0, 0, 0]);
    let refused = client().thumbnail(&spool(&png)).unwrap_err();
    // The check value is not that of the header: either is a reason.
    let large = matches!(refused, MediaError::TooLarge { bound: Bound::Side, limit: 30_000 });
    assert!(large || matches!(refused, MediaError::Malformed { .. }), "{refused:?}");
}

/// 192 MiB of address space are too few for a picture that needs more: the child dies, the parent says so.
fn memory_is_the_kernels_to_limit() {
    let limits = Limits { memory_bytes: 192 << 20, wall: Duration::from_secs(20), ..Limits::reading() };
    let picture = {
        let mut file = Cursor::new(Vec::new());
        image::RgbImage::new(9000, 9000).write_to(&mut file, image::ImageFormat::Png).unwrap();
        spool(file.get_ref())
    };
    let refused = client().with_limits(limits).thumbnail(&picture).unwrap_err();
    assert!(matches!(refused, MediaError::Failed { .. }), "{refused:?}");
    println!("{refused}");
    assert!(client().thumbnail(&picture).is_ok());
}

/// Inside one call of the library, where no count of ours reaches.
fn a_library_that_works_without_end_is_ended() {
    let limits = Limits { cpu_seconds: 1, wall: Duration::from_secs(60), ..Limits::reading() };
    let start = Instant::now();
    let refused = client().with_limits(limits).metadata(&spool(&heavy(false))).unwrap_err();
    assert!(refused.to_string().contains("可能超出处理器时间"), "{refused}");
    println!("{refused} after {} ms", start.elapsed().as_millis());
    assert!(matches!(refused, MediaError::Failed { .. }), "{refused:?}");
    assert!(start.elapsed() < Duration::from_secs(30));
}

fn confined() -> Option<Sandbox> {
    let sandbox = sandbox().confined(std::env::current_exe().unwrap());
    if !sandbox.isolation().files {
        println!("未运行：本机内核没有 Landlock，子进程能看到其他文件");
    }
    sandbox.isolation().files.then_some(sandbox)
}

fn a_confined_program_sees_no_files_but_those_named() {
    let Some(sandbox) = confined() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (open, closed) = (folder.path().join("open"), folder.path().join("closed"));
    [&open, &closed].iter().for_each(|path| std::fs::write(path, "content").unwrap());
    let script = Script::new(&format!(
        "cat /proc/self/fd/0; cat {} || echo closed; cat {} || echo closed; cat /proc/{}/environ || echo closed",
        open.display(),
        closed.display(),
        std::process::id()
    ));
    let run = |readable: Option<&[PathBuf]>| {
        let call = Call {
            name: "script",
            program: &script.path,
            arguments: &[],
            environment: &BTreeMap::new(),
            readable,
            input: &spool(b"input "),
            limits: &Limits::reading(),
        };
        String::from_utf8_lossy(&sandbox.run(&call).unwrap().stdout).into_owned()
    };
    assert_eq!(run(Some(std::slice::from_ref(&open))), "input contentclosed\nclosed\n");
    assert!(run(None).starts_with("input contentcontent"));
}

fn a_confined_ffprobe_still_works() {
    let Some(sandbox) = confined() else { return };
    let Ok(ffprobe) = Ffprobe::find(&sandbox, None) else {
        assert!(std::env::var_os("MINGJING_TEST_MEDIA_PYTHON").is_none(), "the rings install ffprobe");
        return println!("未运行：本机没有 ffprobe；cargo xtask test 会安装");
    };
    let data = [0; 3200];
    let mut sound =
        b"RIFF\xA4\x0C\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3E\0\0\0\x7D\0\0\x02\0\x10\0data\x80\x0C\0\0"
            .to_vec();
    sound.extend_from_slice(&data);
    let found = ffprobe.probe(&spool(&sound)).unwrap();
    assert_eq!((found.container.unwrap().value.as_str(), found.duration_ms.unwrap().value), ("wav", 100));
}

fn an_unknown_task_is_refused() {
    let mut answer = Vec::new();
    let hook = std::panic::take_hook();
    child::run(&["elsewhere".into()], &mut answer);
    std::panic::set_hook(hook);
    assert!(answer.starts_with(b"\x01{\"code\":\"config\""), "{}", String::from_utf8_lossy(&answer));
}
