// Identity of evidence on the device: SHA-256 Merkle root over 1 MiB chunks and the
// length, the same as crates/ledger/src/commit/evidence.rs computes. One digest per
// chunk is held, and one chunk of content.

/** Bytes of a chunk. The last may be shorter, never empty. */
export const CHUNK = 1 << 20;

// First byte of every hash input: crates/ledger/src/hash.rs.
const TAG_CHUNK = 0x18;
const TAG_NODE = 0x19;
const TAG_ROOT = 0x1a;

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** Top of the tree: the left part is the largest power of two below the count (RFC 6962). */
async function tree(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [await tree(leaves.slice(0, split)), await tree(leaves.slice(split))];
  return sha256([TAG_NODE], left, right);
}

/** Takes bytes as they come; calls of `update` must not overlap. */
export class Hasher {
  #chunk = new Uint8Array(CHUNK + 1);
  #filled = 0;
  #length = 0;
  #leaves = [];

  constructor() {
    this.#chunk[0] = TAG_CHUNK;
  }

  async update(bytes) {
    this.#length += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const now = Math.min(CHUNK - this.#filled, bytes.length - at);
      this.#chunk.set(bytes.subarray(at, at + now), 1 + this.#filled);
      this.#filled += now;
      at += now;
      if (this.#filled === CHUNK) await this.#close();
    }
  }

  async #close() {
    const digest = await crypto.subtle.digest("SHA-256", this.#chunk.subarray(0, 1 + this.#filled));
    this.#leaves.push(new Uint8Array(digest));
    this.#filled = 0;
  }

  /** The root of everything seen, in lower-case hexadecimal. */
  async finish() {
    if (this.#filled > 0) await this.#close();
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(this.#length));
    return hex(await sha256([TAG_ROOT], length, await tree(this.#leaves)));
  }
}

/** Lower-case hexadecimal. */
export function hex(bytes) {
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}
