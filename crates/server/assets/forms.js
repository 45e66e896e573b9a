// Enhancement only: every form works without this file.
// Warns before a page with unsaved typing is left, and stops a second submit
// of the same form while the first is under way.
const watched = document.querySelectorAll("form[data-watch]");
let dirty = false;
for (const form of watched) {
  form.addEventListener("input", () => { dirty = true; });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent === "yes") { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    dirty = false;
  });
}
window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
window.addEventListener("pageshow", () => { for (const form of watched) delete form.dataset.sent; });
// After a refusal the summary takes the focus, so that it is read first.
document.querySelector(".errors")?.focus();
// Counts what is left of a text's length.
for (const area of document.querySelectorAll("textarea[data-max]")) {
  const out = document.createElement("p");
  out.className = "hint";
  const show = () => {
    const left = Number(area.dataset.max) - [...area.value].length;
    out.textContent = left < 0 ? `超出 ${-left} 字` : `还可输入 ${left} 字`;
  };
  area.addEventListener("input", show);
  area.after(out);
  show();
}
// Printing needs a script; without one the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// Signing out takes along what the field page keeps for the person on this device;
// records that still wait to be uploaded stay sealed until the same person is back.
async function forgetField() {
  const all = (await indexedDB.databases?.()) ?? [];
  if (!all.some((it) => it.name === "mingjing-field")) return;
  await new Promise((over) => {
    const asked = indexedDB.open("mingjing-field");
    asked.onerror = over;
    asked.onsuccess = () => {
      const tx = asked.result.transaction(["meta", "tasks", "acts", "pieces"], "readwrite");
      tx.oncomplete = tx.onabort = over;
      tx.objectStore("meta").clear();
      tx.objectStore("tasks").clear();
      tx.objectStore("acts").openCursor().onsuccess = ({ target: { result: row } }) => {
        if (!row) return;
        if (row.value.state === "done") {
          row.delete();
          tx.objectStore("pieces").index("act").openCursor(row.value.id).onsuccess = ({ target: { result: piece } }) => { piece?.delete(); piece?.continue(); };
        }
        row.continue();
      };
    };
  });
}
for (const form of document.querySelectorAll("form[action=\"/sign-out\"]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Whatever the browser's storage does, leaving is not held up for long.
    const patience = new Promise((over) => { setTimeout(over, 1500); });
    Promise.race([forgetField(), patience]).catch(() => {}).then(() => form.submit());
  });
}
