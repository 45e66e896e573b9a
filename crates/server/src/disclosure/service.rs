//! One function for every command on a publication: load the case and what it
//! relies on, inspect the copy, decide, append, keep the month's figures.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use mingjing_domain::calendar::import::Imported;
use mingjing_domain::case::form::wire_name;
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::disclosure::{
    AnnotationGround, Command, CreditGrade, DisclosureRules, ExemptGround, ExpiryGround, Facts, Ground,
    Inspection, KnownPerson, NoteScan, Preparing, PublicDecision, Publication, PublicationEvent, SourceFacts,
    Verb, WithdrawalGround, decide, inspect, scan_note,
};
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, Matter as _, MatterId, StaffId, TimeSource};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::StaffState;
use mingjing_domain::text::{Text, TextKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::edit::{self, Range};
use super::source::{self, Inputs};
use super::store;
use crate::calendar::service::CALENDAR;
use crate::case::facts::{Rules, RulesOfDay};
use crate::case::service::note_rules;
use crate::kit::app::{App, Batch, Request, Written};
use crate::kit::error::WriteError;
use crate::kit::read;
use crate::kit::registry::open_all;
use crate::kit::write::{Loaded, Write};

/// What is asked of a publication. Texts of the copy come from the decision
/// itself; a person only says what else is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 制作公示文本.
    Prepare {
        /// Grade of the breach of trust.
        grade: CreditGrade,
        /// Why a slight one is published all the same.
        #[serde(default = "blank")]
        necessity: Text,
        /// Withheld besides what the rules withhold.
        #[serde(default)]
        withhold: Vec<Withhold>,
    },
    /// 审核公示文本.
    Check {
        /// Digest of the copy the checker saw, hex.
        digest: String,
        /// Agreed.
        agree: bool,
        /// In words.
        #[serde(default = "blank")]
        opinion: Text,
    },
    /// 公示.
    Publish {
        /// Digest of the copy the publisher saw, hex.
        digest: String,
    },
    /// 退回制作人.
    Return {
        /// Why.
        opinion: Text,
    },
    /// 更正.
    Correct {
        /// What was wrong.
        reason: Text,
        /// Civil day on which the organ knew.
        known_on: Date,
        /// Withheld besides what the rules withhold.
        #[serde(default)]
        withhold: Vec<Withhold>,
    },
    /// 标注.
    Annotate {
        /// Why.
        ground: AnnotationGround,
        /// The note the public reads.
        note: Text,
    },
    /// 撤下.
    Withdraw {
        /// Why.
        ground: WithdrawalGround,
        /// Civil day on which the organ knew.
        known_on: Date,
        /// The reason the public reads.
        explanation: Text,
    },
    /// 关联替换的决定.
    Replace {
        /// Publication of the new decision.
        by: MatterId,
    },
    /// 批准到期撤下.
    ApproveExpiry {
        /// In words.
        #[serde(default = "blank")]
        opinion: Text,
    },
    /// 到期撤下.
    Expire {
        /// By the term, or by repair.
        ground: ExpiryGround,
        /// For repair: number of the repair decision and the promise.
        #[serde(default = "blank")]
        note: Text,
    },
    /// 不予公示.
    Exempt {
        /// Why.
        ground: ExemptGround,
        /// Assessment.
        #[serde(default = "blank")]
        assessment: Text,
        /// Reason.
        reason: Text,
        /// Filing number.
        #[serde(default)]
        filing_no: String,
    },
}

/// Characters of one field to withhold, wherever they stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withhold {
    /// Path of the field in the copy, for example `facts`.
    pub field: String,
    /// The characters as the original has them.
    pub text: Text,
    /// Why.
    pub ground: Ground,
}

fn blank() -> Text {
    Text::closed("")
}

