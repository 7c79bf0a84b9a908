//! One more than a limit is refused, and the limit itself is not.

use coset::cbor::Value;
use opener_trade::{
    Reason,
    directory::{Query, Response},
    limits::*,
    open,
};

use crate::{
    actors::at,
    forge::{self, Forge},
    vectors::named,
};

/// The reason for which a vector is refused after a change inside its payload, if it is.
fn refused_with(name: &str, path: &[i64], change: impl FnOnce(&mut Value)) -> Option<Reason> {
    let vector = named(name);
    let mut payload = forge::decode(&vector.bytes("/payload"));
    change(forge::at_path(&mut payload, path));
    let forged = Forge::of(vector.signer(), vector.kind(), forge::encode(&payload));
    open(&forged.seal()).err().map(|error| error.reason())
}

fn repeat(list: &mut Value, len: usize) {
    let Value::Array(items) = list else {
        panic!("not a list: {list:?}")
    };
    let first = items[0].clone();
    items.resize(len, first);
}

/// Vector, path of the list inside its payload, limit.
const LISTS: &[(&str, &[i64], usize)] = &[
    ("rfp", &[1, 7], CURRENCIES),
    ("rfp", &[1, 11], CRITERIA),
    ("rfp", &[1, 13], ATTACHMENTS),
    ("rfp", &[1, 14], LOTS),
    ("rfp", &[1, 15], LINES),
    ("rfp.stamped", &[1, 16], STAMPS),
    ("rfp", &[1, 15, 0, 4], LINE_CATEGORIES),
    ("rfp", &[1, 15, 0, 5], PROPERTIES),
    ("bid", &[1, 6], LINES),
    ("bid", &[1, 7], CHARGES),
    ("bid", &[1, 8], TAXES),
    ("bid", &[1, 13], DEVIATIONS),
    ("bid", &[1, 14], CRITERIA),
    ("bid", &[1, 15], URLS),
    ("bid", &[1, 16], ATTACHMENTS),
    ("counter", &[1, 2], CHANGES),
    ("order", &[1, 1], LINES),
    ("order", &[1, 2], CHARGES),
    ("order-response", &[1, 1], LINES),
    ("order-change", &[1, 1], LINES),
    ("order-change", &[1, 2], CHARGES),
    ("terms", &[13], LINES),
    ("terms", &[14], CHARGES),
    ("chat.file", &[1, 1], ATTACHMENTS),
    ("call-candidate", &[1, 2], CALL_CANDIDATES),
    ("listing", &[6], LISTING_CATEGORIES),
    ("listing", &[10], CURRENCIES),
    ("listing", &[11], LANGUAGES),
    ("listing", &[12], ADDRESSES),
    ("listing", &[13], CAPABILITIES),
];

#[test]
fn one_more_line_is_refused_and_so_is_one_more_of_everything_else() {
    for (name, path, limit) in LISTS {
        let over = refused_with(name, path, |list| repeat(list, limit + 1));
        assert_eq!(
            over,
            Some(Reason::TooLarge),
            "{name} {path:?}: {} items",
            limit + 1
        );
        let full = refused_with(name, path, |list| repeat(list, *limit));
        assert_ne!(
            full,
            Some(Reason::TooLarge),
            "{name} {path:?}: {limit} items"
        );
    }
}

