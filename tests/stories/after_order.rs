//! After the order: changed or cancelled by both, released by a seller that heard nothing; and never awarded twice.

use opener_decision::{Edits, Holding, LineEdit, LinePart, change_of};
use opener_negotiation::{
    dialogue::{Command, Phase},
    request,
};
use opener_peer::OrderPart;
use opener_sim::{Actor, Leg, World, papers};
use opener_trade::{
    DealId, DocumentId, Kind, Number, PeerText, Reason,
    document::{
        AmendmentRefuse, Commitment, OrderCancel, OrderChange, Release, ResponseLine,
        ResponseStatus,
    },
};

use crate::{
    cast::{Cast, failure, hours, minutes},
    mallory,
};

/// Somebody orders so much of these lines.
async fn orders_lines(
    world: &mut World,
    buyer: Actor,
    deal: DealId,
    seller: Actor,
    lines: &[(u32, &str)],
) -> Result<DocumentId, opener_sim::Halt> {
    let part = OrderPart {
        lots: Vec::new(),
        lines: lines
            .iter()
            .map(|(line, quantity)| LinePart {
                line: *line,
                quantity: Some(quantity.parse().unwrap()),
            })
            .collect(),
        answer_within: hours(1),
    };
    let seller = world.id(seller);
    world
        .act(buyer, "orders a part", async |engine, now| {
            engine.order(now, deal, seller, &part).await
        })
        .await
}

/// The change that makes this line so much.
async fn change(
    world: &World,
    actor: Actor,
    deal: DealId,
    seller: Actor,
    line: u32,
    quantity: &str,
) -> OrderChange {
    let state = world.dialogue(actor, deal, seller).await;
    let placed = state.order.as_ref().unwrap();
    let lines = [LineEdit {
        line,
        quantity: Some(quantity.parse().unwrap()),
        price: None,
    }];
    let holding = Holding {
        order_id: placed.document.id(),
        order: placed.agreed_order(),
        confirmed: None,
    };
    let edits = Edits {
        lines: &lines,
        ..Edits::default()
    };
    change_of(&state.rfp.body, holding, edits).unwrap()
}

/// Somebody proposes so much of this line instead, for two hours.
async fn proposes(
    world: &mut World,
    (actor, seller): (Actor, Actor),
    deal: DealId,
    line: u32,
    quantity: &str,
) -> Result<DocumentId, opener_sim::Halt> {
    let body = change(world, actor, deal, seller, line, quantity).await;
    let until = world.clock(actor).plus(hours(2));
    let to = (actor != seller).then_some(seller);
    let command = Command::ChangeOrder(Box::new(body), until);
    world.says(actor, deal, to, command).await
}

async fn proposes_to_cancel(
    world: &mut World,
    (actor, seller): (Actor, Actor),
    deal: DealId,
) -> Result<DocumentId, opener_sim::Halt> {
    let state = world.dialogue(actor, deal, seller).await;
    let body = OrderCancel {
        order: state.order.unwrap().document.id(),
        reason: PeerText::default(),
    };
    let until = world.clock(actor).plus(hours(2));
    let to = (actor != seller).then_some(seller);
    world
        .says(actor, deal, to, Command::CancelOrder(body, until))
        .await
}

async fn agrees(world: &mut World, (actor, seller): (Actor, Actor), deal: DealId) {
    let to = (actor != seller).then_some(seller);
    let done = world.says(actor, deal, to, Command::AcceptAmendment).await;
    done.unwrap();
}

/// How much of a line is ordered in this dialogue, as an actor sees it.
async fn ordered(world: &World, actor: Actor, deal: DealId, seller: Actor, line: u32) -> String {
    let state = world.dialogue(actor, deal, seller).await;
    let placed = state.order.unwrap();
    let lines = placed.agreed_order().lines.iter();
    let found = lines.clone().find(|ordered| ordered.line == line);
    found.map_or("0".to_owned(), |line| line.quantity.value.to_string())
}

/// What is reserved or awarded of a line.
async fn taken(world: &World, buyer: Actor, deal: DealId, line: u32) -> String {
    let request = world.deal(buyer, deal).await.request.unwrap();
    Number::from(request.taken(line)).to_string()
}

async fn signed_by_both(world: &mut World, buyer: Actor, deal: DealId, seller: Actor) {
    world.signs(buyer, deal, Some(seller)).await.unwrap();
    world.settle().await;
    world.signs(seller, deal, None).await.unwrap();
    world.settle().await;
    for actor in [buyer, seller] {
        assert_eq!(world.phase(actor, deal, seller).await, Phase::Reported);
    }
}

