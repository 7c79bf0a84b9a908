use data_encoding::BASE64;
use opener_negotiation::{Role, dialogue::Command};
use opener_trade::{
    DocumentId, Identity, Opened, Reason, Verified,
    document::{BestAndFinal, Bid, Chat, Document, ReportReceipt, Stamp, TimeProof},
    open, sign,
};

use super::*;
use crate::{
    testing::{Deal, at, directory, receipt, text},
    view::DialogueState,
};

fn check(bundle: &Bundle) -> Verdict {
    verify(&serde_json::to_vec(bundle).unwrap())
}

fn failed(bundle: &Bundle) -> Vec<CheckName> {
    let verdict = check(bundle);
    assert!(!verdict.ok, "nothing was noticed");
    assert!(verdict.proves.is_empty());
    verdict.failed().collect()
}

fn place_of(bundle: &Bundle, kind: &str) -> usize {
    bundle
        .documents
        .iter()
        .position(|document| document.kind == kind)
        .unwrap()
}

fn opened(bundle: &Bundle, kind: &str) -> Opened {
    let bytes = &bundle.documents[place_of(bundle, kind)].bytes;
    open(&BASE64.decode(bytes.as_bytes()).unwrap()).unwrap()
}

/// Puts another document in a place, with everything beside it as it should be.
fn replace(bundle: &mut Bundle, kind: &str, document: &Opened) {
    let place = place_of(bundle, kind);
    let listed = &mut bundle.documents[place];
    listed.id = document.id();
    listed.from = document.signer();
    listed.bytes = BASE64.encode(document.bytes());
}

/// The receipts for everything but this.
fn receipts_without(bundle: &Bundle, document: &Opened) -> Vec<String> {
    let is_other = |text: &&String| {
        let receipt: Verified<opener_trade::document::Receipt> = evidence::signed(text).unwrap();
        receipt.document != document.id()
    };
    bundle.receipts.iter().filter(is_other).cloned().collect()
}

#[test]
fn a_whole_deal_proves_itself_from_either_side() {
    let deal = Deal::whole();
    for role in [Role::Buyer, Role::Seller] {
        let verdict = check(&deal.bundle(role));
        assert!(verdict.ok, "{verdict:#?}");
        let proofs = [
            Proof::Authorship,
            Proof::NoGap,
            Proof::BidsReceived,
            Proof::Concluded,
            Proof::AcceptanceReceived,
            Proof::TermsSigned,
        ];
        assert_eq!(verdict.proves, proofs);
        assert_eq!(
            verdict.cannot_prove,
            [Gap::Names, Gap::LaterDocuments, Gap::Clocks]
        );
        assert_eq!(verdict.states[0].state, DialogueState::Reported);
    }
}

#[test]
fn a_deal_on_its_way_is_sound_and_proves_what_it_has() {
    let mut deal = Deal::begin();
    let verdict = check(&deal.bundle(Role::Buyer));
    assert!(
        verdict.ok && verdict.states[0].state == DialogueState::Delivered,
        "{verdict:#?}"
    );
    deal.bid(&["10", "20"]);
    deal.say(Role::Buyer, Command::Chat(Chat::of(text("thank you"))));
    deal.bid(&["9", "20"]);
    let verdict = check(&deal.bundle(Role::Seller));
    assert!(
        verdict.ok && verdict.states[0].state == DialogueState::BidStanding,
        "{verdict:#?}"
    );
    assert_eq!(
        verdict.proves,
        [Proof::Authorship, Proof::NoGap, Proof::BidsReceived]
    );
}

#[test]
fn no_byte_of_a_document_can_be_changed() {
    let bundle = Deal::whole().bundle(Role::Buyer);
    for i in 0..bundle.documents.len() {
        let bytes = BASE64.decode(bundle.documents[i].bytes.as_bytes()).unwrap();
        for at in [bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bundle.clone();
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            changed.documents[i].bytes = BASE64.encode(&bytes);
            let checks = failed(&changed);
            assert!(
                checks.contains(&CheckName::Signatures) || checks.contains(&CheckName::Ids),
                "{i}: {checks:?}"
            );
        }
    }
}

