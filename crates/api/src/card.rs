//! Contact cards: the text that people send each other, print as a QR code or open as a link.
//!
//! Two forms (docs/protocol/0001-identity.md): `opener:card/` and the signed listing in base64url without padding
//! (RFC 4648 section 5), and the short `opener:peer/` and the peer's id, with `?at=` and `&at=` before each address.

use data_encoding::BASE64URL_NOPAD;
use opener_peer::Card;
use opener_trade::{
    Address, PeerId, Verified,
    document::Listing,
    envelope::open_as,
    limits::{ADDRESSES, MAX_LISTING_BYTES},
};

/// Characters of a card at most: the largest listing in base64url, and its beginning.
pub const MAX_CARD_CHARS: usize = MAX_LISTING_BYTES.div_ceil(3) * 4 + 64;
/// Characters that a phone reads well from a QR code on a screen: version 25 of 40 at level M (ISO/IEC 18004).
pub const MAX_QR_CHARS: usize = 997;
/// Addresses in a short card: one for each way in.
const SHORT_ADDRESSES: usize = 4;

const SCHEME: &str = "opener:";
const CARD: &str = "card/";
const PEER: &str = "peer/";

/// Why a text is no card. The texts say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It does not begin like one.
    #[error("this is no contact card: one begins with opener:card/ or opener:peer/")]
    NoCard,
    /// It is longer than any card.
    #[error("this is longer than any contact card; copy the card alone")]
    TooLong,
    /// It is cut or mistyped.
    #[error("the card is not whole; copy or scan it again")]
    Damaged,
    /// The signature does not fit, or a rule of listings is broken.
    #[error("the card is forged or damaged ({0}); ask its owner for it again")]
    Forged(String),
    /// The id in a short card is none.
    #[error("the card does not name a peer; ask its owner for it again")]
    NoPeer,
    /// An address in a short card is none.
    #[error("`{0}` in the card is no address")]
    NoAddress(String),
}

/// The whole card of a listing.
pub fn of(listing: &Verified<Listing>) -> String {
    format!("{SCHEME}{CARD}{}", BASE64URL_NOPAD.encode(listing.bytes()))
}

/// What a QR code holds: the whole card, or where that is too much the short one.
pub fn for_qr(listing: &Verified<Listing>) -> String {
    let whole = of(listing);
    if whole.len() <= MAX_QR_CHARS {
        return whole;
    }
    short_of(listing.from, &listing.addresses)
}

/// The short card: nobody signed it, so that only the id in it can be trusted.
pub fn short_of(peer: PeerId, addresses: &[Address]) -> String {
    let mut short = format!("{SCHEME}{PEER}{peer}");
    for (i, address) in addresses.iter().take(SHORT_ADDRESSES).enumerate() {
        let sign = if i == 0 { '?' } else { '&' };
        let next = format!("{sign}at={address}");
        if short.len() + next.len() <= MAX_QR_CHARS {
            short.push_str(&next);
        }
    }
    short
}

/// Reads a card: typed, scanned, opened as a link, or out of a file.
///
/// # Errors
/// As [`CardError`] says.
pub fn read(text: &str) -> Result<Card, CardError> {
    let text = text.trim();
    if text.len() > MAX_CARD_CHARS {
        return Err(CardError::TooLong);
    }
    let scheme = text.get(..SCHEME.len()).ok_or(CardError::NoCard)?;
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(CardError::NoCard);
    }
    // Some systems hand links over with an empty authority.
    let rest = text
        .get(SCHEME.len()..)
        .unwrap_or_default()
        .trim_start_matches("//");
    if let Some(encoded) = rest.strip_prefix(CARD) {
        return whole(encoded);
    }
    short(rest.strip_prefix(PEER).ok_or(CardError::NoCard)?)
}

fn whole(encoded: &str) -> Result<Card, CardError> {
    let encoded = encoded.trim_end_matches(['/', '=']);
    let bytes = BASE64URL_NOPAD
        .decode(encoded.as_bytes())
        .map_err(|_| CardError::Damaged)?;
    let listing = open_as::<Listing>(&bytes).map_err(|e| CardError::Forged(e.to_string()))?;
    Ok(Card::Listing(Box::new(listing)))
}

fn short(text: &str) -> Result<Card, CardError> {
    let (peer, query) = text.split_once('?').unwrap_or((text, ""));
    let peer: PeerId = peer
        .trim_end_matches('/')
        .parse()
        .map_err(|_| CardError::NoPeer)?;
    let given = query.split('&').filter_map(|pair| pair.strip_prefix("at="));
    let mut addresses = Vec::new();
    for address in given.take(ADDRESSES) {
        addresses
            .push(Address::new(address).map_err(|_| CardError::NoAddress(address.to_owned()))?);
    }
    Ok(Card::Address { peer, addresses })
}

#[cfg(test)]
mod tests;
