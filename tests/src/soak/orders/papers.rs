//! What people write in a schedule: drawn at random, always well formed.

use fastrand::Rng;
use opener_decision::LinePart;
use opener_negotiation::dialogue::{Offer, Placed, State};
use opener_sim::papers;
use opener_trade::{
    DocumentId, Duration, Number, PeerText, Timestamp, Verified,
    document::{
        Bid, BidRules, Change, Commitment, Counter, Document, ExtendGrant, OrderResponse, Price,
        ResponseStatus, Rfp,
    },
};

use super::market::{minutes, pick};

const NOBODY: DocumentId = DocumentId::from_bytes([0; 32]);

/// A request for bolts and washers whose deadlines are minutes to hours away.
pub fn rfp(random: &mut Rng, now: Timestamp) -> Rfp {
    let mut rfp = papers::rfp(now);
    rfp.schedule.bid_deadline = now.plus(minutes(random.i64(20..180)));
    rfp.schedule.award_by = rfp.schedule.bid_deadline.plus(minutes(random.i64(20..300)));
    rfp.rules = BidRules {
        max_rounds: random.u8(0..4),
        extension: minutes(random.i64(5..30)),
        ..rfp.rules
    };
    rfp
}

/// A bid on all or a part, binding as it may be.
pub fn bid(random: &mut Rng, now: Timestamp, rfp: &Verified<Document<Rfp>>, seller: &str) -> Bid {
    let pieces = |random: &mut Rng, whole: u32| match random.u8(0..3) {
        0 => random.u32(1..=whole),
        _ => whole,
    };
    let (bolts, washers) = (pieces(random, 1000), pieces(random, 400));
    let price = format!("0.{}", random.u8(10..30));
    let (bolts, washers) = (bolts.to_string(), washers.to_string());
    let lines = [
        (1, bolts.as_str(), price.as_str()),
        (2, washers.as_str(), price.as_str()),
    ];
    let lines = *pick(random, &[&lines[..], &lines[..], &lines[..1], &lines[1..]]);
    let mut bid = papers::offer(rfp, seller, lines);
    bid.valid_until = now.plus(minutes(random.i64(15..600)));
    bid.commitment = commitment(random, now, bid.valid_until);
    bid
}

fn commitment(random: &mut Rng, now: Timestamp, valid_until: Timestamp) -> Commitment {
    let firm = now.plus(minutes(random.i64(5..300))).min(valid_until);
    *pick(
        random,
        &[
            Commitment::Indicative,
            Commitment::Revocable,
            Commitment::Firm { until: firm },
        ],
    )
}

/// A counter-offer on one line of an offer: another price, fewer pieces, or both.
pub fn counter(random: &mut Rng, now: Timestamp, offer: &Offer) -> Option<Counter> {
    let lines: Vec<_> = offer.bid().lines.iter().collect();
    let line = *pick(random, &lines);
    let price = Price {
        price: format!("0.{}", random.u8(10..30)).parse().ok()?,
        ..line.price
    };
    let fewer = random.u32(1..=400).to_string().parse().ok()?;
    let changes = vec![Change::Line {
        line: line.line,
        price: Some(price),
        quantity: random.bool().then_some(fewer),
        lead_time_days: None,
    }];
    let valid_until = now.plus(minutes(random.i64(2..60)));
    let commitment = if random.bool() {
        Commitment::Revocable
    } else {
        Commitment::Firm {
            until: valid_until.min(offer.bid().valid_until),
        }
    };
    Some(Counter {
        offer: NOBODY,
        round: 1,
        changes: changes.try_into().ok()?,
        valid_until,
        commitment,
        remark: PeerText::default(),
    })
}

/// Some lines of an offer, each in part or whole.
pub fn part(random: &mut Rng, state: &State) -> Vec<LinePart> {
    let offered = state.standing.iter().flat_map(|it| it.bid().offered());
    let mut lines: Vec<_> = offered.map(|line| line.line).collect();
    random.shuffle(&mut lines);
    lines.truncate(random.usize(1..=2));
    let part = |line| LinePart {
        line,
        quantity: random.bool().then(|| Number::from(random.u32(1..=700))),
    };
    lines.into_iter().map(part).collect()
}

/// More time on an offer.
pub fn grant(random: &mut Rng, offer: &Offer) -> ExtendGrant {
    let until = offer.bid().valid_until.plus(minutes(random.i64(0..60)));
    ExtendGrant {
        offer: offer.id(),
        until,
        firm_until: random.bool().then_some(until),
    }
}

/// An answer to an order: yes, no, or a smaller quantity of its first line.
pub fn response(random: &mut Rng, placed: &Placed) -> OrderResponse {
    let (id, order) = (placed.document.id(), placed.order());
    match random.u8(0..6) {
        0..3 => OrderResponse::accept(id, order),
        3 => OrderResponse::refuse(id, order, PeerText::default()),
        _ => {
            let mut response = OrderResponse::accept(id, order);
            let mut lines = response.lines.into_vec();
            if let (Some(line), Ok(fewer)) =
                (lines.first_mut(), random.u32(1..=400).to_string().parse())
            {
                line.status = ResponseStatus::Changed;
                line.quantity = fewer;
            }
            response.lines = lines.try_into().unwrap_or_default();
            response
        }
    }
}

/// The answer of a buyer to a changed answer: yes or no.
pub fn confirmation(random: &mut Rng, placed: &Placed) -> OrderResponse {
    let (id, order) = (placed.document.id(), placed.order());
    match &placed.response {
        Some(response) if random.u8(0..3) > 0 => {
            let mut lines = response.body.lines.clone().into_vec();
            lines.retain(|line| line.status != ResponseStatus::Refused);
            for line in &mut lines {
                line.status = ResponseStatus::Accepted;
            }
            OrderResponse {
                lines: lines.try_into().unwrap_or_default(),
                ..response.body.clone()
            }
        }
        _ => OrderResponse::refuse(id, order, PeerText::default()),
    }
}

/// So much later than now.
pub fn later(random: &mut Rng, now: Timestamp, up_to: i64) -> Timestamp {
    now.plus(Duration::from_secs(random.i64(1..up_to * 60)))
}
