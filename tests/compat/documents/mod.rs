//! The documents of the vectors: one deal between a buyer in Seoul and sellers in Paju and Hamburg.

mod amendments;
mod bids;
mod calls;
mod counters;
mod extensions;
mod orders;
mod questions;
mod requests;
mod rounds;
mod standalone;

pub use amendments::{amendment_refuse, order_cancel, order_change, order_change_agreed, release};
pub use bids::{bid, bid_in_euro, bid_withdraw, decline, intent};
pub use calls::{call_answer, call_candidate, call_end, call_offer};
pub use counters::{counter, counter_accept, counter_of_the_seller, counter_refuse};
pub use extensions::{extend_grant, extend_refuse, extend_request, hold};
pub use orders::{
    chat, chat_with_a_file, final_terms, lapse, not_chosen, order, order_response,
    order_response_with_changes, terms,
};
pub use questions::{answer, question};
pub use requests::{rfp, rfp_cancel, rfp_revised};
pub use rounds::{best_and_final, rfp_stamped, time_proof};
pub use standalone::{failure, listing, log_head, receipt, report_receipt, stamp};

use opener_trade::{DocumentId, envelope::Payload, sign};

use crate::actors::Actor;

/// The id that a document has when this actor signs it.
pub fn id_of<T: Payload>(signer: Actor, content: T) -> DocumentId {
    sign(&signer.identity(), content).unwrap().id()
}
