//! Two programs that counter whenever the rules let them always stop: rounds and the offer's validity bound every dialogue.
//!
//! Only the machines play, with signed documents and a post that delays and crosses them; there is no store and no network.

use std::{sync::Arc, thread};

use fastrand::Rng;
use opener_negotiation::{
    Role,
    dialogue::{Command, Dialogue, Input, Phase, State},
};
use opener_trade::{
    DealId, Duration, Identity, List, Opened, PeerText, Timestamp, Verified,
    document::{
        Bid, BidLine, BidRules, Change, Commitment, Counter, Criterion, Delivery, Direction,
        Disclosure, Document, Header, Line, LineOffer, Measure, Party, Price, Rfp, Schedule,
        TaxBasis,
    },
    limits::MAX_ROUNDS,
    sign,
};
use serde::Serialize;

/// Minutes from the request to the end of the bid's validity.
const VALID: i64 = 240;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Dialogues played.
    pub cases: u64,
    /// Counter-offers of the longest dialogue, both sides together, refused ones among them.
    pub longest: usize,
    /// Dialogues that went over their rounds, or were not over with the offer's validity.
    pub unbounded: u64,
    /// The seed, to play it again.
    pub seed: u64,
}

impl Counters {
    /// Whether everything held.
    pub const fn is_good(&self) -> bool {
        self.unbounded == 0 && self.longest > 0
    }
}

/// Plays so many dialogues, on every processor.
pub fn counters(cases: u64, seed: u64) -> Counters {
    let workers = thread::available_parallelism().map_or(1, usize::from) as u64;
    let openings: Arc<Vec<Opening>> = Arc::new((0..=MAX_ROUNDS).map(Opening::new).collect());
    let running: Vec<_> = (0..workers)
        .map(|worker| {
            let openings = openings.clone();
            thread::spawn(move || {
                let mine = (worker..cases).step_by(workers as usize);
                mine.map(|case| play(&openings, Rng::with_seed(seed.wrapping_add(case))))
                    .fold((0, 0), |(longest, unbounded), (made, bounded)| {
                        (made.max(longest), unbounded + u64::from(!bounded))
                    })
            })
        })
        .collect();
    let mut sum = Counters {
        cases,
        longest: 0,
        unbounded: 0,
        seed,
    };
    for worker in running {
        let (longest, unbounded) = worker.join().expect("a dialogue ended in a panic");
        sum.longest = sum.longest.max(longest);
        sum.unbounded += unbounded;
    }
    sum
}

/// Both machines after the bid has arrived, for one number of rounds.
struct Opening {
    rounds: u8,
    buyer: Dialogue,
    seller: Dialogue,
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000).plus(Duration::from_secs(minute * 60))
}

fn identity(role: Role) -> Identity {
    Identity::from_seed(
        [match role {
            Role::Buyer => 1,
            Role::Seller => 2,
        }; 32],
    )
}

impl Opening {
    fn new(rounds: u8) -> Self {
        let (buyer, seller) = (identity(Role::Buyer), identity(Role::Seller));
        let header = Header {
            deal: DealId::of_buyer(buyer.peer_id(), [rounds; 6]),
            from: buyer.peer_id(),
            to: None,
            seq: 1,
            previous: None,
            answers: None,
            issued_at: at(0),
            expires_at: at(VALID),
        };
        let body = rfp(rounds);
        let rfp = Arc::new(sign(&buyer, Document { header, body }).expect("a request"));
        let open = |role| {
            let opened = Dialogue::open(role, seller.peer_id(), rfp.clone(), at(0));
            opened.expect("a dialogue").0
        };
        let mut pair = Pair {
            buyer: open(Role::Buyer),
            seller: open(Role::Seller),
            post: Vec::new(),
            refused: 0,
        };
        pair.buyer
            .step(
                at(0),
                Input::Receipt {
                    document: rfp.id(),
                    at: at(0),
                },
            )
            .expect("a receipt");
        pair.say(Role::Seller, at(1), Command::Bid(Box::new(bid(&rfp))));
        pair.deliver_all(at(1));
        assert_eq!(pair.buyer.state().phase, Phase::BidStanding);
        Self {
            rounds,
            buyer: pair.buyer,
            seller: pair.seller,
        }
    }
}

