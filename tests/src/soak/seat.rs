//! The place of a peer: its folder stays, its process comes and goes.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use opener_api::{Ask, view::Signed};
use opener_cli::{
    child::{Child, Program, Transport},
    client::{Events, Gateway},
};
use opener_trade::{Address, DealId, PeerId};
use tokio::sync::{Mutex, watch};

use super::observer::Observer;

/// Counts what happens, so that a killer can strike between any two things.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<watch::Sender<u64>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(watch::channel(0).0))
    }
}

impl Pulse {
    /// Something happens.
    pub fn beat(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// Waits until so much more has happened.
    pub async fn after(&self, beats: u64) {
        let mut count = self.0.subscribe();
        let until = *count.borrow_and_update() + beats;
        // The sender is held here, so the wait does not fail.
        let _ = count.wait_for(|count| *count >= until).await;
    }
}

/// A process that runs on a seat.
#[derive(Debug, Clone)]
pub struct Session {
    /// How many ran there before.
    number: u32,
    gateway: Gateway,
}

impl Session {
    /// Its gateway.
    pub const fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}

/// The place of a peer.
#[derive(Debug)]
pub struct Seat {
    /// What it is called.
    pub name: String,
    /// Who it is: the same after every start.
    pub id: PeerId,
    program: Program,
    data: PathBuf,
    directory: Address,
    child: Mutex<Option<Child>>,
    session: watch::Sender<Option<Session>>,
}

impl Seat {
    /// Starts a peer for the first time and waits until the directory knows it.
    pub async fn take(
        program: Program,
        name: &str,
        data: PathBuf,
        profile: PathBuf,
        directory: Address,
    ) -> Result<Self> {
        let child = program.peer(&data, &directory, Some(&profile)).await?;
        let gateway = child.gateway()?;
        let mut events = gateway.events().await?;
        let look = async || {
            let directories = gateway.ask(opener_api::request::DirectoryStatus {}).await?;
            Ok(directories
                .iter()
                .any(|directory| directory.registered_until.is_some())
                .then_some(()))
        };
        events.until(look).await?;
        let session = Session {
            number: 0,
            gateway: gateway.clone(),
        };
        Ok(Self {
            name: name.to_owned(),
            id: child.ready.peer_id,
            program,
            data,
            directory,
            child: Mutex::new(Some(child)),
            session: watch::channel(Some(session)).0,
        })
    }

    /// Kills the process.
    pub async fn kill(&self) -> Result<()> {
        // Whoever sees an error from now on knows why.
        self.session.send_replace(None);
        let child = self
            .child
            .lock()
            .await
            .take()
            .context("nobody sits there")?;
        child.crash().await
    }

    /// Starts the process again, on these transports.
    pub async fn start(&self, number: u32, transports: &[Transport]) -> Result<()> {
        let child = self
            .program
            .peer_over(transports, &self.data, &self.directory, None)
            .await?;
        let gateway = child.gateway()?;
        *self.child.lock().await = Some(child);
        self.session.send_replace(Some(Session { number, gateway }));
        Ok(())
    }

    /// Stops the process.
    pub async fn leave(&self) {
        if let Some(child) = self.child.lock().await.take() {
            child.stop().await;
        }
    }

    /// The process that runs now, or the next one.
    pub async fn session(&self) -> Result<Session> {
        let mut session = self.session.subscribe();
        let running = session.wait_for(Option::is_some).await?;
        running.clone().context("nobody sits there")
    }

    /// Whether this process runs still.
    pub fn is_running(&self, session: &Session) -> bool {
        self.session
            .borrow()
            .as_ref()
            .is_some_and(|running| running.number == session.number)
    }
}

/// Speaking with a process: every question and every answer is a beat.
#[derive(Debug)]
pub struct Desk<'d> {
    /// Whose.
    pub seat: &'d Seat,
    session: Session,
    pulse: &'d Pulse,
    observer: &'d Observer,
}

impl<'d> Desk<'d> {
    /// A desk of the process that runs now, or of the next one.
    pub async fn open(seat: &'d Seat, pulse: &'d Pulse, observer: &'d Observer) -> Result<Self> {
        let session = seat.session().await?;
        Ok(Self {
            seat,
            session,
            pulse,
            observer,
        })
    }

    /// Whether this process runs still.
    pub fn is_running(&self) -> bool {
        self.seat.is_running(&self.session)
    }

    /// What changes there.
    pub async fn events(&self) -> Result<Events> {
        self.session.gateway.events().await
    }

    /// Asks.
    pub async fn ask<A: Ask>(&self, asked: A) -> Result<A::Answer> {
        self.pulse.beat();
        let answer = self.session.gateway.ask(asked).await;
        self.pulse.beat();
        answer
    }

    /// Signs something: what is answered with ok must be there for ever.
    pub async fn sign<A: Ask<Answer = Signed>>(&self, deal: DealId, asked: A) -> Result<()> {
        let signed = self.ask(asked).await?;
        self.observer
            .acknowledged(self.seat.id, deal, signed.document);
        Ok(())
    }

    /// Something happened.
    pub fn beat(&self) {
        self.pulse.beat();
    }
}
