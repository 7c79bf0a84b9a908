//! Rows of lists that an earlier version of the program wrote are written again from the journals.

use opener_store::{DealFilter, Role as StoredRole};
use opener_trade::DealId;

use super::Engine;
use crate::PeerError;

/// The form of the rows. It rises whenever a column is added that follows from the machines, or follows otherwise.
const FORM: &str = "2";
/// The setting that holds the form of the rows in this database.
const SETTING: &str = "projection";
/// Deals that are looked at in one go.
const AT_ONCE: usize = 500;

impl Engine {
    /// Writes the rows of every deal again if an earlier version wrote them. The moments in them stay.
    pub(super) async fn rebuild(&mut self) -> Result<(), PeerError> {
        if self.store.read().setting(SETTING).await?.as_deref() == Some(FORM) {
            return Ok(());
        }
        for deal in self.all_deals().await? {
            if let Err(error) = self.rebuild_one(deal).await {
                if error.is_of_database() {
                    return Err(error);
                }
                tracing::error!(%deal, %error, "a deal's row could not be written again");
            }
        }
        let mut tx = self.store.begin().await?;
        tx.set_setting(SETTING, FORM).await?;
        Ok(tx.commit().await?)
    }

    /// The order of the list moves while rows are written, so they are all named first.
    async fn all_deals(&self) -> Result<Vec<DealId>, PeerError> {
        let mut deals: Vec<DealId> = Vec::new();
        loop {
            let all = DealFilter::default();
            let page = self
                .store
                .read()
                .deals(&all, AT_ONCE, deals.last().copied())
                .await?;
            let is_last = page.len() < AT_ONCE;
            deals.extend(page.into_iter().map(|listed| listed.row.deal));
            if is_last {
                return Ok(deals);
            }
        }
    }

    async fn rebuild_one(&mut self, deal: DealId) -> Result<(), PeerError> {
        let Some(row) = self.store.read().deal(deal).await? else {
            return Ok(());
        };
        let me = self.peer_id();
        let mut work = self.begin(row.updated_at).await?;
        if row.role == StoredRole::Seller {
            work.dialogue((deal, me)).await?;
        }
        work.project_deal(deal).await?;
        work.index(deal).await?;
        work.tx.commit().await?;
        Ok(())
    }
}
