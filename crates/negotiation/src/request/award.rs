//! How much of a request is reserved and awarded: never more than was asked.

use opener_trade::switch::{Countermeasure, holds};
use opener_trade::{PeerId, Reason};
use rust_decimal::Decimal;

use super::{
    effect::{Effect, Notice},
    state::{Phase, State},
};
use crate::{LineQuantity, Rejection};

/// What is ordered from one seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The quantities, in each line's unit.
    pub lines: Vec<LineQuantity>,
    /// What else is kept free for a change of the order that the buyer has signed: the quantities as they may become.
    pub held: Vec<LineQuantity>,
    /// Whether the order is accepted; until then the quantities are reserved.
    pub concluded: bool,
}

impl State {
    /// Reserves quantities before an order is signed.
    ///
    /// # Errors
    /// Together with what is reserved or awarded already they exceed what was asked.
    pub(super) fn reserve(
        &mut self,
        seller: PeerId,
        lines: &[LineQuantity],
    ) -> Result<Vec<Effect>, Rejection> {
        if self.phase.is_terminal() || self.phase == Phase::Issued {
            return Err(Rejection::new(
                Reason::AlreadyAwarded,
                "nothing of this request can be ordered now",
            ));
        }
        if self.awards.contains_key(&seller) {
            return Err(Rejection::new(
                Reason::AlreadyAwarded,
                "there is an order with this seller already",
            ));
        }
        self.check_room(lines)?;
        self.awards.insert(
            seller,
            Award {
                lines: lines.to_vec(),
                held: Vec::new(),
                concluded: false,
            },
        );
        self.phase = Phase::Awarding;
        Ok(Vec::new())
    }

    /// Frees what was reserved with a seller after a refusal or a decided lapse.
    pub(super) fn free(&mut self, seller: PeerId) -> Vec<Effect> {
        self.awards.remove(&seller);
        if self.phase == Phase::Awarding && self.awards.is_empty() {
            self.phase = if self.deadline_passed {
                Phase::Evaluating
            } else {
                Phase::Collecting
            };
        }
        Vec::new()
    }

    /// Turns a reservation into an award; a changed answer may have changed the quantities.
    ///
    /// # Errors
    /// Nothing is reserved with this seller, or together with what others have it exceeds what was asked.
    pub(super) fn conclude(
        &mut self,
        seller: PeerId,
        lines: &[LineQuantity],
    ) -> Result<Vec<Effect>, Rejection> {
        match self.awards.remove(&seller) {
            Some(award) if !award.concluded => {}
            _ => {
                return Err(Rejection::not_allowed(
                    "nothing is reserved with this seller",
                ));
            }
        }
        self.award(seller, lines, &[])
    }

    /// What both made of a concluded order: other quantities, or none. What becomes free may be ordered again as long as
    /// the sellers have not been told that they were not chosen.
    ///
    /// # Errors
    /// Nothing is concluded with this seller, or together with what others have it exceeds what was asked.
    pub(super) fn amend(
        &mut self,
        seller: PeerId,
        lines: &[LineQuantity],
        held: &[LineQuantity],
    ) -> Result<Vec<Effect>, Rejection> {
        match self.awards.remove(&seller) {
            Some(award) if award.concluded => {}
            _ => {
                return Err(Rejection::not_allowed(
                    "nothing is concluded with this seller",
                ));
            }
        }
        if !lines.is_empty() {
            return self.award(seller, lines, held);
        }
        if self.phase == Phase::Awarding {
            return Ok(self.free(seller));
        }
        self.settle_end();
        Ok(Vec::new())
    }

    /// Books an award, and says so when with it everything is awarded.
    fn award(
        &mut self,
        seller: PeerId,
        lines: &[LineQuantity],
        held: &[LineQuantity],
    ) -> Result<Vec<Effect>, Rejection> {
        self.check_room(lines)?;
        self.check_room(held)?;
        self.awards.insert(
            seller,
            Award {
                lines: lines.to_vec(),
                held: held.to_vec(),
                concluded: true,
            },
        );
        self.settle_end();
        if !self.is_complete() || self.phase.is_terminal() {
            return Ok(Vec::new());
        }
        self.phase = Phase::Awarded;
        Ok(vec![Effect::TellLosers, Effect::Notify(Notice::Awarded)])
    }

