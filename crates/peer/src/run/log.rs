//! The directories' logs and prices: what is asked, and what the answers mean.

use opener_net::Network;
use opener_store::WantedProof;
use opener_trade::{
    PeerId, Reason, Timestamp,
    directory::{PriceQuery, Request, Response},
};
use tokio::sync::oneshot;

use super::Runner;
use crate::{Clock, Event, LogQuestion, PeerError, PricesOf, directories::Ask};

impl<N: Network, C: Clock> Runner<N, C> {
    /// Asks for new heads, and for the places of reported terms.
    pub(super) async fn ask_logs(&mut self, now: Timestamp) -> Result<(), PeerError> {
        self.prices.end_overdue(now);
        for directory in self.engine.take_heard() {
            self.directories.look_at_log(directory, now);
        }
        for directory in self.directories.heads_due(now) {
            let question = self.engine.log_question(directory).await?;
            self.ask_head(directory, question, true).await;
        }
        for wanted in self.engine.proofs_due(now).await? {
            let terms = wanted.terms;
            if self.directories.contains(&wanted.directory) {
                self.ask(
                    wanted.directory,
                    Ask::Inclusion(wanted),
                    &Request::Inclusion { terms },
                )
                .await;
            }
        }
        Ok(())
    }

    async fn ask_head(&mut self, directory: PeerId, question: LogQuestion, proofs: bool) {
        let request = match proofs {
            true => Request::Head {
                since: question.since(),
                also: question.also(),
            },
            false => Request::Head {
                since: 0,
                also: None,
            },
        };
        let question = Box::new(question);
        self.ask(directory, Ask::Head { question, proofs }, &request)
            .await;
    }

    /// Takes a head. A directory that refuses to prove that its log has as many leaves as it signed is asked what it has.
    pub(super) async fn take_head(
        &mut self,
        now: Timestamp,
        directory: PeerId,
        mut question: LogQuestion,
        proofs: bool,
        response: Response,
    ) -> Result<(), PeerError> {
        let (head, consistency, also) = match response {
            Response::Head {
                head,
                consistency,
                also,
            } => (head, consistency, also),
            Response::Refused { reason, .. } if reason == Reason::NotAllowed && proofs => {
                self.ask_head(directory, question, false).await;
                return Ok(());
            }
            _ => return Ok(()),
        };
        if also.is_none() && proofs {
            // An older version compares nothing: the head waits for a newer one.
            question.heard = None;
        }
        let also = also.unwrap_or_default();
        let given = proofs.then_some((&consistency[..], &also[..]));
        let said = self
            .engine
            .log_answered(now, directory, &question, &head, given)
            .await?;
        if let Err(why) = said {
            tracing::warn!(%directory, why, "a directory's log");
            self.directories.wrong(directory, why);
        } else if question.heard.is_some() {
            // Others may wait behind it.
            let more = self.engine.log_question(directory).await?;
            if more.heard.is_some() {
                self.directories.look_at_log(directory, now);
            }
        }
        Ok(())
    }

    /// Takes the place of terms in a log.
    pub(super) async fn take_inclusion(
        &mut self,
        now: Timestamp,
        wanted: &WantedProof,
        response: &Response,
    ) -> Result<(), PeerError> {
        let said = match response {
            Response::Included { head, leaf, path } => {
                self.engine.proved(now, wanted, head, *leaf, path).await?
            }
            Response::Refused { reason, .. } if *reason == Reason::NotAllowed => Err(
                "the directory signed a receipt for terms and now says that it does not keep them",
            ),
            _ => Ok(()),
        };
        if let Err(why) = said {
            tracing::warn!(directory = %wanted.directory, why, "a directory's log");
            self.directories.wrong(wanted.directory, why);
        }
        Ok(())
    }

    /// Asks every directory what comparable goods cost.
    pub(super) async fn ask_for_prices(
        &mut self,
        query: PriceQuery,
        answer: oneshot::Sender<Result<Vec<PricesOf>, PeerError>>,
    ) {
        let directories = self.directories.peers();
        let number = self.prices.begin(&directories, self.clock.now(), answer);
        for (directory, ask, request) in self.directories.ask_prices(&query, number) {
            self.ask(directory, ask, &request).await;
        }
    }

    /// Takes what a directory says about prices, or that it says nothing.
    pub(super) fn take_prices(
        &mut self,
        directory: PeerId,
        number: u64,
        response: Option<Response>,
    ) {
        let months = match response {
            Some(Response::Prices { months }) => Some(months.into_vec()),
            _ => None,
        };
        self.prices.answered(number, directory, months);
    }

    /// Notes that a directory gave what its signer did not sign: it is named to the person.
    pub(super) fn note_forgery(&mut self, directory: PeerId, now: Timestamp) {
        tracing::warn!(%directory, "a directory gave a listing that its seller did not sign");
        self.directories.forged(directory, now);
        self.tell(Event::Directories);
    }
}
