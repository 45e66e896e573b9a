//! What a case says of its decision, and the public copy proposed from it.

use jiff::civil::Date;
use mingjing_domain::case::gate::{owed_fen, served_decision, unperformed};
use mingjing_domain::case::substance::PartyDisposal;
use mingjing_domain::case::types::{self as case_types, ClosingGround, PartyNo, PenaltyKind, RemedyOutcome};
use mingjing_domain::case::{Case, CaseEvent};
use mingjing_domain::disclosure::{
    DecisionEnd, KnownPerson, Masked, PartyKind, PersonRole, PublicDecision, ResultItem, ShownOfficer,
    SourceFacts, SourceRef, WithdrawalGround,
};
use mingjing_domain::matter::MatterId;
use mingjing_domain::organ::OrganState;
use mingjing_domain::staff::StaffState;
use mingjing_domain::text::{Text, TextKey};

use crate::kit::ui::show::yuan;

/// The decision on one party as its case records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// 决定书文号.
    pub number: String,
    /// Civil day of the decision.
    pub decided_on: Date,
    /// Day on which it counts as served.
    pub served_on: Option<Date>,
}

/// The decision on a party, once it has a numbered document.
pub fn decision(case: &Case, party: PartyNo) -> Option<Decided> {
    let decision = case.decision.as_ref()?;
    let (_, document) = decision.documents.iter().find(|(p, _)| *p == party)?;
    let number = case.document(*document)?.number.as_ref()?.to_string();
    // Recorded service opens the gate; an earlier claimed day does not.
    let served_on = served_decision(case, party).ok().map(|(_, served)| served.gate_day());
    Some(Decided { number, decided_on: decision.on, served_on })
}

/// What became of the decision on a party, if it no longer stands.
pub fn ended(case: &Case, party: PartyNo) -> Option<DecisionEnd> {
    let ground = |outcome| match outcome {
        RemedyOutcome::Revoked => Some(WithdrawalGround::Revoked),
        RemedyOutcome::Changed => Some(WithdrawalGround::Changed),
        RemedyOutcome::ConfirmedUnlawful => Some(WithdrawalGround::Unlawful),
        RemedyOutcome::ConfirmedInvalid => Some(WithdrawalGround::Invalid),
        RemedyOutcome::Redo => Some(WithdrawalGround::Redo),
        RemedyOutcome::Upheld | RemedyOutcome::Withdrawn => None,
    };
    let concluded: Vec<_> =
        case.party(party).into_iter().flat_map(|p| &p.remedies).filter_map(|r| r.concluded).collect();
    let by_remedy = concluded
        .iter()
        .filter_map(|(on, outcome)| Some(DecisionEnd { ground: ground(*outcome)?, known_on: *on }));
    // What a remedy takes away goes by that remedy's own word, also where it was entered late.
    let remedy = concluded.iter().find(|(_, it)| it.revokes()).and_then(|(_, it)| ground(*it));
    let revoked = case.revoked(party).map(|(by, on)| {
        let own = remedy.filter(|_| by.by_remedy());
        DecisionEnd { ground: own.unwrap_or(WithdrawalGround::Revoked), known_on: on }
    });
    let amended = case.party(party).into_iter().flat_map(|p| &p.amended);
    let amended = amended.map(|(on, _)| DecisionEnd { ground: WithdrawalGround::Changed, known_on: *on });
    // The first that the organ knew of counts.
    by_remedy.chain(revoked).chain(amended).min_by_key(|e| e.known_on)
}

/// Whether every duty of the decision on a party is performed.
fn performed(case: &Case, party: PartyNo) -> bool {
    let (Some(decision), Some(state)) = (&case.decision, case.party(party)) else { return false };
    let closed = case.closed.is_some_and(|(ground, _)| match ground {
        ClosingGround::Performed => true,
        ClosingGround::CourtClosed => !state.enforcement_denied(),
        ClosingGround::NoPenaltyServed
        | ClosingGround::DecisionRevoked
        // Not performed, and never to be (行政强制法第四十条).
        | ClosingGround::EnforcementEnded => false,
    });
    if case.revoked(party).is_some() {
        return false;
    }
    let left = owed_fen(decision, party, state) > 0 || !unperformed(decision, party, state).is_empty();
    closed || !left
}

