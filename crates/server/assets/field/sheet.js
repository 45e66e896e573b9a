// A record written on the spot and signed by hand on the screen. It becomes two pieces:
// the sheet as it was signed (a picture, readable without this program), and its words
// with the strokes (for search and comparison).

import { h, field, errors, mark, time } from "./dom.js";
import { whole } from "./capture.js";

// A4 at 150 dots an inch.
const [WIDTH, HEIGHT, MARGIN, LINE] = [1240, 1754, 110, 44];
const PAD = { width: 600, height: 200 };

/** Signing pad: strokes by finger, pen or mouse. */
function pad() {
  const strokes = [];
  const canvas = h("canvas.pad", { width: PAD.width, height: PAD.height, role: "img", "aria-label": "签名区，请用手指、手写笔或者鼠标签名" });
  const pen = canvas.getContext("2d");
  const clear = () => {
    strokes.length = 0;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, PAD.width, PAD.height);
    [pen.lineWidth, pen.lineCap, pen.lineJoin, pen.strokeStyle] = [4, "round", "round", "#000"];
  };
  clear();
  let stroke = null;
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    return [Math.round((event.clientX - box.left) * PAD.width / box.width), Math.round((event.clientY - box.top) * PAD.height / box.height)];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    stroke = { at: new Date().toISOString(), points: [point(event)] };
    strokes.push(stroke);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    const [from, to] = [stroke.points.at(-1), point(event)];
    stroke.points.push(to);
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  });
  for (const over of ["pointerup", "pointercancel"]) canvas.addEventListener(over, () => { stroke = null; });
  return { canvas, strokes, clear };
}

/** Breaks text into lines that fit. */
function lines(pen, text, width) {
  return text.split("\n").flatMap((paragraph) => {
    const out = [];
    let line = "";
    for (const letter of paragraph) {
      if (pen.measureText(line + letter).width > width) {
        out.push(line);
        line = "";
      }
      line += letter;
    }
    return [...out, line];
  });
}

/** The sheets as pictures, one a page of A4. */
async function draw(record, signature) {
  const sheet = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [WIDTH, HEIGHT];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.fillStyle = "#000";
    pen.textBaseline = "top";
    return { canvas, pen };
  };
  let { canvas, pen } = sheet();
  const pages = [canvas];
  pen.font = "600 40px serif";
  pen.fillText(record.title, (WIDTH - pen.measureText(record.title).width) / 2, MARGIN);
  pen.font = "28px serif";
  const words = [...record.facts.map(([name, value]) => `${name}：${value}`), "", record.text, "",
    record.refused ? `${record.role}未签名，原因：${record.refused}` : `以上内容已阅读，记录无误。${record.role}（签名）：`].join("\n");
  let at = MARGIN + 90;
  const turn = (room) => {
    if (at + room <= HEIGHT - MARGIN) return;
    ({ canvas, pen } = sheet());
    pen.font = "28px serif";
    pages.push(canvas);
    at = MARGIN;
  };
  for (const line of lines(pen, words, WIDTH - 2 * MARGIN)) {
    turn(LINE);
    pen.fillText(line, MARGIN, at);
    at += LINE;
  }
  if (!record.refused) {
    turn(PAD.height + LINE);
    pen.drawImage(signature, MARGIN, at);
    at += PAD.height;
  }
  pen.fillText(time(record.signed_at).textContent, MARGIN, at);
  return Promise.all(pages.map(async (page) => {
    const blob = await new Promise((resolve) => page.toBlob(resolve, "image/png"));
    return new Uint8Array(await blob.arrayBuffer());
  }));
}

/** The form; `done` is called with the pieces when it has been kept. */
export function sheetForm(act, done) {
  const { canvas, strokes, clear } = pad();
  const input = (attributes = {}) => h("input", { type: "text", autocomplete: "off", ...attributes });
  const title = input({ value: "现场检查笔录" });
  const text = h("textarea", { rows: 8 });
  const name = input();
  const role = h("select", {}, ["当事人", "见证人", "被询问人", "执法人员"].map((it) => h("option", {}, it)));
  const refused = input();
  const wrong = h("div", {});
  const keep = async (event) => {
    event.preventDefault();
    const list = [];
    if (!text.value.trim()) list.push({ id: "sheet-text", message: "填写笔录内容" });
    if (!name.value.trim()) list.push({ id: "sheet-name", message: "填写签名人姓名" });
    if (strokes.length === 0 && !refused.value.trim()) list.push({ id: "sheet-refused", message: "请签名；不签名的，注明原因" });
    mark(event.target, list);
    wrong.replaceChildren(...(list.length > 0 ? [errors(list)] : []));
    if (list.length > 0) {
      wrong.firstChild.focus();
      return;
    }
    const record = {
      title: title.value.trim() || "笔录", text: text.value.trim(), signer: name.value.trim(), role: role.value, refused: refused.value.trim(),
      signed_at: new Date().toISOString(), strokes,
      facts: [["事项", act.label], ["地点", act.place || "—"], ["当事人", act.party || "—"], [role.value, name.value.trim()]],
    };
    const pieces = [];
    for (const bytes of await draw(record, canvas)) pieces.push(await whole(act, "form", "image/png", bytes));
    pieces.push(await whole(act, "form", "application/json", new TextEncoder().encode(JSON.stringify(record))));
    done(pieces);
  };
  return h("form.sheet.signing", { onsubmit: keep, novalidate: true },
    wrong,
    field("sheet-title", "笔录名称", title),
    (act.document_guide ?? []).map((it) => h("p.hint", {}, it)),
    field("sheet-text", "笔录内容", text, { hint: "写明起止时间、地点、在场人和检查情况" }),
    field("sheet-name", "签名人姓名", name),
    field("sheet-role", "签名人身份", role),
    h("div.field", {}, h("p.label", { id: "pad-label" }, "手写签名"), canvas,
      h("p", {}, h("button.btn.quiet", { type: "button", onclick: clear }, "重新签名"))),
    field("sheet-refused", "不签名的原因", refused, { optional: true, hint: "拒绝签名或者不能签名的，在此注明" }),
    h("div.buttons", {}, h("button.btn", {}, "保存笔录"), h("button.btn.quiet", { type: "button", onclick: () => window.print() }, "打印")));
}
