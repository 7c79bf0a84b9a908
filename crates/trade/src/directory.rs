//! What is said on `/opener/directory/1`. The transport authenticates the asking peer, so requests are not signed;
//! everything a directory passes on is signed by whom it concerns.

use minicbor::{Decode, Encode, bytes::ByteVec};

use crate::{
    Category, CountryCode, Currency, DocumentId, Language, List, Number, PeerId, PeerText, Place,
    Position, Reason, Timestamp, Unit,
    document::Listing,
    limits::{
        LABEL_BYTES, LOG_PATH, MATCH_CATEGORIES, MATCH_PAGE, PRICE_MONTHS, REMARK_BYTES,
        WORDS_BYTES,
    },
};

/// What a buyer looks for. It says nothing else of the request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Query {
    /// Categories, any of which a seller must have (by common prefix).
    #[n(0)]
    pub categories: List<Category, MATCH_CATEGORIES>,
    /// Words, any of which a seller must have.
    #[n(1)]
    pub words: PeerText<WORDS_BYTES>,
    /// Where to deliver. A seller with a radius of its own must reach it.
    #[n(2)]
    pub place: Option<Place>,
    /// No farther than this from `place`, in kilometres.
    #[n(3)]
    pub radius_km: Option<u32>,
    /// A currency the seller must accept.
    #[n(4)]
    pub currency: Option<Currency>,
    /// A language the seller must answer in.
    #[n(5)]
    pub language: Option<Language>,
    /// A capability the seller's program must have.
    #[n(6)]
    pub capability: Option<PeerText<LABEL_BYTES>>,
    /// Only sellers that are online now.
    #[n(7)]
    pub online_only: bool,
    /// Where the page begins: `next` of the page before, 0 at first.
    #[n(8)]
    pub offset: u32,
}

/// What is comparable in price.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PriceQuery {
    /// What, by code.
    #[n(0)]
    pub category: Category,
    /// In which unit.
    #[n(1)]
    pub unit: Unit,
    /// In which currency.
    #[n(2)]
    pub currency: Currency,
    /// Delivered in which country.
    #[n(3)]
    pub region: CountryCode,
}

/// What a unit cost in one month, reported by at least five pairs of parties.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MonthlyPrice {
    /// Year and month, UTC, of the reports: 202611.
    #[n(0)]
    pub month: u32,
    /// How many pairs of parties.
    #[n(1)]
    pub pairs: u32,
    /// A quarter paid this or less, in major units of the currency.
    #[n(2)]
    pub low: Number,
    /// Half of them.
    #[n(3)]
    pub median: Number,
    /// Three quarters.
    #[n(4)]
    pub high: Number,
}

/// A request to a directory.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Request {
    /// Keep my signed listing and show me as online.
    #[n(0)]
    #[cbor(map)]
    Register {
        /// The signed listing.
        #[n(0)]
        listing: ByteVec,
    },
    /// I am still online; my listing is the one with this `seq`.
    #[n(1)]
    #[cbor(map)]
    Renew {
        /// Its `seq`.
        #[n(0)]
        seq: u64,
    },
    /// Forget my listing.
    #[n(2)]
    Withdraw,
    /// Who may be able to sell this?
    #[n(3)]
    #[cbor(map)]
    Match {
        /// What is looked for.
        #[n(0)]
        query: Query,
    },
    /// The listing of this peer.
    #[n(4)]
    #[cbor(map)]
    Lookup {
        /// The peer.
        #[n(0)]
        peer: PeerId,
    },
    /// Sign that you saw this hash now.
    #[n(5)]
    #[cbor(map)]
    Stamp {
        /// The hash.
        #[n(0)]
        hash: DocumentId,
    },
    /// Keep these final terms: the same bytes, signed by buyer and by seller.
    #[n(6)]
    #[cbor(map)]
    Report {
        /// Signed by the buyer.
        #[n(0)]
        by_buyer: ByteVec,
        /// Signed by the seller.
        #[n(1)]
        by_seller: ByteVec,
    },
    /// What do comparable goods cost?
    #[n(7)]
    #[cbor(map)]
    Prices {
        /// What is comparable.
        #[n(0)]
        query: PriceQuery,
    },
    /// What time is it?
    #[n(8)]
    Time,
    /// The head of the log of final terms, and how it continues an older one.
    #[n(9)]
    #[cbor(map)]
    Head {
        /// Leaves of the older head; 0 if there is none.
        #[n(0)]
        since: u64,
        /// Leaves of a head that somebody else was shown.
        #[n(1)]
        also: Option<u64>,
    },
    /// Where these terms stand in the log.
    #[n(10)]
    #[cbor(map)]
    Inclusion {
        /// Their id.
        #[n(0)]
        terms: DocumentId,
    },
}

