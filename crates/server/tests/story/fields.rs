//! Filling a form from a table of fields and what a person would type or choose.

use serde_json::{Value, json};

use crate::browser::Browser;

/// Sets fields as a person does who sees them; answers what could not be done. A
/// choice is named by its value or by words of its label.
const FILL: &str = r"
const [table] = arguments, form = document.querySelector('form.sheet'), wrong = [];
const label = it => it.labels?.[0]?.innerText ?? it.innerText ?? '';
const chosen = (all, wanted) => {
  const exact = all.filter(it => it.value === wanted || label(it).trim() === wanted);
  return exact.length ? exact : all.filter(it => label(it).includes(wanted));
};
const told = it => { for (const kind of ['input', 'change']) it.dispatchEvent(new Event(kind, { bubbles: true })); };
for (const name of new Set(table.map(it => it[0]))) {
  const wanted = table.filter(it => it[0] === name).map(it => it[1]);
  const all = [...form.elements].filter(it => it.name === name && it.type !== 'hidden');
  if (!all.length) { wrong.push(`no field ${name}`); continue; }
  if (all.some(it => !it.checkVisibility() || it.disabled)) { wrong.push(`${name} is hidden`); continue; }
  const [first] = all;
  if (first.type === 'radio' || first.type === 'checkbox') {
    const picked = wanted.flatMap(it => {
      const found = it === 'true' && all.length === 1 ? all : chosen(all, it);
      if (found.length !== 1) wrong.push(`${name}: ${found.length} choices ${it} of ${all.map(label)}`);
      return found;
    });
    for (const it of all) if (it.checked !== picked.includes(it) && (it.type === 'checkbox' || picked.includes(it))) it.click();
  } else if (first.tagName === 'SELECT') {
    const found = chosen([...first.options], wanted[0]);
    if (found.length !== 1) { wrong.push(`${name}: ${found.length} options ${wanted[0]} of ${[...first.options].map(label)}`); continue; }
    first.value = found[0].value; told(first);
  } else {
    first.focus(); first.value = wanted[0]; told(first);
    if (first.value !== wanted[0]) wrong.push(`${name} does not take ${wanted[0]}`);
  }
}
return wrong;
";

/// Whether the form has a group of a list.
const HAS: &str = "const form = document.querySelector('form.sheet'); \
    return [...form.elements].some(it => it.name === arguments[0])";

/// The list's name and index of a field such as `parties[1].name`.
fn group(field: &str) -> Option<&str> {
    field.split_once(']').map(|(group, _)| group).filter(|it| it.contains('['))
}

/// Fills the form of the page; groups that are not there are asked for first.
pub async fn fill(browser: &mut Browser, table: &[(&str, &str)]) {
    for (name, _) in table {
        let Some(start) = group(name) else { continue };
        if browser.script(HAS, vec![json!(format!("{start}]"))]).await.unwrap() == Value::Bool(false) {
            let list = start.split('[').next().unwrap();
            browser.follow(&format!("form.sheet button[name=_add][value=\"{list}\"]")).await;
        }
    }
    let table: Vec<Value> = table.iter().map(|(name, value)| json!([name, value])).collect();
    let wrong = browser.script(FILL, vec![json!(table)]).await.unwrap();
    assert_eq!(wrong, json!([]), "{}", browser.path());
}
