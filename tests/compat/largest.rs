//! The largest legal message of every sort fits its frame: every list full, every text at its limit, every number as
//! long as it gets. Where a limit of the frame is far above that, the test says so too.

mod negotiation;

use minicbor::bytes::ByteVec;
use opener_trade::{
    Address, Category, CountryCode, Currency, DocumentId, Duration, Language, List, Money, Number,
    PeerText, Period, Place, Quantity, Reason, Timestamp,
    directory::{Match, Query, Request, Response},
    document::{
        AmendmentRefuse, Attachment, Bid, BidLine, BidRules, Charge, ChargeKind, Chat, Commitment,
        CommitmentKind, Criterion, CriterionAnswer, Delivery, Deviation, Direction, Disclosure,
        Document, Failure, FinalTerms, Header, Incoterm, IncotermRule, Line, LineOffer, Listing,
        Lot, Measure, Order, OrderCancel, OrderChange, OrderLine, OrderResponse, Party, Price,
        Property, Receipt, Release, ResponseLine, ResponseStatus, Rfp, Roles, Schedule, Stage, Tax,
        TaxBasis, Terms, TermsLine,
    },
    envelope::{Payload, Verified, open_as},
    limits::*,
    sign,
};

use crate::actors::{Actor, deal, list, parse};

const ID: DocumentId = DocumentId::from_bytes([0xff; 32]);

/// A text of exactly `MAX` bytes, in Korean as far as it goes; unique for each number.
fn full<const MAX: usize>(unique: usize) -> PeerText<MAX> {
    let number = format!("{unique:06}");
    let syllables = (MAX - number.len()) / 3;
    let padding = MAX - number.len() - 3 * syllables;
    let text = format!("{number}{}{}", "x".repeat(padding), "한".repeat(syllables));
    assert_eq!(text.len(), MAX);
    parse(&text)
}

fn times<T, const MAX: usize>(item: impl Fn(usize) -> T) -> List<T, MAX> {
    list((0..MAX).map(item).collect())
}

fn late() -> Timestamp {
    Timestamp::from_millis(Timestamp::LATEST.millis() - MAX_LIFETIME_MS)
}

fn window() -> Option<Period> {
    Some(Period {
        from: late(),
        until: Timestamp::LATEST,
    })
}

fn place() -> Place {
    Place {
        country: parse::<CountryCode>("KR"),
        locality: full(0),
        latitude_e6: Some(-90_000_000),
        longitude_e6: Some(-180_000_000),
    }
}

fn delivery() -> Delivery {
    Delivery {
        place: place(),
        window: window(),
    }
}

fn party() -> Party {
    Party {
        name: full(0),
        place: place(),
        contact: Some(full(0)),
    }
}

fn incoterm() -> Option<Incoterm> {
    Some(Incoterm {
        rule: IncotermRule::Dat,
        place: full(0),
        year: u16::MAX,
    })
}

fn category(unique: usize) -> Category {
    Category {
        scheme: full(unique),
        version: Some(full(unique)),
        code: full(unique),
    }
}

fn attachment(unique: usize) -> Attachment {
    Attachment {
        name: full(unique),
        media_type: full(unique),
        size: u64::MAX,
        sha256: ID,
    }
}

fn currency() -> Currency {
    parse("EUR")
}

/// A number of the most characters that a number has.
fn long_number() -> Number {
    let number: Number = parse("-7.9228162514264337593543950335");
    assert_eq!(number.to_string().len(), NUMBER_CHARS);
    number
}

/// A price of nearly full length.
fn price() -> Price {
    Price {
        price: parse("0.0000000000000000000000000001"),
        base_quantity: parse("79228162514264337593543950335"),
    }
}

fn quantity() -> Quantity {
    Quantity {
        value: parse("0.0000000000000000000000000001"),
        unit: parse("H87"),
    }
}

/// What the shortest quantity at the lowest price costs. Its CBOR is short where that of other amounts is long, so
/// [`fits`] adds [`LONGER_AMOUNT`] for each amount.
fn nothing() -> Money {
    Money::zero(currency())
}

/// Bytes by which an amount can be longer in CBOR than zero: nine for 64 bits instead of one.
const LONGER_AMOUNT: usize = 8;

fn charge(unique: usize) -> Charge {
    Charge {
        kind: ChargeKind::Other,
        description: full(unique),
        amount: nothing(),
        lot: Some(u16::MAX),
    }
}

