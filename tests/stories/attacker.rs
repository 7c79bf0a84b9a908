//! Mallory tries. Each attempt gets the typed failure and changes nothing.

use opener_negotiation::{Role, dialogue::Phase};
use opener_peer::{DeliveryState, PeerError};
use opener_sim::{Actor, Disk, World, papers};
use opener_trade::{
    Duration, Kind, PeerText, Reason,
    document::{Document, Header, Order, OrderResponse, Receipt, RfpCancel, Stage},
    limits::MAX_DOCUMENT_BYTES,
    sign,
};

use crate::{
    cast::{Cast, failure, minutes, people, receipt},
    mallory::{chain, chat, forge, header, is_refused, seal},
};

/// Mallory joins; Bo has bid, and his line to Anna is cut, so that Mallory is the one who carries his next documents.
async fn scene(seed: u64) -> (Cast, Actor) {
    let mut cast = Cast::new(seed).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let mallory = cast
        .world
        .join("Mallory", papers::trader("Honest M."), Disk::Memory)
        .await;
    cast.world.network().cut(cast.anna, cast.bo);
    (cast, mallory)
}

#[tokio::test]
async fn a_truncated_document_is_refused() {
    let (cast, _) = scene(81).await;
    let better = cast.draft(cast.bo, "0.13").await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.bids(bo, deal, better).await.unwrap();
    let bid = world
        .newest(bo, deal, Kind::Bid)
        .await
        .document
        .bytes()
        .to_vec();
    let before = world.everything(anna).await;
    for kept in (0..bid.len()).step_by(bid.len() / 60) {
        let answer = world.hand(bo, anna, &bid[..kept]).await;
        assert_eq!(failure(&answer), Some(Reason::Malformed), "{kept} bytes");
    }
    assert_eq!(world.everything(anna).await, before);
    is_refused(
        &mut world,
        bo,
        anna,
        &[&bid[..], &[0]].concat(),
        Reason::Malformed,
    )
    .await;
    let answer = world.hand(bo, anna, &bid).await;
    assert_eq!(receipt(&answer).deal, deal, "whole it is taken");
}

#[tokio::test]
async fn an_oversized_document_is_refused() {
    let (cast, mallory) = scene(82).await;
    let Cast {
        mut world, anna, ..
    } = cast;
    let huge = vec![0xd2; MAX_DOCUMENT_BYTES + 1];
    is_refused(&mut world, mallory, anna, &huge, Reason::TooLarge).await;
}

#[tokio::test]
async fn a_document_with_another_signature_or_under_another_name_is_refused() {
    let (cast, mallory) = scene(83).await;
    let better = cast.draft(cast.bo, "0.13").await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.bids(bo, deal, better).await.unwrap();
    let bid = world
        .newest(bo, deal, Kind::Bid)
        .await
        .document
        .bytes()
        .to_vec();

    world.section("a bit of the signature is flipped");
    let mut flipped = bid.clone();
    *flipped.last_mut().unwrap() ^= 1;
    is_refused(&mut world, bo, anna, &flipped, Reason::BadSignature).await;

    world.section("Mallory delivers what Bo signed");
    is_refused(&mut world, mallory, anna, &bid, Reason::NotInvited).await;

    world.section("Mallory signs in Bo's name");
    let place = header(&world, deal, (bo, anna), (2, None));
    let payload = minicbor::to_vec(Document {
        header: place,
        body: opener_trade::document::Chat::of(papers::text("It is me, Bo.")),
    });
    let forged = seal(world.identity(mallory), "chat", payload.unwrap());
    is_refused(&mut world, mallory, anna, &forged, Reason::BadSignature).await;
    is_refused(&mut world, bo, anna, &forged, Reason::BadSignature).await;
}

