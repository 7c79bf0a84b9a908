//! What an attacker may make of a good document is refused, and nothing panics.

use std::thread;

use coset::{cbor::Value, iana};
use opener_trade::{EnvelopeError, Kind, Reason, open};

use crate::{
    actors::Actor,
    forge::{self, Forge},
    vectors::{Vector, good, named, payload_of},
};

fn reason(bytes: &[u8]) -> Reason {
    open(bytes).expect_err("it was opened").reason()
}

fn honest(vector: &Vector) -> Forge {
    Forge::of(vector.signer(), vector.kind(), vector.bytes("/payload"))
}

fn chat() -> Forge {
    honest(named("chat"))
}

#[test]
fn no_vector_can_be_cut_short() {
    for vector in good() {
        for bytes in vector.documents() {
            for len in 0..bytes.len() {
                assert!(
                    open(&bytes[..len]).is_err(),
                    "{} cut to {len} bytes",
                    vector.name
                );
            }
        }
    }
}

#[test]
fn no_vector_can_be_lengthened() {
    for vector in good() {
        for mut bytes in vector.documents() {
            for tail in [0x00, 0x40, 0x80, 0xa0, 0xf6, 0xff] {
                bytes.push(tail);
                assert_eq!(reason(&bytes), Reason::Malformed, "{}", vector.name);
                bytes.pop();
            }
        }
    }
}

/// Flips every bit of every document in turn. The bid is among them, and everything else that takes less than a kilobyte.
#[test]
fn no_single_bit_can_be_flipped() {
    let small = good()
        .into_iter()
        .filter(|vector| vector.name == "bid" || vector.documents()[0].len() < 1000);
    let documents: Vec<_> = small
        .map(|vector| (vector.name, vector.documents().swap_remove(0)))
        .collect();
    let halves = [0, 1].map(|half| {
        let documents = documents.clone();
        thread::spawn(move || {
            for (name, bytes) in documents.into_iter().skip(half).step_by(2) {
                for bit in 0..bytes.len() * 8 {
                    let mut flipped = bytes.clone();
                    flipped[bit / 8] ^= 1 << (bit % 8);
                    assert!(
                        open(&flipped).is_err(),
                        "{name}: bit {bit} was flipped unnoticed"
                    );
                }
            }
        })
    });
    for half in halves {
        half.join().unwrap();
    }
}

#[test]
fn a_signature_on_one_kind_serves_no_other() {
    for vector in good() {
        let mut document = forge::decode(&vector.documents()[0]);
        for other in Kind::ALL.iter().filter(|kind| kind.name() != vector.kind()) {
            let relabelled = Forge::of(Actor::Buyer, other.name(), vec![0]).seal();
            let protected = forge::at_path(&mut forge::decode(&relabelled), &[0]).clone();
            *forge::at_path(&mut document, &[0]) = protected;
            assert_eq!(
                reason(&forge::encode(&document)),
                Reason::BadSignature,
                "{} as {other}",
                vector.name
            );
        }
    }
}

#[test]
fn a_signature_over_other_additional_data_is_refused() {
    for aad in ["", "opener/chat/2", "opener/bid/1", "opener/chat/1 "] {
        let forged = Forge {
            aad: aad.to_owned(),
            ..chat()
        };
        assert_eq!(reason(&forged.seal()), Reason::BadSignature, "{aad}");
    }
}

#[test]
fn the_key_must_be_the_one_that_signed_and_the_one_that_the_content_names() {
    for vector in good() {
        let other = Actor::Foreigner;
        let stranger = if vector.signer() == other {
            Actor::Directory
        } else {
            other
        };
        let anothers_hint = Forge {
            kid: stranger.peer().as_bytes().to_vec(),
            ..honest(vector)
        };
        assert_eq!(
            reason(&anothers_hint.seal()),
            Reason::BadSignature,
            "{}",
            vector.name
        );
        let in_anothers_name = Forge::of(stranger, vector.kind(), vector.bytes("/payload"));
        assert_eq!(
            reason(&in_anothers_name.seal()),
            Reason::BadSignature,
            "{}",
            vector.name
        );
    }
    for kid in [vec![], vec![1; 31], vec![1; 33], vec![0xff; 32]] {
        let forged = Forge { kid, ..chat() };
        assert_eq!(reason(&forged.seal()), Reason::BadSignature);
    }
}

#[test]
fn another_algorithm_is_refused() {
    for algorithm in [
        iana::Algorithm::ES256,
        iana::Algorithm::ES512,
        iana::Algorithm::HMAC_256_256,
    ] {
        let mut forged = chat();
        forged.protected.algorithm = algorithm;
        assert_eq!(reason(&forged.seal()), Reason::Malformed, "{algorithm:?}");
    }
}

