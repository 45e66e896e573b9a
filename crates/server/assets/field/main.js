// The field page: my tasks, an act, what is on the device. Works without a network;
// what the server has not accepted stays here.

import { h, fill, say, size, time } from "./dom.js";
import { Offline, Refused, SIGN_IN, field, freshId, heard, session } from "./api.js";
import { forget, listActs, listPieces, loadAct, loadTasks, othersWaiting, recall, remember, saveAct, saveTasks, space } from "./store.js";
import { actView, fresh, pieceLine } from "./act.js";
import { recover } from "./capture.js";
import { hurry, run } from "./queue.js";

const view = document.getElementById("view");
const status = document.getElementById("status");
const bus = new BroadcastChannel("mingjing-field");

const state = { person: "", name: "", signedOut: false, reached: false, csrf: "", clock: { offset_ms: 0, measured_at: null }, tasks: null, tasksAt: null, open: null, release: null, halt: "", others: 0 };

// Connection and person.

/** Asks who is signed in; keeps what is known when nobody answers. */
async function meet() {
  try {
    const told = await session();
    const known = await recall("person");
    if (known && known !== told.person) await forget(known);
    state.person = told.person;
    [state.name, state.csrf, state.reached, state.signedOut] = [told.name, told.csrf, true, false];
    state.clock = { offset_ms: told.offset_ms, measured_at: new Date().toISOString() };
    await remember("person", told.person);
    await remember("clock", state.clock);
    state.others = await othersWaiting(told.person);
  } catch (error) {
    state.reached = false;
    state.signedOut = error instanceof Refused && error.status === 401;
    if (!(error instanceof Offline) && !state.signedOut) say(error.message);
    state.person ||= (await recall("person")) ?? "";
    state.clock = (await recall("clock")) ?? state.clock;
  }
}

async function learn() {
  if (state.reached) {
    try {
      await saveTasks(state.person, { ...(await field()), got_at: new Date().toISOString() });
    } catch (error) {
      if (error instanceof Refused && error.status !== 404) say(error.message);
    }
  }
  state.tasks = state.person ? await loadTasks(state.person) : null;
}

// The queue.

let timer = 0;

async function kick() {
  clearTimeout(timer);
  if (!state.person) return;
  if (!state.reached) await meet();
  if (state.reached) {
    try {
      const next = await run(state.person, () => { bus.postMessage("changed"); changed(); });
      [state.halt, state.reached] = ["", heard];
      // Another page at it, or nothing due: come again.
      const wait = next === "busy" ? 10_000 : next === null ? 0 : Math.max(500, next - Date.now());
      if (wait > 0) timer = setTimeout(kick, wait);
    } catch (error) {
      state.halt = error.why ?? "failed";
      if (state.halt === "signed_out") [state.reached, state.signedOut] = [false, true];
    }
  } else if (!state.signedOut) {
    timer = setTimeout(kick, 15_000);
  }
  bus.postMessage("changed");
  changed();
}

/** The network is back, or a person asks: at once, whatever the waiting times. */
async function now() {
  await meet();
  if (state.reached) {
    await hurry(state.person);
    await learn();
  }
  await kick();
}

// Views.

/** Seconds in the largest unit that they fill. */
function lasting(seconds) {
  const [length, unit] = [[86_400, "天"], [3_600, "小时"], [60, "分钟"], [1, "秒"]].find(([it]) => seconds >= it);
  return `${Math.floor(seconds / length)} ${unit}`;
}

async function showStatus() {
  const acts = state.person ? await listActs(state.person) : [];
  const waiting = acts.filter((it) => it.state !== "done" && it.state !== "open").length;
  const { free, kept } = await space();
  const line = state.reached ? h("span.tag.ok", {}, "已连接服务器") : h("span.tag.near", {}, state.signedOut ? "登录已到期" : "没有网络，可以照常记录");
  const seconds = Math.round(state.clock.offset_ms / 1000);
  const drift = state.clock.measured_at ? (seconds === 0 ? "本机时钟准确" : `本机时钟比服务器${seconds > 0 ? "快" : "慢"} ${lasting(Math.abs(seconds))}，已记入记录`) : "本机时钟尚未核对";
  fill(status, h("p", {}, line, " ", h("span.tag", { id: "waiting" }, waiting > 0 ? `待上传 ${waiting} 件` : "没有待上传的记录"), " ", h("span.meta.small", {}, drift, ` · 可用空间约 ${size(free)}`, kept ? "" : " · 浏览器可能自动清理，请及时上传")),
    state.signedOut && state.person ? h("div.notice.near", {}, "登录已到期。记录照常保存在本机；请", h("a", { href: SIGN_IN }, "重新登录"), "，登录后自动上传。") : null,
    state.halt === "full" ? h("div.notice.refused", { role: "alert" }, "设备存储空间不足，不能继续上传。请清理设备上的其他内容。") : null,
    state.others > 0 ? h("div.notice.near", {}, `本机另有他人未上传的记录 ${state.others} 件，请其本人登录后上传。`) : null);
}

