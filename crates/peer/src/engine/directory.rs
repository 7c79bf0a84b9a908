//! What the engine keeps for the directories: our listing, the listings of others, final terms to report.

use opener_negotiation::dialogue::Phase;
use opener_store::{DealFilter, DueReport, Turn, WantedProof};
use opener_trade::{
    Address, DocumentId, List, PeerId, Reason, Timestamp, Verified, directory::Query,
    document::Listing, envelope::open_as, limits::ADDRESSES, sign,
};

use super::{Engine, meet::STANDING_ALONE};
use crate::{Event, PeerError, Profile, Seller};

/// Contacts read from the database at once.
const CONTACTS_AT_ONCE: usize = 1000;
/// Partners of open deals who are told of a new address at most.
const ANNOUNCED_PARTNERS: usize = 1000;
/// Reports sent in one go.
const REPORTS_AT_ONCE: usize = 16;
/// How long a listing is delivered to a partner: by then a directory has the newest one.
const ANNOUNCE_FOR: opener_trade::Duration = opener_trade::Duration::from_secs(3600);

impl Engine {
    /// Writes the profile.
    ///
    /// # Errors
    /// A field breaks a rule of listings, or the database cannot be written.
    pub async fn set_profile(&mut self, now: Timestamp, profile: Profile) -> Result<(), PeerError> {
        profile.listing(self.peer_id(), 1, now, List::default())?;
        let json = serde_json::to_string(&profile)
            .map_err(|e| opener_trade::Invalid::new("profile", e.to_string()))?;
        let mut tx = self.store.begin().await?;
        tx.set_setting(PROFILE, &json).await?;
        tx.commit().await?;
        self.profile = Some(profile);
        self.events.push(Event::Profile);
        Ok(())
    }

    /// Uses these directories for reports from now on.
    pub fn set_directories(&mut self, directories: Vec<PeerId>) {
        self.directories = directories;
    }

