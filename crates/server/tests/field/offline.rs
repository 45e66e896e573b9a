//! An officer without a network, whose device falls in the middle.

use serde_json::{Value, json};

use crate::Field;
use crate::contract::{Upload, root};

/// Waits until a recording has written so many bytes.
async fn grown(field: &Field, bytes: u32) {
    let css = "#running [data-bytes]";
    field.device.until(css).await;
    let wait = format!(
        "const done = arguments[0]; const look = () => +document.querySelector('{css}')?.dataset.bytes >= {bytes} ? done(true) : requestAnimationFrame(look); look()"
    );
    field.device.client.execute_async(&wait, vec![]).await.unwrap();
}

async fn film(field: &Field) {
    field.device.press("#take-video").await;
    grown(field, 1).await;
    field.device.press("#stop").await;
    field.device.until(".piece[data-state=captured]").await;
}

async fn sign_a_sheet(field: &Field) {
    let device = &field.device;
    device.press("#take-form").await;
    device.choose("sheet-kind", "其他笔录").await;
    device.press(".signing .buttons .btn").await;
    device.until(".errors a").await;
    device.look("signing").await;
    device.write("sheet-text", "现场检查发现安全设备没有检测记录。").await;
    device.write("sheet-name", "示范当事人").await;
    device.draw().await;
    // On paper stands the sheet alone.
    device.debugger("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let printed = "return ['.bar', '#views', '#status', '.ticks', '.pieces', '.signing .btn', '.signing', '.pad', '#sheet-text'] \
        .map(it => document.querySelector(it).getClientRects().length > 0)";
    let expected = json!([false, false, false, false, false, false, true, true, true]);
    assert_eq!(device.script(printed).await, expected);
    device.debugger("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    device.press(".signing .buttons .btn").await;
    device.until(".piece:nth-child(4)").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_without_a_network_survives_a_killed_browser_and_arrives_once_and_whole() {
    let mut field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.device.look("tasks").await;
    field.network.cut();
    // The page comes from the device itself.
    field.device.open("/field").await;
    field.device.until("html[data-ready=yes]").await;
    assert!(field.device.text().await.contains("没有网络，可以照常记录"));
    field.device.press("[data-act-of=on_site]").await;
    field.device.until("#take-video[disabled]").await;
    assert!(field.device.text().await.contains("先告知当事人"));
    for it in ["certificate_shown", "identity_stated", "told", "rights_told"] {
        field.device.press(&format!("#tick-{it}")).await;
        field.device.until(&format!("#tick-{it}[aria-pressed=true]")).await;
    }
    film(&field).await;
    field.device.press("#take-photo").await;
    field.device.press("#shoot").await;
    field.device.until(".piece:nth-child(2)").await;
    field.device.press("#camera-off").await;
    sign_a_sheet(&field).await;
    field.device.look("act").await;
    field.device.press("#take-audio").await;
    grown(&field, 1000).await;
    field.device.fall().await;
    // Nothing of it is lost but the last seconds, and the gap is noted.
    field.device.open("/field").await;
    field.device.until("html[data-ready=yes]").await;
    field.device.press(".card.decisive .act .btn").await;
    field.device.until(".piece:nth-child(5)").await;
    assert!(field.device.text().await.contains("意外中断后恢复"));
    field.device.press("#finish").await;
    field.device.until(".errors a[href='#proves']").await;
    assert_eq!(field.server.book(|it| it.recordings.len()), 0);
    for (id, words) in [("place", "示例县示例路1号车间"), ("proves", "安全设备没有检测")] {
        field.device.write(id, words).await;
    }
    field.device.press("#finish").await;
    field.device.until("[data-act][data-state=sealed]").await;
    field.device.look("custody").await;
    // The network is back, the session is not: a browser may or may not keep its cookie
    // through being killed.
    field.device.client.delete_all_cookies().await.unwrap();
    field.network.mend();
    field.device.press("#send-now").await;
    field.device.until("#status a[href^='/sign-in']").await;
    field.device.sign_in("yj-officer1").await;
    field.device.open("/field#custody").await;
    field.device.until("[data-act][data-state=done]").await;
    arrived(&field).await;
    field.end().await;
}

/// Once, whole, and no longer on the device.
async fn arrived(field: &Field) {
    let (recordings, uploads): (Vec<Value>, Vec<Upload>) = field
        .server
        .book(|it| (it.recordings.values().map(|(body, _)| body.clone()).collect(), it.uploads.clone()));
    assert_eq!(recordings.len(), 1);
    let segments = recordings[0]["segments"].as_array().unwrap();
    let kinds: Vec<&str> = segments.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["video", "photo", "form", "form", "audio"]);
    assert_eq!(uploads.len(), 5, "each piece is uploaded once");
    for (segment, upload) in segments.iter().zip(&uploads) {
        assert_eq!(upload.metadata["segment"], segment["id"].as_str().unwrap());
        assert_eq!(json!(upload.bytes.len()), segment["bytes"]);
        assert_eq!(json!(root(&upload.bytes)), segment["sha256_root"]);
    }
    assert!(uploads[0].bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]), "the film is WebM");
    assert!(uploads[1].bytes.starts_with(&[0xff, 0xd8]), "the photograph is JPEG");
    assert!(uploads[2].bytes.starts_with(b"\x89PNG"), "the sheet is a picture");
    let sheet: Value = serde_json::from_slice(&uploads[3].bytes).unwrap();
    assert_eq!(sheet["strokes"][0]["points"].as_array().unwrap().len(), 3);
    let told = &recordings[0];
    assert_eq!(told["ticks"].as_array().unwrap().len(), 4);
    assert_eq!(told["told"]["at"], told["ticks"][2]["at"]);
    assert_eq!(told["interruptions"][0]["cause"], "other");
    assert_eq!(told["interruptions"][0]["after"], 5);
    assert_eq!((&told["act"], &told["link"]), (&json!("record_scene"), &json!("on_site")));
    assert_eq!(told["party"], "示例化工有限公司");
    // The server's clock stands in March, the device's does not.
    assert!(told["clock"]["offset_ms"].as_i64().unwrap().abs() > 3_600_000);
    let left = field
        .device
        .within(
            "const db = await new Promise(ok => { const r = indexedDB.open('mingjing-field'); r.onsuccess = () => ok(r.result); }); \
             return new Promise(ok => { const r = db.transaction('parts').objectStore('parts').count(); r.onsuccess = () => ok(r.result); })",
            vec![],
        )
        .await;
    assert_eq!(left, json!(0), "the device holds nothing that the server has accepted");
}
