//! What a buyer does next: one thing of those that her screen invites her to, or that she should not do.

use opener_decision::LinePart;
use opener_negotiation::{
    dialogue::{Command, Phase, State},
    request,
};
use opener_peer::{DealSnapshot, LastBids, OrderPart};
use opener_sim::Actor;
use opener_trade::{
    List, PeerText,
    document::{Chat, ExtendRequest, Hold},
};

use super::{
    market::{Market, minutes, pick},
    papers,
};

/// One in so many orders is followed by a day of silence.
const SILENT: u8 = 8;

/// What a buyer may do with one seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Order,
    OrderLot(u16),
    OrderPart,
    Counter,
    Accept,
    Refuse,
    AskForTime,
    Hold,
    Admit,
    Confirm,
    Sign,
    Amend,
    Write,
}

/// What a phase invites to; what is named twice is twice as likely.
fn moves(state: &State) -> &'static [Move] {
    use Move::*;
    match state.phase {
        Phase::BidStanding => &[
            Order,
            Order,
            Order,
            Order,
            OrderLot(1),
            OrderLot(2),
            OrderLot(2),
            OrderPart,
            OrderPart,
            Counter,
            Counter,
            Hold,
            AskForTime,
        ],
        Phase::CounteredBySeller => &[Accept, Accept, Refuse, Counter, Order],
        Phase::CounteredByBuyer => &[Refuse, Order],
        Phase::BidLate => &[Admit, Admit, Order],
        Phase::Conditional => &[Confirm, Confirm, Confirm, Write],
        Phase::Concluded => &[Sign, Amend, Amend, Amend, Amend, Write],
        Phase::Ordered => &[Order, Counter, Write],
        _ => &[],
    }
}

impl Market {
    /// The buyer looks at her screen and does something.
    pub async fn anna_acts(&mut self) {
        let anna = self.anna;
        if !self.world.is_up(anna) {
            return;
        }
        if self.deal.is_none() {
            self.deal = self.world.deals(anna).await.first().copied();
        }
        if self.deal.is_none() {
            let rfp = papers::rfp(&mut self.random, self.world.clock(anna));
            let sellers = self.sellers.clone();
            self.acts += 1;
            self.deal = self.world.sends(anna, rfp, &sellers).await.ok();
            return;
        }
        let Some(screen) = self.screen(anna).await else {
            return;
        };
        let choosing = |request: &request::State| request.phase == request::Phase::Evaluating;
        let choosing = screen.request.as_ref().is_some_and(choosing);
        match self.random.u8(0..40) {
            0 => self.revises(&screen).await,
            1 => self.calls_off().await,
            2 => self.asks_last_bids(&screen).await,
            3..20 if choosing => self.asks_last_bids(&screen).await,
            _ => self.deals_with_one(&screen).await,
        }
    }

    async fn deals_with_one(&mut self, screen: &DealSnapshot) {
        let open: Vec<_> = screen
            .dialogues
            .iter()
            .filter(|state| !moves(state).is_empty())
            .collect();
        if open.is_empty() {
            return;
        }
        let state = *pick(&mut self.random, &open);
        let Some(seller) = self.world.who(state.seller) else {
            return;
        };
        let chosen = *pick(&mut self.random, moves(state));
        match chosen {
            Move::Order => self.orders(seller, vec![], vec![]).await,
            Move::OrderLot(lot) => self.orders(seller, vec![lot], vec![]).await,
            Move::OrderPart => {
                let lines = papers::part(&mut self.random, state);
                self.orders(seller, vec![], lines).await;
            }
            Move::Amend => self.amends(self.anna, Some(seller), state).await,
            Move::Counter => self.counters(self.anna, Some(seller), state).await,
            Move::Admit => self.admits(state).await,
            Move::Sign => self.signs(self.anna, Some(seller)).await,
            _ => {
                if let Some(command) = self.words_of_anna(chosen, state) {
                    self.says(self.anna, Some(seller), command).await;
                }
            }
        }
    }