#[tokio::test]
async fn a_document_for_another_recipient_is_refused() {
    let (cast, _) = scene(84).await;
    let Cast {
        mut world,
        anna,
        bo,
        cleo,
        deal,
    } = cast;
    let bid = world
        .newest(bo, deal, Kind::Bid)
        .await
        .document
        .bytes()
        .clone();
    is_refused(&mut world, bo, cleo, &bid, Reason::WrongRecipient).await;
    world
        .writes(anna, deal, Some(bo), "Between us")
        .await
        .unwrap();
    let private = world
        .newest(anna, deal, Kind::Chat)
        .await
        .document
        .bytes()
        .clone();
    is_refused(&mut world, anna, cleo, &private, Reason::WrongRecipient).await;
}

#[tokio::test]
async fn somebody_who_was_not_invited_is_refused() {
    let (cast, mallory) = scene(85).await;
    let rfp = cast.world.deal(cast.anna, cast.deal).await.rfp;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;

    world.section("Mallory bids on a request that she was never sent");
    let place = header(&world, deal, (mallory, anna), (1, None));
    let bid = forge(
        &world,
        mallory,
        place,
        papers::bid(&rfp, "Honest M.", "0.01"),
    );
    is_refused(&mut world, mallory, anna, bid.bytes(), Reason::NotInvited).await;

    world.section("Mallory writes to Bo in Anna's deal");
    let place = header(&world, deal, (mallory, bo), (1, None));
    let note = chat(&world, mallory, place, "Anna has gone bankrupt.");
    is_refused(&mut world, mallory, bo, note.bytes(), Reason::NotInvited).await;

    world.section("Mallory sends a request of her own under Anna's deal, and calls Anna's off");
    let everybody = |seq, previous| Header {
        to: None,
        ..header(&world, deal, (mallory, bo), (seq, previous))
    };
    let own = forge(
        &world,
        mallory,
        everybody(1, None),
        papers::rfp(world.now()),
    );
    let reason = PeerText::default();
    let cancel = RfpCancel {
        rfp: rfp.id(),
        reason,
    };
    let cancel = forge(&world, mallory, everybody(2, Some(rfp.id())), cancel);
    for bytes in [own.bytes(), cancel.bytes()] {
        is_refused(&mut world, mallory, bo, bytes, Reason::NotInvited).await;
        is_refused(&mut world, mallory, anna, bytes, Reason::NotInvited).await;
    }

    world.section("Mallory bids in a deal that does not exist");
    let nowhere = opener_trade::DealId::from_bytes([9; 16]);
    let place = header(&world, nowhere, (mallory, anna), (1, None));
    let bid = forge(
        &world,
        mallory,
        place,
        papers::bid(&rfp, "Honest M.", "0.01"),
    );
    is_refused(&mut world, mallory, anna, bid.bytes(), Reason::UnknownDeal).await;
}

#[tokio::test]
async fn a_kind_of_a_newer_version_is_kept_from_a_party_and_refused_from_anybody_else() {
    #[derive(minicbor::Encode)]
    #[cbor(map)]
    struct Newer {
        #[n(0)]
        header: Header,
        #[n(1)]
        news: u32,
    }
    let (cast, mallory) = scene(86).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let bid = world.newest(bo, deal, Kind::Bid).await.document.id();
    let newer = |world: &World, by: Actor, place| {
        let header = header(world, deal, (by, anna), place);
        let payload = minicbor::to_vec(Newer { header, news: 7 }).unwrap();
        seal(world.identity(by), "hologram", payload)
    };
    let bytes = newer(&world, mallory, (1, None));
    is_refused(&mut world, mallory, anna, &bytes, Reason::NotInvited).await;
    let bytes = newer(&world, bo, (2, Some(bid)));
    let answer = world.hand(bo, anna, &bytes).await;
    assert_eq!(receipt(&answer).deal, deal);
    assert_eq!(world.inbox(anna).await.last().unwrap(), "unknown_arrived");
    assert_eq!(world.phase(anna, deal, bo).await, Phase::BidStanding);
    let again = world.hand(bo, anna, &bytes).await;
    assert_eq!(again, answer);
}