fn header(to: Option<Actor>) -> Header {
    Header {
        deal: deal(),
        from: Actor::Buyer.peer(),
        to: to.map(Actor::peer),
        seq: u64::MAX,
        previous: Some(ID),
        answers: to.map(|_| ID),
        issued_at: late(),
        expires_at: Timestamp::LATEST,
    }
}

fn direct<B>(body: B) -> Document<B> {
    Document {
        header: header(Some(Actor::Seller)),
        body,
    }
}

/// Signs and opens again; `amounts` is how many amounts the content holds, each of which could be longer.
#[track_caller]
fn fits<T: Payload + Clone + PartialEq + std::fmt::Debug>(
    content: T,
    amounts: usize,
    limit: usize,
) -> Verified<T> {
    let signed = sign(&Actor::Buyer.identity(), content).unwrap();
    let bytes = signed.bytes().len() + amounts * LONGER_AMOUNT;
    assert!(bytes <= limit, "{} takes {bytes} bytes of {limit}", T::KIND);
    assert!(
        bytes * 4 > limit || limit == MAX_DOCUMENT_BYTES,
        "{} takes only {bytes} bytes of {limit}",
        T::KIND
    );
    assert_eq!(open_as::<T>(signed.bytes()).unwrap(), signed);
    signed
}

fn largest_rfp() -> Document<Rfp> {
    let line = |i: usize| Line {
        number: u32::MAX - i as u32,
        name: full(i),
        description: full(i),
        quantity: quantity(),
        categories: times(category),
        properties: times(|j| Property {
            name: full(j),
            value: full(j),
        }),
        delivery: Some(delivery()),
        optional: true,
        lot: Some(u16::MAX),
    };
    let hundredth: Number = parse("6.25");
    let body = Rfp {
        revision: u32::MAX,
        title: full(0),
        description: full(0),
        language: parse::<Language>(&longest_language(0)),
        buyer: party(),
        schedule: Schedule {
            open: late(),
            question_cutoff: Some(late()),
            bid_deadline: Timestamp::LATEST,
            award_by: Timestamp::LATEST,
        },
        rules: BidRules {
            commitment: CommitmentKind::Firm,
            validity: Duration::from_millis(i64::MAX),
            partial: true,
            alternatives: true,
            repeated: true,
            max_rounds: MAX_ROUNDS,
            extension: Duration::from_millis(i64::MAX),
            tax_basis: TaxBasis::Unstated,
        },
        currencies: times(|_| currency()),
        delivery: delivery(),
        incoterm: incoterm(),
        payment: Some(full(0)),
        criteria: times(|i| Criterion {
            name: full(i),
            weight: hundredth,
            direction: Direction::Higher,
            best: parse("-0.0000000000000000000000000001"),
            worst: long_number(),
            knock_out: true,
            measure: Measure::Assessment,
        }),
        disclosure: Disclosure::Full,
        attachments: times(attachment),
        lots: times(|i| Lot {
            number: u16::MAX - i as u16,
            title: full(i),
        }),
        lines: times(line),
        stamps: times(|i| opener_trade::Identity::from_seed([i as u8; 32]).peer_id()),
    };
    Document {
        header: header(None),
        body,
    }
}

/// The longest language tag, unique for each number up to nine.
fn longest_language(unique: usize) -> String {
    let tag = format!("ab-12345678-12345678-12345678-1234567{unique}");
    let tag: String = tag.chars().take(35).collect();
    format!("{}{unique}", &tag[..34])
}

#[test]
fn the_largest_rfp_fits_in_one_frame() {
    fits(largest_rfp(), 0, MAX_DOCUMENT_BYTES);
}