/// Vector, path of the text inside its payload, limit in bytes.
const TEXTS: &[(&str, &[i64], usize)] = &[
    ("rfp", &[1, 1], NAME_BYTES),
    ("rfp", &[1, 2], DESCRIPTION_BYTES),
    ("rfp", &[1, 4, 0], NAME_BYTES),
    ("rfp", &[1, 4, 1, 1], NAME_BYTES),
    ("rfp", &[1, 10], REMARK_BYTES),
    ("rfp", &[1, 11, 0, 0], LABEL_BYTES),
    ("rfp", &[1, 15, 0, 1], NAME_BYTES),
    ("rfp", &[1, 15, 0, 2], LINE_DESCRIPTION_BYTES),
    ("rfp", &[1, 15, 0, 4, 0, 0], SCHEME_BYTES),
    ("rfp", &[1, 15, 0, 4, 0, 2], LABEL_BYTES),
    ("bid", &[1, 2], LABEL_BYTES),
    ("bid", &[1, 14, 0, 2], REMARK_BYTES),
    ("bid", &[1, 15, 0], URL_BYTES),
    ("decline", &[1, 2], REMARK_BYTES),
    ("chat", &[1, 0], CHAT_BYTES),
    ("question", &[1, 2], QUESTION_BYTES),
    ("answer", &[1, 2], QUESTION_BYTES),
    ("answer", &[1, 3], ANSWER_BYTES),
    ("counter", &[1, 2, 4, 1, 0, 1], NAME_BYTES),
    ("counter", &[1, 5], REMARK_BYTES),
    ("counter-refuse", &[1, 1], REMARK_BYTES),
    ("extend-request", &[1, 2], REMARK_BYTES),
    ("extend-refuse", &[1, 1], REMARK_BYTES),
    ("hold", &[1, 1], REMARK_BYTES),
    ("best-and-final", &[1, 4], REMARK_BYTES),
    ("order-change", &[1, 5], REMARK_BYTES),
    ("order-cancel", &[1, 1], REMARK_BYTES),
    ("amendment-refuse", &[1, 1], REMARK_BYTES),
    ("release", &[1, 1], REMARK_BYTES),
    ("failure", &[5], REMARK_BYTES),
    ("listing", &[4], NAME_BYTES),
    ("listing", &[7], WORDS_BYTES),
    ("listing", &[12, 0], ADDRESS_BYTES),
    ("listing", &[13, 0], LABEL_BYTES),
    ("listing", &[14], URL_BYTES),
];

#[test]
fn one_byte_more_of_a_text_is_refused() {
    for (name, path, limit) in TEXTS {
        let text = |len: usize| Value::Text("/".repeat(len));
        let over = refused_with(name, path, |value| *value = text(limit + 1));
        assert_eq!(
            over,
            Some(Reason::TooLarge),
            "{name} {path:?}: {} bytes",
            limit + 1
        );
        let full = refused_with(name, path, |value| *value = text(*limit));
        assert_eq!(full, None, "{name} {path:?}: {limit} bytes");
    }
}

#[test]
fn one_byte_more_of_a_description_or_a_candidate_is_refused() {
    let texts: &[(&str, &[i64], &str, usize)] = &[
        ("call-offer", &[1, 1], "v=0\n", CALL_SDP_BYTES),
        ("call-answer", &[1, 2], "v=0\n", CALL_SDP_BYTES),
        (
            "call-candidate",
            &[1, 2, 0],
            "candidate:",
            CALL_CANDIDATE_BYTES,
        ),
    ];
    for (name, path, head, limit) in texts {
        let text = |len: usize| Value::Text(format!("{head}{}", "x".repeat(len - head.len())));
        let over = refused_with(name, path, |value| *value = text(limit + 1));
        assert_eq!(over, Some(Reason::TooLarge), "{name}");
        assert_eq!(
            refused_with(name, path, |value| *value = text(*limit)),
            None
        );
    }
}

#[test]
fn a_number_beyond_its_bound_is_refused() {
    let integers: &[(&str, &[i64], i64)] = &[
        ("listing", &[9], MAX_RADIUS_KM.into()),
        ("rfp", &[1, 6, 5], MAX_ROUNDS.into()),
        ("counter", &[1, 1], MAX_ROUNDS.into()),
        ("counter", &[1, 2, 2, 1, 0], CHARGES as i64 - 1),
        (
            "listing",
            &[3],
            at("2026-10-30T00:00:00Z").millis() + MAX_LIFETIME_MS,
        ),
        (
            "chat",
            &[0, 7],
            at("2026-11-17T02:00:00Z").millis() + MAX_LIFETIME_MS,
        ),
    ];
    for (name, path, most) in integers {
        assert_eq!(
            refused_with(name, path, |value| *value = Value::from(*most)),
            None,
            "{name} {path:?}"
        );
        let over = refused_with(name, path, |value| *value = Value::from(most + 1));
        assert_eq!(over, Some(Reason::Malformed), "{name} {path:?}");
    }
    let weight =
        |text: String| refused_with("bid", &[1, 14, 0, 1], |value| *value = Value::Text(text));
    let longest = "-7.9228162514264337593543950335";
    assert_eq!(longest.len(), NUMBER_CHARS);
    assert_eq!(weight(longest.to_owned()), None);
    assert_eq!(weight(format!("{longest}0")), Some(Reason::Malformed));
}

