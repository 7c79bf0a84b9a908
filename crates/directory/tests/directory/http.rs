//! The HTTP door of a running directory.

use std::net::SocketAddr;

use opener_directory::{Config, Running, serve};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn config(folder: &TempDir) -> Config {
    Config {
        listen: opener_net::loopback_listen(),
        ..Config::new(folder.path().join("data"))
    }
}

async fn start() -> (TempDir, Running) {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(config(&folder)).await.unwrap();
    (folder, running)
}

pub async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: directory\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn health_counters_and_page_are_shown_with_a_strict_policy() {
    let (_folder, running) = start().await;
    let health = get(running.http(), "/healthz").await;
    assert!(
        health.starts_with("HTTP/1.1 200 OK\r\n") && health.ends_with("ok\n"),
        "{health}"
    );
    let metrics = get(running.http(), "/metrics").await;
    for line in [
        "\nopener_listings 0\n",
        "\nopener_online 0\n",
        "\nopener_reports 0\n",
        "\nopener_requests_total{method=\"match\"} 0\n",
        "\nopener_refused_total{reason=\"rate-limited\"} 0\n",
        "content-type: text/plain; version=0.0.4; charset=utf-8\r\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    let page = get(running.http(), "/").await;
    assert!(page.contains(&running.peer_id().to_string()), "{page}");
    for answer in [&health, &metrics, &page] {
        assert!(
            answer.contains("content-security-policy: default-src 'none';"),
            "{answer}"
        );
        assert!(answer.contains("x-content-type-options: nosniff\r\n"));
        assert_eq!(answer.matches("content-type: ").count(), 1);
    }
    assert!(
        get(running.http(), "/other")
            .await
            .starts_with("HTTP/1.1 404 ")
    );
    running.shutdown().await;
}

#[tokio::test]
async fn a_visitor_who_never_asks_does_not_hold_up_the_end() {
    let (folder, running) = start().await;
    let mut silent = TcpStream::connect(running.http()).await.unwrap();
    silent.write_all(b"GET / HT").await.unwrap();
    let begun = std::time::Instant::now();
    running.shutdown().await;
    assert!(begun.elapsed() < opener_directory::limits::STOP);
    let again = serve(config(&folder)).await.unwrap();
    again.shutdown().await;
}
