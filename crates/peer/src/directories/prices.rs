//! What goods cost, asked of several directories at once. Their answers stand side by side: each has its own reports, and
//! nothing is gained by mixing medians.

use std::collections::{HashMap, HashSet};

use opener_trade::{Duration, PeerId, Timestamp, directory::MonthlyPrice};
use tokio::sync::oneshot;

use crate::{PeerError, PricesOf};

/// A directory that has not answered by then is passed over: a person waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// A question under way.
struct Question {
    began: Timestamp,
    waiting: HashSet<PeerId>,
    found: Vec<PricesOf>,
    answer: oneshot::Sender<Result<Vec<PricesOf>, PeerError>>,
}

/// All questions under way.
#[derive(Default)]
pub(crate) struct PriceQuestions {
    running: HashMap<u64, Question>,
    next: u64,
}

impl PriceQuestions {
    /// Begins a question to these directories and gives its number. To nobody, it is answered at once, with nothing.
    pub(crate) fn begin(
        &mut self,
        directories: &[PeerId],
        now: Timestamp,
        answer: oneshot::Sender<Result<Vec<PricesOf>, PeerError>>,
    ) -> u64 {
        let number = self.next;
        self.next += 1;
        let question = Question {
            began: now,
            waiting: directories.iter().copied().collect(),
            found: Vec::new(),
            answer,
        };
        self.running.insert(number, question);
        self.finish(number);
        number
    }

    /// A directory has answered, or will not.
    pub(crate) fn answered(
        &mut self,
        number: u64,
        directory: PeerId,
        months: Option<Vec<MonthlyPrice>>,
    ) {
        if let Some(question) = self.running.get_mut(&number)
            && question.waiting.remove(&directory)
        {
            let found = months.map(|months| PricesOf { directory, months });
            question.found.extend(found);
        }
        self.finish(number);
    }

    /// Ends questions that have waited long enough with the answers they have.
    pub(crate) fn end_overdue(&mut self, now: Timestamp) {
        let mut overdue = Vec::new();
        for (number, question) in &mut self.running {
            if now >= question.began.plus(PATIENCE) {
                question.waiting.clear();
                overdue.push(*number);
            }
        }
        for number in overdue {
            self.finish(number);
        }
    }

    /// When the next question has waited long enough.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let ends = self.running.values().map(|it| it.began.plus(PATIENCE));
        ends.min()
    }

    fn finish(&mut self, number: u64) {
        let is_over = |question: &Question| question.waiting.is_empty();
        if self.running.get(&number).is_some_and(is_over)
            && let Some(mut question) = self.running.remove(&number)
        {
            question.found.sort_by_key(|found| found.directory);
            // Who asked may have gone away.
            drop(question.answer.send(Ok(question.found)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opener_trade::Identity;

    fn peer(seed: u8) -> PeerId {
        Identity::from_seed([seed; 32]).peer_id()
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    fn month(month: u32) -> MonthlyPrice {
        MonthlyPrice {
            month,
            pairs: 5,
            low: "1".parse().unwrap(),
            median: "2".parse().unwrap(),
            high: "3".parse().unwrap(),
        }
    }

    #[tokio::test]
    async fn the_answers_stand_side_by_side_and_who_fails_is_left_out() {
        let mut questions = PriceQuestions::default();
        let (answer, received) = oneshot::channel();
        let all = [peer(1), peer(2), peer(3)];
        let number = questions.begin(&all, at(0), answer);
        questions.answered(number, peer(1), Some(vec![month(202_611)]));
        questions.answered(number, peer(1), Some(vec![month(202_610)]));
        questions.answered(number, peer(9), Some(vec![month(202_609)]));
        questions.answered(number, peer(2), None);
        questions.answered(number, peer(3), Some(vec![]));
        let mut found = received.await.unwrap().unwrap();
        found.retain(|found| !found.months.is_empty());
        assert_eq!(
            found,
            [PricesOf {
                directory: peer(1),
                months: vec![month(202_611)],
            }]
        );
        assert!(questions.running.is_empty());
    }

    #[tokio::test]
    async fn nobody_waits_for_a_silent_directory_or_for_none() {
        let mut questions = PriceQuestions::default();
        let (answer, received) = oneshot::channel();
        questions.begin(&[], at(0), answer);
        assert_eq!(received.await.unwrap().unwrap(), []);
        let (answer, mut received) = oneshot::channel();
        questions.begin(&[peer(1)], at(0), answer);
        assert_eq!(questions.next_at(), Some(at(PATIENCE.millis())));
        questions.end_overdue(at(PATIENCE.millis() - 1));
        assert!(received.try_recv().is_err());
        questions.end_overdue(at(PATIENCE.millis()));
        assert_eq!(received.await.unwrap().unwrap(), []);
        assert_eq!(questions.next_at(), None);
    }
}