/// What the case says now of its decision on a party; none before there is one.
pub fn facts(id: MatterId, case: &Case, party: PartyNo, key: &TextKey) -> Option<SourceFacts> {
    let decided = decision(case, party)?;
    let decision = case.decision.as_ref()?;
    let person = &case.party(party)?.party;
    let originals = vec![
        ("party".to_owned(), person.name.digest(key)),
        ("facts".to_owned(), decision.substance.facts.digest(key)),
        ("terms".to_owned(), decision.substance.terms.digest(key)),
    ];
    Some(SourceFacts {
        source: SourceRef {
            case: id,
            version: decision.version,
            digest: decision.digest.clone(),
            party,
            number: decided.number,
            decided_on: decided.decided_on,
            served_on: decided.served_on,
        },
        minor: person.minor,
        ended: ended(case, party),
        performed: performed(case, party),
        handled_by: case.handled_by.clone(),
        originals,
        imported: None,
    })
}

/// Persons whose names may stand in the texts of the public copy for a party:
/// parties, representatives, and everyone who was asked. Who stands in more than
/// one place (the representative of a unit fined beside it) is treated as what he
/// is to the party of this copy, then as a person, and only last as somebody's
/// representative, whose name is shown. `informant` is the name of the matter apart:
/// it should stand in no text of the case, and where it does it must not be shown.
pub fn persons(
    case: &Case,
    events: &[CaseEvent],
    party: PartyNo,
    informant: Option<&Text>,
) -> Vec<KnownPerson> {
    let parties: Vec<_> = case.numbered_parties().map(|(no, it)| (no, &it.party)).collect();
    let mut all = of_parties(&parties, party);
    for event in events {
        if let CaseEvent::InquiryNotified { person, .. } | CaseEvent::InquiryRecorded { person, .. } = event
            && !case.parties.iter().any(|p| p.party.name.value() == person.value())
        {
            add(&mut all, person, PersonRole::Witness);
        }
    }
    if let Some(name) = informant {
        add(&mut all, name, PersonRole::Complainant);
    }
    all
}

fn add(all: &mut Vec<KnownPerson>, name: &Text, role: PersonRole) {
    let name = name.value().unwrap_or("").trim();
    if !name.is_empty() && !all.iter().any(|p| p.name == name) {
        all.push(KnownPerson::new(name, role));
    }
}

fn of_parties(parties: &[(PartyNo, &case_types::Party)], own: PartyNo) -> Vec<KnownPerson> {
    let rank = |no: PartyNo, it: &case_types::Party| match it.kind {
        _ if no == own => 0,
        case_types::PartyKind::Person => 1,
        case_types::PartyKind::IndividualBusiness
        | case_types::PartyKind::LegalPerson
        | case_types::PartyKind::Organisation => 2,
    };
    let mut ordered = parties.to_vec();
    ordered.sort_by_key(|(no, it)| rank(*no, it));
    let mut all = Vec::new();
    for (_, it) in ordered {
        match it.kind {
            case_types::PartyKind::Person => {
                add(&mut all, &it.name, if it.minor { PersonRole::Minor } else { PersonRole::Party });
                add(&mut all, &it.representative, PersonRole::Bystander);
            }
            case_types::PartyKind::IndividualBusiness => {
                add(&mut all, &it.representative, PersonRole::Operator);
            }
            case_types::PartyKind::LegalPerson | case_types::PartyKind::Organisation => {
                add(&mut all, &it.representative, PersonRole::Representative);
            }
        }
    }
    all
}

/// Everything a public copy is made from.
pub struct Inputs<'a> {
    /// The case.
    pub case: &'a Case,
    /// The party.
    pub party: PartyNo,
    /// Its organ.
    pub organ: &'a OrganState,
    /// The officers who handled it.
    pub officers: &'a [StaffState],
    /// Persons known to the case.
    pub persons: &'a [KnownPerson],
    /// The operator of an individual business is shown by name.
    pub operator_shown: bool,
}

const fn kind(kind: case_types::PartyKind) -> PartyKind {
    match kind {
        case_types::PartyKind::Person => PartyKind::Person,
        case_types::PartyKind::IndividualBusiness => PartyKind::IndividualBusiness,
        case_types::PartyKind::LegalPerson => PartyKind::LegalPerson,
        case_types::PartyKind::Organisation => PartyKind::Organisation,
    }
}

