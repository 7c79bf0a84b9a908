//! Random documents within the limits read back as they were written; random bytes do no harm.

use proptest::{collection::vec, option, prelude::*, sample::select};
use rust_decimal::Decimal;

use super::{content, vector};
use crate::{
    Category, Currency, Duration, Identity, List, Number, PeerText, Period, Place, Quantity,
    Timestamp,
    document::{
        Bid, BidLine, BidRules, Body, Charge, ChargeKind, Commitment, CommitmentKind, Criterion,
        Delivery, Direction, Disclosure, Document, Line, LineOffer, Lot, Measure, Price, Property,
        Rfp, TaxBasis,
    },
    envelope::{open, open_as, sign},
};

fn words<const MAX: usize>() -> impl Strategy<Value = PeerText<MAX>> {
    "[ -~가-힣é\u{202e}\n]{0,40}".prop_map(|text| PeerText::truncated(&text))
}

fn name<const MAX: usize>() -> impl Strategy<Value = PeerText<MAX>> {
    words::<MAX>().prop_map(|text| PeerText::truncated(&format!("이름 {text}")))
}

fn list<T: std::fmt::Debug + Clone, const MAX: usize>(
    item: impl Strategy<Value = T>,
    at_most: usize,
) -> impl Strategy<Value = List<T, MAX>> {
    vec(item, 0..=at_most.min(MAX)).prop_map(|items| List::try_from(items).unwrap())
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0..=Timestamp::LATEST.millis()).prop_map(Timestamp::from_millis)
}

fn any_number() -> impl Strategy<Value = Number> {
    (any::<i128>(), 0u32..=28).prop_map(|(digits, scale)| {
        let digits = digits % (1 << 96);
        Number::from(Decimal::from_i128_with_scale(digits, scale))
    })
}

fn positive(up_to: u32, scale: u32) -> impl Strategy<Value = Number> {
    (1..=up_to, 0..=scale)
        .prop_map(|(digits, scale)| Number::from(Decimal::new(i64::from(digits), scale)))
}

fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["EUR", "KRW", "BHD", "JPY"]).prop_map(|code| code.parse().unwrap())
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let unit = select(vec!["H87", "KGM", "LS", "MTR"]);
    (positive(1_000_000, 3), unit).prop_map(|(value, unit)| Quantity {
        value,
        unit: unit.parse().unwrap(),
    })
}

fn place() -> impl Strategy<Value = Place> {
    let position = option::of((-90_000_000..=90_000_000, -180_000_000..=180_000_000));
    (words(), position).prop_map(|(locality, position)| Place {
        country: "KR".parse().unwrap(),
        locality,
        latitude_e6: position.map(|(latitude, _)| latitude),
        longitude_e6: position.map(|(_, longitude)| longitude),
    })
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let window = option::of((moment(), moment())).prop_map(|window| {
        window.map(|(a, b)| Period {
            from: a.min(b),
            until: a.max(b),
        })
    });
    (place(), window).prop_map(|(place, window)| Delivery { place, window })
}

fn category() -> impl Strategy<Value = Category> {
    (name(), option::of(words()), name()).prop_map(|(scheme, version, code)| Category {
        scheme,
        version,
        code,
    })
}

fn line() -> impl Strategy<Value = Line> {
    let property = (words(), words()).prop_map(|(name, value)| Property { name, value });
    let parts = (
        name(),
        words(),
        quantity(),
        list(category(), 4),
        list(property, 8),
        option::of(delivery()),
    );
    (parts, any::<bool>(), option::of(0u16..3)).prop_map(|(parts, optional, lot)| {
        let (name, description, quantity, categories, properties, delivery) = parts;
        Line {
            number: 0,
            name,
            description,
            quantity,
            categories,
            properties,
            delivery,
            optional,
            lot,
        }
    })
}

fn criterion() -> impl Strategy<Value = Criterion> {
    let measure = select(vec![
        Measure::Total,
        Measure::LeadTimeDays,
        Measure::DistanceKm,
        Measure::Answer,
    ]);
    (any_number(), any_number(), any::<bool>(), measure).prop_filter_map(
        "bounds differ",
        |(a, b, knock_out, measure)| {
            (a < b).then(|| Criterion {
                name: PeerText::truncated("기준"),
                weight: Number::ZERO,
                direction: Direction::Lower,
                best: a,
                worst: b,
                knock_out,
                measure,
            })
        },
    )
}

fn rfp() -> impl Strategy<Value = Rfp> {
    let texts = (name(), words(), option::of(words()));
    let rules = (
        0..=crate::limits::MAX_ROUNDS,
        any::<[bool; 3]>(),
        0..i64::MAX,
    );
    let lists = (
        vec(line(), 1..12),
        vec(criterion(), 1..6),
        vec(currency(), 1..4),
    );
    (
        texts,
        rules,
        lists,
        delivery(),
        [moment(), moment(), moment()],
    )
        .prop_map(
            |(
                (title, description, payment),
                (max_rounds, flags, ms),
                (mut lines, mut criteria, currencies),
                delivery,
                at,
            )| {
                let mut at = at;
                at.sort();
                for (i, line) in lines.iter_mut().enumerate() {
                    line.number = i as u32;
                }
                for (i, criterion) in criteria.iter_mut().enumerate() {
                    criterion.name = PeerText::truncated(&format!("기준 {i}"));
                }
                criteria[0].weight = Number::from(100);
                let lots: Vec<_> = (0..3)
                    .map(|number| Lot {
                        number,
                        title: PeerText::default(),
                    })
                    .collect();
                let sample: Rfp = super::body(vector!("rfp"));
                let mut schedule = sample.schedule;
                (schedule.open, schedule.question_cutoff) = (at[0], Some(at[0]));
                (schedule.bid_deadline, schedule.award_by) = (at[1], at[2]);
                Rfp {
                    title,
                    description,
                    payment,
                    schedule,
                    rules: BidRules {
                        commitment: CommitmentKind::Indicative,
                        validity: Duration::from_millis(ms),
                        partial: flags[0],
                        alternatives: flags[1],
                        repeated: flags[2],
                        max_rounds,
                        ..BidRules::default()
                    },
                    currencies: currencies.try_into().unwrap(),
                    delivery,
                    criteria: criteria.try_into().unwrap(),
                    lots: lots.try_into().unwrap(),
                    lines: lines.try_into().unwrap(),
                    ..sample
                }
            },
        )
}

