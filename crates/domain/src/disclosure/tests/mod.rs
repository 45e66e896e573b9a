//! Tests of publication: every state × every command, bypasses, limits, privacy.

mod bypass;
mod limits;
mod matrix;
mod policy;
mod privacy;
mod shapes;

use super::*;
use crate::calendar::Calendar;
use crate::matter::{Actor, Matter, MatterId, Meta, Moment, OrganId, StaffId, TimeSource};
use crate::refusal::Refusal;
use crate::staff::Role;
use crate::text::{Text, TextKey};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

const KEY: TextKey = [3; 32];
pub(super) const OFFICER: u128 = 1;
pub(super) const HEAD_OF_LAW: u128 = 2;
pub(super) const PUBLISHER: u128 = 3;
pub(super) const HEAD: u128 = 4;
const PARTY: &str = "欧阳示例";
const WITNESS: &str = "褚样本";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn staff(n: u128) -> StaffId {
    StaffId(id(n))
}

fn actor(n: u128, roles: &[Role]) -> Actor {
    Actor { id: staff(n), organ: OrganId(id(90)), roles: roles.to_vec() }
}

fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).to_zoned(crate::matter::shanghai()).unwrap().timestamp()
}

fn source() -> SourceRef {
    SourceRef {
        case: MatterId(id(50)),
        version: 30,
        digest: "a1".into(),
        party: 1,
        number: "（示例）应急罚〔2026〕3号".into(),
        decided_on: date(2026, 3, 2),
        served_on: Some(date(2026, 3, 4)),
    }
}

fn persons() -> Vec<KnownPerson> {
    vec![KnownPerson::new(PARTY, PersonRole::Party), KnownPerson::new(WITNESS, PersonRole::Witness)]
}

const FACTS: &str =
    "经查，欧阳示例（公民身份号码999999190001010015，电话138 0013 8000）无证作业，褚样本在场见证。";

fn content() -> PublicDecision {
    let p = persons();
    let masked = |t: &str| Masked::redact(t, &p, false);
    PublicDecision {
        organ: "示例县应急管理局".into(),
        party_kind: PartyKind::Person,
        party: masked(PARTY),
        credit_code: None,
        representative: None,
        number: source().number,
        category: "安全生产".into(),
        facts: masked(FACTS),
        evidence: masked("现场笔录、询问笔录"),
        violated: vec!["《安全生产法》第三十条".into()],
        basis: vec!["《安全生产法》第九十七条".into()],
        results: vec![ResultItem {
            kind: "罚款".into(),
            content: masked("罚款人民币贰仟元整"),
            amount_fen: Some(200_000),
        }],
        decided_on: date(2026, 3, 2),
        terms: masked("自收到决定书之日起十五日内缴纳"),
        remedies: masked("可以自收到决定书之日起六十日内申请行政复议"),
        officers: vec![ShownOfficer { name: Text::closed("执法员甲"), certificate: "示例001".into() }],
    }
}

/// A publication as the service would run it.
struct World {
    state: Option<Publication>,
    version: u64,
    day: Date,
    rules: DisclosureRules,
    facts: SourceFacts,
    other: Option<OtherPublication>,
    events: Vec<PublicationEvent>,
    claimed: Option<Date>,
}

impl World {
    fn new() -> Self {
        let copy = content();
        Self {
            state: None,
            version: 0,
            day: date(2026, 3, 5),
            rules: DisclosureRules::national_2026(),
            facts: SourceFacts {
                source: source(),
                minor: false,
                ended: None,
                performed: false,
                handled_by: vec![staff(OFFICER)],
                originals: vec![("facts".into(), copy.facts.original.digest(&KEY))],
                imported: None,
            },
            other: None,
            events: Vec::new(),
            claimed: None,
        }
    }

    fn moment(&self) -> Moment {
        let at = noon(self.day);
        match self.claimed {
            None => Moment::now(at),
            Some(day) => Moment {
                recorded_at: at,
                happened_at: noon(day),
                source: TimeSource::Paper { reason: Text::closed("补录"), approver: staff(HEAD) },
            },
        }
    }

