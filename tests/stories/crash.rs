//! Every program is killed at every step of a whole round. Nothing acknowledged is lost and nothing happens twice.

use std::collections::BTreeMap;

use opener_negotiation::dialogue::{Command, Phase};
use opener_sim::{Actor, Crash, Disk, Halt, Network, World, papers};
use opener_trade::{DealId, DocumentId, Duration, Kind, Opened};

use crate::cast::{Cast, people};

/// People who look at their screens and do the next thing that is missing, until all is done.
struct Round {
    world: World,
    anna: Actor,
    bo: Actor,
    cleo: Actor,
    /// What a program acknowledged to its person: it must never be lost.
    acknowledged: Vec<(Actor, DocumentId)>,
}

/// How often people look at their screens at most.
const LOOKS: usize = 30;

impl Round {
    async fn new(seed: u64, network: Network, disk: Disk) -> Self {
        let mut world = World::with(seed, network);
        let (anna, bo, cleo) = people(&mut world, disk).await;
        Self {
            world,
            anna,
            bo,
            cleo,
            acknowledged: vec![],
        }
    }

    async fn play(&mut self) {
        for _ in 0..LOOKS {
            self.look_once().await;
            if self.is_done().await {
                return;
            }
        }
        panic!("the round does not end");
    }

    async fn look_once(&mut self) {
        self.anna_looks().await;
        for seller in [self.bo, self.cleo] {
            self.seller_looks(seller).await;
        }
        self.world.settle().await;
    }

    /// A person who has been told that it is done relies on it; one whose program crashed looks again.
    fn note(&mut self, actor: Actor, done: Result<DocumentId, Halt>) {
        match done {
            Ok(id) => self.acknowledged.push((actor, id)),
            Err(Halt::Crashed | Halt::Down) => {}
            Err(Halt::Refused(error)) => panic!("{} is refused: {error}", self.world.name(actor)),
        }
    }

    fn is_up(&self, actor: Actor) -> bool {
        self.world.is_up(actor)
    }

    async fn the_deal(&self, actor: Actor) -> Option<DealId> {
        if self.is_up(actor) {
            self.world.deals(actor).await.first().copied()
        } else {
            None
        }
    }

    async fn anna_looks(&mut self) {
        let (anna, bo, cleo) = (self.anna, self.bo, self.cleo);
        if !self.is_up(anna) {
            return;
        }
        let Some(deal) = self.the_deal(anna).await else {
            let rfp = papers::rfp(self.world.now());
            let sent = self.world.sends(anna, rfp, &[bo, cleo]).await;
            assert!(!matches!(sent, Err(Halt::Refused(_))), "{sent:?}");
            return;
        };
        let of_bo = self.world.dialogue(anna, deal, bo).await;
        let of_cleo = self.world.phase(anna, deal, cleo).await;
        if of_bo.phase == Phase::BidStanding && of_cleo == Phase::BidStanding {
            let done = self.world.orders(anna, deal, bo, &[]).await;
            self.note(anna, done);
        } else if of_bo.phase == Phase::Concluded && of_bo.terms.by_buyer.is_none() {
            let done = self.world.signs(anna, deal, Some(bo)).await;
            self.note(anna, done);
        }
    }

    async fn seller_looks(&mut self, seller: Actor) {
        let Some(deal) = self.the_deal(seller).await else {
            return;
        };
        let state = self.world.dialogue(seller, deal, seller).await;
        let done = match state.phase {
            Phase::Delivered if seller == self.bo => {
                self.world.says(seller, deal, None, Command::Intent).await
            }
            Phase::Delivered | Phase::Engaged => {
                let price = if seller == self.bo { "0.14" } else { "0.15" };
                let bid = papers::bid(&state.rfp, self.world.name(seller), price);
                self.world.bids(seller, deal, bid).await
            }
            Phase::Concluded if state.terms.by_buyer.is_some() => {
                self.world.signs(seller, deal, None).await
            }
            _ => return,
        };
        self.note(seller, done);
    }

