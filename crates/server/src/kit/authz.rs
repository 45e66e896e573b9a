//! Who may do what: one table.
//!
//! From [`TABLE`] come the check in memory, the SQL scope of lists and the printed
//! matrix `docs/generated/roles.md`. A refusal names the rows that would allow it.
//! Separation of duties beyond role and relation stands in the domain.

use mingjing_domain::cite::Citation;
use mingjing_domain::matter::{OrganId, StaffId};
use mingjing_domain::refusal::Refusal;
use mingjing_domain::staff::{Role, region_prefix};
use sea_orm::Value;
use std::fmt::Write as _;

/// Something that can be done, with its name for people and the rule behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Verb {
    /// Stable name, `feature.act`.
    pub name: &'static str,
    /// Name for people.
    pub label: &'static str,
    /// Rule that says who does it.
    pub basis: Citation,
}

/// How a person must stand to the thing acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// No relation needed.
    Any,
    /// It belongs to the person's organ.
    OwnOrgan,
    /// It belongs to the person's unit of that organ.
    OwnUnit,
    /// The person handles it.
    Handling,
    /// It belongs to the organ and the person does not handle it.
    NotHandling,
    /// Its organ lies in the region that the person's organ supervises.
    Supervised,
    /// It is the person's own record.
    Oneself,
    /// It is the record of another person of the same organ.
    Another,
}

impl Relation {
    /// Words for the matrix and for refusals.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Any => "不限",
            Self::OwnOrgan => "本机关",
            Self::OwnUnit => "本机构",
            Self::Handling => "本人承办",
            Self::NotHandling => "本机关且非本人承办",
            Self::Supervised => "监督区域内",
            Self::Oneself => "本人",
            Self::Another => "本机关他人",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What may be done.
    pub verb: &'static Verb,
    /// By whom.
    pub role: Role,
    /// Standing how to it.
    pub relation: Relation,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The person.
    pub id: StaffId,
    /// The person's organ.
    pub organ: OrganId,
    /// The person's unit; empty when in none.
    pub unit: &'a str,
    /// Region code of the person's organ, GB/T 2260.
    pub region: &'a str,
    /// Roles held now.
    pub roles: &'a [Role],
}

/// What is acted upon.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Organ it belongs to.
    pub organ: OrganId,
    /// Unit that handles it; empty when none.
    pub unit: &'a str,
    /// Region code of its organ, GB/T 2260.
    pub region: &'a str,
    /// Persons who handle it.
    pub handlers: &'a [StaffId],
    /// The person whose record it is, if it is one.
    pub person: Option<StaffId>,
}

impl Target<'_> {
    /// Something of an organ, without unit, handlers or person.
    pub const fn organ(organ: OrganId) -> Self {
        Self { organ, unit: "", region: "", handlers: &[], person: None }
    }
}

macro_rules! verbs {
    ($($name:ident = $text:literal, $label:literal, $basis:expr;)*) => {
        $(#[doc = $label]
        pub const $name: &Verb = &Verb { name: $text, label: $label, basis: $basis };)*
        /// Verbs of people, organs and the account itself.
        pub const VERBS: &[&Verb] = &[$($name),*];
    };
}

/// Separation of system, security and audit administration.
pub const THREE_ADMINISTRATORS: Citation =
    Citation::of("信息安全技术 网络安全等级保护基本要求（GB/T 22239—2019）", "8.1.5");
const QUALIFIED: Citation = Citation::of("国办发〔2018〕118号", "（二十三）");
const PLATFORM: Citation = Citation::of("国办发〔2018〕118号", "（十五）");
const OVERSIGHT: Citation = Citation::of("行政执法监督条例", "第十七条");

