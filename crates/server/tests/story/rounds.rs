//! The pages beside the main job: nobody's page goes unlooked at.

use jiff::SignedDuration;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::procedure::{Relation, Verb, step};

use crate::browser::Browser;
use crate::county::County;

/// Lists, search, people, one's own account, the portal, and what is refused.
pub async fn everywhere_else(county: &County, browser: &mut Browser, case: &str) {
    county.work().await;
    for (who, paths) in [
        (
            "yj-officer1",
            &[
                "/cases",
                "/cases?stage=archived&q=示例",
                "/search",
                "/search?q=示例化工",
                "/account",
                "/field",
            ][..],
        ),
        ("yj-officer1", &["/cases?q=没有这家", "/publications?tab=public", "/publications?tab=ended"]),
        ("sf-supervisor", &["/desk", "/cases"]),
        ("yj-auditor", &["/desk"]),
        ("yj-sysadmin", &["/desk", "/staff", "/staff/new"]),
        (
            "",
            &[
                "/",
                "/decisions",
                "/decisions?on_time=0",
                "/verify?code=无此号",
                "/organs",
                "/officers",
                "/officers?q=执法人员甲",
            ],
        ),
        ("", &["/procedure", "/v", "/v?code=7K3M", "/sign-in", "/decisions/nothing", "/v/0000-0000"]),
    ] {
        browser.be(who).await;
        for path in paths {
            browser.open(path).await;
        }
    }
    browser.open("/organs").await;
    browser.follow("main a[href^=\"/organs/\"]").await;
    then_and_now(browser, case).await;
    who_informed(browser, case).await;
    people(county, browser).await;
    every_form(browser, case).await;
}

/// The case as it stood then, and the refusal to someone who must not see it.
async fn then_and_now(browser: &mut Browser, case: &str) {
    browser.be("yj-officer1").await;
    browser.open(&format!("{case}?as_of=2026-03-06T12:00")).await;
    browser.sees(&["2026年3月6日", "不是现在"]).await;
    browser.open(&format!("{case}?personal=show")).await;
    browser.be("cg-officer1").await;
    browser.open(case).await;
    browser.sees(&["没有"]).await;
}

/// The informant's identity is for those who handle the case, and each look at it
/// is on record for those who supervise them.
async fn who_informed(browser: &mut Browser, case: &str) {
    browser.be("yj-officer2").await;
    browser.open(case).await;
    browser.take(&format!("{case}/informant")).await;
    browser.submit(&[("purpose", "核实举报内容")]).await;
    browser.sees(&["诸葛样乙", "本次查看已记录"]).await;
    browser.be("yj-head").await;
    browser.open(&format!("{case}/informant")).await;
    browser.misses(&["诸葛样乙"]).await;
    browser.open(&format!("{case}/viewings")).await;
    browser.sees(&["执法人员乙", "核实举报内容"]).await;
}

/// A new colleague: account, role, certificate; then what may be done to them.
async fn people(county: &County, browser: &mut Browser) {
    browser.be("yj-sysadmin").await;
    browser.open("/staff/new").await;
    browser
        .submit(&[
            ("login", "yj-officer9"),
            ("name", "执法人员戊"),
            ("title", "执法人员"),
            ("unit", "执法大队"),
        ])
        .await;
    browser.sees(&["执法人员戊", "首次登录须更改密码"]).await;
    // The session ends while a form is filled in: nothing is done, and nothing is lost.
    browser.open("/staff/new").await;
    county.clock.advance(SignedDuration::from_mins(31));
    browser
        .submit(&[
            ("login", "yj-officer8"),
            ("name", "执法人员己"),
            ("title", "执法人员"),
            ("unit", "执法大队"),
        ])
        .await;
    browser.sees(&["登录已经到期", "没有办理"]).await;
    browser.sign_in_again().await;
    browser.sees(&["请核对后重新提交", "将要提交：建立账户", "执法人员己", "现在登录的是"]).await;
    browser.follow("main form .btn").await;
    browser.sees(&["执法人员己", "首次登录须更改密码"]).await;
    browser.open("/staff?q=执法人员戊").await;
    browser.follow("main table a[href^=\"/staff/\"]").await;
    let person = browser.path().to_owned();
    for (who, acts) in [
        ("yj-sysadmin", &["assign", "disable", "enable"][..]),
        ("yj-secadmin", &["grant_role", "revoke_role"]),
    ] {
        browser.be(who).await;
        browser.open(&person).await;
        for act in acts {
            browser.open(&format!("{person}/{act}")).await;
        }
    }
}

/// The form of every command that the main job did not need.
async fn every_form(browser: &mut Browser, case: &str) {
    for verb in Verb::ALL.iter().filter(|it| **it != Verb::RegisterClue) {
        let row = step(*verb);
        let known = browser.look.knows(&format!("/cases/{{id}}/do/{}", wire_name(verb)));
        if known || row.relation == Relation::System {
            continue;
        }
        let who = match row.who {
            [first, ..] => login(*first),
            [] => continue,
        };
        browser.be(who).await;
        browser.open(&format!("{case}/do/{}", wire_name(verb))).await;
    }
}

/// Who of the county holds a role.
fn login(role: mingjing_domain::staff::Role) -> &'static str {
    use mingjing_domain::staff::Role as R;
    match role {
        R::Officer => "yj-officer1",
        R::UnitHead => "yj-unithead",
        R::Reviewer => "yj-reviewer",
        R::ReviewHead => "yj-reviewhead",
        R::HearingHost => "yj-host",
        R::Deputy => "yj-deputy1",
        R::Head => "yj-head",
        R::Publicity => "yj-publicity",
        R::Cashier => "yj-cashier",
        R::Archivist => "yj-archivist",
        R::Supervisor => "sf-supervisor",
        R::SystemAdmin => "yj-sysadmin",
        R::SecurityAdmin => "yj-secadmin",
        R::Auditor => "yj-auditor",
    }
}
