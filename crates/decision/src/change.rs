//! A change to a concluded order, from what a person says of it: sums are computed, what is not named stays.

use opener_trade::{
    DocumentId, Invalid, List, Money, Number, PeerText, Quantity, Reason,
    document::{Body, Charge, Delivery, Order, OrderChange, OrderLine, OrderResponse, Price, Rfp},
    limits::{CHARGES, REMARK_BYTES},
};

use crate::terms::{Goods, answered, ordered};

/// The order as it holds.
#[derive(Debug, Clone, Copy)]
pub struct Holding<'a> {
    /// The order's id.
    pub order_id: DocumentId,
    /// The order, as both have changed it already or as it was placed.
    pub order: &'a Order,
    /// The changed answer that the buyer confirmed, where both have not changed the order since.
    pub confirmed: Option<&'a OrderResponse>,
}

/// What one line shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineEdit {
    /// The RFP's line number.
    pub line: u32,
    /// How much; zero takes the line out.
    pub quantity: Option<Number>,
    /// At what price.
    pub price: Option<Price>,
}

/// What shall be otherwise; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct Edits<'a> {
    /// The lines that change.
    pub lines: &'a [LineEdit],
    /// All charges as they shall be.
    pub charges: Option<List<Charge, CHARGES>>,
    /// Where and when to deliver.
    pub delivery: Option<Delivery>,
    /// Why.
    pub remark: PeerText<REMARK_BYTES>,
}

/// The proposal that changes an order so.
///
/// A line that is new takes the request's unit and needs quantity and price. So does one whose delivery was split at
/// several prices, because a change has each line once.
///
/// # Errors
/// A line that was not asked for or lacks its quantity or price, or any rule of form that the change would break.
pub fn change_of(
    rfp: &Rfp,
    holding: Holding<'_>,
    edits: Edits<'_>,
) -> Result<OrderChange, Invalid> {
    let order = holding.order;
    let goods = match holding.confirmed {
        Some(response) => answered(order, response),
        None => ordered(order),
    };
    let mut numbers: Vec<u32> = goods.iter().map(|(line, ..)| *line).collect();
    numbers.extend(edits.lines.iter().map(|edit| edit.line));
    numbers.sort_unstable();
    numbers.dedup();
    let mut lines = Vec::with_capacity(numbers.len());
    for number in numbers {
        let edit = edits.lines.iter().find(|edit| edit.line == number);
        if edit.is_some_and(|edit| {
            edit.quantity
                .is_some_and(|quantity| quantity.decimal().is_zero())
        }) {
            continue;
        }
        let kept = kept(&goods, number)?;
        let asked = rfp.line(number).map(|line| line.quantity.unit);
        let unit = kept.map(|(quantity, _)| quantity.unit).or(asked);
        let missing = |what: &str| {
            let field = format!("lines[{number}].{what}");
            Invalid::because(
                Reason::Malformed,
                field,
                "is needed: nothing holds that could stay",
            )
        };
        let named = edit.and_then(|edit| edit.quantity);
        let value = named.or(kept.map(|(quantity, _)| quantity.value));
        let quantity = Quantity {
            value: value.ok_or_else(|| missing("quantity"))?,
            unit: unit.ok_or_else(|| missing("line"))?,
        };
        let named = edit.and_then(|edit| edit.price);
        let price = named.or(kept.and_then(|(_, price)| price));
        let price = price.ok_or_else(|| missing("price"))?;
        lines.push(OrderLine {
            line: number,
            quantity,
            price,
            amount: price.amount_of(&quantity, order.total.currency())?,
        });
    }
    let charges = edits.charges.unwrap_or_else(|| order.charges.clone());
    let amounts = lines.iter().map(|line| line.amount);
    let total = Money::sum(
        order.total.currency(),
        amounts.chain(charges.iter().map(|charge| charge.amount)),
    )?;
    let change = OrderChange {
        order: holding.order_id,
        lines: lines.try_into()?,
        charges,
        total,
        delivery: edits.delivery.unwrap_or_else(|| order.delivery.clone()),
        remark: edits.remark,
    };
    change.check()?;
    Ok(change)
}

