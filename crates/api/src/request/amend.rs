//! What becomes of a concluded order: change, cancellation, release.

use opener_decision::{Edits, Holding, LineEdit, change_of};
use opener_negotiation::{
    Role,
    dialogue::{Command, Placed, State},
};
use opener_peer::Handle;
use opener_trade::{
    DealId, DocumentId, Duration, List, Number, PeerId, PeerText, Reason, Timestamp,
    document::{self, Charge, Delivery, OrderCancel, OrderChange, Price},
    limits::{CHARGES, LINES, REMARK_BYTES},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::find::dialogue;
use crate::{ApiError, Code, clock, view::Signed};

macro_rules! params {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $about:literal])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
            #[serde(deny_unknown_fields)]
            #[ts(optional_fields)]
            pub struct $name {
                $($(#[doc = $about])* pub $field: $type,)*
            }
        )*
    };
}

params! {
    /// One line of an order that changes.
    ChangedLine {
        /// The RFP's line number.
        line: u32,
        /// How much; `"0"` takes the line out.
        quantity: Option<Number>,
        /// At what price.
        price: Option<Price>,
    }
    /// Proposes to cancel a concluded order.
    OrderCancelSend {
        /// The deal.
        deal: DealId,
        /// Buyer: the order from which seller.
        seller: Option<PeerId>,
        /// The other side may agree until then; three days from now if nothing is said.
        valid_until: Option<Timestamp>,
        /// Why.
        reason: Option<PeerText<REMARK_BYTES>>,
    }
    /// Agrees to the other side's change or cancellation.
    AmendmentAccept {
        /// The deal.
        deal: DealId,
        /// Buyer: with which seller.
        seller: Option<PeerId>,
        /// The proposal; naming it makes sure that no other is agreed to unseen.
        proposal: Option<DocumentId>,
    }
    /// Refuses the other side's change or cancellation, or takes one's own back.
    AmendmentRefuse {
        /// The deal.
        deal: DealId,
        /// Buyer: with which seller.
        seller: Option<PeerId>,
        /// Why.
        reason: Option<PeerText<REMARK_BYTES>>,
    }
    /// Lets an accepted order go of which the buyer has said nothing.
    OrderRelease {
        /// The deal.
        deal: DealId,
        /// Why.
        reason: Option<PeerText<REMARK_BYTES>>,
    }
}

/// Proposes to change a concluded order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct OrderChangeSend {
    /// The deal.
    pub deal: DealId,
    /// Buyer: the order from which seller.
    pub seller: Option<PeerId>,
    /// The lines that change; the others stay.
    #[serde(default)]
    #[ts(optional, as = "Option<List<ChangedLine, LINES>>")]
    pub lines: List<ChangedLine, LINES>,
    /// All charges as they shall be; they stay if nothing is said.
    pub charges: Option<List<Charge, CHARGES>>,
    /// Where and when to deliver; as before if nothing is said.
    pub delivery: Option<Delivery>,
    /// The other side may agree until then; three days from now if nothing is said.
    pub valid_until: Option<Timestamp>,
    /// Why.
    pub remark: Option<PeerText<REMARK_BYTES>>,
}

/// How long a proposal stands if nothing is said: a week-end and a working day.
const PROPOSAL_STANDS: Duration = Duration::from_secs(3 * 24 * 3600);

pub(super) async fn change(handle: &Handle, said: OrderChangeSend) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, said.seller)?;
    let until = until(said.valid_until)?;
    let lines: Vec<LineEdit> = said.lines.iter().map(LineEdit::from).collect();
    let edits = Edits {
        lines: &lines,
        charges: said.charges,
        delivery: said.delivery,
        remark: said.remark.unwrap_or_default(),
    };
    let change = change_to(state, edits)?;
    let command = Command::ChangeOrder(Box::new(change), until);
    say(handle, state, command).await
}

pub(super) async fn cancel(handle: &Handle, said: OrderCancelSend) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, said.seller)?;
    let cancel = OrderCancel {
        order: placed(state)?.document.id(),
        reason: said.reason.unwrap_or_default(),
    };
    let command = Command::CancelOrder(cancel, until(said.valid_until)?);
    say(handle, state, command).await
}

pub(super) async fn accept(handle: &Handle, said: AmendmentAccept) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, said.seller)?;
    let open = open(state)?;
    if said.proposal.is_some_and(|proposal| proposal != open) {
        let rule = "that proposal is not open any more; look at the one that is";
        return Err(ApiError {
            reason: Some(Reason::Stale),
            ..ApiError::new(Code::Rejected, rule)
        });
    }
    say(handle, state, Command::AcceptAmendment).await
}