/// Two machines and the post between them.
struct Pair {
    buyer: Dialogue,
    seller: Dialogue,
    /// Documents on their way, oldest first, with their senders.
    post: Vec<(Role, Arc<Opened>)>,
    /// Counter-offers that the other side refused: they had expired on their way, or another round was open.
    refused: usize,
}

impl Pair {
    fn side(&mut self, role: Role) -> &mut Dialogue {
        match role {
            Role::Buyer => &mut self.buyer,
            Role::Seller => &mut self.seller,
        }
    }

    /// False when the rules refuse it.
    fn say(&mut self, role: Role, now: Timestamp, command: Command) -> bool {
        let Ok(draft) = self.side(role).state().draft(now, command) else {
            return false;
        };
        let Ok(document) = draft.sign(&identity(role)).map(Arc::new) else {
            return false;
        };
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        let taken = self.side(role).step(now, input).is_ok();
        if taken {
            self.post.push((role, document));
        }
        taken
    }

    /// Delivers the oldest document of a side, and its receipt or failure at once.
    fn deliver(&mut self, from: Role, now: Timestamp) {
        let Some(place) = self.post.iter().position(|(role, _)| *role == from) else {
            return;
        };
        let (_, document) = self.post.remove(place);
        let input = Input::Document {
            document: document.clone(),
            at: now,
        };
        match self.side(from.other()).step(now, input) {
            Ok(_) => {
                let document = document.id();
                let receipt = Input::Receipt { document, at: now };
                let _ = self.side(from).step(now, receipt);
            }
            Err(rejection) => {
                assert!(rejection.in_chain, "{rejection}");
                self.refused += 1;
                for role in [from.other(), from] {
                    self.side(role)
                        .record_void(now, &document, rejection.reason);
                }
            }
        }
    }

    fn deliver_all(&mut self, now: Timestamp) {
        while let Some((from, _)) = self.post.first() {
            let from = *from;
            self.deliver(from, now);
        }
    }
}

/// Both counter whenever they can until the offer has expired. Gives the counter-offers made, and whether the rounds and
/// the validity bounded them.
fn play(openings: &[Opening], mut random: Rng) -> (usize, bool) {
    let opening = &openings[random.usize(..openings.len())];
    let mut pair = Pair {
        buyer: opening.buyer.clone(),
        seller: opening.seller.clone(),
        post: Vec::new(),
        refused: 0,
    };
    let (mut made, mut minute) = (0, 1);
    let pace = random.i64(1..=30);
    while minute <= VALID {
        for role in [Role::Buyer, Role::Seller] {
            let now = at(minute);
            let _ = pair.side(role).step(now, Input::Tick);
            if let Some(counter) = next(pair.side(role).state(), role, now, &mut random)
                && pair.say(role, now, Command::Counter(Box::new(counter)))
            {
                made += 1;
            }
            if random.bool() {
                pair.deliver(role, now);
            }
        }
        minute += random.i64(1..=pace);
    }
    pair.deliver_all(at(VALID));
    let over = at(VALID + 1);
    for role in [Role::Buyer, Role::Seller] {
        let _ = pair.side(role).step(over, Input::Tick);
    }
    let rounds = pair
        .buyer
        .state()
        .next_round()
        .max(pair.seller.state().next_round());
    let ended = [&pair.buyer, &pair.seller]
        .into_iter()
        .all(|side| side.state().phase == Phase::LapsedExpired);
    // Two that cross are one round.
    let taken = made - pair.refused;
    let within = rounds <= opening.rounds + 1 && taken <= 2 * usize::from(opening.rounds);
    (made, ended && within)
}

