//! Time passes: messages arrive, alarms ring, programs crash and come back.

use opener_peer::{Answered, Arrival, Attempt, Moments};
use opener_trade::{Duration, Timestamp};

use crate::{
    Actor, Leg, Letter, World,
    agenda::{Event, Ticket, Waiting},
    program::must,
};

/// How long a sender waits for an answer, as the transport does.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(40);
/// [`World::settle`] lets at most this much time pass: after it only the unreachable is still tried.
const SETTLE: Duration = Duration::from_secs(600);
/// Parcels that a program takes at once.
const AT_ONCE: usize = 16;
/// Alarms of one actor that may ring at one moment; more would never end.
const ALARMS_AT_ONCE: usize = 1000;

impl World {
    /// Lets time pass until this moment.
    pub async fn run_until(&mut self, moment: Timestamp) {
        self.run(moment, false).await;
        self.now = self.now.max(moment);
    }

    /// Lets so much time pass.
    pub async fn run_for(&mut self, duration: Duration) {
        self.run_until(self.now.plus(duration)).await;
    }

    /// Lets messages and their retries run until nothing is on its way, ten minutes at most. Deadlines that lie ahead are
    /// not waited for.
    pub async fn settle(&mut self) {
        self.run(self.now.plus(SETTLE), true).await;
    }

    /// An actor's laptop sleeps: it does nothing and hears nothing.
    pub fn sleep(&mut self, actor: Actor, duration: Duration) {
        self.log(actor, &format!("sleeps for {} s", duration.millis() / 1000));
        self.program_mut(actor).asleep = true;
        self.plan(duration, Event::Wake(actor));
    }

    /// Two actors' programs connect: what waits for the other is tried at once.
    pub async fn meet(&mut self, a: Actor, b: Actor) {
        let line = format!("connects with {}", self.name(b));
        self.log(a, &line);
        for (one, other) in [(a, b), (b, a)] {
            let (now, other) = (self.clock(one), self.id(other));
            let program = self.program_mut(one);
            if let Some(engine) = &mut program.engine {
                must(engine.reached(other, now).await);
                program.look_ahead().await;
            }
        }
    }

    /// An actor's computer is woken, and the program is started where it does not run.
    pub async fn wake(&mut self, actor: Actor) {
        self.program_mut(actor).asleep = false;
        if self.program(actor).engine.is_none() {
            self.restart(actor).await;
        }
    }

    /// An actor's program ends at once, without finishing; what is not committed is gone.
    pub fn kill(&mut self, actor: Actor) {
        self.log(actor, "crashes");
        self.crashes += 1;
        let program = self.program_mut(actor);
        program.engine = None;
        program.moments = Moments::default();
        program.next_piece = None;
        self.in_flight.retain(|_, (sender, _)| *sender != actor);
    }

    /// A crashed program starts again.
    pub async fn restart(&mut self, actor: Actor) {
        let now = self.now;
        self.program_mut(actor).start(now, None).await;
        self.log(actor, "starts again");
    }

    /// Counts a step of an actor's program; true when it crashes here by plan.
    pub(crate) fn step(&mut self, actor: Actor, what: &str) -> bool {
        let step = self.program(actor).steps;
        self.program_mut(actor).steps += 1;
        match self.crash {
            Some(crash) if crash.actor == actor && crash.step == step => {
                self.crash = None;
                self.log(actor, &format!("reaches step {step}: {what}"));
                self.kill(actor);
                self.plan(crash.down, Event::Restart(actor));
                true
            }
            _ => false,
        }
    }

    async fn run(&mut self, until: Timestamp, settle: bool) {
        let mut rung = 0;
        loop {
            let in_flight = &self.in_flight;
            self.agenda.skip(|event| {
                matches!(event, Event::GiveUp { ticket, .. } if !in_flight.contains_key(ticket))
            });
            let event = self.agenda.next_at();
            let alarm = self.next_alarm(settle);
            match (event, alarm) {
                (Some(at), alarm) if at <= until && alarm.is_none_or(|(ring, _)| at <= ring) => {
                    self.now = self.now.max(at);
                    rung = 0;
                    self.happen(at).await;
                }
                (_, Some((at, actor))) if at <= until => {
                    rung = if at > self.now { 0 } else { rung + 1 };
                    assert!(
                        rung < ALARMS_AT_ONCE * self.programs.len(),
                        "{}'s program wants to be woken again and again at one moment",
                        self.name(actor)
                    );
                    self.now = self.now.max(at);
                    self.ring(actor).await;
                }
                _ => break,
            }
        }
    }

