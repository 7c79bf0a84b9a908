use super::*;
use crate::{
    DealId, Timestamp,
    document::{Chat, Document, Header},
};

fn chat(identity: &Identity, to: &Identity, text: &str) -> Document<Chat> {
    let header = Header {
        deal: DealId::from_bytes([1; 16]),
        from: identity.peer_id(),
        to: Some(to.peer_id()),
        seq: 1,
        previous: None,
        answers: None,
        issued_at: Timestamp::from_millis(1_000),
        expires_at: Timestamp::from_millis(2_000),
    };
    Document {
        header,
        body: Chat::of(text.parse().unwrap()),
    }
}

fn pair() -> (Identity, Identity) {
    (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]))
}

#[test]
fn what_is_signed_opens_as_the_same_document() {
    let (ann, bob) = pair();
    let signed = sign(&ann, chat(&ann, &bob, "hello")).unwrap();
    let Opened::Chat(opened) = open(signed.bytes()).unwrap() else {
        panic!("a chat")
    };
    assert_eq!(opened, signed);
    assert_eq!(
        open_as::<Document<Chat>>(signed.bytes()).unwrap().id(),
        signed.id()
    );
}

#[test]
fn what_was_kept_opens_under_its_own_id_alone() {
    let (ann, bob) = pair();
    let signed = sign(&ann, chat(&ann, &bob, "hello")).unwrap();
    let other = sign(&ann, chat(&ann, &bob, "good-bye")).unwrap();
    let Opened::Chat(kept) = open_own_record(signed.id(), signed.bytes()).unwrap() else {
        panic!("a chat")
    };
    assert_eq!(kept, signed);
    assert!(open_own_record(other.id(), signed.bytes()).is_err());
    let mut bytes = signed.bytes().to_vec();
    let at = bytes.windows(5).position(|part| part == b"hello").unwrap();
    bytes[at] = b'j';
    assert!(open_own_record(signed.id(), &bytes).is_err());
}

#[test]
fn nobody_signs_in_anothers_name() {
    let (ann, bob) = pair();
    assert_eq!(
        sign(&bob, chat(&ann, &bob, "hello")).unwrap_err(),
        EnvelopeError::BadSignature
    );
}

#[test]
fn no_single_bit_of_a_document_can_be_flipped() {
    let (ann, bob) = pair();
    let signed = sign(&ann, chat(&ann, &bob, "hello")).unwrap();
    for bit in 0..signed.bytes().len() * 8 {
        let mut bytes = signed.bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&bytes).is_err(), "bit {bit} was flipped unnoticed");
    }
}

#[test]
fn no_document_can_be_cut_short_or_lengthened() {
    let (ann, bob) = pair();
    let signed = sign(&ann, chat(&ann, &bob, "hello")).unwrap();
    for len in 0..signed.bytes().len() {
        assert!(open(&signed.bytes()[..len]).is_err(), "cut to {len} bytes");
    }
    let mut longer = signed.bytes().to_vec();
    longer.push(0);
    assert!(open(&longer).is_err());
}

#[test]
fn a_signature_on_one_kind_does_not_serve_another() {
    let (ann, bob) = pair();
    let payload = minicbor::to_vec(chat(&ann, &bob, "hello")).unwrap();
    let (as_decline, _) = cose::seal(&ann, Kind::Decline, payload).unwrap();
    assert!(matches!(
        open(&as_decline),
        Err(EnvelopeError::Malformed(_))
    ));
    let signed = sign(&ann, chat(&ann, &bob, "hello")).unwrap();
    assert!(matches!(
        open_as::<crate::document::Receipt>(signed.bytes()),
        Err(EnvelopeError::VersionUnsupported(_))
    ));
}

#[test]
fn an_unregistered_kind_is_kept_as_unknown_with_its_header() {
    let vector: serde_json::Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/v1/zz-future.json")).unwrap();
    let text = |pointer: &str| vector.pointer(pointer).and_then(|it| it.as_str()).unwrap();
    let bytes = data_encoding::HEXLOWER.decode(text("/signed/0/cose").as_bytes());
    let opened = open(&bytes.unwrap()).unwrap();
    assert_eq!(
        (opened.kind(), opened.id().to_string().as_str()),
        (None, text("/id"))
    );
    let header = opened.header().unwrap();
    assert_eq!(header.from.to_string(), text("/content/header/from"));
    assert_eq!(
        header.seq,
        vector
            .pointer("/content/header/seq")
            .unwrap()
            .as_u64()
            .unwrap()
    );
}

#[test]
fn a_document_over_its_limit_is_neither_signed_nor_read() {
    let huge = vec![0; MAX_DOCUMENT_BYTES + 1];
    assert_eq!(open(&huge).unwrap_err().reason(), Reason::TooLarge);
    assert_eq!(within_limit(Kind::Receipt, MAX_RECEIPT_BYTES), Ok(()));
    assert_eq!(
        within_limit(Kind::Receipt, MAX_RECEIPT_BYTES + 1),
        Err(EnvelopeError::TooLarge(MAX_RECEIPT_BYTES))
    );
}
