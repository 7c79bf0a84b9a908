//! The golden vectors: every document as fields and as bytes. The bytes of a kind never change again.
//!
//! `OPENER_VECTORS=write` writes the files anew.

use std::{collections::BTreeSet, fs, path::PathBuf, sync::OnceLock};

use data_encoding::HEXLOWER;
use opener_trade::{Kind, Opened, envelope::Payload, open, sign};
use serde_json::{Value as Json, json};

use crate::{
    actors::Actor,
    documents,
    forge::{self, Forge},
};

/// One file.
pub struct Vector {
    /// Its name without `.json`.
    pub name: &'static str,
    /// Its content.
    pub json: Json,
}

impl Vector {
    /// Bytes that the file gives in hexadecimal.
    pub fn bytes(&self, pointer: &str) -> Vec<u8> {
        HEXLOWER.decode(self.text(pointer).as_bytes()).unwrap()
    }

    /// A text of the file.
    pub fn text(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Json::as_str)
            .unwrap_or_else(|| panic!("{}: {pointer}", self.name))
    }

    /// The documents in the file: one, or one for each signer.
    pub fn documents(&self) -> Vec<Vec<u8>> {
        let signed = self.json["signed"].as_array().map_or(0, Vec::len);
        (0..signed)
            .map(|i| self.bytes(&format!("/signed/{i}/cose")))
            .collect()
    }

    /// The kind, or a name that is no kind.
    pub fn kind(&self) -> &str {
        self.text("/kind")
    }

    /// Who signed it first.
    pub fn signer(&self) -> Actor {
        let seed = self.bytes("/signed/0/seed");
        let actors = [
            Actor::Buyer,
            Actor::Seller,
            Actor::Foreigner,
            Actor::Directory,
        ];
        actors
            .into_iter()
            .find(|actor| actor.seed()[..] == seed)
            .unwrap()
    }
}

struct Sealed {
    signer: Actor,
    id: String,
    cose: Vec<u8>,
}

/// Lays out a file; payload, header and signature are read out of the sealed bytes.
fn lay_out(
    name: &'static str,
    about: &str,
    kind: &str,
    expect: &str,
    content: Json,
    sealed: &[Sealed],
) -> Vector {
    let part =
        |sealed: &Sealed, place| match forge::at_path(&mut forge::decode(&sealed.cose), &[place]) {
            coset::cbor::Value::Bytes(bytes) => HEXLOWER.encode(bytes),
            other => panic!("{other:?}"),
        };
    let signed: Vec<_> = sealed
        .iter()
        .map(|one| {
            json!({
                "seed": HEXLOWER.encode(&one.signer.seed()),
                "signer": one.signer.peer().to_string(),
                "public_key": HEXLOWER.encode(one.signer.peer().as_bytes()),
                "signature": part(one, 3),
                "cose": HEXLOWER.encode(&one.cose),
            })
        })
        .collect();
    let json = json!({
        "about": about,
        "kind": kind,
        "number": Kind::from_name(kind).map(Kind::number),
        "expect": expect,
        "media_type": format!("application/vnd.opener.{kind}+cbor"),
        "aad": format!("opener/{kind}/1"),
        "content": content,
        "payload": part(&sealed[0], 2),
        "protected": part(&sealed[0], 0),
        "id": sealed[0].id,
        "signed": signed,
    });
    Vector { name, json }
}

