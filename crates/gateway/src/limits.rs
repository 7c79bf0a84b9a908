//! Every limit of the door, with its unit and reason.

use std::time::Duration;

/// Connections at once. A browser opens six; an office has some dozens of people. More wait in the system's queue.
pub const CONNECTIONS: usize = 256;

/// WebSockets at once: as many screens as an office has, well below [`CONNECTIONS`].
pub const SOCKETS: usize = 64;

/// Bytes of a message from a WebSocket client. It has nothing to say but control frames.
pub(crate) const MAX_MESSAGE_BYTES: usize = 1024;

/// How long the body of a request may take to arrive: the largest on a slow line of 3 Mbit/s.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(30);

/// Attached files that come in at once; each has a part of the disk that is not counted yet, 512 MiB in all.
pub const UPLOADS: usize = 8;

/// How long an attached file may take to arrive: the largest at 1 Mbit/s.
pub(crate) const UPLOAD_TIME: Duration = Duration::from_secs(600);

/// Bytes of an attached file that are read from disk at once.
pub(crate) const READ_BYTES: usize = 64 * 1024;

/// How long the head of a request may take to arrive, and how long a connection is kept for the next one. Heads are
/// small; who sends one byte by byte wants the connection, not an answer.
pub(crate) const HEADER_TIME: Duration = Duration::from_secs(20);

/// Bytes of the head of a request, and of what is read of it at once: addresses, a token and what browsers add.
pub(crate) const MAX_HEADER_BYTES: usize = 64 * 1024;

/// How long a connection may be silent. A WebSocket is never silent for so long, because of [`PING_TIME`].
pub(crate) const SILENCE: Duration = Duration::from_secs(90);

/// How often a WebSocket is pinged: often enough for [`SILENCE`] and for the time-outs of routers.
pub(crate) const PING_TIME: Duration = Duration::from_secs(30);

/// How long one event may take to be sent before the client is taken for gone.
pub(crate) const SEND_TIME: Duration = Duration::from_secs(20);

/// How long answers may still take when the door closes.
pub(crate) const CLOSE_TIME: Duration = Duration::from_secs(5);

// A screen without its socket can still ask; a pinged socket is never taken for silent.
const _: () = assert!(SOCKETS < CONNECTIONS);
const _: () = assert!(PING_TIME.as_secs() + SEND_TIME.as_secs() < SILENCE.as_secs());
const _: () = assert!(BODY_TIME.as_secs() < SILENCE.as_secs());
const _: () = assert!(HEADER_TIME.as_secs() < SILENCE.as_secs());
const _: () = assert!(UPLOADS < CONNECTIONS);
