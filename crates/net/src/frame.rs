//! The frame: one version byte, a big-endian `u32` length, the payload.

use opener_trade::switch::{Countermeasure, holds};
use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::budget::Hold;

/// The only version of the frame.
pub const FRAME_VERSION: u8 = 1;

/// Bytes before the payload: the version and the length.
pub const HEADER_BYTES: usize = 5;

/// Bytes first allocated for a payload. From then on the buffer at most doubles, so that memory follows the bytes
/// received and not the length claimed.
const FIRST_CHUNK_BYTES: usize = 16 * 1024;

/// Bytes of payload copied behind the header, so that both leave in one write. Nearly every document is smaller; of a
/// larger one the rest is written from the shared buffer.
const FIRST_WRITE_BYTES: usize = 64 * 1024;

/// A frame that breaks the rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first byte is not [`FRAME_VERSION`].
    #[error("frame version {0} is not known")]
    Version(u8),
    /// The header claims more than the protocol allows; nothing was allocated for it.
    #[error("a frame of {claimed} bytes is over the limit of {limit}")]
    TooLarge {
        /// The length in the header, in bytes.
        claimed: usize,
        /// The protocol's limit, in bytes.
        limit: usize,
    },
    /// The stream ended inside the frame.
    #[error("the frame ended after {received} bytes of {expected}")]
    Truncated {
        /// Bytes received, header included.
        received: usize,
        /// Bytes announced, header included; [`HEADER_BYTES`] while the header itself is incomplete.
        expected: usize,
    },
    /// All memory set aside for inbound requests is in use.
    #[error("no memory is left for inbound requests")]
    Crowded,
}

impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Writes one frame; header and body go out in one write.
///
/// # Errors
/// [`FrameError::TooLarge`] before a byte is written, or the stream's own error.
pub(crate) async fn write<W>(io: &mut W, payload: &[u8], limit: usize) -> io::Result<()>
where
    W: AsyncWrite + Unpin + Send,
{
    let length = match u32::try_from(payload.len()) {
        Ok(length) if payload.len() <= limit => length,
        _ => {
            return Err(FrameError::TooLarge {
                claimed: payload.len(),
                limit,
            }
            .into());
        }
    };
    let (first, rest) = payload.split_at(payload.len().min(FIRST_WRITE_BYTES));
    let mut head = Vec::with_capacity(HEADER_BYTES + first.len());
    head.push(FRAME_VERSION);
    head.extend_from_slice(&length.to_be_bytes());
    head.extend_from_slice(first);
    io.write_all(&head).await?;
    if !rest.is_empty() {
        io.write_all(rest).await?;
    }
    io.flush().await
}

/// Reads one frame. Bytes after it are not looked at. A stream that ends before the first byte is no frame at all and
/// gives [`io::ErrorKind::UnexpectedEof`].
///
/// # Errors
/// A [`FrameError`] inside [`io::ErrorKind::InvalidData`], or the stream's own error.
pub(crate) async fn read<R>(
    io: &mut R,
    limit: usize,
    mut hold: Option<&mut Hold>,
) -> io::Result<Vec<u8>>
where
    R: AsyncRead + Unpin + Send,
{
    let mut header = [0; HEADER_BYTES];
    let received = fill(io, &mut header).await?;
    if received == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let [version, length @ ..] = header;
    if version != FRAME_VERSION {
        return Err(FrameError::Version(version).into());
    }
    if received < HEADER_BYTES {
        return Err(FrameError::Truncated {
            received,
            expected: HEADER_BYTES,
        }
        .into());
    }
    let claimed = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if claimed > limit && holds(Countermeasure::FrameLimit) {
        return Err(FrameError::TooLarge { claimed, limit }.into());
    }

    let mut payload = Vec::new();
    while payload.len() < claimed {
        let start = payload.len();
        let more = start.max(FIRST_CHUNK_BYTES).min(claimed - start);
        if let Some(hold) = hold.as_deref_mut()
            && !hold.grow(more)
        {
            return Err(FrameError::Crowded.into());
        }
        payload.reserve_exact(more);
        payload.resize(start + more, 0);
        let got = fill(io, &mut payload[start..]).await?;
        if got < more {
            let received = HEADER_BYTES + start + got;
            return Err(FrameError::Truncated {
                received,
                expected: HEADER_BYTES + claimed,
            }
            .into());
        }
    }
    Ok(payload)
}

