// Everything the field page asks of the server. All addresses stand here.

import { hex } from "./merkle.js";

const SESSION = "/api/v1/field/session";
const FIELD = "/api/v1/field";
const RECORDINGS = "/api/v1/recordings";
const UPLOADS = "/api/v1/uploads";

/** Where to sign in, to come back here. */
export const SIGN_IN = "/sign-in?next=%2Ffield";

/** A request that has no answer after so long has failed, in milliseconds. */
const PATIENCE = 120_000;
const TUS = { "Tus-Resumable": "1.0.0" };

/** Nobody answered. */
export class Offline extends Error {}

/** The server answered, and not with a success. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.detail ?? problem?.title ?? `${status}`);
    this.status = status;
    this.code = problem?.code ?? "";
    this.article = problem?.article ?? "";
    this.remedy = problem?.remedy ?? "";
    this.fields = problem?.fields ?? [];
    this.retryAfter = retryAfter;
  }
  /** Whether the same request may succeed later without anybody doing anything. */
  get passing() {
    return this.status >= 500 || [408, 423, 425, 429].includes(this.status);
  }
}

/** Whether the server answered the last time it was asked. */
export let heard = false;

let csrf = "";

async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, { ...options, redirect: "error", cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    heard = false;
    throw new Offline(error.message);
  }
  heard = true;
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw new Refused(response.status, problem, Number(response.headers.get("Retry-After")) || 0);
}

/** As `ask`, with the session's token; a token of an earlier session is replaced once. */
async function change(address, options) {
  const send = () => ask(address, { ...options, headers: { ...options.headers, "X-CSRF-Token": csrf } });
  if (csrf === "") await session();
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "auth.forged") throw error;
    await session();
    return send();
  }
}

/** Who is signed in, and the server's clock: `{ person, name, organ, server_time, csrf, offset_ms }`. */
export async function session() {
  const before = Date.now();
  const told = await (await ask(SESSION)).json();
  const after = Date.now();
  csrf = told.csrf;
  // Half the way there, half the way back.
  const offset = Math.round((before + after) / 2 - Date.parse(told.server_time));
  return { ...told, offset_ms: offset };
}

/** What the officer has to do. */
export async function field() {
  return (await ask(FIELD)).json();
}

/** Registers a recording; the same identifier never acts twice. */
export async function register(recording) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": recording.id };
  return (await change(RECORDINGS, { method: "POST", headers, body: JSON.stringify(recording) })).json();
}

/** How far each segment has come: `{ number, segments: [{ id, state, sha256_root, identity }] }`,
 *  `identity` as the server computed it. */
export async function custody(id) {
  return (await ask(`${RECORDINGS}/${encodeURIComponent(id)}`)).json();
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** Creates an upload; gives its address. `attempt` counts those that were lost. */
export async function createUpload(piece) {
  const facts = { recording: piece.act, segment: piece.id, filename: piece.name, filetype: piece.type, sha256_root: piece.root, via: "field" };
  const metadata = Object.entries(facts).map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`).join(",");
  const headers = { ...TUS, "Upload-Length": piece.bytes, "Upload-Metadata": metadata, "Idempotency-Key": `${piece.id}-${piece.attempt}` };
  const response = await change(UPLOADS, { method: "POST", headers });
  // Only the path: a proxy may not know by which name it was asked.
  return new URL(response.headers.get("Location"), new URL(UPLOADS, location.href)).pathname;
}

/** How many bytes the server holds. */
export async function uploadOffset(address) {
  const response = await ask(address, { method: "HEAD", headers: TUS });
  return offsetOf(response);
}

/** Sends bytes from an offset; gives the next. */
export async function sendBytes(address, offset, bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const headers = { ...TUS, "Upload-Offset": offset, "Upload-Checksum": `sha256 ${base64(digest)}`, "Content-Type": "application/offset+octet-stream" };
  return offsetOf(await change(address, { method: "PATCH", headers, body: bytes }));
}

function offsetOf(response) {
  const told = response.headers.get("Upload-Offset");
  const offset = Number(told);
  // Without it nothing is known to have arrived.
  if (told === null || !Number.isSafeInteger(offset) || offset < 0) throw new Offline("Upload-Offset");
  return offset;
}

/** An identifier made on the device (UUID version 4). */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}
