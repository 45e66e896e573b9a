//! Tile coordinates, paths and contents (C2SP tlog-tiles).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Hash;

/// Hashes (or entries) of a full tile.
pub const TILE_WIDTH: u16 = 256;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of a level, 0 to 7: no u64-sized tree reaches beyond.
    Hashes(u8),
    /// Log entries.
    Entries,
}

/// A tile's coordinates. `Display` gives the path below the log prefix,
/// `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`; `FromStr` accepts only that spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    kind: TileKind,
    index: u64,
    width: u16,
}

/// Why a path or coordinates name no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("不是有效的账本分块路径")]
pub struct TileError;

/// Why the bytes of a tile or an entry bundle are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BundleError {
    /// An entry is longer than its 16-bit length can say.
    #[error("条目超过 65535 字节")]
    EntryTooLong,
    /// The bytes end inside an entry or a hash.
    #[error("分块内容被截断")]
    Truncated,
    /// More or fewer items than the tile's width.
    #[error("分块应有 {want} 项，实有 {got} 项")]
    Width {
        /// Items the width demands.
        want: usize,
        /// Items found.
        got: usize,
    },
}

impl TileKind {
    fn level(self) -> u8 {
        match self {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        }
    }
}

impl Tile {
    /// A tile by its coordinates; `width` is 1 to 256.
    ///
    /// # Errors
    /// [`TileError`] for a level above 7, a width of 0 or above 256, or a tile that reaches
    /// beyond 2^64 leaves.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TileError> {
        let level = kind.level();
        // A level-l tile spans 2^(8(l+1)) leaves; the index must leave room for that.
        let fits = match 64_u32.checked_sub(8 * (u32::from(level) + 1)) {
            Some(0) => index == 0,
            Some(bits) => index >> bits == 0,
            None => false,
        };
        if fits && (1..=TILE_WIDTH).contains(&width) {
            Ok(Self { kind, index, width })
        } else {
            Err(TileError)
        }
    }

    /// What it holds.
    pub fn kind(&self) -> TileKind {
        self.kind
    }

    /// Position within its level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Items it holds, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it holds all 256 items and never changes again.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// Position of its first item within the level.
    pub fn start(&self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }

    /// Whether a tree of `size` leaves has at least these items.
    pub fn exists_at(&self, size: u64) -> bool {
        let items = items_at(self.kind.level(), size);
        items > self.start() && items - self.start() >= u64::from(self.width)
    }

    /// The rightmost tile of a level in a tree of `size` leaves, `None` where the level is empty.
    pub fn last(kind: TileKind, size: u64) -> Option<Self> {
        let items = items_at(kind.level(), size);
        let index = items.checked_sub(1)? / u64::from(TILE_WIDTH);
        // The remainder of a full tile is 1 to 256.
        let width = (items - index * u64::from(TILE_WIDTH)) as u16;
        Self::new(kind, index, width).ok()
    }
}

/// Hashes of tile level `level` in a tree of `size` leaves: `size / 256^level`.
pub(super) fn items_at(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

impl fmt::Display for Tile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(out, "tile/{level}/")?,
            TileKind::Entries => out.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(out, "x{group:03}/")?;
        }
        write!(out, "{:03}", groups[0])?;
        if self.is_full() { Ok(()) } else { write!(out, ".p/{}", self.width) }
    }
}

impl FromStr for Tile {
    type Err = TileError;

    fn from_str(path: &str) -> Result<Self, TileError> {
        let rest = path.strip_prefix("tile/").ok_or(TileError)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError)?;
        let kind = match level {
            "entries" => TileKind::Entries,
            number => TileKind::Hashes(number.parse().map_err(|_| TileError)?),
        };
        let (digits, width) = match rest.split_once(".p/") {
            Some((digits, width)) => (digits, width.parse().map_err(|_| TileError)?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for group in digits.split('/') {
            let number: u64 = group.strip_prefix('x').unwrap_or(group).parse().map_err(|_| TileError)?;
            index = index.checked_mul(1000).and_then(|sum| sum.checked_add(number)).ok_or(TileError)?;
        }
        let tile = Self::new(kind, index, width)?;
        // One spelling only: signs, spare zeroes and misplaced x differ from what we would write.
        if tile.to_string() == path { Ok(tile) } else { Err(TileError) }
    }
}

/// Bytes of a hash tile: the hashes one after the other.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.as_flattened().to_vec()
}

/// Reads a hash tile of `width` hashes.
///
/// # Errors
/// [`BundleError::Truncated`] or [`BundleError::Width`].
pub fn decode_hashes(bytes: &[u8], width: u16) -> Result<Vec<Hash>, BundleError> {
    let (hashes, cut) = bytes.as_chunks::<32>();
    if !cut.is_empty() {
        return Err(BundleError::Truncated);
    }
    check_width(hashes.len(), width)?;
    Ok(hashes.to_vec())
}

/// Bytes of an entry bundle: each entry after its length as u16 big-endian.
///
/// # Errors
/// [`BundleError::EntryTooLong`].
pub fn encode_entries<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleError> {
    let mut out = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let len = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong)?;
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// Reads an entry bundle of `width` entries.
///
/// # Errors
/// [`BundleError::Truncated`] or [`BundleError::Width`].
pub fn decode_entries(mut bytes: &[u8], width: u16) -> Result<Vec<Vec<u8>>, BundleError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk::<2>().ok_or(BundleError::Truncated)?;
        let len = usize::from(u16::from_be_bytes(*len));
        if rest.len() < len {
            return Err(BundleError::Truncated);
        }
        let (entry, rest) = rest.split_at(len);
        entries.push(entry.to_vec());
        bytes = rest;
    }
    check_width(entries.len(), width)?;
    Ok(entries)
}

fn check_width(got: usize, width: u16) -> Result<(), BundleError> {
    let want = usize::from(width);
    if got == want { Ok(()) } else { Err(BundleError::Width { want, got }) }
}