    /// The directories that were used last.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn stored_directories(&self) -> Result<Vec<Address>, PeerError> {
        let stored = self
            .store
            .read()
            .setting(DIRECTORIES)
            .await?
            .unwrap_or_default();
        Ok(stored
            .lines()
            .filter_map(|line| Address::new(line).ok())
            .collect())
    }

    /// Remembers the directories for the next start.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn store_directories(&self, directories: &[Address]) -> Result<(), PeerError> {
        let lines: Vec<&str> = directories.iter().map(Address::as_str).collect();
        let mut tx = self.store.begin().await?;
        tx.set_setting(DIRECTORIES, &lines.join("\n")).await?;
        Ok(tx.commit().await?)
    }

    /// Signs a new listing from the profile and these addresses; nothing without a profile.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn sign_listing(
        &mut self,
        now: Timestamp,
        addresses: &[Address],
    ) -> Result<Option<Verified<Listing>>, PeerError> {
        let Some(profile) = &self.profile else {
            return Ok(None);
        };
        let mut tx = self.store.begin().await?;
        let seq = tx.next_listing_seq().await?;
        let addresses: Vec<Address> = addresses.iter().take(ADDRESSES).cloned().collect();
        let listing = profile.listing(
            self.identity.peer_id(),
            seq,
            now,
            List::try_from(addresses)?,
        )?;
        let listing = sign(&self.identity, listing)?;
        tx.commit().await?;
        Ok(Some(listing))
    }

    /// Tells the other side of every open dialogue where we are now.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn announce(
        &mut self,
        now: Timestamp,
        listing: &Verified<Listing>,
    ) -> Result<(), PeerError> {
        let partners = self.open_partners().await?;
        if partners.is_empty() {
            return Ok(());
        }
        let mut work = self.begin(now).await?;
        work.keep(&listing.clone().into(), now).await?;
        for partner in partners {
            work.enqueue(
                partner,
                listing.id(),
                STANDING_ALONE,
                now.plus(ANNOUNCE_FOR),
            )
            .await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(())
    }

    async fn open_partners(&self) -> Result<Vec<PeerId>, PeerError> {
        let mut partners = std::collections::BTreeSet::new();
        let all = DealFilter::default();
        let deals = self
            .store
            .read()
            .deals(&all, ANNOUNCED_PARTNERS, None)
            .await?;
        for deal in deals.into_iter().map(|listed| listed.row) {
            for row in self.store.read().dialogues(deal.deal).await? {
                let concluded = super::project::phase_name(&Phase::Concluded);
                if row.turn != Turn::Nobody || row.state == concluded {
                    partners.insert(if deal.buyer == self.peer_id() {
                        row.seller
                    } else {
                        deal.buyer
                    });
                }
            }
        }
        Ok(partners.into_iter().take(ANNOUNCED_PARTNERS).collect())
    }

    /// Keeps listings that a directory gave, and wakes what waits for their owners if they are seen online.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn learn_listings(
        &mut self,
        now: Timestamp,
        listings: &[(Verified<Listing>, bool)],
        source: &str,
    ) -> Result<(), PeerError> {
        let mut work = self.begin(now).await?;
        for (listing, online) in listings {
            work.know(listing, source).await?;
            if *online {
                work.tx.wake_recipient(listing.from, now).await?;
            }
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(())
    }

    /// Keeps the listing of a peer that was not reached; says whether it is newer than what was known. Only then what
    /// waits for the peer is due at once: where it was before, it was tried.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn learn_found(
        &mut self,
        now: Timestamp,
        listing: &Verified<Listing>,
        online: bool,
    ) -> Result<bool, PeerError> {
        let mut work = self.begin(now).await?;
        let news = work.know(listing, "directory").await?;
        if news && online {
            work.tx.wake_recipient(listing.from, now).await?;
        }
        let changed = work.commit().await?;
        self.adopt(changed);
        Ok(news)
    }

    /// Sellers among the listings we already have.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn known_sellers(
        &self,
        now: Timestamp,
        query: &Query,
    ) -> Result<Vec<Seller>, PeerError> {
        let mut sellers = Vec::new();
        for offset in (0..super::meet::CONTACTS).step_by(CONTACTS_AT_ONCE) {
            let contacts = self.store.read().contacts(CONTACTS_AT_ONCE, offset).await?;
            let last = contacts.len() < CONTACTS_AT_ONCE;
            for contact in contacts
                .into_iter()
                .filter(|contact| !contact.blocked && contact.peer != self.peer_id())
            {
                let Ok(listing) = open_as::<Listing>(&contact.listing) else {
                    continue;
                };
                if listing.expires_at >= now
                    && let Some(fit) = query.fit(&listing)
                {
                    sellers.push(Seller {
                        listing,
                        distance_m: fit.distance_m,
                        online: None,
                    });
                }
            }
            if last {
                break;
            }
        }
        Ok(sellers)
    }

    /// Final terms that a directory should learn now.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn reports_due(&self, now: Timestamp) -> Result<Vec<DueReport>, PeerError> {
        Ok(self.store.read().reports_due(now, REPORTS_AT_ONCE).await?)
    }

    /// Notes that a report is on its way, so that it is not sent twice at once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn report_sent(&mut self, now: Timestamp, due: &DueReport) -> Result<(), PeerError> {
        let mut tx = self.store.begin().await?;
        let next = now.plus(REPORT_OVERDUE);
        tx.retry_report_at(due.report.terms, due.directory, next, None, "sent")
            .await?;
        Ok(tx.commit().await?)
    }

    /// Notes what a directory said to a report: its signed receipt, or why not, to be tried again or for good.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn reported(
        &mut self,
        now: Timestamp,
        due: &DueReport,
        answer: Result<&[u8], (Option<Reason>, &str)>,
    ) -> Result<(), PeerError> {
        let (terms, directory): (DocumentId, PeerId) = (due.report.terms, due.directory);
        let mut tx = self.store.begin().await?;
        match answer {
            Ok(receipt) => {
                tx.report_accepted(terms, directory, receipt).await?;
                let deal = due.report.deal;
                let wanted = WantedProof {
                    terms,
                    directory,
                    deal,
                };
                tx.want_proof(&wanted, now).await?;
            }
            Err((Some(reason), detail)) if !reason.is_transient() => {
                tx.report_refused(terms, directory, reason, detail).await?;
            }
            Err((reason, detail)) => {
                let next = now.plus(super::deliver::backoff(due.attempts));
                tx.retry_report_at(terms, directory, next, reason, detail)
                    .await?;
            }
        }
        tx.commit().await?;
        self.events.push(Event::Deal {
            deal: due.report.deal,
        });
        self.events.push(Event::Directories);
        Ok(())
    }
}

/// A report that has not been answered by then is sent again.
const REPORT_OVERDUE: opener_trade::Duration = opener_trade::Duration::from_secs(120);
/// The setting that holds the directories, one address a line.
const DIRECTORIES: &str = "directories";
/// The setting that holds the profile.
pub(crate) const PROFILE: &str = "profile";
