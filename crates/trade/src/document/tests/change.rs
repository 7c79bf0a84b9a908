//! A bid with changes: what becomes of its sums, and which changes it does not take.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{at, body, edit, money, number, round_trip, text, vector};
use crate::{
    Invalid, Money, Reason,
    document::{
        Bid, Body, Change, Charge, ChargeKind, Commitment, Counter, LineOffer, Price, Tax, TaxBasis,
    },
    limits::CHARGES,
};

fn bid() -> Bid {
    body(vector!("bid"))
}

fn bid_with_tax_inside() -> Bid {
    body(vector!("bid.gross"))
}

fn changes_of(counter: &str) -> Vec<Change> {
    body::<Counter>(counter).changes.into_vec()
}

fn price(line: u32, price: &str) -> Change {
    let price = Price {
        price: number(price),
        base_quantity: number("1"),
    };
    Change::Line {
        line,
        price: Some(price),
        quantity: None,
        lead_time_days: None,
    }
}

fn quantity(line: u32, quantity: &str) -> Change {
    Change::Line {
        line,
        price: None,
        quantity: Some(number(quantity)),
        lead_time_days: None,
    }
}

fn charge(minor: i64, currency: &str) -> Charge {
    Charge {
        kind: ChargeKind::Freight,
        description: text("운송"),
        amount: money(minor, currency),
        lot: None,
    }
}

fn tax(category: &str, rate: &str, taxable: i64, amount: i64, currency: &str) -> Tax {
    Tax {
        category: text(category),
        rate: number(rate),
        taxable: money(taxable, currency),
        amount: money(amount, currency),
    }
}

#[track_caller]
fn refusal(bid: &Bid, changes: &[Change]) -> (String, Reason) {
    assert_eq!(bid.check(), Ok(()), "the bid keeps the rules");
    let Invalid { field, reason, .. } = bid.with_changes(changes).unwrap_err();
    (field, reason)
}

#[test]
fn a_changed_bid_adds_up_and_everything_else_stays() {
    let (old, new) = (
        bid(),
        bid().with_changes(&changes_of(vector!("counter"))).unwrap(),
    );
    let amounts: Vec<_> = new.lines.iter().map(|line| line.amount.minor()).collect();
    assert_eq!(
        amounts,
        [10_470_060, 9_240_000, 23_156],
        "23156.25 is rounded once"
    );
    let charges: Vec<_> = new
        .charges
        .iter()
        .map(|charge| charge.amount.minor())
        .collect();
    assert_eq!(
        charges,
        [-12_000, 150_000],
        "the kept one, then the new one"
    );
    assert_eq!(new.total, money(19_871_216, "KRW"));
    assert_eq!(
        new.taxes.to_vec(),
        [tax("S", "10", 19_871_216, 1_987_122, "KRW")]
    );
    assert_eq!(new.lines[0].lead_time_days, Some(10));
    assert_eq!(new.lines[0].quantity, old.lines[0].quantity);
    assert_eq!(new.lines[1], old.lines[1], "a line that is not named stays");
    assert_eq!(new.lines[2].quantity.value, number("1250"));
    assert_eq!(new.lines[2].price, old.lines[2].price);
    assert_eq!(
        new.delivery.as_ref().map(|d| d.place.locality.as_str()),
        Some("인천항")
    );
    assert_eq!(
        new.incoterm.as_ref().map(|term| term.place.as_str()),
        Some("인천항")
    );
    assert_eq!((&new.payment, new.deviations.len()), (&None, 0));
    assert_eq!(new.valid_until, at("2026-12-04T05:00:00Z"));
    assert!(new.commitment.is_firm_at(at("2026-11-27T05:00:00Z")));
    let rest = |bid: &Bid| Bid {
        lines: old.lines.clone(),
        charges: old.charges.clone(),
        taxes: old.taxes.clone(),
        deviations: old.deviations.clone(),
        total: old.total,
        delivery: None,
        incoterm: None,
        payment: None,
        valid_until: old.valid_until,
        commitment: old.commitment,
        ..bid.clone()
    };
    assert_eq!(rest(&new), rest(&old));
}

