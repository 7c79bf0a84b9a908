//! What a recipient signs.

use opener_trade::{
    Identity, Opened, Timestamp, Verified,
    document::{Receipt, Stage},
    sign,
};

/// The receipt that a recipient signs.
pub fn receipt(recipient: &Identity, document: &Opened, at: Timestamp) -> Verified<Receipt> {
    let header = document.header().unwrap();
    let receipt = Receipt {
        document: document.id(),
        deal: header.deal,
        from: recipient.peer_id(),
        to: header.from,
        stage: Stage::Received,
        at,
    };
    sign(recipient, receipt).unwrap()
}
