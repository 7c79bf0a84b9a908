//! What falls into one millisecond has an order, and whoever reads the export sees it.

use opener_api::transcript::{Bundle, verify};
use opener_peer::Engine;
use opener_sim::papers::text;
use opener_trade::{
    DocumentId, Kind, Number, PeerText,
    document::{Change, Commitment, Counter, Price},
};

use crate::cast::{Cast, hours};

/// What Anna does in one millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Bo's better bid arrives.
    Takes,
    /// She revises the request.
    Announces,
    /// She makes Bo a counter-offer.
    Says,
}

/// Bo's bid stands, and a better one may be on its way to Anna.
async fn bidding(seed: u64, again: bool) -> (Cast, Vec<u8>) {
    let mut cast = Cast::new(seed).await;
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let revocable = |bid: &mut opener_trade::document::Bid| bid.commitment = Commitment::Revocable;
    cast.bid(bo, "0.14", revocable).await;
    if !again {
        return (cast, Vec::new());
    }
    cast.world.network().cut(anna, bo);
    let mut better = cast.draft(bo, "0.13").await;
    revocable(&mut better);
    cast.world.bids(bo, deal, better).await.unwrap();
    let bid = cast.world.newest(bo, deal, Kind::Bid).await.document;
    (cast, bid.bytes().to_vec())
}

fn cheaper(cast: &Cast) -> Counter {
    let change = Change::Line {
        line: 1,
        price: Some(Price {
            price: "0.12".parse().unwrap(),
            base_quantity: Number::ONE,
        }),
        quantity: None,
        lead_time_days: None,
    };
    Counter {
        offer: DocumentId::from_bytes([0; 32]),
        round: 1,
        changes: vec![change].try_into().unwrap(),
        valid_until: cast.world.now().plus(hours(1)),
        commitment: Commitment::Revocable,
        remark: PeerText::default(),
    }
}

async fn does(cast: &mut Cast, act: Act, on_its_way: &[u8]) -> Kind {
    let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
    let seller = cast.world.id(bo);
    match act {
        Act::Takes => {
            cast.world.hand(bo, anna, on_its_way).await;
            Kind::Bid
        }
        Act::Announces => {
            let mut rfp = cast.world.deal(anna, deal).await.rfp.body.clone();
            rfp.payment = Some(text("60 days net"));
            let act = async |engine: &mut Engine, now| engine.revise_rfp(now, deal, rfp).await;
            cast.world.act(anna, "revises", act).await.unwrap();
            Kind::Rfp
        }
        Act::Says => {
            let counter = cheaper(cast);
            let act = async |engine: &mut Engine, now| {
                engine.counter(now, deal, Some(seller), counter).await
            };
            cast.world.act(anna, "counters", act).await.unwrap();
            Kind::Counter
        }
    }
}

#[tokio::test]
async fn what_falls_into_one_millisecond_has_an_order_in_the_export() {
    let (takes, announces, says) = (Act::Takes, Act::Announces, Act::Says);
    for (first, then, apart) in [
        (takes, announces, 0),
        (takes, says, 0),
        (says, takes, 1),
        (says, announces, 1),
    ] {
        let again = [first, then].contains(&takes);
        let (mut cast, on_its_way) = bidding(91, again).await;
        let (anna, bo, deal) = (cast.anna, cast.bo, cast.deal);
        cast.world
            .section(&format!("Anna {first:?}, then {then:?}"));
        let mut moments = Vec::new();
        for act in [first, then] {
            let kind = does(&mut cast, act, &on_its_way).await;
            moments.push(cast.world.newest(anna, deal, kind).await.at);
        }
        assert_eq!(moments[1].since(moments[0]).millis(), apart);
        cast.world.network().mend(anna, bo);
        cast.world.settle().await;
        for actor in [anna, bo] {
            let screen = cast.world.deal(actor, deal).await;
            let records = cast.world.records(actor, deal).await;
            let seller = Some(cast.world.id(bo));
            let bundle = Bundle::new(&screen, seller, &records, cast.world.clock(actor));
            let verdict = verify(&serde_json::to_vec(&bundle).unwrap());
            assert!(verdict.ok, "{first:?}, {then:?}: {verdict:#?}");
        }
    }
}
