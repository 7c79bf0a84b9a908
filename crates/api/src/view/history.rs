//! The documents of a deal in order.

use opener_peer::Record;
use opener_trade::{DocumentId, Opened, PeerId, Reason, Timestamp, document::Rfp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{SaidView, bid::count};

/// One document of a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryView {
    /// The document.
    pub document: DocumentId,
    /// Its kind; `unknown` for one that a newer version wrote.
    pub kind: String,
    /// Who signed it.
    pub from: PeerId,
    /// To whom; absent where it went to everybody invited.
    pub to: Option<PeerId>,
    /// When it was received here, or signed here.
    pub at: Timestamp,
    /// Signed by us.
    pub mine: bool,
    /// Why it has no effect, where its receiver refused it.
    pub void: Option<Reason>,
    /// Signed receipts for it.
    pub receipts: u32,
    /// What it says in words: a chat's text, a reason, a remark. Text from a stranger: never HTML.
    pub text: Option<String>,
    /// What else it says, where a card shows more of it.
    pub said: Option<SaidView>,
}

impl HistoryView {
    /// The documents of a deal as a screen shows them; each revision of the request is told from the one before.
    pub(crate) fn all(records: &[Record]) -> Vec<Self> {
        let mut before: Option<&Rfp> = None;
        records
            .iter()
            .filter(|record| !carries_a_call(&record.document))
            .map(|record| {
                let view = HistoryView::new(record, before);
                if let Opened::Rfp(rfp) = &*record.document {
                    before = Some(&rfp.body);
                }
                view
            })
            .collect()
    }

    fn new(record: &Record, before: Option<&Rfp>) -> Self {
        let document = &*record.document;
        HistoryView {
            document: document.id(),
            kind: document
                .kind()
                .map_or("unknown", |kind| kind.name())
                .to_owned(),
            from: document.signer(),
            to: document.header().and_then(|header| header.to),
            at: record.at,
            mine: record.mine,
            void: record.void,
            receipts: count(record.receipts.len()),
            text: text(document).filter(|text| !text.is_empty()),
            said: SaidView::of(document, before),
        }
    }
}

/// Whether a document only sets up the path of a call. That one took place is told by its first offer and its end.
fn carries_a_call(document: &Opened) -> bool {
    match document {
        Opened::CallAnswer(_) | Opened::CallCandidate(_) => true,
        Opened::CallOffer(offer) => offer.body.renews.is_some(),
        _ => false,
    }
}

fn text(document: &Opened) -> Option<String> {
    match document {
        Opened::Chat(chat) => Some(chat.body.text.to_string()),
        Opened::Decline(decline) => Some(decline.body.remark.to_string()),
        Opened::RfpCancel(cancel) => Some(cancel.body.reason.to_string()),
        Opened::BidWithdraw(withdraw) => Some(withdraw.body.reason.to_string()),
        Opened::NotChosen(notice) => Some(notice.body.reason.to_string()),
        Opened::OrderResponse(response) => Some(response.body.remark.to_string()),
        Opened::Counter(counter) => Some(counter.body.remark.to_string()),
        Opened::CounterRefuse(refusal) => Some(refusal.body.reason.to_string()),
        Opened::ExtendRequest(asked) => Some(asked.body.remark.to_string()),
        Opened::ExtendRefuse(refusal) => Some(refusal.body.remark.to_string()),
        Opened::Hold(hold) => Some(hold.body.remark.to_string()),
        _ => None,
    }
}
