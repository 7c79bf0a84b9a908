//! Nothing but listings and final terms is ever in the files.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex},
};

use minicbor::bytes::ByteVec;
use opener_trade::{
    DocumentId, PeerText, Reason,
    directory::{Query, Request, Response},
};
use sqlx::{Connection, SqliteConnection};
use tracing::subscriber::DefaultGuard;

use crate::kit::{
    NOW, SEOUL, World, after, category, list, listing, peer, place, reason, register, report,
    sign_unchecked, terms, text, words,
};

/// 32 bytes: also a hash.
const CANARY: &str = "canary-of-the-request-for-quotes";
const KEPT: &str = "kept-because-its-owner-said-so";

/// The files of a folder that hold a text. A file of the database that goes meanwhile holds none.
fn holding(folder: &Path, needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let bytes = match fs::read(entry.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read.unwrap(),
        };
        if bytes
            .windows(needle.len())
            .any(|window| window == needle.as_bytes())
        {
            found.push(entry.file_name().into_string().unwrap());
        }
    }
    found
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Everything a client can say, with the canary wherever it must not be kept.
async fn say_everything(world: &World) {
    let (buyer, seller) = (peer(1), peer(2));
    let ask = async |request: Request| world.ask(&buyer, &request, NOW).await;
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
        let answer = world
            .directory
            .answer(buyer.peer_id(), None, &bytes, NOW)
            .await;
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
}

#[tokio::test]
async fn what_is_asked_and_what_is_refused_leaves_no_trace() {
    let (log, _guard) = Log::listen();
    let world = World::new().await;
    let kept = listing(&peer(2), 1, KEPT);
    assert_eq!(reason(&world.register(&peer(2), kept, NOW).await), None);
    say_everything(&world).await;
    assert!(!log.text().contains("canary"), "{}", log.text());

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

#[tokio::test]
async fn a_fault_inside_is_logged_without_the_words_of_the_peer_and_not_told() {
    let (log, _guard) = Log::listen();
    let world = World::new().await;
    let path = world.folder.path().join("directory.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    for table in ["DROP TABLE listing", "DROP TABLE report"] {
        sqlx::query(table).execute(&mut connection).await.unwrap();
    }
    let (buyer, seller) = (peer(1), peer(2));
    let mut secret = listing(&seller, 1, CANARY);
    secret.name = text(CANARY);
    let requests = [
        (
            &seller,
            register(&opener_trade::sign(&seller, secret).unwrap()),
        ),
        (&buyer, report(&terms(&buyer, &seller, 1), &buyer, &seller)),
    ];
    for (from, request) in requests {
        match world.ask(from, &request, NOW).await {
            Response::Refused { reason, detail } => {
                assert_eq!(reason, Reason::Unavailable);
                assert!(!detail.as_str().contains("table"), "{detail}");
            }
            other => panic!("{other:?}"),
        }
    }
    let text = log.text();
    assert!(
        text.contains("no such table") && !text.contains("canary"),
        "{text}"
    );
    assert!(
        world.look_up(seller.peer_id(), NOW).await.is_none(),
        "memory holds no more than the file"
    );
}
