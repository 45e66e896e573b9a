//! What is to become of a synthetic case: drawn once, from its number alone.

use mingjing_domain::case::substance::{PartyDisposal, Provision};
use mingjing_domain::case::types::*;
use mingjing_domain::cite::Citation;
use mingjing_domain::discretion_base::{Correction, DiscretionError, Facts, Ranges, Subject};
use mingjing_domain::staff::Role;
use mingjing_domain::text::Text;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::SeedError;
use super::names;

/// How the case ends, unless the seed ends first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// 不予立案.
    NotFiled,
    /// 撤销立案.
    Withdrawn,
    /// 移送.
    Transferred,
    /// 不予行政处罚.
    NoPenalty,
    /// Paid in time.
    Paid,
    /// Paid late, with an additional fine.
    Late,
    /// Not paid; the court is asked.
    Court,
    /// 分期缴纳.
    Instalments,
    /// Revoked by reconsideration.
    Revoked,
}

/// Investigative acts, in the order in which the plan holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// 询问通知.
    Notify,
    /// 询问.
    Ask,
    /// 勘验.
    Scene,
    /// 证据.
    Evidence,
    /// 先行登记保存.
    Preserve,
    /// Its disposal.
    Dispose,
    /// 抽样取证.
    Sample,
    /// 委托检测.
    Commission,
    /// 检测意见.
    Receive,
    /// 中止.
    Suspend,
    /// 恢复.
    Resume,
    /// 延期.
    Extend,
    /// 责令改正.
    Correct,
}

/// A violation with what the documents say of it.
pub struct Violation {
    /// Its id in the statutory ranges.
    pub id: &'static str,
    /// Provision violated.
    pub violated: (&'static str, &'static str),
    /// The facts in a sentence.
    pub words: &'static str,
    /// Category of enforcement.
    pub category: &'static str,
}

const VIOLATIONS: [Violation; 8] = [
    Violation {
        id: "safety.training",
        violated: ("安全生产法", "第三十条第一款"),
        words: "安排未取得相应资格的特种作业人员上岗作业",
        category: "安全生产",
    },
    Violation {
        id: "safety.signs_equipment",
        violated: ("安全生产法", "第三十五条"),
        words: "未在有较大危险因素的生产经营场所设置明显的安全警示标志",
        category: "安全生产",
    },
    Violation {
        id: "safety.dangerous_work",
        violated: ("安全生产法", "第四十三条"),
        words: "进行吊装作业未安排专门人员进行现场安全管理",
        category: "安全生产",
    },
    Violation {
        id: "safety.facility_review",
        violated: ("安全生产法", "第三十二条"),
        words: "建设项目未按照规定进行安全评价",
        category: "安全生产",
    },
    Violation {
        id: "urban.construction_waste",
        violated: ("城市建筑垃圾管理规定", "第十五条"),
        words: "在道路旁随意倾倒、堆放建筑垃圾",
        category: "城市管理",
    },
    Violation {
        id: "urban.domestic_waste",
        violated: ("城市生活垃圾管理办法", "第十六条"),
        words: "随意倾倒、堆放城市生活垃圾",
        category: "城市管理",
    },
    Violation {
        id: "urban.road",
        violated: ("城市道路管理条例", "第三十条"),
        words: "未经批准擅自占用城市道路",
        category: "城市管理",
    },
    Violation {
        id: "gas.no_permit",
        violated: ("城镇燃气管理条例", "第十五条"),
        words: "未取得燃气经营许可证从事燃气经营活动",
        category: "城市管理",
    },
];

/// What is to become of one case.
pub struct Plan {
    /// Index among all cases.
    pub index: u64,
    /// Which enforcing organ.
    pub organ: usize,
    /// The draw of everything that follows.
    pub rng: StdRng,
    /// Ending.
    pub ending: Ending,
    /// The case rests at this stage, so that every stage has cases at the end.
    pub rest: Option<Stage>,
    /// The case waits for a person of this role, so that desks are not empty.
    pub waits: Option<Role>,
    /// Investigative acts still to come; last first.
    pub inquiry: Vec<Inquiry>,
    /// The violation.
    pub violation: &'static Violation,
    /// Provision that allows the fine.
    pub basis: Citation,
    /// The statutory range in words.
    pub range: String,
    /// Parties.
    pub parties: Vec<Party>,
    /// Fine of each party in fen.
    pub fines: Vec<i64>,
    /// Lowest lawful fine of each party in fen.
    pub floors: Vec<i64>,
    /// A hearing is asked for where the right exists.
    pub hearing: bool,
    /// The party states a defence.
    pub defence: bool,
    /// The first round of the review asks for a correction.
    pub correction: bool,
    /// The check is extended first.
    pub extend_check: bool,
}

