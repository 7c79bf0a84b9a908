//! Taking connections: each in a task of its own, with a time by which its requests must have begun in earnest.

use std::{convert::Infallible, io, pin::pin};

use axum::{body::Body, extract::Request, response::Response, serve::Listener};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{sync::watch, task::JoinSet};
use tower_service::Service;

use crate::limits::{HEADER_TIME, MAX_HEADER_BYTES};

/// Serves until `closing` says so, and then lets running answers out. Dropped, it cuts every connection.
pub(crate) async fn serve<L, S>(
    mut listener: L,
    service: S,
    closing: watch::Receiver<bool>,
) -> io::Result<()>
where
    L: Listener,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut connections = JoinSet::new();
    let mut closed = closing.clone();
    loop {
        let io = tokio::select! {
            (io, _) = listener.accept() => io,
            _ = closed.wait_for(|closing| *closing) => break,
            Some(_) = connections.join_next() => continue,
        };
        connections.spawn(converse(io, service.clone(), closing.clone()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn converse<I, S>(io: I, service: S, mut closing: watch::Receiver<bool>)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let service = TowerToHyperService::new(Bodied(service));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(io), service)
            .with_upgrades()
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { drop(closing.wait_for(|closing| *closing).await) } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection of the gateway ended badly");
    }
}

/// Gives the pages the body type that they know.
#[derive(Clone)]
struct Bodied<S>(S);

impl<S: Service<Request<Body>>> Service<Request<Incoming>> for Bodied<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Incoming>) -> S::Future {
        self.0.call(request.map(Body::new))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{Router, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        time::{Instant, interval},
    };

    use super::*;

    async fn open() -> (std::net::SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (closing, closed) = watch::channel(false);
        let pages = Router::new().route("/", get(|| async { "ok" }));
        tokio::spawn(serve(listener, pages, closed));
        (address, closing)
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_a_header_byte_by_byte_is_let_go() {
        let (address, _closing) = open().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
        let began = Instant::now();
        let mut drip = interval(Duration::from_secs(1));
        let mut answer = Vec::new();
        loop {
            tokio::select! {
                read = client.read_buf(&mut answer) => match read {
                    Ok(0) | Err(_) => break,
                    Ok(_) => {}
                },
                _ = drip.tick() => drop(client.write_all(b"x").await),
            }
            assert!(began.elapsed() < 3 * HEADER_TIME, "it may go on for ever");
        }
        assert!(began.elapsed() >= HEADER_TIME);
    }

    #[tokio::test]
    async fn a_header_longer_than_there_is_room_for_is_refused() {
        let (address, _closing) = open().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(2 * MAX_HEADER_BYTES));
        let _ = client.write_all(long.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = client.read_to_end(&mut answer).await;
        assert!(answer.starts_with(b"HTTP/1.1 431"), "{answer:?}");
    }

    #[tokio::test]
    async fn a_connection_that_is_kept_is_closed_with_the_door() {
        let (address, closing) = open().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = vec![0; 12];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(answer, b"HTTP/1.1 200");
        closing.send(true).unwrap();
        client.read_to_end(&mut answer).await.unwrap();
        assert!(answer.ends_with(b"ok"));
    }
}
