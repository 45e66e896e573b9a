//! What is kept on the device, how, and for whom.

use serde_json::json;

use crate::Field;

/// Everything in the database and the caches as one text.
const ALL: &str = "const db = await new Promise(ok => { const r = indexedDB.open('mingjing-field'); r.onsuccess = () => ok(r.result); }); \
    let out = ''; for (const name of db.objectStoreNames) { \
        const rows = await new Promise(ok => { const r = db.transaction(name).objectStore(name).getAll(); r.onsuccess = () => ok(r.result); }); \
        for (const row of rows) { for (const value of Object.values(row)) out += value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder().decode(value) : typeof value === 'string' ? value : JSON.stringify(value); } } \
    db.close(); for (const name of await caches.keys()) for (const it of await (await caches.open(name)).keys()) out += ' cached:' + new URL(it.url).pathname; return out";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_kept_in_clear_and_no_other_page_is_cached() {
    let field = Field::new().await;
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.press("[data-act-of=evidence]").await;
    device.write("place", "示例县示例路").await;
    device.press("#tick-told").await;
    device.press("#take-photo").await;
    device.press("#shoot").await;
    device.until(".piece").await;
    device.press("#camera-off").await;
    device.open("/desk").await;
    device.open("/field").await;
    device.until("html[data-ready=yes]").await;
    let all = device.within(ALL, vec![]).await;
    let all = all.as_str().unwrap();
    for it in ["示例", "照片", "JFIF", "执法人员甲", "certificate"] {
        assert!(!all.contains(it), "{it} lies open");
    }
    let cached: Vec<&str> = all.split(" cached:").skip(1).collect();
    assert!(cached.contains(&"/field") && cached.iter().any(|it| it.ends_with("/main.js")), "{cached:?}");
    let own = |it: &&&str| **it == "/field" || it.starts_with("/assets/");
    assert_eq!(cached.iter().filter(own).count(), cached.len(), "{cached:?}");
    let key = device
        .within(
            "const db = await new Promise(ok => { const r = indexedDB.open('mingjing-field'); r.onsuccess = () => ok(r.result); }); \
             const [row] = await new Promise(ok => { const r = db.transaction('keys').objectStore('keys').getAll(); r.onsuccess = () => ok(r.result); }); \
             return crypto.subtle.exportKey('raw', row.key).then(() => 'exported', e => e.name)",
            vec![],
        )
        .await;
    assert_eq!(key, "InvalidAccessError");
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_takes_everything_along_but_what_is_not_accepted() {
    let field = Field::new().await;
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.press("#patrol").await;
    device.write("place", "示例路").await;
    device.press("#take-photo").await;
    device.press("#shoot").await;
    device.until(".piece").await;
    device.press("#camera-off").await;
    device.press("#leave-form .btn").await;
    device.until("#leaving").await;
    assert!(device.text().await.contains("还有 1 件记录没有入库"));
    device.look("leaving").await;
    device.press("#leave").await;
    device.until("#login").await;
    // Another officer sees that something waits, and nothing of it.
    device.sign_in("yj-officer2").await;
    let text = device.text().await;
    assert!(text.contains("本机另有他人未上传的记录 1 件") && !text.contains("进行中"), "{text}");
    // He leaves from a page of the office.
    device.open("/desk").await;
    device.press(".menu summary").await;
    device.press("form[action='/sign-out'] .btn").await;
    device.until("#login").await;
    device.open("/field").await;
    device.until("html[data-ready=yes]").await;
    assert!(device.text().await.contains("请先登录"));
    device.sign_in("yj-officer1").await;
    device.press(".card.decisive .act .btn").await;
    device.until(".piece").await;
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_device_says_so_and_keeps_what_it_has() {
    let field = Field::new().await;
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.press("#patrol").await;
    device.press("#take-video").await;
    device.until("#running [data-bytes]").await;
    let used = device.within("return (await navigator.storage.estimate()).usage", vec![]).await;
    let quota = json!({ "origin": field.network.base, "quotaSize": used.as_u64().unwrap() + 600_000 });
    device.debugger("Storage.overrideQuotaForOrigin", quota).await;
    device.until(".notice.refused").await;
    assert!(device.text().await.contains("设备存储空间不足"));
    device.until("#note-0").await;
    // A file that does not fit is refused, and nothing of it stays.
    let refused = device
        .within(
            "const [act] = await store.listActs(await store.recall('person')); const file = new File([new Uint8Array(8 << 20)], 'a.mp4', { type: 'video/mp4' }); \
             const said = await capture.importFile(act, file, () => {}).then(() => 'kept', e => e.constructor.name + e.name); \
             return [said, (await store.listPieces(act.id)).length]",
            vec![],
        )
        .await;
    assert_eq!(refused, json!(["FullError", 1]));
    // There is room again: what could not be closed then is closed now.
    device.debugger("Storage.overrideQuotaForOrigin", json!({ "origin": field.network.base })).await;
    device.press("#finish").await;
    device.until(".piece[data-state=captured]").await;
    // What was written until then is whole, and its root is that of what is there.
    let same = device
        .within(
            "const [act] = await store.listActs(await store.recall('person')); const [piece] = await store.listPieces(act.id); \
             const hasher = new merkle.Hasher(); await hasher.update(await store.readRange(piece, 0, piece.bytes)); \
             return piece.bytes > 0 && await hasher.finish() === piece.root",
            vec![],
        )
        .await;
    assert_eq!(same, json!(true));
    device.look("full").await;
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_act_is_open_in_one_page_at_a_time() {
    let field = Field::new().await;
    let device = &field.device;
    device.sign_in("yj-officer1").await;
    device.press("#patrol").await;
    device.press("#tick-told").await;
    device.until("#tick-told[aria-pressed=true]").await;
    let act = device.client.current_url().await.unwrap().fragment().unwrap().to_owned();
    let first = device.client.window().await.unwrap();
    let second = device.client.new_window(true).await.unwrap();
    device.client.switch_to_window(second.handle).await.unwrap();
    device.open(&format!("/field#{act}")).await;
    device.until("#view .said").await;
    assert!(device.text().await.contains("正在另一个页面办理"));
    device.client.switch_to_window(first).await.unwrap();
    device.open("/field#tasks").await;
    device.until(".card.decisive").await;
    let other = device.client.windows().await.unwrap().pop().unwrap();
    device.client.switch_to_window(other).await.unwrap();
    device.client.refresh().await.unwrap();
    device.until("#tick-told[aria-pressed=true]").await;
    field.end().await;
}
