//! The world of a story: actors, a network between them, and one true time.

use std::{collections::BTreeMap, future::poll_fn, sync::Arc, task::Poll};

use opener_peer::{Answered, Arrival, Attempt, Engine, PeerError, Profile};
use opener_trade::{Duration, Identity, PeerId, Timestamp};

use crate::{
    Crash, Disk, Halt, Letter, Network,
    agenda::{Agenda, Event, Ticket, Waiting},
    directory::Stamper,
    program::{Program, must},
    transcript::Transcript,
    wire::Tamper,
};

/// One of the people of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor(pub(crate) usize);

/// The moment at which every world begins: 2 November 2026, 08:00 UTC.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_793_606_400_000);

/// The world of a story. It prints its seed and transcript when the test that owns it fails.
pub struct World {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    pub(crate) programs: Vec<Program>,
    pub(crate) network: Network,
    pub(crate) agenda: Agenda,
    pub(crate) in_flight: BTreeMap<Ticket, (Actor, Waiting)>,
    pub(crate) tickets: u64,
    pub(crate) tamper: Option<Tamper>,
    pub(crate) crash: Option<Crash>,
    pub(crate) crashes: u64,
    pub(crate) stamper: Option<Stamper>,
    transcript: Transcript,
}

impl World {
    /// A world with a good network.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with(seed, Network::new(seed))
    }

    /// A world with this network. The seed also makes the identities and the ids of deals.
    #[must_use]
    pub fn with(seed: u64, network: Network) -> Self {
        Self {
            seed,
            now: BEGINNING,
            programs: Vec::new(),
            network,
            agenda: Agenda::default(),
            in_flight: BTreeMap::new(),
            tickets: 0,
            tamper: None,
            crash: None,
            crashes: 0,
            stamper: None,
            transcript: Transcript::default(),
        }
    }

    /// The true time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// What an actor's clock shows.
    #[must_use]
    pub fn clock(&self, actor: Actor) -> Timestamp {
        self.program(actor).local(self.now)
    }

    /// The network, to be cut, mended or replaced.
    pub const fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Who did what, when, so far.
    #[must_use]
    pub fn transcript(&self) -> String {
        self.transcript.text()
    }

    /// Begins a new part of the story.
    pub fn section(&mut self, title: &str) {
        self.transcript.section(title);
    }

    /// Notes something in the transcript.
    pub fn note(&mut self, what: &str) {
        self.transcript.line(BEGINNING, self.now, what);
    }

    pub(crate) fn log(&mut self, actor: Actor, what: &str) {
        let line = format!("{} {what}", self.name(actor));
        self.note(&line);
    }

    /// Notes what somebody did with a letter.
    pub(crate) fn log_letter(&mut self, actor: Actor, does: &str, letter: &[u8], more: &str) {
        let before = format!("{} {does}", self.name(actor));
        let moment = (BEGINNING, self.now);
        self.transcript.letter(moment, &before, letter.into(), more);
    }

    /// Somebody joins: identity from the seed, a fresh store, a profile, a program that runs.
    pub async fn join(&mut self, name: &str, profile: Profile, disk: Disk) -> Actor {
        let actor = Actor(self.programs.len());
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        seed[8..16].copy_from_slice(&(actor.0 as u64 + 1).to_be_bytes());
        let mut program = Program::new(name, Identity::from_seed(seed), disk).await;
        program.start(self.now, Some(profile)).await;
        self.programs.push(program);
        self.log(actor, "joins");
        actor
    }

    /// The actor's name.
    #[must_use]
    pub fn name(&self, actor: Actor) -> &str {
        &self.program(actor).name
    }

    /// The actor's id.
    #[must_use]
    pub fn id(&self, actor: Actor) -> PeerId {
        self.program(actor).identity.peer_id()
    }

    /// The actor's key, to sign what its program would not.
    #[must_use]
    pub fn identity(&self, actor: Actor) -> &Identity {
        &self.program(actor).identity
    }

    /// The actor with this id.
    #[must_use]
    pub fn who(&self, peer: PeerId) -> Option<Actor> {
        let place = self
            .programs
            .iter()
            .position(|program| program.identity.peer_id() == peer);
        place.map(Actor)
    }

    /// Whether the actor's program runs and its computer is awake.
    #[must_use]
    pub fn is_up(&self, actor: Actor) -> bool {
        let program = self.program(actor);
        program.engine.is_some() && !program.asleep
    }

    /// The actor's engine, to look into.
    ///
    /// # Panics
    /// The program does not run.
    #[must_use]
    pub fn engine(&self, actor: Actor) -> &Engine {
        let program = self.program(actor);
        match &program.engine {
            Some(engine) => engine,
            None => panic!("{}'s program does not run", program.name),
        }
    }

    /// From now on this actor's clock shows so much more than the true time.
    pub async fn set_clock(&mut self, actor: Actor, ahead: Duration) {
        self.program_mut(actor).skew = ahead;
        self.program_mut(actor).look_ahead().await;
        self.log(
            actor,
            &format!("has a clock that is {} s ahead", ahead.millis() / 1000),
        );
    }

    /// The directories that learn this actor's final terms.
    pub fn set_directories(&mut self, actor: Actor, directories: Vec<PeerId>) {
        let program = self.program_mut(actor);
        program.directories.clone_from(&directories);
        if let Some(engine) = &mut program.engine {
            engine.set_directories(directories);
        }
    }

    /// From now on every letter passes through this hand before it arrives. What it gives arrives instead; nothing means
    /// that the letter disappears.
    pub fn tamper(&mut self, hand: impl FnMut(&Letter) -> Option<Arc<[u8]>> + 'static) {
        self.tamper = Some(Box::new(hand));
    }

    /// Nobody tampers any more.
    pub fn trust(&mut self) {
        self.tamper = None;
    }

    /// A person asks something of an actor's program.
    ///
    /// # Errors
    /// The program refuses, does not run, or crashes by plan.
    pub async fn act<T>(
        &mut self,
        actor: Actor,
        what: &str,
        act: impl AsyncFnOnce(&mut Engine, Timestamp) -> Result<T, PeerError>,
    ) -> Result<T, Halt> {
        if !self.is_up(actor) {
            return Err(Halt::Down);
        }
        if self.step(actor, what) {
            return Err(Halt::Crashed);
        }
        let now = self.clock(actor);
        let Some(engine) = &mut self.program_mut(actor).engine else {
            return Err(Halt::Down);
        };
        let done = act(engine, now).await;
        self.program_mut(actor).look_ahead().await;
        match &done {
            Ok(_) => self.log(actor, what),
            Err(error) => self.log(actor, &format!("{what}: refused, {error}")),
        }
        if self.step(actor, &format!("{what}, done")) {
            return Err(Halt::Crashed);
        }
        Ok(done?)
    }

    /// Hands bytes to an actor's program as coming from another, past the network, and gives its answer.
    ///
    /// # Panics
    /// The program does not run.
    pub async fn hand(&mut self, from: Actor, to: Actor, bytes: &[u8]) -> Arc<[u8]> {
        let arrival = Arrival {
            from: self.id(from),
            bytes: bytes.into(),
        };
        let now = self.clock(to);
        let by = format!(" by {}", self.name(from));
        self.log_letter(to, "is handed", bytes, &by);
        let program = self.program_mut(to);
        let Some(engine) = &mut program.engine else {
            panic!("{}'s program does not run", program.name)
        };
        let answers = must(engine.receive(now, &[arrival]).await);
        self.program_mut(to).look_ahead().await;
        let Some(answer) = answers.into_iter().next() else {
            panic!("an arrival has no answer")
        };
        self.log_letter(to, "answers", &answer, "");
        answer
    }

    /// Hands bytes to an actor's program as [`World::hand`] does, and kills it in the middle of its work: after its work
    /// has paused for the database so many times. False when the work was done before.
    pub async fn hand_and_kill(
        &mut self,
        from: Actor,
        to: Actor,
        bytes: &[u8],
        pauses: usize,
    ) -> bool {
        let arrival = Arrival {
            from: self.id(from),
            bytes: bytes.into(),
        };
        let now = self.clock(to);
        let by = format!(" by {}", self.name(from));
        self.log_letter(to, "is handed", bytes, &by);
        let killed = match &mut self.program_mut(to).engine {
            Some(engine) => interrupted(engine.receive(now, &[arrival]), pauses).await,
            None => false,
        };
        self.kill(to);
        killed
    }

    /// Gives an actor's program an answer to one of its deliveries, past the network.
    ///
    /// # Panics
    /// The program does not run.
    pub async fn answer(&mut self, actor: Actor, attempt: Attempt, bytes: &[u8]) {
        let now = self.clock(actor);
        self.log_letter(actor, "gets", bytes, "");
        let answered = Answered {
            attempt,
            answer: Ok(bytes.into()),
            way: None,
        };
        let program = self.program_mut(actor);
        let Some(engine) = &mut program.engine else {
            panic!("{}'s program does not run", program.name)
        };
        must(engine.answered(now, &[answered]).await);
        self.program_mut(actor).look_ahead().await;
    }

    pub(crate) fn program(&self, actor: Actor) -> &Program {
        &self.programs[actor.0]
    }

    pub(crate) fn program_mut(&mut self, actor: Actor) -> &mut Program {
        &mut self.programs[actor.0]
    }

    pub(crate) fn plan(&mut self, after: Duration, event: Event) {
        self.agenda.plan(self.now.plus(after), event);
    }
}

/// Lets work go on until it has paused so many times, and drops it there. False when it was done before.
async fn interrupted<F: Future>(work: F, pauses: usize) -> bool {
    let mut work = Box::pin(work);
    let mut paused = 0;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(false),
        Poll::Pending if paused == pauses => Poll::Ready(true),
        Poll::Pending => {
            paused += 1;
            Poll::Pending
        }
    })
    .await
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}\n{}", self.seed, self.transcript());
        }
    }
}
