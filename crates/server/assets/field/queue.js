// The way to the server: register, upload, ask whether it was accepted, and only then
// let the bytes on the device go. One page at a time does it; every step can be done
// again without anything happening twice.

import { Offline, Refused, createUpload, custody, register, sendBytes, uploadOffset } from "./api.js";
import { dropParts, isFull, listActs, listPieces, readRange, saveAct, savePiece } from "./store.js";

const LOCK = "field-upload";
/** Bytes of one request: begins here, doubles when it goes well, halves when not. */
const FIRST = 1 << 20;
const LEAST = 64 << 10;
const MOST = 8 << 20;
/** Waits between attempts, in milliseconds: the first, and the longest. */
const WAIT = 2_000;
const LONGEST = 300_000;

const DAMAGED = { words: "服务器算出的校验值与本机不符。原件仍保存在本机，请报告本机构负责人，不要清除浏览器数据。", article: "", remedy: "" };

let size = FIRST;

/** Why the queue stands still until a person does something. */
export class Halt extends Error {
  constructor(why) {
    super(why);
    this.why = why;
  }
}

/** What the server is told of a recording. */
export function registration(act, pieces) {
  const segments = pieces.map((it) => ({
    id: it.id, kind: it.kind, name: it.name, type: it.type, bytes: it.bytes, sha256_root: it.root,
    captured_from: it.captured_from, captured_to: it.captured_to,
    // What was imported has the device and the clock of the camera that made it.
    device: it.imported ? it.device || act.device || null : null, clock_offset_ms: it.imported ? it.clock_offset_ms ?? null : null,
    form: it.form ?? null,
  }));
  // Segments are numbered from 1 in the order in which they are told.
  const number = (id) => pieces.findIndex((it) => it.id === id) + 1;
  const interruptions = act.interruptions.map((it) => ({ after: number(it.after), cause: it.cause, by: "written", at: it.at, statement: it.statement, reported_to: it.reported_to || null }));
  return {
    id: act.id, case: act.case, act: act.verb, link: act.link, case_room: act.case_room ?? false, place: act.place, coordinates: act.coordinates,
    started_at: act.started_at, ended_at: act.ended_at, device: act.device || null, proves: act.proves,
    party: act.party, cause: act.cause, told: act.told, not_told_because: act.told ? null : act.absent || null, ticks: act.ticks,
    clock: { device: act.clock.measured_at, offset_ms: act.clock.offset_ms }, segments, interruptions,
    collectors: (act.collectors ?? []).map(({ staff, certificate }) => ({ staff, certificate })), documents: act.documents ?? [],
  };
}

async function upload(piece, told) {
  if (!piece.location) {
    piece.location = await createUpload(piece);
    piece.sent = 0;
    await savePiece(piece);
  }
  // What the server holds counts, not what this device believes to have sent.
  let offset = await uploadOffset(piece.location);
  let unsound = 0;
  while (offset < piece.bytes) {
    const bytes = await readRange(piece, offset, size);
    try {
      offset = await sendBytes(piece.location, offset, bytes);
      size = Math.min(MOST, size * 2);
      unsound = 0;
    } catch (error) {
      size = Math.max(LEAST, size / 2);
      const status = error instanceof Refused ? error.status : 0;
      // Another request moved it on (409), or the bytes came damaged (460): ask again.
      if ((status !== 409 && status !== 460) || ++unsound > 5) throw error;
      offset = await uploadOffset(piece.location);
    }
    piece.sent = offset;
    await savePiece(piece);
    told();
  }
  piece.sent = piece.bytes;
  piece.state = "uploaded";
  await savePiece(piece);
}

/** Uploads a piece, from the beginning when the server no longer knows of the upload. */
async function uploadWhole(piece, told) {
  try {
    await upload(piece, told);
  } catch (error) {
    if (!(error instanceof Refused) || (error.status !== 404 && error.status !== 410)) throw error;
    // Perhaps it is complete, and only the last answer was lost.
    const theirs = (await custody(piece.act)).segments.find((it) => it.id === piece.id);
    if (["uploaded", "accepted", "mismatch"].includes(theirs?.state)) {
      [piece.state, piece.sent] = ["uploaded", piece.bytes];
      await savePiece(piece);
      return;
    }
    piece.location = "";
    piece.sent = 0;
    piece.attempt += 1;
    await savePiece(piece);
    throw new Offline("the upload is gone");
  }
}

