//! A peer moves to another machine.

use std::io::Write;

use opener_negotiation::dialogue::{Command, Phase};
use opener_net::loopback_listen;
use opener_peer::{
    CallReach, Config, ContactEdit, ContactFilter, FormKind, Handle, KeyPlace, NewForm, OrderPart,
    Passphrase, PeerError, Recipients, Record, Shelf, alarm::Alarms, backup::restore, start,
};
use opener_trade::{Duration, Opened, Timestamp, document::Chat};

use crate::kit::{Actor, bid, directory, in_seconds, peer, profile, rfp};

/// What a person would miss, as text.
async fn all(handle: &Handle) -> String {
    let deals = handle.deals(Default::default(), 10, None).await.unwrap();
    let mut documents = Vec::new();
    for deal in &deals {
        let records = handle.records(deal.row.deal, None).await.unwrap();
        documents.extend(records.into_iter().map(|record| record.document.id()));
    }
    let kept = ContactFilter {
        kept_only: true,
        ..ContactFilter::default()
    };
    format!(
        "{} {:?} {documents:?} {:?} {:?} {:?} {:?}",
        handle.peer_id(),
        handle.profile().await.unwrap(),
        handle.book(kept, 10, 0).await.unwrap(),
        handle.forms(Shelf::Draft, None, None).await.unwrap(),
        handle.alarms().await.unwrap(),
        handle.phone().await.unwrap(),
    )
}

fn words() -> Passphrase {
    Passphrase::new("eight or more").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_moves_with_all_it_has_and_goes_on_when_its_owner_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let directory = directory(&folder).await;
    let addresses = directory.addresses();
    let mut seller = peer("한일철강", true, &addresses[..1]).await;
    let mut buyer = peer("Incheon Build", false, &addresses[..1]).await;
    for actor in [&mut seller, &mut buyer] {
        actor.is_registered().await;
    }
    let winner = seller.handle.peer_id();
    let request = Box::new(rfp(&profile("Incheon Build", false)));
    let anywhere = Recipients::Matching { radius_km: None };
    let found = buyer.handle.send_rfp(request, anywhere).await.unwrap();
    let sent = found.deal;
    let state = seller.phase(sent, Phase::Delivered).await;
    let offer = bid(&state, &profile("한일철강", true), 9_840_000);
    let say = Command::Bid(Box::new(offer));
    seller.handle.say(sent, None, say).await.unwrap();
    buyer.phase(sent, Phase::BidStanding).await;
    let edit = ContactEdit {
        groups: Some(vec!["steel".parse().unwrap()]),
        ..ContactEdit::default()
    };
    buyer.handle.edit_contact(winner, edit).await.unwrap();
    let form = NewForm {
        id: None,
        version: None,
        shelf: Shelf::Draft,
        kind: FormKind::Rfp,
        deal: None,
        name: "hinges".parse().unwrap(),
        form: "{}".to_owned(),
    };
    buyer.handle.save_form(form).await.unwrap();
    let near = Alarms {
        within_km: Some(30),
        ..Alarms::default()
    };
    buyer.handle.set_alarms(near).await.unwrap();
    let mut file = buyer.handle.import().unwrap();
    file.write(b"plan").unwrap();
    let file = file.finish().unwrap();
    let sha256 = file.sha256();
    buyer.handle.add_blob(file).await.unwrap();

    let before = all(&buyer.handle).await;
    let mut sealed = buyer.handle.backup(words()).await.unwrap();
    buyer.handle.shutdown().await;
    let stick = tempfile::NamedTempFile::new().unwrap();
    std::io::copy(&mut sealed, &mut stick.as_file()).unwrap();
    stick.as_file().flush().unwrap();
    let machine = tempfile::tempdir().unwrap();
    let (from, to) = (stick.path().to_owned(), machine.path().join("data"));
    let place = KeyPlace::Sealed(words());
    restore(from, to.clone(), words(), place, now())
        .await
        .unwrap();
    let config = Config {
        data: to,
        key: KeyPlace::Sealed(words()),
        listen: loopback_listen(),
        directories: vec![],
        profile: None,
        calls: CallReach::Loopback,
    };
    let handle = start(config).await.unwrap();
    let events = handle.subscribe();
    let mut moved = Actor {
        handle,
        folder: machine,
        events,
    };
    assert_eq!(all(&moved.handle).await, before);
    assert!(moved.handle.open_blob(sha256).await.is_ok());

    let refused = moved.handle.order(sent, winner, whole()).await;
    assert!(matches!(refused, Err(PeerError::Held)), "{refused:?}");
    let text = Chat {
        text: "are you there?".parse().unwrap(),
        attachments: Default::default(),
    };
    seller
        .handle
        .say(sent, None, Command::Chat(text))
        .await
        .unwrap();
    let status = moved.handle.status().await.unwrap();
    assert!(
        status
            .directories
            .iter()
            .all(|d| d.registered_until.is_none())
    );
    assert_eq!(all(&moved.handle).await, before);

    assert!(moved.handle.held().await.unwrap().is_some());
    moved.handle.go_on().await.unwrap();
    moved.is_registered().await;
    let heard = |handle: Handle| async move {
        let records = handle.records(sent, Some(winner)).await.unwrap();
        let is_chat = |record: &Record| matches!(&*record.document, Opened::Chat(_));
        records.iter().any(is_chat).then_some(())
    };
    moved.until("the seller's words", heard).await;
    moved.handle.order(sent, winner, whole()).await.unwrap();
    moved.phase(sent, Phase::Concluded).await;
    seller.phase(sent, Phase::Concluded).await;
    for actor in [moved, seller] {
        actor.handle.shutdown().await;
    }
    directory.shutdown().await;
}

fn whole() -> OrderPart {
    OrderPart {
        lines: Vec::new(),
        lots: Vec::new(),
        answer_within: Duration::from_secs(600),
    }
}

fn now() -> Timestamp {
    in_seconds(0)
}