impl Act {
    /// The verb it carries.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Prepare { .. } => Verb::Prepare,
            Self::Check { .. } => Verb::Check,
            Self::Publish { .. } => Verb::Publish,
            Self::Return { .. } => Verb::Return,
            Self::Correct { .. } => Verb::Correct,
            Self::Annotate { .. } => Verb::Annotate,
            Self::Withdraw { .. } => Verb::Withdraw,
            Self::Replace { .. } => Verb::Replace,
            Self::ApproveExpiry { .. } => Verb::ApproveExpiry,
            Self::Expire { .. } => Verb::Expire,
            Self::Exempt { .. } => Verb::Exempt,
        }
    }

    /// The free public text it carries, which is scanned.
    const fn note(&self) -> Option<&Text> {
        match self {
            Self::Annotate { note, .. } => Some(note),
            Self::Withdraw { explanation, .. } => Some(explanation),
            Self::Prepare { .. }
            | Self::Check { .. }
            | Self::Publish { .. }
            | Self::Return { .. }
            | Self::Correct { .. }
            | Self::Replace { .. }
            | Self::ApproveExpiry { .. }
            | Self::Expire { .. }
            | Self::Exempt { .. } => None,
        }
    }
}

/// What an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The decision of a case on a party, of which nothing was prepared yet, or
    /// whose publication is found by it.
    Decision {
        /// Case.
        case: MatterId,
        /// Party, from 1.
        party: u16,
    },
    /// A publication.
    Publication(MatterId),
}

/// How an act is carried out.
#[derive(Clone, Debug)]
pub struct Options {
    /// Identifier chosen by the caller; the same id is carried out once.
    pub command_id: Uuid,
    /// Claimed time; none when it happens as it is recorded. Timeliness never
    /// goes by it.
    pub moment: Option<(Timestamp, TimeSource)>,
}

/// What an act did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Publication.
    pub publication: MatterId,
    /// Version of its stream now.
    pub version: u64,
    /// Where it stands, by its stored name.
    pub state: String,
    /// Name of its public page, once published.
    pub public_id: Option<String>,
}

/// Carries out an act.
///
/// # Errors
/// The refusal of the law, or a fault of the store.
pub async fn act(
    app: &App,
    rules: &Arc<Rules>,
    actor: &Actor,
    subject: Subject,
    act: Act,
    options: Options,
) -> Result<Written<Done>, WriteError> {
    let request = request(actor, subject, &act, options);
    let (rules, act) = (Arc::clone(rules), Arc::new(act));
    app.write(request, move |w| {
        let (rules, act) = (Arc::clone(&rules), Arc::clone(&act));
        Box::pin(async move { carry_out(w, &rules, subject, &act).await })
    })
    .await
}

/// As [`act`], inside a batch.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    batch: &mut Batch,
    rules: &Arc<Rules>,
    actor: &Actor,
    subject: Subject,
    act: Act,
    options: Options,
) -> Result<Written<Done>, WriteError> {
    let request = request(actor, subject, &act, options);
    let (rules, act) = (Arc::clone(rules), Arc::new(act));
    batch
        .write(request, move |w| {
            let (rules, act) = (Arc::clone(&rules), Arc::clone(&act));
            Box::pin(async move { carry_out(w, &rules, subject, &act).await })
        })
        .await
}

fn request(actor: &Actor, subject: Subject, act: &Act, options: Options) -> Request {
    let body = match subject {
        Subject::Decision { case, party } => json!({ "case": case, "party": party, "act": act }),
        Subject::Publication(id) => json!({ "publication": id, "act": act }),
    };
    Request {
        actor: actor.clone(),
        purpose: act.verb().label().to_owned(),
        command_id: options.command_id,
        name: "disclosure.act",
        body,
        moment: options.moment,
    }
}

/// What was read for one decision.
struct Gathered {
    publication: Option<Loaded<Publication>>,
    matter: MatterId,
    case: Loaded<Case>,
    party: u16,
    organ: Arc<OrganState>,
    officers: Vec<StaffState>,
    persons: Vec<KnownPerson>,
    day_rules: Arc<RulesOfDay>,
    rules: DisclosureRules,
    key: TextKey,
    source: Option<SourceFacts>,
}

impl Gathered {
    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            case: &self.case,
            party: self.party,
            organ: &self.organ,
            officers: &self.officers,
            persons: &self.persons,
            operator_shown: self.rules.operator_shown,
        }
    }

    fn inspect(&self, content: &PublicDecision) -> Inspection {
        inspect(content, &self.persons, self.rules.operator_shown, &self.key)
    }
}

