//! Rules of a change to an order and of its cancellation: both agree, or nothing changes.

use super::{body, content, edit, money, number, refused, text, vector};
use crate::{
    DealId, DocumentId, Identity, PeerId, Reason, Verified,
    document::{Body, Document, Header, Order, OrderCancel, OrderChange, same_change},
    sign,
};

const ID: DocumentId = DocumentId::from_bytes([7; 32]);

fn change() -> OrderChange {
    body(vector!("order-change"))
}

fn peer(seed: u8) -> PeerId {
    Identity::from_seed([seed; 32]).peer_id()
}

fn signed<B: Body>(seed: u8, document: Document<B>) -> Verified<Document<B>> {
    sign(&Identity::from_seed([seed; 32]), document).unwrap()
}

#[test]
fn a_change_adds_up_in_one_currency() {
    refused! { change();
        |c| edit(&mut c.lines, |lines| lines[0].amount = money(1, "KRW")) => "lines[0].amount", SumMismatch;
        |c| c.total = money(18_370_001, "KRW") => "total", SumMismatch;
        |c| edit(&mut c.charges, |charges| charges.clear()) => "total", SumMismatch;
        |c| edit(&mut c.lines, |lines| lines[0].amount = money(8_950_000, "JPY")) => "lines[0].amount", CurrencyNotAllowed;
        |c| edit(&mut c.charges, |charges| charges[0].amount = money(180_000, "JPY")) => "total.currency", CurrencyNotAllowed;
        |c| c.total = money(18_370_000, "JPY") => "lines[0].amount", CurrencyNotAllowed;
    }
}

#[test]
fn a_change_orders_something_once_at_a_price() {
    refused! { change();
        |c| edit(&mut c.lines, |lines| lines.clear()) => "lines", Malformed;
        |c| edit(&mut c.lines, |lines| lines[1].line = 1) => "lines[1]", Malformed;
        |c| edit(&mut c.lines, |lines| lines[0].quantity.value = number("0")) => "lines[0].quantity", Malformed;
        |c| edit(&mut c.lines, |lines| lines[0].price.price = number("-1")) => "lines[0].price", Malformed;
        |c| c.delivery.place.latitude_e6 = None => "delivery.place.latitude_e6", Malformed;
    }
    let mut silent = change();
    silent.remark = text("");
    assert_eq!(silent.check(), Ok(()));
}

#[test]
fn a_changed_order_is_the_change_and_the_rest_of_the_order() {
    let order: Order = body(vector!("order"));
    let changed = order.with_change(&change()).unwrap();
    assert_eq!(changed.check(), Ok(()));
    let OrderChange {
        lines,
        charges,
        total,
        delivery,
        ..
    } = change();
    assert_eq!(
        changed,
        Order {
            lines,
            charges,
            total,
            delivery,
            ..order.clone()
        }
    );
    assert_ne!(changed, order);
}

#[test]
fn a_change_changes_something_in_the_same_currency() {
    let order: Order = body(vector!("order"));
    let refusal = |change: &OrderChange| {
        let refused = order.with_change(change).unwrap_err();
        (refused.field, refused.reason)
    };
    let same = OrderChange {
        lines: order.lines.clone(),
        charges: order.charges.clone(),
        total: order.total,
        delivery: order.delivery.clone(),
        ..change()
    };
    assert_eq!(refusal(&same), ("lines".to_owned(), Reason::NotAllowed));
    let mut in_yen = change();
    edit(&mut in_yen.lines, |lines| {
        for line in lines {
            line.amount = money(line.amount.minor(), "JPY");
        }
    });
    edit(&mut in_yen.charges, |charges| {
        charges[0].amount = money(180_000, "JPY")
    });
    in_yen.total = money(18_370_000, "JPY");
    assert_eq!(in_yen.check(), Ok(()));
    assert_eq!(
        refusal(&in_yen),
        ("total".to_owned(), Reason::CurrencyNotAllowed)
    );
    let mut wrong = change();
    wrong.total = money(1, "KRW");
    assert_eq!(refusal(&wrong), ("total".to_owned(), Reason::SumMismatch));
}

#[test]
fn both_agree_by_the_same_body_in_answer_to_the_proposal() {
    let proposal = signed(1, content::<Document<OrderChange>>(vector!("order-change")));
    let agreed = content::<Document<OrderChange>>(vector!("order-change.agreed"));
    assert!(same_change(&proposal, &signed(2, agreed.clone())));
    let said = |change: &dyn Fn(&mut Document<OrderChange>)| {
        let mut document = agreed.clone();
        change(&mut document);
        same_change(&proposal, &signed(2, document))
    };
    assert!(!said(&|d| d.header.answers = None));
    assert!(!said(&|d| d.header.answers = Some(ID)));
    assert!(!said(&|d| d.header.deal = DealId::from_bytes([9; 16])));
    assert!(!said(&|d| d.header.to = Some(peer(3))));
    assert!(!said(&|d| d.body.order = ID));
    assert!(
        !said(&|d| d.body.remark = text("다릅니다")),
        "a remark may hold a condition"
    );
    assert!(!said(&|d| d.body.delivery.window = None));
    assert!(!said(&|d| {
        edit(&mut d.body.charges, Vec::clear);
        d.body.total = money(18_190_000, "KRW");
    }));
}

#[test]
fn nobody_agrees_with_himself_or_for_another() {
    let proposal = signed(1, content::<Document<OrderChange>>(vector!("order-change")));
    let by = |seed: u8| {
        let document = content::<Document<OrderChange>>(vector!("order-change.agreed"));
        let header = Header {
            from: peer(seed),
            ..document.header
        };
        signed(
            seed,
            Document {
                header: Header {
                    to: Some(peer(4)),
                    ..header
                },
                ..document
            },
        )
    };
    assert!(!same_change(&proposal, &by(1)));
    assert!(!same_change(&proposal, &by(3)));
    assert!(!same_change(&proposal, &proposal));
    let stranger = content::<Document<OrderChange>>(vector!("order-change.agreed"));
    let header = Header {
        from: peer(3),
        ..stranger.header
    };
    assert!(!same_change(
        &proposal,
        &signed(3, Document { header, ..stranger })
    ));
}

#[test]
fn a_cancellation_is_agreed_likewise() {
    let proposal = signed(2, content::<Document<OrderCancel>>(vector!("order-cancel")));
    let header = Header {
        from: peer(1),
        to: Some(peer(2)),
        answers: Some(proposal.id()),
        ..proposal.header.clone()
    };
    let agreement = |body| {
        signed(
            1,
            Document {
                header: header.clone(),
                body,
            },
        )
    };
    assert!(same_change(&proposal, &agreement(proposal.body.clone())));
    let other = OrderCancel {
        reason: text("싫습니다"),
        ..proposal.body.clone()
    };
    assert!(!same_change(&proposal, &agreement(other)));
    assert_eq!(
        OrderCancel {
            order: ID,
            reason: text("")
        }
        .check(),
        Ok(())
    );
}