verbs! {
    DESK = "desk.view", "看我的桌面", PLATFORM;
    ACCOUNT = "account.manage", "管理本人账户", THREE_ADMINISTRATORS;
    STAFF_READ = "staff.read", "查看人员与证件", QUALIFIED;
    STAFF_REGISTER = "staff.register", "建立人员账户", THREE_ADMINISTRATORS;
    STAFF_ASSIGN = "staff.assign", "安排所在机构", THREE_ADMINISTRATORS;
    STAFF_ENABLE = "staff.enable", "停用与启用账户", THREE_ADMINISTRATORS;
    STAFF_RESET = "staff.reset", "重置登录密码", THREE_ADMINISTRATORS;
    STAFF_GRANT = "staff.grant", "授予与收回角色", THREE_ADMINISTRATORS;
    CERTIFICATE = "staff.certificate", "核发与管理执法证件", QUALIFIED;
    ORGAN_READ = "organ.read", "查看执法主体", OVERSIGHT;
    ORGAN_SET = "organ.set", "维护执法主体信息", THREE_ADMINISTRATORS;
    ORGAN_CONFIRM = "organ.confirm", "确认执法主体资格", OVERSIGHT;
}

const fn grant(verb: &'static Verb, role: Role, relation: Relation) -> Grant {
    Grant { verb, role, relation }
}

macro_rules! everyone {
    ($verb:expr, $relation:expr) => {
        [
            grant($verb, Role::Officer, $relation),
            grant($verb, Role::UnitHead, $relation),
            grant($verb, Role::Reviewer, $relation),
            grant($verb, Role::ReviewHead, $relation),
            grant($verb, Role::Deputy, $relation),
            grant($verb, Role::Head, $relation),
            grant($verb, Role::Publicity, $relation),
            grant($verb, Role::HearingHost, $relation),
            grant($verb, Role::Cashier, $relation),
            grant($verb, Role::Archivist, $relation),
            grant($verb, Role::Supervisor, $relation),
            grant($verb, Role::SystemAdmin, $relation),
            grant($verb, Role::SecurityAdmin, $relation),
            grant($verb, Role::Auditor, $relation),
        ]
    };
}

const EVERYONE_DESK: [Grant; 14] = everyone!(DESK, Relation::OwnOrgan);
const EVERYONE_ACCOUNT: [Grant; 14] = everyone!(ACCOUNT, Relation::Oneself);
const EVERYONE_ORGAN: [Grant; 14] = everyone!(ORGAN_READ, Relation::Any);

/// Rows about people and organs.
pub const TABLE: &[Grant] = &[
    grant(STAFF_READ, Role::UnitHead, Relation::OwnOrgan),
    grant(STAFF_READ, Role::ReviewHead, Relation::OwnOrgan),
    grant(STAFF_READ, Role::Deputy, Relation::OwnOrgan),
    grant(STAFF_READ, Role::Head, Relation::OwnOrgan),
    grant(STAFF_READ, Role::Supervisor, Relation::Supervised),
    grant(STAFF_READ, Role::SystemAdmin, Relation::OwnOrgan),
    grant(STAFF_READ, Role::SecurityAdmin, Relation::OwnOrgan),
    grant(STAFF_READ, Role::Auditor, Relation::OwnOrgan),
    grant(STAFF_REGISTER, Role::SystemAdmin, Relation::OwnOrgan),
    grant(STAFF_ASSIGN, Role::SystemAdmin, Relation::Another),
    grant(STAFF_ENABLE, Role::SystemAdmin, Relation::Another),
    grant(STAFF_RESET, Role::SystemAdmin, Relation::Another),
    grant(STAFF_GRANT, Role::SecurityAdmin, Relation::Another),
    grant(CERTIFICATE, Role::Supervisor, Relation::Supervised),
    grant(ORGAN_SET, Role::SystemAdmin, Relation::OwnOrgan),
    grant(ORGAN_CONFIRM, Role::Supervisor, Relation::Supervised),
];

/// Rows of the case procedure; they come from its one table in the domain.
pub fn case_rows() -> &'static [Grant] {
    super::authz_case::rows()
}