    /// The next moment at which a program has something to do. When things settle, a machine's alarm counts only if it
    /// has rung already.
    fn next_alarm(&self, settle: bool) -> Option<(Timestamp, Actor)> {
        let alarms = self.programs.iter().enumerate().filter_map(|(i, program)| {
            let alarm = program.alarm()?;
            let at = if settle && alarm > self.now {
                program.delivery()?
            } else {
                alarm
            };
            Some((at.max(self.now), Actor(i)))
        });
        alarms.min()
    }

    async fn ring(&mut self, actor: Actor) {
        let now = self.clock(actor);
        let Some(engine) = &mut self.program_mut(actor).engine else {
            return;
        };
        must(engine.tick(now).await);
        self.program_mut(actor).look_ahead().await;
        if self.step(actor, "time has passed") {
            return;
        }
        self.ask_pieces(actor).await;
        let is_due = |moment: Option<Timestamp>| moment.is_some_and(|at| at <= now);
        if is_due(self.program(actor).moments.stamp) {
            self.ask_stamps(actor).await;
        }
        let program = self.program_mut(actor);
        let Some(engine) = program
            .engine
            .as_mut()
            .filter(|_| is_due(program.moments.delivery))
        else {
            return;
        };
        let parcels = must(engine.due(now, AT_ONCE).await);
        self.program_mut(actor).look_ahead().await;
        if parcels.is_empty() || self.step(actor, "deliveries are noted, not yet sent") {
            return;
        }
        for parcel in parcels {
            self.tickets += 1;
            let ticket = Ticket(self.tickets);
            self.in_flight
                .insert(ticket, (actor, Waiting::Delivery(Attempt::from(&parcel))));
            self.plan(
                ANSWER_TIMEOUT,
                Event::GiveUp {
                    sender: actor,
                    ticket,
                },
            );
            let Some(to) = self.who(parcel.to) else {
                continue;
            };
            let more = format!(" to {}", self.name(to));
            self.log_letter(actor, "sends", &parcel.bytes, &more);
            for travel in self.network.travel() {
                let bytes = parcel.bytes.clone();
                let event = Event::Request {
                    from: actor,
                    to,
                    ticket,
                    bytes,
                };
                self.plan(travel, event);
            }
        }
    }

    async fn happen(&mut self, at: Timestamp) {
        match self.agenda.pop() {
            Some(Event::Request {
                from,
                to,
                ticket,
                bytes,
            }) => {
                let mut batch = vec![(from, ticket, bytes)];
                while let Some(Event::Request {
                    from,
                    ticket,
                    bytes,
                    ..
                }) = self.agenda.pop_request_to(to, at)
                {
                    batch.push((from, ticket, bytes));
                }
                self.arrive(to, batch).await;
            }
            Some(Event::Answer {
                from,
                to,
                ticket,
                bytes,
            }) => {
                let letter = Letter {
                    from,
                    to,
                    leg: Leg::Answer,
                    bytes,
                };
                if let Some(letter) = self.pass(letter) {
                    self.conclude(to, ticket, Ok(letter.bytes), from).await;
                }
            }
            Some(Event::AskPiece {
                from,
                to,
                ticket,
                bytes,
            }) => self.give_piece(from, to, ticket, bytes).await,
            Some(Event::Piece {
                from,
                to,
                ticket,
                bytes,
            }) => {
                let letter = Letter {
                    from,
                    to,
                    leg: Leg::Piece,
                    bytes,
                };
                if let Some(letter) = self.pass(letter) {
                    self.conclude(to, ticket, Ok(letter.bytes), from).await;
                }
            }
            Some(Event::GiveUp { sender, ticket }) => {
                if self.program(sender).asleep {
                    self.plan(ANSWER_TIMEOUT, Event::GiveUp { sender, ticket });
                } else {
                    let answer = Err("no answer came".to_owned());
                    self.conclude(sender, ticket, answer, sender).await;
                }
            }
            Some(Event::Stamped {
                to,
                directory,
                bytes,
            }) => self.take_stamp(to, directory, &bytes).await,
            Some(Event::Wake(actor)) => {
                self.program_mut(actor).asleep = false;
                self.log(actor, "wakes up");
            }
            Some(Event::Restart(actor)) if self.program(actor).engine.is_none() => {
                self.restart(actor).await;
            }
            Some(Event::Restart(_)) => {}
            None => {}
        }
    }

