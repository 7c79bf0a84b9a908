//! Who remembers what was acknowledged.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use opener_api::{
    request::{BidList, DealHistory, DealShow, InboxList},
    view::{DeliveryStage, DeliveryView, DialogueState, HistoryView},
};
use opener_trade::{DealId, DocumentId, Kind, PeerId};

use super::seat::Seat;

/// What the observer knows.
#[derive(Debug, Default)]
struct Memory {
    /// A peer said that it has this document: by an answer to its owner, or by a signed receipt to the sender.
    documents: BTreeSet<(PeerId, DealId, DocumentId)>,
    /// A peer said that there is a contract with this seller.
    contracts: BTreeSet<(PeerId, DealId, PeerId)>,
    lost: BTreeSet<String>,
    doubled: BTreeSet<String>,
}

/// The sum of it.
#[derive(Debug, Default)]
pub struct Sum {
    pub acknowledged: usize,
    pub lost: Vec<String>,
    pub doubled: Vec<String>,
}

/// Remembers what was acknowledged, and looks for it.
#[derive(Debug, Default)]
pub struct Observer(Mutex<Memory>);

/// Documents of which one side signs at most one in a dialogue, as these rounds are played.
const ONCE: [Kind; 5] = [
    Kind::Rfp,
    Kind::Bid,
    Kind::Order,
    Kind::OrderResponse,
    Kind::FinalTerms,
];

/// Notices that are looked at: those of the newest deals.
const NOTICES: u32 = 1000;

impl Observer {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A peer answered its owner that it signed and keeps this.
    pub fn acknowledged(&self, peer: PeerId, deal: DealId, document: DocumentId) {
        self.memory().documents.insert((peer, deal, document));
    }

    /// The signed receipts that a peer shows: their signers have these documents.
    pub fn receipts(&self, deal: DealId, rows: &[DeliveryView]) {
        let received = rows
            .iter()
            .filter(|row| row.received_at.is_some() && row.stage != DeliveryStage::Refused);
        self.memory()
            .documents
            .extend(received.map(|row| (row.peer, deal, row.document)));
    }

    /// A peer shows a contract.
    pub fn contract(&self, peer: PeerId, deal: DealId, seller: PeerId) {
        self.memory().contracts.insert((peer, deal, seller));
    }

    /// Looks whether everything that a peer acknowledged in these deals is still there, and nothing twice. A peer that is
    /// killed while it is looked at is looked at after its next start.
    pub async fn look(&self, seat: &Seat, deals: &[DealId]) -> Result<()> {
        let session = seat.session().await?;
        let gateway = session.gateway();
        for deal in deals {
            // What is acknowledged after this line may not be in the answer yet.
            let (documents, contracts) = self.of(seat.id, *deal);
            let Ok(history) = gateway
                .ask(DealHistory {
                    deal: *deal,
                    seller: None,
                })
                .await
            else {
                if !documents.is_empty() && seat.is_running(&session) {
                    self.memory()
                        .lost
                        .insert(format!("{}: deal {deal} is gone", seat.name));
                }
                continue;
            };
            let bids = gateway.ask(BidList { deal: *deal }).await?;
            let shown = gateway.ask(DealShow { deal: *deal }).await?;
            let mut memory = self.memory();
            for document in documents
                .iter()
                .filter(|id| !history.iter().any(|row| row.document == **id))
            {
                memory
                    .lost
                    .insert(format!("{}: document {document} of deal {deal}", seat.name));
            }
            for seller in contracts {
                let state = shown
                    .dialogues
                    .iter()
                    .find(|dialogue| dialogue.seller == seller)
                    .map(|own| own.state);
                if !matches!(
                    state,
                    Some(DialogueState::Concluded | DialogueState::Reported)
                ) {
                    memory.lost.insert(format!(
                        "{}: the contract with {seller} in deal {deal} is {state:?}",
                        seat.name
                    ));
                }
            }
            memory.doubled.extend(
                twice(&history)
                    .into_iter()
                    .map(|what| format!("{}: {what} in deal {deal}", seat.name)),
            );
            let sellers: BTreeSet<PeerId> = bids.iter().map(|bid| bid.seller).collect();
            if sellers.len() != bids.len() {
                memory.doubled.insert(format!(
                    "{}: {} bids of {} sellers in deal {deal}",
                    seat.name,
                    bids.len(),
                    sellers.len()
                ));
            }
        }
        let notices = gateway
            .ask(InboxList {
                all: true,
                limit: Some(NOTICES),
            })
            .await?;
        let mut seen = BTreeSet::new();
        for notice in notices {
            let what = (
                notice.deal,
                notice.peer,
                notice.kind.clone(),
                notice.document,
            );
            if !seen.insert(what) {
                self.memory().doubled.insert(format!(
                    "{}: notice {} {:?}",
                    seat.name, notice.kind, notice.document
                ));
            }
        }
        Ok(())
    }

