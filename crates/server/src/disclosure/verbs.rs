//! Rows of the authorization table for publications; they repeat the procedure's
//! own table in the domain, which a test compares.

use mingjing_domain::cite::{Citation, penalty_law};
use mingjing_domain::disclosure as domain;
use mingjing_domain::staff::Role;

use crate::kit::authz::{Grant, Relation, Verb};

const OPINION: Citation = domain::three_systems("二、全面推行行政执法公示制度");
const TERM: Citation = domain::three_systems("（六）");

macro_rules! verbs {
    ($($name:ident = $text:literal, $label:literal, $basis:expr;)*) => {
        $(#[doc = $label]
        pub const $name: &Verb = &Verb { name: $text, label: $label, basis: $basis };)*
    };
}

verbs! {
    READ = "publication.read", "查看公示事项", OPINION;
    PREPARE = "publication.prepare", "制作公示文本", OPINION;
    CHECK = "publication.check", "审核公示文本", OPINION;
    PUBLISH = "publication.publish", "公示", TERM;
    RETURN = "publication.return", "退回制作人", OPINION;
    CORRECT = "publication.correct", "更正", OPINION;
    ANNOTATE = "publication.annotate", "标注", TERM;
    WITHDRAW = "publication.withdraw", "撤下", penalty_law("第四十八条第二款");
    REPLACE = "publication.replace", "关联替换的决定", TERM;
    APPROVE_EXPIRY = "publication.approve_expiry", "批准到期撤下", TERM;
    EXPIRE = "publication.expire", "到期撤下", TERM;
    EXEMPT = "publication.exempt", "不予公示", domain::order_244("第十一条");
}

/// The verb of the table for a verb of the procedure.
pub const fn of(verb: domain::Verb) -> &'static Verb {
    match verb {
        domain::Verb::Prepare => PREPARE,
        domain::Verb::Check => CHECK,
        domain::Verb::Publish => PUBLISH,
        domain::Verb::Return => RETURN,
        domain::Verb::Correct => CORRECT,
        domain::Verb::Annotate => ANNOTATE,
        domain::Verb::Withdraw => WITHDRAW,
        domain::Verb::Replace => REPLACE,
        domain::Verb::ApproveExpiry => APPROVE_EXPIRY,
        domain::Verb::Expire => EXPIRE,
        domain::Verb::Exempt => EXEMPT,
    }
}

const fn own(verb: &'static Verb, role: Role) -> Grant {
    Grant { verb, role, relation: Relation::OwnOrgan }
}

/// The rows.
pub const ROWS: &[Grant] = &[
    own(READ, Role::Officer),
    own(READ, Role::UnitHead),
    own(READ, Role::Reviewer),
    own(READ, Role::ReviewHead),
    own(READ, Role::Deputy),
    own(READ, Role::Head),
    own(READ, Role::Publicity),
    own(PREPARE, Role::Officer),
    own(PREPARE, Role::UnitHead),
    own(CHECK, Role::ReviewHead),
    own(PUBLISH, Role::Publicity),
    own(RETURN, Role::Publicity),
    own(CORRECT, Role::Officer),
    own(CORRECT, Role::UnitHead),
    own(ANNOTATE, Role::ReviewHead),
    own(WITHDRAW, Role::Publicity),
    own(WITHDRAW, Role::ReviewHead),
    own(WITHDRAW, Role::Head),
    own(REPLACE, Role::Publicity),
    own(REPLACE, Role::ReviewHead),
    own(APPROVE_EXPIRY, Role::Head),
    own(EXPIRE, Role::Publicity),
    own(EXEMPT, Role::ReviewHead),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_those_of_the_procedure() {
        for step in domain::procedure_table() {
            let verb = of(step.verb);
            assert_eq!(verb.label, step.verb.label());
            assert_eq!(
                verb.basis,
                if step.verb == domain::Verb::Expire { TERM } else { step.article },
                "{}",
                verb.name
            );
            let granted: Vec<Role> =
                ROWS.iter().filter(|g| g.verb.name == verb.name).map(|g| g.role).collect();
            assert_eq!(granted, step.who, "{}", verb.name);
        }
    }
}
