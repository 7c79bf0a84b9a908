//! What an actor's screen shows.

use std::fmt::Write as _;

use opener_negotiation::dialogue::{Phase, State};
use opener_peer::{DealFilter, DealSnapshot, Delivery, DeliveryState, Record};
use opener_trade::{DealId, DocumentId, Kind};

use crate::{Actor, World, program::must};

/// More than any story has.
const ALL: usize = 10_000;

impl World {
    /// A deal as an actor sees it.
    ///
    /// # Panics
    /// It knows no such deal.
    pub async fn deal(&self, actor: Actor, deal: DealId) -> DealSnapshot {
        must(self.engine(actor).deal(deal).await)
    }

    /// The ids of an actor's deals.
    pub async fn deals(&self, actor: Actor) -> Vec<DealId> {
        let rows = must(
            self.engine(actor)
                .deals(&DealFilter::default(), ALL, None)
                .await,
        );
        rows.into_iter().map(|listed| listed.row.deal).collect()
    }

    /// A dialogue as an actor sees it: with this seller, who may be the actor.
    ///
    /// # Panics
    /// It knows no such dialogue.
    pub async fn dialogue(&self, actor: Actor, deal: DealId, seller: Actor) -> State {
        let (snapshot, id) = (self.deal(actor, deal).await, self.id(seller));
        let mut dialogues = snapshot.dialogues.into_iter();
        match dialogues.find(|state| state.seller == id) {
            Some(state) => state,
            None => panic!("{} has no such dialogue", self.name(actor)),
        }
    }

    /// Where a dialogue stands, as an actor sees it.
    pub async fn phase(&self, actor: Actor, deal: DealId, seller: Actor) -> Phase {
        self.dialogue(actor, deal, seller).await.phase
    }

    /// The kinds of an actor's notices, oldest first.
    pub async fn inbox(&self, actor: Actor) -> Vec<String> {
        let notices = must(self.engine(actor).notices(false, ALL).await);
        notices
            .into_iter()
            .rev()
            .map(|notice| notice.kind)
            .collect()
    }

    /// The documents of a deal, as an actor keeps them.
    pub async fn records(&self, actor: Actor, deal: DealId) -> Vec<Record> {
        must(self.engine(actor).records(deal, None).await)
    }

    /// The newest document of a kind that an actor keeps.
    ///
    /// # Panics
    /// There is none.
    pub async fn newest(&self, actor: Actor, deal: DealId, kind: Kind) -> Record {
        let records = self.records(actor, deal).await;
        match records
            .into_iter()
            .rfind(|record| record.document.kind() == Some(kind))
        {
            Some(record) => record,
            None => panic!("{} keeps no {kind}", self.name(actor)),
        }
    }

    /// How far an actor's documents have come to another: kind and state, oldest first.
    pub async fn sent(
        &self,
        actor: Actor,
        deal: DealId,
        to: Actor,
    ) -> Vec<(String, DeliveryState)> {
        let rows = self.deliveries(actor, deal, to).await;
        rows.into_iter().map(|row| (row.kind, row.state)).collect()
    }

    /// The board of an actor's deliveries to another.
    pub async fn deliveries(&self, actor: Actor, deal: DealId, to: Actor) -> Vec<Delivery> {
        let (snapshot, to) = (self.deal(actor, deal).await, self.id(to));
        snapshot
            .deliveries
            .into_iter()
            .filter(|row| row.recipient == to)
            .collect()
    }

    /// The delivery of one document to another actor.
    ///
    /// # Panics
    /// There is none.
    pub async fn delivery(
        &self,
        actor: Actor,
        deal: DealId,
        to: Actor,
        id: DocumentId,
    ) -> Delivery {
        let rows = self.deliveries(actor, deal, to).await;
        match rows.into_iter().find(|row| row.document == id) {
            Some(row) => row,
            None => panic!("{} has not sent that", self.name(actor)),
        }
    }

    /// Where an actor would dial another.
    pub async fn addresses(&self, actor: Actor, other: Actor) -> Vec<String> {
        let contacts = must(self.engine(actor).contacts(ALL).await);
        let id = self.id(other);
        let contact = contacts.into_iter().find(|contact| contact.peer == id);
        contact.map(|contact| contact.addresses).unwrap_or_default()
    }

    /// Everything that an actor's program knows of its deals, contacts and inbox, to compare before and after.
    pub async fn everything(&self, actor: Actor) -> String {
        let engine = self.engine(actor);
        let mut text = String::new();
        for row in must(engine.deals(&DealFilter::default(), ALL, None).await) {
            let _ = writeln!(text, "{row:?}");
            let deal = self.deal(actor, row.row.deal).await;
            let _ = writeln!(text, "{:?}", deal.request);
            for state in &deal.dialogues {
                let _ = writeln!(text, "{state:?}");
            }
            let _ = writeln!(
                text,
                "{:?}\n{:?}\n{:?}",
                deal.deliveries, deal.assessments, deal.reports
            );
            for record in self.records(actor, row.row.deal).await {
                let id = record.document.id();
                let (at, mine, void) = (record.at, record.mine, record.void);
                let _ = writeln!(text, "{id} {at} {mine} {void:?} {:?}", record.receipts);
            }
        }
        let _ = writeln!(text, "{:?}", must(engine.notices(false, ALL).await));
        let _ = writeln!(text, "{:?}", must(engine.contacts(ALL).await));
        text
    }
}