    fn of(&self, peer: PeerId, deal: DealId) -> (Vec<DocumentId>, Vec<PeerId>) {
        let memory = self.memory();
        let documents = memory
            .documents
            .iter()
            .filter(|(who, of, _)| (*who, *of) == (peer, deal));
        let contracts = memory
            .contracts
            .iter()
            .filter(|(who, of, _)| (*who, *of) == (peer, deal));
        (
            documents.map(|(.., id)| *id).collect(),
            contracts.map(|(.., seller)| *seller).collect(),
        )
    }

    /// What was seen in all.
    pub fn sum(&self) -> Sum {
        let memory = self.memory();
        Sum {
            acknowledged: memory.documents.len() + memory.contracts.len(),
            lost: memory.lost.iter().cloned().collect(),
            doubled: memory.doubled.iter().cloned().collect(),
        }
    }

    /// The same in words, for a soak that does not end.
    pub fn words(&self) -> String {
        format!("seen so far: {:?}", self.sum())
    }
}

/// What stands in a history twice.
fn twice(history: &[HistoryView]) -> Vec<String> {
    let mut ids = BTreeMap::<DocumentId, usize>::new();
    let mut signed = BTreeMap::<(PeerId, Option<PeerId>, &str), usize>::new();
    for row in history {
        *ids.entry(row.document).or_default() += 1;
        if row.void.is_none() && ONCE.iter().any(|kind| kind.name() == row.kind) {
            *signed
                .entry((row.from, row.to, row.kind.as_str()))
                .or_default() += 1;
        }
    }
    let ids = ids
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(id, count)| format!("document {id} {count} times"));
    let signed = signed.into_iter().filter(|(_, count)| *count > 1);
    ids.chain(signed.map(|((from, _, kind), count)| format!("{count} × {kind} from {from}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        programs::opener,
        soak::take_seat,
        world::{buyer, soon},
    };
    use opener_cli::child::Program;
    use opener_trade::Timestamp;

    fn row(document: u8, kind: Kind, from: PeerId) -> HistoryView {
        HistoryView {
            document: DocumentId::from_bytes([document; 32]),
            kind: kind.name().to_owned(),
            from,
            to: None,
            at: Timestamp::EARLIEST,
            mine: false,
            void: None,
            receipts: 0,
            text: None,
            said: None,
        }
    }

    #[test]
    fn a_second_order_and_a_document_that_stands_twice_are_found() {
        let from = |seed| opener_trade::Identity::from_seed([seed; 32]).peer_id();
        let good = [
            row(1, Kind::Bid, from(1)),
            row(2, Kind::Bid, from(2)),
            row(3, Kind::Order, from(3)),
        ];
        assert!(twice(&good).is_empty());
        let mut doubled = good.to_vec();
        doubled.push(row(4, Kind::Order, from(3)));
        assert_eq!(twice(&doubled).len(), 1);
        let mut again = good.to_vec();
        again.push(row(1, Kind::Chat, from(1)));
        assert_eq!(twice(&again).len(), 1);
        let mut refused = row(5, Kind::Order, from(3));
        refused.void = Some(opener_trade::Reason::Stale);
        assert!(twice(&[good.to_vec(), vec![refused]].concat()).is_empty());
    }

    #[tokio::test]
    async fn what_was_acknowledged_and_is_gone_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::at(opener());
        let directory = program
            .directory(&folder.path().join("directory"))
            .await
            .unwrap();
        let profile = buyer("Buyer");
        let seat = take_seat(&program, folder.path(), "buyer", &profile, &directory);
        let seat = soon("a seat", seat).await.unwrap();
        let (observer, deal) = (Observer::default(), DealId::from_bytes([7; 16]));
        observer.look(&seat, &[deal]).await.unwrap();
        assert!(observer.sum().lost.is_empty());
        observer.acknowledged(seat.id, deal, DocumentId::from_bytes([1; 32]));
        observer.look(&seat, &[deal]).await.unwrap();
        assert_eq!(observer.sum().lost.len(), 1);
        seat.leave().await;
    }
}
