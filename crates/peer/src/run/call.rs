//! What the handle asks for.

use opener_net::{Network, with_peer};
use opener_trade::{
    Category, DEAL_RANDOM_BYTES, DealId, List, PeerId, PeerText,
    directory::Query,
    document::Rfp,
    limits::{MATCH_CATEGORIES, WORDS_BYTES},
};

use super::Runner;
use crate::{
    Clock, Found, PeerError, Reachability, Recipients, SentRfp, Status, directories::Purpose,
    handle::Call,
};

impl<N: Network, C: Clock> Runner<N, C> {
    pub(super) async fn take_call(&mut self, call: Call) {
        if self.must_wait(&call) {
            return call.refuse(PeerError::Held);
        }
        let now = self.clock.now();
        // A caller that has gone away needs no answer.
        match call {
            Call::Status { answer } => drop(answer.send(self.status().await)),
            Call::Profile { answer } => drop(answer.send(Ok(self.engine.profile().cloned()))),
            Call::SetProfile { profile, answer } => {
                let done = self.engine.set_profile(now, profile).await;
                self.listing_due = Some(now);
                drop(answer.send(done));
            }
            Call::Prices { query, answer } => self.ask_for_prices(query, answer).await,
            Call::Listing { answer } => {
                let listing = self
                    .directories
                    .listing()
                    .cloned()
                    .ok_or(PeerError::NoProfile);
                drop(answer.send(listing));
            }
            Call::FindSellers { query, answer } => self.search(query, Purpose::Show(answer)).await,
            Call::SendRfp {
                rfp,
                to: Recipients::Matching { radius_km },
                answer,
            } => {
                let query = query_for(&rfp, radius_km);
                self.search(query, Purpose::Send { rfp, answer }).await;
            }
            Call::SendRfp {
                rfp,
                to: Recipients::Named(sellers),
                answer,
            } => {
                drop(answer.send(self.send_rfp(*rfp, sellers, Found::default()).await));
            }
            Call::CancelRfp {
                deal,
                reason,
                answer,
            } => {
                drop(answer.send(self.engine.cancel_rfp(now, deal, reason).await));
            }
            Call::ReviseRfp { deal, rfp, answer } => {
                let revised = self.engine.revise_rfp(now, deal, *rfp).await;
                drop(answer.send(revised.map(|rfp| rfp.id())));
            }
            Call::AnswerEverybody {
                deal,
                body,
                about,
                answer,
            } => {
                drop(answer.send(self.engine.answer_everybody(now, deal, body, about).await));
            }
            Call::Counter {
                deal,
                seller,
                counter,
                answer,
            } => {
                drop(answer.send(self.engine.counter(now, deal, seller, *counter).await));
            }
            Call::Say {
                deal,
                seller,
                command,
                answer,
            } => {
                drop(answer.send(self.engine.say(now, deal, seller, command).await));
            }
            Call::Order {
                deal,
                seller,
                part,
                answer,
            } => {
                drop(answer.send(self.engine.order(now, deal, seller, &part).await));
            }
            Call::AskLastBids {
                deal,
                asked,
                answer,
            } => {
                drop(answer.send(self.engine.ask_last_bids(now, deal, asked).await));
            }
            Call::SignTerms {
                deal,
                seller,
                answer,
            } => {
                drop(answer.send(self.engine.sign_terms(now, deal, seller).await));
            }
            Call::Assess {
                deal,
                finding,
                answer,
            } => {
                drop(answer.send(self.engine.assess(now, deal, finding).await));
            }
            Call::AdmitLate { deal, bid, answer } => {
                drop(answer.send(self.engine.admit_late(now, deal, bid).await))
            }
            Call::Acknowledge { notice, answer } => {
                drop(answer.send(self.engine.acknowledge(now, notice).await))
            }
            Call::AddBlob { whole, answer } => {
                drop(answer.send(self.engine.add_blob(now, whole).await))
            }
            Call::RemoveBlob { sha256, answer } => {
                drop(answer.send(self.engine.remove_blob(sha256).await))
            }
            Call::Fetch {
                document,
                sha256,
                answer,
            } => {
                drop(answer.send(self.engine.fetch(now, document, sha256).await));
            }
            Call::StopFetch {
                document,
                sha256,
                answer,
            } => {
                drop(answer.send(self.engine.stop_fetch(document, sha256).await));
            }
            Call::OpenDeal { deal, answer } => {
                drop(answer.send(self.engine.open_deal(now, deal).await))
            }
            Call::Block {
                contact,
                blocked,
                answer,
            } => {
                drop(answer.send(self.engine.block(now, contact, blocked).await));
            }
            Call::SetDirectories {
                directories,
                answer,
            } => {
                let done = match self.set_directories(&directories).await {
                    Ok(()) => self.engine.store_directories(&directories).await,
                    Err(error) => Err(error.into()),
                };
                drop(answer.send(done));
            }
            Call::ConfirmClock { answer } => {
                self.engine.confirm_clock();
                drop(answer.send(Ok(())));
            }
            Call::Shutdown { answer } => self.stop = Some(answer),
            question => self.keep_book(question).await,
        }
    }