#[test]
fn tax_inside_the_total_is_taken_out_of_the_new_total() {
    let new = bid_with_tax_inside()
        .with_changes(&changes_of(vector!("counter.seller")))
        .unwrap();
    assert_eq!(new.total, money(1_520_700, "EUR"));
    assert_eq!(
        new.taxes.to_vec(),
        [tax("S", "19", 1_277_899, 242_801, "EUR")]
    );
    assert_eq!(
        (new.net(), new.gross()),
        (Some(money(1_277_899, "EUR")), Some(new.total))
    );
    assert_eq!(
        (new.delivery, new.commitment),
        (None, Commitment::Indicative)
    );
}

#[test]
fn a_gross_total_that_no_net_amount_gives_is_refused() {
    let old = bid_with_tax_inside();
    let cents = |minor: i64| {
        let rest = charge(minor - old.total.minor(), "EUR");
        old.with_changes(&[Change::AddCharge { charge: rest }])
    };
    assert_eq!(
        cents(15).unwrap().taxes.to_vec(),
        [tax("S", "19", 13, 2, "EUR")]
    );
    assert_eq!(
        cents(17).unwrap().taxes.to_vec(),
        [tax("S", "19", 14, 3, "EUR")]
    );
    let refused = cents(16).unwrap_err();
    assert_eq!(
        (refused.field.as_str(), refused.reason),
        ("taxes", Reason::SumMismatch)
    );
    assert!(refused.rule.contains("0.16 EUR"), "{}", refused.rule);
}

#[test]
fn several_rates_are_kept_where_no_amount_changes_and_refused_where_one_does() {
    let mut mixed = bid();
    edit(&mut mixed.taxes, |taxes| {
        *taxes = vec![
            tax("S", "10", 20_000_000, 2_000_000, "KRW"),
            tax("Z", "0", 200_000, 0, "KRW"),
        ];
    });
    assert_eq!(
        refusal(&mixed, &[price(1, "89000")]),
        ("taxes".to_owned(), Reason::NotAllowed)
    );
    let later = Change::ValidUntil {
        until: at("2026-12-24T00:00:00Z"),
    };
    assert_eq!(mixed.with_changes(&[later]).unwrap().taxes, mixed.taxes);
    let same_rate_twice = |category: &str| {
        let mut bid = bid();
        edit(&mut bid.taxes, |taxes| {
            *taxes = vec![
                tax("S", "10", 20_000_000, 2_000_000, "KRW"),
                tax(category, "10", 200_000, 20_000, "KRW"),
            ];
        });
        bid.with_changes(&[price(1, "89000")])
    };
    assert_eq!(
        same_rate_twice("S").unwrap().taxes.to_vec(),
        [tax("S", "10", 20_140_000, 2_014_000, "KRW")],
        "one rate covers everything"
    );
    assert_eq!(same_rate_twice("AE").unwrap_err().field, "taxes");
}

#[test]
fn a_bid_without_stated_tax_stays_without() {
    let mut silent = bid();
    edit(&mut silent.taxes, Vec::clear);
    silent.tax_basis = TaxBasis::Unstated;
    let new = silent.with_changes(&[price(1, "89000")]).unwrap();
    assert_eq!((new.total, new.taxes.len()), (money(20_140_000, "KRW"), 0));
}