/// One seller in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Match {
    /// The listing, signed by the seller.
    #[n(0)]
    pub listing: ByteVec,
    /// Distance to the place of delivery, in metres, where both are known.
    #[n(1)]
    pub distance_m: Option<u32>,
    /// Registered or renewed in the last 90 seconds.
    #[n(2)]
    pub online: bool,
}

/// A directory's answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Response {
    /// The listing is kept until then; renew before presence ends.
    #[n(0)]
    #[cbor(map)]
    Registered {
        /// The listing's expiry.
        #[n(0)]
        until: Timestamp,
        /// Renew before this to stay online.
        #[n(1)]
        online_until: Timestamp,
    },
    /// The listing is forgotten, or was never there.
    #[n(1)]
    Withdrawn,
    /// A page of sellers, online ones first, then nearest first.
    #[n(2)]
    #[cbor(map)]
    Matches {
        /// The sellers.
        #[n(0)]
        sellers: List<Match, MATCH_PAGE>,
        /// How many there are in all.
        #[n(1)]
        total: u32,
        /// Offset of the next page, if there is one.
        #[n(2)]
        next: Option<u32>,
    },
    /// The answer to `lookup`.
    #[n(3)]
    #[cbor(map)]
    Found {
        /// The seller, if known.
        #[n(0)]
        seller: Option<Match>,
    },
    /// The signed time stamp.
    #[n(4)]
    #[cbor(map)]
    Stamped {
        /// A `stamp` document.
        #[n(0)]
        stamp: ByteVec,
    },
    /// The final terms are kept.
    #[n(5)]
    #[cbor(map)]
    Reported {
        /// A `report-receipt` document.
        #[n(0)]
        receipt: ByteVec,
    },
    /// Prices of the months in which enough was disclosed, newest month first.
    #[n(7)]
    #[cbor(map)]
    Prices {
        /// The months.
        #[n(0)]
        months: List<MonthlyPrice, PRICE_MONTHS>,
    },
    /// The directory's clock.
    #[n(8)]
    #[cbor(map)]
    Time {
        /// Now.
        #[n(0)]
        now: Timestamp,
    },
    /// The head of the log.
    #[n(10)]
    #[cbor(map)]
    Head {
        /// A signed `log-head`.
        #[n(0)]
        head: ByteVec,
        /// How it continues the older head (RFC 6962 section 2.1.2).
        #[n(1)]
        consistency: List<DocumentId, LOG_PATH>,
        /// How it continues the other head, where one was named.
        #[n(2)]
        also: Option<List<DocumentId, LOG_PATH>>,
    },
    /// The terms are in the log.
    #[n(11)]
    #[cbor(map)]
    Included {
        /// A signed `log-head`.
        #[n(0)]
        head: ByteVec,
        /// Which leaf they are, counted from zero.
        #[n(1)]
        leaf: u64,
        /// The way from there to the head (RFC 6962 section 2.1.1).
        #[n(2)]
        path: List<DocumentId, LOG_PATH>,
    },
    /// Refused.
    #[n(9)]
    #[cbor(map)]
    Refused {
        /// Why.
        #[n(0)]
        reason: Reason,
        /// The field or rule, in words.
        #[n(1)]
        detail: PeerText<REMARK_BYTES>,
    },
}

/// How well a listing answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// Metres between the seller and the place of delivery, where both are known.
    pub distance_m: Option<u32>,
}

impl Query {
    /// Whether the seller behind a listing may be able to serve the query: the one rule, for directories and for a
    /// peer that searches the listings it already has. Presence and expiry are not part of it.
    ///
    /// Categories and words are alternatives: one that fits is enough, and a query with neither fits every seller.
    /// A listing fits by words when it holds all the tokens of at least one word of the query.
    pub fn fit(&self, listing: &Listing) -> Option<Fit> {
        let goods = self.categories.is_empty() && self.words.is_blank();
        let by_category = || {
            self.categories
                .iter()
                .any(|c| listing.categories.iter().any(|own| own.is_related(c)))
        };
        if !listing.roles.sells || !(goods || by_category() || self.fits_words(listing)) {
            return None;
        }
        let currency = self.currency.is_none_or(|c| names(&listing.currencies, &c));
        let language = self
            .language
            .as_ref()
            .is_none_or(|l| names(&listing.languages, l));
        let capability = self
            .capability
            .as_ref()
            .is_none_or(|c| listing.capabilities.contains(c));
        if !(currency && language && capability) {
            return None;
        }
        self.fit_distance(&Whereabouts::from(listing))
    }