/// Reads until `buffer` is full or the stream ends; gives the number of bytes read.
async fn fill<R>(io: &mut R, buffer: &mut [u8]) -> io::Result<usize>
where
    R: AsyncRead + Unpin + Send,
{
    let mut filled = 0;
    while filled < buffer.len() {
        match io.read(&mut buffer[filled..]).await? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use futures::{executor::block_on, io::Cursor};

    use super::*;
    use crate::budget::Budget;

    fn error_of(bytes: &[u8], limit: usize) -> FrameError {
        let error = block_on(read(&mut Cursor::new(bytes), limit, None)).unwrap_err();
        error
            .get_ref()
            .unwrap()
            .downcast_ref::<FrameError>()
            .unwrap()
            .clone()
    }

    /// Counts the writes that reach a stream.
    #[derive(Default)]
    struct Writes(Vec<usize>, Vec<u8>);

    impl AsyncWrite for Writes {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.0.push(buf.len());
            self.1.extend_from_slice(buf);
            Poll::Ready(Ok(buf.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn a_frame_is_version_length_payload_in_one_write() {
        let mut out = Writes::default();
        block_on(write(&mut out, b"abc", 3)).unwrap();
        assert_eq!(out.1, [1, 0, 0, 0, 3, b'a', b'b', b'c']);
        assert_eq!(out.0, [8]);
    }

    #[test]
    fn a_large_frame_reads_back_whole() {
        let payload: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
        let mut out = Writes::default();
        block_on(write(&mut out, &payload, payload.len())).unwrap();
        assert_eq!(
            out.0,
            [
                HEADER_BYTES + FIRST_WRITE_BYTES,
                payload.len() - FIRST_WRITE_BYTES
            ]
        );
        let read = block_on(read(&mut Cursor::new(out.1), payload.len(), None)).unwrap();
        assert_eq!(read, payload);
    }

    #[test]
    fn an_empty_payload_is_a_frame() {
        assert_eq!(
            block_on(read(&mut Cursor::new([1, 0, 0, 0, 0]), 8, None)).unwrap(),
            []
        );
    }

    #[test]
    fn one_byte_more_is_refused_on_both_sides_before_anything_is_written_or_allocated() {
        let mut out = Writes::default();
        let error = block_on(write(&mut out, &[0; 9], 8)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(out.0.is_empty());
        assert_eq!(
            error_of(&[1, 0, 0, 0, 9], 8),
            FrameError::TooLarge {
                claimed: 9,
                limit: 8
            }
        );
    }

    #[test]
    fn an_unknown_version_is_refused_even_in_a_broken_header() {
        assert_eq!(error_of(&[2, 0, 0, 0, 0], 8), FrameError::Version(2));
        assert_eq!(error_of(&[0], 8), FrameError::Version(0));
    }

    #[test]
    fn every_truncation_is_refused() {
        let mut whole = vec![1, 0, 0, 0x60, 0];
        whole.resize(HEADER_BYTES + 0x6000, 7);
        for cut in [
            1,
            4,
            5,
            6,
            HEADER_BYTES + FIRST_CHUNK_BYTES,
            whole.len() - 1,
        ] {
            let expected = if cut < HEADER_BYTES {
                HEADER_BYTES
            } else {
                whole.len()
            };
            let error = error_of(&whole[..cut], 1 << 20);
            assert_eq!(
                error,
                FrameError::Truncated {
                    received: cut,
                    expected
                }
            );
        }
        let nothing = block_on(read(&mut Cursor::new([]), 8, None)).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn memory_follows_the_bytes_received_and_not_the_length_claimed() {
        let budget = Budget::new(4 * FIRST_CHUNK_BYTES);
        let mut hold = budget.hold();
        let mut bytes = vec![1, 0, 0x3f, 0xff, 0xff];
        bytes.resize(HEADER_BYTES + FIRST_CHUNK_BYTES, 0);
        let error = block_on(read(&mut Cursor::new(bytes), 1 << 22, Some(&mut hold))).unwrap_err();
        assert!(error.to_string().contains("ended after"), "{error}");
        assert!(
            budget.hold().grow(2 * FIRST_CHUNK_BYTES),
            "two chunks at most were held"
        );
    }

    #[test]
    fn a_frame_beyond_the_budget_is_refused() {
        let budget = Budget::new(2 * FIRST_CHUNK_BYTES);
        let mut hold = budget.hold();
        let mut bytes = vec![1, 0, 1, 0, 0];
        bytes.resize(HEADER_BYTES + 0x1_0000, 0);
        let error = block_on(read(&mut Cursor::new(bytes), 1 << 22, Some(&mut hold))).unwrap_err();
        let error = error
            .get_ref()
            .unwrap()
            .downcast_ref::<FrameError>()
            .unwrap();
        assert_eq!(*error, FrameError::Crowded);
    }
}
