//! A copy is an act of its own: asked for with what it is for, and what left without an approval
//! that covers it is told to those who check.

use futures_util::future::BoxFuture;
use mingjing::kit::app::Request;
use mingjing::kit::write::Write;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;
use mingjing_domain::viewing_grant::{Grant, GrantEvent, Material, Use, UseKind};
use serde_json::{Value, json};

use crate::keeping::{archived, office, opens};
use crate::office::{ORGAN, Office, matter};
use crate::support::Bench;

mod engines {
    crate::on_both_engines!(a_copy_is_asked_for_and_one_past_its_approval_is_told);
}

async fn approved(office: &Office, id: &str, medium: &str) -> String {
    let request = json!({
        "requester": "staff", "purpose": "file_evaluation", "reason": "年度案卷评查",
        "scope": [{"covers": "file", "case": id}], "medium": medium, "from": office.today(), "until": "2026-12-31",
    });
    let asked = office.does("a", "/api/v1/grants", request).await;
    let grant = asked["id"].as_str().unwrap().to_owned();
    let approve = json!({"scope": [1], "medium": medium, "from": office.today(), "until": "2026-12-31", "opinion": "同意"});
    office.does("unit_head", &format!("/api/v1/grants/{grant}/approve"), approve).await;
    grant
}

/// A use written onto the stream past everything that judges it.
async fn slipped(office: &Office, grant: &str, material: Material, kind: UseKind) {
    let actor = Actor { id: office.people["a"], organ: ORGAN, roles: vec![Role::Officer] };
    let request = Request {
        actor,
        purpose: "导出".to_owned(),
        command_id: office.fresh(),
        name: "grant.act",
        body: json!({ "slipped": grant }),
        moment: None,
    };
    let id = matter(grant);
    let used = Use {
        material,
        kind,
        watermark: Text::closed("示例甲"),
        span: None,
        digest: "ab".repeat(32),
        derivative: String::new(),
        reason: None,
    };
    let written = office.app.write(request, move |w: &mut Write| {
        let used = used.clone();
        Box::pin(async move {
            let mut it = w.load::<Grant>(id).await?.expect("the approval");
            w.append(&mut it, GrantEvent::Used { used }).await
        }) as BoxFuture<'_, _>
    });
    written.await.unwrap();
}

async fn signals(office: &Office) -> Vec<Value> {
    let open =
        json!({"kind": "incident", "from": office.today(), "to": office.today(), "reason": "核查复制情况"});
    let it = office.does("review_head", "/api/v1/checks/new/open", open).await;
    let told =
        office.read("review_head", &format!("/api/v1/checks/{}/signals", it["id"].as_str().unwrap())).await;
    let all = told.json()["items"].as_array().unwrap().clone();
    all.into_iter().filter(|it| it.to_string().contains("超出批准范围复制、导出")).collect()
}

async fn a_copy_is_asked_for_and_one_past_its_approval_is_told(bench: Bench) {
    let office = office(bench).await.with_documents();
    let id = archived(&office, "2026-001").await;
    let grant = approved(&office, &id, "copy").await;
    let file = format!("/grants/{grant}/files/{id}/1.pdf");
    let api = format!("/api/v1{file}/copy");
    // What it is for is said; a look is no copy, whatever the address says.
    let mute = office.tries("a", &api, json!({})).await;
    assert_eq!(mute.status, 422, "{}", mute.body);
    let asked = office.read("a", &format!("/api/v1{file}?as=copy")).await;
    assert_eq!(asked.status, 400, "{}", asked.body);
    let page = office.open("a", &format!("/grants/{grant}")).await;
    assert!(page.body.contains("打开即记入查阅经过"), "{}", page.body);
    opens(&office, "a", &[&format!("{file}/copy")]).await;
    let (action, typed) = office.filled("a", &format!("{file}/copy"), &[("reason", " ")]).await;
    let blank = office.post("a", &action, &typed).await;
    assert_eq!(blank.status, 422, "{}", blank.body);
    // The paper was never rendered here: nothing can leave, and nothing is recorded as if it had.
    let none = office.tries("a", &api, json!({"reason": "评查底稿"})).await;
    assert_eq!(none.status, 404, "{}", none.body);
    let other = office.tries("b", &api, json!({"reason": "评查底稿"})).await;
    assert_eq!(other.status, 404, "{}", other.body);
    let uses = |it: &Grant| it.uses.len();
    let it = office.app.load::<Grant>(matter(&grant)).await.unwrap().unwrap();
    assert_eq!(uses(&it.state), 0);
    assert_eq!(signals(&office).await, Vec::<Value>::new());
    // One that the approval covers is no signal; an export, or another case, it does not cover.
    let paper = |case: MatterId| Material::Document { case, no: 1 };
    slipped(&office, &grant, paper(matter(&id)), UseKind::Copy).await;
    assert_eq!(signals(&office).await, Vec::<Value>::new());
    slipped(&office, &grant, paper(matter(&id)), UseKind::Export).await;
    let told = signals(&office).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].to_string().contains(&id), "{told:?}");
}
