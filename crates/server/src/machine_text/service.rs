//! Who sees what a machine wrote down, and how it is searched.

use mingjing_domain::matter::{MatterId, OrganId};
use mingjing_domain::recording::Recording;
use mingjing_domain::recording::machine::{LinePlace, MachineText};
use mingjing_domain::recording::state::Segment;
use mingjing_domain::recording::timeline::SegmentNo;
use mingjing_domain::viewing_grant::Material;

pub use super::store::forget;
use super::store::{self, Place};
use crate::case::tables::pairs;
use crate::evidence::hooks;
use crate::evidence::tus::Opened;
use crate::evidence::verbs::PLAY;
use crate::kit::auth::Identity;
use crate::kit::http::Shell;
use crate::kit::problem::Failure;
use crate::recording::access::{Seen, seen, within};
use crate::viewing_grant::look::{Wish, look, may};

/// Candidates that are read at a time.
const CHUNK: u32 = 50;
/// Candidates that one request looks at; what is left comes with the next.
const MOST: usize = 400;
/// Most pairs that are looked up; whether the words stand in the text is seen from the text.
const MAX_PAIRS: usize = 8;
/// Most words of a query.
const MAX_WORDS: usize = 6;
/// Most lines shown of one piece.
const LINES: usize = 3;
/// Characters shown of a line around what was found.
const AROUND: usize = 60;
/// The texts of a recording as one thing to look at, as its previews: no piece has this number.
const ALL: SegmentNo = 0;

/// How a person stands to the texts of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Handles it and may look: shown in the course of that work.
    Open,
    /// May look, and each look is recorded.
    Recorded,
    /// May not look now.
    Shut,
}

/// Judges without recording.
///
/// # Errors
/// When the store fails.
pub async fn sight(shell: &Shell, who: &Identity, seen: &Seen) -> Result<Sight, Failure> {
    if seen.it.destroyed.is_some() || within(shell, who, PLAY, seen.it.organ).await.is_err() {
        return Ok(Sight::Shut);
    }
    match may(shell, who, &Wish::view(Material::Recording { recording: seen.it.id })).await {
        Ok(()) if seen.handlers.contains(&who.person.id) => Ok(Sight::Open),
        Ok(()) => Ok(Sight::Recorded),
        Err(Failure::Refused(_) | Failure::NotFound) => Ok(Sight::Shut),
        Err(other) => Err(other),
    }
}

/// Whether a machine wrote anything down of a recording.
pub fn any(it: &Recording) -> bool {
    it.segments.iter().any(|segment| segment.machine.made.is_some())
}

/// Lets a person look at the texts of a recording: judged, and recorded before a word is shown,
/// as the previews are.
///
/// # Errors
/// Not found, gone, the refusal that says how to ask for an approval, or it cannot be recorded.
pub async fn open(shell: &Shell, store: Opened, who: &Identity, seen: &Seen) -> Result<(), Failure> {
    within(shell, who, PLAY, seen.it.organ).await?;
    if seen.it.destroyed.is_some() {
        return Err(Failure::Gone);
    }
    let wish = Wish::view(Material::Recording { recording: seen.it.id });
    if seen.handlers.contains(&who.person.id) || !any(&seen.it) {
        return may(shell, who, &wish).await;
    }
    let (place, now) = (hooks::Place { recording: seen.it.id, segment: ALL }, shell.app.now());
    let store = store.map(|it| it.0);
    if store.as_ref().is_some_and(|it| !it.begins_look(who.person.id, place, true, now)) {
        return may(shell, who, &wish).await;
    }
    look(shell, who, &wish).await?;
    if let Some(store) = store {
        store.looked(who.person.id, place, now);
    }
    Ok(())
}

/// Words to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    phrases: Vec<String>,
    pairs: Vec<String>,
}

impl Words {
    /// Of a query: parts of two characters and more; none where there is no such part.
    pub fn of(query: &str) -> Option<Self> {
        let mut phrases: Vec<String> = runs(query).filter(|it| it.chars().count() > 1).collect();
        phrases.truncate(MAX_WORDS);
        let mut pairs = pairs(&phrases.join(" "), usize::MAX);
        pairs.truncate(MAX_PAIRS);
        (!phrases.is_empty()).then_some(Self { phrases, pairs })
    }

    /// Lines in which one of them stands; none unless each stands somewhere.
    fn found<'a>(&self, text: &'a MachineText) -> Vec<(&'a str, LinePlace)> {
        let mut met = vec![false; self.phrases.len()];
        let mut lines = Vec::new();
        for (line, place) in text.lines() {
            let runs: Vec<String> = runs(line).collect();
            let mut here = false;
            for (phrase, met) in self.phrases.iter().zip(&mut met) {
                let stands = runs.iter().any(|run| run.contains(phrase.as_str()));
                *met |= stands;
                here |= stands;
            }
            if here && lines.len() < LINES {
                lines.push((line, place));
            }
        }
        if met.iter().all(|it| *it) { lines } else { Vec::new() }
    }

    /// A long line cut to what stands around the first word in it.
    fn around(&self, line: &str) -> String {
        let lower = line.to_lowercase();
        let at = self.phrases.iter().filter_map(|it| lower.find(it.as_str())).min();
        let at = at.and_then(|at| lower.get(..at)).map_or(0, |it| it.chars().count());
        let from = at.saturating_sub(AROUND / 2);
        let part: String = line.chars().skip(from).take(AROUND).collect();
        let more = line.chars().count() > from + AROUND;
        format!("{}{part}{}", if from > 0 { "…" } else { "" }, if more { "…" } else { "" })
    }
}

