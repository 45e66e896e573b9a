//! Forms of the acts, made from one schema each; the API reads the same fields.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mingjing_domain::case::form::wire_name;
use mingjing_domain::disclosure::{
    AnnotationGround, CreditGrade, ExemptGround, ExpiryGround, Ground, Verb, WithdrawalGround,
};
use mingjing_domain::refusal::{FieldError, Refusal};
use serde::Serialize;
use serde_json::Value;

use super::show::{beside, content, fields, number};
use super::{address, gate, open, verb as verb_named};
use crate::disclosure::edit::{self, Range};
use crate::disclosure::service::{Act, Subject, Withhold};
use crate::disclosure::view::View;
use crate::kit::auth::Identity;
use crate::kit::form::{self as kit_form, Choice, FieldSpec, Kind, Posted};
use crate::kit::http::Shell;
use crate::kit::page::{self, Office, Width};
use crate::kit::problem::Failure;
use crate::kit::resend::Told;
use crate::kit::ui::field::{Sheet, sheet};
use crate::kit::ui::show;

fn choices<T: Serialize + Copy>(all: &[T], label: impl Fn(T) -> &'static str) -> Kind {
    Kind::Choice(all.iter().map(|it| Choice::new(wire_name(it), label(*it))).collect())
}

fn withhold_list(view: &View) -> FieldSpec {
    let options = content(view)
        .or(view.proposal.as_ref())
        .map(|c| fields(c).into_iter().map(|(path, words)| Choice::new(path, words)).collect())
        .unwrap_or_default();
    withhold_in(Kind::Choice(options))
}

/// What else is withheld; `field` says how the field is named.
fn withhold_in(field: Kind) -> FieldSpec {
    let inner = vec![
        FieldSpec::new("field", "在哪一栏", field),
        FieldSpec::new("text", "要隐去的文字", Kind::Line)
            .hint("按决定书原文逐字填写；这一栏里出现几次就隐去几次"),
        FieldSpec::new("ground", "理由", choices(Ground::ALL, Ground::label)),
    ];
    FieldSpec::new("withhold", "另外隐去", Kind::List(inner))
        .hint("姓名、证件号码、住址、电话等已按规则自动隐去；商业秘密、其他隐私等在这里补充；填好一组后点“再加一组”，左边显示隐去后的样子")
        .optional()
}

/// The fields of an act's form.
pub(super) fn specs(verb: Verb, view: &View) -> Vec<FieldSpec> {
    specs_with(verb, &|| withhold_list(view))
}

/// The fields of an act for programs.
pub fn api_specs(verb: Verb) -> Vec<FieldSpec> {
    let mut specs = specs_with(verb, &|| withhold_in(Kind::Line));
    for it in specs.iter_mut().filter(|it| it.name == "by") {
        *it = crate::kit::body::id("by", "重新作出的决定的公示事项");
    }
    specs
}

fn specs_with(verb: Verb, withhold: &dyn Fn() -> FieldSpec) -> Vec<FieldSpec> {
    let para =
        |name: &'static str, label: &'static str| FieldSpec::new(name, label, Kind::Paragraph).max(2_000);
    let known = || FieldSpec::new("known_on", "知道的日期", Kind::Date).hint("期限自这一日的次日起算");
    match verb {
        Verb::Prepare => vec![
            FieldSpec::new("grade", "失信程度", choices(CreditGrade::ALL, CreditGrade::label))
                .hint("决定公示多久"),
            para("necessity", "公示的必要性").hint("轻微失信一般不公示，确有必要的说明理由").optional(),
            withhold(),
        ],
        Verb::Check => vec![
            FieldSpec::new("digest", "公示文本", Kind::Digest),
            FieldSpec::new(
                "agree",
                "审核结论",
                Kind::Choice(vec![
                    Choice::new("true", "同意公示").json(Value::Bool(true)),
                    Choice::new("false", "退回修改").json(Value::Bool(false)),
                ]),
            ),
            para("opinion", "审核意见").hint("退回的应当说明理由").optional(),
        ],
        Verb::Publish => vec![FieldSpec::new("digest", "公示文本", Kind::Digest)],
        Verb::Return => vec![para("opinion", "退回意见")],
        Verb::Correct => vec![para("reason", "更正理由"), known(), withhold()],
        Verb::Annotate => vec![
            FieldSpec::new("ground", "标注事由", choices(AnnotationGround::ALL, AnnotationGround::label)),
            para("note", "标注内容").hint("公众可以看到，不得含个人信息"),
        ],
        Verb::Withdraw => vec![
            FieldSpec::new("ground", "撤下理由", choices(WithdrawalGround::ALL, WithdrawalGround::label)),
            known(),
            para("explanation", "向社会公开的说明").hint("公众可以看到，不得含个人信息"),
        ],
        Verb::Replace => vec![
            FieldSpec::new("by", "重新作出的决定的公示事项编号", Kind::Line)
                .hint("打开该公示事项，地址栏末尾的编号"),
        ],
        Verb::ApproveExpiry => vec![para("opinion", "批准意见").optional()],
        Verb::Expire => vec![
            FieldSpec::new("ground", "停止公示的原因", choices(ExpiryGround::ALL, ExpiryGround::label)),
            para("note", "信用修复决定编号和承诺").optional(),
        ],
        Verb::Exempt => vec![
            FieldSpec::new("ground", "不予公示的理由", choices(ExemptGround::ALL, ExemptGround::label)),
            para("reason", "具体说明"),
            para("assessment", "审查评估情况").hint("以不宜公开为由的必须填写").optional(),
            FieldSpec::new("filing_no", "备案编号", Kind::Line)
                .hint("以不宜公开为由的，报本级政府法制机构备案")
                .optional(),
        ],
    }
}