    fn fits_words(&self, listing: &Listing) -> bool {
        let own = crate::words::tokens(&format!("{} {}", listing.name, listing.words));
        self.words
            .as_str()
            .split_whitespace()
            .map(crate::words::tokens)
            .any(|word| !word.is_empty() && own.is_superset(&word))
    }

    /// Whether the seller is near enough: the part of [`Query::fit`] that goods and wishes leave open.
    pub fn fit_distance(&self, seller: &Whereabouts) -> Option<Fit> {
        let Some(place) = &self.place else {
            return Some(Fit { distance_m: None });
        };
        let limit = [self.radius_km, seller.radius_km]
            .into_iter()
            .flatten()
            .min();
        match place.position().zip(seller.position) {
            Some((here, there)) => Some(Fit {
                distance_m: Some(here.metres_within(there, limit)?),
            }),
            None if limit.is_some() && place.country != seller.country => None,
            None => Some(Fit { distance_m: None }),
        }
    }
}

/// Where a seller is and how far it delivers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whereabouts {
    country: CountryCode,
    position: Option<Position>,
    radius_km: Option<u32>,
}

impl From<&Listing> for Whereabouts {
    fn from(listing: &Listing) -> Self {
        Self {
            country: listing.place.country,
            position: listing.place.position(),
            radius_km: listing.radius_km,
        }
    }
}