/// Runs of letters and digits, in lower case.
fn runs(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).map(str::to_lowercase)
}

/// A piece in whose text the words stand.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Its recording.
    pub recording: MatterId,
    /// Organ.
    pub organ: OrganId,
    /// Number of the recording.
    pub number: Option<String>,
    /// The piece.
    pub no: SegmentNo,
    /// The piece itself.
    pub segment: Segment,
    /// Lines with the words; none where looking at them is recorded.
    pub lines: Option<Vec<(String, LinePlace)>>,
}

/// What a search gave.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Hits, newest recording first.
    pub items: Vec<Hit>,
    /// Where to go on; none at the end.
    pub next: Option<Place>,
}

/// Looks for words in what machines wrote down, within these organs and what the person may look at.
///
/// # Errors
/// When the store fails.
pub async fn search(
    shell: &Shell,
    who: &Identity,
    organs: &[OrganId],
    words: &Words,
    (after, limit): (Option<Place>, usize),
) -> Result<Found, Failure> {
    let mut found = Found::default();
    let (mut at, mut looked) = (after, 0);
    let mut known: Option<(MatterId, Option<(Seen, Sight)>)> = None;
    loop {
        let chunk = store::having(shell.app.db(), organs, &words.pairs, at, CHUNK).await?;
        let last = chunk.len() < CHUNK as usize;
        for place in chunk {
            if found.items.len() == limit || looked == MOST {
                found.next = at;
                return Ok(found);
            }
            (at, looked) = (Some(place), looked + 1);
            if known.as_ref().is_none_or(|(id, _)| *id != place.0) {
                known = Some((place.0, stands(shell, who, place.0).await?));
            }
            if let Some((_, Some((seen, sight)))) = &known {
                found.items.extend(hit(seen, *sight, place.1, words));
            }
        }
        if last {
            return Ok(found);
        }
    }
}

/// A recording with how the person stands to it; none where it is not to be seen.
async fn stands(shell: &Shell, who: &Identity, id: MatterId) -> Result<Option<(Seen, Sight)>, Failure> {
    let it = match seen(shell, who, id).await {
        Ok(it) => it,
        Err(Failure::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let sight = sight(shell, who, &it).await?;
    Ok((sight != Sight::Shut).then_some((it, sight)))
}

fn hit(seen: &Seen, sight: Sight, no: SegmentNo, words: &Words) -> Option<Hit> {
    let segment = seen.it.segment(no)?;
    let (made, _) = segment.machine.made.as_ref()?;
    let lines = words.found(made);
    if lines.is_empty() {
        return None;
    }
    let shown = lines.into_iter().map(|(line, place)| (words.around(line), place)).collect();
    Some(Hit {
        recording: seen.it.id,
        organ: seen.it.organ,
        number: seen.it.number.as_ref().map(ToString::to_string),
        no,
        segment: segment.clone(),
        lines: (sight == Sight::Open).then_some(shown),
    })
}

/// `recording.piece`, as the address of the next page holds it.
pub fn cursor(at: Place) -> String {
    format!("{}.{}", at.0, at.1)
}

/// Reads a cursor.
///
/// # Errors
/// Malformed.
pub fn read_cursor(text: &str) -> Result<Place, Failure> {
    let read = || {
        let (id, no) = text.split_once('.')?;
        Some((MatterId(id.parse().ok()?), no.parse().ok()?))
    };
    read().ok_or_else(|| Failure::Malformed("参数 after 应为此前答复中给出的位置".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mingjing_domain::recording::machine::MachineTask;
    use mingjing_domain::text::Text;

    fn text(lines: &str) -> MachineText {
        MachineText {
            task: MachineTask::Ocr,
            sha256_root: String::new(),
            sha256: String::new(),
            engine: String::new(),
            engine_version: String::new(),
            text: Text::closed(lines),
            places: Vec::new(),
            cut: false,
        }
    }

    #[test]
    fn words_stand_where_they_stand_together() {
        let it = text("请出示证件\n安全，生产\nABC-12 超标");
        let found = |query: &str| Words::of(query).map(|words| words.found(&it).len());
        assert_eq!(found("出示"), Some(1));
        assert_eq!(found("示证件"), Some(1));
        assert_eq!(found("安全生产"), Some(0), "a comma stands between");
        assert_eq!(found("安全 生产"), Some(1));
        assert_eq!(found("出示 超标"), Some(2));
        assert_eq!(found("出示 没有"), Some(0));
        assert_eq!(found("abc"), Some(1));
        assert_eq!((found("证"), found("，"), found("")), (None, None, None));
    }

    #[test]
    fn a_long_line_is_cut_around_the_word() {
        let line = format!("{}证件{}", "前".repeat(100), "后".repeat(100));
        let around = Words::of("证件").unwrap().around(&line);
        assert!(around.contains("证件") && around.starts_with('…') && around.ends_with('…'), "{around}");
        assert_eq!(around.chars().count(), AROUND + 2);
        assert_eq!(Words::of("证件").unwrap().around("出示证件"), "出示证件");
    }

    #[test]
    fn a_cursor_reads_back() {
        let at = (MatterId(uuid::Uuid::from_u128(7)), 3);
        assert_eq!(read_cursor(&cursor(at)).unwrap(), at);
        for wrong in ["", "7", "x.1", "00000000-0000-0000-0000-000000000007.-1"] {
            assert!(read_cursor(wrong).is_err(), "{wrong}");
        }
    }
}