async fn carry_out(w: &mut Write, rules: &Rules, subject: Subject, act: &Act) -> Result<Done, WriteError> {
    let gathered = gather(w, rules, subject).await?;
    let command = command(w, &gathered, act).await?;
    let state = gathered.publication.as_ref().map(|p| Arc::clone(&p.state));
    let inspection = match &command {
        Command::Prepare(body) => Some(gathered.inspect(&body.content)),
        Command::Correct { content, .. } => Some(gathered.inspect(content)),
        Command::Check { .. }
        | Command::Publish { .. }
        | Command::Return { .. }
        | Command::Annotate { .. }
        | Command::Withdraw { .. }
        | Command::Replace { .. }
        | Command::ApproveExpiry { .. }
        | Command::Expire { .. }
        | Command::Exempt { .. } => {
            state.as_ref().and_then(|s| s.draft.as_ref()).map(|d| gathered.inspect(&d.content))
        }
    };
    let note = act
        .note()
        .and_then(|n| scan_note(n, &gathered.persons, gathered.rules.operator_shown, &gathered.key));
    let case = (gathered.case.id, gathered.party);
    let other = store::of_decision(w.tx_of(Publication::KIND).await?, case.0, case.1).await?;
    let fresh_id = w.random_id();
    remember(w, &gathered, inspection.as_ref(), note.as_ref())?;
    let (actor, moment) = (w.actor().clone(), w.moment().clone());
    let events = decide(
        state.as_deref(),
        command,
        &Facts {
            matter: gathered.matter,
            actor: &actor,
            moment: &moment,
            rules: &gathered.rules,
            calendar: &gathered.day_rules.calendar,
            key: &gathered.key,
            source: gathered.source.as_ref(),
            inspection: inspection.as_ref(),
            note: note.as_ref(),
            other,
            fresh_id: &fresh_id,
        },
    )?;
    append(w, gathered, events).await
}

/// Notes what the decision relied upon besides versions: the inspection names
/// fields and ranges and holds no text, so the audit can decide by it later.
fn remember(
    w: &mut Write,
    it: &Gathered,
    inspection: Option<&Inspection>,
    note: Option<&NoteScan>,
) -> Result<(), WriteError> {
    note_rules(w, &it.day_rules);
    if let Some(inspection) = inspection {
        w.note("inspection", serde_json::to_value(inspection)?);
    }
    if let Some(note) = note {
        w.note("note_scan", serde_json::to_value(note)?);
    }
    Ok(())
}

async fn gather(w: &mut Write, rules: &Rules, subject: Subject) -> Result<Gathered, WriteError> {
    let (publication, case_id, party) = match subject {
        Subject::Publication(id) => {
            let it = w.load::<Publication>(id).await?.ok_or(WriteError::NotFound("公示事项"))?;
            let (case, party) = (it.source.case, it.source.party);
            (Some(it), case, party)
        }
        Subject::Decision { case, party } => {
            let known = store::of_decision(w.tx_of(Publication::KIND).await?, case, party).await?;
            let it = match known {
                Some(known) => w.load::<Publication>(known.matter).await?,
                None => None,
            };
            (it, case, party)
        }
    };
    let case = w.load::<Case>(case_id).await?.ok_or(WriteError::NotFound("案件"))?;
    let organ = w.load::<OrganState>(MatterId(case.organ.0)).await?.ok_or(WriteError::NotFound("机关"))?;
    let mut officers = Vec::new();
    for id in &case.officers {
        if let Some(it) = w.load::<StaffState>(MatterId(id.0)).await? {
            officers.push(it.state.as_ref().clone());
        }
    }
    let key = match w.text_key(case.family).await {
        Ok(key) => key,
        // Decided by the remembered digests after an erasure.
        Err(WriteError::Erased) => [0; 32],
        Err(error) => return Err(error),
    };
    let events = read::stored(w.tx_of_matter(case_id).await?, case_id, case.version).await?;
    let events: Vec<CaseEvent> = open_all::<Case>(&events)?.into_iter().map(|e| e.event).collect();
    let informant = match case.clue.informant {
        Some(id) => w.load::<Informant>(id).await?,
        None => None,
    };
    let persons = source::persons(&case, &events, party, informant.as_ref().map(|it| &it.told.name));
    let imported = w.load::<Imported>(CALENDAR).await?;
    let day_rules = rules.on(&organ.state, organ.version, w.moment().recorded_day(), imported.as_deref())?;
    let matter = publication.as_ref().map_or_else(|| MatterId(w.new_id()), |p| p.id);
    Ok(Gathered {
        matter,
        party,
        organ: organ.state,
        officers,
        persons,
        rules: DisclosureRules::of(&day_rules.policy),
        day_rules,
        key,
        source: source::facts(case_id, &case, party, &key),
        publication,
        case,
    })
}

