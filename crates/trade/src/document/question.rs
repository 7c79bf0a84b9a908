//! `question` and `answer`: one seller asks, every invited seller hears the answer.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    Body,
    kind::Kind,
    note::{CheckNote, note},
};
use crate::{
    DocumentId, Invalid, PeerText,
    limits::{ANSWER_BYTES, QUESTION_BYTES},
};

note! {
    /// `question`: a seller asks the buyer, privately.
    Question, Question, false {
        /// The revision of the RFP that it is about.
        0 rfp: DocumentId,
        /// The line, if it is about one.
        1 line: Option<u32>,
        /// The question.
        2 text: PeerText<QUESTION_BYTES>,
    }
}

note! {
    /// `answer`: the buyer answers everybody. Nothing in it leads to the asker: neither a name nor the id of the
    /// question.
    Answer, Answer, true {
        /// The revision of the RFP that stands.
        0 rfp: DocumentId,
        /// The line, if it is about one.
        1 line: Option<u32>,
        /// The question as the buyer restates it.
        2 question: PeerText<QUESTION_BYTES>,
        /// The answer.
        3 text: PeerText<ANSWER_BYTES>,
    }
}

impl CheckNote for Question {
    fn check_note(&self) -> Result<(), Invalid> {
        not_blank("text", &self.text)
    }
}

impl CheckNote for Answer {
    fn check_note(&self) -> Result<(), Invalid> {
        not_blank("question", &self.question)?;
        not_blank("text", &self.text)
    }
}

fn not_blank<const MAX: usize>(field: &str, text: &PeerText<MAX>) -> Result<(), Invalid> {
    if text.is_blank() {
        Err(Invalid::new(field, "must not be blank"))
    } else {
        Ok(())
    }
}
