//! Between request and order: questions, a revision, counter-offers, more time and a hold.

use opener_negotiation::dialogue::{Command, Phase};
use opener_trade::{
    DocumentId, PeerText,
    document::{Answer, Change, Commitment, Counter, ExtendGrant, Hold, Price, Question},
};

use crate::cast::{Cast, hours, minutes};

fn text<const MAX: usize>(words: &str) -> PeerText<MAX> {
    words.parse().unwrap()
}

#[tokio::test]
async fn a_question_is_answered_to_everybody_and_the_request_revised() {
    let mut cast = Cast::new(71).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.bid(bo, "0.14", |_| {}).await;
    let rfp = cast.world.deal(anna, deal).await.rfp;

    cast.world.section("Cleo asks, and Anna answers everybody");
    let question = Question {
        rfp: rfp.id(),
        line: None,
        text: text("Zinc or steel?"),
    };
    let ask = Command::Ask(question);
    cast.world.says(cleo, deal, None, ask).await.unwrap();
    cast.world.settle().await;
    let inbox = cast.world.inbox(anna).await;
    assert!(inbox.contains(&"question_arrived".to_owned()), "{inbox:?}");
    let answer = Answer {
        rfp: DocumentId::from_bytes([0; 32]),
        line: None,
        question: text("Zinc or steel?"),
        text: text("Steel."),
    };
    let answers = async |engine: &mut opener_peer::Engine, now| {
        engine
            .answer_everybody(now, deal, answer.clone(), None)
            .await
    };
    cast.world.act(anna, "answers", answers).await.unwrap();
    cast.world.settle().await;
    for seller in [bo, cleo] {
        let state = cast.world.dialogue(seller, deal, seller).await;
        assert_eq!(state.answers().count(), 1);
        let inbox = cast.world.inbox(seller).await;
        assert!(inbox.contains(&"answer_arrived".to_owned()), "{inbox:?}");
    }

    cast.world
        .section("Anna revises the request, and Bo confirms his bid");
    let mut body = rfp.body.clone();
    body.description = text("Steel, all of it.");
    body.schedule.bid_deadline = body.schedule.bid_deadline.plus(hours(72));
    body.schedule.award_by = body.schedule.award_by.plus(hours(72));
    let revises = async |engine: &mut opener_peer::Engine, now| {
        engine.revise_rfp(now, deal, body.clone()).await
    };
    let revised = cast.world.act(anna, "revises", revises).await.unwrap();
    cast.world.settle().await;
    assert_eq!(revised.body.revision, 2);
    for actor in [anna, bo] {
        assert_eq!(
            cast.world.phase(actor, deal, bo).await,
            Phase::NeedsReconfirm
        );
    }
    assert!(cast.world.orders(anna, deal, bo, &[]).await.is_err());
    let confirmed = cast.bid(bo, "0.15", |bid| bid.revision = 2).await;
    for actor in [anna, bo] {
        let state = cast.world.dialogue(actor, deal, bo).await;
        assert_eq!(state.standing.unwrap().id(), confirmed);
    }

    cast.world
        .section("everybody's program is started again, and knows all of it");
    for actor in [anna, bo, cleo] {
        cast.world.restart(actor).await;
    }
    cast.world.orders(anna, deal, bo, &[]).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(cast.world.phase(actor, deal, bo).await, Phase::Concluded);
    }
}

#[tokio::test]
async fn a_counter_offer_is_accepted_extended_held_and_ordered() {
    let mut cast = Cast::new(72).await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    cast.bid(bo, "0.14", |_| {}).await;
    cast.bid(cleo, "0.15", |_| {}).await;

    cast.world.section("Anna offers less, and Bo takes it");
    let standing = cast.world.dialogue(anna, deal, bo).await.standing.unwrap();
    let line = standing.bid().lines[0].clone();
    let price = Price {
        price: "0.12".parse().unwrap(),
        ..line.price
    };
    let counter = Counter {
        offer: DocumentId::from_bytes([0; 32]),
        round: 1,
        changes: vec![Change::Line {
            line: line.line,
            price: Some(price),
            quantity: None,
            lead_time_days: None,
        }]
        .try_into()
        .unwrap(),
        valid_until: cast.world.now().plus(hours(1)),
        commitment: Commitment::Revocable,
        remark: PeerText::default(),
    };
    let to = cast.world.id(bo);
    let offers = async |engine: &mut opener_peer::Engine, now| {
        engine.counter(now, deal, Some(to), counter.clone()).await
    };
    let offered = cast.world.act(anna, "counters", offers).await.unwrap();
    cast.world.settle().await;
    assert_eq!(
        cast.world.phase(bo, deal, bo).await,
        Phase::CounteredByBuyer
    );
    let accepts = Command::AcceptCounter;
    cast.world.says(bo, deal, None, accepts).await.unwrap();
    cast.world.settle().await;

    cast.world
        .section("Bo keeps it open longer, and Anna holds for him");
    let longer = standing.bid().valid_until.plus(hours(1));
    let grant = Command::GrantExtension(ExtendGrant {
        offer: offered,
        until: longer,
        firm_until: None,
    });
    cast.world.says(bo, deal, None, grant).await.unwrap();
    let hold = |until| {
        let remark = PeerText::default();
        Command::Hold(Hold { until, remark })
    };
    let until = cast.world.now().plus(minutes(30));
    let holds = hold(until);
    cast.world.says(anna, deal, Some(bo), holds).await.unwrap();
    cast.world.settle().await;
    assert!(cast.world.orders(anna, deal, cleo, &[]).await.is_err());
    let twice = cast.world.says(anna, deal, Some(cleo), hold(until)).await;
    assert!(twice.is_err());

    cast.world
        .section("after a restart Anna orders what was agreed");
    for actor in [anna, bo] {
        cast.world.restart(actor).await;
    }
    assert!(cast.world.orders(anna, deal, cleo, &[]).await.is_err());
    cast.world.orders(anna, deal, bo, &[]).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        let state = cast.world.dialogue(actor, deal, bo).await;
        assert_eq!(state.phase, Phase::Concluded);
        let standing = state.standing.unwrap();
        assert_eq!(standing.id(), offered);
        assert_eq!(standing.bid().valid_until, longer);
        assert_eq!(state.order.unwrap().order().lines[0].price, price);
    }
    cast.world.signs(anna, deal, Some(bo)).await.unwrap();
    cast.world.settle().await;
    cast.world.signs(bo, deal, None).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(cast.world.phase(actor, deal, bo).await, Phase::Reported);
    }
}
