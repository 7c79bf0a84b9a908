//! When a server is to stop.

use std::io::Read;

use anyhow::{Context, Result};
use tokio::sync::oneshot;

/// Listens for the word to stop. Made before a server says that it is ready, so that none is missed.
pub struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    input: Option<oneshot::Receiver<()>>,
}

impl Stop {
    /// Begins to listen: for SIGTERM and Ctrl-C, and if asked for the end of standard input.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn listen(with_stdin: bool) -> Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?,
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?,
            input: with_stdin.then(end_of_input),
        })
    }

    /// Waits for the word.
    pub async fn asked(&mut self) {
        let input = async {
            match &mut self.input {
                Some(ended) => drop(ended.await),
                None => std::future::pending().await,
            }
        };
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = input => {}
        }
        #[cfg(not(unix))]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            () = input => {}
        }
    }
}

/// A thread of its own reads standard input to its end, because a read of the runtime would hold up its shutdown.
fn end_of_input() -> oneshot::Receiver<()> {
    let (ended, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let mut rest = [0; 256];
        let mut input = std::io::stdin().lock();
        while matches!(input.read(&mut rest), Ok(read) if read > 0) {}
        let _ = ended.send(());
    });
    receiver
}