/// Anna has ordered everything from Bo, and Cleo's bid stands no more.
async fn concluded(seed: u64) -> Cast {
    let mut cast = Cast::new(seed).await;
    cast.bid(cast.bo, "0.12", |_| {}).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.orders(anna, deal, bo, &[]).await.unwrap();
    cast.world.settle().await;
    assert_eq!(cast.world.phase(bo, deal, bo).await, Phase::Concluded);
    cast
}

#[tokio::test]
async fn one_line_is_split_over_two_sellers_and_what_a_change_frees_goes_to_the_other() {
    let mut cast = Cast::new(171).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.bid(bo, "0.12", |_| {}).await;
    cast.bid(cleo, "0.13", |_| {}).await;
    let world = &mut cast.world;

    world.section("Anna orders 700 bolts and all washers from Bo, and 300 bolts from Cleo");
    let bos = [(1, "700"), (2, "400")];
    orders_lines(world, anna, deal, bo, &bos).await.unwrap();
    let more = orders_lines(world, anna, deal, cleo, &[(1, "301")]).await;
    assert_eq!(more.unwrap_err().reason(), Some(Reason::QuantityExceeded));
    world.settle().await;
    assert_eq!(
        world.phase(bo, deal, bo).await,
        Phase::Ordered,
        "a part needs an answer"
    );
    world.accepts(bo, deal).await.unwrap();
    world.settle().await;

    world.section("both change it to 600, and Anna orders 400 from Cleo");
    proposes(world, (anna, bo), deal, 1, "600").await.unwrap();
    let open = orders_lines(world, anna, deal, cleo, &[(1, "400")]).await;
    assert_eq!(open.unwrap_err().reason(), Some(Reason::QuantityExceeded));
    world.settle().await;
    agrees(world, (bo, bo), deal).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(ordered(world, actor, deal, bo, 1).await, "600");
        let inbox = world.inbox(actor).await;
        let told = inbox.iter().filter(|kind| *kind == "order_amended");
        assert_eq!(told.count(), 1);
    }
    let cleos = [(1, "400")];
    orders_lines(world, anna, deal, cleo, &cleos).await.unwrap();
    world.settle().await;

    world.section("with Cleo's order open, Bo's is not raised again");
    let raise = proposes(world, (anna, bo), deal, 1, "700").await;
    assert_eq!(raise.unwrap_err().reason(), Some(Reason::QuantityExceeded));
    proposes(world, (bo, bo), deal, 1, "700").await.unwrap();
    world.settle().await;
    let seller = Some(bo);
    let raised = world.says(anna, deal, seller, Command::AcceptAmendment);
    assert_eq!(
        raised.await.unwrap_err().reason(),
        Some(Reason::QuantityExceeded)
    );
    let state = world.dialogue(anna, deal, bo).await;
    let refuse = Command::RefuseAmendment(AmendmentRefuse {
        proposal: state.proposal.unwrap().document.id(),
        reason: PeerText::default(),
    });
    world.says(anna, deal, seller, refuse).await.unwrap();
    world.accepts(cleo, deal).await.unwrap();
    world.settle().await;
    assert_eq!(taken(world, anna, deal, 1).await, "1000");
    let request = world.deal(anna, deal).await.request.unwrap();
    assert_eq!(request.phase, request::Phase::Awarded);

    world.section(
        "everybody's program is started again, and the final terms are of what was agreed",
    );
    for actor in [anna, bo, cleo] {
        world.restart(actor).await;
    }
    for (seller, bolts) in [(bo, "600"), (cleo, "400")] {
        signed_by_both(world, anna, deal, seller).await;
        let state = world.dialogue(anna, deal, seller).await;
        let terms = state.terms.by_seller.unwrap();
        assert_eq!(terms.lines[0].quantity.value.to_string(), bolts);
    }
}

