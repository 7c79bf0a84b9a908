//! A running peer with its door, and a client that says exactly what it is told.

use std::net::SocketAddr;

use opener_api::{CallReach, Handle, PeerConfig, start};
use opener_gateway::{GatewayConfig, Pages, Running, Token, serve};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789a";

/// A peer in a folder of its own.
pub struct Place {
    pub peer: Handle,
    pub door: Running,
    pub folder: TempDir,
}

impl Place {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ui = folder.path().join("ui");
        std::fs::create_dir(&ui).unwrap();
        std::fs::write(ui.join("index.html"), "<!doctype html><title>first</title>").unwrap();
        std::fs::write(ui.join("app.js"), "export {};").unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let listen = vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()];
        let peer = start(PeerConfig {
            data,
            key: opener_api::KeyPlace::Plain,
            listen,
            directories: vec![],
            profile: None,
            calls: CallReach::Loopback,
        })
        .await
        .unwrap();
        let config = GatewayConfig {
            pages: Pages::Folder(ui),
            ..GatewayConfig::new(Token::new(TOKEN).unwrap())
        };
        let door = serve(peer.clone(), config).await.unwrap();
        Self { peer, door, folder }
    }

    pub async fn close(self) {
        self.door.shutdown().await;
        self.peer.shutdown().await;
    }

    /// Asks as a script would.
    pub async fn call(&self, body: &str) -> Answer {
        self.post(&[&format!("Authorization: Bearer {TOKEN}")], body)
            .await
    }

    /// `POST /api` with these header fields beside `Host`.
    pub async fn post(&self, fields: &[&str], body: &str) -> Answer {
        let host = format!("Host: {}", self.door.address);
        let length = format!("Content-Length: {}", body.len());
        let fields: Vec<&str> = [host.as_str(), length.as_str()]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        say(self.door.address, "POST /api HTTP/1.1", &fields, body).await
    }

    /// `GET` of a page.
    pub async fn get(&self, page: &str) -> Answer {
        let host = format!("Host: {}", self.door.address);
        say(
            self.door.address,
            &format!("GET {page} HTTP/1.1"),
            &[&host],
            "",
        )
        .await
    }
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The code of the refusal.
    pub fn code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// Says it and reads until the door closes the connection.
pub async fn say(address: SocketAddr, line: &str, fields: &[&str], body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut text = format!("{line}\r\nConnection: close\r\n");
    for field in fields {
        text.push_str(field);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).await.unwrap();
    // The door may close before it has read all of a body that it refuses.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    Answer {
        status,
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}
