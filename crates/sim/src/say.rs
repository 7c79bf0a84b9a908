//! What the people of a story do, in one line each.

use opener_negotiation::dialogue::Command;
use opener_peer::OrderPart;
use opener_trade::{
    DealId, DocumentId, Duration, PeerText,
    document::{Bid, Chat, Decline, DeclineReason, OrderResponse, Rfp},
};

use crate::{Actor, Halt, World, program::must};

/// How long an order of a story gives to answer: an hour.
const ANSWER_WITHIN: Duration = Duration::from_secs(3600);

impl World {
    /// A buyer sends a request to these sellers.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn sends(
        &mut self,
        buyer: Actor,
        rfp: Rfp,
        sellers: &[Actor],
    ) -> Result<DealId, Halt> {
        let [a, b, c, d, e, f, ..] = self.network.sixteen_bytes();
        let deal = DealId::of_buyer(self.id(buyer), [a, b, c, d, e, f]);
        let sellers: Vec<_> = sellers.iter().map(|seller| self.id(*seller)).collect();
        self.act(buyer, "sends a request", async |engine, now| {
            engine.send_rfp(now, deal, rfp, &sellers).await
        })
        .await?;
        Ok(deal)
    }

    /// Somebody says something in a dialogue; a buyer names the seller.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn says(
        &mut self,
        actor: Actor,
        deal: DealId,
        seller: Option<Actor>,
        command: Command,
    ) -> Result<DocumentId, Halt> {
        let what = match &command {
            Command::Intent => "means to bid",
            Command::Decline(_) => "declines",
            Command::Bid(_) => "bids",
            Command::WithdrawBid(_) => "withdraws the bid",
            Command::Order(_) => "orders",
            Command::Respond(_) => "answers the order",
            Command::ChangeOrder(..) => "proposes to change the order",
            Command::CancelOrder(..) => "proposes to cancel the order",
            Command::AcceptAmendment => "agrees to the change",
            Command::RefuseAmendment(_) => "does not agree to the change",
            Command::Release(_) => "releases the order",
            Command::Chat(_) => "writes",
            _ => "says something else",
        };
        let seller = seller.map(|seller| self.id(seller));
        self.act(actor, what, async |engine, now| {
            engine.say(now, deal, seller, command).await
        })
        .await
    }

    /// A seller bids.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn bids(
        &mut self,
        seller: Actor,
        deal: DealId,
        bid: Bid,
    ) -> Result<DocumentId, Halt> {
        self.says(seller, deal, None, Command::Bid(Box::new(bid)))
            .await
    }

    /// A seller declines.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn declines(
        &mut self,
        seller: Actor,
        deal: DealId,
        reason: DeclineReason,
    ) -> Result<DocumentId, Halt> {
        let rfp = self.deal(seller, deal).await.rfp.id();
        let remark = PeerText::default();
        self.says(
            seller,
            deal,
            None,
            Command::Decline(Decline {
                rfp,
                reason,
                remark,
            }),
        )
        .await
    }

    /// A seller takes its bid back.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn withdraws(&mut self, seller: Actor, deal: DealId) -> Result<DocumentId, Halt> {
        self.says(
            seller,
            deal,
            None,
            Command::WithdrawBid(PeerText::default()),
        )
        .await
    }

    /// A buyer orders what a seller offers: these lots, or everything. The seller has an hour to answer.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn orders(
        &mut self,
        buyer: Actor,
        deal: DealId,
        seller: Actor,
        lots: &[u16],
    ) -> Result<DocumentId, Halt> {
        let part = OrderPart {
            lines: vec![],
            lots: lots.to_vec(),
            answer_within: ANSWER_WITHIN,
        };
        let seller = self.id(seller);
        self.act(buyer, "orders", async |engine, now| {
            engine.order(now, deal, seller, &part).await
        })
        .await
    }

    /// A seller accepts the order as it stands.
    ///
    /// # Errors
    /// As [`World::act`].
    ///
    /// # Panics
    /// It has no order.
    pub async fn accepts(&mut self, seller: Actor, deal: DealId) -> Result<DocumentId, Halt> {
        let response = self
            .answer_to_order(seller, deal, OrderResponse::accept)
            .await;
        self.says(seller, deal, None, Command::Respond(Box::new(response)))
            .await
    }

    /// A seller refuses the order.
    ///
    /// # Errors
    /// As [`World::act`].
    ///
    /// # Panics
    /// It has no order.
    pub async fn refuses(&mut self, seller: Actor, deal: DealId) -> Result<DocumentId, Halt> {
        let response = self
            .answer_to_order(seller, deal, |id, order| {
                OrderResponse::refuse(id, order, PeerText::default())
            })
            .await;
        self.says(seller, deal, None, Command::Respond(Box::new(response)))
            .await
    }

    async fn answer_to_order(
        &self,
        seller: Actor,
        deal: DealId,
        answer: impl FnOnce(DocumentId, &opener_trade::document::Order) -> OrderResponse,
    ) -> OrderResponse {
        match self.dialogue(seller, deal, seller).await.order {
            Some(placed) => answer(placed.document.id(), placed.order()),
            None => panic!("{} has no order", self.name(seller)),
        }
    }

    /// Somebody signs the final terms; a buyer names the seller.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn signs(
        &mut self,
        actor: Actor,
        deal: DealId,
        seller: Option<Actor>,
    ) -> Result<DocumentId, Halt> {
        let seller = seller.map(|seller| self.id(seller));
        self.act(actor, "signs the final terms", async |engine, now| {
            engine.sign_terms(now, deal, seller).await
        })
        .await
    }

    /// Somebody writes a line of text; a buyer names the seller.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn writes(
        &mut self,
        actor: Actor,
        deal: DealId,
        seller: Option<Actor>,
        text: &str,
    ) -> Result<DocumentId, Halt> {
        let chat = Chat::of(must(text.parse()));
        self.says(actor, deal, seller, Command::Chat(chat)).await
    }

    /// A person opens a deal on the screen.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn opens(&mut self, actor: Actor, deal: DealId) -> Result<(), Halt> {
        self.act(actor, "opens the deal", async |engine, now| {
            engine.open_deal(now, deal).await
        })
        .await
    }

    /// A buyer calls a request off.
    ///
    /// # Errors
    /// As [`World::act`].
    pub async fn cancels(&mut self, buyer: Actor, deal: DealId) -> Result<DocumentId, Halt> {
        self.act(buyer, "calls the request off", async |engine, now| {
            engine.cancel_rfp(now, deal, PeerText::default()).await
        })
        .await
    }
}