/// What a line comes to now: all its parts, and their price where it is one.
fn kept(goods: &Goods, number: u32) -> Result<Option<(Quantity, Option<Price>)>, Invalid> {
    let mut kept: Option<(Quantity, Option<Price>)> = None;
    for (_, quantity, price) in goods.iter().filter(|(line, ..)| *line == number) {
        kept = Some(match kept {
            None => (*quantity, Some(*price)),
            Some((sum, one)) => {
                let both = sum.value.decimal().checked_add(quantity.value.decimal());
                let value = both.map(Number::from).ok_or_else(|| {
                    Invalid::because(Reason::TooLarge, "quantity", "is too large to add up")
                })?;
                (Quantity { value, ..sum }, one.filter(|one| one == price))
            }
        });
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Taking, order_from,
        testing::{bid, charge, eur, id, moments, number, rfp},
    };
    use opener_trade::document::ResponseStatus;

    fn order() -> (Rfp, Order) {
        let rfp = rfp(&[("12", None), ("4", None), ("9", None)]);
        let mut bid = charge(bid(&rfp, &[1200, 400, 900]), 30, None);
        bid.lines = bid.lines[..2].to_vec().try_into().unwrap();
        let two = [1, 2].map(|line| crate::LinePart {
            line,
            quantity: None,
        });
        let order = order_from(&rfp, id(2), &bid, Taking::Lines(&two), moments());
        (rfp, order.unwrap())
    }

    fn edit(line: u32, quantity: &str, price: Option<&str>) -> LineEdit {
        LineEdit {
            line,
            quantity: Some(number(quantity)),
            price: price.map(|price| Price {
                price: number(price),
                base_quantity: number("1"),
            }),
        }
    }

    fn change(
        rfp: &Rfp,
        order: &Order,
        confirmed: Option<&OrderResponse>,
        lines: &[LineEdit],
    ) -> Result<OrderChange, Invalid> {
        let order_id = id(3);
        let holding = Holding {
            order_id,
            order,
            confirmed,
        };
        let edits = Edits {
            lines,
            ..Edits::default()
        };
        change_of(rfp, holding, edits)
    }

    #[test]
    fn what_is_not_named_stays_and_sums_are_computed() {
        let (rfp, order) = order();
        let less = change(&rfp, &order, None, &[edit(1, "10", None)]).unwrap();
        assert_eq!(less.total, eur(1000 + 400 + 30));
        assert_eq!(less.lines[1], order.lines[1]);
        assert_eq!(less.delivery, order.delivery);
        let lines = [edit(1, "0", None), edit(3, "9", Some("100"))];
        let other = change(&rfp, &order, None, &lines).unwrap();
        let numbers: Vec<u32> = other.lines.iter().map(|line| line.line).collect();
        assert_eq!((numbers, other.total), (vec![2, 3], eur(400 + 900 + 30)));
    }

    #[test]
    fn a_new_line_needs_what_nothing_gives_it() {
        let (rfp, order) = order();
        let no_price = change(&rfp, &order, None, &[edit(3, "9", None)]).unwrap_err();
        assert_eq!(no_price.field, "lines[3].price");
        let unknown = change(&rfp, &order, None, &[edit(9, "1", Some("1"))]).unwrap_err();
        assert_eq!(unknown.field, "lines[9].line");
        let nothing = [edit(1, "0", None), edit(2, "0", None)];
        assert_eq!(
            change(&rfp, &order, None, &nothing).unwrap_err().field,
            "lines"
        );
    }

    #[test]
    fn a_split_delivery_adds_up_where_it_has_one_price() {
        let (rfp, order) = order();
        let mut response = OrderResponse::accept(id(3), &order);
        let mut answers = response.lines.into_vec();
        answers[0].status = ResponseStatus::Changed;
        answers[0].quantity = number("5");
        let mut rest = answers[0].clone();
        rest.quantity = number("6");
        answers.push(rest);
        response.lines = answers.clone().try_into().unwrap();
        let less = change(&rfp, &order, Some(&response), &[edit(2, "3", None)]).unwrap();
        assert_eq!(less.lines[0].quantity.value, number("11"));
        answers[2].price.price = number("90");
        response.lines = answers.try_into().unwrap();
        let two = change(&rfp, &order, Some(&response), &[edit(2, "3", None)]);
        assert_eq!(two.unwrap_err().field, "lines[1].price");
    }
}
