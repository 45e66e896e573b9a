//! Holds that end by their day: whoever placed one, and the archives, are told before what it held
//! can go, and for as long after.

use jiff::ToSpan as _;
use jiff::civil::Date;
use mingjing_domain::matter::{MatterId, civil_day};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::retention::{Ending, ending};
use mingjing_domain::staff::Role;

use super::store;
use crate::case::access::rules;
use crate::case::service::gather_for_view;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;

/// Most of them on a desk.
const MOST: u32 = 100;

/// How it stands, in words.
pub fn words(it: &Ending) -> String {
    match it.days {
        days if days < 0 => format!("已于{}到期", it.until),
        0 => "今日到期".to_owned(),
        days => format!("将于{}到期，剩{days}天", it.until),
    }
}

/// Those of the organ that the person placed; all of them for who keeps the archives: words and
/// address; nothing waits since a day.
///
/// # Errors
/// When the store fails.
pub async fn waiting(shell: &Shell, who: &Identity) -> Result<Vec<(String, String, String)>, Failure> {
    let (organ, today) = (who.person.organ, civil_day(shell.app.now()));
    let gathered = gather_for_view(&shell.app, rules(), organ, &who.actor()).await?;
    let notice = gathered.rules.custody.as_ref().and_then(|it| it.hold_notice_days.as_ref());
    let Some(notice) = notice.map(|it| it.value) else { return Ok(Vec::new()) };
    let around = |days: i64| today.checked_add(days.days()).unwrap_or(today);
    let days: (Date, Date) = (around(-i64::from(notice)), around(i64::from(notice)));
    let archives = who.person.roles.contains(&Role::Archivist);
    let mut out = Vec::new();
    for id in store::holds_ending(shell.app.db(), organ, days, MOST).await? {
        let Some(it) = shell.app.load::<Recording>(id).await? else { continue };
        let all = ending(&it, notice, today);
        out.extend(
            all.iter().filter(|one| archives || one.by == who.person.id).map(|one| line(id, &it, one)),
        );
    }
    Ok(out)
}

fn line(id: MatterId, it: &Recording, one: &Ending) -> (String, String, String) {
    let number = it.number.as_ref().map_or_else(|| "未编号".to_owned(), ToString::to_string);
    let title = format!("长期留存{}：音像记录{number}", words(one));
    (title, format!("/recordings/{id}#kept"), String::new())
}
