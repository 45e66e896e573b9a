//! What 明镜 reads from, and makes of, a file that came from a stranger's device: recordings, photographs, scanned
//! pages (requirements B5, B6, B12, E5).
//!
//! - [`metadata`]: when, where and by which device a file says it was made;
//! - [`probe`]: the same from ffprobe, with the tracks, where it is installed;
//! - [`picture`]: thumbnail of a photograph, poster of a video;
//! - [`mask`]: derivatives with sound or picture masked, for publication;
//! - [`machine`]: text by engines of the organ's choice, always marked as machine-made.
//!
//! Every file is taken as hostile. The bytes are given as a [`spool::Spool`], an unnamed temporary copy; whatever reads
//! them does so in a child of the [`sandbox`], this crate's own code too ([`child`]): the program calls
//! [`child::run`] when it is started with [`child::ARGUMENT`], as it does for the press. The functions block and belong
//! on threads where that is allowed; only [`machine`] is asynchronous. Nothing here changes the stored bytes, and
//! nothing it finds replaces what the law asks an officer to enter. `docs/adr/0013-machine-made-text.md` says why.
//!
//! ```no_run
//! # use mingjing_media::{child::Client, probe::Ffprobe, sandbox::Sandbox, spool::Spool, error::MediaError};
//! # fn f(mut stored: impl std::io::Read + std::io::Seek) -> Result<(), MediaError> {
//! let sandbox = Sandbox::detect()?.confined(std::env::current_exe()?); // once, at start
//! let copy = Spool::ends(&mut stored, &std::env::temp_dir(), Spool::HEAD, Spool::TAIL)?;
//! let found = Client::current_program(&sandbox)?.metadata(&copy);
//! let probed = Ffprobe::find(&sandbox, None).and_then(|ffprobe| ffprobe.probe(&copy));
//! let both = found.unwrap_or_default().or(probed.unwrap_or_default());
//! # let _ = both; Ok(()) }
//! ```

pub mod child;
pub mod error;
pub mod machine;
pub mod mask;
pub mod metadata;
pub mod picture;
pub mod probe;
pub mod sandbox;
pub mod spool;

pub use error::{Bound, MediaError};
