//! The public ledger of 明镜 as a pure library: commitments, the Merkle log over them, signed
//! heads, self-contained proofs, and their verification by people who trust nothing but a key.
//!
//! No clock, no randomness, no files, no network, no database: bytes in, bytes out. Salts, seeds
//! and times are arguments. The server writes with this crate; a stranger verifies with it, or
//! with a program of their own written from the description below.
//!
//! # Who calls what
//!
//! | to | call |
//! |---|---|
//! | commit to an event | [`commit::field_leaf`], [`commit::text_leaf`], [`commit::event_root`], [`commit::entry`] |
//! | identify evidence | [`commit::EvidenceHasher`]; stop and go on with [`commit::EvidenceState`] |
//! | hash evidence on several cores | [`sm3::Sm3Stream`], [`sm3::chunk_leaves`] |
//! | append | [`tlog::leaf_hash`], [`tlog::Frontier::append`]; store the leaf and each completed [`tlog::TileHash`] |
//! | sign the head | [`note::Checkpoint::to_note`], [`note::Note::sign`], [`note::Note::cosign`] |
//! | prove | [`tlog::inclusion_proof`], [`tlog::consistency_proof`] over a [`tlog::HashSource`]; [`bundle::Bundle`] |
//! | put the proof into a PDF | [`pdf::append_bundle`] |
//! | verify | [`bundle::Bundle::verify`], [`bundle::verify_document`], [`package::verify_package`], [`vectors::check_line`] |
//! | check a log from outside | [`tlog::decode_entries`], [`tlog::Frontier`], [`bundle::verify_head`] |
//!
//! # Formats
//!
//! `‖` is concatenation, `u16`, `u32`, `u64` are big-endian, a number in `0x` is one byte. `H` is
//! SHA-256 and SM3 in turn: every commitment is a **pair** of 32-byte digests, and where digests
//! are hashed again, SHA-256 takes the SHA-256 digests and SM3 the SM3 digests. Strings are UTF-8;
//! base64 is RFC 4648, section 4, with padding.
//!
//! `tree(t; x1 … xn)` has the shape of RFC 6962, section 2.1: `x1` for n = 1, otherwise
//! `H(t ‖ tree(t; x1 … xk) ‖ tree(t; xk+1 … xn))` with k the largest power of two below n, and
//! `H("")` for n = 0.
//!
//! ## Event (format 1)
//!
//! - field leaf: `H(0x11 ‖ u16 length of name ‖ name ‖ salt ‖ bytes)`, salt 32 random bytes
//! - text leaf: `H(0x12 ‖ u16 length of name ‖ name ‖ S(2, seed) ‖ u32 number of characters ‖ T)`
//!   - `S(i, x) = SHA-256(0x15 ‖ i ‖ x)` with `i` one byte and `x` a 32-byte seed; the root seed
//!     is random, one for each text. SHA-256 alone derives: this hides, it does not commit.
//!   - a node of the character tree with seed `s` has the children `S(0, s)` and `S(1, s)`; the
//!     seed that reaches a single character is its salt
//!   - character leaf: `H(0x13 ‖ salt ‖ character)`; a character is one Unicode scalar value
//!   - `T = tree(0x14; character leaves)`
//! - envelope leaf: `H(0x10 ‖ envelope)`, the stored bytes
//! - root: `H(0x17 ‖ u32 number of leaves ‖ tree(0x16; envelope leaf, field leaves in order))`;
//!   the number counts the envelope
//! - log entry: `0x01 ‖ SHA-256 root ‖ SM3 root`, 65 bytes
//!
//! A text opening lists the maximal subtrees from left to right: a shown one by seed and text, a
//! withheld one by number of characters and pair. Two sibling parts of the same kind must have
//! been merged. A withheld character cannot be guessed: its salt comes from a seed that is not
//! derivable from any shown one.
//!
//! ## Evidence
//!
//! Chunks of 1,048,576 bytes, the last one shorter, none empty. Chunk leaf `H(0x18 ‖ chunk)`;
//! identity `H(0x1a ‖ u64 length in bytes ‖ tree(0x19; chunk leaves))`. The plain digests of the
//! whole file stand beside it.
//!
//! ## Log
//!
//! RFC 6962 with SHA-256: leaf `SHA-256(0x00 ‖ entry)`, node `SHA-256(0x01 ‖ left ‖ right)`.
//! Served as C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`, 256 wide.
//! A right edge is stored as `u64 size`, then the roots of its perfect subtrees, largest first.
//! A consistency proof from size 0 is refused (RFC 9162 asks 0 < m); with equal sizes it is empty.
//!
//! ## Signed heads
//!
//! C2SP tlog-checkpoint in a C2SP signed-note. Verifier keys are
//! `<name>+<id>+<base64(type ‖ public key)>`, id the first four bytes, in lower-case hex, of
//! `SHA-256(name ‖ 0x0a ‖ type ‖ public key)`. The log's key name is the checkpoint's origin.
//!
//! | key | type | public key | signature line: base64 of u32 id ‖ … |
//! |---|---|---|---|
//! | Ed25519 | `0x01` | 32 bytes | Ed25519 of the text, 64 bytes |
//! | SM2 | `0xff ‖ "mingjing/sm2-with-sm3/v1"` | point `0x04 ‖ x ‖ y`, 65 bytes | SM2 of the text with SM3, identity `1234567812345678`: `r ‖ s`, 64 bytes |
//! | witness | `0x04` | 32 bytes | u64 POSIX seconds ‖ Ed25519 of `"cosignature/v1\ntime <seconds>\n" ‖ text` |
//!
//! C2SP leaves `0xff` to signature types that have no byte of their own and advises the longer
//! identifier; programs that do not know it skip the line. SM2 is GB/T 32918.2 over the curve of
//! GB/T 32918.5, with the digest of GB/T 32918.2, 5.5, from raw points (no X.509 form is used).
//! An SM2 scalar comes from a 32-byte seed as the first of `SM3(identifier ‖ n ‖ seed)`,
//! n = 0x00, 0x01, …, that lies in 1 … order − 2.
//!
//! ## Bundle (`mingjing.bundle/1`)
//!
//! One JSON object without white space, members in this order, strings with the shortest JSON
//! escapes and no others; a reader refuses any other encoding of the same content.
//!
//! ```text
//! {"format":"mingjing.bundle/1",
//!  "statement":[{"from":"field","name":…,"value":…} | {"from":"envelope","pointer":…,"value":…} …],
//!  "event":{"envelope":"…","fields":[
//!     {"kind":"opened","name":…,"salt":base64,"value":{"text":…} | {"base64":…}} |
//!     {"kind":"text","name":…,"opening":{"chars":n,"salt":base64,"parts":[
//!         {"kind":"shown","seed":base64,"text":…} |
//!         {"kind":"withheld","chars":n,"hash":{"sha256":base64,"sm3":base64}} …]}} |
//!     {"kind":"hidden","leaf":{"sha256":base64,"sm3":base64}} …]},
//!  "log":{"index":n,"entry":base64,"proof":[base64 …],"checkpoint":"signed note"},
//!  "later":{"proof":[base64 …],"checkpoint":"signed note"}}
//! ```
//!
//! `later` may be missing. A value is `base64` only when its bytes are not UTF-8. A statement line
//! repeats an opened field (a withheld character as `■`) or a member of the envelope by JSON
//! Pointer; a line that repeats nothing proved is an error. A valid bundle has: a checkpoint
//! signed by a trusted key with the origin's name, the entry included in it, the event leading to
//! the entry, and the later checkpoint extending the first.
//!
//! ## Document
//!
//! The stored PDF, then one incremental update: an optional line end where the PDF has none, then
//!
//! ```text
//! <n> 0 obj
//! << /Type /MJ_Proof /Length <length of bundle> >>
//! stream
//! <bundle>
//! endstream
//! endobj
//! ```
//!
//! with n the `/Size` of the document, then a cross-reference section of the same kind as the
//! document's (a table with the one object; or a stream, object n + 1, `/Index [n 2] /W [1 8 2]`,
//! not compressed) whose trailer repeats `/Root`, `/Info` and `/ID` byte for byte and adds
//! `/Prev`, `/MJ_Proof n 0 R` and `/MJ_Prefix <length of the stored PDF>`. The update is a
//! function of PDF and bundle: the verifier builds it again and compares every byte. The event
//! opens the field `document_sha256`: 64 lower-case hex digits, the SHA-256 of the stored PDF.
//!
//! ## Package
//!
//! A BagIt 1.0 bag (RFC 8493) with SHA-256 manifests; see [`package`].

pub mod bundle;
pub mod commit;
pub mod detached;
mod error;
pub mod filed;
mod hash;
mod lanes;
pub mod note;
pub mod package;
pub mod pdf;
pub mod sm3;
pub mod tlog;
pub mod vectors;

pub use error::VerifyError;
pub use hash::Pair;
