//! More time on an offer, and holds.

use opener_trade::{
    Reason,
    document::{Commitment, OrderOutcome},
};

use super::kit::*;
use crate::{
    Role,
    dialogue::{Command, NoticeKind, Phase},
};

fn id(pair: &Pair) -> opener_trade::DocumentId {
    pair.seller.state().standing.as_ref().unwrap().id()
}

fn same_terms(pair: &Pair) {
    let terms = |side: &Side| side.state().standing.as_ref().unwrap().bid().clone();
    assert_eq!(terms(&pair.buyer), terms(&pair.seller));
    assert_eq!(pair.buyer.state().holds, pair.seller.state().holds);
    pair.check_replays();
}

fn refused(pair: &mut Pair, role: Role, now: i64, command: Command) -> Reason {
    pair.side(role).say(at(now), command).unwrap_err().reason
}

#[test]
fn an_extension_is_asked_for_and_granted() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let offer = id(&pair);
    let asked = pair.buyer_says(at(20), ask_extension(offer, at(VALID + 60)));
    pair.hand(at(21), &asked).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::ExtensionAsked]);
    let turn = pair.seller.state().turn();
    assert_eq!(
        (turn.who, turn.until),
        (Some(Role::Seller), Some(at(VALID)))
    );
    let granted = pair.seller_says(at(22), grant(offer, at(VALID + 60), Some(at(FIRM))));
    pair.hand(at(23), &granted).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::ExtensionGranted]);
    assert_eq!(pair.buyer.state().turn().who, Some(Role::Buyer));
    same_terms(&pair);
    pair.tick(at(VALID + 60));
    assert_eq!(pair.phases(), (Phase::BidStanding, Phase::BidStanding));
    assert_eq!(id(&pair), offer);
    let gone = Command::WithdrawBid(Default::default());
    assert_eq!(
        refused(&mut pair, Role::Seller, FIRM, gone),
        Reason::FirmCommitment
    );
}

#[test]
fn an_extension_is_refused_and_the_offer_ends_when_it_said() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let offer = id(&pair);
    let early = refuse_extension(offer);
    assert_eq!(
        refused(&mut pair, Role::Seller, 19, early),
        Reason::NotAllowed
    );
    let no_longer = ask_extension(offer, at(VALID));
    assert_eq!(
        refused(&mut pair, Role::Buyer, 20, no_longer),
        Reason::NotAllowed
    );
    pair.buyer_says(at(20), ask_extension(offer, at(VALID + 1)));
    pair.flush(at(21));
    let no = pair.seller_says(at(22), refuse_extension(offer));
    pair.hand(at(23), &no).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::ExtensionRefused]);
    same_terms(&pair);
    pair.tick(at(VALID + 1));
    assert_eq!(pair.phases(), (Phase::LapsedExpired, Phase::LapsedExpired));
}

#[test]
fn an_extension_shortens_nothing_and_names_the_offer_that_stands() {
    let mut pair = Pair::with_firm_bid();
    let offer = id(&pair);
    let shorter = grant(offer, at(VALID - 1), None);
    assert_eq!(
        refused(&mut pair, Role::Seller, 20, shorter),
        Reason::NotAllowed
    );
    let less_firm = grant(offer, at(VALID), Some(at(FIRM - 1)));
    assert_eq!(
        refused(&mut pair, Role::Seller, 20, less_firm),
        Reason::FirmCommitment
    );
    let same = grant(offer, at(VALID), None);
    assert_eq!(
        refused(&mut pair, Role::Seller, 20, same),
        Reason::NotAllowed
    );
    let stale = grant(nothing(), at(VALID + 1), None);
    assert_eq!(refused(&mut pair, Role::Seller, 20, stale), Reason::Stale);
    let late = grant(offer, at(VALID + 90), None);
    assert_eq!(
        refused(&mut pair, Role::Seller, VALID + 1, late),
        Reason::Expired
    );
}

