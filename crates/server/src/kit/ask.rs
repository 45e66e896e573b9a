//! What a program asks: the query of a list, read without guessing, and the JSON
//! of a body. A page forgives a wrong filter; the API says what is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::IntoResponse as _;
use serde_json::Value;
use std::str::FromStr;

use super::problem::Failure;
use super::ui::table::Query;

/// Longest value of a parameter, in characters.
pub const MAX_CHARS: usize = 200;
/// Most lines of one answer.
pub const MAX_LINES: usize = 100;
/// Lines of one answer when nothing is asked.
pub const LINES: usize = 20;

/// The query of a request: only known names, each once, none blank.
#[derive(Clone, Debug)]
pub struct Ask(Query);

fn malformed(name: &str, message: &str) -> Failure {
    let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
    Failure::Malformed(format!("参数 {name} {message}"))
}

impl Ask {
    /// Reads a raw query.
    ///
    /// # Errors
    /// [`Failure::Malformed`] that names the parameter.
    pub fn read(path: impl Into<String>, raw: Option<&str>, known: &[&str]) -> Result<Self, Failure> {
        let mut query = Query { path: path.into(), pairs: Vec::new() };
        for (name, value) in form_urlencoded::parse(raw.unwrap_or("").as_bytes()) {
            if !known.contains(&name.as_ref()) {
                return Err(malformed(&name, "不是这里的参数"));
            }
            if query.get(&name).is_some() {
                return Err(malformed(&name, "只能给一次"));
            }
            if value.is_empty() {
                return Err(malformed(&name, "不能为空"));
            }
            if value.chars().count() > MAX_CHARS {
                return Err(malformed(&name, "过长"));
            }
            query.pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(query))
    }

    /// The query as pages know it, for their filters and for the address of the next page.
    pub const fn query(&self) -> &Query {
        &self.0
    }

    /// A value as given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// Words to look for: without control characters; none when nothing is left.
    pub fn words(&self, name: &str) -> Option<String> {
        let words: String = self.get(name)?.chars().filter(|c| !c.is_control()).collect();
        Some(words.trim().to_owned()).filter(|it| !it.is_empty())
    }

    /// A value of a type of its own.
    ///
    /// # Errors
    /// [`Failure::Malformed`] when it cannot be read as one.
    pub fn typed<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, Failure> {
        self.get(name).map(|it| it.parse().map_err(|_| malformed(name, what))).transpose()
    }

    /// `1` or `0`.
    ///
    /// # Errors
    /// [`Failure::Malformed`] for anything else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.get(name) {
            None => Ok(None),
            Some("1") => Ok(Some(true)),
            Some("0") => Ok(Some(false)),
            Some(_) => Err(malformed(name, "应为 1 或者 0")),
        }
    }

    /// One of these.
    ///
    /// # Errors
    /// [`Failure::Malformed`] for anything else.
    pub fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<&str>, Failure> {
        match self.get(name) {
            None => Ok(None),
            Some(it) if known.contains(&it) => Ok(Some(it)),
            Some(_) => Err(malformed(name, "没有这个选项")),
        }
    }

    /// Lines of the answer: `limit`, 1 to 100.
    ///
    /// # Errors
    /// [`Failure::Malformed`] for anything else.
    pub fn limit(&self) -> Result<usize, Failure> {
        match self.get("limit").map(str::parse::<usize>) {
            None => Ok(LINES),
            Some(Ok(n @ 1..=MAX_LINES)) => Ok(n),
            Some(Ok(_) | Err(_)) => Err(Failure::Malformed("limit 应为 1 至 100 的整数".to_owned())),
        }
    }
}

/// A request that takes no query at all.
///
/// # Errors
/// [`Failure::Malformed`] when there is one.
pub fn nothing(raw: Option<&str>) -> Result<(), Failure> {
    Ask::read("", raw, &[]).map(|_| ())
}

/// The JSON of a body. Nesting is bounded by the reader, size by the router.
#[derive(Clone, Debug)]
pub struct Json(pub Value);

/// Whether a request says that its body is of this media type.
pub fn is_media(headers: &axum::http::HeaderMap, media: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    given.and_then(|it| it.split(';').next()).is_some_and(|it| it.trim().eq_ignore_ascii_case(media))
}

/// Parses JSON with an error that says where it is wrong.
///
/// # Errors
/// [`Failure::Malformed`] with line and column.
pub fn parse(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes)
        .map_err(|e| Failure::Malformed(format!("不是有效的 JSON，第 {} 行第 {} 列", e.line(), e.column())))
}

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_media(request.headers(), "application/json") {
            return Err(Failure::Media("application/json"));
        }
        Ok(Self(parse(&bytes(request, state).await?)?))
    }
}

/// The bytes of a body within the router's limit.
///
/// # Errors
/// [`Failure::TooLarge`], or [`Failure::Malformed`] when it breaks off.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.into_response().status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Failure::TooLarge
        } else {
            Failure::Malformed("内容没有完整收到".to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(raw: &str) -> String {
        match Ask::read("/x", Some(raw), &["q", "limit", "mine"]) {
            Err(failure) => failure.to_string(),
            Ok(ask) => ask.limit().map(|_| ()).and(ask.flag("mine").map(|_| ())).unwrap_err().to_string(),
        }
    }

    #[test]
    fn a_query_is_read_without_guessing() {
        for raw in ["a=1", "q=1&q=2", "q=", "limit=0", "limit=101", "limit=x", "limit=1e1", "mine=yes"] {
            assert!(wrong(raw).starts_with("请求不能读出"), "{raw}");
        }
        let ask = Ask::read("/x", Some("q=%00%E7%94%B2%20&limit=100"), &["q", "limit"]).unwrap();
        assert_eq!(ask.words("q").as_deref(), Some("甲"));
        assert_eq!(ask.limit().unwrap(), 100);
        assert!(nothing(None).is_ok() && nothing(Some("")).is_ok() && nothing(Some("a")).is_err());
        let long = format!("q={}", "x".repeat(MAX_CHARS + 1));
        assert!(Ask::read("/x", Some(&long), &["q"]).is_err());
    }

    #[test]
    fn deep_nesting_is_refused_by_the_reader() {
        let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        assert!(parse(deep.as_bytes()).is_err());
        assert!(parse(b"1e999").is_err() && parse(b"{\"a\":1}").is_ok());
    }
}