#[test]
fn no_document_can_be_left_out() {
    let bundle = Deal::whole().bundle(Role::Seller);
    for i in 0..bundle.documents.len() {
        let mut changed = bundle.clone();
        let gone = changed.documents.remove(i);
        let checks = failed(&changed);
        let expected = if gone.kind == "final-terms" {
            CheckName::Terms
        } else {
            CheckName::Chains
        };
        assert!(checks.contains(&expected), "{}: {checks:?}", gone.kind);
        // Its receipt is still there and names it.
        assert!(
            checks.contains(&CheckName::Receipts),
            "{}: {checks:?}",
            gone.kind
        );
    }
}

#[test]
fn documents_stand_in_the_order_of_their_chains() {
    let mut bundle = Deal::whole().bundle(Role::Buyer);
    let (intent, bid) = (place_of(&bundle, "intent"), place_of(&bundle, "bid"));
    bundle.documents.swap(intent, bid);
    assert!(failed(&bundle).contains(&CheckName::Chains));
}

#[test]
fn what_the_bundle_says_beside_the_bytes_is_not_believed() {
    let bundle = Deal::whole().bundle(Role::Buyer);
    let place = place_of(&bundle, "bid");
    let mut renamed = bundle.clone();
    renamed.documents[place].kind = "order".to_owned();
    let mut readdressed = bundle.clone();
    readdressed.documents[place].to = None;
    let mut other_id = bundle.clone();
    other_id.documents[place].id = bundle.documents[0].id;
    let mut other_buyer = bundle.clone();
    other_buyer.buyer = Identity::from_seed([5; 32]).peer_id();
    for changed in [renamed, readdressed, other_id, other_buyer] {
        assert!(failed(&changed).contains(&CheckName::Ids));
    }
}

#[test]
fn a_receipt_counts_only_from_the_recipient_and_for_its_document() {
    let deal = Deal::whole();
    let bundle = deal.bundle(Role::Buyer);
    let bid = opened(&bundle, "bid");
    let receipts = receipts_without(&bundle, &bid);
    let by_stranger = receipt(&Identity::from_seed([5; 32]), &bid, at(20));
    let mut swapped = bundle.clone();
    swapped.receipts = receipts.clone();
    swapped.receipts.push(BASE64.encode(by_stranger.bytes()));
    assert_eq!(failed(&swapped), [CheckName::Receipts]);

    let mut broken = bundle.clone();
    broken.receipts[0].replace_range(8..9, "!");
    assert!(failed(&broken).contains(&CheckName::Receipts));

    let mut missing = bundle;
    missing.receipts = receipts;
    let verdict = check(&missing);
    assert!(verdict.ok, "a receipt may be missing: {verdict:#?}");
    assert!(!verdict.proves.contains(&Proof::BidsReceived));
    assert!(verdict.cannot_prove.contains(&Gap::UnreceiptedTimes));
}

#[test]
fn a_bid_with_another_total_under_another_key_is_not_the_sellers() {
    let deal = Deal::whole();
    let bundle = deal.bundle(Role::Buyer);
    let Opened::Bid(bid) = opened(&bundle, "bid") else {
        panic!("a bid")
    };
    let mallory = Identity::from_seed([5; 32]);
    let cheaper = |signer: &Identity| {
        let mut document: Document<Bid> = (*bid).clone();
        document.header.from = signer.peer_id();
        let mut lines = document.body.lines.clone().into_vec();
        lines[0].price.price = "1".parse().unwrap();
        lines[0].amount = crate::testing::cents(1200);
        document.body.lines = lines.try_into().unwrap();
        document.body.total = crate::testing::cents(9200);
        Opened::from(sign(signer, document).unwrap())
    };
    let mut forged = bundle.clone();
    replace(&mut forged, "bid", &cheaper(&mallory));
    assert!(failed(&forged).contains(&CheckName::Ids));
    // Not even the seller can put another bid into the place of the ordered one.
    let mut exchanged = bundle;
    exchanged.receipts = receipts_without(&exchanged, &Opened::from(bid.clone()));
    replace(&mut exchanged, "bid", &cheaper(&deal.seller));
    assert!(failed(&exchanged).contains(&CheckName::Chains));
}

