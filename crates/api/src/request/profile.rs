//! Profile and listing.

use opener_peer::{Handle, Profile};
use opener_trade::PeerId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ApiError, view::ListingView};

/// Asks for the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ProfileGet {}

/// Who this peer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProfileView {
    /// The peer id: the name of its key.
    pub peer: PeerId,
    /// The profile, once it is filled in.
    pub profile: Option<Profile>,
}

/// Asks for the signed listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ListingShow {}

pub(super) async fn get(handle: &Handle, _: ProfileGet) -> Result<ProfileView, ApiError> {
    Ok(ProfileView {
        peer: handle.peer_id(),
        profile: handle.profile().await?,
    })
}

pub(super) async fn set(handle: &Handle, profile: Profile) -> Result<ProfileView, ApiError> {
    handle.set_profile(profile).await?;
    get(handle, ProfileGet {}).await
}

pub(super) async fn listing(handle: &Handle, _: ListingShow) -> Result<ListingView, ApiError> {
    Ok(ListingView::from(&handle.listing().await?))
}
