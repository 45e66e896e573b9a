//! The press in a child process: its memory and its faults stay outside the server.
//!
//! The program starts itself with the argument `press`. On its standard input the child takes either
//!
//! - one job as JSON until the end of input: it writes the PDF to standard output, or an error as JSON to
//!   standard error and ends with a code other than 0; or
//! - the four bytes `MJP1` and then frames, many jobs for one child: a request is a length (u32, big endian)
//!   and a job as JSON, or `{"overlay": …}` with what is laid over finished pages; an answer is one byte (0 made, 1 refused), a length and a JSON head ([`Head`] or
//!   [`PressError`]), and, if made, a length and the PDF.

mod client;

pub use client::{Client, ClientConfig};

use crate::error::PressError;
use crate::job::{Job, Overlay, Rendered};
use crate::overlay::overlay;
use crate::render::render;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::process::ExitCode;

/// Argument with which the program is started as a press.
pub const ARGUMENT: &str = "press";

const MAGIC: &[u8; 4] = b"MJP1";
const MADE: u8 = 0;
const REFUSED: u8 = 1;
/// Largest request, bytes.
const REQUEST_LIMIT: u32 = 8 * 1024 * 1024;
/// Largest answer, bytes.
const ANSWER_LIMIT: u32 = 256 * 1024 * 1024;

/// What is said of a finished document ahead of its bytes.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    pages: u32,
    template_digest: String,
}

/// Works as the child: see the module's text for the two forms of input. Errors go to standard error.
pub fn run(stdin: impl Read, stdout: impl Write) -> ExitCode {
    match work(stdin, stdout) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = serde_json::to_string(&error).unwrap_or_else(|_| error.to_string());
            // If standard error is closed there is nobody left to tell; the exit code still says it.
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

fn work(mut input: impl Read, mut output: impl Write) -> Result<(), PressError> {
    let mut start = Vec::new();
    input.by_ref().take(MAGIC.len() as u64).read_to_end(&mut start).map_err(broken)?;
    if start == MAGIC {
        return serve(input, output);
    }
    input.take(u64::from(REQUEST_LIMIT)).read_to_end(&mut start).map_err(broken)?;
    let made = parse(&start)?.done()?;
    output.write_all(&made.pdf).and_then(|()| output.flush()).map_err(broken)
}

/// Answers frames until the input ends.
fn serve(mut input: impl Read, mut output: impl Write) -> Result<(), PressError> {
    while let Some(length) = read_length(&mut input).map_err(broken)? {
        if length > REQUEST_LIMIT {
            return Err(PressError::BadJob { reason: format!("请求超过 {REQUEST_LIMIT} 字节") });
        }
        let request = read_exactly(&mut input, length).map_err(broken)?;
        let answer = parse(&request).and_then(|asked| asked.done());
        write_answer(&mut output, answer).map_err(broken)?;
    }
    Ok(())
}

/// What one request asks for.
enum Asked {
    Document(Box<Job>),
    Overlay(Overlay),
}

impl Asked {
    fn done(&self) -> Result<Rendered, PressError> {
        match self {
            Self::Document(job) => render(job),
            Self::Overlay(job) => overlay(job),
        }
    }
}

/// How an overlay is asked for; a document is asked for by its job alone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Laid {
    overlay: Overlay,
}

fn parse(bytes: &[u8]) -> Result<Asked, PressError> {
    let bad = |error: serde_json::Error| PressError::BadJob { reason: error.to_string() };
    // A document's job has no field of this name.
    if bytes.starts_with(br#"{"overlay":"#) {
        return serde_json::from_slice::<Laid>(bytes).map(|it| Asked::Overlay(it.overlay)).map_err(bad);
    }
    serde_json::from_slice(bytes).map(|job| Asked::Document(Box::new(job))).map_err(bad)
}

fn write_answer(output: &mut impl Write, answer: Result<Rendered, PressError>) -> io::Result<()> {
    match answer {
        Ok(made) => {
            let head = Head { pages: made.pages, template_digest: made.template_digest };
            output.write_all(&[MADE])?;
            write_block(output, &serde_json::to_vec(&head)?)?;
            write_block(output, &made.pdf)?;
        }
        Err(error) => {
            output.write_all(&[REFUSED])?;
            write_block(output, &serde_json::to_vec(&error)?)?;
        }
    }
    output.flush()
}

/// Reads one answer; the inner result is the child's own.
fn read_answer(input: &mut impl Read) -> io::Result<Result<Rendered, PressError>> {
    let mut kind = [0];
    input.read_exact(&mut kind)?;
    let head = read_block(input)?;
    match kind[0] {
        MADE => {
            let head: Head = serde_json::from_slice(&head)?;
            let pdf = read_block(input)?;
            Ok(Ok(Rendered { pdf, pages: head.pages, template_digest: head.template_digest }))
        }
        REFUSED => Ok(Err(serde_json::from_slice(&head)?)),
        other => Err(io::Error::new(io::ErrorKind::InvalidData, format!("answer of unknown kind {other}"))),
    }
}

fn write_block(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length =
        u32::try_from(bytes.len()).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(bytes)
}

fn read_block(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = read_length(input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    if length > ANSWER_LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "answer too long"));
    }
    read_exactly(input, length)
}

/// A length, or `None` at the end of input.
fn read_length(input: &mut impl Read) -> io::Result<Option<u32>> {
    let mut bytes = Vec::with_capacity(4);
    input.take(4).read_to_end(&mut bytes)?;
    match <[u8; 4]>::try_from(bytes.as_slice()) {
        Ok(bytes) => Ok(Some(u32::from_be_bytes(bytes))),
        Err(_) if bytes.is_empty() => Ok(None),
        Err(_) => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Reads `length` bytes without trusting the length for the first allocation.
fn read_exactly(input: &mut impl Read, length: u32) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if read == length as usize { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn broken(error: io::Error) -> PressError {
    PressError::Child { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_the_frames() {
        let made = Rendered { pdf: b"%PDF-1.7 bytes".to_vec(), pages: 3, template_digest: "ab".into() };
        let refused = PressError::MissingGlyph { field: "facts".into(), character: '\u{E123}' };
        let mut wire = Vec::new();
        write_answer(&mut wire, Ok(made.clone())).unwrap();
        write_answer(&mut wire, Err(refused.clone())).unwrap();
        let mut input = wire.as_slice();
        assert_eq!(read_answer(&mut input).unwrap(), Ok(made));
        assert_eq!(read_answer(&mut input).unwrap(), Err(refused));
        assert!(input.is_empty());
    }

    #[test]
    fn a_truncated_frame_is_an_error_and_the_end_is_not() {
        assert!(read_length(&mut [].as_slice()).unwrap().is_none());
        assert!(read_length(&mut [0, 0].as_slice()).is_err());
        assert!(read_block(&mut [0, 0, 0, 9, 1].as_slice()).is_err());
        assert!(read_block(&mut [255, 255, 255, 255].as_slice()).is_err());
    }

    #[test]
    fn a_request_that_is_too_long_or_unreadable_is_refused() {
        let mut wire = MAGIC.to_vec();
        wire.extend_from_slice(&u32::MAX.to_be_bytes());
        assert!(matches!(work(wire.as_slice(), Vec::new()), Err(PressError::BadJob { .. })));
        assert!(matches!(work(b"{\"template\":1}".as_slice(), Vec::new()), Err(PressError::BadJob { .. })));
    }
}
