// One act on the spot: what is said before, what is recorded, what is noted, the end.

import { h, fill, field, errors, mark, say, size, time } from "./dom.js";
import { Full, KIND_WORDS, camera, importFile, photograph, record, recover } from "./capture.js";
import { isFull, listPieces, saveAct } from "./store.js";
import { clockOf, collectors, documents } from "./beside.js";
import { reprint, sheetForm } from "./sheet.js";

/** What is done before and while recording, in the order of the law. */
export const TICKS = [
  { what: "certificate_shown", words: "已出示执法证件" },
  { what: "identity_stated", words: "已表明身份、说明事由" },
  { what: "told", words: "已告知当事人进行音像记录" },
  { what: "rights_told", words: "已告知权利义务" },
];
const STATES = { capturing: "采集中", captured: "已封存，在本机", uploaded: "已上传，待核对", accepted: "已入库，本机已清除", mismatch: "核对不符" };
// Words of the law for why a recording breaks off.
const CAUSES = [["device_failure", "设备故障"], ["weather", "天气恶劣"], ["obstruction", "人为阻挠"], ["battery", "电量、存储耗尽"], ["other", "其他客观原因"]];
const REASONS = {
  full: "设备存储空间不足，记录已停止，此前内容已保存。请先联网上传，或者换用其他设备。",
  device: "摄像头或者麦克风已断开，记录已停止，此前内容已保存。",
  failed: "不能继续写入，记录已停止，此前内容已保存。",
};
const DENIED = {
  NotAllowedError: "没有使用摄像头、麦克风的许可。请在浏览器的网站设置中允许，再试一次。",
  NotFoundError: "没有找到摄像头或者麦克风。可以用执法记录仪记录，再导入文件。",
  NotReadableError: "摄像头或者麦克风被其他程序占用。请关闭后再试。",
};

const listed = (it) => (Array.isArray(it) ? it : it ? [it] : []);

/** A new act of a task; nothing is kept until the officer does something. */
export function fresh(id, person, clock, task, it) {
  return {
    id, person, state: "open", case: task?.case ?? null, title: task?.title ?? "没有案件", case_number: task?.number ?? "",
    patrol: task === null, verb: it?.verb ?? null, case_room: it?.case_room ?? false, link: it?.link ?? (task ? null : "patrol"), label: it?.label ?? "日常巡查", requirement: it?.requirement ?? "text",
    wording: it?.wording_before_recording ?? "", guide: listed(it?.wording_guide), avoid: listed(it?.wording_avoid), document_guide: listed(it?.document_guide), basis: it?.basis ?? "",
    started_at: new Date().toISOString(), ended_at: null, place: "", coordinates: null, device: "", proves: "",
    party: task?.parties ?? task?.party ?? "", cause: task?.cause ?? "", absent: "", ticks: [], told: null, interruptions: [], clock, number: null, problem: null,
    collectors: [], documents: [], known_documents: listed(task?.documents), officers: listed(task?.officers), sheets: listed(it?.sheets),
  };
}

/** A piece as a line of a list. */
export function pieceLine(act, piece) {
  const sent = piece.state === "captured" && piece.sent > 0 ? `，已上传 ${Math.floor(100 * piece.sent / piece.bytes)}%` : "";
  const tone = { accepted: "ok", mismatch: "seal", uploaded: "info" }[piece.state] ?? "";
  return h("li.piece", { "data-piece": piece.id, "data-state": piece.state },
    h("div.head", {}, h("b", {}, `${piece.no}. ${KIND_WORDS[piece.kind]}`), h(tone ? `span.tag.${tone}` : "span.tag", {}, STATES[piece.state] + sent)),
    h("p.meta.small", {}, time(piece.captured_from), " 至 ", time(piece.captured_to, piece.captured_from), ` · ${size(piece.bytes)}`, piece.imported ? " · 导入" : "", piece.recovered ? " · 意外中断后恢复" : ""),
    h("p.meta.small", {}, piece.name),
    piece.set && piece.page === 1 && piece.state !== "accepted" && piece.state !== "capturing" ? h("p", {}, h("button.btn.quiet", { type: "button", "data-print": piece.id, onclick: () => reprint(piece) }, "打印")) : null,
    piece.lengthless ? h("p.small", {}, h("span.tag.near", {}, "时长不能读出"), " 起止时间按文件最后修改的时间登记，入库后由服务器读取核对") : null,
    piece.root ? h("p.small", {}, "校验值 ", h("code", {}, piece.root)) : null);
}

/** Fills a view with an act. `site` gives `person`, `devices`, `wordings`, `go(hash)`, `kick()`. */
export async function actView(view, act, site) {
  const it = new ActPage(act, site);
  view.replaceChildren(...it.parts());
  await it.refresh();
  return it;
}

