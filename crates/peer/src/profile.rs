//! Who runs this peer, as its owner wrote it down.

use opener_trade::{Address, Duration, PeerId};
use opener_trade::{
    Category, Currency, Invalid, Language, List, PeerText, Place, Timestamp,
    document::{Disclosure, Listing, Party, Roles},
    envelope::Payload,
    limits::{
        ADDRESSES, CAPABILITIES, CURRENCIES, LABEL_BYTES, LANGUAGES, LISTING_CATEGORIES,
        NAME_BYTES, URL_BYTES, WORDS_BYTES,
    },
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who I am, what I sell, where: what becomes the signed listing, and the party named in my documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name of the firm or person.
    pub name: PeerText<NAME_BYTES>,
    /// Buys, sells or both.
    pub roles: Roles,
    /// Where it is.
    pub place: Place,
    /// How a person may be reached; it goes into RFPs and bids, never to a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub contact: Option<PeerText<NAME_BYTES>>,
    /// What it sells, by code.
    #[serde(default)]
    pub categories: List<Category, LISTING_CATEGORIES>,
    /// What it sells, in words.
    #[serde(default)]
    pub words: PeerText<WORDS_BYTES>,
    /// How far it delivers, in kilometres; absent means anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub radius_km: Option<u32>,
    /// Currencies it trades in; none means any.
    #[serde(default)]
    pub currencies: List<Currency, CURRENCIES>,
    /// Languages it answers in; none means any.
    #[serde(default)]
    pub languages: List<Language, LANGUAGES>,
    /// Its page on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub url: Option<PeerText<URL_BYTES>>,
    /// What a directory may learn of its deals, unless a document says otherwise.
    #[serde(default = "prices")]
    pub disclosure: Disclosure,
}

fn prices() -> Disclosure {
    Disclosure::Prices
}

/// A listing counts this long unless it is signed again; a peer that is gone for a month drops out of directories.
const LISTING_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

impl Profile {
    /// The party that documents name.
    pub fn party(&self) -> Party {
        Party {
            name: self.name.clone(),
            place: self.place.clone(),
            contact: self.contact.clone(),
        }
    }

    /// The listing that this profile makes.
    ///
    /// # Errors
    /// The first field that breaks a rule of listings.
    pub fn listing(
        &self,
        from: PeerId,
        seq: u64,
        now: Timestamp,
        addresses: List<Address, ADDRESSES>,
    ) -> Result<Listing, Invalid> {
        let listing = Listing {
            from,
            seq,
            issued_at: now,
            expires_at: now.plus(LISTING_LIFETIME),
            name: self.name.clone(),
            roles: self.roles,
            categories: self.categories.clone(),
            words: self.words.clone(),
            place: self.place.clone(),
            radius_km: self.radius_km,
            currencies: self.currencies.clone(),
            languages: self.languages.clone(),
            addresses,
            capabilities: List::<PeerText<LABEL_BYTES>, CAPABILITIES>::default(),
            url: self.url.clone(),
        };
        listing.check()?;
        Ok(listing)
    }
}
