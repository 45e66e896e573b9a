//! Links of the description that follow from its addresses: whatever can be done with a
//! thing is linked from the operation that makes it, so that a program (or a stateful fuzzer)
//! finds its way without knowing the procedure.

use serde_json::{Value, json};

use super::openapi::Operation;

/// The operations with the links that their features did not state themselves.
pub(super) fn complete(operations: &[Operation]) -> Vec<Operation> {
    operations.iter().map(|it| linked(it, operations)).collect()
}

/// Address of what an operation without a parameter makes, and the expression for its identifier:
/// `POST /api/v1/cases` makes `/api/v1/cases/{id}`, and so does an act without a thing of its own
/// such as `POST /api/v1/checks/new/start`. Where the answer holds the identifier, the feature has
/// said with a link of its own.
fn made(it: &Operation, all: &[Operation]) -> Option<(String, Value)> {
    std::iter::successors(Some(it.path.as_str()), |path| Some(path.rsplit_once('/')?.0)).find_map(|root| {
        let thing = format!("{root}/{{id}}");
        let at = identifier(it, all, &thing)?;
        Some((thing, at))
    })
}

/// Whether an address is of a thing or of something below it.
fn is_of(path: &str, thing: &str) -> bool {
    path.strip_prefix(thing).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn linked(it: &Operation, all: &[Operation]) -> Operation {
    let mut out = it.clone();
    let known = |out: &Operation, id: &str| out.links.iter().any(|(name, _)| name == id);
    if it.method == axum::http::Method::POST && !it.path.contains('{') {
        let Some((thing, at)) = made(it, all) else { return out };
        for other in all.iter().filter(|other| is_of(&other.path, &thing)) {
            if !known(&out, &other.id) {
                out = out.leads(&other.id, json!({ "id": at }));
            }
        }
        return out;
    }
    // What was done to a thing is seen on the thing.
    let Some((root, _)) = it.path.split_once("/{id}") else { return out };
    let thing = format!("{root}/{{id}}");
    let read = all.iter().find(|other| other.method == axum::http::Method::GET && other.path == thing);
    if let Some(read) = read.filter(|read| out.links.is_empty() && read.id != it.id) {
        out = out.leads(&read.id, json!({ "id": "$request.path.id" }));
    }
    out
}

/// The expression for the identifier of what an operation makes.
fn identifier(it: &Operation, all: &[Operation], thing: &str) -> Option<Value> {
    it.links.iter().find_map(|(name, link)| {
        let to = all.iter().find(|other| other.id == *name)?;
        is_of(&to.path, thing).then(|| link["parameters"]["id"].clone()).filter(Value::is_string)
    })
}