class ActPage {
  constructor(act, site) {
    [this.act, this.site] = [act, site];
    this.running = null;
    this.ticks = h("ul.ticks", {});
    this.tools = h("div", {});
    this.stage = h("div", {});
    this.pieces = h("ol.pieces", {});
    this.notes = h("ul.notes", {});
    this.wrong = h("div", {});
  }

  save() {
    return saveAct(this.act);
  }

  parts() {
    const { act } = this;
    const must = { must: ["seal", "应当音像记录"], as_needed: ["near", "根据实际进行音像记录"], text: ["", "可以只作文字记录"] }[act.requirement];
    return [
      h("p.crumb", {}, h("a", { href: "#tasks" }, "我的任务")),
      h("div.head", {}, h("div", {}, h("p.above", {}, act.title, act.case_number ? h("span.no", {}, ` ${act.case_number}`) : null), h("h2", { id: "act-title", tabindex: "-1" }, act.label)),
        must ? h(must[0] ? `span.tag.${must[0]}` : "span.tag", {}, must[1]) : null),
      h("section.card", { "aria-labelledby": "before" }, h("h2", { id: "before" }, "一、记录之前"),
        h("p.meta.small", {}, "每做一项点一下，系统记下时间。"), this.ticks, this.wording()),
      h("section.card", { "aria-labelledby": "taking" }, h("h2", { id: "taking" }, "二、音像和笔录"), this.tools, this.stage, this.pieces, this.notes),
      h("section.card", { "aria-labelledby": "noting" }, h("h2", { id: "noting" }, "三、记录信息"), this.wrong, this.form()),
    ];
  }

  wording() {
    const { act } = this;
    const { wordings } = this.site;
    const before = act.wording || wordings?.before || "";
    const points = (words, list) => (list.length > 0 ? [h("h3", {}, words), h("ul", {}, list.map((it) => h("li", {}, it)))] : null);
    if (!before && act.guide.length === 0) return null;
    return h("details.more", { open: true }, h("summary", {}, "标准用语"),
      before ? h("blockquote", {}, before) : null, points("应当说明", act.guide), points("不要", act.avoid),
      act.basis || wordings?.basis ? h("p.law.meta.small", {}, [act.basis, wordings?.basis].filter(Boolean).join("；")) : null);
  }

  async refresh() {
    this.showTicks();
    this.showTools();
    await this.showPieces();
  }

  showTicks() {
    const { act } = this;
    fill(this.ticks, TICKS.map(({ what, words }) => {
      const done = act.ticks.find((tick) => tick.what === what);
      return h("li", {},
        h("button.btn.quiet.tick", { type: "button", id: `tick-${what}`, "aria-pressed": done ? "true" : "false", disabled: done !== undefined, onclick: () => this.tick(what) }, done ? `✓ ${words}` : words),
        done ? h("span.meta.small", {}, time(done.at)) : null);
    }));
    const absent = h("input", { type: "text", value: act.absent, autocomplete: "off", onchange: (event) => { act.absent = event.target.value.trim(); this.save(); this.showTools(); } });
    if (!act.told) this.ticks.append(h("li.absent", {}, field("absent", "当事人不在场、无法告知的，写明情况", absent, { optional: true })));
  }

  async tick(what) {
    const { act } = this;
    const at = new Date().toISOString();
    act.ticks.push({ what, at });
    if (what === "told") act.told = { at, by: act.person };
    await this.save();
    say(`已记下：${TICKS.find((it) => it.what === what).words}`);
    this.showTicks();
    this.showTools();
  }

  showTools() {
    const { act } = this;
    const shut = this.running ? "正在采集" : !act.told && !act.absent && !act.patrol ? "先告知当事人进行音像记录，再开始采集；当事人不在场的，先写明情况。" : "";
    const button = (id, words, onclick) => h("button.btn.quiet", { type: "button", id, disabled: shut !== "", onclick }, words);
    const file = h("input.visually-hidden", { type: "file", id: "import", disabled: shut !== "", "aria-describedby": "import-hint", multiple: true, accept: "image/*,audio/*,video/*,application/pdf", onchange: (event) => this.bring(event.target) });
    fill(this.tools, h("div.take", {},
      button("take-photo", "拍照", () => this.photo()), button("take-audio", "录音", () => this.begin("audio")),
      button("take-video", "录像", () => this.begin("video")), button("take-form", "写笔录", () => this.write()),
      h("span.import", {}, file, h("label.btn.quiet", { for: "import" }, "导入执法记录仪的文件"))),
      h("p.hint.small.meta", { id: "import-hint" }, "导入的文件在本机逐块计算校验值，加密保存；上传入库之前请不要删除原件"),
      shut && !this.running ? h("p.shut", {}, shut) : null);
  }

