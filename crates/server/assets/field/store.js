// What the device keeps, in IndexedDB. Contents are sealed with AES-256-GCM under a
// key that script cannot read out; it stands in the same database, so this keeps the
// bytes from those who read the storage as files or copy it, not from someone who
// opens this page on the unlocked device. In clear stand identifiers, sizes and states
// of the way; never names, places, words or contents.

const NAME = "mingjing-field";
const VERSION = 1;

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const db = asked.result;
      db.createObjectStore("meta", { keyPath: "name" });
      db.createObjectStore("keys", { keyPath: "person" });
      db.createObjectStore("tasks", { keyPath: "person" });
      db.createObjectStore("acts", { keyPath: "id" });
      db.createObjectStore("pieces", { keyPath: "id" }).createIndex("act", "act");
      // Parts of a piece by the offset of their first byte.
      db.createObjectStore("parts", { keyPath: ["piece", "start"] });
    };
    asked.onsuccess = () => {
      // A newer page may want to change the stores.
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = null; reject(asked.error); };
  });
  return opened;
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function read(store, ask) {
  const db = await open();
  return answer(ask(db.transaction(store, "readonly").objectStore(store)));
}

/** One transaction, on disk when this returns. */
async function write(stores, change) {
  const db = await open();
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new DOMException("", "AbortError"));
  });
  change((name) => tx.objectStore(name));
  return done;
}

/** Whether an error says that the device is full. */
export function isFull(error) {
  return error?.name === "QuotaExceededError";
}

// Sealing.

async function key(person) {
  const held = await read("keys", (it) => it.get(person));
  if (held) return held.key;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  try {
    await write(["keys"], (store) => store("keys").add({ person, key: made }));
    return made;
  } catch (error) {
    // Another tab was first.
    const other = await read("keys", (it) => it.get(person));
    if (other) return other.key;
    throw error;
  }
}

async function seal(person, where, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  // Bound to its place: a sealed part cannot be put where another stood.
  const additionalData = new TextEncoder().encode(where);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, await key(person), bytes);
  return { iv, data };
}

async function unseal(person, where, { iv, data }) {
  const additionalData = new TextEncoder().encode(where);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, await key(person), data));
}

const sealJson = (person, where, value) => seal(person, where, new TextEncoder().encode(JSON.stringify(value)));
const unsealJson = async (person, where, row) => JSON.parse(new TextDecoder().decode(await unseal(person, where, row)));

// Small values that name nobody but by identifier.

export async function recall(name) {
  return (await read("meta", (it) => it.get(name)))?.value;
}

export function remember(name, value) {
  return write(["meta"], (store) => store("meta").put({ name, value }));
}

// Tasks.

export async function saveTasks(person, tasks) {
  const sealed = await sealJson(person, `tasks ${person}`, tasks);
  return write(["tasks"], (store) => store("tasks").put({ person, ...sealed }));
}

export async function loadTasks(person) {
  const row = await read("tasks", (it) => it.get(person));
  return row ? unsealJson(person, `tasks ${person}`, row) : null;
}

// Acts: one recording each.

async function actRow(act) {
  return { id: act.id, person: act.person, state: act.state, ...(await sealJson(act.person, `act ${act.id}`, act)) };
}

export async function saveAct(act) {
  const row = await actRow(act);
  return write(["acts"], (store) => store("acts").put(row));
}

export async function loadAct(id) {
  const row = await read("acts", (it) => it.get(id));
  return row ? unsealJson(row.person, `act ${id}`, row) : null;
}