fn vector<T: Payload + Clone + serde::Serialize>(
    name: &'static str,
    about: &str,
    signers: &[Actor],
    content: T,
) -> Vector {
    let json = serde_json::to_value(&content).unwrap();
    let sealed: Vec<_> = signers
        .iter()
        .map(|signer| {
            let signed =
                sign(&signer.identity(), content.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
            Sealed {
                signer: *signer,
                id: signed.id().to_string(),
                cose: signed.bytes().to_vec(),
            }
        })
        .collect();
    lay_out(name, about, T::KIND.name(), "opened", json, &sealed)
}

/// A kind that nobody has registered: a chat's header, and a body of another shape.
fn future() -> Vector {
    let chat = sign(&Actor::Buyer.identity(), documents::chat()).unwrap();
    let mut payload = forge::decode(&payload_of(chat.bytes()));
    let body = forge::map(vec![(0, forge::bytes([1, 2, 3])), (9, "later".into())]);
    forge::set(&mut payload, 1, body);
    let cose = Forge::of(Actor::Buyer, "zz-future", forge::encode(&payload)).seal();
    let id = open(&cose).unwrap().id().to_string();
    let content = json!({ "header": chat.header });
    let about = "A kind of a newer version. Its header is read, its bytes are kept.";
    lay_out(
        "zz-future",
        about,
        "zz-future",
        "unknown",
        content,
        &[Sealed {
            signer: Actor::Buyer,
            id,
            cose,
        }],
    )
}

/// A chat whose protected header holds something that its reader must understand.
fn critical() -> Vector {
    let chat = sign(&Actor::Buyer.identity(), documents::chat()).unwrap();
    let mut forge = Forge::of(Actor::Buyer, "chat", payload_of(chat.bytes()));
    forge.protected.critical = Some("opener.later".to_owned());
    let mut structure = vec![];
    let cose = forge.seal_with(|bytes| {
        structure = bytes.to_vec();
        ed25519_dalek::Signer::sign(
            &ed25519_dalek::SigningKey::from_bytes(&Actor::Buyer.seed()),
            bytes,
        )
        .to_bytes()
        .to_vec()
    });
    let id = HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(&structure));
    let about =
        "A critical header that this version does not know: refused, though the signature is good.";
    let content = serde_json::to_value(documents::chat()).unwrap();
    lay_out(
        "crit",
        about,
        "chat",
        "version-unsupported",
        content,
        &[Sealed {
            signer: Actor::Buyer,
            id,
            cose,
        }],
    )
}

/// The payload of sealed bytes.
pub fn payload_of(cose: &[u8]) -> Vec<u8> {
    match forge::at_path(&mut forge::decode(cose), &[2]) {
        coset::cbor::Value::Bytes(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    }
}

/// Every vector, as the code writes it today.
pub fn all() -> &'static [Vector] {
    static ALL: OnceLock<Vec<Vector>> = OnceLock::new();
    ALL.get_or_init(write)
}

