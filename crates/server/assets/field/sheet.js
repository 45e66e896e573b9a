// A record written on the spot and signed by hand on the screen. It becomes two pieces:
// the sheet as it was signed (a picture, readable without this program), and its words
// with the strokes (for search and comparison).

import { h, fill, field, errors, mark, time } from "./dom.js";
import { whole } from "./capture.js";
import { freshId } from "./api.js";
import { listPieces, readRange, saveAct } from "./store.js";

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
  const words = [...record.facts.map(([name, value]) => `${name}：${value}`), "", ...(record.told ? [`告知：${record.told}`, ""] : []),
    ...(record.text_label ? [`${record.text_label}：`] : []), record.text, "", "（以下无正文）",
    record.refused ? `${record.role}未签名，原因：${record.refused}` : `${record.closing}${record.role}（签名）：`].join("\n");
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

const OTHER = { document: "", name: "其他笔录", told: "", closing: "以上内容已阅读，记录无误。", text: "笔录内容", hint: "写明起止时间、地点、在场人和情况",
  signers: ["当事人", "见证人", "被询问人", "执法人员"], fields: [] };

/** An instant as civil time of China, as a field of the form takes it. */
const local = (at) => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16);
const instant = (value) => new Date(`${value}+08:00`).toISOString();

/** What a field opens with: as the server filled it in, else as the act knows it. */
function known(act, site, one) {
  const others = act.collectors.map((it) => [it.name.replace(/（.*）$/, ""), it.certificate].filter(Boolean).join(" "));
  if (one.name === "officers") return [one.value, ...others].filter(Boolean).join("、");
  return one.value || { place: act.place, subject: act.party, person: "" }[one.name] || "";
}

/** Keeps a signed form as pieces: a picture of each page, and its words with the strokes. The
 *  first page carries the words to the server, so that they can be taken into the case. */
async function keep(act, record, canvas) {
  const set = freshId();
  const name = (page, ending) => `${record.title}_${local(record.signed_at).replace(/\D/g, "")}_${page}.${ending}`;
  const { document, title, started_at, ended_at, fields, text, signer, role, refused } = record;
  const form = { document, title, started_at, ended_at, fields, text, signer, role, refused };
  const pieces = [];
  for (const [at, bytes] of (await draw(record, canvas)).entries()) {
    pieces.push(await whole(act, "form", "image/png", bytes, { set, page: at + 1, name: name(at + 1, "png"), ...(at === 0 ? { form } : {}) }));
  }
  pieces.push(await whole(act, "form", "application/json", new TextEncoder().encode(JSON.stringify(record)), { set, page: 0, name: name(0, "json") }));
  return pieces;
}

/** Prints a form that was kept, page by page as it was signed. */
export async function reprint(piece) {
  const pages = (await listPieces(piece.act)).filter((it) => it.set === piece.set && it.page > 0).sort((a, b) => a.page - b.page);
  const pictures = await Promise.all(pages.map(async (it) => new Blob([await readRange(it, 0, it.bytes)], { type: it.type })));
  const images = pictures.map((blob, at) => h("img", { src: URL.createObjectURL(blob), alt: `第 ${at + 1} 页` }));
  await Promise.all(images.map((it) => it.decode().catch(() => {})));
  document.querySelector(".printing")?.remove();
  const paper = h("div.printing", {}, images);
  document.body.append(paper);
  addEventListener("afterprint", () => {
    for (const it of images) URL.revokeObjectURL(it.src);
    paper.remove();
  }, { once: true });
  print();
}

/** The fields of one form. */
class Sheet {
  constructor(act, site, sheet) {
    [this.act, this.sheet] = [act, sheet];
    const input = (attributes = {}) => h("input", { type: "text", autocomplete: "off", ...attributes });
    const clock = { type: "datetime-local" };
    this.title = input({ value: sheet.document ? sheet.name : "现场笔录" });
    // What is written is by the server's clock, as the rest of the file.
    const fast = (site.clock?.() ?? act.clock)?.offset_ms ?? 0;
    const right = (at) => local(new Date(at - fast).toISOString());
    this.from = input({ ...clock, value: right(Date.parse(act.started_at)) });
    this.to = input({ ...clock, value: right(Date.now()) });
    this.fields = sheet.fields.map((one) => ({ ...one, control: input({ value: known(act, site, one) }) }));
    this.text = h("textarea", { rows: 8 });
    this.name = input();
    this.role = h("select", {}, sheet.signers.map((it) => h("option", {}, it)));
    this.refused = input();
  }

