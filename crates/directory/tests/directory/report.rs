//! `report`: what both signed, once.

use opener_directory::{Limits, limits::REPORTS_WINDOW};
use opener_trade::{
    Identity, Money, Quantity, Reason, Verified,
    directory::{Request, Response},
    document::{Disclosure, LogHead, Price, ReportReceipt, Terms, TermsLine},
    envelope,
    log::check_consistency,
    sign,
};

use crate::kit::{NOW, World, after, generous, list, peer, reason, report, sign_unchecked, terms};

fn receipt(response: &Response) -> Verified<ReportReceipt> {
    match response {
        Response::Reported { receipt } => envelope::open_as(receipt).unwrap(),
        other => panic!("not reported: {other:?}"),
    }
}

fn parties() -> (Identity, Identity) {
    (peer(1), peer(2))
}

#[tokio::test]
async fn terms_signed_by_both_are_kept_and_receipted() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let terms = terms(&buyer, &seller, 1);
    let response = world
        .ask(&buyer, &report(&terms, &buyer, &seller), NOW)
        .await;
    let receipt = receipt(&response);
    assert_eq!(receipt.signer(), world.directory.peer_id());
    assert_eq!((receipt.deal, receipt.at), (terms.deal, NOW));
    assert_eq!(receipt.terms, sign(&buyer, terms).unwrap().id());
}

#[tokio::test]
async fn a_second_report_gets_the_same_receipt_from_either_party_and_after_a_restart() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let request = report(&terms(&buyer, &seller, 1), &buyer, &seller);
    let first = world.ask(&buyer, &request, NOW).await;
    receipt(&first);
    assert_eq!(world.ask(&buyer, &request, after(10)).await, first);
    assert_eq!(world.ask(&seller, &request, after(20)).await, first);
    let world = world.restart(after(30)).await;
    assert_eq!(world.ask(&seller, &request, after(30)).await, first);
}

#[tokio::test]
async fn other_terms_of_the_same_deal_are_refused_and_another_deal_is_not() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let first = terms(&buyer, &seller, 1);
    receipt(
        &world
            .ask(&buyer, &report(&first, &buyer, &seller), NOW)
            .await,
    );
    let mut other = first.clone();
    other.accepted_at = after(-100);
    let response = world
        .ask(&seller, &report(&other, &buyer, &seller), NOW)
        .await;
    assert_eq!(reason(&response), Some(Reason::NotAllowed));
    let second = terms(&buyer, &seller, 2);
    receipt(
        &world
            .ask(&buyer, &report(&second, &buyer, &seller), NOW)
            .await,
    );
    let third = terms(&buyer, &peer(3), 1);
    receipt(
        &world
            .ask(&buyer, &report(&third, &buyer, &peer(3)), NOW)
            .await,
    );
}

#[tokio::test]
async fn a_pair_of_liars_cannot_occupy_a_deal_of_others() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let puppet = peer(9);
    receipt(
        &world
            .ask(
                &seller,
                &report(&terms(&puppet, &seller, 1), &puppet, &seller),
                NOW,
            )
            .await,
    );
    receipt(
        &world
            .ask(
                &buyer,
                &report(&terms(&buyer, &seller, 1), &buyer, &seller),
                NOW,
            )
            .await,
    );
}

#[tokio::test]
async fn signatures_must_be_of_the_two_parties_in_their_places_over_the_same_bytes() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let stranger = peer(3);
    let good = terms(&buyer, &seller, 1);
    let mut other = good.clone();
    other.accepted_at = after(-100);
    let pair = |by_buyer, by_seller| Request::Report {
        by_buyer,
        by_seller,
    };
    for (case, request) in [
        ("swapped", report(&good, &seller, &buyer)),
        ("buyer twice", report(&good, &buyer, &buyer)),
        ("seller twice", report(&good, &seller, &seller)),
        (
            "a stranger for the seller",
            report(&good, &buyer, &stranger),
        ),
        (
            "two texts",
            pair(
                sign_unchecked(&good, &buyer),
                sign_unchecked(&other, &seller),
            ),
        ),
    ] {
        let response = world.ask(&buyer, &request, NOW).await;
        assert_eq!(reason(&response), Some(Reason::BadSignature), "{case}");
    }
    let response = world
        .ask(&stranger, &report(&good, &buyer, &seller), NOW)
        .await;
    assert_eq!(
        reason(&response),
        Some(Reason::NotAllowed),
        "a stranger reports"
    );
    receipt(
        &world
            .ask(&buyer, &report(&good, &buyer, &seller), NOW)
            .await,
    );
}

