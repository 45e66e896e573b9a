// Elements without templates: text is always text, never markup.

/** Makes an element: `h("button.btn.quiet", { onclick }, "words")`. */
export function h(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split(".");
  const it = document.createElement(name);
  if (classes.length > 0) it.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) it.addEventListener(key.slice(2), value);
    else it.setAttribute(key, value === true ? "" : String(value));
  }
  it.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return it;
}

/** Puts new children into an element; what had the focus keeps it, by its id. */
export function fill(it, ...children) {
  const held = it.contains(document.activeElement) ? document.activeElement.id : "";
  it.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  if (held) document.getElementById(held)?.focus();
}

/** Says something to those who listen to the page; seen by everyone as well. */
export function say(words) {
  const out = document.getElementById("said");
  out.textContent = "";
  out.textContent = words;
}

/** A named field as all forms of the program show it. */
export function field(id, label, control, { hint, optional } = {}) {
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div.field", {},
    h("label", { for: id }, label, optional ? h("span.optional", {}, "（选填）") : null),
    hint ? h("p.hint", { id: `${id}-hint` }, hint) : null,
    control);
}

/** The list of what is wrong, with links to the fields. */
export function errors(list) {
  return h("div.errors", { tabindex: "-1", role: "alert" },
    h("h2", {}, "请先更正下列内容"),
    h("ul", {}, list.map(({ id, message }) => h("li", {}, h("a", { href: `#${id}`, onclick: (event) => {
      // The address stays that of the view.
      event.preventDefault();
      document.getElementById(id)?.focus();
    } }, message)))));
}

/** Puts what is wrong beside its fields, and takes away what no longer is. */
export function mark(form, list) {
  for (const box of form.querySelectorAll(".field.wrong")) {
    box.classList.remove("wrong");
    box.querySelector(".error")?.remove();
    const control = box.querySelector("[aria-invalid]");
    control?.removeAttribute("aria-invalid");
    describe(control);
  }
  for (const { id, message } of list) {
    const control = form.querySelector(`#${id}`);
    if (!control) continue;
    const error = h("p.error", { id: `${id}-error` }, message);
    control.before(error);
    control.closest(".field").classList.add("wrong");
    control.setAttribute("aria-invalid", "true");
    describe(control);
  }
}

/** Hint and error of a control, as far as there are any, are read with it. */
function describe(control) {
  const told = [`${control?.id}-hint`, `${control?.id}-error`].filter((id) => document.getElementById(id));
  control?.toggleAttribute("aria-describedby", told.length > 0);
  if (told.length > 0) control.setAttribute("aria-describedby", told.join(" "));
}

const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A `<time>` with civil time in Shanghai, to the second; without the day when it is
 *  that of `since`. */
export function time(at, since) {
  const parts = (it) => Object.fromEntries(clock.formatToParts(new Date(it)).map(({ type, value }) => [type, value]));
  const [part, before] = [parts(at), since ? parts(since) : {}];
  const day = `${part.year}年${part.month}月${part.day}日 `;
  const same = day === `${before.year}年${before.month}月${before.day}日 `;
  return h("time", { datetime: new Date(at).toISOString() }, `${same ? "" : day}${part.hour}:${part.minute}:${part.second}`);
}

/** Bytes for people. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(0)} KB`;
  if (bytes < 1 << 30) return `${(bytes / (1 << 20)).toFixed(1)} MB`;
  return `${(bytes / (1 << 30)).toFixed(2)} GB`;
}
