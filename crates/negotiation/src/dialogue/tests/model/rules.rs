//! What must hold whatever happens.

use std::collections::BTreeSet;

use opener_trade::{DocumentId, Timestamp, document::Commitment};

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
}

fn ends_stay(before: &State, after: &State, refusal: bool) {
    let (from, to) = (before.phase, after.phase);
    if is_contract(from) {
        let reported = from == Phase::Concluded && to == Phase::Reported;
        assert!(from == to || reported, "a contract became {to:?}");
    }
    let decided = after.role == Role::Buyer && from == Phase::LapsedUnanswered;
    let lapsed_after_all =
        after.role == Role::Seller && (from, to) == (Phase::Refused, Phase::LapsedUnanswered);
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

/// There is a contract at the seller only where there is one at the buyer, and none that the seller has not signed.
pub(super) fn one_contract((buyer, seller): (Phase, Phase)) {
    assert!(
        !is_contract(seller) || is_contract(buyer),
        "{buyer:?} {seller:?}"
    );
    let signed = matches!(seller, Phase::Answered | Phase::Conditional);
    assert!(
        !is_contract(buyer) || is_contract(seller) || signed,
        "{buyer:?} {seller:?}"
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
    assert_eq!(buyer.response_id(), seller.response_id());
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
        (placed.document.id(), state.response_id(), confirmation)
    };
    assert_eq!(papers(buyer), papers(seller));
    for side in [Role::Buyer, Role::Seller] {
        let signed = |state: &State| state.terms.of(side).map(|terms| terms.id());
        assert_eq!(signed(buyer), signed(seller));
    }
}
