//! Servers of our own, started as separate processes.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use opener_trade::Address;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStdin, Command},
    time::timeout,
};

use crate::{client::Gateway, ready::Ready};

/// Seconds that a server may take until it is ready: a loaded machine starts dozens of them at once.
const START: Duration = Duration::from_secs(60);
/// Seconds that a server may take to stop before it is killed.
const STOP: Duration = Duration::from_secs(10);

/// A server that runs as a process of its own. Dropped, it is killed; and it stops by itself when we are gone, because
/// its standard input ends with us.
#[derive(Debug)]
pub struct Child {
    process: tokio::process::Child,
    /// Held open while the child is to run.
    input: Option<ChildStdin>,
    /// What it said when it was ready.
    pub ready: Ready,
}

/// The `opener` program, to be started.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

impl Program {
    /// This program itself.
    ///
    /// # Errors
    /// The system does not say where it lies.
    pub fn own() -> Result<Self> {
        let path = std::env::current_exe().context("this program does not know where it lies")?;
        Ok(Self(path))
    }

    /// The program at this path.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Starts a directory on a data folder, on loopback.
    ///
    /// # Errors
    /// It does not start.
    pub async fn directory(&self, data: &Path) -> Result<Child> {
        self.directory_on(data, None).await
    }

    /// The same on a database that others may share.
    ///
    /// # Errors
    /// It does not start.
    pub async fn directory_on(&self, data: &Path, database: Option<&str>) -> Result<Child> {
        let mut arguments = words(&["directory", "--data"]);
        arguments.push(data.into());
        if let Some(database) = database {
            arguments.extend(words(&["--database", database]));
        }
        arguments.extend(loopback(&Transport::ALL));
        self.start("the directory", arguments).await
    }

    /// Starts a peer on a data folder, on loopback. Without a profile it keeps the one it has.
    ///
    /// # Errors
    /// It does not start.
    pub async fn peer(
        &self,
        data: &Path,
        directory: &Address,
        profile: Option<&Path>,
    ) -> Result<Child> {
        self.peer_over(&Transport::ALL, data, directory, profile)
            .await
    }

    /// Starts a peer that listens on these transports only.
    ///
    /// # Errors
    /// It does not start.
    pub async fn peer_over(
        &self,
        transports: &[Transport],
        data: &Path,
        directory: &Address,
        profile: Option<&Path>,
    ) -> Result<Child> {
        let mut arguments = words(&["peer", "--data"]);
        arguments.push(data.into());
        arguments.extend(words(&["--directory", directory.as_str()]));
        if let Some(profile) = profile {
            arguments.extend(["--profile".into(), profile.into()]);
        }
        arguments.extend(loopback(transports));
        self.start(&format!("the peer on {}", data.display()), arguments)
            .await
    }

    async fn start(&self, name: &str, arguments: Vec<OsString>) -> Result<Child> {
        let mut command = Command::new(&self.0);
        // Ctrl-C at our terminal is for us; the child stops when we say so, or when we are gone.
        #[cfg(unix)]
        command.process_group(0);
        let mut process = command
            .args(arguments)
            .arg("--stop-with-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let input = process.stdin.take();
        let output = process.stdout.take().context("a child without output")?;
        let mut lines = BufReader::new(output).lines();
        let Ok(line) = timeout(START, lines.next_line()).await else {
            bail!("{name} was not ready within {} s", START.as_secs());
        };
        let Some(line) = line? else {
            let status = process.wait().await?;
            bail!("{name} did not start ({status}); its own words stand above");
        };
        let ready = serde_json::from_str(&line)
            .with_context(|| format!("{name} said `{line}` instead of being ready"))?;
        Ok(Child {
            process,
            input,
            ready,
        })
    }
}

impl Child {
    /// The gateway of a peer.
    ///
    /// # Errors
    /// It has none: it is no peer.
    pub fn gateway(&self) -> Result<Gateway> {
        let door = self
            .ready
            .door
            .clone()
            .context("this server has no gateway")?;
        Ok(Gateway::new(door))
    }

    /// An address of a directory that peers on this machine can use.
    ///
    /// # Errors
    /// It listens nowhere.
    pub fn address(&self) -> Result<Address> {
        self.address_over(Transport::Quic)
            .or_else(|_| self.address_over(Transport::Tcp))
    }

    /// The same on this transport.
    ///
    /// # Errors
    /// It does not listen there.
    pub fn address_over(&self, transport: Transport) -> Result<Address> {
        let part = match transport {
            Transport::Quic => "/quic-v1",
            Transport::Tcp => "/tcp/",
        };
        let mut addresses = self.ready.addresses.iter();
        let found = addresses.find(|address| address.as_str().contains(part));
        found
            .cloned()
            .with_context(|| format!("the directory does not listen on {transport:?}"))
    }

    /// Ends it at once, as a crash would (SIGKILL), and waits until it is gone.
    ///
    /// # Errors
    /// The system does not let us.
    pub async fn crash(mut self) -> Result<()> {
        self.process.kill().await.context("cannot end a child")
    }

    /// Lets it stop cleanly, and kills it if it does not.
    pub async fn stop(mut self) {
        drop(self.input.take());
        if timeout(STOP, self.process.wait()).await.is_err() {
            drop(self.process.kill().await);
        }
    }
}

/// Lets several stop at once.
pub async fn stop_all(children: impl IntoIterator<Item = Child>) {
    futures::future::join_all(children.into_iter().map(Child::stop)).await;
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// A way to carry what peers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// QUIC over UDP.
    Quic,
    /// TCP.
    Tcp,
}

impl Transport {
    /// Both.
    pub const ALL: [Transport; 2] = [Transport::Quic, Transport::Tcp];

    /// On loopback, on a free port: what runs here for trial is nobody else's business.
    const fn loopback(self) -> &'static str {
        match self {
            Transport::Quic => "/ip4/127.0.0.1/udp/0/quic-v1",
            Transport::Tcp => "/ip4/127.0.0.1/tcp/0",
        }
    }
}

fn loopback(transports: &[Transport]) -> Vec<OsString> {
    let listen = transports
        .iter()
        .flat_map(|transport| ["--listen", transport.loopback()]);
    listen.map(OsString::from).collect()
}
