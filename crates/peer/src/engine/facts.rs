//! What a dialogue's change means for the buyer's request as a whole.

use opener_negotiation::{
    Entry, LineQuantity, Rejection, Role,
    dialogue::{Amendment, Phase, Proposal, State},
};
use opener_trade::{
    List, Number, Quantity, Timestamp,
    document::{Order, OrderResponse, ResponseStatus, Rfp},
    limits::LINES,
};

/// The facts that a request learns when a dialogue moves from one state to the next.
///
/// # Errors
/// A quantity cannot be said in the unit of the request.
pub(super) fn facts(before: &State, after: &State) -> Result<Vec<Entry>, Rejection> {
    let seller = after.seller;
    let mut facts = Vec::new();
    if before.standing.is_none() && after.standing.is_some() {
        facts.push(Entry::Bid { seller });
    }
    facts.extend(hold(before, after));
    let was_ordering = before.phase.is_ordering();
    if is_contract(before) {
        facts.extend(amended(before, after)?);
    } else if was_ordering && after.phase == Phase::Concluded {
        facts.push(Entry::Conclude {
            seller,
            lines: concluded_lines(after)?,
        });
    } else if was_ordering && !after.phase.is_ordering() {
        facts.push(Entry::Free { seller });
    }
    Ok(facts)
}

const fn is_contract(state: &State) -> bool {
    matches!(state.phase, Phase::Concluded | Phase::Reported)
}

/// What both made of a concluded order, and what a change that we have signed may make of it.
fn amended(before: &State, after: &State) -> Result<Option<Entry>, Rejection> {
    let (before, (lines, held)) = (books(before)?, books(after)?);
    let changed = before != (lines.clone(), held.clone());
    Ok(changed.then_some(Entry::Amend {
        seller: after.seller,
        lines,
        held,
    }))
}

fn books(state: &State) -> Result<(Lines, Lines), Rejection> {
    if !is_contract(state) {
        return Ok((List::default(), List::default()));
    }
    Ok((concluded_lines(state)?, held_lines(state)?))
}

type Lines = List<LineQuantity, LINES>;

/// The quantities of a change that the buyer has proposed, or agreed to, and that is not settled yet.
fn held_lines(state: &State) -> Result<Lines, Rejection> {
    let signed = |open: &&Proposal| open.by == Role::Buyer || open.agreement.is_some();
    match state
        .proposal
        .as_ref()
        .filter(signed)
        .map(|open| &open.amendment)
    {
        Some(Amendment::Change(order)) => ordered_lines(&state.rfp.body, order),
        _ => Ok(List::default()),
    }
}

/// A promise of ours to deal with nobody else for what a seller offers. It ends with the dialogue.
fn hold(before: &State, after: &State) -> Option<Entry> {
    let held = |state: &State| {
        let over = state.phase.is_terminal() || state.phase == Phase::Concluded;
        state.holds.by_buyer.filter(|_| !over)
    };
    let lines = |state: &State| {
        let offered = state
            .standing
            .iter()
            .flat_map(|offer| offer.bid().offered());
        offered.map(|line| line.line).collect::<Vec<_>>()
    };
    if held(before) == held(after) {
        return None;
    }
    Some(Entry::Hold {
        seller: after.seller,
        until: held(after).unwrap_or(Timestamp::from_millis(0)),
        lines: List::try_from(lines(after)).unwrap_or_default(),
    })
}

/// What an order reserves, in the units of the request.
///
/// # Errors
/// A quantity cannot be said in the unit of the request.
pub(super) fn ordered_lines(rfp: &Rfp, order: &Order) -> Result<Lines, Rejection> {
    let lines = order.lines.iter();
    bounded(lines.map(|line| LineQuantity::asked(rfp, line.line, line.quantity)))
}

/// What was accepted in the end: the order as both have changed it or as it was placed, or the changed answer that the
/// buyer confirmed. Several answers to one line add up.
fn concluded_lines(state: &State) -> Result<Lines, Rejection> {
    let Some(placed) = &state.order else {
        return Ok(List::default());
    };
    let rfp = &state.rfp.body;
    match (&placed.response, &placed.confirmation) {
        (Some(response), Some(_)) if placed.amended.is_none() => {
            accepted_lines(rfp, placed.order(), &response.body)
        }
        _ => ordered_lines(rfp, placed.agreed_order()),
    }
}

/// An answer speaks in the units of its order.
fn accepted_lines(rfp: &Rfp, order: &Order, response: &OrderResponse) -> Result<Lines, Rejection> {
    let mut lines: Vec<(u32, Quantity)> = Vec::new();
    for answer in response
        .lines
        .iter()
        .filter(|line| line.status != ResponseStatus::Refused)
    {
        if let Some((_, sum)) = lines.iter_mut().find(|(line, _)| *line == answer.line) {
            let added = sum.value.decimal().checked_add(answer.quantity.decimal());
            sum.value = added.map_or(sum.value, Number::from);
            continue;
        }
        let ordered = order.lines.iter().find(|line| line.line == answer.line);
        if let Some(ordered) = ordered {
            let (value, unit) = (answer.quantity, ordered.quantity.unit);
            lines.push((answer.line, Quantity { value, unit }));
        }
    }
    let lines = lines.into_iter();
    bounded(lines.map(|(line, quantity)| LineQuantity::asked(rfp, line, quantity)))
}

/// An order and an answer have at most as many lines as the list holds.
fn bounded(
    lines: impl Iterator<Item = Result<LineQuantity, Rejection>>,
) -> Result<Lines, Rejection> {
    let lines: Vec<_> = lines.take(LINES).collect::<Result<_, _>>()?;
    Ok(List::try_from(lines)?)
}
