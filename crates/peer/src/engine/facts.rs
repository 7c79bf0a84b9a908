//! What a dialogue's change means for the buyer's request as a whole.

use opener_negotiation::{
    Entry, LineQuantity, Role,
    dialogue::{Amendment, Phase, Proposal, State},
};
use opener_trade::{
    List, Number, Timestamp,
    document::{Order, OrderResponse, ResponseStatus},
    limits::LINES,
};

/// The facts that a request learns when a dialogue moves from one state to the next.
pub(super) fn facts(before: &State, after: &State) -> Vec<Entry> {
    let seller = after.seller;
    let mut facts = Vec::new();
    if before.standing.is_none() && after.standing.is_some() {
        facts.push(Entry::Bid { seller });
    }
    facts.extend(hold(before, after));
    let was_ordering = before.phase.is_ordering();
    if is_contract(before) {
        facts.extend(amended(before, after));
    } else if was_ordering && after.phase == Phase::Concluded {
        facts.push(Entry::Conclude {
            seller,
            lines: concluded_lines(after),
        });
    } else if was_ordering && !after.phase.is_ordering() {
        facts.push(Entry::Free { seller });
    }
    facts
}

const fn is_contract(state: &State) -> bool {
    matches!(state.phase, Phase::Concluded | Phase::Reported)
}

/// What both made of a concluded order, and what a change that we have signed may make of it.
fn amended(before: &State, after: &State) -> Option<Entry> {
    let books = |state: &State| match is_contract(state) {
        true => (concluded_lines(state), held_lines(state)),
        false => (List::default(), List::default()),
    };
    let (lines, held) = books(after);
    let changed = books(before) != (lines.clone(), held.clone());
    changed.then_some(Entry::Amend {
        seller: after.seller,
        lines,
        held,
    })
}

/// The quantities of a change that the buyer has proposed, or agreed to, and that is not settled yet.
fn held_lines(state: &State) -> List<LineQuantity, LINES> {
    let signed = |open: &&Proposal| open.by == Role::Buyer || open.agreement.is_some();
    match state
        .proposal
        .as_ref()
        .filter(signed)
        .map(|open| &open.amendment)
    {
        Some(Amendment::Change(order)) => ordered_lines(order),
        _ => List::default(),
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

/// What an order reserves.
pub(super) fn ordered_lines(order: &Order) -> List<LineQuantity, LINES> {
    bounded(order.lines.iter().map(|line| LineQuantity {
        line: line.line,
        quantity: line.quantity.value,
    }))
}

/// What was accepted in the end: the order as both have changed it or as it was placed, or the changed answer that the
/// buyer confirmed. Several answers to one line add up.
fn concluded_lines(state: &State) -> List<LineQuantity, LINES> {
    let Some(placed) = &state.order else {
        return List::default();
    };
    match (&placed.response, &placed.confirmation) {
        (Some(response), Some(_)) if placed.amended.is_none() => accepted_lines(&response.body),
        _ => ordered_lines(placed.agreed_order()),
    }
}

fn accepted_lines(response: &OrderResponse) -> List<LineQuantity, LINES> {
    let mut lines: Vec<LineQuantity> = Vec::new();
    for answer in response
        .lines
        .iter()
        .filter(|line| line.status != ResponseStatus::Refused)
    {
        match lines.iter_mut().find(|line| line.line == answer.line) {
            Some(line) => {
                let sum = line
                    .quantity
                    .decimal()
                    .checked_add(answer.quantity.decimal());
                line.quantity = sum.map_or(line.quantity, Number::from);
            }
            None => lines.push(LineQuantity {
                line: answer.line,
                quantity: answer.quantity,
            }),
        }
    }
    bounded(lines.into_iter())
}

/// An order and an answer have at most as many lines as the list holds.
fn bounded(lines: impl Iterator<Item = LineQuantity>) -> List<LineQuantity, LINES> {
    List::try_from(lines.take(LINES).collect::<Vec<_>>()).unwrap_or_default()
}
