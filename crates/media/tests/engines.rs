//! Real engines, through the wrappers that are shipped as examples: rapidocr-onnxruntime on a page of Chinese text,
//! pocketsphinx on spoken English. `cargo xtask test` makes their environment and names its Python.
#![allow(clippy::unwrap_used)] // a panic is how a test fails

mod support;

use mingjing_media::MediaError;
use mingjing_media::machine::{EngineConfig, Request, Task};
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use support::{sandbox, spool};

/// A page of our own: four lines in Noto Serif CJK SC, 36 points on 900 by 360 pixels.
const PAGE: &[u8] = include_bytes!("data/page.png");

fn config(wrapper: &str) -> EngineConfig {
    let python = std::env::var("MINGJING_TEST_MEDIA_PYTHON")
        .expect("MINGJING_TEST_MEDIA_PYTHON names a Python with the engines; `cargo xtask test` installs it");
    // Asked when it runs: a build that is kept may have been made in another folder.
    let own = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let wrapper = Path::new(&own).join("engines").join(wrapper);
    let argv = [python.as_str(), wrapper.to_str().unwrap(), "{input}"];
    toml::from_str(&format!("kind = \"command\"\nargv = {argv:?}\ntimeout_seconds = 120")).unwrap()
}

#[tokio::test]
async fn a_chinese_page_is_read_by_a_real_engine() {
    let ocr = config("rapidocr.py").ocr(&sandbox()).unwrap();
    let start = Instant::now();
    let made = ocr.recognize(&Request::new(spool(PAGE), "image/png").unwrap()).await.unwrap();
    println!(
        "{} {}: {} ms\n{}",
        made.engine.name,
        made.engine.version,
        start.elapsed().as_millis(),
        made.text
    );
    assert_eq!((made.task, made.engine.name.as_str()), (Task::Ocr, "rapidocr-onnxruntime"));
    for sentence in [
        "现场检查笔录",
        "检查人员出示执法证件并说明来意",
        "发现车间安全出口被货物堵塞",
        "当事人承诺当日清理完毕",
    ] {
        assert!(made.text.contains(sentence), "{sentence}: {}", made.text);
    }
    assert_eq!(made.spans.len(), 4);
    let tops: Vec<f64> = made.spans.iter().map(|span| span.area.unwrap().top).collect();
    assert!(tops.is_sorted() && made.spans.iter().all(|span| span.confidence.unwrap() > 0.8), "{tops:?}");
    let refused = ocr.recognize(&Request::new(spool(b"no picture"), "image/png").unwrap()).await.unwrap_err();
    assert!(
        matches!(&refused, MediaError::Failed { reason, .. } if reason.contains("not a picture")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn english_speech_is_written_down_by_a_real_engine() {
    let folder = tempfile::tempdir().unwrap();
    let (spoken, sound) = (folder.path().join("spoken.wav"), folder.path().join("sound.wav"));
    let run = |command: &mut Command| assert!(command.status().unwrap().success(), "{command:?}");
    run(Command::new("espeak-ng")
        .args(["-v", "en-us", "-s", "150", "-w"])
        .arg(&spoken)
        .arg("two three four five"));
    run(Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(&spoken)
        .args(["-ar", "16000", "-ac", "1", "-c:a", "pcm_s16le"])
        .arg(&sound));
    let transcriber = config("english_speech.py").transcriber(&sandbox()).unwrap();
    let start = Instant::now();
    let request = Request::new(spool(&std::fs::read(&sound).unwrap()), "audio/wav").unwrap();
    let made = transcriber.transcribe(&request).await.unwrap();
    println!(
        "{} {}: {} ms\n{}",
        made.engine.name,
        made.engine.version,
        start.elapsed().as_millis(),
        made.text
    );
    assert_eq!((made.task, made.text.as_str()), (Task::Transcript, "two three four five"));
    let times: Vec<u64> = made.spans.iter().map(|span| span.start_ms.unwrap()).collect();
    assert!(times.is_sorted() && made.spans.iter().all(|span| span.end_ms >= span.start_ms), "{times:?}");
    let refused =
        transcriber.transcribe(&Request::new(spool(b"RIFF"), "audio/wav").unwrap()).await.unwrap_err();
    assert!(
        matches!(&refused, MediaError::Failed { reason, .. } if reason.contains("not a WAV file")),
        "{refused:?}"
    );
}