    /// What a person keeps beside the deals: contacts, drafts, templates.
    async fn keep_book(&mut self, call: Call) {
        let now = self.clock.now();
        match call {
            Call::AddContact { card, edit, answer } => {
                drop(answer.send(self.engine.add_contact(now, card, edit).await));
            }
            Call::EditContact { peer, edit, answer } => {
                drop(answer.send(self.engine.edit_contact(now, peer, edit).await));
            }
            Call::RemoveContact { peer, answer } => {
                drop(answer.send(self.engine.remove_contact(peer).await));
            }
            Call::AcknowledgeDeal { deal, answer } => {
                drop(answer.send(self.engine.acknowledge_deal(now, deal).await));
            }
            Call::Snooze {
                notice,
                until,
                answer,
            } => {
                drop(answer.send(self.engine.snooze(now, notice, until).await));
            }
            Call::Phone { answer } => drop(answer.send(self.engine.phone().await)),
            Call::SetPhone { edit, answer } => {
                drop(answer.send(self.engine.set_phone(edit).await));
            }
            Call::PhoneState { answer } => {
                drop(answer.send(Ok(self.engine.phone_state().cloned())));
            }
            Call::PhoneTold { opened, answer } => {
                self.engine.phone_opened(opened);
                drop(answer.send(Ok(())));
            }
            Call::Held { answer } => drop(answer.send(Ok(self.engine.held()))),
            Call::GoOn { answer } => drop(answer.send(self.engine.go_on().await)),
            Call::Backup { passphrase, answer } => self.back_up(passphrase, answer).await,
            Call::Alarms { answer } => drop(answer.send(Ok(self.engine.alarms().clone()))),
            Call::SetAlarms { alarms, answer } => {
                drop(answer.send(self.engine.set_alarms(alarms).await));
            }
            Call::SaveForm { form, answer } => {
                drop(answer.send(self.engine.save_form(now, form).await));
            }
            Call::RemoveForm { shelf, id, answer } => {
                drop(answer.send(self.engine.remove_form(shelf, id).await));
            }
            question => self.answer_question(question).await,
        }
    }