function tag(requirement) {
  const [tone, words] = { must: ["seal", "应当音像记录"], as_needed: ["near", "根据实际"], text: ["", "可以文字记录"] }[requirement] ?? ["", ""];
  return h(tone ? `span.tag.${tone}` : "span.tag", {}, words);
}

async function begin(task, it) {
  const act = fresh(freshId(), state.person, state.clock, task, it);
  await saveAct(act);
  await navigator.storage?.persist?.();
  location.hash = `#act=${act.id}`;
}

async function showTasks() {
  const acts = (await listActs(state.person)).filter((it) => it.state === "open");
  const tasks = state.tasks?.tasks ?? [];
  view.replaceChildren(
    acts.length > 0 ? h("section.card.decisive", { "aria-labelledby": "going-on" }, h("h2", { id: "going-on" }, "进行中"), acts.map((it) =>
      h("div.act", {}, h("b", {}, it.label), h("a.btn", { href: `#act=${it.id}` }, "继续"), h("p", {}, it.title, " · ", time(it.started_at), " 开始")))) : "",
    h("section.card", { "aria-labelledby": "my-tasks" }, h("h2", { id: "my-tasks" }, "我的任务"),
      state.tasks?.got_at ? h("p.meta.small", {}, time(state.tasks.got_at), " 取得") : null,
      tasks.length === 0 ? h("p.empty", {}, state.tasks ? "没有要到现场办理的案件" : "还没有取得任务；联网后自动取得") : tasks.map((task) =>
        h("section.task", {}, h("h3", {}, task.title, " ", h("span.no.meta", {}, task.number ?? "")), task.acts.map((it) =>
          h("div.act", {}, h("b", {}, it.label, " ", tag(it.requirement)), h("button.btn.quiet", { type: "button", "data-act-of": it.link ?? it.verb, "data-case": task.case, onclick: () => begin(task, it), "aria-label": `开始${it.label}：${task.title}` }, "开始"))))),
      h("div.act", {}, h("b", {}, "日常巡查"), h("button.btn.quiet", { type: "button", id: "patrol", onclick: () => begin(null, state.tasks?.patrol), "aria-label": "开始日常巡查" }, "开始"), h("p", {}, "没有案件的记录；发现线索的，上传后转为线索"))));
}

const ACT_STATES = { sealed: "待上传", registered: "上传中", done: "全部入库", mismatch: "核对不符" };

/** Opens what the server did not take, to be corrected; what is recorded stays as it is. */
async function mend(id) {
  const act = await loadAct(id);
  if (act.state !== "sealed") return;
  [act.state, act.problem, act.next_at, act.tries] = ["open", null, 0, 0];
  await saveAct(act);
  location.hash = `#act=${id}`;
}

async function showCustody() {
  const acts = (await listActs(state.person)).filter((it) => it.state !== "open");
  const { usage, free } = await space();
  // What a person has unfolded stays so when the list changes.
  const unfolded = new Set([...document.querySelectorAll("#custody-list details[open]")].map((it) => it.closest("[data-act]").dataset.act));
  const blocks = await Promise.all(acts.map(async (act) => {
    const pieces = await listPieces(act.id);
    return h("section.card", { "data-act": act.id, "data-state": act.state, "aria-label": `${act.label} ${act.title}` },
      h("div.head", {}, h("div", {}, h("p.above", {}, act.title), h("h2", {}, act.label, " ", h("span.no.meta", {}, act.number ?? ""))), h(act.state === "done" ? "span.tag.ok" : act.state === "mismatch" ? "span.tag.seal" : "span.tag.near", {}, ACT_STATES[act.state])),
      h("p.meta.small", {}, act.place, " · ", time(act.started_at), " 至 ", time(act.ended_at, act.started_at), ` · 证明：${act.proves}`),
      act.problem ? h("div.notice.refused", { role: "alert" }, h("p", {}, act.problem.words), act.problem.article ? h("p.law", {}, act.problem.article) : null, act.problem.remedy ? h("p", {}, act.problem.remedy) : null,
        act.state === "sealed" ? h("p", {}, h("button.btn.quiet", { type: "button", id: `mend-${act.id}`, onclick: () => mend(act.id) }, "更正记录信息")) : null) : null,
      h("details.more", { open: act.state !== "done" || unfolded.has(act.id) }, h("summary", { id: `pieces-${act.id}` }, `${pieces.length} 件音像和笔录`), h("ol.pieces", {}, pieces.map((piece) => pieceLine(act, piece)))));
  }));
  // The frame stays while the list changes: nobody's finger or focus loses its button.
  if (!document.getElementById("custody-list")) {
    view.replaceChildren(
      h("section.card", {}, h("h2", {}, "本机记录"), h("p", { id: "custody-space" }), h("div.buttons", {}, h("button.btn", { type: "button", id: "send-now", onclick: now }, "立即上传"))),
      h("div", { id: "custody-list" }));
  }
  fill(document.getElementById("custody-space"), `本页占用 ${size(usage)}，可用约 ${size(free)}。服务器核对一致后，本机内容自动清除，只留下面的清单。`);
  fill(document.getElementById("custody-list"), blocks.length > 0 ? blocks : h("section.card", {}, h("p.empty", {}, h("b", {}, "本机没有已封存的记录"), "在“我的任务”里开始一项")));
}

