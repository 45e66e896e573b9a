// Enhancement only: narrows the rows of a table on this page while typing.
for (const input of document.querySelectorAll("input[data-filters]")) {
  const table = document.getElementById(input.dataset.filters);
  if (!table) continue;
  const said = document.createElement("span");
  said.className = "meta small";
  said.setAttribute("role", "status");
  input.after(said);
  input.addEventListener("input", () => {
    const wanted = input.value.trim();
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = wanted !== "" && !row.textContent.includes(wanted);
      if (!row.hidden) shown += 1;
    }
    said.textContent = wanted === "" ? "" : `本页 ${shown} 行`;
  });
}
// Closes an open menu when the focus or a click goes elsewhere.
const menus = document.querySelectorAll("details.menu");
document.addEventListener("click", (event) => { for (const menu of menus) if (!menu.contains(event.target)) menu.open = false; });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") for (const menu of menus) menu.open = false; });