    async fn answer_question(&mut self, question: Call) {
        match question {
            Call::AnsweredQuestions { deal, answer } => {
                drop(answer.send(self.engine.answered_questions(deal).await));
            }
            Call::Deals {
                filter,
                limit,
                after,
                answer,
            } => drop(answer.send(self.engine.deals(&filter, limit, after).await)),
            Call::DealCounts { answer } => drop(answer.send(self.engine.deal_counts().await)),
            Call::Deal { deal, answer } => drop(answer.send(self.engine.deal(deal).await)),
            Call::Records {
                deal,
                seller,
                answer,
            } => drop(answer.send(self.engine.records(deal, seller).await)),
            Call::Notices {
                unacknowledged,
                limit,
                answer,
            } => {
                drop(answer.send(self.engine.notices(unacknowledged, limit).await));
            }
            Call::Blob { sha256, answer } => drop(answer.send(self.engine.blob(sha256).await)),
            Call::Attachments { deal, answer } => {
                drop(answer.send(self.engine.attachments(deal).await))
            }
            Call::Contacts { limit, answer } => {
                drop(answer.send(self.engine.contacts(limit).await))
            }
            Call::Book {
                filter,
                limit,
                offset,
                answer,
            } => drop(answer.send(self.engine.book(&filter, limit, offset).await)),
            Call::Groups { answer } => drop(answer.send(self.engine.groups().await)),
            Call::Members { group, answer } => drop(answer.send(self.engine.members(&group).await)),
            Call::Forms {
                shelf,
                kind,
                deal,
                answer,
            } => drop(answer.send(self.engine.forms(shelf, kind, deal).await)),
            Call::Form { shelf, id, answer } => {
                drop(answer.send(self.engine.form(shelf, id).await))
            }
            rest => self.take_telephone(rest).await,
        }
    }

    async fn status(&self) -> Result<Status, PeerError> {
        let peer = self.engine.peer_id();
        let (skew, clock) = self.engine.clock();
        let mut directories = self.directories.status();
        for directory in &mut directories {
            directory.log = self.engine.log_status(directory.peer).await?;
        }
        Ok(Status {
            peer,
            addresses: self
                .addresses
                .iter()
                .filter_map(|address| with_peer(address, peer).ok())
                .collect(),
            reach: Reachability::of(&self.addresses),
            connected: self.connected.len(),
            directories,
            deliveries: self.engine.delivery_counts().await?,
            skew,
            clock,
        })
    }

    pub(super) async fn send_rfp(
        &mut self,
        rfp: Rfp,
        sellers: Vec<PeerId>,
        found: Found,
    ) -> Result<SentRfp, PeerError> {
        if sellers.is_empty() {
            return Err(PeerError::NoSellers(how_to_widen(&rfp, &found)));
        }
        let mut random = [0; DEAL_RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(|error| PeerError::Random(error.to_string()))?;
        let deal = DealId::of_buyer(self.engine.peer_id(), random);
        let rfp = self
            .engine
            .send_rfp(self.clock.now(), deal, rfp, &sellers)
            .await?;
        Ok(SentRfp {
            deal,
            rfp,
            invited: sellers,
            found,
        })
    }
}

/// What the directories are told of a request: categories, words, place and radius. Nothing else of it.
fn query_for(rfp: &Rfp, radius_km: Option<u32>) -> Query {
    let mut categories: Vec<Category> = Vec::new();
    let mut words = rfp.title.as_str().to_owned();
    for line in &rfp.lines {
        for category in &line.categories {
            if categories.len() < MATCH_CATEGORIES && !categories.contains(category) {
                categories.push(category.clone());
            }
        }
        words.push(' ');
        words.push_str(line.name.as_str());
    }
    Query {
        categories: List::try_from(categories).unwrap_or_default(),
        words: PeerText::<WORDS_BYTES>::truncated(&words),
        place: Some(rfp.delivery.place.clone()),
        radius_km,
        currency: rfp.currencies.first().copied(),
        ..Query::default()
    }
}

fn how_to_widen(rfp: &Rfp, found: &Found) -> String {
    if found.asked > 0 && found.answered == 0 {
        return "no directory answered and no seller known from before fits; try again, or add a directory".to_owned();
    }
    if found.asked == 0 {
        return "add a directory, or name the sellers".to_owned();
    }
    match rfp.lines.iter().any(|line| !line.categories.is_empty()) {
        true => "widen the radius, or use broader categories or other words".to_owned(),
        false => "widen the radius, or give the lines categories and plainer words".to_owned(),
    }
}
