//! A dialogue played again, as the buyer saw it.

use std::collections::{HashSet, VecDeque};

use opener_negotiation::{
    Rejection, Role,
    dialogue::{Dialogue, Input, Phase, State},
};
use opener_trade::{DocumentId, Opened, PeerId, Reason, Timestamp, document::Stage};

use super::{
    evidence::{Evidence, Item},
    verdict::{CheckName, Findings, Gap, Proof},
};

/// Ticks that the end of a bundle can bring at most: a lapse, and what follows from it.
const LAST_TICKS: usize = 4;

/// Plays the dialogue with one seller and gives the state it ended in.
pub(super) fn play(evidence: &Evidence, seller: PeerId, findings: &mut Findings) -> Option<State> {
    let rfp = evidence.rfp()?;
    let opened_at = rfp.header.issued_at;
    let mut dialogue = match Dialogue::open(Role::Buyer, seller, rfp.clone(), opened_at) {
        Ok((dialogue, _)) => dialogue,
        Err(rejection) => {
            findings.fail(CheckName::Rules, rejection.rule);
            return None;
        }
    };
    let delivered = evidence.receipts.iter().find(|receipt| {
        receipt.document == rfp.id()
            && receipt.signer() == seller
            && receipt.stage == Stage::Received
    });
    if let Some(receipt) = delivered {
        let input = Input::Receipt {
            document: rfp.id(),
            at: receipt.at,
        };
        // What a receipt changes is never refused.
        let _ = dialogue.step(opened_at, input);
    }
    let mut now = opened_at;
    for turn in Turns::new(evidence, seller, rfp.id()) {
        now = now.max(turn.at);
        if let (Opened::Release(_), Some(_)) = (&*turn.item.document, turn.item.void) {
            // The buyer refuses what contradicts the seller's receipts.
            hear_receipts(&mut dialogue, now, seller, evidence, |_| true);
        }
        if let Err((check, why)) = take(&mut dialogue, now, &turn, findings) {
            findings.fail(
                check,
                format!("document {}: {why}", turn.item.document.id()),
            );
            return None;
        }
        if turn.by_buyer && agrees_for_good(&turn.item.document, seller, evidence) {
            let id = turn.item.document.id();
            hear_receipts(&mut dialogue, now, seller, evidence, |it| it == id);
        }
    }
    findings.pass(
        CheckName::Deadlines,
        "by the buyer's receipts, and stamps of directories that the request names, where there are some",
    );
    findings.pass(CheckName::Rules, "each dialogue was played again");
    finish(&mut dialogue, now.max(evidence.exported_at));
    prove(evidence, dialogue.state(), findings);
    Some(dialogue.state().clone())
}

/// Takes the seller's receipts for these documents of the buyer's.
fn hear_receipts(
    dialogue: &mut Dialogue,
    now: Timestamp,
    seller: PeerId,
    evidence: &Evidence,
    which: impl Fn(DocumentId) -> bool,
) {
    for receipt in &evidence.receipts {
        let received = receipt.signer() == seller && receipt.stage == Stage::Received;
        if received && which(receipt.document) {
            let input = Input::Receipt {
                document: receipt.document,
                at: receipt.at,
            };
            // What a receipt changes is never refused.
            let _ = dialogue.step(now, input);
        }
    }
}

/// Whether this is the buyer's agreement to something that the seller has not taken back. Then the seller's receipt for
/// it says that it holds.
fn agrees_for_good(document: &Opened, seller: PeerId, evidence: &Evidence) -> bool {
    if !matches!(document, Opened::OrderChange(_) | Opened::OrderCancel(_)) {
        return false;
    }
    let answers = document.header().and_then(|header| header.answers);
    let taken_back = evidence.items.iter().any(|item| match &*item.document {
        Opened::AmendmentRefuse(refuse) => {
            item.void.is_none()
                && refuse.signer() == seller
                && Some(refuse.body.proposal) == answers
        }
        _ => false,
    });
    !taken_back
}

/// What the time since the last document has brought.
fn finish(dialogue: &mut Dialogue, exported_at: Timestamp) {
    for _ in 0..LAST_TICKS {
        match dialogue.state().wake_at() {
            Some(at) if at <= exported_at && dialogue.step(at, Input::Tick).is_ok() => {}
            _ => break,
        }
    }
}

fn prove(evidence: &Evidence, state: &State, findings: &mut Findings) {
    let received = |id: DocumentId| evidence.received_by_buyer.contains_key(&id);
    if state
        .standing
        .as_ref()
        .is_some_and(|offer| received(offer.document.id()))
    {
        findings.prove(Proof::BidsReceived);
    }
    if state.stamped_bids() > 0 {
        findings.prove(Proof::BidsStamped);
        findings.gap(Gap::StampTimes);
    }
    if state.last_round.is_some() {
        findings.prove(Proof::LastRound);
        findings.gap(Gap::OthersAdmitted);
    }
    let Some(placed) = &state.order else {
        return;
    };
    if placed.amended.is_some() {
        findings.prove(Proof::OrderChanged);
    }
    if placed.cancelled.is_some() {
        findings.prove(Proof::OrderCancelled);
    }
    if state.phase == Phase::Released {
        findings.prove(Proof::OrderReleased);
    }
    let Some(response) = &placed.response else {
        return;
    };
    if super::terms::is_concluded(state) {
        findings.prove(Proof::Concluded);
        if received(response.id()) || state.terms.by_buyer.is_some() {
            findings.prove(Proof::AcceptanceReceived);
        }
    }
}

