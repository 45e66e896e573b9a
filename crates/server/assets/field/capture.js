// Taking in: photographs, sound and pictures from the device, files from a body camera.
// What is recorded is written out every few seconds, so that a killed page loses at
// most one slice; what was open when the page went is sealed when it comes back.

import { Hasher, CHUNK } from "./merkle.js";
import { addPart, dropEmpty, isFull, listPieces, readRange, saveAct, savePiece, space } from "./store.js";
import { freshId } from "./api.js";

/** A slice of a recording, in milliseconds. */
const SLICE = 3_000;
/** Below so many free bytes nothing is begun, and what runs is closed in good order. */
const RESERVE = 32 << 20;

const KINDS = {
  audio: ["audio/webm;codecs=opus", "audio/webm", "audio/mp4"],
  video: ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"],
};
const ENDINGS = { "audio/webm": "webm", "video/webm": "webm", "audio/mp4": "m4a", "video/mp4": "mp4", "image/jpeg": "jpg", "image/png": "png", "application/json": "json" };
export const KIND_WORDS = { photo: "照片", audio: "录音", video: "录像", form: "笔录" };

/** The device is full, or nearly. */
export class Full extends Error {}

const now = () => new Date().toISOString();

async function roomFor(bytes) {
  const { free } = await space();
  if (free < bytes + RESERVE) throw new Full();
}

async function begin(act, kind, type, extra = {}) {
  const pieces = await listPieces(act.id);
  const no = (pieces.at(-1)?.no ?? 0) + 1;
  const at = now();
  const digits = new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\D/g, "").slice(0, 14);
  const plain = type.split(";")[0];
  const own = `${KIND_WORDS[kind]}_${digits}_${no}.${ENDINGS[plain] ?? "bin"}`;
  const piece = { id: freshId(), act: act.id, person: act.person, no, kind, name: own, type: plain, bytes: 0, root: "",
    captured_from: at, captured_to: at, state: "capturing", location: "", sent: 0, attempt: 1, recovered: false, ...extra };
  await savePiece(piece);
  return piece;
}

async function close(piece, root) {
  piece.root = root;
  piece.state = "captured";
  await savePiece(piece);
}

/** Held by the page that writes a piece; free when that page is gone. */
const lockOf = (piece) => `field-capture-${piece.id}`;

function hold(piece) {
  let release;
  const until = new Promise((resolve) => { release = resolve; });
  const held = new Promise((resolve) => {
    navigator.locks.request(lockOf(piece), () => { resolve(); return until; });
  });
  return held.then(() => release);
}

/** Begins sound or video. `changed` is told after every slice, `ended` when it is over,
 *  with the reason when it was not asked to end. */
export async function record(act, kind, { changed, ended }) {
  await roomFor(0);
  const wanted = kind === "video" ? { audio: true, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } } : { audio: true };
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  const type = KINDS[kind].find((it) => MediaRecorder.isTypeSupported(it)) ?? "";
  const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const piece = await begin(act, kind, recorder.mimeType || type || `${kind}/webm`);
  const release = await hold(piece);
  // A dark screen ends recordings on telephones; where this cannot be asked for, it cannot.
  const awake = await navigator.wakeLock?.request("screen").catch(() => null);
  const hasher = new Hasher();
  let reason = null;
  let broken = false;
  let last = Promise.resolve();
  const stop = (why) => {
    reason ??= why;
    if (recorder.state !== "inactive") recorder.stop();
  };
  recorder.ondataavailable = ({ data }) => {
    const at = now();
    last = last.then(async () => {
      // Nothing is written after a hole.
      if (data.size === 0 || broken) return;
      const bytes = new Uint8Array(await data.arrayBuffer());
      await addPart(piece, bytes, at);
      await hasher.update(bytes);
      changed(piece);
      if ((await space()).free < RESERVE) stop("full");
    }).catch((error) => {
      broken = true;
      stop(isFull(error) ? "full" : "failed");
    });
  };
  for (const track of stream.getTracks()) track.onended = () => stop("device");
  const over = new Promise((resolve) => { recorder.onstop = resolve; }).then(async () => {
    await last;
    awake?.release().catch(() => {});
    for (const track of stream.getTracks()) track.stop();
    try {
      if (piece.bytes === 0) await dropEmpty(piece);
      else await close(piece, await hasher.finish());
    } catch {
      // Not even the closing could be noted: the next start does it (`recover`).
      reason = "full";
    }
    release();
    await ended(piece, reason === "asked" ? null : reason);
  });
  recorder.start(SLICE);
  return { piece, stream, stop: () => { stop("asked"); return over; } };
}

