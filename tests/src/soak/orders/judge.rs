//! What must hold: counted from the documents that both sides keep, not by the rules under test.

use std::collections::BTreeMap;

use opener_negotiation::dialogue::{Phase, State};
use opener_peer::{DealSnapshot, DeliveryState};
use opener_trade::{
    DocumentId,
    document::{OrderOutcome, ResponseStatus},
};
use rust_decimal::Decimal;

use super::market::Market;

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Lines of which sellers together are bound to more than was asked.
    pub double_awards: u64,
    /// Contracts of one side only.
    pub one_sided: u64,
    /// Contracts of both.
    pub contracts: u64,
    /// What must never be, in words.
    pub broken: Vec<String>,
    /// What had not come to its end, in words.
    pub unfinished: Vec<String>,
}

/// A contract as one side keeps it: the order, the answer, and the quantities line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contract {
    order: DocumentId,
    answer: DocumentId,
    lines: BTreeMap<u32, Decimal>,
}

/// Looks at every screen. At the end everything must have been settled; before it only what is never allowed counts.
pub async fn judge(market: &Market, verdict: &mut Verdict, end: bool) {
    let Some(buyers) = market.screen(market.anna).await else {
        return;
    };
    let mut bound: BTreeMap<u32, Decimal> = BTreeMap::new();
    for seller in &market.sellers {
        let name = market.world.name(*seller);
        let id = market.world.id(*seller);
        let ours = buyers.dialogues.iter().find(|state| state.seller == id);
        let screen = market.screen(*seller).await;
        let theirs = screen.as_ref().and_then(|screen| screen.dialogues.first());
        let here = ours.and_then(contract);
        let there = theirs.and_then(contract);
        for (line, quantity) in either(here.as_ref(), there.as_ref()) {
            *bound.entry(line).or_default() += quantity;
        }
        if !end {
            continue;
        }
        if here != there {
            verdict.one_sided += 1;
            verdict.broken.push(format!(
                "{name}: Anna has {here:?}, the seller has {there:?}"
            ));
        }
        verdict.contracts += u64::from(here.is_some() && there.is_some());
        for state in [ours, theirs].into_iter().flatten() {
            verdict.broken.extend(other_terms(name, state));
        }
        let phases = (
            ours.map(|state| state.phase),
            theirs.map(|state| state.phase),
        );
        if [phases.0, phases.1]
            .into_iter()
            .flatten()
            .any(Phase::is_ordering)
        {
            let words = format!("{name}: an order is still open, {phases:?}");
            verdict.unfinished.push(words);
        }
        if let Some(screen) = &screen {
            verdict.unfinished.extend(undelivered(name, screen));
        }
    }
    for line in &buyers.rfp.body.lines {
        let sum = bound.get(&line.number).copied().unwrap_or_default();
        if sum > line.quantity.value.decimal() {
            verdict.double_awards += 1;
            let (number, asked) = (line.number, line.quantity.value);
            let words = format!("line {number}: sellers are bound to {sum}, {asked} were asked");
            verdict.broken.push(words);
        }
    }
    if end {
        verdict.unfinished.extend(undelivered("Anna", &buyers));
    }
}

/// A seller is bound by what either side keeps: the larger of the two.
fn either(here: Option<&Contract>, there: Option<&Contract>) -> BTreeMap<u32, Decimal> {
    let mut lines = BTreeMap::new();
    for contract in [here, there].into_iter().flatten() {
        for (line, quantity) in &contract.lines {
            let kept: &mut Decimal = lines.entry(*line).or_default();
            *kept = (*kept).max(*quantity);
        }
    }
    lines
}

/// The contract of a dialogue, where one side believes in it.
fn contract(state: &State) -> Option<Contract> {
    if !matches!(state.phase, Phase::Concluded | Phase::Reported) {
        return None;
    }
    let placed = state.order.as_ref()?;
    let answer = placed.response.as_ref()?;
    let mut lines: BTreeMap<u32, Decimal> = BTreeMap::new();
    if answer.body.outcome() == OrderOutcome::Accepted {
        for line in &placed.order().lines {
            *lines.entry(line.line).or_default() += line.quantity.value.decimal();
        }
    } else {
        let kept = answer.body.lines.iter();
        for line in kept.filter(|line| line.status != ResponseStatus::Refused) {
            *lines.entry(line.line).or_default() += line.quantity.decimal();
        }
    }
    Some(Contract {
        order: placed.document.id(),
        answer: answer.id(),
        lines,
    })
}

/// Signed terms that are not those of the contract.
fn other_terms(name: &str, state: &State) -> Option<String> {
    let signed = [&state.terms.by_buyer, &state.terms.by_seller];
    let contract = contract(state)?;
    let other = signed.into_iter().flatten().find(|terms| {
        let mut lines: BTreeMap<u32, Decimal> = BTreeMap::new();
        for line in &terms.lines {
            *lines.entry(line.line).or_default() += line.quantity.value.decimal();
        }
        (terms.order, terms.response) != (contract.order, contract.answer)
            || lines != contract.lines
    })?;
    Some(format!("{name}: {contract:?} became {other:?}"))
}

fn undelivered(name: &str, screen: &DealSnapshot) -> Vec<String> {
    let open = screen
        .deliveries
        .iter()
        .filter(|row| matches!(row.state, DeliveryState::Queued | DeliveryState::Sent));
    open.map(|row| format!("{name}: a {} is not delivered", row.kind))
        .collect()
}
