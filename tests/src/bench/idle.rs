//! `idle`: memory of a directory with a thousand silent connections, against a bare swarm with as many.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use libp2p::Multiaddr;
use opener_directory::{Config, serve};
use serde::Serialize;
use tokio::{runtime::Runtime, task::JoinHandle};

use super::{
    bare::Bare,
    kit::{NOISE, Ratio, ratio, resident_bytes_of},
    sellers::seller_key,
};

const PROTOCOL: &str = "/opener/directory/1";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

/// Clients that connect at the same time: all share the server's socket, whose buffer holds some handshakes.
const DIALS: usize = 16;

/// How many times the memory of a bare swarm is allowed, and how much a second wave may add, as a share of the first.
const MOST: f64 = 1.2;
const SECOND_WAVE: f64 = 0.05;

/// What one server took.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Taken {
    /// Bytes before anybody connected.
    pub empty: u64,
    /// Bytes for each connection of the first wave.
    pub each: f64,
    /// Bytes that a second wave added after the first had gone, as a share of the first.
    pub second: f64,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Outcome {
    bench: &'static str,
    /// Connections of one wave.
    pub connections: u32,
    /// Ours, run by run.
    pub ours: Vec<Taken>,
    /// The bare swarm, run by run.
    pub reference: Vec<Taken>,
    /// How many times the memory of the bare swarm ours takes.
    pub times: Ratio,
    /// The bare swarm against itself.
    pub control: Ratio,
    /// The control is too far from one: the run says nothing.
    pub void: bool,
    /// All that is required holds.
    pub good: bool,
}

/// Fills servers in turns, A B B A, each in a new process.
///
/// # Errors
/// A process does not start, or a connection does not open.
pub fn idle(connections: u32, rounds: usize) -> Result<Outcome> {
    let runtime = Runtime::new()?;
    let of = |server: &str| runtime.block_on(filled(server, connections));
    let (mut ours, mut reference, mut control) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        ours.push(of("serve-directory")?);
        reference.extend([of("serve-bare")?, of("serve-bare")?]);
        ours.push(of("serve-directory")?);
        let (one, other) = (of("serve-bare")?, of("serve-bare")?);
        control.push(one.each / other.each);
    }
    let pairs = ours.iter().zip(&reference);
    let times: Vec<f64> = pairs.map(|(ours, bare)| ours.each / bare.each).collect();
    let (times, control) = (ratio(&times), ratio(&control));
    let void = (control.median - 1.0).abs() > NOISE;
    let grows = ours.iter().any(|taken| taken.second > SECOND_WAVE);
    Ok(Outcome {
        bench: "idle",
        connections,
        good: !void && times.median <= MOST && !grows,
        ours,
        reference,
        times,
        control,
        void,
    })
}

/// A directory until its input ends; it says where it listens.
///
/// # Errors
/// It does not start.
pub fn serve_directory(data: &Path) -> Result<()> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let config = Config {
            listen: vec![QUIC.parse()?],
            ..Config::new(data)
        };
        let running = serve(config).await?;
        let address = running.addresses().into_iter().next();
        say(address.context("it listens")?.as_str())?;
        wait().await?;
        running.shutdown().await;
        Ok(())
    })
}

/// A bare swarm until its input ends; it says where it listens.
///
/// # Errors
/// It does not start.
pub fn serve_bare() -> Result<()> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let (bare, at) = Bare::listening([0xba; 32], PROTOCOL, QUIC).await?;
        say(&at.to_string())?;
        let serving = tokio::spawn(bare.stay());
        wait().await?;
        serving.abort();
        Ok(())
    })
}

fn say(line: &str) -> Result<()> {
    println!("{line}");
    Ok(std::io::stdout().flush()?)
}

async fn wait() -> Result<()> {
    let read = || std::io::stdin().lock().read_line(&mut String::new());
    tokio::task::spawn_blocking(read).await??;
    Ok(())
}

/// A server in a process of its own; it ends with this.
struct Server {
    child: Child,
    address: Multiaddr,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start(what: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(what);
        if what == "serve-directory" {
            command.arg("--data").arg(folder.path());
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = child.stdout.take().context("its output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        Ok(Self {
            child,
            address: line.trim().parse()?,
            _folder: folder,
        })
    }

    fn bytes(&self) -> u64 {
        resident_bytes_of(&self.child.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn filled(what: &str, connections: u32) -> Result<Taken> {
    let server = Server::start(what)?;
    // The first handshake of a process takes what no later one does.
    drop(wave(&server.address, 0..DIALS as u32).await?);
    let empty = server.bytes();
    let first = wave(&server.address, 0..connections).await?;
    let full = server.bytes();
    drop(first);
    let second = wave(&server.address, connections..2 * connections).await?;
    let again = server.bytes();
    drop(second);
    let first = full.saturating_sub(empty);
    Ok(Taken {
        empty,
        each: first as f64 / f64::from(connections),
        second: again.saturating_sub(full) as f64 / first as f64,
    })
}

/// Connections that stay open until they are dropped.
struct Wave(Vec<JoinHandle<()>>);

impl Drop for Wave {
    fn drop(&mut self) {
        for client in &self.0 {
            client.abort();
        }
    }
}

async fn wave(server: &Multiaddr, numbers: std::ops::Range<u32>) -> Result<Wave> {
    let numbers: Vec<u32> = numbers.collect();
    let mut open = Wave(Vec::with_capacity(numbers.len()));
    for some in numbers.chunks(DIALS) {
        let connecting = some.iter().map(|number| async move {
            let mut bare = Bare::new(*seller_key(*number).seed(), PROTOCOL)?;
            bare.connect(server).await?;
            anyhow::Ok(bare)
        });
        let connected = futures::future::try_join_all(connecting).await?;
        open.0
            .extend(connected.into_iter().map(|bare| tokio::spawn(bare.stay())));
    }
    Ok(open)
}
