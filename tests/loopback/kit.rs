//! Peers and papers for the tests.

use std::{future::Future, time::Duration};

use opener_negotiation::dialogue::{Phase, State};
use opener_net::loopback_listen;
use opener_peer::{CallReach, Config, DealSnapshot, Event, Handle, KeyPlace, Profile, start};
use opener_trade::{
    Address, DealId, List, Money, Number, Timestamp,
    document::{
        Bid, BidLine, BidRules, Commitment, CommitmentKind, Criterion, Delivery, Direction,
        Disclosure, Line, LineOffer, Measure, Price, Rfp, Schedule, TaxBasis,
    },
};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// Nothing on loopback takes this long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Actor {
    pub handle: Handle,
    pub folder: TempDir,
    pub events: Receiver<Event>,
}

pub async fn directory(folder: &TempDir) -> opener_directory::Running {
    let mut config = opener_directory::Config::new(folder.path());
    config.listen = loopback_listen();
    opener_directory::serve(config).await.unwrap()
}

pub fn profile(name: &str, sells: bool) -> Profile {
    serde_json::from_value(json!({
        "name": name,
        "roles": { "buys": !sells, "sells": sells },
        "place": { "country": "KR", "locality": "인천", "latitude_e6": 37_456_300, "longitude_e6": 126_705_200 },
        "words": if sells { "철근 steel bars" } else { "" },
        "radius_km": 100,
    }))
    .unwrap()
}

pub async fn peer(name: &str, sells: bool, directories: &[Address]) -> Actor {
    let folder = tempfile::tempdir().unwrap();
    restart(folder, Some(profile(name, sells)), directories).await
}

pub async fn restart(folder: TempDir, profile: Option<Profile>, directories: &[Address]) -> Actor {
    let config = Config {
        data: folder.path().to_owned(),
        key: KeyPlace::Plain,
        listen: loopback_listen(),
        directories: directories.to_vec(),
        profile,
        calls: CallReach::Loopback,
    };
    let handle = start(config).await.unwrap();
    let events = handle.subscribe();
    Actor {
        handle,
        folder,
        events,
    }
}

impl Actor {
    /// Waits for events until a question is answered with something.
    pub async fn until<T, F: Future<Output = Option<T>>>(
        &mut self,
        what: &str,
        ask: impl Fn(Handle) -> F,
    ) -> T {
        let waiting = async {
            loop {
                if let Some(found) = ask(self.handle.clone()).await {
                    return found;
                }
                match self.events.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => panic!("the peer stopped while waiting for {what}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("{what} never came"))
    }

    pub async fn is_registered(&mut self) {
        let registered = |handle: Handle| async move {
            let status = handle.status().await.unwrap();
            (!status.directories.is_empty()
                && status
                    .directories
                    .iter()
                    .all(|d| d.registered_until.is_some()))
            .then_some(())
        };
        self.until("the registration", registered).await;
    }

    pub async fn phase(&mut self, deal: DealId, phase: Phase) -> State {
        let reached = |handle: Handle| async move {
            let DealSnapshot { dialogues, .. } = handle.deal(deal).await.ok()?;
            dialogues
                .into_iter()
                .find(|dialogue| dialogue.phase == phase)
        };
        self.until(&format!("{phase:?}"), reached).await
    }

    pub async fn deal(&mut self) -> DealId {
        let first = |handle: Handle| async move {
            let deals = handle
                .deals(opener_peer::DealFilter::default(), 10, None)
                .await
                .unwrap();
            deals.first().map(|listed| listed.row.deal)
        };
        self.until("a deal", first).await
    }
}

pub fn in_seconds(seconds: i64) -> Timestamp {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    Timestamp::from_millis(i64::try_from(now.as_millis()).unwrap() + seconds * 1000)
}

pub fn rfp(buyer: &Profile) -> Rfp {
    let line = Line {
        number: 1,
        name: "철근 SD400 10 mm".parse().unwrap(),
        description: "CANARY-7d1f deformed bars".parse().unwrap(),
        quantity: serde_json::from_value(json!({ "value": "12", "unit": "TNE" })).unwrap(),
        categories: List::default(),
        properties: List::default(),
        delivery: None,
        optional: false,
        lot: None,
    };
    let price = Criterion {
        name: "price".parse().unwrap(),
        weight: Number::from(100),
        direction: Direction::Lower,
        best: Number::ZERO,
        worst: Number::from(20_000_000),
        knock_out: false,
        measure: Measure::Total,
    };
    Rfp {
        revision: 1,
        title: "철근 SD400".parse().unwrap(),
        description: "for a warehouse".parse().unwrap(),
        language: "ko".parse().unwrap(),
        buyer: buyer.party(),
        schedule: Schedule {
            open: in_seconds(-1),
            question_cutoff: None,
            bid_deadline: in_seconds(3600),
            award_by: in_seconds(7200),
        },
        rules: BidRules {
            commitment: CommitmentKind::Firm,
            ..BidRules::default()
        },
        currencies: vec!["KRW".parse().unwrap()].try_into().unwrap(),
        delivery: Delivery {
            place: buyer.place.clone(),
            window: None,
        },
        incoterm: None,
        payment: None,
        criteria: vec![price].try_into().unwrap(),
        disclosure: Disclosure::Prices,
        attachments: List::default(),
        lots: List::default(),
        lines: vec![line].try_into().unwrap(),
        stamps: List::default(),
    }
}

pub fn bid(state: &State, seller: &Profile, total: i64) -> Bid {
    let asked = &state.rfp.body.lines[0];
    let amount = Money::from_minor(total, "KRW".parse().unwrap());
    let line = BidLine {
        line: 1,
        offer: LineOffer::Quoted,
        description: "".parse().unwrap(),
        quantity: asked.quantity,
        price: Price {
            price: amount.amount(),
            base_quantity: asked.quantity.value,
        },
        amount,
        lead_time_days: Some(3),
    };
    Bid {
        rfp: state.rfp.id(),
        revision: 1,
        quote_number: None,
        seller: seller.party(),
        currency: amount.currency(),
        tax_basis: TaxBasis::Unstated,
        lines: vec![line].try_into().unwrap(),
        charges: List::default(),
        taxes: List::default(),
        total: amount,
        delivery: None,
        incoterm: None,
        payment: None,
        deviations: List::default(),
        answers: List::default(),
        urls: List::default(),
        attachments: List::default(),
        valid_until: in_seconds(5000),
        commitment: Commitment::Firm {
            until: in_seconds(4000),
        },
        all_or_nothing: false,
        disclosure: Disclosure::Full,
    }
}