/// The public copy that the redaction rules give for a decision; none before
/// there is one, or when its texts are erased.
pub fn propose_copy(it: &Inputs<'_>) -> Option<PublicDecision> {
    let decided = decision(it.case, it.party)?;
    let decision = it.case.decision.as_ref()?;
    let party = &it.case.party(it.party)?.party;
    let substance = &decision.substance;
    let kind = kind(party.kind);
    let masked = |text: &str| Masked::redact(text, it.persons, it.operator_shown);
    // The decision's own texts keep the digest under which they were sealed.
    let own = |text: &Text| -> Option<Masked> {
        let withheld = masked(text.value()?).withheld;
        Some(Masked { original: text.clone().into_publishable(), withheld })
    };
    let unit = kind != PartyKind::Person;
    let evidence: Vec<&str> = substance
        .evidence
        .iter()
        .filter_map(|no| it.case.evidence.get(usize::from(*no).checked_sub(1)?))
        .filter_map(|e| e.name.value())
        .collect();
    let category =
        it.case.filed.as_ref().map_or(it.organ.profile.category.as_str(), |f| f.filing.category.as_str());
    Some(PublicDecision {
        organ: it.organ.profile.name.clone(),
        party_kind: kind,
        party: own(&party.name)?,
        credit_code: party.code.value().filter(|c| unit && !c.is_empty()).map(str::to_owned),
        representative: party.representative.value().filter(|r| unit && !r.is_empty()).map(masked),
        number: decided.number,
        category: category.to_owned(),
        facts: own(&substance.facts)?,
        evidence: masked(&evidence.join("、")),
        violated: substance.violated.iter().map(ToString::to_string).collect(),
        basis: substance.basis.iter().map(ToString::to_string).collect(),
        results: substance.disposal(it.party).map(results).unwrap_or_default(),
        decided_on: decided.decided_on,
        terms: own(&substance.terms)?,
        remedies: masked(&remedies(it.organ)),
        officers: officers(it, decided.decided_on, category),
    })
}

fn results(disposal: &PartyDisposal) -> Vec<ResultItem> {
    if let Some(ground) = disposal.no_penalty {
        let content = Masked::shown(format!("{}，不予行政处罚", ground.label()));
        return vec![ResultItem { kind: "不予行政处罚".to_owned(), content, amount_fen: None }];
    }
    let item = |kind: PenaltyKind| {
        let amount_fen = match kind {
            PenaltyKind::Fine => Some(disposal.fine_fen),
            PenaltyKind::ConfiscateIncome => Some(disposal.confiscated_fen),
            PenaltyKind::Warning
            | PenaltyKind::PublicCriticism
            | PenaltyKind::ConfiscateGoods
            | PenaltyKind::SuspendLicence
            | PenaltyKind::LowerGrade
            | PenaltyKind::RevokeLicence
            | PenaltyKind::RestrictBusiness
            | PenaltyKind::OrderStop
            | PenaltyKind::OrderClose
            | PenaltyKind::RestrictEmployment => None,
        };
        let words = match amount_fen {
            Some(fen) => format!("{}人民币 {} 元", kind.label(), yuan(fen)),
            None => kind.label().to_owned(),
        };
        ResultItem { kind: kind.label().to_owned(), content: Masked::shown(words), amount_fen }
    };
    disposal.kinds.iter().copied().map(item).collect()
}

fn remedies(organ: &OrganState) -> String {
    let profile = &organ.profile;
    // 行政复议法第二十条、行政诉讼法第四十六条.
    format!(
        "对本决定不服的，可以自知道或者应当知道本决定之日起六十日内向{}申请行政复议，或者自知道或者应当知道本决定之日起六个月内向{}提起行政诉讼。",
        profile.reconsideration, profile.court
    )
}

fn officers(it: &Inputs<'_>, day: Date, category: &str) -> Vec<ShownOfficer> {
    let region = &it.organ.profile.region;
    it.officers
        .iter()
        .filter_map(|o| {
            let certificate = o.certificate_on(day, category, region).ok().or(o.certificates.first())?;
            Some(ShownOfficer { name: o.name.clone(), certificate: certificate.number.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(kind: case_types::PartyKind, name: &str, representative: &str) -> case_types::Party {
        case_types::Party {
            kind,
            name: Text::closed(name),
            code: Text::closed(""),
            address: Text::closed(""),
            phone: Text::closed(""),
            representative: Text::closed(representative),
            post: Text::closed(""),
            minor: false,
        }
    }

    #[test]
    fn a_representative_fined_himself_is_masked_in_his_own_copy_and_shown_in_his_units() {
        let unit = party(case_types::PartyKind::LegalPerson, "示例建材有限公司", "示甲子");
        let person = party(case_types::PartyKind::Person, "示甲子", "");
        let both = [(1, &unit), (2, &person)];
        let read = |own| Masked::redact("示甲子未履行职责", &of_parties(&both, own), false).public().unwrap();
        assert_eq!(read(1), "示甲子未履行职责");
        assert_eq!(read(2), "示某某未履行职责");
        // In the copy for a third party he is a person first.
        let third = party(case_types::PartyKind::LegalPerson, "示例物流有限公司", "");
        let all = [(1, &unit), (2, &person), (3, &third)];
        assert_eq!(of_parties(&all, 3), [KnownPerson::new("示甲子", PersonRole::Party)]);
    }
}
