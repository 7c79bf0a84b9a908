//! The final terms of a concluded deal, computed by both parties to the same bytes.

use opener_trade::{
    DealId, DocumentId, Invalid, List, Money, PeerId, PeerText, Quantity, Timestamp,
    document::{
        Bid, Disclosure, LineOffer, Order, OrderOutcome, OrderResponse, Price, ResponseStatus, Rfp,
        Terms, TermsLine,
    },
    envelope::Payload,
    limits::{CHARGES, LINES},
};

/// The documents of a concluded deal, with what their headers say.
#[derive(Debug, Clone, Copy)]
pub struct Concluded<'a> {
    /// The deal.
    pub deal: DealId,
    /// Who buys.
    pub buyer: PeerId,
    /// Who sells.
    pub seller: PeerId,
    /// Id of the RFP's revision that the bid answers.
    pub rfp_id: DocumentId,
    /// That RFP.
    pub rfp: &'a Rfp,
    /// Id of the bid.
    pub bid_id: DocumentId,
    /// The bid that was ordered.
    pub bid: &'a Bid,
    /// Id of the order.
    pub order_id: DocumentId,
    /// `issued_at` of the order's header.
    pub ordered_at: Timestamp,
    /// The order.
    pub order: &'a Order,
    /// Id of the response that made the contract.
    pub response_id: DocumentId,
    /// `issued_at` of that response's header.
    pub accepted_at: Timestamp,
    /// The response: acceptance of the order, or the changes that the buyer accepted.
    pub response: &'a OrderResponse,
    /// The order as both have changed it since, and the id of the agreement that did so last.
    pub change: Option<(DocumentId, &'a Order)>,
}

/// The terms of a deal at the stricter of the disclosures that RFP, bid and order allow.
///
/// An order that is accepted as it stands gives its own lines. A changed answer gives the lines it does not refuse, in
/// its own order, with its quantities and prices. The charges are those of the order: an answer changes none. An order
/// that both have changed since gives its lines, charges and delivery, and the terms name the agreement.
/// `answer_by` is [`Order::decide_at`], grace included. Nothing but the documents goes in, so both parties compute the
/// same terms.
///
/// # Errors
/// The response does not fit the order, refuses all of it, or the terms fail their check: ordered after the bid's
/// validity, accepted after `answer_by`.
pub fn terms_of(concluded: Concluded<'_>) -> Result<Terms, Invalid> {
    let Concluded {
        rfp,
        bid,
        order,
        response,
        ..
    } = concluded;
    response.check_against(order)?;
    let disclosure = rfp.disclosure.min(bid.disclosure).min(order.disclosure);
    let agreed = concluded.change.map_or(order, |(_, changed)| changed);
    let lines = match concluded.change {
        Some(_) => lines_of(rfp, bid, agreed, ordered(agreed), disclosure)?,
        None => lines_of(rfp, bid, order, answered(order, response), disclosure)?,
    };
    if lines.is_empty() {
        return Err(Invalid::new("response", "refuses every line"));
    }
    let charges = agreed.charges.to_vec();
    let prices = disclosure >= Disclosure::Prices;
    let full = disclosure == Disclosure::Full;
    let amounts = lines.iter().map(|line| line.amount);
    let total = Money::sum(
        order.total.currency(),
        amounts.chain(charges.iter().map(|charge| charge.amount)),
    )?;
    let terms = Terms {
        deal: concluded.deal,
        buyer: concluded.buyer,
        seller: concluded.seller,
        rfp: concluded.rfp_id,
        bid: concluded.bid_id,
        order: concluded.order_id,
        response: concluded.response_id,
        bid_valid_until: bid.valid_until,
        ordered_at: concluded.ordered_at,
        answer_by: order.decide_at(),
        accepted_at: concluded.accepted_at,
        disclosure,
        region: prices.then_some(agreed.delivery.place.country),
        lines: disclosed::<_, LINES>(prices, lines)?,
        charges: disclosed::<_, CHARGES>(prices, charges)?,
        total: prices.then_some(total),
        delivery: full.then(|| agreed.delivery.clone()),
        incoterm: order.incoterm.clone().filter(|_| full),
        payment: order.payment.clone().filter(|_| full),
        change: concluded.change.map(|(agreement, _)| agreement),
    };
    terms.check()?;
    Ok(terms)
}

fn disclosed<T, const MAX: usize>(prices: bool, items: Vec<T>) -> Result<List<T, MAX>, Invalid> {
    if prices {
        items.try_into()
    } else {
        Ok(List::default())
    }
}

pub(crate) type Goods = Vec<(u32, Quantity, Price)>;

pub(crate) fn ordered(order: &Order) -> Goods {
    let lines = order.lines.iter();
    lines
        .map(|line| (line.line, line.quantity, line.price))
        .collect()
}

