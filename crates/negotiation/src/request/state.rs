//! The state of a request.

use opener_trade::switch::{Countermeasure, holds};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use opener_trade::{
    DocumentId, Duration, PeerId, Reason, Timestamp, Verified,
    document::{Answer, Document, Rfp, RfpCancel},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    award::Award,
    effect::{Effect, Notice},
    last_round::LastRound,
};
use crate::{
    Chain, Entry, Rejection,
    dialogue::{ANSWERS, REVISIONS, check_revision},
};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Sent; bids are not taken yet.
    Issued,
    /// Bids are taken.
    Collecting,
    /// The deadline has passed and no bid stands.
    Closed,
    /// The deadline has passed; the buyer chooses.
    Evaluating,
    /// Something is ordered.
    Awarding,
    /// Every line that is not optional is ordered and accepted.
    Awarded,
    /// The time to choose has passed with a part awarded.
    PartlyAwarded,
    /// The time to choose has passed without an award.
    NoAward,
    /// Called off.
    Cancelled,
    /// No bid came.
    Expired,
}

impl Phase {
    /// Whether nothing more can be ordered.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Phase::Awarded
                | Phase::PartlyAwarded
                | Phase::NoAward
                | Phase::Cancelled
                | Phase::Expired
        )
    }
}

/// The state of a request.
#[derive(Debug, Clone)]
pub struct State {
    /// The RFP that stands.
    pub rfp: Arc<Verified<Document<Rfp>>>,
    /// Where it stands.
    pub phase: Phase,
    /// Sellers whose bids have stood, on the revision that stands.
    pub bidders: BTreeSet<PeerId>,
    /// What is held for one seller until when: nobody else gets it.
    pub holds: BTreeMap<PeerId, (Timestamp, Vec<u32>)>,
    /// The answers to everybody, oldest first.
    pub answers: Vec<DocumentId>,
    /// What is ordered from whom.
    pub awards: BTreeMap<PeerId, Award>,
    /// The best-and-final round, once there is one.
    pub last_round: Option<LastRound>,
    pub(super) broadcasts: Chain,
    pub(super) deadline_passed: bool,
    pub(super) called_off: bool,
}

impl State {
    pub(super) fn new(rfp: Arc<Verified<Document<Rfp>>>) -> Self {
        let mut broadcasts = Chain::default();
        broadcasts.advance(rfp.id());
        Self {
            rfp,
            phase: Phase::Issued,
            bidders: BTreeSet::new(),
            holds: BTreeMap::new(),
            answers: Vec::new(),
            awards: BTreeMap::new(),
            last_round: None,
            broadcasts,
            deadline_passed: false,
            called_off: false,
        }
    }

