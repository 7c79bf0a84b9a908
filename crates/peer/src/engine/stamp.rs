//! A directory's stamp for a bid whose receipt does not come before its deadline.

use opener_negotiation::{Rejection, dialogue::Command};
use opener_store::StampWish;
use opener_trade::{
    DocumentId, Duration, List, PeerId, Timestamp,
    document::{Rfp, Stamp, TimeProof},
    envelope::open_as,
    limits::STAMPS,
};

use super::{Engine, Key, work::Work};
use crate::PeerError;

/// A bid without a receipt is stamped so long before its deadline: time for some tries, and for the receipt to come first
/// where the buyer is there.
const BEFORE_DEADLINE: Duration = Duration::from_secs(10 * 60);
/// How soon a stamp that did not come is asked for again: longer than a directory takes, short before a deadline.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// How long after the deadline a stamp is still asked for: our clock may be ahead of the directory's, which says it.
const CLOCK_DOUBT: Duration = Duration::from_secs(15 * 60);
/// Stamps asked for in one go.
const AT_ONCE: usize = 64;

/// A stamp to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueStamp {
    /// Of this document; the directory learns its hash alone.
    pub document: DocumentId,
    /// At these directories: those of ours that the request lets count.
    pub directories: Vec<PeerId>,
}

impl Engine {
    /// Stamps to ask for now. Each is noted as asked for, and comes again when no answer does.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub async fn stamps_due(&mut self, now: Timestamp) -> Result<Vec<DueStamp>, PeerError> {
        let wishes = self.store.read().stamps_due(now, AT_ONCE).await?;
        if wishes.is_empty() {
            return Ok(Vec::new());
        }
        let mut due = Vec::with_capacity(wishes.len());
        let mut tx = self.store.begin().await?;
        for wish in wishes {
            if now > wish.deadline.plus(CLOCK_DOUBT) {
                tx.forget_stamp(wish.document).await?;
                continue;
            }
            tx.ask_stamp_at(wish.document, now.plus(ASK_AGAIN)).await?;
            due.push(wish);
        }
        tx.commit().await?;
        let mut stamps = Vec::with_capacity(due.len());
        for wish in due {
            let state = self.state((wish.deal, self.peer_id())).await?;
            stamps.push(DueStamp {
                document: wish.document,
                directories: counting(&state.rfp.body, &self.directories),
            });
        }
        Ok(stamps)
    }

    /// Takes what a directory gave as a stamp and hands it on to the buyer. What is no stamp of this directory for a bid of
    /// ours, or came too late to prove anything, is passed over.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn stamped(
        &mut self,
        now: Timestamp,
        directory: PeerId,
        bytes: &[u8],
    ) -> Result<(), PeerError> {
        let Ok(stamp) = open_as::<Stamp>(bytes) else {
            return Ok(());
        };
        let wish = self.store.read().stamp_wish(stamp.hash).await?;
        let Some(wish) = wish.filter(|_| stamp.signer() == directory) else {
            return Ok(());
        };
        let mut work = self.begin(now).await?;
        if stamp.at <= wish.deadline {
            let key = (wish.deal, work.me());
            let proof = TimeProof {
                document: wish.document,
                stamp: bytes.to_vec().into(),
            };
            match work.say(key, Command::ProveTime(proof)).await {
                // The bid is void, or its deal does not know the directory: nothing can be proved.
                Err(PeerError::Rejected(rejection)) => {
                    tracing::debug!(%rejection, "a stamp proves nothing");
                    drop(work);
                    work = self.begin(now).await?;
                }
                said => drop(said?),
            }
        }
        work.tx.forget_stamp(wish.document).await?;
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(())
    }

    /// Prints the directories that this peer uses as those whose stamps count, where the request names none.
    pub(super) fn with_stamps(&self, mut rfp: Rfp) -> Result<Rfp, PeerError> {
        if rfp.stamps.is_empty() {
            let ours: Vec<PeerId> = self.directories.iter().take(STAMPS).copied().collect();
            rfp.stamps = List::try_from(ours).map_err(|e| Rejection::not_allowed(e.to_string()))?;
        }
        Ok(rfp)
    }
}

/// The directories of ours that a request lets count.
fn counting(rfp: &Rfp, ours: &[PeerId]) -> Vec<PeerId> {
    let counting = rfp.stamps.iter().filter(|named| ours.contains(named));
    counting.copied().collect()
}

impl Work<'_> {
    /// A bid of ours is on its way: unless its receipt comes first, a stamp is wanted as its deadline comes near.
    pub(super) async fn want_stamp(&mut self, key: Key, bid: DocumentId) -> Result<(), PeerError> {
        let state = self.dialogue(key).await?.state().clone();
        let offer = state.newest().filter(|offer| offer.document.id() == bid);
        let Some(offer) = offer else {
            return Ok(());
        };
        if counting(&state.rfp.body, self.directories).is_empty() {
            return Ok(());
        }
        let deadline = state.deadline_of(offer);
        let near = Duration::from_millis(-BEFORE_DEADLINE.millis());
        let wish = StampWish {
            document: bid,
            deal: key.0,
            deadline,
        };
        let at = deadline.plus(near).max(self.now);
        self.tx.wish_stamp(&wish, at).await?;
        Ok(())
    }

    /// A receipt in time needs no stamp beside it.
    pub(super) async fn receipt_proves(
        &mut self,
        document: DocumentId,
        at: Timestamp,
    ) -> Result<(), PeerError> {
        let wish = self.tx.read().stamp_wish(document).await?;
        if wish.is_some_and(|wish| at <= wish.deadline) {
            self.tx.forget_stamp(document).await?;
        }
        Ok(())
    }
}