impl Plan {
    /// The plan of case `index` of `cases` of the run `seed`.
    ///
    /// # Errors
    /// When the statutory ranges do not fit the plan.
    pub fn draw(seed: u64, index: u64, cases: u64) -> Result<Self, SeedError> {
        let mut rng = StdRng::seed_from_u64(seed ^ (index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let organ = usize::from(rng.random_range(0..100) < 45);
        let category = if organ == 0 { "安全生产" } else { "城市管理" };
        let fitting: Vec<&'static Violation> =
            VIOLATIONS.iter().filter(|it| it.category == category).collect();
        let violation = fitting[rng.random_range(0..fitting.len())];
        let rest = rest(index, cases);
        let ending = match rest {
            Some(Stage::NotFiled) => Ending::NotFiled,
            Some(Stage::Withdrawn) => Ending::Withdrawn,
            Some(Stage::Transferred) => Ending::Transferred,
            Some(_) => Ending::Paid,
            None => ending(rng.random_range(0..100)),
        };
        let (parties, subjects) = parties(&mut rng, index, violation);
        let mut fines = Vec::new();
        let mut floors = Vec::new();
        let mut basis = None;
        for subject in &subjects {
            let (fine, floor, range) = fine(&mut rng, violation, *subject)?;
            fines.push(fine);
            floors.push(floor);
            basis.get_or_insert(range);
        }
        let (basis, range) = basis.ok_or_else(|| SeedError::Script("案件没有当事人".to_owned()))?;
        Ok(Self {
            index,
            organ,
            ending,
            rest,
            waits: if rest.is_none() { waits(index, cases) } else { None },
            inquiry: inquiry(&mut rng),
            violation,
            basis,
            range,
            parties,
            fines,
            floors,
            hearing: rng.random_range(0..100) < 40,
            defence: rng.random_range(0..100) < 30,
            correction: rng.random_range(0..100) < 25,
            extend_check: rng.random_range(0..100) < 5,
            rng,
        })
    }

    /// Whether something is to be imposed.
    pub fn penalises(&self) -> bool {
        self.ending != Ending::NoPenalty
    }

    /// Chance in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// A number of days.
    pub fn days(&mut self, from: u32, to: u32) -> u32 {
        self.rng.random_range(from..=to)
    }

    /// Disposal of a party; in the second round of a review it is a tenth lighter.
    pub fn disposal(&self, party: PartyNo, lighter: bool) -> PartyDisposal {
        let at = usize::from(party).wrapping_sub(1);
        let of = |list: &[i64]| list.get(at).copied().unwrap_or(0);
        let fine = of(&self.fines);
        let fine = if lighter { (fine / 1_000 * 900).max(of(&self.floors)) } else { fine };
        let spared = (!self.penalises()).then_some(NoPenaltyGround::FirstTimeMinor);
        PartyDisposal {
            party,
            kinds: if spared.is_some() { Vec::new() } else { vec![PenaltyKind::Fine] },
            fine_fen: if spared.is_some() { 0 } else { fine },
            confiscated_fen: 0,
            goods_fen: 0,
            grade: Grade::Ordinary,
            no_penalty: spared,
        }
    }

    /// The provision violated.
    pub fn violated(&self) -> Provision {
        Provision { law: self.violation.violated.0.to_owned(), article: self.violation.violated.1.to_owned() }
    }

    /// The provision that allows the fine.
    pub fn allowed(&self) -> Provision {
        Provision { law: self.basis.law.to_string(), article: self.basis.article.to_string() }
    }
}

/// Half of the youngest fifth of the cases rest at a stage, in turn.
fn rest(index: u64, cases: u64) -> Option<Stage> {
    // What takes longest to come to comes first: those cases are older.
    const STAGES: [Stage; 7] = [
        Stage::Transferred,
        Stage::Withdrawn,
        Stage::Concluded,
        Stage::NotFiled,
        Stage::Investigating,
        Stage::Checking,
        Stage::Clue,
    ];
    if index * 5 < cases * 4 {
        return None;
    }
    // Counted from the first of them, so that a small county has every stage too.
    let young = index.saturating_sub((cases * 4).div_ceil(5));
    STAGES.get(usize::try_from(young % 14).ok()?).copied()
}

/// Every other one of the youngest half waits for a person, each role in turn.
fn waits(index: u64, cases: u64) -> Option<Role> {
    const ROLES: [Role; 7] = [
        Role::Head,
        Role::UnitHead,
        Role::Reviewer,
        Role::Publicity,
        Role::Deputy,
        Role::ReviewHead,
        Role::Archivist,
    ];
    if index * 2 < cases || index.is_multiple_of(2) {
        return None;
    }
    // Publication comes late in a case: it waits in the oldest of them.
    if index * 5 < cases * 3 {
        return Some(Role::Publicity);
    }
    ROLES.get(usize::try_from(index / 2 % 7).ok()?).copied()
}

fn ending(draw: u32) -> Ending {
    match draw {
        0..8 => Ending::NotFiled,
        8..11 => Ending::Withdrawn,
        11..14 => Ending::Transferred,
        14..22 => Ending::NoPenalty,
        22..72 => Ending::Paid,
        72..84 => Ending::Late,
        84..88 => Ending::Court,
        88..94 => Ending::Instalments,
        _ => Ending::Revoked,
    }
}

/// Drawn acts, last first: the order of the list is the order of the investigation.
fn inquiry(rng: &mut StdRng) -> Vec<Inquiry> {
    let mut acts = Vec::new();
    let mut maybe = |percent: u32, what: &[Inquiry]| {
        if rng.random_range(0..100) < percent {
            acts.extend_from_slice(what);
        }
    };
    maybe(40, &[Inquiry::Notify]);
    maybe(100, &[Inquiry::Ask]);
    maybe(50, &[Inquiry::Scene]);
    maybe(20, &[Inquiry::Preserve]);
    maybe(100, &[Inquiry::Evidence]);
    maybe(50, &[Inquiry::Evidence]);
    maybe(10, &[Inquiry::Sample, Inquiry::Commission, Inquiry::Receive]);
    maybe(5, &[Inquiry::Suspend, Inquiry::Resume]);
    maybe(25, &[Inquiry::Correct]);
    maybe(4, &[Inquiry::Extend]);
    if let Some(at) = acts.iter().position(|it| *it == Inquiry::Preserve) {
        acts.insert(at + 2, Inquiry::Dispose);
    }
    acts.reverse();
    acts
}

fn parties(rng: &mut StdRng, index: u64, violation: &Violation) -> (Vec<Party>, Vec<Subject>) {
    let person = |n: u64, post: &str| Party {
        kind: PartyKind::Person,
        name: Text::closed(names::person(n)),
        code: Text::closed(names::citizen_id(n)),
        address: Text::closed(format!("示例县示例镇示例村{}组", n % 9 + 1)),
        phone: blank(),
        representative: blank(),
        post: Text::closed(post),
        minor: false,
    };
    let street = violation.id == "urban.road" || violation.id == "urban.construction_waste";
    if street && rng.random_range(0..100) < 30 {
        let one = Party { post: blank(), ..person(index, "") };
        return (vec![one], vec![Subject::Person]);
    }
    let unit = Party {
        kind: PartyKind::LegalPerson,
        name: Text::closed(names::unit(index)),
        code: Text::closed(names::credit_code(index)),
        address: Text::closed(format!("示例县工业园示例路{}号", index % 200 + 1)),
        phone: blank(),
        representative: Text::closed(names::person(index)),
        post: Text::closed("总经理"),
        minor: false,
    };
    if violation.id.starts_with("safety.") && rng.random_range(0..100) < 20 {
        return (vec![unit, person(index, "安全生产管理人员")], vec![Subject::Unit, Subject::Responsible]);
    }
    (vec![unit], vec![Subject::Unit])
}

/// A fine inside the statutory range, in whole hundreds of yuan where the range
/// is wide enough, with the article and the range in words.
fn fine(
    rng: &mut StdRng,
    violation: &Violation,
    subject: Subject,
) -> Result<(i64, i64, (Citation, String)), SeedError> {
    let stage = match subject {
        Subject::Responsible => Correction::Overdue,
        Subject::Unit | Subject::Person | Subject::Head => {
            if rng.random_range(0..100) < 85 {
                Correction::First
            } else {
                Correction::Overdue
            }
        }
    };
    let ranges = Ranges::built_in();
    let bounds = |stage| {
        let facts = Facts { correction: Some(stage), ..Facts::default() };
        let range = ranges.range_for(violation.id, subject, &facts)?;
        Ok::<_, DiscretionError>((range.bounds(&facts)?, range))
    };
    // Some violations are fined only when they were not corrected in time.
    let ((min, max), range) = bounds(stage)
        .or_else(|_| bounds(Correction::Overdue))
        .map_err(|e| SeedError::Script(format!("{}：{e}", violation.id)))?;
    // Most fines lie in the lower third of the range.
    let share = rng.random_range(5..=34) + if rng.random_range(0..100) < 20 { 40 } else { 0 };
    let step = if max - min >= 1_000_000 { 10_000 } else { 1_000 };
    let fen = (min + (max - min) / 100 * share) / step * step;
    Ok((fen.clamp(min.max(step), max), min, (range.citation.clone(), range.words())))
}