#[tokio::test]
async fn an_order_that_both_cancel_is_placed_elsewhere() {
    let mut cast = Cast::new(172).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.bid(bo, "0.12", |_| {}).await;
    cast.bid(cleo, "0.13", |_| {}).await;
    let world = &mut cast.world;
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);

    world.section("Bo cannot deliver; as long as Anna has not agreed, his order stands");
    proposes_to_cancel(world, (bo, bo), deal).await.unwrap();
    world.settle().await;
    let twice = world.orders(anna, deal, cleo, &[1]).await.unwrap_err();
    assert_eq!(twice.reason(), Some(Reason::AlreadyAwarded));
    world.network().cut(anna, bo);
    agrees(world, (anna, bo), deal).await;
    let sure = world.orders(anna, deal, cleo, &[1]).await.unwrap_err();
    assert_eq!(
        sure.reason(),
        Some(Reason::AlreadyAwarded),
        "not before Bo's receipt"
    );
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Cancelled);
    }
    world.orders(anna, deal, cleo, &[]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::Concluded);
    assert_eq!(taken(world, anna, deal, 1).await, "1000");
}

#[tokio::test]
async fn an_agreement_that_comes_too_late_changes_nothing_at_either_side() {
    let mut cast = concluded(173).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    proposes(world, (anna, bo), deal, 1, "900").await.unwrap();
    world.settle().await;
    world.network().cut(anna, bo);
    agrees(world, (bo, bo), deal).await;
    world.run_for(hours(3)).await;
    assert_eq!(ordered(world, bo, deal, bo, 1).await, "1000");
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(ordered(world, actor, deal, bo, 1).await, "1000");
        let state = world.dialogue(actor, deal, bo).await;
        assert!(state.proposal.is_none());
    }
    let inbox = world.inbox(anna).await;
    assert!(inbox.contains(&"amendment_expired".to_owned()), "{inbox:?}");
    signed_by_both(world, anna, deal, bo).await;
}

#[tokio::test]
async fn whatever_crosses_both_end_with_the_same_order() {
    for (seed, seller_cancels, buyer_takes_back) in [
        (174, false, false),
        (175, false, true),
        (176, true, false),
        (177, true, true),
    ] {
        let mut cast = concluded(seed).await;
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        let world = &mut cast.world;
        world.network().cut(anna, bo);
        let asked = proposes_to_cancel(world, (anna, bo), deal).await.unwrap();
        if buyer_takes_back {
            let back = Command::RefuseAmendment(AmendmentRefuse {
                proposal: asked,
                reason: PeerText::default(),
            });
            world.says(anna, deal, Some(bo), back).await.unwrap();
        }
        if seller_cancels {
            proposes_to_cancel(world, (bo, bo), deal).await.unwrap();
        } else {
            proposes(world, (bo, bo), deal, 1, "900").await.unwrap();
        }
        world.network().mend(anna, bo);
        world.meet(anna, bo).await;
        world.settle().await;
        let states = [
            world.dialogue(anna, deal, bo).await,
            world.dialogue(bo, deal, bo).await,
        ];
        let [buyer, seller] = states.map(|state| {
            let open = state.proposal.map(|open| open.document.id());
            let order = state.order.unwrap();
            (state.phase, open, order.cancelled)
        });
        assert_eq!(buyer, seller);
        let both_cancel = seller_cancels && !buyer_takes_back;
        assert_eq!(buyer.0 == Phase::Cancelled, both_cancel);
        let stands = (!seller_cancels && !buyer_takes_back).then_some(asked);
        assert_eq!(
            buyer.1, stands,
            "the buyer's stands, if it is not taken back"
        );
    }
}

/// Anna has committed Bo's acceptance, and no answer of hers to it has reached Bo.
async fn unheard(seed: u64) -> Cast {
    let mut cast = Cast::new(seed).await;
    cast.bid(cast.bo, "0.12", |_| {}).await;
    cast.bid(cast.cleo, "0.13", |_| {}).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.world.orders(anna, deal, bo, &[1]).await.unwrap();
    cast.world.tamper(move |letter| {
        let lost = letter.leg == Leg::Answer && letter.to == bo;
        (!lost).then(|| letter.bytes.clone())
    });
    cast.world.run_for(minutes(1)).await;
    assert_eq!(cast.world.phase(anna, deal, bo).await, Phase::Concluded);
    assert_eq!(cast.world.phase(bo, deal, bo).await, Phase::Answered);
    cast
}