#[test]
fn a_contract_needs_both_signatures_over_the_same_terms() {
    let bundle = Deal::whole().bundle(Role::Buyer);
    let mut without_seller = bundle.clone();
    without_seller.terms[0].by_seller = None;
    let mut twice = bundle.clone();
    twice.terms[0].by_seller = twice.terms[0].by_buyer.clone();
    let mut without = bundle.clone();
    without.terms.clear();
    for changed in [without_seller, twice, without] {
        assert_eq!(failed(&changed), [CheckName::Terms]);
    }
}

#[test]
fn an_acceptance_that_the_buyer_received_too_late_is_none() {
    let deal = Deal::whole();
    let mut bundle = deal.bundle(Role::Buyer);
    let response = opened(&bundle, "order-response");
    bundle.receipts = receipts_without(&bundle, &response);
    let late = receipt(&deal.buyer, &response, at(deal.now + 1000));
    bundle.receipts.push(BASE64.encode(late.bytes()));
    assert!(failed(&bundle).contains(&CheckName::Deadlines));
}

#[test]
fn a_document_cannot_be_talked_away_as_refused() {
    let mut bundle = Deal::whole().bundle(Role::Buyer);
    let place = place_of(&bundle, "bid");
    bundle.documents[place].void = Some(Reason::Late);
    assert!(failed(&bundle).contains(&CheckName::Rules));
}

#[test]
fn a_directorys_receipt_is_for_these_terms_or_none() {
    let deal = Deal::whole();
    let bundle = deal.bundle(Role::Buyer);
    let directory = Identity::from_seed([8; 32]);
    let terms = deal.snapshot(Role::Buyer).dialogues[0]
        .terms
        .by_buyer
        .as_ref()
        .unwrap()
        .id();
    let report = |terms, from: &Identity| {
        let receipt = ReportReceipt {
            from: from.peer_id(),
            deal: bundle.deal,
            terms,
            at: at(900),
        };
        BASE64.encode(sign(from, receipt).unwrap().bytes())
    };
    let with = |report| Bundle {
        reports: vec![report],
        ..bundle.clone()
    };
    let verdict = check(&with(report(terms, &directory)));
    assert!(
        verdict.ok && verdict.proves.contains(&Proof::TermsReported),
        "{verdict:#?}"
    );
    assert!(verdict.cannot_prove.contains(&Gap::DirectoryKeys));
    assert_eq!(
        failed(&with(report(bundle.documents[0].id, &directory))),
        [CheckName::Reports]
    );
    assert_eq!(
        failed(&with(report(terms, &deal.seller))),
        [CheckName::Reports]
    );
}

/// The seller hands on a stamp of its bid.
fn prove(deal: &mut Deal, bid: DocumentId, seconds: i64) {
    let stamp = Stamp {
        from: directory().peer_id(),
        hash: bid,
        at: at(seconds),
    };
    let stamp = sign(&directory(), stamp).unwrap().bytes().to_vec();
    let proof = TimeProof {
        document: bid,
        stamp: stamp.into(),
    };
    deal.say(Role::Seller, Command::ProveTime(proof));
}

