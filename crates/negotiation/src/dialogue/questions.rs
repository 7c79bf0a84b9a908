//! Rules for questions and for answers to everybody.

use opener_trade::switch::{Countermeasure, holds};
use std::sync::Arc;

use opener_trade::{
    DocumentId, Opened, Reason, Timestamp, Verified,
    document::{Answer, Document, Question},
};

use super::{Effect, NoticeKind, orders::CLOCK_DOUBT, state::State};
use crate::{Rejection, Role};

/// Questions of one seller about one request. Who has more should talk.
pub(super) const QUESTIONS: usize = 64;
/// Answers to everybody in one request: a large tender's list has some hundred.
pub(crate) const ANSWERS: usize = 256;

impl State {
    /// A question is taken until the cut-off of the request, or its deadline where it names none, by the buyer's clock. It
    /// changes nobody's turn: the seller may bid without waiting for the answer.
    pub(super) fn ask(
        &mut self,
        question: &Arc<Opened>,
        rfp: DocumentId,
        at: Timestamp,
    ) -> Result<Vec<Effect>, Rejection> {
        if !self.phase.is_before_order() {
            return Err(Rejection::not_allowed("questions come before the order"));
        }
        if !self.is_revision(rfp) {
            return Err(Rejection::stale("another revision stands", self.rfp.id()));
        }
        let schedule = &self.rfp.body.schedule;
        let cut_off = schedule.question_cutoff.unwrap_or(schedule.bid_deadline);
        let late = match self.role {
            Role::Buyer => at > cut_off,
            Role::Seller => at > cut_off.plus(CLOCK_DOUBT),
        };
        if late && holds(Countermeasure::QuestionCutOff) {
            return Err(Rejection::new(
                Reason::Late,
                "the time for questions has passed",
            ));
        }
        if self.questions.len() >= QUESTIONS {
            let rule = format!("one seller asks at most {QUESTIONS} questions");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        self.questions.push(question.clone());
        Ok(self.tell(Role::Seller, NoticeKind::QuestionArrived, question.id()))
    }

    /// An answer that every invited seller gets. It has no effect on a dialogue that is over.
    pub(super) fn hear_answer(&mut self, answer: &Arc<Opened>) -> Result<Vec<Effect>, Rejection> {
        if !self.phase.is_before_order() {
            return Ok(Vec::new());
        }
        if self.answers.len() >= ANSWERS {
            let rule = format!("a request has at most {ANSWERS} answers");
            return Err(Rejection::new(Reason::TooLarge, rule));
        }
        self.answers.push(answer.clone());
        Ok(self.tell(Role::Buyer, NoticeKind::AnswerArrived, answer.id()))
    }

    /// What the seller has asked, oldest first.
    pub fn questions(&self) -> impl Iterator<Item = &Verified<Document<Question>>> {
        self.questions
            .iter()
            .filter_map(|question| match &**question {
                Opened::Question(question) => Some(question),
                _ => None,
            })
    }

    /// What the buyer has answered to everybody, oldest first.
    pub fn answers(&self) -> impl Iterator<Item = &Verified<Document<Answer>>> {
        self.answers.iter().filter_map(|answer| match &**answer {
            Opened::Answer(answer) => Some(answer),
            _ => None,
        })
    }
}