/// Reads a posted form as an act.
pub(super) fn read(verb: Verb, specs: &[FieldSpec], posted: &Posted) -> Result<Act, Vec<FieldError>> {
    let mut value = kit_form::read(specs, posted)?;
    if let Value::Object(object) = &mut value {
        object.retain(|_, v| !v.is_null());
        object.insert("act".to_owned(), wire_name(&verb).into());
    }
    serde_json::from_value(value)
        .map_err(|e| vec![FieldError { field: String::new(), message: format!("表单不能读出：{e}") }])
}

/// What the form of an act is about.
pub(super) async fn told(shell: &Shell, who: &Identity, path: &str) -> Option<Told> {
    let (id, name) = path.strip_prefix("/publications/")?.split_once('/')?;
    let verb = verb_named(name)?;
    let (_, view) = open(shell, who, id).await.ok()?;
    let about = format!("{} {}", number(&view), super::show::title(&view));
    Some(Told { title: verb.label().to_owned(), about, specs: specs(verb, &view) })
}

pub(super) async fn page(
    State(shell): State<Shell>,
    who: Identity,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let verb = verb_named(&name).ok_or(Failure::NotFound)?;
    let (subject, view) = open(&shell, &who, &id).await?;
    let mut pairs = vec![("_command".to_owned(), shell.fresh_id().to_string())];
    // What the person sees now is what the act is about.
    if let Some(draft) = view.publication.as_ref().and_then(|p| p.draft.as_ref()) {
        pairs.push(("digest".to_owned(), draft.digest.clone()));
    }
    again(&shell, &who, subject, &view, verb, Posted::from_pairs(pairs), Vec::new()).await
}

/// The form as typed so far.
pub(super) async fn again(
    shell: &Shell,
    who: &Identity,
    subject: Subject,
    view: &View,
    verb: Verb,
    posted: Posted,
    errors: Vec<FieldError>,
) -> Result<Response, Failure> {
    write(shell, who, subject, view, verb, &posted, &errors, None)
}

/// The form after a refusal that points at fields.
#[allow(clippy::too_many_arguments)] // the same as `again`, with the refusal
pub(super) async fn refused(
    shell: &Shell,
    who: &Identity,
    subject: Subject,
    view: &View,
    verb: Verb,
    posted: Posted,
    errors: Vec<FieldError>,
    refusal: &Refusal,
) -> Result<Response, Failure> {
    write(shell, who, subject, view, verb, &posted, &errors, Some(show::refused(refusal)))
}

/// The form above the copy as the ranges make it.
pub(super) async fn preview(
    shell: &Shell,
    who: &Identity,
    subject: Subject,
    view: &View,
    verb: Verb,
    posted: Posted,
    act: &Act,
) -> Result<Response, Failure> {
    let (Act::Prepare { withhold, .. } | Act::Correct { withhold, .. }) = act else {
        return again(shell, who, subject, view, verb, posted, Vec::new()).await;
    };
    let Some(mut copy) = view.proposal.clone() else { return Err(Failure::NotFound) };
    let ranges: Vec<Range<'_>> = withhold
        .iter()
        .map(|Withhold { field, text, ground }| Range {
            field,
            text: text.value().unwrap_or(""),
            ground: *ground,
        })
        .collect();
    if let Err(refusal) = edit::withhold(&mut copy, &ranges) {
        let fields = refusal.fields.clone();
        return refused(shell, who, subject, view, verb, posted, fields, &refusal).await;
    }
    let found =
        mingjing_domain::disclosure::inspect(&copy, &view.persons, view.rules.operator_shown, &[0; 32]);
    write(shell, who, subject, view, verb, &posted, &[], Some(beside(&copy, Some(&found))))
}

#[allow(clippy::too_many_arguments)] // one page, all of whose parts vary
fn write(
    shell: &Shell,
    who: &Identity,
    subject: Subject,
    view: &View,
    verb: Verb,
    posted: &Posted,
    errors: &[FieldError],
    above: Option<Markup>,
) -> Result<Response, Failure> {
    let back = address(subject);
    let action = format!("{back}/{}", wire_name(&verb));
    let number = number(view);
    let specs = specs(verb, view);
    let copying = matches!(verb, Verb::Prepare | Verb::Correct);
    let shown = if copying { view.proposal.as_ref() } else { content(view) };
    let inspection = if copying {
        view.proposal.as_ref().map(|c| {
            mingjing_domain::disclosure::inspect(c, &view.persons, view.rules.operator_shown, &[0; 32])
        })
    } else {
        view.inspection.clone()
    };
    let preview_shown = above.is_some() && errors.is_empty();
    let door = match gate(view, who, verb, shell) {
        Err(refusal) => show::refused(&refusal),
        Ok(()) => html! {
            section.card.decisive {
                (sheet(&Sheet {
                    action: &action,
                    csrf: &who.csrf,
                    specs: &specs,
                    posted,
                    errors,
                    button: verb.label(),
                    drafts: false,
                    back: &back,
                    command_id: posted.get("_command").unwrap_or(""),
                }))
            }
        },
    };
    let body = html! {
        (page::heading(Some(html! { (number) }), verb.label(), Some(show::law(&crate::disclosure::verbs::of(verb).basis)), None))
        div.two {
            div.stack {
                @if let Some(above) = above { (above) }
                @if !preview_shown && let Some(content) = shown { (beside(content, inspection.as_ref())) }
            }
            div.stack { (door) }
        }
    };
    let office = Office {
        site: &shell.site,
        viewer: who.viewer(),
        title: verb.label(),
        current: "/publications",
        crumbs: vec![("公示", "/publications".to_owned()), (&number, back.clone())],
        width: Width::Wide,
    };
    Ok(page::office(&office, body).into_response())
}