/// A list that names nothing names everything.
fn names<T: PartialEq>(list: &[T], item: &T) -> bool {
    list.is_empty() || list.contains(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, document::Roles};

    fn list<T, const MAX: usize>(items: Vec<T>) -> List<T, MAX> {
        items.try_into().unwrap()
    }

    fn category(scheme: &str, code: &str) -> Category {
        Category {
            scheme: scheme.parse().unwrap(),
            version: None,
            code: code.parse().unwrap(),
        }
    }

    fn place(country: &str, position: Option<(i32, i32)>) -> Place {
        Place {
            country: country.parse().unwrap(),
            locality: PeerText::default(),
            latitude_e6: position.map(|(latitude, _)| latitude),
            longitude_e6: position.map(|(_, longitude)| longitude),
        }
    }

    /// Chairs from Seoul, delivered 400 km far.
    fn seller() -> Listing {
        Listing {
            from: crate::Identity::from_seed([1; 32]).peer_id(),
            seq: 1,
            issued_at: Timestamp::EARLIEST,
            expires_at: Timestamp::LATEST,
            name: "한강가구".parse().unwrap(),
            roles: Roles {
                buys: false,
                sells: true,
            },
            categories: list(vec![category("CPV", "39110000-6")]),
            words: "사무용의자 office chairs".parse().unwrap(),
            place: place("KR", Some((37_566_500, 126_978_000))),
            radius_km: Some(400),
            currencies: list(vec!["KRW".parse().unwrap()]),
            languages: list(vec!["ko".parse().unwrap()]),
            addresses: List::default(),
            capabilities: list(vec!["call".parse().unwrap()]),
            url: None,
        }
    }

    fn words(words: &str) -> Query {
        Query {
            words: words.parse().unwrap(),
            ..Query::default()
        }
    }

    fn near(place: Place, radius_km: Option<u32>) -> Query {
        Query {
            place: Some(place),
            radius_km,
            ..Query::default()
        }
    }

    fn fits(query: &Query) -> bool {
        query.fit(&seller()).is_some()
    }

    #[test]
    fn a_category_or_a_word_is_enough() {
        let by = |code| Query {
            categories: list(vec![category("cpv", code)]),
            ..Query::default()
        };
        assert!(fits(&by("39000000-2")) && fits(&by("39112000")));
        assert!(!fits(&by("39130000")));
        assert!(fits(&words("의자")) && fits(&words("desks CHAIRS")) && fits(&words("한강")));
        assert!(!fits(&words("책상")) && !fits(&words("의사")));
        let both = Query {
            words: words("의자").words,
            ..by("39130000")
        };
        assert!(fits(&both));
        assert!(fits(&Query::default()), "a query for nothing in particular");
    }

    #[test]
    fn who_only_buys_is_not_found() {
        let mut buyer = seller();
        buyer.roles.sells = false;
        assert_eq!(words("의자").fit(&buyer), None);
    }

    #[test]
    fn the_buyers_radius_and_the_sellers_both_hold() {
        let busan = || place("KR", Some((35_179_600, 129_075_600)));
        let distance = near(busan(), None)
            .fit(&seller())
            .and_then(|fit| fit.distance_m);
        assert!(
            distance.is_some_and(|metres| (324_000..326_000).contains(&metres)),
            "{distance:?}"
        );
        assert!(fits(&near(busan(), Some(330))));
        assert!(!fits(&near(busan(), Some(320))));
        let mut local = seller();
        local.radius_km = Some(300);
        assert_eq!(near(busan(), Some(330)).fit(&local), None);
        local.radius_km = None;
        assert!(near(busan(), None).fit(&local).is_some());
    }

    #[test]
    fn without_a_position_a_radius_reaches_as_far_as_the_country() {
        let unknown = Some(Fit { distance_m: None });
        assert_eq!(near(place("KR", None), Some(10)).fit(&seller()), unknown);
        assert_eq!(near(place("JP", None), Some(10)).fit(&seller()), None);
        let mut anywhere = seller();
        anywhere.radius_km = None;
        assert_eq!(near(place("JP", None), None).fit(&anywhere), unknown);
    }

    #[test]
    fn currency_language_and_capability_narrow() {
        let currency = |code: &str| Query {
            currency: code.parse().ok(),
            ..Query::default()
        };
        let language = |tag: &str| Query {
            language: tag.parse().ok(),
            ..Query::default()
        };
        let capability = |word: &str| Query {
            capability: word.parse().ok(),
            ..Query::default()
        };
        assert!(fits(&currency("KRW")) && fits(&language("ko")) && fits(&capability("call")));
        assert!(!fits(&currency("EUR")) && !fits(&language("de")) && !fits(&capability("fax")));
        let mut open = seller();
        (open.currencies, open.languages) = (List::default(), List::default());
        assert!(currency("EUR").fit(&open).is_some() && language("de").fit(&open).is_some());
    }

    #[test]
    fn the_longest_answers_about_prices_and_the_log_fit_their_frame() {
        use crate::limits::{MAX_DIRECTORY_RESPONSE_BYTES, MAX_RECEIPT_BYTES};
        let widest: Number = "1234567890123456789012.345678".parse().unwrap();
        let month = MonthlyPrice {
            month: u32::MAX,
            pairs: u32::MAX,
            low: widest,
            median: widest,
            high: widest,
        };
        let months = list(vec![month.clone(); PRICE_MONTHS]);
        assert!(List::<_, PRICE_MONTHS>::try_from(vec![month; PRICE_MONTHS + 1]).is_err());
        let included = Response::Included {
            head: vec![0xff; MAX_RECEIPT_BYTES].into(),
            leaf: u64::MAX,
            path: list(vec![DocumentId::from_bytes([0xff; 32]); LOG_PATH]),
        };
        for response in [Response::Prices { months }, included] {
            let bytes = minicbor::to_vec(&response).unwrap();
            assert!(bytes.len() <= MAX_DIRECTORY_RESPONSE_BYTES);
            assert_eq!(minicbor::decode::<Response>(&bytes).unwrap(), response);
        }
    }

    #[test]
    fn requests_and_answers_read_back_as_they_were_written() {
        for request in [
            Request::Renew { seq: u64::MAX },
            Request::Withdraw,
            Request::Match {
                query: words("의자"),
            },
            Request::Lookup {
                peer: seller().from,
            },
            Request::Stamp {
                hash: DocumentId::from_bytes([7; 32]),
            },
            Request::Time,
        ] {
            let bytes = minicbor::to_vec(&request).unwrap();
            assert_eq!(minicbor::decode::<Request>(&bytes).unwrap(), request);
        }
        let refused = Response::Refused {
            reason: Reason::Unknown(900),
            detail: PeerText::default(),
        };
        let bytes = minicbor::to_vec(&refused).unwrap();
        assert_eq!(minicbor::decode::<Response>(&bytes).unwrap(), refused);
    }
}
