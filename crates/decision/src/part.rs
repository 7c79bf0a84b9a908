//! The part of a request that is judged or ordered together, and what a bid offers for it.

use std::collections::{HashMap, HashSet};

use opener_trade::{
    Money,
    document::{Bid, BidLine, Charge, Line, LineOffer, Rfp},
};

/// Lines of a request, judged together: one lot, some lots, or all.
pub(crate) struct Part<'a> {
    /// The lines inside.
    pub lines: Vec<&'a Line>,
    /// The numbers of all lines of the request.
    asked: HashSet<u32>,
    /// Numbers that were named and that the request does not have.
    unknown: Vec<u32>,
    optional_too: bool,
    alternatives: bool,
}

impl<'a> Part<'a> {
    /// The whole request.
    pub fn whole(rfp: &'a Rfp) -> Self {
        Self::of(rfp, |_| true)
    }

    /// One lot, or the whole request.
    pub fn lot(rfp: &'a Rfp, lot: Option<u16>) -> Self {
        Self::of(rfp, |line| lot.is_none() || line.lot == lot)
    }

    /// The lines that pass.
    pub fn of(rfp: &'a Rfp, inside: impl Fn(&Line) -> bool) -> Self {
        Self {
            lines: rfp.lines.iter().filter(|line| inside(line)).collect(),
            asked: rfp.lines.iter().map(|line| line.number).collect(),
            unknown: vec![],
            optional_too: false,
            alternatives: rfp.rules.alternatives,
        }
    }

    /// The named lines, optional or not. A number that the request does not have counts as not offered.
    pub fn named(rfp: &'a Rfp, numbers: &[u32]) -> Self {
        let mut part = Self::of(rfp, |line| numbers.contains(&line.number));
        part.optional_too = true;
        part.unknown = numbers
            .iter()
            .copied()
            .filter(|number| !part.asked.contains(number))
            .collect();
        part
    }

    /// What a bid offers for the part. Like is compared with like: optional lines count only in a part that has no
    /// others, or for a bid that can only be ordered whole.
    pub fn offer<'b>(&self, bid: &'b Bid) -> Offer<'a, 'b> {
        let offered: HashMap<u32, &BidLine> = bid
            .offered()
            .filter(|line| self.alternatives || line.offer != LineOffer::Alternative)
            .map(|line| (line.line, line))
            .collect();
        let all = self.optional_too || self.lines.iter().all(|line| line.optional);
        let (mut lines, mut missing) = (vec![], self.unknown.clone());
        for line in &self.lines {
            let required = !line.optional || all;
            match offered.get(&line.number) {
                Some(offer) if required || bid.all_or_nothing => lines.push((*line, *offer)),
                None if required => missing.push(line.number),
                _ => {}
            }
        }
        let short = lines
            .iter()
            .filter(|(asked, offer)| offer.quantity.value < asked.quantity.value)
            .map(|(asked, _)| asked.number)
            .collect();
        let inside: HashSet<u32> = self.lines.iter().map(|line| line.number).collect();
        Offer {
            is_whole: lines.len() == bid.offered().count(),
            reaches_beyond: bid.offered().any(|line| !inside.contains(&line.line)),
            not_asked: bid
                .offered()
                .map(|line| line.line)
                .find(|number| !self.asked.contains(number)),
            lots: self.lines.iter().filter_map(|line| line.lot).collect(),
            lines,
            missing,
            short,
        }
    }
}

/// What one bid offers for a [`Part`].
pub(crate) struct Offer<'a, 'b> {
    /// The lines that count, asked and offered.
    pub lines: Vec<(&'a Line, &'b BidLine)>,
    /// Lines that are asked and not offered.
    pub missing: Vec<u32>,
    /// Lines that are offered in less quantity than asked.
    pub short: Vec<u32>,
    /// Whether the lines that count are all that the bid offers.
    pub is_whole: bool,
    /// Whether the bid offers lines outside the part.
    pub reaches_beyond: bool,
    /// A line that the request does not have.
    pub not_asked: Option<u32>,
    lots: HashSet<u16>,
}

impl Offer<'_, '_> {
    /// The charges that ordering these lines brings: those of the lots inside, and those of the bid as a whole. A
    /// bid-wide charge is owed in full with whatever part is ordered, so that leaving out a line never sheds the freight.
    pub fn charges<'c>(&self, bid: &'c Bid) -> Vec<&'c Charge> {
        let belongs = |charge: &&Charge| {
            self.is_whole || charge.lot.is_none_or(|lot| self.lots.contains(&lot))
        };
        bid.charges.iter().filter(belongs).collect()
    }

    /// Sum of lines and charges in the bid's tax basis, if it fits.
    pub fn total(&self, bid: &Bid) -> Option<Money> {
        let lines = self.lines.iter().map(|(_, offer)| offer.amount);
        let charges = self.charges(bid).into_iter().map(|charge| charge.amount);
        Money::sum(bid.currency, lines.chain(charges)).ok()
    }
}