/** Takes over what the server says of each piece. Gives whether all is accepted. */
async function settle(act, pieces, told) {
  const answer = await custody(act.id);
  act.number = answer.number ?? act.number;
  for (const piece of pieces.filter((it) => it.state !== "accepted" && it.state !== "mismatch")) {
    const theirs = answer.segments.find((it) => it.id === piece.id);
    // What the server computed from what it stored, not what it was told.
    const root = theirs?.identity?.sha256_root ?? theirs?.sha256_root;
    if (theirs?.state === "accepted" && root === piece.root) {
      piece.state = "accepted";
      piece.accepted_at = new Date().toISOString();
      await dropParts(piece);
    } else if (theirs?.state === "mismatch" || theirs?.state === "accepted") {
      // Both stay: theirs as a finding, ours until a person has decided.
      piece.state = "mismatch";
      await savePiece(piece);
    }
  }
  told();
  return pieces.every((it) => it.state === "accepted");
}

async function carry(act, told) {
  const pieces = await listPieces(act.id);
  if (act.state === "sealed") {
    act.number = (await register(registration(act, pieces))).number ?? null;
    act.state = "registered";
    await saveAct(act);
    told();
  }
  for (const piece of pieces) {
    if (piece.state === "captured") await uploadWhole(piece, told);
  }
  const all = await settle(act, pieces, told);
  const damaged = pieces.some((it) => it.state === "mismatch");
  act.problem = damaged ? DAMAGED : null;
  if (all) act.state = "done";
  // Once everything has been judged, only a person can go on with what does not match.
  else if (pieces.every((it) => it.state === "accepted" || it.state === "mismatch")) act.state = "mismatch";
  await saveAct(act);
  // Not yet judged: ask again later, as after a failure.
  if (act.state === "registered") throw new Offline("not judged yet");
}

function later(act, error) {
  act.tries = (act.tries ?? 0) + 1;
  const wait = Math.min(LONGEST, WAIT * 2 ** Math.min(act.tries - 1, 10));
  const asked = error instanceof Refused ? error.retryAfter * 1000 : 0;
  // Devices that come back together should not ask together.
  act.next_at = Date.now() + Math.max(asked, wait * (0.75 + Math.random() / 2));
}

/** Notes why an act did not go on. Throws when nothing can go on. */
async function failed(act, error) {
  if (isFull(error)) throw new Halt("full");
  if (error instanceof Refused && error.status === 401) throw new Halt("signed_out");
  if (error instanceof Refused && !error.passing && error.status !== 404 && error.status !== 410) {
    const words = [error.message, ...error.fields.map((it) => it.message)].join("；");
    act.problem = { words, article: error.article ?? "", remedy: error.remedy };
  } else if (!(error instanceof Offline) && !(error instanceof Refused)) {
    act.problem = { words: "本机不能读出这条记录，将再次尝试。", article: "", remedy: "" };
  }
  later(act, error);
  await saveAct(act);
}

/** Goes through what waits, oldest first. Gives when to come again (milliseconds since
 *  1970), none when nothing waits; `busy` when another page is at it. */
export async function run(person, told) {
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock) return "busy";
    const acts = (await listActs(person)).reverse().filter((it) => it.state === "sealed" || it.state === "registered");
    for (const act of acts) {
      if ((act.next_at ?? 0) > Date.now()) continue;
      try {
        await carry(act, told);
      } catch (error) {
        await failed(act, error);
        told();
        // Without a network the others need not try.
        if (error instanceof Offline && !navigator.onLine) break;
      }
    }
    const waiting = (await listActs(person)).filter((it) => it.state === "sealed" || it.state === "registered");
    const times = waiting.map((it) => it.next_at ?? 0).filter((it) => it > Date.now());
    return times.length > 0 ? Math.min(...times) : null;
  });
}

/** Lets everything that waits try at once: the network is back, or a person asks. */
export async function hurry(person) {
  await navigator.locks.request(LOCK, async () => {
    for (const act of await listActs(person)) {
      if (act.state !== "sealed" && act.state !== "registered") continue;
      act.next_at = 0;
      act.tries = 0;
      await saveAct(act);
    }
  });
}
