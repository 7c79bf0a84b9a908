//! `listing`: who I am, what I sell, where, and how to reach me.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{check_each, kind::Kind};
use crate::{
    Address, Category, Currency, Invalid, Language, List, PeerId, PeerText, Place, Timestamp,
    envelope::Payload,
    limits::{
        ADDRESSES, CAPABILITIES, CURRENCIES, LABEL_BYTES, LANGUAGES, LISTING_CATEGORIES,
        MAX_LIFETIME_MS, MAX_RADIUS_KM, NAME_BYTES, URL_BYTES, WORDS_BYTES,
    },
};

/// Whether a peer buys, sells or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize, TS)]
#[cbor(map)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// It sends requests.
    #[n(0)]
    pub buys: bool,
    /// It answers them.
    #[n(1)]
    pub sells: bool,
}

/// A peer's own entry in a directory. It stands alone: no deal, no chain, only a rising `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, TS)]
#[cbor(map)]
pub struct Listing {
    /// Who signs: the peer itself.
    #[n(0)]
    pub from: PeerId,
    /// Rises with every change; of two listings the higher one counts.
    #[n(1)]
    #[ts(type = "number")]
    pub seq: u64,
    /// When it was signed.
    #[n(2)]
    pub issued_at: Timestamp,
    /// When it stops counting.
    #[n(3)]
    pub expires_at: Timestamp,
    /// Name of the firm or person.
    #[n(4)]
    pub name: PeerText<NAME_BYTES>,
    /// Buys, sells or both.
    #[n(5)]
    pub roles: Roles,
    /// What it sells, by code.
    #[n(6)]
    pub categories: List<Category, LISTING_CATEGORIES>,
    /// What it sells, in words of any language.
    #[n(7)]
    pub words: PeerText<WORDS_BYTES>,
    /// Where it is.
    #[n(8)]
    pub place: Place,
    /// How far it delivers, in kilometres; absent means anywhere.
    #[n(9)]
    pub radius_km: Option<u32>,
    /// Currencies it trades in; none named means any.
    #[n(10)]
    pub currencies: List<Currency, CURRENCIES>,
    /// Languages it answers in; none named means any.
    #[n(11)]
    pub languages: List<Language, LANGUAGES>,
    /// Where it can be dialled.
    #[n(12)]
    pub addresses: List<Address, ADDRESSES>,
    /// What its program can do beyond the minimum, e.g. `call`.
    #[n(13)]
    pub capabilities: List<PeerText<LABEL_BYTES>, CAPABILITIES>,
    /// Its page on the web.
    #[n(14)]
    pub url: Option<PeerText<URL_BYTES>>,
}

impl Payload for Listing {
    const KIND: Kind = Kind::Listing;

    fn may_be_signed_by(&self, key: &PeerId) -> bool {
        self.from == *key
    }

    fn check(&self) -> Result<(), Invalid> {
        if self.name.is_blank() {
            return Err(Invalid::new("name", "must not be blank"));
        }
        if !(1..=MAX_LIFETIME_MS).contains(&self.expires_at.since(self.issued_at).millis()) {
            return Err(Invalid::new(
                "expires_at",
                "lies after issue, at most two years",
            ));
        }
        if self.radius_km.is_some_and(|km| km > MAX_RADIUS_KM) {
            return Err(Invalid::new(
                "radius_km",
                format!("is at most {MAX_RADIUS_KM}"),
            ));
        }
        check_each("categories", &self.categories, Category::check)?;
        self.place.check().map_err(|e| e.within("place"))
    }
}
