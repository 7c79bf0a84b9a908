//! What must hold whatever happens.

use std::collections::BTreeSet;

use opener_trade::{
    DocumentId, Quantity, Timestamp,
    document::{Commitment, Price},
};

use super::{super::kit::*, world::World};
use crate::{
    Role,
    dialogue::{Offer, Phase, State},
};

const fn is_contract(phase: Phase) -> bool {
    matches!(phase, Phase::Concluded | Phase::Reported)
}

fn id(offer: &Option<Offer>) -> Option<DocumentId> {
    offer.as_ref().map(Offer::id)
}

/// One change at one side keeps the rules. A refusal of our own document may undo what followed from it.
pub(super) fn hold(
    before: &State,
    after: &State,
    now: Timestamp,
    refusal: bool,
    admitted: &BTreeSet<DocumentId>,
) {
    ends_stay(before, after, refusal);
    let rules = &after.rfp.body.rules;
    assert!(
        after.next_round() <= rules.max_rounds + 1,
        "too many rounds"
    );
    assert_eq!(
        after.counter.is_some(),
        matches!(
            after.phase,
            Phase::CounteredByBuyer | Phase::CounteredBySeller
        )
    );
    if after.role == Role::Buyer {
        commitments_stay(before, after, now);
        late_bids_stay_out(after, admitted);
    }
    expired_bids_stay_unordered(before, after, now);
    terms_are_of_the_order(after);
    if let Some(turn) = after.turn().who {
        assert!(
            !after.phase.is_terminal(),
            "it is {turn:?}'s turn in {:?}",
            after.phase
        );
    }
}

fn ends_stay(before: &State, after: &State, refusal: bool) {
    let (from, to) = (before.phase, after.phase);
    if is_contract(from) {
        let order = after.order.as_ref().unwrap();
        let ended = match to {
            Phase::Reported => true,
            // Both have signed it.
            Phase::Cancelled => order.cancelled.is_some(),
            Phase::Released => after.role == Role::Buyer,
            _ => false,
        };
        let ended = from == Phase::Concluded && ended;
        assert!(from == to || ended, "a contract became {to:?}");
    }
    let decided = after.role == Role::Buyer && from == Phase::LapsedUnanswered;
    let ended_alone = matches!(from, Phase::Refused | Phase::Released);
    let lapsed_after_all =
        after.role == Role::Seller && ended_alone && to == Phase::LapsedUnanswered;
    if from.is_terminal() && (!refusal || decided) && !lapsed_after_all {
        assert_eq!(from, to, "an end is an end");
    }
}

fn commitments_stay(before: &State, after: &State, now: Timestamp) {
    // A commitment is to one revision of the request.
    if before.rfp.id() != after.rfp.id() {
        return;
    }
    let Some(old) = before.standing.as_ref().map(Offer::bid) else {
        return;
    };
    let Commitment::Firm { until } = old.commitment else {
        return;
    };
    if now > until || !before.phase.is_before_order() {
        return;
    }
    assert_ne!(after.phase, Phase::Withdrawn, "a firm bid was withdrawn");
    let new = after.standing.as_ref().map(Offer::bid).unwrap();
    let Commitment::Firm { until: new_until } = new.commitment else {
        panic!("a firm bid became {:?}", new.commitment)
    };
    assert!(new_until >= until && new.valid_until >= old.valid_until);
    // An accepted counter-offer may raise the price: both have agreed.
    let agreed = id(&after.standing) != after.standing.as_ref().map(|offer| offer.document.id());
    assert!(agreed || new.total.minor() <= old.total.minor());
}

fn late_bids_stay_out(after: &State, admitted: &BTreeSet<DocumentId>) {
    if let Some(standing) = &after.standing {
        let deadline = after.deadline_of(standing);
        let stamped = standing.stamped_at.is_some_and(|at| at <= deadline);
        let in_time = standing.received_at <= deadline || stamped;
        assert!(in_time || admitted.contains(&standing.document.id()));
    }
}

fn expired_bids_stay_unordered(before: &State, after: &State, now: Timestamp) {
    let placed = before.order.is_none() && after.order.is_some();
    if placed {
        let standing = after.standing.as_ref().unwrap();
        assert!(
            now <= standing.bid().valid_until,
            "an expired bid was ordered"
        );
        let order = after.order.as_ref().unwrap().order();
        assert_eq!(order.bid, standing.id());
    }
}

/// There is a contract at the seller only where there is one at the buyer, and none that the seller has not signed; but a
/// side that agreed to cancel it, or released it, may be ahead of the other's documents.
pub(super) fn one_contract(buyer: &State, seller: &State) {
    let phases = (buyer.phase, seller.phase);
    let agreed = |state: &State| {
        let open = state.proposal.as_ref();
        open.is_some_and(|open| open.agreement.is_some())
    };
    let cancelled = |here: &State, there: &State| here.phase == Phase::Cancelled && agreed(there);
    assert!(
        !is_contract(seller.phase) || is_contract(buyer.phase) || cancelled(buyer, seller),
        "{phases:?}"
    );
    let signed = matches!(
        seller.phase,
        Phase::Answered | Phase::Conditional | Phase::Released
    );
    assert!(
        !is_contract(buyer.phase)
            || is_contract(seller.phase)
            || signed
            || cancelled(seller, buyer),
        "{phases:?}"
    );
}

