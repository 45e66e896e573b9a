//! Proofs of a public copy: what a stranger can check without us.
//!
//! Two bundles stand behind a page. The first opens the event that holds the
//! copy: its public fields whole, its texts character by character with the
//! withheld ranges closed. The second opens the event of the case that holds the
//! decision's facts with the same ranges closed, so the copy is shown to come
//! from the original.

use std::collections::BTreeMap;
use std::ops::Range;

use mingjing_domain::case::Case;
use mingjing_domain::disclosure::{Live, Masked, PublicDecision, Publication};
use mingjing_domain::matter::MatterId;
use mingjing_ledger::bundle::{Bundle, StatementLine};

use crate::kit::app::App;
use crate::ledger::LedgerError;
use crate::ledger::service::{Disclosure, Ledger};

fn ranges(masked: &Masked) -> Vec<Range<usize>> {
    masked.withheld.iter().map(|w| w.from as usize..w.to as usize).collect()
}

/// Withheld characters as a bundle shows them.
fn blackened(masked: &Masked) -> Option<String> {
    let text = masked.original.value()?;
    let hidden = |at: usize| masked.withheld.iter().any(|w| (w.from as usize..w.to as usize).contains(&at));
    Some(text.chars().enumerate().map(|(at, c)| if hidden(at) { '■' } else { c }).collect())
}

/// Names of the texts of a copy inside its event, with the text.
fn texts<'a>(content: &'a PublicDecision, prefix: &str) -> Vec<(String, &'a Masked)> {
    content
        .masked()
        .into_iter()
        .map(|(field, masked)| (format!("text:{prefix}/{field}/original"), masked))
        .collect()
}

/// What a bundle of the copy opens. `correction` tells which event holds it.
fn disclosure(content: &PublicDecision, correction: bool) -> (Disclosure, Vec<StatementLine>) {
    let prefix = if correction { "/content" } else { "/body/content" };
    let field = if correction { "guard:/content" } else { "guard:/body" };
    let mut open =
        vec!["shape".to_owned(), "guard:/event".to_owned(), "guard:/digest".to_owned(), field.to_owned()];
    open.extend((0..content.officers.len()).map(|i| format!("text:{prefix}/officers/{i}/name")));
    let mut redacted = BTreeMap::new();
    let mut statement = Vec::new();
    for (name, masked) in texts(content, prefix) {
        if let Some(value) = blackened(masked) {
            statement.push(StatementLine::Field { name: name.clone(), value });
        }
        redacted.insert(name, ranges(masked));
    }
    (Disclosure { open, redacted }, statement)
}

/// What the proofs of a public copy may say: of the copy, in its first form and as
/// a correction, and of the decision it comes from.
pub fn statements(live: &Live) -> ([Vec<StatementLine>; 2], Vec<StatementLine>) {
    let of = |correction| disclosure(&live.content, correction).1;
    ([of(false), of(true)], facts(live))
}

fn facts(live: &Live) -> Vec<StatementLine> {
    let value = blackened(&live.content.facts);
    value.map(|value| StatementLine::Field { name: FACTS.to_owned(), value }).into_iter().collect()
}

/// The decision's facts inside the event of the case that holds them.
const FACTS: &str = "text:/substance/facts";

/// The proof of the public copy.
///
/// # Errors
/// [`LedgerError::NotYet`] before its event stands under a checkpoint, or when
/// nothing is public.
pub async fn copy(ledger: &Ledger, matter: MatterId, state: &Publication) -> Result<Bundle, LedgerError> {
    let (Some(live), Some(version)) = (&state.live, state.live_version) else {
        return Err(LedgerError::NotYet("没有公示文本"));
    };
    let correction = version != first_copy(ledger.app(), matter, version).await?;
    let (disclosure, statement) = disclosure(&live.content, correction);
    ledger.proof_bundle(matter, version, &disclosure, statement).await
}

/// The same version when its event is a first copy; 0 when it is a correction.
async fn first_copy(app: &App, matter: MatterId, version: u64) -> Result<u64, LedgerError> {
    let events = app.stream::<Publication>(matter).await.map_err(|e| LedgerError::Broken(e.to_string()))?;
    let correction = events.iter().any(|e| {
        e.meta.version == version
            && matches!(e.event, mingjing_domain::disclosure::PublicationEvent::CorrectionPrepared { .. })
    });
    Ok(if correction { 0 } else { version })
}

/// The proof of the decision's facts that the copy comes from; none when the case
/// keeps no draft under the decided digest.
///
/// # Errors
/// As [`copy`].
pub async fn original(ledger: &Ledger, state: &Publication) -> Result<Option<Bundle>, LedgerError> {
    let Some(live) = &state.live else { return Err(LedgerError::NotYet("没有公示文本")) };
    let case =
        ledger.app().load::<Case>(state.source.case).await.map_err(|e| LedgerError::Broken(e.to_string()))?;
    let Some(case) = case else { return Ok(None) };
    let Some(draft) = case.draft.as_ref().filter(|d| d.digest == state.source.digest) else {
        return Ok(None);
    };
    let statement = facts(live);
    let redacted = BTreeMap::from([(FACTS.to_owned(), ranges(&live.content.facts))]);
    let open = vec!["guard:/event".to_owned(), "guard:/digest".to_owned()];
    let disclosure = Disclosure { open, redacted };
    ledger.proof_bundle(state.source.case, draft.version, &disclosure, statement).await.map(Some)
}
