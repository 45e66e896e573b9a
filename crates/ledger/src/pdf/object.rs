//! Just enough of PDF syntax (ISO 32000-1, 7.2 and 7.3) to read trailer dictionaries.

/// Deepest nesting of arrays and dictionaries that is read.
const MAX_DEPTH: usize = 32;

/// A dictionary: keys in order with the raw bytes of their values.
pub(super) struct Dict<'a> {
    entries: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Dict<'a> {
    /// Reads a dictionary at the start of `bytes` (after white space); returns what follows it.
    /// A repeated key makes the whole dictionary unreadable: readers differ on which one counts.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut rest = skip_space(bytes).strip_prefix(b"<<")?;
        let mut entries: Vec<(&[u8], &[u8])> = Vec::new();
        loop {
            rest = skip_space(rest);
            if let Some(after) = rest.strip_prefix(b">>") {
                return Some((Self { entries }, after));
            }
            let after_slash = rest.strip_prefix(b"/")?;
            let key_len = regular_len(after_slash);
            let key = &after_slash[..key_len];
            let start = skip_space(&after_slash[key_len..]);
            let after = skip_value(start, 0)?;
            if entries.iter().any(|(old, _)| *old == key) {
                return None;
            }
            entries.push((key, &start[..start.len() - after.len()]));
            rest = after;
        }
    }

    /// Raw value bytes of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'a [u8]> {
        self.entries.iter().find(|(name, _)| *name == key.as_bytes()).map(|(_, value)| *value)
    }
}

/// A non-negative integer, the whole of `bytes`.
pub(super) fn integer(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// An indirect reference `n g R`, the whole of `bytes`.
pub(super) fn reference(bytes: &[u8]) -> Option<(u64, u64)> {
    let mut words = bytes.split(|byte| is_space(*byte)).filter(|word| !word.is_empty());
    let (number, generation, letter) = (words.next()?, words.next()?, words.next()?);
    if letter != b"R" || words.next().is_some() {
        return None;
    }
    Some((integer(number)?, integer(generation)?))
}

/// Reads a non-negative integer at the start (after white space); returns what follows.
pub(super) fn take_integer(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let bytes = skip_space(bytes);
    let len = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some((integer(&bytes[..len])?, &bytes[len..]))
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// Skips white space and comments.
pub(super) fn skip_space(mut bytes: &[u8]) -> &[u8] {
    loop {
        match bytes.first() {
            Some(byte) if is_space(*byte) => bytes = &bytes[1..],
            Some(b'%') => {
                let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                bytes = &bytes[end.unwrap_or(bytes.len())..];
            }
            Some(_) | None => return bytes,
        }
    }
}

fn regular_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !is_space(**byte) && !is_delimiter(**byte)).count()
}

/// What follows the value at the start of `bytes`.
fn skip_value(bytes: &[u8], depth: usize) -> Option<&[u8]> {
    if depth > MAX_DEPTH {
        return None;
    }
    if let Some(after) = bytes.strip_prefix(b"<<") {
        return skip_until(after, b">>", depth);
    }
    match bytes.first()? {
        b'[' => skip_until(&bytes[1..], b"]", depth),
        b'(' => skip_string(bytes),
        b'<' => bytes.iter().position(|byte| *byte == b'>').map(|end| &bytes[end + 1..]),
        b'/' => Some(&bytes[1 + regular_len(&bytes[1..])..]),
        _ => {
            let len = regular_len(bytes);
            if len == 0 {
                return None;
            }
            Some(skip_reference(bytes).unwrap_or(&bytes[len..]))
        }
    }
}

fn skip_until<'a>(mut bytes: &'a [u8], end: &[u8], depth: usize) -> Option<&'a [u8]> {
    loop {
        bytes = skip_space(bytes);
        if let Some(after) = bytes.strip_prefix(end) {
            return Some(after);
        }
        bytes = skip_value(bytes, depth + 1)?;
    }
}

/// What follows `n g R` at the start of `bytes`, if that is what stands there.
fn skip_reference(bytes: &[u8]) -> Option<&[u8]> {
    let (_, rest) = take_integer(bytes)?;
    let (_, rest) = take_integer(rest)?;
    let rest = skip_space(rest).strip_prefix(b"R")?;
    if regular_len(rest) == 0 { Some(rest) } else { None }
}

fn skip_string(bytes: &[u8]) -> Option<&[u8]> {
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(&bytes[at + 1..]);
                }
            }
            _ => {}
        }
    }
    None
}
