//! How servers start and stop.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
};

use opener_tests::{programs::opener, world::soon};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

use crate::run::{object, run, text};

struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
    ready: Value,
}

impl Server {
    async fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(opener());
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        soon("the ready line", output.read_line(&mut line))
            .await
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Self {
            process,
            output,
            ready,
        }
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    /// How it ended, and what it printed after the ready line.
    async fn end(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        soon(
            "the end of the output",
            self.output.read_to_string(&mut rest),
        )
        .await
        .unwrap();
        (soon("the end", self.process.wait()).await.unwrap(), rest)
    }
}

fn peer(data: &Path) -> Vec<&str> {
    vec![
        "peer",
        "--data",
        data.to_str().unwrap(),
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
    ]
}

#[tokio::test]
async fn a_peer_says_when_it_is_ready_and_stops_when_it_is_told_to() {
    for signal in ["TERM", "INT"] {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&peer(data.path())).await;
        assert_eq!(server.ready["ready"], true);
        assert!(
            server.ready["peer_id"]
                .as_str()
                .unwrap()
                .starts_with("12D3")
        );
        let address = server.ready["addresses"][0].as_str().unwrap();
        assert!(
            address.starts_with("/ip4/127.0.0.1/tcp/") && address.contains("/p2p/12D3"),
            "{address}"
        );
        assert!(
            server.ready["gateway"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:")
        );
        assert!(server.ready["token"].as_str().unwrap().len() >= 32);
        assert!(data.path().join("gateway.json").is_file());
        server.signal(signal).await;
        let (status, rest) = server.end().await;
        assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "{signal}");
        assert!(!data.path().join("gateway.json").exists());
    }
}

#[tokio::test]
async fn a_directory_says_when_it_is_ready_and_stops_when_it_is_told_to() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let listen = [
        "directory",
        "--data",
        folder,
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
    ];
    let server = Server::start(&listen).await;
    assert_eq!(server.ready["ready"], true);
    assert!(
        server.ready["addresses"][0]
            .as_str()
            .unwrap()
            .contains("/p2p/")
    );
    assert!(
        server.ready["http"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    server.signal("TERM").await;
    let (status, rest) = server.end().await;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_server_that_is_told_so_stops_with_its_input_and_another_does_not() {
    let data = tempfile::tempdir().unwrap();
    let mut arguments = peer(data.path());
    arguments.push("--stop-with-stdin");
    let mut server = Server::start(&arguments).await;
    drop(server.process.stdin.take());
    assert_eq!(server.end().await.0.code(), Some(0));

    let mut server = Server::start(&peer(data.path())).await;
    drop(server.process.stdin.take());
    // It still answers, which it would not while it stops.
    let answer = run(&[
        "api",
        "network.status",
        "--data",
        data.path().to_str().unwrap(),
    ])
    .await;
    assert!(answer.status.success());
    server.signal("TERM").await;
    assert_eq!(server.end().await.0.code(), Some(0));
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused_and_harms_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&peer(data.path())).await;
    let second = run(&peer(data.path())).await;
    assert_eq!(second.status.code(), Some(1));
    assert_eq!(text(&second.stdout), "");
    assert!(
        text(&second.stderr).contains("another server runs on"),
        "{}",
        text(&second.stderr)
    );
    let asked = run(&[
        "api",
        "profile.get",
        "--data",
        data.path().to_str().unwrap(),
    ])
    .await;
    assert_eq!(object(&asked.stdout)["peer"], server.ready["peer_id"]);
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let ended = run(&["peer", "--data", folder, "--gateway", &taken]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        text(&ended.stderr).contains("choose another"),
        "{}",
        text(&ended.stderr)
    );
    let ended = run(&[
        "peer",
        "--data",
        folder,
        "--directory",
        "/ip4/127.0.0.1/tcp/1",
    ])
    .await;
    assert_eq!(ended.status.code(), Some(1));
    assert!(
        text(&ended.stderr).contains("/p2p/"),
        "{}",
        text(&ended.stderr)
    );
}