    async fn is_done(&self) -> bool {
        let (anna, bo, cleo) = (self.anna, self.bo, self.cleo);
        let Some(deal) = self.the_deal(anna).await else {
            return false;
        };
        if !self.is_up(bo) || !self.is_up(cleo) {
            return false;
        }
        for (actor, seller, phase) in [
            (anna, bo, Phase::Reported),
            (bo, bo, Phase::Reported),
            (anna, cleo, Phase::NotChosen),
            (cleo, cleo, Phase::NotChosen),
        ] {
            if self.the_deal(actor).await != Some(deal)
                || self.world.phase(actor, deal, seller).await != phase
            {
                return false;
            }
        }
        self.outboxes_are_empty(deal).await
    }

    async fn outboxes_are_empty(&self, deal: DealId) -> bool {
        let mut empty = true;
        for actor in [self.anna, self.bo, self.cleo] {
            let board = self.world.deal(actor, deal).await.deliveries;
            empty &= board
                .iter()
                .all(|row| row.state == opener_peer::DeliveryState::Received);
        }
        empty
    }

    /// One deal, each document once and the same at both sides, nothing void, nothing acknowledged lost, nobody told
    /// twice.
    async fn check(&mut self) {
        for actor in [self.anna, self.bo, self.cleo] {
            let before = self.world.everything(actor).await;
            self.world.kill(actor);
            self.world.restart(actor).await;
            let after = self.world.everything(actor).await;
            assert_eq!(before, after, "the state is its journal played again");
        }
        let (anna, bo, cleo) = (self.anna, self.bo, self.cleo);
        let deals = self.world.deals(anna).await;
        assert_eq!(deals.len(), 1);
        for (actor, id) in &self.acknowledged {
            let records = self.world.records(*actor, deals[0]).await;
            assert!(records.iter().any(|record| record.document.id() == *id));
        }
        for seller in [bo, cleo] {
            assert_eq!(self.world.deals(seller).await, deals);
            assert_eq!(
                self.documents(anna, deals[0], seller).await,
                self.documents(seller, deals[0], seller).await
            );
        }
        let kinds = |kinds: &[(Kind, usize)]| kinds.iter().copied().collect::<BTreeMap<_, _>>();
        let one_of_each = kinds(&[
            (Kind::Rfp, 1),
            (Kind::Intent, 1),
            (Kind::Bid, 1),
            (Kind::Order, 1),
            (Kind::OrderResponse, 1),
            (Kind::FinalTerms, 2),
        ]);
        assert_eq!(self.kinds(bo, deals[0]).await, one_of_each);
        let loser = kinds(&[(Kind::Rfp, 1), (Kind::Bid, 1), (Kind::NotChosen, 1)]);
        assert_eq!(self.kinds(cleo, deals[0]).await, loser);

        let told = |mut kinds: Vec<String>| {
            kinds.sort();
            kinds
        };
        assert_eq!(
            told(self.world.inbox(anna).await),
            [
                "awarded",
                "bid_arrived",
                "bid_arrived",
                "deal_concluded",
                "intent_arrived",
                "terms_signed"
            ]
        );
        assert_eq!(
            told(self.world.inbox(bo).await),
            [
                "deal_concluded",
                "order_auto_accepted",
                "request_arrived",
                "terms_signed",
                "terms_to_sign"
            ]
        );
        assert_eq!(
            told(self.world.inbox(cleo).await),
            ["not_chosen", "request_arrived"]
        );
    }

    /// The documents of a dialogue: id and bytes.
    async fn documents(
        &self,
        actor: Actor,
        deal: DealId,
        seller: Actor,
    ) -> BTreeMap<DocumentId, Vec<u8>> {
        let id = self.world.id(seller);
        let records = self
            .world
            .engine(actor)
            .records(deal, Some(id))
            .await
            .unwrap();
        let count = records.len();
        let documents: BTreeMap<_, _> = records
            .iter()
            .map(|record| {
                assert_eq!(record.void, None);
                (record.document.id(), record.document.bytes().to_vec())
            })
            .collect();
        assert_eq!(documents.len(), count, "each document is kept once");
        documents
    }

    async fn kinds(&self, actor: Actor, deal: DealId) -> BTreeMap<Kind, usize> {
        let mut kinds = BTreeMap::new();
        for record in self.world.records(actor, deal).await {
            assert!(!matches!(&*record.document, Opened::Unknown(_)));
            *kinds.entry(record.document.kind().unwrap()).or_default() += 1;
        }
        kinds
    }
}

