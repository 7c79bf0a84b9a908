//! What either side does about a concluded order: proposes to change or to end it, agrees, refuses; and the seller who
//! accepted, hears nothing and lets it go.

use opener_decision::{Edits, Holding, LineEdit, change_of};
use opener_negotiation::dialogue::{Command, Placed, State};
use opener_sim::Actor;
use opener_trade::{
    DocumentId, Duration, Number, PeerText,
    document::{AmendmentRefuse, OrderCancel, OrderChange},
};

use super::{
    market::{Market, pick},
    papers,
};

/// A seller waits until an order may be let go one in so many times; else it tries too early.
const PATIENT: u8 = 2;

impl Market {
    /// Either side does something about the concluded order, or about what is proposed for it.
    pub async fn amends(&mut self, actor: Actor, seller: Option<Actor>, state: &State) {
        let Some(placed) = &state.order else { return };
        let refuse = |proposal: DocumentId| {
            Command::RefuseAmendment(AmendmentRefuse {
                proposal,
                reason: PeerText::default(),
            })
        };
        let open = state.proposal.as_ref();
        let command = match (open, self.random.u8(0..8)) {
            (Some(open), 0..5) if open.by != state.role => Command::AcceptAmendment,
            (Some(open), 0..7) => refuse(open.document.id()),
            _ => match self.proposal(actor, state, placed) {
                Some(command) => command,
                None => return,
            },
        };
        self.says(actor, seller, command).await;
    }

    /// Whichever of Anna and this seller has a proposal of the other before it says yes or no.
    pub async fn answers_proposal(&mut self, seller: Actor) {
        let id = self.world.id(seller);
        for (actor, to) in [(self.anna, Some(seller)), (seller, None)] {
            let Some(screen) = self.screen(actor).await else {
                continue;
            };
            let mut dialogues = screen.dialogues.iter();
            let state = dialogues.find(|state| state.seller == id);
            let waits = |state: &&State| {
                let open = state.proposal.as_ref();
                open.is_some_and(|open| open.by != state.role)
            };
            if let Some(state) = state.filter(waits) {
                self.amends(actor, to, state).await;
            }
        }
    }

    fn proposal(&mut self, actor: Actor, state: &State, placed: &Placed) -> Option<Command> {
        let now = self.world.clock(actor);
        let until = papers::later(&mut self.random, now, 60);
        if self.random.u8(0..4) == 0 {
            let order = placed.document.id();
            let reason = PeerText::default();
            return Some(Command::CancelOrder(OrderCancel { order, reason }, until));
        }
        let change = self.change(state, placed)?;
        Some(Command::ChangeOrder(Box::new(change), until))
    }

    /// More or less of some lines, or none: as likely as not more than is left.
    fn change(&mut self, state: &State, placed: &Placed) -> Option<OrderChange> {
        let asked = &state.rfp.body.lines;
        let mut edits = Vec::new();
        for line in asked.iter().take(self.random.usize(1..=asked.len())) {
            let quantity = match self.random.u8(0..6) {
                0 => Number::ZERO,
                _ => Number::from(self.random.u32(1..=1000)),
            };
            let price = state.standing.as_ref()?.bid().lines.first()?.price;
            edits.push(LineEdit {
                line: line.number,
                quantity: Some(quantity),
                price: Some(price),
            });
        }
        let answer = placed.response.as_ref();
        let split = placed.confirmation.is_some() && placed.amended.is_none();
        let holding = Holding {
            order_id: placed.document.id(),
            order: placed.agreed_order(),
            confirmed: answer.map(|it| &it.body).filter(|_| split),
        };
        let edits = Edits {
            lines: &edits,
            ..Edits::default()
        };
        change_of(&state.rfp.body, holding, edits).ok()
    }

    /// A seller who has accepted and hears nothing lets the order go, as soon as that is allowed or before.
    pub async fn lets_go(&mut self, seller: Actor, state: &State) {
        let Some(placed) = &state.order else { return };
        let after = placed.order().release_after;
        let wait = after.since(self.world.clock(seller)).millis();
        if wait > 0 && self.random.u8(0..PATIENT) == 0 {
            if self.random.bool() {
                self.world.network().cut(self.anna, seller);
            }
            self.run(Duration::from_millis(wait + 1)).await;
        }
        let remark = PeerText::default();
        self.says(seller, None, Command::Release(remark)).await;
    }

    /// The buyer's computer is closed for more than a day, just after an order.
    pub async fn falls_silent(&mut self) {
        let seconds = *pick(&mut self.random, &[0, 1, 3]);
        self.run(Duration::from_secs(seconds)).await;
        self.world.sleep(self.anna, Duration::from_secs(26 * 3600));
    }
}
