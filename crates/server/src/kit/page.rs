//! The shells of pages: office, portal, gate (sign-in), and single statements.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, html};
use mingjing_domain::staff::Role;

use super::assets;
use super::authz::{self, Verb};

/// One entry of a navigation bar.
#[derive(Clone, Debug)]
pub struct NavEntry {
    /// Words.
    pub label: &'static str,
    /// Address.
    pub href: &'static str,
    /// Shown to those whose roles may use it at all; none for everyone.
    pub verb: Option<&'static Verb>,
}

/// What all pages of an installation share.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// Name of the public portal, for example `示例县行政执法公示`.
    pub portal_name: String,
    /// Marks every page as demonstration data.
    pub demo: bool,
    /// Navigation of the office.
    pub office_nav: Vec<NavEntry>,
    /// Navigation of the portal.
    pub portal_nav: Vec<NavEntry>,
    /// Where a signed-in person lands.
    pub home: &'static str,
    /// What the search box of the office opens; none while nothing can be searched.
    pub office_search: Option<&'static str>,
}

/// Who looks at an office page.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// Name of the person.
    pub name: &'a str,
    /// Name of the organ.
    pub organ: &'a str,
    /// Number of the person's enforcement certificate; empty for none.
    pub certificate: &'a str,
    /// Roles held now.
    pub roles: &'a [Role],
    /// When the page was asked for.
    pub at: Timestamp,
    /// The session's token against forged requests.
    pub csrf: &'a str,
}

/// Head of an office page.
#[derive(Clone, Debug)]
pub struct Office<'a> {
    /// The installation.
    pub site: &'a Site,
    /// Who looks.
    pub viewer: Viewer<'a>,
    /// Title of the page.
    pub title: &'a str,
    /// Address of the navigation entry the page belongs to.
    pub current: &'a str,
    /// Way here: words and address.
    pub crumbs: Vec<(&'a str, String)>,
    /// Width and manner of the content.
    pub width: Width,
}

/// How wide the content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Dense pages with columns.
    Wide,
    /// Lists and records.
    Middle,
    /// Forms and reading.
    Narrow,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Wide => "page",
            Self::Middle => "page middle",
            Self::Narrow => "page narrow",
        }
    }
}

fn document(site: &Site, title: &str, brand: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (title) " · " (brand) }
                link rel="stylesheet" href=(assets::url("mingjing.css"));
                link rel="icon" type="image/svg+xml" href=(assets::url("mark.svg"));
                script type="module" src=(assets::url("forms.js")) {}
                script type="module" src=(assets::url("filter.js")) {}
            }
            body {
                a.skip href="#content" { "跳到正文" }
                @if site.demo { aside.demo-note aria-label="演示说明" { "演示系统：人物、单位与案件均为虚构，法律条文为现行文本" } }
                (body)
            }
        }
    }
}

fn nav(entries: &[NavEntry], current: &str, roles: &[Role]) -> Markup {
    let shown = |it: &&NavEntry| it.verb.is_none_or(|verb| authz::any_grant(verb, roles));
    html! {
        nav aria-label="主导航" {
            ul {
                @for it in entries.iter().filter(shown) {
                    li { a href=(it.href) aria-current=[(it.href == current).then_some("page")] { (it.label) } }
                }
            }
        }
    }
}

/// A page of the office.
pub fn office(page: &Office<'_>, body: Markup) -> Markup {
    let Viewer { name, organ, roles, csrf, .. } = page.viewer;
    let site = page.site;
    let shell = html! {
        header.bar {
            a.brand href=(site.home) { i aria-hidden="true" { "镜" } "明镜" }
            (nav(&site.office_nav, page.current, roles))
            @if let Some(action) = site.office_search {
                form.find role="search" aria-label="全站查找" method="get" action=(action) {
                    input type="search" name="q" aria-label="查找" placeholder="案号、当事人、案由、文书内容";
                    button.btn.quiet { "查找" }
                }
            } @else { span.find {} }
            details.menu {
                summary { (organ) " · " (name) }
                div {
                    div.meta.small { (roles.iter().map(|it| it.label()).collect::<Vec<_>>().join("、")) }
                    a href="/account" { "我的账户" }
                    form method="post" action="/sign-out" {
                        input type="hidden" name="_csrf" value=(csrf);
                        button.btn.quiet { "退出登录" }
                    }
                }
            }
        }
        main.(page.width.class()) #content tabindex="-1" {
            @if !page.crumbs.is_empty() {
                nav.crumbs aria-label="所在位置" {
                    ol { @for (words, href) in &page.crumbs { li { a href=(href) { (words) } } } }
                }
            }
            (body)
        }
        (print_mark(&page.viewer))
    };
    document(site, page.title, "明镜", shell)
}

/// Lines of the mark on a printed page.
const MARK_LINES: usize = 5;

/// Who printed a page, and when: laid over each sheet, on no screen.
fn print_mark(viewer: &Viewer<'_>) -> Markup {
    let Viewer { name, organ, certificate, at, .. } = viewer;
    let at = super::ui::show::moment(*at);
    html! {
        div.print-mark aria-hidden="true" {
            @for _ in 0..MARK_LINES {
                p { (organ) " " (name) @if !certificate.is_empty() { "（" (certificate) "）" } " " (at) " 查阅打印" }
            }
        }
    }
}

/// A page of the public portal. `hero` stands between bar and content.
pub fn portal(
    site: &Site,
    title: &str,
    current: &str,
    width: Width,
    hero: Option<Markup>,
    body: Markup,
) -> Markup {
    let shell = html! {
        header.bar {
            a.brand href="/" { i aria-hidden="true" { "镜" } (site.portal_name) }
            (nav(&site.portal_nav, current, &[]))
        }
        @match hero {
            // The heading of the page stands in it, so it belongs to the content.
            Some(hero) => { main #content tabindex="-1" { (hero) div.(width.class()) { (body) } } },
            None => { main.(width.class()) #content tabindex="-1" { (body) } },
        }
        footer.foot {
            div {
                span { "公示内容以公开账本为证，可自行下载核对" }
                a href="/log/checkpoint" { "账本检查点" }
                a href="/sign-in" { "执法人员登录" }
            }
        }
    };
    document(site, title, &site.portal_name, shell)
}

/// A page with one box and no navigation: sign-in and the like.
pub fn gate(site: &Site, title: &str, body: Markup) -> Markup {
    let shell = html! {
        main.gate #content tabindex="-1" {
            section.card { span.chop aria-hidden="true" { "镜" } h1 { (title) } (body) }
            p.meta.small { a href="/" { "到公示首页" } }
        }
    };
    document(site, title, "明镜", shell)
}

/// A page that says one thing: not found, refused, broken.
pub fn statement(site: &Site, viewer: Option<Viewer<'_>>, title: &str, body: Markup) -> Markup {
    let said = html! { section.card.decisive.said { h1 { (title) } (body) } };
    match viewer {
        Some(viewer) => office(
            &Office { site, viewer, title, current: "", crumbs: Vec::new(), width: Width::Middle },
            said,
        ),
        None => portal(site, title, "", Width::Middle, None, said),
    }
}

/// Heading of a page: a line above, the title, a line below, tools to the right.
pub fn heading(above: Option<Markup>, title: &str, below: Option<Markup>, tools: Option<Markup>) -> Markup {
    html! {
        div.head {
            div {
                @if let Some(above) = above { p.above { (above) } }
                h1 { (title) }
                @if let Some(below) = below { p.below { (below) } }
            }
            @if let Some(tools) = tools { div.tools { (tools) } }
        }
    }
}