#[test]
fn the_largest_bid_fits_in_one_frame() {
    let line = |i: usize| BidLine {
        line: u32::MAX - i as u32,
        offer: LineOffer::Alternative,
        description: full(i),
        quantity: quantity(),
        price: price(),
        amount: nothing(),
        lead_time_days: Some(u32::MAX),
    };
    let tax = |i| Tax {
        category: full(i),
        rate: parse("7.9228162514264337593543950335"),
        taxable: nothing(),
        amount: nothing(),
    };
    let bid = Bid {
        rfp: ID,
        revision: u32::MAX,
        quote_number: Some(full(0)),
        seller: party(),
        currency: currency(),
        tax_basis: TaxBasis::Gross,
        lines: times(line),
        charges: times(charge),
        taxes: times(tax),
        total: nothing(),
        delivery: Some(delivery()),
        incoterm: incoterm(),
        payment: Some(full(0)),
        deviations: times(|i| Deviation {
            field: full(i),
            line: Some(u32::MAX),
            offered: full(i),
        }),
        answers: times(|i| CriterionAnswer {
            criterion: full(i),
            value: long_number(),
            note: full(i),
        }),
        urls: times(full),
        attachments: times(attachment),
        valid_until: Timestamp::LATEST,
        commitment: Commitment::Firm {
            until: Timestamp::LATEST,
        },
        all_or_nothing: true,
        disclosure: Disclosure::Full,
    };
    fits(
        direct(bid),
        LINES + CHARGES + 2 * TAXES + 1,
        MAX_DOCUMENT_BYTES,
    );
}

fn largest_order() -> Order {
    let line = |i: usize| OrderLine {
        line: u32::MAX - i as u32,
        quantity: quantity(),
        price: price(),
        amount: nothing(),
    };
    Order {
        bid: ID,
        lines: times(line),
        charges: times(charge),
        total: nothing(),
        delivery: delivery(),
        incoterm: incoterm(),
        payment: Some(full(0)),
        answer_by: late(),
        grace: Duration::from_millis(MAX_LIFETIME_MS),
        release_after: Timestamp::LATEST,
        disclosure: Disclosure::Full,
    }
}

#[test]
fn the_largest_order_fits_in_one_frame() {
    fits(
        direct(largest_order()),
        LINES + CHARGES + 1,
        MAX_DOCUMENT_BYTES,
    );
}

#[test]
fn the_largest_response_to_an_order_and_change_of_it_fit_in_one_frame() {
    let line = |i: usize| ResponseLine {
        line: u32::MAX - i as u32,
        status: ResponseStatus::Changed,
        quantity: quantity().value,
        price: price(),
        window: window(),
        remark: full(i),
    };
    let response = OrderResponse {
        order: ID,
        lines: times(line),
        remark: full(0),
    };
    fits(direct(response), 0, MAX_DOCUMENT_BYTES);
    let Order {
        lines,
        charges,
        total,
        delivery,
        ..
    } = largest_order();
    let change = OrderChange {
        order: ID,
        lines,
        charges,
        total,
        delivery,
        remark: full(0),
    };
    fits(direct(change), LINES + CHARGES + 1, MAX_DOCUMENT_BYTES);
    let cancel = OrderCancel {
        order: ID,
        reason: full(0),
    };
    fits(direct(cancel), 0, MAX_DOCUMENT_BYTES);
    let refuse = AmendmentRefuse {
        proposal: ID,
        reason: full(0),
    };
    fits(direct(refuse), 0, MAX_DOCUMENT_BYTES);
    let release = Release {
        order: ID,
        reason: full(0),
    };
    fits(direct(release), 0, MAX_DOCUMENT_BYTES);
}

#[test]
fn a_full_order_can_be_answered() {
    let accepts = OrderResponse::accept(ID, &largest_order());
    assert_eq!(accepts.lines.len(), LINES);
}

#[test]
fn the_largest_chat_fits_in_one_frame() {
    let chat = Chat {
        text: full(0),
        attachments: times(attachment),
    };
    fits(direct(chat), 0, MAX_DOCUMENT_BYTES);
}

fn largest_listing(unique: usize) -> Listing {
    let address = |i| Address::new(&format!("/{i:0>width$}", width = ADDRESS_BYTES - 1)).unwrap();
    Listing {
        from: Actor::Buyer.peer(),
        seq: u64::MAX,
        issued_at: late(),
        expires_at: Timestamp::LATEST,
        name: full(unique),
        roles: Roles {
            buys: true,
            sells: true,
        },
        categories: times(category),
        words: full(0),
        place: place(),
        radius_km: Some(MAX_RADIUS_KM),
        currencies: times(|_| currency()),
        languages: times(|i| parse(&longest_language(i))),
        addresses: times(address),
        capabilities: times(full),
        url: Some(full(0)),
    }
}

#[test]
fn the_largest_listing_fits_its_limit() {
    fits(largest_listing(0), 0, MAX_LISTING_BYTES);
}