#[test]
fn what_changes_nothing_is_refused() {
    let old = bid();
    let nothing = |change: Change| refusal(&old, &[change]);
    let refused = |field: &str| (field.to_owned(), Reason::NotAllowed);
    assert_eq!(
        refusal(&old, &[]),
        ("changes".to_owned(), Reason::Malformed)
    );
    assert_eq!(nothing(price(1, "89500")), refused("changes[0].price"));
    assert_eq!(nothing(quantity(2, "40")), refused("changes[0].quantity"));
    let days = Change::Line {
        line: 1,
        price: None,
        quantity: None,
        lead_time_days: Some(14),
    };
    assert_eq!(nothing(days), refused("changes[0].lead_time_days"));
    let same = Change::ChangeCharge {
        index: 0,
        charge: old.charges[0].clone(),
    };
    assert_eq!(nothing(same), refused("changes[0].charge"));
    assert_eq!(
        nothing(Change::Delivery { delivery: None }),
        refused("changes[0].delivery")
    );
    assert_eq!(
        nothing(Change::Incoterm { incoterm: None }),
        refused("changes[0].incoterm")
    );
    let payment = old.payment.clone();
    assert_eq!(
        nothing(Change::Payment { payment }),
        refused("changes[0].payment")
    );
    assert_eq!(
        nothing(Change::ValidUntil {
            until: old.valid_until
        }),
        refused("changes[0].until")
    );
    let commitment = old.commitment;
    assert_eq!(
        nothing(Change::Commitment { commitment }),
        refused("changes[0].commitment")
    );
    let out_and_in = [
        Change::RemoveCharge { index: 1 },
        Change::AddCharge {
            charge: old.charges[1].clone(),
        },
    ];
    assert_eq!(refusal(&old, &out_and_in), refused("changes"));
    let second = [price(1, "89000"), quantity(3, "2500")];
    assert_eq!(
        refusal(&old, &second),
        refused("changes[1].quantity"),
        "each change counts"
    );
}

#[test]
fn only_what_is_offered_can_be_changed() {
    let refused = |field: &str| (field.to_owned(), Reason::NotAllowed);
    assert_eq!(
        refusal(&bid(), &[price(9, "1")]),
        refused("changes[0].line")
    );
    let unquoted = bid_with_tax_inside();
    assert_eq!(unquoted.lines[2].offer, LineOffer::NoQuote);
    assert_eq!(
        refusal(&unquoted, &[price(3, "1")]),
        refused("changes[0].line")
    );
    assert_eq!(
        refusal(&bid(), &[Change::RemoveCharge { index: 2 }]),
        refused("changes[0].index")
    );
    let there = Change::ChangeCharge {
        index: 2,
        charge: charge(1, "KRW"),
    };
    assert_eq!(refusal(&bid(), &[there]), refused("changes[0].index"));
}

#[test]
fn charges_are_named_by_their_place_before_any_change() {
    let both = [
        Change::RemoveCharge { index: 0 },
        Change::RemoveCharge { index: 1 },
    ];
    assert!(bid().with_changes(&both).unwrap().charges.is_empty());
    let back = [
        Change::RemoveCharge { index: 1 },
        Change::RemoveCharge { index: 0 },
    ];
    assert_eq!(bid().with_changes(&back), bid().with_changes(&both));
}

#[test]
fn the_result_keeps_the_rules_of_a_bid() {
    let until = at("2026-11-30T05:00:00.001Z");
    let too_firm = [Change::Commitment {
        commitment: Commitment::Firm { until },
    }];
    assert_eq!(
        refusal(&bid(), &too_firm),
        ("commitment.until".to_owned(), Reason::Malformed)
    );
    let too_short = [Change::ValidUntil {
        until: at("2026-11-23T04:59:59.999Z"),
    }];
    assert_eq!(refusal(&bid(), &too_short).0, "commitment.until");
    for change in [
        Change::AddCharge {
            charge: charge(1, "EUR"),
        },
        Change::ChangeCharge {
            index: 0,
            charge: charge(1, "EUR"),
        },
    ] {
        let refused = (
            "changes[0].charge.amount".to_owned(),
            Reason::CurrencyNotAllowed,
        );
        assert_eq!(refusal(&bid(), &[change]), refused);
    }
    let full: Vec<_> = (0..CHARGES - 1)
        .map(|i| Change::AddCharge {
            charge: charge(i as i64, "KRW"),
        })
        .collect();
    assert_eq!(
        refusal(&bid(), &full),
        ("charges.list".to_owned(), Reason::TooLarge)
    );
    assert_eq!(
        bid().with_changes(&full[1..]).unwrap().charges.len(),
        CHARGES
    );
    let huge = [price(1, "9999999999999999999999999999")];
    assert_eq!(refusal(&bid(), &huge).0, "changes[0].amount");
    let sum = [
        price(1, "70000000000000000"),
        price(2, "200000000000000000"),
    ];
    assert_eq!(refusal(&bid(), &sum).0, "total.amount");
}

