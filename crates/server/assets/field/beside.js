// What stands beside a recording: who recorded with the officer, to which documents it
// belongs, and with which device and clock an imported file was made.

import { h, fill, field, say, time } from "./dom.js";
import { savePiece } from "./store.js";

/** Milliseconds as words, by which a clock is fast or slow. */
export function drift(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds === 0) return "与服务器一致";
  const [length, unit] = [[86_400, "天"], [3_600, "小时"], [60, "分"], [1, "秒"]].find(([it]) => Math.abs(seconds) >= it);
  const rest = length > 1 ? Math.abs(seconds) % length : 0;
  const minor = { 86_400: [3_600, "小时"], 3_600: [60, "分"], 60: [1, "秒"] }[length];
  const more = rest > 0 && minor ? ` ${Math.floor(rest / minor[0])} ${minor[1]}` : "";
  return `比服务器${seconds > 0 ? "快" : "慢"} ${Math.floor(Math.abs(seconds) / length)} ${unit}${more}`;
}

const named = (it) => [it.name, it.unit && `（${it.unit}）`].filter(Boolean).join("");

/** Choosing who recorded too. Those who handle the case stand first; nobody is chosen
 *  beforehand, for only who was there recorded. */
export function collectors(act, site, save) {
  act.collectors ??= [];
  const all = [...(site.colleagues ?? [])];
  const handles = (it) => (act.officers ?? []).includes(it.id);
  all.sort((a, b) => handles(b) - handles(a));
  const chosen = h("ul.notes", { id: "collectors" });
  const select = h("select", { onchange: () => {
    const it = all.find((one) => one.id === select.value);
    select.value = "";
    if (!it || act.collectors.some((one) => one.staff === it.id)) return;
    act.collectors.push({ staff: it.id, name: named(it), certificate: it.certificate ?? "" });
    save();
    show();
    say(`已加入采集人：${it.name}`);
  } }, h("option", { value: "" }, "选择共同采集的人员"), all.map((it) => h("option", { value: it.id }, named(it) + (handles(it) ? " 本案承办人" : ""))));
  const drop = (one) => {
    act.collectors = act.collectors.filter((it) => it !== one);
    save();
    show();
    select.focus();
  };
  const show = () => fill(chosen, act.collectors.map((one) => h("li", {}, one.name, one.certificate ? h("span.meta.small", {}, ` 证号 ${one.certificate}`) : null, " ",
    h("button.btn.quiet", { type: "button", onclick: () => drop(one), "aria-label": `去掉采集人 ${one.name}` }, "去掉"))));
  show();
  return h("div", {}, field("second", "共同采集人", select, { optional: true, hint: "除本人以外，实际参加采集的人员；执法应当由两名以上执法人员进行" }), chosen);
}

/** Numbers of documents: those of the case to be ticked, others to be written. */
export function documents(act, save) {
  act.documents ??= [];
  const known = act.known_documents ?? [];
  const toggle = (number, on) => {
    act.documents = act.documents.filter((it) => it !== number);
    if (on) act.documents.push(number);
    save();
  };
  const boxes = known.map((it, at) => h("li", {}, h("label.check", { for: `document-${at}` },
    h("input", { type: "checkbox", id: `document-${at}`, checked: act.documents.includes(it.number), onchange: (event) => toggle(it.number, event.target.checked) }), ` ${it.title} `, h("span.no.meta", {}, it.number))));
  const others = act.documents.filter((it) => !known.some((one) => one.number === it));
  const more = h("input", { type: "text", autocomplete: "off", value: others.join("、"), onchange: (event) => {
    const written = event.target.value.split(/[、，,;；\s]+/).filter(Boolean);
    act.documents = [...act.documents.filter((it) => known.some((one) => one.number === it)), ...written];
    save();
  } });
  return h("div", {}, boxes.length > 0 ? h("fieldset", {}, h("legend", {}, "所属文书"), h("ul.ticks", {}, boxes)) : null,
    field("documents", boxes.length > 0 ? "其他文号" : "所属文书的文号", more, { optional: true, hint: "几份文书的，用顿号隔开" }));
}

/** The device and the clock of an imported piece. What a body camera wrote is by its own
 *  clock: as it is read now beside the telephone's, or as its check before use found it. */
export function clockOf(act, piece, site, done) {
  const devices = site.devices ?? [];
  const words = h("p.meta.small", { id: `clock-${piece.no}` });
  const show = () => {
    const check = devices.find((it) => it.id === (piece.device || act.device))?.clock;
    fill(words, piece.clock_offset_ms !== undefined && piece.clock_offset_ms !== null
      ? `该设备时钟${drift(piece.clock_offset_ms)}，已据此换算`
      : check ? [`该设备使用前检查（`, time(check.at), `）时钟${drift(check.offset_ms)}，登记时据此换算`]
        : "没有核对过该设备的时钟，按本机时钟登记；请读出设备现在的时间");
  };
  const save = async () => { await savePiece(piece); show(); done?.(); };
  const select = h("select", { onchange: () => { piece.device = select.value; save(); } },
    h("option", { value: "" }, "与下方“记录设备”相同"), devices.map((it) => h("option", { value: it.id, selected: it.id === piece.device }, [it.number, it.kind_label, it.model].filter(Boolean).join(" "))));
  const reading = h("input", { type: "datetime-local", step: "1" });
  const take = async () => {
    // A camera shows civil time of China, whatever this telephone is set to.
    const shown = Date.parse(`${reading.value}+08:00`);
    if (Number.isNaN(shown)) {
      say("请先填写设备现在显示的时间");
      reading.focus();
      return;
    }
    const phone = (site.clock() ?? act.clock).offset_ms;
    piece.clock_offset_ms = Math.round(shown - (Date.now() - phone));
    await save();
    say(`已记下：该设备时钟${drift(piece.clock_offset_ms)}`);
  };
  show();
  return h("details.more", {}, h("summary", {}, "设备和时钟"), field(`device-${piece.no}`, "这份文件的记录设备", select),
    field(`reading-${piece.no}`, "设备现在显示的时间", reading, { optional: true, hint: "看着设备的屏幕填写，到那一刻按“记下时钟”" }),
    h("p", {}, h("button.btn.quiet", { type: "button", id: `take-clock-${piece.no}`, onclick: take }, "记下时钟")), words);
}
