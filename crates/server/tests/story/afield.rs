//! On the spot without a network, and what becomes of it: one film, one signed form and one
//! file of a body camera, taken with the page's own controls, come by themselves when the
//! network is back, are the record of an act of the case, and leave with its file.

use fantoccini::Locator;
use jiff::SignedDuration;
use mingjing::kit::clock::{Clock as _, SystemClock};
use mingjing_domain::case::Case;
use mingjing_domain::case::procedure::Verb;
use mingjing_domain::matter::{MatterId, shanghai};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::words::{Finding, SegmentKind};
use mingjing_ledger::commit::EvidenceHasher;
use serde_json::json;

use crate::browser::Browser;
use crate::county::County;
use crate::device::Device;
use crate::relay::Relay;

/// Minutes that the body camera's clock is ahead of this machine's.
const AHEAD: i64 = 10;

fn id_of(case: &str) -> MatterId {
    MatterId(case.trim_start_matches("/cases/").parse().unwrap())
}

/// A scene is inspected, its record taken into the case, the recording attached to the act.
pub async fn scene(county: &County, browser: &mut Browser, case: &str) {
    let id = taken(county, case).await;
    county.work().await;
    let it = county.app.load::<Recording>(id).await.unwrap().unwrap().state;
    whole(county, &it);
    let number = it.number.as_ref().unwrap().to_string();
    let page = format!("/recordings/{id}");
    browser.be("yj-officer1").await;
    browser.open(&page).await;
    browser.sees(&[&number, "现场文书", "勘验笔录", "当事人 已在屏幕上签名"]).await;
    county.minute();
    browser.take(&format!("{case}/do/record_scene?sheet={id}_2")).await;
    let script = "const it = name => document.querySelector(`form.sheet [name=${name}]`).value; \
        return [it('record'), it('place'), it('sha256_root')]";
    let root = it.segments[1].identity.as_ref().unwrap().sha256_root.clone();
    let opened = browser.script(script, vec![]).await.unwrap();
    assert_eq!(opened, json!(["配电间内二人正在作业，不能出示特种作业操作证。", "示例路1号配电间", root]));
    browser.submit(&[]).await;
    assert_eq!(browser.path(), case, "{}", browser.refusal().await);
    let attached = [("act", "记录勘验"), ("recording", number.as_str())];
    browser.act(county, "yj-officer1", case, "attach_recording", &attached).await;
    let state = county.app.load::<Case>(id_of(case)).await.unwrap().unwrap().state;
    let act = state.acts.iter().find(|it| it.of.verb == Verb::RecordScene).unwrap();
    assert_eq!(act.recordings.len(), 1);
    assert_eq!((act.recordings[0].0, act.recordings[0].1.len()), (id, it.segments.len()));
    played(county, browser, &page).await;
}

/// With the network off until everything is sealed; gives the recording.
async fn taken(county: &County, case: &str) -> MatterId {
    let network = Relay::before(&county.base).await;
    let device = Device::new(&network.base).await;
    device.sign_in("yj-officer1").await;
    device.until("#status .tag.ok").await;
    device.flight(true).await;
    device.until("#status .tag.near").await;
    device
        .press(&format!("[data-act-of=on_site][data-case=\"{}\"]", case.trim_start_matches("/cases/")))
        .await;
    for it in ["certificate_shown", "identity_stated", "told", "rights_told"] {
        device.press(&format!("#tick-{it}")).await;
        device.until(&format!("#tick-{it}[aria-pressed=true]")).await;
    }
    device.press("#take-video").await;
    device.until("#running [data-bytes]").await;
    device.press("#stop").await;
    device.until(".piece[data-state=captured]").await;
    signed(county, &device).await;
    imported(&device).await;
    device.choose("second", "执法人员乙").await;
    device.until("#collectors li").await;
    device.write("place", "示例路1号配电间").await;
    device.write("proves", "二名电工无证上岗作业").await;
    device.look("act-with-everything").await;
    device.press("#finish").await;
    device.until("[data-act][data-state=sealed]").await;
    let id = device.script("return document.querySelector('[data-act]').dataset.act").await;
    let id = MatterId(id.as_str().unwrap().parse().unwrap());
    assert!(county.app.load::<Recording>(id).await.unwrap().is_none(), "nothing left the device");
    county.minute();
    // Nobody presses anything.
    device.flight(false).await;
    device.until("[data-act][data-state=done]").await;
    device.close().await;
    id
}

/// Fills in the second of the forms that are offered and signs it.
async fn signed(county: &County, device: &Device) {
    device.press("#take-form").await;
    device.choose("sheet-kind", "勘验笔录").await;
    device.until("#sheet-field-weather").await;
    for (id, minutes) in [("sheet-from", 15), ("sheet-to", 5)] {
        device.set(id, &county.ago(minutes)).await;
    }
    device.write("sheet-field-place", "示例路1号配电间").await;
    device.write("sheet-text", "配电间内二人正在作业，不能出示特种作业操作证。").await;
    device.write("sheet-name", "欧阳试甲").await;
    device.draw().await;
    device.press(".signing .buttons .btn").await;
    device.until(".piece:nth-child(3)").await;
}

/// Imports a film of a body camera whose clock is ahead, and reads that clock.
async fn imported(device: &Device) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("执法记录仪_现场检查.mp4");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/film.mp4"), &path).unwrap();
    // The device keeps the time of this machine.
    let changed = SystemClock.now();
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(changed.into()).unwrap();
    let input = device.client.find(Locator::Id("import")).await.unwrap();
    input.send_keys(path.to_str().unwrap()).await.unwrap();
    device.until(".piece:nth-child(4)[data-state=captured]").await;
    device.press(".piece:nth-child(4) summary").await;
    let shown = changed.checked_add(SignedDuration::from_mins(AHEAD)).unwrap();
    let shown = shown.to_zoned(shanghai()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    device.set("reading-4", &shown).await;
    device.press("#take-clock-4").await;
    let taken = "while (!document.getElementById('clock-4').innerText.includes('已据此换算')) \
        await new Promise(requestAnimationFrame)";
    device.within(taken, vec![]).await;
}

