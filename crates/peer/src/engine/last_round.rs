//! The best-and-final round: one transaction records whom the buyer admits, and signs the question to each of them.

use std::collections::BTreeSet;

use opener_negotiation::{ADMITTED, Entry, Rejection, dialogue::Command};
use opener_trade::{DealId, DocumentId, List, Timestamp, document::BestAndFinal};

use super::Engine;
use crate::{LastBids, PeerError};

impl Engine {
    /// Asks the admitted sellers for their last bids, all of them or none. Where nothing is said, there is as much time to
    /// choose afterwards as the request gave.
    ///
    /// # Errors
    /// The deadline for bids has not passed, something is ordered, there was a last round, the bid of one of the sellers
    /// does not stand, too many sellers are named, or the clock is in doubt.
    pub async fn ask_last_bids(
        &mut self,
        now: Timestamp,
        deal: DealId,
        asked: LastBids,
    ) -> Result<Vec<DocumentId>, PeerError> {
        self.check_clock()?;
        let sellers: BTreeSet<_> = asked.sellers.into_iter().collect();
        let admitted =
            List::try_from(sellers.iter().copied().collect::<Vec<_>>()).map_err(|_| {
                Rejection::not_allowed(format!("a last round admits at most {ADMITTED} sellers"))
            })?;
        let mut work = self.begin(now).await?;
        let state = work.request(deal).await?.state();
        let (rfp, schedule) = (state.rfp.id(), state.rfp.body.schedule);
        let time_to_choose = schedule.award_by.since(schedule.bid_deadline);
        let deadline = asked.deadline;
        let award_by = asked
            .award_by
            .unwrap_or_else(|| schedule.award_by.max(deadline.plus(time_to_choose)));
        let fact = Entry::LastRound {
            sellers: admitted,
            deadline,
            award_by,
        };
        work.tell_request(deal, fact).await?;
        let mut documents = Vec::with_capacity(sellers.len());
        for seller in sellers {
            let key = (deal, seller);
            let state = work.dialogue(key).await?.state();
            let standing = state.standing.as_ref().ok_or_else(|| {
                Rejection::not_allowed("only a seller whose bid stands is asked for its last bid")
            })?;
            let question = BestAndFinal {
                rfp,
                offer: standing.id(),
                deadline,
                award_by,
                remark: asked.remark.clone(),
            };
            documents.push(work.say(key, Command::AskLastBid(question)).await?);
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(documents)
    }
}
