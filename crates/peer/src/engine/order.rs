//! ORDER, and the final terms after it.

use opener_decision::{Concluded, Moments, Taking, order_from, terms_of};
use opener_negotiation::{
    Rejection,
    dialogue::{Command, State},
};
use opener_trade::{
    DealId, DocumentId, Duration, PeerId, Timestamp,
    document::{FinalTerms, Terms},
    sign,
};

use super::Engine;
use crate::{OrderPart, PeerError};

/// How much later than asked an answer may still arrive: a slow line or a small difference of clocks loses no deal.
const GRACE: Duration = Duration::from_secs(60);
/// How long after the decision a seller that has heard nothing keeps the quantity.
const RELEASE: Duration = Duration::from_secs(24 * 3600);
/// The shortest time that an order gives to answer: an automatic acceptance needs a round trip.
const SHORTEST_ANSWER: Duration = Duration::from_secs(10);

impl Engine {
    /// Orders on a seller's standing bid: reserves the quantities, signs the order and queues it, at once.
    ///
    /// # Errors
    /// No bid stands, more is ordered than is left, the bid cannot be ordered so, or the clock is in doubt.
    pub async fn order(
        &mut self,
        now: Timestamp,
        deal: DealId,
        seller: PeerId,
        part: &OrderPart,
    ) -> Result<DocumentId, PeerError> {
        self.check_clock()?;
        if part.answer_within < SHORTEST_ANSWER {
            return Err(
                Rejection::not_allowed("give the seller at least ten seconds to answer").into(),
            );
        }
        let key = self.key(deal, Some(seller)).await?;
        let mut work = self.begin(now).await?;
        let state = work.dialogue(key).await?.state().clone();
        let Some(standing) = &state.standing else {
            return Err(Rejection::not_allowed("no bid stands that could be ordered").into());
        };
        let answer_by = now.plus(part.answer_within);
        let release_after = answer_by.plus(GRACE).plus(RELEASE);
        let moments = Moments {
            answer_by,
            grace: GRACE,
            release_after,
        };
        let taking = match (part.lines.as_slice(), part.lots.as_slice()) {
            ([], []) => Taking::Whole,
            ([], lots) => Taking::Lots(lots),
            (lines, _) => Taking::Lines(lines),
        };
        let order = order_from(
            &state.rfp.body,
            standing.id(),
            standing.bid(),
            taking,
            moments,
        )
        .map_err(|error| Rejection::not_allowed(error.to_string()))?;
        let id = work.say(key, Command::Order(Box::new(order))).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }

    /// Signs the final terms of a concluded dialogue and queues the signature for the other side.
    ///
    /// # Errors
    /// There is no concluded deal, or we have signed already.
    pub async fn sign_terms(
        &mut self,
        now: Timestamp,
        deal: DealId,
        seller: Option<PeerId>,
    ) -> Result<DocumentId, PeerError> {
        let key = self.key(deal, seller).await?;
        let mut work = self.begin(now).await?;
        let terms = terms(work.dialogue(key).await?.state())?;
        let signed = sign(work.identity, terms)?;
        let body = FinalTerms {
            signed: signed.bytes().to_vec().into(),
        };
        let id = work.say(key, Command::SignTerms(body)).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(id)
    }
}

/// The final terms that the documents of a dialogue lead to: the same bytes at both sides.
///
/// # Errors
/// Nothing is concluded.
pub fn terms(state: &State) -> Result<Terms, PeerError> {
    let missing = || Rejection::not_allowed("there is no concluded deal to sign terms of");
    let standing = state.standing.as_ref().ok_or_else(missing)?;
    let placed = state.order.as_ref().ok_or_else(missing)?;
    let response = placed.response.as_ref().ok_or_else(missing)?;
    Ok(terms_of(Concluded {
        deal: state.deal,
        buyer: state.buyer,
        seller: state.seller,
        rfp_id: state.rfp.id(),
        rfp: &state.rfp.body,
        bid_id: standing.id(),
        bid: standing.bid(),
        order_id: placed.document.id(),
        ordered_at: placed.document.header.issued_at,
        order: placed.order(),
        response_id: response.id(),
        accepted_at: response.header.issued_at.min(placed.order().decide_at()),
        response: &response.body,
        change: placed.amended.as_ref().map(|it| (it.agreement, &*it.order)),
    })?)
}
