//! Nothing but listings and final terms is ever in the files.

use std::{fs, path::Path};

use minicbor::bytes::ByteVec;
use opener_trade::{
    DocumentId, PeerText,
    directory::{Query, Request},
};

use crate::kit::{
    NOW, SEOUL, World, after, category, list, listing, peer, place, reason, register, report,
    sign_unchecked, terms, text, words,
};

/// 32 bytes: also a hash.
const CANARY: &str = "canary-of-the-request-for-quotes";
const KEPT: &str = "kept-because-its-owner-said-so";

/// The files of a folder that hold a text.
fn holding(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        if bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
        {
            found.push(entry.file_name().into_string().unwrap());
        }
    }
    found
}

#[tokio::test]
async fn what_is_asked_and_what_is_refused_leaves_no_trace() {
    let world = World::new().await;
    let (buyer, seller) = (peer(1), peer(2));
    let ask = async |request: Request| world.ask(&buyer, &request, NOW).await;

    assert_eq!(
        reason(
            &world
                .register(&seller, listing(&seller, 1, KEPT), NOW)
                .await
        ),
        None
    );
    let terms = terms(&buyer, &seller, 1);
    assert_eq!(reason(&ask(report(&terms, &buyer, &seller)).await), None);

    let query = Query {
        categories: list(vec![category("KTN", CANARY), category(CANARY, "1")]),
        place: Some({
            let mut place = place("KR", Some(SEOUL));
            place.locality = text(CANARY);
            place
        }),
        capability: Some(PeerText::new(CANARY).unwrap()),
        ..words(&format!("{CANARY} 의자"))
    };
    assert_eq!(reason(&ask(Request::Match { query }).await), None);
    let hash = DocumentId::try_from(CANARY.as_bytes()).unwrap();
    assert_eq!(reason(&ask(Request::Stamp { hash }).await), None);

    for bytes in [
        CANARY.as_bytes().to_vec(),
        minicbor::to_vec(CANARY).unwrap(),
        minicbor::to_vec((3, CANARY, CANARY)).unwrap(),
        [
            &minicbor::to_vec(Request::Time).unwrap()[..],
            CANARY.as_bytes(),
        ]
        .concat(),
        CANARY.repeat(100_000).into_bytes(),
    ] {
        let answer = world.directory.answer(buyer.peer_id(), &bytes, NOW).await;
        assert!(reason(&crate::kit::decode(&answer)).is_some());
    }

    let mine = opener_trade::sign(&seller, listing(&seller, 2, CANARY)).unwrap();
    let mut expired = listing(&buyer, 1, CANARY);
    (expired.issued_at, expired.expires_at) = (after(-20), after(-10));
    let expired = opener_trade::sign(&buyer, expired).unwrap();
    let mut other = terms.clone();
    other.payment = Some(text(CANARY));
    let stranger = peer(3);
    for request in [
        register(&mine),
        register(&expired),
        Request::Register {
            listing: ByteVec::from(CANARY.as_bytes().to_vec()),
        },
        report(&other, &buyer, &seller),
        report(&other, &buyer, &stranger),
        Request::Report {
            by_buyer: sign_unchecked(&terms, &buyer),
            by_seller: ByteVec::from(CANARY.as_bytes().to_vec()),
        },
    ] {
        assert!(reason(&ask(request).await).is_some());
    }

    let folder = world.folder.path();
    assert_eq!(holding(folder, CANARY), Vec::<String>::new());
    assert_eq!(holding(folder, "canary-of"), Vec::<String>::new());
    assert!(
        !holding(folder, KEPT).is_empty(),
        "the search finds what is there"
    );
    let World {
        folder, directory, ..
    } = world;
    directory.close().await;
    assert_eq!(holding(folder.path(), CANARY), Vec::<String>::new());
    assert!(!holding(folder.path(), KEPT).is_empty());
}