    fn words_of_anna(&mut self, chosen: Move, state: &State) -> Option<Command> {
        let now = self.world.clock(self.anna);
        let random = &mut self.random;
        Some(match chosen {
            Move::Accept => Command::AcceptCounter,
            Move::Refuse => Command::RefuseCounter(PeerText::default()),
            Move::AskForTime => {
                let offer = state.standing.as_ref()?;
                Command::AskExtension(ExtendRequest {
                    offer: offer.id(),
                    until: offer.bid().valid_until.plus(minutes(30)),
                    remark: PeerText::default(),
                })
            }
            Move::Hold => Command::Hold(Hold {
                until: papers::later(random, now, 60),
                remark: PeerText::default(),
            }),
            Move::Confirm => {
                let answer = papers::confirmation(random, state.order.as_ref()?);
                Command::Respond(Box::new(answer))
            }
            _ => Command::Chat(Chat {
                text: "When can you deliver?".parse().ok()?,
                attachments: List::default(),
            }),
        })
    }

    async fn orders(&mut self, seller: Actor, lots: Vec<u16>, lines: Vec<LinePart>) {
        let Some(deal) = self.deal else { return };
        let what = format!("orders {lots:?} {lines:?} from {}", self.world.name(seller));
        let part = OrderPart {
            lines,
            lots,
            answer_within: self.answer_within,
        };
        let to = self.world.id(seller);
        let ordered = self
            .act(self.anna, &what, async |engine, now| {
                engine.order(now, deal, to, &part).await
            })
            .await;
        self.orders += u64::from(ordered);
        if ordered && self.random.u8(0..SILENT) == 0 {
            self.falls_silent().await;
        }
    }

    async fn admits(&mut self, state: &State) {
        let (Some(deal), Some(late)) = (self.deal, &state.late) else {
            return;
        };
        let bid = late.id();
        self.act(self.anna, "admits a late bid", async |engine, now| {
            engine.admit_late(now, deal, bid).await
        })
        .await;
    }

    async fn revises(&mut self, screen: &DealSnapshot) {
        let Some(deal) = self.deal else { return };
        let mut rfp = screen.rfp.body.clone();
        rfp.payment = "60 days net".parse().ok();
        self.act(self.anna, "revises the request", async |engine, now| {
            engine.revise_rfp(now, deal, rfp).await
        })
        .await;
    }

    /// The best-and-final round, for some of those who have bid.
    async fn asks_last_bids(&mut self, screen: &DealSnapshot) {
        let Some(deal) = self.deal else { return };
        let now = self.world.clock(self.anna);
        let bidders = screen
            .dialogues
            .iter()
            .filter(|state| state.standing.is_some());
        let mut sellers: Vec<_> = bidders.map(|state| state.seller).collect();
        sellers.truncate(self.random.usize(1..=3));
        let asked = LastBids {
            sellers,
            deadline: papers::later(&mut self.random, now, 60),
            award_by: None,
            remark: PeerText::default(),
        };
        self.act(self.anna, "asks for last bids", async |engine, now| {
            engine.ask_last_bids(now, deal, asked).await
        })
        .await;
    }

    async fn calls_off(&mut self) {
        let Some(deal) = self.deal else { return };
        self.act(self.anna, "calls the request off", async |engine, now| {
            engine.cancel_rfp(now, deal, PeerText::default()).await
        })
        .await;
    }

    /// Either side makes a counter-offer.
    pub async fn counters(&mut self, actor: Actor, seller: Option<Actor>, state: &State) {
        let now = self.world.clock(actor);
        let (Some(deal), Some(offer)) = (self.deal, &state.standing) else {
            return;
        };
        let Some(counter) = papers::counter(&mut self.random, now, offer) else {
            return;
        };
        let to = seller.map(|seller| self.world.id(seller));
        self.act(actor, "makes a counter-offer", async |engine, now| {
            engine.counter(now, deal, to, counter).await
        })
        .await;
    }

    /// Either side signs the final terms.
    pub async fn signs(&mut self, actor: Actor, seller: Option<Actor>) {
        let Some(deal) = self.deal else { return };
        let to = seller.map(|seller| self.world.id(seller));
        self.act(actor, "signs the final terms", async |engine, now| {
            engine.sign_terms(now, deal, to).await
        })
        .await;
    }

    /// Either side says something in a dialogue.
    pub async fn says(&mut self, actor: Actor, seller: Option<Actor>, command: Command) {
        let Some(deal) = self.deal else { return };
        let to = seller.map(|seller| self.world.id(seller));
        let what = format!("says {command:?}");
        let what = what
            .split(['(', ' ', '{'])
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        self.act(actor, &what, async |engine, now| {
            engine.say(now, deal, to, command).await
        })
        .await;
    }
}
