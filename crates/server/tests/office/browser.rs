//! A browser without script: opens a form, changes some fields, presses the button.

use axum::body::Body;
use axum::http::{Request, header};

use crate::office::{Answer, Office};

/// Value of an attribute inside a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[start..].split('"').next()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Names and values that a page's form would post as it stands.
pub fn fields(page: &str) -> Vec<(String, String)> {
    let form = page.split("<form class=\"sheet\"").nth(1).expect("a form on the page");
    let form = form.split("</form>").next().unwrap();
    let mut out = Vec::new();
    let mut rest = form;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let tag = &rest[..rest.find('>').expect("a closed tag") + 1];
        let inner = &rest[tag.len()..];
        rest = inner;
        let Some(name) = attribute(tag, "name") else { continue };
        let name = unescape(name);
        let value = unescape(attribute(tag, "value").unwrap_or(""));
        if tag.starts_with("<input") {
            let kind = attribute(tag, "type").unwrap_or("text");
            if !matches!(kind, "checkbox" | "radio") || tag.contains(" checked") {
                out.push((name, value));
            }
        } else if tag.starts_with("<textarea") {
            let text = inner.split("</textarea>").next().unwrap();
            out.push((name, unescape(text.strip_prefix('\n').unwrap_or(text))));
        } else if tag.starts_with("<select") {
            let options = inner.split("</select>").next().unwrap();
            let chosen =
                options.split("<option").find(|it| it.split('>').next().unwrap().contains(" selected"));
            out.push((name, unescape(chosen.and_then(|it| attribute(it, "value")).unwrap_or(""))));
        }
    }
    out
}

/// Where a page's form posts to.
pub fn action(page: &str) -> String {
    let form = page.split("<form class=\"sheet\"").nth(1).expect("a form on the page");
    unescape(attribute(form.split('>').next().unwrap(), "action").unwrap())
}

impl Office {
    pub async fn open(&self, login: &str, path: &str) -> Answer {
        let (cookie, _) = self.session(login).await;
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    /// Posts names and values as a browser would.
    pub async fn post(&self, login: &str, path: &str, fields: &[(String, String)]) -> Answer {
        let (cookie, csrf) = self.session(login).await;
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_csrf", &csrf);
        for (name, value) in fields.iter().filter(|(name, _)| name != "_csrf") {
            body.append_pair(name, value);
        }
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.finish()))
            .unwrap();
        self.send(request).await
    }

    /// Opens the form at `path` with these changes: where it posts and what.
    pub async fn filled(
        &self,
        login: &str,
        path: &str,
        changes: &[(&str, &str)],
    ) -> (String, Vec<(String, String)>) {
        let page = self.open(login, path).await;
        assert_eq!(page.status, 200, "{login} {path}: {}", page.body);
        let mut typed = fields(&page.body);
        // A group of choices is replaced as a whole, several values joined by a space.
        for (name, value) in changes {
            typed.retain(|(it, _)| it != name);
            let several = value.split(' ').all(|it| it.len() == 36);
            if several {
                typed.extend(value.split(' ').map(|it| ((*name).to_owned(), it.to_owned())));
            } else {
                typed.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
        (action(&page.body), typed)
    }

    /// Fills and submits the form; gives whatever comes back.
    pub async fn pressed(&self, login: &str, path: &str, changes: &[(&str, &str)]) -> Answer {
        self.minute();
        let (action, typed) = self.filled(login, path, changes).await;
        self.post(login, &action, &typed).await
    }

    /// Fills and submits the form; gives the address that the answer leads to.
    pub async fn submit(&self, login: &str, path: &str, changes: &[(&str, &str)]) -> String {
        self.minute();
        let (action, typed) = self.filled(login, path, changes).await;
        let answer = self.post(login, &action, &typed).await;
        let errors: Vec<&str> =
            answer.body.split("class=\"error\"").skip(1).map(|it| &it[..it.len().min(200)]).collect();
        assert_eq!(answer.status, 303, "{login} {path} {changes:?}: {errors:#?} {}", refusal(&answer.body));
        answer.header("location").to_owned()
    }
}

/// The refusal on a page, as text.
pub fn refusal(page: &str) -> String {
    page.split("notice refused").nth(1).map_or_else(String::new, |it| it.chars().take(400).collect())
}