  /** A piece; an imported one with its device and clock, kept unfolded while it is filled in. */
  line(piece) {
    const line = pieceLine(this.act, piece);
    if (piece.imported) {
      const box = clockOf(this.act, piece, this.site);
      box.open = this.pieces.querySelector(`[data-piece="${piece.id}"] details`)?.open ?? false;
      line.append(box);
    }
    return line;
  }

  async showPieces() {
    const pieces = await listPieces(this.act.id);
    fill(this.pieces, pieces.length > 0 ? pieces.map((piece) => this.line(piece)) : h("li.empty", {}, "还没有音像和笔录"));
    fill(this.notes, this.act.interruptions.map((note, index) => {
      const words = h("input", { type: "text", value: note.statement, onchange: (event) => { note.statement = event.target.value.trim(); this.save(); } });
      const cause = h("select", { onchange: (event) => { note.cause = event.target.value; this.save(); } }, CAUSES.map(([value, label]) => h("option", { value, selected: value === note.cause }, label)));
      const heads = this.site.heads ?? [];
      const told = h("select", { onchange: (event) => { note.reported_to = event.target.value; this.save(); } },
        h("option", { value: "" }, "没有报告"), heads.map((it) => h("option", { value: it.id, selected: it.id === note.reported_to }, [it.name, it.unit && `（${it.unit}）`].filter(Boolean).join(""))));
      return h("li.notice.near", {}, h("b", {}, "记录中断 "), time(note.at), field(`cause-${index}`, "中断原因", cause), field(`note-${index}`, "中断说明", words),
        heads.length > 0 ? field(`told-${index}`, "已向谁报告", told, { optional: true, hint: "不能继续记录的，向承办机构负责人报告" }) : null);
    }));
    return pieces;
  }

  refuse(error) {
    const words = error instanceof Full || isFull(error) ? REASONS.full : DENIED[error?.name] ?? "没有成功，请再试一次；仍不成功的，用执法记录仪记录后导入文件。";
    this.running = null;
    this.showTools();
    fill(this.stage, h("div.notice.refused", { role: "alert" }, words));
  }

  async begin(kind) {
    try {
      await this.save();
      const length = h("span.num", {}, "0 字节");
      this.running = await record(this.act, kind, {
        changed: (piece) => { length.textContent = `已保存 ${size(piece.bytes)}`; length.dataset.bytes = piece.bytes; },
        ended: (piece, reason) => this.ended(piece, reason),
      });
      const preview = kind === "video" ? h("video.preview", { autoplay: true, muted: true, playsinline: true, "aria-label": "取景" }) : null;
      if (preview) [preview.muted, preview.srcObject] = [true, this.running.stream];
      fill(this.stage, h("div.running", { id: "running" }, h("p", {}, h("b", {}, `正在${KIND_WORDS[kind]}`), " ", time(this.running.piece.captured_from), " 开始 · ", length),
        preview, h("button.btn", { type: "button", id: "stop", onclick: () => this.running.stop() }, "停止")));
      this.showTools();
      say(`开始${KIND_WORDS[kind]}`);
      document.getElementById("stop").focus();
    } catch (error) {
      this.refuse(error);
    }
  }

  async ended(piece, reason) {
    this.running = null;
    fill(this.stage, reason ? h("div.notice.refused", { role: "alert" }, REASONS[reason]) : null);
    if (reason) {
      this.act.interruptions.push({ after: piece.id, cause: reason === "full" ? "battery" : "device_failure", at: piece.captured_to, statement: REASONS[reason] });
      // On a full device this may fail too; sealing the act writes it again.
      await this.save().catch(() => {});
    }
    this.showTools();
    await this.showPieces();
    say(`${KIND_WORDS[piece.kind]}已保存`);
    document.getElementById(`take-${piece.kind}`)?.focus();
  }

  async photo() {
    try {
      await this.save();
      const it = await camera();
      const video = h("video.preview", { autoplay: true, playsinline: true, "aria-label": "取景" });
      [video.muted, video.srcObject] = [true, it.stream];
      this.running = it;
      this.showTools();
      const close = () => { it.stop(); this.running = null; fill(this.stage); this.showTools(); };
      const shoot = async () => {
        try {
          await photograph(this.act, video);
          say("照片已保存");
          await this.showPieces();
        } catch (error) {
          it.stop();
          this.refuse(error);
        }
      };
      const button = h("button.btn", { type: "button", id: "shoot", disabled: true, onclick: shoot }, "拍下");
      video.onloadeddata = () => { button.disabled = false; button.focus(); };
      fill(this.stage, h("div.running", {}, video, h("div.buttons", {}, button, h("button.btn.quiet", { type: "button", id: "camera-off", onclick: close }, "关闭相机"))));
    } catch (error) {
      this.refuse(error);
    }
  }

