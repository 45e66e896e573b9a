//! Tables: sorting and filtering in the address, keyset paging, empty state.

use maud::{Markup, html};

/// Parameters of a list in its address, in order, without blank ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Path of the page.
    pub path: String,
    /// Names and values.
    pub pairs: Vec<(String, String)>,
}

impl Query {
    /// From the path and the raw query of a request.
    pub fn new(path: impl Into<String>, raw: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(raw.unwrap_or("").as_bytes())
            .filter(|(name, value)| !name.is_empty() && !value.trim().is_empty())
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .collect();
        Self { path: path.into(), pairs }
    }

    /// First value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The address with one parameter replaced, or removed when blank. Another
    /// filter or order starts again from the first page.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (key, old) in &self.pairs {
            if key != name && key != "after" {
                out.append_pair(key, old);
            }
        }
        if !value.is_empty() {
            out.append_pair(name, value);
        }
        let text = out.finish();
        if text.is_empty() { self.path.clone() } else { format!("{}?{text}", self.path) }
    }
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    /// Heading.
    pub label: &'a str,
    /// Value of `sort` that orders by it; none when it cannot.
    pub sort: Option<&'a str>,
    /// Figures stand to the right.
    pub figures: bool,
}

impl<'a> Column<'a> {
    /// A column that cannot be sorted.
    pub const fn new(label: &'a str) -> Self {
        Self { label, sort: None, figures: false }
    }

    /// A column that can be sorted.
    pub const fn sorted(label: &'a str, by: &'a str) -> Self {
        Self { label, sort: Some(by), figures: false }
    }

    /// A column of figures.
    pub const fn figures(mut self) -> Self {
        self.figures = true;
        self
    }
}

/// A table and what surrounds it.
pub struct Table<'a> {
    /// What it lists, for those who cannot see it.
    pub caption: &'a str,
    /// Element id; a local filter refers to it.
    pub id: &'a str,
    /// Columns; the first is the row's heading.
    pub columns: Vec<Column<'a>>,
    /// Cells in the order of the columns.
    pub rows: Vec<Vec<Markup>>,
    /// Address and order.
    pub query: &'a Query,
    /// Keyset mark of the next page.
    pub next: Option<String>,
    /// What to say when there is nothing.
    pub empty: (&'a str, Markup),
}

/// Renders a table. `sort=name` orders ascending, `sort=-name` descending.
pub fn table(it: &Table<'_>) -> Markup {
    if it.rows.is_empty() {
        return super::show::empty(it.empty.0, it.empty.1.clone());
    }
    html! {
        div.table.fold tabindex="0" role="region" aria-label=(it.caption) {
            table id=(it.id) {
                caption.visually-hidden { (it.caption) }
                thead { tr { @for column in &it.columns { (heading(column, it.query)) } } }
                tbody {
                    @for row in &it.rows {
                        tr {
                            @for (at, (cell, column)) in row.iter().zip(&it.columns).enumerate() {
                                @if at == 0 { th scope="row" { (cell) } }
                                @else { td.num[column.figures] data-label=(column.label) { (cell) } }
                            }
                        }
                    }
                }
            }
        }
        @if it.next.is_some() || it.query.get("after").is_some() {
            nav.pager aria-label="翻页" {
                @if it.query.get("after").is_some() { a.btn.quiet href=(it.query.with("after", "")) { "回到第一页" } }
                @else { span {} }
                @if let Some(mark) = &it.next { a.btn.quiet rel="next" href=(it.query.with("after", mark)) { "下一页" } }
                @else { span.meta { "已到最后一页" } }
            }
        }
    }
}

fn heading(column: &Column<'_>, query: &Query) -> Markup {
    let Some(by) = column.sort else {
        return html! { th.num[column.figures] scope="col" { (column.label) } };
    };
    let now = query.get("sort").unwrap_or("");
    let descending = format!("-{by}");
    let (state, next) = if now == by {
        (Some("ascending"), descending)
    } else if now == descending {
        (Some("descending"), by.to_owned())
    } else {
        (None, by.to_owned())
    };
    html! {
        th.num[column.figures] scope="col" aria-sort=[state] {
            a href=(query.with("sort", &next)) { (column.label) }
        }
    }
}

/// One filter of a list.
pub struct Filter<'a> {
    /// Parameter.
    pub name: &'a str,
    /// Label.
    pub label: &'a str,
    /// What it takes.
    pub kind: FilterKind<'a>,
}

/// What a filter takes.
pub enum FilterKind<'a> {
    /// Some words.
    Words,
    /// A day.
    Day,
    /// One of these: value and label.
    OneOf(Vec<(&'a str, &'a str)>),
}

/// The filter bar and the chips of what is filtered now.
pub fn filters(all: &[Filter<'_>], query: &Query) -> Markup {
    html! {
        form.filters method="get" action=(query.path) role="search" aria-label="筛选" {
            @for it in all {
                label {
                    (it.label)
                    @match &it.kind {
                        FilterKind::Words => { input type="text" name=(it.name) value=[query.get(it.name)]; },
                        FilterKind::Day => { input type="date" name=(it.name) value=[query.get(it.name)]; },
                        FilterKind::OneOf(options) => {
                            select name=(it.name) {
                                option value="" { "全部" }
                                @for (value, label) in options {
                                    option value=(value) selected[query.get(it.name) == Some(*value)] { (label) }
                                }
                            }
                        },
                    }
                }
            }
            @if let Some(sort) = query.get("sort") { input type="hidden" name="sort" value=(sort); }
            button.btn.quiet { "筛选" }
        }
        @let active: Vec<_> = all.iter().filter_map(|it| Some((it, query.get(it.name)?))).collect();
        @if !active.is_empty() {
            ul.chips aria-label="当前筛选" {
                @for (it, value) in active {
                    li { a href=(query.with(it.name, "")) aria-label={ (it.label) "：" (shown(it, value)) "，去掉这一筛选" } { (it.label) "：" (shown(it, value)) } }
                }
            }
        }
    }
}

fn shown<'a>(filter: &Filter<'a>, value: &'a str) -> &'a str {
    match &filter.kind {
        FilterKind::Words | FilterKind::Day => value,
        FilterKind::OneOf(options) => {
            options.iter().find(|(it, _)| *it == value).map_or(value, |(_, label)| label)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_filters_and_forget_the_page() {
        let query = Query::new("/cases", Some("stage=notice&after=x9&q=%E5%8C%96%E5%B7%A5&blank="));
        assert_eq!(query.get("q"), Some("化工"));
        assert_eq!(query.get("blank"), None);
        assert_eq!(query.with("sort", "due"), "/cases?stage=notice&q=%E5%8C%96%E5%B7%A5&sort=due");
        assert_eq!(query.with("after", "y1"), "/cases?stage=notice&q=%E5%8C%96%E5%B7%A5&after=y1");
        assert_eq!(Query::new("/cases", Some("q=a")).with("q", ""), "/cases");
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let by_due = Query::new("/cases", Some("sort=due"));
        let html = heading(&Column::sorted("期限", "due"), &by_due).into_string();
        assert!(html.contains("aria-sort=\"ascending\"") && html.contains("sort=-due"), "{html}");
    }

    #[test]
    fn hostile_values_are_escaped() {
        let query = Query::new("/cases", Some("q=%22%3E%3Cscript%3E"));
        let filter = [Filter { name: "q", label: "查找", kind: FilterKind::Words }];
        assert!(!filters(&filter, &query).into_string().contains("<script>"));
    }
}
