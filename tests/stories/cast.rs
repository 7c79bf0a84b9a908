//! Who plays: Anna asks for bolts and washers, Bo and Cleo sell them, Mallory means no good.

use opener_peer::DeliveryState;
use opener_sim::{Actor, Disk, Network, World, papers};
use opener_trade::{
    DealId, DocumentId, Duration, Opened, Reason,
    document::{Bid, Receipt, Rfp},
};

/// Anna and two sellers, and a request that has reached both.
pub struct Cast {
    pub world: World,
    pub anna: Actor,
    pub bo: Actor,
    pub cleo: Actor,
    pub deal: DealId,
}

impl Cast {
    /// On a good network.
    pub async fn new(seed: u64) -> Self {
        Self::on(seed, Network::new(seed)).await
    }

    /// On this network.
    pub async fn on(seed: u64, network: Network) -> Self {
        Self::asking(World::with(seed, network), |_| {}).await
    }

    /// With databases in files.
    pub async fn on_files(seed: u64) -> Self {
        Self::of(World::new(seed), Disk::File, |_| {}).await
    }

    /// With a request that is changed before it is sent.
    pub async fn asking(world: World, change: impl FnOnce(&mut Rfp)) -> Self {
        Self::of(world, Disk::Memory, change).await
    }

    async fn of(mut world: World, disk: Disk, change: impl FnOnce(&mut Rfp)) -> Self {
        let (anna, bo, cleo) = people(&mut world, disk).await;
        let mut rfp = papers::rfp(world.now());
        change(&mut rfp);
        let deal = world.sends(anna, rfp, &[bo, cleo]).await.unwrap();
        world.settle().await;
        Self {
            world,
            anna,
            bo,
            cleo,
            deal,
        }
    }

    /// A firm bid on everything, changed before it is sent, that has reached Anna.
    pub async fn bid(
        &mut self,
        seller: Actor,
        price: &str,
        change: impl FnOnce(&mut Bid),
    ) -> DocumentId {
        let mut bid = self.draft(seller, price).await;
        change(&mut bid);
        let id = self.world.bids(seller, self.deal, bid).await.unwrap();
        self.world.settle().await;
        id
    }

    /// A firm bid on everything, not yet sent.
    pub async fn draft(&self, seller: Actor, price: &str) -> Bid {
        let rfp = self.world.deal(seller, self.deal).await.rfp;
        papers::bid(&rfp, self.world.name(seller), price)
    }
}

/// Anna, Bo and Cleo.
pub async fn people(world: &mut World, disk: Disk) -> (Actor, Actor, Actor) {
    let anna = world
        .join("Anna", papers::buyer("Anna's workshop"), disk)
        .await;
    let bo = world.join("Bo", papers::seller("Bo's bolts"), disk).await;
    let cleo = world
        .join("Cleo", papers::seller("Cleo's screws"), disk)
        .await;
    (anna, bo, cleo)
}

/// So many minutes.
pub fn minutes(n: i64) -> Duration {
    Duration::from_secs(n * 60)
}

/// So many hours.
pub fn hours(n: i64) -> Duration {
    minutes(n * 60)
}

/// The reason of a signed failure; none for anything else.
pub fn failure(bytes: &[u8]) -> Option<Reason> {
    match opener_trade::open(bytes).unwrap() {
        Opened::Failure(failure) => Some(failure.reason),
        _ => None,
    }
}

/// A signed receipt.
pub fn receipt(bytes: &[u8]) -> Receipt {
    match opener_trade::open(bytes).unwrap() {
        Opened::Receipt(receipt) => receipt.into_content(),
        other => panic!("not a receipt but {other:?}"),
    }
}

/// Kinds and states of deliveries, written short.
pub fn board(sent: &[(String, DeliveryState)]) -> Vec<(&str, DeliveryState)> {
    sent.iter()
        .map(|(kind, state)| (kind.as_str(), *state))
        .collect()
}
