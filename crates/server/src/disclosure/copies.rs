//! Stored public copies against what was checked and published: pages are served
//! as they are stored, so a row altered behind the program's back would be read by
//! the public until somebody compared it.

use mingjing_domain::disclosure::{Live, Publication};
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::{Bundle, StatementLine};
use mingjing_ledger::note::VerifierKey;

use super::portal::{self, program_key, shell_key};
use super::proof;
use super::store::{self, Kept};
use crate::features;
use crate::kit::app::App;
use crate::kit::db::Sql;
use crate::kit::error::ReadError;
use crate::kit::limits::WebConfig;
use crate::kit::page::Site;

/// One stored copy that is not what was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `copy.altered`, `copy.proof`, `copy.orphan`, `copy.surroundings`.
    pub code: &'static str,
    /// Publication.
    pub matter: MatterId,
    /// Version the copy was made of.
    pub version: u64,
    /// What does not fit.
    pub what: String,
}

/// What the comparison looked at, and what does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Stored pages read.
    pub read: u64,
    /// Those made by another version of the program. They are not served, so their texts
    /// and proofs were compared and not every byte.
    pub by_another: u64,
    /// What does not fit.
    pub faults: Vec<Fault>,
}

/// The portals that the stored pages were made for, as far as this program makes pages.
struct Portals {
    known: Vec<(String, Site)>,
    program: String,
}

impl Portals {
    async fn load<S: Sql>(sql: &S) -> Result<Self, ReadError> {
        let plain = features::portal_site(&WebConfig::default());
        let program = program_key(&plain);
        let mut known = Vec::new();
        for it in store::surroundings(sql).await? {
            let site = Site { portal_name: it.portal_name, demo: it.demo, ..plain.clone() };
            // A row that says something else than its key is none.
            if shell_key(&site) == it.shell {
                known.push((it.shell, site));
            }
        }
        Ok(Self { known, program })
    }

    fn find(&self, shell: &str) -> Under<'_> {
        if let Some((_, site)) = self.known.iter().find(|(key, _)| key == shell) {
            return Under::Known(site);
        }
        let ours = shell.split_once('.').is_some_and(|(program, _)| program == self.program);
        if ours { Under::Unexplained } else { Under::Another }
    }
}

/// What a page was made under.
enum Under<'a> {
    /// This program and these settings.
    Known(&'a Site),
    /// This program, and settings that nobody noted.
    Unexplained,
    /// Another version of the program.
    Another,
}

/// Compares every stored page and its proofs with the publication's stream: byte for
/// byte under the settings that were noted when it was made.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn compare(app: &App, keys: &[VerifierKey]) -> Result<Compared, ReadError> {
    let portals = Portals::load(app.db()).await?;
    let mut done = Compared::default();
    let mut after = None;
    loop {
        let page = store::kept(app.db(), after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.matter);
        for it in &page {
            done.read += 1;
            let under = portals.find(&it.shell);
            done.by_another += u64::from(matches!(under, Under::Another));
            for (code, what) in one(app, keys, &under, it).await? {
                done.faults.push(Fault { code, matter: it.matter, version: it.version, what });
            }
        }
    }
}

type Named = (&'static str, String);

async fn one(app: &App, keys: &[VerifierKey], under: &Under<'_>, it: &Kept) -> Result<Vec<Named>, ReadError> {
    let Some(state) = app.load::<Publication>(it.matter).await? else {
        return Ok(vec![("copy.orphan", "存有公示页，却没有这件公示".to_owned())]);
    };
    let number = &state.source.number;
    let Some(live) = state.live.as_ref().filter(|_| state.stage.is_public()) else {
        return Ok(vec![("copy.orphan", format!("{number} 没有在公示，却存有公示页"))]);
    };
    if it.version != state.version {
        // Not served any more: the next look at it makes it anew.
        return Ok(Vec::new());
    }
    let mut faults = Vec::new();
    if portal::tag_of(&it.body) != it.tag {
        faults.push(("copy.altered", format!("{number} 的公示页与其校验值不符")));
    }
    let shown = plain(&String::from_utf8_lossy(&it.body));
    for (label, text) in texts(live) {
        if !shown.contains(&squeezed(&text)) {
            faults.push(("copy.altered", format!("{number} 的公示页与审核公示的文本不符：{label}")));
        }
    }
    let public_id = state.public_id.as_deref().unwrap_or_default();
    match under {
        Under::Known(site) if !portal::could_be(app, site, &state, public_id, &it.body).await? => {
            faults.push(("copy.altered", format!("{number} 的公示页与由公示记录重新生成的不一致")));
        }
        Under::Unexplained => {
            let what = format!("{number} 的公示页没有与之相符的门户名称记载，不能逐字节核对");
            faults.push(("copy.surroundings", what));
        }
        Under::Known(_) | Under::Another => {}
    }
    let (copy, source) = proof::statements(live);
    if !proves(&it.proof, keys, &copy) {
        faults.push(("copy.proof", format!("{number} 的公示文本证明不成立，或者说的是另外的文字")));
    }
    if it.original.as_ref().is_some_and(|original| !proves(original, keys, &[source])) {
        faults.push(("copy.proof", format!("{number} 的出自原决定的证明不成立，或者说的是另外的文字")));
    }
    Ok(faults)
}

/// Whether a stored proof holds and says one of these.
fn proves(bytes: &[u8], keys: &[VerifierKey], expected: &[Vec<StatementLine>]) -> bool {
    let verified = Bundle::from_bytes(bytes).and_then(|it| it.verify(keys));
    verified.is_ok_and(|it| expected.contains(&it.statement))
}

/// What the public must be able to read, by the words beside it.
fn texts(live: &Live) -> Vec<(&'static str, String)> {
    let c = &live.content;
    let mut all = vec![
        ("文号", Some(c.number.clone())),
        ("执法机关", Some(c.organ.clone())),
        ("当事人", c.party.public()),
        ("统一社会信用代码", c.credit_code.clone()),
        ("法定代表人（负责人）", c.representative.as_ref().and_then(|it| it.public())),
        ("违法事实", c.facts.public()),
        ("主要证据", c.evidence.public()),
        ("履行方式和期限", c.terms.public()),
        ("救济途径", c.remedies.public()),
    ];
    all.extend(c.violated.iter().map(|it| ("违反的规定", Some(it.clone()))));
    all.extend(c.basis.iter().map(|it| ("处罚依据", Some(it.clone()))));
    all.extend(c.results.iter().map(|it| ("处罚结果", it.content.public())));
    all.extend(c.officers.iter().map(|it| ("执法人员", it.name.value().map(str::to_owned))));
    // What was lawfully destroyed meanwhile cannot be compared.
    all.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}

/// The text of a page: without tags, references resolved, without white space.
fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    squeezed(&out.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_page_is_read_as_a_person_reads_it() {
        let page = "<p class=\"a\">甲 &lt;乙&gt; <b>丙</b>&amp;amp;\n丁</p>尾";
        assert_eq!(plain(page), "甲<乙>丙&amp;丁尾");
    }
}
