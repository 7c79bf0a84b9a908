//! What else a bid may be: something else than was asked, taken back, and questions that come too late.

use opener_negotiation::dialogue::{Command, Phase};
use opener_sim::{World, papers};
use opener_trade::{
    Category, DocumentId, Kind, Opened, Reason,
    document::{Commitment, LineOffer, Question, Terms},
    envelope::open_as,
};

use crate::cast::{Cast, failure, hours, minutes};

/// Bo offers screws in the place of bolts.
async fn offers_screws(cast: &mut Cast) -> Result<DocumentId, opener_sim::Halt> {
    let mut bid = cast.draft(cast.bo, "0.14").await;
    let mut lines = bid.lines.into_vec();
    lines[0].offer = LineOffer::Alternative;
    lines[0].description = papers::text("Screw M8×40");
    bid.lines = lines.try_into().unwrap();
    let sent = cast.world.bids(cast.bo, cast.deal, bid).await?;
    cast.world.settle().await;
    Ok(sent)
}

#[tokio::test]
async fn an_alternative_is_compared_ordered_and_signed_as_what_it_is() {
    let mut cast = Cast::asking(World::new(101), |rfp| {
        rfp.rules.alternatives = true;
        let mut lines = rfp.lines.clone().into_vec();
        let bolts = Category {
            scheme: papers::text("CPV"),
            version: None,
            code: papers::text("44531500-0"),
        };
        for line in &mut lines {
            line.categories = vec![bolts.clone()].try_into().unwrap();
        }
        rfp.lines = lines.try_into().unwrap();
    })
    .await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    offers_screws(&mut cast).await.unwrap();
    let state = cast.world.dialogue(anna, deal, bo).await;
    let standing = state.standing.unwrap();
    let found = opener_decision::deviations(&state.rfp.body, standing.bid());
    assert!(
        found
            .iter()
            .any(|it| it.point == opener_decision::Point::Alternative),
        "{found:?}"
    );
    cast.world.orders(anna, deal, bo, &[]).await.unwrap();
    cast.world.settle().await;
    cast.world.signs(anna, deal, Some(bo)).await.unwrap();
    cast.world.settle().await;
    cast.world.signs(bo, deal, None).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(cast.world.phase(actor, deal, bo).await, Phase::Reported);
    }
    let signed = cast
        .world
        .newest(anna, deal, Kind::FinalTerms)
        .await
        .document;
    let Opened::FinalTerms(signed) = &*signed else {
        panic!("final terms")
    };
    let terms = open_as::<Terms>(&signed.body.signed).unwrap();
    assert_eq!(terms.lines[0].category, None, "screws are no bolts");
    assert!(terms.lines[1].category.is_some());
}

#[tokio::test]
async fn an_alternative_that_nobody_asked_for_is_refused_by_both_programs() {
    let mut cast = Cast::new(102).await;
    let refused = offers_screws(&mut cast).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::NotAllowed));
    let phase = cast.world.phase(cast.anna, cast.deal, cast.bo).await;
    assert_eq!(phase, Phase::Delivered);
}

#[tokio::test]
async fn a_question_after_the_cut_off_is_refused_by_annas_clock() {
    let mut cast = Cast::asking(World::new(103), |rfp| {
        rfp.schedule.question_cutoff = Some(rfp.schedule.open.plus(hours(2)));
    })
    .await;
    let (anna, bo, cleo, deal) = (cast.anna, cast.bo, cast.cleo, cast.deal);
    // Bo's clock is ahead: by it the time has passed, by Anna's it has not.
    cast.world.set_clock(bo, minutes(10)).await;
    cast.world.run_for(minutes(115)).await;
    let rfp = cast.world.deal(bo, deal).await.rfp.id();
    let ask = || {
        Command::Ask(Question {
            rfp,
            line: Some(1),
            text: papers::text("Which thread?"),
        })
    };
    cast.world.says(bo, deal, None, ask()).await.unwrap();
    cast.world.settle().await;
    let asked = cast.world.dialogue(anna, deal, bo).await;
    assert_eq!(asked.questions().count(), 1);
    // Cleo's is behind: she learns from Anna that it is too late.
    cast.world.set_clock(cleo, minutes(-10)).await;
    cast.world.run_for(minutes(10)).await;
    cast.world.says(cleo, deal, None, ask()).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, cleo] {
        let state = cast.world.dialogue(actor, deal, cleo).await;
        assert_eq!(state.questions().count(), 0);
    }
    let told = cast.world.inbox(cleo).await;
    assert!(told.contains(&"document_refused".to_owned()), "{told:?}");
}

#[tokio::test]
async fn a_withdrawn_bid_is_gone_and_an_order_on_it_is_refused() {
    let mut cast = Cast::new(104).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    cast.bid(bo, "0.14", |bid| bid.commitment = Commitment::Revocable)
        .await;
    cast.world.withdraws(bo, deal).await.unwrap();
    cast.world.settle().await;
    for actor in [anna, bo] {
        assert_eq!(cast.world.phase(actor, deal, bo).await, Phase::Withdrawn);
    }
    let inbox = cast.world.inbox(anna).await;
    assert!(inbox.contains(&"bid_withdrawn".to_owned()), "{inbox:?}");
    cast.world.orders(anna, deal, bo, &[]).await.unwrap_err();
    let again = cast.draft(bo, "0.13").await;
    let again = cast.world.bids(bo, deal, again).await.unwrap_err();
    assert_eq!(again.reason(), Some(Reason::NotAllowed));
    let withdrawal = cast
        .world
        .newest(bo, deal, Kind::BidWithdraw)
        .await
        .document;
    let answer = cast.world.hand(bo, anna, withdrawal.bytes()).await;
    assert_eq!(failure(&answer), None, "the same receipt again");
}