/** Acts of a person, newest first. */
export async function listActs(person) {
  const rows = (await read("acts", (it) => it.getAll())).filter((row) => row.person === person);
  const acts = await Promise.all(rows.map((row) => unsealJson(person, `act ${row.id}`, row)));
  return acts.sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

/** How many acts of other persons wait on this device. */
export async function othersWaiting(person) {
  const rows = await read("acts", (it) => it.getAll());
  return rows.filter((row) => row.person !== person && row.state !== "done").length;
}

// Pieces and their bytes.

async function pieceRow(piece) {
  const sealed = await sealJson(piece.person, `piece ${piece.id}`, piece);
  return { id: piece.id, act: piece.act, person: piece.person, ...sealed };
}

export async function savePiece(piece) {
  const row = await pieceRow(piece);
  return write(["pieces"], (store) => store("pieces").put(row));
}

/** Pieces of an act in their order. */
export async function listPieces(act) {
  const rows = await read("pieces", (it) => it.index("act").getAll(act));
  const pieces = await Promise.all(rows.map((row) => unsealJson(row.person, `piece ${row.id}`, row)));
  return pieces.sort((a, b) => a.no - b.no);
}

const partPlace = (piece, start) => `part ${piece} ${start}`;

/** Appends bytes to a piece; part and length become durable together. */
export async function addPart(piece, bytes, at) {
  const start = piece.bytes;
  const next = { ...piece, bytes: start + bytes.length, captured_to: at };
  const part = await seal(piece.person, partPlace(piece.id, start), bytes);
  const row = await pieceRow(next);
  await write(["parts", "pieces"], (store) => {
    store("parts").add({ piece: piece.id, start, bytes: bytes.length, ...part });
    store("pieces").put(row);
  });
  Object.assign(piece, next);
}

/** At most `most` bytes of a piece from an offset. */
export async function readRange(piece, offset, most) {
  const out = new Uint8Array(Math.min(most, piece.bytes - offset));
  let filled = 0;
  while (filled < out.length) {
    const at = offset + filled;
    const range = IDBKeyRange.bound([piece.id, 0], [piece.id, at]);
    const cursor = await read("parts", (it) => it.openCursor(range, "prev"));
    if (!cursor) throw new Error(`piece ${piece.id} lacks byte ${at}`);
    const row = cursor.value;
    const bytes = await unseal(piece.person, partPlace(piece.id, row.start), row);
    const now = bytes.subarray(at - row.start, at - row.start + out.length - filled);
    if (now.length === 0) throw new Error(`piece ${piece.id} lacks byte ${at}`);
    out.set(now, filled);
    filled += now.length;
  }
  return out;
}

const partsOf = (piece) => IDBKeyRange.bound([piece, 0], [piece, Infinity]);

/** Lets the bytes of a piece go; its record stays, as given. */
export async function dropParts(piece) {
  const row = await pieceRow(piece);
  return write(["parts", "pieces"], (store) => {
    store("parts").delete(partsOf(piece.id));
    store("pieces").put(row);
  });
}

/** Takes back a piece in which there is nothing yet. */
export function dropEmpty(piece) {
  return write(["parts", "pieces"], (store) => {
    store("parts").delete(partsOf(piece.id));
    store("pieces").delete(piece.id);
  });
}

/** Forgets a person: tasks and everything that the server has accepted. What it has
 *  not stays sealed until the same person signs in again: evidence is never lost by
 *  signing out. With nothing left, the key goes too. */
export async function forget(person) {
  const acts = await read("acts", (it) => it.getAll());
  const done = acts.filter((row) => row.person === person && row.state === "done").map((row) => row.id);
  const kept = acts.some((row) => row.person === person && row.state !== "done");
  const pieces = (await read("pieces", (it) => it.getAll())).filter((row) => done.includes(row.act));
  return write(["meta", "keys", "tasks", "acts", "pieces", "parts"], (store) => {
    store("meta").clear();
    store("tasks").delete(person);
    for (const id of done) store("acts").delete(id);
    for (const row of pieces) {
      store("pieces").delete(row.id);
      store("parts").delete(partsOf(row.id));
    }
    if (!kept) store("keys").delete(person);
  });
}

/** Space of this page on the device, in bytes, and whether it is kept for good. */
export async function space() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const kept = (await navigator.storage?.persisted?.()) ?? false;
  return { usage, free: Math.max(0, quota - usage), kept };
}