async function show() {
  await state.open?.leave();
  state.open = null;
  state.release?.();
  state.release = null;
  for (const link of document.querySelectorAll("#views a")) link.toggleAttribute("aria-current", link.hash === (location.hash || "#tasks"));
  await showStatus();
  if (!state.person) {
    fill(view, h("section.card.said", {}, h("h2", {}, "请先登录"), h("p", {}, "登录一次之后，没有网络也可以在本机继续记录。"), h("p", {}, h("a.btn", { href: SIGN_IN }, "登录"))));
  } else if (location.hash.startsWith("#act=")) {
    const id = location.hash.slice(5);
    const release = await claim(id);
    state.release = release;
    const act = await loadAct(id);
    if (!release) {
      fill(view, h("section.card.said", {}, h("h2", {}, "这项记录正在另一个页面办理"), h("p", {}, "请回到那个页面；那个页面关闭之后，再从“我的任务”继续。")));
    } else if (act?.person === state.person && act.state === "open") {
      await recover(act);
      state.open = await actView(view, act, { ...state.tasks, clock: () => (state.clock.measured_at ? state.clock : null), kick, go: (hash) => { location.hash = hash; } });
    } else location.replace("#custody");
  } else if (location.hash === "#custody") await showCustody();
  else await showTasks();
  document.documentElement.dataset.view = location.hash || "#tasks";
}

/** Takes an act for this page alone; gives how to let go of it, none when another page
 *  has it: two copies of one act would overwrite each other. */
function claim(id) {
  return new Promise((resolve) => {
    navigator.locks.request(`field-act-${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(null);
      return new Promise((over) => resolve(over));
    });
  });
}

let drawing = Promise.resolve();

/** Redraws what may have changed; never what a person is filling in. */
function changed() {
  drawing = drawing.then(async () => {
    await showStatus();
    if (location.hash === "#custody" && state.person) await showCustody();
  });
  return drawing;
}

// Leaving.

async function signOut(form, sure) {
  const unsent = (await listActs(state.person)).filter((it) => it.state !== "done").length;
  if (unsent > 0 && !sure) {
    const note = h("section.card.decisive", { role: "alertdialog", "aria-labelledby": "leaving" }, h("h2", { id: "leaving", tabindex: "-1" }, `还有 ${unsent} 件记录没有入库`),
      h("p", {}, "退出后，它们加密留在本机，您本人再次登录才能上传；任务和已入库的内容全部清除。"),
      h("div.buttons", {}, h("button.btn", { type: "button", onclick: () => show() }, "先不退出"), h("button.btn.quiet", { type: "button", id: "leave", onclick: () => signOut(form, true) }, "仍要退出")));
    fill(view, note);
    document.getElementById("leaving").focus();
    return;
  }
  await forget(state.person);
  bus.postMessage("left");
  if (state.csrf) {
    form.elements._csrf.value = state.csrf;
    form.submit();
  } else {
    [state.person, state.tasks] = ["", null];
    say("本机上的任务已清除。联网后请再次退出登录。");
    await show();
  }
}

document.getElementById("leave-form").addEventListener("submit", (event) => {
  event.preventDefault();
  signOut(event.target, false);
});
addEventListener("hashchange", async () => { await show(); view.focus(); await kick(); });
addEventListener("online", now);
addEventListener("offline", () => { state.reached = false; changed(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) kick(); });
addEventListener("beforeunload", (event) => { if (state.open?.running) event.preventDefault(); });
bus.onmessage = ({ data }) => {
  if (data === "left") location.reload();
  else changed();
};

async function start() {
  if (!isSecureContext) {
    fill(view, h("section.card.said", { role: "alert" }, h("h2", {}, "需要加密连接"), h("p", {}, "浏览器只在加密连接下允许采集和加密保存。请用加密的地址打开本系统，或者请系统管理员启用加密连接。")));
    document.documentElement.dataset.ready = "failed";
    return;
  }
  await navigator.serviceWorker?.register("/field/worker.js", { scope: "/field", updateViaCache: "none" });
  await meet();
  await learn();
  for (const { id, state: stage } of state.person ? await listActs(state.person) : []) {
    const release = stage === "open" ? await claim(id) : null;
    if (!release) continue;
    await recover(await loadAct(id));
    release();
  }
  await show();
  document.documentElement.dataset.ready = "yes";
  await navigator.serviceWorker?.ready;
  document.documentElement.dataset.offline = "ready";
  await kick();
}

start().catch((error) => {
  fill(view, h("section.card.said", { role: "alert" }, h("h2", {}, "现场页没有打开"), h("p", {}, "浏览器可能禁止了本机存储，或者版本过旧。请换用普通模式或者新版浏览器。"), h("p.meta.small", {}, error.message)));
  document.documentElement.dataset.ready = "failed";
});
