//! The documents between the request and the order.

use opener_trade::{
    document::{Answer, Document, Question},
    limits::MAX_DOCUMENT_BYTES,
};

use super::{ID, direct, fits, full, header};

#[test]
fn the_largest_question_and_answer_fit_in_one_frame() {
    let question = Question {
        rfp: ID,
        line: Some(u32::MAX),
        text: full(0),
    };
    fits(direct(question), 0, MAX_DOCUMENT_BYTES);
    let answer = Answer {
        rfp: ID,
        line: Some(u32::MAX),
        question: full(0),
        text: full(0),
    };
    let answer = Document {
        header: header(None),
        body: answer,
    };
    fits(answer, 0, MAX_DOCUMENT_BYTES);
}
