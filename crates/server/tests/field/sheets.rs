//! Forms of the procedure filled in and signed on the spot, printed again; who recorded too, to
//! which documents it belongs, and the clock of a body camera.

use serde_json::{Value, json};

use crate::Field;

/// Imports a file of a body camera that was last changed at a known time.
const IMPORT: &str = "const [act] = await store.listActs(await store.recall('person')); \
    const at = Date.parse('2026-03-02T01:30:00Z'); \
    await capture.importFile(act, new File([new Uint8Array(500)], '执法记录仪_1.jpg', { type: 'image/jpeg', lastModified: at }), () => {}); \
    await capture.importFile(act, new File([new Uint8Array(600)], '执法记录仪_2.jpg', { type: 'image/jpeg', lastModified: at }), () => {})";

/// An act of a case begun without a network, the party told.
async fn begun(field: &Field) {
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.until("#status .tag.ok").await;
    device.flight(true).await;
    device.until("#status .tag.near").await;
    device.press("[data-act-of=on_site]").await;
    device.press("#tick-told").await;
    device.until("#tick-told[aria-pressed=true]").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_of_the_procedure_is_signed_and_printed_again_as_it_was_signed() {
    let field = Field::new().await;
    let device = &field.device;
    begun(&field).await;
    device.press("#take-form").await;
    // The form of the link stands first, with what is known.
    let opened = "const it = id => document.getElementById('sheet-' + id).value; \
        return [it('title'), it('field-subject'), it('field-officers')]";
    let known = json!(["现场检查记录", "示例化工有限公司", "执法人员甲 示执01"]);
    assert_eq!(device.script(opened).await, known);
    assert!(
        device.text().await.contains("已向你出示执法证件") && device.text().await.contains("与检查情况一致")
    );
    device.press(".signing .buttons .btn").await;
    device.until("#sheet-field-place-error").await;
    device.look("sheet").await;
    device.set("sheet-from", "2026-03-02T09:00").await;
    device.set("sheet-to", "2026-03-02T09:20").await;
    device.write("sheet-field-place", "示例路1号").await;
    device.write("sheet-text", "安全设备没有检测记录。").await;
    device.write("sheet-name", "示范当事人").await;
    device.draw().await;
    device.press(".signing .buttons .btn").await;
    device.until(".piece:nth-child(2)").await;
    // Printed from what was kept, not from a form that could have been changed since.
    let print = "window.print = () => { const all = [...document.querySelectorAll('.printing img')]; \
        window.printed = all.map(it => [it.naturalWidth, it.naturalHeight]); window.bare = document.querySelector('.signing') === null; }";
    device.script(print).await;
    device.press("[data-print]").await;
    device.within("while (!window.printed) await new Promise(requestAnimationFrame)", vec![]).await;
    assert_eq!(device.script("return [window.printed, window.bare]").await, json!([[[1240, 1754]], true]));
    device.debugger("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let shown = "return ['.bar', 'main', '.printing', '.printing img'].map(it => document.querySelector(it).getClientRects().length > 0)";
    assert_eq!(device.script(shown).await, json!([false, false, true, true]));
    device.debugger("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
    device.script("dispatchEvent(new Event('afterprint'))").await;
    assert_eq!(device.script("return document.querySelector('.printing')").await, Value::Null);
    for (id, words) in [("place", "示例路1号"), ("proves", "安全设备没有检测")] {
        device.write(id, words).await;
    }
    device.press("#finish").await;
    device.until("[data-act][data-state=sealed]").await;
    device.flight(false).await;
    device.until("[data-act][data-state=done]").await;
    field.server.book(|book| {
        let (sent, _) = book.recordings.values().next().expect("registered");
        let form = &sent["segments"][0]["form"];
        assert_eq!((&form["document"], &form["signer"]), (&json!("inspection_record"), &json!("示范当事人")));
        assert_eq!(form["started_at"], "2026-03-02T01:00:00.000Z");
        assert_eq!(form["fields"][0], json!({ "label": "检查场所", "value": "示例路1号" }));
        assert_eq!(sent["segments"][1]["form"], Value::Null, "the words go once");
    });
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_officer_the_documents_and_the_clock_of_each_camera_are_told() {
    let field = Field::new().await;
    let device = &field.device;
    begun(&field).await;
    device.within(IMPORT, vec![]).await;
    device.open("/field").await;
    device.until("html[data-ready=yes]").await;
    device.press(".decisive a.btn").await;
    device.until(".piece:nth-child(2) details").await;
    // Who handles the case stands first; nobody is chosen beforehand.
    let offered = "return [...document.getElementById('second').options].map(it => it.text)";
    let names = json!(["选择共同采集的人员", "执法人员乙（执法大队） 本案承办人", "执法人员丙（执法大队）"]);
    assert_eq!(device.script(offered).await, names);
    device.choose("second", "执法人员丙").await;
    device.choose("second", "执法人员乙").await;
    device.until("#collectors li:nth-child(2)").await;
    device.press("#collectors li:first-child button").await;
    device.press("#document-0").await;
    device.write("documents", "（示）应急检记〔2026〕4号").await;
    // The first by its check before use, the second as it is read now: 300 seconds ahead.
    device.press(".piece:nth-child(1) summary").await;
    device.choose("device-1", "01").await;
    device.press(".piece:nth-child(2) summary").await;
    let reading = "const at = new Date(Date.now() + arguments[0] - arguments[1] + 8 * 3600000).toISOString().slice(0, 19); return at";
    let offset = device.within("return (await store.recall('clock')).offset_ms", vec![]).await;
    let now = device.client.execute(reading, vec![json!(300_000), offset]).await.unwrap();
    device.set("reading-2", now.as_str().unwrap()).await;
    device.press("#take-clock-2").await;
    device.within("while (!document.getElementById('clock-2').innerText.includes('据此换算')) await new Promise(requestAnimationFrame)", vec![]).await;
    assert!(device.text().await.contains("比服务器快 1 分 35 秒"), "{}", device.text().await);
    device.look("beside").await;
    for (id, words) in [("place", "示例路1号"), ("proves", "安全设备没有检测")] {
        device.write(id, words).await;
    }
    device.press("#finish").await;
    device.until("[data-act][data-state=sealed]").await;
    device.flight(false).await;
    device.until("[data-act][data-state=done]").await;
    field.server.book(|book| {
        let (sent, _) = book.recordings.values().next().expect("registered");
        let second = json!([{ "staff": "018f0000-0000-7000-8000-000000000005", "certificate": "示执02" }]);
        assert_eq!(sent["collectors"], second);
        assert_eq!(sent["documents"], json!(["（示）应急立〔2026〕1号", "（示）应急检记〔2026〕4号"]));
        let pieces = sent["segments"].as_array().unwrap();
        assert_eq!(pieces[0]["device"], "018f0000-0000-7000-8000-000000000001");
        assert_eq!(pieces[0]["clock_offset_ms"], Value::Null, "the server takes the check before use");
        let told = pieces[1]["clock_offset_ms"].as_i64().unwrap();
        assert!((told - 300_000).abs() < 30_000, "{told}");
    });
    field.end().await;
}