#[tokio::test]
async fn a_seller_that_heard_nothing_releases_and_the_buyer_orders_elsewhere() {
    let mut cast = unheard(178).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    let world = &mut cast.world;
    world.network().cut(anna, bo);
    let release = || Command::Release(PeerText::default());
    let early = world.says(bo, deal, None, release()).await.unwrap_err();
    assert_eq!(early.reason(), Some(Reason::NotAllowed));

    world.section("a day passes without a word, and Bo's program says that he may release");
    world.run_for(hours(26)).await;
    let inbox = world.inbox(bo).await;
    assert!(inbox.contains(&"release_possible".to_owned()), "{inbox:?}");
    world.says(bo, deal, None, release()).await.unwrap();
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Released);
    let twice = world.orders(anna, deal, cleo, &[1]).await.unwrap_err();
    assert_eq!(twice.reason(), Some(Reason::AlreadyAwarded));

    world.section("the line is mended, and the receipt that was lost comes too");
    world.trust();
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Released);
    }
    let inbox = world.inbox(anna).await;
    let told = inbox.iter().filter(|kind| *kind == "order_released");
    assert_eq!(told.count(), 1, "{inbox:?}");
    world.orders(anna, deal, cleo, &[1]).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(cleo, deal, cleo).await, Phase::Concluded);
    assert_eq!(taken(world, anna, deal, 1).await, "1000");
    for actor in [anna, bo] {
        world.restart(actor).await;
        assert_eq!(world.phase(actor, deal, bo).await, Phase::Released);
    }
}

#[tokio::test]
async fn a_buyer_whose_order_lapsed_stays_with_that_whatever_is_released() {
    let mut cast = Cast::new(179).await;
    cast.bid(cast.bo, "0.12", |_| {}).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    // Bo has the order, and nothing of Bo's reaches Anna.
    world.tamper(move |letter| (letter.from != bo).then(|| letter.bytes.clone()));
    world.run_for(minutes(1)).await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Answered);
    world.network().cut(anna, bo);
    world.trust();
    world.run_for(hours(26)).await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::LapsedUnanswered);
    let release = Command::Release(PeerText::default());
    world.says(bo, deal, None, release).await.unwrap();
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(world.phase(actor, deal, bo).await, Phase::LapsedUnanswered);
    }
}

#[tokio::test]
async fn mallory_neither_releases_early_nor_agrees_to_what_was_not_proposed() {
    let mut cast = unheard(180).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    world.network().cut(anna, bo);
    let order = world.dialogue(anna, deal, bo).await.order.unwrap();
    let after = order.order().release_after;
    let place = async |world: &World| {
        let state = world.dialogue(anna, deal, bo).await;
        let chain = *state.chain(opener_negotiation::Role::Seller);
        (chain.next_seq(), chain.head())
    };
    let released = |world: &World, place, issued_at| {
        let header = mallory::header(world, deal, (bo, anna), place);
        let header = opener_trade::document::Header {
            issued_at,
            expires_at: after.plus(hours(48)),
            ..header
        };
        let body = Release {
            order: order.document.id(),
            reason: PeerText::default(),
        };
        mallory::forge(world, bo, header, body)
    };

    world.section("a release before its time, and one with a date that has not come");
    for issued_at in [world.now(), after] {
        let place = place(world).await;
        let word = released(world, place, issued_at);
        let answer = world.hand(bo, anna, word.bytes()).await;
        assert_eq!(failure(&answer), Some(Reason::NotAllowed));
        assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
    }

    world.section("an agreement to a dearer order than was proposed");
    let asked = proposes(world, (anna, bo), deal, 1, "900").await.unwrap();
    let (seq, previous) = place(world).await;
    let mut header = mallory::header(world, deal, (bo, anna), (seq, previous));
    header.answers = Some(asked);
    let mut body = change(world, anna, deal, bo, 1, "950").await;
    body.remark = "as you wished".parse().unwrap();
    let forged = mallory::forge(world, bo, header, body);
    let answer = world.hand(bo, anna, forged.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotAllowed));
    assert_eq!(ordered(world, anna, deal, bo, 1).await, "1000");

    world.section("a release after signing that the buyer's words have come");
    world.trust();
    world.network().mend(anna, bo);
    world.meet(anna, bo).await;
    world.settle().await;
    assert_eq!(world.phase(bo, deal, bo).await, Phase::Concluded);
    world.run_for(hours(26)).await;
    let place = place(world).await;
    let word = released(world, place, world.now());
    let answer = world.hand(bo, anna, word.bytes()).await;
    assert_eq!(failure(&answer), Some(Reason::NotAllowed));
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Concluded);
}