/// Every row, in the order of the printed matrix.
pub fn rows() -> impl Iterator<Item = &'static Grant> {
    EVERYONE_DESK
        .iter()
        .chain(&EVERYONE_ACCOUNT)
        .chain(&EVERYONE_ORGAN)
        .chain(TABLE)
        .chain(case_rows())
        .chain(crate::disclosure::verbs::ROWS)
        .chain(crate::viewing::verbs::ROWS)
        .chain(crate::erasure::verbs::ROWS)
        .chain(crate::recording::verbs::rows())
        .chain(crate::device::verbs::rows())
        .chain(crate::disposal::verbs::ROWS)
        .chain(crate::evidence::verbs::ROWS)
        .chain(crate::viewing_grant::verbs::rows())
        .chain(crate::archive::verbs::rows())
        .chain(crate::recording_check::verbs::rows())
        .chain(crate::field::verbs::ROWS)
}

fn rows_of(verb: &Verb) -> impl Iterator<Item = &'static Grant> {
    rows().filter(move |it| it.verb.name == verb.name)
}

/// Whether any row allows the verb to one of these roles, whatever the relation.
pub fn any_grant(verb: &Verb, roles: &[Role]) -> bool {
    rows_of(verb).any(|it| roles.contains(&it.role))
}

fn holds(relation: Relation, who: &Subject<'_>, what: &Target<'_>) -> bool {
    let own = who.organ == what.organ;
    match relation {
        Relation::Any => true,
        Relation::OwnOrgan => own,
        Relation::OwnUnit => own && !who.unit.is_empty() && who.unit == what.unit,
        Relation::Handling => own && what.handlers.contains(&who.id),
        Relation::NotHandling => own && !what.handlers.contains(&who.id),
        Relation::Supervised => covers(who.region, what.region),
        Relation::Oneself => what.person == Some(who.id),
        Relation::Another => own && what.person.is_some_and(|it| it != who.id),
    }
}

/// Whether the region of one code contains that of another (GB/T 2260: two digits
/// province, two prefecture, two county; trailing zero pairs mean the whole).
pub fn covers(outer: &str, inner: &str) -> bool {
    let prefix = region_prefix(outer);
    !prefix.is_empty() && inner.starts_with(prefix)
}

/// Checks one act on one thing; gives the row that allows it.
///
/// # Errors
/// A refusal that names the rows of the verb.
pub fn check(verb: &Verb, who: &Subject<'_>, what: &Target<'_>) -> Result<&'static Grant, Refusal> {
    rows_of(verb)
        .find(|it| who.roles.contains(&it.role) && holds(it.relation, who, what))
        .ok_or_else(|| refusal(verb))
}

/// The refusal of a verb, whoever asks.
pub fn refusal(verb: &Verb) -> Refusal {
    let mut allowed: Vec<String> = Vec::new();
    for it in rows_of(verb) {
        allowed.push(format!("{}（{}）", it.role.label(), it.relation.label()));
    }
    let allowed = if allowed.is_empty() { "无人".to_owned() } else { allowed.join("、") };
    Refusal::new(
        "authz.denied",
        verb.basis.clone(),
        format!("您不能办理“{label}”，权限表“{label}”一行只授予：{allowed}", label = verb.label),
        "请由有权限的人员办理；职责有变的，请安全保密管理员调整角色",
    )
}

/// Columns of a list by which a scope can be told. An empty name means that the
/// list has no such column; relations that need it then give nothing.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Organ identifier.
    pub organ: &'static str,
    /// Unit name.
    pub unit: &'static str,
    /// Region code of the organ.
    pub region: &'static str,
    /// A condition with `{}` where the person's identifier goes, true when the
    /// person handles the row.
    pub handles: &'static str,
    /// Identifier of the person whose record the row is.
    pub person: &'static str,
}

/// A condition of a list query.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// SQL condition in parentheses, with `$n` placeholders.
    pub clause: String,
    /// Values of the placeholders, in order.
    pub params: Vec<Value>,
}