/// After all has arrived and clocks are equal, both see the same.
pub(super) fn agree(world: &World) {
    let (buyer, seller) = (world.pair.buyer.state(), world.pair.seller.state());
    let phases = (buyer.phase, seller.phase);
    if buyer.phase.is_closed() || seller.phase.is_closed() {
        let unreached = buyer.phase == Phase::LapsedUndelivered;
        let both = buyer.phase.is_closed() && seller.phase.is_closed();
        // The seller does not know what was admitted until it is ordered.
        let admitted = id(&buyer.standing).is_some_and(|bid| world.admitted.contains(&bid));
        // One side had ended the dialogue before it heard of a revision.
        let revised = buyer.rfp.id() != seller.rfp.id();
        assert!(both || unreached || admitted || revised, "{phases:?}");
        return;
    }
    let standing = id(&buyer.standing);
    if standing.is_some_and(|bid| world.admitted.contains(&bid)) {
        let known = [&seller.standing, &seller.late].into_iter().flatten();
        let known = known.chain(&seller.superseded);
        assert!(known.map(Offer::id).any(|bid| Some(bid) == standing));
        return;
    }
    assert_eq!(buyer.phase, seller.phase);
    assert_eq!(standing, id(&seller.standing));
    assert_eq!(id(&buyer.late), id(&seller.late));
    assert_eq!(id(&buyer.unconfirmed), id(&seller.unconfirmed));
    assert_eq!(buyer.rfp.id(), seller.rfp.id());
    let open = |state: &State| state.counter.as_ref().map(|open| open.document.id());
    assert_eq!(open(buyer), open(seller));
    assert_eq!(buyer.next_round(), seller.next_round());
    let order = |state: &State| state.order.as_ref().map(|placed| placed.document.id());
    assert_eq!(order(buyer), order(seller));
    assert_eq!(buyer.contract_id(), seller.contract_id());
    let open = |state: &State| state.proposal.as_ref().map(|open| open.document.id());
    assert_eq!(open(buyer), open(seller));
    for side in [Role::Buyer, Role::Seller] {
        assert_eq!(buyer.chain(side).head(), seller.chain(side).head());
    }
}

/// Nothing stays open for ever, and one side's contract is the other's.
pub(super) fn ended((buyer, seller): (Phase, Phase)) {
    assert!(is_contract(buyer) || buyer.is_closed(), "{buyer:?}");
    assert!(is_contract(seller) || seller.is_closed(), "{seller:?}");
    assert_eq!(
        is_contract(buyer),
        is_contract(seller),
        "{buyer:?} {seller:?}"
    );
}

pub(super) fn same_contract(pair: &Pair) {
    let (buyer, seller) = (pair.buyer.state(), pair.seller.state());
    if !is_contract(buyer.phase) {
        return;
    }
    assert_eq!(id(&buyer.standing), id(&seller.standing));
    let papers = |state: &State| {
        let placed = state.order.as_ref().unwrap();
        let confirmation = placed.confirmation.as_ref().map(|paper| paper.id());
        let amended = placed.amended.clone();
        (
            placed.document.id(),
            state.contract_id(),
            confirmation,
            amended,
        )
    };
    assert_eq!(papers(buyer), papers(seller));
    for side in [Role::Buyer, Role::Seller] {
        let signed = |state: &State| state.terms.of(side).map(|terms| terms.id());
        assert_eq!(signed(buyer), signed(seller));
    }
}

/// What both have signed in the end is the order that both have made, line by line.
fn terms_are_of_the_order(state: &State) {
    let (Some(terms), Some(placed)) = (&state.terms.by_buyer, &state.order) else {
        return;
    };
    let goods = |line: u32, quantity: Quantity, price: Price| (line, quantity.value, price);
    let confirmed = placed.confirmation.as_ref();
    let agreed: Vec<_> = match (&placed.amended, confirmed) {
        (None, Some(confirmed)) => confirmed
            .body
            .lines
            .iter()
            .map(|line| (line.line, line.quantity, line.price))
            .collect(),
        (Some(amended), _) => amended
            .order
            .lines
            .iter()
            .map(|line| goods(line.line, line.quantity, line.price))
            .collect(),
        (None, None) => placed
            .order()
            .lines
            .iter()
            .map(|line| goods(line.line, line.quantity, line.price))
            .collect(),
    };
    let signed: Vec<_> = terms
        .lines
        .iter()
        .map(|line| goods(line.line, line.quantity, line.price))
        .collect();
    assert_eq!(signed, agreed);
    assert_eq!(terms.change, placed.amended.as_ref().map(|it| it.agreement));
}