pub(super) async fn refuse(handle: &Handle, said: AmendmentRefuse) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, said.seller)?;
    let refuse = document::AmendmentRefuse {
        proposal: open(state)?,
        reason: said.reason.unwrap_or_default(),
    };
    say(handle, state, Command::RefuseAmendment(refuse)).await
}

pub(super) async fn release(handle: &Handle, said: OrderRelease) -> Result<Signed, ApiError> {
    let deal = handle.deal(said.deal).await?;
    let state = dialogue(&deal, None)?;
    let command = Command::Release(said.reason.unwrap_or_default());
    say(handle, state, command).await
}

impl From<&ChangedLine> for LineEdit {
    fn from(said: &ChangedLine) -> Self {
        LineEdit {
            line: said.line,
            quantity: said.quantity,
            price: said.price,
        }
    }
}

/// The order as it holds, otherwise in what is said.
fn change_to(state: &State, edits: Edits<'_>) -> Result<OrderChange, ApiError> {
    let placed = placed(state)?;
    let confirmed = placed
        .response
        .as_ref()
        .filter(|_| placed.confirmation.is_some() && placed.amended.is_none());
    let holding = Holding {
        order_id: placed.document.id(),
        order: placed.agreed_order(),
        confirmed: confirmed.map(|response| &response.body),
    };
    Ok(change_of(&state.rfp.body, holding, edits)?)
}

fn until(said: Option<Timestamp>) -> Result<Timestamp, ApiError> {
    let now = clock::now();
    match said {
        Some(until) if until <= now => Err(ApiError::invalid("valid_until", "must lie ahead")),
        Some(until) => Ok(until),
        None => Ok(now.plus(PROPOSAL_STANDS)),
    }
}

fn placed(state: &State) -> Result<&Placed, ApiError> {
    let placed = state.order.as_ref();
    placed.ok_or_else(|| ApiError::not_found("order"))
}

fn open(state: &State) -> Result<DocumentId, ApiError> {
    let open = state.proposal.as_ref();
    open.map(|open| open.document.id())
        .ok_or_else(|| ApiError::not_found("proposal"))
}

async fn say(handle: &Handle, state: &State, command: Command) -> Result<Signed, ApiError> {
    let seller = (state.role == Role::Buyer).then_some(state.seller);
    let document = handle.say(state.deal, seller, command).await?;
    Ok(Signed { document })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Deal;

    fn state(deal: &Deal, role: Role) -> State {
        deal.snapshot(role).dialogues.remove(0)
    }

    fn edits(lines: &[LineEdit]) -> Edits<'_> {
        Edits {
            lines,
            ..Edits::default()
        }
    }

    #[test]
    fn a_change_is_of_the_order_as_both_have_changed_it_last() {
        let mut deal = Deal::begin();
        deal.bid(&["10", "20"]);
        deal.order();
        let edit = |line, quantity: &str| LineEdit {
            line,
            quantity: Some(quantity.parse().unwrap()),
            price: None,
        };
        let first = [edit(1, "11")];
        let body = change_to(&state(&deal, Role::Buyer), edits(&first)).unwrap();
        let until = crate::testing::at(deal.now + 3600);
        let command = Command::ChangeOrder(Box::new(body), until);
        deal.say(Role::Buyer, command);
        let proposed = open(&state(&deal, Role::Seller)).unwrap();
        assert_eq!(proposed, open(&state(&deal, Role::Buyer)).unwrap());
        deal.say(Role::Seller, Command::AcceptAmendment);
        let second = [edit(2, "3")];
        let body = change_to(&state(&deal, Role::Seller), edits(&second)).unwrap();
        let quantities: Vec<String> = body
            .lines
            .iter()
            .map(|line| line.quantity.value.to_string())
            .collect();
        assert_eq!(quantities, ["11", "3"]);
        assert_eq!(
            open(&state(&deal, Role::Seller)).unwrap_err().code,
            Code::NotFound
        );
    }

    #[test]
    fn a_proposal_stands_three_days_or_until_a_moment_that_lies_ahead() {
        let stands = until(None).unwrap().since(clock::now());
        assert!(stands <= PROPOSAL_STANDS && stands > Duration::from_secs(2 * 24 * 3600));
        let past = clock::now().plus(Duration::from_millis(-1));
        let refused = until(Some(past)).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("valid_until"));
    }
}
