//! The worked examples of the protocol pages are the vectors.

use std::{fs, path::Path};

use crate::{actors::Actor, vectors::named};

/// A page without white space, so that it may break long hexadecimal strings where it likes.
fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol");
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.split_whitespace().collect()
}

#[test]
fn the_worked_example_of_the_envelope_is_the_chat_vector() {
    let page = page("0002-envelope.md");
    let chat = named("chat");
    for part in [
        "/payload",
        "/protected",
        "/id",
        "/media_type",
        "/aad",
        "/signed/0/seed",
        "/signed/0/public_key",
        "/signed/0/signer",
        "/signed/0/signature",
        "/signed/0/cose",
    ] {
        assert!(
            page.contains(chat.text(part)),
            "{part} is {}",
            chat.text(part)
        );
    }
    let text: String = chat.text("/content/body/text").split_whitespace().collect();
    assert!(page.contains(&text));
    let (protected, payload) = (chat.text("/protected"), chat.text("/payload"));
    let aad = data_encoding::HEXLOWER.encode(chat.text("/aad").as_bytes());
    let structure = format!("846a5369676e6174757265315826{protected}4d{aad}58ad{payload}");
    assert!(page.contains(&structure), "Sig_structure is {structure}");
    let bytes = data_encoding::HEXLOWER
        .decode(structure.as_bytes())
        .unwrap();
    let hash = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    assert_eq!(data_encoding::HEXLOWER.encode(&hash), chat.text("/id"));
}

#[test]
fn the_keys_on_the_page_of_identities_are_those_of_the_vectors() {
    let page = page("0001-identity.md");
    for actor in [Actor::Buyer, Actor::Seller] {
        let peer = actor.peer();
        assert!(page.contains(&format!("`{peer}`")), "{peer}");
        assert!(page.contains(&data_encoding::HEXLOWER.encode(peer.as_bytes())));
    }
}

#[test]
fn the_pages_name_the_limits_of_the_code() {
    use opener_trade::limits::{
        MAX_CALL_BYTES, MAX_DOCUMENT_BYTES, MAX_LISTING_BYTES, MAX_RECEIPT_BYTES, MAX_TERMS_BYTES,
    };
    let (envelope, documents, delivery) = (
        page("0002-envelope.md"),
        page("0003-documents.md"),
        page("0004-delivery.md"),
    );
    let kib = |bytes: usize| bytes / 1024;
    assert!(envelope.contains(&format!("Morethan{MAX_DOCUMENT_BYTES}bytes(6MiB)")));
    assert!(delivery.contains(&format!("payloadhasatmost{MAX_DOCUMENT_BYTES}bytes")));
    assert!(documents.contains(&format!("`signed`hasatmost{MAX_TERMS_BYTES}bytes")));
    assert!(envelope.contains(&format!("`listing`{}KiB", kib(MAX_LISTING_BYTES))));
    assert!(envelope.contains(&format!("`terms`{}MiB", kib(MAX_TERMS_BYTES) / 1024)));
    assert!(envelope.contains(&format!("`log-head`{}KiB", kib(MAX_RECEIPT_BYTES))));
    assert!(envelope.contains(&format!("`call-end`{}KiB", kib(MAX_CALL_BYTES))));
    assert!(envelope.contains(&format!("everyother{}MiB", kib(MAX_DOCUMENT_BYTES) / 1024)));
}