fn write() -> Vec<Vector> {
    use Actor::{Buyer, Directory, Foreigner, Seller};
    vec![
        vector(
            "listing",
            "A seller of office furniture near Seoul.",
            &[Seller],
            documents::listing(),
        ),
        vector(
            "rfp",
            "A request in Korean with lots, criteria and an optional line.",
            &[Buyer],
            documents::rfp(),
        ),
        vector(
            "rfp.revised",
            "The second revision, after an answer: other lines and a later deadline.",
            &[Buyer],
            documents::rfp_revised(),
        ),
        vector(
            "rfp.stamped",
            "The same request; the stamps of one directory count.",
            &[Buyer],
            documents::rfp_stamped(),
        ),
        vector(
            "rfp-cancel",
            "The request is called off.",
            &[Buyer],
            documents::rfp_cancel(),
        ),
        vector(
            "question",
            "A seller asks about one line.",
            &[Foreigner],
            documents::question(),
        ),
        vector(
            "answer",
            "Everybody hears the answer, the asker unnamed.",
            &[Buyer],
            documents::answer(),
        ),
        vector("intent", "A bid will come.", &[Seller], documents::intent()),
        vector(
            "decline",
            "No bid will come, for a reason in words.",
            &[Foreigner],
            documents::decline(),
        ),
        vector(
            "bid",
            "A firm bid in won with charges, tax and an alternative.",
            &[Seller],
            documents::bid(),
        ),
        vector(
            "bid.gross",
            "A revocable bid in euro with tax, one line unquoted.",
            &[Foreigner],
            documents::bid_in_euro(),
        ),
        vector(
            "bid-withdraw",
            "The bid in euro is taken back.",
            &[Foreigner],
            documents::bid_withdraw(),
        ),
        vector(
            "counter",
            "The buyer changes the bid in won: every sort of change, with a remark in Korean.",
            &[Buyer],
            documents::counter(),
        ),
        vector(
            "counter.seller",
            "The seller changes its own bid in euro, with tax inside.",
            &[Foreigner],
            documents::counter_of_the_seller(),
        ),
        vector(
            "counter-accept",
            "The bid stands with the buyer's changes.",
            &[Seller],
            documents::counter_accept(),
        ),
        vector(
            "counter-refuse",
            "The bid stands as it was.",
            &[Seller],
            documents::counter_refuse(),
        ),
        vector(
            "extend-request",
            "Ten more days are asked for.",
            &[Buyer],
            documents::extend_request(),
        ),
        vector(
            "extend-grant",
            "They are given, a part of them firm.",
            &[Seller],
            documents::extend_grant(),
        ),
        vector(
            "extend-refuse",
            "They are not.",
            &[Seller],
            documents::extend_refuse(),
        ),
        vector(
            "hold",
            "The buyer deals with nobody else for two days.",
            &[Buyer],
            documents::hold(),
        ),
        vector(
            "best-and-final",
            "The buyer asks for the last bid, until the next evening.",
            &[Buyer],
            documents::best_and_final(),
        ),
        vector(
            "time-proof",
            "A directory's stamp shows when the bid existed.",
            &[Seller],
            documents::time_proof(),
        ),
        vector(
            "call-offer",
            "The buyer calls the seller.",
            &[Buyer],
            documents::call_offer(),
        ),
        vector(
            "call-answer",
            "The seller takes the call.",
            &[Seller],
            documents::call_answer(),
        ),
        vector(
            "call-candidate",
            "Two paths to the seller, and no further ones.",
            &[Seller],
            documents::call_candidate(),
        ),
        vector(
            "call-end",
            "The buyer hangs up after four minutes.",
            &[Buyer],
            documents::call_end(),
        ),
        vector(
            "order",
            "Two of three lines are ordered.",
            &[Buyer],
            documents::order(),
        ),
        vector(
            "order-response",
            "The order is accepted as it stands.",
            &[Seller],
            documents::order_response(),
        ),
        vector(
            "order-response.changed",
            "Less of one line, two deliveries of another.",
            &[Seller],
            documents::order_response_with_changes(),
        ),
        vector(
            "order-change",
            "The buyer proposes less of one line, and later.",
            &[Buyer],
            documents::order_change(),
        ),
        vector(
            "order-change.agreed",
            "The seller agrees: the same body, in answer to the proposal.",
            &[Seller],
            documents::order_change_agreed(),
        ),
        vector(
            "order-cancel",
            "The seller proposes that the order ends.",
            &[Seller],
            documents::order_cancel(),
        ),
        vector(
            "not-chosen",
            "Another was chosen; the rank is told.",
            &[Buyer],
            documents::not_chosen(),
        ),
        vector(
            "final-terms",
            "The buyer's signature on the terms goes to the seller.",
            &[Buyer],
            documents::final_terms(),
        ),
        vector(
            "chat",
            "The worked example of docs/protocol/0002-envelope.md.",
            &[Buyer],
            documents::chat(),
        ),
        vector(
            "chat.file",
            "A picture without words.",
            &[Buyer],
            documents::chat_with_a_file(),
        ),
        vector(
            "receipt",
            "The seller has the request.",
            &[Seller],
            documents::receipt(),
        ),
        vector(
            "failure",
            "The bid names an old revision.",
            &[Buyer],
            documents::failure(),
        ),
        vector(
            "terms",
            "Buyer and seller sign the same bytes: one id.",
            &[Buyer, Seller],
            documents::terms(),
        ),
        vector(
            "stamp",
            "A directory saw the bid's id.",
            &[Directory],
            documents::stamp(),
        ),
        vector(
            "report-receipt",
            "A directory keeps the terms.",
            &[Directory],
            documents::report_receipt(),
        ),
        vector(
            "log-head",
            "The directory's log holds the terms alone.",
            &[Directory],
            documents::log_head(),
        ),
        vector(
            "lapse",
            "The order ended unanswered.",
            &[Buyer],
            documents::lapse(),
        ),
        vector(
            "release",
            "The seller lets an order go that it has heard nothing of.",
            &[Seller],
            documents::release(),
        ),
        vector(
            "amendment-refuse",
            "The seller does not agree to the change.",
            &[Seller],
            documents::amendment_refuse(),
        ),
        future(),
        critical(),
    ]
}

