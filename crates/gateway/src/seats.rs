//! A listener with so many seats and no more; who is silent for too long loses the seat.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

use crate::limits::{CONNECTIONS, SILENCE};

/// A listener that accepts only while a seat is free; the others wait in the system's queue.
pub(crate) struct Seats {
    listener: TcpListener,
    free: Arc<Semaphore>,
}

impl Seats {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            free: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }
}

impl Listener for Seats {
    type Io = Seated;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Seated, SocketAddr) {
        let seat = self.free.clone().acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let silence = Box::pin(sleep(SILENCE));
        (
            Seated {
                stream,
                silence,
                _seat: seat,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection with its seat.
pub(crate) struct Seated {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    _seat: Option<OwnedSemaphorePermit>,
}

impl Seated {
    fn heard(&mut self) {
        self.silence.as_mut().reset(Instant::now() + SILENCE);
    }

    /// After progress the clock starts anew; without, it may have run out.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(done) => {
                self.heard();
                Poll::Ready(done)
            }
            Poll::Pending => match self.silence.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl AsyncRead for Seated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.watch(cx, polled)
    }
}

impl AsyncWrite for Seated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use tokio::io::AsyncReadExt;

    use super::*;

    async fn seats() -> Seats {
        Seats::new(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    #[tokio::test]
    async fn one_connection_more_than_there_are_seats_waits_until_one_is_free() {
        let mut seats = seats().await;
        let address = seats.local_addr().unwrap();
        let (mut clients, mut seated) = (vec![], vec![]);
        for _ in 0..CONNECTIONS {
            clients.push(TcpStream::connect(address).await.unwrap());
            seated.push(seats.accept().await.0);
        }
        clients.push(TcpStream::connect(address).await.unwrap());
        let mut next = Box::pin(seats.accept());
        assert!(poll!(&mut next).is_pending());
        seated.pop();
        next.await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_for_too_long_loses_the_seat() {
        let mut seats = seats().await;
        let _client = TcpStream::connect(seats.local_addr().unwrap())
            .await
            .unwrap();
        let (mut seated, _) = seats.accept().await;
        let began = Instant::now();
        let error = seated.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= SILENCE);
    }
}