/// What a response makes of an order.
pub(crate) fn answered(order: &Order, response: &OrderResponse) -> Goods {
    if response.outcome() == OrderOutcome::Accepted {
        return ordered(order);
    }
    let kept = response
        .lines
        .iter()
        .filter(|answer| answer.status != ResponseStatus::Refused);
    kept.filter_map(|answer| {
        let ordered = order.lines.iter().find(|line| line.line == answer.line)?;
        let unit = ordered.quantity.unit;
        let value = answer.quantity;
        Some((answer.line, Quantity { value, unit }, answer.price))
    })
    .collect()
}

/// The agreed lines. What was offered instead of what was asked is not of the asked category, and has its own name.
fn lines_of(
    rfp: &Rfp,
    bid: &Bid,
    order: &Order,
    agreed: Goods,
    disclosure: Disclosure,
) -> Result<Vec<TermsLine>, Invalid> {
    let line = |(number, quantity, price): (u32, Quantity, Price)| {
        let asked = rfp.line(number);
        let mut offered = bid.offered().filter(|line| line.line == number);
        let instead = offered.find(|line| line.offer == LineOffer::Alternative);
        let name = match instead {
            Some(line) => Some(PeerText::truncated(line.description.as_str())),
            None => asked.map(|line| line.name.clone()),
        };
        let category = asked.and_then(|line| line.categories.first().cloned());
        Ok(TermsLine {
            line: number,
            category: category.filter(|_| instead.is_none()),
            quantity,
            price,
            amount: price.amount_of(&quantity, order.total.currency())?,
            name: name.filter(|_| disclosure == Disclosure::Full),
        })
    };
    agreed.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Taking, order_from,
        testing::{at, bid, charge, eur, id, moments, number, rfp, text},
    };
    use opener_trade::{Category, Duration, Identity};

    struct Deal {
        rfp: Rfp,
        bid: Bid,
        order: Order,
        response: OrderResponse,
        change: Option<Order>,
    }

    fn deal(disclosure: Disclosure) -> Deal {
        let mut rfp = rfp(&[("12", Some(1)), ("4", Some(2))]);
        let mut lines = rfp.lines.clone().into_vec();
        lines[0].categories = vec![Category {
            scheme: text("CPV"),
            version: None,
            code: text("39112000-0"),
        }]
        .try_into()
        .unwrap();
        rfp.lines = lines.try_into().unwrap();
        (rfp.payment, rfp.disclosure) = (Some(text("30 days")), disclosure);
        let bid = charge(bid(&rfp, &[1200, 400]), 30, Some(2));
        let order = order_from(&rfp, id(2), &bid, Taking::Whole, moments()).unwrap();
        let response = OrderResponse::accept(id(3), &order);
        Deal {
            rfp,
            bid,
            order,
            response,
            change: None,
        }
    }

    fn terms(deal: &Deal) -> Result<Terms, Invalid> {
        terms_of(Concluded {
            deal: DealId::from_bytes([9; 16]),
            buyer: Identity::from_seed([1; 32]).peer_id(),
            seller: Identity::from_seed([2; 32]).peer_id(),
            rfp_id: id(1),
            rfp: &deal.rfp,
            bid_id: id(2),
            bid: &deal.bid,
            order_id: id(3),
            ordered_at: at(8_000),
            order: &deal.order,
            response_id: id(4),
            accepted_at: at(9_000),
            response: &deal.response,
            change: deal.change.as_ref().map(|order| (id(5), order)),
        })
    }

    #[test]
    fn each_disclosure_says_what_it_may_and_no_more() {
        let full = terms(&deal(Disclosure::Full)).unwrap();
        assert_eq!(full.total, Some(eur(1630)));
        assert_eq!(full.lines[0].name.as_ref().unwrap().as_str(), "chair");
        assert_eq!(full.payment, Some(text("30 days")));
        assert_eq!(full.answer_by, moments().answer_by.plus(moments().grace));
        let prices = terms(&deal(Disclosure::Prices)).unwrap();
        assert_eq!((prices.total, prices.lines.len()), (full.total, 2));
        assert!(prices.lines[0].category.is_some());
        assert!(prices.payment.is_none() && prices.lines[0].name.is_none());
        let conclusion = terms(&deal(Disclosure::Conclusion)).unwrap();
        assert!(conclusion.lines.is_empty() && conclusion.charges.is_empty());
        assert_eq!((conclusion.total, conclusion.region), (None, None));
    }

    #[test]
    fn what_was_offered_instead_has_its_own_name_and_not_the_asked_category() {
        let mut deal = deal(Disclosure::Full);
        let mut lines = deal.bid.lines.clone().into_vec();
        lines[0].offer = LineOffer::Alternative;
        lines[0].description = text("stool");
        deal.bid.lines = lines.try_into().unwrap();
        let terms = terms(&deal).unwrap();
        assert_eq!(terms.lines[0].name, Some(text("stool")));
        assert_eq!(terms.lines[0].category, None);
        assert_eq!(terms.lines[1].name, Some(text("chair")));
    }

    #[test]
    fn the_strictest_of_the_three_documents_holds() {
        let mut deal = deal(Disclosure::Full);
        deal.bid.disclosure = Disclosure::Prices;
        assert_eq!(terms(&deal).unwrap().disclosure, Disclosure::Prices);
        deal.order.disclosure = Disclosure::Conclusion;
        assert_eq!(terms(&deal).unwrap().disclosure, Disclosure::Conclusion);
    }

    #[test]
    fn a_changed_answer_gives_its_quantities_and_prices_and_drops_what_it_refuses() {
        let mut deal = deal(Disclosure::Full);
        let mut answers = deal.response.lines.clone().into_vec();
        answers[1].status = ResponseStatus::Refused;
        answers[0].status = ResponseStatus::Changed;
        answers[0].quantity = number("5");
        let mut second = answers[0].clone();
        second.quantity = number("7");
        second.price = Price {
            price: number("110"),
            base_quantity: number("1"),
        };
        answers.insert(0, second);
        deal.response.lines = answers.try_into().unwrap();
        let terms = terms(&deal).unwrap();
        let amounts: Vec<Money> = terms.lines.iter().map(|line| line.amount).collect();
        assert_eq!(amounts, [eur(770), eur(500)]);
        assert_eq!(terms.charges, deal.order.charges);
        assert_eq!(terms.total, Some(eur(1270 + 30)));
    }

    #[test]
    fn an_order_that_both_have_changed_gives_its_goods_and_names_the_agreement() {
        let mut deal = deal(Disclosure::Full);
        let mut changed = deal.order.clone();
        changed.lines = changed.lines[..1].to_vec().try_into().unwrap();
        changed.charges = vec![].try_into().unwrap();
        changed.total = eur(1200);
        changed.delivery.place.locality = text("Kiel");
        deal.change = Some(changed.clone());
        // Whatever the answer was before.
        let mut answers = deal.response.lines.clone().into_vec();
        answers[1].status = ResponseStatus::Refused;
        deal.response.lines = answers.try_into().unwrap();
        let terms = terms(&deal).unwrap();
        assert_eq!(terms.change, Some(id(5)));
        assert_eq!((terms.lines.len(), terms.total), (1, Some(eur(1200))));
        assert!(terms.charges.is_empty());
        assert_eq!(terms.delivery, Some(changed.delivery));
        assert_eq!(terms.accepted_at, at(9_000));
    }

    #[test]
    fn an_acceptance_gives_the_lines_of_the_order_in_its_order_and_once() {
        let mut deal = deal(Disclosure::Full);
        let mut answers = deal.response.lines.clone().into_vec();
        answers.reverse();
        deal.response.lines = answers.clone().try_into().unwrap();
        let signed = terms(&deal).unwrap();
        let lines: Vec<u32> = signed.lines.iter().map(|line| line.line).collect();
        assert_eq!((lines, signed.total), (vec![1, 2], Some(deal.order.total)));
        answers.push(answers[0].clone());
        deal.response.lines = answers.try_into().unwrap();
        assert_eq!(terms(&deal).unwrap_err().field, "lines[0].status");
    }

    #[test]
    fn what_was_refused_altogether_or_does_not_fit_the_order_has_no_terms() {
        let mut deal = deal(Disclosure::Full);
        deal.response = OrderResponse::refuse(id(3), &deal.order, PeerText::default());
        assert_eq!(terms(&deal).unwrap_err().field, "response");
        let one = deal.response.lines[..1].to_vec();
        deal.response.lines = one.try_into().unwrap();
        assert_eq!(terms(&deal).unwrap_err().field, "lines");
    }

    #[test]
    fn an_order_after_the_bid_s_validity_has_no_terms() {
        let mut deal = deal(Disclosure::Full);
        deal.bid.valid_until = at(8_000);
        assert!(terms(&deal).is_ok());
        deal.bid.valid_until = at(8_000).plus(Duration::from_millis(-1));
        assert_eq!(terms(&deal).unwrap_err().field, "ordered_at");
    }

    #[test]
    fn both_parties_sign_one_and_the_same_document() {
        let signed = |seed| {
            let terms = terms(&deal(Disclosure::Full)).unwrap();
            opener_trade::sign(&Identity::from_seed([seed; 32]), terms).unwrap()
        };
        assert_eq!(signed(1).id(), signed(2).id());
        assert_ne!(signed(1).signer(), signed(2).signer());
    }
}
