//! A question of one seller, and the answer to all.

use opener_trade::document::{Answer, Document, Question};

use crate::actors::{Actor, after, answering, document, first, text};

use super::{id_of, rfp};

/// The seller in Hamburg asks.
pub fn question() -> Document<Question> {
    let rfp = id_of(Actor::Buyer, rfp());
    let body = Question {
        rfp,
        line: Some(2),
        text: text("Welche Tiefe sollen die Tische haben: 700 oder 800 mm?"),
    };
    let header = first(Actor::Foreigner, Some(Actor::Buyer), "2026-11-03T07:40:00Z");
    document(answering(rfp, header), body)
}

/// The buyer answers every invited seller.
pub fn answer() -> Document<Answer> {
    let rfp = id_of(Actor::Buyer, rfp());
    let body = Answer {
        rfp,
        line: Some(2),
        question: text("책상의 깊이는 700 mm와 800 mm 중 어느 쪽입니까?"),
        text: text("800 mm입니다.\n700 mm는 대안으로 제안해 주십시오."),
    };
    let header = first(Actor::Buyer, None, "2026-11-03T23:15:00Z");
    document(after(rfp, 2, header), body)
}