/// The vectors that open, unknown ones among them.
pub fn good() -> Vec<&'static Vector> {
    let vectors = all().iter();
    vectors
        .filter(|vector| vector.text("/expect") != "version-unsupported")
        .collect()
}

/// The vector with this name.
pub fn named(name: &str) -> &'static Vector {
    all()
        .iter()
        .find(|vector| vector.name == name)
        .unwrap_or_else(|| panic!("no vector {name}"))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/v1")
}

#[test]
fn the_documents_are_the_bytes_in_the_files() {
    let write = std::env::var_os("OPENER_VECTORS").is_some_and(|word| word == "write");
    for vector in all() {
        let path = folder().join(format!("{}.json", vector.name));
        let now = serde_json::to_string_pretty(&vector.json).unwrap() + "\n";
        if write {
            fs::write(&path, &now).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(
            kept == now,
            "{} no longer holds what the code writes:\n{now}",
            path.display()
        );
    }
}

#[test]
fn every_file_is_a_vector_and_every_built_kind_has_one() {
    let files = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let vectors = all();
    let expected: BTreeSet<_> = vectors
        .iter()
        .map(|vector| format!("{}.json", vector.name))
        .collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), expected);
    for kind in Kind::ALL.iter().filter(|kind| kind.is_built()) {
        assert!(
            vectors.iter().any(|vector| vector.name == kind.name()),
            "no vector of {kind}"
        );
    }
}

#[test]
fn every_vector_opens_as_its_kind_with_its_id_and_signer() {
    for vector in good() {
        for (i, bytes) in vector.documents().iter().enumerate() {
            let opened = open(bytes).unwrap_or_else(|e| panic!("{}: {e}", vector.name));
            assert_eq!(
                opened.kind(),
                Kind::from_name(vector.kind()),
                "{}",
                vector.name
            );
            assert_eq!(
                opened.id().to_string(),
                vector.text("/id"),
                "{}",
                vector.name
            );
            assert_eq!(
                opened.signer().to_string(),
                vector.text(&format!("/signed/{i}/signer"))
            );
            assert_eq!(opened.bytes()[..], bytes[..]);
            let header = opened
                .header()
                .map(|header| serde_json::to_value(header).unwrap());
            assert_eq!(
                header.as_ref(),
                vector.json["content"].get("header"),
                "{}",
                vector.name
            );
        }
    }
}

#[test]
fn another_implementation_of_the_envelope_writes_the_same_bytes() {
    for vector in good() {
        let forged = Forge::of(vector.signer(), vector.kind(), vector.bytes("/payload")).seal();
        assert_eq!(forged, vector.documents()[0], "{}", vector.name);
    }
}

#[test]
fn an_unregistered_kind_opens_as_unknown() {
    let vector = named("zz-future");
    let opened = open(&vector.documents()[0]).unwrap();
    assert!(matches!(opened, Opened::Unknown(_)));
    assert_eq!(opened.header(), Some(&documents::chat().header));
}

#[test]
fn a_critical_header_is_refused_as_a_newer_version() {
    let error = open(&named("crit").documents()[0]).unwrap_err();
    assert_eq!(error.reason(), opener_trade::Reason::VersionUnsupported);
}