  wrong(strokes) {
    const list = this.fields.filter((it) => !it.optional && !it.control.value.trim()).map((it) => ({ id: `sheet-field-${it.name}`, message: `填写${it.label}` }));
    if (!this.from.value || !this.to.value || this.to.value < this.from.value) list.push({ id: "sheet-to", message: "填写起止时间，结束不早于开始" });
    if (!this.text.value.trim()) list.push({ id: "sheet-text", message: `填写${this.sheet.text}` });
    if (!this.name.value.trim()) list.push({ id: "sheet-name", message: "填写签名人姓名" });
    if (strokes.length === 0 && !this.refused.value.trim()) list.push({ id: "sheet-refused", message: "请签名；不签名的，注明原因" });
    return list;
  }

  record(strokes) {
    const { act, sheet } = this;
    const fields = this.fields.map((it) => ({ label: it.label, value: it.control.value.trim() })).filter((it) => it.value);
    const [from, to] = [this.from.value, this.to.value].map((it) => it.replace("T", " "));
    const own = fields.map(({ label, value }) => [label, value]);
    const general = sheet.document ? own : [["事项", act.label], ["地点", act.place || "—"], ["当事人", act.party || "—"]];
    const [role, signer] = [this.role.value, this.name.value.trim()];
    return {
      document: sheet.document, title: this.title.value.trim() || sheet.name, told: sheet.told, closing: sheet.closing, text_label: sheet.document ? sheet.text : "",
      started_at: instant(this.from.value), ended_at: instant(this.to.value), fields, text: this.text.value.trim(), signer, role, refused: this.refused.value.trim(),
      signed_at: new Date().toISOString(), strokes, facts: [["时间", `${from} 至 ${to}`], ...general, [role, signer]],
    };
  }

  parts() {
    const { act, sheet } = this;
    return [
      field("sheet-title", "文书名称", this.title),
      sheet.told ? h("blockquote", {}, sheet.told) : null,
      (act.document_guide ?? []).map((it) => h("p.hint", {}, it)),
      field("sheet-from", "开始时间", this.from), field("sheet-to", "结束时间", this.to),
      this.fields.map((it) => field(`sheet-field-${it.name}`, it.label, it.control, { optional: it.optional })),
      field("sheet-text", sheet.text, this.text, { hint: sheet.hint }),
      sheet.document ? h("p.meta", {}, sheet.closing) : null,
      field("sheet-name", "签名人姓名", this.name), field("sheet-role", "签名人身份", this.role),
      field("sheet-refused", "不签名的原因", this.refused, { optional: true, hint: "拒绝签名或者不能签名的，在此注明；签名的，在下面手写" }),
    ];
  }
}

/** The form: which paper, its fields, the signature; `done` is called with the pieces when it
 *  has been kept. What the server offers for the act stands first. */
export function sheetForm(act, site, done) {
  act.collectors ??= [];
  const { canvas, strokes, clear } = pad();
  const all = [...(act.sheets ?? []), OTHER];
  const wrong = h("div", {});
  const body = h("div.fields", {});
  let it = null;
  const choose = (at) => {
    it = new Sheet(act, site, all[at]);
    fill(body, ...it.parts());
  };
  const kind = h("select", { onchange: () => choose(Number(kind.value)) }, all.map((one, at) => h("option", { value: at }, one.name)));
  choose(0);
  const submit = async (event) => {
    event.preventDefault();
    const list = it.wrong(strokes);
    mark(event.target, list);
    wrong.replaceChildren(...(list.length > 0 ? [errors(list)] : []));
    if (list.length > 0) {
      wrong.firstChild.focus();
      return;
    }
    await saveAct(act);
    done(await keep(act, it.record(strokes), canvas));
  };
  return h("form.sheet.signing", { onsubmit: submit, novalidate: true },
    wrong, field("sheet-kind", "填写哪一种文书", kind), body,
    h("div.field", {}, h("p.label", { id: "pad-label" }, "手写签名"), canvas,
      h("p", {}, h("button.btn.quiet", { type: "button", onclick: clear }, "重新签名"))),
    h("div.buttons", {}, h("button.btn", {}, "保存笔录"), h("button.btn.quiet", { type: "button", onclick: () => window.print() }, "打印")));
}
