//! Who signs the vectors, and short ways to write their values.

use std::fmt::Debug;

use opener_trade::{
    DealId, DocumentId, Identity, List, Money, Number, PeerText, Place, Quantity, Timestamp,
    document::{Attachment, Document, Header, Party, Price},
};

/// One of the people in the vectors. The seed is 32 times the same byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// 한강상사, a firm in Seoul that buys.
    Buyer = 1,
    /// 서울가구, which sells office furniture.
    Seller = 2,
    /// Nordlicht Büromöbel, which sells the same from Hamburg, in euro.
    Foreigner = 3,
    /// A directory.
    Directory = 4,
}

impl Actor {
    /// The 32 secret bytes.
    pub const fn seed(self) -> [u8; 32] {
        [self as u8; 32]
    }

    /// The key.
    pub fn identity(self) -> Identity {
        Identity::from_seed(self.seed())
    }

    /// The public half.
    pub fn peer(self) -> opener_trade::PeerId {
        self.identity().peer_id()
    }
}

/// The one deal of the vectors.
pub fn deal() -> DealId {
    parse("000102030405060708090a0b0c0d0e0f")
}

/// Reads a value that is known to be good.
pub fn parse<T: std::str::FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// A text.
pub fn text<const MAX: usize>(text: &str) -> PeerText<MAX> {
    parse(text)
}

/// A list.
pub fn list<T, const MAX: usize>(items: Vec<T>) -> List<T, MAX> {
    List::try_from(items).unwrap()
}

/// A moment.
pub fn at(text: &str) -> Timestamp {
    parse(text)
}

/// An amount such as `12.50 EUR`.
pub fn money(amount: &str) -> Money {
    let (number, currency) = amount.split_once(' ').unwrap();
    Money::exact(parse(number), parse(currency)).unwrap()
}

/// A quantity such as `120 H87`.
pub fn quantity(amount: &str) -> Quantity {
    let (value, unit) = amount.split_once(' ').unwrap();
    Quantity {
        value: parse(value),
        unit: parse(unit),
    }
}

/// A price for so many.
pub fn price(price: &str, base_quantity: &str) -> Price {
    Price {
        price: parse(price),
        base_quantity: parse(base_quantity),
    }
}

/// A number.
pub fn number(text: &str) -> Number {
    parse(text)
}

/// A file of 48 kB whose bytes are not part of the vectors.
pub fn attachment(name: &str, hash_byte: u8) -> Attachment {
    Attachment {
        name: text(name),
        media_type: text("application/pdf"),
        size: 48_213,
        sha256: DocumentId::from_bytes([hash_byte; 32]),
    }
}

/// A place with coordinates in millionths of a degree.
pub fn place(country: &str, locality: &str, latitude_e6: i32, longitude_e6: i32) -> Place {
    Place {
        country: parse(country),
        locality: text(locality),
        latitude_e6: Some(latitude_e6),
        longitude_e6: Some(longitude_e6),
    }
}

/// How an actor describes itself.
pub fn party(actor: Actor) -> Party {
    let (name, place, contact) = match actor {
        Actor::Buyer => (
            "한강상사",
            place("KR", "서울특별시 마포구", 37_556_300, 126_910_100),
            "02-700-0100",
        ),
        Actor::Seller => (
            "서울가구",
            place("KR", "경기도 파주시", 37_760_000, 126_780_000),
            "sales@seoulgagu.example",
        ),
        Actor::Foreigner => (
            "Nordlicht Büromöbel GmbH",
            place("DE", "Hamburg", 53_551_086, 9_993_682),
            "+49 40 5550100",
        ),
        Actor::Directory => panic!("a directory is no party"),
    };
    Party {
        name: text(name),
        place,
        contact: Some(text(contact)),
    }
}

/// The header of a document whose chain begins with it.
pub fn first(from: Actor, to: Option<Actor>, issued_at: &str) -> Header {
    let issued_at = at(issued_at);
    Header {
        deal: deal(),
        from: from.peer(),
        to: to.map(Actor::peer),
        seq: 1,
        previous: None,
        answers: None,
        issued_at,
        expires_at: at("2026-12-31T15:00:00Z"),
    }
}

/// The same header, later in the chain.
pub fn after(previous: DocumentId, seq: u64, header: Header) -> Header {
    Header {
        seq,
        previous: Some(previous),
        ..header
    }
}

/// The same header, in answer to a document.
pub fn answering(answers: DocumentId, header: Header) -> Header {
    Header {
        answers: Some(answers),
        ..header
    }
}

/// Header and body together.
pub fn document<B>(header: Header, body: B) -> Document<B> {
    Document { header, body }
}