#[test]
fn an_extension_that_crosses_an_order_is_refused_and_the_order_stands() {
    let mut pair = Pair::with_bid(10, Commitment::Revocable);
    let offer = id(&pair);
    let granted = pair.seller_says(at(20), grant(offer, at(VALID + 60), None));
    let order = pair.buyer_orders(at(20));
    pair.deliver(at(21), &order);
    assert_eq!(
        pair.deliver(at(21), &granted),
        Answer::Failure(Reason::NotAllowed)
    );
    pair.flush(at(22));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
    let answer = pair.buyer.state().order.as_ref().unwrap().response.clone();
    assert_eq!(answer.unwrap().body.outcome(), OrderOutcome::Accepted);
    same_terms(&pair);
}

#[test]
fn an_open_counter_offer_moves_to_the_extended_offer_or_lapses() {
    for (until, phase) in [
        (FIRM + 9, Phase::CounteredByBuyer),
        (FIRM + 20, Phase::BidStanding),
    ] {
        let mut pair = Pair::with_firm_bid();
        let offer = id(&pair);
        let mut body = pair.counter(Role::Buyer, at(20), "90", 30);
        body.changes = list(vec![opener_trade::document::Change::Commitment {
            commitment: firm(at(FIRM + 10)),
        }]);
        let counter = pair.buyer_says(at(20), Command::Counter(Box::new(body)));
        let granted = pair.seller_says(at(20), grant(offer, at(VALID), Some(at(until))));
        pair.deliver(at(21), &granted);
        pair.deliver(at(21), &counter);
        assert_eq!(pair.phases(), (phase, phase));
        let rounds = |side: &Side| side.state().next_round();
        assert_eq!(rounds(&pair.buyer), rounds(&pair.seller));
        if phase == Phase::CounteredByBuyer {
            pair.seller_says(at(22), Command::AcceptCounter);
            pair.flush(at(23));
        }
        same_terms(&pair);
    }
}

#[test]
fn a_sellers_hold_makes_its_offer_firm_until_then() {
    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    let held = pair.seller_says(at(20), hold(at(60)));
    pair.hand(at(21), &held).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::HoldArrived]);
    same_terms(&pair);
    let terms = pair.buyer.state().standing.as_ref().unwrap().bid();
    assert_eq!(terms.commitment, firm(at(60)));
    let gone = Command::WithdrawBid(Default::default());
    assert_eq!(
        refused(&mut pair, Role::Seller, 60, gone),
        Reason::FirmCommitment
    );
    pair.buyer_orders(at(60));
    pair.flush(at(61));
    assert_eq!(pair.phases(), (Phase::Concluded, Phase::Concluded));
}

#[test]
fn a_hold_is_never_shortened_and_needs_an_offer_that_lasts_as_long() {
    for role in [Role::Buyer, Role::Seller] {
        let mut none = Pair::new();
        assert_eq!(
            refused(&mut none, role, 10, hold(at(60))),
            Reason::NotAllowed
        );
        let mut pair = Pair::with_firm_bid();
        pair.side(role).say(at(20), hold(at(60))).unwrap();
        pair.flush(at(21));
        same_terms(&pair);
        let terms = pair.buyer.state().standing.as_ref().unwrap().bid();
        assert_eq!(terms.commitment, firm(at(FIRM)), "longer already");
        assert_eq!(
            refused(&mut pair, role, 22, hold(at(60))),
            Reason::FirmCommitment
        );
        assert_eq!(
            refused(&mut pair, role, 22, hold(at(59))),
            Reason::FirmCommitment
        );
        assert_eq!(refused(&mut pair, role, 70, hold(at(69))), Reason::Expired);
        assert_eq!(
            refused(&mut pair, role, 22, hold(at(VALID + 1))),
            Reason::NotAllowed
        );
        assert!(pair.side(role).say(at(22), hold(at(61))).is_ok());
    }
}
