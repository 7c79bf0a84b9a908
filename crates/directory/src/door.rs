//! The listening socket of the HTTP door: a bounded number of connections, each for a bounded time.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Sleep,
};

/// Accepts while a place is free.
pub(crate) struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    lifetime: Duration,
}

impl Door {
    pub(crate) fn new(listener: TcpListener, connections: usize, lifetime: Duration) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(connections)),
            lifetime,
        }
    }
}

impl Listener for Door {
    type Io = Visitor;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Visitor, SocketAddr) {
        // The semaphore is never closed: without a place this waits.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let visitor = Visitor {
            stream,
            leave: Box::pin(tokio::time::sleep(self.lifetime)),
            _place: place,
        };
        (visitor, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection; it fails once its time is over.
pub(crate) struct Visitor {
    stream: TcpStream,
    leave: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Visitor {
    fn stay(&mut self, context: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        match self.leave.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
        }
    }
}

impl AsyncRead for Visitor {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stay(context)?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Visitor {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stay(context)?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stay(context)?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    async fn door(lifetime: Duration) -> (Door, TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let first = TcpStream::connect(address).await.unwrap();
        let second = TcpStream::connect(address).await.unwrap();
        (Door::new(listener, 1, lifetime), first, second)
    }

    #[tokio::test]
    async fn one_connection_too_many_waits_for_a_place() {
        let (mut door, _first, _second) = door(Duration::from_secs(60)).await;
        let (visitor, _) = door.accept().await;
        assert_eq!(door.places.available_permits(), 0);
        {
            let waiting = std::pin::pin!(door.accept());
            let mut context = Context::from_waker(std::task::Waker::noop());
            assert!(waiting.poll(&mut context).is_pending());
        }
        drop(visitor);
        door.accept().await;
    }

    #[tokio::test]
    async fn a_visitor_who_says_nothing_has_to_leave() {
        let (mut door, _first, _second) = door(Duration::ZERO).await;
        let (mut visitor, _) = door.accept().await;
        let error = visitor.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