/// Plays the round once for every step that one actor's program takes, and kills it there. The steps are shared out
/// among several tests.
async fn at_every_step(who: impl Fn(&Round) -> Actor, share: usize, of: usize) {
    let mut undisturbed = Round::new(5, Network::new(5), Disk::Memory).await;
    undisturbed.play().await;
    undisturbed.check().await;
    let steps = undisturbed.world.steps(who(&undisturbed));
    assert!(
        steps >= 10,
        "a program can crash in more than {steps} places"
    );
    for step in (share..steps).step_by(of) {
        let mut round = Round::new(5, Network::new(5), Disk::Memory).await;
        let actor = who(&round);
        round.world.plan_crash(Crash {
            actor,
            step,
            down: Duration::from_secs(7),
        });
        round.play().await;
        assert!(!round.world.crash_is_planned(), "no crash at step {step}");
        round.check().await;
    }
}

#[tokio::test]
async fn the_buyer_may_crash_at_its_steps_1_5_9() {
    at_every_step(|round| round.anna, 0, 4).await;
}

#[tokio::test]
async fn the_buyer_may_crash_at_its_steps_2_6_10() {
    at_every_step(|round| round.anna, 1, 4).await;
}

#[tokio::test]
async fn the_buyer_may_crash_at_its_steps_3_7_11() {
    at_every_step(|round| round.anna, 2, 4).await;
}

#[tokio::test]
async fn the_buyer_may_crash_at_its_steps_4_8_12() {
    at_every_step(|round| round.anna, 3, 4).await;
}

#[tokio::test]
async fn the_winning_seller_may_crash_at_its_odd_steps() {
    at_every_step(|round| round.bo, 0, 2).await;
}

#[tokio::test]
async fn the_winning_seller_may_crash_at_its_even_steps() {
    at_every_step(|round| round.bo, 1, 2).await;
}

#[tokio::test]
async fn the_losing_seller_may_crash_at_every_step() {
    at_every_step(|round| round.cleo, 0, 1).await;
}

/// Everybody crashes again and again, with databases in files, on a bad network.
async fn again_and_again(seed: u64) {
    let network = Network::new(seed)
        .latency(50..400)
        .loss(0.05)
        .duplicate(0.05)
        .reorder(3);
    let mut round = Round::new(seed, network, Disk::File).await;
    let everybody = [round.anna, round.bo, round.cleo];
    for (n, actor) in everybody.into_iter().cycle().enumerate().take(15) {
        let step = round.world.steps(actor) + 1 + (n * 7 + seed as usize) % 11;
        round.world.plan_crash(Crash {
            actor,
            step,
            down: Duration::from_secs(60),
        });
        round.look_once().await;
    }
    round.play().await;
    round.check().await;
}

#[tokio::test]
async fn everybody_may_crash_again_and_again() {
    for seed in 21..23 {
        again_and_again(seed).await;
    }
}

/// The order and its automatic acceptance are one transaction: Bo's program is killed at a pause in the middle, a later
/// one each time. How often it pauses is up to the disk and the scheduler; what must hold does not depend on it.
#[tokio::test]
async fn a_document_is_taken_whole_or_not_at_all() {
    for pauses in 0..10 {
        let mut cast = Cast::on_files(6).await;
        cast.bid(cast.bo, "0.14", |_| {}).await;
        let Cast {
            mut world,
            anna,
            bo,
            deal,
            ..
        } = cast;
        world.network().cut(anna, bo);
        world.orders(anna, deal, bo, &[]).await.unwrap();
        let order = world.newest(anna, deal, Kind::Order).await;
        let before = world.everything(bo).await;
        let killed = world
            .hand_and_kill(anna, bo, order.document.bytes(), pauses)
            .await;
        world.restart(bo).await;
        let phase = world.phase(bo, deal, bo).await;
        match phase {
            Phase::BidStanding => assert_eq!(world.everything(bo).await, before),
            Phase::Answered => assert_eq!(
                world.newest(bo, deal, Kind::OrderResponse).await.at,
                world.now()
            ),
            other => panic!("half of it is kept: {other:?}"),
        }
        world.network().mend(anna, bo);
        world.settle().await;
        assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
        assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
        if !killed {
            break;
        }
    }
}