/// The counter-offer that an automatic side makes whenever it is not the other's turn to answer. It does not count rounds:
/// the machine does.
fn next(state: &State, role: Role, now: Timestamp, random: &mut Rng) -> Option<Counter> {
    let standing = state.standing.as_ref()?;
    let open_to_me = matches!(
        (state.phase, role),
        (Phase::BidStanding, _)
            | (Phase::CounteredBySeller, Role::Buyer)
            | (Phase::CounteredByBuyer, Role::Seller)
    );
    // Beyond the bound one try in eight is enough to see that it is refused.
    let beyond = state.next_round() > state.rfp.body.rules.max_rounds;
    if !open_to_me || (beyond && random.u8(..8) > 0) {
        return None;
    }
    let price = Price {
        price: random.u32(50..150).to_string().parse().ok()?,
        base_quantity: "1".parse().ok()?,
    };
    let change = Change::Line {
        line: 1,
        price: Some(price),
        quantity: None,
        lead_time_days: None,
    };
    let valid = now.plus(Duration::from_secs(60 * random.i64(1..=60)));
    Some(Counter {
        offer: standing.id(),
        round: state.next_round().clamp(1, MAX_ROUNDS),
        changes: List::try_from(vec![change]).ok()?,
        valid_until: valid.min(standing.bid().valid_until),
        commitment: Commitment::Revocable,
        remark: PeerText::default(),
    })
}

fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    text.parse().expect("a short text")
}

fn party(name: &str) -> Party {
    Party {
        name: text(name),
        place: opener_trade::Place {
            country: "DE".parse().expect("a country"),
            locality: text("Kassel"),
            latitude_e6: None,
            longitude_e6: None,
        },
        contact: None,
    }
}

fn rfp(rounds: u8) -> Rfp {
    let number = |text: &str| text.parse().expect("a number");
    Rfp {
        revision: 1,
        title: text("Desks"),
        description: PeerText::default(),
        language: "en".parse().expect("a language"),
        buyer: party("Anna"),
        schedule: Schedule {
            open: at(0),
            question_cutoff: None,
            bid_deadline: at(VALID),
            award_by: at(VALID),
        },
        rules: BidRules {
            max_rounds: rounds,
            ..BidRules::default()
        },
        currencies: List::try_from(vec!["EUR".parse().expect("a currency")]).expect("one"),
        delivery: Delivery {
            place: party("Anna").place,
            window: None,
        },
        incoterm: None,
        payment: None,
        criteria: List::try_from(vec![Criterion {
            name: text("price"),
            weight: number("100"),
            direction: Direction::Lower,
            best: number("0"),
            worst: number("10000"),
            knock_out: false,
            measure: Measure::Total,
        }])
        .expect("one"),
        disclosure: Disclosure::Prices,
        attachments: List::default(),
        lots: List::default(),
        lines: List::try_from(vec![Line {
            number: 1,
            name: text("desk"),
            description: PeerText::default(),
            quantity: quantity(),
            categories: List::default(),
            properties: List::default(),
            delivery: None,
            optional: false,
            lot: None,
        }])
        .expect("one"),
        stamps: List::default(),
    }
}

fn quantity() -> opener_trade::Quantity {
    opener_trade::Quantity {
        value: "10".parse().expect("a number"),
        unit: opener_trade::Unit::PIECE,
    }
}

fn bid(rfp: &Verified<Document<Rfp>>) -> Bid {
    let euro = rfp.body.currencies[0];
    let price = Price {
        price: "100".parse().expect("a number"),
        base_quantity: "1".parse().expect("a number"),
    };
    let amount = price.amount_of(&quantity(), euro).expect("an amount");
    let line = BidLine {
        line: 1,
        offer: LineOffer::Quoted,
        description: PeerText::default(),
        quantity: quantity(),
        price,
        amount,
        lead_time_days: None,
    };
    Bid {
        rfp: rfp.id(),
        revision: 1,
        quote_number: None,
        seller: party("Bo"),
        currency: euro,
        tax_basis: TaxBasis::Net,
        lines: List::try_from(vec![line]).expect("one"),
        charges: List::default(),
        taxes: List::default(),
        total: amount,
        delivery: None,
        incoterm: None,
        payment: None,
        deviations: List::default(),
        answers: List::default(),
        urls: List::default(),
        attachments: List::default(),
        valid_until: at(VALID),
        commitment: Commitment::Revocable,
        all_or_nothing: false,
        disclosure: Disclosure::Prices,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_counter_offerers_stop_within_their_rounds_and_their_time() {
        let played = counters(400, 7);
        assert!(played.is_good(), "{played:?}");
        assert!(played.longest > usize::from(MAX_ROUNDS), "{played:?}");
    }
}
