//! When the machines want to be woken.

use opener_trade::{DealId, PeerId, Timestamp};

use crate::{
    Read, StoreError, Write,
    row::{Fields, millis, rows},
};

pub(crate) const DUE: &str = "SELECT deal, seller FROM (
        SELECT wake_at, deal, x'' AS seller FROM deal WHERE wake_at <= ?1
        UNION ALL SELECT wake_at, deal, seller FROM dialogue WHERE wake_at <= ?1)
    ORDER BY wake_at, deal, seller LIMIT ?2";

impl Write<'_> {
    /// Sets when the machine of a dialogue, or with no seller of the request, wants to be woken; false if there is no
    /// such row.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn set_wake(
        &mut self,
        deal: DealId,
        seller: Option<PeerId>,
        at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let query = match &seller {
            Some(seller) => {
                sqlx::query("UPDATE dialogue SET wake_at = ?2 WHERE deal = ?1 AND seller = ?3")
                    .bind(deal.as_bytes().as_slice())
                    .bind(millis(at))
                    .bind(seller.as_bytes().as_slice())
            }
            None => sqlx::query("UPDATE deal SET wake_at = ?2 WHERE deal = ?1")
                .bind(deal.as_bytes().as_slice())
                .bind(millis(at)),
        };
        let done = query.execute(self.connection()).await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Read<'_> {
    /// The machines to wake by now, longest due first: of a deal and a seller, or with no seller of the request.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn wakes_due(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(DealId, Option<PeerId>)>, StoreError> {
        let query = sqlx::query(DUE).bind(now.millis()).bind(rows(limit));
        let found = query.fetch_all(&mut *self.connection().await).await?;
        found
            .iter()
            .map(|row| Ok((row.id("deal")?, row.maybe_id("seller")?)))
            .collect()
    }
}
