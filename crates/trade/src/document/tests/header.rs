//! Rules of the header: chain, addressee, lifetime.

use super::{content, refused, vector};
use crate::{
    DocumentId, Timestamp,
    document::{Answer, Bid, Chat, Document, Rfp, RfpCancel},
    envelope::Payload,
    limits::MAX_LIFETIME_MS,
};

const ID: DocumentId = DocumentId::from_bytes([7; 32]);

#[test]
fn a_chain_begins_with_one_and_names_the_document_before() {
    refused! { content::<Document<Chat>>(vector!("chat"));
        |d| d.header.seq = 0 => "header.previous", BadChain;
        |d| d.header.previous = Some(ID) => "header.previous", BadChain;
        |d| d.header.seq = 2 => "header.previous", BadChain;
    }
    refused! { content::<Document<Bid>>(vector!("bid"));
        |d| d.header.previous = None => "header.previous", BadChain;
        |d| d.header.seq = 0 => "header.previous", BadChain;
        |d| d.header.seq = 1 => "header.previous", BadChain;
    }
}

#[test]
fn a_broadcast_names_nobody_and_everything_else_names_another() {
    let to = content::<Document<Chat>>(vector!("chat")).header.to;
    refused! { content::<Document<RfpCancel>>(vector!("rfp-cancel")); |d| d.header.to = to => "header.to", Malformed; }
    refused! { content::<Document<Chat>>(vector!("chat"));
        |d| d.header.to = None => "header.to", Malformed;
        |d| d.header.to = Some(d.header.from) => "header.to", Malformed;
    }
}

#[test]
fn a_broadcast_answers_nobody() {
    refused! { content::<Document<Rfp>>(vector!("rfp")); |d| d.header.answers = Some(ID) => "header.answers", Malformed; }
    refused! { content::<Document<RfpCancel>>(vector!("rfp-cancel")); |d| d.header.answers = Some(ID) => "header.answers", Malformed; }
    refused! { content::<Document<Answer>>(vector!("answer")); |d| d.header.answers = Some(ID) => "header.answers", Malformed; }
}

#[test]
fn a_document_lives_two_years_at_most_and_not_less_than_nothing() {
    let after =
        |d: &Document<Chat>, ms: i64| Timestamp::from_millis(d.header.issued_at.millis() + ms);
    let chat = content::<Document<Chat>>(vector!("chat"));
    refused! { chat;
        |d| d.header.expires_at = after(d, -1) => "header.expires_at", Malformed;
        |d| d.header.expires_at = after(d, MAX_LIFETIME_MS + 1) => "header.expires_at", Malformed;
    }
    for ms in [0, MAX_LIFETIME_MS] {
        let mut chat = chat.clone();
        chat.header.expires_at = after(&chat, ms);
        assert_eq!(chat.check(), Ok(()));
    }
}
