//! What is said on `/opener/blob/1`: the largest of it, and the worked example of its page.

use minicbor::bytes::ByteVec;
use opener_trade::{
    DealId, DocumentId, PeerText, Reason,
    blob::{Request, Response, piece_len},
    limits::{
        BLOB_CHUNK_BYTES, MAX_ATTACHMENT_BYTES, MAX_BLOB_REQUEST_BYTES, MAX_BLOB_RESPONSE_BYTES,
        REMARK_BYTES,
    },
};
use sha2::{Digest, Sha256};

/// The page without white space and without the marks of code.
fn page() -> String {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol/0006-blobs.md");
    std::fs::read_to_string(path)
        .unwrap()
        .split_whitespace()
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[test]
fn the_largest_request_and_answers_fit_in_one_frame() {
    let request = Request {
        deal: DealId::from_bytes([0xff; 16]),
        sha256: DocumentId::from_bytes([0xff; 32]),
        offset: u64::MAX,
    };
    let bytes = minicbor::to_vec(request).unwrap();
    assert!(bytes.len() <= 64 && bytes.len() <= MAX_BLOB_REQUEST_BYTES);
    let largest = piece_len(u64::MAX, 0);
    assert_eq!(largest, BLOB_CHUNK_BYTES);
    let piece = Response::Piece {
        bytes: vec![0xff; usize::try_from(largest).unwrap()].into(),
    };
    let refused = Response::Refused {
        reason: Reason::Unknown(u16::MAX),
        detail: PeerText::truncated(&"x".repeat(2 * REMARK_BYTES)),
    };
    for response in [piece, refused] {
        let bytes = minicbor::to_vec(&response).unwrap();
        assert!(
            bytes.len() <= MAX_BLOB_RESPONSE_BYTES,
            "{} bytes",
            bytes.len()
        );
        assert_eq!(minicbor::decode::<Response>(&bytes).unwrap(), response);
    }
}

#[test]
fn the_page_names_the_limits_of_the_code() {
    let page = page();
    assert!(page.contains(&format!("atmost{MAX_ATTACHMENT_BYTES}bytes(64MiB)")));
    assert!(page.contains(&format!("atmost{BLOB_CHUNK_BYTES}bytes(512KiB)")));
    assert!(page.contains(&format!("requestatmost{MAX_BLOB_REQUEST_BYTES}bytes")));
    assert!(page.contains(&format!("answeratmost{MAX_BLOB_RESPONSE_BYTES}bytes")));
}

#[test]
fn the_worked_example_of_the_page_is_what_the_code_says() {
    let file = b"12 t of steel bars, 10 mm\n";
    let sha256: [u8; 32] = Sha256::digest(file).into();
    let request = Request {
        deal: DealId::from_bytes(std::array::from_fn(|at| at as u8)),
        sha256: DocumentId::from_bytes(sha256),
        offset: 0,
    };
    let piece = Response::Piece {
        bytes: ByteVec::from(file.to_vec()),
    };
    let refused = Response::Refused {
        reason: Reason::NotInvited,
        detail: "no document to you names it".parse().unwrap(),
    };
    let page = page();
    let frame = |payload: Vec<u8>| {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        hex(&[&[1][..], &length, &payload].concat())
    };
    for part in [
        hex(file),
        hex(&sha256),
        frame(minicbor::to_vec(request).unwrap()),
        frame(minicbor::to_vec(&piece).unwrap()),
        frame(minicbor::to_vec(&refused).unwrap()),
    ] {
        assert!(page.contains(&part), "{part}");
    }
}