#[test]
fn the_terms_inside_final_terms_have_their_own_limit() {
    let signed = |len| {
        refused_with("final-terms", &[1, 0], |value| {
            *value = forge::bytes(vec![0; len])
        })
    };
    assert_eq!(signed(MAX_TERMS_BYTES), None);
    assert_eq!(signed(MAX_TERMS_BYTES + 1), Some(Reason::TooLarge));
}

/// Fills a document with an unknown field until it has this many bytes.
fn filled(name: &str, len: usize) -> Vec<u8> {
    let vector = named(name);
    let sealed_with = |padding: usize| {
        let mut payload = forge::decode(&vector.bytes("/payload"));
        forge::set(&mut payload, 99, forge::bytes(vec![0; padding]));
        Forge::of(vector.signer(), vector.kind(), forge::encode(&payload)).seal()
    };
    let padding = len - sealed_with(0).len();
    let excess = sealed_with(padding).len() - len;
    let bytes = sealed_with(padding - excess);
    assert_eq!(bytes.len(), len, "{name}");
    bytes
}

#[test]
fn one_byte_more_of_a_document_is_refused() {
    for (name, limit) in [
        ("chat", MAX_DOCUMENT_BYTES),
        ("zz-future", MAX_DOCUMENT_BYTES),
        ("rfp", MAX_DOCUMENT_BYTES),
        ("listing", MAX_LISTING_BYTES),
        ("terms", MAX_TERMS_BYTES),
        ("receipt", MAX_RECEIPT_BYTES),
        ("failure", MAX_RECEIPT_BYTES),
        ("call-offer", MAX_CALL_BYTES),
        ("call-answer", MAX_CALL_BYTES),
        ("call-candidate", MAX_CALL_BYTES),
        ("call-end", MAX_CALL_BYTES),
        ("stamp", MAX_RECEIPT_BYTES),
        ("report-receipt", MAX_RECEIPT_BYTES),
        ("log-head", MAX_RECEIPT_BYTES),
    ] {
        assert!(open(&filled(name, limit)).is_ok(), "{name}: {limit} bytes");
        let error = open(&filled(name, limit + 1)).unwrap_err();
        assert_eq!(
            error.reason(),
            Reason::TooLarge,
            "{name}: {} bytes",
            limit + 1
        );
    }
}

#[test]
fn one_more_listing_on_a_page_or_category_in_a_query_is_refused() {
    let decoded = |len: usize| {
        let found = forge::map(vec![(0, forge::bytes([0])), (2, Value::Bool(true))]);
        let page = forge::map(vec![
            (0, Value::Array(vec![found; len])),
            (1, Value::from(0)),
        ]);
        let bytes = forge::encode(&Value::Array(vec![Value::from(2), page]));
        minicbor::decode::<Response>(&bytes).is_ok()
    };
    assert!(decoded(MATCH_PAGE));
    assert!(!decoded(MATCH_PAGE + 1));

    let asked = |len: usize| {
        let text = |text: &str| Value::Text(text.to_owned());
        let category = forge::map(vec![(0, text("CPV")), (2, text("39112000-0"))]);
        let query = forge::map(vec![
            (0, Value::Array(vec![category; len])),
            (1, text("의자")),
            (7, Value::Bool(false)),
            (8, Value::from(0)),
        ]);
        minicbor::decode::<Query>(&forge::encode(&query)).is_ok()
    };
    assert!(asked(MATCH_CATEGORIES));
    assert!(!asked(MATCH_CATEGORIES + 1));
}
