//! Form fields from the schema: label above, hint below it, error beside.

use maud::{Markup, html};
use mingjing_domain::refusal::FieldError;

use crate::kit::form::{Choice, FieldSpec, Kind, Posted};

/// Element id of the field at a path such as `parties/0/name`.
pub fn element_id(path: &str) -> String {
    let mut out = String::from("f");
    for part in path.split('/') {
        out.push('-');
        out.extend(part.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }));
    }
    out
}

/// A whole form.
pub struct Sheet<'a> {
    /// Where it posts to.
    pub action: &'a str,
    /// The session's token against forged requests.
    pub csrf: &'a str,
    /// Its fields.
    pub specs: &'a [FieldSpec],
    /// What is typed so far.
    pub posted: &'a Posted,
    /// What is wrong.
    pub errors: &'a [FieldError],
    /// Word on the button that carries it out.
    pub button: &'a str,
    /// Whether drafts may be kept.
    pub drafts: bool,
    /// Where to go without doing anything.
    pub back: &'a str,
    /// Carried along, so that a double submission is carried out once.
    pub command_id: &'a str,
}

/// Renders a form with its error summary.
pub fn sheet(it: &Sheet<'_>) -> Markup {
    let posted = it.posted.clone().compact(it.specs);
    let place = Place { posted: &posted, errors: it.errors };
    html! {
        (super::show::error_summary(it.errors))
        form.sheet method="post" action=(it.action) data-watch novalidate {
            input type="hidden" name="_csrf" value=(it.csrf);
            input type="hidden" name="_command" value=(it.command_id);
            // The first button is what the Enter key presses: it must be the act itself.
            button.visually-hidden type="submit" tabindex="-1" aria-hidden="true" { (it.button) }
            @for spec in it.specs.iter().filter(|spec| spec.fold.is_empty()) { (place.field(spec, "", "")) }
            (folded(it.specs, &place))
            div.buttons {
                button.btn type="submit" { (it.button) }
                @if it.drafts { button.btn.quiet type="submit" name="save_draft" value="1" { "存为草稿" } }
                a href=(it.back) { "返回，不提交" }
            }
        }
    }
}

/// The fields at the end, unfolded when one of them holds something or is wrong.
fn folded(specs: &[FieldSpec], place: &Place<'_>) -> Markup {
    let used = |spec: &FieldSpec| {
        place.posted.get(&spec.name).is_some_and(|it| !it.is_empty()) || place.error(&spec.name).is_some()
    };
    html! {
        @for group in specs.chunk_by(|a, b| a.fold == b.fold).filter(|it| !it[0].fold.is_empty()) {
            details.more open[group.iter().any(used)] {
                summary { (group[0].fold) }
                @for spec in group { (place.field(spec, "", "")) }
            }
        }
    }
}

struct Place<'a> {
    posted: &'a Posted,
    errors: &'a [FieldError],
}