#[test]
fn a_content_type_of_another_form_is_refused() {
    let long = format!("application/vnd.opener.{}+cbor", "a".repeat(33));
    for media_type in [
        None,
        Some(""),
        Some("application/cbor"),
        Some("application/vnd.opener.+cbor"),
        Some("application/vnd.opener.Chat+cbor"),
        Some("application/vnd.opener.chat/1+cbor"),
        Some("application/vnd.opener.chat"),
        Some(&*long),
    ] {
        let mut forged = chat();
        forged.protected.media_type = media_type.map(str::to_owned);
        assert_eq!(reason(&forged.seal()), Reason::Malformed, "{media_type:?}");
    }
}

#[test]
fn what_is_not_signed_carries_nothing_but_the_key() {
    let forged = Forge {
        unprotected: Some((99, Value::Bool(true))),
        ..chat()
    };
    assert_eq!(reason(&forged.seal()), Reason::Malformed);
    for (label, value) in [
        (1, Value::from(-8)),
        (3, Value::Text("text/plain".to_owned())),
        (5, forge::bytes([1])),
    ] {
        let mut document = forge::decode(&chat().seal());
        forge::set(forge::at_path(&mut document, &[1]), label, value);
        assert_eq!(
            reason(&forge::encode(&document)),
            Reason::Malformed,
            "label {label}"
        );
    }
}

#[test]
fn a_header_that_need_not_be_understood_is_passed_over() {
    let mut forged = chat();
    forged.protected.extra = Some("opener.later".to_owned());
    let bytes = forged.seal();
    assert_eq!(open(&bytes).unwrap().bytes()[..], bytes[..]);
}

#[test]
fn unknown_keys_are_passed_over_and_kept() {
    for vector in good() {
        let mut payload = forge::decode(&vector.bytes("/payload"));
        let news = forge::map(vec![
            (0, Value::Text("새 필드".to_owned())),
            (1, Value::Array(vec![Value::Null; 3])),
        ]);
        forge::set(&mut payload, 99, news.clone());
        if vector.json["content"].get("header").is_some() {
            forge::set(forge::at_path(&mut payload, &[0]), 99, news.clone());
            forge::set(forge::at_path(&mut payload, &[1]), 99, news);
        }
        let bytes = Forge {
            payload: forge::encode(&payload),
            ..honest(vector)
        }
        .seal();
        let opened = open(&bytes).unwrap_or_else(|e| panic!("{}: {e}", vector.name));
        assert_eq!(opened.bytes()[..], bytes[..]);
        assert_eq!(opened.kind(), Kind::from_name(vector.kind()));
        assert_ne!(opened.id().to_string(), vector.text("/id"));
    }
}

#[test]
fn a_required_key_that_is_missing_is_refused() {
    for vector in good() {
        let Value::Map(entries) = forge::decode(&vector.bytes("/payload")) else {
            panic!("not a map")
        };
        let without_first = forge::encode(&Value::Map(entries[1..].to_vec()));
        let forged = Forge {
            payload: without_first,
            ..honest(vector)
        };
        // Without `document`, a failure is about bytes that could not be read so far.
        assert_eq!(
            open(&forged.seal()).is_ok(),
            vector.name == "failure",
            "{}",
            vector.name
        );
    }
}

#[test]
fn a_required_key_of_a_body_that_is_missing_is_refused() {
    let of_a_deal = |vector: &&&Vector| vector.json["content"].get("body").is_some();
    for vector in good().iter().filter(of_a_deal) {
        let mut payload = forge::decode(&vector.bytes("/payload"));
        let Value::Map(entries) = forge::at_path(&mut payload, &[1]) else {
            panic!("not a map")
        };
        entries.remove(0);
        let forged = Forge {
            payload: forge::encode(&payload),
            ..honest(vector)
        };
        assert_eq!(reason(&forged.seal()), Reason::Malformed, "{}", vector.name);
    }
}

/// A vector whose payload is changed at one place.
fn altered(name: &str, path: &[i64], value: Value) -> Vec<u8> {
    let vector = named(name);
    let mut payload = forge::decode(&vector.bytes("/payload"));
    let (key, parent) = path.split_last().unwrap();
    let parent = forge::at_path(&mut payload, parent);
    match parent {
        Value::Array(items) => items[usize::try_from(*key).unwrap()] = value,
        map => forge::set(map, *key, value),
    }
    Forge {
        payload: forge::encode(&payload),
        ..honest(vector)
    }
    .seal()
}

#[test]
fn what_everybody_reads_is_addressed_to_nobody_and_answers_nobody() {
    let asked = named("question");
    let asker = forge::bytes(asked.signer().peer().as_bytes());
    let question = forge::bytes(
        *open(&asked.documents()[0])
            .map(|document| document.id())
            .unwrap()
            .as_bytes(),
    );
    for name in ["rfp", "rfp-cancel", "answer"] {
        let answering = altered(name, &[0, 5], question.clone());
        assert_eq!(reason(&answering), Reason::Malformed, "{name}");
        let addressed = altered(name, &[0, 2], asker.clone());
        assert_eq!(reason(&addressed), Reason::Malformed, "{name}");
    }
}

