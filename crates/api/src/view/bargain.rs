//! What is open between request and order: counter-offers, holds, questions and answers, revisions.

use std::collections::HashMap;

use opener_negotiation::{
    Role,
    dialogue::{OpenCounter, State},
};
use opener_peer::DealSnapshot;
use opener_trade::{
    DocumentId, Money, PeerId, Timestamp,
    document::{Change, Commitment, Rfp},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The counter-offer that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CounterView {
    /// The document.
    pub counter: DocumentId,
    /// Who made it; the other side answers.
    pub by: Role,
    /// The offer that it changes, and that stands if it is refused.
    pub offer: DocumentId,
    /// Its round, from 1.
    pub round: u8,
    /// When it was signed.
    pub at: Timestamp,
    /// What changes; the rest of the offer stays.
    pub changes: Vec<Change>,
    /// It lapses then.
    pub valid_until: Timestamp,
    /// How firmly it binds its sender until then.
    pub commitment: Commitment,
    /// In words.
    pub remark: String,
    /// What the offer comes to if it is accepted.
    pub total: Money,
}

impl From<&OpenCounter> for CounterView {
    fn from(open: &OpenCounter) -> Self {
        let (header, counter) = (&open.document.header, &open.document.body);
        CounterView {
            counter: open.document.id(),
            by: open.by,
            offer: counter.offer,
            round: counter.round,
            at: header.issued_at,
            changes: counter.changes.to_vec(),
            valid_until: counter.valid_until,
            commitment: counter.commitment,
            remark: counter.remark.to_string(),
            total: open.proposed.total,
        }
    }
}

/// How far a dialogue has come between bid and order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BargainView {
    /// The counter-offer that waits for its answer.
    pub counter: Option<CounterView>,
    /// Counter-offers made so far, by either side.
    pub rounds: u8,
    /// Counter-offers that the request allows.
    pub max_rounds: u8,
    /// The buyer deals with nobody else until then.
    pub held_by_buyer: Option<Timestamp>,
    /// The seller deals with nobody else until then.
    pub held_by_seller: Option<Timestamp>,
    /// The buyer has asked for more time on the offer, and has no answer.
    pub extension_asked: bool,
}

impl From<&State> for BargainView {
    fn from(state: &State) -> Self {
        BargainView {
            counter: state.counter.as_ref().map(CounterView::from),
            rounds: state.next_round().saturating_sub(1),
            max_rounds: state.rfp.body.rules.max_rounds,
            held_by_buyer: state.holds.by_buyer,
            held_by_seller: state.holds.by_seller,
            extension_asked: state.extension_asked.is_some(),
        }
    }
}

/// A question to the buyer. Only the buyer and who asked see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionView {
    /// The document.
    pub question: DocumentId,
    /// Who asks.
    pub seller: PeerId,
    /// What the asker calls itself, where known.
    pub seller_name: Option<String>,
    /// The line it is about.
    pub line: Option<u32>,
    /// The question.
    pub text: String,
    /// When it was signed.
    pub at: Timestamp,
    /// Buyer: the answer to it, where that was said when it was given.
    pub answer: Option<DocumentId>,
}

/// An answer to everybody; who asked is not named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerView {
    /// The document.
    pub answer: DocumentId,
    /// The line it is about.
    pub line: Option<u32>,
    /// The question in the buyer's words.
    pub question: String,
    /// The answer.
    pub text: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// What was asked and answered about a request, each oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuestionsView {
    /// Buyer: all questions. Seller: one's own.
    pub questions: Vec<QuestionView>,
    /// The answers to everybody.
    pub answers: Vec<AnswerView>,
    /// Until when questions are taken.
    pub until: Timestamp,
}

impl QuestionsView {
    pub(crate) fn new(
        deal: &DealSnapshot,
        name: impl Fn(&PeerId) -> Option<String>,
        answered: &HashMap<DocumentId, DocumentId>,
    ) -> Self {
        let mut questions: Vec<QuestionView> = deal
            .dialogues
            .iter()
            .flat_map(|state| state.questions().map(move |asked| (state.seller, asked)))
            .map(|(seller, asked)| QuestionView {
                question: asked.id(),
                seller,
                seller_name: name(&seller),
                line: asked.body.line,
                text: asked.body.text.to_string(),
                at: asked.header.issued_at,
                answer: answered.get(&asked.id()).copied(),
            })
            .collect();
        questions.sort_by_key(|asked| (asked.at, asked.question));
        // Every dialogue that is still open has heard all of them; one that is over has heard the first ones.
        let heard = deal
            .dialogues
            .iter()
            .max_by_key(|state| state.answers().count());
        let answers = heard.into_iter().flat_map(State::answers);
        let schedule = &deal.rfp.body.schedule;
        QuestionsView {
            questions,
            answers: answers
                .map(|said| AnswerView {
                    answer: said.id(),
                    line: said.body.line,
                    question: said.body.question.to_string(),
                    text: said.body.text.to_string(),
                    at: said.header.issued_at,
                })
                .collect(),
            until: schedule.question_cutoff.unwrap_or(schedule.bid_deadline),
        }
    }
}