impl Place<'_> {
    fn error(&self, path: &str) -> Option<&str> {
        self.errors.iter().find(|it| it.field == path).map(|it| it.message.as_str())
    }

    fn field(&self, spec: &FieldSpec, prefix: &str, path: &str) -> Markup {
        let name = format!("{prefix}{}", spec.name);
        let path = if path.is_empty() { spec.name.to_string() } else { format!("{path}/{}", spec.name) };
        match &spec.kind {
            Kind::List(inner) => self.list(spec, inner, &name, &path),
            Kind::Record(inner) if inner.len() > 2 && inner.iter().all(is_row) => self.group(spec, &path, html! {
                @for it in inner { (self.row(it, &format!("{name}."), &path)) }
            }),
            Kind::Record(inner) => self.group(spec, &path, html! {
                div.group { @for it in inner { (self.field(it, &format!("{name}."), &path)) } }
            }),
            Kind::MultiChoice(choices) => self.group(spec, &path, html! {
                @for (at, it) in choices.iter().enumerate() {
                    (pick("checkbox", &name, it, &nth(&path, at), self.posted.all(&name).any(|v| v == it.value)))
                }
            }),
            Kind::Choice(choices) => {
                if choices.len() <= 5 {
                    self.group(spec, &path, html! {
                        @for (at, it) in choices.iter().enumerate() {
                            (pick("radio", &name, it, &nth(&path, at), self.posted.get(&name) == Some(it.value.as_str())))
                        }
                    })
                } else {
                    self.labelled(spec, &path, self.select(spec, choices, &name, &path))
                }
            }
            Kind::Staff(choices) | Kind::Party(choices) => {
                self.labelled(spec, &path, self.select(spec, choices, &name, &path))
            }
            Kind::Flag => self.flag(spec, &name, &path),
            Kind::Digest => html! {
                input type="hidden" name=(name) value=(self.posted.get(&name).unwrap_or(""));
                @if let Some(error) = self.error(&path) {
                    p.error id=(element_id(&path)) { (error) }
                }
            },
            Kind::Line | Kind::Paragraph | Kind::Date | Kind::DateTime | Kind::Money | Kind::Number { .. } => {
                self.labelled(spec, &path, self.input(spec, &name, &path))
            }
        }
    }

    /// A point to be answered by one choice and a remark: one compact row.
    fn row(&self, spec: &FieldSpec, prefix: &str, path: &str) -> Markup {
        let (name, path) = (format!("{prefix}{}", spec.name), format!("{path}/{}", spec.name));
        let Kind::Record(inner) = &spec.kind else { return html! {} };
        let wrong = inner.iter().any(|it| self.error(&format!("{path}/{}", it.name)).is_some());
        html! {
            fieldset.point.wrong[wrong] id=(element_id(&path)) {
                legend { (spec.label) }
                @if !spec.hint.is_empty() { p.hint { (spec.hint) } }
                @for it in inner {
                    @let (name, path) = (format!("{name}.{}", it.name), format!("{path}/{}", it.name));
                    @let id = element_id(&path);
                    @if let Some(error) = self.error(&path) { p.error id={ (id) "-error" } { (error) } }
                    @if let Kind::Choice(choices) = &it.kind {
                        div.picks id=(id) role="radiogroup" aria-label={ (spec.label) "：" (it.label) } {
                            @for (at, choice) in choices.iter().enumerate() {
                                (pick("radio", &name, choice, &nth(&path, at), self.posted.get(&name) == Some(choice.value.as_str())))
                            }
                        }
                    } @else {
                        div.remark {
                        label for=(id) { (it.label) (optional(it)) }
                        textarea id=(id) name=(name) rows="1" aria-describedby=[self.described(it, &path)]
                            aria-invalid=[self.error(&path).map(|_| "true")] { (self.posted.get(&name).unwrap_or("")) }
                        }
                    }
                }
            }
        }
    }

    fn described(&self, spec: &FieldSpec, path: &str) -> Option<String> {
        let id = element_id(path);
        let hint = (!spec.hint.is_empty()).then(|| format!("{id}-hint"));
        let error = self.error(path).map(|_| format!("{id}-error"));
        match (hint, error) {
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => Some(one),
            (Some(hint), Some(error)) => Some(format!("{hint} {error}")),
        }
    }

    fn notes(&self, spec: &FieldSpec, path: &str) -> Markup {
        let id = element_id(path);
        html! {
            @if !spec.hint.is_empty() { p.hint id={ (id) "-hint" } { (spec.hint) } }
            @if let Some(error) = self.error(path) { p.error id={ (id) "-error" } { (error) } }
        }
    }

    fn labelled(&self, spec: &FieldSpec, path: &str, input: Markup) -> Markup {
        html! {
            div.field.wrong[self.error(path).is_some()] {
                label for=(element_id(path)) { (spec.label) (optional(spec)) }
                (self.notes(spec, path))
                (input)
            }
        }
    }

    fn group(&self, spec: &FieldSpec, path: &str, body: Markup) -> Markup {
        html! {
            fieldset.field.wrong[self.error(path).is_some()] id=(element_id(path)) tabindex="-1"
                aria-describedby=[self.described(spec, path)] {
                legend { (spec.label) (optional(spec)) }
                (self.notes(spec, path))
                (body)
            }
        }
    }

    fn input(&self, spec: &FieldSpec, name: &str, path: &str) -> Markup {
        let id = element_id(path);
        let value = self.posted.get(name).unwrap_or("");
        let described = self.described(spec, path);
        let wrong = self.error(path).map(|_| "true");
        match &spec.kind {
            Kind::Paragraph => html! {
                // A line break right after the tag is dropped by browsers: one is given.
                textarea id=(id) name=(name) rows=(if spec.max_chars > 2_000 { "8" } else { "3" }) data-max=(spec.max_chars) required[spec.required]
                    aria-describedby=[described] aria-invalid=[wrong] { "\n" (value) }
            },
            Kind::Date => html! {
                input type="date" id=(id) name=(name) value=(value) required[spec.required]
                    aria-describedby=[described] aria-invalid=[wrong];
            },
            Kind::DateTime => html! {
                input type="datetime-local" id=(id) name=(name) value=(value) required[spec.required]
                    aria-describedby=[described] aria-invalid=[wrong];
            },
            Kind::Money => html! {
                span.unit {
                    input.short type="text" inputmode="decimal" autocomplete="off" id=(id) name=(name) value=(value)
                        required[spec.required] aria-describedby=[described] aria-invalid=[wrong];
                    "元"
                }
            },
            Kind::Number { unit, .. } => html! {
                span.unit {
                    input.short type="text" inputmode="numeric" autocomplete="off" id=(id) name=(name) value=(value)
                        required[spec.required] aria-describedby=[described] aria-invalid=[wrong];
                    (unit)
                }
            },
            Kind::Line
            | Kind::Choice(_)
            | Kind::MultiChoice(_)
            | Kind::Flag
            | Kind::Staff(_)
            | Kind::Party(_)
            | Kind::List(_)
            | Kind::Record(_)
            | Kind::Digest => html! {
                input type="text" id=(id) name=(name) value=(value) required[spec.required]
                    aria-describedby=[described] aria-invalid=[wrong];
            },
        }
    }

    fn select(&self, spec: &FieldSpec, choices: &[Choice], name: &str, path: &str) -> Markup {
        let now = self.posted.get(name);
        html! {
            select id=(element_id(path)) name=(name) required[spec.required]
                aria-describedby=[self.described(spec, path)]
                aria-invalid=[self.error(path).map(|_| "true")] {
                option value="" { "请选择" }
                @for it in choices { option value=(it.value) selected[now == Some(it.value.as_str())] { (it.label) } }
            }
        }
    }

    fn flag(&self, spec: &FieldSpec, name: &str, path: &str) -> Markup {
        let id = element_id(path);
        html! {
            div.field.wrong[self.error(path).is_some()] {
                (self.notes(spec, path))
                div.pick {
                    input type="checkbox" id=(id) name=(name) value="true"
                        checked[matches!(self.posted.get(name), Some("true" | "on"))]
                        aria-describedby=[self.described(spec, path)];
                    label for=(id) { (spec.label) }
                }
            }
        }
    }

    fn list(&self, spec: &FieldSpec, inner: &[FieldSpec], name: &str, path: &str) -> Markup {
        // A required list opens with one empty group, so that nobody must ask for it.
        let groups = self.posted.groups(name).max(usize::from(spec.required));
        self.group(spec, path, html! {
            @for at in 0..groups {
                @let group = format!("{name}[{at}]");
                fieldset.group {
                    legend { (spec.label) " " (at + 1) }
                    input type="hidden" name=(group) value="";
                    @if groups > 1 || !spec.required {
                        button.btn.plain.remove type="submit" name="_remove" value=(group)
                            aria-label={ "删去这一组：" (spec.label) " " (at + 1) } { "删去这一组" }
                    }
                    @for it in inner { (self.field(it, &format!("{group}."), &format!("{path}/{at}"))) }
                }
            }
            button.btn.quiet type="submit" name="_add" value=(name) { "再加一组" span.visually-hidden { (spec.label) } }
        })
    }
}