#[tokio::test]
async fn two_documents_at_one_place_of_a_chain_are_equivocation() {
    let (cast, _) = scene(87).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let bid = world.newest(bo, deal, Kind::Bid).await.document.id();
    let place = header(&world, deal, (bo, anna), (2, Some(bid)));
    let yes = chat(&world, bo, place.clone(), "Yes.");
    let no = chat(&world, bo, place, "No.");
    let answer = world.hand(bo, anna, yes.bytes()).await;
    assert_eq!(receipt(&answer).document, yes.id());
    is_refused(&mut world, bo, anna, no.bytes(), Reason::BadChain).await;

    world.section("the next document continues the one that was refused");
    let place = header(&world, deal, (bo, anna), (3, Some(no.id())));
    let more = chat(&world, bo, place, "As I said.");
    is_refused(&mut world, bo, anna, more.bytes(), Reason::BadChain).await;

    world.section("both of two that wait for an earlier one");
    let missing = header(&world, deal, (bo, anna), (3, Some(yes.id())));
    let missing = chat(&world, bo, missing, "First");
    let place = header(&world, deal, (bo, anna), (4, Some(missing.id())));
    for text in ["Left", "Right"] {
        let early = chat(&world, bo, place.clone(), text);
        is_refused(&mut world, bo, anna, early.bytes(), Reason::OutOfOrder).await;
    }
    let answer = world.hand(bo, anna, missing.bytes()).await;
    assert_eq!(receipt(&answer).document, missing.id());
    let chats = world
        .inbox(anna)
        .await
        .into_iter()
        .filter(|kind| kind == "chat_arrived");
    assert_eq!(chats.count(), 3, "one of the two is taken");
    let right = chat(&world, bo, place, "Right");
    is_refused(&mut world, bo, anna, right.bytes(), Reason::BadChain).await;
}

#[tokio::test]
async fn an_order_that_rewrites_the_bid_is_refused_and_binds_nobody() {
    let (cast, _) = scene(88).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    world.orders(anna, deal, bo, &[]).await.unwrap();
    let order = world.newest(anna, deal, Kind::Order).await.document;
    let opener_trade::Opened::Order(honest) = &*order else {
        panic!("an order")
    };
    let cheaper = {
        let mut lines = honest.body.lines.clone().into_vec();
        for line in &mut lines {
            line.price.price = "0.01".parse().unwrap();
            line.amount = line
                .price
                .amount_of(&line.quantity, line.amount.currency())
                .unwrap();
        }
        let total = opener_trade::Money::sum(
            honest.body.total.currency(),
            lines.iter().map(|line| line.amount),
        );
        Order {
            lines: opener_trade::List::try_from(lines).unwrap(),
            total: total.unwrap(),
            ..honest.body.clone()
        }
    };
    let forged = forge(&world, anna, honest.header.clone(), cheaper);
    let answer = world.hand(anna, bo, forged.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotAllowed));
    assert_eq!(world.phase(bo, deal, bo).await, Phase::BidStanding);
    assert_eq!(world.inbox(bo).await, ["request_arrived"]);

    world.section("the other side answers an order that nobody placed");
    let last = world.newest(bo, deal, Kind::Bid).await.document.id();
    let place = header(&world, deal, (bo, anna), (2, Some(last)));
    let unasked = OrderResponse::accept(last, &honest.body);
    let unasked = forge(&world, bo, place, unasked);
    let answer = world.hand(bo, anna, unasked.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::Stale));
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Ordered);
}

#[tokio::test]
async fn a_flood_is_slowed_down() {
    const BURST: usize = 100;
    let (cast, mallory) = scene(89).await;
    let Cast {
        mut world,
        anna,
        cleo,
        deal,
        ..
    } = cast;
    world.run_for(minutes(10)).await;
    let flood = chain(&world, deal, (mallory, anna), 1);
    for _ in 0..BURST {
        let answer = world.hand(mallory, anna, flood[0].bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::NotInvited));
    }
    is_refused(
        &mut world,
        mallory,
        anna,
        flood[0].bytes(),
        Reason::RateLimited,
    )
    .await;
    let hers = chain(&world, deal, (cleo, anna), 1);
    let answer = world.hand(cleo, anna, hers[0].bytes()).await;
    assert_eq!(receipt(&answer).deal, deal, "Cleo does not suffer for it");
    world.run_for(Duration::from_secs(1)).await;
    for allowed in [true, true, true, true, true, false] {
        let answer = world.hand(mallory, anna, flood[0].bytes()).await;
        assert_eq!(failure(&answer) == Some(Reason::NotInvited), allowed);
    }
}

