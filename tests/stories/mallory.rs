//! Mallory's tools: documents that no program of ours would write.

use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, iana};
use ed25519_dalek::{Signer, SigningKey};
use opener_sim::{Actor, World};
use opener_trade::{
    DealId, DocumentId, Duration, Identity, Reason, Verified,
    document::{Body, Chat, Document, Header},
    envelope::Payload,
    sign,
};

use crate::cast::failure;

/// Seals a payload as a kind that this version need not know.
pub fn seal(identity: &Identity, kind: &str, payload: Vec<u8>) -> Vec<u8> {
    let key = SigningKey::from_bytes(&identity.seed());
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .content_type(format!("application/vnd.opener.{kind}+cbor"));
    CoseSign1Builder::new()
        .protected(protected.build())
        .unprotected(
            HeaderBuilder::new()
                .key_id(identity.peer_id().as_bytes().to_vec())
                .build(),
        )
        .payload(payload)
        .create_signature(format!("opener/{kind}/1").as_bytes(), |bytes| {
            key.sign(bytes).to_bytes().to_vec()
        })
        .build()
        .to_vec()
        .unwrap()
}

/// A place in a chain of a deal.
pub fn header(
    world: &World,
    deal: DealId,
    (from, to): (Actor, Actor),
    (seq, previous): (u64, Option<DocumentId>),
) -> Header {
    Header {
        deal,
        from: world.id(from),
        to: Some(world.id(to)),
        seq,
        previous,
        answers: None,
        issued_at: world.now(),
        expires_at: world.now().plus(Duration::from_secs(3600)),
    }
}

/// A document that its signer's own program would not write.
pub fn forge<B: Body>(world: &World, by: Actor, header: Header, body: B) -> Verified<Document<B>>
where
    Document<B>: Payload,
{
    sign(world.identity(by), Document { header, body }).unwrap()
}

/// A line of text at a place in a chain.
pub fn chat(world: &World, by: Actor, header: Header, text: &str) -> Verified<Document<Chat>> {
    let text = text.parse().unwrap();
    forge(world, by, header, Chat::of(text))
}

/// A chain of so many lines of text, beginning at `seq` 1.
pub fn chain(
    world: &World,
    deal: DealId,
    (from, to): (Actor, Actor),
    length: u64,
) -> Vec<Verified<Document<Chat>>> {
    let mut previous = None;
    (1..=length)
        .map(|seq| {
            let header = header(world, deal, (from, to), (seq, previous));
            let link = chat(world, from, header, &format!("number {seq}"));
            previous = Some(link.id());
            link
        })
        .collect()
}

/// Hands over bytes, which must be refused for this reason and change nothing.
pub async fn is_refused(world: &mut World, from: Actor, to: Actor, bytes: &[u8], why: Reason) {
    let before = world.everything(to).await;
    let answer = world.hand(from, to, bytes).await;
    assert_eq!(failure(&answer), Some(why));
    assert_eq!(world.everything(to).await, before, "nothing has changed");
}
