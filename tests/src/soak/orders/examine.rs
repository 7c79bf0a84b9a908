//! What must hold of every program when a schedule is over: its export proves the deal to anybody, its inbox tells
//! nothing twice, and a restart changes nothing of what it knows.

use std::collections::BTreeSet;

use opener_api::transcript::{Bundle, CheckName, verify};
use opener_negotiation::dialogue::Phase;
use opener_sim::Actor;

use super::{judge::Verdict, market::Market};

/// More than any inbox of a schedule has.
const ALL: usize = 10_000;

/// Examines every program that runs.
pub async fn examine(market: &mut Market, verdict: &mut Verdict) {
    for actor in market.everybody() {
        let name = market.world.name(actor).to_owned();
        for fault in [
            export(market, actor, verdict).await,
            inbox(market, actor).await,
            restart(market, actor).await,
        ]
        .into_iter()
        .flatten()
        {
            verdict.broken.push(format!("{name}: {fault}"));
        }
    }
}

/// The documents alone, with the receipts, prove the deal.
async fn export(market: &Market, actor: Actor, found: &mut Verdict) -> Option<String> {
    let (deal, screen) = (market.deal?, market.screen(actor).await?);
    let records = market.world.records(actor, deal).await;
    // An export is read in the order of the times in it. A clock that is set back upsets them, and nothing says when a
    // document was refused: one that crossed an order reads as if it had come before.
    if market.clock_was_set || records.iter().any(|record| record.void.is_some()) {
        return None;
    }
    let bundle = Bundle::new(&screen, None, &records, market.world.clock(actor));
    let bytes = serde_json::to_vec(&bundle).ok()?;
    let verdict = verify(&bytes);
    found.exports += 1;
    // A contract counts as proved only when both have signed its terms, for which nobody has to hurry.
    let unsigned = screen.dialogues.iter().any(|state| {
        state.phase == Phase::Concluded
            && (state.terms.by_buyer.is_none() || state.terms.by_seller.is_none())
    });
    let failed = verdict.checks.iter().filter(|check| !check.ok);
    let failed: Vec<_> = failed
        .filter(|check| !(unsigned && check.check == CheckName::Terms))
        .collect();
    (!failed.is_empty()).then(|| format!("the export proves nothing: {failed:?}"))
}

/// What needs a person stands in the inbox once.
async fn inbox(market: &Market, actor: Actor) -> Option<String> {
    let notices = market.world.engine(actor).notices(false, ALL).await.ok()?;
    let mut told = BTreeSet::new();
    let twice = notices.iter().find(|notice| {
        let about = notice.document.map(|document| document.to_string());
        about.is_some() && !told.insert((notice.kind.clone(), about))
    });
    twice.map(|notice| format!("the inbox tells twice: {notice:?}"))
}

/// The program is started again, and knows what it knew.
async fn restart(market: &mut Market, actor: Actor) -> Option<String> {
    let before = market.world.everything(actor).await;
    market.world.kill(actor);
    market.world.restart(actor).await;
    let after = market.world.everything(actor).await;
    let lost = before.lines().zip(after.lines()).find(|(a, b)| a != b);
    (before != after).then(|| format!("a restart changes what it knows: {lost:?}"))
}