#[tokio::test]
async fn documents_that_wait_for_an_earlier_one_are_bounded() {
    const PARKED: u64 = 64;
    let (cast, _) = scene(90).await;
    let Cast {
        mut world,
        anna,
        cleo,
        deal,
        ..
    } = cast;
    let documents = chain(&world, deal, (cleo, anna), PARKED + 2);
    for document in &documents[1..] {
        let answer = world.hand(cleo, anna, document.bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::OutOfOrder));
    }
    let answer = world.hand(cleo, anna, documents[0].bytes()).await;
    assert_eq!(receipt(&answer).document, documents[0].id());
    let taken =
        |state: opener_negotiation::dialogue::State| state.chain(Role::Seller).next_seq() - 1;
    let state = world.dialogue(anna, deal, cleo).await;
    assert_eq!(taken(state), PARKED + 1, "64 waited, one more did not");
    let last = documents.last().unwrap();
    let answer = world.hand(cleo, anna, last.bytes()).await;
    assert_eq!(receipt(&answer).document, last.id());
}

#[tokio::test]
async fn a_blocked_contact_gets_nothing_in() {
    let (cast, mallory) = scene(91).await;
    let Cast {
        mut world,
        anna,
        bo,
        ..
    } = cast;
    let id = world.id(mallory);
    world.section("Bo blocks Mallory, who then sends him a request");
    block(&mut world, bo, id, true).await;
    let before = world.everything(bo).await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(mallory, rfp.clone(), &[bo]).await.unwrap();
    world.settle().await;
    assert_eq!(world.everything(bo).await, before);
    let row = world.deliveries(mallory, deal, bo).await.remove(0);
    assert_eq!(
        (row.state, row.reason),
        (DeliveryState::Refused, Some(Reason::Blocked))
    );
    world.section("Bo lets her in again");
    block(&mut world, bo, id, false).await;
    let deal = world.sends(mallory, rfp, &[bo]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Delivered);
    assert!(world.deals(anna).await.len() == 1);
}

async fn block(world: &mut World, who: Actor, whom: opener_trade::PeerId, blocked: bool) {
    let done = world.act(who, "changes who may write", async |engine, now| {
        engine.block(now, whom, blocked).await
    });
    done.await.unwrap();
}

#[tokio::test]
async fn who_is_blocked_for_a_while_can_go_on_afterwards() {
    let mut cast = Cast::new(92).await;
    cast.bid(cast.bo, "0.14", |_| {}).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let id = world.id(anna);
    block(&mut world, bo, id, true).await;
    world.writes(anna, deal, Some(bo), "Hello?").await.unwrap();
    world.settle().await;
    assert!(
        world
            .inbox(anna)
            .await
            .contains(&"document_refused".to_owned())
    );
    assert_eq!(world.inbox(bo).await, ["request_arrived"]);
    block(&mut world, bo, id, false).await;
    world
        .writes(anna, deal, Some(bo), "Hello again!")
        .await
        .unwrap();
    world.orders(anna, deal, bo, &[]).await.unwrap();
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Concluded);
    }
    assert!(world.inbox(bo).await.contains(&"chat_arrived".to_owned()));
}