#[test]
fn a_change_of_a_newer_version_is_not_passed_over() {
    let nothing = || forge::map(vec![]);
    for number in [9, 23, 24, 255, 256, -1] {
        let newer = Value::Array(vec![Value::from(number), nothing()]);
        let bytes = altered("counter", &[1, 2, 0], newer);
        assert_eq!(reason(&bytes), Reason::Malformed, "change {number}");
    }
    for other in [nothing(), Value::Null, Value::Array(vec![]), Value::from(6)] {
        let bytes = altered("counter", &[1, 2, 0], other.clone());
        assert_eq!(reason(&bytes), Reason::Malformed, "{other:?}");
    }
}

#[test]
fn bytes_after_the_content_are_refused() {
    for vector in good() {
        let mut forged = honest(vector);
        forged.payload.push(0xf6);
        assert_eq!(reason(&forged.seal()), Reason::Malformed, "{}", vector.name);
        forged.payload.clear();
        assert_eq!(reason(&forged.seal()), Reason::Malformed, "{}", vector.name);
    }
}

/// Deeper than any call stack, should one be used.
const DEPTH: usize = 200_000;

#[test]
fn deep_nesting_and_claimed_lengths_end_in_an_error() {
    assert_eq!(reason(&[0x81; DEPTH]), Reason::Malformed);
    assert_eq!(
        reason(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Reason::Malformed
    );
    assert_eq!(
        reason(&[0x84, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        Reason::Malformed
    );
    let mut payload = named("chat").bytes("/payload");
    payload[0] = 0xa3;
    payload.extend([0x18, 99]);
    payload.extend([0x81; DEPTH]);
    payload.push(0x00);
    let forged = Forge {
        payload: payload.clone(),
        ..chat()
    };
    assert!(
        open(&forged.seal()).is_ok(),
        "a deep value under an unknown key"
    );
    payload.pop();
    assert_eq!(
        reason(&Forge { payload, ..chat() }.seal()),
        Reason::Malformed
    );
}

#[test]
fn a_tag_around_the_envelope_is_refused() {
    let mut bytes = vec![0xd2];
    bytes.extend(named("chat").documents().remove(0));
    assert_eq!(reason(&bytes), Reason::Malformed);
}

#[test]
fn another_wrapping_of_the_same_signature_is_the_same_document() {
    let vector = named("chat");
    let bytes = &vector.documents()[0];
    let mut indefinite = vec![0x9f];
    indefinite.extend(&bytes[1..]);
    indefinite.push(0xff);
    let opened = open(&indefinite).unwrap();
    assert_eq!(opened.id().to_string(), vector.text("/id"));
    assert_eq!(opened.bytes()[..], indefinite[..], "kept as received");
}

#[test]
fn a_document_is_opened_as_nothing_but_its_kind() {
    let bytes = named("receipt").documents().remove(0);
    let error =
        opener_trade::envelope::open_as::<opener_trade::document::Failure>(&bytes).unwrap_err();
    assert!(matches!(error, EnvelopeError::VersionUnsupported(_)));
    assert_eq!(payload_of(&bytes), named("receipt").bytes("/payload"));
}

fn text_of(payload: Vec<u8>) -> Option<String> {
    match open(&Forge { payload, ..chat() }.seal()) {
        Ok(opener_trade::Opened::Chat(chat)) => Some(chat.body.text.as_str().to_owned()),
        _ => None,
    }
}

#[test]
fn of_a_key_that_appears_twice_the_last_counts() {
    let mut payload = forge::decode(&chat().payload);
    let text = |text: &str| Value::Text(text.to_owned());
    *forge::at_path(&mut payload, &[1]) = forge::map(vec![(0, text("first")), (0, text("last"))]);
    assert_eq!(text_of(forge::encode(&payload)).as_deref(), Some("last"));
}

#[test]
fn another_encoding_of_the_content_is_read_and_is_another_document() {
    let payload = chat().payload;
    let body = payload
        .windows(4)
        .rposition(|bytes| bytes == [0x01, 0xa1, 0x00, 0x78])
        .unwrap();
    let mut indefinite = payload.clone();
    indefinite[body + 1] = 0xbf;
    indefinite.push(0xff);
    let mut long_key = payload[..body + 2].to_vec();
    long_key.extend([0x18, 0x00]);
    long_key.extend(&payload[body + 3..]);
    let original = text_of(payload).unwrap();
    for other in [indefinite, long_key] {
        assert_eq!(text_of(other.clone()).as_ref(), Some(&original));
        let opened = open(
            &Forge {
                payload: other,
                ..chat()
            }
            .seal(),
        )
        .unwrap();
        assert_ne!(opened.id().to_string(), named("chat").text("/id"));
    }
}
