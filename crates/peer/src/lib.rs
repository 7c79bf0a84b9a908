//! The peer program: one task that owns the store and the machines, executes their effects, and is spoken to through a
//! [`Handle`].

mod error;
mod event;
mod handle;
mod profile;
mod snapshot;

pub use error::PeerError;
pub use event::Event;
pub use handle::Handle;
pub use opener_store::{
    Assessment, Contact, DealFilter, DealRow, Delivery, DeliveryCounts, DeliveryState, DialogueRow, Notice, NoticeId,
};
pub use profile::Profile;
pub use snapshot::{
    DealSnapshot, DirectoryStatus, Found, OrderPart, Recipients, Record, Seller, SentRfp, Status,
};
