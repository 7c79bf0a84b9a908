//! Sellers and listings.

use opener_peer::Seller;
use opener_trade::{
    Address, Category, Currency, DocumentId, Language, Number, PeerId, Place, Timestamp, Verified,
    document::{Listing, Roles},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A signed listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ListingView {
    /// The document's id.
    pub document: DocumentId,
    /// Whose it is.
    pub peer: PeerId,
    /// Rises with every change.
    #[ts(type = "number")]
    pub seq: u64,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// When it stops counting.
    pub expires_at: Timestamp,
    /// Name of the firm or person.
    pub name: String,
    /// Buys, sells or both.
    pub roles: Roles,
    /// What it sells, by code.
    pub categories: Vec<Category>,
    /// What it sells, in words.
    pub words: String,
    /// Where it is.
    pub place: Place,
    /// How far it delivers, in kilometres; absent means anywhere.
    pub radius_km: Option<u32>,
    /// Currencies it trades in; none means any.
    pub currencies: Vec<Currency>,
    /// Languages it answers in; none means any.
    pub languages: Vec<Language>,
    /// Where it can be dialled.
    pub addresses: Vec<Address>,
    /// What its program can do beyond the minimum.
    pub capabilities: Vec<String>,
    /// Its page on the web. Text from a stranger: show it before opening it.
    pub url: Option<String>,
}

impl From<&Verified<Listing>> for ListingView {
    fn from(listing: &Verified<Listing>) -> Self {
        ListingView {
            document: listing.id(),
            peer: listing.from,
            seq: listing.seq,
            issued_at: listing.issued_at,
            expires_at: listing.expires_at,
            name: listing.name.to_string(),
            roles: listing.roles,
            categories: listing.categories.to_vec(),
            words: listing.words.to_string(),
            place: listing.place.clone(),
            radius_km: listing.radius_km,
            currencies: listing.currencies.to_vec(),
            languages: listing.languages.to_vec(),
            addresses: listing.addresses.to_vec(),
            capabilities: listing
                .capabilities
                .iter()
                .map(ToString::to_string)
                .collect(),
            url: listing.url.as_ref().map(ToString::to_string),
        }
    }
}

/// A seller that may serve a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SellerView {
    /// The seller.
    pub peer: PeerId,
    /// What it calls itself.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Kilometres to the place of delivery, a decimal number, where both are known.
    pub distance_km: Option<Number>,
    /// Whether a directory saw it in the last 90 seconds; unknown from earlier answers.
    pub online: Option<bool>,
    /// What it sells, by code.
    pub categories: Vec<Category>,
    /// What it sells, in words.
    pub words: String,
    /// Currencies it trades in; none means any.
    pub currencies: Vec<Currency>,
    /// Languages it answers in; none means any.
    pub languages: Vec<Language>,
    /// How far it delivers, in kilometres; absent means anywhere.
    pub radius_km: Option<u32>,
    /// Its page on the web.
    pub url: Option<String>,
}

impl From<&Seller> for SellerView {
    fn from(seller: &Seller) -> Self {
        let listing = ListingView::from(&seller.listing);
        SellerView {
            peer: listing.peer,
            name: listing.name,
            place: listing.place,
            distance_km: seller.distance_m.and_then(kilometres),
            online: seller.online,
            categories: listing.categories,
            words: listing.words,
            currencies: listing.currencies,
            languages: listing.languages,
            radius_km: listing.radius_km,
            url: listing.url,
        }
    }
}

fn kilometres(metres: u32) -> Option<Number> {
    let thousand = Number::from(1000);
    Number::from(metres)
        .decimal()
        .checked_div(thousand.decimal())
        .map(Number::from)
}

#[cfg(test)]
mod tests {
    #[test]
    fn metres_read_as_kilometres_without_loss() {
        assert_eq!(super::kilometres(325_012).unwrap().to_string(), "325.012");
        assert_eq!(super::kilometres(0).unwrap().to_string(), "0");
    }
}
