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
    /// Of them, those that both have changed.
    pub changed: u64,
    /// Orders that both have cancelled.
    pub cancelled: u64,
    /// Orders that a seller let go.
    pub released: u64,
    /// Sellers who were asked for a last bid.
    pub last_bids: u64,
    /// Exports that were checked.
    pub exports: u64,
    /// What must never be, in words.
    pub broken: Vec<String>,
    /// What had not come to its end, in words.
    pub unfinished: Vec<String>,
}

/// A contract as one side keeps it: the order, the answer, the agreement that changed it last, and the quantities line by
/// line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contract {
    order: DocumentId,
    answer: DocumentId,
    change: Option<DocumentId>,
    lines: Lines,
}

type Lines = BTreeMap<u32, Decimal>;

/// Looks at every screen. At the end everything must have been settled; before it only what is never allowed counts.
pub async fn judge(market: &Market, verdict: &mut Verdict, end: bool) {
    let Some(buyers) = market.screen(market.anna).await else {
        return;
    };
    let (mut bound, mut booked) = (Lines::new(), Lines::new());
    for seller in &market.sellers {
        let name = market.world.name(*seller);
        let id = market.world.id(*seller);
        let ours = buyers.dialogues.iter().find(|state| state.seller == id);
        let screen = market.screen(*seller).await;
        let theirs = screen.as_ref().and_then(|screen| screen.dialogues.first());
        let here = ours.and_then(contract);
        let there = theirs.and_then(contract);
        let believed = match ours.is_some_and(was_contract) {
            true => here.as_ref(),
            false => there.as_ref(),
        };
        add(&mut bound, believed);
        add(&mut booked, here.as_ref());
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
        verdict.count(here.as_ref(), ours);
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
        verdict.broken.extend(other_books(&buyers, &booked));
    }
}

impl Verdict {
    fn count(&mut self, contract: Option<&Contract>, ours: Option<&State>) {
        let Some(ours) = ours else { return };
        let cancelled = ours.order.as_ref().and_then(|placed| placed.cancelled);
        self.changed += u64::from(contract.is_some_and(|it| it.change.is_some()));
        self.cancelled += u64::from(cancelled.is_some());
        self.released += u64::from(ours.phase == Phase::Released);
        self.last_bids += u64::from(ours.last_round.is_some());
    }
}

/// Whether the buyer has decided that there is a contract. Then it is hers that counts, until messages flow: a seller who
/// keeps more has signed otherwise. Else the seller's would count, if there could be one.
fn was_contract(ours: &State) -> bool {
    let signed_off = ours.phase == Phase::Released
        || ours.order.as_ref().is_some_and(|it| it.cancelled.is_some());
    signed_off || matches!(ours.phase, Phase::Concluded | Phase::Reported)
}

fn add(sum: &mut Lines, contract: Option<&Contract>) {
    for (line, quantity) in contract.iter().flat_map(|contract| &contract.lines) {
        *sum.entry(*line).or_default() += quantity;
    }
}

/// Where the buyer's books say something else than her contracts, or keep what nobody has.
fn other_books(buyers: &DealSnapshot, booked: &Lines) -> Vec<String> {
    let Some(request) = &buyers.request else {
        return Vec::new();
    };
    let is_open = |state: &State| state.proposal.is_some() || state.phase.is_ordering();
    let settled = !buyers.dialogues.iter().any(is_open);
    let lines = buyers.rfp.body.lines.iter().map(|line| line.number);
    let wrong = lines.filter(|line| {
        let sum = booked.get(line).copied().unwrap_or_default();
        request.awarded(*line) != sum || (settled && request.taken(*line) != sum)
    });
    wrong
        .map(|line| {
            let (awarded, taken) = (request.awarded(line), request.taken(line));
            format!("line {line}: {awarded} awarded and {taken} taken, with contracts {booked:?}")
        })
        .collect()
}

/// The contract of a dialogue, where one side believes in it.
fn contract(state: &State) -> Option<Contract> {
    if !matches!(state.phase, Phase::Concluded | Phase::Reported) {
        return None;
    }
    let placed = state.order.as_ref()?;
    let answer = placed.response.as_ref()?;
    let mut lines = Lines::new();
    if placed.amended.is_some() || answer.body.outcome() == OrderOutcome::Accepted {
        for line in &placed.agreed_order().lines {
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
        change: placed.amended.as_ref().map(|it| it.agreement),
        lines,
    })
}

/// Signed terms that are not those of the contract.
fn other_terms(name: &str, state: &State) -> Option<String> {
    let signed = [&state.terms.by_buyer, &state.terms.by_seller];
    let contract = contract(state)?;
    let other = signed.into_iter().flatten().find(|terms| {
        let mut lines = Lines::new();
        for line in &terms.lines {
            *lines.entry(line.line).or_default() += line.quantity.value.decimal();
        }
        (terms.order, terms.response, terms.change)
            != (contract.order, contract.answer, contract.change)
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