#[tokio::test]
async fn a_split_delivery_is_confirmed_reported_and_counted_once() {
    let mut cast = Cast::new(181).await;
    let indicative = Commitment::Indicative;
    cast.bid(cast.bo, "0.12", |bid| bid.commitment = indicative)
        .await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let world = &mut cast.world;
    world.orders(anna, deal, bo, &[1]).await.unwrap();
    world.settle().await;

    world.section("Bo delivers the bolts in two parts");
    let placed = world.dialogue(bo, deal, bo).await.order.unwrap();
    let accept = opener_trade::document::OrderResponse::accept;
    let mut response = accept(placed.document.id(), placed.order());
    let part = |quantity: &str, days: i64| ResponseLine {
        status: ResponseStatus::Changed,
        quantity: quantity.parse().unwrap(),
        window: Some(opener_trade::Period {
            from: world.now(),
            until: world.now().plus(hours(24 * days)),
        }),
        ..response.lines[0].clone()
    };
    let parts = vec![part("600", 7), part("400", 21)];
    response.lines = parts.clone().try_into().unwrap();
    let answer = Command::Respond(Box::new(response.clone()));
    world.says(bo, deal, None, answer).await.unwrap();
    world.settle().await;
    assert_eq!(world.phase(anna, deal, bo).await, Phase::Conditional);

    world.section("Anna takes both parts");
    let taken_as_is = parts.into_iter().map(|line| ResponseLine {
        status: ResponseStatus::Accepted,
        ..line
    });
    response.lines = taken_as_is.collect::<Vec<_>>().try_into().unwrap();
    let confirms = Command::Respond(Box::new(response));
    world.says(anna, deal, Some(bo), confirms).await.unwrap();
    world.settle().await;
    assert_eq!(taken(world, anna, deal, 1).await, "1000");
    signed_by_both(world, anna, deal, bo).await;
    let signed = world.newest(anna, deal, Kind::FinalTerms).await;
    assert_eq!(signed.void, None);
    let state = world.dialogue(anna, deal, bo).await;
    let terms = state.terms.by_buyer.unwrap();
    let quantities: Vec<String> = terms
        .lines
        .iter()
        .map(|line| line.quantity.value.to_string())
        .collect();
    assert_eq!(quantities, ["600", "400"]);
    assert_eq!(terms.total, Some(placed.order().total));
}

#[tokio::test]
async fn the_list_shows_what_needs_its_owner_first_and_of_that_the_soonest() {
    let mut cast = Cast::new(182).await;
    let (anna, bo) = (cast.anna, cast.bo);
    let asked = cast.deal;
    let world = &mut cast.world;
    let mut deals = Vec::new();
    for _ in 0..6 {
        let rfp = papers::rfp(world.now());
        deals.push(world.sends(anna, rfp, &[bo]).await.unwrap());
    }
    world.settle().await;
    let [ordered, proposed, agreed, concluded, standing, declined] = deals[..] else {
        panic!("six deals")
    };
    for deal in [ordered, proposed, agreed, concluded, standing] {
        let rfp = world.deal(bo, deal).await.rfp;
        let mut bid = papers::bid(&rfp, "Bo's bolts", "0.12");
        if deal == ordered {
            bid.commitment = Commitment::Indicative;
        }
        world.bids(bo, deal, bid).await.unwrap();
    }
    world.settle().await;
    for deal in [ordered, proposed, agreed, concluded] {
        world.orders(anna, deal, bo, &[]).await.unwrap();
    }
    world.settle().await;
    for deal in [proposed, agreed] {
        proposes(world, (anna, bo), deal, 1, "900").await.unwrap();
    }
    let reason = opener_trade::document::DeclineReason::NoStock;
    world.declines(bo, declined, reason).await.unwrap();
    world.settle().await;
    world.network().cut(anna, bo);
    agrees(world, (bo, bo), agreed).await;

    world.section("Bo answers an order in an hour, a proposal in two, a request in two days, and signs some time");
    let bos = [ordered, proposed, asked, concluded];
    assert_eq!(world.deals(bo).await[..4], bos);
    let waits: Vec<DealId> = world.deals(bo).await[4..].to_vec();
    for deal in [standing, agreed, declined] {
        assert!(waits.contains(&deal));
    }
    world.section("Anna chooses until the award, and signs some time");
    assert_eq!(world.deals(anna).await[..2], [standing, concluded]);

    world.section("after the deadline nobody bids, and after its time nobody answers");
    world.run_for(hours(49)).await;
    let mine = world.deals(bo).await;
    let place = |deal: DealId| mine.iter().position(|other| *other == deal).unwrap();
    assert!(place(concluded) < place(asked), "{mine:?}");
    assert!(place(proposed) < place(asked), "its terms may be signed");
    assert!(place(proposed) < place(agreed), "that waits for Anna");
}
