use std::collections::HashSet;

use opener_trade::{Identity, List, Reason, directory::Match, document::Roles, sign};
use tokio::sync::oneshot;

use super::*;
use crate::Found;

fn id(n: u8) -> Identity {
    Identity::from_seed([n; 32])
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn address(n: u8) -> Address {
    Address::new(&format!("/ip4/127.0.0.1/tcp/4001/p2p/{}", id(n).peer_id())).unwrap()
}

fn listing(n: u8, seq: u64) -> Verified<Listing> {
    let listing = Listing {
        from: id(n).peer_id(),
        seq,
        issued_at: at(1_000),
        expires_at: at(1_000_000_000),
        name: format!("seller {n}, listing {seq}").parse().unwrap(),
        roles: Roles {
            buys: false,
            sells: true,
        },
        categories: List::default(),
        words: "steel".parse().unwrap(),
        place: serde_json::from_value(serde_json::json!({ "country": "KR", "locality": "Seoul" }))
            .unwrap(),
        radius_km: None,
        currencies: List::default(),
        languages: List::default(),
        addresses: List::default(),
        capabilities: List::default(),
        url: None,
    };
    sign(&id(n), listing).unwrap()
}

fn found(listing: &Verified<Listing>, online: bool) -> Match {
    Match {
        listing: listing.bytes().to_vec().into(),
        distance_m: None,
        online,
    }
}

fn search(
    directories: &[PeerId],
) -> (
    Searches,
    u64,
    oneshot::Receiver<Result<Found, crate::PeerError>>,
) {
    let (answer, received) = oneshot::channel();
    let mut searches = Searches::default();
    let query = Query {
        words: "steel".parse().unwrap(),
        ..Query::default()
    };
    let number = searches.begin(query, Purpose::Show(answer), directories, at(2_000));
    (searches, number, received)
}

#[test]
fn a_directory_is_named_with_its_key_and_there_are_not_too_many() {
    let mut directories = Directories::default();
    let bare = Address::new("/ip4/127.0.0.1/tcp/4001").unwrap();
    assert!(matches!(
        directories.set(&[bare]),
        Err(DirectoryError::NoPeer(_))
    ));
    let many: Vec<Address> = (1..=9).map(address).collect();
    assert!(directories.set(&many[..MAX_DIRECTORIES]).is_ok());
    assert!(matches!(
        directories.set(&many),
        Err(DirectoryError::TooMany)
    ));
    assert_eq!(directories.peers().len(), MAX_DIRECTORIES);
}

#[test]
fn a_directory_may_be_named_at_several_addresses_and_relays_unless_it_is_on_this_machine() {
    let at = |text: &str| Address::new(text).unwrap();
    let full = |text: &str, seed| at(&format!("{text}/p2p/{}", id(seed).peer_id()));
    let mut directories = Directories::default();
    let named = [
        full("/ip4/9.0.0.1/udp/1/quic-v1", 1),
        full("/ip4/9.0.0.1/tcp/1", 1),
        full("/ip4/9.0.0.1/tcp/1", 1),
        full("/ip4/127.0.0.1/tcp/1", 2),
    ];
    directories.set(&named).unwrap();
    let (remote, local) = (id(1).peer_id(), id(2).peer_id());
    assert_eq!(directories.peers(), [remote, local]);
    let both = vec![at("/ip4/9.0.0.1/udp/1/quic-v1"), at("/ip4/9.0.0.1/tcp/1")];
    assert_eq!(directories.address(&remote), both);
    assert_eq!(directories.relays(), [(remote, both)]);
    assert_eq!(directories.status().len(), 2);
    directories.set(&named[1..2]).unwrap();
    assert_eq!(directories.address(&remote), [at("/ip4/9.0.0.1/tcp/1")]);
}

#[test]
fn a_listing_is_registered_once_and_then_renewed() {
    let mut directories = Directories::default();
    directories.set(&[address(1)]).unwrap();
    let directory = id(1).peer_id();
    assert!(matches!(
        directories.due(at(2_000))[..],
        [(_, Ask::Time, _)]
    ));
    directories.set_listing(listing(5, 7), at(2_000));
    assert!(matches!(
        directories.due(at(2_000))[..],
        [(_, Ask::Register { seq: 7 }, _)]
    ));
    assert!(
        directories.due(at(2_000)).is_empty(),
        "one question at a time"
    );
    directories.registered(directory, 7, at(92_000), at(2_000));
    assert!(directories.due(at(31_999)).is_empty());
    assert!(matches!(
        directories.due(at(32_000))[..],
        [(_, Ask::Renew, Request::Renew { seq: 7 })]
    ));
}

#[test]
fn a_directory_that_forgot_us_is_given_the_listing_again() {
    let mut directories = Directories::default();
    directories.set(&[address(1)]).unwrap();
    let directory = id(1).peer_id();
    directories.set_listing(listing(5, 7), at(2_000));
    directories.due(at(2_000));
    directories.registered(directory, 7, at(92_000), at(2_000));
    directories.due(at(32_000));
    directories.refused(directory, Reason::NotAllowed.name(), at(32_000));
    assert!(matches!(
        directories.due(at(32_000))[..],
        [(_, Ask::Register { seq: 7 }, _)]
    ));
}

#[test]
fn a_listing_that_changed_under_way_is_registered_next() {
    let mut directories = Directories::default();
    directories.set(&[address(1)]).unwrap();
    directories.set_listing(listing(5, 7), at(2_000));
    directories.due(at(2_000));
    directories.set_listing(listing(5, 8), at(2_001));
    directories.registered(id(1).peer_id(), 7, at(92_000), at(2_002));
    assert!(matches!(
        directories.due(at(2_002))[..],
        [(_, Ask::Register { seq: 8 }, _)]
    ));
}

#[test]
fn clocks_are_compared_at_the_middle_of_the_round_trip() {
    let mut directories = Directories::default();
    directories
        .set(&[address(1), address(2), address(3)])
        .unwrap();
    assert_eq!(directories.skews(), []);
    directories.measured(id(1).peer_id(), at(10_100), at(10_000), at(10_200));
    assert_eq!(directories.skews(), [Duration::ZERO]);
    directories.measured(id(2).peer_id(), at(12_100), at(10_000), at(10_200));
    assert_eq!(
        directories.skews(),
        [Duration::ZERO, Duration::from_secs(2)]
    );
}

#[test]
fn answers_merge_by_the_newest_signed_listing() {
    let (one, two) = (id(1).peer_id(), id(2).peer_id());
    let (mut searches, number, _answer) = search(&[one, two]);
    let me = id(9).peer_id();
    let running = searches.get_mut(number).unwrap();
    running.add_page(
        one,
        &[found(&listing(5, 1), true), found(&listing(6, 4), false)],
        None,
        at(2_000),
        me,
    );
    running.add_page(
        two,
        &[found(&listing(5, 2), false), found(&listing(9, 1), true)],
        None,
        at(2_000),
        me,
    );
    let (result, _) = searches.take_complete(number).unwrap().finish(Vec::new());
    let seen: Vec<_> = result
        .sellers
        .iter()
        .map(|s| (s.listing.from, s.listing.seq, s.online))
        .collect();
    assert_eq!(
        seen,
        [
            (id(5).peer_id(), 2, Some(true)),
            (id(6).peer_id(), 4, Some(false))
        ]
    );
    assert_eq!((result.asked, result.answered), (2, 2));
}

#[test]
fn a_directory_cannot_invent_sellers() {
    let one = id(1).peer_id();
    let (mut searches, number, _answer) = search(&[one]);
    let mut forged = listing(5, 1).bytes().to_vec();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let page = [Match {
        listing: forged.into(),
        distance_m: None,
        online: true,
    }];
    searches
        .get_mut(number)
        .unwrap()
        .add_page(one, &page, None, at(2_000), id(9).peer_id());
    let (result, _) = searches.take_complete(number).unwrap().finish(Vec::new());
    assert!(result.sellers.is_empty());
}

#[test]
fn a_directory_that_forges_is_named_and_the_others_count() {
    let (one, two) = (id(1).peer_id(), id(2).peer_id());
    let (mut searches, number, _answer) = search(&[one, two]);
    let mut forged = found(&listing(5, 9), true);
    let last = forged.listing.len() - 1;
    forged.listing[last] ^= 1;
    let mut unread = found(&listing(6, 1), true);
    unread.listing.truncate(9);
    let running = searches.get_mut(number).unwrap();
    let me = id(9).peer_id();
    running.add_page(
        two,
        &[unread, found(&listing(5, 2), true)],
        None,
        at(2_000),
        me,
    );
    assert!(
        running.forgers.is_empty(),
        "what cannot be read is not forged"
    );
    running.add_page(one, &[forged], None, at(2_000), me);
    assert_eq!(running.forgers, HashSet::from([one]));
    let (result, _) = searches.take_complete(number).unwrap().finish(Vec::new());
    assert_eq!(result.sellers[0].listing.seq, 2, "the signed one counts");

    let mut directories = Directories::default();
    directories.set(&[address(1), address(2)]).unwrap();
    directories.forged(one, at(2_000));
    directories.answered(one, at(3_000));
    let forged: Vec<_> = directories.status().iter().map(|it| it.forged_at).collect();
    assert_eq!(forged, [Some(at(2_000)), None], "also once it answers well");
}

#[test]
fn a_log_is_looked_at_every_ten_minutes_and_when_somebody_hands_a_head_over() {
    let mut directories = Directories::default();
    directories.set(&[address(1), address(2)]).unwrap();
    let one = id(1).peer_id();
    assert_eq!(directories.heads_due(at(2_000)).len(), 2);
    assert!(directories.heads_due(at(601_999)).is_empty());
    assert_eq!(directories.heads_due(at(602_000)).len(), 2);
    directories.look_at_log(one, at(603_000));
    assert_eq!(directories.heads_due(at(603_000)), [one]);
    let ask = Ask::Head {
        question: Box::default(),
        proofs: true,
    };
    directories.failed(one, &ask, "silent".to_owned(), at(604_000));
    assert_eq!(directories.heads_due(at(609_000)), [one]);
}

#[test]
fn a_silent_directory_is_passed_over() {
    let (one, two) = (id(1).peer_id(), id(2).peer_id());
    let (mut searches, number, _answer) = search(&[one, two]);
    searches.get_mut(number).unwrap().add_page(
        one,
        &[found(&listing(5, 1), true)],
        None,
        at(2_000),
        id(9).peer_id(),
    );
    assert!(searches.take_complete(number).is_none());
    assert!(searches.overdue(at(6_999)).is_empty());
    assert_eq!(searches.overdue(searches.next_at().unwrap()), [number]);
    let (result, _) = searches.take_complete(number).unwrap().finish(Vec::new());
    assert_eq!(
        (result.sellers.len(), result.asked, result.answered),
        (1, 2, 1)
    );
}

#[test]
fn a_further_page_is_asked_for_until_there_is_none() {
    let one = id(1).peer_id();
    let (mut searches, number, _answer) = search(&[one]);
    let running = searches.get_mut(number).unwrap();
    let me = id(9).peer_id();
    assert_eq!(
        running.add_page(one, &[found(&listing(5, 1), true)], Some(1), at(2_000), me),
        Some(1)
    );
    assert_eq!(
        running.add_page(one, &[], Some(2), at(2_000), me),
        None,
        "an empty page ends it"
    );
    assert!(searches.take_complete(number).is_some());
}