#[tokio::test]
async fn a_request_to_somebody_who_does_not_sell_is_refused() {
    let (cast, mallory) = scene(93).await;
    let Cast {
        mut world, anna, ..
    } = cast;
    let before = world.everything(anna).await;
    let rfp = papers::rfp(world.now());
    let deal = world.sends(mallory, rfp, &[anna]).await.unwrap();
    world.settle().await;
    assert_eq!(world.everything(anna).await, before);
    let row = world.deliveries(mallory, deal, anna).await.remove(0);
    assert_eq!(
        (row.state, row.reason),
        (DeliveryState::Refused, Some(Reason::NotAllowed))
    );
    world.run_for(papers::DEADLINE).await;
    world.run_for(minutes(1)).await;
    assert_eq!(
        world.phase(mallory, deal, anna).await,
        Phase::LapsedUndelivered
    );
}

#[tokio::test]
async fn nobody_invites_themselves() {
    let (cast, mallory) = scene(94).await;
    let Cast { mut world, .. } = cast;
    let before = world.everything(mallory).await;
    let rfp = papers::rfp(world.now());
    let refused = world.sends(mallory, rfp, &[mallory]).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::NotAllowed));
    assert_eq!(world.everything(mallory).await, before);
}

#[tokio::test]
async fn an_invited_seller_cannot_begin_the_buyers_deal_elsewhere_first() {
    let mut world = World::new(97);
    let (anna, bo, mallory) = people(&mut world, Disk::Memory).await;
    world.section("Anna asks Bo and Mallory; Bo cannot be reached yet");
    world.network().cut(anna, bo);
    let rfp = papers::rfp(world.now());
    let deal = world.sends(anna, rfp, &[bo, mallory]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(mallory, deal, mallory).await, Phase::Delivered);

    world.section("Mallory sends Bo a request of her own under Anna's deal");
    let place = Header {
        to: None,
        ..header(&world, deal, (mallory, bo), (1, None))
    };
    let own = forge(&world, mallory, place, papers::rfp(world.now()));
    is_refused(&mut world, mallory, bo, own.bytes(), Reason::NotAllowed).await;
    assert!(world.deals(bo).await.is_empty());

    world.section("Anna's own request reaches him all the same");
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Delivered);
    assert_eq!(world.deal(bo, deal).await.rfp.signer(), world.id(anna));
}

#[tokio::test]
async fn a_person_without_a_profile_sends_nothing() {
    let store = std::sync::Arc::new(opener_peer::Store::in_memory().await.unwrap());
    let identity = opener_trade::Identity::from_seed([5; 32]);
    let folder = tempfile::tempdir().unwrap();
    let files = opener_peer::Blobs::open(folder.path(), 0).unwrap();
    let mut engine = opener_peer::Engine::open(store, files.into(), identity.into())
        .await
        .unwrap();
    let now = World::new(95).now();
    let deal = opener_trade::DealId::from_bytes([5; 16]);
    let sent = engine.send_rfp(now, deal, papers::rfp(now), &[]).await;
    assert!(matches!(sent, Err(PeerError::NoProfile)));
}

#[tokio::test]
async fn a_read_receipt_for_what_was_never_sent_is_refused() {
    let (cast, mallory) = scene(96).await;
    let Cast {
        mut world,
        anna,
        bo,
        deal,
        ..
    } = cast;
    let rfp = world.deal(anna, deal).await.rfp.id();
    let receipt = |world: &World, by: Actor, to: Actor, document, stage| {
        let receipt = Receipt {
            document,
            deal,
            from: world.id(by),
            to: world.id(to),
            stage,
            at: world.now(),
        };
        sign(world.identity(by), receipt).unwrap().bytes().clone()
    };
    let bid = world.newest(bo, deal, Kind::Bid).await.document.id();
    for (by, document, stage) in [
        (mallory, rfp, Stage::Read),
        (mallory, rfp, Stage::Received),
        (bo, bid, Stage::Read),
        (bo, rfp, Stage::Received),
    ] {
        let bytes = receipt(&world, by, anna, document, stage);
        is_refused(&mut world, by, anna, &bytes, Reason::NotAllowed).await;
    }
    let for_another = receipt(&world, bo, mallory, rfp, Stage::Read);
    is_refused(&mut world, bo, anna, &for_another, Reason::NotAllowed).await;
}
