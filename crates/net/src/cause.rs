//! Why a request of ours or a dial came to nothing.

use std::io;

use libp2p::{
    core::upgrade::NegotiationError, request_response::OutboundFailure, swarm::DialError,
};

use crate::{FrameError, RequestError, address};

/// Characters of a dial's errors kept for the log.
const REASON_CHARS: usize = 512;

/// The connection closed under the request.
pub(crate) struct Lost;

pub(crate) fn judge(error: OutboundFailure) -> Result<RequestError, Lost> {
    match error {
        OutboundFailure::DialFailure | OutboundFailure::ConnectionClosed => Err(Lost),
        OutboundFailure::Timeout => Ok(RequestError::TimedOut),
        OutboundFailure::UnsupportedProtocols => Ok(RequestError::Unsupported),
        OutboundFailure::Io(error) => judge_io(&error),
    }
}

/// Reads what a stream's error means. With lazy negotiation a refused protocol shows only when the answer is read.
/// QUIC says `NotConnected` when the connection is gone and `ConnectionReset` when the other side dropped the stream.
fn judge_io(error: &io::Error) -> Result<RequestError, Lost> {
    let inner = error.get_ref();
    if let Some(frame) = inner.and_then(|inner| inner.downcast_ref::<FrameError>()) {
        return Ok(RequestError::Malformed(frame.clone()));
    }
    if inner.is_some_and(|inner| inner.is::<NegotiationError>()) {
        return Ok(RequestError::Unsupported);
    }
    match error.kind() {
        io::ErrorKind::NotConnected => Err(Lost),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::WriteZero => Ok(RequestError::NoAnswer),
        _ => Ok(RequestError::Stream(error.to_string())),
    }
}

pub(crate) fn describe(error: &DialError) -> String {
    let text = match error {
        DialError::Transport(errors) => errors
            .iter()
            .map(|(address, error)| format!("{}: {error}", address::bare(address.clone())))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    };
    text.chars().take(REASON_CHARS).collect()
}