/// Two revisions of a request, and where they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RfpChanges {
    /// The earlier one.
    pub before: Rfp,
    /// The one that stands.
    pub now: Rfp,
    /// The fields that differ: `title`, `schedule.bid_deadline`, `lines.7` for line 7, … Empty if nothing changed.
    pub changed: Vec<String>,
}

#[cfg(test)]
mod tests {
    use opener_negotiation::dialogue::Command;
    use opener_trade::document::{Commitment, Counter, Price, Question};

    use super::*;
    use crate::{
        testing::{Deal, at, cents, text},
        view::{HistoryView, SaidView},
    };

    fn countered() -> Deal {
        let mut deal = Deal::begin();
        let offer = deal.bid(&["10", "20"]);
        let price = Price {
            price: "9".parse().unwrap(),
            base_quantity: "1".parse().unwrap(),
        };
        let cheaper = Change::Line {
            line: 1,
            price: Some(price),
            quantity: None,
            lead_time_days: None,
        };
        let counter = Counter {
            offer,
            round: 1,
            changes: vec![cheaper].try_into().unwrap(),
            valid_until: at(900),
            commitment: Commitment::Revocable,
            remark: text("if you deliver this week"),
        };
        deal.say(Role::Buyer, Command::Counter(Box::new(counter)));
        deal
    }

    #[test]
    fn an_open_counter_offer_says_what_changes_and_what_the_offer_comes_to() {
        let mut deal = countered();
        for role in [Role::Buyer, Role::Seller] {
            let shown = BargainView::from(&deal.snapshot(role).dialogues[0]);
            let open = shown.counter.unwrap();
            assert_eq!((shown.rounds, open.round, open.by), (1, 1, Role::Buyer));
            assert_eq!((open.changes.len(), open.total), (1, cents(18_800)));
            assert_eq!(open.remark, "if you deliver this week");
        }
        let before = deal.snapshot(Role::Buyer).dialogues[0]
            .standing
            .clone()
            .unwrap();
        deal.say(Role::Seller, Command::AcceptCounter);
        let state = deal.snapshot(Role::Buyer).dialogues.remove(0);
        assert_eq!(BargainView::from(&state).counter, None);
        let rows = crate::view::bids(&state);
        assert_eq!(
            (rows[0].0.total, rows[1].0.bid),
            (cents(18_800), before.id())
        );
    }

    #[test]
    fn the_history_tells_what_a_counter_offer_changes() {
        let deal = countered();
        let all = HistoryView::all(&deal.records(Role::Seller));
        let first = all[0].said.clone().unwrap();
        assert_eq!(
            first,
            SaidView::Rfp {
                revision: 1,
                changed: vec![]
            }
        );
        let SaidView::Counter(counter) = all[2].said.clone().unwrap() else {
            panic!("{:?}", all[2]);
        };
        assert_eq!(counter.changes.len(), 1);
        assert_eq!(all[2].text.as_deref(), Some("if you deliver this week"));
    }

    #[test]
    fn questions_name_who_asks_and_answers_do_not() {
        let mut deal = Deal::begin();
        let rfp = deal.snapshot(Role::Buyer).rfp.id();
        let question = Question {
            rfp,
            line: Some(1),
            text: text("Which colour?"),
        };
        deal.say(Role::Seller, Command::Ask(question));
        let shown = QuestionsView::new(
            &deal.snapshot(Role::Buyer),
            |_| Some("Bob".to_owned()),
            &HashMap::new(),
        );
        assert_eq!(shown.questions[0].seller_name.as_deref(), Some("Bob"));
        assert_eq!(shown.questions[0].text, "Which colour?");
        assert_eq!(
            shown.until,
            at(1000),
            "the deadline, where no cut-off is named"
        );
        assert!(shown.answers.is_empty());
    }
}