fn largest_terms() -> Terms {
    let line = |i: usize| TermsLine {
        line: u32::MAX - i as u32,
        category: Some(category(i)),
        quantity: quantity(),
        price: price(),
        amount: nothing(),
        name: Some(full(i)),
    };
    Terms {
        deal: deal(),
        buyer: Actor::Buyer.peer(),
        seller: Actor::Seller.peer(),
        rfp: ID,
        bid: ID,
        order: ID,
        response: ID,
        bid_valid_until: Timestamp::LATEST,
        ordered_at: late(),
        answer_by: Timestamp::LATEST,
        accepted_at: late(),
        disclosure: Disclosure::Full,
        region: Some(parse("KR")),
        lines: times(line),
        charges: times(charge),
        total: Some(nothing()),
        delivery: Some(delivery()),
        incoterm: incoterm(),
        payment: Some(full(0)),
        change: Some(ID),
    }
}

#[test]
fn the_largest_terms_fit_their_limit_and_the_document_that_carries_them() {
    let signed = fits(largest_terms(), LINES + CHARGES + 1, MAX_TERMS_BYTES);
    let longest = ByteVec::from(vec![0xff; MAX_TERMS_BYTES]);
    fits(
        direct(FinalTerms { signed: longest }),
        0,
        MAX_DOCUMENT_BYTES,
    );
    assert!(signed.bytes().len() < MAX_TERMS_BYTES);
}

#[test]
fn the_largest_receipt_and_failure_fit_their_limit() {
    let failure = Failure {
        document: Some(ID),
        from: Actor::Buyer.peer(),
        to: Actor::Seller.peer(),
        reason: Reason::Unknown(u16::MAX),
        head: Some(ID),
        detail: full(0),
        at: Timestamp::LATEST,
    };
    fits(failure, 0, MAX_RECEIPT_BYTES);
    let receipt = Receipt {
        document: ID,
        deal: deal(),
        from: Actor::Buyer.peer(),
        to: Actor::Seller.peer(),
        stage: Stage::Read,
        at: Timestamp::LATEST,
    };
    let signed = sign(&Actor::Buyer.identity(), receipt).unwrap();
    assert!(signed.bytes().len() <= MAX_RECEIPT_BYTES);
}

#[test]
fn the_largest_requests_to_a_directory_fit_in_one_frame() {
    let longest = || ByteVec::from(vec![0xff; MAX_TERMS_BYTES]);
    let query = Query {
        categories: times(category),
        words: full(0),
        place: Some(place()),
        radius_km: Some(u32::MAX),
        currency: Some(currency()),
        language: Some(parse(&longest_language(0))),
        capability: Some(full(0)),
        online_only: true,
        offset: u32::MAX,
    };
    assert_eq!(query.categories.len(), MATCH_CATEGORIES);
    for request in [
        Request::Report {
            by_buyer: longest(),
            by_seller: longest(),
        },
        Request::Register {
            listing: vec![0xff; MAX_LISTING_BYTES].into(),
        },
        Request::Match { query },
    ] {
        let bytes = minicbor::to_vec(&request).unwrap();
        assert!(
            bytes.len() <= MAX_DIRECTORY_REQUEST_BYTES,
            "{} bytes",
            bytes.len()
        );
        assert_eq!(minicbor::decode::<Request>(&bytes).unwrap(), request);
    }
}

#[test]
fn the_largest_answers_of_a_directory_fit_in_one_frame() {
    let one = || Match {
        listing: vec![0xff; MAX_LISTING_BYTES].into(),
        distance_m: Some(u32::MAX),
        online: true,
    };
    let page = Response::Matches {
        sellers: times(|_| one()),
        total: u32::MAX,
        next: Some(u32::MAX),
    };
    let refused = Response::Refused {
        reason: Reason::Unknown(u16::MAX),
        detail: full(0),
    };
    for response in [
        page,
        refused,
        Response::Found {
            seller: Some(one()),
        },
    ] {
        let bytes = minicbor::to_vec(&response).unwrap();
        assert!(
            bytes.len() <= MAX_DIRECTORY_RESPONSE_BYTES,
            "{} bytes",
            bytes.len()
        );
        assert_eq!(minicbor::decode::<Response>(&bytes).unwrap(), response);
    }
}