/// Everything is in the store, each piece with its own clock, and both officers are named.
fn whole(county: &County, it: &Recording) {
    assert!(it.accepted());
    let kinds: Vec<SegmentKind> = it.segments.iter().map(|it| it.capture.kind).collect();
    assert_eq!(kinds, [SegmentKind::Video, SegmentKind::Document, SegmentKind::Document, SegmentKind::Video]);
    assert_eq!(it.registration.collectors.len(), 2);
    let form = it.segments[1].capture.form.as_ref().unwrap();
    assert_eq!((form.document.as_str(), form.signer.or_erased()), ("site_inspection_record", "欧阳试甲"));
    let offset = |it: &Segment| it.capture.clock_offset_ms;
    let (phone, camera) = (offset(&it.segments[0]), offset(&it.segments[3]));
    assert!(phone != camera, "the camera has a clock of its own");
    // Last changed when its clock was read as ten minutes later: it ended ten minutes ago.
    let ended = county.app.now().duration_since(it.segments[3].ended());
    assert!((ended.as_mins() - AHEAD).abs() <= 3, "{ended:#}");
    assert!(it.told.as_ref().is_some_and(|told| told.told_at <= it.segments[0].started()));
    let found: Vec<Finding> = it.flags.iter().map(|it| it.finding).collect();
    // The camera filmed before the telephone noted that the party was told.
    let of_devices = [Finding::DeviceUnregistered, Finding::ClockOff, Finding::ToldAfterStart];
    assert!(found.iter().all(|it| of_devices.contains(it)), "{found:?}");
}

/// The film of the camera plays in the page, a mark leads into it, and over the picture stands
/// who looks at it.
async fn played(county: &County, browser: &mut Browser, page: &str) {
    browser.open(&format!("{page}/do/mark")).await;
    county.minute();
    let mark = [("segment", "第4段"), ("offset_ms", "10000"), ("kind", "重要物品和证据"), ("note", "配电箱")];
    browser.submit(&mark).await;
    assert_eq!(browser.path(), page, "{}", browser.refusal().await);
    browser.open(&format!("{page}/play")).await;
    let seek = browser.client.find(Locator::Css("button[data-piece='4'][data-seek]")).await.unwrap();
    seek.click().await.unwrap();
    // It has run on from the mark, then it stands still.
    let until = "const done = arguments[0], film = document.querySelector('#piece-4 video'); \
        const look = () => { if (film.error) return done('' + film.error.message); \
            if (film.currentTime < 10.4) return requestAnimationFrame(look); film.pause(); \
            const box = film.getBoundingClientRect(), over = film.closest('.screen').querySelector('.watermark'), at = over.getBoundingClientRect(); \
            const inside = at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom; \
            done({ time: film.currentTime, width: film.videoWidth, length: Math.round(film.duration), inside, words: over.innerText }); }; look()";
    let seen = browser.client.execute_async(until, vec![]).await.unwrap();
    let time = seen["time"].as_f64().unwrap_or_else(|| panic!("{seen}"));
    assert!((10.4..20.0).contains(&time), "{seen}");
    assert_eq!((&seen["width"], &seen["length"], &seen["inside"]), (&json!(640), &json!(24), &json!(true)));
    assert!(seen["words"].as_str().unwrap().contains("执法人员甲"), "{seen}");
    // Controls come and go; what is compared is the picture.
    let still = "const film = document.querySelector('#piece-4 video'); film.controls = false; \
        document.activeElement.blur(); film.scrollIntoView({ block: 'center', behavior: 'instant' })";
    browser.script(still, vec![]).await.unwrap();
    let with = pictured(browser, "watermarked").await;
    assert!(with == pictured(browser, "watermarked").await, "the picture stands still");
    let hide = "document.querySelector('#piece-4 .watermark').style.visibility = 'hidden'";
    browser.script(hide, vec![]).await.unwrap();
    let without = pictured(browser, "bare").await;
    assert!(with != without, "the watermark is seen over the picture");
}

/// What is on the screen once it has been painted.
async fn pictured(browser: &Browser, what: &str) -> Vec<u8> {
    let painted =
        "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
    browser.client.execute_async(painted, vec![]).await.unwrap();
    let picture = browser.client.screenshot().await.unwrap();
    if let Ok(folder) = std::env::var("MINGJING_TEST_PICTURES") {
        std::fs::write(format!("{folder}/{what}.png"), &picture).unwrap();
    }
    picture
}

/// Every piece that is attached to an act of the case lies in its package, byte for byte.
pub async fn packed(county: &County, case: &str, files: &[(String, Vec<u8>)]) {
    let state = county.app.load::<Case>(id_of(case)).await.unwrap().unwrap().state;
    let wanted: Vec<&String> =
        state.acts.iter().flat_map(|it| &it.recordings).flat_map(|(_, roots)| roots).collect();
    assert_eq!(wanted.len(), 4);
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| path.starts_with("data/音像/"))
        .map(|(_, bytes)| {
            let mut hasher = EvidenceHasher::new();
            hasher.update(bytes);
            hex::encode(hasher.finish().root.sha256)
        })
        .collect();
    for root in wanted {
        assert!(there.contains(root), "{root} of {there:#?}");
    }
}
