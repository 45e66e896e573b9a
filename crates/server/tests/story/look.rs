//! Looking at each page once: axe-core finds nothing to object to, and nothing
//! runs off the side, on a desk and on a telephone.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use fantoccini::Client;
use serde_json::{Value, json};

/// Widths in CSS pixels.
const DESK: u32 = 1440;
const TELEPHONE: u32 = 390;
const HEIGHT: u32 = 900;

/// Resources that are no pages: files, feeds and what programs read.
const NO_PAGES: [&str; 17] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/cases/export.csv",
    "/cases/{id}/documents/{file}",
    "/cases/{id}/packages/{file}",
    "/checks/assessment.csv",
    "/grants/{id}/files/{case}/{file}",
    "/decisions.json",
    "/feed.atom",
    "/log/checkpoint",
    "/log/keys",
    "/log/tile/{*path}",
    "/d/{file}",
    "/field/manifest.webmanifest",
    "/field/worker.js",
    // Short for another page.
    "/v",
];

/// Runs axe-core with all its rules and gives what it objects to.
const AXE: &str = "const done = arguments[arguments.length - 1]; \
    axe.run(document, { resultTypes: ['violations'] }).then(it => done(it.violations.map(v => \
        `${v.id} (${v.impact}) ${v.nodes.slice(0, 4).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | ')}`)), \
        e => done([String(e)]))";

/// What sticks out to the right, when the document scrolls sideways.
const SIDEWAYS: &str = "const root = document.documentElement; \
    if (root.scrollWidth <= innerWidth) return []; \
    const out = [...document.body.querySelectorAll('*')].filter(it => it.getBoundingClientRect().right > innerWidth + 1); \
    return [`${root.scrollWidth} > ${innerWidth}: ` + out.slice(0, 4).map(it => it.tagName + '.' + it.className).join(' ')]";

pub struct Look {
    axe: String,
    /// Paths of the program, from its table of routes.
    readable: Vec<&'static str>,
    met: BTreeSet<&'static str>,
    seen: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Look {
    pub async fn new(client: &Client, axe: &str, readable: Vec<&'static str>) -> Self {
        let axe = std::fs::read_to_string(axe).unwrap();
        client.set_window_size(DESK, HEIGHT).await.unwrap();
        Self { axe, readable, met: BTreeSet::new(), seen: BTreeSet::new(), wrong: Vec::new() }
    }

    /// Looks at the page that is open, unless one like it was looked at already.
    pub async fn at(&mut self, client: &Client, who: &str, path: &str, manner: &Value) {
        let Some((route, name)) = self.route(path) else { panic!("{path} is no route of the program") };
        let whose = if route == "/desk" { who } else { "" };
        let key = format!("{name} {whose} {manner}");
        self.met.insert(route);
        if self.seen.insert(key.clone()) {
            self.check(client, &key).await;
        }
    }

    async fn check(&mut self, client: &Client, key: &str) {
        client.execute(&self.axe, vec![]).await.unwrap();
        self.run(client, key, DESK).await;
        client.set_window_size(TELEPHONE, HEIGHT).await.unwrap();
        self.run(client, key, TELEPHONE).await;
        let sideways = client.execute(SIDEWAYS, vec![]).await.unwrap();
        self.note(key, TELEPHONE, &sideways);
        client.set_window_size(DESK, HEIGHT).await.unwrap();
    }

    async fn run(&mut self, client: &Client, key: &str, width: u32) {
        let found = client.execute_async(AXE, vec![]).await.unwrap();
        self.note(key, width, &found);
    }

    fn note(&mut self, key: &str, width: u32, found: &Value) {
        for it in found.as_array().unwrap() {
            let fault = format!("{key} at {width}: {}", it.as_str().unwrap());
            println!("{fault}");
            self.wrong.push(fault);
        }
    }

    /// The route that answers a path, and the path's name: what a form is about
    /// stays in it, whom it is about does not.
    fn route(&self, path: &str) -> Option<(&'static str, String)> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |route: &&&'static str| {
            let wanted: Vec<&str> = route.split('/').collect();
            wanted.len() == parts.len()
                && wanted.iter().zip(&parts).all(|(it, part)| it.starts_with('{') || it == part)
        };
        let route = self.readable.iter().filter(fits).min_by_key(|it| it.matches('{').count())?;
        let named = route.split('/').zip(&parts).map(|(it, part)| match it {
            "{verb}" | "{act}" => *part,
            other => other,
        });
        Some((route, named.collect::<Vec<_>>().join("/")))
    }

    /// Whether a page of this name was looked at in any manner.
    pub fn knows(&self, name: &str) -> bool {
        self.seen.iter().any(|it| it.split(' ').next() == Some(name))
    }

    /// Every page was met, and nothing is wrong with any.
    pub fn conclude(self) {
        let mut said = String::new();
        for it in &self.wrong {
            writeln!(said, "{it}").unwrap();
        }
        assert!(self.wrong.is_empty(), "{} faults of pages:\n{said}", self.wrong.len());
        let pages = self.readable.iter().filter(|it| !NO_PAGES.contains(it) && !it.starts_with("/api/"));
        let unmet: Vec<_> = pages.filter(|it| !self.met.contains(*it)).collect();
        assert!(unmet.is_empty(), "nobody looked at {unmet:?}");
        let gone: Vec<_> = NO_PAGES.iter().filter(|it| !self.readable.contains(it)).collect();
        assert!(gone.is_empty(), "no longer routes: {gone:?}");
        println!("{} pages were looked at: {}", self.seen.len(), json!(self.seen));
    }
}