#[test]
fn a_late_bid_counts_by_a_stamp_and_the_words_say_so() {
    let mut deal = Deal::begin();
    deal.now = 1000;
    let bid = deal.bid(&["10.50", "20"]);
    let late = check(&deal.bundle(Role::Buyer));
    assert!(late.ok && !late.proves.contains(&Proof::BidsStamped));
    assert!(!late.cannot_prove.contains(&Gap::StampTimes));
    prove(&mut deal, bid, 1000);
    deal.order();
    deal.sign_terms(Role::Buyer);
    deal.sign_terms(Role::Seller);
    for role in [Role::Buyer, Role::Seller] {
        let verdict = check(&deal.bundle(role));
        assert!(verdict.ok, "{verdict:#?}");
        assert!(verdict.proves.contains(&Proof::BidsStamped));
        assert!(verdict.proves.contains(&Proof::Concluded));
        assert!(verdict.cannot_prove.contains(&Gap::StampTimes));
        assert_eq!(verdict.states[0].state, DialogueState::Reported);
    }
}

#[test]
fn a_stamp_after_the_deadline_leaves_a_bid_late_in_every_reading() {
    let mut deal = Deal::begin();
    deal.now = 1000;
    let bid = deal.bid(&["10.50", "20"]);
    prove(&mut deal, bid, 1001);
    for role in [Role::Buyer, Role::Seller] {
        let verdict = check(&deal.bundle(role));
        assert!(verdict.ok, "{verdict:#?}");
        assert_eq!(verdict.states[0].state, DialogueState::BidLate);
    }
}

#[test]
fn a_last_round_is_proved_but_not_who_else_was_asked() {
    let mut deal = Deal::begin();
    deal.bid(&["10.50", "20"]);
    deal.now = 1010;
    let rfp = deal.snapshot(Role::Buyer);
    let offer = rfp.dialogues[0].standing.as_ref().unwrap().id();
    let question = BestAndFinal {
        rfp: rfp.rfp.id(),
        offer,
        deadline: at(1100),
        award_by: at(5000),
        remark: Default::default(),
    };
    deal.say(Role::Buyer, Command::AskLastBid(question));
    deal.bid(&["10.40", "20"]);
    deal.now = 1110;
    deal.order();
    deal.sign_terms(Role::Buyer);
    deal.sign_terms(Role::Seller);
    let verdict = check(&deal.bundle(Role::Seller));
    assert!(verdict.ok, "{verdict:#?}");
    assert!(verdict.proves.contains(&Proof::LastRound));
    assert!(verdict.cannot_prove.contains(&Gap::OthersAdmitted));
    assert_eq!(verdict.states[0].state, DialogueState::Reported);
}

#[test]
fn what_is_no_bundle_is_said_to_be_none() {
    let bundle = Deal::begin().bundle(Role::Buyer);
    let newer = Bundle {
        version: BUNDLE_VERSION + 1,
        ..bundle.clone()
    };
    assert_eq!(failed(&newer), [CheckName::Format]);
    for bytes in [&b""[..], b"{}", b"[1]", &vec![b' '; MAX_BUNDLE_BYTES + 1]] {
        let verdict = verify(bytes);
        assert_eq!(verdict.failed().collect::<Vec<_>>(), [CheckName::Format]);
    }
    let crowd = vec![bundle.sellers[0]; opener_peer::MAX_INVITED + 1];
    let crowded = Bundle {
        sellers: crowd,
        ..bundle.clone()
    };
    assert_eq!(failed(&crowded), [CheckName::Format]);
    let empty = Bundle {
        documents: vec![],
        ..bundle
    };
    assert!(failed(&empty).contains(&CheckName::Chains));
}

#[test]
fn a_bundle_of_one_dialogue_does_not_name_the_other_sellers() {
    let deal = Deal::whole();
    let mut records = deal.records(Role::Buyer);
    let other = receipt(&Identity::from_seed([6; 32]), &records[0].document, at(3));
    records[0].receipts.push(other.bytes().clone());
    let bundle = Bundle::new(
        &deal.snapshot(Role::Buyer),
        Some(deal.seller.peer_id()),
        &records,
        at(900),
    );
    assert!(!bundle.receipts.contains(&BASE64.encode(other.bytes())));
    assert!(check(&bundle).ok);
}