    fn is_complete(&self) -> bool {
        let mut lines = self.rfp.body.lines.iter().filter(|line| !line.optional);
        lines.all(|line| self.awarded(line.number) >= line.quantity.value.decimal())
    }

    /// A request that has ended says what it ended with: an order that is changed afterwards may make it more or less.
    fn settle_end(&mut self) {
        let ended = matches!(
            self.phase,
            Phase::Awarded | Phase::PartlyAwarded | Phase::NoAward | Phase::Cancelled
        );
        self.phase = match (self.awards.is_empty(), self.called_off) {
            _ if !ended => self.phase,
            (true, true) => Phase::Cancelled,
            (true, false) => Phase::NoAward,
            (false, false) if self.is_complete() => Phase::Awarded,
            (false, _) => Phase::PartlyAwarded,
        };
    }

    /// Whether so much is still free of each line. A line may be named more than once.
    fn check_room(&self, lines: &[LineQuantity]) -> Result<(), Rejection> {
        for line in lines {
            let Some(asked) = self.rfp.body.line(line.line) else {
                return Err(Rejection::not_allowed(format!(
                    "line {} was not asked for",
                    line.line
                )));
            };
            if !line.quantity.is_positive() {
                return Err(Rejection::not_allowed(format!(
                    "line {}: the quantity must be above zero",
                    line.line
                )));
            }
            let wanted = sum(lines, line.line);
            let free = asked
                .quantity
                .value
                .decimal()
                .checked_sub(self.taken(line.line))
                .unwrap_or_default();
            if wanted > free && holds(Countermeasure::QuantityReservation) {
                let reason = if free.is_zero() {
                    Reason::AlreadyAwarded
                } else {
                    Reason::QuantityExceeded
                };
                let rule = format!(
                    "line {}: only {} {} are left to order",
                    line.line, free, asked.quantity.unit
                );
                return Err(Rejection::new(reason, rule));
            }
        }
        Ok(())
    }

    /// The time to choose has passed. Open orders are decided first.
    pub(super) fn close(&mut self) -> Vec<Effect> {
        if self.is_ordering() {
            return Vec::new();
        }
        // That no bid came was told at the deadline.
        let (phase, notice) = match (self.awards.is_empty(), self.bidders.is_empty()) {
            (false, _) => (Phase::PartlyAwarded, Some(Notice::PartlyAwarded)),
            (true, false) => (Phase::NoAward, Some(Notice::NotAwarded)),
            (true, true) => (Phase::Expired, None),
        };
        self.phase = phase;
        std::iter::once(Effect::TellLosers)
            .chain(notice.map(Effect::Notify))
            .collect()
    }

    /// How much of a line is reserved or awarded.
    pub fn taken(&self, line: u32) -> Decimal {
        let of = |award: &Award| sum(&award.lines, line).max(sum(&award.held, line));
        let all = self.awards.values().map(of);
        all.fold(Decimal::ZERO, |all, one| {
            all.checked_add(one).unwrap_or(Decimal::MAX)
        })
    }

    /// How much of a line is awarded.
    pub fn awarded(&self, line: u32) -> Decimal {
        let concluded = self.awards.values().filter(|award| award.concluded);
        sum(concluded.flat_map(|award| &award.lines), line)
    }
}

fn sum<'a>(lines: impl IntoIterator<Item = &'a LineQuantity>, line: u32) -> Decimal {
    lines
        .into_iter()
        .filter(|taken| taken.line == line)
        .fold(Decimal::ZERO, |sum, taken| {
            sum.checked_add(taken.quantity.decimal())
                .unwrap_or(Decimal::MAX)
        })
}