/// What a person may see of a list under a verb; none when nothing at all. The
/// placeholders are numbered from `first`.
pub fn scope(verb: &Verb, who: &Subject<'_>, columns: &Columns, first: usize) -> Option<Scope> {
    let mut relations: Vec<Relation> =
        rows_of(verb).filter(|it| who.roles.contains(&it.role)).map(|it| it.relation).collect();
    relations.sort_unstable();
    relations.dedup();
    if relations.contains(&Relation::Any) {
        return Some(Scope { clause: "(1 = 1)".to_owned(), params: Vec::new() });
    }
    let mut builder = Builder { next: first, params: Vec::new() };
    let terms: Vec<String> = relations.into_iter().filter_map(|it| builder.term(it, who, columns)).collect();
    if terms.is_empty() {
        return None;
    }
    Some(Scope { clause: format!("({})", terms.join(" OR ")), params: builder.params })
}

struct Builder {
    next: usize,
    params: Vec<Value>,
}

impl Builder {
    fn bind(&mut self, value: Value) -> String {
        self.params.push(value);
        self.next += 1;
        format!("${}", self.next - 1)
    }

    fn own(&mut self, who: &Subject<'_>, columns: &Columns) -> String {
        let organ = self.bind(id(who.organ.0));
        format!("{} = {organ}", columns.organ)
    }

    fn term(&mut self, relation: Relation, who: &Subject<'_>, columns: &Columns) -> Option<String> {
        let has = |column: &str| (!column.is_empty()).then_some(());
        match relation {
            Relation::Any => Some("1 = 1".to_owned()),
            Relation::OwnOrgan => Some(self.own(who, columns)),
            Relation::OwnUnit => {
                has(columns.unit).and(has(who.unit))?;
                let own = self.own(who, columns);
                let unit = self.bind(who.unit.to_owned().into());
                Some(format!("({own} AND {} = {unit})", columns.unit))
            }
            Relation::Handling | Relation::NotHandling => {
                has(columns.handles)?;
                let own = self.own(who, columns);
                let person = self.bind(id(who.id.0));
                let handles = columns.handles.replace("{}", &person);
                let not = if relation == Relation::Handling { "" } else { "NOT " };
                Some(format!("({own} AND {not}({handles}))"))
            }
            Relation::Supervised => {
                has(columns.region)?;
                let prefix = region_prefix(who.region);
                has(prefix)?;
                // A range, so that an index on the region serves it.
                let from = self.bind(prefix.to_owned().into());
                let to = self.bind(format!("{prefix}~").into());
                Some(format!("({region} >= {from} AND {region} < {to})", region = columns.region))
            }
            Relation::Oneself => {
                has(columns.person)?;
                let person = self.bind(id(who.id.0));
                Some(format!("{} = {person}", columns.person))
            }
            Relation::Another => {
                has(columns.person)?;
                let own = self.own(who, columns);
                let person = self.bind(id(who.id.0));
                Some(format!("({own} AND {} <> {person})", columns.person))
            }
        }
    }
}

fn id(id: uuid::Uuid) -> Value {
    id.into_bytes().to_vec().into()
}

/// The matrix as a Markdown page.
pub fn matrix() -> String {
    let mut out = String::from(
        "# 角色权限表\n\n由 `crates/server/src/kit/authz.rs` 生成，勿手改。每格为关系：人与所办事项须有的联系；空格为不允许。\n\n| 操作 | 依据 |",
    );
    for role in Role::ALL {
        let _ = write!(out, " {} |", role.label());
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---|".repeat(Role::ALL.len()));
    out.push('\n');
    let mut verbs: Vec<&Verb> = Vec::new();
    for row in rows() {
        if !verbs.contains(&row.verb) {
            verbs.push(row.verb);
        }
    }
    for verb in verbs {
        let _ = write!(out, "| {}<br>`{}` | {} |", verb.label, verb.name, verb.basis);
        for role in Role::ALL {
            let cell: Vec<&str> =
                rows_of(verb).filter(|it| it.role == role).map(|it| it.relation.label()).collect();
            let _ = write!(out, " {} |", cell.join("；"));
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
#[path = "authz_tests.rs"]
mod tests;