fn won(amount: &str) -> Money {
    Money::exact(amount.parse().unwrap(), "KRW".parse().unwrap()).unwrap()
}

/// Two pieces at three won each.
fn priced(terms: &mut Terms, amount: &str, total: &str) {
    terms.disclosure = Disclosure::Prices;
    terms.total = Some(won(total));
    terms.lines = list(vec![TermsLine {
        line: 1,
        category: None,
        quantity: Quantity {
            value: "2".parse().unwrap(),
            unit: "C62".parse().unwrap(),
        },
        price: Price {
            price: "3".parse().unwrap(),
            base_quantity: "1".parse().unwrap(),
        },
        amount: won(amount),
        name: None,
    }]);
}

#[tokio::test]
async fn right_sums_are_kept() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let mut terms = terms(&buyer, &seller, 1);
    priced(&mut terms, "6", "6");
    receipt(
        &world
            .ask(&buyer, &report(&terms, &buyer, &seller), NOW)
            .await,
    );
}

#[tokio::test]
async fn one_report_more_than_a_day_allows_is_refused_until_the_next() {
    let world = World::with(Limits {
        reports: 2,
        ..generous()
    })
    .await;
    let (buyer, seller) = parties();
    let ask = async |from: &Identity, deal, now| {
        let request = report(&terms(&buyer, &seller, deal), &buyer, &seller);
        world.ask(from, &request, now).await
    };
    receipt(&ask(&buyer, 1, NOW).await);
    receipt(&ask(&buyer, 2, after(10)).await);
    assert_eq!(
        reason(&ask(&buyer, 3, after(20)).await),
        Some(Reason::RateLimited)
    );
    receipt(&ask(&buyer, 1, after(20)).await);
    receipt(&ask(&seller, 3, after(20)).await);
    receipt(&ask(&buyer, 4, NOW.plus(REPORTS_WINDOW)).await);
}

#[tokio::test]
async fn one_byte_more_than_all_reports_may_have_is_refused() {
    let (buyer, seller) = parties();
    let bytes = |deal| {
        let terms = terms(&buyer, &seller, deal);
        2 * sign(&buyer, terms).unwrap().bytes().len() as u64
    };
    let reports_bytes = bytes(1) + bytes(2) - 1;
    let world = World::with(Limits {
        reports_bytes,
        ..generous()
    })
    .await;
    receipt(
        &world
            .ask(
                &buyer,
                &report(&terms(&buyer, &seller, 1), &buyer, &seller),
                NOW,
            )
            .await,
    );
    let world = world.restart(NOW).await;
    let second = report(&terms(&buyer, &seller, 2), &buyer, &seller);
    assert_eq!(
        reason(&world.ask(&buyer, &second, NOW).await),
        Some(Reason::Unavailable)
    );
}

#[tokio::test]
async fn one_answer_proves_that_two_heads_are_of_one_log() {
    let world = World::new().await;
    let (buyer, seller) = parties();
    let mut heads = vec![];
    for deal in 1..=7 {
        let terms = terms(&buyer, &seller, deal);
        let request = report(&terms, &buyer, &seller);
        receipt(&world.ask(&buyer, &request, NOW).await);
        heads.push(head(&world, 0, None).await.0);
    }
    for since in 1..=7 {
        for also in 1..=7 {
            let (newest, consistency, other) = head(&world, since, Some(also)).await;
            let older = |size: u64| &*heads[usize::try_from(size).unwrap() - 1];
            check_consistency(older(since), &newest, &consistency).unwrap();
            check_consistency(older(also), &newest, &other.unwrap()).unwrap();
        }
    }
    assert!(
        head(&world, 3, None).await.2.is_none(),
        "nothing that was not asked for"
    );
    let request = Request::Head {
        since: 1,
        also: Some(8),
    };
    let refused = world.ask(&buyer, &request, NOW).await;
    assert_eq!(reason(&refused), Some(Reason::NotAllowed));
}

type Path = Vec<opener_trade::DocumentId>;

async fn head(
    world: &World,
    since: u64,
    also: Option<u64>,
) -> (Verified<LogHead>, Path, Option<Path>) {
    match world
        .ask(&peer(3), &Request::Head { since, also }, NOW)
        .await
    {
        Response::Head {
            head,
            consistency,
            also,
        } => (
            envelope::open_as(&head).unwrap(),
            consistency.into_vec(),
            also.map(opener_trade::List::into_vec),
        ),
        other => panic!("no head: {other:?}"),
    }
}
