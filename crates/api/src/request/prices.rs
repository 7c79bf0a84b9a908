//! What goods cost, by the reports of others.

use opener_peer::Handle;
use opener_trade::{Category, CountryCode, Currency, Unit, directory::PriceQuery};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::PricesView};

/// Asks what comparable goods cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct PricesShow {
    /// What, by code.
    pub category: Category,
    /// In which unit (UN/ECE Recommendation 20): `H87` is a piece.
    pub unit: Unit,
    /// In which currency.
    pub currency: Currency,
    /// Delivered in which country.
    pub region: CountryCode,
}

pub(super) async fn show(handle: &Handle, asked: PricesShow) -> Result<Vec<PricesView>, ApiError> {
    let query = PriceQuery {
        category: asked.category,
        unit: asked.unit,
        currency: asked.currency,
        region: asked.region,
    };
    let found = handle.prices(query).await?;
    Ok(found.into_iter().map(PricesView::from).collect())
}