    /// Runs `look` with facts as the service gathers them for `copy` and `note`.
    fn look<T>(
        &self,
        who: &Actor,
        copy: Option<&PublicDecision>,
        note: Option<&Text>,
        look: impl FnOnce(&Facts<'_>) -> T,
    ) -> T {
        let moment = self.moment();
        let inspection = copy.map(|c| inspect(c, &persons(), self.rules.operator_shown, &KEY));
        let note = note.and_then(|n| scan_note(n, &persons(), false, &KEY));
        look(&Facts {
            matter: MatterId(id(60)),
            actor: who,
            moment: &moment,
            rules: &self.rules,
            calendar: Calendar::national(),
            key: &KEY,
            source: Some(&self.facts),
            inspection: inspection.as_ref(),
            note: note.as_ref(),
            other: self.other,
            fresh_id: "sample-page",
        })
    }

    fn try_it(&self, who: &Actor, command: Command) -> Result<Vec<PublicationEvent>, Refusal> {
        let stored = self.state.as_ref().and_then(|s| s.draft.as_ref()).map(|d| d.content.as_ref());
        let (copy, note) = match &command {
            Command::Prepare(p) => (Some(p.content.as_ref()), None),
            Command::Correct { content, .. } => (Some(content.as_ref()), None),
            Command::Annotate { note, .. } => (None, Some(note)),
            Command::Withdraw { explanation, .. } => (None, Some(explanation)),
            Command::Check { .. }
            | Command::Publish { .. }
            | Command::Return { .. }
            | Command::Replace { .. }
            | Command::ApproveExpiry { .. }
            | Command::Expire { .. }
            | Command::Exempt { .. } => (stored, None),
        };
        self.look(who, copy, note, |facts| decide(self.state.as_ref(), command.clone(), facts))
    }

    fn act(&mut self, who: &Actor, command: Command) -> Result<(), Refusal> {
        for event in self.try_it(who, command)? {
            self.version += 1;
            let meta = Meta {
                matter: MatterId(id(60)),
                organ: who.organ,
                version: self.version,
                actor: who.id,
                moment: self.moment(),
            };
            // Through the stored form, sealed and opened as the store does.
            let (name, version) = Publication::type_of(&event);
            let mut body = serde_json::to_value(&event).unwrap();
            let texts = crate::text::seal(&mut body, &KEY);
            crate::text::open(&mut body, |slot| Some(texts[slot as usize].value.clone()));
            let read = Publication::decode(name, version, body).unwrap();
            self.state = Some(Publication::evolve(self.state.take(), &meta, &read));
            self.events.push(event);
        }
        Ok(())
    }

    fn code(&self, who: &Actor, command: Command) -> String {
        match self.try_it(who, command) {
            Ok(_) => "ok".into(),
            Err(refusal) => {
                assert!(!refusal.message.is_empty() && !refusal.remedy.is_empty());
                assert!(!refusal.article.law.is_empty());
                refusal.code.into_owned()
            }
        }
    }

    fn digest(&self) -> String {
        self.state.as_ref().and_then(|s| s.draft.as_ref()).map_or_else(String::new, |d| d.digest.clone())
    }

    fn stage(&self) -> Option<Stage> {
        self.state.as_ref().map(|s| s.stage)
    }

    fn until_checked(mut self) -> Self {
        self.act(&officer(), prepare()).unwrap();
        let digest = self.digest();
        self.act(&law(), check(&digest)).unwrap();
        self
    }

    fn until_published(self) -> Self {
        let mut w = self.until_checked();
        let digest = w.digest();
        w.act(&publisher(), Command::Publish { digest }).unwrap();
        w
    }
}

fn officer() -> Actor {
    actor(OFFICER, &[Role::Officer])
}

fn law() -> Actor {
    actor(HEAD_OF_LAW, &[Role::ReviewHead])
}

fn publisher() -> Actor {
    actor(PUBLISHER, &[Role::Publicity])
}

fn head() -> Actor {
    actor(HEAD, &[Role::Head])
}

/// A person with every role, who has had no part so far.
fn anyone() -> Actor {
    actor(99, &Role::ALL)
}

fn prepare() -> Command {
    prepare_with(content())
}

fn prepare_with(copy: PublicDecision) -> Command {
    Command::Prepare(Preparing {
        source: source(),
        content: Box::new(copy),
        grade: CreditGrade::Ordinary,
        necessity: Text::closed(""),
    })
}

fn check(digest: &str) -> Command {
    Command::Check { digest: digest.into(), agree: true, opinion: Text::closed("同意") }
}

fn correction() -> Command {
    let mut copy = content();
    copy.evidence = Masked::shown("现场笔录、询问笔录、照片");
    Command::Correct {
        content: Box::new(copy),
        reason: Text::closed("证据摘要遗漏"),
        known_on: date(2026, 3, 5),
    }
}

/// For what concerns the publication alone.
fn withdraw(known_on: Date) -> Command {
    withdraw_for(WithdrawalGround::Inaccurate, known_on)
}

fn withdraw_for(ground: WithdrawalGround, known_on: Date) -> Command {
    Command::Withdraw { ground, known_on, explanation: Text::closed("依法撤下") }
}

fn exempt(ground: ExemptGround) -> Command {
    Command::Exempt {
        source: source(),
        ground,
        assessment: Text::closed("已评估"),
        reason: Text::closed("影响关联案件查处"),
        filing_no: "示例备〔2026〕1号".into(),
    }
}