/// One choice and a remark.
fn is_row(spec: &FieldSpec) -> bool {
    let Kind::Record(inner) = &spec.kind else { return false };
    matches!(&inner[..], [one, two] if two.kind == Kind::Paragraph
        && matches!(&one.kind, Kind::Choice(choices) if choices.len() <= 3))
}

fn nth(path: &str, at: usize) -> String {
    format!("{}-{at}", element_id(path))
}

fn optional(spec: &FieldSpec) -> Markup {
    html! { @if !spec.required { span.optional { "（选填）" } } }
}

fn pick(kind: &str, name: &str, choice: &Choice, id: &str, checked: bool) -> Markup {
    html! {
        div.pick {
            input type=(kind) id=(id) name=(name) value=(choice.value) checked[checked];
            label for=(id) { (choice.label) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::form::read;

    fn specs() -> Vec<FieldSpec> {
        vec![
            FieldSpec::new("cause", "案由", Kind::Line),
            FieldSpec::new("parties", "当事人", Kind::List(vec![FieldSpec::new("name", "名称", Kind::Line)])),
        ]
    }

    #[test]
    fn what_was_typed_comes_back_escaped_with_its_error() {
        let posted = Posted::parse("cause=%22%3E%3Cscript%3E&parties%5B4%5D.name=".as_bytes()).unwrap();
        let errors = read(&specs(), &posted).unwrap_err();
        assert_eq!(errors[0].field, "parties/0/name");
        let page = sheet(&Sheet {
            action: "/x",
            csrf: "token",
            specs: &specs(),
            posted: &posted,
            errors: &errors,
            button: "提交",
            drafts: true,
            back: "/",
            command_id: "c",
        })
        .into_string();
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{page}");
        assert!(page.contains("href=\"#f-parties-0-name\""));
        assert!(page.contains("id=\"f-parties-0-name\""));
        assert!(page.contains("id=\"f-parties-0-name-error\""));
    }

    #[test]
    fn element_ids_hold_nothing_hostile() {
        assert_eq!(element_id("parties/0/name"), "f-parties-0-name");
        assert_eq!(element_id("\"><b>"), "f----b-");
    }
}