#[test]
fn a_change_and_its_opposite_end_where_they_began() {
    let there = [
        price(1, "87250.5"),
        quantity(3, "1250"),
        Change::Payment { payment: None },
    ];
    let back = [
        price(1, "89500"),
        quantity(3, "2500"),
        Change::Payment {
            payment: bid().payment,
        },
    ];
    let again = bid()
        .with_changes(&there)
        .unwrap()
        .with_changes(&back)
        .unwrap();
    assert_eq!(
        again,
        Bid {
            deviations: again.deviations.clone(),
            ..bid()
        }
    );
}

fn any_change() -> impl Strategy<Value = Change> {
    let minor = || -1_000_000i64..1_000_000;
    let currency = || select(vec!["KRW", "KRW", "KRW", "EUR"]);
    let line = (
        0u32..6,
        option::of(0i64..100_000),
        option::of(1i64..10_000),
        option::of(0u32..3),
    );
    prop_oneof![
        line.prop_map(|(line, price, quantity, lead_time_days)| Change::Line {
            line,
            price: price.map(|price| Price {
                price: rust_decimal::Decimal::new(price, 3).into(),
                base_quantity: number("10"),
            }),
            quantity: quantity.map(|digits| rust_decimal::Decimal::new(digits, 1).into()),
            lead_time_days,
        }),
        (minor(), currency()).prop_map(|(minor, code)| Change::AddCharge {
            charge: charge(minor, code)
        }),
        (0u8..4, minor(), currency()).prop_map(|(index, minor, code)| Change::ChangeCharge {
            index,
            charge: charge(minor, code)
        }),
        (0u8..4).prop_map(|index| Change::RemoveCharge { index }),
        Just(Change::Payment { payment: None }),
        any::<i64>().prop_map(|ms| Change::ValidUntil {
            until: crate::Timestamp::from_millis(ms)
        }),
        Just(Change::Commitment {
            commitment: Commitment::Revocable
        }),
    ]
}

/// The bid in won, without tax stated, with a rate on everything, or with a rate inside.
fn taxed(basis: TaxBasis) -> Bid {
    let mut bid = bid();
    bid.tax_basis = basis;
    edit(&mut bid.taxes, |taxes| match basis {
        TaxBasis::Net => {}
        TaxBasis::Unstated => taxes.clear(),
        TaxBasis::Gross => {
            taxes[0].taxable = money(18_363_636, "KRW");
            taxes[0].amount = money(1_836_364, "KRW");
        }
    });
    assert_eq!(bid.check(), Ok(()));
    bid
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_are_refused_or_make_a_bid_that_adds_up(
        changes in vec(any_change(), 1..6),
        basis in select(vec![TaxBasis::Net, TaxBasis::Gross, TaxBasis::Unstated]),
    ) {
        let old = taxed(basis);
        if let Ok(new) = old.with_changes(&changes) {
            prop_assert_eq!(new.check(), Ok(()));
            let amounts = new.offered().map(|line| line.amount);
            let total = Money::sum(new.currency, amounts.chain(new.charges.iter().map(|c| c.amount)));
            prop_assert_eq!(Ok(new.total), total);
            prop_assert_eq!(new.taxes.len(), old.taxes.len());
            prop_assert_ne!(Bid { deviations: old.deviations.clone(), ..new }, old);
        }
    }

    #[test]
    fn any_counter_offer_reads_back_as_it_was_written(changes in vec(any_change(), 1..6)) {
        let sample: Counter = body(vector!("counter"));
        let counter = Counter { changes: changes.try_into().unwrap(), ..sample };
        prop_assume!(counter.check().is_ok());
        round_trip::round_trip(vector!("counter"), 1, counter)?;
    }
}
