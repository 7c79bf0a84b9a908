//! Bundles of deals whose order was changed, cancelled or released.

use opener_negotiation::{
    Role,
    dialogue::{Command, Phase},
};
use opener_trade::{
    PeerText, Reason,
    document::{AmendmentRefuse, OrderCancel, OrderChange},
};

use super::*;
use crate::testing::{Deal, at};

/// One chair less, for an hour.
fn change(deal: &Deal, by: Role) -> Command {
    let state = deal.snapshot(by).dialogues.remove(0);
    let placed = state.order.unwrap();
    let order = placed.agreed_order();
    let mut lines = order.lines.clone().into_vec();
    let (price, currency) = (lines[0].price, order.total.currency());
    lines[0].quantity.value = "11".parse().unwrap();
    lines[0].amount = price.amount_of(&lines[0].quantity, currency).unwrap();
    let amounts = lines.iter().map(|line| line.amount);
    let total = opener_trade::Money::sum(currency, amounts).unwrap();
    let body = OrderChange {
        order: placed.document.id(),
        lines: lines.try_into().unwrap(),
        charges: order.charges.clone(),
        total,
        delivery: order.delivery.clone(),
        remark: PeerText::default(),
    };
    Command::ChangeOrder(Box::new(body), at(deal.now + 3600))
}

fn cancellation(deal: &Deal) -> Command {
    let state = deal.snapshot(Role::Buyer).dialogues.remove(0);
    let order = state.order.unwrap().document.id();
    let reason = PeerText::default();
    Command::CancelOrder(OrderCancel { order, reason }, at(deal.now + 3600))
}

fn concluded() -> Deal {
    let mut deal = Deal::begin();
    deal.bid(&["10.50", "20"]);
    deal.order();
    deal
}

fn check(bundle: &Bundle) -> Verdict {
    verify(&serde_json::to_vec(bundle).unwrap())
}

#[test]
fn a_changed_order_proves_itself_whoever_proposed_it() {
    for by in [Role::Buyer, Role::Seller] {
        let mut deal = concluded();
        let command = change(&deal, by);
        deal.say(by, command);
        deal.say(by.other(), Command::AcceptAmendment);
        deal.sign_terms(Role::Buyer);
        deal.sign_terms(Role::Seller);
        for role in [Role::Buyer, Role::Seller] {
            let verdict = check(&deal.bundle(role));
            assert!(verdict.ok, "{verdict:#?}");
            assert!(verdict.proves.contains(&Proof::OrderChanged));
            assert!(verdict.proves.contains(&Proof::TermsSigned));
        }
    }
}

#[test]
fn an_agreement_without_the_proposers_receipt_proves_no_change() {
    let mut deal = concluded();
    let command = change(&deal, Role::Seller);
    deal.say(Role::Seller, command);
    let agreement = deal.say(Role::Buyer, Command::AcceptAmendment);
    deal.sign_terms(Role::Buyer);
    deal.sign_terms(Role::Seller);
    let mut bundle = deal.bundle(Role::Buyer);
    let is_other = |text: &String| {
        let receipt: opener_trade::Verified<opener_trade::document::Receipt> =
            evidence::signed(text).unwrap();
        receipt.document != agreement
    };
    bundle.receipts.retain(is_other);
    let verdict = check(&bundle);
    assert_eq!(verdict.failed().collect::<Vec<_>>(), [CheckName::Terms]);
}

#[test]
fn a_cancelled_order_proves_itself() {
    let mut deal = concluded();
    let cancel = cancellation(&deal);
    deal.say(Role::Seller, cancel);
    deal.say(Role::Buyer, Command::AcceptAmendment);
    let verdict = check(&deal.bundle(Role::Buyer));
    assert!(verdict.ok, "{verdict:#?}");
    assert!(verdict.proves.contains(&Proof::OrderCancelled));
    assert_eq!(verdict.states[0].state, Phase::Cancelled.into());
}

#[test]
fn a_proposal_that_was_refused_leaves_the_order_and_its_proof() {
    let mut deal = concluded();
    let cancel = cancellation(&deal);
    let proposal = deal.say(Role::Buyer, cancel);
    let reason = PeerText::default();
    let refuse = AmendmentRefuse { proposal, reason };
    deal.say(Role::Seller, Command::RefuseAmendment(refuse));
    deal.sign_terms(Role::Seller);
    deal.sign_terms(Role::Buyer);
    let verdict = check(&deal.bundle(Role::Seller));
    assert!(verdict.ok, "{verdict:#?}");
    assert!(!verdict.proves.contains(&Proof::OrderCancelled));
}

#[test]
fn a_released_order_proves_itself_and_a_release_against_a_receipt_does_not() {
    let mut deal = concluded();
    deal.now = 10_000;
    // The seller's own machine knows of the conclusion: it would not say this.
    deal.forge(Role::Seller, Command::Release(PeerText::default()));
    let verdict = check(&deal.bundle(Role::Buyer));
    assert!(verdict.ok, "{verdict:#?}");
    assert!(verdict.proves.contains(&Proof::OrderReleased));
    assert_eq!(verdict.states[0].state, Phase::Released.into());

    let mut deal = concluded();
    deal.sign_terms(Role::Buyer);
    deal.now = 10_000;
    let refused = deal.forge(Role::Seller, Command::Release(PeerText::default()));
    let mut bundle = deal.bundle(Role::Buyer);
    let place = bundle.documents.iter().position(|it| it.id == refused);
    bundle.documents[place.unwrap()].void = Some(Reason::NotAllowed);
    let verdict = check(&bundle);
    assert!(
        verdict
            .checks
            .iter()
            .all(|check| check.ok || check.check == CheckName::Terms),
        "the buyer was right to refuse it: {verdict:#?}"
    );
    assert_eq!(verdict.states[0].state, Phase::Concluded.into());
}