/// Lines and charges whose sums are computed as the rules say.
fn bid() -> impl Strategy<Value = Bid> {
    let offer = select(vec![LineOffer::Quoted, LineOffer::Alternative]);
    let line = (
        offer,
        words(),
        quantity(),
        positive(10_000_000, 4),
        positive(100, 0),
        option::of(any::<u32>()),
    );
    let charge = (words(), -1_000_000i64..1_000_000, option::of(any::<u16>()));
    let commitment = prop_oneof![
        Just(Commitment::Indicative),
        Just(Commitment::Revocable),
        moment().prop_map(|until| Commitment::Firm { until }),
    ];
    (
        vec(line, 1..20),
        vec(charge, 0..5),
        currency(),
        commitment,
        any::<bool>(),
    )
        .prop_map(|(lines, charges, currency, commitment, all_or_nothing)| {
            let line =
                |(i, (offer, description, quantity, price, base_quantity, lead_time_days))| {
                    let price = Price {
                        price,
                        base_quantity,
                    };
                    let amount = price.amount_of(&quantity, currency).unwrap();
                    BidLine {
                        line: i as u32,
                        offer,
                        description,
                        quantity,
                        price,
                        amount,
                        lead_time_days,
                    }
                };
            let lines: Vec<_> = lines.into_iter().enumerate().map(line).collect();
            let charge = |(description, minor, lot)| {
                let amount = crate::Money::from_minor(minor, currency);
                Charge {
                    kind: ChargeKind::Packing,
                    description,
                    amount,
                    lot,
                }
            };
            let charges: Vec<_> = charges.into_iter().map(charge).collect();
            let amounts = lines
                .iter()
                .map(|l: &BidLine| l.amount)
                .chain(charges.iter().map(|c: &Charge| c.amount));
            let total = crate::Money::sum(currency, amounts).unwrap();
            Bid {
                currency,
                tax_basis: TaxBasis::Unstated,
                lines: lines.try_into().unwrap(),
                charges: charges.try_into().unwrap(),
                taxes: List::default(),
                total,
                valid_until: Timestamp::LATEST,
                commitment,
                all_or_nothing,
                disclosure: Disclosure::Full,
                ..super::body(vector!("bid"))
            }
        })
}

/// Through CBOR, through JSON, and through the envelope.
pub(super) fn round_trip<B>(vector: &str, seed: u8, body: B) -> Result<(), TestCaseError>
where
    B: Body + Clone + PartialEq + std::fmt::Debug + serde::Serialize + serde::de::DeserializeOwned,
{
    prop_assert_eq!(body.check(), Ok(()));
    let bytes = minicbor::to_vec(&body).unwrap();
    prop_assert_eq!(&minicbor::decode::<B>(&bytes).unwrap(), &body);
    prop_assert_eq!(
        minicbor::to_vec(minicbor::decode::<B>(&bytes).unwrap()).unwrap(),
        bytes
    );
    let json = serde_json::to_string(&body).unwrap();
    prop_assert_eq!(&serde_json::from_str::<B>(&json).unwrap(), &body);
    let header = content::<Document<B>>(vector).header;
    let signed = sign(&Identity::from_seed([seed; 32]), Document { header, body }).unwrap();
    prop_assert_eq!(open_as::<Document<B>>(signed.bytes()).unwrap(), signed);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_reads_back_as_it_was_written(rfp in rfp()) {
        round_trip(vector!("rfp"), 1, rfp)?;
    }

    #[test]
    fn any_bid_reads_back_as_it_was_written(bid in bid()) {
        round_trip(vector!("bid"), 2, bid)?;
    }

    #[test]
    fn any_number_reads_back_as_it_was_written(number in any_number()) {
        prop_assert_eq!(number.to_string().parse::<Number>(), Ok(number));
        let bytes = minicbor::to_vec(number).unwrap();
        prop_assert_eq!(minicbor::decode::<Number>(&bytes).unwrap(), number);
    }

    #[test]
    fn any_bytes_are_refused_and_do_no_harm(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(open(&bytes).is_err());
        let _ = minicbor::decode::<Document<Bid>>(&bytes);
        let _ = minicbor::decode::<crate::directory::Request>(&bytes);
        let _ = minicbor::decode::<crate::directory::Response>(&bytes);
    }

    #[test]
    fn a_bid_with_some_bytes_changed_decodes_or_not_and_does_no_harm(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = minicbor::to_vec(content::<Document<Bid>>(vector!("bid"))).unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(bid) = minicbor::decode::<Document<Bid>>(&bytes) {
            let _ = crate::envelope::Payload::check(&bid);
        }
    }
}