/** Opens the camera for photographs. */
export async function camera() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } } });
  return { stream, stop: () => { for (const track of stream.getTracks()) track.stop(); } };
}

/** Takes what a `<video>` shows as a photograph. */
export async function photograph(act, video) {
  await roomFor(16 << 20);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return whole(act, "photo", "image/jpeg", new Uint8Array(await blob.arrayBuffer()));
}

/** Keeps bytes that are there already as one piece. */
export async function whole(act, kind, type, bytes, extra = {}) {
  const piece = await begin(act, kind, type, extra);
  const release = await hold(piece);
  try {
    const hasher = new Hasher();
    await addPart(piece, bytes, now());
    await hasher.update(bytes);
    await close(piece, await hasher.finish());
    return piece;
  } finally {
    release();
  }
}

/** Longest that the browser is waited for to read the tables of a file, in milliseconds. */
const PATIENCE = 10_000;

/** How long a sound or a film lasts, in milliseconds, as the browser reads it from the file;
 *  null where it knows neither the format nor an end. */
export function lengthOf(file, kind) {
  if (kind !== "audio" && kind !== "video") return Promise.resolve(null);
  const player = document.createElement(kind);
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    const over = (seconds) => {
      clearTimeout(late);
      [player.onloadedmetadata, player.onerror] = [null, null];
      player.removeAttribute("src");
      player.load();
      URL.revokeObjectURL(address);
      resolve(Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : null);
    };
    const late = setTimeout(over, PATIENCE, NaN);
    player.onloadedmetadata = () => over(player.duration);
    player.onerror = () => over(NaN);
    player.preload = "metadata";
    player.src = address;
  });
}

/** Takes in a file, for example from a body camera; `progress` gets bytes done. A file was
 *  last changed when its recording ended: from then the length counts back to its beginning.
 *  Where the length cannot be read, the piece says so and has none. */
export async function importFile(act, file, progress) {
  await roomFor(file.size);
  const kind = { image: "photo", audio: "audio", video: "video" }[file.type.split("/")[0]] ?? "form";
  const taken = new Date(file.lastModified).toISOString();
  const length = await lengthOf(file, kind);
  const from = new Date(file.lastModified - (length ?? 0)).toISOString();
  const lengthless = length === null && (kind === "audio" || kind === "video");
  let piece;
  try {
    piece = await begin(act, kind, file.type || "application/octet-stream", { name: file.name, captured_from: from, imported: true, lengthless });
  } catch (error) {
    throw isFull(error) ? new Full() : error;
  }
  const release = await hold(piece);
  try {
    const hasher = new Hasher();
    for (let at = 0; at < file.size; at += CHUNK) {
      const bytes = new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer());
      await addPart(piece, bytes, taken);
      await hasher.update(bytes);
      progress(piece.bytes, file.size);
    }
    if (piece.bytes === 0) {
      await dropEmpty(piece);
      return null;
    }
    await close(piece, await hasher.finish());
    return piece;
  } catch (error) {
    // A part of a file is no file; it still lies where it came from. What a full
    // device does not even let go now, the next start does.
    await dropEmpty(piece).catch(() => {});
    throw isFull(error) ? new Full() : error;
  } finally {
    release();
  }
}

/** Closes what a page left open when it was killed; gives what it found. */
export async function recover(act) {
  const found = [];
  let before = null;
  for (const piece of await listPieces(act.id)) {
    if (piece.state !== "capturing") {
      before = piece.id;
      continue;
    }
    await navigator.locks.request(lockOf(piece), { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      if (piece.bytes === 0 || piece.imported) {
        // Nothing was written, or half of a file that still lies elsewhere.
        await dropEmpty(piece);
      } else {
        const hasher = new Hasher();
        for (let at = 0; at < piece.bytes; at += CHUNK) await hasher.update(await readRange(piece, at, CHUNK));
        piece.recovered = true;
        await close(piece, await hasher.finish());
        before = piece.id;
      }
      act.interruptions.push({ after: before, cause: "other", at: piece.captured_to, statement: "页面或者设备意外关闭，记录到此中断，此前内容已保存。" });
      await saveAct(act);
      found.push(piece);
    });
  }
  return found;
}