    /// What becomes of a letter at the end of its way: nobody there, a cut line, or a hand that changes it.
    pub(crate) fn pass(&mut self, letter: Letter) -> Option<Letter> {
        if !self.is_up(letter.to) || self.network.is_cut(letter.from, letter.to) {
            return None;
        }
        match &mut self.tamper {
            None => Some(letter),
            Some(hand) => {
                let bytes = hand(&letter)?;
                Some(Letter { bytes, ..letter })
            }
        }
    }

    async fn arrive(&mut self, to: Actor, batch: Vec<(Actor, Ticket, std::sync::Arc<[u8]>)>) {
        let mut arrivals = Vec::new();
        let mut replies = Vec::new();
        for (from, ticket, bytes) in batch {
            let letter = Letter {
                from,
                to,
                leg: Leg::Request,
                bytes,
            };
            if let Some(letter) = self.pass(letter) {
                let more = format!(" from {}", self.name(from));
                self.log_letter(to, "receives", &letter.bytes, &more);
                arrivals.push(Arrival {
                    from: self.id(from),
                    bytes: letter.bytes,
                });
                replies.push((from, ticket));
            }
        }
        if arrivals.is_empty() || self.step(to, "before a document is taken") {
            return;
        }
        let now = self.clock(to);
        let Some(engine) = &mut self.program_mut(to).engine else {
            return;
        };
        let answers = must(engine.receive(now, &arrivals).await);
        self.program_mut(to).look_ahead().await;
        if self.step(to, "committed, before the receipt leaves") {
            return;
        }
        for ((from, ticket), bytes) in replies.into_iter().zip(answers) {
            self.log_letter(to, "answers", &bytes, "");
            for travel in self.network.travel() {
                let event = Event::Answer {
                    from: to,
                    to: from,
                    ticket,
                    bytes: bytes.clone(),
                };
                self.plan(travel, event);
            }
        }
    }

    /// The first answer to a delivery counts, as on a connection.
    async fn conclude(
        &mut self,
        sender: Actor,
        ticket: Ticket,
        answer: Result<std::sync::Arc<[u8]>, String>,
        from: Actor,
    ) {
        let Some((_, waiting)) = self.in_flight.remove(&ticket) else {
            return;
        };
        match (&waiting, &answer) {
            (Waiting::Piece(_), Ok(_)) => self.log(sender, "gets a piece"),
            (Waiting::Delivery(_), Ok(letter)) => {
                let more = format!(" from {}", self.name(from));
                self.log_letter(sender, "gets", letter, &more);
            }
            (_, Err(_)) => self.log(sender, "waits in vain"),
        }
        if self.step(sender, "before an answer is taken") {
            return;
        }
        let now = self.clock(sender);
        let Some(engine) = &mut self.program_mut(sender).engine else {
            return;
        };
        match waiting {
            Waiting::Delivery(attempt) => {
                let answered = Answered {
                    attempt,
                    answer,
                    way: None,
                };
                must(engine.answered(now, &[answered]).await);
            }
            Waiting::Piece(wanted) => must(engine.take_piece(now, wanted, answer).await),
        }
        self.program_mut(sender).look_ahead().await;
        self.step(sender, "an answer is committed");
    }
}
