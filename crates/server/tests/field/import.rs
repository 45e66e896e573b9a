//! Files of a body camera with the time they took; a break reported to a head by name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Field;

/// 24 seconds.
const FILM: &[u8] = include_bytes!("../../demo/film.mp4");

/// Imports a film that was last changed at a known time, and a file that is none; gives of
/// each beginning, end and whether it has no length.
const IMPORT: &str = "const [act] = await store.listActs(await store.recall('person')); \
    const bytes = Uint8Array.from(atob(given[0]), it => it.charCodeAt(0)); \
    const at = Date.parse('2026-03-02T01:30:00Z'); \
    await capture.importFile(act, new File([bytes], '执法记录仪_1.mp4', { type: 'video/mp4', lastModified: at }), () => {}); \
    await capture.importFile(act, new File([bytes.slice(0, 100)], '执法记录仪_2.avi', { type: 'video/x-msvideo', lastModified: at }), () => {}); \
    const pieces = await store.listPieces(act.id); \
    act.interruptions.push({ after: pieces[0].id, cause: 'battery', at: pieces[0].captured_to, statement: '电池耗尽' }); \
    await store.saveAct(act); \
    return pieces.map(it => [it.captured_from, it.captured_to, it.lengthless])";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_film_has_begin_and_end_and_a_break_is_reported_to_a_head_by_name() {
    let field = Field::new().await;
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.until("#status .tag.ok").await;
    device.flight(true).await;
    device.until("#status .tag.near").await;
    device.press("#patrol").await;
    device.until("#tick-told").await;
    let pieces = device.within(IMPORT, vec![json!(STANDARD.encode(FILM))]).await;
    let (end, begin) = ("2026-03-02T01:30:00.000Z", "2026-03-02T01:29:36.000Z");
    assert_eq!(pieces, json!([[begin, end, false], [end, end, true]]));
    device.open("/field").await;
    device.until("html[data-ready=yes]").await;
    device.press(".decisive a.btn").await;
    device.until("#told-0").await;
    let text = device.text().await;
    assert!(text.contains("时长不能读出"), "{text}");
    assert!(text.contains("大队负责人甲（执法大队）"), "known without a network: {text}");
    device.look("import").await;
    let chosen = device
        .within("const it = document.getElementById('told-0'); it.value = it.options[1].value; it.dispatchEvent(new Event('change')); return it.value", vec![])
        .await;
    device.write("place", "示例路").await;
    device.write("proves", "巡查经过").await;
    device.press("#finish").await;
    device.until("[data-act][data-state=sealed]").await;
    device.flight(false).await;
    device.open("/field#custody").await;
    device.until("[data-act][data-state=done]").await;
    field.server.book(|book| {
        let (sent, _) = book.recordings.values().next().expect("registered");
        assert_eq!(sent["interruptions"][0]["reported_to"], chosen, "{sent}");
        let span = |it: &Value| (it["captured_from"].clone(), it["captured_to"].clone());
        assert_eq!(span(&sent["segments"][0]), (json!(begin), json!(end)));
    });
    field.end().await;
}
