//! The way to the server when it goes wrong: again, never twice, never a hole.

use serde_json::json;

use crate::Field;
use crate::contract::{Fault, root};

/// Seals a recording with files of the given lengths, as the page would.
pub const SEAL: &str = "const person = await store.recall('person'); const at = new Date().toISOString(); \
        const clock = { offset_ms: 0, measured_at: at }; \
        const act = Object.assign(page.fresh(api.freshId(), person, clock, null, null), { ended_at: at, place: '示例路', proves: '巡查经过' }); \
        await store.saveAct(act); \
        for (const [no, length] of given[0].entries()) { \
            const bytes = new Uint8Array(length).fill(no + 1); \
            await capture.importFile(act, new File([bytes], `执法记录仪_${no}.mp4`, { type: 'video/mp4', lastModified: Date.now() }), () => {}); } \
        act.ended_at = new Date().toISOString(); act.state = 'sealed'; await store.saveAct(act); return act.id";

/// Seals a recording with files of these lengths; gives its id.
async fn sealed(field: &Field, lengths: &[usize]) -> String {
    let id = field.device.within(SEAL, vec![json!(lengths)]).await;
    id.as_str().unwrap().to_owned()
}

/// Every segment came whole, by one upload each.
fn whole(field: &Field, recordings: usize, uploads: usize) {
    field.server.book(|book| {
        assert_eq!((book.recordings.len(), book.uploads.len()), (recordings, uploads));
        for (body, _) in book.recordings.values() {
            for segment in body["segments"].as_array().unwrap() {
                let upload = book.whole(segment["id"].as_str().unwrap()).expect("whole");
                assert_eq!(json!(root(&upload.bytes)), segment["sha256_root"]);
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_answers_damage_and_locks_make_nothing_twice() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.device.flight(true).await;
    field.device.until("#status .tag.near").await;
    sealed(&field, &[3 << 20, 700_000]).await;
    field.server.book(|book| {
        book.registering.push_back(Fault::AnswerLost);
        book.creating.push_back(Fault::AnswerLost);
        book.sending.extend([Fault::Damaged, Fault::AnswerLost, Fault::Locked, Fault::Damaged]);
    });
    // Coming back is enough: nobody presses anything.
    field.device.flight(false).await;
    field.device.open("/field#custody").await;
    field.device.until("[data-act][data-state=done]").await;
    whole(&field, 1, 2);
    field.server.book(|book| assert!(book.sending.is_empty() && book.creating.is_empty()));
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_back_is_enough_and_two_pages_make_one_queue() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.device.open("/field#custody").await;
    field.device.until("html[data-offline=ready]").await;
    let other = field.device.client.new_window(true).await.unwrap();
    let first = field.device.client.window().await.unwrap();
    field.device.client.switch_to_window(other.handle).await.unwrap();
    field.device.open("/field#custody").await;
    field.device.until("html[data-offline=ready]").await;
    field.device.flight(true).await;
    sealed(&field, &[2 << 20, 100]).await;
    sealed(&field, &[300_000]).await;
    assert_eq!(field.server.book(|it| it.recordings.len()), 0);
    // Both pages hear of it at once.
    field.device.flight(false).await;
    field.device.until("#waiting").await;
    field.device.until("[data-act][data-state=done] ~ [data-act][data-state=done]").await;
    field.device.client.switch_to_window(first).await.unwrap();
    field.device.press("#send-now").await;
    field.device.until("[data-act][data-state=done] ~ [data-act][data-state=done]").await;
    whole(&field, 2, 3);
    let sent: usize = field.server.book(|it| it.uploads.iter().map(|it| it.bytes.len()).sum());
    assert_eq!(sent, (2 << 20) + 100 + 300_000);
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_gone_begins_anew() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.device.flight(true).await;
    field.device.until("#status .tag.near").await;
    sealed(&field, &[4 << 20]).await;
    field.server.book(|book| book.sending.push_back(Fault::Gone));
    field.device.flight(false).await;
    field.device.open("/field#custody").await;
    field.device.until("[data-act][data-state=done]").await;
    // The first upload stays empty and expires on the server.
    field.server.book(|book| assert!(book.uploads[0].bytes.is_empty()));
    whole(&field, 1, 2);
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_match_stays_on_the_device_and_is_said() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.server.book(|book| book.spoil = true);
    let id = sealed(&field, &[50_000]).await;
    field.device.open("/field#custody").await;
    field.device.until("[data-act][data-state=mismatch] .piece[data-state=mismatch]").await;
    assert!(field.device.text().await.contains("原件仍保存在本机"));
    field.device.look("mismatch").await;
    let kept = field.device.within("const [piece] = await store.listPieces(given[0]); return (await store.readRange(piece, 0, 1 << 20)).length", vec![json!(id)]).await;
    assert_eq!(kept, json!(50_000));
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_refuses_is_corrected_and_sent_again() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.server.book(|book| book.refusing = Some("采集地点不在本机关管辖区域内"));
    let id = sealed(&field, &[50_000]).await;
    field.device.open("/field#custody").await;
    field.device.until(".notice.refused").await;
    assert!(field.device.text().await.contains("采集地点不在本机关管辖区域内"));
    field.device.look("refused").await;
    field.device.press(&format!("#mend-{id}")).await;
    field.device.write("place", "示例县示例路2号").await;
    field.device.press("#finish").await;
    field.device.until("[data-act][data-state=done]").await;
    whole(&field, 1, 1);
    field.server.book(|book| assert_eq!(book.recordings[&id].0["place"], "示例县示例路2号"));
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_last_answer_is_lost_is_not_begun_again() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    field.server.book(|book| {
        book.forgets = true;
        book.sending.push_back(Fault::AnswerLost);
    });
    sealed(&field, &[50_000]).await;
    field.device.open("/field#custody").await;
    field.device.until("[data-act][data-state=done]").await;
    whole(&field, 1, 1);
    field.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_cut_in_the_middle_it_goes_on_from_what_the_server_holds() {
    let field = Field::new().await;
    field.device.sign_in("yj-officer1").await;
    let scissors = field.network.scissors();
    field.server.book(|book| book.then = Some(Box::new(scissors)));
    sealed(&field, &[12 << 20]).await;
    field.device.open("/field#custody").await;
    field.device.until("#status .tag.near").await;
    field.device.until("[data-act][data-state=registered]").await;
    let held = field.server.book(|book| book.uploads[0].bytes.len());
    assert!(held > 0 && held < 12 << 20, "{held}");
    field.network.mend();
    field.device.press("#send-now").await;
    field.device.until("[data-act][data-state=done]").await;
    whole(&field, 1, 1);
    field.end().await;
}