async fn command(w: &mut Write, it: &Gathered, act: &Act) -> Result<Command, WriteError> {
    let source = || it.source.as_ref().map(|s| s.source.clone()).ok_or(WriteError::NotFound("处罚决定"));
    let copy = |withhold: &[Withhold]| -> Result<Box<PublicDecision>, WriteError> {
        let mut content = source::propose_copy(&it.inputs()).ok_or(WriteError::NotFound("处罚决定"))?;
        let ranges: Vec<Range<'_>> = withhold
            .iter()
            .map(|x| Range { field: &x.field, text: x.text.value().unwrap_or(""), ground: x.ground })
            .collect();
        edit::withhold(&mut content, &ranges)?;
        Ok(Box::new(content))
    };
    Ok(match act.clone() {
        Act::Prepare { grade, necessity, withhold } => {
            Command::Prepare(Preparing { source: source()?, content: copy(&withhold)?, grade, necessity })
        }
        Act::Check { digest, agree, opinion } => Command::Check { digest, agree, opinion },
        Act::Publish { digest } => Command::Publish { digest },
        Act::Return { opinion } => Command::Return { opinion },
        Act::Correct { reason, known_on, withhold } => {
            Command::Correct { content: copy(&withhold)?, reason, known_on }
        }
        Act::Annotate { ground, note } => Command::Annotate { ground, note },
        Act::Withdraw { ground, known_on, explanation } => {
            Command::Withdraw { ground, known_on, explanation }
        }
        Act::Replace { by } => {
            let new = w.load::<Publication>(by).await?.filter(|p| p.organ == it.case.organ);
            let new = new.ok_or(WriteError::NotFound("替换的公示事项"))?;
            Command::Replace { by, number: new.source.number.clone() }
        }
        Act::ApproveExpiry { opinion } => Command::ApproveExpiry { opinion },
        Act::Expire { ground, note } => Command::Expire { ground, note },
        Act::Exempt { ground, assessment, reason, filing_no } => {
            Command::Exempt { source: source()?, ground, assessment, reason, filing_no }
        }
    })
}

async fn append(w: &mut Write, it: Gathered, events: Vec<PublicationEvent>) -> Result<Done, WriteError> {
    let (organ, family, matter) = (it.case.organ, it.case.family, it.matter);
    let mut loaded = it.publication;
    for event in events {
        let month = store::Month::of(&event);
        let next = match loaded {
            Some(mut publication) => {
                w.append(&mut publication, event).await?;
                publication
            }
            None => w.create::<Publication>(matter, organ, Some(family), event).await?,
        };
        if let Some(month) = month {
            store::count(w.tx().await?, organ, &month).await?;
        }
        // What was stored of the public page goes in the same transaction.
        if !next.stage.is_public() {
            store::drop_page(w.tx().await?, matter).await?;
        }
        loaded = Some(next);
    }
    let publication = loaded.ok_or(WriteError::NotFound("公示事项"))?;
    Ok(Done {
        publication: publication.id,
        version: publication.version,
        state: wire_name(&publication.stage),
        public_id: publication.public_id.clone(),
    })
}

/// Name of a person on the staff, or a dash.
///
/// # Errors
/// When a stored event cannot be read.
pub async fn name_of(app: &App, id: StaffId) -> Result<String, WriteError> {
    let it = app.load::<StaffState>(MatterId(id.0)).await?;
    Ok(it.map_or_else(|| "—".to_owned(), |s| s.name.or_erased().to_owned()))
}
