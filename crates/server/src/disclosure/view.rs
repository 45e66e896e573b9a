//! What an office page shows of a publication: read, never decided here.

use std::sync::Arc;

use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::disclosure::{
    DisclosureRules, Facts, Inspection, KnownPerson, PublicDecision, Publication, SourceFacts, Verb, inspect,
};
use mingjing_domain::informant::Informant;
use mingjing_domain::matter::{Actor, MatterId};
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::StaffState;
use mingjing_domain::text::TextKey;
use uuid::Uuid;

use super::service::Subject;
use super::source::{self, Inputs};
use super::store;
use crate::calendar::service::imported;
use crate::case::facts::{Rules, RulesOfDay};
use crate::kit::app::App;
use crate::kit::error::WriteError;
use crate::kit::write::Loaded;

pub use super::store::Standing;

/// Where the publications of a case's decisions stand, party by party: for the rail
/// of the case.
///
/// # Errors
/// When the database fails.
pub async fn standings(app: &App, case: MatterId) -> Result<Vec<Standing>, WriteError> {
    Ok(store::of_case(app.db(), case).await?)
}

/// What an office page shows of a publication or of a decision not yet prepared.
pub struct View {
    /// The publication, once there is one.
    pub publication: Option<Loaded<Publication>>,
    /// The case.
    pub case: Loaded<Case>,
    /// Party, from 1.
    pub party: u16,
    /// The organ.
    pub organ: Arc<OrganState>,
    /// The copy that the rules give now.
    pub proposal: Option<PublicDecision>,
    /// Persons known to the case.
    pub persons: Vec<KnownPerson>,
    /// Rules in force.
    pub rules: DisclosureRules,
    /// Rules of the day with their calendar.
    pub day_rules: Arc<RulesOfDay>,
    /// What the case says of the decision.
    pub source: Option<SourceFacts>,
    /// What the scan finds in the copy on its way, or in the public one.
    pub inspection: Option<Inspection>,
}

impl View {
    /// Whether the public may read the copy now.
    pub fn is_public(&self) -> bool {
        self.publication.as_ref().is_some_and(|p| p.stage.is_public())
    }

    /// Each verb with whether it is open to `actor` now.
    pub fn actions(
        &self,
        actor: &Actor,
        moment: &mingjing_domain::matter::Moment,
    ) -> Vec<(Verb, Result<(), mingjing_domain::refusal::Refusal>)> {
        let matter = self.publication.as_ref().map_or(MatterId(Uuid::nil()), |p| p.id);
        mingjing_domain::disclosure::actions(
            self.publication.as_ref().map(|p| p.state.as_ref()),
            &Facts {
                matter,
                actor,
                moment,
                rules: &self.rules,
                calendar: &self.day_rules.calendar,
                key: &NO_KEY,
                source: self.source.as_ref(),
                inspection: self.inspection.as_ref(),
                note: None,
                other: None,
                fresh_id: "",
            },
        )
    }
}

/// Stored texts remember their digests, so a page needs no key to compare them.
const NO_KEY: TextKey = [0; 32];

/// Reads what an office page shows. None when there is no such decision.
///
/// # Errors
/// When a stored event cannot be read or no policy covers today.
pub async fn view(app: &App, rules: &Rules, subject: Subject) -> Result<Option<View>, WriteError> {
    let (publication, case_id, party) = match subject {
        Subject::Publication(id) => {
            let Some(it) = app.load::<Publication>(id).await? else { return Ok(None) };
            let (case, party) = (it.source.case, it.source.party);
            (Some(it), case, party)
        }
        Subject::Decision { case, party } => {
            let known = store::of_decision(app.db(), case, party).await?;
            let it = match known {
                Some(known) => app.load::<Publication>(known.matter).await?,
                None => None,
            };
            (it, case, party)
        }
    };
    let Some(case) = app.load::<Case>(case_id).await? else { return Ok(None) };
    let Some(organ) = app.load::<OrganState>(MatterId(case.organ.0)).await? else { return Ok(None) };
    let mut officers = Vec::new();
    for id in &case.officers {
        if let Some(it) = app.load::<StaffState>(MatterId(id.0)).await? {
            officers.push(it.state.as_ref().clone());
        }
    }
    let events: Vec<CaseEvent> = app.stream::<Case>(case_id).await?.into_iter().map(|e| e.event).collect();
    let informant = match case.clue.informant {
        Some(id) => app.load::<Informant>(id).await?,
        None => None,
    };
    let persons = source::persons(&case, &events, party, informant.as_ref().map(|it| &it.told.name));
    let today = mingjing_domain::matter::civil_day(app.now());
    let imported = imported(app).await?;
    let day_rules = rules.on(&organ.state, organ.version, today, imported.as_deref())?;
    let disclosure_rules = DisclosureRules::of(&day_rules.policy);
    let operator_shown = disclosure_rules.operator_shown;
    let organ = organ.state;
    let inputs =
        Inputs { case: &case, party, organ: &organ, officers: &officers, persons: &persons, operator_shown };
    let proposal = source::propose_copy(&inputs);
    let held = publication
        .as_ref()
        .and_then(|p| p.draft.as_ref().map(|d| &d.content).or(p.live.as_ref().map(|l| &l.content)));
    let inspection = held.map(|c| inspect(c, &persons, operator_shown, &NO_KEY));
    let source = source::facts(case_id, &case, party, &NO_KEY);
    Ok(Some(View {
        publication,
        case,
        party,
        organ,
        proposal,
        persons,
        rules: disclosure_rules,
        day_rules,
        source,
        inspection,
    }))
}
