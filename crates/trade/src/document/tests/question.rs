//! Rules of a question and of the answer to it.

use super::{body, content, refused, text, vector};
use crate::{
    Identity,
    document::{Answer, Body, Document, Question},
    envelope::Payload,
    sign,
};

#[test]
fn a_question_and_an_answer_say_something() {
    refused! { body::<Question>(vector!("question")); |q| q.text = text(" \n") => "text", Malformed; }
    refused! { body::<Answer>(vector!("answer"));
        |a| a.question = text("\t") => "question", Malformed;
        |a| a.text = text("") => "text", Malformed;
    }
    let mut general = body::<Question>(vector!("question"));
    general.line = None;
    assert_eq!(general.check(), Ok(()));
}

#[test]
fn a_question_is_private_and_its_answer_is_not() {
    let question = content::<Document<Question>>(vector!("question"));
    refused! { question; |q| q.header.to = None => "header.to", Malformed; }
    let asker = question.header.from;
    refused! { content::<Document<Answer>>(vector!("answer")); |a| a.header.to = Some(asker) => "header.to", Malformed; }
}

#[test]
fn an_answer_does_not_lead_to_the_asker() {
    let question = content::<Document<Question>>(vector!("question"));
    let asker = question.header.from;
    let asked = sign(&Identity::from_seed([3; 32]), question).unwrap();
    let answer = content::<Document<Answer>>(vector!("answer"));
    let bytes = minicbor::to_vec(&answer).unwrap();
    for trace in [asked.id().as_bytes(), asker.as_bytes()] {
        assert!(!bytes.windows(trace.len()).any(|part| part == trace));
    }
}