    /// When time next changes something, if it does.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let schedule = self.schedule();
        match self.phase {
            Phase::Issued => Some(schedule.open),
            Phase::Collecting => Some(just_after(schedule.bid_deadline)),
            Phase::Closed | Phase::Evaluating => Some(just_after(schedule.award_by)),
            // An open order is decided in its dialogue; the request closes with the decision.
            Phase::Awarding if self.deadline_passed => {
                (!self.is_ordering()).then_some(just_after(schedule.award_by))
            }
            Phase::Awarding => Some(just_after(schedule.bid_deadline)),
            _ => None,
        }
    }

    /// Until when the buyer chooses; nothing as long as bids may come, and once it has chosen.
    pub fn choose_by(&self) -> Option<Timestamp> {
        (self.phase == Phase::Evaluating).then(|| self.schedule().award_by)
    }

    /// Whether an order waits for its answer.
    pub(super) fn is_ordering(&self) -> bool {
        self.awards.values().any(|award| !award.concluded)
    }

    pub(super) fn cancel(
        &mut self,
        document: &Arc<Verified<Document<RfpCancel>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.phase.is_terminal() {
            return Err(Rejection::not_allowed("the request is over"));
        }
        if self.is_ordering() {
            return Err(Rejection::not_allowed(
                "an order is open; wait for its answer",
            ));
        }
        if document.body.rfp != self.rfp.id() {
            return Err(Rejection::stale("another revision stands", self.rfp.id()));
        }
        self.broadcasts.admit(&document.header)?;
        let id = document.id();
        self.broadcasts.advance(id);
        self.called_off = true;
        self.phase = if self.awards.is_empty() {
            Phase::Cancelled
        } else {
            Phase::PartlyAwarded
        };
        Ok(vec![
            Effect::Persist(Entry::Document { id, at }),
            Effect::Broadcast(id),
        ])
    }

    /// A new revision. Bids on the one before no longer count until they are confirmed.
    pub(super) fn revise(
        &mut self,
        rfp: Arc<Verified<Document<Rfp>>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        self.pass(at);
        let in_time = matches!(self.phase, Phase::Issued | Phase::Collecting);
        if !in_time || self.last_round.is_some() {
            return Err(if self.awards.is_empty() {
                Rejection::new(Reason::Late, "a request is revised before its deadline")
            } else {
                Rejection::not_allowed("what is ordered is not revised")
            });
        }
        if u64::from(rfp.body.revision) > REVISIONS as u64 {
            let rule = format!("a request has at most {REVISIONS} revisions");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        if rfp.body.revision != self.rfp.body.revision + 1 {
            return Err(Rejection::new(
                Reason::RevisionMismatch,
                format!("the next revision is {}", self.rfp.body.revision + 1),
            ));
        }
        check_revision(&self.rfp.body, &rfp)?;
        self.broadcasts.admit(&rfp.header)?;
        let id = rfp.id();
        self.broadcasts.advance(id);
        self.rfp = rfp;
        self.bidders.clear();
        Ok(vec![
            Effect::Persist(Entry::Document { id, at }),
            Effect::Broadcast(id),
        ])
    }

    /// An answer to everybody, about the revision that stands.
    pub(super) fn answer(
        &mut self,
        answer: &Verified<Document<Answer>>,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        if self.phase.is_terminal() {
            return Err(Rejection::not_allowed("the request is over"));
        }
        if answer.body.rfp != self.rfp.id() {
            return Err(Rejection::stale("another revision stands", self.rfp.id()));
        }
        if self.answers.len() >= ANSWERS {
            let rule = format!("a request has at most {ANSWERS} answers");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        self.broadcasts.admit(&answer.header)?;
        let id = answer.id();
        self.broadcasts.advance(id);
        self.answers.push(id);
        Ok(vec![
            Effect::Persist(Entry::Document { id, at }),
            Effect::Broadcast(id),
        ])
    }

    pub(super) fn learn(&mut self, now: Timestamp, entry: Entry) -> Result<Vec<Effect>, Rejection> {
        let persist = Effect::Persist(entry.clone());
        let more = match entry {
            Entry::Tick => return Ok(self.tick(now)),
            Entry::Bid { seller } if self.bidders.insert(seller) => {
                if self.phase == Phase::Closed {
                    self.phase = Phase::Evaluating;
                }
                Vec::new()
            }
            Entry::Bid { .. } => return Ok(Vec::new()),
            Entry::Reserve { seller, lines } => {
                if now > self.schedule().award_by {
                    return Err(Rejection::new(
                        Reason::Late,
                        "the time to choose has passed",
                    ));
                }
                let mut passed = self.pass(now);
                self.check_round_is_over()?;
                self.check_held(now, seller, lines.iter().map(|line| line.line))?;
                passed.extend(self.reserve(seller, &lines)?);
                passed
            }
            Entry::Hold { seller, until, .. } if until < now => {
                if self.holds.remove(&seller).is_none() {
                    return Ok(Vec::new());
                }
                Vec::new()
            }
            Entry::Hold {
                seller,
                until,
                lines,
            } => {
                self.check_held(now, seller, lines.iter().copied())?;
                self.holds.insert(seller, (until, lines.into_vec()));
                Vec::new()
            }
            Entry::LastRound {
                sellers,
                deadline,
                award_by,
            } => self.begin_last_round(now, &sellers, deadline, award_by)?,
            Entry::Free { seller } => match self.awards.get(&seller) {
                Some(award) if !award.concluded => self.free(seller),
                _ => return Ok(Vec::new()),
            },
            Entry::Conclude { seller, lines } => self.conclude(seller, &lines)?,
            Entry::Amend {
                seller,
                lines,
                held,
            } => self.amend(seller, &lines, &held)?,
            _ => {
                return Err(Rejection::not_allowed(
                    "the journal entry is a dialogue's, not a request's",
                ));
            }
        };
        let passed = self.pass(now);
        Ok(std::iter::once(persist).chain(more).chain(passed).collect())
    }

    /// What is held for one seller is neither ordered from another nor held for it.
    fn check_held(
        &self,
        now: Timestamp,
        seller: PeerId,
        mut lines: impl Iterator<Item = u32>,
    ) -> Result<(), Rejection> {
        let held = |line: u32| {
            let mut others = self.holds.iter().filter(|(other, _)| **other != seller);
            others.any(|(_, (until, held))| now <= *until && held.contains(&line))
        };
        match lines.find(|line| held(*line)) {
            Some(line) if holds(Countermeasure::Hold) => Err(Rejection::new(
                Reason::FirmCommitment,
                format!("line {line} is held for another seller"),
            )),
            _ => Ok(()),
        }
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let before = self.phase;
        let deadline_before = self.deadline_passed;
        let mut effects = vec![Effect::Persist(Entry::Tick)];
        effects.extend(self.pass(now));
        if before == self.phase && deadline_before == self.deadline_passed {
            Vec::new()
        } else {
            effects
        }
    }

    /// Moves on to where the moment `now` belongs.
    pub(super) fn pass(&mut self, now: Timestamp) -> Vec<Effect> {
        let schedule = self.schedule();
        let mut effects = Vec::new();
        if self.phase == Phase::Issued && now >= schedule.open {
            self.phase = Phase::Collecting;
        }
        if matches!(self.phase, Phase::Collecting | Phase::Awarding)
            && !self.deadline_passed
            && now > schedule.bid_deadline
        {
            self.deadline_passed = true;
            if self.phase == Phase::Collecting {
                let any = !self.bidders.is_empty();
                self.phase = if any {
                    Phase::Evaluating
                } else {
                    Phase::Closed
                };
                effects.push(Effect::Notify(if any {
                    Notice::BidsClosed
                } else {
                    Notice::NoBids
                }));
            }
        }
        if now > schedule.award_by && self.deadline_passed && !self.phase.is_terminal() {
            effects.extend(self.close());
        }
        effects
    }
}

fn just_after(moment: Timestamp) -> Timestamp {
    moment.plus(Duration::from_millis(1))
}