type Fault = (CheckName, String);

fn take(
    dialogue: &mut Dialogue,
    now: Timestamp,
    turn: &Turn<'_>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let document = &turn.item.document;
    admit_late(dialogue, now, document);
    if let (Some(reason), true) = (turn.item.void, turn.by_buyer) {
        // The seller refused it: that is claimed, because the bundle holds no signed failure.
        findings.gap(Gap::Refusals);
        dialogue.record_void(now, document, reason);
        return Ok(());
    }
    let input = Input::Document {
        document: document.clone(),
        at: now,
    };
    match (dialogue.step(now, input), turn.item.void) {
        (Ok(_), None) => Ok(()),
        (Ok(_), Some(_)) => Err((
            CheckName::Rules,
            "is marked as refused, but the rules allow it".to_owned(),
        )),
        (Err(rejection), Some(reason)) if rejection.in_chain => {
            dialogue.record_void(now, document, reason);
            Ok(())
        }
        (Err(rejection), _) => Err((check_of(document, &rejection), rejection.rule)),
    }
}

/// Admitting a late bid is an act of the buyer alone; an order, a counter-offer or a question on the bid shows that it was done,
/// and so does a hold where nothing else stands.
fn admit_late(dialogue: &mut Dialogue, now: Timestamp, document: &Opened) {
    let bid = match document {
        Opened::Order(order) => order.body.bid,
        Opened::Counter(counter) => counter.body.offer,
        Opened::BestAndFinal(asked) => asked.body.offer,
        Opened::ExtendRequest(asked) => asked.body.offer,
        Opened::Hold(hold) if hold.signer() == dialogue.state().rfp.signer() => {
            match (&dialogue.state().standing, &dialogue.state().late) {
                (None, Some(late)) => late.document.id(),
                _ => return,
            }
        }
        _ => return,
    };
    let late = dialogue
        .state()
        .late
        .as_ref()
        .map(|offer| offer.document.id());
    if late == Some(bid) {
        // Refused only where nothing is late, and then the order is refused too.
        let _ = dialogue.step(now, Input::AdmitLate { bid });
    }
}

/// The check that a refused document fails.
const fn check_of(document: &Opened, rejection: &Rejection) -> CheckName {
    match (document, rejection.reason) {
        (Opened::FinalTerms(_), _) => CheckName::Terms,
        (_, Reason::Late | Reason::Expired) => CheckName::Deadlines,
        (_, Reason::BadChain | Reason::OutOfOrder) => CheckName::Chains,
        (_, Reason::SumMismatch) => CheckName::Sums,
        _ => CheckName::Rules,
    }
}

/// One document at the moment that judges it at the buyer.
struct Turn<'a> {
    item: &'a Item,
    by_buyer: bool,
    at: Timestamp,
}

/// The documents of one dialogue in the order in which the buyer took them: by the buyer's clock, each chain in its own
/// order, and nothing before what it answers.
struct Turns<'a> {
    /// The seller's, the buyer's to everybody, the buyer's to the seller.
    chains: [VecDeque<Turn<'a>>; 3],
    pending: HashSet<DocumentId>,
}

impl<'a> Turns<'a> {
    fn new(evidence: &'a Evidence, seller: PeerId, rfp: DocumentId) -> Self {
        let buyer = evidence.buyer;
        let mut chains = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        let mut pending = HashSet::new();
        for item in &evidence.items {
            let (id, Some(header)) = (item.document.id(), item.header()) else {
                continue;
            };
            let chain = match (header.from, header.to) {
                (from, Some(to)) if from == seller && to == buyer => 0,
                (from, None) if from == buyer && id != rfp => 1,
                (from, Some(to)) if from == buyer && to == seller => 2,
                _ => continue,
            };
            let by_buyer = header.from == buyer;
            let receipted = evidence
                .received_by_buyer
                .get(&id)
                .copied()
                .filter(|_| !by_buyer);
            chains[chain].push_back(Turn {
                item,
                by_buyer,
                at: receipted.unwrap_or(header.issued_at),
            });
            pending.insert(id);
        }
        Self { chains, pending }
    }

    fn is_due(&self, turn: &Turn<'_>) -> bool {
        let answered = turn.item.header().and_then(|header| header.answers);
        answered.is_none_or(|answered| !self.pending.contains(&answered))
    }
}

impl<'a> Iterator for Turns<'a> {
    type Item = Turn<'a>;

    fn next(&mut self) -> Option<Turn<'a>> {
        let heads = self
            .chains
            .iter()
            .enumerate()
            .filter_map(|(i, chain)| Some((i, chain.front()?)));
        // What is due comes first; the rest only in a bundle whose answers run in a circle. Of one moment, the buyer has
        // taken before it wrote to everybody, and to everybody before it wrote to one: see the protocol.
        let next = heads
            .min_by_key(|(chain, turn)| (!self.is_due(turn), turn.at, *chain))
            .map(|(i, _)| i)?;
        let turn = self.chains.get_mut(next)?.pop_front()?;
        self.pending.remove(&turn.item.document.id());
        Some(turn)
    }
}