  write() {
    const form = sheetForm(this.act, this.site, async () => { fill(this.stage); await this.showPieces(); say("笔录已保存"); document.getElementById("take-form")?.focus(); });
    this.save();
    fill(this.stage, form);
    form.querySelector("input, select").focus();
  }

  async bring(input) {
    const bar = h("progress", { max: 1, value: 0, "aria-label": "导入进度" });
    try {
      await this.save();
      for (const file of input.files) {
        fill(this.stage, h("p", {}, `正在导入 ${file.name} `, bar));
        await importFile(this.act, file, (done, all) => { bar.value = done / all; });
      }
      fill(this.stage);
      await this.showPieces();
      say("文件已导入");
    } catch (error) {
      this.refuse(error);
    }
    input.value = "";
  }

  form() {
    const { act } = this;
    const text = (id, label, options) => {
      const control = h("input", { type: "text", value: act[id], autocomplete: "off", onchange: (event) => { act[id] = event.target.value.trim(); this.save(); } });
      return field(id, label, control, options);
    };
    const where = h("p.meta.small", { id: "where" }, this.whereWords());
    const locate = () => navigator.geolocation.getCurrentPosition(({ coords }) => {
      act.coordinates = { latitude: coords.latitude, longitude: coords.longitude, accuracy_m: Math.round(coords.accuracy) };
      this.save();
      where.textContent = this.whereWords();
    }, () => { where.textContent = "没有取得位置，请用文字写明地点。"; }, { enableHighAccuracy: true, timeout: 20_000 });
    const devices = h("select", { onchange: (event) => { act.device = event.target.value; this.save(); } },
      h("option", { value: "" }, "本机（未列入设备台账）"), (this.site.devices ?? []).map((it) => h("option", { value: it.id, selected: it.id === act.device }, [it.number, it.kind_label, it.model].filter(Boolean).join(" "))));
    this.sheet = h("form.sheet", { onsubmit: (event) => { event.preventDefault(); this.finish(); }, novalidate: true },
      text("place", "采集地点"), where, h("p", {}, h("button.btn.quiet", { type: "button", onclick: locate }, "记下当前位置")),
      field("device", "记录设备", devices), collectors(act, this.site, () => this.save()), text("proves", "证明对象", { hint: "这份记录要证明什么" }),
      text("party", "当事人", { optional: act.patrol }), text("cause", "案由", { optional: act.patrol }), documents(act, () => this.save()),
      h("div.buttons", {}, h("button.btn", { id: "finish" }, "结束记录并封存")),
      h("p.hint", {}, "封存之后不能再增减。联网后自动上传，服务器核对一致才清除本机内容。"));
    return this.sheet;
  }

  whereWords() {
    const at = this.act.coordinates;
    return at ? `北纬 ${at.latitude.toFixed(6)}°，东经 ${at.longitude.toFixed(6)}°，误差约 ${at.accuracy_m} 米` : "还没有记下位置坐标。";
  }

  async finish() {
    const { act } = this;
    // On a full device a piece may not have been closed; perhaps there is room by now.
    if (!this.running) await recover(act).catch(() => {});
    const pieces = await this.showPieces();
    const list = [];
    if (!this.running && pieces.some((it) => it.state === "capturing")) list.push({ id: "take-photo", message: "存储空间不足，不能封存；请先上传其他记录，或者清理设备" });
    if (this.running) list.push({ id: "stop", message: "先停止正在进行的采集" });
    if (pieces.length === 0) list.push({ id: "take-photo", message: "还没有音像或者笔录，没有可以封存的内容" });
    const needed = act.patrol ? ["place", "proves"] : ["place", "proves", "party", "cause"];
    const names = { place: "采集地点", proves: "证明对象", party: "当事人", cause: "案由" };
    for (const id of needed) if (!act[id]) list.push({ id, message: `填写${names[id]}` });
    for (const [index, note] of act.interruptions.entries()) if (!note.statement) list.push({ id: `note-${index}`, message: "说明记录中断的原因" });
    mark(this.sheet, list);
    fill(this.wrong, list.length > 0 ? errors(list) : null);
    if (list.length > 0) {
      this.wrong.firstChild.focus();
      return;
    }
    act.clock = this.site.clock() ?? act.clock;
    act.ended_at = new Date().toISOString();
    act.state = "sealed";
    try {
      await this.save();
    } catch (error) {
      [act.state, act.ended_at] = ["open", null];
      this.refuse(error);
      return;
    }
    say("已封存");
    this.site.kick();
    this.site.go("#custody");
  }

  /** Leaving the view closes what runs; nothing is lost. */
  async leave() {
    await this.running?.stop?.();
  }
}
