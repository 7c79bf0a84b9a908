//! Questions and answers to everybody.

use std::sync::Arc;

use opener_trade::{
    DocumentId, Opened, Reason, Verified,
    document::{Answer as Answered, Commitment, Document, Header, Rfp},
    sign,
};

use super::{
    super::questions::{ANSWERS, QUESTIONS},
    kit::*,
};
use crate::{
    Rejection,
    dialogue::{Input, NoticeKind, Phase},
};

fn answers(pair: &mut Pair, now: i64, rfp: DocumentId) -> Result<Arc<Opened>, Rejection> {
    let state = pair.buyer.state();
    let header = Header {
        seq: state.broadcasts.next_seq(),
        previous: state.broadcasts.head(),
        issued_at: at(now),
        ..pair.rfp.header.clone()
    };
    let body = Answered {
        rfp,
        line: None,
        question: parse("Which wood?"),
        text: parse("Oak."),
    };
    let signed: Verified<Document<Answered>> =
        sign(&pair.buyer.identity, Document { header, body }).unwrap();
    let document = Arc::new(Opened::from(signed));
    let input = Input::Document {
        document: document.clone(),
        at: at(now),
    };
    pair.buyer.take(at(now), input)?;
    Ok(document)
}

fn cut_off(minute: i64) -> Rfp {
    let mut asked = rfp();
    asked.schedule.question_cutoff = Some(at(minute));
    asked
}

#[test]
fn a_question_reaches_the_buyer_and_the_answer_everybody() {
    let mut pair = Pair::new();
    let rfp = pair.rfp.id();
    let turn = pair.buyer.state().turn();
    let question = pair.seller_says(at(5), ask(rfp));
    assert_eq!(pair.deliver(at(6), &question), Answer::Receipt(at(6)));
    assert_eq!(pair.buyer.state().questions().count(), 1);
    let answer = answers(&mut pair, 7, rfp).unwrap();
    assert!(pair.buyer.notices().is_empty());
    pair.hand(at(8), &answer).unwrap();
    assert_eq!(pair.seller.notices(), [NoticeKind::AnswerArrived]);
    for side in [&pair.buyer, &pair.seller] {
        let state = side.state();
        let texts: Vec<_> = state.answers().map(|it| it.body.text.as_str()).collect();
        assert_eq!(texts, ["Oak."]);
        assert_eq!((state.phase, state.turn()), (Phase::Delivered, turn));
    }
    pair.check_replays();
}

#[test]
fn a_question_is_told_to_the_buyer() {
    let mut pair = Pair::new();
    let question = pair.seller_says(at(5), ask(pair.rfp.id()));
    pair.hand(at(6), &question).unwrap();
    assert_eq!(pair.buyer.notices(), [NoticeKind::QuestionArrived]);
}

#[test]
fn a_question_counts_until_the_cut_off_by_the_buyers_clock() {
    for (asked, last) in [(cut_off(50), 50), (rfp(), DEADLINE)] {
        let mut pair = Pair::asking(asked);
        let rfp = pair.rfp.id();
        let own = pair.seller.say(at(last + 16), ask(rfp));
        assert_eq!(own.unwrap_err().reason, Reason::Late);
        let first = pair.seller_says(at(last), ask(rfp));
        let second = pair.seller_says(at(last), ask(rfp));
        assert_eq!(pair.deliver(at(last), &first), Answer::Receipt(at(last)));
        let late = pair.deliver(at(last + 1), &second);
        assert_eq!(late, Answer::Failure(Reason::Late));
        for side in [&pair.buyer, &pair.seller] {
            assert_eq!(side.state().questions().count(), 1);
        }
        pair.check_replays();
    }
}

#[test]
fn a_question_names_a_revision_of_the_request_and_comes_before_the_order() {
    let mut pair = Pair::new();
    let stale = pair.seller.say(at(5), ask(nothing()));
    assert_eq!(stale.unwrap_err().reason, Reason::Stale);
    let first = pair.rfp.id();
    pair.revises(at(6), |_| {}).unwrap();
    pair.flush(at(7));
    assert!(pair.seller.say(at(8), ask(first)).is_ok());

    let mut pair = Pair::with_bid(10, Commitment::Indicative);
    pair.buyer_orders(at(20));
    pair.flush(at(21));
    let ordered = pair.seller.say(at(22), ask(pair.rfp.id()));
    assert_eq!(ordered.unwrap_err().reason, Reason::NotAllowed);
}

#[test]
fn questions_and_answers_are_bounded() {
    let mut pair = Pair::new();
    let rfp = pair.rfp.id();
    for _ in 0..QUESTIONS {
        pair.seller_says(at(5), ask(rfp));
    }
    let more = pair.seller.say(at(5), ask(rfp));
    assert_eq!(more.unwrap_err().reason, Reason::TooLarge);
    for _ in 0..ANSWERS {
        answers(&mut pair, 5, rfp).unwrap();
    }
    let more = answers(&mut pair, 5, rfp);
    assert_eq!(more.unwrap_err().reason, Reason::TooLarge);
}

#[test]
fn an_answer_does_not_reopen_what_is_over() {
    let mut pair = Pair::new();
    let rfp = pair.rfp.id();
    pair.seller_says(at(5), crate::dialogue::Command::Decline(decline(rfp)));
    pair.flush(at(6));
    let answer = answers(&mut pair, 7, rfp).unwrap();
    assert_eq!(pair.hand(at(8), &answer).unwrap(), Answer::Receipt(at(8)));
    assert!(pair.seller.notices().is_empty());
    assert_eq!(pair.phases(), (Phase::Declined, Phase::Declined));
}
